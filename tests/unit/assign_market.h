#ifndef TESTS_UNIT_ASSIGN_MARKET_H
#define TESTS_UNIT_ASSIGN_MARKET_H

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "assign/assign.h"
#include "base/arena.h"
#include "plugin/registry.h"

/* Allocators as the program loads them, and small markets made at random. */

static registry *assign_plugins;

static inline void load_plugins(void)
{
    static const char *const dirs[] = {BUILD_DIR "/bin/plugins"};
    err e = {0};
    registry_config config = {.builtin_dirs = dirs, .builtin_dir_count = 1};
    ck_assert_msg(registry_new(&config, &assign_plugins, &e), "%s", e.text);
}

static inline void unload_plugins(void)
{
    registry_free(&assign_plugins);
}

static inline const lotse_allocator *allocator_of(const char *id)
{
    const lotse_allocator *made = NULL;
    err e = {0};
    ck_assert_msg(registry_allocator(assign_plugins, id, &made, &e), "%s", e.text);
    return made;
}

/* The same numbers on every machine. */
static inline uint32_t next_random(uint64_t *state, uint32_t below)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33) % below;
}

typedef struct shape {
    uint32_t seeker_max;
    uint32_t intake_max;
    uint32_t seats_max;
    uint32_t min_max;  /* lower bounds up to this; 0: none */
    uint32_t need_max; /* seats a person may need; 1: one each */
    int32_t score_min;
    uint32_t score_span; /* small: many ties */
    uint32_t edge_percent;
    bool is_ranked;
} shape;

static inline void put_edge(instance *x, const shape *s, uint32_t intake, uint32_t need,
                            uint64_t *state)
{
    uint32_t at = x->edge_count++;
    x->intake[at] = intake;
    x->score[at] = s->score_min + (int64_t)next_random(state, s->score_span);
    x->need[at] = need;
    if (s->is_ranked) {
        x->seeker_rank[at] = 1 + next_random(state, 4);
        x->intake_rank[at] = 1 + next_random(state, 5);
    }
}

static inline void make_instance(const shape *s, uint64_t seed, instance *ret)
{
    uint64_t state = seed * 2654435761u + 12345;
    instance x = {0};
    uint32_t n = 1 + next_random(&state, s->seeker_max);
    uint32_t m = 1 + next_random(&state, s->intake_max);
    err e = {0};
    uint32_t number;
    char id[16];
    for (uint32_t i = 0; i < n; i++) {
        snprintf(id, sizeof(id), "s%03u", i);
        ck_assert(ids_add(&x.seekers, bytes_of(id), &number, NULL, &e));
    }
    for (uint32_t j = 0; j < m; j++) {
        snprintf(id, sizeof(id), "o%03u", j);
        ck_assert(ids_add(&x.intakes, bytes_of(id), &number, NULL, &e));
    }
    size_t most = (size_t)n * m;
    x.begin = mem_new((n + 1) * sizeof(uint32_t));
    x.intake = mem_new(most * sizeof(uint32_t));
    x.score = mem_new(most * sizeof(int64_t));
    x.need = mem_new(most * sizeof(uint32_t));
    x.seeker_rank = s->is_ranked ? mem_new(most * sizeof(uint32_t)) : NULL;
    x.intake_rank = s->is_ranked ? mem_new(most * sizeof(uint32_t)) : NULL;
    x.seats = mem_new(m * sizeof(uint32_t));
    x.min_seats = s->min_max > 0 ? mem_new(m * sizeof(uint32_t)) : NULL;
    for (uint32_t j = 0; j < m; j++) {
        x.seats[j] = next_random(&state, s->seats_max + 1);
        if (x.min_seats != NULL) {
            x.min_seats[j] = next_random(&state, s->min_max + 1);
        }
    }
    bool is_per_edge = next_random(&state, 3) == 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t need = 1 + next_random(&state, s->need_max);
        x.begin[i] = x.edge_count;
        for (uint32_t j = 0; j < m; j++) {
            if (next_random(&state, 100) < s->edge_percent) {
                need = is_per_edge ? 1 + next_random(&state, s->need_max) : need;
                put_edge(&x, s, j, need, &state);
            }
        }
    }
    x.begin[n] = x.edge_count;
    *ret = x;
}

#endif
