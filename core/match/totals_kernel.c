#include "match/totals_kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

void totals_fold_plain(const totals_plane *p, uint32_t block, uint32_t block_count,
                       uint64_t (*fails)[TOTALS_BLOCK_MAX], uint64_t *marked)
{
    for (uint32_t b = 0; b < block_count; b++) {
        const uint64_t *rows = p->rows + ((size_t)block + b) * WORDS_BLOCK_ROWS;
        uint64_t refused[WORDS_BLOCK_ROWS];
        for (uint32_t i = 0; p->marks != 0 && i < WORDS_BLOCK_ROWS; i++) {
            marked[b] |= (uint64_t)((rows[i] & p->marks) != 0) << i;
        }
        for (uint32_t i = 0; i < WORDS_BLOCK_ROWS; i++) {
            refused[i] = (~(p->level - rows[i]) & p->guards) | (rows[i] & p->mask);
        }
        for (uint32_t t = 0; t < p->test_count; t++) {
            uint64_t failing = 0;
            for (uint32_t i = 0; i < WORDS_BLOCK_ROWS; i++) {
                failing |= (uint64_t)((refused[i] & p->tests[t].bits) != 0) << i;
            }
            fails[p->tests[t].counter][b] |= failing;
        }
        for (uint32_t t = 0; t < p->shared_count; t++) {
            uint64_t failing = 0;
            for (uint32_t i = 0; i < WORDS_BLOCK_ROWS; i++) {
                failing |= (uint64_t)((rows[i] & p->shared[t].bits) == 0) << i;
            }
            fails[p->shared[t].counter][b] |= failing;
        }
    }
}

static inline __attribute__((always_inline)) void
sum_blocks(uint64_t (*fails)[TOTALS_BLOCK_MAX], uint32_t counter_count, const uint64_t *alive,
           uint32_t block_count, uint64_t *counts, uint64_t *possible)
{
    for (uint32_t b = 0; b < block_count; b++) {
        possible[b] = alive[b];
    }
    for (uint32_t c = 0; c < counter_count; c++) {
        uint64_t count = 0;
        for (uint32_t b = 0; b < block_count; b++) {
            count += (uint64_t)__builtin_popcountll(fails[c][b] & alive[b]);
            possible[b] &= ~fails[c][b];
        }
        counts[c] += count;
    }
}

void totals_sum_plain(uint64_t (*fails)[TOTALS_BLOCK_MAX], uint32_t counter_count,
                      const uint64_t *alive, uint32_t block_count, uint64_t *counts,
                      uint64_t *possible)
{
    sum_blocks(fails, counter_count, alive, block_count, counts, possible);
}

static inline __attribute__((always_inline)) uint64_t count_bits(const uint64_t *bits,
                                                                 uint32_t count)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += (uint64_t)__builtin_popcountll(bits[i]);
    }
    return sum;
}

static uint64_t bits_plain(const uint64_t *bits, uint32_t count)
{
    return count_bits(bits, count);
}

uint64_t totals_kinds(const uint8_t *row_kinds, uint64_t kinds)
{
    uint64_t rows = 0;
    for (uint32_t i = 0; i < WORDS_BLOCK_ROWS; i++) {
        uint8_t kind = row_kinds[i];
        rows |= (kind >= 64 ? 1 : kinds >> kind & 1u) << i;
    }
    return rows;
}

#if defined(__x86_64__)

#define WIDE "avx512f,avx512dq,avx512vl"

__attribute__((target("popcnt"))) static void
sum_popcnt(uint64_t (*fails)[TOTALS_BLOCK_MAX], uint32_t counter_count, const uint64_t *alive,
           uint32_t block_count, uint64_t *counts, uint64_t *possible)
{
    sum_blocks(fails, counter_count, alive, block_count, counts, possible);
}

__attribute__((target("popcnt"))) static uint64_t bits_popcnt(const uint64_t *bits, uint32_t count)
{
    return count_bits(bits, count);
}

totals_bits_call *totals_bits_pick(void)
{
    return __builtin_cpu_supports("popcnt") ? bits_popcnt : bits_plain;
}

typedef union block_bits {
    uint8_t bytes[8];
    uint64_t bits;
} block_bits;

/* A block's words stay in eight registers while all tests look at them. */
__attribute__((target(WIDE))) static void fold_avx512(const totals_plane *p, uint32_t block,
                                                      uint32_t block_count,
                                                      uint64_t (*fails)[TOTALS_BLOCK_MAX],
                                                      uint64_t *marked)
{
    const __m512i marks = _mm512_set1_epi64((long long)p->marks);
    const __m512i level = _mm512_set1_epi64((long long)p->level);
    const __m512i guards = _mm512_set1_epi64((long long)p->guards);
    const __m512i mask = _mm512_set1_epi64((long long)p->mask);
    for (uint32_t b = 0; b < block_count; b++) {
        const uint64_t *rows = p->rows + ((size_t)block + b) * WORDS_BLOCK_ROWS;
        __m512i refused[8];
#pragma GCC unroll 8
        for (uint32_t i = 0; i < 8; i++) {
            __m512i row = _mm512_loadu_si512(rows + (size_t)i * 8);
            __m512i short_of = _mm512_andnot_si512(_mm512_sub_epi64(level, row), guards);
            refused[i] = _mm512_or_si512(short_of, _mm512_and_si512(row, mask));
        }
        for (uint32_t t = 0; t < p->test_count; t++) {
            const __m512i bits = _mm512_set1_epi64((long long)p->tests[t].bits);
            block_bits failing;
#pragma GCC unroll 8
            for (uint32_t i = 0; i < 8; i++) {
                failing.bytes[i] = (uint8_t)_mm512_test_epi64_mask(refused[i], bits);
            }
            fails[p->tests[t].counter][b] |= failing.bits;
        }
        if (p->marks != 0) {
            block_bits found;
#pragma GCC unroll 8
            for (uint32_t i = 0; i < 8; i++) {
                found.bytes[i] = (uint8_t)_mm512_test_epi64_mask(
                    _mm512_loadu_si512(rows + (size_t)i * 8), marks);
            }
            marked[b] |= found.bits;
        }
        for (uint32_t t = 0; t < p->shared_count; t++) {
            const __m512i bits = _mm512_set1_epi64((long long)p->shared[t].bits);
            block_bits failing;
#pragma GCC unroll 8
            for (uint32_t i = 0; i < 8; i++) {
                failing.bytes[i] = (uint8_t)_mm512_testn_epi64_mask(
                    _mm512_loadu_si512(rows + (size_t)i * 8), bits);
            }
            fails[p->shared[t].counter][b] |= failing.bits;
        }
    }
}

totals_fold_call *totals_fold_pick(void)
{
    bool is_wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512vl");
    return is_wide ? fold_avx512 : totals_fold_plain;
}

totals_sum_call *totals_sum_pick(void)
{
    return __builtin_cpu_supports("popcnt") ? sum_popcnt : totals_sum_plain;
}

#else

totals_bits_call *totals_bits_pick(void)
{
    return bits_plain;
}

totals_fold_call *totals_fold_pick(void)
{
    return totals_fold_plain;
}

totals_sum_call *totals_sum_pick(void)
{
    return totals_sum_plain;
}

#endif
