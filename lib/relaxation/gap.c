/* What an assignment costs above the relaxation's prices: its customers above their cheapest places, its CSMs above
 * their best loads. The sum is the gap to the bound. Only what adds to it can gain. */
#include "relaxation/flow.h"

/* The customer's cost where it is, less the least. */
static tx_cost gap_of(const tx_flow *flow, uint32_t j) {
  const tx_core *core = flow->core;
  tx_cost gap = {{tx_core_value(core, j) * flow->scale, 0, 0, 0}};
  if (core->at[j] != TX_BOOKS_NONE) {
    gap = tx_flow_placed(flow, core->at[j], tx_core_load(core, j), core->points[j]);
  }
  tx_cost_sub(&gap, &flow->least[j]);
  return gap;
}

/* Whether a costs more than b, up to points. */
static bool dearer(const tx_cost *a, const tx_cost *b) {
  for (int p = 0; p <= TX_POINTS; p++) {
    if (a->part[p] != b->part[p]) return a->part[p] > b->part[p];
  }
  return false;
}

size_t tx_flow_misplaced(const tx_flow *flow, uint32_t *list) {
  const tx_cost nothing = {{0, 0, 0, 0}};
  size_t count = 0;
  for (size_t x = 0; x < flow->scope.count; x++) {
    uint32_t j = flow->by_value[x];
    tx_cost gap = gap_of(flow, j);
    if (dearer(&gap, &nothing)) list[count++] = j;
  }
  flow->core->watch->work += flow->scope.count;
  return count;
}

/* A load at the CSM: along the segments of its bundle, less its price. */
static tx_cost load_cost(const tx_flow *flow, size_t csm, int64_t load) {
  const tx_bundle *bundle = &flow->bundle[csm];
  const tx_cost *price = &flow->node[TX_FLOW_CSM(flow, csm)].price;
  tx_cost cost = {{0, 0, 0, 0}};
  int64_t start = 0;
  for (uint32_t s = 0; s + 1 < bundle->count && start < load; s++) {
    int64_t end = flow->segment[bundle->begin + s].end, part = (end < load ? end : load) - start;
    cost.part[TX_OVER] += flow->over[bundle->begin + s] * part;
    cost.part[flow->core->balance_part] += flow->segment[bundle->begin + s].rate * part;
    start = end;
  }
  for (int p = 0; p < TX_PARTS; p++) cost.part[p] -= price->part[p] * load;
  return cost;
}

static tx_cost csm_gap(const tx_flow *flow, size_t csm) {
  const tx_bundle *bundle = &flow->bundle[csm];
  tx_cost least = {{0, 0, 0, 0}};
  tx_cost gap = load_cost(flow, csm, flow->core->sum[csm * flow->core->dimensions] - flow->has[csm]);
  for (uint32_t s = 0; s + 1 < bundle->count; s++) {
    tx_cost cost = load_cost(flow, csm, flow->segment[bundle->begin + s].end);
    least = tx_cost_compare(&cost, &least) < 0 ? cost : least;
  }
  tx_cost_sub(&gap, &least);
  return gap;
}

bool tx_promise_init(tx_promise *p, const tx_flow *flow, tx_arena *arena) {
  size_t csms = flow->csms;
  *p = (tx_promise){.flow = flow};
  p->of = tx_arena_calloc(arena, csms + 1, sizeof *p->of);
  p->version = tx_arena_alloc(arena, (csms + 1) * sizeof *p->version);
  for (size_t i = 0; p->version != NULL && i <= csms; i++) {
    p->version[i] = UINT64_MAX;
  }
  return p->of != NULL && p->version != NULL;
}

void tx_promise_update(tx_promise *p) {
  const tx_flow *flow = p->flow;
  const tx_core *core = flow->core;
  for (size_t i = 0; i <= flow->csms; i++) {
    if (p->version[i] == core->version[i]) {
      continue;
    }
    bool csm = i < flow->csms && flow->room[i] > 0;
    tx_cost sum = csm ? csm_gap(flow, i) : (tx_cost){{0, 0, 0, 0}};
    for (uint32_t j = core->first[i]; j != TX_BOOKS_NONE; j = core->next[j]) {
      core->watch->work++;
      if (tx_core_load(core, j) > 0) {
        tx_cost gap = gap_of(flow, j);
        tx_cost_add(&sum, &gap);
      }
    }
    p->of[i] = sum;
    p->version[i] = core->version[i];
  }
}
