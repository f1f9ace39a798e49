/* Tables of others, with a mapping file that says which column leads where. */
#include "import/csv_map.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"

enum { PIECE_LEN = 16 * 1024 };

typedef struct mapped {
    csv_map map;
    table_reader table;
    iconv_t recoder;
    bool has_recoder;
    buf rest; /* an unfinished character */
    uint64_t row_count;
} mapped;

/* ------------------------------------------------------------------------------------ rows */

/* The decoder's pointer means nothing to somebody who has a table: name the column as well. */
static void explain_refusal(import_run *r, err *why)
{
    mapped *m = r->state;
    const map_column *found = NULL;
    uint32_t found_count = 0;
    buf pointer = {0};
    for (uint32_t i = 0; i < m->map.column_count; i++) {
        const map_column *c = &m->map.columns[i];
        buf_clear(&pointer);
        csv_map_pointer(c->target, &pointer);
        size_t len = strlen(buf_terminated(&pointer));
        bool leads_there = c->target->row == m->row_count && len > 0 &&
                           strncmp(why->path, pointer.base, len) == 0 &&
                           (why->path[len] == '\0' || why->path[len] == '/');
        found = leads_there ? c : found;
        found_count += leads_there;
    }
    buf_fini(&pointer);
    if (found_count == 1) {
        err old = *why;
        fail(why, old.code, "column \"%s\": %s", found->title, old.text);
        err_detail(why, "%s", old.detail);
        err_hint(why, "%s", old.hint);
        err_path(why, "%s", old.path);
    }
}

static bool refuse_cells(import_run *r, const map_column *c, uint64_t line, bytes id, err *why,
                         err *e)
{
    if (why->code == ERR_MEMORY) {
        *e = *why;
        return false;
    }
    if (why->code == ERR_FIELD_CODE) {
        run_count_key(&r->unmapped_codes, bytes_of(c->title));
    }
    run_refuse(r, line, id, why);
    return true;
}

static bool on_row(table_reader *t, const bytes *cells, uint32_t cell_count, uint64_t line, err *e)
{
    import_run *r = t->run;
    mapped *m = r->state;
    err why = {0};
    buf id = {0};
    buf record = {0};
    const map_column *broken = NULL;
    bytes number = table_cell(t, cells, cell_count, m->map.id_title);
    m->row_count++;
    if (number.base == NULL) {
        fail(&why, ERR_FIELD_MISSING, "column \"%s\": the row has no id",
             m->map.titles[m->map.id_title].title);
        run_refuse(r, line, (bytes){NULL, 0}, &why);
        return true;
    }
    buf_text(&id, m->map.id_prefix);
    buf_put(&id, number.base, number.len);
    for (uint32_t i = 0; i < m->map.column_count && broken == NULL; i++) {
        const map_column *c = &m->map.columns[i];
        bytes cell = table_cell(t, cells, cell_count, m->map.column_titles[i]);
        if (cell.base != NULL && !csv_map_put_cell(c, cell, m->row_count, &why)) {
            broken = c;
        }
    }
    bool is_taken = true;
    if (broken != NULL) {
        is_taken = refuse_cells(r, broken, line, buf_bytes(&id), &why, e);
    } else {
        csv_map_write(&m->map, buf_bytes(&id), m->row_count, &record);
        is_taken = id.failed || record.failed
                       ? fail(e, ERR_MEMORY, "could not read the row: no memory")
                       : run_take_text(r, buf_bytes(&record), line, 0, e);
    }
    buf_fini(&id);
    buf_fini(&record);
    return is_taken;
}

/* ------------------------------------------------------------------------------------ the run */

static bool mapped_begin(import_run *r, err *e)
{
    if (r->options.map.base == NULL) {
        fail(e, ERR_IMPORT_MAP, "a table of format \"csv\" needs a mapping file");
        return err_hint(e,
                        "It says which column leads where; core/import/README.md has an example.");
    }
    mapped *m = mem_new(sizeof *m);
    if (m == NULL) {
        return fail(e, ERR_MEMORY, "could not start the import: no memory");
    }
    r->state = m;
    if (!csv_map_read(&m->map, r->options.map, r->options.ext, e)) {
        return false;
    }
    if (m->map.encoding != NULL) {
        m->recoder = iconv_open("UTF-8", m->map.encoding);
        m->has_recoder = m->recoder != (iconv_t)-1;
        if (!m->has_recoder) {
            fail(e, ERR_IMPORT_MAP, "this machine cannot read the encoding %s", m->map.encoding);
            return err_path(e, "/encoding");
        }
    }
    table_begin(&m->table, r, m->map.titles, m->map.title_count);
    m->table.delimiter = m->map.delimiter;
    m->table.is_ragged = true;
    m->table.on_row = on_row;
    r->explain = explain_refusal;
    return true;
}

/* A byte that no UTF-8 text has: the row it stands in is refused, and no other. */
static const bytes BROKEN = {"\xff", 1};

static bool feed_recoded(mapped *m, err *e)
{
    char out[PIECE_LEN];
    char *in = m->rest.base;
    size_t left = m->rest.len;
    int why = 0;
    while (left > 0 && why != EINVAL) {
        char *to = out;
        size_t room = sizeof out;
        why = iconv(m->recoder, &in, &left, &to, &room) == (size_t)-1 ? errno : 0;
        if (to > out && !table_feed(&m->table, (bytes){out, (size_t)(to - out)}, e)) {
            return false;
        }
        if (why == EILSEQ) {
            size_t skipped = left < m->map.unit_len ? left : m->map.unit_len;
            in += skipped;
            left -= skipped;
            if (!table_feed(&m->table, BROKEN, e)) {
                return false;
            }
        }
    }
    memmove(m->rest.base, in, left);
    m->rest.len = left;
    return true;
}

static bool mapped_feed(import_run *r, bytes piece, err *e)
{
    mapped *m = r->state;
    if (!m->has_recoder) {
        return table_feed(&m->table, piece, e);
    }
    buf_put(&m->rest, piece.base, piece.len);
    if (m->rest.failed) {
        return fail(e, ERR_MEMORY, "could not read the file: no memory");
    }
    return feed_recoded(m, e);
}

static bool mapped_finish(import_run *r, err *e)
{
    mapped *m = r->state;
    if (m->rest.len > 0 && !table_feed(&m->table, BROKEN, e)) {
        return false; /* half a character at the end */
    }
    return table_finish(&m->table, e);
}

static void mapped_end(import_run *r)
{
    mapped *m = r->state;
    if (m != NULL) {
        if (m->has_recoder) {
            (void)iconv_close(m->recoder); /* it was open */
        }
        csv_map_fini(&m->map);
        table_fini(&m->table);
        buf_fini(&m->rest);
        mem_free(m);
        r->state = NULL;
    }
}

const import_reader IMPORT_CSV = {
    "csv",
    "any table with a header row, with a mapping file that says which column leads where",
    NULL,
    mapped_begin,
    mapped_feed,
    mapped_finish,
    mapped_end,
};
