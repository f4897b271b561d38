/* From log-odds to points, weights, chances and bands. */
#include "fit/points.h"

#include <math.h>
#include <string.h>

#include "fit/elementary.h"
#include "fit/knots.h"
#include "fit/measure.h"

/* A rounded score may rank the rows worse than the model by so much. */
#define AUC_LOST 0.0005
/* How far chances between the knots of a calibration may be from the true curve. */
#define CHANCE_LOST 0.002

typedef struct effects {
  const double *effect;
  size_t count;
  double missing, least, most;
} effects;

static effects effects_of(const tx_fit_model *model, const tx_fit_metric *metric) {
  effects found = {NULL, 0, 0, 0, 0};
  if (metric->is_pair) {
    const tx_fit_pair *pair = &model->pairs[metric->number];
    found = (effects){pair->effect, pair->axes[0].groups * pair->axes[1].groups, 0, 0, 0};
  } else {
    const tx_fit_shape *shape = &model->shapes[metric->number];
    found = (effects){shape->effect, shape->count, shape->missing, shape->missing, shape->missing};
  }
  for (size_t i = 0; i < found.count; i++) {
    if (found.effect[i] < found.least) found.least = found.effect[i];
    if (found.effect[i] > found.most) found.most = found.effect[i];
  }
  return found;
}

static double rounded(double value, int digits) {
  static const double scale[] = {1, 10, 100};
  return floor(value * scale[digits] + 0.5) / scale[digits];
}

static double points_of(const tx_fit_score *score, const effects *of, double effect) {
  const double range = of->most - of->least;
  const double share = score->falls ? (of->most - effect) / range : (effect - of->least) / range;
  return rounded(100 * share, score->digits);
}

/* Effects without any range are no metrics. */
static bool list_metrics(const tx_fit_model *model, tx_fit_score *score) {
  const size_t all = model->shape_count + model->pair_count;
  score->metrics = tx_arena_calloc(&score->arena, all, sizeof *score->metrics);
  if (!score->metrics) return false;
  double sum = 0;
  score->zero = model->intercept;
  for (size_t i = 0; i < all; i++) {
    const bool is_pair = i >= model->shape_count;
    tx_fit_metric metric = {is_pair, is_pair ? i - model->shape_count : i, 0, NULL, 0};
    const effects of = effects_of(model, &metric);
    if (!(of.most - of.least > 1e-9)) continue;
    metric.weight = of.most - of.least;
    sum += metric.weight;
    score->zero += score->falls ? of.most : of.least;
    size_t at = score->metric_count++;
    for (; at > 0 && score->metrics[at - 1].weight < metric.weight; at--) score->metrics[at] = score->metrics[at - 1];
    score->metrics[at] = metric;
  }
  score->slope = (score->falls ? -sum : sum) / 100;
  for (size_t m = 0; m < score->metric_count; m++) {
    const effects of = effects_of(model, &score->metrics[m]);
    score->metrics[m].points = tx_arena_calloc(&score->arena, of.count, sizeof(double));
    if (!score->metrics[m].points) return false;
  }
  return true;
}

static void round_metrics(const tx_fit_model *model, tx_fit_score *score) {
  const double sum = 100 * fabs(score->slope);
  for (size_t m = 0; m < score->metric_count; m++) {
    tx_fit_metric *metric = &score->metrics[m];
    const effects of = effects_of(model, metric);
    const double least = score->digits == 0 ? 1 : score->digits == 1 ? 0.1 : 0.01;
    metric->weight = rounded(100 * (of.most - of.least) / sum, score->digits);
    if (metric->weight < least) metric->weight = least;
    for (size_t i = 0; i < of.count; i++) metric->points[i] = points_of(score, &of, of.effect[i]);
    metric->missing = points_of(score, &of, of.missing);
  }
}

static double shape_points(const tx_fit_metric *metric, const tx_fit_shape *shape, const tx_fit_column *columns,
                           size_t row) {
  const tx_fit_shape as_points = {.column = shape->column,   .count = shape->count,      .knots = shape->knots,
                                  .levels = shape->levels,   .effect = metric->points,   .missing = metric->missing};
  return tx_fit_shape_at(&as_points, columns, row);
}

static double pair_points(const tx_fit_metric *metric, const tx_fit_pair *pair, const tx_fit_column *columns,
                          size_t row) {
  const size_t one = tx_fit_group(&pair->axes[0], columns, row), other = tx_fit_group(&pair->axes[1], columns, row);
  return one == SIZE_MAX || other == SIZE_MAX ? metric->missing : metric->points[one * pair->axes[1].groups + other];
}

double tx_fit_score_at(const tx_fit_score *score, const tx_fit_model *model, const tx_fit_column *columns, size_t row) {
  double sum = 0, weight = 0;
  for (size_t m = 0; m < score->metric_count; m++) {
    const tx_fit_metric *metric = &score->metrics[m];
    sum += metric->weight * (metric->is_pair ? pair_points(metric, &model->pairs[metric->number], columns, row)
                                             : shape_points(metric, &model->shapes[metric->number], columns, row));
    weight += metric->weight;
  }
  return weight > 0 ? floor(sum / weight * 1e10 + 0.5) / 1e10 : 0; /* ten decimals, as health has */
}

