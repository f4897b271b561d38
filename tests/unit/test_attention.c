/* Attention by hand: every expected number is worked out from the rules. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"

#include "attention/attention.h"
#include "attention/calendar.h"
#include "attention/exact.h"
#include "base/date.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define MOST 8
#define P TX_ATTENTION_PROPORTIONAL
#define R TX_ATTENTION_RETURN

typedef struct share_case {
  int method;
  double half;
  size_t count;
  double weight[MOST], low[MOST], high[MOST];
  double available;
  int state;
  double lambda;
  double hours[MOST];
} share_case;

#define X INFINITY

static void test_share(void **state) {
  (void)state;
  static const share_case cases[] = {
      /* nobody; one account; nothing to give */
      {P, 4, 0, {0}, {0}, {0}, 5, TX_BOOK_EMPTY, NAN, {0}},
      {P, 4, 1, {3}, {0}, {X}, 12, TX_BOOK_FITS, 4, {12}},
      {R, 4, 1, {3}, {0}, {X}, 12, TX_BOOK_FITS, 3 * 0.69314718055994531 / 4 / 8, {12}},
      {P, 4, 2, {1, 2}, {0, 0}, {5, 5}, 0, TX_BOOK_FITS, 0, {0, 0}},
      {P, 4, 2, {1, 2}, {0, 1}, {5, 5}, -3, TX_BOOK_OVERBOOKED, NAN, {0, 0}},
      /* in proportion; with a cap (6 + 2λ = 12); with a floor (2 + 9λ = 10) */
      {P, 4, 3, {1, 2, 3}, {0, 0, 0}, {X, X, X}, 12, TX_BOOK_FITS, 2, {2, 4, 6}},
      {P, 4, 3, {1, 1, 8}, {2, 2, 2}, {6, 6, 6}, 12, TX_BOOK_FITS, 3, {3, 3, 6}},
      {P, 4, 2, {1, 9}, {2, 2}, {100, 100}, 10, TX_BOOK_FITS, 8.0 / 9, {2, 8}},
      {P, 4, 4, {5, 5, 5, 5}, {0, 0, 0, 0}, {X, X, X, X}, 10, TX_BOOK_FITS, 0.5, {2.5, 2.5, 2.5, 2.5}},
      /* too little, too much, just enough */
      {P, 4, 2, {1, 2}, {4, 6}, {8, 8}, 5, TX_BOOK_OVERBOOKED, NAN, {2, 3}},
      {P, 4, 2, {1, 2}, {1, 1}, {2, 3}, 10, TX_BOOK_SLACK, NAN, {2, 3}},
      {P, 4, 2, {1, 2}, {4, 6}, {8, 8}, 10, TX_BOOK_FITS, 3, {4, 6}},
      {P, 4, 2, {1, 2}, {1, 1}, {2, 3}, 5, TX_BOOK_FITS, 2, {2, 3}},
      /* weight 0 and missing get their least; what is over is slack */
      {P, 4, 3, {0, NAN, 4}, {1, 2, 0}, {9, 9, 9}, 10, TX_BOOK_FITS, 1.75, {1, 2, 7}},
      {P, 4, 3, {0, NAN, 4}, {1, 2, 0}, {9, 9, 5}, 10, TX_BOOK_SLACK, NAN, {1, 2, 5}},
      {R, 4, 2, {0, NAN}, {1, 2}, {9, 9}, 10, TX_BOOK_SLACK, NAN, {1, 2}},
      {P, 4, 2, {0, 0}, {1, 2}, {9, 9}, 3, TX_BOOK_FITS, NAN, {1, 2}},
      /* a flat piece between 2/1 and 6/2: any λ in it will do, its end is taken */
      {P, 4, 2, {1, 2}, {0, 6}, {2, 8}, 8, TX_BOOK_FITS, 3, {2, 6}},
      /* low and high the same */
      {P, 4, 2, {1, 1}, {3, 0}, {3, X}, 10, TX_BOOK_FITS, 7, {3, 7}},
      /* half log2 w + t: t, 8 + t */
      {R, 4, 2, {1, 4}, {0, 0}, {X, X}, 12, TX_BOOK_FITS, 0.12253227, {2, 10}},
      {R, 4, 2, {1, 4}, {0, 0}, {X, X}, 6, TX_BOOK_FITS, 0.24506454, {0, 6}},
      {R, 4, 3, {1, 4, 16}, {0, 0, 0}, {X, X, 1}, 17, TX_BOOK_FITS, 0.08664340, {4, 12, 1}}, /* t = 4 */
      /* weights far apart, and near the ends of what a number can be */
      {P, 4, 2, {1e-300, 1e300}, {0, 0}, {X, X}, 8, TX_BOOK_FITS, 8e-300, {0, 8}},
      {P, 4, 2, {1e308, 1.5e308}, {0, 0}, {X, X}, 10, TX_BOOK_FITS, 4e-308, {4, 6}},
      {P, 4, 2, {5e-324, 5e-324}, {0, 0}, {X, 1}, 8, TX_BOOK_FITS, NAN, {7, 1}},
  };
  for (size_t c = 0; c < COUNT(cases); c++) {
    const share_case *one = &cases[c];
    double hours[MOST] = {0}, scratch[4 * MOST], lambda = -1;
    const int got = tx_attention_share(one->method, one->half, one->weight, one->low, one->high, one->count,
                                       one->available, hours, &lambda, scratch);
    if (got != one->state) fail_msg("case %zu: state %d, not %d", c, got, one->state);
    for (size_t i = 0; i < one->count; i++)
      if (!(fabs(hours[i] - one->hours[i]) <= 1e-12))
        fail_msg("case %zu: account %zu has %.17g hours, not %.17g", c, i, hours[i], one->hours[i]);
    if (one->state != TX_BOOK_FITS) assert_true(isnan(lambda));
    if (!isnan(one->lambda) && !(fabs(lambda - one->lambda) <= 1e-7 * fabs(one->lambda)))
      fail_msg("case %zu: lambda %.17g, not %.17g", c, lambda, one->lambda);
  }
}

