#include "solver/former.h"

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
static uint32_t same_part(const tx_split *split, size_t part, const tx_former_map *map,
                          const tx_books_result *result) {
  const tx_books *books = split->books;
  const tx_books_result *former = books->former;
  const uint32_t *csms = split->csm_order + split->csm_begin[part];
  size_t count = split->csm_begin[part + 1] - split->csm_begin[part];
  uint32_t number = TX_BOOKS_NONE, last = 0;
  for (size_t i = 0; i < count; i++) {
    uint32_t there = former_csm(books, csms[i]);
    uint32_t its = there == TX_BOOKS_NONE ? TX_BOOKS_NONE : former->csm_part[there];
    bool follows = i == 0 || (its == number && there > last);
    if (its == TX_BOOKS_NONE || !follows || map->csm_today[there] != csms[i]) {
      return TX_BOOKS_NONE;
    }
    number = its;
    last = there;
  }
  const uint64_t *mark = former->part[number].mark;
  return memcmp(mark, result->part[part].mark, sizeof former->part[number].mark) == 0 ? number : TX_BOOKS_NONE;
}

static bool map_csms(tx_former_map *map, const tx_books *books, tx_arena *arena) {
  map->csm_today = tx_arena_calloc(arena, books->former->csms, sizeof *map->csm_today);
  for (size_t i = 0; map->csm_today != NULL && i < books->former->csms; i++) {
    map->csm_today[i] = TX_BOOKS_NONE;
  }
  for (uint32_t i = 0; map->csm_today != NULL && i < books->csms; i++) {
    uint32_t there = former_csm(books, i);
    if (there != TX_BOOKS_NONE) {
      map->csm_today[there] = i;
    }
  }
  return map->csm_today != NULL;
}

static bool map_customers(tx_former_map *map, const tx_books *books, tx_arena *arena) {
  map->customer_today = tx_arena_calloc(arena, books->former->customers, sizeof *map->customer_today);
  for (size_t j = 0; map->customer_today != NULL && j < books->former->customers; j++) {
    map->customer_today[j] = TX_BOOKS_NONE;
  }
  for (uint32_t j = 0; map->customer_today != NULL && j < books->customers; j++) {
    uint32_t there = former_customer(books, j);
    if (there != TX_BOOKS_NONE) {
      map->customer_today[there] = j;
    }
  }
  return map->customer_today != NULL;
}

/* The majority of each class's free customers, by who is left when unlike ones are struck off in pairs. */
static bool map_classes(tx_former_map *map, const tx_books *books, tx_arena *arena) {
  const tx_books_result *former = books->former;
  uint32_t *lead = tx_arena_calloc(arena, books->classes, sizeof *lead);
  map->class_there = tx_arena_calloc(arena, books->classes, sizeof *map->class_there);
  map->class_today = tx_arena_calloc(arena, former->classes, sizeof *map->class_today);
  if (lead == NULL || map->class_there == NULL || map->class_today == NULL) {
    return false;
  }
  for (size_t k = 0; k < books->classes; k++) {
    map->class_there[k] = TX_BOOKS_NONE;
  }
  for (uint32_t j = 0; j < books->customers; j++) {
    uint32_t there = former_customer(books, j), k = books->customer_class[j];
    bool fixed = books->fixed != NULL && books->fixed[j] != TX_BOOKS_NONE;
    if (there == TX_BOOKS_NONE || fixed) {
      continue;
    }
    if (lead[k] == 0) {
      map->class_there[k] = former->customer_class[there];
    }
    lead[k] += map->class_there[k] == former->customer_class[there] ? 1 : UINT32_MAX;
  }
  for (size_t k = 0; k < former->classes; k++) {
    map->class_today[k] = TX_BOOKS_NONE;
  }
  for (size_t k = books->classes; k-- > 0;) {
    if (map->class_there[k] != TX_BOOKS_NONE) {
      map->class_today[map->class_there[k]] = (uint32_t)k;
    }
  }
  return true;
}

bool tx_former_map_init(tx_former_map *map, const tx_books *books, tx_arena *arena) {
  *map = (tx_former_map){NULL, NULL, NULL, NULL};
  return books->former == NULL || (map_csms(map, books, arena) && map_customers(map, books, arena) &&
                                   map_classes(map, books, arena));
}

/* The part's CSM who was `csm` in the former answer, by its number within the part, or TX_BOOKS_NONE. */
static uint32_t local_csm(const tx_split *split, size_t part, const tx_former_map *map, uint32_t csm) {
  uint32_t here = csm < split->books->former->csms ? map->csm_today[csm] : TX_BOOKS_NONE;
  return here != TX_BOOKS_NONE && split->csm_part[here] == part ? split->csm_local[here] : TX_BOOKS_NONE;
}

