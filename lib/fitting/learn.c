/* Learning out of fold and on all rows, and whether there was anything to learn. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "fit/elementary.h"
#include "fit/knots.h"
#include "fit/logistic.h"
#include "fitting/fitting.h"

/* Outcomes of each kind that a free parameter needs. */
#define OUTCOMES_A_PARAMETER 10
/* Tables of two columns, where the data vouch for so many. */
#define PAIRS 12

/* Rows with an outcome but those of one fold (TX_FIT_NO_FOLD: all), into `use`. */
static void rows_without(const tx_fitting *fitting, size_t fold, uint8_t *use) {
  for (size_t row = 0; row < fitting->outcomes.rows; row++) {
    use[row] = fitting->outcomes.use[row] && (fold == TX_FIT_NO_FOLD || fitting->fold[row] != fold);
  }
}

static tx_fit_data data_of(const tx_fitting *fitting, const uint8_t *use) {
  return (tx_fit_data){fitting->outcomes.rows, fitting->outcomes.outcome, use, fitting->columns, fitting->column_count};
}

static triax_status learn(tx_fitting *fitting, const uint8_t *use, size_t fold, tx_fit_model *model) {
  const int32_t pairs = fitting->options.pairs;
  const tx_fit_options options = {pairs < 0 ? 0 : pairs ? (size_t)pairs : PAIRS, fitting->most_parameters};
  const tx_fit_data data = data_of(fitting, use);
  if (fitting->options.method != TRIAX_FIT_LOGISTIC) {
    return tx_fit_learn(fitting->context, &data, &options, model, fitting->report->error);
  }
  return tx_fitting_logistic(fitting, use, fold, model);
}

/* --- thin history ---- */

static triax_status check_history(tx_fitting *fitting) {
  const tx_outcomes *outcomes = &fitting->outcomes;
  const size_t rest = outcomes->known - outcomes->hits, fewer = outcomes->hits < rest ? outcomes->hits : rest;
  static const char *const stages[] = {"", "startup", "growth"};
  const tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .status = TRIAX_EDATA, .width = 1};
  const int stage = fitting->policy->stage;
  fitting->most_parameters = (double)fewer / OUTCOMES_A_PARAMETER;
  if ((stage == TX_STAGE_STARTUP || stage == TX_STAGE_GROWTH) && !fitting->options.force) {
    tx_report_add(fitting->report, &finding,
                  "the policy is at stage '%s', too early to learn a score from outcomes (%zu of %zu rows with it); "
                  "choose weights by judgement, or force it",
                  stages[stage], outcomes->hits, outcomes->known);
  } else if (fewer < (fitting->options.force ? 2 : OUTCOMES_A_PARAMETER)) {
    tx_report_add(fitting->report, &finding,
                  "history is too thin: %zu rows with the outcome and %zu without; each free parameter needs %d of both",
                  outcomes->hits, rest, OUTCOMES_A_PARAMETER);
  }
  if (fitting->most_parameters < 1) fitting->most_parameters = 1; /* forced */
  return fitting->report->errors ? TRIAX_EDATA : TRIAX_OK;
}

/* --- each metric alone ---- */

/* The stretch or level of a row: what a metric alone is judged by. */
static size_t cell_of(const tx_fit_column *column, const double *knots, size_t count, size_t row) {
  if (column->codes) return column->codes[row] == TX_FIT_ABSENT ? column->levels : column->codes[row];
  double share;
  if (isnan(column->numbers[row]) || count < 2) return isnan(column->numbers[row]) ? count : 0;
  const size_t at = tx_knot_below(knots, count, column->numbers[row], &share);
  return at + (share >= 1);
}

