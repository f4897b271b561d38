/* Network simplex: strongly feasible trees, so that degenerate pivots cannot go round for ever. */
#include "relaxation/flow.h"

tx_cost tx_flow_segment_cost(const tx_flow *flow, size_t bundle, uint32_t segment) {
  size_t s = flow->bundle[bundle].begin + segment;
  int64_t rate = flow->segment[s].rate;
  if (bundle < flow->csms) {
    bool beyond_room = segment + 1 == flow->bundle[bundle].count;
    tx_cost cost = {{beyond_room ? flow->dearest : 0, beyond_room ? 0 : flow->over[s], 0, 0}};
    cost.part[flow->core->balance_part] = beyond_room ? 0 : rate;
    return cost;
  }
  return bundle < flow->csms + flow->classes ? (tx_cost){{rate, 0, 0, 0}} : (tx_cost){{0, 0, rate, 0}};
}

int64_t tx_flow_segment_start(const tx_flow *flow, size_t bundle, uint32_t segment) {
  return segment == 0 ? 0 : flow->segment[flow->bundle[bundle].begin + segment - 1].end;
}

int64_t tx_flow_on(const tx_flow *flow, size_t b) {
  const tx_bundle *bundle = &flow->bundle[b];
  if (!bundle->tree) {
    return tx_flow_segment_start(flow, b, bundle->kink);
  }
  return flow->node[bundle->from].bundle == b ? flow->node[bundle->from].flow : flow->node[bundle->to].flow;
}

tx_cost tx_flow_arc_cost(const tx_flow *flow, uint32_t child) {
  const tx_node *node = &flow->node[child];
  if (node->bundle != TX_BOOKS_NONE) {
    return tx_flow_segment_cost(flow, node->bundle, node->segment);
  }
  uint32_t class_node = node->up ? child : node->parent;
  const int64_t *points = flow->core->books->offer_points;
  return (tx_cost){{0, 0, points == NULL ? 0 : -points[node->entry] * flow->unit[class_node], 0}};
}

/* How much more can be pushed over the node's tree arc, from the node to its parent (`upward`) or back. */
static int64_t residual(const tx_flow *flow, uint32_t child, bool upward) {
  const tx_node *node = &flow->node[child];
  if (node->up == upward) {
    return node->bundle == TX_BOOKS_NONE
               ? INT64_MAX
               : flow->segment[flow->bundle[node->bundle].begin + node->segment].end - node->flow;
  }
  return node->flow - (node->bundle == TX_BOOKS_NONE ? 0 : tx_flow_segment_start(flow, node->bundle, node->segment));
}

/* The arc that blocks the push: of those that tie, the last on the cycle from its apex on. */
typedef struct leaving {
  uint32_t apex;
  uint32_t node; /* whose tree arc leaves; TX_BOOKS_NONE: the entering arc itself is filled */
  bool first_side;
  int64_t amount;
} leaving;

static uint32_t find_apex(tx_flow *flow, uint32_t a, uint32_t b) {
  while (a != b) {
    flow->core->watch->work++;
    if (flow->node[a].depth >= flow->node[b].depth) {
      a = flow->node[a].parent;
    } else {
      b = flow->node[b].parent;
    }
  }
  return a;
}

/* The push goes from the apex down to `first`, over the entering arc to `second`, and up to the apex. */
static leaving find_leaving(tx_flow *flow, uint32_t first, uint32_t second, int64_t amount) {
  leaving out = {find_apex(flow, first, second), TX_BOOKS_NONE, false, amount};
  for (uint32_t n = first; n != out.apex; n = flow->node[n].parent) {
    int64_t rest = residual(flow, n, false);
    if (rest < out.amount) {
      out.amount = rest;
      out.node = n;
      out.first_side = true;
    }
  }
  for (uint32_t n = second; n != out.apex; n = flow->node[n].parent) {
    int64_t rest = residual(flow, n, true);
    if (rest <= out.amount) {
      out.amount = rest;
      out.node = n;
      out.first_side = false;
    }
  }
  return out;
}

static void push(tx_flow *flow, uint32_t first, uint32_t second, const leaving *out) {
  if (out->amount == 0) {
    return;
  }
  for (uint32_t n = first; n != out->apex; n = flow->node[n].parent) {
    flow->node[n].flow += flow->node[n].up ? -out->amount : out->amount;
  }
  for (uint32_t n = second; n != out->apex; n = flow->node[n].parent) {
    flow->node[n].flow += flow->node[n].up ? out->amount : -out->amount;
  }
}

void tx_flow_detach(tx_flow *flow, uint32_t n) {
  tx_node *node = &flow->node[n];
  if (node->previous == TX_BOOKS_NONE) {
    flow->node[node->parent].child = node->next;
  } else {
    flow->node[node->previous].next = node->next;
  }
  if (node->next != TX_BOOKS_NONE) {
    flow->node[node->next].previous = node->previous;
  }
}

void tx_flow_attach(tx_flow *flow, uint32_t n, uint32_t parent) {
  tx_node *node = &flow->node[n];
  node->parent = parent;
  node->previous = TX_BOOKS_NONE;
  node->next = flow->node[parent].child;
  if (node->next != TX_BOOKS_NONE) {
    flow->node[node->next].previous = n;
  }
  flow->node[parent].child = n;
}

/* What a tree arc is, apart from its ends. */
typedef struct arc {
  uint32_t bundle, segment;
  size_t entry;
  int64_t flow;
  bool up;
} arc;

