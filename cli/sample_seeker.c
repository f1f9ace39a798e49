/* Invented people. A life is rolled first: when somebody arrived, worked, lost work, has children;
 * every fact of the record follows from it, and some facts are left out as in any real record. */
#include <string.h>

#include "cli/sample.h"

enum { STREAM_SEEKER = 3, MONTH_DAYS = 30, YEAR_DAYS = 365, GROUP_TEXT_MAX = 160 };

typedef struct life {
    dice dice;
    const trade *trade;
    int32_t age;
    int32_t months_here; /* newcomers: since they arrived */
    int32_t months_idle; /* since the last work, or since arrival */
    int32_t months_worked;
    uint32_t german;
    uint32_t literacy; /* 0 none .. 3 full */
    bool is_newcomer;
    bool is_native_speaker;
    bool has_child;
    bool has_small_child;
    bool is_single;
    bool is_returning; /* after years for children or relatives */
    bool has_degree;
    bool has_car;
    bool may_work;
} life;

/* ------------------------------------------------------------------------------------ the life */

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* German grows with the time here; school helps, and nobody is the same. */
static uint32_t german_of(life *l)
{
    if (!l->is_newcomer) {
        return l->is_native_speaker ? LEVEL_C2
                                    : (uint32_t)dice_between(&l->dice, LEVEL_B1, LEVEL_C1);
    }
    int32_t level = l->months_here < 8    ? LEVEL_A0
                    : l->months_here < 18 ? LEVEL_A1
                    : l->months_here < 36 ? LEVEL_A2
                                          : LEVEL_B1;
    level += dice_between(&l->dice, 0, l->has_degree ? 1 : 0);
    level += dice_chance(&l->dice, 30) ? 1 : 0;
    level -= l->literacy < 2 && level > LEVEL_A1 ? 1 : 0;
    return (uint32_t)least(level, LEVEL_C1);
}

static uint32_t literacy_of(life *l)
{
    if (l->has_degree) {
        return 3;
    }
    uint32_t at = dice_below(&l->dice, 100);
    return l->is_newcomer ? (at < 12   ? 0
                             : at < 30 ? 1
                             : at < 65 ? 2
                                       : 3)
                          : (at < 1    ? 0
                             : at < 8  ? 1
                             : at < 30 ? 2
                                       : 3);
}

static life make_life(uint64_t seed, uint32_t number)
{
    life l = {.dice = dice_for(seed, STREAM_SEEKER, number)};
    dice *d = &l.dice;
    l.trade = &SAMPLE_TRADES[dice_below(d, SAMPLE_TRADE_COUNT)];
    l.is_newcomer = dice_chance(d, 42);
    l.is_native_speaker = !l.is_newcomer && dice_chance(d, 78);
    l.age = dice_chance(d, 16) ? dice_between(d, 18, 24) : dice_between(d, 25, 61);
    l.months_worked =
        l.age < 22 ? dice_between(d, 0, 12) : dice_between(d, 0, least((l.age - 20) * 8, 240));
    l.has_degree = l.trade->eqf >= 3 && l.months_worked > 30 && dice_chance(d, 65);
    l.months_here = dice_between(d, 2, 72);
    /* Most look for a year or two, some for very long. */
    l.months_idle = dice_chance(d, 30) ? dice_between(d, 24, 130) : dice_between(d, 1, 23);
    if (l.is_newcomer) {
        l.months_idle = least(l.months_idle, l.months_here);
    }
    l.months_idle = least(l.months_idle, (l.age - 17) * 12);
    l.literacy = literacy_of(&l);
    l.german = german_of(&l);
    l.has_child = l.age > 20 && dice_chance(d, 42);
    l.has_small_child = l.has_child && l.age < 46 && dice_chance(d, 50);
    l.is_single = l.has_child && dice_chance(d, 32);
    l.is_returning = !l.is_newcomer && l.months_idle > 30 && l.age > 27 && dice_chance(d, 35);
    l.has_car = dice_chance(d, l.is_newcomer ? 22 : 48);
    l.may_work = !l.is_newcomer || dice_chance(d, 80);
    return l;
}

