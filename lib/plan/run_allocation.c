/* Allocation: the policy's words over customers and team turned into plain columns for the model. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "plan/again.h"
#include "plan/pairs.h"
#include "plan/plan.h"

typedef struct allocation_job {
  triax_plan *plan;
  const tx_policy_allocation *policy;
  const tx_step *step;
  tx_plan_allocation *part;
  tx_allocation_input *input;
  tx_arena *arena;
  triax_error *error;
} allocation_job;

static const tx_input *over_customers(const allocation_job *job, uint32_t input) {
  return input == TX_NO_INPUT ? NULL : &job->part->stage->inputs[input];
}
static const tx_input *over_team(const allocation_job *job, uint32_t input) {
  return input == TX_NO_INPUT ? NULL : &job->part->team_stage->inputs[input];
}
static const double *numbers(const tx_input *input) { return input && input->column ? input->column->numbers : NULL; }

/* --- who is to be owned, and how much each weighs --- */

static bool set_customers(allocation_job *job) {
  const triax_plan *plan = job->plan;
  uint64_t *wanted = tx_arena_calloc(job->arena, tx_words(plan->rows) + 1, sizeof *wanted);
  double *accounts = tx_arena_calloc(job->arena, plan->rows + 1, sizeof *accounts);
  triax_text *keys = tx_arena_calloc(job->arena, plan->rows + 1, sizeof *keys);
  triax_text *csm_keys = tx_arena_calloc(job->arena, plan->csms + 1, sizeof *csm_keys);
  if (!wanted || !accounts || !keys || !csm_keys) return false;
  for (size_t row = 0; row < plan->rows; row++) {
    uint32_t segment = tx_plan_segment(plan, row);
    keys[row] = tx_people_key(&plan->compiled->customers->people, row);
    if (segment == TX_NO_SEGMENT) continue;
    accounts[row] = job->policy->accounts[segment];
    if (!job->policy->unowned[segment]) tx_bit_set(wanted, row);
  }
  const tx_column *names = plan->team_columns[plan->compiled->team->people.key];
  for (size_t csm = 0; csm < plan->csms; csm++) {
    csm_keys[csm] = tx_dictionary_text(names->dictionary, tx_column_code(names, csm));
  }
  job->input->customers = plan->rows;
  job->input->csms = plan->csms;
  job->input->customer_keys = keys;
  job->input->csm_keys = csm_keys;
  job->input->wanted = wanted;
  job->input->accounts = accounts;
  if (plan->segmentation.folded) {
    job->input->family = plan->segmentation.families.member_of;
    job->input->families = plan->segmentation.families.count;
    job->input->size = plan->segmentation.size ? plan->segmentation.size->numbers : NULL;
  }
  return true;
}

/* --- who is here --- */

static bool set_here(allocation_job *job) {
  uint64_t *here = tx_arena_calloc(job->arena, tx_words(job->plan->csms) + 1, sizeof *here);
  if (!here) return false;
  tx_plan_here(job->plan, here);
  job->input->here = here;
  return true;
}

/* --- owners --- */

static const tx_column *named_column(const allocation_job *job, triax_text name) {
  const tx_column *column =
      name.bytes ? tx_table_column(job->plan->compiled->customers->people.table, name) : NULL;
  return column && column->dictionary ? column : NULL;
}

/* Whom of those who are here a column names, per customer: TX_ALLOCATION_NONE for nobody. */
static uint32_t *who_is_named(const allocation_job *job, const tx_column *column) {
  const triax_plan *plan = job->plan;
  size_t size = column->dictionary->size;
  uint32_t *csm_of = tx_arena_calloc(job->arena, size + 1, sizeof *csm_of);
  uint32_t *named = tx_arena_calloc(job->arena, plan->rows + 1, sizeof *named);
  if (!csm_of || !named) return NULL;
  for (uint32_t code = 0; code < size; code++) {
    size_t csm = tx_people_find(&plan->compiled->team->people, tx_dictionary_text(column->dictionary, code));
    csm_of[code] = csm == SIZE_MAX || !tx_bit(job->input->here, csm) ? TX_ALLOCATION_NONE : (uint32_t)csm;
  }
  for (size_t row = 0; row < plan->rows; row++) {
    named[row] = tx_column_has(column, row) ? csm_of[tx_column_code(column, row)] : TX_ALLOCATION_NONE;
  }
  return named;
}

