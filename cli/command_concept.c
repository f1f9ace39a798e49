/* concept: texts to occupations and skills. `rank` works on files alone. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/memfile.h"
#include "cli/cli.h"
#include "taxonomy/rank.h"
#include "taxonomy/rank_list.h"

enum { RANK_LIMIT = 100, RANK_LIMIT_MAX = 1000, BLOCK_QUERY_COUNT = 64 };

/* What the threads of one `concept rank` share: they take blocks of queries in turn, each fills its
 * block's text, and the texts are printed in order. */
typedef struct ranking {
    const rank_list *labels;
    const rank_list *queries;
    const rank_index *index;
    buf *blocks;
    uint32_t block_count;
    uint32_t limit;
    atomic_uint next_block;
} ranking;

typedef struct rank_thread {
    ranking *shared;
    pthread_t thread;
    bool is_running;
    bool is_good;
    err e;
} rank_thread;

static void print_hits(const ranking *r, const rank_line *query, const rank_label_hit *hits,
                       uint32_t count, buf *out)
{
    for (uint32_t i = 0; i < count; i++) {
        const rank_line *label = &r->labels->lines[hits[i].label];
        buf_put(out, query->id.base, query->id.len);
        buf_text(out, " Q0 ");
        buf_put(out, label->id.base, label->id.len);
        buf_print(out, " %u %.7f lotse\n", i + 1, (double)hits[i].score);
    }
}

/* An id with several labels stands in an answer once, with its best. */
static uint32_t drop_twins(const ranking *r, rank_label_hit *hits, uint32_t count)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count && kept < r->limit; i++) {
        const rank_line *a = &r->labels->lines[hits[i].label];
        bool is_twin = false;
        for (uint32_t j = 0; j < kept && !is_twin && r->labels->id_repeat_max > 1; j++) {
            const rank_line *b = &r->labels->lines[hits[j].label];
            is_twin = a->group == b->group && bytes_equal(a->id, b->id);
        }
        if (!is_twin) {
            hits[kept++] = hits[i];
        }
    }
    return kept;
}

static bool rank_block(ranking *r, rank_scratch *scratch, uint32_t block, err *e)
{
    /* Twins are dropped afterwards, so that more is asked for than is printed. */
    uint64_t wanted = (uint64_t)r->limit * r->labels->id_repeat_max;
    uint32_t asked = wanted < r->labels->count ? (uint32_t)wanted : r->labels->count;
    rank_label_hit *hits = mem_new(((size_t)asked + 1) * sizeof *hits);
    if (hits == NULL) {
        return fail(e, ERR_MEMORY, "could not rank: no memory");
    }
    uint32_t end = (block + 1) * BLOCK_QUERY_COUNT;
    end = end < r->queries->count ? end : r->queries->count;
    bool is_good = true;
    for (uint32_t i = block * BLOCK_QUERY_COUNT; is_good && i < end; i++) {
        const rank_line *query = &r->queries->lines[i];
        uint32_t count = 0;
        is_good = rank_labels(r->index, scratch, query->text, hits, asked, &count, e);
        if (is_good) {
            print_hits(r, query, hits, drop_twins(r, hits, count), &r->blocks[block]);
        }
    }
    mem_free(hits);
    if (is_good && r->blocks[block].failed) {
        return fail(e, ERR_MEMORY, "could not print the ranking: no memory");
    }
    return is_good;
}

static void *run_thread(void *context)
{
    rank_thread *t = context;
    ranking *r = t->shared;
    rank_scratch *scratch = NULL;
    t->is_good = rank_scratch_new(r->index, &scratch, &t->e);
    while (t->is_good) {
        uint32_t block = atomic_fetch_add(&r->next_block, 1);
        if (block >= r->block_count) {
            break;
        }
        t->is_good = rank_block(r, scratch, block, &t->e);
    }
    rank_scratch_free(&scratch);
    return NULL;
}

static bool run_threads(ranking *r, uint32_t thread_count, err *e)
{
    rank_thread threads[WORKER_COUNT_MAX] = {0};
    bool is_good = true;
    for (uint32_t i = 0; i < thread_count; i++) {
        threads[i].shared = r;
        threads[i].is_running =
            i > 0 && pthread_create(&threads[i].thread, NULL, run_thread, &threads[i]) == 0;
    }
    run_thread(&threads[0]); /* this thread works too, and alone where no other could be started */
    for (uint32_t i = 0; i < thread_count; i++) {
        if (threads[i].is_running) {
            pthread_join(threads[i].thread, NULL);
        }
        if ((i == 0 || threads[i].is_running) && !threads[i].is_good && is_good) {
            is_good = false;
            *e = threads[i].e;
        }
    }
    return is_good;
}

