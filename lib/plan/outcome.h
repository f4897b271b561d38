/* What came of each customer, for advice on health. */
#ifndef TX_PLAN_OUTCOME_H
#define TX_PLAN_OUTCOME_H

#include "plan/plan.h"

#define TX_OUTCOME_UNKNOWN 2

/* Fills outcome (rows of them) from a column of the customers: 1 churned (1, true, yes), 0 kept (0, false, no),
 * TX_OUTCOME_UNKNOWN where it is missing. TRIAX_EINVAL: no such column; TRIAX_EDATA: another value; both told. */
triax_status tx_plan_outcome(const triax_plan *plan, triax_text name, uint8_t *outcome, tx_report *report);

#endif
