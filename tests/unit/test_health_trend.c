/* Trends by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "health/trend.h"

static tx_trend find(const int32_t *days, const double *values, size_t count, int32_t as_of, double now) {
  tx_trend trend;
  tx_trend_find(days, values, count, as_of, now, &trend);
  return trend;
}

static bool near(double a, double b) { return fabs(a - b) < 1e-9; }

/* Steps 2, 4, 3, 2 have the median 2.5, so the noise is 2.5 / 0.9538725524; the five values' median is 81; three times
 * the noise is 7.86. */
static void test_by_hand(void **unused) {
  (void)unused;
  const int32_t days[] = {100, 130, 160, 190, 220};
  const double values[] = {80, 82, 78, 81, 83};
  tx_trend trend = find(days, values, 5, 250, 73.2);
  assert_int_equal(trend.values, 6);
  assert_true(near(trend.expected, 81) && near(trend.drop, 7.8));
  assert_true(near(trend.noise, 2.5 / 0.9538725524089));
  assert_int_equal(trend.dropped, TX_DROP_NO); /* 7.8 of 7.86 */
  assert_true(near(trend.level, 81)); /* of 82, 78, 81, 83, 73.2 */
  assert_int_equal(find(days, values, 5, 250, 73.1).dropped, TX_DROP_YES);
  assert_int_equal(find(days, values, 5, 250, 99).dropped, TX_DROP_NO); /* a rise is no drop */
  assert_true(near(find(days, values, 5, 250, 99).drop, -18));
}

/* Slopes of the pairs of (0, 10), (10, 20), (40, 20), a day: 1, 0.25, 0; the median is 0.25, so 7.5 in 30 days. */
static void test_slope(void **unused) {
  (void)unused;
  const int32_t days[] = {0, 10};
  const double values[] = {10, 20};
  assert_true(near(find(days, values, 2, 40, 20).slope, 7.5));
  assert_true(isnan(find(days, values, 2, 40, NAN).slope)); /* two values are no trend */
  assert_true(isnan(find(days, values, 1, 40, 20).slope));
  /* one wild value of nine moves it little: a line of 3 in 30 days stays one */
  int32_t line[9];
  double rises[9];
  for (int i = 0; i < 9; i++) {
    line[i] = 10 * i;
    rises[i] = 50 + i;
  }
  rises[4] = 0;
  assert_true(near(find(line, rises, 9, 90, 59).slope, 3));
}

static void test_few(void **unused) {
  (void)unused;
  const int32_t days[] = {10, 20, 30, 40};
  const double values[] = {70, 70, 70, 70};
  tx_trend none = find(days, values, 0, 50, NAN);
  assert_int_equal(none.values, 0);
  assert_true(isnan(none.level) && isnan(none.slope) && isnan(none.expected) && isnan(none.noise) && isnan(none.drop));
  assert_int_equal(none.dropped, TX_DROP_UNKNOWN);
  tx_trend one = find(days, values, 0, 50, 60);
  assert_true(one.level == 60 && isnan(one.expected) && isnan(one.drop));
  assert_int_equal(find(days, values, 3, 50, 10).dropped, TX_DROP_UNKNOWN); /* three are too few to know the noise */
  assert_int_equal(find(days, values, 4, 50, NAN).dropped, TX_DROP_UNKNOWN);
  /* a score that stood still has one point of noise: three are no drop, more are */
  assert_true(find(days, values, 4, 50, 67).noise == 1);
  assert_int_equal(find(days, values, 4, 50, 67).dropped, TX_DROP_NO);
  assert_int_equal(find(days, values, 4, 50, 66.9).dropped, TX_DROP_YES);
}

/* What is older than 180 days, or before the last 60, does not count. */
static void test_window(void **unused) {
  (void)unused;
  const int32_t days[] = {0, 1, 2, 3, 100, 101};
  const double values[] = {1, 2, 3, 4, 80, 82};
  tx_trend trend = find(days, values, 6, 184, 81);
  assert_int_equal(trend.values, 3);
  assert_true(trend.expected == 81);
  assert_int_equal(find(days, values, 6, 183, 81).values, 4); /* 180 days old counts */
  int32_t daily[200];
  double rising[200];
  for (int i = 0; i < 200; i++) {
    daily[i] = i;
    rising[i] = i < 100 ? 0 : i;
  }
  trend = find(daily, rising, 200, 200, 200);
  assert_int_equal(trend.values, TX_TREND_VALUES);
  assert_true(near(trend.slope, 30) && trend.level == 198);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_by_hand), cmocka_unit_test(test_slope),
                                     cmocka_unit_test(test_few), cmocka_unit_test(test_window)};
  return cmocka_run_group_tests_name("trend", tests, NULL, NULL);
}
