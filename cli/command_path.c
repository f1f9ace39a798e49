/* path: chains of intakes as a caseworker would tell them, the next step first. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "say/say.h"

static const char *lang_of(const cli *c)
{
    return c->lang != NULL ? c->lang : "en";
}

static bytes member_text(const json_node *n, const char *key)
{
    const json_node *m = n != NULL ? json_member(n, key) : NULL;
    return m != NULL && json_type_of(m) == JSON_TEXT ? json_text(m) : (bytes){NULL, 0};
}

static bool member_int(const json_node *n, const char *key, int64_t *ret)
{
    const json_node *m = n != NULL ? json_member(n, key) : NULL;
    return m != NULL && json_type_of(m) == JSON_NUMBER && json_integer(m, ret);
}

static void print_day(const cli *c, bytes day_text)
{
    day d;
    buf text = {0};
    if (day_parse(day_text, &d)) {
        say_day(lang_of(c), d, &text);
        fputs(buf_terminated(&text), stdout);
    }
    buf_fini(&text);
}

static void print_line(const char *mark, tone t, bytes text)
{
    if (text.base == NULL) {
        return;
    }
    fputs("       ", stdout);
    output_tone(stdout, t);
    printf("%s %.*s", mark, (int)text.len, text.base);
    output_tone(stdout, TONE_PLAIN);
    fputc('\n', stdout);
}

static void print_texts(const json_node *step, const char *key, const char *mark, tone t)
{
    const json_node *list = json_member(step, key);
    for (const json_node *n = list != NULL ? json_child(list) : NULL; n != NULL; n = json_next(n)) {
        print_line(mark, t, member_text(n, "text"));
    }
}

/* What to ask for, with the last day. */
static void print_asks(const cli *c, const json_node *step)
{
    const json_node *list = json_member(step, "asks");
    for (const json_node *n = list != NULL ? json_child(list) : NULL; n != NULL; n = json_next(n)) {
        bytes text = member_text(n, "text");
        printf("       > %.*s", (int)text.len, text.base);
        if (member_text(n, "by").base != NULL) {
            printf("  (%s ", say_word(lang_of(c), "step.by"));
            print_day(c, member_text(n, "by"));
            fputc(')', stdout);
        }
        fputc('\n', stdout);
    }
}

static void print_dates(const cli *c, const json_node *step)
{
    bool is_goal = bytes_equal_text(member_text(step, "role"), "goal");
    bytes end = member_text(step, "end");
    print_day(c, member_text(step, "start"));
    if (!is_goal && end.base != NULL) {
        fputs(" – ", stdout);
        print_day(c, end);
    }
}

static void print_step(const cli *c, const json_node *step, uint32_t number)
{
    bytes offer = member_text(step, "offer");
    bytes intake = member_text(step, "intake");
    bytes provider = member_text(step, "provider");
    int64_t seats = 0;
    printf("  %2u.  ", number);
    output_toned(stdout, TONE_STRONG, member_text(step, "title"));
    fputs("\n       ", stdout);
    print_dates(c, step);
    printf(" · %.*s", (int)(intake.base != NULL ? intake.len : offer.len),
           intake.base != NULL ? intake.base : offer.base);
    if (provider.base != NULL) {
        printf(" · %.*s", (int)provider.len, provider.base);
    }
    if (member_int(step, "seats_free", &seats)) {
        printf(" · %s: %lld", say_word(lang_of(c), "column.seats"), (long long)seats);
    }
    fputc('\n', stdout);
    print_asks(c, step);
    print_texts(step, "notes", "!", TONE_WARN);
    print_texts(step, "checks", "?", TONE_WARN);
    print_line("=", TONE_GOOD, member_text(step, "after"));
}

