#include "plugin/proxy.h"

#include <string.h>

#include "base/check.h"
#include "plugin/questions.h"

/* ------------------------------------------------------------------------------------ criteria */

typedef struct proxy_criterion {
    lotse_criterion criterion;
    questions *questions;
} proxy_criterion;

static void tell(const err *why, lotse_error *error)
{
    size_t len = strlen(why->text);
    len = len < sizeof error->sentence ? len : sizeof error->sentence - 1;
    memcpy(error->sentence, why->text, len);
    error->sentence[len] = 0;
    error->status = LOTSE_REFUSED;
}

static void late_begin(void *self, arena *a)
{
    proxy_criterion *p = self;
    questions_begin(p->questions, WIRE_REGION_LATE, a);
}

static void late_select(void *self, const lotse_table *anchor, int32_t as_of_day)
{
    proxy_criterion *p = self;
    questions_select(p->questions, anchor, as_of_day);
}

static void late_score(void *self, const lotse_table *table, const uint32_t *rows,
                       uint32_t row_count, const double *km, uint8_t *verdicts, int32_t *scores)
{
    proxy_criterion *p = self;
    questions_score(p->questions, table, rows, row_count,
                    cage_manifest(p->questions->cage)->uses_km ? km : NULL, verdicts, scores);
}

static void late_explain(void *self, const lotse_table *table, uint32_t row, double km,
                         late_reasons *ret)
{
    proxy_criterion *p = self;
    questions_explain(p->questions, table, row,
                      cage_manifest(p->questions->cage)->uses_km ? &km : NULL, ret);
}

static bool late_ring(void *self, err *e)
{
    proxy_criterion *p = self;
    return questions_ring(p->questions, e);
}

static void late_blame(void *self, const err *why)
{
    proxy_criterion *p = self;
    cage_note_bad_answer(p->questions->cage, p->questions->holder, why);
}

static lotse_status criterion_configure(void *self, const lotse_params *params, lotse_error *error)
{
    proxy_criterion *p = self;
    err why = {0};
    if (!questions_configure(p->questions, params, &why)) {
        tell(&why, error);
        return LOTSE_NO_MEMORY;
    }
    return LOTSE_OK;
}

static lotse_status criterion_select(void *self, const lotse_table *anchor, int32_t as_of_day,
                                     lotse_error *error)
{
    proxy_criterion *p = self;
    err why = {0};
    arena nothing = {0};
    questions_begin(p->questions, WIRE_REGION_NOW, &nothing);
    questions_select(p->questions, anchor, as_of_day);
    if (!questions_ring(p->questions, &why)) {
        tell(&why, error);
        return LOTSE_REFUSED;
    }
    return LOTSE_OK;
}

static lotse_status criterion_score(void *self, const lotse_table *table, const uint32_t *rows,
                                    uint32_t row_count, const lotse_pairs *pairs, uint8_t *verdicts,
                                    int32_t *scores)
{
    proxy_criterion *p = self;
    err why = {0};
    arena nothing = {0};
    questions_begin(p->questions, WIRE_REGION_NOW, &nothing);
    questions_score(p->questions, table, rows, row_count, lotse_kms(pairs), verdicts, scores);
    return questions_ring(p->questions, &why) ? LOTSE_OK : LOTSE_REFUSED;
}

/* Copies the reasons of one row into the asker's block. False: there is no room for all. */
static bool put_reasons(const late_reasons *from, uint32_t row_index, lotse_reasons *to)
{
    lotse_reason *reasons = (lotse_reason *)(uintptr_t)lotse_at(to, to->reasons_offset);
    uint32_t *values = (uint32_t *)(uintptr_t)lotse_at(to, to->values_offset);
    if (from->count > to->capacity - to->count ||
        from->values_count > to->values_capacity - to->values_count) {
        return false;
    }
    for (uint32_t i = 0; i < from->count; i++) {
        lotse_reason *r = &reasons[to->count++];
        *r = from->reasons[i];
        r->row_index = row_index;
        for (uint32_t k = 0; k < r->arg_count; k++) {
            r->args[k].value += r->args[k].type == LOTSE_ARG_CONCEPTS ? to->values_count : 0;
        }
    }
    memcpy(values + to->values_count, from->values, from->values_count * sizeof *values);
    to->values_count += from->values_count;
    return true;
}

