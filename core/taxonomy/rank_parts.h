#ifndef CORE_TAXONOMY_RANK_PARTS_H
#define CORE_TAXONOMY_RANK_PARTS_H

#include "taxonomy/compound.h"
#include "taxonomy/numbering.h"
#include "taxonomy/rank.h"
#include "taxonomy/title.h"

/* What the builder of an index and the asker share. */

enum { FEATURE_MAX = 1024, GRAM_MIN = 3, GRAM_MAX = 4 };

/* Features of one kind are measured against each other; the kinds are then weighed. */
typedef enum feature_kind { KIND_PART, KIND_GRAM, KIND_COUNT } feature_kind;

typedef struct feature {
    uint64_t key;
    float count; /* asides count less */
    uint8_t kind;
} feature;

typedef struct features {
    feature list[FEATURE_MAX];
    uint32_t count;
} features;

typedef struct posting {
    uint32_t entry;
    float weight;
} posting;

/* Labels that read the same inside one group are one entry. */
struct rank_index {
    compounds *compounds;
    numbering numbers;        /* of features */
    uint32_t *posting_starts; /* by feature number, count + 1 */
    posting *postings;
    float *rarities; /* by feature number */
    uint32_t *entry_groups;
    uint64_t *entry_keys;         /* title_key of each: what reads the same */
    uint32_t *entry_label_starts; /* by entry, count + 1 */
    uint32_t *entry_labels;
    uint32_t *group_starts; /* entries of one group stand together */
    uint32_t *group_first;  /* the entry of each group's first label: the preferred one */
    uint32_t entry_count;
    uint32_t group_count;
    uint32_t label_count;
};

/* The features of a title, equal ones joined, sorted by key. */
void features_of(const compounds *c, const title *t, features *ret);
/* The same with what else the words are called, for a question. */
void features_of_query(const compounds *c, const title *t, features *ret);
float feature_rarity(uint32_t entry_count, uint32_t with_count);

#endif
