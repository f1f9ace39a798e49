#include "plugin/answers.h"

#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "plugin/wire.h"

enum { CHECK_SCORE = 500000, KM_METRES_MAX = 50000000 };

static bool refuse(const manifest *m, err *e, const char *what, uint32_t index)
{
    (void)fail(e, ERR_PLUGIN_FAULT, "plugin \"%s\" %s", m->id.base, what);
    return err_detail(e, "It was number %u of the answer.", index);
}

bool answers_check_scores(const manifest *m, const uint8_t *verdicts, const int32_t *scores,
                          uint32_t row_count, err *e)
{
    for (uint32_t i = 0; i < row_count; i++) {
        if (scores[i] < 0 || scores[i] > POINTS_MAX) {
            return refuse(m, e, "answered a score outside of 0 to 1,000,000", i);
        }
        if (verdicts[i] > LOTSE_CHECK) {
            return refuse(m, e, "answered a verdict that does not exist", i);
        }
        if (verdicts[i] == LOTSE_CHECK && scores[i] != CHECK_SCORE) {
            return refuse(m, e, "answered check with a score other than 500,000", i);
        }
    }
    return true;
}

/* ------------------------------------------------------------------------------------ reasons */

static bool value_fits(const manifest_arg *named, const lotse_arg *arg, uint32_t values_count)
{
    bool is_absent = arg->value == LOTSE_ABSENT;
    switch (named->type) {
    case LOTSE_ARG_INT:
    case LOTSE_ARG_DAY:
        return arg->value >= INT32_MIN && arg->value <= INT32_MAX;
    case LOTSE_ARG_CODE:
        return is_absent || (arg->value >= 0 && named->codes != NULL &&
                             arg->value < (int64_t)named->codes->count);
    case LOTSE_ARG_CONCEPT:
        return arg->value >= 0 && arg->value <= UINT32_MAX;
    case LOTSE_ARG_KM:
        return is_absent || (arg->value >= -1 && arg->value <= KM_METRES_MAX);
    case LOTSE_ARG_CONCEPTS:
        return arg->value >= 0 && arg->value <= (int64_t)values_count &&
               arg->count <= values_count - (uint64_t)arg->value;
    default:
        return false;
    }
}

static bool check_reason(const manifest *m, const lotse_reason *r, uint32_t values_count,
                         uint32_t index, err *e)
{
    if (r->row_index != 0) {
        return refuse(m, e, "gave a reason for a row that it was not asked about, or out of order",
                      index);
    }
    if (r->sentence >= m->sentence_count) {
        return refuse(m, e, "gave a reason with a sentence that its manifest does not have", index);
    }
    const manifest_sentence *s = &m->sentences[r->sentence];
    if (r->arg_count != s->arg_count) {
        return refuse(m, e, "gave a reason with more or fewer arguments than its sentence takes",
                      index);
    }
    for (uint32_t i = 0; i < r->arg_count; i++) {
        if (r->args[i].type != s->args[i].type) {
            return refuse(m, e, "gave an argument of another type than its sentence takes", index);
        }
        if (!value_fits(&s->args[i], &r->args[i], values_count)) {
            return refuse(m, e, "gave an argument that cannot be", index);
        }
    }
    return true;
}

static bool check_reasons(const manifest *m, const late_reasons *r, err *e)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < r->count; i++) {
        if (!check_reason(m, &r->reasons[i], r->values_count, i, e)) {
            return false;
        }
        sum += r->reasons[i].points;
        if (sum < 0 || sum > POINTS_MAX) {
            return refuse(m, e, "gave reasons that add up to less than 0 or more than 1,000,000",
                          i);
        }
    }
    return true;
}

bool answers_take_reasons(const manifest *m, const answers_block *block, arena *a,
                          late_reasons *ret, bool *ret_needs_room, err *e)
{
    lotse_reasons head;
    memcpy(&head, block->base, sizeof head);
    if (head.count > block->capacity || head.values_count > block->values_capacity) {
        return refuse(m, e, "explained beyond the room it was given", head.count);
    }
    *ret_needs_room = head.count == 0;
    if (head.count == 0) {
        return true;
    }
    const char *reasons = (const char *)block->base + sizeof head;
    const char *values = reasons + (size_t)block->capacity * sizeof(lotse_reason);
    lotse_reason *kept = arena_make_array(a, head.count, lotse_reason);
    uint32_t *kept_values = arena_make_array(a, head.values_count, uint32_t);
    if (kept == NULL || kept_values == NULL) {
        return fail(e, ERR_MEMORY, "no memory for reasons");
    }
    memcpy(kept, reasons, head.count * sizeof *kept);
    memcpy(kept_values, values, head.values_count * sizeof *kept_values);
    const late_reasons taken = {kept, head.count, kept_values, head.values_count};
    if (!check_reasons(m, &taken, e)) {
        return false;
    }
    *ret = taken;
    return true;
}

/* ------------------------------------------------------------------------------------ derived */

static bool derived_fits(const manifest_field *f, const char *value)
{
    if (f->type == LOTSE_FLAG) {
        return *(const uint8_t *)value <= 1;
    }
    if (f->type == LOTSE_CODE_SET) {
        lotse_codes codes;
        memcpy(&codes, value, sizeof codes);
        uint32_t count = f->codes == NULL ? 0 : f->codes->count;
        uint64_t all = count >= 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1;
        return (codes.members & ~codes.known) == 0 && (codes.members & ~all) == 0;
    }
    return true; /* any number, any day */
}

bool answers_check_derived(const manifest *m, const manifest_field *f, const void *values,
                           const uint8_t *known, uint32_t row_count, err *e)
{
    uint32_t width = wire_width(f->type);
    for (uint32_t i = 0; i < row_count; i++) {
        if (known[i] > 1) {
            return refuse(m, e, "answered a field as neither known nor unknown", i);
        }
        if (known[i] == 1 && !derived_fits(f, (const char *)values + (size_t)i * width)) {
            return refuse(m, e, "answered a value that its field cannot have", i);
        }
    }
    return true;
}
