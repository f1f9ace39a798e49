#include "assign/instance.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "assign/rows.h"
#include "base/arena.h"
#include "base/check.h"

/* Three files into one market. Rows are taken as they come; at the end everything is put in the
 * order of the ids. Files that are in that order already, and most are, spare the sorting. */

enum {
    EDGE_COUNT_MAX = INT32_MAX, /* allocators may double edges */
    EDGE_CAP_FIRST = 65536,
    SHORT_RUN_MAX = 48
};

#define COUNT_FIELD_MAX ((int64_t)UINT32_MAX - 1)
#define SCORE_SUM_MAX ((int64_t)1 << 58)

enum { EDGE_SEEKER, EDGE_INTAKE, EDGE_SCORE, EDGE_SEEKER_RANK, EDGE_INTAKE_RANK, EDGE_NEED };
static const row_column edge_columns[] = {{"seeker", false},     {"intake", false},
                                          {"score", false},      {"seeker_rank", true},
                                          {"intake_rank", true}, {"seats_needed", true}};
enum { SEAT_INTAKE, SEAT_SEATS, SEAT_MIN };
static const row_column seat_columns[] = {{"intake", false}, {"seats", false}, {"min_seats", true}};
enum { NEED_SEEKER, NEED_SEATS, NEED_INTAKE };
static const row_column need_columns[] = {
    {"seeker", false}, {"seats_needed", false}, {"intake", true}};

/* An edge whose intake is still to be found among all. */
typedef struct pending_edge {
    uint32_t hash;
    uint32_t id_len;
    uint64_t line;
    char id[ROW_ID_LEN_MAX];
} pending_edge;

enum { PENDING_MAX = 32 };

/* While the edges are read: by number of coming, in the order of their rows. */
typedef struct draft {
    instance *x;
    const instance_files *files;
    uint32_t *seeker;
    pending_edge pending[PENDING_MAX]; /* the last of edge_count */
    uint32_t pending_count;
    uint32_t cap;
    uint32_t seats_cap;
    bool is_in_order; /* by numbers of coming */
} draft;

static bool no_memory(err *e)
{
    return fail(e, ERR_MEMORY, "no memory for so many edges");
}

static bool grow(void *array, size_t width, uint32_t old_cap, uint32_t cap)
{
    void *old = NULL;
    memcpy(&old, array, sizeof(old));
    void *moved = mem_resize(old, old_cap * width, cap * width);
    if (moved == NULL) {
        return false;
    }
    memcpy(array, &moved, sizeof(moved));
    return true;
}

/* ------------------------------------------------------------------------------------ seats */

static bool read_seat_row(draft *d, const rows *r, err *e)
{
    instance *x = d->x;
    bytes id;
    uint32_t number = 0;
    bool is_new = false;
    int64_t seats = 0;
    int64_t least = 0;
    if (!rows_id(r, SEAT_INTAKE, &id, e) ||
        !rows_integer(r, SEAT_SEATS, 0, COUNT_FIELD_MAX, &seats, e) ||
        (rows_field(r, SEAT_MIN).len > 0 &&
         !rows_integer(r, SEAT_MIN, 0, COUNT_FIELD_MAX, &least, e)) ||
        !rows_check_new_id(r, SEAT_INTAKE, e) || !ids_add(&x->intakes, id, &number, &is_new, e)) {
        return false;
    }
    if (!is_new) {
        return rows_refuse(r, e, ERR_FIELD_DUPLICATE, "intake \"%.*s\" stands twice",
                           (int)(id.len > 60 ? 60 : id.len), id.base);
    }
    if (number == d->seats_cap) {
        uint32_t cap = d->seats_cap == 0 ? 1024 : d->seats_cap * 2;
        if (!grow(&x->seats, sizeof(uint32_t), d->seats_cap, cap) ||
            !grow(&x->min_seats, sizeof(uint32_t), d->seats_cap, cap)) {
            return no_memory(e);
        }
        d->seats_cap = cap;
    }
    x->seats[number] = (uint32_t)seats;
    x->min_seats[number] = (uint32_t)least;
    return true;
}

/* ------------------------------------------------------------------------------------ edges */

