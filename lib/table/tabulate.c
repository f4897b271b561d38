/* Tables made column by column. */
#include "table/tabulate.h"

#include <string.h>

#include "base/text.h"

void tx_tabulate_open(tx_tabulate *tabulate, triax_context *context, size_t rows) {
  *tabulate = (tx_tabulate){.context = context, .rows = rows};
  tx_arena_init(&tabulate->arena, context);
}

static bool make_room(tx_tabulate *tabulate) {
  return tx_grow(tabulate->context, (void **)&tabulate->names, &tabulate->name_capacity, tabulate->count + 1,
                 sizeof(triax_text)) &&
         tx_grow(tabulate->context, (void **)&tabulate->columns, &tabulate->capacity, tabulate->count + 1,
                 sizeof(tx_column *));
}

void tx_tabulate_add_text(tx_tabulate *tabulate, triax_text name, tx_column *column) {
  char *copy = column && !tabulate->failed ? tx_arena_copy(&tabulate->arena, name.bytes, name.length) : NULL;
  if (!copy || !make_room(tabulate)) {
    tabulate->failed = true;
    tx_column_unref(column);
    return;
  }
  tabulate->names[tabulate->count] = (triax_text){copy, name.length};
  tabulate->columns[tabulate->count++] = column;
}

void tx_tabulate_add(tx_tabulate *tabulate, const char *name, tx_column *column) {
  tx_tabulate_add_text(tabulate, triax_text_of(name), column);
}

void tx_tabulate_share(tx_tabulate *tabulate, const char *name, const tx_column *column) {
  if (column) tx_tabulate_add(tabulate, name, tx_column_ref(column));
}

void tx_tabulate_missing(tx_tabulate *tabulate, const char *name, int32_t type) {
  tx_column **column = &tabulate->missing[type];
  if (!*column) *column = tx_column_missing(tabulate->context, type, tabulate->rows);
  tx_tabulate_add(tabulate, name, *column ? tx_column_ref(*column) : NULL);
}

void tx_tabulate_numbers(tx_tabulate *tabulate, const char *name, const double *values) {
  size_t size = tabulate->rows * sizeof(double);
  double *copy = tx_alloc(tabulate->context, size);
  if (copy && size) memcpy(copy, values, size);
  tx_tabulate_add(tabulate, name,
                  copy ? tx_column_take(tabulate->context, TRIAX_TYPE_NUMBER, tabulate->rows, copy, size, NULL) : NULL);
}

void tx_tabulate_counts(tx_tabulate *tabulate, const char *name, const uint64_t *values) {
  size_t size = tabulate->rows * sizeof(int64_t);
  int64_t *copy = tx_alloc(tabulate->context, size);
  for (size_t row = 0; copy && row < tabulate->rows; row++) copy[row] = (int64_t)values[row];
  tx_tabulate_add(tabulate, name,
                  copy ? tx_column_take(tabulate->context, TRIAX_TYPE_INTEGER, tabulate->rows, copy, size, NULL)
                       : NULL);
}

void tx_tabulate_names(tx_tabulate *tabulate, const char *name, const uint32_t *numbers, const triax_text *names,
                       size_t count) {
  tx_tabulate_add(tabulate, name, tx_column_names(tabulate->context, numbers, tabulate->rows, names, count));
}

tx_column_builder *tx_tabulate_begin(tx_tabulate *tabulate, int32_t type) {
  tx_column_builder *builder = tabulate->failed ? NULL : tx_column_builder_new(tabulate->context, type);
  if (!builder) tabulate->failed = true;
  return builder;
}

void tx_tabulate_end(tx_tabulate *tabulate, const char *name, tx_column_builder *builder, bool fine) {
  if (!builder) return;
  tx_tabulate_add(tabulate, name, fine ? tx_column_builder_finish(builder) : NULL);
  tx_column_builder_free(builder);
}

triax_status tx_tabulate_close(tx_tabulate *tabulate, triax_table **table, triax_error *error) {
  triax_status status = TRIAX_OK;
  if (tabulate->failed) status = tx_no_memory(error);
  if (status == TRIAX_OK) {
    status = tx_table_new(tabulate->context, tabulate->rows, tabulate->count, tabulate->names, tabulate->columns, table,
                          error);
  }
  for (size_t c = 0; c < tabulate->count; c++) tx_column_unref(tabulate->columns[c]);
  for (size_t t = 0; t < TX_TABULATE_TYPES; t++) tx_column_unref(tabulate->missing[t]);
  tx_free_array(tabulate->context, tabulate->names, tabulate->name_capacity, sizeof(triax_text));
  tx_free_array(tabulate->context, tabulate->columns, tabulate->capacity, sizeof(tx_column *));
  tx_arena_free(&tabulate->arena);
  return status;
}
