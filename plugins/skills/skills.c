/* lotse.skills: the share of the skills an offer desires that a person has. */

#include "lotse_plugin.h"

#include <stdlib.h>
#include <string.h>

enum {
    BIT_COUNT = 1 << 18,
    WORD_COUNT = BIT_COUNT / 64,
    TABLE_MAX = 16,
    LISTED_MAX = 12,
    HALF = 500000
};

/* The manifest's sentences. */
enum { SENTENCE_SHARE, SENTENCE_MISSING, SENTENCE_NO_HIT, SENTENCE_NONE_DESIRED, SENTENCE_UNKNOWN };

/* The anchor's skills as bits by concept number. Numbers beyond the bits, which a very long
 * dictionary has, are searched for in the sorted list. */
typedef struct skills {
    lotse_criterion criterion;
    uint32_t side; /* of the anchor */
    int is_known;
    uint32_t *members; /* ascending */
    uint32_t member_count;
    uint32_t member_capacity;
    int32_t points[TABLE_MAX + 1][TABLE_MAX + 1]; /* [desired][there] */
    uint64_t bits[WORD_COUNT];
} skills;

static int is_member(const skills *s, uint32_t concept)
{
    if (concept < BIT_COUNT) {
        return (int)(s->bits[concept >> 6] >> (concept & 63u) & 1u);
    }
    uint32_t low = 0;
    uint32_t high = s->member_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (s->members[middle] < concept) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < s->member_count && s->members[low] == concept;
}

static int32_t share(const skills *s, uint32_t there, uint32_t desired)
{
    if (desired == 0) {
        return HALF;
    }
    return desired <= TABLE_MAX ? s->points[desired][there] : lotse_points((double)there / desired);
}

static lotse_status configure(void *self, const lotse_params *params, lotse_error *error)
{
    skills *s = self;
    (void)params;
    (void)error;
    for (uint32_t desired = 1; desired <= TABLE_MAX; desired++) {
        for (uint32_t there = 0; there <= desired; there++) {
            s->points[desired][there] = lotse_points((double)there / desired);
        }
    }
    return LOTSE_OK;
}

static int reserve(skills *s, uint32_t count)
{
    if (count <= s->member_capacity) {
        return 1;
    }
    uint32_t *members = realloc(s->members, count * sizeof(uint32_t));
    if (members == NULL) {
        return 0;
    }
    s->members = members;
    s->member_capacity = count;
    return 1;
}

static lotse_status select_anchor(void *self, const lotse_table *anchor, int32_t as_of_day,
                                  lotse_error *error)
{
    skills *s = self;
    (void)as_of_day;
    for (uint32_t i = 0; i < s->member_count; i++) {
        if (s->members[i] < BIT_COUNT) {
            s->bits[s->members[i] >> 6] = 0;
        }
    }
    s->member_count = 0;
    s->side = anchor->side;
    const lotse_column *c = lotse_column_of(anchor, 0);
    s->is_known = lotse_is_known(anchor, c, 0);
    if (!s->is_known) {
        return LOTSE_OK;
    }
    lotse_range range = lotse_range_at(anchor, c, 0);
    if (!reserve(s, range.end - range.begin)) {
        s->is_known = 0;
        *error =
            (lotse_error){sizeof(*error), LOTSE_NO_MEMORY, "skills", "no memory for the anchor"};
        return LOTSE_NO_MEMORY;
    }
    const uint32_t *values = (const uint32_t *)lotse_values(anchor, c) + range.begin;
    for (uint32_t i = 0; i < range.end - range.begin; i++) {
        s->members[s->member_count++] = values[i];
        if (values[i] < BIT_COUNT) {
            s->bits[values[i] >> 6] |= UINT64_C(1) << (values[i] & 63u);
        }
    }
    return LOTSE_OK;
}

static uint32_t count_common(const skills *s, const uint32_t *values, uint32_t count)
{
    uint32_t common = 0;
    for (uint32_t i = 0; i < count; i++) {
        common += (uint32_t)is_member(s, values[i]);
    }
    return common;
}

/* What a pair comes to. */
typedef struct finding {
    uint32_t desired, there;
    int is_unknown;
} finding;

