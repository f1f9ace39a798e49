/* Advertisements of the public employment agency as its interfaces answer: the search (v6), one
 * advertisement in detail (v4), and the search as it was documented until 2025 (v4), which is
 * refused as outdated unless the caller insists. Traps: the list is absent where nothing matches,
 * the occupation is a name and not a code, the link is written externeURL or externeUrl, several
 * places of one advertisement, postcodes as numbers. Contacts, streets and links are not taken. */
#include "import/ba_jobs.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "taxonomy/codes.h"

enum { REFNR_LEN_MAX = ID_LEN_MAX - 8, NAME_SHOWN = 60 };

void jobs_put_occupation(import_run *r, json_writer *w, bytes name)
{
    const codes *known =
        r->options.knowledge != NULL ? knowledge_codes(r->options.knowledge) : NULL;
    bytes id = {NULL, 0};
    if (known == NULL || name.base == NULL) {
        return;
    }
    code_answer answer = taxonomy_code_of_label(known, name, &id);
    if (answer == CODE_UNIQUE) {
        run_count_key(&r->derived, BYTES("occupation (from its name)"));
        json_member_text(w, "occupation", id);
        return;
    }
    char key[NAME_SHOWN * 4 + 32];
    int len = snprintf(key, sizeof key, "occupation %s: %.*s",
                       answer == CODE_MISSING ? "missing" : "ambiguous",
                       name.len < NAME_SHOWN * 4 ? (int)name.len : NAME_SHOWN * 4, name.base);
    run_count_key(&r->unmapped_codes, answer == CODE_MISSING ? BYTES("occupation: missing")
                                                             : BYTES("occupation: ambiguous"));
    run_count_key(&r->unmapped_codes, (bytes){key, (size_t)len});
}

void jobs_put_intake(json_writer *w, const char *id, day start, bool has_start, int64_t seats)
{
    char name[ID_LEN_MAX + 8];
    snprintf(name, sizeof name, "%s/1", id);
    json_put_key(w, "intakes");
    json_begin_array(w);
    json_begin_object(w);
    json_member_cstr(w, "id", name);
    if (has_start) {
        answer_put_day(w, "start", start);
    }
    json_member_int(w, "seats", seats > 0 ? seats : 1);
    json_member_int(w, "seats_free", seats > 0 ? seats : 1);
    json_member_cstr(w, "seats_source", seats > 0 ? "stated" : "assumed");
    json_end_object(w);
    json_end_array(w);
}

/* ------------------------------------------------------------------------------------ keys */

static const known_key V6_KEYS[] = {
    {"referenznummer", true},
    {"stellenangebotsart", true},
    {"stellenangebotsTitel", true},
    {"hauptberuf", true},
    {"alleBerufe", false},
    {"firma", true},
    {"stellenlokationen", true},
    {"entfernung", false},
    {"eintrittszeitraum", false},
    {"veroeffentlichungszeitraum", true},
    {"datumErsteVeroeffentlichung", false},
    {"aenderungsdatum", false},
    {"vertragsdauer", false},
    {"befristetBis", false},
    {"verguetungsangabe", false},
    {"artDerVerguetung", false},
    {"gehaltsspanneVon", false},
    {"gehaltsspanneBis", false},
    {"festgehalt", false},
    {"arbeitszeitVollzeit", false},
    {"arbeitszeitTeilzeitVormittag", false},
    {"arbeitszeitTeilzeitNachmittag", false},
    {"arbeitszeitTeilzeitAbend", false},
    {"arbeitszeitTeilzeitFlexibel", false},
    {"arbeitszeitSchichtNachtWochenende", false},
    {"istGeringfuegigeBeschaeftigung", false},
    {"homeofficemoeglich", false},
    {"homeofficetyp", false},
    {"quereinstiegGeeignet", false},
    {"ausbildungsart", false},
    {"externeURL", false},
    {"externeUrl", false},
    {"stellenangebotsBeschreibung", false},
    {"geforderterBildungsabschluss", false},
    {"istArbeitnehmerUeberlassung", false},
    {"istPrivateArbeitsvermittlung", false},
    {"istBehinderungGefordert", false},
    {"istBetreut", false},
    {"allianzpartnerName", false},
    {"allianzpartnerUrl", false},
    {"chiffrenummer", false},
    {"arbeitgeberKundennummerHash", false},
    {"anzahlOffeneStellen", false},
};
static const known_key V4_KEYS[] = {
    {"hashId", false},
    {"beruf", true},
    {"refnr", true},
    {"referenznummer", false},
    {"titel", false},
    {"stellenangebotsTitel", false},
    {"arbeitgeber", true},
    {"aktuelleVeroeffentlichungsdatum", true},
    {"eintrittsdatum", true},
    {"arbeitsort", false},
    {"arbeitsorte", false},
    {"kundennummerHash", false},
    {"externeUrl", false},
    {"modifikationsTimestamp", false},
    {"angebotsart", false},
    {"branchengruppe", false},
    {"branche", false},
    {"arbeitgeberHashId", false},
    {"arbeitgeberKundennummerHash", false},
    {"arbeitszeitmodelle", false},
    {"befristung", false},
    {"uebernahme", false},
    {"betriebsgroesse", false},
    {"ersteVeroeffentlichungsdatum", false},
    {"allianzpartner", false},
    {"allianzpartnerUrl", false},
    {"stellenbeschreibung", false},
    {"stellenangebotsBeschreibung", false},
    {"fuerFluechtlingeGeeignet", false},
    {"nurFuerSchwerbehinderte", false},
    {"anzahlOffeneStellen", false},
    {"arbeitgeberAdresse", false},
    {"fertigkeiten", false},
    {"mobilitaet", false},
    {"fuehrungskompetenzen", false},
    {"verguetung", false},
    {"arbeitgeberdarstellungUrl", false},
    {"arbeitgeberdarstellung", false},
    {"hauptDkz", false},
    {"istBetreut", false},
    {"istGoogleJobsRelevant", false},
    {"anzeigeAnonym", false},
    {"_note", false},
};

