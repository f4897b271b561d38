/* Forecast: the policy's words over customers and team turned into plain columns for the model; the base first, then
 * every scenario. */
#include <math.h>

#include "base/number.h"
#include "base/text.h"
#include "plan/plan.h"

typedef struct forecast_job {
  triax_plan *plan;
  const tx_policy_forecast *policy;
  const tx_segmentation_model *model;
  tx_plan_forecast *part;
  tx_arena *arena;
  triax_error *error;
  uint32_t *parent;
  tx_forecast_input base;
  tx_headcount_input heads; /* of the base */
  double *fte;              /* per CSM; 0: not here */
} forecast_job;

static double *new_numbers(forecast_job *job, size_t count) {
  double *numbers = tx_arena_alloc(job->arena, (count + 1) * sizeof *numbers);
  for (size_t i = 0; numbers && i < count; i++) numbers[i] = NAN;
  return numbers;
}

static const double *numbers_of(const tx_stage *stage, uint32_t input) {
  if (!stage || input == TX_NO_INPUT || !stage->inputs[input].column) return NULL;
  return stage->inputs[input].column->numbers;
}

/* --- accounts --- */

static bool set_accounts(forecast_job *job) {
  const triax_plan *plan = job->plan;
  const tx_column *money = tx_plan_money(plan);
  const double *arr = money ? money->numbers : new_numbers(job, plan->rows);
  uint32_t *segment = tx_arena_calloc(job->arena, plan->rows + 1, sizeof *segment);
  job->parent = tx_arena_calloc(job->arena, job->model->count + 1, sizeof *job->parent);
  if (!arr || !segment || !job->parent) return false;
  for (size_t row = 0; row < plan->rows; row++) segment[row] = tx_plan_segment(plan, row);
  for (size_t s = 0; s < job->model->count; s++) job->parent[s] = job->model->segments[s].parent;
  job->base = (tx_forecast_input){
      .accounts = plan->rows,
      .segments = job->model->count,
      .years = job->policy->years,
      .segment = segment,
      .parent = job->parent,
      .arr = arr,
      .retention = numbers_of(job->part->stage, job->policy->retention),
      .expansion = numbers_of(job->part->stage, job->policy->expansion),
  };
  return true;
}

/* --- the team --- */

/* Full-time CSMs who are here, as allocation counts them. */
static bool set_fte(forecast_job *job) {
  const triax_plan *plan = job->plan;
  if (!plan->compiled->team) return true;
  uint64_t *here = tx_arena_calloc(job->arena, tx_words(plan->csms) + 1, sizeof *here);
  job->fte = tx_arena_calloc(job->arena, plan->csms + 1, sizeof *job->fte);
  if (!here || !job->fte) return false;
  tx_plan_here(plan, here);
  for (size_t csm = 0; csm < plan->csms; csm++) {
    double fte = plan->allocation.given ? plan->allocation.result->books[csm].fte : 1;
    job->fte[csm] = tx_bit(here, csm) && fte > 0 ? fte : 0;
  }
  return true;
}

/* What one full-time CSM comes to who may serve a segment: Σ value ÷ Σ fte over those here with a role of it; over all
 * who are here, where no role fits. NaN: nobody is here, or nothing is known. */
static double each_of(const forecast_job *job, size_t segment, const double *values) {
  const tx_policy_segment *traits = &job->plan->compiled->policy->segmentation.segments[segment];
  const tx_column *role = tx_plan_team_column(job->plan, "role");
  for (int any = 0; any < 2; any++) {
    double sum = 0, fte = 0;
    for (size_t csm = 0; csm < job->plan->csms; csm++) {
      if (!(job->fte[csm] > 0) || isnan(values[csm])) continue;
      if (!any && !tx_plan_has_role(traits, role, csm)) continue;
      sum += values[csm];
      fte += job->fte[csm];
    }
    if (fte > 0) return sum / fte;
  }
  return NAN;
}

static bool is_owned(const forecast_job *job, size_t segment) {
  const tx_policy_allocation *allocation = &job->plan->compiled->policy->allocation;
  return !allocation->given || !allocation->unowned[segment];
}

/* --- needs of today --- */

static bool set_by_accounts(forecast_job *job) {
  const triax_plan *plan = job->plan;
  const tx_policy_allocation *allocation = &plan->compiled->policy->allocation;
  double *by = new_numbers(job, job->model->count);
  uint64_t *count = tx_arena_calloc(job->arena, job->model->count + 1, sizeof *count);
  job->heads.by_accounts = by;
  if (!by || !count) return false;
  if (!allocation->given || !allocation->accounts_given) return true;
  for (size_t row = 0; row < plan->rows; row++) {
    const uint32_t segment = tx_plan_segment(plan, row);
    if (segment != TX_NO_SEGMENT) count[segment]++;
  }
  for (size_t s = 0; s < job->model->count; s++) {
    if (is_owned(job, s) && allocation->accounts[s] > 0) by[s] = (double)count[s] / allocation->accounts[s];
  }
  return true;
}

