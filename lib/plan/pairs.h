/* Tests over pairs of customer and CSM, judged once per pair of groups with equal values. */
#ifndef TX_PLAN_PAIRS_H
#define TX_PLAN_PAIRS_H

#include "plan/plan.h"

/* Numbers rows by their values in all the columns: equal values, equal number (missing equals missing). first receives
 * each group's first row. Arrays live in the arena. */
triax_status tx_group_rows(tx_arena *arena, const tx_column *const *columns, size_t count, size_t rows,
                           uint32_t **group, size_t *groups, size_t **first, triax_error *error);

/* The pairs of one expression of the pair module; arrays live in the arena. tally may be NULL. Unknown for a CSM who
 * lacks what is read counts for nobody, unless all lack it. */
triax_status tx_pairs_make(triax_plan *plan, tx_arena *arena, uint32_t root, tx_pairs *pairs, tx_pair_tally *tally,
                           triax_error *error);

#endif
