/* What a cage costs: the same plugin in the process and in a cage, on a folder of the benchmark's
 * workload (offers.ndjson, seekers.ndjson, sample.txt), both asked in turns.
 *
 *   cage_bench DIR PLUGIN [ROUNDS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/memfile.h"
#include "match/match.h"
#include "model/record.h"
#include "plugin/registry.h"

enum { SAMPLE_MAX = 500, LIMIT = 10, BATCH_ROWS = 20000, SIDES = 2 };

typedef struct world {
    registry *registry;
    strategy strategy;
    snapshot *snapshot;
    match_worker *worker;
} world;

static dictionary *concepts;
static arena memory;
static char dir[64];

static _Noreturn void stop(const char *what, const err *e)
{
    fprintf(stderr, "cage_bench: %s: %s\n", what, e == NULL ? "" : e->text);
    exit(EXIT_FAILURE);
}

static void number_concepts(record_side side, const void *record)
{
    uint32_t count;
    const field *fields = field_all(side, &count);
    arena scratch = {0};
    for (uint32_t i = 0; i < count; i++) {
        const field *f = &fields[i];
        field_value v = {0};
        if (f->type == LOTSE_CONCEPT || f->type == LOTSE_CONCEPT_SET ||
            f->type == LOTSE_CONCEPT_LIST) {
            field_read(f, record, 0, &scratch, &v);
        }
        for (uint32_t k = 0; v.is_known && k < v.count; k++) {
            concept ignored;
            bool is_new;
            err e = {0};
            if (v.concepts[k].base != NULL &&
                !dictionary_add(concepts, v.concepts[k], &ignored, &is_new, &e)) {
                stop("dictionary", &e);
            }
        }
    }
    arena_fini(&scratch);
}

static segment_input *load_side(const char *folder, record_side side, uint32_t *ret_count)
{
    char path[4096];
    memfile file = {.fd = -1};
    segment_input *inputs = NULL;
    uint32_t count = 0, cap = 0;
    err e = {0};
    snprintf(path, sizeof path, "%s/%s.ndjson", folder, side == SIDE_SEEKER ? "seekers" : "offers");
    if (!memfile_map(path, &file, &e)) {
        stop(path, &e);
    }
    const char *end = (const char *)file.base + file.len;
    for (const char *at = file.base; at < end;) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        bytes line = {at, (size_t)((line_end == NULL ? end : line_end) - at)};
        at += line.len + 1;
        if (count == cap) {
            cap = cap == 0 ? 1024 : cap * 2;
            inputs = realloc(inputs, cap * sizeof *inputs);
        }
        seeker *s = NULL;
        offer *o = NULL;
        bool is_good = side == SIDE_SEEKER ? seeker_parse(line, NULL, &memory, &s, &e)
                                           : offer_parse(line, NULL, &memory, &o, &e);
        if (!is_good || inputs == NULL) {
            stop(path, &e);
        }
        inputs[count] = (segment_input){side == SIDE_SEEKER ? (const void *)s : (const void *)o, 1};
        number_concepts(side, inputs[count].record);
        count++;
    }
    memfile_fini(&file);
    *ret_count = count;
    return inputs;
}

/* The built-in plugins without one, and that one in a folder of its own. */
static void make_folders(const char *plugin)
{
    char command[1024];
    snprintf(dir, sizeof dir, "/tmp/lotse-cage-bench-XXXXXX");
    if (mkdtemp(dir) == NULL) {
        stop("mkdtemp", NULL);
    }
    snprintf(command, sizeof command,
             "mkdir '%s/caged' && cp -r '%s' '%s/builtin' && mv '%s/builtin/%s' '%s/caged/'", dir,
             PLUGIN_DIR, dir, dir, plugin, dir);
    if (system(command) != 0) {
        stop(command, NULL);
    }
}

