/* Answers of course dates: a row is a date of an offer, so rows of one offer become its intakes, as
 * far as they take place in the same way. And the further-training search itself, old shape. Traps
 * of the sources: one course in many places, the address key written with ß or ss, postcodes as
 * numbers that lost their zero, days as milliseconds, texts in HTML, hundreds of dates, contact
 * persons, which are not taken. */
#include "import/ba_training.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

static const known_key ROW_KEYS[] = {
    {"id", true},
    {"unterrichtsform", true},
    {"unterrichtszeit", true},
    {"dauer", false},
    {"anbieterbewertung", false},
    {"angebot", true},
    {"adresse", true},
    {"unterrichtszeiten", false},
    {"sonstigeUnterrichtsform", false},
    {"kostenWert", true},
    {"kostenWaehrung", false},
    {"kostenBemerkung", false},
    {"foerderung", true},
    {"link", false},
    {"bemerkung", false},
    {"beginn", true},
    {"ende", true},
    {"individuellerEinstieg", true},
    {"anmeldeschluss", true},
    {"bemerkungZeit", false},
    {"teilnehmerMin", true},
    {"teilnehmerMax", true},
    {"aktualisierungsdatum", true},
    {"veranstaltungsablaeufe", false},
    {"pruefendeStelle", false},
    {"eigeneAngebotsnummer", false},
    {"inhouseFirmenseminar", false},
    {"berufsbegleitend", false},
    {"praxisanteile", false},
    {"ansprechpartner", false},
    {"rehaBereich", false},
    {"rehabereich", false},
    {"abstaende", false},
    {"azubiGeeignet", false},
    {"massnahmeNummer", false},
    {"gueltigVon", false},
    {"gueltigBis", false},
    {"massnahmeZeiten", false},
    {"zusatzlink", false},
    {"_note", false},
    {"_links", false},
    {"nurDatum", false},
};
static const known_key COURSE_KEYS[] = {
    {"id", true},
    {"titel", true},
    {"inhalt", true},
    {"abschlussart", false},
    {"abschlussbezeichnung", false},
    {"foerderung", false},
    {"zugang", false},
    {"anrechnung", false},
    {"berechtigungen", false},
    {"zusatzqualifikationen", false},
    {"link", false},
    {"zielgruppe", false},
    {"bildungsanbieter", true},
    {"anbieter", false},
    {"bildungsart", true},
    {"systematiken", false},
    {"schulart", false},
    {"behinderungen", false},
    {"zertifizierer", false},
    {"traeger", false},
    {"suchworte", false},
    {"angebotstyp", false},
};

bool training_is_answer(bytes head)
{
    bool is_list = answer_has_key(head, "\"_embedded\"") && answer_has_key(head, "\"termine\"") &&
                   !answer_has_key(head, "\"bildungsangebotDTOList\"");
    bool is_date = !answer_has_key(head, "\"_embedded\"") && answer_has_key(head, "\"angebot\"") &&
                   answer_has_key(head, "\"unterrichtsform\"");
    return is_list || is_date;
}

/* ------------------------------------------------------------------------------------ rows */

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* What makes two rows dates of one offer. */
static int compare_offers(const training_row *x, const training_row *y)
{
    int order = compare_numbers(x->course, y->course);
    order = order != 0 ? order : strcmp(x->place, y->place);
    return order != 0 ? order : strcmp(x->time, y->time);
}

static int compare_rows(const void *a, const void *b)
{
    const training_row *x = a;
    const training_row *y = b;
    int order = compare_offers(x, y);
    order = order != 0 ? order : compare_numbers(x->id, y->id);
    return order != 0 ? order : compare_numbers((int64_t)x->number, (int64_t)y->number);
}

/* Leaves each date once; the others are counted as duplicates. */
static size_t drop_twins(import_run *r, training_row *rows, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && rows[kept - 1].id == rows[i].id) {
            char id[24];
            size_t len = sizeof id;
            for (int64_t rest = rows[i].id; rest > 0 && len > 0; rest /= 10) {
                id[--len] = (char)('0' + rest % 10);
            }
            run_count_duplicate(r, rows[i].number, (bytes){id + len, sizeof id - len});
        } else {
            rows[kept++] = rows[i];
        }
    }
    return kept;
}

