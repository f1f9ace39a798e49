/* Documents and their nodes. The tree is built in a second pass over text that the scanner accepted
 * and counted, so nothing is checked twice and one piece of memory holds everything. */
#include "json/tree.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "json/scan.h"

enum {
    EXACT_POWER_MAX = 22, /* 10^22 is the last power of ten that a double holds exactly */
    NUMBER_LEN_MAX = 64   /* of numbers copied to the stack */
};

static const double INTEGER_END = 9007199254740992.0; /* 2^53 */

tree_walk *json_walk_start(tree_walk *w, const json_node *root)
{
    w->at = root;
    w->depth = 0;
    return w;
}

const json_node *json_walk_next(tree_walk *w)
{
    if (w->at->child != NULL) {
        check(w->depth < TREE_DEPTH_MAX);
        w->above[w->depth++] = w->at;
        w->at = w->at->child;
        return w->at;
    }
    while (w->depth > 0 && w->at->next == NULL) {
        w->at = w->above[--w->depth];
    }
    w->at = w->depth > 0 ? w->at->next : NULL;
    return w->at;
}

/* ------------------------------------------------------------------------------------ numbers */

/* A whole number below 2^53, multiplied or divided by a power of ten that is exact as well, is
 * rounded once, as it must be. False: more than that is needed. */
