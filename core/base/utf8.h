#ifndef CORE_BASE_UTF8_H
#define CORE_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

bool utf8_is_valid(bytes text, size_t *ret_bad_off); /* ret may be NULL */
/* The length of the well-formed sequence that starts at off; 0: none does. */
size_t utf8_sequence_len(bytes text, size_t off);
size_t utf8_columns(bytes text); /* terminal columns */
/* The first letter in upper case, where that takes as many bytes; else nothing happens. In place.
 */
void utf8_capitalise(char *text, size_t len);
/* Folds for comparison: lower case, no accents (ä like a), compatibility forms unified, ß like ss.
 */
void utf8_fold(bytes text, buf *out);

#endif
