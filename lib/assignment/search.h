/* What the searches share: an assignment, each item's pairs worth thinking of, each agent's room and what it is worth.
 *
 * The energy of an assignment is its gap to the bound, written as Σ excess of the pairs used + Σ over agents of price ×
 * room left; only what contributes to it can gain. Load over capacity costs a price of its own. */
#ifndef TX_ASSIGNMENT_SEARCH_H
#define TX_ASSIGNMENT_SEARCH_H

#include "assignment/private.h"

typedef struct tx_search_agent {
  int64_t room;                  /* negative: over */
  int64_t price;                 /* of room left */
  int64_t over;                  /* price of load over capacity, beyond what it saves */
  int64_t full_price, full_over; /* what they are in the end: rooms count for less at first */
} tx_search_agent;

typedef struct tx_search {
  tx_assignment_work *work;
  tx_search_agent *state;
  size_t *option_begin; /* items + 1 */
  tx_assignment_option *option;
  uint32_t *agent;  /* per item */
  uint32_t *chosen; /* per item: index into option */
  uint32_t **member;
  uint32_t *members;
  uint32_t *place; /* per item: its place in its agent's list */
  uint32_t over;   /* agents over capacity */
  int64_t cost;    /* relative */
  int64_t typical; /* a usual excess of an item's next choices */
} tx_search;

static inline int64_t tx_search_worth(const tx_search_agent *s, int64_t room) {
  int64_t under = s->price * room, over = -s->over * room;
  return under > over ? under : over;
}

/* What taking a load on costs an agent; a negative load leaves it. */
static inline int64_t tx_search_change(const tx_search_agent *s, int64_t load) {
  return tx_search_worth(s, s->room - load) - tx_search_worth(s, s->room);
}

/* Begins at `start`, or where that is NULL at the best assignment, or the nearest, with at most `options` of each item's
 * best pairs. Memory is the arena's. False when it is short. */
bool tx_search_begin(tx_search *search, tx_assignment_work *work, tx_arena *arena, const uint32_t *start,
                     size_t options);
/* Gives an item another of its pairs. */
void tx_search_put(tx_search *search, uint32_t item, uint32_t option);
/* Takes the assignment over when it is within capacity and the best so far. */
void tx_search_keep(tx_search *search);

#endif
