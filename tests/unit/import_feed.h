#ifndef TESTS_UNIT_IMPORT_FEED_H
#define TESTS_UNIT_IMPORT_FEED_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "import/import.h"
#include "json/json.h"

/* An import with a stock of its own: what a test feeds, what came of it. */
typedef struct feed {
    import_options options;
    buf bodies; /* of the records, a line each, in the order they came */
    buf ids;    /* the same, ids only */
    buf report;
    json_doc *doc; /* of the report */
    uint64_t record_count;
    uint64_t batch_count;
    uint64_t place_count;
    bool sink_refuses; /* every record */
    bool sink_fails;
    err error;
} feed;

static inline bool feed_sink(void *context, const import_record *records, uint32_t count,
                             import_outcome *outcomes, err *e)
{
    feed *f = context;
    f->batch_count++;
    if (f->sink_fails) {
        return fail(e, ERR_STORE_FULL, "the disk is full");
    }
    for (uint32_t i = 0; i < count; i++) {
        buf_put(&f->bodies, records[i].body.base, records[i].body.len);
        buf_char(&f->bodies, '\n');
        buf_print(&f->ids, "%.*s@%llu ", (int)records[i].id.len, records[i].id.base,
                  (unsigned long long)records[i].line);
        outcomes[i] = f->sink_refuses ? IMPORT_REFUSED : IMPORT_CREATED;
        f->record_count++;
    }
    return true;
}

/* 10875 is known, and lies in Stuttgart. */
static inline bool feed_find_place(void *context, bytes postcode, double *ret_lat, double *ret_lon)
{
    (void)context;
    *ret_lat = 48.75;
    *ret_lon = 9.25;
    return bytes_equal_text(postcode, "10875");
}

static inline bool feed_keep_place(void *context, bytes postcode, double lat, double lon, err *e)
{
    feed *f = context;
    (void)e;
    f->place_count++;
    buf_print(&f->ids, "%.*s=%g,%g ", (int)postcode.len, postcode.base, lat, lon);
    return true;
}

static inline void feed_end(feed *f)
{
    buf_fini(&f->bodies);
    buf_fini(&f->ids);
    buf_fini(&f->report);
    json_doc_free(&f->doc);
    f->record_count = 0;
    f->batch_count = 0;
    f->place_count = 0;
}

/* False: the run failed with f->error. The pieces are copies exactly as long as they say, so that a
 * read behind their end is seen. */
static inline bool feed_try(feed *f, bytes file, size_t piece_len)
{
    import_run *r = NULL;
    feed_end(f);
    f->error = (err){0};
    f->options.sink = feed_sink;
    f->options.find_place = feed_find_place;
    f->options.keep_place = feed_keep_place;
    f->options.context = f;
    bool is_fed = import_new(&f->options, &r, &f->error);
    for (size_t at = 0; is_fed && at < file.len;) {
        size_t len = file.len - at < piece_len ? file.len - at : piece_len;
        char *piece = malloc(len);
        memcpy(piece, file.base + at, len);
        is_fed = import_feed(r, (bytes){piece, len}, &f->error);
        free(piece);
        at += len;
    }
    is_fed = is_fed && import_finish(r, &f->report, &f->error);
    import_free(&r);
    if (is_fed) {
        err e = {0};
        ck_assert_msg(json_parse(buf_bytes(&f->report), 8, &f->doc, &e) &&
                          json_refuse_lossy(f->doc, "", &e),
                      "%s: %s", e.text, buf_terminated(&f->report));
    }
    return is_fed;
}

static inline int64_t feed_count(const feed *f, const char *key)
{
    int64_t value = -1;
    const json_node *n = json_member(json_root(f->doc), key);
    ck_assert_msg(n != NULL && json_integer(n, &value), "the report has no count \"%s\"", key);
    return value;
}

static inline void feed_check_sums(const feed *f)
{
    ck_assert_int_eq(feed_count(f, "read"),
                     feed_count(f, "created") + feed_count(f, "changed") +
                         feed_count(f, "unchanged") + feed_count(f, "refused") +
                         feed_count(f, "duplicates") + feed_count(f, "merged"));
    ck_assert_int_eq(feed_count(f, "refused"), feed_count(f, "refusals_total"));
}

