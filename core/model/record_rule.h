#ifndef CORE_MODEL_RECORD_RULE_H
#define CORE_MODEL_RECORD_RULE_H

#include "model/record_value.h"

/* The rules between fields, which a JSON Schema cannot say; they come after the shape was accepted
 * and fail with ERR_FIELD_RULE. A rule about a value that is absent holds: deleting a fact never
 * makes a record a wrong one. For core/model only. */

typedef struct rule_codes {
    uint64_t words[16];
} rule_codes;

/* False: the code was added before. */
bool rule_add_code(rule_codes *seen, value_code code);
bool rule_days_in_order(value_day first, value_day last);
bool rule_ints_in_order(value_int low, value_int high);
bool rule_shares_concept(const value_concepts *a, const value_concepts *b);
/* Records the failure with the pointer made of `path` and yields false. */
bool rule_broken(err *e, const char *what, const char *path, ...)
    __attribute__((format(printf, 3, 4)));

#endif
