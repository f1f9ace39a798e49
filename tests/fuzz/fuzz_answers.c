/* Any bytes as what a caged plugin answered: refused, or reasons whose every index and argument may
 * be used. */
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "fuzz.h"
#include "model/code.h"
#include "plugin/answers.h"
#include "plugin/wire.h"

enum { CAPACITY = 4, VALUES = 8, ROWS = 16 };

static void look_at_reasons(const manifest *m, const late_reasons *r)
{
    int64_t sum = 0;
    check(r->count <= CAPACITY);
    check(r->values_count <= VALUES);
    for (uint32_t i = 0; i < r->count; i++) {
        const lotse_reason *reason = &r->reasons[i];
        check(reason->row_index == 0);
        check(reason->sentence < m->sentence_count);
        check(reason->arg_count <= EXPLAIN_ARG_MAX);
        for (uint32_t k = 0; k < reason->arg_count; k++) {
            const lotse_arg *arg = &reason->args[k];
            if (arg->type == LOTSE_ARG_CONCEPTS) {
                check((uint64_t)arg->value + arg->count <= r->values_count);
            }
        }
        sum += reason->points;
        check(sum >= 0);
        check(sum <= POINTS_MAX);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const manifest_sentence sentences[2] = {
        {.id = BYTES("a"), .arg_count = 0},
        {.id = BYTES("b"),
         .args = {{.type = LOTSE_ARG_CONCEPTS}, {.type = LOTSE_ARG_CODE, .codes = CODES(kind)}},
         .arg_count = 2}};
    const manifest m = {.id = BYTES("fuzz"), .sentences = sentences, .sentence_count = 2};
    const manifest_field f = {.id = BYTES("f"), .type = LOTSE_CODE_SET, .codes = CODES(kind)};
    uint64_t block[1024] = {0};
    uint64_t block_len = wire_reasons_len(CAPACITY, VALUES);
    arena a = {0};
    late_reasons reasons;
    bool needs_room = false;
    err e = {0};
    check(block_len <= sizeof block);
    memcpy(block, data, len < block_len ? len : block_len);
    const answers_block answer = {block, CAPACITY, VALUES};
    if (answers_take_reasons(&m, &answer, &a, &reasons, &needs_room, &e) && !needs_room) {
        look_at_reasons(&m, &reasons);
    }
    const uint8_t *verdicts = (const uint8_t *)block;
    const int32_t *scores = (const int32_t *)(const void *)(block + 4);
    if (answers_check_scores(&m, verdicts, scores, ROWS, &e)) {
        for (uint32_t i = 0; i < ROWS; i++) {
            check(scores[i] >= 0);
            check(scores[i] <= POINTS_MAX);
            check(verdicts[i] <= LOTSE_CHECK);
        }
    }
    (void)answers_check_derived(&m, &f, block + 4, verdicts, ROWS, &e); /* must not misbehave */
    arena_fini(&a);
    return 0;
}