/* ------------------------------------------------------------------------------------ who, where
 */

static void put_mobility(sample *s, const life *l)
{
    bool drives = l->has_car && dice_chance(&s->dice, 70);
    json_put_key(&s->w, "mobility");
    json_begin_object(&s->w);
    json_member_int(&s->w, "max_km",
                    drives ? dice_between(&s->dice, 3, 12) * 5 : dice_between(&s->dice, 3, 25));
    sample_put_words(s, "modes", drives ? "car public_transport" : "public_transport bicycle");
    json_end_object(&s->w);
}

static void put_language(sample *s, const char *code, const char *level, const char *evidence)
{
    json_begin_object(&s->w);
    json_member_cstr(&s->w, "code", code);
    json_member_cstr(&s->w, "level", level);
    json_member_cstr(&s->w, "evidence", evidence);
    json_end_object(&s->w);
}

static void put_german(sample *s, const life *l)
{
    static const char *const SKILLS[] = {"listening", "reading", "writing", "speaking"};
    bool is_certified = l->is_newcomer && l->german >= LEVEL_A2 && dice_chance(&s->dice, 60);
    json_begin_object(&s->w);
    json_member_cstr(&s->w, "code", "de");
    json_member_cstr(&s->w, "level", sample_level(l->german));
    if (is_certified) {
        json_put_key(&s->w, "skills");
        json_begin_object(&s->w);
        for (uint32_t i = 0; i < 4; i++) {
            bool is_lower = (i == 1 || i == 2) && l->literacy < 3 && dice_chance(&s->dice, 50);
            json_member_cstr(&s->w, SKILLS[i], sample_level(l->german - is_lower));
        }
        json_end_object(&s->w);
    }
    json_member_cstr(&s->w, "evidence",
                     is_certified                ? "certificate"
                     : l->is_native_speaker      ? "caseworker"
                     : dice_chance(&s->dice, 40) ? "placement_test"
                     : dice_chance(&s->dice, 50) ? "caseworker"
                                                 : "self_reported");
    if (is_certified) {
        sample_put_day(s, "date", SAMPLE_DAY - dice_between(&s->dice, 20, 400));
    }
    json_end_object(&s->w);
}

static void put_languages(sample *s, const life *l)
{
    const tongue *t = &SAMPLE_TONGUES[dice_below(&s->dice, SAMPLE_TONGUE_COUNT)];
    json_put_key(&s->w, "languages");
    json_begin_array(&s->w);
    put_german(s, l);
    if (!l->is_native_speaker) {
        put_language(s, t->code, l->literacy < 2 ? "B2" : "C2", "self_reported");
    }
    if (l->has_degree && dice_chance(&s->dice, 55)) {
        uint32_t level = (uint32_t)dice_between(&s->dice, LEVEL_A1, LEVEL_C1);
        put_language(s, "en", sample_level(level), "self_reported");
    }
    json_end_array(&s->w);
    static const char *const LITERACY[] = {"none", "basic", "functional", "full"};
    json_put_key(&s->w, "literacy");
    json_begin_object(&s->w);
    json_member_cstr(&s->w, "latin", LITERACY[l->literacy]);
    if (!l->is_native_speaker && !t->is_latin) {
        json_member_cstr(&s->w, "other_script", l->literacy < 2 ? "functional" : "full");
    }
    json_end_object(&s->w);
}

/* ------------------------------------------------------------------------------------ abilities */

static const char *school_of(sample *s, const life *l)
{
    if (l->is_newcomer) {
        return l->literacy == 0 ? "none" : "abroad";
    }
    if (l->has_degree && l->trade->eqf >= 6) {
        return "general_entrance";
    }
    uint32_t at = dice_below(&s->dice, 100) + (l->has_degree ? 25 : 0);
    return at < 20    ? "none"
           : at < 60  ? "lower_secondary"
           : at < 105 ? "intermediate"
                      : "applied_entrance";
}

