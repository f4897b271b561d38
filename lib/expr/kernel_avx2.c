#include "expr/kernel_avx2.h"

#ifdef TX_HAVE_AVX2

#include <immintrin.h>
#include <math.h>
#include <string.h>

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,popcnt"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,popcnt")
#pragma GCC optimize("O3")
#endif

#define KERNEL(name) avx2_##name

/* 32 rows' tests, as eight vectors of four all-ones or all-zeros, to 32 bits in row order. */
static inline uint32_t pack32(const __m256d t[8]) {
  __m256i s[4];
  for (int i = 0; i < 4; i++) s[i] = _mm256_castps_si256(_mm256_shuffle_ps(
      _mm256_castpd_ps(t[2 * i]), _mm256_castpd_ps(t[2 * i + 1]), 0x88));
  __m256i bytes = _mm256_packs_epi16(_mm256_packs_epi32(s[0], s[1]), _mm256_packs_epi32(s[2], s[3]));
  /* Lanes now hold rows 0 1, 4 5, 8 9 … and 2 3, 6 7, 10 11 …: interleave pairs. */
  bytes = _mm256_permute4x64_epi64(bytes, 0xD8);
  const __m256i pairs = _mm256_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15, 0, 1, 8, 9, 2, 3, 10,
                                         11, 4, 5, 12, 13, 6, 7, 14, 15);
  return (uint32_t)_mm256_movemask_epi8(_mm256_shuffle_epi8(bytes, pairs));
}

#define AVX_ONE(name, type, vector, load, spread, test)                                                                \
  static void KERNEL(name)(const type *x, type y, const uint64_t *mask, size_t words, uint64_t *out) {                 \
    const vector b = spread(y);                                                                                        \
    for (size_t w = 0; w < words; w++, x += 64) {                                                                      \
      uint64_t word = 0;                                                                                               \
      for (size_t half = 0; half < 2; half++) {                                                                        \
        __m256d t[8];                                                                                                  \
        for (size_t i = 0; i < 8; i++) {                                                                               \
          const vector a = load(x + 32 * half + 4 * i);                                                                \
          t[i] = test;                                                                                                 \
        }                                                                                                              \
        word |= (uint64_t)pack32(t) << (32 * half);                                                                    \
      }                                                                                                                \
      out[w] = word & (mask ? mask[w] : UINT64_MAX);                                                                   \
    }                                                                                                                  \
  }
#define AVX_TWO(name, type, vector, load, test)                                                                        \
  static void KERNEL(name)(const type *x, const type *y, const uint64_t *mask, size_t words, uint64_t *out) {          \
    for (size_t w = 0; w < words; w++, x += 64, y += 64) {                                                             \
      uint64_t word = 0;                                                                                               \
      for (size_t half = 0; half < 2; half++) {                                                                        \
        __m256d t[8];                                                                                                  \
        for (size_t i = 0; i < 8; i++) {                                                                               \
          const vector a = load(x + 32 * half + 4 * i), b = load(y + 32 * half + 4 * i);                               \
          t[i] = test;                                                                                                 \
        }                                                                                                              \
        word |= (uint64_t)pack32(t) << (32 * half);                                                                    \
      }                                                                                                                \
      out[w] = word & (mask ? mask[w] : UINT64_MAX);                                                                   \
    }                                                                                                                  \
  }

static inline __m256i load_integers(const int64_t *x) { return _mm256_loadu_si256((const __m256i *)(const void *)x); }
static inline __m256d opposite(__m256d t) {
  return _mm256_xor_pd(t, _mm256_castsi256_pd(_mm256_set1_epi64x(-1)));
}
#define MORE(a, b) _mm256_castsi256_pd(_mm256_cmpgt_epi64(a, b))
#define SAME(a, b) _mm256_castsi256_pd(_mm256_cmpeq_epi64(a, b))

