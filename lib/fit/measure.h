/* How well a score or a chance foretold what came. */
#ifndef TX_FIT_MEASURE_H
#define TX_FIT_MEASURE_H

#include <stddef.h>
#include <stdint.h>

#include "base/context.h"
#include "base/error.h"
#include "base/memory.h"

/* A measure with its interval; NaN where it cannot be told. */
typedef struct tx_interval {
  double value, low, high;
} tx_interval;

/* 95 % and 99 % of a normal distribution lie within so many deviations. */
#define TX_NORMAL_95 1.959963984540054
#define TX_NORMAL_99 2.5758293035489004

/* A share with Wilson's interval (E. B. Wilson, JASA 22, 1927); `hits` of `count`. NaN for none. */
tx_interval tx_wilson(double hits, double count, double deviations);

typedef struct tx_measures {
  size_t rows, hits;     /* with a score; of those, with the outcome */
  double auc;            /* the chance that one with the outcome scores above one without; ties count half */
  double auc_deviation;  /* standard error (DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988) */
  double lift;           /* share of outcomes among the top tenth (⌊n / 10⌋, ties pro rata) over their share in all */
  double ks;             /* the largest distance between the two distributions of the score (Kolmogorov, Smirnov) */
  double brier, log_loss; /* of chances; NaN without them. A chance counts as at least 1e-15 and at most 1 - 1e-15 */
} tx_measures;

/* score: the higher the surer of the outcome; rows where it is NaN, or where use[row] is 0, are left out. use and
 * chance may be NULL. */
triax_status tx_measure(triax_context *context, size_t rows, const double *score, const double *chance,
                        const uint8_t *outcome, const uint8_t *use, tx_measures *measures, triax_error *error);

#endif
