/* Who asks, and whether he may. What the roles mean is the program's business. */
#include <string.h>

#include "base/arena.h"
#include "rpc/parts.h"

static bytes copy_text(char **at, bytes text)
{
    if (text.base == NULL) {
        return text;
    }
    memcpy(*at, text.base, text.len);
    bytes copy = {*at, text.len};
    *at += text.len;
    return copy;
}

bool caller_copy_set(caller_copy *copy, const rpc_caller *caller)
{
    caller_copy made = {.caller = {.roles = caller->roles, .is_account = caller->is_account}};
    bool has_texts = caller->user.base != NULL || caller->units.base != NULL ||
                     caller->provider.base != NULL || caller->from.base != NULL;
    if (has_texts) {
        made.texts = mem_new(caller->user.len + caller->units.len + caller->provider.len +
                             caller->from.len + 1);
        if (made.texts == NULL) {
            caller_copy_fini(copy);
            return false;
        }
        char *at = made.texts;
        made.caller.user = copy_text(&at, caller->user);
        made.caller.units = copy_text(&at, caller->units);
        made.caller.provider = copy_text(&at, caller->provider);
        made.caller.from = copy_text(&at, caller->from);
    }
    caller_copy_fini(copy); /* only now: `caller` may be its own */
    *copy = made;
    return true;
}

void caller_copy_fini(caller_copy *copy)
{
    mem_free(copy->texts);
    *copy = (caller_copy){0};
}

bool rpc_session_set_caller(rpc_session *s, const rpc_caller *caller)
{
    s->renewal = atomic_load(&s->server->renewal);
    return caller_copy_set(&s->who, caller);
}

const rpc_caller *rpc_session_caller(const rpc_session *s)
{
    return &s->who.caller;
}

rpc_signing rpc_session_signing(const rpc_session *s)
{
    return s->signing;
}

void rpc_server_renew(rpc_server *s)
{
    atomic_fetch_add(&s->renewal, 1);
}

bool rpc_session_may_call(rpc_session *s, const rpc_method *method, err *e)
{
    const rpc_config *config = &s->server->config;
    uint32_t renewal = atomic_load(&s->server->renewal);
    if (renewal != s->renewal) {
        s->renewal = renewal;
        if (config->renew != NULL) {
            config->renew(config->context, s);
        }
    }
    uint32_t roles = s->who.caller.roles;
    if ((method->roles & (roles | RPC_ANYBODY)) != 0) {
        return true;
    }
    if (roles == 0) {
        fail(e, ERR_NOT_SIGNED_IN, "\"%s\" is for those who have signed in", method->name);
        return err_hint(e, "Call \"session.login\" with a token first.");
    }
    fail(e, ERR_FORBIDDEN, "\"%s\" is not for your role", method->name);
    return err_hint(e, "\"session.whoami\" tells which role you have.");
}

void rpc_session_sign(rpc_session *s, rpc_call *call)
{
    if (!call->is_signing || call->is_error) {
        return;
    }
    bool is_in = call->signs.caller.roles != 0;
    if (rpc_session_set_caller(s, &call->signs.caller)) {
        s->signing = is_in ? RPC_SIGNED_IN : RPC_SIGNED_OUT;
    }
}

rpc_server *rpc_call_server(const rpc_call *call)
{
    return call->server;
}

const rpc_caller *rpc_call_caller(const rpc_call *call)
{
    return &call->caller;
}

bool rpc_call_sign(rpc_call *call, const rpc_caller *caller)
{
    call->is_signing = caller_copy_set(&call->signs, caller);
    return call->is_signing;
}
