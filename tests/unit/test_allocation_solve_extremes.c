/* The books solver at its edges: nothing, too much, all the same, numbers at the end of int64, hosts that stop it or
 * run out of memory. Expected results follow from the cases by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../bench/allocation_generate.h"
#include "books/books.h"
#include "books_checked.h"

/* An allocator that fails from the n-th call on, and counts what is not given back. */
typedef struct failing {
  size_t calls, fail_at, live;
  bool once;
} failing;

static void *failing_resize(void *user, void *block, size_t old_size, size_t new_size) {
  failing *f = user;
  if (new_size == 0) {
    f->live -= block != NULL;
    free(block);
    return NULL;
  }
  (void)old_size;
  f->calls++;
  if (f->once ? f->calls == f->fail_at : f->fail_at != 0 && f->calls >= f->fail_at) {
    return NULL;
  }
  void *out = realloc(block, new_size);
  f->live += block == NULL && out != NULL;
  return out;
}

static void free_all(tx_books_result *result, triax_context *context) {
  tx_books_result_free(result);
  triax_context_unref(context);
}

/* One class, everybody eligible; arrays are the caller's. */
static tx_books one_class(size_t csms, const int64_t *capacity, const size_t begin[2], const uint32_t *list,
                          const int64_t *load, size_t customers, const uint32_t *classes) {
  static const uint32_t offer = 0;
  return (tx_books){.csms = csms, .capacity = capacity, .offers = 1, .offer_begin = begin, .offer_csm = list,
                    .classes = 1, .class_load = load, .class_offer = &offer, .customers = customers,
                    .customer_class = classes};
}

static void nothing_at_all(void **state) {
  (void)state;
  triax_context *context = books_plain(1);
  tx_books books = {0};
  tx_books_result *result = books_solved(context, &books);
  assert_true(result->optimal);
  assert_true(result->goal.value == 0);
  free_all(result, context);
}

static void csms_without_customers_and_customers_without_csms(void **state) {
  (void)state;
  triax_context *context = books_plain(1);
  const int64_t capacity[2] = {5, 0}, load = 3;
  const size_t begin[2] = {0, 2}, empty[2] = {0, 0};
  const uint32_t list[2] = {0, 1}, classes[3] = {0, 0, 0};
  tx_books books = one_class(2, capacity, begin, list, &load, 0, NULL);
  tx_books_result *result = books_solved(context, &books);
  assert_true(result->optimal && result->load[0] == 0);
  tx_books_result_free(result);
  books = one_class(0, NULL, empty, NULL, &load, 3, classes);
  result = books_solved(context, &books);
  assert_true(result->goal.value == 3 && result->optimal);
  assert_int_equal(result->csm[2], TX_BOOKS_NONE);
  free_all(result, context);
}

static void no_room_leaves_all_uncovered(void **state) {
  (void)state;
  triax_context *context = books_plain(1);
  const int64_t capacity[2] = {0, 0}, load = 1, value[3] = {7, 0, 5};
  const size_t begin[2] = {0, 2};
  const uint32_t list[2] = {0, 1}, classes[3] = {0, 0, 0};
  tx_books books = one_class(2, capacity, begin, list, &load, 3, classes);
  books.value = value;
  tx_books_result *result = books_solved(context, &books);
  assert_true(result->goal.value == 12 && result->optimal);
  free_all(result, context);
}

static void a_giant_fits_nobody(void **state) {
  (void)state;
  triax_context *context = books_plain(1);
  const int64_t capacity[2] = {10, 12}, load[2] = {13, 4}, value[4] = {1000, 1, 1, 1};
  const size_t begin[2] = {0, 2};
  const uint32_t list[2] = {0, 1}, offers[2] = {0, 0}, classes[4] = {0, 1, 1, 1};
  tx_books books = one_class(2, capacity, begin, list, load, 4, classes);
  books.classes = 2;
  books.class_offer = offers;
  books.value = value;
  tx_books_result *result = books_solved(context, &books);
  assert_true(result->goal.value == 1000 && result->optimal);
  assert_int_equal(result->csm[0], TX_BOOKS_NONE);
  free_all(result, context);
}

/* 3 × 40 + 120 × 1 fill two CSMs of 120 to the last unit only as 40+40+40 and 120 ones, or mixtures: all covered. */
static void capacity_met_exactly(void **state) {
  (void)state;
  triax_context *context = books_plain(1);
  enum { ONES = 120 };
  const int64_t capacity[2] = {120, 120}, load[2] = {40, 1};
  const size_t begin[2] = {0, 2};
  const uint32_t list[2] = {0, 1}, offers[2] = {0, 0};
  uint32_t classes[3 + ONES] = {0};
  for (size_t j = 3; j < 3 + ONES; j++) {
    classes[j] = 1;
  }
  tx_books books = one_class(2, capacity, begin, list, load, 3 + ONES, classes);
  books.classes = 2;
  books.class_offer = offers;
  tx_books_result *result = books_solved(context, &books);
  assert_true(result->goal.value == 0 && result->optimal);
  assert_true(result->load[0] == 120 && result->load[1] == 120);
  free_all(result, context);
}

