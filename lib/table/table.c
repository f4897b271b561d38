/* Finished tables, read from outside and inside. */
#include "table/table.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

#define NOT_GIVEN ((triax_text){NULL, 0})

const char *triax_type_name(int32_t type) {
  static const char *const names[] = {"unknown", "number",  "integer", "money",     "boolean",
                                      "string",  "strings", "date",    "timestamp", "text"};
  return names[type >= TRIAX_TYPE_NUMBER && type <= TRIAX_TYPE_TEXT ? type : 0];
}

int tx_name_width(triax_text text) {
  size_t most = 120;
  if (text.length <= most) return (int)text.length;
  /* Not within a character. */
  while (most > 0 && ((unsigned char)text.bytes[most] & 0xc0) == 0x80) most--;
  return (int)most;
}

static void free_table(triax_table *table) {
  triax_context *context = table->context;
  for (size_t i = 0; table->fields && i < table->columns; i++) tx_column_unref(table->fields[i].column);
  tx_free_array(context, table->fields, table->columns, sizeof *table->fields);
  tx_arena_free(&table->arena);
  tx_free(context, table, sizeof *table);
  triax_context_unref(context);
}

triax_status tx_table_new(triax_context *context, size_t rows, size_t columns, const triax_text *names,
                          tx_column *const *fields, triax_table **table, triax_error *error) {
  triax_table *made = tx_calloc(context, 1, sizeof *made);
  if (!made) return tx_no_memory(error);
  made->context = triax_context_ref(context);
  tx_count_init(&made->count);
  tx_arena_init(&made->arena, context);
  made->rows = rows;
  made->columns = columns;
  made->fields = tx_calloc(context, columns, sizeof *made->fields);
  for (size_t i = 0; made->fields && i < columns; i++) {
    made->fields[i].name.bytes = tx_arena_copy(&made->arena, names[i].bytes, names[i].length);
    made->fields[i].name.length = names[i].length;
    if (!made->fields[i].name.bytes) {
      free_table(made);
      return tx_no_memory(error);
    }
    made->fields[i].column = tx_column_ref(fields[i]);
  }
  if (!made->fields) {
    free_table(made);
    return tx_no_memory(error);
  }
  *table = made;
  return TRIAX_OK;
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c; }

bool tx_names_alike(triax_text a, triax_text b) {
  a = tx_text_trim(a);
  b = tx_text_trim(b);
  if (a.length != b.length) return false;
  for (size_t i = 0; i < a.length; i++) {
    if (lower(a.bytes[i]) != lower(b.bytes[i])) return false;
  }
  return true;
}

bool tx_table_leave_out(triax_table *table, const tx_left_out *columns, size_t count) {
  if (count == 0) return true;
  table->left_out = tx_arena_calloc(&table->arena, count, sizeof *table->left_out);
  for (size_t i = 0; table->left_out && i < count; i++) {
    triax_text name = columns[i].name;
    name.bytes = tx_arena_copy(&table->arena, name.bytes, name.length);
    const char *why = tx_arena_copy(&table->arena, columns[i].why, strlen(columns[i].why));
    if (!name.bytes || !why) return false;
    table->left_out[i] = (tx_left_out){name, why};
    table->left_out_count++;
  }
  return table->left_out != NULL;
}

const char *tx_table_why_left_out(const triax_table *table, triax_text name) {
  for (size_t i = 0; i < table->left_out_count; i++) {
    if (tx_names_alike(table->left_out[i].name, name)) return table->left_out[i].why;
  }
  return NULL;
}

triax_table *triax_table_ref(triax_table *table) {
  if (table) tx_count_ref(&table->count);
  return table;
}

void triax_table_unref(triax_table *table) {
  if (table && tx_count_unref(&table->count)) free_table(table);
}

size_t triax_table_rows(const triax_table *table) { return table ? table->rows : 0; }

size_t triax_table_columns(const triax_table *table) { return table ? table->columns : 0; }

size_t triax_table_find(const triax_table *table, triax_text name) {
  if (!table || !name.bytes) return SIZE_MAX;
  for (size_t i = 0; i < table->columns; i++) {
    if (tx_text_equal(table->fields[i].name, name)) return i;
  }
  return SIZE_MAX;
}

