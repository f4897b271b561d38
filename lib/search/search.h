/* The search for one part: from nothing or from a former answer, stage by stage. */
#ifndef TX_SEARCH_SEARCH_H
#define TX_SEARCH_SEARCH_H

#include "relaxation/flow.h"
#include "search/shelf.h"

/* --- stages: each leaves an assignment within all limits, never worse than it found --- */

triax_status tx_greedy(tx_core *core);
/* Places customers that are uncovered, in the given order, each where it costs least. */
triax_status tx_greedy_order(tx_core *core, const uint32_t *order, size_t count);
triax_status tx_improve_moves(tx_core *core, uint64_t budget);
/* Shifts and swaps with the whole cost, round by round: for measures beside the load, which no relaxation looks at. */
triax_status tx_improve_swaps(tx_core *core, uint64_t budget);
/* Sets core->proven to 4 and the bound when the search could be completed. */
triax_status tx_exact(tx_core *core, uint64_t budget);
/* Parts of at most so many customers are searched exhaustively, within a budget. */
#define TX_SMALL_PART 24

#define TX_PAIR_LOADS 5 /* distinct loads looked at in one pair */
#define TX_PAIR_WIDE 5  /* customers of one load and direction that may move at once */

/* A customer that may cross, with what it costs on its own. */
typedef struct tx_pair_item {
  uint32_t customer;
  int64_t value, points; /* lost */
  size_t entry;          /* where it goes; SIZE_MAX: uncovered */
} tx_pair_item;

/* Customers of one load: the cheapest each way, and the cheapest way to a net number n of crossings from a to b. */
typedef struct tx_pair_load {
  int64_t load;
  tx_pair_item there[TX_PAIR_WIDE], back[TX_PAIR_WIDE];
  int there_count, back_count;
  int64_t value[2 * TX_PAIR_WIDE + 1], points[2 * TX_PAIR_WIDE + 1]; /* at n + TX_PAIR_WIDE */
  int8_t cross[2 * TX_PAIR_WIDE + 1];                                /* of those, how many there; -1: not to be had */
} tx_pair_load;

typedef struct tx_pairs {
  tx_core *core;
  tx_arena arena;
  size_t *begin;       /* csms + 1, into neighbour */
  uint32_t *neighbour; /* of each CSM, higher ones only; the uncovered (= csms) last */
  uint64_t *changed;   /* per CSM and the uncovered: tick of the last change */
  uint64_t tick, round;
  tx_shelf shelf;
  /* the pair in hand */
  uint32_t a, b;
  tx_pair_load side[TX_PAIR_LOADS];
  int sides;
  int64_t least_value[TX_PAIR_LOADS + 1], least_points[TX_PAIR_LOADS + 1]; /* of the sides from here on */
  int64_t lowest[TX_PAIR_LOADS + 1], highest[TX_PAIR_LOADS + 1]; /* that may cross from here on, within the rooms */
  int net[TX_PAIR_LOADS], best_net[TX_PAIR_LOADS];
  tx_cost best;
  bool over; /* one of the two is beyond its capacity: points may be worth losing */
  const tx_cost *promise; /* per CSM and the uncovered, what there is to gain; NULL: not known */
  tx_cost enough;         /* pairs that promise less than this in every part are passed over */
} tx_pairs;

/* Exchanges between pairs of CSMs that share an offer, or one and the uncovered (numbered csms). */
triax_status tx_pairs_init(tx_pairs *pairs, tx_core *core);
void tx_pairs_free(tx_pairs *pairs);
/* All pairs, again and again until none gains. Pairs of which neither has changed are passed over. */
triax_status tx_pairs_sweep(tx_pairs *pairs, uint64_t budget);
/* One round of that. */
triax_status tx_pairs_round(tx_pairs *pairs, uint64_t end, bool *gained);
/* One pair; true when it gained. */
bool tx_pairs_improve(tx_pairs *pairs, uint32_t a, uint32_t b);
/* The two steps of that for others: who may cross, by load; and the crossing by best_net. */
void tx_pairs_look(tx_pairs *pairs, uint32_t a, uint32_t b);
void tx_pairs_cross(tx_pairs *pairs);
/* Takes all for settled, until told otherwise. */
void tx_pairs_rest(tx_pairs *pairs);
/* Tells that a CSM (or csms: the uncovered) was changed by somebody else. */
void tx_pairs_touch(tx_pairs *pairs, uint32_t csm);

/* Brings scattered room together by exchanges that cost no value, until somebody who waits fits in. near: per
 * CSM, one of two must be; NULL: all are. */
triax_status tx_improve_fill(tx_pairs *pairs, const bool *near, uint64_t budget);

/* An assignment to come back to, while the search goes through worse ones. Memory of the arena. */
typedef struct tx_record {
  uint32_t *at; /* per customer */
  tx_cost cost;
} tx_record;
bool tx_record_init(tx_record *record, const tx_core *core, tx_arena *arena);
void tx_record_take(tx_record *record, const tx_core *core);
void tx_record_restore(const tx_record *record, tx_pairs *pairs);

/* Brings in by chains of equal loads who waits and is worth its place at the relaxation's prices, which have `least`.
 * Where they are more than `most`, *few is false and nothing is done. The pairs are not told who was changed. */
triax_status tx_improve_chains(tx_pairs *pairs, const tx_flow *flow, size_t most, bool *few);

/* Takes a few CSMs' customers off at a time and places them again; keeps what is no worse. */
triax_status tx_improve_regions(tx_core *core, tx_pairs *pairs, int64_t scale, uint64_t budget);

/* Takes all customers of one load off and places them again, the others where they are: for equal loads the flow is
 * whole, and so the best there is. Each load in turn, until none gains, or the assignment is near enough. start: see
 * tx_dive_options. */
triax_status tx_improve_sizes(tx_core *core, int64_t scale, const tx_flow *start, uint64_t budget);

/* Seeded annealing of the balance, for all measures; value, over and points do not get worse. */
triax_status tx_improve_balance(tx_core *core, uint64_t budget);

/* Seeded annealing over value, over and points, for all customers and measures. */
triax_status tx_improve_anneal(tx_core *core, uint64_t budget);

/* --- the whole search --- */

/* Runs the stages. */
triax_status tx_core_solve(tx_core *core);
/* Those that improve an assignment, to the end of what effort allows. */
triax_status tx_core_improve(tx_core *core, int64_t scale);
/* A former assignment and prices. */
typedef struct tx_former {
  const uint32_t *at;          /* per customer; TX_BOOKS_LEFT: is new, or with somebody who is gone */
  tx_basis basis;
  const tx_books_price *price; /* per CSM */
  const bool *touched;         /* per CSM: is not as it was */
  tx_cost missed;              /* how far the former answer was from its bound */
} tx_former;
/* Starts from it; *good false: it is of no use. */
triax_status tx_core_resume(tx_core *core, const tx_former *former, bool *good);

#endif
