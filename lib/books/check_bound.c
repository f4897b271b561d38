/* The bounds from the input, prices and weights alone, by the definition of the dual: each customer for itself takes
 * the cheapest of its places at the prices, each CSM for itself the best of the sums that whole customers can make. No
 * assignment can cost less than the total. Shares no code with the solver on purpose.
 *
 * Twice over: with the objective's parts compared one by one, in their order; and for each part with a proof of its
 * own, the parts before it weighed, as proof/prove.h says. */
#include <string.h>

#include "base/divisor.h"
#include "base/error.h"
#include "base/memory.h"
#include "books/books.h"

#define UNITS_MOST 16384 /* loads of a CSM that are looked through one by one */
#define SIZES_MOST 1024  /* distinct loads of customers; with more, any load counts as one that can be made */
#define WORDS (SIZES_MOST / 64)
#define PARTS 4
#define LARGEST 1.15e18 /* 2^60: products stay below */
#define SCALE_MOST (INT64_C(1) << 30)

typedef struct vector {
  int64_t part[PARTS]; /* value, over, points lost, imbalance; with a proof: the weighed sum alone */
} vector;

/* A sum of multiples of 1 / scale. */
typedef struct sum {
  vector whole, rest;
  int64_t scale, unit, load; /* unit: that divides all loads of the part; load: of all its customers */
} sum;

typedef struct certify {
  const tx_books *books;
  const tx_books_result *answer;
  const tx_books_proof *proof; /* NULL: part by part */
  int proves;                  /* the part it is about */
  sum *sums;                   /* per part, and one more for what is in none */
  size_t parts, wide;
  int64_t *base;   /* csms × (1 + measures): of fixed customers */
  int64_t *room;   /* csms × (1 + measures): what can come at most; the first: as whole customers make it */
  int64_t *totals; /* parts × measures: of free customers */
  int64_t size[SIZES_MOST];
  size_t sizes;       /* SIZES_MOST + 1: there are more */
  uint64_t *may_come; /* csms × WORDS: sizes on whose offer it is */
  bool *used;         /* per class: has a customer that is free */
  uint8_t *reached;   /* per unit, of the CSM in hand */
} certify;

static bool before(const vector *a, const vector *b) {
  int p = 0;
  while (p < PARTS - 1 && a->part[p] == b->part[p]) p++;
  return a->part[p] < b->part[p];
}

static void add(sum *s, const vector *term) {
  for (int p = 0; p < PARTS; p++) {
    int64_t rest = term->part[p] % s->scale;
    rest += rest < 0 ? s->scale : 0;
    s->whole.part[p] += (term->part[p] - rest) / s->scale;
    s->rest.part[p] += rest;
    if (s->rest.part[p] >= s->scale) {
      s->rest.part[p] -= s->scale;
      s->whole.part[p]++;
    }
  }
}

static int64_t load_of(const tx_books *books, size_t j) { return books->class_load[books->customer_class[j]]; }
static int64_t value_of(const tx_books *books, size_t j) { return books->value != NULL ? books->value[j] : 1; }
static bool is_fixed(const tx_books *books, size_t j) {
  return books->fixed != NULL && books->fixed[j] != TX_BOOKS_NONE;
}
static int64_t amount_of(const tx_books *books, size_t m, size_t j) {
  return books->measure[m].amount != NULL ? books->measure[m].amount[j] : load_of(books, j);
}
static size_t part_of_csm(const certify *c, size_t i) {
  return c->answer->csm_part[i] < c->parts ? c->answer->csm_part[i] : c->parts;
}

/* The customer's part; `parts` when it is fixed or nobody is on offer. */
static size_t part_of(const certify *c, size_t j) {
  const tx_books *books = c->books;
  size_t offer = books->class_offer[books->customer_class[j]];
  if (is_fixed(books, j) || books->offer_begin[offer] == books->offer_begin[offer + 1]) {
    return c->parts;
  }
  return part_of_csm(c, books->offer_csm[books->offer_begin[offer]]);
}

