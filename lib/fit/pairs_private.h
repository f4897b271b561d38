/* Between the files that search for interactions. */
#ifndef TX_FIT_PAIRS_PRIVATE_H
#define TX_FIT_PAIRS_PRIVATE_H

#include "fit/pairs.h"

#define TX_PAIR_BINS 32
#define TX_PAIR_NO_BIN 255
/* Rows (by weight) that each part of a table must have. */
#define TX_QUARTER_LEAST 1.0

typedef struct tx_pair_side {
  bool levels;
  size_t bins;
  double *cuts;    /* numbers: the lower end of each bin but the first, in [1 …] */
  uint32_t *codes; /* levels: the code of each bin but the last, which is the rest */
  uint8_t *bin;    /* per row */
} tx_pair_side;

/* What is left over in the cells of two columns' bins. */
typedef struct tx_pair_grid {
  double left[TX_PAIR_BINS][TX_PAIR_BINS], weight[TX_PAIR_BINS][TX_PAIR_BINS];
} tx_pair_grid;

struct tx_pair_search {
  triax_context *context;
  tx_arena arena;
  const tx_fit_data *data;
  const tx_additive *fitted;
  tx_pair_side *sides;
  double *gains; /* columns × columns, one < other */
  bool *taken;
};

/* Rows by bins of a side whose cuts are known. */
void tx_pair_place_rows(const tx_pair_search *search, size_t column, tx_pair_side *into);
/* What is left over by two sides' bins. */
void tx_pair_fill_grid(const tx_pair_search *search, const tx_pair_side *one, const tx_pair_side *other,
                       tx_pair_grid *into);
/* Split s of a side: numbers above cut s + 1, or level s alone; how many there are. */
size_t tx_pair_splits(const tx_pair_side *of);
/* The two splits that explain most together, and how much. */
double tx_pair_best_quarters(const tx_pair_side *one, const tx_pair_side *other, const tx_pair_grid *cells, size_t *cut,
                             size_t *other_cut);
/* The table of a pair of columns whose best cut into four is known, cut further and sharpened, as two axes in the
 * arena. */
triax_status tx_pair_table(tx_pair_search *search, const size_t pair[2], tx_arena *arena, tx_fit_axis axes[2],
                           triax_error *error);

#endif
