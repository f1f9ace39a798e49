#ifndef CORE_ACCOUNT_TRAIL_H
#define CORE_ACCOUNT_TRAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/day.h"
#include "base/err.h"

/* Two logs that nobody can change unseen: what was done (system) and who looked at whom (access).
 * They hold ids and hashes, never contents; a person stands there as a keyed hash of the id, so
 * that a reader of the log learns nothing, and who knows an id can still ask for it. Each line
 * carries a code over itself and the line before, keyed BLAKE2b; the logs are files by the day, and
 * whole days go when their time is over. README.md has the form. */
typedef struct trail trail;

typedef enum trail_log { TRAIL_SYSTEM, TRAIL_ACCESS, TRAIL_LOG_COUNT } trail_log;

typedef struct trail_config {
    const char *dir;                     /* the data folder; the logs stand in dir/trail */
    uint32_t keep_days[TRAIL_LOG_COUNT]; /* 0: TRAIL_KEEP_DAYS */
} trail_config;

enum { TRAIL_KEEP_DAYS = 180, TRAIL_PSEUDONYM_LEN = 2 + 32 };

typedef struct trail_entry {
    trail_log log;
    bytes by;             /* who: an account, never a name */
    bytes action;         /* "seeker.get" */
    bytes offer;          /* id, or absent */
    bytes outcome;        /* "ok", or the id of an error */
    const bytes *seekers; /* ids of the people concerned; written as pseudonyms */
    uint32_t seeker_count;
} trail_entry;

/* Makes folder and key where there are none, cuts off a last line that a power loss left
 * unfinished, removes days whose time is over. ERR_TRAIL, ERR_MEMORY. [control] */
bool trail_open(const trail_config *config, trail **ret, err *e);
void trail_close(trail **t);
/* Written when it returns (to the kernel; to the disk within a second or with trail_sync).
 * ERR_TRAIL: then the caller must not answer. [any] */
bool trail_add(trail *t, const trail_entry *entry, err *e);
bool trail_sync(trail *t, err *e); /* [any] */

/* "h:" and 32 hex digits. [any] */
void trail_pseudonym(const trail *t, bytes seeker_id, char ret[TRAIL_PSEUDONYM_LEN + 1]);

/* Entries from one day to another, oldest first; those of one person or account where said. The
 * callback gets the line's JSON and answers false to stop. Lines that are not whole are left out:
 * trail_verify tells of them. [any] */
typedef struct trail_query {
    trail_log log;
    day from, to;
    bytes seeker;   /* id; absent: all */
    bytes by;       /* absent: all */
    uint64_t after; /* numbers greater than this */
} trail_query;
typedef bool trail_on_line(void *context, uint64_t number, bytes json);
bool trail_read(trail *t, const trail_query *query, trail_on_line *on_line, void *context, err *e);

typedef struct trail_finding {
    uint64_t line_count;
    uint32_t day_count;
    bool is_sound;
    char where[64];    /* file and line of the first that is not as it was written, or empty */
    char last_mac[65]; /* of the last sound line: keep it elsewhere, and cutting off shows too */
} trail_finding;
bool trail_verify(trail *t, trail_log log, trail_finding *ret, err *e); /* [any] */

#endif
