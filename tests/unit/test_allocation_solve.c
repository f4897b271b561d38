/* The books solver against exhaustive enumeration, its contract's refusals and its extremes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "allocation/solve.h"

#define MOST_CSMS 4
#define MOST_CUSTOMERS 8
#define MOST_CLASSES 4

/* A small problem with its arrays. */
typedef struct small {
  tx_books books;
  int64_t capacity[MOST_CSMS], hard[MOST_CSMS];
  size_t offer_begin[MOST_CLASSES + 1];
  uint32_t offer_csm[MOST_CLASSES * MOST_CSMS];
  int64_t offer_points[MOST_CLASSES * MOST_CSMS];
  int64_t class_load[MOST_CLASSES];
  uint32_t class_offer[MOST_CLASSES];
  uint32_t customer_class[MOST_CUSTOMERS], owner[MOST_CUSTOMERS], fixed[MOST_CUSTOMERS];
  int64_t value[MOST_CUSTOMERS], owner_points[MOST_CUSTOMERS], amount[MOST_CUSTOMERS];
  size_t more_begin[MOST_CUSTOMERS + 1];
  uint32_t more_csm[MOST_CUSTOMERS * MOST_CSMS];
  int64_t more_points[MOST_CUSTOMERS * MOST_CSMS];
  tx_books_measure measure[2];
  int64_t limit[MOST_CSMS], from[2][MOST_CSMS * 2], slope[2][MOST_CSMS * 2];
} small;

static uint32_t next_random(uint32_t *state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}
static int64_t below(uint32_t *state, uint32_t bound) { return (int64_t)(next_random(state) % bound); }

static void make_team(small *s, uint32_t *r) {
  for (size_t i = 0; i < s->books.csms; i++) {
    s->capacity[i] = below(r, 25);
    s->hard[i] = s->capacity[i] + (below(r, 2) == 0 ? 0 : below(r, 6));
    s->limit[i] = below(r, 40);
    for (size_t m = 0; m < 2; m++) {
      s->from[m][i * 2] = below(r, 10);
      s->from[m][i * 2 + 1] = s->from[m][i * 2] + below(r, 6);
      s->slope[m][i * 2] = below(r, 4);
      s->slope[m][i * 2 + 1] = s->slope[m][i * 2] + below(r, 4);
    }
  }
}

static void make_classes(small *s, uint32_t *r) {
  size_t at = 0;
  for (size_t k = 0; k < s->books.classes; k++) {
    for (size_t i = 0; i < s->books.csms; i++) {
      if (below(r, 3) > 0) {
        s->offer_csm[at] = (uint32_t)i;
        s->offer_points[at++] = below(r, 4) - 1;
      }
    }
    s->offer_begin[k + 1] = at;
    s->class_offer[k] = (uint32_t)k;
    s->class_load[k] = below(r, 12);
  }
}

static void make_customers(small *s, uint32_t *r) {
  for (size_t j = 0; j < s->books.customers; j++) {
    s->customer_class[j] = (uint32_t)below(r, (uint32_t)s->books.classes);
    s->owner[j] = below(r, 3) == 0 ? TX_BOOKS_NONE : (uint32_t)below(r, (uint32_t)s->books.csms);
    s->fixed[j] = below(r, 6) > 0 ? TX_BOOKS_NONE : (uint32_t)below(r, (uint32_t)s->books.csms);
    s->value[j] = below(r, 4) == 0 ? 0 : below(r, 50);
    s->owner_points[j] = below(r, 5);
    s->amount[j] = below(r, 15);
  }
}

/* Exceptions at some CSMs, on offer or not, never the owner. */
static void make_more(small *s, uint32_t *r) {
  size_t at = 0;
  for (size_t j = 0; j < s->books.customers; j++) {
    for (uint32_t i = 0; i < s->books.csms; i++) {
      if (below(r, 3) > 0 || (s->books.owner != NULL && s->owner[j] == i)) {
        continue;
      }
      s->more_csm[at] = i;
      s->more_points[at++] = below(r, 6) - 1;
    }
    s->more_begin[j + 1] = at;
  }
  s->books.more_begin = s->more_begin;
  s->books.more_csm = s->more_csm;
  s->books.more_points = s->more_points;
}