static int64_t points_at(const tx_books *books, size_t j, size_t entry) {
  uint32_t csm = books->offer_csm[entry];
  bool owned = books->owner != NULL && books->owner[j] == csm && books->owner_points != NULL;
  int64_t points =
      (books->offer_points != NULL ? books->offer_points[entry] : 0) + (owned ? books->owner_points[j] : 0);
  for (size_t x = tx_books_from(books->more_begin, j); x < tx_books_to(books->more_begin, j); x++) {
    points += books->more_csm[x] == csm ? books->more_points[x] : 0;
  }
  return points;
}

static bool is_turned(const tx_books *books, size_t j, uint32_t csm) {
  const size_t *turned = books->turned_begin;
  for (size_t x = turned != NULL ? turned[j] : 0; turned != NULL && x < turned[j + 1]; x++) {
    if (books->turned_csm[x] == csm) return true;
  }
  return false;
}

static bool is_closed(const tx_books *books, size_t offer, size_t entry) {
  return books->offer_open != NULL && entry >= books->offer_open[offer];
}

/* Points at the CSM to whom the customer is fixed: none where it is not on offer to it. */
static int64_t fixed_points(const tx_books *books, size_t j) {
  const size_t offer = books->class_offer[books->customer_class[j]];
  for (size_t e = books->offer_begin[offer]; e < books->offer_begin[offer + 1]; e++) {
    bool its = books->offer_csm[e] == books->fixed[j];
    if (its && is_closed(books, offer, e) == is_turned(books, j, books->fixed[j])) return points_at(books, j, e);
  }
  return 0;
}

/* Cost of the CSM's sums with so much more load: load beyond capacity, and the area under the slopes. */
static vector csm_cost(const certify *c, size_t csm, int64_t more) {
  const tx_books *books = c->books;
  const int64_t *base = c->base + csm * c->wide;
  vector cost = {{0, 0, 0, 0}};
  cost.part[1] = base[0] + more > books->capacity[csm] ? base[0] + more - books->capacity[csm] : 0;
  for (size_t m = 0; m < books->measures; m++) {
    cost.part[3] += tx_books_area(&books->measure[m], csm, base[1 + m] + (books->measure[m].amount == NULL ? more : 0));
  }
  return cost;
}

/* From parts to what is compared: scaled, or with a proof weighed. */
static vector scaled(const certify *c, const vector *cost, int64_t scale) {
  vector out = {{0, 0, 0, 0}};
  for (int p = 0; p < PARTS; p++) {
    if (c->proof == NULL) {
      out.part[p] = cost->part[p] * scale;
    } else if (p <= c->proves) {
      out.part[0] += cost->part[p] * c->proof->weight[p];
    }
  }
  return out;
}

/* What so much load costs at the CSM's price. */
static vector paid(const certify *c, size_t csm, int64_t load) {
  const tx_books_price *price = &c->answer->price[csm];
  vector out = {{0, 0, 0, 0}};
  if (c->proof != NULL) {
    out.part[0] = c->proof->price[csm * c->answer->dimensions] * load;
    return out;
  }
  for (int p = 0; p < PARTS && price->scale > 0; p++) {
    out.part[p] = price->part[p] * load;
  }
  return out;
}

/* Without a proof each part of the problem has a sum of its own; with one there is one for all, of the weighed. */
static void add_to(certify *c, size_t part, const vector *term) {
  add(&c->sums[c->proof == NULL ? part : c->parts], term);
}

/* --- what there is --- */

static size_t size_of(certify *c, int64_t load) {
  size_t at = 0;
  while (at < c->sizes && at < SIZES_MOST && c->size[at] != load) {
    at++;
  }
  if (at == c->sizes && at < SIZES_MOST) {
    c->size[c->sizes++] = load;
  } else if (at == SIZES_MOST) {
    c->sizes = SIZES_MOST + 1;
  }
  return at;
}

