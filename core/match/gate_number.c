#include "base/check.h"
#include "match/gate_value.h"
#include "match/infer.h"

/* Operators on numbers, days, levels and flags: >=, <=, on_or_after, flag, overlaps; plain or for
 * every entry of a joined list. They all come down to "small <= large" with either side unknown. */

static verdict worst_of(verdict a, verdict b)
{
    return a > b ? a : b;
}

static verdict judge_order(const gate_number *small, const gate_number *large)
{
    if ((!small->is_known && small->is_wish) || (!large->is_known && large->is_wish)) {
        return VERDICT_YES;
    }
    if (gate_number_is_lowest(small) || gate_number_is_highest(large)) {
        return VERDICT_YES;
    }
    if (!small->is_known || !large->is_known) {
        return VERDICT_CHECK;
    }
    return small->value <= large->value ? VERDICT_YES : VERDICT_NO;
}

/* low <= high where an end that is not known is bounded by the other end of its own interval: low
 * is at most its interval's high, high at least its interval's low. */
static verdict judge_ends(const gate_number *low, const gate_number *low_bound,
                          const gate_number *high, const gate_number *high_bound)
{
    verdict plain = judge_order(low, high);
    if (plain != VERDICT_CHECK) {
        return plain;
    }
    const gate_number *low_most = low->is_known ? low : low_bound;
    const gate_number *high_least = high->is_known ? high : high_bound;
    bool is_bounded = low_most->is_known && high_least->is_known;
    return is_bounded && low_most->value <= high_least->value ? VERDICT_YES : VERDICT_CHECK;
}

static gate_fact fact_of_interval(const gate_number ends[2])
{
    gate_fact fact = {.kind = GATE_FACT_INTERVAL};
    uint32_t type = ends[0].field == NULL ? 0 : ends[0].field->type;
    fact.has_days = type == LOTSE_DAY || type == LOTSE_DAY_LIST;
    fact.is_known = ends[0].is_known || ends[1].is_known;
    fact.number = ends[0].is_known ? ends[0].value : LOTSE_ABSENT;
    fact.number_high = ends[1].is_known ? ends[1].value : LOTSE_ABSENT;
    return fact;
}

/* How far two numbers are apart: levels, months, days. */
static gate_fact fact_of_distance(const gate_number *small, const gate_number *large)
{
    gate_fact fact = {.kind = GATE_FACT_NUMBER};
    fact.is_known = small->is_known && large->is_known && small->value > large->value;
    if (fact.is_known) {
        fact.number = small->value - large->value;
        fact.list = small->field->codes;
    }
    return fact;
}

static verdict judge_overlap(gate_finding *f, const gate_number have[2], const gate_number need[2])
{
    f->have = fact_of_interval(have);
    f->need = fact_of_interval(need);
    verdict starts = judge_ends(&have[0], &have[1], &need[1], &need[0]);
    verdict ends = judge_ends(&need[0], &need[1], &have[1], &have[0]);
    bool is_early = starts != VERDICT_NO;
    f->lack =
        is_early ? fact_of_distance(&need[0], &have[1]) : fact_of_distance(&have[0], &need[1]);
    verdict v = worst_of(starts, ends);
    if (v == VERDICT_CHECK) {
        f->seeker_is_unknown = (starts == VERDICT_CHECK && !have[0].is_known) ||
                               (ends == VERDICT_CHECK && !have[1].is_known);
        f->offer_is_unknown = (starts == VERDICT_CHECK && !need[1].is_known) ||
                              (ends == VERDICT_CHECK && !need[0].is_known);
    }
    return v;
}

static verdict judge_pair(gate_finding *f, gate_op op, const gate_number *have,
                          const gate_number *need)
{
    f->have = gate_fact_of_number(have);
    f->need = gate_fact_of_number(need);
    bool is_at_least = op == GATE_AT_LEAST || op == GATE_FLAG;
    const gate_number *small = is_at_least ? need : have;
    const gate_number *large = is_at_least ? have : need;
    f->lack = fact_of_distance(small, large);
    verdict v = judge_order(small, large);
    if (v == VERDICT_CHECK) {
        f->seeker_is_unknown = !have->is_known;
        f->offer_is_unknown = !need->is_known;
    }
    return v;
}

