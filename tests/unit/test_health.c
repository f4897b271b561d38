/* Health by hand: every expected number is worked out from the rules, none is copied from output. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"

#include "base/memory.h"
#include "health/scorer_private.h"

#define ROWS 8

/* Inputs of a few rows, as vectors. */
typedef struct sheet {
  triax_context *context;
  tx_vector vectors[8];
  double numbers[8][ROWS];
  int64_t integers[8][ROWS];
  uint32_t codes[8][ROWS];
  uint64_t truth[8], present[8];
  tx_dictionary *dictionaries[8];
} sheet;

static void open_sheet(sheet *s) {
  memset(s, 0, sizeof *s);
  assert_int_equal(triax_context_new(NULL, &s->context, NULL), TRIAX_OK);
}

static void close_sheet(sheet *s) {
  for (size_t i = 0; i < 8; i++) tx_dictionary_unref(s->dictionaries[i]);
  triax_context_unref(s->context);
}

static void set_numbers(sheet *s, size_t input, const double *values, size_t rows) {
  s->present[input] = 0;
  for (size_t i = 0; i < rows; i++) {
    s->numbers[input][i] = values[i];
    if (!isnan(values[i])) tx_bit_set(&s->present[input], i);
  }
  s->vectors[input] = (tx_vector){.type = {TX_DOUBLE, 0}, .numbers = s->numbers[input], .present = &s->present[input]};
}

static void set_integers(sheet *s, size_t input, int kind, const int64_t *values, uint64_t present, size_t rows) {
  memcpy(s->integers[input], values, rows * sizeof *values);
  s->present[input] = present;
  s->vectors[input] =
      (tx_vector){.type = {(uint8_t)kind, 0}, .integers = s->integers[input], .present = &s->present[input]};
}

static void set_truths(sheet *s, size_t input, uint64_t truth, uint64_t known) {
  s->truth[input] = truth;
  s->present[input] = known;
  s->vectors[input] = (tx_vector){.type = {TX_BOOL, 0}, .truth = &s->truth[input], .present = &s->present[input]};
}

/* Values as texts; NULL: missing. */
static void set_strings(sheet *s, size_t input, const char *const *values, size_t rows) {
  triax_text texts[ROWS];
  size_t count = 0;
  s->present[input] = 0;
  for (size_t i = 0; i < rows; i++) {
    if (!values[i]) continue;
    const triax_text text = triax_text_of(values[i]);
    size_t code = 0;
    while (code < count && !tx_text_equal(texts[code], text)) code++;
    if (code == count) texts[count++] = text;
    s->codes[input][i] = (uint32_t)code;
    tx_bit_set(&s->present[input], i);
  }
  tx_dictionary_unref(s->dictionaries[input]);
  s->dictionaries[input] = tx_dictionary_new(s->context, texts, count);
  assert_non_null(s->dictionaries[input]);
  s->vectors[input] = (tx_vector){.type = {TX_STRING, 0},
                                  .codes = s->codes[input],
                                  .dictionary = s->dictionaries[input],
                                  .present = &s->present[input]};
}

static tx_value value_at(const tx_vector *vector, size_t row) {
  tx_value value = {.state = tx_bit(vector->present, row) ? TX_PRESENT : TX_MISSING, .type = vector->type};
  if (value.state) return value;
  switch (vector->type.kind) {
  case TX_BOOL:
    value.boolean = tx_bit(vector->truth, row);
    break;
  case TX_DOUBLE:
    value.number = vector->numbers[row];
    break;
  case TX_STRING:
    value.text = tx_dictionary_text(vector->dictionary, vector->codes[row]);
    break;
  case TX_TIMESTAMP: {
    const int64_t micros = vector->integers[row];
    value.time.seconds = micros / 1000000 - (micros % 1000000 < 0);
    value.time.nanos = (int32_t)((micros - value.time.seconds * 1000000) * 1000);
    break;
  }
  default:
    value.integer = vector->integers[row];
  }
  return value;
}

