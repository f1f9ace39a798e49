/* schema.org as providers put it on their pages (JSON-LD): JobPosting and Course, alone, in a list
 * or in a @graph. Contacts, addresses and links are not taken. */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "import/answer.h"
#include "model/code.h"

enum { ID_ROOM = ID_LEN_MAX + 1, PLAIN_ID_MAX = 40, TEXT_ROOM = 64, KEY_ROOM = 32 };

static const known_key JOB_KEYS[] = {
    {"@context", false},
    {"@type", true},
    {"@id", false},
    {"identifier", true},
    {"title", true},
    {"description", true},
    {"hiringOrganization", true},
    {"jobLocation", true},
    {"employmentType", true},
    {"datePosted", true},
    {"validThrough", false},
    {"jobStartDate", false},
    {"baseSalary", false},
    {"totalJobOpenings", false},
    {"workHours", false},
    {"jobLocationType", false},
    {"applicantLocationRequirements", false},
    {"directApply", false},
    {"url", false},
    {"applicationContact", false},
    {"industry", false},
    {"occupationalCategory", false},
    {"qualifications", false},
    {"skills", false},
    {"responsibilities", false},
    {"educationRequirements", false},
    {"experienceRequirements", false},
    {"jobBenefits", false},
    {"jobImmediateStart", false},
    {"image", false},
    {"salaryCurrency", false},
    {"estimatedSalary", false},
    {"inLanguage", false},
};
static const known_key COURSE_KEYS[] = {
    {"@context", false},
    {"@type", true},
    {"@id", false},
    {"identifier", false},
    {"name", true},
    {"description", true},
    {"provider", true},
    {"courseCode", false},
    {"inLanguage", false},
    {"hasCourseInstance", true},
    {"url", false},
    {"offers", false},
    {"educationalCredentialAwarded", false},
    {"coursePrerequisites", false},
    {"image", false},
    {"about", false},
    {"teaches", false},
    {"educationalLevel", false},
    {"availableLanguage", false},
    {"keywords", false},
};

static bool is_type(const json_node *n, const char *type)
{
    const json_node *m = answer_member(n, "@type");
    if (m != NULL && json_type_of(m) == JSON_ARRAY) {
        for (const json_node *t = json_child(m); t != NULL; t = json_next(t)) {
            if (json_type_of(t) == JSON_TEXT && bytes_equal_text(json_text(t), type)) {
                return true;
            }
        }
        return false;
    }
    return m != NULL && json_type_of(m) == JSON_TEXT && bytes_equal_text(json_text(m), type);
}

/* A member, or the first of a list of them. */
static const json_node *first_of(const json_node *n, const char *key)
{
    const json_node *m = answer_member(n, key);
    return m != NULL && json_type_of(m) == JSON_ARRAY ? json_child(m) : m;
}

/* What names the entry: its identifier, code, @id or url. */
static bytes name_of(const json_node *n)
{
    static const char *const keys[] = {"identifier", "courseCode", "@id", "url"};
    bytes name = answer_text(answer_member(n, "identifier"), "value");
    for (size_t i = 0; i < sizeof keys / sizeof *keys && name.base == NULL; i++) {
        name = answer_text(n, keys[i]);
    }
    return name;
}

static bool is_plain(bytes name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.base[i];
        bool is_fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '.' || c == '_';
        if (!is_fine) {
            return false;
        }
    }
    return name.len > 0 && name.len <= PLAIN_ID_MAX;
}

/* A name that no id may have goes by its hash. */
static void make_id(bytes name, const char *suffix, char id[ID_ROOM])
{
    if (is_plain(name)) {
        snprintf(id, ID_ROOM, "ld-%.*s%s", (int)name.len, name.base, suffix);
    } else {
        snprintf(id, ID_ROOM, "ld-%016llx%s", (unsigned long long)bytes_hash(name), suffix);
    }
}

/* The language of its texts, where it is one of ours; German where none is told. */
static const char *language_of(const json_node *n, char out[8])
{
    uint32_t position = 0;
    bytes lang = answer_text(n, "inLanguage");
    lang.len = lang.len > 2 ? 2 : lang.len; /* "de-DE" */
    if (lang.base == NULL || !code_find(CODES(language), lang, &position)) {
        return "de";
    }
    snprintf(out, 8, "%.*s", (int)lang.len, lang.base);
    return out;
}

