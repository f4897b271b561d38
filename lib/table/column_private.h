/* Between the files that make columns. */
#ifndef TX_TABLE_COLUMN_PRIVATE_H
#define TX_TABLE_COLUMN_PRIVATE_H

#include <triax/arrow.h>

#include "table/column.h"

/* Everything a column is made of; all of it is taken over. */
typedef struct tx_parts {
  size_t rows, missing;
  void *data;
  size_t data_size;
  uint64_t *present; /* tx_words(rows) words */
  uint8_t code_width;
  tx_dictionary *dictionary;
  tx_lists *lists;
  struct tx_foreign *foreign; /* NULL: data is the column's own */
} tx_parts;

/* The array that a column's data lies in, released with the column; release is NULL until it is the column's. */
typedef struct tx_foreign {
  struct ArrowArray array;
} tx_foreign;
void tx_foreign_free(triax_context *context, tx_foreign *foreign);
/* A column over data of an Arrow array (which must hold no NaN), and the moving of the array into it. */
tx_column *tx_column_over(triax_context *context, int32_t type, size_t rows, const void *data);
void tx_column_own(tx_column *column, struct ArrowArray *array);

/* A column of parts, which are freed when memory is short (NULL). */
tx_column *tx_column_assemble(triax_context *context, int32_t type, const tx_parts *parts);
/* Bytes of one value in a column's data: 0 for booleans, which are bits; codes count 4. */
size_t tx_value_size(int32_t type);
/* Bytes a code takes in a dictionary or lists of `size` entries. */
uint8_t tx_code_width(uint32_t size);
/* Narrows `rows` codes of 4 bytes in place and gives back what is not needed; false when memory is short. */
bool tx_narrow_codes(triax_context *context, void **codes, size_t rows, size_t capacity, uint8_t width);

#endif