static bool read_short_number(bytes token, double *ret)
{
    static const double POWERS[EXACT_POWER_MAX + 1] = {
        1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    uint64_t digits = 0;
    size_t decimals = 0;
    bool has_point = false;
    bool is_negative = token.base[0] == '-';
    if (token.len > 18) {
        return false; /* may be more than 2^53 */
    }
    for (size_t i = is_negative ? 1 : 0; i < token.len; i++) {
        char c = token.base[i];
        if (c == '.') {
            has_point = true;
        } else if (c >= '0' && c <= '9') {
            digits = digits * 10 + (uint64_t)(c - '0');
            decimals += has_point;
        } else {
            return false; /* an exponent */
        }
    }
    if (digits >= UINT64_C(9007199254740992)) {
        return false;
    }
    double value = (double)digits / POWERS[decimals];
    *ret = is_negative ? -value : value;
    return true;
}

/* The library reads the locale's decimal point. */
static double read_long_number(bytes token)
{
    char room[NUMBER_LEN_MAX];
    char point = localeconv()->decimal_point[0];
    char *copy = token.len < sizeof room ? room : mem_new(token.len + 1);
    if (copy == NULL) {
        return NAN;
    }
    for (size_t i = 0; i < token.len; i++) {
        copy[i] = token.base[i] == '.' ? point : token.base[i];
    }
    copy[token.len] = '\0';
    double value = strtod(copy, NULL);
    if (copy != room) {
        mem_free(copy);
    }
    return value;
}

static bool read_number(json_node *n, bytes token)
{
    if (!read_short_number(token, &n->number)) {
        n->number = read_long_number(token);
    }
    bool is_plain = memchr(token.base, '.', token.len) == NULL &&
                    memchr(token.base, 'e', token.len) == NULL &&
                    memchr(token.base, 'E', token.len) == NULL;
    n->type = JSON_NUMBER;
    n->is_broken = !is_plain && !json_number_is_whole(token);
    return !isnan(n->number);
}

/* ------------------------------------------------------------------------------------ building */

typedef struct builder {
    bytes text;
    size_t off;
    json_node *next_node;
    char *next_text;
    json_node *above[TREE_DEPTH_MAX]; /* the open containers */
    json_node *last[TREE_DEPTH_MAX];  /* the newest entry of each */
    size_t depth;
} builder;

/* The string at the offset, without its escapes. Mostly there are none. */
static bytes take_text(builder *b)
{
    const char *from = b->text.base + b->off + 1;
    char *to = b->next_text;
    size_t len = json_plain_len(from, b->text.len - b->off - 1);
    if (from[len] == '"') {
        memcpy(to, from, len);
        to[len] = '\0';
        b->next_text += len + 1;
        b->off += len + 2;
        return (bytes){to, len};
    }
    size_t end = json_skip_string(b->text, b->off);
    len = json_unescape_to((bytes){from, end - b->off - 2}, to);
    const char *nul = memchr(to, '\0', len);
    to[len] = '\0';
    b->next_text += len + 1;
    b->off = end;
    return (bytes){to, nul == NULL ? len : (size_t)(nul - to)};
}

static json_node *add_node(builder *b)
{
    json_node *n = b->next_node++;
    bool is_member = b->depth > 0 && b->above[b->depth - 1]->type == JSON_OBJECT;
    if (is_member) {
        n->key = take_text(b);
        b->off = json_skip_space(b->text, json_skip_space(b->text, b->off) + 1);
    }
    if (b->depth > 0) {
        json_node **last = &b->last[b->depth - 1];
        *(*last == NULL ? &b->above[b->depth - 1]->child : &(*last)->next) = n;
        *last = n;
    }
    return n;
}

static void open_container(builder *b, json_node *n, json_type type)
{
    check(b->depth < TREE_DEPTH_MAX);
    n->type = type;
    b->above[b->depth] = n;
    b->last[b->depth++] = NULL;
    b->off++;
}

/* The value at the offset; of a container its opening bracket. False: no memory. */
static bool take_value(builder *b)
{
    json_node *n = add_node(b);
    char c = b->text.base[b->off];
    if (c == '{' || c == '[') {
        open_container(b, n, c == '{' ? JSON_OBJECT : JSON_ARRAY);
        return true;
    }
    if (c == '"') {
        n->type = JSON_TEXT;
        n->text = take_text(b);
        return true;
    }
    if (c == 't' || c == 'f' || c == 'n') {
        n->type = c == 'n' ? JSON_NULL : JSON_BOOL;
        n->is_true = c == 't';
        b->off += c == 'f' ? 5 : 4;
        return true;
    }
    size_t start = b->off;
    b->off = json_skip_value(b->text, start);
    return read_number(n, (bytes){b->text.base + start, b->off - start});
}

static bool build(builder *b)
{
    do {
        b->off = json_skip_space(b->text, b->off);
        char c = b->text.base[b->off];
        if (c == '}' || c == ']') {
            b->depth--;
            b->off++;
        } else if (c == ',') {
            b->off++;
        } else if (!take_value(b)) {
            return false;
        }
    } while (b->depth > 0);
    return true;
}

static bool note_path(bytes text, size_t off, char path[JSON_POINTER_LEN_MAX])
{
    if (off == SIZE_MAX) {
        return false;
    }
    json_pointer_at(text, off, path, JSON_POINTER_LEN_MAX);
    return true;
}

bool json_parse(bytes text, size_t depth_max, json_doc **ret_doc, err *e)
{
    json_facts facts;
    builder b = {.text = text};
    size_t depth = depth_max < TREE_DEPTH_MAX ? depth_max : TREE_DEPTH_MAX;
    if (!json_scan(text, depth, &facts, NULL, e)) {
        return false;
    }
    /* A text with its two quotes has room for itself and its end. */
    size_t len = 0;
    json_doc *doc = NULL;
    if (size_multiply(facts.value_count, sizeof(json_node), &len) &&
        size_add(len, sizeof *doc, &len) && size_add(len, text.len, &len)) {
        doc = mem_new(len);
    }
    if (doc != NULL) {
        doc->root = (json_node *)(doc + 1);
        b.next_node = doc->root;
        b.next_text = (char *)(doc->root + facts.value_count);
    }
    if (doc == NULL || !build(&b)) {
        mem_free(doc);
        return fail(e, ERR_MEMORY, "no memory left for a JSON text of %zu bytes", text.len);
    }
    check(b.next_node == doc->root + facts.value_count);
    doc->has_null = note_path(text, facts.null_off, doc->null_path);
    doc->has_half = note_path(text, facts.half_off, doc->half_path);
    doc->has_big = note_path(text, facts.big_off, doc->big_path);
    *ret_doc = doc;
    return true;
}

void json_doc_free(json_doc **doc)
{
    mem_free(*doc);
    *doc = NULL;
}

/* ------------------------------------------------------------------------------------ looking */

const json_node *json_root(const json_doc *doc)
{
    return doc->root;
}

json_type json_type_of(const json_node *n)
{
    return n->type;
}

bool json_bool(const json_node *n)
{
    return n->is_true;
}

double json_number(const json_node *n)
{
    return n->number;
}

bytes json_text(const json_node *n)
{
    return n->text;
}

size_t json_count(const json_node *n)
{
    size_t count = 0;
    for (const json_node *entry = n->child; entry != NULL; entry = entry->next) {
        count++;
    }
    return count;
}

const json_node *json_child(const json_node *n)
{
    return n->child;
}

const json_node *json_next(const json_node *n)
{
    return n->next;
}

bytes json_key(const json_node *n)
{
    return n->key;
}

const json_node *json_member(const json_node *n, const char *key)
{
    if (n->type != JSON_OBJECT) {
        return NULL;
    }
    size_t len = strlen(key);
    for (const json_node *entry = n->child; entry != NULL; entry = entry->next) {
        if (entry->key.len == len && memcmp(entry->key.base, key, len) == 0) {
            return entry;
        }
    }
    return NULL;
}

bool json_integer(const json_node *n, int64_t *ret_value)
{
    if (n->type != JSON_NUMBER || n->is_broken || !(fabs(n->number) < INTEGER_END) ||
        trunc(n->number) != n->number) {
        return false;
    }
    *ret_value = (int64_t)n->number;
    return true;
}
