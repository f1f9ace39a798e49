/* lotse.eligibility: what follows for a person from spells, facts and vouchers on the day asked.
 *
 * unemployed_months counts as SGB III section 18 (1) does. instruments says of which instruments a
 * person meets the conditions that facts can show; granting remains a decision of the office. The
 * rules stand in rules/, each with the days for which its text holds. Outside of them, and wherever
 * a fact is missing or a rule leaves room, the answer is "not known", so that a person looks. */

#include "eligibility.h"

#include <string.h>

static lotse_status configure(void *self, const lotse_params *params, lotse_error *error)
{
    (void)self;
    (void)params;
    (void)error;
    return LOTSE_OK;
}

static lotse_status derive_months(void *self, const lotse_table *table, const uint32_t *rows,
                                  uint32_t row_count, int32_t as_of_day, void *values,
                                  uint8_t *known)
{
    int32_t *months = values;
    (void)self;
    if (table->column_count < COLUMN_COUNT) {
        return LOTSE_REFUSED;
    }
    for (uint32_t i = 0; i < row_count; i++) {
        person p = person_of(table, rows[i], as_of_day);
        known[i] = count_months(&p, &months[i]) == YES;
    }
    return LOTSE_OK;
}

static lotse_status derive_instruments(void *self, const lotse_table *table, const uint32_t *rows,
                                       uint32_t row_count, int32_t as_of_day, void *values,
                                       uint8_t *known)
{
    lotse_codes *codes = values;
    (void)self;
    if (table->column_count < COLUMN_COUNT) {
        return LOTSE_REFUSED;
    }
    for (uint32_t i = 0; i < row_count; i++) {
        person p = person_of(table, rows[i], as_of_day);
        codes[i] = instruments_of(&p);
        known[i] = 1; /* per code: lotse_codes.known */
    }
    return LOTSE_OK;
}

/* Nothing of a field's answer depends on a state, so that all instances are one. */
static void destroy(void *self)
{
    (void)self;
}

static const lotse_field *create(const lotse_host *host, const char *field_id, lotse_error *error)
{
    static const lotse_field months = {sizeof(months), 0, NULL, configure, derive_months, destroy};
    static const lotse_field instruments = {sizeof(instruments), 0,      NULL, configure,
                                            derive_instruments,  destroy};
    (void)host;
    if (strcmp(field_id, "unemployed_months") == 0) {
        return &months;
    }
    if (strcmp(field_id, "instruments") == 0) {
        return &instruments;
    }
    *error = (lotse_error){sizeof(*error), LOTSE_UNSUPPORTED, "", "there is no such field"};
    return NULL;
}

static const lotse_field_factory factory = {sizeof(factory), 0, create};

static lotse_status init(const lotse_host *host, lotse_error *error)
{
    (void)host;
    (void)error;
    return LOTSE_OK;
}

static void deinit(void)
{
}

static const void *get_factory(const char *factory_id)
{
    return strcmp(factory_id, LOTSE_FIELD_1) == 0 ? &factory : NULL;
}

LOTSE_EXPORT const lotse_entry lotse_plugin_entry = {LOTSE_ENTRY_MAGIC,
                                                     sizeof(lotse_entry),
                                                     LOTSE_ABI_MAJOR,
                                                     LOTSE_ABI_MINOR,
                                                     "lotse.eligibility",
                                                     "1.0.0",
                                                     init,
                                                     deinit,
                                                     get_factory};