static bool set_owners(allocation_job *job) {
  const tx_column *column = named_column(job, job->policy->owner);
  job->part->orphan = tx_arena_calloc(job->arena, tx_words(job->plan->rows) + 1, sizeof(uint64_t));
  if (!job->part->orphan) return false;
  if (!column) return true;
  uint32_t *owner = who_is_named(job, column);
  if (!owner) return false;
  for (size_t row = 0; row < job->plan->rows; row++) {
    if (!tx_column_has(column, row) || owner[row] != TX_ALLOCATION_NONE) continue;
    tx_bit_set(job->part->orphan, row);
    job->part->orphans++;
  }
  job->input->owner = owner;
  return true;
}

/* --- roles --- */

/* A segment's roles as one text, each behind a byte that no text has; of none, an empty one. NULL when memory is short. */
static triax_text join_roles(const allocation_job *job, const tx_policy_segment *segment) {
  size_t length = 0;
  for (size_t i = 0; i < segment->role_count; i++) length += segment->roles[i].length + 1;
  char *bytes = tx_arena_alloc(job->arena, length + 1);
  triax_text joined = {bytes, length};
  for (size_t i = 0; bytes && i < segment->role_count; i++) {
    *bytes++ = '\0';
    memcpy(bytes, segment->roles[i].bytes, segment->roles[i].length);
    bytes += segment->roles[i].length;
  }
  return joined;
}

/* Numbers the sets of roles in the order of first sight. */
static bool number_roles(allocation_job *job, uint32_t *set_of, uint32_t *sets) {
  const tx_policy_segmentation *segmentation = &job->plan->compiled->policy->segmentation;
  tx_names names;
  bool fine = true;
  tx_names_init(&names, job->plan->context);
  for (size_t s = 0; fine && s < segmentation->model.count; s++) {
    triax_text roles = join_roles(job, &segmentation->segments[s]);
    set_of[s] = *sets;
    fine = roles.bytes && tx_names_add(&names, roles, &set_of[s]);
    if (fine && set_of[s] == *sets) job->part->segment_of_roles[(*sets)++] = (uint32_t)s;
  }
  tx_names_free(&names);
  return fine;
}

static bool set_roles(allocation_job *job) {
  const triax_plan *plan = job->plan;
  const tx_policy_segmentation *segmentation = &plan->compiled->policy->segmentation;
  const tx_column *role = tx_plan_team_column(plan, "role");
  size_t segments = segmentation->model.count, words = tx_words(plan->csms);
  uint32_t *set_of = tx_arena_calloc(job->arena, segments + 1, sizeof *set_of), sets = 0;
  uint32_t *role_set = tx_arena_calloc(job->arena, plan->rows + 1, sizeof *role_set);
  job->part->segment_of_roles = tx_arena_calloc(job->arena, segments + 1, sizeof *job->part->segment_of_roles);
  if (!set_of || !role_set || !job->part->segment_of_roles || !number_roles(job, set_of, &sets)) return false;
  uint64_t *csms = tx_arena_calloc(job->arena, sets * words + 1, sizeof *csms);
  if (!csms) return false;
  for (uint32_t set = 0; set < sets; set++) {
    const tx_policy_segment *segment = &segmentation->segments[job->part->segment_of_roles[set]];
    for (size_t csm = 0; csm < plan->csms; csm++) {
      if (tx_plan_has_role(segment, role, csm)) tx_bit_set(csms + set * words, csm);
    }
  }
  for (size_t row = 0; row < plan->rows; row++) {
    uint32_t segment = tx_plan_segment(plan, row);
    role_set[row] = segment == TX_NO_SEGMENT ? 0 : set_of[segment];
  }
  job->input->role_set = role_set;
  job->input->role_sets = sets;
  job->input->role_csms = csms;
  return true;
}

/* --- pools, caps, balance, preferences --- */

