/* How well a policy's health, or one of its scores, foretold what came. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "document/write.h"
#include "fit/measure.h"
#include "fitting/fitting.h"
#include "planning/planning.h"

void triax_backtest_options_init(triax_backtest_options *options) {
  if (options) *options = (triax_backtest_options)TRIAX_BACKTEST_OPTIONS_INIT;
}

typedef struct backtest {
  triax_context *context;
  const triax_policy *policy;
  triax_backtest_options options;
  tx_arena arena;
  tx_outcomes outcomes;
  const tx_plan_score *score;
  const tx_health_model *model;
  bool is_health;
  size_t unscored;        /* rows with an outcome but no score */
  double *risk, *chance;  /* per row: the higher the surer of the outcome; by the calibration, NULL without one */
  tx_measures measures;
} backtest;

static triax_status find_score(backtest *test, size_t *number, tx_report *report) {
  const triax_text name = test->options.score;
  test->is_health = !name.bytes || tx_text_equal_c(name, "health");
  *number = 0;
  if (test->is_health && test->policy->has_health) return TRIAX_OK;
  for (; !test->is_health && *number < test->policy->score_count; (*number)++) {
    if (tx_text_equal(test->policy->scores[*number].model.name, name)) return TRIAX_OK;
  }
  const tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .status = TRIAX_EPOLICY, .width = 1};
  if (test->is_health) tx_report_add(report, &finding, "the policy has no 'health' section to test");
  else tx_report_add(report, &finding, "the policy has no score '%.*s'", tx_name_width(name), name.bytes);
  return TRIAX_EPOLICY;
}

static triax_status measure(backtest *test, triax_error *error) {
  const size_t rows = test->outcomes.rows;
  test->risk = tx_arena_calloc(&test->arena, rows, sizeof(double));
  test->chance = tx_arena_calloc(&test->arena, rows, sizeof(double));
  if (!test->risk || !test->chance) return tx_no_memory(error);
  for (size_t row = 0; row < rows; row++) {
    const double score = test->score->health[row];
    test->risk[row] = test->is_health ? -score : score;
    test->chance[row] = tx_health_probability(test->model, score);
    test->unscored += test->outcomes.use[row] && isnan(score);
  }
  return tx_measure(test->context, rows, test->risk, test->model->calibration_count ? test->chance : NULL,
                    test->outcomes.outcome, test->outcomes.use, &test->measures, error);
}

static void put_band(const backtest *test, triax_document *d, triax_text name, size_t band) {
  double customers = 0, hits = 0, chance = 0;
  for (size_t row = 0; row < test->outcomes.rows; row++) {
    if (!test->outcomes.use[row] || tx_plan_band(test->score, row) != band) continue;
    customers++;
    hits += test->outcomes.outcome[row];
    if (!isnan(test->chance[row])) chance += test->chance[row];
  }
  tx_put_map(d, NULL);
  tx_put_text(d, "band", name);
  tx_put_number(d, "customers", customers);
  tx_put_number(d, "outcomes", hits);
  tx_put_interval(d, "rate", tx_wilson(hits, customers, TX_NORMAL_95));
  tx_put_number(d, "expected", test->model->calibration_count && customers > 0 ? chance / customers : NAN);
  tx_put_end(d);
}

static void put_bands(const backtest *test, triax_document *d) {
  tx_put_list(d, "bands");
  for (size_t b = 0; b < test->model->band_count; b++) put_band(test, d, test->model->bands[b].name, b);
  if (test->unscored || (test->model->band_count && test->model->bands[0].threshold > 0)) {
    put_band(test, d, TX_TEXT("unknown"), TX_BAND_UNKNOWN);
  }
  tx_put_end(d);
}

static tx_interval auc_of(const tx_measures *measures) {
  const double half = TX_NORMAL_95 * measures->auc_deviation;
  tx_interval auc = {measures->auc, measures->auc - half, measures->auc + half};
  if (auc.low < 0) auc.low = 0;
  if (auc.high > 1) auc.high = 1;
  return auc;
}

/* One plain sentence. */
static void judge(const backtest *test, tx_interval auc, char *text, size_t size) {
  char share[400], low[400], high[400], from[200], cases[200];
  const triax_text name = test->model->name, outcome = test->options.outcome;
  const int width = tx_name_width(name), outcome_width = tx_name_width(outcome);
  tx_fit_percent(auc.value, share);
  tx_fit_percent(auc.low, low);
  tx_fit_percent(auc.high, high);
  if (test->is_health) {
    snprintf(from, sizeof from, "churned from kept customers");
    snprintf(cases, sizeof cases, "of one of each, the churned one has the lower health");
  } else {
    snprintf(from, sizeof from, "customers with %.*s from those without", outcome_width, outcome.bytes);
    snprintf(cases, sizeof cases, "of one of each, the first has the higher %.*s", width, name.bytes);
  }
  if (isnan(auc.value)) {
    snprintf(text, size, "%.*s cannot be tested: the rows that have it are all of one outcome.", width, name.bytes);
  } else if (auc.low > 0.5) {
    snprintf(text, size, "%.*s %s %s: %s in %s of cases (%s to %s).", width, name.bytes,
             auc.value < 0.6 ? "hardly separates" : "separates", from, cases, share, low, high);
  } else if (auc.high < 0.5) {
    snprintf(text, size, "%.*s is upside down and does not separate %s: %s in only %s of cases (%s to %s).", width,
             name.bytes, from, cases, share, low, high);
  } else {
    snprintf(text, size, "%.*s does not separate %s: %s in %s of cases (%s to %s), which is no better than chance.", width,
             name.bytes, from, cases, share, low, high);
  }
}

