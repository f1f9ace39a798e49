/* The table of formats, recognition and the report. */
#include "import/import.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "import/run.h"

/* Who recognises more exactly stands before who recognises less. */
static const import_reader *const READERS[] = {
    &IMPORT_BA_JOBS_CSV,    &IMPORT_BA_JOBS_V4,  &IMPORT_BA_JOB_DETAIL,
    &IMPORT_BA_JOBS,        &IMPORT_BA_COACHING, &IMPORT_BA_LANGUAGE,
    &IMPORT_BA_VOCATIONAL,  &IMPORT_MEIN_NOW,    &IMPORT_BA_TRAINING,
    &IMPORT_JSON_LD,        &IMPORT_INTEGREAT,   &IMPORT_GEONAMES,
    &IMPORT_CLASSIFICATION, &IMPORT_NATIVE,      &IMPORT_CSV};
enum { READER_COUNT = sizeof READERS / sizeof *READERS };

uint32_t import_formats(import_format *ret, uint32_t max)
{
    for (uint32_t i = 0; i < READER_COUNT && i < max; i++) {
        ret[i] = (import_format){READERS[i]->name, READERS[i]->summary};
    }
    return READER_COUNT;
}

static const import_reader *find_reader(const char *name)
{
    for (uint32_t i = 0; i < READER_COUNT; i++) {
        if (strcmp(READERS[i]->name, name) == 0) {
            return READERS[i];
        }
    }
    return NULL;
}

static bool refuse_format(const char *name, err *e)
{
    buf names = {0};
    for (uint32_t i = 0; i < READER_COUNT; i++) {
        buf_print(&names, ", %s", READERS[i]->name);
    }
    fail(e, ERR_IMPORT_FORMAT, "there is no import format \"%s\"", name);
    err_hint(e, "The formats are: auto%s.", buf_terminated(&names));
    buf_fini(&names);
    return false;
}

bool import_new(const import_options *options, import_run **ret, err *e)
{
    const char *name = options->format != NULL ? options->format : "auto";
    const import_reader *reader = NULL;
    if (strcmp(name, "auto") != 0) {
        reader = find_reader(name);
        if (reader == NULL) {
            return refuse_format(name, e);
        }
    } else if (options->map.base != NULL) {
        reader = &IMPORT_CSV; /* who brings a mapping file has said what the file is */
    }
    import_run *r = mem_new(sizeof *r);
    if (r == NULL) {
        return fail(e, ERR_MEMORY, "could not start the import: no memory");
    }
    r->options = *options;
    if (!run_start(r, e)) {
        import_free(&r);
        return false;
    }
    if (reader != NULL) {
        r->reader = reader;
        if (!reader->begin(r, e)) {
            import_free(&r);
            return false;
        }
    }
    *ret = r;
    return true;
}

void import_free(import_run **run)
{
    import_run *r = *run;
    if (r == NULL) {
        return;
    }
    run_stop(r);
    if (r->reader != NULL) {
        r->reader->end(r);
    }
    buf_fini(&r->head);
    map_fini(&r->ids);
    map_fini(&r->unknown_keys);
    map_fini(&r->missing_keys);
    map_fini(&r->unmapped_codes);
    map_fini(&r->derived);
    buf_fini(&r->refusals.items);
    buf_fini(&r->duplicates.items);
    buf_fini(&r->body);
    mem_free(r);
    *run = NULL;
}

/* ------------------------------------------------------------------------------------ recognition
 */

static bool is_blank(bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (memchr(" \t\r\n\xef\xbb\xbf", text.base[i], 7) == NULL) {
            return false;
        }
    }
    return true;
}

static bool refuse_shape(bytes head, err *e)
{
    fail(e, ERR_IMPORT_FORMAT, "the file has none of the shapes the importer knows");
    if (head.len >= 2 &&
        (memcmp(head.base, "\xff\xfe", 2) == 0 || memcmp(head.base, "\xfe\xff", 2) == 0)) {
        return err_hint(e,
                        "It is UTF-16: save it as UTF-8, or name the encoding in a mapping file.");
    }
    return err_hint(e, "Name the format, or for another table bring a mapping file.");
}

/* Chooses the format from what came so far and hands it over. How much that is may differ from run
 * to run; what decides is always the same number of bytes. */
static bool recognise(import_run *r, err *e)
{
    bytes whole = buf_bytes(&r->head);
    bytes head = {whole.base, whole.len < IMPORT_HEAD_LEN ? whole.len : IMPORT_HEAD_LEN};
    const import_reader *found = NULL;
    for (uint32_t i = 0; i < READER_COUNT && found == NULL; i++) {
        if (READERS[i]->recognises != NULL && READERS[i]->recognises(head)) {
            found = READERS[i];
        }
    }
    if (found == NULL) {
        return refuse_shape(head, e);
    }
    r->reader = found;
    bool is_fed = found->begin(r, e) && found->feed(r, whole, e);
    buf_fini(&r->head);
    return is_fed;
}

