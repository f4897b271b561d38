/* Learning a score under a policy, from the inside: columns, outcomes and folds; what was found; how it is told. */
#ifndef TX_FITTING_FITTING_H
#define TX_FITTING_FITTING_H

#include <triax/health.h>

#include "fit/fit.h"
#include "fit/measure.h"
#include "fit/points.h"
#include "policy/customers.h"
#include "policy/policy.h"

#define TX_FIT_COLUMNS 300
#define TX_FIT_FOLDS 50
#define TX_FIT_NO_FOLD 255
/* The AUC of a metric alone from which it is asked whether it knows the outcome. */
#define TX_FIT_SUSPICIOUS 0.95

/* What came, by row. */
typedef struct tx_outcomes {
  uint8_t *outcome, *use; /* rows each; use: 1 where it is known */
  size_t rows, known, hits;
} tx_outcomes;

/* Reads the column as outcomes; faults go to the report. Arrays come from the arena. */
triax_status tx_outcomes_read(tx_arena *arena, const triax_customers *customers, triax_text column,
                              tx_outcomes *outcomes, tx_report *report);
/* The number of a column, after saying that there is none (SIZE_MAX) with the nearest. `what` begins the sentence. */
size_t tx_fit_column_of(const triax_table *table, triax_text name, const char *what, tx_report *report);

/* A column that was looked at. */
typedef struct tx_fit_candidate {
  triax_text name;
  size_t source;   /* column of the table */
  size_t number;   /* of the data that was learnt from; SIZE_MAX: not used */
  const char *why; /* it is not used; NULL */
  double alone;    /* AUC of it alone, out of sample; NaN: not measured */
  size_t missing;
  double weight; /* in the score; 0: none */
} tx_fit_candidate;

typedef struct tx_fitting {
  triax_context *context;
  tx_arena arena;
  const triax_policy *policy;
  const triax_customers *customers;
  const triax_table *table;
  triax_fit_options options;
  tx_report *report;
  tx_outcomes outcomes;
  uint8_t *fold; /* per row; TX_FIT_NO_FOLD: no outcome */
  size_t fold_count;
  char (*fold_names)[40];
  tx_fit_candidate *candidates;
  size_t candidate_count;
  tx_fit_column *columns;     /* what is learnt from */
  tx_fit_candidate **of;      /* per column */
  const tx_column **sources;  /* per column */
  size_t column_count;
  double most_parameters;
  double *log_odds;           /* out of fold; NaN without an outcome */
  tx_measures *measures;      /* per fold */
  double *base_loss;          /* per fold: log-loss of the rate of the rows learnt from */
  double *coefficients;       /* of logistic: (folds + 1) × (design columns + 1) */
  triax_text *coefficient_names;
  size_t coefficient_count;   /* with the constant */
  tx_interval auc;            /* mean over folds, 99 % */
  tx_interval auc_shown;      /* the same, 95 % */
  bool learnt;
  tx_fit_model model;
  tx_fit_score score;
  double model_auc, score_auc; /* on all rows */
  double *points;              /* per row */
} tx_fitting;

/* Chooses columns and folds. */
triax_status tx_fitting_choose(tx_fitting *fitting);
/* Learns out of fold, and on all. The fold of all rows is fold_count. */
triax_status tx_fitting_learn(tx_fitting *fitting);
/* The same by plain logistic regression. */
triax_status tx_fitting_logistic(tx_fitting *fitting, const uint8_t *use, size_t fold, tx_fit_model *model);

/* Results as documents and tables. */
triax_status tx_fitting_section(const tx_fitting *fitting, triax_document **section, triax_error *error);
triax_status tx_fitting_report(const tx_fitting *fitting, triax_document **report, triax_error *error);
triax_status tx_fitting_predictions(const tx_fitting *fitting, triax_table **table, triax_error *error);
triax_status tx_fitting_metrics(const tx_fitting *fitting, triax_table **table, triax_error *error);
triax_status tx_fitting_coefficients(const tx_fitting *fitting, triax_table **table, triax_error *error);
/* "rate: {value: …, low: …, high: …}". */
void tx_put_interval(triax_document *document, const char *key, tx_interval interval);
/* A share as "26.5 %", for sentences; a number with so many decimals. */
const char *tx_fit_percent(double share, char buffer[400]);
const char *tx_fit_decimals(double value, int decimals, char buffer[400]);

#endif
