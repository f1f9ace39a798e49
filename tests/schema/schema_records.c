/* schema_records schema seeker|offer: the JSON Schema, with keys that manifests declared.
 * schema_records random COUNT SEED: COUNT records, member by member at random; every second one
 * gets one value, key or entry that is probably wrong. schema_records each: whole records in which
 * every place in turn holds every odd value. One JSON object a line, the decoder is the judge of
 * each record:
 *   {"side":"seeker","error":null or the error id,"path":"...","record":{...}} */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "model/record_table.h"
#include "model/schema.h"

static const code_entry SHIFT_ENTRIES[] = {{"early", "früh", "early", NULL},
                                           {"late", "spät", "late", NULL}};
static const code_list SHIFTS = {"shift", false, 2, SHIFT_ENTRIES, 2};
static const ext_key EXT_KEYS[] = {
    {"org.example.night_ok", SIDE_SEEKER, LOTSE_FLAG, NULL, false},
    {"org.example.points", SIDE_SEEKER, LOTSE_INT, NULL, false},
    {"org.example.seen", SIDE_OFFER, LOTSE_DAY, NULL, false},
    {"org.example.shifts", SIDE_OFFER, LOTSE_CODE_SET, &SHIFTS, false}};
static const ext_keys EXT = {EXT_KEYS, 4};

/* Values that stand where others should, for any place. The decoder says which are right there. */
static const char *const ODD_VALUES[] = {"null",
                                         "true",
                                         "0",
                                         "-1",
                                         "1.0",
                                         "1.5",
                                         "9",
                                         "1e2",
                                         "169",
                                         "2147483647",
                                         "2147483648",
                                         "-2147483648",
                                         "10000001",
                                         "90.5",
                                         "-180",
                                         "\"\"",
                                         "\" \"",
                                         "\"x\"",
                                         "[]",
                                         "{}",
                                         "[null]",
                                         "[\"x\"]",
                                         "[[]]",
                                         "[{}]",
                                         "{\"x\":1}",
                                         "{\"de\":\"x\"}",
                                         "{\"de\":\"\"}",
                                         "{\"xx\":\"x\"}",
                                         "{\"de\":7}",
                                         "{\"de\":\"a\\nb\"}"};
static const char *const ODD_DAYS[] = {"\"2028-02-29\"",
                                       "\"2027-02-29\"",
                                       "\"2000-02-29\"",
                                       "\"1900-02-29\"",
                                       "\"0000-01-01\"",
                                       "\"0004-02-29\"",
                                       "\"2044-02-29\"",
                                       "\"2036-02-29\"",
                                       "\"2096-02-29\"",
                                       "\"2012-02-29\"",
                                       "\"2100-02-29\"",
                                       "\"2400-02-29\"",
                                       "\"2046-02-29\"",
                                       "\"0000-02-29\"",
                                       "\"0001-01-01\"",
                                       "\"9999-12-31\"",
                                       "\"2027-13-01\"",
                                       "\"2027-00-10\"",
                                       "\"2027-04-31\"",
                                       "\"2027-04-30\"",
                                       "\"2027-06-31\"",
                                       "\"2027-11-31\"",
                                       "\"2027-12-31\"",
                                       "\"2027-1-01\"",
                                       "\"2027-01-00\"",
                                       "\"2027-01-32\"",
                                       "\"20270101\"",
                                       "\"2027-01-01T00:00\"",
                                       "\" 2027-01-01\"",
                                       "\"+027-01-01\"",
                                       "\"2027-01-01\\n\"",
                                       "\"2027-01\"",
                                       "\"2027-12\"",
                                       "\"2027-13\"",
                                       "\"0000-05\"",
                                       "\"2027-00\"",
                                       "20600"};
static const char *const ODD_TIMES[] = {"\"00:00\"", "\"23:59\"", "\"24:00\"", "\"24:01\"",
                                        "\"25:00\"", "\"8:00\"",  "\"08:60\"", "\"08:00:00\"",
                                        "\"0800\"",  "\"19:59\"", "\"20:00\"", "480"};
