/* Tables from Arrow record batches and streams. Values are copied, and the producer's arrays released at the end; but
 * what comes in one batch and lies as our columns do is moved into them (arrow_share.c). */
#include <string.h>

#include "base/text.h"
#include "table/arrow_private.h"
#include "table/column_private.h"

/* Rows between two looks at whether the host wants to stop. */
#define ROWS_A_LOOK 16384
#define NOT_YET UINT32_MAX

typedef struct import_column {
  triax_text name;
  const char *why_not;       /* the column is left out; NULL: it is not, and has what follows */
  const tx_arrow_type *type;
  tx_column_builder *builder;
  const void *lies; /* the values in the producer's memory, which the column takes over; NULL: they are copied */
} import_column;

typedef struct import {
  triax_context *context;
  triax_error *error;
  tx_arena arena;
  size_t count;
  import_column *columns;
  size_t rows;                   /* of the batches before */
  const struct ArrowArray *only; /* the batch, when there is just one */
  uint32_t *scratch;             /* codes of a list */
  size_t scratch_capacity;
} import;

/* A column of the batch at hand. */
typedef struct reading {
  import *into;
  import_column *column;
  tx_arrow_view views[TX_ARROW_VIEWS];
  const struct ArrowArray *batch;
  const unsigned char *batch_validity;
  uint32_t *codes; /* by code of the foreign dictionary: ours, or NOT_YET */
  int64_t code_count;
} reading;

static triax_status check_name(import *into, size_t i, const char *name, tx_interner *names) {
  triax_text text = triax_text_of(name ? name : "");
  uint32_t code;
  if (text.length == 0) {
    return tx_fail(into->error, TRIAX_EDATA, "column %zu has no name; give every column a name", i + 1);
  }
  if (tx_utf8_check(text) != SIZE_MAX) {
    return tx_fail(into->error, TRIAX_EDATA, "the name of column %zu is not UTF-8", i + 1);
  }
  if (!tx_interner_add(names, text, &code)) return tx_no_memory(into->error);
  if (code < i) {
    return tx_fail(into->error, TRIAX_EDATA, "columns %zu and %zu are both named '%.*s'; rename one of them",
                   (size_t)code + 1, i + 1, tx_name_width(text), text.bytes);
  }
  into->columns[i].name = (triax_text){tx_arena_copy(&into->arena, text.bytes, text.length), text.length};
  return into->columns[i].name.bytes ? TRIAX_OK : tx_no_memory(into->error);
}

/* A column of a kind that is not taken stands in nobody's way who does not read it. */
static triax_status leave_out(import *into, import_column *column, const triax_error *reason) {
  column->why_not = tx_arena_copy(&into->arena, reason->message, strlen(reason->message));
  if (!column->why_not) return tx_no_memory(into->error);
  tx_log(into->context, TRIAX_LEVEL_NOTE, "column '%.*s' is left out: %s", tx_name_width(column->name),
         column->name.bytes, column->why_not);
  return TRIAX_OK;
}

static triax_status add_column(import *into, import_column *column, const struct ArrowSchema *schema) {
  triax_error reason;
  triax_status status = tx_arrow_type_of(&into->arena, schema, column->name, &column->type, &reason);
  if (status == TRIAX_EUNSUPPORTED) return leave_out(into, column, &reason);
  if (status) return tx_fail(into->error, status, "%s", reason.message);
  column->builder = tx_column_builder_new(into->context, tx_arrow_column_type(column->type));
  return column->builder ? TRIAX_OK : tx_no_memory(into->error);
}

static triax_status add_columns(import *into, const struct ArrowSchema *schema, tx_interner *names) {
  for (size_t i = 0; i < into->count; i++) {
    const struct ArrowSchema *child = schema->children[i];
    if (!child || !child->release) {
      return tx_fail(into->error, TRIAX_EINVAL, "the Arrow schema of column %zu is NULL or released", i + 1);
    }
    triax_status status = check_name(into, i, child->name, names);
    if (!status) status = add_column(into, &into->columns[i], child);
    if (status) return status;
  }
  return TRIAX_OK;
}