static lotse_status criterion_explain(void *self, const lotse_table *table, const uint32_t *rows,
                                      uint32_t row_count, const lotse_pairs *pairs,
                                      lotse_reasons *reasons)
{
    proxy_criterion *p = self;
    const double *km = lotse_kms(pairs);
    arena a = {0};
    err why = {0};
    late_reasons *answers = arena_make_array(&a, row_count, late_reasons);
    bool is_answered = answers != NULL;
    if (is_answered) {
        questions_begin(p->questions, WIRE_REGION_NOW, &a);
        for (uint32_t i = 0; i < row_count; i++) {
            questions_explain(p->questions, table, rows[i], km == NULL ? NULL : &km[i],
                              &answers[i]);
        }
        is_answered = questions_ring(p->questions, &why);
    }
    for (uint32_t i = 0; i < row_count && is_answered; i++) {
        if (!put_reasons(&answers[i], i, reasons)) {
            break; /* the first rows whole, as the contract has it */
        }
    }
    arena_fini(&a);
    return is_answered ? LOTSE_OK : LOTSE_REFUSED;
}

static const void *criterion_extension(void *self, const char *id)
{
    static const late_criterion late = {late_begin,   late_select, late_score,
                                        late_explain, late_ring,   late_blame};
    (void)self;
    return strcmp(id, LATE_CRITERION_1) == 0 ? &late : NULL;
}

static void criterion_destroy(void *self)
{
    proxy_criterion *p = self;
    questions_free(&p->questions);
    mem_free(p);
}

static const lotse_criterion *criterion_create(const lotse_host *host, const char *criterion_id,
                                               lotse_error *error)
{
    proxy_criterion *p = mem_new(sizeof *p);
    err why = {0};
    (void)criterion_id; /* a plugin's one criterion is called as the plugin */
    cage *c = cage_of_host(host);
    if (p == NULL ||
        !questions_new(c, WIRE_CRITERION, cage_manifest(c)->id.base, 0, &p->questions, &why)) {
        mem_free(p);
        tell(&why, error);
        return NULL;
    }
    p->criterion = (lotse_criterion){.size = sizeof p->criterion,
                                     .self = p,
                                     .configure = criterion_configure,
                                     .select = criterion_select,
                                     .score = criterion_score,
                                     .explain = criterion_explain,
                                     .get_extension = criterion_extension,
                                     .destroy = criterion_destroy};
    return &p->criterion;
}

const lotse_criterion_factory *proxy_criterion_factory(void)
{
    static const lotse_criterion_factory factory = {sizeof factory, 0, criterion_create};
    return &factory;
}

/* ------------------------------------------------------------------------------------ fields */

typedef struct proxy_field {
    lotse_field field;
    questions *questions;
} proxy_field;

static lotse_status field_configure(void *self, const lotse_params *params, lotse_error *error)
{
    proxy_field *p = self;
    err why = {0};
    if (!questions_configure(p->questions, params, &why)) {
        tell(&why, error);
        return LOTSE_NO_MEMORY;
    }
    return LOTSE_OK;
}

/* Fields are asked in the middle of questions to criteria of the same plugin: in the other region.
 */
static lotse_status field_derive(void *self, const lotse_table *table, const uint32_t *rows,
                                 uint32_t row_count, int32_t as_of_day, void *values,
                                 uint8_t *known)
{
    proxy_field *p = self;
    err why = {0};
    arena nothing = {0};
    questions_begin(p->questions, WIRE_REGION_NOW, &nothing);
    questions_derive(p->questions, table, rows, row_count, as_of_day, values, known);
    return questions_ring(p->questions, &why) ? LOTSE_OK : LOTSE_REFUSED;
}

static void field_destroy(void *self)
{
    proxy_field *p = self;
    questions_free(&p->questions);
    mem_free(p);
}

static bool find_field(const manifest *m, const char *id, uint32_t *ret)
{
    for (uint32_t i = 0; i < m->field_count; i++) {
        if (bytes_equal_text(m->fields[i].id, id)) {
            *ret = i;
            return true;
        }
    }
    return false;
}

static const lotse_field *field_create(const lotse_host *host, const char *field_id,
                                       lotse_error *error)
{
    cage *c = cage_of_host(host);
    const manifest *m = cage_manifest(c);
    uint32_t index = 0;
    err why = {0};
    bool is_there = find_field(m, field_id, &index);
    check(is_there); /* the program was made of this manifest */
    proxy_field *p = mem_new(sizeof *p);
    if (p == NULL ||
        !questions_new(c, WIRE_FIELD, m->fields[index].id.base, index, &p->questions, &why)) {
        mem_free(p);
        tell(&why, error);
        return NULL;
    }
    p->field = (lotse_field){.size = sizeof p->field,
                             .self = p,
                             .configure = field_configure,
                             .derive = field_derive,
                             .destroy = field_destroy};
    return &p->field;
}

const lotse_field_factory *proxy_field_factory(void)
{
    static const lotse_field_factory factory = {sizeof factory, 0, field_create};
    return &factory;
}