/* What the scorer says of a few rows. */
typedef struct outcome {
  double health[ROWS], raw[ROWS], coverage[ROWS];
  uint8_t band[ROWS];
  uint32_t limit[ROWS];
  tx_health_part parts[8 * ROWS]; /* parts[metric * rows + row] */
  uint64_t uncategorised[8];
} outcome;

static void same(double a, double b) { assert_memory_equal(&a, &b, sizeof a); }

/* The metric that lost most by the row's parts, and among equals of one group the first. */
static void check_worst(const tx_health_model *model, const tx_health_part *parts, size_t stride, uint16_t worst) {
  double most = 0;
  for (size_t m = 0; m < model->metric_count; m++) most = parts[m * stride].lost > most ? parts[m * stride].lost : most;
  if (worst == TX_NO_METRIC) {
    assert_true(most <= 1e-12);
    return;
  }
  assert_true(worst < model->metric_count);
  const double lost = parts[worst * stride].lost;
  assert_true(lost > 0 && lost >= most * (1 - 1e-9));
  for (size_t m = 0; m < worst; m++)
    assert_false(model->metrics[m].group == model->metrics[worst].group && parts[m * stride].lost == lost);
}

/* Scores in one batch, and row by row: both must say the same to the bit. */
static outcome score(sheet *s, const tx_health_model *model, size_t rows, int32_t as_of) {
  outcome out, plain;
  memset(&out, 0, sizeof out);
  memset(&plain, 0, sizeof plain);
  tx_health_scorer *scorer = NULL;
  assert_int_equal(tx_health_scorer_new(s->context, model, &scorer, NULL), TRIAX_OK);
  uint16_t worst[ROWS], worst_beside_parts[ROWS];
  const tx_health_output output = {out.health, out.raw,   out.coverage,      out.band,
                                   out.limit,  out.parts, out.uncategorised, worst_beside_parts};
  assert_int_equal(tx_health_score(scorer, s->vectors, rows, as_of, &output, NULL), TRIAX_OK);
  const tx_health_output without_parts = {.health = plain.health, .band = plain.band};
  const tx_health_output with_worst = {.health = plain.raw, .worst = worst};
  assert_int_equal(tx_health_score(scorer, s->vectors, rows, as_of, &without_parts, NULL), TRIAX_OK);
  assert_int_equal(tx_health_score(scorer, s->vectors, rows, as_of, &with_worst, NULL), TRIAX_OK);
  tx_health_scorer_free(scorer);
  for (size_t row = 0; row < rows; row++) {
    tx_value values[8];
    for (size_t i = 0; i < model->input_count; i++) values[i] = value_at(&s->vectors[i], row);
    double health = 0, coverage = 0;
    uint8_t band = 0;
    tx_health_part parts[8];
    tx_health_score_one(model, values, as_of, &health, &coverage, &band, parts);
    same(health, out.health[row]);
    same(health, plain.health[row]);
    assert_int_equal(worst[row], worst_beside_parts[row]);
    check_worst(model, &out.parts[row], rows, worst[row]);
    same(coverage, out.coverage[row]);
    assert_int_equal(band, out.band[row]);
    assert_int_equal(band, plain.band[row]);
    for (size_t m = 0; m < model->metric_count; m++) {
      const tx_health_part *part = &out.parts[m * rows + row];
      same(parts[m].points, part->points);
      same(parts[m].freshness, part->freshness);
      same(parts[m].weight, part->weight);
      same(parts[m].contribution, part->contribution);
      same(parts[m].lost, part->lost);
      assert_int_equal(parts[m].applies, part->applies);
    }
  }
  return out;
}

#define METRIC(weight_, applies_, since_, missing_)                                                                    \
  .weight = (weight_), .applies = (applies_), .since = (since_), .missing = (missing_)
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const tx_health_group one_group[] = {{{"all", 3}, 1}};

