/* Texts with values for chosen rows: evaluated for those rows alone, written as people read them. */
#ifndef TX_PLAN_TEXTS_H
#define TX_PLAN_TEXTS_H

#include "plan/plan.h"

/* Text that grows; after a failed allocation the rest is dropped and `failed` is set. */
typedef struct tx_line {
  triax_context *context;
  char *bytes;
  size_t length, capacity;
  bool failed;
} tx_line;

void tx_line_add(tx_line *line, triax_text text);
/* A column's value at a row, which must have it: numbers with at most two decimals, dates as 2026-11-21, timestamps as
 * 2026-11-21 10:00, lists joined by commas. one_line: breaks and other control characters become blanks. */
void tx_line_add_value(tx_line *line, const tx_column *column, size_t row, bool one_line);
void tx_line_free(tx_line *line);

/* Texts on their way into a column, some at once. The text at hand is what the line holds beyond the last end. */
#define TX_TEXT_BATCH 32
typedef struct tx_text_batch {
  tx_column_builder *builder; /* NULL: no such column */
  tx_line line;
  size_t ends[TX_TEXT_BATCH], count;
} tx_text_batch;

/* Ends the text at hand; false when memory is short. */
bool tx_text_batch_end(tx_text_batch *batch);
/* Hands over all that have ended. */
bool tx_text_batch_flush(tx_text_batch *batch);

/* Whether a column has a value that can be written: infinite numbers are none. */
bool tx_value_is_written(const tx_column *column, size_t row);

/* The values of some expressions of a step, over some rows. */
typedef struct tx_values {
  triax_context *context;
  size_t count;
  tx_column **columns; /* per expression, over the rows given */
} tx_values;

/* Evaluates the expressions [first, first + count) of the step for the rows. aggregates: of the whole; may be NULL
 * where no expression has whole-set functions. */
triax_status tx_values_new(const triax_plan *plan, const tx_step *step, uint32_t first, uint32_t count,
                           const size_t *rows, size_t row_count, const tx_aggregates *aggregates, tx_values *values,
                           triax_error *error);
void tx_values_free(tx_values *values);

/* Adds a text for one of those rows to the line; false where a value that it needs is missing. first: that of the
 * values. */
bool tx_text_write(const tx_policy_text *text, const tx_values *values, uint32_t first, size_t row, tx_line *line);

#endif
