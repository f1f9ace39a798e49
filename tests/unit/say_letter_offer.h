#ifndef TESTS_UNIT_SAY_LETTER_OFFER_H
#define TESTS_UNIT_SAY_LETTER_OFFER_H

#include <check.h>
#include <math.h>

#include "model/record_offer.h"
#include "say/letter.h"

/* An offer with everything a letter tells, and a letter about it. */

static arena memory;
static buf out;

static const char whole_offer[] =
    "{\"id\":\"o-1\",\"kind\":\"language_course\",\"title\":{\"de\":\"Deutsch <B1> & mehr\"},"
    "\"provider\":{\"id\":\"p-1\",\"name\":\"Haus "
    "\\\"Blau\\\"\"},\"location\":{\"postcode\":\"44137\"},"
    "\"requires\":{\"languages\":[{\"code\":\"de\",\"min\":\"A2\"}],\"documents\":[\"cv\"]},"
    "\"instruction_languages\":[\"de\"],\"hours\":{\"min\":20,\"max\":25},"
    "\"pay\":{\"amount\":14.5,\"unit\":\"hour\",\"currency\":\"EUR\"},"
    "\"price\":{\"amount\":0,\"currency\":\"EUR\"},\"funding\":[\"SGB3_81\"],"
    "\"support\":[\"childcare\",\"meals\"],\"childcare\":{\"from\":\"07:30\",\"to\":\"16:00\"},"
    "\"intakes\":[{\"id\":\"o-1/1\",\"start\":\"2027-02-01\",\"end\":\"2027-04-16\","
    "\"register_by\":\"2027-01-22\",\"schedule\":[{\"by_day\":[\"mo\",\"tu\"],"
    "\"start_time\":\"08:15\",\"end_time\":\"12:00\"}]}],"
    "\"apply\":{\"via\":\"provider\",\"contact_point\":{\"role\":\"Büro\",\"phone\":\"0221 12\"}}}";

static inline const offer *offer_of(const char *text)
{
    offer *o = NULL;
    err e = {0};
    ck_assert_msg(offer_parse(bytes_of(text), NULL, &memory, &o, &e), "%s %s", e.text, e.path);
    return o;
}

static inline letter letter_of(const char *tag, bool is_aloud, const char *text,
                               const letter_facts *more)
{
    letter l = {0};
    err e = {0};
    letter_facts f = *more;
    say_context c = {.lang = tag, .is_aloud = is_aloud};
    f.offer = offer_of(text);
    f.intake = f.offer->intakes.count > 0 ? 0 : UINT32_MAX;
    f.seeker_id = BYTES("s-1");
    f.as_of = day_from_civil(2026, 11, 23);
    ck_assert_msg(letter_make(&c, &f, &memory, &l, &e), "%s", e.text);
    return l;
}

static inline void finish(void)
{
    arena_fini(&memory);
    buf_fini(&out);
}

#endif
