#ifndef CORE_PLUGIN_WINDOW_H
#define CORE_PLUGIN_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "plugin/wire.h"

/* The window of a caged plugin: a memory file into which the host copies the columns that the
 * plugin was granted, segment by segment, and which its children have mapped since before their
 * last lock. Sealed against growth and against any further writable map; the host keeps the one it
 * has. What is dead is overwritten with zeros at once and its place used again. */
typedef struct window window;

bool window_new(uint64_t len, window **ret, err *e);
void window_free(window **w);
int window_fd(const window *w); /* for a child; the window's */
uint64_t window_len(const window *w);
/* The table under this key, copied when it is asked for the first time. `ret` counts its offsets
 * from the window's start. ERR_PLUGIN_MEMORY: no room. [any] */
bool window_show(window *w, uint64_t key, const lotse_table *t, wire_table *ret, err *e);
void window_forget(window *w, uint64_t key); /* [any] */
uint64_t window_used_len(window *w);         /* [any] */

#endif