/* Sums that differ by rounding alone are neither overbooked nor slack. */
static void test_rounding(void **state) {
  (void)state;
  const double weight[] = {1, 1, 1}, low[] = {0.1, 0.1, 0.1}, high[] = {0.2, 0.2, 0.2};
  double hours[3], scratch[12];
  assert_int_equal(tx_attention_share(P, 1, weight, low, high, 3, 0.3 * (1 - 1e-15), hours, NULL, scratch),
                   TX_BOOK_FITS);
  assert_int_equal(tx_attention_share(P, 1, weight, low, high, 3, 0.6 * (1 + 1e-15), hours, NULL, scratch),
                   TX_BOOK_FITS);
  assert_int_equal(tx_attention_share(P, 1, weight, low, high, 3, 0.29, hours, NULL, scratch), TX_BOOK_OVERBOOKED);
}

static void test_exact(void **state) {
  (void)state;
  for (int e = -1074; e < 1024; e++) assert_true(tx_log2(ldexp(1, e)) == e);
  for (int e = -1000; e < 1000; e++) assert_true(tx_exp2(e) == ldexp(1, e));
  for (int i = 1; i < 5000; i++) {
    const double x = i * 0.37;
    assert_true(fabs(tx_log2(x) - log2(x)) <= 4e-16 * fmax(1, fabs(log2(x))));
    assert_true(fabs(tx_exp2(x / 100) - exp2(x / 100)) <= 1e-15 * exp2(x / 100));
  }
  assert_true(tx_exp2(1e9) == INFINITY && tx_exp2(-1e9) == 0 && isnan(tx_exp2(NAN)));
}