/* The worked example of the policy language. */
static void test_worked_example(void **state) {
  (void)state;
  static const double adoption_knots[] = {0, 0.5, 0.9}, adoption_points[] = {0, 40, 100};
  static const double support_knots[] = {0, 10}, support_points[] = {100, 0};
  static const tx_health_category colours[] = {{{"green", 5}, 100}, {{"yellow", 6}, 50}, {{"red", 3}, 0}};
  static const tx_health_group groups[] = {{{"product", 7}, 0.6}, {{"relationship", 12}, 0.4}};
  static const tx_health_band bands[] = {{{"red", 3}, 0}, {{"yellow", 6}, 50}, {{"green", 5}, 75}};
  const tx_health_limit limits[] = {{4, 40, NAN, TX_TEXT("open escalation")}};
  const tx_health_metric metrics[] = {
      {METRIC(3, TX_NO_INPUT, TX_NO_INPUT, NAN), .group = 0, .value = 0, .knot_count = 3, .knots = adoption_knots,
       .points = adoption_points},
      {METRIC(1, TX_NO_INPUT, TX_NO_INPUT, NAN), .group = 0, .value = 1, .knot_count = 2, .knots = support_knots,
       .points = support_points},
      {METRIC(1, TX_NO_INPUT, 3, NAN), .group = 1, .value = 2, .after = 30, .fade = 60, .category_count = 3,
       .categories = colours},
  };
  const tx_health_model model = {.metrics = metrics,
                                 .metric_count = 3,
                                 .groups = groups,
                                 .group_count = 2,
                                 .limits = limits,
                                 .limit_count = 1,
                                 .bands = bands,
                                 .band_count = 3,
                                 .min_coverage = 0.5,
                                 .input_count = 5};
  sheet s;
  open_sheet(&s);
  set_numbers(&s, 0, (double[]){0.7, 0.7}, 2);
  set_numbers(&s, 1, (double[]){2, 2}, 2);
  set_strings(&s, 2, (const char *[]){"yellow", "yellow"}, 2);
  set_integers(&s, 3, TX_DATE, (int64_t[]){20000, 20000}, 3, 2);
  set_truths(&s, 4, 2, 3);
  const outcome out = score(&s, &model, 2, 20060);
  assert_true(out.health[0] == 63.5 && out.coverage[0] == 0.8 && out.band[0] == 1 && out.limit[0] == 0);
  assert_true(out.raw[1] == 63.5 && out.health[1] == 40 && out.band[1] == 0 && out.limit[1] == 1);
  assert_true(out.parts[0].points == 70 && out.parts[2].points == 80 && out.parts[4].points == 50);
  assert_true(out.parts[4].freshness == 0.5);
  /* adoption: 0.6 × 3/4; support: 0.6 × 1/4; sentiment: 0.4. */
  assert_float_equal(out.parts[0].contribution, 31.5, 1e-9);
  assert_float_equal(out.parts[2].contribution, 12, 1e-9);
  assert_float_equal(out.parts[4].contribution, 20, 1e-9);
  assert_float_equal(out.parts[0].lost, 13.5, 1e-9);
  close_sheet(&s);
}

/* Flat outside, exact at knots, missing for NaN; 1 to 9 knots, so that every kernel is met. */
static void test_scale(void **state) {
  (void)state;
  static const double knots[] = {-2, -1, 0, 0.1, 0.3, 1, 5, 6, 8}, points[] = {0, 10, 10, 35, 30, 80, 90, 100, 50};
  const double rows[ROWS] = {-INFINITY, -2, NAN, 0.1, 0.2, 0.3, 5, INFINITY};
  for (size_t count = 1; count <= 9; count++) {
    const tx_health_metric metrics[] = {
        {METRIC(1, TX_NO_INPUT, TX_NO_INPUT, NAN), .value = 0, .knot_count = count, .knots = knots, .points = points}};
    const tx_health_model model = {
        .metrics = metrics, .metric_count = 1, .groups = one_group, .group_count = 1, .input_count = 1};
    sheet s;
    open_sheet(&s);
    set_numbers(&s, 0, rows, ROWS);
    const outcome out = score(&s, &model, ROWS, 0);
    assert_true(out.health[0] == 0 && out.health[1] == 0);
    assert_true(isnan(out.health[2]) && out.coverage[2] == 0 && out.band[2] == TX_BAND_UNKNOWN);
    assert_true(out.health[7] == points[count - 1]);
    if (count >= 4) assert_true(out.health[3] == 35);
    if (count >= 5) assert_true(out.health[4] == 32.5 && out.health[5] == 30);
    if (count >= 7) assert_true(out.health[6] == 90);
    close_sheet(&s);
  }
}