static const char *const ODD_TEXTS[] = {
    "\"a b\"", "\"\\u00e4\"", "\"a\\nb\"", "\"a\\tb\"", "\"a\\u007fb\"", "\"a\\u0085b\"",
    "\"a\\u009fb\"", "\"\\u00a0\"", "\"a\\u00a0b\"", "\"\\n\"", "\"\\n\\n x\"", "\" x \"",
    "\"\\u0001\"", "\"\\ud83d\\ude00\"", "\"44135\"", "\"A-1 B\"", "\"a-1\"", "\"-1\"", "\" 1\"",
    "\"1\"", "\"12345678901\"", "\"1234567890\"", "\"A.b_c:d/e-9\"", "\"a~b\"", "\"a\\\\b\"",
    /* 64 and 65 characters */
    "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"",
    "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\""};
static const char *const ODD_CONCEPTS[] = {
    "\"isco:5\"",
    "\"isco:5321\"",
    "\"isco:53211\"",
    "\"isco:\"",
    "\"isco:53a1\"",
    "\"kldb:81302\"",
    "\"kldb:813021\"",
    "\"esco:\"",
    "\"esco:a.b-C9\"",
    "\"esco:a_b\"",
    "\"ESCO:a\"",
    "\"onet:1\"",
    "\"esco:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"",
    "\"esco:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"",
    "[\"esco:a\",\"esco:a\"]",
    "[\"esco:a\",\"isco:1\"]",
    "[\"esco:b\",\"esco:a\"]"};

static const char *const ODD_CODES[] = {"\"abroad\"",
                                        "\"unknown\"",
                                        "\"none\"",
                                        "\"a0\"",
                                        "\"A0\"",
                                        "\"A00\"",
                                        "\"de\"",
                                        "\"DE\"",
                                        "\"job\"",
                                        "[\"abroad\"]",
                                        "[\"unknown\"]",
                                        "[\"de\",\"de\"]",
                                        "[\"job\",\"job\"]",
                                        "[\"free\",\"free\"]",
                                        "[\"free\",\"unknown\"]",
                                        "[\"B\",\"B\"]"};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

typedef struct maker {
    json_writer *w;
    record_side side;
    uint64_t random;      /* the content's; 0: everything is there, nothing is left to chance */
    uint32_t place_count; /* values, keys and entries so far */
    uint32_t odd_place;   /* the one that gets a fault; UINT32_MAX: none */
    uint32_t odd_choice;  /* which fault */
    uint32_t odd_count;   /* how many faults the odd place knows */
} maker;

/* xorshift64*: the same numbers on every machine. */
static uint32_t next_random(uint64_t *state, uint32_t below)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)((*state * 0x2545F4914F6CDD1Dull) >> 33) % below;
}

static uint32_t pick(maker *m, uint32_t below)
{
    return m->random == 0 ? below - 1 : next_random(&m->random, below);
}

static bool is_odd_place(maker *m)
{
    return m->place_count++ == m->odd_place;
}

/* The fault to use at the odd place, of `count`. */
static uint32_t odd_of(maker *m, uint32_t count)
{
    m->odd_count = count;
    return m->odd_choice % count;
}

static void put_raw(maker *m, const char *json)
{
    json_put_raw(m->w, (bytes){json, strlen(json)});
}

typedef struct odd_list {
    const char *const *values;
    uint32_t count;
} odd_list;

static odd_list odd_values_of(member_kind kind)
{
    switch (kind) {
    case MEMBER_DAY:
    case MEMBER_MONTH:
        return (odd_list){ODD_DAYS, COUNT_OF(ODD_DAYS)};
    case MEMBER_TIME:
        return (odd_list){ODD_TIMES, COUNT_OF(ODD_TIMES)};
    case MEMBER_ID:
    case MEMBER_TEXT:
    case MEMBER_LONG_TEXT:
    case MEMBER_POSTCODE:
        return (odd_list){ODD_TEXTS, COUNT_OF(ODD_TEXTS)};
    case MEMBER_CODE:
    case MEMBER_CODE_SET:
    case MEMBER_CODE_LIST:
        return (odd_list){ODD_CODES, COUNT_OF(ODD_CODES)};
    case MEMBER_CONCEPT:
    case MEMBER_CONCEPT_SET:
    case MEMBER_SKILL_SET:
        return (odd_list){ODD_CONCEPTS, COUNT_OF(ODD_CONCEPTS)};
    default:
        return (odd_list){NULL, 0};
    }
}