static bool set_pools(allocation_job *job) {
  size_t count = job->policy->pool_count;
  tx_allocation_pool *pools = tx_arena_calloc(job->arena, count + 1, sizeof *pools);
  if (!pools) return false;
  for (size_t p = 0; p < count; p++) {
    const tx_input *customers = over_customers(job, job->policy->pools[p].customers);
    const tx_input *csms = over_team(job, job->policy->pools[p].csms);
    pools[p] = (tx_allocation_pool){job->policy->pools[p].name, customers ? customers->truth : NULL,
                                    csms ? csms->truth : NULL, job->policy->pools[p].at_least};
  }
  job->input->pools = pools;
  job->input->pool_count = count;
  return true;
}

static bool set_caps(allocation_job *job) {
  tx_allocation_cap *caps = tx_arena_calloc(job->arena, 3, sizeof *caps);
  if (!caps) return false;
  const tx_column *money = tx_plan_money(job->plan);
  const double *arr = numbers(over_team(job, job->policy->arr));
  const double *need = numbers(over_customers(job, job->policy->hours_need));
  const double *have = numbers(over_team(job, job->policy->hours_have));
  if (arr && money) caps[job->input->cap_count++] = (tx_allocation_cap){"arr", money->numbers, arr};
  if (need && have) caps[job->input->cap_count++] = (tx_allocation_cap){"hours", need, have};
  job->input->caps = caps;
  return true;
}

static bool set_balance(allocation_job *job) {
  size_t count = job->policy->balance_count;
  tx_allocation_balance *balance = tx_arena_calloc(job->arena, count + 1, sizeof *balance);
  if (!balance) return false;
  for (size_t b = 0; b < count; b++) {
    const tx_policy_balance *from = &job->policy->balance[b];
    balance[b] = (tx_allocation_balance){from->name, from->weight, numbers(over_customers(job, from->amount))};
  }
  job->input->balance = balance;
  job->input->balance_count = count;
  return true;
}

static triax_status set_pairs(allocation_job *job) {
  const tx_policy_allocation *policy = job->policy;
  tx_allocation_prefer *prefer = tx_arena_calloc(job->arena, policy->prefer_count + 2, sizeof *prefer);
  tx_pairs *eligible = tx_arena_calloc(job->arena, 1, sizeof *eligible);
  job->part->pair_tallies = tx_arena_calloc(job->arena, policy->inputs.count + 1, sizeof *job->part->pair_tallies);
  if (!prefer || !eligible || !job->part->pair_tallies) return tx_no_memory(job->error);
  triax_status status = TRIAX_OK;
  if (policy->eligible != TX_NO_INPUT) {
    status = tx_pairs_make(job->plan, job->arena, job->step->roots[policy->eligible], eligible,
                           &job->part->pair_tallies[policy->eligible], job->error);
    job->input->eligible = eligible;
  }
  for (size_t p = 0; status == TRIAX_OK && p < policy->prefer_count; p++) {
    prefer[p].points = policy->prefer[p].points;
    prefer[p].why = policy->prefer[p].why;
    uint32_t when = policy->prefer[p].when;
    status = tx_pairs_make(job->plan, job->arena, job->step->roots[when], &prefer[p].pairs,
                           &job->part->pair_tallies[when], job->error);
  }
  job->input->prefer = prefer;
  job->input->prefer_count = policy->prefer_count;
  const tx_policy_transition *transition = &job->plan->compiled->policy->transition;
  if (status == TRIAX_OK && transition->known.bytes && transition->known_points > 0) {
    status = tx_transition_known(job->plan, job->arena, &prefer[job->input->prefer_count++], job->error);
  }
  return status;
}

/* --- the plan before --- */

/* Rows of the plan before by key, for the solver to start from. */
static bool set_former(allocation_job *job) {
  const triax_plan *plan = job->plan, *previous = plan->previous;
  if (!previous || !previous->allocation.result) return true;
  uint32_t *customers = tx_arena_calloc(job->arena, plan->rows + 1, sizeof *customers);
  uint32_t *csms = tx_arena_calloc(job->arena, plan->csms + 1, sizeof *csms);
  if (!customers || !csms) return false;
  for (size_t row = 0; row < plan->rows; row++) {
    size_t there = tx_people_find(&previous->compiled->customers->people, job->input->customer_keys[row]);
    customers[row] = there < previous->rows ? (uint32_t)there : TX_ALLOCATION_NONE;
  }
  for (size_t csm = 0; csm < plan->csms; csm++) {
    size_t there = tx_people_find(&previous->compiled->team->people, job->input->csm_keys[csm]);
    csms[csm] = there < previous->csms ? (uint32_t)there : TX_ALLOCATION_NONE;
  }
  job->input->former = previous->allocation.result;
  job->input->former_customer = customers;
  job->input->former_csm = csms;
  return true;
}

