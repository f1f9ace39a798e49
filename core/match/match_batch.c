/* One question for many anchors: begun once, ranked for each. */
#include "base/check.h"
#include "match/match_run.h"

enum { LATE_ANCHOR_MAX = 64 };

struct match_batch {
    match_run_state run;
    match_query query;
    record_side anchor_side;
    uint32_t first_rows[RUN_SEGMENT_MAX]; /* numbers of the rows found, by segment */
};

bool match_batch_new(match_worker *w, const match_query *q, record_side anchor_side,
                     match_batch **ret, err *e)
{
    match_batch *b = mem_new(sizeof *b);
    check(!q->wants_totals);
    if (b == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a batch");
    }
    b->query = *q;
    b->anchor_side = anchor_side;
    if (!run_begin(&b->run, w, &b->query, anchor_side, e)) {
        mem_free(b);
        return false;
    }
    for (uint32_t i = 0; i < b->run.segment_count; i++) {
        b->first_rows[i] = snapshot_first_row(q->snapshot, b->run.row_side, i);
    }
    *ret = b;
    return true;
}

void match_batch_free(match_batch **b)
{
    if (*b != NULL) {
        run_end(&(*b)->run);
        mem_free(*b);
        *b = NULL;
    }
}

static void set_anchor(match_batch *b, const segment *anchor, const uint32_t *rows,
                       uint32_t row_count)
{
    check(segment_side(anchor) == b->anchor_side);
    b->query.anchor = anchor;
    b->query.anchor_rows = rows;
    b->query.anchor_row_count = row_count;
}

static uint32_t take_edges(const match_batch *b, match_edge *ret)
{
    const rank_list *rank = b->run.rank;
    for (uint32_t i = 0; i < rank->count; i++) {
        const rank_entry *entry = rank_at(rank, i);
        const run_segment *s = &b->run.segments[entry->segment];
        ret[i] = (match_edge){.row = b->first_rows[entry->segment] + entry->row,
                              .score = entry->score + price_of(s, entry->row),
                              .verdict = (uint8_t)run_verdict(&b->run, entry),
                              .segment = (uint8_t)entry->segment,
                              .anchor_row = (uint16_t)entry->anchor_row};
    }
    return rank->count;
}

/* Where criteria are late, many anchors share one question to them: all are walked through first.
 */
static bool rank_together(match_batch *b, const segment *anchors, const uint32_t *rows,
                          uint32_t row_count, const int32_t *floors, match_edge *ret_edges,
                          uint32_t *ret_counts, err *e)
{
    match_run_state *run = &b->run;
    late_list lists[LATE_ANCHOR_MAX];
    check(row_count <= LATE_ANCHOR_MAX);
    arena_reset(&run->worker->scratch);
    late_begin(run);
    for (uint32_t i = 0; i < row_count; i++) {
        set_anchor(b, anchors, &rows[i], 1);
        b->query.floor = floors == NULL ? b->query.floor : floors[i];
        if (!run_walk(run, e) || !late_gather(run, e)) {
            return false;
        }
        late_judge(run);
        lists[i] = run->late;
    }
    late_ring(run);
    for (uint32_t i = 0; i < row_count; i++) {
        b->query.floor = floors == NULL ? b->query.floor : floors[i];
        run->late = lists[i];
        late_rank(run);
        ret_counts[i] = take_edges(b, ret_edges + (size_t)i * b->query.limit);
    }
    return true;
}

static bool best_with_late(match_batch *b, const segment *anchors, const uint32_t *rows,
                           uint32_t row_count, const int32_t *floors, match_edge *ret_edges,
                           uint32_t *ret_counts, err *e)
{
    int32_t floor = b->query.floor;
    bool is_good = true;
    for (uint32_t at = 0; at < row_count && is_good; at += LATE_ANCHOR_MAX) {
        uint32_t n = row_count - at < LATE_ANCHOR_MAX ? row_count - at : (uint32_t)LATE_ANCHOR_MAX;
        is_good = rank_together(b, anchors, rows + at, n, floors == NULL ? NULL : floors + at,
                                ret_edges + (size_t)at * b->query.limit, ret_counts + at, e);
    }
    b->query.floor = floor;
    return is_good;
}

bool match_batch_best(match_batch *b, const segment *anchors, const uint32_t *rows,
                      uint32_t row_count, const int32_t *floors, match_edge *ret_edges,
                      uint32_t *ret_counts, err *e)
{
    enum { FETCH_AHEAD = 2 };
    int32_t floor = b->query.floor;
    bool is_good = true;
    if (b->run.early_count < b->run.criterion_count) {
        return best_with_late(b, anchors, rows, row_count, floors, ret_edges, ret_counts, e);
    }
    for (uint32_t i = 0; i < row_count && is_good; i++) {
        set_anchor(b, anchors, &rows[i], 1);
        if (i + FETCH_AHEAD < row_count) {
            anchor_fetch(anchors, rows[i + FETCH_AHEAD]);
        }
        b->query.floor = floors == NULL ? floor : floors[i];
        is_good = run_rank(&b->run, e);
        ret_counts[i] = is_good ? take_edges(b, ret_edges + (size_t)i * b->query.limit) : 0;
    }
    b->query.floor = floor;
    return is_good;
}

bool match_batch_answer(match_batch *b, const segment *anchor, const uint32_t *rows,
                        uint32_t row_count, arena *a, match_answer *ret, err *e)
{
    match_answer answer = {0};
    set_anchor(b, anchor, rows, row_count);
    if (!run_rank(&b->run, e) || !run_tell(&b->run, a, &answer, e)) {
        return false;
    }
    *ret = answer;
    return true;
}

const match_query *match_batch_query(const match_batch *b)
{
    return &b->query;
}
