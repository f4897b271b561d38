/* Seeded company-like books problems, for benchmarks and tests: pools by region, language and vertical, three kinds of
 * load, most customers owned. The same seed gives the same problem on any machine. */
#ifndef TESTS_BENCH_ALLOCATION_GENERATE_H
#define TESTS_BENCH_ALLOCATION_GENERATE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "books/books.h"

typedef struct generated {
  tx_books books;
  int64_t *capacity, *hard, *offer_points, *class_load, *value, *owner_points, *from, *slope, *arr_from, *arr_slope,
      *one, *one_from, *one_slope;
  size_t *offer_begin;
  uint32_t *offer_csm, *class_offer, *customer_class, *owner;
  tx_books_measure measure[3];
} generated;

typedef struct generate_options {
  size_t customers, csms;
  uint64_t seed;
  int regions, languages, verticals; /* a CSM serves one region, one or two languages and verticals */
  int tightness;                     /* capacity in percent of the whole load */
  int stretch;                       /* percent */
  int measures;                      /* 0: points alone, 1: load balanced, 2: value balanced as well, 3: and accounts */
  int shared;                        /* 1: every class has every CSM on offer */
} generate_options;

static uint64_t generate_next(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}
static size_t generate_below(uint64_t *state, size_t bound) { return (size_t)(generate_next(state) % bound); }

typedef struct generate_csm {
  int region, language[2], vertical[2];
} generate_csm;

static void generate_offers(generated *g, const generate_options *o, const generate_csm *csm, uint64_t *r) {
  size_t rows = o->shared ? 1 : (size_t)(o->regions * o->languages * o->verticals), room = 0, at = 0;
  g->offer_begin = calloc(rows + 1, sizeof *g->offer_begin);
  for (size_t row = 0; row < rows; row++) {
    int region = (int)(row % (size_t)o->regions), rest = (int)(row / (size_t)o->regions);
    int language = rest % o->languages, vertical = rest / o->languages;
    for (size_t i = 0; i < o->csms; i++) {
      const generate_csm *c = &csm[i];
      int speaks = c->language[0] == language || c->language[1] == language;
      int knows = c->vertical[0] == vertical || c->vertical[1] == vertical;
      if (!o->shared && !(c->region == region && speaks && knows)) {
        continue;
      }
      if (at == room) {
        room = room * 2 + 1024;
        g->offer_csm = realloc(g->offer_csm, room * sizeof *g->offer_csm);
        g->offer_points = realloc(g->offer_points, room * sizeof *g->offer_points);
      }
      g->offer_csm[at] = (uint32_t)i;
      g->offer_points[at++] = (int64_t)generate_below(r, 3);
    }
    g->offer_begin[row + 1] = at;
  }
  g->books.offers = rows;
}

static void generate_classes(generated *g) {
  static const int64_t loads[3] = {20, 8, 3};
  size_t classes = g->books.offers * 3;
  g->class_load = calloc(classes, sizeof *g->class_load);
  g->class_offer = calloc(classes, sizeof *g->class_offer);
  for (size_t k = 0; k < classes; k++) {
    g->class_load[k] = loads[k % 3];
    g->class_offer[k] = (uint32_t)(k / 3);
  }
  g->books.classes = classes;
}

static void generate_customers(generated *g, const generate_options *o, uint64_t *r) {
  size_t n = o->customers;
  g->customer_class = calloc(n + 1, sizeof *g->customer_class);
  g->owner = calloc(n + 1, sizeof *g->owner);
  g->value = calloc(n + 1, sizeof *g->value);
  g->owner_points = calloc(n + 1, sizeof *g->owner_points);
  for (size_t j = 0; j < n; j++) {
    size_t size = generate_below(r, 10), row = generate_below(r, g->books.offers);
    /* Pools nobody serves would only add customers without a choice. */
    while (g->offer_begin[row] == g->offer_begin[row + 1] && g->offer_begin[g->books.offers] > 0) {
      row = generate_below(r, g->books.offers);
    }
    g->customer_class[j] = (uint32_t)(row * 3 + (size < 1 ? 0 : size < 4 ? 1 : 2));
    g->value[j] = (int64_t)(1000 + generate_below(r, 20000)) * (size < 1 ? 25 : size < 4 ? 8 : 1);
    g->owner[j] = TX_BOOKS_NONE;
    size_t width = g->offer_begin[row + 1] - g->offer_begin[row], dice = generate_below(r, 100);
    if (dice < 7 && o->csms > 0) {
      g->owner[j] = (uint32_t)generate_below(r, o->csms);
    } else if (dice < 70 && width > 0) {
      size_t a = generate_below(r, width), b = generate_below(r, width);
      g->owner[j] = g->offer_csm[g->offer_begin[row] + (a < b ? a : b)];
    }
    g->owner_points[j] = 3;
  }
}