static bool grow_edges(draft *d, const rows *r, err *e)
{
    instance *x = d->x;
    if (d->cap == EDGE_COUNT_MAX) {
        return rows_refuse(r, e, ERR_TOO_LARGE, "there are more than %d edges", EDGE_COUNT_MAX);
    }
    uint32_t cap = d->cap == 0                   ? EDGE_CAP_FIRST
                   : d->cap > EDGE_COUNT_MAX / 2 ? EDGE_COUNT_MAX
                                                 : d->cap * 2;
    size_t narrow = sizeof(uint32_t);
    if (!grow(&d->seeker, narrow, d->cap, cap) || !grow(&x->intake, narrow, d->cap, cap) ||
        !grow(&x->score, sizeof(int64_t), d->cap, cap) ||
        (rows_has(r, EDGE_SEEKER_RANK) && !grow(&x->seeker_rank, narrow, d->cap, cap)) ||
        (rows_has(r, EDGE_INTAKE_RANK) && !grow(&x->intake_rank, narrow, d->cap, cap)) ||
        (rows_has(r, EDGE_NEED) && !grow(&x->need, narrow, d->cap, cap))) {
        return no_memory(e);
    }
    d->cap = cap;
    return true;
}

/* An empty field: no rank of its own, behind everybody who has one. */
static bool read_rank(const rows *r, uint32_t column, uint32_t *rank, err *e)
{
    int64_t value = LOTSE_NO_RANK;
    if (rows_field(r, column).len > 0 && !rows_integer(r, column, 1, COUNT_FIELD_MAX, &value, e)) {
        return false;
    }
    *rank = (uint32_t)value;
    return true;
}

static bool read_edge_numbers(instance *x, const rows *r, err *e)
{
    uint32_t at = x->edge_count;
    int64_t need = 1;
    if (!rows_integer(r, EDGE_SCORE, INT64_MIN + 1, INT64_MAX, &x->score[at], e) ||
        (x->seeker_rank != NULL && !read_rank(r, EDGE_SEEKER_RANK, &x->seeker_rank[at], e)) ||
        (x->intake_rank != NULL && !read_rank(r, EDGE_INTAKE_RANK, &x->intake_rank[at], e)) ||
        (x->need != NULL && rows_field(r, EDGE_NEED).len > 0 &&
         !rows_integer(r, EDGE_NEED, 1, COUNT_FIELD_MAX, &need, e))) {
        return false;
    }
    if (x->need != NULL) {
        x->need[at] = (uint32_t)need;
    }
    return true;
}

/* Millions of look-ups in a table larger than the caches: a few at a time, so that they wait for
 * memory together. */
static bool find_pending(draft *d, err *e)
{
    instance *x = d->x;
    uint32_t first = x->edge_count - d->pending_count;
    for (uint32_t t = 0; t < d->pending_count; t++) {
        ids_touch(&x->intakes, d->pending[t].hash);
    }
    for (uint32_t t = 0; t < d->pending_count; t++) {
        const pending_edge *p = &d->pending[t];
        uint32_t at = first + t;
        bytes id = {p->id, p->id_len};
        if (!ids_find_hashed(&x->intakes, id, p->hash, &x->intake[at])) {
            rows where = {.name = d->files->edges, .line = p->line, .column_count = 1};
            where.columns = &edge_columns[EDGE_INTAKE];
            where.fields[0] = id;
            return rows_check_new_id(&where, 0, e) &&
                   rows_refuse(&where, e, ERR_NOT_FOUND, "intake \"%.*s\" is not in \"%.60s\"",
                               (int)(id.len > 60 ? 60 : id.len), id.base, d->files->seats);
        }
        bool is_same = at > 0 && d->seeker[at] == d->seeker[at - 1];
        d->is_in_order = d->is_in_order && (!is_same || x->intake[at] > x->intake[at - 1]);
    }
    d->pending_count = 0;
    return true;
}

static void add_pending(draft *d, const rows *r, bytes intake)
{
    pending_edge *p = &d->pending[d->pending_count++];
    p->hash = ids_hash(intake);
    p->id_len = (uint32_t)intake.len;
    p->line = r->line;
    memcpy(p->id, intake.base, intake.len);
    ids_fetch(&d->x->intakes, p->hash);
}

static bool read_edge_row(draft *d, const rows *r, err *e)
{
    instance *x = d->x;
    uint32_t at = x->edge_count;
    bytes seeker;
    bytes intake;
    bool is_new = false;
    if (!rows_id(r, EDGE_SEEKER, &seeker, e) || !rows_id(r, EDGE_INTAKE, &intake, e) ||
        (at == d->cap && !grow_edges(d, r, e)) || !read_edge_numbers(x, r, e)) {
        return false;
    }
    /* Rows of one person mostly follow each other. */
    bool is_same = at > 0 && bytes_equal(ids_text(&x->seekers, d->seeker[at - 1]), seeker);
    if (is_same) {
        d->seeker[at] = d->seeker[at - 1];
    } else if (!ids_add(&x->seekers, seeker, &d->seeker[at], &is_new, e) ||
               (is_new && !rows_check_new_id(r, EDGE_SEEKER, e))) {
        return false;
    }
    d->is_in_order = d->is_in_order && (is_same || is_new);
    x->edge_count++;
    add_pending(d, r, intake);
    return d->pending_count < PENDING_MAX || find_pending(d, e);
}

