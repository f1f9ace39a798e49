#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/record.h"
#include "unit/builtin_plugins.h"
#include "unit/random_records.h"

/* Unknown is not a mismatch, over the shipped examples: every fact of every record is left out
 * once. */

enum { EXAMPLE_COUNT_MAX = 512, FACT_COUNT_MAX = 512, OTHER_STEP = 9, LIMIT = 10 };

/* Writes a tree without one of its nodes. Our own examples are not nested deeply. */
static void print_without(json_writer *w, const json_node *node, const json_node *left_out)
{
    json_type type = json_type_of(node);
    if (type != JSON_OBJECT && type != JSON_ARRAY) {
        json_put_node(w, node);
        return;
    }
    if (type == JSON_OBJECT) {
        json_begin_object(w);
    } else {
        json_begin_array(w);
    }
    for (const json_node *n = json_child(node); n != NULL; n = json_next(n)) {
        if (n == left_out) {
            continue;
        }
        if (type == JSON_OBJECT) {
            json_put_key_bytes(w, json_key(n));
        }
        print_without(w, n, left_out);
    }
    if (type == JSON_OBJECT) {
        json_end_object(w);
    } else {
        json_end_array(w);
    }
}

typedef struct fact_list {
    const json_node *nodes[FACT_COUNT_MAX];
    uint32_t count;
} fact_list;

static void add_fact(fact_list *facts, const json_node *node)
{
    for (uint32_t i = 0; i < facts->count; i++) {
        if (facts->nodes[i] == node) {
            return;
        }
    }
    ck_assert_uint_lt(facts->count, FACT_COUNT_MAX);
    facts->nodes[facts->count++] = node;
}

/* What stands at a path of the catalogue, in every entry of its list; and the list itself, which is
 * one fact, unless it is that of the intakes. */
static void add_facts_at(fact_list *facts, const json_node *node, const char *path)
{
    while (node != NULL && *path != '\0') {
        size_t len = strcspn(path, ".");
        const char *rest = path[len] == '\0' ? path + len : path + len + 1;
        if (strncmp(path, "*", len) == 0) {
            for (const json_node *n = json_child(node); n != NULL; n = json_next(n)) {
                add_facts_at(facts, n, rest);
            }
            bool is_intakes = bytes_equal_text(json_key(node), "intakes");
            if (!is_intakes) {
                add_fact(facts, node);
            }
            return;
        }
        char key[64];
        ck_assert_uint_lt(len, sizeof(key));
        memcpy(key, path, len);
        key[len] = '\0';
        node = json_type_of(node) == JSON_OBJECT ? json_member(node, key) : NULL;
        path = rest;
    }
    if (node != NULL) {
        add_fact(facts, node);
    }
}

static void find_facts(record_side side, const json_node *record, fact_list *ret)
{
    const json_node *kind_node = json_member(record, "kind");
    char kind[64] = "";
    if (kind_node != NULL) {
        snprintf(kind, sizeof(kind), "%.*s", (int)json_text(kind_node).len,
                 json_text(kind_node).base);
    }
    uint32_t count = 0;
    const field *fields = field_all(side, &count);
    ret->count = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool applies = strcmp(fields[i].path, "occupation") != 0 || has_occupation(kind);
        if (fields[i].role == FIELD_FACT && applies) {
            add_facts_at(ret, record, fields[i].path);
        }
    }
}

typedef struct example_set {
    json_doc *docs[EXAMPLE_COUNT_MAX];
    segment *segments[EXAMPLE_COUNT_MAX]; /* of one record each */
    uint32_t count;
} example_set;

static void add_concepts(bytes text)
{
    static const char prefix[] = "\"esco:";
    const char *at = text.base;
    const char *end = text.base + text.len;
    while ((at = memmem(at, (size_t)(end - at), prefix, sizeof(prefix) - 1)) != NULL) {
        const char *close = memchr(at + 1, '"', (size_t)(end - at - 1));
        concept number;
        bool is_new;
        err e = {0};
        ck_assert(dictionary_add(concepts, (bytes){at + 1, (size_t)(close - at - 1)}, &number,
                                 &is_new, &e));
        at = close + 1;
    }
}

/* One record, or NULL where it is none without the node. */
static segment *segment_without(record_side side, const json_node *record,
                                const json_node *left_out)
{
    arena a = {0};
    buf text = {0};
    err e = {0};
    seeker *s = NULL;
    offer *o = NULL;
    segment *made = NULL;
    json_writer w = json_writer_to(&text);
    print_without(&w, record, left_out);
    add_concepts(buf_bytes(&text));
    bool is_decoded = side == SIDE_SEEKER ? seeker_parse(buf_bytes(&text), NULL, &a, &s, &e)
                                          : offer_parse(buf_bytes(&text), NULL, &a, &o, &e);
    ck_assert_msg(is_decoded || left_out != NULL, "%s at %s", e.text, e.path);
    if (is_decoded) {
        segment_input input = {side == SIDE_SEEKER ? (void *)s : (void *)o, 1};
        ck_assert_msg(
            segment_build(registry_program(plugins), side, &input, 1, concepts, false, &made, &e),
            "%s", e.text);
    }
    arena_fini(&a);
    buf_fini(&text);
    return made;
}

static void load_examples(record_side side, example_set *ret)
{
    const char *path = side == SIDE_SEEKER ? SOURCE_DIR "/schemas/examples/seekers.ndjson"
                                           : SOURCE_DIR "/schemas/examples/offers.ndjson";
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t cap = 0;
    err e = {0};
    ck_assert_ptr_nonnull(f);
    for (ssize_t len; (len = getline(&line, &cap, f)) > 0;) {
        uint32_t i = ret->count++;
        ck_assert_uint_lt(i, EXAMPLE_COUNT_MAX);
        ck_assert_msg(json_parse((bytes){line, (size_t)len}, 32, &ret->docs[i], &e), "%s", e.text);
        ret->segments[i] = segment_without(side, json_root(ret->docs[i]), NULL);
    }
    free(line);
    fclose(f);
}

