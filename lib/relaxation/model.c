/* Builds the relaxation: class nodes and bundles. */
#include "base/divisor.h"
#include "base/sort.h"
#include "relaxation/flow.h"

/* A common multiple of as many loads as fit below the cap; prices of the others are rounded down. */
static int64_t common_multiple(const tx_books *books, int64_t cap) {
  int64_t scale = 1;
  for (size_t k = 0; k < books->classes; k++) {
    int64_t load = books->class_load[k];
    if (load > 0 && load <= cap) {
      int64_t step = load / tx_common_divisor(load, scale);
      scale = step <= cap / scale ? scale * step : scale;
    }
  }
  /* Loads that do not divide it need it to be large beside them. */
  return scale < 64 && cap >= 64 ? scale * (64 / scale) : scale;
}

static double larger(double a, int64_t b) { return a > (double)b ? a : (double)b; }

static double dearest(const tx_core *core) {
  const tx_books *books = core->books;
  double most = 1;
  size_t entries = books->offers == 0 ? 0 : books->offer_begin[books->offers];
  for (size_t j = 0; j < books->customers; j++) {
    int64_t points = books->owner_points == NULL ? 0 : books->owner_points[j];
    most = larger(larger(most, tx_core_value(core, (uint32_t)j)), points < 0 ? -points : points);
  }
  for (size_t x = 0; books->more_begin != NULL && x < books->more_begin[books->customers]; x++) {
    most = larger(most, books->more_points[x] < 0 ? -books->more_points[x] : books->more_points[x]);
  }
  double points_most = 0;
  for (size_t e = 0; books->offer_points != NULL && e < entries; e++) {
    int64_t points = books->offer_points[e];
    points_most = larger(points_most, points < 0 ? -points : points);
  }
  most += points_most;
  for (size_t i = 0; core->curve[0] != NULL && i < books->csms; i++) {
    most = larger(most, core->curve[0]->slope[(i + 1) * core->curve[0]->pieces - 1]);
  }
  return most;
}

int64_t tx_flow_scale(const tx_core *core) {
  const tx_books *books = core->books;
  double cost = dearest(core), total = 0, widest = 1, smallest = 0;
  for (size_t j = 0; j < books->customers; j++) {
    double load = (double)tx_core_load(core, (uint32_t)j);
    total += load;
    smallest = load > 0 && (smallest == 0 || load < smallest) ? load : smallest;
  }
  for (size_t i = 0; i < books->csms; i++) {
    double limit = (double)core->limit[i * core->dimensions];
    limit = limit < total ? limit : total;
    widest = limit > widest ? limit : widest;
  }
  for (int bits = 20; bits >= 0 && smallest > 0; bits -= 4) {
    int64_t scale = common_multiple(books, INT64_C(1) << bits);
    if (cost * (double)scale * widest / smallest < 7e16) {
      return scale;
    }
  }
  return 0;
}

typedef struct build {
  tx_flow *flow;
  const uint32_t *customers;
  size_t count;
} build;

/* Whether the customer has an owner or another exception: it may lose points. */
static bool is_special(const tx_core *core, uint32_t j) {
  return tx_core_owner(core, j) != TX_BOOKS_NONE || tx_core_exceptions(core, j) > 1;
}

/* Of equal value, those without an owner go first: they lose no points. */
static bool less_value(const void *user, uint32_t a, uint32_t b) {
  const tx_core *core = user;
  int64_t value_a = tx_core_value(core, a), value_b = tx_core_value(core, b);
  bool owned_a = is_special(core, a), owned_b = is_special(core, b);
  return value_a != value_b ? value_a < value_b : owned_a != owned_b ? owned_b : a < b;
}

/* A customer at a CSM where it earns more than others of its class, or whom they may not have. */
typedef struct exception {
  int64_t points, gain; /* on top of the class's; beside what it would earn elsewhere */
  uint32_t csm, customer;
  uint32_t others; /* exceptions that it has beside: of equal gains, those without go first */
  bool closed;     /* to its class */
} exception;

static bool less_exception(const void *user, uint32_t a, uint32_t b) {
  const exception *x = (const exception *)user + a, *y = (const exception *)user + b;
  if (x->csm != y->csm) {
    return x->csm < y->csm;
  }
  if (x->gain != y->gain) {
    return x->gain > y->gain;
  }
  return x->others != y->others ? x->others < y->others : x->customer < y->customer;
}

