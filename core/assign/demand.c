#include "assign/demand.h"

#include "base/arena.h"

bool demand_begin(const roster *r, const pools *p, edge_book *x, demand *ret, err *e)
{
    uint32_t row_count = snapshot_first_row(r->snapshot, SIDE_OFFER,
                                            snapshot_segment_count(r->snapshot, SIDE_OFFER));
    demand d = {.roster = r, .pools = p, .edges = x};
    d.pool_price = mem_new(p->count * sizeof *d.pool_price);
    d.row_price = mem_new(row_count * sizeof *d.row_price);
    d.gain = mem_new(r->seeker_count * sizeof *d.gain);
    if (d.pool_price == NULL || d.row_price == NULL || d.gain == NULL) {
        demand_fini(&d);
        return fail(e, ERR_MEMORY, "no memory for edges on demand");
    }
    *ret = d;
    return true;
}

void demand_fini(demand *d)
{
    mem_free(d->pool_price);
    mem_free(d->row_price);
    mem_free(d->gain);
    *d = (demand){0};
}

/* ------------------------------------------------------------------------------------ prices */

/* A pool with seats left over costs nothing, whatever the allocator says: it may have asked what
 * those pay who know of it, and there are others. */
static bool price_pools(demand *d, const instance *x, const assignment *a, err *e)
{
    const pools *p = d->pools;
    uint64_t *used = mem_new(p->count * sizeof *used);
    if (used == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the prices of seats");
    }
    for (uint32_t i = 0; i < x->seekers.count; i++) {
        uint32_t t = a->edge[i];
        if (t != LOTSE_NO_EDGE) {
            used[x->intake[t]] += x->need == NULL ? 1 : x->need[t];
        }
    }
    d->seats_cost = 0;
    for (uint32_t j = 0; j < p->count; j++) {
        int64_t whole = a->price[j] <= 0 ? 0 : a->price[j] / a->price_scale;
        whole = whole > MATCH_PRICE_MAX ? MATCH_PRICE_MAX : whole;
        d->pool_price[j] = used[j] < p->pools[j].seats ? 0 : whole;
        if (!p->is_closed[p->pools[j].intake]) {
            d->seats_cost += d->pool_price[j] * p->pools[j].seats;
        }
    }
    mem_free(used);
    return true;
}

/* A row costs what its cheapest pool does: what somebody may not draw from is looked at when the
 * answer comes. Rows without seats are out of reach. */
static void price_rows(demand *d)
{
    const pools *p = d->pools;
    const roster *r = d->roster;
    for (uint32_t i = 0; i < r->intake_count; i++) {
        int64_t least = MATCH_PRICE_MAX;
        for (uint32_t j = p->begin[i]; j < p->begin[i + 1]; j++) {
            bool is_open = p->pools[j].seats > 0 && !p->is_closed[i];
            least = is_open && d->pool_price[j] < least ? d->pool_price[j] : least;
        }
        d->row_price[r->first_row[r->intakes[i].segment] + r->intakes[i].row] = (int32_t)least;
    }
}

/* What an intake is worth to a person: the score less the price of the seats needed, in the
 * cheapest pool. INT64_MIN: there is none. */
static int64_t gain_of(const demand *d, uint32_t person, uint32_t intake, int64_t score,
                       uint32_t need)
{
    const pools *p = d->pools;
    int64_t best = INT64_MIN;
    for (uint32_t j = p->begin[intake]; j < p->begin[intake + 1]; j++) {
        bool is_open =
            p->pools[j].seats >= need && !p->is_closed[intake] && pools_is_open_to(p, j, person);
        int64_t gain = score - d->pool_price[j] * need;
        best = is_open && gain > best ? gain : best;
    }
    return best;
}

bool demand_price(demand *d, const instance *x, const assignment *a, const uint32_t *needs,
                  const bool *is_out, err *e)
{
    if (!price_pools(d, x, a, e)) {
        return false;
    }
    price_rows(d);
    d->added = 0;
    for (uint32_t i = 0; i < d->roster->seeker_count; i++) {
        int64_t best = 0;
        uint32_t need = needs == NULL ? 1 : needs[i];
        if (is_out == NULL || !is_out[i]) {
            for (uint64_t t = d->edges->begin[i]; t < d->edges->begin[i + 1]; t++) {
                const known_edge *known = &d->edges->known[t];
                int64_t gain = gain_of(d, i, known->intake, known->score, need);
                best = gain > best ? gain : best;
            }
        }
        d->gain[i] = (int32_t)best;
    }
    return true;
}

/* ------------------------------------------------------------------------------------ answers */

/* One seat is the least anybody takes, so that a price per seat bounds what it costs them. */
bool demand_take(demand *d, uint32_t person, const match_edge *answer, uint32_t count, err *e)
{
    int32_t best = d->gain[person];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t intake = d->roster->number_of_row[answer[i].row];
        int32_t gain = answer[i].score - d->row_price[answer[i].row];
        best = gain > best ? gain : best;
        if (edges_find(d->edges, person, intake) != NULL) {
            continue; /* known: it looked cheaper than it is to this person */
        }
        new_edge made = {person,
                         {intake & INT32_MAX, answer[i].verdict != VERDICT_YES, answer[i].score}};
        if (!edges_add(d->edges, &made, 1, e)) {
            return false;
        }
        d->added++;
    }
    d->gain[person] = best;
    return true;
}

int64_t demand_bound(const demand *d, const bool *is_out)
{
    int64_t sum = d->seats_cost;
    for (uint32_t i = 0; i < d->roster->seeker_count; i++) {
        sum += is_out != NULL && is_out[i] ? 0 : d->gain[i];
    }
    return sum;
}
