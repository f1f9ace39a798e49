#ifndef CORE_PLUGIN_LIFE_H
#define CORE_PLUGIN_LIFE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/limits.h"

/* The life of plugins: in which states one can be, how many faults it may have, what it wrote on
 * its last legs. */

typedef enum plugin_state {
    PLUGIN_FOUND,       /* its folder was seen */
    PLUGIN_VERIFIED,    /* manifest and signature hold */
    PLUGIN_LOADED,      /* library and contract hold */
    PLUGIN_READY,       /* takes part in answers */
    PLUGIN_BUSY,        /* is being asked; in a cage only, where it can be told */
    PLUGIN_DRAINING,    /* makes room for another; its last questions are answered */
    PLUGIN_STOPPED,     /* switched off, or gone */
    PLUGIN_FAILED,      /* does not work, or rests after a fault */
    PLUGIN_QUARANTINED, /* had too many faults, or one too bad: until it is released */
    PLUGIN_STATE_COUNT
} plugin_state;

const char *life_state_text(plugin_state s);
/* The one table of moves that there are. */
bool life_may_move(plugin_state from, plugin_state to);

enum {
    LIFE_FAULT_MAX = 3, /* within LIFE_FAULT_MS: quarantine */
    LIFE_FAULT_MS = 10 * 60 * 1000,
    LIFE_LOG_LINE_MAX = 20, /* the last lines of a plugin's stderr that are kept */
    LIFE_LOG_LINE_LEN = 160
};

/* What is remembered of a plugin by its id while the program runs, whichever version of its folder
 * is loaded. Locked; [any]. */
typedef struct life_record {
    pthread_mutex_t lock;
    char id[ID_LEN_MAX + 1];
    int64_t fault_ns[LIFE_FAULT_MAX]; /* the last ones, the newest first */
    uint64_t fault_count, start_count;
    err last_fault;
    int64_t resume_ns; /* it rests until then */
    bool is_quarantined;
    bool is_unsaved; /* the quarantine is not in the store yet */
    char log[LIFE_LOG_LINE_MAX][LIFE_LOG_LINE_LEN];
    uint32_t log_count; /* lines ever */
    bool log_is_open;   /* the last line has no end yet */
    uint64_t log_dropped_len;
} life_record;

/* All of them. */
typedef struct life_book life_book;
bool life_book_new(life_book **ret, err *e);
void life_book_free(life_book **b);
/* Made when it is asked for the first time; NULL: no memory, or more ids than there may be plugins.
 */
life_record *life_book_record(life_book *b, bytes id);
/* The next record whose quarantine nobody stored, which is taken as stored now; NULL: none. */
life_record *life_book_take_unsaved(life_book *b);

/* A fault: `is_final` ones (a forbidden call, a bad signature) quarantine at once. */
void life_note_fault(life_record *r, const err *why, bool is_final, int64_t now_ns);
/* May it be started now? False: *e is why it rests or is quarantined, with the time to wait. */
bool life_may_start(life_record *r, int64_t now_ns, err *e);
void life_note_start(life_record *r);
/* As it was stored; not unsaved. */
void life_set_quarantined(life_record *r, const err *why);
/* Forgets faults and quarantine. False: there was no quarantine. */
bool life_release(life_record *r);
bool life_is_quarantined(life_record *r);
/* What is known of its faults, as of now. */
typedef struct life_facts {
    uint64_t fault_count, start_count;
    bool is_quarantined;
    err last_fault; /* ERR_NONE: it had none */
} life_facts;
void life_read(life_record *r, life_facts *ret);
/* Bytes of its stderr: kept by lines, the last ones; what is no text is shown as '?'. */
void life_log(life_record *r, const char *base, size_t len);
/* The oldest kept line first; returns the count. Lines end with a NUL. */
uint32_t life_read_log(life_record *r, char lines[LIFE_LOG_LINE_MAX][LIFE_LOG_LINE_LEN]);

/* The state of one loaded folder. Moves are those of the table. [any] */
typedef struct plugin_life {
    pthread_mutex_t lock;
    plugin_state state;
    uint32_t busy_count;
    life_record *record;
} plugin_life;

void plugin_life_init(plugin_life *l, life_record *record);
void plugin_life_fini(plugin_life *l);
void plugin_life_move(plugin_life *l, plugin_state to);
plugin_state plugin_life_state(plugin_life *l);
/* Around each question. A fault moves it to failed or quarantined, an answer back to ready. */
void plugin_life_enter(plugin_life *l);
void plugin_life_leave(plugin_life *l, bool is_answered);

#endif
