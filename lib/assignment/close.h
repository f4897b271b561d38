/* What closing the gap works on: pairs that can still be used, and what using each costs beyond the bound. */
#ifndef TX_ASSIGNMENT_CLOSE_H
#define TX_ASSIGNMENT_CLOSE_H

#include "assignment/private.h"

typedef struct tx_close_pair {
  uint32_t item, agent;
  uint32_t place; /* in its agent's list */
  uint32_t load;  /* in units of the tables, rounded down */
  double cost;    /* scaled */
  double in, out; /* what its agent loses by having to take it, or to leave it */
  double total;   /* what using it costs beyond the bound */
  bool wanted;    /* by its agent's knapsack */
} tx_close_pair;

/* A row of a table: the best profits of the pairs before this one, for room `low` to `high`. */
typedef struct tx_close_row {
  uint32_t pair;
  size_t low, high;
  double *cell; /* of low */
} tx_close_row;

/* How much of an agent's knapsack is known. */
typedef enum tx_close_known { TX_CLOSE_NOTHING, TX_CLOSE_VALUE, TX_CLOSE_ALL } tx_close_known;

/* All prices, costs and sums are whole numbers over `scale`, held in doubles: exact, and fast to add up. */
typedef struct tx_closing {
  tx_assignment_work *work;
  double scale, top; /* of prices: the latter the highest */
  int64_t unit;      /* of the tables' loads */
  size_t cells;      /* of the forward table */
  size_t pairs;
  tx_close_pair *pair;
  size_t *begin;         /* per item, into pair; items + 1 */
  uint32_t *left;        /* per item: pairs not struck out */
  uint32_t *fixed;       /* per item: the pair it is fixed to, TRIAX_ASSIGNMENT_NONE: open */
  uint32_t **list;       /* per agent: its pairs, first those that are neither struck out nor fixed */
  uint32_t *alive;       /* per agent: how many those are */
  int64_t *room;         /* per agent, after the items fixed, in the problem's unit */
  tx_close_known *known; /* per agent */
  double *value;         /* per agent: of its knapsack */
  double *price;         /* per item */
  int32_t *surplus;      /* per item: agents that want it, less one; 0 for a fixed one */
  double *leaving;       /* per item: what agents lose by having to leave it, together */
  double paid;           /* by the items fixed */
  double bound, limit;   /* of the node; what an assignment may cost at most */
  uint32_t *trail;       /* in order: a pair struck out, or pairs + the item fixed */
  size_t trailed;
  uint32_t *pending; /* items with one pair left, to be fixed */
  size_t pendings;
  tx_close_row *row; /* items + 1 */
  double *forward, *backward;
  uint64_t spent; /* units of work not yet counted */
  bool cut;       /* a table had no space */
} tx_closing;

static inline bool tx_close_alive(const tx_closing *c, size_t p) {
  return c->pair[p].place < c->alive[c->pair[p].agent];
}

/* tables.c: the bound at the present prices; `all`: also what each pair costs beyond it. */
void tx_close_evaluate(tx_closing *closing, bool all);

/* strike.c. Where these say false, nothing within the limit is left. */
bool tx_close_strike(tx_closing *closing, uint32_t pair);
/* Fixes the items that have one pair left. */
bool tx_close_settle(tx_closing *closing);
/* Strikes out all pairs that cost more beyond the bound than the limit spares; any: there were some. */
bool tx_close_strike_out(tx_closing *closing, bool *any);
/* Undoes everything since the trail was so long. */
void tx_close_take_back(tx_closing *closing, size_t mark);

#endif
