/* What came of a run that handed out seats: a line or row for everybody, and the sums. */
#include "engine/batch_allocate.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { WRITE_LEN = 1024 * 1024 };

/* What somebody is proposed to now. */
typedef struct proposal {
    bool is_there;
    uint32_t intake;
    int32_t score;
    bool is_check;
} proposal;

static proposal proposal_of(const allocation *x, uint32_t person)
{
    if (x->kept != NULL && x->kept[person].standing == STANDING_KEPT) {
        const kept_entry *k = &x->kept[person];
        return (proposal){true, k->intake, k->score, k->is_check};
    }
    const known_edge *given = allocation_edge(x, person);
    return given == NULL ? (proposal){0}
                         : (proposal){true, given->intake, given->score, given->is_check};
}

static const char *change_of(const allocation *x, uint32_t person, const proposal *p)
{
    const kept_entry *k = &x->kept[person];
    if (k->standing == STANDING_NONE) {
        return p->is_there ? "new" : "none";
    }
    if (k->standing == STANDING_KEPT) {
        return "kept";
    }
    return !p->is_there ? "lost" : p->intake == k->intake ? "kept" : "moved";
}

static const char *why_of(const kept_entry *k)
{
    static const char *const WHY[] = {
        "", "", "offer_gone", "no_longer_fits", "no_seat", "below_minimum"};
    return WHY[k->standing];
}

/* Why nobody is proposed to a person: nothing fits, or all that fits is taken. */
static const char *lack_of(const allocation *x, uint32_t person)
{
    const edge_book *all = &x->r->edges;
    return all->begin[person] == all->begin[person + 1] ? "no_match" : "no_seat";
}

/* ------------------------------------------------------------------------------------ lines */

static void put_was(const allocation *x, const kept_entry *k, json_writer *out)
{
    const char *offer_at = x->keep_texts.base + k->text;
    const char *offer_end = strchr(offer_at, '\n');
    const char *intake_end = strchr(offer_end + 1, '\n');
    json_put_key(out, "was");
    json_begin_object(out);
    if (offer_end > offer_at) {
        json_member_text(out, "offer", (bytes){offer_at, (size_t)(offer_end - offer_at)});
    }
    json_put_key(out, "intake");
    json_put_text(out, intake_end == offer_end + 1
                           ? (bytes){NULL, 0}
                           : (bytes){offer_end + 1, (size_t)(intake_end - offer_end - 1)});
    json_end_object(out);
}

static void put_line(const allocation *x, uint32_t person, buf *out)
{
    proposal p = proposal_of(x, person);
    json_writer w = json_writer_to(out);
    json_begin_object(&w);
    json_member_text(&w, "seeker", roster_seeker_id(&x->r->roster, person));
    json_put_key(&w, "proposal");
    if (p.is_there) {
        json_begin_object(&w);
        json_member_text(&w, "offer", roster_offer_id(&x->r->roster, p.intake));
        json_member_text(&w, "intake", roster_intake_id(&x->r->roster, p.intake));
        json_member_int(&w, "score", p.score);
        json_member_cstr(&w, "verdict", p.is_check ? "check" : "yes");
        json_end_object(&w);
    } else {
        json_put_null(&w);
        json_member_cstr(&w, "because", lack_of(x, person));
    }
    if (x->kept != NULL) {
        const kept_entry *k = &x->kept[person];
        const char *change = change_of(x, person, &p);
        json_member_cstr(&w, "change", change);
        if (k->standing != STANDING_NONE && strcmp(change, "kept") != 0) {
            put_was(x, k, &w);
            json_member_cstr(&w, "why", why_of(k));
        }
    }
    json_end_object(&w);
    buf_char(out, '\n');
}

static void put_row(const allocation *x, uint32_t person, buf *out)
{
    proposal p = proposal_of(x, person);
    bytes id = roster_seeker_id(&x->r->roster, person);
    buf_put(out, id.base, id.len);
    if (p.is_there) {
        bytes offer_id = roster_offer_id(&x->r->roster, p.intake);
        bytes intake = roster_intake_id(&x->r->roster, p.intake);
        buf_char(out, ',');
        buf_put(out, offer_id.base, offer_id.len);
        buf_char(out, ',');
        buf_put(out, intake.base == NULL ? "" : intake.base, intake.len);
        buf_char(out, ',');
        buf_int(out, p.score);
        buf_text(out, p.is_check ? ",check," : ",yes,");
    } else {
        buf_text(out, ",,,,,");
        buf_text(out, lack_of(x, person));
    }
    if (x->kept != NULL) {
        const char *change = change_of(x, person, &p);
        buf_char(out, ',');
        buf_text(out, change);
        buf_char(out, ',');
        buf_text(out, strcmp(change, "kept") == 0 ? "" : why_of(&x->kept[person]));
    }
    buf_char(out, '\n');
}

