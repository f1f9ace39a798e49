#ifndef CORE_BASE_LOG_H
#define CORE_BASE_LOG_H

/* Structured lines on stderr: time, level, event, key=value pairs. Ids and hashes only, never the
 * content of a record. Safe on any thread. */
typedef enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG } log_level;

void log_set_level(log_level level);
void log_event(log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
