/* decision, event, replay: what was said to a proposal, what happened, and the proposal made again.
 */
#include <string.h>

#include "cli/cli.h"

static void put_option(json_writer *w, const char *name, const char *value)
{
    if (value != NULL) {
        json_member_cstr(w, name, value);
    }
}

/* "OFFER" or "OFFER/INTAKE"; an intake's id begins with its offer's. */
static void put_offer(json_writer *w, const char *given)
{
    const char *slash = strchr(given, '/');
    json_member_text(w, "offer",
                     (bytes){given, slash == NULL ? strlen(given) : (size_t)(slash - given)});
    if (slash != NULL) {
        json_member_cstr(w, "intake", given);
    }
}

/* Calls with params whose object is open, prints the whole result as JSON or one line of it. */
static int call(cli *c, const char *method, json_writer *w, buf *params, const char *noun)
{
    json_doc *doc = NULL;
    json_end_object(w);
    int code = cli_call(c, method, params, &doc);
    const json_node *made = code == EXIT_DONE ? json_member(json_root(doc), noun) : NULL;
    if (code == EXIT_DONE && (c->is_json || made == NULL)) {
        cli_print_result(doc);
    } else if (code == EXIT_DONE) {
        bytes id = json_text(json_member(made, "id"));
        printf("%.*s\n", (int)id.len, id.base);
    }
    json_doc_free(&doc);
    buf_fini(params);
    return code;
}

static void print_rows(const json_node *list, const char *const *columns, uint32_t column_count)
{
    table *t = table_new(columns, column_count);
    for (const json_node *n = json_child(list); n != NULL; n = json_next(n)) {
        for (uint32_t i = 0; i < column_count; i++) {
            const json_node *cell = json_member(n, columns[i]);
            table_put(t, cell == NULL ? BYTES("-") : json_text(cell));
        }
    }
    table_print(t, stdout);
    table_free(&t);
}

/* `NOUN list seeker ID` or `NOUN list offer ID`. */
static int list(cli *c, const char *noun, const char *const *columns, uint32_t column_count)
{
    char method[32];
    char plural[32];
    snprintf(method, sizeof method, "%s.list", noun);
    snprintf(plural, sizeof plural, "%ss", noun);
    bool is_known = c->arg_count == 4 &&
                    (strcmp(c->args[2], "seeker") == 0 || strcmp(c->args[2], "offer") == 0);
    if (!is_known) {
        return cli_usage(c, "expected `lotse %s list seeker ID` or `list offer ID`", noun);
    }
    buf params = {0};
    json_doc *doc = NULL;
    json_writer w = json_writer_to(&params);
    json_begin_object(&w);
    json_member_cstr(&w, c->args[2], c->args[3]);
    put_option(&w, "cursor", c->cursor);
    json_end_object(&w);
    int code = cli_call(c, method, &params, &doc);
    buf_fini(&params);
    if (code == EXIT_DONE && c->is_json) {
        cli_print_result(doc);
    } else if (code == EXIT_DONE) {
        const json_node *found = json_member(json_root(doc), plural);
        const json_node *next = json_member(json_root(doc), "cursor");
        print_rows(found, columns, column_count);
        if (json_type_of(next) == JSON_TEXT) {
            fprintf(stderr, "more: --cursor %.*s\n", (int)json_text(next).len,
                    json_text(next).base);
        }
        code = json_count(found) == 0 ? EXIT_NOTHING : EXIT_DONE;
    }
    json_doc_free(&doc);
    return code;
}

static int record_decision(cli *c)
{
    buf params = {0};
    json_writer w = cli_begin_params(c, &params);
    json_member_cstr(&w, "seeker", c->args[2]);
    json_member_cstr(&w, "decision", c->args[3]);
    if (c->arg_count == 5) {
        put_offer(&w, c->args[4]);
    }
    put_option(&w, "reason", c->reason);
    put_option(&w, "text", c->text);
    put_option(&w, "proposal", c->proposal);
    put_option(&w, "hold_until", c->hold_until);
    put_option(&w, "strategy", c->strategy_count > 0 ? c->strategy[0] : NULL);
    return call(c, "decision.record", &w, &params, "decision");
}

static int report(cli *c)
{
    buf params = {0};
    json_writer w = json_writer_to(&params);
    json_begin_object(&w);
    return call(c, "decision.report", &w, &params, "decision");
}

int command_decision(cli *c)
{
    static const char *const COLUMNS[] = {"id", "seeker", "offer", "decision", "reason", "by"};
    const char *verb = c->arg_count > 1 ? c->args[1] : "";
    if (strcmp(verb, "list") == 0) {
        return list(c, "decision", COLUMNS, sizeof COLUMNS / sizeof *COLUMNS);
    }
    if (strcmp(verb, "report") == 0 && c->arg_count == 2) {
        return report(c);
    }
    if (strcmp(verb, "record") == 0 && (c->arg_count == 4 || c->arg_count == 5)) {
        return record_decision(c);
    }
    return cli_usage(
        c, "expected `lotse decision record SEEKER DECISION [OFFER[/INTAKE]]`, `list` or `report`");
}

int command_event(cli *c)
{
    static const char *const COLUMNS[] = {"id", "seeker", "offer", "event", "day", "by"};
    const char *verb = c->arg_count > 1 ? c->args[1] : "";
    if (strcmp(verb, "list") == 0) {
        return list(c, "event", COLUMNS, sizeof COLUMNS / sizeof *COLUMNS);
    }
    if (strcmp(verb, "record") != 0 || c->arg_count < 4 || c->arg_count > 5) {
        return cli_usage(c,
                         "expected `lotse event record SEEKER EVENT [OFFER[/INTAKE]]` or `list`");
    }
    buf params = {0};
    json_writer w = json_writer_to(&params);
    json_begin_object(&w);
    json_member_cstr(&w, "seeker", c->args[2]);
    json_member_cstr(&w, "event", c->args[3]);
    if (c->arg_count == 5) {
        put_offer(&w, c->args[4]);
    }
    put_option(&w, "day", c->day);
    put_option(&w, "hold_until", c->hold_until);
    put_option(&w, "lang", c->lang);
    return call(c, "event.record", &w, &params, "event");
}

int command_replay(cli *c)
{
    if (c->arg_count != 2) {
        return cli_usage(c, "expected `lotse replay PROPOSAL`");
    }
    buf params = {0};
    json_doc *doc = NULL;
    json_writer w = json_writer_to(&params);
    json_begin_object(&w);
    json_member_cstr(&w, "id", c->args[1]);
    json_end_object(&w);
    int code = cli_call(c, "proposal.replay", &params, &doc);
    buf_fini(&params);
    if (code == EXIT_DONE) {
        const json_node *r = json_root(doc);
        bool is_same = json_bool(json_member(r, "same"));
        static const char *const COLUMNS[] = {"input", "was", "now"};
        if (c->is_json) {
            cli_print_result(doc);
        } else if (is_same) {
            printf("the same, to the byte\n");
        } else {
            printf("not the same; what changed since:\n");
            print_rows(json_member(r, "changed"), COLUMNS, 3);
        }
        code = is_same ? EXIT_DONE : EXIT_PARTLY;
    }
    json_doc_free(&doc);
    return code;
}
