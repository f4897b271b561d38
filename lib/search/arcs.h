/* Who of one load goes from one CSM to another at least loss of points. */
#ifndef TX_SEARCH_ARCS_H
#define TX_SEARCH_ARCS_H

#include "search/shelf.h"

typedef struct tx_arc {
  int64_t loss; /* of points */
  uint32_t who; /* TX_BOOKS_NONE: nobody */
} tx_arc;

typedef struct tx_arcs {
  tx_shelf *shelf;
  int64_t load;
  uint64_t *version; /* per CSM: of the core's list when its arcs were found; UINT64_MAX: never */
  tx_arc *arc;       /* to each CSM, from each of the others; NULL: too many, found one by one */
  tx_arc one;
} tx_arcs;

/* Memory of the arena. */
bool tx_arcs_init(tx_arcs *arcs, tx_shelf *shelf, tx_arena *arena);
/* From here on those of another load. */
void tx_arcs_set_load(tx_arcs *arcs, int64_t load);
/* As things are now; until the next call. */
const tx_arc *tx_arcs_find(tx_arcs *arcs, uint32_t from, uint32_t to);

#endif
