/* Annealing of the balance: what it ends with against all assignments, and against what can be seen by eye. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"

#include "search/search.h"

enum { CSMS = 3, N = 7, LOADS = 4, PIECES = 2 };

/* Every load is a class of its own; every customer may be with every CSM unless struck. */
typedef struct problem {
  tx_books books;
  tx_books_measure measure[2];
  int64_t capacity[CSMS], hard[CSMS], load[LOADS], points[CSMS], owner_points[N], amount[N];
  int64_t from[2][CSMS * PIECES], slope[2][CSMS * PIECES], limit[CSMS];
  size_t offer_begin[2], turned_begin[N + 1];
  uint32_t offer_csm[CSMS], class_offer[LOADS], customer_class[N], owner[N], turned_csm[N];
} problem;

static void begin(problem *p, size_t csms, size_t customers) {
  memset(p, 0, sizeof *p);
  for (uint32_t i = 0; i < CSMS; i++) {
    p->offer_csm[i] = i;
    p->capacity[i] = p->hard[i] = p->limit[i] = 1000;
    for (size_t m = 0; m < 2; m++) p->from[m][i * PIECES] = p->from[m][i * PIECES + 1] = 1000;
  }
  for (size_t k = 0; k < LOADS; k++) p->load[k] = (int64_t)k + 1;
  for (size_t j = 0; j < N; j++) p->owner[j] = TX_BOOKS_NONE;
  p->offer_begin[1] = csms;
  p->measure[0] = (tx_books_measure){p->amount, p->limit, PIECES, p->from[0], p->slope[0]};
  p->measure[1] = (tx_books_measure){NULL, NULL, PIECES, p->from[1], p->slope[1]};
  p->books = (tx_books){.csms = csms, .capacity = p->capacity, .hard = p->hard, .offers = 1, .classes = LOADS};
  p->books.offer_begin = p->offer_begin, p->books.offer_csm = p->offer_csm, p->books.offer_points = p->points;
  p->books.class_load = p->load, p->books.class_offer = p->class_offer;
  p->books.customers = customers, p->books.customer_class = p->customer_class;
  p->books.owner = p->owner, p->books.owner_points = p->owner_points;
  p->books.turned_begin = p->turned_begin, p->books.turned_csm = p->turned_csm;
  p->books.measures = 2, p->books.measure = p->measure;
}

/* Four customers of load 1 with amounts 4, 3, 2 and 1, two CSMs whose fair share is 5: each unit beyond costs 1. */
static void begin_four(problem *p) {
  begin(p, 2, 4);
  for (size_t j = 0; j < 4; j++) p->amount[j] = 4 - (int64_t)j;
  for (size_t i = 0; i < 2; i++) {
    p->from[0][i * PIECES] = p->from[0][i * PIECES + 1] = 5;
    p->slope[0][i * PIECES] = p->slope[0][i * PIECES + 1] = 1;
  }
}

typedef struct run {
  tx_core core;
  tx_watch watch;
  atomic_bool canceled;
} run;

static void place(tx_core *core, uint32_t customer, uint32_t csm) {
  tx_core_place(core, customer, csm, tx_core_entry_points(core, customer, tx_core_entry(core, customer, csm)));
}

static triax_status start(run *r, const problem *p, triax_context *context, const uint32_t *at) {
  atomic_init(&r->canceled, false);
  r->watch = (tx_watch){.context = context, .canceled = &r->canceled, .caller = true, .stop = UINT64_MAX};
  triax_status status = tx_core_init(&r->core, &p->books, NULL, &r->watch);
  for (uint32_t j = 0; status == TRIAX_OK && j < p->books.customers; j++) {
    if (at[j] != TX_BOOKS_NONE) place(&r->core, j, at[j]);
  }
  return status;
}

static triax_context *plain(void) {
  triax_context *context = NULL;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  return context;
}

