/* Health taken apart: parts that sum as printed, what would take a score to a threshold, differences split. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/apportion.h"
#include "base/number.h"
#include "base/text.h"
#include "health/reach.h"
#include "health/split.h"

#define METRICS 6
#define GROUPS 3
#define LIMITS 2
/* Inputs of a model: value, applies and since of each metric, then the limits; one more for trials. */
#define INPUTS (3 * METRICS + LIMITS)

static uint64_t state = 20261128;
static uint64_t draw(uint64_t below) { /* xorshift */
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (state >> 11) % below;
}

typedef struct random_model {
  tx_health_model model;
  tx_health_metric metrics[METRICS];
  tx_health_group groups[GROUPS];
  tx_health_limit limits[LIMITS];
  double knots[METRICS][4], points[METRICS][4];
} random_model;

static const triax_text names[] = {{"a", 1}, {"b", 1}, {"c", 1}, {"d", 1}, {"e", 1}, {"f", 1},
                                   {"A", 1}, {"B", 1}, {"C", 1}, {"D", 1}, {"E", 1}, {"F", 1}};
static const tx_health_category moods[] = {{{"good", 4}, 100}, {{"fair", 4}, 55}, {{"bad", 3}, 5}};

static void make_metric(random_model *made, size_t m) {
  tx_health_metric *metric = &made->metrics[m];
  *metric = (tx_health_metric){.name = names[m + METRICS * draw(2)], .group = (uint32_t)draw(made->model.group_count),
                               .weight = (double)draw(40) / 8, .value = (uint32_t)(3 * m), .missing = NAN,
                               .applies = draw(3) ? TX_NO_INPUT : (uint32_t)(3 * m + 1),
                               .since = draw(3) ? TX_NO_INPUT : (uint32_t)(3 * m + 2), .after = 30, .fade = 60};
  if (!draw(5)) metric->missing = (double)draw(101);
  if (m % 3 == 2) {
    metric->categories = moods;
    metric->category_count = 3;
    return;
  }
  metric->knot_count = 1 + (size_t)draw(4);
  double x = (double)draw(20) - 10;
  for (size_t k = 0; k < metric->knot_count; k++) {
    made->knots[m][k] = x;
    made->points[m][k] = (double)draw(101);
    x += 0.25 * (double)(1 + draw(20));
  }
  metric->knots = made->knots[m];
  metric->points = made->points[m];
}

static void make_model(random_model *made) {
  memset(made, 0, sizeof *made);
  made->model.group_count = 1 + (size_t)draw(GROUPS);
  made->model.groups = made->groups;
  made->model.metrics = made->metrics;
  made->model.metric_count = 1 + (size_t)draw(METRICS);
  made->model.limits = made->limits;
  made->model.limit_count = (size_t)draw(LIMITS + 1);
  made->model.input_count = INPUTS;
  made->model.min_coverage = draw(4) ? 0 : 0.5;
  for (size_t g = 0; g < GROUPS; g++) made->groups[g] = (tx_health_group){names[g], (double)(1 + draw(9)) / 10};
  for (size_t m = 0; m < made->model.metric_count; m++) make_metric(made, m);
  for (size_t l = 0; l < LIMITS; l++) {
    made->limits[l] = (tx_health_limit){(uint32_t)(3 * METRICS + l), (double)draw(101), draw(3) ? NAN : 20, names[l]};
  }
}

static void make_row(tx_value inputs[INPUTS + 1]) {
  for (size_t i = 0; i < INPUTS + 1; i++) {
    const size_t m = i / 3;
    tx_value *value = &inputs[i];
    *value = (tx_value){.state = (uint8_t)(draw(6) ? TX_PRESENT : TX_MISSING), .type = {TX_DOUBLE, 0}};
    if (i >= 3 * METRICS || i % 3 == 1) {
      value->type.kind = TX_BOOL;
      value->boolean = draw(2);
    } else if (i % 3 == 2) {
      value->type.kind = TX_DATE;
      value->integer = 20000 - (int64_t)draw(120);
    } else if (m % 3 == 2) {
      value->type.kind = TX_STRING;
      value->text = draw(8) ? moods[draw(3)].value : TX_TEXT("odd");
    } else {
      value->number = (double)draw(4000) / 100 - 20;
    }
  }
}

/* --- apportioning --- */

