/* `lotse batch`: everybody's best offers at once. A run is begun, watched and fetched here; it is
 * the engine that works. Also what is done with files alone: parts put together. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/day.h"
#include "base/limits.h"
#include "cli/batch.h"

enum { POLL_FIRST_MS = 2, POLL_MAX_MS = 200, TOLD_EVERY_S = 10 };

/* ------------------------------------------------------------------------------------ asking */

static const json_node *first_of(const json_doc *doc)
{
    return json_child(json_member(json_root(doc), "batches"));
}

int64_t batch_int(const json_node *n, const char *key)
{
    const json_node *found = json_member(n, key);
    int64_t value = 0;
    return found != NULL && json_integer(found, &value) ? value : 0;
}

bytes batch_text(const json_node *n, const char *key)
{
    const json_node *found = n == NULL ? NULL : json_member(n, key);
    return found != NULL && json_type_of(found) == JSON_TEXT ? json_text(found) : BYTES("");
}

static int ask_status(cli *c, const char *id, json_doc **ret)
{
    buf params = {0};
    json_writer w = json_writer_to(&params);
    json_begin_object(&w);
    json_member_cstr(&w, "id", id);
    json_end_object(&w);
    int code = cli_call(c, "batch.status", &params, ret);
    buf_fini(&params);
    return code;
}

static int cancel_run(cli *c, const char *id, bool forget, json_doc **ret)
{
    buf params = {0};
    json_writer w = json_writer_to(&params);
    json_begin_object(&w);
    json_member_cstr(&w, "id", id);
    json_member_bool(&w, "forget", forget);
    json_end_object(&w);
    int code = cli_call(c, "batch.cancel", &params, ret);
    buf_fini(&params);
    return code;
}

/* ------------------------------------------------------------------------------------ waiting */

typedef struct waiting {
    progress bar;
    int64_t told_ns; /* where nobody looks at a terminal: a line now and then */
} waiting;

static void tell_progress(const cli *c, waiting *w, const json_node *run)
{
    uint64_t done = (uint64_t)batch_int(run, "done");
    uint64_t total = (uint64_t)batch_int(run, "seekers");
    progress_draw(&w->bar, done, total, "people");
    int64_t now_ns = clock_monotonic_ns();
    if (w->bar.is_on || c->is_quiet || now_ns - w->told_ns < TOLD_EVERY_S * INT64_C(1000000000)) {
        return;
    }
    w->told_ns = now_ns;
    const json_node *left = json_member(run, "seconds_left");
    bytes state = batch_text(run, "state");
    fprintf(stderr, "%.*s: %" PRIu64 " of %" PRIu64 " people", (int)state.len, state.base, done,
            total);
    if (left != NULL && json_type_of(left) == JSON_NUMBER) {
        fprintf(stderr, ", %.0f s left", json_number(left));
    }
    fprintf(stderr, "\n");
}

static bool is_over(bytes state)
{
    return !bytes_equal_text(state, "waiting") && !bytes_equal_text(state, "running");
}

int batch_wait(cli *c, const char *id, json_doc **ret)
{
    waiting w = {.bar = progress_start(c), .told_ns = clock_monotonic_ns()};
    useconds_t pause_ms = POLL_FIRST_MS;
    for (;;) {
        json_doc *doc = NULL;
        int code = ask_status(c, id, &doc);
        if (code != EXIT_DONE) {
            progress_end(&w.bar);
            return code;
        }
        const json_node *run = first_of(doc);
        if (is_over(batch_text(run, "state"))) {
            progress_end(&w.bar);
            *ret = doc;
            return EXIT_DONE;
        }
        tell_progress(c, &w, run);
        json_doc_free(&doc);
        usleep(pause_ms * 1000);
        pause_ms = pause_ms * 2 > POLL_MAX_MS ? POLL_MAX_MS : pause_ms * 2;
    }
}

/* ------------------------------------------------------------------------------------ fetching */

static bool refuse_write(const char *path, err *e)
{
    return fail(e, errno == ENOSPC ? ERR_STORE_FULL : ERR_FILE, "could not write \"%.200s\": %s",
                path == NULL ? "stdout" : path, strerror(errno));
}