static void generate_curve(size_t csms, const int64_t *fair, int64_t unit, int64_t **from, int64_t **slope) {
  static const int64_t percent[4] = {85, 95, 100, 110}, steep[4] = {1, 3, 6, 12};
  *from = calloc(csms * 4 + 1, sizeof **from);
  *slope = calloc(csms * 4 + 1, sizeof **slope);
  for (size_t i = 0; i < csms; i++) {
    for (size_t p = 0; p < 4; p++) {
      (*from)[i * 4 + p] = fair[i] * percent[p] / 100;
      (*slope)[i * 4 + p] = steep[p] * unit / (fair[i] > 0 ? fair[i] : 1);
    }
  }
}

static void generate_team(generated *g, const generate_options *o, uint64_t *r) {
  int64_t load = 0, value = 0, fte = 0;
  for (size_t j = 0; j < o->customers; j++) {
    load += g->class_load[g->customer_class[j]];
    value += g->value[j];
  }
  g->capacity = calloc(o->csms + 1, sizeof *g->capacity);
  g->hard = calloc(o->csms + 1, sizeof *g->hard);
  int64_t *share = calloc(o->csms + 1, sizeof *share);
  for (size_t i = 0; i < o->csms; i++) {
    share[i] = generate_below(r, 10) < 8 ? 5 : 3;
    fte += share[i];
  }
  for (size_t i = 0; i < o->csms; i++) {
    g->capacity[i] = (int64_t)((double)load * o->tightness / 100.0 * (double)share[i] / (double)fte);
    g->hard[i] = g->capacity[i] + g->capacity[i] * o->stretch / 100;
  }
  int64_t *fair = calloc(o->csms + 1, sizeof *fair);
  for (size_t i = 0; i < o->csms; i++) {
    fair[i] = (int64_t)((double)load * (double)share[i] / (double)fte);
  }
  /* Several measures weigh alike. */
  generate_curve(o->csms, fair, o->measures > 1 ? 10000000 : 100000, &g->from, &g->slope);
  for (size_t i = 0; i < o->csms; i++) {
    fair[i] = (int64_t)((double)value * (double)share[i] / (double)fte);
  }
  generate_curve(o->csms, fair, 10000000, &g->arr_from, &g->arr_slope);
  g->one = calloc(o->customers + 1, sizeof *g->one);
  for (size_t j = 0; j < o->customers; j++) {
    g->one[j] = 1;
  }
  for (size_t i = 0; i < o->csms; i++) {
    fair[i] = (int64_t)((double)o->customers * (double)share[i] / (double)fte);
  }
  generate_curve(o->csms, fair, 10000000, &g->one_from, &g->one_slope);
  free(share);
  free(fair);
}

static void generate(generated *g, const generate_options *o) {
  uint64_t state = o->seed, *r = &state;
  memset(g, 0, sizeof *g);
  generate_csm *csm = calloc(o->csms + 1, sizeof *csm);
  for (size_t i = 0; i < o->csms; i++) {
    csm[i].region = (int)generate_below(r, (size_t)o->regions);
    for (int n = 0; n < 2; n++) {
      csm[i].language[n] = (int)generate_below(r, (size_t)o->languages);
      csm[i].vertical[n] = (int)generate_below(r, (size_t)o->verticals);
    }
  }
  generate_offers(g, o, csm, r);
  free(csm);
  generate_classes(g);
  generate_customers(g, o, r);
  generate_team(g, o, r);
  g->measure[0] = (tx_books_measure){NULL, NULL, 4, g->from, g->slope};
  g->measure[1] = (tx_books_measure){g->value, NULL, 4, g->arr_from, g->arr_slope};
  g->measure[2] = (tx_books_measure){g->one, NULL, 4, g->one_from, g->one_slope};
  tx_books *b = &g->books;
  b->csms = o->csms;
  b->capacity = g->capacity;
  b->hard = g->hard;
  b->offer_begin = g->offer_begin;
  b->offer_csm = g->offer_csm;
  b->offer_points = g->offer_points;
  b->class_load = g->class_load;
  b->class_offer = g->class_offer;
  b->customers = o->customers;
  b->customer_class = g->customer_class;
  b->value = g->value;
  b->owner = g->owner;
  b->owner_points = g->owner_points;
  b->measures = (size_t)o->measures;
  b->measure = g->measure;
}

/* small, middle or large: how many pools; shared: one. */
static inline void generate_set_pools(generate_options *o, const char *pools) {
  o->regions = 3, o->languages = 3, o->verticals = 4;
  if (strcmp(pools, "middle") == 0) {
    o->regions = 8, o->languages = 6, o->verticals = 6;
  } else if (strcmp(pools, "large") == 0) {
    o->regions = 8, o->languages = 8, o->verticals = 10;
  } else if (strcmp(pools, "shared") == 0) {
    o->shared = 1;
  }
}

static void generate_free(generated *g) {
  void *arrays[] = {g->capacity, g->hard, g->offer_points, g->class_load, g->value, g->owner_points, g->from, g->slope,
                    g->arr_from, g->arr_slope, g->offer_begin, g->offer_csm, g->class_offer, g->customer_class,
                    g->owner,  g->one, g->one_from, g->one_slope};
  for (size_t a = 0; a < sizeof arrays / sizeof *arrays; a++) {
    free(arrays[a]);
  }
}

#endif
