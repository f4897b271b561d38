/* How a fit went: the report and the tables. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "document/write.h"
#include "fit/elementary.h"
#include "fitting/fitting.h"
#include "table/tabulate.h"

/* Means over the folds. */
static double mean_over(const tx_fitting *fitting, double (*of)(const tx_measures *)) {
  double sum = 0, count = 0;
  for (size_t fold = 0; fold < fitting->fold_count; fold++) {
    const double value = of(&fitting->measures[fold]);
    if (isnan(value)) continue;
    sum += value;
    count++;
  }
  return count > 0 ? sum / count : NAN;
}

static double lift_of(const tx_measures *m) { return m->lift; }
static double ks_of(const tx_measures *m) { return m->ks; }
static double brier_of(const tx_measures *m) { return m->brier; }
static double log_loss_of(const tx_measures *m) { return m->log_loss; }

static void put_measures(const tx_fitting *fitting, triax_document *d) {
  tx_put_map(d, "out_of_sample");
  tx_put_interval(d, "auc", fitting->auc_shown);
  tx_put_number(d, "brier", mean_over(fitting, brier_of));
  tx_put_number(d, "log_loss", mean_over(fitting, log_loss_of));
  tx_put_number(d, "lift", mean_over(fitting, lift_of));
  tx_put_number(d, "ks", mean_over(fitting, ks_of));
  tx_put_end(d);
  tx_put_list(d, "folds");
  for (size_t fold = 0; fold < fitting->fold_count; fold++) {
    const tx_measures *measures = &fitting->measures[fold];
    tx_put_map(d, NULL);
    tx_put_text(d, "fold", triax_text_of(fitting->fold_names[fold]));
    tx_put_count(d, "rows", measures->rows);
    tx_put_count(d, "outcomes", measures->hits);
    tx_put_number(d, "auc", measures->auc);
    tx_put_number(d, "brier", measures->brier);
    tx_put_number(d, "log_loss", measures->log_loss);
    tx_put_number(d, "lift", measures->lift);
    tx_put_number(d, "ks", measures->ks);
    tx_put_end(d);
  }
  tx_put_end(d);
}

static void put_metrics(const tx_fitting *fitting, triax_document *d) {
  tx_put_list(d, "metrics");
  for (size_t m = 0; fitting->learnt && m < fitting->score.metric_count; m++) {
    const tx_fit_metric *metric = &fitting->score.metrics[m];
    tx_put_map(d, NULL);
    if (metric->is_pair) {
      const tx_fit_pair *pair = &fitting->model.pairs[metric->number];
      tx_put_text(d, "metric", fitting->of[pair->axes[0].column]->name);
      tx_put_text(d, "with", fitting->of[pair->axes[1].column]->name);
    } else {
      tx_put_text(d, "metric", fitting->of[fitting->model.shapes[metric->number].column]->name);
    }
    tx_put_number(d, "weight", metric->weight);
    if (!metric->is_pair) {
      tx_put_number(d, "alone", fitting->of[fitting->model.shapes[metric->number].column]->alone);
    }
    tx_put_end(d);
  }
  tx_put_end(d);
  tx_put_list(d, "not_used");
  for (size_t c = 0; c < fitting->candidate_count; c++) {
    const tx_fit_candidate *candidate = &fitting->candidates[c];
    if (candidate->weight > 0 && fitting->learnt) continue;
    tx_put_map(d, NULL);
    tx_put_text(d, "column", candidate->name);
    tx_put_text(d, "why", triax_text_of(candidate->why ? candidate->why : "it adds nothing"));
    tx_put_end(d);
  }
  tx_put_end(d);
}

static void verdict(const tx_fitting *fitting, char *text, size_t size) {
  char value[400], low[400], high[400];
  const triax_text outcome = fitting->options.outcome;
  tx_fit_decimals(fitting->auc_shown.value, 3, value);
  tx_fit_decimals(fitting->auc_shown.low, 3, low);
  tx_fit_decimals(fitting->auc_shown.high, 3, high);
  if (fitting->learnt) {
    snprintf(text, size, "What was learnt foretells '%.*s' of customers it has not seen: AUC %s (%s to %s).",
             tx_name_width(outcome), outcome.bytes, value, low, high);
  } else {
    snprintf(text, size,
             "There is nothing to learn: these columns do not foretell '%.*s' of customers not seen better than chance "
             "does: AUC %s (%s to %s).",
             tx_name_width(outcome), outcome.bytes, value, low, high);
  }
}

triax_status tx_fitting_report(const tx_fitting *fitting, triax_document **report, triax_error *error) {
  const tx_outcomes *outcomes = &fitting->outcomes;
  char text[2048];
  triax_document *d = NULL;
  triax_status status = tx_document_result(fitting->context, &d, error);
  if (status != TRIAX_OK) return status;
  verdict(fitting, text, sizeof text);
  tx_put_text(d, "score", fitting->options.score.bytes ? fitting->options.score : TX_TEXT("health"));
  tx_put_text(d, "outcome", fitting->options.outcome);
  tx_put_text(d, "method", triax_text_of(fitting->options.method == TRIAX_FIT_LOGISTIC ? "logistic" : "additive"));
  tx_put_count(d, "rows", outcomes->known);
  tx_put_count(d, "outcomes", outcomes->hits);
  tx_put_interval(d, "rate", tx_wilson((double)outcomes->hits, (double)outcomes->known, TX_NORMAL_95));
  tx_put_count(d, "without_outcome", outcomes->rows - outcomes->known);
  tx_put_boolean(d, "learnt", fitting->learnt);
  tx_put_text(d, "verdict", triax_text_of(text));
  put_measures(fitting, d);
  tx_put_number(d, "parameters", fitting->model.parameters);
  tx_put_number(d, "most_parameters", fitting->most_parameters);
  tx_put_boolean(d, "shrunk", fitting->model.shrunk);
  if (fitting->learnt) {
    tx_put_map(d, "on_all_rows");
    tx_put_number(d, "auc_of_model", fitting->model_auc);
    tx_put_number(d, "auc_of_score", fitting->score_auc);
    tx_put_end(d);
  }
  put_metrics(fitting, d);
  status = triax_document_finish(d, error);
  if (status == TRIAX_OK) *report = d;
  else triax_document_free(d);
  return status;
}

