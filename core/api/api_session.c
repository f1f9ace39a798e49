/* session.*: who a connection is signed in as. */
#include "account/role.h"
#include "api/parts.h"
#include "base/clock.h"

static void write_units(json_writer *out, bytes units)
{
    json_put_key(out, "units");
    if (units.base == NULL) {
        json_put_null(out);
        return;
    }
    size_t off = 0;
    bytes unit;
    json_begin_array(out);
    while (user_next_unit(units, &off, &unit)) {
        json_put_text(out, unit);
    }
    json_end_array(out);
}

static void write_methods(json_writer *out, uint32_t roles)
{
    uint32_t count = 0;
    const rpc_method *methods = api_methods(&count);
    json_put_key(out, "methods");
    json_begin_array(out);
    for (uint32_t i = 0; i < count; i++) {
        if ((methods[i].roles & (roles | RPC_ANYBODY)) != 0) {
            json_put_cstr(out, methods[i].name);
        }
    }
    json_end_array(out);
}

static void write_session(json_writer *out, const rpc_caller *who)
{
    json_begin_object(out);
    json_member_bool(out, "signed_in", who->roles != 0);
    json_member_text(out, "user", who->user);
    json_member_text(out, "role", bytes_of(who->roles == 0 ? NULL : role_name(who->roles)));
    write_units(out, who->units);
    json_member_text(out, "provider", who->provider);
    write_methods(out, who->roles);
    json_end_object(out);
}

bool session_login(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)w;
    account found;
    bytes token = api_param_text(job->params, "token");
    const rpc_caller *before = rpc_call_caller(job->call);
    if (!accounts_check_token(job->api->accounts, token, before->from, clock_unix_ms(), &found,
                              e)) {
        return false;
    }
    rpc_caller who = {.roles = found.role,
                      .is_account = true,
                      .user = found.user,
                      .units = found.units,
                      .provider = found.provider,
                      .from = before->from};
    if (!rpc_call_sign(job->call, &who)) {
        return fail(e, ERR_MEMORY, "no memory to sign in");
    }
    write_session(out, &who);
    return true;
}

bool session_logout(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)w;
    rpc_caller nobody = {.from = rpc_call_caller(job->call)->from};
    if (!rpc_call_sign(job->call, &nobody)) {
        return fail(e, ERR_MEMORY, "no memory to sign out");
    }
    write_session(out, &nobody);
    return true;
}

bool session_whoami(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)w;
    (void)e; /* cannot fail */
    write_session(out, rpc_call_caller(job->call));
    return true;
}
