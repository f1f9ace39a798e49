#ifndef TESTS_UNIT_MODEL_SAMPLES_H
#define TESTS_UNIT_MODEL_SAMPLES_H

#include <check.h>

#include "model/record_offer.h"
#include "model/record_seeker.h"

/* Invented records with every field, as canonical JSON, and what the model tests share. */

static const code_entry SHIFT_ENTRIES[] = {{"early", "früh", "early", NULL},
                                           {"late", "spät", "late", NULL}};
static const code_list SHIFTS = {"shift", false, 2, SHIFT_ENTRIES, 2};
static const ext_key SAMPLE_KEYS[] = {
    {"org.example.night_ok", SIDE_SEEKER, LOTSE_FLAG, NULL, false},
    {"org.example.points", SIDE_SEEKER, LOTSE_INT, NULL, true},
    {"org.example.seen", SIDE_OFFER, LOTSE_DAY, NULL, false},
    {"org.example.shifts", SIDE_OFFER, LOTSE_CODE_SET, &SHIFTS, false}};
static const ext_keys SAMPLE_EXT = {SAMPLE_KEYS, 4};

static const char FULL_SEEKER[] =
    "{\"id\":\"s-000007\",\"unit\":\"u-12\",\"version\":3,"
    "\"location\":{\"postcode\":\"44135\",\"lat\":51.51,\"lon\":7.47},"
    "\"mobility\":{\"max_km\":25,\"max_minutes\":45,\"modes\":[\"bicycle\",\"public_transport\"],"
    "\"region_bound\":{\"region\":\"DE-NW\",\"until\":\"2027-06-30\"}},"
    "\"languages\":[{\"code\":\"de\",\"level\":\"B1\",\"skills\":{\"listening\":\"B1\","
    "\"reading\":\"A2\",\"writing\":\"A1\",\"speaking\":\"B2\"},\"evidence\":\"certificate\","
    "\"date\":\"2026-03-01\"},{\"code\":\"ti\",\"level\":\"C2\"}],"
    "\"literacy\":{\"latin\":\"functional\",\"other_script\":\"full\"},"
    "\"education\":{\"school\":\"intermediate\",\"eqf\":4},"
    "\"qualifications\":[{\"occupation\":\"kldb:81302\",\"eqf\":6,\"recognition\":\"partial\"}],"
    "\"parts_done\":[{\"of\":\"kldb:51312\",\"number\":1}],"
    "\"skills\":[\"esco:a-1\",\"esco:b.2\"],"
    "\"driving_licences\":[\"B\"],\"licences\":[\"forklift\"],"
    "\"experience\":[{\"occupation\":\"isco:5321\",\"months\":24,\"last_used\":\"2019-05\"}],"
    "\"wishes\":{\"occupations\":[\"isco:5321\"],\"kinds\":[\"qualification\",\"job\"],"
    "\"not_kinds\":[],\"not_occupations\":[],\"settings\":[\"small_group\"]},"
    "\"goal\":{\"occupation\":\"isco:3221\",\"by\":\"2028-12-31\"},"
    "\"availability\":{\"from\":\"2026-12-01\",\"hours_min\":15,\"hours_max\":30,"
    "\"not\":[\"night\"],\"windows\":[{\"by_day\":[\"mo\",\"fr\"],\"start_time\":\"08:15\","
    "\"end_time\":\"12:45\"}]},"
    "\"spells\":[{\"status\":\"unemployed\",\"from\":\"2023-01-01\",\"to\":null},"
    "{\"status\":\"benefit_sgb2\",\"from\":\"2022-06-01\",\"to\":\"2022-12-31\"},"
    "{\"status\":\"training\",\"from\":\"2020-06-01\"}],"
    "\"entitlements\":[{\"code\":\"AUFENTHG_45A\",\"issued\":\"2026-11-02\","
    "\"valid_to\":\"2027-02-02\",\"obliged\":true}],"
    "\"conditions_excluded\":[\"heavy_lifting\"],\"needs\":[\"childcare\",\"step_free_access\"],"
    "\"work_permission\":{\"status\":\"allowed\",\"until\":null},"
    "\"target_groups\":[\"newcomer\"],"
    "\"facts\":{\"age_25_or_over\":true,\"minor_child_in_household\":true,"
    "\"severe_disability_or_equal\":false},\"facts_review_by\":\"2027-05-01\","
    "\"source\":{\"system\":\"card index\",\"last_seen\":\"2026-11-20\"},"
    "\"review_by\":\"2027-03-31\","
    "\"ext\":{\"org.example.night_ok\":true,\"org.example.points\":-5}}";

