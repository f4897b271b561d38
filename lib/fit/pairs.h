/* Which two columns say more together than one by one. */
#ifndef TX_FIT_PAIRS_H
#define TX_FIT_PAIRS_H

#include "fit/additive.h"

typedef struct tx_pair_search tx_pair_search;

/* Cuts every column into at most 32 stretches or levels. TRIAX_ENOMEM, TRIAX_ECANCELED. */
triax_status tx_pair_search_new(triax_context *context, const tx_fit_data *data, tx_pair_search **search,
                                triax_error *error);
void tx_pair_search_free(tx_pair_search *search);
/* The pair that explains most of what a fit left over, as two axes in the arena, with *found false where none does so
 * beyond chance. A pair is given once. */
triax_status tx_pair_search_next(tx_pair_search *search, const tx_additive *fitted, tx_arena *arena,
                                 tx_fit_axis axes[2], bool *found, triax_error *error);

#endif
