/* `lotse batch report`: how crowded offers would be under plain lists and under each allocator. As
 * a table, as JSON, or as a page that needs nothing from anywhere. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "cli/batch.h"

enum { READ_LEN = FRAME_LEN_MAX - 64 * 1024 };

/* ------------------------------------------------------------------------------------ fetching */

static int start_report(cli *c, char **ret_id)
{
    err e = {0};
    buf params = {0};
    json_writer w = json_writer_to(&params);
    json_begin_object(&w);
    json_member_bool(&w, "report", true);
    if (c->as_of != NULL) {
        json_member_cstr(&w, "as_of", c->as_of);
    }
    if (!batch_put_params(c, &w, &e)) {
        buf_fini(&params);
        return cli_report(c, &e);
    }
    json_end_object(&w);
    int code = batch_begin(c, &params, ret_id);
    buf_fini(&params);
    return code;
}

/* The report itself; the run's line of it is all there is. */
static int fetch_report(cli *c, const char *id, json_doc **ret)
{
    buf params = {0};
    json_doc *doc = NULL;
    err e = {0};
    json_writer w = json_writer_to(&params);
    json_begin_object(&w);
    json_member_cstr(&w, "id", id);
    json_member_int(&w, "len", READ_LEN);
    json_end_object(&w);
    int code = cli_call(c, "batch.result", &params, &doc);
    buf_fini(&params);
    if (code != EXIT_DONE) {
        return code;
    }
    bool is_read = json_parse(batch_text(json_root(doc), "text"), JSON_DEPTH_MAX, ret, &e) &&
                   json_member(json_root(*ret), "plans") != NULL;
    json_doc_free(&doc);
    if (!is_read) {
        json_doc_free(ret);
        (void)fail(&e, ERR_BATCH_STATE, "batch run \"%s\" made no report", id);
        (void)err_hint(&e, "`lotse batch report` without an id makes one.");
        return cli_report(c, &e);
    }
    return EXIT_DONE;
}

/* ------------------------------------------------------------------------------------ table */

/* A number; a dash where it describes too few people. */
static bytes shown(const json_node *n, const char *key, double factor, const char *format,
                   char text[32])
{
    const json_node *found = json_member(n, key);
    if (found == NULL || json_type_of(found) != JSON_NUMBER) {
        return BYTES("-");
    }
    (void)snprintf(text, 32, format, json_number(found) * factor); /* numbers are short */
    return bytes_of(text);
}

static void print_plans(const json_node *root)
{
    static const char *const TITLES[] = {"plan",  "people", "worst fit", "median fit", "proposals",
                                         "reach", "p90",    "p99",       "most"};
    table *t = table_new(TITLES, sizeof TITLES / sizeof *TITLES);
    for (const json_node *p = json_child(json_member(root, "plans")); p != NULL; p = json_next(p)) {
        char text[32];
        const json_node *crowd = json_member(p, "people_per_vacancy");
        table_put(t, batch_text(p, "plan"));
        table_put(t, shown(p, "with_proposal", 1, "%.0f", text));
        table_put(t, shown(p, "worst_fit", 1e-4, "%.1f %%", text));
        table_put(t, shown(p, "median_fit", 1e-4, "%.1f %%", text));
        table_put(t, shown(p, "proposals", 1, "%.0f", text));
        table_put(t, shown(p, "reach", 100, "%.1f %%", text));
        table_put(t, shown(crowd, "p90", 1, "%.0f", text));
        table_put(t, shown(crowd, "p99", 1, "%.0f", text));
        table_put(t, shown(crowd, "most", 1, "%.0f", text));
    }
    table_print(t, stdout);
    table_free(&t);
}

static void print_cells(const json_node *plan, const char *key, const char *title)
{
    const char *titles[] = {title,        "people",    "with proposal", "worst fit",
                            "median fit", "vacancies", "reach",         "most people"};
    table *t = table_new(titles, sizeof titles / sizeof *titles);
    for (const json_node *n = json_child(json_member(plan, key)); n != NULL; n = json_next(n)) {
        char text[32];
        table_put(t, batch_text(n, "id"));
        table_put(t, shown(n, "people", 1, "%.0f", text));
        table_put(t, shown(n, "with_proposal", 1, "%.0f", text));
        table_put(t, shown(n, "worst_fit", 1e-4, "%.1f %%", text));
        table_put(t, shown(n, "median_fit", 1e-4, "%.1f %%", text));
        table_put(t, shown(n, "vacancies", 1, "%.0f", text));
        table_put(t, shown(n, "reach", 100, "%.1f %%", text));
        table_put(t, shown(n, "most_people", 1, "%.0f", text));
    }
    table_print(t, stdout);
    table_free(&t);
}

static void print_report(const json_doc *doc)
{
    const json_node *root = json_root(doc);
    printf("%" PRId64 " people, %" PRId64
           " vacancies; a dash: it would describe fewer than %" PRId64 " people\n\n",
           batch_int(root, "people"), batch_int(root, "vacancies"),
           batch_int(root, "hidden_below"));
    print_plans(root);
    for (const json_node *p = json_child(json_member(root, "plans")); p != NULL; p = json_next(p)) {
        bytes name = batch_text(p, "plan");
        printf("\n%.*s\n", (int)name.len, name.base);
        print_cells(p, "by_kind", "kind");
        print_cells(p, "by_region", "region");
        print_cells(p, "by_target_group", "target group");
    }
}

/* ------------------------------------------------------------------------------------ the whole */

static int show_report(const cli *c, const json_doc *doc)
{
    err e = {0};
    if (c->is_json) {
        cli_print_result(doc);
        return EXIT_DONE;
    }
    if (!c->is_html) {
        print_report(doc);
        return EXIT_DONE;
    }
    if (!batch_write_page(c->out, json_root(doc), &e)) {
        return cli_report(c, &e);
    }
    if (c->out != NULL && !c->is_quiet) {
        fprintf(stderr, "written to %s\n", c->out);
    }
    return EXIT_DONE;
}

int batch_report_congestion(cli *c)
{
    char *id = c->arg_count > 2 ? strdup(c->args[2]) : NULL;
    bool is_own = id == NULL;
    json_doc *status = NULL;
    json_doc *doc = NULL;
    int code = is_own ? start_report(c, &id) : EXIT_DONE;
    code = code == EXIT_DONE && is_own ? batch_wait(c, id, &status) : code;
    if (code == EXIT_DONE && is_own) {
        code = batch_settled(c, id, json_child(json_member(json_root(status), "batches")));
    }
    code = code == EXIT_DONE ? fetch_report(c, id, &doc) : code;
    code = code == EXIT_DONE ? show_report(c, doc) : code;
    json_doc_free(&doc);
    json_doc_free(&status);
    free(id);
    return code;
}
