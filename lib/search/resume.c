/* From a former answer: its relaxation is solved again from its tree, who stands well at the prices stays, the others
 * are placed anew by a relaxation of their own, and exchanges mend what that leaves to gain. Where the answer is then
 * further from its bound than it should be, the search goes on from there. */
#include <string.h>

#include "search/search.h"

/* Pairs are looked at that promise so much of what the assignment is off its bound. */
#define WORTH 128
/* So many, and one in so many customers, may be placed anew; where more stand badly, the answer is sought from nothing.
 */
#define FEW 8
/* So often a CSM may take in who waits: one who is new has room for all it can carry. */
#define TIMES 100
/* More than one in so many of the value that must be left uncovered is left beside it: that is far off. */
#define FAR 100
/* Of exchanges, until none gains. */
#define ROUNDS 1000

static void place_former(tx_core *core, const tx_former *former) {
  for (uint32_t j = 0; j < core->books->customers; j++) {
    uint32_t csm = former->at[j];
    size_t entry = csm >= TX_BOOKS_LEFT ? SIZE_MAX : tx_core_entry(core, j, csm);
    if (entry != SIZE_MAX && tx_core_fits(core, j, csm)) {
      tx_core_place(core, j, csm, tx_core_entry_points(core, j, entry));
    }
  }
}

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
  status = tx_flow_solve(flow, UINT64_MAX / 4);
  status = status == TRIAX_OK ? tx_flow_keep(flow) : status;
  status = status == TRIAX_OK ? tx_flow_bound(flow) : status;
  if (status != TRIAX_OK) {
    tx_flow_free(flow);
  }
  return status;
}

/* Those who do not stand well at the prices of today. Where value is left uncovered, prices tell so of many who could
 * not stand better for want of room: then those who stood well at the former prices. */
static triax_status list_others(tx_core *core, const tx_flow *flow, const tx_former *former, uint32_t *list,
                                size_t *count) {
  triax_context *context = core->watch->context;
  if (core->bound.part[TX_VALUE] == 0) {
    *count = tx_flow_misplaced(flow, NULL, list);
    return TRIAX_OK;
  }
  tx_flow was = *flow;
  was.node = tx_alloc_array(context, flow->nodes, sizeof *was.node);
  if (was.node == NULL) {
    return tx_no_memory(core->watch->error);
  }
  memcpy(was.node, flow->node, flow->nodes * sizeof *was.node);
  tx_flow_set_prices(&was, former->price);
  *count = tx_flow_misplaced(flow, &was, list);
  tx_free_array(context, was.node, flow->nodes, sizeof *was.node);
  return TRIAX_OK;
}

