/* The order of the day: prices, a first assignment, bounds, then search by whichever way suits the problem. */
#include "assignment/private.h"

/* Problems of so few items may be settled for good: bounds and enumeration get a larger part. */
#define SMALL 250
/* Work for each item that a first search of many is given, where a third of all suffices. */
#define WANDER 100000
/* Work of the first round, and how many times as much of each after it. */
#define FIRST 6500000
#define LONGER 10
/* Units of cost between an assignment and the bound that are few. */
#define CLOSE 8
/* And such as are many. */
#define WIDE 32

static uint64_t left_of(const tx_assignment_work *work) {
  return work->budget > work->work ? work->budget - work->work : 0;
}

/* Annealing, then exchanges from the best that it found. */
static bool wander(tx_assignment_work *work, uint64_t units) {
  return tx_assignment_search(work, units / 3) &&
         (tx_assignment_done(work) || tx_assignment_exchange(work, units - units / 3));
}

/* Few items an agent, and much of the gap to the bound is room that stays empty: where search is weak. */
static bool is_tight(const tx_assignment_work *work) {
  double room = 0, gap = (double)work->best_cost * (double)work->scale - (double)work->proof_capacity;
  if (!work->found || work->items > 30 * work->agents) {
    return false;
  }
  for (size_t i = 0; i < work->agents; i++) {
    room += (double)work->price[i] * (double)work->capacity[i];
  }
  for (size_t j = 0; j < work->items; j++) {
    uint32_t i = work->best[j];
    room -= (double)work->price[i] * (double)work->load[j * work->agents + i];
  }
  return room > gap / 4;
}

/* Agents that want to be full to the unit are served by diving, others by wandering: after `part` of work for the
 * latter both have a try, and the better one the rest. */
static bool improve(tx_assignment_work *work, uint64_t part) {
  int64_t dived = INT64_MAX, wandered = work->found ? work->best_cost : INT64_MAX;
  bool is_close = work->found && work->best_cost - work->bound <= CLOSE; /* dives come that close only by chance */
  if (!tx_assignment_dive(work, part * (is_close ? 1 : is_tight(work) ? 7 : 3), &dived)) {
    return false;
  }
  bool dives = dived < wandered;
  if (dives && !tx_assignment_done(work) && !tx_assignment_dive(work, left_of(work) / 4 * 3, &dived)) {
    return false;
  }
  if (tx_assignment_done(work)) {
    return true;
  }
  return dives ? tx_assignment_exchange(work, left_of(work)) : wander(work, left_of(work));
}

/* Whoever has few items is first given to a short search, whose answer strikes out much, then to one that proves. */
static bool run_small(tx_assignment_work *work) {
  uint64_t tenth = work->phase / 10, first = (uint64_t)work->items * 10000;
  if (!wander(work, first < tenth ? first : tenth) ||
      (!tx_assignment_done(work) && !tx_assignment_close(work, tenth * 6, tenth * 6))) {
    return false;
  }
  if (!tx_assignment_done(work) && !tx_assignment_bid(work, tenth)) {
    return false;
  }
  if (tx_assignment_done(work)) {
    return true;
  }
  if (work->outer != NULL) {
    return wander(work, left_of(work));
  }
  uint64_t part = left_of(work) / 8;
  return wander(work, part) && improve(work, part);
}

/* How much that is worth depends on the gap: each further unit takes some times the work of the last. */
static bool close_large(tx_assignment_work *work) {
  int64_t gap = work->best_cost - work->bound;
  uint64_t part = left_of(work) / (gap <= CLOSE ? 2 : gap <= WIDE ? 5 : 12);
  return tx_assignment_close(work, part, part / 4);
}

/* Whoever has many is searched first, with so much work an item as makes cooling worth its while, and may be proven
 * then. */
static bool run_large(tx_assignment_work *work) {
  if (!tx_assignment_search(work, work->phase / 50) ||
      (!tx_assignment_done(work) && !tx_assignment_bid(work, work->phase / 10))) {
    return false;
  }
  if (!tx_assignment_done(work) && is_tight(work) && work->best_cost - work->bound > WIDE) {
    /* What dives do not get is lost there. */
    return improve(work, left_of(work) / 8);
  }
  uint64_t left = left_of(work), wanted = (uint64_t)work->items * WANDER, part = left / 8;
  part = wanted < part ? part : wanted < left / 3 ? wanted : left / 3;
  if ((!tx_assignment_done(work) && !wander(work, part)) ||
      (!tx_assignment_done(work) && work->found && !close_large(work))) {
    return false;
  }
  return tx_assignment_done(work) || improve(work, left_of(work) / 8);
}

/* One round of everything. */
static bool run_phase(tx_assignment_work *work) {
  work->budget = work->work + work->phase;
  if (!tx_assignment_price(work)) {
    return false;
  }
  return tx_assignment_done(work) || (work->items <= SMALL ? run_small(work) : run_large(work));
}

/* Longer and longer rounds, each from the best so far, until all work is done: whatever that is, those before are the
 * same, and so more work is never worse. The rest of a problem has one. */
static bool run_phases(tx_assignment_work *work) {
  bool fine = run_phase(work);
  while (fine && work->outer == NULL && !tx_assignment_done(work)) {
    uint64_t begin = work->work;
    work->phase *= LONGER;
    fine = run_phase(work);
    work->work += work->work == begin ? work->phase : 0; /* there is nothing left to do */
  }
  return fine;
}

bool tx_assignment_run(tx_assignment_work *work) {
  work->phase = work->outer == NULL ? FIRST : work->phase;
  work->budget = work->phase;
  if (work->items == 0) {
    work->found = work->bound != INT64_MAX;
    return true;
  }
  if (!tx_assignment_start(work, work->price) || !tx_assignment_price(work) ||
      !tx_assignment_start(work, work->price)) {
    return false;
  }
  work->begun = true;
  return (tx_assignment_done(work) && work->found) || run_phases(work);
}
