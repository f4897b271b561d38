/* The bound: every customer on its own at the given prices, every CSM on its own at the given prices. Valid for any
 * prices, so that nothing depends on how they were found; exact in integers. */
#include <string.h>

#include "relaxation/flow.h"

/* A sum of multiples of 1 / scale, in whole and rest: the parts of a million customers do not fit one number. */
typedef struct total {
  tx_cost open; /* not divided yet */
  tx_cost whole, rest;
  int64_t scale;
} total;

static void divide(total *t, int p, int64_t term) {
  int64_t whole = term / t->scale, rest = term % t->scale;
  if (rest < 0) {
    rest += t->scale;
    whole--;
  }
  t->whole.part[p] += whole;
  t->rest.part[p] += rest;
  if (t->rest.part[p] >= t->scale) {
    t->rest.part[p] -= t->scale;
    t->whole.part[p]++;
  }
}

static inline bool is_large(int64_t x) { return x > INT64_MAX / 2 || x < -(INT64_MAX / 2); }

/* Divisions are slow: only a sum that could grow too large is divided. */
static void total_add(total *t, const tx_cost *term) {
  for (int p = 0; p < TX_PARTS; p++) {
    if (is_large(term->part[p])) {
      divide(t, p, term->part[p]);
    } else {
      t->open.part[p] += term->part[p];
    }
    if (is_large(t->open.part[p])) {
      divide(t, p, t->open.part[p]);
      t->open.part[p] = 0;
    }
  }
}

static void total_close(total *t) {
  for (int p = 0; p < TX_PARTS; p++) {
    divide(t, p, t->open.part[p]);
    t->open.part[p] = 0;
  }
}

tx_cost tx_flow_placed(const tx_flow *flow, uint32_t csm, int64_t load, int64_t points) {
  tx_cost cost = flow->node[TX_FLOW_CSM(flow, csm)].price;
  for (int p = 0; p < TX_PARTS; p++) {
    cost.part[p] *= load;
  }
  cost.part[TX_POINTS] -= points * flow->scale;
  return cost;
}

bool tx_flow_class_cost(const tx_flow *flow, uint32_t q, tx_cost *least) {
  const tx_books *books = flow->core->books;
  size_t offer = books->class_offer[flow->class_of[q]];
  bool found = false;
  for (size_t e = books->offer_begin[offer]; e < tx_books_open_end(books, offer); e++) {
    if (flow->room[books->offer_csm[e]] < flow->load[q]) {
      continue;
    }
    tx_cost cost =
        tx_flow_placed(flow, books->offer_csm[e], flow->load[q], books->offer_points == NULL ? 0 : books->offer_points[e]);
    if (!found || tx_cost_compare(&cost, least) < 0) {
      *least = cost;
      found = true;
    }
  }
  return found;
}

tx_cost tx_flow_customer_cost(const tx_flow *flow, uint32_t j, uint32_t q, const tx_cost *generic) {
  const tx_core *core = flow->core;
  tx_cost least = {{tx_core_value(core, j) * flow->scale, 0, 0, 0}};
  if (generic != NULL && tx_cost_compare(generic, &least) < 0) {
    least = *generic;
  }
  for (size_t n = 0; n < tx_core_exceptions(core, j); n++) {
    int64_t points;
    uint32_t csm = tx_core_exception(core, j, n, &points);
    size_t entry = csm == TX_BOOKS_NONE ? SIZE_MAX : tx_core_entry(core, j, csm);
    if (entry != SIZE_MAX && flow->room[csm] >= flow->load[q]) {
      tx_cost cost = tx_flow_placed(flow, csm, flow->load[q], tx_core_entry_points(core, j, entry));
      least = tx_cost_compare(&cost, &least) < 0 ? cost : least;
    }
  }
  return least;
}

/* Customers that weigh nothing take the most points there are. */
static void add_weightless(const tx_core *core, uint32_t j, total *sum) {
  tx_cost least = {{tx_core_value(core, j) * sum->scale, 0, 0, 0}};
  tx_choices choices = tx_core_choices(core, j);
  for (size_t n = 0; n < choices.count; n++) {
    size_t e = tx_core_choice(core, &choices, n);
    if (e != SIZE_MAX) {
      tx_cost cost = {{0, 0, -tx_core_entry_points(core, j, e) * sum->scale, 0}};
      least = tx_cost_compare(&cost, &least) < 0 ? cost : least;
    }
  }
  total_add(sum, &least);
}

