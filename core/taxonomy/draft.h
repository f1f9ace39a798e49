#ifndef CORE_TAXONOMY_DRAFT_H
#define CORE_TAXONOMY_DRAFT_H

#include "base/arena.h"
#include "base/map.h"
#include "taxonomy/taxonomy.h"

/* A taxonomy in the making: sources add to it in any order, then it is written as one file. */
typedef struct draft draft;

bool draft_new(draft **ret, err *e);
void draft_free(draft **d);

/* Adds a concept or finds it; its kind and level are set where they were not. A text that is no
 * concept of records is refused. */
bool draft_concept(draft *d, bytes id, taxonomy_kind kind, uint32_t level, uint32_t *ret, err *e);
uint32_t draft_find(const draft *d, bytes id); /* TAXONOMY_NONE: not there */
/* Empty labels and ones that are there already are passed over. */
bool draft_label(draft *d, uint32_t at, const char *lang, taxonomy_label_kind kind, bytes text,
                 err *e);
/* The same, dropped where no list of concepts names the concept: it may be one of another version.
 */
bool draft_hint(draft *d, uint32_t at, const char *lang, taxonomy_label_kind kind, bytes text,
                err *e);
/* The first four relations only; the other end's reading follows. Doubles are kept once. */
bool draft_relate(draft *d, uint32_t from, taxonomy_relation relation, uint32_t to, err *e);

/* Concepts that relations speak of and that never got a label. They are kept: ESCO v1.1.1 itself
 * has relations of an occupation that its own list leaves out. */
uint32_t draft_unnamed_count(const draft *d);

/* The file's bytes, appended to out. The draft may be added to and printed again. */
bool draft_print(draft *d, buf *out, err *e);
/* Writes beside the file and renames, so that a reader sees the old one or the new one whole. */
bool draft_save(draft *d, const char *path, err *e);

#endif
