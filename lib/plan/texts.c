/* Values for chosen rows, and texts made of them. */
#include "plan/texts.h"

#include <math.h>
#include <string.h>

#include "base/date.h"
#include "base/number.h"
#include "base/text.h"
#include "expr/program.h"

/* --- lines --- */

void tx_line_add(tx_line *line, triax_text text) {
  if (line->length + text.length > line->capacity && !line->failed) {
    void *bytes = line->bytes;
    if (!tx_grow(line->context, &bytes, &line->capacity, line->length + text.length, 1)) line->failed = true;
    line->bytes = bytes;
  }
  if (line->failed || !text.length) return;
  memcpy(line->bytes + line->length, text.bytes, text.length);
  line->length += text.length;
}

void tx_line_free(tx_line *line) {
  tx_free(line->context, line->bytes, line->capacity);
  *line = (tx_line){.context = line->context};
}

bool tx_text_batch_flush(tx_text_batch *batch) {
  triax_text texts[TX_TEXT_BATCH];
  size_t from = 0, count = batch->count;
  for (size_t i = 0; i < count; i++) {
    texts[i] = (triax_text){batch->line.bytes ? batch->line.bytes + from : "", batch->ends[i] - from};
    from = batch->ends[i];
  }
  batch->count = 0;
  batch->line.length = 0;
  return !batch->line.failed && tx_column_builder_texts(batch->builder, texts, count);
}

bool tx_text_batch_end(tx_text_batch *batch) {
  batch->ends[batch->count++] = batch->line.length;
  return batch->count < TX_TEXT_BATCH || tx_text_batch_flush(batch);
}

/* At most two decimals, none where they are zero. */
static void add_number(tx_line *line, double value) {
  char text[TX_NUMBER_SIZE + 320];
  size_t length;
  if (fabs(value) >= 1e15) {
    length = tx_format_double(value, text);
  } else if (value == trunc(value)) {
    length = tx_format_int64((int64_t)value, text);
  } else {
    length = tx_format_fixed(value, 2, text);
    while (text[length - 1] == '0') length--;
    if (text[length - 1] == '.') length--;
    if (length == 2 && text[0] == '-' && text[1] == '0') { /* -0.001 */
      tx_line_add(line, TX_TEXT("0"));
      return;
    }
  }
  tx_line_add(line, (triax_text){text, length});
}

static void add_date(tx_line *line, int32_t day) {
  char text[16];
  tx_line_add(line, (triax_text){text, tx_format_date(day, text)});
}

static void add_two(tx_line *line, int64_t number) {
  char text[2] = {(char)('0' + number / 10), (char)('0' + number % 10)};
  tx_line_add(line, (triax_text){text, 2});
}

/* To the minute, UTC. */
static void add_timestamp(tx_line *line, int64_t time) {
  int64_t within = time % TX_MICROSECONDS_PER_DAY;
  if (within < 0) within += TX_MICROSECONDS_PER_DAY;
  add_date(line, (int32_t)((time - within) / TX_MICROSECONDS_PER_DAY));
  tx_line_add(line, TX_TEXT(" "));
  add_two(line, within / INT64_C(3600000000));
  tx_line_add(line, TX_TEXT(":"));
  add_two(line, within / INT64_C(60000000) % 60);
}

/* Data may break lines where none may be: in the subject of a mail that would make headers of it. */
static void add_text(tx_line *line, triax_text text, bool one_line) {
  size_t from = line->length;
  tx_line_add(line, text);
  for (size_t i = from; one_line && !line->failed && i < line->length; i++) {
    if ((unsigned char)line->bytes[i] < 0x20 || line->bytes[i] == 0x7F) line->bytes[i] = ' ';
  }
}

static void add_list(tx_line *line, const tx_column *column, size_t row, bool one_line) {
  uint32_t list = tx_column_code(column, row);
  for (uint64_t i = column->lists->offsets[list]; i < column->lists->offsets[list + 1]; i++) {
    if (i > column->lists->offsets[list]) tx_line_add(line, TX_TEXT(", "));
    add_text(line, tx_dictionary_text(column->dictionary, column->lists->items[i]), one_line);
  }
}

void tx_line_add_value(tx_line *line, const tx_column *column, size_t row, bool one_line) {
  char text[TX_NUMBER_SIZE];
  switch (column->type) {
  case TRIAX_TYPE_NUMBER:
  case TRIAX_TYPE_MONEY:
    add_number(line, column->numbers[row]);
    return;
  case TRIAX_TYPE_INTEGER:
    tx_line_add(line, (triax_text){text, tx_format_int64(column->integers[row], text)});
    return;
  case TRIAX_TYPE_BOOLEAN:
    tx_line_add(line, tx_bit(column->bits, row) ? TX_TEXT("true") : TX_TEXT("false"));
    return;
  case TRIAX_TYPE_DATE:
    add_date(line, column->dates[row]);
    return;
  case TRIAX_TYPE_TIMESTAMP:
    add_timestamp(line, column->integers[row]);
    return;
  case TRIAX_TYPE_STRINGS:
    add_list(line, column, row, one_line);
    return;
  default:
    add_text(line, tx_dictionary_text(column->dictionary, tx_column_code(column, row)), one_line);
    return;
  }
}

