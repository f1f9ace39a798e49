#ifndef CORE_JSON_JSON_H
#define CORE_JSON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

/* Reading. The text is checked against RFC 8259 first (the parser behind it is lenient), then
 * parsed into a tree. The tree keeps what the parser would lose: whether an integer is exact,
 * whether a text holds \u0000. Nodes belong to the document; the document owns its memory. */

typedef struct json_doc json_doc;
typedef struct json_node json_node; /* opaque; what the parser makes of a value */

typedef enum json_type {
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_TEXT,
    JSON_ARRAY,
    JSON_OBJECT
} json_type;

/* Is this one RFC 8259 text, nested at most depth_max deep? No allocation. ret_off (may be NULL) is
 * the offset of the first wrong byte. */
bool json_check(bytes text, size_t depth_max, size_t *ret_off, err *e);

/* Checks and parses. `text` need not be terminated and is not kept. Fails with ERR_JSON_PARSE
 * (detail: line and column), ERR_JSON_TOO_DEEP (never deeper than 1000) or ERR_MEMORY. */
bool json_parse(bytes text, size_t depth_max, json_doc **ret_doc, err *e);
void json_doc_free(json_doc **doc);
const json_node *json_root(const json_doc *doc);

json_type json_type_of(const json_node *n);
bool json_bool(const json_node *n);
double json_number(const json_node *n);
bytes json_text(const json_node *n);             /* up to its first \u0000: see json_refuse_lossy */
size_t json_count(const json_node *n);           /* of an array's or object's entries */
const json_node *json_child(const json_node *n); /* first entry, NULL: empty */
const json_node *json_next(const json_node *n);  /* next entry of the same container, NULL: last */
bytes json_key(const json_node *n);              /* of an object's entry */
const json_node *json_member(const json_node *n,
                             const char *key); /* case-sensitive; NULL: absent */
/* An integer that a double carries exactly and that the text wrote without loss. */
bool json_integer(const json_node *n, int64_t *ret_value);

/* What every decoder refuses wherever it stands: a key twice in one object, \u0000 or half a
 * surrogate pair in a text or key, an integer beyond 2^53, a number beyond any double. The err's
 * path points there, under `path_prefix`. Call once per document. */
bool json_refuse_lossy(const json_doc *doc, const char *path_prefix, err *e);

/* The raw bytes of the top-level member `key` of an object text that json_check accepted: what lets
 * an id be echoed byte for byte. False: no such member or no object. */
bool json_raw_member(bytes text, const char *key, bytes *ret_raw);

/* RFC 7386: `patch` applied to `target`, written to out. Both already checked. */
bool json_merge(bytes target, bytes patch, buf *out, err *e);
/* Writes a node as compact JSON, keys in their order. */
void json_print(const json_node *n, buf *out);

/* Writing: a stream with commas and escapes done. Misuse (a value where a key is due) is a bug of
 * ours and checked. Numbers are integers or shortest round-trip doubles. */
typedef struct json_writer {
    buf *out;
    uint32_t depth;
    uint64_t is_object; /* a bit per depth */
    uint64_t has_entry;
    bool has_key;
} json_writer;

json_writer json_writer_to(buf *out);
void json_begin_object(json_writer *w);
void json_end_object(json_writer *w);
void json_begin_array(json_writer *w);
void json_end_array(json_writer *w);
void json_put_key(json_writer *w, const char *key);
void json_put_key_bytes(json_writer *w, bytes key);
void json_put_text(json_writer *w, bytes text); /* base NULL: null. Invalid UTF-8 becomes U+FFFD */
void json_put_cstr(json_writer *w, const char *text);
void json_put_int(json_writer *w, int64_t value);
void json_put_double(json_writer *w, double value);
void json_put_bool(json_writer *w, bool value);
void json_put_null(json_writer *w);
void json_put_raw(json_writer *w, bytes json); /* a value that is JSON already */
void json_put_node(json_writer *w, const json_node *n);
/* Shorthands for members. */
void json_member_text(json_writer *w, const char *key, bytes text);
void json_member_cstr(json_writer *w, const char *key, const char *text);
void json_member_int(json_writer *w, const char *key, int64_t value);
void json_member_bool(json_writer *w, const char *key, bool value);

#endif
