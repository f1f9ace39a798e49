/* Activation and coaching measures that a voucher (AVGS, SGB III section 45) pays for. */
#include <string.h>

#include "import/ba_training.h"

static bool coaching_recognises(bytes head)
{
    return answer_has_key(head, "\"massnahmeNummer\"") && training_is_answer(head);
}

/* What the class says of the voucher; SA 01 to SA 05 are section 45(1) numbers 1 to 5. */
static const char *voucher_of(bytes code)
{
    static const struct {
        const char *code;
        const char *entitlement;
    } VOUCHERS[] = {{"SA 01", "SGB3_45_PROVIDER"},
                    {"SA 02", "SGB3_45_PROVIDER"},
                    {"SA 03", "SGB3_45_PROVIDER"},
                    {"SA 04", "SGB3_45_PROVIDER"},
                    {"SA 05", "SGB3_45_PROVIDER"}};
    for (size_t i = 0; i < sizeof VOUCHERS / sizeof *VOUCHERS && code.base != NULL; i++) {
        if (bytes_starts_with(code, VOUCHERS[i].code)) {
            return VOUCHERS[i].entitlement;
        }
    }
    return NULL;
}

static void coaching_put_more(import_run *r, json_writer *w, const training_row *row,
                              const prose_facts *facts)
{
    (void)facts;
    bytes code = training_class(row->node, "SA");
    const char *voucher = voucher_of(code);
    if (code.base != NULL && voucher == NULL) {
        run_count_key(&r->unmapped_codes, code);
    }
    if (voucher != NULL) {
        json_put_key(w, "requires");
        json_begin_object(w);
        json_put_key(w, "entitlements");
        json_begin_array(w);
        json_put_cstr(w, voucher);
        json_end_array(w);
        json_end_object(w);
    }
    json_put_key(w, "funding");
    json_begin_array(w);
    json_put_cstr(w, "SGB3_45");
    json_end_array(w);
}

static const training_source COACHING = {"ba-coaching", "ba-c-", "coaching", coaching_put_more};

static bool coaching_finish(import_run *r, err *e)
{
    return training_finish_as(r, &COACHING, e);
}

const import_reader IMPORT_BA_COACHING = {
    "ba-coaching",       "coaching and activation by voucher (AVGS), a date a row",
    coaching_recognises, answer_begin,
    answer_feed,         coaching_finish,
    answer_end,
};