static void put_education(sample *s, const life *l)
{
    const char *school = school_of(s, l);
    int32_t eqf_max = strcmp(school, "none") == 0 ? 0 : 2;
    json_put_key(&s->w, "education");
    json_begin_object(&s->w);
    json_member_cstr(&s->w, "school", school);
    json_member_int(&s->w, "eqf",
                    l->has_degree ? l->trade->eqf : dice_between(&s->dice, 0, eqf_max));
    json_end_object(&s->w);
    if (!l->has_degree) {
        return;
    }
    static const char *const STATES[] = {"none", "applied", "partial", "partial", "full"};
    json_put_key(&s->w, "qualifications");
    json_begin_array(&s->w);
    json_begin_object(&s->w);
    sample_put_concept(s, "occupation", l->trade->occupation);
    json_member_int(&s->w, "eqf", l->trade->eqf);
    json_member_cstr(&s->w, "recognition",
                     l->is_newcomer ? STATES[dice_below(&s->dice, 5)] : "not_needed");
    json_end_object(&s->w);
    json_end_array(&s->w);
}

static void put_abilities(sample *s, const life *l)
{
    static const char *const GENERAL[] = {"teamwork",          "punctuality", "digital-basics",
                                          "self-organisation", "empathy",     "customer-service"};
    uint32_t percent = l->months_worked < 6 ? 10 : l->months_worked < 36 ? 50 : 78;
    json_put_key(&s->w, "skills");
    json_begin_array(&s->w);
    /* A skill stands once: general ones are only for those whose trade does not list any. */
    if (percent > 10) {
        sample_put_skills(s, l->trade->skills, SKILL_COUNT, percent, SKILL_COUNT);
    } else {
        sample_put_skills(s, GENERAL, 6, 40, 3);
    }
    json_end_array(&s->w);
    bool drives_lorries = strcmp(l->trade->occupation, "8332") == 0 && l->months_worked > 12;
    sample_put_words(s, "driving_licences",
                     drives_lorries                      ? "B C CE"
                     : l->has_car || l->trade->needs_car ? "B"
                                                         : "");
    bool has_licence =
        l->trade->licence != NULL && l->months_worked > 12 && dice_chance(&s->dice, 45);
    sample_put_words(s, "licences", has_licence ? l->trade->licence : "");
    if (l->months_worked == 0) {
        return;
    }
    json_put_key(&s->w, "experience");
    json_begin_array(&s->w);
    json_begin_object(&s->w);
    sample_put_concept(s, "occupation", l->trade->occupation);
    json_member_int(&s->w, "months", l->months_worked);
    char last[DAY_TEXT_LEN + 1];
    day_print(SAMPLE_DAY - l->months_idle * MONTH_DAYS, last);
    json_member_text(&s->w, "last_used", (bytes){last, 7});
    json_end_object(&s->w);
    json_end_array(&s->w);
}

/* ------------------------------------------------------------------------------------ wishes */

static const char *kinds_wished(const life *l)
{
    return l->is_newcomer && l->german < LEVEL_B1 ? "language_course qualification internship"
           : l->age < 25 && !l->has_degree        ? "apprenticeship internship qualification"
           : l->months_idle > 48                  ? "subsidised_job work_opportunity coaching job"
           : l->has_degree && l->is_newcomer      ? "recognition_measure job language_course"
                                                  : "job qualification";
}

static void put_wishes(sample *s, const life *l)
{
    const trade *other = &SAMPLE_TRADES[dice_below(&s->dice, SAMPLE_TRADE_COUNT)];
    json_put_key(&s->w, "wishes");
    json_begin_object(&s->w);
    json_put_key(&s->w, "occupations");
    json_begin_array(&s->w);
    sample_put_concept(s, NULL, l->trade->occupation);
    sample_put_concept(s, NULL, l->trade->near);
    bool is_third = strcmp(other->occupation, l->trade->occupation) != 0 &&
                    strcmp(other->occupation, l->trade->near) != 0;
    if (is_third && dice_chance(&s->dice, 25)) {
        sample_put_concept(s, NULL, other->occupation);
    }
    json_end_array(&s->w);
    if (dice_chance(&s->dice, 70)) {
        sample_put_words(s, "kinds", kinds_wished(l));
    }
    if (dice_chance(&s->dice, 15)) {
        sample_put_words(s, "settings", "small_group");
    }
    json_end_object(&s->w);
}

