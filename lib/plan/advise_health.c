/* Advice on health: what it is made of, and whether it tells what came. */
#include "base/text.h"
#include "plan/advise.h"

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

void tx_advise_health(const tx_advice *advice) { advise_metrics(advice); }
