/* mingw's own printf knows %zu and %lld; Windows' old one does not. */
#ifdef __MINGW32__
#define __USE_MINGW_ANSI_STDIO 1
#endif

#include "base/error.h"

#include <stdio.h>
#include <string.h>

#include "base/always.h"
#include "base/error_private.h"
#include "base/text.h"

const char *triax_status_name(triax_status status) {
  switch (status) {
    case TRIAX_OK: return "TRIAX_OK";
    case TRIAX_EINVAL: return "TRIAX_EINVAL";
    case TRIAX_ENOMEM: return "TRIAX_ENOMEM";
    case TRIAX_ECANCELED: return "TRIAX_ECANCELED";
    case TRIAX_EPOLICY: return "TRIAX_EPOLICY";
    case TRIAX_EDATA: return "TRIAX_EDATA";
    case TRIAX_ELIMIT: return "TRIAX_ELIMIT";
    case TRIAX_ENOTFOUND: return "TRIAX_ENOTFOUND";
    case TRIAX_EUNSUPPORTED: return "TRIAX_EUNSUPPORTED";
    default: return "unknown status";
  }
}

/* Data quoted in a message may be any bytes, but what we hand out is promised to be UTF-8. */
static void mend_utf8(char *text) {
  triax_text rest = triax_text_of(text);
  size_t bad;
  while ((bad = tx_utf8_check(rest)) != SIZE_MAX) {
    ((char *)text)[(size_t)(rest.bytes - text) + bad] = '?';
    rest.bytes += bad + 1;
    rest.length -= bad + 1;
  }
}

void tx_scrub(char *text, size_t length, bool lines) {
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)text[i];
    if (byte == 0xC2 && i + 1 < length && (unsigned char)text[i + 1] < 0xA0) { /* U+0080 to U+009F */
      text[i] = text[i + 1] = '?';
    } else if (byte == '\n' ? !lines : byte == '\t' || byte == '\r') {
      text[i] = ' ';
    } else if ((byte > 0 && byte < 0x20 && byte != '\n') || byte == 0x7F) {
      text[i] = '?';
    }
  }
}

/* Drops the beginning of a character whose end did not fit. */
static void cut_at_character(char *text) {
  size_t length = strlen(text), back = 1;
  while (back < 4 && back < length && ((unsigned char)text[length - back] & 0xC0) == 0x80) {
    back++;
  }
  if (length >= back && ((unsigned char)text[length - back] & 0x80) != 0 &&
      tx_utf8_check((triax_text){text + length - back, back}) != SIZE_MAX) {
    text[length - back] = '\0';
  }
}

void tx_format_message(char *buffer, size_t size, const char *format, va_list arguments) {
  int length = vsnprintf(buffer, size, format, arguments);
  if (TX_NEVER(length < 0)) { /* formats are ours, and plain */
    buffer[0] = '\0';
  } else if ((size_t)length >= size) {
    cut_at_character(buffer);
  }
  mend_utf8(buffer);
  tx_scrub(buffer, strlen(buffer), false);
}

void tx_set_error(triax_error *error, triax_status status, const char *path, int32_t line, int32_t column) {
  error->status = status;
  error->line = line;
  error->column = column;
  error->count = 1;
  tx_writer writer = {error->path, sizeof error->path, 0};
  tx_write_c(&writer, path == NULL ? "" : path);
  error->message[0] = '\0';
}

triax_status tx_fail(triax_error *error, triax_status status, const char *format, ...) {
  if (error != NULL) {
    tx_set_error(error, status, NULL, 0, 0);
    va_list arguments;
    va_start(arguments, format);
    tx_format_message(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
  }
  return status;
}

triax_status tx_fail_at(triax_error *error, triax_status status, const char *path, int32_t line, int32_t column,
                        const char *format, ...) {
  if (error != NULL) {
    tx_set_error(error, status, path, line, column);
    va_list arguments;
    va_start(arguments, format);
    tx_format_message(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
  }
  return status;
}

triax_status tx_no_memory(triax_error *error) { return tx_fail(error, TRIAX_ENOMEM, "memory is short"); }

void tx_write_int(tx_writer *writer, int32_t value) {
  char digits[16];
  snprintf(digits, sizeof digits, "%d", (int)value);
  tx_write_c(writer, digits);
}

void tx_write_place(tx_writer *writer, const char *name, int32_t line, int32_t column) {
  if (name != NULL && name[0] != '\0') {
    tx_write_c(writer, name);
    tx_write(writer, TX_TEXT(":"));
  }
  if (line > 0) {
    tx_write_int(writer, line);
    tx_write(writer, TX_TEXT(":"));
    if (column > 0) {
      tx_write_int(writer, column);
      tx_write(writer, TX_TEXT(":"));
    }
  }
  if (writer->length > 0) {
    tx_write(writer, TX_TEXT(" "));
  }
}

size_t triax_error_format(const triax_error *error, const char *source, char *buffer, size_t size) {
  tx_writer writer = {buffer, size, 0};
  tx_write_place(&writer, source, error->line, error->column);
  tx_write(&writer, TX_TEXT("error: "));
  if (error->path[0] != '\0') {
    tx_write_c(&writer, error->path);
    tx_write(&writer, TX_TEXT(": "));
  }
  tx_write_c(&writer, error->message);
  return writer.length;
}