static void read_place(const json_node *place, char postcode[POSTCODE_LEN], bool *ret_has_degrees,
                       double *lat, double *lon)
{
    const json_node *address = first_of(place, "address");
    (void)answer_postcode(address, "postalCode", postcode); /* empty: not said */
    *ret_has_degrees =
        answer_degrees(answer_member(place, "geo"), "latitude", "longitude", lat, lon);
}

static void put_place(json_writer *w, const json_node *place)
{
    char postcode[POSTCODE_LEN];
    double lat = 0;
    double lon = 0;
    bool has_degrees = false;
    read_place(place, postcode, &has_degrees, &lat, &lon);
    answer_put_place(w, postcode, has_degrees, lat, lon);
}

/* ------------------------------------------------------------------------------------ jobs */

typedef struct type_code {
    const char *text;
    const char *code;
} type_code;

static void put_employment_types(import_run *r, json_writer *w, const json_node *n)
{
    static const type_code TYPES[] = {{"FULL_TIME", "full_time"}, {"PART_TIME", "part_time"}};
    static const char *const others[] = {"CONTRACTOR", "TEMPORARY", "INTERN",
                                         "VOLUNTEER",  "PER_DIEM",  "OTHER"};
    const json_node *m = answer_member(n, "employmentType");
    bool is_list = m != NULL && json_type_of(m) == JSON_ARRAY;
    bool has_any = false;
    for (const json_node *t = is_list ? json_child(m) : m; t != NULL;
         t = is_list ? json_next(t) : NULL) {
        bytes text = json_type_of(t) == JSON_TEXT ? json_text(t) : (bytes){"", 0};
        bool is_known = false;
        for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
            is_known = is_known || bytes_equal_text(text, others[i]);
        }
        for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++) {
            if (bytes_equal_text(text, TYPES[i].text)) {
                if (!has_any) {
                    json_put_key(w, "working_time");
                    json_begin_array(w);
                }
                has_any = true;
                is_known = true;
                json_put_cstr(w, TYPES[i].code);
            }
        }
        if (!is_known) {
            run_count_key(&r->unmapped_codes, text);
        }
    }
    if (has_any) {
        json_end_array(w);
    }
}

static const char *job_kind(const json_node *n)
{
    bytes type = answer_text(n, "employmentType");
    return bytes_equal_text(type, "INTERN")      ? "internship"
           : bytes_equal_text(type, "VOLUNTEER") ? "volunteering"
                                                 : "job";
}

static void put_pay(import_run *r, json_writer *w, const json_node *n)
{
    static const type_code UNITS[] = {
        {"HOUR", "hour"}, {"DAY", "day"}, {"WEEK", "week"}, {"MONTH", "month"}, {"YEAR", "year"}};
    const json_node *salary = answer_member(n, "baseSalary");
    const json_node *value = answer_member(salary, "value");
    bytes unit = answer_text(value, "unitText");
    bytes currency = answer_text(salary, "currency");
    double amount = 0;
    uint32_t position = 0;
    if (!answer_number(value, "value", &amount) && !answer_number(value, "minValue", &amount)) {
        return;
    }
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++) {
        if (unit.base != NULL && bytes_equal_text(unit, UNITS[i].text) && amount >= 0 &&
            amount <= 1e7 && currency.base != NULL &&
            code_find(CODES(currency), currency, &position)) {
            json_put_key(w, "pay");
            json_begin_object(w);
            json_put_key(w, "amount");
            json_put_double(w, amount);
            json_member_cstr(w, "unit", UNITS[i].code);
            json_member_text(w, "currency", currency);
            json_end_object(w);
            return;
        }
    }
    run_count_key(&r->unmapped_codes, BYTES("baseSalary"));
}

