/* Improvement by chains: a customer who waits comes to a CSM, one of equal load goes on from there to the next, and so
 * on to where there is room, or where those leave who are worth less. The cheapest chain is found from its end, as
 * shortest paths are: the relaxation's prices say what a load costs a CSM, and along the way only points are lost. */
#include <string.h>

#include "base/sort.h"
#include "search/arcs.h"
#include "search/search.h"

#define OUT_MOST 7 /* customers that may leave at a chain's end */
#define PASSES 4   /* through those who wait */
#define LATER 8    /* CSMs that are looked at beyond the first good chain, for one that loses fewer points */
#define WIDEST 32  /* CSMs that are looked at for one chain */

/* Where a chain may end. */
typedef struct end {
  uint64_t version; /* of the core's list when it was found; UINT64_MAX: never */
  tx_cost cost;     /* times scale, less the CSM's price of the load that comes */
  bool can;
  int count; /* of those who leave */
  uint32_t out[OUT_MOST];
} end;

typedef struct chains {
  tx_core *core;
  tx_pairs *pairs;
  const tx_flow *flow;
  bool loose;   /* room left over is worth its price, as if somebody came for it */
  int64_t load; /* of all in the chain */
  tx_arcs arcs;
  end *ends;    /* per CSM, for that load */
  tx_cost *fee; /* per CSM: its price of that load */
  /* the search in hand: for whom, where at least cost so far, and that, times scale */
  uint32_t customer, best;
  tx_cost limit;
  /* and per CSM: what it costs that one of the load comes, who goes on then, and where (TX_BOOKS_NONE: an end) */
  tx_cost *cost;
  uint32_t *who, *next;
  bool *known, *settled;
} chains;

/* --- ends --- */

/* The cheapest of one load on a book, to be left uncovered. */
typedef struct leavers {
  int64_t load;
  int count;
  uint32_t who[OUT_MOST];
} leavers;

static bool leaves_before(const tx_core *core, uint32_t a, uint32_t b) {
  int64_t value_a = tx_core_value(core, a), value_b = tx_core_value(core, b);
  if (value_a != value_b) {
    return value_a < value_b;
  }
  return core->points[a] != core->points[b] ? core->points[a] < core->points[b] : a < b;
}

static void add_leaver(const tx_core *core, leavers *l, uint32_t j) {
  int at = l->count;
  if (at == OUT_MOST && !leaves_before(core, j, l->who[at - 1])) {
    return;
  }
  at = at == OUT_MOST ? at - 1 : at;
  l->count = at + 1;
  for (; at > 0 && leaves_before(core, j, l->who[at - 1]); at--) {
    l->who[at] = l->who[at - 1];
  }
  l->who[at] = j;
}

static int list_leavers(const tx_core *core, uint32_t csm, leavers list[TX_PAIR_LOADS]) {
  int loads = 0;
  for (uint32_t j = core->first[csm]; j != TX_BOOKS_NONE; j = core->next[j]) {
    int64_t load = tx_core_load(core, j);
    int at = 0;
    while (at < loads && list[at].load != load) {
      at++;
    }
    if (at == TX_PAIR_LOADS || load == 0) {
      continue;
    }
    if (at == loads) {
      list[loads++] = (leavers){.load = load};
    }
    add_leaver(core, &list[at], j);
  }
  return loads;
}

/* An end in the making: who leaves so far, and how much is still to go. */
typedef struct trial {
  uint32_t csm;
  const leavers *list;
  int loads, count;
  int64_t need, gone;
  tx_cost cost; /* of those who leave */
  uint32_t out[OUT_MOST];
} trial;

/* Kept where it costs less than the one before. */
static void take_end(chains *c, const trial *t) {
  end *its = &c->ends[t->csm];
  tx_cost cost = tx_flow_load_cost(c->core, t->csm, c->load - t->gone);
  tx_cost fee = c->loose ? tx_flow_placed(c->flow, t->csm, t->gone, 0) : c->fee[t->csm];
  tx_cost_add(&cost, &t->cost);
  for (int p = 0; p < TX_PARTS; p++) {
    cost.part[p] = cost.part[p] * c->flow->scale - fee.part[p];
  }
  if (!its->can || tx_cost_compare(&cost, &its->cost) < 0) {
    its->can = true;
    its->cost = cost;
    its->count = t->count;
    memcpy(its->out, t->out, sizeof its->out);
  }
}

