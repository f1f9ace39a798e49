#include "say/say.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/utf8.h"
#include "say/template.h"
#include "say/words.h"

/* Sentences about reasons, gates and openings: which text, and what fills it. */

/* ------------------------------------------------------------------------------------ reasons */

static gate_fact fact_of_arg(const manifest_arg *named, const lotse_arg *arg, const match_reason *r)
{
    gate_fact fact = {.is_known = arg->value != LOTSE_ABSENT, .number = arg->value};
    switch (arg->type) {
    case LOTSE_ARG_DAY:
        fact.kind = GATE_FACT_DAY;
        break;
    case LOTSE_ARG_CODE:
        fact.kind = GATE_FACT_CODE;
        fact.list = named->codes;
        fact.is_known =
            named->codes != NULL && arg->value >= 0 && arg->value < (int64_t)named->codes->count;
        break;
    case LOTSE_ARG_KM:
        fact.kind = GATE_FACT_KM;
        fact.is_known = arg->value >= 0;
        break;
    case LOTSE_ARG_CONCEPTS:
        fact.kind = GATE_FACT_CONCEPTS;
        fact.is_known = true;
        fact.concepts = r->values + arg->value;
        fact.count = arg->count;
        break;
    default:
        fact.kind = GATE_FACT_NUMBER;
        break;
    }
    return fact;
}

/* A sentence that begins with a value begins with a capital all the same, as names of languages and
 * codes do not everywhere. Turkish has two letters i, and the one without a dot is no capital. */
static void fill_sentence(const say_context *c, bytes text, const template_slot *slots,
                          uint32_t slot_count, buf *out)
{
    size_t start = out->len;
    template_fill(c, text, slots, slot_count, out);
    const char *close = text.len == 0 ? NULL : memchr(text.base, '}', text.len);
    bool begins_with_value = close != NULL && text.base[0] == '{' &&
                             memchr(text.base, '|', (size_t)(close - text.base)) == NULL;
    bool is_dotted =
        strcmp(words_lang(c->lang)->tag, "tr") == 0 && out->len > start && out->base[start] == 'i';
    if (begins_with_value && !is_dotted && !out->failed) {
        utf8_capitalise(out->base + start, out->len - start);
    }
}

/* A partner's manifest may lack the reader's language. What it says instead takes its values in its
 * own language: half a sentence of each would be worse. */
static say_context in_language(const say_context *c, bytes tag)
{
    say_context ret = *c;
    const language *l = lang_find(tag);
    ret.lang = l == NULL ? "en" : l->tag;
    return ret;
}

void say_reason(const say_context *c, const manifest_sentence *sentence, const match_reason *r,
                buf *out)
{
    template_slot slots[EXPLAIN_ARG_MAX];
    concept alone[EXPLAIN_ARG_MAX];
    uint32_t count = r->arg_count < sentence->arg_count ? r->arg_count : sentence->arg_count;
    for (uint32_t i = 0; i < count; i++) {
        slots[i].name = sentence->args[i].name;
        slots[i].value = fact_of_arg(&sentence->args[i], &r->args[i], r);
        if (r->args[i].type == LOTSE_ARG_CONCEPT) {
            alone[i] = (concept)r->args[i].value;
            slots[i].value = (gate_fact){.kind = GATE_FACT_CONCEPTS,
                                         .is_known = alone[i] != CONCEPT_NONE,
                                         .concepts = &alone[i],
                                         .count = 1};
        }
    }
    bytes own = bytes_of(c->lang);
    bytes text = text_set_find(&sentence->text, c->lang, &own);
    say_context its = in_language(c, own);
    fill_sentence(&its, text, slots, count, out);
}

/* ------------------------------------------------------------------------------------ gates */

enum { SLOT_COUNT = 4, ID_MAX = 96 };

/* {have} {need} {lack} {key}; the key is a code or a concept that `key` gives a place to. */
static void fill_slots(const say_context *c, const gate *g, const gate_finding *found, concept *key,
                       template_slot slots[SLOT_COUNT])
{
    slots[0] = (template_slot){BYTES("have"), found->have};
    slots[1] = (template_slot){BYTES("need"), found->need};
    slots[2] = (template_slot){BYTES("lack"), found->lack};
    slots[3] = (template_slot){BYTES("key"), {.kind = GATE_FACT_NONE}};
    if (found->key_code < 0 || g->offer_key == UINT16_MAX) {
        return;
    }
    const field *f = c->program->columns[SIDE_OFFER].columns[g->offer_key].field;
    gate_fact *value = &slots[3].value;
    value->is_known = true;
    if (f->codes != NULL) {
        value->kind = GATE_FACT_CODE;
        value->number = found->key_code;
        value->list = f->codes;
    } else {
        *key = (concept)found->key_code;
        value->kind = GATE_FACT_CONCEPTS;
        value->concepts = key;
        value->count = 1;
    }
}

