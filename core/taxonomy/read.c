/* Finds out what a source is and hands its rows to the format. */
#include "taxonomy/read.h"

#include <stdio.h>
#include <string.h>

#include "base/csv.h"
#include "taxonomy/codepage.h"
#include "taxonomy/read_parts.h"
#include "taxonomy/zip.h"

/* One table under way. */
typedef struct table_reading {
    reading reading;
    const read_format *format;
    const char *name;
    read_report *report;
    uint32_t row_count;
    uint32_t refused_count;
    uint32_t title_line_count; /* before the header */
} table_reading;

bytes read_cell(const reading *r, uint32_t column)
{
    uint32_t at = r->columns[column];
    return at < r->cell_count ? r->cells[at] : (bytes){"", 0};
}

bool read_code(const char *scheme, bytes digits, uint32_t width, char out[16], bytes *ret)
{
    if (digits.len == 0 || digits.len > width) {
        return false;
    }
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.base[i] < '0' || digits.base[i] > '9') {
            return false;
        }
    }
    int len = snprintf(out, 16, "%s%.*s%.*s", scheme, (int)(width - digits.len), "00000",
                       (int)digits.len, digits.base);
    *ret = (bytes){out, (size_t)len};
    return true;
}

static bool find_columns(const read_format *f, const bytes *cells, uint32_t count, uint32_t *ret)
{
    for (uint32_t c = 0; c < READ_COLUMN_MAX && f->columns[c] != NULL; c++) {
        uint32_t at = 0;
        while (at < count && !bytes_equal_text(cells[at], f->columns[c])) {
            at++;
        }
        if (at == count) {
            return false;
        }
        ret[c] = at;
    }
    return true;
}

static const read_format *find_format(const bytes *cells, uint32_t count, uint32_t *ret_columns)
{
    for (uint32_t i = 0; i < READ_ESCO_COUNT; i++) {
        if (find_columns(&READ_ESCO[i], cells, count, ret_columns)) {
            return &READ_ESCO[i];
        }
    }
    for (uint32_t i = 0; i < READ_KLDB_COUNT; i++) {
        if (find_columns(&READ_KLDB[i], cells, count, ret_columns)) {
            return &READ_KLDB[i];
        }
    }
    bool is_bare = count >= 11 && bytes_starts_with(cells[1], "B ") && cells[1].len >= 7;
    return is_bare ? &READ_KLDB_BARE : NULL;
}

/* "occupations_de.csv" is German. */
static void find_lang(const char *name, char lang[4])
{
    const char *end = strrchr(name, '.');
    lang[0] = '\0';
    if (end != NULL && end - name > 3 && end[-3] == '_') {
        snprintf(lang, 4, "%.2s", end - 2);
    }
}

/* Lines about the table before its header: a name and a value, or nothing at all. */
static bool is_title_line(const table_reading *t, const bytes *cells, uint32_t count)
{
    enum { TITLE_LINE_MAX = 40, TITLE_CELL_MIN = 3, TITLE_FILLED_MAX = 2 };
    uint32_t filled = 0;
    for (uint32_t i = 0; i < count; i++) {
        filled += cells[i].len > 0;
    }
    return t->title_line_count < TITLE_LINE_MAX && count >= TITLE_CELL_MIN &&
           filled <= TITLE_FILLED_MAX;
}

static bool take_header(table_reading *t, const bytes *cells, uint32_t count, err *e)
{
    t->format = find_format(cells, count, t->reading.columns);
    if (t->format == NULL && is_title_line(t, cells, count)) {
        t->title_line_count++;
        return true;
    }
    if (t->format == NULL) {
        fail(e, ERR_IMPORT_FORMAT, "\"%s\" is no table of a classification that is known", t->name);
        return err_hint(e,
                        "Known are ESCO's CSVs and zips, KldB 2010 with its names and index, and "
                        "pairs of KldB and ISCO.");
    }
    if (t->format->needs_lang && t->reading.lang[0] == '\0') {
        fail(e, ERR_IMPORT_FORMAT, "the language of \"%s\" is not known", t->name);
        return err_hint(e, "Name the file like occupations_de.csv.");
    }
    t->report->format = t->format->name;
    return true;
}

static void note_refused(table_reading *t, uint64_t line, const err *why)
{
    if (t->report->refused_count == 0) {
        t->report->refused_line = line;
        snprintf(t->report->refused_why, sizeof t->report->refused_why, "%.190s", why->text);
    }
    t->report->refused_count++;
    t->refused_count++;
}

static bool on_row(void *context, const bytes *cells, uint32_t count, uint64_t line, const err *why,
                   err *e)
{
    table_reading *t = context;
    if (t->format == NULL) {
        if (why != NULL) {
            *e = *why;
            return false;
        }
        if (!take_header(t, cells, count, e)) {
            return false;
        }
        if (t->format != &READ_KLDB_BARE) {
            return true; /* the header itself, or a line before it */
        }
    }
    if (t->format->on_row == NULL) {
        return true;
    }
    t->row_count++;
    t->report->row_count++;
    if (why != NULL) {
        note_refused(t, line, why);
        return true;
    }
    t->reading.cells = cells;
    t->reading.cell_count = count;
    err row_err = {0};
    if (!t->format->on_row(&t->reading, &row_err)) {
        if (row_err.code == ERR_MEMORY) {
            *e = row_err;
            return false;
        }
        note_refused(t, line, &row_err);
    }
    return true;
}