/* ------------------------------------------------------------------------------------ members */

static const char *kind_of(import_run *r, bytes type)
{
    static const struct {
        const char *type;
        const char *kind;
    } KINDS[] = {{"ARBEIT", "job"},
                 {"AUSBILDUNG", "apprenticeship"},
                 {"PRAKTIKUM_TRAINEE", "internship"},
                 {"SELBSTAENDIGKEIT", NULL}};
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS && type.base != NULL; i++) {
        if (bytes_equal_text(type, KINDS[i].type)) {
            return KINDS[i].kind;
        }
    }
    if (type.base != NULL) {
        run_count_key(&r->unmapped_codes, type);
    }
    return "job";
}

typedef struct flag_code {
    const char *key;
    const char *code;
} flag_code;

static void put_working_time(json_writer *w, const json_node *ad)
{
    static const flag_code TIMES[] = {{"arbeitszeitVollzeit", "full_time"},
                                      {"arbeitszeitTeilzeitVormittag", "part_time_morning"},
                                      {"arbeitszeitTeilzeitNachmittag", "part_time_afternoon"},
                                      {"arbeitszeitTeilzeitAbend", "part_time_evening"},
                                      {"arbeitszeitTeilzeitFlexibel", "part_time_flexible"},
                                      {"arbeitszeitSchichtNachtWochenende", "shift"},
                                      {"istGeringfuegigeBeschaeftigung", "marginal"},
                                      {"homeofficemoeglich", "home_office"}};
    bool has_any = false;
    for (size_t i = 0; i < sizeof TIMES / sizeof *TIMES; i++) {
        if (!answer_flag(ad, TIMES[i].key)) {
            continue;
        }
        if (!has_any) {
            json_put_key(w, "working_time");
            json_begin_array(w);
        }
        has_any = true;
        json_put_cstr(w, TIMES[i].code);
    }
    if (has_any) {
        json_end_array(w);
    }
}

static void put_employment(import_run *r, json_writer *w, const json_node *ad)
{
    bytes text = answer_text(ad, "vertragsdauer");
    const char *contract = answer_flag(ad, "istArbeitnehmerUeberlassung") ? "temporary_agency"
                           : bytes_equal_text(text, "UNBEFRISTET")        ? "permanent"
                           : bytes_equal_text(text, "BEFRISTET")          ? "fixed_term"
                                                                          : NULL;
    bool is_known =
        text.base == NULL || contract != NULL || bytes_starts_with(text, "KEINE_ANGABE");
    if (!is_known) {
        run_count_key(&r->unmapped_codes, text);
    }
    if (contract != NULL) {
        json_put_key(w, "employment");
        json_begin_object(w);
        json_member_cstr(w, "contract", contract);
        json_end_object(w);
    }
}

