/* The innermost loop: which rows pass the first word. Three kernels, equal to the bit. */
#include "match/words.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

uint32_t words_scan_plain(const uint64_t *row_words, uint32_t first, uint32_t end, uint64_t level,
                          uint64_t guards, uint64_t mask, uint32_t *ret)
{
    uint32_t count = 0;
    for (uint32_t i = first; i < end; i++) {
        uint64_t row = row_words[i];
        ret[count] = i;
        count += ((~(level - row) & guards) | (row & mask)) == 0;
    }
    return count;
}

#if defined(__x86_64__)

/* Eight rows a step. The compressing store is slow on some machines: compress in a register. */
__attribute__((target("avx512f,avx512vl"))) static uint32_t
scan_avx512(const uint64_t *row_words, uint32_t first, uint32_t end, uint64_t level,
            uint64_t guards, uint64_t mask, uint32_t *ret)
{
    uint32_t count = 0;
    const __m512i levels = _mm512_set1_epi64((long long)level);
    const __m512i guard_bits = _mm512_set1_epi64((long long)guards);
    const __m512i mask_bits = _mm512_set1_epi64((long long)mask);
    const __m256i eight = _mm256_set1_epi32(8);
    __m256i index =
        _mm256_add_epi32(_mm256_set1_epi32((int)first), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    for (uint32_t i = first; i < end; i += 8) {
        uint32_t left = end - i;
        __mmask8 lanes = (__mmask8)(left < 8 ? (1u << left) - 1 : 0xff);
        __m512i row = _mm512_maskz_loadu_epi64(lanes, row_words + i);
        __m512i refused = _mm512_and_si512(row, mask_bits);
        __m512i short_of = _mm512_andnot_si512(_mm512_sub_epi64(levels, row), guard_bits);
        __mmask8 passing = _mm512_mask_testn_epi64_mask(lanes, _mm512_or_si512(short_of, refused),
                                                        _mm512_or_si512(short_of, refused));
        _mm256_storeu_si256((__m256i *)(ret + count), _mm256_maskz_compress_epi32(passing, index));
        count += (uint32_t)__builtin_popcount(passing);
        index = _mm256_add_epi32(index, eight);
    }
    return count;
}

__attribute__((target("avx2"))) static uint32_t scan_avx2(const uint64_t *row_words, uint32_t first,
                                                          uint32_t end, uint64_t level,
                                                          uint64_t guards, uint64_t mask,
                                                          uint32_t *ret)
{
    uint32_t count = 0;
    const __m256i levels = _mm256_set1_epi64x((long long)level);
    const __m256i guard_bits = _mm256_set1_epi64x((long long)guards);
    const __m256i mask_bits = _mm256_set1_epi64x((long long)mask);
    uint32_t i = first;
    for (; end - i >= 4 && i < end; i += 4) {
        __m256i row = _mm256_loadu_si256((const __m256i *)(row_words + i));
        __m256i refused = _mm256_and_si256(row, mask_bits);
        __m256i short_of = _mm256_andnot_si256(_mm256_sub_epi64(levels, row), guard_bits);
        __m256i passes =
            _mm256_cmpeq_epi64(_mm256_or_si256(short_of, refused), _mm256_setzero_si256());
        uint32_t passing = (uint32_t)_mm256_movemask_pd(_mm256_castsi256_pd(passes));
        for (; passing != 0; passing &= passing - 1) {
            ret[count++] = i + (uint32_t)__builtin_ctz(passing);
        }
    }
    return count + words_scan_plain(row_words, i, end, level, guards, mask, ret + count);
}

words_scan_call *words_scan_pick(void)
{
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) {
        return scan_avx512;
    }
    return __builtin_cpu_supports("avx2") ? scan_avx2 : words_scan_plain;
}

#else

words_scan_call *words_scan_pick(void)
{
    return words_scan_plain;
}

#endif
