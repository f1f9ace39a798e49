/* batch.*: runs over everybody. The engine runs them; here stands what was asked and who listens.
 */

#include "api/question.h"

#include <stdio.h>
#include <string.h>

#include "api/scope.h"
#include "base/check.h"

enum { TOP_DEFAULT = 10, READ_LEN_DEFAULT = 128 * 1024 };

/* ---------------------------------------------------------------------- what is asked for */

static bool refuse(err *e, const char *name, const char *sentence)
{
    (void)fail(e, ERR_RPC_PARAMS, "%s", sentence);
    return err_path(e, "/params/%s", name);
}

static bool take_shard(bytes text, batch_spec *spec, err *e)
{
    char shard[32] = "";
    char rest = '\0';
    spec->shard = 1;
    spec->shard_count = 1;
    if (text.base == NULL) {
        return true;
    }
    memcpy(shard, text.base, text.len < sizeof shard ? text.len : 0);
    bool is_good = sscanf(shard, "%5u/%5u%c", &spec->shard, &spec->shard_count, &rest) == 2 &&
                   spec->shard >= 1 && spec->shard <= spec->shard_count &&
                   spec->shard_count <= BATCH_SHARD_MAX;
    return is_good || refuse(e, "shard", "a shard is i/n, with i from 1 to n, and n up to 4096");
}

static bool take_names(const json_node *params, batch_spec *spec, err *e)
{
    bytes explain = api_param_text(params, "explain");
    bytes format = api_param_text(params, "format");
    bytes named = api_param_text(params, "strategy");
    if (named.base == NULL) {
        named = BYTES("default");
    }
    check(named.len < sizeof spec->strategy);
    memcpy(spec->strategy, named.base, named.len);
    if (bytes_equal_text(explain, "top")) {
        spec->explain = BATCH_EXPLAIN_TOP;
    } else if (bytes_equal_text(explain, "all")) {
        spec->explain = BATCH_EXPLAIN_ALL;
    } else if (explain.base != NULL && !bytes_equal_text(explain, "none")) {
        return refuse(e, "explain", "explain is \"none\", \"top\" or \"all\"");
    }
    if (bytes_equal_text(format, "csv")) {
        spec->format = BATCH_CSV;
    } else if (format.base != NULL && !bytes_equal_text(format, "ndjson")) {
        return refuse(e, "format", "the format is \"ndjson\" or \"csv\"");
    }
    bytes allocator = api_param_text(params, "allocator");
    bytes theirs = api_param_text(params, "offer_strategy");
    check(allocator.len < sizeof spec->allocator);
    check(theirs.len < sizeof spec->offer_strategy);
    if (allocator.base != NULL) {
        memcpy(spec->allocator, allocator.base, allocator.len);
    }
    if (theirs.base != NULL) {
        memcpy(spec->offer_strategy, theirs.base, theirs.len);
    }
    return spec->format == BATCH_NDJSON || spec->explain == BATCH_EXPLAIN_NONE ||
           refuse(e, "explain", "reasons are written as ndjson only");
}

static bool take_name(bytes name, batch_spec *spec, err *e)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.base[i];
        bool is_good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_';
        if (!is_good) {
            return refuse(e, "name", "a name is made of letters, digits, - and _");
        }
    }
    check(name.len < sizeof spec->name);
    if (name.len > 0) {
        memcpy(spec->name, name.base, name.len);
    }
    return true;
}

static bool take_spec(const json_node *params, batch_spec *spec, err *e)
{
    bytes as_of = api_param_text(params, "as_of");
    const json_node *kinds = api_param(params, "kinds");
    *spec = (batch_spec){.as_of = engine_today(),
                         .top = (uint32_t)api_param_int(params, "top", TOP_DEFAULT),
                         .kinds = (UINT64_C(1) << CODES(kind)->count) - 1,
                         .cap = (uint32_t)api_param_int(params, "cap", 0),
                         .is_report = api_param_bool(params, "report", false)};
    if (as_of.base != NULL) {
        bool is_day = day_parse(as_of, &spec->as_of);
        check(is_day); /* the method's table asked for one */
    }
    return (kinds == NULL || question_kinds(kinds, &spec->kinds, e)) &&
           take_name(api_param_text(params, "name"), spec, e) && take_names(params, spec, e) &&
           take_shard(api_param_text(params, "shard"), spec, e);
}