static void test_working_days(void **state) {
  (void)state;
  const int64_t saturday = tx_days_from_civil(2026, 11, 21), monday = tx_days_from_civil(2026, 11, 23);
  assert_int_equal(tx_weekday(saturday), 5);
  assert_int_equal(tx_weekday(0), 3);
  assert_int_equal(tx_weekday(-4), 6);
  assert_int_equal(tx_working_day(saturday, 0), monday);
  assert_int_equal(tx_working_day(monday, 5), monday + 7);
  assert_int_equal(tx_working_day(monday + 3, 1), monday + 4);
  assert_int_equal(tx_working_day(monday + 3, 2), monday + 7);
  assert_int_equal(tx_working_days(saturday, 91), 65);
  assert_int_equal(tx_working_days(saturday, 2), 0);
  assert_int_equal(tx_working_days(monday, 6), 5);
  for (int64_t day = -20; day < 20; day++) {
    int64_t seen = 0;
    for (int64_t i = 0; i < 30; i++) {
      assert_int_equal(tx_working_days(day, i), seen);
      if (tx_weekday(day + i) > 4) continue;
      assert_int_equal(tx_working_day(day, seen), day + i);
      seen++;
    }
  }
}

/* --- runs ------------------------------------------------------------------------------------------------------- */

static triax_context *new_context(void) {
  triax_context *context = NULL;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  return context;
}

/* Two weeks, an hour a touch, ten working days. */
static const tx_attention_model fortnight = {P, 2, 4, 0, 1};

/* A touch of a book. */
typedef struct turn {
  uint32_t account, rank;
  double before; /* share of the account's touches that went before */
  int32_t day;
} turn;

static int turn_order(const void *left, const void *right) {
  const turn *a = left, *b = right;
  if (a->before != b->before) return a->before < b->before ? -1 : 1;
  return (a->rank > b->rank) - (a->rank < b->rank);
}

/* All touches of a book's fortnight as the guide lays them: in that order, evenly over ten working days. */
static size_t lay_touches(const tx_attention_input *input, const tx_attention_result *result, uint32_t csm,
                          turn *turns) {
  size_t count = 0;
  for (uint32_t i = 0; i < input->accounts; i++) {
    const size_t own = input->csm[i] == csm ? (size_t)floor(result->touches[i] + 1e-9) : 0;
    for (size_t k = 0; k < own; k++) turns[count++] = (turn){i, result->rank[i], (double)k / (double)own, 0};
  }
  qsort(turns, count, sizeof *turns, turn_order);
  for (size_t n = 0; n < count; n++) turns[n].day = (int32_t)tx_working_day(input->as_of, (int64_t)(n * 10 / count));
  return count;
}

static void test_calendar(void **state) {
  (void)state;
  triax_context *context = new_context();
  const int32_t saturday = tx_days_from_civil(2026, 11, 21), monday = saturday + 2;
  const uint32_t csm[] = {0, 0, 0};
  const double weight[] = {3, 2, 5}, low[] = {0, 0, 0}, high[] = {X, X, X}, hours[] = {5};
  const triax_text keys[] = {TX_TEXT("b"), TX_TEXT("c"), TX_TEXT("a")};
  const tx_attention_input input = {3, 1, csm, weight, low, high, keys, hours, saturday};
  tx_attention_result result;
  assert_int_equal(tx_attention_run(context, &fortnight, &input, &result, NULL), TRIAX_OK);
  assert_true(result.hours[0] == 3 && result.hours[1] == 2 && result.hours[2] == 5);
  assert_true(result.books[0].lambda == 1 && result.books[0].touches == 10 && result.books[0].given == 10);
  assert_int_equal(result.rank[0], 2);
  assert_int_equal(result.rank[1], 3);
  assert_int_equal(result.rank[2], 1);
  assert_int_equal(result.next_touch[2], monday);
  assert_int_equal(result.next_touch[0], monday + 1);
  assert_int_equal(result.next_touch[1], monday + 2);
  /* One a day. Shares that went before: 0 0 0 | 1/5 1/3 2/5 1/2 3/5 2/3 4/5 */
  const uint32_t order[] = {2, 0, 1, 2, 0, 2, 1, 2, 0, 2};
  const int32_t days[] = {0, 1, 2, 3, 4, 7, 8, 9, 10, 11};
  turn touches[10];
  assert_int_equal(lay_touches(&input, &result, 0, touches), 10);
  for (size_t i = 0; i < 10; i++) {
    assert_int_equal(touches[i].account, order[i]);
    assert_int_equal(touches[i].day, monday + days[i]);
  }
  tx_attention_result_free(context, &input, &result);
  triax_context_unref(context);
}

