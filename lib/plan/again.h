/* The allocation solved again with something changed: with hires, and with other weights. */
#ifndef TX_PLAN_AGAIN_H
#define TX_PLAN_AGAIN_H

#include "plan/plan.h"

/* Evaluates and gathers what the allocation reads into part->input, with the plan's columns of customers and of the
 * team as they are. The part is empty but for its arena. */
triax_status tx_prepare_allocation(triax_plan *plan, tx_plan_allocation *part, triax_error *error);
/* The stages of a part so prepared, and its result; the arena is the caller's. */
void tx_plan_part_free(tx_plan_allocation *part);

/* Fill part->hires and part->tradeoff. */
triax_status tx_run_hires(triax_plan *plan, triax_error *error);
triax_status tx_run_tradeoff(triax_plan *plan, triax_error *error);

#endif
