/* Piecewise-linear scales without branches, for few knots. Included by scale.c once for each instruction set. */

/* One scale of COUNT knots over blocks of 64 rows. The choice of a piece is a chain of selects that compilers turn
 * into masks; a NaN fails every comparison and comes out of the formula as NaN. */
#define SCALE(COUNT)                                                                                                   \
  static void KERNEL(scale##COUNT)(const tx_health_metric *metric, const double *restrict x, size_t blocks,            \
                                   double *restrict out) {                                                             \
    double knots[COUNT], points[COUNT], width[COUNT], rise[COUNT];                                                     \
    for (size_t k = 0; k < COUNT; k++) {                                                                               \
      knots[k] = metric->knots[k];                                                                                     \
      points[k] = metric->points[k];                                                                                   \
    }                                                                                                                  \
    for (size_t k = 0; k + 1 < COUNT; k++) {                                                                           \
      width[k] = knots[k + 1] - knots[k];                                                                              \
      rise[k] = points[k + 1] - points[k];                                                                             \
    }                                                                                                                  \
    for (; blocks; blocks--, x += 64, out += 64) {                                                                     \
      for (size_t i = 0; i < 64; i++) {                                                                                \
        double from = knots[0], base = points[0], wide = width[0], up = rise[0];                                       \
        for (size_t k = 1; k + 1 < COUNT; k++) {                                                                       \
          const bool on = x[i] >= knots[k];                                                                            \
          from = on ? knots[k] : from;                                                                                 \
          base = on ? points[k] : base;                                                                                \
          wide = on ? width[k] : wide;                                                                                 \
          up = on ? rise[k] : up;                                                                                      \
        }                                                                                                              \
        double y = base + (x[i] - from) / wide * up;                                                                   \
        y = x[i] < knots[0] ? points[0] : y;                                                                           \
        out[i] = x[i] >= knots[COUNT - 1] ? points[COUNT - 1] : y;                                                     \
      }                                                                                                                \
    }                                                                                                                  \
  }
SCALE(2)
SCALE(3)
SCALE(4)
SCALE(5)
SCALE(6)
#undef SCALE

static void KERNEL(scale_many)(const tx_health_metric *metric, const double *restrict x, size_t blocks,
                               double *restrict out) {
  for (size_t i = 0; i < blocks * 64; i++) out[i] = tx_health_scale(metric, x[i]);
}

/* w′ and w′ × points of a metric without `since` and `applies`, on to the sums. */
static void KERNEL(add_plain)(const double *restrict points, double weight, size_t blocks, double *restrict present,
                              double *restrict sum) {
  for (; blocks; blocks--, points += 64, present += 64, sum += 64) {
    for (size_t i = 0; i < 64; i++) {
      const bool has = points[i] == points[i];
      const double w = has ? weight : 0, p = has ? points[i] : 0;
      present[i] += w;
      sum[i] += w * p;
    }
  }
}

/* The same with w′ row by row; 0 where the points are NaN. */
static void KERNEL(add_weighted)(const double *restrict points, const double *restrict weight, size_t blocks,
                                 double *restrict present, double *restrict sum) {
  for (; blocks; blocks--, points += 64, weight += 64, present += 64, sum += 64) {
    for (size_t i = 0; i < 64; i++) {
      const double p = points[i] == points[i] ? points[i] : 0;
      present[i] += weight[i];
      sum[i] += weight[i] * p;
    }
  }
}

/* Ends a group: the same steps as tx_health_sum_group. */
static void KERNEL(end_group)(double group, const double *restrict points, const double *restrict present,
                              const double *restrict all, size_t blocks, const tx_health_sums *sums) {
  double *restrict total = sums->total, *restrict weight = sums->weight;
  double *restrict covered = sums->covered, *restrict coverable = sums->coverable;
  for (; blocks; blocks--, points += 64, present += 64, all += 64) {
    for (size_t i = 0; i < 64; i++) {
      const bool has = present[i] > 0, any = all[i] > 0;
      const double score = group * (points[i] / present[i]), share = group * (present[i] / all[i]);
      total[i] += has ? score : 0;
      weight[i] += has ? group : 0;
      covered[i] += any ? share : 0;
      coverable[i] += any ? group : 0;
    }
    total += 64;
    weight += 64;
    covered += 64;
    coverable += 64;
  }
}

/* Health before limits, and coverage, in the place of sums->total and sums->covered. */
static void KERNEL(end_rows)(double min_coverage, size_t blocks, const tx_health_sums *sums) {
  double *restrict total = sums->total, *restrict covered = sums->covered;
  const double *restrict weight = sums->weight, *restrict coverable = sums->coverable;
  for (; blocks; blocks--, total += 64, covered += 64, weight += 64, coverable += 64) {
    for (size_t i = 0; i < 64; i++) {
      const double share = tx_health_tidy(covered[i] / coverable[i]), score = tx_health_tidy(total[i] / weight[i]);
      const double coverage = coverable[i] > 0 ? share : 0, known = weight[i] > 0 ? score : (double)NAN;
      covered[i] = coverage;
      total[i] = coverage >= min_coverage ? known : (double)NAN;
    }
  }
}

static const tx_health_kernels KERNEL(kernels) = {
    {KERNEL(scale2), KERNEL(scale3), KERNEL(scale4), KERNEL(scale5), KERNEL(scale6), KERNEL(scale_many)},
    KERNEL(add_plain),
    KERNEL(add_weighted),
    KERNEL(end_group),
    KERNEL(end_rows),
};
