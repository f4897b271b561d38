/* A first tree from a former relaxation's: where little has changed, little is left to do. What no longer fits hangs
 * on the root by its own arc, so that the tree is whole and its flow feasible. */
#include "relaxation/warm.h"

static void map_classes(const tx_flow *flow, uint32_t *node) {
  for (size_t k = 0; k < flow->core->books->classes; k++) {
    node[k] = TX_BOOKS_NONE;
  }
  for (size_t q = flow->classes; q-- > 0;) {
    /* Nodes of customers apart come last: the class's own is written over them. */
    node[flow->class_of[q]] = (uint32_t)q;
  }
}

uint32_t tx_warm_kink(const tx_flow *flow, size_t b, int64_t amount) {
  const tx_bundle *bundle = &flow->bundle[b];
  uint32_t low = 0, high = bundle->count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (flow->segment[bundle->begin + middle].end <= amount) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

uint32_t tx_warm_nearest_kink(const tx_flow *flow, size_t b, int64_t amount) {
  uint32_t kink = tx_warm_kink(flow, b, amount);
  if (kink + 1 >= flow->bundle[b].count) {
    return kink;
  }
  int64_t below = amount - tx_flow_segment_start(flow, b, kink);
  return tx_flow_segment_start(flow, b, kink + 1) - amount < below ? kink + 1 : kink;
}

uint32_t tx_warm_owner_bundle(const tx_flow *flow, size_t q, uint32_t csm_node) {
  size_t low = flow->owned_begin[q], end = flow->owned_begin[q + 1], high = end;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (flow->bundle[TX_FLOW_OWNED(flow, middle)].to < csm_node) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  bool found = low < end && flow->bundle[TX_FLOW_OWNED(flow, low)].to == csm_node;
  return found && flow->bundle[TX_FLOW_OWNED(flow, low)].count > 0 ? (uint32_t)TX_FLOW_OWNED(flow, low)
                                                                   : TX_BOOKS_NONE;
}

/* Bundles outside the tree rest where the former's flow was, or at the next kink below. */
static void rest_bundles(tx_warm *w) {
  tx_flow *flow = w->flow;
  const tx_flow *former = w->former;
  for (size_t q = 0; q < flow->classes; q++) {
    uint32_t before = w->former_node[flow->class_of[q]];
    w->amount[q] = flow->load[q] * (int64_t)(flow->customer_begin[q + 1] - flow->customer_begin[q]);
    if (before == TX_BOOKS_NONE || w->node[flow->class_of[q]] != q) {
      continue;
    }
    int64_t left = w->amount[q]; /* a customer may have been in several */
    for (size_t o = flow->owned_begin[q]; o < flow->owned_begin[q + 1]; o++) {
      size_t b = TX_FLOW_OWNED(flow, o);
      size_t csm = flow->bundle[b].to - flow->classes;
      uint32_t of = tx_warm_owner_bundle(former, before, TX_FLOW_CSM(former, csm));
      int64_t was = of == TX_BOOKS_NONE ? 0 : tx_flow_on(former, of);
      flow->bundle[b].kink = tx_warm_kink(flow, b, was < left ? was : left);
      left -= tx_flow_segment_start(flow, b, flow->bundle[b].kink);
    }
    int64_t was = tx_flow_on(former, TX_FLOW_UNCOVERED(former, before));
    flow->bundle[TX_FLOW_UNCOVERED(flow, q)].kink =
        tx_warm_kink(flow, TX_FLOW_UNCOVERED(flow, q), was < left ? was : left);
  }
  for (size_t i = 0; i < flow->csms; i++) {
    int64_t load = former->bundle[i].count == 0 ? 0 : former->has[i] + tx_flow_on(former, i) - flow->has[i];
    flow->bundle[i].kink = load <= 0 ? 0 : tx_warm_nearest_kink(flow, i, load);
  }
}

void tx_warm_link_to(tx_warm *w, uint32_t n, uint32_t parent, uint32_t bundle, size_t entry) {
  tx_node *node = &w->flow->node[n];
  /* Arcs go from classes to CSMs. */
  *node = (tx_node){.child = node->child, .bundle = bundle, .entry = entry, .up = n < w->flow->classes};
  tx_flow_attach(w->flow, n, parent);
}

void tx_warm_link_to_root(tx_warm *w, uint32_t n) {
  uint32_t root = TX_FLOW_ROOT(w->flow);
  tx_node *node = &w->flow->node[n];
  uint32_t bundle = (uint32_t)(n < w->flow->classes ? TX_FLOW_UNCOVERED(w->flow, n) : n - w->flow->classes);
  *node = (tx_node){.child = node->child, .bundle = bundle, .up = true};
  tx_flow_attach(w->flow, n, root);
}

/* The former's link of a class node or a CSM node, if both ends and the arc are still there. */
static void link_node(tx_warm *w, uint32_t n, uint32_t before) {
  tx_flow *flow = w->flow;
  const tx_flow *former = w->former;
  const tx_node *old = before == TX_BOOKS_NONE ? NULL : &former->node[before];
  if (old == NULL || old->parent == TX_FLOW_ROOT(former)) {
    tx_warm_link_to_root(w, n);
    return;
  }
  bool is_class = n < flow->classes;
  size_t csm = (is_class ? old->parent : before) - former->classes;
  uint32_t class_node = is_class ? n : w->node[former->class_of[old->parent]];
  bool apart = !is_class && w->former_node[former->class_of[old->parent]] != old->parent;
  if (class_node == TX_BOOKS_NONE && !apart) {
    w->orphan[csm] = 1;
    return;
  }
  if (class_node == TX_BOOKS_NONE || apart || flow->room[csm] == 0) {
    tx_warm_link_to_root(w, n);
    return;
  }
  uint32_t bundle = old->bundle == TX_BOOKS_NONE ? TX_BOOKS_NONE : tx_warm_owner_bundle(flow, class_node, TX_FLOW_CSM(flow, csm));
  if (old->bundle != TX_BOOKS_NONE && bundle == TX_BOOKS_NONE) {
    tx_warm_link_to_root(w, n);
    return;
  }
  tx_warm_link_to(w, n, is_class ? TX_FLOW_CSM(flow, csm) : class_node, bundle, old->entry);
}

/* An orphan's arc from the class, if it costs less above the former's prices than what was found. */
static void offer_to_orphan(tx_warm *w, uint32_t q, size_t entry) {
  const tx_books *books = w->flow->core->books;
  const tx_flow *former = w->former;
  uint32_t csm = books->offer_csm[entry];
  if (w->orphan[csm] == 0) {
    return;
  }
  tx_cost cost = former->node[TX_FLOW_CSM(former, csm)].price;
  tx_cost_sub(&cost, &former->node[w->former_node[w->flow->class_of[q]]].price);
  cost.part[TX_POINTS] -= books->offer_points == NULL ? 0 : books->offer_points[entry] * w->flow->unit[q];
  if (w->other[csm] == TX_BOOKS_NONE || tx_cost_compare(&cost, &w->least[csm]) < 0) {
    w->other[csm] = q;
    w->entry[csm] = entry;
    w->least[csm] = cost;
  }
}

/* CSMs whose class is gone hang on the class that their former price speaks for, unless that hangs on them. */
static void link_orphans(tx_warm *w) {
  tx_flow *flow = w->flow;
  const tx_books *books = flow->core->books;
  for (uint32_t q = 0; q < flow->classes; q++) {
    bool own = w->node[flow->class_of[q]] == q && w->former_node[flow->class_of[q]] != TX_BOOKS_NONE;
    size_t offer = books->class_offer[flow->class_of[q]];
    size_t begin = flow->entry == NULL ? books->offer_begin[offer] : flow->entry_begin[q];
    size_t end = flow->entry == NULL ? tx_books_open_end(books, offer) : flow->entry_open[q];
    for (size_t e = begin; own && e < end; e++) {
      offer_to_orphan(w, q, flow->entry == NULL ? e : flow->entry[e]);
    }
    flow->core->watch->work += (end - begin) / 4;
  }
  for (uint32_t i = 0; i < flow->csms; i++) {
    uint32_t n = TX_FLOW_CSM(flow, i), up = w->other[i];
    if (w->orphan[i] == 0) {
      continue;
    }
    while (up != TX_BOOKS_NONE && up != n) {
      up = flow->node[up].parent;
    }
    if (w->other[i] == TX_BOOKS_NONE || up == n) {
      tx_warm_link_to_root(w, n);
    } else {
      tx_warm_link_to(w, n, w->other[i], TX_BOOKS_NONE, w->entry[i]);
    }
  }
}

/* Nodes from the root on; false where some cannot be reached. */
static bool list_order(tx_warm *w) {
  tx_flow *flow = w->flow;
  size_t listed = 0;
  w->order[listed++] = TX_FLOW_ROOT(flow);
  for (size_t at = 0; at < listed; at++) {
    for (uint32_t n = flow->node[w->order[at]].child; n != TX_BOOKS_NONE; n = flow->node[n].next) {
      w->order[listed++] = n;
    }
  }
  flow->core->watch->work += listed;
  return listed == flow->classes + flow->opened + 1;
}

static void link_all(tx_warm *w) {
  tx_flow *flow = w->flow;
  for (uint32_t n = 0; n < flow->nodes; n++) {
    flow->node[n] = (tx_node){.parent = TX_BOOKS_NONE, .child = TX_BOOKS_NONE, .next = TX_BOOKS_NONE,
                              .previous = TX_BOOKS_NONE, .bundle = TX_BOOKS_NONE};
  }
  for (uint32_t i = 0; i < flow->csms; i++) {
    if (flow->room[i] == 0) {
      flow->node[TX_FLOW_CSM(flow, i)].price.part[TX_VALUE] = INT64_MAX / 4;
      continue;
    }
    flow->open[flow->opened++] = i;
    if (w->former == NULL) {
      tx_warm_link_basis(w, TX_FLOW_CSM(flow, i));
    } else {
      link_node(w, TX_FLOW_CSM(flow, i), w->former->room[i] > 0 ? TX_FLOW_CSM(w->former, i) : TX_BOOKS_NONE);
    }
  }
  for (uint32_t q = 0; q < flow->classes; q++) {
    bool own = w->node[flow->class_of[q]] == q;
    if (w->former != NULL) {
      link_node(w, q, own ? w->former_node[flow->class_of[q]] : TX_BOOKS_NONE);
    } else {
      tx_warm_link_basis(w, q);
    }
  }
  if (w->former != NULL) {
    link_orphans(w);
  }
}

/* What the bundles at rest take from classes and bring to CSMs; bundles in the tree are counted there. */
static void count_rests(tx_warm *w) {
  tx_flow *flow = w->flow;
  for (uint32_t n = 0; n + 1 < flow->nodes; n++) {
    const tx_node *node = &flow->node[n];
    if (node->bundle != TX_BOOKS_NONE && node->parent != TX_BOOKS_NONE) {
      flow->bundle[node->bundle].tree = true;
    }
  }
  for (size_t q = 0; q < flow->classes; q++) {
    const tx_bundle *uncovered = &flow->bundle[TX_FLOW_UNCOVERED(flow, q)];
    w->amount[q] -= uncovered->tree ? 0 : tx_flow_segment_start(flow, TX_FLOW_UNCOVERED(flow, q), uncovered->kink);
  }
  for (size_t b = TX_FLOW_OWNED(flow, 0); b < flow->bundles; b++) {
    const tx_bundle *bundle = &flow->bundle[b];
    int64_t taken = bundle->tree ? 0 : tx_flow_segment_start(flow, b, bundle->kink);
    w->amount[bundle->from] -= taken;
    w->amount[bundle->to] += taken;
  }
}

/* Puts the arc's flow; false where the arc cannot have it. Bundles must be able to send a unit on towards the root;
 * arcs from the offers may be empty: a full CSM keeps its price so. */
static bool set_flow(tx_flow *flow, uint32_t n, int64_t amount) {
  tx_node *node = &flow->node[n];
  node->flow = amount;
  if (node->bundle == TX_BOOKS_NONE) {
    return amount >= 0;
  }
  const tx_bundle *bundle = &flow->bundle[node->bundle];
  if (amount < 0 || (!node->up && amount == 0)) {
    return false;
  }
  node->segment = tx_warm_kink(flow, node->bundle, node->up ? amount : amount - 1);
  return node->segment < bundle->count;
}

/* Off its parent and on to the root by the arc of its own. */
static void hang_again(tx_warm *w, uint32_t n) {
  tx_flow *flow = w->flow;
  tx_node *node = &flow->node[n];
  bool is_class = n < flow->classes;
  size_t own = is_class ? TX_FLOW_UNCOVERED(flow, n) : n - flow->classes;
  if (node->bundle != TX_BOOKS_NONE) {
    flow->bundle[node->bundle].tree = false;
    flow->bundle[node->bundle].kink = 0;
  }
  tx_flow_detach(flow, n);
  tx_warm_link_to_root(w, n);
  if (is_class) {
    w->amount[n] += tx_flow_segment_start(flow, own, flow->bundle[own].kink);
  }
  flow->bundle[own].tree = true;
  set_flow(flow, n, w->amount[n]);
}

/* Children that ask more of a class than it has hang on the root themselves. */
static void drop_children(tx_warm *w, uint32_t q) {
  tx_flow *flow = w->flow;
  for (uint32_t n = flow->node[q].child, next; n != TX_BOOKS_NONE && w->amount[q] < 0; n = next) {
    next = flow->node[n].next;
    w->amount[q] += flow->node[n].flow;
    hang_again(w, n);
  }
}

static void settle_class(tx_warm *w, uint32_t q) {
  tx_flow *flow = w->flow;
  if (w->amount[q] < 0) {
    drop_children(w, q);
  }
  if (flow->node[q].parent == TX_FLOW_ROOT(flow)) {
    set_flow(flow, q, w->amount[q]);
  } else if (set_flow(flow, q, w->amount[q])) {
    w->amount[flow->node[q].parent] += w->amount[q];
  } else {
    hang_again(w, q);
  }
}

static void settle_csm(tx_warm *w, uint32_t n) {
  tx_flow *flow = w->flow;
  size_t b = n - flow->classes;
  if (flow->node[n].parent == TX_FLOW_ROOT(flow)) {
    set_flow(flow, n, w->amount[n]);
    return;
  }
  int64_t asks = tx_flow_segment_start(flow, b, flow->bundle[b].kink) - w->amount[n];
  if (set_flow(flow, n, asks)) {
    w->amount[flow->node[n].parent] -= asks;
  } else {
    hang_again(w, n);
  }
}

/* False: what was kept was no tree. */
static bool build_tree(tx_warm *w) {
  tx_flow *flow = w->flow;
  map_classes(flow, w->node);
  if (w->former != NULL) {
    map_classes(w->former, w->former_node);
    rest_bundles(w);
  } else {
    tx_warm_rest_basis(w);
  }
  link_all(w);
  if (!list_order(w)) {
    return false;
  }
  count_rests(w);
  size_t listed = flow->classes + flow->opened + 1;
  for (size_t at = listed; at-- > 1;) {
    if (w->order[at] < flow->classes) {
      settle_class(w, w->order[at]);
    } else {
      settle_csm(w, w->order[at]);
    }
  }
  tx_flow_price_tree(flow, w->order);
  flow->core->watch->work += 4 * listed + (flow->bundles - flow->csms);
  return true;
}

static triax_status begin_anew(tx_flow *flow) {
  flow->opened = 0;
  for (size_t b = 0; b < flow->bundles; b++) {
    flow->bundle[b].kink = 0;
    flow->bundle[b].tree = false;
  }
  return tx_flow_first_tree(flow);
}

triax_status tx_flow_warm_tree(tx_flow *flow, const tx_flow *former) {
  tx_warm w = {.flow = flow, .former = former};
  size_t classes = flow->core->books->classes;
  tx_arena arena;
  tx_arena_init(&arena, flow->core->watch->context);
  w.former_node = tx_arena_calloc(&arena, classes, sizeof *w.former_node);
  w.node = tx_arena_calloc(&arena, classes, sizeof *w.node);
  w.order = tx_arena_calloc(&arena, flow->nodes, sizeof *w.order);
  w.amount = tx_arena_calloc(&arena, flow->nodes, sizeof *w.amount);
  w.orphan = tx_arena_calloc(&arena, flow->csms, sizeof *w.orphan);
  w.least = tx_arena_calloc(&arena, flow->csms, sizeof *w.least);
  w.other = tx_arena_calloc(&arena, flow->csms, sizeof *w.other);
  w.entry = tx_arena_calloc(&arena, flow->csms, sizeof *w.entry);
  size_t alone = former == NULL ? flow->core->books->customers : 0;
  w.alone = tx_arena_calloc(&arena, alone, sizeof *w.alone);
  for (size_t i = 0; w.other != NULL && i < flow->csms; i++) {
    w.other[i] = TX_BOOKS_NONE;
  }
  triax_status status = TRIAX_OK;
  bool made = true;
  if (w.former_node == NULL || w.node == NULL || w.order == NULL || w.amount == NULL || w.orphan == NULL ||
      w.least == NULL || w.other == NULL || w.entry == NULL || w.alone == NULL) {
    status = tx_no_memory(flow->core->watch->error);
  } else {
    made = build_tree(&w);
  }
  tx_arena_free(&arena);
  return made ? status : begin_anew(flow);
}