static void make_world(bool is_caged, segment_input *inputs[2], const uint32_t counts[2],
                       world *ret)
{
    char builtin[128], caged[128];
    const char *builtin_dir = builtin;
    const char *caged_dir = caged;
    json_doc *doc = NULL;
    err e = {0};
    segment *sides[2];
    snprintf(builtin, sizeof builtin, "%s", is_caged ? dir : PLUGIN_DIR);
    if (is_caged) {
        snprintf(builtin, sizeof builtin, "%s/builtin", dir);
    }
    snprintf(caged, sizeof caged, "%s/caged", dir);
    const registry_config config = {.builtin_dirs = &builtin_dir,
                                    .builtin_dir_count = 1,
                                    .caged_dirs = &caged_dir,
                                    .caged_dir_count = is_caged ? 1 : 0,
                                    .accepts_unsigned = true,
                                    .cage_path = PLUGIN_DIR "/../lotse-cage",
                                    .cage_deadline_ms = 10000,
                                    .dictionary = concepts};
    if (!registry_new(&config, &ret->registry, &e)) {
        stop("plugins", &e);
    }
    for (uint32_t i = 0; i < registry_builtin_strategy_count(ret->registry); i++) {
        bytes id;
        bytes text = registry_builtin_strategy(ret->registry, i, &id);
        if (bytes_equal_text(id, "default") &&
            (!json_parse(text, 32, &doc, &e) ||
             !registry_strategy(ret->registry, json_root(doc), &memory, &ret->strategy, &e))) {
            stop("strategy", &e);
        }
    }
    json_doc_free(&doc);
    for (uint32_t side = 0; side < SIDES; side++) {
        if (!segment_build(registry_program(ret->registry), (record_side)side, inputs[side],
                           counts[side], concepts, false, &sides[side], &e)) {
            stop("segment", &e);
        }
    }
    if (!snapshot_from_segments(registry_program(ret->registry), concepts, sides[SIDE_SEEKER],
                                sides[SIDE_OFFER], 1, &ret->snapshot, &e) ||
        !match_worker_new(&ret->worker, &e)) {
        stop("snapshot", &e);
    }
}

static match_query query_of(const world *w)
{
    return (match_query){.snapshot = w->snapshot,
                         .strategy = &w->strategy,
                         .as_of = day_from_civil(2026, 5, 27),
                         .limit = LIMIT,
                         .kinds = UINT64_MAX,
                         .verdicts = MATCH_YES_BIT | MATCH_CHECK_BIT};
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *values, uint32_t count)
{
    qsort(values, count, sizeof *values, compare_doubles);
    return values[count / 2];
}

/* One question as a caseworker asks it: the ten best, and why. */
static double ask_one(world *w, uint32_t number, int64_t *ret_sum)
{
    static arena answers;
    char id[32];
    match_answer a;
    const match_reason **reasons;
    const uint32_t *reason_counts;
    err e = {0};
    match_query q = query_of(w);
    uint32_t degraded = 0;
    snprintf(id, sizeof id, "s-%07u", number);
    arena_reset(&answers);
    if (!snapshot_find(w->snapshot, SIDE_SEEKER, bytes_of(id), &q.anchor, &q.anchor_rows,
                       &q.anchor_row_count)) {
        stop(id, NULL);
    }
    match_degraded_forget(w->worker);
    int64_t begin = clock_monotonic_ns();
    if (!match_run(w->worker, &q, &answers, &a, &e) ||
        !match_reasons(w->worker, &q, a.hits, a.hit_count, &answers, &reasons, &reason_counts,
                       &e)) {
        stop("question", &e);
    }
    double us = (double)(clock_monotonic_ns() - begin) * 1e-3;
    (void)match_degraded_list(w->worker, &degraded);
    if (degraded > 0) {
        stop("the plugin did not answer", NULL);
    }
    for (uint32_t i = 0; i < a.hit_count; i++) {
        *ret_sum += a.hits[i].score;
    }
    return us;
}

