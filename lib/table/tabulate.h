/* Tables in the making: columns by name, memory checked once at the end. */
#ifndef TX_TABLE_TABULATE_H
#define TX_TABLE_TABULATE_H

#include "base/context.h"
#include "table/column.h"
#include "table/table.h"

#define TX_TABULATE_TYPES 16

typedef struct tx_tabulate {
  triax_context *context;
  size_t rows, count, capacity, name_capacity;
  triax_text *names;
  tx_column **columns;
  tx_column *missing[TX_TABULATE_TYPES]; /* by type, made when first needed */
  tx_arena arena; /* names made on the way */
  bool failed;    /* memory was short */
} tx_tabulate;

void tx_tabulate_open(tx_tabulate *tabulate, triax_context *context, size_t rows);
/* Adds a column (taken over; NULL is out of memory). The name is copied. */
void tx_tabulate_add(tx_tabulate *tabulate, const char *name, tx_column *column);
void tx_tabulate_add_text(tx_tabulate *tabulate, triax_text name, tx_column *column);
/* Adds a reference to a column that exists; NULL adds nothing. */
void tx_tabulate_share(tx_tabulate *tabulate, const char *name, const tx_column *column);
/* Adds a column with every value missing: what a part that did not run leaves behind. Those of one type are one. */
void tx_tabulate_missing(tx_tabulate *tabulate, const char *name, int32_t type);
/* Columns of plain arrays, which are copied. */
void tx_tabulate_numbers(tx_tabulate *tabulate, const char *name, const double *values);
void tx_tabulate_counts(tx_tabulate *tabulate, const char *name, const uint64_t *values);
/* names[numbers[row]], missing where out of range. */
void tx_tabulate_names(tx_tabulate *tabulate, const char *name, const uint32_t *numbers, const triax_text *names,
                       size_t count);
/* A builder for a column; NULL when memory is short (the table knows). */
tx_column_builder *tx_tabulate_begin(tx_tabulate *tabulate, int32_t type);
/* Finishes a builder of tx_tabulate_begin (NULL allowed) as a column. fine: whether all its appends went well. */
void tx_tabulate_end(tx_tabulate *tabulate, const char *name, tx_column_builder *builder, bool fine);
/* Makes the table and drops the rest. */
triax_status tx_tabulate_close(tx_tabulate *tabulate, triax_table **table, triax_error *error);

#endif