static const char FULL_OFFER[] =
    "{\"id\":\"o-000007\",\"kind\":\"qualification\",\"status\":\"pilot\",\"version\":1,"
    "\"title\":{\"de\":\"Lager, Teil 1\",\"en\":\"Warehouse, part 1\"},"
    "\"description\":{\"de\":\"Zwei Zeilen,\\nübers Lager.\"},"
    "\"provider\":{\"id\":\"p-07\",\"name\":\"Werkstatt am Kanal\"},"
    "\"location\":{\"postcode\":\"44147\",\"lat\":51.53,\"lon\":7.45},\"online\":false,"
    "\"requires\":{\"languages\":[{\"code\":\"de\",\"min\":\"A2\",\"max\":\"C1\","
    "\"skills\":{\"listening\":\"A1\",\"reading\":\"A2\",\"writing\":\"A1\",\"speaking\":\"B1\"}}],"
    "\"literacy\":{\"latin\":\"functional\"},\"eqf_min\":1,\"school_min\":\"none\",\"skills\":[],"
    "\"driving_licences\":[],\"licences\":[],"
    "\"experience\":[{\"occupation\":\"kldb:51312\",\"months\":6}],\"regulated\":false,"
    "\"work_permission\":[\"free\",\"allowed\"],\"unemployed_months\":12,"
    "\"instruments\":[\"SGB3_81\"],\"entitlements\":[],"
    "\"documents\":[\"extended_conduct_certificate\"]},"
    "\"restrictions\":[{\"trait\":\"sex\",\"value\":\"female\",\"justification\":\"Asked for.\","
    "\"legal_basis\":\"AGG 5\"}],"
    "\"prefers\":{\"skills\":[\"esco:c\"]},\"target_groups\":[],\"occupation\":\"kldb:51312\","
    "\"part\":{\"of\":\"kldb:51312\",\"number\":1,\"total\":6},\"course_type\":null,\"units\":320,"
    "\"instruction_languages\":[\"de\",\"en\"],\"group\":\"group\","
    "\"conditions\":[\"heavy_lifting\",\"standing\"],\"hours\":{\"min\":38,\"max\":39},"
    "\"working_time\":[\"full_time\"],\"employment\":{\"contract\":\"fixed_term\","
    "\"insured\":true},\"pay\":{\"amount\":15.25,\"unit\":\"hour\",\"currency\":\"EUR\"},"
    "\"intakes\":[{\"id\":\"o-000007/1\",\"start\":\"2027-02-01\",\"end\":\"2027-04-16\","
    "\"seats\":12,\"seats_free\":4,\"seats_min\":8,\"seats_source\":\"stated\","
    "\"register_by\":\"2027-01-22\",\"reserved\":[{\"target_group\":\"single_parent\","
    "\"seats\":3,\"until\":\"2027-01-15\"}],\"waiting_list\":\"open\","
    "\"entry\":{\"mode\":\"fixed\",\"latest\":null,\"steps\":[\"placement_test\"]},"
    "\"schedule\":[{\"by_day\":[\"mo\"],\"start_time\":\"07:35\",\"end_time\":\"08:00\"}],"
    "\"schedule_flexible\":false},{\"id\":\"o-000007/2\",\"start\":null,"
    "\"entry\":{\"mode\":\"rolling\"}}],"
    "\"support\":[\"childcare\"],\"childcare\":{\"from\":\"07:30\",\"to\":\"16:00\"},"
    "\"outcomes\":{\"languages\":[{\"code\":\"de\",\"level\":\"B1\"}],\"skills\":[\"esco:d\"],"
    "\"school\":null,\"eqf\":null,\"occupation\":null,\"licences\":[\"forklift\"]},"
    "\"funding\":[\"SGB3_81\"],\"price\":{\"amount\":0,\"currency\":\"EUR\"},"
    "\"confirmed_on\":\"2026-11-20\",\"apply\":{\"via\":\"employment_agency\","
    "\"contact_point\":{\"role\":\"course office\",\"phone\":\"000\"}},"
    "\"source\":{\"system\":\"lotse\",\"id\":\"x 1\",\"last_seen\":\"2026-11-20\","
    "\"valid_to\":\"2027-01-22\"},"
    "\"ext\":{\"org.example.seen\":\"2026-11-01\",\"org.example.shifts\":[\"late\"]}}";

static inline seeker *sample_seeker(arena *a, const char *text)
{
    seeker *s = NULL;
    err e = {0};
    bool is_done = seeker_parse(bytes_of(text), &SAMPLE_EXT, a, &s, &e);
    ck_assert_msg(is_done, "%s: %s: %s", err_id(e.code), e.path, e.text);
    return s;
}

static inline offer *sample_offer(arena *a, const char *text)
{
    offer *o = NULL;
    err e = {0};
    bool is_done = offer_parse(bytes_of(text), &SAMPLE_EXT, a, &o, &e);
    ck_assert_msg(is_done, "%s: %s: %s", err_id(e.code), e.path, e.text);
    return o;
}

/* Fails the test unless the record is refused with this code at this pointer; yields the err. */
static inline err expect_refused(record_side side, const char *text, err_code code,
                                 const char *path)
{
    arena a = {0};
    err e = {0};
    void *untouched = &a;
    seeker *s = untouched;
    offer *o = untouched;
    bool is_done = side == SIDE_SEEKER ? seeker_parse(bytes_of(text), &SAMPLE_EXT, &a, &s, &e)
                                       : offer_parse(bytes_of(text), &SAMPLE_EXT, &a, &o, &e);
    ck_assert_msg(!is_done, "accepted: %s", text);
    ck_assert_msg(e.code == code, "%s: %s: %s", text, err_id(e.code), e.text);
    ck_assert_str_eq(e.path, path);
    ck_assert_ptr_eq(s, untouched);
    ck_assert_ptr_eq(o, untouched);
    arena_fini(&a);
    return e;
}

#endif
