#ifndef CORE_TAXONOMY_READ_H
#define CORE_TAXONOMY_READ_H

#include "taxonomy/draft.h"

/* Sources of a taxonomy as their publishers ship them: ESCO's CSVs, alone or in a zip, short tables
 * made of them, KldB 2010 with names and index, and pairs of KldB and ISCO. Which one a file is,
 * its header says. Files may be read in any order: a concept that is only named yet gets its labels
 * later, and draft_print's reader can tell which never got any. */
typedef struct read_report {
    const char *format; /* of the last table */
    uint32_t table_count;
    uint32_t passed_table_count; /* of an archive: not needed */
    uint32_t row_count;
    uint32_t refused_count;
    uint64_t refused_line; /* of the first refused row */
    char refused_why[200];
} read_report;

/* The head of a file: an archive, or a table of one of these sources. */
bool taxonomy_recognises(bytes head);

/* More than one row in a hundred refused: the source is not what it was, and nothing is kept. */
bool taxonomy_read(draft *d, const char *name, bytes content, read_report *ret, err *e);

#endif
