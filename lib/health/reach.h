/* What would take a score to a threshold: the smallest change of one metric.
 *
 * A score is linear in the points of a metric, all else being equal, and rises with them: the points that are needed
 * follow from the score at 0 and at 100 points, the values that give them from the scale. A value that changes is a
 * value of today: a metric with `stale` is taken as fresh, and one that is missing as given. Whether metrics apply, and
 * whether limits hold, stays as it is. */
#ifndef TX_HEALTH_REACH_H
#define TX_HEALTH_REACH_H

#include "health/health.h"

enum {
  TX_REACH_CAN,
  TX_REACH_CANNOT,  /* not even with all its points */
  TX_REACH_BLOCKED, /* a limit that holds keeps it below, whatever the metric */
  TX_REACH_APART    /* the metric does not apply, or weighs nothing */
};

typedef struct tx_reach {
  int state;
  double points;                       /* that the metric needs; NaN unless it can */
  double change;                       /* how many more than it has; from 0 where it is missing */
  double at_least, at_most;            /* the nearest values, above and below what it is; NaN: none on that side */
  bool as_it_is;                       /* the same value does, measured today */
  const tx_health_category *category;  /* or the category with the fewest points that suffice */
} tx_reach;

/* inputs: of the row, with room for one more behind them. metrics: scratch, as many as the model has. */
void tx_health_reach(const tx_health_model *model, size_t metric, tx_value *inputs, int32_t as_of, double threshold,
                     tx_health_metric *metrics, tx_reach *reach);
/* What a limit that holds makes of a score. */
double tx_health_limit_one(const tx_health_limit *limit, double score);

#endif
