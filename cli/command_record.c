/* seeker and offer: get, list, delete, put, export; and export of everything. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "cli/cli.h"

enum { FILE_LEN_MAX = 64 * 1024 * 1024 };

static bool read_file(const char *path, buf *ret, err *e)
{
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (in == NULL) {
        return fail(e, ERR_FILE, "could not open \"%s\"", path);
    }
    char piece[65536];
    size_t len;
    while ((len = fread(piece, 1, sizeof piece, in)) > 0 && ret->len < FILE_LEN_MAX) {
        buf_put(ret, piece, len);
    }
    bool is_read = ferror(in) == 0 && !ret->failed;
    if (in != stdin) {
        fclose(in);
    }
    return is_read || fail(e, ERR_FILE, "could not read \"%s\"", path);
}

static int call_with_id(cli *c, const char *method, const char *id, json_doc **ret_doc)
{
    buf params = {0};
    json_writer w = json_writer_to(&params);
    json_begin_object(&w);
    json_member_cstr(&w, "id", id);
    json_end_object(&w);
    int code = cli_call(c, method, &params, ret_doc);
    buf_fini(&params);
    return code;
}

static int get_record(cli *c, const char *noun, const char *id)
{
    char method[32];
    snprintf(method, sizeof method, "%s.get", noun);
    json_doc *doc = NULL;
    int code = call_with_id(c, method, id, &doc);
    if (code == EXIT_DONE) {
        const json_node *record = json_member(json_root(doc), noun);
        buf out = {0};
        json_print(record != NULL ? record : json_root(doc), &out);
        printf("%s\n", buf_terminated(&out));
        buf_fini(&out);
    }
    json_doc_free(&doc);
    return code;
}

/* All that is kept about a person: one document. */
static int export_seeker(cli *c, const char *id)
{
    json_doc *doc = NULL;
    int code = call_with_id(c, "seeker.export", id, &doc);
    if (code == EXIT_DONE) {
        cli_print_result(doc);
    }
    json_doc_free(&doc);
    return code;
}

static int delete_record(cli *c, const char *noun, const char *id)
{
    char method[32];
    snprintf(method, sizeof method, "%s.delete", noun);
    json_doc *doc = NULL;
    int code = call_with_id(c, method, id, &doc);
    if (code == EXIT_DONE && c->is_json) {
        cli_print_result(doc);
    } else if (code == EXIT_DONE) {
        fprintf(stderr, "deleted %s %s\n", noun, id);
    }
    json_doc_free(&doc);
    return code;
}

/* One page; *cursor is the next page's, to be freed, or NULL at the end. */
static int list_page(cli *c, const char *noun, long limit, char **cursor, json_doc **ret_doc)
{
    char method[32];
    snprintf(method, sizeof method, "%s.list", noun);
    buf params = {0};
    json_writer w = json_writer_to(&params);
    json_begin_object(&w);
    json_member_int(&w, "limit", limit);
    if (*cursor != NULL) {
        json_member_cstr(&w, "cursor", *cursor);
    }
    json_end_object(&w);
    int code = cli_call(c, method, &params, ret_doc);
    buf_fini(&params);
    free(*cursor);
    *cursor = NULL;
    if (code == EXIT_DONE) {
        const json_node *next = json_member(json_root(*ret_doc), "cursor");
        if (next != NULL && json_type_of(next) == JSON_TEXT) {
            *cursor = strndup(json_text(next).base, json_text(next).len);
        }
    }
    return code;
}

static void print_rows(const cli *c, const char *noun, const json_node *list)
{
    bool is_offer = strcmp(noun, "offer") == 0;
    static const char *const OFFER_TITLES[] = {"id", "kind", "title"};
    static const char *const SEEKER_TITLES[] = {"id", "unit", "languages"};
    table *t = table_new(is_offer ? OFFER_TITLES : SEEKER_TITLES, 3);
    for (const json_node *n = json_child(list); n != NULL; n = json_next(n)) {
        table_put(t, json_text(json_member(n, "id")));
        const json_node *second = json_member(n, is_offer ? "kind" : "unit");
        table_put(t, second != NULL ? json_text(second) : BYTES("-"));
        buf cell = {0};
        const json_node *third = json_member(n, is_offer ? "title" : "languages");
        if (third != NULL && is_offer) {
            const json_node *own = json_member(third, c->lang != NULL ? c->lang : "en");
            own = own != NULL ? own : json_child(third);
            buf_put(&cell, json_text(own).base, json_text(own).len);
        }
        for (const json_node *l = third != NULL && !is_offer ? json_child(third) : NULL; l != NULL;
             l = json_next(l)) {
            const json_node *code = json_member(l, "code");
            const json_node *level = json_member(l, "level");
            buf_print(&cell, "%s%.*s %.*s", cell.len > 0 ? ", " : "", (int)json_text(code).len,
                      json_text(code).base, level != NULL ? (int)json_text(level).len : 1,
                      level != NULL ? json_text(level).base : "?");
        }
        table_put(t, buf_bytes(&cell));
        buf_fini(&cell);
    }
    table_print(t, stdout);
    table_free(&t);
}

