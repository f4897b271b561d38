/* Attention: books from allocation, hours from the team, weights and limits from the policy. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "plan/plan.h"

static bool gather(triax_plan *plan, const tx_policy_attention *policy, tx_plan_attention *part) {
  size_t rows = plan->rows;
  double *low = tx_arena_calloc(&part->arena, rows + 1, sizeof *low);
  double *high = tx_arena_calloc(&part->arena, rows + 1, sizeof *high);
  double *weight = tx_arena_calloc(&part->arena, rows + 1, sizeof *weight);
  if (!low || !high || !weight) return false;
  const tx_column *by = policy->by == TX_NO_INPUT ? NULL : part->stage->inputs[policy->by].column;
  for (size_t row = 0; row < rows; row++) {
    uint32_t segment = tx_plan_segment(plan, row);
    low[row] = segment == TX_NO_SEGMENT ? 0 : policy->low[segment];
    high[row] = segment == TX_NO_SEGMENT ? INFINITY : policy->high[segment];
    weight[row] = by ? by->numbers[row] : 1;
    if (weight[row] < 0) weight[row] = 0; /* weights are ≥ 0: less than no need is none */
  }
  part->input = (tx_attention_input){
      .accounts = rows,
      .csms = plan->csms,
      .csm = plan->allocation.result->csm,
      .weight = weight,
      .low = low,
      .high = high,
      .keys = plan->allocation.input.customer_keys,
      .hours = part->team_stage->inputs[policy->hours].column->numbers,
      .as_of = plan->as_of,
  };
  return true;
}

static triax_status derive(triax_plan *plan, triax_error *error) {
  double *hours = tx_alloc_array(plan->context, plan->rows, sizeof *hours);
  if (!hours) return tx_no_memory(error);
  for (size_t row = 0; row < plan->rows; row++) {
    bool owned = plan->allocation.result->csm[row] != TX_ALLOCATION_NONE;
    hours[row] = owned ? plan->attention.result.hours[row] : NAN;
  }
  return tx_plan_derive(plan, TX_DERIVED_HOURS,
                        tx_column_take(plan->context, TRIAX_TYPE_NUMBER, plan->rows, hours,
                                       plan->rows * sizeof *hours, NULL),
                        error);
}

triax_status tx_run_attention(triax_plan *plan, const tx_step *step, tx_report *report) {
  tx_plan_attention *part = &plan->attention;
  const tx_policy_attention *policy = &plan->compiled->policy->attention;
  tx_arena_init(&part->arena, plan->context);
  part->given = true;
  triax_status status = tx_stage_open(plan->compiled, step, TX_OVER_CUSTOMERS, plan->columns, plan->rows, plan->as_of,
                                      plan->has_as_of, &part->stage, report->error);
  if (status == TRIAX_OK) {
    status = tx_stage_open(plan->compiled, step, TX_OVER_TEAM, plan->team_columns, plan->csms, plan->as_of,
                           plan->has_as_of, &part->team_stage, report->error);
  }
  if (status == TRIAX_OK) status = tx_stage_evaluate(part->stage, report->error);
  if (status == TRIAX_OK) status = tx_stage_evaluate(part->team_stage, report->error);
  if (status == TRIAX_OK && !gather(plan, policy, part)) status = tx_no_memory(report->error);
  if (status == TRIAX_OK) {
    status = tx_attention_run(plan->context, &policy->model, &part->input, &part->result, report->error);
  }
  return status == TRIAX_OK ? derive(plan, report->error) : status;
}

void tx_plan_attention_free(triax_plan *plan) {
  tx_plan_attention *part = &plan->attention;
  if (!part->given) return;
  tx_attention_result_free(plan->context, &part->input, &part->result);
  tx_stage_free(part->stage);
  tx_stage_free(part->team_stage);
  tx_arena_free(&part->arena);
}
