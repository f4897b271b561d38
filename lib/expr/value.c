/* Types and values: names, printing, columns. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/number.h"
#include "expr/scalar.h"

static const char *kind_name(uint8_t kind) {
  switch (kind) {
  case TX_BOOL:
    return "bool";
  case TX_INT:
    return "int";
  case TX_UINT:
    return "uint";
  case TX_DOUBLE:
    return "double";
  case TX_STRING:
    return "string";
  case TX_TIMESTAMP:
    return "timestamp";
  case TX_DURATION:
    return "duration";
  case TX_DATE:
    return "date";
  case TX_NULL:
    return "null";
  default:
    return "anything";
  }
}

const char *tx_type_name(tx_type type, char buffer[64]) {
  if (type.lists == 0) {
    snprintf(buffer, 64, "%s", kind_name(type.kind));
  } else if (type.lists == 1) {
    snprintf(buffer, 64, type.kind == TX_FREE ? "empty list" : "list of %s", kind_name(type.kind));
  } else if (type.lists == 2) {
    snprintf(buffer, 64, "list of lists of %s", kind_name(type.kind));
  } else {
    snprintf(buffer, 64, "list of lists, %d deep, of %s", type.lists, kind_name(type.kind));
  }
  return buffer;
}

tx_type tx_type_of_column(int32_t column_type) {
  switch (column_type) {
  case TRIAX_TYPE_NUMBER:
  case TRIAX_TYPE_MONEY:
    return (tx_type){TX_DOUBLE, 0};
  case TRIAX_TYPE_INTEGER:
    return (tx_type){TX_INT, 0};
  case TRIAX_TYPE_BOOLEAN:
    return (tx_type){TX_BOOL, 0};
  case TRIAX_TYPE_STRINGS:
    return (tx_type){TX_STRING, 1};
  case TRIAX_TYPE_DATE:
    return (tx_type){TX_DATE, 0};
  case TRIAX_TYPE_TIMESTAMP:
    return (tx_type){TX_TIMESTAMP, 0};
  default:
    return (tx_type){TX_STRING, 0};
  }
}

/* --- printing -------------------------------------------------------------------------------------------------- */

