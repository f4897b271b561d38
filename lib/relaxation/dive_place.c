/* From a flow to whole customers: what is whole is placed, and shares are rounded. */
#include "base/sort.h"
#include "relaxation/dive.h"

/* How a customer stands in its class's queue for CSMs: the last are those that their owner nearly keeps. */
enum { RANK_FREE, RANK_OWNED, RANK_SHARED, RANK_DONE };

bool tx_dive_put(tx_diving *d, uint32_t customer, uint32_t csm) {
  tx_core *core = d->core;
  size_t entry = tx_core_fits(core, customer, csm) ? tx_core_entry(core, customer, csm) : SIZE_MAX;
  if (entry == SIZE_MAX) {
    return false;
  }
  tx_core_place(core, customer, csm, tx_core_entry_points(core, customer, entry));
  d->rank[customer] = RANK_DONE;
  d->fixed++;
  return true;
}

void tx_dive_leave(tx_diving *d, uint32_t customer) {
  d->rank[customer] = RANK_DONE;
  d->left[customer] = true;
  d->fixed++;
}

static bool add_share(tx_diving *d, tx_dive_share s) {
  void *grown = d->shares;
  if (s.part == 0) {
    return true;
  }
  if (!tx_grow(d->core->watch->context, &grown, &d->shares_room, d->shares_count + 1, sizeof *d->shares)) {
    return false;
  }
  s.order = s.part + (d->options->vary ? (int64_t)(tx_core_random(d->core) % (uint64_t)s.load) : 0);
  d->shares = grown;
  d->shares[d->shares_count++] = s;
  return true;
}

static bool fix_uncovered(tx_diving *d, uint32_t q) {
  tx_flow *flow = &d->flow;
  int64_t amount = tx_flow_on(flow, TX_FLOW_UNCOVERED(flow, q)), load = flow->load[q];
  for (int64_t x = 0; x < amount / load; x++) {
    tx_dive_leave(d, flow->by_value[flow->customer_begin[q] + (size_t)x]);
  }
  return add_share(d, (tx_dive_share){q, TX_BOOKS_NONE, SIZE_MAX, amount % load, load, 0});
}

static bool fix_owned(tx_diving *d, uint32_t q, size_t owner) {
  tx_flow *flow = &d->flow;
  size_t b = TX_FLOW_OWNED(flow, owner), begin = flow->owner_begin[owner], end = flow->owner_begin[owner + 1];
  int64_t amount = tx_flow_on(flow, b), load = flow->load[q];
  uint32_t csm = (uint32_t)(flow->bundle[b].to - flow->classes);
  int64_t place = -1, last = (amount + load - 1) / load;
  int64_t least = last > 0 ? flow->owner_gain[begin + (size_t)last - 1] : 0;
  for (size_t x = begin; x < end; x++) {
    uint32_t customer = flow->by_owner[x];
    /* Who is with another CSM of its exceptions leaves its place to the next, unless that gains less. */
    place += flow->owner_gain[x] < least ? (int64_t)(end - begin) : 0;
    place += d->rank[customer] != RANK_DONE || d->core->at[customer] == TX_BOOKS_NONE;
    if (d->rank[customer] == RANK_DONE) {
      continue;
    }
    d->rank[customer] = place < amount / load ? RANK_SHARED : place * load < amount ? RANK_SHARED : RANK_OWNED;
    if (place < amount / load) {
      tx_dive_put(d, customer, csm);
    }
  }
  return add_share(d, (tx_dive_share){q, csm, owner, amount % load, load, 0});
}

/* The class's next customer of the rank from *at on, or TX_BOOKS_NONE. */
static uint32_t next_of(const tx_diving *d, uint32_t q, size_t *at, uint8_t *rank) {
  const tx_flow *flow = &d->flow;
  for (; *rank < RANK_DONE; ++*rank, *at = flow->customer_begin[q + 1]) {
    while (*at > flow->customer_begin[q]) {
      uint32_t customer = flow->by_value[--*at];
      if (d->rank[customer] == *rank) {
        return customer;
      }
    }
  }
  return TX_BOOKS_NONE;
}

/* The same for the CSM: from whose offer it is struck, somebody else of the class comes, and it has to wait. */
static uint32_t next_allowed(const tx_diving *d, uint32_t q, size_t *at, uint8_t *rank, uint32_t csm) {
  uint32_t customer = next_of(d, q, at, rank);
  while (customer != TX_BOOKS_NONE && d->stuck != NULL && tx_core_entry(d->core, customer, csm) == SIZE_MAX) {
    d->stuck[customer] = true;
    customer = next_of(d, q, at, rank);
  }
  return customer;
}

