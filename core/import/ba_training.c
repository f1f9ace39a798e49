/* Answers of the further-training search (old shape, and those that share it): a row is a date of
 * an offer, so rows of one offer become its intakes, as far as they take place in the same way.
 * Traps of the source: one course in many places, the address key written with ß or ss, postcodes
 * as numbers that lost their zero, days as milliseconds, texts in HTML, hundreds of dates, contact
 * persons, which are not taken. */
#include "import/ba_training.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

enum { ANSWER_LEN_MAX = 256 * 1024 * 1024 };

typedef struct training {
    buf text;
} training;

typedef struct known_key {
    const char *key;
    bool is_used; /* its absence is counted */
} known_key;

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

static bool training_recognises(bytes head)
{
    return head.len > 0 && memmem(head.base, head.len, "\"_embedded\"", 11) != NULL &&
           memmem(head.base, head.len, "\"termine\"", 9) != NULL &&
           memmem(head.base, head.len, "\"bildungsangebotDTOList\"", 24) == NULL;
}

static bool training_begin(import_run *r, err *e)
{
    training *t = mem_new(sizeof *t);
    if (t == NULL) {
        return fail(e, ERR_MEMORY, "could not start the import: no memory");
    }
    r->state = t;
    return true;
}

static bool training_feed(import_run *r, bytes piece, err *e)
{
    training *t = r->state;
    if (piece.len > ANSWER_LEN_MAX - t->text.len) {
        return fail(e, ERR_TOO_LARGE, "the answer has more than %d bytes", ANSWER_LEN_MAX);
    }
    buf_put(&t->text, piece.base, piece.len);
    return !t->text.failed || fail(e, ERR_MEMORY, "could not read the file: no memory");
}

static void training_end(import_run *r)
{
    training *t = r->state;
    if (t != NULL) {
        buf_fini(&t->text);
        mem_free(t);
        r->state = NULL;
    }
}

/* ------------------------------------------------------------------------------------ keys */

static void count_keys(import_run *r, const json_node *n, const char *prefix,
                       const known_key *known, size_t known_count)
{
    buf name = {0};
    if (n == NULL || json_type_of(n) != JSON_OBJECT) {
        return;
    }
    for (const json_node *m = json_child(n); m != NULL; m = json_next(m)) {
        bool is_known = false;
        for (size_t i = 0; i < known_count && !is_known; i++) {
            is_known = bytes_equal_text(json_key(m), known[i].key);
        }
        if (!is_known) {
            buf_clear(&name);
            buf_text(&name, prefix);
            buf_put(&name, json_key(m).base, json_key(m).len);
            run_count_key(&r->unknown_keys, buf_bytes(&name));
        }
    }
    for (size_t i = 0; i < known_count; i++) {
        if (known[i].is_used && json_member(n, known[i].key) == NULL) {
            buf_clear(&name);
            buf_text(&name, prefix);
            buf_text(&name, known[i].key);
            run_count_key(&r->missing_keys, buf_bytes(&name));
        }
    }
    buf_fini(&name);
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
static bool take_offer(import_run *r, training_row *rows, size_t count, err *e)
{
    buf record = {0};
    uint64_t line = rows[0].number;
    size_t kept = drop_twins(r, rows, count);
    size_t written = training_put_offer(r, rows, kept, &record);
    for (size_t i = 0; i < written; i++) {
        line = rows[i].number < line ? rows[i].number : line;
    }
    for (size_t i = written; i < kept; i++) {
        err why = {0};
        fail(&why, ERR_TOO_LARGE, "the course has more dates than a record holds, which are %zu",
             written);
        run_refuse(r, rows[i].number, (bytes){NULL, 0}, &why);
    }
    bool is_taken = record.failed ? fail(e, ERR_MEMORY, "could not read the offer: no memory")
                                  : run_take_text(r, buf_bytes(&record), line, written - 1, e);
    buf_fini(&record);
    return is_taken;
}

static bool take_groups(import_run *r, training_row *rows, size_t count, err *e)
{
    if (count > 1) {
        qsort(rows, count, sizeof *rows, compare_rows);
    }
    for (size_t i = 0; i < count;) {
        size_t end = i + 1;
        while (end < count && compare_offers(&rows[i], &rows[end]) == 0) {
            end++;
        }
        if (!take_offer(r, rows + i, end - i, e)) {
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

/* All rows are looked at before the first is taken. */
static bool take_rows(import_run *r, const json_node *list, err *e)
{
    size_t total = json_count(list);
    training_row *rows = mem_new((total + 1) * sizeof *rows);
    if (rows == NULL) {
        return fail(e, ERR_MEMORY, "could not read the answer: no memory");
    }
    size_t count = 0;
    uint64_t number = 1;
    for (const json_node *row = json_child(list); row != NULL; row = json_next(row), number++) {
        const json_node *course = training_member(row, "angebot");
        count_keys(r, row, "", ROW_KEYS, sizeof ROW_KEYS / sizeof *ROW_KEYS);
        count_keys(r, course, "angebot.", COURSE_KEYS, sizeof COURSE_KEYS / sizeof *COURSE_KEYS);
        if (training_read_row(r, row, number, &rows[count])) {
            count++;
        } else {
            refuse_row(r, number);
        }
    }
    bool is_taken = true;
    if (count * 2 < total) {
        fail(e, ERR_IMPORT_DRIFT, "%zu of %zu dates have no id, or their course no id or title",
             total - count, total);
        is_taken =
            err_hint(e, "The source may have changed its shape; nothing of the file was taken.");
    } else {
        is_taken = take_groups(r, rows, count, e);
    }
    mem_free(rows);
    return is_taken;
}

/* ------------------------------------------------------------------------------------ the answer
 */

/* The list is absent where nothing matched; but the answer then says so. */
static bool is_empty_answer(const json_node *root)
{
    const json_node *page = training_member(root, "page");
    const json_node *total = training_member(page, "totalElements");
    int64_t count = 0;
    return page != NULL && (total == NULL || (json_integer(total, &count) && count == 0));
}

static bool take_answer(import_run *r, const json_node *root, err *e)
{
    const json_node *list = training_member(training_member(root, "_embedded"), "termine");
    if (list != NULL && json_type_of(list) == JSON_ARRAY) {
        return take_rows(r, list, e);
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

static bool training_finish(import_run *r, err *e)
{
    training *t = r->state;
    json_doc *doc = NULL;
    bytes text = buf_bytes(&t->text);
    if (bytes_starts_with(text, "\xef\xbb\xbf")) {
        text = (bytes){text.base + 3, text.len - 3};
    }
    if (text.len == 0) {
        return true;
    }
    if (!json_parse(text, JSON_DEPTH_MAX, &doc, e)) {
        return err_hint(e, "Nothing of the file was taken. Was it cut off?");
    }
    bool is_taken = take_answer(r, json_root(doc), e);
    json_doc_free(&doc);
    return is_taken;
}

const import_reader IMPORT_BA_TRAINING = {
    "ba-training",       "answers of the further-training search, a date a row",
    training_recognises, training_begin,
    training_feed,       training_finish,
    training_end,
};
