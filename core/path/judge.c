/* Gates on the way. Most of them never change: they are judged once for each row, on its first day.
 * Those that courses change are judged again for what was gained; what is open today stays so. */
#include "path/parts.h"

#include <string.h>

#include "base/check.h"

enum { WAIT_DAYS_MAX = 730 };

/* ------------------------------------------------------------------------------------ classes */

static uint32_t family_of_path(const char *path)
{
    static const struct {
        const char *prefix;
        uint32_t family;
    } families[] = {
        {"languages.", FAMILY_LANGUAGE},
        {"skills", FAMILY_SKILL},
        {"education.school", FAMILY_SCHOOL},
        {"education.eqf", FAMILY_EQF},
        {"qualifications.", FAMILY_OCCUPATION | FAMILY_PART},
        {"licences", FAMILY_LICENCE},
        {"parts_done.", FAMILY_PART},
        {"spells.", FAMILY_SPELL},
        {"work_permission.", FAMILY_PERMISSION},
    };
    for (uint32_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (strncmp(path, families[i].prefix, strlen(families[i].prefix)) == 0) {
            return families[i].family;
        }
    }
    return 0;
}

static uint32_t family_of_column(const match_program *p, uint16_t column)
{
    if (column == UINT16_MAX) {
        return 0;
    }
    const column_ref *c = &p->columns[SIDE_SEEKER].columns[column];
    if (c->derived < 0) {
        return family_of_path(c->field->path);
    }
    const derived_spec *d = &p->derived[c->derived];
    uint32_t families = 0;
    for (uint32_t i = 0; i < d->column_count; i++) {
        if (d->columns[i] != UINT16_MAX && d->columns[i] < p->columns[SIDE_SEEKER].stored_count) {
            families |= family_of_path(p->columns[SIDE_SEEKER].columns[d->columns[i]].field->path);
        }
    }
    return families;
}

static bool is_derived(const match_program *p, record_side side, uint16_t column)
{
    return column != UINT16_MAX && p->columns[side].columns[column].derived >= 0;
}

/* Does an offer's column rest on when the intake starts? */
static bool is_timed(const finder *f, uint16_t column)
{
    if (column == UINT16_MAX) {
        return false;
    }
    const column_ref *c = &f->program->columns[SIDE_OFFER].columns[column];
    if (c->derived < 0) {
        return column == f->columns.at[COLUMN_START];
    }
    const derived_spec *d = &f->program->derived[c->derived];
    bool found = false;
    for (uint32_t i = 0; i < d->column_count; i++) {
        found = found || d->columns[i] == f->columns.at[COLUMN_START];
    }
    return found && c->field->type == LOTSE_DAY;
}

/* Gates of which more is never worse. */
static bool is_rising(gate_op op)
{
    return op == GATE_AT_LEAST || op == GATE_CONTAINS_ALL || op == GATE_INTERSECTS_OR_EMPTY ||
           op == GATE_FLAG;
}

static void sort_gate(finder *f, uint32_t i)
{
    const match_program *p = f->program;
    const gate *g = &p->gates[i];
    uint64_t bit = UINT64_C(1) << i;
    uint32_t families =
        family_of_column(p, g->seeker_columns[0]) | family_of_column(p, g->seeker_columns[1]);
    uint32_t gained = families & ~(uint32_t)(FAMILY_SPELL | FAMILY_PERMISSION);
    bool has_offer_derived = is_derived(p, SIDE_OFFER, g->offer_columns[0]) ||
                             is_derived(p, SIDE_OFFER, g->offer_columns[1]);
    bool has_seeker_derived = is_derived(p, SIDE_SEEKER, g->seeker_columns[0]) ||
                              is_derived(p, SIDE_SEEKER, g->seeker_columns[1]);
    f->families[i] = families;
    f->changing |= gained != 0 ? bit : 0;
    f->falling |= gained != 0 && !is_rising(g->op) ? bit : 0;
    f->spelled |= (families & FAMILY_SPELL) != 0 ? bit : 0;
    f->permitted |= (families & FAMILY_PERMISSION) != 0 ? bit : 0;
    f->daily |= has_offer_derived || has_seeker_derived ? bit : 0;
    f->offer_derived |= has_offer_derived ? bit : 0;
    f->seeker_derived |= has_seeker_derived ? bit : 0;
    f->timed |= is_timed(f, g->offer_columns[0]) ? bit : 0;
    f->core |= strncmp(g->id, "core.", 5) == 0 ? bit : 0;
}

/* Distance first, then what the core asks, then stored fields, then derived ones. */
static uint32_t rank_of(const finder *f, uint32_t i)
{
    uint64_t bit = UINT64_C(1) << i;
    if ((f->offer_derived & bit) != 0) {
        return 4;
    }
    if ((f->seeker_derived & bit) != 0) {
        return 3;
    }
    return f->program->gates[i].op == GATE_WITHIN_KM ? 0 : (f->core & bit) != 0 ? 1 : 2;
}

