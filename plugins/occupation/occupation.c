/* lotse.occupation: how near an offer's occupation is to the occupations a person wishes for, by
 * the digits that their codes have in common from the left.
 *
 * ISCO-08 has four digits, so that each is a quarter. KldB 2010 has five: four for the occupation
 * and the last for the level of requirement. Each is a fifth; the level counts only where the
 * occupation itself is the same, and then it is told apart. ESCO concepts are the same or not.
 * Codes of two schemes have nothing in common. */

#include "lotse_plugin.h"

#include <stdlib.h>
#include <string.h>

enum { ISCO_DIGITS = 4, KLDB_DIGITS = 5, HALF = 500000 };

enum { COLUMN_OCCUPATION, COLUMN_KIND };

/* The manifest's sentences. */
enum {
    SENTENCE_SAME,
    SENTENCE_NEAR,
    SENTENCE_LEVEL,
    SENTENCE_OTHER,
    SENTENCE_NO_WISH,
    SENTENCE_NOT_APPLICABLE,
    SENTENCE_UNKNOWN
};

/* Positions of the code list `kind`: a course of German or a talk has no occupation of its own. */
enum {
    KIND_LANGUAGE_COURSE = 0,
    KIND_SCHOOL_CERTIFICATE = 2,
    KIND_COACHING = 6,
    KIND_COUNSELLING = 7,
    KIND_MENTORING = 8
};
#define KINDS_WITHOUT_OCCUPATION                                                                   \
    (1u << KIND_LANGUAGE_COURSE | 1u << KIND_SCHOOL_CERTIFICATE | 1u << KIND_COACHING |            \
     1u << KIND_COUNSELLING | 1u << KIND_MENTORING)

typedef struct occupation {
    lotse_criterion criterion;
    uint32_t side; /* of the anchor */
    /* A seeker as anchor. */
    uint32_t *wishes;
    uint32_t wish_count;
    uint32_t wish_capacity;
    uint32_t wish_form; /* scheme and digits of all wishes, 0: they differ, or count no digits */
    /* An offer as anchor: 0 none. */
    uint32_t occupation;
    uint32_t is_applicable;
    int32_t isco[ISCO_DIGITS + 1];
    int32_t kldb[KLDB_DIGITS + 1]; /* by digits in common */
} occupation;

enum { DIGIT_BITS = 20 }; /* of a concept number, for five digits; its form stands above them */

static uint32_t common_digits(uint32_t a, uint32_t b)
{
    uint32_t a_digits = LOTSE_CONCEPT_DIGITS(a);
    uint32_t b_digits = LOTSE_CONCEPT_DIGITS(b);
    uint32_t most = a_digits < b_digits ? a_digits : b_digits;
    uint32_t differing = (a ^ b) & 0xfffffu; /* five digits of four bits */
    uint32_t common =
        differing == 0 ? KLDB_DIGITS : ((uint32_t)__builtin_clz(differing) - 12u) / 4u;
    return common < most ? common : most;
}

static int32_t nearness(const occupation *o, uint32_t wish, uint32_t offered)
{
    uint32_t scheme = LOTSE_CONCEPT_SCHEME(wish);
    if (scheme != LOTSE_CONCEPT_SCHEME(offered)) {
        return 0;
    }
    if (scheme == LOTSE_SCHEME_ESCO) {
        return wish == offered ? LOTSE_POINTS_MAX : 0;
    }
    uint32_t common = common_digits(wish, offered);
    return scheme == LOTSE_SCHEME_ISCO ? o->isco[common < ISCO_DIGITS ? common : ISCO_DIGITS]
                                       : o->kldb[common];
}

/* The best of the wishes; *ret_wish (may be NULL) says which. */
static int32_t best_of(const occupation *o, const uint32_t *wishes, uint32_t count,
                       uint32_t offered, uint32_t *ret_wish)
{
    int32_t best = -1;
    for (uint32_t i = 0; i < count; i++) {
        int32_t points = nearness(o, wishes[i], offered);
        if (points > best) {
            best = points;
            if (ret_wish != NULL) {
                *ret_wish = wishes[i];
            }
        }
    }
    return best;
}

static lotse_status configure(void *self, const lotse_params *params, lotse_error *error)
{
    occupation *o = self;
    (void)params;
    (void)error;
    for (uint32_t i = 0; i <= ISCO_DIGITS; i++) {
        o->isco[i] = lotse_points(i / (double)ISCO_DIGITS);
    }
    for (uint32_t i = 0; i <= KLDB_DIGITS; i++) {
        o->kldb[i] = lotse_points(i / (double)KLDB_DIGITS);
    }
    return LOTSE_OK;
}

static uint32_t occupation_at(const lotse_table *t, const lotse_column *c, uint32_t row)
{
    return lotse_is_known(t, c, row) ? lotse_concept_at(t, c, row) : 0;
}

static uint32_t applies_to(const lotse_table *t, const lotse_column *kind, uint32_t row)
{
    return !lotse_is_known(t, kind, row) ||
           !(KINDS_WITHOUT_OCCUPATION >> lotse_code_at(t, kind, row) & 1u);
}

