/* Advice on what is known to go wrong (policy.md section 11). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "advice/advise.h"
#include "advice/check_form.h"
#include "base/number.h"
#include "base/text.h"
#include "compile/order.h"
#include "plan/sums.h"
#include "planning/planning.h"

bool tx_advice_wanted(const tx_advice *advice, const char *code) {
  for (size_t i = 0; i < advice->policy->allow_count; i++) {
    if (tx_text_equal_c(advice->policy->allow[i], code)) return false;
  }
  return true;
}

bool tx_advice_of_size(const tx_advice *advice, const char *code) {
  return advice->policy->stage != TX_STAGE_STARTUP && tx_advice_wanted(advice, code);
}

tx_finding tx_advice_at(const char *code, const char *path, int32_t line, int32_t column, const char *hint) {
  return (tx_finding){.level = TRIAX_LEVEL_WARNING, .code = code, .path = path, .line = line, .column = column,
                      .width = 1, .hint = hint};
}

tx_finding tx_advice_at_expr(const char *code, const tx_policy_expr *expr, const char *hint) {
  return tx_advice_at(code, expr->path, expr->line, expr->column, hint);
}

tx_finding tx_advice_at_path(const tx_advice *advice, const char *code, const char *path, const char *hint) {
  uint32_t node = tx_order_node(advice->policy->document, path);
  if (node == TX_NO_NODE) return tx_advice_at(code, path, 0, 0, hint);
  const tx_node *where = &advice->policy->document->nodes[node];
  return tx_advice_at(code, path, where->key_line, where->key_column, hint);
}

tx_finding tx_advice_at_segment(const tx_advice *advice, const char *code, size_t segment, const char *hint) {
  const tx_policy_segment *traits = &advice->policy->segmentation.segments[segment];
  return tx_advice_at(code, traits->document_path, traits->line, traits->column, hint);
}

const char *tx_advice_percent(double share, char buffer[TX_NUMBER_SIZE]) {
  tx_format_double(round(share * 1000) / 10, buffer);
  return buffer;
}

static void advise_all(const tx_advice *advice) {
  tx_advise_segments(advice);
  tx_advise_books(advice);
  tx_advise_health(advice);
  tx_advise_rules(advice);
  tx_advise_policy(advice);
}

static triax_status advise(const triax_plan *plan, triax_text outcome, tx_report *report) {
  tx_outcomes outcomes;
  tx_arena arena;
  triax_status status = TRIAX_OK;
  tx_arena_init(&arena, plan->context);
  if (outcome.bytes) status = tx_outcomes_read(&arena, plan->compiled->customers, outcome, &outcomes, report);
  const tx_advice advice = {.policy = plan->compiled->policy, .plan = plan, .sums = plan->sums,
                            .outcomes = outcome.bytes ? &outcomes : NULL, .report = report};
  if (status == TRIAX_OK) advise_all(&advice);
  tx_arena_free(&arena);
  return status;
}

/* --- the check --- */

/* Without customers it is the policy alone that is checked, and what it tells by itself advised. */
triax_status triax_plan_check(triax_context *context, const triax_policy *policy, const triax_customers *customers,
                              const triax_team *team, const triax_plan_options *options, triax_messages *messages,
                              triax_error *error) {
  if (!context || !policy) return tx_fail(error, TRIAX_EINVAL, "a check needs a context and a policy");
  tx_plan_inputs inputs = {.policy = policy, .customers = customers, .team = team};
  triax_status status = tx_options_copy(options, TX_PLAN_OPTIONS_FIRST, sizeof inputs.options, &inputs.options,
                                        "triax_plan_options", error);
  if (status != TRIAX_OK) return status;
  triax_error own;
  tx_report report;
  memset(&own, 0, sizeof own);
  tx_report_init(&report, context, messages, error ? error : &own, &policy->source);
  if (!customers) {
    const tx_advice advice = {.policy = policy, .report = &report};
    status = tx_check_form(context, policy, &report);
    if (status == TRIAX_OK && !report.errors) tx_advise_policy(&advice);
    return tx_plan_finish(&report, status);
  }
  triax_plan *plan = NULL;
  status = tx_plan_make(context, &inputs, TX_PLAN_WHOLE, &report, &plan);
  if (status == TRIAX_OK) status = advise(plan, inputs.options.outcome, &report);
  status = tx_plan_finish(&report, status);
  triax_plan_unref(plan);
  return status;
}
