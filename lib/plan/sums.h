/* Sums over segments and books: counts, money, health, hours. */
#ifndef TX_PLAN_SUMS_H
#define TX_PLAN_SUMS_H

#include "plan/plan.h"

typedef struct tx_sums {
  triax_context *context;
  size_t count;   /* segments and one more: customers in none */
  size_t *order;  /* per place: the segment's number; parents before their children, as a reader expects */
  size_t *place;  /* per segment: its place; arrays below go by place, the last is for customers in none */
  bool has_money;
  double total_money;
  uint64_t *customers, *owned, *uncovered, *scored;
  double *share, *money, *money_share, *mean_health, *hours;
  double health; /* over all customers */
} tx_sums;

/* Parents count their children's customers too; shares are of all customers and of all money. A sum over nothing is
 * 0, a mean over nothing NaN. Added up in the order of rows, by blocks of so many and then over blocks: the same bits on
 * any number of threads. */
#define TX_SUM_BLOCK ((size_t)1 << 16)
/* Sums by block made while segments are found, if that can be: whatever units are to be told goes to them. Else they are
 * made with the rest, from another look at all rows. */
triax_status tx_row_sums_open(triax_plan *plan, tx_units *units, triax_error *error);
void tx_row_sums_free(triax_plan *plan);
triax_status tx_plan_sums_make(triax_plan *plan, triax_error *error); /* into plan->sums */
void tx_plan_sums_free(triax_plan *plan);

/* Per CSM: money of the book, customers by band (csms × (bands + 1), the last: unknown). Arrays of plan->csms. */
triax_status tx_sums_by_csm(const triax_plan *plan, double **money, double **mean_health, triax_error *error);

#endif
