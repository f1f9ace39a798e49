/* Invented offers: the sections of a record, each after its plan. */
#include <stdio.h>
#include <string.h>

#include "cli/sample_plan.h"

enum { STREAM_OFFER = 1, STREAM_PROVIDER = 2, TEXT_MAX = 200 };

/* The minimum wage of 2027 in cents, below which no work is paid. */
enum { PAY_MIN_CT = 1460 };

/* 2027-08-01, when apprenticeships start. */
enum { APPRENTICESHIP_DAY = 21031 };

/* ------------------------------------------------------------------------------------ who, where
 */

typedef struct affix {
    const char *before;
    const char *behind;
} affix;

static void put_affixed(sample *s, const char *key, const affix *a, const char *what, const plan *p,
                        const char *part_time)
{
    char text[TEXT_MAX];
    char number[2] = {(char)('0' + p->module), '\0'};
    bool is_module = p->subject == SUBJECT_QUALIFICATION && p->form == FORM_MODULE;
    bool is_part_time = p->subject == SUBJECT_JOB && !p->is_full_time;
    snprintf(text, sizeof text, "%s%s%s%s%s", a->before, what, a->behind, is_module ? number : "",
             is_part_time ? part_time : "");
    json_member_cstr(&s->w, key, text);
}

static void put_title(sample *s, const plan *p)
{
    static const affix AROUND[SUBJECT_COUNT][2] = {
        [SUBJECT_JOB] = {{"", ""}, {"", ""}},
        [SUBJECT_APPRENTICESHIP] = {{"Ausbildung: ", ""}, {"Apprenticeship: ", ""}},
        [SUBJECT_INTERNSHIP] = {{"Praktikum: ", ""}, {"Placement: ", ""}},
        [SUBJECT_RECOGNITION] = {{"Anpassungsqualifizierung: ", ""}, {"Bridging course: ", ""}},
        [SUBJECT_WORK_OPPORTUNITY] = {{"Arbeitsgelegenheit: ", ""}, {"Work opportunity: ", ""}},
        [SUBJECT_SUBSIDISED] = {{"", ", geförderte Stelle"}, {"", ", subsidised job"}},
    };
    static const affix FORMS[FORM_COUNT][2] = {
        [FORM_BASIC] = {{"Grundkurs: ", ""}, {"Basic course: ", ""}},
        [FORM_MODULE] = {{"", ", Teilqualifizierung "}, {"", ", module "}},
        [FORM_RETRAINING] = {{"Umschulung: ", ""}, {"Retraining: ", ""}},
        [FORM_REFRESHER] = {{"Auffrischung: ", ""}, {"Refresher: ", ""}},
    };
    json_put_key(&s->w, "title");
    json_begin_object(&s->w);
    if (p->trade != NULL) {
        const affix *around =
            p->subject == SUBJECT_QUALIFICATION ? FORMS[p->form] : AROUND[p->subject];
        put_affixed(s, "de", &around[0], p->trade->de, p, " in Teilzeit");
        put_affixed(s, "en", &around[1], p->trade->en, p, ", part time");
    } else {
        json_member_cstr(&s->w, "de", p->course != NULL ? p->course->de : p->service->de);
        json_member_cstr(&s->w, "en", p->course != NULL ? p->course->en : p->service->en);
    }
    json_end_object(&s->w);
}