/* Hours of a full-time CSM, per CSM: of the period that needs are counted in. */
static double *hours_there(forecast_job *job, const double *hours, double factor) {
  double *there = new_numbers(job, job->plan->csms);
  for (size_t csm = 0; there && csm < job->plan->csms; csm++) there[csm] = hours[csm] * factor;
  return there;
}

/* Needs are those of allocation's cap; without one, the least hours that attention gives. */
static bool set_by_hours(forecast_job *job) {
  const triax_plan *plan = job->plan;
  const triax_policy *policy = plan->compiled->policy;
  const tx_attention_model *attention = &policy->attention.model;
  const double *need = numbers_of(plan->allocation.stage, policy->allocation.hours_need);
  const double *have = numbers_of(plan->allocation.team_stage, policy->allocation.hours_have);
  double *by = new_numbers(job, job->model->count), *sum = tx_arena_calloc(job->arena, job->model->count + 1, sizeof *sum);
  const double *there = NULL;
  job->heads.by_hours = by;
  if (!by || !sum) return false;
  if (need && have) {
    there = hours_there(job, have, 1);
  } else if (plan->attention.given) {
    need = plan->attention.input.low;
    there = hours_there(job, plan->attention.input.hours, attention->weeks * (1 - attention->reserve));
  } else {
    return true;
  }
  if (!there) return false;
  for (size_t row = 0; row < plan->rows; row++) {
    uint32_t segment = tx_plan_segment(plan, row);
    if (segment != TX_NO_SEGMENT && need[row] > 0) sum[segment] += need[row];
  }
  for (size_t s = 0; s < job->model->count; s++) {
    double each = each_of(job, s, there);
    if (is_owned(job, s) && sum[s] > 0 && each > 0) by[s] = sum[s] / each;
  }
  return true;
}

/* --- who is there, and what it costs --- */

/* The share of a CSM that an account takes: of the load, or of the number where nothing has a load. */
static double part_of(const forecast_job *job, size_t row, double load, uint64_t accounts) {
  double each = job->plan->allocation.input.accounts[row];
  if (load > 0) return each > 0 ? 1 / each / load : 0;
  return 1 / (double)accounts;
}

/* A CSM's full-time share, or cost, over the segments of the book. */
static void share_out(const forecast_job *job, const double *values, double *own) {
  const tx_allocation_result *result = job->plan->allocation.result;
  for (size_t s = 0; s < job->model->count; s++) own[s] = 0;
  for (size_t row = 0; row < job->plan->rows; row++) {
    uint32_t csm = result->csm[row], segment = tx_plan_segment(job->plan, row);
    if (csm == TX_ALLOCATION_NONE || segment == TX_NO_SEGMENT) continue;
    own[segment] += values[csm] * part_of(job, row, result->books[csm].load, result->books[csm].accounts);
  }
}

static bool set_there(forecast_job *job) {
  double *there = new_numbers(job, job->model->count);
  job->heads.there = there;
  job->heads.all_there = NAN;
  if (!there) return false;
  if (!job->fte) return true;
  job->heads.all_there = 0;
  for (size_t csm = 0; csm < job->plan->csms; csm++) {
    job->heads.all_there += tx_plan_may_own(job->plan, csm) ? job->fte[csm] : 0;
  }
  if (job->plan->allocation.given) share_out(job, job->fte, there);
  return true;
}

/* Costs per CSM who is here; who has none costs what a full-time CSM does on average. */
static bool team_costs(forecast_job *job, uint32_t input, double **costs) {
  const double *given = numbers_of(job->part->team_stage, input);
  double sum = 0, fte = 0;
  *costs = NULL;
  if (!given) return true;
  *costs = new_numbers(job, job->plan->csms);
  if (!*costs) return false;
  for (size_t csm = 0; csm < job->plan->csms; csm++) {
    if (!(job->fte[csm] > 0) || isnan(given[csm])) continue;
    sum += given[csm];
    fte += job->fte[csm];
  }
  for (size_t csm = 0; csm < job->plan->csms; csm++) {
    bool missing = isnan(given[csm]) && job->fte[csm] > 0;
    if (missing && input == job->policy->cost) job->part->missing_cost++;
    (*costs)[csm] = missing ? (fte > 0 ? sum / fte * job->fte[csm] : NAN) : given[csm];
    if (!(job->fte[csm] > 0)) (*costs)[csm] = 0;
  }
  return true;
}

/* Without a team a plain number can still be a CSM's cost. */
static double plain_cost(const forecast_job *job, uint32_t input) {
  double cost;
  if (job->fte || input == TX_NO_INPUT) return NAN;
  return tx_parse_double(job->policy->inputs.items[input].source, false, &cost) ? cost : NAN;
}

