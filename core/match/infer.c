/* Inferred skills: what a strategy asks for, what they are for one who asks, and what they say of a
 * pair. */
#include "match/infer.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

enum { RELATED_MAX = 4096 };

/* ------------------------------------------------------------------------------------ plan */

static bool is_above_zero(const lotse_params *params, uint32_t param)
{
    return param != UINT32_MAX && lotse_param_value(params, param, 0) > 0;
}

static const gate *softened_gate(const match_program *p, uint32_t plugin, uint16_t column)
{
    for (uint32_t i = 0; i < p->gate_count; i++) {
        const gate *g = &p->gates[i];
        if (g->plugin == plugin && g->is_inferred && g->seeker_columns[0] == column) {
            return g;
        }
    }
    return NULL;
}

static void read_bound(const strategy *s, const strategy_criterion *c, const bound *b,
                       infer_plan *ret)
{
    const criterion_spec *spec = &s->program->criteria[c->criterion];
    if (b->kind == BOUND_PREFIX && is_above_zero(c->params, b->crosswalk_param)) {
        ret->crosses = true;
    }
    if (b->kind != BOUND_SHARE_OF || b->inferred.from_count == 0 || ret->is_on) {
        return;
    }
    ret->has_essential = is_above_zero(c->params, b->inferred.essential_param);
    ret->has_optional = is_above_zero(c->params, b->inferred.optional_param);
    ret->has_near = is_above_zero(c->params, b->inferred.near_param);
    ret->is_on = ret->has_essential || ret->has_optional || ret->has_near;
    ret->bound = b;
    ret->gate = softened_gate(s->program, spec->plugin, b->seeker_column);
}

/* Does a parameter of the strategy let a gate be waived? */
static bool find_waiver(const strategy *s)
{
    for (uint32_t i = 0; i < s->criterion_count; i++) {
        const strategy_criterion *c = &s->criteria[i];
        uint32_t plugin = s->program->criteria[c->criterion].plugin;
        for (uint32_t k = 0; k < s->program->gate_count; k++) {
            const gate *g = &s->program->gates[k];
            if (g->plugin == plugin && g->waive_column != UINT16_MAX &&
                is_above_zero(c->params, g->waive_param)) {
                return true;
            }
        }
    }
    return false;
}

void infer_plan_find(const strategy *s, infer_plan *ret)
{
    const match_program *p = s->program;
    *ret = (infer_plan){.waives = find_waiver(s)};
    if (p->knowledge == NULL || knowledge_taxonomy(p->knowledge) == NULL) {
        return;
    }
    for (uint32_t i = 0; i < s->criterion_count; i++) {
        const criterion_spec *spec = &p->criteria[s->criteria[i].criterion];
        for (uint32_t k = 0; k < spec->bound_count; k++) {
            read_bound(s, &s->criteria[i], &spec->bounds[k], ret);
        }
    }
}

/* ------------------------------------------------------------------------------------ lists */

typedef struct concept_list {
    const concept *concepts;
    uint32_t count;
    bool is_known;
} concept_list;

static concept_list list_at(const segment *s, uint16_t column, uint32_t row)
{
    const lotse_table *table = segment_table(s);
    const lotse_column *c = lotse_column_of(table, column);
    if (!lotse_is_known(table, c, row)) {
        return (concept_list){.is_known = false};
    }
    const lotse_range *range = lotse_value(table, c, row);
    return (concept_list){(const concept *)lotse_values(table, c) + range->begin,
                          range->end - range->begin, true};
}

static bool has_hole(const concept_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->concepts[i] == CONCEPT_NONE) {
            return true;
        }
    }
    return !list->is_known;
}

static int compare_concepts(const void *a, const void *b)
{
    concept x = *(const concept *)a;
    concept y = *(const concept *)b;
    return x < y ? -1 : x > y;
}

