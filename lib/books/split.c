/* Finding the parts: CSMs joined by offers, then everything grouped by counting. */
#include "books/split.h"

/* Root of a CSM's tree; halves paths on the way. */
static uint32_t root_of(uint32_t *parent, uint32_t csm) {
  while (parent[csm] != csm) {
    parent[csm] = parent[parent[csm]];
    csm = parent[csm];
  }
  return csm;
}

/* Joins the CSMs of every offer in use. The root is always the lowest, so that parts come in a fixed order. */
static void join_offers(tx_split *split, const uint32_t *offer_used) {
  const tx_books *books = split->books;
  uint32_t *parent = split->csm_part;
  for (size_t i = 0; i < books->csms; i++) {
    parent[i] = (uint32_t)i;
  }
  for (size_t o = 0; o < books->offers; o++) {
    for (size_t e = books->offer_begin[o] + 1; offer_used[o] != TX_BOOKS_NONE && e < books->offer_begin[o + 1]; e++) {
      uint32_t a = root_of(parent, books->offer_csm[e - 1]), b = root_of(parent, books->offer_csm[e]);
      parent[a > b ? a : b] = a < b ? a : b;
    }
  }
}

/* Marks classes and offers in use by a free customer: local numbers follow later. */
static void mark_used(tx_split *split) {
  const tx_books *books = split->books;
  for (size_t o = 0; o < books->offers; o++) {
    split->offer_local[o] = TX_BOOKS_NONE;
  }
  for (size_t k = 0; k < books->classes; k++) {
    split->class_local[k] = TX_BOOKS_NONE;
  }
  for (size_t j = 0; j < books->customers; j++) {
    if (books->fixed == NULL || books->fixed[j] == TX_BOOKS_NONE) {
      split->class_local[books->customer_class[j]] = 0;
    }
  }
  for (size_t k = 0; k < books->classes; k++) {
    size_t offer = books->class_offer[k];
    bool empty = books->offer_begin[offer] == books->offer_begin[offer + 1];
    split->class_local[k] = empty ? TX_BOOKS_NONE : split->class_local[k];
    split->offer_local[offer] = split->class_local[k] == 0 ? 0 : split->offer_local[offer];
  }
}

/* From trees to numbers: roots that an offer in use names get the next number, in order of the lowest CSM. */
static void number_parts(tx_split *split, uint32_t *number) {
  const tx_books *books = split->books;
  for (size_t i = 0; i < books->csms; i++) {
    number[i] = TX_BOOKS_NONE;
  }
  for (size_t o = 0; o < books->offers; o++) {
    if (split->offer_local[o] != TX_BOOKS_NONE) {
      number[root_of(split->csm_part, books->offer_csm[books->offer_begin[o]])] = 0;
    }
  }
  for (size_t i = 0; i < books->csms; i++) {
    if (number[i] != TX_BOOKS_NONE) {
      number[i] = (uint32_t)split->parts++;
    }
  }
  for (size_t i = books->csms; i-- > 0;) {
    /* Roots are lowest in their tree: going down, a CSM's tree is still whole when it is looked up. */
    split->csm_part[i] = number[root_of(split->csm_part, (uint32_t)i)];
  }
}

static uint32_t offer_part(const tx_split *split, size_t offer) {
  const tx_books *books = split->books;
  return split->offer_local[offer] == TX_BOOKS_NONE
             ? TX_BOOKS_NONE
             : split->csm_part[books->offer_csm[books->offer_begin[offer]]];
}
static uint32_t csm_part(const tx_split *split, size_t csm) { return split->csm_part[csm]; }
static uint32_t class_part(const tx_split *split, size_t k) {
  return split->class_local[k] == TX_BOOKS_NONE ? TX_BOOKS_NONE : offer_part(split, split->books->class_offer[k]);
}

