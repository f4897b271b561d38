#include "health/trend.h"

#include <math.h>
#include <stdlib.h>

#define PAIRS (TX_TREND_VALUES * (TX_TREND_VALUES - 1) / 2)
#define MEDIAN_STEP 0.9538725524089 /* √2 Φ⁻¹(¾): the median step of a score that has a standard deviation of 1 */
#define LEAST_NOISE 1.0
#define LIMITS 3.0
#define EARLIER_WANTED 4

static void swap(double *a, double *b) {
  const double c = *a;
  *a = *b;
  *b = c;
}

/* The k-th smallest, by quickselect with the middle of three; moves the values. */
static double select_value(double *values, size_t count, size_t k) {
  size_t low = 0, high = count - 1;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (values[middle] < values[low]) swap(&values[middle], &values[low]);
    if (values[high] < values[low]) swap(&values[high], &values[low]);
    if (values[high] < values[middle]) swap(&values[high], &values[middle]);
    const double pivot = values[middle];
    size_t i = low, j = high;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      swap(&values[i++], &values[j]);
      if (j == 0) break;
      j--;
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else break;
  }
  return values[k];
}

static double median(double *values, size_t count) {
  if (!count) return NAN;
  const double upper = select_value(values, count, count / 2);
  if (count % 2) return upper;
  double lower = values[0]; /* what is left of the middle is not above it */
  for (size_t i = 1; i < count / 2; i++) lower = values[i] > lower ? values[i] : lower;
  return (lower + upper) / 2;
}

static double level_of(const double *values, size_t count) {
  double last[TX_TREND_LEVEL];
  const size_t taken = count < TX_TREND_LEVEL ? count : TX_TREND_LEVEL;
  for (size_t i = 0; i < taken; i++) last[i] = values[count - taken + i];
  return median(last, taken);
}

static double slope_of(const int32_t *days, const double *values, size_t count) {
  double slopes[PAIRS];
  size_t pairs = 0;
  if (count < 3) return NAN;
  for (size_t i = 0; i < count; i++) {
    for (size_t j = i + 1; j < count; j++) {
      slopes[pairs++] = (values[j] - values[i]) / ((double)days[j] - (double)days[i]) * 30;
    }
  }
  return median(slopes, pairs);
}

static double noise_of(const double *values, size_t count) {
  double steps[TX_TREND_VALUES];
  for (size_t i = 1; i < count; i++) steps[i - 1] = fabs(values[i] - values[i - 1]);
  const double noise = median(steps, count - 1) / MEDIAN_STEP;
  return noise > LEAST_NOISE ? noise : LEAST_NOISE;
}

void tx_trend_find(const int32_t *days, const double *values, size_t count, int32_t as_of, double now,
                   tx_trend *trend) {
  int32_t kept_days[TX_TREND_VALUES] = {0}; /* as gcc for Windows cannot see that what is read was written */
  double kept[TX_TREND_VALUES] = {0};
  const bool has_now = !isnan(now);
  const size_t room = TX_TREND_VALUES - (has_now ? 1 : 0);
  size_t first = count > room ? count - room : 0, earlier = 0;
  while (first < count && (int64_t)as_of - days[first] > TX_TREND_DAYS) first++;
  for (; first < count; first++, earlier++) {
    kept_days[earlier] = days[first];
    kept[earlier] = values[first];
  }
  *trend = (tx_trend){.noise = NAN, .drop = NAN, .expected = level_of(kept, earlier)};
  if (earlier >= EARLIER_WANTED) trend->noise = noise_of(kept, earlier);
  if (has_now) {
    kept_days[earlier] = as_of;
    kept[earlier] = now;
    trend->drop = trend->expected - now;
  }
  trend->values = (uint32_t)(earlier + (has_now ? 1 : 0));
  trend->level = level_of(kept, trend->values);
  trend->slope = slope_of(kept_days, kept, trend->values);
  if (has_now && !isnan(trend->noise)) trend->dropped = trend->drop > LIMITS * trend->noise ? TX_DROP_YES : TX_DROP_NO;
}
