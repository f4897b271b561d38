/* What the books solver claims beside its answer: the bound recomputed by other code, effort that never harms, answers
 * from a former answer, and companies that are the same but for their names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../bench/allocation_generate.h"
#include "books_checked.h"
#include "search/search.h"

static void company(generated *g, size_t customers, size_t csms, int tightness, int stretch, int measures,
                    uint64_t seed) {
  generate_options o = {.customers = customers, .csms = csms, .seed = seed, .tightness = tightness,
                        .stretch = stretch, .measures = measures, .regions = 2, .languages = 2, .verticals = 3};
  generate(g, &o);
  g->books.effort = 0.05;
}

/* Parts of so many customers are too large to be searched to the end: there the prices prove all of the bound. */
static void prices_prove_what_is_stated(void **state) {
  (void)state;
  triax_context *context = books_plain(1);
  for (uint64_t seed = 0; seed < 24; seed++) {
    generated g;
    tx_books_goal bound;
    company(&g, 400, 12, 85 + (int)(seed % 5) * 10, seed % 3 == 0 ? 10 : 0, (int)(seed % 4), seed);
    tx_books_result *result = books_solved(context, &g.books);
    assert_int_equal(tx_books_certify(context, &g.books, result, &bound, NULL), TRIAX_OK);
    assert_true(books_no_worse(&result->bound, &bound));
    tx_books_result_free(result);
    generate_free(&g);
  }
  triax_context_unref(context);
}

/* With three measures balanced at once, reached is near its bound where it was twice as much. The relaxation of the whole
 * model (HiGHS, in floating point) says 9,480,051,925 for what was reached in points: nobody proves more by prices. */
static void bounds_of_several_measures_are_near(void **state) {
  (void)state;
  triax_context *context = books_plain(1);
  generate_options o = {.customers = 10000, .csms = 200, .seed = 1, .tightness = 130, .measures = 3};
  generated g;
  generate_set_pools(&o, "small");
  generate(&g, &o);
  tx_books_result *result = books_solved(context, &g.books);
  assert_int_equal(result->met, 2);
  assert_true(result->bound.imbalance > 9200000000);
  assert_true(result->goal.imbalance < result->bound.imbalance * 6 / 5);
  tx_books_result_free(result);
  generate_free(&g);
  triax_context_unref(context);
}

/* Some number up to so far from 0, of either sign. */
static int64_t up_to(uint64_t *random, int64_t size) {
  return (int64_t)(generate_next(random) % (uint64_t)(2 * size + 1)) - size;
}

/* Prices cannot make the bound wrong, only weak. */
static void any_prices_prove_some_bound(void **state) {
  (void)state;
  triax_context *context = books_plain(1);
  for (uint64_t seed = 0; seed < 20; seed++) {
    uint64_t random = seed;
    generated g;
    tx_books_goal bound;
    company(&g, 200, 8, 100, 10, 1 + (int)(seed % 3), seed);
    tx_books_result *result = books_solved(context, &g.books);
    for (int p = 0; p < 4; p++) {
      tx_books_proof *proof = &result->proof[p];
      for (size_t x = 0; proof->scale > 0 && x < g.books.csms * result->dimensions; x++) {
        proof->price[x] += up_to(&random, seed % 2 == 0 ? proof->scale : (proof->price[x] < 0 ? -proof->price[x] : proof->price[x]) / 2 + 1);
      }
      for (int q = 0; proof->scale > 0 && q < p; q++) {
        proof->weight[q] = proof->weight[q] / 2 + up_to(&random, proof->weight[q] / 2);
      }
    }
    assert_int_equal(tx_books_certify(context, &g.books, result, &bound, NULL), TRIAX_OK);
    assert_true(books_no_worse(&bound, &result->goal));
    for (int p = 0; p < 4; p++) result->proof[p].scale = 0;
    for (size_t i = 0; i < g.books.csms; i++) {
      for (int p = 0; p < 4; p++) {
        result->price[i].part[p] += up_to(&random, result->price[i].scale * (seed % 2 == 0 ? 10 : 100000));
      }
    }
    assert_int_equal(tx_books_certify(context, &g.books, result, &bound, NULL), TRIAX_OK);
    assert_true(books_no_worse(&bound, &result->goal));
    result->price[0].part[0] = INT64_MAX / 2;
    triax_error error = {0};
    assert_int_equal(tx_books_certify(context, &g.books, result, &bound, &error), TRIAX_EINVAL);
    assert_non_null(strstr(error.message, "price of CSM 0"));
    tx_books_result_free(result);
    generate_free(&g);
  }
  triax_context_unref(context);
}

