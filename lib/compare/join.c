/* Tables of two plans side by side, row beside row of the same key. */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "compare/compare.h"
#include "table/tabulate.h"
#include "table/intern.h"

typedef struct join_row {
  size_t row[2]; /* SIZE_MAX: not in this table */
} join_row;

typedef struct join_job {
  triax_context *context;
  const triax_table *tables[2]; /* NULL: empty */
  const char *const *keys;
  tx_interner interner; /* a row's number by the text of its keys */
  join_row *rows;
  size_t count, capacity;
  tx_arena arena;
} join_job;

/* --- rows that stand together --- */

static void write_cell(const triax_table *table, size_t column, size_t row, tx_writer *writer) {
  char number[TX_NUMBER_SIZE];
  switch (triax_table_type(table, column)) {
  case TRIAX_TYPE_STRING: tx_write(writer, triax_table_text(table, column, row)); return;
  case TRIAX_TYPE_STRINGS:
    for (size_t i = 0; i < triax_table_items(table, column, row); i++) {
      if (i) tx_write_c(writer, "\x1e");
      tx_write(writer, triax_table_item(table, column, row, i));
    }
    return;
  default:
    tx_write(writer, (triax_text){number, tx_format_double(triax_table_number(table, column, row), number)});
  }
}

static void write_key(const join_job *job, const triax_table *table, size_t row, tx_writer *writer) {
  for (size_t k = 0; job->keys[k]; k++) {
    size_t column = triax_table_find(table, triax_text_of(job->keys[k]));
    tx_write_c(writer, "\x1f");
    if (column == SIZE_MAX || !triax_table_has(table, column, row)) tx_write_c(writer, "\x1d"); /* missing */
    else write_cell(table, column, row, writer);
  }
}

/* The number of a row's key, new or not. */
static bool number_of(join_job *job, const triax_table *table, size_t row, uint32_t *number) {
  char small[256];
  tx_writer writer = {small, sizeof small, 0};
  write_key(job, table, row, &writer);
  if (writer.length < sizeof small) return tx_interner_add(&job->interner, (triax_text){small, writer.length}, number);
  size_t size = writer.length + 1;
  char *large = tx_alloc(job->context, size);
  if (!large) return false;
  writer = (tx_writer){large, size, 0};
  write_key(job, table, row, &writer);
  bool fine = tx_interner_add(&job->interner, (triax_text){large, writer.length}, number);
  tx_free(job->context, large, size);
  return fine;
}

static bool add_rows(join_job *job, int side) {
  const triax_table *table = job->tables[side];
  size_t rows = table ? table->rows : 0;
  for (size_t row = 0; row < rows; row++) {
    uint32_t number;
    if (!number_of(job, table, row, &number)) return false;
    if (number == job->count) {
      if (!tx_grow(job->context, (void **)&job->rows, &job->capacity, job->count + 1, sizeof *job->rows)) return false;
      job->rows[job->count++] = (join_row){{SIZE_MAX, SIZE_MAX}};
    }
    if (job->rows[number].row[side] == SIZE_MAX) job->rows[number].row[side] = row;
  }
  return true;
}

/* --- columns --- */

static const tx_column *column_of(const triax_table *table, triax_text name) {
  return table ? tx_table_column(table, name) : NULL;
}

/* A column of both tables as one: the rows of `after`, else those of `before`. */
static void add_key_column(join_job *job, tx_tabulate *t, const char *name) {
  triax_text text = triax_text_of(name);
  const tx_column *columns[2] = {column_of(job->tables[0], text), column_of(job->tables[1], text)};
  const tx_column *model = columns[1] ? columns[1] : columns[0];
  if (!model) return;
  tx_column_builder *builder = tx_tabulate_begin(t, model->type);
  bool fine = builder != NULL;
  for (size_t r = 0; fine && r < job->count; r++) {
    int side = job->rows[r].row[1] == SIZE_MAX ? 0 : 1;
    size_t row = job->rows[r].row[side], column = triax_table_find(job->tables[side], text);
    triax_text items[64];
    size_t count = 0;
    if (column == SIZE_MAX || !triax_table_has(job->tables[side], column, row)) {
      fine = tx_column_builder_missing(builder);
    } else if (model->type == TRIAX_TYPE_STRING) {
      fine = tx_column_builder_text(builder, triax_table_text(job->tables[side], column, row));
    } else if (model->type == TRIAX_TYPE_STRINGS) {
      for (; count < 64 && count < triax_table_items(job->tables[side], column, row); count++) {
        items[count] = triax_table_item(job->tables[side], column, row, count);
      }
      fine = tx_column_builder_list(builder, items, count);
    } else if (model->type == TRIAX_TYPE_NUMBER || model->type == TRIAX_TYPE_MONEY) {
      fine = tx_column_builder_number(builder, triax_table_number(job->tables[side], column, row));
    } else if (model->type == TRIAX_TYPE_BOOLEAN) {
      fine = tx_column_builder_boolean(builder, triax_table_integer(job->tables[side], column, row) != 0);
    } else {
      fine = tx_column_builder_integer(builder, triax_table_integer(job->tables[side], column, row));
    }
  }
  tx_tabulate_end(t, name, builder, fine);
}

