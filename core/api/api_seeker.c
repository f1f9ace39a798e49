/* seeker.*: the people who are looking, each known by an opaque id only. */

#include "api/api_record.h"

bool seeker_put(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)w;   /* the answer comes from the store thread, */
    (void)out; /* with a text of its own */
    return record_answer_put(job, STORE_SEEKER, e);
}

bool seeker_get(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    return record_answer_get(job, w, STORE_SEEKER, out, e);
}

bool seeker_delete(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)w;   /* as in seeker_put */
    (void)out; /* likewise */
    return record_answer_delete(job, STORE_SEEKER, e);
}

bool seeker_list(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    return record_answer_list(job, w, STORE_SEEKER, out, e);
}

/* Whatever is kept about one person, for that person: today the record and where it stands. */
bool seeker_export(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    return record_answer_get(job, w, STORE_SEEKER, out, e);
}
