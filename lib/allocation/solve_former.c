#include "allocation/solve_former.h"

#include <string.h>

/* Of a part's customers, one in so many may be new before it is answered from nothing. */
#define NEW_SHARE 10

static uint32_t former_number(const uint32_t *map, uint32_t number, size_t count) {
  uint32_t there = map == NULL ? number : map[number];
  return there < count ? there : TX_BOOKS_NONE;
}
static uint32_t former_csm(const tx_books *books, uint32_t csm) {
  return former_number(books->former_csm, csm, books->former->csms);
}
static uint32_t former_customer(const tx_books *books, uint32_t j) {
  return former_number(books->former_customer, j, books->former->customers);
}

/* The former's part of the same mark that has all the CSMs of this one, in the same order. */
static uint32_t same_part(const tx_split *split, size_t part, const tx_books_result *result) {
  const tx_books *books = split->books;
  const tx_books_result *former = books->former;
  const uint32_t *csms = split->csm_order + split->csm_begin[part];
  size_t count = split->csm_begin[part + 1] - split->csm_begin[part];
  uint32_t number = TX_BOOKS_NONE, last = 0;
  for (size_t i = 0; i < count; i++) {
    uint32_t there = former_csm(books, csms[i]);
    uint32_t its = there == TX_BOOKS_NONE ? TX_BOOKS_NONE : former->csm_part[there];
    if (its == TX_BOOKS_NONE || (i > 0 && (its != number || there <= last))) {
      return TX_BOOKS_NONE;
    }
    number = its;
    last = there;
  }
  const uint64_t *mark = former->part[number].mark;
  return memcmp(mark, result->part[part].mark, sizeof former->part[number].mark) == 0 ? number : TX_BOOKS_NONE;
}

/* The part's CSM that the customer had, by its number within the part; *sure: it is known there. */
static uint32_t local_csm(const tx_split *split, size_t part, const uint32_t *local, uint32_t customer, bool *sure) {
  const tx_books *books = split->books;
  uint32_t there = former_customer(books, customer);
  *sure = there != TX_BOOKS_NONE;
  uint32_t csm = *sure ? books->former->csm[there] : TX_BOOKS_NONE;
  if (csm == TX_BOOKS_NONE) {
    return TX_BOOKS_NONE;
  }
  uint32_t here = local[csm];
  *sure = here != TX_BOOKS_NONE && split->csm_part[here] == part;
  return *sure ? split->csm_local[here] : TX_BOOKS_NONE;
}

/* From the former's CSMs to those of today, for a part's: by looking the part's own up. */
static bool map_back(const tx_split *split, uint32_t **back, tx_arena *arena) {
  const tx_books *books = split->books;
  uint32_t *map = tx_arena_calloc(arena, books->former->csms, sizeof *map);
  *back = map;
  for (size_t i = 0; map != NULL && i < books->former->csms; i++) {
    map[i] = TX_BOOKS_NONE;
  }
  for (uint32_t i = 0; map != NULL && i < books->csms; i++) {
    uint32_t there = former_csm(books, i);
    if (there != TX_BOOKS_NONE) {
      map[there] = i;
    }
  }
  return map != NULL;
}

/* The part's CSM who has this number in the former answer; they ascend there as here. */
static uint32_t csm_today(const tx_split *split, size_t part, uint32_t there) {
  const uint32_t *csms = split->csm_order + split->csm_begin[part];
  size_t low = 0, high = split->csm_begin[part + 1] - split->csm_begin[part];
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (former_csm(split->books, csms[middle]) < there) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return csms[low];
}

/* Equal marks, and the same customers and CSMs in the same order: the same problem, and so the same answer. */
bool tx_former_reuse(const tx_split *split, size_t part, tx_books_result *result) {
  const tx_books *books = split->books;
  const tx_books_result *former = books->former;
  uint32_t number = former == NULL ? TX_BOOKS_NONE : same_part(split, part, result), last = 0;
  if (number == TX_BOOKS_NONE) {
    return false;
  }
  for (size_t x = split->customer_begin[part]; x < split->customer_begin[part + 1]; x++) {
    uint32_t there = former_customer(books, split->customer_order[x]);
    bool follows = x == split->customer_begin[part] || there > last;
    if (there == TX_BOOKS_NONE || former->customer_part[there] != number || !follows) {
      return false;
    }
    last = there;
  }
  for (size_t x = split->customer_begin[part]; x < split->customer_begin[part + 1]; x++) {
    uint32_t customer = split->customer_order[x], csm = former->csm[former_customer(books, customer)];
    result->csm[customer] = csm == TX_BOOKS_NONE ? TX_BOOKS_NONE : csm_today(split, part, csm);
  }
  for (size_t i = split->csm_begin[part]; i < split->csm_begin[part + 1]; i++) {
    uint32_t csm = split->csm_order[i];
    result->price[csm] = former->price[former_csm(books, csm)];
    result->csm_price[csm] = former->csm_price[former_csm(books, csm)];
  }
  result->part[part] = former->part[number];
  return true;
}