/* Places those anew who do not stand well, or not at all. */
static triax_status place_others(tx_core *core, const tx_flow *flow, const tx_former *former, uint32_t *list,
                                 bool *good) {
  size_t count = 0;
  triax_status status = list_others(core, flow, former, list, &count);
  *good = count <= FEW + core->books->customers / FEW;
  if (status != TRIAX_OK || !*good) {
    return status;
  }
  for (size_t x = 0; x < count; x++) {
    if (core->at[list[x]] != TX_BOOKS_NONE) {
      tx_core_place(core, list[x], TX_BOOKS_NONE, 0);
    }
  }
  tx_dive_options options = {.customers = list, .count = count, .budget = UINT64_MAX / 4};
  options.start = flow;
  status = count == 0 ? TRIAX_OK : tx_dive(core, flow->scale, &options);
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

/* What a pair must promise to be looked at: a unit of every part up to points, and more of the first that is off. */
static tx_cost enough(const tx_core *core, int64_t scale) {
  tx_cost least = {{scale, scale, scale, INT64_MAX}};
  for (int p = 0; p < core->proven; p++) {
    int64_t off = core->cost.part[p] - core->bound.part[p];
    bool whole = p == TX_POINTS && !core->books->together;
    if (off != 0) {
      least.part[p] = whole || off < WORTH ? scale : off / WORTH * scale;
      break;
    }
  }
  return least;
}

static triax_status exchange(tx_core *core, tx_pairs *pairs, tx_promise *promise, int rounds) {
  triax_status status = TRIAX_OK;
  pairs->promise = promise->of;
  bool gained = true;
  for (int round = 0; status == TRIAX_OK && gained && round < rounds; round++) {
    tx_promise_update(promise);
    pairs->enough = enough(core, promise->flow->scale);
    status = tx_pairs_round(pairs, UINT64_MAX, &gained);
  }
  return status;
}

/* Those who wait come in for others who are worth less, CSM by CSM. */
static void let_in(const tx_core *core, tx_pairs *pairs) {
  uint32_t none = (uint32_t)core->books->csms;
  for (uint32_t i = 0; i < none; i++) {
    for (int times = 0; times < TIMES && tx_pairs_improve(pairs, i, none); times++) {
    }
  }
}

static bool is_short(const tx_core *core) { return core->cost.part[TX_VALUE] > core->bound.part[TX_VALUE]; }

/* Load by load, where more is left uncovered than should be; then one round is enough. */
static triax_status place_sizes(tx_core *core, const tx_former *former, const tx_flow *flow, tx_pairs *pairs,
                                bool *near, int *rounds) {
  if (!is_short(core) || tx_core_near(core)) {
    return TRIAX_OK;
  }
  triax_status status = tx_improve_sizes(core, flow->scale, flow, UINT64_MAX);
  touch(core, pairs, former, near);
  *rounds = 1;
  return status;
}

/* Exchanges bring more in where much is to be had, loads one by one where little is: that comes first. */
static triax_status mend_value(tx_core *core, const tx_former *former, const tx_flow *flow, tx_pairs *pairs,
                               tx_promise *promise, bool *near) {
  int rounds = ROUNDS;
  let_in(core, pairs);
  triax_status status = tx_improve_fill(pairs, NULL, UINT64_MAX);
  bool far = core->cost.part[TX_VALUE] - core->bound.part[TX_VALUE] > core->bound.part[TX_VALUE] / FAR;
  if (status == TRIAX_OK && !far) {
    status = place_sizes(core, former, flow, pairs, near, &rounds);
  }
  status = status == TRIAX_OK ? exchange(core, pairs, promise, rounds) : status;
  if (status == TRIAX_OK && is_short(core)) {
    status = tx_improve_fill(pairs, near, UINT64_MAX);
    if (status == TRIAX_OK && far) {
      status = place_sizes(core, former, flow, pairs, near, &rounds);
    }
    status = status == TRIAX_OK ? exchange(core, pairs, promise, rounds) : status;
  }
  return status;
}

static triax_status mend(tx_core *core, const tx_former *former, const tx_flow *flow, bool *near) {
  tx_promise promise;
  tx_pairs pairs;
  triax_status status = tx_pairs_init(&pairs, core);
  if (status != TRIAX_OK) {
    return status;
  }
  if (!tx_promise_init(&promise, flow, &pairs.arena)) {
    tx_pairs_free(&pairs);
    return tx_no_memory(core->watch->error);
  }
  tx_pairs_rest(&pairs);
  touch(core, &pairs, former, near);
  status = is_short(core) ? mend_value(core, former, flow, &pairs, &promise, near)
                          : exchange(core, &pairs, &promise, ROUNDS);
  tx_pairs_free(&pairs);
  return status;
}

typedef struct room {
  uint32_t *customers;
  bool *apart, *near;
} room;

static triax_status resume(tx_core *core, int64_t scale, const tx_former *former, const room *r, bool *good) {
  tx_flow flow;
  triax_status status = relax_listed(core, scale, former, r->customers, r->apart, &flow);
  if (status != TRIAX_OK) {
    return status;
  }
  core->missed = &former->missed;
  place_former(core, former);
  status = tx_greedy(core);
  if (status == TRIAX_OK && !tx_core_near(core)) {
    status = place_others(core, &flow, former, r->customers, good);
    status = status == TRIAX_OK && *good ? tx_greedy(core) : status;
  }
  if (status == TRIAX_OK && *good) {
    status = mend(core, former, &flow, r->near);
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
