/* Times answers from a former one after a change: allocation_replan CUSTOMERS CSMS TIGHTNESS STRETCH [POOLS EFFORT
 * WHAT]. WHAT: the one change to be made, over and over and not compared, for profiles; else each is made, and answered
 * from nothing as well. Prints the least processor time of several; asserts that bounds hold, never a time. */
#include <stdio.h>
#include <time.h>

#include "allocation_generate.h"

#define TIMES 7 /* of which the fastest is told */
#define CSM 11  /* who leaves, joins, changes */

static triax_context *context;
static triax_error error;

static tx_books_result *solve(const tx_books *books, const char *what, int times) {
  tx_books_result *result = NULL;
  double least = 1e9;
  for (int t = 0; t < times; t++) {
    tx_books_result_free(result);
    clock_t start = clock();
    if (tx_books_solve(context, books, &result, &error) != TRIAX_OK) {
      printf("%s\n", error.message);
      exit(1);
    }
    double taken = (double)(clock() - start) / CLOCKS_PER_SEC;
    least = taken < least ? taken : least;
  }
  tx_allocation_found found;
  tx_allocation_check(context, books, result->csm, &found, &error);
  int fine = found.not_eligible + found.not_kept + found.over_hard + found.over_limit == 0 &&
             tx_books_compare(&found.goal, &result->goal) == 0 &&
             tx_books_compare(&result->bound, &result->goal) <= 0;
  printf("  %-24s %8.2f ms  value %lld of %lld, points %lld of %lld, met %d%s\n", what, 1000 * least,
         (long long)result->goal.value, (long long)result->bound.value, (long long)result->goal.points,
         (long long)result->bound.points, (int)result->met, fine ? "" : "  WRONG");
  return result;
}

/* Nobody is offered the CSM any more: its accounts are orphans. */
static void leaves(generated *g) {
  tx_books *b = &g->books;
  size_t at = 0, begin = 0;
  for (size_t o = 0; o < b->offers; o++) {
    size_t end = g->offer_begin[o + 1];
    for (size_t e = begin; e < end; e++) {
      if (g->offer_csm[e] != CSM) {
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
    g->offer_points[e] += g->offer_csm[e] == CSM;
  }
}
static void less_time(generated *g) { g->capacity[CSM] = g->hard[CSM] = g->capacity[CSM] * 4 / 5; }

/* What was before the change, where that is not the company as it is generated, and what is after it. */
static const struct change {
  const char *name;
  void (*before)(generated *), (*after)(generated *);
} changes[] = {
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

/* From the former answer, and for comparison from nothing. */
static void make(const generate_options *options, double effort, const struct change *change, int alone) {
  generated before, after;
  generate(&before, options);
  generate(&after, options);
  change->before(&before);
  change->after(&after);
  before.books.effort = after.books.effort = effort;
  tx_books_result *former = solve(&before.books, "(before)", 1);
  uint32_t *map = calloc(after.books.customers, sizeof *map), *csms = calloc(after.books.csms, sizeof *csms);
  for (size_t j = 0; j < after.books.customers; j++) {
    map[j] = j < before.books.customers ? (uint32_t)j : TX_BOOKS_NONE;
  }
  for (size_t i = 0; i < after.books.csms; i++) {
    csms[i] = i == CSM && change->before == leaves ? TX_BOOKS_NONE : (uint32_t)i;
  }
  after.books.former = former;
  after.books.former_customer = map;
  after.books.former_csm = csms;
  tx_books_result_free(solve(&after.books, change->name, alone ? 50 : TIMES));
  after.books.former = NULL;
  if (!alone) {
    tx_books_result_free(solve(&after.books, "  the same from nothing", 1));
  }
  tx_books_result_free(former);
  free(map);
  free(csms);
  generate_free(&before);
  generate_free(&after);
}

int main(int count, char **words) {
  generate_options o = {.customers = 10000, .csms = 200, .seed = 1, .tightness = 100, .measures = 1};
  o.customers = count > 1 ? (size_t)strtoull(words[1], NULL, 10) : o.customers;
  o.csms = count > 2 ? (size_t)strtoull(words[2], NULL, 10) : o.csms;
  o.tightness = count > 3 ? atoi(words[3]) : o.tightness;
  o.stretch = count > 4 ? atoi(words[4]) : 0;
  generate_set_pools(&o, count > 5 ? words[5] : o.csms < 1000 ? "small" : "middle");
  double effort = count > 6 ? atof(words[6]) : 1;
  triax_context_new(NULL, &context, &error);
  printf("%zu x %zu at %d%%+%d%%\n", o.customers, o.csms, o.tightness, o.stretch);
  for (size_t c = 0; c < sizeof changes / sizeof *changes; c++) {
    if (count <= 7 || strcmp(words[7], changes[c].name) == 0) {
      make(&o, effort, &changes[c], count > 7);
    }
  }
  triax_context_unref(context);
  return 0;
}