static void test_books(void **state) {
  (void)state;
  triax_context *context = new_context();
  /* CSM 0: overbooked; 1: has none; 2: slack; 3: hours missing; account 6 has no CSM. */
  const uint32_t csm[] = {2, 0, 0, 2, 3, 2, TX_NO_CSM};
  const double weight[] = {NAN, 1, NAN, 7, 1, X, 1};
  const double low[] = {1, 15, 5, 0, 0, 2, 1}, high[] = {9, 20, 9, 4.5, 3, 3, 2}, hours[] = {10, 20, 30, NAN};
  const triax_text keys[] = {TX_TEXT("d"), TX_TEXT("x"), TX_TEXT("y"), TX_TEXT("e"),
                             TX_TEXT("z"), TX_TEXT("c"), TX_TEXT("q")};
  const tx_attention_input input = {7, 4, csm, weight, low, high, keys, hours, 0};
  const tx_attention_model model = {P, 2, 4, 0.5, 2};
  tx_attention_result result;
  assert_int_equal(tx_attention_run(context, &model, &input, &result, NULL), TRIAX_OK);
  /* 10 h × 2 weeks × 0.5 = 10 of 20: half of the least each. */
  const tx_book *books = result.books;
  assert_int_equal(books[0].state, TX_BOOK_OVERBOOKED);
  assert_true(books[0].available == 10 && books[0].short_by == 10 && books[0].missing == 1);
  assert_true(result.hours[1] == 7.5 && result.hours[2] == 2.5 && result.reason[2] == TX_HOURS_CUT);
  assert_int_equal(books[1].state, TX_BOOK_EMPTY);
  assert_true(books[1].slack == 20 && books[1].accounts == 0 && isnan(books[1].lambda));
  assert_int_equal(books[2].state, TX_BOOK_SLACK);
  assert_true(books[2].slack == 30 - 7.5 && books[2].missing == 2 && books[2].accounts == 3);
  assert_true(result.hours[0] == 1 && result.reason[0] == TX_HOURS_MISSING_WEIGHT);
  assert_true(result.hours[3] == 4.5 && result.reason[3] == TX_HOURS_AT_HIGH && result.touches[3] == 2.25);
  assert_true(books[3].hours_missing && books[3].available == 0 && result.reason[4] == TX_HOURS_AT_LOW);
  assert_false(books[2].hours_missing);
  /* 1 hour is no whole touch of 2; the missing ones by key, after those that have a weight. */
  assert_true(result.rank[3] == 1 && result.rank[5] == 2 && result.rank[0] == 3);
  assert_int_equal(result.next_touch[0], INT32_MIN);
  assert_int_equal(result.next_touch[3], 0); /* a Thursday */
  assert_int_equal(result.next_touch[5], 5); /* 3 touches, 10 days: the second on the 4th, Tuesday */
  assert_true(result.hours[6] == 0 && result.reason[6] == TX_HOURS_NONE && result.rank[6] == 0);
  tx_attention_result_free(context, &input, &result);
  triax_context_unref(context);
}

static void test_none(void **state) {
  (void)state;
  triax_context *context = new_context();
  const tx_attention_input input = {0};
  tx_attention_result result;
  assert_int_equal(tx_attention_run(context, &fortnight, &input, &result, NULL), TRIAX_OK);
  tx_attention_result_free(context, &input, &result);
  triax_context_unref(context);
}