/* Numbers that do not belong to the answer, or would not fit, are refused. */
static void proofs_of_something_else_are_refused(void **state) {
  (void)state;
  triax_context *context = books_plain(1);
  size_t tried = 0;
  for (uint64_t seed = 0; seed < 10; seed++) {
    generated g;
    tx_books_goal bound;
    company(&g, 300, 8, 95, 0, 1, seed);
    tx_books_result *result = books_solved(context, &g.books);
    for (int p = 1; p < 4; p++) {
      tx_books_proof *proof = &result->proof[p];
      if (proof->scale == 0) continue;
      const tx_books_proof as_it_was = *proof;
      tried++;
      proof->weight[p]++;
      assert_int_equal(tx_books_certify(context, &g.books, result, &bound, NULL), TRIAX_EINVAL);
      *proof = as_it_was;
      proof->weight[0] = -1;
      assert_int_equal(tx_books_certify(context, &g.books, result, &bound, NULL), TRIAX_EINVAL);
      *proof = as_it_was;
      proof->scale = -1;
      assert_int_equal(tx_books_certify(context, &g.books, result, &bound, NULL), TRIAX_EINVAL);
      *proof = as_it_was;
      int64_t price = proof->price[0];
      proof->price[0] = INT64_MAX / 2;
      assert_int_equal(tx_books_certify(context, &g.books, result, &bound, NULL), TRIAX_EINVAL);
      proof->price[0] = price;
      assert_int_equal(tx_books_certify(context, &g.books, result, &bound, NULL), TRIAX_OK);
    }
    tx_books_result_free(result);
    generate_free(&g);
  }
  assert_true(tried >= 10);
  triax_context_unref(context);
}

static void more_effort_is_never_worse(void **state) {
  (void)state;
  static const double efforts[] = {0.0001, 0.001, 0.004, 0.01, 0.03, 0.06, 0.1, 0.2};
  triax_context *context = books_plain(1);
  for (uint64_t seed = 0; seed < 16; seed++) {
    generated g;
    tx_books_goal last = {INT64_MAX, 0, 0, 0};
    company(&g, 150 + 20 * (size_t)seed, 6 + (size_t)seed, 90 + (int)(seed % 4) * 5, seed % 2 == 0 ? 0 : 15,
            (int)(seed % 3), seed);
    for (size_t e = 0; e < sizeof efforts / sizeof *efforts; e++) {
      g.books.effort = efforts[e];
      tx_books_result *result = books_solved(context, &g.books);
      if (tx_books_compare(&result->goal, &last) > 0) {
        fail_msg("seed %u: effort %g is worse than %g", (unsigned)seed, efforts[e], efforts[e - 1]);
      }
      last = result->goal;
      tx_books_result_free(result);
    }
    generate_free(&g);
  }
  triax_context_unref(context);
}

static bool same_answer(const tx_books_result *a, const tx_books_result *b) {
  return a->customers == b->customers && memcmp(a->csm, b->csm, a->customers * sizeof *a->csm) == 0 &&
         memcmp(&a->goal, &b->goal, sizeof a->goal) == 0 && memcmp(&a->bound, &b->bound, sizeof a->bound) == 0;
}

static void nothing_changed_is_the_same_answer(void **state) {
  (void)state;
  triax_context *context = books_plain(1);
  for (uint64_t seed = 0; seed < 6; seed++) {
    generated g;
    company(&g, 500, 16, 100, 0, (int)(seed % 3), seed);
    tx_books_result *first = books_solved(context, &g.books);
    g.books.former = first;
    tx_books_result *again = books_solved(context, &g.books);
    assert_true(again->reused && again->work == 0);
    assert_true(same_answer(first, again));
    /* More effort is a new question. */
    g.books.effort *= 2;
    tx_books_result *more = books_solved(context, &g.books);
    assert_true(tx_books_compare(&more->goal, &first->goal) <= 0);
    tx_books_result_free(more);
    tx_books_result_free(again);
    tx_books_result_free(first);
    generate_free(&g);
  }
  triax_context_unref(context);
}

