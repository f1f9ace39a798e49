/* What is known of the person after some steps. Facts are numbered: the same gains give the same
 * number, whichever intakes they came from, so that a gate looks at each of them once. */
#include "path/parts.h"

#include <string.h>

#include "base/check.h"

enum { FACTS_CAP_FIRST = 64, DAY_BITS = 20 };

/* ------------------------------------------------------------------------------------ effects */

uint32_t facts_effect(finder *f, uint64_t effect)
{
    uint64_t number;
    if (memo_get(&f->effect_index, effect + 1, &number)) {
        return (uint32_t)number;
    }
    if (f->effect_count == EFFECT_MAX || !memo_put(&f->effect_index, effect + 1, f->effect_count)) {
        f->has_overflow = true;
        return UINT32_MAX;
    }
    f->effects[f->effect_count] = effect;
    return f->effect_count++;
}

uint32_t facts_want(finder *f, const want *w)
{
    uint64_t key = (w->families != 0 ? UINT64_C(1) << 63 | w->families : w->effect) + 1;
    uint64_t number;
    if (memo_get(&f->want_index, key, &number)) {
        return (uint32_t)number;
    }
    if (f->want_count == EFFECT_MAX || !memo_put(&f->want_index, key, f->want_count)) {
        f->has_overflow = true;
        return UINT32_MAX;
    }
    f->wants[f->want_count] = *w;
    return f->want_count++;
}

/* One of them is the other, or above it. Codes of different schemes cannot be compared: somebody
 * has to look, and the gate says so. */
static bool is_related(concept a, concept b)
{
    if (a == b || a == CONCEPT_NONE || b == CONCEPT_NONE) {
        return true;
    }
    if (LOTSE_CONCEPT_SCHEME(a) != LOTSE_CONCEPT_SCHEME(b)) {
        return true;
    }
    uint32_t digits = LOTSE_CONCEPT_DIGITS(a) < LOTSE_CONCEPT_DIGITS(b) ? LOTSE_CONCEPT_DIGITS(a)
                                                                        : LOTSE_CONCEPT_DIGITS(b);
    return LOTSE_CONCEPT_SCHEME(a) != LOTSE_SCHEME_ESCO && concept_common_prefix(a, b) >= digits;
}

bool facts_want_is_met(const want *w, uint64_t effect)
{
    path_effect_kind kind = path_effect_kind_of(effect);
    if (w->families != 0) {
        return (w->families >> kind & 1u) != 0;
    }
    if (path_effect_kind_of(w->effect) == PATH_OCCUPATION) {
        return (kind == PATH_OCCUPATION || kind == PATH_PART) &&
               is_related(path_effect_key(w->effect), path_effect_key(effect));
    }
    if (kind != path_effect_kind_of(w->effect) ||
        path_effect_key(effect) != path_effect_key(w->effect)) {
        return false;
    }
    return path_effect_level(effect) >= path_effect_level(w->effect);
}

/* Are all modules of an occupation done, with this one that was gained? */
static bool is_complete(const finder *f, const facts *x, uint64_t part)
{
    char scratch[16];
    const seeker *s = f->q->seeker;
    uint32_t total = path_effect_extra(part);
    bytes of = dictionary_text(f->q->dictionary, path_effect_key(part), scratch);
    bool done[100] = {false};
    uint32_t count = 0;
    for (uint32_t i = 0; i < s->parts_done.count; i++) {
        const seeker_part *p = &s->parts_done.items[i];
        if (bytes_equal(p->of.text, of) && p->number.is_set && p->number.value < 100) {
            done[p->number.value] = true;
        }
    }
    for (uint32_t i = 0; i < f->effect_count; i++) {
        uint64_t other = f->effects[i];
        if (bitset_has(&x->gained, i) && path_effect_kind_of(other) == PATH_PART &&
            path_effect_key(other) == path_effect_key(part) && path_effect_level(other) < 100) {
            done[path_effect_level(other)] = true;
        }
    }
    for (uint32_t i = 1; i <= total && i < 100; i++) {
        count += done[i];
    }
    return total > 0 && count == total;
}