static lotse_status take_wishes(occupation *o, const lotse_table *anchor, lotse_error *error)
{
    const lotse_column *c = lotse_column_of(anchor, 0);
    o->wish_count = 0;
    o->wish_form = 0;
    if (!lotse_is_known(anchor, c, 0)) {
        return LOTSE_OK;
    }
    lotse_range range = lotse_range_at(anchor, c, 0);
    uint32_t count = range.end - range.begin;
    if (count > o->wish_capacity) {
        uint32_t *wishes = realloc(o->wishes, count * sizeof(uint32_t));
        if (wishes == NULL) {
            *error = (lotse_error){sizeof(*error), LOTSE_NO_MEMORY, "wishes.occupations",
                                   "no memory for the anchor"};
            return LOTSE_NO_MEMORY;
        }
        o->wishes = wishes;
        o->wish_capacity = count;
    }
    const uint32_t *values = (const uint32_t *)lotse_values(anchor, c) + range.begin;
    uint32_t form = count > 0 ? values[0] >> DIGIT_BITS : 0;
    for (uint32_t i = 0; i < count; i++) {
        o->wishes[i] = values[i];
        form = values[i] >> DIGIT_BITS == values[0] >> DIGIT_BITS ? form : 0;
    }
    o->wish_count = count;
    o->wish_form = count > 0 && LOTSE_CONCEPT_SCHEME(values[0]) != LOTSE_SCHEME_ESCO &&
                           LOTSE_CONCEPT_DIGITS(values[0]) <= KLDB_DIGITS
                       ? form
                       : 0;
    return LOTSE_OK;
}

static lotse_status select_anchor(void *self, const lotse_table *anchor, int32_t as_of_day,
                                  lotse_error *error)
{
    occupation *o = self;
    (void)as_of_day;
    o->side = anchor->side;
    if (anchor->side == LOTSE_SEEKER) {
        return take_wishes(o, anchor, error);
    }
    o->occupation = occupation_at(anchor, lotse_column_of(anchor, COLUMN_OCCUPATION), 0);
    o->is_applicable = applies_to(anchor, lotse_column_of(anchor, COLUMN_KIND), 0);
    return LOTSE_OK;
}

/* ------------------------------------------------------------------------------------ rows */

typedef struct pair {
    const uint32_t *wishes;
    uint32_t wish_count;
    uint32_t offered;
    uint32_t is_applicable;
} pair;

static pair pair_of(const occupation *o, const lotse_table *t, const lotse_column *first,
                    const lotse_column *kind, uint32_t row)
{
    if (o->side == LOTSE_SEEKER) {
        uint32_t offered = occupation_at(t, first, row);
        return (pair){o->wishes, o->wish_count, offered,
                      offered != 0 ? 1u : applies_to(t, kind, row)};
    }
    pair p = {NULL, 0, o->occupation, o->is_applicable};
    if (lotse_is_known(t, first, row)) {
        lotse_range range = lotse_range_at(t, first, row);
        p.wishes = (const uint32_t *)lotse_values(t, first) + range.begin;
        p.wish_count = range.end - range.begin;
    }
    return p;
}

static int is_missing(const pair *p)
{
    return p->wish_count > 0 && p->offered == 0 && p->is_applicable;
}

static int32_t points_of(const occupation *o, const pair *p, uint32_t *ret_wish)
{
    return p->wish_count == 0 || p->offered == 0
               ? HALF
               : best_of(o, p->wishes, p->wish_count, p->offered, ret_wish);
}

/* The points of a code by wishes of its own form: the more leading digits two codes share, the
 * smaller is the number in which they differ. */
static int32_t points_by_form(const int32_t *points, const uint32_t *wishes, uint32_t wish_count,
                              uint32_t offered)
{
    uint32_t least = wishes[0] ^ offered;
    for (uint32_t i = 1; i < wish_count; i++) {
        uint32_t differing = wishes[i] ^ offered;
        least = differing < least ? differing : least;
    }
    return points[least == 0 ? KLDB_DIGITS : ((uint32_t)__builtin_clz(least) - 12u) / 4u];
}

/* The case of nearly every question: a person asks whose wishes are codes of one form, as are the
 * offers'. */
static void score_offers(const occupation *o, const lotse_table *t, const lotse_column *first,
                         const lotse_column *kind, const uint32_t *rows, uint32_t row_count,
                         uint8_t *restrict verdicts, int32_t *restrict scores)
{
    const uint32_t *wishes = o->wishes;
    const uint32_t wish_count = o->wish_count;
    const uint32_t form = o->wish_form;
    const uint32_t scheme = form >> (28 - DIGIT_BITS);
    int32_t points[KLDB_DIGITS + 1];
    for (uint32_t i = 0; i <= KLDB_DIGITS; i++) {
        points[i] =
            scheme == LOTSE_SCHEME_KLDB ? o->kldb[i] : o->isco[i < ISCO_DIGITS ? i : ISCO_DIGITS];
    }
    points[KLDB_DIGITS] = points[form & 15u];
    for (uint32_t i = 0; i < row_count; i++) {
        uint32_t offered = occupation_at(t, first, rows[i]);
        if (offered >> DIGIT_BITS == form) {
            verdicts[i] = LOTSE_YES;
            scores[i] = points_by_form(points, wishes, wish_count, offered);
            continue;
        }
        pair p = pair_of(o, t, first, kind, rows[i]);
        verdicts[i] = is_missing(&p) ? LOTSE_CHECK : LOTSE_YES;
        scores[i] = points_of(o, &p, NULL);
    }
}

