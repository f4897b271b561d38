/* Pricing: looks through the arcs in blocks for the one that gains most a unit. */
#include "relaxation/flow.h"

/* Whether a reduced cost gains, and more than the best so far. Nearly all do not. */
static inline bool gains(const tx_entering *best, const tx_cost *gain) {
  return tx_cost_negative(gain) && (!best->found || tx_cost_compare(gain, &best->gain) < 0);
}

/* A bundle at rest can take one more unit at its next segment's cost, or give one up at the last one's. */
static void price_bundle(tx_flow *flow, size_t b, tx_entering *best) {
  const tx_bundle *bundle = &flow->bundle[b];
  if (bundle->tree || bundle->count == 0) {
    return;
  }
  tx_cost between = flow->node[bundle->to].price;
  tx_cost_sub(&between, &flow->node[bundle->from].price);
  if (bundle->kink < bundle->count) {
    tx_cost gain = tx_flow_segment_cost(flow, b, bundle->kink);
    tx_cost_add(&gain, &between);
    if (gains(best, &gain)) {
      *best = (tx_entering){bundle->from, bundle->to, (uint32_t)b, bundle->kink, 0, false, gain, true};
    }
  }
  if (bundle->kink > 0) {
    tx_cost gain = {{0, 0, 0, 0}}, cost = tx_flow_segment_cost(flow, b, bundle->kink - 1);
    tx_cost_sub(&gain, &between);
    tx_cost_sub(&gain, &cost);
    if (gains(best, &gain)) {
      *best = (tx_entering){bundle->from, bundle->to, (uint32_t)b, bundle->kink - 1, 0, true, gain, true};
    }
  }
}

/* Most bundles of owners rest where they should, and the first parts of the prices tell. */
static inline bool settled(const tx_flow *flow, size_t b) {
  const tx_bundle *bundle = &flow->bundle[b];
  const tx_cost *from = &flow->node[bundle->from].price, *to = &flow->node[bundle->to].price;
  for (int p = 0; p < TX_POINTS; p++) {
    if (from->part[p] != to->part[p]) {
      return to->part[p] > from->part[p] ? bundle->kink == 0 : bundle->kink == bundle->count;
    }
  }
  return false;
}

/* An entry of the offer, against the cheapest so far. */
static inline bool cheaper(const tx_flow *flow, size_t entry, int64_t unit, tx_cost *least) {
  const tx_books *books = flow->core->books;
  const tx_cost *price = &flow->node[flow->classes + books->offer_csm[entry]].price;
  if (price->part[0] > least->part[0]) {
    return false;
  }
  tx_cost cost = *price;
  cost.part[TX_POINTS] -= books->offer_points == NULL ? 0 : books->offer_points[entry] * unit;
  if (tx_cost_compare(&cost, least) >= 0) {
    return false;
  }
  *least = cost;
  return true;
}

/* The class's offers: the price of a CSM, less the points, against what the class pays now. */
static size_t price_offers(tx_flow *flow, uint32_t class_node, tx_entering *best) {
  const tx_books *books = flow->core->books;
  size_t offer = books->class_offer[flow->class_of[class_node]];
  size_t begin = books->offer_begin[offer], end = tx_books_open_end(books, offer), found = SIZE_MAX;
  const tx_cost mine = flow->node[class_node].price;
  int64_t unit = flow->unit[class_node];
  /* The class's price is a common term: the CSM that is cheapest, and cheaper than it, gains most. */
  tx_cost least = mine;
  if (flow->entry != NULL) {
    begin = flow->entry_begin[class_node];
    end = flow->entry_open[class_node];
    for (size_t x = begin; x < end; x++) {
      found = cheaper(flow, flow->entry[x], unit, &least) ? flow->entry[x] : found;
    }
  } else {
    for (size_t e = begin; e < end; e++) {
      found = cheaper(flow, e, unit, &least) ? e : found;
    }
  }
  if (found != SIZE_MAX) {
    uint32_t csm = TX_FLOW_CSM(flow, books->offer_csm[found]);
    tx_cost_sub(&least, &mine);
    if (gains(best, &least)) {
      *best = (tx_entering){class_node, csm, TX_BOOKS_NONE, 0, found, false, least, true};
    }
  }
  return end - begin;
}

static size_t price_class(tx_flow *flow, uint32_t class_node, tx_entering *best) {
  size_t looked = price_offers(flow, class_node, best);
  price_bundle(flow, TX_FLOW_UNCOVERED(flow, class_node), best);
  for (size_t o = flow->owned_begin[class_node]; o < flow->owned_begin[class_node + 1]; o++) {
    if (!settled(flow, TX_FLOW_OWNED(flow, o))) {
      price_bundle(flow, TX_FLOW_OWNED(flow, o), best);
    }
  }
  return looked + 2 * (1 + flow->owned_begin[class_node + 1] - flow->owned_begin[class_node]);
}

void tx_flow_price(tx_flow *flow, tx_pricing *pricing, tx_entering *best) {
  size_t stops = flow->classes + flow->opened, looked = 0;
  for (size_t seen = 0; seen < stops; seen++) {
    size_t at = pricing->at;
    pricing->at = at + 1 == stops ? 0 : at + 1;
    if (at < flow->classes) {
      looked += price_class(flow, (uint32_t)at, best);
    } else {
      price_bundle(flow, flow->open[at - flow->classes], best);
      looked += 2;
    }
    if (looked >= pricing->block) {
      flow->core->watch->work += looked;
      looked = 0;
      if (best->found) {
        return;
      }
    }
  }
  flow->core->watch->work += looked;
}
