/* Forecast: how many accounts stay, and what they pay, year by year (policy.md section 9).
 *
 * The model: every account stays each year with its own chance r, independently of the others and of the years before,
 * and grows by its own e in each year that it stays. So of an account with a pays, after t years, a (1 + e)^t with
 * chance r^t, and nothing otherwise. Means, variances and third cumulants of sums of independent accounts add up; what
 * is stated as an interval comes from these three (see tx_range).
 *
 * What policy.md leaves open is settled so:
 * - GRR and NRR are of the year: of the ARR at the year's beginning, the share that is there at its end. In GRR nobody
 *   counts for more than at the beginning: Σ a·r·min(1, 1 + e) ÷ Σ a, which is Σ a·r ÷ Σ a where nobody shrinks.
 * - A missing chance counts as the segment's GRR would without that account: the mean of the others, by ARR. Where a
 *   segment has no other, the mean of all. The same for growth. What is outside of [0, 1], or growth below -1, is
 *   missing. A missing ARR counts as 0. */
#ifndef TX_FORECAST_FORECAST_H
#define TX_FORECAST_FORECAST_H

#include "base/memory.h"

#define TX_NO_GROUP UINT32_MAX

typedef struct tx_forecast_input {
  size_t accounts, segments, years;
  const uint32_t *segment;  /* per account; TX_NO_GROUP: in none */
  const uint32_t *parent;   /* per segment; TX_NO_GROUP at the top. Parents have smaller numbers */
  const double *arr;        /* per account; NaN missing */
  const double *retention;  /* per account: chance to stay a year; NaN missing */
  const double *expansion;  /* per account: growth of a year in which it stays; NaN missing; NULL: 0 */
  const double *fee;        /* per segment: what an account pays a year beside its ARR; NULL: nothing */
} tx_forecast_input;

/* The expected value, and an interval that holds the outcome with a chance of about 90 %: the mean and z standard
 * deviations to both sides, moved by the skewness (Cornish and Fisher's expansion to its first term, Abramowitz and
 * Stegun 26.2.49), kept within what is possible. Of a ratio the moments are those of numerator − ratio × denominator,
 * by the mean of the denominator (delta method): exact in the first year, whose denominator is known. */
typedef struct tx_range {
  double expected, low, high; /* NaN where there is nothing to forecast */
} tx_range;

typedef struct tx_forecast_year {
  tx_range accounts, arr;
  tx_range grr, nrr; /* of the year that ends here; NaN in year 0 and where the ARR at the beginning is not above 0 */
  double fees;       /* of the year that ends here: paid by who is there at its beginning */
} tx_forecast_year;

/* Groups: the segments (with all inside of them), then the accounts in none, then all. */
typedef struct tx_forecast_result {
  size_t groups, years;
  tx_forecast_year *year; /* row by group, years + 1 each: year 0 is now */
  double *own_accounts;   /* the same rows, expected, without segments inside */
  double *own_arr;
  uint64_t missing_arr, missing_retention, missing_expansion; /* accounts; those outside of the range included */
  uint64_t outside_retention, outside_expansion;
  size_t first_outside; /* an account with a chance or growth outside of its range; SIZE_MAX: none */
} tx_forecast_result;

static inline const tx_forecast_year *tx_forecast_at(const tx_forecast_result *result, size_t group, size_t year) {
  return &result->year[group * (result->years + 1) + year];
}

/* The result's arrays come from the arena. */
triax_status tx_forecast_run(tx_arena *arena, const tx_forecast_input *input, tx_forecast_result *result,
                             triax_error *error);

#endif
