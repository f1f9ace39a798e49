#include "plugin/life.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/log.h"

/* ------------------------------------------------------------------------------------ states */

static const struct {
    const char *text;
    uint32_t next; /* a bit per state that may follow */
} states[PLUGIN_STATE_COUNT] = {
#define TO(s) (1u << PLUGIN_##s)
    [PLUGIN_FOUND] = {"found", TO(VERIFIED) | TO(FAILED) | TO(QUARANTINED)},
    [PLUGIN_VERIFIED] = {"verified", TO(LOADED) | TO(STOPPED) | TO(FAILED) | TO(QUARANTINED)},
    [PLUGIN_LOADED] = {"loaded", TO(READY) | TO(FAILED)},
    [PLUGIN_READY] = {"ready", TO(BUSY) | TO(DRAINING) | TO(FAILED) | TO(QUARANTINED)},
    [PLUGIN_BUSY] = {"busy", TO(READY) | TO(DRAINING) | TO(FAILED) | TO(QUARANTINED)},
    [PLUGIN_DRAINING] = {"draining", TO(STOPPED)},
    [PLUGIN_STOPPED] = {"stopped", 0},
    [PLUGIN_FAILED] = {"failed", TO(BUSY) | TO(READY) | TO(DRAINING) | TO(QUARANTINED)},
    [PLUGIN_QUARANTINED] = {"quarantined", TO(READY) | TO(DRAINING)},
#undef TO
};

const char *life_state_text(plugin_state s)
{
    check(s < PLUGIN_STATE_COUNT);
    return states[s].text;
}

bool life_may_move(plugin_state from, plugin_state to)
{
    check(from < PLUGIN_STATE_COUNT);
    check(to < PLUGIN_STATE_COUNT);
    return (states[from].next >> to & 1u) != 0;
}

/* ------------------------------------------------------------------------------------ the book */

struct life_book {
    pthread_mutex_t lock;
    life_record *records[2 * PLUGIN_COUNT_MAX];
    uint32_t count;
};

bool life_book_new(life_book **ret, err *e)
{
    life_book *b = mem_new(sizeof *b);
    if (b == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the plugins' lives");
    }
    check(pthread_mutex_init(&b->lock, NULL) == 0);
    *ret = b;
    return true;
}

void life_book_free(life_book **b)
{
    if (*b == NULL) {
        return;
    }
    for (uint32_t i = 0; i < (*b)->count; i++) {
        check(pthread_mutex_destroy(&(*b)->records[i]->lock) == 0);
        mem_free((*b)->records[i]);
    }
    check(pthread_mutex_destroy(&(*b)->lock) == 0);
    mem_free(*b);
    *b = NULL;
}

static life_record *add_record(life_book *b, bytes id)
{
    life_record *r = b->count == 2 * PLUGIN_COUNT_MAX ? NULL : mem_new(sizeof *r);
    if (r != NULL) {
        check(pthread_mutex_init(&r->lock, NULL) == 0);
        memcpy(r->id, id.base, id.len);
        b->records[b->count++] = r;
    }
    return r;
}

life_record *life_book_record(life_book *b, bytes id)
{
    life_record *found = NULL;
    check(id.len <= ID_LEN_MAX);
    check(pthread_mutex_lock(&b->lock) == 0);
    for (uint32_t i = 0; i < b->count && found == NULL; i++) {
        found = bytes_equal_text(id, b->records[i]->id) ? b->records[i] : NULL;
    }
    found = found == NULL ? add_record(b, id) : found;
    check(pthread_mutex_unlock(&b->lock) == 0);
    return found;
}

life_record *life_book_take_unsaved(life_book *b)
{
    life_record *found = NULL;
    check(pthread_mutex_lock(&b->lock) == 0);
    for (uint32_t i = 0; i < b->count && found == NULL; i++) {
        life_record *r = b->records[i];
        check(pthread_mutex_lock(&r->lock) == 0);
        found = r->is_unsaved ? r : NULL;
        r->is_unsaved = false;
        check(pthread_mutex_unlock(&r->lock) == 0);
    }
    check(pthread_mutex_unlock(&b->lock) == 0);
    return found;
}

