#ifndef CORE_API_API_RECORD_H
#define CORE_API_API_RECORD_H

#include "api/parts.h"

/* A stored body with the version that the store gives it. */
bool api_record_write(json_writer *out, store_noun noun, bytes body, int64_t version, err *e);
/* The record that the parameter `id` names; ERR_NOT_FOUND says which it is. [worker] */
bool api_record_get(api_job *job, engine_worker *w, store_noun noun, store_record *ret, err *e);

/* What the methods of seekers, offers and strategies have in common. [worker] */
bool record_answer_put(api_job *job, engine_worker *w, store_noun noun, err *e);
bool record_answer_get(api_job *job, engine_worker *w, store_noun noun, json_writer *out, err *e);
bool record_answer_delete(api_job *job, engine_worker *w, store_noun noun, json_writer *out,
                          err *e);
bool record_answer_list(api_job *job, engine_worker *w, store_noun noun, json_writer *out, err *e);

#endif
