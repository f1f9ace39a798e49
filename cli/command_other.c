/* The short commands: init, serve, call, strategy, fields, doctor, version. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/app.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "lotse_plugin.h"
#include "store/store.h"

int command_init(cli *c)
{
    if (c->arg_count != 1) {
        return cli_usage(c, "expected `lotse --data DIR init`");
    }
    err e = {0};
    store *s = NULL;
    if (mkdir(c->data_dir, 0700) != 0 && errno != EEXIST) {
        fail(&e, ERR_FILE, "could not make the folder \"%s\": %s", c->data_dir, strerror(errno));
        return cli_report(c, &e);
    }
    if (!store_open(c->data_dir, true, &s, &e)) {
        return cli_report(c, &e);
    }
    store_close(&s);
    if (!c->is_quiet) {
        fprintf(stderr, "%s is ready\n", c->data_dir);
    }
    return EXIT_DONE;
}

int command_serve(cli *c)
{
    if (c->arg_count != 1) {
        return cli_usage(c, "expected `lotse serve`");
    }
    app_config config = cli_app_config(c);
    err e = {0};
    return app_serve(&config, &e) ? EXIT_DONE : cli_report(c, &e);
}

/* Calls, prints the result as JSON. */
static int print_call(cli *c, const char *method, buf *params)
{
    json_doc *doc = NULL;
    int code = cli_call(c, method, params, &doc);
    if (code == EXIT_DONE) {
        cli_print_result(doc);
    }
    json_doc_free(&doc);
    return code;
}

int command_call(cli *c)
{
    if (c->arg_count != 2 && c->arg_count != 3) {
        return cli_usage(c, "expected `lotse call METHOD [PARAMS-JSON]`");
    }
    buf params = {0};
    err e = {0};
    int code = EXIT_DONE;
    if (c->arg_count == 3) {
        buf_text(&params, c->args[2]);
        if (!json_check(buf_bytes(&params), JSON_DEPTH_MAX, NULL, &e)) {
            code = cli_report(c, &e);
        }
    }
    if (code == EXIT_DONE) {
        code = print_call(c, c->args[1], &params);
    }
    buf_fini(&params);
    return code;
}

static bytes text_of(const json_node *n, const char *key)
{
    const json_node *m = n != NULL ? json_member(n, key) : NULL;
    return m != NULL && json_type_of(m) == JSON_TEXT ? json_text(m) : BYTES("-");
}

/* A list reply as a table of its texts. */
int cli_print_list(cli *c, const char *method, const char *list_key, const char *const *keys,
                   uint32_t key_count)
{
    buf params = {0};
    json_writer w = cli_begin_params(c, &params);
    json_end_object(&w);
    json_doc *doc = NULL;
    int code = cli_call(c, method, &params, &doc);
    if (code == EXIT_DONE && c->is_json) {
        cli_print_result(doc);
    } else if (code == EXIT_DONE) {
        table *t = table_new(keys, key_count);
        const json_node *list = json_member(json_root(doc), list_key);
        for (const json_node *n = list != NULL ? json_child(list) : NULL; n != NULL;
             n = json_next(n)) {
            const json_node *sensitive = json_member(n, "sensitive");
            if (c->wants_sensitive && (sensitive == NULL || !json_bool(sensitive))) {
                continue;
            }
            for (uint32_t i = 0; i < key_count; i++) {
                table_put(t, text_of(n, keys[i]));
            }
        }
        table_print(t, stdout);
        table_free(&t);
    }
    json_doc_free(&doc);
    buf_fini(&params);
    return code;
}

int cli_show_one(cli *c, const char *method, const char *id)
{
    buf params = {0};
    json_writer w = cli_begin_params(c, &params);
    json_member_cstr(&w, "id", id);
    json_end_object(&w);
    int code = print_call(c, method, &params);
    buf_fini(&params);
    return code;
}

static int put_strategy(cli *c, const char *path)
{
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    err e = {0};
    if (in == NULL) {
        fail(&e, ERR_FILE, "could not open \"%s\"", path);
        return cli_report(c, &e);
    }
    buf body = {0};
    char piece[4096];
    size_t len;
    while ((len = fread(piece, 1, sizeof piece, in)) > 0 && body.len < RECORD_LEN_MAX) {
        buf_put(&body, piece, len);
    }
    if (in != stdin) {
        fclose(in);
    }
    buf params = {0};
    int code = EXIT_DONE;
    if (!json_check(buf_bytes(&body), JSON_DEPTH_MAX, NULL, &e)) {
        code = cli_report(c, &e);
    } else {
        json_writer w = json_writer_to(&params);
        json_begin_object(&w);
        json_put_key(&w, "strategy");
        json_put_raw(&w, buf_bytes(&body));
        json_end_object(&w);
        code = print_call(c, "strategy.put", &params);
    }
    buf_fini(&params);
    buf_fini(&body);
    return code;
}

int command_strategy(cli *c)
{
    static const char *const KEYS[] = {"id", "origin"};
    if (c->arg_count == 2 && strcmp(c->args[1], "list") == 0) {
        return cli_print_list(c, "strategy.list", "strategies", KEYS, 2);
    }
    if (c->arg_count == 3 && strcmp(c->args[1], "show") == 0) {
        return cli_show_one(c, "strategy.get", c->args[2]);
    }
    if (c->arg_count == 3 && strcmp(c->args[1], "put") == 0) {
        return put_strategy(c, c->args[2]);
    }
    return cli_usage(c, "expected `lotse strategy list`, `show ID` or `put FILE`");
}

int command_fields(cli *c)
{
    static const char *const KEYS[] = {"side", "path", "type", "role", "text"};
    return c->arg_count == 1 ? cli_print_list(c, "server.fields", "fields", KEYS, 5)
                             : cli_usage(c, "expected `lotse fields`");
}

int command_doctor(cli *c)
{
    if (c->arg_count != 1) {
        return cli_usage(c, "expected `lotse doctor`");
    }
    json_doc *doc = NULL;
    int code = cli_call(c, "server.health", NULL, &doc);
    if (code == EXIT_DONE && c->is_json) {
        cli_print_result(doc);
    } else if (code == EXIT_DONE) {
        const json_node *checks = json_member(json_root(doc), "checks");
        for (const json_node *n = checks != NULL ? json_child(checks) : NULL; n != NULL;
             n = json_next(n)) {
            const json_node *ok = json_member(n, "ok");
            bool is_ok = ok != NULL && json_bool(ok);
            bytes id = text_of(n, "id");
            bytes text = text_of(n, "text");
            output_tone(stdout, is_ok ? TONE_GOOD : TONE_BAD);
            printf("%s", is_ok ? "ok  " : "FAIL");
            output_tone(stdout, TONE_PLAIN);
            printf("  %.*s: %.*s\n", (int)id.len, id.base, (int)text.len, text.base);
        }
    }
    const json_node *ok = code == EXIT_DONE ? json_member(json_root(doc), "ok") : NULL;
    if (ok != NULL && !json_bool(ok)) {
        code = EXIT_FAILED;
    }
    json_doc_free(&doc);
    return code;
}

int command_version(cli *c)
{
    if (c->is_json) {
        printf("{\"name\":\"lotse\",\"version\":\"%s\",\"abi\":\"%u.%u\"}\n", LOTSE_VERSION,
               LOTSE_ABI_MAJOR, LOTSE_ABI_MINOR);
    } else {
        printf("lotse %s (plugin contract %u.%u)\n", LOTSE_VERSION, LOTSE_ABI_MAJOR,
               LOTSE_ABI_MINOR);
    }
    return EXIT_DONE;
}