typedef bool read_row(draft *d, const rows *r, err *e);

static bool read_all(draft *d, const char *path, const row_column *columns, uint32_t column_count,
                     read_row *read, err *e)
{
    rows r;
    err why = {0};
    if (!rows_open(path, columns, column_count, &r, e)) {
        return false;
    }
    while (rows_next(&r, &why) && read(d, &r, &why)) {
    }
    rows_close(&r);
    err earlier = {0}; /* what is wrong with a row before is told before */
    if (d->pending_count > 0 && !find_pending(d, &earlier)) {
        why = earlier;
    }
    if (why.code != ERR_NONE) {
        *e = why;
    }
    return why.code == ERR_NONE;
}

/* ------------------------------------------------------------------------------------ order */

typedef struct pair_row {
    uint32_t intake;
    uint32_t row;
} pair_row;

static int compare_pairs(const void *a, const void *b)
{
    const pair_row *x = a;
    const pair_row *y = b;
    if (x->intake != y->intake) {
        return x->intake < y->intake ? -1 : 1;
    }
    return x->row < y->row ? -1 : 1;
}

static void sort_pairs(pair_row *pairs, uint32_t count)
{
    if (count > SHORT_RUN_MAX) {
        qsort(pairs, count, sizeof(pairs[0]), compare_pairs);
        return;
    }
    for (uint32_t t = 1; t < count; t++) {
        pair_row moved = pairs[t];
        uint32_t at = t;
        while (at > 0 && compare_pairs(&pairs[at - 1], &moved) > 0) {
            pairs[at] = pairs[at - 1];
            at--;
        }
        pairs[at] = moved;
    }
}

static bool refuse_pair_twice(const draft *d, uint32_t person, const pair_row *again, err *e)
{
    const instance *x = d->x;
    bytes seeker = ids_text(&x->seekers, person);
    bytes intake = ids_text(&x->intakes, again->intake);
    /* A row stands on a line of its own, behind the header. */
    return fail(e, ERR_FIELD_DUPLICATE,
                "%.60s:%" PRIu64 ": \"%.*s\" and \"%.*s\" stood on line %" PRIu64 " already",
                d->files->edges, (uint64_t)again->row + 2, (int)(seeker.len > 60 ? 60 : seeker.len),
                seeker.base, (int)(intake.len > 60 ? 60 : intake.len), intake.base,
                (uint64_t)again[-1].row + 2);
}

static bool gather(void *array, size_t width, const pair_row *pairs, uint32_t count, err *e)
{
    char *old = NULL;
    memcpy(&old, array, sizeof(old));
    if (old == NULL) {
        return true;
    }
    char *moved = mem_new(count * width);
    if (moved == NULL) {
        return no_memory(e);
    }
    if (width == sizeof(uint32_t)) {
        for (uint32_t t = 0; t < count; t++) {
            memcpy(moved + t * sizeof(uint32_t), old + pairs[t].row * sizeof(uint32_t),
                   sizeof(uint32_t));
        }
    } else {
        check(width == sizeof(int64_t));
        for (uint32_t t = 0; t < count; t++) {
            memcpy(moved + t * sizeof(int64_t), old + pairs[t].row * sizeof(int64_t),
                   sizeof(int64_t));
        }
    }
    mem_free(old);
    memcpy(array, &moved, sizeof(moved));
    return true;
}

