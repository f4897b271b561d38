/* Source lines with a caret below, as compilers show them. */
#include "base/error_private.h"

/* Columns of a line that are shown: with the gutter of 8 that makes 160 at most. */
#define WINDOW 152
/* Columns kept before the caret when a line is too long. */
#define BEFORE_CARET 60

/* Behind a line's end; ends are LF, CRLF and CR, as in YAML. `at` is the place of one. */
static size_t next_line(triax_text text, size_t at) {
  return at + (text.bytes[at] == '\r' && at + 1 < text.length && text.bytes[at + 1] == '\n' ? 2 : 1);
}

static size_t end_of_line(triax_text text, size_t at) {
  while (at < text.length && text.bytes[at] != '\n' && text.bytes[at] != '\r') {
    at++;
  }
  return at;
}

/* Where line 1 begins. */
static size_t first_line(triax_text text) {
  return text.length >= 3 && tx_text_equal((triax_text){text.bytes, 3}, TX_TEXT("\xEF\xBB\xBF")) ? 3 : 0;
}

size_t tx_source_marks(const tx_source *source, size_t *marks, size_t room) {
  triax_text text = {source->text, source->length};
  size_t count = 0;
  if (text.bytes == NULL) {
    return 0;
  }
  size_t at = first_line(text);
  for (size_t line = 0;; line++) {
    if (line % TX_MARKED_LINES == 0) {
      if (count < room) {
        marks[count] = at;
      }
      count++;
    }
    at = end_of_line(text, at);
    if (at == text.length) {
      return count;
    }
    at = next_line(text, at);
  }
}

/* Line `number` (1-based) without its end; bytes NULL when there is none. */
static triax_text find_line(const tx_source *source, int32_t number) {
  triax_text text = {source->text, source->length};
  size_t mark = (size_t)(number - 1) / TX_MARKED_LINES, i = first_line(text);
  int32_t line = 1;
  if (mark < source->mark_count) {
    i = source->marks[mark];
    line += (int32_t)(mark * TX_MARKED_LINES);
  }
  for (;; line++) {
    size_t begin = i;
    i = end_of_line(text, i);
    if (line == number) {
      return (triax_text){text.bytes + begin, i - begin};
    }
    if (i == text.length) {
      return (triax_text){NULL, 0};
    }
    i = next_line(text, i);
  }
}

/* Unlike tx_utf8_count this takes any bytes: the source may be at fault for just those, and each counts as one. */
static size_t count_points(triax_text text) {
  size_t count = 0;
  for (size_t offset = 0; offset < text.length; count++) {
    tx_utf8_next(text, &offset);
  }
  return count;
}

/* A tab takes one column, so that the caret stays below its character; controls must not reach a terminal. */
static void write_point(tx_writer *writer, uint32_t point) {
  char bytes[4];
  if (point == '\t') {
    point = ' ';
  } else if (point < 0x20 || (point >= 0x7F && point < 0xA0)) {
    point = 0xFFFD;
  }
  tx_write(writer, (triax_text){bytes, tx_utf8_put(point, bytes)});
}

static void write_spaces(tx_writer *writer, size_t count) {
  for (size_t i = 0; i < count; i++) {
    tx_write(writer, TX_TEXT(" "));
  }
}

static void write_gutter(tx_writer *writer, int32_t line) {
  tx_writer digits = {NULL, 0, 0};
  tx_write_int(&digits, line);
  write_spaces(writer, digits.length < 5 ? 5 - digits.length : 0);
  tx_write_int(writer, line);
  tx_write(writer, TX_TEXT(" | "));
}

/* Code points [begin, end) of the line; "..." takes the place of the first or last three where the line is cut. */
static void write_window(tx_writer *writer, triax_text line, size_t begin, size_t end, size_t total) {
  size_t offset = 0;
  for (size_t column = 0; column < end; column++) {
    uint32_t point = tx_utf8_next(line, &offset);
    if (column < begin) {
      continue;
    }
    bool cut = (begin > 0 && column < begin + 3) || (end < total && column >= end - 3);
    write_point(writer, cut ? '.' : point);
  }
}

static void write_underline(tx_writer *writer, int32_t line, size_t before, size_t width, const char *hint) {
  tx_writer gutter = {NULL, 0, 0};
  write_gutter(&gutter, line);
  write_spaces(writer, gutter.length - 2);
  tx_write(writer, TX_TEXT("| "));
  write_spaces(writer, before);
  tx_write(writer, TX_TEXT("^"));
  for (size_t i = 1; i < width; i++) {
    tx_write(writer, TX_TEXT("~"));
  }
  if (hint != NULL) {
    tx_write(writer, TX_TEXT("  "));
    tx_write_c(writer, hint);
  }
}

bool tx_write_excerpt(tx_writer *writer, const tx_source *source, const tx_finding *finding) {
  if (source == NULL || source->text == NULL || finding->line < 1 || finding->column < 1) {
    return false;
  }
  triax_text line = find_line(source, finding->line);
  if (line.bytes == NULL) {
    return false;
  }
  size_t total = count_points(line), caret = (size_t)finding->column - 1;
  caret = caret < total ? caret : total;
  size_t begin = total > WINDOW && caret > BEFORE_CARET ? caret - BEFORE_CARET : 0;
  if (total > WINDOW && begin > total - WINDOW) {
    begin = total - WINDOW;
  }
  size_t end = total - begin > WINDOW ? begin + WINDOW : total;
  size_t width = finding->width > 1 ? (size_t)finding->width : 1;
  width = caret + width > end && end > caret ? end - caret : end > caret ? width : 1;
  tx_write(writer, TX_TEXT("\n"));
  write_gutter(writer, finding->line);
  write_window(writer, line, begin, end, total);
  tx_write(writer, TX_TEXT("\n"));
  write_underline(writer, finding->line, caret - begin, width, finding->hint);
  return true;
}
