/* Scores of given rows, whatever their gates say. */
#include "base/check.h"
#include "match/match_run.h"

static bool score_chunk(const match_query *q, const words *held, const run_anchor *anchor,
                        const lotse_criterion *const *instances, match_worker *w,
                        const uint32_t *rows, uint32_t count, int32_t *scores, err *e)
{
    const strategy *s = q->strategy;
    lotse_pairs pairs = {.size = sizeof pairs, .count = count};
    for (uint32_t i = 0; i < count; i++) {
        scores[i] = 0;
        w->km[i] = anchor_km(w, anchor, held->segment, rows[i]);
    }
    for (uint32_t k = 0; k < s->criterion_count; k++) {
        uint32_t number = s->criteria[k].criterion;
        const criterion_spec *spec = &s->program->criteria[number];
        pairs.km_offset = spec->uses_km ? (uint64_t)((uintptr_t)w->km - (uintptr_t)&pairs) : 0;
        if (instances[k]->score(instances[k]->self, &held->views[number].table, rows, count, &pairs,
                                w->verdicts, w->scores) != LOTSE_OK ||
            !narrow_answers_are_good(w->scores, w->verdicts, count)) {
            return fail(e, ERR_PLUGIN_FAULT, "the criterion \"%s\" did not score", spec->id);
        }
        for (uint32_t i = 0; i < count; i++) {
            scores[i] += contribution(s->criteria[k].weight, w->scores[i]);
        }
    }
    return true;
}

bool match_scores(match_worker *w, const match_query *q, const segment *other, const uint32_t *rows,
                  uint32_t row_count, int32_t *ret_scores, err *e)
{
    const strategy *s = q->strategy;
    const lotse_criterion *instances[CRITERION_COUNT_MAX];
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
    run->criterion_count = s->criterion_count;
    for (uint32_t i = 0; i < s->criterion_count; i++) {
        run->criteria[i].spec = &s->program->criteria[s->criteria[i].criterion];
        if (!worker_criterion(w, s->criteria[i].criterion, s->criteria[i].params,
                              &run->criteria[i].instance, e)) {
            return false;
        }
        instances[i] = run->criteria[i].instance;
    }
    run_anchor anchor;
    bool is_done = anchor_read(run, 0, &anchor, e) && anchor_select(run, &anchor, e) &&
                   words_hold(other, w->derive, s->program, q->as_of, &held, e);
    for (uint32_t at = 0; is_done && at < row_count; at += CHUNK_ROW_MAX) {
        uint32_t count = row_count - at < CHUNK_ROW_MAX ? row_count - at : CHUNK_ROW_MAX;
        is_done = score_chunk(q, held, &anchor, instances, w, rows + at, count, ret_scores + at, e);
    }
    if (held != NULL) {
        words_release(held);
    }
    return is_done;
}
