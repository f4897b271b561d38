/* Whether a books problem keeps its contract, and whether every sum that can arise fits int64. */
#include "books/core.h"

/* Sums stay below this, so that a difference of two of them fits as well. */
#define LARGEST (INT64_MAX / 4)

#define WANT(condition, ...)                            \
  do {                                                  \
    if (!(condition)) {                                 \
      return tx_fail(error, TRIAX_EINVAL, __VA_ARGS__); \
    }                                                   \
  } while (0)

/* Adds amount >= 0 to *sum; false when the sum would be too large. */
static bool add(int64_t *sum, int64_t amount) {
  if (amount > LARGEST || *sum > LARGEST - amount) {
    return false;
  }
  *sum += amount;
  return true;
}

static int64_t magnitude(int64_t x) { return x == INT64_MIN ? INT64_MAX : x < 0 ? -x : x; }

static triax_status too_large(const char *what, triax_error *error) {
  return tx_fail(error, TRIAX_ELIMIT,
                 "the sum of %s passes what a 64-bit number holds: state it in a coarser unit, such as thousands",
                 what);
}

static triax_status validate_csms(const tx_books *books, triax_error *error) {
  WANT(books->csms < TX_BOOKS_NONE, "there are too many CSMs");
  WANT(books->csms == 0 || books->capacity != NULL, "capacity is not given");
  for (size_t i = 0; i < books->csms; i++) {
    WANT(books->capacity[i] >= 0, "CSM %zu has a negative capacity", i);
    WANT(books->hard == NULL || books->hard[i] >= books->capacity[i],
         "CSM %zu has a hard maximum below its capacity", i);
  }
  return TRIAX_OK;
}

/* Whether the CSM is in the open part of the offer. */
static bool is_open(const tx_books *books, size_t offer, uint32_t csm) {
  size_t low = books->offer_begin[offer], end = tx_books_open_end(books, offer), high = end;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (books->offer_csm[middle] < csm) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < end && books->offer_csm[low] == csm;
}

static triax_status validate_row(const tx_books *books, size_t offer, triax_error *error) {
  size_t begin = books->offer_begin[offer], end = books->offer_begin[offer + 1];
  WANT(begin <= end, "offer %zu ends before it begins", offer);
  size_t open = tx_books_open_end(books, offer);
  WANT(begin <= open && open <= end, "the open part of offer %zu ends outside of it", offer);
  for (size_t e = begin; e < end; e++) {
    WANT(books->offer_csm[e] < books->csms, "offer %zu names a CSM that does not exist", offer);
    bool first = e == begin || e == open;
    WANT(first || books->offer_csm[e - 1] < books->offer_csm[e], "offer %zu is not in ascending order", offer);
    bool twice = e >= open && is_open(books, offer, books->offer_csm[e]);
    WANT(!twice, "offer %zu has a CSM who is both open and closed", offer);
  }
  return TRIAX_OK;
}

static triax_status validate_offers(const tx_books *books, triax_error *error) {
  WANT(books->offers < TX_BOOKS_NONE && books->classes < TX_BOOKS_NONE, "there are too many classes or offers");
  if (books->offers > 0) {
    WANT(books->offer_begin != NULL && books->offer_begin[0] == 0, "offer_begin must start at 0");
    WANT(books->offer_begin[books->offers] == 0 || books->offer_csm != NULL, "offer_csm is not given");
    WANT(books->offer_open == NULL || books->turned_begin != NULL, "offers are closed in part, and nobody is let in");
  }
  for (size_t o = 0; o < books->offers; o++) {
    triax_status status = validate_row(books, o, error);
    if (status != TRIAX_OK) {
      return status;
    }
  }
  WANT(books->classes == 0 || (books->class_load != NULL && books->class_offer != NULL), "classes are not given");
  for (size_t k = 0; k < books->classes; k++) {
    WANT(books->class_load[k] >= 0, "class %zu has a negative load", k);
    WANT(books->class_offer[k] < books->offers, "class %zu has an offer that does not exist", k);
  }
  return TRIAX_OK;
}

