#ifndef CORE_ENGINE_BATCH_ALLOCATE_H
#define CORE_ENGINE_BATCH_ALLOCATE_H

#include "assign/assign.h"
#include "assign/demand.h"
#include "assign/pools.h"
#include "engine/batch_state.h"

/* What the files that hand out seats share. */

/* What becomes of something that stood before. */
typedef enum standing {
    STANDING_NONE,       /* nothing stood */
    STANDING_KEPT,       /* it stays */
    STANDING_OFFER_GONE, /* the rest: why it could not */
    STANDING_NO_FIT,
    STANDING_NO_SEAT,
    STANDING_BELOW_MIN
} standing;

typedef struct kept_entry {
    uint32_t intake; /* of the roster; UINT32_MAX: not there any more */
    int32_t score;
    bool is_check;
    uint8_t standing;
    uint32_t text; /* what it was: offer and intake, as in the list, in keep_texts */
} kept_entry;

typedef struct allocation {
    batch_work *r;
    pools pools;
    uint32_t *needs;  /* seats a person takes; NULL: one each */
    bool *is_out;     /* of a person: keeps what stood; NULL: nothing stood */
    kept_entry *kept; /* of a person; NULL: nothing stood */
    buf keep_texts;
    uint32_t gone_count; /* people of the list who are not there any more */
    strategy priced;     /* the run's, where prices alone decide */
    const char *allocator_id;
    const lotse_allocator *allocator;
    instance x;
    uint64_t *edge_of; /* of x's edges: the known edge */
    assignment a;
    bool has_answer;
    bool is_priced;  /* the allocator names prices, and got edges on demand */
    int64_t bound;   /* of the sum over all admissible pairs; INT64_MAX: none was proven */
    uint32_t rounds; /* of asking again */
    bool is_closing; /* courses were closed by hand: nothing is proven any more */
    int64_t ask_ns, solve_ns;
} allocation;

/* batch_keep.c: lists that came with the run, and what stood before. */
bool batch_read_inputs(allocation *x, err *e);
/* Gives those who can stay their seats. */
bool batch_keep_standing(allocation *x, err *e);
/* Lets go of those whose course does not come about with them and the seats used anew, by intake.
 * Yields whether there were any. */
bool batch_release_below(allocation *x, const uint32_t *used);

/* batch_rank.c: how intakes see people, where the run names a strategy of theirs. */
bool batch_rank_people(allocation *x, err *e);

/* batch_propose.c: what is written. */
bool batch_write_proposals(allocation *x, err *e);
void batch_summarise(const allocation *x, buf *out);

/* batch_allocate.c, for those who want to know what would be: fills x, which allocation_fini
 * empties in any case. */
bool allocation_make(batch_work *r, const char *allocator_id, allocation *x, err *e);
void allocation_fini(allocation *x);

/* An edge that a person was given, or NULL. */
static inline const known_edge *allocation_edge(const allocation *x, uint32_t person)
{
    uint32_t chosen = x->a.edge[person];
    return chosen == LOTSE_NO_EDGE ? NULL : &x->r->edges.known[x->edge_of[chosen]];
}

#endif