/* As group does, with the classes' parts looked up once. */
static bool group_customers(tx_split *split) {
  const tx_books *books = split->books;
  uint32_t *part_of = tx_arena_calloc(&split->arena, books->classes, sizeof *part_of);
  size_t *begin = split->customer_begin;
  for (size_t k = 0; part_of != NULL && k < books->classes; k++) {
    part_of[k] = class_part(split, k);
  }
  for (int step = 0; part_of != NULL && step < 2; step++) {
    for (size_t j = 0; j < books->customers; j++) {
      bool fixed = books->fixed != NULL && books->fixed[j] != TX_BOOKS_NONE;
      uint32_t part = fixed ? TX_BOOKS_NONE : part_of[books->customer_class[j]];
      if (part != TX_BOOKS_NONE && step == 0) {
        begin[part + 1]++;
      } else if (part != TX_BOOKS_NONE) {
        split->customer_order[begin[part]++] = (uint32_t)j;
      }
    }
    for (size_t p = 0; p < split->parts && step == 0; p++) {
      begin[p + 1] += begin[p];
    }
  }
  /* Each part's first place has moved to where the next begins. */
  for (size_t p = split->parts; p > 0; p--) {
    begin[p] = begin[p - 1];
  }
  begin[0] = 0;
  return part_of != NULL;
}

/* Groups `count` things by part: order and begin are filled, local (NULL allowed) gets each one's place. */
static void group(const tx_split *split, size_t count, uint32_t (*part_of)(const tx_split *, size_t), uint32_t *order,
                  size_t *begin, uint32_t *local) {
  for (size_t x = 0; x < count; x++) {
    uint32_t part = part_of(split, x);
    if (part != TX_BOOKS_NONE) {
      begin[part + 1]++;
    }
  }
  for (size_t p = 0; p < split->parts; p++) {
    begin[p + 1] += begin[p];
  }
  size_t grouped = begin[split->parts];
  for (size_t x = count; x-- > 0;) {
    uint32_t part = part_of(split, x);
    if (part != TX_BOOKS_NONE) {
      order[--begin[part + 1]] = (uint32_t)x;
    }
  }
  /* Each begin[part + 1] has come down to the part's first place: shift back by one. */
  for (size_t p = 0; p < split->parts; p++) {
    begin[p] = begin[p + 1];
  }
  begin[split->parts] = grouped;
  for (size_t p = 0, x = 0; local != NULL && p < split->parts; p++) {
    for (x = begin[p]; x < begin[p + 1]; x++) {
      local[order[x]] = (uint32_t)(x - begin[p]);
    }
  }
}

static void sum_fixed(tx_split *split) {
  const tx_books *books = split->books;
  for (size_t j = 0; books->fixed != NULL && j < books->customers; j++) {
    if (books->fixed[j] == TX_BOOKS_NONE) {
      continue;
    }
    int64_t *row = split->base + books->fixed[j] * split->dimensions;
    row[0] += books->class_load[books->customer_class[j]];
    for (size_t m = 0, d = 1; m < books->measures; m++) {
      if (books->measure[m].amount != NULL) {
        row[d++] += books->measure[m].amount[j];
      }
    }
  }
}

static bool first_arrays(tx_split *split) {
  const tx_books *books = split->books;
  tx_arena *arena = &split->arena;
  split->csm_part = tx_arena_calloc(arena, books->csms, sizeof *split->csm_part);
  split->csm_local = tx_arena_calloc(arena, books->csms, sizeof *split->csm_local);
  split->offer_local = tx_arena_calloc(arena, books->offers, sizeof *split->offer_local);
  split->class_local = tx_arena_calloc(arena, books->classes, sizeof *split->class_local);
  split->csm_order = tx_arena_calloc(arena, books->csms, sizeof *split->csm_order);
  split->offer_order = tx_arena_calloc(arena, books->offers, sizeof *split->offer_order);
  split->class_order = tx_arena_calloc(arena, books->classes, sizeof *split->class_order);
  split->customer_order = tx_arena_calloc(arena, books->customers, sizeof *split->customer_order);
  split->base = tx_arena_calloc(arena, books->csms, split->dimensions * sizeof *split->base);
  return split->csm_part != NULL && split->csm_local != NULL && split->offer_local != NULL &&
         split->class_local != NULL && split->csm_order != NULL && split->offer_order != NULL &&
         split->class_order != NULL && split->customer_order != NULL && split->base != NULL;
}

