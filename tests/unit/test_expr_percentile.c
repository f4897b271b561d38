/* percentile over sets too large for one pass of sorting, against a library's sort. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "expr/program_private.h"

#define MANY ((size_t)150000) /* more than one thread's piece, all in one range where there are outliers */
#define KINDS 6

static int by_value(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double unit(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (double)(*state >> 11) * 0x1p-53;
}

/* Smooth; tied; with outliers; apart in the last bits alone; all equal; over all magnitudes. */
static double hard_number(uint64_t *state, int kind) {
  const double u = unit(state), v = unit(state);
  if (u < 0.03) return (double)NAN;
  switch (kind) {
  case 0:
    return v * 100;
  case 1:
    return floor(v * 20) - 10;
  case 2:
    return u < 0.032 ? -1e300 : u < 0.034 ? (double)INFINITY : v - 0.5;
  case 3:
    return 1 + floor(v * 30000) * 0x1p-52;
  case 4:
    return v < 0.5 ? 0.0 : -0.0;
  default:
    return ldexp(v, (int)(u * 1000) - 500) * (v < 0.5 ? -1 : 1);
  }
}

static size_t position(const double *sorted, size_t count, double value, bool after) {
  size_t low = 0, high = count;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (sorted[middle] < value || (after && sorted[middle] == value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

static void expect_shares(const double *values, const double *shares) {
  double *sorted = malloc(MANY * sizeof *sorted);
  size_t count = 0;
  assert_non_null(sorted);
  for (size_t i = 0; i < MANY; i++) {
    if (!isnan(values[i])) sorted[count++] = values[i];
  }
  qsort(sorted, count, sizeof *sorted, by_value);
  for (size_t i = 0; i < MANY; i++) {
    if (isnan(values[i])) {
      assert_true(isnan(shares[i]));
      continue;
    }
    const size_t below = position(sorted, count, values[i], false), to = position(sorted, count, values[i], true);
    assert_true(shares[i] == ((double)below + (double)(to - below) / 2) / (double)count);
  }
  free(sorted);
}

static void test_many(void **state) {
  (void)state;
  for (int kind = 0; kind < 2 * KINDS; kind++) {
    const triax_context_options options = {.struct_size = sizeof options, .threads = kind % 2 ? 3 : 1};
    triax_context *context = NULL;
    assert_int_equal(triax_context_new(&options, &context, NULL), TRIAX_OK);
    double *values = tx_alloc_array(context, MANY, sizeof *values);
    uint64_t seed = (uint64_t)kind;
    for (size_t i = 0; i < MANY; i++) values[i] = hard_number(&seed, kind / 2);
    tx_column *column = tx_column_take(context, TRIAX_TYPE_NUMBER, MANY, values, MANY * sizeof *values, NULL);
    tx_column *shares = NULL;
    tx_aggregate aggregate;
    assert_non_null(column);
    assert_int_equal(tx_aggregate_make(context, TX_OP_PERCENTILE, column, &aggregate, &shares, NULL), TRIAX_OK);
    expect_shares(column->numbers, shares->numbers);
    for (size_t i = 1; i < aggregate.distinct; i++) assert_true(aggregate.sorted[i - 1] < aggregate.sorted[i]);
    tx_free_array(context, aggregate.sorted, aggregate.distinct, sizeof *aggregate.sorted);
    tx_free_array(context, aggregate.below, aggregate.distinct, sizeof *aggregate.below);
    tx_free_array(context, aggregate.equal, aggregate.distinct, sizeof *aggregate.equal);
    tx_column_unref(shares);
    tx_column_unref(column);
    triax_context_unref(context);
  }
}

/* A host that stops the sorting when it has been asked so often. */
typedef struct host {
  size_t asked, most;
} host;

static int32_t ask(void *user, const char *stage, double done) {
  host *from = user;
  assert_non_null(stage);
  assert_true(done >= 0 && done <= 1);
  return ++from->asked > from->most;
}

#define STOPPED ((size_t)400000)
#define LOOK ((size_t)65536) /* rows between two looks */

/* All but two of the rows are in one range of the first pass. Returns how often the host was asked. */
static size_t sort_until(size_t most, uint32_t threads, triax_status expected) {
  host user = {0, most};
  uint64_t seed = 9;
  const triax_context_options options = {
      .struct_size = sizeof options, .threads = threads, .progress = ask, .progress_user = &user};
  triax_context *context = NULL;
  tx_column *shares = NULL;
  tx_aggregate aggregate = {0};
  assert_int_equal(triax_context_new(&options, &context, NULL), TRIAX_OK);
  double *values = tx_alloc_array(context, STOPPED, sizeof *values);
  assert_non_null(values);
  for (size_t i = 0; i < STOPPED; i++) values[i] = i == 7 ? -1e300 : i == 8 ? 1e300 : 1 + unit(&seed);
  tx_column *column = tx_column_take(context, TRIAX_TYPE_NUMBER, STOPPED, values, STOPPED * sizeof *values, NULL);
  assert_int_equal(tx_aggregate_make(context, TX_OP_PERCENTILE, column, &aggregate, &shares, NULL), expected);
  tx_free_array(context, aggregate.sorted, aggregate.distinct, sizeof *aggregate.sorted);
  tx_free_array(context, aggregate.below, aggregate.distinct, sizeof *aggregate.below);
  tx_free_array(context, aggregate.equal, aggregate.distinct, sizeof *aggregate.equal);
  tx_column_unref(shares);
  tx_column_unref(column);
  triax_context_unref(context);
  return user.asked;
}

/* Between two looks lie few rows of one pass, whatever the ranges that they fall into; stopped at any of the looks, the
 * sorting says so at once. */
static void test_stops(void **state) {
  (void)state;
  const size_t looks = sort_until(SIZE_MAX, 1, TRIAX_OK);
  assert_true(looks >= 8 * (STOPPED / LOOK)); /* gathering, two turns of three passes each, ranking */
  for (size_t most = 0; most < looks; most += 3) assert_int_equal(sort_until(most, 1, TRIAX_ECANCELED), most + 1);
}

/* The same where other threads sort: the caller, who alone asks, splits what is long and is never left to wait for it. */
static void test_stops_with_threads(void **state) {
  (void)state;
  assert_true(sort_until(SIZE_MAX, 3, TRIAX_OK) >= 8 * (STOPPED / LOOK));
  for (size_t most = 0; most < 8 * (STOPPED / LOOK); most += 2) {
    assert_in_range(sort_until(most, 3, TRIAX_ECANCELED), most + 1, most + 2);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_many), cmocka_unit_test(test_stops),
                                     cmocka_unit_test(test_stops_with_threads)};
  return cmocka_run_group_tests_name("expr_percentile", tests, NULL, NULL);
}