static void put_school(import_run *r, json_writer *w, const json_node *ad)
{
    static const struct {
        const char *text;
        const char *school;
    } SCHOOLS[] = {{"HAUPTSCHULABSCHLUSS", "lower_secondary"},
                   {"MITTLERE_REIFE", "intermediate"},
                   {"FACHHOCHSCHULREIFE", "applied_entrance"},
                   {"ABITUR", "general_entrance"},
                   {"HOCHSCHULREIFE", "general_entrance"},
                   {"NICHT_RELEVANT", NULL},
                   {"KEINE_ANGABE", NULL},
                   {"KEINE_ANGABEN", NULL}};
    bytes text = answer_text(ad, "geforderterBildungsabschluss");
    for (size_t i = 0; i < sizeof SCHOOLS / sizeof *SCHOOLS && text.base != NULL; i++) {
        if (bytes_equal_text(text, SCHOOLS[i].text)) {
            if (SCHOOLS[i].school != NULL) {
                json_put_key(w, "requires");
                json_begin_object(w);
                json_member_cstr(w, "school_min", SCHOOLS[i].school);
                json_end_object(w);
            }
            return;
        }
    }
    if (text.base != NULL) {
        run_count_key(&r->unmapped_codes, text);
    }
}

/* The first place; further ones are told in the report, because a record has one. */
static void put_location(import_run *r, json_writer *w, const json_node *ad)
{
    char postcode[POSTCODE_LEN];
    double lat = 0;
    double lon = 0;
    const json_node *list = answer_member(ad, "stellenlokationen");
    bool is_list = list != NULL && json_type_of(list) == JSON_ARRAY;
    const json_node *first = is_list ? json_child(list) : NULL;
    if (first == NULL) {
        return;
    }
    if (json_next(first) != NULL) {
        run_count_key(&r->unmapped_codes, BYTES("stellenlokationen (further places)"));
    }
    (void)answer_postcode(answer_member(first, "adresse"), "plz", postcode); /* empty: not said */
    bool has_degrees = answer_degrees(first, "breite", "laenge", &lat, &lon);
    answer_put_place(w, postcode, has_degrees, lat, lon);
}

static bool put_id(json_writer *w, bytes refnr, char id[ID_LEN_MAX + 1])
{
    if (refnr.base == NULL || refnr.len > REFNR_LEN_MAX) {
        return false;
    }
    snprintf(id, ID_LEN_MAX + 1, "ba-%.*s", (int)refnr.len, refnr.base);
    json_member_cstr(w, "id", id);
    return true;
}

static bool put_v6(import_run *r, const json_node *ad, buf *record)
{
    char id[ID_LEN_MAX + 1];
    day start = 0;
    day seen = 0;
    day valid_to = 0;
    int64_t seats = 0;
    json_writer w = json_writer_to(record);
    bytes refnr = answer_text(ad, "referenznummer");
    bytes occupation = answer_text(ad, "hauptberuf");
    bytes title = answer_text(ad, "stellenangebotsTitel");
    const char *kind = kind_of(r, answer_text(ad, "stellenangebotsart"));
    json_begin_object(&w);
    if (kind == NULL || !put_id(&w, refnr, id)) {
        return false;
    }
    json_member_cstr(&w, "kind", kind);
    json_member_cstr(&w, "status", "running");
    answer_put_title(&w, "title", "de", title.base != NULL ? title : occupation);
    bytes prose = answer_text(ad, "stellenangebotsBeschreibung");
    answer_put_description(r, &w, "de", prose.base != NULL ? prose : occupation);
    answer_put_provider(&w, answer_text(ad, "firma"));
    put_location(r, &w, ad);
    put_school(r, &w, ad);
    jobs_put_occupation(r, &w, occupation);
    put_working_time(&w, ad);
    put_employment(r, &w, ad);
    (void)answer_integer(ad, "anzahlOffeneStellen", &seats); /* else one, assumed */
    bool has_start = answer_day(r, answer_member(ad, "eintrittszeitraum"), "von", &start);
    jobs_put_intake(&w, id, start, has_start, seats);
    const json_node *shown = answer_member(ad, "veroeffentlichungszeitraum");
    if (!answer_day(r, ad, "aenderungsdatum", &seen)) {
        (void)answer_day(r, shown, "von", &seen); /* else not known */
    }
    (void)answer_day(r, shown, "bis", &valid_to); /* else it ends with the source */
    answer_put_source(&w, "ba-jobs", refnr, seen, valid_to);
    json_end_object(&w);
    return true;
}

