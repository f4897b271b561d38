/* The order of the stages for one part. */
#include "search/search.h"

/* Beyond so many, single moves find nothing that pairs and regions leave. */
#define MOVES_PART 5000
#define PLENTY 20000
/* Rounds of search, each of twice the work of the one before. */
#define CYCLES 40

/* So much for the whole problem and for each customer, of which the part has its share. In whole numbers: a budget
 * that differed by one between machines could change the answer. */
static uint64_t share(const tx_core *core, uint64_t for_all, uint64_t for_each) {
  uint64_t customers = core->books->customers, all = core->all_customers;
  /* Beyond some tens of thousands the relaxation alone is close: further ones add less. */
  uint64_t counted = all > PLENTY ? PLENTY + (all - PLENTY) / 10 : all;
  return (for_all + for_each * counted) / all * customers + 1;
}

/* What effort allows beyond the first assignment. */
static uint64_t allowed(const tx_core *core) {
  double effort = core->books->effort > 0 ? core->books->effort : 1;
  uint64_t thousandths = effort < 1e6 ? (uint64_t)(effort * 1000) : 1000000000;
  uint64_t work = share(core, 10000000, 3500);
  return work / 1000 > UINT64_MAX / 2 / (thousandths + 1) ? UINT64_MAX / 2 : work / 1000 * thousandths + 1;
}

static bool best_known(const tx_core *core) {
  return core->proven == TX_PARTS && tx_cost_compare(&core->cost, &core->bound) == 0;
}

/* Between stages an assignment is what it seems: the host may hear of it. */
static void note_stage(const tx_core *core) {
  int64_t all = 0;
  if (core->watch->tell == NULL) {
    return;
  }
  for (uint32_t j = 0; j < core->books->customers; j++) {
    all += tx_core_value(core, j);
  }
  core->watch->value = all - core->cost.part[TX_VALUE];
  core->watch->bound = core->proven > 0 ? core->bound.part[TX_VALUE] : 0;
}

static bool ended(const tx_core *core) {
  note_stage(core);
  bool near = core->missed != NULL && tx_core_near(core);
  return near || tx_watch_enough(core->watch) || best_known(core) || core->watch->work >= core->watch->stop;
}

/* Exchanges between pairs, and what brings scattered room together. */
static triax_status exchange(tx_core *core, tx_pairs *pairs) {
  triax_status status = tx_pairs_sweep(pairs, UINT64_MAX);
  if (status == TRIAX_OK && core->cost.part[TX_VALUE] > core->bound.part[TX_VALUE]) {
    status = tx_improve_fill(pairs, NULL, UINT64_MAX);
    if (status == TRIAX_OK) {
      status = tx_pairs_sweep(pairs, UINT64_MAX);
    }
  }
  return status;
}

/* Work for the balance alone: several measures are three times as hard to balance as the load. */
static uint64_t balance_work(const tx_core *core) {
  bool several = false;
  for (size_t d = 1; d < core->dimensions; d++) {
    several = several || core->curve[d] != NULL;
  }
  return several ? share(core, 3000000, 900) : share(core, 1000000, 300);
}

/* What works on single customers: for measures beside the load, and for small parts. */
static triax_status polish(tx_core *core, int cycle) {
  bool balances = core->dimensions > 1 || core->books->together;
  triax_status status = balances ? tx_improve_balance(core, balance_work(core) << cycle) : TRIAX_OK;
  if (status == TRIAX_OK && core->dimensions > 1 && !ended(core)) {
    status = tx_improve_swaps(core, UINT64_MAX);
  }
  if (status == TRIAX_OK && !ended(core) && core->books->customers <= MOVES_PART) {
    status = tx_improve_moves(core, UINT64_MAX);
  }
  return status;
}

/* The first round takes what is to be had at once. */
static triax_status settle(tx_core *core, tx_pairs *pairs, int64_t scale) {
  bool is_short = core->cost.part[TX_VALUE] > core->bound.part[TX_VALUE];
  triax_status status = is_short ? tx_improve_fill(pairs, NULL, UINT64_MAX) : exchange(core, pairs);
  if (status == TRIAX_OK && scale > 0 && !ended(core)) {
    status = tx_improve_sizes(core, scale, NULL, UINT64_MAX);
  }
  if (status == TRIAX_OK && !ended(core)) {
    status = exchange(core, pairs);
  }
  if (status == TRIAX_OK && !ended(core)) {
    status = polish(core, 0);
  }
  if (status == TRIAX_OK && core->books->customers <= TX_SMALL_PART && !ended(core)) {
    status = tx_exact(core, share(core, 2000000, 100000));
  }
  return status;
}

static triax_status search(tx_core *core, tx_pairs *pairs, int64_t scale, int cycle) {
  /* Annealing does not look at balance. */
  triax_status status = core->books->together ? TRIAX_OK : tx_improve_anneal(core, share(core, 1000000, 300) << cycle);
  if (status == TRIAX_OK && !ended(core)) {
    status = exchange(core, pairs);
  }
  if (status == TRIAX_OK && scale > 0 && !ended(core)) {
    status = tx_improve_regions(core, pairs, scale, share(core, 1000000, 300) << cycle);
  }
  if (status == TRIAX_OK && !ended(core)) {
    status = exchange(core, pairs);
  }
  return status == TRIAX_OK && !ended(core) ? polish(core, cycle) : status;
}

/* One road for every effort, and effort says how far along it: more is never worse. */
triax_status tx_core_improve(tx_core *core, int64_t scale) {
  tx_pairs pairs;
  tx_watch *watch = core->watch;
  uint64_t budget = allowed(core), begin = watch->work;
  triax_status status = tx_pairs_init(&pairs, core);
  if (status != TRIAX_OK) {
    return status;
  }
  watch->from = begin;
  watch->stop = begin > UINT64_MAX - budget ? UINT64_MAX : begin + budget;
  status = ended(core) ? TRIAX_OK : settle(core, &pairs, scale);
  for (int cycle = 0; status == TRIAX_OK && cycle < CYCLES && !ended(core); cycle++) {
    status = search(core, &pairs, scale, cycle);
  }
  tx_pairs_free(&pairs);
  return status;
}

triax_status tx_core_solve(tx_core *core) {
  int64_t scale = tx_flow_scale(core);
  triax_status status = tx_dive_all(core, scale, UINT64_MAX / 4);
  if (status == TRIAX_OK) {
    status = tx_greedy(core);
  }
  if (status == TRIAX_OK && !best_known(core)) {
    status = tx_core_improve(core, scale);
  }
  if (core->proven == 0) {
    /* Without prices this much is known: values are not negative. */
    core->bound.part[TX_VALUE] = 0;
    core->proven = 1;
  }
  return status;
}
