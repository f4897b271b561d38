/* The books solver against exhaustive enumeration, its contract's refusals and its extremes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proof/prove.h"

#define MOST_CSMS 4
#define MOST_CUSTOMERS 8
#define MOST_CLASSES 4

/* A small problem with its arrays. */
typedef struct small {
  tx_books books;
  int64_t capacity[MOST_CSMS], hard[MOST_CSMS];
  size_t offer_begin[MOST_CLASSES + 1], offer_open[MOST_CLASSES];
  uint32_t offer_csm[MOST_CLASSES * MOST_CSMS];
  int64_t offer_points[MOST_CLASSES * MOST_CSMS];
  int64_t class_load[MOST_CLASSES];
  uint32_t class_offer[MOST_CLASSES];
  uint32_t customer_class[MOST_CUSTOMERS], owner[MOST_CUSTOMERS], fixed[MOST_CUSTOMERS];
  int64_t value[MOST_CUSTOMERS], owner_points[MOST_CUSTOMERS], amount[MOST_CUSTOMERS];
  size_t more_begin[MOST_CUSTOMERS + 1];
  uint32_t more_csm[MOST_CUSTOMERS * MOST_CSMS];
  int64_t more_points[MOST_CUSTOMERS * MOST_CSMS];
  size_t turned_begin[MOST_CUSTOMERS + 1];
  uint32_t turned_csm[MOST_CUSTOMERS * MOST_CSMS];
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

static bool has_more(const small *s, size_t j, uint32_t csm) {
  for (size_t x = s->more_begin[j]; x < s->more_begin[j + 1]; x++) {
    if (s->more_csm[x] == csm) return true;
  }
  return false;
}

/* Closes some of each offer, but never all: those go behind the others. */
static void close_some(small *s, uint32_t *r) {
  for (size_t o = 0; o < s->books.offers; o++) {
    size_t begin = s->offer_begin[o], end = s->offer_begin[o + 1], open = begin, closed = 0;
    uint32_t csm[MOST_CSMS];
    int64_t points[MOST_CSMS];
    for (size_t e = begin; e < end; e++) {
      if (below(r, 2) == 0 && (open > begin || e + 1 < end)) {
        csm[closed] = s->offer_csm[e];
        points[closed++] = s->offer_points[e];
      } else {
        s->offer_csm[open] = s->offer_csm[e];
        s->offer_points[open++] = s->offer_points[e];
      }
    }
    memcpy(s->offer_csm + open, csm, closed * sizeof *csm);
    memcpy(s->offer_points + open, points, closed * sizeof *points);
    s->offer_open[o] = open;
  }
  s->books.offer_open = s->offer_open;
}

/* Whether the CSM is in the offer's closed part, or (closed false) its open one. */
static bool has_part(const tx_books *b, size_t offer, uint32_t csm, bool closed) {
  size_t open = b->offer_open == NULL ? b->offer_begin[offer + 1] : b->offer_open[offer];
  for (size_t e = closed ? open : b->offer_begin[offer]; e < (closed ? b->offer_begin[offer + 1] : open); e++) {
    if (b->offer_csm[e] == csm) return true;
  }
  return false;
}

/* CSMs struck off, let in, or on no offer; those struck off are neither the owner nor one of the exceptions. */
static void make_turned(small *s, uint32_t *r) {
  size_t at = 0;
  for (size_t j = 0; j < s->books.customers; j++) {
    for (uint32_t i = 0; i < s->books.csms; i++) {
      bool told = (s->books.owner != NULL && s->owner[j] == i) || has_more(s, j, i);
      bool open = has_part(&s->books, s->class_offer[s->customer_class[j]], i, false);
      if (below(r, 3) == 0 && !(told && open)) s->turned_csm[at++] = i;
    }
    s->turned_begin[j + 1] = at;
  }
  s->books.turned_begin = s->turned_begin;
  s->books.turned_csm = s->turned_csm;
}

static void make_small(small *s, uint32_t seed, uint32_t customers) {
  uint32_t state = seed * 2654435761u + 1, *r = &state;
  memset(s, 0, sizeof *s);
  s->books = (tx_books){.csms = 1 + (size_t)below(r, MOST_CSMS), .classes = 1 + (size_t)below(r, MOST_CLASSES)};
  s->books.customers = (size_t)below(r, customers);
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
  if (below(r, 2) == 0) {
    if (below(r, 2) == 0) close_some(s, r);
    make_turned(s, r);
  }
}

static bool sound(const tx_books_found *found) {
  return found->not_eligible == 0 && found->not_kept == 0 && found->over_hard == 0 && found->over_limit == 0;
}

/* --- every assignment there is, by code of its own: slow and obvious --- */

/* Every goal that some assignment within the rules has. */
typedef struct goals {
  tx_books_goal *goal;
  size_t count, room;
} goals;

static bool is_fixed(const tx_books *b, size_t j) { return b->fixed != NULL && b->fixed[j] != TX_BOOKS_NONE; }

/* Points of customer j at the CSM; false where it is not on offer. */
static bool earns(const tx_books *b, size_t j, uint32_t csm, int64_t *points) {
  size_t offer = b->class_offer[b->customer_class[j]];
  bool turned = false;
  *points = 0;
  for (size_t x = 0; b->turned_begin != NULL && x < b->turned_begin[b->customers]; x++) {
    turned = turned || (x >= b->turned_begin[j] && x < b->turned_begin[j + 1] && b->turned_csm[x] == csm);
  }
  if (!has_part(b, offer, csm, turned)) return false;
  for (size_t e = b->offer_begin[offer]; e < b->offer_begin[offer + 1]; e++) {
    if (b->offer_csm[e] != csm) continue;
    *points = b->offer_points == NULL ? 0 : b->offer_points[e];
    if (b->owner != NULL && b->owner[j] == csm && b->owner_points != NULL) *points += b->owner_points[j];
    for (size_t x = b->more_begin == NULL ? 0 : b->more_begin[j]; b->more_begin != NULL && x < b->more_begin[j + 1]; x++) {
      if (b->more_csm[x] == csm) *points += b->more_points[x];
    }
    return true;
  }
  return false;
}

/* Unit by unit: each costs the slope of the last corner before it. */
static int64_t unit_by_unit(const tx_books_measure *m, size_t csm, int64_t sum) {
  int64_t cost = 0;
  for (int64_t unit = 0; unit < sum; unit++) {
    int64_t rate = 0;
    for (size_t p = 0; p < m->pieces; p++) {
      if (m->from[csm * m->pieces + p] <= unit) rate = m->slope[csm * m->pieces + p];
    }
    cost += rate;
  }
  return cost;
}

static bool judge_csm(const tx_books *b, const uint32_t *at, uint32_t csm, tx_books_goal *goal) {
  int64_t load = 0, hard = b->hard == NULL ? b->capacity[csm] : b->hard[csm];
  bool only_fixed = true, within = true;
  for (size_t j = 0; j < b->customers; j++) {
    if (at[j] != csm) continue;
    load += b->class_load[b->customer_class[j]];
    only_fixed = only_fixed && is_fixed(b, j);
  }
  within = load <= hard;
  goal->over += load > b->capacity[csm] ? load - b->capacity[csm] : 0;
  for (size_t m = 0; m < b->measures; m++) {
    const tx_books_measure *measure = &b->measure[m];
    int64_t sum = 0;
    for (size_t j = 0; j < b->customers; j++) {
      sum += at[j] != csm ? 0 : measure->amount == NULL ? b->class_load[b->customer_class[j]] : measure->amount[j];
    }
    within = within && (measure->limit == NULL || sum <= measure->limit[csm]);
    goal->imbalance += unit_by_unit(measure, csm, sum);
  }
  return within || only_fixed;
}

static bool judge(const tx_books *b, const uint32_t *at, tx_books_goal *goal) {
  *goal = (tx_books_goal){0, 0, 0, 0};
  for (size_t j = 0; j < b->customers; j++) {
    int64_t points;
    if (is_fixed(b, j) && at[j] != b->fixed[j]) return false;
    if (at[j] == TX_BOOKS_NONE) {
      goal->value += b->value == NULL ? 1 : b->value[j];
      continue;
    }
    if (!earns(b, j, at[j], &points) && !is_fixed(b, j)) return false;
    goal->points += points;
  }
  for (uint32_t i = 0; i < b->csms; i++) {
    if (!judge_csm(b, at, i, goal)) return false;
  }
  return true;
}

static void enumerate(const tx_books *b, uint32_t *at, size_t j, goals *all) {
  if (j < b->customers) {
    for (uint32_t i = 0; i <= b->csms; i++) {
      int64_t points;
      at[j] = i == b->csms ? TX_BOOKS_NONE : i;
      if (i < b->csms && !is_fixed(b, j) && !earns(b, j, i, &points)) continue;
      enumerate(b, at, j + 1, all);
    }
    return;
  }
  tx_books_goal goal;
  if (!judge(b, at, &goal)) return;
  if (all->count == all->room) {
    all->room = all->room * 2 + 64;
    all->goal = realloc(all->goal, all->room * sizeof *all->goal);
    assert_non_null(all->goal);
  }
  all->goal[all->count++] = goal;
}

static void assert_goal_equal(const tx_books_goal *a, const tx_books_goal *b) {
  assert_true(a->value == b->value);
  assert_true(a->over == b->over);
  assert_true(a->points == b->points);
  assert_true(a->imbalance == b->imbalance);
}

/* Every assignment that is no worse than ours in the parts before a part is no better there than the bound. */
static void assert_bound_holds(const goals *all, const tx_books_goal *ours, const tx_books_goal *bound, uint32_t seed) {
  const int64_t mine[4] = {ours->value, ours->over, -ours->points, ours->imbalance};
  const int64_t least[4] = {bound->value, bound->over, -bound->points, bound->imbalance};
  for (size_t g = 0; g < all->count; g++) {
    const tx_books_goal *goal = &all->goal[g];
    const int64_t its[4] = {goal->value, goal->over, -goal->points, goal->imbalance};
    for (int part = 0; part < 4; part++) {
      if (its[part] < least[part]) {
        fail_msg("seed %u: the bound of part %d is not one: %ld, and there is %ld", (unsigned)seed, part,
                 (long)least[part], (long)its[part]);
      }
      if (its[part] > mine[part]) break;
    }
  }
}

/* Solves and lets the checkers agree; their bound is as good as what was stated unless that took a complete search. */
static tx_books_result *solved(triax_context *context, const tx_books *books, tx_books_goal *bound) {
  tx_books_result *result = NULL;
  tx_books_found found;
  triax_error error = {0};
  triax_status status = tx_books_solve(context, books, &result, &error);
  if (status == TRIAX_OK) {
    status = tx_books_certify(context, books, result, bound, &error);
  }
  if (status != TRIAX_OK) {
    fail_msg("%s", error.message);
  }
  assert_int_equal(tx_books_check(context, books, result->csm, &found, NULL), TRIAX_OK);
  assert_true(sound(&found));
  assert_goal_equal(&result->goal, &found.goal);
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
    uint32_t at[MOST_CUSTOMERS] = {0};
    goals all = {NULL, 0, 0};
    tx_books_goal bound;
    make_small(&s, seed, seed % 25 == 0 ? MOST_CUSTOMERS + 1 : 7);
    enumerate(&s.books, at, 0, &all);
    assert_true(all.count > 0);
    tx_books_goal best = all.goal[0];
    for (size_t g = 1; g < all.count; g++) best = tx_books_compare(&all.goal[g], &best) < 0 ? all.goal[g] : best;
    tx_books_result *result = solved(context, &s.books, &bound);
    if (tx_books_compare(&result->goal, &best) != 0 || !result->optimal) {
      fail_msg("seed %u: not the best, or not known to be", (unsigned)seed);
    }
    assert_bound_holds(&all, &result->goal, &result->bound, seed);
    assert_bound_holds(&all, &result->goal, &bound, seed);
    tx_books_result_free(result);
    free(all.goal);
  }
  triax_context_unref(context);
}

