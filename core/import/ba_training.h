#ifndef CORE_IMPORT_BA_TRAINING_H
#define CORE_IMPORT_BA_TRAINING_H

#include "import/answer.h"
#include "import/prose_facts.h"

/* What the sources of course dates share: further training, language courses, coaching and
 * vocational training answer in one shape, a date a row. ba_training.c finds rows and what belongs
 * together, ba_training_offer.c writes an offer; each source says in a file of its own what it
 * adds. Private to core/import. */

/* A row of the answer: a date of a course. Rows that agree in everything but id, number and dates
 * are intakes of one offer. */
typedef struct training_row {
    int64_t course;
    char place[POSTCODE_LEN]; /* postcode, "online" or empty */
    const char *time;         /* a code of working_time; "": not said */
    int64_t id;
    uint64_t number; /* where it stood, from 1 */
    const json_node *node;
} training_row;

typedef struct training_source {
    const char *system;    /* of the record's source */
    const char *id_prefix; /* before the course's number */
    const char *kind;      /* of most offers */
    /* Members of the offer that only this source knows; may be NULL. `facts` are of the first
     * date's prose. */
    void (*put_more)(import_run *r, json_writer *w, const training_row *row,
                     const prose_facts *facts);
} training_source;

/* The head of an answer of course dates, or of one date alone. */
bool training_is_answer(bytes head);
bool training_finish_as(import_run *r, const training_source *source, err *e);

/* Reads what decides where a row belongs. False: it has no id, or its course has none or no title.
 */
bool training_read_row(import_run *r, const json_node *node, uint64_t number, training_row *ret);
/* Writes rows[0..count) as one offer, with as many of them as a record holds; answers how many. */
size_t training_put_offer(import_run *r, const training_source *source, const training_row *rows,
                          size_t count, buf *record);
/* The code of the course's first class of that scheme, "B 81713-901" for "B "; {NULL,0}: none. */
bytes training_class(const json_node *row, const char *scheme);
int64_t training_education(const json_node *row); /* bildungsart; 0: not said */

#endif
