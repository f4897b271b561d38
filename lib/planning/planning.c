/* The plan: models run in order, each giving columns to the next; immutable once made. */
#include "planning/planning.h"

#include <string.h>

#include "aggregates/aggregates.h"
#include "base/date.h"
#include "base/text.h"
#include "expr/node.h"
#include "plan/sums.h"
#include "planning/log.h"
#include "results/notes.h"
#include "results/summary.h"
#include "results/tables.h"

void triax_plan_options_init(triax_plan_options *options) {
  if (options) *options = (triax_plan_options)TRIAX_PLAN_OPTIONS_INIT;
}

int32_t triax_date_of(triax_text text, int32_t *days) {
  return days && text.bytes && tx_parse_date(text, TX_DATE_ISO, days);
}

/* --- making --- */

static bool bind_columns(triax_plan *plan) {
  const tx_compiled *compiled = plan->compiled;
  size_t count = tx_module_variables(compiled->module);
  plan->columns = tx_calloc(plan->context, count + 1, sizeof *plan->columns);
  if (!plan->columns) return false;
  const triax_table *table = compiled->customers->people.table;
  for (size_t v = 0; v < count; v++) {
    if (compiled->sources[v].derived >= 0) continue;
    plan->columns[v] = tx_column_ref(table->fields[compiled->sources[v].column].column);
  }
  if (!compiled->team) return true;
  const triax_table *team = compiled->team->people.table;
  plan->team_columns = tx_calloc(plan->context, team->columns + 1, sizeof *plan->team_columns);
  if (!plan->team_columns) return false;
  for (size_t c = 0; c < team->columns; c++) plan->team_columns[c] = team->fields[c].column;
  return true;
}

/* Whether anything in the policy counts from the plan's date. */
static bool counts_days(const tx_compiled *compiled, const triax_plan_options *options) {
  const tx_module *modules[] = {compiled->module, compiled->team_module, compiled->pair_module};
  for (size_t m = 0; m < 3; m++) {
    for (size_t n = 0; modules[m] && n < modules[m]->count; n++) {
      uint16_t op = modules[m]->nodes[n].op;
      if (op == TX_OP_AS_OF || op == TX_OP_DAYS_SINCE || op == TX_OP_DAYS_UNTIL) return true;
    }
  }
  const triax_policy *policy = compiled->policy;
  if (policy->segmentation.model.dwell > 0 || (options->sent && policy->plays.given)) return true;
  if (policy->transition.given && !policy->transition.has_start) return true;
  if (options->history && policy->has_health) return true;
  for (size_t p = 0; p < policy->plays.count; p++) {
    if (policy->plays.plays[p].due) return true;
  }
  for (size_t s = 0; s <= policy->score_count; s++) {
    const tx_health_model *model = s ? &policy->scores[s - 1].model : &policy->health.model;
    for (size_t m = 0; m < model->metric_count; m++) {
      if (model->metrics[m].since != TX_NO_INPUT) return true;
    }
  }
  return false;
}

static triax_status open_plan(triax_context *context, const tx_plan_inputs *inputs, tx_report *report,
                              triax_plan **plan) {
  triax_plan *made = tx_calloc(context, 1, sizeof *made);
  if (!made) return tx_no_memory(report->error);
  made->context = triax_context_ref(context);
  tx_count_init(&made->count);
  made->as_of = inputs->options.as_of;
  made->has_as_of = inputs->options.has_as_of != 0;
  made->previous = inputs->options.previous;
  made->books = inputs->options.books;
  made->books_user = inputs->options.books_user;
  made->parts = inputs->options.parts != 0;
  made->reasons = !inputs->options.without_reasons;
  made->tradeoff = inputs->options.tradeoff != 0;
  made->hiring = inputs->options.hires;
  made->rows = inputs->customers->people.table->rows;
  made->csms = inputs->team ? inputs->team->people.table->rows : 0;
  triax_status status = tx_compile(context, inputs->policy, inputs->customers, inputs->team, report, &made->compiled);
  if (status == TRIAX_OK && inputs->options.aggregates) {
    status = tx_plan_given_new(context, inputs->options.aggregates, made->compiled, made->as_of, made->has_as_of,
                               &made->given, report->error);
  }
  if (status == TRIAX_OK && !bind_columns(made)) status = tx_no_memory(report->error);
  if (status == TRIAX_OK && !made->has_as_of && counts_days(made->compiled, &inputs->options)) {
    tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .status = TRIAX_EINVAL, .width = 1};
    tx_report_add(report, &finding, "the policy counts days: give the plan's date (as_of)");
    status = TRIAX_EINVAL;
  }
  if (status == TRIAX_OK && made->compiled->policy->score_count) {
    made->scores = tx_calloc(context, made->compiled->policy->score_count, sizeof *made->scores);
    if (!made->scores) status = tx_no_memory(report->error);
  }
  if (status == TRIAX_OK && inputs->options.sent && made->compiled->policy->plays.given) {
    status = tx_plan_read_sent(made, inputs->options.sent, inputs->options.load, report);
  }
  if (status == TRIAX_OK && inputs->options.history && made->compiled->policy->has_health) {
    status = tx_plan_read_history(made, inputs->options.history, inputs->options.load, report);
  }
  if (status == TRIAX_OK) *plan = made;
  else triax_plan_unref(made);
  return status;
}

