#ifndef CORE_MATCH_SEGMENT_H
#define CORE_MATCH_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/memfile.h"
#include "match/program.h"
#include "model/concept.h"

/* Rows of one side, as columns in one sealed memory file: immutable once built. A segment of offers
 * has a row per intake. Rows stand in an order that keeps what is near in space and alike in its
 * bounds together (README.md has the picture); every index of the segment lies in the same file, so
 * that a base segment is written to disk and mapped again as it is. */
typedef struct segment segment;

typedef struct segment_input {
    const void *record; /* decoded seeker or offer; needed until segment_build returns */
    int64_t version;
} segment_input;

/* Builds from records (any order). The dictionary must know all their concepts, except those of a
 * what-if or unstored anchor: with `strangers`, unknown concepts get numbers of their own that
 * equal no other (for one-row anchors). [any] */
bool segment_build(const match_program *program, record_side side, const segment_input *inputs,
                   uint32_t input_count, const dictionary *d, bool strangers, segment **ret,
                   err *e);
void segment_free(segment **s);
bool segment_save(const segment *s, const char *path,
                  err *e); /* checksummed, written aside and renamed */
bool segment_load(const match_program *program, const char *path, segment **ret,
                  err *e); /* refused when checksum or column set differ */

uint32_t segment_row_count(const segment *s);
uint32_t segment_record_count(const segment *s);
record_side segment_side(const segment *s);
bytes segment_record_id(const segment *s, uint32_t row);
bytes segment_intake_id(const segment *s, uint32_t row); /* {NULL,0}: the offer has no intakes */
int64_t segment_version(const segment *s, uint32_t row);
/* The rows of a record: [first, first + count) in record order are given by *_rows into ret (an
 * offer's intakes may be apart). False: not in this segment. */
bool segment_find(const segment *s, bytes id, const uint32_t **ret_rows, uint32_t *ret_count);
/* Records by their position in the byte order of ids. */
bytes segment_id_at(const segment *s, uint32_t record);
void segment_rows_at(const segment *s, uint32_t record, const uint32_t **ret_rows,
                     uint32_t *ret_count);
/* The table of all stored columns (index = column of the program), in the contract's terms. */
const lotse_table *segment_table(const segment *s);
static inline const lotse_column *segment_column(const segment *s, uint32_t column)
{
    return lotse_column_of(segment_table(s), column);
}

/* Something that another folder makes of a segment and wants to have again, an index for example:
 * it stays with the segment and is freed with it. */
typedef struct segment_companion segment_companion;
struct segment_companion {
    void (*free)(segment_companion *self);
};
/* NULL: there is none. [any] */
segment_companion *segment_companion_of(const segment *s);
/* Takes it. Where another thread was first, what it made stays and is returned. [any] */
segment_companion *segment_companion_keep(const segment *s, segment_companion *made);

#endif
