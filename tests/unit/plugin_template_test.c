#include "plugin/toy_table.h"
#include "unit/plugin_folder.h"

/* A newcomer's afternoon: copy the template, change its id and formula, build it with nothing but
 * the contract's header, put it into a folder that the operator trusts. */

enum { AS_OF = 20600 };

static plugin_folder folder;

/* The template under another id, whose formula punishes twice as hard. */
static void make_own_plugin(void)
{
    folder = folder_new();
    folder_run("mkdir '%s/sdk' '%s/plugins' && cp '%s/plugins/sdk/lotse_plugin.h' '%s/sdk/'",
               folder.path, folder.path, SOURCE_DIR, folder.path);
    folder_run("cp -r '%s/plugins/template' '%s/plugins/mine'", SOURCE_DIR, folder.path);
    folder_run("cd '%s/plugins/mine' && sed -i 's/org.example.hours_wish/org.example.mine/' "
               "manifest.json hours_wish.c && "
               "sed -i 's/1.0 - f.apart/1.0 - 0.5 * f.apart/' hours_wish.c",
               folder.path);
    folder_run("make -s -C '%s/plugins/mine' SDK=../../sdk", folder.path);
}

static void remove_own_plugin(void)
{
    folder_remove(&folder);
}

static registry *open_registry(void)
{
    static char path[100];
    static const char *trusted[1];
    registry *r = NULL;
    err e = {0};
    snprintf(path, sizeof(path), "%s/plugins", folder.path);
    trusted[0] = path;
    registry_config config = {.trusted_dirs = trusted, .trusted_dir_count = 1};
    ck_assert_msg(registry_new(&config, &r, &e), "%s", e.text);
    const plugin_info *p = find_info(r, "org.example.mine");
    ck_assert_msg(p->state == PLUGIN_READY, "%s %s", p->why.text, p->why.detail);
    return r;
}

static toy_table *table_of(uint32_t side, const int32_t *hours, uint32_t count)
{
    toy_table *t = malloc(sizeof(*t));
    toy_init(t, side, count);
    const lotse_column *c = toy_add(t, LOTSE_INT, sizeof(int32_t));
    for (uint32_t i = 0; i < count; i++) {
        if (hours[i] >= 0) {
            toy_put_int(t, c, i, hours[i]);
        }
    }
    return t;
}

static const lotse_criterion *make_criterion(const registry *r)
{
    lotse_error why = {.size = sizeof(why)};
    const lotse_criterion *c =
        registry_program(r)->criteria[0].factory->create(program_host(), "org.example.mine", &why);
    ck_assert_ptr_nonnull(c);
    ck_assert_int_eq(c->configure(c->self, NULL, &why), LOTSE_OK);
    return c;
}

static void check_scores(const lotse_criterion *c, uint32_t side)
{
    static const int32_t anchor_hours[] = {30};
    static const int32_t row_hours[] = {30, 20, -1, 60};
    static const uint32_t rows[] = {0, 1, 2, 3};
    static const int32_t wanted[] = {1000000, 750000, 500000, 0};
    toy_table *anchor = table_of(side, anchor_hours, 1);
    toy_table *t = table_of(1 - side, row_hours, 4);
    uint8_t verdicts[4];
    int32_t scores[4];
    lotse_error why = {.size = sizeof(why)};
    ck_assert_int_eq(c->select(c->self, &anchor->table, AS_OF, &why), LOTSE_OK);
    ck_assert_int_eq(c->score(c->self, &t->table, rows, 4, NULL, verdicts, scores), LOTSE_OK);
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert_int_eq(scores[i], wanted[i]);
        ck_assert_int_eq(verdicts[i], i == 2 ? LOTSE_CHECK : LOTSE_YES);
    }
    toy_free(anchor);
    toy_free(t);
}

START_TEST(own_plugin_scores_by_its_own_formula_both_ways)
{
    registry *r = open_registry();
    const lotse_criterion *c = make_criterion(r);

    check_scores(c, LOTSE_SEEKER);
    check_scores(c, LOTSE_OFFER);

    c->destroy(c->self);
    registry_free(&r);
}
END_TEST

START_TEST(own_plugin_explains_in_its_own_sentences)
{
    static const int32_t anchor_hours[] = {30};
    static const int32_t row_hours[] = {20};
    static const uint32_t rows[] = {0};
    struct {
        lotse_reasons head;
        lotse_reason reason;
    } answer = {.head = {.size = sizeof(lotse_reasons),
                         .capacity = 1,
                         .reasons_offset = sizeof(lotse_reasons)}};
    registry *r = open_registry();
    const lotse_criterion *c = make_criterion(r);
    const manifest *m = registry_manifest_of(r, 0);
    toy_table *anchor = table_of(LOTSE_SEEKER, anchor_hours, 1);
    toy_table *t = table_of(LOTSE_OFFER, row_hours, 1);
    lotse_error why = {.size = sizeof(why)};
    ck_assert_int_eq(c->select(c->self, &anchor->table, AS_OF, &why), LOTSE_OK);

    ck_assert_int_eq(c->explain(c->self, &t->table, rows, 1, NULL, &answer.head), LOTSE_OK);

    ck_assert_uint_eq(answer.head.count, 1);
    ck_assert_int_eq(answer.reason.points, 750000);
    const manifest_sentence *s = &m->sentences[answer.reason.sentence];
    ck_assert_str_eq(s->id.base, "hours_wish.differ");
    ck_assert_uint_eq(answer.reason.arg_count, s->arg_count);
    ck_assert_int_eq(answer.reason.args[2].value, 10);
    ck_assert_uint_gt(text_set_get(&s->text, "de").len, 0);
    toy_free(anchor);
    toy_free(t);
    c->destroy(c->self);
    registry_free(&r);
}
END_TEST

START_TEST(own_plugin_stands_in_a_strategy_beside_the_others)
{
    static const char text[] =
        "{\"id\":\"mine\",\"criteria\":[{\"id\":\"org.example.mine\",\"weight\":1000000,"
        "\"params\":{\"tolerance\":10}}]}";
    registry *r = open_registry();
    arena a = {0};
    strategy s;
    json_doc *doc = NULL;
    err e = {0};
    ck_assert(json_parse(bytes_of(text), JSON_DEPTH_MAX, &doc, &e));

    ck_assert_msg(registry_strategy(r, json_root(doc), &a, &s, &e), "%s", e.text);

    ck_assert_int_eq(lotse_param_value(s.criteria[0].params, 0, 0), 10);
    json_doc_free(&doc);
    arena_fini(&a);
    registry_free(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("plugin_template");
    TCase *c = tcase_create("template");
    tcase_set_timeout(c, 60);
    tcase_add_unchecked_fixture(c, make_own_plugin, remove_own_plugin);
    tcase_add_test(c, own_plugin_scores_by_its_own_formula_both_ways);
    tcase_add_test(c, own_plugin_explains_in_its_own_sentences);
    tcase_add_test(c, own_plugin_stands_in_a_strategy_beside_the_others);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
