#ifndef CORE_MATCH_MATCH_H
#define CORE_MATCH_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/day.h"
#include "base/err.h"
#include "match/gate.h"
#include "match/snapshot.h"

/* One question, one exact answer: the k best offers of a seeker or seekers of an offer. Pure: works
 * on one snapshot with the memory of one worker. */

/* A worker's own things: criterion instances configured for a strategy, scratch memory. [worker] */
typedef struct match_worker match_worker;
bool match_worker_new(match_worker **ret, err *e);
void match_worker_free(match_worker **w);

enum { MATCH_YES_BIT = 1, MATCH_CHECK_BIT = 2 };

typedef struct match_query {
    const snapshot *snapshot;
    const strategy *strategy; /* weights and gates already set as the caller wants them */
    const segment *anchor;    /* stored segment, or one built for this question */
    const uint32_t
        *anchor_rows; /* one for a seeker; an offer's rows (its intakes, or the one asked for) */
    uint32_t anchor_row_count;
    day as_of;
    uint32_t limit;    /* 1..MATCH_LIMIT_MAX records */
    uint64_t kinds;    /* offer kinds that bound the rows; ~0: all */
    uint32_t verdicts; /* MATCH_YES_BIT | MATCH_CHECK_BIT */
    const gate
        *filters; /* extra gates that bound the rows (rows that fail or check are not rows) */
    uint32_t filter_count;
    /* A bit per row, by segment of the side asked for: the rows there are for this caller. NULL:
     * all that stand. */
    const uint64_t *const *visible;
    bool wants_totals;
    const volatile bool *stop; /* set by another thread: give up with ERR_CANCELLED; may be NULL */
    /* Rows are ranked by their score less a price, and those below the floor are in no answer. By
     * the row's number in the snapshot (snapshot_first_row), each 0..MATCH_PRICE_MAX; NULL: none.
     */
    const int32_t *prices;
    int32_t floor;   /* -MATCH_PRICE_MAX..: what a score less its price must reach */
    bool ranks_rows; /* the k best intakes, where else an offer stands by its best one */
} match_query;

enum { MATCH_PRICE_MAX = 1000000000 };

typedef struct match_part { /* of one criterion, in the strategy's order */
    int32_t score;          /* micropoints */
    int32_t points;         /* contribution: (weight * score + 500000) / 1000000 */
    verdict verdict;        /* YES or CHECK */
} match_part;

typedef struct match_hit {
    const segment *segment; /* of the row found */
    uint32_t row;
    uint32_t anchor_row; /* which of the anchor's rows it goes with best */
    int32_t score, low, high;
    verdict verdict;
    double km;               /* NaN unknown, -1 online */
    const match_part *parts; /* strategy.criterion_count of them */
    uint32_t other_count;    /* the offer's (or, for an offer anchor, the anchor's) other admissible
                                intakes */
    struct {
        const segment *segment;
        uint32_t row;
    } others[OTHER_INTAKES_MAX];
} match_hit;

typedef struct match_excluded {
    const char *criterion;
    uint64_t count;
} match_excluded;

typedef struct match_answer {
    match_hit *hits;
    uint32_t hit_count;
    bool has_totals;
    uint64_t rows, proposed, check, excluded;
    const match_excluded
        *excluded_by; /* count > 0 only, in the program's order of plugins, core.open first */
    uint32_t excluded_by_count;
} match_answer;

/* A plugin that runs in another process and did not answer: its criterion counts as `check` in
 * every row of the question, its derived fields are unknown. */
typedef struct match_degraded {
    uint32_t plugin;    /* index into program.plugins */
    uint32_t criterion; /* index into program.criteria; UINT32_MAX: it is about a field */
    err_code why;
} match_degraded;
/* Those since match_degraded_forget, which begins a question; a batch begins with it too. [worker]
 */
const match_degraded *match_degraded_list(const match_worker *w, uint32_t *ret_count);
void match_degraded_forget(match_worker *w);

/* The answer lives in `a`. A hit's score is the whole one, also where it was ranked by less. */
bool match_run(match_worker *w, const match_query *q, arena *a, match_answer *ret, err *e);