static void open_node(tx_flow *flow, uint32_t class_index, size_t end) {
  flow->class_of[flow->classes] = class_index;
  flow->load[flow->classes] = flow->core->books->class_load[class_index];
  flow->unit[flow->classes] = flow->scale / flow->load[flow->classes];
  flow->customer_begin[++flow->classes] = end;
}

static bool is_apart(const build *b, size_t x) {
  return b->flow->scope.apart != NULL && b->flow->scope.apart[b->customers[x]];
}

/* Class nodes in order of class with their customers, then those apart. place: per class, zeros. */
static void fill_classes(build *b, size_t *place) {
  tx_flow *flow = b->flow;
  const tx_books *books = flow->core->books;
  size_t at = 0;
  for (size_t x = 0; x < b->count; x++) {
    place[books->customer_class[b->customers[x]]] += !is_apart(b, x);
  }
  for (size_t k = 0; k < books->classes; k++) {
    size_t count = place[k];
    place[k] = at;
    at += count;
    if (count > 0) {
      open_node(flow, (uint32_t)k, at);
    }
  }
  for (size_t x = 0; x < b->count; x++) {
    uint32_t class_index = books->customer_class[b->customers[x]];
    if (is_apart(b, x)) {
      flow->by_value[at++] = b->customers[x];
      open_node(flow, class_index, at);
    } else {
      flow->by_value[place[class_index]++] = b->customers[x];
    }
  }
}

/* By value, and of equal value those first who lose no points. */
static void sort_class(tx_flow *flow, size_t begin, size_t count, tx_key *keys, tx_key *spare) {
  for (size_t x = 0; x < count; x++) {
    uint32_t j = flow->by_value[begin + x];
    keys[x] = (tx_key){tx_core_value(flow->core, j), is_special(flow->core, j), j};
  }
  tx_sort_keys(keys, spare, count);
  for (size_t x = 0; x < count; x++) {
    flow->by_value[begin + x] = keys[x].item;
  }
}

static bool build_classes(build *b) {
  tx_flow *flow = b->flow;
  const tx_books *books = flow->core->books;
  size_t *place = tx_calloc(flow->core->watch->context, books->classes, sizeof *place);
  size_t nodes = books->classes;
  for (size_t x = 0; x < b->count; x++) {
    nodes += is_apart(b, x);
  }
  flow->class_of = tx_arena_calloc(&flow->arena, nodes, sizeof *flow->class_of);
  flow->load = tx_arena_calloc(&flow->arena, nodes, sizeof *flow->load);
  flow->unit = tx_arena_calloc(&flow->arena, nodes, sizeof *flow->unit);
  flow->customer_begin = tx_arena_calloc(&flow->arena, nodes + 1, sizeof *flow->customer_begin);
  flow->by_value = tx_arena_calloc(&flow->arena, b->count, sizeof *flow->by_value);
  bool had = place != NULL && flow->class_of != NULL && flow->load != NULL && flow->unit != NULL &&
             flow->customer_begin != NULL && flow->by_value != NULL;
  if (had) {
    fill_classes(b, place);
  }
  tx_free_array(flow->core->watch->context, place, books->classes, sizeof *place);
  size_t most = 0;
  for (size_t q = 0; had && q < flow->classes; q++) {
    size_t count = flow->customer_begin[q + 1] - flow->customer_begin[q];
    most = count > most ? count : most;
  }
  tx_key *keys = had ? tx_alloc_array(flow->core->watch->context, 2 * most, sizeof *keys) : NULL;
  had = keys != NULL;
  for (size_t q = 0; had && q < flow->classes; q++) {
    size_t begin = flow->customer_begin[q], count = flow->customer_begin[q + 1] - begin;
    sort_class(flow, begin, count, keys, keys + most);
    if (tx_watch_work(flow->core->watch, 8 * count) != TRIAX_OK) {
      break;
    }
  }
  tx_free_array(flow->core->watch->context, keys, 2 * most, sizeof *keys);
  return had;
}

typedef struct exceptions {
  exception *list;
  uint32_t *order, *spare;
  size_t room, count; /* of one class */
} exceptions;

/* Where the customer may be and earns more than its class does, or its class may not be. Nobody of its class takes its
 * place where it is let in, while it is where it earns more: unless it is alone, it comes at the price of that. */
