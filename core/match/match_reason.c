/* Why a match scores what it scores: the parts that criteria explain, weighed so that they add up.
 */
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "match/match_run.h"

enum { REASON_CAP_FIRST = 16, REASON_CAP_MAX = 4096, VALUES_PER_REASON = 32 };

typedef struct explainer {
    match_worker *worker;
    const match_query *query;
    const match_program *program;
    arena *answer;
    const lotse_criterion *instances[CRITERION_COUNT_MAX];
    const late_criterion *late[CRITERION_COUNT_MAX]; /* NULL: it explains at once */
    late_reasons *late_answers[CRITERION_COUNT_MAX]; /* by hit; NULL: it did not answer */
    table_view *anchor_view;
    table_view *row_view;
} explainer;

/* The reasons of one hit as they are gathered, criterion by criterion. */
typedef struct reason_list {
    match_reason *items;
    uint32_t count;
    uint32_t cap;
} reason_list;

static bool add_reason(explainer *x, reason_list *list, const match_reason *reason, err *e)
{
    if (list->count == list->cap) {
        uint32_t cap = list->cap == 0 ? REASON_CAP_FIRST : list->cap * 2;
        match_reason *items = arena_make_array(x->answer, cap, match_reason);
        if (items == NULL) {
            return fail(e, ERR_MEMORY, "no memory for reasons");
        }
        if (list->count > 0) {
            memcpy(items, list->items, list->count * sizeof *items);
        }
        list->items = items;
        list->cap = cap;
    }
    list->items[list->count++] = *reason;
    return true;
}

/* Calls explain for one row, with more room until it fits. */
static bool call_explain(explainer *x, const criterion_spec *spec, const lotse_criterion *c,
                         double *km, lotse_reasons **ret, err *e)
{
    const uint32_t row = 0;
    lotse_pairs pairs = {.size = sizeof pairs, .count = 1};
    if (spec->uses_km) {
        pairs.km_offset = (uint64_t)((uintptr_t)km - (uintptr_t)&pairs);
    }
    for (uint32_t cap = REASON_CAP_FIRST; cap <= REASON_CAP_MAX; cap *= 4) {
        uint32_t values_cap = cap * VALUES_PER_REASON;
        size_t len = sizeof(lotse_reasons) + cap * sizeof(lotse_reason) +
                     (size_t)values_cap * sizeof(uint32_t);
        lotse_reasons *r = arena_new(&x->worker->scratch, len);
        if (r == NULL) {
            return fail(e, ERR_MEMORY, "no memory for reasons");
        }
        *r = (lotse_reasons){.size = sizeof *r,
                             .capacity = cap,
                             .values_capacity = values_cap,
                             .reasons_offset = sizeof *r,
                             .values_offset = sizeof *r + cap * sizeof(lotse_reason)};
        if (c->explain(c->self, &x->row_view->table, &row, 1, &pairs, r) != LOTSE_OK) {
            return fail(e, ERR_PLUGIN_FAULT, "the criterion \"%s\" did not explain", spec->id);
        }
        if (r->count > cap || r->values_count > values_cap) {
            return fail(e, ERR_PLUGIN_FAULT, "the criterion \"%s\" explained beyond its room",
                        spec->id);
        }
        if (r->count > 0) {
            *ret = r;
            return true;
        }
    }
    return fail(e, ERR_PLUGIN_FAULT, "the criterion \"%s\" gave no reason", spec->id);
}

static bool args_are_good(const lotse_reason *from, uint32_t values_count)
{
    if (from->arg_count > EXPLAIN_ARG_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < from->arg_count; i++) {
        const lotse_arg *arg = &from->args[i];
        if (arg->type == LOTSE_ARG_CONCEPTS && (arg->value < 0 || arg->value > values_count ||
                                                arg->count > values_count - (uint64_t)arg->value)) {
            return false;
        }
    }
    return true;
}

