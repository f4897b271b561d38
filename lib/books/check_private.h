/* What the check of bounds is made of: shares no code with the solver on purpose. See check_bound.c. */
#ifndef TX_BOOKS_CHECK_PRIVATE_H
#define TX_BOOKS_CHECK_PRIVATE_H

#include "books/books.h"

#define TX_CERTIFY_PARTS 4
#define TX_CERTIFY_UNITS 16384 /* loads of a CSM that are looked through one by one */
#define TX_CERTIFY_SIZES 1024  /* distinct loads of customers; with more, any load counts as one that can be made */
#define TX_CERTIFY_WORDS (TX_CERTIFY_SIZES / 64)

typedef struct tx_certify_vector {
  int64_t part[TX_CERTIFY_PARTS]; /* value, over, points lost, imbalance; with a proof: the weighed sum alone */
} tx_certify_vector;

/* A sum of multiples of 1 / scale. */
typedef struct tx_certify_sum {
  tx_certify_vector whole, rest;
  int64_t scale, unit, load; /* unit: that divides all loads of the part; load: of all its customers */
} tx_certify_sum;

typedef struct tx_certify {
  const tx_books *books;
  const tx_books_result *answer;
  const tx_books_proof *proof; /* NULL: part by part */
  int proves;                  /* the part it is about */
  tx_certify_sum *sums;        /* per part, and one more for what is in none */
  size_t parts, wide;
  int64_t *base;   /* csms × (1 + measures): of fixed customers */
  int64_t *room;   /* csms × (1 + measures): what can come at most; the first: as whole customers make it */
  int64_t *totals; /* parts × measures: of free customers */
  int64_t size[TX_CERTIFY_SIZES];
  size_t sizes;       /* TX_CERTIFY_SIZES + 1: there are more */
  uint64_t *may_come; /* csms × TX_CERTIFY_WORDS: sizes on whose offer it is */
  bool *used;         /* per class: has a customer that is free */
  uint8_t *reached;   /* per unit, of the CSM in hand */
} tx_certify;

static inline int64_t tx_certify_load(const tx_books *books, size_t j) {
  return books->class_load[books->customer_class[j]];
}
static inline int64_t tx_certify_value(const tx_books *books, size_t j) {
  return books->value != NULL ? books->value[j] : 1;
}
static inline bool tx_certify_is_fixed(const tx_books *books, size_t j) {
  return books->fixed != NULL && books->fixed[j] != TX_BOOKS_NONE;
}
static inline int64_t tx_certify_amount(const tx_books *books, size_t m, size_t j) {
  return books->measure[m].amount != NULL ? books->measure[m].amount[j] : tx_certify_load(books, j);
}
static inline size_t tx_certify_csm_part(const tx_certify *c, size_t i) {
  return c->answer->csm_part[i] < c->parts ? c->answer->csm_part[i] : c->parts;
}

/* check_input.c: what is fixed and what is free, who may come where, and how much room there is. */
void tx_certify_look(tx_certify *c);
/* The customer's part; `parts` when it is fixed or nobody is on offer. */
size_t tx_certify_part_of(const tx_certify *c, size_t customer);
/* Points of a customer at an entry of its offer; and at the CSM to whom it is fixed: none where that is not on offer,
 * or struck off. */
int64_t tx_certify_points_at(const tx_books *books, size_t customer, size_t entry);
int64_t tx_certify_fixed_points(const tx_books *books, size_t customer);
/* Whether the customer stands on the other side of the offer's line at the CSM; whether the entry is beyond that line.
 */
bool tx_certify_is_turned(const tx_books *books, size_t customer, uint32_t csm);
bool tx_certify_is_closed(const tx_books *books, size_t offer, size_t entry);
/* Marks the loads up to `room`, both in units, that whole customers can make; the largest of them. */
int64_t tx_certify_mark_loads(tx_certify *c, size_t csm, int64_t room, int64_t unit);
/* Room of a CSM in load, before it is looked at unit by unit; *units says whether that can be done. */
int64_t tx_certify_raw_room(const tx_certify *c, size_t csm, bool *units);

/* check_sums.c: adds all CSMs and customers up at the prices in hand. */
void tx_certify_add_all(tx_certify *c);
void tx_certify_add(tx_certify_sum *s, const tx_certify_vector *term);
/* Cost of the CSM's sums with so much more load: load beyond capacity, and the area under the slopes. */
tx_certify_vector tx_certify_csm_cost(const tx_certify *c, size_t csm, int64_t more);
/* The proof's price of the CSM's sum of a measure with amounts of its own. */
int64_t tx_certify_measure_price(const tx_certify *c, size_t csm, size_t measure);

#endif
