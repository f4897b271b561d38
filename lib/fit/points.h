/* A model as a score of 0 to 100 points: what a policy can say.
 *
 * Each effect becomes a metric: its most favourable value has 100 points, its least 0, and its weight is the distance
 * between the two in log-odds. A score of all metrics is then a straight line in the model's log-odds, so that nothing
 * is lost but what rounding takes. */
#ifndef TX_FIT_POINTS_H
#define TX_FIT_POINTS_H

#include "fit/fit.h"

typedef struct tx_fit_metric {
  bool is_pair;
  size_t number;  /* of the model's shapes or pairs */
  double weight;  /* share of all, in per cent */
  double *points; /* as the shape's or pair's effects */
  double missing; /* points where the value is missing */
} tx_fit_metric;

#define TX_CALIBRATION_MOST 12

typedef struct tx_fit_score {
  tx_arena arena;
  bool falls; /* the outcome is bad: 100 points are least likely to have it */
  int digits; /* how finely points and weights are rounded: 0, 1, 2 */
  tx_fit_metric *metrics; /* heaviest first */
  size_t metric_count;
  double zero, slope; /* log-odds = zero + slope × score, before rounding */
  size_t calibration_count;
  double calibration[TX_CALIBRATION_MOST], probability[TX_CALIBRATION_MOST];
  double middle, best; /* where the middle and the best band begin; NaN: no such band */
} tx_fit_score;

/* Makes points of a model, as coarsely as ranks the rows used as the model does (its AUC within 0.0005). Free with
 * tx_fit_score_free, also after a failure. */
triax_status tx_fit_points(triax_context *context, const tx_fit_data *data, const tx_fit_model *model, bool falls,
                           tx_fit_score *score, triax_error *error);
void tx_fit_score_free(tx_fit_score *score);
/* The score of a row. */
double tx_fit_score_at(const tx_fit_score *score, const tx_fit_model *model, const tx_fit_column *columns, size_t row);

/* A straight line from foretold to true log-odds, fitted to predictions of rows that were not learnt from: chances that
 * came out too bold or too shy are set right. NaN predictions are left out. */
typedef struct tx_recalibration {
  double constant, slope;
} tx_recalibration;
tx_recalibration tx_fit_recalibrate(size_t rows, const double *log_odds, const uint8_t *outcome);
/* Fills calibration and bands. rate: the share of outcomes; the middle band begins where the chance of a bad outcome is
 * less than twice of it, the best where it is less than half. */
void tx_fit_calibrate(tx_fit_score *score, tx_recalibration from, double rate);

#endif
