/* Times answers from a former one after a single change: allocation_replan CUSTOMERS CSMS TIGHTNESS STRETCH [POOLS
 * EFFORT]. Changes: none; an account comes; one goes; one changes its size; a CSM leaves. Prints processor time; asserts
 * that bounds hold, never a time. */
#include <stdio.h>
#include <time.h>

#include "allocation_generate.h"

static triax_context *context;
static triax_error error;

static tx_books_result *solve(tx_books *books, const char *what) {
  tx_books_result *result = NULL;
  clock_t start = clock();
  if (tx_books_solve(context, books, &result, &error) != TRIAX_OK) {
    printf("%s\n", error.message);
    exit(1);
  }
  double taken = (double)(clock() - start) / CLOCKS_PER_SEC;
  tx_allocation_found found;
  tx_allocation_check(context, books, result->csm, &found, &error);
  int fine = found.not_eligible + found.not_kept + found.over_hard + found.over_limit == 0 &&
             tx_books_compare(&found.goal, &result->goal) == 0 &&
             tx_books_compare(&result->bound, &result->goal) <= 0;
  printf("  %-22s %8.2f ms  value %lld of %lld, points %lld of %lld, proven %d%s\n", what, 1000 * taken,
         (long long)result->goal.value, (long long)result->bound.value, (long long)result->goal.points,
         (long long)result->bound.points, (int)result->proven, fine ? "" : "  WRONG");
  return result;
}

/* From the former answer, and for comparison from nothing. */
static void change(tx_books *books, const tx_books_result *former, const char *what) {
  books->former = former;
  tx_books_result *warm = solve(books, what);
  books->former = NULL;
  tx_books_result *cold = solve(books, "  the same from nothing");
  tx_books_result_free(warm);
  tx_books_result_free(cold);
}

/* Nobody is offered the CSM any more, and its capacity is gone: its accounts are orphans. */
static void leave(generated *g, uint32_t csm) {
  tx_books *b = &g->books;
  size_t at = 0, begin = 0;
  for (size_t o = 0; o < b->offers; o++) {
    size_t end = g->offer_begin[o + 1];
    for (size_t e = begin; e < end; e++) {
      if (g->offer_csm[e] != csm) {
        g->offer_csm[at] = g->offer_csm[e];
        g->offer_points[at++] = g->offer_points[e];
      }
    }
    begin = end;
    g->offer_begin[o + 1] = at;
  }
}

int main(int count, char **words) {
  generate_options o = {.customers = 10000, .csms = 200, .seed = 1, .tightness = 100, .measures = 1};
  o.customers = count > 1 ? (size_t)strtoull(words[1], NULL, 10) : o.customers;
  o.csms = count > 2 ? (size_t)strtoull(words[2], NULL, 10) : o.csms;
  o.tightness = count > 3 ? atoi(words[3]) : o.tightness;
  o.stretch = count > 4 ? atoi(words[4]) : 0;
  generate_set_pools(&o, count > 5 ? words[5] : o.csms < 1000 ? "small" : "middle");
  generated g;
  generate(&g, &o);
  tx_books *books = &g.books;
  books->effort = count > 6 ? atof(words[6]) : 1;
  triax_context_new(NULL, &context, &error);
  printf("%zu x %zu at %d%%+%d%%\n", o.customers, o.csms, o.tightness, o.stretch);
  tx_books_result *former = solve(books, "from nothing");
  change(books, former, "no change");
  /* The last customer goes: for the former answer with it, it was there. */
  books->customers--;
  change(books, former, "an account goes");
  tx_books_result *without = solve(books, "without it");
  books->customers++;
  uint32_t *map = calloc(books->customers, sizeof *map);
  for (size_t j = 0; j < books->customers; j++) {
    map[j] = j + 1 < books->customers ? (uint32_t)j : TX_BOOKS_NONE;
  }
  books->former_customer = map;
  change(books, without, "an account comes");
  books->former_customer = NULL;
  g.customer_class[7] = g.customer_class[7] / 3 * 3 + (g.customer_class[7] + 1) % 3;
  change(books, former, "an account grows");
  leave(&g, 11);
  change(books, former, "a CSM leaves as well");
  tx_books_result_free(former);
  tx_books_result_free(without);
  triax_context_unref(context);
  generate_free(&g);
  free(map);
  return 0;
}
