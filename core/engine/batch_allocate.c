/* Hands out the seats: pools of them, what stood before, an allocator on everybody's best intakes,
 * and where it names prices, edges on demand until the gap is proven small. */
#include "engine/batch_allocate.h"

#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"

enum {
    ROUND_MAX = 40,
    ROUND_TOP = 16,     /* edges a person may gain in a round */
    GAP_PPM = 2000,     /* near enough: what could still be gained at most */
    CLOSE_ONE_MAX = 32, /* after so many closed one by one, all at once */
    POSITION_LEN = 1024
};

/* ------------------------------------------------------------------------------------ solving */

static void drop_answer(allocation *x)
{
    if (x->has_answer) {
        assignment_fini(&x->a);
        x->has_answer = false;
    }
    instance_fini(&x->x);
    mem_free(x->edge_of);
    x->edge_of = NULL;
}

/* Prices of the last round, where there are any, to begin with. */
static bool keep_prices(allocation *x, int64_t **ret, err *e)
{
    *ret = NULL;
    if (!x->has_answer || !x->is_priced) {
        return true;
    }
    int64_t *price = mem_new(x->pools.count * sizeof *price);
    if (price == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the prices of seats");
    }
    for (uint32_t j = 0; j < x->pools.count; j++) {
        price[j] = x->a.price[j] / x->a.price_scale;
    }
    *ret = price;
    return true;
}

/* Relaxed: without lower bounds. What that is worth at most bounds what any other can be, and its
 * prices are those of seats alone. */
static bool solve(allocation *x, bool is_relaxed, err *e)
{
    int64_t *price = NULL;
    int64_t from_ns = clock_monotonic_ns();
    if (!keep_prices(x, &price, e)) {
        return false;
    }
    drop_answer(x);
    bool is_done =
        edges_instance(&x->r->edges, &x->pools, x->needs, x->is_out, &x->x, &x->edge_of, e);
    if (!is_done) {
        mem_free(price);
        return false;
    }
    x->x.price = price;
    x->x.stop = &x->r->job->allocator_stop;
    if (is_relaxed) {
        mem_free(x->x.min_seats);
        x->x.min_seats = NULL;
    }
    is_done = batch_rank_people(x, e) && assign_run(&x->x, x->allocator, &x->a, e);
    x->has_answer = is_done;
    x->solve_ns += clock_monotonic_ns() - from_ns;
    if (!is_done && !batch_may_go_on(x->r)) {
        (void)fail(e, ERR_CANCELLED, "the batch run was stopped");
    }
    return is_done;
}

