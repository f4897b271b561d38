/* The relaxation with its parts weighed in place of one after the other: the simplex goes on from the tree at hand, in
 * which prices stay what they are, part by part. Weights are numbers with a point, and so is what decides on a pivot;
 * what comes of it are prices, and any prices prove some bound. */
#include "relaxation/flow.h"

#define TOLERANCE 1e-9

typedef struct weighing {
  tx_flow *flow;
  const double *weight;
  tx_entering best;
  double gain; /* of the best, below 0 */
} weighing;

static inline double weigh(const weighing *w, const tx_cost *cost) {
  double sum = 0;
  for (int p = 0; p < TX_PARTS; p++) {
    sum += w->weight[p] * (double)cost->part[p];
  }
  return sum;
}

/* Whether it is below 0 by more than what rounding may have made of it. */
static bool gains(const weighing *w, const tx_cost *cost, double *gain) {
  double size = 0;
  for (int p = 0; p < TX_PARTS; p++) {
    double term = w->weight[p] * (double)cost->part[p];
    size += term < 0 ? -term : term;
  }
  *gain = weigh(w, cost);
  return *gain < -TOLERANCE * size && *gain < w->gain;
}

static void take(weighing *w, const tx_cost *cost, tx_entering in) {
  double gain;
  if (gains(w, cost, &gain)) {
    w->gain = gain;
    w->best = in;
    w->best.found = true;
  }
}

static void price_bundle(weighing *w, size_t b) {
  const tx_flow *flow = w->flow;
  const tx_bundle *bundle = &flow->bundle[b];
  if (bundle->tree || bundle->count == 0) {
    return;
  }
  tx_cost between = flow->node[bundle->to].price, cost;
  tx_cost_sub(&between, &flow->node[bundle->from].price);
  if (bundle->kink < bundle->count) {
    cost = tx_flow_segment_cost(flow, b, bundle->kink);
    tx_cost_add(&cost, &between);
    take(
        w, &cost,
        (tx_entering){
            .from = bundle->from, .to = bundle->to, .bundle = (uint32_t)b, .segment = bundle->kink, .backward = false});
  }
  if (bundle->kink > 0) {
    tx_cost last = tx_flow_segment_cost(flow, b, bundle->kink - 1);
    cost = (tx_cost){{0, 0, 0, 0}};
    tx_cost_sub(&cost, &between);
    tx_cost_sub(&cost, &last);
    take(w, &cost,
         (tx_entering){.from = bundle->from,
                       .to = bundle->to,
                       .bundle = (uint32_t)b,
                       .segment = bundle->kink - 1,
                       .backward = true});
  }
}

/* The cheapest CSM on offer gains most. */
static size_t price_offers(weighing *w, uint32_t class_node) {
  const tx_flow *flow = w->flow;
  const tx_books *books = flow->core->books;
  size_t offer = books->class_offer[flow->class_of[class_node]], found = SIZE_MAX;
  double least = 0, unit = (double)flow->unit[class_node];
  for (size_t e = books->offer_begin[offer]; e < tx_books_open_end(books, offer); e++) {
    if (flow->room[books->offer_csm[e]] == 0) {
      continue; /* is not in the tree */
    }
    double cost = weigh(w, &flow->node[TX_FLOW_CSM(flow, books->offer_csm[e])].price);
    cost -= books->offer_points == NULL ? 0 : w->weight[TX_POINTS] * (double)books->offer_points[e] * unit;
    if (found == SIZE_MAX || cost < least) {
      least = cost;
      found = e;
    }
  }
  if (found != SIZE_MAX) {
    uint32_t csm = TX_FLOW_CSM(flow, books->offer_csm[found]);
    tx_cost cost = flow->node[csm].price;
    cost.part[TX_POINTS] -= books->offer_points == NULL ? 0 : books->offer_points[found] * flow->unit[class_node];
    tx_cost_sub(&cost, &flow->node[class_node].price);
    take(w, &cost, (tx_entering){.from = class_node, .to = csm, .bundle = TX_BOOKS_NONE, .entry = found});
  }
  return tx_books_open_end(books, offer) - books->offer_begin[offer];
}

