#include "match/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "match/segment_file.h"
#include "match/words.h"

enum { WRITE_LEN_MAX = 64 * 1024 * 1024, PATH_LEN_MAX = 4096 };

/* The file on disk is the segment's block as it is; its checksum stands in its head. */
static uint64_t checksum_of(const char *base, uint64_t len)
{
    segment_header head;
    memcpy(&head, base, sizeof head);
    head.checksum = 0;
    uint64_t sum = bytes_checksum(&head, sizeof head, SEGMENT_MAGIC);
    return bytes_checksum(base + sizeof head, len - sizeof head, sum);
}

/* Smaller segments lie in the caches as they are. */
enum { SETTLED_LEN_MIN = 8 * 1024 * 1024 };

bool segment_open(memfile *file, segment **ret, err *e)
{
    segment *s = mem_new(sizeof *s);
    if (s == NULL || !words_cache_new(&s->words, e)) {
        mem_free(s);
        return fail(e, ERR_MEMORY, "no memory for a segment");
    }
    s->file = *file;
    *file = (memfile){.fd = -1};
    if (s->file.len >= SETTLED_LEN_MIN) {
        memfile_settle(&s->file);
    }
    s->base = s->file.base;
    s->head = s->file.base;
    s->table = segment_at(s, s->head->table_off);
    s->record_of = segment_at(s, s->head->record_of_off);
    s->row_starts = segment_at(s, s->head->row_starts_off);
    s->record_rows = segment_at(s, s->head->record_rows_off);
    s->id_starts = segment_at(s, s->head->id_starts_off);
    s->ids = segment_at(s, s->head->ids_off);
    *ret = s;
    return true;
}

void segment_free(segment **s)
{
    if (*s == NULL) {
        return;
    }
    words_cache_free(&(*s)->words);
    segment_companion *companion = atomic_load(&(*s)->companion);
    if (companion != NULL) {
        companion->free(companion);
    }
    memfile_fini(&(*s)->file);
    mem_free(*s);
    *s = NULL;
}

/* ------------------------------------------------------------------------------------ files */

static bool write_all(int fd, const char *base, uint64_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, base, len < WRITE_LEN_MAX ? len : WRITE_LEN_MAX);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        base += n;
        len -= (uint64_t)n;
    }
    return true;
}

bool segment_save(const segment *s, const char *path, err *e)
{
    char aside[PATH_LEN_MAX];
    int n = snprintf(aside, sizeof aside, "%s.new", path);
    if (n < 0 || (size_t)n >= sizeof aside) {
        return fail(e, ERR_FILE, "could not write a segment: the path is too long");
    }
    segment_header head = *s->head;
    head.checksum = checksum_of(s->base, s->head->len);
    int fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        return fail(e, ERR_FILE, "could not write \"%s\": %s", aside, strerror(errno));
    }
    bool is_written = write_all(fd, (const char *)&head, sizeof head) &&
                      write_all(fd, s->base + sizeof head, head.len - sizeof head) &&
                      fsync(fd) == 0;
    int why = errno;
    if (close(fd) != 0 && is_written) {
        is_written = false;
        why = errno;
    }
    if (is_written && rename(aside, path) == 0) {
        return true;
    }
    why = is_written ? errno : why;
    unlink(aside);
    return fail(e, why == ENOSPC ? ERR_STORE_FULL : ERR_FILE, "could not write \"%s\": %s", path,
                strerror(why));
}

bool segment_load(const match_program *program, const char *path, segment **ret, err *e)
{
    memfile file = {.fd = -1};
    if (!memfile_map(path, &file, e)) {
        return false;
    }
    const segment_header *head = file.base;
    const char *why = NULL;
    if (file.len < sizeof *head || head->magic != SEGMENT_MAGIC) {
        why = "it is not a segment";
    } else if (head->format != SEGMENT_FORMAT) {
        why = "it was written by another version";
    } else if (head->len != file.len) {
        why = "it is cut off";
    } else if (head->side > SIDE_OFFER || head->column_hash != program->columns[head->side].hash) {
        why = "its columns are others";
    } else if (checksum_of(file.base, file.len) != head->checksum) {
        why = "its checksum is wrong";
    }
    if (why != NULL) {
        memfile_fini(&file);
        return fail(e, ERR_FILE, "could not use \"%s\": %s", path, why);
    }
    bool is_open = segment_open(&file, ret, e);
    memfile_fini(&file);
    return is_open;
}

/* ------------------------------------------------------------------------------------ looking */

uint32_t segment_row_count(const segment *s)
{
    return s->head->row_count;
}

uint32_t segment_record_count(const segment *s)
{
    return s->head->record_count;
}

record_side segment_side(const segment *s)
{
    return (record_side)s->head->side;
}

static bytes record_id_of(const segment *s, uint32_t record)
{
    return (bytes){s->ids + s->id_starts[record], s->id_starts[record + 1] - s->id_starts[record]};
}

bytes segment_id_at(const segment *s, uint32_t record)
{
    check(record < s->head->record_count);
    return record_id_of(s, record);
}

void segment_rows_at(const segment *s, uint32_t record, const uint32_t **ret_rows,
                     uint32_t *ret_count)
{
    check(record < s->head->record_count);
    *ret_rows = s->record_rows + s->row_starts[record];
    *ret_count = s->row_starts[record + 1] - s->row_starts[record];
}

bytes segment_record_id(const segment *s, uint32_t row)
{
    check(row < s->head->row_count);
    return record_id_of(s, s->record_of[row]);
}

bytes segment_intake_id(const segment *s, uint32_t row)
{
    check(row < s->head->row_count);
    const uint32_t *starts = segment_at(s, s->head->intake_starts_off);
    if (starts[row] == starts[row + 1]) {
        return (bytes){NULL, 0};
    }
    return (bytes){(const char *)segment_at(s, s->head->intakes_off) + starts[row],
                   starts[row + 1] - starts[row]};
}

int64_t segment_version(const segment *s, uint32_t row)
{
    check(row < s->head->row_count);
    return ((const int64_t *)segment_at(s, s->head->versions_off))[s->record_of[row]];
}

bool segment_find(const segment *s, bytes id, const uint32_t **ret_rows, uint32_t *ret_count)
{
    const uint32_t *slots = segment_at(s, s->head->slots_off);
    uint32_t mask = s->head->slot_count - 1;
    for (uint32_t at = (uint32_t)bytes_hash(id) & mask; slots[at] != 0; at = (at + 1) & mask) {
        uint32_t record = slots[at] - 1;
        if (bytes_equal(record_id_of(s, record), id)) {
            *ret_rows = s->record_rows + s->row_starts[record];
            *ret_count = s->row_starts[record + 1] - s->row_starts[record];
            return true;
        }
    }
    return false;
}

const lotse_table *segment_table(const segment *s)
{
    return s->table;
}

segment_companion *segment_companion_of(const segment *s)
{
    return atomic_load_explicit(&s->companion, memory_order_acquire);
}

segment_companion *segment_companion_keep(const segment *s, segment_companion *made)
{
    segment *own = (segment *)(uintptr_t)s; /* the one member that changes after the making */
    segment_companion *first = NULL;
    if (atomic_compare_exchange_strong(&own->companion, &first, made)) {
        return made;
    }
    made->free(made);
    return first;
}
