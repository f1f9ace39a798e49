/* lotse.occupation: how near an offer's occupation is to the occupations a person wishes for, by
 * the digits that their codes have in common from the left.
 *
 * ISCO-08 has four digits, so that each is a quarter. KldB 2010 has five: four for the occupation
 * and the last for the level of requirement. Each is a fifth; the level counts only where the
 * occupation itself is the same, and then it is told apart: a step down is possible at once, a step
 * up needs a qualification, which the person has or the offer leads to. ESCO concepts are the same
 * or not. Codes of two schemes have nothing in common, unless the strategy compares them by the
 * units of ISCO-08 that the taxonomy knows for them (crosswalk.h). */

#include "crosswalk.h"

#include <stdlib.h>
#include <string.h>

enum { HALF = 500000, STEP = 800000 };

/* The manifest's columns and parameters. */
enum { COLUMN_WISHES, COLUMN_QUALIFICATIONS };
enum { COLUMN_OCCUPATION, COLUMN_KIND };
enum { PARAM_CROSSWALK, PARAM_STEP_DOWN, PARAM_STEP_UP };

/* The manifest's sentences. */
enum {
    SENTENCE_SAME,
    SENTENCE_NEAR,
    SENTENCE_LEVEL,
    SENTENCE_OTHER,
    SENTENCE_NO_WISH,
    SENTENCE_NOT_APPLICABLE,
    SENTENCE_UNKNOWN,
    SENTENCE_SAME_UNIT,
    SENTENCE_STEP_DOWN,
    SENTENCE_STEP_UP,
    SENTENCE_STEP_HELD,
    SENTENCE_STEP_LED_TO,
    SENTENCE_STEP_UNKNOWN
};

/* Positions of the code list `kind`: a course of German or a talk has no occupation of its own. */
enum {
    KIND_LANGUAGE_COURSE = 0,
    KIND_QUALIFICATION = 1,
    KIND_SCHOOL_CERTIFICATE = 2,
    KIND_RECOGNITION_MEASURE = 3,
    KIND_APPRENTICESHIP = 4,
    KIND_COACHING = 6,
    KIND_COUNSELLING = 7,
    KIND_MENTORING = 8
};
#define KINDS_WITHOUT_OCCUPATION                                                                   \
    (1u << KIND_LANGUAGE_COURSE | 1u << KIND_SCHOOL_CERTIFICATE | 1u << KIND_COACHING |            \
     1u << KIND_COUNSELLING | 1u << KIND_MENTORING)

/* These lead to a qualification themselves. */
#define KINDS_LEADING_UP                                                                           \
    (1u << KIND_QUALIFICATION | 1u << KIND_RECOGNITION_MEASURE | 1u << KIND_APPRENTICESHIP)

typedef struct concept_list {
    const uint32_t *concepts;
    uint32_t count;
} concept_list;

typedef struct occupation {
    lotse_criterion criterion;
    uint32_t side; /* of the anchor */
    /* A seeker as anchor: the wishes, and behind them the qualifications. */
    uint32_t *concepts;
    uint32_t concept_capacity;
    concept_list wishes;
    concept_list qualifications;
    int qualifications_are_open; /* not known, or one does not say of what */
    uint32_t wish_form; /* scheme and digits of all wishes, 0: they differ, or count no digits */
    /* An offer as anchor: 0 none. */
    uint32_t occupation;
    uint32_t is_applicable;
    uint32_t leads_up;
    int32_t isco[ISCO_DIGITS + 1];
    int32_t kldb[KLDB_DIGITS + 1]; /* by digits in common */
    int32_t step_down, step_up;
    int tells_steps;
    crosswalk crosswalk;
} occupation;

enum { DIGIT_BITS = 20 }; /* of a concept number, for five digits; its form stands above them */

