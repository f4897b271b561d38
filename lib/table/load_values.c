/* Single values from text. */
#include <math.h>
#include <string.h>

#include "base/date.h"
#include "base/number.h"
#include "base/text.h"
#include "table/load_private.h"

/* The longest text that is looked at as a loose number. */
#define LONGEST_NUMBER 64

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c; }

static bool equal_folded(triax_text a, triax_text b) {
  if (a.length != b.length) return false;
  for (size_t i = 0; i < a.length; i++) {
    if (lower(a.bytes[i]) != lower(b.bytes[i])) return false;
  }
  return true;
}

bool tx_load_empty(triax_text text) { return !text.bytes || tx_text_trim(text).length == 0; }

bool tx_load_marker(const tx_schema *schema, triax_text text) {
  const triax_text usual[] = {TX_TEXT("NA"),   TX_TEXT("N/A"),  TX_TEXT("#N/A"),
                              TX_TEXT("null"), TX_TEXT("None"), TX_TEXT("-")};
  const triax_text *markers = schema->missing_markers ? schema->missing_markers : usual;
  size_t count = schema->missing_markers ? schema->missing_marker_count : sizeof usual / sizeof usual[0];
  triax_text trimmed = tx_text_trim(text);
  for (size_t i = 0; i < count; i++) {
    if (equal_folded(trimmed, markers[i])) return true;
  }
  return false;
}

/* Takes `end` off the text's end, if it is there, and blanks before it. */
static bool take_suffix(triax_text *text, const char *end) {
  size_t length = strlen(end);
  if (text->length < length) return false;
  if (!equal_folded((triax_text){text->bytes + text->length - length, length}, triax_text_of(end))) return false;
  text->length -= length;
  *text = tx_text_trim(*text);
  return true;
}

static bool take_prefix(triax_text *text, const char *start) {
  size_t length = strlen(start);
  if (text->length < length || memcmp(text->bytes, start, length) != 0) return false;
  *text = tx_text_trim((triax_text){text->bytes + length, text->length - length});
  return true;
}

/* A hyphen, or the minus that spreadsheets write in some languages (U+2212). */
static bool take_minus(triax_text *text) { return take_prefix(text, "-") || take_prefix(text, "\xe2\x88\x92"); }

static void take_currency_sign(triax_text *text) {
  static const char *const signs[] = {"$", "\xe2\x82\xac", "\xc2\xa3", "\xc2\xa5", "\xe2\x82\xb9"};
  for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
    if (take_prefix(text, signs[i]) || take_suffix(text, signs[i])) return;
  }
}

/* The power of ten that a suffix stands for. */
static int take_scale(triax_text *text) {
  if (take_suffix(text, "%")) return -2;
  if (take_suffix(text, "bn") || take_suffix(text, "b")) return 9;
  if (take_suffix(text, "m")) return 6;
  return take_suffix(text, "k") ? 3 : 0;
}

/* Length of a mark between thousands at `at`: the other sign, a space or an apostrophe. */
static size_t separator_at(triax_text text, size_t at, char other) {
  static const char *const marks[] = {" ", "'", "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x99", "\xe2\x80\x89"};
  if (text.bytes[at] == other) return 1;
  for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
    size_t length = strlen(marks[i]);
    if (text.length - at >= length && memcmp(text.bytes + at, marks[i], length) == 0) return length;
  }
  return 0;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Writes digits without marks between thousands, '.' as decimal sign; 0 when the marks are not where they belong. */
static size_t plain_digits(triax_text text, char decimal_sign, char *out) {
  char other = decimal_sign == ',' ? '.' : ',';
  size_t length = 0, group = 0;
  bool grouped = false, fraction = false, any = false;
  for (size_t i = 0; i < text.length;) {
    size_t mark = fraction ? 0 : separator_at(text, i, other);
    if (is_digit(text.bytes[i])) {
      out[length++] = text.bytes[i++];
      group++;
      any = true;
    } else if (text.bytes[i] == decimal_sign && !fraction) {
      if (grouped && group != 3) return 0;
      fraction = true;
      out[length++] = '.';
      i++;
    } else if (mark) {
      if (grouped ? group != 3 : group < 1 || group > 3) return 0;
      grouped = true;
      group = 0;
      i += mark;
    } else {
      return 0;
    }
  }
  if (!any || (grouped && !fraction && group != 3)) return 0;
  if (out[length - 1] == '.') length--;
  return length;
}

