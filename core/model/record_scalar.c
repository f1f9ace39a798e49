#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "model/concept.h"
#include "model/record_decode.h"

/* Reads the values that are no objects. What is accepted here and what schema.c writes must be the
 * same, kind by kind: tests/schema holds the two against each other. */

bool refuse_format(decoder *d, const trail *t, const json_node *node, const char *expected)
{
    char text[SHOWN_LEN + 8];
    fail(d->error, ERR_FIELD_FORMAT, "\"%s\" is not %s", shown(json_text(node), text), expected);
    return at_trail(d, t);
}

static bool is_letter_or_digit(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_id(bytes text)
{
    if (text.len == 0 || text.len > ID_LEN_MAX) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.base[i];
        if (!is_letter_or_digit(c) && c != '.' && c != '_' && c != ':' && c != '/' && c != '-') {
            return false;
        }
    }
    return true;
}

static bool is_postcode(bytes text)
{
    if (text.len < 2 || text.len > 10 || text.base[0] == ' ' || text.base[0] == '-') {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.base[i];
        bool is_small = c >= 'a' && c <= 'z';
        if (is_small || (!is_letter_or_digit(c) && c != ' ' && c != '-')) {
            return false;
        }
    }
    return true;
}

/* Counts characters; false: a control character, nothing but blanks, or more than `chars_max`. */
static bool is_text(bytes text, bool is_long, double chars_max)
{
    size_t chars = 0;
    bool is_blank = true;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.base[i];
        if ((c & 0xC0) == 0x80) {
            continue; /* inside a character */
        }
        bool is_break = is_long && (c == '\n' || c == '\t');
        /* U+0080..U+009F are controls too: C2 80..C2 9F. */
        bool is_control = (c < 0x20 && !is_break) || c == 0x7F ||
                          (c == 0xC2 && (unsigned char)text.base[i + 1] < 0xA0);
        if (is_control) {
            return false;
        }
        is_blank = is_blank && (c == ' ' || is_break);
        chars++;
    }
    return !is_blank && (double)chars <= chars_max;
}

bool take_text(decoder *d, bytes text, bytes *ret)
{
    bytes copy = arena_copy(d->memory, text);
    if (copy.base == NULL) {
        return refuse_memory(d);
    }
    *ret = copy;
    return true;
}

static bool refuse_text(decoder *d, const member *m, const trail *t, const json_node *node)
{
    char expected[96];
    (void)snprintf(expected, sizeof expected, /* fits: the text is shorter */
                   "a text of 1 to %d characters without control characters", (int)m->max);
    return refuse_format(d, t, node, expected);
}

static bool decode_text(decoder *d, const member *m, const json_node *node, const trail *t,
                        void *ret)
{
    if (json_type_of(node) != JSON_TEXT) {
        return refuse_type(d, t, node, "a text");
    }
    bytes text = json_text(node);
    switch (m->kind) {
    case MEMBER_ID:
        if (!is_id(text)) {
            return refuse_format(d, t, node, "an id: 1 to 64 of A-Z a-z 0-9 . _ : / -");
        }
        break;
    case MEMBER_POSTCODE:
        if (!is_postcode(text)) {
            return refuse_format(d, t, node, "a postcode: 2 to 10 digits, capitals, blanks, -");
        }
        break;
    case MEMBER_CONCEPT:
        if (!concept_is_valid(text)) {
            return refuse_format(d, t, node, "a concept: esco:, isco: or kldb: and its code");
        }
        break;
    default:
        if (!is_text(text, m->kind == MEMBER_LONG_TEXT, m->max)) {
            return refuse_text(d, m, t, node);
        }
        break;
    }
    value_text *value = ret;
    value->is_set = take_text(d, text, &value->text);
    return value->is_set;
}

static int compare_tagged(const void *a, const void *b)
{
    return (int)((const tagged_text *)a)->language - (int)((const tagged_text *)b)->language;
}

static bool decode_texts(decoder *d, const member *m, const json_node *node, const trail *t,
                         void *ret)
{
    if (json_type_of(node) != JSON_OBJECT) {
        return refuse_type(d, t, node, "an object of texts by language, {\"de\":\"...\"}");
    }
    size_t count = json_count(node);
    if (count == 0) {
        fail(d->error, ERR_FIELD_MISSING, "there is no text in any language");
        return at_trail(d, t);
    }
    tagged_text *items = arena_make_array(d->memory, count, tagged_text);
    if (items == NULL) {
        return refuse_memory(d);
    }
    uint32_t at = 0;
    for (const json_node *n = json_child(node); n != NULL; n = json_next(n), at++) {
        trail here = {.up = t, .key = json_key(n)};
        uint32_t language;
        if (!code_find(CODES(language), here.key, &language)) {
            char text[SHOWN_LEN + 8];
            fail(d->error, ERR_FIELD_CODE, "\"%s\" is not in the list \"language\"",
                 shown(here.key, text));
            return at_trail(d, &here);
        }
        if (json_type_of(n) != JSON_TEXT) {
            return refuse_type(d, &here, n, "a text");
        }
        if (!is_text(json_text(n), m->kind == MEMBER_LONG_TEXTS, m->max)) {
            return refuse_text(d, m, &here, n);
        }
        items[at].language = (uint16_t)language;
        if (!take_text(d, json_text(n), &items[at].text)) {
            return false;
        }
    }
    qsort(items, count, sizeof *items, compare_tagged);
    for (size_t i = 1; i < count; i++) {
        if (items[i - 1].language == items[i].language) {
            fail(d->error, ERR_FIELD_DUPLICATE, "a language stands twice");
            return at_trail(d, t);
        }
    }
    *(value_texts *)ret = (value_texts){items, (uint32_t)count, true};
    return true;
}

