/* backup and restore: everything out, everything in again. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "store/backup.h"

/* DIR/backups/lotse-20261128-174501.backup */
static bool default_path(const cli *c, char ret[PATH_MAX], err *e)
{
    char stamp[32];
    time_t now = time(NULL);
    struct tm utc;
    strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", gmtime_r(&now, &utc));
    int len = snprintf(ret, PATH_MAX, "%s/backups", c->data_dir);
    if (len > 0 && len < PATH_MAX && mkdir(ret, 0700) != 0 && errno != EEXIST) {
        return fail(e, ERR_FILE, "could not make the folder \"%s\": %s", ret, strerror(errno));
    }
    len = snprintf(ret, PATH_MAX, "%s/backups/lotse-%s.backup", c->data_dir, stamp);
    return (len > 0 && len < PATH_MAX) || fail(e, ERR_FILE, "the path of the backup is too long");
}

/* The server may stand in another folder: it is told the whole path. */
static bool whole_path(char path[PATH_MAX], err *e)
{
    char here[PATH_MAX];
    char whole[2 * PATH_MAX];
    if (path[0] == '/') {
        return true;
    }
    if (getcwd(here, sizeof here) == NULL) {
        return fail(e, ERR_FILE, "could not tell this folder: %s", strerror(errno));
    }
    int len = snprintf(whole, sizeof whole, "%s/%s", here, path);
    if (len < 0 || len >= PATH_MAX) {
        return fail(e, ERR_FILE, "the path of the backup is too long");
    }
    memcpy(path, whole, (size_t)len + 1);
    return true;
}

int command_backup(cli *c)
{
    char path[PATH_MAX];
    err e = {0};
    if (c->arg_count != 1) {
        return cli_usage(c, "expected `lotse backup [--to FILE]`");
    }
    if (c->to != NULL) {
        snprintf(path, sizeof path, "%s", c->to);
    } else if (!default_path(c, path, &e)) {
        return cli_report(c, &e);
    }
    if (!whole_path(path, &e)) {
        return cli_report(c, &e);
    }
    buf params = {0};
    json_doc *doc = NULL;
    json_writer w = json_writer_to(&params);
    json_begin_object(&w);
    json_member_cstr(&w, "to", path);
    json_end_object(&w);
    int code = cli_call(c, "backup.make", &params, &doc);
    buf_fini(&params);
    if (code == EXIT_DONE && c->is_json) {
        cli_print_result(doc);
    } else if (code == EXIT_DONE) {
        printf("%s\n", path);
        fprintf(stderr,
                "%.0f records, the keys of %.0f people in %s.keys: keep it apart, and only the "
                "newest\n",
                json_number(json_member(json_root(doc), "records")),
                json_number(json_member(json_root(doc), "people")), path);
    }
    json_doc_free(&doc);
    return code;
}

static void print_counts(const cli *c, const backup_counts *counts)
{
    if (c->is_json) {
        printf("{\"records\":%llu,\"people\":%llu,\"concepts\":%llu,\"erased\":%llu,"
               "\"change\":%llu}\n",
               (unsigned long long)counts->records, (unsigned long long)counts->people,
               (unsigned long long)counts->concepts, (unsigned long long)counts->erased,
               (unsigned long long)counts->change);
    } else {
        fprintf(stderr,
                "%llu records of %llu people and others restored; %llu left out, whose "
                "people were erased since\n",
                (unsigned long long)counts->records, (unsigned long long)counts->people,
                (unsigned long long)counts->erased);
    }
}

int command_restore(cli *c)
{
    char keys_path[PATH_MAX];
    err e = {0};
    store *s = NULL;
    backup_counts counts = {0};
    if (c->arg_count != 2) {
        return cli_usage(c, "expected `lotse --data DIR restore FILE [--keys FILE]`");
    }
    int len = snprintf(keys_path, sizeof keys_path, "%s.keys", c->args[1]);
    if (c->keys == NULL && (len < 0 || len >= (int)sizeof keys_path)) {
        return cli_usage(c, "the path is too long");
    }
    bool is_done = store_open(c->data_dir, true, &s, &e) &&
                   backup_read(s, c->args[1], c->keys != NULL ? c->keys : keys_path, &counts, &e);
    store_close(&s);
    if (!is_done) {
        return cli_report(c, &e);
    }
    print_counts(c, &counts);
    return EXIT_DONE;
}