static lotse_status score(void *self, const lotse_table *table, const uint32_t *rows,
                          uint32_t row_count, const lotse_pairs *pairs, uint8_t *verdicts,
                          int32_t *scores)
{
    const occupation *o = self;
    lotse_column first = *lotse_column_of(table, 0);
    lotse_column kind = o->side == LOTSE_SEEKER ? *lotse_column_of(table, COLUMN_KIND) : first;
    (void)pairs;
    if (o->side == LOTSE_SEEKER && o->wish_form != 0) {
        score_offers(o, table, &first, &kind, rows, row_count, verdicts, scores);
        return LOTSE_OK;
    }
    for (uint32_t i = 0; i < row_count; i++) {
        pair p = pair_of(o, table, &first, &kind, rows[i]);
        verdicts[i] = is_missing(&p) ? LOTSE_CHECK : LOTSE_YES;
        scores[i] = points_of(o, &p, NULL);
    }
    return LOTSE_OK;
}

static uint32_t sentence_of(const pair *p, int32_t points, uint32_t wish)
{
    if (p->wish_count == 0) {
        return SENTENCE_NO_WISH;
    }
    if (p->offered == 0) {
        return p->is_applicable ? SENTENCE_UNKNOWN : SENTENCE_NOT_APPLICABLE;
    }
    if (points == LOTSE_POINTS_MAX) {
        return SENTENCE_SAME;
    }
    if (points == 0) {
        return SENTENCE_OTHER;
    }
    int is_level = LOTSE_CONCEPT_SCHEME(wish) == LOTSE_SCHEME_KLDB &&
                   LOTSE_CONCEPT_DIGITS(wish) == KLDB_DIGITS &&
                   LOTSE_CONCEPT_DIGITS(p->offered) == KLDB_DIGITS &&
                   common_digits(wish, p->offered) == KLDB_DIGITS - 1;
    return is_level ? SENTENCE_LEVEL : SENTENCE_NEAR;
}

static lotse_status explain(void *self, const lotse_table *table, const uint32_t *rows,
                            uint32_t row_count, const lotse_pairs *pairs, lotse_reasons *reasons)
{
    const occupation *o = self;
    lotse_column first = *lotse_column_of(table, 0);
    lotse_column kind = o->side == LOTSE_SEEKER ? *lotse_column_of(table, COLUMN_KIND) : first;
    (void)pairs;
    for (uint32_t i = 0; i < row_count; i++) {
        pair p = pair_of(o, table, &first, &kind, rows[i]);
        uint32_t wish = 0;
        int32_t points = points_of(o, &p, &wish);
        uint32_t sentence = sentence_of(&p, points, wish);
        lotse_reason *r = lotse_reason_add(reasons, i, sentence, points);
        if (r == NULL) {
            break;
        }
        if (sentence <= SENTENCE_OTHER) {
            lotse_reason_arg(r, LOTSE_ARG_CONCEPT, p.offered);
        }
        if (sentence == SENTENCE_NEAR || sentence == SENTENCE_LEVEL) {
            lotse_reason_arg(r, LOTSE_ARG_CONCEPT, wish);
        }
        if (sentence == SENTENCE_NEAR) {
            int is_isco = LOTSE_CONCEPT_SCHEME(wish) == LOTSE_SCHEME_ISCO;
            lotse_reason_arg(r, LOTSE_ARG_INT, common_digits(wish, p.offered));
            lotse_reason_arg(r, LOTSE_ARG_INT, is_isco ? ISCO_DIGITS : KLDB_DIGITS);
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
    occupation *o = self;
    free(o->wishes);
    free(o);
}

static const lotse_criterion *create(const lotse_host *host, const char *criterion_id,
                                     lotse_error *error)
{
    (void)host;
    if (strcmp(criterion_id, "lotse.occupation") != 0) {
        *error = (lotse_error){sizeof(*error), LOTSE_UNSUPPORTED, "", "there is no such criterion"};
        return NULL;
    }
    occupation *o = calloc(1, sizeof(*o));
    if (o == NULL) {
        *error = (lotse_error){sizeof(*error), LOTSE_NO_MEMORY, "", "no memory for an instance"};
        return NULL;
    }
    o->criterion = (lotse_criterion){.size = sizeof(lotse_criterion),
                                     .self = o,
                                     .configure = configure,
                                     .select = select_anchor,
                                     .score = score,
                                     .explain = explain,
                                     .get_extension = get_extension,
                                     .destroy = destroy};
    return &o->criterion;
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
                                                     "lotse.occupation",
                                                     "1.0.0",
                                                     init,
                                                     deinit,
                                                     get_factory};
