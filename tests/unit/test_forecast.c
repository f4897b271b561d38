/* Forecast and headcount by hand: small sums, and what comes in odd shapes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fault.h"

#include "forecast/forecast.h"
#include "forecast/headcount.h"

#define Z 1.6448536269514722
#define NONE TX_NO_GROUP

static void assert_near(double got, double wanted) {
  if (isnan(wanted) ? isnan(got) : fabs(got - wanted) <= 1e-12 * (1 + fabs(wanted))) return;
  fail_msg("%.17g, not %.17g", got, wanted);
}

static void assert_range(tx_range got, double expected, double low, double high) {
  assert_near(got.expected, expected);
  assert_near(got.low, low);
  assert_near(got.high, high);
}

typedef struct bench {
  fault_allocator allocator;
  triax_context *context;
  tx_arena arena;
  tx_forecast_result result;
} bench;

static void run(bench *on, const tx_forecast_input *input) {
  *on = (bench){.allocator.countdown = FAULT_NEVER};
  on->context = fault_context(&on->allocator);
  tx_arena_init(&on->arena, on->context);
  assert_int_equal(tx_forecast_run(&on->arena, input, &on->result, NULL), TRIAX_OK);
}

static void end(bench *on) {
  tx_arena_free(&on->arena);
  triax_context_unref(on->context);
  assert_int_equal(on->allocator.live_blocks, 0);
}

static const uint32_t no_parent[] = {NONE, NONE, NONE};

static void test_nobody(void **state) {
  (void)state;
  bench on;
  tx_forecast_input input = {.segments = 1, .years = 2, .parent = no_parent};
  run(&on, &input);
  assert_int_equal(on.result.groups, 3);
  for (size_t g = 0; g < 3; g++) {
    assert_range(tx_forecast_at(&on.result, g, 2)->accounts, 0, 0, 0);
    assert_range(tx_forecast_at(&on.result, g, 2)->arr, 0, 0, 0);
    assert_range(tx_forecast_at(&on.result, g, 2)->grr, NAN, NAN, NAN);
  }
  assert_int_equal(on.result.first_outside, SIZE_MAX);
  end(&on);
}

/* One account of 100 that stays with 0.5: mean 50, deviation 50, no skewness: 50 ± 82, within 0 and 100. */
static void test_one(void **state) {
  (void)state;
  bench on;
  static const double arr[] = {100}, stay[] = {0.5}, grow[] = {1};
  static const uint32_t segment[] = {0};
  tx_forecast_input input = {1, 1, 2, segment, no_parent, arr, stay, grow, NULL};
  run(&on, &input);
  assert_range(tx_forecast_at(&on.result, 0, 0)->arr, 100, 100, 100);
  assert_range(tx_forecast_at(&on.result, 0, 1)->arr, 100, 0, 200);
  assert_range(tx_forecast_at(&on.result, 0, 1)->grr, 0.5, 0, 1);
  assert_range(tx_forecast_at(&on.result, 0, 1)->nrr, 1, 0, 2);
  assert_range(tx_forecast_at(&on.result, 0, 2)->accounts, 0.25, 0, 1);
  end(&on);
}

/* 100,000 accounts of 1 at 0.5: 50,000 ± z √25,000 after a year, of no skewness; GRR the same ÷ 100,000. The second year's
 * GRR is a ratio of two sums: N - ½ D has the variance of D/2 given D: 50,000 · ¼ = 12,500, over 50,000². */
static void test_many(void **state) {
  (void)state;
  enum { COUNT = 100000 };
  bench on;
  double *arr = calloc(COUNT, sizeof *arr), *stay = calloc(COUNT, sizeof *stay);
  uint32_t *segment = calloc(COUNT, sizeof *segment);
  assert_true(arr && stay && segment);
  for (size_t i = 0; i < COUNT; i++) {
    arr[i] = 1;
    stay[i] = 0.5;
  }
  tx_forecast_input input = {COUNT, 1, 2, segment, no_parent, arr, stay, NULL, NULL};
  run(&on, &input);
  const double off = Z * sqrt(25000);
  assert_range(tx_forecast_at(&on.result, 2, 1)->accounts, 50000, 50000 - off, 50000 + off);
  assert_range(tx_forecast_at(&on.result, 2, 1)->arr, 50000, 50000 - off, 50000 + off);
  assert_range(tx_forecast_at(&on.result, 2, 1)->grr, 0.5, 0.5 - off / 100000, 0.5 + off / 100000);
  const double ratio = Z * sqrt(12500) / 50000;
  assert_range(tx_forecast_at(&on.result, 2, 2)->grr, 0.5, 0.5 - ratio, 0.5 + ratio);
  end(&on);
  free(arr);
  free(stay);
  free(segment);
}