static void test_at_fault(void **state) {
  (void)state;
  static const tx_attention_model models[] = {{7, 2, 4, 0, 1},   {P, NAN, 4, 0, 1}, {P, -1, 4, 0, 1},
                                              {P, 2, 4, 1.1, 1}, {P, 2, 4, 0, -1},  {R, 2, 0, 0, 1}};
  static const struct {
    uint32_t csm;
    double low, high;
  } inputs[] = {{1, 0, 1}, {0, 2, 1}, {0, NAN, 1}, {0, 0, NAN}, {0, -1, 1}, {0, X, X}};
  triax_context *context = new_context();
  const double one[] = {1};
  const triax_text keys[] = {TX_TEXT("k")};
  for (size_t i = 0; i < COUNT(models) + COUNT(inputs); i++) {
    const bool model = i < COUNT(models);
    const size_t at = model ? 1 : i - COUNT(models);
    const uint32_t csm[] = {model ? 0 : inputs[at].csm};
    const double low[] = {model ? 0 : inputs[at].low}, high[] = {model ? 1 : inputs[at].high};
    const tx_attention_input input = {1, 1, csm, one, low, high, keys, one, 0};
    tx_attention_result result = {.hours = NULL};
    triax_error error;
    assert_int_equal(tx_attention_run(context, model ? &models[i] : &fortnight, &input, &result, &error), TRIAX_EINVAL);
    assert_null(result.hours);
    assert_true(strlen(error.message) > 20);
  }
  triax_context_unref(context);
}

/* --- many ------------------------------------------------------------------------------------------------------- */

static uint32_t draw(uint64_t *seed) {
  *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(*seed >> 33);
}

/* One book of 100,000 accounts: Σ h = H, and every account stands where the one λ puts it. */
static void test_large_book(void **state) {
  (void)state;
  enum { MANY = 100000 };
  double *room = malloc(8 * MANY * sizeof *room);
  assert_non_null(room);
  double *weight = room, *low = weight + MANY, *high = low + MANY, *hours = high + MANY;
  uint64_t seed = 11;
  double least = 0, most = 0;
  for (size_t i = 0; i < MANY; i++) {
    weight[i] = draw(&seed) % 7 ? draw(&seed) % 1000 / 10.0 : 0;
    low[i] = draw(&seed) % 30 / 10.0;
    high[i] = low[i] + draw(&seed) % 40 / 10.0;
    least += low[i];
    most += weight[i] > 0 ? high[i] : low[i];
  }
  for (int method = P; method <= R; method++) {
    const double available = least + 0.37 * (most - least);
    double lambda = NAN, given = 0;
    assert_int_equal(tx_attention_share(method, 4, weight, low, high, MANY, available, hours, &lambda, hours + MANY),
                     TX_BOOK_FITS);
    for (size_t i = 0; i < MANY; i++) {
      given += hours[i];
      double free_hours = weight[i] * lambda;
      if (method == R) free_hours = weight[i] > 0 ? 4 * log2(weight[i] * 0.69314718055994531 / (4 * lambda)) : 0;
      const double expected = fmin(fmax(free_hours, low[i]), high[i]);
      assert_true(fabs(hours[i] - (weight[i] > 0 ? expected : low[i])) < 1e-11);
    }
    assert_true(fabs(given - available) < 1e-13 * available * 100);
  }
  free(room);
}

