/* Bounds of the objective's parts, each for the assignments that are no worse than ours in the parts before it.
 *
 * For part k: minimise c_k where c_p <= reached_p for the parts p before. Those are weighed: the sum
 * c_k + Σ weight_p (c_p - reached_p), of which no such assignment has more than its c_k. Load and every further measure
 * have a price at each CSM; then each customer for itself takes the cheapest of its places, each CSM for itself the
 * best of the sums that it can have, and no assignment comes below the total. Weights and prices are multiples of
 * 1 / scale, and all arithmetic is exact: whatever they are, the bound holds. */
#ifndef TX_PROOF_PROVE_H
#define TX_PROOF_PROVE_H

#include "books/split.h"
#include "relaxation/flow.h"

/* A load that free customers can bring a CSM, and what it costs beyond having none. */
typedef struct tx_dual_load {
  int64_t load, over, imbalance;
} tx_dual_load;

/* What every look at a customer needs, side by side. */
typedef struct tx_dual_customer {
  uint32_t customer, owner; /* owner: place within the offer, or TX_BOOKS_NONE */
  int64_t value, owner_points;
} tx_dual_customer;

/* The offer in hand, side by side. */
typedef struct tx_menu {
  size_t begin, width;          /* of the open part */
  int64_t least[TX_DIMENSIONS]; /* room of the CSM with the least */
  int64_t *price;               /* dimensions × width */
  int64_t *points, *cost;       /* per entry: its points cost so much; all, also where the customer is let in */
} tx_menu;

/* The sum to be made as large as may be, as a function of weights and prices. */
typedef struct tx_dual {
  const tx_split *split;
  const tx_books *books;
  tx_books_result *result;
  tx_watch *watch;
  tx_arena arena;
  size_t dimensions;
  const int64_t *amount[TX_DIMENSIONS];         /* [0] is NULL: the load */
  const tx_books_measure *curve[TX_DIMENSIONS]; /* NULL: not balanced */
  int64_t *room;                                /* csms × dimensions: what free customers can bring at most */
  size_t *load_begin;                           /* csms + 1 */
  tx_dual_load *loads;                          /* of these one is always best, whatever the price */
  uint32_t *owner_entry, *more_entry;           /* places within the offer; TX_BOOKS_NONE: not on it */
  uint32_t *let_in;                             /* places of those turned who are let in; NULL: nobody is anywhere */
  tx_cost constant;                             /* what no choice can change */
  int64_t most[TX_PARTS];                       /* the largest single cost of each part */
  double total[TX_PARTS], amounts[TX_DIMENSIONS];
  double heavy[TX_PARTS];
  int64_t *class_cost; /* of the cheapest place of a class, and which; TX_BOOKS_NONE: none */
  uint32_t *class_entry;
  size_t *by_offer_begin; /* offers + 1; only where there are further measures */
  tx_dual_customer *by_offer; /* customers in parts, those of an offer together */
  int64_t *by_offer_amount;   /* likewise × dimensions */
  bool limited;           /* a further measure has limits: then it counts for every part of the objective */
  size_t widest;          /* offer */
  tx_menu menu;
  uint64_t pass, deep_pass; /* work of one evaluation, without and with prices of further measures */

  /* Parts of the problem that are as they were add what they added, where the proof has not changed either: nothing is
   * known of them here. */
  bool asleep; /* there are some */
  int64_t (*share)[2]; /* per part of the problem: what it adds */

  /* Set before an evaluation. */
  int part;
  int64_t scale, weight[TX_PARTS]; /* weight[part] = scale */
  int64_t *price;                  /* csms × dimensions */

  /* Found by it: the sum, and its slope: how far what was chosen passes what there is. */
  int64_t whole, rest; /* rest / scale */
  double *excess;      /* csms × dimensions */
  double cost[TX_PARTS];
} tx_dual;

/* asleep: leave those out that were taken over from the former answer. */
triax_status tx_dual_init(tx_dual *dual, const tx_split *split, tx_books_result *result, const tx_cost *constant,
                          bool asleep, tx_watch *watch);
static inline bool tx_dual_sleeps(const tx_dual *dual, size_t part) {
  return dual->asleep && dual->result->part[part].taken;
}
/* Whether those left out add what they added to the former proof: after tx_dual_set, which takes their prices. */
bool tx_dual_as_former(const tx_dual *dual);
/* Lists loads; finds the room for them. In loads.c. */
bool tx_dual_loads(tx_dual *dual);
void tx_dual_free(tx_dual *dual);
/* Sets whole, rest, excess and cost. */
triax_status tx_dual_evaluate(tx_dual *dual);
static inline double tx_dual_value(const tx_dual *dual) {
  return (double)dual->whole + (double)dual->rest / (double)dual->scale;
}
/* Those turned for the customer who are let in, as far as they go in dual->let_in. */
static inline size_t tx_dual_let_in_to(const tx_dual *dual, size_t customer) {
  return dual->let_in == NULL ? 0 : dual->books->turned_begin[customer + 1];
}
static inline size_t tx_dual_let_in_from(const tx_dual *dual, size_t customer) {
  return dual->let_in == NULL ? 0 : dual->books->turned_begin[customer];
}
/* Points that a customer earns at a place of its offer, its exceptions among them. */
int64_t tx_dual_points(const tx_dual *dual, const tx_dual_customer *one, size_t offer_begin, size_t place);
/* The sum is a bound of whole numbers. */
static inline int64_t tx_dual_bound(const tx_dual *dual) { return dual->whole + (dual->rest > 0); }

/* Chooses the scale for a part, as fine as the numbers allow where those before that are `heavy` are to count for as
 * much as dual->heavy says. False where none will do. */
bool tx_dual_set_part(tx_dual *dual, int part, const bool *heavy);
/* Rounds weights and prices to multiples of the scale, within what can be multiplied exactly. */
void tx_dual_set(tx_dual *dual, const double *weight, const double *price);

/* One part of the problem with its relaxation. */
typedef struct tx_relaxed {
  tx_arena arena;
  tx_part problem;
  tx_core core;
  tx_flow flow;
  tx_basis basis;
  bool *apart;         /* per customer: has a node of its own */
  uint32_t *customers; /* with a load */
  size_t count;
  bool opened, has_core, has_flow;
} tx_relaxed;

typedef struct tx_relax {
  const tx_split *split;
  const tx_books_result *result; /* whose relaxation is taken up where it ended */
  tx_watch *watch;
  tx_relaxed *part;
} tx_relax;

triax_status tx_relax_init(tx_relax *relax, const tx_split *split, const tx_books_result *result, tx_watch *watch);
void tx_relax_free(tx_relax *relax);
/* The prices of load (row by CSM, `wide` apart) at which the relaxation's weighed sum is least, and what each part of
 * the objective comes to there, of customers with a load. */
triax_status tx_relax_solve(tx_relax *relax, const double *weight, size_t wide, double *price, double *cost);

/* Sets the result's bound of every part from `known` on, raises those before where it can, and leaves the proofs. The
 * first `lead` parts equal, to the last unit, what prices alone prove; the first `known` have a bound. */
triax_status tx_prove(const tx_split *split, tx_books_result *result, const tx_cost *constant, int lead, int known,
                      tx_watch *watch);
/* Takes the former answer's proofs over. */
triax_status tx_prove_as_former(const tx_books *books, tx_books_result *result, triax_error *error);

#endif
