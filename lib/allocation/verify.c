/* An allocation checked from its input: rules, objective and bound, by code that the solver does not use. */
#include <math.h>

#include "allocation/private.h"
#include "base/error.h"

/* In every part of the objective. */
static bool is_no_better(const tx_books_goal *a, const tx_books_goal *b) {
  return a->value >= b->value && a->over >= b->over && a->points <= b->points && a->imbalance >= b->imbalance;
}

static triax_status judge(tx_allocation_job *job, const tx_allocation_result *result, tx_allocation_verdict *verdict) {
  const tx_allocation_inside *kept = result->inside;
  const tx_books_result *solved = kept->solved;
  tx_books_found found;
  tx_books_goal bound = {0, 0, 0, 0};
  uint32_t *csm = tx_arena_calloc(&job->scratch, job->keep->units + 1, sizeof *csm);
  if (!csm) return tx_no_memory(job->error);
  for (size_t u = 0; u < job->keep->units; u++) csm[u] = result->csm[job->keep->lead[u]];
  triax_status status = tx_books_check(job->context, &job->books, csm, &found, job->error);
  if (status == TRIAX_OK) {
    status = tx_books_certify(job->context, &job->books, solved, &bound, job->error);
  }
  if (status != TRIAX_OK) return status;
  bool together = true;
  for (size_t c = 0; c < result->customers; c++) {
    uint32_t unit = job->keep->unit_of[c];
    together = together && result->csm[c] == (unit == TX_ALLOCATION_NONE ? TX_ALLOCATION_NONE : csm[unit]);
  }
  size_t broken = found.not_eligible + found.not_kept + found.over_hard + found.over_limit;
  verdict->rules_hold = broken == 0 && together;
  verdict->as_stated = tx_books_compare(&found.goal, &solved->goal) == 0;
  verdict->value_off = (double)(found.goal.value - bound.value) / job->value_scale;
  verdict->over_off = (double)(found.goal.over - bound.over) / (double)job->keep->load_unit;
  verdict->points_off = (double)(bound.points - found.goal.points) * ((double)job->points_scale / 1000);
  verdict->imbalance_off = (double)(found.goal.imbalance - bound.imbalance) / job->imbalance_scale;
  verdict->bound_holds = is_no_better(&found.goal, &bound);
  /* Parts of the whole that were searched to the end have bounds that no prices prove. */
  verdict->bound_by_prices = is_no_better(&bound, &solved->bound);
  return TRIAX_OK;
}

triax_status tx_allocation_verify(triax_context *context, const tx_allocation_input *input,
                                  const tx_allocation_result *result, tx_allocation_verdict *verdict,
                                  triax_error *error) {
  tx_allocation_job job = {.context = context, .input = input, .error = error};
  job.result = tx_allocation_new_result(context, input);
  if (!job.result) return tx_no_memory(error);
  job.keep = job.result->inside;
  tx_arena_init(&job.scratch, context);
  triax_status status = tx_allocation_problem(&job);
  if (status == TRIAX_OK) status = judge(&job, result, verdict);
  tx_allocation_job_free(&job);
  tx_allocation_result_free(job.result);
  return status;
}