static triax_status begin_import(import *into, triax_context *context, const struct ArrowSchema *schema,
                                 triax_error *error) {
  memset(into, 0, sizeof *into);
  into->context = context;
  into->error = error;
  tx_arena_init(&into->arena, context);
  if (!schema->format || strcmp(schema->format, "+s") != 0) {
    return tx_fail(error, TRIAX_EUNSUPPORTED, "a table needs record batches (Arrow format '+s'), this is '%s'",
                   schema->format ? schema->format : "");
  }
  if (schema->n_children < 0 || (schema->n_children > 0 && !schema->children)) {
    return tx_fail(error, TRIAX_EINVAL, "the Arrow schema has no children where it says so");
  }
  into->columns = tx_calloc(context, (size_t)schema->n_children, sizeof *into->columns);
  if (!into->columns) return tx_no_memory(error);
  into->count = (size_t)schema->n_children;
  tx_interner names;
  tx_interner_init(&names, context);
  triax_status status = add_columns(into, schema, &names);
  tx_interner_free(&names);
  return status;
}

static void end_import(import *into) {
  for (size_t i = 0; i < into->count; i++) tx_column_builder_free(into->columns[i].builder);
  tx_free_array(into->context, into->columns, into->count, sizeof *into->columns);
  tx_free_array(into->context, into->scratch, into->scratch_capacity, sizeof *into->scratch);
  tx_arena_free(&into->arena);
}

/* The failure of a row, whose number is that in the whole table. */
static triax_status fail_row(const reading *at, int64_t row, const char *what) {
  return tx_fail(at->into->error, TRIAX_EDATA, "row %zu, column '%.*s': %s", at->into->rows + (size_t)row + 1,
                 tx_name_width(at->column->name), at->column->name.bytes, what);
}

/* The place of an entry in a dictionary; false when out of bounds. */
static bool index_of(const tx_arrow_view *view, int64_t i, int64_t *index) {
  return tx_arrow_integer(view, i, index) && *index >= 0 && *index < view->dictionary->array->length;
}

static triax_status checked_text(const reading *at, const tx_arrow_view *view, int64_t i, int64_t row,
                                 triax_text *text) {
  if (!tx_arrow_text(view, i, text)) return fail_row(at, row, "the text lies outside of its Arrow buffer");
  if (tx_utf8_check(*text) != SIZE_MAX) {
    return fail_row(at, row, "the text is not UTF-8 or holds a NUL byte; convert the data to UTF-8");
  }
  return TRIAX_OK;
}

/* Our code for value i of a view of texts, or TX_NO_CODE when it is missing. */
static triax_status code_of(reading *at, const tx_arrow_view *view, int64_t i, int64_t row, uint32_t *code) {
  int64_t entry = i;
  uint32_t *known = NULL;
  *code = TX_NO_CODE;
  if (!tx_arrow_has(view, i)) return TRIAX_OK;
  if (view->dictionary) {
    if (!index_of(view, i, &entry)) return fail_row(at, row, "the index is not in its Arrow dictionary");
    view = view->dictionary;
    known = &at->codes[entry];
    if (*known != NOT_YET) {
      *code = *known;
      return TRIAX_OK;
    }
    if (!tx_arrow_has(view, entry)) return TRIAX_OK;
  }
  triax_text text;
  triax_status status = checked_text(at, view, entry, row, &text);
  if (status) return status;
  if (!tx_column_builder_intern(at->column->builder, text, code)) return tx_no_memory(at->into->error);
  if (known) *known = *code;
  return TRIAX_OK;
}

static triax_status append_list(reading *at, int64_t row) {
  import *into = at->into;
  int64_t begin, end;
  if (!tx_arrow_list(&at->views[0], row, &begin, &end))
    return fail_row(at, row, "the list lies outside of its Arrow items");
  void *scratch = into->scratch;
  bool grown = tx_grow(into->context, &scratch, &into->scratch_capacity, (size_t)(end - begin) + 1, sizeof(uint32_t));
  into->scratch = scratch;
  if (!grown) return tx_no_memory(into->error);
  size_t count = 0;
  for (int64_t i = begin; i < end; i++) {
    triax_status status = code_of(at, at->views[0].item, i, row, &into->scratch[count]);
    if (status) return status;
    /* A missing item says nothing. */
    if (into->scratch[count] != TX_NO_CODE) count++;
  }
  bool fine = tx_column_builder_list_codes(at->column->builder, into->scratch, count);
  return fine ? TRIAX_OK : tx_no_memory(into->error);
}

