/* What a former answer says of a part. */
#ifndef TX_ALLOCATION_SOLVE_FORMER_H
#define TX_ALLOCATION_SOLVE_FORMER_H

#include "allocation/solve_mark.h"

/* Takes the former answer of a part that has not changed (its mark is set in the result); false: there is none. */
bool tx_former_reuse(const tx_split *split, size_t part, tx_books_result *result);
/* The former assignment and prices in the part's numbers; *known: enough of it is. Memory of the arena. */
triax_status tx_former_of_part(const tx_split *split, size_t part, tx_arena *arena, tx_former *out, bool *known,
                               triax_error *error);

#endif
