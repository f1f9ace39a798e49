#ifndef CORE_MATCH_OPENS_H
#define CORE_MATCH_OPENS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "match/gate.h"
#include "model/concept.h"
#include "json/json.h"

/* The smallest changes of a seeker's record that would open a gate which is not yes. Only changes
 * that somebody can honestly work towards, or that state a fact nobody has stated yet: more
 * language, a qualification, other hours, a longer way. Never another trait, need or history, and
 * never less than a person knows. A gate that rests on the offer alone has none. */

enum { OPENS_MAX = 2 };

/* One way: by itself it opens the gate. */
typedef struct opens_change {
    const char *path; /* JSON pointer into the seeker's record */
    bytes from;       /* the JSON that stands there now; "null": nothing does */
    bytes to;         /* the JSON that would have to stand there */
} opens_change;

/* Writes the ways to `ret` and their count; texts live in `a`. No way is not a failure; only a lack
 * of memory is. `seeker` is the record that was judged, `d` knows the offer's concepts. [any] */
bool opens_of(const match_program *p, const gate *g, const gate_finding *finding,
              const json_node *seeker, const dictionary *d, arena *a, opens_change ret[OPENS_MAX],
              uint32_t *ret_count, err *e);

/* The change as a merge patch (RFC 7386) on `seeker`, fit to be asked as `what_if`; appended to
 * out. [any] */
bool opens_patch(const opens_change *change, const json_node *seeker, buf *out, err *e);

#endif
