#include "plan/read_log.h"

#include <stdio.h>

#include "base/date.h"
#include "base/text.h"

/* A log's own id is no key of ours. */
static triax_status without_id(triax_context *context, const triax_table *sent, triax_table **rest, triax_error *error) {
  triax_text *names = tx_alloc_array(context, sent->columns, sizeof *names);
  tx_column **columns = tx_alloc_array(context, sent->columns, sizeof *columns);
  size_t count = 0;
  triax_status status = names && columns ? TRIAX_OK : tx_no_memory(error);
  for (size_t c = 0; status == TRIAX_OK && c < sent->columns; c++) {
    triax_text name = tx_text_trim(sent->fields[c].name);
    if (name.length == 2 && (name.bytes[0] | 32) == 'i' && (name.bytes[1] | 32) == 'd') continue;
    names[count] = sent->fields[c].name;
    columns[count++] = sent->fields[c].column;
  }
  if (status == TRIAX_OK) status = tx_table_new(context, sent->rows, count, names, columns, rest, error);
  tx_free_array(context, names, sent->columns, sizeof *names);
  tx_free_array(context, columns, sent->columns, sizeof *columns);
  return status;
}

const tx_column *tx_log_column(const triax_table *table, triax_text name) {
  for (size_t c = 0; c < table->columns; c++) {
    triax_text other = tx_text_trim(table->fields[c].name);
    size_t i = 0;
    while (i < name.length && i < other.length && (other.bytes[i] | 32) == name.bytes[i]) i++;
    if (i == name.length && i == other.length) return table->fields[c].column;
  }
  return NULL;
}

void tx_log_absent(const triax_table *table, const char *path, triax_text name, tx_report *report) {
  tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .status = TRIAX_EDATA, .path = path, .width = 1};
  char hint[160];
  triax_text names[64]; /* a log has few columns; beyond these none is suggested */
  size_t count = table->columns < 64 ? table->columns : 64;
  for (size_t c = 0; c < count; c++) names[c] = table->fields[c].name;
  size_t near = tx_text_nearest(name, names, count);
  if (near != SIZE_MAX && names[near].length < 100) {
    snprintf(hint, sizeof hint, "did you mean '%.*s'?", tx_name_width(names[near]), names[near].bytes);
    finding.hint = hint;
  }
  const char *why = tx_table_why_left_out(table, name);
  tx_report_add(report, &finding, "there is no column '%.*s'%s%s", tx_name_width(name), name.bytes, why ? ": " : "",
                why ? why : "");
}

int32_t tx_log_time_type(const triax_table *table, triax_text name) {
  const tx_column *column = tx_log_column(table, name);
  if (!column || column->type == TRIAX_TYPE_TIMESTAMP) return TRIAX_TYPE_TIMESTAMP;
  if (column->type != TRIAX_TYPE_TEXT && column->type != TRIAX_TYPE_STRING) return TRIAX_TYPE_DATE;
  for (uint32_t code = 0; code < column->dictionary->size; code++) {
    size_t length = tx_text_trim(tx_dictionary_text(column->dictionary, code)).length;
    if (length) return length > 10 ? TRIAX_TYPE_TIMESTAMP : TRIAX_TYPE_DATE;
  }
  return TRIAX_TYPE_DATE;
}

triax_status tx_log_load(triax_context *context, const triax_table *raw, const tx_schema *schema,
                         const triax_load_options *load, triax_table **log, tx_report *report) {
  tx_load_options options;
  triax_table *rest = NULL;
  triax_status status = tx_load_options_copy(load, &options, report->error);
  if (status != TRIAX_OK) return status;
  options.set_aside = false;
  status = without_id(context, raw, &rest, report->error);
  if (status == TRIAX_OK) status = tx_table_load(context, rest, schema, &options, log, NULL, report);
  triax_table_unref(rest);
  return status;
}

int32_t tx_log_day(const tx_column *column, size_t row) {
  if (column->type == TRIAX_TYPE_DATE) return column->dates[row];
  int64_t time = column->integers[row], day = time / TX_MICROSECONDS_PER_DAY;
  return (int32_t)(time % TX_MICROSECONDS_PER_DAY < 0 ? day - 1 : day);
}

uint32_t *tx_log_customers(const triax_plan *plan, const tx_column *customer) {
  uint32_t *rows = tx_alloc_array(plan->context, customer->dictionary->size, sizeof *rows);
  if (rows) tx_people_find_all(&plan->compiled->customers->people, customer->dictionary, rows);
  return rows;
}
