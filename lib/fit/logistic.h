/* Plain logistic regression: every column a coefficient, by Newton's method to the last digit. */
#ifndef TX_FIT_LOGISTIC_H
#define TX_FIT_LOGISTIC_H

#include "fit/fit.h"

/* Minimises the sum of log-losses + ridge / 2 × the sum of squared coefficients of standardised columns (mean 0 and
 * population deviation 1 over the rows used; the constant is free). x: column by column, `rows` each, no NaN.
 * coefficients: the constant, then one per column, for the columns as they are. A column that is constant, or a sum of
 * others (without ridge), has coefficient 0. TRIAX_EDATA where it does not converge: an outcome that is told apart
 * perfectly has no finite coefficients without ridge. */
triax_status tx_logistic_learn(triax_context *context, size_t rows, size_t columns, const double *x,
                               const uint8_t *outcome, const uint8_t *use, double ridge, double *coefficients,
                               triax_error *error);

#endif
