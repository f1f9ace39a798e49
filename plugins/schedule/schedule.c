/* lotse.schedule: how soon something starts, counted from the day on which the person can begin, or
 * from the day asked where that day has come already. */

#include "lotse_plugin.h"

#include <stdlib.h>
#include <string.h>

enum { HALF = 500000, SPAN_MAX = 3650 };

/* The manifest's sentences. */
enum {
    SENTENCE_AT_ONCE,
    SENTENCE_DAYS,
    SENTENCE_ANY_DAY,
    SENTENCE_START_UNKNOWN,
    SENTENCE_FROM_UNKNOWN
};

typedef struct schedule {
    lotse_criterion criterion;
    uint32_t side; /* of the anchor */
    int32_t as_of;
    int32_t span;
    int is_known;
    int32_t day;                  /* the anchor's: from, or start */
    int32_t points[SPAN_MAX + 1]; /* by days */
} schedule;

static lotse_status configure(void *self, const lotse_params *params, lotse_error *error)
{
    schedule *s = self;
    int64_t span = lotse_param_value(params, 0, 180);
    if (span < 1 || span > SPAN_MAX) {
        *error = (lotse_error){sizeof(*error), LOTSE_REFUSED, "span", "span must be 1 to 3650"};
        return LOTSE_REFUSED;
    }
    s->span = (int32_t)span;
    for (int32_t i = 0; i <= s->span; i++) {
        s->points[i] = lotse_points(1.0 - i / (double)s->span);
    }
    return LOTSE_OK;
}

static lotse_status select_anchor(void *self, const lotse_table *anchor, int32_t as_of_day,
                                  lotse_error *error)
{
    schedule *s = self;
    const lotse_column *c = lotse_column_of(anchor, 0);
    (void)error;
    s->side = anchor->side;
    s->as_of = as_of_day;
    s->is_known = lotse_is_known(anchor, c, 0);
    s->day = s->is_known ? lotse_int_at(anchor, c, 0) : 0;
    return LOTSE_OK;
}

/* What a pair comes to. */
typedef struct wait {
    int has_from, has_start;
    int32_t start;
    int32_t days; /* at least 0; 0 for an intake that may be joined on any day */
} wait;

static wait judge(const schedule *s, const lotse_table *t, const lotse_column *c, uint32_t row)
{
    int is_known = lotse_is_known(t, c, row);
    int32_t day = is_known ? lotse_int_at(t, c, row) : 0;
    int is_seeker = s->side == LOTSE_SEEKER;
    int32_t from = is_seeker ? s->day : day;
    wait w = {is_seeker ? s->is_known : is_known, is_seeker ? is_known : s->is_known,
              is_seeker ? day : s->day, 0};
    if (w.has_from && w.has_start && w.start != LOTSE_OPEN) {
        int64_t days = (int64_t)w.start - (from > s->as_of ? from : s->as_of);
        w.days = days < 0 ? 0 : (int32_t)days;
    }
    return w;
}

static int is_missing(const wait *w)
{
    return !w->has_from || !w->has_start;
}

static int32_t points_of(const schedule *s, const wait *w)
{
    return is_missing(w) ? HALF : s->points[w->days < s->span ? w->days : s->span];
}

/* The case of nearly every question: a person asks who said from when on. */
static void score_offers(const schedule *s, const lotse_table *t, const lotse_column *c,
                         const uint32_t *rows, uint32_t row_count, uint8_t *restrict verdicts,
                         int32_t *restrict scores)
{
    const int32_t *points = s->points;
    int64_t from = s->day > s->as_of ? s->day : s->as_of;
    int64_t span = s->span;
    for (uint32_t i = 0; i < row_count; i++) {
        int is_known = lotse_is_known(t, c, rows[i]);
        int32_t start = is_known ? lotse_int_at(t, c, rows[i]) : LOTSE_OPEN;
        int64_t days = start == LOTSE_OPEN ? 0 : (int64_t)start - from;
        days = days < 0 ? 0 : days < span ? days : span;
        verdicts[i] = is_known ? LOTSE_YES : LOTSE_CHECK;
        scores[i] = is_known ? points[days] : HALF;
    }
}

static lotse_status score(void *self, const lotse_table *table, const uint32_t *rows,
                          uint32_t row_count, const lotse_pairs *pairs, uint8_t *verdicts,
                          int32_t *scores)
{
    const schedule *s = self;
    lotse_column c = *lotse_column_of(table, 0);
    (void)pairs;
    if (s->side == LOTSE_SEEKER && s->is_known) {
        score_offers(s, table, &c, rows, row_count, verdicts, scores);
        return LOTSE_OK;
    }
    for (uint32_t i = 0; i < row_count; i++) {
        wait w = judge(s, table, &c, rows[i]);
        verdicts[i] = is_missing(&w) ? LOTSE_CHECK : LOTSE_YES;
        scores[i] = points_of(s, &w);
    }
    return LOTSE_OK;
}

static uint32_t sentence_of(const wait *w)
{
    if (!w->has_start) {
        return SENTENCE_START_UNKNOWN;
    }
    if (!w->has_from) {
        return SENTENCE_FROM_UNKNOWN;
    }
    return w->start == LOTSE_OPEN ? SENTENCE_ANY_DAY
           : w->days == 0         ? SENTENCE_AT_ONCE
                                  : SENTENCE_DAYS;
}

static lotse_status explain(void *self, const lotse_table *table, const uint32_t *rows,
                            uint32_t row_count, const lotse_pairs *pairs, lotse_reasons *reasons)
{
    const schedule *s = self;
    lotse_column c = *lotse_column_of(table, 0);
    (void)pairs;
    for (uint32_t i = 0; i < row_count; i++) {
        wait w = judge(s, table, &c, rows[i]);
        uint32_t sentence = sentence_of(&w);
        lotse_reason *r = lotse_reason_add(reasons, i, sentence, points_of(s, &w));
        if (r == NULL) {
            break;
        }
        if (sentence <= SENTENCE_DAYS) {
            lotse_reason_arg(r, LOTSE_ARG_DAY, w.start);
        }
        if (sentence == SENTENCE_DAYS) {
            lotse_reason_arg(r, LOTSE_ARG_INT, w.days);
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

static const lotse_criterion *create(const lotse_host *host, const char *criterion_id,
                                     lotse_error *error)
{
    (void)host;
    if (strcmp(criterion_id, "lotse.schedule") != 0) {
        *error = (lotse_error){sizeof(*error), LOTSE_UNSUPPORTED, "", "there is no such criterion"};
        return NULL;
    }
    schedule *s = calloc(1, sizeof(*s));
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
                                     .destroy = free};
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
                                                     "lotse.schedule",
                                                     "1.0.0",
                                                     init,
                                                     deinit,
                                                     get_factory};
