/* Any bytes through every importer: the report is JSON and its sums hold, the same file in other
 * pieces gives the same report and the same records, and every record is one that the decoder takes
 * again. The first byte names the format, the second the pieces; a NUL byte divides a mapping file
 * from the table. */
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "fuzz.h"
#include "import/import.h"
#include "json/json.h"

typedef struct outcome {
    bool is_done;
    err error;
    buf report;
    buf records; /* bodies and postcodes */
} outcome;

static void check_record(const import_record *record)
{
    arena memory = {0};
    buf again = {0};
    err e = {0};
    json_writer w = json_writer_to(&again);
    seeker *s = NULL;
    offer *o = NULL;
    if (record->side == SIDE_OFFER) {
        check(offer_parse(record->body, NULL, &memory, &o, &e));
        offer_print(o, &w);
    } else {
        check(seeker_parse(record->body, NULL, &memory, &s, &e));
        seeker_print(s, &w);
    }
    check(bytes_equal(buf_bytes(&again), record->body));
    check(record->id.len > 0);
    check(record->line > 0);
    buf_fini(&again);
    arena_fini(&memory);
}

static bool take_batch(void *context, const import_record *records, uint32_t count,
                       import_outcome *outcomes, err *e)
{
    outcome *o = context;
    (void)e; /* nothing fails here */
    for (uint32_t i = 0; i < count; i++) {
        check_record(&records[i]);
        buf_put(&o->records, records[i].body.base, records[i].body.len);
        outcomes[i] = records[i].body.len % 4; /* any of them */
    }
    return true;
}

static bool find_place(void *context, bytes postcode, double *ret_lat, double *ret_lon)
{
    (void)context;
    *ret_lat = 50;
    *ret_lon = 10;
    return postcode.len == 5;
}

static bool keep_place(void *context, bytes postcode, double lat, double lon, err *e)
{
    outcome *o = context;
    (void)e; /* nothing fails here */
    check(lat >= -90 && lat <= 90);
    check(lon >= -180 && lon <= 180);
    buf_put(&o->records, postcode.base, postcode.len);
    return true;
}

static int64_t count_of(const json_node *report, const char *key)
{
    int64_t count = -1;
    check(json_integer(json_member(report, key), &count));
    check(count >= 0);
    return count;
}

static void check_report(bytes text)
{
    json_doc *doc = NULL;
    err e = {0};
    check(json_parse(text, JSON_DEPTH_MAX, &doc, &e));
    check(json_refuse_lossy(doc, "", &e));
    const json_node *r = json_root(doc);
    check(count_of(r, "read") == count_of(r, "created") + count_of(r, "changed") +
                                     count_of(r, "unchanged") + count_of(r, "refused") +
                                     count_of(r, "duplicates") + count_of(r, "merged"));
    json_doc_free(&doc);
}

static void run(const char *format, bytes map, bytes file, size_t piece_len, outcome *ret)
{
    import_options options = {
        .format = format,
        .map = map,
        .sink = take_batch,
        .find_place = find_place,
        .keep_place = keep_place,
        .context = ret,
    };
    import_run *r = NULL;
    ret->is_done = import_new(&options, &r, &ret->error);
    for (size_t at = 0; ret->is_done && at < file.len; at += piece_len) {
        size_t len = file.len - at < piece_len ? file.len - at : piece_len;
        ret->is_done = import_feed(r, (bytes){file.base + at, len}, &ret->error);
    }
    ret->is_done = ret->is_done && import_finish(r, &ret->report, &ret->error);
    if (ret->is_done) {
        check_report(buf_bytes(&ret->report));
    } else {
        check(ret->error.code != ERR_NONE && ret->error.code != ERR_MEMORY);
    }
    import_free(&r);
}

static void free_outcome(outcome *o)
{
    buf_fini(&o->report);
    buf_fini(&o->records);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len)
{
    static const char *const FORMATS[] = {"auto",        "native",        "csv",
                                          "ba-jobs-csv", "ba-training",   "geonames-postcodes",
                                          "ba-jobs",     "ba-job-detail", "ba-language",
                                          "ba-coaching", "ba-vocational", "mein-now",
                                          "integreat",   "json-ld",       "classification"};
    if (len < 2) {
        return 0;
    }
    const char *format = FORMATS[input[0] % (sizeof FORMATS / sizeof *FORMATS)];
    size_t piece_len = (size_t)input[1] % 64 + 1;
    bytes file = {(const char *)input + 2, len - 2};
    bytes map = {NULL, 0};
    const char *nul = file.len > 0 ? memchr(file.base, 0, file.len) : NULL;
    if (strcmp(format, "csv") == 0 && nul != NULL) {
        map = (bytes){file.base, (size_t)(nul - file.base)};
        file = (bytes){nul + 1, file.len - map.len - 1};
    }
    outcome whole = {0};
    outcome pieces = {0};
    run(format, map, file, file.len + 1, &whole);
    run(format, map, file, piece_len, &pieces);
    check(whole.is_done == pieces.is_done);
    check(whole.is_done || strcmp(whole.error.text, pieces.error.text) == 0);
    check(bytes_equal(buf_bytes(&whole.report), buf_bytes(&pieces.report)));
    /* A run that fails half-way may have handed on what it had. */
    check(!whole.is_done || bytes_equal(buf_bytes(&whole.records), buf_bytes(&pieces.records)));
    free_outcome(&whole);
    free_outcome(&pieces);
    return 0;
}