/* With none of the load at hand, with one, two and so on, until there is room. */
static void try_ends(chains *c, trial t, int at) {
  for (int x = 0; t.need > 0 && at < t.loads; x++) {
    try_ends(c, t, at + 1);
    if (x == t.list[at].count || t.count == OUT_MOST) {
      return;
    }
    uint32_t j = t.list[at].who[x];
    t.out[t.count++] = j;
    t.need -= t.list[at].load;
    t.gone += t.list[at].load;
    t.cost.part[TX_VALUE] += tx_core_value(c->core, j);
    t.cost.part[TX_POINTS] += c->core->points[j];
  }
  if (t.need <= 0) {
    take_end(c, &t);
  }
}

static void find_end(chains *c, uint32_t csm) {
  const tx_core *core = c->core;
  leavers list[TX_PAIR_LOADS];
  int64_t room = core->limit[csm * core->dimensions] - core->sum[csm * core->dimensions];
  end *its = &c->ends[csm];
  its->version = core->version[csm];
  its->can = false;
  if (c->flow->room[csm] > 0 && room >= 0) {
    trial t = {.csm = csm, .list = list, .need = c->load - room};
    t.loads = t.need > 0 ? list_leavers(core, csm, list) : 0;
    try_ends(c, t, 0);
  }
  core->watch->work += 50;
}

/* --- the way there --- */

/* Takes the CSM for the customer's place where that is the cheapest so far, chain and all. */
static void consider(chains *c, uint32_t csm) {
  size_t entry = tx_core_entry(c->core, c->customer, csm);
  if (entry == SIZE_MAX) {
    return;
  }
  tx_cost cost = tx_flow_placed(c->flow, csm, c->load, tx_core_entry_points(c->core, c->customer, entry));
  tx_cost_add(&cost, &c->cost[csm]);
  if (tx_cost_compare(&cost, &c->limit) < 0) {
    c->limit = cost;
    c->best = csm;
  }
}

/* What it costs to come to others, if one of theirs goes on to this one. */
static void spread(chains *c, uint32_t to) {
  tx_cost there = c->cost[to];
  tx_cost_add(&there, &c->fee[to]);
  for (uint32_t from = 0; from < c->core->books->csms; from++) {
    if (c->settled[from] || c->flow->room[from] == 0) {
      continue;
    }
    const tx_arc *arc = tx_arcs_find(&c->arcs, from, to);
    if (arc->who == TX_BOOKS_NONE) {
      continue;
    }
    tx_cost cost = there;
    tx_cost_sub(&cost, &c->fee[from]);
    cost.part[TX_POINTS] += arc->loss * c->flow->scale;
    if (!c->known[from] || tx_cost_compare(&cost, &c->cost[from]) < 0) {
      c->known[from] = true;
      c->cost[from] = cost;
      c->who[from] = arc->who;
      c->next[from] = to;
      consider(c, from);
    }
  }
  c->core->watch->work += c->core->books->csms / 4;
}

static uint32_t nearest(const chains *c) {
  uint32_t best = TX_BOOKS_NONE;
  for (uint32_t i = 0; i < c->core->books->csms; i++) {
    if (c->known[i] && !c->settled[i] && (best == TX_BOOKS_NONE || tx_cost_compare(&c->cost[i], &c->cost[best]) < 0)) {
      best = i;
    }
  }
  return best;
}

static void start_search(chains *c, uint32_t customer) {
  const tx_core *core = c->core;
  c->customer = customer;
  c->best = TX_BOOKS_NONE;
  c->limit = (tx_cost){{tx_core_value(core, customer) * c->flow->scale, 0, 0, 0}};
  for (uint32_t i = 0; i < core->books->csms; i++) {
    if (c->ends[i].version != core->version[i]) {
      find_end(c, i);
    }
    c->settled[i] = false;
    c->known[i] = c->ends[i].can;
    c->cost[i] = c->ends[i].cost;
    c->next[i] = TX_BOOKS_NONE;
  }
  core->watch->work += core->books->csms;
}

