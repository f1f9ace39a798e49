/* Label lists from files, and which of their labels belong together. */
#include "taxonomy/rank_list.h"

#include <string.h>

#include "base/map.h"
#include "taxonomy/title.h"

enum {
    GROUP_LABEL_MAX = 512,   /* a concept with more names is none */
    SAMPLE_COUNT_MAX = 2000, /* pairs looked at */
    ALIKE_LETTERS = 4        /* words that begin alike so far may be related */
};

static bool read_line(bytes line, const char *name, uint32_t number, rank_line *ret, err *e)
{
    const char *tab = memchr(line.base, '\t', line.len);
    size_t id_len = tab == NULL ? 0 : (size_t)(tab - line.base);
    if (id_len == 0) {
        return fail(e, ERR_IMPORT_FORMAT, "\"%s\" line %u has no id and text with a tab between",
                    name, number);
    }
    for (size_t i = 0; i < id_len; i++) {
        if (line.base[i] == ' ') {
            return fail(e, ERR_IMPORT_FORMAT, "\"%s\" line %u has a blank in its id", name, number);
        }
    }
    *ret = (rank_line){{line.base, id_len}, {tab + 1, line.len - id_len - 1}, 0};
    return true;
}

bool rank_list_read(bytes text, const char *name, arena *a, rank_list *ret, err *e)
{
    if (text.len >= 3 && memcmp(text.base, "\xEF\xBB\xBF", 3) == 0) {
        text.base += 3;
        text.len -= 3;
    }
    size_t line_max = 1;
    for (size_t i = 0; i < text.len; i++) {
        line_max += text.base[i] == '\n';
    }
    if (line_max > UINT32_MAX / 4) {
        return fail(e, ERR_TOO_LARGE, "\"%s\" has more lines than can be ranked", name);
    }
    rank_list list = {.lines = arena_array(a, line_max, sizeof *list.lines)};
    if (list.lines == NULL) {
        return fail(e, ERR_MEMORY, "could not read \"%s\": no memory", name);
    }
    uint32_t number = 0;
    size_t at = 0;
    while (at < text.len) {
        const char *newline = memchr(text.base + at, '\n', text.len - at);
        size_t end = newline != NULL ? (size_t)(newline - text.base) : text.len;
        bytes line = {text.base + at, end - at};
        line.len -= line.len > 0 && line.base[line.len - 1] == '\r';
        number++;
        at = end + 1;
        if (line.len > 0 && !read_line(line, name, number, &list.lines[list.count++], e)) {
            return false;
        }
    }
    *ret = list;
    return true;
}

/* The id without a number behind its last "_" or "#". */
static bytes stem_of_id(bytes id)
{
    size_t end = id.len;
    while (end > 0 && id.base[end - 1] >= '0' && id.base[end - 1] <= '9') {
        end--;
    }
    bool has_mark = end > 1 && end < id.len && (id.base[end - 1] == '_' || id.base[end - 1] == '#');
    return has_mark ? (bytes){id.base, end - 1} : id;
}

static bool number_groups(rank_list *list, bool by_stem)
{
    map numbers = {0};
    bool is_good = true;
    list->group_count = 0;
    for (uint32_t i = 0; is_good && i < list->count; i++) {
        rank_line *line = &list->lines[i];
        bytes key = by_stem ? stem_of_id(line->id) : line->id;
        uint64_t number = list->group_count;
        if (!map_get(&numbers, key, &number)) {
            is_good = map_put(&numbers, key, number);
            list->group_count++;
        }
        line->group = (uint32_t)number;
    }
    map_fini(&numbers);
    return is_good;
}

static bool have_like_words(const title *x, const title *y)
{
    for (uint32_t i = 0; i < x->token_count; i++) {
        bytes a = title_stem_of(x, i);
        for (uint32_t j = 0; j < y->token_count && a.len >= ALIKE_LETTERS; j++) {
            bytes b = title_stem_of(y, j);
            if (b.len >= ALIKE_LETTERS && memcmp(a.base, b.base, ALIKE_LETTERS) == 0) {
                return true;
            }
        }
    }
    return false;
}

typedef struct tally {
    uint32_t alike;
    uint32_t count;
} tally;

static bool compare_pair(const rank_list *list, uint32_t i, uint32_t j, title *both, buf *scratch,
                         tally *t)
{
    if (!title_read(list->lines[i].text, scratch, &both[0]) ||
        !title_read(list->lines[j].text, scratch, &both[1])) {
        return false;
    }
    t->alike += have_like_words(&both[0], &both[1]);
    t->count++;
    return true;
}

/* Compares neighbours of one group, and labels half the list apart of two groups. */
static bool look_alike(const rank_list *list, title *both, bool *ret)
{
    buf scratch = {0};
    tally within = {0};
    tally across = {0};
    uint32_t step = list->count / SAMPLE_COUNT_MAX + 1;
    bool is_good = true;
    for (uint32_t i = 0; is_good && i + 1 < list->count; i += step) {
        uint32_t far = (i + list->count / 2) % list->count;
        if (list->lines[i].group == list->lines[i + 1].group) {
            is_good = compare_pair(list, i, i + 1, both, &scratch, &within);
        }
        if (is_good && list->lines[i].group != list->lines[far].group) {
            is_good = compare_pair(list, i, far, both, &scratch, &across);
        }
    }
    buf_fini(&scratch);
    /* Twice as often as others, and at least every fourth time. */
    *ret = (uint64_t)within.alike * 4 >= within.count && within.count > 0 &&
           (uint64_t)within.alike * across.count > 2 * (uint64_t)across.alike * within.count;
    return is_good;
}

static bool largest_group(const rank_list *list, arena *a, uint32_t *ret)
{
    uint32_t *sizes = arena_array(a, (size_t)list->group_count + 1, sizeof *sizes);
    if (sizes == NULL) {
        return false;
    }
    *ret = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        uint32_t size = ++sizes[list->lines[i].group];
        *ret = size > *ret ? size : *ret;
    }
    return true;
}

bool rank_list_group(rank_list *list, arena *a, err *e)
{
    title *both = arena_array(a, 2, sizeof *both);
    uint32_t largest = 0;
    bool is_alike = false;
    bool is_good = both != NULL && number_groups(list, false) &&
                   largest_group(list, a, &list->id_repeat_max) && number_groups(list, true) &&
                   largest_group(list, a, &largest) && look_alike(list, both, &is_alike);
    if (is_good && (largest > GROUP_LABEL_MAX || !is_alike)) {
        is_good = number_groups(list, false);
    }
    return is_good || fail(e, ERR_MEMORY, "could not group %u labels: no memory", list->count);
}
