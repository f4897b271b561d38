/* One agent's knapsack, solved exactly in whole numbers, often: its arrays are kept from call to call. */
#ifndef TX_ASSIGNMENT_KNAPSACK_H
#define TX_ASSIGNMENT_KNAPSACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"

typedef struct tx_knapsack_item {
  int64_t profit; /* > 0 */
  int64_t load;   /* >= 0, at most the room */
  double density;
  uint32_t item; /* the caller's number */
  bool taken;
} tx_knapsack_item;

typedef struct tx_knapsack_state {
  int64_t load, profit;
  uint32_t from;
  bool taken;
} tx_knapsack_state;

typedef struct tx_knapsack {
  tx_knapsack_item *item; /* set by the caller, put in order by the solver, which sets taken */
  tx_knapsack_item *spare;
  uint32_t *core;
  size_t *level; /* of states: where each core item's list begins */
  tx_knapsack_state *state;
  size_t count;
  double density; /* of the first item that does not fit in whole; 0 when all fit */
  double relaxed; /* the relaxation's value, rounded up */
  uint64_t work;
} tx_knapsack;

#define TX_KNAPSACK_STATES ((size_t)1 << 16)

/* Room for `items` items. False when memory is short. */
bool tx_knapsack_begin(tx_knapsack *knapsack, tx_arena *arena, size_t items);
/* The greatest profit within room, or, where that would take too long, something no less. `known`: a profit that is
 * reached by the items now marked as taken, or 0. Afterwards `taken` marks what reaches the result, or comes near. */
int64_t tx_knapsack_solve(tx_knapsack *knapsack, int64_t room, int64_t known);

#endif