static void add_exceptions(const tx_core *core, uint32_t j, bool alone, exceptions *e) {
  size_t have = tx_core_exceptions(core, j), begin = e->count, open = tx_books_open_end(core->books, tx_core_offer(core, j));
  int64_t most = 0;
  for (size_t n = 0; n < have; n++) {
    int64_t points;
    uint32_t csm = tx_core_exception(core, j, n, &points);
    size_t entry = csm == TX_BOOKS_NONE ? SIZE_MAX : tx_core_entry(core, j, csm);
    if (entry != SIZE_MAX && (points > 0 || entry >= open)) {
      e->order[e->count] = (uint32_t)e->count;
      e->list[e->count++] = (exception){points, points, csm, j, (uint32_t)(have - 1), entry >= open};
      most = points > most ? points : most;
    }
  }
  for (size_t x = begin; x < e->count; x++) {
    e->list[x].gain -= !alone && e->list[x].closed && e->list[x].points < most ? most : 0;
  }
}

/* The class node's customers by exception: CSM by CSM, most points first. */
static void list_class(tx_flow *flow, uint32_t q, exceptions *e, size_t *at, size_t *bundles) {
  e->count = 0;
  for (size_t x = flow->customer_begin[q]; x < flow->customer_begin[q + 1]; x++) {
    add_exceptions(flow->core, flow->by_value[x], flow->customer_begin[q + 1] - flow->customer_begin[q] == 1, e);
  }
  tx_sort(e->order, e->spare, e->count, less_exception, e->list);
  for (size_t x = 0; x < e->count; x++) {
    const exception *one = &e->list[e->order[x]];
    if (x == 0 || e->list[e->order[x - 1]].csm != one->csm) {
      flow->owner_csm[*bundles] = one->csm;
      flow->owner_begin[(*bundles)++] = *at;
    }
    flow->owner_gain[*at] = one->gain;
    flow->by_owner[(*at)++] = one->customer;
  }
  flow->owner_begin[*bundles] = *at;
  flow->owned_begin[q + 1] = *bundles;
}

static bool room_for_exceptions(build *b, exceptions *e) {
  tx_flow *flow = b->flow;
  triax_context *context = flow->core->watch->context;
  size_t all = 0;
  for (size_t q = 0; q < flow->classes; q++) {
    size_t of_class = 0;
    for (size_t x = flow->customer_begin[q]; x < flow->customer_begin[q + 1]; x++) {
      of_class += tx_core_exceptions(flow->core, flow->by_value[x]);
    }
    e->room = of_class > e->room ? of_class : e->room;
    all += of_class;
  }
  flow->by_owner = tx_arena_calloc(&flow->arena, all, sizeof *flow->by_owner);
  flow->owner_gain = tx_arena_calloc(&flow->arena, all, sizeof *flow->owner_gain);
  flow->owner_begin = tx_arena_calloc(&flow->arena, all + 1, sizeof *flow->owner_begin);
  flow->owner_csm = tx_arena_calloc(&flow->arena, all, sizeof *flow->owner_csm);
  flow->owned_begin = tx_arena_calloc(&flow->arena, flow->classes + 1, sizeof *flow->owned_begin);
  e->list = tx_alloc_array(context, e->room, sizeof *e->list);
  e->order = tx_alloc_array(context, e->room, sizeof *e->order);
  e->spare = tx_alloc_array(context, e->room, sizeof *e->spare);
  return flow->by_owner != NULL && flow->owner_gain != NULL && flow->owner_begin != NULL && flow->owner_csm != NULL &&
         flow->owned_begin != NULL && e->list != NULL && e->order != NULL && e->spare != NULL;
}

/* Customers that their owners may keep, and others with exceptions; counts the bundles. */
static bool list_owned(build *b, size_t *bundles) {
  tx_flow *flow = b->flow;
  triax_context *context = flow->core->watch->context;
  exceptions e = {.list = NULL};
  size_t at = 0;
  bool had = room_for_exceptions(b, &e);
  for (uint32_t q = 0; had && q < flow->classes; q++) {
    list_class(flow, q, &e, &at, bundles);
    if (tx_watch_work(flow->core->watch, 8 * e.count) != TRIAX_OK) {
      break;
    }
  }
  tx_free_array(context, e.list, e.room, sizeof *e.list);
  tx_free_array(context, e.order, e.room, sizeof *e.order);
  tx_free_array(context, e.spare, e.room, sizeof *e.spare);
  return had;
}

