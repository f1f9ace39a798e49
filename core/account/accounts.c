/* Users, sessions and tries under one lock: every operation but the proof of a token is short. */
#include "account/accounts.h"

#include <pthread.h>
#include <string.h>

#include "account/tries.h"
#include "base/arena.h"
#include "base/check.h"
#include "base/log.h"
#include "base/map.h"
#include "base/random.h"

typedef struct user_entry {
    user user;
    arena arena;
} user_entry;

/* A token that was proven, so that a machine's every request need not be. */
typedef struct proven {
    secret_mark mark;
    char token_id[TOKEN_ID_LEN + 1];
    uint32_t user;
} proven;

typedef struct web_session {
    secret_mark mark;
    uint32_t user;
    int64_t begun_ms, seen_ms;
    bool is_open;
} web_session;

enum { PROVEN_COUNT = 1024 };

struct accounts {
    pthread_mutex_t lock;
    unsigned char key[SECRET_LEN];       /* of marks: of this process alone */
    unsigned char guard_key[SECRET_LEN]; /* likewise */
    user_entry *users;
    uint32_t user_count, user_cap;
    map user_by_id;
    map user_by_token;
    web_session *sessions;
    uint32_t session_count, session_cap; /* entries ever used */
    map session_by_mark;
    proven proven[PROVEN_COUNT]; /* by the mark's first bytes; newer ones take older ones' place */
    tries tries;
    uint32_t proving_count;
};

static void lock(accounts *a)
{
    check(pthread_mutex_lock(&a->lock) == 0);
}

static void unlock(accounts *a)
{
    check(pthread_mutex_unlock(&a->lock) == 0);
}

/* ---------------------------------------------------------------------------------- users */

bool accounts_new(accounts **ret, err *e)
{
    accounts *a = mem_new(sizeof *a);
    if (a == NULL) {
        return fail(e, ERR_MEMORY, "no memory left for the users");
    }
    check(pthread_mutex_init(&a->lock, NULL) == 0);
    random_fill(a->key, sizeof a->key);
    random_fill(a->guard_key, sizeof a->guard_key);
    *ret = a;
    return true;
}

void accounts_free(accounts **accounts_to_free)
{
    accounts *a = *accounts_to_free;
    if (a == NULL) {
        return;
    }
    *accounts_to_free = NULL;
    for (uint32_t i = 0; i < a->user_count; i++) {
        arena_fini(&a->users[i].arena);
    }
    mem_free(a->users);
    mem_free(a->sessions);
    map_fini(&a->user_by_id);
    map_fini(&a->user_by_token);
    map_fini(&a->session_by_mark);
    check(pthread_mutex_destroy(&a->lock) == 0);
    mem_free(a);
}

/* The entry of an id, made where there is none. NULL: no memory, or too many. */
static user_entry *entry_for(accounts *a, bytes id)
{
    uint64_t index;
    if (map_get(&a->user_by_id, id, &index)) {
        return &a->users[index];
    }
    if (a->user_count == a->user_cap) {
        uint32_t cap = a->user_cap == 0 ? 16 : 2 * a->user_cap;
        user_entry *more =
            a->user_cap >= ACCOUNT_COUNT_MAX
                ? NULL
                : mem_resize(a->users, a->user_cap * sizeof *more, cap * sizeof *more);
        if (more == NULL) {
            return NULL;
        }
        a->users = more;
        a->user_cap = cap;
    }
    if (!map_put(&a->user_by_id, id, a->user_count)) {
        return NULL;
    }
    return &a->users[a->user_count++];
}

static bool note_tokens(accounts *a, user_entry *entry)
{
    bool is_noted = true;
    for (uint32_t i = 0; i < entry->user.token_count && is_noted; i++) {
        is_noted = map_put(&a->user_by_token, bytes_of(entry->user.tokens[i].id),
                           (uint64_t)(entry - a->users));
    }
    return is_noted;
}

bool accounts_put(accounts *a, bytes body, err *e)
{
    user_entry made = {0};
    if (!user_read(body, &made.arena, &made.user, e)) {
        arena_fini(&made.arena);
        return false;
    }
    lock(a);
    user_entry *entry = entry_for(a, made.user.id);
    bool is_put = entry != NULL;
    if (is_put) {
        for (uint32_t i = 0; i < entry->user.token_count; i++) {
            map_remove(&a->user_by_token, bytes_of(entry->user.tokens[i].id));
        }
        arena_fini(&entry->arena);
        *entry = made;
        is_put = note_tokens(a, entry);
    }
    unlock(a);
    if (entry == NULL) {
        arena_fini(&made.arena);
    }
    return is_put || fail(e, ERR_MEMORY, "no memory left for the user");
}

typedef struct reading {
    accounts *accounts;
    bool is_over;
} reading;

static bool on_user(void *context, const store_record *record)
{
    reading *r = context;
    err why;
    r->is_over = !bytes_starts_with(record->id, "user.");
    if (!r->is_over && !accounts_put(r->accounts, record->body, &why)) {
        log_event(LOG_ERROR, "account.unreadable", "setting=%.*s why=\"%s\"", (int)record->id.len,
                  record->id.base, why.text);
    }
    return !r->is_over;
}

