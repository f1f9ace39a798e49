/* Vocational training: apprenticeships at schools, retraining, school certificates, and partial
 * qualifications (Teilqualifizierung), whose number stands in the title only. */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "import/ba_training.h"

enum { MODULE = 101, RETRAINING = 109, KLDB_LEN = 5, NUMBER_MAX = 20 };

static bool vocational_recognises(bytes head)
{
    bool has_class = answer_has_key(head, "\"dkzId\"") || answer_has_text(head, "\"codeNr\"", "B ");
    return has_class && training_is_answer(head);
}

/* "B 81713-901" is KldB 81713. */
static bool occupation_of(const json_node *row, char out[16])
{
    bytes code = training_class(row, "B ");
    if (code.len < 2 + KLDB_LEN) {
        return false;
    }
    for (size_t i = 2; i < 2 + KLDB_LEN; i++) {
        if (code.base[i] < '0' || code.base[i] > '9') {
            return false;
        }
    }
    snprintf(out, 16, "kldb:%.*s", KLDB_LEN, code.base + 2);
    return true;
}

static uint32_t number_in(bytes text, size_t at, size_t *ret_end)
{
    uint32_t number = 0;
    while (at < text.len && (text.base[at] == ' ' || text.base[at] == '-')) {
        at++;
    }
    while (at < text.len && text.base[at] >= '0' && text.base[at] <= '9' && number < 1000) {
        number = number * 10 + (uint32_t)(text.base[at] - '0');
        at++;
    }
    *ret_end = at;
    return number <= NUMBER_MAX ? number : 0;
}

/* "TQ 1", "TQ2", "Teilqualifikation 3 von 6", "Modul 2"; 0: not said. */
static uint32_t module_number(bytes title, uint32_t *ret_total)
{
    static const char *const words[] = {"teilqualifikation", "teilqualifizierung", "tq", "modul",
                                        "baustein"};
    buf folded = {0};
    uint32_t number = 0;
    utf8_fold(title, &folded);
    bytes text = folded.failed ? (bytes){NULL, 0} : buf_bytes(&folded);
    for (size_t w = 0; w < sizeof words / sizeof *words && number == 0; w++) {
        size_t len = strlen(words[w]);
        for (size_t at = 0; at + len < text.len && number == 0; at++) {
            if (memcmp(text.base + at, words[w], len) == 0 &&
                (at == 0 || text.base[at - 1] < 'a')) {
                size_t end = 0;
                number = number_in(text, at + len, &end);
                bool has_total =
                    number > 0 && end + 5 < text.len && memcmp(text.base + end, " von ", 5) == 0;
                *ret_total = has_total ? number_in(text, end + 5, &end) : 0;
            }
        }
    }
    buf_fini(&folded);
    return number;
}

static void put_part(import_run *r, json_writer *w, const training_row *row, const char *of)
{
    uint32_t total = 0;
    uint32_t number =
        module_number(answer_text(answer_member(row->node, "angebot"), "titel"), &total);
    if (number == 0) {
        run_count_key(&r->unmapped_codes, BYTES("titel (number of the module)"));
        return;
    }
    run_count_key(&r->derived, BYTES("part.number"));
    json_put_key(w, "part");
    json_begin_object(w);
    json_member_cstr(w, "of", of);
    json_member_int(w, "number", number);
    if (total >= number) {
        json_member_int(w, "total", total);
    }
    json_end_object(w);
}

static void vocational_put_more(import_run *r, json_writer *w, const training_row *row,
                                const prose_facts *facts)
{
    (void)facts;
    char occupation[16];
    int64_t education = training_education(row->node);
    if (!occupation_of(row->node, occupation)) {
        if (training_class(row->node, "").base != NULL) {
            run_count_key(&r->unmapped_codes, BYTES("systematiken.codeNr"));
        }
        return;
    }
    json_member_cstr(w, "occupation", occupation);
    if (education == MODULE) {
        put_part(r, w, row, occupation);
        return;
    }
    json_put_key(w, "outcomes");
    json_begin_object(w);
    json_member_cstr(w, "occupation", occupation);
    json_end_object(w);
    if (education == RETRAINING) {
        run_count_key(&r->derived, BYTES("kind (retraining)"));
    }
}

static const training_source VOCATIONAL = {"ba-vocational", "ba-a-", "qualification",
                                           vocational_put_more};

static bool vocational_finish(import_run *r, err *e)
{
    return training_finish_as(r, &VOCATIONAL, e);
}

const import_reader IMPORT_BA_VOCATIONAL = {
    "ba-vocational",
    "vocational training, retraining and its modules, a date a row",
    vocational_recognises,
    answer_begin,
    answer_feed,
    vocational_finish,
    answer_end,
};