/* What is fixed, what is free, and who may come where. */
static void look_at_customers(certify *c) {
  const tx_books *books = c->books;
  for (size_t j = 0; j < books->customers; j++) {
    size_t part = part_of(c, j);
    if (is_fixed(books, j)) {
      int64_t *base = c->base + books->fixed[j] * c->wide;
      base[0] += load_of(books, j);
      for (size_t m = 0; m < books->measures; m++) {
        base[1 + m] += amount_of(books, m, j);
      }
    } else if (part < c->parts) {
      c->used[books->customer_class[j]] = true;
      c->sums[part].load += load_of(books, j);
      c->sums[part].unit = tx_common_divisor(load_of(books, j), c->sums[part].unit);
      for (size_t m = 0; m < books->measures; m++) {
        c->totals[part * books->measures + m] += amount_of(books, m, j);
      }
    }
  }
  for (size_t k = 0; k < books->classes; k++) {
    if (!c->used[k] || books->class_load[k] == 0) {
      continue;
    }
    size_t offer = books->class_offer[k], s = size_of(c, books->class_load[k]);
    for (size_t e = books->offer_begin[offer]; s < SIZES_MOST && e < books->offer_begin[offer + 1]; e++) {
      c->may_come[books->offer_csm[e] * WORDS + s / 64] |= UINT64_C(1) << s % 64;
    }
  }
}

/* Marks the loads up to `room`, both in units, that whole customers can make; the largest of them. */
static int64_t mark_loads(certify *c, size_t csm, int64_t room, int64_t unit) {
  memset(c->reached, 0, (size_t)room + 1);
  c->reached[0] = 1;
  for (size_t s = 0; s < c->sizes; s++) {
    int64_t size = c->size[s] / unit;
    bool comes = (c->may_come[csm * WORDS + s / 64] >> s % 64 & 1) != 0;
    for (int64_t x = size; comes && x <= room; x++) {
      c->reached[x] |= c->reached[x - size];
    }
  }
  while (room > 0 && !c->reached[room]) {
    room--;
  }
  return room;
}

/* Room of a CSM in load, before it is looked at unit by unit; *units says whether that can be done. */
static int64_t raw_room(const certify *c, size_t i, bool *units) {
  const tx_books *books = c->books;
  const sum *s = &c->sums[part_of_csm(c, i)];
  int64_t limit = (books->hard != NULL ? books->hard[i] : books->capacity[i]) - c->base[i * c->wide];
  int64_t room = limit < 0 ? 0 : limit < s->load ? limit : s->load;
  *units = s->unit > 0 && c->sizes <= SIZES_MOST && room / s->unit <= UNITS_MOST;
  return part_of_csm(c, i) < c->parts && s->unit > 0 ? room : 0;
}

static void look_at_rooms(certify *c) {
  const tx_books *books = c->books;
  for (size_t i = 0; i < books->csms; i++) {
    size_t part = part_of_csm(c, i);
    bool units;
    int64_t unit = c->sums[part].unit, room = raw_room(c, i, &units);
    c->room[i * c->wide] = units && part < c->parts ? mark_loads(c, i, room / unit, unit) * unit : room;
    for (size_t m = 0; part < c->parts && m < books->measures; m++) {
      const int64_t *limit = books->measure[m].limit;
      int64_t all = c->totals[part * books->measures + m];
      int64_t most = limit == NULL ? all : limit[i] - c->base[i * c->wide + 1 + m];
      c->room[i * c->wide + 1 + m] = most < 0 ? 0 : most < all ? most : all;
    }
  }
}

/* --- the sums --- */

static void look_at_load(const certify *c, size_t csm, int64_t load, const vector *idle, int64_t scale, vector *least) {
  vector cost = csm_cost(c, csm, load), price = paid(c, csm, load);
  for (int p = 0; p < PARTS; p++) {
    cost.part[p] -= idle->part[p];
  }
  cost = scaled(c, &cost, scale);
  for (int p = 0; p < PARTS; p++) {
    cost.part[p] -= price.part[p];
  }
  *least = before(&cost, least) ? cost : *least;
}