static lotse_status configure(void *self, const lotse_params *params, lotse_error *error)
{
    occupation *o = self;
    (void)error;
    for (uint32_t i = 0; i <= ISCO_DIGITS; i++) {
        o->isco[i] = lotse_points(i / (double)ISCO_DIGITS);
    }
    for (uint32_t i = 0; i <= KLDB_DIGITS; i++) {
        o->kldb[i] = lotse_points(i / (double)KLDB_DIGITS);
    }
    o->crosswalk.weight = (int32_t)lotse_param_value(params, PARAM_CROSSWALK, 0);
    o->step_down = (int32_t)lotse_param_value(params, PARAM_STEP_DOWN, STEP);
    o->step_up = (int32_t)lotse_param_value(params, PARAM_STEP_UP, STEP);
    o->tells_steps = o->step_down != STEP || o->step_up != STEP;
    return LOTSE_OK;
}

/* ------------------------------------------------------------------------------------ pairs */

typedef struct pair {
    concept_list wishes;
    concept_list qualifications;
    int qualifications_are_open;
    uint32_t offered;
    uint32_t is_applicable;
    uint32_t leads_up;
} pair;

/* What a pair comes to. */
typedef struct finding {
    int32_t points;
    uint32_t sentence; /* SAME, NEAR, OTHER and those of steps and units */
    uint32_t wish;
    uint32_t common;
    uint32_t digits;
} finding;

/* Has the person a qualification of this occupation at this level or above? */
static int holds(const pair *p, uint32_t offered)
{
    for (uint32_t i = 0; i < p->qualifications.count; i++) {
        uint32_t held = p->qualifications.concepts[i];
        if (LOTSE_CONCEPT_SCHEME(held) == LOTSE_SCHEME_KLDB &&
            LOTSE_CONCEPT_DIGITS(held) == KLDB_DIGITS &&
            common_digits(held, offered) >= KLDB_DIGITS - 1 &&
            LOTSE_CONCEPT_DIGIT(held, 4) >= LOTSE_CONCEPT_DIGIT(offered, 4)) {
            return 1;
        }
    }
    return 0;
}

/* The same occupation of the KldB at another level. */
static finding judge_step(const occupation *o, const pair *p, uint32_t wish)
{
    finding f = {o->step_up, SENTENCE_STEP_UP, wish, 0, 0};
    int is_down = LOTSE_CONCEPT_DIGIT(p->offered, 4) < LOTSE_CONCEPT_DIGIT(wish, 4);
    if (is_down || p->leads_up || holds(p, p->offered)) {
        f.points = o->step_down;
        f.sentence = is_down       ? SENTENCE_STEP_DOWN
                     : p->leads_up ? SENTENCE_STEP_LED_TO
                                   : SENTENCE_STEP_HELD;
    } else if (p->qualifications_are_open && o->step_up != o->step_down) {
        f.sentence = SENTENCE_STEP_UNKNOWN;
    }
    if (!o->tells_steps) {
        f.sentence = SENTENCE_LEVEL;
    }
    return f;
}

static finding judge_by_units(occupation *o, uint32_t wish, uint32_t offered)
{
    finding f = {0, SENTENCE_OTHER, wish, 0, ISCO_DIGITS};
    f.common = crosswalk_common(&o->crosswalk, wish, offered);
    f.points = f.common == 0
                   ? 0
                   : lotse_points(o->crosswalk.weight * (double)f.common / ISCO_DIGITS / 1e6);
    f.sentence = f.points == 0             ? SENTENCE_OTHER
                 : f.common == ISCO_DIGITS ? SENTENCE_SAME_UNIT
                                           : SENTENCE_NEAR;
    return f;
}

