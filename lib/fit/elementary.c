/* Elementary functions from additions, multiplications and divisions alone. */
#include "fit/elementary.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* 2 to the power of n, -1022 <= n <= 1023. */
static double power_of_two(int n) {
  uint64_t bits = (uint64_t)(n + 1023) << 52;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

double tx_exp(double x) {
  static const double log2e = 1.4426950408889634, high = 6.93147180369123816490e-01, low = 1.90821492927058770002e-10;
  if (isnan(x)) return x;
  if (x > 709.78) return INFINITY;
  if (x < -745) return 0;
  const double whole = floor(x * log2e + 0.5);
  const double r = (x - whole * high) - whole * low; /* |r| <= 0.35 */
  /* 1 / k!, even and odd ones apart, so that two sums go on side by side. */
  const double square = r * r;
  double even = 1.1470745597729725e-11, odd = 1.6059043836821613e-10;
  even = 2.08767569878681e-09 + square * even;
  even = 2.755731922398589e-07 + square * even;
  even = 2.48015873015873e-05 + square * even;
  even = 0.001388888888888889 + square * even;
  even = 0.041666666666666664 + square * even;
  even = 0.5 + square * even;
  odd = 2.505210838544172e-08 + square * odd;
  odd = 2.7557319223985893e-06 + square * odd;
  odd = 0.0001984126984126984 + square * odd;
  odd = 0.008333333333333333 + square * odd;
  odd = 0.16666666666666666 + square * odd;
  const double sum = 1 + (r + square * (even + r * odd));
  const int n = (int)whole;
  return n < -1000 ? sum * power_of_two(n + 1000) * power_of_two(-1000) : n > 1000
             ? sum * power_of_two(n - 1000) * power_of_two(1000)
             : sum * power_of_two(n);
}

double tx_ln(double x) {
  static const double high = 6.93147180369123816490e-01, low = 1.90821492927058770002e-10;
  int shift = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984.0; /* 2^54 */
    shift = -54;
  }
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  int n = (int)(bits >> 52) - 1023 + shift;
  bits = (bits & UINT64_C(0xfffffffffffff)) | UINT64_C(0x3ff0000000000000);
  double m;
  memcpy(&m, &bits, sizeof m);
  if (m > 1.4142135623730951) {
    m /= 2;
    n++;
  }
  const double s = (m - 1) / (m + 1), square = s * s; /* |s| <= 0.1716 */
  double sum = 0;
  for (int k = 23; k >= 3; k -= 2) sum = square * (1.0 / k + sum);
  return n * high + (2 * s + (2 * s * sum + n * low));
}

double tx_logistic(double x) {
  if (x >= 0) return 1 / (1 + tx_exp(-x));
  const double e = tx_exp(x);
  return e / (1 + e);
}

double tx_log_one_plus_exp(double x) {
  const double e = tx_exp(-fabs(x));
  return (x > 0 ? x : 0) + (e < 1e-5 ? e * (1 - e / 2) : tx_ln(1 + e));
}