/* --- overlays --- */

/* Who wants a specialist, who there is, and what those can carry. */
static void open_overlay(const allocation_job *job, const tx_policy_overlay *overlay, tx_overlay_given *given,
                         uint64_t *specialists) {
  const triax_plan *plan = job->plan;
  const tx_input *customers = over_customers(job, overlay->customers), *csms = over_team(job, overlay->csms);
  for (size_t row = 0; row < plan->rows; row++) {
    if (tx_plan_segment(plan, row) == TX_NO_SEGMENT || (customers && !tx_bit(customers->truth, row))) continue;
    tx_bit_set(given->wanted, row);
    given->customers++;
  }
  given->room = overlay->accounts > 0 ? 0 : NAN;
  for (size_t csm = 0; csm < plan->csms; csm++) {
    if (!tx_bit(job->input->here, csm) || (csms && !tx_bit(csms->truth, csm))) continue;
    tx_bit_set(specialists, csm);
    given->specialists++;
    given->room += tx_allocation_overlay_room(job->input->fte, csm, overlay->accounts);
  }
}

static triax_status run_overlay(allocation_job *job, size_t o) {
  triax_plan *plan = job->plan;
  const tx_policy_overlay *overlay = &job->policy->overlays[o];
  tx_overlay_given *given = &job->part->overlays[o];
  const tx_column *column = named_column(job, overlay->owner);
  const uint32_t *present = column ? who_is_named(job, column) : NULL;
  uint64_t *specialists = tx_arena_calloc(job->arena, tx_words(plan->csms) + 1, sizeof *specialists);
  given->wanted = tx_arena_calloc(job->arena, tx_words(plan->rows) + 1, sizeof *given->wanted);
  given->csm = tx_arena_calloc(job->arena, plan->rows + 1, sizeof *given->csm);
  if (!specialists || !given->wanted || !given->csm || (column && !present)) return tx_no_memory(job->error);
  open_overlay(job, overlay, given, specialists);
  triax_status status =
      tx_allocation_overlay(plan->context, plan->rows, plan->csms, given->wanted, specialists, job->input->fte,
                            overlay->accounts, job->input->value, present, given->csm, job->error);
  for (size_t row = 0; status == TRIAX_OK && row < plan->rows; row++) {
    given->covered += given->csm[row] != TX_ALLOCATION_NONE;
  }
  return status;
}

/* --- results as columns --- */

static triax_status derive(allocation_job *job) {
  triax_plan *plan = job->plan;
  const tx_allocation_result *result = job->part->result;
  size_t pools = job->policy->pool_count ? job->policy->pool_count : 1;
  triax_text *names = tx_arena_calloc(job->arena, pools, sizeof *names);
  if (!names) return tx_no_memory(job->error);
  for (size_t p = 0; p < pools; p++) names[p] = job->policy->pool_count ? job->policy->pools[p].name : TX_TEXT("all");
  triax_status status = tx_plan_derive(
      plan, TX_DERIVED_POOL, tx_column_names(plan->context, result->pool, plan->rows, names, pools), job->error);
  if (status != TRIAX_OK) return status;
  return tx_plan_derive(plan, TX_DERIVED_CSM,
                        tx_column_names(plan->context, result->csm, plan->rows, job->input->csm_keys, plan->csms),
                        job->error);
}

static triax_status open_stages(allocation_job *job) {
  triax_plan *plan = job->plan;
  triax_status status = tx_stage_open(plan->compiled, job->step, TX_OVER_CUSTOMERS, plan->columns, plan->rows,
                                      plan->as_of, plan->has_as_of, &job->part->stage, job->error);
  if (status == TRIAX_OK) {
    status = tx_stage_open(plan->compiled, job->step, TX_OVER_TEAM, plan->team_columns, plan->csms, plan->as_of,
                           plan->has_as_of, &job->part->team_stage, job->error);
  }
  if (status == TRIAX_OK) status = tx_stage_evaluate(job->part->stage, job->error);
  if (status == TRIAX_OK) status = tx_stage_evaluate(job->part->team_stage, job->error);
  return status;
}

