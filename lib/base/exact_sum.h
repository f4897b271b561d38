/* Sums of doubles, and of their squares, without any rounding: the same whatever the order, and whatever the parts that
 * they were summed in. Infinities are counted beside. */
#ifndef TX_BASE_EXACT_SUM_H
#define TX_BASE_EXACT_SUM_H

#include <stddef.h>
#include <stdint.h>

/* Limbs of 32 bits from 2^-2176 (below the square of the least double) to 2^2304 (above 2^64 squares of the largest). */
#define TX_EXACT_LIMBS 140
#define TX_EXACT_POINT 2176

typedef struct tx_exact_sum {
  int64_t limbs[TX_EXACT_LIMBS]; /* value = sum of limbs[i] x 2^(32 i - TX_EXACT_POINT); carries may be pending */
  uint64_t up, down;             /* infinities among what was added */
  uint32_t pending;              /* additions since carries were settled */
} tx_exact_sum;

void tx_exact_clear(tx_exact_sum *sum);
/* NaN must not be added. */
void tx_exact_add(tx_exact_sum *sum, double value);
/* Adds value x value. */
void tx_exact_add_square(tx_exact_sum *sum, double value);
void tx_exact_merge(tx_exact_sum *sum, const tx_exact_sum *other);
/* The sum rounded once, to the nearest double; infinite when it is too large or infinities were added; NaN when they
 * were of both signs. */
double tx_exact_total(const tx_exact_sum *sum);
/* Total / count, also where the total is too large for a double. count is not 0. */
double tx_exact_mean(const tx_exact_sum *sum, uint64_t count);
/* Standard deviation of a population of count values with this sum and this sum of squares: the variance comes from
 * exact numbers, so that nothing cancels. NaN when an infinity is among them. */
double tx_exact_deviation(const tx_exact_sum *sum, const tx_exact_sum *squares, uint64_t count);
/* Brings carries up: every limb but the top one is in [0, 2^32); equal sums have equal limbs. */
void tx_exact_settle(tx_exact_sum *sum);

#endif
