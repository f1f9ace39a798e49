#ifndef CORE_IMPORT_BA_TRAINING_H
#define CORE_IMPORT_BA_TRAINING_H

#include "import/run.h"

/* What the two halves of the further-training importer share: ba_training.c finds rows and what
 * belongs together, ba_training_offer.c writes an offer. Private to core/import. */

enum { TRAINING_PLACE_LEN = 16 };

/* A row of the answer: a date of a course. Rows that agree in everything but id, number and dates
 * are intakes of one offer. */
typedef struct training_row {
    int64_t course;
    char place[TRAINING_PLACE_LEN]; /* postcode, "online" or empty */
    const char *time;               /* a code of working_time; "": not said */
    int64_t id;
    uint64_t number; /* where it stood, from 1 */
    const json_node *node;
} training_row;

/* Reads what decides where a row belongs. False: it has no id, or its course has none or no title.
 */
bool training_read_row(import_run *r, const json_node *node, uint64_t number, training_row *ret);
/* Writes rows[0..count) as one offer, with as many of them as a record holds; answers how many. */
size_t training_put_offer(import_run *r, const training_row *rows, size_t count, buf *record);

/* A member that is there and not null, or NULL. */
const json_node *training_member(const json_node *n, const char *key);

#endif