static void put_job_intake(import_run *r, json_writer *w, const json_node *n, const char *id)
{
    char name[ID_ROOM + 8];
    day start = 0;
    int64_t seats = 0;
    bool has_seats = answer_integer(n, "totalJobOpenings", &seats) && seats > 0 && seats < 100000;
    snprintf(name, sizeof name, "%s/1", id);
    json_put_key(w, "intakes");
    json_begin_array(w);
    json_begin_object(w);
    json_member_cstr(w, "id", name);
    if (answer_day(r, n, "jobStartDate", &start)) {
        answer_put_day(w, "start", start);
    }
    json_member_int(w, "seats", has_seats ? seats : 1);
    json_member_int(w, "seats_free", has_seats ? seats : 1);
    json_member_cstr(w, "seats_source", has_seats ? "stated" : "assumed");
    json_end_object(w);
    json_end_array(w);
}

static bool take_job(import_run *r, const json_node *n, uint64_t number, err *e)
{
    char id[ID_ROOM];
    char lang[8];
    day posted = 0;
    day valid_to = 0;
    buf record = {0};
    json_writer w = json_writer_to(&record);
    make_id(name_of(n), "", id);
    json_begin_object(&w);
    json_member_cstr(&w, "id", id);
    json_member_cstr(&w, "kind", job_kind(n));
    json_member_cstr(&w, "status", "running");
    answer_put_title(&w, "title", language_of(n, lang), answer_text(n, "title"));
    answer_put_description(r, &w, language_of(n, lang), answer_text(n, "description"));
    bytes employer = answer_text(answer_member(n, "hiringOrganization"), "name");
    answer_put_provider(&w,
                        employer.base != NULL ? employer : answer_text(n, "hiringOrganization"));
    put_place(&w, first_of(n, "jobLocation"));
    if (bytes_equal_text(answer_text(n, "jobLocationType"), "TELECOMMUTE")) {
        json_member_bool(&w, "online", true);
    }
    put_employment_types(r, &w, n);
    put_pay(r, &w, n);
    put_job_intake(r, &w, n, id);
    (void)answer_day(r, n, "datePosted", &posted);     /* else not known */
    (void)answer_day(r, n, "validThrough", &valid_to); /* else it ends with the source */
    answer_put_source(&w, "schema.org", bytes_of(id), posted, valid_to);
    json_end_object(&w);
    bool is_taken = answer_take(r, &record, number, 0, e);
    buf_fini(&record);
    return is_taken;
}

/* ------------------------------------------------------------------------------------ courses */

static bool is_online(const json_node *instance)
{
    bytes mode = answer_text(instance, "courseMode");
    return bytes_equal_text(mode, "online") || bytes_equal_text(mode, "Online");
}

static void place_key(const json_node *instance, char out[KEY_ROOM])
{
    char postcode[POSTCODE_LEN];
    (void)answer_postcode(first_of(answer_member(instance, "location"), "address"), "postalCode",
                          postcode); /* empty: not said */
    snprintf(out, KEY_ROOM, "%s%s",
             is_online(instance) ? ".online"
             : postcode[0] != 0  ? "."
                                 : "",
             is_online(instance) ? "" : postcode);
}

/* "Tuesday", "https://schema.org/Tuesday" */
static uint32_t day_bit(bytes text)
{
    static const char *const names[7] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                         "Friday", "Saturday", "Sunday"};
    for (uint32_t d = 0; d < 7; d++) {
        size_t len = strlen(names[d]);
        if (text.len >= len && memcmp(text.base + text.len - len, names[d], len) == 0) {
            return 1u << d;
        }
    }
    return 0;
}

static int32_t minutes_of(bytes clock)
{
    int hours = 0;
    int minutes = 0;
    char text[TEXT_ROOM];
    if (clock.len < 4 || clock.len >= TEXT_ROOM) {
        return -1;
    }
    snprintf(text, sizeof text, "%.*s", (int)clock.len, clock.base);
    bool is_clock = sscanf(text, "%2d:%2d", &hours, &minutes) == 2 && hours >= 0 && hours <= 23 &&
                    minutes >= 0 && minutes < 60;
    return is_clock ? hours * 60 + minutes : -1;
}

