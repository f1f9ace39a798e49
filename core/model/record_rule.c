#include "model/record_rule.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/check.h"

bool rule_add_code(rule_codes *seen, value_code code)
{
    if (!code.is_set) {
        return true;
    }
    check(code.position < sizeof seen->words * 8);
    uint64_t bit = (uint64_t)1 << (code.position & 63);
    bool is_new = (seen->words[code.position >> 6] & bit) == 0;
    seen->words[code.position >> 6] |= bit;
    return is_new;
}

bool rule_days_in_order(value_day first, value_day last)
{
    return !first.is_set || !last.is_set || first.value <= last.value;
}

bool rule_ints_in_order(value_int low, value_int high)
{
    return !low.is_set || !high.is_set || low.value <= high.value;
}

bool rule_shares_concept(const value_concepts *a, const value_concepts *b)
{
    uint32_t i = 0;
    uint32_t k = 0;
    while (i < a->count && k < b->count) {
        int order = bytes_compare(a->items[i], b->items[k]);
        if (order == 0) {
            return true;
        }
        i += order < 0;
        k += order > 0;
    }
    return false;
}

bool rule_broken(err *e, const char *what, const char *path, ...)
{
    char text[sizeof e->path];
    va_list args;
    va_start(args, path);
    (void)vsnprintf(text, sizeof text, path, args); /* the patterns are ours and short */
    va_end(args);
    fail(e, ERR_FIELD_RULE, "%s", what);
    return err_path(e, "%s", text);
}
