/* lotse.skills: the share of the skills an offer desires that a person has. Where the strategy says
 * so, skills that follow from past work or are near to stated ones count in part (inferred.h). */

#include "inferred.h"

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
enum {
    SENTENCE_SHARE,
    SENTENCE_MISSING,
    SENTENCE_NO_HIT,
    SENTENCE_NONE_DESIRED,
    SENTENCE_UNKNOWN,
    SENTENCE_INFERRED,
    SENTENCE_NEAR,
    SENTENCE_PAST_UNKNOWN
};

/* The manifest's parameters, and the seeker's columns. */
enum { PARAM_ESSENTIAL, PARAM_OPTIONAL, PARAM_NEAR };
enum { COLUMN_SKILLS, COLUMN_EXPERIENCE, COLUMN_QUALIFICATIONS, LIST_COUNT };

/* The anchor's skills as bits by concept number. Numbers beyond the bits, which a very long
 * dictionary has, are searched for in the sorted list. */
typedef struct skills {
    lotse_criterion criterion;
    uint32_t side; /* of the anchor */
    int is_known;
    uint32_t *members; /* ascending */
    uint32_t member_count;
    uint32_t member_capacity;
    inferred inferred;
    int infers;
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
    (void)error;
    s->inferred.essential = (int32_t)lotse_param_value(params, PARAM_ESSENTIAL, 0);
    s->inferred.optional = (int32_t)lotse_param_value(params, PARAM_OPTIONAL, 0);
    s->inferred.near = (int32_t)lotse_param_value(params, PARAM_NEAR, 0);
    s->infers = inferred_is_on(&s->inferred);
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

static lotse_status refuse_memory(skills *s, lotse_error *error)
{
    s->is_known = 0;
    *error = (lotse_error){sizeof(*error), LOTSE_NO_MEMORY, "skills", "no memory for the anchor"};
    return LOTSE_NO_MEMORY;
}

/* What is inferred, of a person whose skills are known or for the skills that an offer desires. */
static lotse_status infer(skills *s, const lotse_table *anchor, lotse_error *error)
{
    int is_done;
    if (anchor->side == LOTSE_SEEKER) {
        concept_list lists[LIST_COUNT];
        for (uint32_t i = 0; i < LIST_COUNT; i++) {
            lists[i] = concept_list_at(anchor, i, 0);
        }
        is_done = inferred_take_seeker(&s->inferred, &lists[COLUMN_SKILLS],
                                       &lists[COLUMN_EXPERIENCE], LIST_COUNT - COLUMN_EXPERIENCE);
    } else {
        is_done = inferred_take_offer(&s->inferred, s->members, s->member_count);
    }
    return is_done ? LOTSE_OK : refuse_memory(s, error);
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
        return refuse_memory(s, error);
    }
    const uint32_t *values = (const uint32_t *)lotse_values(anchor, c) + range.begin;
    for (uint32_t i = 0; i < range.end - range.begin; i++) {
        s->members[s->member_count++] = values[i];
        if (values[i] < BIT_COUNT) {
            s->bits[values[i] >> 6] |= UINT64_C(1) << (values[i] & 63u);
        }
    }
    return s->infers ? infer(s, anchor, error) : LOTSE_OK;
}

static uint32_t count_common(const skills *s, const uint32_t *values, uint32_t count)
{
    uint32_t common = 0;
    for (uint32_t i = 0; i < count; i++) {
        common += (uint32_t)is_member(s, values[i]);
    }
    return common;
}

/* ------------------------------------------------------------------------------------ pairs */

/* The two sides of a pair: what is desired, and the lists of the person. */
typedef struct pair {
    const uint32_t *desired;
    uint32_t desired_count;
    int is_unknown; /* skills are desired, and the person's are not known */
    int is_open;    /* past work, from which more may follow, is not known */
    concept_list lists[LIST_COUNT];
} pair;

static pair pair_at(const skills *s, const lotse_table *t, uint32_t row)
{
    pair p = {.desired = s->members, .desired_count = s->member_count};
    if (s->side == LOTSE_SEEKER) {
        concept_list desired = concept_list_at(t, COLUMN_SKILLS, row);
        p.desired = desired.concepts; /* of an absent list none */
        p.desired_count = desired.count;
        p.is_unknown = desired.count > 0 && !s->is_known;
        p.is_open = s->infers && s->inferred.is_open;
        return p;
    }
    p.lists[COLUMN_SKILLS] = concept_list_at(t, COLUMN_SKILLS, row);
    p.is_unknown = p.desired_count > 0 && !p.lists[COLUMN_SKILLS].is_known;
    for (uint32_t i = COLUMN_EXPERIENCE; s->infers && i < LIST_COUNT; i++) {
        p.lists[i] = concept_list_at(t, i, row);
        p.is_open |= inferred_most(&s->inferred) > 0 && concept_list_is_open(&p.lists[i]);
    }
    return p;
}

