#ifndef CORE_API_QUESTION_H
#define CORE_API_QUESTION_H

#include "api/parts.h"
#include "match/match.h"

/* What a caller of match.* asked, made ready for the matcher. Lives in the worker's arena, but for
 * a segment that was built for this question alone. */
typedef struct question {
    record_side side; /* of the anchor */
    bytes anchor_id;
    segment *own;      /* of an anchor that is not stored as asked; NULL: the stored one */
    bytes anchor_text; /* the anchor's record where it was read or made; base NULL: not needed */
    strategy strategy; /* with the weights to be used */
    match_query query;
    const char *lang;
} question;

/* Reads the parameters of match.query, finds or builds the anchor. question_end must follow in any
 * case. `q` comes zeroed. [worker] */
bool question_begin(api_job *job, engine_worker *w, question *q, err *e);
/* Those of match.explain: the anchor is the person, the offer is not looked at. [worker] */
bool question_begin_pair(api_job *job, engine_worker *w, question *q, err *e);
/* A list of kinds as a mask. ERR_FIELD_CODE. */
bool question_kinds(const json_node *kinds, uint64_t *ret, err *e);
void question_end(question *q);
/* The rows of an offer in the question's snapshot; those of one intake if it is named.
 * ERR_NOT_FOUND at /params/offer or /params/intake. [worker] */
bool question_find_offer(const question *q, bytes offer_id, bytes intake, const segment **ret,
                         const uint32_t **ret_rows, uint32_t *ret_row_count, err *e);

/* A one-record segment of a record that is not stored as it stands here. [worker] */
bool question_build(engine_worker *w, record_side side, bytes text, segment **ret, bytes *ret_id,
                    err *e);
/* The stored text of a record, ERR_NOT_FOUND naming id and parameter. [worker] */
bool question_stored_text(engine_worker *w, record_side side, bytes id, bytes *ret, err *e);

#endif
