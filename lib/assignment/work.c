/* Setting up, counting work, keeping the best. */
#include "assignment/private.h"

#include <string.h>

/* Often enough that a callback is asked every few milliseconds. */
#define POLL 2000000

uint64_t tx_assignment_random(tx_assignment_work *work) {
  uint64_t x = work->random += UINT64_C(0x9E3779B97F4A7C15);
  x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
  return x ^ x >> 31;
}

int64_t tx_assignment_ceil(int64_t a, int64_t b) { return a / b + (a % b > 0); }

/* The rest of a problem counts as part of it. */
static double done_of(const tx_assignment_work *work) {
  const tx_assignment_work *whole = work->outer != NULL ? work->outer : work;
  uint64_t spent = whole->work + (whole != work ? work->work : 0);
  return spent < whole->stop ? (double)spent / (double)whole->stop : 1;
}

bool tx_assignment_tick(tx_assignment_work *work, uint64_t units) {
  work->work += units;
  if (work->work >= work->next_poll && !work->stopped) {
    work->next_poll = work->work + POLL;
    double done = done_of(work);
    work->stopped = tx_progress(work->context, "assignment", done, NULL) != TRIAX_OK;
  }
  return !tx_assignment_cut(work) && work->work < work->budget;
}

bool tx_assignment_done(const tx_assignment_work *work) {
  return tx_assignment_cut(work) || work->bound == INT64_MAX || (work->found && work->best_cost <= work->bound);
}

bool tx_assignment_raise(tx_assignment_work *work, int64_t scaled) {
  int64_t bound = tx_assignment_ceil(scaled, work->scale);
  if (bound <= work->bound) {
    return false;
  }
  work->bound = bound;
  return true;
}

/* Keeps what the capacities hold, in the items' order, then places the rest anywhere; returns how many have no place.
 * What is handed out in the end is made likewise: an assignment that comes right so is found, and not lost again. */
static size_t put_right(tx_assignment_work *work, const uint32_t *agent) {
  size_t m = work->agents, without = 0;
  memcpy(work->room, work->capacity, m * sizeof *work->room);
  for (size_t j = 0; j < work->items; j++) {
    int64_t load = work->load[j * m + agent[j]];
    bool fits = load <= work->room[agent[j]];
    work->righted[j] = fits ? agent[j] : TRIAX_ASSIGNMENT_NONE;
    work->room[agent[j]] -= fits ? load : 0;
  }
  for (size_t j = 0; j < work->items; j++) {
    for (size_t i = 0; i < m && work->righted[j] == TRIAX_ASSIGNMENT_NONE; i++) {
      if (work->load[j * m + i] <= work->room[i]) {
        work->righted[j] = (uint32_t)i;
        work->room[i] -= work->load[j * m + i];
      }
    }
    without += work->righted[j] == TRIAX_ASSIGNMENT_NONE;
  }
  return without;
}

static int64_t excess_of(const tx_assignment_work *work, const uint32_t *agent) {
  int64_t excess = 0;
  for (size_t i = 0; i < work->agents; i++) {
    int64_t load = 0;
    for (size_t j = 0; j < work->items; j++) {
      if (agent[j] == i) {
        load += work->load[j * work->agents + i];
      }
    }
    excess += load > work->capacity[i] ? load - work->capacity[i] : 0;
  }
  return excess;
}

static void take_over(tx_assignment_work *work, const uint32_t *agent) {
  int64_t cost = 0;
  for (size_t j = 0; j < work->items; j++) {
    cost += work->cost[j * work->agents + agent[j]];
  }
  if (!work->found || cost < work->best_cost) {
    work->found = true;
    work->best_cost = cost;
    memcpy(work->best, agent, work->items * sizeof *agent);
  }
}

void tx_assignment_offer(tx_assignment_work *work, const uint32_t *agent) {
  if (tx_assignment_cut(work)) {
    return;
  }
  int64_t excess = excess_of(work, agent);
  if (excess == 0) {
    take_over(work, agent);
  } else if (!work->found) {
    size_t without = put_right(work, agent);
    if (without == 0) {
      take_over(work, work->righted);
    } else if (without < work->nearest_without || (without == work->nearest_without && excess < work->nearest_excess)) {
      work->nearest_without = without;
      work->nearest_excess = excess;
      memcpy(work->nearest, agent, work->items * sizeof *agent);
    }
  }
}

