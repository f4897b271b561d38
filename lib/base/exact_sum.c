#include "base/exact_sum.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/wide.h"

#define LOW UINT64_C(0xFFFFFFFF)
/* One addition changes a limb by less than 2^34. */
#define PENDING_MOST (UINT32_C(1) << 28)

void tx_exact_clear(tx_exact_sum *sum) { memset(sum, 0, sizeof *sum); }

void tx_exact_settle(tx_exact_sum *sum) {
  int64_t carry = 0;
  for (size_t i = 0; i + 1 < TX_EXACT_LIMBS; i++) {
    int64_t limb = sum->limbs[i] + carry;
    int64_t low = (int64_t)((uint64_t)limb & LOW);
    carry = (limb - low) / (INT64_C(1) << 32);
    sum->limbs[i] = low;
  }
  sum->limbs[TX_EXACT_LIMBS - 1] += carry;
  sum->pending = 0;
}

/* Adds the 64 bits `piece` x 2^shift (shift < 32) at a limb, or takes them away. */
static void add_piece(int64_t *limbs, uint64_t piece, unsigned shift, bool negative) {
  const uint64_t low = (piece & LOW) << shift, high = (piece >> 32) << shift;
  const int64_t part[3] = {(int64_t)(low & LOW), (int64_t)((low >> 32) + (high & LOW)), (int64_t)(high >> 32)};
  for (size_t i = 0; i < 3; i++) limbs[i] += negative ? -part[i] : part[i];
}

/* value = mantissa x 2^exponent; false for infinities, which are counted. */
static bool take_apart(tx_exact_sum *sum, double value, uint64_t *mantissa, int *exponent, bool *negative) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  const int biased = (int)(bits >> 52 & 2047);
  *negative = bits >> 63;
  *mantissa = bits & ((UINT64_C(1) << 52) - 1);
  if (biased == 2047) {
    if (*negative) sum->down++;
    else sum->up++;
    return false;
  }
  if (biased) *mantissa |= UINT64_C(1) << 52;
  *exponent = (biased ? biased : 1) - 1075;
  return true;
}

static void note_addition(tx_exact_sum *sum) {
  if (++sum->pending >= PENDING_MOST) tx_exact_settle(sum);
}

void tx_exact_add(tx_exact_sum *sum, double value) {
  uint64_t mantissa;
  int exponent;
  bool negative;
  if (!take_apart(sum, value, &mantissa, &exponent, &negative)) return;
  const unsigned at = (unsigned)(exponent + TX_EXACT_POINT);
  add_piece(sum->limbs + at / 32, mantissa, at % 32, negative);
  note_addition(sum);
}

void tx_exact_add_square(tx_exact_sum *sum, double value) {
  uint64_t mantissa;
  int exponent;
  bool negative;
  if (!take_apart(sum, fabs(value), &mantissa, &exponent, &negative)) return;
  const tx_wide square = tx_multiply(mantissa, mantissa);
  const unsigned at = (unsigned)(2 * exponent + TX_EXACT_POINT);
  add_piece(sum->limbs + at / 32, square.low, at % 32, false);
  add_piece(sum->limbs + at / 32 + 2, square.high, at % 32, false);
  note_addition(sum);
}

void tx_exact_merge(tx_exact_sum *sum, const tx_exact_sum *other) {
  tx_exact_sum settled = *other;
  tx_exact_settle(&settled);
  tx_exact_settle(sum);
  for (size_t i = 0; i < TX_EXACT_LIMBS; i++) sum->limbs[i] += settled.limbs[i];
  sum->up += settled.up;
  sum->down += settled.down;
  tx_exact_settle(sum);
}

/* --- rounding --------------------------------------------------------------------------------------------------- */

/* limbs[0 .. count) of 32 bits, lowest first, as fraction x 2^*exponent with a fraction of 53 bits, rounded to nearest,
 * ties to even. 0 for nothing. The limbs' point: limb 0 counts 2^-point. */
static double round_limbs(const uint32_t *limbs, size_t count, int point, int *exponent) {
  while (count && !limbs[count - 1]) count--;
  *exponent = 0;
  if (!count) return 0;
  const uint64_t third = count > 2 ? limbs[count - 3] : 0;
  uint64_t top = (uint64_t)limbs[count - 1] << 32 | (count > 1 ? limbs[count - 2] : 0);
  const int zeros = tx_leading_zeros(top);
  bool rest = false;
  for (size_t i = 0; i + 3 < count; i++) rest = rest || limbs[i];
  if (zeros) top = top << zeros | third >> (32 - zeros);
  rest = rest || (zeros ? (third << zeros & LOW) != 0 : third != 0);
  uint64_t fraction = top >> 11;
  const uint64_t cut = top & 2047;
  if (cut > 1024 || (cut == 1024 && (rest || fraction & 1))) fraction++;
  *exponent = 32 * (int)(count - 2) - zeros + 11 - point;
  return (double)fraction;
}