static void test_apportion(void **unused) {
  (void)unused;
  int64_t whole[4];
  /* thirds of 100: the first of equals gets what is over */
  tx_apportion((const double[]){100.0 / 3, 100.0 / 3, 100.0 / 3}, 3, 100, whole);
  assert_int_equal(whole[0], 34);
  assert_int_equal(whole[1], 33);
  assert_int_equal(whole[2], 33);
  /* remainders 0.5, 0.9, 0.6, and a 0 that stays 0 */
  tx_apportion((const double[]){1.5, 0, 2.9, -0.4}, 4, 4, whole);
  assert_int_equal(whole[0], 1);
  assert_int_equal(whole[1], 0);
  assert_int_equal(whole[2], 3);
  assert_int_equal(whole[3], 0);
  /* parts that do not sum to the total are moved as little as need be */
  tx_apportion((const double[]){10, 20}, 2, 37, whole);
  assert_int_equal(whole[0] + whole[1], 37);
  assert_true(whole[0] >= 13 && whole[0] <= 14);
  tx_apportion((const double[]){10, 20}, 2, 23, whole);
  assert_int_equal(whole[0] + whole[1], 23);
  tx_apportion(NULL, 0, 5, NULL); /* nothing to give to */
}

static void test_round_parts(void **unused) {
  (void)unused;
  double parts[] = {33.333, 33.333, 33.334}, out[3], many[TRIAX_ROUND_PARTS + 1] = {0};
  triax_error error;
  assert_int_equal(triax_round_parts(parts, 3, 100, 1, out, &error), TRIAX_OK);
  assert_true(out[0] == 33.3 && out[1] == 33.3 && out[2] == 33.4);
  assert_int_equal(triax_round_parts(parts, 3, 100, 11, out, &error), TRIAX_EINVAL);
  assert_int_equal(triax_round_parts(parts, 3, NAN, 1, out, &error), TRIAX_EINVAL);
  assert_int_equal(triax_round_parts(parts, 3, 1e300, 1, out, &error), TRIAX_EINVAL);
  assert_int_equal(triax_round_parts(many, TRIAX_ROUND_PARTS + 1, 0, 1, many, &error), TRIAX_EINVAL);
  assert_int_equal(triax_round_parts(NULL, 3, 1, 1, out, NULL), TRIAX_EINVAL);
  assert_true(out[0] == 33.3); /* untouched */
  for (int round = 0; round < 20000; round++) {
    double random[8], sum = 0;
    const size_t count = 1 + (size_t)draw(8);
    const int decimals = (int)draw(11);
    for (size_t i = 0; i < count; i++) sum += random[i] = ((double)draw(2000001) - 1000000) / 7919;
    assert_int_equal(triax_round_parts(random, count, sum, decimals, random, &error), TRIAX_OK);
    char text[400];
    int64_t printed = 0, total;
    for (size_t i = 0; i <= count; i++) { /* digits without their point: what a reader adds up */
      size_t length = tx_format_fixed(i < count ? random[i] : sum, decimals, text), at = 0;
      for (size_t c = 0; c < length; c++)
        if (text[c] != '.') text[at++] = text[c];
      assert_true(tx_parse_int64((triax_text){text, at}, &total));
      if (i < count) printed += total;
    }
    assert_int_equal(printed, total);
  }
}

/* --- parts --- */

static int64_t units(double value) {
  const double whole = value * TX_SPLIT_UNIT;
  assert_true(fabs(whole - round(whole)) < 0.01); /* ten decimals and no more */
  return (int64_t)llround(whole);
}

static void test_parts_sum_as_printed(void **unused) {
  (void)unused;
  static random_model made;
  tx_value inputs[INPUTS + 1];
  size_t scored = 0;
  for (int round = 0; round < 20000; round++) {
    if (round % 10 == 0) make_model(&made);
    make_row(inputs);
    tx_health_part plain[METRICS], parts[METRICS];
    tx_health_model open = made.model;
    double raw, numbers[METRICS];
    int64_t whole[METRICS], contribution = 0, lost = 0, weight = 0;
    open.limit_count = 0;
    tx_health_score_one(&open, inputs, 20000, &raw, NULL, NULL, plain);
    memcpy(parts, plain, sizeof parts);
    tx_health_settle_parts(&made.model, raw, parts, 1, numbers, whole);
    for (size_t m = 0; m < made.model.metric_count; m++) {
      assert_true(fabs(parts[m].contribution - plain[m].contribution) < 1.01e-10);
      assert_true(fabs(parts[m].lost - plain[m].lost) < 1.01e-10);
      if (plain[m].weight == 0) assert_true(parts[m].contribution == 0 && parts[m].weight == 0);
      contribution += units(parts[m].contribution);
      lost += units(parts[m].lost);
      weight += units(parts[m].weight);
    }
    if (isnan(raw)) continue;
    scored++;
    assert_int_equal(contribution, units(raw));
    assert_int_equal(contribution + lost, (int64_t)(100 * TX_SPLIT_UNIT));
    assert_int_equal(weight, (int64_t)TX_SPLIT_UNIT);
  }
  assert_true(scored > 10000);
}

