/* Failures as plain values: the list of errors as tables, and the few functions that fill an err.
 */
#include "base/err.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"

typedef struct err_fact {
    const char *id;
    int rpc_code;
    int http_status;
    bool may_retry;
    const char *summary;
} err_fact;

static const err_fact ERR_FACTS[ERR_COUNT] = {
    [ERR_NONE] = {"none", 0, 200, false, "nothing went wrong"},
#define X(name, id, rpc, http, retry, summary) [ERR_##name] = {id, rpc, http, retry, summary},
#include "base/errors.def"
#undef X
};

/* Cuts an unfinished UTF-8 sequence that vsnprintf left at the end of a full field: a message must
 * stay text, because it travels in JSON. */
static void cut_torn_end(char *text, size_t cap)
{
    size_t len = strlen(text);
    if (len + 1 < cap) {
        return;
    }
    size_t start = len;
    while (start > 0 && len - start < 4 && ((unsigned char)text[start - 1] & 0xC0u) == 0x80u) {
        start--;
    }
    if (start == 0 || ((unsigned char)text[start - 1] & 0x80u) == 0) {
        return;
    }
    unsigned char lead = (unsigned char)text[start - 1];
    size_t need = lead >= 0xF0u ? 4 : lead >= 0xE0u ? 3 : 2;
    if (len - (start - 1) < need) {
        text[start - 1] = '\0';
    }
}

static void print_field(char *field, size_t cap, const char *format, va_list args)
{
    if (vsnprintf(field, cap, format, args) < 0) {
        field[0] = '\0';
    }
    cut_torn_end(field, cap);
}

bool err_set(err *e, err_code code, const char *file, int line, const char *format, ...)
{
    check(code > ERR_NONE);
    check(code < ERR_COUNT);
    if (e == NULL) {
        return false;
    }
    /* The arguments may point into the err itself, when a failure is told again with more words. */
    char text[sizeof e->text];
    va_list args;
    va_start(args, format);
    print_field(text, sizeof text, format, args);
    va_end(args);
    *e = (err){.code = code, .line = line, .file = file};
    memcpy(e->text, text, sizeof text);
    return false;
}

bool err_detail(err *e, const char *format, ...)
{
    if (e != NULL) {
        char field[sizeof e->detail];
        va_list args;
        va_start(args, format);
        print_field(field, sizeof field, format, args);
        va_end(args);
        memcpy(e->detail, field, sizeof field);
    }
    return false;
}

bool err_hint(err *e, const char *format, ...)
{
    if (e != NULL) {
        char field[sizeof e->hint];
        va_list args;
        va_start(args, format);
        print_field(field, sizeof field, format, args);
        va_end(args);
        memcpy(e->hint, field, sizeof field);
    }
    return false;
}

bool err_path(err *e, const char *format, ...)
{
    if (e != NULL) {
        char field[sizeof e->path];
        va_list args;
        va_start(args, format);
        print_field(field, sizeof field, format, args);
        va_end(args);
        memcpy(e->path, field, sizeof field);
    }
    return false;
}

void err_clear(err *e)
{
    if (e != NULL) {
        *e = (err){0};
    }
}

static const err_fact *fact_of(err_code code)
{
    check(code >= ERR_NONE);
    check(code < ERR_COUNT);
    return &ERR_FACTS[code];
}

const char *err_id(err_code code)
{
    return fact_of(code)->id;
}

int err_rpc_code(err_code code)
{
    return fact_of(code)->rpc_code;
}

int err_http_status(err_code code)
{
    return fact_of(code)->http_status;
}

bool err_may_retry(err_code code)
{
    return fact_of(code)->may_retry;
}

const char *err_summary(err_code code)
{
    return fact_of(code)->summary;
}

bool err_from_id(const char *id, err_code *ret_code)
{
    for (int code = ERR_NONE + 1; code < ERR_COUNT; code++) {
        if (strcmp(ERR_FACTS[code].id, id) == 0) {
            *ret_code = (err_code)code;
            return true;
        }
    }
    return false;
}
