/* Prices of capacity: the Lagrangian in which capacities are paid for. Subgradient steps with momentum; every bound is
 * evaluated in whole numbers, so it holds whatever the prices are. */
#include "assignment/private.h"

#include <string.h>

/* Steps at most, and those that a small budget gets all the same. */
#define STEPS 400
#define STEPS_LEAST 100

typedef struct pricing {
  tx_assignment_work *work;
  int64_t *price;
  double *exact;    /* the prices before rounding */
  double *momentum; /* smoothed excess of load */
  int64_t *used;
} pricing;

/* The bound at these prices, scaled; used: what each agent would carry. INT64_MIN never comes. */
static int64_t evaluate(pricing *p) {
  const tx_assignment_work *work = p->work;
  size_t m = work->agents;
  int64_t sum = 0;
  memset(p->used, 0, m * sizeof *p->used);
  for (size_t j = 0; j < work->items; j++) {
    const int64_t *cost = work->cost + j * m, *load = work->load + j * m;
    int64_t least = INT64_MAX;
    size_t at = 0;
    for (size_t i = 0; i < m; i++) {
      if (load[i] != TX_ASSIGNMENT_APART) {
        int64_t value = work->scale * cost[i] + p->price[i] * load[i];
        at = value < least ? i : at;
        least = value < least ? value : least;
      }
    }
    sum += least;
    p->used[at] += load[at];
  }
  for (size_t i = 0; i < m; i++) {
    sum -= p->price[i] * work->capacity[i];
  }
  return sum;
}

static double step(pricing *p, double length) {
  const tx_assignment_work *work = p->work;
  double norm = 0;
  for (size_t i = 0; i < work->agents; i++) {
    double over = (double)p->used[i] - (double)work->capacity[i];
    p->momentum[i] = 0.6 * p->momentum[i] + over;
    if (p->exact[i] <= 0 && p->momentum[i] < 0) {
      p->momentum[i] = 0;
    }
    norm += p->momentum[i] * p->momentum[i];
  }
  if (norm <= 0) {
    return 0;
  }
  for (size_t i = 0; i < work->agents; i++) {
    double to = p->exact[i] + length / norm * p->momentum[i];
    to = to < 0 ? 0 : to > (double)work->price_top ? (double)work->price_top : to;
    p->exact[i] = to;
    p->price[i] = (int64_t)(to + 0.5);
  }
  return norm;
}

static void climb(pricing *p, double guess) {
  tx_assignment_work *work = p->work;
  double eagerness = 1;
  int stale = 0;
  uint64_t fifth = work->phase / 5 / (work->items * work->agents);
  uint64_t steps = fifth < STEPS_LEAST ? STEPS_LEAST : fifth < STEPS ? fifth : STEPS;
  if (steps <= work->priced) {
    return;
  }
  work->priced = steps;
  for (uint64_t n = 0; n < steps && eagerness > 1e-4; n++) {
    int64_t bound = evaluate(p);
    if (bound > work->proof_capacity) {
      work->proof_capacity = bound;
      memcpy(work->price, p->price, work->agents * sizeof *p->price);
      stale = 0;
    } else if (++stale == 12) {
      stale = 0;
      eagerness *= 0.6;
      for (size_t i = 0; i < work->agents; i++) {
        p->exact[i] = (double)work->price[i];
        p->price[i] = work->price[i];
        p->momentum[i] = 0;
      }
      evaluate(p);
    }
    /* Where no assignment is known, the goal moves ahead of the bound. */
    double ahead = (double)bound * (work->found ? 1.0001 : 1.03) + (double)work->scale;
    guess = guess < ahead ? ahead : guess;
    if (step(p, eagerness * (guess - (double)bound)) <= 0 || !tx_assignment_tick(work, work->items * work->agents)) {
      break;
    }
  }
  tx_assignment_raise(work, work->proof_capacity);
}

bool tx_assignment_price(tx_assignment_work *work) {
  size_t m = work->agents;
  tx_arena *arena = &work->arena;
  pricing p = {work, tx_arena_calloc(arena, m, sizeof(int64_t)), tx_arena_calloc(arena, m, sizeof(double)),
               tx_arena_calloc(arena, m, sizeof(double)), tx_arena_calloc(arena, m, sizeof(int64_t))};
  if (p.price == NULL || p.exact == NULL || p.momentum == NULL || p.used == NULL) {
    return false;
  }
  double guess = work->found ? (double)work->best_cost : (double)work->dearest * (double)work->items * 0.3;
  climb(&p, guess * (double)work->scale);
  return true;
}

static bool comes_before(const tx_assignment_option *a, const tx_assignment_option *b) {
  return a->excess < b->excess || (a->excess == b->excess && a->agent < b->agent);
}

size_t tx_assignment_rank(const tx_assignment_work *work, size_t j, size_t most, tx_assignment_option *row) {
  size_t count = 0;
  for (size_t i = 0; i < work->agents; i++) {
    int64_t load = work->load[j * work->agents + i];
    if (load == TX_ASSIGNMENT_APART) {
      continue;
    }
    int64_t value = work->scale * work->cost[j * work->agents + i] + work->price[i] * load;
    tx_assignment_option option = {(uint32_t)i, load, value};
    if (count == most && !comes_before(&option, &row[count - 1])) {
      continue;
    }
    count += count < most;
    size_t b = count - 1;
    for (; b > 0 && comes_before(&option, &row[b - 1]); b--) {
      row[b] = row[b - 1];
    }
    row[b] = option;
  }
  int64_t least = count > 0 ? row[0].excess : 0;
  for (size_t o = 0; o < count; o++) {
    row[o].excess -= least;
  }
  return count;
}
