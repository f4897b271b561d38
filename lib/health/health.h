/* Health: metrics -> points -> groups -> score, coverage, limits, band (policy.md section 5).
 *
 * The model is plain data. Expressions are numbers of inputs; whoever runs the model evaluates them.
 *
 * What policy.md leaves open is settled so:
 * - Health and coverage are rounded to ten decimals, so that thresholds mean what they say: 75 points in every metric
 *   are 75 whatever the weights, and not 74.99999999999999.
 * - A group without an applicable metric of some weight drops out of health and of coverage. Nothing applies:
 *   coverage 0.
 * - A metric whose `since` is missing is missing; with `missing: N` it then has N points, fresh. A date ahead is fresh.
 *   Age is as_of less the date; of a timestamp, with the part of the day.
 * - An infinite value takes the end of its scale.
 * - Among two equal categories the first counts. Values that are in none are counted where the metric applies.
 * - A limit with both bounds caps first, then lifts. Limits do not touch missing health.
 * - Where coverage is too low, health and raw are missing; parts still say what health would be made of. */
#ifndef TX_HEALTH_HEALTH_H
#define TX_HEALTH_HEALTH_H

#include "expr/input.h"
#include "expr/program.h"

typedef struct tx_health_category {
  triax_text value; /* string; "true"/"false" for booleans; whole numbers as text for integers */
  double points;
} tx_health_category;

typedef struct tx_health_metric {
  triax_text name;
  uint32_t group;
  double weight;
  uint32_t value;     /* input: number, or category where categories are given */
  uint32_t applies;   /* input: bool; TX_NO_INPUT: always. Unknown: does not apply */
  uint32_t since;     /* input: date or timestamp; TX_NO_INPUT: always fresh */
  double after, fade; /* days */
  size_t knot_count;
  const double *knots, *points; /* x strictly increasing; NULL for categories */
  size_t category_count;
  const tx_health_category *categories;
  double missing; /* points at full weight where missing; NaN: reweight */
} tx_health_metric;

typedef struct tx_health_group {
  triax_text name;
  double weight;
} tx_health_group;

typedef struct tx_health_limit {
  uint32_t when;   /* input: bool */
  double at_most;  /* NaN: not given */
  double at_least; /* NaN: not given */
  triax_text why;
} tx_health_limit;

typedef struct tx_health_band {
  triax_text name;
  double threshold;
} tx_health_band;

typedef struct tx_health_model {
  triax_text name; /* "health", or the score's */
  const tx_health_metric *metrics;
  size_t metric_count;
  const tx_health_group *groups; /* at least one */
  size_t group_count;
  const tx_health_limit *limits;
  size_t limit_count;
  const tx_health_band *bands; /* ascending thresholds; may be none */
  size_t band_count;
  double min_coverage;                     /* 0..1; 0: at least one metric */
  size_t calibration_count;                /* 0: none */
  const double *calibration, *probability; /* knots: points (rising) and the chance of the outcome, 0..1 */
  size_t input_count;
} tx_health_model;

#define TX_BAND_UNKNOWN 255 /* health missing, or below the lowest band */

/* What one customer's metric came to. */
typedef struct tx_health_part {
  double points;       /* NaN: missing or not applicable */
  double freshness;    /* 0..1; NaN: missing */
  double weight;       /* effective share of health, 0..1: parts' weights sum to 1 */
  double contribution; /* weight × points: contributions sum to health before limits */
  double lost;         /* weight × (100 − points) */
  bool applies;
} tx_health_part;

/* Scratch for one thread, with what it learnt of dictionaries. The model must outlive it. TRIAX_EINVAL for a model that
 * is none: knots that do not rise, negative weights, inputs out of range. */
typedef struct tx_health_scorer tx_health_scorer;
triax_status tx_health_scorer_new(triax_context *context, const tx_health_model *model, tx_health_scorer **scorer,
                                  triax_error *error);
void tx_health_scorer_free(tx_health_scorer *scorer);

#define TX_NO_METRIC UINT16_MAX

/* Outputs of one batch; any may be NULL. */
typedef struct tx_health_output {
  double *health;          /* after limits; NaN where missing */
  double *raw;             /* before limits */
  double *coverage;        /* 0..1 */
  uint8_t *band;           /* index, or TX_BAND_UNKNOWN */
  uint32_t *limit;         /* 1 + the last limit that bit, 0: none */
  tx_health_part *parts;   /* metric_count × rows, metric by metric: parts[m * rows + row] */
  uint64_t *uncategorised; /* per metric: how many values were not among its categories; added to */
  uint16_t *worst;         /* the metric that cost most, the first of equals by group and metric; TX_NO_METRIC: none */
} tx_health_output;

/* Scores rows of one batch. inputs: one vector per input. as_of in days (needed where a metric has since). Allocates
 * (and can fail) only when a metric with categories meets a dictionary for the first time; then before any output. */
triax_status tx_health_score(tx_health_scorer *scorer, const tx_vector *inputs, size_t rows, int32_t as_of,
                             const tx_health_output *output, triax_error *error);
/* The same for one row of single values, without allocating: inputs as tx_value. Bit-equal with tx_health_score,
 * also in the parts. The model must be one that tx_health_scorer_new takes. */
void tx_health_score_one(const tx_health_model *model, const tx_value *inputs, int32_t as_of, double *health,
                         double *coverage, uint8_t *band, tx_health_part *parts /* metric_count, or NULL */);
/* The chance of the outcome that a score stands for: linear between the knots of the calibration, flat outside. NaN
 * where the score is missing, or nothing is calibrated. */
double tx_health_probability(const tx_health_model *model, double score);

#endif