#define AVX_TESTS(kind, prefix, ...)                                                                                   \
  kind(prefix##_equal, __VA_ARGS__, EQUAL_) kind(prefix##_unequal, __VA_ARGS__, UNEQUAL_)                              \
  kind(prefix##_less, __VA_ARGS__, LESS_) kind(prefix##_at_most, __VA_ARGS__, AT_MOST_)                                \
  kind(prefix##_greater, __VA_ARGS__, GREATER_) kind(prefix##_at_least, __VA_ARGS__, AT_LEAST_)

#define EQUAL_ _mm256_cmp_pd(a, b, _CMP_EQ_OQ)
#define UNEQUAL_ _mm256_cmp_pd(a, b, _CMP_NEQ_UQ)
#define LESS_ _mm256_cmp_pd(a, b, _CMP_LT_OQ)
#define AT_MOST_ _mm256_cmp_pd(a, b, _CMP_LE_OQ)
#define GREATER_ _mm256_cmp_pd(a, b, _CMP_GT_OQ)
#define AT_LEAST_ _mm256_cmp_pd(a, b, _CMP_GE_OQ)
AVX_TESTS(AVX_ONE, number, double, __m256d, _mm256_loadu_pd, _mm256_set1_pd)
AVX_TESTS(AVX_TWO, numbers, double, __m256d, _mm256_loadu_pd)
#undef EQUAL_
#undef UNEQUAL_
#undef LESS_
#undef AT_MOST_
#undef GREATER_
#undef AT_LEAST_
#define EQUAL_ SAME(a, b)
#define UNEQUAL_ opposite(SAME(a, b))
#define LESS_ MORE(b, a)
#define AT_MOST_ opposite(MORE(a, b))
#define GREATER_ MORE(a, b)
#define AT_LEAST_ opposite(MORE(b, a))
AVX_TESTS(AVX_ONE, integer, int64_t, __m256i, load_integers, _mm256_set1_epi64x)
AVX_TESTS(AVX_TWO, integers, int64_t, __m256i, load_integers)

/* Dates: 32 rows are four vectors of eight. */
static inline __m256i load_dates(const int32_t *x) { return _mm256_loadu_si256((const __m256i *)(const void *)x); }
static inline uint32_t pack_dates(const __m256i t[4]) {
  __m256i bytes = _mm256_packs_epi16(_mm256_packs_epi32(t[0], t[1]), _mm256_packs_epi32(t[2], t[3]));
  bytes = _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
  return (uint32_t)_mm256_movemask_epi8(bytes);
}
#define AVX_DATE(name, test, flip)                                                                                     \
  static void KERNEL(name)(const int32_t *x, int32_t y, const uint64_t *mask, size_t words, uint64_t *out) {           \
    const __m256i b = _mm256_set1_epi32(y);                                                                            \
    for (size_t w = 0; w < words; w++, x += 64) {                                                                      \
      uint64_t word = 0;                                                                                               \
      for (size_t half = 0; half < 2; half++) {                                                                        \
        __m256i t[4];                                                                                                  \
        for (size_t i = 0; i < 4; i++) {                                                                               \
          const __m256i a = load_dates(x + 32 * half + 8 * i);                                                         \
          t[i] = test;                                                                                                 \
        }                                                                                                              \
        word |= (uint64_t)pack_dates(t) << (32 * half);                                                                \
      }                                                                                                                \
      out[w] = (flip ? ~word : word) & (mask ? mask[w] : UINT64_MAX);                                                  \
    }                                                                                                                  \
  }
AVX_DATE(date_equal, _mm256_cmpeq_epi32(a, b), 0)
AVX_DATE(date_unequal, _mm256_cmpeq_epi32(a, b), 1)
AVX_DATE(date_less, _mm256_cmpgt_epi32(b, a), 0)
AVX_DATE(date_at_most, _mm256_cmpgt_epi32(a, b), 1)
AVX_DATE(date_greater, _mm256_cmpgt_epi32(a, b), 0)
AVX_DATE(date_at_least, _mm256_cmpgt_epi32(b, a), 1)

static void KERNEL(not_nan)(const double *x, const uint64_t *mask, size_t words, uint64_t *out) {
  for (size_t w = 0; w < words; w++, x += 64) {
    uint64_t word = 0;
    for (size_t half = 0; half < 2; half++) {
      __m256d t[8];
      for (size_t i = 0; i < 8; i++) {
        const __m256d a = _mm256_loadu_pd(x + 32 * half + 4 * i);
        t[i] = _mm256_cmp_pd(a, a, _CMP_ORD_Q);
      }
      word |= (uint64_t)pack32(t) << (32 * half);
    }
    out[w] = word & (mask ? mask[w] : UINT64_MAX);
  }
}

static void KERNEL(finite)(const double *x, const uint64_t *mask, size_t words, uint64_t *out) {
  for (size_t w = 0; w < words; w++, x += 64) {
    uint64_t word = 0;
    for (size_t half = 0; half < 2; half++) {
      __m256d t[8];
      for (size_t i = 0; i < 8; i++) {
        const __m256d a = _mm256_loadu_pd(x + 32 * half + 4 * i);
        const __m256d none = _mm256_sub_pd(a, a);
        t[i] = _mm256_cmp_pd(none, _mm256_setzero_pd(), _CMP_EQ_OQ);
      }
      word |= (uint64_t)pack32(t) << (32 * half);
    }
    out[w] = word & (mask ? mask[w] : UINT64_MAX);
  }
}

/* The 256 bits are 32 bytes, found by two shuffles of 16; then one bit of the byte. */
static void KERNEL(look_up8)(const uint8_t *codes, const uint64_t *table, const uint64_t *mask, size_t words,
                             uint64_t *out) {
  const __m128i *halves = (const __m128i *)(const void *)table;
  const __m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128(halves));
  const __m256i high = _mm256_broadcastsi128_si256(_mm_loadu_si128(halves + 1));
  const __m256i bits = _mm256_set1_epi64x((long long)0x8040201008040201);
  const __m256i five = _mm256_set1_epi8(31), three = _mm256_set1_epi8(7);
  for (size_t w = 0; w < words; w++, codes += 64) {
    uint64_t word = 0;
    for (size_t half = 0; half < 2; half++) {
      __m256i code = _mm256_loadu_si256((const __m256i *)(const void *)(codes + 32 * half));
      __m256i byte = _mm256_and_si256(_mm256_srli_epi16(code, 3), five);
      __m256i upper = _mm256_slli_epi16(byte, 3); /* bit 4 of the byte's number becomes its sign */
      __m256i found = _mm256_blendv_epi8(_mm256_shuffle_epi8(low, byte), _mm256_shuffle_epi8(high, byte), upper);
      __m256i bit = _mm256_shuffle_epi8(bits, _mm256_and_si256(code, three));
      __m256i hit = _mm256_cmpeq_epi8(_mm256_and_si256(found, bit), bit);
      word |= (uint64_t)(uint32_t)_mm256_movemask_epi8(hit) << (32 * half);
    }
    out[w] = word & (mask ? mask[w] : UINT64_MAX);
  }
}

/* 32 bits to 32 bytes: each byte gets its eight bits, keeps its own, and is `value` where that was set. */
static inline __m256i unpack32(uint32_t bits, __m256i value) {
  const __m256i each = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3,
                                        3, 3, 3, 3, 3);
  const __m256i own = _mm256_set1_epi64x((long long)0x8040201008040201);
  __m256i bytes = _mm256_shuffle_epi8(_mm256_set1_epi32((int)bits), each);
  return _mm256_and_si256(_mm256_cmpeq_epi8(_mm256_and_si256(bytes, own), own), value);
}

static void KERNEL(spread)(const uint64_t *const *planes, size_t count, uint8_t base, size_t words, uint8_t *out) {
  for (size_t w = 0; w < words; w++, out += 64) {
    __m256i low = _mm256_set1_epi8((char)base), high = low;
    for (size_t k = 0; k < count; k++) {
      const __m256i value = _mm256_set1_epi8((char)(1 << k));
      low = _mm256_add_epi8(low, unpack32((uint32_t)planes[k][w], value));
      high = _mm256_add_epi8(high, unpack32((uint32_t)(planes[k][w] >> 32), value));
    }
    _mm256_storeu_si256((__m256i *)(void *)out, low);
    _mm256_storeu_si256((__m256i *)(void *)(out + 32), high);
  }
}

static void KERNEL(bytes_equal)(const uint8_t *x, uint8_t y, size_t words, uint64_t *out) {
  const __m256i b = _mm256_set1_epi8((char)y);
  for (size_t w = 0; w < words; w++, x += 64) {
    const __m256i *at = (const __m256i *)(const void *)x;
    const __m256i low = _mm256_cmpeq_epi8(_mm256_loadu_si256(at), b);
    const __m256i high = _mm256_cmpeq_epi8(_mm256_loadu_si256(at + 1), b);
    out[w] = (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
  }
}

#define KERNEL_BITS_IN(word) ((size_t)__builtin_popcountll(word))
#define KERNEL_OWN_TESTS
#include "expr/kernel_body.h"

const tx_kernels tx_kernels_avx2 = KERNEL_TABLE;

#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#else
typedef int tx_kernel_avx2_is_empty;
#endif
