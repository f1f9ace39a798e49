/* lotse.welfare: the greatest sum of scores. */

#include "best.h"
#include "entry.h"

const char allocator_id[] = "lotse.welfare";

/* From so many edges on, the last millionths would take as long as everything before. */
enum { EXACT_EDGE_MAX = 5000000, NEAR_PPM = 20 };

lotse_status allocator_run(const int64_t *params, const lotse_market *block,
                           lotse_allocation *answer)
{
    market k = market_of(block);
    uint32_t gap_ppm = params[0] >= 0                  ? (uint32_t)params[0]
                       : k.edge_count > EXACT_EDGE_MAX ? NEAR_PPM
                                                       : 0;
    plan p = {.edge = (uint32_t *)((uintptr_t)answer + (uintptr_t)answer->edge_offset),
              .scale = 1,
              .bound = LOTSE_NO_BOUND};
    if (answer->price_offset != 0) {
        p.price = (int64_t *)((uintptr_t)answer + (uintptr_t)answer->price_offset);
    }
    lotse_status status = best_run(&k, false, gap_ppm, &p);
    answer->is_proven = p.is_proven;
    answer->upper_bound = p.bound;
    answer->price_scale = p.scale;
    return status;
}
