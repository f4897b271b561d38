#include "health/reach.h"

#include <string.h>

#include "health/score_private.h"

/* One metric at a time, with a value of its own in the input behind the row's. */
typedef struct trial {
  const tx_health_model *model;
  tx_health_model changed;
  tx_health_metric *metrics, *own;
  tx_value *inputs, *value;
  int32_t as_of;
  double threshold;
  double knot, point; /* of a scale that gives the same points to every value */
} trial;

static void open_trial(trial *t, size_t metric) {
  const tx_health_model *model = t->model;
  memcpy(t->metrics, model->metrics, model->metric_count * sizeof *t->metrics);
  t->own = &t->metrics[metric];
  t->own->value = (uint32_t)model->input_count;
  t->own->since = TX_NO_INPUT;
  t->value = &t->inputs[model->input_count];
  t->changed = *model;
  t->changed.metrics = t->metrics;
  t->changed.input_count++;
}

static double score_of(const trial *t) {
  double health;
  tx_health_score_one(&t->changed, t->inputs, t->as_of, &health, NULL, NULL, NULL);
  return health;
}

static double score_without_limits(const trial *t) {
  trial open = *t;
  open.changed.limit_count = 0;
  return score_of(&open);
}

/* The score before limits, with the metric at some points whatever its scale. */
static double at_points(trial *t, double points) {
  const tx_health_metric own = *t->own;
  t->knot = 0;
  t->point = points;
  t->own->knots = &t->knot;
  t->own->points = &t->point;
  t->own->knot_count = 1;
  t->own->category_count = 0;
  *t->value = (tx_value){.state = TX_PRESENT, .type = {TX_DOUBLE, 0}, .number = 0};
  const double health = score_without_limits(t);
  *t->own = own;
  return health;
}

static bool holds(trial *t, double x) {
  *t->value = (tx_value){.state = TX_PRESENT, .type = {TX_DOUBLE, 0}, .number = x};
  return score_of(t) >= t->threshold;
}

/* --- values that give points --- */

/* Where the scale crosses `points` between knot k and the next. */
static double crossing(const tx_health_metric *metric, size_t k, double points) {
  const double slope = tx_health_slope(metric, k);
  const double x = metric->knots[k] + (points - metric->points[k]) / slope;
  return x < metric->knots[k] ? metric->knots[k] : x > metric->knots[k + 1] ? metric->knots[k + 1] : x;
}

/* A stretch of values that have at least the points: the first one that begins at knot k or later; false: none. */
static bool next_stretch(const tx_health_metric *metric, double points, size_t *k, double *low, double *high) {
  const size_t last = metric->knot_count - 1;
  while (*k <= last && !(metric->points[*k] >= points)) (*k)++;
  if (*k > last) return false;
  *low = *k == 0 ? -INFINITY : crossing(metric, *k - 1, points);
  while (*k < last && metric->points[*k + 1] >= points) (*k)++;
  *high = *k == last ? INFINITY : crossing(metric, *k, points);
  (*k)++;
  return true;
}

/* Moves an edge of a stretch inward until the score holds there, by steps that double: rounding may have cut it short. */
static double settle(trial *t, double x, int inward) {
  double step = fmax(fabs(x), 1e-300) * DBL_EPSILON;
  for (int i = 0; i < 40 && !holds(t, x); i++, step *= 2) x += inward * step;
  return holds(t, x) ? x : (double)NAN;
}

/* The same edge in few decimals, a little further in: 0.74 rather than 0.7366666666666667. */
static double plain(trial *t, double x, double from, int inward) {
  const double room = fmax(fabs(isnan(from) ? x : x - from) / 100, fabs(x) * 1e-12);
  double power = 1;
  for (int decimals = 0; decimals <= 12; decimals++, power *= 10) {
    const double rounded = (inward > 0 ? ceil(x * power) : floor(x * power)) / power;
    if (fabs(rounded - x) <= room && holds(t, rounded)) return rounded;
  }
  return x;
}

