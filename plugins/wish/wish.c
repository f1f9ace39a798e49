/* lotse.wish: whether an offer is of a kind and a size of group that a person asks for, and nothing
 * that the person does not want.
 *
 * What is not wanted scores nothing. Else the kind and the size of the group are worth their shares
 * of the whole; where only one of them is asked for it is the whole. A size of group applies where
 * people are taught or advised, not at work. */

#include "lotse_plugin.h"

#include <stdlib.h>
#include <string.h>

enum { HALF = 500000 };

/* The manifest's columns. */
enum { WISH_KINDS, WISH_NOT_KINDS, WISH_NOT_OCCUPATIONS, WISH_SETTINGS };
enum { OFFER_KIND, OFFER_OCCUPATION, OFFER_GROUP };

/* Positions of the code list kind, a bit each. */
/* Those of a group: courses, coaching, counselling, mentoring. */
#define KINDS_WITH_GROUP (0x1cfu)
/* Those of an occupation: all but language courses, school, coaching, counselling, mentoring. */
#define KINDS_WITH_OCCUPATION (0x1e3au)

/* The manifest's sentences. */
enum {
    SENTENCE_KIND,
    SENTENCE_OTHER_KIND,
    SENTENCE_GROUP,
    SENTENCE_OTHER_GROUP,
    SENTENCE_NOT_KIND,
    SENTENCE_NOT_OCCUPATION,
    SENTENCE_NO_WISH,
    SENTENCE_GROUP_UNKNOWN,
    SENTENCE_OCCUPATION_UNKNOWN
};

/* What a person asks for; an absent wish asks for nothing. */
typedef struct wishes {
    uint64_t kinds, not_kinds, settings;
    const uint32_t *not_occupations;
    uint32_t not_occupation_count;
} wishes;

typedef struct offered {
    uint32_t kind;
    int has_occupation, has_group;
    uint32_t occupation, group;
} offered;

typedef struct wish {
    lotse_criterion criterion;
    uint32_t side; /* of the anchor */
    wishes wishes;
    offered offered;
    uint32_t *occupations; /* the anchor's own copy */
    uint32_t capacity;
    int32_t kind_share;
} wish;

static uint64_t set_at(const lotse_table *t, uint32_t column, uint32_t row)
{
    const lotse_column *c = lotse_column_of(t, column);
    return lotse_is_known(t, c, row) ? lotse_codes_at(t, c, row).members : 0;
}

static wishes wishes_of(const lotse_table *t, uint32_t row)
{
    const lotse_column *c = lotse_column_of(t, WISH_NOT_OCCUPATIONS);
    wishes w = {.kinds = set_at(t, WISH_KINDS, row),
                .not_kinds = set_at(t, WISH_NOT_KINDS, row),
                .settings = set_at(t, WISH_SETTINGS, row)};
    if (lotse_is_known(t, c, row)) {
        lotse_range range = lotse_range_at(t, c, row);
        w.not_occupations = (const uint32_t *)lotse_values(t, c) + range.begin;
        w.not_occupation_count = range.end - range.begin;
    }
    return w;
}

static offered offered_of(const lotse_table *t, uint32_t row)
{
    const lotse_column *kind = lotse_column_of(t, OFFER_KIND);
    const lotse_column *occupation = lotse_column_of(t, OFFER_OCCUPATION);
    const lotse_column *group = lotse_column_of(t, OFFER_GROUP);
    offered o = {.kind = 63};
    if (lotse_is_known(t, kind, row)) {
        o.kind = lotse_code_at(t, kind, row);
    }
    o.has_occupation = lotse_is_known(t, occupation, row);
    o.has_group = lotse_is_known(t, group, row);
    o.occupation = o.has_occupation ? lotse_concept_at(t, occupation, row) : 0;
    o.group = o.has_group ? lotse_code_at(t, group, row) : 0;
    return o;
}

