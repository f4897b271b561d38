/* Symmetric positive definite systems, dense. The order of all sums is fixed. */
#ifndef TX_FIT_SPD_H
#define TX_FIT_SPD_H

#include <stddef.h>

#include "base/context.h"

/* Factors the lower half of `a` (row-major, n rows of `stride`) into L Lᵀ in place. A pivot that is lost in rounding becomes a huge
 * one, which holds that unknown at 0. TRIAX_ECANCELED. */
triax_status tx_spd_factor(triax_context *context, double *a, size_t n, size_t stride, triax_error *error);
/* Solves L Lᵀ x = b in place. */
void tx_spd_solve(const double *factor, size_t n, size_t stride, double *b);
/* The inverse of L into `inverse` (lower half; the rest stays). TRIAX_ECANCELED. */
triax_status tx_spd_invert_factor(triax_context *context, const double *factor, size_t n, size_t stride, double *inverse,
                                  triax_error *error);

#endif