static char *suffixed(join_job *job, triax_text name, const char *suffix) {
  size_t length = name.length + strlen(suffix);
  char *made = tx_arena_alloc(&job->arena, length + 1);
  if (!made) return NULL;
  tx_writer writer = {made, length + 1, 0};
  tx_write(&writer, name);
  tx_write_c(&writer, suffix);
  return made;
}

/* A number on one side; NaN where the row or the column is not there. */
static double number_at(const join_job *job, const join_row *row, int side, triax_text name) {
  if (row->row[side] == SIZE_MAX) return NAN;
  return triax_table_number(job->tables[side], triax_table_find(job->tables[side], name), row->row[side]);
}

static bool is_number(int32_t type) {
  return type == TRIAX_TYPE_NUMBER || type == TRIAX_TYPE_MONEY || type == TRIAX_TYPE_INTEGER;
}

static bool add_number(tx_column_builder *builder, bool whole, double value) {
  if (isnan(value)) return tx_column_builder_missing(builder);
  return whole ? tx_column_builder_integer(builder, (int64_t)value) : tx_column_builder_number(builder, value);
}

/* NAME_before, NAME_after, NAME_change. */
static bool add_numbers(join_job *job, tx_tabulate *t, triax_text name, bool whole) {
  char *names[3] = {suffixed(job, name, "_before"), suffixed(job, name, "_after"), suffixed(job, name, "_change")};
  if (!names[0] || !names[1] || !names[2]) return false;
  int32_t type = whole ? TRIAX_TYPE_INTEGER : TRIAX_TYPE_NUMBER;
  tx_column_builder *builders[3];
  bool fine = true;
  for (int k = 0; k < 3; k++) {
    builders[k] = tx_tabulate_begin(t, type);
    fine = fine && builders[k];
  }
  for (size_t r = 0; fine && r < job->count; r++) {
    double before = number_at(job, &job->rows[r], 0, name), after = number_at(job, &job->rows[r], 1, name);
    fine = add_number(builders[0], whole, before) && add_number(builders[1], whole, after) &&
           add_number(builders[2], whole, after - before);
  }
  for (int k = 0; k < 3; k++) tx_tabulate_end(t, names[k], builders[k], fine);
  return true;
}

/* NAME_before, NAME_after of texts. */
static bool add_texts(join_job *job, tx_tabulate *t, triax_text name) {
  for (int side = 0; side < 2; side++) {
    const char *suffixes[] = {"_before", "_after"};
    char *full = suffixed(job, name, suffixes[side]);
    const tx_column *column = column_of(job->tables[side], name);
    tx_column_builder *builder = full ? tx_tabulate_begin(t, TRIAX_TYPE_STRING) : NULL;
    bool fine = builder != NULL;
    for (size_t r = 0; fine && r < job->count; r++) {
      triax_text text = tx_side_text(column, job->rows[r].row[side]);
      fine = text.bytes ? tx_column_builder_text(builder, text) : tx_column_builder_missing(builder);
    }
    if (full) tx_tabulate_end(t, full, builder, fine);
    else return false;
  }
  return true;
}

static bool is_key(const join_job *job, triax_text name) {
  for (size_t k = 0; job->keys[k]; k++) {
    if (tx_text_equal_c(name, job->keys[k])) return true;
  }
  return false;
}

/* Columns in the order of `after`, then those that only `before` has. */
static bool add_columns(join_job *job, tx_tabulate *t) {
  for (int side = 1; side >= 0; side--) {
    const triax_table *table = job->tables[side], *other = job->tables[1 - side];
    for (size_t c = 0; table && c < table->columns; c++) {
      triax_text name = table->fields[c].name;
      int32_t type = table->fields[c].column->type;
      const tx_column *twin = column_of(other, name);
      if (is_key(job, name) || (side == 0 && twin)) continue;
      if (twin && is_number(twin->type) != is_number(type)) continue;
      bool whole = type == TRIAX_TYPE_INTEGER && (!twin || twin->type == TRIAX_TYPE_INTEGER);
      if (is_number(type) && !add_numbers(job, t, name, whole)) return false;
      if (type == TRIAX_TYPE_STRING && !add_texts(job, t, name)) return false;
    }
  }
  return true;
}

triax_status tx_compare_join(triax_context *context, const triax_table *before, const triax_table *after,
                             const char *const *keys, triax_table **joined, triax_error *error) {
  join_job job = {.context = context, .tables = {before, after}, .keys = keys};
  tx_tabulate tabulate;
  tx_interner_init(&job.interner, context);
  tx_arena_init(&job.arena, context);
  bool fine = add_rows(&job, 1) && add_rows(&job, 0);
  tx_tabulate_open(&tabulate, context, job.count);
  for (size_t k = 0; fine && keys[k]; k++) add_key_column(&job, &tabulate, keys[k]);
  if (!fine || !add_columns(&job, &tabulate)) tabulate.failed = true;
  triax_status status = tx_tabulate_close(&tabulate, joined, error);
  tx_interner_free(&job.interner);
  tx_arena_free(&job.arena);
  tx_free_array(context, job.rows, job.capacity, sizeof *job.rows);
  return status;
}