/* The best of the loads that the CSM can have, at its price. */
static vector best_load(certify *c, size_t i, const vector *idle) {
  const tx_books *books = c->books;
  const sum *s = &c->sums[part_of_csm(c, i)];
  vector least = {{0, 0, 0, 0}};
  bool units;
  int64_t room = raw_room(c, i, &units), used = c->base[i * c->wide];
  if (units) {
    room = mark_loads(c, i, room / s->unit, s->unit);
    for (int64_t x = 0; x <= room; x++) {
      if (c->reached[x]) look_at_load(c, i, x * s->unit, idle, s->scale, &least);
    }
    return least;
  }
  /* Any load: the cost is straight between its corners. */
  look_at_load(c, i, room, idle, s->scale, &least);
  if (books->capacity[i] - used > 0 && books->capacity[i] - used < room) {
    look_at_load(c, i, books->capacity[i] - used, idle, s->scale, &least);
  }
  for (size_t m = 0; m < books->measures; m++) {
    for (size_t p = 0; books->measure[m].amount == NULL && p < books->measure[m].pieces; p++) {
      int64_t corner = books->measure[m].from[i * books->measure[m].pieces + p] - used;
      if (corner > 0 && corner < room) look_at_load(c, i, corner, idle, s->scale, &least);
    }
  }
  return least;
}

/* The proof's price of the CSM's sum of a measure with amounts of its own. */
static int64_t measure_price(const certify *c, size_t csm, size_t m) {
  size_t n = 1;
  for (size_t x = 0; x < m; x++) {
    n += c->books->measure[x].amount != NULL;
  }
  return c->proof->price[csm * c->answer->dimensions + n];
}

/* The best sum of such a measure: any number that fits, and then a corner. Only a proof knows of them. */
static void add_measure(certify *c, size_t i, size_t m) {
  const tx_books_measure *measure = &c->books->measure[m];
  int64_t used = c->base[i * c->wide + 1 + m], room = c->room[i * c->wide + 1 + m], price = measure_price(c, i, m);
  int64_t weight = c->proves == 3 ? c->proof->weight[3] : 0, least = 0, idle = tx_books_area(measure, i, used);
  for (size_t p = 0; p <= measure->pieces; p++) {
    int64_t at = p == measure->pieces ? room : measure->from[i * measure->pieces + p] - used;
    if (at > 0 && at <= room) {
      int64_t cost = weight * (tx_books_area(measure, i, used + at) - idle) - price * at;
      least = cost < least ? cost : least;
    }
  }
  vector term = {{least, 0, 0, 0}};
  add(&c->sums[c->parts], &term);
}

static void add_csm(certify *c, size_t i) {
  size_t part = part_of_csm(c, i);
  vector idle = csm_cost(c, i, 0);
  if (c->proof == NULL) {
    for (int p = 0; p < PARTS; p++) {
      c->sums[part].whole.part[p] += idle.part[p];
    }
  } else {
    c->sums[c->parts].whole.part[0] += c->proves % 2 == 1 ? idle.part[c->proves] : 0;
  }
  if (part >= c->parts) {
    return;
  }
  if (c->sums[part].unit > 0) {
    vector least = best_load(c, i, &idle);
    add_to(c, part, &least);
  }
  for (size_t m = 0; c->proof != NULL && m < c->books->measures; m++) {
    if (c->books->measure[m].amount != NULL) {
      add_measure(c, i, m);
    }
  }
}

/* Cost of the customer at an entry of its offer; false where it cannot be. One who is struck off there counts as if it
 * were not. */
static bool at_entry(const certify *c, size_t j, size_t entry, vector *cost) {
  const tx_books *books = c->books;
  uint32_t csm = books->offer_csm[entry];
  int64_t load = load_of(books, j);
  vector alone = {{0, 0, -points_at(books, j, entry), 0}}, price = paid(c, csm, load);
  *cost = scaled(c, &alone, c->sums[part_of(c, j)].scale);
  for (int p = 0; p < PARTS; p++) {
    cost->part[p] += price.part[p];
  }
  bool closed = is_closed(books, books->class_offer[books->customer_class[j]], entry);
  bool fits = (load == 0 || c->room[csm * c->wide] >= load) && (!closed || is_turned(books, j, csm));
  for (size_t m = 0; c->proof != NULL && m < books->measures; m++) {
    if (books->measure[m].amount != NULL) {
      int64_t amount = books->measure[m].amount[j];
      fits = fits && c->room[csm * c->wide + 1 + m] >= amount;
      cost->part[0] += fits ? measure_price(c, csm, m) * amount : 0;
    }
  }
  return fits;
}