/* Adds one customer's load at a rate to the bundle that is being filled: equal rates share a segment. */
static void add_load(tx_flow *flow, tx_bundle *bundle, int64_t rate, int64_t load) {
  int64_t start = bundle->count == 0 ? 0 : flow->segment[bundle->begin + bundle->count - 1].end;
  if (bundle->count == 0 || flow->segment[bundle->begin + bundle->count - 1].rate != rate) {
    bundle->count++;
  }
  flow->segment[bundle->begin + bundle->count - 1] = (tx_segment){start + load, rate};
}

/* Of so many steps a class's values are, where they are taken coarsely. */
#define STEPS 32

static void build_uncovered(tx_flow *flow, size_t *segments) {
  for (size_t q = 0; q < flow->classes; q++) {
    size_t begin = flow->customer_begin[q], count = flow->customer_begin[q + 1] - begin;
    size_t block = flow->scope.coarse ? count / STEPS + 1 : 1;
    tx_bundle *bundle = &flow->bundle[TX_FLOW_UNCOVERED(flow, q)];
    *bundle = (tx_bundle){.from = (uint32_t)q, .to = TX_FLOW_ROOT(flow), .begin = *segments};
    for (size_t x = flow->customer_begin[q]; x < flow->customer_begin[q + 1]; x++) {
      size_t middle = begin + (x - begin) / block * block + block / 2;
      size_t like = middle < flow->customer_begin[q + 1] ? middle : flow->customer_begin[q + 1] - 1;
      int64_t value = tx_core_value(flow->core, flow->by_value[like]);
      add_load(flow, bundle, value * flow->scale / flow->load[q], flow->load[q]);
    }
    int64_t most = flow->segment[*segments + bundle->count - 1].rate;
    flow->dearest = most >= flow->dearest ? most + 1 : flow->dearest;
    *segments += bundle->count;
    flow->segment[*segments - 1].end = INT64_MAX;
  }
}

static void build_owned(tx_flow *flow, size_t *segments) {
  const tx_core *core = flow->core;
  for (size_t q = 0; q < flow->classes; q++) {
    for (size_t o = flow->owned_begin[q]; o < flow->owned_begin[q + 1]; o++) {
      tx_bundle *bundle = &flow->bundle[TX_FLOW_OWNED(flow, o)];
      uint32_t any = flow->by_owner[flow->owner_begin[o]], owner = flow->owner_csm[o];
      size_t entry = tx_core_class_entry(core, any, owner);
      int64_t plain = core->books->offer_points == NULL ? 0 : core->books->offer_points[entry];
      *bundle = (tx_bundle){.from = (uint32_t)q, .to = TX_FLOW_CSM(flow, owner), .begin = *segments};
      /* A CSM without room has no node in the tree: its bundles stay empty. */
      for (size_t x = flow->owner_begin[o]; flow->room[owner] > 0 && x < flow->owner_begin[o + 1]; x++) {
        add_load(flow, bundle, -(plain + flow->owner_gain[x]) * flow->unit[q], flow->load[q]);
      }
      *segments += bundle->count;
    }
  }
}

/* Entries of the CSMs that the scope is limited to, for each class. */
static bool limit_csms(tx_flow *flow) {
  const tx_flow_scope *scope = &flow->scope;
  size_t at = 0;
  if (scope->csms == NULL) {
    return true;
  }
  flow->entry_begin = tx_arena_calloc(&flow->arena, flow->classes + 1, sizeof *flow->entry_begin);
  flow->entry_open = tx_arena_calloc(&flow->arena, flow->classes, sizeof *flow->entry_open);
  flow->entry = tx_arena_calloc(&flow->arena, flow->classes, scope->csm_count * sizeof *flow->entry);
  if (flow->entry_begin == NULL || flow->entry_open == NULL || flow->entry == NULL) {
    return false;
  }
  for (size_t q = 0; q < flow->classes; q++) {
    uint32_t offer = flow->core->books->class_offer[flow->class_of[q]];
    for (int closed = 0; closed < 2; closed++) {
      for (size_t x = 0; x < scope->csm_count && (!closed || flow->core->books->offer_open != NULL); x++) {
        size_t entry = (closed ? tx_core_closed_entry : tx_core_open_entry)(flow->core, offer, scope->csms[x]);
        if (entry != SIZE_MAX) {
          flow->entry[at++] = entry;
        }
      }
      *(closed ? &flow->entry_begin[q + 1] : &flow->entry_open[q]) = at;
    }
    flow->core->watch->work += 6 * scope->csm_count;
  }
  return true;
}