/* --- tables ---- */

triax_status tx_fitting_predictions(const tx_fitting *fitting, triax_table **table, triax_error *error) {
  const tx_outcomes *outcomes = &fitting->outcomes;
  const tx_people *people = &fitting->customers->people;
  tx_tabulate tabulate;
  tx_tabulate_open(&tabulate, fitting->context, outcomes->rows);
  if (people->key != SIZE_MAX) tx_tabulate_share(&tabulate, "key", fitting->table->fields[people->key].column);
  tx_column_builder *outcome = tx_tabulate_begin(&tabulate, TRIAX_TYPE_BOOLEAN);
  tx_column_builder *fold = tx_tabulate_begin(&tabulate, TRIAX_TYPE_STRING);
  tx_column_builder *chance = tx_tabulate_begin(&tabulate, TRIAX_TYPE_NUMBER);
  bool fine = outcome && fold && chance;
  for (size_t row = 0; fine && row < outcomes->rows; row++) {
    if (!outcomes->use[row]) {
      fine = tx_column_builder_missing(outcome) && tx_column_builder_missing(fold) && tx_column_builder_missing(chance);
      continue;
    }
    fine = tx_column_builder_boolean(outcome, outcomes->outcome[row]) &&
           tx_column_builder_text(fold, triax_text_of(fitting->fold_names[fitting->fold[row]])) &&
           tx_column_builder_number(chance, tx_logistic(fitting->log_odds[row]));
  }
  tx_tabulate_end(&tabulate, "outcome", outcome, fine);
  tx_tabulate_end(&tabulate, "fold", fold, fine);
  tx_tabulate_end(&tabulate, "chance", chance, fine);
  tx_tabulate_numbers(&tabulate, "score", fitting->points);
  return tx_tabulate_close(&tabulate, table, error);
}

triax_status tx_fitting_metrics(const tx_fitting *fitting, triax_table **table, triax_error *error) {
  tx_tabulate tabulate;
  tx_tabulate_open(&tabulate, fitting->context, fitting->candidate_count);
  tx_column_builder *name = tx_tabulate_begin(&tabulate, TRIAX_TYPE_STRING);
  tx_column_builder *weight = tx_tabulate_begin(&tabulate, TRIAX_TYPE_NUMBER);
  tx_column_builder *alone = tx_tabulate_begin(&tabulate, TRIAX_TYPE_NUMBER);
  tx_column_builder *missing = tx_tabulate_begin(&tabulate, TRIAX_TYPE_INTEGER);
  tx_column_builder *why = tx_tabulate_begin(&tabulate, TRIAX_TYPE_STRING);
  bool fine = name && weight && alone && missing && why;
  for (size_t c = 0; fine && c < fitting->candidate_count; c++) {
    const tx_fit_candidate *candidate = &fitting->candidates[c];
    fine = tx_column_builder_text(name, candidate->name) &&
           tx_column_builder_number(weight, candidate->number == SIZE_MAX ? (double)NAN : candidate->weight) &&
           tx_column_builder_number(alone, candidate->alone) &&
           tx_column_builder_integer(missing, (int64_t)candidate->missing) &&
           (candidate->why ? tx_column_builder_text(why, triax_text_of(candidate->why)) : tx_column_builder_missing(why));
  }
  tx_tabulate_end(&tabulate, "metric", name, fine);
  tx_tabulate_end(&tabulate, "weight", weight, fine);
  tx_tabulate_end(&tabulate, "alone", alone, fine);
  tx_tabulate_end(&tabulate, "missing", missing, fine);
  tx_tabulate_end(&tabulate, "not_used", why, fine);
  return tx_tabulate_close(&tabulate, table, error);
}

triax_status tx_fitting_coefficients(const tx_fitting *fitting, triax_table **table, triax_error *error) {
  const size_t count = fitting->coefficient_count;
  tx_tabulate tabulate;
  tx_tabulate_open(&tabulate, fitting->context, count);
  tx_column_builder *name = tx_tabulate_begin(&tabulate, TRIAX_TYPE_STRING);
  bool fine = name != NULL;
  for (size_t i = 0; fine && i < count; i++) fine = tx_column_builder_text(name, fitting->coefficient_names[i]);
  tx_tabulate_end(&tabulate, "coefficient", name, fine);
  tx_tabulate_numbers(&tabulate, "all", fitting->coefficients + fitting->fold_count * count);
  for (size_t fold = 0; fold < fitting->fold_count; fold++) {
    char column[48];
    snprintf(column, sizeof column, "fold %s", fitting->fold_names[fold]);
    tx_tabulate_numbers(&tabulate, column, fitting->coefficients + fold * count);
  }
  return tx_tabulate_close(&tabulate, table, error);
}
