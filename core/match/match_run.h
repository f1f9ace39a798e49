#ifndef CORE_MATCH_MATCH_RUN_H
#define CORE_MATCH_MATCH_RUN_H

#include "match/derive.h"
#include "match/infer.h"
#include "match/late.h"
#include "match/match.h"
#include "match/match_table.h"
#include "match/narrow_kernel.h"
#include "match/segment_file.h"
#include "match/totals_kernel.h"
#include "match/words.h"

/* The inside of one question while it is answered, for the files of core/match alone. */

enum {
    RUN_SEGMENT_MAX = 32,
    CHUNK_CAP = CHUNK_ROW_MAX + 16, /* vectors may write past the last row */
    SCAN_ROW_MAX = 8192
};

/* ------------------------------------------------------------------------------------ rank */

/* The best row of one record so far. */
typedef struct rank_entry {
    int32_t score; /* less the row's price */
    verdict verdict;
    uint32_t segment; /* index in the run */
    uint32_t record;  /* where rows stand for themselves: the row */
    uint32_t row;
    uint32_t anchor_row; /* index into the query's anchor rows */
    bool is_judged;      /* else only `possible` is known: the verdict is told of those that stay */
    double km;
    uint32_t candidate; /* of the late criteria, where there are some */
} rank_entry;

typedef struct match_run match_run_state;

/* Sorted, best first: by key, which says nearly all, and where keys are equal by ids. What is moved
 * to make room are keys and places; entries stay where they are. */
typedef struct rank_list {
    uint64_t keys[MATCH_LIMIT_MAX + 1];
    uint16_t places[MATCH_LIMIT_MAX + 1]; /* of the entries */
    rank_entry entries[MATCH_LIMIT_MAX + 1];
    uint32_t count;
    uint32_t limit;
    int32_t threshold; /* a row needs at least this score: the floor until the list is full */
} rank_list;

static inline const rank_entry *rank_at(const rank_list *r, uint32_t index)
{
    return &r->entries[r->places[index]];
}

void rank_begin(rank_list *r, uint32_t limit, int32_t floor);
/* may_repeat: the record may be in the list already. */
void rank_put(rank_list *r, const match_run_state *run, const rank_entry *entry, bool may_repeat);
/* Of two rows of one record: does a come first? */
bool rank_row_precedes(const match_run_state *run, const rank_entry *a, const rank_entry *b);
/* Of two intakes: earlier start, then smaller id. */
int rank_compare_intakes(const match_worker *w, const segment *a, uint32_t a_row, const segment *b,
                         uint32_t b_row);

/* ------------------------------------------------------------------------------------ late */

/* A row that passed every gate and may be among the k best, whatever late criteria say of it. Its
 * score are the points of the others, the least that it can come to. */
typedef struct late_candidate {
    rank_entry entry;
    int32_t most; /* and the most */
    bool may_repeat;
} late_candidate;

typedef struct late_list {
    late_candidate *candidates; /* in the worker's scratch memory */
    uint32_t count;
    uint32_t cap;
    uint32_t *rows; /* of the candidates, and their km */
    double *km;
    int32_t *scores; /* of candidate i and the late criterion j: [j * count + i] */
    uint8_t *verdicts;
} late_list;

/* ------------------------------------------------------------------------------------ run */

typedef struct run_criterion {
    const lotse_criterion *instance;
    const late_criterion *late; /* asked last, once for all rows; NULL: asked as rows come */
    const criterion_spec *spec;
    uint32_t criterion; /* index into program.criteria */
    uint32_t slot;      /* in the strategy's order */
    int32_t weight;
    uint32_t
        first_list; /* its column of concepts in the rows, by its own count; UINT32_MAX: none */
} run_criterion;