static triax_status write_report(const backtest *test, triax_document **report, tx_report *told) {
  triax_document *d = NULL;
  triax_status status = tx_document_result(test->context, &d, told->error);
  if (status != TRIAX_OK) return status;
  const tx_interval auc = auc_of(&test->measures);
  char verdict[2048];
  judge(test, auc, verdict, sizeof verdict);
  tx_put_text(d, "score", test->model->name);
  tx_put_text(d, "outcome", test->options.outcome);
  tx_put_count(d, "rows", test->measures.rows);
  tx_put_count(d, "outcomes", test->measures.hits);
  tx_put_interval(d, "rate", tx_wilson((double)test->measures.hits, (double)test->measures.rows, TX_NORMAL_95));
  tx_put_count(d, "without_outcome", test->outcomes.rows - test->outcomes.known);
  tx_put_count(d, "without_score", test->unscored);
  tx_put_interval(d, "auc", auc);
  tx_put_number(d, "lift", test->measures.lift);
  tx_put_number(d, "ks", test->measures.ks);
  tx_put_number(d, "brier", test->measures.brier);
  tx_put_number(d, "log_loss", test->measures.log_loss);
  put_bands(test, d);
  tx_put_boolean(d, "separates", auc.low > 0.5);
  tx_put_text(d, "verdict", triax_text_of(verdict));
  status = triax_document_finish(d, told->error);
  if (!(auc.low > 0.5)) {
    const tx_finding finding = {.level = TRIAX_LEVEL_WARNING, .width = 1};
    tx_report_add(told, &finding, "%s", verdict);
  }
  if (status == TRIAX_OK) *report = d;
  else triax_document_free(d);
  return status;
}

static triax_status run(backtest *test, const triax_customers *customers, triax_document **report, tx_report *told) {
  tx_plan_inputs inputs = {.policy = test->policy, .customers = customers};
  inputs.options.as_of = test->options.as_of;
  inputs.options.has_as_of = test->options.has_as_of;
  inputs.options.without_reasons = 1;
  triax_plan *plan = NULL;
  size_t number;
  triax_status status = find_score(test, &number, told);
  if (status == TRIAX_OK) {
    status = tx_outcomes_read(&test->arena, customers, test->options.outcome, &test->outcomes, told);
  }
  if (status == TRIAX_OK) status = tx_plan_make(test->context, &inputs, TX_PLAN_SCORES, told, &plan);
  if (status == TRIAX_OK) {
    test->score = test->is_health ? &plan->health : &plan->scores[number];
    test->model = test->score->model;
    status = measure(test, told->error);
  }
  if (status == TRIAX_OK) status = write_report(test, report, told);
  triax_plan_unref(plan);
  return status;
}

triax_status triax_health_backtest(triax_context *context, const triax_policy *policy, const triax_customers *customers,
                                   const triax_backtest_options *options, triax_document **report,
                                   triax_messages *messages, triax_error *error) {
  if (!context || !policy || !customers || !options || !report) {
    return tx_fail(error, TRIAX_EINVAL, "a back-test needs a context, a policy, customers, options and a place to go");
  }
  backtest test = {.context = context, .policy = policy};
  triax_error own;
  tx_report told;
  memset(&own, 0, sizeof own);
  triax_status status = tx_options_copy(options, sizeof(triax_backtest_options), sizeof test.options, &test.options,
                                        "triax_backtest_options", error);
  if (status != TRIAX_OK) return status;
  tx_report_init(&told, context, messages, error ? error : &own, &policy->source);
  tx_arena_init(&test.arena, context);
  triax_document *made = NULL;
  status = run(&test, customers, &made, &told);
  if (status == TRIAX_ENOMEM) tx_report_no_memory(&told);
  status = tx_plan_finish(&told, status);
  tx_arena_free(&test.arena);
  if (status == TRIAX_OK) {
    tx_log(context, TRIAX_LEVEL_NOTE, "backtest: made, customers %zu", customers->people.table->rows);
    *report = made;
  } else {
    triax_document_free(made);
  }
  return status;
}
