/* The formulas of health, written once: the batch and the single row must agree to the last bit. */
#ifndef TX_HEALTH_SCORE_PRIVATE_H
#define TX_HEALTH_SCORE_PRIVATE_H

#include <float.h>
#include <math.h>

#include "health/health.h"

#define TX_MICROSECONDS_A_DAY 86400e6

/* Rows that are scored together: the sums of one chunk stay in the first-level cache. */
#define TX_HEALTH_CHUNK 256

/* Ten decimals. Without this, 75 points in every metric may weigh up to 74.99999999999999 and miss the band at 75. */
static inline double tx_health_tidy(double value) {
  const double scaled = value * 1e10;
#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD == 0
  const double shift = 6755399441055744.0; /* 1.5 × 2^52: adding it rounds to whole numbers, without a call */
  const double whole = (scaled + shift) - shift;
#else
  const double whole = nearbyint(scaled);
#endif
  return fabs(scaled) < 2251799813685248.0 ? whole / 1e10 : value;
}

/* 1 up to `after`, then falling to 0 over `fade`. age must not be NaN; what is dated ahead is fresh. */
static inline double tx_health_freshness(double age, double after, double fade) {
  if (age <= after) return 1;
  if (!(fade > 0)) return 0;
  const double left = 1 - (age - after) / fade;
  return left > 0 ? left : 0;
}

/* Points per unit of x from knot k to the next. Never infinite: 0 times it must be 0. */
static inline double tx_health_slope(const tx_health_metric *metric, size_t k) {
  if (k + 1 >= metric->knot_count) return 0;
  const double slope = (metric->points[k + 1] - metric->points[k]) / (metric->knots[k + 1] - metric->knots[k]);
  return slope > DBL_MAX ? DBL_MAX : slope < -DBL_MAX ? -DBL_MAX : slope;
}

/* Knots up to which a scale is a sum of its pieces. */
#define TX_HEALTH_FEW_KNOTS 8

/* Whether a scale is a sum of its pieces: each has a slope to be had, and none is lost beside another. */
static inline bool tx_health_summed(const tx_health_metric *metric) {
  if (metric->knot_count < 2 || metric->knot_count > TX_HEALTH_FEW_KNOTS) return false;
  for (size_t k = 0; k < metric->knot_count; k++)
    if (fabs(metric->points[k]) > 1e4 || fabs(tx_health_slope(metric, k)) >= DBL_MAX) return false;
  return true;
}

/* What each piece adds: all of it below x, a part around x, nothing above. Fewer steps than to look for the one piece,
 * at the price of a last digit or two, which tidying takes away. */
static inline double tx_health_sum_pieces(const tx_health_metric *metric, double x) {
  const double *knots = metric->knots;
  const double inside = x > knots[0] ? x : knots[0];
  double from = knots[0], y = metric->points[0];
  for (size_t k = 1; k < metric->knot_count; k++) {
    const double to = inside < knots[k] ? inside : knots[k];
    y += (to - from) * tx_health_slope(metric, k - 1);
    from = to;
  }
  return y;
}

/* The one piece that x is in: exact at knots. */
static inline double tx_health_find_piece(const tx_health_metric *metric, double x) {
  const double *knots = metric->knots, *points = metric->points;
  const size_t last = metric->knot_count - 1;
  if (x >= knots[last]) return points[last];
  if (x < knots[0]) x = knots[0];
  size_t low = 0, high = last;
  while (high - low > 1) {
    const size_t middle = low + (high - low) / 2;
    if (x >= knots[middle]) low = middle;
    else high = middle;
  }
  return points[low] + (x - knots[low]) * tx_health_slope(metric, low);
}

/* Points of x by a scale of knots, flat outside. The loops of scale_kernel.h take the same steps. */
static inline double tx_health_scale(const tx_health_metric *metric, double x) {
  if (isnan(x)) return x;
  return tx_health_summed(metric) ? tx_health_sum_pieces(metric, x) : tx_health_find_piece(metric, x);
}

/* What one row's metrics came to, before limits. */
typedef struct tx_health_sum {
  double total, weight;      /* Σ W × group score, Σ W: groups with Σ w′ > 0 */
  double covered, coverable; /* Σ W / Σ w × Σ w′, Σ W: groups with Σ w > 0 */
} tx_health_sum;

static inline void tx_health_sum_group(tx_health_sum *sum, double group, double points, double present, double all) {
  sum->total += present > 0 ? group * (points / present) : 0;
  sum->weight += present > 0 ? group : 0;
  sum->covered += all > 0 ? group / all * present : 0;
  sum->coverable += all > 0 ? group : 0;
}

static inline double tx_health_sum_coverage(const tx_health_sum *sum) {
  return sum->coverable > 0 ? tx_health_tidy(sum->covered * (1 / sum->coverable)) : 0;
}

static inline double tx_health_sum_score(const tx_health_sum *sum, double coverage, double min_coverage) {
  return sum->weight > 0 && coverage >= min_coverage ? tx_health_tidy(sum->total * (1 / sum->weight)) : (double)NAN;
}

/* at_most, then at_least; a missing health stays missing. */
static inline double tx_health_limited(const tx_health_limit *limit, double health) {
  if (health > limit->at_most) health = limit->at_most;
  if (health < limit->at_least) health = limit->at_least;
  return health;
}

/* All limits that hold, in order. */
double tx_health_limited_by(const tx_health_model *model, const tx_value *inputs, double health);

/* A metric at one row: w′ in `weight`. */
tx_health_part tx_health_part_one(const tx_health_metric *metric, const tx_value *inputs, int32_t as_of);

/* Turns parts whose `weight` holds w′ into shares, contributions and losses. parts[metric * stride]. */
void tx_health_finish_parts(const tx_health_model *model, tx_health_part *parts, size_t stride);

/* The freshness of a metric at one row, w′ in `weight`, and its points, from plain values. points NaN: missing. */
static inline tx_health_part tx_health_part_of(const tx_health_metric *metric, double points, bool has_age, double age,
                                               bool applies) {
  tx_health_part part = {NAN, NAN, 0, 0, 0, applies};
  if (!applies) return part;
  if (!isnan(points) && !(has_age && isnan(age))) {
    part.points = points;
    part.freshness = has_age ? tx_health_freshness(age, metric->after, metric->fade) : 1;
  } else if (!isnan(metric->missing)) {
    part.points = metric->missing;
    part.freshness = 1;
  } else {
    return part;
  }
  part.weight = metric->weight * part.freshness;
  return part;
}

/* Points of a text among categories; NaN: not among them. */
double tx_health_category_text(const tx_health_metric *metric, triax_text value);

#endif