static void make_small(small *s, uint32_t seed) {
  uint32_t state = seed * 2654435761u + 1, *r = &state;
  memset(s, 0, sizeof *s);
  s->books = (tx_books){.csms = 1 + (size_t)below(r, MOST_CSMS), .classes = 1 + (size_t)below(r, MOST_CLASSES)};
  s->books.customers = (size_t)below(r, 7);
  s->books.offers = s->books.classes;
  s->books.measures = (size_t)below(r, 3);
  make_team(s, r);
  make_classes(s, r);
  make_customers(s, r);
  s->books.capacity = s->capacity;
  s->books.hard = below(r, 2) == 0 ? NULL : s->hard;
  s->books.offer_begin = s->offer_begin;
  s->books.offer_csm = s->offer_csm;
  s->books.offer_points = below(r, 4) == 0 ? NULL : s->offer_points;
  s->books.class_load = s->class_load;
  s->books.class_offer = s->class_offer;
  s->books.customer_class = s->customer_class;
  s->books.value = below(r, 4) == 0 ? NULL : s->value;
  s->books.owner = below(r, 4) == 0 ? NULL : s->owner;
  s->books.owner_points = s->owner_points;
  s->books.fixed = below(r, 2) == 0 ? NULL : s->fixed;
  s->measure[0] = (tx_books_measure){NULL, NULL, 2, s->from[0], s->slope[0]};
  s->measure[1] = (tx_books_measure){s->amount, below(r, 2) == 0 ? NULL : s->limit, (size_t)below(r, 2) * 2,
                                     s->from[1], s->slope[1]};
  s->books.measure = s->measure;
  if (below(r, 2) == 0) {
    make_more(s, r);
  }
}

static bool sound(const tx_allocation_found *found) {
  return found->not_eligible == 0 && found->not_kept == 0 && found->over_hard == 0 && found->over_limit == 0;
}

/* The best goal over every assignment there is. */
static tx_books_goal enumerate(triax_context *context, const tx_books *books) {
  uint32_t csm[MOST_CUSTOMERS] = {0};
  tx_books_goal best = {INT64_MAX, 0, 0, 0};
  for (bool more = true; more;) {
    uint32_t at[MOST_CUSTOMERS] = {0};
    tx_allocation_found found;
    for (size_t j = 0; j < books->customers; j++) {
      at[j] = csm[j] == books->csms ? TX_BOOKS_NONE : csm[j];
    }
    assert_int_equal(tx_allocation_check(context, books, at, &found, NULL), TRIAX_OK);
    if (sound(&found) && tx_books_compare(&found.goal, &best) < 0) {
      best = found.goal;
    }
    more = false;
    for (size_t j = 0; j < books->customers && !more; j++) {
      more = ++csm[j] <= books->csms;
      csm[j] = more ? csm[j] : 0;
    }
  }
  return best;
}

static void assert_goal_equal(const tx_books_goal *a, const tx_books_goal *b) {
  assert_true(a->value == b->value);
  assert_true(a->over == b->over);
  assert_true(a->points == b->points);
  assert_true(a->imbalance == b->imbalance);
}

/* Solves and lets the checker agree. The caller frees. */
static tx_books_result *solved(triax_context *context, const tx_books *books) {
  tx_books_result *result = NULL;
  tx_allocation_found found;
  triax_error error = {0};
  triax_status status = tx_books_solve(context, books, &result, &error);
  if (status != TRIAX_OK) {
    fail_msg("%s", error.message);
  }
  assert_int_equal(tx_allocation_check(context, books, result->csm, &found, NULL), TRIAX_OK);
  assert_true(sound(&found));
  assert_goal_equal(&result->goal, &found.goal);
  assert_true(tx_books_compare(&result->bound, &result->goal) <= 0);
  return result;
}

static triax_context *fresh(void) {
  triax_context *context = NULL;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  return context;
}

static void random_small_problems_are_solved_to_the_best(void **state) {
  (void)state;
  triax_context *context = fresh();
  for (uint32_t seed = 0; seed < 1500; seed++) {
    small s;
    make_small(&s, seed);
    tx_books_goal best = enumerate(context, &s.books);
    tx_books_result *result = solved(context, &s.books);
    if (tx_books_compare(&result->goal, &best) != 0) {
      fail_msg("seed %u: not the best", (unsigned)seed);
    }
    assert_true(tx_books_compare(&result->bound, &best) <= 0);
    tx_books_result_free(result);
  }
  triax_context_unref(context);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(random_small_problems_are_solved_to_the_best),
  };
  return cmocka_run_group_tests_name("allocation_solve", tests, NULL, NULL);
}
