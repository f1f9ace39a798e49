#include <string.h>

#include "base/check.h"
#include "say/template.h"
#include "say/words.h"

/* Values in words, as the reader's language writes them. */

enum { LIST_SHOWN_MAX = 8 };

/* ------------------------------------------------------------------------------------ forms */

/* The forms' placeholders are texts here, not facts: they are what facts are made of. */
typedef struct form_slot {
    const char *name;
    bytes text;
} form_slot;

static void form_fill(const char *form, const form_slot *slots, uint32_t slot_count, buf *out)
{
    while (*form != '\0') {
        size_t plain_len = strcspn(form, "{");
        buf_put(out, form, plain_len);
        form += plain_len;
        if (*form == '\0') {
            return;
        }
        size_t name_len = strcspn(form + 1, "}");
        for (uint32_t i = 0; i < slot_count; i++) {
            if (bytes_equal_text((bytes){form + 1, name_len}, slots[i].name)) {
                buf_put(out, slots[i].text.base, slots[i].text.len);
            }
        }
        form += 1 + name_len + 1;
    }
}

void say_day(const char *lang, day value, buf *out)
{
    if (value == LOTSE_OPEN) {
        buf_text(out, say_word(lang, "form.any_day"));
        return;
    }
    char iso[DAY_TEXT_LEN + 1];
    day_print(value, iso);
    int32_t year;
    uint32_t month;
    uint32_t month_day;
    day_to_civil(value, &year, &month, &month_day);
    bytes two = {iso + 8, 2};
    bytes one = month_day < 10 ? (bytes){iso + 9, 1} : two;
    form_slot slots[] = {{"yyyy", {iso, 4}},
                         {"mm", {iso + 5, 2}},
                         {"dd", two},
                         {"d", one},
                         {"month", words_part(say_word(lang, "form.months"), month - 1)}};
    form_fill(say_word(lang, "form.date"), slots, sizeof(slots) / sizeof(slots[0]), out);
}

void say_km(const char *lang, int64_t metres, buf *out)
{
    int64_t tenths = (metres + 50) / 100;
    buf number = {0};
    buf_int(&number, tenths / 10);
    buf_text(&number, say_word(lang, "form.decimal"));
    buf_int(&number, tenths % 10);
    form_slot slot = {"km", buf_bytes(&number)};
    form_fill(say_word(lang, "form.km"), &slot, 1, out);
    out->failed = out->failed || number.failed;
    buf_fini(&number);
}

/* ------------------------------------------------------------------------------------ lists */

/* Between the entries of a list: "a, b und c", or after enough of them how many more there are.
 * False: the entry is not shown any more. */
static bool begin_entry(const say_context *c, uint32_t index, uint32_t count, buf *out)
{
    bool is_cut = count > LIST_SHOWN_MAX && index >= LIST_SHOWN_MAX - 1;
    bool is_last = is_cut || index + 1 == count;
    if (is_cut && index >= LIST_SHOWN_MAX) {
        return false;
    }
    if (index > 0) {
        buf_text(out, say_word(c->lang, is_last ? "form.and" : "form.comma"));
    }
    if (is_cut) {
        buf number = {0};
        buf_int(&number, count - index);
        form_slot slot = {"count", buf_bytes(&number)};
        form_fill(say_word(c->lang, "form.more"), &slot, 1, out);
        out->failed = out->failed || number.failed;
        buf_fini(&number);
    }
    return !is_cut;
}

void say_concept(const say_context *c, concept value, buf *out)
{
    char scratch[16];
    bytes id = {NULL, 0};
    if (value != CONCEPT_NONE && c->dictionary != NULL) {
        id = dictionary_text(c->dictionary, value, scratch);
    }
    if (id.base == NULL) {
        buf_text(out, say_word(c->lang, "form.not_known"));
        return;
    }
    bytes label = c->label == NULL ? (bytes){NULL, 0} : c->label(c->labels, id, c->lang);
    if (label.len > 0) {
        buf_put(out, label.base, label.len);
        return;
    }
    const char *colon = memchr(id.base, ':', id.len);
    size_t scheme_len = colon == NULL ? 0 : (size_t)(colon + 1 - id.base);
    buf_put(out, id.base + scheme_len, id.len - scheme_len);
}

