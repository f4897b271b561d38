/* The first 128 bits of powers of ten. */
#ifndef TX_BASE_POWERS_H
#define TX_BASE_POWERS_H

#include <stdbool.h>
#include <stdint.h>

#define TX_POWER_MIN (-342)
#define TX_POWER_MAX 324

/* 10^k = (high × 2^64 + low + rest) × 2^(floor(log2(10^k)) - 127) with 0 <= rest < 1 and the top bit of high set. */
typedef struct tx_power {
  uint64_t high, low;
} tx_power;

extern const tx_power tx_powers[TX_POWER_MAX - TX_POWER_MIN + 1];

static inline tx_power tx_power_of_ten(int32_t k) { return tx_powers[k - TX_POWER_MIN]; }

/* Whether `rest` is 0: 5^55 is the last power of five within 128 bits. */
static inline bool tx_power_is_exact(int32_t k) { return k >= 0 && k <= 55; }

/* floor(log2(10^k)) and floor(log10(2^e)), by fixed-point logarithms that are exact for every exponent of a double. */
static inline int32_t tx_floor_log2_pow10(int32_t k) {
  int64_t scaled = (int64_t)k * 1741647;
  return (int32_t)((scaled >= 0 ? scaled : scaled - 524287) / 524288);
}

#endif