/* Where the results lie on this machine and may be read, they are moved or copied as they are. */
static bool take_file(const cli *c, const char *id, const json_node *run, FILE *out, bool *ret)
{
    enum { PIECE_LEN = 1024 * 1024 };
    char path[4096];
    struct stat facts;
    bytes format = batch_text(json_member(run, "spec"), "format");
    *ret = true;
    int len = snprintf(path, sizeof path, "%s/batch/%s/results.%.*s", c->data_dir, id,
                       (int)format.len, format.base);
    int fd = c->socket != NULL || len < 0 || (size_t)len >= sizeof path
                 ? -1
                 : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &facts) != 0 || facts.st_size != batch_int(run, "bytes")) {
        if (fd >= 0) {
            close(fd);
        }
        return false;
    }
    char *piece = malloc(PIECE_LEN);
    ssize_t got = piece == NULL ? -1 : 0;
    while (piece != NULL && (got = read(fd, piece, PIECE_LEN)) > 0) {
        if (fwrite(piece, 1, (size_t)got, out) != (size_t)got) {
            got = -1;
            break;
        }
    }
    *ret = got == 0;
    free(piece);
    close(fd);
    return true;
}

static int fetch_pieces(cli *c, const char *id, FILE *out)
{
    int64_t offset = 0;
    bool is_whole = false;
    while (!is_whole) {
        buf params = {0};
        json_doc *doc = NULL;
        json_writer w = json_writer_to(&params);
        json_begin_object(&w);
        json_member_cstr(&w, "id", id);
        json_member_int(&w, "offset", offset);
        json_end_object(&w);
        int code = cli_call(c, "batch.result", &params, &doc);
        buf_fini(&params);
        if (code != EXIT_DONE) {
            return code;
        }
        bytes text = batch_text(json_root(doc), "text");
        const json_node *whole = json_member(json_root(doc), "whole");
        bool is_written = fwrite(text.base, 1, text.len, out) == text.len;
        is_whole = json_bool(whole);
        offset = batch_int(json_root(doc), "next");
        json_doc_free(&doc);
        err e = {0};
        if (!is_written) {
            (void)refuse_write(c->out, &e);
            return cli_report(c, &e);
        }
    }
    return EXIT_DONE;
}

bool batch_write_note(const char *out, const json_node *run, err *e)
{
    char path[4096];
    buf text = {0};
    int len = snprintf(path, sizeof path, "%s.run.json", out);
    json_print(run, &text);
    buf_char(&text, '\n');
    FILE *f = len < 0 || (size_t)len >= sizeof path ? NULL : fopen(path, "we");
    bool is_written = f != NULL && !text.failed && fwrite(text.base, 1, text.len, f) == text.len;
    if (f != NULL && fclose(f) != 0) {
        is_written = false;
    }
    buf_fini(&text);
    return is_written || refuse_write(path, e);
}

static int fetch_results(cli *c, const char *id, const json_node *run)
{
    err e = {0};
    bool is_copied = true;
    FILE *out = c->out == NULL ? stdout : fopen(c->out, "we");
    if (out == NULL) {
        (void)refuse_write(c->out, &e);
        return cli_report(c, &e);
    }
    int code = EXIT_DONE;
    if (!take_file(c, id, run, out, &is_copied)) {
        code = fetch_pieces(c, id, out);
    }
    bool is_closed = c->out == NULL ? fflush(out) == 0 : fclose(out) == 0;
    if (code == EXIT_DONE && (!is_copied || !is_closed)) {
        (void)refuse_write(c->out, &e);
        return cli_report(c, &e);
    }
    if (code == EXIT_DONE && c->out != NULL && !batch_write_note(c->out, run, &e)) {
        return cli_report(c, &e);
    }
    return code;
}

/* ------------------------------------------------------------------------------------ run */

bool batch_put_number(const char *name, const char *text, json_writer *w, const char *key, err *e)
{
    char *end = NULL;
    long value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || value < 1 || value > INT32_MAX) {
        return fail(e, ERR_USAGE, "%s is \"%.80s\"; expected a number from 1 on", name, text);
    }
    json_member_int(w, key, value);
    return true;
}

bool batch_put_params(const cli *c, json_writer *w, err *e)
{
    if (c->strategy_count > 0) {
        json_member_cstr(w, "strategy", c->strategy[0]);
    }
    if (c->top != NULL && !batch_put_number("--top", c->top, w, "top", e)) {
        return false;
    }
    if (c->kinds != NULL) {
        json_put_key(w, "kinds");
        json_begin_array(w);
        for (const char *at = c->kinds; at != NULL;) {
            const char *comma = strchr(at, ',');
            json_put_text(w, (bytes){at, comma == NULL ? strlen(at) : (size_t)(comma - at)});
            at = comma == NULL ? NULL : comma + 1;
        }
        json_end_array(w);
    }
    if (c->shard != NULL) {
        json_member_cstr(w, "shard", c->shard);
    }
    if (c->explain != NULL) {
        json_member_cstr(w, "explain", c->explain);
    }
    if (c->allocator != NULL) {
        json_member_cstr(w, "allocator", c->allocator);
    }
    if (c->offer_strategy != NULL) {
        json_member_cstr(w, "offer_strategy", c->offer_strategy);
    }
    if (c->cap != NULL && !batch_put_number("--cap", c->cap, w, "cap", e)) {
        return false;
    }
    return (c->needs == NULL || batch_put_list(c->needs, "needs", w, e)) &&
           (c->keep == NULL || batch_put_list(c->keep, "keep", w, e));
}

