/* What the planner reads of an offer's row, and what somebody has after it. */
#include "path/parts.h"

#include "base/check.h"

static const char *const PATHS[COLUMN_COUNT] = {
    [COLUMN_KIND] = "kind",
    [COLUMN_OCCUPATION] = "occupation",
    [COLUMN_STATUS] = "status",
    [COLUMN_ONLINE] = "online",
    [COLUMN_LOCATION] = "location",
    [COLUMN_UNITS] = "units",
    [COLUMN_HOURS_MIN] = "hours.min",
    [COLUMN_INSURED] = "employment.insured",
    [COLUMN_START] = "intakes.*.start",
    [COLUMN_END] = "intakes.*.end",
    [COLUMN_MODE] = "intakes.*.entry.mode",
    [COLUMN_LATEST] = "intakes.*.entry.latest",
    [COLUMN_REGISTER_BY] = "intakes.*.register_by",
    [COLUMN_VALID_TO] = "source.valid_to",
    [COLUMN_SCHEDULE] = "intakes.*.schedule",
    [COLUMN_FLEXIBLE] = "intakes.*.schedule_flexible",
    [COLUMN_PART_OF] = "part.of",
    [COLUMN_PART_NUMBER] = "part.number",
    [COLUMN_PART_TOTAL] = "part.total",
    [COLUMN_OUT_LANGUAGES] = "outcomes.languages.*.code",
    [COLUMN_OUT_LEVELS] = "outcomes.languages.*.level",
    [COLUMN_OUT_SKILLS] = "outcomes.skills",
    [COLUMN_OUT_SCHOOL] = "outcomes.school",
    [COLUMN_OUT_EQF] = "outcomes.eqf",
    [COLUMN_OUT_OCCUPATION] = "outcomes.occupation",
    [COLUMN_OUT_LICENCES] = "outcomes.licences",
    [COLUMN_ENTITLEMENTS] = "requires.entitlements",
    [COLUMN_INSTRUMENTS] = "requires.instruments",
    [COLUMN_FUNDING] = "funding",
};

void columns_find(const match_program *p, offer_columns *ret)
{
    for (uint32_t i = 0; i < COLUMN_COUNT; i++) {
        ret->at[i] = program_column(p, SIDE_OFFER, PATHS[i]);
        check(ret->at[i] != UINT16_MAX);
    }
}

static const void *value_of(const offer_columns *c, const segment *s, uint32_t row,
                            offer_column column, uint32_t *ret_type)
{
    const lotse_column *k = segment_column(s, c->at[column]);
    *ret_type = k->type;
    return lotse_is_known(segment_table(s), k, row) ? lotse_value(segment_table(s), k, row) : NULL;
}

bool columns_number(const offer_columns *c, const segment *s, uint32_t row, offer_column column,
                    int32_t *ret)
{
    uint32_t type;
    const void *value = value_of(c, s, row, column, &type);
    if (value == NULL) {
        return false;
    }
    switch (type) {
    case LOTSE_FLAG:
        *ret = *(const uint8_t *)value;
        return true;
    case LOTSE_CODE:
        *ret = *(const uint16_t *)value;
        return true;
    default:
        *ret = *(const int32_t *)value; /* INT, DAY, and concepts as they are */
        return true;
    }
}

uint64_t columns_codes(const offer_columns *c, const segment *s, uint32_t row, offer_column column)
{
    uint32_t type;
    const lotse_codes *value = value_of(c, s, row, column, &type);
    return value == NULL ? 0 : value->members;
}

const uint64_t *columns_week(const offer_columns *c, const segment *s, uint32_t row)
{
    uint32_t type;
    return value_of(c, s, row, COLUMN_SCHEDULE, &type);
}

const double *columns_place(const offer_columns *c, const segment *s, uint32_t row)
{
    uint32_t type;
    return value_of(c, s, row, COLUMN_LOCATION, &type);
}

static const int32_t *list_of(const offer_columns *c, const segment *s, uint32_t row,
                              offer_column column, uint32_t *ret_count)
{
    uint32_t type;
    const lotse_range *range = value_of(c, s, row, column, &type);
    if (range == NULL) {
        *ret_count = 0;
        return NULL;
    }
    *ret_count = range->end - range->begin;
    return (const int32_t *)lotse_values(segment_table(s), segment_column(s, c->at[column])) +
           range->begin;
}

static uint32_t list_effects(const offer_columns *c, const segment *s, uint32_t row,
                             uint64_t ret[OUTCOME_MAX])
{
    uint32_t count = 0;
    uint32_t language_count;
    uint32_t level_count;
    uint32_t skill_count;
    const int32_t *languages = list_of(c, s, row, COLUMN_OUT_LANGUAGES, &language_count);
    const int32_t *levels = list_of(c, s, row, COLUMN_OUT_LEVELS, &level_count);
    const int32_t *skills = list_of(c, s, row, COLUMN_OUT_SKILLS, &skill_count);
    for (uint32_t i = 0; i < language_count && i < level_count && count < OUTCOME_MAX / 4; i++) {
        if (levels[i] > 0 && languages[i] >= 0) { /* A0 and not stated add nothing */
            ret[count++] =
                path_effect(PATH_LANGUAGE, (uint32_t)levels[i], 0, (uint32_t)languages[i]);
        }
    }
    for (uint32_t i = 0; i < skill_count && count < OUTCOME_MAX / 2; i++) {
        ret[count++] = path_effect(PATH_SKILL, 0, 0, (uint32_t)skills[i]);
    }
    return count;
}

uint32_t columns_effects(const offer_columns *c, const segment *s, uint32_t row,
                         uint64_t ret[OUTCOME_MAX])
{
    uint32_t count = list_effects(c, s, row, ret);
    uint64_t licences = columns_codes(c, s, row, COLUMN_OUT_LICENCES);
    for (; licences != 0 && count < OUTCOME_MAX - 8; licences &= licences - 1) {
        ret[count++] = path_effect(PATH_LICENCE, 0, 0, (uint32_t)__builtin_ctzll(licences));
    }
    int32_t number;
    int32_t eqf = -1;
    if (columns_number(c, s, row, COLUMN_OUT_SCHOOL, &number) && number > 0) {
        ret[count++] = path_effect(PATH_SCHOOL, (uint32_t)number, 0, 0);
    }
    if (columns_number(c, s, row, COLUMN_OUT_EQF, &eqf) && eqf > 0) {
        ret[count++] = path_effect(PATH_EQF, (uint32_t)eqf, 0, 0);
    }
    int32_t kind = -1;
    columns_number(c, s, row, COLUMN_KIND, &kind);
    if (columns_number(c, s, row, COLUMN_OUT_OCCUPATION, &number)) {
        uint32_t recognition =
            kind == KIND_RECOGNITION_MEASURE ? RECOGNITION_FULL : RECOGNITION_NOT_NEEDED;
        ret[count++] =
            path_effect(PATH_OCCUPATION, recognition, (uint32_t)(eqf + 1), (uint32_t)number);
    }
    int32_t part;
    int32_t total = 0;
    columns_number(c, s, row, COLUMN_PART_TOTAL, &total);
    if (columns_number(c, s, row, COLUMN_PART_OF, &number) &&
        columns_number(c, s, row, COLUMN_PART_NUMBER, &part)) {
        ret[count++] = path_effect(PATH_PART, (uint32_t)part, (uint32_t)total, (uint32_t)number);
    }
    return count;
}