/* Whatever is no number or out of range: nothing infinite comes out, and all of it is counted. */
static void test_odd_values(void **state) {
  (void)state;
  bench on;
  static const double arr[] = {100, NAN, INFINITY, -50, 1e308, 1e308, 100};
  static const double stay[] = {NAN, 0.5, 0.5, 1, 1, 1, -0.1};
  static const double grow[] = {0, INFINITY, NAN, -1.5, 1, 1, 0};
  static const uint32_t segment[] = {0, 0, 0, 0, 1, 1, 2};
  tx_forecast_input input = {7, 3, 3, segment, no_parent, arr, stay, grow, NULL};
  run(&on, &input);
  assert_int_equal(on.result.missing_arr, 2);
  assert_int_equal(on.result.missing_retention, 2);
  assert_int_equal(on.result.outside_retention, 1);
  assert_int_equal(on.result.missing_expansion, 3);
  assert_int_equal(on.result.outside_expansion, 2);
  assert_int_equal(on.result.first_outside, 1);
  /* 1e308 twice is beyond what a number can be: missing, not infinite; that it doubles is certain all the same */
  assert_range(tx_forecast_at(&on.result, 1, 0)->arr, NAN, NAN, NAN);
  assert_range(tx_forecast_at(&on.result, 1, 1)->nrr, 2, 2, 2);
  for (size_t g = 0; g < on.result.groups; g++) {
    for (size_t t = 0; t <= 3; t++) {
      const tx_forecast_year *year = tx_forecast_at(&on.result, g, t);
      const double values[] = {year->accounts.low, year->accounts.high, year->arr.low, year->arr.high,
                               year->grr.low,      year->grr.high,      year->nrr.low, year->nrr.high};
      for (size_t v = 0; v < 8; v++) {
        if (isinf(values[v])) fail_msg("group %zu, year %zu, value %zu", g, t, v);
      }
    }
  }
  end(&on);
}

/* Nobody's chance is known: there is nothing to forecast, and no number is made up. */
static void test_nothing_known(void **state) {
  (void)state;
  bench on;
  static const double arr[] = {1, 2}, stay[] = {NAN, NAN};
  static const uint32_t segment[] = {0, NONE};
  tx_forecast_input input = {2, 1, 1, segment, no_parent, arr, stay, NULL, NULL};
  run(&on, &input);
  assert_range(tx_forecast_at(&on.result, 2, 0)->arr, 3, 3, 3);
  assert_range(tx_forecast_at(&on.result, 2, 1)->arr, NAN, NAN, NAN);
  assert_range(tx_forecast_at(&on.result, 1, 1)->accounts, NAN, NAN, NAN);
  end(&on);
}

/* A parent has its own accounts and its children's; those in no segment are in all. */
static void test_groups(void **state) {
  (void)state;
  bench on;
  static const double arr[] = {1, 10, 100, 1000}, stay[] = {1, 1, 1, 1}, fee[] = {1, 2, 4};
  static const uint32_t segment[] = {0, 1, 2, NONE}, parent[] = {NONE, 0, 1};
  tx_forecast_input input = {4, 3, 1, segment, parent, arr, stay, NULL, fee};
  run(&on, &input);
  static const double sums[] = {111, 110, 100, 1000, 1111}, own[] = {1, 10, 100, 1000}, fees[] = {7, 6, 4, 0, 7};
  for (size_t g = 0; g < 5; g++) {
    assert_near(tx_forecast_at(&on.result, g, 1)->arr.expected, sums[g]);
    assert_near(tx_forecast_at(&on.result, g, 1)->fees, fees[g]);
    assert_near(tx_forecast_at(&on.result, g, 0)->fees, 0);
    if (g < 4) assert_near(on.result.own_arr[2 * g + 1], own[g]);
  }
  end(&on);
}

/* --- headcount --- */

typedef struct head_case {
  double by_accounts, by_hours, target, there;
  double need, needed, hire, next;
  int binds;
} head_case;

