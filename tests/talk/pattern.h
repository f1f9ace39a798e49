#ifndef TESTS_TALK_PATTERN_H
#define TESTS_TALK_PATTERN_H

#include <stdbool.h>

#include "json/json.h"

/* Does a value look like a pattern? Objects: the pattern's members are there and match; arrays: as
 * many entries, each matches, unless the pattern's last entry is "..."; the text "*" matches
 * anything, a text that begins with "~" matches texts that hold what follows. All else is equal. */
bool pattern_matches(const json_node *pattern, const json_node *value);

#endif