/* A CSM who is new has the price of one who stands beside it on offer. */
static void price_new(const tx_split *split, size_t part, tx_books_price *price) {
  const tx_books *books = split->books;
  for (size_t x = split->offer_begin[part]; x < split->offer_begin[part + 1]; x++) {
    size_t offer = split->offer_order[x];
    const tx_books_price *known = NULL;
    for (size_t e = books->offer_begin[offer]; e < books->offer_begin[offer + 1]; e++) {
      const tx_books_price *its = &price[split->csm_local[books->offer_csm[e]]];
      known = its->scale > 0 ? its : known;
    }
    for (size_t e = books->offer_begin[offer]; known != NULL && e < books->offer_begin[offer + 1]; e++) {
      tx_books_price *its = &price[split->csm_local[books->offer_csm[e]]];
      if (its->scale == 0) {
        *its = *known;
      }
    }
  }
}

static bool former_prices(const tx_split *split, size_t part, tx_books_price *price, bool *touched) {
  const tx_books *books = split->books;
  size_t begin = split->csm_begin[part], count = split->csm_begin[part + 1] - begin;
  for (size_t i = 0; i < count; i++) {
    uint32_t there = former_csm(books, split->csm_order[begin + i]);
    touched[i] = there == TX_BOOKS_NONE;
    price[i] = there == TX_BOOKS_NONE ? (tx_books_price){0, {0, 0, 0, 0}} : books->former->price[there];
  }
  price_new(split, part, price);
  bool all = true;
  for (size_t i = 0; i < count; i++) {
    all = all && price[i].scale > 0;
  }
  return all;
}

/* How far the parts were from their bounds that the CSMs were in. */
static tx_cost former_gap(const tx_split *split, size_t part) {
  const tx_books *books = split->books;
  const tx_books_result *former = books->former;
  tx_cost gap = {{0, 0, 0, 0}};
  for (size_t x = split->csm_begin[part]; x < split->csm_begin[part + 1]; x++) {
    uint32_t there = former_csm(books, split->csm_order[x]);
    uint32_t its = there == TX_BOOKS_NONE ? TX_BOOKS_NONE : former->csm_part[there];
    for (int p = 0; its != TX_BOOKS_NONE && p < TX_PARTS; p++) {
      int64_t off = p < former->part[its].proven ? former->part[its].goal[p] - former->part[its].bound[p] : 0;
      gap.part[p] = off > gap.part[p] ? off : gap.part[p];
    }
  }
  return gap;
}

triax_status tx_former_of_part(const tx_split *split, size_t part, tx_arena *arena, tx_former *out, bool *known,
                               triax_error *error) {
  const tx_books *books = split->books;
  *known = false;
  if (books->former == NULL) {
    return TRIAX_OK;
  }
  size_t begin = split->customer_begin[part], n = split->customer_begin[part + 1] - begin, fresh = 0;
  size_t csms = split->csm_begin[part + 1] - split->csm_begin[part];
  uint32_t *at = tx_arena_calloc(arena, n, sizeof *at), *back;
  tx_books_price *price = tx_arena_calloc(arena, csms, sizeof *price);
  bool *touched = tx_arena_calloc(arena, csms, sizeof *touched);
  if (at == NULL || price == NULL || touched == NULL || !map_back(split, &back, arena)) {
    return tx_no_memory(error);
  }
  for (size_t x = 0; x < n; x++) {
    bool sure;
    at[x] = local_csm(split, part, back, split->customer_order[begin + x], &sure);
    fresh += !sure;
  }
  *out = (tx_former){at, price, touched, former_gap(split, part)};
  *known = fresh <= n / NEW_SHARE + 1 && former_prices(split, part, price, touched);
  return TRIAX_OK;
}