/* A general odd value, one made for the kind, or a number at an end of the range. */
static void put_odd_value(maker *m, member_kind kind, const member *of)
{
    enum { ENDS = 4, LENGTHS = 2 };
    odd_list own = odd_values_of(kind);
    uint32_t general = COUNT_OF(ODD_VALUES);
    bool is_number = of != NULL && (kind == MEMBER_INT || kind == MEMBER_NUMBER);
    bool is_text = of != NULL && (kind == MEMBER_TEXT || kind == MEMBER_LONG_TEXT);
    uint32_t extra = is_number ? ENDS : is_text ? LENGTHS : 0;
    uint32_t at = odd_of(m, general + own.count + extra);
    if (at < general) {
        put_raw(m, ODD_VALUES[at]);
    } else if (at < general + own.count) {
        put_raw(m, own.values[at - general]);
    } else if (is_number) {
        const double ends[ENDS] = {of->min - 1, of->min, of->max, of->max + 1};
        json_put_double(m->w, ends[at - general - own.count]);
    } else {
        buf text = {0};
        for (double i = at - general - own.count; i < of->max + 1; i++) {
            buf_text(&text, "ä");
        }
        json_put_text(m->w, buf_bytes(&text));
        buf_fini(&text);
    }
}

static const char *some_code(maker *m, const member *of)
{
    uint32_t count =
        of->is_compared_only && pick(m, 16) > 0 ? of->codes->compared_count : of->codes->count;
    return of->codes->entries[pick(m, count)].id;
}

static void put_code_set(maker *m, const member *of)
{
    uint32_t step = 1 + pick(m, 5);
    json_begin_array(m->w);
    for (uint32_t at = of->is_filled ? 0 : pick(m, 3); at < of->codes->compared_count && at < 40;
         at += step) {
        json_put_cstr(m->w, of->codes->entries[at].id);
    }
    if (is_odd_place(m)) {
        json_put_cstr(m->w, of->codes->entries[0].id);
        put_odd_value(m, MEMBER_CODE, NULL);
    }
    if (is_odd_place(m)) {
        json_put_cstr(m->w, of->codes->entries[odd_of(m, of->codes->count)].id);
    }
    json_end_array(m->w);
}

static void put_concept(maker *m, bool is_skill)
{
    char text[32];
    uint32_t scheme = is_skill ? 0 : pick(m, 3);
    (void)snprintf(text, sizeof text,
                   scheme == 0   ? "esco:%u"
                   : scheme == 1 ? "isco:%04u"
                                 : "kldb:%05u",
                   pick(m, 10000));
    json_put_cstr(m->w, text);
}

static void put_concepts(maker *m, bool is_skill)
{
    json_begin_array(m->w);
    for (uint32_t left = m->random == 0 ? 1 : pick(m, 4); left > 0; left--) {
        put_concept(m, is_skill);
    }
    if (is_odd_place(m)) {
        put_odd_value(m, MEMBER_CONCEPT, NULL);
    }
    json_end_array(m->w);
}

static void put_day(maker *m, size_t len)
{
    char text[DAY_TEXT_LEN + 1];
    day_print((day)(18000 + pick(m, 4000)), text);
    json_put_text(m->w, (bytes){text, len});
}

static void put_texts(maker *m, const member *of)
{
    json_begin_object(m->w);
    json_member_cstr(m->w, "de", of->kind == MEMBER_LONG_TEXTS ? "Zeile\nZeile" : "Titel");
    if (pick(m, 2) == 0) {
        json_member_cstr(m->w, "en", "title");
    }
    if (is_odd_place(m)) {
        json_put_key(m->w, "fr");
        put_odd_value(m, of->kind == MEMBER_LONG_TEXTS ? MEMBER_LONG_TEXT : MEMBER_TEXT, of);
    }
    if (is_odd_place(m)) {
        static const char *const keys[] = {"ti", "xx", "DE", "", "deu"};
        json_put_key(m->w, keys[odd_of(m, COUNT_OF(keys))]);
        json_put_cstr(m->w, "x");
    }
    json_end_object(m->w);
}

