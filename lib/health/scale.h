/* The loops of health: over blocks of 64 rows, so that compilers make vector code of them at any level. */
#ifndef TX_HEALTH_SCALE_H
#define TX_HEALTH_SCALE_H

#include "health/health.h"

/* A metric's scale as the loops want it: slopes[k] leads from knot k to the next, the last is 0 (tx_health_slope). */
typedef struct tx_health_line {
  const tx_health_metric *metric;
  const double *knots, *points, *slopes;
  double weight, missing;
  bool summed; /* tx_health_summed: the loops for few knots do */
} tx_health_line;

typedef void (*tx_health_scale_fn)(const tx_health_line *line, const double *restrict x, size_t blocks,
                                   double *restrict out);
typedef void (*tx_health_add_fn)(const tx_health_line *line, const double *restrict x, size_t blocks,
                                 double *restrict present, double *restrict sum);

typedef void (*tx_health_add_two_fn)(const tx_health_line *line, const double *restrict x, const double *restrict next,
                                     size_t blocks, double *restrict present, double *restrict sum);

typedef void (*tx_health_add_lose_fn)(const tx_health_line *line, const double *restrict x, double metric,
                                      size_t blocks, double *restrict present, double *restrict sum,
                                      double *restrict most, double *restrict worst);

typedef struct tx_health_kernels {
  tx_health_scale_fn scale[8];     /* points of x: 2 … 8 and any number of knots */
  tx_health_add_fn add[7];         /* points of x straight into the sums: 2 … 8 knots; a NaN is left out */
  tx_health_add_two_fn add_two[7]; /* two metrics, line[0] and then line[1], of equally many knots */
  tx_health_add_lose_fn add_lose[7]; /* as add, and then as lose */
  tx_health_add_fn fill[7];        /* the same, a NaN having line->missing points */
  void (*clear)(size_t blocks, double *restrict out);
  void (*add_weighted)(const double *restrict points, const double *restrict weight, size_t blocks,
                       double *restrict present, double *restrict sum);
  void (*fade)(double after, double fade, size_t blocks, double *restrict age);
  void (*weigh_plain)(const tx_health_line *line, size_t blocks, double *restrict points, double *restrict weight);
  void (*weigh)(const tx_health_line *line, const uint64_t *applies, const double *restrict fresh, size_t blocks,
                double *restrict points, double *restrict weight);
  void (*add_all)(const uint64_t *applies, double weight, size_t blocks, double *restrict all);
  void (*lose)(const double *restrict points, const double *restrict weight, double metric, size_t blocks,
               double *restrict most, double *restrict worst);
  void (*end_lost)(double group, const double *restrict present, const double *restrict group_most,
                   const double *restrict group_worst, size_t blocks, double *restrict most, double *restrict worst);
  void (*end_group)(double group, const double *restrict points, const double *restrict present, size_t blocks,
                    double *restrict total, double *restrict weight);
  void (*cover)(double group, const double *restrict present, const double *restrict all, size_t blocks,
                double *restrict covered, double *restrict coverable);
  void (*cover_plain)(double group, const double *restrict present, double all, size_t blocks,
                      double *restrict covered);
  void (*end_cover)(const double *restrict coverable, size_t blocks, double *restrict covered);
  void (*end_cover_plain)(double coverable, size_t blocks, double *restrict covered);
  void (*end_rows)(const double *restrict weight, size_t blocks, double *restrict total);
  void (*end_only)(double group, double all, const double *restrict points, const double *restrict present,
                   size_t blocks, double *restrict health, double *restrict coverage);
  void (*drop_uncovered)(double min_coverage, const double *restrict coverage, size_t blocks, double *restrict total);
  void (*reach)(const double *restrict health, const tx_health_band *bands, size_t count, size_t blocks,
                uint8_t *restrict out);
} tx_health_kernels;

/* The best for this machine. Every one gives the same bits. */
const tx_health_kernels *tx_health_kernels_best(void);
/* By number, for tests: 0 portable, 1 AVX2, 2 AVX-512; NULL when there is no such, or this machine cannot run it. */
const tx_health_kernels *tx_health_kernels_variant(size_t number);

#endif
