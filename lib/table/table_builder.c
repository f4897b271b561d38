/* Tables in the making, by column or by row. A call that fails leaves the builder as it was. */
#include <string.h>

#include "base/text.h"
#include "table/intern.h"
#include "table/table.h"

struct triax_table_builder {
  triax_context *context;
  tx_column_builder **columns;
  size_t count, capacity;
  size_t ended;      /* rows ended by end_row */
  tx_interner names; /* the code of a name is its column */
};

triax_status triax_table_builder_new(triax_context *context, triax_table_builder **builder, triax_error *error) {
  if (!context || !builder) return tx_fail(error, TRIAX_EINVAL, "a table builder needs a context and a place to go");
  triax_table_builder *made = tx_calloc(context, 1, sizeof *made);
  if (!made) return tx_no_memory(error);
  made->context = triax_context_ref(context);
  tx_interner_init(&made->names, context);
  *builder = made;
  return TRIAX_OK;
}

/* Frees all columns and names. */
static void clear(triax_table_builder *builder) {
  for (size_t i = 0; i < builder->count; i++) tx_column_builder_free(builder->columns[i]);
  tx_free_array(builder->context, builder->columns, builder->capacity, sizeof *builder->columns);
  tx_interner_free(&builder->names);
  builder->columns = NULL;
  builder->count = builder->capacity = builder->ended = 0;
}

void triax_table_builder_free(triax_table_builder *builder) {
  if (!builder) return;
  triax_context *context = builder->context;
  clear(builder);
  tx_free(context, builder, sizeof *builder);
  triax_context_unref(context);
}

static bool room_for_column(triax_table_builder *builder) {
  void *columns = builder->columns;
  bool grown = tx_grow(builder->context, &columns, &builder->capacity, builder->count + 1, sizeof *builder->columns);
  builder->columns = columns;
  return grown;
}

triax_status triax_table_builder_column(triax_table_builder *builder, triax_text name, int32_t type, size_t *column,
                                        triax_error *error) {
  if (!builder) return tx_fail(error, TRIAX_EINVAL, "the table builder is NULL");
  if (type < TRIAX_TYPE_NUMBER || type > TRIAX_TYPE_TEXT) {
    return tx_fail(error, TRIAX_EINVAL, "%d is not a column type; use one of TRIAX_TYPE_...", (int)type);
  }
  if (!name.bytes || name.length == 0) {
    return tx_fail(error, TRIAX_EDATA, "column %zu has an empty name; give every column a name", builder->count + 1);
  }
  if (tx_utf8_check(name) != SIZE_MAX) {
    return tx_fail(error, TRIAX_EDATA, "the name of column %zu is not UTF-8 or holds a NUL byte", builder->count + 1);
  }
  uint32_t code;
  if (!room_for_column(builder)) return tx_no_memory(error);
  tx_column_builder *made = tx_column_builder_new(builder->context, type);
  if (!made || !tx_interner_add(&builder->names, name, &code)) {
    tx_column_builder_free(made);
    return tx_no_memory(error);
  }
  if (code < builder->count) {
    tx_column_builder_free(made);
    return tx_fail(error, TRIAX_EDATA, "columns %zu and %zu are both named '%.*s'; rename one of them",
                   (size_t)code + 1, builder->count + 1, tx_name_width(name), name.bytes);
  }
  builder->columns[builder->count] = made;
  if (column) *column = builder->count;
  builder->count++;
  return TRIAX_OK;
}

static triax_text name_of(const triax_table_builder *builder, size_t column) {
  uint64_t begin = builder->names.offsets[column];
  return (triax_text){builder->names.bytes + begin, (size_t)(builder->names.offsets[column + 1] - begin)};
}

/* Types as bits, to say which ones a call is for. */
#define TYPE_BIT(type) (1u << (type))

/* Checks that the column is there and of a fitting type. */
static triax_status check(const triax_table_builder *builder, size_t column, const void *values, size_t count,
                          int32_t type, unsigned fitting, triax_error *error) {
  if (!builder || column >= builder->count) {
    return tx_fail(error, TRIAX_EINVAL, "there is no column %zu in the table builder", column);
  }
  if (!values && count) return tx_fail(error, TRIAX_EINVAL, "values to append are NULL");
  if (!(fitting & TYPE_BIT(type))) {
    triax_text name = name_of(builder, column);
    return tx_fail(error, TRIAX_EINVAL, "column '%.*s' is of type %s, which this call does not append to",
                   tx_name_width(name), name.bytes, triax_type_name(type));
  }
  return TRIAX_OK;
}

static int32_t type_of(const triax_table_builder *builder, size_t column) {
  return builder && column < builder->count ? tx_column_builder_type(builder->columns[column]) : 0;
}

