/* manifest_verdicts < DOCUMENTS: reads one JSON document a line and prints what the manifest
 * decoder says of it: {"error":null} or {"error":"plugin.manifest","path":"...","text":"..."}. Used
 * to hold schemas/manifest.schema.json against the decoder. */

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "plugin/manifest.h"

static void print_verdict(const char *line, size_t len)
{
    arena a = {0};
    buf out = {0};
    json_doc *doc = NULL;
    manifest m;
    err e = {0};
    bool is_good = json_parse((bytes){line, len}, JSON_DEPTH_MAX, &doc, &e) &&
                   json_refuse_lossy(doc, "", &e) && manifest_decode(json_root(doc), &a, &m, &e);
    json_writer w = json_writer_to(&out);
    json_begin_object(&w);
    json_member_cstr(&w, "error", is_good ? NULL : err_id(e.code));
    json_member_cstr(&w, "path", e.path);
    json_member_cstr(&w, "text", e.text);
    json_end_object(&w);
    puts(buf_terminated(&out));
    json_doc_free(&doc);
    buf_fini(&out);
    arena_fini(&a);
}

int main(void)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t len = 0;
    while ((len = getline(&line, &room, stdin)) > 0) {
        print_verdict(line, (size_t)len);
    }
    free(line);
    return 0;
}
