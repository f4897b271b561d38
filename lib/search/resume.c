/* From a former answer: its relaxation is solved again from its tree, and who stands well at the prices stays. Where there
 * is room for all, the others are placed anew by a relaxation of their own; where there is not, chains bring in those whom
 * the relaxation would have. Exchanges mend what that leaves to gain. Where the answer is then further from its bound than
 * it should be, the search goes on from there. */
#include <string.h>

#include "search/search.h"

/* Pairs are looked at that promise so much of what the assignment is off its bound. */
#define WORTH 128
/* So many, and one in so many customers, may be placed anew; where more stand badly, the answer is sought from nothing.
 */
#define FEW 8

/* The relaxation of all customers, from the former tree. */
static triax_status relax_listed(tx_core *core, int64_t scale, const tx_former *former, uint32_t *customers,
                                 bool *apart, tx_flow *flow) {
  size_t count = 0;
  for (uint32_t j = 0; j < core->books->customers; j++) {
    apart[j] = former->basis.apart[j] != TX_BOOKS_NONE;
    if (tx_core_load(core, j) > 0) {
      customers[count++] = j;
    }
  }
  tx_flow_scope scope = {.customers = customers, .count = count, .apart = apart, .basis = &former->basis};
  triax_status status = tx_flow_init(flow, core, scale, &scope, NULL);
  if (status != TRIAX_OK) {
    return status;
  }
  flow->least = tx_arena_alloc(&flow->arena, (core->books->customers + 1) * sizeof *flow->least);
  status = flow->least == NULL ? tx_no_memory(core->watch->error) : tx_flow_solve(flow, UINT64_MAX / 4);
  status = status == TRIAX_OK ? tx_flow_keep(flow) : status;
  status = status == TRIAX_OK ? tx_flow_bound(flow) : status;
  if (status != TRIAX_OK) {
    tx_flow_free(flow);
  }
  return status;
}

/* CSMs whose book is not as it was, and the uncovered: who waits may come in anywhere. */
static void touch(const tx_core *core, tx_pairs *pairs, const tx_former *former, bool *near) {
  size_t csms = core->books->csms;
  for (uint32_t i = 0; i < csms; i++) {
    near[i] = former->touched[i];
  }
  for (uint32_t j = 0; j < core->books->customers; j++) {
    if (core->at[j] != former->at[j]) {
      near[csms] = true;
      if (core->at[j] != TX_BOOKS_NONE) near[core->at[j]] = true;
      if (former->at[j] < TX_BOOKS_LEFT) near[former->at[j]] = true;
    }
  }
  for (uint32_t i = 0; i <= csms; i++) {
    if (near[i]) {
      tx_pairs_touch(pairs, i);
    }
  }
}

/* What a pair must promise to be looked at: a unit of every part up to points, and more of the first that is off;
 * what comes after that does not count. */
static tx_cost enough(const tx_core *core, int64_t scale) {
  tx_cost least = {{scale, scale, scale, INT64_MAX}};
  for (int p = 0; p < core->proven; p++) {
    int64_t off = core->cost.part[p] - core->bound.part[p];
    bool whole = p == TX_POINTS && !core->books->together;
    if (off != 0) {
      least.part[p] = whole || off < WORTH ? scale : off / WORTH * scale;
      for (p++; p < TX_PARTS; p++) {
        least.part[p] = INT64_MAX;
      }
      break;
    }
  }
  return least;
}

static triax_status exchange(tx_core *core, tx_pairs *pairs, tx_promise *promise) {
  triax_status status = TRIAX_OK;
  pairs->promise = promise->of;
  bool gained = true;
  while (status == TRIAX_OK && gained) {
    tx_promise_update(promise);
    pairs->enough = enough(core, promise->flow->scale);
    status = tx_pairs_round(pairs, UINT64_MAX, &gained);
  }
  return status;
}

/* More is left uncovered than an answer from nothing would leave. */
static bool is_far(const tx_core *core) {
  return core->cost.part[TX_VALUE] - core->bound.part[TX_VALUE] > core->missed->part[TX_VALUE];
}

