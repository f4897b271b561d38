/* A file as UTF-8 text: reading, encodings, and which delimiter it uses. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "platform.h"

static int read_stream(FILE *stream, csv_text *text) {
  size_t capacity = (size_t)1 << 16, length = 0;
  char *block = malloc(capacity);
  while (block != NULL) {
    length += fread(block + length, 1, capacity - length, stream);
    if (length < capacity) break;
    char *larger = capacity <= SIZE_MAX / 2 ? realloc(block, capacity * 2) : NULL;
    if (larger == NULL) free(block);
    block = larger;
    capacity *= 2;
    if (progress_interrupted()) break;
  }
  if (block == NULL) {
    say_no_memory();
    return EXIT_MACHINE;
  }
  text->block = text->bytes = block;
  text->length = length;
  return progress_interrupted() ? EXIT_INTERRUPTED : EXIT_DONE;
}

static int read_file(csv_text *text, const char *path) {
  if (strcmp(path, "-") == 0) {
    platform_binary(stdin);
    return read_stream(stdin, text);
  }
  FILE *stream = platform_kind(path) == PATH_FOLDER ? (errno = EISDIR, NULL) : fopen(path, "rb");
  if (stream == NULL) {
    say_error("cannot read '%s': %s", path, strerror(errno));
    return errno == ENOMEM || errno == EMFILE || errno == EIO ? EXIT_MACHINE : EXIT_INPUT;
  }
  int result = read_stream(stream, text);
  if (result == EXIT_DONE && ferror(stream)) {
    say_error("cannot read '%s' to its end: %s", path, strerror(errno));
    result = EXIT_MACHINE;
  }
  fclose(stream);
  return result;
}

static uint64_t line_at(const char *bytes, size_t end) {
  uint64_t line = 1;
  for (size_t i = 0; i < end; i++) {
    line += bytes[i] == '\n' || (bytes[i] == '\r' && bytes[i + 1 < end ? i + 1 : i] != '\n');
  }
  return line;
}

/* Bytes of the UTF-8 code point here, 0 when it is none. */
static size_t code_point(const unsigned char *bytes, size_t left) {
  unsigned char first = bytes[0], least = 0x80, most = 0xBF;
  size_t length = first >= 0xC2 && first <= 0xDF   ? 2
                  : (first & 0xF0) == 0xE0         ? 3
                  : first >= 0xF0 && first <= 0xF4 ? 4
                                                   : 0;
  if (length == 0 || length > left) return 0;
  if (first == 0xE0) least = 0xA0;
  if (first == 0xED) most = 0x9F;
  if (first == 0xF0) least = 0x90;
  if (first == 0xF4) most = 0x8F;
  if (bytes[1] < least || bytes[1] > most) return 0;
  for (size_t i = 2; i < length; i++) {
    if ((bytes[i] & 0xC0) != 0x80) return 0;
  }
  return length;
}

/* The first byte that is not UTF-8, or `length`. */
static size_t first_bad_byte(const char *text, size_t length) {
  const unsigned char *bytes = (const unsigned char *)text;
  for (size_t i = 0; i < length;) {
    uint64_t eight;
    if (length - i >= 8) {
      memcpy(&eight, bytes + i, 8);
      if ((eight & UINT64_C(0x8080808080808080)) == 0) {
        i += 8;
        continue;
      }
    }
    size_t size = bytes[i] < 0x80 ? 1 : code_point(bytes + i, length - i);
    if (size == 0) return i;
    i += size;
  }
  return length;
}

