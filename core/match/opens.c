#include "match/opens.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/day.h"
#include "match/opens_parts.h"

/* ------------------------------------------------------------------------------------ rules */

/* What a person can gain or offer more of, and what somebody can ask for a permission to be. */
static bool is_within_reach(const char *path)
{
    static const char *const roots[] = {
        "languages.",    "literacy.", "education.",       "qualifications.",
        "parts_done.",   "skills",    "licences",         "experience.",
        "availability.", "mobility.", "driving_licences", "work_permission.status"};
    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
        size_t len = strlen(roots[i]);
        bool is_group = roots[i][len - 1] == '.';
        if (strncmp(path, roots[i], len) == 0 && (is_group || path[len] == '\0')) {
            return true;
        }
    }
    return false;
}

/* Knowing less opens nothing; coming for fewer hours or a shorter time does. */
static bool may_be_less(const char *path)
{
    return strncmp(path, "availability.", strlen("availability.")) == 0 ||
           strncmp(path, "mobility.", strlen("mobility.")) == 0;
}

const field *opens_field(const opening *o, uint32_t index)
{
    uint16_t column = o->gate->seeker_columns[index];
    return column == UINT16_MAX ? NULL : o->program->columns[SIDE_SEEKER].columns[column].field;
}

/* ------------------------------------------------------------------------------------ values */

static void put_day(json_writer *w, int64_t value)
{
    char text[DAY_TEXT_LEN + 1];
    day_print((day)value, text);
    json_put_cstr(w, text);
}

void opens_put_fact(json_writer *w, const gate_fact *fact)
{
    switch (fact->kind) {
    case GATE_FACT_DAY:
        put_day(w, fact->number);
        break;
    case GATE_FACT_CODE:
        json_put_cstr(w, fact->list->entries[fact->number].id);
        break;
    default:
        json_put_int(w, fact->number);
        break;
    }
}

static bool put_concept(json_writer *w, const opening *o, concept c)
{
    char scratch[16];
    bytes text = dictionary_text(o->dictionary, c, scratch);
    if (text.base != NULL) {
        json_put_text(w, text);
    }
    return text.base != NULL;
}

bool opens_pointer_of(const char *path, char ret[PATH_LEN_MAX + 1])
{
    size_t len = strlen(path);
    if (len + 1 > PATH_LEN_MAX) {
        return false;
    }
    ret[0] = '/';
    for (size_t i = 0; i <= len; i++) {
        ret[i + 1] = path[i];
        if (path[i] == '.') {
            ret[i + 1] = '/';
        }
    }
    return true;
}

bool opens_keep(opening *o, opens_change *ret, err *e)
{
    buf from = {0};
    const json_node *node = opens_node_at(o->seeker, o->path);
    if (node == NULL) {
        buf_text(&from, "null");
    } else {
        json_print(node, &from);
    }
    opens_change change = {.path = arena_text(o->arena, "%s", o->path),
                           .from = arena_copy(o->arena, buf_bytes(&from)),
                           .to = arena_copy(o->arena, buf_bytes(&o->out))};
    bool is_kept = !from.failed && !o->out.failed && change.path != NULL &&
                   change.from.base != NULL && change.to.base != NULL;
    buf_fini(&from);
    if (!is_kept) {
        return fail(e, ERR_MEMORY, "no memory for what would open a gate");
    }
    *ret = change;
    return true;
}

/* ------------------------------------------------------------------------------------ values */

/* "languages.de.level": one entry of a list, picked by its key. */
static bool find_pick(const opening *o, const field *f, list_change *c)
{
    const char *dot = strchr(f->path, '.');
    const char *end = dot == NULL ? NULL : strchr(dot + 1, '.');
    if (end == NULL) {
        return false;
    }
    char any[PATH_LEN_MAX + 1];
    int len = snprintf(any, sizeof(any), "%.*s.*%s", (int)(dot - f->path), f->path, end);
    if (len < 0 || (size_t)len >= sizeof(any) ||
        program_column(o->program, SIDE_SEEKER, any) == UINT16_MAX ||
        !opens_split_path(f->path, dot + 1, c)) {
        return false;
    }
    c->key_name = "code";
    c->entries[0].key = (bytes){dot + 1, (size_t)(end - dot - 1)};
    c->count = 1;
    return true;
}

static bool change_value(opening *o, const field *f, const gate_fact *value, opens_change *ret,
                         uint32_t *ret_count, err *e)
{
    list_change c = {.count = 0};
    if (find_pick(o, f, &c)) {
        c.entries[0].need = *value;
        return opens_change_list(o, &c, ret, ret_count, e);
    }
    if (!opens_pointer_of(f->path, o->path)) {
        return true;
    }
    json_writer w = json_writer_to(&o->out);
    opens_put_fact(&w, value);
    *ret_count = 1;
    return opens_keep(o, ret, e);
}

