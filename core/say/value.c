#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "say/template.h"
#include "say/words.h"

/* Values in words, as the reader's language writes them. */

enum { LIST_SHOWN_MAX = 8, FORM_ID_MAX = 48 };

/* ------------------------------------------------------------------------------------ forms */

/* The forms' placeholders are texts here, not facts: they are what facts are made of. */
void say_form(const char *form, const say_part *parts, uint32_t part_count, buf *out)
{
    while (*form != '\0') {
        size_t plain_len = strcspn(form, "{");
        buf_put(out, form, plain_len);
        form += plain_len;
        if (*form == '\0') {
            return;
        }
        size_t name_len = strcspn(form + 1, "}");
        for (uint32_t i = 0; i < part_count; i++) {
            if (bytes_equal_text((bytes){form + 1, name_len}, parts[i].name)) {
                buf_put(out, parts[i].text.base, parts[i].text.len);
            }
        }
        form += 1 + name_len;
        form += *form == '}';
    }
}

const char *value_form(const say_context *c, const char *name)
{
    char id[FORM_ID_MAX];
    if (c->is_aloud) {
        snprintf(id, sizeof id, "aloud.%s", name);
        const char *text = words_find(c->lang, id);
        if (text != NULL) {
            return text;
        }
    }
    snprintf(id, sizeof id, "form.%s", name);
    return say_word(c->lang, id);
}

void value_isolate(const say_context *c, bool is_begin, buf *out)
{
    if (words_lang(c->lang)->is_right_to_left) {
        buf_text(out, is_begin ? "\u2068" : "\u2069");
    }
}

static void put_day(const say_context *c, day value, buf *out)
{
    if (value == LOTSE_OPEN) {
        buf_text(out, value_form(c, "any_day"));
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
    say_part parts[] = {{"yyyy", {iso, 4}},
                        {"mm", {iso + 5, 2}},
                        {"dd", two},
                        {"d", one},
                        {"month", words_part(value_form(c, "months"), month - 1)}};
    say_form(value_form(c, "date"), parts, sizeof(parts) / sizeof(parts[0]), out);
}

void say_day(const char *lang, day value, buf *out)
{
    put_day(&(say_context){.lang = lang}, value, out);
}

/* Four digits stay together: they read well, and years look like themselves. */
static void put_number(const say_context *c, int64_t value, buf *out)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%lld", (long long)value);
    int sign_len = value < 0;
    bool is_grouped = len - sign_len > 4 && !c->is_aloud;
    for (int i = 0; i < len; i++) {
        if (is_grouped && i > sign_len && (len - i) % 3 == 0) {
            buf_text(out, value_form(c, "group"));
        }
        buf_char(out, digits[i]);
    }
}

void say_number(const char *lang, int64_t value, buf *out)
{
    put_number(&(say_context){.lang = lang}, value, out);
}

static void put_km(const say_context *c, int64_t metres, buf *out)
{
    int64_t tenths = (metres + 50) / 100;
    if (c->is_aloud && tenths % 10 == 0) {
        template_slot whole = {BYTES("km"),
                               {.kind = GATE_FACT_NUMBER, .is_known = true, .number = tenths / 10}};
        template_fill(c, bytes_of(value_form(c, "km_whole")), &whole, 1, out);
        return;
    }
    buf number = {0};
    put_number(c, tenths / 10, &number);
    buf_text(&number, value_form(c, "decimal"));
    buf_int(&number, tenths % 10);
    say_part part = {"km", buf_bytes(&number)};
    say_form(value_form(c, "km"), &part, 1, out);
    out->failed = out->failed || number.failed;
    buf_fini(&number);
}

void say_km(const char *lang, int64_t metres, buf *out)
{
    put_km(&(say_context){.lang = lang}, metres, out);
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
        buf_text(out, value_form(c, is_last ? "and" : "comma"));
    }
    if (is_cut) {
        template_slot rest = {
            BYTES("count"), {.kind = GATE_FACT_NUMBER, .is_known = true, .number = count - index}};
        template_fill(c, bytes_of(value_form(c, "more")), &rest, 1, out);
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
        buf_text(out, value_form(c, "not_known"));
        return;
    }
    bytes label = c->label == NULL ? (bytes){NULL, 0} : c->label(c->labels, id, c->lang);
    if (label.len == 0) {
        const char *colon = memchr(id.base, ':', id.len);
        size_t scheme_len = colon == NULL ? 0 : (size_t)(colon + 1 - id.base);
        label = (bytes){id.base + scheme_len, id.len - scheme_len};
    }
    value_isolate(c, true, out);
    buf_put(out, label.base, label.len);
    value_isolate(c, false, out);
}

static void say_concepts(const say_context *c, const gate_fact *value, buf *out)
{
    for (uint32_t i = 0; i < value->count; i++) {
        if (begin_entry(c, i, value->count, out)) {
            say_concept(c, value->concepts[i], out);
        }
    }
    if (value->count == 0) {
        buf_text(out, value_form(c, "nothing"));
    }
}

static void say_code(const say_context *c, const code_list *list, int64_t position, buf *out)
{
    if (list == NULL || position < 0 || position >= (int64_t)list->count) {
        buf_text(out, value_form(c, "not_known"));
        return;
    }
    value_isolate(c, true, out);
    buf_text(out, say_code_label(c->lang, list, (uint32_t)position));
    value_isolate(c, false, out);
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
        buf_text(out, value_form(c, "nothing"));
    }
    return count > 0 || value->codes_known != 0;
}

/* ------------------------------------------------------------------------------------ facts */

static void end_text(const say_context *c, const gate_fact *value, int64_t end, buf *out)
{
    gate_fact alone = {.kind = value->has_days ? GATE_FACT_DAY : GATE_FACT_NUMBER,
                       .is_known = true,
                       .number = end};
    (void)value_say(c, &alone, out); /* it is known */
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
    say_part parts[] = {{"low", buf_bytes(&low)}, {"high", buf_bytes(&high)}};
    const char *form = has_low && has_high ? "range" : has_low ? "from" : "up_to";
    if (has_low && has_high && value->number == value->number_high) {
        buf_put(out, low.base, low.len);
    } else {
        say_form(value_form(c, form), parts, 2, out);
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
        value_isolate(c, true, out);
        put_number(c, value->number, out);
        value_isolate(c, false, out);
        return true;
    case GATE_FACT_DAY:
        value_isolate(c, true, out);
        put_day(c, (day)value->number, out);
        value_isolate(c, false, out);
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
        value_isolate(c, true, out);
        put_km(c, value->number, out);
        value_isolate(c, false, out);
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

int64_t value_amount(const gate_fact *value)
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