/* The run must succeed, its sums must hold, and other pieces must make no difference. */
static inline void feed_file(feed *f, bytes file)
{
    static const size_t PIECES[] = {1, 2, 7, 4096};
    for (size_t i = 0; i < sizeof PIECES / sizeof *PIECES; i++) {
        if (file.len / PIECES[i] > 2000000) {
            continue;
        }
        feed other = {.options = f->options, .sink_refuses = f->sink_refuses};
        ck_assert_msg(feed_try(&other, file, PIECES[i]), "%s", other.error.text);
        ck_assert_msg(feed_try(f, file, SIZE_MAX), "%s", f->error.text);
        ck_assert_str_eq(buf_terminated(&other.report), buf_terminated(&f->report));
        ck_assert_str_eq(buf_terminated(&other.bodies), buf_terminated(&f->bodies));
        ck_assert_str_eq(buf_terminated(&other.ids), buf_terminated(&f->ids));
        feed_end(&other);
    }
    feed_check_sums(f);
}

/* The run must fail, whatever the pieces, with the same words; and nothing may reach the stock. */
static inline void feed_refused(feed *f, bytes file, err_code code)
{
    static const size_t PIECES[] = {1, 3, 1000};
    ck_assert(!feed_try(f, file, SIZE_MAX));
    ck_assert_msg(f->error.code == code, "%s: %s", err_id(f->error.code), f->error.text);
    ck_assert_uint_eq(f->record_count, 0);
    for (size_t i = 0; i < sizeof PIECES / sizeof *PIECES; i++) {
        feed other = {.options = f->options};
        ck_assert(!feed_try(&other, file, PIECES[i]));
        ck_assert_str_eq(other.error.text, f->error.text);
        ck_assert_str_eq(other.error.path, f->error.path);
        ck_assert_uint_eq(other.record_count, 0);
        feed_end(&other);
    }
}

/* A count inside one of the report's objects; 0: the key is not there. */
static inline int64_t feed_key(const feed *f, const char *counts, const char *key)
{
    int64_t value = 0;
    const json_node *n = json_member(json_member(json_root(f->doc), counts), key);
    return n != NULL && json_integer(n, &value) ? value : 0;
}

static inline const json_node *feed_refusal(const feed *f, size_t index)
{
    const json_node *n = json_child(json_member(json_root(f->doc), "refusals"));
    for (; n != NULL && index > 0; index--) {
        n = json_next(n);
    }
    ck_assert_ptr_nonnull(n);
    return n;
}

static inline int64_t feed_refusal_line(const feed *f, size_t index)
{
    int64_t line = 0;
    ck_assert(json_integer(json_member(feed_refusal(f, index), "line"), &line));
    return line;
}

/* A member of the refusal's error: "id", "message", "path". */
static inline const char *feed_refusal_text(const feed *f, size_t index, const char *key)
{
    const json_node *error = json_member(feed_refusal(f, index), "error");
    const json_node *n = json_member(error, key);
    return n != NULL ? json_text(n).base : "";
}

/* The file under the shared folder (LOTSE_SHARED, else beside the project), or an empty one with a
 * message. */
static inline bool feed_read_shared(const char *name, buf *ret)
{
    const char *folder = getenv("LOTSE_SHARED");
    char path[4096];
    char piece[65536];
    size_t len;
    snprintf(path, sizeof path, "%s/%s", folder != NULL ? folder : SOURCE_DIR "/../shared", name);
    FILE *in = fopen(path, "rb");
    if (in == NULL) {
        fprintf(stderr, "skipped: there is no \"%s\"\n", path);
        return false;
    }
    while ((len = fread(piece, 1, sizeof piece, in)) > 0) {
        buf_put(ret, piece, len);
    }
    fclose(in);
    return true;
}

static inline void feed_read_own(const char *name, buf *ret)
{
    char path[4096];
    char piece[65536];
    size_t len;
    snprintf(path, sizeof path, "%s/%s", SOURCE_DIR, name);
    FILE *in = fopen(path, "rb");
    ck_assert_msg(in != NULL, "there is no \"%s\"", path);
    while ((len = fread(piece, 1, sizeof piece, in)) > 0) {
        buf_put(ret, piece, len);
    }
    fclose(in);
}

#define FEED_RUN(suite_name, ...)                                                                  \
    int main(void)                                                                                 \
    {                                                                                              \
        const TTest *const tests[] = {__VA_ARGS__};                                                \
        Suite *suite = suite_create(suite_name);                                                   \
        TCase *tcase = tcase_create(suite_name);                                                   \
        tcase_set_timeout(tcase, 60);                                                              \
        for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {                                \
            tcase_add_test(tcase, tests[i]);                                                       \
        }                                                                                          \
        suite_add_tcase(suite, tcase);                                                             \
        SRunner *runner = srunner_create(suite);                                                   \
        srunner_run_all(runner, CK_ENV);                                                           \
        int failed = srunner_ntests_failed(runner);                                                \
        srunner_free(runner);                                                                      \
        return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;                                          \
    }

#endif