/* What is known of an anchor row. */
typedef struct run_anchor {
    gate_row row;
    uint32_t index; /* into the query's anchor rows */
    bool has_place;
    bool is_online;
    bool has_reach; /* seekers: how far they go */
    double place[3];
    double latitude, longitude;
    double reach;
    bool reach_is_free;     /* no reach is no limit */
    const uint32_t *having; /* seekers: the concepts they have; offers: those required */
    uint32_t having_count;
    bool is_having_known;
    /* With what may be inferred: seekers have at most these. The same where nothing is. */
    const uint32_t *may_have;
    uint32_t may_have_count;
    bool has_open_lists; /* lists of concepts cannot tell who fits: rows are judged one by one */
    const uint32_t *sharing; /* seekers: the set that a share_of bound looks into */
    uint32_t sharing_count;
    bool is_sharing_known;
    bool is_sharing_open; /* not known whole: it may hold any concept, and holds some */
    uint64_t sharing_bits;
    uint32_t prefixes;   /* seekers: a bit per prefix class of their wishes; 0: no wish */
    bool has_odd_prefix; /* a wish that no class holds */
} run_anchor;

/* A column that distances need. */
typedef struct near_column {
    const char *base;      /* NULL: unknown in every row */
    const uint64_t *known; /* NULL: known in every row */
    size_t stride;
} near_column;

/* NULL: not known. */
static inline const void *near_value(const near_column *c, uint32_t row)
{
    if (c->base == NULL || (c->known != NULL && (c->known[row >> 6] >> (row & 63u) & 1u) == 0)) {
        return NULL;
    }
    return c->base + (size_t)row * c->stride;
}

typedef struct run_segment {
    const segment *segment;
    const uint64_t *live;  /* NULL: all rows */
    const int32_t *prices; /* by row; NULL: none */
    const words *words;
    near_column place, online;
    near_column reach;    /* of seekers as rows */
    near_column required; /* of offers as rows: the concepts asked for, lotse_range */
    const uint32_t *required_values;
    uint64_t required_gate; /* a bit: the gate that asks so; 0: it is told apart like others */
    bool reach_has_default, reach_is_free;
    int32_t reach_default;
    words_query query; /* of the current anchor row */
} run_segment;

/* What bounds can tell of a group of rows: whether its code shares a first digit with a wish, and
 * whether it wants concepts. */
enum { PREFIX_NONE, PREFIX_SHARED, PREFIX_OTHER, PREFIX_ANY, PREFIX_STATE_COUNT };
enum { WANTING_NOT, WANTING_SOME, WANTING_ANY, WANTING_STATE_COUNT };
enum { CLASS_COUNT = PREFIX_STATE_COUNT * WANTING_STATE_COUNT };

/* The criteria's best possible points for such a group. */
typedef struct run_class {
    int32_t most[CRITERION_COUNT_MAX];     /* by stage */
    int32_t rest[CRITERION_COUNT_MAX + 1]; /* of the stages from here on */
    int32_t shares;                        /* of its points those of shares of wanted sets */
} run_class;

struct match_run {
    match_worker *worker;
    const match_query *query;
    const match_program *program;
    record_side row_side;
    run_segment segments[RUN_SEGMENT_MAX];
    uint32_t segment_count;
    run_criterion criteria[CRITERION_COUNT_MAX]; /* in the order they are asked: cheap ones first */
    uint32_t criterion_count;
    uint32_t early_count; /* those from here on are late */
    uint32_t km_stage;    /* the criterion before which distances are computed; count: after all */
    uint32_t fold_before; /* the stage before which folded sets are looked at */
    int32_t fold_stage;   /* the criterion that a folded wanted set bounds, -1: none */
    const bound *fold;
    int32_t linear_stage; /* the criterion that falls with the distance, -1: none */
    const bound *linear;
    const bound *share_bound; /* of the column by which rows are grouped; NULL: none */
    const bound *prefix_bound;
    bool needs_km;
    bool has_km_gate; /* that the walk serves, and it is on */
    bool km_unknown_is_yes;
    infer_plan infer;
    uint64_t gates;            /* on */
    uint64_t criteria_derived; /* derived columns of the anchor that criteria read */
    uint64_t derived;          /* and all that are needed */
    run_anchor anchor;
    rank_list *rank;
    /* The rows being narrowed. */
    run_segment *current;
    const run_class *class_now;  /* whose bounds hold for the rows in the chunk */
    const run_class *class_next; /* of the rows that come */
    run_class classes[CLASS_COUNT];
    uint64_t classes_made;
    bool has_repeats;   /* rows may be looked at more than once, or stand for one record together */
    uint32_t row_count; /* rows that wait for the criteria */
    late_list late;
    err *failure;
    bool has_failed;
};

