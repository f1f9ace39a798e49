/* What readers of saved answers share. */
#include "import/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "import/prose.h"

enum { TITLE_CHARS = 400, DESCRIPTION_CHARS = 2000, NAME_CHARS = 300, DIGITS_MAX = 18 };

static const int64_t MS_MAX = INT64_C(32503680000000); /* the year 3000 */

typedef struct answer {
    buf text;
} answer;

bool answer_begin(import_run *r, err *e)
{
    answer *a = mem_new(sizeof *a);
    if (a == NULL) {
        return fail(e, ERR_MEMORY, "could not start the import: no memory");
    }
    r->state = a;
    return true;
}

bool answer_feed(import_run *r, bytes piece, err *e)
{
    answer *a = r->state;
    if (piece.len > ANSWER_LEN_MAX - a->text.len) {
        return fail(e, ERR_TOO_LARGE, "the answer has more than %d bytes", ANSWER_LEN_MAX);
    }
    buf_put(&a->text, piece.base, piece.len);
    return !a->text.failed || fail(e, ERR_MEMORY, "could not read the file: no memory");
}

void answer_end(import_run *r)
{
    answer *a = r->state;
    if (a != NULL) {
        buf_fini(&a->text);
        mem_free(a);
        r->state = NULL;
    }
}

bytes answer_bytes(const import_run *r)
{
    return buf_bytes(&((const answer *)r->state)->text);
}

bool answer_parse(import_run *r, json_doc **ret, err *e)
{
    answer *a = r->state;
    bytes text = buf_bytes(&a->text);
    if (bytes_starts_with(text, "\xef\xbb\xbf")) {
        text = (bytes){text.base + 3, text.len - 3};
    }
    if (text.len == 0) {
        *ret = NULL;
        return true;
    }
    return json_parse(text, JSON_DEPTH_MAX, ret, e) ||
           err_hint(e, "Nothing of the file was taken. Was it cut off, or is it not UTF-8?");
}

/* The place behind the colon of the key's next stand, from `at` on; head.len: there is none. */
static size_t behind_key(bytes head, const char *quoted_key, size_t at)
{
    size_t len = strlen(quoted_key);
    while (at + len < head.len) {
        const char *found = memmem(head.base + at, head.len - at, quoted_key, len);
        if (found == NULL) {
            break;
        }
        size_t next = (size_t)(found - head.base) + len;
        while (next < head.len && memchr(" \t\r\n", head.base[next], 4) != NULL) {
            next++;
        }
        if (next < head.len && head.base[next] == ':') {
            return next + 1;
        }
        at = next;
    }
    return head.len;
}

bool answer_has_key(bytes head, const char *quoted_key)
{
    return head.len > 0 && behind_key(head, quoted_key, 0) < head.len;
}