static void say_filled(const say_context *c, const gate *g, const gate_finding *found, bytes text,
                       buf *out)
{
    template_slot slots[SLOT_COUNT];
    concept key = CONCEPT_NONE;
    fill_slots(c, g, found, &key, slots);
    fill_sentence(c, text, slots, SLOT_COUNT, out);
}

/* The same for every entry of a joined list whose verdict is `least` or worse: a sentence each. */
static void say_entries(const say_context *c, const gate *g, const gate_finding *found,
                        verdict least, bytes text, buf *out)
{
    bool is_first = true;
    for (uint32_t i = 0; i < found->entry_count; i++) {
        const gate_entry *entry = &found->entries[i];
        if (entry->verdict < least) {
            continue;
        }
        gate_finding alone = {
            .have = entry->have, .need = entry->need, .lack = entry->lack, .key_code = entry->key};
        buf_text(out, is_first ? "" : " ");
        say_filled(c, g, &alone, text, out);
        is_first = false;
    }
}

static const char *verdict_text(verdict v)
{
    return v == VERDICT_YES ? "yes" : v == VERDICT_NO ? "no" : "check";
}

/* The engine's own sentence for a gate of the core; gates that nobody wrote sentences for, such as
 * a question's filters, share some. */
static const char *own_text(const say_context *c, const gate *g, const gate_finding *found)
{
    char id[ID_MAX];
    bool is_silent = g->plugin == UINT32_MAX && !found->need.is_known;
    const char *end = is_silent ? "unknown" : verdict_text(found->verdict);
    snprintf(id, sizeof(id), "%s.%s", g->id, end);
    const char *text = words_find(c->lang, id);
    if (text == NULL) {
        snprintf(id, sizeof(id), "gate.%s", verdict_text(found->verdict));
        text = words_find(c->lang, id);
    }
    check(text != NULL);
    return text;
}

static bool is_empty(const gate_fact *fact)
{
    bool is_set = fact->kind == GATE_FACT_CODES || fact->kind == GATE_FACT_CONCEPTS;
    return is_set && fact->is_known && value_amount(fact) == 0;
}

/* Fits because there is no demand: none was stated, or it is the lowest there is. */
static bool asks_nothing(const gate *g, const gate_finding *found)
{
    if (!found->need.is_known || !found->have.is_known) {
        return true;
    }
    switch (g->op) {
    case GATE_AT_LEAST:
    case GATE_FLAG:
        return found->need.number <= 0;
    case GATE_CONTAINS_ALL:
    case GATE_INTERSECTS_OR_EMPTY:
        return is_empty(&found->need);
    case GATE_SUBSET_OF:
        return is_empty(&found->have);
    case GATE_DISJOINT:
        return is_empty(&found->have) || is_empty(&found->need);
    default:
        return false;
    }
}

static bool has_placeholder(bytes text)
{
    return text.len > 0 && memchr(text.base, '{', text.len) != NULL;
}

/* What would have been asked for, in the catalogue's words. */
static void say_not_asked(const say_context *c, const gate *g, buf *out)
{
    uint16_t column = g->offer_columns[0];
    buf_text(out, say_word(c->lang, "gate.nothing_asked"));
    if (column != UINT16_MAX) {
        const field *f = c->program->columns[SIDE_OFFER].columns[column].field;
        const char *text = say_field_label(c->lang, f);
        buf_char(out, ' ');
        buf_text(out, text == NULL ? f->path : text);
    }
}

/* A yes that a sentence about what is there and what is asked for would tell wrongly. */
static bool say_plain_yes(const say_context *c, const gate *g, const gate_finding *found,
                          bytes text, buf *out)
{
    if (found->verdict != VERDICT_YES || g->plugin == UINT32_MAX) {
        return false;
    }
    bool is_assumed = found->seeker_is_unknown || found->offer_is_unknown;
    if (found->is_online || is_assumed) {
        buf_text(out, say_word(c->lang, found->is_online ? "gate.online" : "gate.assumed"));
        return true;
    }
    if (!asks_nothing(g, found) || !has_placeholder(text)) {
        return false;
    }
    say_not_asked(c, g, out);
    return true;
}

