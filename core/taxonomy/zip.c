/* Reads the archive's directory at its end, never the headers in between, and inflates what is
 * asked for. Every offset comes from outside and is compared with what is there. */
#include "taxonomy/zip.h"

#include <string.h>
#include <zlib.h>

enum {
    END_LEN = 22,
    END_COMMENT_MAX = 65535,
    CENTRAL_LEN = 46,
    LOCAL_LEN = 30,
    METHOD_STORED = 0,
    METHOD_DEFLATED = 8,
    FLAG_ENCRYPTED = 1
};

static uint32_t u16_at(bytes b, size_t at)
{
    const unsigned char *p = (const unsigned char *)b.base + at;
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t u32_at(bytes b, size_t at)
{
    return u16_at(b, at) | u16_at(b, at + 2) << 16;
}

static bool has_mark(bytes b, size_t at, const char *mark)
{
    return at <= b.len && b.len - at >= 4 && memcmp(b.base + at, mark, 4) == 0;
}

bool zip_is(bytes archive)
{
    return has_mark(archive, 0, "PK\3\4") || has_mark(archive, 0, "PK\5\6");
}

static bool find_end(bytes archive, size_t *ret_at)
{
    if (archive.len < END_LEN) {
        return false;
    }
    size_t last = archive.len - END_LEN;
    size_t first = last > END_COMMENT_MAX ? last - END_COMMENT_MAX : 0;
    for (size_t at = last + 1; at > first; at--) {
        if (has_mark(archive, at - 1, "PK\5\6")) {
            *ret_at = at - 1;
            return true;
        }
    }
    return false;
}

/* One entry of the directory at *at, which moves behind it. */
static bool take_entry(bytes archive, size_t *at, zip_entry *ret)
{
    if (!has_mark(archive, *at, "PK\1\2") || archive.len - *at < CENTRAL_LEN) {
        return false;
    }
    size_t name_len = u16_at(archive, *at + 28);
    size_t extra_len = u16_at(archive, *at + 30) + u16_at(archive, *at + 32);
    size_t local = u32_at(archive, *at + 42);
    size_t packed_len = u32_at(archive, *at + 20);
    if (archive.len - *at - CENTRAL_LEN < name_len + extra_len ||
        (u16_at(archive, *at + 8) & FLAG_ENCRYPTED) != 0 || !has_mark(archive, local, "PK\3\4") ||
        archive.len - local < LOCAL_LEN) {
        return false;
    }
    size_t begin = local + LOCAL_LEN + u16_at(archive, local + 26) + u16_at(archive, local + 28);
    if (begin > archive.len || archive.len - begin < packed_len) {
        return false;
    }
    *ret = (zip_entry){.name = {archive.base + *at + CENTRAL_LEN, name_len},
                       .packed = {archive.base + begin, packed_len},
                       .len = u32_at(archive, *at + 24),
                       .checksum = u32_at(archive, *at + 16),
                       .method = (uint16_t)u16_at(archive, *at + 10)};
    *at += CENTRAL_LEN + name_len + extra_len;
    return true;
}

bool zip_list(bytes archive, zip_entry entries[ZIP_ENTRY_MAX], uint32_t *ret_count, err *e)
{
    size_t end;
    if (!find_end(archive, &end)) {
        return fail(e, ERR_IMPORT_FORMAT, "the zip archive has no directory: it is cut short");
    }
    uint32_t count = u16_at(archive, end + 10);
    size_t at = u32_at(archive, end + 16);
    if (count > ZIP_ENTRY_MAX) {
        return fail(e, ERR_TOO_LARGE, "the zip archive has %u files; at most %d are read", count,
                    ZIP_ENTRY_MAX);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!take_entry(archive, &at, &entries[i])) {
            return fail(e, ERR_IMPORT_FORMAT,
                        "the zip archive's directory is damaged at file %u of %u", i + 1, count);
        }
    }
    *ret_count = count;
    return true;
}

static bool inflate_into(const zip_entry *entry, char *room)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)entry->packed.base,
                  .avail_in = (uInt)entry->packed.len,
                  .next_out = (Bytef *)room,
                  .avail_out = entry->len};
    if (inflateInit2(&z, -MAX_WBITS) != Z_OK) {
        return false;
    }
    int rc = inflate(&z, Z_FINISH);
    bool is_whole = rc == Z_STREAM_END && z.total_out == entry->len;
    return inflateEnd(&z) == Z_OK && is_whole;
}

bool zip_read(const zip_entry *entry, buf *out, err *e)
{
    int name_len = entry->name.len < 80 ? (int)entry->name.len : 80;
    bool is_stored = entry->method == METHOD_STORED && entry->packed.len == entry->len;
    if (entry->len > ZIP_ENTRY_LEN_MAX) {
        return fail(e, ERR_TOO_LARGE, "\"%.*s\" in the zip archive has more than %d bytes",
                    name_len, entry->name.base, ZIP_ENTRY_LEN_MAX);
    }
    if (!is_stored && entry->method != METHOD_DEFLATED) {
        return fail(e, ERR_IMPORT_FORMAT,
                    "\"%.*s\" in the zip archive is packed in way %u, expected 8", name_len,
                    entry->name.base, entry->method);
    }
    char *room = buf_room(out, (size_t)entry->len + 1);
    if (room == NULL) {
        return fail(e, ERR_MEMORY, "could not unpack \"%.*s\": no memory", name_len,
                    entry->name.base);
    }
    if (is_stored) {
        memcpy(room, entry->packed.base, entry->len);
    } else if (!inflate_into(entry, room)) {
        return fail(e, ERR_IMPORT_FORMAT, "\"%.*s\" in the zip archive is damaged", name_len,
                    entry->name.base);
    }
    if (crc32(0, (const Bytef *)room, entry->len) != entry->checksum) {
        return fail(e, ERR_IMPORT_FORMAT, "\"%.*s\" in the zip archive has a wrong checksum",
                    name_len, entry->name.base);
    }
    out->len += entry->len;
    return true;
}