static void put_availability(sample *s, const life *l)
{
    bool is_tied = l->has_small_child || (l->is_single && dice_chance(&s->dice, 60));
    int32_t later = dice_chance(&s->dice, 65) ? 0 : dice_between(&s->dice, 7, 110);
    json_put_key(&s->w, "availability");
    json_begin_object(&s->w);
    sample_put_day(s, "from", SAMPLE_DAY + later);
    json_member_int(&s->w, "hours_min",
                    dice_chance(&s->dice, 55) ? dice_between(&s->dice, 0, 4)
                                              : dice_between(&s->dice, 8, 20));
    json_member_int(&s->w, "hours_max",
                    is_tied ? dice_between(&s->dice, 20, 28) : dice_between(&s->dice, 30, 40));
    if (is_tied) {
        sample_put_words(s, "not", "evening night weekend");
    } else if (dice_chance(&s->dice, 25)) {
        sample_put_words(s, "not", "night");
    }
    json_end_object(&s->w);
}

/* ------------------------------------------------------------------------------------ the file */

static void put_spell(sample *s, const char *status, day from, day to)
{
    json_begin_object(&s->w);
    json_member_cstr(&s->w, "status", status);
    sample_put_day(s, "from", from);
    if (to > SAMPLE_DAY) {
        json_put_key(&s->w, "to");
        json_put_null(&s->w);
    } else {
        sample_put_day(s, "to", to);
    }
    json_end_object(&s->w);
}

static void put_spells(sample *s, const life *l)
{
    day idle_from = SAMPLE_DAY - l->months_idle * MONTH_DAYS - dice_between(&s->dice, 0, 25);
    day work_from = idle_from - least(l->months_worked * MONTH_DAYS, 12 * YEAR_DAYS);
    day looks_from = idle_from;
    json_put_key(&s->w, "spells");
    json_begin_array(&s->w);
    if (!l->is_newcomer && l->months_worked > 0) {
        put_spell(s, "employed_insured", work_from, idle_from - 1);
    }
    if (l->is_returning) {
        looks_from = SAMPLE_DAY - dice_between(&s->dice, 20, 400);
        put_spell(s, l->has_child ? "child_raising" : "care", idle_from, looks_from - 1);
    }
    put_spell(s, "unemployed", looks_from, SAMPLE_DAY + 1);
    bool is_insured = !l->is_newcomer && !l->is_returning && l->months_worked > 12;
    day benefit_from = is_insured ? idle_from + YEAR_DAYS : idle_from;
    if (is_insured) {
        put_spell(s, "benefit_sgb3", idle_from, benefit_from - 1);
    }
    if (benefit_from < SAMPLE_DAY) {
        put_spell(s, l->may_work ? "benefit_sgb2" : "benefit_asylblg", benefit_from,
                  SAMPLE_DAY + 1);
    }
    json_end_array(&s->w);
}

static const char *entitlement_of(sample *s, const life *l)
{
    if (!l->is_newcomer) {
        uint32_t at = dice_below(&s->dice, 100);
        return at < 14 ? "SGB3_45_PROVIDER" : at < 23 ? "SGB3_81" : NULL;
    }
    if (!dice_chance(&s->dice, 55)) {
        return NULL;
    }
    return l->german >= LEVEL_B1       ? "AUFENTHG_45A"
           : dice_chance(&s->dice, 50) ? "AUFENTHG_44A"
                                       : "AUFENTHG_44";
}

static void put_entitlements(sample *s, const life *l)
{
    const char *code = entitlement_of(s, l);
    json_put_key(&s->w, "entitlements");
    json_begin_array(&s->w);
    if (code != NULL) {
        day issued = SAMPLE_DAY - dice_between(&s->dice, 2, 80);
        json_begin_object(&s->w);
        json_member_cstr(&s->w, "code", code);
        sample_put_day(s, "issued", issued);
        bool lasts_a_year = strncmp(code, "AUFENTHG_44", 11) == 0;
        sample_put_day(s, "valid_to", issued + (lasts_a_year ? YEAR_DAYS : 92));
        json_end_object(&s->w);
    }
    json_end_array(&s->w);
}

