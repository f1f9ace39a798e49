/* What is known of who asks, read once per question. */
#include <math.h>
#include <string.h>

#include "base/check.h"
#include "match/match_run.h"
#include "model/place.h"

static const void *value_at(const segment *s, uint16_t column, uint32_t row)
{
    if (column == NO_COLUMN) {
        return NULL;
    }
    const lotse_column *c = segment_column(s, column);
    return lotse_is_known(s->table, c, row) ? lotse_value(s->table, c, row) : NULL;
}

void anchor_fetch(const segment *s, uint32_t row)
{
    enum { LINE_LEN = 64 };
    const segment_header *head = s->head;
    const char *hot = (const char *)segment_at(s, head->hot_off) + (size_t)row * head->hot_width;
    for (uint32_t at = 0; at < head->hot_width; at += LINE_LEN) {
        __builtin_prefetch(hot + at);
    }
    __builtin_prefetch((const char *)segment_at(s, head->near_off) +
                       (size_t)row * head->near_width);
}

bool anchor_derive(match_worker *w, const segment *s, uint32_t row, day as_of, uint64_t needed,
                   gate_row *ret, err *e)
{
    *ret = (gate_row){.segment = s, .row = row};
    err_code why = ERR_NONE;
    bool is_good = derive_rows(w->derive, s, &row, 1, as_of, needed, &w->scratch, &ret->derived, e);
    late_degrade_fields(w, derive_take_missing(w->derive, &why), why);
    return is_good;
}

static void read_reach(match_worker *w, const segment *s, uint32_t row, run_anchor *a)
{
    uint16_t column = w->orders[SIDE_SEEKER].reach;
    if (column == NO_COLUMN) {
        return;
    }
    const field *f = w->program->columns[SIDE_SEEKER].columns[column].field;
    const int32_t *reach = value_at(s, column, row);
    a->has_reach = reach != NULL || f->has_default;
    a->reach = reach != NULL ? *reach : f->default_value;
    a->reach_is_free = !a->has_reach && f->role != FIELD_FACT;
}

/* The set a bound looks into holds what may be inferred, too: each counts for at most as much as a
 * stated one. Where more may be missing, the set is not known. */
static bool widen_sharing(const match_run_state *run, run_anchor *a)
{
    const inference *i = a->row.inferred;
    if (i == NULL || i->bound == NULL ||
        i->bound->seeker_column != run->share_bound->seeker_column) {
        return true;
    }
    a->is_sharing_known = !i->is_open;
    a->is_sharing_open = i->is_open;
    a->sharing = infer_union(a->sharing, a->sharing_count, i->possible, i->possible_count,
                             &run->worker->scratch, &a->sharing_count);
    return a->sharing != NULL;
}

static bool widen_having(const match_run_state *run, record_side side, run_anchor *a)
{
    const inference *i = a->row.inferred;
    a->may_have = a->having;
    a->may_have_count = a->having_count;
    if (i == NULL || i->bound == NULL || run->infer.gate == NULL) {
        return true;
    }
    a->has_open_lists = side == SIDE_OFFER || i->is_open;
    if (side == SIDE_SEEKER) {
        a->may_have = infer_union(a->having, a->having_count, i->possible, i->possible_count,
                                  &run->worker->scratch, &a->may_have_count);
    }
    return a->may_have != NULL || a->may_have_count == 0;
}

/* A seeker's set that a bound looks into, and the classes of codes they wish for. */
static bool read_bound_columns(const match_run_state *run, const segment *s, uint32_t row,
                               run_anchor *a)
{
    if (run->share_bound != NULL) {
        const lotse_range *range = value_at(s, run->share_bound->seeker_column, row);
        if (range != NULL) {
            const lotse_column *c = segment_column(s, run->share_bound->seeker_column);
            a->is_sharing_known = true;
            a->sharing = (const uint32_t *)lotse_values(s->table, c) + range->begin;
            a->sharing_count = range->end - range->begin;
        }
        if (a->is_sharing_known && !widen_sharing(run, a)) {
            return false;
        }
        for (uint32_t i = 0; i < a->sharing_count; i++) {
            a->sharing_bits |= concept_bit(a->sharing[i]);
        }
    }
    if (run->prefix_bound != NULL) {
        const lotse_range *range = value_at(s, run->prefix_bound->seeker_column, row);
        const lotse_column *c = segment_column(s, run->prefix_bound->seeker_column);
        const uint32_t *wishes = range == NULL ? NULL : lotse_values(s->table, c);
        for (uint32_t i = range == NULL ? 0 : range->begin; range != NULL && i < range->end; i++) {
            uint16_t prefix = prefix_class(wishes[i]);
            a->has_odd_prefix = a->has_odd_prefix || prefix == 0;
            a->prefixes |= 1u << prefix;
        }
        a->has_odd_prefix = a->has_odd_prefix || run->infer.crosses;
    }
    return true;
}

