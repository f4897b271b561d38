/* What a former answer says of a part. */
#ifndef TX_SOLVER_FORMER_H
#define TX_SOLVER_FORMER_H

#include "search/search.h"
#include "solver/mark.h"

/* Between the former answer's numbers and today's. */
typedef struct tx_former_map {
  uint32_t *csm_today;      /* per former CSM, or TX_BOOKS_NONE */
  uint32_t *customer_today; /* per former customer, likewise */
  uint32_t *class_there; /* per class, the former one that most of its customers were in, or TX_BOOKS_NONE */
  uint32_t *class_today; /* per former class, one of those */
} tx_former_map;
/* Memory of the arena; false: there is none. Without a former answer the map stays empty. */
bool tx_former_map_init(tx_former_map *map, const tx_books *books, tx_arena *arena);

/* Takes the former answer of a part that has not changed (its mark is set in the result); false: there is none. */
bool tx_former_reuse(const tx_split *split, size_t part, const tx_former_map *map, tx_books_result *result);
/* The former assignment, prices and tree in the part's numbers; *known: enough of it is. Memory of the arena. */
triax_status tx_former_of_part(const tx_split *split, size_t part, const tx_former_map *map, tx_arena *arena,
                               tx_former *out, bool *known, triax_error *error);

#endif
