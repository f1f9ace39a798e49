#include "base/check.h"
#include "match/gate_value.h"
#include "match/infer.h"

/* Operators on sets of codes or concepts, either of them unknown or known in part. A code is in a
 * set, not in it, or unknown; a concept is in a list, or not in it, and a list with a gap leaves
 * everything it does not name unknown. */

static void mark_unknown(gate_finding *f, bool seeker, bool offer)
{
    f->seeker_is_unknown = seeker;
    f->offer_is_unknown = offer;
}

static bool has_concept(const gate_set *s, concept wanted)
{
    for (uint32_t i = 0; i < s->count; i++) {
        if (s->concepts[i] == wanted) {
            return true;
        }
    }
    return false;
}

/* Concepts of a that are (or are not) in b, counted; written to `ret` where that is not NULL. */
static uint32_t select_concepts(const gate_set *a, const gate_set *b, bool is_in, uint32_t *ret)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < a->count; i++) {
        if (a->concepts[i] != 0 && has_concept(b, a->concepts[i]) == is_in) {
            if (ret != NULL) {
                ret[count] = a->concepts[i];
            }
            count++;
        }
    }
    return count;
}

static gate_fact fact_of_selected(const gate_call *c, const gate_set *a, const gate_set *b,
                                  bool is_in)
{
    gate_fact fact = {.kind = GATE_FACT_CONCEPTS};
    if (c->arena == NULL || a->count == 0) {
        return fact;
    }
    uint32_t *concepts = arena_make_array(c->arena, a->count, uint32_t);
    if (concepts != NULL) {
        fact.is_known = true;
        fact.concepts = concepts;
        fact.count = select_concepts(a, b, is_in, concepts);
    }
    return fact;
}

static gate_fact fact_of_codes(const code_list *list, uint64_t codes)
{
    return (gate_fact){.kind = GATE_FACT_CODES,
                       .is_known = true,
                       .codes = codes,
                       .codes_known = codes,
                       .list = list};
}

/* ------------------------------------------------------------------------------------ codes */

/* Every member of `small` is in `large`. */
static verdict judge_codes_within(const gate_call *c, const gate_set *small, const gate_set *large,
                                  bool seeker_is_small)
{
    const code_list *list = small->field->codes;
    uint64_t outside = small->members & large->known & ~large->members;
    uint64_t maybe = (small->members | ~small->known) & ~large->members & gate_code_mask(list);
    if (outside != 0) {
        c->finding->lack = fact_of_codes(list, outside);
        return VERDICT_NO;
    }
    if (maybe == 0) {
        return VERDICT_YES;
    }
    c->finding->lack = fact_of_codes(list, small->members & maybe);
    bool small_is_unknown = (maybe & ~small->known) != 0;
    bool large_is_unknown = (maybe & ~large->known) != 0;
    mark_unknown(c->finding, seeker_is_small ? small_is_unknown : large_is_unknown,
                 seeker_is_small ? large_is_unknown : small_is_unknown);
    return VERDICT_CHECK;
}

/* What both sets may have in common, and whether that is in doubt for either. */
static uint64_t maybe_common(const gate_call *c, const gate_set *seeker, const gate_set *offer)
{
    uint64_t maybe = (seeker->members | ~seeker->known) & (offer->members | ~offer->known) &
                     gate_code_mask(seeker->field->codes);
    mark_unknown(c->finding, (maybe & ~seeker->known) != 0, (maybe & ~offer->known) != 0);
    return maybe;
}

static verdict judge_codes_shared(const gate_call *c, const gate_set *seeker, const gate_set *offer)
{
    uint64_t mask = gate_code_mask(offer->field->codes);
    bool is_empty = offer->members == 0 && (~offer->known & mask) == 0;
    if ((seeker->members & offer->members) != 0 || is_empty) {
        return VERDICT_YES;
    }
    c->finding->lack = fact_of_codes(offer->field->codes, offer->members);
    if (maybe_common(c, seeker, offer) != 0) {
        return VERDICT_CHECK;
    }
    if (offer->members != 0) {
        return VERDICT_NO;
    }
    mark_unknown(c->finding, false, true);
    return VERDICT_CHECK;
}

static verdict judge_codes_apart(const gate_call *c, const gate_set *seeker, const gate_set *offer)
{
    uint64_t common = seeker->members & offer->members;
    if (common != 0) {
        c->finding->lack = fact_of_codes(seeker->field->codes, common);
        return VERDICT_NO;
    }
    return maybe_common(c, seeker, offer) != 0 ? VERDICT_CHECK : VERDICT_YES;
}

/* ------------------------------------------------------------------------------------ concepts */