static bool loose_number(triax_text text, char decimal_sign, double *value) {
  text = tx_text_trim(text);
  if (text.length == 0 || text.length > LONGEST_NUMBER) return false;
  bool negative = false;
  if (text.bytes[0] == '(' && text.bytes[text.length - 1] == ')') {
    negative = true;
    text = tx_text_trim((triax_text){text.bytes + 1, text.length - 2});
  } else if (!take_prefix(&text, "+")) {
    negative = take_minus(&text);
  }
  take_currency_sign(&text);
  if (!negative) negative = take_minus(&text);
  int scale = take_scale(&text);
  char plain[LONGEST_NUMBER + 8];
  size_t start = 0;
  if (negative) plain[start++] = '-';
  size_t digits = plain_digits(text, decimal_sign == ',' ? ',' : '.', plain + start);
  if (digits == 0) return false;
  size_t length = start + digits;
  if (scale != 0) {
    plain[length++] = 'e';
    if (scale < 0) plain[length++] = '-';
    plain[length++] = (char)('0' + (scale < 0 ? -scale : scale));
  }
  return tx_parse_double((triax_text){plain, length}, false, value);
}

static bool load_number(const tx_load_options *options, triax_text text, double *value) {
  if (options->loose_numbers) {
    /* A comma as decimal sign makes 1.200 twelve hundred: the strict reading must not come first. */
    return loose_number(text, options->decimal_sign, value) ||
           (options->decimal_sign != ',' && tx_parse_double(tx_text_trim(text), false, value));
  }
  return tx_parse_double(tx_text_trim(text), false, value);
}

static bool whole_number(const tx_load_options *options, triax_text text, int64_t *value) {
  double number;
  if (tx_parse_int64(tx_text_trim(text), value)) return true;
  if (!load_number(options, text, &number) || number != floor(number)) return false;
  if (!(number >= -0x1p63 && number < 0x1p63)) return false;
  *value = (int64_t)number;
  return true;
}

static bool boolean_value(triax_text text, int64_t *value) {
  const triax_text words[] = {TX_TEXT("false"), TX_TEXT("true"), TX_TEXT("no"),
                              TX_TEXT("yes"),   TX_TEXT("0"),    TX_TEXT("1")};
  text = tx_text_trim(text);
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (equal_folded(text, words[i])) {
      *value = (int64_t)(i & 1);
      return true;
    }
  }
  return false;
}

/* A date in the order the host stated; ISO dates can always be told. */
static bool plain_date(const tx_load_options *options, triax_text text, int32_t *days) {
  text = tx_text_trim(text);
  if (tx_parse_date(text, TX_DATE_ISO, days)) return true;
  return options->date_order != TX_DATE_ISO && tx_parse_date(text, options->date_order, days);
}

static bool timestamp_value(const tx_load_options *options, triax_text text, int64_t *microseconds) {
  int32_t days;
  if (tx_parse_timestamp(tx_text_trim(text), true, microseconds, NULL)) return true;
  if (!plain_date(options, text, &days)) return false;
  *microseconds = days * TX_MICROSECONDS_PER_DAY;
  return true;
}

static bool date_value(const tx_load_options *options, triax_text text, int64_t *value) {
  int32_t days;
  int64_t microseconds;
  if (plain_date(options, text, &days)) {
    *value = days;
    return true;
  }
  /* Midnight is how many systems write a date. */
  if (!tx_parse_timestamp(tx_text_trim(text), true, &microseconds, NULL)) return false;
  if (microseconds % TX_MICROSECONDS_PER_DAY != 0) return false;
  *value = microseconds / TX_MICROSECONDS_PER_DAY;
  return true;
}

bool tx_load_value(const tx_load_options *options, int32_t type, triax_text text, tx_value *value) {
  switch (type) {
  case TRIAX_TYPE_NUMBER:
  case TRIAX_TYPE_MONEY:
    return load_number(options, text, &value->number);
  case TRIAX_TYPE_INTEGER:
    return whole_number(options, text, &value->integer);
  case TRIAX_TYPE_BOOLEAN:
    return boolean_value(text, &value->integer);
  case TRIAX_TYPE_DATE:
    return date_value(options, text, &value->integer);
  case TRIAX_TYPE_TIMESTAMP:
    return timestamp_value(options, text, &value->integer);
  default:
    return false;
  }
}

size_t tx_load_split(triax_text text, triax_text separator, triax_text *items, size_t room) {
  size_t count = 0, start = 0, at = 0;
  while (start <= text.length) {
    bool end = at >= text.length;
    bool here =
        !end && text.length - at >= separator.length && memcmp(text.bytes + at, separator.bytes, separator.length) == 0;
    if (!end && !here) {
      at++;
      continue;
    }
    triax_text item = tx_text_trim((triax_text){text.bytes + start, at - start});
    if (item.length > 0) {
      if (count < room) items[count] = item;
      count++;
    }
    at += end ? 1 : separator.length;
    start = at;
  }
  return count;
}

