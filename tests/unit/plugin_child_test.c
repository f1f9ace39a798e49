#include "plugin/child.h"

#include <errno.h>
#include <seccomp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plugin/cage.h"
#include "unit/match_world.h"

/* Plugins that misbehave, each in one way: every one ends in its own named error, in its own
 * process, while other questions are answered as if it were not there. Run as root and as an
 * ordinary user. */

enum { RECORD_COUNT = 40, LATE_COUNT = 4, SHORT_MS = 300, LONG_MS = 20000 };

static const char *const CAGE = BUILD_DIR "/bin/lotse-cage";
static const char *const WILD = BUILD_DIR "/tests/plugin/wild";

typedef struct misdeed {
    const char *name;
    err_code error;
    bool is_final;    /* quarantine at once */
    bool is_told;     /* by explain: its scores are good */
    bool comes_early; /* before it is asked anything */
} misdeed;

static const misdeed MISDEEDS[] = {
    /* These wait until the deadline. */
    {"loop", ERR_PLUGIN_DEADLINE, false, false, false},
    {"sleep", ERR_PLUGIN_DEADLINE, false, false, false},
    {"sigterm", ERR_PLUGIN_DEADLINE, false, false, false},
    {"init_loop", ERR_PLUGIN_DEADLINE, false, false, true},
    /* These do not, however slow the machine is. */
    {"segv", ERR_PLUGIN_CRASHED, false, false, false},
    {"abort", ERR_PLUGIN_CRASHED, false, false, false},
    {"exit", ERR_PLUGIN_CRASHED, false, false, false},
    {"stack", ERR_PLUGIN_CRASHED, false, false, false},
    {"bomb", ERR_PLUGIN_MEMORY, false, false, false},
    {"open", ERR_PLUGIN_FORBIDDEN, true, false, false},
    {"create", ERR_PLUGIN_FORBIDDEN, true, false, false},
    {"socket", ERR_PLUGIN_FORBIDDEN, true, false, false},
    {"fork", ERR_PLUGIN_FORBIDDEN, true, false, false},
    {"exec", ERR_PLUGIN_FORBIDDEN, true, false, false},
    {"mmap_wx", ERR_PLUGIN_FORBIDDEN, true, false, false},
    {"mprotect_x", ERR_PLUGIN_FORBIDDEN, true, false, false},
    {"mmap_shared", ERR_PLUGIN_FORBIDDEN, true, false, false},
    {"thread", ERR_PLUGIN_FORBIDDEN, true, false, false},
    {"kill", ERR_PLUGIN_FORBIDDEN, true, false, false},
    {"tkill", ERR_PLUGIN_FORBIDDEN, true, false, false},
    {"ptrace", ERR_PLUGIN_FORBIDDEN, true, false, false},
    {"vm_read", ERR_PLUGIN_FORBIDDEN, true, false, false},
    {"io_uring", ERR_PLUGIN_FORBIDDEN, true, false, false},
    {"memfd", ERR_PLUGIN_FORBIDDEN, true, false, false},
    {"seccomp", ERR_PLUGIN_FORBIDDEN, true, false, false},
    {"bpf", ERR_PLUGIN_FORBIDDEN, true, false, false},
    {"write_input", ERR_PLUGIN_CRASHED, false, false, false},
    {"write_rows", ERR_PLUGIN_CRASHED, false, false, false},
    {"overrun", ERR_PLUGIN_CRASHED, false, false, false},
    {"unmap", ERR_PLUGIN_CRASHED, false, true, false},
    {"range", ERR_PLUGIN_FAULT, false, false, false},
    {"negative", ERR_PLUGIN_FAULT, false, false, false},
    {"verdict", ERR_PLUGIN_FAULT, false, false, false},
    {"check_score", ERR_PLUGIN_FAULT, false, false, false},
    {"status", ERR_PLUGIN_FAULT, false, false, false},
    {"flood", ERR_PLUGIN_FLOOD, false, false, false},
    {"done", ERR_PLUGIN_FAULT, false, false, false},
    {"select", ERR_PLUGIN_FAULT, false, false, false},
    {"unsorted", ERR_PLUGIN_FAULT, false, true, false},
    {"sum", ERR_PLUGIN_FAULT, false, true, false},
    {"sum_huge", ERR_PLUGIN_FAULT, false, true, false},
    {"sentence", ERR_PLUGIN_FAULT, false, true, false},
    {"argument", ERR_PLUGIN_FAULT, false, true, false},
    {"arg_count", ERR_PLUGIN_FAULT, false, true, false},
    {"count", ERR_PLUGIN_FAULT, false, true, false},
    {"values", ERR_PLUGIN_FAULT, false, true, false},
    {"offsets", ERR_PLUGIN_FAULT, false, true, false},
    {"silent", ERR_PLUGIN_FAULT, false, true, false},
    {"init_fork", ERR_PLUGIN_FORBIDDEN, true, false, true},
    {"constructor", ERR_PLUGIN_FORBIDDEN, true, false, true},
};
enum { MISDEED_COUNT = sizeof MISDEEDS / sizeof *MISDEEDS };