/* Stated, so nothing is derived. */
static void put_schedule(json_writer *w, const json_node *schedule)
{
    static const char *const codes[7] = {"mo", "tu", "we", "th", "fr", "sa", "su"};
    uint32_t days = 0;
    int32_t start = minutes_of(answer_text(schedule, "startTime"));
    int32_t end = minutes_of(answer_text(schedule, "endTime"));
    const json_node *by_day = answer_member(schedule, "byDay");
    bool is_list = by_day != NULL && json_type_of(by_day) == JSON_ARRAY;
    for (const json_node *d = is_list ? json_child(by_day) : by_day; d != NULL;
         d = is_list ? json_next(d) : NULL) {
        days |= json_type_of(d) == JSON_TEXT ? day_bit(json_text(d)) : 0;
    }
    if (days == 0 || start < 0 || end <= start) {
        return;
    }
    char text[16];
    json_put_key(w, "schedule");
    json_begin_array(w);
    json_begin_object(w);
    json_put_key(w, "by_day");
    json_begin_array(w);
    for (uint32_t d = 0; d < 7; d++) {
        if ((days >> d & 1) != 0) {
            json_put_cstr(w, codes[d]);
        }
    }
    json_end_array(w);
    snprintf(text, sizeof text, "%02d:%02d", start / 60, start % 60);
    json_member_cstr(w, "start_time", text);
    snprintf(text, sizeof text, "%02d:%02d", end / 60, end % 60);
    json_member_cstr(w, "end_time", text);
    json_end_object(w);
    json_end_array(w);
}

static void put_instance(import_run *r, json_writer *w, const json_node *n, const char *id,
                         size_t number)
{
    char name[ID_ROOM + 24];
    day start = 0;
    day end = 0;
    int64_t seats = 0;
    snprintf(name, sizeof name, "%s/%zu", id, number);
    json_begin_object(w);
    json_member_cstr(w, "id", name);
    bool has_start = answer_day(r, n, "startDate", &start);
    if (has_start) {
        answer_put_day(w, "start", start);
    }
    if (answer_day(r, n, "endDate", &end) && (!has_start || end >= start)) {
        answer_put_day(w, "end", end);
    }
    if (answer_integer(n, "maximumAttendeeCapacity", &seats) && seats > 0 && seats < 100000) {
        json_member_int(w, "seats", seats);
    }
    put_schedule(w, first_of(n, "courseSchedule"));
    json_end_object(w);
}

static void put_price(json_writer *w, const json_node *course)
{
    double amount = 0;
    uint32_t position = 0;
    const json_node *price = first_of(course, "offers");
    bytes currency = answer_text(price, "priceCurrency");
    if (answer_number(price, "price", &amount) && amount >= 0 && amount <= 1e7 &&
        currency.base != NULL && code_find(CODES(currency), currency, &position)) {
        json_put_key(w, "price");
        json_begin_object(w);
        json_put_key(w, "amount");
        json_put_double(w, amount);
        json_member_text(w, "currency", currency);
        json_end_object(w);
    }
}

/* The instances at one place; answers how many. */
static size_t put_course(import_run *r, const json_node *n, const json_node *first, buf *record)
{
    char key[KEY_ROOM] = "";
    char id[ID_ROOM];
    char lang[8];
    size_t count = 0;
    json_writer w = json_writer_to(record);
    if (first != NULL) {
        place_key(first, key);
    }
    make_id(name_of(n), key, id);
    json_begin_object(&w);
    json_member_cstr(&w, "id", id);
    json_member_cstr(&w, "kind", "qualification");
    json_member_cstr(&w, "status", "running");
    answer_put_title(&w, "title", language_of(n, lang), answer_text(n, "name"));
    answer_put_description(r, &w, language_of(n, lang), answer_text(n, "description"));
    answer_put_provider(&w, answer_text(first_of(n, "provider"), "name"));
    put_place(&w, answer_member(first, "location"));
    if (first != NULL && is_online(first)) {
        json_member_bool(&w, "online", true);
    }
    if (answer_text(n, "inLanguage").base != NULL) {
        json_put_key(&w, "instruction_languages");
        json_begin_array(&w);
        json_put_cstr(&w, language_of(n, lang));
        json_end_array(&w);
    }
    json_put_key(&w, "intakes");
    json_begin_array(&w);
    for (const json_node *i = first; i != NULL && count < INTAKE_COUNT_MAX / 8; i = json_next(i)) {
        char other[KEY_ROOM];
        place_key(i, other);
        if (strcmp(key, other) == 0) {
            put_instance(r, &w, i, id, ++count);
        }
    }
    json_end_array(&w);
    put_price(&w, n);
    answer_put_source(&w, "schema.org", bytes_of(id), r->options.today, 0);
    json_end_object(&w);
    return count;
}

