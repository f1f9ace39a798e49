/* A person's matches as a line of JSON or rows of CSV. A country's run writes tens of millions of
 * them, so what needs no escape is copied as it is: ids are made of letters, digits and ._:/- */
#include <stdio.h>
#include <string.h>

#include "engine/batch_state.h"

enum { MATCH_LEN_MAX = 512, LINE_LEN_MAX = 256 };

static char *put(char *at, const char *text, size_t len)
{
    memcpy(at, text, len);
    return at + len;
}

#define PUT(at, literal) put((at), (literal), sizeof(literal) - 1)

static char *put_bytes(char *at, bytes b)
{
    return b.len == 0 ? at : put(at, b.base, b.len);
}

static char *put_int(char *at, int32_t value)
{
    char digits[12];
    uint32_t count = 0;
    uint32_t left = (uint32_t)value; /* scores are never below 0 */
    do {
        digits[count++] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    while (count > 0) {
        *at++ = digits[--count];
    }
    return at;
}

/* One of a person's matches, from the matcher's edges or from its whole answers. */
typedef struct shown {
    bytes offer, intake;
    int32_t score;
    bool is_yes;
} shown;

static shown shown_of_edge(const batch_lines *l, const match_edge *edge)
{
    const segment *s = snapshot_segment(l->snapshot, SIDE_OFFER, edge->segment);
    uint32_t row = edge->row - l->first_rows[edge->segment];
    return (shown){segment_record_id(s, row), segment_intake_id(s, row), edge->score,
                   edge->verdict == VERDICT_YES};
}

static shown shown_of_hit(const match_hit *hit)
{
    return (shown){segment_record_id(hit->segment, hit->row),
                   segment_intake_id(hit->segment, hit->row), hit->score,
                   hit->verdict == VERDICT_YES};
}

/* ------------------------------------------------------------------------------------ CSV */

void batch_line_header(const batch_spec *spec, buf *out)
{
    if (spec->format == BATCH_CSV) {
        buf_text(out, "seeker,rank,offer,intake,score,verdict\n");
    }
}

static char *put_row(char *at, bytes who, uint32_t rank, const shown *m)
{
    at = put_bytes(at, who);
    at = PUT(at, ",");
    at = put_int(at, (int32_t)rank);
    at = PUT(at, ",");
    at = put_bytes(at, m->offer);
    at = PUT(at, ",");
    at = put_bytes(at, m->intake);
    at = PUT(at, ",");
    at = put_int(at, m->score);
    return m->is_yes ? PUT(at, ",yes\n") : PUT(at, ",check\n");
}

/* ------------------------------------------------------------------------------------ JSON */

/* All of a match but what a closer look tells, and the closing brace. */
static char *put_match(char *at, const shown *m)
{
    at = PUT(at, "{\"offer\":\"");
    at = put_bytes(at, m->offer);
    if (m->intake.base == NULL) {
        at = PUT(at, "\",\"intake\":null,\"score\":");
    } else {
        at = PUT(at, "\",\"intake\":\"");
        at = put_bytes(at, m->intake);
        at = PUT(at, "\",\"score\":");
    }
    at = put_int(at, m->score);
    return m->is_yes ? PUT(at, ",\"verdict\":\"yes\"") : PUT(at, ",\"verdict\":\"check\"");
}

static void put_concept(const batch_lines *l, concept c, json_writer *out)
{
    char scratch[16];
    json_put_text(out, dictionary_text(l->dictionary, c, scratch));
}

/* A fact as it is: numbers as numbers, days, codes and concepts by their ids. */
static void put_arg(const batch_lines *l, const manifest_arg *named, const match_reason *r,
                    const lotse_arg *arg, json_writer *out)
{
    char text[DAY_TEXT_LEN + 1];
    if (arg->value == LOTSE_ABSENT) {
        json_put_null(out);
        return;
    }
    switch (arg->type) {
    case LOTSE_ARG_DAY:
        if (arg->value == LOTSE_OPEN) {
            json_put_cstr(out, "any");
        } else {
            day_print((day)arg->value, text);
            json_put_cstr(out, text);
        }
        break;
    case LOTSE_ARG_CODE:
        if (named->codes != NULL && arg->value >= 0 && arg->value < (int64_t)named->codes->count) {
            json_put_cstr(out, named->codes->entries[arg->value].id);
        } else {
            json_put_null(out);
        }
        break;
    case LOTSE_ARG_CONCEPT:
        put_concept(l, (concept)arg->value, out);
        break;
    case LOTSE_ARG_CONCEPTS:
        json_begin_array(out);
        for (uint32_t i = 0; i < arg->count; i++) {
            put_concept(l, r->values[arg->value + i], out);
        }
        json_end_array(out);
        break;
    default:
        json_put_int(out, arg->value);
        break;
    }
}

static void put_reason(const batch_lines *l, const match_reason *r, json_writer *out)
{
    const criterion_spec *c = &l->program->criteria[r->criterion];
    const manifest_sentence *s =
        &registry_manifest_of(l->registry, c->plugin)->sentences[r->sentence];
    json_begin_object(out);
    json_member_cstr(out, "criterion", c->id);
    json_member_int(out, "points", r->points);
    json_member_int(out, "max", r->max);
    json_member_cstr(out, "verdict", r->verdict == VERDICT_YES ? "yes" : "check");
    json_member_text(out, "id", s->id);
    json_put_key(out, "facts");
    json_begin_object(out);
    for (uint32_t i = 0; i < r->arg_count && i < s->arg_count; i++) {
        json_put_key_bytes(out, s->args[i].name);
        put_arg(l, &s->args[i], r, &r->args[i], out);
    }
    json_end_object(out);
    json_end_object(out);
}

static void put_reasons(const batch_lines *l, const match_reason *reasons, uint32_t count, buf *out)
{
    json_writer w = json_writer_to(out);
    buf_text(out, ",\"reasons\":");
    json_begin_array(&w);
    for (uint32_t i = 0; i < count; i++) {
        put_reason(l, &reasons[i], &w);
    }
    json_end_array(&w);
}

/* ------------------------------------------------------------------------------------ lines */

static char *begin_line(buf *out, uint32_t match_count, err *e)
{
    char *room = buf_room(out, LINE_LEN_MAX + (size_t)match_count * MATCH_LEN_MAX);
    if (room == NULL) {
        (void)fail(e, ERR_MEMORY, "no memory for a line of a batch run");
    }
    return room;
}

static char *begin_json(char *at, bytes who)
{
    at = PUT(at, "{\"seeker\":\"");
    at = put_bytes(at, who);
    return PUT(at, "\",\"matches\":[");
}

bool batch_line_put(const batch_lines *l, bytes who, const match_edge *edges, uint32_t count,
                    buf *out, err *e)
{
    char *room = begin_line(out, count, e);
    if (room == NULL) {
        return false;
    }
    bool is_csv = l->spec->format == BATCH_CSV;
    char *at = is_csv ? room : begin_json(room, who);
    if (is_csv && count == 0) { /* nobody is left out in silence */
        at = put_bytes(at, who);
        at = PUT(at, ",,,,,\n");
    }
    for (uint32_t i = 0; i < count; i++) {
        shown m = shown_of_edge(l, &edges[i]);
        if (is_csv) {
            at = put_row(at, who, i + 1, &m);
            continue;
        }
        at = i == 0 ? at : PUT(at, ",");
        at = put_match(at, &m);
        at = PUT(at, "}");
    }
    at = is_csv ? at : PUT(at, "]}\n");
    out->len += (size_t)(at - room);
    return true;
}

bool batch_line_explain(const batch_lines *l, match_worker *w, const match_query *q, bytes who,
                        const match_answer *answer, arena *a, buf *out, err *e)
{
    const match_reason **reasons = NULL;
    const uint32_t *counts = NULL;
    uint32_t explained =
        l->spec->explain == BATCH_EXPLAIN_ALL || answer->hit_count == 0 ? answer->hit_count : 1;
    char *room = begin_line(out, 0, e);
    if (room == NULL ||
        (explained > 0 && !match_reasons(w, q, answer->hits, explained, a, &reasons, &counts, e))) {
        return false;
    }
    out->len += (size_t)(begin_json(room, who) - room);
    for (uint32_t i = 0; i < answer->hit_count; i++) {
        char match[MATCH_LEN_MAX];
        const match_hit *hit = &answer->hits[i];
        shown m = shown_of_hit(hit);
        buf_text(out, i == 0 ? "" : ",");
        buf_put(out, match, (size_t)(put_match(match, &m) - match));
        if (i < explained) {
            char *band = match;
            band = PUT(band, ",\"low\":");
            band = put_int(band, hit->low);
            band = PUT(band, ",\"high\":");
            band = put_int(band, hit->high);
            buf_put(out, match, (size_t)(band - match));
            put_reasons(l, reasons[i], counts[i], out);
        }
        buf_char(out, '}');
    }
    buf_text(out, "]}\n");
    return true;
}
