#ifndef CORE_TAXONOMY_RANK_H
#define CORE_TAXONOMY_RANK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/* Ranks labels for a text by what they look like: words, parts of compounds and pieces of words,
 * each weighed by how rare it is among the labels. Labels of one group (one concept) stand up for
 * each other, and what they say in place of each other is learned as a synonym. An index never
 * changes after it was made, and any number of threads may ask it, each with a scratch of its own.
 */
typedef struct rank_index rank_index;
typedef struct rank_scratch rank_scratch;

typedef struct rank_label {
    bytes text;     /* borrowed until rank_index_new returns */
    uint32_t group; /* below group_count */
} rank_label;

typedef struct rank_hit {
    uint32_t group;
    uint32_t label;  /* the one that is nearest */
    float score;     /* 0..1, for comparing inside one answer */
    float own_score; /* of that label alone */
} rank_hit;

typedef struct rank_label_hit {
    uint32_t label;
    float score;
} rank_label_hit;

bool rank_index_new(const rank_label *labels, uint32_t label_count, uint32_t group_count,
                    rank_index **ret, err *e);
void rank_index_free(rank_index **r);

bool rank_scratch_new(const rank_index *r, rank_scratch **ret, err *e);
void rank_scratch_free(rank_scratch **s);

/* The best groups, best first; how many. False: no memory. [any, one scratch a thread] */
bool rank_groups(const rank_index *r, rank_scratch *s, bytes query, rank_hit *hits, uint32_t max,
                 uint32_t *ret_count, err *e);
/* The best labels, best first, equal scores by label number descending: each stands by its own
 * likeness and by its group's. */
bool rank_labels(const rank_index *r, rank_scratch *s, bytes query, rank_label_hit *hits,
                 uint32_t max, uint32_t *ret_count, err *e);

#endif
