/* Score models that work alone: a policy with nothing but health. */
#include <triax/health.h>

#include <string.h>

#include "base/text.h"
#include "planning/planning.h"
#include "results/tables.h"

struct triax_health {
  triax_context *context;
  tx_count count;
  triax_policy *policy;
};

void triax_health_options_init(triax_health_options *options) {
  if (options) *options = (triax_health_options)TRIAX_HEALTH_OPTIONS_INIT;
}

triax_status triax_health_new(triax_context *context, const triax_document *document, triax_health **health,
                              triax_messages *messages, triax_error *error) {
  if (!context || !document || !health) {
    return tx_fail(error, TRIAX_EINVAL, "a score model needs a context, a document and a place to go");
  }
  triax_health *made = tx_calloc(context, 1, sizeof *made);
  if (!made) return tx_no_memory(error);
  triax_status status = tx_policy_make(context, document, TX_POLICY_SCORE, &made->policy, messages, error);
  if (status != TRIAX_OK) {
    tx_free(context, made, sizeof *made);
    return status;
  }
  made->context = triax_context_ref(context);
  tx_count_init(&made->count);
  *health = made;
  return TRIAX_OK;
}

triax_health *triax_health_ref(triax_health *health) {
  if (health) tx_count_ref(&health->count);
  return health;
}

void triax_health_unref(triax_health *health) {
  if (!health || !tx_count_unref(&health->count)) return;
  triax_context *context = health->context;
  triax_policy_unref(health->policy);
  tx_free(context, health, sizeof *health);
  triax_context_unref(context);
}

/* The reasons of the last limit that bit. */
static void add_limits(const triax_plan *plan, tx_tabulate *tabulate) {
  const tx_plan_score *score = &plan->health;
  size_t count = score->model->limit_count;
  tx_column_builder *builder = tx_tabulate_begin(tabulate, TRIAX_TYPE_STRING);
  bool fine = builder != NULL;
  for (size_t row = 0; fine && row < plan->rows; row++) {
    uint32_t limit = tx_plan_limit(score, row);
    fine = limit && limit <= count ? tx_column_builder_text(builder, score->model->limits[limit - 1].why)
                                   : tx_column_builder_missing(builder);
  }
  tx_tabulate_end(tabulate, "limit", builder, fine);
}

static triax_status tabulate_scores(const triax_plan *plan, triax_table **scores, triax_error *error) {
  tx_tabulate tabulate;
  tx_tabulate_open(&tabulate, plan->context, plan->rows);
  tx_tabulate_share(&tabulate, "health", tx_plan_derived(plan, TX_DERIVED_HEALTH));
  tx_tabulate_share(&tabulate, "band", tx_plan_derived(plan, TX_DERIVED_BAND));
  tx_tabulate_share(&tabulate, "coverage", plan->health.coverage_column);
  add_limits(plan, &tabulate);
  if (plan->parts) tx_tabulate_parts(plan, &plan->health, &tabulate);
  return tx_tabulate_close(&tabulate, scores, error);
}

triax_status triax_health_score(const triax_health *health, const triax_customers *customers,
                                const triax_health_options *options, triax_table **scores, triax_messages *messages,
                                triax_error *error) {
  triax_health_options given;
  if (!health || !customers || !scores) {
    return tx_fail(error, TRIAX_EINVAL, "scoring needs a model, customers and a place for the scores");
  }
  triax_status status = tx_options_copy(options, sizeof(triax_health_options), sizeof given, &given,
                                        "triax_health_options", error);
  if (status != TRIAX_OK) return status;
  tx_plan_inputs inputs = {.policy = health->policy, .customers = customers};
  inputs.options.as_of = given.as_of;
  inputs.options.has_as_of = given.has_as_of;
  inputs.options.parts = given.parts;
  inputs.options.without_reasons = 1;
  triax_error own;
  tx_report report;
  memset(&own, 0, sizeof own);
  tx_report_init(&report, health->context, messages, error ? error : &own, &health->policy->source);
  triax_plan *plan = NULL;
  triax_table *made = NULL;
  status = tx_plan_make(health->context, &inputs, TX_PLAN_HEALTH, &report, &plan);
  if (status == TRIAX_OK) status = tabulate_scores(plan, &made, report.error);
  status = tx_plan_finish(&report, status);
  triax_plan_unref(plan);
  if (status == TRIAX_OK) *scores = made;
  else triax_table_unref(made);
  return status;
}
