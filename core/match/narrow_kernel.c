#include "match/narrow_kernel.h"

#include <math.h>

#include "base/limits.h"
#include "lotse_plugin.h"
#include "model/place.h"

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
static int32_t weighed(int32_t weight, int32_t score)
{
    return (int32_t)(((double)weight * score + 500000.5) * 1e-6);
}

static uint32_t weigh_plain(const narrow_chunk *c, uint32_t count, int32_t weight, int32_t need)
{
    uint32_t seen = 0;
    uint32_t is_bad = 0;
    for (uint32_t i = 0; i < count; i++) {
        seen |= c->verdicts[i];
        is_bad |= (uint32_t)c->scores[i] > POINTS_MAX;
    }
    if (is_bad != 0 || (seen != 0 && !checks_are_good(c, count))) {
        return UNALLOWED;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        int32_t points = c->points[i] + weighed(weight, c->scores[i]);
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

static uint32_t fold_plain(const narrow_folds *f, uint32_t *rows, int32_t *points, uint32_t count)
{
    return fold_rows(f, rows, points, count);
}

/* The square of the chord up to which a row is looked at, a little to the safe side: a chord is
 * never longer than the way over the sphere. Negative: it is out anywhere. */
static double square_limit(const narrow_circle *c, int32_t points)
{
    double limit = c->reach;
    double worthwhile = c->max - (c->need - points) * c->km_per_point + 1e-6;
    if (c->km_per_point > 0 && points < c->need && worthwhile < limit) {
        limit = worthwhile;
    }
    return limit < 0 ? -1.0 : limit * limit * (1 + 1e-9);
}

static uint32_t circle_plain(const narrow_circle *c, uint32_t *rows, int32_t *points, double *km,
                             uint32_t count)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        const double *to = (const double *)(const void *)(c->places + rows[i] * c->stride);
        bool is_online = c->online != NULL && c->online[rows[i] * c->stride] == 1;
        double dx = c->from[0] - to[0];
        double dy = c->from[1] - to[1];
        double dz = c->from[2] - to[2];
        double square = dx * dx + dy * dy + dz * dz;
        bool is_near = square <= square_limit(c, points[i]);
        double way = is_online ? -1.0 : is_near ? place_arc(square) : (double)INFINITY;
        rows[kept] = rows[i];
        points[kept] = points[i];
        km[kept] = way;
        kept += is_online || (is_near && way <= c->reach);
    }
    return kept;
}

static const narrow_kernels plain = {"plain", weigh_plain, fold_plain, circle_plain};

#if defined(__x86_64__)

/* ------------------------------------------------------------------------------------ AVX2 */

#define NARROW "avx2,popcnt"

__attribute__((target(NARROW))) static uint32_t fold_avx2(const narrow_folds *f, uint32_t *rows,
                                                          int32_t *points, uint32_t count)
{
    return fold_rows(f, rows, points, count);
}

/* Where the lanes that stay go: for each set of four, their numbers first. */
static const uint8_t lanes_of_four[16][4] = {
    {0, 0, 0, 0}, {0, 0, 0, 0}, {1, 0, 0, 0}, {0, 1, 0, 0}, {2, 0, 0, 0}, {0, 2, 0, 0},
    {1, 2, 0, 0}, {0, 1, 2, 0}, {3, 0, 0, 0}, {0, 3, 0, 0}, {1, 3, 0, 0}, {0, 1, 3, 0},
    {2, 3, 0, 0}, {0, 2, 3, 0}, {1, 2, 3, 0}, {0, 1, 2, 3}};

__attribute__((target(NARROW))) static inline __m128i weigh_four(__m128i scores, __m256d factor)
{
    __m256d product = _mm256_mul_pd(_mm256_cvtepi32_pd(scores), factor);
    __m256d sum = _mm256_add_pd(product, _mm256_set1_pd(500000.5));
    return _mm256_cvttpd_epi32(_mm256_mul_pd(sum, _mm256_set1_pd(1e-6)));
}

/* Four rows a step; the last ones in plain C. */
__attribute__((target(NARROW))) static uint32_t weigh_avx2(const narrow_chunk *c, uint32_t count,
                                                           int32_t weight, int32_t need)
{
    const __m256d factor = _mm256_set1_pd(weight);
    uint32_t seen = 0;
    uint32_t is_bad = 0;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        seen |= c->verdicts[i];
        is_bad |= (uint32_t)c->scores[i] > POINTS_MAX;
    }
    if (is_bad != 0 || (seen != 0 && !checks_are_good(c, count))) {
        return UNALLOWED;
    }
    uint32_t i = 0;
    for (; i + 4 <= count; i += 4) {
        __m128i scores = _mm_loadu_si128((const __m128i *)(const void *)(c->scores + i));
        __m128i sums = _mm_loadu_si128((const __m128i *)(const void *)(c->points + i));
        int32_t points[4];
        _mm_storeu_si128((__m128i *)(void *)points,
                         _mm_add_epi32(sums, weigh_four(scores, factor)));
        __m128i stay = _mm_cmplt_epi32(_mm_loadu_si128((const __m128i *)(const void *)points),
                                       _mm_set1_epi32(need));
        uint32_t set = ~(uint32_t)_mm_movemask_ps(_mm_castsi128_ps(stay)) & 15u;
        const uint8_t *lanes = lanes_of_four[set];
        uint32_t stays = (uint32_t)__builtin_popcount(set);
        for (uint32_t k = 0; k < stays; k++) {
            c->rows[kept] = c->rows[i + lanes[k]];
            c->points[kept] = points[lanes[k]];
            if (c->km != NULL) {
                c->km[kept] = c->km[i + lanes[k]];
            }
            kept++;
        }
    }
    for (; i < count; i++) {
        int32_t points = c->points[i] + weighed(weight, c->scores[i]);
        c->rows[kept] = c->rows[i];
        c->points[kept] = points;
        if (c->km != NULL) {
            c->km[kept] = c->km[i];
        }
        kept += points >= need;
    }
    return kept;
}

