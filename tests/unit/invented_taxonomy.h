#ifndef TESTS_UNIT_INVENTED_TAXONOMY_H
#define TESTS_UNIT_INVENTED_TAXONOMY_H

#include <check.h>
#include <stdio.h>
#include <unistd.h>

#include "taxonomy/draft.h"
#include "taxonomy/knowledge.h"

/* A small invented taxonomy: occupations esco:E0 to E4 under units of ISCO-08, some kinds of the
 * KldB 2010 beside them, and skills that belong to them by a simple rule. */
typedef struct invented {
    const char *skill_prefix; /* "esco:S" */
    uint32_t skill_count;
    const char *units[5];   /* of E0 to E4 */
    const char *classes[3]; /* of the first three units; the first also of the last */
} invented;

static inline void invent_relation(draft *d, const char *from, taxonomy_kind from_kind,
                                   taxonomy_relation relation, const char *to,
                                   taxonomy_kind to_kind)
{
    err e = {0};
    uint32_t a;
    uint32_t b;
    ck_assert(draft_concept(d, bytes_of(from), from_kind, 0, &a, &e));
    ck_assert(draft_concept(d, bytes_of(to), to_kind, 0, &b, &e));
    ck_assert(draft_relate(d, a, relation, b, &e));
}

static inline void invent_tie(draft *d, const invented *i, uint32_t from,
                              taxonomy_relation relation, uint32_t to)
{
    char a[24];
    char b[24];
    snprintf(a, sizeof a, "%s%u", i->skill_prefix, from);
    snprintf(b, sizeof b, "%s%u", i->skill_prefix, to);
    invent_relation(d, a, TAXONOMY_ESCO_SKILL, relation, b, TAXONOMY_ESCO_SKILL);
}

static inline void invent_all(draft *d, const invented *i)
{
    char occupation[16];
    char skill[24];
    for (uint32_t o = 0; o < 5; o++) {
        snprintf(occupation, sizeof occupation, "esco:E%u", o);
        invent_relation(d, occupation, TAXONOMY_ESCO_OCCUPATION, RELATION_BROADER, i->units[o],
                        TAXONOMY_ISCO);
        for (uint32_t k = o % 3; k < i->skill_count; k += 3) {
            snprintf(skill, sizeof skill, "%s%u", i->skill_prefix, k);
            invent_relation(d, occupation, TAXONOMY_ESCO_OCCUPATION,
                            k % 2 == 0 ? RELATION_ESSENTIAL : RELATION_OPTIONAL, skill,
                            TAXONOMY_ESCO_SKILL);
        }
    }
    for (uint32_t c = 0; c < 3; c++) {
        invent_relation(d, i->classes[c], TAXONOMY_KLDB, RELATION_SAME, i->units[c], TAXONOMY_ISCO);
    }
    invent_relation(d, i->classes[0], TAXONOMY_KLDB, RELATION_SAME, i->units[4], TAXONOMY_ISCO);
    invent_tie(d, i, 1, RELATION_BROADER, 0);
    invent_tie(d, i, 2, RELATION_BROADER, 0);
    invent_tie(d, i, i->skill_count - 1, RELATION_OPTIONAL, i->skill_count / 2);
}

static inline knowledge *invented_knowledge(const invented *i, const dictionary *concepts)
{
    char path[64];
    draft *d = NULL;
    knowledge *k = NULL;
    err e = {0};
    snprintf(path, sizeof path, "/tmp/lotse-invented-%ld.ltx", (long)getpid());
    ck_assert(draft_new(&d, &e));
    invent_all(d, i);
    ck_assert_msg(draft_save(d, path, &e), "%s", e.text);
    draft_free(&d);
    ck_assert(knowledge_open(path, concepts, &k, &e));
    ck_assert_ptr_nonnull(knowledge_taxonomy(k));
    ck_assert_int_eq(unlink(path), 0);
    return k;
}

#endif
