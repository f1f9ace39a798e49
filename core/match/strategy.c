#include <string.h>

#include "base/check.h"
#include "match/program.h"

/* Weights that a caller names for one question. */

enum { UNNAMED = -1 };

static bool is_named(const strategy *s, uint32_t index, bytes name)
{
    const char *id = s->program->criteria[s->criteria[index].criterion].id;
    return bytes_equal_text(name, id) ||
           (strncmp(id, "lotse.", 6) == 0 && bytes_equal_text(name, id + 6));
}

/* The rest in the old proportion: whole parts first, then one each by the largest remainder; the
 * strategy's order decides between equal remainders. */
static void share_rest(const strategy *s, int64_t rest, int64_t old_sum, int64_t *weights)
{
    int64_t remainders[CRITERION_COUNT_MAX] = {0};
    int64_t left = rest;
    bool is_open[CRITERION_COUNT_MAX] = {false};
    for (uint32_t i = 0; i < s->criterion_count; i++) {
        if (weights[i] == UNNAMED) {
            int64_t part = rest * s->criteria[i].weight;
            weights[i] = part / old_sum;
            remainders[i] = part % old_sum;
            is_open[i] = true;
            left -= weights[i];
        }
    }
    while (left > 0) {
        uint32_t best = s->criterion_count;
        for (uint32_t i = 0; i < s->criterion_count; i++) {
            if (is_open[i] && (best == s->criterion_count || remainders[i] > remainders[best])) {
                best = i;
            }
        }
        check(best < s->criterion_count); /* remainders sum to less than one each */
        weights[best]++;
        is_open[best] = false;
        left--;
    }
}

static bool take_named(const strategy *s, const named_weight *named, uint32_t named_count,
                       int64_t *weights, int64_t *ret_sum, err *e)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < named_count; i++) {
        int shown = (int)(named[i].criterion.len < 80 ? named[i].criterion.len : 80);
        uint32_t index = 0;
        while (index < s->criterion_count && !is_named(s, index, named[i].criterion)) {
            index++;
        }
        if (index == s->criterion_count) {
            return fail(e, ERR_WEIGHTS_SUM, "strategy \"%s\" has no criterion \"%.*s\"", s->id,
                        shown, named[i].criterion.base);
        }
        if (weights[index] != UNNAMED) {
            return fail(e, ERR_WEIGHTS_SUM, "the weight of \"%.*s\" is named twice", shown,
                        named[i].criterion.base);
        }
        if (named[i].weight < 0 || named[i].weight > POINTS_MAX) {
            return fail(e, ERR_WEIGHTS_SUM,
                        "the weight of \"%.*s\" is %lld, it must lie between 0 and 1000000", shown,
                        named[i].criterion.base, (long long)named[i].weight);
        }
        weights[index] = named[i].weight;
        sum += named[i].weight;
    }
    *ret_sum = sum;
    return true;
}

bool strategy_reweigh(strategy *s, const named_weight *named, uint32_t named_count, err *e)
{
    check(s->criterion_count <= CRITERION_COUNT_MAX);
    if (named_count == 0) {
        return true;
    }
    int64_t weights[CRITERION_COUNT_MAX];
    for (uint32_t i = 0; i < s->criterion_count; i++) {
        weights[i] = UNNAMED;
    }
    int64_t sum = 0;
    if (!take_named(s, named, named_count, weights, &sum, e)) {
        return false;
    }
    int64_t old_sum = 0;
    for (uint32_t i = 0; i < s->criterion_count; i++) {
        old_sum += weights[i] == UNNAMED ? s->criteria[i].weight : 0;
    }
    if (sum > POINTS_MAX) {
        return fail(e, ERR_WEIGHTS_SUM, "the named weights sum to %lld, more than 1000000",
                    (long long)sum);
    }
    if (sum < POINTS_MAX && old_sum == 0) {
        fail(e, ERR_WEIGHTS_SUM,
             "the named weights sum to %lld, and no other criterion can take the rest",
             (long long)sum);
        return err_hint(e, "Weights are parts per million and sum to 1000000.");
    }
    share_rest(s, POINTS_MAX - sum, old_sum == 0 ? 1 : old_sum, weights);
    for (uint32_t i = 0; i < s->criterion_count; i++) {
        s->criteria[i].weight = (int32_t)weights[i];
    }
    return true;
}
