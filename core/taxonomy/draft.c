/* Collects concepts, labels and relations, then sorts everything into the file's tables. */
#include "taxonomy/draft.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "model/concept.h"
#include "taxonomy/file.h"

typedef struct draft_node {
    bytes id;
    uint32_t rank; /* filled when printing */
    uint8_t kind;
    uint8_t level;
    bool has_name;
} draft_node;

typedef struct draft_name {
    uint32_t concept;
    uint32_t order; /* labels of a kind keep the order they came in */
    bytes text;
    char lang[4];
    uint8_t kind;
    bool is_hint;
} draft_name;

typedef struct draft_edge {
    uint32_t from;
    uint32_t to;
    uint8_t relation;
} draft_edge;

typedef struct list {
    void *base;
    uint32_t count;
    uint32_t cap;
} list;

struct draft {
    arena memory;
    map numbers; /* of concepts by id */
    list nodes;
    list names;
    list edges;
};

static void *list_put(list *l, size_t width)
{
    if (l->count == l->cap) {
        uint32_t cap = l->cap == 0 ? 1024 : l->cap * 2;
        void *grown =
            l->cap > UINT32_MAX / 4 ? NULL : mem_resize(l->base, l->cap * width, cap * width);
        if (grown == NULL) {
            return NULL;
        }
        l->base = grown;
        l->cap = cap;
    }
    return (char *)l->base + width * l->count++;
}

static bool no_memory(err *e)
{
    return fail(e, ERR_MEMORY, "could not keep the taxonomy: no memory");
}

bool draft_new(draft **ret, err *e)
{
    *ret = mem_new(sizeof **ret);
    return *ret != NULL || no_memory(e);
}

void draft_free(draft **d)
{
    if (*d != NULL) {
        arena_fini(&(*d)->memory);
        map_fini(&(*d)->numbers);
        mem_free((*d)->nodes.base);
        mem_free((*d)->names.base);
        mem_free((*d)->edges.base);
        mem_free(*d);
        *d = NULL;
    }
}

uint32_t draft_find(const draft *d, bytes id)
{
    uint64_t number;
    return map_get(&d->numbers, id, &number) ? (uint32_t)number : TAXONOMY_NONE;
}

bool draft_concept(draft *d, bytes id, taxonomy_kind kind, uint32_t level, uint32_t *ret, err *e)
{
    uint32_t at = draft_find(d, id);
    if (at == TAXONOMY_NONE) {
        if (!concept_is_valid(id)) {
            return fail(e, ERR_FIELD_FORMAT, "\"%.*s\" is no concept",
                        (int)(id.len < 80 ? id.len : 80), id.base);
        }
        bytes copy = arena_copy(&d->memory, id);
        at = d->nodes.count;
        draft_node *node = copy.base != NULL && map_put(&d->numbers, copy, at)
                               ? list_put(&d->nodes, sizeof *node)
                               : NULL;
        if (node == NULL) {
            map_remove(&d->numbers, id);
            return no_memory(e);
        }
        *node = (draft_node){.id = copy, .kind = (uint8_t)kind, .level = (uint8_t)level};
    }
    draft_node *node = (draft_node *)d->nodes.base + at;
    node->level = node->level == 0 ? (uint8_t)level : node->level;
    *ret = at;
    return true;
}

static bool put_name(draft *d, uint32_t at, const char *lang, taxonomy_label_kind kind, bytes text,
                     bool is_hint, err *e)
{
    check(at < d->nodes.count);
    while (text.len > 0 && (unsigned char)text.base[0] <= ' ') {
        text = (bytes){text.base + 1, text.len - 1};
    }
    while (text.len > 0 && (unsigned char)text.base[text.len - 1] <= ' ') {
        text.len--;
    }
    if (text.len == 0) {
        return true;
    }
    if (text.len > UINT16_MAX) {
        return fail(e, ERR_TOO_LARGE, "a label has %zu bytes; at most %d are kept", text.len,
                    UINT16_MAX);
    }
    bytes copy = arena_copy(&d->memory, text);
    uint32_t order = d->names.count;
    draft_name *name = copy.base != NULL ? list_put(&d->names, sizeof *name) : NULL;
    if (name == NULL) {
        return no_memory(e);
    }
    ((draft_node *)d->nodes.base)[at].has_name |= !is_hint;
    *name = (draft_name){.concept = at, .order = order, .text = copy, .kind = (uint8_t)kind};
    name->is_hint = is_hint;
    snprintf(name->lang, sizeof name->lang, "%s", lang);
    return true;
}

bool draft_label(draft *d, uint32_t at, const char *lang, taxonomy_label_kind kind, bytes text,
                 err *e)
{
    return put_name(d, at, lang, kind, text, false, e);
}

bool draft_hint(draft *d, uint32_t at, const char *lang, taxonomy_label_kind kind, bytes text,
                err *e)
{
    return put_name(d, at, lang, kind, text, true, e);
}

