/* The report of congestion as one page: plots drawn here, no script, nothing fetched. Each plot has
 * its figures as a table below it, for readers and for screen readers. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/batch.h"

enum { PLOT_WIDTH = 640, BAR_HEIGHT = 18, BAR_GAP = 6, LABEL_WIDTH = 190, VALUE_WIDTH = 90 };

static void put_escaped(buf *out, bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.base[i];
        if (c == '<') {
            buf_text(out, "&lt;");
        } else if (c == '>') {
            buf_text(out, "&gt;");
        } else if (c == '&') {
            buf_text(out, "&amp;");
        } else if (c == '"') {
            buf_text(out, "&quot;");
        } else {
            buf_char(out, c);
        }
    }
}

static bool number_of(const json_node *n, const char *key, double *ret)
{
    const json_node *found = n == NULL ? NULL : json_member(n, key);
    if (found == NULL || json_type_of(found) != JSON_NUMBER) {
        return false;
    }
    *ret = json_number(found);
    return true;
}

/* ------------------------------------------------------------------------------------ plots */

/* Horizontal bars, one an entry of an array: label and value. Entries without a value say why. */
typedef struct bars {
    const char *title;
    const json_node *entries;
    const char *label; /* key */
    const char *value; /* key */
    double factor;
    const char *format;
} bars;

static double greatest_of(const bars *b)
{
    double most = 0;
    for (const json_node *n = json_child(b->entries); n != NULL; n = json_next(n)) {
        double value = 0;
        if (number_of(n, b->value, &value) && value > most) {
            most = value;
        }
    }
    return most;
}

static void put_label(buf *out, const json_node *n, const char *key)
{
    double from = 0;
    double to = 0;
    if (key != NULL) {
        put_escaped(out, batch_text(n, key));
    } else if (!number_of(n, "from", &from)) {
        buf_text(out, "-");
    } else if (!number_of(n, "to", &to)) {
        buf_print(out, "%.0f and more", from);
    } else if (from >= to) {
        buf_print(out, "%.0f", from);
    } else {
        buf_print(out, "%.0f to %.0f", from, to);
    }
}

static void put_bar(buf *out, const bars *b, const json_node *n, uint32_t index, double most)
{
    double value = 0;
    uint32_t y = index * (BAR_HEIGHT + BAR_GAP);
    double room = PLOT_WIDTH - LABEL_WIDTH - VALUE_WIDTH;
    buf_print(out, "<text x=\"%d\" y=\"%u\" class=\"l\">", LABEL_WIDTH - 8, y + BAR_HEIGHT - 5);
    put_label(out, n, b->label);
    buf_text(out, "</text>");
    if (!number_of(n, b->value, &value)) {
        buf_print(out, "<text x=\"%d\" y=\"%u\" class=\"n\">too few people to tell</text>",
                  LABEL_WIDTH, y + BAR_HEIGHT - 5);
        return;
    }
    double width = most <= 0 ? 0 : room * value / most;
    buf_print(out, "<rect x=\"%d\" y=\"%u\" width=\"%.1f\" height=\"%d\"/>", LABEL_WIDTH, y, width,
              BAR_HEIGHT);
    buf_print(out, "<text x=\"%.1f\" y=\"%u\" class=\"v\">", LABEL_WIDTH + width + 6,
              y + BAR_HEIGHT - 5);
    char text[32];
    (void)snprintf(text, sizeof text, b->format, value * b->factor); /* numbers are short */
    put_escaped(out, bytes_of(text));
    buf_text(out, "</text>");
}

static void put_bars(buf *out, const bars *b)
{
    uint32_t count = (uint32_t)json_count(b->entries);
    double most = greatest_of(b);
    uint32_t index = 0;
    if (count == 0) {
        return;
    }
    buf_print(out, "<figure><figcaption>%s</figcaption>", b->title);
    buf_print(
        out,
        "<svg role=\"img\" aria-label=\"%s\" viewBox=\"0 0 %d %u\" width=\"%d\" height=\"%u\">",
        b->title, PLOT_WIDTH, count * (BAR_HEIGHT + BAR_GAP), PLOT_WIDTH,
        count * (BAR_HEIGHT + BAR_GAP));
    for (const json_node *n = json_child(b->entries); n != NULL; n = json_next(n)) {
        put_bar(out, b, n, index++, most);
    }
    buf_text(out, "</svg></figure>\n");
}

/* ------------------------------------------------------------------------------------ tables */

typedef struct page_column {
    const char *title;
    const char *key;
    double factor;
    const char *format; /* NULL: a text */
} page_column;

static void put_cell(buf *out, const json_node *n, const page_column *c)
{
    double value = 0;
    char text[32];
    if (c->format == NULL) {
        buf_text(out, "<th scope=\"row\">");
        put_escaped(out, batch_text(n, c->key));
        buf_text(out, "</th>");
        return;
    }
    if (number_of(n, c->key, &value)) {
        (void)snprintf(text, sizeof text, c->format, value * c->factor); /* numbers are short */
    } else {
        memcpy(text, "-", sizeof "-");
    }
    buf_text(out, "<td>");
    put_escaped(out, bytes_of(text));
    buf_text(out, "</td>");
}

static void put_table(buf *out, const json_node *entries, const page_column *columns,
                      uint32_t column_count)
{
    buf_text(out, "<table><thead><tr>");
    for (uint32_t i = 0; i < column_count; i++) {
        buf_print(out, "<th scope=\"col\">%s</th>", columns[i].title);
    }
    buf_text(out, "</tr></thead><tbody>\n");
    for (const json_node *n = json_child(entries); n != NULL; n = json_next(n)) {
        buf_text(out, "<tr>");
        for (uint32_t i = 0; i < column_count; i++) {
            put_cell(out, n, &columns[i]);
        }
        buf_text(out, "</tr>\n");
    }
    buf_text(out, "</tbody></table>\n");
}

