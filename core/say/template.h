#ifndef CORE_SAY_TEMPLATE_H
#define CORE_SAY_TEMPLATE_H

#include "say/say.h"

/* Inside of this folder: texts with placeholders, and the values that fill them. */

typedef struct template_slot {
    bytes name;
    gate_fact value;
} template_slot;

/* Writes a text of c->lang with its {name} and {name|one|other} filled. What is not known, or has
 * no slot, reads as "not known"; a number of forms that is not the language's takes the last. */
void template_fill(const say_context *c, bytes text, const template_slot *slots,
                   uint32_t slot_count, buf *out);

/* value.c: a value in words; false: there is none or it is not known. */
bool value_say(const say_context *c, const gate_fact *value, buf *out);
/* What decides between forms: a number, or how many there are. */
int64_t value_amount(const gate_fact *value);
/* How a value is written: "aloud.NAME" of the catalogue for a speech program, else "form.NAME". */
const char *value_form(const say_context *c, const char *name);
/* Begins or ends a value that brings its own direction, where the language needs that. */
void value_isolate(const say_context *c, bool is_begin, buf *out);
/* week.c: "Mo-Fr 08:00-12:30, Sa 09:00-12:00". */
void value_time(const say_context *c, uint32_t minutes, buf *out); /* 08:15, of the day */
void week_say(const say_context *c, const uint64_t *week, buf *out);

#endif
