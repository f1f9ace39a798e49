/* A complete plugin with one criterion: how near an offer's weekly hours are to the most that a
 * person can do. Copy the folder, change the id here and in the manifest, change judge() and the
 * sentences, and it is yours. It includes the contract's header and nothing else of Lotse. */

#include "lotse_plugin.h"

#include <stdlib.h>
#include <string.h>

#define PLUGIN_ID "org.example.hours_wish"
#define PLUGIN_VERSION "1.0.0"

/* The manifest's sentences, in its order. */
enum { SENTENCE_SAME, SENTENCE_DIFFER, SENTENCE_NOT_KNOWN };

/* One instance: a worker's own. */
typedef struct hours_wish {
    lotse_criterion criterion;
    int32_t tolerance;
    uint32_t side; /* of the anchor: LOTSE_SEEKER or LOTSE_OFFER */
    int is_known;  /* of the anchor's hours */
    int32_t hours;
} hours_wish;

/* What one pair comes to. score() and explain() both ask this, so that they cannot disagree. */
typedef struct finding {
    int is_known;
    int32_t wish, hours, apart;
    int32_t points;
} finding;

/* The formula. A missing fact is no mismatch: it scores 500,000 and somebody has to look. */
static finding judge(const hours_wish *h, const lotse_table *table, const lotse_column *column,
                     uint32_t row)
{
    finding f = {0, 0, 0, 0, 500000};
    if (!h->is_known || !lotse_is_known(table, column, row)) {
        return f;
    }
    int32_t other = lotse_int_at(table, column, row);
    f.is_known = 1;
    f.wish = h->side == LOTSE_SEEKER ? h->hours : other;
    f.hours = h->side == LOTSE_SEEKER ? other : h->hours;
    f.apart = f.hours > f.wish ? f.hours - f.wish : f.wish - f.hours;
    f.points = f.apart >= h->tolerance ? 0 : lotse_points(1.0 - f.apart / (double)h->tolerance);
    return f;
}

/* Parameters stand in the manifest's order. */
static lotse_status configure(void *self, const lotse_params *params, lotse_error *error)
{
    hours_wish *h = self;
    int64_t tolerance = lotse_param_value(params, 0, 20);
    if (tolerance < 1) {
        *error = (lotse_error){sizeof(*error), LOTSE_REFUSED, "tolerance", "it must be 1 or more"};
        return LOTSE_REFUSED;
    }
    h->tolerance = (int32_t)tolerance;
    return LOTSE_OK;
}

/* The record that the next rows are compared with. What is needed of it is copied. */
static lotse_status select_anchor(void *self, const lotse_table *anchor, int32_t as_of_day,
                                  lotse_error *error)
{
    hours_wish *h = self;
    const lotse_column *column = lotse_column_of(anchor, 0);
    (void)as_of_day;
    (void)error;
    h->side = anchor->side;
    h->is_known = lotse_is_known(anchor, column, 0);
    h->hours = h->is_known ? lotse_int_at(anchor, column, 0) : 0;
    return LOTSE_OK;
}

static lotse_status score(void *self, const lotse_table *table, const uint32_t *rows,
                          uint32_t row_count, const lotse_pairs *pairs, uint8_t *verdicts,
                          int32_t *scores)
{
    const hours_wish *h = self;
    lotse_column column = *lotse_column_of(table, 0);
    (void)pairs;
    for (uint32_t i = 0; i < row_count; i++) {
        finding f = judge(h, table, &column, rows[i]);
        verdicts[i] = f.is_known ? LOTSE_YES : LOTSE_CHECK;
        scores[i] = f.points;
    }
    return LOTSE_OK;
}

/* Why: here one reason a row, which carries the whole score. */
static lotse_status explain(void *self, const lotse_table *table, const uint32_t *rows,
                            uint32_t row_count, const lotse_pairs *pairs, lotse_reasons *reasons)
{
    const hours_wish *h = self;
    lotse_column column = *lotse_column_of(table, 0);
    (void)pairs;
    for (uint32_t i = 0; i < row_count; i++) {
        finding f = judge(h, table, &column, rows[i]);
        uint32_t sentence = !f.is_known    ? SENTENCE_NOT_KNOWN
                            : f.apart == 0 ? SENTENCE_SAME
                                           : SENTENCE_DIFFER;
        lotse_reason *reason = lotse_reason_add(reasons, i, sentence, f.points);
        if (reason == NULL) {
            break; /* no room: the host asks again for the rows that are left */
        }
        if (sentence != SENTENCE_NOT_KNOWN) {
            lotse_reason_arg(reason, LOTSE_ARG_INT, f.hours);
        }
        if (sentence == SENTENCE_DIFFER) {
            lotse_reason_arg(reason, LOTSE_ARG_INT, f.wish);
            lotse_reason_arg(reason, LOTSE_ARG_INT, f.apart);
        }
    }
    return LOTSE_OK;
}

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
    if (strcmp(criterion_id, PLUGIN_ID) != 0) {
        *error = (lotse_error){sizeof(*error), LOTSE_UNSUPPORTED, "", "there is no such criterion"};
        return NULL;
    }
    hours_wish *h = calloc(1, sizeof(*h));
    if (h == NULL) {
        *error = (lotse_error){sizeof(*error), LOTSE_NO_MEMORY, "", "no memory for an instance"};
        return NULL;
    }
    h->criterion = (lotse_criterion){.size = sizeof(lotse_criterion),
                                     .self = h,
                                     .configure = configure,
                                     .select = select_anchor,
                                     .score = score,
                                     .explain = explain,
                                     .get_extension = get_extension,
                                     .destroy = free};
    return &h->criterion;
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

/* The one symbol that the library exports. */
LOTSE_EXPORT const lotse_entry lotse_plugin_entry = {LOTSE_ENTRY_MAGIC,
                                                     sizeof(lotse_entry),
                                                     LOTSE_ABI_MAJOR,
                                                     LOTSE_ABI_MINOR,
                                                     PLUGIN_ID,
                                                     PLUGIN_VERSION,
                                                     init,
                                                     deinit,
                                                     get_factory};
