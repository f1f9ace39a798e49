/* The chains of which none is at least as good as another in everything. */
#include "path/parts.h"

enum { CAP_FIRST = 64 };

static bool is_no_worse(const front_chain *a, const front_chain *b)
{
    return a->arrival <= b->arrival && a->steps <= b->steps && a->weeks <= b->weeks &&
           a->doubts <= b->doubts && a->fit >= b->fit;
}

bool front_takes(const front *f, const front_chain *chain)
{
    for (uint32_t i = 0; i < f->count; i++) {
        if (is_no_worse(&f->chains[i], chain)) {
            return false;
        }
    }
    return true;
}

bool front_put(front *f, const front_chain *chain)
{
    if (!front_takes(f, chain)) {
        return true;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < f->count; i++) {
        if (!is_no_worse(chain, &f->chains[i])) {
            f->chains[kept++] = f->chains[i];
        }
    }
    f->count = kept;
    if (f->count == f->cap) {
        uint32_t cap = f->cap == 0 ? CAP_FIRST : f->cap * 2;
        front_chain *larger = mem_resize(f->chains, f->cap * sizeof *larger, cap * sizeof *larger);
        if (larger == NULL) {
            return false;
        }
        f->chains = larger;
        f->cap = cap;
    }
    f->chains[f->count++] = *chain;
    return true;
}
