/* Skills of occupations as two tables, one for each end, made once. */
#include "taxonomy/relate.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/check.h"

enum { ISCO_UNIT_LEN = sizeof "isco:5321" - 1, KLDB_KIND_LEN = sizeof "kldb:81302" - 1 };
enum { UNIT_COUNT_MAX = 64, MEMBER_COUNT_MAX = 1024 };

/* One skill of one occupation. */
typedef struct tie {
    uint32_t from, to;
} tie;

typedef struct tie_list {
    tie *ties;
    uint32_t count, cap;
} tie_list;

/* All ties of a strength: where each concept's list begins, and what they hold. */
typedef struct tie_table {
    uint32_t *starts; /* concept_count + 1 */
    uint32_t *targets;
} tie_table;

struct relate {
    uint32_t concept_count;
    tie_table skills[2];      /* of occupations; [1]: essential */
    tie_table occupations[2]; /* of skills */
};

static bool add_tie(tie_list *list, uint32_t from, uint32_t to)
{
    if (list->count == list->cap) {
        uint32_t cap = list->cap == 0 ? 4096 : list->cap * 2;
        tie *ties = mem_resize(list->ties, list->cap * sizeof *ties, cap * sizeof *ties);
        if (ties == NULL) {
            return false;
        }
        list->ties = ties;
        list->cap = cap;
    }
    list->ties[list->count++] = (tie){from, to};
    return true;
}

/* ------------------------------------------------------------------------------------ units */

static bool is_unit(const taxonomy *t, uint32_t at)
{
    return taxonomy_kind_of(t, at) == TAXONOMY_ISCO && taxonomy_id(t, at).len == ISCO_UNIT_LEN;
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Sorts and keeps each once. */
static uint32_t keep_once(uint32_t *numbers, uint32_t count)
{
    uint32_t kept = 0;
    qsort(numbers, count, sizeof numbers[0], compare_numbers);
    for (uint32_t i = 0; i < count; i++) {
        if (kept == 0 || numbers[kept - 1] != numbers[i]) {
            numbers[kept++] = numbers[i];
        }
    }
    return kept;
}

/* The unit above an ESCO occupation, over occupations in between. TAXONOMY_NONE: none. */
static uint32_t unit_above(const taxonomy *t, uint32_t at)
{
    enum { STEP_COUNT_MAX = 16 };
    for (uint32_t steps = 0; steps < STEP_COUNT_MAX && at != TAXONOMY_NONE; steps++) {
        if (is_unit(t, at)) {
            return at;
        }
        const uint32_t *above;
        uint32_t count = taxonomy_related(t, at, RELATION_BROADER, &above);
        uint32_t next = TAXONOMY_NONE;
        for (uint32_t i = 0; i < count; i++) {
            bool is_better = next == TAXONOMY_NONE || is_unit(t, above[i]);
            next = is_better ? above[i] : next;
        }
        at = next;
    }
    return TAXONOMY_NONE;
}

uint32_t relate_units(const taxonomy *t, uint32_t occupation, uint32_t *ret, uint32_t max)
{
    uint32_t units[UNIT_COUNT_MAX];
    uint32_t count = 0;
    taxonomy_kind kind = taxonomy_kind_of(t, occupation);
    if (kind == TAXONOMY_KLDB) {
        const uint32_t *same;
        uint32_t same_count = taxonomy_related(t, occupation, RELATION_SAME, &same);
        for (uint32_t i = 0; i < same_count && count < UNIT_COUNT_MAX; i++) {
            if (is_unit(t, same[i])) {
                units[count++] = same[i];
            }
        }
    } else if (kind == TAXONOMY_ESCO_OCCUPATION || is_unit(t, occupation)) {
        uint32_t unit = unit_above(t, occupation);
        units[0] = unit;
        count = unit == TAXONOMY_NONE ? 0 : 1;
    }
    count = keep_once(units, count);
    for (uint32_t i = 0; i < count && i < max; i++) {
        ret[i] = units[i];
    }
    return count;
}

/* ------------------------------------------------------------------------------------ ties */

static bool add_stated(const taxonomy *t, uint32_t occupation, tie_list lists[2])
{
    static const taxonomy_relation RELATIONS[2] = {RELATION_OPTIONAL, RELATION_ESSENTIAL};
    const uint32_t *essential;
    uint32_t essential_count = taxonomy_related(t, occupation, RELATION_ESSENTIAL, &essential);
    for (uint32_t strength = 0; strength < 2; strength++) {
        const uint32_t *skills;
        uint32_t count = taxonomy_related(t, occupation, RELATIONS[strength], &skills);
        for (uint32_t i = 0; i < count; i++) {
            bool is_stated = strength == 0 && bsearch(&skills[i], essential, essential_count,
                                                      sizeof skills[0], compare_numbers) != NULL;
            if (!is_stated && !add_tie(&lists[strength], occupation, skills[i])) {
                return false;
            }
        }
    }
    return true;
}

/* The ESCO occupations under some units. */
static uint32_t find_members(const uint32_t *member_starts, const uint32_t *members,
                             const uint32_t *units, uint32_t unit_count,
                             uint32_t ret[MEMBER_COUNT_MAX])
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < unit_count; i++) {
        for (uint32_t k = member_starts[units[i]]; k < member_starts[units[i] + 1]; k++) {
            if (count < MEMBER_COUNT_MAX) {
                ret[count++] = members[k];
            }
        }
    }
    return count;
}

