/* path.find: dated chains of intakes from where a person stands to a goal. */

#include <string.h>

#include "api/path_write.h"
#include "base/check.h"
#include "base/limits.h"
#include "model/record_seeker.h"

enum { CHAIN_LIMIT_DEFAULT = 3, CHAIN_LIMIT_MAX = 50 };

/* One question while it is answered. */
typedef struct asking {
    api_job *job;
    engine_worker *worker;
    question q; /* the person, the strategy, the day */
    seeker *person;
    path_question ask;
    path_answer answer;
    day latest; /* the first arrival that holds whatever is not known; DAY_NONE: none */
} asking;

static bool refuse(err *e, const char *name, const char *sentence)
{
    (void)fail(e, ERR_RPC_PARAMS, "%s", sentence);
    return err_path(e, "/params/%s", name);
}

/* ---------------------------------------------------------------------- the goal */

static bool add_occupation(asking *a, bytes text)
{
    path_goal *goal = &a->ask.goal;
    concept number;
    if (goal->occupation_count == PATH_GOAL_MAX ||
        !dictionary_find(a->ask.dictionary, text, &number)) {
        return false;
    }
    goal->occupations[goal->occupation_count++] = number;
    return true;
}

static bytes rest_of(bytes text, const char *prefix)
{
    size_t len = strlen(prefix);
    return (bytes){text.base + len, text.len - len};
}

static bool read_goal(asking *a, bytes to, err *e)
{
    path_goal *goal = &a->ask.goal;
    uint32_t kind;
    if (bytes_starts_with(to, "offer:")) {
        goal->offer = rest_of(to, "offer:");
        const segment *s;
        const uint32_t *rows;
        uint32_t count;
        if (!snapshot_find(a->ask.snapshot, SIDE_OFFER, goal->offer, &s, &rows, &count)) {
            (void)fail(e, ERR_NOT_FOUND, "there is no offer \"%.*s\"", (int)goal->offer.len,
                       goal->offer.base);
            return err_path(e, "/params/to");
        }
        return true;
    }
    if (bytes_starts_with(to, "kind:")) {
        if (!code_find(CODES(kind), rest_of(to, "kind:"), &kind)) {
            (void)fail(e, ERR_FIELD_CODE, "there is no kind of offer \"%.*s\"",
                       (int)(to.len < 80 ? to.len : 80) - 5, to.base + 5);
            return err_path(e, "/params/to");
        }
        goal->kinds = UINT64_C(1) << kind;
        return true;
    }
    if (concept_is_valid(to) && add_occupation(a, to)) {
        return true;
    }
    (void)fail(e, ERR_PATH_GOAL, "\"%.*s\" is no goal", (int)(to.len < 80 ? to.len : 80), to.base);
    (void)err_hint(e, "A goal is isco:5321, kldb:81302, offer:ID or kind:job.");
    return err_path(e, "/params/to");
}

/* Their goal, else their wishes, else any job. */
static void read_own_goal(asking *a)
{
    const seeker *s = a->person;
    if (s->goal.occupation.is_set) {
        (void)add_occupation(a, s->goal.occupation.text); /* of a code nobody knows: any job */
        if (s->goal.by.is_set && a->ask.by == DAY_NONE) {
            a->ask.by = s->goal.by.value;
        }
        return;
    }
    for (uint32_t i = 0; i < s->wishes.occupations.count; i++) {
        (void)add_occupation(a, s->wishes.occupations.items[i]); /* likewise */
    }
}

static void write_goal(const asking *a, json_writer *out)
{
    const path_goal *goal = &a->ask.goal;
    char scratch[16];
    json_put_key(out, "goal");
    json_begin_object(out);
    json_member_text(out, "offer", goal->offer);
    json_put_key(out, "kinds");
    json_begin_array(out);
    uint64_t kinds = goal->kinds;
    for (; kinds != 0; kinds &= kinds - 1) {
        json_put_cstr(out, CODES(kind)->entries[__builtin_ctzll(kinds)].id);
    }
    if (goal->kinds == 0 && goal->offer.base == NULL) {
        json_put_cstr(out, "subsidised_job");
        json_put_cstr(out, "job");
    }
    json_end_array(out);
    json_put_key(out, "occupations");
    json_begin_array(out);
    for (uint32_t i = 0; i < goal->occupation_count; i++) {
        json_put_text(out, dictionary_text(a->ask.dictionary, goal->occupations[i], scratch));
    }
    json_end_array(out);
    json_end_object(out);
}