/* The customer's number before: each is one further on, and the first is new. */
static uint32_t *one_new(size_t customers) {
  uint32_t *map = calloc(customers + 1, sizeof *map);
  for (size_t j = 0; j < customers; j++) {
    map[j] = j == 0 ? TX_BOOKS_NONE : (uint32_t)(j - 1);
  }
  return map;
}

/* The books without their first customer. */
static tx_books without_first(const generated *g) {
  tx_books books = g->books;
  books.customers--;
  books.customer_class++;
  books.value++;
  books.owner++;
  books.owner_points++;
  return books;
}

static void one_account_more_or_less(void **state) {
  (void)state;
  triax_context *context = books_plain(1), *threads = books_plain(4);
  size_t warm = 0;
  for (uint64_t seed = 0; seed < 12; seed++) {
    generated g;
    company(&g, 600, 16, 95 + (int)(seed % 3) * 5, seed % 2 == 0 ? 0 : 10, 1, seed);
    tx_books less = without_first(&g), more = g.books;
    uint32_t *map = one_new(more.customers);
    tx_books_result *before = books_solved(context, &less);
    more.former = before;
    more.former_customer = map;
    tx_books_result *after = books_solved(context, &more), *parallel = books_solved(threads, &more);
    more.former = NULL;
    tx_books_result *cold = books_solved(context, &more);
    assert_true(same_answer(after, parallel));
    warm += after->reused && after->work * 4 < cold->work;
    /* Within a thousandth of all value of what a whole search finds. */
    int64_t all = 0;
    for (size_t j = 0; j < more.customers; j++) all += more.value[j];
    assert_true(after->goal.value - cold->goal.value <= all / 1000);
    tx_books_result_free(before);
    tx_books_result_free(after);
    tx_books_result_free(parallel);
    tx_books_result_free(cold);
    free(map);
    generate_free(&g);
  }
  assert_true(warm >= 10);
  triax_context_unref(context);
  triax_context_unref(threads);
}

/* Team and customers in another order, told by the maps: rules hold, and nothing is taken for what it is not. */
static void rows_in_another_order(void **state) {
  (void)state;
  triax_context *context = books_plain(1);
  for (uint64_t seed = 0; seed < 12; seed++) {
    generated g;
    company(&g, 300, 10, 100, 0, 1, seed);
    tx_books_result *before = books_solved(context, &g.books);
    uint32_t *map = calloc(g.books.customers, sizeof *map);
    /* Two customers exchange their rows, or, told so, what they are. */
    uint32_t a = (uint32_t)(seed * 7 % 300), b = (uint32_t)(seed * 31 % 300 + 1) % 300;
    for (uint32_t j = 0; j < g.books.customers; j++) map[j] = j;
    map[a] = b;
    map[b] = a;
    g.books.former = before;
    g.books.former_customer = map;
    tx_books_result *after = books_solved(context, &g.books);
    tx_books_result_free(after);
    /* A former answer that has nothing to do with this company. */
    generated other;
    company(&other, 250, 9, 90, 0, 2, seed + 100);
    other.books.former = before;
    tx_books_result *strange = books_solved(context, &other.books);
    tx_books_result_free(strange);
    tx_books_result_free(before);
    free(map);
    generate_free(&g);
    generate_free(&other);
  }
  triax_context_unref(context);
}

/* --- the same company but for its names --- */

static tx_books_goal goal_of(triax_context *context, const tx_books *books, bool *optimal) {
  tx_books_result *result = books_solved(context, books);
  tx_books_goal goal = result->goal;
  *optimal = result->optimal;
  tx_books_result_free(result);
  return goal;
}

/* Small enough to be solved to the end, so that the goal does not depend on the road. */
static void renamed_and_scaled(void **state) {
  (void)state;
  triax_context *context = books_plain(1);
  size_t compared = 0;
  for (uint64_t seed = 0; seed < 60; seed++) {
    generated g;
    bool first, second;
    company(&g, 10, 3, 90, 10, 1, seed);
    g.books.effort = 1;
    tx_books_goal goal = goal_of(context, &g.books, &first);
    for (size_t a = 0, b = g.books.customers - 1; a < b; a++, b--) { /* rows the other way round */
      uint32_t class_of = g.customer_class[a], owner = g.owner[a];
      int64_t value = g.value[a];
      g.customer_class[a] = g.customer_class[b], g.owner[a] = g.owner[b], g.value[a] = g.value[b];
      g.customer_class[b] = class_of, g.owner[b] = owner, g.value[b] = value;
    }
    tx_books_goal turned = goal_of(context, &g.books, &second);
    assert_true(!first || !second || tx_books_compare(&goal, &turned) == 0);
    compared += first && second;
    for (size_t j = 0; j < g.books.customers; j++) g.value[j] *= 1000;
    tx_books_goal scaled = goal_of(context, &g.books, &second);
    goal.value *= 1000;
    assert_true(!first || !second || tx_books_compare(&goal, &scaled) == 0);
    generate_free(&g);
  }
  assert_true(compared >= 50);
  triax_context_unref(context);
}

