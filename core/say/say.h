#ifndef CORE_SAY_SAY_H
#define CORE_SAY_SAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/day.h"
#include "match/gate.h"
#include "match/match.h"
#include "model/concept.h"
#include "plugin/manifest.h"

/* Sentences for people: what plugins, gates and openings found, in the reader's language. Texts of
 * plugins come from their manifests, the engine's own from the catalogues of this folder. In a
 * language written from right to left every value stands between U+2068 and U+2069, so that its
 * own direction does not turn the sentence around it.
 * Everything is appended to a buf and never fails but for memory (buf.failed). No state: any
 * thread. */

typedef struct say_context {
    const char *lang;             /* one of base/lang.h; another one reads as English */
    bool is_aloud;                /* for a speech program: words in full, no signs */
    const match_program *program; /* for the keys of joined gates */
    const dictionary *dictionary; /* numbers of concepts to their ids */
    /* A concept's name in a language; absent or empty: its id is shown without the scheme. May be
     * NULL. */
    bytes (*label)(const void *labels, bytes concept_id, const char *lang);
    const void *labels;
} say_context;

/* A reason in the words of its sentence: program.criteria[r->criterion] -> its manifest's
 * sentences[r->sentence]. */
void say_reason(const say_context *c, const manifest_sentence *sentence, const match_reason *r,
                buf *out);

/* What a gate found, by its verdict. `m` is the manifest's gate (gate.text of its plugin), NULL for
 * the core's gates and a query's filters. */
void say_gate(const say_context *c, const manifest_gate *m, const gate *g,
              const gate_finding *found, buf *out);
/* What would have to change to open it. */
void say_opens(const say_context *c, const manifest_gate *m, const gate *g,
               const gate_finding *found, buf *out);
/* JSON pointer to the field that somebody has to look at, of the seeker's record or the offer's;
 * {NULL, 0}: none. */
bytes say_gate_path(const manifest_gate *m, const gate *g, const gate_finding *found);

/* A fact by itself ("B1", "15 bis 30", "12,4 km"), for `have` and `need`. False: there is none or
 * it is not known, and nothing is written. */
bool say_fact(const say_context *c, const gate_fact *fact, buf *out);

void say_day(const char *lang, day value, buf *out);     /* 22.01.2027, 22 January 2027 */
void say_km(const char *lang, int64_t metres, buf *out); /* 12,4 km */
void say_concept(const say_context *c, concept value, buf *out);

/* A whole number with the language's separators, from 10,000 on. */
void say_number(const char *lang, int64_t value, buf *out);
/* "{name}" filled with a text each; names nobody gives stay empty. */
typedef struct say_part {
    const char *name;
    bytes text;
} say_part;
void say_form(const char *form, const say_part *parts, uint32_t part_count, buf *out);

/* A word or short text of the engine by its id ("verdict.yes"); the id itself where there is none.
 * Whole program. */
const char *say_word(const char *lang, const char *id);
/* The name of a code, and the sentence that tells what a field is. Whole program. */
const char *say_code_label(const char *lang, const code_list *list, uint32_t position);
const char *say_field_label(const char *lang, const field *f);
/* The engine's own texts in English with their ids, for those who translate. */
uint32_t say_text_count(void);
const char *say_text_at(uint32_t index, const char **ret_id);

#endif
