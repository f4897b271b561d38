/* From divided customers to whole ones, the largest loads first: fix what is whole, round the shares, and solve again
 * for those that weigh less, who can still make up for it. */
#include <string.h>

#include "base/sort.h"
#include "relaxation/flow.h"

#define ROUNDS 60
/* Times that the first relaxation is solved again with customers apart. */
#define APART 4
/* Customers from which on a coarse relaxation comes first. */
#define MANY 2000
/* And how many may be, beside one in 200: each is a node, and the bound gains little. */
#define APART_MOST 200

/* How a customer stands in its class's queue for CSMs: the last are those that their owner nearly keeps. */
enum { RANK_FREE, RANK_OWNED, RANK_SHARED, RANK_DONE };

/* A share of one customer on an arc of the relaxation. */
typedef struct share {
  uint32_t class_node;
  uint32_t csm;       /* TX_BOOKS_NONE: uncovered */
  size_t owner;       /* owner bundle, or SIZE_MAX */
  int64_t part, load; /* of the customer: part / load */
  int64_t order;      /* part, with some chance in it */
} share;

typedef struct dive {
  tx_core *core;
  tx_flow flow;
  uint32_t *customers; /* still to be placed */
  size_t count;
  const tx_dive_options *options;
  uint8_t *rank; /* per customer */
  bool *left;    /* per customer: the relaxation leaves it uncovered */
  bool *apart;   /* per customer: has a node of its own */
  bool *used;    /* per customer: scratch */
  bool *stuck;   /* per customer: was passed over in this round, being struck off; NULL: nobody is turned anywhere */
  share *shares;
  size_t shares_count, shares_room;
  uint32_t *order, *spare;
  size_t order_room;
  int64_t least;   /* load that is placed in this round: more than half of the largest */
  int64_t *excess; /* per CSM: load placed beyond what the relaxation gives it */
  size_t fixed;    /* in this round */
  bool solved;     /* there is a flow */
} dive;

static bool put(dive *d, uint32_t customer, uint32_t csm) {
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

static void leave(dive *d, uint32_t customer) {
  d->rank[customer] = RANK_DONE;
  d->left[customer] = true;
  d->fixed++;
}

static bool add_share(dive *d, share s) {
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

static bool fix_uncovered(dive *d, uint32_t q) {
  tx_flow *flow = &d->flow;
  int64_t amount = tx_flow_on(flow, TX_FLOW_UNCOVERED(flow, q)), load = flow->load[q];
  for (int64_t x = 0; x < amount / load; x++) {
    leave(d, flow->by_value[flow->customer_begin[q] + (size_t)x]);
  }
  return add_share(d, (share){q, TX_BOOKS_NONE, SIZE_MAX, amount % load, load, 0});
}

static bool fix_owned(dive *d, uint32_t q, size_t owner) {
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
      put(d, customer, csm);
    }
  }
  return add_share(d, (share){q, csm, owner, amount % load, load, 0});
}

/* The class's next customer of the rank from *at on, or TX_BOOKS_NONE. */
static uint32_t next_of(const dive *d, uint32_t q, size_t *at, uint8_t *rank) {
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
static uint32_t next_allowed(const dive *d, uint32_t q, size_t *at, uint8_t *rank, uint32_t csm) {
  uint32_t customer = next_of(d, q, at, rank);
  while (customer != TX_BOOKS_NONE && d->stuck != NULL && tx_core_entry(d->core, customer, csm) == SIZE_MAX) {
    d->stuck[customer] = true;
    customer = next_of(d, q, at, rank);
  }
  return customer;
}

/* Somebody of the same load who is with `there`, by no owner's right, and may go to `csm`; at best without a loss. */
static uint32_t partner(const dive *d, uint32_t waits, uint32_t there, uint32_t csm, bool *loses) {
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
static bool change_places(dive *d, uint32_t q, uint32_t csm) {
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
  tx_core_place(core, best, csm, tx_core_entry_points(core, best, tx_core_entry(core, best, csm)));
  return put(d, waits, there);
}

static bool fix_arc(dive *d, uint32_t q, const tx_node *node, uint32_t csm, size_t *at, uint8_t *rank) {
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
      put(d, customer, csm);
    }
  }
  return add_share(d, (share){q, csm, SIZE_MAX, node->flow % load, load, 0});
}