static void assert_no_weaker(const tx_books_goal *bound, const tx_books_goal *stated) {
  assert_true(bound->value >= stated->value && bound->over >= stated->over);
  assert_true(bound->points <= stated->points && bound->imbalance >= stated->imbalance);
}

/* With next to no work allowed nothing is searched to the end, and all rests on prices. */
static void bounds_hold_by_prices_alone(void **state) {
  (void)state;
  triax_context *context = fresh();
  for (uint32_t seed = 0; seed < 2000; seed++) {
    small s;
    uint32_t at[MOST_CUSTOMERS] = {0};
    goals all = {NULL, 0, 0};
    tx_books_goal bound;
    make_small(&s, seed + 10000, seed % 25 == 0 ? MOST_CUSTOMERS + 1 : 7);
    s.books.effort = 1e-9;
    enumerate(&s.books, at, 0, &all);
    tx_books_result *result = solved(context, &s.books, &bound);
    assert_bound_holds(&all, &result->goal, &result->bound, seed);
    assert_bound_holds(&all, &result->goal, &bound, seed);
    assert_no_weaker(&bound, &result->bound);
    tx_books_result_free(result);
    free(all.goal);
  }
  triax_context_unref(context);
}

/* Value and points that no choice can change, and what CSMs cost to whom nobody can come. */
static tx_cost rest_of(const tx_split *split) {
  const tx_books *b = split->books;
  tx_cost rest = {{0, 0, 0, 0}};
  for (size_t j = 0; j < b->customers; j++) {
    size_t offer = b->class_offer[b->customer_class[j]];
    int64_t points = 0;
    if (is_fixed(b, j) && earns(b, j, b->fixed[j], &points)) rest.part[TX_POINTS] -= points;
    bool nobody = !is_fixed(b, j) && b->offer_begin[offer] == b->offer_begin[offer + 1];
    rest.part[TX_VALUE] += !nobody ? 0 : b->value == NULL ? 1 : b->value[j];
  }
  for (uint32_t i = 0; i < b->csms; i++) {
    uint32_t at[MOST_CUSTOMERS];
    tx_books_goal goal = {0, 0, 0, 0};
    for (size_t j = 0; j < b->customers; j++) at[j] = is_fixed(b, j) ? b->fixed[j] : TX_BOOKS_NONE;
    judge_csm(b, at, i, &goal);
    rest.part[TX_OVER] += split->csm_part[i] == TX_BOOKS_NONE ? goal.over : 0;
    rest.part[TX_IMBALANCE] += split->csm_part[i] == TX_BOOKS_NONE ? goal.imbalance : 0;
  }
  return rest;
}

