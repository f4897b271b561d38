/* The books problem: which CSM carries which customer. Plain arrays in, plain arrays out.
 *
 * Knows nothing of policies, tables or expressions: somebody above turns pools, roles and preferences into classes
 * and offers, and the answer back into reasons.
 *
 * Objective, strictly in this order: value left uncovered is least; load beyond capacity is least; points are
 * greatest; imbalance is least. All numbers are int64 and exact; the same input gives the same bytes everywhere. */
#ifndef TX_BOOKS_BOOKS_H
#define TX_BOOKS_BOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <triax/base.h>

/* No CSM: uncovered, unowned, not fixed. */
#define TX_BOOKS_NONE UINT32_MAX

/* Something customers have an amount of and CSMs carry a sum of: capped, balanced, or both.
 *
 * The balance curve is convex and piecewise linear: it costs nothing up to from[0]; each unit between from[p] and
 * from[p + 1] costs slope[p]. The measure's weight is already in the slopes, and so is the fair share (a slope is a
 * cost per unit: weight × steepness ÷ fair share, rounded by the caller). */
typedef struct tx_books_measure {
  const int64_t *amount; /* per customer, >= 0; NULL: the load (at most one measure may say so) */
  const int64_t *limit;  /* per CSM, hard maximum >= 0 of the sum; NULL: none */
  size_t pieces;         /* of the balance curve; 0: not balanced */
  const int64_t *from;   /* csms × pieces, row by CSM, >= 0, ascending within a row */
  const int64_t *slope;  /* csms × pieces, row by CSM, >= 0, not descending within a row */
} tx_books_measure;

struct tx_books_result;

typedef struct tx_books {
  size_t csms;
  const int64_t *capacity; /* per CSM, load units, >= 0 */
  const int64_t *hard;     /* per CSM, >= capacity; NULL: the capacity. Nothing but a fixed customer ever passes it */

  /* Offers: lists of eligible CSMs with the points each earns, shared by any number of classes. Not stored per class:
   * memory stays linear in the offers however many classes refer to them. */
  size_t offers;
  const size_t *offer_begin;   /* offers + 1, from 0, not descending; row o is [offer_begin[o], offer_begin[o + 1]) */
  const size_t *offer_open;    /* per offer: where in its row the closed part begins; NULL: none has one */
  const uint32_t *offer_csm;   /* ascending within the open part of a row and the closed, no CSM twice */
  const int64_t *offer_points; /* any sign; NULL: 0 */

  /* Classes: customers of equal load and equal offer. */
  size_t classes;
  const int64_t *class_load;   /* >= 0 */
  const uint32_t *class_offer; /* < offers */

  size_t customers;               /* < UINT32_MAX; a family that stays together is one customer */
  const uint32_t *customer_class; /* < classes */
  const int64_t *value;           /* lost when uncovered, >= 0; NULL: 1 */
  const uint32_t *owner;          /* TX_BOOKS_NONE or a CSM; counts only where the offer has it; NULL: none */
  const int64_t *owner_points;    /* earned on top of the offer's when the owner keeps it, any sign; NULL: 0 */

  /* Further exceptions to the offer, customer by customer: points on top at certain CSMs, who need not be on offer
   * (then nothing comes of it). So that what only few pairs earn makes no classes. Nobody twice in a row, nor the
   * owner. NULL: none. */
  const size_t *more_begin;   /* customers + 1, from 0, not descending */
  const uint32_t *more_csm;   /* ascending within a row */
  const int64_t *more_points; /* any sign */

  /* CSMs with whom it is the other way round for the customer: one of its offer's open part is struck off, one of the
   * closed part, whom its class may not have, is let in. So that what only few pairs are denied or granted makes no
   * classes. Who is not on the offer is so all the same. Ascending within a row; who is struck off is neither the owner
   * nor one of the exceptions above. Where an offer has a closed part alone, each of its customers has somebody here.
   * The relaxation takes no notice of those struck off: its bound holds all the same. NULL: none, and no offer has a
   * closed part. */
  const size_t *turned_begin; /* customers + 1, from 0, not descending */
  const uint32_t *turned_csm;

  const uint32_t *fixed;          /* TX_BOOKS_NONE, or the CSM that carries it whatever happens (it may be over its
                                   * maximum or not on offer: it stays, and takes no further customer); NULL: none */

  size_t measures; /* at most TX_BOOKS_MEASURES */
  const tx_books_measure *measure;

  /* Points and imbalance are one part, where the points stand: imbalance less points is least. For trading one against
   * the other: the goal's points are then points less imbalance, and its imbalance is 0. */
  bool together;
  bool unproven; /* nobody looks at bounds: those that would take a proof over all parts are left out. The answer is the same */

  double effort; /* work allowed, 1 is usual; <= 0 or NaN: 1. Decides the answer, as no clock does; more is not worse */
  uint64_t seed; /* of the search's choices */

  /* Told on the caller's thread what value the best assignment so far leaves uncovered, and a bound; parts of the problem
   * that are not answered yet count as uncovered, and for nothing. True: that is good enough, the search ends. NULL: none */
  bool (*tell)(void *user, int64_t value, int64_t bound);
  void *tell_user;

  /* The answer to a problem much like this one, to start from; NULL: none. Parts that are as they were are taken over
   * as they were answered; where a few things have changed, customers stay where they are as far as they can, and only
   * what is near is looked at. Bounds hold as ever. Two arrays say what was what; NULL: the same numbers. */
  const struct tx_books_result *former;
  const uint32_t *former_customer; /* per customer: its number there, or TX_BOOKS_NONE */
  const uint32_t *former_csm;      /* per CSM, likewise */
} tx_books;

