/* Families: accounts that are judged together, folded into one row each. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "table/column_private.h"
#include "table/load_private.h"

#define NOT_YET UINT32_MAX

typedef struct folding {
  triax_context *context;
  const triax_table *table;
  const tx_schema *schema;
  const tx_families *families;
  size_t *largest; /* by family: its largest member */
} folding;

static bool is_real(int32_t type) { return type == TRIAX_TYPE_NUMBER || type == TRIAX_TYPE_MONEY; }

/* Gives every row its family, in the order of first members. False when memory is short. */
static bool assign(triax_context *context, const triax_table *table, const tx_column *family, tx_families *families) {
  uint32_t codes = family ? family->dictionary->size : 0;
  uint32_t *family_of = tx_alloc_array(context, codes, sizeof *family_of);
  families->member_of = tx_alloc_array(context, table->rows, sizeof *families->member_of);
  families->count = 0;
  bool fine = family_of && families->member_of;
  for (uint32_t i = 0; fine && i < codes; i++) family_of[i] = NOT_YET;
  for (size_t row = 0; fine && row < table->rows; row++) {
    bool member = family && tx_column_has(family, row);
    uint32_t code = member ? tx_column_code(family, row) : 0;
    if (member && family_of[code] != NOT_YET) {
      families->member_of[row] = family_of[code];
      continue;
    }
    if (member) family_of[code] = (uint32_t)families->count;
    families->member_of[row] = (uint32_t)families->count++;
  }
  tx_free_array(context, family_of, codes, sizeof *family_of);
  return fine;
}

void tx_families_free(triax_context *context, tx_families *families, size_t rows) {
  tx_free_array(context, families->member_of, rows, sizeof *families->member_of);
  families->member_of = NULL;
  families->count = 0;
}

/* Whether row a is larger than row b: by size, NaN last, then by key. */
static bool larger(const double *size, const tx_column *key, size_t a, size_t b) {
  double of_a = size ? size[a] : 0, of_b = size ? size[b] : 0;
  if (isnan(of_a) != isnan(of_b)) return isnan(of_b);
  if (!isnan(of_a) && (of_a > of_b || of_a < of_b)) return of_a > of_b;
  if (!key || !key->dictionary || key->lists || !tx_column_has(key, a) || !tx_column_has(key, b)) return a < b;
  int order = tx_text_compare(tx_dictionary_text(key->dictionary, tx_column_code(key, a)),
                              tx_dictionary_text(key->dictionary, tx_column_code(key, b)));
  return order ? order < 0 : a < b;
}

static bool find_largest(folding *fold, const double *size) {
  const tx_column *key = tx_table_column(fold->table, fold->schema->key.bytes ? fold->schema->key : TX_TEXT("id"));
  fold->largest = tx_alloc_array(fold->context, fold->families->count, sizeof *fold->largest);
  if (!fold->largest) return false;
  for (size_t i = 0; i < fold->families->count; i++) fold->largest[i] = SIZE_MAX;
  for (size_t row = 0; row < fold->table->rows; row++) {
    size_t *best = &fold->largest[fold->families->member_of[row]];
    if (*best == SIZE_MAX || larger(size, key, row, *best)) *best = row;
  }
  return true;
}

static int default_fold(int32_t type) {
  switch (type) {
  case TRIAX_TYPE_NUMBER:
  case TRIAX_TYPE_INTEGER:
  case TRIAX_TYPE_MONEY:
    return TX_FOLD_SUM;
  case TRIAX_TYPE_DATE:
  case TRIAX_TYPE_TIMESTAMP:
    return TX_FOLD_MIN;
  case TRIAX_TYPE_BOOLEAN:
    return TX_FOLD_ANY;
  default:
    return TX_FOLD_LARGEST;
  }
}

/* Whether a fold makes sense of a type. */
static bool fold_fits(int fold, int32_t type) {
  bool count = is_real(type) || type == TRIAX_TYPE_INTEGER;
  switch (fold) {
  case TX_FOLD_SUM:
  case TX_FOLD_MEAN:
    return count;
  case TX_FOLD_MAX:
  case TX_FOLD_MIN:
    return count || type == TRIAX_TYPE_DATE || type == TRIAX_TYPE_TIMESTAMP;
  case TX_FOLD_ANY:
  case TX_FOLD_ALL:
    return type == TRIAX_TYPE_BOOLEAN;
  default:
    return true;
  }
}

/* What a family's column came to so far. */
typedef struct sum {
  double number;
  int64_t integer;
  size_t values;
  bool overflow;
} sum;

static void add_number(sum *at, double value, int fold) {
  if (at->values == 0) {
    at->number = value;
  } else if (fold == TX_FOLD_MAX || fold == TX_FOLD_MIN) {
    if (fold == TX_FOLD_MAX ? value > at->number : value < at->number) at->number = value;
  } else {
    at->number += value;
  }
}

static void add_integer(sum *at, int64_t value, int fold) {
  if (fold == TX_FOLD_MEAN) {
    at->number += (double)value;
  } else if (at->values == 0) {
    at->integer = value;
  } else if (fold == TX_FOLD_SUM) {
    bool over = value > 0 ? at->integer > INT64_MAX - value : at->integer < INT64_MIN - value;
    at->overflow = at->overflow || over;
    if (!over) at->integer += value;
  } else {
    bool first = fold == TX_FOLD_MAX || fold == TX_FOLD_ANY ? value > at->integer : value < at->integer;
    if (first) at->integer = value;
  }
}

