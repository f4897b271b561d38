/* Prices of items: the Lagrangian in which agents may fight over items, or leave them. Each agent solves a knapsack;
 * the bound is never weaker than that of prices of capacity, and mostly within a unit or two of the best cost. */
#include <string.h>

#include "assignment/knapsack.h"
#include "assignment/private.h"

typedef struct bidding {
  tx_assignment_work *work;
  tx_knapsack knapsack;
  int64_t *price, top;
  double *exact, *momentum;
  int32_t *surplus; /* per item: agents that want it, less one */
  bool *wanted;     /* agents × items */
} bidding;

void tx_assignment_item_prices(const tx_assignment_work *work, int64_t top, int64_t *price) {
  for (size_t j = 0; j < work->items; j++) {
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < work->agents; i++) {
      int64_t load = work->load[j * work->agents + i];
      if (load != TX_ASSIGNMENT_APART) {
        int64_t value = work->scale * work->cost[j * work->agents + i] + work->price[i] * load;
        least = value < least ? value : least;
      }
    }
    price[j] = least < top ? least : top;
  }
}

static int64_t ask_agent(bidding *b, size_t i) {
  tx_assignment_work *work = b->work;
  tx_knapsack *k = &b->knapsack;
  bool *wanted = b->wanted + i * work->items;
  int64_t known = 0;
  k->count = 0;
  for (size_t j = 0; j < work->items; j++) {
    int64_t load = work->load[j * work->agents + i];
    int64_t profit = b->price[j] - work->scale * work->cost[j * work->agents + i];
    if (profit > 0 && load != TX_ASSIGNMENT_APART) {
      double density = load > 0 ? (double)profit / (double)load : (double)INT64_MAX;
      k->item[k->count++] = (tx_knapsack_item){profit, load, density, (uint32_t)j, wanted[j]};
      known += wanted[j] ? profit : 0;
    }
  }
  int64_t value = tx_knapsack_solve(k, work->capacity[i], known);
  memset(wanted, 0, work->items * sizeof *wanted);
  for (size_t x = 0; x < k->count; x++) {
    if (k->item[x].taken) {
      wanted[k->item[x].item] = true;
      b->surplus[k->item[x].item]++;
    }
  }
  return value;
}

static int64_t evaluate(bidding *b) {
  tx_assignment_work *work = b->work;
  int64_t sum = 0;
  for (size_t j = 0; j < work->items; j++) {
    sum += b->price[j];
    b->surplus[j] = -1;
  }
  for (size_t i = 0; i < work->agents; i++) {
    sum -= ask_agent(b, i);
  }
  return sum;
}

static bool step(bidding *b, double length) {
  const tx_assignment_work *work = b->work;
  double norm = 0;
  for (size_t j = 0; j < work->items; j++) {
    b->momentum[j] = 0.6 * b->momentum[j] - (double)b->surplus[j];
    norm += b->momentum[j] * b->momentum[j];
  }
  if (norm <= 0) {
    return false;
  }
  for (size_t j = 0; j < work->items; j++) {
    double to = b->exact[j] + length / norm * b->momentum[j];
    to = to < 0 ? 0 : to > (double)b->top ? (double)b->top : to;
    b->exact[j] = to;
    b->price[j] = (int64_t)(to + 0.5);
  }
  return true;
}

static void restart(bidding *b) {
  memcpy(b->price, b->work->item_price, b->work->items * sizeof *b->price);
  for (size_t j = 0; j < b->work->items; j++) {
    b->exact[j] = (double)b->price[j];
    b->momentum[j] = 0;
  }
}

/* When no item is wanted twice or never, the agents' wishes are the best assignment. */
static void offer_if_whole(bidding *b, uint32_t *agent) {
  tx_assignment_work *work = b->work;
  for (size_t j = 0; j < work->items; j++) {
    if (b->surplus[j] != 0) {
      return;
    }
  }
  for (size_t i = 0; i < work->agents; i++) {
    for (size_t j = 0; j < work->items; j++) {
      agent[j] = b->wanted[i * work->items + j] ? (uint32_t)i : agent[j];
    }
  }
  tx_assignment_offer(work, agent);
}

static void climb(bidding *b, uint64_t units, uint32_t *agent) {
  tx_assignment_work *work = b->work;
  uint64_t end = work->work + units;
  double eagerness = 0.5;
  int stale = 0;
  for (bool first = true; work->work < end && eagerness > 1e-3 && !tx_assignment_done(work); first = false) {
    b->knapsack.work = 0;
    int64_t bound = evaluate(b);
    bool going = tx_assignment_tick(work, (b->knapsack.work + work->items * work->agents * 2) * 5 / 2);
    if (first || bound > work->proof_items) {
      stale = first || (double)(bound - work->proof_items) < (double)work->scale * 0.005 ? stale + 1 : 0;
      work->proof_items = bound;
      memcpy(work->item_price, b->price, work->items * sizeof *b->price);
      tx_assignment_raise(work, bound);
    } else {
      stale++;
    }
    offer_if_whole(b, agent);
    if (stale >= 20) {
      stale = 0;
      eagerness *= 0.7;
      restart(b);
      continue;
    }
    double goal = work->found ? (double)work->best_cost * (double)work->scale : (double)bound * 1.01;
    double least = (double)work->scale * 0.5, most = (double)bound * 0.004 + (double)work->scale * 2;
    double ahead = goal - (double)bound;
    ahead = ahead < most ? ahead : most; /* a poor assignment would make steps too long */
    if (!going || !step(b, eagerness * (ahead > least ? ahead : least))) {
      return;
    }
  }
}

bool tx_assignment_bid(tx_assignment_work *work, uint64_t units) {
  size_t m = work->agents, n = work->items;
  tx_arena *arena = &work->arena;
  bidding b = {.work = work,
               .price = tx_arena_calloc(arena, n, sizeof(int64_t)),
               .exact = tx_arena_calloc(arena, n, sizeof(double)),
               .momentum = tx_arena_calloc(arena, n, sizeof(double)),
               .surplus = tx_arena_calloc(arena, n, sizeof(int32_t)),
               .wanted = tx_arena_calloc(arena, m * n, sizeof(bool))};
  uint32_t *agent = tx_arena_calloc(arena, n, sizeof *agent);
  int64_t *best = tx_arena_calloc(arena, n, sizeof *best);
  if (b.price == NULL || b.exact == NULL || b.momentum == NULL || b.surplus == NULL || b.wanted == NULL ||
      agent == NULL || best == NULL || !tx_knapsack_begin(&b.knapsack, arena, n)) {
    return false;
  }
  for (size_t i = 0; i < m; i++) {
    if (work->capacity[i] > TX_ASSIGNMENT_TABLE) {
      return true; /* the proof could not be checked by a table */
    }
  }
  b.top = (INT64_C(1) << 59) / (int64_t)(n + 1);
  if (work->item_price != NULL) {
    memcpy(b.price, work->item_price, n * sizeof *b.price);
  } else {
    tx_assignment_item_prices(work, b.top, b.price);
    work->item_price = best;
  }
  for (size_t j = 0; j < n; j++) {
    b.exact[j] = (double)b.price[j];
  }
  climb(&b, units, agent);
  return true;
}
