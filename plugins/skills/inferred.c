/* What speaks for a skill, found for the one who asks and looked up for each row. */
#include "inferred.h"

#include <stdlib.h>

enum { RELATED_MAX = 4096 };

concept_list concept_list_at(const lotse_table *t, uint32_t column, uint32_t row)
{
    const lotse_column *c = lotse_column_of(t, column);
    if (!lotse_is_known(t, c, row)) {
        return (concept_list){NULL, 0, 0};
    }
    lotse_range range = lotse_range_at(t, c, row);
    return (concept_list){(const uint32_t *)lotse_values(t, c) + range.begin,
                          range.end - range.begin, 1};
}

int concept_list_is_open(const concept_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->concepts[i] == 0) {
            return 1;
        }
    }
    return !list->is_known;
}

int inferred_is_on(const inferred *i)
{
    return i->taxonomy != NULL && (i->essential > 0 || i->optional > 0 || i->near > 0);
}

int32_t inferred_most(const inferred *i)
{
    return i->essential > i->optional ? i->essential : i->optional;
}

void inferred_free(inferred *i)
{
    free(i->sources);
    free(i->related);
}

/* ------------------------------------------------------------------------------------ sources */

static int add(inferred *i, source added)
{
    if (i->count == i->capacity) {
        uint32_t capacity = i->capacity == 0 ? 256 : i->capacity * 2;
        source *sources = realloc(i->sources, capacity * sizeof(source));
        if (sources == NULL) {
            return 0;
        }
        i->sources = sources;
        i->capacity = capacity;
    }
    i->sources[i->count++] = added;
    return 1;
}

/* Everything related to `of`: as what it speaks for, or as what speaks for it. */
static int add_related(inferred *i, uint32_t of, uint32_t relation, int is_wanted, int32_t credit,
                       uint32_t how)
{
    if (credit <= 0 || of == 0) {
        return 1;
    }
    uint32_t count = i->taxonomy->related(i->taxonomy->self, of, relation, i->related, RELATED_MAX);
    count = count < RELATED_MAX ? count : RELATED_MAX;
    for (uint32_t k = 0; k < count; k++) {
        source added = {is_wanted ? i->related[k] : of, is_wanted ? of : i->related[k], credit,
                        how};
        if (!add(i, added)) {
            return 0;
        }
    }
    return 1;
}

static int begin(inferred *i)
{
    i->count = 0;
    i->is_open = 0;
    if (i->related == NULL) {
        i->related = malloc(RELATED_MAX * sizeof(uint32_t));
    }
    return i->related != NULL;
}

static int better_first(const source *x, const source *y)
{
    if (x->credit != y->credit) {
        return x->credit > y->credit ? -1 : 1;
    }
    return x->how < y->how ? -1 : x->how > y->how;
}

static int compare_wanted(const void *a, const void *b)
{
    const source *x = a;
    const source *y = b;
    return x->wanted != y->wanted ? (x->wanted < y->wanted ? -1 : 1) : better_first(x, y);
}

static int compare_both(const void *a, const void *b)
{
    const source *x = a;
    const source *y = b;
    if (x->from != y->from) {
        return x->from < y->from ? -1 : 1;
    }
    if (x->wanted != y->wanted) {
        return x->wanted < y->wanted ? -1 : 1;
    }
    return x->how != y->how ? (x->how < y->how ? -1 : 1) : better_first(x, y);
}

int inferred_take_seeker(inferred *i, const concept_list *stated, const concept_list *past,
                         uint32_t past_count)
{
    if (!begin(i)) {
        return 0;
    }
    for (uint32_t p = 0; p < past_count; p++) {
        i->is_open |= inferred_most(i) > 0 && concept_list_is_open(&past[p]);
        for (uint32_t k = 0; k < past[p].count; k++) {
            uint32_t of = past[p].concepts[k];
            if (!add_related(i, of, LOTSE_SKILLS_ESSENTIAL, 0, i->essential, HOW_INFERRED) ||
                !add_related(i, of, LOTSE_SKILLS_OPTIONAL, 0, i->optional, HOW_INFERRED)) {
                return 0;
            }
        }
    }
    for (uint32_t k = 0; k < stated->count; k++) {
        if (!add_related(i, stated->concepts[k], LOTSE_SKILLS_NEAR, 0, i->near, HOW_NEAR)) {
            return 0;
        }
    }
    if (i->count > 0) {
        qsort(i->sources, i->count, sizeof(source), compare_wanted);
    }
    return 1;
}

int inferred_take_offer(inferred *i, const uint32_t *desired, uint32_t desired_count)
{
    if (!begin(i)) {
        return 0;
    }
    for (uint32_t k = 0; k < desired_count; k++) {
        if (!add_related(i, desired[k], LOTSE_OCCUPATIONS_ESSENTIAL, 1, i->essential,
                         HOW_INFERRED) ||
            !add_related(i, desired[k], LOTSE_OCCUPATIONS_OPTIONAL, 1, i->optional, HOW_INFERRED) ||
            !add_related(i, desired[k], LOTSE_SKILLS_NEAR, 1, i->near, HOW_NEAR)) {
            return 0;
        }
    }
    if (i->count > 0) {
        qsort(i->sources, i->count, sizeof(source), compare_both);
    }
    return 1;
}

/* ------------------------------------------------------------------------------------ look up */

int32_t inferred_of_seeker(const inferred *i, uint32_t wanted, uint32_t *ret_how)
{
    uint32_t low = 0;
    uint32_t high = i->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (i->sources[middle].wanted < wanted) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    int is_there = low < i->count && i->sources[low].wanted == wanted;
    *ret_how = is_there ? i->sources[low].how : HOW_MISSING;
    return is_there ? i->sources[low].credit : 0;
}

/* What one concept of a person says for a skill in one way: how comes before how much. NULL:
 * nothing. */
static const source *find_source(const inferred *i, uint32_t from, uint32_t wanted, uint32_t how)
{
    uint32_t low = 0;
    uint32_t high = i->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const source key = {from, wanted, LOTSE_POINTS_MAX, how};
        if (compare_both(&i->sources[middle], &key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const source *s = &i->sources[low];
    return low < i->count && s->from == from && s->wanted == wanted && s->how == how ? s : NULL;
}

/* The best that a list says for a skill in one way. */
static void look_through(const inferred *i, const concept_list *list, uint32_t wanted, uint32_t how,
                         source *best)
{
    for (uint32_t k = 0; k < list->count && i->count > 0; k++) {
        const source *s = find_source(i, list->concepts[k], wanted, how);
        if (s != NULL && better_first(s, best) < 0) {
            *best = *s;
        }
    }
}

int32_t inferred_of_row(const inferred *i, const concept_list *stated, const concept_list *past,
                        uint32_t past_count, uint32_t wanted, uint32_t *ret_how)
{
    source best = {0, wanted, 0, HOW_MISSING};
    look_through(i, stated, wanted, HOW_NEAR, &best);
    for (uint32_t p = 0; p < past_count; p++) {
        look_through(i, &past[p], wanted, HOW_INFERRED, &best);
    }
    *ret_how = best.how;
    return best.credit;
}
