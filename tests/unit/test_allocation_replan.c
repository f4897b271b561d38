/* Answers from a former one: after each kind of change rules and bounds hold, the answer is about as good as from
 * nothing, and the same on any number of threads; former answers that have little to do with the company do no harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../bench/allocation_changes.h"
#include "books_checked.h"
#include "fault.h"

#define CHANGES (sizeof generate_changes / sizeof *generate_changes)

static bool same(const tx_books_goal *a, const tx_books_goal *b) { return memcmp(a, b, sizeof *a) == 0; }

static generate_options company(size_t customers, size_t csms, int tightness, int stretch, int measures,
                                uint64_t seed) {
  return (generate_options){.customers = customers,
                            .csms = csms,
                            .seed = seed,
                            .tightness = tightness,
                            .stretch = stretch,
                            .measures = measures,
                            .regions = 2,
                            .languages = 2,
                            .verticals = 3};
}

static int64_t value_of_all(const tx_books *books) {
  int64_t all = 0;
  for (size_t j = 0; j < books->customers; j++) all += books->value[j];
  return all;
}

/* From the former answer on one thread and on four, and from nothing. */
static void compare(triax_context *one, triax_context *four, const generate_options *o, const generate_change *change,
                    size_t *cheap) {
  generated before, after;
  generate_former maps;
  generate(&before, o);
  generate(&after, o);
  change->before(&before);
  change->after(&after);
  before.books.effort = after.books.effort = 0.1;
  tx_books_result *former = books_solved(one, &before.books);
  generate_start_from(&after, former, change, &maps);
  tx_books_result *warm = books_solved(one, &after.books), *parallel = books_solved(four, &after.books);
  assert_true(same(&warm->goal, &parallel->goal) && same(&warm->bound, &parallel->bound));
  assert_memory_equal(warm->csm, parallel->csm, warm->customers * sizeof *warm->csm);
  assert_memory_equal(warm->rest, parallel->rest, warm->customers * sizeof *warm->rest);
  after.books.former = NULL;
  tx_books_result *cold = books_solved(one, &after.books);
  /* Never further than a thousandth of all value from what a search from nothing finds. */
  assert_true(warm->goal.value - cold->goal.value <= value_of_all(&after.books) / 1000);
  *cheap += warm->work * 2 < cold->work;
  /* And on from there: the tree that it kept is as good a start as the first. */
  after.books.former = warm;
  after.books.former_customer = after.books.former_csm = NULL;
  tx_books_result *again = books_solved(one, &after.books);
  assert_true(again->work == 0 && same(&again->goal, &warm->goal));
  tx_books_result *all[] = {former, warm, parallel, cold, again};
  for (size_t r = 0; r < sizeof all / sizeof *all; r++) tx_books_result_free(all[r]);
  generate_maps_free(&maps);
  generate_free(&before);
  generate_free(&after);
}

static void every_change(void **state) {
  (void)state;
  triax_context *one = books_plain(1), *four = books_plain(4);
  size_t cheap = 0, runs = 0;
  for (uint64_t seed = 0; seed < 5; seed++) {
    for (size_t c = 0; c < CHANGES; c++, runs++) {
      generate_options o =
          company(700, 16, 95 + 5 * (int)(seed % 3), seed % 2 == 0 ? 0 : 10, 1 + (int)(seed % 2), seed);
      compare(one, four, &o, &generate_changes[c], &cheap);
    }
  }
  print_message("# %zu of %zu took less than half of the work\n", cheap, runs);
  assert_true(cheap * 4 > runs * 3);
  triax_context_unref(one);
  triax_context_unref(four);
}

/* One of several kinds of change, to a customer of that number or to a CSM. */
static void change_once(generated *g, size_t step, size_t number) {
  size_t j = number % g->books.customers, i = number % g->books.csms;
  if (step % 5 == 0) {
    grow(g, j);
  } else if (step % 5 == 1) {
    change_pool(g, j);
  } else if (step % 5 == 2) {
    g->value[j] = g->value[j] * 3 / 2;
  } else if (step % 5 == 3) {
    g->books.customers--;
  } else {
    g->capacity[i] = g->hard[i] = g->capacity[i] * 9 / 10;
  }
}

/* Ten answers, each from the one before: what is lost does not add up. The tenth is within what the first may be: a
 * thousandth of its bound, or twice what answers from nothing miss. */