static bool refuse_range(decoder *d, const member *m, const trail *t)
{
    fail(d->error, ERR_FIELD_RANGE, "the number lies outside %.0f to %.0f", m->min, m->max);
    return at_trail(d, t);
}

bool read_int(decoder *d, double min, double max, const json_node *node, const trail *t,
              int32_t *ret)
{
    int64_t number;
    if (json_type_of(node) != JSON_NUMBER || !json_integer(node, &number)) {
        return refuse_type(d, t, node, "a whole number");
    }
    if ((double)number < min || (double)number > max) {
        return refuse_range(d, &(const member){.min = min, .max = max}, t);
    }
    *ret = (int32_t)number;
    return true;
}

static bool decode_int(decoder *d, const member *m, const json_node *node, const trail *t,
                       void *ret)
{
    value_int *value = ret;
    value->is_set = read_int(d, m->min, m->max, node, t, &value->value);
    return value->is_set;
}

static bool decode_number(decoder *d, const member *m, const json_node *node, const trail *t,
                          void *ret)
{
    if (json_type_of(node) != JSON_NUMBER) {
        return refuse_type(d, t, node, "a number");
    }
    double number = json_number(node);
    if (!(number >= m->min && number <= m->max)) {
        return refuse_range(d, m, t);
    }
    /* Adding zero makes -0 a 0, so that the same record prints the same bytes. */
    *(value_number *)ret = (value_number){number + 0.0, true};
    return true;
}

static bool decode_flag(decoder *d, const member *m, const json_node *node, const trail *t,
                        void *ret)
{
    (void)m; /* a flag has no range */
    if (json_type_of(node) != JSON_BOOL) {
        return refuse_type(d, t, node, "true or false");
    }
    *(value_flag *)ret = (value_flag){json_bool(node), true};
    return true;
}

bool read_day(decoder *d, const json_node *node, const trail *t, day *ret)
{
    if (json_type_of(node) != JSON_TEXT) {
        return refuse_type(d, t, node, "a day as text, YYYY-MM-DD");
    }
    if (!day_parse(json_text(node), ret)) {
        return refuse_format(d, t, node, "an existing day, YYYY-MM-DD");
    }
    return true;
}

static bool decode_day(decoder *d, const member *m, const json_node *node, const trail *t,
                       void *ret)
{
    (void)m; /* every existing day may stand everywhere */
    value_day *value = ret;
    value->is_set = read_day(d, node, t, &value->value);
    return value->is_set;
}

static bool decode_month(decoder *d, const member *m, const json_node *node, const trail *t,
                         void *ret)
{
    (void)m; /* every month may stand everywhere */
    if (json_type_of(node) != JSON_TEXT) {
        return refuse_type(d, t, node, "a month as text, YYYY-MM");
    }
    char text[DAY_TEXT_LEN + 1] = "YYYY-MM-01";
    value_day *value = ret;
    bytes month = json_text(node);
    if (month.len == 7) {
        memcpy(text, month.base, 7);
    }
    value->is_set = day_parse((bytes){text, DAY_TEXT_LEN}, &value->value);
    return value->is_set || refuse_format(d, t, node, "a month, YYYY-MM");
}

static bool decode_time(decoder *d, const member *m, const json_node *node, const trail *t,
                        void *ret)
{
    if (json_type_of(node) != JSON_TEXT) {
        return refuse_type(d, t, node, "a time as text, HH:MM");
    }
    int32_t minutes;
    if (!minutes_parse(json_text(node), &minutes) || minutes > m->max) {
        return refuse_format(d, t, node, "a time of day, HH:MM");
    }
    *(value_int *)ret = (value_int){.value = minutes, .is_set = true};
    return true;
}

bool decode_scalar(decoder *d, const member *m, const json_node *node, const trail *t, void *ret)
{
    switch (m->kind) {
    case MEMBER_ID:
    case MEMBER_TEXT:
    case MEMBER_LONG_TEXT:
    case MEMBER_POSTCODE:
    case MEMBER_CONCEPT:
        return decode_text(d, m, node, t, ret);
    case MEMBER_TEXTS:
    case MEMBER_LONG_TEXTS:
        return decode_texts(d, m, node, t, ret);
    case MEMBER_INT:
        return decode_int(d, m, node, t, ret);
    case MEMBER_NUMBER:
        return decode_number(d, m, node, t, ret);
    case MEMBER_FLAG:
        return decode_flag(d, m, node, t, ret);
    case MEMBER_DAY:
        return decode_day(d, m, node, t, ret);
    case MEMBER_MONTH:
        return decode_month(d, m, node, t, ret);
    case MEMBER_TIME:
        return decode_time(d, m, node, t, ret);
    case MEMBER_CODE:
        return decode_code(d, m, node, t, ret);
    case MEMBER_CODE_SET:
        return decode_code_set(d, m, node, t, ret);
    case MEMBER_CODE_LIST:
        return decode_code_list(d, m, node, t, ret);
    case MEMBER_CONCEPT_SET:
    case MEMBER_SKILL_SET:
        return decode_concepts(d, m, node, t, ret);
    case MEMBER_EXT:
        return decode_ext(d, m, node, t, ret);
    case MEMBER_OBJECT:
    case MEMBER_OBJECTS:
        break;
    }
    check(false); /* objects are record_decode.c's */
    return false;
}