/* rows[0..count) are of one offer: one record; the further dates are counted as merged into it. */
static bool take_offer(import_run *r, const training_source *source, training_row *rows,
                       size_t count, err *e)
{
    buf record = {0};
    uint64_t line = rows[0].number;
    size_t kept = drop_twins(r, rows, count);
    size_t written = training_put_offer(r, source, rows, kept, &record);
    for (size_t i = 0; i < written; i++) {
        line = rows[i].number < line ? rows[i].number : line;
    }
    for (size_t i = written; i < kept; i++) {
        err why = {0};
        fail(&why, ERR_TOO_LARGE, "the course has more dates than a record holds, which are %zu",
             written);
        run_refuse(r, rows[i].number, (bytes){NULL, 0}, &why);
    }
    bool is_taken = answer_take(r, &record, line, written - 1, e);
    buf_fini(&record);
    return is_taken;
}

static bool take_groups(import_run *r, const training_source *source, training_row *rows,
                        size_t count, err *e)
{
    if (count > 1) {
        qsort(rows, count, sizeof *rows, compare_rows);
    }
    for (size_t i = 0; i < count;) {
        size_t end = i + 1;
        while (end < count && compare_offers(&rows[i], &rows[end]) == 0) {
            end++;
        }
        if (!take_offer(r, source, rows + i, end - i, e)) {
            return false;
        }
        i = end;
    }
    return true;
}

static void refuse_row(import_run *r, uint64_t number)
{
    err why = {0};
    fail(&why, ERR_FIELD_MISSING, "the date has no id, or its course has no id or title");
    err_path(&why, "/_embedded/termine/%llu", (unsigned long long)(number - 1));
    run_refuse(r, number, (bytes){NULL, 0}, &why);
}

static void count_row_keys(import_run *r, const json_node *row)
{
    const json_node *course = answer_member(row, "angebot");
    answer_count_keys(r, row, "", ROW_KEYS, sizeof ROW_KEYS / sizeof *ROW_KEYS);
    answer_count_keys(r, course, "angebot.", COURSE_KEYS, sizeof COURSE_KEYS / sizeof *COURSE_KEYS);
}

/* All rows are looked at before the first is taken. One date alone is a list of one. */
static bool take_rows(import_run *r, const training_source *source, const json_node *first,
                      size_t total, err *e)
{
    training_row *rows = mem_new((total + 1) * sizeof *rows);
    if (rows == NULL) {
        return fail(e, ERR_MEMORY, "could not read the answer: no memory");
    }
    size_t count = 0;
    const json_node *row = first;
    for (uint64_t number = 1; number <= total; number++, row = json_next(row)) {
        count_row_keys(r, row);
        if (training_read_row(r, row, number, &rows[count])) {
            count++;
        } else {
            refuse_row(r, number);
        }
    }
    bool is_taken = answer_refuse_drift(total - count, total,
                                        "dates have no id, or their course no id or title", e) &&
                    take_groups(r, source, rows, count, e);
    mem_free(rows);
    return is_taken;
}

/* ------------------------------------------------------------------------------------ the answer
 */

/* The list is absent where nothing matched; but the answer then says so. */
static bool is_empty_answer(const json_node *root)
{
    const json_node *page = answer_member(root, "page");
    const json_node *total = answer_member(page, "totalElements");
    int64_t count = 0;
    return page != NULL && (total == NULL || (json_integer(total, &count) && count == 0));
}

static bool take_answer(import_run *r, const training_source *source, const json_node *root, err *e)
{
    const json_node *list = answer_member(answer_member(root, "_embedded"), "termine");
    if (list != NULL && json_type_of(list) == JSON_ARRAY) {
        return take_rows(r, source, json_child(list), json_count(list), e);
    }
    if (answer_member(root, "_embedded") == NULL && answer_member(root, "angebot") != NULL) {
        return take_rows(r, source, root, 1, e);
    }
    if (list == NULL && is_empty_answer(root)) {
        return true;
    }
    fail(e, ERR_IMPORT_DRIFT,
         list == NULL ? "the answer has no list of dates \"termine\""
                      : "\"termine\" is no list any more");
    err_path(e, "/_embedded/termine");
    return err_hint(e, "The source may have changed its shape; nothing of the file was taken.");
}

bool training_finish_as(import_run *r, const training_source *source, err *e)
{
    json_doc *doc = NULL;
    bool is_taken =
        answer_parse(r, &doc, e) && (doc == NULL || take_answer(r, source, json_root(doc), e));
    json_doc_free(&doc);
    return is_taken;
}

/* ------------------------------------------------------------------------------------ further
 * training itself */

static const training_source TRAINING = {"ba-training", "ba-w-", "qualification", NULL};

static bool training_finish(import_run *r, err *e)
{
    return training_finish_as(r, &TRAINING, e);
}

const import_reader IMPORT_BA_TRAINING = {
    "ba-training",      "answers of the further-training search (old shape), a date a row",
    training_is_answer, answer_begin,
    answer_feed,        training_finish,
    answer_end,
};