/* Where a metric does not apply, or it is not known to, it neither counts nor lowers coverage. */
static void test_applies(void **state) {
  (void)state;
  static const double knots[] = {0, 100}, points[] = {0, 100};
  static const tx_health_group groups[] = {{{"a", 1}, 3}, {{"b", 1}, 1}};
  const tx_health_metric metrics[] = {
      {METRIC(1, TX_NO_INPUT, TX_NO_INPUT, NAN), .group = 0, .value = 0, .knot_count = 2, .knots = knots,
       .points = points},
      {METRIC(1, 2, TX_NO_INPUT, NAN), .group = 1, .value = 1, .knot_count = 2, .knots = knots, .points = points},
  };
  const tx_health_model model = {
      .metrics = metrics, .metric_count = 2, .groups = groups, .group_count = 2, .input_count = 3};
  sheet s;
  open_sheet(&s);
  /* applies: yes, no, not known, yes; the last row's second metric is missing, and its first one too in row 4 */
  set_numbers(&s, 0, (double[]){80, 80, 80, 80, NAN}, 5);
  set_numbers(&s, 1, (double[]){40, 40, 40, NAN, 40}, 5);
  set_truths(&s, 2, 1 | 8, 1 | 2 | 8 | 16);
  const outcome out = score(&s, &model, 5, 0);
  assert_true(out.health[0] == 70 && out.coverage[0] == 1); /* (3×80 + 40) / 4 */
  assert_true(out.health[1] == 80 && out.coverage[1] == 1 && !out.parts[5 + 1].applies);
  assert_true(out.health[2] == 80 && out.coverage[2] == 1);
  assert_true(out.health[3] == 80 && out.coverage[3] == 0.75 && out.parts[5 + 3].applies);
  /* Nothing applies but what is missing. */
  assert_true(isnan(out.health[4]) && out.coverage[4] == 0);
  assert_true(isnan(out.parts[5 + 1].points) && out.parts[5 + 1].weight == 0);
  close_sheet(&s);
}

