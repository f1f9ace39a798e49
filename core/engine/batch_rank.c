/* How intakes see people: by the score of a strategy of the offers' side, where the run names one.
 * Who passes none of its conditions comes last, but is not turned away: only the run's own
 * conditions do that. */
#include "base/arena.h"
#include "engine/batch_allocate.h"

enum { RANK_LEN = 64, RANK_LAST = 1000002 };

typedef struct ranking {
    allocation *x;
    match_query query;
    uint32_t *rank; /* of a known edge; 0: not asked for yet */
} ranking;

static bool rank_block(void *context, engine_worker *w, uint32_t begin, uint32_t end,
                       sweep_output *out, err *e)
{
    const ranking *k = context;
    const batch_work *r = k->x->r;
    (void)out;
    for (uint32_t i = begin; i < end; i++) {
        match_query q = k->query;
        const uint32_t *anchor_row = NULL;
        q.anchor = roster_seeker(&r->roster, i, &anchor_row);
        q.anchor_rows = anchor_row;
        q.anchor_row_count = 1;
        for (uint64_t t = r->edges.begin[i]; t < r->edges.begin[i + 1]; t++) {
            match_pair pair = {0};
            uint32_t row = 0;
            const segment *other = roster_intake(&r->roster, r->edges.known[t].intake, &row);
            arena_reset(engine_worker_arena(w));
            if (!match_pair_judge(engine_worker_match(w), &q, other, &row, 1,
                                  engine_worker_arena(w), &pair, e)) {
                return false;
            }
            k->rank[t] = pair.hit.verdict == VERDICT_NO
                             ? RANK_LAST
                             : (uint32_t)(POINTS_MAX + 1 - pair.hit.score);
        }
    }
    return true;
}

bool batch_rank_people(allocation *x, err *e)
{
    const batch_spec *spec = &x->r->job->spec;
    const engine_strategy *theirs = NULL;
    if (spec->offer_strategy[0] == '\0') {
        return true;
    }
    if (!engine_pin_strategy(x->r->pin, bytes_of(spec->offer_strategy), &theirs, e)) {
        return false;
    }
    if (!theirs->is_usable) {
        return fail(e, ERR_STRATEGY_INVALID, "strategy \"%s\" cannot be used: %.200s",
                    spec->offer_strategy, theirs->why.text);
    }
    ranking k = {.x = x, .query = batch_query(x->r)};
    k.query.strategy = &theirs->resolved;
    k.query.limit = 1;
    k.rank = mem_new(x->r->edges.begin[x->r->edges.person_count] * sizeof *k.rank);
    x->x.intake_rank = mem_new(x->x.edge_count * sizeof *x->x.intake_rank);
    sweep_config config = {.count = x->r->roster.seeker_count,
                           .block_len = RANK_LEN,
                           .work = rank_block,
                           .context = &k};
    bool is_done = k.rank != NULL && x->x.intake_rank != NULL;
    is_done = is_done ? sweep_run(x->r->board->engine, &config, e)
                      : fail(e, ERR_MEMORY, "no memory for how intakes see people");
    for (uint32_t t = 0; is_done && t < x->x.edge_count; t++) {
        x->x.intake_rank[t] = k.rank[x->edge_of[t]];
    }
    mem_free(k.rank);
    return is_done;
}
