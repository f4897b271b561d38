/* The search for weights and prices, shared by its ways: see prove.c. */
#ifndef TX_PROOF_PRIVATE_H
#define TX_PROOF_PRIVATE_H

#include "proof/prove.h"

/* Weights and prices as numbers with a point, in units of the part that is bound. */
typedef struct tx_place {
  double weight[TX_PARTS];
  double *price; /* csms × dimensions */
} tx_place;

typedef struct tx_share tx_share;

typedef struct tx_prover {
  tx_dual *dual;
  const tx_cost *constant;
  tx_relax *relax; /* NULL: not to be solved again */
  tx_share *share; /* NULL: nobody needs it */
  tx_books_result *result;
  size_t prices;         /* csms × dimensions */
  bool locked[TX_PARTS]; /* nothing comes below what was reached: as heavy as may be */
  tx_place base;         /* weighs the others of the parts before against each other */
  bool weighs;           /* there are some */
  tx_place at, best, from;
  double from_value;
  double *step, *latest;  /* csms × dimensions: slopes */
  double slope[TX_PARTS]; /* at p->at: how the sum grows with the weights */
  double value;           /* at the best place */
  int64_t bound;          /* likewise, in whole numbers */
  int64_t target;         /* what was reached */
  uint64_t end;           /* of the work for this part */
} tx_prover;

static inline bool tx_prover_done(const tx_prover *p) {
  return p->bound >= p->target || p->dual->watch->work >= p->end;
}
/* What was reached in a part, and how large that is, at least 1. */
int64_t tx_prover_reached(const tx_prover *p, int part);
double tx_prover_size(const tx_prover *p, int part);
void tx_prover_copy(const tx_prover *p, tx_place *to, const tx_place *from);
/* The mean of the prices of a dimension that are not 0. */
double tx_prover_mean_price(const tx_prover *p, const double *price, size_t dimension);
/* The sum at p->at; keeps the place where it is the best so far. */
triax_status tx_prover_look(tx_prover *p, double *value);

/* weights.c. Prices of load at p->at's weights: those of the relaxation at its own order of the parts, weighed. */
void tx_prover_weigh(tx_prover *p);
/* The sum at the weights that p->base says, with the prices of load that suit them. */
triax_status tx_prover_look_at_base(tx_prover *p);
/* All weights together, then each for itself. */
triax_status tx_prover_search_weights(tx_prover *p);

/* climb.c: uphill from p->at. */
triax_status tx_prover_climb(tx_prover *p);

/* share.c: from p->at's weights and prices of load, so many rounds, and what the answer's sums say of the rest. */
bool tx_share_init(tx_prover *p);
triax_status tx_share_out(tx_prover *p, int rounds);

#endif