triax_status triax_table_builder_numbers(triax_table_builder *builder, size_t column, const double *values,
                                         const uint8_t *present, size_t count, triax_error *error) {
  int32_t type = type_of(builder, column);
  triax_status status =
      check(builder, column, values, count, type, TYPE_BIT(TRIAX_TYPE_NUMBER) | TYPE_BIT(TRIAX_TYPE_MONEY), error);
  if (status) return status;
  tx_column_builder *at = builder->columns[column];
  size_t rows = tx_column_builder_rows(at), missing = tx_column_builder_missing_count(at);
  bool fine = tx_column_builder_reserve(at, count);
  for (size_t i = 0; fine && i < count; i++) {
    fine = present && !present[i] ? tx_column_builder_missing(at) : tx_column_builder_number(at, values[i]);
  }
  if (fine) return TRIAX_OK;
  tx_column_builder_rewind(at, rows, missing);
  return tx_no_memory(error);
}

triax_status triax_table_builder_integers(triax_table_builder *builder, size_t column, const int64_t *values,
                                          const uint8_t *present, size_t count, triax_error *error) {
  int32_t type = type_of(builder, column);
  triax_status status =
      check(builder, column, values, count, type,
            TYPE_BIT(TRIAX_TYPE_INTEGER) | TYPE_BIT(TRIAX_TYPE_DATE) | TYPE_BIT(TRIAX_TYPE_TIMESTAMP), error);
  if (status) return status;
  for (size_t i = 0; type == TRIAX_TYPE_DATE && i < count; i++) {
    if ((!present || present[i]) && (values[i] < INT32_MIN || values[i] > INT32_MAX)) {
      return tx_fail(error, TRIAX_EINVAL, "date %zu of %zu is %lld days from 1970, beyond int32", i + 1, count,
                     (long long)values[i]);
    }
  }
  tx_column_builder *at = builder->columns[column];
  size_t rows = tx_column_builder_rows(at), missing = tx_column_builder_missing_count(at);
  bool fine = tx_column_builder_reserve(at, count);
  for (size_t i = 0; fine && i < count; i++) {
    fine = present && !present[i] ? tx_column_builder_missing(at) : tx_column_builder_integer(at, values[i]);
  }
  if (fine) return TRIAX_OK;
  tx_column_builder_rewind(at, rows, missing);
  return tx_no_memory(error);
}

triax_status triax_table_builder_booleans(triax_table_builder *builder, size_t column, const uint8_t *values,
                                          const uint8_t *present, size_t count, triax_error *error) {
  int32_t type = type_of(builder, column);
  triax_status status = check(builder, column, values, count, type, TYPE_BIT(TRIAX_TYPE_BOOLEAN), error);
  if (status) return status;
  tx_column_builder *at = builder->columns[column];
  size_t rows = tx_column_builder_rows(at), missing = tx_column_builder_missing_count(at);
  bool fine = tx_column_builder_reserve(at, count);
  for (size_t i = 0; fine && i < count; i++) {
    fine = present && !present[i] ? tx_column_builder_missing(at) : tx_column_builder_boolean(at, values[i] != 0);
  }
  if (fine) return TRIAX_OK;
  tx_column_builder_rewind(at, rows, missing);
  return tx_no_memory(error);
}

/* TRIAX_OK when all texts are UTF-8 without NUL. */
static triax_status check_texts(const triax_table_builder *builder, size_t column, const triax_text *values,
                                size_t count, bool items, triax_error *error) {
  size_t row = tx_column_builder_rows(builder->columns[column]);
  for (size_t i = 0; i < count; i++) {
    size_t bad = values[i].bytes ? tx_utf8_check(values[i]) : SIZE_MAX;
    if (bad == SIZE_MAX) continue;
    triax_text name = name_of(builder, column);
    return tx_fail(error, TRIAX_EDATA,
                   "row %zu, column '%.*s': byte %zu of the text is not UTF-8 or is NUL; convert the data to UTF-8",
                   row + (items ? 0 : i) + 1, tx_name_width(name), name.bytes, bad + 1);
  }
  return TRIAX_OK;
}