/* ------------------------------------------------------------------------------------ a world */

/* The built-in plugins in the process, some wild ones in cages. */
typedef struct wild_world {
    world w; /* for records; its registry is not asked */
    registry *registry;
    char dir[64];
    arena memory;
    snapshot *shown;
    match_worker *worker;
    arena answers;
} wild_world;

static void run_command(const char *format, const char *a, const char *b, const char *c)
{
    char command[1024];
    snprintf(command, sizeof command, format, a, b, c);
    ck_assert_msg(system(command) == 0, "%s", command);
}

static void wild_start(wild_world *t, const char *const *names, uint32_t count,
                       uint32_t deadline_ms)
{
    static segment_input inputs[2][RECORD_COUNT];
    static const char *const builtin = BUILD_DIR "/bin/plugins";
    err e = {0};
    memset(t, 0, sizeof *t);
    snprintf(t->dir, sizeof t->dir, "/tmp/lotse-wild-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(t->dir));
    for (uint32_t i = 0; i < count; i++) {
        run_command("cp -r '%s/%s' '%s/'", WILD, names[i], t->dir);
    }
    world_start(&t->w, 7, false);
    const char *dir = t->dir;
    const registry_config config = {.builtin_dirs = &builtin,
                                    .builtin_dir_count = 1,
                                    .caged_dirs = &dir,
                                    .caged_dir_count = 1,
                                    .accepts_unsigned = true,
                                    .cage_path = CAGE,
                                    .cage_deadline_ms = deadline_ms,
                                    .dictionary = t->w.dictionary};
    ck_assert_msg(registry_new(&config, &t->registry, &e), "%s", e.text);
    const match_program *p = registry_program(t->registry);
    segment *sides[2] = {NULL, NULL};
    for (uint32_t side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < RECORD_COUNT; i++) {
            inputs[side][i] = (segment_input){world_record(&t->w, side, i), 1};
        }
        ck_assert_msg(segment_build(p, side, inputs[side], RECORD_COUNT, t->w.dictionary, false,
                                    &sides[side], &e),
                      "%s", e.text);
    }
    ck_assert(snapshot_from_segments(p, t->w.dictionary, sides[SIDE_SEEKER], sides[SIDE_OFFER], 1,
                                     &t->shown, &e));
    ck_assert(match_worker_new(&t->worker, &e));
}

static void wild_end(wild_world *t)
{
    match_worker_free(&t->worker);
    snapshot_free(&t->shown);
    arena_fini(&t->answers);
    registry_free(&t->registry);
    world_end(&t->w);
    arena_fini(&t->memory);
    run_command("rm -rf '%s'%s%s", t->dir, "", "");
}

