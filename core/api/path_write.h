#ifndef CORE_API_PATH_WRITE_H
#define CORE_API_PATH_WRITE_H

#include "api/match_write.h"
#include "path/path.h"

/* Writes pathways in words. One writer serves one reply. [worker] */
typedef struct path_writer {
    match_writer m;
    const path_question *question;
    const path_answer *answer;
} path_writer;

/* One chain as an object. */
bool path_write_chain(path_writer *w, const path_chain *chain, err *e);
/* What a step gives, in words, to w->m.text. */
void path_say_effect(path_writer *w, uint64_t effect);
/* A sentence of the catalogue, filled, as a member; parts are isolated where the language needs it.
 */
typedef struct path_part {
    const char *name;
    bytes text;
} path_part;
void path_put_sentence(path_writer *w, const char *key, const char *id, const path_part *parts,
                       uint32_t count);
/* A value in words, in the worker's arena. */
bytes path_day_text(path_writer *w, day d);
bytes path_number_text(path_writer *w, int64_t number);

#endif
