/* A manifest's sentence in any language, filled with odd values: what was accepted is written whole
 * and as UTF-8. The same bytes as a compiled catalogue: told to be damaged, or read to its end. */
#include <string.h>

#include "base/check.h"
#include "base/lang.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "plugin/manifest_text.h"
#include "say/catalogue.h"
#include "say/template.h"

static const uint64_t week[11] = {0xff00, 0xff, 0, 1};

static void fill(const text_set *set, bool is_aloud)
{
    const template_slot slots[] = {
        {BYTES("have"), {.kind = GATE_FACT_NUMBER, .is_known = true, .number = 2}},
        {BYTES("need"), {.kind = GATE_FACT_KM, .is_known = true, .number = INT32_MAX}},
        {BYTES("lack"), {.kind = GATE_FACT_WEEK, .is_known = true, .week = week}},
        {BYTES("key"), {.kind = GATE_FACT_NONE}}};
    for (uint32_t i = 0; i < set->count; i++) {
        const language *l = lang_find(set->langs[i]);
        say_context c = {.lang = l == NULL ? "en" : l->tag, .is_aloud = is_aloud};
        buf out = {0};
        template_fill(&c, set->texts[i], slots, 4, &out);
        check(utf8_is_valid(buf_bytes(&out), NULL));
        buf_fini(&out);
    }
}

static void read_as_catalogue(bytes file)
{
    if (!catalogue_is_sound(file)) {
        return;
    }
    for (uint32_t i = 0; i < catalogue_text_count(file) && i < 1000; i++) {
        bytes id = {NULL, 0};
        size_t len = strlen(catalogue_at(file, i, &id));
        check(len + id.len <= 2 * file.len);
    }
    (void)catalogue_find(file, "form.date"); /* there or not */
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len)
{
    static const bytes names[] = {{"have", 4}, {"need", 4}, {"lack", 4}, {"key", 3}};
    bytes text = {(const char *)input, len};
    json_doc *doc = NULL;
    arena a = {0};
    err e = {0};
    text_set set = {0};
    if (json_parse(text, JSON_DEPTH_MAX, &doc, &e)) {
        reader root = reader_root(json_root(doc), ERR_PLUGIN_MANIFEST);
        if (manifest_read_texts(&root, names, 4, &a, &set, &e)) {
            fill(&set, false);
            fill(&set, true);
        }
    }
    read_as_catalogue(text);
    json_doc_free(&doc);
    arena_fini(&a);
    return 0;
}
