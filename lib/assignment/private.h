/* The generalised assignment problem at work: one struct that the stages share.
 *
 * Inside, costs are relative to each item's cheapest agent, tables are row by item, and pairs that do not fit at all
 * are marked. Prices are whole numbers over `scale`, a power of two, so that every bound is exact. */
#ifndef TX_ASSIGNMENT_PRIVATE_H
#define TX_ASSIGNMENT_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <triax/assignment.h>

#include "base/context.h"
#include "base/error.h"
#include "base/memory.h"

/* assignment.c: whether the arrays keep their contract and all sums fit. */
triax_status tx_assignment_validate(const triax_assignment_problem *problem, triax_error *error);

/* The load of an item at an agent that it does not fit. */
#define TX_ASSIGNMENT_APART INT64_MAX
#define TX_ASSIGNMENT_LARGEST (INT64_C(1) << 56)
/* Prices of items are a proof only where capacities are small enough for the checker's table. */
#define TX_ASSIGNMENT_TABLE (INT64_C(1) << 24)
/* Units of work, about a nanosecond each, that an effort of 1 stands for. */
#define TX_ASSIGNMENT_EFFORT 1e9

typedef struct tx_assignment_work {
  triax_context *context;
  tx_arena arena;
  const triax_assignment_problem *problem;
  size_t agents, items;
  uint32_t *original; /* per item: its number in the problem; items that fit nowhere are left out */
  const int64_t *capacity;
  int64_t *cost;     /* items × agents, above the item's cheapest */
  int64_t *load;     /* items × agents, or TX_ASSIGNMENT_APART */
  int64_t base;      /* sum of the cheapest costs */
  int64_t dearest;   /* largest relative cost */
  int64_t heaviest;  /* largest load of a pair that fits */
  int64_t scale;     /* of prices */
  int64_t price_top; /* no price of capacity passes this */

  uint64_t work, next_poll;
  uint64_t stop;          /* of all work */
  uint64_t phase, budget; /* work of the phase in hand, and where it ends: beyond the stop, maybe */
  uint64_t priced;        /* steps of prices so far in one go */
  bool begun;             /* there is a first assignment: what is found after the stop no longer counts */
  bool stopped;
  const struct tx_assignment_work *outer; /* the problem that this is the rest of; NULL: none */
  uint64_t random;

  bool found; /* best holds every item within capacity */
  uint32_t *best;
  int64_t best_cost; /* relative */
  int64_t bound;     /* relative, proven; INT64_MAX: no assignment holds */

  int64_t *price;         /* per agent: the best prices of capacity */
  int64_t proof_capacity; /* relative bound that they give, scaled */
  int64_t *item_price;    /* per item: the best prices of items; NULL: none */
  int64_t proof_items;    /* relative bound that they give, scaled; INT64_MIN: none */

  uint32_t *nearest;      /* all items, over capacity, while nothing was found; kept by the search */
  size_t nearest_without; /* how many of them have no place when it is put right; SIZE_MAX: none yet */
  int64_t nearest_excess; /* load beyond capacities */
  uint32_t *righted;      /* room for putting one right: per item, */
  int64_t *room;          /* and per agent */
} tx_assignment_work;

/* work.c */
bool tx_assignment_begin(tx_assignment_work *work, const triax_assignment_problem *problem);
/* Counts work; false once the host or the whole budget says to stop. */
bool tx_assignment_tick(tx_assignment_work *work, uint64_t units);
/* Whether the stop was passed or the host has stopped it. */
static inline bool tx_assignment_cut(const tx_assignment_work *work) {
  return work->stopped || (work->begun && work->work >= work->stop);
}
/* Takes a full assignment over when it is within capacity and the best so far, or the nearest so far. */
void tx_assignment_offer(tx_assignment_work *work, const uint32_t *agent);
/* A proven bound on scaled relative cost. True when it is better than what was known. */
bool tx_assignment_raise(tx_assignment_work *work, int64_t scaled);
bool tx_assignment_done(const tx_assignment_work *work);
uint64_t tx_assignment_random(tx_assignment_work *work);
int64_t tx_assignment_ceil(int64_t a, int64_t b);

/* stages.c: everything, in order. False when memory is short. */
bool tx_assignment_run(tx_assignment_work *work);

/* start.c: full assignments by regret at given prices, repaired as far as that goes. */
bool tx_assignment_start(tx_assignment_work *work, const int64_t *price);
/* prices.c: prices of capacity by subgradient steps, if the phase allows more than there were. */
bool tx_assignment_price(tx_assignment_work *work);

/* A pair worth thinking of, of one item. Sorted by excess. */
typedef struct tx_assignment_option {
  uint32_t agent;
  int64_t load;
  int64_t excess; /* scaled: cost + price × load above the item's least */
} tx_assignment_option;
/* An item's best pairs of those that fit, at least one, at most `most`, by excess at the best prices of capacity; returns
 * how many. prices.c */
size_t tx_assignment_rank(const tx_assignment_work *work, size_t item, size_t most, tx_assignment_option *row);

/* close.c: targets from the bound upwards, with `units` of work, `each` for any that is not among the last;
 * each that cannot be met raises the bound. */
bool tx_assignment_close(tx_assignment_work *work, uint64_t units, uint64_t each);

/* search.c: annealing over ejection chains, with `units` of work. */
bool tx_assignment_search(tx_assignment_work *work, uint64_t units);
/* exchange.c: exchanges over many agents from the best assignment on, with `units` of work. */
bool tx_assignment_exchange(tx_assignment_work *work, uint64_t units);
/* Puts an assignment that is over capacity right by exchanges, as cheaply as they can, with `units` of work. */
bool tx_assignment_mend(tx_assignment_work *work, const uint32_t *agent, uint64_t units);
/* dive.c: dives by agents as long as `units` of work suffice for another; the best cost that one came to. */
bool tx_assignment_dive(tx_assignment_work *work, uint64_t units, int64_t *best);

/* items.c: prices of items, with `units` of work. */
bool tx_assignment_bid(tx_assignment_work *work, uint64_t units);
/* What each item costs at the prices of capacity, scaled and at most `top`: a start for prices of items. */
void tx_assignment_item_prices(const tx_assignment_work *work, int64_t top, int64_t *price);

#endif
