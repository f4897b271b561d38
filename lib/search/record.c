/* An assignment to come back to, while the search goes through worse ones. */
#include <string.h>

#include "search/search.h"

bool tx_record_init(tx_record *r, const tx_core *core, tx_arena *arena) {
  r->at = tx_arena_alloc(arena, (core->books->customers + 1) * sizeof *r->at);
  return r->at != NULL;
}

void tx_record_take(tx_record *r, const tx_core *core) {
  memcpy(r->at, core->at, core->books->customers * sizeof *r->at);
  r->cost = core->cost;
}

void tx_record_restore(const tx_record *r, tx_pairs *pairs) {
  tx_core *core = pairs->core;
  size_t n = core->books->customers;
  for (uint32_t j = 0; j < n; j++) {
    if (core->at[j] != r->at[j] && r->at[j] != TX_BOOKS_NONE) {
      tx_pairs_touch(pairs, r->at[j]);
    }
  }
  tx_core_become(core, r->at);
  core->watch->work += n / 2;
}