static const narrow_kernels avx2 = {"avx2", weigh_avx2, fold_avx2, circle_plain};

/* ------------------------------------------------------------------------------------ AVX-512 */

#define WIDE "avx512f,avx512vl,avx512bw,avx512dq,avx512vpopcntdq,popcnt"

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

/* Eight rows a step: how many of the wanted concepts may be there, the points of that, and who
 * stays. */
__attribute__((target(WIDE))) static uint32_t fold_avx512(const narrow_folds *f, uint32_t *rows,
                                                          int32_t *points, uint32_t count)
{
    const __m512i having = _mm512_set1_epi64((long long)f->having);
    const __m512i stride = _mm512_set1_epi64((long long)f->wanted_stride);
    const __m512i half = _mm512_set1_epi64(UINT32_MAX);
    const __m256i needed = _mm256_set1_epi32(f->need);
    const __m256i of_many = _mm256_set1_epi32(f->most_of_many);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i += 8) {
        uint32_t left = count - i;
        __mmask8 lanes = (__mmask8)(left < 8 ? (1u << left) - 1 : 0xff);
        __m256i row = _mm256_loadu_si256((const __m256i *)(const void *)(rows + i));
        __m256i sum = _mm256_loadu_si256((const __m256i *)(const void *)(points + i));
        __m512i at = _mm512_mul_epu32(_mm512_cvtepu32_epi64(row), stride);
        __m512i zero = _mm512_setzero_si512();
        __m512i bits = _mm512_mask_i64gather_epi64(zero, lanes, at, f->wanted, 1);
        __m512i facts =
            _mm512_mask_i64gather_epi64(zero, lanes, at, f->wanted + sizeof(uint64_t), 1);
        __m512i wanted = _mm512_and_si512(facts, half);
        __m512i found = _mm512_add_epi64(_mm512_popcnt_epi64(_mm512_and_si512(bits, having)),
                                         _mm512_srli_epi64(facts, 32));
        found = _mm512_min_epu64(found, wanted);
        __mmask8 is_told =
            _mm512_mask_cmple_epu64_mask(lanes, wanted, _mm512_set1_epi64(WANTED_COUNT_MAX));
        __m512i entry = _mm512_add_epi64(
            _mm512_mul_epu32(wanted, _mm512_set1_epi64(WANTED_COUNT_MAX + 1)), found);
        __m256i most = _mm512_mask_i64gather_epi32(of_many, is_told, entry, f->most, 4);
        __mmask8 stay = _mm256_mask_cmpge_epi32_mask(lanes, _mm256_add_epi32(sum, most), needed);
        _mm256_storeu_si256((__m256i *)(void *)(rows + kept),
                            _mm256_maskz_compress_epi32(stay, row));
        _mm256_storeu_si256((__m256i *)(void *)(points + kept),
                            _mm256_maskz_compress_epi32(stay, sum));
        kept += (uint32_t)__builtin_popcount(stay);
    }
    return kept;
}

/* place_arc, step by step. */
__attribute__((target(WIDE))) static inline __m512d arc_eight(__m512d half)
{
    __m512d power = _mm512_mul_pd(half, half);
    __m512d sum = _mm512_set1_pd(place_series[5]);
    for (int i = 4; i >= 0; i--) {
        sum = _mm512_add_pd(_mm512_set1_pd(place_series[i]), _mm512_mul_pd(power, sum));
    }
    sum = _mm512_add_pd(half, _mm512_mul_pd(half, _mm512_mul_pd(power, sum)));
    return _mm512_mul_pd(_mm512_set1_pd(2.0 * PLACE_RADIUS_KM), sum);
}

__attribute__((target(WIDE))) static inline __m512d squares_of(const narrow_circle *c, __m512i at,
                                                               __mmask8 lanes)
{
    __m512d zero = _mm512_setzero_pd();
    __m512d sum = zero;
    for (int i = 0; i < 3; i++) {
        __m512d to = _mm512_mask_i64gather_pd(zero, lanes, at, c->places + (size_t)i * 8, 1);
        __m512d way = _mm512_sub_pd(_mm512_set1_pd(c->from[i]), to);
        sum = i == 0 ? _mm512_mul_pd(way, way) : _mm512_add_pd(sum, _mm512_mul_pd(way, way));
    }
    return sum;
}