static int64_t whole_at(const tx_column *column, size_t row) {
  if (column->type == TRIAX_TYPE_DATE) return column->dates[row];
  if (column->type == TRIAX_TYPE_BOOLEAN) return tx_bit(column->bits, row);
  return column->integers[row];
}

static bool put(tx_column_builder *builder, int32_t type, int fold, const sum *at) {
  if (at->values == 0 || at->overflow) return tx_column_builder_missing(builder);
  if (is_real(type) || fold == TX_FOLD_MEAN) {
    double divisor = fold == TX_FOLD_MEAN ? (double)at->values : 1;
    return tx_column_builder_number(builder, at->number / divisor);
  }
  if (type == TRIAX_TYPE_BOOLEAN) return tx_column_builder_boolean(builder, at->integer != 0);
  return tx_column_builder_integer(builder, at->integer);
}

/* The column folded; NULL when memory is short. */
static tx_column *fold_column(const folding *fold, const tx_column *column, int how) {
  if (how == TX_FOLD_LARGEST) return tx_column_gather(column, fold->largest, fold->families->count);
  size_t count = fold->families->count;
  int32_t type = how == TX_FOLD_MEAN && !is_real(column->type) ? TRIAX_TYPE_NUMBER : column->type;
  sum *sums = tx_calloc(fold->context, count, sizeof *sums);
  tx_column_builder *builder = tx_column_builder_new(fold->context, type);
  bool fine = sums && builder && tx_column_builder_reserve(builder, count);
  for (size_t row = 0; fine && row < column->rows; row++) {
    if (!tx_column_has(column, row)) continue;
    sum *at = &sums[fold->families->member_of[row]];
    if (is_real(column->type)) {
      add_number(at, column->numbers[row], how);
    } else {
      add_integer(at, whole_at(column, row), how);
    }
    at->values++;
  }
  for (size_t i = 0; fine && i < count; i++) fine = put(builder, type, how, &sums[i]);
  tx_column *made = fine ? tx_column_builder_finish(builder) : NULL;
  tx_column_builder_free(builder);
  tx_free_array(fold->context, sums, count, sizeof *sums);
  return made;
}

static int fold_of(const tx_schema *schema, triax_text name, int32_t type) {
  for (size_t i = 0; i < schema->rollup_count; i++) {
    if (!tx_text_equal(schema->rollups[i].column, name)) continue;
    if (schema->rollups[i].fold != TX_FOLD_DEFAULT) return schema->rollups[i].fold;
  }
  return default_fold(type);
}

static triax_status fold_columns(const folding *fold, triax_text *names, tx_column **columns, triax_error *error) {
  for (size_t i = 0; i < fold->table->columns; i++) {
    const tx_table_field *field = &fold->table->fields[i];
    int how = fold_of(fold->schema, field->name, field->column->type);
    if (!fold_fits(how, field->column->type)) {
      return tx_fail_at(error, TRIAX_EPOLICY, "customers.family_rollup", 0, 0,
                        "column '%.*s' is of type %s, which cannot be folded this way; use largest",
                        tx_name_width(field->name), field->name.bytes, triax_type_name(field->column->type));
    }
    triax_status status = tx_progress(fold->context, "load", (double)i / (double)fold->table->columns, error);
    if (status) return status;
    names[i] = field->name;
    columns[i] = fold_column(fold, field->column, how);
    if (!columns[i]) return tx_no_memory(error);
  }
  return TRIAX_OK;
}

static triax_status make_folded(folding *fold, const double *size, triax_table **folded, triax_error *error) {
  size_t count = fold->table->columns;
  triax_text *names = tx_alloc_array(fold->context, count, sizeof *names);
  tx_column **columns = tx_calloc(fold->context, count, sizeof *columns);
  bool fine = names && columns && find_largest(fold, size);
  triax_status status = fine ? fold_columns(fold, names, columns, error) : tx_no_memory(error);
  if (!status) status = tx_table_new(fold->context, fold->families->count, count, names, columns, folded, error);
  for (size_t i = 0; columns && i < count; i++) tx_column_unref(columns[i]);
  tx_free_array(fold->context, fold->largest, fold->families->count, sizeof *fold->largest);
  tx_free_array(fold->context, columns, count, sizeof *columns);
  tx_free_array(fold->context, names, count, sizeof *names);
  return status;
}

triax_status tx_table_fold(triax_context *context, const triax_table *table, const tx_schema *schema,
                           const double *size, triax_table **folded, tx_families *families, triax_error *error) {
  const tx_column *family = schema->family.bytes ? tx_table_column(table, schema->family) : NULL;
  if (schema->family.bytes && (!family || family->type != TRIAX_TYPE_STRING)) {
    return tx_fail(error, TRIAX_EINVAL, "the family column '%.*s' is not among the loaded strings",
                   tx_name_width(schema->family), schema->family.bytes);
  }
  if (table->rows >= UINT32_MAX) return tx_fail(error, TRIAX_ELIMIT, "there are too many rows to fold into families");
  tx_families made = {0, NULL};
  folding fold = {context, table, schema, &made, NULL};
  triax_status status =
      assign(context, table, family, &made) ? make_folded(&fold, size, folded, error) : tx_no_memory(error);
  if (status) {
    tx_families_free(context, &made, table->rows);
    return status;
  }
  *families = made;
  return TRIAX_OK;
}
