/* The k best records, each by its best row. */
#include <string.h>

#include "match/match_run.h"

void rank_begin(rank_list *r, uint32_t limit, int32_t floor)
{
    r->count = 0;
    r->limit = limit;
    r->threshold = floor;
}

/* No start sorts behind every day. */
static int64_t start_of(const match_worker *w, const segment *s, uint32_t row)
{
    uint16_t column = w->start_column;
    if (column == NO_COLUMN) {
        return INT64_MAX;
    }
    const lotse_column *c = segment_column(s, column);
    return lotse_is_known(s->table, c, row) ? *(const int32_t *)lotse_value(s->table, c, row)
                                            : INT64_MAX;
}

int rank_compare_intakes(const match_worker *w, const segment *a, uint32_t a_row, const segment *b,
                         uint32_t b_row)
{
    int64_t a_start = start_of(w, a, a_row);
    int64_t b_start = start_of(w, b, b_row);
    if (a_start != b_start) {
        return a_start < b_start ? -1 : 1;
    }
    int order = bytes_compare(segment_intake_id(a, a_row), segment_intake_id(b, b_row));
    return order != 0 ? order : a_row < b_row ? -1 : a_row > b_row;
}

bool rank_row_precedes(const match_run_state *run, const rank_entry *a, const rank_entry *b)
{
    if (a->score != b->score) {
        return a->score > b->score;
    }
    if (a->verdict != b->verdict) {
        return a->verdict < b->verdict;
    }
    if (run->row_side == SIDE_OFFER) {
        const segment *s = run->segments[a->segment].segment;
        return rank_compare_intakes(run->worker, s, a->row, s, b->row) < 0;
    }
    const match_query *q = run->query;
    return rank_compare_intakes(run->worker, q->anchor, q->anchor_rows[a->anchor_row], q->anchor,
                                q->anchor_rows[b->anchor_row]) < 0;
}

/* Is this an offer of a kind that the strategy puts behind all others? */
static bool is_last(const match_run_state *run, const rank_entry *entry)
{
    uint64_t last = run->row_side == SIDE_OFFER ? run->query->strategy->last_kinds : 0;
    if (last == 0) {
        return false;
    }
    uint8_t kind = run->segments[entry->segment].words->kinds[entry->row];
    return kind < 64 && (last >> kind & 1u) != 0;
}

/* Different records: kinds that come last behind the others, then by score, then by id in byte
 * order. Within a segment records stand in the order of their ids. Rows of one record that stand
 * for themselves: by their intakes. */
static bool record_precedes(const match_run_state *run, const rank_entry *a, const rank_entry *b)
{
    bool a_is_last = is_last(run, a);
    if (a_is_last != is_last(run, b)) {
        return !a_is_last;
    }
    if (a->score != b->score) {
        return a->score > b->score;
    }
    if (a->segment == b->segment) {
        const uint32_t *record_of = run->segments[a->segment].segment->record_of;
        if (record_of[a->row] == record_of[b->row]) {
            const segment *s = run->segments[a->segment].segment;
            return rank_compare_intakes(run->worker, s, a->row, s, b->row) < 0;
        }
        return record_of[a->row] < record_of[b->row];
    }
    return bytes_compare(segment_record_id(run->segments[a->segment].segment, a->row),
                         segment_record_id(run->segments[b->segment].segment, b->row)) < 0;
}

static void remove_entry(rank_list *r, uint32_t index)
{
    r->count--;
    memmove(&r->entries[index], &r->entries[index + 1], (r->count - index) * sizeof r->entries[0]);
}

void rank_put(rank_list *r, const match_run_state *run, const rank_entry *entry, bool may_repeat)
{
    if (entry->score < r->threshold) {
        return;
    }
    for (uint32_t i = 0; i < r->count && may_repeat; i++) {
        rank_entry *known = &r->entries[i];
        if (known->record == entry->record && known->segment == entry->segment) {
            if (!rank_row_precedes(run, entry, known)) {
                return;
            }
            remove_entry(r, i);
            break;
        }
    }
    if (r->count == r->limit && !record_precedes(run, entry, &r->entries[r->count - 1])) {
        return;
    }
    uint32_t at = r->count;
    while (at > 0 && record_precedes(run, entry, &r->entries[at - 1])) {
        at--;
    }
    if (r->count == r->limit) {
        r->count--;
    }
    memmove(&r->entries[at + 1], &r->entries[at], (r->count - at) * sizeof r->entries[0]);
    r->entries[at] = *entry;
    r->count++;
    /* Behind an offer that comes last no score says that a row may be left out. */
    const rank_entry *worst = &r->entries[r->count - 1];
    if (r->count == r->limit && !is_last(run, worst)) {
        r->threshold = worst->score;
    }
}
