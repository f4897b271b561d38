/* One allocation from the policy's terms to the solver's and back. */
#include <string.h>

#include "allocation/private.h"
#include "base/error.h"

size_t tx_unit_group(const tx_allocation_job *job, size_t unit) {
  size_t lead = job->keep->lead[unit];
  uint32_t pool = job->result->pool[lead];
  return (pool == TX_ALLOCATION_NONE ? job->result->pools : pool) * job->role_sets + tx_role_set(job->input, lead);
}

uint64_t tx_group_word(const tx_allocation_job *job, size_t group, size_t word) {
  const tx_allocation_input *input = job->input;
  size_t pool = group / job->role_sets, role = group % job->role_sets;
  if (pool == job->result->pools) return 0;
  uint64_t bits = job->keep->pool_csms[pool * job->keep->words + word];
  bits &= input->role_set ? input->role_csms[role * job->keep->words + word] : UINT64_MAX;
  return bits & (input->here ? input->here[word] : UINT64_MAX);
}

tx_allocation_result *tx_allocation_new_result(triax_context *context, const tx_allocation_input *input) {
  tx_allocation_result *result = tx_calloc(context, 1, sizeof *result);
  tx_allocation_inside *keep = tx_calloc(context, 1, sizeof *keep);
  if (!result || !keep) {
    tx_free(context, result, sizeof *result);
    tx_free(context, keep, sizeof *keep);
    return NULL;
  }
  tx_arena_init(&keep->arena, context);
  keep->words = tx_words(input->csms);
  result->context = triax_context_ref(context);
  result->inside = keep;
  result->customers = input->customers;
  result->csms = input->csms;
  result->pools = input->pool_count ? input->pool_count : 1;
  result->caps = input->cap_count;
  return result;
}

void tx_allocation_result_free(tx_allocation_result *result) {
  if (!result) return;
  triax_context *context = result->context;
  tx_allocation_inside *keep = result->inside;
  tx_books_result_free(keep->solved);
  tx_arena_free(&keep->arena);
  tx_free(context, keep, sizeof *keep);
  tx_free(context, result, sizeof *result);
  triax_context_unref(context);
}

/* In the policy's unit. */
static bool tell(void *user, int64_t value, int64_t bound) {
  const tx_allocation_job *job = user;
  return job->input->tell(job->input->tell_user, (double)value / job->value_scale, (double)bound / job->value_scale);
}

static triax_status solve(tx_allocation_job *job) {
  tx_books_result **solved = &job->keep->solved;
  if (!tx_allocation_former(job)) return tx_no_memory(job->error);
  job->books.tell = job->input->tell ? tell : NULL;
  job->books.tell_user = job;
  triax_status status = tx_books_solve(job->context, &job->books, solved, job->error);
  if (status == TRIAX_OK && job->points_traded) {
    tx_books_found found;
    status = tx_books_check(job->context, &job->books, (*solved)->csm, &found, job->error);
    if (status == TRIAX_OK) job->traded_goal = found.goal;
  }
  if (status != TRIAX_OK) return status;
  if (!tx_allocation_answer(job, *solved) || !tx_allocation_groups(job)) status = tx_no_memory(job->error);
  return status;
}

triax_status tx_allocation_problem(tx_allocation_job *job) {
  const tx_allocation_input *input = job->input;
  if (input->customers >= TX_ALLOCATION_NONE || input->csms >= TX_ALLOCATION_NONE - 1) {
    return tx_fail(job->error, TRIAX_ELIMIT, "there are more customers or CSMs than 32 bits count");
  }
  job->role_sets = input->role_set && input->role_sets ? input->role_sets : 1;
  job->group_slots = (job->result->pools + 1) * job->role_sets;
  if (!tx_allocation_units(job) || !tx_allocation_pools(job) || !tx_allocation_loads(job)) {
    return tx_no_memory(job->error);
  }
  triax_status status = tx_allocation_classes(job);
  return status == TRIAX_OK ? tx_allocation_measures(job) : status;
}

void tx_allocation_job_free(tx_allocation_job *job) {
  tx_free_array(job->context, job->offer_begin, job->begin_room, sizeof(size_t));
  tx_free_array(job->context, job->offer_open, job->open_room, sizeof(size_t));
  tx_free_array(job->context, job->offer_csm, job->csm_room, sizeof(uint32_t));
  tx_free_array(job->context, job->offer_points, job->points_room, sizeof(int64_t));
  tx_free_array(job->context, job->more_csm, job->more_csm_room, sizeof(uint32_t));
  tx_free_array(job->context, job->more_points, job->more_points_room, sizeof(int64_t));
  tx_free_array(job->context, job->turned_csm, job->turned_room, sizeof(uint32_t));
  tx_arena_free(&job->scratch);
}

triax_status tx_allocation_run(triax_context *context, const tx_allocation_input *input, tx_allocation_result **result,
                               triax_error *error) {
  tx_allocation_job job = {.context = context, .input = input, .error = error};
  job.result = tx_allocation_new_result(context, input);
  if (!job.result) return tx_no_memory(error);
  job.keep = job.result->inside;
  tx_arena_init(&job.scratch, context);
  triax_status status = tx_allocation_problem(&job);
  if (status == TRIAX_OK) status = solve(&job);
  tx_allocation_job_free(&job);
  if (status != TRIAX_OK) {
    tx_allocation_result_free(job.result);
    return status;
  }
  *result = job.result;
  return TRIAX_OK;
}
