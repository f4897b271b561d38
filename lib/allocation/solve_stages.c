/* The order of the stages for one part. */
#include "allocation/improve.h"

/* Parts of at most so many customers are searched exhaustively, within a budget. */
#define SMALL_PART 24
/* Beyond so many, single moves find nothing that pairs and regions leave. */
#define MOVES_PART 5000
#define PLENTY 20000

/* Work of annealing for each customer of a small problem: more finds nothing. */
#define ANNEAL_EACH 60000

/* Work that a stage may take: so much for the whole problem, and so much for each customer. In whole numbers: a budget
 * that differed by one between machines could change the answer. */
static uint64_t share(const tx_core *core, uint64_t for_all, uint64_t for_each) {
  uint64_t customers = core->books->customers, all = core->all_customers;
  double effort = core->books->effort > 0 ? core->books->effort : 1;
  uint64_t thousandths = effort < 1e6 ? (uint64_t)(effort * 1000) : 1000000000;
  /* Beyond some tens of thousands the relaxation alone is close: further ones add less. */
  uint64_t counted = all > PLENTY ? PLENTY + (all - PLENTY) / 6 : all;
  uint64_t work = (for_all + for_each * counted) / all * customers / 1000 + 1;
  return work > UINT64_MAX / 2 / (thousandths + 1) ? UINT64_MAX / 2 : work * thousandths + 1;
}

static uint64_t anneal_share(const tx_core *core) {
  uint64_t budget = share(core, 28000000, 300), most = share(core, 0, ANNEAL_EACH);
  return budget < most ? budget : most;
}

static bool best_known(const tx_core *core) {
  return core->proven == TX_PARTS && tx_cost_compare(&core->cost, &core->bound) == 0;
}

static triax_status improve(tx_core *core, int64_t scale) {
  tx_pairs pairs;
  triax_status status = tx_pairs_init(&pairs, core);
  if (status != TRIAX_OK) {
    return status;
  }
  core->watch->stage = 0.3;
  if (scale > 0) {
    status = tx_improve_sizes(core, scale, share(core, 1000000, 4000));
  }
  core->watch->stage = 0.5;
  if (status == TRIAX_OK) {
    status = tx_pairs_sweep(&pairs, share(core, 1000000, 4000));
  }
  core->watch->stage = 0.6;
  if (status == TRIAX_OK && scale > 0 && !best_known(core)) {
    status = tx_improve_regions(core, &pairs, scale, share(core, 10000000, 4000));
  }
  core->watch->stage = 0.9;
  if (status == TRIAX_OK && !best_known(core)) {
    status = tx_pairs_sweep(&pairs, share(core, 1000000, 1000));
  }
  tx_pairs_free(&pairs);
  return status;
}

triax_status tx_core_solve(tx_core *core) {
  const tx_books *books = core->books;
  int64_t scale = tx_flow_scale(core);
  /* The relaxation is no place to save: everything else stands on it. */
  triax_status status = tx_dive_all(core, scale, share(core, UINT64_C(10000000000), 1000000));
  if (status == TRIAX_OK) {
    status = tx_greedy(core);
  }
  if (status == TRIAX_OK && !best_known(core) && books->customers > SMALL_PART) {
    status = tx_improve_anneal(core, anneal_share(core));
  }
  if (status == TRIAX_OK && !best_known(core)) {
    status = improve(core, scale);
  }
  if (status == TRIAX_OK && core->dimensions > 1) {
    status = tx_improve_swaps(core, share(core, 1000000, 4000));
  }
  if (status == TRIAX_OK && !best_known(core) && books->customers <= MOVES_PART) {
    status = tx_improve_moves(core, share(core, 100000, 500));
  }
  if (status == TRIAX_OK && books->customers <= SMALL_PART && !best_known(core)) {
    status = tx_exact(core, share(core, 2000000, 100000));
  }
  if (core->proven == 0) {
    /* Without prices this much is known: values are not negative. */
    core->bound.part[TX_VALUE] = 0;
    core->proven = 1;
  }
  return status;
}
