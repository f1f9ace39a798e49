/* sample: invented records as lines, offers first, so that an import of the whole finds them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/sample.h"

enum { PIECE_LEN = 1024 * 1024 };

/* A whole number without sign or blanks; NULL gives `otherwise`. */
static bool read_number(const char *text, uint64_t otherwise, uint64_t max, uint64_t *ret)
{
    if (text == NULL) {
        *ret = otherwise;
        return true;
    }
    if (*text < '0' || *text > '9') {
        return false;
    }
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || value > max) {
        return false;
    }
    *ret = value;
    return true;
}

static bool flush_piece(buf *piece, FILE *out, err *e)
{
    if (piece->failed) {
        return fail(e, ERR_MEMORY, "could not make the records: no memory");
    }
    if (fwrite(piece->base, 1, piece->len, out) != piece->len) {
        return fail(e, ERR_FILE, "could not write the records: %s", strerror(errno));
    }
    buf_clear(piece);
    return true;
}

static bool write_records(const cli *c, uint64_t seed, uint32_t offers, uint32_t seekers, FILE *out,
                          err *e)
{
    progress p = progress_start(c);
    buf piece = {0};
    bool is_done = true;
    uint32_t total = offers + seekers;
    for (uint32_t i = 0; is_done && i < total; i++) {
        if (i < offers) {
            sample_offer(seed, i + 1, &piece);
        } else {
            sample_seeker(seed, i - offers + 1, &piece);
        }
        if (piece.len >= PIECE_LEN || piece.failed) {
            is_done = flush_piece(&piece, out, e);
            progress_draw(&p, i, total, "inventing");
        }
    }
    is_done = is_done && (piece.len == 0 || flush_piece(&piece, out, e));
    progress_end(&p);
    buf_fini(&piece);
    return is_done;
}

int command_sample(cli *c)
{
    uint64_t seekers = 0;
    uint64_t offers = 0;
    uint64_t seed = 1;
    if (c->arg_count != 1 || (c->seekers == NULL && c->offers == NULL)) {
        return cli_usage(c, "expected `lotse sample --seekers N --offers M`");
    }
    if (!read_number(c->seekers, 0, SAMPLE_COUNT_MAX, &seekers)) {
        return cli_usage(c, "--seekers is \"%s\"; expected 0 to %d", c->seekers, SAMPLE_COUNT_MAX);
    }
    if (!read_number(c->offers, 0, SAMPLE_COUNT_MAX, &offers)) {
        return cli_usage(c, "--offers is \"%s\"; expected 0 to %d", c->offers, SAMPLE_COUNT_MAX);
    }
    if (!read_number(c->seed, 1, UINT64_MAX, &seed)) {
        return cli_usage(c, "--seed is \"%s\"; expected a whole number", c->seed);
    }
    err e = {0};
    FILE *out = c->out != NULL ? fopen(c->out, "wb") : stdout;
    if (out == NULL) {
        fail(&e, ERR_FILE, "could not open \"%s\": %s", c->out, strerror(errno));
        return cli_report(c, &e);
    }
    bool is_done = write_records(c, seed, (uint32_t)offers, (uint32_t)seekers, out, &e);
    if (c->out != NULL && fclose(out) != 0 && is_done) {
        is_done = fail(&e, ERR_FILE, "could not write \"%s\": %s", c->out, strerror(errno));
    }
    return is_done ? EXIT_DONE : cli_report(c, &e);
}
