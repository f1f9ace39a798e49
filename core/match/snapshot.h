#ifndef CORE_MATCH_SNAPSHOT_H
#define CORE_MATCH_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "match/segment.h"

/* All seekers and offers at one change number: per side a base segment, indexed segments each at
 * least SEGMENT_RATIO times smaller than the one before, and a tail of at most TAIL_ROW_MAX rows.
 * Replaced and deleted rows are marked in bitmaps that belong to the snapshot. Immutable; the store
 * thread makes the next one from the last, and shares its unchanged segments. */
typedef struct snapshot snapshot;

typedef struct snapshot_change {
    record_side side;
    bytes id;
    const void *record; /* decoded; NULL: deleted */
    int64_t version;
} snapshot_change;

/* An empty snapshot; the first of a program. */
bool snapshot_new(const match_program *program, const dictionary *d, uint64_t change,
                  snapshot **ret, err *e);
/* The next snapshot: `from` with changes applied. Merges small segments when due (bounded work:
 * rows are copied from segments, records are not needed again). `from` stays as it is. [store] */
bool snapshot_apply(const snapshot *from, const snapshot_change *changes, uint32_t change_count,
                    uint64_t change, snapshot **ret, err *e);
/* Rows made ahead of the snapshot that will show them, so that a long import costs one merge and
 * not one a transaction: the records of one transaction and side, and the ids of those it replaced
 * or deleted. */
typedef struct snapshot_part snapshot_part;
/* From the changes of the side `side`; no id comes twice among them. NULL where there are none.
 * [any] */
bool snapshot_part_make(const match_program *program, const dictionary *d, record_side side,
                        const snapshot_change *changes, uint32_t change_count, snapshot_part **ret,
                        err *e);
void snapshot_part_free(snapshot_part **part);
/* The next snapshot: `from` with all parts in their order. What is in them is used up, also when
 * that fails; the parts stay the caller's to free. [store] */
bool snapshot_apply_parts(const snapshot *from, snapshot_part *const *parts, uint32_t part_count,
                          uint64_t change, snapshot **ret, err *e);
/* Other sizes than TAIL_ROW_MAX, so that a test reaches every merge with few rows. Before the first
 * apply; later snapshots keep them. */
void snapshot_tune(snapshot *s, uint32_t tail_row_max, uint32_t young_row_max);
/* Gives back what no other snapshot shares. Segments are counted by the snapshots that hold them,
 * under the store thread alone: make and free snapshots on one thread. [store] */
void snapshot_free(snapshot **s);

/* Bulk start: both sides' base segments from all records of a callback, in one pass each. */
bool snapshot_from_segments(const match_program *program, const dictionary *d, segment *seekers,
                            segment *offers, uint64_t change, snapshot **ret,
                            err *e); /* takes the segments */
/* DIR/base-*.lsg, written aside and renamed, old ones removed. Of a compact snapshot only. */
bool snapshot_save_base(const snapshot *s, const char *dir, err *e);
/* At the change it was saved at. ERR_FILE when there is none, or it is damaged or of other columns.
 */
bool snapshot_load_base(const match_program *program, const dictionary *d, const char *dir,
                        snapshot **ret, err *e);
/* Everything merged into one segment a side (nightly, or before save_base). */
bool snapshot_compact(const snapshot *from, snapshot **ret, err *e);

uint64_t snapshot_change_number(const snapshot *s);
const match_program *snapshot_program(const snapshot *s);
uint32_t snapshot_segment_count(const snapshot *s, record_side side);
const segment *snapshot_segment(const snapshot *s, record_side side, uint32_t index);
/* A bit per row that still stands, in words of 64 rows; NULL: all do. */
const uint64_t *snapshot_live(const snapshot *s, record_side side, uint32_t index);
/* Rows of a side are numbered through: row r of segment i is snapshot_first_row(s, side, i) + r.
 * With index = segment count: how many numbers there are, those of dead rows among them. */
uint32_t snapshot_first_row(const snapshot *s, record_side side, uint32_t index);
uint32_t snapshot_live_count(const snapshot *s, record_side side, uint32_t index);
/* At most one segment a side, all of its rows live: what save_base writes. */
bool snapshot_is_compact(const snapshot *s);
bool snapshot_row_is_live(const snapshot *s, record_side side, uint32_t index, uint32_t row);
/* Where a record stands now. False: it is not there. */
bool snapshot_find(const snapshot *s, record_side side, bytes id, const segment **ret_segment,
                   const uint32_t **ret_rows, uint32_t *ret_row_count);
uint32_t snapshot_record_count(const snapshot *s, record_side side);

#endif