static void test_missing_and_fresh(void **state) {
  (void)state;
  static const double knots[] = {0, 100}, points[] = {0, 100};
  const tx_health_metric metrics[] = {
      {METRIC(1, TX_NO_INPUT, 1, NAN), .value = 0, .after = 30, .fade = 60, .knot_count = 2, .knots = knots,
       .points = points},
      {METRIC(1, TX_NO_INPUT, 1, 20), .value = 2, .after = 0, .fade = 0, .knot_count = 2, .knots = knots,
       .points = points},
  };
  const tx_health_model model = {
      .metrics = metrics, .metric_count = 2, .groups = one_group, .group_count = 1, .input_count = 3};
  sheet s;
  open_sheet(&s);
  set_numbers(&s, 0, (double[]){80, 80, 80, 80, 80, 80, 80, 80}, 8);
  set_numbers(&s, 2, (double[]){NAN, NAN, NAN, NAN, NAN, 50, 50, 50}, 8);
  /* Ages 30, 60, 90, 91, missing, missing, 0, and dated ahead. */
  set_integers(&s, 1, TX_DATE, (int64_t[]){970, 940, 910, 909, 0, 0, 1000, 1020}, 0xCF, 8);
  const outcome out = score(&s, &model, 8, 1000);
  assert_true(out.health[0] == 50 && out.coverage[0] == 1);    /* (80 + 20) / 2 */
  assert_true(out.health[1] == 40 && out.coverage[1] == 0.75); /* (40 + 20) / 1.5 */
  assert_true(out.health[2] == 20 && out.coverage[2] == 0.5 && out.parts[2].freshness == 0);
  assert_true(out.health[3] == 20 && out.parts[3].points == 80 && out.parts[3].contribution == 0);
  assert_true(out.health[4] == 20 && isnan(out.parts[4].freshness) && isnan(out.parts[4].points));
  assert_true(out.health[5] == 20 && out.parts[8 + 5].points == 20); /* no date: missing, so the stand-in */
  assert_true(out.health[6] == 65 && out.health[7] == 65);
  /* Timestamps: half a day past 45 days is 45.5 days: freshness 1 - 15.5 / 60. */
  set_integers(&s, 1, TX_TIMESTAMP, (int64_t[]){INT64_C(954) * 86400000000 + INT64_C(43200000000)}, 1, 1);
  assert_true(score(&s, &model, 1, 1000).parts[0].freshness == 1 - 15.5 / 60);
  close_sheet(&s);
}

static void test_weights_of_zero(void **state) {
  (void)state;
  static const double knots[] = {0, 100}, points[] = {0, 100};
  static const tx_health_group groups[] = {{{"a", 1}, 1}, {{"b", 1}, 0}, {{"c", 1}, 1}};
  tx_health_metric metrics[] = {
      {METRIC(0, TX_NO_INPUT, TX_NO_INPUT, NAN), .group = 0, .value = 0, .knot_count = 2, .knots = knots,
       .points = points},
      {METRIC(1, TX_NO_INPUT, TX_NO_INPUT, NAN), .group = 1, .value = 0, .knot_count = 2, .knots = knots,
       .points = points},
      {METRIC(1, TX_NO_INPUT, TX_NO_INPUT, NAN), .group = 2, .value = 1, .knot_count = 2, .knots = knots,
       .points = points},
  };
  const tx_health_model model = {
      .metrics = metrics, .metric_count = 3, .groups = groups, .group_count = 3, .input_count = 2};
  sheet s;
  open_sheet(&s);
  set_numbers(&s, 0, (double[]){10, 10}, 2);
  set_numbers(&s, 1, (double[]){60, NAN}, 2);
  const outcome out = score(&s, &model, 2, 0);
  assert_true(out.health[0] == 60 && out.coverage[0] == 1); /* group a has no weight inside: it drops out */
  assert_true(isnan(out.health[1]) && out.coverage[1] == 0);
  close_sheet(&s);
}

