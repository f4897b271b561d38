/* The bound from the input and prices alone, by the definition of the dual: each customer for itself takes the
 * cheapest of its places at the prices, each CSM for itself the best of the loads that whole customers can make. No
 * assignment can cost less than the sum. Shares no code with the solver on purpose. */
#include <string.h>

#include "allocation/solve.h"
#include "base/error.h"
#include "base/memory.h"

#define UNITS_MOST 16384 /* loads of a CSM that are looked through one by one */
#define SIZES_MOST 1024  /* distinct loads of customers; with more, any load counts as one that can be made */
#define WORDS (SIZES_MOST / 64)
#define PARTS 4

typedef struct vector {
  int64_t part[PARTS]; /* value, over, points lost, imbalance */
} vector;

/* A sum of multiples of 1 / scale. */
typedef struct sum {
  vector whole, rest;
  int64_t scale, unit, load; /* unit: that divides all loads of the part; load: of all its customers */
} sum;

typedef struct certify {
  const tx_books *books;
  const tx_books_price *price;
  const uint32_t *csm_part;
  sum *sums; /* per part, and one more for what is in none */
  size_t parts;
  int64_t *base; /* csms × (1 + measures): of fixed customers */
  int64_t *room; /* per CSM: the largest load that can come */
  int64_t size[SIZES_MOST];
  size_t sizes; /* SIZES_MOST + 1: there are more */
  uint64_t *may_come; /* csms × WORDS: sizes on whose offer it is */
  bool *used;         /* per class: has a customer that is free */
  uint8_t *reached;   /* per unit, of the CSM in hand */
} certify;

