/* One seeker's best offers in process: the matcher alone, with the built-in plugins and the
 * strategy `default`, on a folder of the benchmark's workload (offers.ndjson, seekers.ndjson,
 * sample.txt; single.txt, where it is there, holds the expected answers: "seeker offer score"
 * lines).
 *
 *   match_bench DIR [--plugins DIR] [--day DATE] [--rounds N] [--totals N]
 *               [--reverse N] [--compare 0] [--base DIR] [--batch N]
 */
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/memfile.h"
#include "match/match.h"
#include "model/record.h"
#include "plugin/registry.h"

enum { SAMPLE_MAX = 1000, LIMIT = 10, PATH_LEN = 4096, ANSWER_LEN = 64 };

typedef struct anchor {
    const segment *segment;
    const uint32_t *rows;
    uint32_t row_count;
} anchor;

typedef struct bench {
    const char *dir;
    registry *registry;
    const match_program *program;
    strategy strategy;
    dictionary *dictionary;
    arena memory;
    snapshot *snapshot;
    match_worker *worker;
    day as_of;
    uint32_t sample[SAMPLE_MAX];
    uint32_t sample_count;
    anchor anchors[SAMPLE_MAX];
} bench;

static _Noreturn void stop(const char *what, const err *e)
{
    fprintf(stderr, "match_bench: %s%s%s%s%s\n", what, e == NULL ? "" : ": ",
            e == NULL ? "" : e->text, e == NULL || e->detail[0] == '\0' ? "" : " ",
            e == NULL ? "" : e->detail);
    exit(EXIT_FAILURE);
}

static void load_program(bench *b, const char *plugins)
{
    err e = {0};
    const registry_config config = {
        .builtin_dirs = &plugins, .builtin_dir_count = 1, .dictionary = b->dictionary};
    if (!registry_new(&config, &b->registry, &e)) {
        stop("plugins", &e);
    }
    b->program = registry_program(b->registry);
    json_doc *doc = NULL;
    for (uint32_t i = 0; i < registry_builtin_strategy_count(b->registry); i++) {
        bytes id;
        bytes text = registry_builtin_strategy(b->registry, i, &id);
        if (!bytes_equal_text(id, "default")) {
            continue;
        }
        if (!json_parse(text, 32, &doc, &e) ||
            !registry_strategy(b->registry, json_root(doc), &b->memory, &b->strategy, &e)) {
            stop("strategy", &e);
        }
    }
    if (doc == NULL) {
        stop("there is no strategy `default` beside the plugins", NULL);
    }
    json_doc_free(&doc);
}

/* Every concept of a record gets its number. */
static void number_concepts(bench *b, record_side side, const void *record, arena *scratch)
{
    uint32_t count;
    const field *fields = field_all(side, &count);
    for (uint32_t i = 0; i < count; i++) {
        const field *f = &fields[i];
        if (f->type != LOTSE_CONCEPT && f->type != LOTSE_CONCEPT_SET &&
            f->type != LOTSE_CONCEPT_LIST) {
            continue;
        }
        field_value v = {0};
        field_read(f, record, 0, scratch, &v);
        for (uint32_t k = 0; v.is_known && k < v.count; k++) {
            concept ignored;
            bool is_new;
            err e = {0};
            if (v.concepts[k].base != NULL &&
                !dictionary_add(b->dictionary, v.concepts[k], &ignored, &is_new, &e)) {
                stop("dictionary", &e);
            }
        }
    }
}

