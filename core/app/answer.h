#ifndef CORE_APP_ANSWER_H
#define CORE_APP_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "app/client.h"
#include "base/bytes.h"
#include "base/err.h"

/* What a client asks and what a server sends it, as text. */

/* One request as a line with its end; with a progress token equal to the id where that is asked for
 * and the params have a place for one. */
bool answer_ask(buf *out, uint64_t id, const char *method, bytes params_json, bool has_progress,
                err *e);
void answer_cancel(buf *out, uint64_t id);

typedef enum answer_kind {
    ANSWER_OTHER,    /* not about this request */
    ANSWER_PROGRESS, /* told to on_progress */
    ANSWER_RESULT,   /* put behind ret_result's content */
    ANSWER_ERROR     /* now in e */
} answer_kind;

/* One line from the server. A line that is no JSON is an error: of the server, or there is none. */
answer_kind answer_read(bytes line, uint64_t id, client_on_progress *on_progress, void *context,
                        buf *ret_result, err *e);

#endif