/* Edges by person and intake, from rows in any order. */
static bool sort_edges(const draft *d, const uint32_t *seeker_rank, pair_row *pairs, err *e)
{
    instance *x = d->x;
    for (uint32_t i = x->seekers.count; i > 0; i--) { /* counts to places where they are filled */
        x->begin[i] = x->begin[i - 1];
    }
    for (uint32_t t = 0; t < x->edge_count; t++) {
        uint32_t at = x->begin[seeker_rank[d->seeker[t]] + 1]++;
        pairs[at] = (pair_row){x->intake[t], t};
    }
    for (uint32_t i = 0; i < x->seekers.count; i++) {
        uint32_t begin = x->begin[i];
        sort_pairs(pairs + begin, x->begin[i + 1] - begin);
        for (uint32_t t = begin + 1; t < x->begin[i + 1]; t++) {
            if (pairs[t].intake == pairs[t - 1].intake) {
                return refuse_pair_twice(d, i, &pairs[t], e);
            }
        }
    }
    return gather(&x->intake, sizeof(uint32_t), pairs, x->edge_count, e) &&
           gather(&x->score, sizeof(int64_t), pairs, x->edge_count, e) &&
           gather(&x->seeker_rank, sizeof(uint32_t), pairs, x->edge_count, e) &&
           gather(&x->intake_rank, sizeof(uint32_t), pairs, x->edge_count, e) &&
           gather(&x->need, sizeof(uint32_t), pairs, x->edge_count, e);
}

static bool order_edges(draft *d, err *e)
{
    instance *x = d->x;
    uint32_t *rank = mem_new((size_t)x->seekers.count * sizeof(*rank));
    bool is_sorted = false;
    x->begin = mem_new(((size_t)x->seekers.count + 1) * sizeof(*rank));
    bool is_whole = rank != NULL && x->begin != NULL ? ids_sort(&x->seekers, rank, &is_sorted, e)
                                                     : no_memory(e);
    if (is_whole) {
        for (uint32_t t = 0; t < x->edge_count; t++) {
            x->begin[rank[d->seeker[t]] + 1]++;
        }
        for (uint32_t i = 0; i < x->seekers.count; i++) {
            x->begin[i + 1] += x->begin[i];
        }
        if (!is_sorted || !d->is_in_order) {
            pair_row *pairs = mem_new((size_t)x->edge_count * sizeof(*pairs));
            is_whole = pairs != NULL ? sort_edges(d, rank, pairs, e) : no_memory(e);
            mem_free(pairs);
        }
    }
    mem_free(rank);
    return is_whole;
}

/* Intakes get their final numbers before any edge is read. */
static bool order_intakes(draft *d, uint32_t *rank, uint32_t *seats, uint32_t *least, err *e)
{
    instance *x = d->x;
    bool is_same = false;
    if (!ids_sort(&x->intakes, rank, &is_same, e)) {
        return false;
    }
    for (uint32_t j = 0; j < x->intakes.count; j++) {
        seats[rank[j]] = x->seats[j];
        least[rank[j]] = x->min_seats[j];
    }
    for (uint32_t j = 0; j < x->intakes.count; j++) {
        x->seats[j] = seats[j];
        x->min_seats[j] = least[j];
    }
    return true;
}

static bool read_seats(draft *d, err *e)
{
    instance *x = d->x;
    if (!read_all(d, d->files->seats, seat_columns, 3, read_seat_row, e)) {
        return false;
    }
    size_t len = (size_t)x->intakes.count * sizeof(uint32_t);
    uint32_t *rank = mem_new(len);
    uint32_t *seats = mem_new(len);
    uint32_t *least = mem_new(len);
    bool is_whole = rank != NULL && seats != NULL && least != NULL
                        ? order_intakes(d, rank, seats, least, e)
                        : no_memory(e);
    mem_free(rank);
    mem_free(seats);
    mem_free(least);
    return is_whole;
}

/* ------------------------------------------------------------------------------------ needs */

static bool make_needs(instance *x, err *e)
{
    if (x->need == NULL) {
        x->need = mem_new((size_t)x->edge_count * sizeof(uint32_t));
        if (x->need == NULL) {
            return no_memory(e);
        }
        for (uint32_t t = 0; t < x->edge_count; t++) {
            x->need[t] = 1;
        }
    }
    return true;
}

/* Of one person: everywhere, or at one intake. */
static bool set_need(instance *x, const rows *r, uint32_t person, uint32_t need, err *e)
{
    bytes only = rows_field(r, NEED_INTAKE);
    uint32_t number = 0;
    if (only.len > 0 && !ids_find(&x->intakes, only, &number)) {
        return rows_check_new_id(r, NEED_INTAKE, e) &&
               rows_refuse(r, e, ERR_NOT_FOUND, "intake \"%.*s\" has no seats",
                           (int)(only.len > 60 ? 60 : only.len), only.base);
    }
    for (uint32_t t = x->begin[person]; t < x->begin[person + 1]; t++) {
        if (only.len == 0 || x->intake[t] == number) {
            x->need[t] = need;
        }
    }
    return true;
}

