/* CSMs' bundles: which loads can be reached at all, and the lower hull of the cost over those. Tighter than the curve
 * itself, because whole customers cannot stop at every load. */
#include <string.h>

#include "relaxation/flow.h"
#include "relaxation/reach.h"

/* CSMs whose curves are remembered: most of a team is alike. */
#define KNOWN 8

typedef struct point {
  int64_t at, over, imbalance;
} point;

typedef struct curves {
  tx_flow *flow;
  tx_reach reach;
  point *hull;
  size_t hull_room, hull_count;
  size_t over_room, segment_room, segments; /* of the flow's arrays while they grow */
  tx_segment *segment;
  int64_t *over;
  size_t known[KNOWN]; /* CSMs with curves of their own */
  uint64_t known_work[KNOWN];
  int known_count;
} curves;

static void collect_sizes(curves *c) {
  tx_flow *flow = c->flow;
  const tx_books *books = flow->core->books;
  for (size_t q = 0; q < flow->classes; q++) {
    size_t s = tx_reach_add(&c->reach, flow->load[q]), offer = books->class_offer[flow->class_of[q]];
    size_t begin = flow->entry == NULL ? books->offer_begin[offer] : flow->entry_begin[q];
    size_t end = flow->entry == NULL ? books->offer_begin[offer + 1] : flow->entry_begin[q + 1];
    for (size_t e = begin; s < TX_REACH_SIZES && e < end; e++) {
      c->reach.may_come[books->offer_csm[flow->entry == NULL ? e : flow->entry[e]]] |= UINT64_C(1) << s;
    }
    flow->core->watch->work += (end - begin) / 4;
  }
}

tx_cost tx_flow_load_cost(const tx_core *core, size_t csm, int64_t more) {
  int64_t has = core->sum[csm * core->dimensions], capacity = core->books->capacity[csm];
  tx_cost cost = {{0, has + more > capacity ? has + more - capacity : 0, 0, 0}};
  cost.part[TX_OVER] -= has > capacity ? has - capacity : 0;
  if (core->curve[0] != NULL) {
    cost.part[core->balance_part] = tx_curve_cost(core->curve[0], csm, has + more) - tx_curve_cost(core->curve[0], csm, has);
  }
  return cost;
}

static point point_at(const tx_core *core, size_t csm, int64_t at) {
  tx_cost cost = tx_flow_load_cost(core, csm, at);
  return (point){at, cost.part[TX_OVER], cost.part[core->balance_part]};
}

/* Whether b lies on or above the line from a to c: part by part, as costs are compared. */
static bool above(const point *a, const point *b, const point *c) {
  int order = tx_compare_products(b->over - a->over, c->at - b->at, c->over - b->over, b->at - a->at);
  if (order == 0) {
    order = tx_compare_products(b->imbalance - a->imbalance, c->at - b->at, c->imbalance - b->imbalance, b->at - a->at);
  }
  return order >= 0;
}

static bool add_point(curves *c, point p) {
  void *grown = c->hull;
  while (c->hull_count >= 2 && above(&c->hull[c->hull_count - 2], &c->hull[c->hull_count - 1], &p)) {
    c->hull_count--;
  }
  if (!tx_grow(c->flow->core->watch->context, &grown, &c->hull_room, c->hull_count + 1, sizeof *c->hull)) {
    return false;
  }
  c->hull = grown;
  c->hull[c->hull_count++] = p;
  return true;
}

/* Without reach: the curve's own corners up to the room. */
static bool add_corners(curves *c, size_t csm, int64_t room) {
  const tx_core *core = c->flow->core;
  int64_t has = core->sum[csm * core->dimensions], last = 0;
  const tx_books_measure *curve = core->curve[0];
  int64_t capacity = core->books->capacity[csm] - has;
  bool kept = add_point(c, point_at(core, csm, 0));
  for (size_t p = 0; kept && curve != NULL && p < curve->pieces; p++) {
    int64_t corner = curve->from[csm * curve->pieces + p] - has;
    if (last < capacity && capacity < corner && capacity < room) {
      kept = add_point(c, point_at(core, csm, capacity));
      last = capacity;
    }
    if (kept && corner > last && corner < room) {
      kept = add_point(c, point_at(core, csm, corner));
      last = corner;
    }
  }
  if (kept && last < capacity && capacity < room) {
    kept = add_point(c, point_at(core, csm, capacity));
  }
  return kept && (room == 0 || add_point(c, point_at(core, csm, room)));
}

static bool add_reached(curves *c, size_t csm, int64_t room) {
  bool kept = true;
  for (int64_t x = 0; kept && x <= room; x++) {
    kept = !c->reach.mark[x] || add_point(c, point_at(c->flow->core, csm, x * c->reach.unit));
  }
  return kept;
}

