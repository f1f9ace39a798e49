/* Suggestions for mistyped names: the smallest number of letters to insert, remove, replace or
 * swap with their neighbour. */
#include "base/nearest.h"

#include <string.h>

enum { NAME_LEN_MAX = 64 };

static unsigned smallest(unsigned a, unsigned b, unsigned c)
{
    unsigned least = a < b ? a : b;
    return least < c ? least : c;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Optimal string alignment distance; both texts at most NAME_LEN_MAX long. */
static unsigned count_edits(bytes a, bytes b)
{
    unsigned rows[3][NAME_LEN_MAX + 1];
    unsigned *before = rows[0];
    unsigned *above = rows[1];
    unsigned *row = rows[2];
    for (unsigned j = 0; j <= b.len; j++) {
        row[j] = j;
        above[j] = before[j] = 0;
    }
    for (unsigned i = 1; i <= a.len; i++) {
        unsigned *oldest = before;
        before = above;
        above = row;
        row = oldest;
        row[0] = i;
        for (unsigned j = 1; j <= b.len; j++) {
            char x = lower(a.base[i - 1]);
            char y = lower(b.base[j - 1]);
            row[j] = smallest(above[j] + 1, row[j - 1] + 1, above[j - 1] + (x == y ? 0 : 1));
            bool is_swap = i > 1 && j > 1 && x == lower(b.base[j - 2]) && y == lower(a.base[i - 2]);
            if (is_swap && before[j - 2] + 1 < row[j]) {
                row[j] = before[j - 2] + 1;
            }
        }
    }
    return row[b.len];
}

nearest nearest_to(bytes wanted)
{
    unsigned distance_max = wanted.len < 4 ? 1 : (unsigned)(wanted.len < 64 ? wanted.len : 64) / 3;
    return (nearest){.wanted = wanted, .best_distance = distance_max + 1};
}

void nearest_offer(nearest *n, const char *name)
{
    bytes known = bytes_of(name);
    if (known.len > NAME_LEN_MAX || n->wanted.len > NAME_LEN_MAX || n->wanted.len == 0) {
        return;
    }
    unsigned distance = count_edits(n->wanted, known);
    if (distance < n->best_distance) {
        n->best = name;
        n->best_distance = distance;
    }
}

const char *nearest_best(const nearest *n)
{
    return n->best;
}