static bool part_arrays(tx_split *split) {
  size_t count = split->parts + 1;
  split->csm_begin = tx_arena_calloc(&split->arena, count, sizeof *split->csm_begin);
  split->offer_begin = tx_arena_calloc(&split->arena, count, sizeof *split->offer_begin);
  split->class_begin = tx_arena_calloc(&split->arena, count, sizeof *split->class_begin);
  split->customer_begin = tx_arena_calloc(&split->arena, count, sizeof *split->customer_begin);
  return split->csm_begin != NULL && split->offer_begin != NULL && split->class_begin != NULL &&
         split->customer_begin != NULL;
}

triax_status tx_split_init(tx_split *split, const tx_books *books, triax_context *context, triax_error *error) {
  *split = (tx_split){.books = books, .dimensions = 1};
  for (size_t m = 0; m < books->measures; m++) {
    split->dimensions += books->measure[m].amount != NULL;
  }
  tx_arena_init(&split->arena, context);
  bool ready = first_arrays(split);
  if (ready) {
    mark_used(split);
    join_offers(split, split->offer_local);
    number_parts(split, split->csm_local);
    ready = part_arrays(split);
  }
  if (!ready) {
    tx_split_free(split);
    return tx_no_memory(error);
  }
  /* Customers and classes ask whether their offer is in use: they are grouped before the marks become numbers. */
  if (!group_customers(split)) {
    tx_split_free(split);
    return tx_no_memory(error);
  }
  group(split, books->csms, csm_part, split->csm_order, split->csm_begin, split->csm_local);
  group(split, books->classes, class_part, split->class_order, split->class_begin, split->class_local);
  group(split, books->offers, offer_part, split->offer_order, split->offer_begin, split->offer_local);
  sum_fixed(split);
  return TRIAX_OK;
}

void tx_split_free(tx_split *split) { tx_arena_free(&split->arena); }

/* Copies the part's rows of a CSM array. */
static int64_t *gather(tx_arena *arena, const int64_t *from, const uint32_t *order, size_t count, size_t width) {
  int64_t *out = tx_arena_calloc(arena, count, width * sizeof *out);
  for (size_t x = 0; out != NULL && x < count; x++) {
    for (size_t w = 0; w < width; w++) {
      out[x * width + w] = from[order[x] * width + w];
    }
  }
  return out;
}

static bool build_offers(const tx_split *split, size_t part, tx_arena *arena, tx_books *out) {
  const tx_books *books = split->books;
  const uint32_t *order = split->offer_order + split->offer_begin[part];
  size_t entries = 0;
  for (size_t o = 0; o < out->offers; o++) {
    entries += books->offer_begin[order[o] + 1] - books->offer_begin[order[o]];
  }
  size_t *begin = tx_arena_calloc(arena, out->offers + 1, sizeof *begin);
  size_t *open = books->offer_open == NULL ? NULL : tx_arena_calloc(arena, out->offers, sizeof *open);
  uint32_t *csm = tx_arena_calloc(arena, entries, sizeof *csm);
  int64_t *points = books->offer_points == NULL ? NULL : tx_arena_calloc(arena, entries, sizeof *points);
  if (begin == NULL || csm == NULL || (books->offer_points != NULL && points == NULL) ||
      (books->offer_open != NULL && open == NULL)) {
    return false;
  }
  size_t at = 0;
  for (size_t o = 0; o < out->offers; o++) {
    if (open != NULL) {
      open[o] = at + books->offer_open[order[o]] - books->offer_begin[order[o]];
    }
    for (size_t e = books->offer_begin[order[o]]; e < books->offer_begin[order[o] + 1]; e++, at++) {
      csm[at] = split->csm_local[books->offer_csm[e]];
      if (points != NULL) {
        points[at] = books->offer_points[e];
      }
    }
    begin[o + 1] = at;
  }
  out->offer_begin = begin;
  out->offer_open = open;
  out->offer_csm = csm;
  out->offer_points = points;
  return true;
}