static bool is_csv(const cli *c)
{
    size_t len = c->out == NULL ? 0 : strlen(c->out);
    return c->format != NULL ? strcmp(c->format, "csv") == 0
                             : len > 4 && strcmp(c->out + len - 4, ".csv") == 0;
}

/* The id of the run; the caller's to free. */
int batch_begin(cli *c, buf *params, char **ret_id)
{
    json_doc *doc = NULL;
    int code = cli_call(c, "batch.start", params, &doc);
    if (code == EXIT_DONE) {
        bytes id = batch_text(json_root(doc), "id");
        *ret_id = strndup(id.base, id.len);
        if (!c->is_quiet) {
            fprintf(stderr, "batch run %.*s%s\n", (int)id.len, id.base,
                    json_bool(json_member(json_root(doc), "resumed")) ? ", which goes on" : "");
        }
    }
    json_doc_free(&doc);
    return code;
}

int batch_settled(const cli *c, const char *id, const json_node *run)
{
    bytes state = batch_text(run, "state");
    if (bytes_equal_text(state, "done")) {
        return EXIT_DONE;
    }
    err e = {0};
    const json_node *why = json_member(run, "error");
    bytes message = why == NULL ? BYTES("") : batch_text(why, "message");
    err_code code = ERR_BATCH_STATE;
    char error_id[64] = "";
    bytes named = why == NULL ? BYTES("") : batch_text(why, "id");
    if (named.len < sizeof error_id) {
        memcpy(error_id, named.base, named.len);
        (void)err_from_id(error_id, &code); /* an id of a newer server reads as the state */
    }
    (void)fail(&e, code, "batch run \"%s\" is %.*s%s%.*s", id, (int)state.len, state.base,
               message.len > 0 ? ": " : "", (int)message.len, message.base);
    return cli_report(c, &e);
}

static double number_of(const json_node *n, const char *key)
{
    const json_node *found = json_member(n, key);
    return found != NULL && json_type_of(found) == JSON_NUMBER ? json_number(found) : 0.0;
}

static void print_allocation(const json_node *run, const json_node *a)
{
    bytes allocator = batch_text(a, "allocator");
    fprintf(stderr,
            "%.*s: %" PRId64 " of %" PRId64 " people proposed to a seat, %" PRId64
            " fit nowhere, %" PRId64 " found no seat left\n",
            (int)allocator.len, allocator.base, batch_int(a, "assigned"), batch_int(run, "seekers"),
            batch_int(a, "without_match"), batch_int(a, "without_seat"));
    const json_node *gap = json_member(a, "gap");
    if (gap != NULL && json_type_of(gap) == JSON_NUMBER) {
        fprintf(stderr,
                "sum of scores %" PRId64 ", at most %.4f %% below the greatest possible%s\n",
                batch_int(a, "objective"), 100.0 * json_number(gap),
                bytes_equal_text(batch_text(a, "bound_over"), "all_pairs")
                    ? " over all admissible pairs"
                    : " over the pairs that were listed");
    }
    if (batch_int(a, "kept") + batch_int(a, "moved") + batch_int(a, "lost") + batch_int(a, "gone") >
        0) {
        fprintf(stderr,
                "%" PRId64 " kept, %" PRId64 " moved, %" PRId64 " lost, %" PRId64 " new, %" PRId64
                " of the list not there any more\n",
                batch_int(a, "kept"), batch_int(a, "moved"), batch_int(a, "lost"),
                batch_int(a, "new"), batch_int(a, "gone"));
    }
    fprintf(stderr,
            "%" PRId64 " pairs would both rather have each other; %.1f s of allocating, "
            "%.1f s of asking again\n",
            batch_int(a, "blocking_pairs"), number_of(a, "solve_seconds"),
            number_of(a, "ask_seconds"));
}