static void test_min_coverage_and_bands(void **state) {
  (void)state;
  static const double knots[] = {0, 100}, points[] = {0, 100};
  static const tx_health_band bands[] = {{{"red", 3}, 10}, {{"yellow", 6}, 50}, {{"green", 5}, 75}};
  const tx_health_metric metrics[] = {
      {METRIC(0.1, TX_NO_INPUT, TX_NO_INPUT, NAN), .value = 0, .knot_count = 2, .knots = knots, .points = points},
      {METRIC(0.2, TX_NO_INPUT, TX_NO_INPUT, NAN), .value = 0, .knot_count = 2, .knots = knots, .points = points},
      {METRIC(0.3, TX_NO_INPUT, TX_NO_INPUT, NAN), .value = 1, .knot_count = 2, .knots = knots, .points = points},
  };
  const tx_health_model model = {.metrics = metrics,
                                 .metric_count = 3,
                                 .groups = one_group,
                                 .group_count = 1,
                                 .bands = bands,
                                 .band_count = 3,
                                 .min_coverage = 0.5,
                                 .input_count = 2};
  sheet s;
  open_sheet(&s);
  set_numbers(&s, 0, (double[]){75, NAN, 75, 9.9, 10, 50, 49.99, 55}, 8);
  set_numbers(&s, 1, (double[]){75, 75, NAN, 9.9, 10, 50, 49.99, 55}, 8);
  const outcome out = score(&s, &model, 8, 0);
  /* 0.1 + 0.2 is more than 0.3 in doubles and 0.1·75 + 0.2·75 + 0.3·75 rounds: the bands must not see that. */
  assert_true(out.health[0] == 75 && out.band[0] == 2);
  assert_true(out.coverage[1] == 0.5 && out.health[1] == 75);
  assert_true(out.coverage[2] == 0.5 && out.health[2] == 75);
  assert_true(out.band[3] == TX_BAND_UNKNOWN && out.band[4] == 0 && out.band[5] == 1 && out.band[6] == 0);
  assert_true(out.health[7] == 55 && out.band[7] == 1);
  tx_health_model strict = model;
  strict.min_coverage = 0.51;
  const outcome none = score(&s, &strict, 8, 0);
  assert_true(isnan(none.health[1]) && isnan(none.raw[1]) && none.band[1] == TX_BAND_UNKNOWN);
  assert_true(none.coverage[1] == 0.5 && none.parts[2 * 8 + 1].weight == 1); /* what it would have come to */
  close_sheet(&s);
}

static void test_categories(void **state) {
  (void)state;
  static const tx_health_category words[] = {{{"yes", 3}, 100}, {{"no", 2}, 0}, {{"yes", 3}, 7}};
  static const tx_health_category truths[] = {{{"true", 4}, 90}, {{"false", 5}, 30}};
  static const tx_health_category numbers[] = {{{"1", 1}, 10}, {{"2.5", 3}, 25}, {{"other", 5}, 99}};
  tx_health_metric metric = {METRIC(1, TX_NO_INPUT, TX_NO_INPUT, NAN), .value = 0, .category_count = 3,
                             .categories = words};
  const tx_health_model model = {
      .metrics = &metric, .metric_count = 1, .groups = one_group, .group_count = 1, .input_count = 2};
  sheet s;
  open_sheet(&s);
  set_truths(&s, 1, 31, 31);
  set_strings(&s, 0, (const char *[]){"yes", "no", "maybe", NULL, "other"}, 5);
  outcome out = score(&s, &model, 5, 0);
  assert_true(out.health[0] == 100 && out.health[1] == 0 && isnan(out.health[2]) && isnan(out.health[3]));
  assert_int_equal(out.uncategorised[0], 2);
  metric.applies = 1; /* what does not apply is not counted */
  set_truths(&s, 1, 15, 31);
  assert_int_equal(score(&s, &model, 5, 0).uncategorised[0], 1);
  metric.applies = TX_NO_INPUT;
  metric.categories = truths;
  metric.category_count = 2;
  set_truths(&s, 0, 1, 3);
  out = score(&s, &model, 3, 0);
  assert_true(out.health[0] == 90 && out.health[1] == 30 && isnan(out.health[2]));
  metric.categories = numbers;
  metric.category_count = 3;
  set_numbers(&s, 0, (double[]){1, 2.5, 2, NAN}, 4);
  out = score(&s, &model, 4, 0);
  assert_true(out.health[0] == 10 && out.health[1] == 25 && isnan(out.health[2]) && out.uncategorised[0] == 1);
  set_integers(&s, 0, TX_INT, (int64_t[]){1, 2, 0}, 3, 3);
  out = score(&s, &model, 3, 0);
  assert_true(out.health[0] == 10 && isnan(out.health[1]) && isnan(out.health[2]) && out.uncategorised[0] == 1);
  close_sheet(&s);
}