/* Somebody of the same load who is with `there`, by no owner's right, and may go to `csm`; at best without a loss. */
static uint32_t partner(const tx_diving *d, uint32_t waits, uint32_t there, uint32_t csm, bool *loses) {
  tx_core *core = d->core;
  uint32_t found = TX_BOOKS_NONE;
  for (uint32_t other = core->first[there]; other != TX_BOOKS_NONE; other = core->next[other]) {
    core->watch->work++;
    if (tx_core_load(core, other) != tx_core_load(core, waits) || there == tx_core_owner(core, other)) {
      continue;
    }
    size_t entry = tx_core_entry(core, other, csm);
    if (entry == SIZE_MAX || !tx_core_fits(core, other, csm)) {
      continue;
    }
    *loses = tx_core_entry_points(core, other, entry) < core->points[other];
    found = other;
    if (!*loses) {
      break;
    }
  }
  return found;
}

/* All of the class who are left are struck off the CSM's offer: one of them takes the place that somebody has with
 * another CSM, who comes in its stead. */
static bool change_places(tx_diving *d, uint32_t q, uint32_t csm) {
  tx_core *core = d->core;
  size_t at = d->flow.customer_begin[q + 1];
  uint8_t rank = RANK_FREE;
  uint32_t waits = d->stuck == NULL ? TX_BOOKS_NONE : next_of(d, q, &at, &rank), best = TX_BOOKS_NONE;
  bool loses = true;
  if (waits == TX_BOOKS_NONE) {
    return false;
  }
  tx_choices choices = tx_core_choices(core, waits);
  for (size_t n = 0; loses && n < choices.count; n++) {
    size_t entry = tx_core_choice(core, &choices, n);
    uint32_t there = entry == SIZE_MAX ? csm : core->books->offer_csm[entry];
    if (there == csm || tx_core_denied(core, waits, entry)) {
      continue;
    }
    bool its_loss = false;
    uint32_t other = partner(d, waits, there, csm, &its_loss);
    if (other != TX_BOOKS_NONE && (best == TX_BOOKS_NONE || !its_loss)) {
      best = other;
      loses = its_loss;
    }
  }
  if (best == TX_BOOKS_NONE) {
    return false;
  }
  uint32_t there = core->at[best];
  tx_core_go(core, best, csm);
  return tx_dive_put(d, waits, there);
}

static bool fix_arc(tx_diving *d, uint32_t q, const tx_node *node, uint32_t csm, size_t *at, uint8_t *rank) {
  int64_t load = d->flow.load[q];
  if (d->stuck != NULL) {
    /* Who had to wait at another CSM comes first. */
    *at = d->flow.customer_begin[q + 1];
    *rank = RANK_FREE;
  }
  for (int64_t x = 0; x < node->flow / load; x++) {
    uint32_t customer = next_allowed(d, q, at, rank, csm);
    if (customer == TX_BOOKS_NONE && !change_places(d, q, csm)) {
      return true;
    }
    if (customer != TX_BOOKS_NONE) {
      tx_dive_put(d, customer, csm);
    }
  }
  return add_share(d, (tx_dive_share){q, csm, SIZE_MAX, node->flow % load, load, 0});
}

/* The arcs from the offers with flow are those of the tree: to the parent, and to children. */
static bool fix_offers(tx_diving *d, uint32_t q) {
  tx_flow *flow = &d->flow;
  const tx_node *node = &flow->node[q];
  size_t at = flow->customer_begin[q + 1];
  uint8_t rank = RANK_FREE;
  bool kept = true;
  if (node->bundle == TX_BOOKS_NONE) {
    kept = fix_arc(d, q, node, (uint32_t)(node->parent - flow->classes), &at, &rank);
  }
  for (uint32_t n = node->child; kept && n != TX_BOOKS_NONE; n = flow->node[n].next) {
    if (flow->node[n].bundle == TX_BOOKS_NONE) {
      kept = fix_arc(d, q, &flow->node[n], (uint32_t)(n - flow->classes), &at, &rank);
    }
  }
  return kept;
}

