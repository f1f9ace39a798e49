#include "best.h"

#include "auction.h"
#include "cover.h"
#include "openings.h"
#include "search.h"

#define WEIGHT_SUM_MAX ((int64_t)1 << 61)

enum { BONUS_STEP = 16 };

/* A bonus for everybody placed makes the greatest sum place the most: surely when it exceeds what
 * all scores together could lose. A smaller one makes the auction's work smaller, and when the most
 * people are placed it was large enough. */
static lotse_status run_with_bonus(const market *k, int64_t bonus_max, plan *ret)
{
    uint32_t count_max = 0;
    lotse_status status = cover_count(k, &count_max);
    int64_t bonus = 2 * market_score_max(k) + 1;
    while (status == LOTSE_OK) {
        bonus = bonus > bonus_max ? bonus_max : bonus;
        status = auction_run(k, bonus, 0, ret);
        bool has_most = status == LOTSE_OK && plan_count(k, ret->edge) == count_max;
        ret->is_proven = ret->is_proven && has_most;
        if (has_most || bonus == bonus_max) {
            break;
        }
        bonus = bonus > bonus_max / BONUS_STEP ? bonus_max : bonus * BONUS_STEP;
    }
    return status;
}

lotse_status best_run(const market *k, bool most_first, uint32_t gap_ppm, plan *ret)
{
    int64_t score_max = market_score_max(k);
    int64_t people = (int64_t)k->seeker_count + 1;
    int64_t bonus_max = WEIGHT_SUM_MAX / people - score_max;
    int64_t bonus_sure = 0;
    bool is_sure =
        !__builtin_mul_overflow(2 * score_max + 1, people, &bonus_sure) && bonus_sure <= bonus_max;
    bonus_max = is_sure ? bonus_sure : bonus_max;
    bool is_plain = k->need == NULL && k->min_seats == NULL;
    lotse_status status = LOTSE_OK;
    if (is_plain) {
        status = most_first ? run_with_bonus(k, bonus_max, ret) : auction_run(k, 0, gap_ppm, ret);
    } else if (k->need == NULL) {
        status = openings_run(k, most_first ? bonus_max : 0, ret);
        ret->is_proven = ret->is_proven && (!most_first || is_sure);
    } else {
        status = search_run(k, most_first ? bonus_max : 0, ret);
        ret->is_proven = ret->is_proven && (!most_first || is_sure);
    }
    ret->bound = most_first ? LOTSE_NO_BOUND : ret->bound;
    return status;
}