static void say_concepts(const say_context *c, const gate_fact *value, buf *out)
{
    for (uint32_t i = 0; i < value->count; i++) {
        if (begin_entry(c, i, value->count, out)) {
            say_concept(c, value->concepts[i], out);
        }
    }
    if (value->count == 0) {
        buf_text(out, say_word(c->lang, "form.nothing"));
    }
}

static void say_code(const say_context *c, const code_list *list, int64_t position, buf *out)
{
    if (list == NULL || position < 0 || position >= (int64_t)list->count) {
        buf_text(out, say_word(c->lang, "form.not_known"));
        return;
    }
    buf_text(out, code_label(list, (uint32_t)position, words_label_lang(c->lang)));
}

static bool say_codes(const say_context *c, const gate_fact *value, buf *out)
{
    uint32_t count = (uint32_t)__builtin_popcountll(value->codes);
    uint64_t rest = value->codes;
    for (uint32_t i = 0; i < count; i++, rest &= rest - 1) {
        if (begin_entry(c, i, count, out)) {
            say_code(c, value->list, __builtin_ctzll(rest), out);
        }
    }
    if (count == 0 && value->codes_known != 0) {
        buf_text(out, say_word(c->lang, "form.nothing"));
    }
    return count > 0 || value->codes_known != 0;
}

/* ------------------------------------------------------------------------------------ facts */

static void end_text(const say_context *c, const gate_fact *value, int64_t end, buf *out)
{
    if (value->has_days) {
        say_day(c->lang, (day)end, out);
    } else {
        buf_int(out, end);
    }
}

static void say_interval(const say_context *c, const gate_fact *value, buf *out)
{
    bool has_low = value->number != LOTSE_ABSENT;
    bool has_high = value->number_high != LOTSE_ABSENT;
    buf low = {0};
    buf high = {0};
    if (has_low) {
        end_text(c, value, value->number, &low);
    }
    if (has_high) {
        end_text(c, value, value->number_high, &high);
    }
    form_slot slots[] = {{"low", buf_bytes(&low)}, {"high", buf_bytes(&high)}};
    const char *form = has_low && has_high ? "form.range" : has_low ? "form.from" : "form.up_to";
    if (has_low && has_high && value->number == value->number_high) {
        buf_put(out, low.base, low.len);
    } else {
        form_fill(say_word(c->lang, form), slots, 2, out);
    }
    out->failed = out->failed || low.failed || high.failed;
    buf_fini(&low);
    buf_fini(&high);
}

bool value_say(const say_context *c, const gate_fact *value, buf *out)
{
    if (!value->is_known) {
        return false;
    }
    switch (value->kind) {
    case GATE_FACT_NONE:
        return false;
    case GATE_FACT_NUMBER:
        buf_int(out, value->number);
        return true;
    case GATE_FACT_DAY:
        say_day(c->lang, (day)value->number, out);
        return true;
    case GATE_FACT_CODE:
        say_code(c, value->list, value->number, out);
        return true;
    case GATE_FACT_CODES:
        return say_codes(c, value, out);
    case GATE_FACT_CONCEPTS:
        say_concepts(c, value, out);
        return true;
    case GATE_FACT_KM:
        say_km(c->lang, value->number, out);
        return true;
    case GATE_FACT_INTERVAL:
        say_interval(c, value, out);
        return true;
    case GATE_FACT_WEEK:
        week_say(c, value->week, out);
        return true;
    }
    check(false);
    return false;
}

bool say_fact(const say_context *c, const gate_fact *fact, buf *out)
{
    return value_say(c, fact, out);
}

int64_t value_number(const gate_fact *value)
{
    switch (value->kind) {
    case GATE_FACT_CODES:
        return __builtin_popcountll(value->codes);
    case GATE_FACT_CONCEPTS:
        return value->count;
    case GATE_FACT_INTERVAL:
        return value->number_high != LOTSE_ABSENT ? value->number_high : value->number;
    case GATE_FACT_KM:
        return value->number == 1000 ? 1 : 2;
    default:
        return value->number;
    }
}
