/* Reading a backup into an empty store. */

#include "store/backup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "json/json.h"

enum { BLOCK_MAX = 4096, KEY_NAME_LEN = STORE_KEY_NAME_LEN };

typedef struct reading {
    store *store;
    const char *path;
    FILE *file;
    char *text; /* of getline */
    size_t cap;
    uint64_t line_number;
    uint64_t sum, sum_before; /* over all lines, and without the last */
    map keys;                 /* names to places in key_bytes */
    buf key_bytes;
    arena memory; /* of the block */
    store_record block[BLOCK_MAX];
    uint32_t block_count;
    const store_key *key; /* of what was sealed; NULL: it was not */
    bool is_ended;
    backup_counts counts;
} reading;

static bool refuse(const reading *r, const char *why, err *e)
{
    (void)fail(e, ERR_BACKUP, "\"%s\", line %llu: %s", r->path, (unsigned long long)r->line_number,
               why);
    return err_hint(e, "Nothing was restored; take another backup.");
}

/* The next line without its end; false: there is none, or it is not whole (then *e is set). */
static bool next_line(reading *r, bytes *ret, err *e)
{
    ssize_t len = getline(&r->text, &r->cap, r->file);
    if (len <= 0) {
        return false;
    }
    r->line_number++;
    r->sum_before = r->sum;
    r->sum = bytes_checksum(r->text, (size_t)len, r->sum);
    if (r->text[len - 1] != '\n') {
        return refuse(r, "the line has no end", e);
    }
    *ret = (bytes){r->text, (size_t)len - 1};
    return true;
}

/* ---------------------------------------------------------------------- keys */

static bool read_key(reading *r, bytes line, err *e)
{
    unsigned char key[SEAL_KEY_LEN];
    bool is_key = line.len == KEY_NAME_LEN + 1 + SEAL_KEY_TEXT_LEN &&
                  line.base[KEY_NAME_LEN] == ' ' &&
                  seal_key_parse((bytes){line.base + KEY_NAME_LEN + 1, SEAL_KEY_TEXT_LEN}, key);
    if (!is_key) {
        return refuse(r, "this is no key", e);
    }
    bool is_kept = map_put(&r->keys, (bytes){line.base, KEY_NAME_LEN}, r->key_bytes.len);
    buf_put(&r->key_bytes, key, sizeof key);
    return (is_kept && !r->key_bytes.failed) || fail(e, ERR_MEMORY, "no memory for the keys");
}

static bool open_file(reading *r, const char *path, err *e)
{
    r->path = path;
    r->line_number = 0;
    r->sum = r->sum_before = 0;
    r->file = fopen(path, "rb");
    return r->file != NULL || fail(e, ERR_FILE, "could not open \"%s\": %s", path, strerror(errno));
}

static bool read_keys(reading *r, const char *path, err *e)
{
    bytes line = {0};
    err why = {0};
    bool is_read = open_file(r, path, e);
    while (is_read && next_line(r, &line, &why)) {
        is_read = read_key(r, line, e);
    }
    if (r->file != NULL) {
        fclose(r->file);
        r->file = NULL;
    }
    if (is_read && why.code != ERR_NONE) {
        *e = why;
        return false;
    }
    return is_read;
}

/* ---------------------------------------------------------------------- records */

static bool flush(reading *r, err *e)
{
    bool is_put = r->block_count == 0 || store_restore(r->store, r->block, r->block_count, e);
    r->block_count = 0;
    arena_reset(&r->memory);
    return is_put;
}

static bytes kept_text(reading *r, const json_node *n)
{
    return n != NULL && json_type_of(n) == JSON_TEXT ? arena_copy(&r->memory, json_text(n))
                                                     : (bytes){0};
}

static int64_t kept_int(const json_node *object, const char *key)
{
    int64_t value = -1;
    const json_node *n = json_member(object, key);
    return n != NULL && json_integer(n, &value) ? value : -1;
}

static bool add_record(reading *r, const json_node *n, err *e)
{
    int64_t noun = kept_int(n, "noun");
    int64_t version = kept_int(n, "version");
    int64_t change = kept_int(n, "change");
    int64_t kind = kept_int(n, "kind");
    const json_node *body = json_member(n, "body");
    store_record *record = &r->block[r->block_count];
    if (noun < 0 || noun >= STORE_NOUN_COUNT || version < 1 || change < 1 || body == NULL) {
        return refuse(r, "this is no record", e);
    }
    buf text = {0};
    json_print(body, &text);
    *record = (store_record){
        .noun = (store_noun)noun,
        .id = kept_text(r, json_member(n, "id")),
        .unit = kept_text(r, json_member(n, "unit")),
        .seeker = kept_text(r, json_member(n, "seeker")),
        .offer = kept_text(r, json_member(n, "offer")),
        .kind = kind < 0 ? 0 : (uint32_t)kind,
        .version = version,
        .change = (uint64_t)change,
        .body = text.failed ? (bytes){0} : arena_copy(&r->memory, buf_bytes(&text)),
    };
    buf_fini(&text);
    if (record->body.base == NULL) {
        return fail(e, ERR_MEMORY, "no memory to restore");
    }
    if (record->id.base == NULL ||
        (record->seeker.base != NULL) != store_is_document(record->noun)) {
        return refuse(r, "this is no record", e);
    }
    if ((r->key != NULL) != (record->noun == STORE_SEEKER || record->seeker.base != NULL)) {
        return refuse(r, "what is about a person must be sealed, and nothing else", e);
    }
    if (record->noun == STORE_SEEKER && !store_restore_key(r->store, record->id, r->key, e)) {
        return false;
    }
    r->block_count++;
    r->counts.records++;
    r->counts.people += record->noun == STORE_SEEKER ? 1 : 0;
    return r->block_count < BLOCK_MAX || flush(r, e);
}

