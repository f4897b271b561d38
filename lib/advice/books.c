/* Advice on books and capacities. */
#include <math.h>

#include "advice/advise.h"
#include "base/text.h"

/* --- T103: one CSM's or pool's load is over twice another's --- */

/* A load that is over twice another, is half of a full one at least, and by more than a quarter of one: what is small
 * is uneven by its nature. */
static bool is_over_twice(double heavy, double light) {
  return heavy >= 0.5 && heavy > 2 * light && heavy - light > 0.25;
}

/* Whether a CSM serves a pool, as allocation has it. */
static bool serves(const triax_plan *plan, size_t pool, size_t csm) {
  const tx_allocation_input *input = &plan->allocation.input;
  const tx_allocation_result *result = plan->allocation.result;
  if (!input->pool_count) return true;
  if (input->pools[pool].csms) return tx_bit(input->pools[pool].csms, csm);
  for (size_t p = 0; p < input->pool_count; p++) {
    if (p == pool || result->dissolved[p] != TX_ALLOCATION_NONE) continue;
    if (input->pools[p].csms && tx_bit(input->pools[p].csms, csm)) return false;
  }
  return true;
}

/* How full a CSM is, of the size it has; NaN: takes no part, as who is a specialist alone. */
static double fullness(const triax_plan *plan, size_t csm) {
  const tx_allocation_book *book = &plan->allocation.result->books[csm];
  if (!tx_bit(plan->allocation.input.here, csm) || !(book->fte > 0) || !tx_plan_may_own(plan, csm)) return NAN;
  return book->load / book->fte;
}

static bool same_role(const tx_column *role, size_t a, size_t b) {
  if (!role || role->type != TRIAX_TYPE_STRING) return true;
  bool has = tx_column_has(role, a);
  return has == tx_column_has(role, b) && (!has || tx_column_code(role, a) == tx_column_code(role, b));
}

/* The fullest and the emptiest of those of one pool and one role with each other. */
static void compare_csms(const tx_advice *advice, size_t pool, size_t first) {
  const triax_plan *plan = advice->plan;
  const tx_column *role = tx_plan_team_column(plan, "role");
  size_t heavy = first, light = first;
  for (size_t csm = 0; csm < plan->csms; csm++) {
    if (isnan(fullness(plan, csm)) || !serves(plan, pool, csm) || !same_role(role, first, csm)) continue;
    if (csm < first) return; /* told from there */
    if (fullness(plan, csm) > fullness(plan, heavy)) heavy = csm;
    if (fullness(plan, csm) < fullness(plan, light)) light = csm;
  }
  if (!is_over_twice(fullness(plan, heavy), fullness(plan, light))) return;
  char heavy_text[TX_NUMBER_SIZE], light_text[TX_NUMBER_SIZE];
  triax_text name = plan->allocation.input.pool_count ? plan->allocation.input.pools[pool].name : TX_TEXT("all");
  const triax_text *keys = plan->allocation.input.csm_keys;
  tx_finding finding = tx_advice_at_path(advice, "T103", "allocation",
                                         "see what keeps accounts where they are: eligible, freeze, points, roles");
  tx_report_add(advice->report, &finding,
                "in the pool '%.*s' '%.*s' is at %s %% of a full load and '%.*s' at %s %%", (int)name.length, name.bytes,
                (int)keys[heavy].length, keys[heavy].bytes, tx_advice_percent(fullness(plan, heavy), heavy_text),
                (int)keys[light].length, keys[light].bytes, tx_advice_percent(fullness(plan, light), light_text));
}

/* Load ÷ size of those who serve a pool; NaN for a pool without customers of its own, or CSMs. */
static double pool_fullness(const triax_plan *plan, size_t pool) {
  double load = 0, fte = 0;
  if (plan->allocation.result->dissolved[pool] != TX_ALLOCATION_NONE) return NAN;
  for (size_t csm = 0; csm < plan->csms; csm++) {
    if (isnan(fullness(plan, csm)) || !serves(plan, pool, csm)) continue;
    load += plan->allocation.result->books[csm].load;
    fte += plan->allocation.result->books[csm].fte;
  }
  return fte > 0 ? load / fte : NAN;
}

static void compare_pools(const tx_advice *advice) {
  const triax_plan *plan = advice->plan;
  size_t count = plan->allocation.input.pool_count, heavy = SIZE_MAX, light = SIZE_MAX;
  for (size_t p = 0; p < count; p++) {
    double full = pool_fullness(plan, p);
    if (isnan(full)) continue;
    if (heavy == SIZE_MAX || full > pool_fullness(plan, heavy)) heavy = p;
    if (light == SIZE_MAX || full < pool_fullness(plan, light)) light = p;
  }
  if (heavy == SIZE_MAX || !is_over_twice(pool_fullness(plan, heavy), pool_fullness(plan, light))) return;
  char heavy_text[TX_NUMBER_SIZE], light_text[TX_NUMBER_SIZE];
  triax_text one = plan->allocation.input.pools[heavy].name, other = plan->allocation.input.pools[light].name;
  tx_finding finding = tx_advice_at_path(advice, "T103", "allocation.pools",
                                         "let CSMs of the emptier pool serve both, or hire for the fuller one");
  tx_report_add(advice->report, &finding, "the pool '%.*s' is at %s %% of its capacity and '%.*s' at %s %%",
                (int)one.length, one.bytes, tx_advice_percent(pool_fullness(plan, heavy), heavy_text),
                (int)other.length, other.bytes, tx_advice_percent(pool_fullness(plan, light), light_text));
}