/* Skills and one wild plugin, no gates but the core's. */
static strategy strategy_with(wild_world *t, const char *wild)
{
    char text[256];
    strategy s;
    json_doc *doc = NULL;
    err e = {0};
    snprintf(text, sizeof text,
             wild == NULL
                 ? "{\"id\":\"t\",\"criteria\":[{\"id\":\"lotse.skills\",\"weight\":1000000}]}"
                 : "{\"id\":\"t\",\"criteria\":[{\"id\":\"lotse.skills\",\"weight\":400000},"
                   "{\"id\":\"wild.%s\",\"weight\":600000}]}",
             wild);
    ck_assert(json_parse(bytes_of(text), 32, &doc, &e));
    ck_assert_msg(registry_strategy(t->registry, json_root(doc), &t->memory, &s, &e), "%s", e.text);
    json_doc_free(&doc);
    return s;
}

static match_answer ask(wild_world *t, const strategy *s, const match_reason ***ret_reasons)
{
    match_answer a;
    const uint32_t *counts;
    err e = {0};
    match_query q = {.snapshot = t->shown,
                     .strategy = s,
                     .as_of = day_from_civil(2026, 5, 27),
                     .limit = 5,
                     .kinds = UINT64_MAX,
                     .verdicts = MATCH_YES_BIT | MATCH_CHECK_BIT};
    ck_assert(snapshot_find(t->shown, SIDE_SEEKER, BYTES("s-1"), &q.anchor, &q.anchor_rows,
                            &q.anchor_row_count));
    arena_reset(&t->answers);
    match_degraded_forget(t->worker);
    ck_assert_msg(match_run(t->worker, &q, &t->answers, &a, &e), "%s", e.text);
    ck_assert_msg(
        match_reasons(t->worker, &q, a.hits, a.hit_count, &t->answers, ret_reasons, &counts, &e),
        "%s", e.text);
    ck_assert_uint_eq(a.hit_count, 5);
    return a;
}

static err_code degraded_why(wild_world *t)
{
    uint32_t count = 0;
    const match_degraded *list = match_degraded_list(t->worker, &count);
    ck_assert_uint_le(count, 1);
    return count == 0 ? ERR_NONE : list[0].why;
}

static uint32_t index_of(const registry *r, const char *name)
{
    char id[64];
    snprintf(id, sizeof id, "wild.%s", name);
    for (uint32_t i = 0; i < registry_count(r); i++) {
        if (bytes_equal_text(registry_plugin(r, i)->id, id)) {
            return i;
        }
    }
    ck_abort_msg("there is no %s", id);
    return 0;
}

/* ------------------------------------------------------------------------------------ misdeeds */

static void judge(wild_world *t, const misdeed *m)
{
    const match_reason **reasons;
    uint32_t index = index_of(t->registry, m->name);
    strategy s = strategy_with(t, m->name);
    plugin_state before = registry_plugin_state(t->registry, index);
    ck_assert_msg(m->comes_early == (before != PLUGIN_READY), "%s is %s", m->name,
                  life_state_text(before));

    match_answer a = ask(t, &s, &reasons);
    err_code why = degraded_why(t);
    life_facts facts;
    life_read(registry_plugin_record(t->registry, index), &facts);

    err_code expected = m->comes_early && m->is_final ? ERR_PLUGIN_QUARANTINED : m->error;
    ck_assert_msg(why == expected, "%s: %s, %s expected (%s)", m->name, err_id(why),
                  err_id(expected), facts.last_fault.text);
    ck_assert_msg(facts.last_fault.code == m->error, "%s: %s", m->name, facts.last_fault.text);
    ck_assert_msg(facts.is_quarantined == m->is_final, "%s: %s", m->name, facts.last_fault.text);
    ck_assert_int_eq(registry_plugin_state(t->registry, index),
                     m->is_final ? PLUGIN_QUARANTINED : PLUGIN_FAILED);
    ck_assert_uint_eq(cage_child_count(registry_plugin_cage(t->registry, index)), 0);
    ck_assert_int_eq(a.hits[0].parts[1].verdict, m->is_told ? VERDICT_YES : VERDICT_CHECK);
    ck_assert_int_eq(a.hits[0].parts[1].score, m->is_told ? 250000 : 500000);
    ck_assert_uint_eq(reasons[0][1].sentence, REASON_UNANSWERED);
}