void judge_sort_gates(finder *f)
{
    uint32_t count = f->program->gate_count;
    f->gates = count < 64 ? f->q->strategy->gates_on & ((UINT64_C(1) << count) - 1)
                          : f->q->strategy->gates_on;
    for (uint32_t i = 0; i < count; i++) {
        sort_gate(f, i);
        f->any_kind[i] = f->program->gates[i];
        f->any_kind[i].kinds = UINT64_MAX;
    }
    for (uint32_t rank = 0; rank <= 4; rank++) {
        for (uint32_t i = 0; i < count; i++) {
            if ((f->gates >> i & 1u) != 0 && rank_of(f, i) == rank) {
                f->order[f->order_count++] = (uint8_t)i;
            }
        }
    }
}

/* ------------------------------------------------------------------------------------ wants */

static void add_want(finder *f, candidate *c, const want *w, bool is_no)
{
    uint32_t number = facts_want(f, w);
    if (number == UINT32_MAX) {
        return; /* the answer is not exact then, and says so */
    }
    bitset_add(&c->wants_surely, number);
    if (is_no || f->q->is_certain) {
        bitset_add(&c->wants, number);
    }
}

static void add_effect_want(finder *f, candidate *c, path_effect_kind kind, int64_t level,
                            uint32_t key, bool is_no)
{
    want w = {.effect = path_effect(kind, (uint32_t)level, 0, key)};
    add_want(f, c, &w, is_no);
}

static bool is_among(const uint32_t *concepts, uint32_t count, uint32_t what)
{
    for (uint32_t i = 0; i < count; i++) {
        if (concepts[i] == what) {
            return true;
        }
    }
    return false;
}

/* Does the gate ask whether an occupation is recognised? */
static bool is_about_occupation(const finder *f, uint32_t gate_number)
{
    return f->program->gates[gate_number].op == GATE_FLAG &&
           f->families[gate_number] == (FAMILY_OCCUPATION | FAMILY_PART);
}

static uint32_t occupation_of(const finder *f, const candidate *c)
{
    int32_t occupation = 0;
    columns_number(&f->columns, c->segment, c->row, COLUMN_OCCUPATION, &occupation);
    return (uint32_t)occupation;
}

/* What would have to be gained so that the gate opens. */
static void find_wants(finder *f, candidate *c, uint32_t gate_number, const gate_finding *found)
{
    const gate *g = &f->program->gates[gate_number];
    uint32_t families = f->families[gate_number];
    bool is_no = found->verdict == VERDICT_NO;
    if (g->op == GATE_AT_LEAST && families == FAMILY_LANGUAGE && g->seeker_key != UINT16_MAX) {
        for (uint32_t i = 0; i < found->entry_count; i++) {
            const gate_entry *entry = &found->entries[i];
            add_effect_want(f, c, PATH_LANGUAGE, entry->need.number, (uint32_t)entry->key,
                            entry->verdict == VERDICT_NO);
        }
    } else if (g->op == GATE_CONTAINS_ALL && families == FAMILY_SKILL) {
        for (uint32_t i = 0; i < found->need.count; i++) {
            uint32_t skill = found->need.concepts[i];
            if (!found->have.is_known ||
                !is_among(found->have.concepts, found->have.count, skill)) {
                add_effect_want(f, c, PATH_SKILL, 0, skill, is_no);
            }
        }
    } else if (g->op == GATE_CONTAINS_ALL && families == FAMILY_LICENCE) {
        uint64_t lack = found->need.codes & ~(found->have.is_known ? found->have.codes : 0);
        for (; lack != 0; lack &= lack - 1) {
            add_effect_want(f, c, PATH_LICENCE, 0, (uint32_t)__builtin_ctzll(lack), is_no);
        }
    } else if (g->op == GATE_AT_LEAST && (families == FAMILY_EQF || families == FAMILY_SCHOOL)) {
        path_effect_kind kind = families == FAMILY_EQF ? PATH_EQF : PATH_SCHOOL;
        add_effect_want(f, c, kind, found->need.number, 0, is_no);
    } else if (is_about_occupation(f, gate_number)) {
        add_effect_want(f, c, PATH_OCCUPATION, 0, occupation_of(f, c), is_no);
    } else {
        want w = {.families = families & ~(uint32_t)(FAMILY_SPELL | FAMILY_PERMISSION)};
        add_want(f, c, &w, is_no);
    }
}

/* ------------------------------------------------------------------------------------ judging */