/* Where the customer comes at least cost, and at less than it is worth. */
static void search(chains *c, uint32_t customer) {
  int later = 0;
  start_search(c, customer);
  for (int looked = 0; looked < WIDEST; looked++) {
    uint32_t i = nearest(c);
    if (i == TX_BOOKS_NONE) {
      return;
    }
    tx_cost cost = c->cost[i];
    tx_cost_add(&cost, &c->flow->least[customer]);
    bool level = c->best != TX_BOOKS_NONE && cost.part[TX_VALUE] >= c->limit.part[TX_VALUE];
    if (tx_cost_compare(&cost, &c->limit) >= 0 || (level && ++later > LATER)) {
      return;
    }
    c->settled[i] = true;
    if (c->next[i] == TX_BOOKS_NONE) {
      consider(c, i);
    }
    spread(c, i);
  }
}

/* Makes the chain; false: a CSM on it is beyond a limit then. */
static bool make(chains *c) {
  tx_core *core = c->core;
  uint32_t last = c->best;
  tx_core_go(core, c->customer, last);
  for (; c->next[last] != TX_BOOKS_NONE; last = c->next[last]) {
    tx_core_go(core, c->who[last], c->next[last]);
  }
  for (int x = 0; x < c->ends[last].count; x++) {
    tx_core_place(core, c->ends[last].out[x], TX_BOOKS_NONE, 0);
  }
  bool within = true;
  for (uint32_t i = c->best; within && i != TX_BOOKS_NONE; i = c->next[i]) {
    within = tx_core_within(core, i);
  }
  return within;
}

static void set_load(chains *c, int64_t load) {
  c->load = load;
  tx_arcs_set_load(&c->arcs, load);
  for (uint32_t i = 0; i < c->core->books->csms; i++) {
    c->ends[i].version = UINT64_MAX;
    c->fee[i] = c->flow->room[i] == 0 ? (tx_cost){{0, 0, 0, 0}} : tx_flow_placed(c->flow, i, load, 0);
  }
}

static triax_status bring_in(chains *c, uint32_t customer, bool *came) {
  tx_core *core = c->core;
  tx_cost before = core->cost;
  *came = false;
  if (core->at[customer] != TX_BOOKS_NONE) {
    return TRIAX_OK;
  }
  if (tx_core_load(core, customer) != c->load) {
    set_load(c, tx_core_load(core, customer));
  }
  search(c, customer);
  if (c->best == TX_BOOKS_NONE) {
    return tx_watch_work(core->watch, 1);
  }
  tx_core_note(core);
  *came = make(c) && (c->loose || tx_cost_compare(&core->cost, &before) < 0);
  triax_status status = *came ? tx_core_keep(core) : tx_core_take_back(core);
  return status == TRIAX_OK ? tx_watch_work(core->watch, 1) : status;
}

/* --- those who wait --- */

typedef struct wish {
  int64_t load;
  tx_cost gap; /* what there is to gain */
} wish;

typedef struct waiting {
  uint32_t *list, *spare;
  wish *wish; /* per customer */
  size_t count;
} waiting;

/* The largest load first, then who gains most. */
static bool wish_before(const void *user, uint32_t a, uint32_t b) {
  const wish *x = (const wish *)user + a, *y = (const wish *)user + b;
  if (x->load != y->load) {
    return x->load > y->load;
  }
  int order = tx_cost_compare(&x->gap, &y->gap);
  return order != 0 ? order > 0 : a < b;
}

/* Those who would be worth their place. */
static void list_waiting(const chains *c, waiting *w) {
  const tx_core *core = c->core;
  w->count = 0;
  for (uint32_t j = core->first[core->books->csms]; j != TX_BOOKS_NONE; j = core->next[j]) {
    tx_cost gap = {{tx_core_value(core, j) * c->flow->scale, 0, 0, 0}};
    if (tx_core_load(core, j) > 0) {
      tx_cost_sub(&gap, &c->flow->least[j]);
      w->wish[j] = (wish){tx_core_load(core, j), gap};
      w->list[w->count] = j;
      w->count += gap.part[TX_VALUE] > 0;
    }
  }
  tx_sort(w->list, w->spare, w->count, wish_before, w->wish);
}