/* Places those anew who do not stand well at the prices of today, or not at all, where there is room for all. */
static triax_status place_others(tx_core *core, const tx_flow *flow, uint32_t *list, bool *good) {
  size_t count = tx_flow_misplaced(flow, list);
  *good = count <= FEW + core->books->customers / FEW;
  if (!*good || count == 0) {
    return TRIAX_OK;
  }
  for (size_t x = 0; x < count; x++) {
    if (core->at[list[x]] != TX_BOOKS_NONE) {
      tx_core_place(core, list[x], TX_BOOKS_NONE, 0);
    }
  }
  tx_dive_options options = {.customers = list, .count = count, .budget = UINT64_MAX / 4};
  options.start = flow;
  triax_status status = tx_dive(core, flow->scale, &options);
  return status == TRIAX_OK ? tx_greedy(core) : status;
}

/* Chains bring in whom the relaxation would have; what room they leave is brought together. */
static triax_status bring_in(tx_core *core, const tx_flow *flow, tx_pairs *pairs, bool *good) {
  triax_status status = tx_improve_chains(pairs, flow, FEW + core->books->customers / FEW, good);
  if (status != TRIAX_OK || !*good) {
    return status;
  }
  status = tx_greedy(core);
  return status == TRIAX_OK && is_far(core) ? tx_improve_fill(pairs, NULL, UINT64_MAX) : status;
}

typedef struct room {
  uint32_t *customers;
  bool *apart, *near;
} room;

static triax_status mend_all(tx_core *core, const tx_former *former, const tx_flow *flow, tx_pairs *pairs,
                             tx_promise *promise, const room *r, bool *good) {
  triax_status status = TRIAX_OK;
  if (!tx_core_near(core) && core->bound.part[TX_VALUE] == 0) {
    status = place_others(core, flow, r->customers, good);
  }
  if (status == TRIAX_OK && *good && is_far(core)) {
    status = bring_in(core, flow, pairs, good);
  }
  if (status != TRIAX_OK || !*good) {
    return status;
  }
  touch(core, pairs, former, r->near);
  return exchange(core, pairs, promise);
}

static triax_status mend(tx_core *core, const tx_former *former, const tx_flow *flow, const room *r, bool *good) {
  tx_promise promise;
  tx_pairs pairs;
  triax_status status = tx_pairs_init(&pairs, core);
  if (status != TRIAX_OK) {
    return status;
  }
  if (tx_promise_init(&promise, flow, &pairs.arena)) {
    tx_pairs_rest(&pairs);
    status = mend_all(core, former, flow, &pairs, &promise, r, good);
  } else {
    status = tx_no_memory(core->watch->error);
  }
  tx_pairs_free(&pairs);
  return status;
}

static triax_status resume(tx_core *core, int64_t scale, const tx_former *former, const room *r, bool *good) {
  tx_flow flow;
  triax_status status = relax_listed(core, scale, former, r->customers, r->apart, &flow);
  if (status != TRIAX_OK) {
    return status;
  }
  core->missed = &former->missed;
  tx_core_place_all(core, former->at);
  *good = core->proven > 0; /* or prices were too large, and nothing is known by them */
  status = *good ? tx_greedy(core) : TRIAX_OK;
  if (status == TRIAX_OK && *good) {
    status = mend(core, former, &flow, r, good);
  }
  tx_flow_free(&flow);
  return status == TRIAX_OK && *good && !tx_core_near(core) ? tx_core_improve(core, scale) : status;
}

triax_status tx_core_resume(tx_core *core, const tx_former *former, bool *good) {
  size_t csms = core->books->csms, n = core->books->customers;
  int64_t scale = tx_flow_scale(core);
  tx_arena arena;
  *good = scale > 0 && n > TX_SMALL_PART;
  if (!*good) {
    return TRIAX_OK;
  }
  tx_arena_init(&arena, core->watch->context);
  room r = {.customers = tx_arena_calloc(&arena, n, sizeof *r.customers)};
  r.apart = tx_arena_calloc(&arena, n, sizeof *r.apart);
  r.near = tx_arena_calloc(&arena, csms + 1, sizeof *r.near);
  triax_status status = TRIAX_OK;
  if (r.customers == NULL || r.apart == NULL || r.near == NULL) {
    status = tx_no_memory(core->watch->error);
  } else {
    status = resume(core, scale, former, &r, good);
  }
  tx_arena_free(&arena);
  return status;
}
