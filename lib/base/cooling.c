#include "base/cooling.h"

double tx_cool_exponential(uint64_t random) {
  double u = (double)(random >> 11) + 0.5;
  double result = 53 * 0.69314718055994531;
  while (u < 0x1p52) {
    u *= 2;
    result += 0.69314718055994531;
  }
  double m = u * 0x1p-53, y = (m - 1) / (m + 1), y2 = y * y;
  result -= 53 * 0.69314718055994531;
  return result - 2 * y * (1 + y2 * (1.0 / 3 + y2 * (1.0 / 5 + y2 * (1.0 / 7 + y2 * (1.0 / 9)))));
}

double tx_cool_halved(double x) {
  double base = 1 - x * 0.69314718055994531 / 65536;
  for (int i = 0; i < 16; i++) {
    base *= base;
  }
  return base;
}

double tx_cool_span(double hot, double cold) {
  double span = 0;
  while (hot * tx_cool_halved(span) > cold && span < 40) {
    span += 0.125;
  }
  return span;
}
