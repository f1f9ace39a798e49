/* Reads gettext's .mo files. gettext's own functions choose a language per process, from its
 * environment and from files; here each answer has its own, on any thread, and nothing is looked
 * up on a disk. What is kept of gettext is what translators use: the .po files, msgfmt and msgcmp.
 *
 * A file is: magic, revision, number of entries, offset of the table of originals, offset of the
 * table of translations; each table has a length and an offset per text. Originals stand in byte
 * order, as "id EOT source text". */

#include "say/catalogue.h"

#include <string.h>

#include "base/check.h"

enum { HEADER_LEN = 28, MAGIC = (int)0x950412deu, ENTRY_LEN = 8, END_OF_ID = 4 };

static uint32_t word_at(bytes file, size_t offset)
{
    const unsigned char *at = (const unsigned char *)file.base + offset;
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static bool is_text(bytes file, size_t entry)
{
    uint64_t len = word_at(file, entry);
    uint64_t offset = word_at(file, entry + 4);
    return offset + len < file.len && file.base[offset + len] == '\0';
}

bool catalogue_is_sound(bytes file)
{
    if (file.len < HEADER_LEN || word_at(file, 0) != (uint32_t)MAGIC) {
        return false;
    }
    uint64_t table_len = (uint64_t)word_at(file, 8) * ENTRY_LEN;
    uint64_t originals = word_at(file, 12);
    uint64_t translations = word_at(file, 16);
    if (originals + table_len > file.len || translations + table_len > file.len) {
        return false;
    }
    for (uint64_t i = 0; i < table_len; i += ENTRY_LEN) {
        if (!is_text(file, originals + i) || !is_text(file, translations + i)) {
            return false;
        }
    }
    return true;
}

uint32_t catalogue_text_count(bytes file)
{
    return word_at(file, 8);
}

static const char *text_at(bytes file, size_t table, uint32_t index)
{
    return file.base + word_at(file, table + (size_t)index * ENTRY_LEN + 4);
}

const char *catalogue_at(bytes file, uint32_t index, bytes *ret_id)
{
    check(index < catalogue_text_count(file));
    const char *original = text_at(file, word_at(file, 12), index);
    const char *end = strchr(original, END_OF_ID);
    *ret_id = (bytes){original, end == NULL ? 0 : (size_t)(end - original)};
    return text_at(file, word_at(file, 16), index);
}

const char *catalogue_find(bytes file, const char *id)
{
    size_t id_len = strlen(id);
    uint32_t low = 0;
    uint32_t high = catalogue_text_count(file);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const char *original = text_at(file, word_at(file, 12), middle);
        int order = strncmp(original, id, id_len);
        if (order == 0) {
            order = (unsigned char)original[id_len] - END_OF_ID;
        }
        if (order == 0) {
            return text_at(file, word_at(file, 16), middle);
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}