static triax_status run_health(triax_plan *plan, const tx_step *step, triax_error *error) {
  triax_status status = tx_run_score(plan, step, &plan->health, &plan->compiled->policy->health.model, error);
  return status == TRIAX_OK ? tx_run_trend(plan, error) : status;
}

static triax_status run_step(triax_plan *plan, const tx_step *step, tx_report *report) {
  const triax_policy *policy = plan->compiled->policy;
  triax_error *error = report->error;
  switch (step->kind) {
    case TX_STEP_HEALTH: return run_health(plan, step, error);
    case TX_STEP_SCORE:
      return tx_run_score(plan, step, &plan->scores[step->score], &policy->scores[step->score].model, error);
    case TX_STEP_SEGMENTATION: return tx_run_segmentation(plan, step, error);
    case TX_STEP_ALLOCATION: return tx_run_allocation(plan, step, report);
    case TX_STEP_ATTENTION: return tx_run_attention(plan, step, report);
    case TX_STEP_TRANSITION: return tx_run_transition(plan, step, error);
    case TX_STEP_PLAYS: return tx_run_plays(plan, step, report);
    case TX_STEP_FORECAST: return tx_run_forecast(plan, step, error);
    default: break;
  }
  triax_status status = tx_stage_open(plan->compiled, step, TX_OVER_CUSTOMERS, plan->columns, plan->rows, plan->as_of,
                                      plan->has_as_of, &plan->success, error);
  return status == TRIAX_OK ? tx_stage_evaluate(plan->success, error) : status;
}

triax_status tx_plan_make(triax_context *context, const tx_plan_inputs *inputs, tx_plan_extent extent,
                          tx_report *report, triax_plan **plan) {
  triax_plan *made = NULL;
  triax_status status = open_plan(context, inputs, report, &made);
  if (status != TRIAX_OK) return status;
  if (extent == TX_PLAN_WHOLE) tx_plan_log_opened(made);
  for (size_t s = 0; status == TRIAX_OK && extent != TX_PLAN_COMPILED && s < made->compiled->step_count; s++) {
    const tx_step *step = &made->compiled->steps[s];
    if (extent == TX_PLAN_HEALTH && step->kind != TX_STEP_HEALTH) continue;
    status = tx_progress(context, step->name, 0, report->error);
    if (status == TRIAX_OK) status = run_step(made, step, report);
    if (status == TRIAX_OK && extent == TX_PLAN_WHOLE) tx_plan_log_step(made, step);
  }
  if (status == TRIAX_OK && extent == TX_PLAN_WHOLE) {
    status = tx_plan_sums_make(made, report->error);
    if (status == TRIAX_OK) status = tx_plan_tabulate(made, report->error);
    if (status == TRIAX_OK) status = tx_plan_summarise(made, report->error);
    if (status == TRIAX_OK) tx_plan_notes(made, report);
  }
  made->previous = NULL;
  made->books = NULL;
  if (status == TRIAX_OK) *plan = made;
  else triax_plan_unref(made);
  return status;
}

/* --- the public face --- */

triax_status tx_plan_finish(tx_report *report, triax_status status) {
  if (status != TRIAX_OK && report->errors == 0 && status != TRIAX_ENOMEM) { /* a failure that was not a finding */
    tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .status = status, .width = 1};
    if (report->messages && report->error) tx_messages_add(report->messages, NULL, &finding, report->error->message);
    return status;
  }
  triax_status found = tx_report_finish(report);
  if (status == TRIAX_ENOMEM) return tx_no_memory(report->error);
  return found != TRIAX_OK ? found : status;
}

