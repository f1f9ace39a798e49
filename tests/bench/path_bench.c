/* Pathways in process: the planner alone, with the built-in plugins and the strategy `casework`, on
 * a folder with offers.ndjson and seekers.ndjson as `lotse sample` makes them.
 *
 *   path_bench DIR [--plugins DIR] [--day DATE] [--steps N] [--goal isco:CODE]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memfile.h"
#include "model/record_seeker.h"
#include "path/path.h"
#include "plugin/registry.h"

enum { PERSON_MAX = 100000, PATH_LEN = 4096 };

typedef struct bench {
    const char *dir;
    registry *registry;
    strategy strategy;
    dictionary *dictionary;
    arena memory;
    snapshot *snapshot;
    match_worker *worker;
    const seeker *people[PERSON_MAX];
    uint32_t person_count;
    double milliseconds[PERSON_MAX];
} bench;

static _Noreturn void stop(const char *what, const err *e)
{
    fprintf(stderr, "path_bench: %s%s%s %s\n", what, e == NULL ? "" : ": ",
            e == NULL ? "" : e->text, e == NULL ? "" : e->detail);
    exit(EXIT_FAILURE);
}

static void load_program(bench *b, const char *plugins)
{
    err e = {0};
    json_doc *doc = NULL;
    const registry_config config = {
        .builtin_dirs = &plugins, .builtin_dir_count = 1, .dictionary = b->dictionary};
    if (!registry_new(&config, &b->registry, &e)) {
        stop("plugins", &e);
    }
    for (uint32_t i = 0; i < registry_builtin_strategy_count(b->registry); i++) {
        bytes id;
        bytes text = registry_builtin_strategy(b->registry, i, &id);
        if (bytes_equal_text(id, "casework") &&
            (!json_parse(text, 32, &doc, &e) ||
             !registry_strategy(b->registry, json_root(doc), &b->memory, &b->strategy, &e))) {
            stop("strategy", &e);
        }
    }
    if (doc == NULL) {
        stop("there is no strategy `casework` beside the plugins", NULL);
    }
    json_doc_free(&doc);
}

static void number_concepts(bench *b, record_side side, const void *record, arena *scratch)
{
    uint32_t count;
    const field *fields = field_all(side, &count);
    for (uint32_t i = 0; i < count; i++) {
        const field *f = &fields[i];
        field_value v = {0};
        if (f->type != LOTSE_CONCEPT && f->type != LOTSE_CONCEPT_SET &&
            f->type != LOTSE_CONCEPT_LIST) {
            continue;
        }
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
    arena scratch = {0};
    segment_input *inputs = NULL;
    uint32_t count = 0;
    uint32_t cap = 0;
    segment *ret = NULL;
    snprintf(path, sizeof path, "%s/%s", b->dir, name);
    if (!memfile_map(path, &file, &e)) {
        stop(path, &e);
    }
    const char *at = file.base;
    const char *end = at + file.len;
    while (at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        bytes line = {at, (size_t)((line_end == NULL ? end : line_end) - at)};
        seeker *s = NULL;
        offer *o = NULL;
        at += line.len + 1;
        if (count == cap) {
            cap = cap == 0 ? 1024 : cap * 2;
            inputs = realloc(inputs, cap * sizeof *inputs);
        }
        bytes kept = arena_copy(&b->memory, line);
        bool is_good = side == SIDE_SEEKER ? seeker_parse(kept, NULL, &b->memory, &s, &e)
                                           : offer_parse(kept, NULL, &b->memory, &o, &e);
        if (!is_good || inputs == NULL || (s != NULL && b->person_count == PERSON_MAX)) {
            stop(path, &e);
        }
        if (s != NULL) {
            b->people[b->person_count++] = s;
        }
        inputs[count].record = s != NULL ? (const void *)s : (const void *)o;
        inputs[count].version = 1;
        number_concepts(b, side, inputs[count++].record, &scratch);
        arena_reset(&scratch);
    }
    if (!segment_build(registry_program(b->registry), side, inputs, count, b->dictionary, false,
                       &ret, &e)) {
        stop(path, &e);
    }
    free(inputs);
    arena_fini(&scratch);
    memfile_fini(&file);
    printf("%s: %u records\n", name, count);
    return ret;
}

/* Of this thread: a busy machine makes nothing slower. */
static int64_t cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Where somebody wants to go: their goal, else their wishes, else any work. */
static void find_goal(const seeker *s, const char *asked, path_goal *goal)
{
    if (asked != NULL) {
        goal->occupation_count = concept_from_code(bytes_of(asked), &goal->occupations[0]) ? 1 : 0;
    } else if (s->goal.occupation.is_set) {
        goal->occupation_count =
            concept_from_code(s->goal.occupation.text, &goal->occupations[0]) ? 1 : 0;
    } else {
        for (uint32_t i = 0; i < s->wishes.occupations.count && i < PATH_GOAL_MAX; i++) {
            if (concept_from_code(s->wishes.occupations.items[i],
                                  &goal->occupations[goal->occupation_count])) {
                goal->occupation_count++;
            }
        }
    }
}

