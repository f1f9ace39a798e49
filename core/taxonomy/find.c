/* Asks the ranking of all labels, puts the overrides first and says how far the answer is to be
 * believed. */
#include "taxonomy/find.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "taxonomy/rank.h"
#include "taxonomy/title.h"

typedef struct override {
    const char *text;
    const char *id;
    const char *source;
} override;

static const override OVERRIDES[] = {
#define X(text, id, source) {text, id, source},
#include "taxonomy/overrides.def"
#undef X
};
enum { OVERRIDE_COUNT = sizeof OVERRIDES / sizeof *OVERRIDES, FULL_KLDB_LEN = 10 };

struct finder {
    const taxonomy *taxonomy;
    rank_index *index;
    uint32_t *concepts; /* by group */
    bytes *labels;      /* by label */
    uint32_t group_count;
    uint32_t label_count;
    uint64_t override_keys[OVERRIDE_COUNT];
    uint32_t override_concepts[OVERRIDE_COUNT]; /* TAXONOMY_NONE: not among what may be answered */
};

struct finder_scratch {
    rank_scratch *rank;
    rank_hit *hits;
    uint32_t hit_max;
    title title;
    buf text;
};

static bool is_wanted(const taxonomy *t, uint32_t at, uint32_t kinds)
{
    switch (taxonomy_kind_of(t, at)) {
    case TAXONOMY_ESCO_OCCUPATION:
        return (kinds & FIND_ESCO_OCCUPATION) != 0;
    case TAXONOMY_ESCO_SKILL:
        return (kinds & FIND_ESCO_SKILL) != 0;
    case TAXONOMY_ISCO:
        return (kinds & FIND_ISCO) != 0;
    case TAXONOMY_KLDB:
        return (kinds & FIND_KLDB) != 0 && taxonomy_id(t, at).len == FULL_KLDB_LEN;
    default:
        return false;
    }
}

static bool is_in(const char *label_lang, const char *lang)
{
    size_t len = lang == NULL ? 0 : strcspn(lang, "-");
    return lang == NULL || (strlen(label_lang) == len && memcmp(label_lang, lang, len) == 0);
}

/* Labels in the taxonomy's order, where a language's preferred one comes first. */
static uint32_t gather(finder *f, uint32_t kinds, const char *lang, rank_label *list)
{
    const taxonomy *t = f->taxonomy;
    uint32_t count = 0;
    f->group_count = 0;
    for (uint32_t i = 0; i < taxonomy_count(t); i++) {
        uint32_t before = count;
        uint32_t label_count = is_wanted(t, i, kinds) ? taxonomy_label_count(t, i) : 0;
        for (uint32_t n = 0; n < label_count; n++) {
            taxonomy_label_text l = taxonomy_label_at(t, i, n);
            if (!is_in(l.lang, lang)) {
                continue;
            }
            if (list != NULL) {
                list[count] = (rank_label){l.text, f->group_count};
                f->labels[count] = l.text;
                f->concepts[f->group_count] = i;
            }
            count++;
        }
        f->group_count += count > before;
    }
    return count;
}

static bool note_overrides(finder *f, uint32_t kinds)
{
    buf scratch = {0};
    title *t = mem_new(sizeof *t);
    bool is_good = t != NULL;
    for (uint32_t i = 0; is_good && i < OVERRIDE_COUNT; i++) {
        uint32_t at = taxonomy_find(f->taxonomy, bytes_of(OVERRIDES[i].id));
        bool is_there = at != TAXONOMY_NONE && is_wanted(f->taxonomy, at, kinds);
        f->override_concepts[i] = is_there ? at : TAXONOMY_NONE;
        is_good = title_read(bytes_of(OVERRIDES[i].text), &scratch, t);
        f->override_keys[i] = is_good ? title_key(t) : 0;
    }
    buf_fini(&scratch);
    mem_free(t);
    return is_good;
}

bool finder_new(const taxonomy *t, uint32_t kinds, const char *lang, finder **ret, err *e)
{
    finder *f = mem_new(sizeof *f);
    if (f == NULL) {
        return fail(e, ERR_MEMORY, "could not list labels: no memory");
    }
    f->taxonomy = t;
    uint32_t count = gather(f, kinds, lang, NULL);
    rank_label *list = mem_new(((size_t)count + 1) * sizeof *list);
    f->labels = mem_new(((size_t)count + 1) * sizeof *f->labels);
    f->concepts = mem_new(((size_t)f->group_count + 1) * sizeof *f->concepts);
    bool is_good = list != NULL && f->labels != NULL && f->concepts != NULL;
    if (is_good) {
        f->label_count = gather(f, kinds, lang, list);
        is_good = note_overrides(f, kinds);
    }
    if (!is_good) {
        fail(e, ERR_MEMORY, "could not list labels: no memory");
    } else {
        is_good = rank_index_new(list, f->label_count, f->group_count, &f->index, e);
    }
    mem_free(list);
    if (!is_good) {
        finder_free(&f);
        return false;
    }
    *ret = f;
    return true;
}

