/* What stood before a run and is to stay: as much of it as still can. And the other list that may
 * come with a run, of people who need several seats together. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "assign/rows.h"
#include "base/arena.h"
#include "base/map.h"
#include "engine/batch_allocate.h"

enum { NEED_MAX = 1000, JUDGE_LEN = 64 };

/* Who sent the list knows it by what it is, not by where it lies here. */
static bool open_list(const char *path, const char *name, const row_column *columns,
                      uint32_t column_count, rows *ret, err *e)
{
    err why = {0};
    if (rows_open(path, columns, column_count, ret, &why)) {
        ret->name = name;
        return true;
    }
    const char *last = strstr(why.text, ".csv");
    return fail(e, ERR_BATCH_INPUT, "the list \"%s\" cannot be used%s", name,
                last == NULL ? "" : last + sizeof ".csv" - 1);
}

/* ------------------------------------------------------------------------------------ needs */

static bool read_needs(allocation *x, const char *path, err *e)
{
    static const row_column COLUMNS[] = {{"seeker", false}, {"seats_needed", false}};
    rows r;
    x->needs = mem_new(x->r->roster.seeker_count * sizeof *x->needs);
    if (x->needs == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the needs of a batch run");
    }
    for (uint32_t i = 0; i < x->r->roster.seeker_count; i++) {
        x->needs[i] = 1;
    }
    if (!open_list(path, "needs", COLUMNS, 2, &r, e)) {
        return false;
    }
    err why = {0};
    while (rows_next(&r, &why)) {
        bytes id = {0};
        int64_t seats = 0;
        if (!rows_id(&r, 0, &id, &why) || !rows_integer(&r, 1, 1, NEED_MAX, &seats, &why)) {
            break;
        }
        uint32_t person = roster_find_seeker(&x->r->roster, id);
        if (person != UINT32_MAX) {
            x->needs[person] = (uint32_t)seats;
        }
    }
    rows_close(&r);
    if (why.code != ERR_NONE) {
        *e = why;
        return false;
    }
    return true;
}

/* ------------------------------------------------------------------------------------ what stood
 */

static uint32_t find_intake(const allocation *x, const map *by_id, bytes offer_id, bytes intake)
{
    uint64_t number = 0;
    if (offer_id.len > 0) {
        return roster_find_intake(&x->r->roster, offer_id,
                                  intake.len == 0 ? (bytes){NULL, 0} : intake);
    }
    return map_get(by_id, intake, &number) ? (uint32_t)number : UINT32_MAX;
}

/* Intakes by their ids alone, for lists that do not name offers. */
static bool map_intakes(const allocation *x, map *ret, err *e)
{
    const roster *r = &x->r->roster;
    for (uint32_t i = 0; i < r->intake_count; i++) {
        bytes id = roster_intake_id(r, i);
        if (!map_put(ret, id.base == NULL ? roster_offer_id(r, i) : id, i)) {
            return fail(e, ERR_MEMORY, "no memory for what stood before");
        }
    }
    return true;
}

static bool note_standing(allocation *x, const map *by_id, const rows *r, err *e)
{
    bytes who = {0};
    if (!rows_id(r, 0, &who, e)) {
        return false;
    }
    bytes offer_id = rows_has(r, 1) ? rows_field(r, 1) : BYTES("");
    bytes intake = rows_field(r, 2);
    if (offer_id.len + intake.len == 0) {
        return true; /* nothing was proposed */
    }
    uint32_t person = roster_find_seeker(&x->r->roster, who);
    if (person == UINT32_MAX) {
        x->gone_count++;
        return true;
    }
    kept_entry *k = &x->kept[person];
    if (k->standing != STANDING_NONE) {
        return rows_refuse(r, e, ERR_FIELD_DUPLICATE, "somebody stands twice");
    }
    k->intake = find_intake(x, by_id, offer_id, intake);
    k->standing = k->intake == UINT32_MAX ? STANDING_OFFER_GONE : STANDING_KEPT;
    k->text = (uint32_t)x->keep_texts.len;
    buf_put(&x->keep_texts, offer_id.base, offer_id.len);
    buf_char(&x->keep_texts, '\n');
    buf_put(&x->keep_texts, intake.base, intake.len);
    buf_char(&x->keep_texts, '\n');
    return true;
}

static bool read_keep(allocation *x, const char *path, err *e)
{
    /* What a run wrote may be handed back as it is; only the first three count. */
    static const row_column COLUMNS[] = {{"seeker", false}, {"offer", true},   {"intake", false},
                                         {"score", true},   {"verdict", true}, {"because", true},
                                         {"change", true},  {"why", true}};
    const roster *all = &x->r->roster;
    rows r;
    map by_id = {0};
    x->kept = mem_new(all->seeker_count * sizeof *x->kept);
    x->is_out = mem_new(all->seeker_count * sizeof *x->is_out);
    if (x->kept == NULL || x->is_out == NULL) {
        return fail(e, ERR_MEMORY, "no memory for what stood before");
    }
    if (!map_intakes(x, &by_id, e) ||
        !open_list(path, "keep", COLUMNS, sizeof COLUMNS / sizeof *COLUMNS, &r, e)) {
        map_fini(&by_id);
        return false;
    }
    err why = {0};
    bool is_good = true;
    while (is_good && rows_next(&r, &why)) {
        is_good = note_standing(x, &by_id, &r, &why);
    }
    rows_close(&r);
    map_fini(&by_id);
    if (why.code != ERR_NONE) {
        *e = why;
        return false;
    }
    return !x->keep_texts.failed || fail(e, ERR_MEMORY, "no memory for what stood before");
}

