/* Advice on health: what it is made of, and whether it tells what came. */
#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "plan/advise.h"
#include "plan/outcome.h"

/* --- T111: a metric is missing for most --- */

static void advise_metrics(const tx_advice *advice) {
  const tx_plan_score *score = &advice->plan->health;
  size_t rows = advice->plan->rows;
  for (size_t m = 0; score->model && m < score->model->metric_count && tx_advice_wanted(advice, "T111"); m++) {
    const tx_health_metric *metric = &score->model->metrics[m];
    uint64_t missing = score->stage->tallies[metric->value].unknown;
    if (rows == 0 || 2 * missing <= rows || metric->applies != TX_NO_INPUT) continue;
    char percent[TX_NUMBER_SIZE];
    tx_finding finding = tx_advice_at_expr("T111", &score->stage->step->exprs->items[metric->value],
                                           "find the data, say where it applies (applies_when), or leave the metric "
                                           "out");
    tx_report_add(advice->report, &finding, "the metric '%.*s' is missing for %s %% of the customers",
                  (int)metric->name.length, metric->name.bytes,
                  tx_advice_percent((double)missing / (double)rows, percent));
  }
}

/* --- T109: too few churned to learn from --- */

/* Ten events for each thing to learn, and never fewer than fifty (P. Peduzzi et al., Journal of Clinical Epidemiology
 * 49, 1996, for the ten). */
#define EVENTS_EACH 10
#define EVENTS_LEAST 50

static uint64_t count_outcomes(const tx_advice *advice, uint8_t wanted) {
  uint64_t count = 0;
  for (size_t row = 0; row < advice->plan->rows; row++) count += advice->outcome[row] == wanted;
  return count;
}

static void advise_history(const tx_advice *advice) {
  static const char hint[] = "weigh health by judgement, and learn from churn once there is enough of it";
  const triax_policy *policy = advice->policy;
  if (!tx_advice_wanted(advice, "T109") || !advice->outcome) return;
  uint64_t churned = count_outcomes(advice, 1), metrics = policy->has_health ? policy->health.model.metric_count : 0;
  uint64_t least = EVENTS_EACH * metrics > EVENTS_LEAST ? EVENTS_EACH * metrics : EVENTS_LEAST;
  tx_finding finding = tx_advice_at("T109", "health", 0, 0, hint);
  if (policy->stage == TX_STAGE_STARTUP || policy->stage == TX_STAGE_GROWTH) {
    tx_report_add(advice->report, &finding, "at stage '%s' there is too little history to learn churn from",
                  policy->stage == TX_STAGE_STARTUP ? "startup" : "growth");
  } else if (churned < least) {
    tx_report_add(advice->report, &finding, "%d churned: to learn from, at least %d are wanted (%d for each metric)",
                  (int)churned, (int)least, EVENTS_EACH);
  }
}

/* --- T112: health does not tell who churned --- */

#define OUTCOMES_LEAST 10       /* of each kind: below, an interval says nothing */
#define Z_95 1.9599639845400543 /* 95 % of a normal distribution lie within */

typedef struct scored {
  double health;
  uint8_t churned;
} scored;

static int by_health(const void *left, const void *right) {
  const double a = ((const scored *)left)->health, b = ((const scored *)right)->health;
  return a < b ? -1 : a > b;
}

/* A mean and the sum of squares about it, one value `weight` times at once. */
typedef struct placements {
  double count, mean, squares;
} placements;

static void add_placement(placements *to, double value, double weight) {
  if (!(weight > 0)) return;
  const double off = value - to->mean;
  to->count += weight;
  to->mean += off * weight / to->count;
  to->squares += weight * off * (value - to->mean);
}

/* The chance that a churned customer's health is below a kept one's, ties counting half, and its standard error by the
 * placements of each among the others (DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988). Sorted by health. */
static double auc_of(const scored *all, size_t count, double churned, double kept, double *error) {
  placements of_churned = {0, 0, 0}, of_kept = {0, 0, 0};
  double churned_below = 0, kept_below = 0;
  for (size_t i = 0, end; i < count; i = end) {
    double churned_here = 0, kept_here = 0;
    for (end = i; end < count && all[end].health <= all[i].health; end++) {
      if (all[end].churned) churned_here++;
      else kept_here++;
    }
    add_placement(&of_churned, (kept - kept_below - kept_here / 2) / kept, churned_here);
    add_placement(&of_kept, (churned_below + churned_here / 2) / churned, kept_here);
    churned_below += churned_here;
    kept_below += kept_here;
  }
  *error = sqrt(of_churned.squares / (churned - 1) / churned + of_kept.squares / (kept - 1) / kept);
  return of_churned.mean;
}

static void tell_auc(const tx_advice *advice, const scored *all, size_t count, uint64_t churned) {
  double error, auc = auc_of(all, count, (double)churned, (double)(count - churned), &error);
  char text[TX_NUMBER_SIZE], low[TX_NUMBER_SIZE], high[TX_NUMBER_SIZE];
  if (auc - Z_95 * error > 0.5) return;
  tx_format_double(round(auc * 100) / 100, text);
  tx_format_double(round((auc - Z_95 * error) * 100) / 100, low);
  tx_format_double(round((auc + Z_95 * error) * 100) / 100, high);
  tx_finding finding = tx_advice_at_path(advice, "T112", "health",
                                         "see what the churned had in common, or learn the weights with triax fit");
  tx_report_add(advice->report, &finding,
                "health does not tell who churned: a churned customer's was below a kept one's with a chance of %s "
                "(95 %% interval %s to %s); 0.5 is a coin",
                text, low, high);
}

static void advise_separation(const tx_advice *advice) {
  const triax_plan *plan = advice->plan;
  if (!tx_advice_wanted(advice, "T112") || !advice->outcome || !plan->health.model) return;
  scored *all = tx_alloc_array(plan->context, plan->rows, sizeof *all);
  size_t count = 0;
  uint64_t churned = 0;
  if (!all) {
    tx_report_no_memory(advice->report);
    return;
  }
  for (size_t row = 0; row < plan->rows; row++) {
    if (advice->outcome[row] == TX_OUTCOME_UNKNOWN || isnan(plan->health.health[row])) continue;
    all[count++] = (scored){plan->health.health[row], advice->outcome[row]};
    churned += advice->outcome[row];
  }
  qsort(all, count, sizeof *all, by_health);
  if (churned >= OUTCOMES_LEAST && count - churned >= OUTCOMES_LEAST) tell_auc(advice, all, count, churned);
  tx_free_array(plan->context, all, plan->rows, sizeof *all);
}

void tx_advise_health(const tx_advice *advice) {
  advise_metrics(advice);
  advise_history(advice);
  advise_separation(advice);
}
