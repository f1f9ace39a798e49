#ifndef CORE_MATCH_OPENS_PARTS_H
#define CORE_MATCH_OPENS_PARTS_H

#include "match/opens.h"

/* Inside of opens.c. Each change_ function leaves *ret_count where there is no honest change;
 * false: no memory. */

enum { PATH_LEN_MAX = 200, LIST_CHANGE_MAX = 64 };

/* What a change is made from. `out` collects the JSON of the new value. */
typedef struct opening {
    const match_program *program;
    const gate *gate;
    const gate_finding *finding;
    const json_node *seeker;
    const dictionary *dictionary;
    arena *arena;
    buf out;
    char path[PATH_LEN_MAX + 1];
} opening;

/* An entry of a list that has to change: the one whose `key_name` is `key`; `rest` leads from the
 * entry to the value. */
typedef struct entry_change {
    bytes key;
    gate_fact need;
} entry_change;

typedef struct list_change {
    char list[PATH_LEN_MAX + 1]; /* "/languages" */
    const char *key_name;        /* "code" */
    char rest[PATH_LEN_MAX + 1]; /* "/skills/reading" */
    entry_change entries[LIST_CHANGE_MAX];
    uint32_t count;
} list_change;

const field *opens_field(const opening *o, uint32_t index); /* of the seeker's columns */
void opens_put_fact(json_writer *w, const gate_fact *fact);
/* "availability.hours_max" into "/availability/hours_max". */
bool opens_pointer_of(const char *path, char ret[PATH_LEN_MAX + 1]);
/* The change of what stands at o->path into what was written to o->out. */
bool opens_keep(opening *o, opens_change *ret, err *e);

/* opens_list.c */
bool opens_split_path(const char *path, const char *star, list_change *c);
bool opens_change_list(opening *o, const list_change *c, opens_change *ret, uint32_t *ret_count,
                       err *e);
bool opens_change_joined(opening *o, opens_change *ret, uint32_t *ret_count, err *e);

/* opens_patch.c: values in JSON trees, by pointers that the engine made itself. */
/* NULL: nothing stands there. */
const json_node *opens_node_at(const json_node *root, const char *path);
/* Writes `node` (NULL: an empty object) with `value` at `path`, objects on the way made as needed.
 * False: the path is no pointer. */
bool opens_put_changed(json_writer *w, const json_node *node, const char *path, bytes value);

#endif