/* The sum's limbs without a sign; true: the sum is negative. */
static bool magnitude(const tx_exact_sum *sum, uint32_t limbs[TX_EXACT_LIMBS + 1]) {
  tx_exact_sum settled = *sum;
  tx_exact_settle(&settled);
  const bool negative = settled.limbs[TX_EXACT_LIMBS - 1] < 0;
  for (size_t i = 0; negative && i < TX_EXACT_LIMBS; i++) settled.limbs[i] = -settled.limbs[i];
  if (negative) tx_exact_settle(&settled);
  for (size_t i = 0; i < TX_EXACT_LIMBS; i++) limbs[i] = (uint32_t)((uint64_t)settled.limbs[i] & LOW);
  limbs[TX_EXACT_LIMBS] = (uint32_t)((uint64_t)settled.limbs[TX_EXACT_LIMBS - 1] >> 32);
  return negative;
}

double tx_exact_mean(const tx_exact_sum *sum, uint64_t count) {
  uint32_t limbs[TX_EXACT_LIMBS + 1];
  int exponent;
  if (sum->up || sum->down) return sum->up && sum->down ? (double)NAN : sum->up ? (double)INFINITY : -(double)INFINITY;
  const bool negative = magnitude(sum, limbs);
  const double fraction = round_limbs(limbs, TX_EXACT_LIMBS + 1, TX_EXACT_POINT, &exponent);
  const double mean = ldexp(fraction / (double)count, exponent);
  return negative ? -mean : mean;
}

double tx_exact_total(const tx_exact_sum *sum) { return tx_exact_mean(sum, 1); }

/* into[0 .. 2 x TX_EXACT_LIMBS + 2) = limbs x limbs */
static void square_limbs(const uint32_t limbs[TX_EXACT_LIMBS + 1], uint32_t *into) {
  memset(into, 0, (2 * TX_EXACT_LIMBS + 2) * sizeof *into);
  for (size_t i = 0; i <= TX_EXACT_LIMBS; i++) {
    uint64_t carry = 0;
    for (size_t k = 0; limbs[i] && k <= TX_EXACT_LIMBS; k++) {
      carry += (uint64_t)limbs[i] * limbs[k] + into[i + k];
      into[i + k] = (uint32_t)(carry & LOW);
      carry >>= 32;
    }
    if (limbs[i]) into[i + TX_EXACT_LIMBS + 1] = (uint32_t)carry;
  }
}

/* into += limbs x factor x 2^(32 at) */
static void add_product(uint32_t *into, size_t size, const uint32_t limbs[TX_EXACT_LIMBS + 1], uint32_t factor,
                        size_t at) {
  uint64_t carry = 0;
  for (size_t i = 0; at + i < size; i++) {
    carry += (uint64_t)into[at + i] + (i <= TX_EXACT_LIMBS ? (uint64_t)limbs[i] * factor : 0);
    into[at + i] = (uint32_t)(carry & LOW);
    carry >>= 32;
  }
}

/* into -= limbs, which are not more. */
static void take_away(uint32_t *into, const uint32_t *limbs, size_t size) {
  int64_t borrow = 0;
  for (size_t i = 0; i < size; i++) {
    const int64_t left = (int64_t)into[i] - (int64_t)limbs[i] + borrow;
    into[i] = (uint32_t)((uint64_t)left & LOW);
    borrow = left < 0 ? -1 : 0;
  }
}

double tx_exact_deviation(const tx_exact_sum *sum, const tx_exact_sum *squares, uint64_t count) {
  enum { SIZE = 2 * TX_EXACT_LIMBS + 2 };
  uint32_t limbs[TX_EXACT_LIMBS + 1], product[SIZE], scaled[SIZE];
  int exponent;
  if (sum->up || sum->down) return (double)NAN;
  magnitude(sum, limbs);
  square_limbs(limbs, product);
  magnitude(squares, limbs);
  memset(scaled, 0, sizeof scaled);
  add_product(scaled, SIZE, limbs, (uint32_t)(count & LOW), TX_EXACT_POINT / 32);
  add_product(scaled, SIZE, limbs, (uint32_t)(count >> 32), TX_EXACT_POINT / 32 + 1);
  take_away(scaled, product, SIZE); /* count x squares - sum x sum: count^2 times the variance */
  double fraction = round_limbs(scaled, SIZE, 2 * TX_EXACT_POINT, &exponent);
  if (exponent % 2) {
    fraction *= 2;
    exponent--;
  }
  return ldexp(sqrt(fraction / (double)count / (double)count), exponent / 2);
}