/* ---------------------------------------------------------------------- asking */

static bool take_strategy(asking *a, err *e)
{
    const engine_strategy *found = NULL;
    if (api_param_text(a->job->params, "strategy").base != NULL) {
        return true; /* question_begin_pair took it */
    }
    /* The terms of taking part matter more to a way than to one proposal. */
    if (!engine_strategy_find(a->worker, BYTES("casework"), &found, e)) {
        return true;
    }
    if (found->is_usable) {
        a->q.strategy = found->resolved;
    }
    return true;
}

static bool read_person(asking *a, err *e)
{
    question *q = &a->q;
    if (q->anchor_text.base == NULL &&
        !question_stored_text(a->worker, SIDE_SEEKER, q->anchor_id, &q->anchor_text, e)) {
        return false;
    }
    return seeker_parse(q->anchor_text, registry_ext_keys(engine_worker_registry(a->worker)),
                        engine_worker_arena(a->worker), &a->person, e);
}

static bool read_question(asking *a, err *e)
{
    const json_node *params = a->job->params;
    bytes by = api_param_text(params, "by");
    bytes to = api_param_text(params, "to");
    if (!question_begin_pair(a->job, a->worker, &a->q, e) || !take_strategy(a, e) ||
        !read_person(a, e)) {
        return false;
    }
    a->ask = (path_question){
        .snapshot = a->q.query.snapshot,
        .strategy = &a->q.strategy,
        .dictionary = engine_dictionary(engine_worker_engine(a->worker)),
        .seeker = a->person,
        .as_of = a->q.query.as_of,
        .by = DAY_NONE,
        .step_max = (uint32_t)api_param_int(params, "steps", PATH_STEP_DEFAULT),
        .assumes_recurring = api_param_bool(params, "assume_recurring", false),
        .counts_ideas = api_param_bool(params, "ideas", false),
        .looks_for_missing = true,
        .stop = a->q.query.stop,
    };
    if (by.base != NULL && !day_parse(by, &a->ask.by)) {
        return refuse(e, "by", "by is a day");
    }
    if (to.base != NULL) {
        return read_goal(a, to, e);
    }
    read_own_goal(a);
    return true;
}

static bool find(asking *a, err *e)
{
    match_worker *matcher = engine_worker_match(a->worker);
    arena *memory = engine_worker_arena(a->worker);
    path_answer sure;
    path_question certain = a->ask;
    certain.is_certain = true;
    certain.looks_for_missing = false;
    if (!path_find(matcher, &a->ask, memory, &a->answer, e) ||
        !path_find(matcher, &certain, memory, &sure, e)) {
        return false;
    }
    a->latest = sure.chain_count > 0 ? sure.chains[0].arrival : DAY_NONE;
    return true;
}

/* ---------------------------------------------------------------------- telling */

/* Chains in the order they are shown: the best in one thing after the other, then by arrival. */
static uint32_t order_chains(const path_answer *a, arena *memory, uint32_t **ret)
{
    uint32_t *order = arena_make_array(memory, a->chain_count + 1, uint32_t);
    uint32_t count = 0;
    uint32_t best[5] = {0};
    if (order == NULL) {
        return 0;
    }
    for (uint32_t i = 1; i < a->chain_count; i++) {
        best[1] = a->chains[i].doubts < a->chains[best[1]].doubts ? i : best[1];
        best[2] = a->chains[i].weeks < a->chains[best[2]].weeks ? i : best[2];
        best[3] = a->chains[i].fit > a->chains[best[3]].fit ? i : best[3];
        best[4] = a->chains[i].step_count < a->chains[best[4]].step_count ? i : best[4];
    }
    for (uint32_t i = 0; i < 5 + a->chain_count && a->chain_count > 0; i++) {
        uint32_t next = i < 5 ? best[i] : i - 5;
        bool is_there = false;
        for (uint32_t k = 0; k < count; k++) {
            is_there = is_there || order[k] == next;
        }
        if (!is_there) {
            order[count++] = next;
        }
    }
    *ret = order;
    return count;
}

