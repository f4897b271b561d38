/* Every kernel of every machine variant against the plainest code there is, bit for bit. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "expr/kernel.h"
#include "expr_random.h"

#define ROWS 192
#define WORDS (ROWS / 64)

static const double HARD[] = {0.0, -0.0, 1, -1, 2.5, 1e300, -1e300, 5e-324, 0.5, -0.5, 1.5, 3, 100, 99.5};

static void fill_numbers(expr_random *random, double *x) {
  for (size_t i = 0; i < ROWS; i++) {
    uint32_t pick = expr_random_below(random, 17);
    x[i] = pick == 14 ? (double)NAN : pick == 15 ? (double)INFINITY : pick == 16 ? -(double)INFINITY : HARD[pick];
  }
}

static bool holds(int test, int order) { /* order: -1, 0, 1; 2 none */
  switch (test) {
  case TX_IS_EQUAL: return order == 0;
  case TX_IS_UNEQUAL: return order != 0;
  case TX_IS_LESS: return order == -1;
  case TX_IS_AT_MOST: return order == -1 || order == 0;
  case TX_IS_GREATER: return order == 1;
  default: return order == 1 || order == 0;
  }
}

static int order_of_numbers(double a, double b) { return a < b ? -1 : a > b ? 1 : a == b ? 0 : 2; }
static int order_of_integers(int64_t a, int64_t b) { return a < b ? -1 : a > b; }

static bool bit(const uint64_t *plane, size_t i) { return (plane[i / 64] >> (i % 64)) & 1; }

static void fill_planes(expr_random *random, uint64_t *plane) {
  for (size_t w = 0; w < WORDS; w++) plane[w] = expr_random_next(random);
}

static void try_tests(const tx_kernels *kernels, expr_random *random) {
  double x[ROWS], y[ROWS];
  int64_t i64[ROWS], j64[ROWS];
  int32_t dates[ROWS];
  uint64_t mask[WORDS], out[WORDS];
  fill_numbers(random, x);
  fill_numbers(random, y);
  fill_planes(random, mask);
  for (size_t i = 0; i < ROWS; i++) {
    i64[i] = expr_random_below(random, 3) ? (int64_t)expr_random_below(random, 3) - 1 : (int64_t)expr_random_next(random);
    j64[i] = expr_random_below(random, 3) ? (int64_t)expr_random_below(random, 3) - 1 : (int64_t)expr_random_next(random);
    dates[i] = (int32_t)expr_random_below(random, 5) - 2;
  }
  for (int test = 0; test < TX_TESTS; test++) {
    for (int masked = 0; masked < 2; masked++) {
      const uint64_t *by = masked ? mask : NULL;
#define EXPECT(order) \
  for (size_t i = 0; i < ROWS; i++) assert_int_equal(bit(out, i), holds(test, order) && (!masked || bit(mask, i)))
      kernels->test_number[test](x, y[0], by, WORDS, out);
      EXPECT(order_of_numbers(x[i], y[0]));
      kernels->test_numbers[test](x, y, by, WORDS, out);
      EXPECT(order_of_numbers(x[i], y[i]));
      kernels->test_integer[test](i64, j64[0], by, WORDS, out);
      EXPECT(order_of_integers(i64[i], j64[0]));
      kernels->test_integers[test](i64, j64, by, WORDS, out);
      EXPECT(order_of_integers(i64[i], j64[i]));
      kernels->test_date[test](dates, dates[0], by, WORDS, out);
      EXPECT(order_of_integers(dates[i], dates[0]));
    }
  }
  kernels->not_nan(x, mask, WORDS, out);
  for (size_t i = 0; i < ROWS; i++) assert_int_equal(bit(out, i), !isnan(x[i]) && bit(mask, i));
}

static void test_tests(void **state) {
  (void)state;
  expr_random random = {1};
  for (size_t variant = 0; tx_kernels_variant(variant); variant++) {
    for (int round = 0; round < 50; round++) try_tests(tx_kernels_variant(variant), &random);
  }
}

static void test_tables(void **state) {
  (void)state;
  expr_random random = {2};
  uint8_t c8[ROWS], bytes[ROWS];
  uint16_t c16[ROWS];
  uint32_t c32[ROWS], d32[ROWS], chosen[ROWS];
  uint64_t table[1024], out[WORDS], planes[8][WORDS];
  const uint64_t *const all[8] = {planes[0], planes[1], planes[2], planes[3], planes[4], planes[5], planes[6], planes[7]};
  for (size_t i = 0; i < 1024; i++) table[i] = expr_random_next(&random);
  for (size_t i = 0; i < ROWS; i++) {
    c8[i] = (uint8_t)(i < 256 ? i + 64 : expr_random_below(&random, 256));
    c16[i] = (uint16_t)expr_random_below(&random, 65536);
    c32[i] = expr_random_below(&random, 65536);
    d32[i] = expr_random_below(&random, 2) ? c32[i] : c32[i] ^ (1u << expr_random_below(&random, 32));
  }
  for (size_t k = 0; k < 8; k++) fill_planes(&random, planes[k]);
  for (size_t variant = 0; tx_kernels_variant(variant); variant++) {
    const tx_kernels *kernels = tx_kernels_variant(variant);
    kernels->look_up8(c8, table, planes[0], WORDS, out);
    for (size_t i = 0; i < ROWS; i++) assert_int_equal(bit(out, i), bit(table, c8[i]) && bit(planes[0], i));
    kernels->look_up16(c16, table, NULL, WORDS, out);
    for (size_t i = 0; i < ROWS; i++) assert_int_equal(bit(out, i), bit(table, c16[i]));
    kernels->look_up32(c32, table, NULL, WORDS, out);
    for (size_t i = 0; i < ROWS; i++) assert_int_equal(bit(out, i), bit(table, c32[i]));
    kernels->codes_equal(c32, d32, planes[1], WORDS, out);
    for (size_t i = 0; i < ROWS; i++) assert_int_equal(bit(out, i), c32[i] == d32[i] && bit(planes[1], i));
    kernels->choose32(planes[2], c32, d32, WORDS, chosen);
    for (size_t i = 0; i < ROWS; i++) assert_int_equal(chosen[i], bit(planes[2], i) ? c32[i] : d32[i]);
    for (size_t count = 0; count <= 8; count++) {
      const uint8_t base = (uint8_t)(count % 3 == 0 ? 0 : 255 - count);
      kernels->spread(all, count, base, WORDS, bytes);
      for (size_t i = 0; i < ROWS; i++) {
        unsigned expected = base;
        for (size_t k = 0; k < count; k++) expected += (unsigned)bit(planes[k], i) << k;
        assert_int_equal(bytes[i], expected & 255);
      }
    }
    kernels->bytes_equal(c8, c8[7], WORDS, out);
    for (size_t i = 0; i < ROWS; i++) assert_int_equal(bit(out, i), c8[i] == c8[7]);
  }
}

