/* From what a peer shows to who it is. */
#include "app/access.h"

#include <string.h>

#include "base/check.h"
#include "base/clock.h"

static bool set_nobody(rpc_session *s, const io_peer *peer)
{
    const rpc_caller nobody = {.from = bytes_of(peer->address)};
    return rpc_session_set_caller(s, &nobody);
}

/* A session without a caller is nobody's, which is what it is when there is no memory. */
static void set_account(rpc_session *s, const io_peer *peer, const account *found)
{
    const rpc_caller who = {.roles = found->role,
                            .is_account = true,
                            .user = found->user,
                            .units = found->units,
                            .provider = found->provider,
                            .from = bytes_of(peer->address)};
    (void)rpc_session_set_caller(s, &who); /* see above */
}

/* ---------------------------------------------------------------------------------- peers */

static bool has_number(const access_rule *rule, const io_peer *peer)
{
    if (!rule->is_group) {
        return rule->number == peer->uid;
    }
    for (uint32_t i = 0; i < peer->group_count; i++) {
        if (rule->number == peer->groups[i]) {
            return true;
        }
    }
    return false;
}

static uint32_t role_of_peer(const access_rules *rules, const io_peer *peer)
{
    if (!peer->has_uid) {
        return 0;
    }
    if (peer->is_unix) {
        for (uint32_t i = 0; i < rules->unix_rule_count; i++) {
            if (has_number(&rules->unix_rules[i], peer)) {
                return rules->unix_rules[i].role;
            }
        }
        bool is_local = peer->uid == rules->own_uid || peer->uid == 0;
        return is_local ? rules->local_role : 0;
    }
    /* Root's sockets on TCP may be a proxy's, which speaks for others. */
    return rules->is_tcp_open && peer->uid == rules->own_uid ? rules->local_role : 0;
}

static void on_peer(void *context, const io_peer *peer, rpc_session *s)
{
    const access_desk *a = context;
    const rpc_caller who = {.roles = role_of_peer(a->rules, peer), .from = bytes_of(peer->address)};
    (void)rpc_session_set_caller(s, &who); /* without memory it stays nobody's */
}

/* ---------------------------------------------------------------------------------- cookies */

/* Under TLS the name makes the browser refuse it from anywhere but here. */
static const char *cookie_name(const io_peer *peer)
{
    return peer->is_secure ? "__Host-lotse" : "lotse";
}

static bytes find_cookie(const http_head *head, const char *name)
{
    bytes rest = http_head_find(head, "cookie");
    size_t name_len = strlen(name);
    while (rest.len > 0) {
        const char *end = memchr(rest.base, ';', rest.len);
        size_t len = end == NULL ? rest.len : (size_t)(end - rest.base);
        if (len > name_len && memcmp(rest.base, name, name_len) == 0 &&
            rest.base[name_len] == '=') {
            return (bytes){rest.base + name_len + 1, len - name_len - 1};
        }
        size_t step = end == NULL ? len : len + 1;
        while (step < rest.len && rest.base[step] == ' ') {
            step++;
        }
        rest = (bytes){rest.base + step, rest.len - step};
    }
    return (bytes){NULL, 0};
}

/* The page proves that it is ours by a value that only it can read. */
static bool is_guarded(const access_desk *a, const http_head *head, bytes cookie)
{
    char guard[SECRET_TEXT_LEN + 1];
    bytes shown = http_head_find(head, "x-csrf-token");
    accounts_guard_of(a->accounts, cookie, guard);
    return secret_texts_equal(shown, bytes_of(guard));
}

/* ---------------------------------------------------------------------------------- a proxy */

static bool is_proxy(const access_rules *rules, const io_peer *peer)
{
    if (rules->user_header[0] == '\0') {
        return false;
    }
    bool is_named = rules->proxy_certificate[0] != '\0' &&
                    strcmp(rules->proxy_certificate, peer->certificate) == 0;
    return peer->is_unix || is_named;
}

/* Words divided by commas, semicolons or spaces. */
static bool next_word(bytes *rest, bytes *ret)
{
    if (rest->len == 0) {
        return false; /* absent, perhaps: nothing to count from */
    }
    size_t start = 0;
    while (start < rest->len && strchr(",; ", rest->base[start]) != NULL) {
        start++;
    }
    size_t end = start;
    while (end < rest->len && strchr(",; ", rest->base[end]) == NULL) {
        end++;
    }
    *ret = (bytes){rest->base + start, end - start};
    *rest = (bytes){rest->base + end, rest->len - end};
    return ret->len > 0;
}

/* The first rule that fits any of the words. */
static uint32_t role_of_words(const access_rules *rules, bytes words)
{
    for (uint32_t i = 0; i < rules->word_count; i++) {
        bytes rest = words;
        bytes word;
        while (next_word(&rest, &word)) {
            if (bytes_equal_text(word, rules->words[i].word)) {
                return rules->words[i].role;
            }
        }
    }
    return 0;
}