static bool before(const vector *a, const vector *b) {
  int p = 0;
  while (p < PARTS - 1 && a->part[p] == b->part[p]) {
    p++;
  }
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

/* The customer's part; `parts` when it is fixed or nobody is on offer. */
static size_t part_of(const certify *c, size_t j) {
  const tx_books *books = c->books;
  size_t offer = books->class_offer[books->customer_class[j]];
  bool fixed = books->fixed != NULL && books->fixed[j] != TX_BOOKS_NONE;
  if (fixed || books->offer_begin[offer] == books->offer_begin[offer + 1]) {
    return c->parts;
  }
  uint32_t part = c->csm_part[books->offer_csm[books->offer_begin[offer]]];
  return part < c->parts ? part : c->parts;
}

static int64_t points_at(const tx_books *books, size_t j, size_t entry) {
  uint32_t csm = books->offer_csm[entry];
  bool owned = books->owner != NULL && books->owner[j] == csm && books->owner_points != NULL;
  int64_t points = (books->offer_points != NULL ? books->offer_points[entry] : 0) + (owned ? books->owner_points[j] : 0);
  for (size_t x = books->more_begin != NULL ? books->more_begin[j] : 0;
       books->more_begin != NULL && x < books->more_begin[j + 1]; x++) {
    points += books->more_csm[x] == csm ? books->more_points[x] : 0;
  }
  return points;
}

/* Cost of the CSM's sums: load beyond capacity, and the area under the slopes. */
static vector csm_cost(const certify *c, size_t csm, int64_t more) {
  const tx_books *books = c->books;
  const int64_t *base = c->base + csm * (1 + books->measures);
  vector cost = {{0, 0, 0, 0}};
  cost.part[1] = base[0] + more > books->capacity[csm] ? base[0] + more - books->capacity[csm] : 0;
  for (size_t m = 0; m < books->measures; m++) {
    const tx_books_measure *measure = &books->measure[m];
    int64_t total = base[1 + m] + (measure->amount == NULL ? more : 0);
    for (size_t p = 0; p < measure->pieces; p++) {
      int64_t from = measure->from[csm * measure->pieces + p], to = total;
      if (p + 1 < measure->pieces && measure->from[csm * measure->pieces + p + 1] < to) {
        to = measure->from[csm * measure->pieces + p + 1];
      }
      cost.part[3] += to > from ? (to - from) * measure->slope[csm * measure->pieces + p] : 0;
    }
  }
  return cost;
}

static void look_at_load(const certify *c, size_t csm, int64_t load, const vector *idle, int64_t scale,
                         vector *least) {
  vector cost = csm_cost(c, csm, load);
  for (int p = 0; p < PARTS; p++) {
    cost.part[p] = (cost.part[p] - idle->part[p]) * scale - c->price[csm].part[p] * load;
  }
  *least = before(&cost, least) ? cost : *least;
}

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

static int64_t divisor(int64_t a, int64_t b) { return b == 0 ? a : divisor(b, a % b); }

/* What is fixed, what is free, and who may come where. */
static void look_at_customers(certify *c) {
  const tx_books *books = c->books;
  size_t width = 1 + books->measures;
  for (size_t j = 0; j < books->customers; j++) {
    size_t part = part_of(c, j);
    if (books->fixed != NULL && books->fixed[j] != TX_BOOKS_NONE) {
      int64_t *base = c->base + books->fixed[j] * width;
      base[0] += load_of(books, j);
      for (size_t m = 0; m < books->measures; m++) {
        base[1 + m] += books->measure[m].amount != NULL ? books->measure[m].amount[j] : load_of(books, j);
      }
    } else if (part < c->parts) {
      c->used[books->customer_class[j]] = true;
      c->sums[part].load += load_of(books, j);
      c->sums[part].unit = divisor(load_of(books, j), c->sums[part].unit);
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

/* The best of the loads the CSM can have, at its price; what it costs idle is counted apart. */
static void add_csm(certify *c, size_t i) {
  const tx_books *books = c->books;
  uint32_t part = c->csm_part[i];
  sum *s = &c->sums[part < c->parts ? part : c->parts];
  int64_t limit = (books->hard != NULL ? books->hard[i] : books->capacity[i]) - c->base[i * (1 + books->measures)];
  int64_t room = limit < 0 ? 0 : limit < s->load ? limit : s->load;
  vector idle = csm_cost(c, i, 0), least = {{0, 0, 0, 0}};
  for (int p = 0; p < PARTS; p++) {
    s->whole.part[p] += idle.part[p];
  }
  if (part >= c->parts || s->unit == 0) {
    return;
  }
  if (c->sizes <= SIZES_MOST && room / s->unit <= UNITS_MOST) {
    room = mark_loads(c, i, room / s->unit, s->unit);
    for (int64_t x = 0; x <= room; x++) {
      if (c->reached[x]) look_at_load(c, i, x * s->unit, &idle, s->scale, &least);
    }
    room *= s->unit;
  } else {
    /* Any load: the cost is straight between its corners. */
    int64_t used = c->base[i * (1 + books->measures)];
    look_at_load(c, i, room, &idle, s->scale, &least);
    if (books->capacity[i] - used > 0 && books->capacity[i] - used < room) {
      look_at_load(c, i, books->capacity[i] - used, &idle, s->scale, &least);
    }
    for (size_t m = 0; m < books->measures; m++) {
      for (size_t p = 0; books->measure[m].amount == NULL && p < books->measure[m].pieces; p++) {
        int64_t corner = books->measure[m].from[i * books->measure[m].pieces + p] - used;
        if (corner > 0 && corner < room) look_at_load(c, i, corner, &idle, s->scale, &least);
      }
    }
  }
  c->room[i] = room;
  add(s, &least);
}

/* The cheapest of a customer's places, or to stay uncovered. */
static void add_customer(certify *c, size_t j) {
  const tx_books *books = c->books;
  size_t part = part_of(c, j), offer = books->class_offer[books->customer_class[j]];
  sum *s = &c->sums[part];
  int64_t load = load_of(books, j);
  bool fixed = books->fixed != NULL && books->fixed[j] != TX_BOOKS_NONE;
  vector least = {{fixed ? 0 : value_of(books, j) * s->scale, 0, 0, 0}};
  for (size_t e = books->offer_begin[offer]; e < books->offer_begin[offer + 1]; e++) {
    uint32_t csm = books->offer_csm[e];
    vector cost = {{0, 0, -points_at(books, j, e) * s->scale, 0}};
    if (fixed && csm != books->fixed[j]) {
      continue;
    }
    for (int p = 0; !fixed && load > 0 && p < PARTS; p++) {
      cost.part[p] += c->price[csm].part[p] * load;
    }
    if (fixed || ((load == 0 || c->room[csm] >= load) && before(&cost, &least))) {
      least = cost;
    }
  }
  add(s, &least);
}

/* Prices of one part are in parts of the same unit, and small enough to be multiplied by loads. */
static triax_status look_at_prices(certify *c, triax_error *error) {
  const tx_books *books = c->books;
  c->sums[c->parts].scale = 1;
  for (size_t i = 0; i < books->csms; i++) {
    uint32_t part = c->csm_part[i];
    const tx_books_price *price = &c->price[i];
    int64_t hard = books->hard != NULL ? books->hard[i] : books->capacity[i];
    int64_t most = c->sums[part < c->parts ? part : c->parts].load;
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
  for (size_t p = 0; p < c->parts; p++) {
    c->sums[p].scale -= c->sums[p].scale > 0;
  }
  return TRIAX_OK;
}

/* Whole numbers: a fraction rounds up, and ends what is proven; a part without prices proves only that no value is
 * negative. */
static void sum_up(const certify *c, tx_books_goal *bound, int32_t *proven) {
  int64_t total[PARTS] = {0, 0, 0, 0};
  *proven = PARTS;
  for (size_t x = 0; x <= c->parts; x++) {
    const sum *s = &c->sums[x];
    int32_t known = s->scale == 0 ? 1 : PARTS;
    for (int p = 0; s->scale > 0 && p < PARTS; p++) {
      total[p] += s->whole.part[p];
      if (s->rest.part[p] > 0 && p < known) {
        total[p]++;
        known = p + 1;
      }
    }
    *proven = known < *proven ? known : *proven;
  }
  *bound = (tx_books_goal){total[0], total[1], -total[2], total[3]};
}

static triax_status run(certify *c, tx_books_goal *bound, int32_t *proven, triax_error *error) {
  const tx_books *books = c->books;
  look_at_customers(c);
  triax_status status = look_at_prices(c, error);
  for (size_t i = 0; status == TRIAX_OK && i < books->csms; i++) {
    bool known = c->csm_part[i] >= c->parts || c->sums[c->csm_part[i]].scale > 0;
    if (known) {
      add_csm(c, i);
    }
  }
  for (size_t j = 0; status == TRIAX_OK && j < books->customers; j++) {
    if (c->sums[part_of(c, j)].scale > 0) {
      add_customer(c, j);
    }
  }
  if (status == TRIAX_OK) {
    sum_up(c, bound, proven);
  }
  return status;
}

triax_status tx_allocation_certify(triax_context *context, const tx_books *books, const tx_books_price *price,
                                   const uint32_t *csm_part, size_t parts, tx_books_goal *bound, int32_t *proven,
                                   triax_error *error) {
  triax_status status = tx_books_validate(books, error);
  certify *c = status == TRIAX_OK ? tx_calloc(context, 1, sizeof *c) : NULL;
  if (c == NULL) {
    return status != TRIAX_OK ? status : tx_no_memory(error);
  }
  tx_arena arena;
  tx_arena_init(&arena, context);
  *c = (certify){.books = books, .price = price, .csm_part = csm_part, .parts = parts};
  c->sums = tx_arena_calloc(&arena, parts + 1, sizeof *c->sums);
  c->base = tx_arena_calloc(&arena, books->csms, (1 + books->measures) * sizeof *c->base);
  c->room = tx_arena_calloc(&arena, books->csms, sizeof *c->room);
  c->may_come = tx_arena_calloc(&arena, books->csms, WORDS * sizeof *c->may_come);
  c->used = tx_arena_calloc(&arena, books->classes, sizeof *c->used);
  c->reached = tx_arena_calloc(&arena, UNITS_MOST + 1, 1);
  bool had = c->sums != NULL && c->base != NULL && c->room != NULL && c->may_come != NULL && c->used != NULL &&
             c->reached != NULL;
  status = had ? run(c, bound, proven, error) : tx_no_memory(error);
  tx_arena_free(&arena);
  tx_free(context, c, sizeof *c);
  return status;
}