const tx_column *tx_table_column(const triax_table *table, triax_text name) {
  size_t found = triax_table_find(table, name);
  return found == SIZE_MAX ? NULL : table->fields[found].column;
}

triax_text triax_table_name(const triax_table *table, size_t column) {
  return table && column < table->columns ? table->fields[column].name : NOT_GIVEN;
}

/* The column of that number, or NULL. */
static const tx_column *column_at(const triax_table *table, size_t column) {
  return table && column < table->columns ? table->fields[column].column : NULL;
}

/* The column of that number if it has a value in that row, or NULL. */
static const tx_column *value_at(const triax_table *table, size_t column, size_t row) {
  const tx_column *found = column_at(table, column);
  return found && row < found->rows && tx_column_has(found, row) ? found : NULL;
}

int32_t triax_table_type(const triax_table *table, size_t column) {
  const tx_column *found = column_at(table, column);
  return found ? found->type : 0;
}

size_t triax_table_missing(const triax_table *table, size_t column) {
  const tx_column *found = column_at(table, column);
  return found ? found->missing : 0;
}

int32_t triax_table_has(const triax_table *table, size_t column, size_t row) {
  return value_at(table, column, row) != NULL;
}

const uint64_t *triax_table_present(const triax_table *table, size_t column) {
  const tx_column *found = column_at(table, column);
  return found ? found->present : NULL;
}

static bool is_real(int32_t type) { return type == TRIAX_TYPE_NUMBER || type == TRIAX_TYPE_MONEY; }

const double *triax_table_numbers(const triax_table *table, size_t column) {
  const tx_column *found = column_at(table, column);
  return found && is_real(found->type) && tx_column_make(found) ? found->numbers : NULL;
}

const int64_t *triax_table_integers(const triax_table *table, size_t column) {
  const tx_column *found = column_at(table, column);
  bool fits = found && (found->type == TRIAX_TYPE_INTEGER || found->type == TRIAX_TYPE_TIMESTAMP);
  return fits ? found->integers : NULL;
}

const int32_t *triax_table_dates(const triax_table *table, size_t column) {
  const tx_column *found = column_at(table, column);
  return found && found->type == TRIAX_TYPE_DATE ? found->dates : NULL;
}

double triax_table_number(const triax_table *table, size_t column, size_t row) {
  const tx_column *found = value_at(table, column, row);
  if (!found) return (double)NAN;
  if (is_real(found->type)) return found->numbers[row];
  if (found->type == TRIAX_TYPE_STRING || found->type == TRIAX_TYPE_STRINGS || found->type == TRIAX_TYPE_TEXT) {
    return (double)NAN;
  }
  return (double)triax_table_integer(table, column, row);
}

int64_t triax_table_integer(const triax_table *table, size_t column, size_t row) {
  const tx_column *found = value_at(table, column, row);
  if (!found) return 0;
  switch (found->type) {
  case TRIAX_TYPE_INTEGER:
  case TRIAX_TYPE_TIMESTAMP:
    return found->integers[row];
  case TRIAX_TYPE_DATE:
    return found->dates[row];
  case TRIAX_TYPE_BOOLEAN:
    return tx_bit(found->bits, row);
  default:
    return 0;
  }
}

triax_text triax_table_text(const triax_table *table, size_t column, size_t row) {
  const tx_column *found = value_at(table, column, row);
  if (!found || (found->type != TRIAX_TYPE_STRING && found->type != TRIAX_TYPE_TEXT)) return NOT_GIVEN;
  return tx_dictionary_text(found->dictionary, tx_column_code(found, row));
}

size_t triax_table_items(const triax_table *table, size_t column, size_t row) {
  const tx_column *found = value_at(table, column, row);
  if (!found || found->type != TRIAX_TYPE_STRINGS) return 0;
  uint32_t list = tx_column_code(found, row);
  return (size_t)(found->lists->offsets[list + 1] - found->lists->offsets[list]);
}

triax_text triax_table_item(const triax_table *table, size_t column, size_t row, size_t i) {
  if (i >= triax_table_items(table, column, row)) return NOT_GIVEN;
  const tx_column *found = column_at(table, column);
  uint64_t first = found->lists->offsets[tx_column_code(found, row)];
  return tx_dictionary_text(found->dictionary, found->lists->items[first + i]);
}