bool batch_read_inputs(allocation *x, err *e)
{
    char path[BATCH_PATH_LEN];
    batch_input_path(x->r->job, "needs.csv", path);
    if (access(path, F_OK) == 0 && !read_needs(x, path, e)) {
        return false;
    }
    batch_input_path(x->r->job, "keep.csv", path);
    return access(path, F_OK) != 0 || read_keep(x, path, e);
}

/* ------------------------------------------------------------------------------------ judging */

/* Whether a pair that stood is still admissible, and what it is worth now. Blocks write to entries
 * of their own. */
static bool judge_block(void *context, engine_worker *w, uint32_t begin, uint32_t end,
                        sweep_output *out, err *e)
{
    allocation *x = context;
    const roster *all = &x->r->roster;
    (void)out;
    for (uint32_t i = begin; i < end; i++) {
        kept_entry *k = &x->kept[i];
        if (k->standing != STANDING_KEPT) {
            continue;
        }
        match_query q = batch_query(x->r);
        match_pair pair = {0};
        uint32_t row = 0;
        const uint32_t *anchor_row = NULL;
        const segment *other = roster_intake(all, k->intake, &row);
        q.anchor = roster_seeker(all, i, &anchor_row);
        q.anchor_rows = anchor_row;
        q.anchor_row_count = 1;
        q.limit = 1;
        arena_reset(engine_worker_arena(w));
        if (!match_pair_judge(engine_worker_match(w), &q, other, &row, 1, engine_worker_arena(w),
                              &pair, e)) {
            return false;
        }
        k->score = pair.hit.score;
        k->is_check = pair.hit.verdict == VERDICT_CHECK;
        k->standing = pair.hit.verdict == VERDICT_NO ? STANDING_NO_FIT : STANDING_KEPT;
    }
    return true;
}

/* ------------------------------------------------------------------------------------ seats */

typedef struct claim {
    uint32_t person;
    uint32_t need;
    int32_t score;
} claim;

/* So that as many as possible stay: those who need few seats first, then the better fit, then the
 * smaller id. */
static int compare_claims(const void *a, const void *b)
{
    const claim *x = a;
    const claim *y = b;
    if (x->need != y->need) {
        return x->need < y->need ? -1 : 1;
    }
    if (x->score != y->score) {
        return x->score > y->score ? -1 : 1;
    }
    return x->person < y->person ? -1 : x->person > y->person;
}

static uint32_t need_of(const allocation *x, uint32_t person)
{
    return x->needs == NULL ? 1 : x->needs[person];
}

static bool seat_claims(allocation *x, err *e)
{
    uint32_t count = 0;
    uint32_t people = x->r->roster.seeker_count;
    claim *claims = mem_new(people * sizeof *claims);
    if (claims == NULL) {
        return fail(e, ERR_MEMORY, "no memory for what stood before");
    }
    for (uint32_t i = 0; i < people; i++) {
        if (x->kept[i].standing == STANDING_KEPT) {
            claims[count++] = (claim){i, need_of(x, i), x->kept[i].score};
        }
    }
    qsort(claims, count, sizeof *claims, compare_claims);
    for (uint32_t i = 0; i < count; i++) {
        kept_entry *k = &x->kept[claims[i].person];
        if (pools_take(&x->pools, k->intake, claims[i].person, claims[i].need)) {
            x->is_out[claims[i].person] = true;
        } else {
            k->standing = STANDING_NO_SEAT;
        }
    }
    mem_free(claims);
    return true;
}

bool batch_keep_standing(allocation *x, err *e)
{
    if (x->kept == NULL) {
        return true;
    }
    sweep_config config = {.count = x->r->roster.seeker_count,
                           .block_len = JUDGE_LEN,
                           .work = judge_block,
                           .context = x};
    return sweep_run(x->r->board->engine, &config, e) && seat_claims(x, e);
}

bool batch_release_below(allocation *x, const uint32_t *used)
{
    bool has_released = false;
    for (uint32_t i = 0; x->kept != NULL && i < x->r->roster.seeker_count; i++) {
        kept_entry *k = &x->kept[i];
        if (k->standing == STANDING_KEPT && used[k->intake] < x->pools.seats_min[k->intake]) {
            k->standing = STANDING_BELOW_MIN;
            x->is_out[i] = false;
            x->pools.is_closed[k->intake] = true;
            has_released = true;
        }
    }
    return has_released;
}
