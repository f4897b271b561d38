/* One evaluation: every customer on its own, every CSM on its own, at given weights and prices. */
#include "proof/prove.h"

#include <string.h>

#define TERM (INT64_C(1) << 57) /* no product is larger: a handful of them are added */
#define FINEST (INT64_C(1) << 30)

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

/* Prices of those left out are what they were. */
static void set_asleep(tx_dual *d) {
  const tx_books_proof *proof = &d->books->former->proof[d->part];
  const tx_split *split = d->split;
  size_t wide = d->dimensions;
  for (size_t x = 0; x < split->csm_begin[split->parts]; x++) {
    uint32_t i = split->csm_order[x], there = d->books->former_csm == NULL ? i : d->books->former_csm[i];
    if (tx_dual_sleeps(d, split->csm_part[i])) {
      memcpy(d->price + i * wide, proof->price + there * wide, wide * sizeof *d->price);
    }
  }
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
  if (d->asleep) {
    set_asleep(d);
  }
}

/* Whether a further measure has a price anywhere. */
static bool is_deep(const int64_t *price, size_t csms, size_t wide) {
  for (size_t x = 0; wide > 1 && x < csms * wide; x++) {
    if (x % wide != 0 && price[x] != 0) {
      return true;
    }
  }
  return false;
}