/* The bounds as if this had been reached. */
static void prove_for(triax_context *context, const tx_books *books, tx_books_result *result, tx_books_goal goal) {
  tx_split split;
  atomic_bool canceled;
  atomic_init(&canceled, false);
  tx_watch watch = {.context = context, .canceled = &canceled, .stop = UINT64_MAX};
  for (int part = 0; part < 4; part++) {
    tx_books_proof *proof = &result->proof[part];
    tx_free_array(context, proof->price, result->csms, result->dimensions * sizeof *proof->price);
    *proof = (tx_books_proof){.scale = 0};
  }
  result->goal = goal;
  assert_int_equal(tx_split_init(&split, books, context, NULL), TRIAX_OK);
  tx_cost rest = rest_of(&split);
  assert_int_equal(tx_prove(&split, result, &rest, 0, 0, &watch), TRIAX_OK);
  tx_split_free(&split);
}

/* Any answer may be asked about, good or bad: the worse it is, the more others are no worse in the parts before. */
static void bounds_hold_for_any_answer(void **state) {
  (void)state;
  triax_context *context = fresh();
  size_t gaps[4] = {0, 0, 0, 0}, above[4] = {0, 0, 0, 0}, weighed = 0;
  for (uint32_t seed = 0; seed < 2000; seed++) {
    small s;
    uint32_t at[MOST_CUSTOMERS] = {0};
    goals all = {NULL, 0, 0};
    tx_books_goal bound;
    make_small(&s, seed + 20000, 7);
    enumerate(&s.books, at, 0, &all);
    tx_books_result *result = solved(context, &s.books, &bound);
    prove_for(context, &s.books, result, all.goal[seed * 7919u % all.count]);
    assert_bound_holds(&all, &result->goal, &result->bound, seed);
    assert_int_equal(tx_books_certify(context, &s.books, result, &bound, NULL), TRIAX_OK);
    assert_bound_holds(&all, &result->goal, &bound, seed);
    assert_no_weaker(&bound, &result->bound);
    const int64_t reached[4] = {result->goal.value, result->goal.over, -result->goal.points, result->goal.imbalance};
    const int64_t least[4] = {result->bound.value, result->bound.over, -result->bound.points, result->bound.imbalance};
    for (int part = 0; part < 4; part++) {
      gaps[part] += least[part] < reached[part];
      above[part] += least[part] > 0;
      for (int before = 0; before < part; before++) {
        weighed += result->proof[part].scale > 0 && result->proof[part].weight[before] > 0;
      }
    }
    tx_books_result_free(result);
    free(all.goal);
  }
  /* The cases are such that something is asked: gaps are there, and bounds that are not nothing. */
  for (int part = 0; part < 4; part++) assert_true(gaps[part] >= 30);
  assert_true(above[TX_VALUE] >= 100 && above[TX_OVER] >= 100 && above[TX_IMBALANCE] >= 100 && weighed >= 200);
  triax_context_unref(context);
}