static finding judge_wish(occupation *o, const pair *p, uint32_t wish)
{
    uint32_t scheme = LOTSE_CONCEPT_SCHEME(wish);
    int is_esco = scheme == LOTSE_SCHEME_ESCO;
    if (wish == p->offered) {
        uint32_t digits = scheme == LOTSE_SCHEME_ISCO ? ISCO_DIGITS : KLDB_DIGITS;
        uint32_t common = is_esco ? digits : LOTSE_CONCEPT_DIGITS(wish);
        int32_t points = is_esco                       ? LOTSE_POINTS_MAX
                         : scheme == LOTSE_SCHEME_ISCO ? o->isco[common]
                                                       : o->kldb[common];
        return (finding){points, points == LOTSE_POINTS_MAX ? SENTENCE_SAME : SENTENCE_NEAR, wish,
                         common, digits};
    }
    if (scheme != LOTSE_CONCEPT_SCHEME(p->offered) || is_esco) {
        return judge_by_units(o, wish, p->offered);
    }
    uint32_t common = common_digits(wish, p->offered);
    int is_step = scheme == LOTSE_SCHEME_KLDB && common == KLDB_DIGITS - 1 &&
                  LOTSE_CONCEPT_DIGITS(wish) == KLDB_DIGITS &&
                  LOTSE_CONCEPT_DIGITS(p->offered) == KLDB_DIGITS;
    if (is_step) {
        return judge_step(o, p, wish);
    }
    int is_isco = scheme == LOTSE_SCHEME_ISCO;
    return (finding){is_isco ? o->isco[common] : o->kldb[common],
                     common == 0 ? SENTENCE_OTHER : SENTENCE_NEAR, wish, common,
                     is_isco ? ISCO_DIGITS : KLDB_DIGITS};
}

/* The best of the wishes. A step that a qualification not entered might make easier is a check
 * where it could then be the best. */
static finding judge(occupation *o, const pair *p)
{
    finding best = {HALF, SENTENCE_NO_WISH, 0, 0, 0};
    int32_t hoped_for = -1;
    if (p->wishes.count == 0) {
        return best;
    }
    if (p->offered == 0) {
        best.sentence = p->is_applicable ? SENTENCE_UNKNOWN : SENTENCE_NOT_APPLICABLE;
        return best;
    }
    best.points = -1;
    for (uint32_t i = 0; i < p->wishes.count; i++) {
        finding f = judge_wish(o, p, p->wishes.concepts[i]);
        if (f.points > best.points) {
            best = f;
        }
        if (f.sentence == SENTENCE_STEP_UNKNOWN) {
            hoped_for = o->step_down;
        }
    }
    if (hoped_for > best.points || best.sentence == SENTENCE_STEP_UNKNOWN) {
        return (finding){HALF, SENTENCE_STEP_UNKNOWN, best.wish, 0, 0};
    }
    return best;
}

static int is_check(const finding *f)
{
    return f->sentence == SENTENCE_UNKNOWN || f->sentence == SENTENCE_STEP_UNKNOWN;
}

/* ------------------------------------------------------------------------------------ rows */

static uint32_t occupation_at(const lotse_table *t, const lotse_column *c, uint32_t row)
{
    return lotse_is_known(t, c, row) ? lotse_concept_at(t, c, row) : 0;
}

static uint32_t is_of_kinds(const lotse_table *t, const lotse_column *kind, uint32_t row,
                            uint32_t kinds)
{
    return lotse_is_known(t, kind, row) ? kinds >> lotse_code_at(t, kind, row) & 1u : 0;
}

static concept_list list_at(const lotse_table *t, const lotse_column *c, uint32_t row)
{
    if (!lotse_is_known(t, c, row)) {
        return (concept_list){NULL, 0};
    }
    lotse_range range = lotse_range_at(t, c, row);
    return (concept_list){(const uint32_t *)lotse_values(t, c) + range.begin,
                          range.end - range.begin};
}

static int is_open(const lotse_table *t, const lotse_column *c, uint32_t row)
{
    concept_list list = list_at(t, c, row);
    int has_hole = !lotse_is_known(t, c, row);
    for (uint32_t i = 0; i < list.count; i++) {
        has_hole |= list.concepts[i] == 0;
    }
    return has_hole;
}

/* Scheme and digits that all of the wishes share; 0: they differ, or count no digits. */
static uint32_t form_of(const concept_list *wishes)
{
    uint32_t form = wishes->count > 0 ? wishes->concepts[0] >> DIGIT_BITS : 0;
    for (uint32_t i = 0; i < wishes->count; i++) {
        uint32_t concept = wishes->concepts[i];
        int counts_digits = LOTSE_CONCEPT_SCHEME(concept) != LOTSE_SCHEME_ESCO &&
                            LOTSE_CONCEPT_DIGITS(concept) <= KLDB_DIGITS;
        form = counts_digits && concept >> DIGIT_BITS == form ? form : 0;
    }
    return form;
}

