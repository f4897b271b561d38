/* Exact sums. Expected figures are those of exact rational arithmetic, by hand or by Python's fractions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <float.h>
#include <math.h>

#include <cmocka.h>

#include "base/exact_sum.h"

static void add_all(tx_exact_sum *sum, tx_exact_sum *squares, const double *values, size_t count) {
  tx_exact_clear(sum);
  tx_exact_clear(squares);
  for (size_t i = 0; i < count; i++) {
    tx_exact_add(sum, values[i]);
    tx_exact_add_square(squares, values[i]);
  }
}

static void test_sums(void **state) {
  (void)state;
  static const struct {
    double values[4];
    double total, mean, deviation;
  } cases[] = {
      {{1e100, 1, -1e100, 1}, 2, 0.5, 7.0710678118654752e99},
      {{0.1, 0.2, 0.3, 0.4}, 1.0, 0.25, 0.1118033988749895}, /* the doubles' own sum lies nearest 1 */
      {{1e15 + 1, 1e15 + 2, 1e15 + 3, 1e15 + 4}, 4000000000000010, 1000000000000002.5, 1.1180339887498949},
      {{-1, -2, -3, 6}, 0, 0, 3.5355339059327378},
      {{5e-324, 5e-324, 5e-324, -5e-324}, 1e-323, 0, 5e-324},
      {{DBL_MAX, DBL_MAX, DBL_MAX, -DBL_MAX}, (double)INFINITY, DBL_MAX / 2, 1.5568479229996504e+308},
      {{9007199254740992, 1, 0, 0}, 9007199254740992, 2251799813685248.25, 3900231685776981.5},
      {{9007199254740992, 1, 5e-324, 0}, 9007199254740994, 2251799813685248.25, 3900231685776981.5},
      {{0.0, -0.0, 0.0, -0.0}, 0, 0, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    tx_exact_sum sum, squares;
    add_all(&sum, &squares, cases[i].values, 4);
    assert_true(tx_exact_total(&sum) == cases[i].total);
    double mean = tx_exact_mean(&sum, 4), deviation = tx_exact_deviation(&sum, &squares, 4);
    assert_true(fabs(mean - cases[i].mean) <= fabs(cases[i].mean) * DBL_EPSILON);
    assert_true(fabs(deviation - cases[i].deviation) <= cases[i].deviation * (2 * DBL_EPSILON));
  }
}

static void test_infinities(void **state) {
  (void)state;
  tx_exact_sum sum, squares;
  add_all(&sum, &squares, (double[]){1, (double)INFINITY}, 2);
  assert_true(tx_exact_total(&sum) == (double)INFINITY && tx_exact_mean(&sum, 2) == (double)INFINITY);
  assert_true(isnan(tx_exact_deviation(&sum, &squares, 2)));
  tx_exact_add(&sum, -(double)INFINITY);
  assert_true(isnan(tx_exact_total(&sum)));
  add_all(&sum, &squares, (double[]){-(double)INFINITY}, 1);
  assert_true(tx_exact_total(&sum) == -(double)INFINITY);
}

/* However 30,000 numbers of all sizes are dealt to parts, the merged sums have the same limbs. */
static void test_parts(void **state) {
  (void)state;
  static tx_exact_sum whole[2], part[2], merged[2];
  uint64_t seed = 7;
  for (size_t ways = 1; ways < 6; ways++) {
    tx_exact_clear(&merged[0]);
    tx_exact_clear(&merged[1]);
    for (size_t p = 0; p < ways; p++) {
      seed = 7;
      tx_exact_clear(&part[0]);
      tx_exact_clear(&part[1]);
      for (size_t i = 0; i < 30000; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1;
        double value = ldexp((double)(int64_t)(seed >> 8) - 0x1p55, (int)(seed >> 33 & 255) - 128);
        if (i % ways != p) continue;
        tx_exact_add(&part[0], value);
        tx_exact_add_square(&part[1], value);
      }
      tx_exact_merge(&merged[0], &part[0]);
      tx_exact_merge(&merged[1], &part[1]);
    }
    if (ways == 1) {
      whole[0] = merged[0];
      whole[1] = merged[1];
    }
    assert_memory_equal(whole[0].limbs, merged[0].limbs, sizeof whole[0].limbs);
    assert_memory_equal(whole[1].limbs, merged[1].limbs, sizeof whole[1].limbs);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_sums), cmocka_unit_test(test_infinities),
                                     cmocka_unit_test(test_parts)};
  return cmocka_run_group_tests_name("exact sums", tests, NULL, NULL);
}
