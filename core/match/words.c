#include "match/words.h"

#include <pthread.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "match/segment_file.h"

/* Words of one segment: those that read the same every day, made once and never changed while the
 * segment lives; and those of the last days asked for. */
enum { DAY_WORDS_MAX = 2 };
static const int64_t TRY_AGAIN_NS = INT64_C(10) * 1000000000;

struct words_cache {
    pthread_mutex_t lock;
    _Atomic(words *) lasting;
    words *by_day[DAY_WORDS_MAX];
    uint64_t use_count;
};

/* Plugins in cages were shown copies of these columns, which go first. */
static void forget_views(const words *w)
{
    for (uint32_t i = 0; w->views != NULL && i < w->program->criterion_count; i++) {
        program_cage *cage = w->program->criteria[i].cage;
        if (cage != NULL) {
            cage->forget(cage, w->views[i].key);
        }
    }
}

static void free_words(words **w)
{
    if (*w != NULL) {
        forget_views(*w);
        arena_fini(&(*w)->memory);
        mem_free(*w);
        *w = NULL;
    }
}

bool words_cache_new(words_cache **ret, err *e)
{
    words_cache *c = mem_new(sizeof *c);
    if (c == NULL || pthread_mutex_init(&c->lock, NULL) != 0) {
        mem_free(c);
        return fail(e, ERR_MEMORY, "no memory for a segment");
    }
    *ret = c;
    return true;
}

void words_cache_free(words_cache **c)
{
    if (*c == NULL) {
        return;
    }
    words *lasting = atomic_load(&(*c)->lasting);
    free_words(&lasting);
    for (uint32_t i = 0; i < DAY_WORDS_MAX; i++) {
        check((*c)->by_day[i] == NULL || (*c)->by_day[i]->hold_count == 0);
        free_words(&(*c)->by_day[i]);
    }
    check(pthread_mutex_destroy(&(*c)->lock) == 0);
    mem_free(*c);
    *c = NULL;
}

static bool make_words(const segment *s, derive_set *d, const match_program *p, day as_of,
                       words **ret, err *e)
{
    words *w = mem_new(sizeof *w);
    if (w == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the words of a segment");
    }
    w->program = p;
    w->segment = s;
    w->generation = p->generation;
    w->as_of = as_of;
    bool is_good = true;
    if (as_of != DAY_ANY) {
        is_good = derive_rows(d, s, NULL, segment_row_count(s), as_of, DERIVE_ALL, &w->memory,
                              &w->derived, e);
        w->missing = derive_take_missing(d, &w->missing_why);
        w->made_ns = w->missing == 0 ? 0 : clock_monotonic_ns();
    }
    if (!is_good || !words_make(w, e)) {
        free_words(&w);
        return false;
    }
    *ret = w;
    return true;
}

bool words_need_day(const match_program *p, record_side side)
{
    return p->columns[side].count > p->columns[side].stored_count;
}

static bool hold_lasting(const segment *s, const match_program *p, const words **ret, err *e)
{
    words_cache *c = s->words;
    words *w = atomic_load_explicit(&c->lasting, memory_order_acquire);
    if (w != NULL && w->generation == p->generation) {
        *ret = w;
        return true;
    }
    check(pthread_mutex_lock(&c->lock) == 0);
    w = atomic_load_explicit(&c->lasting, memory_order_acquire);
    bool is_good = w != NULL;
    if (!is_good) {
        is_good = make_words(s, NULL, p, DAY_ANY, &w, e);
        if (is_good) {
            atomic_store_explicit(&c->lasting, w, memory_order_release);
        }
    } else if (w->generation != p->generation) {
        is_good = fail(e, ERR_INTERNAL, "a segment is asked about with two programs");
    }
    check(pthread_mutex_unlock(&c->lock) == 0);
    if (is_good) {
        *ret = w;
    }
    return is_good;
}