/* A CSM at its price: the best of the loads it can have. */
static void add_csm(const tx_flow *flow, size_t csm, total *sum) {
  const tx_bundle *bundle = &flow->bundle[csm];
  const tx_node *node = &flow->node[TX_FLOW_CSM(flow, csm)];
  tx_cost least = {{0, 0, 0, 0}};
  for (uint32_t s = 0; s + 1 < bundle->count; s++) {
    int64_t at = flow->segment[bundle->begin + s].end;
    tx_cost cost = tx_flow_load_cost(flow->core, csm, at);
    for (int p = 0; p < TX_PARTS; p++) {
      cost.part[p] = cost.part[p] * flow->scale - node->price.part[p] * at;
    }
    least = tx_cost_compare(&cost, &least) < 0 ? cost : least;
  }
  total_add(sum, &least);
}

/* From a vector with fractions to whole numbers: a fraction rounds up, and ends what is proven. */
static void set_bound(tx_core *core, const total *sum, const tx_cost *constant) {
  core->bound = sum->whole;
  tx_cost_add(&core->bound, constant);
  core->proven = 0;
  while (core->proven < TX_PARTS) {
    int32_t part = core->proven++;
    if (sum->rest.part[part] > 0) {
      core->bound.part[part]++;
      break;
    }
  }
}

static int64_t thousandths(int64_t price, int64_t scale) { return price / scale * 1000 + price % scale * 1000 / scale; }

static void set_prices(const tx_flow *flow, uint32_t q, const tx_cost *generic) {
  for (int p = 0; p < TX_PARTS; p++) {
    flow->core->class_price[flow->class_of[q]].part[p] = thousandths(generic->part[p], flow->scale);
  }
}

/* Whether every price times every load it is multiplied by fits: a very deep tree could add prices up too far. */
static bool prices_fit(const tx_flow *flow) {
  for (size_t i = 0; i < flow->csms; i++) {
    const tx_cost *price = &flow->node[TX_FLOW_CSM(flow, i)].price;
    for (int p = 0; flow->room[i] > 0 && p < TX_PARTS; p++) {
      int64_t most = (INT64_MAX / 4) / flow->room[i];
      if (price->part[p] > most || price->part[p] < -most) {
        return false;
      }
    }
  }
  return true;
}

triax_status tx_flow_bound(const tx_flow *flow) {
  for (size_t i = 0; i < flow->csms; i++) {
    flow->core->price[i].scale = 0;
  }
  if (!prices_fit(flow)) {
    return TRIAX_OK;
  }
  tx_core *core = flow->core;
  total sum = {.scale = flow->scale};
  tx_cost constant = {{0, 0, 0, 0}};
  triax_status status = TRIAX_OK;
  for (uint32_t q = 0; status == TRIAX_OK && q < flow->classes; q++) {
    tx_cost generic;
    bool found = tx_flow_class_cost(flow, q, &generic);
    if (found) {
      set_prices(flow, q, &generic);
    }
    for (size_t x = flow->customer_begin[q]; x < flow->customer_begin[q + 1]; x++) {
      tx_cost least = tx_flow_customer_cost(flow, flow->by_value[x], q, found ? &generic : NULL);
      total_add(&sum, &least);
      if (flow->least != NULL) {
        flow->least[flow->by_value[x]] = least;
      }
    }
    status = tx_watch_work(core->watch, 4 * (flow->customer_begin[q + 1] - flow->customer_begin[q]) + 8);
  }
  for (size_t i = 0; i < flow->csms; i++) {
    add_csm(flow, i, &sum);
    core->price[i].scale = flow->scale;
    if (flow->room[i] > 0) {
      memcpy(core->price[i].part, flow->node[TX_FLOW_CSM(flow, i)].price.part, sizeof core->price[i].part);
    }
    tx_cost_add(&constant, &core->csm_cost[i]);
    for (int p = 0; flow->room[i] > 0 && p < TX_PARTS; p++) {
      core->csm_price[i].part[p] = thousandths(flow->node[TX_FLOW_CSM(flow, i)].price.part[p], flow->scale);
    }
  }
  for (uint32_t j = 0; j < core->books->customers; j++) {
    if (tx_core_load(core, j) == 0) {
      add_weightless(core, j, &sum);
    }
  }
  total_close(&sum);
  set_bound(core, &sum, &constant);
  return status;
}

/* The price in parts of this scale. */
static int64_t rescale(int64_t price, int64_t from, int64_t to) {
  return from == to ? price : price / from * to + price % from * to / from;
}

void tx_flow_set_prices(tx_flow *flow, const tx_books_price *price) {
  for (size_t x = 0; x < flow->opened; x++) {
    uint32_t i = flow->open[x];
    for (int p = 0; p < TX_PARTS; p++) {
      flow->node[TX_FLOW_CSM(flow, i)].price.part[p] = rescale(price[i].part[p], price[i].scale, flow->scale);
    }
  }
}