/* What might make the text readable, or "". */
static const char *number_remedy(const tx_load_options *options, int32_t type, triax_text text) {
  double number;
  int64_t whole;
  if (type == TRIAX_TYPE_INTEGER && load_number(options, text, &number)) {
    return number == floor(number) ? "; declare the column as number" : "; round it, or declare the column as number";
  }
  if (type != TRIAX_TYPE_INTEGER && tx_parse_int64(tx_text_trim(text), &whole)) return "";
  char other = options->loose_numbers && options->decimal_sign != ',' ? ',' : '.';
  if (options->loose_numbers) {
    return loose_number(text, other, &number) ? "; is the other decimal sign meant?" : "";
  }
  if (loose_number(text, '.', &number) || loose_number(text, ',', &number)) {
    return "; if numbers are written like this, allow loose numbers and state their decimal sign";
  }
  return "";
}

static const char *date_remedy(triax_text text) {
  int32_t days;
  int64_t microseconds;
  triax_text trimmed = tx_text_trim(text);
  bool dmy = tx_parse_date(trimmed, TX_DATE_DMY, &days), mdy = tx_parse_date(trimmed, TX_DATE_MDY, &days);
  if (dmy && mdy) return "; if dates are written like this, state their order (day-month-year or month-day-year)";
  if (dmy) return "; if dates are written like this, state their order (day-month-year)";
  if (mdy) return "; if dates are written like this, state their order (month-day-year)";
  if (tx_parse_date(trimmed, TX_DATE_YMD, &days)) {
    return "; if dates are written like this, state their order (year-month-day)";
  }
  if (tx_parse_timestamp(trimmed, true, &microseconds, NULL)) {
    return "; it has a time of day: declare the column as timestamp";
  }
  bool iso = trimmed.length == 10 && trimmed.bytes[4] == '-' && trimmed.bytes[7] == '-';
  for (size_t i = 0; iso && i < 10; i++) iso = i == 4 || i == 7 || is_digit(trimmed.bytes[i]);
  return iso ? "; there is no such day" : "; write it as 2026-11-21";
}

void tx_load_reason(const tx_load_options *options, int32_t type, triax_text text, triax_error *reason) {
  const char *what = "a number", *remedy = "";
  switch (type) {
  case TRIAX_TYPE_INTEGER:
    what = "a whole number within 64 bits";
    remedy = number_remedy(options, type, text);
    break;
  case TRIAX_TYPE_MONEY:
    what = "an amount of money"; /* fallthrough */
  case TRIAX_TYPE_NUMBER:
    remedy = number_remedy(options, type, text);
    break;
  case TRIAX_TYPE_BOOLEAN:
    what = "true or false";
    remedy = "; yes, no, 1 and 0 are understood too";
    break;
  case TRIAX_TYPE_DATE:
    what = "a date";
    remedy = date_remedy(text);
    break;
  case TRIAX_TYPE_TIMESTAMP:
    what = "a timestamp";
    remedy = "; write it as 2026-11-21T10:00:00Z";
    break;
  default:
    break;
  }
  tx_fail(reason, TRIAX_EDATA, "'%.*s' is not %s%s", tx_name_width(text), text.bytes, what, remedy);
}

/* Digits that begin with 0 or are too many for a double are names (postal codes, account numbers), not amounts. */
static bool looks_like_number(const tx_load_options *options, triax_text text) {
  double number;
  text = tx_text_trim(text);
  if (!load_number(options, text, &number)) return false;
  bool digits_only = true;
  for (size_t i = 0; i < text.length; i++) digits_only = digits_only && is_digit(text.bytes[i]);
  if (!digits_only) return true;
  if (text.length > 1 && text.bytes[0] == '0') return false;
  return number < 0x1p53;
}

unsigned tx_load_looks(const tx_load_options *options, triax_text text) {
  unsigned looks = 0;
  int32_t days;
  int64_t value;
  text = tx_text_trim(text);
  if (looks_like_number(options, text)) looks |= 1u << TRIAX_TYPE_NUMBER;
  if (plain_date(options, text, &days)) looks |= 1u << TRIAX_TYPE_DATE;
  if (timestamp_value(options, text, &value)) looks |= 1u << TRIAX_TYPE_TIMESTAMP;
  if (equal_folded(text, TX_TEXT("true")) || equal_folded(text, TX_TEXT("false"))) looks |= 1u << TRIAX_TYPE_BOOLEAN;
  return looks;
}