static size_t price_class(weighing *w, uint32_t class_node) {
  const tx_flow *flow = w->flow;
  size_t looked = price_offers(w, class_node);
  price_bundle(w, TX_FLOW_UNCOVERED(flow, class_node));
  for (size_t o = flow->owned_begin[class_node]; o < flow->owned_begin[class_node + 1]; o++) {
    price_bundle(w, TX_FLOW_OWNED(flow, o));
  }
  return looked + 2 * (1 + flow->owned_begin[class_node + 1] - flow->owned_begin[class_node]);
}

/* As tx_flow_price goes round. */
static void price(weighing *w, tx_pricing *pricing) {
  tx_flow *flow = w->flow;
  size_t stops = flow->classes + flow->opened, looked = 0;
  w->best.found = false;
  w->gain = 0;
  for (size_t seen = 0; seen < stops; seen++) {
    size_t at = pricing->at;
    pricing->at = at + 1 == stops ? 0 : at + 1;
    if (at < flow->classes) {
      looked += price_class(w, (uint32_t)at);
    } else {
      price_bundle(w, flow->open[at - flow->classes]);
      looked += 2;
    }
    if (looked >= pricing->block) {
      flow->core->watch->work += looked;
      looked = 0;
      if (w->best.found) {
        return;
      }
    }
  }
  flow->core->watch->work += looked;
}

static bool too_dear(const tx_flow *flow, uint32_t n) {
  for (int p = 0; p < TX_PARTS; p++) {
    int64_t price = flow->node[n].price.part[p];
    if (price > (INT64_C(1) << 60) || price < -(INT64_C(1) << 60)) {
      return true;
    }
  }
  return false;
}

triax_status tx_flow_weigh(tx_flow *flow, const double *weight, uint64_t budget) {
  tx_watch *watch = flow->core->watch;
  uint64_t end = watch->work > UINT64_MAX - budget ? UINT64_MAX : watch->work + budget;
  weighing w = {.flow = flow, .weight = weight};
  tx_pricing pricing = {0, 64};
  triax_status status = TRIAX_OK;
  while (status == TRIAX_OK && watch->work < end) {
    price(&w, &pricing);
    if (!w.best.found || too_dear(flow, w.best.from)) {
      break;
    }
    tx_flow_pivot(flow, &w.best);
    status = tx_watch_work(watch, 8);
  }
  return status;
}

static void add_amount(double *cost, const tx_cost *rate, int64_t amount, int64_t scale) {
  for (int p = 0; p < TX_PARTS; p++) {
    cost[p] += (double)rate->part[p] * (double)amount / (double)scale;
  }
}

void tx_flow_cost(const tx_flow *flow, double *cost) {
  for (size_t b = 0; b < flow->bundles; b++) {
    int64_t on = tx_flow_on(flow, b);
    for (uint32_t s = 0; s < flow->bundle[b].count && tx_flow_segment_start(flow, b, s) < on; s++) {
      int64_t start = tx_flow_segment_start(flow, b, s), end = flow->segment[flow->bundle[b].begin + s].end;
      tx_cost rate = tx_flow_segment_cost(flow, b, s);
      add_amount(cost, &rate, (end < on ? end : on) - start, flow->scale);
    }
  }
  for (uint32_t n = 0; n + 1 < flow->nodes; n++) {
    bool in_tree = n < flow->classes || flow->room[n - flow->classes] > 0;
    if (in_tree && flow->node[n].bundle == TX_BOOKS_NONE) {
      tx_cost rate = tx_flow_arc_cost(flow, n);
      add_amount(cost, &rate, flow->node[n].flow, flow->scale);
    }
  }
}
