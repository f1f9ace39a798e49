#include "plugin/questions.h"

#include <string.h>

#include "base/check.h"
#include "match/match_table.h"
#include "plugin/answers.h"
#include "plugin/copy.h"

enum {
    ROWS_PER_ITEM_MAX = 32768,
    PENDING_CAP_FIRST = 16,
    REASON_CAP_FIRST = 12, /* of one row; more when it does not suffice */
    REASON_CAP_MAX = 4096,
    VALUES_PER_REASON = 32
};

/* ------------------------------------------------------------------------------------ an instance
 */

bool questions_new(cage *c, uint32_t what, const char *id, uint32_t field_index, questions **ret,
                   err *e)
{
    questions *q = mem_new(sizeof *q);
    if (q == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a plugin");
    }
    *q = (questions){.cage = c, .what = what, .id = id, .field_index = field_index};
    if (!cage_take_child(c, &q->holder, &q->instance, e)) {
        mem_free(q);
        return false;
    }
    *ret = q;
    return true;
}

/* Asks about nothing more than what follows from what was written. */
static bool ask_now(questions *q, err *e)
{
    return cage_ask(q->cage, q->holder, q->region, q->item_count, e);
}

static bool has_told(const questions *q)
{
    const child *c = q->holder->child;
    return c != NULL && child_is_running(c) && q->told_generation == child_generation(c);
}

static wire_item *add_item(questions *q, uint32_t kind, uint64_t len, uint64_t answer_len);

/* The instance is destroyed in the child, but not when the child is gone or soon will be. */
static void tell_end(questions *q)
{
    arena nothing = {0};
    err ignored = {0};
    if (!has_told(q) || q->holder->use_count < 2) {
        return;
    }
    questions_begin(q, WIRE_REGION_NOW, &nothing);
    if (add_item(q, WIRE_DESTROY, sizeof(wire_item), 0) != NULL) {
        (void)ask_now(q, &ignored); /* a plugin that cannot even end: noted as a fault */
    }
}

void questions_free(questions **questions_to_free)
{
    questions *q = *questions_to_free;
    if (q == NULL) {
        return;
    }
    tell_end(q);
    cage_give_child(q->cage, q->holder, q->instance);
    mem_free(q->params);
    mem_free(q->pendings);
    mem_free(q);
    *questions_to_free = NULL;
}

/* How long a params block is, its values included. */
static size_t params_length(const lotse_params *params)
{
    size_t len = (size_t)params->params_offset + params->count * sizeof(lotse_param);
    const lotse_param *list = lotse_at(params, params->params_offset);
    for (uint32_t i = 0; i < params->count; i++) {
        if (list[i].type == LOTSE_PARAM_CONCEPT_SET) {
            size_t end = (size_t)list[i].values_offset + (size_t)list[i].value * sizeof(uint32_t);
            len = list[i].value > 0 && end > len ? end : len;
        }
    }
    return len;
}

bool questions_configure(questions *q, const lotse_params *params, err *e)
{
    size_t len = params_length(params);
    lotse_params *copy = mem_new(len);
    if (copy == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a plugin's parameters");
    }
    memcpy(copy, params, len);
    mem_free(q->params);
    q->params = copy;
    q->params_len = len;
    q->told_generation = 0;
    return true;
}

/* ------------------------------------------------------------------------------------ items */

static void fail_with(questions *q, const err *why)
{
    if (!q->has_failed) {
        q->has_failed = true;
        q->why = *why;
    }
}

static char *region_of(const questions *q)
{
    return child_ask_area(q->holder->child) + wire_region_off(q->region);
}

static bool fits(const questions *q, uint64_t len, uint64_t answer_len)
{
    return q->ask_len + wire_align(len) <= wire_region_len(q->region) &&
           q->answer_len + wire_align(answer_len) <= wire_region_len(q->region);
}

static void flush(questions *q);