static bool put_v4(import_run *r, const json_node *ad, buf *record)
{
    char id[ID_LEN_MAX + 1];
    char postcode[POSTCODE_LEN];
    double lat = 0;
    double lon = 0;
    day start = 0;
    day seen = 0;
    int64_t seats = 0;
    json_writer w = json_writer_to(record);
    bytes refnr = answer_text(ad, "refnr");
    bytes occupation = answer_text(ad, "beruf");
    bytes title = answer_text(ad, "titel");
    const json_node *places = answer_member(ad, "arbeitsorte");
    const json_node *place = answer_member(ad, "arbeitsort");
    bool is_list = places != NULL && json_type_of(places) == JSON_ARRAY;
    place = place == NULL && is_list ? json_child(places) : place;
    json_begin_object(&w);
    if (!put_id(&w, refnr, id)) {
        return false;
    }
    json_member_cstr(&w, "kind", kind_of(r, answer_text(ad, "angebotsart")));
    json_member_cstr(&w, "status", "running");
    answer_put_title(&w, "title", "de", title.base != NULL ? title : occupation);
    answer_put_description(r, &w, "de", answer_text(ad, "stellenbeschreibung"));
    answer_put_provider(&w, answer_text(ad, "arbeitgeber"));
    if (answer_postcode(place, "plz", postcode)) {
        run_count_key(&r->derived, BYTES("location.postcode"));
    }
    bool has_degrees =
        answer_degrees(answer_member(place, "koordinaten"), "lat", "lon", &lat, &lon);
    answer_put_place(&w, postcode, has_degrees, lat, lon);
    jobs_put_occupation(r, &w, occupation);
    (void)answer_integer(ad, "anzahlOffeneStellen", &seats); /* else one, assumed */
    bool has_start = answer_day(r, ad, "eintrittsdatum", &start);
    jobs_put_intake(&w, id, start, has_start, seats);
    (void)answer_day(r, ad, "aktuelleVeroeffentlichungsdatum", &seen); /* else not known */
    answer_put_source(&w, "ba-jobs", refnr, seen, 0);
    json_end_object(&w);
    return true;
}

/* ------------------------------------------------------------------------------------ the lists */

typedef struct jobs_shape {
    const known_key *keys;
    size_t key_count;
    const char *id_key, *title_key, *other_title_key;
    bool (*put)(import_run *r, const json_node *ad, buf *record);
} jobs_shape;

static const jobs_shape V6 = {V6_KEYS,          sizeof V6_KEYS / sizeof *V6_KEYS,
                              "referenznummer", "stellenangebotsTitel",
                              "hauptberuf",     put_v6};
static const jobs_shape V4 = {V4_KEYS, sizeof V4_KEYS / sizeof *V4_KEYS, "refnr", "titel", "beruf",
                              put_v4};

static bool has_needed(const jobs_shape *s, const json_node *ad)
{
    return answer_text(ad, s->id_key).base != NULL &&
           (answer_text(ad, s->title_key).base != NULL ||
            answer_text(ad, s->other_title_key).base != NULL);
}

static bool take_ad(import_run *r, const jobs_shape *s, const json_node *ad, uint64_t number,
                    err *e)
{
    buf record = {0};
    bytes id = answer_text(ad, s->id_key);
    bool is_put = has_needed(s, ad) && s->put(r, ad, &record);
    bool is_taken = true;
    if (is_put) {
        is_taken = answer_take(r, &record, number, 0, e);
    } else {
        err why = {0};
        fail(&why, ERR_FIELD_MISSING,
             "the advertisement has no %s of at most %d characters, no title, or is of a kind that "
             "no record has",
             s->id_key, REFNR_LEN_MAX);
        err_path(&why, "/%llu/%s", (unsigned long long)(number - 1), s->id_key);
        run_refuse(r, number, id, &why);
    }
    buf_fini(&record);
    return is_taken;
}

