/* What an invented offer is about, rolled before anything is written. */
#include "cli/sample_plan.h"

#include <string.h>

static const char *const KINDS[SUBJECT_COUNT] = {
    "job",        "qualification",       "language_course",  "apprenticeship",
    "internship", "recognition_measure", "work_opportunity", "subsidised_job",
    NULL, /* a service brings its own */
};
/* How many of a hundred. */
static const uint8_t SHARES[SUBJECT_COUNT] = {30, 14, 14, 8, 5, 3, 5, 5, 16};

/* The first trade from a random one on whose qualified workers stand at low..high. */
static const trade *pick_trade(dice *d, uint32_t low, uint32_t high, uint32_t level_max)
{
    uint32_t at = dice_below(d, SAMPLE_TRADE_COUNT);
    const trade *t = &SAMPLE_TRADES[at];
    for (uint32_t i = 0; i < SAMPLE_TRADE_COUNT; i++) {
        t = &SAMPLE_TRADES[(at + i) % SAMPLE_TRADE_COUNT];
        if (t->eqf >= low && t->eqf <= high && t->level <= level_max) {
            break;
        }
    }
    return t;
}

static subject pick_subject(dice *d)
{
    uint32_t at = dice_below(d, 100);
    uint32_t picked = 0;
    while (at >= SHARES[picked]) {
        at -= SHARES[picked++];
    }
    return (subject)picked;
}

static uint32_t one_below(uint32_t level)
{
    return level > LEVEL_A0 ? level - 1 : LEVEL_A0;
}

static void set_hours(plan *p, int32_t low, int32_t high)
{
    p->hours_min = low;
    p->hours_max = high;
}

static void make_job(plan *p, dice *d)
{
    p->trade = pick_trade(d, 0, 8, LEVEL_C2);
    p->level = p->trade->level;
    p->is_full_time = dice_chance(d, 60);
    int32_t low = p->is_full_time ? dice_between(d, 35, 38) : dice_between(d, 12, 22);
    set_hours(p, low, p->is_full_time ? 39 : low + dice_between(d, 3, 8));
}

static void make_qualification(plan *p, dice *d)
{
    static const uint8_t WEEKS[FORM_COUNT] = {8, 12, 104, 4};
    p->form = (form)dice_below(d, FORM_COUNT);
    bool is_basic = p->form == FORM_BASIC;
    p->trade = pick_trade(d, is_basic ? 0 : 3, is_basic ? 4 : 5, LEVEL_B2);
    p->module = 1 + dice_below(d, 6);
    p->level = is_basic ? one_below(p->trade->level) : p->trade->level;
    p->weeks = WEEKS[p->form];
    p->is_full_time = dice_chance(d, 55);
    set_hours(p, p->is_full_time ? 35 : 20, p->is_full_time ? 38 : 25);
    p->has_childcare = !p->is_full_time && dice_chance(d, 45);
}

static void make_course(plan *p, dice *d)
{
    p->course = &SAMPLE_COURSES[dice_below(d, SAMPLE_COURSE_COUNT)];
    p->level = p->course->min;
    set_hours(p, p->course->hours, p->course->hours);
    p->weeks = p->course->units * 3u / (4u * p->course->hours) + 1;
    p->has_childcare = strstr(p->course->support, "childcare") != NULL;
}

static void make_apprenticeship(plan *p, dice *d)
{
    p->trade = pick_trade(d, 3, 4, LEVEL_B2);
    p->level = p->trade->level < LEVEL_A2 ? LEVEL_A2 : p->trade->level;
    p->is_full_time = dice_chance(d, 85);
    set_hours(p, p->is_full_time ? 35 : 25, 39);
}

static void make_service(plan *p, dice *d)
{
    p->service = &SAMPLE_SERVICES[dice_below(d, SAMPLE_SERVICE_COUNT)];
    p->kind = p->service->kind;
    p->level = p->service->min;
    set_hours(p, p->service->hours_min, p->service->hours_max);
    p->is_rolling = p->service->is_rolling;
    p->weeks = p->service->school != NULL ? 48 : 8;
    p->has_childcare =
        p->service->school != NULL && strstr(p->service->support, "childcare") != NULL;
}

/* Internships, recognition, work opportunities and subsidised jobs. */
static void make_work(plan *p, dice *d)
{
    bool is_recognition = p->subject == SUBJECT_RECOGNITION;
    p->trade = pick_trade(d, is_recognition ? 4 : 0, is_recognition ? 8 : 4,
                          is_recognition ? LEVEL_B2 : LEVEL_A2);
    p->level = one_below(p->trade->level);
    int32_t low = dice_between(d, 15, is_recognition ? 30 : 25);
    set_hours(p, low, low + dice_between(d, 4, 9));
    p->is_rolling = p->subject != SUBJECT_SUBSIDISED && dice_chance(d, 60);
    p->weeks = p->subject == SUBJECT_INTERNSHIP ? 4 : 26;
    p->has_childcare = dice_chance(d, 15);
}

plan plan_make(dice *d)
{
    plan p = {.subject = pick_subject(d)};
    p.kind = KINDS[p.subject];
    switch (p.subject) {
    case SUBJECT_JOB:
        make_job(&p, d);
        break;
    case SUBJECT_QUALIFICATION:
        make_qualification(&p, d);
        break;
    case SUBJECT_COURSE:
        make_course(&p, d);
        break;
    case SUBJECT_APPRENTICESHIP:
        make_apprenticeship(&p, d);
        break;
    case SUBJECT_SERVICE:
        make_service(&p, d);
        break;
    default:
        make_work(&p, d);
    }
    return p;
}
