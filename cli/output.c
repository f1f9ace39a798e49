/* What a person sees: colour where a terminal wants it, tables, progress. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "cli/cli.h"

bool output_is_colour(FILE *out)
{
    const char *no_colour = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    if (no_colour != NULL && no_colour[0] != '\0') {
        return false;
    }
    return isatty(fileno(out)) != 0 && term != NULL && strcmp(term, "dumb") != 0;
}

void output_tone(FILE *out, tone t)
{
    static const char *const CODES[] = {"\033[0m",  "\033[1m",  "\033[32m",
                                        "\033[33m", "\033[31m", "\033[2m"};
    if (output_is_colour(out)) {
        fputs(CODES[t], out);
    }
}

void output_toned(FILE *out, tone t, bytes text)
{
    output_tone(out, t);
    fwrite(text.base, 1, text.len, out);
    output_tone(out, TONE_PLAIN);
}

struct table {
    const char *const *titles;
    uint32_t column_count;
    uint32_t cell_count;
    bytes *cells;
    uint32_t cap;
    arena texts;
};

table *table_new(const char *const *titles, uint32_t column_count)
{
    table *t = mem_new(sizeof *t);
    if (t != NULL) {
        t->titles = titles;
        t->column_count = column_count;
    }
    return t;
}

void table_put(table *t, bytes cell)
{
    if (t == NULL) {
        return;
    }
    if (t->cell_count == t->cap) {
        uint32_t cap = t->cap == 0 ? 64 : t->cap * 2;
        bytes *cells = mem_resize(t->cells, t->cap * sizeof *cells, cap * sizeof *cells);
        if (cells == NULL) {
            return;
        }
        t->cells = cells;
        t->cap = cap;
    }
    t->cells[t->cell_count++] = arena_copy(&t->texts, cell);
}

static void print_padded(FILE *out, bytes text, size_t width, bool is_last)
{
    fwrite(text.base, 1, text.len, out);
    if (is_last) {
        return;
    }
    for (size_t used = utf8_columns(text); used < width + 2; used++) {
        fputc(' ', out);
    }
}

static void print_aligned(const table *t, FILE *out)
{
    enum { COLUMN_MAX = 16 };
    size_t widths[COLUMN_MAX] = {0};
    uint32_t columns = t->column_count < COLUMN_MAX ? t->column_count : COLUMN_MAX;
    for (uint32_t i = 0; i < columns; i++) {
        widths[i] = utf8_columns(bytes_of(t->titles[i]));
    }
    for (uint32_t i = 0; i < t->cell_count; i++) {
        size_t width = utf8_columns(t->cells[i]);
        if (width > widths[i % columns]) {
            widths[i % columns] = width;
        }
    }
    output_tone(out, TONE_DIM);
    for (uint32_t i = 0; i < columns; i++) {
        print_padded(out, bytes_of(t->titles[i]), widths[i], i + 1 == columns);
    }
    output_tone(out, TONE_PLAIN);
    fputc('\n', out);
    for (uint32_t i = 0; i < t->cell_count; i++) {
        bool is_last = i % columns + 1 == columns;
        print_padded(out, t->cells[i], widths[i % columns], is_last);
        if (is_last) {
            fputc('\n', out);
        }
    }
}

void table_print(table *t, FILE *out)
{
    if (t == NULL) {
        return;
    }
    if (isatty(fileno(out)) != 0) {
        print_aligned(t, out);
        return;
    }
    for (uint32_t i = 0; i < t->cell_count; i++) {
        fwrite(t->cells[i].base, 1, t->cells[i].len, out);
        fputc((i + 1) % t->column_count == 0 ? '\n' : '\t', out);
    }
}

void table_free(table **t)
{
    if (*t != NULL) {
        arena_fini(&(*t)->texts);
        mem_free((*t)->cells);
        mem_free(*t);
        *t = NULL;
    }
}

progress progress_start(const cli *c)
{
    return (progress){.started_ns = clock_monotonic_ns(),
                      .is_on = !c->is_quiet && isatty(STDERR_FILENO) != 0};
}

void progress_draw(progress *p, uint64_t done, uint64_t total, const char *what)
{
    int64_t now = clock_monotonic_ns();
    if (!p->is_on || now - p->drawn_ns < 100000000) {
        return;
    }
    p->drawn_ns = now;
    p->is_drawn = true;
    double seconds = (double)(now - p->started_ns) / 1e9;
    if (total > 0 && done > 0) {
        double left = seconds * ((double)total - (double)done) / (double)done;
        fprintf(stderr, "\r\033[K%s: %3.0f %%, %.0f s left", what,
                100.0 * (double)done / (double)total, left);
    } else {
        fprintf(stderr, "\r\033[K%s: %llu, %.0f s", what, (unsigned long long)done, seconds);
    }
    fflush(stderr);
}

void progress_end(progress *p)
{
    if (p->is_drawn) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
}