/* The arcs from the offers with flow are those of the tree: to the parent, and to children. */
static bool fix_offers(dive *d, uint32_t q) {
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

static bool fix_whole(dive *d) {
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
  const share *x = (const share *)user + a, *y = (const share *)user + b;
  if (x->load != y->load) {
    return x->load > y->load;
  }
  return x->order != y->order ? x->order > y->order : a < b;
}

/* The customer of the share's class that is to have it; TX_BOOKS_NONE: all are placed. */
static uint32_t shared_customer(const dive *d, const share *s) {
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
static void round_share(dive *d, share *s, bool sparing) {
  bool heavy = s->csm != TX_BOOKS_NONE && d->excess[s->csm] + s->load - s->part > s->load / 2;
  if (s->part == 0 || (sparing && heavy)) {
    return;
  }
  uint32_t customer = shared_customer(d, s);
  if (customer != TX_BOOKS_NONE && s->csm == TX_BOOKS_NONE) {
    leave(d, customer);
    s->part = 0;
  } else if (customer != TX_BOOKS_NONE ? put(d, customer, s->csm)
                                       : s->owner == SIZE_MAX && s->csm != TX_BOOKS_NONE &&
                                             change_places(d, s->class_node, s->csm)) {
    d->excess[s->csm] += s->load;
    s->part = 0;
  }
}

static void round_all(dive *d) {
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

static bool round_shares(dive *d) {
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

/* More than half of the largest load that is left. */
static int64_t heavy_load(const dive *d) {
  int64_t largest = 0;
  for (size_t x = 0; x < d->count; x++) {
    int64_t load = tx_core_load(d->core, d->customers[x]);
    largest = load > largest ? load : largest;
  }
  return largest / 2 + 1;
}

/* Where nothing could be placed, the heavy ones have no room: they are left. */
static void leave_heavy(dive *d) {
  for (size_t x = 0; x < d->count; x++) {
    if (tx_core_load(d->core, d->customers[x]) >= d->least) {
      leave(d, d->customers[x]);
    }
  }
}

/* Where the customer costs least at the relaxation's prices; TX_BOOKS_NONE: nowhere less than uncovered. */
static uint32_t cheapest(const dive *d, uint32_t customer) {
  const tx_core *core = d->core;
  tx_cost least = {{tx_core_value(core, customer) * d->flow.scale, 0, 0, 0}};
  uint32_t best = TX_BOOKS_NONE;
  tx_choices choices = tx_core_choices(core, customer);
  for (size_t n = 0; n < choices.count; n++) {
    size_t e = tx_core_choice(core, &choices, n);
    uint32_t csm = e == SIZE_MAX ? TX_BOOKS_NONE : core->books->offer_csm[e];
    bool may = e != SIZE_MAX && d->flow.room[csm] > 0 && tx_core_fits(core, customer, csm);
    if (!may || tx_core_denied(core, customer, e)) {
      continue;
    }
    tx_cost cost =
        tx_flow_placed(&d->flow, csm, tx_core_load(core, customer), tx_core_entry_points(core, customer, e));
    if (tx_cost_compare(&cost, &least) < 0) {
      least = cost;
      best = csm;
    }
  }
  return best;
}

/* Who was to come where it is struck off goes where it costs least: the relaxation would send it there again. */
static triax_status place_stuck(dive *d) {
  tx_watch *watch = d->core->watch;
  for (size_t x = 0; d->stuck != NULL && x < d->count; x++) {
    uint32_t customer = d->customers[x];
    bool waits = d->stuck[customer] && d->core->at[customer] == TX_BOOKS_NONE && !d->left[customer];
    d->stuck[customer] = false;
    uint32_t csm = waits ? cheapest(d, customer) : TX_BOOKS_NONE;
    if (csm != TX_BOOKS_NONE) {
      put(d, customer, csm);
    }
    if (waits && tx_watch_work(watch, tx_core_choices(d->core, customer).count)) {
      return watch->status;
    }
  }
  return TRIAX_OK;
}

/* Those that are neither placed nor left. */
static void list_rest(dive *d) {
  size_t kept = 0;
  for (size_t x = 0; x < d->count; x++) {
    uint32_t customer = d->customers[x];
    if (d->core->at[customer] == TX_BOOKS_NONE && !d->left[customer]) {
      d->customers[kept++] = customer;
    }
  }
  d->count = kept;
}

/* The relaxation on top of what is placed, from the tree of the one before. */
static triax_status relax_once(dive *d, int64_t scale, bool apart, uint64_t budget) {
  tx_flow_scope scope = {d->customers, d->count, apart ? d->apart : NULL, d->options->csms, d->options->csm_count, false, NULL};
  tx_flow former = d->flow;
  triax_status status = tx_flow_init(&d->flow, d->core, scale, &scope, d->solved ? &former : d->options->start);
  if (d->solved) {
    tx_flow_free(&former);
  }
  d->solved = status == TRIAX_OK;
  return status == TRIAX_OK ? tx_flow_solve(&d->flow, budget) : status;
}

/* The first relaxation of many customers: coarsely, and from there exactly. */
static triax_status relax_first(dive *d, int64_t scale, uint64_t budget) {
  if (d->count >= MANY && d->options->start == NULL) {
    tx_flow_scope scope = {d->customers, d->count, NULL, d->options->csms, d->options->csm_count, true, NULL};
    triax_status status = tx_flow_init(&d->flow, d->core, scale, &scope, NULL);
    d->solved = status == TRIAX_OK;
    status = status == TRIAX_OK ? tx_flow_solve(&d->flow, budget) : status;
    if (status != TRIAX_OK) {
      return status;
    }
  }
  return relax_once(d, scale, false, budget);
}

/* For the bound again and again, with those apart that the relaxation treats as no customer can be. */
static triax_status relax(dive *d, int64_t scale, bool first, uint64_t budget) {
  triax_status status = d->solved ? relax_once(d, scale, false, budget) : relax_first(d, scale, budget);
  for (int again = 0; status == TRIAX_OK && first && again < APART; again++) {
    memset(d->used, 0, d->core->books->customers * sizeof *d->used);
    size_t conflicts = tx_flow_conflicts(&d->flow, d->apart, d->used);
    if (conflicts == 0 || conflicts > APART_MOST + d->count / 200) {
      break;
    }
    status = relax_once(d, scale, true, budget);
  }
  return status;
}

static triax_status dive_round(dive *d, int64_t scale, bool first, uint64_t budget) {
  tx_core *core = d->core;
  triax_status status = relax(d, scale, first, budget);
  if (status != TRIAX_OK) {
    return status;
  }
  if (first) {
    status = tx_flow_bound(&d->flow);
    status = status == TRIAX_OK ? tx_flow_keep(&d->flow) : status;
  }
  d->fixed = 0;
  if (status == TRIAX_OK && (!fix_whole(d) || !round_shares(d))) {
    status = tx_no_memory(core->watch->error);
  }
  status = status == TRIAX_OK ? place_stuck(d) : status;
  if (d->fixed == 0) {
    leave_heavy(d);
  }
  list_rest(d);
  return status;
}

static triax_status run_rounds(dive *d, int64_t scale) {
  tx_watch *watch = d->core->watch;
  uint64_t budget = d->options->budget, end = watch->work + budget;
  triax_status status = TRIAX_OK;
  for (int round = 0; status == TRIAX_OK && d->count > 0 && round < ROUNDS; round++) {
    if (round > 0 && watch->work >= end) {
      break;
    }
    d->least = heavy_load(d);
    status = dive_round(d, scale, d->options->bound && round == 0, budget);
  }
  return status;
}

triax_status tx_dive(tx_core *core, int64_t scale, const tx_dive_options *options) {
  triax_context *context = core->watch->context;
  size_t n = core->books->customers;
  dive d = {.core = core, .customers = options->customers, .count = options->count, .options = options};
  d.rank = tx_calloc(context, n, sizeof *d.rank);
  d.left = tx_calloc(context, n, sizeof *d.left);
  d.apart = tx_calloc(context, n, sizeof *d.apart);
  d.excess = tx_calloc(context, core->books->csms, sizeof *d.excess);
  d.used = tx_calloc(context, n, sizeof *d.used);
  bool turned = core->books->turned_begin != NULL;
  d.stuck = turned ? tx_calloc(context, n, sizeof *d.stuck) : NULL;
  triax_status status = TRIAX_OK;
  if ((turned && d.stuck == NULL) || d.rank == NULL || d.left == NULL || d.apart == NULL || d.used == NULL ||
      d.excess == NULL) {
    status = tx_no_memory(core->watch->error);
  } else {
    status = run_rounds(&d, scale);
  }
  if (d.solved) {
    tx_flow_free(&d.flow);
  }
  tx_free_array(context, d.rank, n, sizeof *d.rank);
  tx_free_array(context, d.left, n, sizeof *d.left);
  tx_free_array(context, d.apart, n, sizeof *d.apart);
  tx_free_array(context, d.excess, core->books->csms, sizeof *d.excess);
  tx_free_array(context, d.used, n, sizeof *d.used);
  tx_free_array(context, d.stuck, n, sizeof *d.stuck);
  tx_free_array(context, d.shares, d.shares_room, sizeof *d.shares);
  tx_free_array(context, d.order, d.order_room, sizeof *d.order);
  tx_free_array(context, d.spare, d.order_room, sizeof *d.spare);
  return status;
}

triax_status tx_dive_all(tx_core *core, int64_t scale, uint64_t budget) {
  triax_context *context = core->watch->context;
  size_t n = core->books->customers, count = 0;
  uint32_t *customers = tx_alloc_array(context, n, sizeof *customers);
  if (customers == NULL) {
    return tx_no_memory(core->watch->error);
  }
  for (uint32_t j = 0; j < n; j++) {
    if (tx_core_load(core, j) > 0) {
      customers[count++] = j;
    }
  }
  tx_dive_options options = {.customers = customers, .count = count, .bound = true, .budget = budget};
  triax_status status = count == 0 || scale == 0 ? TRIAX_OK : tx_dive(core, scale, &options);
  tx_free_array(context, customers, n, sizeof *customers);
  return status;
}
