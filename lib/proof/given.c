/* What does not change from one evaluation to the next: rooms, sizes, exceptions, and customers laid out by offers. */
#include "proof/prove.h"

#include <string.h>

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

static uint32_t place_within(const tx_books *books, size_t offer, size_t low, size_t end, uint32_t csm) {
  size_t high = end;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (books->offer_csm[middle] < csm) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  bool found = low < end && books->offer_csm[low] == csm;
  return found ? (uint32_t)(low - books->offer_begin[offer]) : TX_BOOKS_NONE;
}

static uint32_t closed_place(const tx_books *books, size_t offer, uint32_t csm) {
  return place_within(books, offer, tx_books_open_end(books, offer), books->offer_begin[offer + 1], csm);
}

/* Where an exception is on the customer's offer: in its open part, or in the closed one where it is let in. */
static uint32_t place_on_offer(const tx_books *books, size_t j, uint32_t csm) {
  size_t offer = books->class_offer[books->customer_class[j]];
  uint32_t place = place_within(books, offer, books->offer_begin[offer], tx_books_open_end(books, offer), csm);
  size_t x = tx_books_from(books->turned_begin, j), end = tx_books_to(books->turned_begin, j);
  while (place == TX_BOOKS_NONE && x < end && books->turned_csm[x] != csm) {
    x++;
  }
  return place == TX_BOOKS_NONE && x < end ? closed_place(books, offer, csm) : place;
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
  if (books->offer_open != NULL) {
    d->let_in = tx_arena_calloc(&d->arena, books->turned_begin[n] + 1, sizeof *d->let_in);
  }
  if ((books->owner != NULL && d->owner_entry == NULL) || (books->more_begin != NULL && d->more_entry == NULL) ||
      (books->offer_open != NULL && d->let_in == NULL)) {
    return false;
  }
  for (size_t at = 0; at < d->split->customer_begin[d->split->parts]; at++) {
    uint32_t j = d->split->customer_order[at];
    if (tx_dual_sleeps(d, d->result->customer_part[j])) {
      at = d->split->customer_begin[d->result->customer_part[j] + 1] - 1;
      continue;
    }
    if (books->owner != NULL) {
      bool has = books->owner[j] != TX_BOOKS_NONE;
      d->owner_entry[j] = has ? place_on_offer(books, j, books->owner[j]) : TX_BOOKS_NONE;
    }
    for (size_t x = tx_books_from(books->more_begin, j); x < tx_books_to(books->more_begin, j); x++) {
      d->more_entry[x] = place_on_offer(books, j, books->more_csm[x]);
    }
    for (size_t x = tx_dual_let_in_from(d, j); x < tx_dual_let_in_to(d, j); x++) {
      d->let_in[x] = closed_place(books, books->class_offer[books->customer_class[j]], books->turned_csm[x]);
    }
  }
  return true;
}

static void lay_out(tx_dual *d, uint32_t j, size_t at) {
  const tx_books *books = d->books;
  tx_dual_customer *one = &d->by_offer[at];
  *one = (tx_dual_customer){j, TX_BOOKS_NONE, books->value == NULL ? 1 : books->value[j], 0};
  if (books->owner != NULL) {
    one->owner = d->owner_entry[j];
    one->owner_points = books->owner_points == NULL ? 0 : books->owner_points[j];
  }
  d->by_offer_amount[at * d->dimensions] = books->class_load[books->customer_class[j]];
  for (size_t n = 1; n < d->dimensions; n++) {
    d->by_offer_amount[at * d->dimensions + n] = d->amount[n][j];
  }
}

/* Customers in parts by their offers, and room to lay an offer out. */
static bool sort_by_offer(tx_dual *d) {
  const tx_books *books = d->books;
  const tx_split *split = d->split;
  size_t n = split->customer_begin[split->parts], widest = 0;
  if (d->dimensions == 1) {
    return true;
  }
  d->by_offer_begin = tx_arena_calloc(&d->arena, books->offers + 2, sizeof *d->by_offer_begin);
  d->by_offer = tx_arena_calloc(&d->arena, n, sizeof *d->by_offer);
  d->by_offer_amount = tx_arena_calloc(&d->arena, n, d->dimensions * sizeof *d->by_offer_amount);
  for (size_t o = 0; o < books->offers; o++) {
    size_t width = books->offer_begin[o + 1] - books->offer_begin[o];
    widest = width > widest ? width : widest;
  }
  d->widest = widest;
  d->menu.price = tx_arena_calloc(&d->arena, widest, d->dimensions * sizeof *d->menu.price);
  d->menu.points = tx_arena_calloc(&d->arena, widest, sizeof *d->menu.points);
  d->menu.cost = tx_arena_calloc(&d->arena, widest, sizeof *d->menu.cost);
  if (d->by_offer_begin == NULL || d->by_offer == NULL || d->by_offer_amount == NULL || d->menu.price == NULL ||
      d->menu.points == NULL || d->menu.cost == NULL) {
    return false;
  }
  size_t *end = d->by_offer_begin + 1; /* so that filling in moves each to where the next begins */
  for (size_t x = 0; x < n; x++) {
    end[books->class_offer[books->customer_class[split->customer_order[x]]] + 1]++;
  }
  for (size_t o = 0; o < books->offers; o++) {
    end[o + 1] += end[o];
  }
  for (size_t x = 0; x < n; x++) {
    uint32_t j = split->customer_order[x];
    lay_out(d, j, end[books->class_offer[books->customer_class[j]]]++);
  }
  return true;
}