/* The same on four threads as on one. */
static void test_threads(void **state) {
  (void)state;
  enum { ACCOUNTS = 3000, CSMS = 130 };
  static uint32_t csm[ACCOUNTS];
  static double weight[ACCOUNTS], low[ACCOUNTS], high[ACCOUNTS], hours[CSMS];
  static triax_text keys[ACCOUNTS];
  uint64_t seed = 5;
  for (size_t i = 0; i < ACCOUNTS; i++) {
    csm[i] = draw(&seed) % CSMS;
    weight[i] = draw(&seed) % 9;
    high[i] = draw(&seed) % 50;
    keys[i] = TX_TEXT("same");
  }
  for (size_t i = 0; i < CSMS; i++) hours[i] = draw(&seed) % 100;
  const tx_attention_input input = {ACCOUNTS, CSMS, csm, weight, low, high, keys, hours, 20000};
  triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
  options.threads = 4;
  triax_context *one = new_context(), *four = NULL;
  assert_int_equal(triax_context_new(&options, &four, NULL), TRIAX_OK);
  tx_attention_result a, b;
  assert_int_equal(tx_attention_run(one, &fortnight, &input, &a, NULL), TRIAX_OK);
  assert_int_equal(tx_attention_run(four, &fortnight, &input, &b, NULL), TRIAX_OK);
  assert_memory_equal(a.hours, b.hours, sizeof weight);
  assert_memory_equal(a.next_touch, b.next_touch, ACCOUNTS * sizeof *a.next_touch);
  assert_memory_equal(a.rank, b.rank, ACCOUNTS * sizeof *a.rank);
  /* The calendar of each CSM: no day has two touches more than another, and first touches are as dated. */
  for (uint32_t c = 0; c < CSMS; c++) {
    const size_t count = (size_t)a.books[c].touches;
    turn *touches = malloc((count + 1) * sizeof *touches);
    assert_non_null(touches);
    assert_int_equal(lay_touches(&input, &a, c, touches), count);
    size_t per_day[32] = {0}, first_seen = 0, own = 0;
    static bool seen[ACCOUNTS];
    memset(seen, 0, sizeof seen);
    for (size_t i = 0; i < count; i++) {
      per_day[touches[i].day - 20000]++;
      if (!seen[touches[i].account]) {
        assert_int_equal(touches[i].day, a.next_touch[touches[i].account]);
        first_seen++;
      }
      seen[touches[i].account] = true;
    }
    for (size_t i = 0; i < ACCOUNTS; i++) own += csm[i] == c && a.next_touch[i] != INT32_MIN;
    assert_int_equal(own, first_seen);
    for (int64_t d = 0; d < 10; d++) {
      const size_t here = per_day[tx_working_day(20000, d) - 20000];
      assert_true(here == count / 10 || here == count / 10 + 1);
    }
    free(touches);
  }
  tx_attention_result_free(one, &input, &a);
  tx_attention_result_free(four, &input, &b);
  triax_context_unref(one);
  triax_context_unref(four);
}

/* --- memory that fails ------------------------------------------------------------------------------------------ */

static triax_status share_hours(triax_context *context, void *user) {
  (void)user;
  const uint32_t csm[] = {0, 0};
  const double weight[] = {1, 2}, low[] = {0, 0}, high[] = {9, 9}, hours[] = {4};
  const triax_text keys[] = {TX_TEXT("a"), TX_TEXT("b")};
  const tx_attention_input input = {2, 1, csm, weight, low, high, keys, hours, 0};
  tx_attention_result result = {.hours = NULL};
  triax_status status = tx_attention_run(context, &fortnight, &input, &result, NULL);
  if (status) {
    assert_null(result.hours);
    return status;
  }
  tx_attention_result_free(context, &input, &result);
  return TRIAX_OK;
}

static void test_memory(void **state) {
  (void)state;
  assert_true(fault_run(share_hours, NULL) < 20);
  assert_true(fault_cancel_run(share_hours, NULL) > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_share),        cmocka_unit_test(test_rounding), cmocka_unit_test(test_exact),
      cmocka_unit_test(test_working_days), cmocka_unit_test(test_calendar), cmocka_unit_test(test_books),
      cmocka_unit_test(test_none),         cmocka_unit_test(test_at_fault), cmocka_unit_test(test_large_book),
      cmocka_unit_test(test_threads),      cmocka_unit_test(test_memory),
  };
  return cmocka_run_group_tests_name("attention", tests, NULL, NULL);
}