concept *infer_union(const concept *x, uint32_t x_count, const concept *y, uint32_t y_count,
                     arena *a, uint32_t *ret_count)
{
    concept *both = arena_make_array(a, (size_t)x_count + y_count + 1, concept);
    uint32_t i = 0;
    uint32_t k = 0;
    uint32_t count = 0;
    while (both != NULL && (i < x_count || k < y_count)) {
        bool takes_x = k == y_count || (i < x_count && x[i] <= y[k]);
        bool is_shared = takes_x && k < y_count && x[i] == y[k];
        both[count++] = takes_x ? x[i] : y[k];
        k += is_shared || !takes_x;
        i += takes_x;
    }
    *ret_count = count;
    return both;
}

/* ------------------------------------------------------------------------------------ anchors */

/* Pairs found so far, in memory of the question. */
typedef struct collector {
    const match_program *program;
    arena *arena;
    concept *related; /* RELATED_MAX */
    infer_source *sources;
    uint32_t count, cap;
    bool is_out_of_memory;
} collector;

static void collect(collector *c, concept from, concept wanted, bool is_near)
{
    if (c->count == c->cap) {
        uint32_t cap = c->cap == 0 ? 256 : c->cap * 2;
        infer_source *sources = arena_make_array(c->arena, cap, infer_source);
        if (sources == NULL) {
            c->is_out_of_memory = true;
            return;
        }
        if (c->count > 0) {
            memcpy(sources, c->sources, c->count * sizeof *sources);
        }
        c->sources = sources;
        c->cap = cap;
    }
    c->sources[c->count++] = (infer_source){from, wanted, is_near};
}

/* Everything related to `of`: as what speaks for it, or as what it speaks for. */
static void collect_related(collector *c, concept of, uint32_t relation, bool is_wanted)
{
    uint32_t count =
        knowledge_related(c->program->knowledge, of, relation, c->related, RELATED_MAX);
    count = count < RELATED_MAX ? count : RELATED_MAX;
    for (uint32_t i = 0; i < count; i++) {
        collect(c, is_wanted ? c->related[i] : of, is_wanted ? of : c->related[i],
                relation == LOTSE_SKILLS_NEAR);
    }
}

static int compare_sources(const void *a, const void *b)
{
    const infer_source *x = a;
    const infer_source *y = b;
    if (x->from != y->from) {
        return x->from < y->from ? -1 : 1;
    }
    if (x->wanted != y->wanted) {
        return x->wanted < y->wanted ? -1 : 1;
    }
    return (int)x->is_near - (int)y->is_near;
}

/* A person: what follows, by itself, without what is stated. */
static bool infer_seeker(const infer_plan *plan, collector *c, const segment *s, uint32_t row,
                         inference *ret)
{
    concept_list stated = list_at(s, plan->bound->seeker_column, row);
    for (uint32_t k = 0; k < plan->bound->inferred.from_count; k++) {
        concept_list from = list_at(s, plan->bound->inferred.from[k], row);
        ret->is_open = ret->is_open || (ret->follows && has_hole(&from));
        for (uint32_t i = 0; i < from.count; i++) {
            if (plan->has_essential) {
                collect_related(c, from.concepts[i], LOTSE_SKILLS_ESSENTIAL, false);
            }
            if (plan->has_optional) {
                collect_related(c, from.concepts[i], LOTSE_SKILLS_OPTIONAL, false);
            }
        }
    }
    for (uint32_t i = 0; plan->has_near && i < stated.count; i++) {
        collect_related(c, stated.concepts[i], LOTSE_SKILLS_NEAR, false);
    }
    concept *possible = arena_make_array(c->arena, (size_t)c->count + 1, concept);
    if (possible == NULL || c->is_out_of_memory) {
        return false;
    }
    for (uint32_t i = 0; i < c->count; i++) {
        possible[i] = c->sources[i].wanted;
    }
    qsort(possible, c->count, sizeof possible[0], compare_concepts);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        if (kept == 0 || possible[kept - 1] != possible[i]) {
            possible[kept++] = possible[i];
        }
    }
    ret->possible = possible;
    ret->possible_count = kept;
    return true;
}

