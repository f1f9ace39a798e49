/* Makes an index: reads every label once, learns how compounds are made, counts, weighs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "taxonomy/rank_parts.h"

/* What a build holds until the index is done. */
typedef struct build {
    const rank_label *labels;
    uint32_t label_count;
    arena words;
    bytes *stems;
    uint32_t stem_count;
    numbering stem_numbers;
    features *one;
} build;

typedef struct keyed {
    uint32_t group;
    uint32_t label;
    uint64_t key;
} keyed;

static int compare_keyed(const void *a, const void *b)
{
    const keyed *x = a;
    const keyed *y = b;
    if (x->group != y->group) {
        return x->group < y->group ? -1 : 1;
    }
    if (x->key != y->key) {
        return x->key < y->key ? -1 : 1;
    }
    return x->label < y->label ? -1 : x->label > y->label;
}

static bool keep_stems(build *b, const title *t)
{
    for (uint32_t i = 0; i < t->token_count; i++) {
        bytes stem = title_stem_of(t, i);
        spans s;
        spans_begin(&s, stem);
        uint32_t before = b->stem_numbers.count;
        uint32_t number = numbering_add(&b->stem_numbers, spans_hash(&s, 0, s.len, 0));
        if (number == NUMBERING_NONE) {
            return false;
        }
        if (b->stem_numbers.count > before) {
            if ((before & (before - 1)) == 0) {
                bytes *grown = mem_resize(b->stems, before * sizeof *grown,
                                          (before == 0 ? 1 : before * 2) * sizeof *grown);
                if (grown == NULL) {
                    return false;
                }
                b->stems = grown;
            }
            b->stems[before] = arena_copy(&b->words, stem);
            if (b->stems[before].base == NULL) {
                return false;
            }
            b->stem_count = before + 1;
        }
    }
    return true;
}

/* A group's first label is its preferred one. */
static void note_first_entries(rank_index *r)
{
    for (uint32_t g = 0; g < r->group_count; g++) {
        uint32_t first = UINT32_MAX;
        for (uint32_t entry = r->group_starts[g]; entry < r->group_starts[g + 1]; entry++) {
            uint32_t label = r->entry_labels[r->entry_label_starts[entry]]; /* its smallest */
            if (label < first) {
                first = label;
                r->group_first[g] = entry;
            }
        }
    }
}

/* Sorts labels by group and reading; equal ones become one entry. */
static bool make_entries(build *b, rank_index *r)
{
    keyed *order = mem_new((b->label_count + 1) * sizeof *order);
    title *read = mem_new(sizeof *read);
    buf scratch = {0};
    bool is_good = order != NULL && read != NULL;
    for (uint32_t i = 0; is_good && i < b->label_count; i++) {
        is_good = title_read(b->labels[i].text, &scratch, read) && keep_stems(b, read);
        order[i] = (keyed){b->labels[i].group, i, title_key(read)};
    }
    if (is_good) {
        qsort(order, b->label_count, sizeof *order, compare_keyed);
    }
    uint32_t entry = 0;
    for (uint32_t i = 0; is_good && i < b->label_count; i++) {
        bool is_new =
            i == 0 || order[i - 1].group != order[i].group || order[i - 1].key != order[i].key;
        if (is_new) {
            r->entry_groups[entry] = order[i].group;
            r->entry_keys[entry] = order[i].key;
            r->entry_label_starts[entry++] = i;
        }
        r->entry_labels[i] = order[i].label;
    }
    r->entry_count = entry;
    r->entry_label_starts[entry] = b->label_count;
    for (uint32_t i = 0; i < entry; i++) {
        r->group_starts[r->entry_groups[i] + 1]++;
    }
    for (uint32_t g = 0; g < r->group_count; g++) {
        r->group_starts[g + 1] += r->group_starts[g];
    }
    note_first_entries(r);
    buf_fini(&scratch);
    mem_free(read);
    mem_free(order);
    return is_good;
}

/* One occurrence of a feature in an entry. */
typedef struct occurrence {
    uint32_t number;
    uint32_t entry;
    float count;
    uint8_t kind;
} occurrence;

typedef struct occurrences {
    occurrence *list;
    uint32_t count;
    uint32_t cap;
} occurrences;

static bool note_entry(const build *b, rank_index *r, uint32_t entry, title *t, buf *scratch,
                       occurrences *all)
{
    uint32_t label = r->entry_labels[r->entry_label_starts[entry]];
    if (!title_read(b->labels[label].text, scratch, t)) {
        return false;
    }
    features_of(r->compounds, t, b->one);
    for (uint32_t i = 0; i < b->one->count; i++) {
        uint32_t number = numbering_add(&r->numbers, b->one->list[i].key);
        if (all->count == all->cap) {
            uint32_t cap = all->cap == 0 ? 65536 : all->cap * 2;
            occurrence *grown =
                mem_resize(all->list, all->cap * sizeof *grown, cap * sizeof *grown);
            if (grown == NULL) {
                return false;
            }
            all->list = grown;
            all->cap = cap;
        }
        if (number == NUMBERING_NONE) {
            return false;
        }
        all->list[all->count++] =
            (occurrence){number, entry, b->one->list[i].count, b->one->list[i].kind};
    }
    return true;
}