static int list_records(cli *c, const char *noun)
{
    char *end = NULL;
    long limit = c->limit != NULL ? strtol(c->limit, &end, 10) : 100;
    if (c->limit != NULL && (*end != '\0' || limit < 1 || limit > LIST_LIMIT_MAX)) {
        return cli_usage(c, "-n is \"%s\"; expected 1 to %d", c->limit, LIST_LIMIT_MAX);
    }
    char *cursor = c->cursor != NULL ? strdup(c->cursor) : NULL;
    json_doc *doc = NULL;
    int code = list_page(c, noun, limit, &cursor, &doc);
    if (code == EXIT_DONE && c->is_json) {
        cli_print_result(doc);
    } else if (code == EXIT_DONE) {
        char plural[32];
        snprintf(plural, sizeof plural, "%ss", noun);
        const json_node *list = json_member(json_root(doc), plural);
        int64_t total = 0;
        const json_node *total_node = json_member(json_root(doc), "total");
        if (total_node != NULL) {
            (void)json_integer(total_node, &total); /* a count of ours */
        }
        print_rows(c, noun, list);
        fprintf(stderr, "%zu of %lld%s%s\n", json_count(list), (long long)total,
                cursor != NULL ? "; the next: --cursor " : "", cursor != NULL ? cursor : "");
        code = json_count(list) == 0 ? EXIT_NOTHING : EXIT_DONE;
    }
    free(cursor);
    json_doc_free(&doc);
    return code;
}

static int put_record(cli *c, const char *noun, const char *path)
{
    err e = {0};
    buf body = {0};
    if (!read_file(path, &body, &e)) {
        buf_fini(&body);
        return cli_report(c, &e);
    }
    while (body.len > 0 && (body.base[body.len - 1] == '\n' || body.base[body.len - 1] == ' ')) {
        body.len--;
    }
    buf params = {0};
    json_writer w = json_writer_to(&params);
    json_begin_object(&w);
    json_put_key(&w, noun);
    json_doc *doc = NULL;
    int code = EXIT_DONE;
    if (!json_check(buf_bytes(&body), JSON_DEPTH_MAX, NULL, &e)) {
        code = cli_report(c, &e);
    } else {
        json_put_raw(&w, buf_bytes(&body));
        json_end_object(&w);
        char method[32];
        snprintf(method, sizeof method, "%s.put", noun);
        code = cli_call(c, method, &params, &doc);
    }
    if (code == EXIT_DONE) {
        cli_print_result(doc);
    }
    json_doc_free(&doc);
    buf_fini(&params);
    buf_fini(&body);
    return code;
}

static int run_noun(cli *c, const char *noun)
{
    const char *verb = c->arg_count > 1 ? c->args[1] : "";
    if (strcmp(verb, "list") == 0 && c->arg_count == 2) {
        return list_records(c, noun);
    }
    if (c->arg_count == 3) {
        if (strcmp(verb, "get") == 0) {
            return get_record(c, noun, c->args[2]);
        }
        if (strcmp(verb, "export") == 0 && strcmp(noun, "seeker") == 0) {
            return export_seeker(c, c->args[2]);
        }
        if (strcmp(verb, "delete") == 0) {
            return delete_record(c, noun, c->args[2]);
        }
        if (strcmp(verb, "put") == 0) {
            return put_record(c, noun, c->args[2]);
        }
    }
    return cli_usage(c, "expected `lotse %s get ID`, `list`, `put FILE` or `delete ID`", noun);
}

int command_seeker(cli *c)
{
    return run_noun(c, "seeker");
}

int command_offer(cli *c)
{
    return run_noun(c, "offer");
}

static int export_noun(cli *c, const char *noun)
{
    char plural[32];
    snprintf(plural, sizeof plural, "%ss", noun);
    char *cursor = NULL;
    int code = EXIT_DONE;
    do {
        json_doc *doc = NULL;
        code = list_page(c, noun, LIST_LIMIT_MAX, &cursor, &doc);
        const json_node *list = code == EXIT_DONE ? json_member(json_root(doc), plural) : NULL;
        for (const json_node *n = list != NULL ? json_child(list) : NULL; n != NULL;
             n = json_next(n)) {
            buf line = {0};
            json_print(n, &line);
            buf_char(&line, '\n');
            fwrite(line.base, 1, line.len, stdout);
            buf_fini(&line);
        }
        json_doc_free(&doc);
    } while (code == EXIT_DONE && cursor != NULL);
    free(cursor);
    return code;
}

int command_export(cli *c)
{
    int code = export_noun(c, "offer");
    return code == EXIT_DONE ? export_noun(c, "seeker") : code;
}