/* 100,000 equal customers, 50 CSMs with room for 1,999 each: 50 stay uncovered, and that is proven. */
static void a_hundred_thousand_alike(void **state) {
  (void)state;
  triax_context *context = books_plain(1);
  enum { CUSTOMERS = 100000, CSMS = 50 };
  int64_t capacity[CSMS], load = 7;
  size_t begin[2] = {0, CSMS};
  uint32_t list[CSMS], *classes = calloc(CUSTOMERS, sizeof *classes);
  for (uint32_t i = 0; i < CSMS; i++) {
    capacity[i] = 7 * 1999 + 6;
    list[i] = i;
  }
  tx_books books = one_class(CSMS, capacity, begin, list, &load, CUSTOMERS, classes);
  tx_books_result *result = books_solved(context, &books);
  assert_true(result->goal.value == 50);
  assert_true(result->optimal);
  free_all(result, context);
  free(classes);
}

/* A thousand pools of one CSM and three customers, of which two fit: the two more valuable. */
static void a_thousand_pools(void **state) {
  (void)state;
  triax_context *context = books_plain(3);
  enum { POOLS = 1000 };
  static int64_t capacity[POOLS], load[POOLS], value[3 * POOLS];
  static size_t begin[POOLS + 1];
  static uint32_t list[POOLS], offer[POOLS], classes[3 * POOLS];
  for (uint32_t i = 0; i < POOLS; i++) {
    capacity[i] = 21;
    load[i] = 10;
    begin[i + 1] = i + 1;
    list[i] = offer[i] = i;
    for (uint32_t c = 0; c < 3; c++) {
      classes[3 * i + c] = i;
      value[3 * i + c] = 1 + (i + c) % 3;
    }
  }
  tx_books books = {.csms = POOLS, .capacity = capacity, .offers = POOLS, .offer_begin = begin, .offer_csm = list,
                    .classes = POOLS, .class_load = load, .class_offer = offer, .customers = 3 * POOLS,
                    .customer_class = classes, .value = value};
  tx_books_result *result = books_solved(context, &books);
  assert_true(result->goal.value == POOLS);
  assert_true(result->optimal);
  free_all(result, context);
}

/* Fixed customers stay though they overload, or are not on offer; nobody joins them. */
static void fixed_customers_stay(void **state) {
  (void)state;
  triax_context *context = books_plain(1);
  const int64_t capacity[2] = {10, 10}, load = 6;
  const size_t begin[2] = {0, 1};
  const uint32_t list[1] = {0}, classes[4] = {0, 0, 0, 0};
  const uint32_t fixed[4] = {0, 0, 1, TX_BOOKS_NONE};
  tx_books books = one_class(2, capacity, begin, list, &load, 4, classes);
  books.fixed = fixed;
  tx_books_result *result = books_solved(context, &books);
  assert_true(result->load[0] == 12 && result->load[1] == 6);
  assert_true(result->goal.value == 1 && result->goal.over == 2);
  assert_int_equal(result->csm[3], TX_BOOKS_NONE);
  assert_true(result->optimal);
  free_all(result, context);
}

/* Without stretch an owner keeps; with stretch, covering all comes first, and points do not buy overload. */
static void overload_comes_before_points(void **state) {
  (void)state;
  triax_context *context = books_plain(1);
  const int64_t capacity[2] = {10, 10}, hard[2] = {20, 20}, load = 10, points[2] = {5, 5};
  const size_t begin[2] = {0, 2};
  const uint32_t list[2] = {0, 1}, classes[2] = {0, 0}, owner[2] = {0, 0};
  tx_books books = one_class(2, capacity, begin, list, &load, 2, classes);
  books.hard = hard;
  books.owner = owner;
  books.owner_points = points;
  tx_books_result *result = books_solved(context, &books);
  assert_true(result->goal.value == 0 && result->goal.over == 0 && result->goal.points == 5);
  assert_true(result->optimal);
  free_all(result, context);
}

static void company(generated *g, size_t customers, size_t csms, int tightness, int stretch, int measures) {
  generate_options o = {.customers = customers, .csms = csms, .seed = 5, .regions = 2, .languages = 2, .verticals = 3,
                        .tightness = tightness, .stretch = stretch, .measures = measures};
  generate(g, &o);
}