/* The others go on: a good plugin in a cage, and those of the process. */
static void judge_some(uint32_t first, uint32_t end, uint32_t deadline_ms, const char *other)
{
    const char *names[MISDEED_COUNT + 1] = {"good"};
    const match_reason **reasons;
    wild_world t;
    for (uint32_t i = first; i < end; i++) {
        names[1 + i - first] = MISDEEDS[i].name;
    }
    wild_start(&t, names, 1 + end - first, deadline_ms);
    strategy good = strategy_with(&t, other);
    match_answer before = ask(&t, &good, &reasons);
    int32_t score = before.hits[0].score;
    ck_assert_int_eq(degraded_why(&t), ERR_NONE);
    for (uint32_t i = first; i < end; i++) {
        judge(&t, &MISDEEDS[i]);
        match_answer after = ask(&t, &good, &reasons);
        ck_assert_int_eq(degraded_why(&t), ERR_NONE);
        ck_assert_int_eq(after.hits[0].score, score);
        ck_assert_uint_ne(reasons[0][0].sentence, REASON_UNANSWERED);
    }
    wild_end(&t);
}

START_TEST(who_does_not_answer_is_ended_at_the_deadline)
{
    judge_some(0, LATE_COUNT, SHORT_MS, NULL);
}
END_TEST

START_TEST(every_misdeed_ends_in_its_own_error)
{
    enum { PART = 12 };
    uint32_t first = LATE_COUNT + (uint32_t)_i * PART;
    uint32_t end = first + PART < MISDEED_COUNT ? first + PART : MISDEED_COUNT;
    judge_some(first, end, LONG_MS, "good");
}
END_TEST

START_TEST(a_constructor_can_open_no_file_that_is_no_library)
{
    const char *names[] = {"constructor_file"};
    const match_reason **reasons;
    wild_world t;
    wild_start(&t, names, 1, LONG_MS);
    strategy s = strategy_with(&t, "constructor_file");
    (void)ask(&t, &s, &reasons);
    ck_assert_int_eq(degraded_why(&t), ERR_NONE);
    uint32_t walls = cage_walls(registry_plugin_cage(t.registry, index_of(t.registry, names[0])));
    ck_assert_uint_ne(walls & WIRE_WALL_SECCOMP, 0);
    wild_end(&t);
}
END_TEST

START_TEST(the_third_crash_is_quarantine_and_a_release_ends_it)
{
    const char *names[] = {"segv"};
    const match_reason **reasons;
    wild_world t;
    wild_start(&t, names, 1, LONG_MS);
    strategy s = strategy_with(&t, "segv");
    uint32_t index = index_of(t.registry, "segv");
    life_record *record = registry_plugin_record(t.registry, index);
    for (uint32_t i = 0; i < 3; i++) {
        ck_assert_int_ne(registry_plugin_state(t.registry, index), PLUGIN_QUARANTINED);
        pthread_mutex_lock(&record->lock);
        record->resume_ns = 0; /* as if it had rested */
        pthread_mutex_unlock(&record->lock);
        (void)ask(&t, &s, &reasons);
        ck_assert_int_eq(degraded_why(&t), ERR_PLUGIN_CRASHED);
    }
    ck_assert_int_eq(registry_plugin_state(t.registry, index), PLUGIN_QUARANTINED);
    (void)ask(&t, &s, &reasons);
    ck_assert_int_eq(degraded_why(&t), ERR_PLUGIN_QUARANTINED);
    ck_assert(life_release(record));
    (void)ask(&t, &s, &reasons);
    ck_assert_int_eq(degraded_why(&t), ERR_PLUGIN_CRASHED);
    wild_end(&t);
}
END_TEST

