/* A first flow and its tree: owners keep what they can, the least valuable stay uncovered where room is short, and
 * classes fill the CSMs on offer one after the other. Near enough to the best that a million customers need not come
 * in one by one. */
#include "relaxation/flow.h"

/* Whether the bundle is of customers who are let in to the CSM and gain nothing there, having an open offer. */
static bool gains_nothing(const tx_flow *flow, const tx_bundle *bundle) {
  const tx_core *core = flow->core;
  uint32_t csm = (uint32_t)(bundle->to - flow->classes), offer = core->books->class_offer[flow->class_of[bundle->from]];
  bool open = tx_books_open_end(core->books, offer) > core->books->offer_begin[offer];
  if (core->books->offer_open == NULL || !open) {
    return false;
  }
  size_t entry = tx_core_closed_entry(core, offer, csm);
  int64_t plain = entry == SIZE_MAX || core->books->offer_points == NULL ? 0 : core->books->offer_points[entry];
  return entry != SIZE_MAX && flow->segment[bundle->begin].rate >= -plain * flow->unit[bundle->from];
}

/* Owners take whole segments while a unit of room is left over: the tree stays strongly feasible. A class has no more
 * than its customers, though they may have several exceptions each. Those who are let in and gain nothing wait until
 * others want their room. */
static void keep_owners(tx_flow *flow, int64_t *amount) {
  for (size_t b = TX_FLOW_OWNED(flow, 0); b < flow->bundles; b++) {
    tx_bundle *bundle = &flow->bundle[b];
    if (bundle->count > 0 && gains_nothing(flow, bundle)) {
      continue;
    }
    int64_t room = flow->room[bundle->to - flow->classes] - 1 - amount[bundle->to];
    room = room < amount[bundle->from] ? room : amount[bundle->from];
    while (bundle->kink < bundle->count && flow->segment[bundle->begin + bundle->kink].end <= room) {
      bundle->kink++;
    }
    int64_t taken = tx_flow_segment_start(flow, b, bundle->kink);
    amount[bundle->to] += taken;
    amount[bundle->from] -= taken;
  }
}

