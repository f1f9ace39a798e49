/* lotse.terms: until when an intake may be joined, at which times of the day work is asked for, and
 * at which level of German a vocational language course begins.
 *
 * first_entry and last_entry are days between which somebody may begin. A rolling entry goes on
 * until its last day, a fixed one is one day. What is not recorded is not known. */

#include "lotse_plugin.h"

#include <string.h>

/* The manifest's columns of offers. */
enum {
    COLUMN_START,
    COLUMN_END,
    COLUMN_MODE,
    COLUMN_LATEST,
    COLUMN_WORKING_TIME,
    COLUMN_CONDITIONS,
    COLUMN_COURSE,
    COLUMN_COUNT
};

/* And of seekers. */
enum { COLUMN_LEVEL, COLUMN_EVIDENCE, COLUMN_DATE, SEEKER_COLUMN_COUNT };

/* Positions of the code lists entry_mode, excluded_time, working_time and condition. */
enum { MODE_ROLLING = 1 };
enum { TIME_NIGHT = 0, TIME_WEEKEND = 1, TIME_EVENING = 4, TIME_SHIFT = 6 };
enum { WORKING_EVENING = 4, WORKING_SHIFT = 6, WORKING_NIGHT = 7, WORKING_WEEKEND = 8 };
enum { CONDITION_NIGHT = 7, CONDITION_SHIFT = 8, CONDITION_WEEKEND = 9, CONDITION_NONE = 64 };

static int day_at(const lotse_table *t, uint32_t column, uint32_t row, int32_t *ret)
{
    const lotse_column *c = lotse_column_of(t, column);
    if (!lotse_is_known(t, c, row)) {
        return 0;
    }
    *ret = lotse_int_at(t, c, row);
    return 1;
}

/* The first day on which somebody may begin: where any day will do, the day asked. */
static int find_first(const lotse_table *t, uint32_t row, int32_t as_of, int32_t *ret)
{
    int32_t start;
    if (!day_at(t, COLUMN_START, row, &start)) {
        return 0;
    }
    *ret = start == LOTSE_OPEN ? as_of : start;
    return 1;
}

static int find_last(const lotse_table *t, uint32_t row, int32_t as_of, int32_t *ret)
{
    const lotse_column *mode = lotse_column_of(t, COLUMN_MODE);
    int32_t first;
    int32_t last;
    int32_t end = LOTSE_OPEN;
    int32_t start = 0;
    if (!find_first(t, row, as_of, &first) || !lotse_is_known(t, mode, row)) {
        return 0;
    }
    day_at(t, COLUMN_START, row, &start);
    day_at(t, COLUMN_END, row, &end);
    if (lotse_code_at(t, mode, row) == MODE_ROLLING) {
        if (!day_at(t, COLUMN_LATEST, row, &last)) {
            return 0;
        }
        last = last == LOTSE_OPEN ? end : last;
    } else {
        last = start == LOTSE_OPEN ? end : start;
    }
    *ret = last > first ? last : first;
    return 1;
}

typedef int find_day(const lotse_table *t, uint32_t row, int32_t as_of, int32_t *ret);

static lotse_status derive_days(find_day *find, const lotse_table *table, const uint32_t *rows,
                                uint32_t row_count, int32_t as_of_day, void *values, uint8_t *known)
{
    int32_t *days = values;
    if (table->column_count < COLUMN_COUNT) {
        return LOTSE_REFUSED;
    }
    for (uint32_t i = 0; i < row_count; i++) {
        days[i] = 0;
        known[i] = (uint8_t)find(table, rows[i], as_of_day, &days[i]);
    }
    return LOTSE_OK;
}

static lotse_status derive_first(void *self, const lotse_table *table, const uint32_t *rows,
                                 uint32_t row_count, int32_t as_of_day, void *values,
                                 uint8_t *known)
{
    (void)self;
    return derive_days(find_first, table, rows, row_count, as_of_day, values, known);
}

static lotse_status derive_last(void *self, const lotse_table *table, const uint32_t *rows,
                                uint32_t row_count, int32_t as_of_day, void *values, uint8_t *known)
{
    (void)self;
    return derive_days(find_last, table, rows, row_count, as_of_day, values, known);
}

