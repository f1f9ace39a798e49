/* The taxonomy of a data folder, what is made of it at the first question, and the way from the
 * numbers of this database to its concepts and back. */
#include "taxonomy/knowledge.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/check.h"
#include "taxonomy/codes.h"
#include "taxonomy/relate.h"

enum { RELATED_MAX = 4096 };

/* What is made late, and numbered as the dictionary grows, stands behind a pointer: asking does not
 * change a knowledge. Pointers are set once, under the lock, and read without it. */
typedef struct made_late {
    pthread_mutex_t lock;
    _Atomic(codes *) codes;
    _Atomic(relate *) relate;
    _Atomic(uint32_t) *numbers; /* by concept of the taxonomy; 0: not in this database */
    _Atomic(uint32_t) numbered; /* of the dictionary's concepts: those looked up already */
} made_late;

struct knowledge {
    taxonomy *taxonomy; /* NULL: none */
    const dictionary *dictionary;
    err problem; /* code 0: none */
    made_late *late;
    lotse_taxonomy extension;
    lotse_host host;
};

/* ------------------------------------------------------------------------------------ open */

static bool is_there(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 || errno != ENOENT;
}

static uint32_t extension_related(const void *self, uint32_t c, uint32_t relation, uint32_t *ret,
                                  uint32_t max)
{
    return knowledge_related(self, c, relation, ret, max);
}

static const void *host_extension(const lotse_host *host, const char *id)
{
    const knowledge *k = (const knowledge *)((const char *)host - offsetof(struct knowledge, host));
    return k->taxonomy != NULL && strcmp(id, LOTSE_TAXONOMY_1) == 0 ? &k->extension : NULL;
}

/* ISCO and KldB codes number themselves; ESCO concepts as the dictionary says, and later. */
static bool number_codes(knowledge *k)
{
    uint32_t count = taxonomy_count(k->taxonomy);
    k->late->numbers = mem_new(((size_t)count + 1) * sizeof *k->late->numbers);
    for (uint32_t i = 0; i < count && k->late->numbers != NULL; i++) {
        concept number;
        if (concept_from_code(taxonomy_id(k->taxonomy, i), &number)) {
            atomic_init(&k->late->numbers[i], number);
        }
    }
    return k->late->numbers != NULL;
}

bool knowledge_open(const char *path, const dictionary *d, knowledge **ret, err *e)
{
    knowledge *k = mem_new(sizeof *k);
    made_late *late = mem_new(sizeof *late);
    if (k == NULL || late == NULL || pthread_mutex_init(&late->lock, NULL) != 0) {
        mem_free(late);
        mem_free(k);
        return fail(e, ERR_MEMORY, "no memory for the taxonomy");
    }
    k->late = late;
    k->dictionary = d;
    k->extension =
        (lotse_taxonomy){.size = sizeof k->extension, .self = k, .related = extension_related};
    k->host = (lotse_host){sizeof k->host, host_extension};
    bool is_whole = !is_there(path) || taxonomy_open(path, &k->taxonomy, &k->problem) ||
                    k->problem.code != ERR_MEMORY;
    if (!is_whole || (k->taxonomy != NULL && !number_codes(k))) {
        knowledge_free(&k);
        return fail(e, ERR_MEMORY, "no memory for the taxonomy");
    }
    *ret = k;
    return true;
}

void knowledge_free(knowledge **k)
{
    if (*k == NULL) {
        return;
    }
    made_late *late = (*k)->late;
    codes *names = atomic_load(&late->codes);
    relate *ties = atomic_load(&late->relate);
    codes_free(&names);
    relate_free(&ties);
    mem_free(late->numbers);
    check(pthread_mutex_destroy(&late->lock) == 0);
    mem_free(late);
    taxonomy_close(&(*k)->taxonomy);
    mem_free(*k);
    *k = NULL;
}

const taxonomy *knowledge_taxonomy(const knowledge *k)
{
    return k->taxonomy;
}

const err *knowledge_problem(const knowledge *k)
{
    return k->taxonomy == NULL && k->problem.code != ERR_NONE ? &k->problem : NULL;
}

uint64_t knowledge_mark(const knowledge *k)
{
    return k->taxonomy == NULL ? 0 : taxonomy_mark(k->taxonomy);
}

const codes *knowledge_codes(const knowledge *k)
{
    if (k->taxonomy == NULL) {
        return NULL;
    }
    codes *made = atomic_load(&k->late->codes);
    if (made == NULL) {
        check(pthread_mutex_lock(&k->late->lock) == 0);
        made = atomic_load(&k->late->codes);
        err why = {0};
        if (made == NULL && codes_new(k->taxonomy, &made, &why)) {
            atomic_store(&k->late->codes, made);
        }
        check(pthread_mutex_unlock(&k->late->lock) == 0);
    }
    return made;
}

bytes knowledge_label(const void *labels, bytes concept_id, const char *lang)
{
    const knowledge *k = labels;
    if (k == NULL || k->taxonomy == NULL) {
        return (bytes){NULL, 0};
    }
    return taxonomy_label(k->taxonomy, concept_id, lang);
}

/* ------------------------------------------------------------------------------------ numbers */