bool anchor_row(const match_run_state *run, uint32_t index, gate_row *ret, err *e)
{
    const match_query *q = run->query;
    match_worker *w = run->worker;
    return anchor_derive(w, q->anchor, q->anchor_rows[index], q->as_of, run->derived, ret, e) &&
           infer_anchor(&run->infer, run->program, q->anchor, q->anchor_rows[index], &w->scratch,
                        &ret->inferred, e);
}

bool anchor_read(const match_run_state *run, uint32_t index, run_anchor *ret, err *e)
{
    match_worker *w = run->worker;
    const match_query *q = run->query;
    const segment *s = q->anchor;
    uint32_t row = q->anchor_rows[index];
    record_side side = segment_side(s);
    const segment_order *order = &w->orders[side];
    check(row < segment_row_count(s));
    *ret = (run_anchor){.index = index};
    if (!anchor_row(run, index, &ret->row, e)) {
        return false;
    }
    const double *at = value_at(s, order->place, row);
    if (at != NULL) {
        ret->has_place = true;
        memcpy(ret->place, at, sizeof ret->place);
        ret->latitude = place_latitude(at);
        ret->longitude = place_longitude(at);
    }
    const uint8_t *online = value_at(s, order->online, row);
    ret->is_online = online != NULL && *online == 1;
    if (side == SIDE_SEEKER) {
        read_reach(w, s, row, ret);
        if (!read_bound_columns(run, s, row, ret)) {
            return fail(e, ERR_MEMORY, "no memory for what follows from past work");
        }
    }
    const lotse_range *range = value_at(s, order->required, row);
    if (range != NULL) {
        ret->is_having_known = true;
        ret->having = (const uint32_t *)lotse_values(s->table, segment_column(s, order->required)) +
                      range->begin;
        ret->having_count = range->end - range->begin;
    }
    return widen_having(run, side, ret) ||
           fail(e, ERR_MEMORY, "no memory for what follows from past work");
}

bool anchor_select(match_run_state *run, const run_anchor *anchor, err *e)
{
    record_side side = segment_side(anchor->row.segment);
    for (uint32_t i = 0; i < run->early_count; i++) {
        const run_criterion *c = &run->criteria[i];
        table_view *view = &run->worker->anchor_views[i];
        table_view_row(view, run->program, anchor->row.segment, anchor->row.row,
                       anchor->row.derived, anchor->row.derived_row, c->spec->columns[side],
                       c->spec->column_count[side]);
        lotse_error why = {.size = sizeof why};
        if (c->instance->select(c->instance->self, &view->table, run->query->as_of, &why) !=
            LOTSE_OK) {
            why.sentence[sizeof why.sentence - 1] = '\0';
            return fail(e, ERR_PLUGIN_FAULT, "the criterion \"%s\" could not take its anchor: %s",
                        c->spec->id, why.sentence);
        }
    }
    return true;
}

double anchor_km(const match_worker *w, const run_anchor *anchor, const segment *s, uint32_t row)
{
    const segment_order *order = &w->orders[segment_side(s)];
    const uint8_t *online = value_at(s, order->online, row);
    if (anchor->is_online || (online != NULL && *online == 1)) {
        return -1.0;
    }
    const double *at = value_at(s, order->place, row);
    if (at == NULL || !anchor->has_place) {
        return (double)NAN;
    }
    return place_km((place){anchor->place[0], anchor->place[1], anchor->place[2]},
                    (place){at[0], at[1], at[2]});
}
