/* lotse.language: how far a person's languages lie above what an offer asks for. The smallest
 * margin over all languages and skills named counts, up to `levels` of them.
 *
 * A strategy may say two things more. With `entry`, who has the entry level of a language course
 * gets the full score: nobody learns better for knowing it already. With `instruction`, another
 * language in which is taught or advised may stand for German. */

#include "lotse_plugin.h"

#include <stdlib.h>
#include <string.h>

enum { LANGUAGE_MAX = 512, KIND_COUNT = 5, LEVELS_MAX = 6, LEVEL_UNKNOWN = -1, HALF = 500000 };

/* The manifest's columns, the same on both sides: the language, its level, its four skills; then
 * the levels of German by themselves. Most offers ask for German alone: reading a single value
 * instead of lists spares most of the memory that a row costs. */
enum {
    COLUMN_CODE,
    COLUMN_LEVEL,
    COLUMN_GERMAN = COLUMN_LEVEL + KIND_COUNT,
    COLUMN_COUNT = COLUMN_GERMAN + KIND_COUNT,
    /* Of offers only. */
    COLUMN_KIND = COLUMN_COUNT,
    COLUMN_INSTRUCTION,
    OFFER_COLUMN_COUNT
};

/* The manifest's parameters. */
enum { PARAM_LEVELS, PARAM_ENTRY, PARAM_INSTRUCTION };

/* Of the code list `kind`; a bit for each kind in which something is taught or advised. */
enum { OFFER_KIND_LANGUAGE_COURSE = 0, INSTRUCTION_MAX = 64 };
#define KINDS_WITH_INSTRUCTION                                                                     \
    (1u << 1 | 1u << 2 | 1u << 3 | 1u << 6 | 1u << 7 | 1u << 8 | 1u << 12)

enum { GERMAN = 32 }; /* position in the code list `language` */

/* The manifest's sentences; the first five in the order of the columns. */
enum { SENTENCE_LEVEL, SENTENCE_NONE = KIND_COUNT, SENTENCE_UNKNOWN, SENTENCE_ENTRY };

/* One level that an offer asks for. */
typedef struct asked {
    uint16_t language;
    uint8_t kind;
    int8_t min;
} asked;

/* What an offer says beside the levels it asks for. */
typedef struct setting {
    int is_course;
    int may_stand_for_german; /* another language might: it is named, or none is */
    int is_known;             /* which languages they are */
    const int32_t *languages;
    uint32_t language_count;
} setting;

typedef struct language {
    lotse_criterion criterion;
    int32_t levels;
    int fills_entry, waives;
    setting setting; /* of an offer as anchor */
    int32_t kept_languages[INSTRUCTION_MAX];
    int32_t points[LEVELS_MAX + 1]; /* by margin */
    uint32_t side;                  /* of the anchor */
    /* A seeker as anchor: what is known of each language. A list that is there is complete, so that
     * a language it does not name is at the lowest level. */
    int8_t have[LANGUAGE_MAX][KIND_COUNT];
    /* An offer as anchor. */
    uint32_t asked_count;
    int asks_german_alone;
    asked asked[LANGUAGE_MAX * KIND_COUNT];
} language;

/* What a row comes to: the margin that decides, and where it stands. */
typedef struct margin {
    int32_t levels; /* INT32_MAX: nothing is asked for */
    int32_t have, need;
    uint16_t language;
    uint8_t kind;
    uint8_t is_unknown; /* a fact is missing; language and kind say which */
} margin;

typedef struct columns {
    lotse_column column[COLUMN_COUNT];
    int has_german;
} columns;

static columns columns_of(const lotse_table *t)
{
    columns c;
    for (uint32_t i = 0; i < COLUMN_COUNT; i++) {
        c.column[i] = i < t->column_count ? *lotse_column_of(t, i) : (lotse_column){0};
    }
    c.has_german = t->column_count >= COLUMN_COUNT;
    return c;
}

static margin nothing_asked(void)
{
    return (margin){.levels = INT32_MAX};
}