/* A person who can begin once can begin on any day after: the far end of that time. */
static lotse_status derive_free(void *self, const lotse_table *table, const uint32_t *rows,
                                uint32_t row_count, int32_t as_of_day, void *values, uint8_t *known)
{
    int32_t *days = values;
    (void)self;
    (void)table;
    (void)rows;
    (void)as_of_day;
    for (uint32_t i = 0; i < row_count; i++) {
        days[i] = LOTSE_OPEN;
        known[i] = 1;
    }
    return LOTSE_OK;
}

/* ------------------------------------------------------------------------------------ times */

static int is_only(uint64_t members, uint32_t position)
{
    return members == UINT64_C(1) << position;
}

static int has(uint64_t members, uint32_t position)
{
    return position < 64 && (members >> position & 1u) != 0;
}

/* A time is asked for where it is a condition of the work or its only model of working time; it is
 * not where both lists are there and neither has it. A model among others may be the one chosen. */
static lotse_codes times_of(const lotse_table *t, uint32_t row)
{
    static const uint32_t times[][3] = {
        {TIME_NIGHT, WORKING_NIGHT, CONDITION_NIGHT},
        {TIME_WEEKEND, WORKING_WEEKEND, CONDITION_WEEKEND},
        {TIME_EVENING, WORKING_EVENING, CONDITION_NONE},
        {TIME_SHIFT, WORKING_SHIFT, CONDITION_SHIFT},
    };
    const lotse_column *working = lotse_column_of(t, COLUMN_WORKING_TIME);
    const lotse_column *conditions = lotse_column_of(t, COLUMN_CONDITIONS);
    int has_models = lotse_is_known(t, working, row);
    int has_conditions = lotse_is_known(t, conditions, row);
    uint64_t models = has_models ? lotse_codes_at(t, working, row).members : 0;
    uint64_t asked = has_conditions ? lotse_codes_at(t, conditions, row).members : 0;
    lotse_codes found = {0, 0};
    for (uint32_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        uint64_t bit = UINT64_C(1) << times[i][0];
        int is_asked = has(asked, times[i][2]) || (has_models && is_only(models, times[i][1]));
        int is_ruled_out = has_models && has_conditions && !has(models, times[i][1]);
        found.members |= is_asked ? bit : 0;
        found.known |= is_asked || is_ruled_out ? bit : 0;
    }
    return found;
}

static lotse_status derive_times(void *self, const lotse_table *table, const uint32_t *rows,
                                 uint32_t row_count, int32_t as_of_day, void *values,
                                 uint8_t *known)
{
    lotse_codes *codes = values;
    (void)self;
    (void)as_of_day;
    if (table->column_count < COLUMN_COUNT) {
        return LOTSE_REFUSED;
    }
    for (uint32_t i = 0; i < row_count; i++) {
        codes[i] = times_of(table, rows[i]);
        known[i] = 1; /* per code: lotse_codes.known */
    }
    return LOTSE_OK;
}

/* ------------------------------------------------------------------------------------ languages
 */

/* Positions of the code lists level, evidence and course_type. */
enum { LEVEL_A2 = 2, LEVEL_B1, LEVEL_B2, LEVEL_C1, LEVEL_COUNT = 7 };
enum { EVIDENCE_CERTIFICATE = 0 };
enum { COURSE_VOCATIONAL_FIRST = 7, COURSE_VOCATIONAL_JOB = 14, COURSE_COUNT = 16 };

#define LEVEL_BIT(level) (UINT64_C(1) << (level))
#define ALL_LEVELS (LEVEL_BIT(LEVEL_COUNT) - 1)

/* DeuFöV section 8 (1): a certificate counts for six months, which have 181 days at least. */
enum { CERTIFICATE_DAYS = 181 };

static int counts_as_evidence(const lotse_table *t, uint32_t row, int32_t as_of)
{
    const lotse_column *evidence = lotse_column_of(t, COLUMN_EVIDENCE);
    int32_t date;
    if (!lotse_is_known(t, evidence, row)) {
        return 0;
    }
    if (lotse_code_at(t, evidence, row) != EVIDENCE_CERTIFICATE) {
        return 1;
    }
    return day_at(t, COLUMN_DATE, row, &date) && as_of - date <= CERTIFICATE_DAYS;
}