__attribute__((target(WIDE))) static inline __m512d square_limits(const narrow_circle *c,
                                                                  __m256i points)
{
    __m512d limit = _mm512_set1_pd(c->reach);
    if (c->km_per_point > 0) {
        __m256i short_of = _mm256_sub_epi32(_mm256_set1_epi32(c->need), points);
        __mmask8 is_short = _mm256_cmpgt_epi32_mask(short_of, _mm256_setzero_si256());
        __m512d cost = _mm512_mul_pd(_mm512_cvtepi32_pd(short_of), _mm512_set1_pd(c->km_per_point));
        __m512d worthwhile =
            _mm512_add_pd(_mm512_sub_pd(_mm512_set1_pd(c->max), cost), _mm512_set1_pd(1e-6));
        limit = _mm512_mask_min_pd(limit, is_short, worthwhile, limit);
    }
    __mmask8 is_out = _mm512_cmp_pd_mask(limit, _mm512_setzero_pd(), _CMP_LT_OQ);
    __m512d square = _mm512_mul_pd(_mm512_mul_pd(limit, limit), _mm512_set1_pd(1 + 1e-9));
    return _mm512_mask_mov_pd(square, is_out, _mm512_set1_pd(-1.0));
}

/* The few rows so far away that the series would not do. */
static void mend_far(double *km, const double *squares, uint32_t lanes)
{
    for (; lanes != 0; lanes &= lanes - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(lanes);
        km[i] = place_arc(squares[i]);
    }
}

__attribute__((target(WIDE))) static uint32_t
circle_avx512(const narrow_circle *c, uint32_t *rows, int32_t *points, double *km, uint32_t count)
{
    const __m512i stride = _mm512_set1_epi64((long long)c->stride);
    const __m512d reach = _mm512_set1_pd(c->reach);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i += 8) {
        uint32_t left = count - i;
        __mmask8 lanes = (__mmask8)(left < 8 ? (1u << left) - 1 : 0xff);
        __m256i row = _mm256_loadu_si256((const __m256i *)(const void *)(rows + i));
        __m256i sum = _mm256_loadu_si256((const __m256i *)(const void *)(points + i));
        __m512i at = _mm512_mul_epu32(_mm512_cvtepu32_epi64(row), stride);
        __mmask8 online = 0;
        if (c->online != NULL) {
            __m256i flag =
                _mm512_mask_i64gather_epi32(_mm256_setzero_si256(), lanes, at, c->online, 1);
            flag = _mm256_and_si256(flag, _mm256_set1_epi32(0xff));
            online = _mm256_mask_cmpeq_epi32_mask(lanes, flag, _mm256_set1_epi32(1));
        }
        __m512d square = squares_of(c, at, lanes);
        __mmask8 near = _mm512_mask_cmp_pd_mask(lanes, square, square_limits(c, sum), _CMP_LE_OQ);
        if ((near | online) == 0) {
            continue;
        }
        __m512d half = _mm512_div_pd(_mm512_sqrt_pd(square), _mm512_set1_pd(2.0 * PLACE_RADIUS_KM));
        __m512d way = arc_eight(half);
        __mmask8 far = _mm512_mask_cmp_pd_mask(near, half, _mm512_set1_pd(PLACE_NEAR), _CMP_GE_OQ);
        if (far != 0) {
            double ways[8];
            double squares[8];
            _mm512_storeu_pd(ways, way);
            _mm512_storeu_pd(squares, square);
            mend_far(ways, squares, far);
            way = _mm512_loadu_pd(ways);
        }
        __mmask8 stay = online | _mm512_mask_cmp_pd_mask(near, way, reach, _CMP_LE_OQ);
        way = _mm512_mask_mov_pd(way, online, _mm512_set1_pd(-1.0));
        _mm256_storeu_si256((__m256i *)(void *)(rows + kept),
                            _mm256_maskz_compress_epi32(stay, row));
        _mm256_storeu_si256((__m256i *)(void *)(points + kept),
                            _mm256_maskz_compress_epi32(stay, sum));
        _mm512_storeu_pd(km + kept, _mm512_maskz_compress_pd(stay, way));
        kept += (uint32_t)__builtin_popcount(stay);
    }
    return kept;
}

static const narrow_kernels avx512 = {"avx512", weigh_avx512, fold_avx512, circle_avx512};

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vpopcntdq");
}

const narrow_kernels *narrow_kernels_at(uint32_t index)
{
    const narrow_kernels *all[4] = {&plain};
    uint32_t count = 1;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt")) {
        all[count++] = &avx2;
    }
    if (has_avx512()) {
        all[count++] = &avx512;
    }
    return index < count ? all[index] : NULL;
}

#else

const narrow_kernels *narrow_kernels_at(uint32_t index)
{
    return index == 0 ? &plain : NULL;
}

#endif

const narrow_kernels *narrow_kernels_pick(void)
{
    const narrow_kernels *best = &plain;
    for (uint32_t i = 1; narrow_kernels_at(i) != NULL; i++) {
        best = narrow_kernels_at(i);
    }
    return best;
}
