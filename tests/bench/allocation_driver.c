/* Reads one books problem as plain numbers from standard input, solves it, and writes the answer as plain numbers: a
 * way for scripts to set other solvers beside ours. Format, whitespace between all:
 *
 *   csms N  capacity...  hard...
 *   offers N, then for each: width, then width × (csm points)
 *   classes N, then for each: load offer
 *   customers N, then for each: class value owner owner_points fixed   (-1: none)
 *   measures N, then for each: amounts? [amount per customer]  limits? [limit per csm]  pieces [csms × from] [slopes]
 *   effort E
 */
#include <stdio.h>
#include <stdlib.h>

#include "books/books.h"

static int64_t number(void) {
  long long x = 0;
  if (scanf("%lld", &x) != 1) {
    fprintf(stderr, "the problem ends early or has something that is no number\n");
    exit(2);
  }
  return (int64_t)x;
}

static void *room(size_t count, size_t size) {
  void *block = calloc(count + 1, size);
  if (block == NULL) {
    exit(3);
  }
  return block;
}

static int64_t *numbers(size_t count) {
  int64_t *list = room(count, sizeof *list);
  for (size_t x = 0; x < count; x++) {
    list[x] = number();
  }
  return list;
}

static uint32_t csm_number(void) {
  int64_t x = number();
  return x < 0 ? TX_BOOKS_NONE : (uint32_t)x;
}

static void read_offers(tx_books *books) {
  books->offers = (size_t)number();
  size_t *begin = room(books->offers + 1, sizeof *begin), at = 0;
  uint32_t *csm = room(books->offers * books->csms, sizeof *csm);
  int64_t *points = room(books->offers * books->csms, sizeof *points);
  for (size_t o = 0; o < books->offers; o++) {
    for (size_t width = (size_t)number(); width > 0; width--, at++) {
      csm[at] = (uint32_t)number();
      points[at] = number();
    }
    begin[o + 1] = at;
  }
  books->offer_begin = begin;
  books->offer_csm = csm;
  books->offer_points = points;
}

static void read_classes(tx_books *books) {
  books->classes = (size_t)number();
  int64_t *load = room(books->classes, sizeof *load);
  uint32_t *offer = room(books->classes, sizeof *offer);
  for (size_t k = 0; k < books->classes; k++) {
    load[k] = number();
    offer[k] = (uint32_t)number();
  }
  books->class_load = load;
  books->class_offer = offer;
}

static void read_customers(tx_books *books) {
  size_t n = books->customers = (size_t)number();
  uint32_t *class_of = room(n, sizeof *class_of), *owner = room(n, sizeof *owner), *fixed = room(n, sizeof *fixed);
  int64_t *value = room(n, sizeof *value), *points = room(n, sizeof *points);
  for (size_t j = 0; j < n; j++) {
    class_of[j] = (uint32_t)number();
    value[j] = number();
    owner[j] = csm_number();
    points[j] = number();
    fixed[j] = csm_number();
  }
  books->customer_class = class_of;
  books->value = value;
  books->owner = owner;
  books->owner_points = points;
  books->fixed = fixed;
}

static void read_measures(tx_books *books) {
  books->measures = (size_t)number();
  tx_books_measure *measure = room(books->measures, sizeof *measure);
  for (size_t m = 0; m < books->measures; m++) {
    measure[m].amount = number() != 0 ? numbers(books->customers) : NULL;
    measure[m].limit = number() != 0 ? numbers(books->csms) : NULL;
    measure[m].pieces = (size_t)number();
    measure[m].from = numbers(books->csms * measure[m].pieces);
    measure[m].slope = numbers(books->csms * measure[m].pieces);
  }
  books->measure = measure;
}

static void print_goal(const tx_books_goal *goal) {
  printf("%lld %lld %lld %lld\n", (long long)goal->value, (long long)goal->over, (long long)goal->points,
         (long long)goal->imbalance);
}

int main(void) {
  tx_books books = {.csms = (size_t)number()};
  books.capacity = numbers(books.csms);
  books.hard = numbers(books.csms);
  read_offers(&books);
  read_classes(&books);
  read_customers(&books);
  read_measures(&books);
  books.effort = (double)number();
  triax_context *context = NULL;
  triax_error error = {0};
  tx_books_result *result = NULL;
  if (triax_context_new(NULL, &context, &error) != TRIAX_OK ||
      tx_books_solve(context, &books, &result, &error) != TRIAX_OK) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }
  print_goal(&result->goal);
  print_goal(&result->bound);
  printf("%d\n", (int)result->met);
  for (size_t j = 0; j < books.customers; j++) {
    printf("%lld ", result->csm[j] == TX_BOOKS_NONE ? -1LL : (long long)result->csm[j]);
  }
  printf("\n");
  tx_books_result_free(result);
  triax_context_unref(context);
  return 0; /* the input's arrays go with the process */
}