static bool change_to_need(opening *o, bool is_less, opens_change *ret, uint32_t *ret_count, err *e)
{
    const gate_fact *need = &o->finding->need;
    const field *f = opens_field(o, 0);
    bool was_stated = o->finding->have.is_known;
    if (!need->is_known || (is_less && was_stated && !may_be_less(f->path))) {
        return true;
    }
    if (need->kind == GATE_FACT_DAY && need->number == LOTSE_OPEN) {
        return true; /* any day will do: there is none to name */
    }
    return change_value(o, f, need, ret, ret_count, e);
}

/* The end of the person's interval that keeps the two apart moves to the other's, or the one that
 * is not stated is stated. */
static bool change_interval(opening *o, opens_change *ret, uint32_t *ret_count, err *e)
{
    const gate_fact *have = &o->finding->have;
    const gate_fact *need = &o->finding->need;
    bool has_low = have->number != LOTSE_ABSENT;
    bool has_high = have->number_high != LOTSE_ABSENT;
    bool needs_low = need->number != LOTSE_ABSENT;
    bool needs_high = need->number_high != LOTSE_ABSENT;
    gate_fact value = {.kind = have->has_days ? GATE_FACT_DAY : GATE_FACT_NUMBER};
    uint32_t end;
    if (has_high && needs_low && have->number_high < need->number) {
        end = 1;
        value.number = need->number;
    } else if (has_low && needs_high && have->number > need->number_high) {
        end = 0;
        value.number = need->number_high;
    } else if (o->finding->offer_is_unknown) {
        return true;
    } else if (!has_high && needs_low) {
        end = 1;
        value.number = has_low && have->number > need->number ? have->number : need->number;
    } else if (!has_low && needs_high) {
        end = 0;
        value.number = need->number_high;
    } else {
        return true;
    }
    return change_value(o, opens_field(o, end), &value, ret, ret_count, e);
}

static bool change_km(opening *o, opens_change *ret, uint32_t *ret_count, err *e)
{
    double km = o->finding->km;
    if (isnan(km)) {
        return true;
    }
    gate_fact value = {.kind = GATE_FACT_NUMBER, .number = (int64_t)ceil(km)};
    return change_value(o, opens_field(o, 1), &value, ret, ret_count, e);
}

/* A code that the offer takes: `allowed` to work where that does, else the first of its list. */
static bool change_code(opening *o, opens_change *ret, uint32_t *ret_count, err *e)
{
    const gate_fact *need = &o->finding->need;
    if (need->kind != GATE_FACT_CODES || need->codes == 0) {
        return true;
    }
    uint64_t allowed = UINT64_C(1) << WORK_PERMISSION_ALLOWED;
    bool takes_allowed = need->list == CODES(work_permission) && (need->codes & allowed) != 0;
    gate_fact value = {.kind = GATE_FACT_CODE, .list = need->list};
    value.number = takes_allowed ? WORK_PERMISSION_ALLOWED : __builtin_ctzll(need->codes);
    return change_value(o, opens_field(o, 0), &value, ret, ret_count, e);
}

/* ------------------------------------------------------------------------------------ sets */

/* The list as it stands, and what lacks behind it. */
static bool change_set(opening *o, opens_change *ret, uint32_t *ret_count, err *e)
{
    const gate_fact *lack = &o->finding->lack;
    if (!lack->is_known || !opens_pointer_of(opens_field(o, 0)->path, o->path)) {
        return true;
    }
    json_writer w = json_writer_to(&o->out);
    const json_node *list = opens_node_at(o->seeker, o->path);
    json_begin_array(&w);
    for (const json_node *n = list == NULL ? NULL : json_child(list); n != NULL; n = json_next(n)) {
        json_put_node(&w, n);
    }
    bool has_all = true;
    for (uint32_t i = 0; lack->kind == GATE_FACT_CONCEPTS && i < lack->count; i++) {
        has_all = put_concept(&w, o, lack->concepts[i]) && has_all;
    }
    for (uint64_t rest = lack->codes; lack->kind == GATE_FACT_CODES && rest != 0;
         rest &= rest - 1) {
        json_put_cstr(&w, lack->list->entries[__builtin_ctzll(rest)].id);
    }
    json_end_array(&w);
    if (!has_all) {
        return true;
    }
    *ret_count = 1;
    return opens_keep(o, ret, e);
}

/* ------------------------------------------------------------------------------------ weeks */

