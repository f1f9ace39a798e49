#include "assign/pools.h"

#include "base/arena.h"
#include "base/check.h"
#include "model/code.h"

typedef struct seat_columns {
    uint16_t seats, seats_free, seats_min, group, reserved, until;
} seat_columns;

static const int32_t *number_at(const segment *s, uint16_t column, uint32_t row)
{
    if (column == UINT16_MAX || !lotse_is_known(segment_table(s), segment_column(s, column), row)) {
        return NULL;
    }
    return lotse_value(segment_table(s), segment_column(s, column), row);
}

/* Values of a list column in a row; count 0 where there are none. */
static const int32_t *list_at(const segment *s, uint16_t column, uint32_t row, uint32_t *ret_count)
{
    const lotse_range *range = (const lotse_range *)number_at(s, column, row);
    *ret_count = range == NULL ? 0 : range->end - range->begin;
    return range == NULL
               ? NULL
               : (const int32_t *)lotse_values(segment_table(s), segment_column(s, column)) +
                     range->begin;
}

static seat_columns find_columns(const match_program *p)
{
    return (seat_columns){
        .seats = program_column(p, SIDE_OFFER, "intakes.*.seats"),
        .seats_free = program_column(p, SIDE_OFFER, "intakes.*.seats_free"),
        .seats_min = program_column(p, SIDE_OFFER, "intakes.*.seats_min"),
        .group = program_column(p, SIDE_OFFER, "intakes.*.reserved.*.target_group"),
        .reserved = program_column(p, SIDE_OFFER, "intakes.*.reserved.*.seats"),
        .until = program_column(p, SIDE_OFFER, "intakes.*.reserved.*.until"),
    };
}

/* ------------------------------------------------------------------------------------ one intake
 */

/* Seats held back for a group, as far as there are any left. */
static uint32_t held_back(const seat_columns *c, const segment *s, uint32_t row, day as_of,
                          uint32_t group, uint32_t left)
{
    uint32_t group_count = 0;
    uint32_t seat_count = 0;
    uint32_t until_count = 0;
    const int32_t *groups = list_at(s, c->group, row, &group_count);
    const int32_t *seats = list_at(s, c->reserved, row, &seat_count);
    const int32_t *until = list_at(s, c->until, row, &until_count);
    uint32_t sum = 0;
    for (uint32_t i = 0; i < group_count && i < seat_count; i++) {
        bool is_over = i < until_count && until[i] != LOTSE_ABSENT && until[i] < as_of;
        if (groups[i] == (int32_t)group && seats[i] > 0 && !is_over) {
            sum += (uint32_t)seats[i];
        }
    }
    return sum < left ? sum : left;
}

static bool has_reserved(const seat_columns *c, const segment *s, uint32_t row)
{
    uint32_t count = 0;
    (void)list_at(s, c->group, row, &count);
    return count > 0;
}

/* What of the lower bound is not met by those who have their seats already. */
static uint32_t min_left(const seat_columns *c, const segment *s, uint32_t row)
{
    const int32_t *least = number_at(s, c->seats_min, row);
    const int32_t *all = number_at(s, c->seats, row);
    const int32_t *free_seats = number_at(s, c->seats_free, row);
    int32_t taken =
        all != NULL && free_seats != NULL && *all > *free_seats ? *all - *free_seats : 0;
    return least == NULL || *least - taken <= 1 ? 0 : (uint32_t)(*least - taken);
}

/* The open pool is there also without seats: what somebody could have is the scale for what they
 * get. */
static void put_pool(pools *p, uint32_t intake, uint32_t seats, uint32_t group)
{
    if (seats > 0 || group == POOL_FOR_ALL) {
        p->pools[p->count++] = (pool){.intake = intake, .seats = seats, .group = (uint8_t)group};
        p->seat_count += seats;
    }
}

