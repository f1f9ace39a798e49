/* Whoever has not signed in costs memory and gives nothing: there may be few of them, and none for
 * long. When one more comes the oldest goes, so that an honest peer who signs in at once gets in
 * however many only sit there. */
#include "base/check.h"
#include "base/limits.h"
#include "base/log.h"
#include "io/parts.h"

void io_stranger_add(connection *c)
{
    io *i = c->io;
    check(!c->is_stranger);
    c->is_stranger = true;
    c->stranger_previous = NULL;
    c->stranger_next = i->strangers;
    if (i->strangers != NULL) {
        i->strangers->stranger_previous = c;
    } else {
        i->oldest_stranger = c;
    }
    i->strangers = c;
    i->stranger_count++;
    io_start_sweep(i);
    if (i->stranger_count > NOBODY_COUNT_MAX) {
        i->evicted_count++;
        io_connection_close(i->oldest_stranger);
    }
}

void io_stranger_remove(connection *c)
{
    if (!c->is_stranger) {
        return;
    }
    io *i = c->io;
    c->is_stranger = false;
    i->stranger_count--;
    if (c->stranger_previous != NULL) {
        c->stranger_previous->stranger_next = c->stranger_next;
    } else {
        i->strangers = c->stranger_next;
    }
    if (c->stranger_next != NULL) {
        c->stranger_next->stranger_previous = c->stranger_previous;
    } else {
        i->oldest_stranger = c->stranger_previous;
    }
}

void io_stranger_sweep(io *i, int64_t now_ns)
{
    connection *before;
    for (connection *c = i->oldest_stranger; c != NULL; c = before) {
        before = c->stranger_previous;
        if (now_ns - c->came_ns < (int64_t)SIGN_IN_MS * 1000000) {
            return;
        }
        if (c->web == NULL || io_web_is_socket(c)) {
            log_event(LOG_DEBUG, "connection.stranger", "ended=%d", SIGN_IN_MS);
            io_connection_close(c);
        }
    }
}