/* Bit by bit what a claim says, twice in a row, the second time of what the first left. */
static void test_claims(void **state) {
  (void)state;
  expr_random random = {5};
  uint64_t truth[WORDS], known[WORDS], before[WORDS], remaining[WORDS], taken[WORDS], open[WORDS], opened[WORDS];
  for (int round = 0; round < 20; round++) {
    fill_planes(&random, truth);
    fill_planes(&random, known);
    fill_planes(&random, before);
    fill_planes(&random, opened);
    if (round % 2) known[round % WORDS] = UINT64_MAX;
    for (size_t variant = 0; tx_kernels_variant(variant); variant++) {
      const tx_kernels *kernels = tx_kernels_variant(variant);
      for (int all = 0; all < 2; all++) {
        size_t counts[2], yes = 0, unknown = 0, bits = 0;
        memcpy(remaining, before, sizeof before);
        memcpy(open, opened, sizeof opened);
        kernels->claim(truth, all ? NULL : known, WORDS, remaining, taken, open, counts);
        for (size_t i = 0; i < ROWS; i++) {
          const bool here = bit(before, i), judged = here && (all || bit(known, i)), now = judged && bit(truth, i);
          assert_int_equal(bit(taken, i), now);
          assert_int_equal(bit(remaining, i), here && !now);
          assert_int_equal(bit(open, i), bit(opened, i) || (here && !judged));
          yes += now;
          unknown += here && !judged;
          bits += bit(truth, i);
        }
        assert_int_equal(counts[0], yes);
        assert_int_equal(counts[1], unknown);
        assert_int_equal(kernels->count(truth, WORDS), bits);
      }
    }
  }
}

static double by_hand(uint32_t choice, double x, double y) {
  switch (choice) {
  case TX_DUAL_ADD: return x + y;
  case TX_DUAL_SUBTRACT: return x - y;
  case TX_DUAL_MULTIPLY: return x * y;
  case TX_DUAL_DIVIDE: return x / y;
  case TX_DUAL_GREATEST: return isnan(x) ? x : isnan(y) ? y : y > x ? y : x;
  default: return isnan(x) ? x : isnan(y) ? y : y < x ? y : x;
  }
}

static double sole_by_hand(uint32_t choice, double x) {
  switch (choice) {
  case TX_SOLE_NEGATE: return -x;
  case TX_SOLE_ABS: return fabs(x);
  case TX_SOLE_CEIL: return ceil(x);
  case TX_SOLE_FLOOR: return floor(x);
  case TX_SOLE_ROUND: return round(x);
  case TX_SOLE_TRUNC: return trunc(x);
  case TX_SOLE_SIGN: return isnan(x) ? x : x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0;
  default: return sqrt(x);
  }
}

static void same_number(double is, double expected) {
  if (isnan(is) && isnan(expected)) return;
  uint64_t a, b;
  memcpy(&a, &is, 8);
  memcpy(&b, &expected, 8);
  if (a != b) fail_msg("%.17g, not %.17g", is, expected);
}

static void test_arithmetic(void **state) {
  (void)state;
  expr_random random = {3};
  double x[ROWS], y[ROWS], out[ROWS];
  for (size_t variant = 0; tx_kernels_variant(variant); variant++) {
    const tx_kernels *kernels = tx_kernels_variant(variant);
    fill_numbers(&random, x);
    fill_numbers(&random, y);
    for (uint32_t choice = 0; choice < TX_DUALS; choice++) {
      kernels->dual[choice](x, y, ROWS, out);
      for (size_t i = 0; i < ROWS; i++) same_number(out[i], by_hand(choice, x[i], y[i]));
      kernels->dual_right[choice](x, y[1], ROWS, out);
      for (size_t i = 0; i < ROWS; i++) same_number(out[i], by_hand(choice, x[i], y[1]));
      kernels->dual_left[choice](x[1], y, ROWS, out);
      for (size_t i = 0; i < ROWS; i++) same_number(out[i], by_hand(choice, x[1], y[i]));
    }
    for (uint32_t choice = 0; choice < TX_SOLES; choice++) {
      kernels->sole[choice](x, ROWS, out);
      for (size_t i = 0; i < ROWS; i++) same_number(out[i], sole_by_hand(choice, x[i]));
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_tests),
      cmocka_unit_test(test_tables), cmocka_unit_test(test_claims),
      cmocka_unit_test(test_arithmetic),
  };
  return cmocka_run_group_tests_name("expr_program_kernels", tests, NULL, NULL);
}