static void narrow(margin *m, uint32_t language_code, uint32_t kind, int32_t have, int32_t need)
{
    if (have == LEVEL_UNKNOWN) {
        if (!m->is_unknown) {
            *m = (margin){
                .language = (uint16_t)language_code, .kind = (uint8_t)kind, .is_unknown = 1};
        }
    } else if (!m->is_unknown && have - need < m->levels) {
        *m = (margin){have - need, have, need, (uint16_t)language_code, (uint8_t)kind, 0};
    }
}

static int is_filled(const language *l, const setting *s, const margin *m)
{
    return l->fills_entry && s->is_course && !m->is_unknown && m->levels != INT32_MAX &&
           m->levels >= 0;
}

static int32_t points_of(const language *l, const setting *s, const margin *m)
{
    if (is_filled(l, s, m)) {
        return LOTSE_POINTS_MAX;
    }
    if (m->is_unknown || m->levels == INT32_MAX) {
        return HALF;
    }
    return l->points[m->levels < 0 ? 0 : m->levels > l->levels ? l->levels : m->levels];
}

/* The values of one column of a row's list; NULL: the row has none. */
static const int32_t *entries_of(const lotse_table *t, const lotse_column *c, uint32_t row,
                                 uint32_t count)
{
    if (!lotse_is_known(t, c, row)) {
        return NULL;
    }
    lotse_range range = lotse_range_at(t, c, row);
    return range.end - range.begin == count ? (const int32_t *)lotse_values(t, c) + range.begin
                                            : NULL;
}

/* ------------------------------------------------------------------------------------ the anchor
 */

static lotse_status configure(void *self, const lotse_params *params, lotse_error *error)
{
    language *l = self;
    int64_t levels = lotse_param_value(params, PARAM_LEVELS, 3);
    l->fills_entry = lotse_param_value(params, PARAM_ENTRY, 0) > 0;
    l->waives = lotse_param_value(params, PARAM_INSTRUCTION, 0) > 0;
    if (levels < 1 || levels > LEVELS_MAX) {
        *error = (lotse_error){sizeof(*error), LOTSE_REFUSED, "levels", "levels must be 1 to 6"};
        return LOTSE_REFUSED;
    }
    l->levels = (int32_t)levels;
    for (int32_t i = 0; i <= l->levels; i++) {
        l->points[i] = lotse_points(i / (double)l->levels);
    }
    return LOTSE_OK;
}

static void take_seeker(language *l, const lotse_table *anchor)
{
    columns c = columns_of(anchor);
    int is_known = lotse_is_known(anchor, &c.column[COLUMN_CODE], 0);
    memset(l->have, is_known ? 0 : LEVEL_UNKNOWN, sizeof(l->have));
    if (!is_known) {
        return;
    }
    lotse_range range = lotse_range_at(anchor, &c.column[COLUMN_CODE], 0);
    const int32_t *codes =
        (const int32_t *)lotse_values(anchor, &c.column[COLUMN_CODE]) + range.begin;
    uint32_t count = range.end - range.begin;
    for (uint32_t kind = 0; kind < KIND_COUNT; kind++) {
        const int32_t *levels = entries_of(anchor, &c.column[COLUMN_LEVEL + kind], 0, count);
        for (uint32_t i = 0; i < count; i++) {
            if (codes[i] >= 0 && codes[i] < LANGUAGE_MAX) {
                l->have[codes[i]][kind] =
                    levels == NULL || levels[i] == LOTSE_ABSENT ? LEVEL_UNKNOWN : (int8_t)levels[i];
            }
        }
    }
}

static void take_offer(language *l, const lotse_table *anchor)
{
    columns c = columns_of(anchor);
    l->asked_count = 0;
    l->asks_german_alone = 1;
    if (!lotse_is_known(anchor, &c.column[COLUMN_CODE], 0)) {
        return;
    }
    lotse_range range = lotse_range_at(anchor, &c.column[COLUMN_CODE], 0);
    const int32_t *codes =
        (const int32_t *)lotse_values(anchor, &c.column[COLUMN_CODE]) + range.begin;
    uint32_t count = range.end - range.begin;
    for (uint32_t i = 0; i < count && i < LANGUAGE_MAX; i++) {
        for (uint32_t kind = 0; kind < KIND_COUNT; kind++) {
            const int32_t *mins = entries_of(anchor, &c.column[COLUMN_LEVEL + kind], 0, count);
            if (mins != NULL && mins[i] != LOTSE_ABSENT) {
                l->asked[l->asked_count++] =
                    (asked){(uint16_t)codes[i], (uint8_t)kind, (int8_t)mins[i]};
                l->asks_german_alone &= codes[i] == GERMAN;
            }
        }
    }
}