static void a_csm_whom_nobody_is_offered_changes_nothing(void **state) {
  (void)state;
  triax_context *context = books_plain(1);
  for (uint64_t seed = 0; seed < 8; seed++) {
    generated g;
    company(&g, 300, 10, 100, 0, 1, seed);
    tx_books_result *before = books_solved(context, &g.books);
    tx_books more = g.books; /* arrays have room for one more: capacity 0, and curves that are 0 */
    int64_t *from = calloc((more.csms + 1) * 4, sizeof *from), *slope = calloc((more.csms + 1) * 4, sizeof *slope);
    memcpy(from, g.from, more.csms * 4 * sizeof *from);
    memcpy(slope, g.slope, more.csms * 4 * sizeof *slope);
    tx_books_measure measure = {NULL, NULL, 4, from, slope};
    g.capacity[more.csms] = g.hard[more.csms] = 1000;
    more.csms++;
    more.measure = &measure;
    tx_books_result *after = books_solved(context, &more);
    assert_true(same_answer(before, after));
    tx_books_result_free(before);
    tx_books_result_free(after);
    free(from);
    free(slope);
    generate_free(&g);
  }
  triax_context_unref(context);
}

/* --- annealing by itself --- */

static void annealing_keeps_rules_and_gains(void **state) {
  (void)state;
  triax_context *context = books_plain(1);
  size_t gained = 0;
  for (uint64_t seed = 0; seed < 10; seed++) {
    generated g;
    tx_core core[2];
    tx_watch watch[2];
    atomic_bool canceled;
    atomic_init(&canceled, false);
    company(&g, 200, 8, 85, seed % 2 == 0 ? 0 : 10, 1, seed);
    for (int run = 0; run < 2; run++) {
      watch[run] = (tx_watch){.context = context, .canceled = &canceled, .stop = UINT64_MAX};
      assert_int_equal(tx_core_init(&core[run], &g.books, NULL, &watch[run]), TRIAX_OK);
      assert_int_equal(tx_greedy(&core[run]), TRIAX_OK);
      tx_cost before = core[run].cost;
      assert_int_equal(tx_improve_anneal(&core[run], 2000000), TRIAX_OK);
      assert_true(tx_cost_compare(&core[run].cost, &before) <= 0);
      gained += tx_cost_compare(&core[run].cost, &before) < 0;
      tx_books_found found;
      assert_int_equal(tx_books_check(context, &g.books, core[run].at, &found, NULL), TRIAX_OK);
      assert_int_equal(found.not_eligible + found.over_hard + found.over_limit, 0);
      assert_true(found.goal.value == core[run].cost.part[TX_VALUE]);
      assert_true(found.goal.points == -core[run].cost.part[TX_POINTS]);
      assert_true(watch[run].work < 4000000);
    }
    assert_memory_equal(core[0].at, core[1].at, g.books.customers * sizeof *core[0].at);
    tx_core_free(&core[0]);
    tx_core_free(&core[1]);
    generate_free(&g);
  }
  assert_true(gained >= 18); /* the first assignment is far from the best in all of these */
  triax_context_unref(context);
}

/* --- hosts that want to stop --- */

typedef struct calls {
  size_t count, stop_at;
  double last;
} calls;

static int count_call(void *user, const char *stage, double done) {
  calls *c = user;
  (void)stage;
  assert_true(done >= c->last - 1e-12 && done <= 1);
  c->last = done;
  return ++c->count == c->stop_at;
}

