#ifndef CORE_API_MATCH_WRITE_H
#define CORE_API_MATCH_WRITE_H

#include "api/question.h"
#include "say/say.h"

/* Writes what match.* answers. One writer serves one reply. */
typedef struct match_writer {
    engine_worker *worker;
    const question *q;
    const match_program *program;
    const manifest **manifests; /* of program.plugins, by index */
    say_context say;
    buf text; /* the sentence being written */
    json_writer *out;
    bool leaves_crowd; /* without proposed_to, which is no part of why a match is one */
} match_writer;

/* match_writer_end must follow in any case. [worker] */
bool match_writer_begin(match_writer *m, engine_worker *w, const question *q, json_writer *out,
                        err *e);
void match_writer_end(match_writer *m);

/* anchor, strategy, weights, as_of, snapshot: into an object that is open. */
void match_write_frame(match_writer *m);
/* "matches":[...]; `pairs` beside `hits` where they were judged already, else NULL. */
bool match_write_matches(match_writer *m, const match_hit *hits, uint32_t hit_count,
                         const match_pair *pairs, err *e);

/* A reason's sentence behind m->text. */
void match_say_reason(match_writer *m, const match_reason *r);
/* "degraded":[...], where a plugin did not answer; after everything else. */
void match_write_degraded(match_writer *m);

/* The manifest of a gate; NULL: the core's or a filter's. */
const manifest_gate *match_gate_manifest(const match_writer *m, const gate *g);
/* The sentence in m->text as a member, and the text empty again. */
void match_put_sentence(match_writer *m, const char *key);

#endif
