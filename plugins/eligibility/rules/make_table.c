/* Turns the rule sets of this folder into the table that lotse.eligibility is compiled with: a
 * plugin reads no files while it runs, and the JSON stays the one source.
 *
 *   make_table OUT.inc SET.json...
 *
 * A set that is wrong is refused with its file and the place in it, and nothing is written. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/day.h"
#include "base/err.h"
#include "model/code.h"
#include "json/json.h"

enum { RULE_MAX = 256, FILE_LEN_MAX = 1 << 20 };

/* What a condition's `code` names, and which numbers it has. */
typedef struct test_kind {
    const char *name, *constant;
    const char *codes;      /* a code list; "facts": one of FACTS; NULL: no code */
    const char *numbers[2]; /* NULL: none */
    bool may_lapse;
} test_kind;

static const test_kind TESTS[] = {
    {"in_status", "TEST_IN_STATUS", "spell_status", {NULL, NULL}, false},
    {"years_in_status", "TEST_YEARS_IN_STATUS", "spell_status", {"years", "within_years"}, false},
    {"no_work", "TEST_NO_WORK", NULL, {"within_years", NULL}, false},
    {"unemployed_months", "TEST_UNEMPLOYED_MONTHS", NULL, {"months", NULL}, false},
    {"months_left", "TEST_MONTHS_LEFT", "spell_status", {"months", "within_years"}, false},
    {"fact", "TEST_FACT", "facts", {NULL, NULL}, false},
    {"holds", "TEST_HOLDS", "entitlement", {NULL, NULL}, true},
    {"discretion", "TEST_DISCRETION", NULL, {NULL, NULL}, false},
};
static const char *const FACTS[] = {"age_25_or_over", "minor_child_in_household",
                                    "severe_disability_or_equal"};

typedef struct rule_span {
    uint32_t instrument;
    const char *id;
    day from, to;
} rule_span;

typedef struct maker {
    const char *path; /* of the set that is read */
    arena memory;
    buf conditions, rules;
    uint32_t condition_count, rule_count;
    rule_span spans[RULE_MAX];
    char where[200];
} maker;

static bool refuse(const maker *m, const char *what)
{
    fprintf(stderr, "%s: %s: %s\n", m->path, m->where[0] == 0 ? "the set" : m->where, what);
    return false;
}

static bool is_one_of(bytes text, const char *const *list, size_t count, uint32_t *ret)
{
    for (uint32_t i = 0; i < count; i++) {
        if (bytes_equal_text(text, list[i])) {
            *ret = i;
            return true;
        }
    }
    return false;
}

/* A member misspelt would be a condition lost. */
static bool has_only(const maker *m, const json_node *object, const char *const *keys, size_t count)
{
    if (json_type_of(object) != JSON_OBJECT) {
        return refuse(m, "an object must stand here");
    }
    for (const json_node *n = json_child(object); n != NULL; n = json_next(n)) {
        uint32_t at;
        if (!is_one_of(json_key(n), keys, count, &at)) {
            return refuse(m, "there is a member that nothing reads");
        }
    }
    return true;
}

static bool read_text(const maker *m, const json_node *object, const char *key, bytes *ret)
{
    const json_node *n = json_member(object, key);
    if (n == NULL || json_type_of(n) != JSON_TEXT || json_text(n).len == 0) {
        return refuse(m, key);
    }
    *ret = json_text(n);
    return true;
}

static bool read_day(const maker *m, const json_node *object, const char *key, bool may_be_null,
                     day *ret)
{
    const json_node *n = json_member(object, key);
    if (n != NULL && may_be_null && json_type_of(n) == JSON_NULL) {
        *ret = INT32_MAX;
        return true;
    }
    if (n == NULL || json_type_of(n) != JSON_TEXT || !day_parse(json_text(n), ret)) {
        return refuse(m, key);
    }
    return true;
}

static bool read_code(const maker *m, const json_node *object, const char *list, uint32_t *ret)
{
    bytes code;
    if (!read_text(m, object, "code", &code)) {
        return false;
    }
    bool is_found = strcmp(list, "facts") == 0
                        ? is_one_of(code, FACTS, sizeof(FACTS) / sizeof(FACTS[0]), ret)
                        : code_find(code_list_find(list), code, ret);
    return is_found || refuse(m, "there is no such code");
}