static void print_chain(const cli *c, const json_node *chain)
{
    bytes text = member_text(chain, "text");
    const json_node *best = json_member(chain, "best");
    const char *separator = "  (";
    fputc('\n', stdout);
    output_toned(stdout, TONE_STRONG, text);
    for (const json_node *n = best != NULL ? json_child(best) : NULL; n != NULL; n = json_next(n)) {
        char id[40];
        snprintf(id, sizeof id, "path.best.%.*s", (int)json_text(n).len, json_text(n).base);
        printf("%s%s", separator, say_word(lang_of(c), id));
        separator = ", ";
    }
    puts(strcmp(separator, ", ") == 0 ? ")" : "");
    uint32_t number = 0;
    const json_node *steps = json_member(chain, "steps");
    for (const json_node *n = steps != NULL ? json_child(steps) : NULL; n != NULL;
         n = json_next(n)) {
        print_step(c, n, ++number);
    }
}

static void print_answer(const cli *c, const json_node *reply)
{
    const json_node *chains = json_member(reply, "chains");
    const json_node *first = chains != NULL ? json_child(chains) : NULL;
    bytes id = member_text(reply, "seeker");
    output_tone(stdout, TONE_STRONG);
    printf("%s %.*s", say_word(lang_of(c), "path.title"), (int)id.len, id.base);
    output_tone(stdout, TONE_PLAIN);
    bytes strategy_id = member_text(reply, "strategy");
    printf(" · %.*s · ", (int)strategy_id.len, strategy_id.base);
    print_day(c, member_text(reply, "as_of"));
    fputc('\n', stdout);
    if (first != NULL) {
        output_toned(stdout, TONE_GOOD, member_text(json_member(first, "next"), "text"));
        fputc('\n', stdout);
    }
    bytes text = member_text(reply, "text");
    printf("%.*s\n", (int)text.len, text.base);
    for (const json_node *n = first; n != NULL; n = json_next(n)) {
        print_chain(c, n);
    }
    const json_node *missing = json_member(reply, "missing");
    for (const json_node *n = missing != NULL ? json_child(missing) : NULL; n != NULL;
         n = json_next(n)) {
        print_line("+", TONE_WARN, member_text(n, "text"));
    }
}

/* A whole number of an option. */
static int put_number(cli *c, json_writer *w, const char *key, const char *option, const char *text,
                      long least, long most)
{
    char *end = NULL;
    long value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || value < least || value > most) {
        return cli_usage(c, "%s is \"%s\"; expected %ld to %ld", option, text, least, most);
    }
    json_member_int(w, key, value);
    return EXIT_DONE;
}

static int put_params(cli *c, json_writer *w)
{
    int code = EXIT_DONE;
    json_member_cstr(w, "seeker", c->args[1]);
    if (c->to != NULL) {
        json_member_cstr(w, "to", c->to);
    }
    if (c->by != NULL) {
        json_member_cstr(w, "by", c->by);
    }
    if (c->strategy_count > 0) {
        json_member_cstr(w, "strategy", c->strategy[0]);
    }
    if (c->assumes_recurring) {
        json_member_bool(w, "assume_recurring", true);
    }
    if (c->limit != NULL) {
        code = put_number(c, w, "limit", "-n", c->limit, 1, 50);
    }
    if (code == EXIT_DONE && c->steps != NULL) {
        code = put_number(c, w, "steps", "--steps", c->steps, 0, 6);
    }
    json_end_object(w);
    return code;
}

int command_path(cli *c)
{
    if (c->arg_count != 2) {
        return cli_usage(c, "expected `lotse path SEEKER`");
    }
    buf params = {0};
    json_doc *doc = NULL;
    json_writer w = cli_begin_params(c, &params);
    int code = put_params(c, &w);
    if (code == EXIT_DONE) {
        code = cli_call(c, "path.find", &params, &doc);
    }
    if (code == EXIT_DONE) {
        if (c->is_json) {
            cli_print_result(doc);
        } else {
            print_answer(c, json_root(doc));
        }
        code = json_count(json_member(json_root(doc), "chains")) == 0 ? EXIT_NOTHING : EXIT_DONE;
    }
    json_doc_free(&doc);
    buf_fini(&params);
    return code;
}