static void ten_in_a_row(void **state) {
  (void)state;
  triax_context *one = books_plain(1);
  for (uint64_t seed = 0; seed < 8; seed++) {
    generated g;
    generate_options o = company(900, 20, 90 + 5 * (int)(seed % 3), 0, 1, seed);
    generate(&g, &o);
    g.books.effort = 0.2;
    tx_books_result *former = books_solved(one, &g.books);
    int64_t missed = former->goal.value - former->bound.value;
    for (size_t step = 0; step < 10; step++) {
      change_once(&g, step + seed, 7919 * step + 31 * seed);
      g.books.former = former;
      tx_books_result *warm = books_solved(one, &g.books);
      g.books.former = NULL;
      tx_books_result *cold = books_solved(one, &g.books);
      assert_true(warm->reused);
      assert_true(warm->goal.value >= cold->bound.value && cold->goal.value >= warm->bound.value);
      missed = cold->goal.value - cold->bound.value > missed ? cold->goal.value - cold->bound.value : missed;
      assert_true(warm->goal.value - warm->bound.value <= warm->bound.value / 1000 + 2 * missed);
      tx_books_result_free(former);
      tx_books_result_free(cold);
      former = warm;
    }
    tx_books_result_free(former);
    generate_free(&g);
  }
  triax_context_unref(one);
}

/* Everybody is of another size and worth, and half of the team has other points. */
static void everything_changes(void **state) {
  (void)state;
  triax_context *one = books_plain(1);
  for (uint64_t seed = 0; seed < 6; seed++) {
    generated before, after;
    generate_options o = company(400, 14, 100, 0, 1, seed);
    generate(&before, &o);
    generate(&after, &o);
    before.books.effort = after.books.effort = 0.05;
    tx_books_result *former = books_solved(one, &before.books);
    for (size_t j = 0; j < after.books.customers; j++) {
      grow(&after, j);
      after.value[j] = after.value[j] % 977 * 1000;
    }
    for (size_t e = 0; e < after.offer_begin[after.books.offers]; e++) after.offer_points[e] -= (int64_t)(e % 7);
    after.books.former = former;
    tx_books_result *warm = books_solved(one, &after.books);
    after.books.former = NULL;
    tx_books_result *cold = books_solved(one, &after.books);
    assert_true(warm->goal.value - cold->goal.value <= value_of_all(&after.books) / 1000);
    tx_books_result_free(former);
    tx_books_result_free(warm);
    tx_books_result_free(cold);
    generate_free(&before);
    generate_free(&after);
  }
  triax_context_unref(one);
}

typedef struct strikes {
  size_t begin[701];
  uint32_t csm[2 * 700];
} strikes;

/* Every second customer is denied a CSM; each of those in `too` (a bit by customer modulo 64) also the one it has. */
static void strike(generated *g, strikes *s, uint64_t too, const uint32_t *has) {
  size_t at = 0;
  for (uint32_t j = 0; j < g->books.customers; j++) {
    uint32_t one = j % 2 ? (uint32_t)(j * 7 % g->books.csms) : TX_BOOKS_NONE, other = TX_BOOKS_NONE;
    if (has != NULL && j < 640 && too >> j % 64 & 1) other = has[j];
    if (one == g->books.owner[j]) one = TX_BOOKS_NONE;
    if (other == g->books.owner[j] || other == one) other = TX_BOOKS_NONE;
    /* Nobody is the largest number. */
    uint32_t low = one < other ? one : other, high = one < other ? other : one;
    if (low != TX_BOOKS_NONE) s->csm[at++] = low;
    if (high != TX_BOOKS_NONE) s->csm[at++] = high;
    s->begin[j + 1] = at;
  }
  g->books.turned_begin = s->begin;
  g->books.turned_csm = s->csm;
}

/* The last third of every offer is closed, but for one of those that each customer is let in to; not for those in `too`
 * who have it. */
static void let_in(generated *g, strikes *s, uint64_t too, const uint32_t *has, size_t *open) {
  size_t at = 0;
  for (size_t o = 0; o < g->books.offers; o++) {
    open[o] = g->offer_begin[o + 1] - (g->offer_begin[o + 1] - g->offer_begin[o]) / 3;
  }
  for (uint32_t j = 0; j < g->books.customers; j++) {
    size_t offer = g->class_offer[g->customer_class[j]], closed = g->offer_begin[offer + 1] - open[offer];
    uint32_t csm = closed == 0 ? TX_BOOKS_NONE : g->offer_csm[open[offer] + j * 5 % closed];
    bool no_more = has != NULL && j < 640 && too >> j % 64 & 1 && has[j] == csm;
    if (csm != TX_BOOKS_NONE && !no_more) s->csm[at++] = csm;
    s->begin[j + 1] = at;
  }
  g->books.offer_open = open;
  g->books.turned_begin = s->begin;
  g->books.turned_csm = s->csm;
}

/* Strikes off, or lets in, with what is not so any more. */
static void turn(generated *g, strikes *s, bool grants, uint64_t too, const uint32_t *has) {
  static size_t open[700];
  if (grants) let_in(g, s, too, has, open);
  else strike(g, s, too, has);
}

