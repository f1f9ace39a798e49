#ifndef CORE_PLUGIN_CHILD_SANDBOX_H
#define CORE_PLUGIN_CHILD_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

/* The walls around a plugin, put up in this order by its own process before and after the plugin's
 * library is opened. Seccomp is the wall; the others are the second and third. */

/* Namespaces where the machine allows them, no new privileges, no capabilities, limits, Landlock.
 * Returns WIRE_WALL_* of those that hold. */
uint32_t sandbox_begin(uint64_t memory_max, int32_t parent);
/* From here on a library may be opened, and nothing else. False: there is no seccomp. */
bool sandbox_lock_loading(void);
/* The last lock: compute, wait for the doorbell, answer. False: there is no seccomp. */
bool sandbox_lock_working(void);

#endif