static setting setting_of(const language *l, const lotse_table *t, uint32_t row)
{
    setting s = {0, 0, 0, NULL, 0};
    if ((!l->fills_entry && !l->waives) || t->column_count < OFFER_COLUMN_COUNT) {
        return s;
    }
    const lotse_column *kind = lotse_column_of(t, COLUMN_KIND);
    const lotse_column *languages = lotse_column_of(t, COLUMN_INSTRUCTION);
    uint32_t code = lotse_is_known(t, kind, row) ? lotse_code_at(t, kind, row) : UINT32_MAX;
    s.is_course = code == OFFER_KIND_LANGUAGE_COURSE;
    int is_taught = l->waives && code < 32 && (KINDS_WITH_INSTRUCTION >> code & 1u);
    if (!is_taught) {
        return s;
    }
    s.is_known = lotse_is_known(t, languages, row);
    s.may_stand_for_german = !s.is_known;
    if (s.is_known) {
        lotse_range range = lotse_range_at(t, languages, row);
        s.languages = (const int32_t *)lotse_values(t, languages) + range.begin;
        s.language_count = range.end - range.begin;
    }
    for (uint32_t i = 0; i < s.language_count; i++) {
        s.may_stand_for_german |= s.languages[i] != GERMAN;
    }
    return s;
}

static lotse_status select_anchor(void *self, const lotse_table *anchor, int32_t as_of_day,
                                  lotse_error *error)
{
    language *l = self;
    (void)as_of_day;
    (void)error;
    l->side = anchor->side;
    if (anchor->side == LOTSE_SEEKER) {
        take_seeker(l, anchor);
        return LOTSE_OK;
    }
    take_offer(l, anchor);
    l->setting = setting_of(l, anchor, 0);
    if (l->setting.language_count > INSTRUCTION_MAX) {
        l->setting.language_count = INSTRUCTION_MAX;
    }
    for (uint32_t i = 0; i < l->setting.language_count; i++) {
        l->kept_languages[i] = l->setting.languages[i];
    }
    l->setting.languages = l->kept_languages;
    return LOTSE_OK;
}

/* ------------------------------------------------------------------------------------ waivers */

/* The levels that may stand for one of German: of the languages that are named, or of any where
 * none is. */
typedef struct stand_in {
    int32_t level; /* the best that is known */
    uint16_t language;
    uint8_t is_open; /* one that is not known, or may not be asked for, might be better */
} stand_in;

static void stand_in_add(stand_in *s, const setting *at, uint32_t language_code, int32_t level)
{
    if (level == LEVEL_UNKNOWN) {
        s->is_open = 1;
    } else if (!at->is_known) {
        s->is_open |= level > s->level;
    } else if (level > s->level) {
        *s = (stand_in){level, (uint16_t)language_code, s->is_open};
    }
}

/* German at one level beside what may stand for it. Nothing better than `levels` above is needed.
 */
static void narrow_german(const language *l, margin *m, uint32_t kind, int32_t have, int32_t need,
                          stand_in other)
{
    int is_open = other.is_open || have == LEVEL_UNKNOWN;
    int is_other = other.level != LEVEL_UNKNOWN && other.level > have;
    int32_t best = is_other ? other.level : have;
    if (is_open && (best == LEVEL_UNKNOWN || best - need < l->levels)) {
        narrow(m, GERMAN, kind, LEVEL_UNKNOWN, need);
    } else {
        narrow(m, is_other ? other.language : (uint32_t)GERMAN, kind, best, need);
    }
}

