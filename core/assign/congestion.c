#include "assign/congestion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "model/code.h"

enum { CELL_MAX = 128, CROWDED_SHOWN = 20, KIND_NONE = UINT8_MAX };

/* Vacancies by how many people they would be proposed to. */
static const uint32_t STEPS[] = {0, 1, 2, 3, 6, 11, 21, 51, 101};
enum { STEP_COUNT = sizeof STEPS / sizeof *STEPS };

static uint8_t read_kind(const roster *r, uint32_t intake)
{
    uint32_t row = 0;
    const segment *s = roster_intake(r, intake, &row);
    const lotse_table *t = segment_table(s);
    uint16_t column = program_column(snapshot_program(r->snapshot), SIDE_OFFER, "kind");
    if (column == UINT16_MAX || !lotse_is_known(t, segment_column(s, column), row)) {
        return KIND_NONE;
    }
    return (uint8_t)lotse_code_at(t, segment_column(s, column), row);
}

bool congestion_begin(const roster *r, const pools *p, uint64_t kinds, congestion *ret, err *e)
{
    congestion c = {.roster = r, .pools = p, .kinds = kinds};
    c.person_region = mem_new(r->seeker_count * sizeof *c.person_region);
    c.intake_region = mem_new(r->intake_count * sizeof *c.intake_region);
    c.intake_kind = mem_new(r->intake_count * sizeof *c.intake_kind);
    if (c.person_region == NULL || c.intake_region == NULL || c.intake_kind == NULL) {
        congestion_fini(&c);
        return fail(e, ERR_MEMORY, "no memory for a report of congestion");
    }
    for (uint32_t i = 0; i < r->intake_count; i++) {
        c.intake_kind[i] = read_kind(r, i);
    }
    *ret = c;
    return true;
}

void congestion_fini(congestion *c)
{
    for (uint32_t i = 0; i < c->plan_count; i++) {
        mem_free(c->plans[i].people_at);
        mem_free(c->plans[i].fit);
        mem_free(c->plans[i].given);
    }
    mem_free(c->person_region);
    mem_free(c->intake_region);
    mem_free(c->intake_kind);
    *c = (congestion){0};
}

bool congestion_add_plan(congestion *c, const char *name, congestion_plan **ret, err *e)
{
    check(c->plan_count < CONGESTION_PLAN_MAX);
    congestion_plan *p = &c->plans[c->plan_count];
    *p = (congestion_plan){0};
    int len = snprintf(p->name, sizeof p->name, "%s", name);
    check(len > 0 && (size_t)len < sizeof p->name);
    p->people_at = mem_new(c->roster->intake_count * sizeof *p->people_at);
    p->fit = mem_new(c->roster->seeker_count * sizeof *p->fit);
    p->given = mem_new(c->roster->seeker_count * sizeof *p->given);
    c->plan_count++;
    if (p->people_at == NULL || p->fit == NULL || p->given == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a report of congestion");
    }
    for (uint32_t i = 0; i < c->roster->seeker_count; i++) {
        p->fit[i] = -1;
    }
    *ret = p;
    return true;
}

uint16_t congestion_region(bytes postcode)
{
    uint16_t region = CONGESTION_REGION_NONE;
    if (postcode.len >= 2) {
        region = (uint16_t)((unsigned char)postcode.base[0] << 8 | (unsigned char)postcode.base[1]);
    }
    return region;
}

/* ------------------------------------------------------------------------------------ cells */

/* People or vacancies that are looked at together. A person may be in several (target groups). */
typedef struct cell {
    char name[64];
    uint16_t region;
    uint32_t people, placed;
    uint32_t vacancies, reached, most;
    uint64_t proposals;
    int32_t worst, median; /* of those placed */
    bool is_hidden;
} cell;

typedef struct dimension {
    bool is_of_regions, is_of_kinds; /* else of target groups */
    cell cells[CELL_MAX];
    uint32_t count;
} dimension;

/* A vacancy is an intake with seats, of a kind that takes part. */
static bool is_vacancy(const congestion *c, uint32_t intake)
{
    uint64_t seats = 0;
    uint8_t kind = c->intake_kind[intake];
    for (uint32_t j = c->pools->begin[intake]; j < c->pools->begin[intake + 1]; j++) {
        seats += c->pools->pools[j].seats;
    }
    return seats > 0 && kind != KIND_NONE && (c->kinds >> kind & 1) != 0;
}

