/* The table of formats, recognition, batching and the report. */
#include "import/import.h"

#include <string.h>

#include "base/limits.h"
#include "import/run.h"

static const import_reader *const READERS[] = {&IMPORT_BA_JOBS_CSV, &IMPORT_BA_TRAINING,
                                               &IMPORT_GEONAMES, &IMPORT_NATIVE};
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
        buf_print(&names, "%s%s", i > 0 ? ", " : "", READERS[i]->name);
    }
    fail(e, ERR_IMPORT_FORMAT, "there is no import format \"%s\"", name);
    err_hint(e, "The formats are: auto, %s.", buf_terminated(&names));
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
    }
    import_run *r = mem_new(sizeof *r);
    if (r == NULL) {
        return fail(e, ERR_MEMORY, "could not start the import: no memory");
    }
    r->options = *options;
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
    if (r->reader != NULL) {
        r->reader->end(r);
    }
    buf_fini(&r->head);
    map_fini(&r->ids);
    map_fini(&r->unknown_keys);
    map_fini(&r->missing_keys);
    map_fini(&r->derived);
    buf_fini(&r->refusals);
    buf_fini(&r->duplicate_ids);
    arena_fini(&r->batch);
    mem_free(r);
    *run = NULL;
}

/* Chooses the format from what came so far and hands it over. */
static bool recognise(import_run *r, err *e)
{
    bytes head = buf_bytes(&r->head);
    for (uint32_t i = 0; i < READER_COUNT && r->reader == NULL; i++) {
        if (READERS[i]->recognises(head)) {
            r->reader = READERS[i];
            if (!r->reader->begin(r, e)) {
                return false;
            }
        }
    }
    if (r->reader == NULL) {
        fail(e, ERR_IMPORT_FORMAT, "the file has none of the shapes the importer knows");
        err_hint(e, "Name the format with --format; for other tables use --format csv with --map.");
        return false;
    }
    bool is_fed = r->reader->feed(r, head, e);
    buf_fini(&r->head);
    return is_fed;
}

bool import_feed(import_run *r, bytes piece, err *e)
{
    if (r->reader != NULL) {
        return r->reader->feed(r, piece, e);
    }
    buf_put(&r->head, piece.base, piece.len);
    if (r->head.failed) {
        return fail(e, ERR_MEMORY, "could not read the file: no memory");
    }
    return r->head.len < IMPORT_HEAD_LEN || recognise(r, e);
}

/* ------------------------------------------------------------------------------------ records */

void run_count_key(map *counts, bytes key)
{
    uint64_t count = 0;
    (void)map_get(counts, key, &count); /* absent: it is the first */
    (void)map_put(counts, key,
                  count + 1); /* no memory: the count of a key stays low, the run goes on */
}

static void list_item(buf *list, uint64_t *listed, uint64_t line, bytes id, const err *why)
{
    if (*listed >= IMPORT_LISTED_MAX) {
        return;
    }
    if ((*listed)++ > 0) {
        buf_char(list, ',');
    }
    json_writer w = json_writer_to(list);
    json_begin_object(&w);
    json_member_int(&w, "line", (int64_t)line);
    if (id.base != NULL) {
        json_member_text(&w, "id", id);
    }
    if (why != NULL) {
        json_put_key(&w, "error");
        json_begin_object(&w);
        json_member_cstr(&w, "id", err_id(why->code));
        json_member_cstr(&w, "message", why->text);
        if (why->detail[0] != '\0') {
            json_member_cstr(&w, "detail", why->detail);
        }
        if (why->hint[0] != '\0') {
            json_member_cstr(&w, "hint", why->hint);
        }
        if (why->path[0] != '\0') {
            json_member_cstr(&w, "path", why->path);
        }
        json_end_object(&w);
    }
    json_end_object(&w);
}

void run_refuse(import_run *r, uint64_t line, bytes id, const err *why)
{
    r->count.read++;
    r->count.refused++;
    list_item(&r->refusals, &r->refusals_listed, line, id, why);
}