/* Room for one of two: a further unit of room would cover the one worth 4, so that is what a unit is worth, at least,
 * and at most the 10 that its place holds now. */
static void prices_say_what_room_is_worth(void **state) {
  (void)state;
  triax_context *context = books_plain(1);
  const int64_t capacity[1] = {1}, load = 1, value[2] = {10, 4};
  const size_t begin[2] = {0, 1};
  const uint32_t list[1] = {0}, classes[2] = {0, 0};
  tx_books books = one_class(1, capacity, begin, list, &load, 2, classes);
  books.value = value;
  tx_books_result *result = books_solved(context, &books);
  assert_true(result->goal.value == 4 && result->optimal);
  assert_int_equal(result->csm[0], 0);
  assert_true(result->csm_price[0].value >= 4 * result->price_scale);
  assert_true(result->csm_price[0].value <= 10 * result->price_scale);
  assert_true(result->class_price[0].value == result->csm_price[0].value);
  free_all(result, context);
}

/* However little or much work is allowed, the answer holds. */
static void any_effort_gives_an_answer_that_holds(void **state) {
  (void)state;
  triax_context *context = books_plain(1);
  const double efforts[5] = {1e-12, 1e-3, -1, 0, 1e300};
  for (int e = 0; e < 5; e++) {
    generated g;
    company(&g, 40, 5, 95, 10, 2);
    g.books.effort = efforts[e];
    tx_books_result *result = books_solved(context, &g.books);
    tx_books_result_free(result);
    generate_free(&g);
  }
  triax_context_unref(context);
}

static void sums_past_int64_are_refused(void **state) {
  (void)state;
  triax_context *context = books_plain(1);
  const int64_t capacity[1] = {INT64_MAX}, load = INT64_MAX / 8, value[3] = {INT64_MAX, 1, 1};
  const size_t begin[2] = {0, 1};
  const uint32_t list[1] = {0}, classes[3] = {0, 0, 0};
  triax_error error = {0};
  tx_books_result *result = NULL;
  tx_books books = one_class(1, capacity, begin, list, &load, 3, classes);
  assert_int_equal(tx_books_solve(context, &books, &result, &error), TRIAX_ELIMIT);
  assert_non_null(strstr(error.message, "coarser"));
  assert_null(result);
  const int64_t light = 1;
  books.class_load = &light;
  books.value = value;
  assert_int_equal(tx_books_solve(context, &books, &result, &error), TRIAX_ELIMIT);
  triax_context_unref(context);
}

/* Large numbers that still fit are solved, though too large for prices. */
static void numbers_just_below_the_limit(void **state) {
  (void)state;
  triax_context *context = books_plain(1);
  const int64_t capacity[2] = {INT64_MAX, INT64_C(1) << 58}, load[2] = {INT64_C(1) << 58, (INT64_C(1) << 57) + 1};
  const int64_t value[4] = {INT64_C(1) << 58, INT64_C(1) << 57, (INT64_C(1) << 57) + 1, 0};
  const size_t begin[2] = {0, 2};
  const uint32_t list[2] = {0, 1}, offers[2] = {0, 0}, classes[4] = {0, 1, 1, 1};
  tx_books books = one_class(2, capacity, begin, list, load, 4, classes);
  books.classes = 2;
  books.class_offer = offers;
  books.value = value;
  tx_books_result *result = books_solved(context, &books);
  assert_true(result->goal.value == 0);
  free_all(result, context);
}

static void broken_contracts_are_refused(void **state) {
  (void)state;
  triax_context *context = books_plain(1);
  tx_books_result *result = NULL;
  const int64_t capacity[2] = {5, 5}, less[2] = {5, 4}, negative[2] = {-1, 5}, load = 1;
  const size_t begin[2] = {0, 2};
  const uint32_t list[2] = {0, 1}, twice[2] = {1, 1}, beyond[2] = {0, 2}, classes[1] = {0}, no_class[1] = {1};
  tx_books good = one_class(2, capacity, begin, list, &load, 1, classes);
  tx_books bad[7] = {good, good, good, good, good, good, good};
  const int64_t from[4] = {5, 3, 0, 0}, slope[4] = {1, 2, 0, 0};
  const tx_books_measure descending = {NULL, NULL, 2, from, slope};
  bad[0].capacity = negative;
  bad[1].hard = less;
  bad[2].offer_csm = twice;
  bad[3].offer_csm = beyond;
  bad[4].customer_class = no_class;
  bad[5].owner = beyond + 1;
  bad[6].measures = 1;
  bad[6].measure = &descending;
  for (size_t b = 0; b < 7; b++) {
    assert_int_equal(tx_books_solve(context, &bad[b], &result, NULL), TRIAX_EINVAL);
    assert_null(result);
  }
  assert_int_equal(tx_books_validate(NULL, NULL), TRIAX_EINVAL);
  tx_books_result_free(NULL);
  triax_context_unref(context);
}

