/* Sums of doubles that keep what rounding loses (Neumaier): to the last bit or so, whatever the order. */
#ifndef TX_BASE_SUM_H
#define TX_BASE_SUM_H

#include <math.h>

typedef struct tx_sum {
  double sum, lost;
} tx_sum;

static inline void tx_sum_add(tx_sum *to, double value) {
  const double sum = to->sum + value;
  to->lost += fabs(to->sum) >= fabs(value) ? (to->sum - sum) + value : (value - sum) + to->sum;
  to->sum = sum;
}

static inline double tx_sum_of(const tx_sum *from) { return isfinite(from->sum) ? from->sum + from->lost : from->sum; }

#endif
