/* Durations as in CEL and Go: "1h30m", "1.5s". */
#include <string.h>

#include "base/date.h"
#include "base/text.h"

/* The largest magnitude: that of INT64_MIN. */
#define LARGEST (UINT64_C(1) << 63)

static bool digit(char c) { return c >= '0' && c <= '9'; }

/* Nanoseconds in the unit at the front of *text, 0 when there is none. */
static uint64_t take_unit(triax_text *text) {
  /* Longer names first: "ms" is not minutes. The two signs for micro are U+00B5 and U+03BC. */
  static const struct {
    const char *name;
    uint64_t nanoseconds;
  } units[] = {{"ns", 1},
               {"us", 1000},
               {"\xC2\xB5s", 1000},
               {"\xCE\xBCs", 1000},
               {"ms", 1000000},
               {"s", 1000000000},
               {"m", UINT64_C(60000000000)},
               {"h", UINT64_C(3600000000000)}};
  for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
    size_t length = strlen(units[i].name);
    if (text->length >= length && memcmp(text->bytes, units[i].name, length) == 0) {
      text->bytes += length;
      text->length -= length;
      return units[i].nanoseconds;
    }
  }
  return 0;
}

static triax_text take_digits(triax_text *text) {
  triax_text digits = {text->bytes, 0};
  while (digits.length < text->length && digit(text->bytes[digits.length])) {
    digits.length++;
  }
  text->bytes += digits.length;
  text->length -= digits.length;
  return digits;
}

/* whole.fraction × unit, cut to nanoseconds. From the last digit to the first, dividing and cutting at each step gives
 * the same as cutting once at the end. */
static bool scale(triax_text whole, triax_text fraction, uint64_t unit, uint64_t *result) {
  uint64_t value = 0, part = 0;
  for (size_t i = 0; i < whole.length; i++) {
    value = value * 10 + (uint64_t)(whole.bytes[i] - '0');
    if (value > LARGEST / unit) {
      return false;
    }
  }
  for (size_t i = fraction.length; i > 0; i--) {
    part = ((uint64_t)(fraction.bytes[i - 1] - '0') * unit + part) / 10;
  }
  *result = value * unit + part;
  return *result <= LARGEST;
}

static bool take_term(triax_text *text, uint64_t *total) {
  triax_text whole = take_digits(text), fraction = {text->bytes, 0};
  if (text->length > 0 && text->bytes[0] == '.') {
    text->bytes++;
    text->length--;
    fraction = take_digits(text);
  }
  if (whole.length + fraction.length == 0) {
    return false;
  }
  uint64_t unit = take_unit(text), value;
  if (unit == 0 || !scale(whole, fraction, unit, &value) || value > LARGEST - *total) {
    return false;
  }
  *total += value;
  return true;
}

bool tx_parse_duration(triax_text text, int64_t *nanoseconds) {
  bool negative = text.length > 0 && text.bytes[0] == '-';
  if (negative || (text.length > 0 && text.bytes[0] == '+')) {
    text.bytes++;
    text.length--;
  }
  uint64_t total = 0;
  if (!tx_text_equal(text, TX_TEXT("0"))) {
    do {
      if (!take_term(&text, &total)) {
        return false;
      }
    } while (text.length > 0);
  }
  if (total == LARGEST) {
    if (!negative) {
      return false;
    }
    *nanoseconds = INT64_MIN;
  } else {
    *nanoseconds = negative ? -(int64_t)total : (int64_t)total;
  }
  return true;
}

size_t tx_format_duration(int64_t nanoseconds, char buffer[40]) {
  uint64_t total = nanoseconds < 0 ? UINT64_C(0) - (uint64_t)nanoseconds : (uint64_t)nanoseconds;
  uint64_t seconds = total / 1000000000, fraction = total % 1000000000;
  char reversed[40];
  size_t count = 0;
  reversed[count++] = 's';
  if (fraction != 0) {
    bool begun = false;
    for (int i = 0; i < 9; i++, fraction /= 10) {
      begun = begun || fraction % 10 != 0;
      if (begun) {
        reversed[count++] = (char)('0' + fraction % 10);
      }
    }
    reversed[count++] = '.';
  }
  do {
    reversed[count++] = (char)('0' + seconds % 10);
    seconds /= 10;
  } while (seconds > 0);
  if (nanoseconds < 0) {
    reversed[count++] = '-';
  }
  for (size_t i = 0; i < count; i++) {
    buffer[i] = reversed[count - 1 - i];
  }
  buffer[count] = '\0';
  return count;
}