static lotse_status take_seeker(occupation *o, const lotse_table *anchor, lotse_error *error)
{
    const lotse_column *second = lotse_column_of(anchor, COLUMN_QUALIFICATIONS);
    concept_list wishes = list_at(anchor, lotse_column_of(anchor, COLUMN_WISHES), 0);
    concept_list qualifications = list_at(anchor, second, 0);
    uint32_t count = wishes.count + qualifications.count;
    o->wishes.count = o->qualifications.count = 0;
    o->qualifications_are_open = is_open(anchor, second, 0);
    if (count > o->concept_capacity) {
        uint32_t *concepts = realloc(o->concepts, count * sizeof(uint32_t));
        if (concepts == NULL) {
            *error = (lotse_error){sizeof(*error), LOTSE_NO_MEMORY, "wishes.occupations",
                                   "no memory for the anchor"};
            return LOTSE_NO_MEMORY;
        }
        o->concepts = concepts;
        o->concept_capacity = count;
    }
    for (uint32_t i = 0; i < count; i++) {
        o->concepts[i] =
            i < wishes.count ? wishes.concepts[i] : qualifications.concepts[i - wishes.count];
    }
    o->wishes = (concept_list){o->concepts, wishes.count};
    o->qualifications = (concept_list){o->concepts + wishes.count, qualifications.count};
    o->wish_form = form_of(&o->wishes);
    return LOTSE_OK;
}

static lotse_status select_anchor(void *self, const lotse_table *anchor, int32_t as_of_day,
                                  lotse_error *error)
{
    occupation *o = self;
    (void)as_of_day;
    o->side = anchor->side;
    if (anchor->side == LOTSE_SEEKER) {
        return take_seeker(o, anchor, error);
    }
    const lotse_column *kind = lotse_column_of(anchor, COLUMN_KIND);
    o->occupation = occupation_at(anchor, lotse_column_of(anchor, COLUMN_OCCUPATION), 0);
    o->is_applicable = !is_of_kinds(anchor, kind, 0, KINDS_WITHOUT_OCCUPATION);
    o->leads_up = is_of_kinds(anchor, kind, 0, KINDS_LEADING_UP);
    return LOTSE_OK;
}

/* `first` and `second` are the row's columns in the order of its side. What only a step or an offer
 * without an occupation asks for is read then alone. */
static pair pair_of(const occupation *o, const lotse_table *t, const lotse_column *first,
                    const lotse_column *second, uint32_t row)
{
    if (o->side == LOTSE_SEEKER) {
        uint32_t offered = occupation_at(t, first, row);
        int reads_kind =
            offered == 0 || (o->tells_steps && LOTSE_CONCEPT_SCHEME(offered) == LOTSE_SCHEME_KLDB);
        pair p = {o->wishes, o->qualifications, o->qualifications_are_open, offered, 1, 0};
        if (reads_kind) {
            p.is_applicable = !is_of_kinds(t, second, row, KINDS_WITHOUT_OCCUPATION);
            p.leads_up = is_of_kinds(t, second, row, KINDS_LEADING_UP);
        }
        return p;
    }
    pair p = {list_at(t, first, row), {NULL, 0}, 0, o->occupation, o->is_applicable, o->leads_up};
    if (LOTSE_CONCEPT_SCHEME(o->occupation) == LOTSE_SCHEME_KLDB && o->tells_steps) {
        p.qualifications = list_at(t, second, row);
        p.qualifications_are_open = is_open(t, second, row);
    }
    return p;
}

static int is_missing(const pair *p)
{
    return p->wishes.count > 0 && p->offered == 0 && p->is_applicable;
}

/* Where neither steps nor other schemes are told apart, digits alone decide: the same points as
 * judge(), for the many rows of a question. */