bool run_flush(import_run *r, err *e)
{
    if (r->record_count == 0) {
        return true;
    }
    import_outcome outcomes[IMPORT_BATCH_MAX];
    memset(outcomes, 0, sizeof outcomes);
    if (!r->options.sink(r->options.context, r->records, r->record_count, outcomes, e)) {
        return false;
    }
    for (uint32_t i = 0; i < r->record_count; i++) {
        uint64_t *counts[] = {&r->count.created, &r->count.changed, &r->count.unchanged,
                              &r->count.refused};
        *counts[outcomes[i]] += 1;
    }
    r->record_count = 0;
    arena_reset(&r->batch);
    return true;
}

/* A postcode without coordinates gets its place where the table knows it. */
static bool complete_place(import_run *r, const json_node *record, buf *out, err *e)
{
    const json_node *location = json_member(record, "location");
    if (location == NULL || json_type_of(location) != JSON_OBJECT ||
        r->options.find_place == NULL) {
        return false;
    }
    const json_node *postcode = json_member(location, "postcode");
    double lat = 0;
    double lon = 0;
    if (postcode == NULL || json_type_of(postcode) != JSON_TEXT ||
        json_member(location, "lat") != NULL || json_member(location, "lon") != NULL ||
        !r->options.find_place(r->options.context, json_text(postcode), &lat, &lon)) {
        return false;
    }
    buf target = {0};
    buf patch = {0};
    json_print(record, &target);
    json_writer w = json_writer_to(&patch);
    json_begin_object(&w);
    json_put_key(&w, "location");
    json_begin_object(&w);
    json_put_key(&w, "lat");
    json_put_double(&w, lat);
    json_put_key(&w, "lon");
    json_put_double(&w, lon);
    json_end_object(&w);
    json_end_object(&w);
    bool is_merged = json_merge(buf_bytes(&target), buf_bytes(&patch), out, e);
    buf_fini(&target);
    buf_fini(&patch);
    return is_merged;
}

/* Decodes into the batch's arena and takes a place in the batch. */
static bool decode_record(import_run *r, const json_node *record, import_record *ret, err *e)
{
    ret->side = json_member(record, "kind") != NULL ? SIDE_OFFER : SIDE_SEEKER;
    buf body = {0};
    json_writer w = json_writer_to(&body);
    if (ret->side == SIDE_OFFER) {
        offer *o = NULL;
        if (!offer_decode(record, r->options.ext, &r->batch, &o, e)) {
            return false;
        }
        offer_print(o, &w);
        ret->record = o;
    } else {
        seeker *s = NULL;
        if (!seeker_decode(record, r->options.ext, &r->batch, &s, e)) {
            return false;
        }
        seeker_print(s, &w);
        ret->record = s;
    }
    ret->id = record_id(ret->side, ret->record);
    ret->body = arena_copy(&r->batch, buf_bytes(&body));
    bool is_kept = ret->body.base != NULL && !body.failed;
    buf_fini(&body);
    return is_kept || fail(e, ERR_MEMORY, "could not keep the record: no memory");
}

/* True and counted: this id came before in this run. */
static bool is_duplicate(import_run *r, const import_record *record)
{
    char key[ID_LEN_MAX + 2];
    if (record->id.len > ID_LEN_MAX) {
        return false;
    }
    key[0] = record->side == SIDE_OFFER ? 'o' : 's';
    memcpy(key + 1, record->id.base, record->id.len);
    bytes whole = {key, record->id.len + 1};
    uint64_t line = 0;
    if (map_get(&r->ids, whole, &line)) {
        r->count.read++;
        r->count.duplicates++;
        list_item(&r->duplicate_ids, &r->duplicates_listed, record->line, record->id, NULL);
        return true;
    }
    (void)map_put(&r->ids, whole, record->line); /* no memory: a later duplicate is written again */
    return false;
}

static bytes given_id(const json_node *record)
{
    const json_node *id = json_type_of(record) == JSON_OBJECT ? json_member(record, "id") : NULL;
    return id != NULL && json_type_of(id) == JSON_TEXT ? json_text(id) : (bytes){NULL, 0};
}