static void put_ext(maker *m)
{
    json_begin_object(m->w);
    for (uint32_t i = 0; i < EXT.count; i++) {
        bool is_wrong_side = EXT.keys[i].side != m->side;
        if (is_wrong_side) {
            if (is_odd_place(m)) {
                json_put_key(m->w, EXT.keys[i].id);
                json_put_bool(m->w, true);
            }
            continue;
        }
        if (pick(m, 2) == 0) {
            continue;
        }
        json_put_key(m->w, EXT.keys[i].id);
        if (is_odd_place(m)) {
            put_odd_value(m, EXT.keys[i].type == LOTSE_DAY ? MEMBER_DAY : MEMBER_FLAG, NULL);
        } else if (EXT.keys[i].type == LOTSE_FLAG) {
            json_put_bool(m->w, true);
        } else if (EXT.keys[i].type == LOTSE_INT) {
            json_put_int(m->w, -7);
        } else if (EXT.keys[i].type == LOTSE_DAY) {
            put_day(m, DAY_TEXT_LEN);
        } else {
            put_raw(m, "[\"late\",\"early\"]");
        }
    }
    json_end_object(m->w);
}

static void put_shape(maker *m, const shape *s);

static void put_objects(maker *m, const shape *s)
{
    json_begin_array(m->w);
    for (uint32_t left = pick(m, 3); left > 0; left--) {
        if (is_odd_place(m)) {
            put_odd_value(m, MEMBER_OBJECT, NULL);
        }
        put_shape(m, s);
    }
    json_end_array(m->w);
}

static void put_value(maker *m, const member *of)
{
    char text[32];
    switch (of->kind) {
    case MEMBER_ID:
        (void)snprintf(text, sizeof text, "x-%u", pick(m, 1000000));
        json_put_cstr(m->w, text);
        break;
    case MEMBER_TEXT:
    case MEMBER_LONG_TEXT:
        json_put_cstr(m->w, of->kind == MEMBER_TEXT ? "Wörter" : "Wörter\nund mehr");
        break;
    case MEMBER_TEXTS:
    case MEMBER_LONG_TEXTS:
        put_texts(m, of);
        break;
    case MEMBER_POSTCODE:
        json_put_cstr(m->w, "01067");
        break;
    case MEMBER_INT:
        json_put_int(m->w, (int64_t)of->min + pick(m, 7));
        break;
    case MEMBER_NUMBER:
        json_put_double(m->w, of->min + pick(m, 9000) / 100.0);
        break;
    case MEMBER_FLAG:
        json_put_bool(m->w, pick(m, 2) == 0);
        break;
    case MEMBER_DAY:
        put_day(m, DAY_TEXT_LEN);
        break;
    case MEMBER_MONTH:
        put_day(m, sizeof("YYYY-MM") - 1);
        break;
    case MEMBER_TIME:
        (void)snprintf(text, sizeof text, "%02u:%02u", pick(m, 24), pick(m, 60));
        json_put_cstr(m->w, text);
        break;
    case MEMBER_CODE:
        json_put_cstr(m->w, some_code(m, of));
        break;
    case MEMBER_CODE_SET:
    case MEMBER_CODE_LIST:
        put_code_set(m, of);
        break;
    case MEMBER_CONCEPT:
        put_concept(m, false);
        break;
    case MEMBER_CONCEPT_SET:
    case MEMBER_SKILL_SET:
        put_concepts(m, of->kind == MEMBER_SKILL_SET);
        break;
    case MEMBER_OBJECT:
        put_shape(m, of->shape);
        break;
    case MEMBER_OBJECTS:
        put_objects(m, of->shape);
        break;
    case MEMBER_EXT:
        put_ext(m);
        break;
    }
}

static void put_member(maker *m, const member *of)
{
    if (of->is_required && is_odd_place(m)) {
        return; /* the fault: it is missing */
    }
    json_put_key(m->w, of->key);
    if (m->random != 0 && of->is_nullable && pick(m, 4) == 0) {
        json_put_null(m->w);
    } else if (is_odd_place(m)) {
        put_odd_value(m, of->kind, of);
    } else {
        put_value(m, of);
    }
}

