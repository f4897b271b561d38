/* The loads of each CSM of which one is always best, whatever the prices: those beside the corners of its costs, of the
 * loads that whole customers can make. */
#include "proof/prove.h"
#include "relaxation/reach.h"

#include <string.h>

typedef struct lists {
  tx_reach reach; /* of the part at hand */
  int64_t total;  /* of all its customers' loads */
  tx_dual_load *loads;
  size_t count, space;
} lists;

static void collect_sizes(tx_dual *d, lists *r, size_t part) {
  const tx_split *split = d->split;
  const tx_books *books = d->books;
  tx_reach_restart(&r->reach);
  r->total = 0;
  for (size_t x = split->class_begin[part]; x < split->class_begin[part + 1]; x++) {
    size_t k = split->class_order[x], offer = books->class_offer[k];
    if (books->class_load[k] == 0) {
      continue;
    }
    size_t s = tx_reach_add(&r->reach, books->class_load[k]);
    for (size_t e = books->offer_begin[offer]; s < TX_REACH_SIZES && e < books->offer_begin[offer + 1]; e++) {
      r->reach.may_come[books->offer_csm[e]] |= UINT64_C(1) << s;
    }
  }
  for (size_t x = split->customer_begin[part]; x < split->customer_begin[part + 1]; x++) {
    r->total += books->class_load[books->customer_class[split->customer_order[x]]];
  }
}

static bool add_load(tx_dual *d, lists *r, size_t csm, int64_t load) {
  void *grown = r->loads;
  if (!tx_grow(d->watch->context, &grown, &r->space, r->count + 1, sizeof *r->loads)) {
    return false;
  }
  r->loads = grown;
  int64_t base = d->split->base[csm * d->dimensions], capacity = d->books->capacity[csm];
  int64_t idle = base > capacity ? base - capacity : 0, all = base + load;
  tx_dual_load *one = &r->loads[r->count++];
  *one = (tx_dual_load){load, (all > capacity ? all - capacity : 0) - idle, 0};
  if (d->curve[0] != NULL) {
    one->imbalance = tx_curve_cost(d->curve[0], csm, all) - tx_curve_cost(d->curve[0], csm, base);
  }
  return true;
}

/* Loads beside a corner of the costs: between corners the costs are straight. */
static bool add_beside(tx_dual *d, lists *r, size_t csm, int64_t corner, int64_t room, bool any) {
  if (corner <= 0 || corner >= room) {
    return true;
  }
  if (any) {
    return add_load(d, r, csm, corner);
  }
  int64_t below = corner / r->reach.unit, above = below + (corner % r->reach.unit != 0);
  while (!r->reach.mark[below]) {
    below--;
  }
  while (!r->reach.mark[above]) {
    above++;
  }
  return add_load(d, r, csm, below * r->reach.unit) && (above == below || add_load(d, r, csm, above * r->reach.unit));
}

static bool list_loads(tx_dual *d, lists *r, size_t csm) {
  const tx_books *books = d->books;
  int64_t base = d->split->base[csm * d->dimensions];
  int64_t room = (books->hard == NULL ? books->capacity[csm] : books->hard[csm]) - base;
  room = room < 0 ? 0 : room < r->total ? room : r->total;
  bool any = !tx_reach_can(&r->reach, room);
  room = any ? room : tx_reach_mark(&r->reach, csm, room / r->reach.unit, &d->watch->work) * r->reach.unit;
  d->room[csm * d->dimensions] = room;
  d->load_begin[csm] = r->count;
  bool kept = add_load(d, r, csm, 0) && add_beside(d, r, csm, books->capacity[csm] - base, room, any);
  for (size_t p = 0; kept && d->curve[0] != NULL && p < d->curve[0]->pieces; p++) {
    kept = add_beside(d, r, csm, d->curve[0]->from[csm * d->curve[0]->pieces + p] - base, room, any);
  }
  d->watch->work += 8;
  return kept && (room == 0 || add_load(d, r, csm, room));
}

/* CSMs are listed by number, parts are not: so the lists are put in order afterwards. */
static bool order_loads(tx_dual *d, const lists *r, const size_t *count) {
  size_t csms = d->books->csms, at = 0;
  d->loads = tx_arena_calloc(&d->arena, r->count + 1, sizeof *d->loads);
  for (size_t i = 0; d->loads != NULL && i < csms; i++) {
    if (count[i] > 0) {
      memcpy(d->loads + at, r->loads + d->load_begin[i], count[i] * sizeof *r->loads);
    }
    d->load_begin[i] = at;
    at += count[i];
  }
  d->load_begin[csms] = at;
  return d->loads != NULL;
}

bool tx_dual_loads(tx_dual *d) {
  lists r = {.loads = NULL};
  const tx_split *split = d->split;
  triax_context *context = d->watch->context;
  size_t csms = d->books->csms, *count = tx_calloc(context, csms, sizeof *count);
  bool kept = tx_reach_init(&r.reach, csms, context) && count != NULL;
  for (size_t part = 0; kept && part < split->parts; part++) {
    if (tx_dual_sleeps(d, part)) {
      continue;
    }
    collect_sizes(d, &r, part);
    for (size_t x = split->csm_begin[part]; kept && x < split->csm_begin[part + 1]; x++) {
      size_t csm = split->csm_order[x], before = r.count;
      kept = list_loads(d, &r, csm);
      count[csm] = r.count - before;
    }
  }
  kept = kept && order_loads(d, &r, count);
  tx_reach_free(&r.reach, csms, context);
  tx_free_array(context, r.loads, r.space, sizeof *r.loads);
  tx_free_array(context, count, csms, sizeof *count);
  return kept;
}