bool tx_value_is_written(const tx_column *column, size_t row) {
  if (!tx_column_has(column, row)) return false;
  bool number = column->type == TRIAX_TYPE_NUMBER || column->type == TRIAX_TYPE_MONEY;
  return !number || isfinite(column->numbers[row]);
}

/* --- values for chosen rows --- */

/* The columns that the roots read, cut to the rows. */
static triax_status gather(const triax_plan *plan, const uint32_t *roots, uint32_t count, const size_t *rows,
                           size_t row_count, tx_column **columns, triax_error *error) {
  const tx_module *module = plan->compiled->module;
  size_t variables = tx_module_variables(module);
  uint32_t *reads = tx_alloc_array(plan->context, variables + 1, sizeof *reads);
  bool fine = reads != NULL;
  for (uint32_t i = 0; fine && i < count; i++) {
    size_t read = tx_module_reads(module, roots[i], reads, variables);
    if (read == SIZE_MAX) fine = false;
    for (size_t v = 0; fine && v < read; v++) {
      if (columns[reads[v]]) continue;
      columns[reads[v]] = tx_column_gather(plan->columns[reads[v]], rows, row_count);
      fine = columns[reads[v]] != NULL;
    }
  }
  tx_free_array(plan->context, reads, variables + 1, sizeof *reads);
  return fine ? TRIAX_OK : tx_no_memory(error);
}

static triax_status evaluate(const triax_plan *plan, const uint32_t *roots, uint32_t count, tx_column **columns,
                             size_t row_count, const tx_aggregates *aggregates, tx_values *values, triax_error *error) {
  tx_program *program = NULL;
  tx_data *data = NULL;
  triax_status status = tx_program_new(plan->context, plan->compiled->module, roots, count, &program, error);
  if (status == TRIAX_OK) {
    status = tx_data_new(program, (const tx_column *const *)columns, row_count, plan->as_of, plan->has_as_of,
                         aggregates, &data, error);
  }
  for (uint32_t i = 0; status == TRIAX_OK && i < count; i++) {
    uint64_t faults;
    status = tx_data_column(data, i, &values->columns[i], &faults, error);
  }
  tx_data_free(data);
  tx_program_free(program);
  return status;
}

triax_status tx_values_new(const triax_plan *plan, const tx_step *step, uint32_t first, uint32_t count,
                           const size_t *rows, size_t row_count, const tx_aggregates *aggregates, tx_values *values,
                           triax_error *error) {
  size_t variables = tx_module_variables(plan->compiled->module);
  *values = (tx_values){.context = plan->context, .count = count};
  if (!count || !row_count) return TRIAX_OK;
  tx_column **columns = tx_calloc(plan->context, variables + 1, sizeof *columns);
  values->columns = tx_calloc(plan->context, count, sizeof(tx_column *));
  triax_status status = columns && values->columns ? TRIAX_OK : tx_no_memory(error);
  const uint32_t *roots = step->roots + first;
  if (status == TRIAX_OK) status = gather(plan, roots, count, rows, row_count, columns, error);
  if (status == TRIAX_OK) status = evaluate(plan, roots, count, columns, row_count, aggregates, values, error);
  for (size_t v = 0; columns && v < variables; v++) tx_column_unref(columns[v]);
  tx_free_array(plan->context, columns, variables + 1, sizeof *columns);
  if (status != TRIAX_OK) tx_values_free(values);
  return status;
}

void tx_values_free(tx_values *values) {
  for (size_t i = 0; values->columns && i < values->count; i++) tx_column_unref(values->columns[i]);
  tx_free_array(values->context, values->columns, values->count, sizeof(tx_column *));
  values->columns = NULL;
}

bool tx_text_write(const tx_policy_text *text, const tx_values *values, uint32_t first, size_t row, tx_line *line) {
  for (size_t p = 0; p < text->count; p++) {
    const tx_policy_piece *piece = &text->pieces[p];
    tx_line_add(line, piece->literal);
    if (piece->value == TX_NO_INPUT) continue;
    const tx_column *column = values->columns[piece->value - first];
    if (!tx_value_is_written(column, row)) return false;
    tx_line_add_value(line, column, row, text->one_line);
  }
  return true;
}
