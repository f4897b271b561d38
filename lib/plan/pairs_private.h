/* The inside of pair tests: both sides in groups, and which pairs of groups are worth judging. */
#ifndef TX_PLAN_PAIRS_PRIVATE_H
#define TX_PLAN_PAIRS_PRIVATE_H

#include "plan/pairs.h"

/* Fewer pairs of groups than these are judged one and all. */
#define TX_FEW_PAIRS 4096

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

/* The codes of a row's string or strings; *count 0 where it is missing. */
const uint32_t *tx_pairs_codes(const tx_column *column, size_t row, uint32_t *one, size_t *count);
/* From codes of the customers' column to those of the CSMs'; NULL: memory is short. */
uint32_t *tx_pairs_translate(tx_pair_job *job, const tx_dictionary *from, const tx_dictionary *to);
/* The pairs whose strings are equal, and what is in either of two; false: memory is short. */
bool tx_pairs_match(tx_pair_job *job, const tx_column *customer, const tx_column *csm, tx_pair_rows *rows);
bool tx_pairs_unite(tx_pair_job *job, const tx_pair_rows *a, const tx_pair_rows *b, tx_pair_rows *rows);

/* Where customers are few groups but for the CSMs whom they name: the customers' side with stand-ins that name nobody,
 * and the pairs that are named, row by group of customers as they are. *found false: they are not. */
triax_status tx_pairs_share(tx_pair_job *job, tx_pair_side *base, tx_pair_rows *named, bool *found,
                            triax_error *error);

/* The pairs for which the test may hold, where equality of strings tells (`customer.owner == csm.id`, `csm.id in
 * customer.past_owners`, and what is joined to such by && and ||); *found false: any pair may. Besides, customers
 * who lack such a value are listed with CSMs of each kind, so that what cannot be judged is seen. False: memory is
 * short. */
bool tx_pairs_join(tx_pair_job *job, tx_pair_rows *rows, bool *found);

#endif
