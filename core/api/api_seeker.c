/* seeker.*: the people who are looking, each known by an opaque id only. */

#include "api/api_document.h"
#include "api/api_record.h"

bool seeker_put(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)out; /* the answer comes from the store thread, with a text of its own */
    return record_answer_put(job, w, STORE_SEEKER, e);
}

bool seeker_get(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    return record_answer_get(job, w, STORE_SEEKER, out, e);
}

bool seeker_delete(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    return record_answer_delete(job, w, STORE_SEEKER, out, e);
}

bool seeker_list(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    return record_answer_list(job, w, STORE_SEEKER, out, e);
}

/* Whatever is kept about one person, for that person. */
bool seeker_export(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    static const struct {
        const char *key;
        store_noun noun;
    } PARTS[] = {
        {"proposals", STORE_PROPOSAL}, {"decisions", STORE_DECISION}, {"events", STORE_EVENT}};
    store_record record = {0};
    if (!api_record_get(job, w, STORE_SEEKER, &record, e)) {
        return false;
    }
    json_begin_object(out);
    json_put_key(out, "seeker");
    if (!api_record_write(out, STORE_SEEKER, record.body, record.version, e)) {
        return false;
    }
    json_member_int(out, "version", record.version);
    json_member_int(out, "change", (int64_t)record.change);
    for (uint32_t i = 0; i < sizeof PARTS / sizeof PARTS[0]; i++) {
        json_put_key(out, PARTS[i].key);
        if (!document_write_all(w, PARTS[i].noun, record.id, out, e)) {
            return false;
        }
    }
    json_end_object(out);
    return true;
}
