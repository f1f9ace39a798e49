/* One line per event, written with one call, so that lines of several threads never mix. */
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LOG_LINE_LEN_MAX = 2048 };

/* Mutable file-scope state by exception: the level is the operator's and holds for the process. */
static _Atomic int level_max = LOG_INFO;

static const char *const LEVEL_NAMES[] = {"error", "warn", "info", "debug"};

void log_set_level(log_level level)
{
    atomic_store_explicit(&level_max, (int)level, memory_order_relaxed);
}

static size_t print_head(char *line, size_t cap, log_level level, const char *event)
{
    struct timespec now = {0};
    struct tm utc = {0};
    if (clock_gettime(CLOCK_REALTIME, &now) != 0 || gmtime_r(&now.tv_sec, &utc) == NULL) {
        now = (struct timespec){0};
    }
    char stamp[32];
    size_t stamp_len = strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
    stamp[stamp_len] = '\0';
    int len = snprintf(line, cap, "%s.%03ldZ %s %s", stamp, now.tv_nsec / 1000000,
                       LEVEL_NAMES[level], event);
    return len < 0 ? 0 : (size_t)len < cap ? (size_t)len : cap - 1;
}

void log_event(log_level level, const char *event, const char *format, ...)
{
    if ((int)level > atomic_load_explicit(&level_max, memory_order_relaxed)) {
        return;
    }
    char line[LOG_LINE_LEN_MAX];
    size_t cap = sizeof line - 1; /* the line feed always has its place */
    size_t len = print_head(line, cap, level, event);
    if (format != NULL && format[0] != '\0' && len + 2 < cap) {
        line[len++] = ' ';
        va_list args;
        va_start(args, format);
        int more = vsnprintf(line + len, cap - len, format, args);
        va_end(args);
        if (more > 0) {
            len += (size_t)more < cap - len ? (size_t)more : cap - len - 1;
        }
    }
    /* A line feed in a value would let one event pass for two. */
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7F) {
            line[i] = '?';
        }
    }
    line[len++] = '\n';
    size_t done = 0;
    while (done < len) {
        ssize_t count = write(STDERR_FILENO, line + done, len - done);
        if (count <= 0) {
            return; /* nobody can be told that the log cannot be written */
        }
        done += (size_t)count;
    }
}
