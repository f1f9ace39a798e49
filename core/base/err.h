#ifndef CORE_BASE_ERR_H
#define CORE_BASE_ERR_H

#include <stdbool.h>
#include <stdint.h>

/* What went wrong, told to three readers: `text` to a person, `code` to a program, `detail`, `hint`
 * and `path` (a JSON pointer) to whoever mends it. Fallible functions return bool and take an err
 * last; it is written on failure only. An err is plain memory of its owner: copy it freely. */

typedef enum err_code {
    ERR_NONE = 0,
#define X(name, id, rpc, http, retry, summary) ERR_##name,
#include "base/errors.def"
#undef X
    ERR_COUNT
} err_code;

typedef struct err {
    err_code code;
    int line; /* where in the source the failure was made: for the log only */
    const char *file;
    int64_t retry_after_ms;
    char text[320];   /* lower case, no full stop, the reason included */
    char detail[320]; /* a sentence, or empty */
    char hint[320];   /* a sentence that says what to do next, or empty */
    char path[200];   /* JSON pointer to the field, or empty */
} err;

/* Records a failure and yields false:
 * `return fail(e, ERR_STORE_BUSY, "could not open \"%s\": %s", path, why);` */
#undef fail /* the test library has an old macro of this name */
#define fail(e, code, ...) err_set((e), (code), __FILE__, __LINE__, __VA_ARGS__)

bool err_set(err *e, err_code code, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* These add to a failure already recorded and yield false, so that they may be returned. */
bool err_detail(err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool err_hint(err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool err_path(err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
void err_clear(err *e);

/* Facts of a code, from errors.def. */
const char *err_id(err_code code); /* "store.busy" */
int err_rpc_code(err_code code);   /* -33012 */
int err_http_status(err_code code);
bool err_may_retry(err_code code);
const char *err_summary(err_code code);
bool err_from_id(const char *id, err_code *ret_code);

#endif
