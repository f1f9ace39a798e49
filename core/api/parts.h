#ifndef CORE_API_PARTS_H
#define CORE_API_PARTS_H

#include "account/accounts.h"
#include "account/trail.h"
#include "api/api.h"
#include "engine/batch.h"

/* What the files of this folder share. */

typedef struct api_imports api_imports; /* api_import.c */

struct api {
    engine *engine;
    trail *trail;                      /* who did what, who looked at whom */
    _Atomic(uint64_t) document_number; /* of the last id that was made */
    accounts *accounts;
    api_imports *imports;
    batch_board *batches;
};

/* One call on its way through a worker. */
typedef struct api_job {
    api *api;
    rpc_call *call;          /* NULL: handed to somebody who will finish it */
    const json_node *params; /* NULL: none; lives until the call is finished */
    const rpc_method *method;
    bytes actor;         /* who asks: a user, or "local" */
    bytes seeker, offer; /* those the call names, for the log; absent: none */
    bytes *seen;         /* ids of people whom the answer shows */
    uint32_t seen_count, seen_cap;
    rpc_call *watch; /* of api_run_watched; NULL: nobody listens, or it was taken */
} api_job;

/* The work of a method: writes the result to `out`, or fails, or takes job->call and sees to it
 * that it is finished later. [worker] */
typedef bool api_answer(api_job *job, engine_worker *w, json_writer *out, err *e);

/* Runs `answer` on a worker and finishes the call. [loop] */
void api_run(api *a, rpc_call *call, const json_node *params, api_answer *answer);

/* api_trail.c. Who is shown to the caller, where the call does not name the person. [worker] */
bool api_saw(api_job *job, engine_worker *w, bytes seeker_id, err *e);
bool api_method_shows_people(const char *method);
/* Around every answer: what is logged is read before, as a call handed over takes its params along.
 * Whoever hands a call over logs it first: once it is answered, nothing of the api may be touched.
 * [worker] */
void api_trail_begin(api_job *job, engine_worker *w);
bool api_trail_end(const api_job *job, bool is_done, const err *why, err *e);

api_answer audit_list, audit_verify;
api_answer backup_make;
/* The same for work that goes on behind the answer: job->watch hears of its progress. [loop] */
void api_run_watched(api *a, rpc_call *call, const json_node *params, api_answer *answer);

api_answer seeker_put, seeker_get, seeker_delete, seeker_list, seeker_export;
api_answer offer_put, offer_get, offer_delete, offer_list;
api_answer match_answer_query, match_answer_explain;
api_answer letter_get;
api_answer path_answer_find;
api_answer strategy_put, strategy_get, strategy_list;
api_answer plugin_list, plugin_show, plugin_enable, plugin_disable, plugin_grant, plugin_reload;
api_answer decision_record, decision_list, decision_report, event_record, event_list;
api_answer proposal_get, proposal_list, proposal_replay;
api_answer plugin_revoke, plugin_release;
api_answer import_answer_start, import_answer_feed, import_answer_finish;
api_answer session_login, session_whoami, session_logout;
api_answer user_add, user_token_add, user_disable, user_list;
api_answer server_info, server_health, server_ready, server_stats, server_fields;
api_answer batch_answer_start, batch_answer_status, batch_answer_cancel, batch_answer_result;
api_answer server_info, server_health, server_stats, server_fields;

/* Parameters; the method's table has checked their types. Absent: {NULL,0}, NULL, or the given
 * value. */
const json_node *api_param(const json_node *params, const char *name);
bytes api_param_text(const json_node *params, const char *name);
int64_t api_param_int(const json_node *params, const char *name, int64_t absent);
bool api_param_bool(const json_node *params, const char *name, bool absent);
/* The language of texts; "en" where none is asked for. In `a`. */
const char *api_param_lang(const json_node *params, arena *a);
/* A path within a value becomes a path within the request. Yields false. */
bool api_path_under(err *e, const char *prefix);

/* Writes that answer {"id","version","change","outcome"} when they are visible. Takes the writes
 * and the call. */
bool api_write_one(api_job *job, engine_writes **writes, err *e);
/* Writes that are answered, once they are visible, with the object that `out` has begun and the
 * member "change" behind. Takes the writes and the call; the text is copied. */
bool api_write_and_answer(api_job *job, engine_writes **writes, json_writer *out, err *e);
/* Who asks, as the records of decisions and the log name them. Lives as long as the call. */
bytes api_actor(const api_job *job);
/* The delete of a person, which is answered when nothing of them is left, in results of batch runs
 * neither. Takes the writes, waits. */
bool api_erase_one(api_job *job, engine_writes **writes, json_writer *out, err *e);
const char *api_type_text(uint32_t type); /* of LOTSE_INT ... */
const char *api_outcome_text(store_outcome outcome);
const char *api_noun_text(store_noun noun);

/* Opaque cursors: an id of one noun, and a sum that betrays foreign ones. */
void api_cursor_print(store_noun noun, bytes id, buf *out);
bool api_cursor_parse(store_noun noun, bytes cursor, arena *a, bytes *ret_id, err *e);

bool api_imports_new(api_imports **ret, err *e);
void api_imports_free(api_imports **imports);

#endif
