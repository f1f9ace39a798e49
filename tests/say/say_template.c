/* say_template sentences|labels: the .pot of a domain, from the tables that the program is made of.
 * The id is the context, the English text what is translated. */
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "model/field.h"
#include "say/say.h"

static void put_text(const char *keyword, const char *text)
{
    printf("%s \"", keyword);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            putchar('\\');
        }
        putchar(*text);
    }
    puts("\"");
}

static void put_entry(const char *id, const char *english)
{
    putchar('\n');
    put_text("msgctxt", id);
    put_text("msgid", english);
    put_text("msgstr", "");
}

static void put_labels(void)
{
    static const char *const paths[] = {
#define X(path) path,
#include "say/fields.def"
#undef X
    };
    char id[200];
    uint32_t count = 0;
    const code_list *lists = code_list_all(&count);
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < lists[i].count; k++) {
            snprintf(id, sizeof id, "code.%s.%s", lists[i].name, lists[i].entries[k].id);
            put_entry(id, lists[i].entries[k].en);
        }
    }
    arena a = {0};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        const field *f = field_find(SIDE_OFFER, paths[i], &a);
        snprintf(id, sizeof id, "field.%s", paths[i]);
        put_entry(id, f == NULL ? "no such field" : f->en);
    }
    arena_fini(&a);
}

int main(int argc, char **argv)
{
    bool is_labels = argc == 2 && strcmp(argv[1], "labels") == 0;
    if (!is_labels && (argc != 2 || strcmp(argv[1], "sentences") != 0)) {
        fputs("usage: say_template sentences|labels\n", stderr);
        return 2;
    }
    puts("msgid \"\"\nmsgstr \"\"\n\"Project-Id-Version: lotse\\n\"\n\"MIME-Version: 1.0\\n\"\n"
         "\"Content-Type: text/plain; charset=UTF-8\\n\"\n"
         "\"Content-Transfer-Encoding: 8bit\\n\"");
    if (is_labels) {
        put_labels();
        return 0;
    }
    for (uint32_t i = 0; i < say_text_count(); i++) {
        const char *id = NULL;
        const char *text = say_text_at(i, &id);
        put_entry(id, text);
    }
    return 0;
}
