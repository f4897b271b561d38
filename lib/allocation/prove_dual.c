/* One evaluation: every customer on its own, every CSM on its own, at given weights and prices. */
#include "allocation/prove.h"
#include "base/divisor.h"

#include <string.h>

#define UNITS_MOST 16384 /* rooms larger than this are not looked through unit by unit */
#define SIZES 64
#define TERM (INT64_C(1) << 57) /* no product is larger: a handful of them are added */
#define FINEST (INT64_C(1) << 30)

/* --- what there is --- */

typedef struct reach {
  int64_t size[SIZES], unit, total; /* of the part at hand; total: of all its customers' loads */
  size_t sizes;                     /* SIZES + 1: more than fit */
  uint64_t *may_come;               /* per CSM: bits of sizes */
  uint8_t *mark;                    /* UNITS_MOST + 1 */
  tx_dual_load *loads;
  size_t count, space;
} reach;

static size_t size_index(reach *r, int64_t load) {
  size_t s = 0;
  while (s < r->sizes && s < SIZES && r->size[s] != load) {
    s++;
  }
  if (s == r->sizes && s < SIZES) {
    r->size[r->sizes++] = load;
  } else if (s == SIZES) {
    r->sizes = SIZES + 1;
  }
  return s;
}

static void collect_sizes(tx_dual *d, reach *r, size_t part) {
  const tx_split *split = d->split;
  const tx_books *books = d->books;
  r->sizes = 0;
  r->unit = r->total = 0;
  for (size_t x = split->class_begin[part]; x < split->class_begin[part + 1]; x++) {
    size_t k = split->class_order[x], offer = books->class_offer[k];
    if (books->class_load[k] == 0) {
      continue;
    }
    size_t s = size_index(r, books->class_load[k]);
    r->unit = tx_common_divisor(books->class_load[k], r->unit);
    for (size_t e = books->offer_begin[offer]; s < SIZES && e < books->offer_begin[offer + 1]; e++) {
      r->may_come[books->offer_csm[e]] |= UINT64_C(1) << s;
    }
  }
  for (size_t x = split->customer_begin[part]; x < split->customer_begin[part + 1]; x++) {
    r->total += books->class_load[books->customer_class[split->customer_order[x]]];
  }
}

