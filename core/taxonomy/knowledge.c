/* The taxonomy of a data folder and what is made of it at the first question. */
#include "taxonomy/knowledge.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/check.h"
#include "taxonomy/codes.h"

/* What is made late stands behind a pointer: asking does not change a knowledge. */
typedef struct made_late {
    pthread_mutex_t lock;
    codes *codes;
} made_late;

struct knowledge {
    taxonomy *taxonomy; /* NULL: none */
    err problem;        /* code 0: none */
    made_late *late;
};

static bool is_there(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 || errno != ENOENT;
}

bool knowledge_open(const char *path, knowledge **ret, err *e)
{
    knowledge *k = mem_new(sizeof *k);
    made_late *late = mem_new(sizeof *late);
    if (k == NULL || late == NULL || pthread_mutex_init(&late->lock, NULL) != 0) {
        mem_free(late);
        mem_free(k);
        return fail(e, ERR_MEMORY, "no memory for the taxonomy");
    }
    k->late = late;
    if (is_there(path) && !taxonomy_open(path, &k->taxonomy, &k->problem) &&
        k->problem.code == ERR_MEMORY) {
        *e = k->problem;
        knowledge_free(&k);
        return false;
    }
    *ret = k;
    return true;
}

void knowledge_free(knowledge **k)
{
    if (*k == NULL) {
        return;
    }
    codes_free(&(*k)->late->codes);
    check(pthread_mutex_destroy(&(*k)->late->lock) == 0);
    mem_free((*k)->late);
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
    return k->taxonomy == NULL && k->problem.code != 0 ? &k->problem : NULL;
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
    check(pthread_mutex_lock(&k->late->lock) == 0);
    err why = {0};
    if (k->late->codes == NULL && !codes_new(k->taxonomy, &k->late->codes, &why)) {
        k->late->codes = NULL; /* asked again, it may be made then */
    }
    const codes *made = k->late->codes;
    check(pthread_mutex_unlock(&k->late->lock) == 0);
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
