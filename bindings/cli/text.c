/* Text that grows, and numbers and dates as text. */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static bool make_room(text_buffer *buffer, size_t more) {
  if (buffer->failed || more > SIZE_MAX / 2 - buffer->length) {
    buffer->failed = true;
    return false;
  }
  size_t needed = buffer->length + more, capacity = buffer->capacity < 256 ? 256 : buffer->capacity;
  if (needed <= buffer->capacity) return true;
  while (capacity < needed) capacity *= 2;
  char *bytes = realloc(buffer->bytes, capacity);
  if (bytes == NULL) {
    buffer->failed = true;
    return false;
  }
  buffer->bytes = bytes;
  buffer->capacity = capacity;
  return true;
}

void text_add(text_buffer *buffer, const char *bytes, size_t length) {
  if (length == 0 || !make_room(buffer, length + 1)) return;
  memcpy(buffer->bytes + buffer->length, bytes, length);
  buffer->length += length;
  buffer->bytes[buffer->length] = '\0';
}

void text_add_string(text_buffer *buffer, const char *string) { text_add(buffer, string, strlen(string)); }

void text_add_format(text_buffer *buffer, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length < 0 || !make_room(buffer, (size_t)length + 1)) return;
  va_start(arguments, format);
  vsnprintf(buffer->bytes + buffer->length, (size_t)length + 1, format, arguments);
  va_end(arguments);
  buffer->length += (size_t)length;
}

void text_add_line(text_buffer *buffer, const char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) text_add(buffer, bytes[i] == '\n' || bytes[i] == '\r' ? " " : &bytes[i], 1);
}

void text_scrub(text_buffer *buffer) {
  for (size_t i = 0; i < buffer->length; i++) {
    unsigned char byte = (unsigned char)buffer->bytes[i];
    bool high = byte == 0xC2 && i + 1 < buffer->length && (unsigned char)buffer->bytes[i + 1] < 0xA0;
    if ((byte < 0x20 && byte != '\n') || byte == 0x7F || high) buffer->bytes[i] = ' ';
    if (high) buffer->bytes[++i] = ' '; /* U+0080 to U+009F */
  }
}

void text_free(text_buffer *buffer) {
  free(buffer->bytes);
  *buffer = (text_buffer){NULL, 0, 0, false};
}

size_t text_of_integer(int64_t value, char buffer[CLI_NUMBER_SIZE]) {
  char digits[24];
  size_t count = 0, length = 0;
  uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  do {
    digits[count++] = (char)('0' + left % 10);
    left /= 10;
  } while (left > 0);
  if (value < 0) buffer[length++] = '-';
  while (count > 0) buffer[length++] = digits[--count];
  buffer[length] = '\0';
  return length;
}

size_t text_of_number(double value, char buffer[CLI_NUMBER_SIZE]) {
  buffer[0] = '\0';
  if (is_missing(value)) return 0;
  /* Most numbers are whole; -0 keeps its sign. */
  if (value > -1e15 && value < 1e15 && value == (double)(int64_t)value && !(value == 0 && 1 / value < 0)) {
    return text_of_integer((int64_t)value, buffer);
  }
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(buffer, CLI_NUMBER_SIZE, "%.*g", digits, value);
    if (strtod(buffer, NULL) == value) break;
  }
  return strlen(buffer);
}

static void civil_of_days(int64_t days, int64_t *year, int *month, int *day) {
  int64_t shifted = days + 719468;
  int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  int64_t day_of_era = shifted - era * 146097;
  int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t march_month = (5 * day_of_year + 2) / 153;
  *day = (int)(day_of_year - (153 * march_month + 2) / 5 + 1);
  *month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
  *year = year_of_era + era * 400 + (*month <= 2);
}

size_t text_of_date(int64_t days, char buffer[CLI_NUMBER_SIZE]) {
  int64_t year;
  int month, day;
  civil_of_days(days, &year, &month, &day);
  return (size_t)snprintf(buffer, CLI_NUMBER_SIZE, "%04lld-%02d-%02d", (long long)year, month, day);
}

size_t text_of_timestamp(int64_t microseconds, char buffer[CLI_NUMBER_SIZE]) {
  const int64_t of_day = INT64_C(86400000000);
  int64_t days = microseconds / of_day, rest = microseconds % of_day;
  if (rest < 0) {
    rest += of_day;
    days--;
  }
  size_t length = text_of_date(days, buffer);
  int seconds = (int)(rest / 1000000), fraction = (int)(rest % 1000000);
  length += (size_t)snprintf(buffer + length, CLI_NUMBER_SIZE - length, "T%02d:%02d:%02d", seconds / 3600,
                             seconds / 60 % 60, seconds % 60);
  if (fraction != 0) length += (size_t)snprintf(buffer + length, CLI_NUMBER_SIZE - length, ".%06d", fraction);
  return length + (size_t)snprintf(buffer + length, CLI_NUMBER_SIZE - length, "Z");
}

size_t text_width(const char *bytes, size_t length) {
  size_t width = 0;
  for (size_t i = 0; i < length; i++) width += ((unsigned char)bytes[i] & 0xC0) != 0x80;
  return width;
}

/* Letters to insert, drop, change or swap; at most `most` + 1. */
static size_t distance(const char *from, const char *to) {
  enum { LONGEST = 31 };
  size_t rows[3][LONGEST + 1];
  size_t length = strlen(to);
  if (strlen(from) > LONGEST || length > LONGEST) return SIZE_MAX;
  size_t *before = rows[0], *above = rows[1], *here = rows[2];
  for (size_t j = 0; j <= length; j++) above[j] = before[j] = j;
  for (size_t i = 1; from[i - 1] != '\0'; i++) {
    here[0] = i;
    for (size_t j = 1; j <= length; j++) {
      size_t best = above[j - 1] + (from[i - 1] != to[j - 1]);
      if (above[j] + 1 < best) best = above[j] + 1;
      if (here[j - 1] + 1 < best) best = here[j - 1] + 1;
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] && before[j - 2] + 1 < best) {
        best = before[j - 2] + 1;
      }
      here[j] = best;
    }
    size_t *oldest = before;
    before = above;
    above = here;
    here = oldest;
  }
  return above[length];
}

const char *text_nearest(const char *word, const char *const *words) {
  const char *nearest = NULL;
  size_t least = strlen(word) / 3 + 2;
  for (; *words != NULL; words++) {
    size_t d = distance(word, *words);
    if (d < least) {
      least = d;
      nearest = *words;
    }
  }
  return nearest;
}
