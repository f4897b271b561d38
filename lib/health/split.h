/* Why a customer's score differs between two models, two days, or both: the difference split exactly.
 *
 * Ordered replacement: from the state before, one factor after the other takes its value after, and what the score
 * moves by is that factor's amount (as in a price-volume-mix bridge; Laspeyres' order: first what happened in the
 * world, measured with the old model, then what changed in the model). The order is that of TX_SPLIT_…:
 *
 *   data       values of metrics that are there on both sides, and whether metrics apply
 *   missing    values (and their dates) that have gone missing, or have come
 *   freshness  time: the day itself, also where values count from it; dates, `after` and `fade`
 *   rule       what a metric measures, metrics new or gone; with the same model what whole-set functions came to
 *   scale      knots, categories and stand-in points
 *   weights    of metrics and of groups, and who is in which group
 *   limits     what limits took or gave: after them less before them
 *
 * Everything is in whole units of 1e-10 points, the precision to which health is rounded: amounts sum to the
 * difference without an error, over factors, over metrics, and both. Coverage below min_coverage is not heeded on the
 * way; where nothing is known at all, a state keeps what came before, and the next takes the move. */
#ifndef TX_HEALTH_SPLIT_H
#define TX_HEALTH_SPLIT_H

#include "health/health.h"

enum {
  TX_SPLIT_DATA,
  TX_SPLIT_MISSING,
  TX_SPLIT_FRESHNESS,
  TX_SPLIT_RULE,
  TX_SPLIT_SCALE,
  TX_SPLIT_WEIGHTS,
  TX_SPLIT_LIMITS,
  TX_SPLIT_FACTORS
};

#define TX_SPLIT_UNIT 1e10 /* units a point */

/* One customer: inputs by each model's own numbers. */
typedef struct tx_split_row {
  const tx_value *before; /* the model before, on the data before */
  const tx_value *moved;  /* the model before, on the data after, as of the day before */
  const tx_value *later;  /* the model before, on the data after, as of the day after */
  const tx_value *after;  /* the model after, on the data after */
  int32_t before_as_of, after_as_of;
} tx_split_row;

/* What a metric contributed to health before limits, and why that differs. Metrics are those of the model after, then
 * those that it has no more. */
typedef struct tx_split_metric {
  triax_text name;
  int64_t before, after;
  int64_t amount[TX_SPLIT_FACTORS]; /* limits: 0 */
} tx_split_metric;

typedef struct tx_split {
  bool known[2];  /* whether there is a score before, after */
  int64_t health[2], raw[2];
  int64_t amount[TX_SPLIT_FACTORS]; /* sum to health[1] − health[0] where both are known, else of the raw parts */
  int flip;       /* the factor at which the score came or went; TX_SPLIT_FACTORS: none did */
  size_t metric_count;
  const tx_split_metric *metrics; /* of the splitter, until its next row */
} tx_split;

/* Two models side by side, with scratch for one thread. Both must outlive it. */
typedef struct tx_splitter tx_splitter;
triax_status tx_splitter_new(triax_context *context, const tx_health_model *before, const tx_health_model *after,
                             tx_splitter **splitter, triax_error *error);
void tx_splitter_free(tx_splitter *splitter);
/* Allocates nothing. */
void tx_splitter_run(tx_splitter *splitter, const tx_split_row *row, tx_split *split);

/* Contributions, losses and weights of one row in decimals that sum exactly: contributions to health before limits,
 * losses to 100 less it, weights to 1. raw: health before limits; NaN (coverage is too low): what the parts come to.
 * parts[metric * stride]; numbers and whole: scratch for metric_count each. */
void tx_health_settle_parts(const tx_health_model *model, double raw, tx_health_part *parts, size_t stride,
                            double *numbers, int64_t *whole);

#endif
