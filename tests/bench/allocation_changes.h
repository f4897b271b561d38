/* Changes of a generated company between one answer and the next, for benchmarks and tests. */
#ifndef TESTS_BENCH_ALLOCATION_CHANGES_H
#define TESTS_BENCH_ALLOCATION_CHANGES_H

#include "allocation_generate.h"

#define GENERATE_CSM 11 /* who leaves, joins, changes */

/* Nobody is offered the CSM any more: its accounts are orphans. */
static inline void leaves(generated *g) {
  tx_books *b = &g->books;
  size_t at = 0, begin = 0;
  for (size_t o = 0; o < b->offers; o++) {
    size_t end = g->offer_begin[o + 1];
    for (size_t e = begin; e < end; e++) {
      if (g->offer_csm[e] != GENERATE_CSM) {
        g->offer_csm[at] = g->offer_csm[e];
        g->offer_points[at++] = g->offer_points[e];
      }
    }
    begin = end;
    g->offer_begin[o + 1] = at;
  }
}

static void nothing(generated *g) { (void)g; }
static void goes(generated *g) { g->books.customers--; }
static void grow(generated *g, size_t j) {
  g->customer_class[j] = g->customer_class[j] / 3 * 3 + (g->customer_class[j] + 1) % 3;
}
static void grows(generated *g) { grow(g, 7); }
/* To the next offer that there is. */
static void change_pool(generated *g, size_t j) {
  size_t classes = g->books.classes, row = g->customer_class[j] / 3;
  do {
    row = (row + 1) % (classes / 3);
  } while (g->offer_begin[row] == g->offer_begin[row + 1]);
  g->customer_class[j] = (uint32_t)(row * 3 + g->customer_class[j] % 3);
}
static void changes_pool(generated *g) { change_pool(g, 7); }
static void more_value(generated *g) { g->value[7] = g->value[7] * 3 / 2; }
static void ten_change(generated *g) {
  for (size_t x = 0; x < 10; x++) {
    size_t j = (x * 7919 + 7) % g->books.customers;
    if (x % 3 == 0) {
      grow(g, j);
    } else if (x % 3 == 1) {
      change_pool(g, j);
    } else {
      g->value[j] = g->value[j] * 3 / 2;
    }
  }
}
static void other_points(generated *g) {
  for (size_t e = 0; e < g->offer_begin[g->books.offers]; e++) {
    g->offer_points[e] += g->offer_csm[e] == GENERATE_CSM;
  }
}
static void less_time(generated *g) {
  g->capacity[GENERATE_CSM] = g->hard[GENERATE_CSM] = g->capacity[GENERATE_CSM] * 4 / 5;
}

/* What was before the change, where that is not the company as it is generated, and what is after it. */
typedef struct generate_change {
  const char *name;
  void (*before)(generated *), (*after)(generated *);
} generate_change;
static const generate_change generate_changes[] = {
    {"no change", nothing, nothing},
    {"an account goes", nothing, goes},
    {"an account comes", goes, nothing},
    {"an account grows", nothing, grows},
    {"an account changes pool", nothing, changes_pool},
    {"an account gains value", nothing, more_value},
    {"ten accounts change", nothing, ten_change},
    {"a CSM leaves", nothing, leaves},
    {"a CSM joins", leaves, nothing},
    {"a CSM has less time", nothing, less_time},
    {"a CSM's points change", nothing, other_points},
};

/* Who was who before. */
typedef struct generate_former {
  uint32_t *customer, *csm;
} generate_former;

static void generate_start_from(generated *after, const tx_books_result *former, const generate_change *change,
                                generate_former *maps) {
  tx_books *b = &after->books;
  maps->customer = calloc(b->customers + 1, sizeof *maps->customer);
  maps->csm = calloc(b->csms + 1, sizeof *maps->csm);
  for (size_t j = 0; j < b->customers; j++) {
    maps->customer[j] = j < former->customers ? (uint32_t)j : TX_BOOKS_NONE;
  }
  for (size_t i = 0; i < b->csms; i++) {
    maps->csm[i] = i == GENERATE_CSM && change->before == leaves ? TX_BOOKS_NONE : (uint32_t)i;
  }
  b->former = former;
  b->former_customer = maps->customer;
  b->former_csm = maps->csm;
}

static void generate_maps_free(generate_former *maps) {
  free(maps->customer);
  free(maps->csm);
}

#endif