static triax_status validate_more(const tx_books *books, triax_error *error) {
  WANT(books->customers == 0 || books->more_begin[0] == 0, "more_begin must start at 0");
  for (size_t j = 0; j < books->customers; j++) {
    size_t begin = books->more_begin[j], end = books->more_begin[j + 1];
    WANT(begin <= end, "the exceptions of customer %zu end before they begin", j);
    for (size_t x = begin; x < end; x++) {
      WANT(books->more_csm[x] < books->csms, "customer %zu has an exception for a CSM that does not exist", j);
      WANT(x == begin || books->more_csm[x - 1] < books->more_csm[x],
           "the exceptions of customer %zu are not in ascending order", j);
      WANT(books->owner == NULL || books->more_csm[x] != books->owner[j],
           "the exceptions of customer %zu name its owner", j);
    }
  }
  return TRIAX_OK;
}

static bool has_more(const tx_books *books, size_t j, uint32_t csm) {
  size_t x = tx_books_from(books->more_begin, j), end = tx_books_to(books->more_begin, j);
  while (x < end && books->more_csm[x] != csm) x++;
  return x < end;
}

static triax_status validate_turned(const tx_books *books, triax_error *error) {
  WANT(books->customers == 0 || books->turned_begin[0] == 0, "turned_begin must start at 0");
  for (size_t j = 0; j < books->customers; j++) {
    size_t begin = books->turned_begin[j], end = books->turned_begin[j + 1];
    size_t offer = books->class_offer[books->customer_class[j]];
    WANT(begin <= end, "who is struck off or let in for customer %zu ends before it begins", j);
    bool open = tx_books_open_end(books, offer) > books->offer_begin[offer];
    WANT(begin < end || open || books->offer_begin[offer] == books->offer_begin[offer + 1],
         "customer %zu has an offer that is closed to it", j);
    for (size_t x = begin; x < end; x++) {
      uint32_t csm = books->turned_csm[x];
      WANT(csm < books->csms, "customer %zu has a CSM struck off or let in who does not exist", j);
      WANT(x == begin || books->turned_csm[x - 1] < csm,
           "who is struck off or let in for customer %zu is not in ascending order", j);
      bool struck = is_open(books, offer, csm), owns = books->owner != NULL && books->owner[j] == csm;
      WANT(!struck || !owns, "customer %zu has its owner struck off", j);
      WANT(!struck || !has_more(books, j, csm), "customer %zu has an exception struck off", j);
    }
  }
  return TRIAX_OK;
}

static triax_status validate_customers(const tx_books *books, triax_error *error) {
  WANT(books->customers < TX_BOOKS_NONE, "there are too many customers");
  WANT(books->customers == 0 || books->customer_class != NULL, "customer_class is not given");
  for (size_t j = 0; j < books->customers; j++) {
    WANT(books->customer_class[j] < books->classes, "customer %zu has a class that does not exist", j);
    WANT(books->value == NULL || books->value[j] >= 0, "customer %zu has a negative value", j);
    WANT(books->owner == NULL || books->owner[j] < books->csms || books->owner[j] == TX_BOOKS_NONE,
         "customer %zu has an owner that does not exist", j);
    WANT(books->fixed == NULL || books->fixed[j] < books->csms || books->fixed[j] == TX_BOOKS_NONE,
         "customer %zu is fixed to a CSM that does not exist", j);
  }
  triax_status status = books->more_begin == NULL ? TRIAX_OK : validate_more(books, error);
  return status != TRIAX_OK || books->turned_begin == NULL ? status : validate_turned(books, error);
}

static triax_status validate_curve(const tx_books *books, size_t m, size_t csm, triax_error *error) {
  const tx_books_measure *measure = &books->measure[m];
  if (measure->pieces == 0) return TRIAX_OK;
  const int64_t *from = measure->from + csm * measure->pieces, *slope = measure->slope + csm * measure->pieces;
  for (size_t p = 0; p < measure->pieces; p++) {
    WANT(from[p] >= 0 && (p == 0 || from[p - 1] <= from[p]), "measure %zu: breakpoints of CSM %zu do not ascend", m,
         csm);
    WANT(slope[p] >= 0 && (p == 0 || slope[p - 1] <= slope[p]), "measure %zu: slopes of CSM %zu do not ascend", m,
         csm);
  }
  return TRIAX_OK;
}

static triax_status validate_measure(const tx_books *books, size_t m, triax_error *error) {
  const tx_books_measure *measure = &books->measure[m];
  WANT(measure->pieces == 0 || books->csms == 0 || (measure->from != NULL && measure->slope != NULL),
       "measure %zu has pieces but no curve", m);
  for (size_t i = 0; i < books->csms; i++) {
    WANT(measure->limit == NULL || measure->limit[i] >= 0, "measure %zu has a negative limit", m);
    triax_status status = validate_curve(books, m, i, error);
    if (status != TRIAX_OK) {
      return status;
    }
  }
  for (size_t j = 0; measure->amount != NULL && j < books->customers; j++) {
    WANT(measure->amount[j] >= 0, "measure %zu: customer %zu has a negative amount", m, j);
  }
  WANT(measure->amount != NULL || measure->limit == NULL, "the load is limited by hard, not by a measure");
  return TRIAX_OK;
}