static void print_summary(const cli *c, const json_node *run)
{
    const json_node *allocation = json_member(run, "allocation");
    if (allocation != NULL && json_type_of(allocation) == JSON_OBJECT) {
        print_allocation(run, allocation);
    }
    const json_node *seconds = json_member(run, "seconds");
    fprintf(stderr, "%" PRId64 " people, %" PRId64 " proposals, %" PRId64 " without any, %.1f s\n",
            batch_int(run, "seekers"), batch_int(run, "matches"), batch_int(run, "without_match"),
            seconds == NULL ? 0.0 : json_number(seconds));
    if (c->out != NULL) {
        fprintf(stderr, "written to %s; beside it, in %s.run.json, what it rests on\n", c->out,
                c->out);
    }
}

static int run_batch(cli *c)
{
    err e = {0};
    buf params = {0};
    char *id = NULL;
    json_doc *doc = NULL;
    json_writer w = json_writer_to(&params);
    json_begin_object(&w);
    if (c->as_of != NULL) {
        json_member_cstr(&w, "as_of", c->as_of);
    }
    json_member_cstr(&w, "format", is_csv(c) ? "csv" : "ndjson");
    if (!batch_put_params(c, &w, &e)) {
        buf_fini(&params);
        return cli_report(c, &e);
    }
    json_end_object(&w);
    int code = batch_begin(c, &params, &id);
    buf_fini(&params);
    code = code == EXIT_DONE ? batch_wait(c, id, &doc) : code;
    const json_node *run = code == EXIT_DONE ? first_of(doc) : NULL;
    code = code == EXIT_DONE ? batch_settled(c, id, run) : code;
    code = code == EXIT_DONE ? fetch_results(c, id, run) : code;
    if (code == EXIT_DONE) {
        json_doc *ignored = NULL;
        code = cancel_run(c, id, true, &ignored); /* people's results lie in one place only */
        json_doc_free(&ignored);
    }
    if (code == EXIT_DONE && c->is_json && c->out != NULL) {
        buf text = {0};
        json_print(run, &text);
        printf("%s\n", buf_terminated(&text));
        buf_fini(&text);
    } else if (code == EXIT_DONE && !c->is_quiet) {
        print_summary(c, run);
    }
    json_doc_free(&doc);
    free(id);
    return code;
}

/* ------------------------------------------------------------------------------------ the others
 */

static int show_status(cli *c)
{
    static const char *const TITLES[] = {"id", "state", "done", "people", "seconds", "left"};
    buf params = {0};
    json_doc *doc = NULL;
    json_writer w = json_writer_to(&params);
    json_begin_object(&w);
    if (c->arg_count > 2) {
        json_member_cstr(&w, "id", c->args[2]);
    }
    json_end_object(&w);
    int code = cli_call(c, "batch.status", &params, &doc);
    buf_fini(&params);
    if (code == EXIT_DONE && c->is_json) {
        cli_print_result(doc);
    } else if (code == EXIT_DONE) {
        table *t = table_new(TITLES, sizeof TITLES / sizeof *TITLES);
        for (const json_node *run = first_of(doc); run != NULL; run = json_next(run)) {
            static const char *const NUMBERS[] = {"done", "seekers", "seconds", "seconds_left"};
            table_put(t, batch_text(run, "id"));
            table_put(t, batch_text(run, "state"));
            for (uint32_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++) {
                char text[32] = "";
                const json_node *n = json_member(run, NUMBERS[i]);
                if (n != NULL && json_type_of(n) == JSON_NUMBER) {
                    snprintf(text, sizeof text, i < 2 ? "%.0f" : "%.1f", json_number(n));
                }
                table_put(t, bytes_of(text));
            }
        }
        table_print(t, stdout);
        table_free(&t);
    }
    json_doc_free(&doc);
    return code;
}

static int cancel_batch(cli *c)
{
    json_doc *doc = NULL;
    if (c->arg_count != 3) {
        return cli_usage(c, "usage: lotse batch cancel ID [--forget]");
    }
    int code = cancel_run(c, c->args[2], c->wants_forget, &doc);
    if (code == EXIT_DONE && c->is_json) {
        cli_print_result(doc);
    }
    json_doc_free(&doc);
    return code;
}

int command_batch(cli *c)
{
    const char *what = c->arg_count < 2 ? "" : c->args[1];
    if (strcmp(what, "run") == 0 && c->arg_count == 2) {
        return run_batch(c);
    }
    if (strcmp(what, "status") == 0 && c->arg_count <= 3) {
        return show_status(c);
    }
    if (strcmp(what, "cancel") == 0) {
        return cancel_batch(c);
    }
    if (strcmp(what, "report") == 0 && c->arg_count <= 3) {
        return batch_report_congestion(c);
    }
    if (strcmp(what, "merge") == 0) {
        return batch_merge(c);
    }
    return cli_usage(c, "\"batch %s\" is not known like this; see `lotse batch --help`", what);
}