bool facts_has_learnt(const finder *f, uint32_t number, uint32_t occupation)
{
    const facts *x = &f->facts[number];
    for (uint32_t i = 0; i < f->effect_count; i++) {
        uint64_t effect = f->effects[i];
        path_effect_kind kind = path_effect_kind_of(effect);
        if (!bitset_has(&x->gained, i) || (kind != PATH_OCCUPATION && kind != PATH_PART) ||
            !is_related(occupation, path_effect_key(effect))) {
            continue;
        }
        if (kind == PATH_OCCUPATION || is_complete(f, x, effect)) {
            return true;
        }
    }
    return false;
}

/* Is what `low` gives part of what `high` gives? */
static bool is_part_of(uint64_t low, uint64_t high)
{
    path_effect_kind kind = path_effect_kind_of(high);
    if (low == high) {
        return true;
    }
    bool is_ordered = kind == PATH_LANGUAGE || kind == PATH_SCHOOL || kind == PATH_EQF;
    return is_ordered && path_effect_kind_of(low) == kind &&
           path_effect_key(low) == path_effect_key(high) &&
           path_effect_level(low) <= path_effect_level(high);
}

void facts_relate(finder *f)
{
    for (uint32_t i = 0; i < f->effect_count; i++) {
        for (uint32_t k = 0; k < f->effect_count; k++) {
            if (is_part_of(f->effects[i], f->effects[k])) {
                bitset_add(&f->subsumers[i], k);
                if (i != k) {
                    bitset_add(&f->subsumed[k], i);
                }
            }
        }
        for (uint32_t k = 0; k < f->want_count; k++) {
            if (facts_want_is_met(&f->wants[k], f->effects[i])) {
                bitset_add(&f->meets[i], k);
            }
        }
    }
}

/* ------------------------------------------------------------------------------------ numbers */

static uint64_t hash_of(const facts *x)
{
    uint64_t h = bytes_checksum(&x->gained, sizeof x->gained, x->span_count);
    h = bytes_checksum(x->spans, x->span_count * sizeof x->spans[0], h);
    return (h ^ x->is_permission_over) | 1u;
}

static bool is_same(const facts *a, const facts *b)
{
    return bitset_equal(&a->gained, &b->gained) && a->span_count == b->span_count &&
           a->is_permission_over == b->is_permission_over &&
           (a->span_count == 0 ||
            memcmp(a->spans, b->spans, a->span_count * sizeof a->spans[0]) == 0);
}

static bool number_facts(finder *f, const facts *x, uint32_t *ret, err *e)
{
    uint64_t key = hash_of(x);
    uint64_t found;
    while (memo_get(&f->facts_index, key, &found)) {
        if (is_same(&f->facts[found], x)) {
            *ret = (uint32_t)found;
            return true;
        }
        key += 2;
    }
    if (f->facts_count == FACTS_MAX) {
        return fail(e, ERR_TOO_LARGE, "a pathway has more than %d states", FACTS_MAX);
    }
    if ((f->facts_count & (f->facts_count - 1)) == 0 && f->facts_count >= FACTS_CAP_FIRST) {
        facts *larger = mem_resize(f->facts, f->facts_count * sizeof *larger,
                                   (size_t)f->facts_count * 2 * sizeof *larger);
        if (larger == NULL) {
            return fail(e, ERR_MEMORY, "no memory for a pathway");
        }
        f->facts = larger;
    }
    if (!memo_put(&f->facts_index, key, f->facts_count)) {
        return fail(e, ERR_MEMORY, "no memory for a pathway");
    }
    f->facts[f->facts_count] = *x;
    f->facts[f->facts_count].segment = NULL;
    *ret = f->facts_count++;
    return true;
}

