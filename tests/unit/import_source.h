#ifndef TESTS_UNIT_IMPORT_SOURCE_H
#define TESTS_UNIT_IMPORT_SOURCE_H

#include "import_feed.h"

/* What the tests of sources share: a dated fixture read whole, its records one by one, and its
 * broken versions. */

static inline void source_read(const char *name, buf *ret)
{
    char path[200];
    snprintf(path, sizeof path, "tests/import/fixtures/%s", name);
    feed_read_own(path, ret);
}

/* Recognised by itself, whatever the pieces. */
static inline feed source_feed(const char *name, const char *format)
{
    feed f = {.options = {.format = "auto", .allows_outdated = true, .today = 20785}};
    buf file = {0};
    source_read(name, &file);
    feed_file(&f, buf_bytes(&file));
    ck_assert_msg(bytes_equal_text(json_text(json_member(json_root(f.doc), "format")), format),
                  "%s is not read as %s", name, format);
    buf_fini(&file);
    return f;
}

/* The record with the id, as a line. */
static inline const char *source_record(feed *f, const char *id)
{
    static char line[16384];
    char start[100];
    snprintf(start, sizeof start, "{\"id\":\"%s\",", id);
    const char *at = strstr(buf_terminated(&f->bodies), start);
    ck_assert_msg(at != NULL, "there is no record %s in %s", id, buf_terminated(&f->bodies));
    snprintf(line, sizeof line, "%.*s", (int)(strchr(at, '\n') - at), at);
    return line;
}

static inline void source_has(feed *f, const char *id, const char *part)
{
    const char *record = source_record(f, id);
    ck_assert_msg(strstr(record, part) != NULL, "%s is not in %s", part, record);
}

static inline void source_lacks(feed *f, const char *part)
{
    ck_assert_msg(strstr(buf_terminated(&f->bodies), part) == NULL, "%s was taken", part);
}

/* Cut off, in another encoding, and with the key every row needs renamed: nothing is taken. */
static inline void source_refuses_broken(const char *name, const char *format, const char *key)
{
    feed f = {.options = {.format = format, .allows_outdated = true}};
    buf file = {0};
    source_read(name, &file);
    feed_refused(&f, (bytes){file.base, file.len * 2 / 3}, ERR_JSON_PARSE);
    ck_assert_ptr_nonnull(strstr(f.error.detail, "line"));

    char *text = strstr((char *)(uintptr_t)buf_terminated(&file), "\": \"");
    ck_assert_ptr_nonnull(text);
    char before = text[4];
    text[4] = '\xe4'; /* an a with dots in Latin 1 */
    feed_refused(&f, buf_bytes(&file), ERR_JSON_PARSE);
    text[4] = before;

    for (char *at = file.base; (at = strstr(at, key)) != NULL; at++) {
        at[1] = 'X';
    }
    feed_refused(&f, buf_bytes(&file), ERR_IMPORT_DRIFT);
    feed_end(&f);
    buf_fini(&file);
}

#endif
