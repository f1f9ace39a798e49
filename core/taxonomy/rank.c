/* Answers: one pass over the lists of the query's features, one over the labels touched, and a heap
 * for the best. */
#include "taxonomy/rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "taxonomy/rank_parts.h"

/* Weights of the whole, chosen once on half of a public test and left alone since. A group stands
 * by its nearest label, its preferred label, the second nearest and the mean of all. */
static const float KIND_WEIGHTS[KIND_COUNT] = {0.5f, 0.5f};
static const float SECOND_WEIGHT = 0.1f;
static const float MEAN_WEIGHT = 0.1f;
static const float FIRST_WEIGHT = 0.4f;
static const float EXACT_WEIGHT = 0.4f; /* the text is a label of the group, in some form */
/* Other names of the words are asked for too, which makes a label that reads the same look less so.
 */
static const float EXACT_LIKENESS = 0.999f;
static const float WEIGHT_SUM = 2.0f;
static const float GROUP_SHARE = 0.88f;   /* of a label's score, the rest is its own likeness */
static const float HEADING_FACTOR = 0.9f; /* a group with one label is a heading more often */

typedef struct candidate {
    uint32_t group;
    uint32_t entry; /* the nearest */
    float score;
    float bound; /* of the group's best label */
} candidate;

struct rank_scratch {
    title title;
    features features;
    buf text;
    float *scores;     /* by entry; all zero between questions */
    uint32_t *touched; /* entries with a score */
    uint32_t touched_count;
    float *best; /* by group; all zero between questions, as the next two */
    float *second;
    float *sum;
    float *exact;      /* by group; EXACT_WEIGHT where a label reads like the question */
    uint32_t *nearest; /* by group */
    uint32_t *groups;  /* groups with a score */
    uint32_t group_count;
    candidate *heap; /* the least of the best on top */
    uint32_t heap_count;
    rank_label_hit *found;
};

bool rank_scratch_new(const rank_index *r, rank_scratch **ret, err *e)
{
    rank_scratch *s = mem_new(sizeof *s);
    size_t entries = (size_t)r->entry_count + 1;
    size_t groups = (size_t)r->group_count + 1;
    if (s != NULL) {
        s->scores = mem_new(entries * sizeof(float));
        s->touched = mem_new(entries * sizeof(uint32_t));
        s->best = mem_new(groups * sizeof(float));
        s->second = mem_new(groups * sizeof(float));
        s->sum = mem_new(groups * sizeof(float));
        s->exact = mem_new(groups * sizeof(float));
        s->nearest = mem_new(groups * sizeof(uint32_t));
        s->groups = mem_new(groups * sizeof(uint32_t));
        s->heap = mem_new(groups * sizeof(candidate));
        s->found = mem_new(((size_t)r->label_count + 1) * sizeof(rank_label_hit));
    }
    if (s == NULL || s->scores == NULL || s->touched == NULL || s->best == NULL ||
        s->second == NULL || s->sum == NULL || s->exact == NULL || s->nearest == NULL ||
        s->groups == NULL || s->heap == NULL || s->found == NULL) {
        rank_scratch_free(&s);
        return fail(e, ERR_MEMORY, "could not rank: no memory");
    }
    *ret = s;
    return true;
}

void rank_scratch_free(rank_scratch **s)
{
    rank_scratch *x = *s;
    if (x != NULL) {
        buf_fini(&x->text);
        mem_free(x->scores);
        mem_free(x->touched);
        mem_free(x->best);
        mem_free(x->second);
        mem_free(x->sum);
        mem_free(x->exact);
        mem_free(x->nearest);
        mem_free(x->groups);
        mem_free(x->heap);
        mem_free(x->found);
        mem_free(x);
        *s = NULL;
    }
}

/* Turns counts into weights of length one for each kind; what no label has counts too, so that a
 * text of unknown words is like nothing. Keys become numbers. */