/* A new item, blank but for its head; NULL: it has failed. */
static wire_item *add_item(questions *q, uint32_t kind, uint64_t len, uint64_t answer_len)
{
    if (!q->has_failed && !fits(q, len, answer_len)) {
        flush(q);
    }
    if (!q->has_failed && !fits(q, len, answer_len)) {
        err why = {0};
        (void)fail(&why, ERR_PLUGIN_MEMORY, "a question to plugin \"%s\" is larger than %llu bytes",
                   cage_manifest(q->cage)->id.base, (unsigned long long)wire_region_len(q->region));
        fail_with(q, &why);
    }
    if (q->has_failed) {
        return NULL;
    }
    wire_item *item = (wire_item *)(void *)(region_of(q) + q->ask_len);
    *item = (wire_item){.kind = kind,
                        .len = (uint32_t)wire_align(len),
                        .instance = q->instance,
                        .answer_off = (uint32_t)(wire_region_off(q->region) + q->answer_len)};
    q->ask_len += item->len;
    q->answer_len += wire_align(answer_len);
    q->item_count++;
    return item;
}

static pending *add_pending(questions *q, pending_kind kind, const wire_item *item)
{
    if (q->pending_count == q->pending_cap) {
        uint32_t cap = q->pending_cap == 0 ? PENDING_CAP_FIRST : q->pending_cap * 2;
        pending *grown =
            mem_resize(q->pendings, q->pending_cap * sizeof *grown, cap * sizeof *grown);
        if (grown == NULL) {
            err why = {0};
            (void)fail(&why, ERR_MEMORY, "no memory for questions to a plugin");
            fail_with(q, &why);
            return NULL;
        }
        q->pendings = grown;
        q->pending_cap = cap;
    }
    pending *p = &q->pendings[q->pending_count++];
    *p = (pending){.kind = kind,
                   .item_off = (uint32_t)((const char *)item - region_of(q)),
                   .answer_off = item->answer_off,
                   .row_count = item->row_count};
    return p;
}

static void add_instance(questions *q)
{
    size_t id_len = strlen(q->id) + 1;
    wire_item *item = add_item(q, WIRE_CREATE, sizeof *item + id_len, 0);
    if (item != NULL) {
        item->what = q->what;
        item->body_off = sizeof *item;
        memcpy(item + 1, q->id, id_len);
    }
    item = q->params == NULL ? NULL : add_item(q, WIRE_CONFIGURE, sizeof *item + q->params_len, 0);
    if (item != NULL) {
        item->body_off = sizeof *item;
        memcpy(item + 1, q->params, q->params_len);
    }
}

static void forget(questions *q)
{
    q->item_count = 0;
    q->ask_len = 0;
    q->answer_len = 0;
    q->pending_count = 0;
}

void questions_begin(questions *q, uint32_t region, arena *a)
{
    err why = {0};
    q->region = region;
    q->answers = a;
    q->has_failed = false;
    forget(q);
    if (!cage_wake(q->cage, q->holder, &why)) {
        fail_with(q, &why);
        return;
    }
    if (!has_told(q)) {
        q->told_generation = child_generation(q->holder->child);
        add_instance(q);
    }
}

/* ------------------------------------------------------------------------------------ tables */

/* Where a question's table is: in the window, or copied behind the item. */
typedef struct placed_table {
    wire_table table;
    copy_plan plan;
    bool is_copied;
} placed_table;

static bool place_table(questions *q, const lotse_table *t, const uint32_t *rows,
                        uint32_t row_count, placed_table *ret)
{
    err why = {0};
    uint64_t key = table_view_key(t);
    ret->is_copied = key == 0;
    if (q->has_failed) {
        return false;
    }
    bool is_placed = ret->is_copied ? copy_plan_make(t, rows, row_count, &ret->plan)
                                    : window_show(cage_window(q->cage), key, t, &ret->table, &why);
    if (!is_placed) {
        if (ret->is_copied) {
            (void)fail(&why, ERR_INTERNAL, "a table cannot be copied for a plugin");
        }
        fail_with(q, &why);
    }
    return is_placed;
}

static uint64_t table_len(const placed_table *t)
{
    return wire_align(sizeof(wire_table)) + (t->is_copied ? wire_align(t->plan.len) : 0);
}