/* The same of a class. */
static uint32_t local_class(const tx_split *split, size_t part, const tx_former_map *map, uint32_t k) {
  uint32_t here = k < split->books->former->classes ? map->class_today[k] : TX_BOOKS_NONE;
  if (here == TX_BOOKS_NONE || split->class_local[here] == TX_BOOKS_NONE) {
    return TX_BOOKS_NONE;
  }
  uint32_t local = split->class_local[here];
  size_t at = split->class_begin[part] + local;
  return at < split->class_begin[part + 1] && split->class_order[at] == here ? local : TX_BOOKS_NONE;
}

static uint32_t csm_today(const tx_former_map *map, uint32_t csm) {
  return csm == TX_BOOKS_NONE || csm == TX_BOOKS_LEFT ? csm : map->csm_today[csm];
}

/* Customers of a part that is as it was, and that everybody in it was in. */
static void take_customers(const tx_split *split, size_t part, const tx_former_map *map, tx_books_result *result) {
  const tx_books *books = split->books;
  const tx_books_result *former = books->former;
  for (size_t x = split->customer_begin[part]; x < split->customer_begin[part + 1]; x++) {
    uint32_t customer = split->customer_order[x], there = former_customer(books, customer);
    result->csm[customer] = csm_today(map, former->csm[there]);
    result->rest[customer] = csm_today(map, former->rest[there]);
    result->apart[customer] = csm_today(map, former->apart[there]);
  }
}

static void take_links(const tx_split *split, size_t part, const tx_former_map *map, tx_books_result *result) {
  const tx_books *books = split->books;
  const tx_books_result *former = books->former;
  for (size_t x = split->class_begin[part]; x < split->class_begin[part + 1]; x++) {
    uint32_t k = split->class_order[x];
    result->class_link[k] = former->class_link[map->class_there[k]];
    result->class_link[k].to = csm_today(map, result->class_link[k].to);
    result->class_price[k] = former->class_price[map->class_there[k]];
  }
  for (size_t x = split->csm_begin[part]; x < split->csm_begin[part + 1]; x++) {
    uint32_t i = split->csm_order[x], there = former_csm(books, i);
    uint32_t to = former->csm_link[there].to, apart = former->csm_link[there].apart;
    result->csm_link[i] = former->csm_link[there];
    result->csm_link[i].to = to == TX_BOOKS_NONE ? to : map->class_today[to];
    result->csm_link[i].apart = apart == TX_BOOKS_NONE ? apart : map->customer_today[apart];
    result->price[i] = former->price[there];
    result->csm_price[i] = former->csm_price[there];
  }
}

/* Equal marks, and the same customers and CSMs in the same order: the same problem, and so the same answer. */
bool tx_former_reuse(const tx_split *split, size_t part, const tx_former_map *map, tx_books_result *result) {
  const tx_books *books = split->books;
  const tx_books_result *former = books->former;
  uint32_t number = former == NULL ? TX_BOOKS_NONE : same_part(split, part, map, result), last = 0;
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
  take_customers(split, part, map, result);
  take_links(split, part, map, result);
  result->part[part] = former->part[number];
  result->part[part].taken = true;
  return true;
}