static int is_in_list(const concept_list *list, uint32_t concept)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->concepts[i] == concept) {
            return 1;
        }
    }
    return 0;
}

/* How a desired skill is there, and for how much it counts. */
static int32_t credit_of(const skills *s, const pair *p, uint32_t wanted, uint32_t *ret_how)
{
    int is_seeker = s->side == LOTSE_SEEKER;
    int is_stated = is_seeker ? is_member(s, wanted) : is_in_list(&p->lists[COLUMN_SKILLS], wanted);
    *ret_how = is_stated ? HOW_STATED : HOW_MISSING;
    if (is_stated || !s->infers) {
        return is_stated ? LOTSE_POINTS_MAX : 0;
    }
    return is_seeker ? inferred_of_seeker(&s->inferred, wanted, ret_how)
                     : inferred_of_row(&s->inferred, &p->lists[COLUMN_SKILLS],
                                       &p->lists[COLUMN_EXPERIENCE], LIST_COUNT - COLUMN_EXPERIENCE,
                                       wanted, ret_how);
}

/* What a pair comes to. */
typedef struct finding {
    uint32_t counts[HOW_COUNT];
    int64_t credits[HOW_COUNT];
    uint32_t desired;
    int is_unknown;      /* a check: the skills are not known */
    int past_is_unknown; /* a check: what follows from past work is not known */
} finding;

static int is_check(const finding *f)
{
    return f->is_unknown || f->past_is_unknown;
}

static finding judge(const skills *s, const pair *p)
{
    finding f = {.desired = p->desired_count, .is_unknown = p->is_unknown};
    for (uint32_t i = 0; !p->is_unknown && i < p->desired_count; i++) {
        uint32_t how;
        int32_t credit = credit_of(s, p, p->desired[i], &how);
        f.counts[how]++;
        f.credits[how] += credit;
        f.past_is_unknown |= p->is_open && credit < inferred_most(&s->inferred);
    }
    return f;
}

static int32_t points_of(const skills *s, const finding *f)
{
    if (is_check(f)) {
        return HALF;
    }
    int64_t sum = f->credits[HOW_STATED] + f->credits[HOW_INFERRED] + f->credits[HOW_NEAR];
    if (sum == f->credits[HOW_STATED]) {
        return share(s, f->counts[HOW_STATED], f->desired);
    }
    return lotse_points((double)sum / LOTSE_POINTS_MAX / f->desired);
}

static lotse_status score_inferring(const skills *s, const lotse_table *table, const uint32_t *rows,
                                    uint32_t row_count, uint8_t *verdicts, int32_t *scores)
{
    for (uint32_t i = 0; i < row_count; i++) {
        pair p = pair_at(s, table, rows[i]);
        finding f = judge(s, &p);
        verdicts[i] = is_check(&f) ? LOTSE_CHECK : LOTSE_YES;
        scores[i] = points_of(s, &f);
    }
    return LOTSE_OK;
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
    lotse_column c = *lotse_column_of(table, COLUMN_SKILLS);
    (void)pairs;
    if (s->infers) {
        return score_inferring(s, table, rows, row_count, verdicts, scores);
    }
    if (s->side == LOTSE_SEEKER && s->is_known) {
        score_offers(s, table, &c, rows, row_count, verdicts, scores);
        return LOTSE_OK;
    }
    for (uint32_t i = 0; i < row_count; i++) {
        int is_known = lotse_is_known(table, &c, rows[i]);
        lotse_range range = is_known ? lotse_range_at(table, &c, rows[i]) : (lotse_range){0, 0};
        const uint32_t *values = (const uint32_t *)lotse_values(table, &c) + range.begin;
        uint32_t count = range.end - range.begin;
        int is_seeker = s->side == LOTSE_SEEKER;
        uint32_t desired = is_seeker ? count : s->member_count;
        int is_unknown = desired > 0 && !(is_seeker ? s->is_known : is_known);
        uint32_t there = is_unknown || desired == 0 ? 0 : count_common(s, values, count);
        verdicts[i] = is_unknown ? LOTSE_CHECK : LOTSE_YES;
        scores[i] = is_unknown ? HALF : share(s, there, desired);
    }
    return LOTSE_OK;
}

/* ------------------------------------------------------------------------------------ reasons */

/* Adds up to LISTED_MAX of the desired concepts that are there in one way to the answer's values:
 * long lists help nobody, and the number stands beside them. */