/* A gate that an intake of which only the pattern is known cannot be asked about. */
static bool is_left_out(const finder *f, const candidate *c, uint32_t i)
{
    uint64_t bit = UINT64_C(1) << i;
    gate_op op = f->program->gates[i].op;
    bool is_of_today = (f->core & bit) != 0 && op != GATE_STATUS && op != GATE_RESTRICTION;
    return c->is_assumed && (is_of_today || (f->timed & bit) != 0);
}

static bool offer_derived(finder *f, candidate *c, day on, gate_row *row, err *e)
{
    if (row->derived != NULL) {
        return true;
    }
    if (on == c->first && c->derived != NULL) {
        row->derived = c->derived;
        return true;
    }
    if (!match_derive(f->worker, f->program, c->segment, &c->row, 1, on, f->memory, &row->derived,
                      e)) {
        return false;
    }
    c->derived = on == c->first ? row->derived : c->derived;
    return true;
}

/* An idea that is to be counted is no offer yet: somebody would have to make it one. */
static verdict judge_gate(const finder *f, uint32_t i, uint32_t kind, const gate_row *seeker_row,
                          const gate_row *row)
{
    const gate *g = &f->program->gates[i];
    if (kind < 64 && (g->kinds >> kind & 1u) == 0) {
        return VERDICT_YES;
    }
    verdict v =
        gate_judge(f->program, kind < 64 ? &f->any_kind[i] : g, seeker_row, row, f->q->as_of);
    if (g->op == GATE_STATUS && v == VERDICT_NO && f->q->counts_ideas) {
        int32_t status = OFFER_STATUS_RUNNING;
        columns_number(&f->columns, row->segment, row->row, COLUMN_STATUS, &status);
        v = status == OFFER_STATUS_IDEA ? VERDICT_CHECK : v;
    }
    return v;
}

/* A person's row: as it stands, and with derived fields once a gate asks for them. */
typedef struct asking {
    finder *f;
    uint32_t facts;
    day on;
    gate_row plain, full;
    bool has_plain, has_full;
} asking;

static bool ask(asking *a, uint64_t bit, const gate_row **ret, err *e)
{
    bool is_full = (a->f->seeker_derived & bit) != 0;
    bool *has = is_full ? &a->has_full : &a->has_plain;
    gate_row *row = is_full ? &a->full : &a->plain;
    if (!*has && !facts_row(a->f, a->facts, a->on, is_full, row, e)) {
        return false;
    }
    *has = true;
    *ret = row;
    return true;
}

/* The first day after `from` on which a gate is open that only time opens: months of unemployment.
 */
static bool find_opening(finder *f, const candidate *c, uint32_t i, day from, day *ret, err *e)
{
    const gate_row row = {.segment = c->segment, .row = c->row};
    *ret = DAY_NONE;
    for (day on = from + 1; on <= c->last && on <= from + WAIT_DAYS_MAX && *ret == DAY_NONE; on++) {
        gate_row person;
        if (!facts_row(f, 0, on, true, &person, e)) {
            return false;
        }
        verdict v = judge_gate(f, i, c->kind, &person, &row);
        bool is_open = v == VERDICT_YES || (v == VERDICT_CHECK && !f->q->is_certain);
        *ret = is_open ? on : DAY_NONE;
    }
    return true;
}

static bool judge_first(finder *f, candidate *c, bool *ret_open, uint32_t *ret_gate, err *e)
{
    asking a = {.f = f, .on = c->first};
    gate_row row = {.segment = c->segment, .row = c->row};
    *ret_open = false;
    c->no = 0;
    c->check = 0;
    c->checks = 0;
    c->derived = NULL;
    c->wants = (bitset){0};
    c->wants_surely = (bitset){0};
    for (uint32_t k = 0; k < f->order_count; k++) {
        uint32_t i = f->order[k];
        uint64_t bit = UINT64_C(1) << i;
        const gate_row *person;
        *ret_gate = i;
        if (is_left_out(f, c, i)) {
            continue;
        }
        if (!ask(&a, bit, &person, e) ||
            ((f->offer_derived & bit) != 0 && !offer_derived(f, c, c->first, &row, e))) {
            return false;
        }
        verdict v = judge_gate(f, i, c->kind, person, &row);
        if (v == VERDICT_YES) {
            continue;
        }
        bool is_closed = v == VERDICT_NO || f->q->is_certain;
        if ((f->changing & bit) == 0 || (f->falling & bit) != 0) {
            if (is_closed) {
                return true;
            }
            c->checks |= bit;
            continue;
        }
        c->no |= v == VERDICT_NO ? bit : 0;
        c->check |= v == VERDICT_CHECK ? bit : 0;
        gate_finding found;
        gate_find(f->program, &f->program->gates[i], person, &row, f->q->as_of, f->memory, &found);
        find_wants(f, c, i, &found);
    }
    *ret_open = true;
    return true;
}

