/* import: files to the engine piece by piece, a report per file. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "cli/cli.h"

/* As base64 a piece is a third longer, and fits a frame; a record full of quotes would be longer as
 * text, and slower. */
enum { PIECE_LEN = 384 * 1024 };

static void put_sync(const cli *c, json_writer *w)
{
    if (c->sync == NULL) {
        return;
    }
    json_member_cstr(w, "sync", c->sync);
    json_member_bool(w, "confirm_drop", c->is_confirmed);
    if (c->erase_after != NULL) {
        json_member_int(w, "erase_after_days", atoi(c->erase_after)); /* the server looks at it */
    }
}

static int start_import(cli *c, const char *path, bool is_dry_run, char **ret_id)
{
    err e = {0};
    buf params = {0};
    json_writer w = json_writer_to(&params);
    json_begin_object(&w);
    json_member_cstr(&w, "format", c->format != NULL ? c->format : "auto");
    json_member_cstr(&w, "source",
                     c->source != NULL            ? c->source
                     : strrchr(path, '/') != NULL ? strrchr(path, '/') + 1
                                                  : path);
    json_member_bool(&w, "dry_run", is_dry_run);
    json_member_bool(&w, "allow_outdated", c->allows_outdated);
    put_sync(c, &w);
    buf map = {0};
    if (c->map != NULL) {
        FILE *in = fopen(c->map, "rb");
        char piece[4096];
        size_t len;
        while (in != NULL && (len = fread(piece, 1, sizeof piece, in)) > 0) {
            buf_put(&map, piece, len);
        }
        if (in == NULL || !json_check(buf_bytes(&map), JSON_DEPTH_MAX, NULL, &e)) {
            if (in == NULL) {
                fail(&e, ERR_FILE, "could not open the mapping file \"%s\"", c->map);
            } else {
                fclose(in);
            }
            buf_fini(&map);
            buf_fini(&params);
            return cli_report(c, &e);
        }
        fclose(in);
        json_put_key(&w, "map");
        json_put_raw(&w, buf_bytes(&map));
    }
    json_end_object(&w);
    json_doc *doc = NULL;
    int code = cli_call(c, "import.start", &params, &doc);
    if (code == EXIT_DONE) {
        bytes id = json_text(json_member(json_root(doc), "import"));
        *ret_id = strndup(id.base, id.len);
    }
    json_doc_free(&doc);
    buf_fini(&map);
    buf_fini(&params);
    return code;
}

static void put_base64(json_writer *w, const unsigned char *base, size_t len)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    buf text = {0};
    buf_char(&text, '"');
    char *out = buf_room(&text, len / 3 * 4 + 6);
    size_t at = 0;
    for (size_t i = 0; i < len && out != NULL; i += 3) {
        uint32_t group = (uint32_t)base[i] << 16 | (uint32_t)(i + 1 < len ? base[i + 1] : 0) << 8 |
                         (uint32_t)(i + 2 < len ? base[i + 2] : 0);
        out[at++] = DIGITS[group >> 18];
        out[at++] = DIGITS[group >> 12 & 63];
        out[at++] = i + 1 < len ? DIGITS[group >> 6 & 63] : '=';
        out[at++] = i + 2 < len ? DIGITS[group & 63] : '=';
    }
    text.len += at;
    buf_char(&text, '"');
    json_put_key(w, "base64");
    json_put_raw(w, text.failed ? BYTES("null") : buf_bytes(&text)); /* null is refused */
    buf_fini(&text);
}

static int feed_piece(cli *c, const char *id, const char *piece, size_t len)
{
    buf params = {0};
    json_writer w = json_writer_to(&params);
    json_begin_object(&w);
    json_member_cstr(&w, "import", id);
    put_base64(&w, (const unsigned char *)piece, len);
    json_end_object(&w);
    json_doc *doc = NULL;
    int code = cli_call(c, "import.feed", &params, &doc);
    json_doc_free(&doc);
    buf_fini(&params);
    return code;
}

static int feed_file(cli *c, const char *id, FILE *in, uint64_t total)
{
    static const char WHAT[] = "importing";
    char *piece = malloc(PIECE_LEN);
    if (piece == NULL) {
        err e = {0};
        fail(&e, ERR_MEMORY, "could not read the file: no memory");
        return cli_report(c, &e);
    }
    progress p = progress_start(c);
    uint64_t done = 0;
    size_t len;
    int code = EXIT_DONE;
    while (code == EXIT_DONE && (len = fread(piece, 1, PIECE_LEN, in)) > 0) {
        done += len;
        code = feed_piece(c, id, piece, len);
        progress_draw(&p, done, total, WHAT);
    }
    progress_end(&p);
    free(piece);
    return code;
}

static long long count_of(const json_node *report, const char *key)
{
    int64_t value = 0;
    const json_node *n = json_member(report, key);
    if (n != NULL) {
        (void)json_integer(n, &value); /* a count of ours */
    }
    return value;
}

static void print_key_counts(const json_node *report, const char *key, const char *title)
{
    const json_node *counts = json_member(report, key);
    if (counts == NULL || json_type_of(counts) != JSON_OBJECT || json_count(counts) == 0) {
        return;
    }
    printf("  %s:", title);
    for (const json_node *n = json_child(counts); n != NULL; n = json_next(n)) {
        int64_t value = 0;
        (void)json_integer(n, &value); /* a count of ours */
        printf(" %.*s %lld%s", (int)json_key(n).len, json_key(n).base, (long long)value,
               json_next(n) != NULL ? "," : "");
    }
    fputc('\n', stdout);
}