/* One giant book: everybody may own everybody. A million pieces of work take some 10 ms. */
static void one_giant_part_looks_up_often(void **state) {
  (void)state;
  generated g;
  generate_options o = {.customers = 12000, .csms = 300, .seed = 3, .tightness = 98, .measures = 1, .regions = 1,
                        .languages = 1, .verticals = 1, .shared = 1};
  generate(&g, &o);
  g.books.effort = 0.05;
  calls c = {0, 0, 0};
  triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
  options.progress = count_call;
  options.progress_user = &c;
  triax_context *context = NULL;
  assert_int_equal(triax_context_new(&options, &context, NULL), TRIAX_OK);
  tx_books_result *result = NULL;
  assert_int_equal(tx_books_solve(context, &g.books, &result, NULL), TRIAX_OK);
  assert_true(result->work / c.count < 1000000);
  size_t all = c.count;
  for (size_t stop = 1; stop < all; stop += 1 + all / 6) {
    tx_books_result *none = NULL;
    c = (calls){0, stop, 0};
    assert_int_equal(tx_books_solve(context, &g.books, &none, NULL), TRIAX_ECANCELED);
    assert_null(none);
    assert_int_equal(c.count, stop);
  }
  tx_books_result_free(result);
  triax_context_unref(context);
  generate_free(&g);
}

/* --- hosts that have enough --- */

typedef struct listener {
  size_t count, enough_at;
  int64_t value, bound, first;
} listener;

static bool listen(void *user, int64_t value, int64_t bound) {
  listener *l = user;
  assert_true(bound <= value);
  /* What is told only gets better. */
  assert_true(l->count == 0 || (value <= l->value && bound >= l->bound));
  l->first = l->count == 0 ? value : l->first;
  l->value = value;
  l->bound = bound;
  return ++l->count == l->enough_at;
}

/* Whenever the host says so, there is an answer within all rules, with bounds of every part that hold. */
static void a_host_that_has_enough_gets_the_best_so_far(void **state) {
  (void)state;
  triax_context *context = books_plain(1), *threads = books_plain(3);
  for (int shape = 0; shape < 4; shape++) {
    generated g;
    company(&g, 1500, 40, 95 + 5 * shape, shape % 2 * 10, 1 + shape / 2, (uint64_t)shape);
    g.books.effort = 0.3;
    tx_books_result *whole = books_solved(context, &g.books);
    listener l = {0, 0, 0, 0, 0};
    g.books.tell = listen;
    g.books.tell_user = &l;
    tx_books_result *told = books_solved(context, &g.books);
    assert_true(same_answer(whole, told) && !told->stopped); /* telling changes nothing */
    assert_true(l.count > 20 && l.value < l.first);
    assert_true(l.value >= told->goal.value && l.bound <= told->goal.value);
    size_t all = l.count;
    for (size_t at = 1; at < all; at += 1 + all / 9) {
      l = (listener){0, at, 0, 0, 0};
      tx_books_result *stopped = books_solved(context, &g.books);
      assert_int_equal(l.count, at);
      assert_true(stopped->stopped && stopped->goal.value <= l.value && stopped->work < 2 * whole->work);
      assert_true(stopped->bound.value >= l.bound);
      tx_books_result_free(stopped);
      /* On several threads what is heard of when depends on the day; the answer holds whenever it ends. */
      l = (listener){0, at, 0, 0, 0};
      tx_books_result_free(books_solved(threads, &g.books));
    }
    tx_books_result_free(told);
    tx_books_result_free(whole);
    generate_free(&g);
  }
  triax_context_unref(context);
  triax_context_unref(threads);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(prices_prove_what_is_stated),
      cmocka_unit_test(bounds_of_several_measures_are_near),
      cmocka_unit_test(any_prices_prove_some_bound),
      cmocka_unit_test(proofs_of_something_else_are_refused),
      cmocka_unit_test(more_effort_is_never_worse),
      cmocka_unit_test(nothing_changed_is_the_same_answer),
      cmocka_unit_test(one_account_more_or_less),
      cmocka_unit_test(rows_in_another_order),
      cmocka_unit_test(renamed_and_scaled),
      cmocka_unit_test(a_csm_whom_nobody_is_offered_changes_nothing),
      cmocka_unit_test(annealing_keeps_rules_and_gains),
      cmocka_unit_test(one_giant_part_looks_up_often),
      cmocka_unit_test(a_host_that_has_enough_gets_the_best_so_far),
  };
  return cmocka_run_group_tests_name("allocation proof", tests, NULL, NULL);
}