static finding judge(const skills *s, const lotse_table *t, const lotse_column *c, uint32_t row)
{
    int is_known = lotse_is_known(t, c, row);
    lotse_range range = is_known ? lotse_range_at(t, c, row) : (lotse_range){0, 0};
    const uint32_t *values = (const uint32_t *)lotse_values(t, c) + range.begin;
    uint32_t count = range.end - range.begin;
    finding f = {0, 0, 0};
    if (s->side == LOTSE_SEEKER) {
        f.desired = count; /* of an absent list none */
        f.is_unknown = count > 0 && !s->is_known;
    } else {
        f.desired = s->member_count;
        f.is_unknown = s->member_count > 0 && !is_known;
    }
    f.there = f.is_unknown || f.desired == 0 ? 0 : count_common(s, values, count);
    return f;
}

/* The case of nearly every question: a person asks whose skills are known. */
static void score_offers(const skills *s, const lotse_table *t, const lotse_column *c,
                         const uint32_t *rows, uint32_t row_count, uint8_t *restrict verdicts,
                         int32_t *restrict scores)
{
    const uint32_t *values = lotse_values(t, c);
    for (uint32_t i = 0; i < row_count; i++) {
        lotse_range range = {0, 0};
        if (lotse_is_known(t, c, rows[i])) {
            range = lotse_range_at(t, c, rows[i]);
        }
        uint32_t there = 0;
        for (uint32_t k = range.begin; k < range.end; k++) {
            there += (uint32_t)is_member(s, values[k]);
        }
        verdicts[i] = LOTSE_YES;
        scores[i] = share(s, there, range.end - range.begin);
    }
}

static lotse_status score(void *self, const lotse_table *table, const uint32_t *rows,
                          uint32_t row_count, const lotse_pairs *pairs, uint8_t *verdicts,
                          int32_t *scores)
{
    const skills *s = self;
    lotse_column c = *lotse_column_of(table, 0);
    (void)pairs;
    if (s->side == LOTSE_SEEKER && s->is_known) {
        score_offers(s, table, &c, rows, row_count, verdicts, scores);
        return LOTSE_OK;
    }
    for (uint32_t i = 0; i < row_count; i++) {
        finding f = judge(s, table, &c, rows[i]);
        verdicts[i] = f.is_unknown ? LOTSE_CHECK : LOTSE_YES;
        scores[i] = f.is_unknown ? HALF : share(s, f.there, f.desired);
    }
    return LOTSE_OK;
}

/* ------------------------------------------------------------------------------------ reasons */

static int is_in_row(const uint32_t *values, uint32_t count, uint32_t concept)
{
    for (uint32_t i = 0; i < count; i++) {
        if (values[i] == concept) {
            return 1;
        }
    }
    return 0;
}

/* Adds up to LISTED_MAX of the desired concepts that are there, or that are not, to the answer's
 * values: long lists help nobody, and the number stands beside them. */
static void list_concepts(const skills *s, const lotse_table *t, const lotse_column *c,
                          uint32_t row, int wants_there, lotse_reasons *reasons, lotse_reason *r)
{
    lotse_range range = lotse_is_known(t, c, row) ? lotse_range_at(t, c, row) : (lotse_range){0, 0};
    const uint32_t *values = (const uint32_t *)lotse_values(t, c) + range.begin;
    uint32_t count = range.end - range.begin;
    int is_seeker = s->side == LOTSE_SEEKER;
    const uint32_t *desired = is_seeker ? values : s->members;
    uint32_t desired_count = is_seeker ? count : s->member_count;
    uint32_t *out = (uint32_t *)(uintptr_t)lotse_at(reasons, reasons->values_offset);
    lotse_arg *arg = &r->args[r->arg_count++];
    *arg = (lotse_arg){LOTSE_ARG_CONCEPTS, 0, reasons->values_count};
    for (uint32_t i = 0; i < desired_count && arg->count < LISTED_MAX; i++) {
        int is_there = is_seeker ? is_member(s, desired[i]) : is_in_row(values, count, desired[i]);
        if (is_there == wants_there && reasons->values_count < reasons->values_capacity) {
            out[reasons->values_count++] = desired[i];
            arg->count++;
        }
    }
}

