#include "model/record_offer.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/limits.h"
#include "model/record_rule.h"
#include "model/record_table.h"

#define RECORD_DEF "model/record_offer.def"
#define RECORD_SIDE SIDE_OFFER
#include "model/record_tables.inc"

const shape *offer_table(void)
{
    return &offer_shape;
}

const field *offer_columns(uint32_t *ret_count)
{
    *ret_count = sizeof columns / sizeof columns[0];
    return columns;
}

static bool check_languages(const offer *o, err *e)
{
    rule_codes seen = {0};
    for (uint32_t i = 0; i < o->requires.languages.count; i++) {
        const required_language *language = &o->requires.languages.items[i];
        if (!rule_add_code(&seen, language->code)) {
            return rule_broken(e, "a language stands twice", "/requires/languages/%u/code", i);
        }
        if (language->min.is_set && language->max.is_set &&
            language->min.position > language->max.position) {
            return rule_broken(e, "min is larger than max", "/requires/languages/%u/min", i);
        }
    }
    seen = (rule_codes){0};
    for (uint32_t i = 0; i < o->outcomes.languages.count; i++) {
        if (!rule_add_code(&seen, o->outcomes.languages.items[i].code)) {
            return rule_broken(e, "a language stands twice", "/outcomes/languages/%u/code", i);
        }
    }
    return true;
}

static bool check_intake(const offer_intake *intake, uint32_t i, err *e)
{
    if (!rule_days_in_order(intake->start, intake->end)) {
        return rule_broken(e, "the intake ends before it starts", "/intakes/%u/end", i);
    }
    /* Without an entry mode the start is merely not known. */
    if (intake->start.is_null && intake->entry.mode.is_set &&
        intake->entry.mode.position != ENTRY_MODE_ROLLING) {
        return rule_broken(e, "only an intake with rolling entry may start on any day",
                           "/intakes/%u/start", i);
    }
    if (!rule_ints_in_order(intake->seats_free, intake->seats)) {
        return rule_broken(e, "seats_free is larger than seats", "/intakes/%u/seats_free", i);
    }
    if (!rule_ints_in_order(intake->seats_min, intake->seats)) {
        return rule_broken(e, "seats_min is larger than seats", "/intakes/%u/seats_min", i);
    }
    for (uint32_t k = 0; k < intake->reserved.count; k++) {
        if (!rule_ints_in_order(intake->reserved.items[k].seats, intake->seats)) {
            return rule_broken(e, "more seats are reserved than there are",
                               "/intakes/%u/reserved/%u/seats", i, k);
        }
    }
    return true;
}

static int compare_ids(const void *a, const void *b)
{
    const offer_intake *const *x = a;
    const offer_intake *const *y = b;
    int order = bytes_compare((*x)->id.text, (*y)->id.text);
    return order != 0 ? order : (*x > *y) - (*x < *y);
}

static bool check_intakes(const offer *o, arena *a, err *e)
{
    uint32_t count = o->intakes.count;
    const offer_intake **sorted = arena_make_array(a, count, const offer_intake *);
    if (sorted == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the record");
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!check_intake(&o->intakes.items[i], i, e)) {
            return false;
        }
        sorted[i] = &o->intakes.items[i];
    }
    if (count > 1) {
        qsort(sorted, count, sizeof *sorted, compare_ids);
    }
    for (uint32_t i = 1; i < count; i++) {
        if (bytes_equal(sorted[i - 1]->id.text, sorted[i]->id.text)) {
            return rule_broken(e, "two intakes have the same id", "/intakes/%u/id",
                               (uint32_t)(sorted[i] - o->intakes.items));
        }
    }
    return true;
}

/* What no schema can say: fields that contradict each other. */
static bool check_offer(const offer *o, arena *a, err *e)
{
    if (!rule_ints_in_order(o->hours.min, o->hours.max)) {
        return rule_broken(e, "min is larger than max", "/hours/min");
    }
    if (!rule_ints_in_order(o->part.number, o->part.total)) {
        return rule_broken(e, "the part's number is larger than their total", "/part/number");
    }
    if (!rule_ints_in_order(o->childcare.from, o->childcare.to)) {
        return rule_broken(e, "the childcare ends before it starts", "/childcare/to");
    }
    return check_languages(o, e) && check_intakes(o, a, e);
}

bool offer_decode(const json_node *root, const ext_keys *ext, arena *a, offer **ret, err *e)
{
    offer *o = arena_make(a, offer);
    if (o == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the record");
    }
    if (!record_decode(SIDE_OFFER, &offer_shape, root, ext, a, o, e) || !check_offer(o, a, e)) {
        return false;
    }
    *ret = o;
    return true;
}

bool offer_parse(bytes text, const ext_keys *ext, arena *a, offer **ret, err *e)
{
    json_doc *doc = NULL;
    if (!record_read_text(text, &doc, e)) {
        return false;
    }
    bool is_done = offer_decode(json_root(doc), ext, a, ret, e);
    json_doc_free(&doc);
    return is_done;
}

void offer_print(const offer *o, json_writer *w)
{
    record_print(&offer_shape, o, w);
}