static void list_concepts(const skills *s, const pair *p, uint32_t how, lotse_reasons *reasons,
                          lotse_reason *r)
{
    uint32_t *out = (uint32_t *)(uintptr_t)lotse_at(reasons, reasons->values_offset);
    lotse_arg *arg = &r->args[r->arg_count++];
    *arg = (lotse_arg){LOTSE_ARG_CONCEPTS, 0, reasons->values_count};
    for (uint32_t i = 0; i < p->desired_count && arg->count < LISTED_MAX; i++) {
        uint32_t found;
        (void)credit_of(s, p, p->desired[i], &found); /* only how is asked */
        if (found == how && reasons->values_count < reasons->values_capacity) {
            out[reasons->values_count++] = p->desired[i];
            arg->count++;
        }
    }
}

static void tell(const skills *s, const pair *p, const finding *f, uint32_t how, int32_t points,
                 uint32_t row_index, lotse_reasons *reasons)
{
    static const uint32_t SENTENCES[HOW_COUNT] = {SENTENCE_SHARE, SENTENCE_INFERRED, SENTENCE_NEAR,
                                                  SENTENCE_MISSING};
    lotse_reason *r = lotse_reason_add(reasons, row_index, SENTENCES[how], points);
    lotse_reason_arg(r, LOTSE_ARG_INT, f->counts[how]);
    if (how == HOW_STATED) {
        lotse_reason_arg(r, LOTSE_ARG_INT, f->desired);
    }
    list_concepts(s, p, how, reasons, r);
}

/* What is there in each way, with its share of the points, and what is not. The first told takes
 * what roundings leave. */
static void tell_all(const skills *s, const pair *p, const finding *f, uint32_t row_index,
                     lotse_reasons *reasons)
{
    int32_t left = points_of(s, f);
    int32_t points[HOW_COUNT] = {0};
    uint32_t first = HOW_MISSING;
    for (uint32_t how = HOW_MISSING; how-- > HOW_STATED;) {
        if (f->counts[how] > 0) {
            points[how] = (int32_t)(f->credits[how] / f->desired);
            first = how;
        }
    }
    for (uint32_t how = HOW_STATED; how < HOW_MISSING; how++) {
        left -= points[how];
    }
    points[first] += left;
    for (uint32_t how = HOW_STATED; how < HOW_COUNT; how++) {
        if (f->counts[how] > 0) {
            tell(s, p, f, how, points[how], row_index, reasons);
        }
    }
}

/* At most a reason for each way, and one for what is missing. */
static int explain_row(const skills *s, const lotse_table *t, uint32_t row, uint32_t row_index,
                       lotse_reasons *reasons)
{
    pair p = pair_at(s, t, row);
    finding f = judge(s, &p);
    if (reasons->capacity - reasons->count < HOW_COUNT ||
        (reasons->count > 0 &&
         reasons->values_capacity - reasons->values_count < HOW_COUNT * LISTED_MAX)) {
        return 0;
    }
    if (f.past_is_unknown && !f.is_unknown) {
        lotse_reason *r = lotse_reason_add(reasons, row_index, SENTENCE_PAST_UNKNOWN, HALF);
        lotse_reason_arg(r, LOTSE_ARG_INT, f.counts[HOW_STATED]);
        lotse_reason_arg(r, LOTSE_ARG_INT, f.desired);
        return 1;
    }
    if (f.is_unknown || f.desired == 0) {
        lotse_reason_add(reasons, row_index,
                         f.is_unknown ? SENTENCE_UNKNOWN : SENTENCE_NONE_DESIRED, HALF);
        return 1;
    }
    if (f.counts[HOW_MISSING] == f.desired) {
        lotse_reason *r = lotse_reason_add(reasons, row_index, SENTENCE_NO_HIT, points_of(s, &f));
        lotse_reason_arg(r, LOTSE_ARG_INT, f.desired);
        list_concepts(s, &p, HOW_MISSING, reasons, r);
        return 1;
    }
    tell_all(s, &p, &f, row_index, reasons);
    return 1;
}

static lotse_status explain(void *self, const lotse_table *table, const uint32_t *rows,
                            uint32_t row_count, const lotse_pairs *pairs, lotse_reasons *reasons)
{
    const skills *s = self;
    (void)pairs;
    for (uint32_t i = 0; i < row_count; i++) {
        if (!explain_row(s, table, rows[i], i, reasons)) {
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
    inferred_free(&s->inferred);
    free(s->members);
    free(s);
}

static const lotse_criterion *create(const lotse_host *host, const char *criterion_id,
                                     lotse_error *error)
{
    if (strcmp(criterion_id, "lotse.skills") != 0) {
        *error = (lotse_error){sizeof(*error), LOTSE_UNSUPPORTED, "", "there is no such criterion"};
        return NULL;
    }
    skills *s = calloc(1, sizeof(*s));
    if (s == NULL) {
        *error = (lotse_error){sizeof(*error), LOTSE_NO_MEMORY, "", "no memory for an instance"};
        return NULL;
    }
    s->inferred.taxonomy = host->get_extension(host, LOTSE_TAXONOMY_1);
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
