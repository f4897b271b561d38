/* Advice on health: what it is made of, and whether it tells what came. */
#include <math.h>

#include "advice/advise.h"
#include "base/text.h"

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

static void advise_history(const tx_advice *advice) {
  static const char hint[] = "weigh health by judgement, and learn from churn once there is enough of it";
  const triax_policy *policy = advice->policy;
  if (!tx_advice_wanted(advice, "T109") || !advice->outcomes) return;
  uint64_t churned = advice->outcomes->hits, metrics = policy->has_health ? policy->health.model.metric_count : 0;
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

#define OUTCOMES_LEAST 10 /* of each kind: below, an interval says nothing */

static void tell_auc(const tx_advice *advice, const tx_measures *measures) {
  char text[TX_NUMBER_SIZE], low[TX_NUMBER_SIZE], high[TX_NUMBER_SIZE];
  double off = TX_NORMAL_95 * measures->auc_deviation;
  if (measures->auc - off > 0.5) return;
  tx_format_double(round(measures->auc * 100) / 100, text);
  tx_format_double(round((measures->auc - off) * 100) / 100, low);
  tx_format_double(round((measures->auc + off) * 100) / 100, high);
  tx_finding finding = tx_advice_at_path(advice, "T112", "health",
                                         "see what the churned had in common, or learn the weights with triax fit");
  tx_report_add(advice->report, &finding,
                "health does not tell who churned: a churned customer's was below a kept one's with a chance of %s "
                "(95 %% interval %s to %s); 0.5 is a coin",
                text, low, high);
}

/* The lower the health, the surer the churn. */
static void advise_separation(const tx_advice *advice) {
  const triax_plan *plan = advice->plan;
  tx_measures measures;
  if (!tx_advice_wanted(advice, "T112") || !advice->outcomes || !plan->health.model) return;
  double *risk = tx_alloc_array(plan->context, plan->rows, sizeof *risk);
  triax_status status = TRIAX_ENOMEM;
  for (size_t row = 0; risk && row < plan->rows; row++) risk[row] = -plan->health.health[row];
  if (risk) {
    status = tx_measure(plan->context, plan->rows, risk, NULL, advice->outcomes->outcome, advice->outcomes->use,
                        &measures, advice->report->error);
  }
  tx_free_array(plan->context, risk, plan->rows, sizeof *risk);
  if (status != TRIAX_OK) {
    tx_report_no_memory(advice->report);
  } else if (measures.hits >= OUTCOMES_LEAST && measures.rows - measures.hits >= OUTCOMES_LEAST) {
    tell_auc(advice, &measures);
  }
}

void tx_advise_health(const tx_advice *advice) {
  advise_metrics(advice);
  advise_history(advice);
  advise_separation(advice);
}
