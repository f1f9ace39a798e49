#ifndef CORE_TAXONOMY_TAXONOMY_H
#define CORE_TAXONOMY_TAXONOMY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/* Occupations and skills, what they are called, and how they hang together: ESCO, ISCO-08 and
 * KldB 2010 in one file that is mapped, never parsed. Concepts go by the texts records use
 * ("esco:...", "isco:5321", "kldb:81302") and by an index, which is their rank in byte order. A
 * taxonomy never changes; any thread may read it. */
typedef struct taxonomy taxonomy;

#define TAXONOMY_NONE UINT32_MAX

typedef enum taxonomy_kind {
    TAXONOMY_ESCO_OCCUPATION,
    TAXONOMY_ESCO_SKILL,
    TAXONOMY_ESCO_SKILL_GROUP,
    TAXONOMY_ISCO,
    TAXONOMY_KLDB,
    TAXONOMY_KIND_COUNT
} taxonomy_kind;

typedef enum taxonomy_relation {
    RELATION_ESSENTIAL, /* an occupation's skill, or a skill's */
    RELATION_OPTIONAL,
    RELATION_BROADER,       /* one step up */
    RELATION_SAME,          /* crosswalk KldB to ISCO: may be several */
    RELATION_ESSENTIAL_FOR, /* the same read from the other end */
    RELATION_OPTIONAL_FOR,
    RELATION_NARROWER,
    RELATION_SAME_AS,
    RELATION_COUNT
} taxonomy_relation;

typedef enum taxonomy_label_kind { LABEL_PREFERRED, LABEL_SHORT, LABEL_OTHER } taxonomy_label_kind;

typedef struct taxonomy_label_text {
    bytes text;
    char lang[4]; /* ends with NUL */
    taxonomy_label_kind kind;
} taxonomy_label_text;

/* Maps a file and holds its checksum, version and every offset against what is there. */
bool taxonomy_open(const char *path, taxonomy **ret, err *e);
/* The same of bytes in memory, aligned to 8 and borrowed for as long as the taxonomy lives. */
bool taxonomy_view(bytes file, taxonomy **ret, err *e);
void taxonomy_close(taxonomy **t);

/* The file's checksum: the same sources give the same mark. Never 0. */
uint64_t taxonomy_mark(const taxonomy *t);
uint32_t taxonomy_count(const taxonomy *t);
/* Concepts of a kind that have a label. */
uint32_t taxonomy_kind_total(const taxonomy *t, taxonomy_kind kind);
/* Relations that begin at concepts of a kind. */
uint32_t taxonomy_relation_total(const taxonomy *t, taxonomy_kind from, taxonomy_relation relation);
uint32_t taxonomy_find(const taxonomy *t, bytes id); /* TAXONOMY_NONE: not there */
bytes taxonomy_id(const taxonomy *t, uint32_t at);
taxonomy_kind taxonomy_kind_of(const taxonomy *t, uint32_t at);
/* KldB's requirement level 1 (helper) to 4 (expert), ISCO's skill level 1 to 4; 0: not known. */
uint32_t taxonomy_level(const taxonomy *t, uint32_t at);
/* The concepts at the other ends, ascending; how many. */
uint32_t taxonomy_related(const taxonomy *t, uint32_t at, taxonomy_relation relation,
                          const uint32_t **ret);
uint32_t taxonomy_label_count(const taxonomy *t, uint32_t at);
taxonomy_label_text taxonomy_label_at(const taxonomy *t, uint32_t at, uint32_t number);

/* What a concept is called: in the language asked ("de-x-simple" reads like "de"), else in English,
 * German or any. {NULL,0}: the concept or its name is not known. */
bytes taxonomy_label(const taxonomy *t, bytes id, const char *lang);

#endif
