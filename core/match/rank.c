/* The k best records, each by its best row. */
#include <string.h>

#include "base/check.h"
#include "match/match_run.h"

void rank_begin(rank_list *r, uint32_t limit, int32_t floor)
{
    check(limit <= MATCH_LIMIT_MAX);
    for (uint32_t i = 0; i < limit; i++) {
        r->places[i] = (uint16_t)i;
    }
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

/* Kinds that come last stand behind the others, whatever their score. */
enum { KEY_FIRST_BIT = 32 };

static uint64_t key_of(const match_run_state *run, const rank_entry *entry)
{
    uint64_t first = is_last(run, entry) ? 0 : 1ULL << KEY_FIRST_BIT;
    return first | ((uint32_t)entry->score ^ 1u << 31);
}

/* Of records with the same key: by id in byte order. Within a segment records stand in the order of
 * their ids. Rows of one record that stand for themselves: by their intakes. */
static bool id_precedes(const match_run_state *run, const rank_entry *a, const rank_entry *b)
{
    if (a->segment == b->segment) {
        const segment *s = run->segments[a->segment].segment;
        if (s->record_of[a->row] == s->record_of[b->row]) {
            return rank_compare_intakes(run->worker, s, a->row, s, b->row) < 0;
        }
        return s->record_of[a->row] < s->record_of[b->row];
    }
    return bytes_compare(segment_record_id(run->segments[a->segment].segment, a->row),
                         segment_record_id(run->segments[b->segment].segment, b->row)) < 0;
}

static void remove_at(rank_list *r, uint32_t index)
{
    uint16_t freed = r->places[index];
    r->count--;
    memmove(&r->keys[index], &r->keys[index + 1], (r->count - index) * sizeof r->keys[0]);
    memmove(&r->places[index], &r->places[index + 1], (r->count - index) * sizeof r->places[0]);
    r->places[r->count] = freed; /* places behind the last are free */
}

/* Where an entry belongs; UINT32_MAX: behind all of a full list. */
static uint32_t find_index(const rank_list *r, const match_run_state *run, const rank_entry *entry,
                           uint64_t key)
{
    uint32_t at = r->count;
    while (at > 0 && (r->keys[at - 1] < key ||
                      (r->keys[at - 1] == key && id_precedes(run, entry, rank_at(r, at - 1))))) {
        at--;
    }
    return at == r->limit ? UINT32_MAX : at;
}

void rank_put(rank_list *r, const match_run_state *run, const rank_entry *entry, bool may_repeat)
{
    if (entry->score < r->threshold) {
        return;
    }
    for (uint32_t i = 0; i < r->count && may_repeat; i++) {
        const rank_entry *known = rank_at(r, i);
        if (known->record == entry->record && known->segment == entry->segment) {
            if (!rank_row_precedes(run, entry, known)) {
                return;
            }
            remove_at(r, i);
            break;
        }
    }
    uint64_t key = key_of(run, entry);
    uint32_t at = find_index(r, run, entry, key);
    if (at == UINT32_MAX) {
        return;
    }
    if (r->count == r->limit) {
        r->count--;
    }
    uint16_t freed = r->places[r->count];
    for (uint32_t i = r->count; i > at; i--) {
        r->keys[i] = r->keys[i - 1];
        r->places[i] = r->places[i - 1];
    }
    r->keys[at] = key;
    r->places[at] = freed;
    r->entries[freed] = *entry;
    r->count++;
    /* Behind an offer that comes last no score says that a row may be left out. */
    uint64_t worst = r->keys[r->count - 1];
    if (r->count == r->limit && worst >> KEY_FIRST_BIT != 0) {
        r->threshold = rank_at(r, r->count - 1)->score;
    }
}
