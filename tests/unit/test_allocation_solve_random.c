/* Random companies of odd shapes: loads without a common measure, values of a trillion, points of either sign, fixed
 * customers, limits that fixed customers already pass. Whatever comes, the checker must find every rule kept, the goal
 * as stated, and the bound no worse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../bench/allocation_generate.h"
#include "books/books.h"

static uint64_t state_of(uint64_t seed) { return seed * 77 + 3; }

/* Loads of any size, and capacities and curves to go with them. */
static void odd_loads(generated *g, const generate_options *o, size_t largest, uint64_t *r) {
  int64_t total = 0;
  for (size_t k = 0; k < g->books.classes; k++) {
    g->class_load[k] = (int64_t)generate_below(r, largest);
  }
  for (size_t j = 0; j < g->books.customers; j++) {
    total += g->class_load[g->customer_class[j]];
  }
  for (size_t i = 0; i < g->books.csms; i++) {
    g->capacity[i] = total / (int64_t)g->books.csms * o->tightness / 100;
    g->hard[i] = g->capacity[i] + g->capacity[i] / 100 * o->stretch;
    for (size_t p = 0; p < 4; p++) {
      g->from[i * 4 + p] = (int64_t)(p + 1) * (g->capacity[i] / 4);
      g->slope[i * 4 + p] = (int64_t)p * 3;
    }
  }
}

static void odd_values(generated *g, uint64_t *r) {
  for (size_t j = 0; j < g->books.customers; j++) {
    g->value[j] = (int64_t)generate_below(r, 3) * (generate_below(r, 2) == 0 ? 1 : INT64_C(1000000000000));
    g->owner_points[j] = (int64_t)generate_below(r, 2000000) - 1000000;
  }
}

static void fix_some(generated *g, uint32_t *fixed, uint64_t *r) {
  for (size_t j = 0; j < g->books.customers; j++) {
    fixed[j] = generate_below(r, 10) == 0 ? (uint32_t)generate_below(r, g->books.csms) : TX_BOOKS_NONE;
  }
  g->books.fixed = fixed;
}

/* A few CSMs anywhere at whom a customer earns something else, in order. */
static void except_some(generated *g, size_t *begin, uint32_t *csm, int64_t *points, uint64_t *r) {
  size_t at = 0;
  for (size_t j = 0; j < g->books.customers; j++) {
    uint32_t next = (uint32_t)generate_below(r, 12);
    for (; next < g->books.csms; next += 1 + (uint32_t)generate_below(r, 12)) {
      if (next != g->books.owner[j]) {
        csm[at] = next;
        points[at++] = (int64_t)generate_below(r, 9) - 2;
      }
    }
    begin[j + 1] = at;
  }
  g->books.more_begin = begin;
  g->books.more_csm = csm;
  g->books.more_points = points;
}

/* The last of every offer are closed to those who are not let in. */
static void close_some(generated *g, size_t *open, uint64_t *r) {
  for (size_t o = 0; o < g->books.offers; o++) {
    size_t width = g->offer_begin[o + 1] - g->offer_begin[o];
    open[o] = g->offer_begin[o + 1] - (width > 1 ? generate_below(r, width) : 0);
  }
  g->books.offer_open = open;
}

static bool is_closed(const generated *g, size_t j, uint32_t csm) {
  size_t offer = g->class_offer[g->customer_class[j]];
  for (size_t e = g->books.offer_open ? g->books.offer_open[offer] : SIZE_MAX; e < g->offer_begin[offer + 1]; e++) {
    if (g->offer_csm[e] == csm) return true;
  }
  return false;
}

/* A few CSMs anywhere who are struck off or let in, in order; none struck off is the owner or an exception. */
static void turn_some(generated *g, size_t *begin, uint32_t *csm, uint64_t *r) {
  size_t at = 0;
  for (size_t j = 0; j < g->books.customers; j++) {
    size_t more = g->books.more_begin == NULL ? 0 : g->books.more_begin[j];
    uint32_t next = (uint32_t)generate_below(r, 6);
    for (; next < g->books.csms; next += 1 + (uint32_t)generate_below(r, 6)) {
      while (g->books.more_begin != NULL && more < g->books.more_begin[j + 1] && g->books.more_csm[more] < next) more++;
      bool excepted = g->books.more_begin != NULL && more < g->books.more_begin[j + 1] && g->books.more_csm[more] == next;
      if ((next != g->books.owner[j] && !excepted) || is_closed(g, j, next)) csm[at++] = next;
    }
    begin[j + 1] = at;
  }
  g->books.turned_begin = begin;
  g->books.turned_csm = csm;
}