static const page_column PLAN_COLUMNS[] = {
    {"plan", "plan", 1, NULL},
    {"people with a proposal", "with_proposal", 1, "%.0f"},
    {"worst fit", "worst_fit", 1e-4, "%.1f %%"},
    {"median fit", "median_fit", 1e-4, "%.1f %%"},
    {"proposals", "proposals", 1, "%.0f"},
    {"vacancies reached", "reached", 1, "%.0f"},
    {"reach", "reach", 100, "%.1f %%"},
};

static const page_column CELL_COLUMNS[] = {
    {"", "id", 1, NULL},
    {"people", "people", 1, "%.0f"},
    {"with a proposal", "with_proposal", 1, "%.0f"},
    {"worst fit", "worst_fit", 1e-4, "%.1f %%"},
    {"median fit", "median_fit", 1e-4, "%.1f %%"},
    {"vacancies", "vacancies", 1, "%.0f"},
    {"reached", "reached", 1, "%.0f"},
    {"reach", "reach", 100, "%.1f %%"},
    {"most people at one", "most_people", 1, "%.0f"},
};

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

/* ------------------------------------------------------------------------------------ the page */

static const char HEAD[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
    "style-src 'unsafe-inline'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>How crowded offers would be</title>\n<style>\n"
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;"
    "background:#fff}\n"
    "h2{margin-top:2.5rem;border-bottom:1px solid #999}figure{margin:1rem 0}"
    "figcaption{font-weight:bold}\n"
    "svg{max-width:100%;height:auto}svg rect{fill:#1f5f8b}svg text{font-size:12px;fill:#1a1a1a}"
    "svg .l{text-anchor:end}svg .n{fill:#595959}\n"
    "table{border-collapse:collapse;margin:1rem 0;font-size:.9rem}"
    "th,td{border:1px solid #bbb;padding:.2rem .5rem;text-align:right}th{text-align:left;"
    "background:#f2f2f2}\n</style></head><body>\n";

static void put_plan(buf *out, const json_node *p)
{
    const bars plots[] = {
        {"Vacancies by the number of people they would be proposed to",
         json_member(p, "vacancies_by_people"), NULL, "vacancies", 1, "%.0f"},
        {"Share of vacancies reached, by kind", json_member(p, "by_kind"), "id", "reach", 100,
         "%.1f %%"},
        {"Median fit, by the region people live in", json_member(p, "by_region"), "id",
         "median_fit", 1e-4, "%.1f %%"},
        {"Median fit, by target group", json_member(p, "by_target_group"), "id", "median_fit", 1e-4,
         "%.1f %%"},
    };
    buf_text(out, "<h2>");
    put_escaped(out, batch_text(p, "plan"));
    buf_text(out, "</h2>\n");
    for (uint32_t i = 0; i < COUNT(plots); i++) {
        put_bars(out, &plots[i]);
    }
    buf_text(out, "<details><summary>The figures</summary>\n<h3>By kind</h3>\n");
    put_table(out, json_member(p, "by_kind"), CELL_COLUMNS, COUNT(CELL_COLUMNS));
    buf_text(out, "<h3>By region</h3>\n");
    put_table(out, json_member(p, "by_region"), CELL_COLUMNS, COUNT(CELL_COLUMNS));
    buf_text(out, "<h3>By target group</h3>\n");
    put_table(out, json_member(p, "by_target_group"), CELL_COLUMNS, 5);
    buf_text(out, "</details>\n");
}

static void put_page(buf *out, const json_node *root)
{
    const json_node *spec = json_member(root, "spec");
    const json_node *plans = json_member(root, "plans");
    const bars reach = {
        "Share of vacancies proposed to anybody", plans, "plan", "reach", 100, "%.1f %%"};
    const bars placed = {"People with a proposal", plans, "plan", "with_proposal", 1, "%.0f"};
    const bars median = {"Median fit of those", plans, "plan", "median_fit", 1e-4, "%.1f %%"};
    buf_text(out, HEAD);
    buf_text(out, "<h1>How crowded offers would be</h1>\n<p>Strategy ");
    put_escaped(out, batch_text(spec, "strategy"));
    buf_text(out, ", ");
    put_escaped(out, batch_text(spec, "as_of"));
    buf_print(
        out,
        ": %.0f people, %.0f vacancies. <em>top_k</em> proposes everybody's best offers to "
        "everybody; the others hand out the free seats, one proposal for each person at most. "
        "Nothing here is decided: proposals are put before people. What would describe fewer "
        "than %.0f people is not told.</p>\n",
        (double)batch_int(root, "people"), (double)batch_int(root, "vacancies"),
        (double)batch_int(root, "hidden_below"));
    put_bars(out, &reach);
    put_bars(out, &placed);
    put_bars(out, &median);
    put_table(out, plans, PLAN_COLUMNS, COUNT(PLAN_COLUMNS));
    for (const json_node *p = json_child(plans); p != NULL; p = json_next(p)) {
        put_plan(out, p);
    }
    buf_text(out, "</body></html>\n");
}

bool batch_write_page(const char *path, const json_node *root, err *e)
{
    buf out = {0};
    put_page(&out, root);
    FILE *f = path == NULL ? stdout : fopen(path, "we");
    bool is_written = f != NULL && !out.failed && fwrite(out.base, 1, out.len, f) == out.len;
    if (f != NULL && fclose(f) != 0) {
        is_written = false;
    }
    buf_fini(&out);
    return is_written || fail(e, ERR_FILE, "could not write \"%.200s\": %s", path, strerror(errno));
}