/* At most two reasons a row: what is there, with the points, and what is not. */
static int explain_row(const skills *s, const lotse_table *t, const lotse_column *c, uint32_t row,
                       uint32_t row_index, lotse_reasons *reasons)
{
    finding f = judge(s, t, c, row);
    int has_missing = !f.is_unknown && f.there > 0 && f.there < f.desired;
    if (reasons->capacity - reasons->count < (has_missing ? 2u : 1u) ||
        (reasons->count > 0 && reasons->values_capacity - reasons->values_count < 2 * LISTED_MAX)) {
        return 0;
    }
    uint32_t sentence = f.is_unknown     ? SENTENCE_UNKNOWN
                        : f.desired == 0 ? SENTENCE_NONE_DESIRED
                        : f.there == 0   ? SENTENCE_NO_HIT
                                         : SENTENCE_SHARE;
    lotse_reason *r = lotse_reason_add(reasons, row_index, sentence,
                                       f.is_unknown ? HALF : share(s, f.there, f.desired));
    if (sentence == SENTENCE_SHARE) {
        lotse_reason_arg(r, LOTSE_ARG_INT, f.there);
        lotse_reason_arg(r, LOTSE_ARG_INT, f.desired);
        list_concepts(s, t, c, row, 1, reasons, r);
    } else if (sentence == SENTENCE_NO_HIT) {
        lotse_reason_arg(r, LOTSE_ARG_INT, f.desired);
        list_concepts(s, t, c, row, 0, reasons, r);
    }
    if (has_missing) {
        r = lotse_reason_add(reasons, row_index, SENTENCE_MISSING, 0);
        lotse_reason_arg(r, LOTSE_ARG_INT, f.desired - f.there);
        list_concepts(s, t, c, row, 0, reasons, r);
    }
    return 1;
}

static lotse_status explain(void *self, const lotse_table *table, const uint32_t *rows,
                            uint32_t row_count, const lotse_pairs *pairs, lotse_reasons *reasons)
{
    const skills *s = self;
    lotse_column c = *lotse_column_of(table, 0);
    (void)pairs;
    for (uint32_t i = 0; i < row_count; i++) {
        if (!explain_row(s, table, &c, rows[i], i, reasons)) {
            break;
        }
    }
    return LOTSE_OK;
}

/* ------------------------------------------------------------------------------------ the entry */

static const void *get_extension(void *self, const char *id)
{
    (void)self;
    (void)id;
    return NULL;
}

static void destroy(void *self)
{
    skills *s = self;
    free(s->members);
    free(s);
}

static const lotse_criterion *create(const lotse_host *host, const char *criterion_id,
                                     lotse_error *error)
{
    (void)host;
    if (strcmp(criterion_id, "lotse.skills") != 0) {
        *error = (lotse_error){sizeof(*error), LOTSE_UNSUPPORTED, "", "there is no such criterion"};
        return NULL;
    }
    skills *s = calloc(1, sizeof(*s));
    if (s == NULL) {
        *error = (lotse_error){sizeof(*error), LOTSE_NO_MEMORY, "", "no memory for an instance"};
        return NULL;
    }
    s->criterion = (lotse_criterion){.size = sizeof(lotse_criterion),
                                     .self = s,
                                     .configure = configure,
                                     .select = select_anchor,
                                     .score = score,
                                     .explain = explain,
                                     .get_extension = get_extension,
                                     .destroy = destroy};
    return &s->criterion;
}

static const lotse_criterion_factory factory = {sizeof(factory), 0, create};

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
    return strcmp(factory_id, LOTSE_CRITERION_1) == 0 ? &factory : NULL;
}

LOTSE_EXPORT const lotse_entry lotse_plugin_entry = {LOTSE_ENTRY_MAGIC,
                                                     sizeof(lotse_entry),
                                                     LOTSE_ABI_MAJOR,
                                                     LOTSE_ABI_MINOR,
                                                     "lotse.skills",
                                                     "1.0.0",
                                                     init,
                                                     deinit,
                                                     get_factory};