/* How often each skill belongs to the members: by turns, all of it and what is essential. */
typedef struct tally {
    uint32_t *all, *essential; /* by concept; zero between uses */
    uint32_t *seen;
    uint32_t seen_count;
} tally;

static void count_skills(const taxonomy *t, uint32_t member, tally *y)
{
    static const taxonomy_relation RELATIONS[2] = {RELATION_OPTIONAL, RELATION_ESSENTIAL};
    for (uint32_t strength = 0; strength < 2; strength++) {
        const uint32_t *skills;
        uint32_t count = taxonomy_related(t, member, RELATIONS[strength], &skills);
        for (uint32_t i = 0; i < count; i++) {
            if (y->all[skills[i]] == 0) {
                y->seen[y->seen_count++] = skills[i];
            }
            y->all[skills[i]]++;
            y->essential[skills[i]] += strength;
        }
    }
}

static bool add_summed(const taxonomy *t, uint32_t code, const uint32_t *members,
                       uint32_t member_count, tally *y, tie_list lists[2])
{
    bool is_done = true;
    y->seen_count = 0;
    for (uint32_t i = 0; i < member_count; i++) {
        count_skills(t, members[i], y);
    }
    for (uint32_t i = 0; i < y->seen_count; i++) {
        uint32_t skill = y->seen[i];
        bool is_essential = 2 * y->essential[skill] >= member_count;
        if (is_essential || 2 * y->all[skill] >= member_count) {
            is_done = is_done && add_tie(&lists[is_essential], code, skill);
        }
        y->all[skill] = 0;
        y->essential[skill] = 0;
    }
    return is_done;
}

/* ------------------------------------------------------------------------------------ tables */

static int compare_ties(const void *a, const void *b)
{
    const tie *x = a;
    const tie *y = b;
    return x->from != y->from ? (x->from < y->from ? -1 : 1) : (x->to < y->to ? -1 : x->to > y->to);
}

static bool make_table(tie_list *list, uint32_t concept_count, tie_table *ret)
{
    qsort(list->ties, list->count, sizeof list->ties[0], compare_ties);
    ret->starts = mem_new(((size_t)concept_count + 1) * sizeof(uint32_t));
    ret->targets = mem_new(((size_t)list->count + 1) * sizeof(uint32_t));
    if (ret->starts == NULL || ret->targets == NULL) {
        return false;
    }
    uint32_t at = 0;
    for (uint32_t c = 0; c <= concept_count; c++) {
        while (at < list->count && list->ties[at].from < c) {
            ret->targets[at] = list->ties[at].to;
            at++;
        }
        ret->starts[c] = at;
    }
    check(at == list->count);
    return true;
}

static bool make_tables(relate *r, tie_list lists[2])
{
    for (uint32_t strength = 0; strength < 2; strength++) {
        tie_list *list = &lists[strength];
        if (!make_table(list, r->concept_count, &r->skills[strength])) {
            return false;
        }
        for (uint32_t i = 0; i < list->count; i++) {
            list->ties[i] = (tie){list->ties[i].to, list->ties[i].from};
        }
        if (!make_table(list, r->concept_count, &r->occupations[strength])) {
            return false;
        }
    }
    return true;
}

/* ESCO occupations by the unit above them. */
static bool list_members(const taxonomy *t, tie_table *ret)
{
    tie_list list = {0};
    bool is_done = true;
    for (uint32_t i = 0; i < taxonomy_count(t) && is_done; i++) {
        if (taxonomy_kind_of(t, i) == TAXONOMY_ESCO_OCCUPATION) {
            uint32_t unit = unit_above(t, i);
            is_done = unit == TAXONOMY_NONE || add_tie(&list, unit, i);
        }
    }
    is_done = is_done && make_table(&list, taxonomy_count(t), ret);
    mem_free(list.ties);
    return is_done;
}

