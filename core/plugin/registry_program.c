#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "model/concept.h"
#include "plugin/registry_parts.h"

/* From manifests to a program. Plugins may name each other's derived fields, therefore columns are
 * made of all ready plugins first; one that names what is not there fails alone, and the program is
 * made again without it and its fields. */

enum { PATH_COUNT_MAX = 1024, DERIVED_COUNT_MAX = 64 };

/* What is collected for one try. */
typedef struct collection {
    registry *r;
    const char *picks[2][PATH_COUNT_MAX];
    uint32_t pick_count[2];
    const field *ext[2][PLUGIN_COUNT_MAX * FIELD_COUNT_MAX];
    uint32_t ext_count[2];
    const field *fields[2][DERIVED_COUNT_MAX]; /* derived */
    int32_t derived[2][DERIVED_COUNT_MAX];
    uint32_t field_count[2];
    derived_spec *specs;
    uint32_t spec_count;
    gate *gates;
    uint32_t gate_count;
    criterion_spec *criteria;
    uint32_t criterion_count;
} collection;

static bool is_text(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static bool is_catalogue_path(record_side side, const char *path)
{
    uint32_t count = 0;
    const field *fields = field_all(side, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (is_text(fields[i].path, path)) {
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------------------------ fields */

static bool add_pick(collection *c, record_side side, const char *path, err *e)
{
    for (uint32_t i = 0; i < c->pick_count[side]; i++) {
        if (is_text(c->picks[side][i], path)) {
            return true;
        }
    }
    if (c->pick_count[side] == PATH_COUNT_MAX) {
        return fail(e, ERR_TOO_LARGE, "plugins name more than %d fields", PATH_COUNT_MAX);
    }
    c->picks[side][c->pick_count[side]++] = path;
    return true;
}

/* A path that is a pick of the catalogue becomes a column; others are looked for later. */
static bool add_path(collection *c, record_side side, bytes path, err *e)
{
    if (path.base == NULL || is_catalogue_path(side, path.base) ||
        field_find(side, path.base, &c->r->arena) == NULL) {
        return true;
    }
    return add_pick(c, side, path.base, e);
}

/* Lists joined by language are almost always asked about German: its own columns let the core fuse
 * that gate with others into one word. */
static bool add_german(collection *c, record_side side, bytes path, err *e)
{
    const char *star = path.base == NULL ? NULL : strstr(path.base, ".*.");
    if (star == NULL || field_find(side, path.base, &c->r->arena) == NULL) {
        return true;
    }
    const char *pick =
        arena_text(&c->r->arena, "%.*s.de.%s", (int)(star - path.base), path.base, star + 3);
    if (pick == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a program");
    }
    return field_find(side, pick, &c->r->arena) == NULL || add_pick(c, side, pick, e);
}

static bool add_gate_paths(collection *c, const manifest_gate *g, err *e)
{
    for (uint32_t i = 0; i < 2; i++) {
        if (!add_path(c, SIDE_SEEKER, g->seeker_paths[i], e) ||
            !add_path(c, SIDE_OFFER, g->offer_paths[i], e)) {
            return false;
        }
    }
    bool is_joined = strstr(g->seeker_paths[0].base, ".*.") != NULL &&
                     strstr(g->offer_paths[0].base, ".*.") != NULL &&
                     strncmp(g->offer_paths[0].base, "intakes.", 8) != 0;
    return !is_joined || (add_german(c, SIDE_SEEKER, g->seeker_paths[0], e) &&
                          add_german(c, SIDE_OFFER, g->offer_paths[0], e));
}

static bool add_paths(collection *c, const manifest *m, err *e)
{
    for (uint32_t side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < m->column_count[side]; i++) {
            if (!add_path(c, (record_side)side, m->columns[side][i], e)) {
                return false;
            }
        }
    }
    for (uint32_t i = 0; i < m->gate_count; i++) {
        if (!add_gate_paths(c, &m->gates[i], e)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < m->bound_count; i++) {
        if (!add_path(c, SIDE_SEEKER, m->bounds[i].seeker_path, e) ||
            !add_path(c, SIDE_OFFER, m->bounds[i].offer_path, e)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < m->step_count; i++) {
        const manifest_step *s = &m->steps[i];
        if (!add_path(c, s->when_side, s->when_path, e) ||
            !add_path(c, s->when_side, s->when_or_path, e) ||
            !add_path(c, SIDE_SEEKER, s->seeker_path, e) ||
            !add_path(c, SIDE_OFFER, s->by_path, e)) {
            return false;
        }
    }
    return true;
}

/* A field of the catalogue's kind for what a manifest declares. */
static field *make_field(collection *c, const manifest_field *f, const char *path)
{
    field *made = arena_make(&c->r->arena, field);
    if (made == NULL || path == NULL) {
        return NULL;
    }
    *made = (field){.path = path,
                    .side = f->side,
                    .type = f->type,
                    .role = FIELD_FACT,
                    .is_sensitive = f->is_sensitive,
                    .codes = f->codes,
                    .de = text_set_get(&f->title, "de").base,
                    .en = text_set_get(&f->title, "en").base};
    return made;
}

/* Two plugins may share an ext field when they mean the same by it. */
static bool add_ext(collection *c, const manifest_field *f, err *e)
{
    const char *path = arena_text(&c->r->arena, "ext.%s", f->id.base);
    const field *made = make_field(c, f, path);
    if (made == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a program");
    }
    for (uint32_t i = 0; i < c->ext_count[f->side]; i++) {
        const field *other = c->ext[f->side][i];
        if (is_text(other->path, path)) {
            bool is_same = other->type == f->type && other->codes == f->codes &&
                           other->is_sensitive == f->is_sensitive;
            return is_same ||
                   fail(e, ERR_PLUGIN_MANIFEST,
                        "another plugin declares the ext field \"%s\" differently", f->id.base);
        }
    }
    c->ext[f->side][c->ext_count[f->side]++] = made;
    return true;
}

static bool add_derived(collection *c, const plugin_entry *p, const manifest_field *f, err *e)
{
    if (c->spec_count == DERIVED_COUNT_MAX) {
        return fail(e, ERR_TOO_LARGE, "plugins derive more than %d fields", DERIVED_COUNT_MAX);
    }
    const char *path = arena_text(&c->r->arena, "%s.%s", p->manifest.id.base, f->id.base);
    const field *made = make_field(c, f, path);
    if (made == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a program");
    }
    for (uint32_t i = 0; i < c->spec_count; i++) {
        if (is_text(c->specs[i].path, path)) {
            return fail(e, ERR_PLUGIN_MANIFEST, "another plugin derives \"%s\" already", path);
        }
    }
    c->fields[f->side][c->field_count[f->side]] = made;
    c->derived[f->side][c->field_count[f->side]++] = (int32_t)c->spec_count;
    c->specs[c->spec_count++] = (derived_spec){
        .path = path,
        .side = f->side,
        .type = f->type,
        .factory = p->cage != NULL ? cage_field_factory() : p->entry->get_factory(LOTSE_FIELD_1),
        .cage = p->cage == NULL ? NULL : cage_program(p->cage),
        .plugin = p->program_index,
        .field_id = f->id.base,
        .params = p->params,
    };
    return true;
}

static bool add_fields(collection *c, const plugin_entry *p, err *e)
{
    for (uint32_t i = 0; i < p->manifest.ext_count; i++) {
        if (!add_ext(c, &p->manifest.ext[i], e)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < p->manifest.field_count; i++) {
        if (!add_derived(c, p, &p->manifest.fields[i], e)) {
            return false;
        }
    }
    return add_paths(c, &p->manifest, e);
}

/* ------------------------------------------------------------------------------------ resolving */

static bool is_granted(const registry *r, const plugin_entry *p, const field *f)
{
    if (!f->is_sensitive || p->info.trust == TRUST_BUILTIN) {
        return true;
    }
    for (uint32_t i = 0; i < r->grant_count; i++) {
        if (is_text(r->grants[i].plugin, p->manifest.id.base) &&
            is_text(r->grants[i].path, f->path)) {
            return true;
        }
    }
    return false;
}

static bool refuse_field(err *e, record_side side, bytes path, const char *where, uint32_t index)
{
    fail(e, ERR_PLUGIN_MANIFEST, "there is no field \"%s\" of %s", path.base,
         side == SIDE_SEEKER ? "seekers" : "offers");
    return err_path(e, "/%s/%u", where, index);
}

/* By which traits an offer restricts is the person's matter: it is a check, and never a score. */
static bool refuse_trait(const field *f, err *e)
{
    static const char TRAITS[] = "restrictions.";
    return f->side != SIDE_OFFER || strncmp(f->path, TRAITS, sizeof(TRAITS) - 1) != 0 ||
           fail(e, ERR_PLUGIN_MANIFEST,
                "\"%s\" tells protected traits, which are never given to plugins nor scored",
                f->path);
}

static bool resolve_columns(const collection *c, const plugin_entry *p, record_side side,
                            uint16_t *ret, uint32_t *ret_count, err *e)
{
    const match_program *program = &c->r->program;
    const char *where = side == SIDE_SEEKER ? "columns/seeker" : "columns/offer";
    for (uint32_t i = 0; i < p->manifest.column_count[side]; i++) {
        bytes path = p->manifest.columns[side][i];
        uint16_t column = program_column(program, side, path.base);
        if (column == UINT16_MAX) {
            return refuse_field(e, side, path, where, i);
        }
        const field *f = program->columns[side].columns[column].field;
        if (f->type == LOTSE_PLACE) {
            fail(e, ERR_PLUGIN_MANIFEST, "\"%s\" is a place, and places are never given to plugins",
                 path.base);
            err_hint(e, "Set \"uses_km\" of the criterion and read the distance.");
            return err_path(e, "/%s/%u", where, i);
        }
        if (!refuse_trait(f, e)) {
            return err_path(e, "/%s/%u", where, i);
        }
        ret[i] = is_granted(c->r, p, f) ? column : UINT16_MAX;
    }
    *ret_count = p->manifest.column_count[side];
    return true;
}

static bool resolve_derived(collection *c, const plugin_entry *p, err *e)
{
    for (uint32_t i = 0; i < c->spec_count; i++) {
        derived_spec *spec = &c->specs[i];
        size_t id_len = p->manifest.id.len;
        if (strncmp(spec->path, p->manifest.id.base, id_len) != 0 ||
            !is_text(spec->path + id_len + 1, spec->field_id)) {
            continue;
        }
        if (!resolve_columns(c, p, spec->side, spec->columns, &spec->column_count, e)) {
            return false;
        }
        uint32_t stored_count = c->r->program.columns[spec->side].stored_count;
        for (uint32_t j = 0; j < spec->column_count; j++) {
            if (spec->columns[j] != UINT16_MAX && spec->columns[j] >= stored_count) {
                return fail(e, ERR_PLUGIN_MANIFEST,
                            "\"%s\" is derived itself: a derived field rests on stored ones",
                            p->manifest.columns[spec->side][j].base);
            }
        }
    }
    return true;
}

/* The keys that may stand for one are of the list that joins the gate. */
static bool resolve_waiver(const match_program *p, const manifest_gate *from, gate *g, err *e)
{
    if (from->waived_by.base == NULL) {
        return true;
    }
    uint16_t column = program_column(p, SIDE_OFFER, from->waived_by.base);
    const field *f = column == UINT16_MAX ? NULL : p->columns[SIDE_OFFER].columns[column].field;
    const field *joined =
        g->offer_key == UINT16_MAX ? NULL : p->columns[SIDE_OFFER].columns[g->offer_key].field;
    uint32_t key = 0;
    bool fits = f != NULL && joined != NULL && f->type == LOTSE_CODE_LIST && f->codes != NULL &&
                f->codes == joined->codes && code_find(f->codes, from->waived_key, &key);
    if (!fits) {
        return fail(e, ERR_PLUGIN_MANIFEST,
                    "\"%s\" is no list of the codes that join this gate, or has no code \"%s\"",
                    from->waived_by.base, from->waived_key.base);
    }
    g->waive_column = column;
    g->waived_key = (int32_t)key;
    g->waive_param = from->waive_param;
    g->waive_kinds = from->waive_kinds;
    return true;
}

static bool resolve_gates(collection *c, const plugin_entry *p, err *e)
{
    const manifest *m = &p->manifest;
    for (uint32_t i = 0; i < m->gate_count; i++) {
        const manifest_gate *from = &m->gates[i];
        if (c->gate_count == GATE_COUNT_MAX) {
            return fail(e, ERR_TOO_LARGE, "there are more than %d gates in all", GATE_COUNT_MAX);
        }
        gate *g = &c->gates[c->gate_count];
        if (!gate_resolve(&c->r->program, from->seeker_paths, from->seeker_path_count, from->op,
                          from->offer_paths, from->offer_path_count, g, e)) {
            e->code = ERR_PLUGIN_MANIFEST;
            return err_path(e, "/gates/%u", i);
        }
        g->criterion = m->id.base;
        g->id = from->id.base;
        g->unknown_is_yes = from->unknown_is_yes;
        g->is_inferred = from->is_inferred;
        if (!resolve_waiver(&c->r->program, from, g, e)) {
            return err_path(e, "/gates/%u/waived", i);
        }
        g->kinds = from->kinds;
        g->plugin = p->program_index;
        g->text = i;
        c->gate_count++;
    }
    return true;
}

static const field *column_field(const match_program *p, record_side side, uint16_t column)
{
    return column == UINT16_MAX ? NULL : p->columns[side].columns[column].field;
}

static bool bound_types_fit(const manifest_bound *b, const field *s, const field *o)
{
    switch (b->kind) {
    case BOUND_SHARE_OF:
        return s->type == o->type && s->codes == o->codes &&
               (s->type == LOTSE_CONCEPT_SET || s->type == LOTSE_CODE_SET) &&
               (s->role == FIELD_WISH) != (o->role == FIELD_WISH);
    case BOUND_PREFIX:
        return s->type == LOTSE_CONCEPT_SET && o->type == LOTSE_CONCEPT;
    case BOUND_LINEAR_DOWN:
        return s->type == o->type &&
               (s->type == LOTSE_PLACE ? b->max == 0 : s->type == LOTSE_DAY && b->max > 0);
    case BOUND_LINEAR_UP:
        return s->type == o->type && s->codes == o->codes &&
               (s->type == LOTSE_INT ||
                (s->type == LOTSE_CODE && s->codes != NULL && s->codes->is_ordered));
    case BOUND_ZERO_WITHOUT: {
        uint32_t type = s != NULL ? s->type : o->type;
        return type == LOTSE_FLAG || type == LOTSE_CODE_SET || type == LOTSE_CONCEPT_SET;
    }
    case BOUND_NONE:
        break;
    }
    return false;
}

static bool resolve_inferred(const match_program *p, const manifest_bound *from,
                             bound_inferred *ret, err *e)
{
    *ret = (bound_inferred){.from_count = from->from_count,
                            .essential_param = from->essential_param,
                            .optional_param = from->optional_param,
                            .near_param = from->near_param};
    for (uint32_t i = 0; i < from->from_count; i++) {
        uint16_t column = program_column(p, SIDE_SEEKER, from->from_paths[i].base);
        const field *f = column_field(p, SIDE_SEEKER, column);
        bool is_list = f != NULL && column < p->columns[SIDE_SEEKER].stored_count &&
                       (f->type == LOTSE_CONCEPT_LIST || f->type == LOTSE_CONCEPT_SET);
        if (!is_list) {
            return fail(e, ERR_PLUGIN_MANIFEST, "\"%s\" is no list of concepts of a seeker",
                        from->from_paths[i].base);
        }
        ret->from[i] = column;
    }
    return true;
}

static bool resolve_bounds(const collection *c, const manifest *m, criterion_spec *ret, err *e)
{
    const match_program *p = &c->r->program;
    for (uint32_t i = 0; i < m->bound_count; i++) {
        const manifest_bound *from = &m->bounds[i];
        uint16_t columns[2] = {UINT16_MAX, UINT16_MAX};
        const bytes paths[2] = {from->seeker_path, from->offer_path};
        for (uint32_t side = 0; side < 2; side++) {
            if (paths[side].base == NULL) {
                continue;
            }
            columns[side] = program_column(p, (record_side)side, paths[side].base);
            if (columns[side] == UINT16_MAX) {
                return refuse_field(e, (record_side)side, paths[side], "criterion/bounds", i);
            }
            if (!refuse_trait(p->columns[side].columns[columns[side]].field, e)) {
                return err_path(e, "/criterion/bounds/%u", i);
            }
        }
        if (!bound_types_fit(from, column_field(p, SIDE_SEEKER, columns[SIDE_SEEKER]),
                             column_field(p, SIDE_OFFER, columns[SIDE_OFFER]))) {
            fail(e, ERR_PLUGIN_MANIFEST, "the fields of this bound are not of the types it takes");
            return err_path(e, "/criterion/bounds/%u", i);
        }
        ret->bounds[i] = (bound){.kind = from->kind,
                                 .seeker_column = columns[SIDE_SEEKER],
                                 .offer_column = columns[SIDE_OFFER],
                                 .otherwise = from->otherwise,
                                 .max = from->max,
                                 .max_param = from->max_param,
                                 .digits = from->digits,
                                 .crosswalk_param = from->crosswalk_param};
        if (!resolve_inferred(p, from, &ret->bounds[i].inferred, e)) {
            return err_path(e, "/criterion/bounds/%u/inferred/from", i);
        }
    }
    ret->bound_count = m->bound_count;
    return true;
}

static bool resolve_criterion(collection *c, const plugin_entry *p, err *e)
{
    const manifest *m = &p->manifest;
    if (!m->has_criterion) {
        return true;
    }
    criterion_spec *spec = &c->criteria[c->criterion_count];
    *spec = (criterion_spec){.id = m->id.base,
                             .plugin = p->program_index,
                             .factory = p->cage != NULL ? cage_criterion_factory()
                                                        : p->entry->get_factory(LOTSE_CRITERION_1),
                             .cage = p->cage == NULL ? NULL : cage_program(p->cage),
                             .uses_km = m->uses_km,
                             .cost = m->cost};
    for (uint32_t side = 0; side < 2; side++) {
        if (!resolve_columns(c, p, (record_side)side, spec->columns[side],
                             &spec->column_count[side], e)) {
            return false;
        }
    }
    if (!resolve_bounds(c, m, spec, e)) {
        return false;
    }
    c->criterion_count++;
    return true;
}

/* ------------------------------------------------------------------------------------ the whole */

static bool blame(plugin_entry *p, const err *why, err *e)
{
    if (why->code == ERR_MEMORY) {
        *e = *why;
        return false;
    }
    p->info.state = PLUGIN_FAILED;
    p->info.why = *why;
    p->program_index = UINT32_MAX;
    plugin_life_move(p->cage != NULL ? cage_life(p->cage) : &p->life, PLUGIN_FAILED);
    return true;
}

static bool make_memory(collection *c, err *e)
{
    arena *a = &c->r->arena;
    c->specs = arena_make_array(a, DERIVED_COUNT_MAX, derived_spec);
    c->gates = arena_make_array(a, GATE_COUNT_MAX, gate);
    c->criteria = arena_make_array(a, PLUGIN_COUNT_MAX, criterion_spec);
    if (c->specs == NULL || c->gates == NULL || c->criteria == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a program");
    }
    return true;
}

static bool make_columns(collection *c, err *e)
{
    match_program *p = &c->r->program;
    for (uint32_t side = 0; side < 2; side++) {
        if (!program_columns_make((record_side)side, c->picks[side], c->pick_count[side],
                                  c->ext[side], c->ext_count[side], &c->r->arena, &p->columns[side],
                                  e) ||
            !program_columns_derive(&p->columns[side], c->fields[side], c->derived[side],
                                    c->field_count[side], &c->r->arena, e)) {
            return false;
        }
    }
    return true;
}

/* *ret_is_whole: false when a plugin failed on the way, so that it has to be tried again. */
static bool try_program(collection *c, bool *ret_is_whole, err *e)
{
    registry *r = c->r;
    err why = {0};
    *ret_is_whole = false;
    if (!make_memory(c, e)) {
        return false;
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < r->plugin_count; i++) {
        plugin_entry *p = &r->plugins[i];
        if (!registry_takes_part(p)) {
            continue;
        }
        p->program_index = count++;
        if (!add_fields(c, p, &why)) {
            return blame(p, &why, e);
        }
    }
    if (!make_columns(c, e)) {
        return false;
    }
    c->gate_count = program_core_gates(&r->program, c->gates);
    for (uint32_t i = 0; i < r->plugin_count; i++) {
        plugin_entry *p = &r->plugins[i];
        if (registry_takes_part(p) && (!resolve_derived(c, p, &why) || !resolve_gates(c, p, &why) ||
                                       !resolve_criterion(c, p, &why))) {
            return blame(p, &why, e);
        }
    }
    *ret_is_whole = true;
    return true;
}

static bool list_plugins(registry *r, err *e)
{
    program_plugin *plugins = arena_make_array(&r->arena, r->plugin_count, program_plugin);
    if (plugins == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a program");
    }
    uint64_t generation =
        r->program.columns[SIDE_SEEKER].hash ^ (r->program.columns[SIDE_OFFER].hash << 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < r->plugin_count; i++) {
        const plugin_entry *p = &r->plugins[i];
        if (!registry_takes_part(p)) {
            continue;
        }
        check(p->program_index == count);
        r->manifests[count] = &p->manifest;
        plugins[count++] =
            (program_plugin){p->manifest.id.base, p->manifest.version.base, p->info.hash};
        uint64_t parts[2] = {generation, bytes_hash(bytes_of(p->info.hash))};
        generation = bytes_hash((bytes){(const char *)parts, sizeof(parts)});
    }
    if (r->program.knowledge != NULL) {
        uint64_t parts[2] = {generation, knowledge_mark(r->program.knowledge)};
        generation = bytes_hash((bytes){(const char *)parts, sizeof(parts)});
    }
    r->program.plugins = plugins;
    r->program.plugin_count = count;
    r->program.generation = generation;
    return true;
}

static bool list_ext(registry *r, const collection *c, err *e)
{
    uint32_t count = c->ext_count[0] + c->ext_count[1];
    ext_key *keys = arena_make_array(&r->arena, count, ext_key);
    if (keys == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a program");
    }
    uint32_t at = 0;
    for (uint32_t side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < c->ext_count[side]; i++) {
            const field *f = c->ext[side][i];
            keys[at++] =
                (ext_key){f->path + strlen("ext."), f->side, f->type, f->codes, f->is_sensitive};
        }
    }
    r->ext = (ext_keys){keys, count};
    return true;
}

bool registry_make_program(registry *r, err *e)
{
    bool is_whole = false;
    collection *c = arena_make(&r->arena, collection);
    if (c == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a program");
    }
    /* Each try that is not whole fails one plugin. */
    for (uint32_t i = 0; i <= r->plugin_count && !is_whole; i++) {
        *c = (collection){.r = r};
        if (!try_program(c, &is_whole, e)) {
            return false;
        }
    }
    check(is_whole);
    r->program.gates = c->gates;
    r->program.gate_count = c->gate_count;
    r->program.criteria = c->criteria;
    r->program.criterion_count = c->criterion_count;
    r->program.derived = c->specs;
    r->program.derived_count = c->spec_count;
    return list_plugins(r, e) && list_ext(r, c, e);
}

bool registry_is_granted(const registry *r, uint32_t index, record_side side, bytes path)
{
    check(index < r->plugin_count);
    uint16_t column = program_column(&r->program, side, path.base);
    return column != UINT16_MAX &&
           is_granted(r, &r->plugins[index], r->program.columns[side].columns[column].field);
}
