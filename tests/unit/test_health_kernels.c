/* Many rows through every kernel that this machine has, against scoring them one by one. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "health/scorer_private.h"

enum { MANY = 1500, KNOTS = 9, AS_OF = 90, TRUTH = 3, SINCE = 4, INPUTS = 5 };

/* Three numbers, a truth and a time of many rows; and what a scorer says of them. */
static double numbers[3][MANY], knots[KNOTS], points[KNOTS];
static uint64_t truth[MANY / 64 + 1], present[INPUTS][MANY / 64 + 1];
static int64_t times[MANY];
static tx_vector inputs[INPUTS];
static double health[MANY], coverage[MANY];
static uint8_t band[MANY];

static uint32_t draw(uint64_t *seed) {
  *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(*seed >> 33);
}

/* Numbers on a knot, between, beyond, and missing ones. */
static void make_numbers(size_t row, uint64_t *seed) {
  for (size_t c = 0; c < 3; c++) {
    const uint32_t kind = draw(seed) % 10;
    numbers[c][row] = kind == 0 ? (double)NAN : kind == 1 ? knots[draw(seed) % KNOTS] : draw(seed) % 700 / 100.0 - 1.5;
    if (kind) tx_bit_set(present[c], row);
  }
}

static int make_rows(void **state) {
  (void)state;
  uint64_t seed = 7;
  for (size_t k = 0; k < KNOTS; k++) {
    knots[k] = (double)k * 0.7 - 1;
    points[k] = (double)(draw(&seed) % 101);
  }
  for (size_t i = 0; i < MANY; i++) {
    if (draw(&seed) % 2) tx_bit_set(truth, i);
    if (draw(&seed) % 8) tx_bit_set(present[TRUTH], i);
    if (draw(&seed) % 8) tx_bit_set(present[SINCE], i);
    times[i] = (int64_t)(draw(&seed) % 2000) * 86400000000 / 7 - 86400000000;
    make_numbers(i, &seed);
  }
  for (size_t w = 0; w < tx_words(MANY); w++) truth[w] &= present[TRUTH][w];
  for (size_t c = 0; c < 3; c++) {
    inputs[c] = (tx_vector){.type = {TX_DOUBLE, 0}, .numbers = numbers[c], .present = present[c]};
  }
  inputs[TRUTH] = (tx_vector){.type = {TX_BOOL, 0}, .truth = truth, .present = present[TRUTH]};
  inputs[SINCE] = (tx_vector){.type = {TX_TIMESTAMP, 0}, .integers = times, .present = present[SINCE]};
  return 0;
}

static tx_value value_at(size_t input, size_t row) {
  tx_value value = {.state = tx_bit(present[input], row) ? TX_PRESENT : TX_MISSING, .type = inputs[input].type};
  if (value.state) return value;
  if (input == TRUTH) {
    value.boolean = tx_bit(truth, row);
  } else if (input == SINCE) {
    const int64_t micros = times[row];
    value.time.seconds = micros / 1000000 - (micros % 1000000 < 0);
    value.time.nanos = (int32_t)((micros - value.time.seconds * 1000000) * 1000);
  } else {
    value.number = numbers[input][row];
  }
  return value;
}

static void same(double a, double b) { assert_memory_equal(&a, &b, sizeof a); }

static void check_rows(const tx_health_model *model, size_t rows) {
  for (size_t i = 0; i < rows; i++) {
    tx_value values[INPUTS];
    for (size_t c = 0; c < INPUTS; c++) values[c] = value_at(c, i);
    double one = 0, covered = 0;
    uint8_t place = 0;
    tx_health_score_one(model, values, AS_OF, &one, &covered, &place, NULL);
    assert_true(isnan(one) == isnan(health[i]));
    if (!isnan(one)) same(one, health[i]);
    same(covered, coverage[i]);
    assert_int_equal(place, band[i]);
  }
}

static void check_kernels(triax_context *context, const tx_health_model *model) {
  tx_health_scorer *scorer = NULL;
  assert_int_equal(tx_health_scorer_new(context, model, &scorer, NULL), TRIAX_OK);
  for (size_t v = 0; v < 3; v++) {
    if (!tx_health_kernels_variant(v)) continue;
    scorer->kernels = tx_health_kernels_variant(v);
    const size_t rows = MANY - 7 * v; /* other tails */
    const tx_health_output output = {.health = health, .coverage = coverage, .band = band};
    assert_int_equal(tx_health_score(scorer, inputs, rows, AS_OF, &output, NULL), TRIAX_OK);
    check_rows(model, rows);
  }
  tx_health_scorer_free(scorer);
}

/* Scales of so many knots, one group or two, metrics that apply to some rows or to all. */
static void check_model(triax_context *context, size_t count, bool two, bool some, double min_coverage) {
  const uint32_t applies = some ? TRUTH : TX_NO_INPUT, last = two ? 1 : 0;
  const tx_health_group groups[] = {{{"a", 1}, 0.37}, {{"b", 1}, 0.63}};
  const tx_health_band bands[] = {{{"r", 1}, 0}, {{"y", 1}, 40}, {{"g", 1}, 60}};
  tx_health_metric metrics[] = {
      {.weight = 0.3, .applies = TX_NO_INPUT, .since = TX_NO_INPUT, .missing = NAN, .value = 0},
      {.weight = 1.7, .applies = applies, .since = TX_NO_INPUT, .missing = NAN, .value = 1},
      {.weight = 0.9, .applies = TX_NO_INPUT, .since = TX_NO_INPUT, .missing = 12, .value = 2, .group = last},
      {.weight = 0.2,
       .applies = applies,
       .since = SINCE,
       .missing = NAN,
       .value = 0,
       .group = last,
       .after = 30.5,
       .fade = 60},
  };
  for (size_t m = 0; m < 4; m++) metrics[m].knot_count = count, metrics[m].knots = knots, metrics[m].points = points;
  const tx_health_model model = {.metrics = metrics,
                                 .metric_count = 4,
                                 .groups = groups,
                                 .group_count = 1 + (size_t)two,
                                 .bands = bands,
                                 .band_count = 3,
                                 .min_coverage = min_coverage,
                                 .input_count = INPUTS};
  check_kernels(context, &model);
}

static void kernels_agree(void **state) {
  (void)state;
  triax_context *context = NULL;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  for (size_t count = 1; count <= KNOTS; count++) {
    for (int turn = 0; turn < 4; turn++)
      check_model(context, count, turn & 1, turn & 2, (count + (size_t)turn) % 2 ? 0.4 : 0);
  }
  triax_context_unref(context);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(kernels_agree)};
  return cmocka_run_group_tests_name("health kernels", tests, make_rows, NULL);
}