static void free_examples(example_set *set)
{
    for (uint32_t i = 0; i < set->count; i++) {
        json_doc_free(&set->docs[i]);
        segment_free(&set->segments[i]);
    }
}

/* One row of each side: an intake is judged by itself. */
static void judge_rows(const segment *seeker_segment, const segment *offer_segment, uint32_t row,
                       arena *a, match_pair *ret)
{
    const uint32_t first = 0;
    err e = {0};
    match_query q = {.snapshot = shown,
                     .strategy = &default_strategy,
                     .anchor = seeker_segment,
                     .anchor_rows = &first,
                     .anchor_row_count = 1,
                     .as_of = day_from_civil(2026, 11, 23),
                     .limit = LIMIT,
                     .kinds = UINT64_MAX,
                     .verdicts = MATCH_YES_BIT | MATCH_CHECK_BIT};
    ck_assert_msg(match_pair_judge(worker, &q, offer_segment, &row, 1, a, ret, &e), "%s", e.text);
}

/* The row of the same intake in a record built again. */
static uint32_t same_row(const segment *s, bytes intake)
{
    for (uint32_t row = 0; row < segment_row_count(s); row++) {
        if (bytes_equal(segment_intake_id(s, row), intake)) {
            return row;
        }
    }
    ck_abort_msg("an intake is gone");
    return 0;
}

static void compare_example(const segment *seekers[2], const segment *offers[2], arena *a)
{
    const match_program *p = registry_program(plugins);
    for (uint32_t row = 0; row < segment_row_count(offers[0]); row++) {
        match_pair with;
        match_pair without;
        uint32_t other = same_row(offers[1], segment_intake_id(offers[0], row));
        judge_rows(seekers[0], offers[0], row, a, &with);
        judge_rows(seekers[1], offers[1], other, a, &without);
        bytes seeker_id = segment_record_id(seekers[0], 0);
        bytes offer_id = segment_record_id(offers[0], row);
        for (uint32_t i = 0; i < with.finding_count; i++) {
            ck_assert_msg(may_follow(with.findings[i].verdict, without.findings[i].verdict),
                          "%.*s and %.*s, gate %s: %d with a fact, %d without", (int)seeker_id.len,
                          seeker_id.base, (int)offer_id.len, offer_id.base,
                          p->gates[with.gates[i]].id, with.findings[i].verdict,
                          without.findings[i].verdict);
        }
        bool is_within = without.hit.low <= with.hit.score && with.hit.score <= without.hit.high;
        ck_assert_msg(may_follow(with.hit.verdict, without.hit.verdict) && is_within,
                      "%.*s and %.*s: %d, %d with a fact; %d, %d..%d without", (int)seeker_id.len,
                      seeker_id.base, (int)offer_id.len, offer_id.base, with.hit.verdict,
                      with.hit.score, without.hit.verdict, without.hit.low, without.hit.high);
    }
}

static void run_examples_without_facts_of(record_side side)
{
    static example_set sets[2];
    err e = {0};
    arena a = {0};
    uint32_t pair_count = 0;
    record_side other = side == SIDE_SEEKER ? SIDE_OFFER : SIDE_SEEKER;
    load_examples(SIDE_SEEKER, &sets[SIDE_SEEKER]);
    load_examples(SIDE_OFFER, &sets[SIDE_OFFER]);
    ck_assert(match_worker_new(&worker, &e));
    ck_assert(snapshot_new(registry_program(plugins), concepts, 1, &shown, &e));
    for (uint32_t i = 0; i < sets[side].count; i++) {
        fact_list facts;
        const json_node *record = json_root(sets[side].docs[i]);
        find_facts(side, record, &facts);
        for (uint32_t k = 0; k < facts.count; k++) {
            segment *less = segment_without(side, record, facts.nodes[k]);
            for (uint32_t j = (i + k) % OTHER_STEP; less != NULL && j < sets[other].count;
                 j += OTHER_STEP) {
                const segment *full[2] = {sets[SIDE_SEEKER].segments[side == SIDE_SEEKER ? i : j],
                                          sets[SIDE_OFFER].segments[side == SIDE_SEEKER ? j : i]};
                const segment *seekers[2] = {full[0], side == SIDE_SEEKER ? less : full[0]};
                const segment *offers[2] = {full[1], side == SIDE_OFFER ? less : full[1]};
                compare_example(seekers, offers, &a);
                pair_count++;
                arena_reset(&a);
            }
            segment_free(&less);
        }
    }
    ck_assert_uint_gt(pair_count, 1000);
    match_worker_free(&worker);
    snapshot_free(&shown);
    free_examples(&sets[SIDE_SEEKER]);
    free_examples(&sets[SIDE_OFFER]);
    arena_fini(&a);
}

START_TEST(a_fact_less_of_an_example_seeker_is_no_mismatch)
{
    run_examples_without_facts_of(SIDE_SEEKER);
}
END_TEST

START_TEST(a_fact_less_of_an_example_offer_is_no_mismatch)
{
    run_examples_without_facts_of(SIDE_OFFER);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("match/examples");
    TCase *t = tcase_create("unknown");
    tcase_add_checked_fixture(t, start, finish);
    tcase_set_timeout(t, 300);
    tcase_add_test(t, a_fact_less_of_an_example_seeker_is_no_mismatch);
    tcase_add_test(t, a_fact_less_of_an_example_offer_is_no_mismatch);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *runner = srunner_create(make_suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