bool accounts_read(accounts *a, store_reader *r, err *e)
{
    reading state = {.accounts = a};
    return store_list(r, STORE_SETTING, BYTES("user."), (bytes){0}, ACCOUNT_COUNT_MAX, on_user,
                      &state, e);
}

static bytes copy_text(char **at, bytes text)
{
    if (text.base != NULL) {
        memcpy(*at, text.base, text.len);
        text.base = *at;
        *at += text.len;
    }
    return text;
}

/* Under the lock. */
static bool write_account(const accounts *a, uint32_t index, account *ret)
{
    const user *u = &a->users[index].user;
    if (u->is_disabled) {
        return false;
    }
    char *at = ret->texts;
    ret->role = u->role;
    ret->user = copy_text(&at, u->id);
    ret->units = copy_text(&at, u->units);
    ret->provider = copy_text(&at, u->provider);
    check(at <= ret->texts + sizeof ret->texts);
    return true;
}

bool accounts_find(accounts *a, bytes id, account *ret)
{
    lock(a);
    uint64_t index;
    bool is_found = map_get(&a->user_by_id, id, &index) && write_account(a, (uint32_t)index, ret);
    unlock(a);
    return is_found;
}

/* ---------------------------------------------------------------------------------- tokens */

static proven *place_of(accounts *a, const secret_mark *mark)
{
    uint32_t number;
    memcpy(&number, mark->digest, sizeof number);
    return &a->proven[number % PROVEN_COUNT];
}

/* The token with this id as its user has it now, or NULL. Under the lock. */
static const user_token *find_token(const accounts *a, bytes id, int64_t now_ms, uint32_t *ret_user)
{
    uint64_t index;
    if (!map_get(&a->user_by_token, id, &index)) {
        return NULL;
    }
    const user *u = &a->users[index].user;
    for (uint32_t i = 0; i < u->token_count; i++) {
        const user_token *t = &u->tokens[i];
        bool is_good = !u->is_disabled && (t->ends_ms == 0 || now_ms < t->ends_ms);
        if (bytes_equal_text(id, t->id)) {
            *ret_user = (uint32_t)index;
            return is_good ? t : NULL;
        }
    }
    return NULL;
}

bool accounts_know_token(accounts *a, bytes token, int64_t now_ms, account *ret)
{
    bytes id;
    bytes secret;
    if (!token_parse(token, &id, &secret)) {
        return false;
    }
    secret_mark mark = secret_mark_of(a->key, token);
    lock(a);
    const proven *p = place_of(a, &mark);
    uint32_t index = 0;
    bool is_known = p->token_id[0] != '\0' && secret_marks_equal(&p->mark, &mark) &&
                    find_token(a, id, now_ms, &index) != NULL && index == p->user &&
                    write_account(a, index, ret);
    unlock(a);
    return is_known;
}

static bool refuse_token(err *e)
{
    (void)fail(e, ERR_TOKEN_INVALID, "nobody can sign in with this token");
    return err_hint(e, "Ask whoever runs the server for a new one: `lotse user token ID`.");
}

static bool refuse_try(int64_t wait_ms, err *e)
{
    (void)fail(e, ERR_TOO_MANY_TRIES, "too many wrong tokens came from there");
    e->retry_after_ms = wait_ms;
    return false;
}

/* The proof to hold the secret against, and a place among those who do such work. */
static bool begin_proving(accounts *a, bytes id, bytes from, int64_t now_ms,
                          char ret_proof[SECRET_PROOF_LEN], uint32_t *ret_user, err *e)
{
    int64_t wait_ms = tries_wait_ms(&a->tries, from, now_ms);
    int64_t token_wait_ms = tries_wait_ms(&a->tries, id, now_ms);
    if (wait_ms > 0 || token_wait_ms > 0) {
        return refuse_try(wait_ms > token_wait_ms ? wait_ms : token_wait_ms, e);
    }
    const user_token *t = find_token(a, id, now_ms, ret_user);
    if (t == NULL || t->proof.len >= SECRET_PROOF_LEN) {
        tries_add(&a->tries, from, now_ms);
        return refuse_token(e);
    }
    if (a->proving_count >= PROVING_MAX) {
        (void)fail(e, ERR_OVERLOADED, "others are signing in at this moment");
        e->retry_after_ms = 100;
        return false;
    }
    a->proving_count++;
    memcpy(ret_proof, t->proof.base, t->proof.len);
    ret_proof[t->proof.len] = '\0';
    return true;
}