static void the_same_for_any_number_of_threads(void **state) {
  (void)state;
  triax_context *one = books_plain(1), *four = books_plain(4);
  generated g;
  company(&g, 1500, 40, 100, 5, 2);
  tx_books_result *a = books_solved(one, &g.books), *b = books_solved(four, &g.books);
  assert_memory_equal(a->csm, b->csm, g.books.customers * sizeof *a->csm);
  assert_memory_equal(a->csm_price, b->csm_price, g.books.csms * sizeof *a->csm_price);
  assert_true(a->work == b->work);
  assert_int_equal(tx_books_compare(&a->bound, &b->bound), 0);
  free_all(a, one);
  free_all(b, four);
  generate_free(&g);
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  generated g;
  company(&g, 60, 6, 95, 10, 2);
  g.books.effort = 0.01;
  for (int once = 0; once < 2; once++) {
    triax_status status = TRIAX_ENOMEM;
    for (size_t n = 2; status != TRIAX_OK; n++) {
      failing f = {.once = once != 0};
      triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
      options.resize = failing_resize;
      options.resize_user = &f;
      triax_context *context = NULL;
      assert_int_equal(triax_context_new(&options, &context, NULL), TRIAX_OK);
      tx_books_result *result = NULL;
      f.fail_at = n;
      status = tx_books_solve(context, &g.books, &result, NULL);
      assert_true(status == TRIAX_OK || status == TRIAX_ENOMEM);
      assert_true((result != NULL) == (status == TRIAX_OK));
      if (status == TRIAX_OK && f.calls >= n) {
        fail_msg("allocation %zu failed unnoticed", n);
      }
      tx_books_result_free(result);
      triax_context_unref(context);
      assert_int_equal(f.live, 0);
    }
  }
  generate_free(&g);
}

static int stop_at(void *user, const char *stage, double done) {
  int *left = user;
  (void)stage;
  assert_true(done >= 0 && done <= 1);
  return --*left < 0;
}

static void a_host_can_stop_it(void **state) {
  (void)state;
  generated g;
  company(&g, 800, 20, 100, 0, 1);
  for (int calls = 0; calls < 40; calls += 3) {
    failing f = {0};
    int left = calls;
    triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
    options.resize = failing_resize;
    options.resize_user = &f;
    options.progress = stop_at;
    options.progress_user = &left;
    triax_context *context = NULL;
    tx_books_result *result = NULL;
    assert_int_equal(triax_context_new(&options, &context, NULL), TRIAX_OK);
    assert_int_equal(tx_books_solve(context, &g.books, &result, NULL), TRIAX_ECANCELED);
    assert_null(result);
    triax_context_unref(context);
    assert_int_equal(f.live, 0);
  }
  generate_free(&g);
}

/* Shapes of companies: feasible, checked, bound below goal; and every price list is there. */
static void companies_of_many_shapes(void **state) {
  (void)state;
  triax_context *context = books_plain(1);
  const int tightness[5] = {50, 90, 100, 110, 200};
  for (int shape = 0; shape < 20; shape++) {
    generated g;
    company(&g, 200 + 37 * (size_t)shape, 3 + (size_t)shape, tightness[shape % 5], shape % 2 * 10, shape % 3);
    g.books.effort = 0.05;
    tx_books_result *result = books_solved(context, &g.books);
    assert_true(result->met >= 0);
    tx_books_result_free(result);
    generate_free(&g);
  }
  triax_context_unref(context);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_at_all),
      cmocka_unit_test(csms_without_customers_and_customers_without_csms),
      cmocka_unit_test(no_room_leaves_all_uncovered),
      cmocka_unit_test(a_giant_fits_nobody),
      cmocka_unit_test(capacity_met_exactly),
      cmocka_unit_test(a_hundred_thousand_alike),
      cmocka_unit_test(a_thousand_pools),
      cmocka_unit_test(fixed_customers_stay),
      cmocka_unit_test(overload_comes_before_points),
      cmocka_unit_test(prices_say_what_room_is_worth),
      cmocka_unit_test(any_effort_gives_an_answer_that_holds),
      cmocka_unit_test(sums_past_int64_are_refused),
      cmocka_unit_test(numbers_just_below_the_limit),
      cmocka_unit_test(broken_contracts_are_refused),
      cmocka_unit_test(the_same_for_any_number_of_threads),
      cmocka_unit_test(every_allocation_may_fail),
      cmocka_unit_test(a_host_can_stop_it),
      cmocka_unit_test(companies_of_many_shapes),
  };
  return cmocka_run_group_tests_name("allocation_solve_extremes", tests, NULL, NULL);
}