/* Starts there, improves, and gives back where everybody is and what it costs. */
static tx_cost improved(const problem *p, uint32_t *at) {
  triax_context *context = plain();
  run r;
  assert_int_equal(start(&r, p, context, at), TRIAX_OK);
  const tx_cost before = r.core.cost;
  assert_int_equal(tx_improve_balance(&r.core, 2000000), TRIAX_OK);
  const tx_cost cost = r.core.cost;
  assert_true(tx_cost_compare(&cost, &before) <= 0);
  memcpy(at, r.core.at, p->books.customers * sizeof *at);
  tx_core_free(&r.core);
  triax_context_unref(context);
  return cost;
}

static void assert_cost(const tx_cost *cost, int64_t value, int64_t over, int64_t lost, int64_t imbalance) {
  assert_int_equal(cost->part[TX_VALUE], value);
  assert_int_equal(cost->part[TX_OVER], over);
  assert_int_equal(cost->part[TX_POINTS], lost);
  assert_int_equal(cost->part[TX_IMBALANCE], imbalance);
}

/* --- by eye ---- */

/* All with one: 10 for a fair 5. 4 + 1 against 3 + 2 is even. */
static void shares_out(void **state) {
  (void)state;
  problem p;
  uint32_t at[4] = {0, 0, 0, 0};
  begin_four(&p);
  const tx_cost cost = improved(&p, at);
  assert_cost(&cost, 0, 0, 0, 0);
  assert_true(at[0] == at[3] && at[1] == at[2] && at[0] != at[1]);
}

/* Room for two each: 4 + 3 against 2 + 1 can only be mended by exchange. */
static void exchanges_where_nobody_has_room(void **state) {
  (void)state;
  problem p;
  uint32_t at[4] = {0, 0, 1, 1};
  begin_four(&p);
  for (size_t i = 0; i < 2; i++) p.capacity[i] = p.hard[i] = 2;
  const tx_cost cost = improved(&p, at);
  assert_cost(&cost, 0, 0, 0, 0);
  assert_true(at[0] == at[3] && at[1] == at[2] && at[0] != at[1]);
}

/* Points come before balance: each earns 1 where it is, so nobody goes. As one part with them, 5 uneven - 4 points = 1
 * becomes 0 - 2 = -2 with 4 and 1 (or 3 and 2) elsewhere. */
static void points_come_first_or_count_along(void **state) {
  (void)state;
  problem p;
  uint32_t at[4] = {0, 0, 0, 0};
  begin_four(&p);
  p.points[0] = 1;
  tx_cost cost = improved(&p, at);
  assert_cost(&cost, 0, 0, -4, 5);
  p.books.together = true;
  cost = improved(&p, at);
  assert_cost(&cost, 0, 0, -2, 0);
}

/* Load beyond capacity comes before both: capacities of 3 and 1, so that 4 : 0 is one over and 3 : 1 none. */
static void over_comes_first(void **state) {
  (void)state;
  problem p;
  uint32_t at[4] = {0, 0, 0, 0};
  begin_four(&p);
  p.capacity[0] = 3, p.capacity[1] = 1;
  const tx_cost cost = improved(&p, at);
  assert_cost(&cost, 0, 0, 0, 1); /* 6 : 4 */
  assert_int_equal(at[0], 1);
}

/* Limits, struck pairs and those left uncovered are left as they are. */
static void rules_hold(void **state) {
  (void)state;
  problem p;
  uint32_t at[4] = {0, 0, 0, TX_BOOKS_NONE};
  begin_four(&p);
  p.limit[1] = 3;
  p.turned_begin[2] = p.turned_begin[3] = p.turned_begin[4] = 1; /* the second may not go to CSM 1 */
  p.turned_csm[0] = 1;
  const tx_cost cost = improved(&p, at);
  /* Of 4, 3 and 2 the first is too much for CSM 1, the second may not: 4 + 3 stay, 2 goes. */
  assert_cost(&cost, 1, 0, 0, 2);
  const uint32_t expected[4] = {0, 0, 1, TX_BOOKS_NONE};
  assert_memory_equal(at, expected, sizeof at);
}

static void nothing_to_do(void **state) {
  (void)state;
  problem p;
  uint32_t at[4] = {0, 0, 0, 0};
  begin_four(&p);
  p.offer_begin[1] = p.books.csms = 1;
  tx_cost cost = improved(&p, at);
  assert_cost(&cost, 0, 0, 0, 5);
  begin_four(&p);
  p.books.customers = 0;
  cost = improved(&p, at);
  assert_cost(&cost, 0, 0, 0, 0);
}

