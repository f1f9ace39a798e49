#ifndef CORE_API_SCOPE_H
#define CORE_API_SCOPE_H

#include "api/parts.h"
#include "match/match.h"

/* What a caller sees of what his role may call: people of his units, a provider his own offers. A
 * record he does not see is answered as one that is not there. [worker] */

/* Is it bounded at all? */
bool scope_is_bounded(const api_job *job, store_noun noun);
/* Of a stored record. */
bool scope_sees(const api_job *job, store_noun noun, bytes body);
/* ERR_NOT_FOUND where the person is not there or not seen; `path` names the parameter. For methods
 * that are about a person without reading the record. */
bool scope_check_seeker(api_job *job, engine_worker *w, bytes id, const char *path, err *e);
/* Whatever method it is: a person named by the parameter "seeker" is seen. Before every answer. */
bool scope_check_params(api_job *job, engine_worker *w, err *e);
/* For methods that look at everybody at once: ERR_FORBIDDEN for whoever does not see all people. */
bool scope_needs_all(const api_job *job, err *e);
/* A put or delete: the record there is must be seen, and so must the new one (NULL: a delete).
 * *expected_version becomes that of the record that was looked at where the caller named none, so
 * that nobody slips another in between. */
bool scope_check_write(api_job *job, engine_worker *w, store_noun noun, bytes id,
                       const json_node *record, int64_t *expected_version, err *e);
/* The unit to list by; {NULL,0}: all. A bounded caller with several units must name one of them,
 * unless he has only one. */
bool scope_list_unit(const api_job *job, store_noun noun, bytes asked, bytes *ret, err *e);
/* Bounds the people of a query to those the caller sees. */
bool scope_bound_query(const api_job *job, engine_worker *w, match_query *q, err *e);

#endif
