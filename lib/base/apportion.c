/* The method of largest remainders (A. Hamilton, 1792). */
#include "base/apportion.h"

#include <math.h>
#include <stdbool.h>

#include <triax/base.h>

#include "base/error.h"
#include "base/number.h"

/* How far a whole number lies below its part, in the direction of the step: what is left to take. */
static double left(double part, int64_t whole, int step) { return (part - (double)whole) * step; }

/* The part that one more step suits best; a part of 0 comes last. SIZE_MAX: there is none. */
static size_t best(const double *parts, const int64_t *whole, size_t count, int step) {
  size_t found = SIZE_MAX;
  for (size_t i = 0; i < count; i++) {
    if (found == SIZE_MAX) {
      found = i;
      continue;
    }
    const bool none = parts[i] == 0, found_none = parts[found] == 0;
    if (none != found_none ? found_none : left(parts[i], whole[i], step) > left(parts[found], whole[found], step)) {
      found = i;
    }
  }
  return found;
}

void tx_apportion(const double *parts, size_t count, int64_t total, int64_t *whole) {
  int64_t rest = total;
  if (!count) return;
  for (size_t i = 0; i < count; i++) {
    whole[i] = (int64_t)floor(parts[i]);
    rest -= whole[i];
  }
  /* Parts that sum to the total leave less than one each; only what does not fit it leaves more. */
  const int64_t each = rest / (int64_t)count;
  for (size_t i = 0; i < count && (each > 1 || each < -1); i++) {
    whole[i] += each;
    rest -= each;
  }
  for (; rest > 0; rest--) whole[best(parts, whole, count, 1)]++;
  for (; rest < 0; rest++) whole[best(parts, whole, count, -1)]--;
}

/* Beyond this, whole numbers of units are not exact in a double. */
#define MOST 4503599627370496.0 /* 2^52 */

triax_status triax_round_parts(const double *parts, size_t count, double total, int32_t decimals, double *rounded,
                               triax_error *error) {
  static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10};
  if (!parts || !rounded || decimals < 0 || decimals > 10 || count > TRIAX_ROUND_PARTS) {
    return tx_fail(error, TRIAX_EINVAL, "parts, a place for them, up to %d of them and 0 to 10 decimals are wanted",
                   TRIAX_ROUND_PARTS);
  }
  const double unit = powers[decimals];
  double scaled[TRIAX_ROUND_PARTS];
  int64_t whole[TRIAX_ROUND_PARTS];
  char text[TX_NUMBER_SIZE + 320];
  bool fits = fabs(total * unit) < MOST;
  for (size_t i = 0; fits && i < count; i++) {
    scaled[i] = parts[i] * unit;
    fits = fabs(scaled[i]) < MOST;
  }
  if (!fits) return tx_fail(error, TRIAX_EINVAL, "a part or the total is not finite, or too large for its decimals");
  double printed = total;
  triax_text fixed = {text, tx_format_fixed(total, decimals, text)};
  tx_parse_double(fixed, false, &printed); /* as it is printed, whatever way a half goes */
  tx_apportion(scaled, count, (int64_t)llround(printed * unit), whole);
  for (size_t i = 0; i < count; i++) rounded[i] = (double)whole[i] / unit;
  return TRIAX_OK;
}