/* ------------------------------------------------------------------------------------ faults */

/* It starts again at once after the first fault, after a while after the next. */
static int64_t rest_ns(uint32_t recent_count)
{
    static const int64_t SECONDS[] = {0, 1, 4, 16};
    uint32_t last = sizeof SECONDS / sizeof SECONDS[0] - 1;
    return SECONDS[recent_count < last ? recent_count : last] * 1000000000;
}

/* Faults that are not too long ago, the one at now_ns left out. */
static uint32_t count_recent(const life_record *r, int64_t now_ns)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < LIFE_FAULT_MAX; i++) {
        int64_t limit = (int64_t)LIFE_FAULT_MS * 1000000;
        count += r->fault_ns[i] != 0 && now_ns - r->fault_ns[i] < limit;
    }
    return count;
}

void life_note_fault(life_record *r, const err *why, bool is_final, int64_t now_ns)
{
    check(pthread_mutex_lock(&r->lock) == 0);
    uint32_t earlier = count_recent(r, now_ns);
    memmove(&r->fault_ns[1], &r->fault_ns[0], (LIFE_FAULT_MAX - 1) * sizeof r->fault_ns[0]);
    r->fault_ns[0] = now_ns;
    r->fault_count++;
    r->last_fault = *why;
    r->resume_ns = now_ns + rest_ns(earlier);
    bool is_new = !r->is_quarantined && (is_final || earlier + 1 >= LIFE_FAULT_MAX);
    r->is_quarantined = r->is_quarantined || is_new;
    r->is_unsaved = r->is_unsaved || is_new;
    check(pthread_mutex_unlock(&r->lock) == 0);
    log_event(is_new ? LOG_ERROR : LOG_WARN, is_new ? "plugin.quarantined" : "plugin.fault",
              "id=%s error=%s", r->id, err_id(why->code));
}

bool life_may_start(life_record *r, int64_t now_ns, err *e)
{
    check(pthread_mutex_lock(&r->lock) == 0);
    bool is_quarantined = r->is_quarantined;
    bool rests = now_ns < r->resume_ns;
    err why = r->last_fault;
    int64_t left_ns = r->resume_ns - now_ns;
    check(pthread_mutex_unlock(&r->lock) == 0);
    if (is_quarantined) {
        (void)fail(e, ERR_PLUGIN_QUARANTINED, "plugin \"%s\" is in quarantine: %s", r->id,
                   why.code == ERR_NONE ? "it had too many faults" : why.text);
        return err_hint(e, "When its maker has mended it: lotse plugin release %s.", r->id);
    }
    if (rests) {
        *e = why;
        e->retry_after_ms = left_ns / 1000000 + 1;
        return false;
    }
    return true;
}

void life_note_start(life_record *r)
{
    check(pthread_mutex_lock(&r->lock) == 0);
    r->start_count++;
    check(pthread_mutex_unlock(&r->lock) == 0);
}

void life_set_quarantined(life_record *r, const err *why)
{
    check(pthread_mutex_lock(&r->lock) == 0);
    r->is_quarantined = true;
    if (r->last_fault.code == ERR_NONE) {
        r->last_fault = *why;
    }
    check(pthread_mutex_unlock(&r->lock) == 0);
}

bool life_release(life_record *r)
{
    check(pthread_mutex_lock(&r->lock) == 0);
    bool was_quarantined = r->is_quarantined;
    r->is_quarantined = false;
    r->is_unsaved = false;
    r->resume_ns = 0;
    memset(r->fault_ns, 0, sizeof r->fault_ns);
    check(pthread_mutex_unlock(&r->lock) == 0);
    return was_quarantined;
}

bool life_is_quarantined(life_record *r)
{
    check(pthread_mutex_lock(&r->lock) == 0);
    bool is_quarantined = r->is_quarantined;
    check(pthread_mutex_unlock(&r->lock) == 0);
    return is_quarantined;
}