/* The part's customer who was `customer` in the former answer, by its number within the part, or TX_BOOKS_NONE. */
static uint32_t local_customer(const tx_split *split, size_t part, const tx_former_map *map, uint32_t customer) {
  uint32_t here = customer < split->books->former->customers ? map->customer_today[customer] : TX_BOOKS_NONE;
  size_t low = split->customer_begin[part], end = split->customer_begin[part + 1], high = end;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (split->customer_order[middle] < here) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  bool found = low < end && split->customer_order[low] == here;
  return found ? (uint32_t)(low - split->customer_begin[part]) : TX_BOOKS_NONE;
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

/* How far the parts that the CSMs were in were from their bounds, when they were answered from nothing: what each answer
 * allows itself does not grow from one to the next. */
static tx_cost former_gap(const tx_split *split, size_t part) {
  const tx_books *books = split->books;
  const tx_books_result *former = books->former;
  tx_cost gap = {{0, 0, 0, 0}};
  for (size_t x = split->csm_begin[part]; x < split->csm_begin[part + 1]; x++) {
    uint32_t there = former_csm(books, split->csm_order[x]);
    uint32_t its = there == TX_BOOKS_NONE ? TX_BOOKS_NONE : former->csm_part[there];
    for (int p = 0; its != TX_BOOKS_NONE && p < TX_PARTS; p++) {
      int64_t off = former->part[its].missed[p];
      gap.part[p] = off > gap.part[p] ? off : gap.part[p];
    }
  }
  return gap;
}

/* The former tree in the part's numbers; what is not known hangs on the root. */
static bool former_basis(const tx_split *split, size_t part, const tx_former_map *map, tx_arena *arena,
                         tx_basis *basis) {
  const tx_books *books = split->books;
  const tx_books_result *former = books->former;
  const uint32_t *classes = split->class_order + split->class_begin[part];
  const uint32_t *csms = split->csm_order + split->csm_begin[part];
  size_t class_count = split->class_begin[part + 1] - split->class_begin[part];
  size_t csm_count = split->csm_begin[part + 1] - split->csm_begin[part];
  tx_books_link *class_link = tx_arena_calloc(arena, class_count, sizeof *class_link);
  tx_books_link *csm_link = tx_arena_calloc(arena, csm_count, sizeof *csm_link);
  *basis = (tx_basis){NULL, NULL, class_link, csm_link};
  for (size_t k = 0; class_link != NULL && k < class_count; k++) {
    uint32_t there = map->class_there[classes[k]];
    class_link[k].to = TX_BOOKS_NONE;
    if (there != TX_BOOKS_NONE) {
      class_link[k] = former->class_link[there];
      class_link[k].to = local_csm(split, part, map, class_link[k].to);
    }
  }
  for (size_t i = 0; csm_link != NULL && i < csm_count; i++) {
    uint32_t there = former_csm(books, csms[i]);
    csm_link[i].to = csm_link[i].apart = TX_BOOKS_NONE;
    if (there != TX_BOOKS_NONE && map->csm_today[there] == csms[i]) {
      csm_link[i] = former->csm_link[there];
      csm_link[i].to = local_class(split, part, map, csm_link[i].to);
      csm_link[i].apart = local_customer(split, part, map, csm_link[i].apart);
    }
  }
  return class_link != NULL && csm_link != NULL;
}

/* Where the part's customers were, and where the relaxation kept them; *fresh counts those of whom neither is known. */
static void former_places(const tx_split *split, size_t part, const tx_former_map *map, uint32_t *at, uint32_t *rest,
                          uint32_t *apart, size_t *fresh) {
  const tx_books *books = split->books;
  const uint32_t *customers = split->customer_order + split->customer_begin[part];
  size_t n = split->customer_begin[part + 1] - split->customer_begin[part];
  *fresh = 0;
  for (size_t x = 0; x < n; x++) {
    uint32_t there = former_customer(books, customers[x]);
    uint32_t was = there == TX_BOOKS_NONE ? TX_BOOKS_NONE : books->former->csm[there];
    uint32_t kept = there == TX_BOOKS_NONE ? TX_BOOKS_NONE : books->former->rest[there];
    uint32_t alone = there == TX_BOOKS_NONE ? TX_BOOKS_NONE : books->former->apart[there];
    at[x] = local_csm(split, part, map, was);
    rest[x] = kept == TX_BOOKS_LEFT ? kept : local_csm(split, part, map, kept);
    apart[x] = local_csm(split, part, map, alone);
    if (alone != TX_BOOKS_NONE && apart[x] == TX_BOOKS_NONE) {
      apart[x] = TX_BOOKS_LEFT; /* alone as before, if on the root */
    }
    if (there == TX_BOOKS_NONE || (was != TX_BOOKS_NONE && at[x] == TX_BOOKS_NONE)) {
      at[x] = TX_BOOKS_LEFT; /* whoever had it is gone, or it is new */
      ++*fresh;
    }
  }
}

triax_status tx_former_of_part(const tx_split *split, size_t part, const tx_former_map *map, tx_arena *arena,
                               tx_former *out, bool *known, triax_error *error) {
  *known = false;
  if (split->books->former == NULL) {
    return TRIAX_OK;
  }
  size_t n = split->customer_begin[part + 1] - split->customer_begin[part], fresh = 0;
  size_t csms = split->csm_begin[part + 1] - split->csm_begin[part];
  uint32_t *at = tx_arena_calloc(arena, n, sizeof *at), *rest = tx_arena_calloc(arena, n, sizeof *rest);
  uint32_t *apart = tx_arena_calloc(arena, n, sizeof *apart);
  tx_books_price *price = tx_arena_calloc(arena, csms, sizeof *price);
  bool *touched = tx_arena_calloc(arena, csms, sizeof *touched);
  tx_basis basis;
  if (at == NULL || rest == NULL || apart == NULL || price == NULL || touched == NULL ||
      !former_basis(split, part, map, arena, &basis)) {
    return tx_no_memory(error);
  }
  former_places(split, part, map, at, rest, apart, &fresh);
  basis.rest = rest;
  basis.apart = apart;
  *out = (tx_former){at, basis, price, touched, former_gap(split, part)};
  *known = fresh <= n / NEW_SHARE + 1 && former_prices(split, part, price, touched);
  return TRIAX_OK;
}