/* Weighs running sums, so that the parts add up to the contribution whatever is rounded. */
static bool take_reasons(explainer *x, const strategy_criterion *c, const match_part *part,
                         const late_reasons *from, reason_list *list, err *e)
{
    const criterion_spec *spec = &x->program->criteria[c->criterion];
    const lotse_reason *items = from->reasons;
    const uint32_t *values = from->values;
    uint32_t *kept = arena_make_array(x->answer, from->values_count, uint32_t);
    if (kept == NULL) {
        return fail(e, ERR_MEMORY, "no memory for reasons");
    }
    memcpy(kept, values, from->values_count * sizeof *kept);
    int64_t sum = 0;
    for (uint32_t i = 0; i < from->count; i++) {
        const lotse_reason *item = &items[i];
        int64_t next = sum + item->points;
        bool is_good = item->row_index == 0 && next >= 0 && next <= POINTS_MAX &&
                       args_are_good(item, from->values_count);
        if (!is_good) {
            return fail(e, ERR_PLUGIN_FAULT, "the criterion \"%s\" gave a reason that cannot be",
                        spec->id);
        }
        match_reason reason = {.criterion = c->criterion,
                               .sentence = item->sentence,
                               .points = contribution(c->weight, (int32_t)next) -
                                         contribution(c->weight, (int32_t)sum),
                               .max = c->weight,
                               .verdict = part->verdict,
                               .arg_count = item->arg_count,
                               .values = kept};
        memcpy(reason.args, item->args, item->arg_count * sizeof reason.args[0]);
        if (!add_reason(x, list, &reason, e)) {
            return false;
        }
        sum = next;
    }
    if (sum != part->score) {
        return fail(e, ERR_PLUGIN_FAULT,
                    "the reasons of criterion \"%s\" do not add up to its score", spec->id);
    }
    return true;
}

/* A hit's two rows, with all that is derived of them. */
typedef struct hit_rows {
    run_anchor anchor;
    gate_row row;
    double km;
    bool has_anchor;     /* one was read */
    bool is_same_anchor; /* as the hit's before, whom criteria know already */
} hit_rows;

static bool read_rows(explainer *x, const match_hit *hit, hit_rows *ret, err *e)
{
    match_run_state run = {
        .worker = x->worker, .query = x->query, .program = x->program, .derived = DERIVE_ALL};
    if (!anchor_derive(x->worker, hit->segment, hit->row, x->query->as_of, DERIVE_ALL, &ret->row,
                       e)) {
        return false;
    }
    ret->is_same_anchor = ret->has_anchor && ret->anchor.index == hit->anchor_row;
    if (!ret->is_same_anchor && !anchor_read(&run, hit->anchor_row, &ret->anchor, e)) {
        return false;
    }
    ret->has_anchor = true;
    ret->km = anchor_km(x->worker, &ret->anchor, hit->segment, hit->row);
    return true;
}

/* What a criterion may see of them. */
static void view_rows(explainer *x, const hit_rows *rows, const criterion_spec *spec)
{
    const gate_row *anchor = &rows->anchor.row;
    const gate_row *row = &rows->row;
    record_side side = segment_side(row->segment);
    table_view_row(x->anchor_view, x->program, anchor->segment, anchor->row, anchor->derived, 0,
                   spec->columns[1 - side], spec->column_count[1 - side]);
    table_view_row(x->row_view, x->program, row->segment, row->row, row->derived, 0,
                   spec->columns[side], spec->column_count[side]);
}

/* Late criteria are asked about all hits at once. */
static bool explain_late(explainer *x, uint32_t index, const match_hit *hits, uint32_t count,
                         err *e)
{
    const strategy_criterion *c = &x->query->strategy->criteria[index];
    const criterion_spec *spec = &x->program->criteria[c->criterion];
    void *self = x->instances[index]->self;
    const late_criterion *late = x->late[index];
    late_reasons *answers = arena_make_array(&x->worker->scratch, count, late_reasons);
    err why = {0};
    if (answers == NULL) {
        return fail(e, ERR_MEMORY, "no memory for reasons");
    }
    late->begin(self, &x->worker->scratch);
    hit_rows rows = {.has_anchor = false};
    for (uint32_t i = 0; i < count; i++) {
        if (!read_rows(x, &hits[i], &rows, e)) {
            return false;
        }
        view_rows(x, &rows, spec);
        if (!rows.is_same_anchor) {
            late->select(self, &x->anchor_view->table, x->query->as_of);
        }
        late->explain(self, &x->row_view->table, 0, rows.km, &answers[i]);
    }
    if (late->ring(self, &why)) {
        x->late_answers[index] = answers;
    } else {
        late_degrade(x->worker, c->criterion, &why);
    }
    return true;
}

