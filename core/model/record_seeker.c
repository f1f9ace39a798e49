#include "model/record_seeker.h"

#include "base/check.h"
#include "base/limits.h"
#include "model/record_rule.h"
#include "model/record_table.h"

#define RECORD_DEF "model/record_seeker.def"
#define RECORD_SIDE SIDE_SEEKER
#include "model/record_tables.inc"

const shape *seeker_table(void)
{
    return &seeker_shape;
}

const field *seeker_columns(uint32_t *ret_count)
{
    *ret_count = sizeof columns / sizeof columns[0];
    return columns;
}

static bool check_languages(const seeker *s, err *e)
{
    rule_codes seen = {0};
    for (uint32_t i = 0; i < s->languages.count; i++) {
        if (!rule_add_code(&seen, s->languages.items[i].code)) {
            return rule_broken(e, "a language stands twice", "/languages/%u/code", i);
        }
    }
    return true;
}

static bool check_spans(const seeker *s, err *e)
{
    for (uint32_t i = 0; i < s->spells.count; i++) {
        if (!rule_days_in_order(s->spells.items[i].from, s->spells.items[i].to)) {
            return rule_broken(e, "the spell ends before it starts", "/spells/%u/to", i);
        }
    }
    for (uint32_t i = 0; i < s->entitlements.count; i++) {
        const seeker_entitlement *entitlement = &s->entitlements.items[i];
        if (!rule_days_in_order(entitlement->issued, entitlement->valid_to)) {
            return rule_broken(e, "the entitlement ends before it was issued",
                               "/entitlements/%u/valid_to", i);
        }
    }
    return true;
}

/* What no schema can say: fields that contradict each other. */
static bool check_seeker(const seeker *s, err *e)
{
    if (!rule_ints_in_order(s->availability.hours_min, s->availability.hours_max)) {
        return rule_broken(e, "hours_min is larger than hours_max", "/availability/hours_min");
    }
    if ((s->wishes.kinds.members & s->wishes.not_kinds.members) != 0) {
        return rule_broken(e, "a kind is wished for and not wished for", "/wishes/not_kinds");
    }
    if (rule_shares_concept(&s->wishes.occupations, &s->wishes.not_occupations)) {
        return rule_broken(e, "an occupation is wished for and not wished for",
                           "/wishes/not_occupations");
    }
    return check_languages(s, e) && check_spans(s, e);
}

bool seeker_decode(const json_node *root, const ext_keys *ext, arena *a, seeker **ret, err *e)
{
    seeker *s = arena_make(a, seeker);
    if (s == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the record");
    }
    if (!record_decode(SIDE_SEEKER, &seeker_shape, root, ext, a, s, e) || !check_seeker(s, e)) {
        return false;
    }
    *ret = s;
    return true;
}

bool seeker_parse(bytes text, const ext_keys *ext, arena *a, seeker **ret, err *e)
{
    json_doc *doc = NULL;
    if (!record_read_text(text, &doc, e)) {
        return false;
    }
    bool is_done = seeker_decode(json_root(doc), ext, a, ret, e);
    json_doc_free(&doc);
    return is_done;
}

void seeker_print(const seeker *s, json_writer *w)
{
    record_print(&seeker_shape, s, w);
}
