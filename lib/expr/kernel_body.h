/* The loops themselves, included once for each machine variant with KERNEL(name) naming its functions. Written so
 * that compilers turn the inner loops of 64 into vector instructions. */

#include <math.h>
#include <string.h>

/* 64 bytes of 0 or 1 to a word, the first byte the lowest bit. */
static inline uint64_t KERNEL(pack)(const uint8_t *bytes) {
  uint64_t word = 0;
  for (size_t i = 0; i < 8; i++) {
    uint64_t eight;
    memcpy(&eight, bytes + 8 * i, 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    eight *= UINT64_C(0x8040201008040201);
#else
    eight *= UINT64_C(0x0102040810204080);
#endif
    word |= (eight >> 56) << (8 * i);
  }
  return word;
}

/* Bits set in a word: machines that count them have an instruction for it. */
#ifndef KERNEL_BITS_IN
#define KERNEL_BITS_IN(word) KERNEL(bits_in)(word)
static inline size_t KERNEL(bits_in)(uint64_t word) {
  word -= (word >> 1) & UINT64_C(0x5555555555555555);
  word = (word & UINT64_C(0x3333333333333333)) + ((word >> 2) & UINT64_C(0x3333333333333333));
  word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
  return (size_t)((word * UINT64_C(0x0101010101010101)) >> 56);
}
#endif

#define TEST_ONE(name, type, sign)                                                                                     \
  static void KERNEL(name)(const type *x, type y, const uint64_t *mask, size_t words, uint64_t *out) {                 \
    for (size_t w = 0; w < words; w++, x += 64) {                                                                      \
      uint8_t bytes[64];                                                                                               \
      for (size_t i = 0; i < 64; i++) bytes[i] = x[i] sign y;                                                          \
      out[w] = KERNEL(pack)(bytes) & (mask ? mask[w] : UINT64_MAX);                                                    \
    }                                                                                                                  \
  }
#define TEST_TWO(name, type, sign)                                                                                     \
  static void KERNEL(name)(const type *x, const type *y, const uint64_t *mask, size_t words, uint64_t *out) {          \
    for (size_t w = 0; w < words; w++, x += 64, y += 64) {                                                             \
      uint8_t bytes[64];                                                                                               \
      for (size_t i = 0; i < 64; i++) bytes[i] = x[i] sign y[i];                                                       \
      out[w] = KERNEL(pack)(bytes) & (mask ? mask[w] : UINT64_MAX);                                                    \
    }                                                                                                                  \
  }
#define TESTS_OF(kind, prefix, type)                                                                                   \
  kind(prefix##_equal, type, ==) kind(prefix##_unequal, type, !=) kind(prefix##_less, type, <)                         \
  kind(prefix##_at_most, type, <=) kind(prefix##_greater, type, >) kind(prefix##_at_least, type, >=)
#define TESTS_TABLE(prefix)                                                                                            \
  { KERNEL(prefix##_equal), KERNEL(prefix##_unequal), KERNEL(prefix##_less), KERNEL(prefix##_at_most),                 \
    KERNEL(prefix##_greater), KERNEL(prefix##_at_least) }

#ifndef KERNEL_OWN_TESTS
TESTS_OF(TEST_ONE, number, double)
TESTS_OF(TEST_TWO, numbers, double)
TESTS_OF(TEST_ONE, integer, int64_t)
TESTS_OF(TEST_TWO, integers, int64_t)
TESTS_OF(TEST_ONE, date, int32_t)

static void KERNEL(not_nan)(const double *x, const uint64_t *mask, size_t words, uint64_t *out) {
  for (size_t w = 0; w < words; w++, x += 64) {
    uint8_t bytes[64];
    for (size_t i = 0; i < 64; i++) bytes[i] = x[i] == x[i];
    out[w] = KERNEL(pack)(bytes) & (mask ? mask[w] : UINT64_MAX);
  }
}

static void KERNEL(finite)(const double *x, const uint64_t *mask, size_t words, uint64_t *out) {
  for (size_t w = 0; w < words; w++, x += 64) {
    uint8_t bytes[64];
    for (size_t i = 0; i < 64; i++) bytes[i] = x[i] - x[i] == 0;
    out[w] = KERNEL(pack)(bytes) & (mask ? mask[w] : UINT64_MAX);
  }
}

/* Eight bits to eight bytes of 0 or 1: each byte keeps its own bit, then any bit counts as 1. */
static inline uint64_t KERNEL(unpack)(uint64_t eight) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  const uint64_t own = UINT64_C(0x0102040810204080);
#else
  const uint64_t own = UINT64_C(0x8040201008040201);
#endif
  uint64_t bytes = (eight * UINT64_C(0x0101010101010101)) & own;
  return ((bytes + UINT64_C(0x7F7F7F7F7F7F7F7F)) >> 7) & UINT64_C(0x0101010101010101);
}

static void KERNEL(spread)(const uint64_t *const *planes, size_t count, uint8_t base, size_t words, uint8_t *out) {
  const uint64_t low = UINT64_C(0x7F7F7F7F7F7F7F7F), all = base * UINT64_C(0x0101010101010101);
  for (size_t w = 0; w < words; w++) {
    for (size_t i = 0; i < 64; i += 8, out += 8) {
      uint64_t bytes = 0;
      for (size_t k = 0; k < count; k++) bytes |= KERNEL(unpack)((planes[k][w] >> i) & 255) << k;
      bytes = ((bytes & low) + (all & low)) ^ ((bytes ^ all) & ~low); /* no carry from byte to byte */
      memcpy(out, &bytes, sizeof bytes);
    }
  }
}

static void KERNEL(bytes_equal)(const uint8_t *x, uint8_t y, size_t words, uint64_t *out) {
  for (size_t w = 0; w < words; w++, x += 64) {
    uint8_t bytes[64];
    for (size_t i = 0; i < 64; i++) bytes[i] = x[i] == y;
    out[w] = KERNEL(pack)(bytes);
  }
}

static void KERNEL(look_up8)(const uint8_t *codes, const uint64_t *table, const uint64_t *mask, size_t words,
                             uint64_t *out) {
  for (size_t w = 0; w < words; w++, codes += 64) {
    uint64_t word = 0;
    for (size_t i = 0; i < 64; i++) word |= ((table[codes[i] >> 6] >> (codes[i] & 63)) & 1) << i;
    out[w] = word & (mask ? mask[w] : UINT64_MAX);
  }
}
#endif

TEST_TWO(codes_equal, uint32_t, ==)

static void KERNEL(look_up16)(const uint16_t *codes, const uint64_t *table, const uint64_t *mask, size_t words,
                              uint64_t *out) {
  for (size_t w = 0; w < words; w++, codes += 64) {
    uint64_t word = 0;
    for (size_t i = 0; i < 64; i++) word |= ((table[codes[i] >> 6] >> (codes[i] & 63)) & 1) << i;
    out[w] = word & (mask ? mask[w] : UINT64_MAX);
  }
}

static void KERNEL(look_up32)(const uint32_t *codes, const uint64_t *table, const uint64_t *mask, size_t words,
                              uint64_t *out) {
  for (size_t w = 0; w < words; w++, codes += 64) {
    uint64_t word = 0;
    for (size_t i = 0; i < 64; i++) word |= ((table[codes[i] >> 6] >> (codes[i] & 63)) & 1) << i;
    out[w] = word & (mask ? mask[w] : UINT64_MAX);
  }
}

static size_t KERNEL(count)(const uint64_t *plane, size_t words) {
  size_t bits = 0;
  for (size_t w = 0; w < words; w++) bits += KERNEL_BITS_IN(plane[w]);
  return bits;
}

static void KERNEL(claim)(const uint64_t *truth, const uint64_t *known, size_t words, uint64_t *remaining,
                          uint64_t *taken, uint64_t *open, size_t counts[2]) {
  size_t yes = 0, unknown = 0;
  for (size_t w = 0; w < words; w++) {
    const uint64_t here = remaining[w], judged = known ? here & known[w] : here, now = judged & truth[w];
    taken[w] = now;
    remaining[w] = here & ~now;
    yes += KERNEL_BITS_IN(now);
    if (here == judged) continue;
    open[w] |= here & ~judged;
    unknown += KERNEL_BITS_IN(here & ~judged);
  }
  counts[0] = yes;
  counts[1] = unknown;
}

#define DUAL(name, result)                                                                                             \
  static void KERNEL(name)(const double *xs, const double *ys, size_t n, double *out) {                                \
    for (size_t i = 0; i < n; i++) {                                                                                   \
      double x = xs[i], y = ys[i];                                                                                     \
      out[i] = result;                                                                                                 \
    }                                                                                                                  \
  }                                                                                                                    \
  static void KERNEL(name##_right)(const double *xs, double y, size_t n, double *out) {                                \
    for (size_t i = 0; i < n; i++) {                                                                                   \
      double x = xs[i];                                                                                                \
      out[i] = result;                                                                                                 \
    }                                                                                                                  \
  }                                                                                                                    \
  static void KERNEL(name##_left)(double x, const double *ys, size_t n, double *out) {                                 \
    for (size_t i = 0; i < n; i++) {                                                                                   \
      double y = ys[i];                                                                                                \
      out[i] = result;                                                                                                 \
    }                                                                                                                  \
  }
DUAL(add, x + y)
DUAL(subtract, x - y)
DUAL(multiply, x *y)
DUAL(divide, x / y)
DUAL(greatest, y > x || y != y ? y : x)
DUAL(least, y < x || y != y ? y : x)

#define SOLE(name, result)                                                                                             \
  static void KERNEL(name)(const double *xs, size_t n, double *out) {                                                  \
    for (size_t i = 0; i < n; i++) {                                                                                   \
      double x = xs[i];                                                                                                \
      out[i] = result;                                                                                                 \
    }                                                                                                                  \
  }
SOLE(negate, -x)
SOLE(abs, fabs(x))
SOLE(ceil, ceil(x))
SOLE(floor, floor(x))
SOLE(round, round(x))
SOLE(trunc, trunc(x))
SOLE(sign, x > 0 ? 1.0 : x < 0 ? -1.0 : x != x ? x : 0.0)
SOLE(sqrt, sqrt(x))

static void KERNEL(choose64)(const uint64_t *condition, const uint64_t *x, const uint64_t *y, size_t words,
                             uint64_t *out) {
  for (size_t w = 0; w < words; w++, x += 64, y += 64, out += 64) {
    uint64_t word = condition[w];
    for (size_t i = 0; i < 64; i++) {
      uint64_t all = 0 - ((word >> i) & 1);
      out[i] = (x[i] & all) | (y[i] & ~all);
    }
  }
}

static void KERNEL(choose32)(const uint64_t *condition, const uint32_t *x, const uint32_t *y, size_t words,
                             uint32_t *out) {
  for (size_t w = 0; w < words; w++, x += 64, y += 64, out += 64) {
    uint64_t word = condition[w];
    for (size_t i = 0; i < 64; i++) {
      uint32_t all = 0 - (uint32_t)((word >> i) & 1);
      out[i] = (x[i] & all) | (y[i] & ~all);
    }
  }
}

#define KERNEL_TABLE                                                                                                   \
  {                                                                                                                    \
    .test_number = TESTS_TABLE(number), .test_numbers = TESTS_TABLE(numbers), .test_integer = TESTS_TABLE(integer),    \
    .test_integers = TESTS_TABLE(integers), .test_date = TESTS_TABLE(date), .not_nan = KERNEL(not_nan),                \
    .finite = KERNEL(finite),                                                                                          \
    .codes_equal = KERNEL(codes_equal), .look_up8 = KERNEL(look_up8), .look_up16 = KERNEL(look_up16),                  \
    .look_up32 = KERNEL(look_up32), .spread = KERNEL(spread), .bytes_equal = KERNEL(bytes_equal),                      \
    .count = KERNEL(count), .claim = KERNEL(claim),                                                                    \
    .dual = {KERNEL(add), KERNEL(subtract), KERNEL(multiply), KERNEL(divide), KERNEL(greatest), KERNEL(least)},        \
    .dual_right = {KERNEL(add_right), KERNEL(subtract_right), KERNEL(multiply_right), KERNEL(divide_right),            \
                   KERNEL(greatest_right), KERNEL(least_right)},                                                       \
    .dual_left = {KERNEL(add_left), KERNEL(subtract_left), KERNEL(multiply_left), KERNEL(divide_left),                 \
                  KERNEL(greatest_left), KERNEL(least_left)},                                                          \
    .sole = {KERNEL(negate), KERNEL(abs), KERNEL(ceil), KERNEL(floor), KERNEL(round), KERNEL(trunc), KERNEL(sign),     \
             KERNEL(sqrt)},                                                                                            \
    .choose64 = KERNEL(choose64), .choose32 = KERNEL(choose32),                                                        \
  }
