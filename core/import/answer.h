#ifndef CORE_IMPORT_ANSWER_H
#define CORE_IMPORT_ANSWER_H

#include "import/prose_facts.h"
#include "import/run.h"

/* Answers of web interfaces, saved to a file: one JSON text that is held whole, so that everything
 * is looked at before the first record is taken. Shared by the readers of such sources. Private to
 * core/import. */

enum { ANSWER_LEN_MAX = 256 * 1024 * 1024 };

/* begin, feed and end of a reader; `state` is theirs. */
bool answer_begin(import_run *r, err *e);
bool answer_feed(import_run *r, bytes piece, err *e);
void answer_end(import_run *r);
bytes answer_bytes(const import_run *r); /* what came so far */
/* What came, parsed. *ret NULL: nothing came. Nothing of a file that is no JSON is taken. */
bool answer_parse(import_run *r, json_doc **ret, err *e);

/* Does the head of a file hold the key, with its quotes, as a key of JSON? */
bool answer_has_key(bytes head, const char *quoted_key);

/* Does it hold the key with a text that begins so? */
bool answer_has_text(bytes head, const char *quoted_key, const char *start);

/* A member that is there and not null, or NULL. */
const json_node *answer_member(const json_node *n, const char *key);
/* Not empty, or {NULL,0}. */
bytes answer_text(const json_node *n, const char *key);
/* Some versions of a source write numbers as texts. */
bool answer_integer(const json_node *n, const char *key, int64_t *ret);
bool answer_number(const json_node *n, const char *key, double *ret);
bool answer_flag(const json_node *n, const char *key);
/* Milliseconds since 1970, as a day in Berlin; a value that is none is counted as unmapped. */
bool answer_day_of_ms(import_run *r, const json_node *n, const char *key, day *ret);
/* A text that begins with an ISO day. */
bool answer_day(import_run *r, const json_node *n, const char *key, day *ret);
/* A postcode as text, or as a number that lost its zero; true: it was a number. */
enum { POSTCODE_LEN = 16 };
bool answer_postcode(const json_node *n, const char *key, char out[POSTCODE_LEN]);
/* Both there and not both nought. */
bool answer_degrees(const json_node *n, const char *lat_key, const char *lon_key, double *ret_lat,
                    double *ret_lon);

/* The keys of a source's objects: others are unknown, used ones that are gone are missing. */
typedef struct known_key {
    const char *key;
    bool is_used;
} known_key;
void answer_count_keys(import_run *r, const json_node *n, const char *prefix,
                       const known_key *known, size_t known_count);

/* The drift guard: of `total` rows `lacking` have not what every row needs. More than half: the
 * source is not what it was. */
bool answer_refuse_drift(uint64_t lacking, uint64_t total, const char *what, err *e);

/* Writing an offer in native form. */
void answer_put_day(json_writer *w, const char *key, day d);
/* {"de": text} without HTML, in one line or with its paragraphs; nothing where it is empty. */
void answer_put_title(json_writer *w, const char *key, const char *lang, bytes text);
void answer_put_description(import_run *r, json_writer *w, const char *lang, bytes html);
void answer_put_provider(json_writer *w, bytes name);
void answer_put_place(json_writer *w, const char *postcode, bool has_degrees, double lat,
                      double lon);
/* Source system, id, last_seen and valid_to where they are known (0: not). */
void answer_put_source(json_writer *w, const char *system, bytes id, day last_seen, day valid_to);
/* Times of the week, or that they are flexible; clock hours a week: as the prose said, counted as
 * derived. */
void answer_put_schedule(import_run *r, json_writer *w, const prose_facts *f);
void answer_put_hours(import_run *r, json_writer *w, const prose_facts *f);
/* The record as written, or no memory. */
bool answer_take(import_run *r, buf *record, uint64_t line, uint64_t merged, err *e);

#endif