void life_read(life_record *r, life_facts *ret)
{
    check(pthread_mutex_lock(&r->lock) == 0);
    *ret = (life_facts){r->fault_count, r->start_count, r->is_quarantined, r->last_fault};
    check(pthread_mutex_unlock(&r->lock) == 0);
}

/* ------------------------------------------------------------------------------------ its log */

static void log_char(life_record *r, char c)
{
    if (c == '\n') {
        r->log_is_open = false;
        return;
    }
    if (!r->log_is_open) {
        memset(r->log[r->log_count % LIFE_LOG_LINE_MAX], 0, LIFE_LOG_LINE_LEN);
        r->log_count++;
        r->log_is_open = true;
    }
    char *line = r->log[(r->log_count - 1) % LIFE_LOG_LINE_MAX];
    size_t len = strlen(line);
    if (len + 1 < LIFE_LOG_LINE_LEN) {
        line[len] = c >= ' ' && c <= '~' ? c : '?';
    } else {
        r->log_dropped_len++;
    }
}

void life_log(life_record *r, const char *base, size_t len)
{
    check(pthread_mutex_lock(&r->lock) == 0);
    for (size_t i = 0; i < len; i++) {
        log_char(r, base[i]);
    }
    check(pthread_mutex_unlock(&r->lock) == 0);
}

uint32_t life_read_log(life_record *r, char lines[LIFE_LOG_LINE_MAX][LIFE_LOG_LINE_LEN])
{
    check(pthread_mutex_lock(&r->lock) == 0);
    uint32_t count = r->log_count < LIFE_LOG_LINE_MAX ? r->log_count : LIFE_LOG_LINE_MAX;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = (r->log_count - count + i) % LIFE_LOG_LINE_MAX;
        memcpy(lines[i], r->log[at], LIFE_LOG_LINE_LEN);
    }
    check(pthread_mutex_unlock(&r->lock) == 0);
    return count;
}

/* ------------------------------------------------------------------------------------ one life */

void plugin_life_init(plugin_life *l, life_record *record)
{
    check(pthread_mutex_init(&l->lock, NULL) == 0);
    l->state = PLUGIN_FOUND;
    l->busy_count = 0;
    l->record = record;
}

void plugin_life_fini(plugin_life *l)
{
    check(pthread_mutex_destroy(&l->lock) == 0);
}

static void move(plugin_life *l, plugin_state to)
{
    if (l->state != to) {
        check(life_may_move(l->state, to));
        l->state = to;
    }
}

void plugin_life_move(plugin_life *l, plugin_state to)
{
    check(pthread_mutex_lock(&l->lock) == 0);
    move(l, to);
    check(pthread_mutex_unlock(&l->lock) == 0);
}

plugin_state plugin_life_state(plugin_life *l)
{
    check(pthread_mutex_lock(&l->lock) == 0);
    plugin_state state = l->state;
    check(pthread_mutex_unlock(&l->lock) == 0);
    return state;
}

static bool is_leaving(const plugin_life *l)
{
    return l->state == PLUGIN_DRAINING || l->state == PLUGIN_STOPPED;
}

void plugin_life_enter(plugin_life *l)
{
    check(pthread_mutex_lock(&l->lock) == 0);
    l->busy_count++;
    if (!is_leaving(l) && l->state != PLUGIN_QUARANTINED) {
        move(l, PLUGIN_BUSY);
    }
    check(pthread_mutex_unlock(&l->lock) == 0);
}

void plugin_life_leave(plugin_life *l, bool is_answered)
{
    bool is_quarantined = life_is_quarantined(l->record);
    check(pthread_mutex_lock(&l->lock) == 0);
    check(l->busy_count > 0);
    l->busy_count--;
    if (!is_leaving(l)) {
        if (is_quarantined) {
            move(l, PLUGIN_QUARANTINED);
        } else if (!is_answered) {
            move(l, PLUGIN_FAILED);
        } else if (l->busy_count == 0) {
            move(l, PLUGIN_READY);
        }
    }
    check(pthread_mutex_unlock(&l->lock) == 0);
}