/* What only an allocator can make sense of, and what it cannot. */
static bool check_allocator(const json_node *params, const batch_spec *spec, err *e)
{
    static const char *const ITS_OWN[] = {"offer_strategy", "cap", "needs", "keep"};
    if (spec->allocator[0] != '\0' && spec->is_report) {
        return refuse(e, "report", "a report looks at every allocator by itself");
    }
    if (spec->is_report && spec->format == BATCH_CSV) {
        return refuse(e, "format", "a report is one object of JSON");
    }
    if (spec->allocator[0] != '\0' || spec->is_report) {
        if (spec->shard_count > 1) {
            return refuse(e, "shard", "seats are handed out to everybody at once, not in parts");
        }
        return spec->explain == BATCH_EXPLAIN_NONE ||
               refuse(e, "explain", "reasons are written with everybody's best offers only");
    }
    for (uint32_t i = 0; i < sizeof ITS_OWN / sizeof *ITS_OWN; i++) {
        if (api_param(params, ITS_OWN[i]) != NULL) {
            return refuse(e, ITS_OWN[i], "only an allocator can make use of it");
        }
    }
    return true;
}

/* ---------------------------------------------------------------------- who listens */

static bool tell(void *context, uint64_t done, uint64_t total, const char *message)
{
    rpc_call *watch = context;
    if (__atomic_load_n(rpc_call_stop_flag(watch), __ATOMIC_RELAXED)) {
        return false;
    }
    rpc_call_progress(watch, done, total, message);
    return true;
}

static void end(void *context)
{
    rpc_call *watch = context;
    rpc_call_reply(&watch, (bytes){0});
}

/* ---------------------------------------------------------------------- methods */

bool batch_answer_start(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    if (!scope_needs_all(job, e)) {
        return false;
    }
    batch_spec spec;
    batch_inputs inputs = {.needs = api_param_text(job->params, "needs"),
                           .keep = api_param_text(job->params, "keep")};
    if (!take_spec(job->params, &spec, e) || !check_allocator(job->params, &spec, e)) {
        return false;
    }
    batch_watch watch = {.context = job->watch, .tell = tell, .end = end};
    const batch_watch *listens = job->watch == NULL ? NULL : &watch;
    job->watch = NULL;
    return batch_start(job->api->batches, w, &spec, &inputs, listens, out, e);
}

bool batch_answer_status(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    if (!scope_needs_all(job, e)) {
        return false;
    }
    (void)w;
    bytes id = api_param_text(job->params, "id");
    json_begin_object(out);
    json_put_key(out, "batches");
    bool is_done = true;
    if (id.base == NULL) {
        is_done = batch_list(job->api->batches, out, e);
    } else {
        json_begin_array(out);
        is_done = batch_status(job->api->batches, id, out, e);
        if (is_done) {
            json_end_array(out);
        }
    }
    if (is_done) {
        json_end_object(out);
    }
    return is_done;
}

bool batch_answer_cancel(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    if (!scope_needs_all(job, e)) {
        return false;
    }
    (void)w;
    return batch_cancel(job->api->batches, api_param_text(job->params, "id"),
                        api_param_bool(job->params, "forget", false), out, e);
}

bool batch_answer_result(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    if (!scope_needs_all(job, e)) {
        return false;
    }
    (void)w;
    bytes id = api_param_text(job->params, "id");
    uint64_t offset = (uint64_t)api_param_int(job->params, "offset", 0);
    uint32_t len = (uint32_t)api_param_int(job->params, "len", READ_LEN_DEFAULT);
    uint64_t total = 0;
    bool is_whole = false;
    buf text = {0};
    bool is_done = batch_read(job->api->batches, id, offset, len, &text, &total, &is_whole, e);
    if (is_done) {
        json_begin_object(out);
        json_member_text(out, "id", id);
        json_member_int(out, "offset", (int64_t)offset);
        json_member_int(out, "next", (int64_t)(offset + text.len));
        json_member_int(out, "total", (int64_t)total);
        json_member_bool(out, "whole", is_whole && offset + text.len >= total);
        json_member_text(out, "text", buf_bytes(&text));
        json_end_object(out);
    }
    buf_fini(&text);
    return is_done;
}