static bool read_number(const maker *m, const json_node *object, const char *key, int64_t *ret)
{
    const json_node *n = json_member(object, key);
    if (n == NULL || !json_integer(n, ret) || *ret < 1 || *ret > 1200) {
        return refuse(m, key);
    }
    return true;
}

/* ------------------------------------------------------------------------------------ conditions
 */

static bool add_condition(maker *m, const json_node *node, bool starts_need)
{
    const char *keys[6] = {"test", "otherwise", "code", NULL, NULL, NULL};
    size_t key_count = 2;
    bytes name;
    bytes otherwise = {0};
    uint32_t code = 0;
    int64_t numbers[2] = {0, 0};
    size_t kind = 0;
    if (!read_text(m, node, "test", &name)) {
        return false;
    }
    while (kind < sizeof(TESTS) / sizeof(TESTS[0]) && !bytes_equal_text(name, TESTS[kind].name)) {
        kind++;
    }
    if (kind == sizeof(TESTS) / sizeof(TESTS[0])) {
        return refuse(m, "there is no such test");
    }
    const test_kind *t = &TESTS[kind];
    key_count += t->codes != NULL;
    if (t->codes != NULL && !read_code(m, node, t->codes, &code)) {
        return false;
    }
    for (uint32_t i = 0; i < 2 && t->numbers[i] != NULL; i++) {
        keys[key_count++] = t->numbers[i];
        if (!read_number(m, node, t->numbers[i], &numbers[i])) {
            return false;
        }
    }
    if (t->may_lapse && json_member(node, "lapses_after_months") != NULL) {
        keys[key_count++] = "lapses_after_months";
        if (!read_number(m, node, "lapses_after_months", &numbers[0])) {
            return false;
        }
    }
    if (t->may_lapse && json_member(node, "obliged_shorter") != NULL) {
        keys[key_count++] = "obliged_shorter";
        if (!json_bool(json_member(node, "obliged_shorter"))) {
            return refuse(m, "obliged_shorter can only be true");
        }
        numbers[1] = 1;
    }
    if (!has_only(m, node, keys, key_count)) {
        return false;
    }
    if (json_member(node, "otherwise") != NULL &&
        (!read_text(m, node, "otherwise", &otherwise) || !bytes_equal_text(otherwise, "check"))) {
        return refuse(m, "otherwise can only be \"check\"");
    }
    buf_print(&m->conditions, "    {%s, %d, %d, %u, {%d, %d}},\n", t->constant, starts_need,
              otherwise.len > 0, code, (int)numbers[0], (int)numbers[1]);
    m->condition_count++;
    return true;
}

static bool add_needs(maker *m, const json_node *needs)
{
    if (needs == NULL || json_type_of(needs) != JSON_ARRAY || json_count(needs) == 0) {
        return refuse(m, "needs");
    }
    for (const json_node *any = json_child(needs); any != NULL; any = json_next(any)) {
        if (json_type_of(any) != JSON_ARRAY || json_count(any) == 0) {
            return refuse(m, "a need is an array of conditions of which one suffices");
        }
        for (const json_node *c = json_child(any); c != NULL; c = json_next(c)) {
            if (!add_condition(m, c, c == json_child(any))) {
                return false;
            }
        }
    }
    return true;
}

/* ------------------------------------------------------------------------------------ rules */

static bool check_span(maker *m, const rule_span *span)
{
    if (span->from > span->to) {
        return refuse(m, "valid_to lies before valid_from");
    }
    for (uint32_t i = 0; i < m->rule_count; i++) {
        if (strcmp(m->spans[i].id, span->id) == 0 && m->spans[i].from <= span->to &&
            span->from <= m->spans[i].to) {
            return refuse(m, "a rule of this id holds for some of these days already");
        }
    }
    if (m->rule_count == RULE_MAX) {
        return refuse(m, "there are too many rules");
    }
    m->spans[m->rule_count++] = *span;
    return true;
}