bool batch_write_proposals(allocation *x, err *e)
{
    batch_work *r = x->r;
    buf out = {0};
    bool is_csv = r->job->spec.format == BATCH_CSV;
    uint64_t written = 0;
    bool is_done = true;
    batch_set_phase(r, "writing");
    if (is_csv) {
        buf_text(&out, "seeker,offer,intake,score,verdict,because");
        buf_text(&out, x->kept == NULL ? "\n" : ",change,why\n");
    }
    for (uint32_t i = 0; i < r->roster.seeker_count && is_done; i++) {
        if (is_csv) {
            put_row(x, r->roster.order[i], &out);
        } else {
            put_line(x, r->roster.order[i], &out);
        }
        if (out.len > WRITE_LEN && !out.failed) {
            is_done = batch_append(r->fd, buf_bytes(&out), e);
            written += out.len;
            buf_clear(&out);
        }
    }
    bool has_memory = !out.failed;
    is_done = is_done && has_memory && batch_append(r->fd, buf_bytes(&out), e);
    written += out.len;
    buf_fini(&out);
    pthread_mutex_lock(&r->lock);
    r->mark.text_len = written;
    pthread_mutex_unlock(&r->lock);
    return (is_done && has_memory) ||
           (e->code != ERR_NONE ? false : fail(e, ERR_MEMORY, "no memory for the proposals"));
}

/* ------------------------------------------------------------------------------------ sums */

typedef struct sums {
    uint64_t assigned, no_match, no_seat, seats_used, check;
    int64_t objective, kept_objective;
    uint64_t kept, moved, lost, fresh;
    uint64_t intakes_used;
} sums;

static sums sum_up(const allocation *x)
{
    sums s = {0};
    for (uint32_t i = 0; i < x->r->roster.seeker_count; i++) {
        proposal p = proposal_of(x, i);
        s.assigned += p.is_there;
        s.check += p.is_there && p.is_check;
        s.objective += p.is_there ? p.score : 0;
        s.seats_used += p.is_there ? (x->needs == NULL ? 1 : x->needs[i]) : 0;
        s.no_match += !p.is_there && strcmp(lack_of(x, i), "no_match") == 0;
        s.no_seat += !p.is_there && strcmp(lack_of(x, i), "no_seat") == 0;
        if (x->kept != NULL) {
            const char *change = change_of(x, i, &p);
            s.kept += strcmp(change, "kept") == 0;
            s.moved += strcmp(change, "moved") == 0;
            s.lost += strcmp(change, "lost") == 0;
            s.fresh += strcmp(change, "new") == 0;
            s.kept_objective += x->kept[i].standing == STANDING_KEPT ? p.score : 0;
        }
    }
    return s;
}

static void put_double(json_writer *w, const char *key, double value)
{
    json_put_key(w, key);
    json_put_double(w, value);
}

void batch_summarise(const allocation *x, buf *out)
{
    sums s = sum_up(x);
    json_writer w = json_writer_to(out);
    bool is_over_all = x->bound != INT64_MAX;
    int64_t most = is_over_all ? x->bound : x->a.upper_bound;
    bool has_bound = most != INT64_MAX;
    json_begin_object(&w);
    json_member_cstr(&w, "allocator", x->allocator_id);
    json_member_int(&w, "assigned", (int64_t)s.assigned);
    json_member_int(&w, "assigned_check", (int64_t)s.check);
    json_member_int(&w, "without_match", (int64_t)s.no_match);
    json_member_int(&w, "without_seat", (int64_t)s.no_seat);
    json_member_int(&w, "objective", s.objective);
    json_put_key(&w, "upper_bound");
    if (has_bound) {
        json_put_int(&w, most + s.kept_objective);
        put_double(&w, "gap",
                   most <= x->a.objective
                       ? 0.0
                       : (double)(most - x->a.objective) / (double)(most + s.kept_objective));
    } else {
        json_put_null(&w);
        json_put_key(&w, "gap");
        json_put_null(&w);
    }
    json_member_cstr(&w, "bound_over", is_over_all ? "all_pairs" : "listed_pairs");
    json_member_bool(&w, "proven", x->a.is_proven && !x->is_closing && !x->is_priced);
    json_member_int(&w, "blocking_pairs", (int64_t)x->a.blocking_pairs);
    json_member_int(&w, "lowest_share_ppm", x->a.lowest_share_ppm);
    json_member_int(&w, "seats", (int64_t)x->pools.seat_count);
    json_member_int(&w, "seats_used", (int64_t)s.seats_used);
    json_member_int(&w, "seats_assumed", x->pools.assumed_count);
    json_member_int(&w, "edges", x->x.edge_count);
    json_member_int(&w, "rounds", x->rounds);
    json_member_int(&w, "kept", (int64_t)s.kept);
    json_member_int(&w, "moved", (int64_t)s.moved);
    json_member_int(&w, "lost", (int64_t)s.lost);
    json_member_int(&w, "new", x->kept == NULL ? 0 : (int64_t)s.fresh);
    json_member_int(&w, "gone", x->gone_count);
    put_double(&w, "solve_seconds", (double)(x->solve_ns / 1000000) / 1000.0);
    put_double(&w, "ask_seconds", (double)(x->ask_ns / 1000000) / 1000.0);
    json_end_object(&w);
}