/* Appends value i of a view that holds neither texts nor lists. */
static triax_status append_plain(reading *at, const tx_arrow_view *view, int64_t i, int64_t row) {
  tx_column_builder *builder = at->column->builder;
  int64_t whole = 0;
  bool fine;
  switch (view->type->kind) {
  case TX_ARROW_BOOLEAN:
    fine = tx_column_builder_boolean(builder, tx_arrow_boolean(view, i));
    break;
  case TX_ARROW_DATE:
    if (!tx_arrow_date(view, i, &whole)) return fail_row(at, row, "the date is beyond what a date holds");
    fine = tx_column_builder_integer(builder, whole);
    break;
  case TX_ARROW_TIMESTAMP:
    if (!tx_arrow_timestamp(view, i, &whole))
      return fail_row(at, row, "the timestamp is beyond microseconds in 64 bits");
    fine = tx_column_builder_integer(builder, whole);
    break;
  case TX_ARROW_INTEGER:
    if (view->type->width == 8) {
      if (!tx_arrow_integer(view, i, &whole)) {
        return fail_row(at, row, "the number is beyond int64; convert the column to text or to floats");
      }
      fine = tx_column_builder_integer(builder, whole);
      break;
    } /* fallthrough */
  default:
    fine = tx_column_builder_number(builder, tx_arrow_number(view, i));
    break;
  }
  return fine ? TRIAX_OK : tx_no_memory(at->into->error);
}

static triax_status append_row(reading *at, int64_t row) {
  const tx_arrow_view *view = &at->views[0];
  tx_column_builder *builder = at->column->builder;
  int32_t type = tx_column_builder_type(builder);
  int64_t i = at->batch->offset + row; /* a struct's offset comes before those of its children */
  bool there = !at->batch_validity || (at->batch_validity[i / 8] >> (i % 8) & 1);
  uint32_t code = TX_NO_CODE;
  there = there && tx_arrow_has(view, i);
  if (there && type == TRIAX_TYPE_STRING) {
    triax_status status = code_of(at, view, i, row, &code);
    if (status) return status;
    there = code != TX_NO_CODE;
  } else if (there && view->dictionary) {
    if (!index_of(view, i, &i)) return fail_row(at, row, "the index is not in its Arrow dictionary");
    view = view->dictionary;
    there = tx_arrow_has(view, i);
  }
  if (!there) return tx_column_builder_missing(builder) ? TRIAX_OK : tx_no_memory(at->into->error);
  if (type == TRIAX_TYPE_STRING) {
    return tx_column_builder_code(builder, code) ? TRIAX_OK : tx_no_memory(at->into->error);
  }
  if (type == TRIAX_TYPE_STRINGS) return append_list(at, i);
  return append_plain(at, view, i, row);
}

/* Makes room for our codes of a foreign dictionary, if there is one. */
static bool prepare_codes(reading *at) {
  const tx_arrow_view *indices = at->views[0].item ? at->views[0].item : &at->views[0];
  if (!indices->dictionary) return true;
  at->code_count = indices->dictionary->array->length;
  if ((uint64_t)at->code_count > SIZE_MAX / sizeof *at->codes) return false;
  at->codes = tx_alloc_array(at->into->context, (size_t)at->code_count, sizeof *at->codes);
  for (int64_t i = 0; at->codes && i < at->code_count; i++) at->codes[i] = NOT_YET;
  return at->codes != NULL;
}

static triax_status append_rows(reading *at) {
  import *into = at->into;
  int64_t rows = at->batch->length;
  if (!prepare_codes(at) || !tx_column_builder_reserve(at->column->builder, (size_t)rows))
    return tx_no_memory(into->error);
  for (int64_t row = 0; row < rows; row++) {
    triax_status status = row % ROWS_A_LOOK ? TRIAX_OK : tx_progress(into->context, "import", 0, into->error);
    if (!status) status = append_row(at, row);
    if (status) return status;
  }
  return TRIAX_OK;
}

