/* concept load and find: a taxonomy in the data folder, and texts coded with it. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/memfile.h"
#include "cli/cli.h"
#include "taxonomy/find.h"
#include "taxonomy/knowledge.h"
#include "taxonomy/read.h"

enum { FIND_LIMIT = 10, FIND_LIMIT_MAX = 500 };

static bool taxonomy_path(const cli *c, buf *out, err *e)
{
    struct stat facts;
    if (stat(c->data_dir, &facts) != 0 || !S_ISDIR(facts.st_mode)) {
        return fail(e, ERR_STORE_MISSING, "there is no data folder \"%s\"", c->data_dir);
    }
    buf_print(out, "%s/%s", c->data_dir, TAXONOMY_FILE_NAME);
    return buf_terminated(out) != NULL || fail(e, ERR_MEMORY, "no memory");
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static bool read_file(draft *d, const char *path, read_report *report, err *e)
{
    memfile file;
    if (!memfile_map(path, &file, e)) {
        return false;
    }
    bool is_good = taxonomy_read(d, name_of(path), (bytes){file.base, file.len}, report, e);
    memfile_fini(&file);
    return is_good;
}

/* What the file holds, by kinds and relations. */
static void tell_totals(const taxonomy *t, uint32_t unnamed_count, json_writer *w)
{
    static const char *const KINDS[TAXONOMY_KIND_COUNT] = {
        "esco_occupations", "esco_skills", "esco_skill_groups", "isco_groups", "kldb_classes"};
    for (uint32_t i = 0; i < TAXONOMY_KIND_COUNT; i++) {
        json_member_int(w, KINDS[i], taxonomy_kind_total(t, (taxonomy_kind)i));
    }
    json_member_int(w, "essential_skills",
                    taxonomy_relation_total(t, TAXONOMY_ESCO_OCCUPATION, RELATION_ESSENTIAL));
    json_member_int(w, "optional_skills",
                    taxonomy_relation_total(t, TAXONOMY_ESCO_OCCUPATION, RELATION_OPTIONAL));
    json_member_int(w, "kldb_isco_pairs", taxonomy_relation_total(t, TAXONOMY_KLDB, RELATION_SAME));
    json_member_int(w, "named_by_relations_only", unnamed_count);
}

static void tell_file(const cli *c, const char *path, const read_report *r, json_writer *w)
{
    json_begin_object(w);
    json_member_cstr(w, "file", name_of(path));
    json_member_cstr(w, "format", r->format);
    json_member_int(w, "tables", r->table_count);
    json_member_int(w, "tables_passed_over", r->passed_table_count);
    json_member_int(w, "rows", r->row_count);
    json_member_int(w, "refused", r->refused_count);
    if (r->refused_count > 0) {
        json_member_int(w, "first_refused_line", (int64_t)r->refused_line);
        json_member_cstr(w, "first_refused_why", r->refused_why);
    }
    json_end_object(w);
    if (!c->is_json && !c->is_quiet) {
        fprintf(stderr, "%s: %u rows of %u tables", name_of(path), r->row_count, r->table_count);
        if (r->refused_count > 0) {
            fprintf(stderr, ", %u refused, the first in line %llu: %s", r->refused_count,
                    (unsigned long long)r->refused_line, r->refused_why);
        }
        fputc('\n', stderr);
    }
}

static bool load_all(const cli *c, draft *d, const char *path, buf *out, uint32_t *ret_refused,
                     err *e)
{
    json_writer w = json_writer_to(out);
    json_begin_object(&w);
    json_put_key(&w, "files");
    json_begin_array(&w);
    for (uint32_t i = 2; i < c->arg_count; i++) {
        read_report report;
        if (!read_file(d, c->args[i], &report, e)) {
            return false;
        }
        *ret_refused += report.refused_count;
        tell_file(c, c->args[i], &report, &w);
    }
    json_end_array(&w);
    taxonomy *t = NULL;
    if (!draft_save(d, path, e) || !taxonomy_open(path, &t, e)) {
        return false;
    }
    tell_totals(t, draft_unnamed_count(d), &w);
    taxonomy_close(&t);
    json_end_object(&w);
    return true;
}

static void print_totals(const json_doc *doc)
{
    for (const json_node *n = json_child(json_root(doc)); n != NULL; n = json_next(n)) {
        int64_t number;
        bytes key = json_key(n);
        if (json_type_of(n) == JSON_NUMBER && json_integer(n, &number)) {
            printf("%.*s\t%lld\n", (int)key.len, key.base, (long long)number);
        }
    }
}

/* A server that runs on the folder opens the new file; where none runs, the next start does. */
static bool tell_server(const cli *c, err *e)
{
    client_config config = {.data_dir = c->data_dir, .socket = c->socket, .is_remote_only = true};
    client *server = NULL;
    err why = {0};
    if (!client_open(&config, &server, &why)) {
        if (why.code != ERR_NO_SERVER) {
            *e = why;
        }
        return why.code == ERR_NO_SERVER;
    }
    buf ignored = {0};
    bool is_told = client_call(server, "plugin.reload", (bytes){NULL, 0}, NULL, NULL, &ignored, e);
    buf_fini(&ignored);
    client_close(&server);
    return is_told;
}