#define TX_BOOKS_MEASURES 8

/* Where a customer's exceptions begin and end in lists that may not be there: then it has none. */
static inline size_t tx_books_from(const size_t *begin, size_t customer) { return begin == NULL ? 0 : begin[customer]; }
static inline size_t tx_books_to(const size_t *begin, size_t customer) {
  return begin == NULL ? 0 : begin[customer + 1];
}
/* Where the open part of an offer ends. */
static inline size_t tx_books_open_end(const tx_books *books, size_t offer) {
  return books->offer_open == NULL ? books->offer_begin[offer + 1] : books->offer_open[offer];
}

/* The objective's parts, in their order. */
typedef struct tx_books_goal {
  int64_t value;     /* left uncovered */
  int64_t over;      /* load beyond capacity, summed over CSMs */
  int64_t points;    /* earned; more is better */
  int64_t imbalance; /* over CSMs and measures */
} tx_books_goal;

/* <0 when a is the better, 0 equal, >0. */
int tx_books_compare(const tx_books_goal *a, const tx_books_goal *b);

/* What a unit of a CSM's load is worth in the relaxation, exactly: times scale, points as points lost. */
typedef struct tx_books_price {
  int64_t scale; /* 0: not known */
  int64_t part[4];
} tx_books_price;

/* A part of the problem that shares no CSM with others. No assignment of it is better than the bound in the order of the
 * objective's parts, as far as `proven` of them go: part p + 1 for assignments that equal the bound in the first p. */
typedef struct tx_books_part {
  uint64_t mark[2]; /* of everything in it: equal marks, equal parts */
  int64_t goal[4], bound[4]; /* points as points lost */
  int64_t missed[4]; /* how far it was from its bound when it was last answered from nothing */
  int32_t proven;
  int64_t priced[4]; /* the bound that prices alone prove; a complete search may have found a better one */
  int32_t priced_proven;
  bool taken;           /* it is as it was, and was taken over from the former answer */
  int64_t share[4][2];  /* what it adds to the proof of each part of the objective: whole, and rest / scale */
  int64_t largest[2];   /* what a CSM's load may cost in over and imbalance: the most of any, */
  double summed[2];     /* and of all */
} tx_books_part;

/* Where the relaxation's tree has a class or a CSM: from there the next one starts. */
typedef struct tx_books_link {
  uint32_t to;    /* of a class: its CSM; of a CSM: its class; TX_BOOKS_NONE: the tree's root, or not known */
  uint32_t apart; /* of a CSM: the customer it has in a class's stead, one that stands apart; or TX_BOOKS_NONE */
  bool owned;     /* by the arc of those whom the CSM owns, and not by the offer */
  int64_t load;   /* of a CSM: all of it in the relaxation; of a class: what is left uncovered there */
} tx_books_link;

/* The relaxation leaves the customer uncovered for certain. */
#define TX_BOOKS_LEFT (UINT32_MAX - 1)

