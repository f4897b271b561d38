/* A plan's books checked from its input. */
#include "base/error.h"
#include "plan/plan.h"

triax_status triax_plan_verify(const triax_plan *plan, triax_plan_proof *proof, triax_error *error) {
  if (!plan || !proof || proof->struct_size != sizeof *proof) {
    return tx_fail(error, TRIAX_EINVAL, "a check needs a plan and a proof whose struct_size is set");
  }
  triax_plan_proof found = TRIAX_PLAN_PROOF_INIT;
  const tx_plan_allocation *part = &plan->allocation;
  if (!part->result) {
    found.rules_hold = found.as_stated = found.bound_holds = found.bound_by_prices = 1;
    *proof = found;
    return TRIAX_OK;
  }
  tx_allocation_verdict verdict;
  triax_status status = tx_allocation_verify(plan->context, &part->input, part->result, &verdict, error);
  if (status != TRIAX_OK) return status;
  found.rules_hold = verdict.rules_hold;
  found.as_stated = verdict.as_stated;
  found.bound_holds = verdict.bound_holds;
  found.bound_by_prices = verdict.bound_by_prices;
  found.proven = 4;
  found.uncovered_value_off = verdict.value_off;
  found.over_off = verdict.over_off;
  found.points_off = verdict.points_off;
  found.imbalance_off = verdict.imbalance_off;
  *proof = found;
  return TRIAX_OK;
}
