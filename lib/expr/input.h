/* What a model gets of an expression: its values over all rows. Borrowed. */
#ifndef TX_EXPR_INPUT_H
#define TX_EXPR_INPUT_H

#include "expr/expr.h"

#define TX_NO_INPUT UINT32_MAX

/* bool: truth and known as bitmaps (known NULL: nothing is unknown). Else a column: numbers as double with NaN where
 * missing, dates, timestamps, strings as codes. */
typedef struct tx_input {
  tx_type type;
  const uint64_t *truth, *known;
  const tx_column *column;
} tx_input;

static inline bool tx_input_true(const tx_input *input, size_t row) { return tx_bit(input->truth, row); }
static inline bool tx_input_known(const tx_input *input, size_t row) {
  return !input->known || tx_bit(input->known, row);
}

#endif