static lotse_status derive_german(void *self, const lotse_table *table, const uint32_t *rows,
                                  uint32_t row_count, int32_t as_of_day, void *values,
                                  uint8_t *known)
{
    lotse_codes *codes = values;
    (void)self;
    if (table->column_count < SEEKER_COLUMN_COUNT) {
        return LOTSE_REFUSED;
    }
    const lotse_column *level = lotse_column_of(table, COLUMN_LEVEL);
    for (uint32_t i = 0; i < row_count; i++) {
        int is_told = lotse_is_known(table, level, rows[i]) != 0;
        uint32_t reached = is_told ? lotse_code_at(table, level, rows[i]) : 0;
        /* Nobody needs evidence of having no German. */
        int counts = is_told && (reached == 0 || counts_as_evidence(table, rows[i], as_of_day));
        codes[i].members = counts ? LEVEL_BIT(reached + 1) - 1 : 0;
        codes[i].known = counts ? ALL_LEVELS : 0;
        known[i] = 1; /* per code: lotse_codes.known */
    }
    return LOTSE_OK;
}

/* DeuFöV sections 4 (3), 12 and 13; that courses at work begin at A2 is not verified. Courses that
 * are no vocational ones begin where they say themselves. */
static lotse_codes entry_of(const lotse_table *t, uint32_t row)
{
    static const uint64_t entries[] = {
        LEVEL_BIT(LEVEL_B1), LEVEL_BIT(LEVEL_B2), LEVEL_BIT(LEVEL_C1), 0,
        LEVEL_BIT(LEVEL_A2), LEVEL_BIT(LEVEL_B1), LEVEL_BIT(LEVEL_B1)};
    const uint64_t possible =
        LEVEL_BIT(LEVEL_A2) | LEVEL_BIT(LEVEL_B1) | LEVEL_BIT(LEVEL_B2) | LEVEL_BIT(LEVEL_C1);
    const lotse_column *c = lotse_column_of(t, COLUMN_COURSE);
    if (!lotse_is_known(t, c, row)) {
        return (lotse_codes){0, ALL_LEVELS & ~possible};
    }
    uint32_t course = lotse_code_at(t, c, row);
    if (course == COURSE_VOCATIONAL_JOB) {
        return (lotse_codes){0, ALL_LEVELS & ~LEVEL_BIT(LEVEL_A2)};
    }
    int is_vocational = course >= COURSE_VOCATIONAL_FIRST && course < COURSE_VOCATIONAL_JOB;
    return (lotse_codes){is_vocational ? entries[course - COURSE_VOCATIONAL_FIRST] : 0, ALL_LEVELS};
}

static lotse_status derive_entry_level(void *self, const lotse_table *table, const uint32_t *rows,
                                       uint32_t row_count, int32_t as_of_day, void *values,
                                       uint8_t *known)
{
    lotse_codes *codes = values;
    (void)self;
    (void)as_of_day;
    if (table->column_count < COLUMN_COUNT) {
        return LOTSE_REFUSED;
    }
    for (uint32_t i = 0; i < row_count; i++) {
        codes[i] = entry_of(table, rows[i]);
        known[i] = 1; /* per code: lotse_codes.known */
    }
    return LOTSE_OK;
}

/* ------------------------------------------------------------------------------------ the fields
 */

static lotse_status configure(void *self, const lotse_params *params, lotse_error *error)
{
    (void)self;
    (void)params;
    (void)error;
    return LOTSE_OK;
}

/* Nothing of a field's answer depends on a state, so that all instances are one. */
static void destroy(void *self)
{
    (void)self;
}

static const lotse_field *create(const lotse_host *host, const char *field_id, lotse_error *error)
{
    static const lotse_field first = {sizeof(first), 0, NULL, configure, derive_first, destroy};
    static const lotse_field last = {sizeof(last), 0, NULL, configure, derive_last, destroy};
    static const lotse_field until = {sizeof(until), 0, NULL, configure, derive_free, destroy};
    static const lotse_field times = {sizeof(times), 0, NULL, configure, derive_times, destroy};
    static const lotse_field german = {sizeof(german), 0, NULL, configure, derive_german, destroy};
    static const lotse_field entry = {sizeof(entry),      0,      NULL, configure,
                                      derive_entry_level, destroy};
    static const struct {
        const char *id;
        const lotse_field *field;
    } fields[] = {{"first_entry", &first}, {"last_entry", &last},       {"free_until", &until},
                  {"asked_times", &times}, {"german_reached", &german}, {"course_entry", &entry}};
    (void)host;
    for (uint32_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (strcmp(field_id, fields[i].id) == 0) {
            return fields[i].field;
        }
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
                                                     "lotse.terms",
                                                     "1.0.0",
                                                     init,
                                                     deinit,
                                                     get_factory};
