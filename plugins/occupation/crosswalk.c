/* Units are asked for once and kept: they are the same for as long as the instance lives. */
#include "crosswalk.h"

uint32_t common_digits(uint32_t a, uint32_t b)
{
    uint32_t a_digits = LOTSE_CONCEPT_DIGITS(a);
    uint32_t b_digits = LOTSE_CONCEPT_DIGITS(b);
    uint32_t most = a_digits < b_digits ? a_digits : b_digits;
    uint32_t differing = (a ^ b) & 0xfffffu; /* five digits of four bits */
    uint32_t common =
        differing == 0 ? KLDB_DIGITS : ((uint32_t)__builtin_clz(differing) - 12u) / 4u;
    return common < most ? common : most;
}

/* A code of ISCO-08 stands for itself, whatever its digits. */
static const kept_units *units_of(crosswalk *c, uint32_t concept)
{
    kept_units *k = &c->kept[(concept * 2654435761u >> 16) % KEPT_COUNT];
    if (k->concept == concept) {
        return k;
    }
    k->concept = concept;
    if (LOTSE_CONCEPT_SCHEME(concept) == LOTSE_SCHEME_ISCO) {
        k->count = 1;
        k->units[0] = concept;
        return k;
    }
    uint32_t count =
        c->taxonomy->related(c->taxonomy->self, concept, LOTSE_ISCO_UNITS, k->units, UNIT_MAX);
    k->count = count < UNIT_MAX ? count : UNIT_MAX;
    return k;
}

uint32_t crosswalk_common(crosswalk *c, uint32_t a, uint32_t b)
{
    uint32_t best = 0;
    if (c->taxonomy == NULL || c->weight <= 0) {
        return 0;
    }
    kept_units of_a = *units_of(c, a); /* copied: the other's may take its place */
    const kept_units *of_b = units_of(c, b);
    for (uint32_t i = 0; i < of_a.count; i++) {
        for (uint32_t k = 0; k < of_b->count; k++) {
            uint32_t common = common_digits(of_a.units[i], of_b->units[k]);
            best = common > best ? common : best;
        }
    }
    return best;
}