/* A provider has one name and one place in whatever offer it stands. */
static void put_provider(sample *s, const plan *p, uint64_t seed)
{
    static const char *const SCHOOLS[] = {"Lernhaus", "Bildungshof", "Sprachwerk", "Abendschule"};
    static const char *const HELPERS[] = {"Beratungsstelle", "Nachbarschaftshaus", "Treffpunkt",
                                          "Sozialwerkstatt"};
    bool is_employer = p->trade != NULL && p->subject != SUBJECT_QUALIFICATION &&
                       p->subject != SUBJECT_RECOGNITION;
    bool is_school = p->trade != NULL || p->course != NULL || p->service->school != NULL;
    uint32_t branch = dice_below(&s->dice, 4);
    const char *firm = is_employer ? p->trade->firm : is_school ? SCHOOLS[branch] : HELPERS[branch];
    uint32_t name = dice_below(&s->dice, SAMPLE_NAME_COUNT);
    uint32_t first = is_employer ? 8 + (uint32_t)(p->trade - SAMPLE_TRADES)
                     : is_school ? branch
                                 : 4 + branch;
    uint32_t number = first * SAMPLE_NAME_COUNT + name;
    char id[16];
    char text[TEXT_MAX];
    snprintf(id, sizeof id, "p-%04u", number);
    snprintf(text, sizeof text, "%s %s", firm, SAMPLE_NAMES[name]);
    json_put_key(&s->w, "provider");
    json_begin_object(&s->w);
    json_member_cstr(&s->w, "id", id);
    json_member_cstr(&s->w, "name", text);
    json_end_object(&s->w);
    dice place = dice_for(seed, STREAM_PROVIDER, number);
    sample_put_place(s, &place, 1200, !dice_chance(&s->dice, 3));
}

/* ------------------------------------------------------------------------------------ requires */

static void put_languages(sample *s, const plan *p)
{
    bool is_course = p->course != NULL;
    /* An advertisement often says nothing about German. */
    if (!is_course && (p->level == LEVEL_A0 || dice_chance(&s->dice, 8))) {
        return;
    }
    json_put_key(&s->w, "languages");
    json_begin_array(&s->w);
    json_begin_object(&s->w);
    json_member_cstr(&s->w, "code", "de");
    json_member_cstr(&s->w, "min", sample_level(p->level));
    if (is_course) {
        json_member_cstr(&s->w, "max", sample_level(p->course->max));
    }
    json_end_object(&s->w);
    json_end_array(&s->w);
}

static void put_schooling(sample *s, const plan *p)
{
    bool is_work = p->subject == SUBJECT_JOB || p->subject == SUBJECT_RECOGNITION;
    if (is_work && p->trade->eqf >= 4 && dice_chance(&s->dice, 60)) {
        json_member_int(&s->w, "eqf_min", p->trade->eqf);
    }
    if (p->subject == SUBJECT_APPRENTICESHIP && dice_chance(&s->dice, 45)) {
        json_member_cstr(&s->w, "school_min",
                         p->trade->level >= LEVEL_B2 ? "intermediate" : "lower_secondary");
    }
    if (p->service != NULL && p->service->school != NULL && p->service->min >= LEVEL_B2) {
        json_member_cstr(&s->w, "school_min", "intermediate");
    }
}

/* What only work and training in a trade ask for. */
static void put_trade_requires(sample *s, const plan *p)
{
    const trade *t = p->trade;
    bool is_job = p->subject == SUBJECT_JOB;
    if (is_job && dice_chance(&s->dice, 12)) {
        json_put_key(&s->w, "skills");
        json_begin_array(&s->w);
        sample_put_skills(s, t->skills, SKILL_COUNT, 50, 1);
        json_end_array(&s->w);
    }
    if (t->needs_car && (is_job || p->subject == SUBJECT_APPRENTICESHIP)) {
        sample_put_words(s, "driving_licences", strcmp(t->occupation, "8332") == 0 ? "B C" : "B");
    }
    if (is_job && t->licence != NULL && dice_chance(&s->dice, 20)) {
        sample_put_words(s, "licences", t->licence);
    }
    if (is_job && t->is_regulated) {
        json_member_bool(&s->w, "regulated", true);
    }
    sample_put_words(s, "work_permission",
                     dice_chance(&s->dice, 55) ? "free allowed with_consent" : "free allowed");
    if (p->subject == SUBJECT_SUBSIDISED || p->subject == SUBJECT_WORK_OPPORTUNITY) {
        json_member_int(&s->w, "unemployed_months", p->subject == SUBJECT_SUBSIDISED ? 24 : 12);
        if (dice_chance(&s->dice, 35)) {
            sample_put_words(s, "instruments",
                             p->subject == SUBJECT_SUBSIDISED ? "SGB2_16i" : "SGB2_16d");
        }
    }
    if (t->documents[0] != '\0' && p->subject != SUBJECT_QUALIFICATION) {
        sample_put_words(s, "documents", t->documents);
    }
}

