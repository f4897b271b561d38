#include <string.h>

#include "base/number.h"
#include "health/score_private.h"

double tx_health_category_text(const tx_health_metric *metric, triax_text value) {
  for (size_t i = 0; i < metric->category_count; i++)
    if (tx_text_equal(metric->categories[i].value, value)) return metric->categories[i].points;
  return NAN;
}

/* Points of a whole number or a truth among categories; NaN: not among them. */
static double category_integer(const tx_health_metric *metric, int64_t value) {
  for (size_t i = 0; i < metric->category_count; i++) {
    int64_t category = 0;
    if (tx_parse_int64(metric->categories[i].value, &category) && category == value)
      return metric->categories[i].points;
  }
  return NAN;
}

static double category_number(const tx_health_metric *metric, double value) {
  for (size_t i = 0; i < metric->category_count; i++) {
    double category = 0;
    if (tx_parse_double(metric->categories[i].value, false, &category) && category == value)
      return metric->categories[i].points;
  }
  return NAN;
}

static double category_points(const tx_health_metric *metric, const tx_value *value) {
  switch (value->type.kind) {
  case TX_STRING:
    return tx_health_category_text(metric, value->text);
  case TX_BOOL:
    return tx_health_category_text(metric, value->boolean ? TX_TEXT("true") : TX_TEXT("false"));
  case TX_INT:
    return category_integer(metric, value->integer);
  case TX_UINT:
    return value->natural <= INT64_MAX ? category_integer(metric, (int64_t)value->natural) : (double)NAN;
  case TX_DOUBLE:
    return category_number(metric, value->number);
  default:
    return NAN;
  }
}

static double number_of(const tx_value *value) {
  switch (value->type.kind) {
  case TX_DOUBLE:
    return value->number;
  case TX_INT:
    return (double)value->integer;
  case TX_UINT:
    return (double)value->natural;
  case TX_BOOL:
    return value->boolean ? 1 : 0;
  default:
    return NAN;
  }
}

static double age_of(const tx_value *since, int32_t as_of) {
  if (since->state != TX_PRESENT) return NAN;
  if (since->type.kind != TX_TIMESTAMP) return (double)as_of - (double)since->integer;
  const int64_t microseconds = since->time.seconds * 1000000 + since->time.nanos / 1000;
  return (double)as_of - (double)microseconds / TX_MICROSECONDS_A_DAY;
}

static bool is_true(const tx_value *value) { return value->state == TX_PRESENT && value->boolean; }

tx_health_part tx_health_part_one(const tx_health_metric *metric, const tx_value *inputs, int32_t as_of) {
  const tx_value *value = &inputs[metric->value];
  const bool applies = metric->applies == TX_NO_INPUT || is_true(&inputs[metric->applies]);
  const bool has_age = metric->since != TX_NO_INPUT;
  double points = NAN;
  if (applies && value->state == TX_PRESENT)
    points = metric->category_count ? category_points(metric, value) : tx_health_scale(metric, number_of(value));
  return tx_health_part_of(metric, points, has_age, has_age ? age_of(&inputs[metric->since], as_of) : 0, applies);
}

double tx_health_limited_by(const tx_health_model *model, const tx_value *inputs, double health) {
  for (size_t l = 0; l < model->limit_count; l++)
    if (is_true(&inputs[model->limits[l].when])) health = tx_health_limited(&model->limits[l], health);
  return health;
}

void tx_health_finish_parts(const tx_health_model *model, tx_health_part *parts, size_t stride) {
  double weights = 0;
  for (size_t g = 0; g < model->group_count; g++) {
    double present = 0;
    for (size_t m = 0; m < model->metric_count; m++)
      if (model->metrics[m].group == g) present += parts[m * stride].weight;
    weights += present > 0 ? model->groups[g].weight : 0;
  }
  for (size_t g = 0; g < model->group_count; g++) {
    double present = 0;
    for (size_t m = 0; m < model->metric_count; m++)
      if (model->metrics[m].group == g) present += parts[m * stride].weight;
    for (size_t m = 0; m < model->metric_count; m++) {
      tx_health_part *part = &parts[m * stride];
      if (model->metrics[m].group != g) continue;
      part->points = tx_health_tidy(part->points);
      part->weight = part->weight > 0 && weights > 0 ? model->groups[g].weight / weights * (part->weight / present) : 0;
      part->contribution = part->weight > 0 ? part->weight * part->points : 0;
      part->lost = part->weight > 0 ? part->weight * (100 - part->points) : 0;
    }
  }
}

void tx_health_score_one(const tx_health_model *model, const tx_value *inputs, int32_t as_of, double *health,
                         double *coverage, uint8_t *band, tx_health_part *parts) {
  tx_health_sum sum = {0, 0, 0, 0};
  for (size_t g = 0; g < model->group_count; g++) {
    double points = 0, present = 0, all = 0;
    for (size_t m = 0; m < model->metric_count; m++) {
      const tx_health_metric *metric = &model->metrics[m];
      if (metric->group != g) continue;
      const tx_health_part part = tx_health_part_one(metric, inputs, as_of);
      present += part.weight;
      points += part.weight * (isnan(part.points) ? 0 : part.points);
      all += part.applies ? metric->weight : 0;
      if (parts) parts[m] = part;
    }
    tx_health_sum_group(&sum, model->groups[g].weight, points, present, all);
  }
  const double covered = tx_health_sum_coverage(&sum);
  double score = tx_health_sum_score(&sum, covered, model->min_coverage);
  score = tx_health_limited_by(model, inputs, score);
  uint8_t place = TX_BAND_UNKNOWN;
  for (size_t b = 0; b < model->band_count; b++)
    if (score >= model->bands[b].threshold) place = (uint8_t)b;
  if (health) *health = score;
  if (coverage) *coverage = covered;
  if (band) *band = place;
  if (parts) tx_health_finish_parts(model, parts, 1);
}
