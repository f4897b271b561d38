/* Making a plan, or the first part of one. */
#ifndef TX_PLANNING_PLANNING_H
#define TX_PLANNING_PLANNING_H

#include "plan/plan.h"

typedef struct tx_plan_inputs {
  const triax_policy *policy;
  const triax_customers *customers;
  const triax_team *team; /* may be NULL */
  triax_plan_options options;
} tx_plan_inputs;

/* How far to go: names checked; health alone; every step, without tables; everything. */
typedef enum tx_plan_extent { TX_PLAN_COMPILED, TX_PLAN_HEALTH, TX_PLAN_SCORES, TX_PLAN_WHOLE } tx_plan_extent;

triax_status tx_plan_make(triax_context *context, const tx_plan_inputs *inputs, tx_plan_extent extent,
                          tx_report *report, triax_plan **plan);
/* The call's result, of its findings and of a failure that was none (memory, cancellation). */
triax_status tx_plan_finish(tx_report *report, triax_status status);

#endif