bool facts_add(finder *f, uint32_t from, const bitset *gained, const span *spans,
               uint32_t span_count, uint32_t *ret, err *e)
{
    facts x = f->facts[from];
    bitset_join(&x.gained, gained);
    bitset all = x.gained;
    for (uint32_t i = 0; i < f->effect_count; i++) {
        if (bitset_has(&all, i)) {
            bitset_join(&x.met, &f->meets[i]);
            for (uint32_t k = 0; k < EFFECT_WORDS; k++) {
                x.gained.words[k] &= ~f->subsumed[i].words[k];
            }
        }
    }
    for (uint32_t i = 0; i < span_count && x.span_count < SPAN_MAX; i++) {
        uint32_t at = x.span_count++;
        while (at > 0 && x.spans[at - 1].start > spans[i].start) {
            x.spans[at] = x.spans[at - 1];
            at--;
        }
        x.spans[at] = spans[i];
    }
    return number_facts(f, &x, ret, e);
}

bool facts_begin(finder *f, err *e)
{
    facts none = {0};
    uint32_t number;
    f->facts = mem_new(FACTS_CAP_FIRST * sizeof *f->facts);
    if (f->facts == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a pathway");
    }
    const seeker_work_permission *p = &f->q->seeker->work_permission;
    f->permission_until = p->is_set && p->until.is_set ? p->until.value : LOTSE_OPEN;
    const seeker_availability *a = &f->q->seeker->availability;
    f->available_from = a->from.is_set ? a->from.value : f->q->as_of;
    f->hours_max = a->hours_max.is_set ? a->hours_max.value * 60 : -1;
    return number_facts(f, &none, &number, e);
}

void facts_end(finder *f)
{
    for (uint32_t i = 0; i < f->facts_count; i++) {
        segment_free(&f->facts[i].segment);
    }
    mem_free(f->facts);
    memo_fini(&f->facts_index);
    memo_fini(&f->derived);
    memo_fini(&f->effect_index);
    memo_fini(&f->want_index);
    memo_fini(&f->verdicts);
}

/* ------------------------------------------------------------------------------------ rows */

static bool make_segment(finder *f, facts *x, err *e)
{
    arena scratch = {0};
    seeker person;
    bool is_made =
        record_with(f, x, &scratch, &person) || fail(e, ERR_MEMORY, "no memory for a pathway");
    if (is_made) {
        segment_input input = {.record = &person};
        is_made = segment_build(f->program, SIDE_SEEKER, &input, 1, f->q->dictionary, true,
                                &x->segment, e);
    }
    arena_fini(&scratch);
    return is_made;
}

bool facts_row(finder *f, uint32_t number, day on, bool is_derived, gate_row *ret, err *e)
{
    check(number < f->facts_count);
    if (on > f->permission_until && !f->facts[number].is_permission_over) {
        facts over = f->facts[number];
        over.is_permission_over = true;
        if (!number_facts(f, &over, &number, e)) {
            return false;
        }
    }
    facts *x = &f->facts[number];
    if (x->segment == NULL && !make_segment(f, x, e)) {
        return false;
    }
    *ret = (gate_row){.segment = x->segment};
    if (!is_derived) {
        return true;
    }
    uint64_t key = (uint64_t)(number + 1) << DAY_BITS | (uint32_t)(on - f->q->as_of);
    uint64_t found;
    if (memo_get(&f->derived, key, &found)) {
        ret->derived = (const lotse_table *)(uintptr_t)found;
        return true;
    }
    const uint32_t row = 0;
    if (!match_derive(f->worker, f->program, x->segment, &row, 1, on, f->memory, &ret->derived,
                      e)) {
        return false;
    }
    return memo_put(&f->derived, key, (uint64_t)(uintptr_t)ret->derived) ||
           fail(e, ERR_MEMORY, "no memory for a pathway");
}
