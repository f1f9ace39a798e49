/* Any bytes as a title, as a source of a taxonomy (table or archive), and as the taxonomy file
 * itself: read or refused with a reason, and what was read can be printed and viewed. The first
 * byte chooses. */
#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "fuzz.h"
#include "taxonomy/find.h"
#include "taxonomy/read.h"
#include "taxonomy/title.h"

static void look_at(const taxonomy *t)
{
    for (uint32_t i = 0; i < taxonomy_count(t); i++) {
        check(taxonomy_find(t, taxonomy_id(t, i)) == i);
        for (uint32_t relation = 0; relation < RELATION_COUNT; relation++) {
            const uint32_t *others;
            uint32_t count = taxonomy_related(t, i, (taxonomy_relation)relation, &others);
            for (uint32_t n = 0; n < count; n++) {
                check(others[n] < taxonomy_count(t));
            }
        }
        taxonomy_label(t, taxonomy_id(t, i), "de");
    }
}

static void view(bytes file)
{
    buf aligned = {0};
    err e = {0};
    taxonomy *t = NULL;
    buf_put(&aligned, file.base, file.len);
    if (aligned.base != NULL && taxonomy_view(buf_bytes(&aligned), &t, &e)) {
        look_at(t);
        taxonomy_close(&t);
    } else if (aligned.base != NULL) {
        check(e.code != ERR_NONE);
    }
    buf_fini(&aligned);
}

static void read_title(bytes text)
{
    buf scratch = {0};
    title *t = mem_new(sizeof *t);
    if (t != NULL && title_read(text, &scratch, t)) {
        check(t->token_count <= TITLE_TOKEN_MAX);
        check(t->text_len <= TITLE_LEN_MAX);
        for (uint32_t i = 0; i < t->token_count; i++) {
            check(title_word(t, i).len > 0);
        }
    }
    mem_free(t);
    buf_fini(&scratch);
}

static void ask(const taxonomy *t, bytes text)
{
    finder *f = NULL;
    finder_scratch *s = NULL;
    err e = {0};
    finder_hit hits[3];
    uint32_t count = 0;
    check(finder_new(t, FIND_ALL, NULL, &f, &e));
    check(finder_scratch_new(f, &s, &e));
    check(finder_ask(f, s, text, hits, 3, &count, &e));
    finder_scratch_free(&s);
    finder_free(&f);
}

static void read_source(const char *name, bytes text)
{
    draft *d = NULL;
    err e = {0};
    read_report report;
    check(draft_new(&d, &e));
    if (taxonomy_read(d, name, text, &report, &e)) {
        buf file = {0};
        taxonomy *t = NULL;
        check(draft_print(d, &file, &e));
        check(taxonomy_view(buf_bytes(&file), &t, &e));
        look_at(t);
        ask(t, text);
        taxonomy_close(&t);
        buf_fini(&file);
    } else {
        check(e.code != ERR_NONE);
        check(e.text[0] != '\0');
    }
    draft_free(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len)
{
    if (len == 0) {
        return 0;
    }
    bytes rest = {(const char *)input + 1, len - 1};
    if (input[0] == 't') {
        read_title(rest);
    } else if (input[0] == 'f') {
        view(rest);
    } else {
        read_source("source_de.csv", rest);
    }
    return 0;
}
