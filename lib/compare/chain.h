/* Why a segment, or a pool, differs: the chain of factors at which it moved. */
#ifndef TX_COMPARE_CHAIN_H
#define TX_COMPARE_CHAIN_H

#include "compare/mix.h"

#define TX_BY_SIZE 400

/* One cause of one result: from one value to the next. */
typedef struct tx_link {
  int cause; /* TX_CAUSE_… */
  triax_text from, to;
  double amount; /* of numbers; NaN: none */
  char by[TX_BY_SIZE];
  char from_number[32], to_number[32]; /* behind from and to of numbers */
} tx_link;

#define TX_LINKS_MOST 8

typedef struct tx_chain {
  tx_link links[TX_LINKS_MOST];
  size_t count;
} tx_chain;

/* Adds a link; `by` is empty and may be written by a writer over link->by. */
tx_link *tx_chain_add(tx_chain *chain, int cause, triax_text from, triax_text to);
/* The same between two numbers; NaN is missing. */
tx_link *tx_chain_add_numbers(tx_chain *chain, int cause, double from, double to);
tx_writer tx_link_writer(tx_link *link);

/* What the rules make of the mix's inputs: a segment's path, a pool's name; not given: none. */
typedef triax_text (*tx_outcome_fn)(const tx_mix *mix, triax_text key);
triax_text tx_outcome_segment(const tx_mix *mix, triax_text key);
triax_text tx_outcome_pool(const tx_mix *mix, triax_text key);

/* Fills the chain from `from` (what the rules of the plan before made of the account) to `to`. The mix holds the
 * account. last: the cause of what is left, TX_CAUSE_SET or TX_CAUSE_RULE. */
triax_status tx_chain_find(tx_mix *mix, tx_outcome_fn outcome, triax_text key, triax_text from, triax_text to,
                           int last, tx_chain *chain, triax_error *error);

#endif
