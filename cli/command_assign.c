/* `lotse assign`: limited seats to many, from files to a file, without a data folder. */
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "assign/assign.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "plugin/registry.h"

typedef struct told {
    const cli *c;
    const instance *x;
    const assignment *a;
    int64_t read_ns;
    int64_t write_ns;
} told;

/* What was missed, as a part of the bound (or, where that is not above 0, of the objective): 0 is
 * the optimum. */
static double gap_of(const assignment *a)
{
    double missed = (double)a->upper_bound - (double)a->objective;
    double whole = a->upper_bound > 0 ? (double)a->upper_bound : -(double)a->objective;
    return a->upper_bound <= a->objective ? 0.0 : missed / whole;
}

static void put_ms(json_writer *w, const char *key, int64_t ns)
{
    json_put_key(w, key);
    json_put_double(w, (double)(ns / 1000) / 1000.0);
}

static void print_json(const told *t)
{
    buf out = {0};
    json_writer w = json_writer_to(&out);
    const assignment *a = t->a;
    json_begin_object(&w);
    json_member_cstr(&w, "allocator", t->c->allocator);
    json_member_bool(&w, "feasible", a->is_feasible);
    json_member_bool(&w, "proven", a->is_proven);
    json_member_int(&w, "objective", a->objective);
    json_member_int(&w, "upper_bound", a->upper_bound);
    json_put_key(&w, "gap");
    json_put_double(&w, gap_of(a));
    json_member_int(&w, "seekers", t->x->seekers.count);
    json_member_int(&w, "assigned", a->assigned_count);
    json_member_int(&w, "unassigned", t->x->seekers.count - a->assigned_count);
    json_member_int(&w, "intakes", t->x->intakes.count);
    json_member_int(&w, "intakes_used", a->intakes_used);
    json_member_int(&w, "seats", (int64_t)a->seat_count);
    json_member_int(&w, "seats_used", (int64_t)a->seats_used);
    json_member_int(&w, "edges", t->x->edge_count);
    json_member_int(&w, "blocking_pairs", (int64_t)a->blocking_pairs);
    json_put_key(&w, "lowest_share_ppm");
    if (a->lowest_share_ppm >= 0) {
        json_put_int(&w, a->lowest_share_ppm);
    } else {
        json_put_null(&w);
    }
    json_member_int(&w, "needs_unused", (int64_t)t->x->unused_need_count);
    put_ms(&w, "read_ms", t->read_ns);
    put_ms(&w, "solve_ms", a->solve_ns);
    put_ms(&w, "write_ms", t->write_ns);
    json_end_object(&w);
    printf("%s\n", buf_terminated(&out));
    buf_fini(&out);
}

static void print_text(const told *t)
{
    const assignment *a = t->a;
    uint32_t seekers = t->x->seekers.count;
    printf("allocator       %s%s\n", t->c->allocator,
           a->is_proven ? " (nothing better exists by its definition)" : "");
    printf("objective       %" PRId64 "\n", a->objective);
    printf("upper bound     %" PRId64 " (%.4f %% above)\n", a->upper_bound, 100.0 * gap_of(a));
    printf("assigned        %" PRIu32 " of %" PRIu32 "\n", a->assigned_count, seekers);
    printf("unassigned      %" PRIu32 "\n", seekers - a->assigned_count);
    printf("seats used      %" PRIu64 " of %" PRIu64 ", in %" PRIu32 " of %" PRIu32 " intakes\n",
           a->seats_used, a->seat_count, a->intakes_used, t->x->intakes.count);
    printf("blocking pairs  %" PRIu64 "\n", a->blocking_pairs);
    if (a->lowest_share_ppm >= 0) {
        printf("lowest share    %.4f %% of the person's best edge\n",
               (double)a->lowest_share_ppm / 10000.0);
    }
    printf("feasible        %s\n", a->is_feasible ? "yes" : "no");
    if (t->x->unused_need_count > 0) {
        fprintf(stderr, "%" PRIu64 " rows of the needs are about people without an edge\n",
                t->x->unused_need_count);
    }
}