/* The cheapest of a customer's places, or to stay uncovered. */
static void add_customer(certify *c, size_t j) {
  const tx_books *books = c->books;
  size_t part = part_of(c, j), offer = books->class_offer[books->customer_class[j]];
  vector alone = {{value_of(books, j), 0, 0, 0}}, cost;
  if (is_fixed(books, j)) alone = (vector){{0, 0, -fixed_points(books, j), 0}};
  if (part == c->parts && c->proof != NULL) {
    c->sums[c->parts].whole.part[0] += alone.part[c->proves]; /* what no choice can change */
    return;
  }
  vector least = scaled(c, &alone, c->sums[part].scale);
  for (size_t e = books->offer_begin[offer]; part < c->parts && e < books->offer_begin[offer + 1]; e++) {
    least = at_entry(c, j, e, &cost) && before(&cost, &least) ? cost : least;
  }
  add_to(c, part, &least);
}

static void add_all(certify *c) {
  for (size_t i = 0; i < c->books->csms; i++) {
    add_csm(c, i);
  }
  for (size_t j = 0; j < c->books->customers; j++) {
    add_customer(c, j);
  }
}

/* --- part by part --- */

/* Prices of one part are in parts of the same unit, and small enough to be multiplied by loads. */
static triax_status look_at_prices(certify *c, triax_error *error) {
  const tx_books *books = c->books;
  for (size_t i = 0; i < books->csms; i++) {
    size_t part = part_of_csm(c, i);
    const tx_books_price *price = &c->answer->price[i];
    int64_t hard = books->hard != NULL ? books->hard[i] : books->capacity[i], most = c->sums[part].load;
    most = hard < most ? hard : most;
    if (part >= c->parts) {
      continue;
    }
    if (price->scale < 0 || (c->sums[part].scale != 0 && c->sums[part].scale != price->scale + 1)) {
      return tx_fail(error, TRIAX_EINVAL, "the prices of CSM %zu are not in the same parts as those beside it", i);
    }
    c->sums[part].scale = price->scale + 1;
    for (int p = 0; p < PARTS; p++) {
      if (most > 0 && (price->part[p] > INT64_MAX / 4 / most || price->part[p] < -(INT64_MAX / 4 / most))) {
        return tx_fail(error, TRIAX_EINVAL, "the price of CSM %zu is too large", i);
      }
    }
  }
  for (size_t p = 0; p <= c->parts; p++) {
    c->sums[p].scale = c->sums[p].scale > 1 ? c->sums[p].scale - 1 : 1;
  }
  return TRIAX_OK;
}

/* Whole numbers: a fraction rounds up, and ends what is proven of those that equal the bound. */
static int sum_up(const certify *c, int64_t *total) {
  int proven = PARTS;
  for (size_t x = 0; x <= c->parts; x++) {
    const sum *s = &c->sums[x];
    int known = PARTS;
    for (int p = 0; p < PARTS; p++) {
      total[p] += s->whole.part[p];
      if (s->rest.part[p] > 0 && p < known) {
        total[p]++;
        known = p + 1;
      }
    }
    proven = known < proven ? known : proven;
  }
  return proven;
}

/* --- with proofs --- */

static double larger(double a, double b) { return a > b ? a : b; }
static double size(int64_t x) { return x < 0 ? -(double)x : (double)x; }