bool run_take_node(import_run *r, const json_node *record, uint64_t line, err *e)
{
    err why = {0};
    if (json_type_of(record) != JSON_OBJECT) {
        fail(&why, ERR_FIELD_TYPE, "a record is a JSON object, and this is none");
        run_refuse(r, line, (bytes){NULL, 0}, &why);
        return true;
    }
    buf completed = {0};
    json_doc *doc = NULL;
    const json_node *whole = record;
    if (complete_place(r, record, &completed, &why) &&
        json_parse(buf_bytes(&completed), JSON_DEPTH_MAX, &doc, &why)) {
        whole = json_root(doc);
        run_count_key(&r->derived, BYTES("location.lat"));
    }
    import_record *slot = &r->records[r->record_count];
    slot->line = line;
    if (!decode_record(r, whole, slot, &why)) {
        run_refuse(r, line, given_id(record), &why);
    } else if (!is_duplicate(r, slot)) {
        r->count.read++;
        r->record_count++;
    }
    json_doc_free(&doc);
    buf_fini(&completed);
    return r->record_count < IMPORT_BATCH_MAX || run_flush(r, e);
}

bool run_take_text(import_run *r, bytes json, uint64_t line, err *e)
{
    err why = {0};
    json_doc *doc = NULL;
    if (json.len > RECORD_LEN_MAX) {
        fail(&why, ERR_TOO_LARGE, "the record has %zu bytes; at most %d are taken", json.len,
             RECORD_LEN_MAX);
        run_refuse(r, line, (bytes){NULL, 0}, &why);
        return true;
    }
    if (!json_parse(json, JSON_DEPTH_MAX, &doc, &why) || !json_refuse_lossy(doc, "", &why)) {
        run_refuse(r, line, doc != NULL ? given_id(json_root(doc)) : (bytes){NULL, 0}, &why);
        json_doc_free(&doc);
        return true;
    }
    bool is_taken = run_take_node(r, json_root(doc), line, e);
    json_doc_free(&doc);
    return is_taken;
}

/* ------------------------------------------------------------------------------------ report */

static void put_counts(json_writer *w, const char *key, const map *counts)
{
    json_put_key(w, key);
    json_begin_object(w);
    uint32_t at = 0;
    bytes name;
    uint64_t count;
    while (map_next(counts, &at, &name, &count)) {
        json_put_key_bytes(w, name);
        json_put_int(w, (int64_t)count);
    }
    json_end_object(w);
}

static void put_list(json_writer *w, const char *key, const buf *items)
{
    buf list = {0};
    buf_char(&list, '[');
    buf_put(&list, items->base, items->len);
    buf_char(&list, ']');
    json_put_key(w, key);
    json_put_raw(w, buf_bytes(&list));
    buf_fini(&list);
}

bool import_finish(import_run *r, buf *ret_report_json, err *e)
{
    if (r->reader == NULL && r->head.len > 0 && !recognise(r, e)) {
        return false;
    }
    if (r->reader != NULL && !r->reader->finish(r, e)) {
        return false;
    }
    if (!run_flush(r, e)) {
        return false;
    }
    const import_count *n = &r->count;
    json_writer w = json_writer_to(ret_report_json);
    json_begin_object(&w);
    json_member_cstr(&w, "format", r->reader != NULL ? r->reader->name : "auto");
    json_member_cstr(&w, "source", r->options.source != NULL ? r->options.source : "");
    json_member_bool(&w, "dry_run", r->options.is_dry_run);
    json_member_int(&w, "read", (int64_t)n->read);
    json_member_int(&w, "kept", (int64_t)(n->created + n->changed + n->unchanged));
    json_member_int(&w, "created", (int64_t)n->created);
    json_member_int(&w, "changed", (int64_t)n->changed);
    json_member_int(&w, "unchanged", (int64_t)n->unchanged);
    json_member_int(&w, "refused", (int64_t)n->refused);
    json_member_int(&w, "duplicates", (int64_t)n->duplicates);
    json_member_int(&w, "merged", (int64_t)n->merged);
    put_counts(&w, "unknown_keys", &r->unknown_keys);
    put_counts(&w, "missing_keys", &r->missing_keys);
    put_counts(&w, "derived", &r->derived);
    put_list(&w, "refusals", &r->refusals);
    json_member_int(&w, "refusals_total", (int64_t)n->refused);
    put_list(&w, "duplicate_ids", &r->duplicate_ids);
    json_end_object(&w);
    return !ret_report_json->failed || fail(e, ERR_MEMORY, "could not write the report: no memory");
}