/* Segments of the class's uncovered bundle that cost less than `rate`. */
static uint32_t cheaper_than(const tx_flow *flow, size_t q, int64_t rate) {
  const tx_bundle *bundle = &flow->bundle[TX_FLOW_UNCOVERED(flow, q)];
  uint32_t low = 0, high = bundle->count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (flow->segment[bundle->begin + middle].rate < rate) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

static int64_t supply_of(const tx_flow *flow, size_t q) {
  return flow->load[q] * (int64_t)(flow->customer_begin[q + 1] - flow->customer_begin[q]);
}

/* The class's load that would be uncovered if all below `rate` were; not past what it has. */
static int64_t left_below(const tx_flow *flow, size_t q, int64_t rate) {
  uint32_t kink = cheaper_than(flow, q, rate);
  bool all = kink == flow->bundle[TX_FLOW_UNCOVERED(flow, q)].count;
  return all ? supply_of(flow, q) : tx_flow_segment_start(flow, TX_FLOW_UNCOVERED(flow, q), kink);
}

/* The least rate at which what is worth as much fits all room taken together. */
static int64_t threshold(const tx_flow *flow) {
  int64_t room = 0, low = 0, high = flow->dearest;
  for (size_t i = 0; i < flow->csms; i++) {
    room += flow->room[i];
  }
  while (low < high) {
    int64_t middle = low + (high - low) / 2, load = 0;
    for (size_t q = 0; q < flow->classes; q++) {
      load += supply_of(flow, q) - left_below(flow, q, middle);
    }
    if (load > room) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  flow->core->watch->work += flow->classes * 64;
  return low;
}

/* Those below the threshold rest uncovered, as far as owners have left any. */
static void leave_below(tx_flow *flow, int64_t rate, int64_t *amount) {
  for (size_t q = 0; q < flow->classes; q++) {
    size_t b = TX_FLOW_UNCOVERED(flow, q);
    uint32_t kink = cheaper_than(flow, q, rate);
    kink -= kink == flow->bundle[b].count;
    while (kink > 0 && tx_flow_segment_start(flow, b, kink) > amount[q]) {
      kink--;
    }
    flow->bundle[b].kink = kink;
    amount[q] -= tx_flow_segment_start(flow, b, kink);
  }
}

static void hang(tx_flow *flow, uint32_t n, uint32_t parent, tx_node arc) {
  arc.child = flow->node[n].child;
  flow->node[n] = arc;
  tx_flow_attach(flow, n, parent);
}

static void hang_on_root(tx_flow *flow, uint32_t n, size_t b, int64_t amount) {
  tx_bundle *bundle = &flow->bundle[b];
  uint32_t segment = 0;
  while (flow->segment[bundle->begin + segment].end <= amount) {
    segment++;
  }
  bundle->tree = true;
  hang(flow, n, TX_FLOW_ROOT(flow), (tx_node){.bundle = (uint32_t)b, .segment = segment, .up = true, .flow = amount});
}

/* The class's next CSM with room from entry *at on, or false. */
static bool next_room(const tx_flow *flow, size_t *at, size_t end, const int64_t *amount, size_t *entry) {
  for (; *at < end; ++*at) {
    *entry = flow->entry == NULL ? *at : flow->entry[*at];
    uint32_t csm = flow->core->books->offer_csm[*entry];
    if (flow->room[csm] > amount[TX_FLOW_CSM(flow, csm)]) {
      return true;
    }
  }
  return false;
}

/* The class fills CSMs: each that is full hangs on it, and it hangs on the first that it does not fill. */
static void spread(tx_flow *flow, uint32_t q, int64_t *amount) {
  size_t offer = flow->core->books->class_offer[flow->class_of[q]], entry = 0;
  size_t at = flow->entry == NULL ? flow->core->books->offer_begin[offer] : flow->entry_begin[q];
  size_t end = flow->entry == NULL ? tx_books_open_end(flow->core->books, offer) : flow->entry_open[q];
  while (amount[q] > 0 && next_room(flow, &at, end, amount, &entry)) {
    uint32_t csm = flow->core->books->offer_csm[entry], n = TX_FLOW_CSM(flow, csm);
    int64_t room = flow->room[csm] - amount[n];
    tx_node arc = {.bundle = TX_BOOKS_NONE, .entry = entry, .up = amount[q] < room};
    arc.flow = arc.up ? amount[q] : room;
    amount[n] += arc.flow;
    amount[q] -= arc.flow;
    if (arc.up) {
      hang(flow, q, n, arc);
      return;
    }
    flow->bundle[csm].kink = flow->bundle[csm].count - 1;
    hang(flow, n, q, arc);
  }
  size_t b = TX_FLOW_UNCOVERED(flow, q);
  hang_on_root(flow, q, b, amount[q] + tx_flow_segment_start(flow, b, flow->bundle[b].kink));
}

void tx_flow_price_tree(tx_flow *flow, uint32_t *list) {
  size_t listed = 1;
  list[0] = TX_FLOW_ROOT(flow);
  for (size_t at = 0; at < listed; at++) {
    for (uint32_t n = flow->node[list[at]].child; n != TX_BOOKS_NONE; n = flow->node[n].next) {
      tx_node *node = &flow->node[n];
      tx_cost cost = tx_flow_arc_cost(flow, n);
      node->price = flow->node[node->parent].price;
      node->depth = flow->node[node->parent].depth + 1;
      if (node->up) {
        tx_cost_add(&node->price, &cost);
      } else {
        tx_cost_sub(&node->price, &cost);
      }
      list[listed++] = n;
    }
  }
}

static void build_tree(tx_flow *flow, int64_t *amount, uint32_t *list) {
  for (uint32_t n = 0; n < flow->nodes; n++) {
    flow->node[n] = (tx_node){.parent = TX_BOOKS_NONE, .child = TX_BOOKS_NONE, .next = TX_BOOKS_NONE,
                              .previous = TX_BOOKS_NONE, .bundle = TX_BOOKS_NONE};
  }
  for (size_t q = 0; q < flow->classes; q++) {
    amount[q] = supply_of(flow, q);
  }
  keep_owners(flow, amount);
  leave_below(flow, threshold(flow), amount);
  for (uint32_t q = 0; q < flow->classes; q++) {
    spread(flow, q, amount);
  }
  for (uint32_t i = 0; i < flow->csms; i++) {
    uint32_t n = TX_FLOW_CSM(flow, i);
    if (flow->room[i] == 0) {
      flow->node[n].price.part[TX_VALUE] = INT64_MAX / 4;
      continue;
    }
    flow->open[flow->opened++] = i;
    if (flow->node[n].parent == TX_BOOKS_NONE) {
      hang_on_root(flow, n, i, amount[n]);
    }
  }
  tx_flow_price_tree(flow, list);
}

triax_status tx_flow_first_tree(tx_flow *flow) {
  triax_context *context = flow->core->watch->context;
  int64_t *amount = tx_calloc(context, flow->nodes, sizeof *amount);
  uint32_t *list = tx_calloc(context, flow->nodes, sizeof *list);
  bool had = amount != NULL && list != NULL;
  if (had) {
    build_tree(flow, amount, list);
  }
  tx_free_array(context, amount, flow->nodes, sizeof *amount);
  tx_free_array(context, list, flow->nodes, sizeof *list);
  return had ? TRIAX_OK : tx_no_memory(flow->core->watch->error);
}