/* The AUC of the rate of outcomes in each cell, as the other folds know it. */
static triax_status measure_alone(tx_fitting *fitting, tx_fit_candidate *candidate, double *rate) {
  const tx_outcomes *outcomes = &fitting->outcomes;
  const tx_fit_column *column = &fitting->columns[candidate->number];
  const tx_fit_data data = data_of(fitting, outcomes->use);
  const double *knots = NULL, prior = (double)outcomes->hits / (double)outcomes->known;
  size_t count = column->levels;
  tx_measures measures;
  if (column->numbers && !tx_knots_spread(&fitting->arena, &data, candidate->number, 20, &knots, &count)) {
    return tx_no_memory(fitting->report->error);
  }
  double *sums = tx_alloc_array(fitting->context, 2 * (count + 1), sizeof *sums);
  if (!sums) return tx_no_memory(fitting->report->error);
  triax_status status = TRIAX_OK;
  double sum = 0, measured = 0;
  for (size_t fold = 0; status == TRIAX_OK && fold < fitting->fold_count; fold++) {
    status = tx_progress(fitting->context, "metrics", (double)candidate->number / (double)fitting->column_count,
                         fitting->report->error);
    if (status != TRIAX_OK) break;
    memset(sums, 0, 2 * (count + 1) * sizeof *sums);
    for (size_t row = 0; row < outcomes->rows; row++) {
      if (!outcomes->use[row] || fitting->fold[row] == fold) continue;
      const size_t cell = cell_of(column, knots, count, row);
      sums[2 * cell] += outcomes->outcome[row];
      sums[2 * cell + 1]++;
    }
    for (size_t row = 0; row < outcomes->rows; row++) {
      const size_t cell = cell_of(column, knots, count, row);
      const bool out = outcomes->use[row] && fitting->fold[row] == fold;
      rate[row] = out ? (sums[2 * cell] + 2 * prior) / (sums[2 * cell + 1] + 2) : (double)NAN;
    }
    status = tx_measure(fitting->context, outcomes->rows, rate, NULL, outcomes->outcome, NULL, &measures,
                        fitting->report->error);
    if (isnan(measures.auc)) continue;
    sum += measures.auc;
    measured++;
  }
  candidate->alone = measured > 0 ? sum / measured : NAN;
  tx_free_array(fitting->context, sums, 2 * (count + 1), sizeof *sums);
  return status;
}

static triax_status measure_each(tx_fitting *fitting) {
  double *rate = tx_alloc_array(fitting->context, fitting->outcomes.rows, sizeof *rate);
  triax_status status = rate ? TRIAX_OK : tx_no_memory(fitting->report->error);
  for (size_t c = 0; status == TRIAX_OK && c < fitting->column_count; c++) {
    status = measure_alone(fitting, fitting->of[c], rate);
    if (status != TRIAX_OK || !(fitting->of[c]->alone >= TX_FIT_SUSPICIOUS)) continue;
    char alone[400];
    const triax_text name = fitting->of[c]->name;
    const tx_finding finding = {.level = TRIAX_LEVEL_WARNING, .width = 1};
    tx_report_add(fitting->report, &finding,
                  "'%.*s' alone has an AUC of %s: does it know the outcome already? If so, name it as a leak",
                  tx_name_width(name), name.bytes, tx_fit_decimals(fitting->of[c]->alone, 3, alone));
  }
  tx_free_array(fitting->context, rate, fitting->outcomes.rows, sizeof *rate);
  return status;
}

/* --- out of fold ---- */

static triax_status measure_fold(tx_fitting *fitting, size_t fold, const uint8_t *use, double *chance) {
  const tx_outcomes *outcomes = &fitting->outcomes;
  double hits = 0, known = 0, loss = 0, out = 0;
  uint8_t *outside = tx_alloc_array(fitting->context, outcomes->rows, 1);
  if (!outside) return tx_no_memory(fitting->report->error);
  for (size_t row = 0; row < outcomes->rows; row++) {
    outside[row] = outcomes->use[row] && !use[row];
    chance[row] = tx_logistic(fitting->log_odds[row]);
    if (use[row]) {
      known++;
      hits += outcomes->outcome[row];
    }
  }
  for (size_t row = 0; row < outcomes->rows; row++) {
    if (!outside[row]) continue;
    loss -= tx_ln(outcomes->outcome[row] ? hits / known : 1 - hits / known);
    out++;
  }
  fitting->base_loss[fold] = out > 0 ? loss / out : NAN;
  triax_status status = tx_measure(fitting->context, outcomes->rows, fitting->log_odds, chance, outcomes->outcome,
                                   outside, &fitting->measures[fold], fitting->report->error);
  tx_free_array(fitting->context, outside, outcomes->rows, 1);
  return status;
}

static triax_status cross_fit(tx_fitting *fitting, uint8_t *use, double *chance) {
  triax_status status = TRIAX_OK;
  for (size_t fold = 0; status == TRIAX_OK && fold < fitting->fold_count; fold++) {
    tx_fit_model model = {0};
    rows_without(fitting, fold, use);
    status = tx_progress(fitting->context, "folds", (double)fold / (double)fitting->fold_count, fitting->report->error);
    if (status == TRIAX_OK) status = learn(fitting, use, fold, &model);
    for (size_t row = 0; status == TRIAX_OK && row < fitting->outcomes.rows; row++) {
      if (fitting->fold[row] != fold) continue;
      fitting->log_odds[row] = tx_fit_log_odds(&model, fitting->columns, row);
    }
    tx_fit_model_free(&model);
    if (status == TRIAX_OK) status = measure_fold(fitting, fold, use, chance);
  }
  return status;
}

/* The mean over the folds, and whether it is beyond chance: its 99 % interval above 0.5, and chances that beat the mere
 * rate. Folds choose nothing, so that noise passes in fewer than one case of two hundred. */
