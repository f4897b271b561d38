/* The relaxation's tree as an answer keeps it: by class, CSM and customer, so that it outlives the numbers of nodes,
 * and can be taken up by the next relaxation, of a company that is a little different. */
#include "relaxation/warm.h"

static void keep_class(const tx_flow *flow, uint32_t q, tx_books_link *link) {
  const tx_node *node = &flow->node[q];
  bool root = node->parent == TX_FLOW_ROOT(flow);
  *link = (tx_books_link){.to = root ? TX_BOOKS_NONE : node->parent - (uint32_t)flow->classes, .apart = TX_BOOKS_NONE};
  link->owned = !root && node->bundle != TX_BOOKS_NONE;
  link->load = tx_flow_on(flow, TX_FLOW_UNCOVERED(flow, q));
}

/* own: per class of the core, its node that is not of one customer apart. */
static void keep_csm(const tx_flow *flow, uint32_t i, const uint32_t *own, tx_books_link *link) {
  const tx_node *node = &flow->node[TX_FLOW_CSM(flow, i)];
  *link = (tx_books_link){.to = TX_BOOKS_NONE, .apart = TX_BOOKS_NONE};
  if (flow->room[i] == 0) return;
  link->load = flow->has[i] + tx_flow_on(flow, i);
  if (node->parent == TX_FLOW_ROOT(flow)) return;
  link->owned = node->bundle != TX_BOOKS_NONE;
  if (own[flow->class_of[node->parent]] == node->parent) {
    link->to = flow->class_of[node->parent];
  } else {
    link->apart = flow->by_value[flow->customer_begin[node->parent]];
  }
}

static void keep_apart(const tx_flow *flow, uint32_t q, tx_core *core) {
  uint32_t parent = flow->node[q].parent, customer = flow->by_value[flow->customer_begin[q]];
  bool root = parent == TX_FLOW_ROOT(flow), left = tx_flow_on(flow, TX_FLOW_UNCOVERED(flow, q)) == flow->load[q];
  core->apart[customer] = root ? TX_BOOKS_LEFT : parent - (uint32_t)flow->classes;
  core->rest[customer] = left ? TX_BOOKS_LEFT : core->rest[customer];
}

/* Whole customers, the first of their bundles. */
static void keep_customers(const tx_flow *flow, uint32_t q, uint32_t *rest) {
  for (size_t o = flow->owned_begin[q]; o < flow->owned_begin[q + 1]; o++) {
    size_t b = TX_FLOW_OWNED(flow, o);
    int64_t kept = tx_flow_on(flow, b) / flow->load[q];
    for (size_t x = flow->owner_begin[o]; x < flow->owner_begin[o + 1] && kept > 0; x++, kept--) {
      rest[flow->by_owner[x]] = (uint32_t)(flow->bundle[b].to - flow->classes);
    }
  }
}

triax_status tx_flow_keep(const tx_flow *flow) {
  tx_core *core = flow->core;
  size_t classes = core->books->classes;
  uint32_t *own = tx_alloc_array(core->watch->context, classes, sizeof *own);
  if (own == NULL) return tx_no_memory(core->watch->error);
  for (uint32_t j = 0; j < core->books->customers; j++) core->rest[j] = core->apart[j] = TX_BOOKS_NONE;
  for (uint32_t q = (uint32_t)flow->classes; q-- > 0;) {
    /* Nodes of customers apart come last: the class's own is written over them. */
    own[flow->class_of[q]] = q;
    keep_class(flow, q, &core->class_link[flow->class_of[q]]);
    keep_customers(flow, q, core->rest);
  }
  for (uint32_t q = 0; q < flow->classes; q++) {
    if (own[flow->class_of[q]] != q) keep_apart(flow, q, core);
  }
  for (uint32_t i = 0; i < flow->csms; i++) keep_csm(flow, i, own, &core->csm_link[i]);
  tx_free_array(core->watch->context, own, classes, sizeof *own);
  return TRIAX_OK;
}

static int64_t kept_by(const tx_flow *flow, size_t owner, const uint32_t *rest, uint32_t csm) {
  int64_t count = 0;
  for (size_t x = flow->owner_begin[owner]; x < flow->owner_begin[owner + 1]; x++) {
    count += rest[flow->by_owner[x]] == csm;
  }
  return count;
}

/* A customer that several CSMs were said to keep is known of one: the nearest kink takes it for the others as well. */
static uint32_t kink_of(const tx_flow *flow, size_t b, int64_t was, int64_t left) {
  uint32_t kink = tx_warm_kink(flow, b, was);
  if (kink < flow->bundle[b].count) {
    int64_t below = was - tx_flow_segment_start(flow, b, kink), above = tx_flow_segment_start(flow, b, kink + 1) - was;
    kink += above < below;
  }
  return tx_flow_segment_start(flow, b, kink) <= left ? kink : tx_warm_kink(flow, b, left);
}