static void admit_proxied(const access_desk *a, const io_peer *peer, const http_head *head,
                          rpc_session *s)
{
    const access_rules *rules = a->rules;
    bytes name = http_head_find(head, rules->user_header);
    account found;
    if (!user_id_is_sound(name)) {
        (void)set_nobody(s, peer); /* it is nobody's in any case */
        return;
    }
    if (accounts_find(a->accounts, name, &found)) {
        set_account(s, peer, &found);
        return;
    }
    buf units = {0};
    bytes rest =
        rules->unit_header[0] == '\0' ? (bytes){0} : http_head_find(head, rules->unit_header);
    bytes word;
    bool is_read = true;
    while (is_read && next_word(&rest, &word)) {
        is_read = user_add_unit(&units, word);
    }
    uint32_t role = rules->role_header[0] == '\0'
                        ? 0
                        : role_of_words(rules, http_head_find(head, rules->role_header));
    bool has_units = rules->unit_header[0] != '\0';
    const rpc_caller who = {.roles = is_read && !units.failed ? role : 0,
                            .user = name,
                            .units = !has_units       ? (bytes){0}
                                     : units.len == 0 ? BYTES("")
                                                      : buf_bytes(&units),
                            .from = bytes_of(peer->address)};
    (void)rpc_session_set_caller(s, &who); /* without memory it stays nobody's */
    buf_fini(&units);
}

/* ---------------------------------------------------------------------------------- requests */

static bytes find_token(const http_head *head)
{
    static const char SCHEME[] = "Bearer ";
    size_t len = sizeof SCHEME - 1;
    bytes given = http_head_find(head, "authorization");
    bool is_bearer = given.len > len && http_name_equals((bytes){given.base, len}, SCHEME);
    return is_bearer ? (bytes){given.base + len, given.len - len} : (bytes){NULL, 0};
}

static io_admission on_request(void *context, const io_peer *peer, const http_head *head,
                               bool is_changing, rpc_session *s, bytes *ret_token)
{
    const access_desk *a = context;
    account found;
    (void)set_nobody(s, peer); /* a new session is nobody's in any case */
    bytes token = find_token(head);
    bytes id;
    bytes secret;
    if (token.base != NULL) {
        if (accounts_know_token(a->accounts, token, clock_unix_ms(), &found)) {
            set_account(s, peer, &found);
        } else if (token_parse(token, &id, &secret)) {
            *ret_token = token;
            return IO_MUST_PROVE;
        }
        return IO_ADMITTED;
    }
    bytes cookie = find_cookie(head, cookie_name(peer));
    if (cookie.base != NULL &&
        accounts_find_session(a->accounts, cookie, clock_unix_ms(), &found)) {
        if (is_changing && !is_guarded(a, head, cookie)) {
            return IO_UNGUARDED;
        }
        set_account(s, peer, &found);
        return IO_ADMITTED_HERE;
    }
    if (is_proxy(a->rules, peer)) {
        admit_proxied(a, peer, head, s);
        return IO_ADMITTED_HERE;
    }
    if (peer->certificate[0] != '\0' &&
        accounts_find(a->accounts, bytes_of(peer->certificate), &found)) {
        set_account(s, peer, &found);
    }
    return IO_ADMITTED;
}

static void put_cookie(buf *headers, const io_peer *peer, const char *name, const char *value,
                       const char *rest)
{
    buf_print(headers, "Set-Cookie: %s=%s; Path=/; SameSite=Strict%s%s\r\n", name, value,
              peer->is_secure ? "; Secure" : "", rest);
}

static void on_signing(void *context, const io_peer *peer, const http_head *head,
                       const rpc_session *s, buf *headers)
{
    const access_desk *a = context;
    const char *name = cookie_name(peer);
    const char *guard_name = peer->is_secure ? "__Host-lotse-guard" : "lotse-guard";
    bytes before = find_cookie(head, name);
    if (before.base != NULL) {
        accounts_end_session(a->accounts, before);
    }
    char cookie[SECRET_TEXT_LEN + 1];
    char guard[SECRET_TEXT_LEN + 1];
    if (rpc_session_signing(s) != RPC_SIGNED_IN) {
        put_cookie(headers, peer, name, "", "; HttpOnly; Max-Age=0");
        put_cookie(headers, peer, guard_name, "", "; Max-Age=0");
    } else if (accounts_begin_session(a->accounts, rpc_session_caller(s)->user, clock_unix_ms(),
                                      cookie)) {
        accounts_guard_of(a->accounts, bytes_of(cookie), guard);
        put_cookie(headers, peer, name, cookie, "; HttpOnly");
        put_cookie(headers, peer, guard_name, guard, "");
    }
}

io_access access_hooks(access_desk *a)
{
    return (io_access){
        .context = a, .on_peer = on_peer, .on_request = on_request, .on_signing = on_signing};
}

void access_renew(access_desk *a, rpc_session *s)
{
    const rpc_caller *who = rpc_session_caller(s);
    if (!who->is_account) {
        return;
    }
    account found;
    rpc_caller now = {.from = who->from};
    if (accounts_find(a->accounts, who->user, &found)) {
        now.roles = found.role;
        now.is_account = true;
        now.user = found.user;
        now.units = found.units;
        now.provider = found.provider;
    }
    (void)rpc_session_set_caller(s, &now); /* without memory it is nobody's then */
}