static void weigh_query(const rank_index *r, features *f)
{
    float squares[KIND_COUNT] = {0};
    float unknown = feature_rarity(r->entry_count, 0);
    for (uint32_t i = 0; i < f->count; i++) {
        feature *one = &f->list[i];
        uint32_t number = numbering_find(&r->numbers, one->key);
        float rarity = number == NUMBERING_NONE ? unknown : r->rarities[number];
        one->count = (one->count > 1.0f ? 1.0f + logf(one->count) : one->count) * rarity;
        one->key = number;
        squares[one->kind] += one->count * one->count;
    }
    for (uint32_t i = 0; i < f->count; i++) {
        feature_kind kind = f->list[i].kind;
        f->list[i].count *= KIND_WEIGHTS[kind] / sqrtf(squares[kind]);
    }
}

static void score_entries(const rank_index *r, rank_scratch *s)
{
    for (uint32_t i = 0; i < s->features.count; i++) {
        uint32_t number = (uint32_t)s->features.list[i].key;
        if (number == NUMBERING_NONE) {
            continue;
        }
        float weight = s->features.list[i].count;
        const posting *end = &r->postings[r->posting_starts[number + 1]];
        for (const posting *p = &r->postings[r->posting_starts[number]]; p < end; p++) {
            float before = s->scores[p->entry];
            s->touched[s->touched_count] = p->entry;
            s->touched_count += before == 0.0f;
            s->scores[p->entry] = before + weight * p->weight;
        }
    }
}

static void score_groups(const rank_index *r, rank_scratch *s)
{
    uint64_t key = title_key(&s->title);
    for (uint32_t i = 0; i < s->touched_count; i++) {
        uint32_t entry = s->touched[i];
        uint32_t group = r->entry_groups[entry];
        float score = s->scores[entry];
        if (s->sum[group] == 0.0f) {
            s->groups[s->group_count++] = group;
        }
        s->sum[group] += score;
        if (r->entry_keys[entry] == key) {
            s->exact[group] = EXACT_WEIGHT;
            score = score > EXACT_LIKENESS ? score : EXACT_LIKENESS;
            s->scores[entry] = score;
        }
        if (score > s->best[group]) {
            s->second[group] = s->best[group];
            s->best[group] = score;
            s->nearest[group] = entry;
        } else if (score > s->second[group]) {
            s->second[group] = score;
        }
    }
}

static candidate make_candidate(const rank_index *r, const rank_scratch *s, uint32_t group)
{
    uint32_t begin = r->group_starts[group];
    uint32_t end = r->group_starts[group + 1];
    float score = s->best[group] + SECOND_WEIGHT * s->second[group] +
                  MEAN_WEIGHT * s->sum[group] / (float)(end - begin) +
                  FIRST_WEIGHT * s->scores[r->group_first[group]];
    bool is_heading = r->entry_label_starts[end] - r->entry_label_starts[begin] == 1;
    score += s->exact[group];
    score *= (is_heading ? HEADING_FACTOR : 1.0f) / WEIGHT_SUM;
    float bound = GROUP_SHARE * score + (1.0f - GROUP_SHARE) * s->best[group];
    return (candidate){group, s->nearest[group], score, bound};
}

/* Equal ones by group number, later ones first, so that every run gives the same order. */
static bool is_worse(const candidate *a, const candidate *b)
{
    return a->bound != b->bound ? a->bound < b->bound : a->group < b->group;
}

static void sift_down(candidate *heap, uint32_t count)
{
    uint32_t at = 0;
    for (;;) {
        uint32_t least = at;
        for (uint32_t child = 2 * at + 1; child <= 2 * at + 2 && child < count; child++) {
            least = is_worse(&heap[child], &heap[least]) ? child : least;
        }
        if (least == at) {
            return;
        }
        candidate moved = heap[at];
        heap[at] = heap[least];
        heap[least] = moved;
        at = least;
    }
}