bool tx_dual_as_former(const tx_dual *d) {
  const tx_books_result *former = d->books->former;
  const tx_books_proof *proof = &former->proof[d->part];
  return proof->scale == d->scale && memcmp(proof->weight, d->weight, sizeof d->weight) == 0 &&
         is_deep(proof->price, former->csms, d->dimensions) == is_deep(d->price, d->books->csms, d->dimensions);
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
static inline void consider(const tx_dual *d, size_t entry, int64_t load, int64_t points, chosen *best) {
  uint32_t csm = d->books->offer_csm[entry];
  int64_t cost = d->price[csm * d->dimensions] * load - d->weight[TX_POINTS] * points;
  if (cost < best->cost) {
    *best = (chosen){cost, entry, points};
  }
}

static int64_t entry_points(const tx_books *books, size_t entry) {
  return books->offer_points == NULL ? 0 : books->offer_points[entry];
}

int64_t tx_dual_points(const tx_dual *d, const tx_dual_customer *one, size_t begin, size_t place) {
  const tx_books *books = d->books;
  size_t j = one->customer;
  int64_t points = entry_points(books, begin + place) + (one->owner == place ? one->owner_points : 0);
  for (size_t x = tx_books_from(books->more_begin, j); x < tx_books_to(books->more_begin, j); x++) {
    points += d->more_entry[x] == place ? books->more_points[x] : 0;
  }
  return points;
}

static void price_classes(tx_dual *d, size_t part) {
  const tx_books *books = d->books;
  for (size_t x = d->split->class_begin[part]; x < d->split->class_begin[part + 1]; x++) {
    uint32_t k = d->split->class_order[x];
    size_t offer = books->class_offer[k];
    chosen best = {INT64_MAX, SIZE_MAX, 0};
    for (size_t e = books->offer_begin[offer]; e < tx_books_open_end(books, offer); e++) {
      if (d->room[books->offer_csm[e] * d->dimensions] >= books->class_load[k]) {
        consider(d, e, books->class_load[k], entry_points(books, e), &best);
      }
    }
    d->class_cost[k] = best.cost;
    d->class_entry[k] = best.entry == SIZE_MAX ? TX_BOOKS_NONE : (uint32_t)(best.entry - books->offer_begin[offer]);
  }
}

/* Whether the customer earns more, or less, at the place than others of its class. */
static bool earns_apart(const tx_dual *d, size_t j, uint32_t place) {
  const tx_books *books = d->books;
  bool apart = books->owner != NULL && d->owner_entry[j] == place;
  for (size_t x = tx_books_from(books->more_begin, j); x < tx_books_to(books->more_begin, j); x++) {
    apart = apart || d->more_entry[x] == place;
  }
  return apart;
}

/* What the customer earns at its exceptions, beside what the class knows; and where it is let in. */
static void consider_exceptions(const tx_dual *d, size_t j, size_t begin, int64_t load, chosen *best) {
  const tx_books *books = d->books;
  if (books->owner != NULL && d->owner_entry[j] != TX_BOOKS_NONE) {
    size_t entry = begin + d->owner_entry[j];
    int64_t points = entry_points(books, entry) + (books->owner_points == NULL ? 0 : books->owner_points[j]);
    if (d->room[books->offer_csm[entry] * d->dimensions] >= load) {
      consider(d, entry, load, points, best);
    }
  }
  for (size_t x = tx_books_from(books->more_begin, j); x < tx_books_to(books->more_begin, j); x++) {
    size_t entry = begin + d->more_entry[x];
    if (d->more_entry[x] != TX_BOOKS_NONE && d->room[books->offer_csm[entry] * d->dimensions] >= load) {
      consider(d, entry, load, entry_points(books, entry) + books->more_points[x], best);
    }
  }
  for (size_t x = tx_dual_let_in_from(d, j); x < tx_dual_let_in_to(d, j); x++) {
    size_t entry = begin + d->let_in[x];
    bool may = d->let_in[x] != TX_BOOKS_NONE && !earns_apart(d, j, d->let_in[x]);
    if (may && d->room[books->offer_csm[entry] * d->dimensions] >= load) {
      consider(d, entry, load, entry_points(books, entry), best);
    }
  }
}

/* Where further measures have prices, each customer looks through its own offer: all that costs at each place, but for
 * what it earns at its exceptions. */
static void open_menu(tx_dual *d, size_t offer) {
  const tx_books *books = d->books;
  tx_menu *menu = &d->menu;
  menu->begin = books->offer_begin[offer];
  menu->width = tx_books_open_end(books, offer) - menu->begin;
  for (size_t n = 0; n < d->dimensions; n++) {
    menu->least[n] = INT64_MAX;
    for (size_t e = 0; e < menu->width; e++) {
      size_t at = books->offer_csm[menu->begin + e] * d->dimensions + n;
      menu->price[n * menu->width + e] = d->price[at];
      menu->least[n] = d->room[at] < menu->least[n] ? d->room[at] : menu->least[n];
    }
  }
  for (size_t e = 0; e < menu->width; e++) {
    menu->points[e] = -d->weight[TX_POINTS] * entry_points(books, menu->begin + e);
  }
}

/* Costs at all places; INT64_MAX where it does not fit. */
static void fill_menu(tx_dual *d, const int64_t *amount) {
  const tx_menu *menu = &d->menu;
  bool fits = true;
  memcpy(menu->cost, menu->points, menu->width * sizeof *menu->cost);
  for (size_t n = 0; n < d->dimensions; n++) {
    const int64_t *price = menu->price + n * menu->width;
    fits = fits && amount[n] <= menu->least[n];
    for (size_t e = 0; amount[n] <= menu->least[n] && e < menu->width; e++) {
      menu->cost[e] += price[e] * amount[n];
    }
  }
  for (size_t n = 0; !fits && n < d->dimensions; n++) {
    for (size_t e = 0; amount[n] > menu->least[n] && e < menu->width; e++) {
      bool here = d->room[d->books->offer_csm[menu->begin + e] * d->dimensions + n] >= amount[n];
      here = here && menu->cost[e] < INT64_MAX;
      menu->cost[e] = here ? menu->cost[e] + menu->price[n * menu->width + e] * amount[n] : INT64_MAX;
    }
  }
}

/* The same where the customer is let in. */
static void fill_let_in(tx_dual *d, size_t j, const int64_t *amount) {
  const tx_menu *menu = &d->menu;
  for (size_t x = tx_dual_let_in_from(d, j); x < tx_dual_let_in_to(d, j); x++) {
    if (d->let_in[x] == TX_BOOKS_NONE) {
      continue;
    }
    size_t entry = menu->begin + d->let_in[x], at = d->books->offer_csm[entry] * d->dimensions;
    int64_t cost = -d->weight[TX_POINTS] * entry_points(d->books, entry);
    bool fits = true;
    for (size_t n = 0; n < d->dimensions; n++) {
      fits = fits && d->room[at + n] >= amount[n];
      cost += fits ? d->price[at + n] * amount[n] : 0;
    }
    menu->cost[d->let_in[x]] = fits ? cost : INT64_MAX;
  }
}

static inline void take_place(const tx_menu *menu, size_t place, chosen *best) {
  if (menu->cost[place] < best->cost) {
    best->cost = menu->cost[place];
    best->entry = menu->begin + place;
  }
}

static void consider_all(tx_dual *d, const tx_dual_customer *one, const int64_t *amount, chosen *best) {
  const tx_books *books = d->books;
  const tx_menu *menu = &d->menu;
  int64_t point = d->weight[TX_POINTS];
  size_t j = one->customer;
  fill_menu(d, amount);
  fill_let_in(d, j, amount);
  if (one->owner != TX_BOOKS_NONE && menu->cost[one->owner] < INT64_MAX) {
    menu->cost[one->owner] -= point * one->owner_points;
  }
  for (size_t x = tx_books_from(books->more_begin, j); x < tx_books_to(books->more_begin, j); x++) {
    uint32_t entry = d->more_entry[x];
    if (entry != TX_BOOKS_NONE && menu->cost[entry] < INT64_MAX) {
      menu->cost[entry] -= point * books->more_points[x];
    }
  }
  for (size_t e = 0; e < menu->width; e++) {
    take_place(menu, e, best);
  }
  for (size_t x = tx_dual_let_in_from(d, j); x < tx_dual_let_in_to(d, j); x++) {
    if (d->let_in[x] != TX_BOOKS_NONE) {
      take_place(menu, d->let_in[x], best);
    }
  }
  if (best->entry != SIZE_MAX) {
    best->points = tx_dual_points(d, one, menu->begin, best->entry - menu->begin);
  }
}

/* Adds the cheapest place up. */
static void add_chosen(tx_dual *d, const chosen *best, int64_t value, int64_t load) {
  add(d, best->cost);
  if (best->entry == SIZE_MAX) {
    d->cost[TX_VALUE] += (double)value;
    return;
  }
  d->cost[TX_POINTS] -= (double)best->points;
  d->excess[d->books->offer_csm[best->entry] * d->dimensions] += (double)load;
}

static void add_deep(tx_dual *d, size_t x) {
  const tx_dual_customer *one = &d->by_offer[x];
  const int64_t *amount = d->by_offer_amount + x * d->dimensions;
  chosen best = {one->value * d->weight[TX_VALUE], SIZE_MAX, 0};
  consider_all(d, one, amount, &best);
  add_chosen(d, &best, one->value, amount[0]);
  for (size_t n = 1; best.entry != SIZE_MAX && n < d->dimensions; n++) {
    d->excess[d->books->offer_csm[best.entry] * d->dimensions + n] += (double)amount[n];
  }
}

static void add_customer(tx_dual *d, size_t j) {
  const tx_books *books = d->books;
  size_t k = books->customer_class[j], offer = books->class_offer[k];
  int64_t load = books->class_load[k], value = books->value == NULL ? 1 : books->value[j];
  chosen best = {value * d->weight[TX_VALUE], SIZE_MAX, 0};
  if (d->class_entry[k] != TX_BOOKS_NONE && d->class_cost[k] < best.cost) {
    size_t entry = books->offer_begin[offer] + d->class_entry[k];
    best = (chosen){d->class_cost[k], entry, entry_points(books, entry)};
  }
  consider_exceptions(d, j, books->offer_begin[offer], load, &best);
  add_chosen(d, &best, value, load);
  for (size_t n = 1; best.entry != SIZE_MAX && n < d->dimensions; n++) {
    d->excess[books->offer_csm[best.entry] * d->dimensions + n] += (double)d->amount[n][j];
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

static void add_customers(tx_dual *d, size_t part) {
  const tx_split *split = d->split;
  price_classes(d, part);
  for (size_t x = split->customer_begin[part]; x < split->customer_begin[part + 1]; x++) {
    add_customer(d, split->customer_order[x]);
  }
}

static void add_customers_deep(tx_dual *d, size_t part) {
  const tx_split *split = d->split;
  for (size_t at = split->offer_begin[part]; at < split->offer_begin[part + 1]; at++) {
    uint32_t o = split->offer_order[at];
    if (d->by_offer_begin[o] < d->by_offer_begin[o + 1]) {
      open_menu(d, o);
    }
    for (size_t x = d->by_offer_begin[o]; x < d->by_offer_begin[o + 1]; x++) {
      add_deep(d, x);
    }
  }
}

static void add_part(tx_dual *d, size_t part, bool deep) {
  const tx_split *split = d->split;
  if (deep) {
    add_customers_deep(d, part);
  } else {
    add_customers(d, part);
  }
  for (size_t x = split->csm_begin[part]; x < split->csm_begin[part + 1]; x++) {
    add_load_of(d, split->csm_order[x]);
    for (size_t n = 1; n < d->dimensions; n++) {
      add_measure_of(d, split->csm_order[x], n);
    }
  }
}

triax_status tx_dual_evaluate(tx_dual *d) {
  bool deep = is_deep(d->price, d->books->csms, d->dimensions);
  memset(d->cost, 0, sizeof d->cost);
  memset(d->excess, 0, d->books->csms * d->dimensions * sizeof *d->excess);
  int64_t whole = 0, rest = 0;
  for (size_t part = 0; part < d->split->parts; part++) {
    const int64_t *share = d->result->part[part].share[d->part];
    d->whole = tx_dual_sleeps(d, part) ? share[0] : 0;
    d->rest = tx_dual_sleeps(d, part) ? share[1] : 0;
    if (!tx_dual_sleeps(d, part)) {
      add_part(d, part, deep);
    }
    d->share[part][0] = d->whole;
    d->share[part][1] = d->rest;
    whole += d->whole + (rest + d->rest) / d->scale;
    rest = (rest + d->rest) % d->scale;
  }
  d->whole = whole;
  d->rest = rest;
  add_reached(d);
  return tx_watch_work(d->watch, deep ? d->deep_pass : d->pass);
}
