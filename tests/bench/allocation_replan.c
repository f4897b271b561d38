/* Times answers from a former one after a change: allocation_replan CUSTOMERS CSMS TIGHTNESS STRETCH [POOLS EFFORT
 * WHAT TIMES]. WHAT: the one change to be made, TIMES over and not compared, for profiles (callgrind's --toggle-collect
 * of `again` leaves the former answer out); else each is made, and answered from nothing as well. Prints the least processor time of several; asserts that bounds hold, never a time. */
#include <stdio.h>
#include <time.h>

#include "allocation_changes.h"

#define TIMES 7 /* of which the fastest is told */

static triax_context *context;
static triax_error error;

tx_books_result *again(const tx_books *books);
tx_books_result *again(const tx_books *books) {
  tx_books_result *result = NULL;
  if (tx_books_solve(context, books, &result, &error) != TRIAX_OK) {
    printf("%s\n", error.message);
    exit(1);
  }
  return result;
}

static tx_books_result *solve(const tx_books *books, const char *what, int times) {
  tx_books_result *result = NULL;
  double least = 1e9;
  for (int t = 0; t < times; t++) {
    tx_books_result_free(result);
    clock_t start = clock();
    if (books->former != NULL) {
      result = again(books);
    } else if (tx_books_solve(context, books, &result, &error) != TRIAX_OK) {
      printf("%s\n", error.message);
      exit(1);
    }
    double taken = (double)(clock() - start) / CLOCKS_PER_SEC;
    least = taken < least ? taken : least;
  }
  tx_books_found found;
  tx_books_check(context, books, result->csm, &found, &error);
  int fine = found.not_eligible + found.not_kept + found.over_hard + found.over_limit == 0 &&
             tx_books_compare(&found.goal, &result->goal) == 0 &&
             tx_books_compare(&result->bound, &result->goal) <= 0;
  printf("  %-24s %8.2f ms  value %lld of %lld, points %lld of %lld, met %d%s\n", what, 1000 * least,
         (long long)result->goal.value, (long long)result->bound.value, (long long)result->goal.points,
         (long long)result->bound.points, (int)result->met, fine ? "" : "  WRONG");
  return result;
}

/* From the former answer, and for comparison from nothing. */
static void make(const generate_options *options, double effort, const generate_change *change, int alone) {
  generated before, after;
  generate(&before, options);
  generate(&after, options);
  change->before(&before);
  change->after(&after);
  before.books.effort = after.books.effort = effort;
  tx_books_result *former = solve(&before.books, "(before)", 1);
  generate_former maps;
  generate_start_from(&after, former, change, &maps);
  tx_books_result_free(solve(&after.books, change->name, alone > 0 ? alone : TIMES));
  after.books.former = NULL;
  if (alone == 0) {
    tx_books_result_free(solve(&after.books, "  the same from nothing", 1));
  }
  tx_books_result_free(former);
  generate_maps_free(&maps);
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
  for (size_t c = 0; c < sizeof generate_changes / sizeof *generate_changes; c++) {
    if (count <= 7 || strcmp(words[7], generate_changes[c].name) == 0) {
      make(&o, effort, &generate_changes[c], count > 8 ? atoi(words[8]) : count > 7 ? 50 : 0);
    }
  }
  triax_context_unref(context);
  return 0;
}
