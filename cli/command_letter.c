/* letter: what a person gets in the hand about one offer. */
#include <string.h>

#include "cli/cli.h"

static int write_letter(const cli *c, bytes text)
{
    FILE *out = c->out != NULL ? fopen(c->out, "wb") : stdout;
    err e = {0};
    if (out == NULL) {
        fail(&e, ERR_FILE, "could not open \"%s\"", c->out);
        return cli_report(c, &e);
    }
    bool is_written = fwrite(text.base, 1, text.len, out) == text.len;
    is_written = (c->out != NULL ? fclose(out) : fflush(out)) == 0 && is_written;
    if (!is_written) {
        fail(&e, ERR_FILE, "could not write the letter");
        return cli_report(c, &e);
    }
    return EXIT_DONE;
}

int command_letter(cli *c)
{
    if (c->arg_count != 3) {
        return cli_usage(c, "expected `lotse letter SEEKER OFFER`");
    }
    if (c->is_html && c->is_aloud) {
        return cli_usage(c, "--html and --aloud are two letters; ask for one");
    }
    buf params = {0};
    json_writer w = cli_begin_params(c, &params);
    json_member_cstr(&w, "seeker", c->args[1]);
    json_member_cstr(&w, "offer", c->args[2]);
    if (c->strategy_count > 0) {
        json_member_cstr(&w, "strategy", c->strategy[0]);
    }
    json_member_cstr(&w, "format", c->is_html ? "html" : c->is_aloud ? "aloud" : "text");
    json_end_object(&w);
    json_doc *doc = NULL;
    int code = cli_call(c, "letter.get", &params, &doc);
    if (code == EXIT_DONE && c->is_json) {
        cli_print_result(doc);
    } else if (code == EXIT_DONE) {
        code = write_letter(c, json_text(json_member(json_root(doc), "text")));
    }
    json_doc_free(&doc);
    buf_fini(&params);
    return code;
}
