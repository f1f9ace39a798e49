#ifndef CORE_MATCH_WORDS_TERM_H
#define CORE_MATCH_WORDS_TERM_H

#include "base/day.h"
#include "match/gate.h"

/* One comparison of a gate as it stands in packed words, and what either side of a pair brings to
 * it. The rules of the unknown are those of gate_judge; where they are finer than a word can tell,
 * the value is marked to be told apart. */

typedef enum term_form { TERM_RANK, TERM_MASK, TERM_ANY } term_form;

/* How the anchor's column is read without asking the catalogue again. */
typedef struct term_reader {
    bool is_plain; /* else by the general rules of term_read_... */
    bool is_derived;
    bool is_wish;
    bool has_default;
    bool has_lowest; /* a value of 0 or less asks for nothing */
    uint32_t type;
    uint32_t column; /* in the segment's table, or in that of the derived columns */
    int32_t default_value;
    int64_t highest; /* a value that passes everything; INT64_MAX: there is none */
    uint64_t code_mask;
} term_reader;

enum { CODE_NONE = 64 };

typedef struct words_term {
    term_form form;
    uint32_t gate;         /* index into program.gates */
    uint32_t part;         /* OVERLAPS: 0 the seeker's low end, 1 its high end */
    uint32_t word;         /* 0: the first; else rest[word - 1] */
    uint32_t shift, width; /* RANK: without the guard bit */
    bool row_is_small;     /* the row's value must be at most the anchor's */
    bool is_fixed;         /* MASK: the row alone decides, whoever asks */
    bool is_joined;
    int32_t key; /* joined: the entry it stands for */
    const int32_t
        *values; /* RANK: distinct, in passing order (complemented where the row is large) */
    uint32_t value_count;
    const uint16_t *ranks; /* RANK: how many values first + i passes; NULL: search */
    int32_t first;
    uint32_t span;
    uint32_t
        extra_bit; /* MASK: refuses every demand, unknown; ANY: always passes. Bit in the word */
    /* MASK, ANY: the bit of each code in the word, CODE_NONE: no row has it. Codes that stand in
     * the same rows share one. */
    uint8_t bit_of[64];
    term_reader readers[2]; /* of the anchor; OVERLAPS: its low and high end */
} words_term;

typedef struct term_value {
    enum { VALUE_FREE, VALUE_UNKNOWN, VALUE_NUMBER, VALUE_APART } kind;
    int64_t number;
} term_value;

/* MASK: of a row the codes it refuses, of an anchor those it brings. ANY: those to be shared. */
typedef struct term_codes {
    uint64_t possible;
    uint64_t certain;
    bool is_free;    /* asks for nothing: passes */
    bool is_unknown; /* nothing at all is known */
} term_codes;

struct gate_call;

/* By the general rules. ret_has_others: the offer's list asks for more than this term's entry. */
term_value term_read_number(const struct gate_call *c, const words_term *t, record_side side,
                            bool is_row, bool *ret_has_others);
term_codes term_read_codes(const struct gate_call *c, record_side side);

/* Prepares to read the anchor's side of a term. */
void term_find_readers(const match_program *p, record_side anchor_side, words_term *t);
/* The anchor's values: as above, faster where the reader is plain. */
term_value term_ask_number(const struct gate_call *c, const words_term *t, record_side side,
                           bool *ret_has_others);
term_codes term_ask_codes(const struct gate_call *c, const words_term *t, record_side side);

/* The bits of some codes in the word. */
static inline uint64_t term_pack(const words_term *t, uint64_t codes)
{
    uint64_t packed = 0;
    for (; codes != 0; codes &= codes - 1) {
        uint32_t bit = t->bit_of[__builtin_ctzll(codes)];
        packed |= bit == CODE_NONE ? 0 : 1ULL << bit;
    }
    return packed;
}

/* Does the gate not apply to offers of this kind? */
enum { KIND_UNKNOWN = UINT8_MAX };
static inline bool term_gate_is_free(const gate *g, uint8_t kind)
{
    return kind < 64 && (g->kinds >> kind & 1u) == 0;
}

#endif