static int32_t points_by_digits(const occupation *o, const pair *p)
{
    int32_t best = p->wishes.count == 0 || p->offered == 0 ? HALF : 0;
    for (uint32_t i = 0; p->offered != 0 && i < p->wishes.count; i++) {
        uint32_t wish = p->wishes.concepts[i];
        uint32_t scheme = LOTSE_CONCEPT_SCHEME(wish);
        int32_t points = 0;
        if (scheme != LOTSE_CONCEPT_SCHEME(p->offered)) {
            continue;
        }
        if (scheme == LOTSE_SCHEME_ESCO) {
            points = wish == p->offered ? LOTSE_POINTS_MAX : 0;
        } else {
            uint32_t common = common_digits(wish, p->offered);
            points = scheme == LOTSE_SCHEME_ISCO
                         ? o->isco[common < ISCO_DIGITS ? common : ISCO_DIGITS]
                         : o->kldb[common];
        }
        best = points > best ? points : best;
    }
    return best;
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
    const uint32_t *wishes = o->wishes.concepts;
    const uint32_t wish_count = o->wishes.count;
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
        scores[i] = points_by_digits(o, &p);
    }
}

static lotse_status score(void *self, const lotse_table *table, const uint32_t *rows,
                          uint32_t row_count, const lotse_pairs *pairs, uint8_t *verdicts,
                          int32_t *scores)
{
    occupation *o = self;
    lotse_column first = *lotse_column_of(table, 0);
    lotse_column second = *lotse_column_of(table, 1);
    (void)pairs;
    int is_plain = !o->tells_steps && o->crosswalk.weight == 0;
    if (is_plain && o->side == LOTSE_SEEKER && o->wish_form != 0) {
        score_offers(o, table, &first, &second, rows, row_count, verdicts, scores);
        return LOTSE_OK;
    }
    for (uint32_t i = 0; i < row_count; i++) {
        pair p = pair_of(o, table, &first, &second, rows[i]);
        if (is_plain) {
            verdicts[i] = is_missing(&p) ? LOTSE_CHECK : LOTSE_YES;
            scores[i] = points_by_digits(o, &p);
            continue;
        }
        finding f = judge(o, &p);
        verdicts[i] = is_check(&f) ? LOTSE_CHECK : LOTSE_YES;
        scores[i] = f.points;
    }
    return LOTSE_OK;
}

static lotse_status explain(void *self, const lotse_table *table, const uint32_t *rows,
                            uint32_t row_count, const lotse_pairs *pairs, lotse_reasons *reasons)
{
    occupation *o = self;
    lotse_column first = *lotse_column_of(table, 0);
    lotse_column second = *lotse_column_of(table, 1);
    (void)pairs;
    for (uint32_t i = 0; i < row_count; i++) {
        pair p = pair_of(o, table, &first, &second, rows[i]);
        finding f = judge(o, &p);
        lotse_reason *r = lotse_reason_add(reasons, i, f.sentence, f.points);
        if (r == NULL) {
            break;
        }
        int is_told = p.wishes.count > 0 && p.offered != 0;
        if (is_told) {
            lotse_reason_arg(r, LOTSE_ARG_CONCEPT, p.offered);
        }
        if (is_told && f.sentence != SENTENCE_SAME && f.sentence != SENTENCE_OTHER) {
            lotse_reason_arg(r, LOTSE_ARG_CONCEPT, f.wish);
        }
        if (f.sentence == SENTENCE_NEAR) {
            lotse_reason_arg(r, LOTSE_ARG_INT, f.common);
            lotse_reason_arg(r, LOTSE_ARG_INT, f.digits);
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
    free(o->concepts);
    free(o);
}

static const lotse_criterion *create(const lotse_host *host, const char *criterion_id,
                                     lotse_error *error)
{
    if (strcmp(criterion_id, "lotse.occupation") != 0) {
        *error = (lotse_error){sizeof(*error), LOTSE_UNSUPPORTED, "", "there is no such criterion"};
        return NULL;
    }
    occupation *o = calloc(1, sizeof(*o));
    if (o == NULL) {
        *error = (lotse_error){sizeof(*error), LOTSE_NO_MEMORY, "", "no memory for an instance"};
        return NULL;
    }
    o->crosswalk.taxonomy = host->get_extension(host, LOTSE_TAXONOMY_1);
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
