/* The order of the stages for one part. */
#include "allocation/improve.h"

/* Parts of at most so many customers are searched exhaustively, within a budget. */
#define SMALL_PART 24

/* Work in proportion to the customers: what each stage may take of it. */
static uint64_t share(const tx_core *core, double for_all, double for_each) {
  double effort = core->books->effort > 0 ? core->books->effort : 1;
  double work = effort * (for_all + for_each * (double)core->books->customers);
  return work < 1.0 ? 1 : work > 1e18 ? UINT64_C(1000000000000000000) : (uint64_t)work;
}

static triax_status improve(tx_core *core, int64_t scale) {
  tx_pairs pairs;
  triax_status status = tx_pairs_init(&pairs, core);
  if (status != TRIAX_OK) {
    return status;
  }
  if (scale > 0) {
    status = tx_improve_sizes(core, scale, share(core, 1e6, 4000));
  }
  if (status == TRIAX_OK) {
    status = tx_pairs_sweep(&pairs, share(core, 1e6, 4000));
  }
  if (status == TRIAX_OK && scale > 0) {
    status = tx_improve_regions(core, &pairs, scale, share(core, 1e6, 4000));
  }
  if (status == TRIAX_OK) {
    status = tx_pairs_sweep(&pairs, share(core, 1e6, 1000));
  }
  tx_pairs_free(&pairs);
  return status;
}

triax_status tx_core_solve(tx_core *core) {
  const tx_books *books = core->books;
  int64_t scale = tx_flow_scale(core);
  triax_status status = tx_dive_all(core, scale, share(core, 1e8, 1e4));
  if (status == TRIAX_OK) {
    status = tx_greedy(core);
  }
  if (status == TRIAX_OK) {
    status = improve(core, scale);
  }
  if (status == TRIAX_OK) {
    status = tx_improve_moves(core, share(core, 1e5, 500));
  }
  if (status == TRIAX_OK && books->customers <= SMALL_PART && core->proven < TX_PARTS) {
    status = tx_exact(core, share(core, 2e6, 0));
  }
  return status;
}