/* Is the rule in force on the day asked, and about one of the codes asked for? */
static bool rule_applies(const manifest_rule *r, const gate_finding *found, uint32_t *ret_code)
{
    if (found->as_of < r->from || found->as_of > r->to) {
        return false;
    }
    if (r->code.base == NULL) {
        return true;
    }
    const gate_fact *need = &found->need;
    uint32_t position = 0;
    bool is_asked = need->kind == GATE_FACT_CODES && code_find(need->list, r->code, &position) &&
                    (need->codes >> position & 1u) != 0;
    *ret_code = position;
    return is_asked;
}

/* Where a rule says yes by itself nobody need look at the others, nor at what is left open. */
static bool rule_is_told(const manifest_rule *r, const gate_finding *found, uint32_t code)
{
    bool is_met = r->code.base != NULL && (found->have.codes >> code & 1u) != 0;
    return found->verdict != VERDICT_YES || r->code.base == NULL || is_met;
}

/* " Arbeitsgelegenheit (sgb2-2026-07, SGB II § 16d): ..." for each rule that the gate rests on.
 * What to look at is said in the reader's language or not at all. */
static void say_rules(const say_context *c, const manifest_gate *m, const gate_finding *found,
                      buf *out)
{
    const language *l = words_lang(c->lang);
    for (uint32_t i = 0; i < m->rule_count; i++) {
        const manifest_rule *r = &m->rules[i];
        uint32_t code = 0;
        if (!rule_applies(r, found, &code) || !rule_is_told(r, found, code)) {
            continue;
        }
        bytes own = {NULL, 0};
        bytes look_at = text_set_find(&r->look_at, c->lang, &own);
        bool is_open =
            found->verdict == VERDICT_CHECK && look_at.len > 0 && bytes_equal_text(own, l->tag);
        buf_char(out, ' ');
        if (r->code.base != NULL) {
            buf_text(out, say_code_label(c->lang, found->need.list, code));
            buf_char(out, ' ');
        }
        buf_text(out, l->is_right_to_left ? "\u2068" : "");
        buf_print(out, "(%s, %s)", r->set.base, r->basis.base);
        buf_text(out, l->is_right_to_left ? "\u2069" : "");
        buf_text(out, is_open ? ": " : ".");
        if (is_open) {
            buf_put(out, look_at.base, look_at.len);
        }
    }
}

void say_gate(const say_context *c, const manifest_gate *m, const gate *g,
              const gate_finding *found, buf *out)
{
    bytes text = {NULL, 0};
    bytes own = bytes_of(c->lang);
    if (m != NULL) {
        const text_set *sets[] = {&m->yes, &m->check, &m->no};
        const text_set *set = found->is_inferred ? &m->maybe : sets[found->verdict];
        text = text_set_find(set, c->lang, &own);
    }
    if (text.base == NULL) {
        text = bytes_of(own_text(c, g, found));
    }
    if (say_plain_yes(c, g, found, text, out)) {
        return;
    }
    say_context its = in_language(c, own);
    if (found->verdict != VERDICT_YES && found->entry_count > 1) {
        say_entries(&its, g, found, found->verdict, text, out);
    } else {
        say_filled(&its, g, found, text, out);
    }
    if (m != NULL) {
        say_rules(c, m, found, out);
    }
}

void say_opens(const say_context *c, const manifest_gate *m, const gate *g,
               const gate_finding *found, buf *out)
{
    bytes own = bytes_of(c->lang);
    bytes text = m == NULL ? (bytes){NULL, 0} : text_set_find(&m->opens, c->lang, &own);
    if (text.base == NULL) {
        text = bytes_of(say_word(c->lang, "gate.opens"));
    }
    say_context its = in_language(c, own);
    if (found->entry_count > 1) {
        buf_text(out, say_word(its.lang, "gate.opens_all"));
        buf_char(out, ' ');
        say_entries(&its, g, found, VERDICT_CHECK, text, out);
    } else {
        say_filled(&its, g, found, text, out);
    }
}

bytes say_gate_path(const manifest_gate *m, const gate *g, const gate_finding *found)
{
    if (m != NULL) {
        bool is_offers = found->offer_is_unknown && !found->seeker_is_unknown;
        return is_offers ? m->offer_pointer : m->seeker_pointer;
    }
    switch (g->op) {
    case GATE_SEATS:
        return BYTES("/intakes");
    case GATE_STATUS:
        return BYTES("/status");
    case GATE_RESTRICTION:
        return BYTES("/restrictions");
    default:
        return (bytes){NULL, 0};
    }
}
