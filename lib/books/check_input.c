/* What there is for the check of bounds: customers that are fixed or free, who may come where, rooms. */
#include <string.h>

#include "base/divisor.h"
#include "books/check_private.h"

size_t tx_certify_part_of(const tx_certify *c, size_t j) {
  const tx_books *books = c->books;
  size_t offer = books->class_offer[books->customer_class[j]];
  if (tx_certify_is_fixed(books, j) || books->offer_begin[offer] == books->offer_begin[offer + 1]) {
    return c->parts;
  }
  return tx_certify_csm_part(c, books->offer_csm[books->offer_begin[offer]]);
}

int64_t tx_certify_points_at(const tx_books *books, size_t j, size_t entry) {
  uint32_t csm = books->offer_csm[entry];
  bool owned = books->owner != NULL && books->owner[j] == csm && books->owner_points != NULL;
  int64_t points =
      (books->offer_points != NULL ? books->offer_points[entry] : 0) + (owned ? books->owner_points[j] : 0);
  for (size_t x = tx_books_from(books->more_begin, j); x < tx_books_to(books->more_begin, j); x++) {
    points += books->more_csm[x] == csm ? books->more_points[x] : 0;
  }
  return points;
}

bool tx_certify_is_turned(const tx_books *books, size_t j, uint32_t csm) {
  for (size_t x = tx_books_from(books->turned_begin, j); x < tx_books_to(books->turned_begin, j); x++) {
    if (books->turned_csm[x] == csm) return true;
  }
  return false;
}

bool tx_certify_is_closed(const tx_books *books, size_t offer, size_t entry) {
  return entry >= tx_books_open_end(books, offer);
}

int64_t tx_certify_fixed_points(const tx_books *books, size_t j) {
  const size_t offer = books->class_offer[books->customer_class[j]];
  for (size_t e = books->offer_begin[offer]; e < books->offer_begin[offer + 1]; e++) {
    bool its = books->offer_csm[e] == books->fixed[j];
    if (its && tx_certify_is_closed(books, offer, e) == tx_certify_is_turned(books, j, books->fixed[j]))
      return tx_certify_points_at(books, j, e);
  }
  return 0;
}

static size_t size_of(tx_certify *c, int64_t load) {
  size_t at = 0;
  while (at < c->sizes && at < TX_CERTIFY_SIZES && c->size[at] != load) {
    at++;
  }
  if (at == c->sizes && at < TX_CERTIFY_SIZES) {
    c->size[c->sizes++] = load;
  } else if (at == TX_CERTIFY_SIZES) {
    c->sizes = TX_CERTIFY_SIZES + 1;
  }
  return at;
}

/* What is fixed, what is free, and who may come where. */
static void look_at_customers(tx_certify *c) {
  const tx_books *books = c->books;
  for (size_t j = 0; j < books->customers; j++) {
    size_t part = tx_certify_part_of(c, j);
    if (tx_certify_is_fixed(books, j)) {
      int64_t *base = c->base + books->fixed[j] * c->wide;
      base[0] += tx_certify_load(books, j);
      for (size_t m = 0; m < books->measures; m++) {
        base[1 + m] += tx_certify_amount(books, m, j);
      }
    } else if (part < c->parts) {
      c->used[books->customer_class[j]] = true;
      c->sums[part].load += tx_certify_load(books, j);
      c->sums[part].unit = tx_common_divisor(tx_certify_load(books, j), c->sums[part].unit);
      for (size_t m = 0; m < books->measures; m++) {
        c->totals[part * books->measures + m] += tx_certify_amount(books, m, j);
      }
    }
  }
  for (size_t k = 0; k < books->classes; k++) {
    if (!c->used[k] || books->class_load[k] == 0) {
      continue;
    }
    size_t offer = books->class_offer[k], s = size_of(c, books->class_load[k]);
    for (size_t e = books->offer_begin[offer]; s < TX_CERTIFY_SIZES && e < books->offer_begin[offer + 1]; e++) {
      c->may_come[books->offer_csm[e] * TX_CERTIFY_WORDS + s / 64] |= UINT64_C(1) << s % 64;
    }
  }
}

int64_t tx_certify_mark_loads(tx_certify *c, size_t csm, int64_t room, int64_t unit) {
  memset(c->reached, 0, (size_t)room + 1);
  c->reached[0] = 1;
  for (size_t s = 0; s < c->sizes; s++) {
    int64_t size = c->size[s] / unit;
    bool comes = (c->may_come[csm * TX_CERTIFY_WORDS + s / 64] >> s % 64 & 1) != 0;
    for (int64_t x = size; comes && x <= room; x++) {
      c->reached[x] |= c->reached[x - size];
    }
  }
  while (room > 0 && !c->reached[room]) {
    room--;
  }
  return room;
}

int64_t tx_certify_raw_room(const tx_certify *c, size_t i, bool *units) {
  const tx_books *books = c->books;
  const tx_certify_sum *s = &c->sums[tx_certify_csm_part(c, i)];
  int64_t limit = (books->hard != NULL ? books->hard[i] : books->capacity[i]) - c->base[i * c->wide];
  int64_t room = limit < 0 ? 0 : limit < s->load ? limit : s->load;
  *units = s->unit > 0 && c->sizes <= TX_CERTIFY_SIZES && room / s->unit <= TX_CERTIFY_UNITS;
  return tx_certify_csm_part(c, i) < c->parts && s->unit > 0 ? room : 0;
}

static void look_at_rooms(tx_certify *c) {
  const tx_books *books = c->books;
  for (size_t i = 0; i < books->csms; i++) {
    size_t part = tx_certify_csm_part(c, i);
    bool units;
    int64_t unit = c->sums[part].unit, room = tx_certify_raw_room(c, i, &units);
    c->room[i * c->wide] = units && part < c->parts ? tx_certify_mark_loads(c, i, room / unit, unit) * unit : room;
    for (size_t m = 0; part < c->parts && m < books->measures; m++) {
      const int64_t *limit = books->measure[m].limit;
      int64_t all = c->totals[part * books->measures + m];
      int64_t most = limit == NULL ? all : limit[i] - c->base[i * c->wide + 1 + m];
      c->room[i * c->wide + 1 + m] = most < 0 ? 0 : most < all ? most : all;
    }
  }
}

void tx_certify_look(tx_certify *c) {
  look_at_customers(c);
  look_at_rooms(c);
}
