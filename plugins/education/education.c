/* lotse.education: whether any qualification of a person could be the recognition that a regulated
 * occupation needs. Whether it covers that very occupation somebody must look at: therefore the
 * field is either "none could" or "not known", never "yes". */

#include "lotse_plugin.h"

#include <string.h>

enum { COLUMN_RECOGNITION, COLUMN_COUNT };

/* Positions of the code list recognition. */
enum { RECOGNITION_FULL = 3, RECOGNITION_NOT_NEEDED = 5 };

static int may_be_recognised(const lotse_table *t, const lotse_column *c, uint32_t row)
{
    if (!lotse_is_known(t, c, row)) {
        return 1;
    }
    lotse_range range = lotse_range_at(t, c, row);
    const int32_t *recognition = (const int32_t *)lotse_values(t, c);
    for (uint32_t i = range.begin; i < range.end; i++) {
        if (recognition[i] == RECOGNITION_FULL || recognition[i] == RECOGNITION_NOT_NEEDED ||
            recognition[i] == LOTSE_ABSENT) {
            return 1;
        }
    }
    return 0;
}

static lotse_status configure(void *self, const lotse_params *params, lotse_error *error)
{
    (void)self;
    (void)params;
    (void)error;
    return LOTSE_OK;
}

static lotse_status derive(void *self, const lotse_table *table, const uint32_t *rows,
                           uint32_t row_count, int32_t as_of_day, void *values, uint8_t *known)
{
    uint8_t *flags = values;
    (void)self;
    (void)as_of_day;
    if (table->column_count < COLUMN_COUNT) {
        return LOTSE_REFUSED;
    }
    lotse_column c = *lotse_column_of(table, COLUMN_RECOGNITION);
    for (uint32_t i = 0; i < row_count; i++) {
        flags[i] = 0;
        known[i] = !may_be_recognised(table, &c, rows[i]);
    }
    return LOTSE_OK;
}

static void destroy(void *self)
{
    (void)self;
}

static const lotse_field *create(const lotse_host *host, const char *field_id, lotse_error *error)
{
    static const lotse_field recognised = {sizeof(recognised), 0, NULL, configure, derive, destroy};
    (void)host;
    if (strcmp(field_id, "recognised") == 0) {
        return &recognised;
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
                                                     "lotse.education",
                                                     "1.0.0",
                                                     init,
                                                     deinit,
                                                     get_factory};