/* What cp1252 has at 0x80 to 0x9F; 0 where it has nothing. */
static const unsigned short cp1252[32] = {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                          0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                          0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                          0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

static int convert(csv_text *text, bool is_cp1252) {
  char *block = text->length <= SIZE_MAX / 3 - 1 ? malloc(text->length * 3 + 1) : NULL, *out = block;
  if (block == NULL) {
    say_no_memory();
    return EXIT_MACHINE;
  }
  for (size_t i = 0; i < text->length; i++) {
    unsigned point = (unsigned char)text->bytes[i];
    if (is_cp1252 && point >= 0x80 && point < 0xA0) point = cp1252[point - 0x80];
    if (point == 0 && text->bytes[i] != 0) {
      say_error_at(text->path, line_at(text->bytes, i), 0,
                   "byte 0x%02X at byte offset %zu is no character of cp1252; is the file latin1 or UTF-8?",
                   (unsigned)(unsigned char)text->bytes[i], i);
      free(block);
      return EXIT_INPUT;
    }
    if (point < 0x80) {
      *out++ = (char)point;
    } else if (point < 0x800) {
      *out++ = (char)(0xC0 | point >> 6);
      *out++ = (char)(0x80 | (point & 0x3F));
    } else {
      *out++ = (char)(0xE0 | point >> 12);
      *out++ = (char)(0x80 | (point >> 6 & 0x3F));
      *out++ = (char)(0x80 | (point & 0x3F));
    }
  }
  free(text->block);
  text->block = text->bytes = block;
  text->length = (size_t)(out - block);
  return EXIT_DONE;
}

static int check_bytes(const csv_text *text, size_t skipped) {
  const char *nul = text->length > 0 ? memchr(text->bytes, 0, text->length) : NULL;
  if (nul != NULL) {
    size_t offset = (size_t)(nul - text->bytes);
    say_error_at(text->path, line_at(text->bytes, offset), 0,
                 "NUL byte at byte offset %zu; the file is damaged, or not text", offset + skipped);
    return EXIT_INPUT;
  }
  size_t bad = first_bad_byte(text->bytes, text->length);
  if (bad == text->length) return EXIT_DONE;
  say_error_at(text->path, line_at(text->bytes, bad), 0,
               "byte 0x%02X at byte offset %zu is not UTF-8; save the file as UTF-8, or say --encoding cp1252 "
               "(Windows) or latin1",
               (unsigned)(unsigned char)text->bytes[bad], bad + skipped);
  return EXIT_INPUT;
}

/* How often each delimiter stands outside of quotes in the record at *at; moves *at to the next. */
static void count_delimiters(const csv_text *text, size_t *at, size_t counts[4]) {
  bool quoted = false;
  size_t i = *at;
  for (; i < text->length; i++) {
    char c = text->bytes[i];
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n' || c == '\r') break;
    counts[0] += c == ',';
    counts[1] += c == ';';
    counts[2] += c == '\t';
    counts[3] += c == '|';
  }
  *at = i < text->length ? i + 1 : i;
}

/* That which the first record with any delimiter at all has most of; comma before semicolon before tab before bar. */
static char find_delimiter(const csv_text *text) {
  static const char signs[] = {',', ';', '\t', '|'};
  size_t at = 0;
  for (int records = 0; records < 20 && at < text->length; records++) {
    size_t counts[4] = {0}, best = 0;
    count_delimiters(text, &at, counts);
    for (size_t i = 1; i < 4; i++) best = counts[i] > counts[best] ? i : best;
    if (counts[best] > 0) return signs[best];
  }
  return ',';
}

/* Excel's own hint: a first line `sep=;`. */
static void take_sep_line(csv_text *text) {
  if (text->length < 6 || strncmp(text->bytes, "sep=", 4) != 0) return;
  size_t skip = text->bytes[5] == '\n'                                                 ? 6
                : text->length > 6 && text->bytes[5] == '\r' && text->bytes[6] == '\n' ? 7
                                                                                       : 0;
  if (skip == 0) return;
  if (text->delimiter == '\0') text->delimiter = text->bytes[4];
  text->bytes += skip;
  text->length -= skip;
  text->first_line = 2;
}

int csv_text_read(csv_text *text, const char *path, const cli_options *options) {
  *text = (csv_text){.path = path, .first_line = 1, .delimiter = options->delimiter_sign};
  int result = read_file(text, path);
  if (result != EXIT_DONE) return result;
  const char *encoding = options->encoding != NULL ? options->encoding : "utf-8";
  size_t skipped = 0;
  if (text->length >= 2 && (memcmp(text->bytes, "\xFF\xFE", 2) == 0 || memcmp(text->bytes, "\xFE\xFF", 2) == 0)) {
    say_error_at(path, 0, 0, "the file is UTF-16 (byte order mark at byte offset 0); save it as UTF-8");
    return EXIT_INPUT;
  }
  if (text->length >= 3 && memcmp(text->bytes, "\xEF\xBB\xBF", 3) == 0) {
    skipped = 3;
    text->bytes += 3;
    text->length -= 3;
  } else if (encoding[0] != 'u') {
    result = convert(text, encoding[0] == 'c' || encoding[0] == 'w');
    if (result != EXIT_DONE) return result;
  }
  result = check_bytes(text, skipped);
  if (result != EXIT_DONE) return result;
  take_sep_line(text);
  if (text->delimiter == '\0') text->delimiter = find_delimiter(text);
  return EXIT_DONE;
}

void csv_text_free(csv_text *text) {
  free(text->block);
  text->block = text->bytes = NULL;
}
