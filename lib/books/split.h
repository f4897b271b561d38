/* Parts of a problem that share no CSM: each is solved alone, by any thread, with the same result. */
#ifndef TX_BOOKS_SPLIT_H
#define TX_BOOKS_SPLIT_H

#include "books/core.h"

typedef struct tx_split {
  const tx_books *books;
  tx_arena arena;
  size_t parts;
  size_t dimensions;
  uint32_t *csm_part;                       /* per CSM; TX_BOOKS_NONE: no free customer can come to it */
  uint32_t *csm_local, *offer_local, *class_local; /* number within the part; TX_BOOKS_NONE: not used */
  uint32_t *csm_order, *offer_order, *class_order, *customer_order; /* grouped by part, ascending within */
  size_t *csm_begin, *offer_begin, *class_begin, *customer_begin;   /* parts + 1 */
  int64_t *base;                            /* csms × dimensions: sums of the fixed customers */
} tx_split;

triax_status tx_split_init(tx_split *split, const tx_books *books, triax_context *context, triax_error *error);
void tx_split_free(tx_split *split);

/* The part as a problem of its own, in memory of the arena; base is its CSMs' share of split->base. */
typedef struct tx_part {
  tx_books books;
  tx_books_measure measure[TX_BOOKS_MEASURES];
  int64_t *base;
} tx_part;
bool tx_part_build(const tx_split *split, size_t part, tx_arena *arena, tx_part *out);
/* The two steps of that: all but what there is for each customer, and that. */
bool tx_part_outline(const tx_split *split, size_t part, tx_arena *arena, tx_part *out);
bool tx_part_fill(const tx_split *split, size_t part, tx_arena *arena, tx_part *out);

#endif