/* The largest imbalance a measure can come to: all of it at the steepest slope there is. */
static triax_status sum_measure(const tx_books *books, const tx_books_measure *measure, int64_t total_load,
                                int64_t *imbalance, triax_error *error) {
  int64_t total = 0, steepest = 0;
  for (size_t j = 0; measure->amount != NULL && j < books->customers; j++) {
    if (!add(&total, measure->amount[j])) {
      return too_large("a measure", error);
    }
  }
  total = measure->amount == NULL ? total_load : total;
  for (size_t i = 0; i < books->csms && measure->pieces > 0; i++) {
    int64_t slope = measure->slope[(i + 1) * measure->pieces - 1];
    steepest = slope > steepest ? slope : steepest;
  }
  if (total != 0 && steepest > LARGEST / total) {
    return too_large("the balance's costs", error);
  }
  return add(imbalance, steepest * total) ? TRIAX_OK : too_large("the balance's costs", error);
}

static int64_t row_magnitude(const tx_books *books, size_t class_index) {
  size_t offer = books->class_offer[class_index];
  int64_t most = 0;
  for (size_t e = books->offer_begin[offer]; books->offer_points != NULL && e < books->offer_begin[offer + 1]; e++) {
    int64_t points = magnitude(books->offer_points[e]);
    most = points > most ? points : most;
  }
  return most;
}

/* Customers come in any order of classes: the row's largest is kept from one to the next, so that equal neighbours
 * cost nothing, and the whole stays one pass of memory. */
static triax_status sum_points(const tx_books *books, triax_error *error) {
  int64_t points = 0, most = 0;
  for (size_t k = 0; k < books->classes; k++) {
    int64_t row = row_magnitude(books, k);
    most = row > most ? row : most;
  }
  for (size_t j = 0; j < books->customers; j++) {
    int64_t owned = books->owner_points == NULL ? 0 : magnitude(books->owner_points[j]);
    for (size_t x = 0; books->more_begin != NULL && x < books->more_begin[j + 1] - books->more_begin[j]; x++) {
      int64_t more = magnitude(books->more_points[books->more_begin[j] + x]);
      owned = more > owned ? more : owned;
    }
    if (!add(&points, most) || !add(&points, owned)) {
      return too_large("the points", error);
    }
  }
  return TRIAX_OK;
}

static triax_status validate_sums(const tx_books *books, triax_error *error) {
  int64_t value = 0, load = 0, imbalance = 0;
  for (size_t j = 0; j < books->customers; j++) {
    if (!add(&value, books->value == NULL ? 1 : books->value[j])) {
      return too_large("the customers' values", error);
    }
    if (!add(&load, books->class_load[books->customer_class[j]])) {
      return too_large("the customers' loads", error);
    }
  }
  for (size_t m = 0; m < books->measures; m++) {
    triax_status status = sum_measure(books, &books->measure[m], load, &imbalance, error);
    if (status != TRIAX_OK) {
      return status;
    }
  }
  return sum_points(books, error);
}

static triax_status validate_measures(const tx_books *books, triax_error *error) {
  size_t on_load = 0;
  WANT(books->measures <= TX_BOOKS_MEASURES, "there are more than %d measures", TX_BOOKS_MEASURES);
  WANT(books->measures == 0 || books->measure != NULL, "measures are not given");
  for (size_t m = 0; m < books->measures; m++) {
    on_load += books->measure[m].amount == NULL;
    triax_status status = validate_measure(books, m, error);
    if (status != TRIAX_OK) {
      return status;
    }
  }
  WANT(on_load <= 1, "the load is balanced by more than one measure");
  return TRIAX_OK;
}

triax_status tx_books_validate(const tx_books *books, triax_error *error) {
  WANT(books != NULL, "there is no problem to solve");
  triax_status status = validate_csms(books, error);
  status = status != TRIAX_OK ? status : validate_offers(books, error);
  status = status != TRIAX_OK ? status : validate_customers(books, error);
  status = status != TRIAX_OK ? status : validate_measures(books, error);
  return status != TRIAX_OK ? status : validate_sums(books, error);
}
