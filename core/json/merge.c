/* JSON Merge Patch (RFC 7386) on text, so that what the patch does not touch keeps every digit it
 * was written with. */
#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "json/json.h"
#include "json/scan.h"

typedef struct patch_member {
    bytes raw_key;
    bytes value;
    bool is_used;
} patch_member;

typedef struct merge_run {
    arena memory; /* of the whole merge */
    buf *out;
    err *e;
} merge_run;

static bool merge_value(merge_run *run, bytes target, bytes patch, size_t depth);

static bool is_object(bytes value)
{
    return value.len > 0 && value.base[0] == '{';
}

static bool is_null(bytes value)
{
    return bytes_equal(value, BYTES("null"));
}

/* Checked text without the space between its tokens. */
static void put_compact(buf *out, bytes value)
{
    size_t off = 0;
    while (off < value.len) {
        size_t end = off;
        if (value.base[off] == '"') {
            end = json_skip_string(value, off);
        } else {
            while (end < value.len && value.base[end] != '"' &&
                   strchr(" \t\r\n", value.base[end]) == NULL) {
                end++;
            }
        }
        buf_put(out, value.base + off, end - off);
        off = json_skip_space(value, end);
    }
}

static void put_key(buf *out, bytes raw_key, bool *is_first)
{
    if (!*is_first) {
        buf_char(out, ',');
    }
    *is_first = false;
    buf_char(out, '"');
    buf_put(out, raw_key.base, raw_key.len);
    buf_text(out, "\":");
}

static bool refuse_memory(merge_run *run)
{
    return fail(run->e, ERR_MEMORY, "no memory left for merging two JSON texts");
}

/* The key as it is meant, living as long as the run. */
static bool plain_key(merge_run *run, bytes raw_key, bytes *ret_key)
{
    if (raw_key.len == 0 || memchr(raw_key.base, '\\', raw_key.len) == NULL) {
        *ret_key = raw_key;
        return true;
    }
    buf plain = {0};
    json_unescape(raw_key, &plain);
    bytes copy = plain.failed ? (bytes){NULL, 0} : arena_copy(&run->memory, buf_bytes(&plain));
    buf_fini(&plain);
    *ret_key = copy;
    return copy.base != NULL;
}

/* Lists the patch's members and where each key stands; of a key that stands twice the last one. */
static bool list_members(merge_run *run, bytes patch, map *places, patch_member **ret,
                         size_t *ret_count)
{
    size_t count = 0;
    bytes raw_key;
    bytes value;
    for (size_t off = 0; json_next_member(patch, &off, &raw_key, &value);) {
        count++;
    }
    patch_member *members = arena_make_array(&run->memory, count, patch_member);
    if (members == NULL) {
        return false;
    }
    size_t used = 0;
    for (size_t off = 0; json_next_member(patch, &off, &raw_key, &value);) {
        bytes key;
        uint64_t place;
        if (!plain_key(run, raw_key, &key)) {
            return false;
        }
        if (map_get(places, key, &place)) {
            members[place].value = value;
        } else if (map_put(places, key, used)) {
            members[used++] = (patch_member){.raw_key = raw_key, .value = value};
        } else {
            return false;
        }
    }
    *ret = members;
    *ret_count = used;
    return true;
}

/* The target's members, each as the patch leaves it. */
static bool merge_old(merge_run *run, bytes target, const map *places, patch_member *members,
                      size_t depth, bool *is_first)
{
    bytes raw_key;
    bytes value;
    for (size_t off = 0; json_next_member(target, &off, &raw_key, &value);) {
        bytes key;
        uint64_t place;
        if (!plain_key(run, raw_key, &key)) {
            return refuse_memory(run);
        }
        if (!map_get(places, key, &place)) {
            put_key(run->out, raw_key, is_first);
            put_compact(run->out, value);
            continue;
        }
        members[place].is_used = true;
        if (!is_null(members[place].value)) {
            put_key(run->out, raw_key, is_first);
            if (!merge_value(run, value, members[place].value, depth + 1)) {
                return false;
            }
        }
    }
    return true;
}

static bool merge_new(merge_run *run, const patch_member *members, size_t count, size_t depth,
                      bool *is_first)
{
    for (size_t i = 0; i < count; i++) {
        if (!members[i].is_used && !is_null(members[i].value)) {
            put_key(run->out, members[i].raw_key, is_first);
            if (!merge_value(run, (bytes){NULL, 0}, members[i].value, depth + 1)) {
                return false;
            }
        }
    }
    return true;
}

/* Calls itself once per level of the patch, which the check before it and the limit here bound. */
static bool merge_value(merge_run *run, bytes target, bytes patch, size_t depth)
{
    if (!is_object(patch)) {
        put_compact(run->out, patch);
        return true;
    }
    if (depth >= JSON_READER_DEPTH_MAX) {
        return fail(run->e, ERR_JSON_TOO_DEEP, "the patch is nested more than %d levels deep",
                    JSON_READER_DEPTH_MAX);
    }
    map places = {0};
    patch_member *members;
    size_t count;
    bool is_first = true;
    if (!list_members(run, patch, &places, &members, &count)) {
        map_fini(&places);
        return refuse_memory(run);
    }
    buf_char(run->out, '{');
    bool ok = !is_object(target) || merge_old(run, target, &places, members, depth, &is_first);
    map_fini(&places);
    ok = ok && merge_new(run, members, count, depth, &is_first);
    buf_char(run->out, '}');
    return ok;
}

static bytes trim(bytes text)
{
    size_t start = json_skip_space(text, 0);
    return (bytes){text.base + start, json_skip_value(text, start) - start};
}

bool json_merge(bytes target, bytes patch, buf *out, err *e)
{
    merge_run run = {.out = out, .e = e};
    size_t old_len = out->len;
    bool ok = merge_value(&run, trim(target), trim(patch), 0);
    arena_fini(&run.memory);
    if (ok && out->failed) {
        ok = refuse_memory(&run);
    }
    if (!ok) {
        out->len = old_len;
    }
    return ok;
}