/* Of the person that asks. */
static stand_in own_stand_in(const language *l, const setting *at, uint32_t kind)
{
    stand_in s = {LEVEL_UNKNOWN, GERMAN, 0};
    for (uint32_t i = 0; at->is_known && i < at->language_count; i++) {
        int32_t code = at->languages[i];
        if (code != GERMAN && code >= 0 && code < LANGUAGE_MAX) {
            stand_in_add(&s, at, (uint32_t)code, l->have[code][kind]);
        }
    }
    for (uint32_t code = 0; !at->is_known && code < LANGUAGE_MAX; code++) {
        if (code != GERMAN) {
            stand_in_add(&s, at, code, l->have[code][kind]);
        }
    }
    return s;
}

/* ------------------------------------------------------------------------------------ rows */

/* What is asked of German; *ret_is_asked: anything is. */
static margin judge_german(const language *l, const lotse_table *t, const columns *c, uint32_t row,
                           int *ret_is_asked)
{
    margin m = nothing_asked();
    *ret_is_asked = 0;
    for (uint32_t kind = 0; kind < KIND_COUNT; kind++) {
        if (lotse_is_known(t, &c->column[COLUMN_GERMAN + kind], row)) {
            int32_t min = (int32_t)lotse_code_at(t, &c->column[COLUMN_GERMAN + kind], row);
            narrow(&m, GERMAN, kind, l->have[GERMAN][kind], min);
            *ret_is_asked = 1;
        }
    }
    return m;
}

static margin judge_offer(const language *l, const lotse_table *t, const columns *c,
                          const setting *at, uint32_t row)
{
    margin m = nothing_asked();
    if (!lotse_is_known(t, &c->column[COLUMN_CODE], row)) {
        return m;
    }
    lotse_range range = lotse_range_at(t, &c->column[COLUMN_CODE], row);
    if (c->has_german && range.end - range.begin == 1 && !at->may_stand_for_german) {
        int is_german = 0;
        margin german = judge_german(l, t, c, row, &is_german);
        if (is_german) {
            return german;
        }
    }
    const int32_t *codes = (const int32_t *)lotse_values(t, &c->column[COLUMN_CODE]) + range.begin;
    uint32_t count = range.end - range.begin;
    for (uint32_t kind = 0; kind < KIND_COUNT; kind++) {
        const int32_t *mins = entries_of(t, &c->column[COLUMN_LEVEL + kind], row, count);
        for (uint32_t i = 0; mins != NULL && i < count; i++) {
            if (mins[i] != LOTSE_ABSENT && codes[i] == GERMAN && at->may_stand_for_german) {
                narrow_german(l, &m, kind, l->have[GERMAN][kind], mins[i],
                              own_stand_in(l, at, kind));
            } else if (mins[i] != LOTSE_ABSENT && codes[i] >= 0 && codes[i] < LANGUAGE_MAX) {
                narrow(&m, (uint32_t)codes[i], kind, l->have[codes[i]][kind], mins[i]);
            }
        }
    }
    return m;
}

static int32_t find_language(const int32_t *codes, uint32_t count, uint32_t language_code)
{
    for (uint32_t i = 0; i < count; i++) {
        if (codes[i] == (int32_t)language_code) {
            return (int32_t)i;
        }
    }
    return -1;
}

/* Of a person found. A list that is there is complete: other languages are at the lowest level. */
static stand_in row_stand_in(const language *l, const lotse_table *t, const columns *c,
                             uint32_t row, const int32_t *codes, uint32_t count, int is_known,
                             uint32_t kind)
{
    stand_in s = {LEVEL_UNKNOWN, GERMAN, 0};
    const setting *at = &l->setting;
    const int32_t *levels =
        is_known ? entries_of(t, &c->column[COLUMN_LEVEL + kind], row, count) : NULL;
    for (uint32_t i = 0; at->is_known && i < at->language_count; i++) {
        int32_t code = at->languages[i];
        if (code == GERMAN || code < 0 || code >= LANGUAGE_MAX) {
            continue;
        }
        int32_t found = find_language(codes, count, (uint32_t)code);
        int32_t level =
            !is_known || (found >= 0 && (levels == NULL || levels[found] == LOTSE_ABSENT))
                ? LEVEL_UNKNOWN
            : found < 0 ? 0
                        : levels[found];
        stand_in_add(&s, at, (uint32_t)code, level);
    }
    if (!at->is_known) {
        stand_in_add(&s, at, 0, is_known ? 0 : LEVEL_UNKNOWN);
    }
    for (uint32_t i = 0; !at->is_known && i < count; i++) {
        if (codes[i] != GERMAN) {
            int is_told = levels != NULL && levels[i] != LOTSE_ABSENT;
            stand_in_add(&s, at, 0, is_told ? levels[i] : LEVEL_UNKNOWN);
        }
    }
    return s;
}

