/* Entitlements and vouchers on the way: which one a step needs, whether the person holds it, and
 * when it lapses. Whether it is granted is for the office in charge to decide. */
#include "path/parts.h"

/* Months after which an entitlement lapses unless somebody has enrolled; 0: only its own last day
 * counts. Of a person who is obliged the shorter time stated counts, which is the earlier day. */
static const struct {
    uint16_t code;
    uint16_t months;
} LAPSES[] = {
    {ENTITLEMENT_45A, 3},  /* DeuFöV section 6 (3) */
    {ENTITLEMENT_44, 12},  /* AufenthG section 44 (2) */
    {ENTITLEMENT_44A, 12}, /* likewise */
};

static uint64_t bit_of(uint32_t position)
{
    return UINT64_C(1) << position;
}

uint64_t grant_needed(const finder *f, const segment *s, uint32_t row)
{
    uint64_t asked = columns_codes(&f->columns, s, row, COLUMN_ENTITLEMENTS);
    uint64_t funding = columns_codes(&f->columns, s, row, COLUMN_INSTRUMENTS) |
                       columns_codes(&f->columns, s, row, COLUMN_FUNDING);
    if (asked != 0) {
        return asked;
    }
    if ((funding & bit_of(INSTRUMENT_SGB3_81)) != 0) {
        return bit_of(ENTITLEMENT_SGB3_81);
    }
    if ((funding & bit_of(INSTRUMENT_SGB3_45)) != 0) {
        return bit_of(ENTITLEMENT_SGB3_45_PROVIDER) | bit_of(ENTITLEMENT_SGB3_45_EMPLOYER) |
               bit_of(ENTITLEMENT_SGB3_45_AGENT);
    }
    return 0;
}

/* The last day on which it is good. */
day grant_lapse(const seeker_entitlement *held)
{
    day last = held->valid_to.is_set ? held->valid_to.value : LOTSE_OPEN;
    for (uint32_t i = 0; i < sizeof LAPSES / sizeof LAPSES[0]; i++) {
        if (held->issued.is_set && held->code.position == LAPSES[i].code) {
            day by_rule = day_add_months(held->issued.value, LAPSES[i].months);
            last = by_rule < last ? by_rule : last;
        }
    }
    return last;
}

path_grant grant_of(const finder *f, const candidate *c, day on, uint32_t used, uint32_t *ret_held,
                    day *ret_lapses, day *ret_enrol)
{
    const seeker *s = f->q->seeker;
    path_grant best = PATH_GRANT_TO_ASK;
    *ret_held = UINT32_MAX;
    *ret_lapses = LOTSE_OPEN;
    /* Who fulfils everything today can enrol today; others when their turn comes. */
    *ret_enrol = c->no == 0 && !c->is_assumed ? f->q->as_of : on;
    if (c->grants == 0) {
        return PATH_GRANT_NONE;
    }
    for (uint32_t i = 0; i < s->entitlements.count && i < GRANT_MAX; i++) {
        const seeker_entitlement *held = &s->entitlements.items[i];
        if ((used >> i & 1u) != 0 || (c->grants >> held->code.position & 1u) == 0) {
            continue;
        }
        day lapses = grant_lapse(held);
        path_grant kind = lapses >= *ret_enrol ? PATH_GRANT_HELD : PATH_GRANT_LAPSED;
        if (kind < best) {
            best = kind;
            *ret_held = i;
            *ret_lapses = lapses;
        }
    }
    return best;
}