static void put_day(json_writer *out, const char *key, day d)
{
    char text[DAY_TEXT_LEN + 1];
    if (d == DAY_NONE) {
        json_member_text(out, key, (bytes){0});
        return;
    }
    day_print(d, text);
    json_member_cstr(out, key, text);
}

static void write_goals(path_writer *w)
{
    const path_answer *a = w->answer;
    json_writer *out = w->m.out;
    json_put_key(out, "goals");
    json_begin_object(out);
    json_member_int(out, "rows", a->goal_rows);
    json_member_int(out, "open", a->goal_open);
    json_member_int(out, "closed_by_dates", a->closed_by_dates);
    json_put_key(out, "closed_by");
    json_begin_object(out);
    for (uint32_t i = 0; i < a->closed_count; i++) {
        json_member_int(out, w->m.program->gates[a->closed[i].gate].id, a->closed[i].count);
    }
    json_end_object(out);
    json_end_object(out);
}

static void write_missing(path_writer *w)
{
    const path_answer *a = w->answer;
    json_writer *out = w->m.out;
    json_put_key(out, "missing");
    json_begin_array(out);
    for (uint32_t i = 0; i < a->missing_count; i++) {
        path_say_effect(w, a->missing[i].effect);
        bytes outcome = arena_copy(engine_worker_arena(w->m.worker), buf_bytes(&w->m.text));
        buf_clear(&w->m.text);
        path_part parts[] = {{"outcome", outcome},
                             {"count", path_number_text(w, a->missing[i].goal_count)}};
        json_begin_object(out);
        json_member_text(out, "outcome", outcome);
        json_member_int(out, "opens", a->missing[i].goal_count);
        json_member_int(out, "asked_by", a->missing[i].asked_count);
        path_put_sentence(w, "text", "path.missing", parts, 2);
        json_end_object(out);
    }
    json_end_array(out);
}

static void write_range(asking *a, path_writer *w)
{
    json_writer *out = w->m.out;
    day earliest = a->answer.chain_count > 0 ? a->answer.chains[0].arrival : DAY_NONE;
    json_put_key(out, "arrival");
    json_begin_object(out);
    put_day(out, "earliest", earliest);
    put_day(out, "latest", a->latest);
    put_day(out, "bound", a->answer.bound);
    json_end_object(out);
    if (earliest == DAY_NONE) {
        path_put_sentence(w, "text", "path.none", NULL, 0);
        return;
    }
    path_part parts[] = {{"low", path_day_text(w, earliest)},
                         {"high", a->latest == DAY_NONE
                                      ? bytes_of(say_word(w->m.q->lang, "form.not_known"))
                                      : path_day_text(w, a->latest)}};
    path_put_sentence(w, "text", "path.range", parts, 2);
}

static bool write_answer(asking *a, path_writer *w, err *e)
{
    json_writer *out = w->m.out;
    uint32_t limit = (uint32_t)api_param_int(a->job->params, "limit", CHAIN_LIMIT_DEFAULT);
    uint32_t *order = NULL;
    uint32_t count = order_chains(&a->answer, engine_worker_arena(a->worker), &order);
    json_begin_object(out);
    json_member_text(out, "seeker", a->q.anchor_id);
    json_member_cstr(out, "strategy", a->q.strategy.id);
    put_day(out, "as_of", a->ask.as_of);
    json_member_int(out, "snapshot", (int64_t)snapshot_change_number(a->ask.snapshot));
    write_goal(a, out);
    put_day(out, "by", a->ask.by);
    json_member_int(out, "steps_max", a->ask.step_max);
    json_member_bool(out, "exact", a->answer.is_exact);
    write_range(a, w);
    json_member_int(out, "total", a->answer.chain_count);
    write_goals(w);
    json_put_key(out, "chains");
    json_begin_array(out);
    for (uint32_t i = 0; i < count && i < limit; i++) {
        if (!path_write_chain(w, &a->answer.chains[order[i]], e)) {
            return false;
        }
    }
    json_end_array(out);
    write_missing(w);
    json_end_object(out);
    return true;
}

bool path_answer_find(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    asking a = {.job = job, .worker = w};
    path_writer writer = {.question = &a.ask, .answer = &a.answer};
    bool is_done = read_question(&a, e) && find(&a, e) &&
                   match_writer_begin(&writer.m, w, &a.q, out, e) && write_answer(&a, &writer, e);
    match_writer_end(&writer.m);
    question_end(&a.q);
    return is_done;
}