static bool build_classes(const tx_split *split, size_t part, tx_arena *arena, tx_books *out) {
  const uint32_t *order = split->class_order + split->class_begin[part];
  int64_t *load = gather(arena, split->books->class_load, order, out->classes, 1);
  uint32_t *offer = tx_arena_calloc(arena, out->classes, sizeof *offer);
  for (size_t k = 0; offer != NULL && k < out->classes; k++) {
    offer[k] = split->offer_local[split->books->class_offer[order[k]]];
  }
  out->class_load = load;
  out->class_offer = offer;
  return load != NULL && offer != NULL;
}

/* Exceptions at CSMs of the part; the others come to nothing. */
static bool build_more(const tx_split *split, tx_arena *arena, const uint32_t *order, uint32_t part, tx_books *out) {
  const tx_books *books = split->books;
  size_t most = 0, at = 0;
  if (books->more_begin == NULL) {
    return true;
  }
  for (size_t j = 0; j < out->customers; j++) {
    most += books->more_begin[order[j] + 1] - books->more_begin[order[j]];
  }
  size_t *begin = tx_arena_calloc(arena, out->customers + 1, sizeof *begin);
  uint32_t *csm = tx_arena_calloc(arena, most + 1, sizeof *csm);
  int64_t *points = tx_arena_calloc(arena, most + 1, sizeof *points);
  if (begin == NULL || csm == NULL || points == NULL) {
    return false;
  }
  for (size_t j = 0; j < out->customers; j++) {
    for (size_t x = books->more_begin[order[j]]; x < books->more_begin[order[j] + 1]; x++) {
      if (split->csm_part[books->more_csm[x]] == part) {
        csm[at] = split->csm_local[books->more_csm[x]];
        points[at++] = books->more_points[x];
      }
    }
    begin[j + 1] = at;
  }
  out->more_begin = begin;
  out->more_csm = csm;
  out->more_points = points;
  return true;
}

/* Who is struck off or let in at CSMs of the part. */
static bool build_turned(const tx_split *split, tx_arena *arena, const uint32_t *order, uint32_t part, tx_books *out) {
  const tx_books *books = split->books;
  size_t most = 0, at = 0;
  if (books->turned_begin == NULL) {
    return true;
  }
  for (size_t j = 0; j < out->customers; j++) {
    most += books->turned_begin[order[j] + 1] - books->turned_begin[order[j]];
  }
  size_t *begin = tx_arena_calloc(arena, out->customers + 1, sizeof *begin);
  uint32_t *csm = tx_arena_calloc(arena, most + 1, sizeof *csm);
  if (begin == NULL || csm == NULL) {
    return false;
  }
  for (size_t j = 0; j < out->customers; j++) {
    for (size_t x = books->turned_begin[order[j]]; x < books->turned_begin[order[j] + 1]; x++) {
      if (split->csm_part[books->turned_csm[x]] == part) {
        csm[at++] = split->csm_local[books->turned_csm[x]];
      }
    }
    begin[j + 1] = at;
  }
  out->turned_begin = begin;
  out->turned_csm = csm;
  return true;
}

