/* lotse.commute: how much of the distance a person wants to cover at most is left. */

#include "lotse_plugin.h"

#include <stdlib.h>
#include <string.h>

enum { HALF = 500000, MAX_KM_UNKNOWN = -1 };

/* The manifest's sentences. */
enum { SENTENCE_DISTANCE, SENTENCE_TOO_FAR, SENTENCE_STAYS, SENTENCE_ONLINE, SENTENCE_UNKNOWN };

typedef struct commute {
    lotse_criterion criterion;
    uint32_t side;  /* of the anchor */
    int32_t max_km; /* of a seeker as anchor */
} commute;

static int32_t max_km_at(const lotse_table *t, const lotse_column *c, uint32_t row)
{
    return lotse_is_known(t, c, row) ? lotse_int_at(t, c, row) : MAX_KM_UNKNOWN;
}

static lotse_status configure(void *self, const lotse_params *params, lotse_error *error)
{
    (void)self;
    (void)params;
    (void)error;
    return LOTSE_OK;
}

static lotse_status select_anchor(void *self, const lotse_table *anchor, int32_t as_of_day,
                                  lotse_error *error)
{
    commute *c = self;
    (void)as_of_day;
    (void)error;
    c->side = anchor->side;
    c->max_km = anchor->side == LOTSE_SEEKER ? max_km_at(anchor, lotse_column_of(anchor, 0), 0)
                                             : MAX_KM_UNKNOWN;
    return LOTSE_OK;
}

/* km: -1 online, NaN where a place is not known. */
static int is_missing(double km, int32_t max_km)
{
    return km != km || (km >= 0 && max_km == MAX_KM_UNKNOWN);
}

static int32_t points_of(double km, int32_t max_km)
{
    if (is_missing(km, max_km)) {
        return HALF;
    }
    if (km < 0) {
        return LOTSE_POINTS_MAX;
    }
    return max_km == 0 || km >= max_km ? 0 : lotse_points(1.0 - km / max_km);
}

/* The case of nearly every question: a person asks who said how far. Nobody's reach is 0 km here,
 * and a row beyond the reach scores 0. */
static void score_offers(const double *kms, uint32_t row_count, int32_t max_km,
                         uint8_t *restrict verdicts, int32_t *restrict scores)
{
    const double max = max_km;
    for (uint32_t i = 0; i < row_count; i++) {
        double km = kms[i];
        double share = 1.0 - km / max;
        share = km < 0 ? 1.0 : share > 0 ? share : 0.0;
        int is_known = km == km;
        verdicts[i] = is_known ? LOTSE_YES : LOTSE_CHECK;
        scores[i] = is_known ? lotse_points(share) : HALF;
    }
}

static lotse_status score(void *self, const lotse_table *table, const uint32_t *rows,
                          uint32_t row_count, const lotse_pairs *pairs, uint8_t *verdicts,
                          int32_t *scores)
{
    const commute *c = self;
    const double *kms = lotse_kms(pairs);
    if (kms == NULL) {
        return LOTSE_REFUSED;
    }
    int is_seeker = c->side == LOTSE_SEEKER;
    lotse_column column = is_seeker ? (lotse_column){0} : *lotse_column_of(table, 0);
    if (is_seeker && c->max_km > 0) {
        score_offers(kms, row_count, c->max_km, verdicts, scores);
        return LOTSE_OK;
    }
    for (uint32_t i = 0; i < row_count; i++) {
        int32_t max_km = is_seeker ? c->max_km : max_km_at(table, &column, rows[i]);
        verdicts[i] = is_missing(kms[i], max_km) ? LOTSE_CHECK : LOTSE_YES;
        scores[i] = points_of(kms[i], max_km);
    }
    return LOTSE_OK;
}

static uint32_t sentence_of(double km, int32_t max_km)
{
    if (is_missing(km, max_km)) {
        return SENTENCE_UNKNOWN;
    }
    if (km < 0) {
        return SENTENCE_ONLINE;
    }
    return max_km == 0 ? SENTENCE_STAYS : km > max_km ? SENTENCE_TOO_FAR : SENTENCE_DISTANCE;
}

static lotse_status explain(void *self, const lotse_table *table, const uint32_t *rows,
                            uint32_t row_count, const lotse_pairs *pairs, lotse_reasons *reasons)
{
    const commute *c = self;
    const double *kms = lotse_kms(pairs);
    if (kms == NULL) {
        return LOTSE_REFUSED;
    }
    int is_seeker = c->side == LOTSE_SEEKER;
    lotse_column column = is_seeker ? (lotse_column){0} : *lotse_column_of(table, 0);
    for (uint32_t i = 0; i < row_count; i++) {
        int32_t max_km = is_seeker ? c->max_km : max_km_at(table, &column, rows[i]);
        uint32_t sentence = sentence_of(kms[i], max_km);
        lotse_reason *r = lotse_reason_add(reasons, i, sentence, points_of(kms[i], max_km));
        if (r == NULL) {
            break;
        }
        if (sentence <= SENTENCE_STAYS) {
            lotse_reason_arg(r, LOTSE_ARG_KM, (int64_t)(kms[i] * 1000.0 + 0.5));
        }
        if (sentence <= SENTENCE_TOO_FAR) {
            lotse_reason_arg(r, LOTSE_ARG_KM, (int64_t)max_km * 1000);
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
    if (strcmp(criterion_id, "lotse.commute") != 0) {
        *error = (lotse_error){sizeof(*error), LOTSE_UNSUPPORTED, "", "there is no such criterion"};
        return NULL;
    }
    commute *c = calloc(1, sizeof(*c));
    if (c == NULL) {
        *error = (lotse_error){sizeof(*error), LOTSE_NO_MEMORY, "", "no memory for an instance"};
        return NULL;
    }
    c->criterion = (lotse_criterion){.size = sizeof(lotse_criterion),
                                     .self = c,
                                     .configure = configure,
                                     .select = select_anchor,
                                     .score = score,
                                     .explain = explain,
                                     .get_extension = get_extension,
                                     .destroy = free};
    return &c->criterion;
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
                                                     "lotse.commute",
                                                     "1.0.0",
                                                     init,
                                                     deinit,
                                                     get_factory};