/* Finds the concepts of the taxonomy that the dictionary numbered since the last look. A number is
 * given before the record that brings it can be seen, so nobody misses one. */
static void follow_dictionary(const knowledge *k)
{
    made_late *late = k->late;
    uint32_t count = dictionary_count(k->dictionary);
    if (atomic_load(&late->numbered) >= count) {
        return;
    }
    check(pthread_mutex_lock(&late->lock) == 0);
    for (uint32_t i = atomic_load(&late->numbered); i < count; i++) {
        char scratch[16];
        uint32_t at = taxonomy_find(k->taxonomy, dictionary_text(k->dictionary, i + 1, scratch));
        if (at != TAXONOMY_NONE) {
            atomic_store(&late->numbers[at], i + 1);
        }
    }
    if (atomic_load(&late->numbered) < count) {
        atomic_store(&late->numbered, count);
    }
    check(pthread_mutex_unlock(&late->lock) == 0);
}

static uint32_t concept_at(const knowledge *k, concept c)
{
    char scratch[16];
    bytes id = dictionary_text(k->dictionary, c, scratch);
    return id.base == NULL ? TAXONOMY_NONE : taxonomy_find(k->taxonomy, id);
}

static const relate *ties_of(const knowledge *k)
{
    relate *made = atomic_load(&k->late->relate);
    if (made == NULL) {
        check(pthread_mutex_lock(&k->late->lock) == 0);
        made = atomic_load(&k->late->relate);
        err why = {0};
        if (made == NULL && relate_new(k->taxonomy, &made, &why)) {
            atomic_store(&k->late->relate, made);
        }
        check(pthread_mutex_unlock(&k->late->lock) == 0);
    }
    return made;
}

/* ------------------------------------------------------------------------------------ relations */

typedef struct answer {
    const knowledge *knowledge;
    concept *numbers;
    uint32_t max, count;
} answer;

static void put(answer *a, uint32_t at)
{
    concept number = atomic_load(&a->knowledge->late->numbers[at]);
    if (number != CONCEPT_NONE) {
        if (a->count < a->max) {
            a->numbers[a->count] = number;
        }
        a->count++;
    }
}

static void put_list(answer *a, relate_list list)
{
    for (uint32_t i = 0; i < list.count; i++) {
        put(a, list.concepts[i]);
    }
}

/* Neighbours come more than once; each is answered once. */
typedef struct near_list {
    uint32_t skills[RELATED_MAX];
    uint32_t count;
} near_list;

static void note_near(void *context, uint32_t skill)
{
    near_list *n = context;
    for (uint32_t i = 0; i < n->count; i++) {
        if (n->skills[i] == skill) {
            return;
        }
    }
    if (n->count < RELATED_MAX) {
        n->skills[n->count++] = skill;
    }
}

static void put_near(answer *a, uint32_t at)
{
    near_list n;
    n.count = 0;
    relate_near(a->knowledge->taxonomy, at, note_near, &n);
    put_list(a, (relate_list){n.skills, n.count});
}

static void put_units(answer *a, uint32_t at)
{
    enum { UNIT_MAX = 64 };
    uint32_t units[UNIT_MAX];
    uint32_t count = relate_units(a->knowledge->taxonomy, at, units, UNIT_MAX);
    put_list(a, (relate_list){units, count < UNIT_MAX ? count : UNIT_MAX});
}

static void put_ties(answer *a, const relate *r, uint32_t at, uint32_t relation)
{
    bool is_essential =
        relation == LOTSE_SKILLS_ESSENTIAL || relation == LOTSE_OCCUPATIONS_ESSENTIAL;
    bool wants_skills = relation == LOTSE_SKILLS_ESSENTIAL || relation == LOTSE_SKILLS_OPTIONAL;
    put_list(a, wants_skills ? relate_skills(r, at, is_essential)
                             : relate_occupations(r, at, is_essential));
}

uint32_t knowledge_related(const knowledge *k, concept c, uint32_t relation, concept *ret,
                           uint32_t max)
{
    if (k->taxonomy == NULL) {
        return 0;
    }
    follow_dictionary(k);
    answer a = {.knowledge = k, .numbers = ret, .max = max};
    uint32_t at = concept_at(k, c);
    const relate *ties = NULL;
    if (at == TAXONOMY_NONE) {
        return 0;
    }
    switch (relation) {
    case LOTSE_SKILLS_ESSENTIAL:
    case LOTSE_SKILLS_OPTIONAL:
    case LOTSE_OCCUPATIONS_ESSENTIAL:
    case LOTSE_OCCUPATIONS_OPTIONAL:
        ties = ties_of(k);
        if (ties != NULL) {
            put_ties(&a, ties, at, relation);
        }
        break;
    case LOTSE_SKILLS_NEAR:
        put_near(&a, at);
        break;
    case LOTSE_ISCO_UNITS:
        put_units(&a, at);
        break;
    default:
        break;
    }
    return a.count;
}

bool knowledge_prepare(const knowledge *k, err *e)
{
    return k->taxonomy == NULL || ties_of(k) != NULL ||
           fail(e, ERR_MEMORY, "no memory for what follows from occupations");
}

const lotse_host *knowledge_host(const knowledge *k)
{
    return &k->host;
}