static bool add_rule(maker *m, const json_node *node)
{
    static const char *const keys[] = {"id",     "instrument",  "valid_from", "valid_to",
                                       "status", "legal_basis", "needs",      "decides"};
    static const char *const statuses[] = {"unverified", "verified"};
    bytes id;
    bytes instrument;
    bytes status;
    bytes basis;
    uint32_t is_verified = 0;
    rule_span span = {0};
    uint32_t first = m->condition_count;
    snprintf(m->where, sizeof(m->where), "rule %u", m->rule_count);
    if (!has_only(m, node, keys, sizeof(keys) / sizeof(keys[0])) ||
        !read_text(m, node, "id", &id)) {
        return false;
    }
    snprintf(m->where, sizeof(m->where), "rule \"%.*s\"", (int)(id.len < 80 ? id.len : 80),
             id.base);
    span.id = arena_copy(&m->memory, id).base;
    if (span.id == NULL || !read_text(m, node, "instrument", &instrument) ||
        !read_day(m, node, "valid_from", false, &span.from) ||
        !read_day(m, node, "valid_to", true, &span.to) || !read_text(m, node, "status", &status) ||
        !read_text(m, node, "legal_basis", &basis)) {
        return false;
    }
    if (!code_find(CODES(instrument), instrument, &span.instrument)) {
        return refuse(m, "there is no such instrument");
    }
    if (!is_one_of(status, statuses, 2, &is_verified)) {
        return refuse(m, "status is neither verified nor unverified");
    }
    if (!check_span(m, &span) || !add_needs(m, json_member(node, "needs"))) {
        return false;
    }
    buf_print(&m->rules, "    {\"%s\", %u, %d, %d, %u, %u, %u},\n", span.id, span.instrument,
              span.from, span.to, is_verified, first, m->condition_count - first);
    m->where[0] = 0;
    return true;
}

static bool add_set(maker *m, bytes text)
{
    static const char *const keys[] = {"rule_set", "title", "text_state", "rules"};
    err e = {0};
    json_doc *doc = NULL;
    bytes id;
    day state;
    if (!json_parse(text, 16, &doc, &e) || !json_refuse_lossy(doc, "", &e)) {
        snprintf(m->where, sizeof(m->where), "%s", e.path);
        json_doc_free(&doc);
        return refuse(m, e.text);
    }
    const json_node *root = json_root(doc);
    bool is_good = has_only(m, root, keys, sizeof(keys) / sizeof(keys[0])) &&
                   read_text(m, root, "rule_set", &id) &&
                   read_day(m, root, "text_state", true, &state);
    const json_node *rules = is_good ? json_member(root, "rules") : NULL;
    if (is_good && (rules == NULL || json_type_of(rules) != JSON_ARRAY)) {
        is_good = refuse(m, "rules");
    }
    for (const json_node *n = is_good ? json_child(rules) : NULL; n != NULL && is_good;
         n = json_next(n)) {
        is_good = add_rule(m, n);
    }
    json_doc_free(&doc);
    return is_good;
}

static bool add_file(maker *m, const char *path, char *text)
{
    FILE *f = fopen(path, "rb");
    m->path = path;
    m->where[0] = 0;
    if (f == NULL) {
        return refuse(m, "the file cannot be read");
    }
    size_t len = fread(text, 1, FILE_LEN_MAX, f);
    bool is_read = ferror(f) == 0 && feof(f) != 0;
    fclose(f);
    return is_read ? add_set(m, (bytes){text, len}) : refuse(m, "the file cannot be read");
}

static bool write_table(const maker *m, const char *path, buf *all)
{
    buf_text(all, "/* Made from plugins/eligibility/rules/; change it there. */\n");
    buf_text(all, "static const condition CONDITIONS[] = {\n");
    buf_put(all, m->conditions.base, m->conditions.len);
    buf_text(all, "};\n\nstatic const rule RULES[] = {\n");
    buf_put(all, m->rules.base, m->rules.len);
    buf_text(all, "};\n");
    FILE *f = fopen(path, "wb");
    if (f == NULL) {
        return false;
    }
    bool is_written = fwrite(all->base, 1, all->len, f) == all->len;
    return (fclose(f) == 0) & is_written;
}

int main(int argc, char **argv)
{
    static maker m;
    static char text[FILE_LEN_MAX + 1];
    buf all = {0};
    bool is_good = argc >= 3;
    if (!is_good) {
        fprintf(stderr, "usage: make_table OUT.inc SET.json...\n");
    }
    for (int i = 2; i < argc && is_good; i++) {
        is_good = add_file(&m, argv[i], text);
    }
    if (is_good && !write_table(&m, argv[1], &all)) {
        fprintf(stderr, "%s: cannot be written\n", argv[1]);
        is_good = false;
    }
    buf_fini(&all);
    buf_fini(&m.conditions);
    buf_fini(&m.rules);
    arena_fini(&m.memory);
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
