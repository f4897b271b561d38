/* Learning a score: the public face. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "fitting/fitting.h"
#include "planning/planning.h"

#define TABLES 4 /* by TRIAX_FIT_…, from 1 */

struct triax_fit {
  triax_context *context;
  tx_count count;
  triax_document *section, *report;
  triax_table *tables[TABLES];
};

void triax_fit_options_init(triax_fit_options *options) {
  if (options) *options = (triax_fit_options)TRIAX_FIT_OPTIONS_INIT;
}

static triax_status check_options(const tx_fitting *fitting, triax_error *error) {
  const triax_fit_options *options = &fitting->options;
  if (options->method != TRIAX_FIT_ADDITIVE && options->method != TRIAX_FIT_LOGISTIC) {
    return tx_fail(error, TRIAX_EINVAL, "triax_fit_options: there is no method %d", (int)options->method);
  }
  if (!(options->ridge >= 0) || isinf(options->ridge)) {
    return tx_fail(error, TRIAX_EINVAL, "triax_fit_options: ridge is 0 or more");
  }
  if (options->ridge > 0 && options->method != TRIAX_FIT_LOGISTIC) {
    return tx_fail(error, TRIAX_EINVAL, "triax_fit_options: ridge goes with TRIAX_FIT_LOGISTIC alone");
  }
  if (options->pairs > 20) return tx_fail(error, TRIAX_EINVAL, "triax_fit_options: at most 20 interactions");
  if ((options->metric_count && !options->metrics) || (options->leak_count && !options->leaks) ||
      (options->rising_count && !options->rising) || (options->falling_count && !options->falling)) {
    return tx_fail(error, TRIAX_EINVAL, "triax_fit_options: a list has a count but no names");
  }
  if (options->reserved) return tx_fail(error, TRIAX_EINVAL, "triax_fit_options: reserved must be 0");
  return TRIAX_OK;
}

static void say_shrunk(const tx_fitting *fitting) {
  if (!fitting->model.shrunk) return;
  char most[400];
  const size_t rest = fitting->outcomes.known - fitting->outcomes.hits;
  const tx_finding finding = {.level = TRIAX_LEVEL_WARNING, .width = 1};
  tx_report_add(fitting->report, &finding,
                "history is thin: with %zu rows with the outcome and %zu without, the score was shrunk to %s free "
                "parameters, ten of both kinds for each",
                fitting->outcomes.hits, rest, tx_fit_decimals(fitting->most_parameters, 1, most));
}

static triax_status keep(const tx_fitting *fitting, triax_fit *fit) {
  triax_error *error = fitting->report->error;
  triax_status status = tx_fitting_report(fitting, &fit->report, error);
  if (status == TRIAX_OK && fitting->learnt) status = tx_fitting_section(fitting, &fit->section, error);
  if (status == TRIAX_OK) status = tx_fitting_predictions(fitting, &fit->tables[TRIAX_FIT_PREDICTIONS], error);
  if (status == TRIAX_OK) status = tx_fitting_metrics(fitting, &fit->tables[TRIAX_FIT_METRICS], error);
  if (status == TRIAX_OK && fitting->coefficients) {
    status = tx_fitting_coefficients(fitting, &fit->tables[TRIAX_FIT_COEFFICIENTS], error);
  }
  return status;
}

static triax_status run(tx_fitting *fitting, triax_fit *fit) {
  const triax_text score = fitting->options.score;
  fitting->score.falls = !score.bytes || tx_text_equal_c(score, "health");
  const bool falls = fitting->score.falls;
  triax_status status = tx_outcomes_read(&fitting->arena, fitting->customers, fitting->options.outcome,
                                         &fitting->outcomes, fitting->report);
  if (status == TRIAX_OK) status = tx_fitting_choose(fitting);
  if (status == TRIAX_OK) {
    fitting->score.falls = falls;
    status = tx_fitting_learn(fitting);
  }
  if (status == TRIAX_OK) say_shrunk(fitting);
  return status == TRIAX_OK ? keep(fitting, fit) : status;
}

static triax_status make(triax_context *context, tx_fitting *fitting, triax_fit **fit) {
  triax_fit *made = tx_calloc(context, 1, sizeof *made);
  if (!made) return tx_no_memory(fitting->report->error);
  made->context = triax_context_ref(context);
  tx_count_init(&made->count);
  tx_arena_init(&fitting->arena, context);
  const triax_status status = run(fitting, made);
  if (status == TRIAX_OK) {
    tx_log(context, TRIAX_LEVEL_NOTE, "fit: made, metrics %zu, customers with an outcome %zu, folds %zu",
           fitting->score.metric_count, fitting->outcomes.known, fitting->fold_count);
  }
  tx_fit_model_free(&fitting->model);
  tx_fit_score_free(&fitting->score);
  tx_arena_free(&fitting->arena);
  if (status == TRIAX_OK) *fit = made;
  else triax_fit_unref(made);
  return status;
}

triax_status triax_health_fit(triax_context *context, const triax_policy *policy, const triax_customers *customers,
                              const triax_fit_options *options, triax_fit **fit, triax_messages *messages,
                              triax_error *error) {
  if (!context || !policy || !customers || !options || !fit) {
    return tx_fail(error, TRIAX_EINVAL, "a fit needs a context, a policy, customers, options and a place to go");
  }
  tx_fitting *fitting = tx_calloc(context, 1, sizeof *fitting);
  if (!fitting) return tx_no_memory(error);
  triax_error own;
  tx_report report;
  memset(&own, 0, sizeof own);
  fitting->context = context;
  fitting->policy = policy;
  fitting->customers = customers;
  fitting->table = customers->people.table;
  fitting->report = &report;
  tx_report_init(&report, context, messages, error ? error : &own, &policy->source);
  triax_status status = tx_options_copy(options, sizeof(triax_fit_options), sizeof fitting->options,
                                        &fitting->options, "triax_fit_options", error);
  if (status == TRIAX_OK) status = check_options(fitting, error);
  if (status == TRIAX_OK) {
    triax_fit *made = NULL;
    status = make(context, fitting, &made);
    if (status == TRIAX_ENOMEM) tx_report_no_memory(&report);
    status = tx_plan_finish(&report, status);
    if (status == TRIAX_OK) *fit = made;
    else triax_fit_unref(made);
  }
  tx_free(context, fitting, sizeof *fitting);
  return status;
}

triax_fit *triax_fit_ref(triax_fit *fit) {
  if (fit) tx_count_ref(&fit->count);
  return fit;
}

void triax_fit_unref(triax_fit *fit) {
  if (!fit || !tx_count_unref(&fit->count)) return;
  triax_context *context = fit->context;
  triax_document_free(fit->section);
  triax_document_free(fit->report);
  for (size_t t = 0; t < TABLES; t++) triax_table_unref(fit->tables[t]);
  tx_free(context, fit, sizeof *fit);
  triax_context_unref(context);
}

const triax_document *triax_fit_section(const triax_fit *fit) { return fit ? fit->section : NULL; }

const triax_document *triax_fit_report(const triax_fit *fit) { return fit ? fit->report : NULL; }

static const char *const table_names[TABLES] = {NULL, "predictions", "metrics", "coefficients"};

triax_table *triax_fit_table(const triax_fit *fit, int32_t which) {
  return fit && which >= 1 && which < TABLES ? fit->tables[which] : NULL;
}

const char *triax_fit_table_name(int32_t which) { return which >= 1 && which < TABLES ? table_names[which] : NULL; }
