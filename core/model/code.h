#ifndef CORE_MODEL_CODE_H
#define CORE_MODEL_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* Every code list of the records. codes.def is the one place; schemas/codes/NAME.json are written
 * from it and a test compares. Positions never change: plugins and stored masks rely on them. */
typedef struct code_entry {
    const char *id;
    const char *de; /* labels; say/ has those of the other languages, and say_code_label */
    const char *en;
    const char *note; /* legal basis or remark, or NULL */
} code_entry;

typedef struct code_list {
    const char *name; /* "kind", "level", "target_group", ... */
    bool is_ordered;  /* positions may be compared */
    uint32_t count;   /* at most 64 for lists used in sets */
    const code_entry *entries;
    /* Codes from this position on say that nothing comparable is known ("abroad" of school,
     * "unknown" of work_permission): columns read them as unknown. Else equal to count. */
    uint32_t compared_count;
} code_list;

/* The lists by name, for the tables: CODES(level). */
typedef enum code_list_index {
#define LIST(name, is_ordered, compared_count) CODE_LIST_##name,
#define CODE(id, de, en, note)
#define END(name)
#include "model/codes.def"
#undef LIST
#undef CODE
#undef END
    CODE_LIST_COUNT
} code_list_index;

extern const code_list code_lists[CODE_LIST_COUNT];

#define CODES(name) (&code_lists[CODE_LIST_##name])

/* Positions that the engine itself reads; a test holds them against the lists. */
enum { OFFER_STATUS_IDEA, OFFER_STATUS_PILOT, OFFER_STATUS_RUNNING, OFFER_STATUS_ENDED };
enum { ENTRY_MODE_FIXED, ENTRY_MODE_ROLLING };
enum { WAITING_LIST_CLOSED, WAITING_LIST_OPEN };
enum { DECISION_PROPOSE, DECISION_DECLINE, DECISION_NOTE, DECISION_DATA_WRONG };
enum {
    EVENT_PROPOSED,
    EVENT_INVITED,
    EVENT_STARTED,
    EVENT_ATTENDED_UNTIL,
    EVENT_COMPLETED,
    EVENT_BROKEN_OFF,
    EVENT_NOT_STARTED,
    EVENT_PLACED,
    EVENT_STILL_EMPLOYED_6M
};
enum {
    WORK_PERMISSION_FREE,
    WORK_PERMISSION_ALLOWED,
    WORK_PERMISSION_WITH_CONSENT,
    WORK_PERMISSION_NOT_YET,
    WORK_PERMISSION_BARRED,
    WORK_PERMISSION_UNKNOWN
};

const code_list *code_list_all(uint32_t *ret_count);
const code_list *code_list_find(const char *name); /* NULL: no such list */
bool code_find(const code_list *list, bytes id, uint32_t *ret_position);

#endif
