/* plugin: which there are, what they may do, and what became of them. */
#include <string.h>

#include "cli/cli.h"

/* Ids and paths are checked by the other side; here they only have to be JSON. */
static void put_params(cli *c, bool has_columns, buf *params)
{
    json_writer w = json_writer_to(params);
    json_begin_object(&w);
    json_member_cstr(&w, "id", c->args[2]);
    if (has_columns) {
        json_put_key(&w, "columns");
        json_begin_array(&w);
        for (uint32_t i = 3; i < c->arg_count; i++) {
            json_put_cstr(&w, c->args[i]);
        }
        json_end_array(&w);
    }
    json_end_object(&w);
}

/* One line of what came out, or the reply as it is. */
static int change(cli *c, const char *method, bool has_columns)
{
    buf params = {0};
    json_doc *doc = NULL;
    put_params(c, has_columns, &params);
    int code = cli_call(c, method, &params, &doc);
    if (code == EXIT_DONE && c->is_json) {
        cli_print_result(doc);
    } else if (code == EXIT_DONE) {
        const json_node *state = json_member(json_root(doc), "state");
        bytes text = state == NULL ? BYTES("?") : json_text(state);
        printf("%s is %.*s\n", c->args[2], (int)text.len, text.base);
    }
    json_doc_free(&doc);
    buf_fini(&params);
    return code;
}

static int reload(cli *c)
{
    buf params = {0};
    json_doc *doc = NULL;
    int code = cli_call(c, "plugin.reload", &params, &doc);
    if (code == EXIT_DONE) {
        cli_print_result(doc);
    }
    json_doc_free(&doc);
    buf_fini(&params);
    return code;
}

int command_plugin(cli *c)
{
    static const char *const KEYS[] = {"id", "version", "state", "trust", "title"};
    static const struct {
        const char *word;
        const char *method;
    } CHANGES[] = {
        {"enable", "plugin.enable"}, {"disable", "plugin.disable"}, {"release", "plugin.release"}};
    const char *word = c->arg_count > 1 ? c->args[1] : "";
    if (c->arg_count == 2 && strcmp(word, "list") == 0) {
        return cli_print_list(c, "plugin.list", "plugins", KEYS, 5);
    }
    if (c->arg_count == 2 && strcmp(word, "reload") == 0) {
        return reload(c);
    }
    if (c->arg_count == 3 && strcmp(word, "show") == 0) {
        return cli_show_one(c, "plugin.show", c->args[2]);
    }
    for (uint32_t i = 0; c->arg_count == 3 && i < sizeof CHANGES / sizeof *CHANGES; i++) {
        if (strcmp(word, CHANGES[i].word) == 0) {
            return change(c, CHANGES[i].method, false);
        }
    }
    if (c->arg_count > 3 && strcmp(word, "grant") == 0) {
        return change(c, "plugin.grant", true);
    }
    if (c->arg_count > 2 && strcmp(word, "revoke") == 0) {
        return change(c, "plugin.revoke", c->arg_count > 3);
    }
    return cli_usage(c, "expected `lotse plugin list`, `show ID`, `enable ID`, `disable ID`, "
                        "`reload`, `release ID`, `grant ID COLUMN...` or `revoke ID [COLUMN...]`");
}