static bool set_costs(forecast_job *job, uint32_t input, tx_headcount_input *heads) {
  double *each = new_numbers(job, job->model->count), *own = new_numbers(job, job->model->count), *costs;
  double *target = new_numbers(job, job->model->count);
  heads->cost_each = each;
  heads->cost = own;
  heads->arr_target = target;
  heads->all_cost = NAN;
  if (!each || !own || !target || !team_costs(job, input, &costs)) return false;
  if (costs) {
    heads->all_cost = 0;
    for (size_t csm = 0; csm < job->plan->csms; csm++) heads->all_cost += costs[csm];
    if (job->plan->allocation.given) share_out(job, costs, own);
  }
  for (size_t s = 0; s < job->model->count; s++) {
    double acv = job->policy->acv_per_csm[s];
    each[s] = costs ? each_of(job, s, costs) : plain_cost(job, input);
    if (is_owned(job, s)) target[s] = acv > 0 ? acv : job->policy->multiple > 0 ? job->policy->multiple * each[s] : NAN;
  }
  return true;
}

/* --- the base and the scenarios --- */

/* What is set holds in some segments, the base in the others. */
static const double *mixed(forecast_job *job, const tx_policy_scenario *scenario, uint32_t input, const double *base,
                           bool *fine) {
  const double *set = numbers_of(job->part->stage, input);
  if (!set || !scenario->in) return set ? set : base;
  double *values = new_numbers(job, job->plan->rows);
  *fine = *fine && values;
  for (size_t row = 0; values && row < job->plan->rows; row++) {
    uint32_t segment = tx_plan_segment(job->plan, row);
    bool in = segment != TX_NO_SEGMENT && scenario->in[segment];
    values[row] = in ? set[row] : base ? base[row] : 0;
  }
  return values;
}

static triax_status run_outlook(forecast_job *job, tx_plan_outlook *outlook) {
  const tx_policy_scenario *scenario = outlook->scenario;
  tx_forecast_input input = job->base;
  tx_headcount_input heads = job->heads;
  bool fine = true;
  if (scenario) {
    input.retention = mixed(job, scenario, scenario->retention, input.retention, &fine);
    input.expansion = mixed(job, scenario, scenario->expansion, input.expansion, &fine);
    input.arr = mixed(job, scenario, scenario->arr, input.arr, &fine);
    input.fee = scenario->fee;
    if (scenario->cost != TX_NO_INPUT) fine = fine && set_costs(job, scenario->cost, &heads);
  }
  outlook->heads = tx_arena_calloc(job->arena, job->model->count + 2, sizeof *outlook->heads);
  if (!fine || !outlook->heads) return tx_no_memory(job->error);
  triax_status status = tx_forecast_run(job->arena, &input, &outlook->result, job->error);
  heads.result = &outlook->result;
  return status == TRIAX_OK ? tx_headcount_run(job->arena, &heads, outlook->heads, job->error) : status;
}

static triax_status open_stages(forecast_job *job, const tx_step *step) {
  triax_plan *plan = job->plan;
  triax_status status = tx_stage_open(plan->compiled, step, TX_OVER_CUSTOMERS, plan->columns, plan->rows, plan->as_of,
                                      plan->has_as_of, &job->part->stage, job->error);
  if (status == TRIAX_OK && plan->compiled->team) {
    status = tx_stage_open(plan->compiled, step, TX_OVER_TEAM, plan->team_columns, plan->csms, plan->as_of,
                           plan->has_as_of, &job->part->team_stage, job->error);
  }
  if (status == TRIAX_OK) status = tx_stage_evaluate(job->part->stage, job->error);
  if (status == TRIAX_OK && job->part->team_stage) status = tx_stage_evaluate(job->part->team_stage, job->error);
  return status;
}

triax_status tx_run_forecast(triax_plan *plan, const tx_step *step, triax_error *error) {
  tx_plan_forecast *part = &plan->forecast;
  forecast_job job = {.plan = plan, .policy = &plan->compiled->policy->forecast,
                      .model = &plan->compiled->policy->segmentation.model, .part = part, .arena = &part->arena,
                      .error = error};
  tx_arena_init(&part->arena, plan->context);
  part->given = true;
  triax_status status = open_stages(&job, step);
  if (status != TRIAX_OK) return status;
  part->outlooks = tx_arena_calloc(&part->arena, job.policy->scenario_count + 1, sizeof *part->outlooks);
  if (!part->outlooks || !set_accounts(&job) || !set_fte(&job) || !set_by_accounts(&job) || !set_by_hours(&job) ||
      !set_there(&job) || !set_costs(&job, job.policy->cost, &job.heads)) {
    return tx_no_memory(error);
  }
  job.heads.segments = job.model->count;
  job.heads.parent = job.parent;
  for (size_t o = 0; status == TRIAX_OK && o <= job.policy->scenario_count; o++) {
    const tx_policy_scenario *scenario = o ? &job.policy->scenarios[o - 1] : NULL;
    part->outlooks[o] = (tx_plan_outlook){.name = scenario ? scenario->name : TX_TEXT("base"), .scenario = scenario};
    part->outlook_count = o + 1;
    status = run_outlook(&job, &part->outlooks[o]);
  }
  return status;
}

void tx_plan_forecast_free(triax_plan *plan) {
  tx_plan_forecast *part = &plan->forecast;
  if (!part->given) return;
  tx_stage_free(part->stage);
  tx_stage_free(part->team_stage);
  tx_arena_free(&part->arena);
}
