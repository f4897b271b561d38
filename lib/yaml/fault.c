/* Saying what is wrong, and getting memory. */
#include <stdarg.h>
#include <stdio.h>

#include "reader.h"

int tx_yaml_shown(triax_text text) {
  if (text.length <= TX_YAML_SHOWN) return (int)text.length;
  size_t length = TX_YAML_SHOWN;
  while (length > 0 && ((unsigned char)text.bytes[length] & 0xC0) == 0x80) length--;
  return (int)length;
}

bool tx_yaml_fail(tx_yaml_reader *reader, triax_status status, tx_yaml_place place, const char *format, ...) {
  if (reader->status == TRIAX_ENOMEM) return false;
  triax_error fields = {.status = status, .line = place.line, .column = place.column, .count = 1};
  va_list arguments;
  va_start(arguments, format);
  /* Never cut: what comes from the source is cut before. */
  vsnprintf(fields.message, sizeof fields.message, format, arguments);
  va_end(arguments);
  reader->faults++;
  if (reader->faults == 1) {
    reader->status = status;
    if (reader->error != NULL) *reader->error = fields;
  } else if (reader->error != NULL) {
    reader->error->count = reader->faults;
  }
  if (reader->messages != NULL && reader->faults <= TX_YAML_FAULTS) {
    triax_status added =
        triax_messages_add(reader->messages, TRIAX_LEVEL_ERROR, NULL, &fields, reader->name, reader->source);
    if (added == TRIAX_ENOMEM) return tx_yaml_no_memory(reader);
  }
  return false;
}

bool tx_yaml_no_memory(tx_yaml_reader *reader) {
  reader->status = TRIAX_ENOMEM;
  if (reader->error != NULL) {
    *reader->error = (triax_error){.status = TRIAX_ENOMEM, .count = 1, .message = "out of memory"};
  }
  return false;
}

bool tx_yaml_grow(tx_yaml_reader *reader, void **array, size_t *capacity, size_t needed, size_t size) {
  if (needed <= *capacity) return true;
  size_t larger = *capacity < 16 ? 16 : *capacity;
  while (larger < needed) {
    if (larger > SIZE_MAX / 2 / size) return tx_yaml_no_memory(reader);
    larger *= 2;
  }
  void *grown = triax_context_resize(reader->context, *array, *capacity * size, larger * size);
  if (grown == NULL) return tx_yaml_no_memory(reader);
  *array = grown;
  *capacity = larger;
  return true;
}