static void judge(tx_fitting *fitting) {
  double sum = 0, variance = 0, loss = 0, base = 0, count = 0;
  for (size_t fold = 0; fold < fitting->fold_count; fold++) {
    const tx_measures *measures = &fitting->measures[fold];
    if (measures->rows) {
      loss += measures->log_loss * (double)measures->rows;
      base += fitting->base_loss[fold] * (double)measures->rows;
    }
    if (isnan(measures->auc)) continue;
    sum += measures->auc;
    variance += measures->auc_deviation * measures->auc_deviation;
    count++;
  }
  const double mean = sum / count, deviation = sqrt(variance) / count;
  fitting->auc = (tx_interval){mean, mean - TX_NORMAL_99 * deviation, mean + TX_NORMAL_99 * deviation};
  fitting->auc_shown = (tx_interval){mean, mean - TX_NORMAL_95 * deviation, mean + TX_NORMAL_95 * deviation};
  if (fitting->auc_shown.high > 1) fitting->auc_shown.high = 1;
  fitting->learnt = fitting->auc.low > 0.5 && loss < base;
}

/* --- on all rows ---- */

static triax_status make_score(tx_fitting *fitting) {
  const tx_outcomes *outcomes = &fitting->outcomes;
  const tx_fit_data data = data_of(fitting, outcomes->use);
  const double rate = (double)outcomes->hits / (double)outcomes->known;
  triax_error *error = fitting->report->error;
  const bool falls = fitting->score.falls;
  triax_status status = tx_fit_points(fitting->context, &data, &fitting->model, falls, &fitting->score, error);
  if (status != TRIAX_OK) return status;
  tx_fit_calibrate(&fitting->score, tx_fit_recalibrate(outcomes->rows, fitting->log_odds, outcomes->outcome), rate);
  for (size_t row = 0; row < outcomes->rows; row++) {
    fitting->points[row] = tx_fit_log_odds(&fitting->model, fitting->columns, row);
  }
  tx_measures measures;
  status = tx_measure(fitting->context, outcomes->rows, fitting->points, NULL, outcomes->outcome, outcomes->use,
                      &measures, error);
  fitting->model_auc = measures.auc;
  if (status != TRIAX_OK) return status;
  for (size_t row = 0; row < outcomes->rows; row++) {
    const double points = tx_fit_score_at(&fitting->score, &fitting->model, fitting->columns, row);
    fitting->points[row] = falls ? -points : points;
  }
  status = tx_measure(fitting->context, outcomes->rows, fitting->points, NULL, outcomes->outcome, outcomes->use,
                      &measures, error);
  fitting->score_auc = measures.auc;
  for (size_t row = 0; row < outcomes->rows; row++) fitting->points[row] = fabs(fitting->points[row]);
  return status;
}

static void weigh_candidates(tx_fitting *fitting) {
  for (size_t m = 0; m < fitting->score.metric_count; m++) {
    const tx_fit_metric *metric = &fitting->score.metrics[m];
    if (!metric->is_pair) fitting->of[fitting->model.shapes[metric->number].column]->weight = metric->weight;
  }
}

static triax_status learn_all(tx_fitting *fitting, uint8_t *use) {
  rows_without(fitting, TX_FIT_NO_FOLD, use);
  triax_status status = learn(fitting, use, fitting->fold_count, &fitting->model);
  if (status == TRIAX_OK) status = make_score(fitting);
  if (status == TRIAX_OK) weigh_candidates(fitting);
  if (status == TRIAX_OK && fitting->score.metric_count == 0) fitting->learnt = false;
  return status;
}

triax_status tx_fitting_learn(tx_fitting *fitting) {
  const size_t rows = fitting->outcomes.rows;
  triax_error *error = fitting->report->error;
  triax_status status = check_history(fitting);
  if (status != TRIAX_OK) return status;
  uint8_t *use = tx_arena_alloc(&fitting->arena, rows + 1);
  double *chance = tx_arena_calloc(&fitting->arena, rows, sizeof *chance);
  fitting->log_odds = tx_arena_calloc(&fitting->arena, rows, sizeof(double));
  fitting->points = tx_arena_calloc(&fitting->arena, rows, sizeof(double));
  fitting->measures = tx_arena_calloc(&fitting->arena, fitting->fold_count, sizeof *fitting->measures);
  fitting->base_loss = tx_arena_calloc(&fitting->arena, fitting->fold_count, sizeof(double));
  if (!use || !chance || !fitting->log_odds || !fitting->points || !fitting->measures || !fitting->base_loss) {
    return tx_no_memory(error);
  }
  for (size_t row = 0; row < rows; row++) fitting->log_odds[row] = NAN;
  status = measure_each(fitting);
  if (status == TRIAX_OK) status = cross_fit(fitting, use, chance);
  if (status != TRIAX_OK) return status;
  judge(fitting);
  return learn_all(fitting, use);
}
