#ifndef CORE_API_API_PROPOSAL_H
#define CORE_API_API_PROPOSAL_H

#include "api/api_document.h"
#include "api/match_write.h"

/* A proposal keeps matches with everything they rest on: the versions of the person's record and of
 * each offer, strategy, weights, plugins with their hashes, day and language. So it can be made
 * again later, byte for byte, or the input that changed can be named. */
typedef struct proposal_parts {
    const char *id; /* of document_id_new('p') */
    bytes intake;   /* the one that was asked for; absent: the best of the offer */
    const match_hit *hits;
    const match_pair *pairs; /* beside hits where they were judged already, else NULL */
    uint32_t hit_count;
} proposal_parts;

/* The document, to `out`. The writer's question has a stored person as its anchor. [worker] */
bool proposal_print(const proposal_parts *p, api_job *job, match_writer *m, buf *out, err *e);
/* Adds it to the writes. [worker] */
bool proposal_put(engine_writes *writes, const proposal_parts *p, const match_writer *m, bytes json,
                  err *e);

#endif
