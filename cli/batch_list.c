/* Lists that go with a batch run, from files. What a run wrote as ndjson becomes CSV here. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/batch.h"

enum { LIST_LEN_MAX = FRAME_LEN_MAX - 64 * 1024 };

static bool read_file(const char *path, buf *ret, err *e)
{
    char piece[16 * 1024];
    size_t len = 0;
    FILE *f = fopen(path, "re");
    if (f == NULL) {
        return fail(e, ERR_FILE, "could not read \"%.200s\": %s", path, strerror(errno));
    }
    while ((len = fread(piece, 1, sizeof piece, f)) > 0) {
        buf_put(ret, piece, len);
    }
    fclose(f);
    return !ret->failed || fail(e, ERR_MEMORY, "no memory for \"%.200s\"", path);
}

/* {"seeker":..,"proposal":{"offer":..,"intake":..}} -> seeker,offer,intake */
static bool convert_line(const char *path, uint32_t line, bytes text, buf *out, err *e)
{
    json_doc *doc = NULL;
    if (!json_parse(text, JSON_DEPTH_MAX, &doc, e)) {
        return fail(e, ERR_BATCH_INPUT, "%.200s:%u: this is no JSON", path, line);
    }
    const json_node *root = json_root(doc);
    const json_node *proposal =
        json_type_of(root) == JSON_OBJECT ? json_member(root, "proposal") : NULL;
    bool is_good = proposal != NULL && json_member(root, "seeker") != NULL;
    if (is_good && json_type_of(proposal) == JSON_OBJECT) {
        bytes parts[] = {batch_text(root, "seeker"), batch_text(proposal, "offer"),
                         batch_text(proposal, "intake")};
        for (uint32_t i = 0; i < 3; i++) {
            buf_put(out, parts[i].base, parts[i].len);
            buf_char(out, i < 2 ? ',' : '\n');
        }
    }
    json_doc_free(&doc);
    return is_good || fail(e, ERR_BATCH_INPUT,
                           "%.200s:%u: this is no line of a run that handed "
                           "out seats",
                           path, line);
}

static bool convert(const char *path, const buf *text, buf *out, err *e)
{
    const char *at = text->base;
    const char *end = text->base + text->len;
    buf_text(out, "seeker,offer,intake\n");
    for (uint32_t line = 1; at < end; line++) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        line_end = line_end == NULL ? end : line_end;
        if (line_end > at &&
            !convert_line(path, line, (bytes){at, (size_t)(line_end - at)}, out, e)) {
            return false;
        }
        at = line_end + 1;
    }
    return true;
}

bool batch_put_list(const char *path, const char *key, json_writer *w, err *e)
{
    buf text = {0};
    buf csv = {0};
    bool is_good = read_file(path, &text, e);
    bool is_json = is_good && text.len > 0 && text.base[0] == '{';
    is_good = is_good && (!is_json || convert(path, &text, &csv, e));
    const buf *list = is_json ? &csv : &text;
    if (is_good && list->len > LIST_LEN_MAX) {
        is_good = fail(e, ERR_TOO_LARGE, "\"%.200s\" is longer than %d bytes", path, LIST_LEN_MAX);
    }
    if (is_good) {
        json_member_text(w, key, buf_bytes(list));
    }
    buf_fini(&text);
    buf_fini(&csv);
    return is_good;
}