static triax_status append_column(import *into, size_t i, const struct ArrowArray *batch) {
  reading at = {.into = into, .column = &into->columns[i], .batch = batch};
  const struct ArrowArray *child = batch->children[i];
  triax_status status = tx_arrow_view_of(at.column->type, child, at.column->name, at.views, into->error);
  if (status) return status;
  if (child->length < batch->offset || child->length - batch->offset < batch->length) {
    return tx_fail(into->error, TRIAX_EINVAL, "column '%.*s' is shorter than its Arrow record batch",
                   tx_name_width(at.column->name), at.column->name.bytes);
  }
  if (batch->length > 0 && batch->n_buffers > 0 && batch->null_count != 0) at.batch_validity = batch->buffers[0];
  if (into->only)
    at.column->lies = at.batch_validity ? NULL : tx_arrow_lies(&at.views[0], batch->offset, (size_t)batch->length);
  if (!at.column->lies) status = append_rows(&at);
  tx_free_array(into->context, at.codes, (size_t)at.code_count, sizeof *at.codes);
  return status;
}

/* What is wrong with a record batch by itself, or NULL. */
static const char *batch_fault(const import *into, const struct ArrowArray *batch) {
  if (!batch->release) return "is released";
  if (batch->length < 0 || batch->offset < 0 || batch->offset > INT64_MAX / 64 - batch->length) {
    return "has a length or offset out of range";
  }
  if ((uint64_t)batch->length > SIZE_MAX / 64) return "has more rows than fit into memory";
  if (batch->n_children < 0 || (uint64_t)batch->n_children != into->count || (into->count && !batch->children)) {
    return "does not have the columns of its schema";
  }
  if (batch->n_buffers > 0 && !batch->buffers) return "has no buffers";
  bool bitmap = batch->n_buffers > 0 && batch->buffers[0];
  return batch->null_count > 0 && batch->length > 0 && !bitmap ? "has nulls but no bitmap of them" : NULL;
}

static triax_status append_batch(import *into, const struct ArrowArray *batch) {
  const char *fault = batch_fault(into, batch);
  if (fault) return tx_fail(into->error, TRIAX_EINVAL, "an Arrow record batch %s", fault);
  for (size_t i = 0; i < into->count; i++) {
    if (into->columns[i].why_not) continue;
    triax_status status = append_column(into, i, batch);
    if (status) return status;
  }
  into->rows += (size_t)batch->length;
  return TRIAX_OK;
}

/* Integers of 64 bits as numbers, unless some would be rounded: then they are names rather than amounts, and stay. */
static tx_column *as_numbers(triax_context *context, tx_column *column) {
  const int64_t furthest = INT64_C(1) << 53;
  for (size_t row = 0; row < column->rows; row++) {
    if (column->integers[row] > furthest || column->integers[row] < -furthest) return column;
  }
  double *values = tx_alloc_array(context, column->rows, sizeof *values);
  uint64_t *present = column->present ? tx_alloc_array(context, tx_words(column->rows), sizeof *present) : NULL;
  tx_column *made = NULL;
  if (values && (present || !column->present)) {
    for (size_t row = 0; row < column->rows; row++) values[row] = (double)column->integers[row];
    if (present) memcpy(present, column->present, tx_words(column->rows) * sizeof *present);
    made = tx_column_take(context, TRIAX_TYPE_NUMBER, column->rows, values, column->rows * sizeof *values, present);
  } else {
    tx_free_array(context, values, column->rows, sizeof *values);
    tx_free_array(context, present, tx_words(column->rows), sizeof *present);
  }
  tx_column_unref(column);
  return made;
}

static tx_column *finish_column(import *into, import_column *from) {
  if (from->lies) return tx_column_over(into->context, tx_arrow_column_type(from->type), into->rows, from->lies);
  tx_column *column = tx_column_builder_finish(from->builder);
  return column && column->type == TRIAX_TYPE_INTEGER ? as_numbers(into->context, column) : column;
}

static triax_status make_table(import *into, size_t count, const triax_text *names, tx_column *const *columns,
                               const tx_left_out *left_out, triax_table **table) {
  triax_table *made = NULL;
  if (tx_table_new(into->context, into->rows, count, names, columns, &made, into->error)) return TRIAX_ENOMEM;
  if (!tx_table_leave_out(made, left_out, into->count - count)) {
    triax_table_unref(made);
    return TRIAX_ENOMEM;
  }
  *table = made;
  return TRIAX_OK;
}

