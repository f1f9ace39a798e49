/* The end of a process that met a bug of ours: say where, then stop at once. */
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

void check_failed(const char *what, const char *file, int line)
{
    fprintf(stderr, "lotse: check failed: %s (%s:%d)\n", what, file, line);
    fflush(stderr);
    abort();
}