static bool fits_somewhere(const triax_assignment_problem *problem, size_t j) {
  for (size_t i = 0; i < problem->agents; i++) {
    if (problem->load[i * problem->items + j] <= problem->capacity[i]) {
      return true;
    }
  }
  return false;
}

/* Turns the tables round and takes each item's cheapest cost out. */
static void turn(tx_assignment_work *work) {
  const triax_assignment_problem *problem = work->problem;
  size_t m = work->agents;
  for (size_t x = 0; x < work->items; x++) {
    size_t j = work->original[x];
    int64_t least = INT64_MAX;
    int64_t *cost = work->cost + x * m, *load = work->load + x * m;
    for (size_t i = 0; i < m; i++) {
      bool fits = problem->load[i * problem->items + j] <= problem->capacity[i];
      cost[i] = problem->cost[i * problem->items + j];
      load[i] = fits ? problem->load[i * problem->items + j] : TX_ASSIGNMENT_APART;
      least = fits && cost[i] < least ? cost[i] : least;
      work->heaviest = fits && load[i] > work->heaviest ? load[i] : work->heaviest;
    }
    work->base += least;
    for (size_t i = 0; i < m; i++) {
      cost[i] = load[i] == TX_ASSIGNMENT_APART ? 0 : cost[i] - least;
      work->dearest = cost[i] > work->dearest ? cost[i] : work->dearest;
    }
  }
}

/* The finest scale at which no sum can pass the limit: Σ over items of scaled cost, and of price × load. */
static void choose_scale(tx_assignment_work *work) {
  double items = (double)(work->items + 1) * (double)(work->agents + 1);
  double dearest = (double)work->dearest + 1, heaviest = (double)work->heaviest + 1;
  double room = 0x1p59 / items;
  work->scale = 1;
  while (work->scale < INT64_C(1) << 40 && (double)(work->scale * 2) * dearest * 2 * heaviest <= room) {
    work->scale *= 2;
  }
  double top = 0x1p59 / (items * heaviest);
  double wanted = (double)work->scale * dearest * 2;
  work->price_top = (int64_t)(wanted < top ? wanted : top);
}

/* Capacity beyond what all items together need is no capacity: so prices times capacities stay small. */
static bool trim_capacity(tx_assignment_work *work, const int64_t *capacity) {
  int64_t *trimmed = tx_arena_calloc(&work->arena, work->agents, sizeof *trimmed);
  if (trimmed == NULL) {
    return false;
  }
  for (size_t j = 0; j < work->items; j++) {
    for (size_t i = 0; i < work->agents; i++) {
      int64_t load = work->load[j * work->agents + i];
      trimmed[i] += load == TX_ASSIGNMENT_APART ? 0 : load;
    }
  }
  for (size_t i = 0; i < work->agents; i++) {
    trimmed[i] = trimmed[i] < capacity[i] ? trimmed[i] : capacity[i];
  }
  work->capacity = trimmed;
  return true;
}

bool tx_assignment_begin(tx_assignment_work *work, const triax_assignment_problem *problem) {
  tx_arena *arena = &work->arena;
  work->problem = problem;
  work->agents = problem->agents;
  work->original = tx_arena_calloc(arena, problem->items, sizeof *work->original);
  if (work->original == NULL) {
    return false;
  }
  for (size_t j = 0; j < problem->items; j++) {
    if (fits_somewhere(problem, j)) {
      work->original[work->items++] = (uint32_t)j;
    } else {
      work->bound = INT64_MAX;
    }
  }
  size_t m = work->agents, n = work->items;
  work->cost = tx_arena_calloc(arena, m * n, sizeof *work->cost);
  work->load = tx_arena_calloc(arena, m * n, sizeof *work->load);
  work->best = tx_arena_calloc(arena, n, sizeof *work->best);
  work->nearest = tx_arena_calloc(arena, n, sizeof *work->nearest);
  work->righted = tx_arena_calloc(arena, n, sizeof *work->righted);
  work->room = tx_arena_calloc(arena, m, sizeof *work->room);
  work->price = tx_arena_calloc(arena, m, sizeof *work->price);
  if (work->cost == NULL || work->load == NULL || work->best == NULL || work->nearest == NULL ||
      work->righted == NULL || work->room == NULL || work->price == NULL) {
    return false;
  }
  turn(work);
  if (!trim_capacity(work, problem->capacity)) {
    return false;
  }
  choose_scale(work);
  work->proof_items = INT64_MIN;
  work->nearest_without = SIZE_MAX;
  work->next_poll = POLL;
  return true;
}