/* Accounts that were handed over too often stay where they are, as if they were frozen. */
static bool add_stuck(allocation_job *job) {
  size_t words = tx_words(job->plan->rows);
  if (!tx_transition_stuck(job->plan, job->input->owner, job->arena, &job->part->stuck)) return false;
  if (!job->part->stuck) return true;
  uint64_t *frozen = tx_arena_calloc(job->arena, words + 1, sizeof *frozen);
  if (!frozen) return false;
  for (size_t w = 0; w < words; w++) {
    frozen[w] = job->part->stuck[w] | (job->input->frozen ? job->input->frozen[w] : 0);
  }
  job->input->frozen = frozen;
  return true;
}

static triax_status prepare(allocation_job *job) {
  const tx_input *freeze;
  triax_status status = open_stages(job);
  if (status != TRIAX_OK) return status;
  if (!set_customers(job) || !set_here(job) || !set_owners(job) || !set_roles(job) || !set_pools(job) ||
      !set_caps(job) || !set_balance(job) || !set_former(job)) {
    return tx_no_memory(job->error);
  }
  freeze = over_customers(job, job->policy->freeze);
  job->input->frozen = freeze ? freeze->truth : NULL;
  if (!add_stuck(job)) return tx_no_memory(job->error);
  job->input->value = numbers(over_customers(job, job->policy->value));
  job->input->fte = numbers(over_team(job, job->policy->fte));
  job->input->stretch = job->policy->stretch;
  job->input->effort = job->policy->effort;
  return set_pairs(job);
}

triax_status tx_prepare_allocation(triax_plan *plan, tx_plan_allocation *part, triax_error *error) {
  const tx_step *step = tx_compiled_step(plan->compiled, TX_STEP_ALLOCATION, 0);
  allocation_job job = {plan, &plan->compiled->policy->allocation, step, part, &part->input, &part->arena, error};
  return prepare(&job);
}

void tx_plan_part_free(tx_plan_allocation *part) {
  tx_allocation_result_free(part->result);
  tx_stage_free(part->stage);
  tx_stage_free(part->team_stage);
}

static bool tell_books(void *user, double value, double bound) {
  const triax_plan *plan = user;
  triax_books_state state = {sizeof state, value, bound < value ? bound : value};
  return plan->books(plan->books_user, &state) != 0;
}

triax_status tx_run_allocation(triax_plan *plan, const tx_step *step, tx_report *report) {
  tx_plan_allocation *part = &plan->allocation;
  part->given = true;
  tx_arena_init(&part->arena, plan->context);
  allocation_job job = {plan, &plan->compiled->policy->allocation, step, part, &part->input, &part->arena,
                        report->error};
  triax_status status = tx_prepare_allocation(plan, part, report->error);
  part->input.tell = plan->books ? tell_books : NULL;
  part->input.tell_user = plan;
  if (status == TRIAX_OK) status = tx_allocation_run(plan->context, &part->input, &part->result, report->error);
  part->input.former = NULL; /* it may go before this plan does */
  part->input.tell = NULL;   /* what is solved again is not told of */
  if (status == TRIAX_OK) status = derive(&job);
  if (status != TRIAX_OK) return status;
  part->overlays = tx_arena_calloc(&part->arena, job.policy->overlay_count + 1, sizeof *part->overlays);
  if (!part->overlays) return tx_no_memory(report->error);
  for (size_t o = 0; status == TRIAX_OK && o < job.policy->overlay_count; o++) status = run_overlay(&job, o);
  if (status == TRIAX_OK && plan->tradeoff) status = tx_run_tradeoff(plan, report->error);
  if (status == TRIAX_OK && plan->hiring >= 0) status = tx_run_hires(plan, report->error);
  return status;
}

void tx_plan_allocation_free(triax_plan *plan) {
  tx_plan_allocation *part = &plan->allocation;
  if (!part->given) return;
  tx_plan_part_free(part);
  tx_arena_free(&part->arena);
}