static bool list_ties(const taxonomy *t, const tie_table *members, tally *y, tie_list lists[2])
{
    uint32_t under[MEMBER_COUNT_MAX];
    uint32_t units[UNIT_COUNT_MAX];
    bool is_done = true;
    for (uint32_t i = 0; i < taxonomy_count(t) && is_done; i++) {
        taxonomy_kind kind = taxonomy_kind_of(t, i);
        size_t len = taxonomy_id(t, i).len;
        if (kind == TAXONOMY_ESCO_OCCUPATION) {
            is_done = add_stated(t, i, lists);
        } else if (is_unit(t, i) || (kind == TAXONOMY_KLDB && len == KLDB_KIND_LEN)) {
            uint32_t unit_count = relate_units(t, i, units, UNIT_COUNT_MAX);
            uint32_t count =
                find_members(members->starts, members->targets, units, unit_count, under);
            is_done = count == 0 || add_summed(t, i, under, count, y, lists);
        }
    }
    return is_done;
}

bool relate_new(const taxonomy *t, relate **ret, err *e)
{
    uint32_t count = taxonomy_count(t);
    relate *r = mem_new(sizeof *r);
    tie_list lists[2] = {{0}, {0}};
    tie_table members = {0};
    tally y = {.all = mem_new(((size_t)count + 1) * sizeof(uint32_t)),
               .essential = mem_new(((size_t)count + 1) * sizeof(uint32_t)),
               .seen = mem_new(((size_t)count + 1) * sizeof(uint32_t))};
    bool is_done = r != NULL && y.all != NULL && y.essential != NULL && y.seen != NULL;
    if (is_done) {
        r->concept_count = count;
        is_done =
            list_members(t, &members) && list_ties(t, &members, &y, lists) && make_tables(r, lists);
    }
    mem_free(members.starts);
    mem_free(members.targets);
    mem_free(lists[0].ties);
    mem_free(lists[1].ties);
    mem_free(y.all);
    mem_free(y.essential);
    mem_free(y.seen);
    if (!is_done) {
        relate_free(&r);
        return fail(e, ERR_MEMORY, "no memory for what follows from occupations");
    }
    *ret = r;
    return true;
}

static void free_tables(tie_table tables[2])
{
    for (uint32_t i = 0; i < 2; i++) {
        mem_free(tables[i].starts);
        mem_free(tables[i].targets);
    }
}

void relate_free(relate **r)
{
    if (*r != NULL) {
        free_tables((*r)->skills);
        free_tables((*r)->occupations);
        mem_free(*r);
        *r = NULL;
    }
}

static relate_list list_of(const relate *r, const tie_table *table, uint32_t at)
{
    check(at < r->concept_count);
    return (relate_list){table->targets + table->starts[at],
                         table->starts[at + 1] - table->starts[at]};
}

relate_list relate_skills(const relate *r, uint32_t occupation, bool is_essential)
{
    return list_of(r, &r->skills[is_essential], occupation);
}

relate_list relate_occupations(const relate *r, uint32_t skill, bool is_essential)
{
    return list_of(r, &r->occupations[is_essential], skill);
}

/* ------------------------------------------------------------------------------------ near */

static void tell_skills(const taxonomy *t, uint32_t at, taxonomy_relation relation, uint32_t but,
                        relate_on_near *on_near, void *context)
{
    const uint32_t *others;
    uint32_t count = taxonomy_related(t, at, relation, &others);
    for (uint32_t i = 0; i < count; i++) {
        if (others[i] != but && taxonomy_kind_of(t, others[i]) == TAXONOMY_ESCO_SKILL) {
            on_near(context, others[i]);
        }
    }
}

void relate_near(const taxonomy *t, uint32_t skill, relate_on_near *on_near, void *context)
{
    static const taxonomy_relation TIES[] = {RELATION_BROADER,       RELATION_NARROWER,
                                             RELATION_ESSENTIAL,     RELATION_OPTIONAL,
                                             RELATION_ESSENTIAL_FOR, RELATION_OPTIONAL_FOR};
    if (taxonomy_kind_of(t, skill) != TAXONOMY_ESCO_SKILL) {
        return;
    }
    for (uint32_t i = 0; i < sizeof TIES / sizeof TIES[0]; i++) {
        tell_skills(t, skill, TIES[i], skill, on_near, context);
    }
    const uint32_t *above;
    uint32_t count = taxonomy_related(t, skill, RELATION_BROADER, &above);
    for (uint32_t i = 0; i < count; i++) {
        if (taxonomy_kind_of(t, above[i]) == TAXONOMY_ESCO_SKILL) {
            tell_skills(t, above[i], RELATION_NARROWER, skill, on_near, context);
        }
    }
}