/* An offer: what speaks for each concept that it requires. */
static bool infer_offer(const infer_plan *plan, collector *c, const segment *s, uint32_t row,
                        inference *ret)
{
    concept_list required = {.count = 0};
    if (plan->gate != NULL) {
        required = list_at(s, plan->gate->offer_columns[0], row);
    }
    for (uint32_t i = 0; i < required.count; i++) {
        if (plan->has_essential) {
            collect_related(c, required.concepts[i], LOTSE_OCCUPATIONS_ESSENTIAL, true);
        }
        if (plan->has_optional) {
            collect_related(c, required.concepts[i], LOTSE_OCCUPATIONS_OPTIONAL, true);
        }
        if (plan->has_near) {
            collect_related(c, required.concepts[i], LOTSE_SKILLS_NEAR, true);
        }
    }
    if (c->is_out_of_memory) {
        return false;
    }
    if (c->count > 0) {
        qsort(c->sources, c->count, sizeof c->sources[0], compare_sources);
    }
    ret->sources = c->sources;
    ret->source_count = c->count;
    return true;
}

bool infer_anchor(const infer_plan *plan, const match_program *p, const segment *s, uint32_t row,
                  arena *a, const inference **ret, err *e)
{
    *ret = NULL;
    if (!plan->is_on && !plan->waives) {
        return true;
    }
    inference *made = arena_make(a, inference);
    if (made != NULL) {
        made->waives = plan->waives;
    }
    if (made != NULL && !plan->is_on) {
        *ret = made;
        return true;
    }
    collector c = {.program = p, .arena = a, .related = arena_make_array(a, RELATED_MAX, concept)};
    bool is_done = made != NULL && c.related != NULL;
    if (is_done) {
        made->bound = plan->bound;
        made->follows = plan->has_essential || plan->has_optional;
        is_done = segment_side(s) == SIDE_SEEKER ? infer_seeker(plan, &c, s, row, made)
                                                 : infer_offer(plan, &c, s, row, made);
    }
    *ret = made;
    return is_done || fail(e, ERR_MEMORY, "no memory for what follows from past work");
}

/* ------------------------------------------------------------------------------------ pairs */

static bool has_source(const inference *i, concept from, concept wanted, bool is_near)
{
    infer_source key = {from, wanted, is_near};
    return i->source_count > 0 &&
           bsearch(&key, i->sources, i->source_count, sizeof key, compare_sources) != NULL;
}

static bool list_speaks(const inference *i, const concept_list *list, concept wanted, bool is_near)
{
    for (uint32_t k = 0; k < list->count; k++) {
        if (has_source(i, list->concepts[k], wanted, is_near)) {
            return true;
        }
    }
    return false;
}

infer_answer infer_ask(const gate_row *seeker, const gate_row *offer, concept missing)
{
    const inference *own = seeker->inferred;
    if (own != NULL) {
        bool is_there =
            own->possible_count > 0 && bsearch(&missing, own->possible, own->possible_count,
                                               sizeof missing, compare_concepts) != NULL;
        return is_there ? INFER_MAYBE : own->is_open ? INFER_UNKNOWN : INFER_NO;
    }
    const inference *asked = offer->inferred;
    if (asked == NULL || asked->bound == NULL) {
        return INFER_NO;
    }
    concept_list stated = list_at(seeker->segment, asked->bound->seeker_column, seeker->row);
    bool is_open = false;
    if (list_speaks(asked, &stated, missing, true)) {
        return INFER_MAYBE;
    }
    for (uint32_t k = 0; k < asked->bound->inferred.from_count; k++) {
        concept_list from = list_at(seeker->segment, asked->bound->inferred.from[k], seeker->row);
        if (list_speaks(asked, &from, missing, false)) {
            return INFER_MAYBE;
        }
        is_open = is_open || has_hole(&from);
    }
    return is_open && asked->follows ? INFER_UNKNOWN : INFER_NO;
}
