#include "say/steps.h"

#include <string.h>

#include "base/check.h"
#include "match/gate_value.h"

/* Steps are conditions on single columns, read like a gate reads them; a field that is not known
 * makes no step due, except where a step waits for what somebody does not have. */

enum { PATH_LEN_MAX = 200 };

static uint16_t column_at(const match_program *p, record_side side, bytes path)
{
    char text[PATH_LEN_MAX + 1];
    if (path.base == NULL || path.len > PATH_LEN_MAX) {
        return UINT16_MAX;
    }
    memcpy(text, path.base, path.len);
    text[path.len] = '\0';
    return program_column(p, side, text);
}

/* The field is known and holds any of the codes; a flag holds bit 1 where it is set. */
static bool holds_any(const gate_call *c, record_side side, bytes path, uint64_t codes)
{
    uint16_t column = column_at(c->program, side, path);
    if (column == UINT16_MAX) {
        return false;
    }
    const field *f = c->program->columns[side].columns[column].field;
    if (f->type == LOTSE_FLAG) {
        gate_number flag = gate_read_number(c, side, column);
        return flag.is_known && (codes >> flag.value & 1u) != 0;
    }
    gate_set set = gate_read_set(c, side, column);
    return (set.members & codes) != 0;
}

static bool is_due(const gate_call *c, const manifest_step *s)
{
    if (!holds_any(c, s->when_side, s->when_path, s->when_codes) &&
        !holds_any(c, s->when_side, s->when_or_path, s->when_codes)) {
        return false;
    }
    if (!s->has_seeker_when) {
        return true;
    }
    bool seeker_holds = holds_any(c, SIDE_SEEKER, s->seeker_path, s->seeker_codes);
    return seeker_holds != s->seeker_is_none;
}

static bool is_listed(const step *steps, uint32_t count, bytes id)
{
    for (uint32_t i = 0; i < count; i++) {
        if (bytes_equal(steps[i].step->id, id)) {
            return true;
        }
    }
    return false;
}

static step step_of(const gate_call *c, const manifest_step *s)
{
    step ret = {.step = s};
    uint16_t column = column_at(c->program, SIDE_OFFER, s->by_path);
    if (column != UINT16_MAX) {
        gate_number by = gate_read_number(c, SIDE_OFFER, column);
        ret.has_by = by.is_known && by.value != LOTSE_OPEN;
        ret.by = (day)by.value;
    }
    return ret;
}

bool steps_of(const match_program *p, const manifest *const *manifests, const gate_row *seeker,
              const gate_row *offer, arena *a, const step **ret, uint32_t *ret_count, err *e)
{
    gate_call c = {.program = p, .rows = {[SIDE_SEEKER] = seeker, [SIDE_OFFER] = offer}};
    uint32_t count_max = 0;
    for (uint32_t i = 0; i < p->plugin_count; i++) {
        count_max += manifests[i]->step_count;
    }
    step *steps = arena_make_array(a, count_max, step);
    if (steps == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the steps of a match");
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < p->plugin_count; i++) {
        for (uint32_t k = 0; k < manifests[i]->step_count; k++) {
            const manifest_step *s = &manifests[i]->steps[k];
            if (!is_listed(steps, count, s->id) && is_due(&c, s)) {
                steps[count++] = step_of(&c, s);
            }
        }
    }
    *ret = steps;
    *ret_count = count;
    return true;
}