static void advise_loads(const tx_advice *advice) {
  const triax_plan *plan = advice->plan;
  if (!tx_advice_of_size(advice, "T103") || !plan->allocation.given) return;
  size_t pools = plan->allocation.input.pool_count ? plan->allocation.input.pool_count : 1;
  for (size_t p = 0; p < pools; p++) {
    if (plan->allocation.result->dissolved && plan->allocation.input.pool_count &&
        plan->allocation.result->dissolved[p] != TX_ALLOCATION_NONE) continue;
    for (size_t csm = 0; csm < plan->csms; csm++) {
      if (!isnan(fullness(plan, csm)) && serves(plan, p, csm)) compare_csms(advice, p, csm);
    }
  }
  compare_pools(advice);
}

/* --- T108: the rule by ARR and the rule by accounts disagree --- */

/* ARR that a full-time CSM may have under the cap of allocation, among those who may serve a segment; NaN: no cap. */
static double cap_of(const triax_plan *plan, size_t segment) {
  const tx_policy_allocation *policy = &plan->compiled->policy->allocation;
  const tx_column *role = tx_plan_team_column(plan, "role"), *cap;
  double sum = 0, fte = 0;
  if (policy->arr == TX_NO_INPUT || !(cap = plan->allocation.team_stage->inputs[policy->arr].column)) return NAN;
  for (size_t csm = 0; csm < plan->csms; csm++) {
    const tx_policy_segment *traits = &plan->compiled->policy->segmentation.segments[segment];
    if (isnan(fullness(plan, csm)) || isnan(cap->numbers[csm]) || !tx_plan_has_role(traits, role, csm)) continue;
    sum += cap->numbers[csm];
    fte += plan->allocation.result->books[csm].fte;
  }
  return fte > 0 ? sum / fte : NAN;
}

/* Full-time CSMs by the ARR rule: of the forecast, or of allocation's cap. NaN: there is none. A cap is the most of a
 * book, not what it should be: *cap says that taking fewer CSMs than by accounts is no disagreement. */
static double by_arr(const tx_advice *advice, size_t segment, bool *cap) {
  const triax_plan *plan = advice->plan;
  *cap = false;
  if (plan->forecast.given) {
    double need = plan->forecast.outlooks[0].heads[segment].by[TX_RULE_ARR];
    if (!isnan(need)) return need;
  }
  double most = plan->allocation.given ? cap_of(plan, segment) : NAN;
  *cap = true;
  return most > 0 ? advice->sums->money[advice->sums->place[segment]] / most : NAN;
}

static bool disagree(double accounts, double arr, bool cap) {
  return arr > 2 * accounts || (!cap && arr > 0 && accounts > 2 * arr);
}

static void advise_rules_apart(const tx_advice *advice) {
  const tx_policy_allocation *allocation = &advice->policy->allocation;
  const tx_segmentation_model *model = &advice->policy->segmentation.model;
  if (!tx_advice_of_size(advice, "T108") || !allocation->given || !allocation->accounts_given) return;
  for (size_t s = 0; s < model->count; s++) {
    uint64_t customers = advice->sums->customers[advice->sums->place[s]];
    bool leaf = model->segments[s].first == model->segments[s].last, cap;
    if (!leaf || allocation->unowned[s] || customers < 5 || !(allocation->accounts[s] > 0)) continue;
    double accounts = (double)customers / allocation->accounts[s], arr = by_arr(advice, s, &cap);
    if (!disagree(accounts, arr, cap)) continue;
    char accounts_text[TX_NUMBER_SIZE], arr_text[TX_NUMBER_SIZE];
    tx_format_double(round(accounts * 10) / 10, accounts_text);
    tx_format_double(round(arr * 10) / 10, arr_text);
    tx_finding finding = tx_advice_at_segment(advice, "T108", s,
                                              "one of the two does not say what a full book is: bring them in step");
    tx_report_add(advice->report, &finding, "'%.*s' takes %s CSMs by its accounts and %s by its ARR",
                  (int)model->segments[s].path.length, model->segments[s].path.bytes, accounts_text, arr_text);
  }
}

/* --- T114: what coverage costs, once the company is no longer growing into it --- */

#define COST_MOST 0.15

static void advise_cost(const tx_advice *advice) {
  const triax_plan *plan = advice->plan;
  bool late = advice->policy->stage == TX_STAGE_SCALING || advice->policy->stage == TX_STAGE_MATURE;
  if (!late || !tx_advice_wanted(advice, "T114") || !plan->forecast.given) return;
  size_t all = plan->forecast.outlooks[0].result.groups - 1;
  double cost = plan->forecast.outlooks[0].heads[all].cost, arr = advice->sums->total_money;
  if (!(arr > 0) || !(cost > COST_MOST * arr)) return;
  char percent[TX_NUMBER_SIZE];
  tx_finding finding = tx_advice_at_path(advice, "T114", "forecast.cost",
                                         "let fewer accounts have a named owner, or let them pay for it (fee)");
  tx_report_add(advice->report, &finding, "CSMs cost %s %% of the ARR; over 15 %% weighs on what is left",
                tx_advice_percent(cost / arr, percent));
}

void tx_advise_books(const tx_advice *advice) {
  advise_loads(advice);
  advise_rules_apart(advice);
  advise_cost(advice);
}