bool tx_dive_fix_whole(tx_diving *d) {
  tx_flow *flow = &d->flow;
  bool kept = true;
  d->shares_count = 0;
  for (uint32_t q = 0; kept && q < flow->classes; q++) {
    if (flow->load[q] < d->least) {
      continue;
    }
    for (size_t x = flow->customer_begin[q]; x < flow->customer_begin[q + 1]; x++) {
      d->rank[flow->by_value[x]] = RANK_FREE;
    }
    kept = fix_uncovered(d, q);
    for (size_t o = flow->owned_begin[q]; kept && o < flow->owned_begin[q + 1]; o++) {
      kept = fix_owned(d, q, o);
    }
    kept = kept && fix_offers(d, q);
  }
  return kept;
}

/* Larger loads first, then larger shares. */
static bool share_before(const void *user, uint32_t a, uint32_t b) {
  const tx_dive_share *x = (const tx_dive_share *)user + a, *y = (const tx_dive_share *)user + b;
  if (x->load != y->load) {
    return x->load > y->load;
  }
  return x->order != y->order ? x->order > y->order : a < b;
}

/* The customer of the share's class that is to have it; TX_BOOKS_NONE: all are placed. */
static uint32_t shared_customer(const tx_diving *d, const tx_dive_share *s) {
  const tx_flow *flow = &d->flow;
  size_t at = flow->customer_begin[s->class_node + 1];
  uint8_t rank = RANK_FREE;
  if (s->owner == SIZE_MAX && s->csm != TX_BOOKS_NONE) {
    return next_allowed(d, s->class_node, &at, &rank, s->csm);
  }
  bool owned = s->owner != SIZE_MAX;
  const uint32_t *list = owned ? flow->by_owner : flow->by_value;
  size_t begin = owned ? flow->owner_begin[s->owner] : flow->customer_begin[s->class_node];
  size_t end = owned ? flow->owner_begin[s->owner + 1] : flow->customer_begin[s->class_node + 1];
  for (size_t x = begin; x < end; x++) {
    if (d->rank[list[x]] != RANK_DONE) {
      return list[x];
    }
  }
  return TX_BOOKS_NONE;
}

/* Gives a share a whole customer; the first time round not to a CSM that has had more than its due. */
static void round_share(tx_diving *d, tx_dive_share *s, bool sparing) {
  bool heavy = s->csm != TX_BOOKS_NONE && d->excess[s->csm] + s->load - s->part > s->load / 2;
  if (s->part == 0 || (sparing && heavy)) {
    return;
  }
  uint32_t customer = shared_customer(d, s);
  if (customer != TX_BOOKS_NONE && s->csm == TX_BOOKS_NONE) {
    tx_dive_leave(d, customer);
    s->part = 0;
  } else if (customer != TX_BOOKS_NONE
                 ? tx_dive_put(d, customer, s->csm)
                 : s->owner == SIZE_MAX && s->csm != TX_BOOKS_NONE && change_places(d, s->class_node, s->csm)) {
    d->excess[s->csm] += s->load;
    s->part = 0;
  }
}

static void round_all(tx_diving *d) {
  for (size_t x = 0; x < d->shares_count; x++) {
    if (d->shares[x].csm != TX_BOOKS_NONE) {
      d->excess[d->shares[x].csm] -= d->shares[x].part;
    }
  }
  for (size_t x = 0; x < d->shares_count; x++) {
    round_share(d, &d->shares[d->order[x]], true);
  }
  for (size_t x = 0; x < d->shares_count; x++) {
    round_share(d, &d->shares[d->order[x]], false);
  }
}

bool tx_dive_round_shares(tx_diving *d) {
  triax_context *context = d->core->watch->context;
  void *order = d->order;
  if (d->shares_count > d->order_room) {
    tx_free_array(context, d->order, d->order_room, sizeof *d->order);
    tx_free_array(context, d->spare, d->order_room, sizeof *d->spare);
    d->order_room = d->shares_room;
    order = d->order = tx_alloc_array(context, d->order_room, sizeof *d->order);
    d->spare = tx_alloc_array(context, d->order_room, sizeof *d->spare);
    if (order == NULL || d->spare == NULL) {
      return false;
    }
  }
  for (size_t x = 0; x < d->shares_count; x++) {
    d->order[x] = (uint32_t)x;
  }
  tx_sort(d->order, d->spare, d->shares_count, share_before, d->shares);
  round_all(d);
  return true;
}