/* The largest single cost of a part, and of all together. */
static void sizes_of(const certify *c, int part, double *most, double *total) {
  const tx_books *books = c->books;
  double excepted = 0, offered = 0;
  *most = *total = 0;
  for (size_t j = 0; j < books->customers; j++) {
    double value = size(value_of(books, j));
    *most = part == 0 ? larger(*most, value) : *most;
    *total += part == 0 ? value : 0;
    excepted = larger(excepted, books->owner_points != NULL ? size(books->owner_points[j]) : 0);
  }
  for (size_t i = 0; part % 2 == 1 && i < books->csms; i++) {
    vector cost = csm_cost(c, i, c->room[i * c->wide]);
    for (size_t m = 0; part == 3 && m < books->measures; m++) {
      const int64_t *base = c->base + i * c->wide + 1 + m;
      bool own = books->measure[m].amount != NULL;
      cost.part[3] += own ? tx_books_area(&books->measure[m], i, *base + c->room[i * c->wide + 1 + m]) : 0;
    }
    *most = larger(*most, size(cost.part[part]));
    *total += size(cost.part[part]);
  }
  for (size_t x = 0; books->more_begin != NULL && x < books->more_begin[books->customers]; x++) {
    excepted = larger(excepted, size(books->more_points[x]));
  }
  for (size_t e = 0; books->offer_points != NULL && e < books->offer_begin[books->offers]; e++) {
    offered = larger(offered, size(books->offer_points[e]));
  }
  *most = part == 2 ? offered + excepted : *most;
  *total = part == 2 ? *most * (double)books->customers : *total;
}

/* Whether all that will be multiplied and added fits. */
static bool fits(const certify *c, const int64_t *reached) {
  const tx_books_proof *proof = c->proof;
  double scale = size(proof->scale), most, total, all[1 + TX_BOOKS_MEASURES] = {0};
  for (int p = 0; p <= c->proves; p++) {
    double weight = size(proof->weight[p]);
    sizes_of(c, p, &most, &total);
    total = larger(total, size(reached[p]));
    if (proof->weight[p] < 0 || weight * larger(most, 1) > LARGEST || (weight / scale + 1) * total > LARGEST) {
      return false;
    }
  }
  for (size_t p = 0; p < c->parts; p++) {
    all[0] += size(c->sums[p].load);
    for (size_t m = 0; m < c->books->measures; m++) {
      all[1 + m] += size(c->totals[p * c->books->measures + m]);
    }
  }
  for (size_t i = 0; i < c->books->csms; i++) {
    double price = size(proof->price[i * c->answer->dimensions]);
    bool fine = price * larger(size(c->room[i * c->wide]), 1) <= LARGEST && (price / scale + 1) * all[0] <= LARGEST;
    for (size_t m = 0; fine && m < c->books->measures; m++) {
      price = c->books->measure[m].amount != NULL ? size(measure_price(c, i, m)) : 0;
      fine = price * larger(size(c->room[i * c->wide + 1 + m]), 1) <= LARGEST &&
             (price / scale + 1) * all[1 + m] <= LARGEST;
    }
    if (!fine) {
      return false;
    }
  }
  return true;
}

/* What no choice can change of a part: fixed customers, those whom nobody may own, CSMs as the fixed leave them. */
static int64_t constant_of(const certify *c, int part) {
  const tx_books *books = c->books;
  int64_t constant = 0;
  for (size_t i = 0; part % 2 == 1 && i < books->csms; i++) {
    constant += csm_cost(c, i, 0).part[part];
  }
  for (size_t j = 0; part % 2 == 0 && j < books->customers; j++) {
    constant -= part == 2 && is_fixed(books, j) ? fixed_points(books, j) : 0;
    constant += part == 0 && part_of(c, j) == c->parts && !is_fixed(books, j) ? value_of(books, j) : 0;
  }
  return constant;
}

