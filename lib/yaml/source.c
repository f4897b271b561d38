/* The source as bytes: what may not be in it, and where in it things stand. */
#include <string.h>

#include "reader.h"

/* Bytes of the code point at `bytes`, of which `left` are there; 0 when it is not UTF-8. */
static size_t code_point_length(const unsigned char *bytes, size_t left) {
  unsigned char first = bytes[0];
  if (first < 0x80) return 1;
  size_t length = first >= 0xC2 && first <= 0xDF   ? 2
                  : first >= 0xE0 && first <= 0xEF ? 3
                  : first >= 0xF0 && first <= 0xF4 ? 4
                                                   : 0;
  if (length == 0 || length > left) return 0;
  for (size_t i = 1; i < length; i++) {
    if ((bytes[i] & 0xC0) != 0x80) return 0;
  }
  /* Overlong forms, surrogates, and what lies behind U+10FFFF. */
  if (first == 0xE0 && bytes[1] < 0xA0) return 0;
  if (first == 0xED && bytes[1] > 0x9F) return 0;
  if (first == 0xF0 && bytes[1] < 0x90) return 0;
  if (first == 0xF4 && bytes[1] > 0x8F) return 0;
  return length;
}

/* Lines end as in the library's excerpts: LF, CRLF, CR. YAML 1.1 knows more ends, which no editor shows as such. */
static void step(tx_yaml_cursor *cursor, triax_text source, size_t length) {
  const char *at = source.bytes + cursor->byte, *end = source.bytes + source.length;
  if (*at == '\n' || (*at == '\r' && (at + 1 == end || at[1] != '\n'))) {
    cursor->place.line++;
    cursor->place.column = 1;
  } else {
    cursor->place.column++;
  }
  cursor->byte += length;
  cursor->index++;
}

static bool fail_at_byte(tx_yaml_reader *reader, const tx_yaml_cursor *cursor, size_t skipped) {
  unsigned char byte = (unsigned char)reader->source.bytes[cursor->byte];
  unsigned long offset = (unsigned long)(cursor->byte + skipped);
  if (byte == 0) {
    return tx_yaml_fail(reader, TRIAX_EPOLICY, cursor->place,
                        "NUL byte at byte offset %lu; save the file as UTF-8 text", offset);
  }
  return tx_yaml_fail(reader, TRIAX_EPOLICY, cursor->place,
                      "byte 0x%02X at byte offset %lu is not UTF-8; save the file as UTF-8", (unsigned)byte, offset);
}

bool tx_yaml_check_source(tx_yaml_reader *reader) {
  const unsigned char *bytes = (const unsigned char *)reader->source.bytes;
  size_t length = reader->source.length, skipped = 0;
  if (length >= 2 && ((bytes[0] == 0xFE && bytes[1] == 0xFF) || (bytes[0] == 0xFF && bytes[1] == 0xFE))) {
    reader->source = (triax_text){NULL, 0};
    return tx_yaml_fail(reader, TRIAX_EPOLICY, (tx_yaml_place){1, 1},
                        "the file is UTF-16 (byte order mark at byte offset 0); save it as UTF-8");
  }
  if (length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
    skipped = 3;
    reader->source.bytes += 3;
    reader->source.length -= 3;
    bytes += 3;
    length -= 3;
  }
  tx_yaml_cursor cursor = {0, 0, {1, 1}};
  while (cursor.byte < length) {
    size_t size = bytes[cursor.byte] == 0 ? 0 : code_point_length(bytes + cursor.byte, length - cursor.byte);
    if (size == 0) return fail_at_byte(reader, &cursor, skipped);
    step(&cursor, reader->source, size);
  }
  return true;
}

/* Moves the cursor, only forward where that does, to a number of code points or bytes from the start. */
static tx_yaml_place move(tx_yaml_reader *reader, size_t index, size_t byte) {
  tx_yaml_cursor *cursor = &reader->cursor;
  triax_text source = reader->source;
  const unsigned char *bytes = (const unsigned char *)source.bytes;
  if (index < cursor->index || byte < cursor->byte || cursor->place.line == 0) {
    *cursor = (tx_yaml_cursor){0, 0, {1, 1}};
  }
  while (cursor->index < index && cursor->byte < byte && cursor->byte < source.length) {
    step(cursor, source, code_point_length(bytes + cursor->byte, source.length - cursor->byte));
  }
  return cursor->place;
}

tx_yaml_place tx_yaml_place_of(tx_yaml_reader *reader, size_t index) { return move(reader, index, SIZE_MAX); }

tx_yaml_place tx_yaml_place_at_byte(tx_yaml_reader *reader, size_t byte) { return move(reader, SIZE_MAX, byte); }

/* Past `&anchor` and `!tag` and the blanks behind them, on the same line. */
static size_t skip_properties(triax_text source, size_t byte) {
  while (byte < source.length && (source.bytes[byte] == '&' || source.bytes[byte] == '!')) {
    while (byte < source.length && strchr(" \t\r\n", source.bytes[byte]) == NULL) byte++;
    while (byte < source.length && (source.bytes[byte] == ' ' || source.bytes[byte] == '\t')) byte++;
  }
  return byte;
}

bool tx_yaml_stands_at(const tx_yaml_reader *reader, triax_text text, char quote, tx_yaml_place *place) {
  triax_text source = reader->source;
  size_t byte = skip_properties(source, reader->cursor.byte), quotes = quote != 0 ? 1 : 0;
  if (memchr(text.bytes, '\n', text.length) != NULL || byte > source.length) return false;
  if (source.length - byte < text.length + 2 * quotes) return false;
  if (memcmp(source.bytes + byte + quotes, text.bytes, text.length) != 0) return false;
  if (quote != 0 && (source.bytes[byte] != quote || source.bytes[byte + 1 + text.length] != quote)) return false;
  tx_yaml_cursor cursor = reader->cursor;
  const unsigned char *bytes = (const unsigned char *)source.bytes;
  while (cursor.byte < byte + quotes)
    step(&cursor, source, code_point_length(bytes + cursor.byte, source.length - cursor.byte));
  *place = cursor.place;
  return true;
}
