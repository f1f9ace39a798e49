#include "unit/builtin_plugins.h"

#include <stdlib.h>

#include "say/say.h"
#include "say/words.h"
#include "unit/say_text_rules.h"

/* Every sentence of every built-in plugin stands in every language, fills the same values, and
 * keeps the rules for texts that people read. */

static uint32_t text_count;

static void texts_are_whole(const manifest *m, const char *what, bytes id, const text_set *t)
{
    char where[200];
    bytes english = {NULL, 0};
    if (t->count == 0) {
        return; /* a gate need not say what would open it */
    }
    snprintf(where, sizeof where, "%s %s %.*s", m->id.base, what, (int)id.len, id.base);
    for (uint32_t i = 0; i < t->count; i++) {
        english = bytes_equal_text(t->langs[i], "en") ? t->texts[i] : english;
    }
    ck_assert_msg(english.base != NULL, "%s is missing in en", where);
    for (uint32_t i = 0; i < lang_count(); i++) {
        bytes own = {NULL, 0};
        bytes text = text_set_find(t, lang_at(i)->tag, &own);
        ck_assert_msg(bytes_equal_text(own, lang_at(i)->tag), "%s is missing in %s", where,
                      lang_at(i)->tag);
        must_keep_rules(where, text.base, english.base, lang_at(i));
        text_count++;
    }
}

static void gates_are_whole(const manifest *m)
{
    for (uint32_t i = 0; i < m->gate_count; i++) {
        const manifest_gate *g = &m->gates[i];
        texts_are_whole(m, "gate yes", g->id, &g->yes);
        texts_are_whole(m, "gate no", g->id, &g->no);
        texts_are_whole(m, "gate check", g->id, &g->check);
        texts_are_whole(m, "gate opens", g->id, &g->opens);
    }
}

static void manifest_is_whole(const manifest *m)
{
    texts_are_whole(m, "title", m->id, &m->title);
    texts_are_whole(m, "help", m->id, &m->help);
    gates_are_whole(m);
    for (uint32_t i = 0; i < m->sentence_count; i++) {
        texts_are_whole(m, "sentence", m->sentences[i].id, &m->sentences[i].text);
    }
    for (uint32_t i = 0; i < m->step_count; i++) {
        char who[80];
        texts_are_whole(m, "step", m->steps[i].id, &m->steps[i].text);
        snprintf(who, sizeof who, "who.%s", m->steps[i].who.base);
        ck_assert_msg(words_find("en", who) != NULL, "nobody says who \"%s\" is", who);
    }
    for (uint32_t i = 0; i < m->param_count; i++) {
        texts_are_whole(m, "parameter", m->params[i].id, &m->params[i].title);
    }
    for (uint32_t i = 0; i < m->field_count; i++) {
        texts_are_whole(m, "field", m->fields[i].id, &m->fields[i].title);
    }
}

START_TEST(every_sentence_stands_in_every_language)
{
    for (uint32_t i = 0; i < registry_count(plugins); i++) {
        manifest_is_whole(registry_plugin(plugins, i)->manifest);
    }
    ck_assert_uint_gt(text_count, 1500);
    ck_assert_ptr_null(worker); /* nothing is matched here */
    ck_assert_ptr_null(shown);
}
END_TEST

/* A gate that asks for nothing names its field instead of its sentence. */
START_TEST(fields_of_gates_have_labels_in_every_language)
{
    const match_program *p = registry_program(plugins);
    for (uint32_t i = 0; i < p->gate_count; i++) {
        char id[160];
        if (p->gates[i].plugin == UINT32_MAX) {
            continue;
        }
        const field *f = p->columns[SIDE_OFFER].columns[p->gates[i].offer_columns[0]].field;
        if (f->source == NULL) {
            continue; /* of a plugin: its manifest names it */
        }
        snprintf(id, sizeof id, "field.%s", f->path);
        for (uint32_t k = 0; k < lang_count(); k++) {
            const char *tag = lang_at(k)->tag;
            bool is_in_table = strcmp(tag, "en") == 0 || strcmp(tag, "de") == 0;
            ck_assert_msg(is_in_table || words_find_own(tag, id) != NULL, "%s is missing in %s", id,
                          tag);
        }
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("say/languages");
    TCase *t = tcase_create("languages");
    tcase_add_checked_fixture(t, start, finish);
    tcase_add_test(t, every_sentence_stands_in_every_language);
    tcase_add_test(t, fields_of_gates_have_labels_in_every_language);
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