static margin judge_seeker(const language *l, const lotse_table *t, const columns *c, uint32_t row)
{
    margin m = nothing_asked();
    if (c->has_german && l->asks_german_alone && !l->setting.may_stand_for_german) {
        for (uint32_t i = 0; i < l->asked_count; i++) {
            const lotse_column *german = &c->column[COLUMN_GERMAN + l->asked[i].kind];
            int32_t have = lotse_is_known(t, german, row) ? (int32_t)lotse_code_at(t, german, row)
                                                          : LEVEL_UNKNOWN;
            narrow(&m, GERMAN, l->asked[i].kind, have, l->asked[i].min);
        }
        return m;
    }
    int is_known = lotse_is_known(t, &c->column[COLUMN_CODE], row);
    const int32_t *codes = NULL;
    uint32_t count = 0;
    if (is_known) {
        lotse_range range = lotse_range_at(t, &c->column[COLUMN_CODE], row);
        codes = (const int32_t *)lotse_values(t, &c->column[COLUMN_CODE]) + range.begin;
        count = range.end - range.begin;
    }
    for (uint32_t i = 0; i < l->asked_count; i++) {
        asked a = l->asked[i];
        int32_t have = LEVEL_UNKNOWN;
        int32_t at = find_language(codes, count, a.language);
        if (is_known && at < 0) {
            have = 0;
        } else if (is_known) {
            const int32_t *levels = entries_of(t, &c->column[COLUMN_LEVEL + a.kind], row, count);
            have = levels == NULL || levels[at] == LOTSE_ABSENT ? LEVEL_UNKNOWN : levels[at];
        }
        if (a.language == GERMAN && l->setting.may_stand_for_german) {
            narrow_german(l, &m, a.kind, have, a.min,
                          row_stand_in(l, t, c, row, codes, count, is_known, a.kind));
        } else {
            narrow(&m, a.language, a.kind, have, a.min);
        }
    }
    return m;
}

static margin judge(const language *l, const lotse_table *t, const columns *c, uint32_t row,
                    setting *ret_setting)
{
    *ret_setting = l->side == LOTSE_SEEKER ? setting_of(l, t, row) : l->setting;
    return l->side == LOTSE_SEEKER ? judge_offer(l, t, c, ret_setting, row)
                                   : judge_seeker(l, t, c, row);
}

/* The kinds of German levels that some offer asks for. */
typedef struct german_asked {
    uint32_t count;
    lotse_column column[KIND_COUNT];
    int32_t have[KIND_COUNT];
} german_asked;

static german_asked german_of(const language *l, const columns *c)
{
    german_asked g = {0};
    for (uint32_t kind = 0; kind < KIND_COUNT; kind++) {
        if (c->column[COLUMN_GERMAN + kind].type != 0) {
            g.column[g.count] = c->column[COLUMN_GERMAN + kind];
            g.have[g.count++] = l->have[GERMAN][kind];
        }
    }
    return g;
}

/* The smallest margin of German that a row asks for; INT32_MAX: it asks for none, or for one of
 * which nothing is known. */
static int32_t german_margin(const german_asked *g, const lotse_table *t, uint32_t row)
{
    int32_t least = INT32_MAX;
    for (uint32_t i = 0; i < g->count; i++) {
        if (lotse_is_known(t, &g->column[i], row)) {
            int32_t above = g->have[i] - (int32_t)lotse_code_at(t, &g->column[i], row);
            if (g->have[i] == LEVEL_UNKNOWN) {
                return INT32_MAX;
            }
            least = above < least ? above : least;
        }
    }
    return least;
}