static int64_t larger(int64_t a, int64_t b) {
  b = b < 0 ? -b : b;
  return a > b ? a : b;
}

static void add_csm_sizes(const tx_dual *d, size_t i, int64_t *largest, double *summed) {
  int64_t imbalance = 0;
  for (size_t x = d->load_begin[i]; x < d->load_begin[i + 1]; x++) {
    largest[0] = larger(largest[0], d->loads[x].over);
    summed[0] += (double)d->loads[x].over;
    imbalance = larger(imbalance, d->loads[x].imbalance);
  }
  for (size_t n = 1; n < d->dimensions; n++) {
    int64_t all = d->split->base[i * d->dimensions + n] + d->room[i * d->dimensions + n];
    imbalance += d->curve[n] == NULL ? 0 : tx_curve_cost(d->curve[n], i, all);
  }
  largest[1] = larger(largest[1], imbalance);
  summed[1] += (double)imbalance;
}

/* Part by part; then those CSMs who are in none. */
static void find_loads_sizes(tx_dual *d) {
  const tx_split *split = d->split;
  int64_t largest[2] = {0, 0};
  double summed[2] = {0, 0};
  for (size_t i = 0; i < d->books->csms; i++) {
    if (split->csm_part[i] == TX_BOOKS_NONE) {
      add_csm_sizes(d, i, largest, summed);
    }
  }
  for (size_t p = 0; p < split->parts; p++) {
    tx_books_part *part = &d->result->part[p];
    if (!tx_dual_sleeps(d, p)) {
      memset(part->largest, 0, sizeof part->largest);
      part->summed[0] = part->summed[1] = 0;
      for (size_t x = split->csm_begin[p]; x < split->csm_begin[p + 1]; x++) {
        add_csm_sizes(d, split->csm_order[x], part->largest, part->summed);
      }
    }
    for (int n = 0; n < 2; n++) {
      largest[n] = larger(largest[n], part->largest[n]);
      summed[n] += part->summed[n];
    }
  }
  d->most[TX_OVER] = largest[0];
  d->total[TX_OVER] = summed[0];
  d->most[TX_IMBALANCE] = largest[1];
  d->total[TX_IMBALANCE] = summed[1];
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
  find_loads_sizes(d);
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
  d->share = tx_arena_calloc(&d->arena, d->split->parts, sizeof *d->share);
  return d->room != NULL && d->price != NULL && d->excess != NULL && d->load_begin != NULL && d->class_cost != NULL &&
         d->class_entry != NULL && d->share != NULL;
}

triax_status tx_dual_init(tx_dual *d, const tx_split *split, tx_books_result *result, const tx_cost *constant,
                          bool asleep, tx_watch *watch) {
  *d = (tx_dual){.split = split, .books = split->books, .result = result, .watch = watch, .constant = *constant};
  tx_arena_init(&d->arena, watch->context);
  d->asleep = asleep;
  d->dimensions = 1;
  for (size_t m = 0; m < d->books->measures; m++) {
    const tx_books_measure *measure = &d->books->measure[m];
    size_t n = measure->amount == NULL ? 0 : d->dimensions++;
    d->amount[n] = measure->amount;
    d->curve[n] = measure->pieces > 0 ? measure : NULL;
    d->limited = d->limited || (n > 0 && measure->limit != NULL);
  }
  if (!dual_arrays(d) || !tx_dual_loads(d) || !find_exceptions(d) || !sort_by_offer(d)) {
    return tx_no_memory(watch->error);
  }
  find_rooms(d);
  find_sizes(d);
  add_idle(d);
  d->pass = d->load_begin[d->books->csms] + 3 * d->books->customers;
  for (size_t k = 0; k < d->books->classes; k++) {
    size_t offer = d->books->class_offer[k];
    bool used = split->class_local[k] != TX_BOOKS_NONE;
    d->pass += used ? tx_books_open_end(d->books, offer) - d->books->offer_begin[offer] : 0;
  }
  d->deep_pass = d->pass;
  for (size_t j = 0; d->dimensions > 1 && j < d->books->customers; j++) {
    size_t offer = d->books->class_offer[d->books->customer_class[j]];
    d->deep_pass += (tx_books_open_end(d->books, offer) - d->books->offer_begin[offer]) * d->dimensions / 4;
  }
  return tx_watch_work(watch, d->pass);
}

void tx_dual_free(tx_dual *d) { tx_arena_free(&d->arena); }