static bool add_text(reading *r, bytes text, err *e)
{
    json_doc *doc = NULL;
    err why;
    if (!json_parse(text, JSON_DEPTH_MAX, &doc, &why)) {
        return refuse(r, "what was sealed is no record", e);
    }
    bool is_added = json_type_of(json_root(doc)) == JSON_OBJECT
                        ? add_record(r, json_root(doc), e)
                        : refuse(r, "what was sealed is no record", e);
    json_doc_free(&doc);
    return is_added;
}

static bool add_sealed(reading *r, bytes name, const json_node *sealed, err *e)
{
    uint64_t place = 0;
    if (sealed == NULL || json_type_of(sealed) != JSON_TEXT) {
        return refuse(r, "a sealed record is missing", e);
    }
    if (!map_get(&r->keys, name, &place)) {
        r->counts.erased++;
        return true;
    }
    buf plain = {0};
    store_key key = {0};
    memcpy(key.name, name.base, KEY_NAME_LEN); /* as long as every key's name */
    memcpy(key.key, r->key_bytes.base + place, SEAL_KEY_LEN);
    r->key = &key;
    bool is_added = seal_open(key.key, name, json_text(sealed), &plain)
                        ? add_text(r, buf_bytes(&plain), e)
                        : refuse(r, "a sealed record was changed", e);
    r->key = NULL;
    buf_fini(&plain);
    return is_added;
}

static bool add_concept(reading *r, bytes text, err *e)
{
    r->counts.concepts++;
    return store_restore_concept(r->store, (uint32_t)r->counts.concepts, text, e);
}

/* ---------------------------------------------------------------------- the file */

static bool read_end(reading *r, const json_node *end, err *e)
{
    char sum[17];
    snprintf(sum, sizeof sum, "%016llx", (unsigned long long)r->sum_before);
    const json_node *said = json_member(end, "sum");
    int64_t change = kept_int(end, "change");
    bool is_whole = said != NULL && json_type_of(said) == JSON_TEXT &&
                    bytes_equal_text(json_text(said), sum) && change >= 0 &&
                    kept_int(end, "records") == (int64_t)(r->counts.records + r->counts.erased) &&
                    kept_int(end, "concepts") == (int64_t)r->counts.concepts;
    if (!is_whole) {
        return refuse(r, "the backup is not as it was written", e);
    }
    r->is_ended = true;
    r->counts.change = (uint64_t)change;
    return flush(r, e);
}

static bool read_object(reading *r, const json_node *n, err *e)
{
    if (r->line_number == 1) {
        return kept_int(n, "lotse_backup") == 1 || refuse(r, "this is no backup of ours", e);
    }
    const json_node *record = json_member(n, "record");
    const json_node *person = json_member(n, "person");
    const json_node *text = json_member(n, "concept");
    const json_node *end = json_member(n, "end");
    if (record != NULL && json_type_of(record) == JSON_OBJECT) {
        return add_record(r, record, e);
    }
    if (person != NULL && json_type_of(person) == JSON_TEXT) {
        return add_sealed(r, json_text(person), json_member(n, "sealed"), e);
    }
    if (text != NULL && json_type_of(text) == JSON_TEXT) {
        return add_concept(r, json_text(text), e);
    }
    return end != NULL && json_type_of(end) == JSON_OBJECT
               ? read_end(r, end, e)
               : refuse(r, "there is no such line in a backup", e);
}

static bool read_line(reading *r, bytes line, err *e)
{
    json_doc *doc = NULL;
    err why;
    if (r->is_ended) {
        return refuse(r, "something stands behind the end", e);
    }
    if (!json_parse(line, JSON_DEPTH_MAX, &doc, &why)) {
        return refuse(r, "this is no JSON", e);
    }
    bool is_read = json_type_of(json_root(doc)) == JSON_OBJECT
                       ? read_object(r, json_root(doc), e)
                       : refuse(r, "there is no such line in a backup", e);
    json_doc_free(&doc);
    return is_read;
}

static bool read_lines(reading *r, const char *path, err *e)
{
    bytes line = {0};
    err why = {0};
    bool is_read = open_file(r, path, e);
    while (is_read && next_line(r, &line, &why)) {
        is_read = read_line(r, line, e);
    }
    if (is_read && why.code != ERR_NONE) {
        *e = why;
        return false;
    }
    return is_read && (r->is_ended || refuse(r, "the end is missing", e));
}

bool backup_read(store *s, const char *path, const char *keys_path, backup_counts *ret, err *e)
{
    reading *r = mem_new(sizeof *r);
    if (r == NULL) {
        return fail(e, ERR_MEMORY, "no memory to restore");
    }
    r->store = s;
    bool is_done = store_restore_begin(s, e);
    if (is_done) {
        is_done = read_keys(r, keys_path, e) && read_lines(r, path, e);
        err ended = {0};
        bool is_kept = store_restore_end(s, r->counts.change, is_done, &ended);
        if (is_done && !is_kept) {
            *e = ended;
            is_done = false;
        }
    }
    if (is_done) {
        *ret = r->counts;
    }
    if (r->file != NULL) {
        fclose(r->file);
    }
    free(r->text); /* getline made it */
    map_fini(&r->keys);
    buf_fini(&r->key_bytes);
    arena_fini(&r->memory);
    mem_free(r);
    return is_done;
}