/* The case of nearly every question: a person asks, and offers ask for German alone. */
static void score_offers(const language *l, const lotse_table *t, const columns *c,
                         const uint32_t *rows, uint32_t row_count, uint8_t *restrict verdicts,
                         int32_t *restrict scores)
{
    const lotse_column code = c->column[COLUMN_CODE];
    const german_asked german = german_of(l, c);
    const int32_t levels = l->levels;
    for (uint32_t i = 0; i < row_count; i++) {
        int32_t least = INT32_MAX;
        verdicts[i] = LOTSE_YES;
        scores[i] = HALF;
        if (!lotse_is_known(t, &code, rows[i])) {
            continue;
        }
        lotse_range range = lotse_range_at(t, &code, rows[i]);
        if (range.end - range.begin == 1) {
            least = german_margin(&german, t, rows[i]);
        }
        if (least != INT32_MAX) {
            scores[i] = l->points[least < 0 ? 0 : least > levels ? levels : least];
            continue;
        }
        setting at;
        margin m = judge(l, t, c, rows[i], &at);
        verdicts[i] = m.is_unknown ? LOTSE_CHECK : LOTSE_YES;
        scores[i] = points_of(l, &at, &m);
    }
}

static lotse_status score(void *self, const lotse_table *table, const uint32_t *rows,
                          uint32_t row_count, const lotse_pairs *pairs, uint8_t *verdicts,
                          int32_t *scores)
{
    const language *l = self;
    columns c = columns_of(table);
    (void)pairs;
    if (l->side == LOTSE_SEEKER && c.has_german && !l->fills_entry && !l->waives) {
        score_offers(l, table, &c, rows, row_count, verdicts, scores);
        return LOTSE_OK;
    }
    for (uint32_t i = 0; i < row_count; i++) {
        setting at;
        margin m = judge(l, table, &c, rows[i], &at);
        verdicts[i] = m.is_unknown ? LOTSE_CHECK : LOTSE_YES;
        scores[i] = points_of(l, &at, &m);
    }
    return LOTSE_OK;
}

static lotse_status explain(void *self, const lotse_table *table, const uint32_t *rows,
                            uint32_t row_count, const lotse_pairs *pairs, lotse_reasons *reasons)
{
    const language *l = self;
    columns c = columns_of(table);
    (void)pairs;
    for (uint32_t i = 0; i < row_count; i++) {
        setting at;
        margin m = judge(l, table, &c, rows[i], &at);
        uint32_t sentence = m.is_unknown            ? SENTENCE_UNKNOWN
                            : m.levels == INT32_MAX ? SENTENCE_NONE
                            : is_filled(l, &at, &m) ? SENTENCE_ENTRY
                                                    : SENTENCE_LEVEL + m.kind;
        lotse_reason *r = lotse_reason_add(reasons, i, sentence, points_of(l, &at, &m));
        if (r == NULL) {
            break;
        }
        if (sentence != SENTENCE_NONE) {
            lotse_reason_arg(r, LOTSE_ARG_CODE, m.language);
        }
        if (sentence < SENTENCE_NONE || sentence == SENTENCE_ENTRY) {
            lotse_reason_arg(r, LOTSE_ARG_CODE, m.have);
            lotse_reason_arg(r, LOTSE_ARG_CODE, m.need);
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
    if (strcmp(criterion_id, "lotse.language") != 0) {
        *error = (lotse_error){sizeof(*error), LOTSE_UNSUPPORTED, "", "there is no such criterion"};
        return NULL;
    }
    language *l = calloc(1, sizeof(*l));
    if (l == NULL) {
        *error = (lotse_error){sizeof(*error), LOTSE_NO_MEMORY, "", "no memory for an instance"};
        return NULL;
    }
    l->criterion = (lotse_criterion){.size = sizeof(lotse_criterion),
                                     .self = l,
                                     .configure = configure,
                                     .select = select_anchor,
                                     .score = score,
                                     .explain = explain,
                                     .get_extension = get_extension,
                                     .destroy = free};
    return &l->criterion;
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
                                                     "lotse.language",
                                                     "1.0.0",
                                                     init,
                                                     deinit,
                                                     get_factory};
