/* Scales and averages; included by kernel_body.h for each machine variant. Blocks are of 64 rows: a fixed count lets
 * compilers turn the loops into vectors. */

static double KERNEL(scale_one)(double value, const double *knots, const double *points, size_t count) {
  if (value != value) return value;
  if (value <= knots[0]) return points[0];
  if (value >= knots[count - 1]) return points[count - 1];
  size_t low = 0, high = count - 1;
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    if (knots[middle] <= value) low = middle;
    else high = middle;
  }
  return points[low] + (value - knots[low]) / (knots[low + 1] - knots[low]) * (points[low + 1] - points[low]);
}

/* Few knots: the piece is found by a chain of choices instead of branches. A NaN fails every test and comes out of
 * the formula as NaN. */
#define SCALE(COUNT)                                                                                                   \
  static void KERNEL(scale##COUNT)(const double *restrict x, const double *knots, const double *points,                \
                                   double *restrict out) {                                                             \
    double knot[COUNT], point[COUNT], width[COUNT], rise[COUNT];                                                       \
    for (size_t k = 0; k < COUNT; k++) {                                                                               \
      knot[k] = knots[k];                                                                                              \
      point[k] = points[k];                                                                                            \
      width[k] = k + 1 < COUNT ? knots[k + 1] - knots[k] : 0;                                                          \
      rise[k] = k + 1 < COUNT ? points[k + 1] - points[k] : 0;                                                         \
    }                                                                                                                  \
    for (size_t i = 0; i < 64; i++) {                                                                                  \
      double from = knot[0], span = width[0], base = point[0], by = rise[0];                                           \
      for (size_t k = 1; k + 1 < COUNT; k++) {                                                                         \
        const bool on = x[i] >= knot[k];                                                                               \
        from = on ? knot[k] : from;                                                                                    \
        span = on ? width[k] : span;                                                                                   \
        base = on ? point[k] : base;                                                                                   \
        by = on ? rise[k] : by;                                                                                        \
      }                                                                                                                \
      double y = base + (x[i] - from) / span * by;                                                                     \
      y = x[i] <= knot[0] ? point[0] : y;                                                                              \
      out[i] = x[i] >= knot[COUNT - 1] ? point[COUNT - 1] : y;                                                         \
    }                                                                                                                  \
  }
SCALE(2)
SCALE(3)
SCALE(4)
SCALE(5)
SCALE(6)
SCALE(7)
SCALE(8)

static void KERNEL(scale_block)(const double *restrict x, const double *knots, const double *points, size_t count,
                                double *restrict out) {
  switch (count) {
  case 2: KERNEL(scale2)(x, knots, points, out); return;
  case 3: KERNEL(scale3)(x, knots, points, out); return;
  case 4: KERNEL(scale4)(x, knots, points, out); return;
  case 5: KERNEL(scale5)(x, knots, points, out); return;
  case 6: KERNEL(scale6)(x, knots, points, out); return;
  case 7: KERNEL(scale7)(x, knots, points, out); return;
  case 8: KERNEL(scale8)(x, knots, points, out); return;
  default:
    for (size_t i = 0; i < 64; i++) out[i] = KERNEL(scale_one)(x[i], knots, points, count);
  }
}

static void KERNEL(scale_points)(const double *x, size_t n, const double *knots, const double *points,
                                 size_t count, double *out) {
  double block[64], scaled[64];
  for (size_t done = 0; done < n; done += 64) {
    size_t rows = n - done < 64 ? n - done : 64;
    memset(block, 0, sizeof block);
    memcpy(block, x + done, rows * sizeof *x);
    KERNEL(scale_block)(block, knots, points, count, scaled);
    memcpy(out + done, scaled, rows * sizeof *out);
  }
}

static void KERNEL(add_metric)(const double *restrict points, const double *restrict weights, double *restrict sums,
                               double *restrict whole) {
  for (size_t i = 0; i < 64; i++) {
    const bool there = points[i] == points[i] && weights[i] == weights[i];
    const double weight = there ? weights[i] : 0, value = there ? points[i] : 0;
    sums[i] += weight * value;
    whole[i] += weight;
  }
}

/* The same with one weight for all rows. */
static void KERNEL(add_plain)(const double *restrict points, double weight, double *restrict sums,
                              double *restrict whole) {
  for (size_t i = 0; i < 64; i++) {
    const bool there = points[i] == points[i];
    const double share = there ? weight : 0, value = there ? points[i] : 0;
    sums[i] += share * value;
    whole[i] += share;
  }
}

/* A column's rows, from a padded copy where they do not fill a block. */
static const double *KERNEL(block_of)(const double *x, size_t rows, double *copy) {
  if (rows == 64) return x;
  for (size_t i = rows; i < 64; i++) copy[i] = 0;
  return memcpy(copy, x, rows * sizeof *x);
}

static void KERNEL(average_block)(const tx_weighted *metrics, size_t count, size_t first, size_t rows, double *sums,
                                  double *whole) {
  double copy[64], scaled[64], weights[64];
  for (size_t m = 0; m < count; m++) {
    const tx_weighted *metric = &metrics[m];
    const double *points = KERNEL(block_of)(metric->x + first, rows, copy);
    if (metric->knots) {
      KERNEL(scale_block)(points, metric->knots, metric->points, metric->knot_count, scaled);
      points = scaled;
    }
    if (!metric->freshness) {
      KERNEL(add_plain)(points, metric->weight, sums, whole);
      continue;
    }
    for (size_t i = 0; i < 64; i++) weights[i] = i < rows ? metric->weight * metric->freshness[first + i] : 0;
    KERNEL(add_metric)(points, weights, sums, whole);
  }
}

static void KERNEL(weighted_average)(const tx_weighted *metrics, size_t count, size_t first, size_t n,
                                     double *average, double *weight) {
  for (size_t done = 0; done < n; done += 64) {
    size_t rows = n - done < 64 ? n - done : 64;
    double sums[64] = {0}, whole[64] = {0};
    KERNEL(average_block)(metrics, count, first + done, rows, sums, whole);
    for (size_t i = 0; i < 64; i++) sums[i] = whole[i] > 0 ? sums[i] / whole[i] : (double)NAN;
    memcpy(average + done, sums, rows * sizeof *sums);
    if (weight) memcpy(weight + done, whole, rows * sizeof *whole);
  }
}
