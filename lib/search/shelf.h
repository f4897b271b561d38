/* Who is with each CSM, in the order in which an exchange looks for them: by class, and within a class those first who
 * cost least where they go. Made when asked for, and again once the book has changed. */
#ifndef TX_SEARCH_SHELF_H
#define TX_SEARCH_SHELF_H

#include "books/core.h"

/* The book's customers of one class: from where the row before ends. */
typedef struct tx_book_row {
  uint32_t class_index, end; /* end: counted from the book's first customer */
  uint32_t offer;
  int64_t load;
} tx_book_row;

/* A customer of the book who is not to that CSM what others of its class are. */
typedef struct tx_book_exception {
  uint32_t csm, customer;
} tx_book_exception;

typedef struct tx_book {
  uint64_t version; /* of the core's list when it was made; UINT64_MAX: never */
  size_t begin, count, row_begin, rows, exception_begin, exceptions;
  size_t offers;       /* at most so many: of neighbouring rows counted once */
  size_t room, row_room, exception_room;
  uint64_t filter[4];  /* a bit for each CSM with an exception, by number */
} tx_book;

typedef struct tx_shelf {
  const tx_core *core;
  tx_book *book;                /* csms + 1: the last is the uncovered */
  uint32_t *customer;           /* of all books, each at its place */
  tx_book_row *row;             /* in order of the first customer in the core's list */
  tx_book_exception *exception; /* in order of CSM */
  size_t room, used, rows_used, exception_room, exceptions_used;
  uint32_t *row_of, *row_of_book, *spare; /* per class; per customer */
  uint64_t *row_token, token;
  uint32_t *entry_of; /* offers × csms: 1 + the place in the offer, 0: none; NULL: too many */
} tx_shelf;

bool tx_shelf_init(tx_shelf *shelf, const tx_core *core, tx_arena *arena);
/* The book of a CSM, or (csms) of the uncovered, as it is now. Books asked for before may have moved. */
const tx_book *tx_shelf_book(tx_shelf *shelf, uint32_t list);
/* Where the CSM is in an offer, or SIZE_MAX. */
static inline size_t tx_shelf_entry(const tx_shelf *shelf, uint32_t offer, uint32_t csm) {
  const tx_books *books = shelf->core->books;
  if (shelf->entry_of == NULL) {
    return tx_core_offer_entry(shelf->core, offer, csm);
  }
  uint32_t place = shelf->entry_of[offer * books->csms + csm];
  return place == 0 ? SIZE_MAX : books->offer_begin[offer] + place - 1;
}
/* The book's exceptions at the CSM: where they begin, and how many. */
size_t tx_shelf_exceptions(const tx_shelf *shelf, const tx_book *book, uint32_t csm, size_t *count);

#endif