static void weigh(rank_index *r, occurrences *all)
{
    for (uint32_t f = 0; f < r->numbers.count; f++) {
        r->rarities[f] = feature_rarity(r->entry_count, r->posting_starts[f + 1]);
    }
    uint32_t begin = 0;
    while (begin < all->count) {
        uint32_t end = begin;
        float squares[KIND_COUNT] = {0};
        for (; end < all->count && all->list[end].entry == all->list[begin].entry; end++) {
            occurrence *o = &all->list[end];
            o->count =
                (o->count > 1.0f ? 1.0f + logf(o->count) : o->count) * r->rarities[o->number];
            squares[o->kind] += o->count * o->count;
        }
        for (uint32_t i = begin; i < end; i++) {
            all->list[i].count /= sqrtf(squares[all->list[i].kind]);
        }
        begin = end;
    }
}

static bool make_postings(const build *b, rank_index *r)
{
    occurrences all = {0};
    buf scratch = {0};
    title *t = mem_new(sizeof *t);
    bool is_good = t != NULL;
    for (uint32_t i = 0; is_good && i < r->entry_count; i++) {
        is_good = note_entry(b, r, i, t, &scratch, &all);
    }
    uint32_t count = r->numbers.count;
    r->posting_starts = mem_new(((size_t)count + 2) * sizeof *r->posting_starts);
    r->rarities = mem_new(((size_t)count + 1) * sizeof *r->rarities);
    r->postings = mem_new(((size_t)all.count + 1) * sizeof *r->postings);
    is_good = is_good && r->posting_starts != NULL && r->rarities != NULL && r->postings != NULL;
    if (is_good) {
        for (uint32_t i = 0; i < all.count; i++) {
            r->posting_starts[all.list[i].number + 1]++;
        }
        weigh(r, &all);
        for (uint32_t f = 0; f < count; f++) {
            r->posting_starts[f + 1] += r->posting_starts[f];
        }
        /* Filling moves each start to its end; one step back restores them. */
        for (uint32_t i = 0; i < all.count; i++) {
            const occurrence *o = &all.list[i];
            r->postings[r->posting_starts[o->number]++] = (posting){o->entry, o->count};
        }
        memmove(r->posting_starts + 1, r->posting_starts, count * sizeof *r->posting_starts);
        r->posting_starts[0] = 0;
    }
    mem_free(all.list);
    mem_free(t);
    buf_fini(&scratch);
    return is_good;
}

static bool build_index(build *b, rank_index *r)
{
    size_t label_room = ((size_t)b->label_count + 2) * sizeof(uint32_t);
    r->entry_groups = mem_new(label_room);
    r->entry_label_starts = mem_new(label_room);
    r->entry_labels = mem_new(label_room);
    r->group_starts = mem_new(((size_t)r->group_count + 2) * sizeof(uint32_t));
    r->group_first = mem_new(((size_t)r->group_count + 1) * sizeof(uint32_t));
    r->entry_keys = mem_new(((size_t)b->label_count + 1) * sizeof(uint64_t));
    b->one = mem_new(sizeof *b->one);
    if (r->entry_keys == NULL || r->group_first == NULL || r->entry_groups == NULL ||
        r->entry_label_starts == NULL || r->entry_labels == NULL || r->group_starts == NULL ||
        b->one == NULL || !make_entries(b, r)) {
        return false;
    }
    r->compounds = compounds_new(b->stems, b->stem_count);
    return r->compounds != NULL && make_postings(b, r);
}

bool rank_index_new(const rank_label *labels, uint32_t label_count, uint32_t group_count,
                    rank_index **ret, err *e)
{
    rank_index *r = mem_new(sizeof *r);
    build b = {.labels = labels, .label_count = label_count};
    bool is_good = r != NULL;
    if (is_good) {
        r->label_count = label_count;
        r->group_count = group_count;
        is_good = build_index(&b, r);
    }
    arena_fini(&b.words);
    mem_free(b.stems);
    numbering_fini(&b.stem_numbers);
    mem_free(b.one);
    if (!is_good) {
        rank_index_free(&r);
        return fail(e, ERR_MEMORY, "could not index %u labels: no memory", label_count);
    }
    *ret = r;
    return true;
}

void rank_index_free(rank_index **r)
{
    rank_index *x = *r;
    if (x != NULL) {
        compounds_free(&x->compounds);
        numbering_fini(&x->numbers);
        mem_free(x->posting_starts);
        mem_free(x->postings);
        mem_free(x->rarities);
        mem_free(x->entry_groups);
        mem_free(x->entry_keys);
        mem_free(x->entry_label_starts);
        mem_free(x->entry_labels);
        mem_free(x->group_starts);
        mem_free(x->group_first);
        mem_free(x);
        *r = NULL;
    }
}