static triax_status check_arguments(triax_context *context, const tx_plan_inputs *inputs, triax_error *error) {
  if (!context || !inputs->policy || !inputs->customers) {
    return tx_fail(error, TRIAX_EINVAL, "a plan needs a context, a policy and customers");
  }
  return TRIAX_OK;
}

triax_status triax_plan_new(triax_context *context, const triax_policy *policy, const triax_customers *customers,
                            const triax_team *team, const triax_plan_options *options, triax_plan **plan,
                            triax_messages *messages, triax_error *error) {
  tx_plan_inputs inputs = {.policy = policy, .customers = customers, .team = team};
  triax_error own;
  tx_report report;
  memset(&own, 0, sizeof own);
  triax_status status = check_arguments(context, &inputs, error);
  if (status == TRIAX_OK && !plan) status = tx_fail(error, TRIAX_EINVAL, "a plan needs a place to go");
  if (status == TRIAX_OK) {
    status = tx_options_copy(options, TX_PLAN_OPTIONS_FIRST, sizeof inputs.options, &inputs.options,
                             "triax_plan_options", error);
  }
  if (status != TRIAX_OK) return status;
  tx_report_init(&report, context, messages, error ? error : &own, &policy->source);
  triax_plan *made = NULL;
  status = tx_plan_make(context, &inputs, TX_PLAN_WHOLE, &report, &made);
  status = tx_plan_finish(&report, status);
  if (status == TRIAX_OK) {
    tx_log(context, TRIAX_LEVEL_NOTE, "plan: made, customers %zu, CSMs %zu", made->rows, made->csms);
    *plan = made;
  } else {
    triax_plan_unref(made);
  }
  return status;
}

triax_plan *triax_plan_ref(triax_plan *plan) {
  if (plan) tx_count_ref(&plan->count);
  return plan;
}

static void free_columns(triax_plan *plan) {
  if (plan->columns) {
    size_t count = tx_module_variables(plan->compiled->module);
    for (size_t v = 0; v < count; v++) tx_column_unref((tx_column *)plan->columns[v]);
    tx_free_array(plan->context, plan->columns, count + 1, sizeof *plan->columns);
  }
  if (plan->team_columns) {
    tx_free_array(plan->context, plan->team_columns, plan->compiled->team->people.table->columns + 1,
                  sizeof *plan->team_columns);
  }
}

void triax_plan_unref(triax_plan *plan) {
  if (!plan || !tx_count_unref(&plan->count)) return;
  triax_context *context = plan->context;
  for (size_t t = 0; t < TX_PLAN_TABLES; t++) triax_table_unref(plan->tables[t]);
  triax_document_free(plan->summary);
  tx_plan_sums_free(plan);
  tx_row_sums_free(plan);
  if (plan->compiled) {
    size_t scores = plan->compiled->policy->score_count;
    tx_plan_forecast_free(plan);
    tx_plan_transition_free(plan);
    tx_plan_plays_free(plan);
    tx_plan_attention_free(plan);
    tx_plan_allocation_free(plan);
    tx_stage_free(plan->success);
    tx_plan_segmentation_free(plan);
    tx_plan_trend_free(plan);
    tx_plan_score_free(plan, &plan->health);
    for (size_t s = 0; plan->scores && s < scores; s++) tx_plan_score_free(plan, &plan->scores[s]);
    tx_free_array(context, plan->scores, scores, sizeof *plan->scores);
    free_columns(plan);
  }
  tx_plan_given_free(plan->given);
  tx_compiled_free(plan->compiled);
  tx_free(context, plan, sizeof *plan);
  triax_context_unref(context);
}

/* Names of tables that no step makes yet keep their places, so that numbers never move. */
static const char *const table_names[TX_PLAN_TABLES] = {
    NULL,      "customers", "csms",     "segments",  "pools",     "tests", "metrics",  "overlays", "week",  "moves",
    "actions", "withheld",  "forecast", "headcount", "scenarios", "books", "handovers", "tradeoff", "hires", "trend"};

triax_table *triax_plan_table(const triax_plan *plan, int32_t which) {
  return plan && which >= 1 && which < TX_PLAN_TABLES ? plan->tables[which] : NULL;
}

const char *triax_plan_table_name(int32_t which) {
  return which >= 1 && which < TX_PLAN_TABLES ? table_names[which] : NULL;
}

const triax_document *triax_plan_summary(const triax_plan *plan) { return plan ? plan->summary : NULL; }