static bool add_load(tx_dual *d, reach *r, size_t csm, int64_t load) {
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
static bool add_beside(tx_dual *d, reach *r, size_t csm, int64_t corner, int64_t room, bool any) {
  if (corner <= 0 || corner >= room) {
    return true;
  }
  if (any) {
    return add_load(d, r, csm, corner);
  }
  int64_t below = corner / r->unit, above = below + (corner % r->unit != 0);
  while (!r->mark[below]) {
    below--;
  }
  while (!r->mark[above]) {
    above++;
  }
  return add_load(d, r, csm, below * r->unit) && (above == below || add_load(d, r, csm, above * r->unit));
}

/* Marks the loads that whole customers can make; the largest of them up to `room`. */
static int64_t mark_loads(reach *r, size_t csm, int64_t room) {
  int64_t units = room / r->unit;
  memset(r->mark, 0, (size_t)units + 1);
  r->mark[0] = 1;
  for (size_t s = 0; s < r->sizes; s++) {
    int64_t size = r->size[s] / r->unit;
    for (int64_t x = size; (r->may_come[csm] >> s & 1) != 0 && x <= units; x++) {
      r->mark[x] = r->mark[x] | r->mark[x - size];
    }
  }
  while (!r->mark[units]) {
    units--;
  }
  return units * r->unit;
}

static bool list_loads(tx_dual *d, reach *r, size_t csm) {
  const tx_books *books = d->books;
  int64_t base = d->split->base[csm * d->dimensions];
  int64_t room = (books->hard == NULL ? books->capacity[csm] : books->hard[csm]) - base;
  room = room < 0 ? 0 : room < r->total ? room : r->total;
  bool any = r->unit == 0 || r->sizes > SIZES || room / r->unit > UNITS_MOST;
  room = any ? room : mark_loads(r, csm, room);
  d->room[csm * d->dimensions] = room;
  d->load_begin[csm] = r->count;
  bool kept = add_load(d, r, csm, 0) && add_beside(d, r, csm, books->capacity[csm] - base, room, any);
  for (size_t p = 0; kept && d->curve[0] != NULL && p < d->curve[0]->pieces; p++) {
    kept = add_beside(d, r, csm, d->curve[0]->from[csm * d->curve[0]->pieces + p] - base, room, any);
  }
  d->watch->work += any ? 8 : (uint64_t)(room / r->unit / 8 + 8) * r->sizes;
  return kept && (room == 0 || add_load(d, r, csm, room));
}

/* CSMs are listed by number, parts are not: so the lists are put in order afterwards. */
static bool order_loads(tx_dual *d, const reach *r, const size_t *count) {
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

static bool find_loads(tx_dual *d) {
  reach r = {.may_come = NULL};
  const tx_split *split = d->split;
  triax_context *context = d->watch->context;
  size_t csms = d->books->csms, *count = tx_calloc(context, csms, sizeof *count);
  r.may_come = tx_calloc(context, csms, sizeof *r.may_come);
  r.mark = tx_alloc_array(context, UNITS_MOST + 1, 1);
  bool kept = count != NULL && r.may_come != NULL && r.mark != NULL;
  for (size_t part = 0; kept && part < split->parts; part++) {
    collect_sizes(d, &r, part);
    for (size_t x = split->csm_begin[part]; kept && x < split->csm_begin[part + 1]; x++) {
      size_t csm = split->csm_order[x], before = r.count;
      kept = list_loads(d, &r, csm);
      count[csm] = r.count - before;
    }
  }
  kept = kept && order_loads(d, &r, count);
  tx_free_array(context, r.may_come, csms, sizeof *r.may_come);
  tx_free_array(context, r.mark, UNITS_MOST + 1, 1);
  tx_free_array(context, r.loads, r.space, sizeof *r.loads);
  tx_free_array(context, count, csms, sizeof *count);
  return kept;
}

/* Room in the further measures. A CSM outside every part has none: nobody comes. */
static void find_rooms(tx_dual *d) {
  const tx_split *split = d->split;
  const tx_books *books = d->books;
  for (size_t m = 0, n = 0; m < books->measures; m++) {
    if (books->measure[m].amount == NULL) {
      continue;
    }
    n++;
    for (size_t part = 0; part < split->parts; part++) {
      int64_t total = 0;
      for (size_t x = split->customer_begin[part]; x < split->customer_begin[part + 1]; x++) {
        total += books->measure[m].amount[split->customer_order[x]];
      }
      for (size_t x = split->csm_begin[part]; x < split->csm_begin[part + 1]; x++) {
        size_t csm = split->csm_order[x];
        int64_t room = total;
        if (books->measure[m].limit != NULL) {
          room = books->measure[m].limit[csm] - split->base[csm * d->dimensions + n];
        }
        d->room[csm * d->dimensions + n] = room < 0 ? 0 : room < total ? room : total;
      }
      d->amounts[n] += (double)total;
    }
  }
}

static uint32_t place_on_offer(const tx_books *books, size_t offer, uint32_t csm) {
  size_t low = books->offer_begin[offer], begin = low, end = books->offer_begin[offer + 1], high = end;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (books->offer_csm[middle] < csm) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < end && books->offer_csm[low] == csm ? (uint32_t)(low - begin) : TX_BOOKS_NONE;
}

static bool find_exceptions(tx_dual *d) {
  const tx_books *books = d->books;
  size_t n = books->customers;
  if (books->owner != NULL) {
    d->owner_entry = tx_arena_calloc(&d->arena, n, sizeof *d->owner_entry);
  }
  if (books->more_begin != NULL) {
    d->more_entry = tx_arena_calloc(&d->arena, books->more_begin[n] + 1, sizeof *d->more_entry);
  }
  if ((books->owner != NULL && d->owner_entry == NULL) || (books->more_begin != NULL && d->more_entry == NULL)) {
    return false;
  }
  for (size_t j = 0; j < n; j++) {
    size_t offer = books->class_offer[books->customer_class[j]];
    if (books->owner != NULL) {
      bool has = books->owner[j] != TX_BOOKS_NONE;
      d->owner_entry[j] = has ? place_on_offer(books, offer, books->owner[j]) : TX_BOOKS_NONE;
    }
    for (size_t x = books->more_begin == NULL ? 0 : books->more_begin[j];
         books->more_begin != NULL && x < books->more_begin[j + 1]; x++) {
      d->more_entry[x] = place_on_offer(books, offer, books->more_csm[x]);
    }
  }
  return true;
}

static int64_t larger(int64_t a, int64_t b) {
  b = b < 0 ? -b : b;
  return a > b ? a : b;
}

static void find_sizes(tx_dual *d) {
  const tx_books *books = d->books;
  int64_t offered = 0, excepted = 0;
  for (size_t e = 0; books->offer_points != NULL && e < books->offer_begin[books->offers]; e++) {
    offered = larger(offered, books->offer_points[e]);
  }
  for (size_t j = 0; j < books->customers; j++) {
    int64_t value = books->value == NULL ? 1 : books->value[j];
    d->most[TX_VALUE] = larger(d->most[TX_VALUE], value);
    d->total[TX_VALUE] += (double)value;
    d->amounts[0] += (double)books->class_load[books->customer_class[j]];
    excepted = larger(excepted, books->owner_points == NULL ? 0 : books->owner_points[j]);
  }
  for (size_t x = 0; books->more_begin != NULL && x < books->more_begin[books->customers]; x++) {
    excepted = larger(excepted, books->more_points[x]);
  }
  d->most[TX_POINTS] = offered + excepted;
  d->total[TX_POINTS] = (double)d->most[TX_POINTS] * (double)books->customers;
  for (size_t i = 0; i < books->csms; i++) {
    int64_t imbalance = 0;
    for (size_t x = d->load_begin[i]; x < d->load_begin[i + 1]; x++) {
      d->most[TX_OVER] = larger(d->most[TX_OVER], d->loads[x].over);
      d->total[TX_OVER] += (double)d->loads[x].over;
      imbalance = larger(imbalance, d->loads[x].imbalance);
    }
    for (size_t n = 1; n < d->dimensions; n++) {
      int64_t all = d->split->base[i * d->dimensions + n] + d->room[i * d->dimensions + n];
      imbalance += d->curve[n] == NULL ? 0 : tx_curve_cost(d->curve[n], i, all);
    }
    d->most[TX_IMBALANCE] = larger(d->most[TX_IMBALANCE], imbalance);
    d->total[TX_IMBALANCE] += (double)imbalance;
  }
}

/* Having none costs what it costs: that is constant. */
static void add_idle(tx_dual *d) {
  const tx_split *split = d->split;
  for (size_t i = 0; i < d->books->csms; i++) {
    const int64_t *base = split->base + i * d->dimensions;
    if (split->csm_part[i] == TX_BOOKS_NONE) {
      continue; /* is among what the caller says */
    }
    d->constant.part[TX_OVER] += base[0] > d->books->capacity[i] ? base[0] - d->books->capacity[i] : 0;
    for (size_t n = 0; n < d->dimensions; n++) {
      d->constant.part[TX_IMBALANCE] += d->curve[n] == NULL ? 0 : tx_curve_cost(d->curve[n], i, base[n]);
    }
  }
}

static bool dual_arrays(tx_dual *d) {
  size_t csms = d->books->csms, wide = d->dimensions;
  d->room = tx_arena_calloc(&d->arena, csms, wide * sizeof *d->room);
  d->price = tx_arena_calloc(&d->arena, csms, wide * sizeof *d->price);
  d->excess = tx_arena_calloc(&d->arena, csms, wide * sizeof *d->excess);
  d->load_begin = tx_arena_calloc(&d->arena, csms + 1, sizeof *d->load_begin);
  d->class_cost = tx_arena_calloc(&d->arena, d->books->classes, sizeof *d->class_cost);
  d->class_entry = tx_arena_calloc(&d->arena, d->books->classes, sizeof *d->class_entry);
  return d->room != NULL && d->price != NULL && d->excess != NULL && d->load_begin != NULL && d->class_cost != NULL &&
         d->class_entry != NULL;
}

triax_status tx_dual_init(tx_dual *d, const tx_split *split, const tx_books_result *result, const tx_cost *constant,
                          tx_watch *watch) {
  *d = (tx_dual){.split = split, .books = split->books, .result = result, .watch = watch, .constant = *constant};
  tx_arena_init(&d->arena, watch->context);
  d->dimensions = 1;
  for (size_t m = 0; m < d->books->measures; m++) {
    const tx_books_measure *measure = &d->books->measure[m];
    size_t n = measure->amount == NULL ? 0 : d->dimensions++;
    d->amount[n] = measure->amount;
    d->curve[n] = measure->pieces > 0 ? measure : NULL;
  }
  if (!dual_arrays(d) || !find_loads(d) || !find_exceptions(d)) {
    return tx_no_memory(watch->error);
  }
  find_rooms(d);
  find_sizes(d);
  add_idle(d);
  d->pass = d->load_begin[d->books->csms] + 3 * d->books->customers;
  for (size_t k = 0; k < d->books->classes; k++) {
    size_t offer = d->books->class_offer[k];
    bool used = split->class_local[k] != TX_BOOKS_NONE;
    d->pass += used ? d->books->offer_begin[offer + 1] - d->books->offer_begin[offer] : 0;
  }
  d->deep_pass = d->pass;
  for (size_t j = 0; d->dimensions > 1 && j < d->books->customers; j++) {
    size_t offer = d->books->class_offer[d->books->customer_class[j]];
    d->deep_pass += (d->books->offer_begin[offer + 1] - d->books->offer_begin[offer]) * d->dimensions / 2;
  }
  return tx_watch_work(watch, d->pass);
}

void tx_dual_free(tx_dual *d) { tx_arena_free(&d->arena); }

/* --- weights and prices --- */

static double smaller(double a, double b) { return a < b ? a : b; }

/* Sums over all customers stay in whole numbers far below what int64 holds. */
static double most_of(const tx_dual *d, double single, double all) {
  double term = (double)TERM, scale = (double)d->scale;
  double each = single > 1 ? term / single : term, together = all > 1 ? term / all * scale : term;
  return smaller(smaller(each, together), term) * 0.99;
}

/* In multiples of 1 / scale. */
static double most_weight(const tx_dual *d, int p) {
  const tx_books_goal *goal = &d->result->goal;
  const double reached[TX_PARTS] = {(double)goal->value, (double)goal->over, (double)goal->points,
                                    (double)goal->imbalance};
  double all = reached[p] < 0 ? -reached[p] : reached[p];
  all = d->total[p] > all ? d->total[p] : all;
  return most_of(d, (double)d->most[p], all);
}

/* One unit of a heavy part is worth more than all that a CSM may cost in the parts after it. */
static double weigh_heavy(tx_dual *d, const bool *heavy) {
  double after = 1 + (double)d->most[d->part], most = after;
  for (int p = d->part - 1; p >= 0; p--) {
    double weighed = 4 * after * (double)d->most[p] * 16;
    d->heavy[p] = 4 * after;
    most = heavy[p] && weighed > most && weighed < (double)TERM ? weighed : most;
    after += d->heavy[p] * (double)d->most[p];
  }
  return most;
}

bool tx_dual_set_part(tx_dual *d, int part, const bool *heavy) {
  d->part = part;
  double most = weigh_heavy(d, heavy);
  d->scale = 1;
  while (d->scale <= FINEST / 2 && (double)d->scale * 2 * most <= (double)TERM) {
    d->scale *= 2;
  }
  for (int p = 0; p < part; p++) {
    d->heavy[p] = smaller(d->heavy[p], most_weight(d, p) / 16 / (double)d->scale);
  }
  return d->most[part] <= TERM;
}

static int64_t rounded(double x, double most) {
  x = x < most ? x : most;
  x = x > -most ? x : -most;
  return x < 0 ? -(int64_t)(0.5 - x) : (int64_t)(x + 0.5);
}

void tx_dual_set(tx_dual *d, const double *weight, const double *price) {
  double scale = (double)d->scale;
  for (int p = 0; p < TX_PARTS; p++) {
    d->weight[p] = p >= d->part || !(weight[p] > 0) ? 0 : rounded(weight[p] * scale, most_weight(d, p));
  }
  d->weight[d->part] = d->scale;
  for (size_t x = 0; x < d->books->csms * d->dimensions; x++) {
    double most = most_of(d, (double)d->room[x], d->amounts[x % d->dimensions]);
    d->price[x] = price[x] == price[x] ? rounded(price[x] * scale, most) : 0;
  }
}

/* --- the sum --- */

typedef struct chosen {
  int64_t cost;
  size_t entry; /* SIZE_MAX: uncovered */
  int64_t points;
} chosen;

static void add(tx_dual *d, int64_t term) {
  int64_t rest = term & (d->scale - 1); /* a power of two */
  d->whole += (term - rest) / d->scale;
  d->rest += rest;
  if (d->rest >= d->scale) {
    d->rest -= d->scale;
    d->whole++;
  }
}

/* Takes the place at hand where it is cheaper. */
static inline void consider(const tx_dual *d, size_t entry, int64_t load, int64_t points, int64_t further,
                            chosen *best) {
  uint32_t csm = d->books->offer_csm[entry];
  int64_t cost = d->price[csm * d->dimensions] * load - d->weight[TX_POINTS] * points + further;
  if (cost < best->cost) {
    *best = (chosen){cost, entry, points};
  }
}

static int64_t entry_points(const tx_books *books, size_t entry) {
  return books->offer_points == NULL ? 0 : books->offer_points[entry];
}

static void price_classes(tx_dual *d) {
  const tx_books *books = d->books;
  for (size_t k = 0; k < books->classes; k++) {
    size_t offer = books->class_offer[k];
    chosen best = {INT64_MAX, SIZE_MAX, 0};
    for (size_t e = books->offer_begin[offer];
         d->split->class_local[k] != TX_BOOKS_NONE && e < books->offer_begin[offer + 1]; e++) {
      if (d->room[books->offer_csm[e] * d->dimensions] >= books->class_load[k]) {
        consider(d, e, books->class_load[k], entry_points(books, e), 0, &best);
      }
    }
    d->class_cost[k] = best.cost;
    d->class_entry[k] = best.entry == SIZE_MAX ? TX_BOOKS_NONE : (uint32_t)(best.entry - books->offer_begin[offer]);
  }
}

/* What the customer earns at its exceptions, beside what the class knows. */
static void consider_exceptions(const tx_dual *d, size_t j, size_t begin, int64_t load, chosen *best) {
  const tx_books *books = d->books;
  if (books->owner != NULL && d->owner_entry[j] != TX_BOOKS_NONE) {
    size_t entry = begin + d->owner_entry[j];
    int64_t points = entry_points(books, entry) + (books->owner_points == NULL ? 0 : books->owner_points[j]);
    if (d->room[books->offer_csm[entry] * d->dimensions] >= load) {
      consider(d, entry, load, points, 0, best);
    }
  }
  for (size_t x = books->more_begin == NULL ? 0 : books->more_begin[j];
       books->more_begin != NULL && x < books->more_begin[j + 1]; x++) {
    size_t entry = begin + d->more_entry[x];
    if (d->more_entry[x] != TX_BOOKS_NONE && d->room[books->offer_csm[entry] * d->dimensions] >= load) {
      consider(d, entry, load, entry_points(books, entry) + books->more_points[x], 0, best);
    }
  }
}

/* Where further measures have prices, each customer looks through its own offer. */
static void consider_all(const tx_dual *d, size_t j, size_t offer, int64_t load, chosen *best) {
  const tx_books *books = d->books;
  size_t begin = books->offer_begin[offer], at = books->more_begin == NULL ? 0 : books->more_begin[j];
  size_t more = books->more_begin == NULL ? 0 : books->more_begin[j + 1];
  for (size_t e = begin; e < books->offer_begin[offer + 1]; e++) {
    uint32_t csm = books->offer_csm[e];
    int64_t further = 0, points = entry_points(books, e);
    bool fits = d->room[csm * d->dimensions] >= load;
    for (size_t n = 1; n < d->dimensions; n++) {
      fits = fits && d->room[csm * d->dimensions + n] >= d->amount[n][j];
      further += fits ? d->price[csm * d->dimensions + n] * d->amount[n][j] : 0;
    }
    if (books->owner != NULL && d->owner_entry[j] == e - begin && books->owner_points != NULL) {
      points += books->owner_points[j];
    }
    while (at < more && books->more_csm[at] < csm) {
      at++;
    }
    points += at < more && books->more_csm[at] == csm ? books->more_points[at] : 0;
    if (fits) {
      consider(d, e, load, points, further, best);
    }
  }
}

static void add_customer(tx_dual *d, size_t j, bool deep) {
  const tx_books *books = d->books;
  size_t k = books->customer_class[j], offer = books->class_offer[k];
  int64_t load = books->class_load[k], value = books->value == NULL ? 1 : books->value[j];
  chosen best = {value * d->weight[TX_VALUE], SIZE_MAX, 0};
  if (deep) {
    consider_all(d, j, offer, load, &best);
  } else {
    if (d->class_entry[k] != TX_BOOKS_NONE && d->class_cost[k] < best.cost) {
      size_t entry = books->offer_begin[offer] + d->class_entry[k];
      best = (chosen){d->class_cost[k], entry, entry_points(books, entry)};
    }
    consider_exceptions(d, j, books->offer_begin[offer], load, &best);
  }
  add(d, best.cost);
  if (best.entry == SIZE_MAX) {
    d->cost[TX_VALUE] += (double)value;
    return;
  }
  double *excess = d->excess + books->offer_csm[best.entry] * d->dimensions;
  d->cost[TX_POINTS] -= (double)best.points;
  excess[0] += (double)load;
  for (size_t n = 1; n < d->dimensions; n++) {
    excess[n] += (double)d->amount[n][j];
  }
}

/* The CSM's load: of equal ones the largest. */
static void add_load_of(tx_dual *d, size_t csm) {
  int64_t least = 0, price = d->price[csm * d->dimensions];
  const tx_dual_load *best = NULL;
  for (size_t x = d->load_begin[csm]; x < d->load_begin[csm + 1]; x++) {
    const tx_dual_load *one = &d->loads[x];
    int64_t cost = d->weight[TX_OVER] * one->over + d->weight[TX_IMBALANCE] * one->imbalance - price * one->load;
    if (best == NULL || cost < least || (cost == least && one->load > best->load)) {
      least = cost;
      best = one;
    }
  }
  if (best != NULL) {
    add(d, least);
    d->excess[csm * d->dimensions] -= (double)best->load;
    d->cost[TX_OVER] += (double)best->over;
    d->cost[TX_IMBALANCE] += (double)best->imbalance;
  }
}

/* Its sum of a further measure: any number up to its room, and best at a corner. */
static void add_measure_of(tx_dual *d, size_t csm, size_t n) {
  int64_t base = d->split->base[csm * d->dimensions + n], room = d->room[csm * d->dimensions + n];
  int64_t price = d->price[csm * d->dimensions + n], least = 0, sum = 0, paid = 0;
  const tx_books_measure *curve = d->curve[n];
  int64_t idle = curve == NULL ? 0 : tx_curve_cost(curve, csm, base);
  size_t corners = curve == NULL ? 0 : curve->pieces;
  for (size_t c = 0; c <= corners; c++) {
    int64_t at = c == corners ? room : curve->from[csm * curve->pieces + c] - base;
    if (at <= 0 || at > room) {
      continue;
    }
    int64_t imbalance = curve == NULL ? 0 : tx_curve_cost(curve, csm, base + at) - idle;
    int64_t cost = d->weight[TX_IMBALANCE] * imbalance - price * at;
    if (cost <= least) {
      least = cost;
      sum = at;
      paid = imbalance;
    }
  }
  add(d, least);
  d->excess[csm * d->dimensions + n] -= (double)sum;
  d->cost[TX_IMBALANCE] += (double)paid;
}

/* Less what the parts before came to, each with its weight. */
static void add_reached(tx_dual *d) {
  const tx_books_goal *goal = &d->result->goal;
  const int64_t reached[TX_PARTS] = {goal->value, goal->over, -goal->points, goal->imbalance};
  d->whole += d->constant.part[d->part];
  for (int p = 0; p < d->part; p++) {
    int64_t free = reached[p] - d->constant.part[p];
    int64_t rest = free % d->scale;
    d->whole -= d->weight[p] * (free / d->scale) + d->weight[p] / d->scale * rest;
    add(d, -(d->weight[p] % d->scale) * rest);
    d->cost[p] -= (double)free;
  }
}

triax_status tx_dual_evaluate(tx_dual *d) {
  const tx_split *split = d->split;
  bool deep = false;
  d->whole = d->rest = 0;
  memset(d->cost, 0, sizeof d->cost);
  memset(d->excess, 0, d->books->csms * d->dimensions * sizeof *d->excess);
  for (size_t x = 0; d->dimensions > 1 && !deep && x < d->books->csms * d->dimensions; x++) {
    deep = x % d->dimensions != 0 && d->price[x] != 0;
  }
  if (!deep) {
    price_classes(d);
  }
  for (size_t x = 0; x < split->customer_begin[split->parts]; x++) {
    add_customer(d, split->customer_order[x], deep);
  }
  for (size_t x = 0; x < split->csm_begin[split->parts]; x++) {
    add_load_of(d, split->csm_order[x]);
    for (size_t n = 1; n < d->dimensions; n++) {
      add_measure_of(d, split->csm_order[x], n);
    }
  }
  add_reached(d);
  return tx_watch_work(d->watch, deep ? d->deep_pass : d->pass);
}