/* --- the same problem in other words --- */

static uint32_t mirrored(uint32_t csm, size_t csms) { return csm == TX_BOOKS_NONE ? csm : (uint32_t)(csms - 1 - csm); }

/* Rows of customers and CSMs the other way round. */
static void mirror(const small *from, small *to) {
  const tx_books *b = &from->books;
  size_t n = b->customers, m = b->csms, at = 0;
  for (size_t i = 0; i < m; i++) {
    size_t x = m - 1 - i;
    to->capacity[i] = from->capacity[x], to->hard[i] = from->hard[x], to->limit[i] = from->limit[x];
    for (size_t q = 0; q < 2; q++) {
      memcpy(&to->from[q][i * 2], &from->from[q][x * 2], 2 * sizeof(int64_t));
      memcpy(&to->slope[q][i * 2], &from->slope[q][x * 2], 2 * sizeof(int64_t));
    }
  }
  for (size_t o = 0; o < b->offers; o++) {
    size_t open = b->offer_open == NULL ? from->offer_begin[o + 1] : from->offer_open[o];
    for (int closed = 0; closed < 2; closed++) {
      size_t begin = closed ? open : from->offer_begin[o], end = closed ? from->offer_begin[o + 1] : open;
      for (size_t e = end; e-- > begin; at++) {
        to->offer_csm[at] = mirrored(from->offer_csm[e], m);
        to->offer_points[at] = from->offer_points[e];
      }
    }
  }
  at = 0;
  size_t off = 0;
  for (size_t j = 0; j < n; j++) {
    size_t x = n - 1 - j;
    to->customer_class[j] = from->customer_class[x], to->value[j] = from->value[x], to->amount[j] = from->amount[x];
    to->owner[j] = mirrored(from->owner[x], m), to->fixed[j] = mirrored(from->fixed[x], m);
    to->owner_points[j] = from->owner_points[x];
    for (size_t e = from->more_begin[x + 1]; e-- > from->more_begin[x]; at++) {
      to->more_csm[at] = mirrored(from->more_csm[e], m);
      to->more_points[at] = from->more_points[e];
    }
    to->more_begin[j + 1] = at;
    for (size_t e = from->turned_begin[x + 1]; e-- > from->turned_begin[x];) {
      to->turned_csm[off++] = mirrored(from->turned_csm[e], m);
    }
    to->turned_begin[j + 1] = off;
  }
}