static void put_requires(sample *s, const plan *p)
{
    json_put_key(&s->w, "requires");
    json_begin_object(&s->w);
    put_languages(s, p);
    put_schooling(s, p);
    if (p->trade != NULL) {
        put_trade_requires(s, p);
    }
    if (p->course != NULL && p->course->entitlements != NULL) {
        bool is_vocational = p->course->type[0] == 'v';
        if (dice_chance(&s->dice, 50)) {
            sample_put_words(s, "instruments", is_vocational ? "AUFENTHG_45A" : "AUFENTHG_43");
        }
        sample_put_words(s, "entitlements", p->course->entitlements);
    }
    json_end_object(&s->w);
}

/* ------------------------------------------------------------------------------------ what it is
 */

static void put_trade(sample *s, const plan *p)
{
    const trade *t = p->trade;
    if (dice_chance(&s->dice, 80)) {
        json_put_key(&s->w, "prefers");
        json_begin_object(&s->w);
        json_put_key(&s->w, "skills");
        json_begin_array(&s->w);
        sample_put_skills(s, t->skills, SKILL_COUNT, 70, 5);
        json_end_array(&s->w);
        json_end_object(&s->w);
    }
    sample_put_words(s, "target_groups", "");
    if (!dice_chance(&s->dice, 2)) {
        sample_put_concept(s, "occupation", t->occupation);
    }
    if (p->subject == SUBJECT_QUALIFICATION) {
        json_member_int(&s->w, "units", (int64_t)p->weeks * p->hours_max);
        sample_put_words(s, "instruction_languages", "de");
    }
    sample_put_words(s, "conditions", t->conditions);
}

static void put_kind_of_course(sample *s, const plan *p)
{
    const course *c = p->course;
    bool is_for_newcomers = c->entitlements != NULL && c->type[0] != 'v';
    sample_put_words(s, "target_groups", is_for_newcomers ? "newcomer" : "");
    json_member_cstr(&s->w, "course_type", c->type);
    json_member_int(&s->w, "units", c->units);
    sample_put_words(s, "instruction_languages", "de");
    json_member_cstr(&s->w, "group", dice_chance(&s->dice, 40) ? "small_group" : "group");
}

static void put_money(sample *s, const char *key, int32_t cents)
{
    char text[16];
    int len = snprintf(text, sizeof text, "%d.%02d", cents / 100, cents % 100);
    json_put_key(&s->w, key);
    json_put_raw(&s->w, (bytes){text, (size_t)len});
}

static void put_pay(sample *s, int32_t cents, const char *unit)
{
    json_put_key(&s->w, "pay");
    json_begin_object(&s->w);
    put_money(s, "amount", cents);
    json_member_cstr(&s->w, "unit", unit);
    json_member_cstr(&s->w, "currency", "EUR");
    json_end_object(&s->w);
}