static bool read_table(draft *d, const char *name, bytes text, read_report *report, err *e)
{
    table_reading t = {.reading = {.draft = d}, .name = name, .report = report};
    csv *c = mem_new(sizeof *c);
    if (c == NULL) {
        return fail(e, ERR_MEMORY, "could not read \"%s\": no memory", name);
    }
    if (text.len >= 3 && memcmp(text.base, "\xEF\xBB\xBF", 3) == 0) {
        text = (bytes){text.base + 3, text.len - 3};
    }
    find_lang(name, t.reading.lang);
    csv_begin(c, csv_guess_delimiter(text));
    bool is_good = csv_feed(c, text, on_row, &t, e) && csv_finish(c, on_row, &t, e);
    csv_fini(c);
    mem_free(c);
    if (is_good && t.format == NULL) {
        return fail(e, ERR_IMPORT_FORMAT, "\"%s\" holds no table", name);
    }
    if (is_good && (uint64_t)t.refused_count * 100 > t.row_count) {
        fail(e, ERR_IMPORT_DRIFT, "%u of %u rows of \"%s\" cannot be read, the first in line %llu",
             t.refused_count, t.row_count, name, (unsigned long long)report->refused_line);
        err_detail(e, "%s", report->refused_why);
        return false;
    }
    report->table_count += is_good && t.format->on_row != NULL;
    report->passed_table_count += is_good && t.format->on_row == NULL;
    return is_good;
}

static bool read_text(draft *d, const char *name, bytes content, read_report *report, err *e)
{
    buf converted = {0};
    bool is_old = codepage_to_utf8(content, &converted);
    bool is_good =
        !converted.failed || fail(e, ERR_MEMORY, "could not read \"%s\": no memory", name);
    is_good = is_good && read_table(d, name, is_old ? buf_bytes(&converted) : content, report, e);
    buf_fini(&converted);
    return is_good;
}

static bool read_archive(draft *d, bytes archive, read_report *report, err *e)
{
    zip_entry entries[ZIP_ENTRY_MAX];
    uint32_t count = 0;
    if (!zip_list(archive, entries, &count, e)) {
        return false;
    }
    bool is_good = true;
    buf content = {0};
    for (uint32_t i = 0; is_good && i < count; i++) {
        char name[128];
        size_t name_len =
            entries[i].name.len < sizeof name - 1 ? entries[i].name.len : sizeof name - 1;
        memcpy(name, entries[i].name.base, name_len);
        name[name_len] = '\0';
        if (name_len < 4 || strcmp(name + name_len - 4, ".csv") != 0) {
            report->passed_table_count++;
            continue;
        }
        buf_clear(&content);
        is_good = zip_read(&entries[i], &content, e) &&
                  read_text(d, name, buf_bytes(&content), report, e);
    }
    buf_fini(&content);
    return is_good;
}

/* Looks for a header it knows and stops at the first line that is none. */
typedef struct table_look {
    uint32_t line_count;
    bool is_known;
} table_look;

static bool on_look(void *context, const bytes *cells, uint32_t count, uint64_t line,
                    const err *why, err *e)
{
    table_look *look = context;
    uint32_t columns[READ_COLUMN_MAX];
    table_reading t = {.title_line_count = look->line_count++};
    (void)line;
    look->is_known = why == NULL && find_format(cells, count, columns) != NULL;
    bool goes_on = why == NULL && !look->is_known && is_title_line(&t, cells, count);
    return goes_on || fail(e, ERR_IMPORT_FORMAT, "looked far enough");
}

bool taxonomy_recognises(bytes head)
{
    table_look look = {0};
    err enough = {0};
    buf converted = {0};
    if (head.len == 0 || zip_is(head)) {
        return head.len > 0;
    }
    csv *c = mem_new(sizeof *c);
    if (c == NULL) {
        return false;
    }
    bool is_old = codepage_to_utf8(head, &converted);
    bytes text = is_old && !converted.failed ? buf_bytes(&converted) : head;
    if (text.len >= 3 && memcmp(text.base, "\xEF\xBB\xBF", 3) == 0) {
        text = (bytes){text.base + 3, text.len - 3};
    }
    csv_begin(c, csv_guess_delimiter(text));
    if (csv_feed(c, text, on_look, &look, &enough)) {
        (void)csv_finish(c, on_look, &look, &enough); /* a file of one line */
    }
    csv_fini(c);
    mem_free(c);
    buf_fini(&converted);
    return look.is_known;
}

bool taxonomy_read(draft *d, const char *name, bytes content, read_report *ret, err *e)
{
    read_report report = {0};
    bool is_good = zip_is(content) ? read_archive(d, content, &report, e)
                                   : read_text(d, name, content, &report, e);
    if (is_good) {
        *ret = report;
    }
    return is_good;
}
