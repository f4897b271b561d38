#include "base/bignum.h"

#include "base/always.h"

static void push(tx_bignum *number, uint32_t limb) {
  if (limb != 0 && TX_ALWAYS(number->count < TX_BIGNUM_LIMBS)) { /* by the bound in the header */
    number->limbs[number->count++] = limb;
  }
}

void tx_bignum_set(tx_bignum *number, uint64_t value) {
  number->count = 0;
  uint32_t high = (uint32_t)(value >> 32);
  if (value != 0) {
    number->limbs[number->count++] = (uint32_t)value;
  }
  push(number, high);
}

void tx_bignum_multiply_add(tx_bignum *number, uint32_t factor, uint32_t addend) {
  uint64_t carry = addend;
  for (size_t i = 0; i < number->count; i++) {
    carry += (uint64_t)number->limbs[i] * factor;
    number->limbs[i] = (uint32_t)carry;
    carry >>= 32;
  }
  push(number, (uint32_t)carry);
}

void tx_bignum_multiply_pow5(tx_bignum *number, uint32_t exponent) {
  for (; exponent >= 13; exponent -= 13) {
    tx_bignum_multiply_add(number, 1220703125, 0); /* 5^13, the largest within 32 bits */
  }
  uint32_t factor = 1;
  for (; exponent > 0; exponent--) {
    factor *= 5;
  }
  tx_bignum_multiply_add(number, factor, 0);
}

void tx_bignum_shift_left(tx_bignum *number, uint32_t bits) {
  if (number->count == 0) {
    return;
  }
  size_t limbs = bits / 32;
  if (TX_NEVER(number->count + limbs > TX_BIGNUM_LIMBS)) {
    return; /* by the bound in the header, which keeps callers below */
  }
  for (size_t i = number->count; i > 0; i--) {
    number->limbs[i - 1 + limbs] = number->limbs[i - 1];
  }
  for (size_t i = 0; i < limbs; i++) {
    number->limbs[i] = 0;
  }
  number->count += limbs;
  tx_bignum_multiply_add(number, (uint32_t)1 << (bits % 32), 0);
}

int tx_bignum_compare(const tx_bignum *a, const tx_bignum *b) {
  if (a->count != b->count) {
    return a->count < b->count ? -1 : 1;
  }
  for (size_t i = a->count; i > 0; i--) {
    if (a->limbs[i - 1] != b->limbs[i - 1]) {
      return a->limbs[i - 1] < b->limbs[i - 1] ? -1 : 1;
    }
  }
  return 0;
}

uint32_t tx_bignum_divide(tx_bignum *number, uint32_t divisor) {
  uint64_t remainder = 0;
  for (size_t i = number->count; i > 0; i--) {
    uint64_t value = remainder << 32 | number->limbs[i - 1];
    number->limbs[i - 1] = (uint32_t)(value / divisor);
    remainder = value % divisor;
  }
  while (number->count > 0 && number->limbs[number->count - 1] == 0) {
    number->count--;
  }
  return (uint32_t)remainder;
}
