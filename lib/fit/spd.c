/* Cholesky's factors. */
#include "fit/spd.h"

#include <math.h>

/* Rows between two looks at the host's wish to stop. */
#define ROWS_A_LOOK 32

static double dot(const double *a, const double *b, size_t n) {
  double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    s0 += a[i] * b[i];
    s1 += a[i + 1] * b[i + 1];
    s2 += a[i + 2] * b[i + 2];
    s3 += a[i + 3] * b[i + 3];
  }
  for (; i < n; i++) s0 += a[i] * b[i];
  return (s0 + s1) + (s2 + s3);
}

triax_status tx_spd_factor(triax_context *context, double *a, size_t n, size_t stride, triax_error *error) {
  for (size_t i = 0; i < n; i++) {
    double *row = a + i * stride;
    if (i % ROWS_A_LOOK == ROWS_A_LOOK - 1) {
      triax_status status = tx_progress(context, "fit", 0, error);
      if (status != TRIAX_OK) return status;
    }
    for (size_t j = 0; j < i; j++) row[j] = (row[j] - dot(row, a + j * stride, j)) / a[j * stride + j];
    const double whole = row[i], left = whole - dot(row, row, i);
    row[i] = left > 1e-13 * whole && left > 0 ? sqrt(left) : 1e100;
  }
  return TRIAX_OK;
}

void tx_spd_solve(const double *factor, size_t n, size_t stride, double *b) {
  for (size_t i = 0; i < n; i++) b[i] = (b[i] - dot(factor + i * stride, b, i)) / factor[i * stride + i];
  for (size_t i = n; i-- > 0;) {
    b[i] /= factor[i * stride + i];
    const double *row = factor + i * stride;
    for (size_t j = 0; j < i; j++) b[j] -= row[j] * b[i];
  }
}

triax_status tx_spd_invert_factor(triax_context *context, const double *factor, size_t n, size_t stride, double *inverse,
                                  triax_error *error) {
  for (size_t i = 0; i < n; i++) {
    double *row = inverse + i * stride;
    const double *from = factor + i * stride;
    const double scale = 1 / from[i];
    if (i % ROWS_A_LOOK == ROWS_A_LOOK - 1) {
      triax_status status = tx_progress(context, "fit", 0, error);
      if (status != TRIAX_OK) return status;
    }
    for (size_t j = 0; j < i; j++) row[j] = 0;
    for (size_t k = 0; k < i; k++) {
      const double *above = inverse + k * stride;
      const double share = from[k];
      for (size_t j = 0; j <= k; j++) row[j] += share * above[j];
    }
    for (size_t j = 0; j < i; j++) row[j] *= -scale;
    row[i] = scale;
  }
  return TRIAX_OK;
}