/* Down the tables' shapes, which are ours and few deep. */
static void put_shape(maker *m, const shape *s)
{
    json_begin_object(m->w);
    for (uint32_t i = 0; i < s->count; i++) {
        if (s->members[i].is_required || pick(m, 3) > 0) {
            put_member(m, &s->members[i]);
        }
    }
    if (is_odd_place(m)) {
        static const char *const keys[] = {"nationality", "x", "", "ID"};
        json_member_cstr(m->w, keys[odd_of(m, COUNT_OF(keys))], "y");
    }
    json_end_object(m->w);
}

static maker make_record(record_side side, uint64_t seed, uint32_t odd_place, uint32_t odd_choice,
                         buf *out)
{
    buf_clear(out);
    json_writer w = json_writer_to(out);
    maker m = {.w = &w,
               .side = side,
               .random = seed,
               .odd_place = odd_place,
               .odd_choice = odd_choice,
               .odd_count = 1};
    put_shape(&m, side == SIDE_SEEKER ? seeker_table() : offer_table());
    return m;
}

/* Yields whether the shape is right: a rule between fields may still be broken. */
static bool print_judged(record_side side, bytes text)
{
    arena a = {0};
    err e = {0};
    seeker *s = NULL;
    offer *o = NULL;
    buf line = {0};
    json_writer w = json_writer_to(&line);
    bool is_done = side == SIDE_SEEKER ? seeker_parse(text, &EXT, &a, &s, &e)
                                       : offer_parse(text, &EXT, &a, &o, &e);
    json_begin_object(&w);
    json_member_cstr(&w, "side", side == SIDE_SEEKER ? "seeker" : "offer");
    json_member_cstr(&w, "error", is_done ? NULL : err_id(e.code));
    json_member_cstr(&w, "path", e.path);
    json_put_key(&w, "record");
    json_put_raw(&w, text);
    json_end_object(&w);
    (void)printf("%s\n", buf_terminated(&line)); /* looked at once, at the end of main */
    buf_fini(&line);
    arena_fini(&a);
    return is_done || e.code == ERR_FIELD_RULE;
}

static void print_random(uint32_t count, uint64_t seed)
{
    buf record = {0};
    uint64_t faults = seed ^ 0x9E3779B97F4A7C15ull;
    for (uint32_t i = 0; i < count; i++) {
        record_side side = i % 2 == 0 ? SIDE_SEEKER : SIDE_OFFER;
        uint64_t own_seed = (seed + i) * 0x9E3779B97F4A7C15ull + 1;
        maker m = make_record(side, own_seed, UINT32_MAX, 0, &record);
        if (i % 4 >= 2) {
            uint32_t odd_place = next_random(&faults, m.place_count);
            make_record(side, own_seed, odd_place, next_random(&faults, 1u << 20), &record);
        }
        print_judged(side, buf_bytes(&record));
    }
    buf_fini(&record);
}

static void print_each(record_side side)
{
    buf record = {0};
    uint32_t place_count = make_record(side, 0, UINT32_MAX, 0, &record).place_count;
    check(print_judged(side, buf_bytes(&record))); /* else every fault would hide behind its own */
    for (uint32_t place = 0; place < place_count; place++) {
        uint32_t odd_count = 1;
        for (uint32_t choice = 0; choice < odd_count; choice++) {
            odd_count = make_record(side, 0, place, choice, &record).odd_count;
            print_judged(side, buf_bytes(&record));
        }
    }
    buf_fini(&record);
}

static void print_schema(record_side side)
{
    buf out = {0};
    json_writer w = json_writer_to(&out);
    schema_print_record(side, &EXT, &w);
    (void)printf("%s\n", buf_terminated(&out));
    buf_fini(&out);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "schema") == 0) {
        print_schema(strcmp(argv[2], "seeker") == 0 ? SIDE_SEEKER : SIDE_OFFER);
    } else if (argc == 4 && strcmp(argv[1], "random") == 0) {
        print_random((uint32_t)strtoul(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
    } else if (argc == 2 && strcmp(argv[1], "each") == 0) {
        print_each(SIDE_SEEKER);
        print_each(SIDE_OFFER);
    } else {
        (void)fprintf(stderr,
                      "usage: schema_records schema seeker|offer | random COUNT SEED | each\n");
        return 2;
    }
    /* A full disk must not look like a short list. */
    return fflush(stdout) == 0 && ferror(stdout) == 0 ? 0 : 1;
}