/* In order; one that is not known does not apply; `limit` is the last that changed the value. */
static void test_limits(void **state) {
  (void)state;
  static const double knots[] = {0, 100}, points[] = {0, 100};
  const tx_health_metric metrics[] = {
      {METRIC(1, TX_NO_INPUT, TX_NO_INPUT, NAN), .value = 0, .knot_count = 2, .knots = knots, .points = points}};
  const tx_health_limit limits[] = {
      {1, 40, NAN, TX_TEXT("a")}, {2, NAN, 60, TX_TEXT("b")}, {3, 50, 45, TX_TEXT("c")}, {1, 70, NAN, TX_TEXT("d")}};
  const tx_health_model model = {.metrics = metrics,
                                 .metric_count = 1,
                                 .groups = one_group,
                                 .group_count = 1,
                                 .limits = limits,
                                 .limit_count = 4,
                                 .input_count = 4};
  sheet s;
  open_sheet(&s);
  set_numbers(&s, 0, (double[]){80, 80, 80, 20, NAN, 40, 48}, 7);
  set_truths(&s, 1, 0x33, 0x7F); /* rows 0 1 4 5 */
  set_truths(&s, 2, 0x01, 0x7B); /* row 0; row 2 not known */
  set_truths(&s, 3, 0x48, 0x7F); /* rows 3 6 */
  const outcome out = score(&s, &model, 7, 0);
  assert_true(out.health[0] == 60 && out.limit[0] == 2 && out.raw[0] == 80);
  assert_true(out.health[1] == 40 && out.limit[1] == 1);
  assert_true(out.health[2] == 80 && out.limit[2] == 0);
  assert_true(out.health[3] == 45 && out.limit[3] == 3);
  assert_true(isnan(out.health[4]) && out.limit[4] == 0);
  assert_true(out.health[5] == 40 && out.limit[5] == 0); /* nothing changed */
  assert_true(out.health[6] == 48 && out.limit[6] == 0);
  close_sheet(&s);
}

static void test_nothing(void **state) {
  (void)state;
  const tx_health_model model = {.groups = one_group, .group_count = 1};
  sheet s;
  open_sheet(&s);
  score(&s, &model, 0, 0);
  const outcome out = score(&s, &model, 1, 0);
  assert_true(isnan(out.health[0]) && out.coverage[0] == 0 && out.band[0] == TX_BAND_UNKNOWN);
  close_sheet(&s);
}

static void test_models_at_fault(void **state) {
  (void)state;
  static const double knots[] = {0, 0}, points[] = {0, 100}, far[] = {-1.7e308, 1.7e308};
  static const tx_health_category category[] = {{{"a", 1}, NAN}};
  const tx_health_metric faults[] = {
      {METRIC(1, TX_NO_INPUT, TX_NO_INPUT, NAN), .value = 0},
      {METRIC(1, TX_NO_INPUT, TX_NO_INPUT, NAN), .value = 0, .knot_count = 2, .knots = knots, .points = points},
      {METRIC(1, TX_NO_INPUT, TX_NO_INPUT, NAN), .value = 0, .knot_count = 2, .knots = far, .points = points},
      {METRIC(1, TX_NO_INPUT, TX_NO_INPUT, NAN), .value = 0, .category_count = 1, .categories = category},
      {METRIC(1, TX_NO_INPUT, TX_NO_INPUT, NAN), .value = 1, .knot_count = 1, .knots = knots, .points = points},
      {METRIC(1, TX_NO_INPUT, TX_NO_INPUT, NAN), .value = 0, .group = 1, .knot_count = 1, .knots = knots,
       .points = points},
      {METRIC(-1, TX_NO_INPUT, TX_NO_INPUT, NAN), .value = 0, .knot_count = 1, .knots = knots, .points = points},
      {METRIC(INFINITY, TX_NO_INPUT, TX_NO_INPUT, NAN), .value = 0, .knot_count = 1, .knots = knots, .points = points},
      {METRIC(1, TX_NO_INPUT, 7, NAN), .value = 0, .knot_count = 1, .knots = knots, .points = points},
  };
  sheet s;
  open_sheet(&s);
  for (size_t i = 0; i < COUNT(faults); i++) {
    const tx_health_model model = {
        .metrics = &faults[i], .metric_count = 1, .groups = one_group, .group_count = 1, .input_count = 1};
    tx_health_scorer *scorer = NULL;
    triax_error error;
    assert_int_equal(tx_health_scorer_new(s.context, &model, &scorer, &error), TRIAX_EINVAL);
    assert_null(scorer);
    assert_true(strlen(error.message) > 10);
  }
  close_sheet(&s);
}