/* Writes the table from `offset` of the item on. */
static void put_table(wire_item *item, uint64_t offset, const placed_table *t,
                      const lotse_table *from)
{
    char *base = (char *)item;
    wire_table *to = (wire_table *)(void *)(base + offset);
    item->table_off = (uint32_t)offset;
    if (!t->is_copied) {
        *to = t->table;
        return;
    }
    uint64_t copy_off = offset + wire_align(sizeof(wire_table));
    *to = t->plan.table;
    to->where = WIRE_IN_ITEM;
    for (uint32_t i = 0; i < to->column_count; i++) {
        if (to->columns[i].type != 0) {
            to->columns[i].offset += copy_off;
            to->columns[i].known_offset += copy_off;
            to->columns[i].values_offset += copy_off;
        }
    }
    copy_table(&t->plan, from, base + copy_off);
}

/* An item about rows: its head, the table, the rows' numbers, their distances. */
static wire_item *add_rows_item(questions *q, uint32_t kind, const lotse_table *t,
                                const uint32_t *rows, uint32_t row_count, const double *km,
                                uint64_t answer_len)
{
    placed_table placed;
    if (!place_table(q, t, rows, row_count, &placed)) {
        return NULL;
    }
    uint64_t rows_off = sizeof(wire_item) + table_len(&placed);
    uint64_t km_off = rows_off + wire_align((uint64_t)row_count * sizeof(uint32_t));
    uint64_t len = km_off + (km == NULL ? 0 : row_count * sizeof(double));
    wire_item *item = add_item(q, kind, len, answer_len);
    if (item == NULL) {
        return NULL;
    }
    put_table(item, sizeof *item, &placed, t);
    item->row_count = row_count;
    item->rows_off = (uint32_t)rows_off;
    uint32_t *numbers = (uint32_t *)(void *)((char *)item + rows_off);
    for (uint32_t i = 0; i < row_count; i++) {
        numbers[i] = placed.is_copied ? i : rows[i]; /* a copy holds these rows alone */
    }
    if (km != NULL) {
        item->km_off = (uint32_t)km_off;
        memcpy((char *)item + km_off, km, row_count * sizeof *km);
    }
    return item;
}

/* ------------------------------------------------------------------------------------ questions */

void questions_select(questions *q, const lotse_table *anchor, int32_t as_of_day)
{
    placed_table placed;
    check(anchor->row_count == 1);
    if (!place_table(q, anchor, NULL, 1, &placed)) {
        return;
    }
    wire_item *item = add_item(q, WIRE_SELECT, sizeof *item + table_len(&placed), 0);
    if (item != NULL) {
        item->day = as_of_day;
        put_table(item, sizeof *item, &placed, anchor);
    }
}

void questions_score(questions *q, const lotse_table *t, const uint32_t *rows, uint32_t row_count,
                     const double *km, uint8_t *verdicts, int32_t *scores)
{
    for (uint32_t at = 0; at < row_count; at += ROWS_PER_ITEM_MAX) {
        uint32_t n = row_count - at < ROWS_PER_ITEM_MAX ? row_count - at : ROWS_PER_ITEM_MAX;
        wire_item *item = add_rows_item(q, WIRE_SCORE, t, rows + at, n, km == NULL ? NULL : km + at,
                                        wire_values_off(n) + n * sizeof(int32_t));
        pending *p = item == NULL ? NULL : add_pending(q, PENDING_SCORES, item);
        if (p == NULL) {
            return;
        }
        p->verdicts = verdicts + at;
        p->values = scores + at;
    }
}

void questions_explain(questions *q, const lotse_table *t, uint32_t row, const double *km,
                       late_reasons *ret)
{
    uint32_t values_capacity = REASON_CAP_FIRST * VALUES_PER_REASON;
    wire_item *item = add_rows_item(q, WIRE_EXPLAIN, t, &row, 1, km,
                                    wire_reasons_len(REASON_CAP_FIRST, values_capacity));
    if (item == NULL) {
        return;
    }
    item->capacity = REASON_CAP_FIRST;
    item->values_capacity = values_capacity;
    pending *p = add_pending(q, PENDING_REASONS, item);
    if (p != NULL) {
        p->reasons = ret;
    }
}

void questions_derive(questions *q, const lotse_table *t, const uint32_t *rows, uint32_t row_count,
                      int32_t as_of_day, void *values, uint8_t *known)
{
    uint32_t width = wire_width(cage_manifest(q->cage)->fields[q->field_index].type);
    wire_item *item = add_rows_item(q, WIRE_DERIVE, t, rows, row_count, NULL,
                                    wire_values_off(row_count) + (uint64_t)row_count * width);
    if (item == NULL) {
        return;
    }
    item->day = as_of_day;
    item->what = width;
    pending *p = add_pending(q, PENDING_DERIVED, item);
    if (p != NULL) {
        p->values = values;
        p->verdicts = known;
    }
}