static void rest_class(tx_warm *w, uint32_t q) {
  tx_flow *flow = w->flow;
  const tx_basis *basis = flow->scope.basis;
  size_t begin = flow->customer_begin[q], end = flow->customer_begin[q + 1], b = TX_FLOW_UNCOVERED(flow, q);
  int64_t load = flow->load[q], left = load * (int64_t)(end - begin);
  w->amount[q] = left;
  for (size_t o = flow->owned_begin[q]; o < flow->owned_begin[q + 1]; o++) {
    size_t of = TX_FLOW_OWNED(flow, o);
    uint32_t csm = (uint32_t)(flow->bundle[of].to - flow->classes);
    flow->bundle[of].kink = kink_of(flow, of, load * kept_by(flow, o, basis->rest, csm), left);
    left -= tx_flow_segment_start(flow, of, flow->bundle[of].kink);
  }
  bool alone = w->node[flow->class_of[q]] != q;
  int64_t was =
      alone ? load * (basis->rest[flow->by_value[begin]] == TX_BOOKS_LEFT) : basis->class_link[flow->class_of[q]].load;
  flow->bundle[b].kink = tx_warm_kink(flow, b, was < left ? was : left);
}

void tx_warm_rest_basis(tx_warm *w) {
  tx_flow *flow = w->flow;
  for (uint32_t j = 0; j < flow->core->books->customers; j++) w->alone[j] = TX_BOOKS_NONE;
  for (uint32_t q = 0; q < flow->classes; q++) {
    rest_class(w, q);
    if (w->node[flow->class_of[q]] != q) w->alone[flow->by_value[flow->customer_begin[q]]] = q;
  }
  for (size_t i = 0; i < flow->csms; i++) {
    int64_t load = flow->scope.basis->csm_link[i].load - flow->has[i];
    flow->bundle[i].kink = load <= 0 || flow->room[i] == 0 ? 0 : tx_warm_nearest_kink(flow, i, load);
  }
  flow->core->watch->work += flow->scope.count;
}

/* Who stands apart is on its CSM by the arc of its owner where there is one, and it is not at rest. */
static void link_apart(tx_warm *w, uint32_t q) {
  const tx_flow *flow = w->flow;
  uint32_t customer = flow->by_value[flow->customer_begin[q]], csm = flow->scope.basis->apart[customer];
  if (csm == TX_BOOKS_LEFT || csm == TX_BOOKS_NONE || flow->room[csm] == 0) {
    tx_warm_link_to_root(w, q);
    return;
  }
  uint32_t bundle = tx_warm_owner_bundle(flow, q, TX_FLOW_CSM(flow, csm));
  bool owned = bundle != TX_BOOKS_NONE && flow->scope.basis->rest[customer] != csm;
  size_t entry = owned ? 0 : tx_core_open_entry(flow->core, tx_core_offer(flow->core, customer), csm);
  if (entry == SIZE_MAX) {
    tx_warm_link_to_root(w, q);
  } else {
    tx_warm_link_to(w, q, TX_FLOW_CSM(flow, csm), owned ? bundle : TX_BOOKS_NONE, entry);
  }
}

static void link_by(tx_warm *w, uint32_t n, uint32_t q, uint32_t csm, bool owned) {
  tx_flow *flow = w->flow;
  if (flow->room[csm] == 0) {
    tx_warm_link_to_root(w, n);
    return;
  }
  uint32_t to = TX_FLOW_CSM(flow, csm), bundle = owned ? tx_warm_owner_bundle(flow, q, to) : TX_BOOKS_NONE;
  size_t entry = owned ? 0 : tx_core_open_entry(flow->core, flow->core->books->class_offer[flow->class_of[q]], csm);
  if (owned ? bundle == TX_BOOKS_NONE : entry == SIZE_MAX) {
    tx_warm_link_to_root(w, n);
  } else {
    tx_warm_link_to(w, n, n == q ? to : q, bundle, entry);
  }
}

void tx_warm_link_basis(tx_warm *w, uint32_t n) {
  const tx_flow *flow = w->flow;
  const tx_basis *basis = flow->scope.basis;
  bool is_class = n < flow->classes;
  if (is_class && w->node[flow->class_of[n]] != n) {
    link_apart(w, n);
    return;
  }
  const tx_books_link *link = is_class ? &basis->class_link[flow->class_of[n]] : &basis->csm_link[n - flow->classes];
  uint32_t q = is_class ? n : TX_BOOKS_NONE, csm = is_class ? link->to : n - (uint32_t)flow->classes;
  if (!is_class && link->apart != TX_BOOKS_NONE) {
    q = w->alone[link->apart];
  } else if (!is_class && link->to != TX_BOOKS_NONE) {
    q = w->node[link->to];
  }
  if (q == TX_BOOKS_NONE || csm == TX_BOOKS_NONE) {
    tx_warm_link_to_root(w, n);
  } else {
    link_by(w, n, q, csm, link->owned);
  }
}
