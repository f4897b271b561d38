/* A table as CSV (RFC 4180, lines end in LF): numbers read back to the same double, lists joined by ";". */
#include <string.h>

#include "cli.h"

/* What spreadsheets take for a formula. */
static bool looks_like_formula(const char *bytes, size_t length) {
  return length > 0 && memchr("=+-@\t\r", bytes[0], 6) != NULL;
}

static bool needs_quotes(const char *bytes, size_t length) {
  if (length == 0) return true;
  if (bytes[0] == ' ' || bytes[length - 1] == ' ') return true;
  for (size_t i = 0; i < length; i++) {
    if (bytes[i] == '"' || bytes[i] == ',' || bytes[i] == '\n' || bytes[i] == '\r') return true;
  }
  return false;
}

void csv_add_field(text_buffer *buffer, const char *bytes, size_t length, bool safe) {
  bool formula = safe && looks_like_formula(bytes, length);
  if (!needs_quotes(bytes, length)) {
    if (formula) text_add(buffer, "'", 1);
    text_add(buffer, bytes, length);
    return;
  }
  text_add_string(buffer, formula ? "\"'" : "\"");
  for (size_t i = 0; i < length;) {
    const char *quote = memchr(bytes + i, '"', length - i);
    size_t end = quote != NULL ? (size_t)(quote - bytes) + 1 : length;
    text_add(buffer, bytes + i, end - i);
    if (quote != NULL) text_add(buffer, "\"", 1);
    i = end;
  }
  text_add(buffer, "\"", 1);
}

static void add_list(text_buffer *buffer, const triax_table *table, size_t column, size_t row, bool safe) {
  text_buffer list = {NULL, 0, 0, false};
  size_t items = triax_table_items(table, column, row);
  for (size_t i = 0; i < items; i++) {
    triax_text item = triax_table_item(table, column, row, i);
    if (i > 0) text_add(&list, ";", 1);
    text_add(&list, item.bytes, item.length);
  }
  csv_add_field(buffer, list.length > 0 ? list.bytes : "", list.length, safe);
  buffer->failed = buffer->failed || list.failed;
  text_free(&list);
}

static void add_value(text_buffer *buffer, const triax_table *table, size_t column, size_t row, bool safe) {
  char number[CLI_NUMBER_SIZE];
  triax_text text;
  if (!triax_table_has(table, column, row)) return;
  switch (triax_table_type(table, column)) {
  case TRIAX_TYPE_NUMBER:
  case TRIAX_TYPE_MONEY:
    text_add(buffer, number, text_of_number(triax_table_number(table, column, row), number));
    break;
  case TRIAX_TYPE_INTEGER:
    text_add(buffer, number, text_of_integer(triax_table_integer(table, column, row), number));
    break;
  case TRIAX_TYPE_BOOLEAN:
    text_add_string(buffer, triax_table_integer(table, column, row) ? "true" : "false");
    break;
  case TRIAX_TYPE_DATE:
    text_add(buffer, number, text_of_date(triax_table_integer(table, column, row), number));
    break;
  case TRIAX_TYPE_TIMESTAMP:
    text_add(buffer, number, text_of_timestamp(triax_table_integer(table, column, row), number));
    break;
  case TRIAX_TYPE_STRINGS:
    add_list(buffer, table, column, row, safe);
    break;
  default:
    text = triax_table_text(table, column, row);
    csv_add_field(buffer, text.bytes != NULL ? text.bytes : "", text.length, safe);
  }
}

static bool flush(FILE *stream, text_buffer *buffer) {
  bool good = !buffer->failed && fwrite(buffer->bytes, 1, buffer->length, stream) == buffer->length;
  buffer->length = 0;
  return good;
}

bool csv_write_table(FILE *stream, const triax_table *table, bool raw_text) {
  text_buffer buffer = {NULL, 0, 0, false};
  size_t columns = triax_table_columns(table), rows = triax_table_rows(table);
  bool good = true;
  for (size_t column = 0; column < columns; column++) {
    triax_text name = triax_table_name(table, column);
    if (column > 0) text_add(&buffer, ",", 1);
    csv_add_field(&buffer, name.bytes, name.length, !raw_text);
  }
  text_add(&buffer, "\n", 1);
  for (size_t row = 0; row < rows && good; row++) {
    for (size_t column = 0; column < columns; column++) {
      if (column > 0) text_add(&buffer, ",", 1);
      add_value(&buffer, table, column, row, !raw_text);
    }
    text_add(&buffer, "\n", 1);
    if (buffer.length > (size_t)1 << 16) good = flush(stream, &buffer) && !progress_interrupted();
  }
  if (good) good = flush(stream, &buffer);
  text_free(&buffer);
  return good;
}
