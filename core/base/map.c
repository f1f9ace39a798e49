/* Texts to numbers by open addressing with linear probing. The hash stands beside the pointer to
 * the key, so that a probe touches the key's own memory only when the hashes are equal. */
#include "base/map.h"

#include <string.h>

#include "base/arena.h"
#include "base/check.h"

enum { CAP_MIN = 16, DEAD_LEN_MIN = 64 * 1024, KEY_HEAD_LEN = 4, CHUNK_LEN_MAX = 32 * 1024 * 1024 };

struct map_entry {
    uint64_t hash;
    uint64_t value;
    const char *key; /* its length in 4 bytes, then the key; NULL: the place is free */
};

typedef struct key_chunk {
    struct key_chunk *older;
    size_t used_len;
    size_t len;
} key_chunk;

/* Keys of removed entries stay where they are until they outweigh the living ones. */
struct map_keys {
    key_chunk *chunks; /* newest first */
    uint64_t live_len;
    uint64_t dead_len;
};

static bytes key_of(const map_entry *entry)
{
    uint32_t len;
    memcpy(&len, entry->key, sizeof len);
    return (bytes){entry->key + KEY_HEAD_LEN, len};
}

static void free_chunks(key_chunk *chunk)
{
    while (chunk != NULL) {
        key_chunk *older = chunk->older;
        mem_free(chunk);
        chunk = older;
    }
}

static char *take_key_room(struct map_keys *keys, size_t len)
{
    key_chunk *chunk = keys->chunks;
    if (chunk == NULL || chunk->len - chunk->used_len < len) {
        size_t chunk_len = chunk == NULL ? 1024 : chunk->len * 2;
        if (chunk_len > CHUNK_LEN_MAX) {
            chunk_len = CHUNK_LEN_MAX;
        }
        if (chunk_len < len) {
            chunk_len = len;
        }
        chunk = mem_new(sizeof *chunk + chunk_len);
        if (chunk == NULL) {
            return NULL;
        }
        *chunk = (key_chunk){.older = keys->chunks, .len = chunk_len};
        keys->chunks = chunk;
    }
    char *room = (char *)(chunk + 1) + chunk->used_len;
    chunk->used_len += len;
    return room;
}

static const char *store_key(struct map_keys *keys, bytes key)
{
    char *room = take_key_room(keys, KEY_HEAD_LEN + key.len);
    if (room == NULL) {
        return NULL;
    }
    uint32_t len = (uint32_t)key.len;
    memcpy(room, &len, sizeof len);
    if (key.len > 0) {
        memcpy(room + KEY_HEAD_LEN, key.base, key.len);
    }
    keys->live_len += KEY_HEAD_LEN + key.len;
    return room;
}

static map_entry *find_entry(const map *m, bytes key, uint64_t hash)
{
    if (m->cap == 0) {
        return NULL;
    }
    uint32_t mask = m->cap - 1;
    for (uint32_t at = (uint32_t)hash & mask; m->entries[at].key != NULL; at = (at + 1) & mask) {
        if (m->entries[at].hash == hash && bytes_equal(key_of(&m->entries[at]), key)) {
            return &m->entries[at];
        }
    }
    return NULL;
}

static map_entry *find_free(map_entry *entries, uint32_t cap, uint64_t hash)
{
    uint32_t mask = cap - 1;
    uint32_t at = (uint32_t)hash & mask;
    while (entries[at].key != NULL) {
        at = (at + 1) & mask;
    }
    return &entries[at];
}

static bool grow(map *m)
{
    if (m->cap > UINT32_MAX / 2) {
        return false;
    }
    uint32_t cap = m->cap == 0 ? CAP_MIN : m->cap * 2;
    map_entry *entries = mem_new((size_t)cap * sizeof *entries);
    if (entries == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < m->cap; i++) {
        if (m->entries[i].key != NULL) {
            *find_free(entries, cap, m->entries[i].hash) = m->entries[i];
        }
    }
    mem_free(m->entries);
    m->entries = entries;
    m->cap = cap;
    return true;
}

/* Copies the living keys together. Without memory for that the old ones simply stay. */
static void pack_keys(map *m)
{
    struct map_keys packed = {0};
    /* One chunk that surely holds them all: nothing can fail half-way. */
    char *room = take_key_room(&packed, m->keys->live_len == 0 ? 1 : m->keys->live_len);
    if (room == NULL) {
        return;
    }
    for (uint32_t i = 0; i < m->cap; i++) {
        if (m->entries[i].key != NULL) {
            size_t len = KEY_HEAD_LEN + key_of(&m->entries[i]).len;
            memcpy(room, m->entries[i].key, len);
            m->entries[i].key = room;
            room += len;
        }
    }
    packed.live_len = m->keys->live_len;
    free_chunks(m->keys->chunks);
    *m->keys = packed;
}

bool map_get(const map *m, bytes key, uint64_t *ret_value)
{
    const map_entry *entry = find_entry(m, key, bytes_hash(key));
    if (entry == NULL) {
        return false;
    }
    *ret_value = entry->value;
    return true;
}

bool map_put(map *m, bytes key, uint64_t value)
{
    check(key.len <= UINT32_MAX - KEY_HEAD_LEN);
    uint64_t hash = bytes_hash(key);
    map_entry *entry = find_entry(m, key, hash);
    if (entry != NULL) {
        entry->value = value;
        return true;
    }
    if (m->keys == NULL) {
        m->keys = mem_new(sizeof *m->keys);
        if (m->keys == NULL) {
            return false;
        }
    }
    /* At most three quarters full: linear probing is slow in a table that is nearly full. */
    if (m->count >= m->cap - m->cap / 4 && !grow(m)) {
        return false;
    }
    const char *stored = store_key(m->keys, key);
    if (stored == NULL) {
        return false;
    }
    *find_free(m->entries, m->cap, hash) = (map_entry){hash, value, stored};
    m->count++;
    return true;
}

bool map_remove(map *m, bytes key)
{
    map_entry *entry = find_entry(m, key, bytes_hash(key));
    if (entry == NULL) {
        return false;
    }
    uint64_t key_len = KEY_HEAD_LEN + key_of(entry).len;
    m->keys->live_len -= key_len;
    m->keys->dead_len += key_len;
    m->count--;
    /* Later entries of the run move up, so that no search ends at the gap too early. */
    uint32_t mask = m->cap - 1;
    uint32_t gap = (uint32_t)(entry - m->entries);
    for (uint32_t at = (gap + 1) & mask; m->entries[at].key != NULL; at = (at + 1) & mask) {
        uint32_t home = (uint32_t)m->entries[at].hash & mask;
        if (((at - home) & mask) >= ((at - gap) & mask)) {
            m->entries[gap] = m->entries[at];
            gap = at;
        }
    }
    m->entries[gap] = (map_entry){0};
    if (m->keys->dead_len > m->keys->live_len + DEAD_LEN_MIN) {
        pack_keys(m);
    }
    return true;
}

bool map_next(const map *m, uint32_t *at, bytes *ret_key, uint64_t *ret_value)
{
    for (uint32_t i = *at; i < m->cap; i++) {
        if (m->entries[i].key != NULL) {
            *ret_key = key_of(&m->entries[i]);
            *ret_value = m->entries[i].value;
            *at = i + 1;
            return true;
        }
    }
    *at = m->cap;
    return false;
}

void map_fini(map *m)
{
    if (m->keys != NULL) {
        free_chunks(m->keys->chunks);
        mem_free(m->keys);
    }
    mem_free(m->entries);
    *m = (map){0};
}
