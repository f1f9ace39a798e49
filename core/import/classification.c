/* Classifications: ESCO (its zips and CSVs), ISCO-08, KldB 2010 with its names and index, and pairs
 * of them. core/taxonomy reads them; here what is known already is the beginning, so that one file
 * can be brought after the other. A file that is not what it was changes nothing. */
#include <string.h>

#include "import/answer.h"
#include "taxonomy/draft.h"
#include "taxonomy/read.h"

static bool classification_recognises(bytes head)
{
    return taxonomy_recognises(head);
}

static bool add_labels(draft *d, const taxonomy *t, uint32_t from, uint32_t at, err *e)
{
    uint32_t count = taxonomy_label_count(t, from);
    for (uint32_t i = 0; i < count; i++) {
        taxonomy_label_text label = taxonomy_label_at(t, from, i);
        if (!draft_label(d, at, label.lang, label.kind, label.text, e)) {
            return false;
        }
    }
    return true;
}

static bool add_relations(draft *d, const taxonomy *t, uint32_t from, const uint32_t *places,
                          err *e)
{
    for (uint32_t relation = RELATION_ESSENTIAL; relation <= RELATION_SAME; relation++) {
        const uint32_t *others = NULL;
        uint32_t count = taxonomy_related(t, from, (taxonomy_relation)relation, &others);
        for (uint32_t i = 0; i < count; i++) {
            if (!draft_relate(d, places[from], (taxonomy_relation)relation, places[others[i]], e)) {
                return false;
            }
        }
    }
    return true;
}

/* What the data folder knows already, in the draft. */
static bool add_known(draft *d, const taxonomy *t, err *e)
{
    uint32_t count = t != NULL ? taxonomy_count(t) : 0;
    uint32_t *places = mem_new((count + 1) * sizeof *places);
    bool is_added = places != NULL || fail(e, ERR_MEMORY, "could not read the file: no memory");
    for (uint32_t i = 0; i < count && is_added; i++) {
        is_added = draft_concept(d, taxonomy_id(t, i), taxonomy_kind_of(t, i), taxonomy_level(t, i),
                                 &places[i], e) &&
                   add_labels(d, t, i, places[i], e);
    }
    for (uint32_t i = 0; i < count && is_added; i++) {
        is_added = add_relations(d, t, i, places, e);
    }
    mem_free(places);
    return is_added;
}

static void count_rows(import_run *r, const read_report *report)
{
    if (report->refused_count > 0) {
        err why = {0};
        fail(&why, ERR_FIELD_FORMAT, "%s", report->refused_why);
        run_refuse(r, report->refused_line, (bytes){NULL, 0}, &why);
        r->count.read += report->refused_count - 1;
        r->count.refused += report->refused_count - 1;
    }
    r->count.read += report->row_count - report->refused_count;
    r->count.created += report->row_count - report->refused_count;
    for (uint32_t i = 0; i < report->passed_table_count; i++) {
        run_count_key(&r->unknown_keys, BYTES("(tables of no use here)"));
    }
}

static bool classification_finish(import_run *r, err *e)
{
    bytes content = answer_bytes(r);
    const char *name = r->options.source != NULL ? r->options.source : "";
    const taxonomy *known =
        r->options.knowledge != NULL ? knowledge_taxonomy(r->options.knowledge) : NULL;
    draft *d = NULL;
    read_report report = {0};
    if (content.len == 0) {
        return true;
    }
    bool is_read =
        draft_new(&d, e) && add_known(d, known, e) && taxonomy_read(d, name, content, &report, e);
    bool is_kept = is_read && (r->options.is_dry_run || r->options.keep_draft == NULL ||
                               r->options.keep_draft(r->options.context, d, e));
    draft_free(&d);
    if (is_kept) {
        count_rows(r, &report);
    }
    return is_kept;
}

const import_reader IMPORT_CLASSIFICATION = {
    "classification",
    "ESCO (zip or CSV), ISCO-08, KldB 2010 and pairs of them",
    classification_recognises,
    answer_begin,
    answer_feed,
    classification_finish,
    answer_end,
};
