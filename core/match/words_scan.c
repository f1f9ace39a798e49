/* The innermost loop: which rows pass the first word. Three kernels, equal to the bit. */
#include "match/words.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static inline __attribute__((always_inline)) uint32_t scan_rows(const words_scan *s, uint32_t first,
                                                                uint32_t end, uint32_t *ret)
{
    uint32_t count = 0;
    for (uint32_t i = first; i < end; i++) {
        uint64_t row = s->first_words[i];
        bool passes = ((~(s->level - row) & s->guards) | (row & s->mask)) == 0;
        ret[count] = i;
        count += passes && (s->any == NULL || (s->any[i] & s->any_bits) != 0);
    }
    return count;
}

static uint32_t scan_plain(const words_scan *s, const words_stretch *stretches,
                           uint32_t stretch_count, uint32_t *ret)
{
    const words_scan own = *s;
    uint32_t count = 0;
    for (uint32_t k = 0; k < stretch_count; k++) {
        count += scan_rows(&own, stretches[k].first, stretches[k].end, ret + count);
    }
    return count;
}

#if defined(__x86_64__)

/* Eight rows a step. The compressing store is slow on some machines: compress in a register. */
__attribute__((target("avx512f,avx512vl,popcnt"))) static uint32_t
scan_avx512(const words_scan *s, const words_stretch *stretches, uint32_t stretch_count,
            uint32_t *ret)
{
    uint32_t count = 0;
    const __m512i levels = _mm512_set1_epi64((long long)s->level);
    const __m512i guard_bits = _mm512_set1_epi64((long long)s->guards);
    const __m512i mask_bits = _mm512_set1_epi64((long long)s->mask);
    const __m512i any_bits = _mm512_set1_epi64((long long)s->any_bits);
    const uint64_t *any = s->any;
    const uint64_t *row_words = s->first_words;
    const __m256i steps = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    for (uint32_t k = 0; k < stretch_count; k++) {
        uint32_t end = stretches[k].end;
        for (uint32_t i = stretches[k].first; i < end; i += 8) {
            uint32_t left = end - i;
            __mmask8 lanes = (__mmask8)(left < 8 ? (1u << left) - 1 : 0xff);
            __m512i row = _mm512_maskz_loadu_epi64(lanes, row_words + i);
            __m512i refused = _mm512_and_si512(row, mask_bits);
            __m512i short_of = _mm512_andnot_si512(_mm512_sub_epi64(levels, row), guard_bits);
            __m512i failing = _mm512_or_si512(short_of, refused);
            __mmask8 passing = _mm512_mask_testn_epi64_mask(lanes, failing, failing);
            if (any != NULL && passing != 0) {
                __m512i shared = _mm512_maskz_loadu_epi64(passing, any + i);
                passing = _mm512_mask_test_epi64_mask(passing, shared, any_bits);
            }
            __m256i rows = _mm256_add_epi32(_mm256_set1_epi32((int)i), steps);
            _mm256_storeu_si256((__m256i *)(void *)(ret + count),
                                _mm256_maskz_compress_epi32(passing, rows));
            count += (uint32_t)__builtin_popcount(passing);
        }
    }
    return count;
}

__attribute__((target("avx2"))) static uint32_t scan_avx2(const words_scan *s,
                                                          const words_stretch *stretches,
                                                          uint32_t stretch_count, uint32_t *ret)
{
    uint32_t count = 0;
    const __m256i levels = _mm256_set1_epi64x((long long)s->level);
    const __m256i guard_bits = _mm256_set1_epi64x((long long)s->guards);
    const __m256i mask_bits = _mm256_set1_epi64x((long long)s->mask);
    const uint64_t *any = s->any;
    const uint64_t any_bits = s->any_bits;
    for (uint32_t k = 0; k < stretch_count; k++) {
        uint32_t end = stretches[k].end;
        uint32_t i = stretches[k].first;
        for (; end - i >= 4 && i < end; i += 4) {
            __m256i row = _mm256_loadu_si256((const __m256i *)(const void *)(s->first_words + i));
            __m256i refused = _mm256_and_si256(row, mask_bits);
            __m256i short_of = _mm256_andnot_si256(_mm256_sub_epi64(levels, row), guard_bits);
            __m256i passes =
                _mm256_cmpeq_epi64(_mm256_or_si256(short_of, refused), _mm256_setzero_si256());
            uint32_t passing = (uint32_t)_mm256_movemask_pd(_mm256_castsi256_pd(passes));
            for (; passing != 0; passing &= passing - 1) {
                uint32_t at = i + (uint32_t)__builtin_ctz(passing);
                ret[count] = at;
                count += any == NULL || (any[at] & any_bits) != 0;
            }
        }
        count += scan_rows(s, i, end, ret + count);
    }
    return count;
}

words_scan_call *words_scan_at(uint32_t index)
{
    words_scan_call *calls[4] = {scan_plain};
    uint32_t count = 1;
    if (__builtin_cpu_supports("avx2")) {
        calls[count++] = scan_avx2;
    }
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) {
        calls[count++] = scan_avx512;
    }
    return index < count ? calls[index] : NULL;
}

#else

words_scan_call *words_scan_at(uint32_t index)
{
    return index == 0 ? scan_plain : NULL;
}

#endif

words_scan_call *words_scan_pick(void)
{
    words_scan_call *best = scan_plain;
    for (uint32_t i = 1; words_scan_at(i) != NULL; i++) {
        best = words_scan_at(i);
    }
    return best;
}