/* ------------------------------------------------------------------------------------ answers */

static bool take_reasons(questions *q, const pending *p, bool *ret_needs_room, err *e)
{
    const wire_item *item = (const wire_item *)(const void *)(region_of(q) + p->item_off);
    uint64_t len = wire_reasons_len(item->capacity, item->values_capacity);
    void *copy = arena_new(q->answers, len);
    if (copy == NULL) {
        return fail(e, ERR_MEMORY, "no memory for reasons");
    }
    child_copy_answer(q->holder->child, item->answer_off, copy, len);
    const answers_block block = {copy, item->capacity, item->values_capacity};
    return answers_take_reasons(cage_manifest(q->cage), &block, q->answers, p->reasons,
                                ret_needs_room, e);
}

/* Straight to where they are wanted; from there on nobody changes them. */
static bool take_rows(questions *q, const pending *p, err *e)
{
    const manifest *m = cage_manifest(q->cage);
    const child *c = q->holder->child;
    uint64_t values_off = p->answer_off + wire_values_off(p->row_count);
    child_copy_answer(c, p->answer_off, p->verdicts, p->row_count);
    if (p->kind == PENDING_SCORES) {
        child_copy_answer(c, values_off, p->values, p->row_count * sizeof(int32_t));
        return answers_check_scores(m, p->verdicts, p->values, p->row_count, e);
    }
    const manifest_field *f = &m->fields[q->field_index];
    child_copy_answer(c, values_off, p->values, (uint64_t)p->row_count * wire_width(f->type));
    return answers_check_derived(m, f, p->values, p->verdicts, p->row_count, e);
}

/* False and no failure: some explain calls want more room. */
static bool take_answers(questions *q, bool *ret_needs_room, err *e)
{
    *ret_needs_room = false;
    for (uint32_t i = 0; i < q->pending_count; i++) {
        const pending *p = &q->pendings[i];
        bool needs_room = false;
        bool is_good =
            p->kind == PENDING_REASONS ? take_reasons(q, p, &needs_room, e) : take_rows(q, p, e);
        if (!is_good) {
            return false;
        }
        *ret_needs_room = *ret_needs_room || needs_room;
    }
    return true;
}

/* Gives every explain call in the region four times the room. False: there is no more. */
static bool widen(questions *q)
{
    uint64_t answer_len = 0;
    for (uint32_t i = 0; i < q->pending_count; i++) {
        pending *p = &q->pendings[i];
        wire_item *item = (wire_item *)(void *)(region_of(q) + p->item_off);
        if (p->kind != PENDING_REASONS || item->capacity * 4 > REASON_CAP_MAX) {
            return false;
        }
        item->capacity *= 4;
        item->values_capacity *= 4;
        item->answer_off = (uint32_t)(wire_region_off(q->region) + answer_len);
        p->answer_off = item->answer_off;
        answer_len += wire_reasons_len(item->capacity, item->values_capacity);
    }
    q->answer_len = answer_len;
    return answer_len <= wire_region_len(q->region);
}

static bool ask_and_take(questions *q, err *e)
{
    bool needs_room = true;
    while (needs_room) {
        if (!ask_now(q, e)) {
            return false;
        }
        if (!take_answers(q, &needs_room, e)) {
            if (e->code != ERR_MEMORY) {
                cage_note_bad_answer(q->cage, q->holder, e);
            }
            return false;
        }
        if (needs_room && !widen(q)) {
            (void)fail(e, ERR_PLUGIN_FAULT, "plugin \"%s\" gave no reason for a row",
                       cage_manifest(q->cage)->id.base);
            cage_note_bad_answer(q->cage, q->holder, e);
            return false;
        }
    }
    return true;
}

static void flush(questions *q)
{
    err why = {0};
    if (!q->has_failed && q->item_count > 0 && !ask_and_take(q, &why)) {
        fail_with(q, &why);
    }
    forget(q);
}

bool questions_ring(questions *q, err *e)
{
    flush(q);
    if (q->has_failed) {
        *e = q->why;
    }
    return !q->has_failed;
}