static void put_employment(sample *s, const plan *p)
{
    bool is_job = p->subject == SUBJECT_JOB;
    if (p->subject == SUBJECT_WORK_OPPORTUNITY) {
        put_pay(s, 200, "hour");
        return;
    }
    if (!is_job && p->subject != SUBJECT_SUBSIDISED && p->subject != SUBJECT_APPRENTICESHIP) {
        return;
    }
    sample_put_words(s, "working_time", p->is_full_time ? "full_time" : "part_time");
    json_put_key(&s->w, "employment");
    json_begin_object(&s->w);
    json_member_cstr(&s->w, "contract",
                     !is_job && p->subject == SUBJECT_APPRENTICESHIP ? "training_contract"
                     : is_job && dice_chance(&s->dice, 70)           ? "permanent"
                                                                     : "fixed_term");
    json_member_bool(&s->w, "insured", true);
    json_end_object(&s->w);
    if (p->subject == SUBJECT_APPRENTICESHIP) {
        put_pay(s, dice_between(&s->dice, 95, 135) * 1000, "month");
    } else if (!is_job || !dice_chance(&s->dice, 20)) { /* many advertisements name no pay */
        int32_t cents = p->trade->pay_ct + dice_between(&s->dice, -2, 12) * 10;
        put_pay(s, cents < PAY_MIN_CT ? PAY_MIN_CT : cents, "hour");
    }
}

/* ------------------------------------------------------------------------------------ intakes */

static day monday_from(day d)
{
    return d + (day)((7 - day_weekday(d)) % 7);
}

static void put_seats(sample *s, const plan *p, bool is_first)
{
    bool is_job = p->subject == SUBJECT_JOB || p->subject == SUBJECT_SUBSIDISED;
    int32_t seats = is_job ? dice_between(&s->dice, 1, 4) : dice_between(&s->dice, 2, 5) * 4;
    bool is_full = !is_job && is_first && dice_chance(&s->dice, 12);
    int32_t free = is_full ? 0 : is_first ? dice_between(&s->dice, 1, seats) : seats;
    json_member_int(&s->w, "seats", seats);
    if (!dice_chance(&s->dice, 3)) {
        json_member_int(&s->w, "seats_free", free);
    }
    if (is_full) {
        json_member_cstr(&s->w, "waiting_list", dice_chance(&s->dice, 60) ? "open" : "closed");
    }
}

static void put_schedule(sample *s, const plan *p)
{
    const course *c = p->course;
    bool is_small = c != NULL && c->hours < 5;
    json_put_key(&s->w, "schedule");
    json_begin_array(&s->w);
    json_begin_object(&s->w);
    sample_put_words(s, "by_day", is_small ? "tu th" : "mo tu we th fr");
    json_member_cstr(&s->w, "start_time",
                     c != NULL         ? c->schedule_start
                     : p->is_full_time ? "07:30"
                                       : "08:15");
    json_member_cstr(&s->w, "end_time",
                     c != NULL         ? c->schedule_end
                     : p->is_full_time ? "15:30"
                                       : "13:00");
    json_end_object(&s->w);
    json_end_array(&s->w);
}

static void put_rolling(sample *s, const plan *p)
{
    json_put_key(&s->w, "start");
    json_put_null(&s->w);
    sample_put_day(s, "end", SAMPLE_DAY + dice_between(&s->dice, 200, 400));
    put_seats(s, p, true);
    json_put_key(&s->w, "entry");
    json_begin_object(&s->w);
    json_member_cstr(&s->w, "mode", "rolling");
    json_end_object(&s->w);
    json_member_bool(&s->w, "schedule_flexible", true);
}

static void put_dated(sample *s, const plan *p, day start, bool is_first)
{
    bool is_lasting = p->subject == SUBJECT_JOB || p->subject == SUBJECT_SUBSIDISED;
    sample_put_day(s, "start", start);
    if (p->subject == SUBJECT_APPRENTICESHIP) {
        sample_put_day(s, "end", start + 365 * 3 - 1);
    } else if (!is_lasting) {
        sample_put_day(s, "end", start + (day)p->weeks * 7 - 3);
    }
    put_seats(s, p, is_first);
    day by = start - dice_between(&s->dice, 3, 21);
    sample_put_day(s, "register_by", by > SAMPLE_DAY ? by : SAMPLE_DAY + 1);
    if (p->course != NULL || p->subject == SUBJECT_QUALIFICATION) {
        put_schedule(s, p);
    }
}