bool draft_relate(draft *d, uint32_t from, taxonomy_relation relation, uint32_t to, err *e)
{
    check(from < d->nodes.count);
    check(to < d->nodes.count);
    check(relation <= RELATION_SAME);
    draft_edge *there = list_put(&d->edges, sizeof *there);
    if (there == NULL) {
        return no_memory(e);
    }
    *there = (draft_edge){from, to, (uint8_t)relation};
    return true;
}

uint32_t draft_unnamed_count(const draft *d)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < d->nodes.count; i++) {
        count += !((const draft_node *)d->nodes.base)[i].has_name;
    }
    return count;
}

static int compare_nodes(const void *a, const void *b)
{
    return bytes_compare((*(draft_node *const *)a)->id, (*(draft_node *const *)b)->id);
}

static int compare_names(const void *a, const void *b)
{
    const draft_name *x = a;
    const draft_name *y = b;
    if (x->concept != y->concept) {
        return x->concept < y->concept ? -1 : 1;
    }
    int lang = strcmp(x->lang, y->lang);
    if (lang != 0) {
        return lang;
    }
    if (x->kind != y->kind) {
        return x->kind < y->kind ? -1 : 1;
    }
    return x->order < y->order ? -1 : x->order > y->order;
}

static int compare_edges(const void *a, const void *b)
{
    const draft_edge *x = a;
    const draft_edge *y = b;
    if (x->from != y->from) {
        return x->from < y->from ? -1 : 1;
    }
    if (x->relation != y->relation) {
        return x->relation < y->relation ? -1 : 1;
    }
    return x->to < y->to ? -1 : x->to > y->to;
}

/* What printing works with: copies, so that the draft stays as it is. */
typedef struct press {
    draft_node **nodes;
    draft_name *names;
    draft_edge *edges;
    uint32_t name_count;
    uint32_t edge_count;
    buf tables[TABLE_COUNT];
} press;

static void press_fini(press *p)
{
    mem_free(p->nodes);
    mem_free(p->names);
    mem_free(p->edges);
    for (uint32_t i = 0; i < TABLE_COUNT; i++) {
        buf_fini(&p->tables[i]);
    }
}

static void sort_nodes(draft *d, press *p)
{
    draft_node *nodes = d->nodes.base;
    for (uint32_t i = 0; i < d->nodes.count; i++) {
        p->nodes[i] = &nodes[i];
    }
    qsort(p->nodes, d->nodes.count, sizeof *p->nodes, compare_nodes);
    for (uint32_t i = 0; i < d->nodes.count; i++) {
        p->nodes[i]->rank = i;
    }
}

/* A label that stands twice in a language is kept once, as what it was first. */
static void sort_names(const draft *d, press *p)
{
    const draft_node *nodes = d->nodes.base;
    uint32_t count = 0;
    for (uint32_t i = 0; i < d->names.count; i++) {
        const draft_name *n = (const draft_name *)d->names.base + i;
        if (!n->is_hint || nodes[n->concept].has_name) {
            p->names[count] = *n;
            p->names[count++].concept = nodes[n->concept].rank;
        }
    }
    qsort(p->names, count, sizeof *p->names, compare_names);
    uint32_t begin = 0; /* of the labels of one concept in one language */
    for (uint32_t i = 0; i < count; i++) {
        const draft_name *n = &p->names[i];
        bool is_new = true;
        if (p->name_count > begin &&
            (p->names[begin].concept != n->concept || strcmp(p->names[begin].lang, n->lang) != 0)) {
            begin = p->name_count;
        }
        for (uint32_t j = begin; j < p->name_count && is_new; j++) {
            is_new = !bytes_equal(p->names[j].text, n->text);
        }
        if (is_new) {
            p->names[p->name_count++] = *n;
        }
    }
}

/* Each relation is kept from both ends. */
static void sort_edges(const draft *d, press *p)
{
    const draft_node *nodes = d->nodes.base;
    uint32_t end_count = 0;
    for (uint32_t i = 0; i < d->edges.count; i++) {
        draft_edge edge = ((const draft_edge *)d->edges.base)[i];
        uint32_t from = nodes[edge.from].rank;
        uint32_t to = nodes[edge.to].rank;
        uint8_t back = (uint8_t)(edge.relation + RELATION_ESSENTIAL_FOR);
        p->edges[end_count++] = (draft_edge){from, to, edge.relation};
        p->edges[end_count++] = (draft_edge){to, from, back};
    }
    qsort(p->edges, end_count, sizeof *p->edges, compare_edges);
    for (uint32_t i = 0; i < end_count; i++) {
        if (p->edge_count == 0 || compare_edges(&p->edges[p->edge_count - 1], &p->edges[i]) != 0) {
            p->edges[p->edge_count++] = p->edges[i];
        }
    }
}