/* Does the code that is not wanted cover the offer's? "isco:53" covers "isco:5321". */
static int covers(uint32_t unwanted, uint32_t occupation)
{
    uint32_t digits = LOTSE_CONCEPT_DIGITS(unwanted);
    if (LOTSE_CONCEPT_SCHEME(unwanted) != LOTSE_CONCEPT_SCHEME(occupation)) {
        return 0;
    }
    if (LOTSE_CONCEPT_SCHEME(unwanted) == LOTSE_SCHEME_ESCO) {
        return unwanted == occupation;
    }
    if (digits > LOTSE_CONCEPT_DIGITS(occupation)) {
        return 0;
    }
    for (uint32_t i = 0; i < digits; i++) {
        if (LOTSE_CONCEPT_DIGIT(unwanted, i) != LOTSE_CONCEPT_DIGIT(occupation, i)) {
            return 0;
        }
    }
    return 1;
}

/* What a pair comes to: points, and of them those for the kind. */
typedef struct finding {
    uint32_t sentence; /* KIND, OTHER_KIND, GROUP, OTHER_GROUP: what is asked for first */
    int32_t points, kind_points;
    int asks_kind, asks_group, is_kind, is_group;
    int is_unknown;
} finding;

static finding simple(uint32_t sentence, int32_t points, int is_unknown)
{
    return (finding){.sentence = sentence, .points = points, .is_unknown = is_unknown};
}

static finding judge(const wish *s, const wishes *w, const offered *o)
{
    if ((w->not_kinds >> o->kind & 1u) != 0) {
        return simple(SENTENCE_NOT_KIND, 0, 0);
    }
    int has_use = (KINDS_WITH_OCCUPATION >> o->kind & 1u) != 0;
    for (uint32_t i = 0; has_use && o->has_occupation && i < w->not_occupation_count; i++) {
        if (covers(w->not_occupations[i], o->occupation)) {
            return simple(SENTENCE_NOT_OCCUPATION, 0, 0);
        }
    }
    if (has_use && w->not_occupation_count > 0 && !o->has_occupation) {
        return simple(SENTENCE_OCCUPATION_UNKNOWN, HALF, 1);
    }
    finding f = {.asks_kind = w->kinds != 0,
                 .asks_group = w->settings != 0 && (KINDS_WITH_GROUP >> o->kind & 1u) != 0,
                 .is_kind = (int)(w->kinds >> o->kind & 1u)};
    if (!f.asks_kind && !f.asks_group) {
        return simple(SENTENCE_NO_WISH, HALF, 0);
    }
    if (f.asks_group && !o->has_group) {
        return simple(SENTENCE_GROUP_UNKNOWN, HALF, 1);
    }
    f.is_group = (int)(w->settings >> o->group & 1u);
    int32_t of_kind = !f.asks_group ? LOTSE_POINTS_MAX : s->kind_share;
    int32_t of_group = !f.asks_kind ? LOTSE_POINTS_MAX : LOTSE_POINTS_MAX - s->kind_share;
    f.kind_points = f.asks_kind && f.is_kind ? of_kind : 0;
    f.points = f.kind_points + (f.asks_group && f.is_group ? of_group : 0);
    return f;
}

static finding judge_row(const wish *s, const lotse_table *t, uint32_t row)
{
    if (s->side == LOTSE_SEEKER) {
        offered o = offered_of(t, row);
        return judge(s, &s->wishes, &o);
    }
    wishes w = wishes_of(t, row);
    return judge(s, &w, &s->offered);
}

/* ------------------------------------------------------------------------------------ the
 * criterion
 */

static lotse_status configure(void *self, const lotse_params *params, lotse_error *error)
{
    wish *s = self;
    int64_t share = lotse_param_value(params, 0, 700000);
    if (share < 0 || share > LOTSE_POINTS_MAX) {
        *error = (lotse_error){sizeof(*error), LOTSE_REFUSED, "kind_share", "must be 0 to 1000000"};
        return LOTSE_REFUSED;
    }
    s->kind_share = (int32_t)share;
    return LOTSE_OK;
}