/* All are looked at before the first is taken. */
static bool take_ads(import_run *r, const jobs_shape *s, const json_node *first, uint64_t total,
                     err *e)
{
    uint64_t lacking = 0;
    const json_node *ad = first;
    for (uint64_t i = 0; i < total; i++, ad = json_next(ad)) {
        answer_count_keys(r, ad, "", s->keys, s->key_count);
        lacking += !has_needed(s, ad);
    }
    if (!answer_refuse_drift(lacking, total, "advertisements have no reference number or title",
                             e)) {
        return false;
    }
    ad = first;
    for (uint64_t number = 1; number <= total; number++, ad = json_next(ad)) {
        if (!take_ad(r, s, ad, number, e)) {
            return false;
        }
    }
    return true;
}

static bool take_list(import_run *r, const jobs_shape *s, const json_node *root, const char *key,
                      err *e)
{
    const json_node *list = answer_member(root, key);
    int64_t total = 0;
    if (list != NULL && json_type_of(list) == JSON_ARRAY) {
        return take_ads(r, s, json_child(list), json_count(list), e);
    }
    if (list == NULL && answer_integer(root, "maxErgebnisse", &total) && total == 0) {
        return true; /* nothing matched: then the list is not there */
    }
    fail(e, ERR_IMPORT_DRIFT, "the answer has no list \"%s\"", key);
    err_path(e, "/%s", key);
    return err_hint(e, "The source may have changed its shape; nothing of the file was taken.");
}

static bool finish_as(import_run *r, const jobs_shape *s, const char *list_key, err *e)
{
    json_doc *doc = NULL;
    if (!answer_parse(r, &doc, e)) {
        return false;
    }
    bool is_taken = doc == NULL || (list_key != NULL ? take_list(r, s, json_root(doc), list_key, e)
                                                     : take_ads(r, s, json_root(doc), 1, e));
    json_doc_free(&doc);
    return is_taken;
}

/* ------------------------------------------------------------------------------------ readers */

static bool search_recognises(bytes head)
{
    bool is_empty =
        answer_has_key(head, "\"maxErgebnisse\"") && !answer_has_key(head, "\"stellenangebote\"");
    return answer_has_key(head, "\"ergebnisliste\"") || is_empty;
}

static bool search_finish(import_run *r, err *e)
{
    return finish_as(r, &V6, "ergebnisliste", e);
}

static bool detail_recognises(bytes head)
{
    return answer_has_key(head, "\"referenznummer\"") &&
           answer_has_key(head, "\"stellenangebotsTitel\"") && !answer_has_key(head, "\"refnr\"") &&
           !answer_has_key(head, "\"ergebnisliste\"");
}

static bool detail_finish(import_run *r, err *e)
{
    return finish_as(r, &V6, NULL, e);
}

static bool old_recognises(bytes head)
{
    return answer_has_key(head, "\"stellenangebote\"") ||
           (answer_has_key(head, "\"refnr\"") && answer_has_key(head, "\"arbeitgeber\""));
}

static bool old_begin(import_run *r, err *e)
{
    if (!r->options.allows_outdated) {
        fail(e, ERR_IMPORT_OUTDATED,
             "the file has the shape of the jobs API v4, which is no "
             "longer answered");
        return err_hint(e, "Fetch it anew from the search v6, or say --allow-outdated to take old "
                           "advertisements all the same.");
    }
    return answer_begin(r, e);
}

static bool old_finish(import_run *r, err *e)
{
    json_doc *doc = NULL;
    if (!answer_parse(r, &doc, e)) {
        return false;
    }
    const json_node *root = doc != NULL ? json_root(doc) : NULL;
    bool is_taken = root == NULL || (answer_member(root, "refnr") != NULL
                                         ? take_ads(r, &V4, root, 1, e)
                                         : take_list(r, &V4, root, "stellenangebote", e));
    json_doc_free(&doc);
    return is_taken;
}

const import_reader IMPORT_BA_JOBS = {
    "ba-jobs",         "advertisements as the jobs search answers (v6)",
    search_recognises, answer_begin,
    answer_feed,       search_finish,
    answer_end,
};
const import_reader IMPORT_BA_JOB_DETAIL = {
    "ba-job-detail",   "one advertisement in detail (jobs API v4, field names of 2026)",
    detail_recognises, answer_begin,
    answer_feed,       detail_finish,
    answer_end,
};
const import_reader IMPORT_BA_JOBS_V4 = {
    "ba-jobs-v4",   "advertisements as they were answered until 2025; only with --allow-outdated",
    old_recognises, old_begin,
    answer_feed,    old_finish,
    answer_end,
};