static bool sort_all(draft *d, press *p)
{
    p->nodes = mem_new(((size_t)d->nodes.count + 1) * sizeof *p->nodes);
    p->names = mem_new(((size_t)d->names.count + 1) * sizeof *p->names);
    p->edges = mem_new(((size_t)d->edges.count + 1) * 2 * sizeof *p->edges);
    if (p->nodes == NULL || p->names == NULL || p->edges == NULL) {
        return false;
    }
    sort_nodes(d, p);
    sort_names(d, p);
    sort_edges(d, p);
    return true;
}

static void put_u32(buf *out, uint32_t value)
{
    buf_put(out, &value, sizeof value);
}

static void print_tables(const draft *d, press *p)
{
    buf *text = &p->tables[TABLE_TEXT];
    uint32_t name = 0;
    uint32_t edge = 0;
    for (uint32_t i = 0; i < d->nodes.count; i++) {
        const draft_node *n = p->nodes[i];
        file_concept c = {(uint32_t)text->len, (uint16_t)n->id.len, n->kind, n->level, name};
        buf_put(&p->tables[TABLE_CONCEPTS], &c, sizeof c);
        buf_put(text, n->id.base, n->id.len);
        for (; name < p->name_count && p->names[name].concept == i; name++) {
            const draft_name *m = &p->names[name];
            file_label l = {.text_off = (uint32_t)text->len,
                            .text_len = (uint16_t)m->text.len,
                            .kind = m->kind};
            memcpy(l.lang, m->lang, sizeof m->lang);
            buf_put(&p->tables[TABLE_LABELS], &l, sizeof l);
            buf_put(text, m->text.base, m->text.len);
        }
        for (uint32_t relation = 0; relation < RELATION_COUNT; relation++) {
            put_u32(&p->tables[TABLE_STARTS], edge);
            while (edge < p->edge_count && p->edges[edge].from == i &&
                   p->edges[edge].relation == relation) {
                put_u32(&p->tables[TABLE_TARGETS], p->edges[edge++].to);
            }
        }
    }
    put_u32(&p->tables[TABLE_STARTS], edge);
}

bool draft_print(draft *d, buf *out, err *e)
{
    static const size_t WIDTHS[TABLE_COUNT] = {sizeof(file_concept), sizeof(file_label),
                                               sizeof(uint32_t), sizeof(uint32_t), 1};
    press p = {0};
    bool is_good = sort_all(d, &p);
    if (is_good) {
        print_tables(d, &p);
    }
    file_head head = {.magic = FILE_MAGIC, .version = FILE_VERSION, .order_mark = FILE_ORDER_MARK};
    uint64_t at = sizeof head;
    for (uint32_t i = 0; i < TABLE_COUNT; i++) {
        is_good = is_good && !p.tables[i].failed;
        head.tables[i] = (file_span){at, p.tables[i].len / WIDTHS[i]};
        while (p.tables[i].len % 8 != 0) {
            buf_char(&p.tables[i], '\0');
        }
        at += p.tables[i].len;
    }
    head.len = at;
    size_t begin = out->len;
    buf_put(out, &head, sizeof head);
    for (uint32_t i = 0; i < TABLE_COUNT; i++) {
        buf_put(out, p.tables[i].base, p.tables[i].len);
    }
    press_fini(&p);
    if (!is_good || out->failed) {
        return no_memory(e);
    }
    head.checksum =
        bytes_checksum(out->base + begin + FILE_CHECKED_FROM, (size_t)at - FILE_CHECKED_FROM, 0);
    memcpy(out->base + begin, &head, sizeof head);
    return true;
}

static bool write_all(int fd, bytes what)
{
    size_t at = 0;
    while (at < what.len) {
        ssize_t len = write(fd, what.base + at, what.len - at);
        if (len < 0 && errno != EINTR) {
            return false;
        }
        at += len > 0 ? (size_t)len : 0;
    }
    return fsync(fd) == 0;
}

bool draft_save(draft *d, const char *path, err *e)
{
    buf file = {0};
    buf beside = {0};
    buf_print(&beside, "%s.new", path);
    const char *name = buf_terminated(&beside);
    bool is_good = draft_print(d, &file, e);
    if (is_good && name == NULL) {
        is_good = no_memory(e);
    }
    if (is_good) {
        int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        is_good = fd >= 0 && write_all(fd, buf_bytes(&file));
        int why = errno;
        if (fd >= 0 && close(fd) != 0 && is_good) {
            is_good = false;
            why = errno;
        }
        if (is_good && rename(name, path) != 0) {
            is_good = false;
            why = errno;
        }
        if (!is_good) {
            fail(e, ERR_FILE, "could not write \"%s\": %s", path, strerror(why));
            unlink(name);
        }
    }
    buf_fini(&beside);
    buf_fini(&file);
    return is_good;
}
