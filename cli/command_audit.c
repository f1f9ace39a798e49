/* audit: what stands in the logs, and whether they are as they were written. */
#include <string.h>
#include <time.h>

#include "cli/cli.h"

static void print_entries(const json_node *list)
{
    static const char *const COLUMNS[] = {"at", "by", "action", "seekers", "offer", "outcome"};
    table *t = table_new(COLUMNS, sizeof COLUMNS / sizeof *COLUMNS);
    for (const json_node *n = json_child(list); n != NULL; n = json_next(n)) {
        char at[32];
        time_t seconds = (time_t)(json_number(json_member(n, "at_ms")) / 1000);
        struct tm utc;
        strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &utc));
        table_put(t, bytes_of(at));
        table_put(t, json_text(json_member(n, "by")));
        table_put(t, json_text(json_member(n, "action")));
        const json_node *seekers = json_member(n, "seekers");
        buf cell = {0};
        if (seekers != NULL && json_count(seekers) == 1) {
            bytes one = json_text(json_child(seekers));
            buf_put(&cell, one.base, one.len);
        } else {
            buf_print(&cell, "%zu", seekers == NULL ? (size_t)0 : json_count(seekers));
        }
        table_put(t, buf_bytes(&cell));
        buf_fini(&cell);
        const json_node *offer = json_member(n, "offer");
        table_put(t, offer == NULL ? BYTES("-") : json_text(offer));
        table_put(t, json_text(json_member(n, "outcome")));
    }
    table_print(t, stdout);
    table_free(&t);
}

/* `audit list system|access [seeker ID]`, page by page until -n lines were shown. */
static int list(cli *c)
{
    buf params = {0};
    json_doc *doc = NULL;
    json_writer w = json_writer_to(&params);
    json_begin_object(&w);
    json_member_cstr(&w, "log", c->args[2]);
    if (c->arg_count == 5) {
        json_member_cstr(&w, c->args[3], c->args[4]);
    }
    if (c->limit != NULL) {
        json_put_key(&w, "limit");
        json_put_raw(&w, bytes_of(c->limit));
    }
    if (c->cursor != NULL) {
        json_put_key(&w, "after");
        json_put_raw(&w, bytes_of(c->cursor));
    }
    json_end_object(&w);
    err e = {0};
    int code = json_check(buf_bytes(&params), 2, NULL, &e)
                   ? cli_call(c, "audit.list", &params, &doc)
                   : cli_usage(c, "-n and --cursor take numbers here");
    buf_fini(&params);
    if (code == EXIT_DONE && c->is_json) {
        cli_print_result(doc);
    } else if (code == EXIT_DONE) {
        const json_node *found = json_member(json_root(doc), "entries");
        const json_node *after = json_member(json_root(doc), "after");
        print_entries(found);
        if (json_type_of(after) == JSON_NUMBER) {
            fprintf(stderr, "more: --cursor %.0f\n", json_number(after));
        }
        code = json_count(found) == 0 ? EXIT_NOTHING : EXIT_DONE;
    }
    json_doc_free(&doc);
    return code;
}

static bool print_finding(const char *name, const json_node *f)
{
    bool is_sound = json_bool(json_member(f, "sound"));
    bytes where = json_text(json_member(f, "where"));
    bytes mac = json_text(json_member(f, "last_mac"));
    printf("%s: %.0f lines of %.0f days, %s%.*s%s%.*s\n", name,
           json_number(json_member(f, "lines")), json_number(json_member(f, "days")),
           is_sound ? "as they were written" : "changed at ", is_sound ? 0 : (int)where.len,
           where.base == NULL ? "" : where.base, mac.len > 0 ? "; the last code is " : "",
           (int)mac.len, mac.base == NULL ? "" : mac.base);
    return is_sound;
}

static int verify(cli *c)
{
    buf params = {0};
    json_doc *doc = NULL;
    int code = cli_call(c, "audit.verify", &params, &doc);
    buf_fini(&params);
    if (code == EXIT_DONE) {
        const json_node *system_log = json_member(json_root(doc), "system");
        const json_node *access_log = json_member(json_root(doc), "access");
        bool is_sound = json_bool(json_member(system_log, "sound")) &&
                        json_bool(json_member(access_log, "sound"));
        if (c->is_json) {
            cli_print_result(doc);
        } else {
            (void)print_finding("system", system_log); /* both are told, then counted */
            (void)print_finding("access", access_log);
        }
        code = is_sound ? EXIT_DONE : EXIT_FAILED;
    }
    json_doc_free(&doc);
    return code;
}

int command_audit(cli *c)
{
    const char *verb = c->arg_count > 1 ? c->args[1] : "";
    bool is_about =
        c->arg_count == 5 && (strcmp(c->args[3], "seeker") == 0 || strcmp(c->args[3], "by") == 0);
    if (strcmp(verb, "list") == 0 && (c->arg_count == 3 || is_about)) {
        return list(c);
    }
    if (strcmp(verb, "verify") == 0 && c->arg_count == 2) {
        return verify(c);
    }
    return cli_usage(
        c, "expected `lotse audit list system|access [seeker ID | by ACCOUNT]` or `verify`");
}
