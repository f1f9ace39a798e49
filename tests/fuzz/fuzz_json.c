/* Any bytes through the JSON reader: check and tree agree, what is printed is JSON and prints the
 * same again, merging the same patch twice changes nothing. A NUL byte, which no JSON text holds,
 * divides the input into a target and its patch. */
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "json/json.h"

enum { DEPTH_MAX = 500 };

static void print_twice(const json_doc *doc)
{
    buf once = {0};
    buf twice = {0};
    err e = {0};
    json_doc *again = NULL;
    json_print(json_root(doc), &once);
    check(json_parse(buf_bytes(&once), DEPTH_MAX, &again, &e));
    json_print(json_root(again), &twice);
    check(bytes_equal(buf_bytes(&once), buf_bytes(&twice)));
    json_doc_free(&again);
    buf_fini(&once);
    buf_fini(&twice);
}

/* True: the text is JSON. */
static bool read_text(bytes text)
{
    err e = {0};
    size_t off = SIZE_MAX;
    json_doc *doc = NULL;
    bool is_checked = json_check(text, DEPTH_MAX, &off, &e);
    check(is_checked == (off == SIZE_MAX));
    check(is_checked == json_parse(text, DEPTH_MAX, &doc, &e));
    if (!is_checked) {
        check(off <= text.len);
        check(e.code == ERR_JSON_PARSE || e.code == ERR_JSON_TOO_DEEP);
        return false;
    }
    check(utf8_is_valid(text, NULL));
    bool is_kept = json_refuse_lossy(doc, "/x", &e);
    check(is_kept || strncmp(e.path, "/x", 2) == 0);
    check(utf8_is_valid(bytes_of(e.text), NULL));
    check(utf8_is_valid(bytes_of(e.path), NULL));
    bytes raw;
    if (json_raw_member(text, "id", &raw)) {
        check(json_check(raw, DEPTH_MAX, NULL, NULL));
    }
    print_twice(doc);
    json_doc_free(&doc);
    return true;
}

static void merge_texts(bytes target, bytes patch)
{
    buf once = {0};
    buf twice = {0};
    err e = {0};
    check(json_merge(target, patch, &once, &e));
    check(json_check(buf_bytes(&once), JSON_READER_DEPTH_MAX, NULL, &e));
    check(json_merge(buf_bytes(&once), patch, &twice, &e));
    check(bytes_equal(buf_bytes(&once), buf_bytes(&twice)));
    buf_fini(&once);
    buf_fini(&twice);
}

static void write_text(bytes text)
{
    buf out = {0};
    json_writer w = json_writer_to(&out);
    json_begin_object(&w);
    json_put_key_bytes(&w, text);
    json_put_text(&w, text);
    json_end_object(&w);
    check(json_check(buf_bytes(&out), 1, NULL, NULL));
    buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len)
{
    bytes target = {(const char *)input, len};
    bytes patch = target;
    const char *nul = len == 0 ? NULL : memchr(input, 0, len);
    write_text(target);
    if (nul != NULL) {
        target.len = (size_t)(nul - target.base);
        patch = (bytes){nul + 1, len - target.len - 1};
    }
    bool is_target = read_text(target);
    if (read_text(patch) && is_target) {
        merge_texts(target, patch);
    }
    return 0;
}
