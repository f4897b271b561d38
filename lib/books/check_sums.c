/* The sums of the check of bounds: each customer for itself takes the cheapest of its places at the prices, each CSM
 * for itself the best of the sums that whole customers can make. */
#include "books/check_private.h"

static bool before(const tx_certify_vector *a, const tx_certify_vector *b) {
  int p = 0;
  while (p < TX_CERTIFY_PARTS - 1 && a->part[p] == b->part[p]) p++;
  return a->part[p] < b->part[p];
}

void tx_certify_add(tx_certify_sum *s, const tx_certify_vector *term) {
  for (int p = 0; p < TX_CERTIFY_PARTS; p++) {
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

tx_certify_vector tx_certify_csm_cost(const tx_certify *c, size_t csm, int64_t more) {
  const tx_books *books = c->books;
  const int64_t *base = c->base + csm * c->wide;
  tx_certify_vector cost = {{0, 0, 0, 0}};
  cost.part[1] = base[0] + more > books->capacity[csm] ? base[0] + more - books->capacity[csm] : 0;
  for (size_t m = 0; m < books->measures; m++) {
    cost.part[3] += tx_books_area(&books->measure[m], csm, base[1 + m] + (books->measure[m].amount == NULL ? more : 0));
  }
  return cost;
}

/* From parts to what is compared: scaled, or with a proof weighed. */
static tx_certify_vector scaled(const tx_certify *c, const tx_certify_vector *cost, int64_t scale) {
  tx_certify_vector out = {{0, 0, 0, 0}};
  for (int p = 0; p < TX_CERTIFY_PARTS; p++) {
    if (c->proof == NULL) {
      out.part[p] = cost->part[p] * scale;
    } else if (p <= c->proves) {
      out.part[0] += cost->part[p] * c->proof->weight[p];
    }
  }
  return out;
}

/* What so much load costs at the CSM's price. */
static tx_certify_vector paid(const tx_certify *c, size_t csm, int64_t load) {
  const tx_books_price *price = &c->answer->price[csm];
  tx_certify_vector out = {{0, 0, 0, 0}};
  if (c->proof != NULL) {
    out.part[0] = c->proof->price[csm * c->answer->dimensions] * load;
    return out;
  }
  for (int p = 0; p < TX_CERTIFY_PARTS && price->scale > 0; p++) {
    out.part[p] = price->part[p] * load;
  }
  return out;
}

/* Without a proof each part of the problem has a sum of its own; with one there is one for all, of the weighed. */
static void add_to(tx_certify *c, size_t part, const tx_certify_vector *term) {
  tx_certify_add(&c->sums[c->proof == NULL ? part : c->parts], term);
}

static void look_at_load(const tx_certify *c, size_t csm, int64_t load, const tx_certify_vector *idle, int64_t scale,
                         tx_certify_vector *least) {
  tx_certify_vector cost = tx_certify_csm_cost(c, csm, load), price = paid(c, csm, load);
  for (int p = 0; p < TX_CERTIFY_PARTS; p++) {
    cost.part[p] -= idle->part[p];
  }
  cost = scaled(c, &cost, scale);
  for (int p = 0; p < TX_CERTIFY_PARTS; p++) {
    cost.part[p] -= price.part[p];
  }
  *least = before(&cost, least) ? cost : *least;
}

/* The best of the loads that the CSM can have, at its price. */
static tx_certify_vector best_load(tx_certify *c, size_t i, const tx_certify_vector *idle) {
  const tx_books *books = c->books;
  const tx_certify_sum *s = &c->sums[tx_certify_csm_part(c, i)];
  tx_certify_vector least = {{0, 0, 0, 0}};
  bool units;
  int64_t room = tx_certify_raw_room(c, i, &units), used = c->base[i * c->wide];
  if (units) {
    room = tx_certify_mark_loads(c, i, room / s->unit, s->unit);
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

int64_t tx_certify_measure_price(const tx_certify *c, size_t csm, size_t m) {
  size_t n = 1;
  for (size_t x = 0; x < m; x++) {
    n += c->books->measure[x].amount != NULL;
  }
  return c->proof->price[csm * c->answer->dimensions + n];
}

/* The best sum of such a measure: any number that fits, and then a corner. Only a proof knows of them. */
static void add_measure(tx_certify *c, size_t i, size_t m) {
  const tx_books_measure *measure = &c->books->measure[m];
  int64_t used = c->base[i * c->wide + 1 + m], room = c->room[i * c->wide + 1 + m],
          price = tx_certify_measure_price(c, i, m);
  int64_t weight = c->proves == 3 ? c->proof->weight[3] : 0, least = 0, idle = tx_books_area(measure, i, used);
  for (size_t p = 0; p <= measure->pieces; p++) {
    int64_t at = p == measure->pieces ? room : measure->from[i * measure->pieces + p] - used;
    if (at > 0 && at <= room) {
      int64_t cost = weight * (tx_books_area(measure, i, used + at) - idle) - price * at;
      least = cost < least ? cost : least;
    }
  }
  tx_certify_vector term = {{least, 0, 0, 0}};
  tx_certify_add(&c->sums[c->parts], &term);
}

static void add_csm(tx_certify *c, size_t i) {
  size_t part = tx_certify_csm_part(c, i);
  tx_certify_vector idle = tx_certify_csm_cost(c, i, 0);
  if (c->proof == NULL) {
    for (int p = 0; p < TX_CERTIFY_PARTS; p++) {
      c->sums[part].whole.part[p] += idle.part[p];
    }
  } else {
    c->sums[c->parts].whole.part[0] += c->proves % 2 == 1 ? idle.part[c->proves] : 0;
  }
  if (part >= c->parts) {
    return;
  }
  if (c->sums[part].unit > 0) {
    tx_certify_vector least = best_load(c, i, &idle);
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
static bool at_entry(const tx_certify *c, size_t j, size_t entry, tx_certify_vector *cost) {
  const tx_books *books = c->books;
  uint32_t csm = books->offer_csm[entry];
  int64_t load = tx_certify_load(books, j);
  tx_certify_vector alone = {{0, 0, -tx_certify_points_at(books, j, entry), 0}}, price = paid(c, csm, load);
  *cost = scaled(c, &alone, c->sums[tx_certify_part_of(c, j)].scale);
  for (int p = 0; p < TX_CERTIFY_PARTS; p++) {
    cost->part[p] += price.part[p];
  }
  bool closed = tx_certify_is_closed(books, books->class_offer[books->customer_class[j]], entry);
  bool fits = (load == 0 || c->room[csm * c->wide] >= load) && (!closed || tx_certify_is_turned(books, j, csm));
  for (size_t m = 0; c->proof != NULL && m < books->measures; m++) {
    if (books->measure[m].amount != NULL) {
      int64_t amount = books->measure[m].amount[j];
      fits = fits && c->room[csm * c->wide + 1 + m] >= amount;
      cost->part[0] += fits ? tx_certify_measure_price(c, csm, m) * amount : 0;
    }
  }
  return fits;
}

/* The cheapest of a customer's places, or to stay uncovered. */
static void add_customer(tx_certify *c, size_t j) {
  const tx_books *books = c->books;
  size_t part = tx_certify_part_of(c, j), offer = books->class_offer[books->customer_class[j]];
  tx_certify_vector alone = {{tx_certify_value(books, j), 0, 0, 0}}, cost;
  if (tx_certify_is_fixed(books, j)) alone = (tx_certify_vector){{0, 0, -tx_certify_fixed_points(books, j), 0}};
  if (part == c->parts && c->proof != NULL) {
    c->sums[c->parts].whole.part[0] += alone.part[c->proves]; /* what no choice can change */
    return;
  }
  tx_certify_vector least = scaled(c, &alone, c->sums[part].scale);
  for (size_t e = books->offer_begin[offer]; part < c->parts && e < books->offer_begin[offer + 1]; e++) {
    least = at_entry(c, j, e, &cost) && before(&cost, &least) ? cost : least;
  }
  add_to(c, part, &least);
}

void tx_certify_add_all(tx_certify *c) {
  for (size_t i = 0; i < c->books->csms; i++) {
    add_csm(c, i);
  }
  for (size_t j = 0; j < c->books->customers; j++) {
    add_customer(c, j);
  }
}
