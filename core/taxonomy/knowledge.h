#ifndef CORE_TAXONOMY_KNOWLEDGE_H
#define CORE_TAXONOMY_KNOWLEDGE_H

#include "lotse_plugin.h"
#include "model/concept.h"
#include "taxonomy/taxonomy.h"

/* What a data folder knows of occupations and skills: its taxonomy, where it has one, and what is
 * made of it once for all who ask. Any thread may ask. */
typedef struct knowledge knowledge;

#define TAXONOMY_FILE_NAME "taxonomy.ltx" /* in the data folder */

/* A file that is not there is no knowledge, and no failure; nor is one that cannot be used:
 * knowledge_problem says why. The dictionary outlives it. Fails for want of memory only. [control]
 */
bool knowledge_open(const char *path, const dictionary *d, knowledge **ret, err *e);
void knowledge_free(knowledge **k);

const taxonomy *knowledge_taxonomy(const knowledge *k); /* NULL: there is none */
/* Why the file that is there cannot be used; NULL: it can, or there is none. */
const err *knowledge_problem(const knowledge *k);
/* Tells one taxonomy from another; 0: there is none. */
uint64_t knowledge_mark(const knowledge *k);
/* KldB codes by the agency's names for occupations, listed at the first question
 * (taxonomy/codes.h asks them). NULL: there is no taxonomy, or no memory. [any] */
const struct codes *knowledge_codes(const knowledge *k);

/* taxonomy_label for those who speak of concepts; `labels` is a knowledge or NULL. */
bytes knowledge_label(const void *labels, bytes concept_id, const char *lang);

/* Concepts, by their numbers in this database, that stand in a relation of lotse_plugin.h
 * (LOTSE_SKILLS_ESSENTIAL ...) to one: writes at most `max`, each once, and answers how many there
 * are. Without a taxonomy none. [any] */
uint32_t knowledge_related(const knowledge *k, concept c, uint32_t relation, concept *ret,
                           uint32_t max);
/* The host that in-process plugins of this data folder are given: it offers LOTSE_TAXONOMY_1 where
 * there is a taxonomy. */
const lotse_host *knowledge_host(const knowledge *k);
/* Makes what is made late, so that no answer is missing for want of memory afterwards. [any] */
bool knowledge_prepare(const knowledge *k, err *e);

#endif