/* What proves the bound of one part of the objective, beside the prices of the relaxation; see prove.h. */
typedef struct tx_books_proof {
  int64_t scale;     /* 0: none */
  int64_t weight[4]; /* of the parts before, times scale; its own is the scale */
  int64_t *price;    /* csms × dimensions (the load, then each measure with amounts of its own): of a unit, times scale */
} tx_books_proof;

typedef struct tx_books_result {
  triax_context *context; /* a reference */
  size_t customers, csms, classes, measures;
  uint32_t *csm;      /* per customer: who carries it, or TX_BOOKS_NONE */
  int64_t *load;      /* per CSM */
  int64_t *used;      /* measures × csms, row by measure */
  tx_books_goal goal; /* reached */

  /* Of every part: no assignment that is no worse than this one in each of the parts before is better than the bound.
   * So where the parts before equal their bounds, it holds for all that are as good; and where all four do, no
   * assignment is better. (With `together` the last two may repeat the goal's, and are then not met.) */
  tx_books_goal bound;
  int32_t met;  /* parts, from the first on, that equal their bounds */
  bool optimal; /* all four */

  /* Prices of the relaxation, times price_scale; parts as in the goal, points as points lost. A CSM's: of one unit of
   * its load. A class's: what one more such customer, without value, would cost at best. Rounded; all zero when not
   * known. */
  int64_t price_scale;
  tx_books_goal *csm_price;
  tx_books_goal *class_price;

  /* What proves the bound, and what the next answer may start from. */
  size_t dimensions;
  tx_books_proof proof[4];
  tx_books_price *price; /* per CSM */
  uint32_t *csm_part;    /* per CSM, TX_BOOKS_NONE: in none */
  uint32_t *customer_part; /* per customer, likewise */
  uint32_t *customer_class; /* per customer */
  uint32_t *rest; /* per customer: the CSM that keeps it in the relaxation, TX_BOOKS_LEFT, or TX_BOOKS_NONE: neither */
  uint32_t *apart; /* per customer: the CSM that it has in the tree for itself, TX_BOOKS_LEFT: the root, or
                    * TX_BOOKS_NONE: it is one of its class */
  tx_books_link *class_link, *csm_link;
  size_t parts;
  tx_books_part *part;
  bool reused; /* some of it was taken over from the former answer */
  bool stopped; /* `tell` ended the search: another time, another answer */

  uint64_t work; /* done, in units of effort's own kind; the same on every machine */
} tx_books_result;

/* Solves. TRIAX_EINVAL for arrays outside their contract, TRIAX_ELIMIT where sums would not fit int64, TRIAX_ENOMEM,
 * TRIAX_ECANCELED. The problem is borrowed for the call. Free with tx_books_result_free. */
triax_status tx_books_solve(triax_context *context, const tx_books *books, tx_books_result **result,
                            triax_error *error);
void tx_books_result_free(tx_books_result *result);

/* Whether the problem keeps its contract and its sums fit. Called by the others; costs one pass. */
triax_status tx_books_validate(const tx_books *books, triax_error *error);

/* What the checker found; all counts 0 means that the assignment holds every rule. */
typedef struct tx_books_found {
  tx_books_goal goal;  /* recomputed from the input alone */
  size_t covered;      /* customers */
  size_t not_eligible; /* customers on a CSM that is not on offer, fixed ones aside */
  size_t not_kept;     /* fixed customers that are elsewhere */
  size_t over_hard;    /* CSMs over their hard maximum by customers that are not fixed */
  size_t over_limit;   /* (CSM, measure) pairs over a measure's limit, likewise */
} tx_books_found;

/* The area under a measure's slopes up to `total`, segment by segment: what both checks make anew. */
int64_t tx_books_area(const tx_books_measure *measure, size_t csm, int64_t total);

/* Recomputes loads, feasibility and objective from the input and an assignment, sharing no code with the solver.
 * TRIAX_OK when the check could be made, whatever it found. */
triax_status tx_books_check(triax_context *context, const tx_books *books, const uint32_t *csm,
                                 tx_books_found *found, triax_error *error);

/* Recomputes the bound from the input and the prices alone (any prices prove some bound), sharing no code with the
 * solver. `answer` gives what was reached, the prices, the proofs, and which CSMs are one part: each part rounds its own
 * sum up to whole numbers. */
triax_status tx_books_certify(triax_context *context, const tx_books *books, const tx_books_result *answer,
                                   tx_books_goal *bound, triax_error *error);

#endif
