#include "model/concept.h"

#include <pthread.h>
#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/map.h"
#include "lotse_plugin.h"

enum { ISCO_DIGIT_MAX = 4, KLDB_DIGIT_MAX = 5, ESCO_NAME_MAX = 64, SCHEME_LEN = 5 };
enum { FIRST_CAP = 1024 };

/* Texts lie in an arena, so that a text handed out stays where it is while the list of texts grows.
 * The lock stands behind a pointer: reading a dictionary does not change it. */
struct dictionary {
    pthread_rwlock_t *lock;
    map numbers;
    arena memory;
    bytes *texts; /* number - 1 is the index */
    uint32_t count;
    uint32_t cap;
};

static bool is_esco(bytes text)
{
    if (!bytes_starts_with(text, "esco:") || text.len <= SCHEME_LEN ||
        text.len > SCHEME_LEN + ESCO_NAME_MAX) {
        return false;
    }
    for (size_t i = SCHEME_LEN; i < text.len; i++) {
        char c = text.base[i];
        bool is_allowed = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                          (c >= '0' && c <= '9') || c == '.' || c == '-';
        if (!is_allowed) {
            return false;
        }
    }
    return true;
}

bool concept_from_code(bytes text, concept *ret)
{
    uint32_t scheme = LOTSE_SCHEME_ISCO;
    size_t digit_max = ISCO_DIGIT_MAX;
    if (bytes_starts_with(text, "kldb:")) {
        scheme = LOTSE_SCHEME_KLDB;
        digit_max = KLDB_DIGIT_MAX;
    } else if (!bytes_starts_with(text, "isco:")) {
        return false;
    }
    if (text.len <= SCHEME_LEN || text.len - SCHEME_LEN > digit_max) {
        return false;
    }
    uint32_t digit_count = (uint32_t)(text.len - SCHEME_LEN);
    uint32_t number = scheme << 28 | digit_count << 20;
    for (uint32_t i = 0; i < digit_count; i++) {
        char c = text.base[SCHEME_LEN + i];
        if (c < '0' || c > '9') {
            return false;
        }
        number |= (uint32_t)(c - '0') << (16 - 4 * i);
    }
    *ret = number;
    return true;
}

bool concept_is_valid(bytes text)
{
    concept ignored;
    return is_esco(text) || concept_from_code(text, &ignored);
}

uint32_t concept_common_prefix(concept a, concept b)
{
    if (LOTSE_CONCEPT_SCHEME(a) != LOTSE_CONCEPT_SCHEME(b) ||
        LOTSE_CONCEPT_SCHEME(a) == LOTSE_SCHEME_ESCO) {
        return 0;
    }
    uint32_t shorter = LOTSE_CONCEPT_DIGITS(a) < LOTSE_CONCEPT_DIGITS(b) ? LOTSE_CONCEPT_DIGITS(a)
                                                                         : LOTSE_CONCEPT_DIGITS(b);
    uint32_t common = 0;
    while (common < shorter && LOTSE_CONCEPT_DIGIT(a, common) == LOTSE_CONCEPT_DIGIT(b, common)) {
        common++;
    }
    return common;
}

bool dictionary_new(dictionary **ret, err *e)
{
    dictionary *d = mem_new(sizeof *d);
    pthread_rwlock_t *lock = mem_new(sizeof *lock);
    if (d == NULL || lock == NULL || pthread_rwlock_init(lock, NULL) != 0) {
        mem_free(lock);
        mem_free(d);
        return fail(e, ERR_MEMORY, "no memory for the dictionary");
    }
    d->lock = lock;
    *ret = d;
    return true;
}

void dictionary_free(dictionary **d)
{
    if (*d == NULL) {
        return;
    }
    check(pthread_rwlock_destroy((*d)->lock) == 0);
    mem_free((*d)->lock);
    map_fini(&(*d)->numbers);
    arena_fini(&(*d)->memory);
    mem_free((*d)->texts);
    mem_free(*d);
    *d = NULL;
}

/* The number of an ESCO text; the caller holds the lock. */
static bool find_locked(const dictionary *d, bytes text, concept *ret)
{
    uint64_t number;
    if (!map_get(&d->numbers, text, &number)) {
        return false;
    }
    *ret = (concept)number;
    return true;
}

/* Gives `text` the next number; the caller holds the lock for writing. Nothing changes on failure:
 * the map comes last. */
