#include "match/narrow_kernel.h"

#include "base/limits.h"
#include "lotse_plugin.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { CHECK_SCORE = 500000 };
#define UNALLOWED UINT32_MAX /* beyond what an enumerator holds */

/* Some verdict is not `yes`: is each of them allowed? */
static bool checks_are_good(const narrow_chunk *c, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (c->verdicts[i] > LOTSE_CHECK ||
            (c->verdicts[i] == LOTSE_CHECK && c->scores[i] != CHECK_SCORE)) {
            return false;
        }
    }
    return true;
}

/* Weighs in doubles: (weight * score + 500000) / 1000000 is exact so, as the sum stays below 2^53
 * and the half keeps it off the whole numbers. */
uint32_t narrow_weigh_plain(const narrow_chunk *c, uint32_t count, int32_t weight, int32_t need)
{
    uint32_t seen = 0;
    uint32_t is_bad = 0;
    double factor = weight;
    for (uint32_t i = 0; i < count; i++) {
        seen |= c->verdicts[i];
        is_bad |= (uint32_t)c->scores[i] > POINTS_MAX;
    }
    if (is_bad != 0 || (seen != 0 && !checks_are_good(c, count))) {
        return UNALLOWED;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        int32_t points = c->points[i] + (int32_t)((factor * c->scores[i] + 500000.5) * 1e-6);
        c->rows[kept] = c->rows[i];
        c->points[kept] = points;
        if (c->km != NULL) {
            c->km[kept] = c->km[i];
        }
        kept += points >= need;
    }
    return kept;
}

/* In a function of its own for every machine that counts bits its own way. */
static inline __attribute__((always_inline)) uint32_t
fold_rows(const narrow_folds *f, uint32_t *rows, int32_t *points, uint32_t count)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        const segment_wanted *row =
            (const segment_wanted *)(f->wanted + rows[i] * f->wanted_stride);
        uint32_t found = (uint32_t)__builtin_popcountll(row->bits & f->having) + row->hidden;
        int32_t most = f->most_of_many;
        if (row->count <= WANTED_COUNT_MAX) {
            most = f->most[row->count][found < row->count ? found : row->count];
        }
        rows[kept] = rows[i];
        points[kept] = points[i];
        kept += points[i] + most >= f->need;
    }
    return kept;
}

uint32_t narrow_fold_plain(const narrow_folds *f, uint32_t *rows, int32_t *points, uint32_t count)
{
    return fold_rows(f, rows, points, count);
}

#if defined(__x86_64__)

__attribute__((target("popcnt"))) static uint32_t fold_popcnt(const narrow_folds *f, uint32_t *rows,
                                                              int32_t *points, uint32_t count)
{
    return fold_rows(f, rows, points, count);
}

narrow_fold_call *narrow_fold_pick(void)
{
    return __builtin_cpu_supports("popcnt") ? fold_popcnt : narrow_fold_plain;
}

#define WIDE "avx512f,avx512vl,avx512bw,avx512dq"

__attribute__((target(WIDE))) static inline __m256i weigh_eight(__m256i scores, __m512d factor)
{
    __m512d product = _mm512_mul_pd(_mm512_cvtepi32_pd(scores), factor);
    __m512d sum = _mm512_add_pd(product, _mm512_set1_pd(500000.5));
    return _mm512_cvttpd_epi32(_mm512_mul_pd(sum, _mm512_set1_pd(1e-6)));
}

/* Sixteen rows a step. What is kept goes to places at or before those read. */
__attribute__((target(WIDE))) static uint32_t weigh_avx512(const narrow_chunk *c, uint32_t count,
                                                           int32_t weight, int32_t need)
{
    const __m512d factor = _mm512_set1_pd(weight);
    const __m512i needed = _mm512_set1_epi32(need);
    const __m512i most = _mm512_set1_epi32(POINTS_MAX);
    uint32_t kept = 0;
    uint32_t seen = 0;
    for (uint32_t i = 0; i < count; i += 16) {
        uint32_t left = count - i;
        __mmask16 lanes = (__mmask16)(left < 16 ? (1u << left) - 1 : 0xffff);
        __m512i scores = _mm512_maskz_loadu_epi32(lanes, c->scores + i);
        __m128i verdicts = _mm_maskz_loadu_epi8(lanes, c->verdicts + i);
        seen |= (uint32_t)_mm_test_epi8_mask(verdicts, verdicts);
        seen |= (uint32_t)_mm512_cmpgt_epu32_mask(scores, most);
        __m256i low = weigh_eight(_mm512_castsi512_si256(scores), factor);
        __m256i high = weigh_eight(_mm512_extracti64x4_epi64(scores, 1), factor);
        __m512i points = _mm512_add_epi32(_mm512_loadu_si512(c->points + i),
                                          _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1));
        __mmask16 stay = _mm512_mask_cmpge_epi32_mask(lanes, points, needed);
        __m512i rows = _mm512_loadu_si512(c->rows + i);
        uint32_t low_count = (uint32_t)__builtin_popcount(stay & 0xff);
        if (c->km != NULL) {
            __m512d first = _mm512_loadu_pd(c->km + i);
            __m512d second = _mm512_loadu_pd(c->km + i + 8);
            __mmask8 second_stay = (__mmask8)(stay >> 8);
            _mm512_storeu_pd(c->km + kept, _mm512_maskz_compress_pd((__mmask8)stay, first));
            _mm512_storeu_pd(c->km + kept + low_count,
                             _mm512_maskz_compress_pd(second_stay, second));
        }
        _mm512_storeu_si512(c->rows + kept, _mm512_maskz_compress_epi32(stay, rows));
        _mm512_storeu_si512(c->points + kept, _mm512_maskz_compress_epi32(stay, points));
        kept += (uint32_t)__builtin_popcount(stay);
    }
    /* Rows are compacted by now, but scores and verdicts stand as they were answered. */
    if (seen != 0) {
        for (uint32_t i = 0; i < count; i++) {
            if ((uint32_t)c->scores[i] > POINTS_MAX) {
                return UNALLOWED;
            }
        }
        return checks_are_good(c, count) ? kept : UNALLOWED;
    }
    return kept;
}

narrow_weigh_call *narrow_weigh_pick(void)
{
    bool is_wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                   __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
    return is_wide ? weigh_avx512 : narrow_weigh_plain;
}

#else

narrow_fold_call *narrow_fold_pick(void)
{
    return narrow_fold_plain;
}

narrow_weigh_call *narrow_weigh_pick(void)
{
    return narrow_weigh_plain;
}

#endif
