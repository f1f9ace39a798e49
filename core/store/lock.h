#ifndef CORE_STORE_LOCK_H
#define CORE_STORE_LOCK_H

#include <stdbool.h>

#include "base/err.h"

/* One process owns a data folder. The kernel holds the lock and drops it when the process ends,
 * however it ends; the file's content only tells a person who has it. */

/* Takes DIR/lock, or refuses with ERR_STORE_BUSY and the holder's pid. */
bool store_lock_take(const char *dir, int *ret_fd, err *e);
void store_lock_drop(int *fd);

#endif
