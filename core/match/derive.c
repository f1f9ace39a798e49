#include "match/derive.h"

#include <string.h>

#include "base/check.h"
#include "match/segment_file.h"

enum { DERIVE_ROW_MAX = 1024 };

struct derive_set {
    const match_program *program;
    const lotse_field **fields; /* by index into program.derived */
    uint64_t missing;
    err_code missing_why;
};

static const lotse_params no_params = {.size = sizeof no_params, .params_offset = sizeof no_params};

bool derive_set_new(const match_program *p, derive_set **ret, err *e)
{
    derive_set *d = mem_new(sizeof *d);
    const lotse_field **fields = mem_new(p->derived_count * sizeof(const lotse_field *));
    if (d == NULL || fields == NULL) {
        mem_free(d);
        mem_free(fields);
        return fail(e, ERR_MEMORY, "no memory for %u derived fields", p->derived_count);
    }
    d->program = p;
    d->fields = fields;
    for (uint32_t i = 0; i < p->derived_count; i++) {
        const derived_spec *spec = &p->derived[i];
        lotse_error why = {.size = sizeof why};
        fields[i] = spec->factory->create(program_host_of(p, spec->cage), spec->field_id, &why);
        bool is_good = fields[i] != NULL;
        if (is_good && fields[i]->configure != NULL) {
            const lotse_params *params = spec->params == NULL ? &no_params : spec->params;
            is_good = fields[i]->configure(fields[i]->self, params, &why) == LOTSE_OK;
        }
        if (!is_good) {
            derive_set_free(&d);
            why.sentence[sizeof why.sentence - 1] = '\0';
            return fail(e, ERR_PLUGIN_FAULT, "could not make the derived field \"%s\": %s",
                        spec->path, why.sentence);
        }
    }
    *ret = d;
    return true;
}

void derive_set_free(derive_set **d)
{
    if (*d == NULL) {
        return;
    }
    for (uint32_t i = 0; i < (*d)->program->derived_count; i++) {
        if ((*d)->fields[i] != NULL) {
            (*d)->fields[i]->destroy((*d)->fields[i]->self);
        }
    }
    mem_free((*d)->fields);
    mem_free(*d);
    *d = NULL;
}

/* One derived column: called in pieces, so that the plugin's answers stay in the cache. */
static bool derive_column(derive_set *d, uint32_t index, const table_view *view,
                          const uint32_t *rows, uint32_t row_count, day as_of, char *values,
                          uint64_t *known, err *e)
{
    const derived_spec *spec = &d->program->derived[index];
    uint32_t width = column_width(spec->type);
    uint32_t piece[DERIVE_ROW_MAX];
    uint8_t answers[DERIVE_ROW_MAX];
    for (uint32_t at = 0; at < row_count; at += DERIVE_ROW_MAX) {
        uint32_t count = row_count - at < DERIVE_ROW_MAX ? row_count - at : DERIVE_ROW_MAX;
        for (uint32_t i = 0; i < count; i++) {
            piece[i] = rows == NULL ? at + i : rows[at + i];
        }
        memset(answers, 0, count);
        const lotse_field *f = d->fields[index];
        lotse_status status = f->derive(f->self, &view->table, piece, count, as_of,
                                        values + (size_t)at * width, answers);
        if (status != LOTSE_OK && spec->cage != NULL) {
            memset(known, 0, ((size_t)row_count + 63) / 64 * sizeof *known);
            d->missing |= 1ULL << index % DERIVE_BIT_COUNT;
            d->missing_why = spec->cage->why(spec->cage);
            return true;
        }
        if (status != LOTSE_OK) {
            return fail(e, ERR_PLUGIN_FAULT, "the derived field \"%s\" answered with status %d",
                        spec->path, (int)status);
        }
        for (uint32_t i = 0; i < count; i++) {
            if (answers[i] > 1) {
                return fail(e, ERR_PLUGIN_FAULT, "the derived field \"%s\" answered known = %u",
                            spec->path, answers[i]);
            }
            known[(at + i) >> 6] |= (uint64_t)answers[i] << ((at + i) & 63u);
        }
    }
    return true;
}

bool derive_rows(derive_set *d, const segment *s, const uint32_t *rows, uint32_t row_count,
                 day as_of, uint64_t needed, arena *a, const lotse_table **ret, err *e)
{
    const match_program *p = d->program;
    const column_set *set = &p->columns[segment_side(s)];
    uint32_t count = set->count - set->stored_count;
    if (count == 0 || needed == 0) {
        *ret = NULL;
        return true;
    }
    lotse_table *table = arena_new(a, sizeof *table + count * sizeof(lotse_column));
    table_view *view = arena_make(a, table_view);
    if (table == NULL || view == NULL) {
        return fail(e, ERR_MEMORY, "no memory for derived fields");
    }
    *table = (lotse_table){.size = sizeof *table,
                           .side = segment_side(s),
                           .row_count = row_count,
                           .column_count = count,
                           .columns_offset = sizeof *table};
    lotse_column *columns = (lotse_column *)(table + 1);
    for (uint32_t i = 0; i < count; i++) {
        if ((needed >> i % DERIVE_BIT_COUNT & 1u) == 0) {
            continue; /* type 0: unknown */
        }
        int32_t index = set->columns[set->stored_count + i].derived;
        check(index >= 0);
        const derived_spec *spec = &p->derived[index];
        uint32_t width = column_width(spec->type);
        char *values = arena_array(a, row_count, width);
        uint64_t *known = arena_make_array(a, ((size_t)row_count + 63) / 64, uint64_t);
        if (values == NULL || known == NULL) {
            return fail(e, ERR_MEMORY, "no memory for derived fields");
        }
        table_view_rows(view, p, s, NULL, spec->columns, spec->column_count);
        if (!derive_column(d, (uint32_t)index, view, rows, row_count, as_of, values, known, e)) {
            return false;
        }
        columns[i] =
            (lotse_column){.type = spec->type,
                           .stride = width,
                           .offset = (uint64_t)((uintptr_t)values - (uintptr_t)table),
                           .known_offset = (uint64_t)((uintptr_t)known - (uintptr_t)table)};
    }
    *ret = table;
    return true;
}

uint64_t derive_take_missing(derive_set *d, err_code *ret_why)
{
    uint64_t missing = d->missing;
    *ret_why = d->missing_why;
    d->missing = 0;
    return missing;
}

uint64_t derive_bit(const match_program *p, record_side side, uint16_t column)
{
    const column_set *set = &p->columns[side];
    if (column == UINT16_MAX || column < set->stored_count) {
        return 0;
    }
    return 1ULL << (column - set->stored_count) % DERIVE_BIT_COUNT;
}