bool import_feed(import_run *r, bytes piece, err *e)
{
    if (piece.len == 0) {
        return true;
    }
    if (r->reader != NULL) {
        return r->reader->feed(r, piece, e);
    }
    buf_put(&r->head, piece.base, piece.len);
    if (r->head.failed) {
        return fail(e, ERR_MEMORY, "could not read the file: no memory");
    }
    return r->head.len < IMPORT_HEAD_LEN || recognise(r, e);
}

/* ------------------------------------------------------------------------------------ report */

typedef struct key_count {
    bytes key;
    uint64_t count;
} key_count;

static int compare_keys(const void *a, const void *b)
{
    return bytes_compare(((const key_count *)a)->key, ((const key_count *)b)->key);
}

static void put_counts(json_writer *w, const char *name, const map *counts)
{
    key_count sorted[IMPORT_KEY_MAX + 2]; /* "(others)", and room for the search's end */
    size_t count = 0;
    uint32_t at = 0;
    while (map_next(counts, &at, &sorted[count].key, &sorted[count].count)) {
        count++;
    }
    qsort(sorted, count, sizeof *sorted, compare_keys);
    json_put_key(w, name);
    json_begin_object(w);
    for (size_t i = 0; i < count; i++) {
        json_put_key_bytes(w, sorted[i].key);
        json_put_int(w, (int64_t)sorted[i].count);
    }
    json_end_object(w);
}

static void put_list(json_writer *w, const char *key, const import_list *list)
{
    buf whole = {0};
    buf_char(&whole, '[');
    buf_put(&whole, list->items.base, list->items.len);
    buf_char(&whole, ']');
    json_put_key(w, key);
    if (whole.failed || list->items.failed) {
        json_put_null(w); /* the report as a whole says that memory ran out */
        w->out->failed = true;
    } else {
        json_put_raw(w, buf_bytes(&whole));
    }
    buf_fini(&whole);
}

static void put_report(const import_run *r, json_writer *w)
{
    const import_count *n = &r->count;
    json_begin_object(w);
    json_member_cstr(w, "format", r->reader != NULL ? r->reader->name : "auto");
    json_member_cstr(w, "source", r->options.source != NULL ? r->options.source : "");
    json_member_bool(w, "dry_run", r->options.is_dry_run);
    json_member_int(w, "read", (int64_t)n->read);
    json_member_int(w, "kept", (int64_t)(n->created + n->changed + n->unchanged));
    json_member_int(w, "created", (int64_t)n->created);
    json_member_int(w, "changed", (int64_t)n->changed);
    json_member_int(w, "unchanged", (int64_t)n->unchanged);
    json_member_int(w, "refused", (int64_t)n->refused);
    json_member_int(w, "duplicates", (int64_t)n->duplicates);
    json_member_int(w, "merged", (int64_t)n->merged);
    put_counts(w, "unknown_keys", &r->unknown_keys);
    put_counts(w, "missing_keys", &r->missing_keys);
    put_counts(w, "unmapped_codes", &r->unmapped_codes);
    put_counts(w, "derived", &r->derived);
    put_list(w, "refusals", &r->refusals);
    json_member_int(w, "refusals_total", (int64_t)n->refused);
    put_list(w, "duplicate_ids", &r->duplicates);
    json_end_object(w);
}

bool import_has_seen(const import_run *r, record_side side, bytes id)
{
    char key[ID_LEN_MAX + 1];
    uint64_t line = 0;
    if (id.len > ID_LEN_MAX) {
        return false;
    }
    key[0] = side == SIDE_OFFER ? 'o' : 's';
    memcpy(key + 1, id.base, id.len);
    return map_get(&r->ids, (bytes){key, id.len + 1}, &line);
}

uint64_t import_seen_count(const import_run *r, record_side side)
{
    return r->seen_counts[side];
}

bool import_finish(import_run *r, buf *ret_report_json, err *e)
{
    if (r->reader == NULL && !is_blank(buf_bytes(&r->head)) && !recognise(r, e)) {
        return false;
    }
    if (r->reader != NULL && !r->reader->finish(r, e)) {
        return false;
    }
    if (!run_flush(r, e)) {
        return false;
    }
    json_writer w = json_writer_to(ret_report_json);
    put_report(r, &w);
    return !ret_report_json->failed || fail(e, ERR_MEMORY, "could not write the report: no memory");
}
