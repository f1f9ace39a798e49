/* backup.make: everything to a file of this machine, while others go on. */

#include "api/parts.h"

#include "store/backup.h"

/* Every person has a key before the backup looks for it. */
static bool make_keys(api_job *job, err *e)
{
    engine_writes *writes = NULL;
    uint64_t change = 0;
    if (!engine_writes_new(job->api->engine, &writes, e)) {
        return false;
    }
    engine_writes_make_keys(writes);
    bool is_made = engine_write_wait(job->api->engine, writes, &change, e);
    engine_writes_free(&writes);
    return is_made;
}

bool backup_make(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    arena *a = engine_worker_arena(w);
    bytes to = api_param_text(job->params, "to");
    const char *path = arena_copy(a, to).base;
    const char *keys_path = arena_text(a, "%.*s.keys", (int)to.len, to.base);
    backup_counts counts = {0};
    if (path == NULL || keys_path == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the backup");
    }
    if (path[0] != '/') {
        (void)fail(e, ERR_RPC_PARAMS, "the path of a backup begins with \"/\"");
        return err_path(e, "/params/to");
    }
    if (!make_keys(job, e) || !backup_write(engine_worker_reader(w), path, keys_path, &counts, e)) {
        return false;
    }
    json_begin_object(out);
    json_member_cstr(out, "path", path);
    json_member_cstr(out, "keys_path", keys_path);
    json_member_int(out, "records", (int64_t)counts.records);
    json_member_int(out, "people", (int64_t)counts.people);
    json_member_int(out, "concepts", (int64_t)counts.concepts);
    json_member_int(out, "change", (int64_t)counts.change);
    json_end_object(out);
    return true;
}