static void add_intake(pools *p, const pools_config *config, const seat_columns *c, uint32_t intake,
                       uint32_t *held)
{
    uint32_t row = 0;
    uint32_t group_total = CODES(target_group)->count;
    const segment *s = roster_intake(config->roster, intake, &row);
    const int32_t *free_seats = number_at(s, c->seats_free, row);
    const int32_t *all = free_seats == NULL ? number_at(s, c->seats, row) : free_seats;
    uint32_t seats = all == NULL ? 1 : (uint32_t)*all;
    p->assumed_count += all == NULL;
    uint32_t now_held = *held < seats ? *held : seats;
    *held -= now_held;
    seats -= now_held;
    seats = config->cap > 0 && seats > config->cap ? config->cap : seats;
    p->begin[intake] = p->count;
    p->seats_min[intake] = min_left(c, s, row);
    p->has_min = p->has_min || p->seats_min[intake] > 0;
    for (uint32_t g = 0; has_reserved(c, s, row) && g < group_total; g++) {
        uint32_t back = held_back(c, s, row, config->as_of, g, seats);
        put_pool(p, intake, back, g);
        seats -= back;
    }
    put_pool(p, intake, seats, POOL_FOR_ALL);
}

/* ------------------------------------------------------------------------------------ all */

static uint32_t pool_count_max(const roster *r, const seat_columns *c)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < r->intake_count; i++) {
        uint32_t row = 0;
        uint32_t groups = 0;
        const segment *s = roster_intake(r, i, &row);
        (void)list_at(s, c->group, row, &groups);
        count += 1 + groups;
    }
    return count;
}

static void read_groups(pools *p, const roster *r)
{
    uint16_t column = program_column(snapshot_program(r->snapshot), SIDE_SEEKER, "target_groups");
    for (uint32_t i = 0; i < r->seeker_count; i++) {
        const uint32_t *row = NULL;
        const segment *s = roster_seeker(r, i, &row);
        const lotse_codes *codes = (const lotse_codes *)number_at(s, column, *row);
        p->groups[i] = codes == NULL ? 0 : (codes->members & codes->known);
    }
}

bool pools_make(const pools_config *config, pools *ret, err *e)
{
    const roster *r = config->roster;
    seat_columns c = find_columns(snapshot_program(r->snapshot));
    pools p = {.roster = r};
    check(CODES(target_group)->count <= 64);
    p.pools = mem_new(pool_count_max(r, &c) * sizeof *p.pools);
    p.begin = mem_new(((size_t)r->intake_count + 1) * sizeof *p.begin);
    p.seats_min = mem_new(r->intake_count * sizeof *p.seats_min);
    p.is_closed = mem_new(r->intake_count * sizeof *p.is_closed);
    p.groups = mem_new(r->seeker_count * sizeof *p.groups);
    if (p.pools == NULL || p.begin == NULL || p.seats_min == NULL || p.groups == NULL ||
        p.is_closed == NULL) {
        pools_fini(&p);
        return fail(e, ERR_MEMORY, "no memory for the seats of a batch run");
    }
    bytes offer = {0};
    uint32_t held = 0;
    for (uint32_t i = 0; i < r->intake_count; i++) {
        bytes id = roster_offer_id(r, i);
        if (config->held != NULL && (offer.base == NULL || !bytes_equal(offer, id))) {
            held = config->held(config->context, id);
        }
        offer = id;
        add_intake(&p, config, &c, i, &held);
    }
    p.begin[r->intake_count] = p.count;
    read_groups(&p, r);
    *ret = p;
    return true;
}

void pools_fini(pools *p)
{
    mem_free(p->pools);
    mem_free(p->begin);
    mem_free(p->seats_min);
    mem_free(p->groups);
    mem_free(p->is_closed);
    *p = (pools){0};
}

bool pools_take(pools *p, uint32_t intake, uint32_t person, uint32_t seats)
{
    for (uint32_t at = p->begin[intake]; at < p->begin[intake + 1]; at++) {
        if (pools_is_open_to(p, at, person) && p->pools[at].seats >= seats) {
            p->pools[at].seats -= seats;
            p->seats_min[intake] -= seats < p->seats_min[intake] ? seats : p->seats_min[intake];
            return true;
        }
    }
    return false;
}