/* --- against all ---- */

static uint64_t dice = 88172645463325252u;
static uint32_t below(uint32_t limit) {
  dice ^= dice << 13;
  dice ^= dice >> 7;
  dice ^= dice << 17;
  return (uint32_t)(dice % limit);
}

static void make(problem *p) {
  begin(p, CSMS, N);
  for (size_t j = 0; j < N; j++) {
    p->customer_class[j] = below(LOADS);
    p->amount[j] = below(9);
  }
  for (size_t m = 0; m < 2; m++) {
    for (size_t i = 0; i < CSMS; i++) {
      int64_t *from = p->from[m] + i * PIECES, *slope = p->slope[m] + i * PIECES;
      from[0] = below(8), from[1] = from[0] + below(8);
      slope[0] = below(5), slope[1] = slope[0] + below(5);
    }
  }
}

/* The whole of an assignment's imbalance, unit by unit. */
static int64_t imbalance_of(const problem *p, const uint32_t *at) {
  int64_t cost = 0;
  for (uint32_t i = 0; i < CSMS; i++) {
    int64_t sum[2] = {0, 0};
    for (size_t j = 0; j < N; j++) {
      if (at[j] == i) sum[0] += p->amount[j], sum[1] += p->load[p->customer_class[j]];
    }
    for (size_t m = 0; m < 2; m++) {
      const int64_t *from = p->from[m] + i * PIECES, *slope = p->slope[m] + i * PIECES;
      for (int64_t unit = 0; unit < sum[m]; unit++) cost += unit >= from[1] ? slope[1] : unit >= from[0] ? slope[0] : 0;
    }
  }
  return cost;
}

static int64_t least_of_all(const problem *p) {
  int64_t least = INT64_MAX;
  for (uint32_t number = 0; number < 2187; number++) { /* 3 to the power of 7 */
    uint32_t at[N], rest = number;
    for (size_t j = 0; j < N; j++, rest /= CSMS) at[j] = rest % CSMS;
    const int64_t cost = imbalance_of(p, at);
    least = cost < least ? cost : least;
  }
  return least;
}

/* Two measures of two bends each, nothing else in the way: the least of all is found. */
static void finds_the_least(void **state) {
  (void)state;
  for (int round = 0; round < 40; round++) {
    problem p;
    uint32_t at[N];
    make(&p);
    for (size_t j = 0; j < N; j++) at[j] = below(CSMS);
    const tx_cost cost = improved(&p, at);
    assert_cost(&cost, 0, 0, 0, imbalance_of(&p, at));
    assert_int_equal(cost.part[TX_IMBALANCE], least_of_all(&p));
  }
}

/* --- stopped and starved ---- */

static triax_status scenario(triax_context *context, void *user) {
  const uint32_t at[4] = {0, 0, 0, 0};
  run r;
  triax_status status = start(&r, user, context, at);
  if (status != TRIAX_OK) return status;
  status = tx_improve_balance(&r.core, 2000000);
  if (status == TRIAX_ECANCELED) {
    for (uint32_t j = 0; j < 4; j++) assert_int_equal(r.core.at[j], 0);
    assert_int_equal(r.core.cost.part[TX_IMBALANCE], 5);
  }
  tx_core_free(&r.core);
  return status;
}

static void stops_and_starves(void **state) {
  (void)state;
  problem p;
  begin_four(&p);
  assert_true(fault_run(scenario, &p) > 2);
  assert_true(fault_cancel_run(scenario, &p) > 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shares_out),
      cmocka_unit_test(exchanges_where_nobody_has_room),
      cmocka_unit_test(points_come_first_or_count_along),
      cmocka_unit_test(over_comes_first),
      cmocka_unit_test(rules_hold),
      cmocka_unit_test(nothing_to_do),
      cmocka_unit_test(finds_the_least),
      cmocka_unit_test(stops_and_starves),
  };
  return cmocka_run_group_tests_name("books balance", tests, NULL, NULL);
}