static void print_report(const char *path, const json_node *report)
{
    bytes format = json_member(report, "format") != NULL ? json_text(json_member(report, "format"))
                                                         : BYTES("?");
    printf("%s (%.*s)\n", path, (int)format.len, format.base);
    printf("  %lld read: %lld created, %lld changed, %lld unchanged, %lld refused, %lld duplicates",
           count_of(report, "read"), count_of(report, "created"), count_of(report, "changed"),
           count_of(report, "unchanged"), count_of(report, "refused"),
           count_of(report, "duplicates"));
    if (count_of(report, "merged") > 0) {
        printf(", %lld further dates of the same offers", count_of(report, "merged"));
    }
    fputc('\n', stdout);
    print_key_counts(report, "unknown_keys", "unknown keys");
    print_key_counts(report, "missing_keys", "missing keys");
    print_key_counts(report, "unmapped_codes", "unmapped codes");
    print_key_counts(report, "derived", "derived");
    const json_node *refusals = json_member(report, "refusals");
    for (const json_node *n = refusals != NULL ? json_child(refusals) : NULL; n != NULL;
         n = json_next(n)) {
        const json_node *e = json_member(n, "error");
        const json_node *text = e != NULL ? json_member(e, "message") : NULL;
        const json_node *pointer = e != NULL ? json_member(e, "path") : NULL;
        printf("  line %lld: %.*s%s%.*s\n", count_of(n, "line"),
               text != NULL ? (int)json_text(text).len : 0,
               text != NULL ? json_text(text).base : "", pointer != NULL ? " at " : "",
               pointer != NULL ? (int)json_text(pointer).len : 0,
               pointer != NULL ? json_text(pointer).base : "");
    }
}

/* One run of a file; *ret_report is its report. */
static int run_import(cli *c, const char *path, bool is_dry_run, json_doc **ret_report)
{
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (in == NULL) {
        err e = {0};
        fail(&e, ERR_FILE, "could not open \"%s\"", path);
        return cli_report(c, &e);
    }
    struct stat st;
    uint64_t total = fstat(fileno(in), &st) == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
    char *id = NULL;
    int code = start_import(c, path, is_dry_run, &id);
    if (code == EXIT_DONE) {
        code = feed_file(c, id, in, total);
    }
    if (code == EXIT_DONE) {
        buf params = {0};
        json_writer w = json_writer_to(&params);
        json_begin_object(&w);
        json_member_cstr(&w, "import", id);
        json_end_object(&w);
        code = cli_call(c, "import.finish", &params, ret_report);
        buf_fini(&params);
    }
    free(id);
    if (in != stdin) {
        fclose(in);
    }
    return code;
}

/* A complete export is tried first, so that one that is refused changes nothing at all. */
static int try_sync(cli *c, const char *path)
{
    json_doc *doc = NULL;
    if (c->sync == NULL || c->is_dry_run || strcmp(path, "-") == 0) {
        return EXIT_DONE;
    }
    int code = run_import(c, path, true, &doc);
    json_doc_free(&doc);
    return code;
}

static void print_sync(const json_node *report, const char *key, const char *what)
{
    const json_node *sync = json_member(report, key);
    if (sync == NULL) {
        return;
    }
    printf("  of %lld %s known from this source %lld are missing (%lld newly), %lld are back, "
           "%lld were erased\n",
           count_of(sync, "known"), what, count_of(sync, "missing"),
           count_of(sync, "newly_missing"), count_of(sync, "returned"), count_of(sync, "erased"));
    const json_node *since = json_member(sync, "missing_since");
    for (const json_node *n = since != NULL ? json_child(since) : NULL; n != NULL;
         n = json_next(n)) {
        printf("  missing since %.*s: %.*s\n", (int)json_text(n).len, json_text(n).base,
               (int)json_key(n).len, json_key(n).base);
    }
}

static int import_file(cli *c, const char *path, buf *reports)
{
    json_doc *doc = NULL;
    int code = try_sync(c, path);
    if (code == EXIT_DONE) {
        code = run_import(c, path, c->is_dry_run, &doc);
    }
    if (code == EXIT_DONE) {
        const json_node *report = json_root(doc);
        if (c->is_json) {
            buf_text(reports, reports->len > 0 ? "," : "");
            json_print(report, reports);
        } else if (!c->is_quiet) {
            print_report(path, report);
            print_sync(report, "sync", "people");
            print_sync(report, "sync_offers", "offers");
        }
        code = count_of(report, "refused") > 0 ? EXIT_PARTLY : EXIT_DONE;
    }
    json_doc_free(&doc);
    return code;
}

int command_import(cli *c)
{
    if (c->arg_count < 2) {
        return cli_usage(c, "expected `lotse import FILE...`");
    }
    buf reports = {0};
    int worst = EXIT_DONE;
    for (uint32_t i = 1; i < c->arg_count; i++) {
        int code = import_file(c, c->args[i], &reports);
        if (code != EXIT_DONE && (worst == EXIT_DONE || worst == EXIT_PARTLY)) {
            worst = code;
        }
        if (code != EXIT_DONE && code != EXIT_PARTLY) {
            break;
        }
    }
    if (c->is_json && reports.len > 0) {
        /* One document: the report itself for one file, a list for several. */
        bool is_one = c->arg_count == 2;
        printf("%s%s%s\n", is_one ? "" : "[", buf_terminated(&reports), is_one ? "" : "]");
    }
    buf_fini(&reports);
    return worst;
}