static segment *load_side(bench *b, record_side side, const char *name)
{
    char path[PATH_LEN];
    err e = {0};
    memfile file = {.fd = -1};
    arena memory = {0};
    arena scratch = {0};
    segment_input *inputs = NULL;
    uint32_t count = 0;
    uint32_t cap = 0;
    snprintf(path, sizeof path, "%s/%s", b->dir, name);
    if (!memfile_map(path, &file, &e)) {
        stop(path, &e);
    }
    const char *at = file.base;
    const char *end = at + file.len;
    while (at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        bytes line = {at, (size_t)((line_end == NULL ? end : line_end) - at)};
        at += line.len + 1;
        if (count == cap) {
            cap = cap == 0 ? 1024 : cap * 2;
            inputs = realloc(inputs, cap * sizeof *inputs);
        }
        seeker *s;
        offer *o;
        bool is_good = side == SIDE_SEEKER ? seeker_parse(line, NULL, &memory, &s, &e)
                                           : offer_parse(line, NULL, &memory, &o, &e);
        if (!is_good || inputs == NULL) {
            stop(path, &e);
        }
        inputs[count].record = side == SIDE_SEEKER ? (const void *)s : (const void *)o;
        inputs[count].version = 1;
        number_concepts(b, side, inputs[count].record, &scratch);
        arena_reset(&scratch);
        count++;
    }
    segment *ret;
    int64_t begin = clock_monotonic_ns();
    if (!segment_build(b->program, side, inputs, count, b->dictionary, false, &ret, &e)) {
        stop(path, &e);
    }
    printf("%s: %u records, segment built in %.2f s\n", name, count,
           (double)(clock_monotonic_ns() - begin) * 1e-9);
    free(inputs);
    arena_fini(&memory);
    arena_fini(&scratch);
    memfile_fini(&file);
    return ret;
}

/* From the records, or from the base files of an earlier run, which are made where they are not. */
static void load_snapshot(bench *b, const char *base)
{
    err e = {0};
    if (base != NULL && snapshot_load_base(b->program, b->dictionary, base, &b->snapshot, &e)) {
        printf("base files of an earlier run\n");
        return;
    }
    segment *offers = load_side(b, SIDE_OFFER, "offers.ndjson");
    segment *seekers = load_side(b, SIDE_SEEKER, "seekers.ndjson");
    if (!snapshot_from_segments(b->program, b->dictionary, seekers, offers, 1, &b->snapshot, &e) ||
        (base != NULL && !snapshot_save_base(b->snapshot, base, &e))) {
        stop("snapshot", &e);
    }
}

static void load_sample(bench *b)
{
    char path[PATH_LEN];
    snprintf(path, sizeof path, "%s/sample.txt", b->dir);
    FILE *f = fopen(path, "r");
    if (f == NULL) {
        stop("there is no sample.txt", NULL);
    }
    while (b->sample_count < SAMPLE_MAX && fscanf(f, "%u", &b->sample[b->sample_count]) == 1) {
        b->sample_count++;
    }
    fclose(f);
}

/* A seeker of the sample, found before anything is timed. */
static void find_anchors(bench *b)
{
    for (uint32_t i = 0; i < b->sample_count; i++) {
        char id[32];
        snprintf(id, sizeof id, "s-%07u", b->sample[i]);
        anchor *at = &b->anchors[i];
        if (!snapshot_find(b->snapshot, SIDE_SEEKER, bytes_of(id), &at->segment, &at->rows,
                           &at->row_count)) {
            stop("a seeker of the sample is not there", NULL);
        }
    }
}

static void ask(bench *b, uint32_t index, bool wants_totals, arena *a, match_answer *ret)
{
    err e = {0};
    match_query q = {.snapshot = b->snapshot,
                     .anchor = b->anchors[index].segment,
                     .anchor_rows = b->anchors[index].rows,
                     .anchor_row_count = b->anchors[index].row_count,
                     .strategy = &b->strategy,
                     .as_of = b->as_of,
                     .limit = LIMIT,
                     .kinds = UINT64_MAX,
                     .verdicts = MATCH_YES_BIT | MATCH_CHECK_BIT,
                     .wants_totals = wants_totals};
    if (!match_run(b->worker, &q, a, ret, &e)) {
        stop("match_run", &e);
    }
}