static bool add_segments(curves *c, size_t csm) {
  tx_flow *flow = c->flow;
  triax_context *context = flow->core->watch->context;
  tx_bundle *bundle = &flow->bundle[csm];
  void *segment = c->segment, *over = c->over;
  bool grown = tx_grow(context, &segment, &c->segment_room, c->segments + c->hull_count + 1, sizeof *c->segment);
  grown = tx_grow(context, &over, &c->over_room, c->segments + c->hull_count + 1, sizeof *c->over) && grown;
  c->segment = segment;
  c->over = over;
  *bundle = (tx_bundle){.from = TX_FLOW_CSM(flow, csm), .to = TX_FLOW_ROOT(flow), .begin = c->segments};
  for (size_t h = 1; grown && h < c->hull_count; h++) {
    const point *a = &c->hull[h - 1], *b = &c->hull[h];
    size_t s = c->segments++;
    c->segment[s].end = b->at;
    c->segment[s].rate = flow->scale * (b->imbalance - a->imbalance) / (b->at - a->at);
    c->over[s] = flow->scale * (b->over - a->over) / (b->at - a->at);
    /* Rounding down may turn two slopes round that differ by less than a unit. */
    if (bundle->count > 0 && c->over[s] == c->over[s - 1] && c->segment[s].rate < c->segment[s - 1].rate) {
      c->segment[s].rate = c->segment[s - 1].rate;
    }
    bundle->count++;
  }
  if (grown && c->hull_count > 1) {
    size_t s = c->segments++;
    c->segment[s] = (tx_segment){INT64_MAX, 0};
    c->over[s] = 0;
    bundle->count++;
  }
  return grown;
}

static bool curve_of(curves *c, size_t csm, int64_t most) {
  tx_core *core = c->flow->core;
  int64_t has = core->sum[csm * core->dimensions], limit = core->limit[csm * core->dimensions];
  int64_t room = limit > has ? limit - has : 0;
  room = room < most ? room : most;
  c->hull_count = 0;
  bool kept;
  if (tx_reach_can(&c->reach, room)) {
    room = tx_reach_mark(&c->reach, csm, room / c->reach.unit, &core->watch->work);
    kept = add_reached(c, csm, room);
    room *= c->reach.unit;
  } else {
    kept = add_corners(c, csm, room);
  }
  c->flow->room[csm] = room;
  c->flow->has[csm] = has;
  return kept && add_segments(c, csm);
}

/* Whether two CSMs carry as much and may carry as much more, at the same cost. */
static bool alike(const curves *c, size_t a, size_t b) {
  const tx_core *core = c->flow->core;
  const tx_books_measure *curve = core->curve[0];
  size_t at_a = a * core->dimensions, at_b = b * core->dimensions, pieces = curve == NULL ? 0 : curve->pieces;
  bool same = core->sum[at_a] == core->sum[at_b] && core->limit[at_a] == core->limit[at_b] &&
              core->books->capacity[a] == core->books->capacity[b] && c->reach.may_come[a] == c->reach.may_come[b];
  for (size_t p = 0; same && p < pieces; p++) {
    same = curve->from[a * pieces + p] == curve->from[b * pieces + p] &&
           curve->slope[a * pieces + p] == curve->slope[b * pieces + p];
  }
  return same;
}

/* The curve of one who is alike is the CSM's as well, segments and all; counted as if it had been worked out. */
static bool take_known(curves *c, size_t csm) {
  tx_flow *flow = c->flow;
  for (int k = 0; k < c->known_count; k++) {
    size_t other = c->known[k];
    if (!alike(c, csm, other)) {
      continue;
    }
    flow->bundle[csm] = flow->bundle[other];
    flow->bundle[csm].from = TX_FLOW_CSM(flow, csm);
    flow->room[csm] = flow->room[other];
    flow->has[csm] = flow->has[other];
    flow->core->watch->work += c->known_work[k];
    return true;
  }
  return false;
}

static bool curve_once(curves *c, size_t csm, int64_t most) {
  uint64_t before = c->flow->core->watch->work;
  if (take_known(c, csm)) {
    return true;
  }
  bool kept = curve_of(c, csm, most);
  int at = c->known_count < KNOWN ? c->known_count++ : (int)(csm % KNOWN);
  c->known[at] = csm;
  c->known_work[at] = c->flow->core->watch->work - before;
  return kept;
}

triax_status tx_flow_curves(tx_flow *flow) {
  curves c = {.flow = flow};
  tx_watch *watch = flow->core->watch;
  int64_t most = 0;
  for (size_t q = 0; q < flow->classes; q++) {
    most += flow->load[q] * (int64_t)(flow->customer_begin[q + 1] - flow->customer_begin[q]);
  }
  bool kept = tx_reach_init(&c.reach, flow->csms, watch->context);
  if (kept) {
    collect_sizes(&c);
  }
  for (size_t i = 0; kept && flow->scope.csms == NULL && i < flow->csms; i++) {
    kept = curve_once(&c, i, most);
  }
  for (size_t x = 0; kept && flow->scope.csms != NULL && x < flow->scope.csm_count; x++) {
    kept = curve_once(&c, flow->scope.csms[x], most);
  }
  flow->curves = c.segments;
  /* The bundles of classes follow: room for a segment a customer, and one an exception. */
  size_t more = flow->customer_begin[flow->classes] + flow->owner_begin[flow->owned_begin[flow->classes]];
  flow->segment = kept ? tx_arena_calloc(&flow->arena, c.segments + more, sizeof *flow->segment) : NULL;
  flow->over = kept ? tx_arena_calloc(&flow->arena, c.segments, sizeof *flow->over) : NULL;
  kept = flow->segment != NULL && flow->over != NULL;
  if (kept && c.segments > 0) {
    memcpy(flow->segment, c.segment, c.segments * sizeof *c.segment);
    memcpy(flow->over, c.over, c.segments * sizeof *c.over);
  }
  tx_reach_free(&c.reach, flow->csms, watch->context);
  tx_free_array(watch->context, c.hull, c.hull_room, sizeof *c.hull);
  tx_free_array(watch->context, c.segment, c.segment_room, sizeof *c.segment);
  tx_free_array(watch->context, c.over, c.over_room, sizeof *c.over);
  return kept ? TRIAX_OK : tx_no_memory(watch->error);
}