static void limit_value(generated *g, int64_t *limit) {
  int64_t total = 0;
  for (size_t j = 0; j < g->books.customers; j++) {
    total += g->value[j];
  }
  for (size_t i = 0; i < g->books.csms; i++) {
    limit[i] = total / (int64_t)g->books.csms * 12 / 10;
  }
  g->measure[1].limit = limit;
}

static generate_options shape_of(uint64_t seed, uint64_t *r) {
  generate_options o = {.seed = seed};
  o.customers = generate_below(r, 400);
  o.csms = 1 + generate_below(r, 25);
  o.regions = 1 + (int)generate_below(r, 3);
  o.languages = 1 + (int)generate_below(r, 3);
  o.verticals = 1 + (int)generate_below(r, 3);
  o.tightness = 50 + (int)generate_below(r, 100);
  o.stretch = (int)generate_below(r, 3) * 7;
  o.measures = (int)generate_below(r, 3);
  o.shared = generate_below(r, 4) == 0;
  return o;
}

/* Whoever does not look at bounds gets the same books. */
static void hold_unproven(triax_context *context, const tx_books *books, const tx_books_result *proven) {
  tx_books same = *books;
  same.unproven = true;
  tx_books_result *result = NULL;
  triax_error error;
  assert_int_equal(tx_books_solve(context, &same, &result, &error), TRIAX_OK);
  assert_memory_equal(result->csm, proven->csm, books->customers * sizeof *result->csm);
  assert_int_equal(tx_books_compare(&result->goal, &proven->goal), 0);
  assert_true(result->met <= proven->met && !(result->optimal && !proven->optimal));
  tx_books_result_free(result);
}

static void judge(triax_context *context, const tx_books *books, uint64_t seed) {
  tx_books_result *result = NULL;
  tx_books_found found;
  triax_error error = {0};
  if (tx_books_solve(context, books, &result, &error) != TRIAX_OK) {
    fail_msg("seed %u: %s", (unsigned)seed, error.message);
  }
  assert_int_equal(tx_books_check(context, books, result->csm, &found, NULL), TRIAX_OK);
  if (found.not_eligible + found.not_kept + found.over_hard + found.over_limit != 0 ||
      tx_books_compare(&found.goal, &result->goal) != 0 || tx_books_compare(&result->bound, &result->goal) > 0) {
    fail_msg("seed %u: the answer does not hold", (unsigned)seed);
  }
  hold_unproven(context, books, result);
  tx_books_result_free(result);
}

static void odd_companies_hold(void **state) {
  (void)state;
  triax_context *context = NULL;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  for (uint64_t seed = 0; seed < 200; seed++) {
    uint64_t random = state_of(seed), *r = &random;
    generate_options o = shape_of(seed, r);
    generated g;
    generate(&g, &o);
    uint32_t *fixed = calloc(g.books.customers + 1, sizeof *fixed);
    int64_t *limit = calloc(g.books.csms + 1, sizeof *limit);
    if (seed % 3 == 0) {
      odd_loads(&g, &o, seed % 2 == 0 ? 100000 : 1000000000, r);
    }
    if (seed % 4 == 1) {
      odd_values(&g, r);
    }
    if (seed % 5 < 3) {
      fix_some(&g, fixed, r);
    }
    size_t *begin = calloc(g.books.customers + 1, sizeof *begin), all = g.books.customers * g.books.csms + 1;
    uint32_t *csm = calloc(all, sizeof *csm);
    int64_t *points = calloc(all, sizeof *points);
    if (seed % 7 < 4) {
      except_some(&g, begin, csm, points, r);
    }
    size_t *turned_begin = calloc(g.books.customers + 1, sizeof *turned_begin);
    uint32_t *turned = calloc(all, sizeof *turned);
    size_t *open = calloc(g.books.offers + 1, sizeof *open);
    if (seed % 11 < 6) {
      if (seed % 3 > 0) close_some(&g, open, r);
      turn_some(&g, turned_begin, turned, r);
    }
    if (seed % 2 == 0) {
      limit_value(&g, limit);
    }
    g.books.effort = 0.02;
    g.books.seed = seed;
    judge(context, &g.books, seed);
    free(fixed);
    free(limit);
    free(begin);
    free(csm);
    free(points);
    free(turned_begin);
    free(turned);
    free(open);
    generate_free(&g);
  }
  triax_context_unref(context);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(odd_companies_hold)};
  return cmocka_run_group_tests_name("allocation_solve_random", tests, NULL, NULL);
}
