#ifndef CORE_PLUGIN_QUESTIONS_H
#define CORE_PLUGIN_QUESTIONS_H

#include "base/arena.h"
#include "match/late.h"
#include "plugin/cage.h"

/* Questions on their way to one instance in a child: gathered in a region of the ask area, asked
 * together, their answers copied out once, looked at, and put where the askers want them. What does
 * not fit any more is asked about before the next is taken. */

typedef enum pending_kind {
    PENDING_NONE, /* nothing comes back */
    PENDING_SCORES,
    PENDING_REASONS,
    PENDING_DERIVED
} pending_kind;

typedef struct pending {
    pending_kind kind;
    uint32_t item_off; /* from the region's start */
    uint32_t answer_off;
    uint32_t row_count;
    uint8_t *verdicts; /* DERIVED: known */
    void *values;      /* SCORES: int32_t */
    late_reasons *reasons;
} pending;

typedef struct questions {
    cage *cage;
    cage_child *holder;
    uint32_t instance;
    uint32_t what;        /* WIRE_CRITERION, WIRE_FIELD */
    const char *id;       /* of the criterion or field */
    uint32_t field_index; /* in the manifest, of a field */
    lotse_params *params; /* a copy; NULL: not configured yet */
    size_t params_len;
    uint64_t told_generation; /* the child to which the instance was told; 0: none */
    uint32_t region;
    arena *answers; /* where reasons go */
    uint32_t item_count;
    uint64_t ask_len, answer_len; /* of the region, used */
    pending *pendings;
    uint32_t pending_count, pending_cap;
    bool has_failed; /* since begin */
    err why;
} questions;

bool questions_new(cage *c, uint32_t what, const char *id, uint32_t field_index, questions **ret,
                   err *e);
void questions_free(questions **q);
/* A copy of the parameters, as the plugin was given them. */
bool questions_configure(questions *q, const lotse_params *params, err *e);

/* After begin any number of the others, then ring. A failure on the way is told by ring. */
void questions_begin(questions *q, uint32_t region, arena *a);
void questions_select(questions *q, const lotse_table *anchor, int32_t as_of_day);
void questions_score(questions *q, const lotse_table *t, const uint32_t *rows, uint32_t row_count,
                     const double *km, uint8_t *verdicts, int32_t *scores);
void questions_explain(questions *q, const lotse_table *t, uint32_t row, const double *km,
                       late_reasons *ret);
void questions_derive(questions *q, const lotse_table *t, const uint32_t *rows, uint32_t row_count,
                      int32_t as_of_day, void *values, uint8_t *known);
bool questions_ring(questions *q, err *e);

#endif