static triax_status run_passes(chains *c, waiting *w, size_t most, bool *few) {
  triax_status status = TRIAX_OK;
  bool gained = true;
  for (int n = 0; status == TRIAX_OK && gained && n < PASSES; n++) {
    gained = false;
    list_waiting(c, w);
    *few = n > 0 || w->count <= most;
    for (size_t x = 0; status == TRIAX_OK && *few && x < w->count; x++) {
      bool came;
      status = bring_in(c, w->list[x], &came);
      gained = gained || came;
    }
  }
  return status;
}

/* Room that no CSM can use alone comes to a customer's load. */
static bool room_for_one(const tx_core *core) {
  int64_t room = 0, least = INT64_MAX;
  for (size_t i = 0; i < core->books->csms; i++) {
    int64_t its = core->limit[i * core->dimensions] - core->sum[i * core->dimensions];
    room = its > 0 && room < INT64_MAX / 2 && its < INT64_MAX / 2 ? room + its : room;
  }
  for (size_t k = 0; k < core->books->classes; k++) {
    int64_t load = core->books->class_load[k];
    least = load > 0 && load < least ? load : least;
  }
  return room >= least;
}

/* One after the other comes in where that leaves some room over, which is brought together now and then for somebody
 * more. The best there was on the way is kept. */
static triax_status pass_loosely(chains *c, waiting *w, tx_record *best) {
  tx_core *core = c->core;
  triax_status status = TRIAX_OK;
  list_waiting(c, w);
  tx_record_take(best, core);
  c->loose = true;
  c->load = 0;
  for (size_t x = 0; status == TRIAX_OK && x < w->count; x++) {
    bool came;
    status = bring_in(c, w->list[x], &came);
    if (status == TRIAX_OK && came && room_for_one(core)) {
      status = tx_improve_fill(c->pairs, NULL, UINT64_MAX);
    }
    if (tx_cost_compare(&core->cost, &best->cost) < 0) {
      tx_record_take(best, core);
    }
  }
  tx_record_restore(best, c->pairs);
  return status;
}

static bool make_room(chains *c, waiting *w, tx_record *best, tx_arena *arena) {
  size_t csms = c->core->books->csms, n = c->core->books->customers;
  c->ends = tx_arena_calloc(arena, csms, sizeof *c->ends);
  c->fee = tx_arena_calloc(arena, csms, sizeof *c->fee);
  c->cost = tx_arena_calloc(arena, csms, sizeof *c->cost);
  c->who = tx_arena_calloc(arena, csms, sizeof *c->who);
  c->next = tx_arena_calloc(arena, csms, sizeof *c->next);
  c->known = tx_arena_calloc(arena, csms, sizeof *c->known);
  c->settled = tx_arena_calloc(arena, csms, sizeof *c->settled);
  w->list = tx_arena_alloc(arena, (n + 1) * sizeof *w->list);
  w->spare = tx_arena_alloc(arena, (n + 1) * sizeof *w->spare);
  w->wish = tx_arena_alloc(arena, (n + 1) * sizeof *w->wish);
  return c->ends != NULL && c->fee != NULL && c->cost != NULL && c->who != NULL && c->next != NULL &&
         c->known != NULL && c->settled != NULL && w->list != NULL && w->spare != NULL && w->wish != NULL &&
         tx_arcs_init(&c->arcs, &c->pairs->shelf, arena) && tx_record_init(best, c->core, arena);
}

triax_status tx_improve_chains(tx_pairs *pairs, const tx_flow *flow, size_t most, bool *few) {
  tx_core *core = pairs->core;
  chains c = {.core = core, .pairs = pairs, .flow = flow};
  waiting w;
  tx_record best;
  tx_arena arena;
  tx_arena_init(&arena, core->watch->context);
  triax_status status =
      make_room(&c, &w, &best, &arena) ? run_passes(&c, &w, most, few) : tx_no_memory(core->watch->error);
  int64_t off = core->cost.part[TX_VALUE] - core->bound.part[TX_VALUE];
  if (status == TRIAX_OK && *few && core->missed != NULL && off / 2 > core->missed->part[TX_VALUE]) {
    status = pass_loosely(&c, &w, &best);
  }
  tx_arena_free(&arena);
  return status;
}