bool answer_has_text(bytes head, const char *quoted_key, const char *start)
{
    size_t len = strlen(start);
    size_t at = head.len > 0 ? behind_key(head, quoted_key, 0) : 0;
    for (; at < head.len; at = behind_key(head, quoted_key, at)) {
        while (at < head.len && memchr(" \t\r\n\"", head.base[at], 5) != NULL) {
            at++;
        }
        if (at + len <= head.len && memcmp(head.base + at, start, len) == 0) {
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------------------------ looking */

const json_node *answer_member(const json_node *n, const char *key)
{
    const json_node *m = n != NULL && json_type_of(n) == JSON_OBJECT ? json_member(n, key) : NULL;
    return m != NULL && json_type_of(m) != JSON_NULL ? m : NULL;
}

bytes answer_text(const json_node *n, const char *key)
{
    const json_node *m = answer_member(n, key);
    return m != NULL && json_type_of(m) == JSON_TEXT && json_text(m).len > 0 ? json_text(m)
                                                                             : (bytes){NULL, 0};
}

bool answer_integer(const json_node *n, const char *key, int64_t *ret)
{
    const json_node *m = answer_member(n, key);
    if (m == NULL || json_type_of(m) == JSON_NUMBER) {
        return m != NULL && json_integer(m, ret);
    }
    char text[DIGITS_MAX + 1] = {0};
    bytes digits = json_type_of(m) == JSON_TEXT ? json_text(m) : (bytes){NULL, 0};
    if (digits.len == 0 || digits.len > DIGITS_MAX) {
        return false;
    }
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.base[i] < '0' || digits.base[i] > '9') {
            return false;
        }
        text[i] = digits.base[i];
    }
    *ret = strtoll(text, NULL, 10);
    return true;
}

bool answer_number(const json_node *n, const char *key, double *ret)
{
    const json_node *m = answer_member(n, key);
    if (m == NULL || json_type_of(m) != JSON_NUMBER) {
        return false;
    }
    *ret = json_number(m);
    return true;
}

bool answer_flag(const json_node *n, const char *key)
{
    const json_node *m = answer_member(n, key);
    return m != NULL && json_type_of(m) == JSON_BOOL && json_bool(m);
}

bool answer_day_of_ms(import_run *r, const json_node *n, const char *key, day *ret)
{
    int64_t ms = 0;
    if (answer_member(n, key) == NULL) {
        return false;
    }
    if (!answer_integer(n, key, &ms) || ms < 0 || ms > MS_MAX) {
        run_count_key(&r->unmapped_codes, bytes_of(key));
        return false;
    }
    *ret = day_in_berlin(ms / 1000);
    return true;
}

bool answer_day(import_run *r, const json_node *n, const char *key, day *ret)
{
    bytes text = answer_text(n, key);
    if (text.base == NULL) {
        return false;
    }
    if (text.len < DAY_TEXT_LEN || !day_parse((bytes){text.base, DAY_TEXT_LEN}, ret)) {
        run_count_key(&r->unmapped_codes, bytes_of(key));
        return false;
    }
    return true;
}

bool answer_postcode(const json_node *n, const char *key, char out[POSTCODE_LEN])
{
    bytes text = answer_text(n, key);
    int64_t number = 0;
    out[0] = '\0';
    if (text.base != NULL && text.len < POSTCODE_LEN) {
        snprintf(out, POSTCODE_LEN, "%.*s", (int)text.len, text.base);
    } else if (answer_integer(n, key, &number) && number > 0 && number <= 99999) {
        snprintf(out, POSTCODE_LEN, "%05d", (int)number);
        return true;
    }
    return false;
}

bool answer_degrees(const json_node *n, const char *lat_key, const char *lon_key, double *ret_lat,
                    double *ret_lon)
{
    double lat = 0;
    double lon = 0;
    if (!answer_number(n, lat_key, &lat) || !answer_number(n, lon_key, &lon) ||
        (lat == 0 && lon == 0)) {
        return false; /* nought and nought: the source does not know */
    }
    *ret_lat = lat;
    *ret_lon = lon;
    return true;
}

void answer_count_keys(import_run *r, const json_node *n, const char *prefix,
                       const known_key *known, size_t known_count)
{
    buf name = {0};
    if (n == NULL || json_type_of(n) != JSON_OBJECT) {
        return;
    }
    for (const json_node *m = json_child(n); m != NULL; m = json_next(m)) {
        bool is_known = false;
        for (size_t i = 0; i < known_count && !is_known; i++) {
            is_known = bytes_equal_text(json_key(m), known[i].key);
        }
        if (!is_known) {
            buf_clear(&name);
            buf_text(&name, prefix);
            buf_put(&name, json_key(m).base, json_key(m).len);
            run_count_key(&r->unknown_keys, buf_bytes(&name));
        }
    }
    for (size_t i = 0; i < known_count; i++) {
        if (known[i].is_used && json_member(n, known[i].key) == NULL) {
            buf_clear(&name);
            buf_text(&name, prefix);
            buf_text(&name, known[i].key);
            run_count_key(&r->missing_keys, buf_bytes(&name));
        }
    }
    buf_fini(&name);
}

bool answer_refuse_drift(uint64_t lacking, uint64_t total, const char *what, err *e)
{
    if (lacking * 2 <= total) {
        return true;
    }
    fail(e, ERR_IMPORT_DRIFT, "%llu of %llu %s", (unsigned long long)lacking,
         (unsigned long long)total, what);
    return err_hint(e, "The source may have changed its shape; nothing of the file was taken.");
}

/* ------------------------------------------------------------------------------------ writing */

void answer_put_day(json_writer *w, const char *key, day d)
{
    char text[DAY_TEXT_LEN + 1];
    day_print(d, text);
    json_member_cstr(w, key, text);
}

static void put_in_language(json_writer *w, const char *key, const char *lang, buf *text)
{
    if (text->len > 0) {
        json_put_key(w, key);
        json_begin_object(w);
        json_member_text(w, lang, buf_bytes(text));
        json_end_object(w);
    }
    w->out->failed = w->out->failed || text->failed;
    buf_fini(text);
}

void answer_put_title(json_writer *w, const char *key, const char *lang, bytes text)
{
    buf line = {0};
    (void)prose_line(text, TITLE_CHARS, &line); /* longer ones do not exist */
    put_in_language(w, key, lang, &line);
}

void answer_put_description(import_run *r, json_writer *w, const char *lang, bytes html)
{
    buf text = {0};
    if (html.base != NULL && prose_plain(html, DESCRIPTION_CHARS, &text)) {
        run_count_key(&r->derived, BYTES("description (shortened)"));
    }
    put_in_language(w, "description", lang, &text);
}

void answer_put_provider(json_writer *w, bytes name)
{
    buf text = {0};
    if (name.base == NULL) {
        return;
    }
    (void)prose_line(name, NAME_CHARS, &text); /* longer ones do not exist */
    if (text.len > 0) {
        json_put_key(w, "provider");
        json_begin_object(w);
        json_member_text(w, "name", buf_bytes(&text));
        json_end_object(w);
    }
    w->out->failed = w->out->failed || text.failed;
    buf_fini(&text);
}

void answer_put_place(json_writer *w, const char *postcode, bool has_degrees, double lat,
                      double lon)
{
    if (postcode[0] == '\0' && !has_degrees) {
        return;
    }
    json_put_key(w, "location");
    json_begin_object(w);
    if (postcode[0] != '\0') {
        json_member_cstr(w, "postcode", postcode);
    }
    if (has_degrees) {
        json_put_key(w, "lat");
        json_put_double(w, lat);
        json_put_key(w, "lon");
        json_put_double(w, lon);
    }
    json_end_object(w);
}

void answer_put_source(json_writer *w, const char *system, bytes id, day last_seen, day valid_to)
{
    json_put_key(w, "source");
    json_begin_object(w);
    json_member_cstr(w, "system", system);
    json_member_text(w, "id", id);
    if (last_seen > 0) {
        answer_put_day(w, "last_seen", last_seen);
    }
    if (valid_to > 0) {
        answer_put_day(w, "valid_to", valid_to);
    }
    json_end_object(w);
}

static void put_time(json_writer *w, const char *key, int32_t minutes)
{
    char text[16];
    snprintf(text, sizeof text, "%02d:%02d", minutes / 60, minutes % 60);
    json_member_cstr(w, key, text);
}

void answer_put_schedule(import_run *r, json_writer *w, const prose_facts *f)
{
    static const char *const days[7] = {"mo", "tu", "we", "th", "fr", "sa", "su"};
    if (f->window_count > 0) {
        run_count_key(&r->derived, BYTES("intakes.schedule"));
        json_put_key(w, "schedule");
        json_begin_array(w);
    }
    for (uint32_t i = 0; i < f->window_count; i++) {
        json_begin_object(w);
        json_put_key(w, "by_day");
        json_begin_array(w);
        for (uint32_t d = 0; d < 7; d++) {
            if ((f->windows[i].days >> d & 1) != 0) {
                json_put_cstr(w, days[d]);
            }
        }
        json_end_array(w);
        put_time(w, "start_time", f->windows[i].start);
        put_time(w, "end_time", f->windows[i].end);
        json_end_object(w);
    }
    if (f->window_count > 0) {
        json_end_array(w);
    } else if (f->is_flexible) {
        run_count_key(&r->derived, BYTES("intakes.schedule_flexible"));
        json_member_bool(w, "schedule_flexible", true);
    }
}

/* A teaching unit is 45 minutes; times of the week count as they stand. */
void answer_put_hours(import_run *r, json_writer *w, const prose_facts *f)
{
    int64_t minutes = (int64_t)f->week_units * 45;
    for (uint32_t i = 0; i < f->window_count && f->week_units == 0; i++) {
        int64_t days = __builtin_popcount(f->windows[i].days);
        minutes += days * (f->windows[i].end - f->windows[i].start);
    }
    if (minutes <= 0) {
        return;
    }
    run_count_key(&r->derived, BYTES("hours"));
    json_put_key(w, "hours");
    json_begin_object(w);
    json_member_int(w, "min", minutes / 60);
    json_member_int(w, "max", (minutes + 59) / 60);
    json_end_object(w);
}

bool answer_take(import_run *r, buf *record, uint64_t line, uint64_t merged, err *e)
{
    return record->failed ? fail(e, ERR_MEMORY, "could not read the record: no memory")
                          : run_take_text(r, buf_bytes(record), line, merged, e);
}