static bool take_course(import_run *r, const json_node *n, uint64_t number, err *e)
{
    const json_node *list = answer_member(n, "hasCourseInstance");
    bool is_list = list != NULL && json_type_of(list) == JSON_ARRAY;
    const json_node *first = is_list ? json_child(list) : list;
    const json_node *i = first;
    do {
        bool came_before = false;
        char key[KEY_ROOM] = "";
        char other[KEY_ROOM];
        if (i != NULL) {
            place_key(i, key);
        }
        for (const json_node *k = first; k != i && !came_before; k = json_next(k)) {
            place_key(k, other);
            came_before = strcmp(key, other) == 0;
        }
        if (!came_before) {
            buf record = {0};
            size_t count = put_course(r, n, i, &record);
            bool is_taken = answer_take(r, &record, number, count > 0 ? count - 1 : 0, e);
            buf_fini(&record);
            if (!is_taken) {
                return false;
            }
        }
        i = is_list && i != NULL ? json_next(i) : NULL;
    } while (i != NULL);
    return true;
}

/* ------------------------------------------------------------------------------------ the file */

static bool has_needed(const json_node *n)
{
    bool is_job = is_type(n, "JobPosting");
    bool is_course = is_type(n, "Course");
    return (is_job || is_course) && name_of(n).base != NULL &&
           answer_text(n, is_job ? "title" : "name").base != NULL;
}

static void count_keys(import_run *r, const json_node *n)
{
    if (is_type(n, "JobPosting")) {
        answer_count_keys(r, n, "", JOB_KEYS, sizeof JOB_KEYS / sizeof *JOB_KEYS);
    } else {
        answer_count_keys(r, n, "", COURSE_KEYS, sizeof COURSE_KEYS / sizeof *COURSE_KEYS);
    }
}

static bool take_entry(import_run *r, const json_node *n, uint64_t number, err *e)
{
    if (has_needed(n)) {
        return is_type(n, "JobPosting") ? take_job(r, n, number, e) : take_course(r, n, number, e);
    }
    err why = {0};
    fail(&why, ERR_FIELD_MISSING,
         "the entry is no JobPosting or Course with an identifier (or url) and a title");
    err_path(&why, "/%llu", (unsigned long long)(number - 1));
    run_refuse(r, number, (bytes){NULL, 0}, &why);
    return true;
}

static bool take_list(import_run *r, const json_node *first, bool is_list, err *e)
{
    uint64_t total = 0;
    uint64_t lacking = 0;
    for (const json_node *n = first; n != NULL; n = is_list ? json_next(n) : NULL, total++) {
        count_keys(r, n);
        lacking += !has_needed(n);
    }
    if (!answer_refuse_drift(lacking, total, "entries have no identifier or no title", e)) {
        return false;
    }
    uint64_t number = 1;
    for (const json_node *n = first; n != NULL; n = is_list ? json_next(n) : NULL, number++) {
        if (!take_entry(r, n, number, e)) {
            return false;
        }
    }
    return true;
}

static bool json_ld_recognises(bytes head)
{
    bool has_type = head.len > 0 && (memmem(head.base, head.len, "\"JobPosting\"", 12) != NULL ||
                                     memmem(head.base, head.len, "\"Course\"", 8) != NULL);
    return has_type && answer_has_key(head, "\"@type\"");
}

static bool json_ld_finish(import_run *r, err *e)
{
    json_doc *doc = NULL;
    if (!answer_parse(r, &doc, e)) {
        return false;
    }
    if (doc == NULL) {
        return true;
    }
    const json_node *root = json_root(doc);
    const json_node *graph = answer_member(root, "@graph");
    const json_node *list = graph != NULL ? graph : root;
    bool is_list = json_type_of(list) == JSON_ARRAY;
    bool is_taken = take_list(r, is_list ? json_child(list) : list, is_list, e);
    json_doc_free(&doc);
    return is_taken;
}

const import_reader IMPORT_JSON_LD = {
    "json-ld",          "schema.org JobPosting and Course (JSON-LD)",
    json_ld_recognises, answer_begin,
    answer_feed,        json_ld_finish,
    answer_end,
};
