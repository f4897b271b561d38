/* Lines for the host's log while a plan is made; nothing without one. See triax_log_fn. */
#ifndef TX_PLANNING_LOG_H
#define TX_PLANNING_LOG_H

#include "plan/plan.h"

void tx_plan_log_opened(const triax_plan *plan);
void tx_plan_log_step(const triax_plan *plan, const tx_step *step);

#endif
