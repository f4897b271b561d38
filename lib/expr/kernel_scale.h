/* Scores: points of values by piecewise-linear scales, and their weighted averages with missing metrics left out. */
#ifndef TX_EXPR_KERNEL_SCALE_H
#define TX_EXPR_KERNEL_SCALE_H

#include "expr/kernel.h"

/* out[i] = the scale at x[i]: for the last k with knots[k] <= x,
 *   points[k] + (x - knots[k]) / (knots[k + 1] - knots[k]) * (points[k + 1] - points[k])
 * evaluated just so; flat outside of the knots, exact at them, NaN where x is NaN. knots ascend strictly and are
 * finite; knot_count >= 1. out may be x. */
void tx_scale_points(const double *x, size_t n, const double *knots, const double *points, size_t knot_count,
                     double *out);

/* One metric of a score. */
typedef struct tx_weighted {
  const double *x;         /* values by row, NaN where missing; read at [first, first + n) */
  const double *knots;     /* scale, or NULL: x are points already */
  const double *points;
  size_t knot_count;
  const double *freshness; /* by row, 0 to 1, multiplies the weight; or NULL: 1 */
  double weight;
} tx_weighted;

/* For rows first + [0, n): weight[i] = sum of the weights of metrics with points, average[i] = sum of weight x points
 * divided by it, NaN where it is 0. Both sums begin at 0 and run in the order of metrics. A metric whose freshness is
 * missing (NaN) is left out. weight may be NULL. */
void tx_weighted_average(const tx_weighted *metrics, size_t count, size_t first, size_t n, double *average,
                         double *weight);

#endif
