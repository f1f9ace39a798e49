/* lotse.cardinality: the most people placed, and among such plans the greatest sum of scores. */

#include "best.h"
#include "entry.h"

const char allocator_id[] = "lotse.cardinality";

lotse_status allocator_run(const int64_t *params, const lotse_market *block,
                           lotse_allocation *answer)
{
    (void)params;
    market k = market_of(block);
    plan p = {.edge = (uint32_t *)((uintptr_t)answer + (uintptr_t)answer->edge_offset)};
    lotse_status status = best_run(&k, true, 0, &p);
    answer->is_proven = p.is_proven;
    return status;
}