static bool make_index(const rank_list *labels, arena *a, rank_index **ret, err *e)
{
    rank_label *list = arena_array(a, labels->count, sizeof *list);
    if (list == NULL) {
        return fail(e, ERR_MEMORY, "could not index the labels: no memory");
    }
    for (uint32_t i = 0; i < labels->count; i++) {
        list[i] = (rank_label){labels->lines[i].text, labels->lines[i].group};
    }
    return rank_index_new(list, labels->count, labels->group_count, ret, e);
}

static bool rank_all(ranking *r, uint32_t thread_count, arena *a, err *e)
{
    r->block_count = (r->queries->count + BLOCK_QUERY_COUNT - 1) / BLOCK_QUERY_COUNT;
    r->blocks = arena_array(a, r->block_count, sizeof *r->blocks);
    if (r->blocks == NULL) {
        return fail(e, ERR_MEMORY, "could not rank: no memory");
    }
    bool is_good = run_threads(r, thread_count, e);
    for (uint32_t i = 0; i < r->block_count; i++) {
        bytes text = buf_bytes(&r->blocks[i]);
        if (is_good && fwrite(text.base, 1, text.len, stdout) != text.len) {
            is_good = fail(e, ERR_FILE, "could not write the ranking");
        }
        buf_fini(&r->blocks[i]);
    }
    return is_good;
}

static bool read_lists(const char *const paths[2], memfile files[2], rank_list lists[2], arena *a,
                       err *e)
{
    for (uint32_t i = 0; i < 2; i++) {
        if (!memfile_map(paths[i], &files[i], e) ||
            !rank_list_read((bytes){files[i].base, files[i].len}, paths[i], a, &lists[i], e)) {
            return false;
        }
    }
    return rank_list_group(&lists[0], a, e);
}

/* 0: not a number from 1 to max. */
static uint32_t number_from(const char *text, uint32_t usual, uint32_t max)
{
    if (text == NULL) {
        return usual;
    }
    char *end = NULL;
    unsigned long number = strtoul(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0' && number <= max ? (uint32_t)number : 0;
}

static uint32_t processor_count(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count > WORKER_COUNT_MAX ? WORKER_COUNT_MAX : (uint32_t)count;
}

static int run_rank(cli *c)
{
    uint32_t limit = number_from(c->limit, RANK_LIMIT, RANK_LIMIT_MAX);
    uint32_t thread_count = number_from(c->workers, processor_count(), WORKER_COUNT_MAX);
    if (c->arg_count != 4) {
        return cli_usage(c, "expected `lotse concept rank LABELS.tsv QUERIES.tsv [-n 100]`");
    }
    if (limit == 0) {
        return cli_usage(c, "-n is \"%s\"; expected 1 to %d", c->limit, RANK_LIMIT_MAX);
    }
    if (thread_count == 0) {
        return cli_usage(c, "--workers is \"%s\"; expected 1 to %d", c->workers, WORKER_COUNT_MAX);
    }
    err e = {0};
    arena a = {0};
    memfile files[2] = {{.fd = -1}, {.fd = -1}};
    rank_list lists[2] = {0};
    rank_index *index = NULL;
    ranking r = {.labels = &lists[0], .queries = &lists[1], .limit = limit};
    int64_t begin_ns = clock_monotonic_ns();
    int64_t made_ns = begin_ns;
    bool is_good =
        read_lists(&c->args[2], files, lists, &a, &e) && make_index(&lists[0], &a, &index, &e);
    if (is_good) {
        made_ns = clock_monotonic_ns();
        r.index = index;
        is_good = rank_all(&r, thread_count, &a, &e);
    }
    int64_t done_ns = clock_monotonic_ns();
    if (is_good && !c->is_quiet) {
        fprintf(stderr, "%u labels of %u concepts read in %lld ms, %u queries in %lld ms, %.0f/s\n",
                lists[0].count, lists[0].group_count, (long long)((made_ns - begin_ns) / 1000000),
                lists[1].count, (long long)((done_ns - made_ns) / 1000000),
                lists[1].count / ((double)(done_ns - made_ns) * 1e-9));
    }
    rank_index_free(&index);
    memfile_fini(&files[0]);
    memfile_fini(&files[1]);
    arena_fini(&a);
    return is_good ? EXIT_DONE : cli_report(c, &e);
}

int command_concept(cli *c)
{
    const char *verb = c->arg_count > 1 ? c->args[1] : "";
    if (strcmp(verb, "rank") == 0) {
        return run_rank(c);
    }
    if (strcmp(verb, "load") == 0) {
        return concept_load(c);
    }
    if (strcmp(verb, "find") == 0) {
        return concept_find(c);
    }
    return cli_usage(c, "expected `lotse concept load FILE...`, `find TEXT` or "
                        "`rank LABELS.tsv QUERIES.tsv`");
}