/* What lacks of the offer's list may follow from past work, or be near to what is there. */
static bool may_be_inferred(const gate_call *c, const gate_set *asked, const gate_set *having)
{
    bool is_open = false;
    if (!c->gate->is_inferred) {
        return false;
    }
    for (uint32_t i = 0; i < asked->count; i++) {
        if (asked->concepts[i] == 0 || has_concept(having, asked->concepts[i])) {
            continue;
        }
        infer_answer answer =
            infer_ask(c->rows[SIDE_SEEKER], c->rows[SIDE_OFFER], asked->concepts[i]);
        if (answer == INFER_NO) {
            return false;
        }
        is_open = is_open || answer == INFER_UNKNOWN;
    }
    c->finding->is_inferred = true;
    c->finding->seeker_is_unknown = is_open;
    return true;
}

static verdict judge_concepts_within(const gate_call *c, const gate_set *small,
                                     const gate_set *large, bool seeker_is_small)
{
    if (!small->has_gap && small->count == 0) {
        return VERDICT_YES;
    }
    uint32_t outside_count = select_concepts(small, large, false, NULL);
    if (outside_count == 0 && !small->has_gap) {
        return VERDICT_YES;
    }
    c->finding->lack = fact_of_selected(c, small, large, false);
    if (outside_count > 0 && !large->has_gap) {
        bool may_be = !seeker_is_small && may_be_inferred(c, small, large);
        return may_be ? VERDICT_CHECK : VERDICT_NO;
    }
    mark_unknown(c->finding, seeker_is_small ? small->has_gap : large->has_gap,
                 seeker_is_small ? large->has_gap : small->has_gap);
    return VERDICT_CHECK;
}

static verdict judge_concepts_shared(const gate_call *c, const gate_set *seeker,
                                     const gate_set *offer)
{
    if (!offer->has_gap && offer->count == 0) {
        return VERDICT_YES;
    }
    if (select_concepts(offer, seeker, true, NULL) > 0) {
        return VERDICT_YES;
    }
    c->finding->lack = fact_of_selected(c, offer, seeker, false);
    if (!seeker->has_gap && !offer->has_gap) {
        return VERDICT_NO;
    }
    mark_unknown(c->finding, seeker->has_gap, offer->has_gap);
    return VERDICT_CHECK;
}

static verdict judge_concepts_apart(const gate_call *c, const gate_set *seeker,
                                    const gate_set *offer)
{
    if (select_concepts(offer, seeker, true, NULL) > 0) {
        c->finding->lack = fact_of_selected(c, offer, seeker, true);
        return VERDICT_NO;
    }
    bool seeker_is_empty = !seeker->has_gap && seeker->count == 0;
    bool offer_is_empty = !offer->has_gap && offer->count == 0;
    if (seeker_is_empty || offer_is_empty || (!seeker->has_gap && !offer->has_gap)) {
        return VERDICT_YES;
    }
    mark_unknown(c->finding, seeker->has_gap, offer->has_gap);
    return VERDICT_CHECK;
}

/* ------------------------------------------------------------------------------------ either */

typedef verdict judge_both(const gate_call *c, const gate_set *seeker, const gate_set *offer);

static verdict judge_within(const gate_call *c, const gate_set *small, const gate_set *large,
                            bool seeker_is_small)
{
    bool has_concepts = small->has_concepts || large->has_concepts;
    return has_concepts ? judge_concepts_within(c, small, large, seeker_is_small)
                        : judge_codes_within(c, small, large, seeker_is_small);
}

verdict gate_judge_sets(const gate_call *c)
{
    const gate *g = c->gate;
    gate_set seeker = gate_read_set(c, SIDE_SEEKER, g->seeker_columns[0]);
    gate_set offer = gate_read_set(c, SIDE_OFFER, g->offer_columns[0]);
    c->finding->have = gate_fact_of_set(&seeker);
    c->finding->need = gate_fact_of_set(&offer);
    if ((!seeker.is_known && seeker.is_wish) || (!offer.is_known && offer.is_wish)) {
        return VERDICT_YES;
    }
    bool has_concepts = seeker.has_concepts || offer.has_concepts;
    switch (g->op) {
    case GATE_CONTAINS_ALL:
        return judge_within(c, &offer, &seeker, false);
    case GATE_IN:
    case GATE_PERMISSION:
    case GATE_SUBSET_OF:
        return judge_within(c, &seeker, &offer, true);
    case GATE_INTERSECTS_OR_EMPTY: {
        judge_both *judge = has_concepts ? judge_concepts_shared : judge_codes_shared;
        return judge(c, &seeker, &offer);
    }
    default: {
        check(g->op == GATE_DISJOINT);
        judge_both *judge = has_concepts ? judge_concepts_apart : judge_codes_apart;
        return judge(c, &seeker, &offer);
    }
    }
}