static void put_needs(sample *s, const life *l)
{
    char words[GROUP_TEXT_MAX] = "";
    if (l->has_small_child && dice_chance(&s->dice, 55)) {
        strcat(words, "childcare ");
    }
    if (dice_chance(&s->dice, 4)) {
        strcat(words, "step_free_access ");
    }
    if (l->german == LEVEL_A0 && dice_chance(&s->dice, 25)) {
        strcat(words, "interpreting ");
    }
    if (l->months_idle > 60 && dice_chance(&s->dice, 15)) {
        strcat(words, "social_support ");
    }
    sample_put_words(s, "needs", words);
}

static void put_permission(sample *s, const life *l)
{
    uint32_t at = dice_below(&s->dice, 100);
    json_put_key(&s->w, "work_permission");
    json_begin_object(&s->w);
    json_member_cstr(&s->w, "status",
                     !l->is_newcomer ? "free"
                     : l->may_work   ? "allowed"
                     : at < 55       ? "with_consent"
                     : at < 75       ? "not_yet"
                     : at < 85       ? "barred"
                                     : "unknown");
    if (l->is_newcomer && l->may_work) {
        sample_put_day(s, "until", SAMPLE_DAY + dice_between(&s->dice, 60, 1000));
    }
    json_end_object(&s->w);
}

static void put_groups(sample *s, const life *l)
{
    char words[GROUP_TEXT_MAX] = "";
    strcat(words, l->is_newcomer ? "newcomer " : "");
    strcat(words, l->months_idle >= 13 && !l->is_returning ? "long_term_unemployed " : "");
    strcat(words, l->is_single ? "single_parent " : "");
    strcat(words, l->age < 25 ? "young_adult " : "");
    strcat(words, l->age >= 50 ? "older_worker " : "");
    strcat(words, !l->has_degree ? "no_vocational_degree " : "");
    strcat(words, l->is_returning ? "returner " : "");
    sample_put_words(s, "target_groups", words);
}

static void put_facts(sample *s, const life *l)
{
    json_put_key(&s->w, "facts");
    json_begin_object(&s->w);
    json_member_bool(&s->w, "age_25_or_over", l->age >= 25);
    json_member_bool(&s->w, "minor_child_in_household", l->has_child);
    if (!dice_chance(&s->dice, 30)) {
        json_member_bool(&s->w, "severe_disability_or_equal", dice_chance(&s->dice, 7));
    }
    json_end_object(&s->w);
}

/* A section with its share of records that lack it. */
typedef struct section {
    void (*put)(sample *s, const life *l);
    uint32_t missing_percent;
} section;

void sample_seeker(uint64_t seed, uint32_t number, buf *out)
{
    static const section SECTIONS[] = {
        {put_mobility, 12}, {put_languages, 3},    {put_education, 9}, {put_abilities, 6},
        {put_wishes, 8},    {put_availability, 4}, {put_spells, 5},    {put_entitlements, 10},
        {put_needs, 3},     {put_permission, 6},   {put_groups, 5},    {put_facts, 25},
    };
    life l = make_life(seed, number);
    sample made = {.dice = l.dice, .w = json_writer_to(out)};
    sample *s = &made;
    json_begin_object(&s->w);
    sample_put_id(s, 's', number);
    sample_put_place(s, &s->dice, 1600, !dice_chance(&s->dice, 4));
    for (uint32_t i = 0; i < sizeof SECTIONS / sizeof *SECTIONS; i++) {
        if (!dice_chance(&s->dice, SECTIONS[i].missing_percent)) {
            SECTIONS[i].put(s, &l);
        }
    }
    json_put_key(&s->w, "source");
    json_begin_object(&s->w);
    json_member_cstr(&s->w, "system", "sample");
    sample_put_day(s, "last_seen", SAMPLE_DAY - dice_between(&s->dice, 0, 20));
    json_end_object(&s->w);
    json_end_object(&s->w);
    buf_char(out, '\n');
}
