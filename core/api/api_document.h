#ifndef CORE_API_API_DOCUMENT_H
#define CORE_API_API_DOCUMENT_H

#include "api/parts.h"
#include "model/code.h"

/* What proposals, decisions and events have in common: ids, codes, lists by person or offer. */

enum { DOCUMENT_ID_LEN = 23 }; /* "e-019ac1f0a3b20000-9f3c" */

/* A new id: the moment and a count, so that ids stand in the order of time, and 16 random bits.
 * [any] */
void document_id_new(api *a, char prefix, char ret[DOCUMENT_ID_LEN + 1]);

/* The position of the code that a parameter names; ERR_FIELD_CODE says which there are. [any] */
bool document_code(const json_node *params, const char *name, const code_list *list,
                   uint32_t *ret_position, err *e);
/* ERR_NOT_FOUND at the parameter when the snapshot has no such record. [worker] */
bool document_needs(api_job *job, engine_worker *w, record_side side, const char *name, err *e);
/* A parameter as a member of the document, where it is given. [any] */
void document_copy_param(const api_job *job, json_writer *out, const char *name);
/* Whose the document is, and when it was made: into an object that is open. [worker] */
void document_write_maker(api_job *job, json_writer *out);

/* {"PLURAL":[...],"cursor":...} of the parameters seeker or offer (exactly one), limit, cursor.
 * [worker] */
bool document_answer_list(api_job *job, engine_worker *w, store_noun noun, const char *plural,
                          json_writer *out, err *e);
/* All documents about one person, as an array. [worker] */
bool document_write_all(engine_worker *w, store_noun noun, bytes seeker_id, json_writer *out,
                        err *e);

#endif
