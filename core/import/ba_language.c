/* Language courses (the vocational ones and those for migrants): course dates whose level stands in
 * a code where it is of class MC 01, else in the title only. */

#include "import/ba_training.h"

static const char *const LEVELS[] = {"A0", "A1", "A2", "B1", "B2", "C1", "C2"};

enum { LEVEL_A2 = 2, LEVEL_B1 = 3, LEVEL_C2 = 6 };

static bool language_recognises(bytes head)
{
    static const char *const schemes[] = {"MC", "MB", "MQ", "A8"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (answer_has_text(head, "\"codeNr\"", schemes[i])) {
            return training_is_answer(head);
        }
    }
    return answer_has_text(head, "\"bezeichnung\"", "Berufssprachkurs") && training_is_answer(head);
}

/* "MC 01 3" is B2; the fourth digit counts from A2. */
static bool level_of_code(bytes code, uint32_t *ret)
{
    if (code.len != 7 || !bytes_starts_with(code, "MC 01 ") || code.base[6] < '1' ||
        code.base[6] > '5') {
        return false;
    }
    *ret = (uint32_t)(code.base[6] - '0') + 1;
    return true;
}

static const char *type_of(const json_node *row, uint32_t level)
{
    static const char *const vocational[] = {
        NULL,           NULL, "vocational_a2", "vocational_b1", "vocational_b2", "vocational_c1",
        "vocational_c2"};
    if (training_class(row, "MB").base != NULL) {
        return "integration";
    }
    if (training_class(row, "MC 03").base != NULL) {
        return "vocational_recognition";
    }
    if (training_class(row, "MC").base == NULL && training_education(row) != 110) {
        return NULL;
    }
    return level >= LEVEL_A2 && level <= LEVEL_C2 ? vocational[level] : NULL;
}

/* The course begins where the level before ends, and is none for those who have its own. */
static void put_levels(json_writer *w, uint32_t entry, uint32_t target)
{
    json_put_key(w, "requires");
    json_begin_object(w);
    json_put_key(w, "languages");
    json_begin_array(w);
    json_begin_object(w);
    json_member_cstr(w, "code", "de");
    json_member_cstr(w, "min", LEVELS[entry]);
    json_member_cstr(w, "max", LEVELS[target - 1]);
    json_end_object(w);
    json_end_array(w);
    json_end_object(w);
    json_put_key(w, "outcomes");
    json_begin_object(w);
    json_put_key(w, "languages");
    json_begin_array(w);
    json_begin_object(w);
    json_member_cstr(w, "code", "de");
    json_member_cstr(w, "level", LEVELS[target]);
    json_end_object(w);
    json_end_array(w);
    json_end_object(w);
}

static void language_put_more(import_run *r, json_writer *w, const training_row *row,
                              const prose_facts *facts)
{
    (void)facts;
    uint32_t low = 0;
    uint32_t high = 0;
    bytes title = answer_text(answer_member(row->node, "angebot"), "titel");
    bool has_code = level_of_code(training_class(row->node, "MC 01"), &high);
    bool has_title = !has_code && prose_find_levels(title, &low, &high);
    run_count_key(&r->derived, has_code    ? BYTES("level_source: code")
                               : has_title ? BYTES("level_source: title")
                                           : BYTES("level_source: none"));
    const char *type = type_of(row->node, high);
    if (type != NULL) {
        json_member_cstr(w, "course_type", type);
    }
    if (high > 0) {
        /* "B1/B2" leads from the one to the other; one level alone is the one it leads to. */
        put_levels(w, has_title && low < high ? low : high - 1, high);
    }
}

static const training_source LANGUAGE = {"ba-language", "ba-s-", "language_course",
                                         language_put_more};

static bool language_finish(import_run *r, err *e)
{
    return training_finish_as(r, &LANGUAGE, e);
}

const import_reader IMPORT_BA_LANGUAGE = {
    "ba-language",       "language courses of the public employment agency, a date a row",
    language_recognises, answer_begin,
    answer_feed,         language_finish,
    answer_end,
};