static double edge(trial *t, double x, double from, int inward) {
  if (isinf(x)) return NAN;
  const double settled = settle(t, x, inward);
  return isnan(settled) ? settled : plain(t, settled, from, inward);
}

/* The nearest values around the one there is; around a missing one the ends of the first stretch. */
static void find_values(trial *t, double now, tx_reach *reach) {
  double low, high;
  size_t k = 0;
  reach->at_least = reach->at_most = NAN;
  while (next_stretch(t->own, reach->points, &k, &low, &high)) {
    if (isnan(now)) {
      reach->at_least = edge(t, low, now, 1);
      reach->at_most = edge(t, high, now, -1);
      return;
    }
    if (low <= now && now <= high && holds(t, now)) {
      reach->as_it_is = true;
      reach->at_least = reach->at_most = NAN;
      return;
    }
    if (high < now) reach->at_most = edge(t, high, now, -1); /* of several below, the last is nearest */
    if (low > now && isnan(reach->at_least)) reach->at_least = edge(t, low, now, 1);
  }
}

static double most_points(const tx_health_metric *metric) {
  double most = -INFINITY;
  for (size_t k = 0; k < metric->knot_count; k++) most = fmax(most, metric->points[k]);
  for (size_t c = 0; c < metric->category_count; c++) most = fmax(most, metric->categories[c].points);
  return most;
}

/* The category with the fewest points that suffice. */
static const tx_health_category *find_category(trial *t) {
  const tx_health_category *best = NULL;
  for (size_t c = 0; c < t->own->category_count; c++) {
    const tx_health_category *category = &t->own->categories[c];
    if (best && category->points >= best->points) continue;
    if (tx_health_limited_by(t->model, t->inputs, at_points(t, category->points)) >= t->threshold) best = category;
  }
  return best;
}

static double number_of(const tx_value *value) {
  if (value->state != TX_PRESENT) return NAN;
  if (value->type.kind == TX_DOUBLE) return value->number;
  return value->type.kind == TX_INT ? (double)value->integer : (double)NAN;
}

void tx_health_reach(const tx_health_model *model, size_t metric, tx_value *inputs, int32_t as_of, double threshold,
                     tx_health_metric *metrics, tx_reach *reach) {
  trial t = {.model = model, .metrics = metrics, .inputs = inputs, .as_of = as_of, .threshold = threshold};
  const tx_value *applies = model->metrics[metric].applies == TX_NO_INPUT ? NULL : &inputs[model->metrics[metric].applies];
  *reach = (tx_reach){TX_REACH_APART, NAN, NAN, NAN, NAN, false, NULL};
  if (applies && !(applies->state == TX_PRESENT && applies->boolean)) return;
  open_trial(&t, metric);
  const double none = at_points(&t, 0), all = at_points(&t, 100);
  if (none >= all) return; /* equal: it weighs nothing */
  const double most = most_points(t.own), best = at_points(&t, most);
  if (!(tx_health_limited_by(model, inputs, best) >= threshold)) { /* also where too little is known even then */
    reach->state = best >= threshold ? TX_REACH_BLOCKED : TX_REACH_CANNOT;
    return;
  }
  reach->state = TX_REACH_CAN;
  const bool lifted = tx_health_limited_by(model, inputs, none) >= threshold; /* known at all is enough */
  const double needed = lifted ? 0 : (threshold - none) / ((all - none) / 100);
  reach->points = needed < 0 ? 0 : needed > most ? most : needed;
  if (t.own->category_count) {
    reach->category = find_category(&t);
    if (reach->category) reach->points = reach->category->points;
    else reach->state = TX_REACH_CANNOT;
  } else {
    find_values(&t, number_of(&inputs[model->metrics[metric].value]), reach);
  }
  const double now = tx_health_part_one(&model->metrics[metric], inputs, as_of).points;
  reach->change = reach->points - (isnan(now) ? 0 : now);
}

double tx_health_limit_one(const tx_health_limit *limit, double score) { return tx_health_limited(limit, score); }