static verdict judge_values(gate_finding *f, gate_op op, const gate_number have[2],
                            const gate_number need[2])
{
    return op == GATE_OVERLAPS ? judge_overlap(f, have, need)
                               : judge_pair(f, op, &have[0], &need[0]);
}

verdict gate_judge_numbers(const gate_call *c, const gate_number have[2], const gate_number need[2])
{
    return judge_values(c->finding, c->gate->op, have, need);
}

/* ------------------------------------------------------------------------------------ joined */

/* Both sides' lists of a joined gate: the key, and one or two columns of values. */
typedef struct joined_side {
    gate_list key;
    gate_list values[2];
    uint32_t value_count;
} joined_side;

static joined_side read_side(const gate_call *c, record_side side, uint16_t key,
                             const uint16_t columns[2])
{
    joined_side s = {.key = gate_read_list(c, side, key)};
    s.value_count = c->gate->op == GATE_OVERLAPS ? 2 : 1;
    for (uint32_t i = 0; i < s.value_count; i++) {
        s.values[i] = gate_read_list(c, side, columns[i]);
        check(!s.values[i].is_known || s.values[i].count == s.key.count);
    }
    return s;
}

static gate_number value_of_entry(const gate_list *l, uint32_t entry)
{
    gate_number n = {.field = l->field, .is_wish = l->is_wish};
    if (l->is_known && l->values[entry] != l->absent) {
        n.is_known = true;
        n.value = l->values[entry];
    }
    return n;
}

/* A list that is present is complete: what it does not name is at the lowest value. */
static gate_number value_of_missing_entry(const joined_side *s, uint32_t i)
{
    const gate_list *l = &s->values[i];
    gate_number n = {.field = l->field, .is_wish = l->is_wish};
    n.is_known = s->key.is_known && gate_field_has_lowest(l->field);
    return n;
}

/* One entry of the offer's list: the best of the seeker's entries with its key decides. */
static verdict judge_entry(gate_finding *f, gate_op op, const joined_side *seeker,
                           const joined_side *offer, uint32_t entry, int32_t key)
{
    gate_number need[2] = {value_of_entry(&offer->values[0], entry)};
    if (offer->value_count == 2) {
        need[1] = value_of_entry(&offer->values[1], entry);
    }
    gate_number have[2] = {value_of_missing_entry(seeker, 0)};
    if (seeker->value_count == 2) {
        have[1] = value_of_missing_entry(seeker, 1);
    }
    bool was_found = false;
    bool has_gap = false;
    verdict best = VERDICT_NO;
    for (uint32_t i = 0; seeker->key.is_known && i < seeker->key.count; i++) {
        has_gap = has_gap || seeker->key.values[i] == seeker->key.absent;
        if (seeker->key.values[i] != key) {
            continue;
        }
        gate_number own[2] = {value_of_entry(&seeker->values[0], i)};
        if (seeker->value_count == 2) {
            own[1] = value_of_entry(&seeker->values[1], i);
        }
        gate_finding tried = {.key_code = key};
        tried.verdict = judge_values(&tried, op, own, need);
        if (!was_found || tried.verdict < best) {
            best = tried.verdict;
            *f = tried;
        }
        was_found = true;
    }
    if (was_found) {
        return best;
    }
    if (has_gap) {
        have[0].is_known = have[1].is_known = false;
    }
    f->key_code = key;
    f->verdict = judge_values(f, op, have, need);
    return f->verdict;
}