static void offer_candidate(rank_scratch *s, const candidate *c, uint32_t max)
{
    if (s->heap_count < max) {
        uint32_t at = s->heap_count++;
        for (; at > 0 && is_worse(c, &s->heap[(at - 1) / 2]); at = (at - 1) / 2) {
            s->heap[at] = s->heap[(at - 1) / 2];
        }
        s->heap[at] = *c;
    } else if (max > 0 && is_worse(&s->heap[0], c)) {
        s->heap[0] = *c;
        sift_down(s->heap, s->heap_count);
    }
}

static void forget(rank_scratch *s)
{
    for (uint32_t i = 0; i < s->touched_count; i++) {
        s->scores[s->touched[i]] = 0.0f;
    }
    for (uint32_t i = 0; i < s->group_count; i++) {
        uint32_t group = s->groups[i];
        s->best[group] = 0.0f;
        s->second[group] = 0.0f;
        s->sum[group] = 0.0f;
        s->exact[group] = 0.0f;
    }
    s->touched_count = 0;
    s->group_count = 0;
}

/* The max best groups in the heap. A group's best label reaches the group's bound, so no label of
 * another group can be among the max best labels. */
static bool ask(const rank_index *r, rank_scratch *s, bytes query, uint32_t max, err *e)
{
    if (!title_read(query, &s->text, &s->title)) {
        return fail(e, ERR_MEMORY, "could not read a title: no memory");
    }
    features_of_query(r->compounds, &s->title, &s->features);
    weigh_query(r, &s->features);
    score_entries(r, s);
    score_groups(r, s);
    s->heap_count = 0;
    for (uint32_t i = 0; i < s->group_count; i++) {
        candidate c = make_candidate(r, s, s->groups[i]);
        offer_candidate(s, &c, max);
    }
    return true;
}

static int compare_candidates(const void *a, const void *b)
{
    return is_worse(b, a) ? -1 : 1;
}

bool rank_groups(const rank_index *r, rank_scratch *s, bytes query, rank_hit *hits, uint32_t max,
                 uint32_t *ret_count, err *e)
{
    if (!ask(r, s, query, max, e)) {
        return false;
    }
    qsort(s->heap, s->heap_count, sizeof *s->heap, compare_candidates);
    for (uint32_t i = 0; i < s->heap_count; i++) {
        const candidate *c = &s->heap[i];
        hits[i] = (rank_hit){c->group, r->entry_labels[r->entry_label_starts[c->entry]], c->score,
                             s->best[c->group]};
    }
    *ret_count = s->heap_count;
    forget(s);
    return true;
}

static int compare_label_hits(const void *a, const void *b)
{
    const rank_label_hit *x = a;
    const rank_label_hit *y = b;
    if (x->score != y->score) {
        return x->score > y->score ? -1 : 1;
    }
    return x->label > y->label ? -1 : x->label < y->label;
}

bool rank_labels(const rank_index *r, rank_scratch *s, bytes query, rank_label_hit *hits,
                 uint32_t max, uint32_t *ret_count, err *e)
{
    if (!ask(r, s, query, max, e)) {
        return false;
    }
    /* Where max groups were found, that many labels reach the least of their bounds. */
    float least = max > 0 && s->heap_count == max ? s->heap[0].bound : 0.0f;
    uint32_t count = 0;
    for (uint32_t g = 0; g < s->heap_count; g++) {
        uint32_t group = s->heap[g].group;
        for (uint32_t entry = r->group_starts[group]; entry < r->group_starts[group + 1]; entry++) {
            float score = GROUP_SHARE * s->heap[g].score + (1.0f - GROUP_SHARE) * s->scores[entry];
            uint32_t end = score >= least ? r->entry_label_starts[entry + 1] : 0;
            for (uint32_t i = r->entry_label_starts[entry]; i < end; i++) {
                s->found[count++] = (rank_label_hit){r->entry_labels[i], score};
            }
        }
    }
    forget(s);
    qsort(s->found, count, sizeof *s->found, compare_label_hits);
    *ret_count = count < max ? count : max;
    memcpy(hits, s->found, *ret_count * sizeof *hits);
    return true;
}
