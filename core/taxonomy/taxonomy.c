/* The mapped file: looked through once when it is opened, then read without any further question.
 */
#include "taxonomy/taxonomy.h"

#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/memfile.h"
#include "taxonomy/file.h"

struct taxonomy {
    memfile file;
    const file_concept *concepts;
    const file_label *labels;
    const uint32_t *starts;
    const uint32_t *targets;
    const char *text;
    uint32_t concept_count;
    uint32_t label_count;
    uint32_t target_count;
    uint32_t text_len;
    uint64_t mark;
    uint32_t kind_totals[TAXONOMY_KIND_COUNT];
};

static const size_t WIDTHS[TABLE_COUNT] = {sizeof(file_concept), sizeof(file_label),
                                           sizeof(uint32_t), sizeof(uint32_t), 1};

static bool refuse(err *e, const char *why)
{
    fail(e, ERR_STORE_CORRUPT, "the taxonomy file is not usable: %s", why);
    return err_hint(e, "`lotse concept load` builds it anew from its sources.");
}

static bool check_head(bytes file, const file_head *head, err *e)
{
    if (file.len < sizeof *head || memcmp(head->magic, FILE_MAGIC, sizeof head->magic) != 0) {
        return refuse(e, "it is none");
    }
    if (head->version != FILE_VERSION || head->order_mark != FILE_ORDER_MARK) {
        return refuse(e, "it was written by another version or kind of machine");
    }
    if (head->len != file.len) {
        return refuse(e, "it is cut short");
    }
    uint64_t sum = bytes_checksum(file.base + FILE_CHECKED_FROM, file.len - FILE_CHECKED_FROM, 0);
    if (sum != head->checksum) {
        return refuse(e, "its checksum is wrong");
    }
    for (uint32_t i = 0; i < TABLE_COUNT; i++) {
        const file_span *s = &head->tables[i];
        if (s->off % 8 != 0 || s->off > file.len || s->count > UINT32_MAX / 16 ||
            s->count * WIDTHS[i] > file.len - s->off) {
            return refuse(e, "a table lies outside of it");
        }
    }
    return true;
}

static bool check_concepts(taxonomy *t, err *e)
{
    for (uint32_t i = 0; i < t->concept_count; i++) {
        const file_concept *c = &t->concepts[i];
        uint32_t end = i + 1 < t->concept_count ? c[1].label_begin : t->label_count;
        bool is_inside = c->kind < TAXONOMY_KIND_COUNT && c->label_begin <= end &&
                         end <= t->label_count && c->id_off <= t->text_len &&
                         c->id_len <= t->text_len - c->id_off;
        if (!is_inside) {
            return refuse(e, "a concept points outside of it");
        }
        if (i > 0 && bytes_compare(taxonomy_id(t, i - 1), taxonomy_id(t, i)) >= 0) {
            return refuse(e, "its concepts are out of order");
        }
        t->kind_totals[c->kind] += end > c->label_begin;
    }
    for (uint32_t i = 0; i < t->label_count; i++) {
        const file_label *l = &t->labels[i];
        if (l->kind > LABEL_OTHER || l->lang[3] != '\0' || l->text_off > t->text_len ||
            l->text_len > t->text_len - l->text_off) {
            return refuse(e, "a label points outside of it");
        }
    }
    return true;
}

static bool check_relations(const taxonomy *t, uint64_t start_count, err *e)
{
    if (start_count != (uint64_t)t->concept_count * RELATION_COUNT + 1 || t->starts[0] != 0 ||
        t->starts[start_count - 1] != t->target_count) {
        return refuse(e, "its relations do not add up");
    }
    for (uint64_t i = 0; i + 1 < start_count; i++) {
        if (t->starts[i] > t->starts[i + 1]) {
            return refuse(e, "its relations are out of order");
        }
    }
    for (uint32_t i = 0; i < t->target_count; i++) {
        if (t->targets[i] >= t->concept_count) {
            return refuse(e, "a relation leads outside of it");
        }
    }
    return true;
}

static bool look_through(taxonomy *t, bytes file, err *e)
{
    const file_head *head = (const file_head *)(const void *)file.base;
    if (!check_head(file, head, e)) {
        return false;
    }
    const file_span *s = head->tables;
    t->mark = head->checksum;
    t->concepts = (const void *)(file.base + s[TABLE_CONCEPTS].off);
    t->labels = (const void *)(file.base + s[TABLE_LABELS].off);
    t->starts = (const void *)(file.base + s[TABLE_STARTS].off);
    t->targets = (const void *)(file.base + s[TABLE_TARGETS].off);
    t->text = file.base + s[TABLE_TEXT].off;
    t->concept_count = (uint32_t)s[TABLE_CONCEPTS].count;
    t->label_count = (uint32_t)s[TABLE_LABELS].count;
    t->target_count = (uint32_t)s[TABLE_TARGETS].count;
    t->text_len = (uint32_t)s[TABLE_TEXT].count;
    return check_concepts(t, e) && check_relations(t, s[TABLE_STARTS].count, e);
}