static double run_batch(world *w, int64_t *ret_sum, double *ret_cpu_us)
{
    static match_edge edges[BATCH_ROWS * LIMIT];
    static uint32_t counts[BATCH_ROWS];
    static uint32_t rows[BATCH_ROWS];
    match_batch *b = NULL;
    err e = {0};
    match_query q = query_of(w);
    const segment *seekers = snapshot_segment(w->snapshot, SIDE_SEEKER, 0);
    uint32_t count = segment_row_count(seekers);
    count = count < BATCH_ROWS ? count : BATCH_ROWS;
    for (uint32_t i = 0; i < count; i++) {
        rows[i] = i;
    }
    match_degraded_forget(w->worker);
    struct timespec cpu[2];
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu[0]);
    int64_t begin = clock_monotonic_ns();
    if (!match_batch_new(w->worker, &q, SIDE_SEEKER, &b, &e) ||
        !match_batch_best(b, seekers, rows, count, NULL, edges, counts, &e)) {
        stop("batch", &e);
    }
    double us = (double)(clock_monotonic_ns() - begin) * 1e-3;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu[1]);
    *ret_cpu_us = ((double)(cpu[1].tv_sec - cpu[0].tv_sec) * 1e6 +
                   (double)(cpu[1].tv_nsec - cpu[0].tv_nsec) * 1e-3) /
                  count;
    match_batch_free(&b);
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < counts[i]; k++) {
            *ret_sum += edges[i * LIMIT + k].score;
        }
    }
    return us / count;
}

int main(int argc, char **argv)
{
    static double one[2][SAMPLE_MAX * 32];
    double batch[2][32], cpu[2][32];
    segment_input *inputs[2];
    uint32_t counts[2];
    uint32_t sample[SAMPLE_MAX], sample_count = 0, one_count = 0;
    int64_t sums[2] = {0};
    world worlds[2];
    err e = {0};
    char path[4096];
    if (argc < 3 || !dictionary_new(&concepts, &e)) {
        stop("usage: cage_bench DIR PLUGIN [ROUNDS]", NULL);
    }
    uint32_t rounds = argc > 3 ? (uint32_t)atoi(argv[3]) : 5;
    rounds = rounds < 1 ? 1 : rounds > 31 ? 31 : rounds;
    make_folders(argv[2]);
    for (uint32_t side = 0; side < SIDES; side++) {
        inputs[side] = load_side(argv[1], (record_side)side, &counts[side]);
    }
    for (uint32_t k = 0; k < 2; k++) {
        make_world(k == 1, inputs, counts, &worlds[k]);
    }
    snprintf(path, sizeof path, "%s/sample.txt", argv[1]);
    FILE *f = fopen(path, "r");
    while (f != NULL && sample_count < SAMPLE_MAX && fscanf(f, "%u", &sample[sample_count]) == 1) {
        sample_count++;
    }
    for (uint32_t round = 0; round <= rounds; round++) { /* the first one warms up */
        for (uint32_t i = 0; i < sample_count; i++) {
            for (uint32_t k = 0; k < 2; k++) {
                one[k][one_count] = ask_one(&worlds[k], sample[i], &sums[k]);
            }
            one_count += round > 0;
        }
        for (uint32_t k = 0; k < 2; k++) {
            uint32_t at = round == 0 ? 0 : round - 1;
            batch[k][at] = run_batch(&worlds[k], &sums[k], &cpu[k][at]);
        }
    }
    double a = median(one[0], one_count), b = median(one[1], one_count);
    printf("%s, one question with reasons: %.1f us in the process, %.1f us in a cage, %+.1f us\n",
           argv[2], a, b, b - a);
    a = median(batch[0], rounds);
    b = median(batch[1], rounds);
    printf("%s, batch: %.2f us a person in the process, %.2f us in a cage, %+.1f %%\n", argv[2], a,
           b, (b / a - 1) * 100);
    a = median(cpu[0], rounds);
    b = median(cpu[1], rounds);
    printf("%s, batch, time of the asking process alone: %.2f us, %.2f us, %+.1f %%\n", argv[2], a,
           b, (b / a - 1) * 100);
    printf("answers are %s\n", sums[0] == sums[1] ? "equal" : "DIFFERENT");
    snprintf(path, sizeof path, "rm -rf '%s'", dir);
    int rc = system(path);
    return sums[0] == sums[1] && rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
