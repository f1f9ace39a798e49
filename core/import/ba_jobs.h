#ifndef CORE_IMPORT_BA_JOBS_H
#define CORE_IMPORT_BA_JOBS_H

#include "import/answer.h"

/* What the sources of advertisements share. Private to core/import. */

/* The KldB code of the agency's name for an occupation, where the taxonomy knows exactly one: a
 * member `occupation`. Counts how it went: "occupation (from its name)" among what is derived,
 * "hauptberuf: ..." among what could not be mapped. */
void jobs_put_occupation(import_run *r, json_writer *w, bytes name);

/* An advertisement without a number of seats is one free seat, assumed. */
void jobs_put_intake(json_writer *w, const char *id, day start, bool has_start, int64_t seats);

#endif