triax_status triax_table_builder_texts(triax_table_builder *builder, size_t column, const triax_text *values,
                                       size_t count, triax_error *error) {
  int32_t type = type_of(builder, column);
  triax_status status =
      check(builder, column, values, count, type, TYPE_BIT(TRIAX_TYPE_STRING) | TYPE_BIT(TRIAX_TYPE_TEXT), error);
  if (!status) status = check_texts(builder, column, values, count, false, error);
  if (status) return status;
  tx_column_builder *at = builder->columns[column];
  size_t rows = tx_column_builder_rows(at), missing = tx_column_builder_missing_count(at);
  bool fine = tx_column_builder_reserve(at, count);
  for (size_t i = 0; fine && i < count;) { /* texts without a gap together: that is faster than one by one */
    size_t end = i;
    while (end < count && values[end].bytes) end++;
    fine = end > i ? tx_column_builder_texts(at, values + i, end - i) : tx_column_builder_missing(at);
    i = end > i ? end : i + 1;
  }
  if (fine) return TRIAX_OK;
  tx_column_builder_rewind(at, rows, missing);
  return tx_no_memory(error);
}

triax_status triax_table_builder_strings(triax_table_builder *builder, size_t column, const triax_text *items,
                                         size_t count, triax_error *error) {
  int32_t type = type_of(builder, column);
  bool missing = !items && count == SIZE_MAX;
  triax_status status = check(builder, column, items, missing ? 0 : count, type, TYPE_BIT(TRIAX_TYPE_STRINGS), error);
  if (status) return status;
  tx_column_builder *at = builder->columns[column];
  if (missing) return tx_column_builder_missing(at) ? TRIAX_OK : tx_no_memory(error);
  for (size_t i = 0; i < count; i++) {
    if (!items[i].bytes) return tx_fail(error, TRIAX_EINVAL, "item %zu of a list is not given; leave it out", i + 1);
  }
  status = check_texts(builder, column, items, count, true, error);
  if (status) return status;
  return tx_column_builder_list(at, items, count) ? TRIAX_OK : tx_no_memory(error);
}

triax_status triax_table_builder_end_row(triax_table_builder *builder, triax_error *error) {
  if (!builder) return tx_fail(error, TRIAX_EINVAL, "the table builder is NULL");
  size_t least = SIZE_MAX;
  for (size_t i = 0; i < builder->count; i++) {
    size_t rows = tx_column_builder_rows(builder->columns[i]);
    if (rows < least) least = rows;
  }
  /* Rows that came in bulk before count as ended. */
  size_t target = builder->ended + 1;
  if (builder->count && least > target) target = least;
  for (size_t i = 0; i < builder->count; i++) {
    size_t rows = tx_column_builder_rows(builder->columns[i]);
    if (rows != target && rows + 1 != target) {
      return tx_fail(error, TRIAX_EINVAL,
                     "column %zu has %zu values where row %zu ends; add one value a column and row", i + 1, rows,
                     target);
    }
    if (rows < target && !tx_column_builder_prepare(builder->columns[i])) return tx_no_memory(error);
  }
  for (size_t i = 0; i < builder->count; i++) {
    if (tx_column_builder_rows(builder->columns[i]) < target) tx_column_builder_missing(builder->columns[i]);
  }
  builder->ended = target;
  return TRIAX_OK;
}

/* Finishes every column; on failure those made are given back. */
static bool finish_columns(triax_table_builder *builder, tx_column **columns, triax_text *names) {
  for (size_t i = 0; i < builder->count; i++) {
    names[i] = name_of(builder, i);
    columns[i] = tx_column_builder_finish(builder->columns[i]);
    if (columns[i]) continue;
    while (i > 0) tx_column_unref(columns[--i]);
    return false;
  }
  return true;
}

triax_status triax_table_builder_finish(triax_table_builder *builder, triax_table **table, triax_error *error) {
  if (!builder || !table) return tx_fail(error, TRIAX_EINVAL, "the table builder or the place for its table is NULL");
  size_t rows = builder->count ? tx_column_builder_rows(builder->columns[0]) : builder->ended;
  for (size_t i = 1; i < builder->count; i++) {
    size_t other = tx_column_builder_rows(builder->columns[i]);
    if (other != rows) {
      return tx_fail(error, TRIAX_EINVAL, "column %zu has %zu values, column 1 has %zu; all must be equally long",
                     i + 1, other, rows);
    }
  }
  tx_column **columns = tx_calloc(builder->context, builder->count, sizeof *columns);
  triax_text *names = tx_calloc(builder->context, builder->count, sizeof *names);
  triax_status status = TRIAX_ENOMEM;
  if (columns && names && finish_columns(builder, columns, names)) {
    status = tx_table_new(builder->context, rows, builder->count, names, columns, table, error);
    for (size_t i = 0; i < builder->count; i++) tx_column_unref(columns[i]);
  }
  tx_free_array(builder->context, columns, builder->count, sizeof *columns);
  tx_free_array(builder->context, names, builder->count, sizeof *names);
  clear(builder);
  return status ? tx_no_memory(error) : TRIAX_OK;
}