/* --- what would reach a threshold --- */

/* The score with a value of one metric, measured today. */
static double score_at(const random_model *made, size_t metric, const tx_value *inputs, const tx_value *value) {
  tx_value row[INPUTS + 1];
  tx_health_metric metrics[METRICS];
  tx_health_model model = made->model;
  double health;
  memcpy(row, inputs, sizeof row);
  memcpy(metrics, made->metrics, sizeof metrics);
  metrics[metric].since = TX_NO_INPUT;
  model.metrics = metrics;
  row[3 * metric] = *value;
  tx_health_score_one(&model, row, 20000, &health, NULL, NULL, NULL);
  return health;
}

static double number_at(const random_model *made, size_t metric, const tx_value *inputs, double x) {
  const tx_value value = {.state = TX_PRESENT, .type = {TX_DOUBLE, 0}, .number = x};
  return score_at(made, metric, inputs, &value);
}

/* Against a walk over the scale in small steps. */
static void check_numbers(const random_model *made, size_t metric, const tx_value *inputs, double threshold,
                          const tx_reach *reach) {
  const tx_health_metric *of = &made->metrics[metric];
  const tx_value *value = &inputs[3 * metric];
  const double now = value->state == TX_PRESENT ? value->number : (double)NAN, first = of->knots[0] - 1;
  const double last = of->knots[of->knot_count - 1] + 1;
  double below = NAN, above = NAN, step = 1.0 / 64;
  bool any = false;
  for (double x = first; x <= last; x += step) {
    if (!(number_at(made, metric, inputs, x) >= threshold)) continue;
    any = true;
    if (x <= now) below = x;
    if (x >= now && isnan(above)) above = x;
  }
  if (any != (reach->state == TX_REACH_CAN)) {
    double best = 0;
    for (double x = first; x <= last; x += step) best = fmax(best, number_at(made, metric, inputs, x));
    print_message("# state %d threshold %.17g best %.17g points %g\n", reach->state, threshold, best, reach->points);
  }
  assert_true(any == (reach->state == TX_REACH_CAN));
  if (reach->state != TX_REACH_CAN || isnan(now)) return;
  assert_int_equal(reach->as_it_is, number_at(made, metric, inputs, now) >= threshold);
  if (!isnan(reach->at_least)) {
    assert_true(reach->at_least > now && number_at(made, metric, inputs, reach->at_least) >= threshold);
    assert_true(isnan(above) || reach->at_least <= above + step + 0.01 * fabs(above - now));
  }
  if (!isnan(reach->at_most)) {
    assert_true(reach->at_most < now && number_at(made, metric, inputs, reach->at_most) >= threshold);
    assert_true(isnan(below) || reach->at_most >= below - step - 0.01 * fabs(now - below));
  }
  assert_true(reach->as_it_is || !isnan(reach->at_least) || !isnan(reach->at_most));
}

static void check_categories(const random_model *made, size_t metric, const tx_value *inputs, double threshold,
                             const tx_reach *reach) {
  const tx_health_category *least = NULL;
  for (size_t c = 0; c < 3; c++) {
    const tx_value value = {.state = TX_PRESENT, .type = {TX_STRING, 0}, .text = moods[c].value};
    if (score_at(made, metric, inputs, &value) >= threshold && (!least || moods[c].points < least->points)) {
      least = &moods[c];
    }
  }
  assert_true((least != NULL) == (reach->state == TX_REACH_CAN));
  assert_true(reach->category == least);
}