/* The bound of part `proves` by its proof. */
static triax_status prove(certify *c, bool trivial, const int64_t *reached, int64_t *bound, triax_error *error) {
  const tx_books_proof *proof = c->proof;
  if (proof->scale < 1 || proof->scale > SCALE_MOST || proof->weight[c->proves] != proof->scale ||
      (!trivial && !fits(c, reached))) {
    return tx_fail(error, TRIAX_EINVAL, "the proof of part %d of the objective is not one of this answer", c->proves);
  }
  for (size_t p = 0; p < c->parts; p++) {
    c->sums[p].whole = c->sums[p].rest = (vector){{0, 0, 0, 0}};
  }
  sum *s = &c->sums[c->parts];
  *s = (sum){.scale = proof->scale};
  add_all(c);
  for (int p = 0; p < c->proves; p++) {
    int64_t free = reached[p] - constant_of(c, p);
    int64_t rest = free % proof->scale;
    s->whole.part[0] -= proof->weight[p] * (free / proof->scale) + proof->weight[p] / proof->scale * rest;
    vector term = {{-(proof->weight[p] % proof->scale) * rest, 0, 0, 0}};
    add(s, &term);
  }
  *bound = s->whole.part[0] + (s->rest.part[0] > 0);
  return TRIAX_OK;
}

static triax_status run(certify *c, tx_books_goal *out, triax_error *error) {
  const tx_books_goal *goal = &c->answer->goal;
  const int64_t reached[PARTS] = {goal->value, goal->over, -goal->points, goal->imbalance};
  int64_t total[PARTS] = {0, 0, 0, 0};
  look_at_customers(c);
  look_at_rooms(c);
  triax_status status = look_at_prices(c, error);
  if (status != TRIAX_OK) {
    return status;
  }
  add_all(c);
  int proven = sum_up(c, total), met = 0;
  while (met + 1 < proven && total[met] == reached[met]) {
    met++;
  }
  static const tx_books_proof nothing = {.scale = 0};
  tx_books_proof trivial = nothing;
  trivial.price = tx_calloc(c->answer->context, c->books->csms, c->answer->dimensions * sizeof *trivial.price);
  if (trivial.price == NULL) {
    return tx_no_memory(error);
  }
  for (int part = 0; status == TRIAX_OK && part < PARTS; part++) {
    int64_t bound = total[part];
    bool known = part <= met, proof = c->answer->proof[part].scale != 0;
    trivial.scale = 1;
    memset(trivial.weight, 0, sizeof trivial.weight);
    trivial.weight[part] = 1;
    c->proves = part;
    c->proof = proof ? &c->answer->proof[part] : &trivial;
    if (proof || !known) {
      status = prove(c, !proof, reached, &bound, error);
    }
    total[part] = known && total[part] > bound ? total[part] : bound;
  }
  tx_free_array(c->answer->context, trivial.price, c->books->csms, c->answer->dimensions * sizeof *trivial.price);
  *out = (tx_books_goal){total[0], total[1], -total[2], total[3]};
  return status;
}

triax_status tx_allocation_certify(triax_context *context, const tx_books *books, const tx_books_result *answer,
                                   tx_books_goal *bound, triax_error *error) {
  triax_status status = tx_books_validate(books, error);
  certify *c = status == TRIAX_OK ? tx_calloc(context, 1, sizeof *c) : NULL;
  if (c == NULL) {
    return status != TRIAX_OK ? status : tx_no_memory(error);
  }
  tx_arena arena;
  tx_arena_init(&arena, context);
  *c = (certify){.books = books, .answer = answer, .parts = answer->parts, .wide = 1 + books->measures};
  c->sums = tx_arena_calloc(&arena, c->parts + 1, sizeof *c->sums);
  c->base = tx_arena_calloc(&arena, books->csms, c->wide * sizeof *c->base);
  c->room = tx_arena_calloc(&arena, books->csms, c->wide * sizeof *c->room);
  c->totals = tx_arena_calloc(&arena, c->parts + 1, c->wide * sizeof *c->totals);
  c->may_come = tx_arena_calloc(&arena, books->csms, WORDS * sizeof *c->may_come);
  c->used = tx_arena_calloc(&arena, books->classes, sizeof *c->used);
  c->reached = tx_arena_calloc(&arena, UNITS_MOST + 1, 1);
  bool had = c->sums != NULL && c->base != NULL && c->room != NULL && c->totals != NULL && c->may_come != NULL &&
             c->used != NULL && c->reached != NULL;
  status = had ? run(c, bound, error) : tx_no_memory(error);
  tx_arena_free(&arena);
  tx_free(context, c, sizeof *c);
  return status;
}