bool accounts_check_token(accounts *a, bytes token, bytes from, int64_t now_ms, account *ret,
                          err *e)
{
    bytes id = {NULL, 0};
    bytes secret = {NULL, 0};
    if (accounts_know_token(a, token, now_ms, ret)) {
        return true;
    }
    bool has_shape = token_parse(token, &id, &secret);
    char proof[SECRET_PROOF_LEN];
    uint32_t index = 0;
    lock(a);
    bool is_begun = begin_proving(a, has_shape ? id : BYTES(""), from, now_ms, proof, &index, e);
    unlock(a);
    if (!is_begun) {
        return false;
    }
    bool is_proven = secret_is_proven(secret, proof);
    secret_mark mark = secret_mark_of(a->key, token);
    uint32_t index_now = 0;
    lock(a);
    a->proving_count--;
    bool is_good = is_proven && find_token(a, id, now_ms, &index_now) != NULL &&
                   index_now == index && write_account(a, index, ret);
    if (is_good) {
        proven *p = place_of(a, &mark);
        *p = (proven){.mark = mark, .user = index};
        memcpy(p->token_id, id.base, TOKEN_ID_LEN);
    } else {
        tries_add(&a->tries, from, now_ms);
        tries_add(&a->tries, id, now_ms);
    }
    unlock(a);
    return is_good || refuse_token(e);
}

/* ---------------------------------------------------------------------------------- sessions */

static bytes mark_bytes(const secret_mark *mark)
{
    return (bytes){(const char *)mark->digest, sizeof mark->digest};
}

static bool is_over(const web_session *s, int64_t now_ms)
{
    return now_ms - s->seen_ms > SESSION_IDLE_MS || now_ms - s->begun_ms > SESSION_MS;
}

static void close_session(accounts *a, web_session *s)
{
    map_remove(&a->session_by_mark, mark_bytes(&s->mark));
    *s = (web_session){0};
}

/* A free place: one never used, one that is over, else the one not seen for the longest time. */
static web_session *free_place(accounts *a, int64_t now_ms)
{
    web_session *oldest = NULL;
    for (uint32_t i = 0; i < a->session_count; i++) {
        web_session *s = &a->sessions[i];
        if (s->is_open && is_over(s, now_ms)) {
            close_session(a, s);
        }
        if (!s->is_open) {
            return s;
        }
        oldest = oldest == NULL || s->seen_ms < oldest->seen_ms ? s : oldest;
    }
    if (a->session_count < a->session_cap) {
        return &a->sessions[a->session_count++];
    }
    uint32_t cap = a->session_cap == 0 ? 64 : 2 * a->session_cap;
    cap = cap < SESSION_COUNT_MAX ? cap : SESSION_COUNT_MAX;
    web_session *more =
        cap == a->session_cap
            ? NULL
            : mem_resize(a->sessions, a->session_cap * sizeof *more, cap * sizeof *more);
    if (more == NULL) {
        if (oldest != NULL) {
            close_session(a, oldest);
        }
        return oldest;
    }
    a->sessions = more;
    a->session_cap = cap;
    return &a->sessions[a->session_count++];
}

bool accounts_begin_session(accounts *a, bytes user_id, int64_t now_ms,
                            char ret_cookie[SECRET_TEXT_LEN + 1])
{
    char cookie[SECRET_TEXT_LEN + 1];
    secret_random_text(cookie);
    secret_mark mark = secret_mark_of(a->key, bytes_of(cookie));
    lock(a);
    uint64_t user_index = 0;
    web_session *s = map_get(&a->user_by_id, user_id, &user_index) ? free_place(a, now_ms) : NULL;
    bool is_begun =
        s != NULL && map_put(&a->session_by_mark, mark_bytes(&mark), (uint64_t)(s - a->sessions));
    if (is_begun) {
        *s = (web_session){.mark = mark,
                           .user = (uint32_t)user_index,
                           .begun_ms = now_ms,
                           .seen_ms = now_ms,
                           .is_open = true};
        memcpy(ret_cookie, cookie, sizeof cookie);
    }
    unlock(a);
    return is_begun;
}

bool accounts_find_session(accounts *a, bytes cookie, int64_t now_ms, account *ret)
{
    if (cookie.len != SECRET_TEXT_LEN) {
        return false;
    }
    secret_mark mark = secret_mark_of(a->key, cookie);
    lock(a);
    uint64_t index;
    bool is_found = map_get(&a->session_by_mark, mark_bytes(&mark), &index);
    if (is_found && is_over(&a->sessions[index], now_ms)) {
        close_session(a, &a->sessions[index]);
        is_found = false;
    }
    if (is_found) {
        a->sessions[index].seen_ms = now_ms;
        is_found = write_account(a, a->sessions[index].user, ret);
    }
    unlock(a);
    return is_found;
}

void accounts_end_session(accounts *a, bytes cookie)
{
    secret_mark mark = secret_mark_of(a->key, cookie);
    lock(a);
    uint64_t index;
    if (map_get(&a->session_by_mark, mark_bytes(&mark), &index)) {
        close_session(a, &a->sessions[index]);
    }
    unlock(a);
}

void accounts_guard_of(const accounts *a, bytes cookie, char ret[SECRET_TEXT_LEN + 1])
{
    secret_mark mark = secret_mark_of(a->guard_key, cookie);
    secret_text_of(&mark, ret);
}
