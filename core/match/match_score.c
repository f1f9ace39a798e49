/* Scores of given rows, whatever their gates say. */
#include "base/check.h"
#include "match/match_run.h"

/* A criterion that runs elsewhere is asked for the few rows that can still win, never for many at
 * once: here it counts as one that misses a fact. */
static int32_t points_of_late(const match_run_state *run)
{
    int32_t points = 0;
    for (uint32_t i = run->early_count; i < run->criterion_count; i++) {
        points += contribution(run->criteria[i].weight, POINTS_MAX / 2);
    }
    return points;
}

static bool score_chunk(match_run_state *run, const words *held, const run_anchor *anchor,
                        const uint32_t *rows, uint32_t count, int32_t *scores, err *e)
{
    match_worker *w = run->worker;
    const int32_t late = points_of_late(run);
    lotse_pairs pairs = {.size = sizeof pairs, .count = count};
    for (uint32_t i = 0; i < count; i++) {
        scores[i] = late;
        w->km[i] = anchor_km(w, anchor, held->segment, rows[i]);
    }
    for (uint32_t k = 0; k < run->early_count; k++) {
        const run_criterion *c = &run->criteria[k];
        pairs.km_offset = c->spec->uses_km ? (uint64_t)((uintptr_t)w->km - (uintptr_t)&pairs) : 0;
        if (c->instance->score(c->instance->self, &held->views[c->criterion].table, rows, count,
                               &pairs, w->verdicts, w->scores) != LOTSE_OK ||
            !narrow_answers_are_good(w->scores, w->verdicts, count)) {
            return fail(e, ERR_PLUGIN_FAULT, "the criterion \"%s\" did not score", c->spec->id);
        }
        for (uint32_t i = 0; i < count; i++) {
            scores[i] += contribution(c->weight, w->scores[i]);
        }
    }
    return true;
}

/* The criteria, those that run elsewhere behind the others. */
static bool find_criteria(match_run_state *run, const strategy *s, err *e)
{
    uint32_t late = s->criterion_count;
    run->criterion_count = s->criterion_count;
    for (uint32_t i = 0; i < s->criterion_count; i++) {
        run_criterion c = {.spec = &s->program->criteria[s->criteria[i].criterion],
                           .criterion = s->criteria[i].criterion,
                           .weight = s->criteria[i].weight};
        if (!worker_criterion(run->worker, c.criterion, s->criteria[i].params, &c.instance, e)) {
            return false;
        }
        c.late = late_of(c.spec, c.instance);
        run->criteria[c.late == NULL ? run->early_count++ : --late] = c;
    }
    return true;
}

bool match_scores(match_worker *w, const match_query *q, const segment *other, const uint32_t *rows,
                  uint32_t row_count, int32_t *ret_scores, err *e)
{
    const strategy *s = q->strategy;
    const words *held = NULL;
    check(q->anchor_row_count == 1);
    check(segment_side(other) != segment_side(q->anchor));
    if (!worker_use_program(w, s->program, e)) {
        return false;
    }
    arena_reset(&w->scratch);
    match_run_state *run = arena_make(&w->scratch, match_run_state);
    if (run == NULL) {
        return fail(e, ERR_MEMORY, "no memory to score rows");
    }
    run->worker = w;
    run->query = q;
    run->program = s->program;
    run->row_side = segment_side(other);
    run->derived = DERIVE_ALL;
    run_anchor anchor;
    bool is_done = find_criteria(run, s, e) && anchor_read(run, 0, &anchor, e) &&
                   anchor_select(run, &anchor, e) &&
                   words_hold(other, w->derive, s->program, q->as_of, &held, e);
    for (uint32_t at = 0; is_done && at < row_count; at += CHUNK_ROW_MAX) {
        uint32_t count = row_count - at < CHUNK_ROW_MAX ? row_count - at : CHUNK_ROW_MAX;
        is_done = score_chunk(run, held, &anchor, rows + at, count, ret_scores + at, e);
    }
    if (held != NULL) {
        words_release(held);
    }
    return is_done;
}