void finder_free(finder **f)
{
    if (*f != NULL) {
        rank_index_free(&(*f)->index);
        mem_free((*f)->labels);
        mem_free((*f)->concepts);
        mem_free(*f);
        *f = NULL;
    }
}

bool finder_scratch_new(const finder *f, finder_scratch **ret, err *e)
{
    finder_scratch *s = mem_new(sizeof *s);
    if (s == NULL) {
        return fail(e, ERR_MEMORY, "could not search labels: no memory");
    }
    if (!rank_scratch_new(f->index, &s->rank, e)) {
        mem_free(s);
        return false;
    }
    *ret = s;
    return true;
}

void finder_scratch_free(finder_scratch **s)
{
    if (*s != NULL) {
        rank_scratch_free(&(*s)->rank);
        buf_fini(&(*s)->text);
        mem_free((*s)->hits);
        mem_free(*s);
        *s = NULL;
    }
}

/* How often an answer like this was right: a logistic curve over the likeness of the nearest label
 * and the lead before the next concept, fitted on half of the KldB's index of names, which was
 * asked against the agency's names, and checked on the other half. */
static uint32_t confidence_of(float own, float lead)
{
    static const float BASE = -2.35f;
    static const float OWN_WEIGHT = 2.05f;
    static const float LEAD_WEIGHT = 11.5f;
    float x = BASE + OWN_WEIGHT * own + LEAD_WEIGHT * lead;
    return (uint32_t)(1e6f / (1.0f + expf(-x)));
}

static bool has_hit(const finder_hit *hits, uint32_t count, uint32_t at)
{
    for (uint32_t i = 0; i < count; i++) {
        if (hits[i].at == at) {
            return true;
        }
    }
    return false;
}

static uint32_t put_overrides(const finder *f, const title *t, finder_hit *hits, uint32_t max)
{
    enum { CERTAIN = 990000 };
    uint64_t key = title_key(t);
    uint32_t count = 0;
    for (uint32_t i = 0; i < OVERRIDE_COUNT && count < max && t->token_count > 0; i++) {
        uint32_t at = f->override_concepts[i];
        if (f->override_keys[i] == key && at != TAXONOMY_NONE && !has_hit(hits, count, at)) {
            hits[count++] =
                (finder_hit){at, CERTAIN, bytes_of(OVERRIDES[i].text), OVERRIDES[i].source};
        }
    }
    return count;
}

bool finder_ask(const finder *f, finder_scratch *s, bytes text, finder_hit *hits, uint32_t max,
                uint32_t *ret_count, err *e)
{
    uint32_t asked = max + OVERRIDE_COUNT + 1; /* one more tells the lead of the last */
    if (asked > s->hit_max) {
        mem_free(s->hits);
        s->hits = mem_new((size_t)asked * sizeof *s->hits);
        s->hit_max = s->hits != NULL ? asked : 0;
    }
    if (s->hits == NULL || !title_read(text, &s->text, &s->title)) {
        return fail(e, ERR_MEMORY, "could not search labels: no memory");
    }
    uint32_t found = 0;
    if (!rank_groups(f->index, s->rank, text, s->hits, asked, &found, e)) {
        return false;
    }
    uint32_t count = put_overrides(f, &s->title, hits, max);
    bool is_overridden = count > 0;
    for (uint32_t i = 0; i < found && count < max; i++) {
        const rank_hit *hit = &s->hits[i];
        uint32_t at = f->concepts[hit->group];
        if (has_hit(hits, count, at)) {
            continue;
        }
        /* Behind the first an answer is believed by what it lacks to the first. */
        float lead = i == 0 ? hit->score - (found > 1 ? s->hits[1].score : 0.0f)
                            : hit->score - s->hits[0].score;
        uint32_t confidence = confidence_of(hit->own_score, lead);
        confidence = is_overridden && confidence > FINDER_SURE / 2 ? FINDER_SURE / 2 : confidence;
        hits[count++] = (finder_hit){at, confidence, f->labels[hit->label], NULL};
    }
    *ret_count = count;
    return true;
}