static void print_text(tx_writer *out, triax_text text) {
  tx_write_c(out, "\"");
  size_t start = 0;
  for (size_t i = 0; i < text.length; i++) {
    unsigned char c = (unsigned char)text.bytes[i];
    bool wide = c == 0xC2 && i + 1 < text.length && (unsigned char)text.bytes[i + 1] < 0xA0; /* U+0080 to U+009F */
    char escaped[8];
    if (wide) {
      snprintf(escaped, sizeof escaped, "\\u%04x", (unsigned char)text.bytes[i + 1]);
    } else if (c == '"' || c == '\\') {
      snprintf(escaped, sizeof escaped, "\\%c", c);
    } else if (c == '\n' || c == '\r' || c == '\t') {
      snprintf(escaped, sizeof escaped, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
    } else if (c < 0x20 || c == 0x7F) {
      snprintf(escaped, sizeof escaped, "\\u%04x", c);
    } else {
      continue;
    }
    tx_write(out, (triax_text){text.bytes + start, i - start});
    tx_write_c(out, escaped);
    i += wide;
    start = i + 1;
  }
  tx_write(out, (triax_text){text.bytes + start, text.length - start});
  tx_write_c(out, "\"");
}

/* A whole double keeps its point, so that it can be told from an int. */
static void print_number(tx_writer *out, double number) {
  char buffer[TX_NUMBER_SIZE];
  size_t length = tx_format_double(number, buffer);
  tx_write(out, (triax_text){buffer, length});
  if (isfinite(number) && !memchr(buffer, '.', length) && !memchr(buffer, 'e', length)) tx_write_c(out, ".0");
}

static void print_natural(tx_writer *out, uint64_t natural) {
  char buffer[32];
  snprintf(buffer, sizeof buffer, "%lluu", (unsigned long long)natural);
  tx_write_c(out, buffer);
}

static void print_wrapped(tx_writer *out, const char *function, triax_text text) {
  tx_write_c(out, function);
  tx_write_c(out, "(\"");
  tx_write(out, text);
  tx_write_c(out, "\")");
}

static void print_scalar(tx_writer *out, const tx_value *value) {
  char buffer[64];
  switch (value->type.kind) {
  case TX_BOOL:
    tx_write_c(out, value->boolean ? "true" : "false");
    return;
  case TX_INT:
    tx_write(out, (triax_text){buffer, tx_format_int64(value->integer, buffer)});
    return;
  case TX_UINT:
    print_natural(out, value->natural);
    return;
  case TX_DOUBLE:
    print_number(out, value->number);
    return;
  case TX_STRING:
    print_text(out, value->text);
    return;
  case TX_TIMESTAMP: {
    size_t length = tx_format_timestamp(value->time.seconds, value->time.nanos, buffer);
    print_wrapped(out, "timestamp", (triax_text){buffer, length});
    return;
  }
  case TX_DURATION: {
    size_t length = tx_format_duration(value->time.seconds * INT64_C(1000000000) + value->time.nanos, buffer);
    print_wrapped(out, "duration", (triax_text){buffer, length});
    return;
  }
  case TX_DATE:
    print_wrapped(out, "date", (triax_text){buffer, tx_format_date((int32_t)value->integer, buffer)});
    return;
  default:
    tx_write_c(out, "null");
    return;
  }
}

static void print(tx_writer *out, const tx_value *value) {
  if (value->state != TX_PRESENT) {
    tx_write_c(out, value->state == TX_FAULT ? "fault" : "missing");
    return;
  }
  if (value->type.lists == 0) {
    print_scalar(out, value);
    return;
  }
  tx_write_c(out, "[");
  for (size_t i = 0; i < value->list.count; i++) {
    if (i) tx_write_c(out, ", ");
    print(out, &value->list.items[i]); /* lists nest as deep as their types, which the checker bounds */
  }
  tx_write_c(out, "]");
}

size_t tx_value_print(const tx_value *value, char *buffer, size_t size) {
  tx_writer out = {buffer, size, 0};
  if (size > 0) buffer[0] = '\0';
  print(&out, value);
  return out.length;
}

/* --- columns --------------------------------------------------------------------------------------------------- */

static triax_status value_of_list(const tx_column *column, size_t row, tx_arena *scratch, tx_value *value) {
  uint32_t code = tx_column_code(column, row);
  uint64_t first = column->lists->offsets[code], count = column->lists->offsets[code + 1] - first;
  tx_value *items = tx_arena_alloc(scratch, (size_t)count * sizeof *items);
  if (!items) return TRIAX_ENOMEM;
  for (uint64_t i = 0; i < count; i++) {
    items[i] = (tx_value){.type = {TX_STRING, 0}};
    items[i].text = tx_dictionary_text(column->dictionary, column->lists->items[first + i]);
  }
  value->list.items = items;
  value->list.count = (size_t)count;
  return TRIAX_OK;
}

static void value_of_timestamp(int64_t microseconds, tx_value *value) {
  int64_t seconds = microseconds / 1000000, rest = microseconds % 1000000;
  if (rest < 0) {
    rest += 1000000;
    seconds--;
  }
  value->time.seconds = seconds;
  value->time.nanos = (int32_t)rest * 1000;
}

triax_status tx_value_of_column(const tx_column *column, size_t row, tx_arena *scratch, tx_value *value) {
  *value = (tx_value){.state = TX_PRESENT, .type = tx_type_of_column(column->type)};
  if (!tx_column_has(column, row)) {
    value->state = TX_MISSING;
    return TRIAX_OK;
  }
  switch (column->type) {
  case TRIAX_TYPE_NUMBER:
  case TRIAX_TYPE_MONEY:
    value->number = column->numbers[row];
    return TRIAX_OK;
  case TRIAX_TYPE_INTEGER:
    value->integer = column->integers[row];
    return TRIAX_OK;
  case TRIAX_TYPE_BOOLEAN:
    value->boolean = tx_bit(column->bits, row);
    return TRIAX_OK;
  case TRIAX_TYPE_DATE:
    value->integer = column->dates[row];
    return TRIAX_OK;
  case TRIAX_TYPE_TIMESTAMP:
    value_of_timestamp(column->integers[row], value);
    return TRIAX_OK;
  case TRIAX_TYPE_STRINGS:
    return value_of_list(column, row, scratch, value);
  default:
    value->text = tx_dictionary_text(column->dictionary, tx_column_code(column, row));
    return TRIAX_OK;
  }
}

void tx_value_settle(const tx_module *module, uint32_t node, tx_value *value) {
  if (value->state != TX_PRESENT || !tx_type_is(value->type, TX_DOUBLE)) return;
  if (module->nodes[node].op == TX_OP_VARIABLE || value->number - value->number == 0) return;
  value->state = TX_FAULT;
}
