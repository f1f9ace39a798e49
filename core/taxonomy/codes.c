/* A sorted list of label hashes; what it finds is compared letter by letter. */
#include "taxonomy/codes.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

typedef struct code_name {
    uint64_t hash;
    bytes text;
    uint32_t concept;
    bool is_short; /* the agency's own short name */
} code_name;

struct codes {
    const taxonomy *taxonomy;
    code_name *names;
    uint32_t count;
};

enum { FULL_CODE_LEN = sizeof "kldb:81302" - 1 };

static bool is_coded(const taxonomy *t, uint32_t at)
{
    return taxonomy_kind_of(t, at) == TAXONOMY_KLDB && taxonomy_id(t, at).len == FULL_CODE_LEN;
}

static int compare_names(const void *a, const void *b)
{
    const code_name *x = a;
    const code_name *y = b;
    if (x->hash != y->hash) {
        return x->hash < y->hash ? -1 : 1;
    }
    return x->concept < y->concept ? -1 : x->concept > y->concept;
}

bool codes_new(const taxonomy *t, codes **ret, err *e)
{
    uint32_t total = 0;
    for (uint32_t i = 0; i < taxonomy_count(t); i++) {
        total += is_coded(t, i) ? taxonomy_label_count(t, i) : 0;
    }
    codes *c = mem_new(sizeof *c);
    code_name *names = mem_new(((size_t)total + 1) * sizeof *names);
    if (c == NULL || names == NULL) {
        mem_free(c);
        mem_free(names);
        return fail(e, ERR_MEMORY, "could not list the names of occupations: no memory");
    }
    *c = (codes){.taxonomy = t, .names = names};
    for (uint32_t i = 0; i < taxonomy_count(t); i++) {
        uint32_t label_count = is_coded(t, i) ? taxonomy_label_count(t, i) : 0;
        for (uint32_t n = 0; n < label_count; n++) {
            taxonomy_label_text l = taxonomy_label_at(t, i, n);
            c->names[c->count++] =
                (code_name){bytes_hash(l.text), l.text, i, l.kind == LABEL_SHORT};
        }
    }
    qsort(c->names, c->count, sizeof *c->names, compare_names);
    *ret = c;
    return true;
}

void codes_free(codes **c)
{
    if (*c != NULL) {
        mem_free((*c)->names);
        mem_free(*c);
        *c = NULL;
    }
}

static code_answer look_up(const codes *c, bytes label, bool only_short, uint32_t *ret)
{
    uint64_t hash = bytes_hash(label);
    uint32_t low = 0;
    uint32_t high = c->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (c->names[middle].hash < hash) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    uint32_t found = TAXONOMY_NONE;
    for (; low < c->count && c->names[low].hash == hash; low++) {
        const code_name *n = &c->names[low];
        if ((only_short && !n->is_short) || !bytes_equal(n->text, label) || n->concept == found) {
            continue;
        }
        if (found != TAXONOMY_NONE) {
            return CODE_AMBIGUOUS;
        }
        found = n->concept;
    }
    *ret = found;
    return found == TAXONOMY_NONE ? CODE_MISSING : CODE_UNIQUE;
}

code_answer taxonomy_code_of_label(const codes *c, bytes label, bytes *ret_id)
{
    static const char SECOND_TITLE[] = "/B. Prof.";
    uint32_t at = TAXONOMY_NONE;
    code_answer answer = look_up(c, label, true, &at);
    if (answer == CODE_MISSING) {
        answer = look_up(c, label, false, &at);
    }
    const char *second =
        label.len > 0 ? memmem(label.base, label.len, SECOND_TITLE, sizeof SECOND_TITLE - 1) : NULL;
    if (answer == CODE_MISSING && second != NULL && second != label.base) {
        answer = look_up(c, (bytes){label.base, (size_t)(second - label.base)}, true, &at);
    }
    if (answer == CODE_UNIQUE) {
        *ret_id = taxonomy_id(c->taxonomy, at);
    }
    return answer;
}