enum { QUARTER_COUNT = 96, WEEKDAY_COUNT = 7 };

static bool week_has(const uint64_t *week, uint32_t weekday, uint32_t quarter)
{
    uint32_t bit = weekday * QUARTER_COUNT + quarter;
    return (week[bit >> 6] >> (bit & 63u) & 1u) != 0;
}

static void put_time(json_writer *w, const char *key, uint32_t quarter)
{
    char text[16];
    snprintf(text, sizeof(text), "%02u:%02u", quarter / 4, quarter % 4 * 15);
    json_member_cstr(w, key, text);
}

/* The windows as they stand, and one for every stretch of time that lacks. */
static bool change_week(opening *o, opens_change *ret, uint32_t *ret_count, err *e)
{
    const gate_fact *lack = &o->finding->lack;
    if (!lack->is_known || !opens_pointer_of(opens_field(o, 0)->path, o->path)) {
        return true;
    }
    json_writer w = json_writer_to(&o->out);
    const json_node *list = opens_node_at(o->seeker, o->path);
    json_begin_array(&w);
    for (const json_node *n = list == NULL ? NULL : json_child(list); n != NULL; n = json_next(n)) {
        json_put_node(&w, n);
    }
    for (uint32_t weekday = 0; weekday < WEEKDAY_COUNT; weekday++) {
        uint32_t start = 0;
        for (uint32_t quarter = 0; quarter < QUARTER_COUNT; quarter++) {
            bool is_in = week_has(lack->week, weekday, quarter);
            bool is_last =
                quarter + 1 == QUARTER_COUNT || !week_has(lack->week, weekday, quarter + 1);
            start = is_in && quarter > 0 && week_has(lack->week, weekday, quarter - 1) ? start
                                                                                       : quarter;
            if (is_in && is_last) {
                json_begin_object(&w);
                json_put_key(&w, "by_day");
                json_begin_array(&w);
                json_put_cstr(&w, CODES(weekday)->entries[weekday].id);
                json_end_array(&w);
                put_time(&w, "start_time", start);
                put_time(&w, "end_time", quarter + 1);
                json_end_object(&w);
            }
        }
    }
    json_end_array(&w);
    *ret_count = 1;
    return opens_keep(o, ret, e);
}

/* ------------------------------------------------------------------------------------ all */

static bool find_change(opening *o, opens_change *ret, uint32_t *ret_count, err *e)
{
    const gate *g = o->gate;
    bool is_less = g->op == GATE_AT_MOST;
    switch (g->op) {
    case GATE_AT_LEAST:
    case GATE_AT_MOST:
        if (g->seeker_key == UINT16_MAX) {
            return change_to_need(o, is_less, ret, ret_count, e);
        }
        return (is_less && o->finding->verdict == VERDICT_NO) ||
               opens_change_joined(o, ret, ret_count, e);
    case GATE_ON_OR_AFTER:
        return change_to_need(o, false, ret, ret_count, e);
    case GATE_OVERLAPS:
        return change_interval(o, ret, ret_count, e);
    case GATE_WITHIN_KM:
        return change_km(o, ret, ret_count, e);
    case GATE_IN:
    case GATE_PERMISSION:
        return change_code(o, ret, ret_count, e);
    case GATE_CONTAINS_ALL:
        return change_set(o, ret, ret_count, e);
    case GATE_FITS_WITHIN:
        return change_week(o, ret, ret_count, e);
    case GATE_INTERSECTS_OR_EMPTY:
    case GATE_DISJOINT:
    case GATE_SUBSET_OF:
    case GATE_FLAG:
    case GATE_NOT_BEFORE_AS_OF:
    case GATE_SEATS:
    case GATE_STATUS:
    case GATE_RESTRICTION:
        break;
    }
    return true;
}

bool opens_of(const match_program *p, const gate *g, const gate_finding *finding,
              const json_node *seeker, const dictionary *d, arena *a, opens_change ret[OPENS_MAX],
              uint32_t *ret_count, err *e)
{
    opening o = {
        .program = p, .gate = g, .finding = finding, .seeker = seeker, .dictionary = d, .arena = a};
    uint32_t count = 0;
    bool is_done = true;
    uint32_t column = g->op == GATE_WITHIN_KM ? 1 : 0;
    const field *f = opens_field(&o, column);
    bool is_stored = f != NULL && g->seeker_columns[column] < p->columns[SIDE_SEEKER].stored_count;
    if (finding->verdict != VERDICT_YES && is_stored && is_within_reach(f->path)) {
        is_done = find_change(&o, ret, &count, e);
    }
    buf_fini(&o.out);
    if (is_done) {
        *ret_count = count;
    }
    return is_done;
}
