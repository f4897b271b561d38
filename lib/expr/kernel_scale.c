#include "expr/kernel_scale.h"

void tx_scale_points(const double *x, size_t n, const double *knots, const double *points, size_t knot_count,
                     double *out) {
  tx_kernels_best()->scale_points(x, n, knots, points, knot_count, out);
}

void tx_weighted_average(const tx_weighted *metrics, size_t count, size_t first, size_t n, double *average,
                         double *weight) {
  tx_kernels_best()->weighted_average(metrics, count, first, n, average, weight);
}