static void keep_entry(gate_entry *entries, gate_finding *f, const gate_finding *entry)
{
    if (entries == NULL) {
        return;
    }
    entries[f->entry_count++] = (gate_entry){.verdict = entry->verdict,
                                             .key = entry->key_code,
                                             .have = entry->have,
                                             .need = entry->need,
                                             .lack = entry->lack};
}

static void tell_entry(gate_finding *f, const gate_finding *entry)
{
    f->have = entry->have;
    f->need = entry->need;
    f->lack = entry->lack;
    f->key_code = entry->key_code;
    f->seeker_is_unknown = entry->seeker_is_unknown;
    f->offer_is_unknown = entry->offer_is_unknown;
}

static bool is_waived_kind(const gate_call *c)
{
    uint16_t column = program_column(c->program, SIDE_OFFER, "kind");
    gate_number kind = gate_read_number(c, SIDE_OFFER, column);
    return !kind.is_known || (c->gate->waive_kinds >> kind.value & 1u) != 0;
}

static bool may_be_waived(const gate_call *c)
{
    const inference *seeker = c->rows[SIDE_SEEKER]->inferred;
    const inference *offer = c->rows[SIDE_OFFER]->inferred;
    return c->gate->waive_column != UINT16_MAX &&
           ((seeker != NULL && seeker->waives) || (offer != NULL && offer->waives)) &&
           is_waived_kind(c);
}

/* Another key that the offer names may stand for this one: the best of them decides. A list that is
 * not known may name any. */
static verdict judge_waived(const gate_call *c, const joined_side *seeker, const joined_side *offer,
                            uint32_t entry, verdict own, gate_finding *f)
{
    gate_list others = gate_read_list(c, SIDE_OFFER, c->gate->waive_column);
    verdict best = own;
    for (uint32_t i = 0; others.is_known && i < others.count; i++) {
        int32_t key = others.values[i];
        gate_finding tried = {0};
        if (key == others.absent || key == c->gate->waived_key) {
            continue;
        }
        verdict v = judge_entry(&tried, c->gate->op, seeker, offer, entry, key);
        if (v < best) {
            best = v;
            *f = tried;
        }
    }
    for (uint32_t i = 0; !others.is_known && i < seeker->key.count; i++) {
        int32_t key = seeker->key.values[i];
        gate_finding tried = {0};
        if (key != c->gate->waived_key && best == VERDICT_NO &&
            judge_entry(&tried, c->gate->op, seeker, offer, entry, key) != VERDICT_NO) {
            f->offer_is_unknown = true;
            best = VERDICT_CHECK;
        }
    }
    f->verdict = best;
    return best;
}

verdict gate_judge_joined(const gate_call *c)
{
    const gate *g = c->gate;
    gate_finding *f = c->finding;
    joined_side offer = read_side(c, SIDE_OFFER, g->offer_key, g->offer_columns);
    joined_side seeker = read_side(c, SIDE_SEEKER, g->seeker_key, g->seeker_columns);
    if (!offer.key.is_known) {
        f->offer_is_unknown = !offer.values[0].is_wish;
        return offer.values[0].is_wish ? VERDICT_YES : VERDICT_CHECK;
    }
    gate_entry *entries = NULL;
    if (c->arena != NULL) {
        entries = arena_make_array(c->arena, offer.key.count, gate_entry);
    }
    verdict worst = VERDICT_YES;
    bool has_waiver = may_be_waived(c);
    for (uint32_t i = 0; i < offer.key.count; i++) {
        gate_finding entry = {0};
        int32_t key = offer.key.values[i];
        verdict v = judge_entry(&entry, g->op, &seeker, &offer, i, key);
        if (v != VERDICT_YES && has_waiver && key == g->waived_key) {
            v = judge_waived(c, &seeker, &offer, i, v, &entry);
        }
        bool is_first = i == 0;
        if (v > worst || is_first) {
            tell_entry(f, &entry);
        }
        if (v != VERDICT_YES) {
            keep_entry(entries, f, &entry);
        }
        worst = worst_of(worst, v);
    }
    f->entries = entries;
    return worst;
}