/* Values count in other money; loads, amounts and all that they are held against in smaller units. */
static void scale(small *s, int64_t money, int64_t units) {
  for (size_t j = 0; j < s->books.customers; j++) s->value[j] *= money, s->amount[j] *= units;
  for (size_t k = 0; k < s->books.classes; k++) s->class_load[k] *= units;
  for (size_t i = 0; i < s->books.csms; i++) {
    s->capacity[i] *= units, s->hard[i] *= units, s->limit[i] *= units;
    for (size_t x = 0; x < 4; x++) s->from[x / 2][i * 2 + x % 2] *= units;
  }
}

/* One more CSM, without time, on open offer to all that weigh something. */
static void add_idle(const small *from, small *to) {
  size_t at = 0, m = from->books.csms;
  for (size_t o = 0; o < from->books.offers; o++) {
    for (size_t e = from->offer_begin[o]; e <= from->offer_begin[o + 1]; e++) {
      bool here = from->books.offer_open == NULL ? e == from->offer_begin[o + 1] : e == from->offer_open[o];
      if (here && from->class_load[o] > 0) {
        to->offer_csm[at] = (uint32_t)m;
        to->offer_points[at++] = 5;
      }
      to->offer_open[o] = here ? at : to->offer_open[o];
      if (e == from->offer_begin[o + 1]) break;
      to->offer_csm[at] = from->offer_csm[e];
      to->offer_points[at++] = from->offer_points[e];
    }
    to->offer_begin[o + 1] = at;
  }
  to->capacity[m] = to->hard[m] = to->limit[m] = 0;
  for (size_t q = 0; q < 2; q++) memset(&to->from[q][m * 2], 0, 2 * sizeof(int64_t));
  for (size_t q = 0; q < 2; q++) memset(&to->slope[q][m * 2], 0, 2 * sizeof(int64_t));
  to->books.csms++;
}

