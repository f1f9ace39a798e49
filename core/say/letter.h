#ifndef CORE_SAY_LETTER_H
#define CORE_SAY_LETTER_H

#include "base/lang.h"
#include "model/record_offer.h"
#include "say/say.h"
#include "say/steps.h"

/* A letter for the person about one offer: what it is, why, where, when, how to get there, what to
 * bring, what comes next, and that a person decides. It holds no score and nothing on duties or
 * consequences: the authority adds its own notice where one exists. */

typedef enum letter_topic {
    LETTER_OFFER,
    LETTER_REASONS,
    LETTER_PLACE,
    LETTER_WAY,
    LETTER_TIME,
    LETTER_LANGUAGE,
    LETTER_CHILDCARE,
    LETTER_SUPPORT,
    LETTER_MONEY,
    LETTER_DOCUMENTS,
    LETTER_STEPS,
    LETTER_PHONE,
    LETTER_CHECKS,
    LETTER_DECIDES,
    LETTER_TOPIC_COUNT
} letter_topic;

/* What was found about the pair; borrowed until the letter is printed. */
typedef struct letter_facts {
    bytes seeker_id;
    const offer *offer;
    uint32_t intake; /* of offer->intakes; UINT32_MAX: it has none */
    value_codes modes;
    double km; /* NaN: not known; -1: online */
    day as_of;
    const bytes *reasons; /* sentences, the weightiest first */
    uint32_t reason_count;
    const bytes *checks; /* what is still to be clarified */
    uint32_t check_count;
    const bytes *unmet; /* conditions that do not fit */
    uint32_t unmet_count;
    const step *steps;
    uint32_t step_count;
} letter_facts;

typedef struct letter_line {
    bytes text;
    const char *lang; /* where it is not the letter's; NULL: it is */
} letter_line;

typedef struct letter_section {
    letter_topic topic;
    const char *heading;
    letter_line *lines;
    uint32_t line_count;
} letter_section;

typedef struct letter {
    const language *lang;
    letter_section sections[LETTER_TOPIC_COUNT + 1];
    uint32_t section_count;
    bytes as_of; /* "Stand: 23.11.2026" */
    bytes reference;
} letter;

/* In `a`. Fails for want of memory only. With c->is_aloud the words are those for a speech program.
 */
bool letter_make(const say_context *c, const letter_facts *f, arena *a, letter *ret, err *e);

void letter_print_text(const letter *l, buf *out);
/* Sentences alone, one a line: no signs, no lists, no isolates. */
void letter_print_aloud(const letter *l, buf *out);
/* A page that stands by itself, to be printed: no script, nothing from elsewhere. Everything that
 * comes from records is escaped. */
void letter_print_html(const letter *l, buf *out);

#endif
