/* The checker: loads, rules and objective from the input alone. Shares no code with the solver on purpose. */
#include "base/error.h"
#include "base/memory.h"
#include "books/books.h"

typedef struct sums {
  int64_t *all;  /* csms × (1 + measures): load, then each measure */
  bool *movable; /* per CSM: carries a customer that is not fixed */
  size_t width;
} sums;

static bool is_fixed(const tx_books *books, size_t j) {
  return books->fixed != NULL && books->fixed[j] != TX_BOOKS_NONE;
}

static bool is_turned(const tx_books *books, size_t j, uint32_t csm) {
  for (size_t x = tx_books_from(books->turned_begin, j); x < tx_books_to(books->turned_begin, j); x++) {
    if (books->turned_csm[x] == csm) return true;
  }
  return false;
}

/* Points that customer j earns at `csm`; *eligible tells whether it is on offer. */
static int64_t points_at(const tx_books *books, size_t j, uint32_t csm, bool *eligible) {
  size_t offer = books->class_offer[books->customer_class[j]];
  *eligible = false;
  for (size_t e = books->offer_begin[offer]; e < books->offer_begin[offer + 1]; e++) {
    bool open = books->offer_open == NULL || e < books->offer_open[offer];
    if (books->offer_csm[e] == csm && open != is_turned(books, j, csm)) {
      int64_t points = books->offer_points != NULL ? books->offer_points[e] : 0;
      if (books->owner != NULL && books->owner[j] == csm && books->owner_points != NULL) {
        points += books->owner_points[j];
      }
      for (size_t more = tx_books_from(books->more_begin, j); more < tx_books_to(books->more_begin, j); more++) {
        if (books->more_csm[more] == csm) points += books->more_points[more];
      }
      *eligible = true;
      return points;
    }
  }
  return 0;
}

static void add_customer(const tx_books *books, size_t j, uint32_t csm, sums *s, tx_books_found *found) {
  bool eligible;
  int64_t load = books->class_load[books->customer_class[j]];
  if (is_fixed(books, j) && books->fixed[j] != csm) {
    found->not_kept++;
  }
  if (csm == TX_BOOKS_NONE) {
    found->goal.value += books->value != NULL ? books->value[j] : 1;
    return;
  }
  found->covered++;
  found->goal.points += points_at(books, j, csm, &eligible);
  if (!is_fixed(books, j)) {
    found->not_eligible += !eligible;
    s->movable[csm] = true;
  }
  s->all[csm * s->width] += load;
  for (size_t m = 0; m < books->measures; m++) {
    s->all[csm * s->width + 1 + m] += books->measure[m].amount != NULL ? books->measure[m].amount[j] : load;
  }
}

int64_t tx_books_area(const tx_books_measure *measure, size_t csm, int64_t sum) {
  int64_t area = 0;
  for (size_t p = 0; p < measure->pieces; p++) {
    int64_t begin = measure->from[csm * measure->pieces + p], end = sum;
    if (p + 1 < measure->pieces && measure->from[csm * measure->pieces + p + 1] < end) {
      end = measure->from[csm * measure->pieces + p + 1];
    }
    area += end > begin ? (end - begin) * measure->slope[csm * measure->pieces + p] : 0;
  }
  return area;
}

static void judge_csm(const tx_books *books, size_t i, const sums *s, tx_books_found *found) {
  int64_t load = s->all[i * s->width];
  int64_t hard = books->hard != NULL ? books->hard[i] : books->capacity[i];
  found->goal.over += load > books->capacity[i] ? load - books->capacity[i] : 0;
  found->over_hard += load > hard && s->movable[i];
  for (size_t m = 0; m < books->measures; m++) {
    int64_t sum = s->all[i * s->width + 1 + m];
    found->goal.imbalance += tx_books_area(&books->measure[m], i, sum);
    found->over_limit += books->measure[m].limit != NULL && sum > books->measure[m].limit[i] && s->movable[i];
  }
}

triax_status tx_books_check(triax_context *context, const tx_books *books, const uint32_t *csm,
                                 tx_books_found *found, triax_error *error) {
  triax_status status = tx_books_validate(books, error);
  if (status != TRIAX_OK) {
    return status;
  }
  tx_books_found result = {{0, 0, 0, 0}, 0, 0, 0, 0, 0};
  sums s = {NULL, NULL, 1 + books->measures};
  s.all = tx_calloc(context, books->csms, s.width * sizeof *s.all);
  s.movable = tx_calloc(context, books->csms, sizeof *s.movable);
  if (s.all == NULL || s.movable == NULL) {
    status = tx_no_memory(error);
  }
  for (size_t j = 0; status == TRIAX_OK && j < books->customers; j++) {
    if (csm[j] != TX_BOOKS_NONE && csm[j] >= books->csms) {
      status = tx_fail(error, TRIAX_EINVAL, "customer %zu is given to a CSM that does not exist", j);
    } else {
      add_customer(books, j, csm[j], &s, &result);
    }
  }
  for (size_t i = 0; status == TRIAX_OK && i < books->csms; i++) {
    judge_csm(books, i, &s, &result);
  }
  tx_free_array(context, s.all, books->csms, s.width * sizeof *s.all);
  tx_free_array(context, s.movable, books->csms, sizeof *s.movable);
  if (status == TRIAX_OK) {
    *found = result;
  }
  return status;
}