/* One account of ARR 100 that stays and grows by half a year: 100, 150, 225. */
static void test_headcount(void **state) {
  (void)state;
  static const head_case cases[] = {
      {NAN, NAN, NAN, 1, NAN, NAN, NAN, NAN, TX_RULE_NONE},        /* no rule */
      {2, NAN, NAN, 2, 2, 2, 0, NAN, TX_RULE_ACCOUNTS},            /* exactly enough, and accounts do not grow */
      {2, NAN, NAN, 1.5, 2, 2, 1, 0, TX_RULE_ACCOUNTS},            /* half a CSM short: one to hire, now */
      {1, 3, 50, 5, 3, 3, 0, NAN, TX_RULE_HOURS},                  /* 1 by accounts, 2 by ARR, 3 by hours; 4.5 in 2 years */
      {1, NAN, 50, 3, 2, 2, 0, 1, TX_RULE_ARR},                    /* 2, 3, 4.5: passed as the second year begins */
      {1, NAN, 50, 2.5, 2, 2, 0, 0.5, TX_RULE_ARR},                /* half way through the first year */
      {1, NAN, 50, NAN, 2, 2, NAN, 0, TX_RULE_ARR},                /* no team: 2 are taken to be there */
      {0.1 + 0.2, NAN, NAN, 0.3, 0.1 + 0.2, 1, 0, NAN, TX_RULE_ACCOUNTS}, /* rounding alone hires nobody */
      {0, NAN, NAN, 0, 0, 0, 0, NAN, TX_RULE_NONE},                /* nothing to do, nobody there */
      {2, 2, 50, 2, 2, 2, 0, 0, TX_RULE_ACCOUNTS},                 /* all rules alike: the first is named */
  };
  static const double arr[] = {100}, stay[] = {1}, grow[] = {0.5};
  static const uint32_t segment[] = {0};
  tx_forecast_input input = {1, 1, 2, segment, no_parent, arr, stay, grow, NULL};
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    const head_case *one = &cases[c];
    bench on;
    tx_headcount heads[3];
    const double cost[] = {NAN};
    run(&on, &input);
    tx_headcount_input from = {.segments = 1, .parent = no_parent, .result = &on.result, .by_accounts = &one->by_accounts,
                               .by_hours = &one->by_hours, .arr_target = &one->target, .there = &one->there, .cost = cost,
                               .cost_each = cost, .all_there = one->there, .all_cost = NAN};
    assert_int_equal(tx_headcount_run(&on.arena, &from, heads, NULL), TRIAX_OK);
    for (size_t g = 0; g < 3; g += 2) { /* the segment, and all */
      assert_near(heads[g].need[0], one->need);
      assert_near(heads[g].needed, one->needed);
      assert_near(heads[g].hire, one->hire);
      assert_near(heads[g].next_hire, one->next);
      assert_int_equal(heads[g].binds, one->binds);
    }
    end(&on);
  }
}

static triax_status under_faults(triax_context *context, void *user) {
  (void)user;
  static const double arr[] = {1, 2}, stay[] = {0.5, 0.5};
  static const uint32_t segment[] = {0, 0};
  tx_forecast_input input = {2, 1, 3, segment, no_parent, arr, stay, NULL, NULL};
  tx_forecast_result result = {.groups = 77};
  tx_arena arena;
  tx_arena_init(&arena, context);
  triax_status status = tx_forecast_run(&arena, &input, &result, NULL);
  if (status != TRIAX_OK) assert_int_equal(result.groups, 77); /* untouched */
  tx_arena_free(&arena);
  return status;
}

static void test_faults(void **state) {
  (void)state;
  assert_true(fault_run(under_faults, NULL) >= 1);
}

/* Cubes of these amounts no double holds. In a unit 2^900 times as large they are a company like any other, and nothing
 * but the exponent differs; where the sum itself is too large, the shares still are known. */
static void test_immense(void **state) {
  (void)state;
  static const uint32_t group[] = {0, 0, 0};
  static const double arr[] = {70, 20, 10}, retention[] = {0.5, 0.9, 0.9}, expansion[] = {0.1, 0, -0.2};
  double immense[3], largest[3];
  for (int i = 0; i < 3; i++) immense[i] = ldexp(arr[i], 900), largest[i] = 1.7e308;
  tx_forecast_input input = {.segments = 1, .years = 2, .parent = no_parent, .accounts = 3, .segment = group,
                             .arr = arr, .retention = retention, .expansion = expansion};
  bench plain, on;
  run(&plain, &input);
  input.arr = immense;
  run(&on, &input);
  for (size_t t = 0; t <= 2; t++) {
    const tx_forecast_year *small = tx_forecast_at(&plain.result, 0, t), *large = tx_forecast_at(&on.result, 0, t);
    assert_true(large->arr.expected == ldexp(small->arr.expected, 900));
    assert_true(large->arr.low == ldexp(small->arr.low, 900) && large->arr.high == ldexp(small->arr.high, 900));
    if (t) assert_true(small->arr.low < small->arr.expected && small->arr.expected < small->arr.high);
    if (t) assert_range(large->grr, small->grr.expected, small->grr.low, small->grr.high);
    if (t) assert_range(large->nrr, small->nrr.expected, small->nrr.low, small->nrr.high);
  }
  end(&on);
  end(&plain);
  input.arr = largest;
  run(&on, &input);
  assert_range(tx_forecast_at(&on.result, 0, 0)->arr, NAN, NAN, NAN);
  /* (0.5 + 0.9 + 0.9 × 0.8) ÷ 3 */
  assert_near(tx_forecast_at(&on.result, 0, 1)->grr.expected, 2.12 / 3);
  end(&on);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_nobody),        cmocka_unit_test(test_one), cmocka_unit_test(test_immense),    cmocka_unit_test(test_many),
      cmocka_unit_test(test_odd_values),    cmocka_unit_test(test_nothing_known), cmocka_unit_test(test_groups),
      cmocka_unit_test(test_headcount),     cmocka_unit_test(test_faults),
  };
  return cmocka_run_group_tests_name("forecast", tests, NULL, NULL);
}