static arc arc_of(const tx_node *node) { return (arc){node->bundle, node->segment, node->entry, node->flow, node->up}; }

/* Hangs the subtree below `last` under `parent` by its node `n`, turning the arcs from n to `last` round. */
static void turn(tx_flow *flow, uint32_t n, uint32_t parent, arc link, uint32_t last) {
  for (bool more = true; more;) {
    tx_node *node = &flow->node[n];
    uint32_t old_parent = node->parent;
    arc old = arc_of(node);
    tx_flow_detach(flow, n);
    tx_flow_attach(flow, n, parent);
    node->bundle = link.bundle;
    node->segment = link.segment;
    node->entry = link.entry;
    node->flow = link.flow;
    node->up = link.up;
    flow->core->watch->work += 2;
    more = n != last;
    parent = n;
    n = old_parent;
    link = old;
    link.up = !old.up;
  }
}

/* Prices and depths below and at `top`, whose own arc is new: all prices move by the same amount. */
static void reprice(tx_flow *flow, uint32_t top) {
  tx_node *node = flow->node;
  tx_cost cost = tx_flow_arc_cost(flow, top), change = node[node[top].parent].price;
  if (node[top].up) {
    tx_cost_add(&change, &cost);
  } else {
    tx_cost_sub(&change, &cost);
  }
  tx_cost_sub(&change, &node[top].price);
  uint64_t visited = 0;
  for (uint32_t n = top;;) {
    tx_cost_add(&node[n].price, &change);
    node[n].depth = node[node[n].parent].depth + 1;
    visited++;
    if (node[n].child != TX_BOOKS_NONE) {
      n = node[n].child;
      continue;
    }
    while (n != top && node[n].next == TX_BOOKS_NONE) {
      n = node[n].parent;
    }
    if (n == top) {
      break;
    }
    n = node[n].next;
  }
  flow->core->watch->work += visited;
}

/* A bundle that leaves the tree rests at the end of its segment that it has come to. */
static void rest_bundle(tx_flow *flow, const tx_node *node) {
  if (node->bundle == TX_BOOKS_NONE) {
    return;
  }
  tx_bundle *bundle = &flow->bundle[node->bundle];
  bundle->tree = false;
  bundle->kink =
      node->flow == tx_flow_segment_start(flow, node->bundle, node->segment) ? node->segment : node->segment + 1;
}

static int64_t entering_room(const tx_flow *flow, const tx_entering *in) {
  if (in->bundle == TX_BOOKS_NONE) {
    return INT64_MAX;
  }
  return flow->segment[flow->bundle[in->bundle].begin + in->segment].end -
         tx_flow_segment_start(flow, in->bundle, in->segment);
}

static int64_t entering_flow(const tx_flow *flow, const tx_entering *in, int64_t amount) {
  if (in->bundle == TX_BOOKS_NONE) {
    return amount;
  }
  int64_t start = tx_flow_segment_start(flow, in->bundle, in->segment);
  return in->backward ? flow->segment[flow->bundle[in->bundle].begin + in->segment].end - amount : start + amount;
}

void tx_flow_pivot(tx_flow *flow, const tx_entering *in) {
  uint32_t first = in->backward ? in->to : in->from, second = in->backward ? in->from : in->to;
  leaving out = find_leaving(flow, first, second, entering_room(flow, in));
  push(flow, first, second, &out);
  if (out.node == TX_BOOKS_NONE) {
    flow->bundle[in->bundle].kink = in->backward ? in->segment : in->segment + 1;
    return;
  }
  uint32_t below = out.first_side ? first : second, above = out.first_side ? second : first;
  arc link = {in->bundle, in->segment, in->entry, entering_flow(flow, in, out.amount), below == in->from};
  rest_bundle(flow, &flow->node[out.node]);
  if (in->bundle != TX_BOOKS_NONE) {
    flow->bundle[in->bundle].tree = true;
  }
  turn(flow, below, above, link, out.node);
  reprice(flow, below);
}

/* Prices beyond this could not be multiplied by loads: never reached by costs that tx_flow_scale lets pass, unless
 * a tree is very deep. */
static bool too_dear(const tx_flow *flow, const tx_entering *in) {
  for (int p = 0; p < TX_PARTS; p++) {
    if (flow->node[in->from].price.part[p] > (INT64_C(1) << 60) ||
        flow->node[in->from].price.part[p] < -(INT64_C(1) << 60)) {
      return true;
    }
  }
  return false;
}

triax_status tx_flow_solve(tx_flow *flow, uint64_t budget) {
  tx_watch *watch = flow->core->watch;
  uint64_t end = watch->work + budget;
  /* About one class at a time, however many there are: its cheapest CSM is nearly always worth a pivot. Blocks as wide
   * as the root of all entries made six times the work of 8,600 classes with 1.4 million. */
  tx_pricing pricing = {0, 64};
  triax_status status = TRIAX_OK;
  flow->finished = false;
  while (status == TRIAX_OK && watch->work < end) {
    tx_entering in = {.found = false};
    tx_flow_price(flow, &pricing, &in);
    if (!in.found) {
      flow->finished = true;
      break;
    }
    if (too_dear(flow, &in)) {
      break;
    }
    tx_flow_pivot(flow, &in);
    status = tx_watch_work(watch, 8);
  }
  return status;
}