static triax_status finish_import(import *into, triax_table **table) {
  triax_text *names = tx_arena_calloc(&into->arena, into->count, sizeof *names);
  tx_column **columns = tx_arena_calloc(&into->arena, into->count, sizeof *columns);
  tx_left_out *left_out = tx_arena_calloc(&into->arena, into->count, sizeof *left_out);
  bool fine = names && columns && left_out;
  size_t count = 0;
  for (size_t i = 0; fine && i < into->count; i++) {
    import_column *column = &into->columns[i];
    if (column->why_not) {
      left_out[i - count] = (tx_left_out){column->name, column->why_not};
      continue;
    }
    names[count] = column->name;
    columns[count] = finish_column(into, column);
    fine = columns[count++] != NULL;
  }
  triax_status status = fine ? make_table(into, count, names, columns, left_out, table) : TRIAX_ENOMEM;
  /* Nothing can fail any more: only now are arrays moved out of the batch. */
  for (size_t i = 0, c = 0; !status && i < into->count; i++) {
    if (into->columns[i].lies) tx_column_own(columns[c], into->only->children[i]);
    c += !into->columns[i].why_not;
  }
  for (size_t c = 0; columns && c < count; c++) tx_column_unref(columns[c]);
  return status ? tx_no_memory(into->error) : TRIAX_OK;
}

triax_status triax_table_from_arrow(triax_context *context, struct ArrowSchema *schema, struct ArrowArray *array,
                                    triax_table **table, triax_error *error) {
  if (!context || !schema || !array || !table) return tx_fail(error, TRIAX_EINVAL, "an argument is NULL");
  if (!schema->release || !array->release) return tx_fail(error, TRIAX_EINVAL, "the Arrow schema or array is released");
import into;
  triax_status status = begin_import(&into, context, schema, error);
  into.only = array;
  if (!status) status = append_batch(&into, array);
  if (!status) status = finish_import(&into, table);
  end_import(&into);
  if (status) return status;
  array->release(array);
  array->release = NULL;
  schema->release(schema);
  schema->release = NULL;
  return TRIAX_OK;
}

static triax_status stream_failed(struct ArrowArrayStream *stream, triax_error *error) {
  const char *why = stream->get_last_error ? stream->get_last_error(stream) : NULL;
  return tx_fail(error, TRIAX_EDATA, "the Arrow stream failed: %s", why ? why : "it gave no reason");
}

/* The next batch; its release is NULL at the end. */
static triax_status next_batch(struct ArrowArrayStream *stream, struct ArrowArray *batch, triax_error *error) {
  memset(batch, 0, sizeof *batch);
  if (!stream->get_next(stream, batch)) return TRIAX_OK;
  batch->release = NULL;
  return stream_failed(stream, error);
}

/* Looks one batch ahead. The first, if it is the only one, is left to the caller, who releases it. */
static triax_status append_stream(import *into, struct ArrowArrayStream *stream, struct ArrowArray *first) {
  struct ArrowArray next;
  triax_status status = next_batch(stream, first, into->error);
  if (status || !first->release) return status;
  status = next_batch(stream, &next, into->error);
  if (status) return status;
  if (!next.release) into->only = first;
  status = append_batch(into, first);
  if (!into->only) first->release(first);
  while (!status && next.release) {
    status = append_batch(into, &next);
    next.release(&next);
    if (!status) status = next_batch(stream, &next, into->error);
  }
  if (next.release) next.release(&next);
  return status;
}

triax_status triax_table_from_arrow_stream(triax_context *context, struct ArrowArrayStream *stream, triax_table **table,
                                           triax_error *error) {
  if (!context || !stream || !table) return tx_fail(error, TRIAX_EINVAL, "an argument is NULL");
  if (!stream->release || !stream->get_schema || !stream->get_next) {
    return tx_fail(error, TRIAX_EINVAL, "the Arrow stream is released");
  }
  struct ArrowSchema schema;
  memset(&schema, 0, sizeof schema);
  if (stream->get_schema(stream, &schema)) return stream_failed(stream, error);
  if (!schema.release) return tx_fail(error, TRIAX_EINVAL, "the Arrow stream gave a released schema");
import into;
  struct ArrowArray first = {.release = NULL};
  triax_status status = begin_import(&into, context, &schema, error);
  if (!status) status = append_stream(&into, stream, &first);
  if (!status) status = finish_import(&into, table);
  end_import(&into);
  if (first.release) first.release(&first);
  schema.release(&schema);
  if (status) return status;
  stream->release(stream);
  stream->release = NULL;
  return TRIAX_OK;
}