static bool read_needs(instance *x, const char *path, err *e)
{
    rows r;
    bool *is_known = mem_new(x->seekers.count);
    if (is_known == NULL) {
        return no_memory(e);
    }
    if (!make_needs(x, e) || !rows_open(path, need_columns, 3, &r, e)) {
        mem_free(is_known);
        return false;
    }
    err why = {0};
    while (rows_next(&r, &why)) {
        bytes id;
        int64_t need = 0;
        uint32_t number = 0;
        if (!rows_id(&r, NEED_SEEKER, &id, &why) ||
            !rows_integer(&r, NEED_SEATS, 1, COUNT_FIELD_MAX, &need, &why)) {
            break;
        }
        if (!ids_find(&x->seekers, id, &number)) {
            x->unused_need_count++;
            continue;
        }
        bool is_of_all = rows_field(&r, NEED_INTAKE).len == 0;
        if (is_of_all && is_known[number]) {
            (void)rows_refuse(&r, &why, ERR_FIELD_DUPLICATE, "seeker \"%.*s\" stands twice",
                              (int)(id.len > 60 ? 60 : id.len), id.base);
            break;
        }
        is_known[number] = is_known[number] || is_of_all;
        if (!set_need(x, &r, number, (uint32_t)need, &why)) {
            break;
        }
    }
    rows_close(&r);
    mem_free(is_known);
    if (why.code != ERR_NONE) {
        *e = why;
    }
    return why.code == ERR_NONE;
}

/* ------------------------------------------------------------------------------------ the whole */

static bool check_sums(const instance *x, const char *path, err *e)
{
    int64_t most = 0;
    for (uint32_t t = 0; t < x->edge_count; t++) {
        int64_t size = x->score[t] < 0 ? -x->score[t] : x->score[t];
        most = size > most ? size : most;
    }
    int64_t sum = 0;
    if (__builtin_mul_overflow(most, (int64_t)x->seekers.count + 1, &sum) || sum >= SCORE_SUM_MAX) {
        (void)fail(e, ERR_FIELD_RANGE,
                   "the scores of \"%.60s\" are too large: %u people times %" PRId64, path,
                   x->seekers.count, most);
        return err_hint(e, "People times the greatest score must stay below 2^58.");
    }
    return true;
}

static bool read_files(draft *d, err *e)
{
    instance *x = d->x;
    const instance_files *files = d->files;
    return read_seats(d, e) && read_all(d, files->edges, edge_columns, 6, read_edge_row, e) &&
           order_edges(d, e) && check_sums(x, files->edges, e) &&
           (files->needs == NULL || read_needs(x, files->needs, e));
}

bool instance_read(const instance_files *files, instance *ret, err *e)
{
    instance x = {0};
    draft d = {.x = &x, .files = files, .is_in_order = true};
    bool is_read = read_files(&d, e);
    mem_free(d.seeker);
    if (!is_read) {
        instance_fini(&x);
        return false;
    }
    *ret = x;
    return true;
}

void instance_fini(instance *x)
{
    ids_fini(&x->seekers);
    ids_fini(&x->intakes);
    mem_free(x->begin);
    mem_free(x->intake);
    mem_free(x->score);
    mem_free(x->need);
    mem_free(x->seeker_rank);
    mem_free(x->intake_rank);
    mem_free(x->seats);
    mem_free(x->min_seats);
    mem_free(x->price);
    *x = (instance){0};
}

/* The distance from the block, modulo 2^64, as the contract allows. */
static uint64_t offset_of(const lotse_market *block, const void *array)
{
    return array == NULL ? 0 : (uint64_t)((uintptr_t)array - (uintptr_t)block);
}

void instance_market(const instance *x, lotse_market *ret)
{
    *ret = (lotse_market){
        .size = sizeof(*ret),
        .seeker_count = x->seekers.count,
        .intake_count = x->intakes.count,
        .edge_count = x->edge_count,
        .begin_offset = offset_of(ret, x->begin),
        .intake_offset = offset_of(ret, x->intake),
        .score_offset = offset_of(ret, x->score),
        .need_offset = offset_of(ret, x->need),
        .seeker_rank_offset = offset_of(ret, x->seeker_rank),
        .intake_rank_offset = offset_of(ret, x->intake_rank),
        .seats_offset = offset_of(ret, x->seats),
        .min_seats_offset = offset_of(ret, x->min_seats),
        .price_offset = offset_of(ret, x->price),
        .stop_offset = offset_of(ret, x->stop),
    };
}