static void assert_solved_to(triax_context *context, const small *s, tx_books_goal goal, int64_t money, int64_t units) {
  tx_books_goal bound;
  tx_books_result *result = solved(context, &s->books, &bound);
  goal.value *= s->books.value == NULL ? 1 : money;
  goal.over *= units;
  goal.imbalance *= units;
  assert_true(result->optimal);
  assert_goal_equal(&result->goal, &goal);
  tx_books_result_free(result);
}

/* A problem and another with its arrays in place. */
static void make_pair(small *s, small *other, uint32_t seed) {
  make_small(s, seed, 7);
  make_small(other, seed, 7);
}

static void the_same_in_other_words(void **state) {
  (void)state;
  triax_context *context = fresh();
  for (uint32_t seed = 40000; seed < 40400; seed++) {
    small s, other;
    tx_books_goal bound;
    make_pair(&s, &other, seed);
    tx_books_result *result = solved(context, &s.books, &bound);
    tx_books_goal goal = result->goal;
    tx_books_result_free(result);
    mirror(&s, &other);
    assert_solved_to(context, &other, goal, 1, 1);
    make_pair(&s, &other, seed);
    scale(&other, 1 << 20, 1);
    assert_solved_to(context, &other, goal, 1 << 20, 1);
    make_pair(&s, &other, seed);
    scale(&other, 1, 1 << 10);
    assert_solved_to(context, &other, goal, 1, 1 << 10);
    if (s.books.csms < MOST_CSMS) {
      make_pair(&s, &other, seed);
      add_idle(&s, &other);
      assert_solved_to(context, &other, goal, 1, 1);
    }
  }
  triax_context_unref(context);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(random_small_problems_are_solved_to_the_best),
      cmocka_unit_test(bounds_hold_by_prices_alone),
      cmocka_unit_test(bounds_hold_for_any_answer),
      cmocka_unit_test(the_same_in_other_words),
  };
  return cmocka_run_group_tests_name("allocation_solve", tests, NULL, NULL);
}