static triax_status build_all(build *b, const tx_flow *former) {
  tx_flow *flow = b->flow;
  tx_watch *watch = flow->core->watch;
  size_t owner_bundles = 0;
  if (!build_classes(b) || !list_owned(b, &owner_bundles)) {
    return tx_no_memory(watch->error);
  }
  if (watch->status != TRIAX_OK) {
    return watch->status;
  }
  flow->nodes = flow->classes + flow->csms + 1;
  flow->bundles = flow->csms + flow->classes + owner_bundles;
  flow->bundle = tx_arena_calloc(&flow->arena, flow->bundles, sizeof *flow->bundle);
  flow->node = tx_arena_calloc(&flow->arena, flow->nodes, sizeof *flow->node);
  flow->room = tx_arena_calloc(&flow->arena, flow->csms, sizeof *flow->room);
  flow->has = tx_arena_calloc(&flow->arena, flow->csms, sizeof *flow->has);
  flow->open = tx_arena_calloc(&flow->arena, flow->csms, sizeof *flow->open);
  if (flow->bundle == NULL || flow->node == NULL || flow->room == NULL || flow->has == NULL || flow->open == NULL ||
      !limit_csms(flow)) {
    return tx_no_memory(watch->error);
  }
  triax_status status = tx_flow_curves(flow);
  if (status != TRIAX_OK) {
    return status;
  }
  size_t segments = flow->curves;
  build_uncovered(flow, &segments);
  build_owned(flow, &segments);
  bool known = former != NULL || flow->scope.basis != NULL;
  return known ? tx_flow_warm_tree(flow, former) : tx_flow_first_tree(flow);
}

triax_status tx_flow_init(tx_flow *flow, tx_core *core, int64_t scale, const tx_flow_scope *scope,
                          const tx_flow *former) {
  *flow = (tx_flow){.core = core, .scope = *scope, .scale = scale, .csms = core->books->csms};
  tx_arena_init(&flow->arena, core->watch->context);
  build b = {.flow = flow, .customers = scope->customers, .count = scope->count};
  triax_status status = build_all(&b, former);
  if (status != TRIAX_OK) {
    tx_flow_free(flow);
  }
  return status;
}

/* Customers that the class leaves uncovered are its first by value. */
static size_t class_conflicts(const tx_flow *flow, size_t q, bool *apart) {
  int64_t load = flow->load[q], uncovered = tx_flow_on(flow, TX_FLOW_UNCOVERED(flow, q));
  size_t begin = flow->customer_begin[q], left = (size_t)((uncovered + load - 1) / load), found = 0;
  if (left == 0 || flow->customer_begin[q + 1] - begin < 2) {
    return 0;
  }
  uint32_t last = flow->by_value[begin + left - 1];
  for (size_t o = flow->owned_begin[q]; o < flow->owned_begin[q + 1]; o++) {
    int64_t kept = tx_flow_on(flow, TX_FLOW_OWNED(flow, o));
    for (size_t x = flow->owner_begin[o]; kept > 0; x++, kept -= load) {
      uint32_t customer = flow->by_owner[x];
      bool uncovered_too = customer == last || less_value(flow->core, customer, last);
      found += uncovered_too && !apart[customer];
      apart[customer] = apart[customer] || uncovered_too;
    }
  }
  return found;
}

/* Customers that the class has at the CSMs of two of their exceptions. used: per customer, zeros. */
static size_t double_use(const tx_flow *flow, size_t q, bool *apart, bool *used) {
  size_t found = 0;
  if (flow->customer_begin[q + 1] - flow->customer_begin[q] < 2) {
    return 0;
  }
  for (size_t o = flow->owned_begin[q]; o < flow->owned_begin[q + 1]; o++) {
    int64_t kept = tx_flow_on(flow, TX_FLOW_OWNED(flow, o));
    for (size_t x = flow->owner_begin[o]; kept > 0; x++, kept -= flow->load[q]) {
      uint32_t customer = flow->by_owner[x];
      found += used[customer] && !apart[customer];
      apart[customer] = apart[customer] || used[customer];
      used[customer] = true;
    }
  }
  return found;
}

size_t tx_flow_conflicts(const tx_flow *flow, bool *apart, bool *used) {
  size_t found = 0;
  for (size_t q = 0; q < flow->classes; q++) {
    found += class_conflicts(flow, q, apart);
    found += flow->core->books->more_begin == NULL ? 0 : double_use(flow, q, apart, used);
  }
  return found;
}

void tx_flow_free(tx_flow *flow) { tx_arena_free(&flow->arena); }
