/* Learning a score from what came: additive effects of metrics on the log-odds of an outcome.
 *
 * The model is a sum: a constant, a piecewise-linear line of each number, an effect of each category, an effect of
 * missing values, and tables of a few pairs. Its coefficients are those of a logistic regression with penalties on the
 * bends and slopes of lines and on the size of effects; how strong each penalty is, the data say (REML by the
 * generalised Fellner-Schall update: S. N. Wood and M. Fasiolo, Biometrics 73, 2017), so that an effect that is noise
 * shrinks to nothing. Lines are then told with few knots at round numbers, and fitted again.
 *
 * Deterministic: no random numbers, sums in a fixed order whatever the threads, exp and log of our own. */
#ifndef TX_FIT_FIT_H
#define TX_FIT_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/context.h"
#include "base/error.h"
#include "base/memory.h"

#define TX_FIT_ABSENT UINT32_MAX

typedef struct tx_fit_column {
  const double *numbers; /* NaN: missing; NULL: categories */
  const uint32_t *codes; /* below `levels`; TX_FIT_ABSENT: missing */
  uint32_t levels;
  int direction; /* the odds of the outcome may only rise (1) or fall (-1) with the number; 0: free */
} tx_fit_column;

typedef struct tx_fit_data {
  size_t rows;
  const uint8_t *outcome; /* 0 or 1 */
  const uint8_t *use;     /* rows to learn from: 1; NULL: all */
  const tx_fit_column *columns;
  size_t column_count;
} tx_fit_data;

typedef struct tx_fit_options {
  size_t pairs;      /* at most so many interactions */
  double parameters; /* at most so many free (effective) parameters beside the constant */
} tx_fit_options;

/* The effect of one column. */
typedef struct tx_fit_shape {
  size_t column;
  size_t count;           /* knots, or levels */
  const double *knots;    /* of numbers, rising; NULL for levels */
  const uint32_t *levels; /* codes */
  double *effect;         /* log-odds at each */
  double missing;         /* where the value is missing or a level that is not listed */
  double spread;          /* standard deviation over the rows learnt from */
  double parameters;      /* free ones that it took */
} tx_fit_shape;

/* One side of a pair: stretches of a number (cuts rise; a value equal to a cut belongs above), or groups of levels. */
typedef struct tx_fit_axis {
  size_t column;
  size_t groups;          /* numbers: cuts + 1 */
  const double *cuts;     /* NULL for levels */
  const uint32_t *levels; /* codes that have a group of their own: groups - 1 of them; the last group is the rest */
} tx_fit_axis;

typedef struct tx_fit_pair {
  tx_fit_axis axes[2];
  double *effect; /* groups × groups, the second axis runs fastest; 0 where a side is missing */
  double spread, parameters;
} tx_fit_pair;

typedef struct tx_fit_model {
  tx_arena arena; /* holds all of it */
  double intercept;
  tx_fit_shape *shapes;
  size_t shape_count;
  tx_fit_pair *pairs;
  size_t pair_count;
  double parameters; /* free ones in all, beside the constant */
  bool shrunk;       /* penalties were raised so that there are no more parameters than allowed */
} tx_fit_model;

/* Learns. The rows used must have both outcomes. Free the model with tx_fit_model_free, also after a failure.
 * TRIAX_ENOMEM, TRIAX_ECANCELED. */
triax_status tx_fit_learn(triax_context *context, const tx_fit_data *data, const tx_fit_options *options,
                          tx_fit_model *model, triax_error *error);
void tx_fit_model_free(tx_fit_model *model);

/* The log-odds of one row; and the effects it is the sum of. */
double tx_fit_shape_at(const tx_fit_shape *shape, const tx_fit_column *columns, size_t row);
double tx_fit_log_odds(const tx_fit_model *model, const tx_fit_column *columns, size_t row);
/* The group of a row along an axis; SIZE_MAX where the value is missing. */
size_t tx_fit_group(const tx_fit_axis *axis, const tx_fit_column *columns, size_t row);

#endif