/* Everything a worker keeps between questions. */
struct match_worker {
    uint64_t generation;
    const match_program *program;
    derive_set *derive;
    struct worker_instance *instances;
    uint32_t instance_count;
    uint64_t use_count;
    segment_order orders[2];
    uint16_t start_column; /* of an intake */
    words_scan_call *scan;
    const narrow_kernels *kernels;
    totals_fold_call *totals_fold;
    totals_sum_call *totals_sum;
    totals_bits_call *totals_bits;
    arena scratch; /* of one question */
    arena row;     /* derived columns of one row */
    rank_list rank;
    uint32_t waiting[CHUNK_ROW_MAX + SCAN_ROW_MAX + 16]; /* less than a chunk, and a scan's */
    uint32_t rows[CHUNK_CAP];
    int32_t points[CHUNK_CAP];
    int32_t scores[CHUNK_CAP];
    uint8_t verdicts[CHUNK_CAP];
    double km[CHUNK_CAP];
    table_view anchor_views[CRITERION_COUNT_MAX];
    match_degraded degraded[PLUGIN_COUNT_MAX]; /* of the question that is being answered */
    uint32_t degraded_count;
    /* Most points of a share of a wanted set, by count and found; remade when the weight changes.
     */
    int32_t fold_weight;
    int32_t fold_otherwise;
    int32_t fold_most[WANTED_COUNT_MAX + 1][WANTED_COUNT_MAX + 1];
};

/* A row of a segment with what is derived of it: from the words of the day, or made now. It holds
 * until the next. False: the run has failed. */
bool run_row(match_run_state *run, const run_segment *s, uint32_t row, gate_row *ret);

/* match.c: a question in its steps. What begins well ends with run_end. */
bool run_begin(match_run_state *run, match_worker *w, const match_query *q, record_side anchor_side,
               err *e);
bool run_rank(match_run_state *run, err *e); /* the best rows for the query's anchor */
/* Its first half: by the least that rows come to, where there are late criteria. */
bool run_walk(match_run_state *run, err *e);
bool run_tell(match_run_state *run, arena *a, match_answer *ret, err *e); /* their hits */
void run_end(match_run_state *run);
/* YES or CHECK, of an entry of the rank. */
verdict run_verdict(const match_run_state *run, const rank_entry *entry);

/* worker.c */
bool worker_use_program(match_worker *w, const match_program *p, err *e);
/* An instance of a criterion, configured. It stays the worker's. */
bool worker_criterion(match_worker *w, uint32_t criterion, const lotse_params *params,
                      const lotse_criterion **ret, err *e);

/* match_anchor.c */
void anchor_fetch(const segment *s, uint32_t row); /* what the row holds is on its way */
bool anchor_read(const match_run_state *run, uint32_t index, run_anchor *ret, err *e);
/* Derived fields of one row, in the worker's scratch memory. */
bool anchor_derive(match_worker *w, const segment *s, uint32_t row, day as_of, uint64_t needed,
                   gate_row *ret, err *e);
/* An anchor row as gates see it: derived, and with what may be inferred. */
bool anchor_row(const match_run_state *run, uint32_t index, gate_row *ret, err *e);
/* Tells every criterion who asks. */
bool anchor_select(match_run_state *run, const run_anchor *anchor, err *e);
/* Kilometres between an anchor and a row of the other side: NaN unknown, -1 online. */
double anchor_km(const match_worker *w, const run_anchor *anchor, const segment *s, uint32_t row);

