/* The loops of health: over blocks of 64 rows, so that compilers make vector code of them at any level. */
#ifndef TX_HEALTH_SCALE_H
#define TX_HEALTH_SCALE_H

#include "health/health.h"

/* Sums of a chunk, row by row. */
typedef struct tx_health_sums {
  double *total, *weight, *covered, *coverable;
} tx_health_sums;

typedef void (*tx_health_scale_fn)(const tx_health_metric *metric, const double *restrict x, size_t blocks,
                                   double *restrict out);

typedef struct tx_health_kernels {
  tx_health_scale_fn scale[6]; /* of 2, 3, 4, 5, 6 and any number of knots */
  void (*add_plain)(const double *restrict points, double weight, size_t blocks, double *restrict present,
                    double *restrict sum);
  void (*add_weighted)(const double *restrict points, const double *restrict weight, size_t blocks,
                       double *restrict present, double *restrict sum);
  void (*end_group)(double group, const double *restrict points, const double *restrict present,
                    const double *restrict all, size_t blocks, const tx_health_sums *sums);
  void (*end_rows)(double min_coverage, size_t blocks, const tx_health_sums *sums);
} tx_health_kernels;

/* The best for this machine. Every one gives the same bits. */
const tx_health_kernels *tx_health_kernels_best(void);
/* By number, for tests; NULL when there is no such, or this machine cannot run it. 0 is portable. */
const tx_health_kernels *tx_health_kernels_variant(size_t number);

#endif
