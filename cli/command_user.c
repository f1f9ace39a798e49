/* lotse user: who may sign in to a server from elsewhere. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

static bytes text_of(const json_node *n, const char *key)
{
    const json_node *m = n != NULL ? json_member(n, key) : NULL;
    return m != NULL && json_type_of(m) == JSON_TEXT ? json_text(m) : BYTES("-");
}

static bool put_days(const cli *c, json_writer *w, int *ret_code)
{
    if (c->days == NULL) {
        return true;
    }
    char *end;
    long days = strtol(c->days, &end, 10);
    if (c->days[0] < '0' || c->days[0] > '9' || *end != '\0' || days > 3660) {
        *ret_code = cli_usage(c, "--days is \"%s\"; expected 0 to 3660", c->days);
        return false;
    }
    json_member_int(w, "days", days);
    return true;
}

static void put_units(json_writer *w, const char *units)
{
    json_put_key(w, "units");
    json_begin_array(w);
    const char *at = units;
    while (*at != '\0') {
        size_t len = strcspn(at, ",");
        if (len > 0) {
            json_put_text(w, (bytes){at, len});
        }
        at += len + (at[len] == ',' ? 1 : 0);
    }
    json_end_array(w);
}

/* The token alone on stdout, so that it can be piped; the rest for people. */
static int print_token(cli *c, const char *method, buf *params)
{
    json_doc *doc = NULL;
    int code = cli_call(c, method, params, &doc);
    if (code == EXIT_DONE && c->is_json) {
        cli_print_result(doc);
    } else if (code == EXIT_DONE) {
        bytes id = text_of(json_member(json_root(doc), "user"), "id");
        bytes token = text_of(json_root(doc), "token");
        fprintf(stderr, "%.*s signs in with this token; it is not shown again:\n", (int)id.len,
                id.base);
        printf("%.*s\n", (int)token.len, token.base);
    }
    json_doc_free(&doc);
    return code;
}

static int add_user(cli *c)
{
    if (c->role == NULL) {
        return cli_usage(c, "expected `lotse user add ID --role ROLE`");
    }
    buf params = {0};
    json_writer w = json_writer_to(&params);
    int code = EXIT_DONE;
    json_begin_object(&w);
    json_member_cstr(&w, "id", c->args[2]);
    json_member_cstr(&w, "role", c->role);
    if (c->units != NULL) {
        put_units(&w, c->units);
    }
    if (c->provider != NULL) {
        json_member_cstr(&w, "provider", c->provider);
    }
    if (put_days(c, &w, &code)) {
        json_end_object(&w);
        code = print_token(c, "user.add", &params);
    }
    buf_fini(&params);
    return code;
}

static int make_token(cli *c)
{
    buf params = {0};
    json_writer w = json_writer_to(&params);
    int code = EXIT_DONE;
    json_begin_object(&w);
    json_member_cstr(&w, "id", c->args[2]);
    if (c->withdraws) {
        json_member_bool(&w, "withdraw", true);
    }
    if (put_days(c, &w, &code)) {
        json_end_object(&w);
        code = print_token(c, "user.token", &params);
    }
    buf_fini(&params);
    return code;
}

static int disable_user(cli *c, bool is_disabled)
{
    buf params = {0};
    json_writer w = json_writer_to(&params);
    json_begin_object(&w);
    json_member_cstr(&w, "id", c->args[2]);
    json_member_bool(&w, "disabled", is_disabled);
    json_end_object(&w);
    json_doc *doc = NULL;
    int code = cli_call(c, "user.disable", &params, &doc);
    if (code == EXIT_DONE && c->is_json) {
        cli_print_result(doc);
    } else if (code == EXIT_DONE && !c->is_quiet) {
        fprintf(stderr, "%s %s\n", c->args[2],
                is_disabled ? "can sign in no more" : "can sign in again");
    }
    json_doc_free(&doc);
    buf_fini(&params);
    return code;
}

/* Units of a user in one cell. */
static void put_units_cell(table *t, const json_node *user)
{
    const json_node *units = json_member(user, "units");
    buf cell = {0};
    bool has_units = units != NULL && json_type_of(units) == JSON_ARRAY;
    for (const json_node *n = has_units ? json_child(units) : NULL; n != NULL; n = json_next(n)) {
        bytes unit = json_text(n);
        buf_text(&cell, cell.len > 0 ? "," : "");
        buf_put(&cell, unit.base, unit.len);
    }
    table_put(t, !has_units ? BYTES("all") : cell.len == 0 ? BYTES("none") : buf_bytes(&cell));
    buf_fini(&cell);
}

static int list_users(cli *c)
{
    static const char *const TITLES[] = {"id", "role", "units", "provider", "tokens", "state"};
    json_doc *doc = NULL;
    int code = cli_call(c, "user.list", NULL, &doc);
    if (code == EXIT_DONE && c->is_json) {
        cli_print_result(doc);
    } else if (code == EXIT_DONE) {
        table *t = table_new(TITLES, 6);
        for (const json_node *n = json_child(json_member(json_root(doc), "users")); n != NULL;
             n = json_next(n)) {
            char count[24];
            snprintf(count, sizeof count, "%zu", json_count(json_member(n, "tokens")));
            table_put(t, text_of(n, "id"));
            table_put(t, text_of(n, "role"));
            put_units_cell(t, n);
            table_put(t, text_of(n, "provider"));
            table_put(t, bytes_of(count));
            table_put(t,
                      json_bool(json_member(n, "disabled")) ? BYTES("disabled") : BYTES("active"));
        }
        table_print(t, stdout);
        table_free(&t);
    }
    json_doc_free(&doc);
    return code;
}

int command_user(cli *c)
{
    const char *verb = c->arg_count > 1 ? c->args[1] : "";
    if (c->arg_count == 2 && strcmp(verb, "list") == 0) {
        return list_users(c);
    }
    if (c->arg_count == 3 && strcmp(verb, "add") == 0) {
        return add_user(c);
    }
    if (c->arg_count == 3 && strcmp(verb, "token") == 0) {
        return make_token(c);
    }
    if (c->arg_count == 3 && (strcmp(verb, "disable") == 0 || strcmp(verb, "enable") == 0)) {
        return disable_user(c, verb[0] == 'd');
    }
    return cli_usage(c, "expected `lotse user list`, `add ID --role ROLE`, `token ID`, `disable "
                        "ID` or `enable ID`");
}
