#include "attention/exact.h"

#include <math.h>

#define LN2 0.693147180559945309417232121458176568

double tx_log2(double x) {
  int exponent = 0;
  double mantissa = frexp(x, &exponent);
  if (mantissa < 0.70710678118654752) {
    mantissa *= 2;
    exponent--;
  }
  /* ln m = 2 (s + s³/3 + s⁵/5 …), s = (m − 1) / (m + 1) at most 0.1716: 12 terms are below the last bit. */
  const double s = (mantissa - 1) / (mantissa + 1), square = s * s;
  double sum = 0;
  for (int k = 25; k >= 3; k -= 2) sum = (sum + 1.0 / k) * square;
  return (double)exponent + 2 * (s + s * sum) / LN2;
}

double tx_exp2(double x) {
  if (isnan(x)) return x;
  if (x > 1100) return INFINITY;
  if (x < -1100) return 0;
  const double whole = floor(x + 0.5), rest = (x - whole) * LN2;
  double sum = 1;
  for (int k = 18; k >= 1; k--) sum = 1 + sum * rest / k;
  return ldexp(sum, (int)whole);
}