static void put_intakes(sample *s, const plan *p, uint32_t number)
{
    bool has_many = p->course != NULL || p->subject == SUBJECT_QUALIFICATION ||
                    p->subject == SUBJECT_INTERNSHIP;
    uint32_t count = has_many && !p->is_rolling ? 1 + dice_below(&s->dice, 4) : 1;
    day start = p->subject == SUBJECT_APPRENTICESHIP
                    ? APPRENTICESHIP_DAY
                    : monday_from(SAMPLE_DAY + dice_between(&s->dice, 8, 120));
    json_put_key(&s->w, "intakes");
    json_begin_array(&s->w);
    for (uint32_t i = 0; i < count; i++) {
        char id[24];
        snprintf(id, sizeof id, "o-%06u/%u", number, i + 1);
        json_begin_object(&s->w);
        json_member_cstr(&s->w, "id", id);
        if (p->is_rolling) {
            put_rolling(s, p);
        } else {
            put_dated(s, p, start, i == 0);
        }
        json_end_object(&s->w);
        start = monday_from(start + dice_between(&s->dice, 50, 120));
    }
    json_end_array(&s->w);
}

/* ------------------------------------------------------------------------------------ the rest */

static void put_support(sample *s, const plan *p)
{
    const char *words = p->course != NULL    ? p->course->support
                        : p->service != NULL ? p->service->support
                        : p->has_childcare   ? "childcare social_support"
                        : p->subject == SUBJECT_WORK_OPPORTUNITY || p->subject == SUBJECT_SUBSIDISED
                            ? "job_coach social_support travel_costs"
                            : "";
    if (p->subject == SUBJECT_JOB && dice_chance(&s->dice, 30)) {
        return; /* not said */
    }
    char text[TEXT_MAX];
    bool is_accessible = dice_chance(&s->dice, 25) && strstr(words, "step_free") == NULL;
    snprintf(text, sizeof text, "%s%s%s", words, is_accessible && words[0] != '\0' ? " " : "",
             is_accessible ? "step_free_access" : "");
    sample_put_words(s, "support", text);
    if (p->has_childcare) {
        json_put_key(&s->w, "childcare");
        json_begin_object(&s->w);
        json_member_cstr(&s->w, "from", "07:45");
        json_member_cstr(&s->w, "to", "16:30");
        json_end_object(&s->w);
    }
}

static void put_outcomes(sample *s, const plan *p)
{
    bool is_degree = p->subject == SUBJECT_APPRENTICESHIP || p->subject == SUBJECT_RECOGNITION ||
                     (p->subject == SUBJECT_QUALIFICATION && p->form == FORM_RETRAINING);
    bool has_school = p->service != NULL && p->service->school != NULL;
    if (p->course == NULL && !is_degree && !has_school && p->subject != SUBJECT_QUALIFICATION) {
        return;
    }
    json_put_key(&s->w, "outcomes");
    json_begin_object(&s->w);
    if (p->course != NULL) {
        json_put_key(&s->w, "languages");
        json_begin_array(&s->w);
        json_begin_object(&s->w);
        json_member_cstr(&s->w, "code", "de");
        json_member_cstr(&s->w, "level", sample_level(p->course->outcome));
        json_end_object(&s->w);
        json_end_array(&s->w);
    }
    if (p->subject == SUBJECT_QUALIFICATION) {
        json_put_key(&s->w, "skills");
        json_begin_array(&s->w);
        sample_put_skills(s, p->trade->skills, SKILL_COUNT, 60, 4);
        json_end_array(&s->w);
    }
    if (has_school) {
        json_member_cstr(&s->w, "school", p->service->school);
    }
    if (is_degree) {
        json_member_int(&s->w, "eqf", p->trade->eqf);
        sample_put_concept(s, "occupation", p->trade->occupation);
    }
    json_end_object(&s->w);
}