/* --- memory that fails ------------------------------------------------------------------------------------------ */

static triax_status score_words(triax_context *context, void *user) {
  static const tx_health_category words[] = {{{"yes", 3}, 100}, {{"no", 2}, 0}};
  const tx_health_metric metric = {METRIC(1, TX_NO_INPUT, TX_NO_INPUT, NAN), .value = 0, .category_count = 2,
                                   .categories = words};
  const tx_health_model model = {
      .metrics = &metric, .metric_count = 1, .groups = one_group, .group_count = 1, .input_count = 1};
  const sheet *s = user;
  tx_health_scorer *scorer = NULL;
  double health[2] = {-1, -1};
  const tx_health_output output = {.health = health};
  triax_status status = tx_health_scorer_new(context, &model, &scorer, NULL);
  if (!status) status = tx_health_score(scorer, s->vectors, 2, 0, &output, NULL);
  if (!status) status = tx_health_score(scorer, s->vectors, 2, 0, &output, NULL);
  assert_true(status ? health[0] == -1 : health[0] == 0 && health[1] == 100);
  tx_health_scorer_free(scorer);
  return status;
}

static void test_memory(void **state) {
  (void)state;
  sheet s;
  open_sheet(&s);
  set_strings(&s, 0, (const char *[]){"no", "yes"}, 2);
  /* The scorer, its tables, lines, slopes and weights, the categories as numbers, the table of the dictionary; nothing
   * for the second batch. */
  assert_int_equal(fault_run(score_words, &s), 7);
  close_sheet(&s);
}

/* --- scales ----------------------------------------------------------------------------------------------------- */

/* Knots are met exactly, however steep the way to them, and nothing between leaves the range of its ends by more than a
 * rounding. */
static void test_steep_scales(void **state) {
  (void)state;
  static const double knots[] = {0, 5e-324, 1e-308, 1.0 / 3, 0.7}, points[] = {100, 0, 1.0 / 3, 99.9, -7};
  const tx_health_metric metric = {.knots = knots, .points = points, .knot_count = 5};
  for (size_t k = 0; k < 5; k++) assert_true(tx_health_scale(&metric, knots[k]) == points[k]);
  assert_true(tx_health_scale(&metric, -INFINITY) == 100 && tx_health_scale(&metric, INFINITY) == -7);
  assert_true(isnan(tx_health_scale(&metric, NAN)));
  for (double x = 0; x < 1; x += 0x1p-12) {
    const double y = tx_health_scale(&metric, x);
    assert_true(y >= -7 - 1e-13 && y <= 100);
  }
  const double half = tx_health_scale(&metric, 5e-309); /* about half way from 0 to 1/3 */
  assert_true(half > 0.16 && half < 0.17);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_worked_example),  cmocka_unit_test(test_scale),
      cmocka_unit_test(test_applies),         cmocka_unit_test(test_missing_and_fresh),
      cmocka_unit_test(test_weights_of_zero), cmocka_unit_test(test_min_coverage_and_bands),
      cmocka_unit_test(test_categories),      cmocka_unit_test(test_limits),
      cmocka_unit_test(test_nothing),         cmocka_unit_test(test_models_at_fault),
      cmocka_unit_test(test_memory),          cmocka_unit_test(test_steep_scales),
  };
  return cmocka_run_group_tests_name("health", tests, NULL, NULL);
}