/* A late criterion's part of one hit. Where it does not explain, the core says so. */
static bool take_late(explainer *x, uint32_t index, uint32_t hit, const match_part *part,
                      reason_list *list, err *e)
{
    const strategy_criterion *c = &x->query->strategy->criteria[index];
    if (x->late_answers[index] != NULL) {
        const late_reasons *answer = &x->late_answers[index][hit];
        uint32_t count = list->count;
        err why = {0};
        if (take_reasons(x, c, part, answer, list, &why)) {
            return true;
        }
        if (why.code == ERR_MEMORY) {
            *e = why;
            return false;
        }
        list->count = count;
        if (!late_is_degraded(x->worker, c->criterion)) { /* once a question */
            x->late[index]->blame(x->instances[index]->self, &why);
        }
        late_degrade(x->worker, c->criterion, &why);
    }
    const match_reason unanswered = {.criterion = c->criterion,
                                     .sentence = REASON_UNANSWERED,
                                     .points = part->points,
                                     .max = c->weight,
                                     .verdict = part->verdict};
    return add_reason(x, list, &unanswered, e);
}

/* `rows` are those of the hit before. */
static bool explain_hit(explainer *x, const match_hit *hit, uint32_t hit_index, hit_rows *rows,
                        reason_list *list, err *e)
{
    const strategy *s = x->query->strategy;
    if (!read_rows(x, hit, rows, e)) {
        return false;
    }
    double km = rows->km;
    for (uint32_t i = 0; i < s->criterion_count; i++) {
        const criterion_spec *spec = &x->program->criteria[s->criteria[i].criterion];
        const lotse_criterion *c = x->instances[i];
        lotse_error why = {.size = sizeof why};
        lotse_reasons *reasons = NULL;
        if (x->late[i] != NULL) {
            if (!take_late(x, i, hit_index, &hit->parts[i], list, e)) {
                return false;
            }
            continue;
        }
        view_rows(x, rows, spec);
        if (!rows->is_same_anchor &&
            c->select(c->self, &x->anchor_view->table, x->query->as_of, &why) != LOTSE_OK) {
            return fail(e, ERR_PLUGIN_FAULT, "the criterion \"%s\" could not take its anchor",
                        spec->id);
        }
        if (!call_explain(x, spec, c, &km, &reasons, e)) {
            return false;
        }
        const late_reasons told = {.reasons = lotse_at(reasons, reasons->reasons_offset),
                                   .count = reasons->count,
                                   .values = lotse_at(reasons, reasons->values_offset),
                                   .values_count = reasons->values_count};
        if (!take_reasons(x, &s->criteria[i], &hit->parts[i], &told, list, e)) {
            return false;
        }
    }
    return true;
}

bool match_reasons(match_worker *w, const match_query *q, const match_hit *hits, uint32_t hit_count,
                   arena *a, const match_reason ***ret_reasons, const uint32_t **ret_reason_counts,
                   err *e)
{
    const strategy *s = q->strategy;
    if (!worker_use_program(w, s->program, e)) {
        return false;
    }
    explainer x = {.worker = w, .query = q, .program = s->program, .answer = a};
    arena_reset(&w->scratch);
    x.anchor_view = arena_make(&w->scratch, table_view);
    x.row_view = arena_make(&w->scratch, table_view);
    const match_reason **reasons = arena_make_array(a, hit_count, const match_reason *);
    uint32_t *counts = arena_make_array(a, hit_count, uint32_t);
    if (x.anchor_view == NULL || x.row_view == NULL || reasons == NULL || counts == NULL) {
        return fail(e, ERR_MEMORY, "no memory for reasons");
    }
    for (uint32_t i = 0; i < s->criterion_count; i++) {
        if (!worker_criterion(w, s->criteria[i].criterion, s->criteria[i].params, &x.instances[i],
                              e)) {
            return false;
        }
        x.late[i] = late_of(&s->program->criteria[s->criteria[i].criterion], x.instances[i]);
        bool is_asked = x.late[i] != NULL && !late_is_degraded(w, s->criteria[i].criterion);
        if (is_asked && !explain_late(&x, i, hits, hit_count, e)) {
            return false;
        }
    }
    hit_rows rows = {.has_anchor = false};
    for (uint32_t i = 0; i < hit_count; i++) {
        reason_list list = {0};
        if (!explain_hit(&x, &hits[i], i, &rows, &list, e)) {
            return false;
        }
        reasons[i] = list.items;
        counts[i] = list.count;
    }
    *ret_reasons = reasons;
    *ret_reason_counts = counts;
    return true;
}