/* Who pays, and where one registers. */
static void put_administration(sample *s, const plan *p)
{
    static const char *const FUNDING[SUBJECT_COUNT] = {
        [SUBJECT_QUALIFICATION] = "SGB3_81", [SUBJECT_INTERNSHIP] = "SGB3_45",
        [SUBJECT_RECOGNITION] = "SGB3_81",   [SUBJECT_WORK_OPPORTUNITY] = "SGB2_16d",
        [SUBJECT_SUBSIDISED] = "SGB2_16e",
    };
    static const char *const VIA[SUBJECT_COUNT] = {
        "employer", "employment_agency", "provider",   "employer", "employer",
        "provider", "job_centre",        "job_centre", "provider",
    };
    const char *funding = p->service != NULL ? p->service->funding : FUNDING[p->subject];
    if (p->course != NULL && p->course->entitlements != NULL) {
        funding = p->course->type[0] == 'v' ? "AUFENTHG_45A" : "AUFENTHG_43";
    }
    if (funding != NULL) {
        sample_put_words(s, "funding", funding);
    }
    if (p->course != NULL || p->service != NULL || p->subject == SUBJECT_QUALIFICATION) {
        json_put_key(&s->w, "price");
        json_begin_object(&s->w);
        json_member_int(&s->w, "amount",
                        funding == NULL && p->course != NULL ? dice_between(&s->dice, 0, 24) * 10
                                                             : 0);
        json_member_cstr(&s->w, "currency", "EUR");
        json_end_object(&s->w);
    }
    if (!dice_chance(&s->dice, 10)) {
        sample_put_day(s, "confirmed_on", SAMPLE_DAY - dice_between(&s->dice, 1, 120));
    }
    json_put_key(&s->w, "apply");
    json_begin_object(&s->w);
    json_member_cstr(&s->w, "via", VIA[p->subject]);
    json_end_object(&s->w);
    json_put_key(&s->w, "source");
    json_begin_object(&s->w);
    json_member_cstr(&s->w, "system", "sample");
    sample_put_day(s, "last_seen", SAMPLE_DAY - dice_between(&s->dice, 0, 14));
    if (p->subject == SUBJECT_JOB && dice_chance(&s->dice, 40)) {
        sample_put_day(s, "valid_to", SAMPLE_DAY + dice_between(&s->dice, 5, 90));
    }
    json_end_object(&s->w);
}

void sample_offer(uint64_t seed, uint32_t number, buf *out)
{
    sample made = {.dice = dice_for(seed, STREAM_OFFER, number), .w = json_writer_to(out)};
    sample *s = &made;
    plan p = plan_make(&s->dice);
    uint32_t state = dice_below(&s->dice, 100);
    json_begin_object(&s->w);
    sample_put_id(s, 'o', number);
    json_member_cstr(&s->w, "kind", p.kind);
    json_member_cstr(&s->w, "status",
                     state < 93   ? "running"
                     : state < 97 ? "pilot"
                     : state < 99 ? "idea"
                                  : "ended");
    put_title(s, &p);
    put_provider(s, &p, seed);
    bool may_be_online = p.course != NULL || p.subject == SUBJECT_QUALIFICATION;
    json_member_bool(&s->w, "online", may_be_online && dice_chance(&s->dice, 10));
    put_requires(s, &p);
    if (p.trade != NULL) {
        put_trade(s, &p);
    } else if (p.course != NULL) {
        put_kind_of_course(s, &p);
    } else {
        sample_put_words(s, "target_groups", p.service->groups);
    }
    if (!dice_chance(&s->dice, 4)) {
        json_put_key(&s->w, "hours");
        json_begin_object(&s->w);
        json_member_int(&s->w, "min", p.hours_min);
        json_member_int(&s->w, "max", p.hours_max);
        json_end_object(&s->w);
    }
    put_employment(s, &p);
    put_intakes(s, &p, number);
    put_support(s, &p);
    put_outcomes(s, &p);
    put_administration(s, &p);
    json_end_object(&s->w);
    buf_char(out, '\n');
}