/* Ascending sets: does one hold all of the other? */
static inline bool has_all_concepts(const uint32_t *having, uint32_t having_count,
                                    const uint32_t *asked, uint32_t asked_count)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < asked_count; i++) {
        while (at < having_count && having[at] < asked[i]) {
            at++;
        }
        if (at == having_count || having[at] != asked[i]) {
            return false;
        }
    }
    return true;
}

/* The gates of a strategy, a bit each; those of no gate left out. */
static inline uint64_t gates_of_strategy(const strategy *s)
{
    uint32_t count = s->program->gate_count;
    return count < 64 ? s->gates_on & ((1ULL << count) - 1) : s->gates_on;
}

static inline int32_t price_of(const run_segment *s, uint32_t row)
{
    return s->prices == NULL ? 0 : s->prices[row];
}

static inline int32_t contribution(int32_t weight, int32_t score)
{
    return (int32_t)(((int64_t)weight * score + 500000) / 1000000);
}

/* narrow.c: rows that passed the words go through the criteria. */
void narrow_begin(match_run_state *run); /* once the criteria are known */
void narrow_find_near(const match_run_state *run, run_segment *s);
/* Sets which rows come next; flushes those of another segment or class. */
void narrow_turn(match_run_state *run, run_segment *s, const run_class *c);
void narrow_flush(match_run_state *run);
void narrow_chunks(match_run_state *run); /* the whole chunks among those that wait */
/* YES or CHECK, of a row that is possible and of which nothing told apart is unsure. */
verdict narrow_judge_certain(const match_run_state *run, const run_segment *s, uint32_t row,
                             double km);
/* Looks at a criterion's answers; false: the contract forbids them. */
bool narrow_answers_are_good(const int32_t *scores, const uint8_t *verdicts, uint32_t count);

/* narrow_late.c: criteria that run elsewhere are asked at the end, about all rows at once: begin,
 * then walk and gather for each anchor, then ring, then rank for each anchor. */
void late_begin(match_run_state *run);
/* A row that passed the gates; `entry` holds its points so far, `rest` may still come. */
void late_put(match_run_state *run, const rank_entry *entry, int32_t rest, bool may_repeat);
/* When every row of an anchor was looked at. */
bool late_gather(match_run_state *run, err *e);
/* Tells the candidates' verdicts, while the anchor is still the one that they were found for. */
void late_judge(match_run_state *run);
void late_ring(match_run_state *run);
/* Ranks the anchor's rows again, by what run.late says of them. */
void late_rank(match_run_state *run);
/* What a criterion offers beside the contract, if it runs elsewhere; else NULL. */
static inline const late_criterion *late_of(const criterion_spec *spec, const lotse_criterion *c)
{
    return spec->cage == NULL ? NULL : c->get_extension(c->self, LATE_CRITERION_1);
}
/* Of one pair; `check` where nobody answers. */
void late_score_pair(match_worker *w, const run_criterion *c, const lotse_table *anchor,
                     const lotse_table *row, day as_of, double km, uint8_t *ret_verdict,
                     int32_t *ret_score);
/* Notes that a criterion did not answer, or fields of the program's (a bit each). */
void late_degrade(match_worker *w, uint32_t criterion, const err *why);
void late_degrade_fields(match_worker *w, uint64_t missing, err_code why);
bool late_is_degraded(const match_worker *w, uint32_t criterion);

/* narrow_walk.c: which rows to look at, most promising first. */
void narrow_walk(match_run_state *run, run_segment *s);
/* The contains_all gate that the lists of a segment serve, if it is on and for all kinds. */
bool narrow_lists_gate(const match_run_state *run, const segment_order *order, uint32_t *ret_gate);
const run_class *narrow_class(match_run_state *run, uint32_t prefix, uint32_t wanting);

/* totals.c */
bool totals_count(match_run_state *run, arena *a, match_answer *ret, err *e);

/* Judges a pair by every gate that is on, one by one. */
verdict match_judge_pair(const match_run_state *run, const gate_row *anchor, const gate_row *row);

#endif