static int compare_numbers(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a;
    int32_t y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* Does a person belong to a cell? To a kind: by what is proposed to them. */
static bool is_in_cell(const congestion *c, const congestion_plan *p, const dimension *d,
                       uint32_t index, uint32_t person)
{
    if (d->is_of_kinds) {
        return p->fit[person] >= 0 && c->intake_kind[p->given[person]] == index;
    }
    if (d->is_of_regions) {
        return d->cells[index].region == c->person_region[person];
    }
    uint32_t group_count = CODES(target_group)->count;
    return index == group_count ? c->pools->groups[person] == 0
                                : (c->pools->groups[person] >> index & 1) != 0;
}

/* Little that describes few: also the next smallest where one cell alone would be left out, because
 * the whole less the others would tell it. */
static void hide_few(dimension *d)
{
    uint32_t hidden = 0;
    cell *smallest = NULL;
    for (uint32_t i = 0; i < d->count; i++) {
        cell *at = &d->cells[i];
        at->is_hidden = at->people > 0 && at->people < CONGESTION_PEOPLE_MIN;
        hidden += at->is_hidden;
        if (!at->is_hidden && at->people > 0 &&
            (smallest == NULL || at->people < smallest->people)) {
            smallest = at;
        }
    }
    if (hidden == 1 && smallest != NULL) {
        smallest->is_hidden = true;
    }
}

static void name_regions(const congestion *c, dimension *d)
{
    uint8_t seen[65536 / 8] = {0};
    for (uint32_t i = 0; i < c->roster->seeker_count; i++) {
        seen[c->person_region[i] >> 3] |= (uint8_t)(1u << (c->person_region[i] & 7));
    }
    for (uint32_t i = 0; i < c->roster->intake_count; i++) {
        seen[c->intake_region[i] >> 3] |= (uint8_t)(1u << (c->intake_region[i] & 7));
    }
    for (uint32_t region = 0; region < 65536 && d->count < CELL_MAX; region++) {
        if ((seen[region >> 3] >> (region & 7) & 1) != 0) {
            cell *made = &d->cells[d->count++];
            made->region = (uint16_t)region;
            if (region == CONGESTION_REGION_NONE) {
                memcpy(made->name, "unknown", sizeof "unknown");
            } else {
                made->name[0] = (char)(region >> 8);
                made->name[1] = (char)(region & 255);
            }
        }
    }
}

static void name_codes(const code_list *list, const char *otherwise, dimension *d)
{
    for (uint32_t i = 0; i < list->count; i++) {
        (void)snprintf(d->cells[d->count++].name, sizeof d->cells[0].name, "%s",
                       list->entries[i].id); /* ids are shorter */
    }
    if (otherwise != NULL) {
        (void)snprintf(d->cells[d->count++].name, sizeof d->cells[0].name, "%s", otherwise);
    }
}

/* ------------------------------------------------------------------------------------ counting */

static void count_people(const congestion *c, const congestion_plan *p, dimension *d, int32_t *fits)
{
    for (uint32_t k = 0; k < d->count; k++) {
        cell *at = &d->cells[k];
        for (uint32_t i = 0; i < c->roster->seeker_count; i++) {
            if (!is_in_cell(c, p, d, k, i)) {
                continue;
            }
            at->people++;
            if (p->fit[i] >= 0) {
                fits[at->placed++] = p->fit[i];
            }
        }
        qsort(fits, at->placed, sizeof *fits, compare_numbers);
        at->worst = at->placed == 0 ? -1 : fits[0];
        at->median = at->placed == 0 ? -1 : fits[at->placed / 2];
    }
    hide_few(d);
}

static void count_vacancies(const congestion *c, const congestion_plan *p, dimension *d)
{
    for (uint32_t i = 0; i < c->roster->intake_count; i++) {
        if (!is_vacancy(c, i)) {
            continue;
        }
        uint32_t k = d->is_of_regions ? 0 : c->intake_kind[i];
        while (d->is_of_regions && k < d->count && d->cells[k].region != c->intake_region[i]) {
            k++;
        }
        if (k >= d->count) {
            continue;
        }
        cell *at = &d->cells[k];
        at->vacancies++;
        at->reached += p->people_at[i] > 0;
        at->proposals += p->people_at[i];
        at->most = p->people_at[i] > at->most ? p->people_at[i] : at->most;
    }
}

/* ------------------------------------------------------------------------------------ writing */

static void put_fit(json_writer *out, const char *key, int32_t value, bool is_told)
{
    json_put_key(out, key);
    if (is_told && value >= 0) {
        json_put_int(out, value);
    } else {
        json_put_null(out);
    }
}

/* A number of people; a few are not told. */
static void put_people(json_writer *out, const char *key, uint64_t count, bool is_told)
{
    json_put_key(out, key);
    if (is_told && (count == 0 || count >= CONGESTION_PEOPLE_MIN)) {
        json_put_int(out, (int64_t)count);
    } else {
        json_put_null(out);
    }
}

static void put_share(json_writer *out, const char *key, uint64_t part, uint64_t whole)
{
    json_put_key(out, key);
    json_put_double(out, whole == 0
                             ? 0.0
                             : (double)(int64_t)((double)part * 10000.0 / (double)whole + 0.5) /
                                   10000.0);
}

static void put_dimension(const dimension *d, json_writer *out)
{
    json_begin_array(out);
    for (uint32_t i = 0; i < d->count; i++) {
        const cell *at = &d->cells[i];
        bool is_told = !at->is_hidden && at->placed >= CONGESTION_PEOPLE_MIN;
        if (at->people + at->vacancies == 0) {
            continue;
        }
        json_begin_object(out);
        json_member_cstr(out, "id", at->name);
        if (!d->is_of_kinds) {
            put_people(out, "people", at->people, !at->is_hidden);
        }
        put_people(out, "with_proposal", at->placed, !at->is_hidden);
        put_fit(out, "worst_fit", at->worst, is_told);
        put_fit(out, "median_fit", at->median, is_told);
        if (d->is_of_kinds || d->is_of_regions) { /* offers have groups of another meaning */
            json_member_int(out, "vacancies", at->vacancies);
            json_member_int(out, "reached", at->reached);
            put_share(out, "reach", at->reached, at->vacancies);
            put_people(out, "most_people", at->most, true);
        }
        json_end_object(out);
    }
    json_end_array(out);
}

static void put_crowd(const congestion_plan *p, const uint32_t *counts, uint32_t vacancy_count,
                      json_writer *out)
{
    uint32_t steps[STEP_COUNT] = {0};
    uint32_t reached = 0;
    for (uint32_t i = 0; i < vacancy_count; i++) {
        uint32_t step = STEP_COUNT - 1;
        while (counts[i] < STEPS[step]) {
            step--;
        }
        steps[step]++;
        reached += counts[i] > 0;
    }
    json_member_int(out, "proposals", (int64_t)p->proposals);
    json_member_int(out, "reached", reached);
    put_share(out, "reach", reached, vacancy_count);
    json_put_key(out, "people_per_vacancy");
    json_begin_object(out);
    static const uint32_t PARTS[] = {50, 90, 99};
    for (uint32_t i = 0; i < 3; i++) {
        char key[8];
        (void)snprintf(key, sizeof key, "p%u", PARTS[i]); /* three characters */
        json_member_int(
            out, key,
            vacancy_count == 0 ? 0 : counts[(uint64_t)(vacancy_count - 1) * PARTS[i] / 100]);
    }
    json_member_int(out, "most", vacancy_count == 0 ? 0 : counts[vacancy_count - 1]);
    json_end_object(out);
    json_put_key(out, "vacancies_by_people");
    json_begin_array(out);
    for (uint32_t i = 0; i < STEP_COUNT; i++) {
        json_begin_object(out);
        json_member_int(out, "from", STEPS[i]);
        json_put_key(out, "to");
        if (i + 1 < STEP_COUNT) {
            json_put_int(out, STEPS[i + 1] - 1);
        } else {
            json_put_null(out);
        }
        json_member_int(out, "vacancies", steps[i]);
        json_end_object(out);
    }
    json_end_array(out);
}

typedef struct crowded {
    uint32_t intake, people;
} crowded;

static int compare_crowded(const void *a, const void *b)
{
    const crowded *x = a;
    const crowded *y = b;
    if (x->people != y->people) {
        return x->people > y->people ? -1 : 1;
    }
    return x->intake < y->intake ? -1 : x->intake > y->intake;
}

static bool put_most_crowded(const congestion *c, const congestion_plan *p, json_writer *out,
                             err *e)
{
    crowded *all = mem_new(c->roster->intake_count * sizeof *all);
    if (all == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a report of congestion");
    }
    for (uint32_t i = 0; i < c->roster->intake_count; i++) {
        all[i] = (crowded){i, p->people_at[i]};
    }
    qsort(all, c->roster->intake_count, sizeof *all, compare_crowded);
    json_put_key(out, "most_crowded");
    json_begin_array(out);
    for (uint32_t i = 0; i < c->roster->intake_count && i < CROWDED_SHOWN; i++) {
        if (all[i].people < CONGESTION_PEOPLE_MIN) {
            break;
        }
        json_begin_object(out);
        json_member_text(out, "offer", roster_offer_id(c->roster, all[i].intake));
        json_put_key(out, "intake");
        json_put_text(out, roster_intake_id(c->roster, all[i].intake));
        json_member_int(out, "people", all[i].people);
        json_end_object(out);
    }
    json_end_array(out);
    mem_free(all);
    return true;
}

static void put_people_of_plan(const congestion *c, const congestion_plan *p, int32_t *fits,
                               json_writer *out)
{
    uint32_t placed = 0;
    for (uint32_t i = 0; i < c->roster->seeker_count; i++) {
        if (p->fit[i] >= 0) {
            fits[placed++] = p->fit[i];
        }
    }
    qsort(fits, placed, sizeof *fits, compare_numbers);
    bool is_told = placed >= CONGESTION_PEOPLE_MIN;
    put_people(out, "with_proposal", placed, true);
    put_fit(out, "worst_fit", placed == 0 ? -1 : fits[0], is_told);
    put_fit(out, "median_fit", placed == 0 ? -1 : fits[placed / 2], is_told);
}

static bool put_plan(const congestion *c, const congestion_plan *p, uint32_t *counts, int32_t *fits,
                     dimension *d, json_writer *out, err *e)
{
    uint32_t vacancy_count = 0;
    for (uint32_t i = 0; i < c->roster->intake_count; i++) {
        if (is_vacancy(c, i)) {
            counts[vacancy_count++] = p->people_at[i];
        }
    }
    qsort(counts, vacancy_count, sizeof *counts, compare_numbers);
    json_begin_object(out);
    json_member_cstr(out, "plan", p->name);
    put_people_of_plan(c, p, fits, out);
    put_crowd(p, counts, vacancy_count, out);
    if (!put_most_crowded(c, p, out, e)) {
        return false;
    }
    for (uint32_t k = 0; k < 3; k++) {
        *d = (dimension){.is_of_kinds = k == 0, .is_of_regions = k == 1};
        if (k == 0) {
            name_codes(CODES(kind), NULL, d);
        } else if (k == 1) {
            name_regions(c, d);
        } else {
            name_codes(CODES(target_group), "none", d);
        }
        count_people(c, p, d, fits);
        if (k < 2) {
            count_vacancies(c, p, d);
        }
        json_put_key(out, k == 0 ? "by_kind" : k == 1 ? "by_region" : "by_target_group");
        put_dimension(d, out);
    }
    json_end_object(out);
    return true;
}

bool congestion_write(const congestion *c, json_writer *out, err *e)
{
    uint32_t *counts = mem_new(c->roster->intake_count * sizeof *counts);
    int32_t *fits = mem_new(c->roster->seeker_count * sizeof *fits);
    dimension *d = mem_new(sizeof *d);
    bool is_done = counts != NULL && fits != NULL && d != NULL;
    if (!is_done) {
        (void)fail(e, ERR_MEMORY, "no memory for a report of congestion");
    }
    uint32_t vacancies = 0;
    for (uint32_t i = 0; is_done && i < c->roster->intake_count; i++) {
        vacancies += is_vacancy(c, i);
    }
    json_member_int(out, "people", c->roster->seeker_count);
    json_member_int(out, "vacancies", vacancies);
    json_member_int(out, "hidden_below", CONGESTION_PEOPLE_MIN);
    json_put_key(out, "plans");
    json_begin_array(out);
    for (uint32_t i = 0; i < c->plan_count && is_done; i++) {
        is_done = put_plan(c, &c->plans[i], counts, fits, d, out, e);
    }
    if (is_done) {
        json_end_array(out);
    }
    mem_free(counts);
    mem_free(fits);
    mem_free(d);
    return is_done;
}
