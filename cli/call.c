/* Calls of the protocol, and errors told to a person. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "cli/cli.h"

static int exit_code_of(err_code code)
{
    switch (code) {
    case ERR_USAGE:
    case ERR_WEIGHTS_SUM:
    case ERR_LANG_UNKNOWN:
        return EXIT_USAGE;
    case ERR_NOT_FOUND:
        return EXIT_NOTHING;
    case ERR_NO_SERVER:
        return EXIT_NO_SERVER;
    case ERR_FORBIDDEN:
    case ERR_NOT_SIGNED_IN:
    case ERR_TOKEN_INVALID:
        return EXIT_FORBIDDEN;
    default:
        return EXIT_FAILED;
    }
}

int cli_report(const cli *c, const err *e)
{
    if (c->is_json) {
        buf out = {0};
        json_writer w = json_writer_to(&out);
        json_begin_object(&w);
        json_put_key(&w, "error");
        json_begin_object(&w);
        json_member_cstr(&w, "id", err_id(e->code));
        json_member_cstr(&w, "message", e->text);
        if (e->detail[0] != '\0') {
            json_member_cstr(&w, "detail", e->detail);
        }
        if (e->hint[0] != '\0') {
            json_member_cstr(&w, "hint", e->hint);
        }
        if (e->path[0] != '\0') {
            json_member_cstr(&w, "path", e->path);
        }
        json_end_object(&w);
        json_end_object(&w);
        fprintf(stderr, "%s\n", buf_terminated(&out));
        buf_fini(&out);
        return exit_code_of(e->code);
    }
    output_tone(stderr, TONE_BAD);
    fputs("lotse: ", stderr);
    output_tone(stderr, TONE_PLAIN);
    fprintf(stderr, "%s", e->text);
    if (e->path[0] != '\0') {
        fprintf(stderr, " (at %s)", e->path);
    }
    fprintf(stderr, " [%s]\n", err_id(e->code));
    if (e->detail[0] != '\0') {
        fprintf(stderr, "  %s\n", e->detail);
    }
    if (e->hint[0] != '\0') {
        fprintf(stderr, "  %s\n", e->hint);
    }
    if (e->code == ERR_STORE_MISSING) {
        fprintf(stderr, "  Run `lotse --data %s init` first, or name another folder with --data.\n",
                c->data_dir);
    }
    return exit_code_of(e->code);
}

int cli_usage(const cli *c, const char *format, ...)
{
    char text[300];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    err e = {0};
    fail(&e, ERR_USAGE, "%s", text);
    return cli_report(c, &e);
}

/* The first line of the file, or of stdin where it is "-". A token never stands on a command line,
 * which everybody on the machine can read. */
static bool read_token(const char *path, char *ret, size_t cap, err *e)
{
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (in == NULL) {
        return fail(e, ERR_FILE, "could not open \"%s\": %s", path, strerror(errno));
    }
    bool is_read = fgets(ret, (int)cap, in) != NULL;
    if (in != stdin) {
        fclose(in);
    }
    if (is_read) {
        ret[strcspn(ret, " \r\n")] = '\0';
    }
    return is_read || fail(e, ERR_FILE, "there is no token in \"%s\"", path);
}

/* With a token at a server: as its user. An engine in this process is its owner's anyway. */
static bool sign_in(cli *c, err *e)
{
    char token[256];
    buf params = {0};
    buf ignored = {0};
    if (c->token_file == NULL || client_is_local(c->client)) {
        return true;
    }
    if (!read_token(c->token_file, token, sizeof token, e)) {
        return false;
    }
    json_writer w = json_writer_to(&params);
    json_begin_object(&w);
    json_member_cstr(&w, "token", token);
    json_end_object(&w);
    bool is_in =
        client_call(c->client, "session.login", buf_bytes(&params), NULL, NULL, &ignored, e);
    buf_fini(&params);
    buf_fini(&ignored);
    return is_in;
}

static bool connect_client(cli *c, err *e)
{
    if (c->client != NULL) {
        return true;
    }
    long workers = c->workers != NULL ? strtol(c->workers, NULL, 10) : 0;
    if (workers < 0 || workers > WORKER_COUNT_MAX) {
        return fail(e, ERR_USAGE, "--workers is \"%s\"; expected 1 to %d", c->workers,
                    WORKER_COUNT_MAX);
    }
    client_config config = {
        .data_dir = c->data_dir, .socket = c->socket, .worker_count = (uint32_t)workers};
    return client_open(&config, &c->client, e) && sign_in(c, e);
}

int cli_call(cli *c, const char *method, buf *params, json_doc **ret_doc)
{
    err e = {0};
    buf result = {0};
    bytes sent = params != NULL ? buf_bytes(params) : (bytes){NULL, 0};
    bool is_done = connect_client(c, &e) &&
                   client_call(c->client, method, sent, NULL, NULL, &result, &e) &&
                   json_parse(buf_bytes(&result), JSON_READER_DEPTH_MAX, ret_doc, &e);
    buf_fini(&result);
    return is_done ? EXIT_DONE : cli_report(c, &e);
}

void cli_print_result(const json_doc *doc)
{
    buf out = {0};
    json_print(json_root(doc), &out);
    fwrite(out.base, 1, out.len, stdout);
    fputc('\n', stdout);
    buf_fini(&out);
}

json_writer cli_begin_params(const cli *c, buf *params)
{
    json_writer w = json_writer_to(params);
    json_begin_object(&w);
    if (c->lang != NULL) {
        json_member_cstr(&w, "lang", c->lang);
    }
    if (c->as_of != NULL) {
        json_member_cstr(&w, "as_of", c->as_of);
    }
    return w;
}