/* Customers may no longer be with the CSM they have. */
static void struck_off(void **state) {
  (void)state;
  static strikes before, after;
  triax_context *one = books_plain(1);
  size_t moved[2] = {0, 0};
  for (uint64_t seed = 0; seed < 12; seed++) {
    generated g;
    bool grants = seed >= 6;
    generate_options o = company(700, 16, 95 + 5 * (int)(seed % 3), 0, 1 + (int)(seed % 2), seed);
    generate(&g, &o);
    g.books.effort = 0.1;
    turn(&g, &before, grants, 0, NULL);
    tx_books_result *former = books_solved(one, &g.books);
    turn(&g, &after, grants, grants ? UINT64_MAX / 3 : UINT64_C(1) << seed, former->csm);
    g.books.former = former;
    tx_books_result *warm = books_solved(one, &g.books);
    g.books.former = NULL;
    tx_books_result *cold = books_solved(one, &g.books);
    assert_true(warm->goal.value - cold->goal.value <= value_of_all(&g.books) / 1000);
    for (size_t j = 0; j < g.books.customers; j++) moved[grants] += warm->csm[j] != former->csm[j];
    tx_books_result_free(former);
    tx_books_result_free(warm);
    tx_books_result_free(cold);
    generate_free(&g);
  }
  assert_true(moved[0] > 0 && moved[1] > 0);
  triax_context_unref(one);
}

/* Maps of no sense: numbers that are not there, one for all, everybody new, the other way round. */
static void maps_of_no_sense(void **state) {
  (void)state;
  triax_context *one = books_plain(1);
  for (uint64_t seed = 0; seed < 10; seed++) {
    generated g, other;
    generate_options o = company(300, 13, 100, 0, 1, seed), p = company(260, 12, 90, 10, 1, seed + 50);
    generate(&g, &o);
    generate(&other, &p);
    g.books.effort = other.books.effort = 0.02;
    tx_books_result *former = books_solved(one, seed % 2 == 0 ? &g.books : &other.books);
    uint32_t *customers = calloc(300, sizeof *customers), *csms = calloc(13, sizeof *csms);
    for (uint32_t kind = 0; kind < 5; kind++) {
      for (uint32_t j = 0; j < 300; j++) {
        uint32_t of[] = {j + 250, 0, TX_BOOKS_NONE, 299 - j, j / 2};
        customers[j] = of[kind];
      }
      for (uint32_t i = 0; i < 13; i++) {
        uint32_t of[] = {i + 10, 0, i, 12 - i, i / 2};
        csms[i] = of[kind];
      }
      g.books.former = former;
      g.books.former_customer = customers;
      g.books.former_csm = csms;
      tx_books_result_free(books_solved(one, &g.books));
    }
    tx_books_result_free(former);
    free(customers);
    free(csms);
    generate_free(&g);
    generate_free(&other);
  }
  triax_context_unref(one);
}

/* --- failing allocations, and cancellation --- */

typedef struct trial {
  const tx_books *books;
  tx_books_goal goal; /* in peace */
} trial;

static triax_status from_former(triax_context *context, void *user) {
  const trial *t = user;
  tx_books_result *result = NULL;
  triax_status status = tx_books_solve(context, t->books, &result, NULL);
  assert_true((status == TRIAX_OK) == (result != NULL));
  assert_true(result == NULL || same(&result->goal, &t->goal));
  tx_books_result_free(result);
  return status;
}

static void failing(void **state) {
  (void)state;
  triax_context *one = books_plain(1);
  for (size_t c = 0; c < CHANGES; c++) {
    generated before, after;
    generate_former maps;
    generate_options o = company(120, 13, 98, 0, 1, c);
    generate(&before, &o);
    generate(&after, &o);
    generate_changes[c].before(&before);
    generate_changes[c].after(&after);
    before.books.effort = after.books.effort = 0.001;
    tx_books_result *former = books_solved(one, &before.books);
    generate_start_from(&after, former, &generate_changes[c], &maps);
    tx_books_result *peace = books_solved(one, &after.books);
    trial t = {&after.books, peace->goal};
    assert_true(fault_run(from_former, &t) > 20);
    tx_books_result_free(former);
    tx_books_result_free(peace);
    generate_maps_free(&maps);
    generate_free(&before);
    generate_free(&after);
  }
  triax_context_unref(one);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_change), cmocka_unit_test(ten_in_a_row), cmocka_unit_test(everything_changes),
                                     cmocka_unit_test(struck_off), cmocka_unit_test(maps_of_no_sense),
                                     cmocka_unit_test(failing)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