/* Made while a plugin did not answer: it may do so again. */
static bool is_worth_another_try(const words *w)
{
    return w->missing != 0 && w->hold_count == 0 &&
           clock_monotonic_ns() - w->made_ns > TRY_AGAIN_NS;
}

/* The place of a day's words: its own, or one that nobody holds. NULL: all are held. */
static words **find_place(words_cache *c, uint64_t generation, day as_of)
{
    words **oldest = NULL;
    for (uint32_t i = 0; i < DAY_WORDS_MAX; i++) {
        words *w = c->by_day[i];
        if (w != NULL && w->as_of == as_of && w->generation == generation) {
            return &c->by_day[i];
        }
        bool is_free = w == NULL || w->hold_count == 0;
        uint64_t use = w == NULL ? 0 : w->last_use;
        if (is_free && (oldest == NULL || use < (*oldest == NULL ? 0 : (*oldest)->last_use))) {
            oldest = &c->by_day[i];
        }
    }
    return oldest;
}

static bool hold_day(const segment *s, derive_set *d, const match_program *p, day as_of,
                     const words **ret, err *e)
{
    words_cache *c = s->words;
    check(pthread_mutex_lock(&c->lock) == 0);
    words **place = find_place(c, p->generation, as_of);
    words *w = NULL;
    bool is_good = true;
    if (place == NULL) {
        /* Every day kept is in use: these words are the caller's alone. */
        is_good = make_words(s, d, p, as_of, &w, e);
    } else if (*place != NULL && (*place)->as_of == as_of &&
               (*place)->generation == p->generation && !is_worth_another_try(*place)) {
        w = *place;
    } else {
        free_words(place);
        is_good = make_words(s, d, p, as_of, place, e);
        w = *place;
    }
    if (is_good) {
        w->hold_count++;
        w->last_use = ++c->use_count;
        *ret = w;
    }
    check(pthread_mutex_unlock(&c->lock) == 0);
    return is_good;
}

bool words_hold(const segment *s, derive_set *d, const match_program *p, day as_of,
                const words **ret, err *e)
{
    return words_need_day(p, segment_side(s)) ? hold_day(s, d, p, as_of, ret, e)
                                              : hold_lasting(s, p, ret, e);
}

bool words_hold_lasting(const segment *s, const match_program *p, day as_of, const words **ret,
                        err *e)
{
    words_cache *c = s->words;
    if (words_need_day(p, segment_side(s))) {
        words *found = NULL;
        check(pthread_mutex_lock(&c->lock) == 0);
        for (uint32_t i = 0; i < DAY_WORDS_MAX && found == NULL; i++) {
            words *w = c->by_day[i];
            found = w != NULL && w->as_of == as_of && w->generation == p->generation ? w : NULL;
        }
        if (found != NULL) {
            found->hold_count++;
            found->last_use = ++c->use_count;
        }
        check(pthread_mutex_unlock(&c->lock) == 0);
        if (found != NULL) {
            *ret = found;
            return true;
        }
    }
    return hold_lasting(s, p, ret, e);
}

void words_release(const words *held)
{
    if (held->as_of == DAY_ANY) {
        return;
    }
    words_cache *c = held->segment->words;
    check(pthread_mutex_lock(&c->lock) == 0);
    bool is_kept = false;
    for (uint32_t i = 0; i < DAY_WORDS_MAX; i++) {
        if (c->by_day[i] == held) {
            check(held->hold_count > 0);
            c->by_day[i]->hold_count--;
            is_kept = true;
        }
    }
    check(pthread_mutex_unlock(&c->lock) == 0);
    if (!is_kept) {
        words *own = (words *)(uintptr_t)held;
        free_words(&own);
    }
}

bool words_prepare(const segment *s, const match_program *p, err *e)
{
    const words *ignored;
    return words_need_day(p, segment_side(s)) || hold_lasting(s, p, &ignored, e);
}
