/* How a score moves: level, slope, and whether it fell by more than its own noise.
 *
 * - The values of the last TX_TREND_DAYS days count, at most the last TX_TREND_VALUES of them, each day once.
 * - level: the median of the last five values.
 * - slope: points per 30 days, the median of the slopes of all pairs (Theil 1950, Sen 1968): up to 29 % of the values may
 *   be wild without moving it far. From three values on.
 * - noise: the standard deviation of what moves the score from one value to the next: the median of the steps' sizes ÷
 *   0.9539 (the median moving range of a chart of individuals, D. J. Wheeler; 0.9539 = √2 Φ⁻¹(¾)). One wild value moves it
 *   little. At least one point, so that a score that stood still may move.
 * - drop: how far the present value lies below the level of the values before it (negative: above). It is a drop beyond
 *   noise when it is more than three times the noise (Shewhart's limits). Where four earlier values are known. */
#ifndef TX_HEALTH_TREND_H
#define TX_HEALTH_TREND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TX_TREND_DAYS 180
#define TX_TREND_VALUES 60
#define TX_TREND_LEVEL 5 /* values that a level is the median of */

enum { TX_DROP_UNKNOWN, TX_DROP_NO, TX_DROP_YES };

typedef struct tx_trend {
  uint32_t values; /* that counted */
  double level;    /* NaN: none */
  double slope;    /* points per 30 days; NaN: too few values */
  double expected; /* the level of the values before the present one; NaN: none */
  double noise;    /* points; NaN: too few values */
  double drop;     /* expected less the present value; NaN: one of them is not known */
  int dropped;     /* TX_DROP_… */
} tx_trend;

/* days ascending and distinct, values finite. now: the value of the day as_of, NaN: not known; days are before as_of. */
void tx_trend_find(const int32_t *days, const double *values, size_t count, int32_t as_of, double now, tx_trend *trend);

#endif