START_TEST(what_was_verified_is_what_runs)
{
    const char *names[] = {"good"};
    const match_reason **reasons;
    wild_world t;
    wild_start(&t, names, 1, LONG_MS);
    strategy s = strategy_with(&t, "good");
    run_command("cp '%s/segv/wild.so' '%s/good/wild.so'%s", WILD, t.dir, "");
    (void)ask(&t, &s, &reasons);
    ck_assert_int_eq(degraded_why(&t), ERR_NONE);
    wild_end(&t);
}
END_TEST

START_TEST(its_last_words_are_kept)
{
    const char *names[] = {"flood"};
    char lines[LIFE_LOG_LINE_MAX][LIFE_LOG_LINE_LEN];
    const match_reason **reasons;
    wild_world t;
    wild_start(&t, names, 1, LONG_MS);
    strategy s = strategy_with(&t, "flood");
    (void)ask(&t, &s, &reasons);
    life_record *record = registry_plugin_record(t.registry, index_of(t.registry, "flood"));
    uint32_t count = life_read_log(record, lines);
    ck_assert_uint_eq(count, LIFE_LOG_LINE_MAX);
    ck_assert_msg(strncmp(lines[count / 2], "line ", 5) == 0, "%s", lines[count / 2]);
    wild_end(&t);
}
END_TEST

/* ------------------------------------------------------------------------------------ no seccomp
 */

/* From here on this process and its children cannot use seccomp, as on a kernel without it. */
static void take_seccomp_away(void)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
    ck_assert_ptr_nonnull(ctx);
    ck_assert_int_eq(seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(seccomp), 0), 0);
    const struct scmp_arg_cmp set_seccomp = {0, SCMP_CMP_EQ, 22, 0}; /* PR_SET_SECCOMP */
    ck_assert_int_eq(
        seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 1, &set_seccomp), 0);
    ck_assert_int_eq(seccomp_load(ctx), 0);
    seccomp_release(ctx);
}

START_TEST(without_seccomp_no_plugin_runs_that_is_not_trusted)
{
    const char *names[] = {"good"};
    wild_world t;
    take_seccomp_away();
    wild_start(&t, names, 1, LONG_MS);
    const plugin_info *p = registry_plugin(t.registry, index_of(t.registry, "good"));
    ck_assert_int_eq(p->state, PLUGIN_FAILED);
    ck_assert_msg(p->why.code == ERR_PLUGIN_NO_CAGE, "%s", p->why.text);
    wild_end(&t);
}
END_TEST

/* ------------------------------------------------------------------------------------ all */

static int run_all(const char *name)
{
    Suite *s = suite_create(name);
    TCase *c = tcase_create("all");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, who_does_not_answer_is_ended_at_the_deadline);
    tcase_add_loop_test(c, every_misdeed_ends_in_its_own_error, 0,
                        (MISDEED_COUNT - LATE_COUNT + 11) / 12);
    tcase_add_test(c, a_constructor_can_open_no_file_that_is_no_library);
    tcase_add_test(c, the_third_crash_is_quarantine_and_a_release_ends_it);
    tcase_add_test(c, what_was_verified_is_what_runs);
    tcase_add_test(c, its_last_words_are_kept);
    tcase_add_test(c, without_seccomp_no_plugin_runs_that_is_not_trusted);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* As root the same again as an ordinary user, where that one may read the build. */
int main(int argc, char **argv)
{
    enum { NOBODY = 65534 };
    if (geteuid() != 0 || argc > 1) {
        return run_all(argc > 1 ? "plugin_child, as a user" : "plugin_child");
    }
    int code = run_all("plugin_child, as root");
    pid_t pid = fork();
    if (pid == 0) {
        if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0 || access(CAGE, X_OK) != 0) {
            fprintf(stderr, "skipped: an ordinary user cannot reach the build\n");
            _exit(EXIT_SUCCESS);
        }
        execl("/proc/self/exe", argv[0], "user", (char *)NULL);
        _exit(EXIT_FAILURE);
    }
    int status = 0;
    bool is_waited = pid > 0 && waitpid(pid, &status, 0) == pid;
    return is_waited && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? code : EXIT_FAILURE;
}