static bool names_prices(const allocation *x)
{
    for (uint32_t j = 0; j < x->pools.count; j++) {
        if (x->a.price[j] > 0) {
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------------------------ on demand */

typedef struct asking {
    allocation *x;
    demand demand;
    match_query query;
} asking;

/* People next to each other in one segment who take part. */
typedef struct stretch {
    const segment *part;
    uint32_t rows[BATCH_BLOCK_LEN];
    int32_t floors[BATCH_BLOCK_LEN];
    uint32_t people[BATCH_BLOCK_LEN];
    uint32_t count;
} stretch;

static void put_answer(uint32_t person, const match_edge *found, uint32_t count, buf *out)
{
    if (count > 0) {
        buf_put(out, &person, sizeof person);
        buf_put(out, &count, sizeof count);
        buf_put(out, found, count * sizeof *found);
    }
}

static bool ask_stretch(match_batch *batch, engine_worker *w, stretch *s, sweep_output *out, err *e)
{
    arena *a = engine_worker_arena(w);
    match_edge *found = arena_make_array(a, (size_t)s->count * ROUND_TOP, match_edge);
    uint32_t *counts = arena_make_array(a, s->count, uint32_t);
    if (found == NULL || counts == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a block of a batch run");
    }
    if (!match_batch_best(batch, s->part, s->rows, s->count, s->floors, found, counts, e)) {
        return false;
    }
    for (uint32_t i = 0; i < s->count; i++) {
        put_answer(s->people[i], found + (size_t)i * ROUND_TOP, counts[i], &out->lists);
    }
    s->count = 0;
    return true;
}

static bool ask_again(void *context, engine_worker *w, uint32_t begin, uint32_t end,
                      sweep_output *out, err *e)
{
    const asking *k = context;
    const batch_work *r = k->x->r;
    match_batch *batch = NULL;
    stretch s = {.part = NULL};
    bool is_good = match_batch_new(engine_worker_match(w), &k->query, SIDE_SEEKER, &batch, e);
    for (uint32_t i = begin; i < end && is_good; i++) {
        const uint32_t *row = NULL;
        uint32_t person = r->roster.order[i];
        const segment *part = roster_seeker(&r->roster, person, &row);
        if (k->x->is_out != NULL && k->x->is_out[person]) {
            continue;
        }
        if (s.count > 0 && part != s.part) {
            is_good = ask_stretch(batch, w, &s, out, e);
        }
        s.part = part;
        s.rows[s.count] = *row;
        s.people[s.count] = person;
        s.floors[s.count++] = demand_floor(&k->demand, person);
    }
    is_good = is_good && (s.count == 0 || ask_stretch(batch, w, &s, out, e));
    match_batch_free(&batch);
    return is_good;
}

static bool take_answers(void *context, uint32_t block, const sweep_output *out, err *e)
{
    asking *k = context;
    size_t at = 0;
    (void)block;
    while (at < out->lists.len) {
        uint32_t person = 0;
        uint32_t count = 0;
        match_edge found[ROUND_TOP];
        memcpy(&person, out->lists.base + at, sizeof person);
        memcpy(&count, out->lists.base + at + sizeof person, sizeof count);
        check(count <= ROUND_TOP);
        at += sizeof person + sizeof count;
        memcpy(found, out->lists.base + at, count * sizeof *found);
        at += count * sizeof *found;
        if (!demand_take(&k->demand, person, found, count, e)) {
            return false;
        }
    }
    return true;
}

static bool look_around(void *context)
{
    const asking *k = context;
    batch_tell(k->x->r->board, k->x->r->job, k->x->rounds, 0, "asking again with prices");
    return batch_may_go_on(k->x->r);
}

/* One round: everybody is asked with the prices there are. */
static bool ask_everybody(asking *k, err *e)
{
    allocation *x = k->x;
    sweep_config config = {.count = x->r->roster.seeker_count,
                           .block_len = BATCH_BLOCK_LEN,
                           .work = ask_again,
                           .deliver = take_answers,
                           .tick = look_around,
                           .context = k};
    int64_t from_ns = clock_monotonic_ns();
    bool is_done = demand_price(&k->demand, &x->x, &x->a, x->needs, x->is_out, e) &&
                   sweep_run(x->r->board->engine, &config, e);
    if (is_done) {
        int64_t proven = demand_bound(&k->demand, x->is_out);
        x->bound = proven < x->bound ? proven : x->bound;
        x->rounds++;
    }
    x->ask_ns += clock_monotonic_ns() - from_ns;
    return is_done;
}

static bool is_near_enough(const allocation *x)
{
    int64_t missed = x->bound - x->a.objective;
    return missed <= 0 || (double)missed * 1e6 <= (double)x->bound * GAP_PPM;
}

static bool meet_demand(allocation *x, err *e)
{
    asking k = {.x = x, .query = batch_query(x->r)};
    if (!demand_begin(&x->r->roster, &x->pools, &x->r->edges, &k.demand, e)) {
        return false;
    }
    x->priced = x->r->strategy->resolved;
    x->priced.last_kinds = 0; /* here prices decide */
    k.query.strategy = &x->priced;
    k.query.limit = ROUND_TOP;
    k.query.prices = k.demand.row_price;
    bool is_done = true;
    for (uint32_t round = 0; round < ROUND_MAX && is_done; round++) {
        is_done = ask_everybody(&k, e);
        if (!is_done) {
            break;
        }
        log_event(LOG_DEBUG, "batch.round",
                  "id=%s round=%u assigned=%u objective=%lld bound=%lld edges=%u added=%llu "
                  "solve_ms=%lld ask_ms=%lld",
                  x->r->job->id, x->rounds, x->a.assigned_count, (long long)x->a.objective,
                  (long long)x->bound, x->x.edge_count, (unsigned long long)k.demand.added,
                  (long long)(x->solve_ns / 1000000), (long long)(x->ask_ns / 1000000));
        if (is_near_enough(x) || k.demand.added == 0) {
            break;
        }
        is_done = edges_settle(&x->r->edges, e) && solve(x, true, e);
    }
    demand_fini(&k.demand);
    edges_forget_added(&x->r->edges); /* what the last round found and nobody needs */
    return is_done;
}

/* ------------------------------------------------------------------------------------ lower bounds
 */

/* Seats handed out in an intake's pools. */
static bool count_used(const allocation *x, uint32_t **ret, err *e)
{
    uint32_t *used = mem_new(x->r->roster.intake_count * sizeof *used);
    if (used == NULL) {
        return fail(e, ERR_MEMORY, "no memory to look at lower bounds");
    }
    for (uint32_t i = 0; i < x->x.seekers.count; i++) {
        uint32_t t = x->a.edge[i];
        if (t != LOTSE_NO_EDGE) {
            used[x->pools.pools[x->x.intake[t]].intake] += x->x.need == NULL ? 1 : x->x.need[t];
        }
    }
    *ret = used;
    return true;
}

/* A lower bound over several pools is no allocator's: the emptiest course that stays below its
 * bound is closed, and all is handed out again without it. Yields whether there was one. */
static bool close_below(allocation *x, const uint32_t *used, bool closes_all)
{
    uint32_t emptiest = UINT32_MAX;
    uint32_t closed_count = 0;
    for (uint32_t i = 0; i < x->r->roster.intake_count; i++) {
        uint32_t least = x->pools.seats_min[i];
        if (used[i] == 0 || used[i] >= least || x->pools.is_closed[i]) {
            continue;
        }
        if (closes_all) {
            x->pools.is_closed[i] = true;
            closed_count++;
        } else if (emptiest == UINT32_MAX || (uint64_t)used[i] * x->pools.seats_min[emptiest] <
                                                 (uint64_t)used[emptiest] * least) {
            emptiest = i;
        }
    }
    if (emptiest != UINT32_MAX) {
        x->pools.is_closed[emptiest] = true;
        closed_count++;
    }
    return closed_count > 0;
}

static bool settle_courses(allocation *x, err *e)
{
    bool is_done = true;
    bool goes_on = x->pools.has_min;
    for (uint32_t round = 0; goes_on && is_done; round++) {
        uint32_t *used = NULL;
        if (!count_used(x, &used, e)) {
            return false;
        }
        bool has_closed = close_below(x, used, round >= CLOSE_ONE_MAX);
        bool has_released = batch_release_below(x, used);
        mem_free(used);
        goes_on = has_closed || has_released;
        if (goes_on) {
            x->is_closing = true;
            is_done = solve(x, false, e);
        }
    }
    return is_done;
}

/* ------------------------------------------------------------------------------------ the whole */

static uint32_t held_seats(void *context, bytes offer_id)
{
    const batch_work *r = context;
    return engine_crowd_of(r->board->engine, offer_id, r->job->spec.as_of).held;
}

static bool hand_out(allocation *x, err *e)
{
    batch_work *r = x->r;
    pools_config config = {.roster = &r->roster,
                           .as_of = r->job->spec.as_of,
                           .cap = r->job->spec.cap,
                           .held = held_seats,
                           .context = r};
    batch_set_phase(r, "handing out seats");
    if (!registry_allocator(engine_pin_registry(r->pin), x->allocator_id, &x->allocator, e) ||
        !edges_settle(&r->edges, e) || !pools_make(&config, &x->pools, e) ||
        !batch_read_inputs(x, e) || !batch_keep_standing(x, e) || !solve(x, true, e)) {
        return false;
    }
    x->is_priced = names_prices(x);
    if (x->is_priced && !meet_demand(x, e)) {
        return false;
    }
    return !x->pools.has_min || (solve(x, false, e) && settle_courses(x, e));
}

static bool keep_summary(allocation *x, err *e)
{
    buf text = {0};
    batch_summarise(x, &text);
    const char *ended = buf_terminated(&text);
    char *kept = text.failed ? NULL : mem_new(text.len + 1);
    if (kept == NULL) {
        buf_fini(&text);
        return fail(e, ERR_MEMORY, "no memory to sum the batch run up");
    }
    memcpy(kept, ended, text.len + 1);
    buf_fini(&text);
    pthread_mutex_lock(&x->r->board->lock);
    mem_free(x->r->job->summary);
    x->r->job->summary = kept;
    pthread_mutex_unlock(&x->r->board->lock);
    return true;
}

bool allocation_make(batch_work *r, const char *allocator_id, allocation *x, err *e)
{
    *x = (allocation){.r = r, .allocator_id = allocator_id, .bound = INT64_MAX};
    return hand_out(x, e);
}

void allocation_fini(allocation *x)
{
    drop_answer(x);
    if (x->allocator != NULL) {
        x->allocator->destroy(x->allocator->self);
        x->allocator = NULL;
    }
    pools_fini(&x->pools);
    mem_free(x->needs);
    mem_free(x->is_out);
    mem_free(x->kept);
    buf_fini(&x->keep_texts);
}

bool batch_allocate(batch_work *r, err *e)
{
    allocation x = {0};
    bool is_done = allocation_make(r, r->job->spec.allocator, &x, e) &&
                   batch_write_proposals(&x, e) && keep_summary(&x, e);
    allocation_fini(&x);
    return is_done;
}
