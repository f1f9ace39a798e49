#include "assign/assign.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "assign/parts.h"
#include "base/arena.h"
#include "base/check.h"
#include "base/clock.h"

__extension__ typedef __int128 wide; /* sums over millions of prices */

/* ------------------------------------------------------------------------------------ looking */

/* Whether the answer is one at all; then what it is worth. */
static bool look_at_edges(const instance *x, assignment *a, uint64_t *used, err *e)
{
    int64_t lowest = INT64_MAX;
    for (uint32_t i = 0; i < x->seekers.count; i++) {
        uint32_t chosen = a->edge[i];
        if (chosen == LOTSE_NO_EDGE) {
            continue;
        }
        if (chosen < x->begin[i] || chosen >= x->begin[i + 1]) {
            return fail(e, ERR_PLUGIN_FAULT, "the allocator gave a person an edge of another");
        }
        a->assigned_count++;
        a->objective += x->score[chosen];
        used[x->intake[chosen]] += need_of(x, chosen);
        int64_t best = INT64_MIN;
        for (uint32_t t = x->begin[i]; t < x->begin[i + 1]; t++) {
            best = x->score[t] > best ? x->score[t] : best;
        }
        int64_t share = best < 1 || x->score[chosen] < 0
                            ? -1
                            : (int64_t)((wide)x->score[chosen] * 1000000 / best);
        lowest = share < lowest ? share : lowest;
    }
    a->lowest_share_ppm = lowest == INT64_MAX ? -1 : lowest;
    a->is_feasible = true;
    for (uint32_t j = 0; j < x->intakes.count; j++) {
        bool is_below = x->min_seats != NULL && used[j] > 0 && used[j] < x->min_seats[j];
        a->is_feasible = a->is_feasible && used[j] <= x->seats[j] && !is_below;
        a->seats_used += used[j];
        a->intakes_used += used[j] > 0;
        a->seat_count += x->seats[j];
    }
    return true;
}

/* Under any prices for seats no assignment is worth more than all seats together and what everybody
 * gains at most. With prices of 0 that is everybody's best edge. */
static int64_t bound_of_prices(const instance *x, const int64_t *prices, int64_t scale,
                               uint64_t *wanted)
{
    wide sum = 0;
    for (uint32_t t = 0; t < x->edge_count; t++) {
        wanted[x->intake[t]] += need_of(x, t);
    }
    for (uint32_t j = 0; j < x->intakes.count; j++) {
        uint64_t seats = wanted[j] < x->seats[j] ? wanted[j] : x->seats[j];
        if (prices[j] < 0) {
            return INT64_MAX;
        }
        sum += (wide)prices[j] * (wide)seats;
    }
    for (uint32_t i = 0; i < x->seekers.count; i++) {
        wide best = 0;
        for (uint32_t t = x->begin[i]; t < x->begin[i + 1]; t++) {
            wide gain = (wide)x->score[t] * scale - (wide)prices[x->intake[t]] * need_of(x, t);
            best = gain > best ? gain : best;
        }
        sum += best;
    }
    sum /= scale;
    return sum > INT64_MAX ? INT64_MAX : (int64_t)sum;
}

static bool look_at_bound(const instance *x, int64_t said, const int64_t *prices, int64_t scale,
                          assignment *a, err *e)
{
    uint64_t *wanted = mem_new((size_t)x->intakes.count * sizeof(*wanted));
    if (wanted == NULL) {
        return fail(e, ERR_MEMORY, "no memory to look at the prices");
    }
    int64_t bound = scale < 1 ? INT64_MAX : bound_of_prices(x, prices, scale, wanted);
    mem_free(wanted);
    a->upper_bound = said < bound ? said : bound;
    if (a->is_feasible && a->upper_bound < a->objective) {
        return fail(e, ERR_PLUGIN_FAULT, "the allocator states a bound below its own answer");
    }
    return true;
}

/* ------------------------------------------------------------------------------------ running */

static uint64_t offset_of(const lotse_allocation *block, const void *array)
{
    return (uint64_t)((uintptr_t)array - (uintptr_t)block);
}