bool taxonomy_view(bytes file, taxonomy **ret, err *e)
{
    check((uintptr_t)file.base % 8 == 0);
    taxonomy *t = mem_new(sizeof *t);
    if (t == NULL) {
        return fail(e, ERR_MEMORY, "could not open the taxonomy: no memory");
    }
    t->file.fd = -1;
    if (!look_through(t, file, e)) {
        taxonomy_close(&t);
        return false;
    }
    *ret = t;
    return true;
}

bool taxonomy_open(const char *path, taxonomy **ret, err *e)
{
    memfile file;
    taxonomy *t = NULL;
    if (!memfile_map(path, &file, e)) {
        return false;
    }
    if (!taxonomy_view((bytes){file.base, file.len}, &t, e)) {
        memfile_fini(&file);
        return false;
    }
    t->file = file;
    *ret = t;
    return true;
}

void taxonomy_close(taxonomy **t)
{
    if (*t != NULL) {
        memfile_fini(&(*t)->file);
        mem_free(*t);
        *t = NULL;
    }
}

uint64_t taxonomy_mark(const taxonomy *t)
{
    return t->mark == 0 ? 1 : t->mark;
}

uint32_t taxonomy_count(const taxonomy *t)
{
    return t->concept_count;
}

uint32_t taxonomy_kind_total(const taxonomy *t, taxonomy_kind kind)
{
    return t->kind_totals[kind];
}

uint32_t taxonomy_relation_total(const taxonomy *t, taxonomy_kind from, taxonomy_relation relation)
{
    uint32_t total = 0;
    for (uint32_t i = 0; i < t->concept_count; i++) {
        const uint32_t *ignored;
        uint32_t count = taxonomy_related(t, i, relation, &ignored);
        total += taxonomy_kind_of(t, i) == from ? count : 0;
    }
    return total;
}

uint32_t taxonomy_find(const taxonomy *t, bytes id)
{
    uint32_t low = 0;
    uint32_t high = t->concept_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = bytes_compare(taxonomy_id(t, middle), id);
        if (order == 0) {
            return middle;
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return TAXONOMY_NONE;
}

bytes taxonomy_id(const taxonomy *t, uint32_t at)
{
    check(at < t->concept_count);
    return (bytes){t->text + t->concepts[at].id_off, t->concepts[at].id_len};
}

taxonomy_kind taxonomy_kind_of(const taxonomy *t, uint32_t at)
{
    check(at < t->concept_count);
    return (taxonomy_kind)t->concepts[at].kind;
}

uint32_t taxonomy_level(const taxonomy *t, uint32_t at)
{
    check(at < t->concept_count);
    return t->concepts[at].level;
}

uint32_t taxonomy_related(const taxonomy *t, uint32_t at, taxonomy_relation relation,
                          const uint32_t **ret)
{
    check(at < t->concept_count);
    check(relation < RELATION_COUNT);
    const uint32_t *start = &t->starts[(size_t)at * RELATION_COUNT + relation];
    *ret = t->targets + start[0];
    return start[1] - start[0];
}

uint32_t taxonomy_label_count(const taxonomy *t, uint32_t at)
{
    check(at < t->concept_count);
    uint32_t end = at + 1 < t->concept_count ? t->concepts[at + 1].label_begin : t->label_count;
    return end - t->concepts[at].label_begin;
}

taxonomy_label_text taxonomy_label_at(const taxonomy *t, uint32_t at, uint32_t number)
{
    check(number < taxonomy_label_count(t, at));
    const file_label *l = &t->labels[t->concepts[at].label_begin + number];
    taxonomy_label_text ret = {
        {t->text + l->text_off, l->text_len}, "", (taxonomy_label_kind)l->kind};
    memcpy(ret.lang, l->lang, sizeof ret.lang);
    return ret;
}

bytes taxonomy_label(const taxonomy *t, bytes id, const char *lang)
{
    uint32_t at = taxonomy_find(t, id);
    bytes best = {NULL, 0};
    uint32_t best_rank = UINT32_MAX;
    uint32_t count = at == TAXONOMY_NONE ? 0 : taxonomy_label_count(t, at);
    size_t lang_len = strcspn(lang, "-");
    for (uint32_t i = 0; i < count; i++) {
        taxonomy_label_text l = taxonomy_label_at(t, at, i);
        bool is_asked = strlen(l.lang) == lang_len && memcmp(l.lang, lang, lang_len) == 0;
        uint32_t rank = is_asked                    ? 0
                        : strcmp(l.lang, "en") == 0 ? 3
                        : strcmp(l.lang, "de") == 0 ? 6
                                                    : 9;
        rank += (uint32_t)l.kind;
        if (rank < best_rank) {
            best_rank = rank;
            best = l.text;
        }
    }
    return best;
}
