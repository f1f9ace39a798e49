/* Cells to JSON values. */
#include <stdio.h>
#include <string.h>

#include "base/day.h"
#include "base/utf8.h"
#include "import/csv_map.h"

enum { SHOWN_LEN = 60, INT_DIGITS_MAX = 15 };

/* As much of a cell as a message has room for. */
static int shown_len(bytes cell)
{
    size_t len = 0;
    while (len < cell.len) {
        size_t step = utf8_sequence_len(cell, len);
        if (step == 0 || len + step > SHOWN_LEN) {
            break;
        }
        len += step;
    }
    return (int)len;
}

static bool refuse_cell(const map_column *c, bytes cell, err_code code, const char *expected,
                        err *why)
{
    return fail(why, code, "column \"%s\": \"%.*s\" is not %s", c->title, shown_len(cell),
                cell.base, expected);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool put_int(const map_column *c, bytes cell, json_writer *w, err *why)
{
    size_t at = cell.base[0] == '-' || cell.base[0] == '+';
    int64_t value = 0;
    bool is_whole = cell.len > at && cell.len - at <= INT_DIGITS_MAX;
    for (; at < cell.len && is_whole; at++) {
        is_whole = is_digit(cell.base[at]);
        value = value * 10 + (cell.base[at] - '0');
    }
    if (!is_whole) {
        return refuse_cell(c, cell, ERR_FIELD_FORMAT, "a whole number", why);
    }
    json_put_int(w, cell.base[0] == '-' ? -value : value);
    return true;
}

static bool put_number(const map_column *c, bytes cell, json_writer *w, err *why)
{
    char text[40];
    double value = 0;
    bool is_number = cell.len < sizeof text;
    for (size_t i = 0; i < cell.len && is_number; i++) {
        is_number = cell.base[i] != '.' || c->decimal == '.';
        text[i] = cell.base[i] == c->decimal ? '.' : cell.base[i];
    }
    if (!is_number || !table_number((bytes){text, cell.len}, 1e15, &value)) {
        return refuse_cell(c, cell, ERR_FIELD_FORMAT,
                           c->decimal == ',' ? "a number like 1,5" : "a number like 1.5", why);
    }
    json_put_double(w, value);
    return true;
}

static bool put_flag(const map_column *c, bytes cell, json_writer *w, err *why)
{
    static const char *const YES[] = {"true", "1", "ja", "yes"};
    static const char *const NO[] = {"false", "0", "nein", "no"};
    for (size_t i = 0; i < sizeof YES / sizeof *YES; i++) {
        if (bytes_equal_text(cell, YES[i]) || bytes_equal_text(cell, NO[i])) {
            json_put_bool(w, bytes_equal_text(cell, YES[i]));
            return true;
        }
    }
    return refuse_cell(c, cell, ERR_FIELD_FORMAT, "one of true, false, 1, 0, ja, nein, yes, no",
                       why);
}

bool csv_map_is_day_format(const char *format, bool is_month)
{
    uint32_t seen[3] = {0};
    for (const char *f = format; *f != '\0';) {
        const char *letter = strchr("DMY", *f);
        size_t run = letter == NULL ? 1 : strspn(f, (char[]){*f, '\0'});
        if (letter != NULL) {
            bool is_year = *letter == 'Y';
            uint32_t *count = &seen[*letter == 'D' ? 0 : is_year ? 2 : 1];
            if ((*count)++ > 0 || (is_year ? run != 4 : run > 2)) {
                return false;
            }
        }
        f += run;
    }
    return (is_month || seen[0] == 1) && seen[1] == 1 && seen[2] == 1;
}

/* Reads letter by letter: a run of D, M or Y is that many digits at least (one D or M: one or two),
 * everything else stands for itself. */
static bool read_day(const char *format, bytes cell, uint32_t ret_parts[3])
{
    static const char LETTERS[] = "DMY";
    size_t at = 0;
    for (const char *f = format; *f != '\0';) {
        const char *letter = strchr(LETTERS, *f);
        if (letter == NULL) {
            if (at == cell.len || cell.base[at++] != *f++) {
                return false;
            }
            continue;
        }
        size_t run = strspn(f, (char[]){*f, '\0'});
        size_t digits_max = run == 1 ? 2 : run;
        size_t digits = 0;
        uint32_t value = 0;
        while (digits < digits_max && at < cell.len && is_digit(cell.base[at])) {
            value = value * 10 + (uint32_t)(cell.base[at++] - '0');
            digits++;
        }
        if (digits < run) {
            return false;
        }
        ret_parts[letter - LETTERS] = value;
        f += run;
    }
    return at == cell.len;
}

static bool put_day(const map_column *c, bytes cell, json_writer *w, err *why)
{
    uint32_t parts[3] = {1, 0, 0}; /* a month has no day */
    char text[40];
    day d = 0;
    bool is_day = read_day(c->day_format, cell, parts);
    int len = snprintf(text, sizeof text, "%04u-%02u-%02u", parts[2], parts[1], parts[0]);
    if (!is_day || len != DAY_TEXT_LEN || !day_parse((bytes){text, DAY_TEXT_LEN}, &d)) {
        return refuse_cell(c, cell, ERR_FIELD_FORMAT, c->day_format, why) ||
               err_hint(why, "D, M and Y stand for the digits of an existing day.");
    }
    json_put_text(w, (bytes){text, c->type == MAP_MONTH ? sizeof "YYYY-MM" - 1 : DAY_TEXT_LEN});
    return true;
}

/* *ret_json gets the value, or stays empty where the value means nothing. */
static bool convert(const map_column *c, bytes cell, buf *ret_json, err *why)
{
    json_writer w = json_writer_to(ret_json);
    uint64_t position = 0;
    switch (c->type) {
    case MAP_TEXT:
        json_put_text(&w, cell);
        return true;
    case MAP_INT:
        return put_int(c, cell, &w, why);
    case MAP_NUMBER:
        return put_number(c, cell, &w, why);
    case MAP_FLAG:
        return put_flag(c, cell, &w, why);
    case MAP_DAY:
    case MAP_MONTH:
        return put_day(c, cell, &w, why);
    case MAP_CODES:
        break;
    }
    if (!map_get(&c->codes, cell, &position)) {
        (void)refuse_cell(c, cell, ERR_FIELD_CODE, "among the values of the mapping file", why);
        return err_hint(why, "Add it to the column's values, with null if it means nothing.");
    }
    if (c->outputs[position].base != NULL) {
        json_put_raw(&w, c->outputs[position]);
    }
    return true;
}

/* Appends an entry that is not there yet. Entries are JSON without line feeds. */
static bool append_entry(map_node *set, bytes json, err *why)
{
    bytes rest = buf_bytes(&set->value);
    while (rest.len > 0) {
        size_t len = (size_t)((const char *)memchr(rest.base, '\n', rest.len) - rest.base);
        if (bytes_equal((bytes){rest.base, len}, json)) {
            return true;
        }
        rest = (bytes){rest.base + len + 1, rest.len - len - 1};
    }
    if (set->entry_count == MAP_ENTRY_MAX) {
        return fail(why, ERR_FIELD_RANGE, "a list has more than %d entries", MAP_ENTRY_MAX);
    }
    set->entry_count++;
    buf_put(&set->value, json.base, json.len);
    buf_char(&set->value, '\n');
    return true;
}

static bool put_value(const map_column *c, bytes text, uint64_t row, err *why)
{
    map_node *node = c->target;
    buf json = {0};
    bool is_put = convert(c, text, &json, why);
    if (is_put && json.len > 0) {
        if (node->row != row) {
            buf_clear(&node->value);
            node->entry_count = 0;
        }
        csv_map_fill(node, row);
        if (node->form == MAP_SET) {
            is_put = append_entry(node, buf_bytes(&json), why);
        } else {
            buf_put(&node->value, json.base, json.len);
        }
    }
    if (json.failed || node->value.failed) {
        is_put = fail(why, ERR_MEMORY, "could not read the row: no memory");
    }
    buf_fini(&json);
    return is_put;
}

static bytes trim(bytes text)
{
    while (text.len > 0 && (unsigned char)text.base[0] <= ' ') {
        text.base++;
        text.len--;
    }
    while (text.len > 0 && (unsigned char)text.base[text.len - 1] <= ' ') {
        text.len--;
    }
    return text;
}

bool csv_map_put_cell(const map_column *column, bytes cell, uint64_t row, err *why)
{
    if (column->split == NULL) {
        return put_value(column, cell, row, why);
    }
    size_t split_len = strlen(column->split);
    while (cell.len > 0) {
        const char *end = memmem(cell.base, cell.len, column->split, split_len);
        size_t len = end != NULL ? (size_t)(end - cell.base) : cell.len;
        bytes entry = trim((bytes){cell.base, len});
        if (entry.len > 0 && !put_value(column, entry, row, why)) {
            return false;
        }
        size_t skipped = end != NULL ? len + split_len : len;
        cell = (bytes){cell.base + skipped, cell.len - skipped};
    }
    return true;
}
