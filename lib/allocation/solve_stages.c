/* The order of the stages for one part. */
#include "allocation/flow.h"

/* Parts of at most so many customers are searched exhaustively, within a budget. */
#define SMALL_PART 24

static uint64_t scaled(double effort, double work) {
  double scaled_work = effort * work;
  return scaled_work < 1.0 ? 1 : scaled_work > 1e18 ? UINT64_C(1000000000000000000) : (uint64_t)scaled_work;
}

triax_status tx_core_solve(tx_core *core) {
  const tx_books *books = core->books;
  double effort = books->effort > 0 ? books->effort : 1;
  int64_t scale = tx_flow_scale(core);
  triax_status status = tx_dive_all(core, scale, scaled(effort, 1e8 + 1e4 * (double)books->customers));
  if (status == TRIAX_OK) {
    status = tx_greedy(core);
  }
  if (status == TRIAX_OK && scale > 0) {
    status = tx_improve_sizes(core, scale, scaled(effort, 1e8 + 1e4 * (double)books->customers));
  }
  if (status == TRIAX_OK) {
    status = tx_improve_pairs(core, scaled(effort, 1e8 + 1e4 * (double)books->customers));
  }
  if (status == TRIAX_OK && scale > 0) {
    status = tx_improve_sizes(core, scale, scaled(effort, 1e8 + 1e4 * (double)books->customers));
  }
  if (status == TRIAX_OK) {
    status = tx_improve_pairs(core, scaled(effort, 1e8 + 1e4 * (double)books->customers));
  }
  if (status == TRIAX_OK && books->customers < 2000) {
    status = tx_improve_moves(core, scaled(effort, 1e6 + 2e3 * (double)books->customers));
  }
  if (status == TRIAX_OK && books->customers <= SMALL_PART && core->proven < TX_PARTS) {
    status = tx_exact(core, scaled(effort, 2e6));
  }
  return status;
}