static lotse_status select_anchor(void *self, const lotse_table *anchor, int32_t as_of_day,
                                  lotse_error *error)
{
    wish *s = self;
    (void)as_of_day;
    s->side = anchor->side;
    if (anchor->side != LOTSE_SEEKER) {
        s->offered = offered_of(anchor, 0);
        return LOTSE_OK;
    }
    s->wishes = wishes_of(anchor, 0);
    uint32_t count = s->wishes.not_occupation_count;
    if (count > s->capacity) {
        uint32_t *copy = realloc(s->occupations, count * sizeof(uint32_t));
        if (copy == NULL) {
            s->wishes = (wishes){0};
            *error = (lotse_error){sizeof(*error), LOTSE_NO_MEMORY, "", "no memory for the anchor"};
            return LOTSE_NO_MEMORY;
        }
        s->occupations = copy;
        s->capacity = count;
    }
    if (count > 0) {
        memcpy(s->occupations, s->wishes.not_occupations, count * sizeof(uint32_t));
    }
    s->wishes.not_occupations = s->occupations;
    return LOTSE_OK;
}

static lotse_status score(void *self, const lotse_table *table, const uint32_t *rows,
                          uint32_t row_count, const lotse_pairs *pairs, uint8_t *verdicts,
                          int32_t *scores)
{
    const wish *s = self;
    (void)pairs;
    for (uint32_t i = 0; i < row_count; i++) {
        finding f = judge_row(s, table, rows[i]);
        verdicts[i] = f.is_unknown ? LOTSE_CHECK : LOTSE_YES;
        scores[i] = f.points;
    }
    return LOTSE_OK;
}

static void explain_row(const finding *f, const offered *o, uint32_t row_index,
                        lotse_reasons *reasons)
{
    lotse_reason *r;
    if (!f->asks_kind && !f->asks_group) {
        r = lotse_reason_add(reasons, row_index, f->sentence, f->points);
        if (f->sentence == SENTENCE_NOT_KIND) {
            lotse_reason_arg(r, LOTSE_ARG_CODE, o->kind);
        } else if (f->sentence == SENTENCE_NOT_OCCUPATION) {
            lotse_reason_arg(r, LOTSE_ARG_CONCEPT, o->occupation);
        }
        return;
    }
    if (f->asks_kind) {
        r = lotse_reason_add(reasons, row_index, f->is_kind ? SENTENCE_KIND : SENTENCE_OTHER_KIND,
                             f->kind_points);
        lotse_reason_arg(r, LOTSE_ARG_CODE, o->kind);
    }
    if (f->asks_group) {
        r = lotse_reason_add(reasons, row_index,
                             f->is_group ? SENTENCE_GROUP : SENTENCE_OTHER_GROUP,
                             f->points - f->kind_points);
        lotse_reason_arg(r, LOTSE_ARG_CODE, o->group);
    }
}

static lotse_status explain(void *self, const lotse_table *table, const uint32_t *rows,
                            uint32_t row_count, const lotse_pairs *pairs, lotse_reasons *reasons)
{
    const wish *s = self;
    (void)pairs;
    for (uint32_t i = 0; i < row_count && reasons->capacity - reasons->count >= 2; i++) {
        finding f = judge_row(s, table, rows[i]);
        offered o = s->side == LOTSE_SEEKER ? offered_of(table, rows[i]) : s->offered;
        explain_row(&f, &o, i, reasons);
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
    wish *s = self;
    free(s->occupations);
    free(s);
}

static const lotse_criterion *create(const lotse_host *host, const char *criterion_id,
                                     lotse_error *error)
{
    (void)host;
    if (strcmp(criterion_id, "lotse.wish") != 0) {
        *error = (lotse_error){sizeof(*error), LOTSE_UNSUPPORTED, "", "there is no such criterion"};
        return NULL;
    }
    wish *s = calloc(1, sizeof(*s));
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
                                                     "lotse.wish",
                                                     "1.0.0",
                                                     init,
                                                     deinit,
                                                     get_factory};
