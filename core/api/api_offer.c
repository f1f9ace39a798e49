/* offer.*: whatever can be proposed. */

#include "api/api_record.h"

bool offer_put(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)out; /* the answer comes from the store thread, with a text of its own */
    return record_answer_put(job, w, STORE_OFFER, e);
}

bool offer_get(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    return record_answer_get(job, w, STORE_OFFER, out, e);
}

bool offer_delete(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    return record_answer_delete(job, w, STORE_OFFER, out, e);
}

bool offer_list(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    return record_answer_list(job, w, STORE_OFFER, out, e);
}
