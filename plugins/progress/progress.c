/* lotse.progress: what an offer would add for a person, by its kind: a level, a certificate, a
 * missing part, insured work near the wish. gain.c has the questions. */

#include "progress.h"

#include <stdlib.h>
#include <string.h>

typedef struct progress {
    lotse_criterion criterion;
    uint32_t side; /* of the anchor */
    person person;
    offered offered;
    int32_t *values; /* the anchor's lists, copied */
    uint32_t capacity;
} progress;

static lotse_status configure(void *self, const lotse_params *params, lotse_error *error)
{
    (void)self;
    (void)params;
    (void)error;
    return LOTSE_OK;
}

/* Lets lists of the anchor point into memory of our own. */
static int keep_lists(progress *s, list **lists, uint32_t count)
{
    uint32_t total = 0;
    for (uint32_t i = 0; i < count; i++) {
        total += lists[i]->count;
    }
    if (total > s->capacity) {
        int32_t *values = realloc(s->values, total * sizeof(int32_t));
        if (values == NULL) {
            return 0;
        }
        s->values = values;
        s->capacity = total;
    }
    uint32_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (lists[i]->count > 0) {
            memcpy(s->values + at, lists[i]->values, lists[i]->count * sizeof(int32_t));
            lists[i]->values = s->values + at;
            at += lists[i]->count;
        }
    }
    return 1;
}

static lotse_status select_anchor(void *self, const lotse_table *anchor, int32_t as_of_day,
                                  lotse_error *error)
{
    progress *s = self;
    list *lists[LIST_COUNT];
    uint32_t count = 0;
    (void)as_of_day;
    s->side = anchor->side;
    if (anchor->side == LOTSE_SEEKER) {
        s->person = person_of(anchor, 0);
        for (; count < LIST_COUNT; count++) {
            lists[count] = &s->person.lists[count];
        }
    } else {
        s->offered = offered_of(anchor, 0);
        lists[count++] = &s->offered.languages;
        lists[count++] = &s->offered.levels;
        lists[count++] = &s->offered.skills;
    }
    if (!keep_lists(s, lists, count)) {
        s->person = (person){.school = {0, 0}};
        s->offered = (offered){.kind = KIND_COUNT};
        *error = (lotse_error){sizeof(*error), LOTSE_NO_MEMORY, "", "no memory for the anchor"};
        return LOTSE_NO_MEMORY;
    }
    return LOTSE_OK;
}

static gain judge_row(const progress *s, const lotse_table *t, uint32_t row)
{
    if (s->side == LOTSE_SEEKER) {
        offered o = offered_of(t, row);
        return gain_of(&s->person, &o);
    }
    person p = person_of(t, row);
    return gain_of(&p, &s->offered);
}

static lotse_status score(void *self, const lotse_table *table, const uint32_t *rows,
                          uint32_t row_count, const lotse_pairs *pairs, uint8_t *verdicts,
                          int32_t *scores)
{
    const progress *s = self;
    (void)pairs;
    for (uint32_t i = 0; i < row_count; i++) {
        gain g = judge_row(s, table, rows[i]);
        verdicts[i] = g.is_unknown ? LOTSE_CHECK : LOTSE_YES;
        scores[i] = g.points;
    }
    return LOTSE_OK;
}

static lotse_status explain(void *self, const lotse_table *table, const uint32_t *rows,
                            uint32_t row_count, const lotse_pairs *pairs, lotse_reasons *reasons)
{
    const progress *s = self;
    (void)pairs;
    for (uint32_t i = 0; i < row_count; i++) {
        gain g = judge_row(s, table, rows[i]);
        lotse_reason *r = lotse_reason_add(reasons, i, g.sentence, g.points);
        if (r == NULL) {
            break;
        }
        switch (g.sentence) {
        case SENTENCE_LANGUAGE:
            lotse_reason_arg(r, LOTSE_ARG_CODE, g.values[0]);
            lotse_reason_arg(r, LOTSE_ARG_CODE, g.values[1]);
            break;
        case SENTENCE_SCHOOL:
            lotse_reason_arg(r, LOTSE_ARG_CODE, g.values[0]);
            break;
        case SENTENCE_PART_DONE:
        case SENTENCE_PART_MISSING:
            lotse_reason_arg(r, LOTSE_ARG_CONCEPT, g.values[1]);
            break;
        case SENTENCE_DEGREE:
            lotse_reason_arg(r, LOTSE_ARG_INT, g.values[0]);
            break;
        case SENTENCE_WORK_NEAR:
            lotse_reason_arg(r, LOTSE_ARG_CONCEPT, g.values[0]);
            break;
        default:
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
    progress *s = self;
    free(s->values);
    free(s);
}

static const lotse_criterion *create(const lotse_host *host, const char *criterion_id,
                                     lotse_error *error)
{
    (void)host;
    if (strcmp(criterion_id, "lotse.progress") != 0) {
        *error = (lotse_error){sizeof(*error), LOTSE_UNSUPPORTED, "", "there is no such criterion"};
        return NULL;
    }
    progress *s = calloc(1, sizeof(*s));
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
                                                     "lotse.progress",
                                                     "1.0.0",
                                                     init,
                                                     deinit,
                                                     get_factory};