/* ---------------------------------------------------------------------------------- many anchors
 */

/* The same question for many anchors, as batches and allocators ask it: what does not depend on the
 * anchor is made ready once, and nothing is computed but who fits whom how well. A batch is its
 * worker's: while it lives the worker may tell reasons and judge pairs, but not run other
 * questions. Its answers are those of match_run. README.md tells how to use it. [worker] */
typedef struct match_batch match_batch;

/* One of an anchor's best rows. */
typedef struct match_edge {
    uint32_t row;        /* its number in the snapshot, as prices count them */
    int32_t score;       /* the whole score; the prices are the caller's */
    uint8_t verdict;     /* VERDICT_YES or VERDICT_CHECK */
    uint8_t segment;     /* of the snapshot */
    uint16_t anchor_row; /* which of the anchor's rows it goes with best */
} match_edge;

/* `q` without an anchor and totals; what it points to is borrowed until the batch is freed. Prices
 * may change between calls. */
bool match_batch_new(match_worker *w, const match_query *q, record_side anchor_side,
                     match_batch **ret, err *e);
void match_batch_free(match_batch **b);
/* Each of `rows` is an anchor of its own: people, in the order of their rows, which is spatial.
 * Anchor i has its edges at ret_edges[i * limit], best first, ret_counts[i] of them. `floors`, if
 * it is not NULL, tells each its own floor. */
bool match_batch_best(match_batch *b, const segment *anchors, const uint32_t *rows,
                      uint32_t row_count, const int32_t *floors, match_edge *ret_edges,
                      uint32_t *ret_counts, err *e);
/* The whole answer for one anchor, with parts and bands, as match_run gives it without totals. In
 * `a`. */
bool match_batch_answer(match_batch *b, const segment *anchor, const uint32_t *rows,
                        uint32_t row_count, arena *a, match_answer *ret, err *e);
/* The question as it was asked last: what match_reasons wants to know. */
const match_query *match_batch_query(const match_batch *b);

/* ------------------------------------------------------------------------------------- one pair */

/* One pair whatever its verdict: the hit and every gate's finding (in program order, those that are
 * on). */
typedef struct match_pair {
    match_hit hit;
    const gate_finding *findings;
    const uint32_t *gates; /* index into program.gates */
    uint32_t finding_count;
} match_pair;
/* `row` of the other side's record with these rows: the best of them is taken. */
bool match_pair_judge(match_worker *w, const match_query *q, const segment *other,
                      const uint32_t *other_rows, uint32_t other_row_count, arena *a,
                      match_pair *ret, err *e);

/* The reasons of a hit: the parts each criterion explains, weighed by running sums so that they add
 * up to its contribution. In `a`. */
#define REASON_UNANSWERED UINT32_MAX /* the plugin did not answer: a sentence of the core's */
typedef struct match_reason {
    uint32_t criterion;  /* index into program.criteria */
    uint32_t sentence;   /* of the manifest, or REASON_UNANSWERED */
    int32_t points, max; /* weighed micropoints; max: the criterion's whole weight */
    verdict verdict;
    uint32_t arg_count;
    lotse_arg args[EXPLAIN_ARG_MAX];
    const uint32_t *values; /* concepts named by LOTSE_ARG_CONCEPTS */
} match_reason;
bool match_reasons(match_worker *w, const match_query *q, const match_hit *hits, uint32_t hit_count,
                   arena *a, const match_reason ***ret_reasons /* [hit] */,
                   const uint32_t **ret_reason_counts, err *e);

/* What each of these rows of the other side scores, whatever its gates say; the query's anchor has
 * one row. `ret_scores` has room for all of them. [worker] */
bool match_scores(match_worker *w, const match_query *q, const segment *other, const uint32_t *rows,
                  uint32_t row_count, int32_t *ret_scores, err *e);

/* Derived fields of one row for a day, as a table whose columns are the program's derived ones. */
bool match_derive(match_worker *w, const match_program *p, const segment *s, const uint32_t *rows,
                  uint32_t row_count, day as_of, arena *a, const lotse_table **ret, err *e);

#endif