static void run(bench *b, day as_of, uint32_t step_max, const char *goal)
{
    uint64_t chains = 0;
    uint64_t labels = 0;
    uint64_t candidates = 0;
    uint32_t reached = 0;
    uint32_t inexact = 0;
    uint32_t lengths[PATH_STEP_MAX + 2] = {0};
    for (uint32_t i = 0; i < b->person_count; i++) {
        arena a = {0};
        err e = {0};
        path_answer answer;
        path_question q = {.snapshot = b->snapshot,
                           .strategy = &b->strategy,
                           .dictionary = b->dictionary,
                           .seeker = b->people[i],
                           .as_of = as_of,
                           .by = DAY_NONE,
                           .step_max = step_max};
        find_goal(b->people[i], goal, &q.goal);
        int64_t begin = cpu_ns();
        if (!path_find(b->worker, &q, &a, &answer, &e)) {
            stop("path_find", &e);
        }
        b->milliseconds[i] = (double)(cpu_ns() - begin) * 1e-6;
        chains += answer.chain_count;
        labels += answer.label_count;
        candidates += answer.candidate_count;
        reached += answer.chain_count > 0;
        inexact += !answer.is_exact;
        for (uint32_t k = 0; k < answer.chain_count; k++) {
            lengths[answer.chains[k].step_count]++;
        }
        if (getenv("PATH_BENCH_ALL") != NULL) {
            printf("%.*s %.2f ms, %u candidates, %u labels, %u chains, goals %u of %u\n",
                   (int)b->people[i]->id.text.len, b->people[i]->id.text.base, b->milliseconds[i],
                   answer.candidate_count, answer.label_count, answer.chain_count, answer.goal_open,
                   answer.goal_rows);
        }
        arena_fini(&a);
    }
    uint32_t n = b->person_count;
    qsort(b->milliseconds, n, sizeof(double), compare_numbers);
    printf(
        "%u people, up to %u steps before the goal: p50 %.2f ms, p90 %.2f, p99 %.2f, most %.2f\n",
        n, step_max, b->milliseconds[n / 2], b->milliseconds[n * 9 / 10],
        b->milliseconds[n * 99 / 100], b->milliseconds[n - 1]);
    printf("%u with a way, %u not exact, %.1f chains, %.0f candidates, %.0f labels on average\n",
           reached, inexact, (double)chains / n, (double)candidates / n, (double)labels / n);
    printf("chains by length:");
    for (uint32_t k = 1; k < PATH_STEP_MAX + 2; k++) {
        printf(" %u", lengths[k]);
    }
    printf("\n");
}

int main(int argc, char **argv)
{
    static bench b;
    err e = {0};
    const char *plugins = PLUGIN_DIR;
    const char *goal = NULL;
    day as_of = day_from_civil(2026, 11, 23);
    uint32_t step_max = PATH_STEP_DEFAULT;
    for (int i = 2; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--plugins") == 0) {
            plugins = argv[i + 1];
        } else if (strcmp(argv[i], "--steps") == 0) {
            step_max = (uint32_t)atoi(argv[i + 1]);
        } else if (strcmp(argv[i], "--goal") == 0) {
            goal = argv[i + 1];
        } else if (strcmp(argv[i], "--day") != 0 || !day_parse(bytes_of(argv[i + 1]), &as_of)) {
            stop("unknown option", NULL);
        }
    }
    if (argc < 2 || step_max > PATH_STEP_MAX) {
        stop("expected a folder, and at most six steps", NULL);
    }
    b.dir = argv[1];
    if (!dictionary_new(&b.dictionary, &e) || !match_worker_new(&b.worker, &e)) {
        stop("memory", &e);
    }
    load_program(&b, plugins);
    segment *people = load_side(&b, SIDE_SEEKER, "seekers.ndjson");
    segment *offers = load_side(&b, SIDE_OFFER, "offers.ndjson");
    if (!snapshot_from_segments(registry_program(b.registry), b.dictionary, people, offers, 1,
                                &b.snapshot, &e)) {
        stop("snapshot", &e);
    }
    run(&b, as_of, step_max, goal);
    snapshot_free(&b.snapshot);
    match_worker_free(&b.worker);
    registry_free(&b.registry);
    dictionary_free(&b.dictionary);
    arena_fini(&b.memory);
    return 0;
}