static bool append_locked(dictionary *d, bytes text, concept *ret, err *e)
{
    if (d->count == CONCEPT_NUMBER_MAX) {
        return fail(e, ERR_TOO_LARGE, "the dictionary is full: %u concepts", d->count);
    }
    if (d->count == d->cap) {
        uint32_t cap = d->cap == 0 ? FIRST_CAP : d->cap * 2;
        bytes *texts = mem_resize(d->texts, d->cap * sizeof *texts, cap * sizeof *texts);
        if (texts == NULL) {
            return fail(e, ERR_MEMORY, "no memory for %u concepts", cap);
        }
        d->texts = texts;
        d->cap = cap;
    }
    bytes copy = arena_copy(&d->memory, text);
    if (copy.base == NULL || !map_put(&d->numbers, text, d->count + 1u)) {
        return fail(e, ERR_MEMORY, "no memory for another concept");
    }
    d->texts[d->count] = copy;
    d->count++;
    *ret = d->count;
    return true;
}

bool dictionary_find(const dictionary *d, bytes text, concept *ret)
{
    if (concept_from_code(text, ret)) {
        return true;
    }
    check(pthread_rwlock_rdlock(d->lock) == 0);
    bool is_found = find_locked(d, text, ret);
    check(pthread_rwlock_unlock(d->lock) == 0);
    return is_found;
}

bool dictionary_add(dictionary *d, bytes text, concept *ret, bool *ret_is_new, err *e)
{
    if (dictionary_find(d, text, ret)) {
        *ret_is_new = false;
        return true;
    }
    if (!is_esco(text)) {
        return fail(e, ERR_FIELD_FORMAT, "a concept is esco:, isco: or kldb: and its code");
    }
    check(pthread_rwlock_wrlock(d->lock) == 0);
    /* Another thread may have added it between the two locks. */
    bool is_known = find_locked(d, text, ret);
    bool is_done = is_known || append_locked(d, text, ret, e);
    check(pthread_rwlock_unlock(d->lock) == 0);
    if (is_done) {
        *ret_is_new = !is_known;
    }
    return is_done;
}

bool dictionary_load(dictionary *d, concept number, bytes text, err *e)
{
    check(pthread_rwlock_wrlock(d->lock) == 0);
    concept known = CONCEPT_NONE;
    bool is_done;
    if (find_locked(d, text, &known)) {
        is_done = known == number ||
                  fail(e, ERR_STORE_CORRUPT, "concept %u has the number %u already", number, known);
    } else if (!is_esco(text) || number != d->count + 1) {
        is_done =
            fail(e, ERR_STORE_CORRUPT, "concept %u does not follow number %u", number, d->count);
    } else {
        is_done = append_locked(d, text, &known, e);
    }
    check(pthread_rwlock_unlock(d->lock) == 0);
    return is_done;
}

static bytes code_text(concept c, char scratch[16])
{
    uint32_t digit_count = LOTSE_CONCEPT_DIGITS(c);
    bool is_isco = LOTSE_CONCEPT_SCHEME(c) == LOTSE_SCHEME_ISCO;
    bool is_kldb = LOTSE_CONCEPT_SCHEME(c) == LOTSE_SCHEME_KLDB;
    uint32_t digit_max = is_isco ? ISCO_DIGIT_MAX : KLDB_DIGIT_MAX;
    if ((!is_isco && !is_kldb) || digit_count == 0 || digit_count > digit_max) {
        return (bytes){NULL, 0};
    }
    memcpy(scratch, is_isco ? "isco:" : "kldb:", SCHEME_LEN);
    for (uint32_t i = 0; i < digit_count; i++) {
        uint32_t digit = LOTSE_CONCEPT_DIGIT(c, i);
        if (digit > 9) {
            return (bytes){NULL, 0};
        }
        scratch[SCHEME_LEN + i] = (char)('0' + digit);
    }
    scratch[SCHEME_LEN + digit_count] = 0;
    return (bytes){scratch, SCHEME_LEN + digit_count};
}

bytes dictionary_text(const dictionary *d, concept c, char scratch[16])
{
    if (LOTSE_CONCEPT_SCHEME(c) != LOTSE_SCHEME_ESCO) {
        return code_text(c, scratch);
    }
    check(pthread_rwlock_rdlock(d->lock) == 0);
    bytes text = c >= 1 && c <= d->count ? d->texts[c - 1] : (bytes){NULL, 0};
    check(pthread_rwlock_unlock(d->lock) == 0);
    return text;
}

uint32_t dictionary_count(const dictionary *d)
{
    check(pthread_rwlock_rdlock(d->lock) == 0);
    uint32_t count = d->count;
    check(pthread_rwlock_unlock(d->lock) == 0);
    return count;
}
