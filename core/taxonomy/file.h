#ifndef CORE_TAXONOMY_FILE_H
#define CORE_TAXONOMY_FILE_H

#include <assert.h>
#include <stdint.h>

#include "taxonomy/taxonomy.h"

/* How taxonomy.ltx lies in bytes: a head, then tables one behind the other, each aligned to 8.
 * Numbers are the machine's; a file of the other byte order is refused by its mark. */
#define FILE_MAGIC "LOTSELTX"
enum { FILE_VERSION = 1, FILE_ORDER_MARK = 0x01020304 };

typedef enum file_table {
    TABLE_CONCEPTS,
    TABLE_LABELS,
    TABLE_STARTS,  /* of relations: RELATION_COUNT + 0 .. per concept, one more at the end */
    TABLE_TARGETS, /* concepts at the other ends */
    TABLE_TEXT,
    TABLE_COUNT
} file_table;

typedef struct file_span {
    uint64_t off;
    uint64_t count;
} file_span;

typedef struct file_head {
    char magic[8];
    uint32_t version;
    uint32_t order_mark;
    uint64_t len;      /* of the whole file */
    uint64_t checksum; /* of everything behind the head's first 32 bytes */
    file_span tables[TABLE_COUNT];
} file_head;

typedef struct file_concept {
    uint32_t id_off;
    uint16_t id_len;
    uint8_t kind;
    uint8_t level;
    uint32_t label_begin; /* the next concept's begin is the end */
} file_concept;

typedef struct file_label {
    uint32_t text_off;
    uint16_t text_len;
    uint8_t kind;
    char lang[5];
} file_label;

enum { FILE_CHECKED_FROM = 32 };

static_assert(sizeof(file_head) == 32 + 16 * TABLE_COUNT, "the head has no holes");
static_assert(sizeof(file_concept) == 12, "a concept has no holes");
static_assert(sizeof(file_label) == 12, "a label has no holes");

#endif