int concept_load(cli *c)
{
    if (c->arg_count < 3) {
        return cli_usage(c, "expected `lotse concept load FILE...`");
    }
    err e = {0};
    draft *d = NULL;
    buf path = {0};
    buf out = {0};
    uint32_t refused = 0;
    json_doc *doc = NULL;
    bool is_good = taxonomy_path(c, &path, &e) && draft_new(&d, &e) &&
                   load_all(c, d, buf_terminated(&path), &out, &refused, &e) &&
                   json_parse(buf_bytes(&out), 8, &doc, &e) && tell_server(c, &e);
    if (is_good && c->is_json) {
        cli_print_result(doc);
    } else if (is_good) {
        print_totals(doc);
    }
    json_doc_free(&doc);
    draft_free(&d);
    buf_fini(&path);
    buf_fini(&out);
    return !is_good ? cli_report(c, &e) : refused > 0 ? EXIT_PARTLY : EXIT_DONE;
}

/* 0: no such scheme. */
static uint32_t kinds_of(const char *scheme)
{
    if (scheme == NULL) {
        return FIND_ALL;
    }
    return strcmp(scheme, "esco") == 0   ? FIND_ESCO_OCCUPATION | FIND_ESCO_SKILL
           : strcmp(scheme, "isco") == 0 ? FIND_ISCO
           : strcmp(scheme, "kldb") == 0 ? FIND_KLDB
                                         : 0;
}

static void print_hits_json(const taxonomy *t, const char *lang, const finder_hit *hits,
                            uint32_t count, bool is_sure)
{
    buf out = {0};
    json_writer w = json_writer_to(&out);
    json_begin_object(&w);
    json_member_bool(&w, "sure", is_sure);
    json_put_key(&w, "concepts");
    json_begin_array(&w);
    for (uint32_t i = 0; i < count; i++) {
        bytes id = taxonomy_id(t, hits[i].at);
        json_begin_object(&w);
        json_member_text(&w, "concept", id);
        json_member_text(&w, "label", taxonomy_label(t, id, lang));
        json_member_text(&w, "matched", hits[i].label);
        json_member_int(&w, "confidence", hits[i].confidence);
        if (taxonomy_level(t, hits[i].at) > 0) {
            json_member_int(&w, "level", taxonomy_level(t, hits[i].at));
        }
        if (hits[i].source != NULL) {
            json_member_cstr(&w, "source", hits[i].source);
        }
        json_end_object(&w);
    }
    json_end_array(&w);
    json_end_object(&w);
    fwrite(out.base, 1, out.len, stdout);
    fputc('\n', stdout);
    buf_fini(&out);
}

static void print_hits_table(const taxonomy *t, const char *lang, const finder_hit *hits,
                             uint32_t count, bool is_sure)
{
    static const char *const TITLES[] = {"concept", "label", "confidence", "matched"};
    table *rows = table_new(TITLES, 4);
    for (uint32_t i = 0; i < count; i++) {
        char percent[16];
        snprintf(percent, sizeof percent, "%u %%", hits[i].confidence / 10000);
        bytes id = taxonomy_id(t, hits[i].at);
        table_put(rows, id);
        table_put(rows, taxonomy_label(t, id, lang));
        table_put(rows, bytes_of(percent));
        table_put(rows, hits[i].label);
    }
    table_print(rows, stdout);
    table_free(&rows);
    if (!is_sure && count > 0) {
        fputs("unsure: a person must look\n", stderr);
    }
}

static bool find_in(const cli *c, const taxonomy *t, uint32_t limit, finder_hit *hits,
                    uint32_t *ret_count, err *e)
{
    finder *f = NULL;
    finder_scratch *s = NULL;
    bool is_good = finder_new(t, kinds_of(c->scheme), c->lang, &f, e) &&
                   finder_scratch_new(f, &s, e) &&
                   finder_ask(f, s, bytes_of(c->args[2]), hits, limit, ret_count, e);
    finder_scratch_free(&s);
    finder_free(&f);
    return is_good;
}

int concept_find(cli *c)
{
    char *end = NULL;
    unsigned long limit = c->limit != NULL ? strtoul(c->limit, &end, 10) : FIND_LIMIT;
    if (c->arg_count != 3) {
        return cli_usage(c, "expected `lotse concept find TEXT [--scheme esco|kldb|isco]`");
    }
    if (limit < 1 || limit > FIND_LIMIT_MAX || (end != NULL && *end != '\0')) {
        return cli_usage(c, "-n is \"%s\"; expected 1 to %d", c->limit, FIND_LIMIT_MAX);
    }
    if (kinds_of(c->scheme) == 0) {
        return cli_usage(c, "--scheme is \"%s\"; expected esco, isco or kldb", c->scheme);
    }
    err e = {0};
    buf path = {0};
    taxonomy *t = NULL;
    finder_hit hits[FIND_LIMIT_MAX];
    uint32_t count = 0;
    bool is_good = taxonomy_path(c, &path, &e) && taxonomy_open(buf_terminated(&path), &t, &e) &&
                   find_in(c, t, (uint32_t)limit, hits, &count, &e);
    if (!is_good && e.code == ERR_FILE) {
        err_hint(&e, "`lotse concept load FILE...` builds the taxonomy first.");
    }
    if (is_good) {
        /* A label lives in the taxonomy, so hits outlive the finder. */
        const char *lang = c->lang != NULL ? c->lang : "de";
        bool is_sure = count > 0 && hits[0].confidence >= FINDER_SURE;
        (c->is_json ? print_hits_json : print_hits_table)(t, lang, hits, count, is_sure);
    }
    taxonomy_close(&t);
    buf_fini(&path);
    return !is_good ? cli_report(c, &e) : count == 0 ? EXIT_NOTHING : EXIT_DONE;
}