static bool run_allocator(const instance *x, const lotse_allocator *allocator, int64_t *prices,
                          lotse_allocation *answer, assignment *a, err *e)
{
    lotse_market market;
    lotse_error why = {.size = sizeof(why)};
    instance_market(x, &market);
    *answer = (lotse_allocation){.size = sizeof(*answer),
                                 .upper_bound = LOTSE_NO_BOUND,
                                 .price_scale = 1,
                                 .edge_offset = offset_of(answer, a->edge),
                                 .price_offset = offset_of(answer, prices)};
    for (uint32_t i = 0; i < x->seekers.count; i++) {
        a->edge[i] = LOTSE_NO_EDGE;
    }
    int64_t from_ns = clock_monotonic_ns();
    lotse_status status = allocator->allocate(allocator->self, &market, answer, &why);
    a->solve_ns = clock_monotonic_ns() - from_ns;
    a->is_proven = answer->is_proven != 0;
    if (status == LOTSE_OK) {
        return true;
    }
    why.sentence[sizeof(why.sentence) - 1] = 0;
    return fail(e, status == LOTSE_NO_MEMORY ? ERR_MEMORY : ERR_PLUGIN_FAULT,
                "the allocator gave no answer (status %d)%s%s", status,
                why.sentence[0] == 0 ? "" : ": ", why.sentence);
}

bool assign_run(const instance *x, const lotse_allocator *allocator, assignment *ret, err *e)
{
    assignment a = {0};
    lotse_allocation answer = {0};
    uint64_t *used = mem_new((size_t)x->intakes.count * sizeof(*used));
    a.edge = mem_new((size_t)x->seekers.count * sizeof(*a.edge));
    a.price = mem_new((size_t)x->intakes.count * sizeof(*a.price));
    bool is_done = a.price != NULL && used != NULL && a.edge != NULL;
    if (!is_done) {
        (void)fail(e, ERR_MEMORY, "no memory for an assignment");
    }
    is_done = is_done && run_allocator(x, allocator, a.price, &answer, &a, e) &&
              look_at_edges(x, &a, used, e) &&
              look_at_bound(x, answer.upper_bound, a.price, answer.price_scale, &a, e) &&
              blocking_count(x, a.edge, &a.blocking_pairs, e);
    mem_free(used);
    a.price_scale = answer.price_scale < 1 ? 1 : answer.price_scale;
    if (!is_done) {
        assignment_fini(&a);
        return false;
    }
    *ret = a;
    return true;
}

void assignment_fini(assignment *a)
{
    mem_free(a->edge);
    mem_free(a->price);
    *a = (assignment){0};
}

/* ------------------------------------------------------------------------------------ writing */

/* Quoted where it must be. */
static void put_field(buf *out, bytes text)
{
    if (memchr(text.base, ',', text.len) == NULL && memchr(text.base, '"', text.len) == NULL) {
        buf_put(out, text.base, text.len);
        return;
    }
    buf_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.base[i] == '"') {
            buf_char(out, '"');
        }
        buf_char(out, text.base[i]);
    }
    buf_char(out, '"');
}

static bool write_rows(const instance *x, const assignment *a, FILE *file)
{
    enum { CHUNK_LEN = 256 * 1024 };
    buf out = {0};
    bool is_written = true;
    buf_text(&out, "seeker,intake,score\n");
    for (uint32_t i = 0; i < x->seekers.count && is_written; i++) {
        uint32_t e = a->edge[i];
        if (e != LOTSE_NO_EDGE) {
            put_field(&out, ids_text(&x->seekers, i));
            buf_char(&out, ',');
            put_field(&out, ids_text(&x->intakes, x->intake[e]));
            buf_char(&out, ',');
            buf_int(&out, x->score[e]);
            buf_char(&out, '\n');
        }
        if (out.len > CHUNK_LEN) {
            is_written = !out.failed && fwrite(out.base, 1, out.len, file) == out.len;
            buf_clear(&out);
        }
    }
    is_written = is_written && !out.failed && fwrite(out.base, 1, out.len, file) == out.len;
    buf_fini(&out);
    return is_written;
}

bool assignment_write(const instance *x, const assignment *a, const char *path, err *e)
{
    FILE *file = fopen(path, "we");
    if (file == NULL) {
        return fail(e, ERR_FILE, "could not write \"%.200s\": %s", path, strerror(errno));
    }
    bool is_written = write_rows(x, a, file);
    int why = errno;
    if (fclose(file) != 0 && is_written) {
        is_written = false;
        why = errno;
    }
    return is_written || fail(e, ERR_FILE, "could not write \"%.200s\": %s", path, strerror(why));
}