void tx_fit_score_free(tx_fit_score *score) {
  if (score->arena.context) tx_arena_free(&score->arena);
  score->arena.context = NULL;
}

static triax_status auc_of(triax_context *context, const tx_fit_data *data, const tx_fit_model *model,
                           const tx_fit_score *score, double *scratch, double *auc, triax_error *error) {
  tx_measures measures;
  for (size_t row = 0; row < data->rows; row++) {
    scratch[row] = !score         ? tx_fit_log_odds(model, data->columns, row)
                   : score->falls ? -tx_fit_score_at(score, model, data->columns, row)
                                  : tx_fit_score_at(score, model, data->columns, row);
  }
  const triax_status status = tx_measure(context, data->rows, scratch, NULL, data->outcome, data->use, &measures, error);
  *auc = measures.auc;
  return status;
}

triax_status tx_fit_points(triax_context *context, const tx_fit_data *data, const tx_fit_model *model, bool falls,
                           tx_fit_score *score, triax_error *error) {
  memset(score, 0, sizeof *score);
  tx_arena_init(&score->arena, context);
  score->falls = falls;
  double *scratch = tx_alloc_array(context, data->rows, sizeof *scratch), exact, coarse;
  triax_status status = scratch && list_metrics(model, score) ? TRIAX_OK : tx_no_memory(error);
  if (status == TRIAX_OK) status = auc_of(context, data, model, NULL, scratch, &exact, error);
  for (score->digits = 0; status == TRIAX_OK; score->digits++) {
    round_metrics(model, score);
    status = auc_of(context, data, model, score, scratch, &coarse, error);
    if (status != TRIAX_OK || score->digits == 2 || !(coarse < exact - AUC_LOST)) break;
  }
  tx_free_array(context, scratch, data->rows, sizeof *scratch);
  return status;
}

/* --- chances ---- */

tx_recalibration tx_fit_recalibrate(size_t rows, const double *log_odds, const uint8_t *outcome) {
  tx_recalibration line = {0, 1};
  for (int step = 0; step < 20; step++) {
    double g0 = 0, g1 = 0, h00 = 1e-9, h01 = 0, h11 = 1e-9;
    for (size_t row = 0; row < rows; row++) {
      const double z = log_odds[row];
      if (isnan(z)) continue;
      const double chance = tx_logistic(line.constant + line.slope * z), weight = chance * (1 - chance);
      g0 += outcome[row] - chance;
      g1 += (outcome[row] - chance) * z;
      h00 += weight;
      h01 += weight * z;
      h11 += weight * z * z;
    }
    const double determinant = h00 * h11 - h01 * h01;
    if (!(determinant > 0)) break;
    const double constant = (h11 * g0 - h01 * g1) / determinant, slope = (h00 * g1 - h01 * g0) / determinant;
    line.constant += constant;
    line.slope += slope;
    if (fabs(constant) + fabs(slope) < 1e-9) break;
  }
  const bool fine = isfinite(line.constant) && line.slope > 0.05 && line.slope < 20;
  return fine ? line : (tx_recalibration){0, 1};
}

static double chance_at(const tx_fit_score *score, tx_recalibration from, double points) {
  return tx_logistic(from.constant + from.slope * (score->zero + score->slope * points));
}

/* Three digits, that is 0.123 and 0.00123; monotone as the chances are. */
static double three_digits(double chance) {
  double unit = 1000;
  if (chance < 1e-6) return 0;
  while (chance * unit < 100) unit *= 10;
  return floor(chance * unit + 0.5) / unit;
}

void tx_fit_calibrate(tx_fit_score *score, tx_recalibration from, double rate) {
  double points[101], chances[101], mass[101];
  bool keep[101];
  for (size_t i = 0; i < 101; i++) {
    points[i] = (double)i;
    chances[i] = chance_at(score, from, points[i]);
    mass[i] = 1.0 / 101;
  }
  tx_knots_thin(points, chances, mass, 101, CHANCE_LOST, TX_CALIBRATION_MOST, keep);
  score->calibration_count = 0;
  for (size_t i = 0; i < 101; i++) {
    if (!keep[i]) continue;
    score->calibration[score->calibration_count] = points[i];
    score->probability[score->calibration_count++] = three_digits(chances[i]);
  }
  const double twice = 2 * rate < (1 + rate) / 2 ? 2 * rate : (1 + rate) / 2, half = rate / 2;
  score->middle = score->best = NAN;
  for (size_t i = 1; i < 101; i++) {
    const bool past_middle = score->falls ? chances[i] < twice : chances[i] > half;
    const bool past_best = score->falls ? chances[i] < half : chances[i] > twice;
    if (isnan(score->middle) && past_middle) score->middle = points[i];
    if (isnan(score->best) && past_best) score->best = points[i];
  }
  if (score->best <= score->middle) score->middle = NAN;
}