static bool build_customers(const tx_split *split, size_t part, tx_arena *arena, tx_books *out) {
  const tx_books *books = split->books;
  const uint32_t *order = split->customer_order + split->customer_begin[part];
  size_t n = out->customers;
  uint32_t *class_of = tx_arena_calloc(arena, n, sizeof *class_of);
  uint32_t *owner = books->owner == NULL ? NULL : tx_arena_calloc(arena, n, sizeof *owner);
  if (class_of == NULL || (books->owner != NULL && owner == NULL)) {
    return false;
  }
  for (size_t j = 0; j < n; j++) {
    class_of[j] = split->class_local[books->customer_class[order[j]]];
    if (owner != NULL) {
      uint32_t csm = books->owner[order[j]];
      owner[j] = csm != TX_BOOKS_NONE && split->csm_part[csm] == part ? split->csm_local[csm] : TX_BOOKS_NONE;
    }
  }
  out->customer_class = class_of;
  out->owner = owner;
  out->value = books->value == NULL ? NULL : gather(arena, books->value, order, n, 1);
  out->owner_points = books->owner_points == NULL ? NULL : gather(arena, books->owner_points, order, n, 1);
  return build_more(split, arena, order, (uint32_t)part, out) &&
         build_turned(split, arena, order, (uint32_t)part, out) && (books->value == NULL || out->value != NULL) &&
         (books->owner_points == NULL || out->owner_points != NULL);
}

static bool build_measure(const tx_split *split, size_t part, tx_arena *arena, const tx_books *out,
                          const tx_books_measure *from, tx_books_measure *to) {
  const uint32_t *csms = split->csm_order + split->csm_begin[part];
  *to = (tx_books_measure){.pieces = from->pieces};
  to->limit = from->limit == NULL ? NULL : gather(arena, from->limit, csms, out->csms, 1);
  to->from = from->pieces == 0 ? NULL : gather(arena, from->from, csms, out->csms, from->pieces);
  to->slope = from->pieces == 0 ? NULL : gather(arena, from->slope, csms, out->csms, from->pieces);
  return (from->limit == NULL || to->limit != NULL) &&
         (from->pieces == 0 || (to->from != NULL && to->slope != NULL));
}

bool tx_part_outline(const tx_split *split, size_t part, tx_arena *arena, tx_part *out) {
  const tx_books *books = split->books;
  const uint32_t *csms = split->csm_order + split->csm_begin[part];
  *out = (tx_part){.books = {.effort = books->effort, .seed = books->seed, .measures = books->measures,
                              .together = books->together}};
  tx_books *sub = &out->books;
  sub->csms = split->csm_begin[part + 1] - split->csm_begin[part];
  sub->offers = split->offer_begin[part + 1] - split->offer_begin[part];
  sub->classes = split->class_begin[part + 1] - split->class_begin[part];
  sub->customers = split->customer_begin[part + 1] - split->customer_begin[part];
  sub->measure = out->measure;
  sub->capacity = gather(arena, books->capacity, csms, sub->csms, 1);
  sub->hard = books->hard == NULL ? NULL : gather(arena, books->hard, csms, sub->csms, 1);
  out->base = gather(arena, split->base, csms, sub->csms, split->dimensions);
  bool built = sub->capacity != NULL && (books->hard == NULL || sub->hard != NULL) && out->base != NULL;
  built = built && build_offers(split, part, arena, sub) && build_classes(split, part, arena, sub);
  for (size_t m = 0; built && m < books->measures; m++) {
    built = build_measure(split, part, arena, sub, &books->measure[m], &out->measure[m]);
  }
  return built;
}

bool tx_part_fill(const tx_split *split, size_t part, tx_arena *arena, tx_part *out) {
  const tx_books *books = split->books;
  const uint32_t *customers = split->customer_order + split->customer_begin[part];
  bool built = build_customers(split, part, arena, &out->books);
  for (size_t m = 0; built && m < books->measures; m++) {
    const int64_t *amount = books->measure[m].amount;
    out->measure[m].amount = amount == NULL ? NULL : gather(arena, amount, customers, out->books.customers, 1);
    built = amount == NULL || out->measure[m].amount != NULL;
  }
  return built;
}

bool tx_part_build(const tx_split *split, size_t part, tx_arena *arena, tx_part *out) {
  return tx_part_outline(split, part, arena, out) && tx_part_fill(split, part, arena, out);
}