/* The folder `plugins` beside the program. */
static bool find_builtin_dir(char *path, size_t cap, err *e)
{
    ssize_t len = readlink("/proc/self/exe", path, cap - 1);
    if (len <= 0) {
        return fail(e, ERR_FILE, "could not find the program's own folder");
    }
    path[len] = '\0';
    char *slash = strrchr(path, '/');
    if (slash == NULL || (size_t)(slash - path) + sizeof "/plugins" > cap) {
        return fail(e, ERR_FILE, "the program's own path is too long");
    }
    memcpy(slash, "/plugins", sizeof "/plugins");
    return true;
}

/* Allocators are looked for where every plugin is: beside the program, and in the folders of
 * LOTSE_PLUGINS, divided by ':', which the operator trusts. */
static bool open_registry(registry **ret, err *e)
{
    enum { TRUSTED_COUNT_MAX = 16 };
    char builtin[PATH_MAX];
    char trusted[PATH_MAX];
    const char *dirs[] = {builtin};
    const char *trusted_dirs[TRUSTED_COUNT_MAX];
    uint32_t trusted_count = 0;
    const char *named = getenv("LOTSE_PLUGINS");
    size_t len = named == NULL ? 0 : strlen(named);
    if (!find_builtin_dir(builtin, sizeof builtin, e)) {
        return false;
    }
    if (len >= sizeof trusted) {
        return fail(e, ERR_USAGE, "LOTSE_PLUGINS is longer than %zu bytes", sizeof trusted);
    }
    memcpy(trusted, named == NULL ? "" : named, len + 1);
    char *rest = NULL;
    for (char *dir = strtok_r(trusted, ":", &rest); dir != NULL; dir = strtok_r(NULL, ":", &rest)) {
        if (trusted_count == TRUSTED_COUNT_MAX) {
            return fail(e, ERR_USAGE, "more than %d folders of trusted plugins", TRUSTED_COUNT_MAX);
        }
        trusted_dirs[trusted_count++] = dir;
    }
    registry_config config = {.builtin_dirs = dirs,
                              .builtin_dir_count = 1,
                              .trusted_dirs = trusted_dirs,
                              .trusted_dir_count = trusted_count};
    return registry_new(&config, ret, e);
}

static bool assign_files(const cli *c, const lotse_allocator *allocator, err *e)
{
    instance x = {0};
    assignment a = {0};
    told t = {.c = c, .x = &x, .a = &a};
    instance_files files = {.edges = c->edges, .seats = c->seats, .needs = c->needs};
    int64_t from_ns = clock_monotonic_ns();
    bool is_done = instance_read(&files, &x, e);
    t.read_ns = clock_monotonic_ns() - from_ns;
    is_done = is_done && assign_run(&x, allocator, &a, e);
    from_ns = clock_monotonic_ns();
    is_done = is_done && assignment_write(&x, &a, c->out, e);
    t.write_ns = clock_monotonic_ns() - from_ns;
    if (is_done && c->is_json) {
        print_json(&t);
    } else if (is_done && !c->is_quiet) {
        print_text(&t);
    }
    assignment_fini(&a);
    instance_fini(&x);
    return is_done;
}

int command_assign(cli *c)
{
    if (c->arg_count != 1) {
        return cli_usage(c, "\"%s\" is too much; files are named by --edges, --seats and --out",
                         c->args[1]);
    }
    const char *missing = c->edges == NULL       ? "--edges FILE"
                          : c->seats == NULL     ? "--seats FILE"
                          : c->allocator == NULL ? "--allocator ID"
                          : c->out == NULL       ? "--out FILE"
                                                 : NULL;
    if (missing != NULL) {
        return cli_usage(c, "%s is missing", missing);
    }
    err e = {0};
    registry *plugins = NULL;
    const lotse_allocator *allocator = NULL;
    bool is_done = open_registry(&plugins, &e) &&
                   registry_allocator(plugins, c->allocator, &allocator, &e) &&
                   assign_files(c, allocator, &e);
    if (allocator != NULL) {
        allocator->destroy(allocator->self);
    }
    registry_free(&plugins);
    return is_done ? EXIT_DONE : cli_report(c, &e);
}