bool judge_today(finder *f, candidate *c, bool *ret_open, uint32_t *ret_gate, err *e)
{
    const uint64_t waited = f->seeker_derived & ~f->offer_derived & ~f->changing;
    for (;;) {
        day later = DAY_NONE;
        if (!judge_first(f, c, ret_open, ret_gate, e)) {
            return false;
        }
        if (*ret_open || c->is_fixed || (waited >> *ret_gate & 1u) == 0) {
            return true;
        }
        if (!find_opening(f, c, *ret_gate, c->first, &later, e)) {
            return false;
        }
        if (later == DAY_NONE) {
            return true;
        }
        c->first = later;
    }
}

static verdict verdict_today(const candidate *c, uint64_t bit)
{
    return (c->no & bit) != 0 ? VERDICT_NO : (c->check & bit) != 0 ? VERDICT_CHECK : VERDICT_YES;
}

/* Gates that have to be judged anew with these facts on this day. */
static uint64_t gates_to_judge(const finder *f, const candidate *c, const facts *x, day on)
{
    uint64_t anew = c->no | c->check;
    bool is_other_person = x->span_count > 0;
    bool is_over = on > f->permission_until;
    anew |= f->changing & f->falling;
    anew |= is_other_person ? f->spelled : 0;
    anew |= is_over != (c->first > f->permission_until) ? f->permitted : 0;
    anew |= on != c->first ? f->daily : 0;
    return anew & f->gates;
}

static bool judge_anew(finder *f, candidate *c, uint32_t facts_number, day on, judgement *ret,
                       err *e)
{
    asking a = {.f = f, .facts = facts_number, .on = on};
    gate_row row = {.segment = c->segment, .row = c->row};
    uint64_t anew = gates_to_judge(f, c, &f->facts[facts_number], on);
    uint64_t checks = c->checks & ~anew;
    ret->is_open = false;
    for (; anew != 0; anew &= anew - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(anew);
        uint64_t bit = UINT64_C(1) << i;
        const gate_row *person;
        if (is_left_out(f, c, i)) {
            continue;
        }
        if (!ask(&a, bit, &person, e) ||
            ((f->offer_derived & bit) != 0 && !offer_derived(f, c, on, &row, e))) {
            return false;
        }
        verdict v = judge_gate(f, i, c->kind, person, &row);
        if (is_about_occupation(f, i) && (c->no & bit) != 0 &&
            !facts_has_learnt(f, facts_number, occupation_of(f, c))) {
            v = VERDICT_NO; /* what was gained is for another occupation */
        }
        bool only_gains = (f->changing & bit) != 0 && (f->falling & bit) == 0 &&
                          ((f->spelled | f->permitted) & bit) == 0;
        if (only_gains && verdict_today(c, bit) < v) {
            v = verdict_today(c, bit); /* nobody loses by a course what may be open today */
        }
        if (v == VERDICT_NO || (v == VERDICT_CHECK && f->q->is_certain)) {
            return true;
        }
        checks |= v == VERDICT_CHECK ? bit : 0;
    }
    ret->is_open = true;
    ret->checks = checks;
    return true;
}

enum { VERDICT_DAY_BITS = 16, VERDICT_CANDIDATE_BITS = 17 };

bool judge_then(finder *f, uint32_t number, uint32_t facts_number, day on, judgement *ret, err *e)
{
    candidate *c = &f->candidates[number];
    *ret = (judgement){.is_open = true};
    if (c->segment == NULL) {
        return true;
    }
    if (!bitset_is_within(&c->wants, &f->facts[facts_number].met)) {
        ret->is_open = false;
        return true;
    }
    uint64_t key = ((uint64_t)(facts_number + 1) << VERDICT_CANDIDATE_BITS | number)
                       << VERDICT_DAY_BITS |
                   ((uint32_t)(on - f->q->as_of) & 0xffffu);
    uint64_t found;
    if (memo_get(&f->verdicts, key, &found)) {
        ret->is_open = found != UINT64_MAX;
        ret->checks = ret->is_open ? found : 0;
    } else {
        if (facts_number == 0 && on == c->first) {
            ret->is_open = c->no == 0 && (c->check == 0 || !f->q->is_certain);
            ret->checks = c->checks | c->check;
        } else if (!judge_anew(f, c, facts_number, on, ret, e)) {
            return false;
        }
        if (!memo_put(&f->verdicts, key, ret->is_open ? ret->checks : UINT64_MAX)) {
            return fail(e, ERR_MEMORY, "no memory for a pathway");
        }
    }
    ret->doubts = (uint32_t)__builtin_popcountll(ret->checks) + (c->is_assumed ? 1 : 0);
    return true;
}
