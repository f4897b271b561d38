/* 64 × 64 = 128 bits, with or without the compiler's help. */
#ifndef TX_BASE_WIDE_H
#define TX_BASE_WIDE_H

#include <stdint.h>

typedef struct tx_wide {
  uint64_t high, low;
} tx_wide;

#if defined(__SIZEOF_INT128__) && !defined(TX_NO_INT128)

__extension__ typedef unsigned __int128 tx_native_wide;

static inline tx_wide tx_multiply(uint64_t a, uint64_t b) {
  tx_native_wide product = (tx_native_wide)a * b;
  return (tx_wide){(uint64_t)(product >> 64), (uint64_t)product};
}

#else

static inline tx_wide tx_multiply(uint64_t a, uint64_t b) {
  uint64_t a_low = a & 0xFFFFFFFF, a_high = a >> 32, b_low = b & 0xFFFFFFFF, b_high = b >> 32;
  uint64_t low = a_low * b_low, left = a_high * b_low, right = a_low * b_high;
  uint64_t middle = (low >> 32) + (left & 0xFFFFFFFF) + (right & 0xFFFFFFFF);
  return (tx_wide){a_high * b_high + (left >> 32) + (right >> 32) + (middle >> 32),
                   middle << 32 | (low & 0xFFFFFFFF)};
}

#endif

/* Zeros above the top bit; value is not 0. */
static inline int tx_leading_zeros(uint64_t value) {
#if defined(__GNUC__)
  return __builtin_clzll(value);
#else
  int zeros = 0;
  for (int step = 32; step > 0; step /= 2) {
    if (value >> (64 - step) == 0) {
      value <<= step;
      zeros += step;
    }
  }
  return zeros;
#endif
}

#endif
