/* Where the knots of a line stand. */
#ifndef TX_FIT_KNOTS_H
#define TX_FIT_KNOTS_H

#include "fit/fit.h"

/* Of at least two knots the one at or below x, never the last, and the share of the way to the next; x beyond the ends
 * counts as the end. NaN must not be asked for. */
size_t tx_knot_below(const double *knots, size_t count, double x, double *share);
/* Knots for a number: each distinct value, or values at even ranks, at most `most`; fewer than 2 where there are not
 * two values. False when memory is short. */
bool tx_knots_spread(tx_arena *arena, const tx_fit_data *data, size_t column, size_t most, const double **knots,
                     size_t *count);
/* The fewest knots whose line is near to that of all: those that are kept are marked. mass: share of the rows at each. */
void tx_knots_thin(const double *knots, const double *effect, const double *mass, size_t count, double tolerance,
                   size_t most, bool *keep);
/* The number with the fewest digits in [low, high]. */
double tx_round_within(double low, double high);

#endif
