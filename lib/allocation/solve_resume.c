/* From a former answer: who can stays, the former prices prove a bound, and exchanges mend what is near the change. */
#include "allocation/improve.h"

/* So near its bound an answer is good, whatever the former one was: in parts of it, a thousandth. */
#define NEAR 1000

static void place_former(tx_core *core, const tx_former *former) {
  for (uint32_t j = 0; j < core->books->customers; j++) {
    uint32_t csm = former->at[j];
    size_t entry = csm == TX_BOOKS_NONE ? SIZE_MAX : tx_core_entry(core, j, csm);
    if (entry != SIZE_MAX && tx_core_fits(core, j, csm)) {
      tx_core_place(core, j, csm, tx_core_entry_points(core, j, entry));
    }
  }
}

/* CSMs whose book is not as it was, and the uncovered: who waits may come in anywhere. */
static void touch(tx_core *core, tx_pairs *pairs, const tx_former *former, bool *near) {
  size_t csms = core->books->csms;
  for (uint32_t i = 0; i < csms; i++) {
    near[i] = former->touched[i];
  }
  for (uint32_t j = 0; j < core->books->customers; j++) {
    if (core->at[j] != former->at[j]) {
      near[csms] = true;
      if (core->at[j] != TX_BOOKS_NONE) near[core->at[j]] = true;
      if (former->at[j] != TX_BOOKS_NONE) near[former->at[j]] = true;
    }
  }
  for (uint32_t i = 0; i <= csms; i++) {
    if (near[i]) {
      tx_pairs_touch(pairs, i);
    }
  }
}

static triax_status mend(tx_core *core, const tx_former *former, bool *near) {
  tx_pairs pairs;
  triax_status status = tx_pairs_init(&pairs, core);
  if (status != TRIAX_OK) {
    return status;
  }
  tx_pairs_rest(&pairs);
  touch(core, &pairs, former, near);
  status = tx_pairs_sweep(&pairs, UINT64_MAX);
  if (status == TRIAX_OK && core->cost.part[TX_VALUE] > core->bound.part[TX_VALUE]) {
    status = tx_improve_fill(&pairs, near, UINT64_MAX);
    if (status == TRIAX_OK) {
      status = tx_pairs_sweep(&pairs, UINT64_MAX);
    }
  }
  tx_pairs_free(&pairs);
  return status;
}

/* Whether the first part that is off its bound is off by little, or by no more than it was. */
static bool near_bound(const tx_core *core, const tx_former *former) {
  for (int p = 0; p < core->proven; p++) {
    int64_t off = core->cost.part[p] - core->bound.part[p];
    int64_t size = core->bound.part[p] < 0 ? -core->bound.part[p] : core->bound.part[p];
    if (off != 0) {
      return off <= size / NEAR || off / 2 <= former->missed.part[p];
    }
  }
  return core->proven > 0;
}

triax_status tx_core_resume(tx_core *core, const tx_former *former, bool *good) {
  triax_context *context = core->watch->context;
  size_t csms = core->books->csms;
  int64_t scale = tx_flow_scale(core);
  bool *near = tx_calloc(context, csms + 1, sizeof *near);
  triax_status status = near == NULL ? tx_no_memory(core->watch->error) : TRIAX_OK;
  *good = false;
  if (status == TRIAX_OK && scale > 0) {
    status = tx_flow_bound_at(core, scale, former->price);
    if (status == TRIAX_OK) {
      place_former(core, former);
      status = tx_greedy(core);
    }
    if (status == TRIAX_OK) {
      status = mend(core, former, near);
    }
    *good = status == TRIAX_OK && near_bound(core, former);
  }
  tx_free_array(context, near, csms + 1, sizeof *near);
  return status;
}