static bool compare(bench *b)
{
    char path[PATH_LEN];
    arena a = {0};
    uint32_t wrong = 0;
    uint64_t lines = 0;
    snprintf(path, sizeof path, "%s/single.txt", b->dir);
    FILE *f = fopen(path, "r");
    if (f == NULL) {
        printf("no single.txt: answers not compared\n");
        return true;
    }
    for (uint32_t i = 0; i < b->sample_count; i++) {
        match_answer answer;
        ask(b, i, i % 2 == 0, &a, &answer);
        bool is_wrong = false;
        for (uint32_t k = 0; k < answer.hit_count; k++) {
            const match_hit *hit = &answer.hits[k];
            bytes id = segment_record_id(hit->segment, hit->row);
            char expected[128];
            char got[128];
            snprintf(got, sizeof got, "s-%07u %.*s %d\n", b->sample[i], (int)id.len, id.base,
                     hit->score);
            lines++;
            bool is_bad = fgets(expected, sizeof expected, f) == NULL || strcmp(expected, got) != 0;
            if (is_bad && !is_wrong && wrong < 5) {
                printf("expected %sgot      %s", expected, got);
            }
            is_wrong = is_wrong || is_bad || hit->low != hit->score || hit->high != hit->score ||
                       hit->verdict != VERDICT_YES;
        }
        bool adds_up =
            !answer.has_totals || answer.proposed + answer.check + answer.excluded == answer.rows;
        wrong += is_wrong || !adds_up;
        arena_reset(&a);
    }
    char rest[128];
    bool is_whole = fgets(rest, sizeof rest, f) == NULL;
    fclose(f);
    arena_fini(&a);
    printf("answers: %u of %u seekers differ, %" PRIu64 " lines, %s\n", wrong, b->sample_count,
           lines, is_whole ? "all expected" : "some expected are missing");
    return wrong == 0 && is_whole;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void report(const char *what, double *us, uint32_t count)
{
    qsort(us, count, sizeof *us, compare_doubles);
    printf("%s: p50 %.2f us, p99 %.2f us, worst %.2f us\n", what, us[count / 2],
           us[count * 99 / 100], us[count - 1]);
}

/* Every question in every round, and each question's best round: what the machine can do when
 * nothing else runs on it. */
static void measure(bench *b, bool wants_totals, uint32_t rounds)
{
    static double us[SAMPLE_MAX * 64];
    static double best[SAMPLE_MAX];
    arena a = {0};
    uint32_t count = 0;
    for (uint32_t round = 0; round <= rounds; round++) {
        for (uint32_t i = 0; i < b->sample_count; i++) {
            match_answer answer;
            arena_reset(&a);
            int64_t begin = clock_monotonic_ns();
            ask(b, i, wants_totals, &a, &answer);
            double taken = (double)(clock_monotonic_ns() - begin) * 1e-3;
            best[i] = round <= 1 || taken < best[i] ? taken : best[i];
            if (round > 0 && count < SAMPLE_MAX * 64) {
                us[count++] = taken;
            }
        }
    }
    arena_fini(&a);
    report(wants_totals ? "one seeker, exact totals" : "one seeker, no totals", us, count);
    report("  the best round of each", best, b->sample_count);
}

/* The same without what an answer is written from: edges, as a batch asks for them, one by one in
 * the order of the sample. */
static void measure_edges(bench *b, uint32_t rounds)
{
    static double us[SAMPLE_MAX * 64];
    match_query q = {.snapshot = b->snapshot,
                     .strategy = &b->strategy,
                     .as_of = b->as_of,
                     .limit = LIMIT,
                     .kinds = UINT64_MAX,
                     .verdicts = MATCH_YES_BIT | MATCH_CHECK_BIT};
    match_edge edges[LIMIT];
    match_batch *batch;
    uint32_t edge_count;
    uint32_t count = 0;
    err e = {0};
    if (!match_batch_new(b->worker, &q, SIDE_SEEKER, &batch, &e)) {
        stop("match_batch_new", &e);
    }
    for (uint32_t round = 0; round <= rounds; round++) {
        for (uint32_t i = 0; i < b->sample_count; i++) {
            int64_t begin = clock_monotonic_ns();
            if (!match_batch_best(batch, b->anchors[i].segment, b->anchors[i].rows, 1, NULL, edges,
                                  &edge_count, &e)) {
                stop("match_batch_best", &e);
            }
            if (round > 0 && count < SAMPLE_MAX * 64) {
                us[count++] = (double)(clock_monotonic_ns() - begin) * 1e-3;
            }
        }
    }
    match_batch_free(&batch);
    report("edges only", us, count);
}

/* ------------------------------------------------------------------------------------ batch */

enum { THREAD_COUNT = 2, BATCH_ROWS = 256 };

typedef struct batch_share {
    bench *bench;
    _Atomic uint32_t *next; /* the next row of the seekers' base segment, for all threads */
    uint32_t row_count;
    uint64_t edge_count, score_sum;
} batch_share;

static void *run_share(void *context)
{
    batch_share *share = context;
    bench *b = share->bench;
    const segment *seekers = snapshot_segment(b->snapshot, SIDE_SEEKER, 0);
    match_query q = {.snapshot = b->snapshot,
                     .strategy = &b->strategy,
                     .as_of = b->as_of,
                     .limit = LIMIT,
                     .kinds = UINT64_MAX,
                     .verdicts = MATCH_YES_BIT | MATCH_CHECK_BIT};
    match_worker *worker;
    match_batch *batch;
    match_edge edges[BATCH_ROWS * LIMIT];
    uint32_t counts[BATCH_ROWS];
    uint32_t rows[BATCH_ROWS];
    err e = {0};
    if (!match_worker_new(&worker, &e) || !match_batch_new(worker, &q, SIDE_SEEKER, &batch, &e)) {
        stop("match_batch_new", &e);
    }
    for (;;) {
        uint32_t first = atomic_fetch_add(share->next, BATCH_ROWS);
        if (first >= share->row_count) {
            break;
        }
        uint32_t count =
            share->row_count - first < BATCH_ROWS ? share->row_count - first : (uint32_t)BATCH_ROWS;
        for (uint32_t i = 0; i < count; i++) {
            rows[i] = first + i;
        }
        if (!match_batch_best(batch, seekers, rows, count, NULL, edges, counts, &e)) {
            stop("match_batch_best", &e);
        }
        for (uint32_t i = 0; i < count; i++) {
            share->edge_count += counts[i];
            for (uint32_t k = 0; k < counts[i]; k++) {
                share->score_sum += (uint64_t)edges[i * LIMIT + k].score;
            }
        }
    }
    match_batch_free(&batch);
    match_worker_free(&worker);
    return NULL;
}

/* The ten best of all seekers, or of the first so many in the order of their rows, on two threads.
 * The sum of the scores is to be held against another program's. */
static void measure_batch(bench *b, uint32_t asked)
{
    pthread_t threads[THREAD_COUNT];
    batch_share shares[THREAD_COUNT];
    _Atomic uint32_t next = 0;
    uint32_t all = segment_row_count(snapshot_segment(b->snapshot, SIDE_SEEKER, 0));
    uint32_t count = asked < all ? asked : all;
    uint64_t edge_count = 0;
    uint64_t score_sum = 0;
    int64_t begin = clock_monotonic_ns();
    for (uint32_t i = 0; i < THREAD_COUNT; i++) {
        shares[i] = (batch_share){.bench = b, .next = &next, .row_count = count};
        if (pthread_create(&threads[i], NULL, run_share, &shares[i]) != 0) {
            stop("pthread_create", NULL);
        }
    }
    for (uint32_t i = 0; i < THREAD_COUNT; i++) {
        pthread_join(threads[i], NULL);
        edge_count += shares[i].edge_count;
        score_sum += shares[i].score_sum;
    }
    double s = (double)(clock_monotonic_ns() - begin) * 1e-9;
    printf("batch: %u of %u seekers in %.2f s (all: %.2f s), %" PRIu64 " edges, scores %" PRIu64
           "\n",
           count, all, s, s * all / count, edge_count, score_sum);
}

static void measure_reverse(bench *b, uint32_t asked)
{
    static double us[SAMPLE_MAX];
    arena a = {0};
    uint32_t count = 0;
    const segment *offers = snapshot_segment(b->snapshot, SIDE_OFFER, 0);
    uint32_t record_count = segment_record_count(offers);
    for (uint32_t i = 0; i < asked && i < SAMPLE_MAX; i++) {
        char id[32];
        err e = {0};
        match_answer answer;
        snprintf(id, sizeof id, "o-%07u", 1 + (uint32_t)((uint64_t)i * 7919 % record_count));
        match_query q = {.snapshot = b->snapshot,
                         .strategy = &b->strategy,
                         .as_of = b->as_of,
                         .limit = LIMIT,
                         .kinds = UINT64_MAX,
                         .verdicts = MATCH_YES_BIT | MATCH_CHECK_BIT};
        if (!snapshot_find(b->snapshot, SIDE_OFFER, bytes_of(id), &q.anchor, &q.anchor_rows,
                           &q.anchor_row_count)) {
            stop("an offer is not there", NULL);
        }
        arena_reset(&a);
        int64_t begin = clock_monotonic_ns();
        if (!match_run(b->worker, &q, &a, &answer, &e)) {
            stop(id, &e);
        }
        us[count++] = (double)(clock_monotonic_ns() - begin) * 1e-3;
    }
    arena_fini(&a);
    report("one offer, no totals", us, count);
}

int main(int argc, char **argv)
{
    bench b = {.dir = argc > 1 ? argv[1] : NULL};
    const char *plugins = PLUGIN_DIR;
    const char *date = "2026-05-27";
    const char *base = NULL;
    uint32_t rounds = 5;
    uint32_t reverse = 200;
    uint32_t batch = 0;
    uint32_t totals = 1;
    uint32_t compares = 1;
    err e = {0};
    if (b.dir == NULL) {
        stop("usage: match_bench DIR [--plugins DIR] [--day DATE] [--rounds N] [--totals N] "
             "[--reverse N] [--compare 0] [--base DIR] [--batch N]",
             NULL);
    }
    for (int i = 2; i + 1 < argc; i += 2) {
        base = strcmp(argv[i], "--base") == 0 ? argv[i + 1] : base;
        plugins = strcmp(argv[i], "--plugins") == 0 ? argv[i + 1] : plugins;
        date = strcmp(argv[i], "--day") == 0 ? argv[i + 1] : date;
        rounds = strcmp(argv[i], "--rounds") == 0 ? (uint32_t)atoi(argv[i + 1]) : rounds;
        totals = strcmp(argv[i], "--totals") == 0 ? (uint32_t)atoi(argv[i + 1]) : totals;
        compares = strcmp(argv[i], "--compare") == 0 ? (uint32_t)atoi(argv[i + 1]) : compares;
        batch = strcmp(argv[i], "--batch") == 0 ? (uint32_t)strtoul(argv[i + 1], NULL, 10) : batch;
        reverse = strcmp(argv[i], "--reverse") == 0 ? (uint32_t)atoi(argv[i + 1]) : reverse;
    }
    if (!day_parse(bytes_of(date), &b.as_of)) {
        stop("the day is not a date", NULL);
    }
    if (!dictionary_new(&b.dictionary, &e)) {
        stop("dictionary", &e);
    }
    load_program(&b, plugins);
    load_sample(&b);
    load_snapshot(&b, base);
    if (!match_worker_new(&b.worker, &e)) {
        stop("worker", &e);
    }
    find_anchors(&b);
    bool is_equal = compares == 0 || compare(&b);
    if (rounds > 0) {
        measure(&b, false, rounds);
        measure_edges(&b, rounds);
    }
    if (totals > 0) {
        measure(&b, true, totals);
    }
    if (batch > 0) {
        measure_batch(&b, batch);
    }
    if (reverse > 0) {
        measure_reverse(&b, reverse);
    }
    match_worker_free(&b.worker);
    snapshot_free(&b.snapshot);
    registry_free(&b.registry);
    dictionary_free(&b.dictionary);
    arena_fini(&b.memory);
    return is_equal ? EXIT_SUCCESS : EXIT_FAILURE;
}
