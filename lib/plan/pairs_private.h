/* The inside of pair tests: both sides in groups, and which pairs of groups are worth judging. */
#ifndef TX_PLAN_PAIRS_PRIVATE_H
#define TX_PLAN_PAIRS_PRIVATE_H

#include "plan/pairs.h"

/* One side's columns that the test reads. */
typedef struct tx_pair_side {
  const tx_column **columns;
  uint32_t *variables; /* of the pair module */
  size_t count, rows;
  uint32_t *group;
  size_t groups, *first; /* each group's first row */
} tx_pair_side;

typedef struct tx_pair_job {
  triax_plan *plan;
  tx_arena *arena; /* of what stays */
  tx_arena scratch;
  uint32_t root;
  tx_pair_side customers, csms;
  uint64_t *whole; /* bitmap over groups of CSMs: they lack nothing */
  bool any_whole;
  tx_column **made; /* definitions' columns, to be dropped */
  size_t made_count;
} tx_pair_job;

/* Pairs of groups, row by customer group: CSM groups in ascending order. */
typedef struct tx_pair_rows {
  size_t *begin;  /* customer groups + 1 */
  uint32_t *list;
  /* How they were found: bitmap over groups of customers who lack a value that was compared, and over the CSMs' columns
   * that were. */
  uint64_t *lacking, *compared;
} tx_pair_rows;

/* The pairs for which the test may hold, where equality of strings tells (`customer.owner == csm.id`, `csm.id in
 * customer.past_owners`, and what is joined to such by && and ||); *found false: any pair may. Besides, customers
 * who lack such a value are listed with CSMs of each kind, so that what cannot be judged is seen. False: memory is
 * short. */
bool tx_pairs_join(tx_pair_job *job, tx_pair_rows *rows, bool *found);

#endif