static void test_reach(void **unused) {
  (void)unused;
  static random_model made;
  tx_value inputs[INPUTS + 1];
  size_t seen[4] = {0};
  for (int round = 0; round < 3000; round++) {
    if (round % 10 == 0) make_model(&made);
    make_row(inputs);
    double health;
    tx_health_score_one(&made.model, inputs, 20000, &health, NULL, NULL, NULL);
    const double threshold = (double)(10 * draw(10)) + 5;
    if (health >= threshold) continue;
    for (size_t m = 0; m < made.model.metric_count; m++) {
      tx_health_metric scratch[METRICS];
      tx_reach reach;
      tx_health_reach(&made.model, m, inputs, 20000, threshold, scratch, &reach);
      seen[reach.state]++;
      if (reach.state == TX_REACH_APART) {
        const tx_value *applies = &inputs[3 * m + 1];
        const bool away = made.metrics[m].applies != TX_NO_INPUT && !(applies->state == TX_PRESENT && applies->boolean);
        assert_true(away || made.metrics[m].weight == 0);
        continue;
      }
      if (made.metrics[m].category_count) check_categories(&made, m, inputs, threshold, &reach);
      else check_numbers(&made, m, inputs, threshold, &reach);
    }
  }
  for (int s = 0; s < 4; s++) assert_true(seen[s] > 50);
}

/* --- differences --- */

static void copy_row(tx_value *to, const tx_value *from) { memcpy(to, from, INPUTS * sizeof *to); }

static void test_split(void **unused) {
  (void)unused;
  static random_model models[2];
  triax_context *context = NULL;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  tx_value before[INPUTS + 1], moved[INPUTS + 1], after[INPUTS + 1];
  size_t known = 0, factors[TX_SPLIT_FACTORS] = {0};
  for (int round = 0; round < 2000; round++) {
    make_model(&models[0]);
    make_model(&models[1]);
    const bool same = !draw(3);
    tx_splitter *splitter;
    const tx_health_model *last = same ? &models[0].model : &models[1].model;
    assert_int_equal(tx_splitter_new(context, &models[0].model, last, &splitter, NULL), TRIAX_OK);
    for (int again = 0; again < 10; again++) {
      tx_split split;
      make_row(before);
      make_row(moved);
      if (same) copy_row(after, moved);
      else make_row(after);
      const tx_split_row row = {before, moved, moved, after, 19980, 20000};
      tx_splitter_run(splitter, &row, &split);
      double health[2];
      tx_health_score_one(&models[0].model, before, 19980, &health[0], NULL, NULL, NULL);
      tx_health_score_one(last, after, 20000, &health[1], NULL, NULL, NULL);
      for (int side = 0; side < 2; side++) {
        assert_int_equal(split.known[side], !isnan(health[side]));
        if (split.known[side]) assert_int_equal(split.health[side], units(health[side]));
      }
      assert_int_equal(split.flip == TX_SPLIT_FACTORS, split.known[0] == split.known[1]);
      if (!split.known[0] || !split.known[1]) continue;
      known++;
      int64_t sum = 0, of_metrics[2] = {0}, of_factor[TX_SPLIT_FACTORS] = {0};
      for (size_t m = 0; m < split.metric_count; m++) {
        int64_t now = split.metrics[m].before;
        for (int f = 0; f < TX_SPLIT_FACTORS; f++) {
          now += split.metrics[m].amount[f];
          of_factor[f] += split.metrics[m].amount[f];
        }
        assert_int_equal(now, split.metrics[m].after);
        of_metrics[0] += split.metrics[m].before;
        of_metrics[1] += split.metrics[m].after;
      }
      for (int f = 0; f < TX_SPLIT_FACTORS; f++) {
        sum += split.amount[f];
        factors[f] += split.amount[f] != 0;
        if (f != TX_SPLIT_LIMITS) assert_int_equal(of_factor[f], split.amount[f]);
        if (same && f > TX_SPLIT_FRESHNESS && f != TX_SPLIT_LIMITS) assert_int_equal(split.amount[f], 0);
      }
      assert_int_equal(sum, split.health[1] - split.health[0]);
      assert_int_equal(of_metrics[0], split.raw[0]);
      assert_int_equal(of_metrics[1], split.raw[1]);
    }
    tx_splitter_free(splitter);
  }
  assert_true(known > 10000);
  for (int f = 0; f < TX_SPLIT_FACTORS; f++) assert_true(factors[f] > 300);
  triax_context_unref(context);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_apportion), cmocka_unit_test(test_round_parts),
                                     cmocka_unit_test(test_parts_sum_as_printed), cmocka_unit_test(test_reach),
                                     cmocka_unit_test(test_split)};
  return cmocka_run_group_tests_name("health explained", tests, NULL, NULL);
}
