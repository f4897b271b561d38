/* int(), uint(), double(), string(), bool(), timestamp(), duration(), date(). What cannot be converted is a fault. */
#include <math.h>
#include <string.h>

#include "base/date.h"
#include "base/number.h"
#include "expr/scalar.h"

#define NANOS INT64_C(1000000000)

static bool to_int(const tx_value *from, tx_value *to) {
  switch (from->type.kind) {
  case TX_BOOL:
    to->integer = from->boolean;
    return true;
  case TX_INT:
    to->integer = from->integer;
    return true;
  case TX_UINT:
    to->integer = (int64_t)(from->natural & INT64_MAX);
    return from->natural <= INT64_MAX;
  case TX_STRING:
    return tx_parse_int64(from->text, &to->integer);
  case TX_TIMESTAMP:
    to->integer = from->time.seconds;
    return true;
  default:
    break;
  }
  /* Both ends are out, as CEL's tests have it: the doubles next to them are rounded from outside. */
  bool fits = from->number > -9223372036854775808.0 && from->number < 9223372036854775808.0;
  to->integer = fits ? (int64_t)from->number : 0;
  return fits;
}

static bool parse_natural(triax_text text, uint64_t *value) {
  *value = 0;
  size_t i = text.length > 1 && text.bytes[0] == '+' ? 1 : 0;
  if (i == text.length) return false;
  for (; i < text.length; i++) {
    char c = text.bytes[i];
    if (c < '0' || c > '9' || *value > (UINT64_MAX - (uint64_t)(c - '0')) / 10) return false;
    *value = *value * 10 + (uint64_t)(c - '0');
  }
  return true;
}

static bool to_uint(const tx_value *from, tx_value *to) {
  switch (from->type.kind) {
  case TX_BOOL:
    to->natural = from->boolean;
    return true;
  case TX_INT:
    to->natural = (uint64_t)from->integer;
    return from->integer >= 0;
  case TX_UINT:
    to->natural = from->natural;
    return true;
  case TX_STRING:
    return parse_natural(from->text, &to->natural);
  default:
    break;
  }
  bool fits = from->number > -1.0 && from->number < 18446744073709551616.0;
  to->natural = fits ? (uint64_t)from->number : 0;
  return fits && from->number >= 0;
}

static bool to_double(const tx_value *from, tx_value *to) {
  switch (from->type.kind) {
  case TX_BOOL:
    to->number = from->boolean ? 1.0 : 0.0;
    return true;
  case TX_INT:
    to->number = (double)from->integer;
    return true;
  case TX_UINT:
    to->number = (double)from->natural;
    return true;
  case TX_STRING:
    return tx_parse_double(from->text, true, &to->number);
  default:
    to->number = from->number;
    return true;
  }
}

static bool to_bool(const tx_value *from, tx_value *to) {
  static const char *const yes[] = {"1", "t", "T", "true", "TRUE", "True"};
  static const char *const no[] = {"0", "f", "F", "false", "FALSE", "False"};
  if (from->type.kind == TX_BOOL) {
    to->boolean = from->boolean;
    return true;
  }
  for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
    to->boolean = tx_text_equal_c(from->text, yes[i]);
    if (to->boolean || tx_text_equal_c(from->text, no[i])) return true;
  }
  return false;
}

static bool timestamp_of_text(triax_text text, tx_value *to) {
  int64_t microseconds;
  int32_t nanos = 0;
  if (!tx_parse_timestamp(text, false, &microseconds, &nanos)) return false;
  int64_t seconds = microseconds / 1000000;
  if (microseconds % 1000000 < 0) seconds--;
  to->time.seconds = seconds;
  to->time.nanos = nanos;
  return seconds >= TX_LEAST_SECOND && seconds <= TX_LAST_SECOND;
}

static bool to_timestamp(const tx_value *from, tx_value *to) {
  switch (from->type.kind) {
  case TX_STRING:
    return timestamp_of_text(from->text, to);
  case TX_INT:
    to->time.seconds = from->integer;
    break;
  case TX_DATE:
    to->time.seconds = from->integer * 86400;
    break;
  default:
    to->time = from->time;
    return true;
  }
  to->time.nanos = 0;
  return to->time.seconds >= TX_LEAST_SECOND && to->time.seconds <= TX_LAST_SECOND;
}

static bool to_duration(const tx_value *from, tx_value *to) {
  if (from->type.kind == TX_DURATION) {
    to->time = from->time;
    return true;
  }
  int64_t nanos;
  if (!tx_parse_duration(from->text, &nanos)) return false;
  to->time.seconds = nanos / NANOS;
  to->time.nanos = (int32_t)(nanos % NANOS);
  return true;
}

static bool to_date(const tx_value *from, tx_value *to) {
  int32_t days;
  switch (from->type.kind) {
  case TX_STRING:
    if (!tx_parse_date(from->text, TX_DATE_ISO, &days)) return false;
    to->integer = days;
    return true;
  case TX_TIMESTAMP:
    to->integer = from->time.seconds / 86400 - (from->time.seconds % 86400 < 0);
    return true;
  default:
    to->integer = from->integer;
    return true;
  }
}

/* --- string() -------------------------------------------------------------------------------------------------- */

static size_t write_natural(uint64_t value, char buffer[TX_NUMBER_SIZE]) {
  char digits[TX_NUMBER_SIZE];
  size_t length = 0;
  do digits[length++] = (char)('0' + value % 10);
  while (value /= 10);
  for (size_t i = 0; i < length; i++) buffer[i] = digits[length - 1 - i];
  return length;
}

/* As cel-go writes it. */
static size_t write_number(double value, char buffer[TX_NUMBER_SIZE]) {
  if (isnan(value)) return memcpy(buffer, "NaN", 3), 3;
  if (isinf(value)) return memcpy(buffer, value > 0 ? "+Inf" : "-Inf", 4), 4;
  return tx_format_general(value, buffer);
}

static triax_status to_string(tx_evaluation *e, const tx_value *from, tx_value *to) {
  char buffer[64];
  size_t length;
  switch (from->type.kind) {
  case TX_STRING:
    to->text = from->text;
    return TRIAX_OK;
  case TX_BOOL:
    to->text = from->boolean ? TX_TEXT("true") : TX_TEXT("false");
    return TRIAX_OK;
  case TX_INT:
    length = tx_format_int64(from->integer, buffer);
    break;
  case TX_UINT:
    length = write_natural(from->natural, buffer);
    break;
  case TX_DOUBLE:
    length = write_number(from->number, buffer);
    break;
  case TX_DATE:
    length = tx_format_date((int32_t)from->integer, buffer);
    break;
  case TX_TIMESTAMP:
    length = tx_format_timestamp(from->time.seconds, from->time.nanos, buffer);
    break;
  default:
    length = tx_format_duration(from->time.seconds * NANOS + from->time.nanos, buffer);
    break;
  }
  char *bytes = tx_arena_copy(e->scalar->scratch, buffer, length);
  if (!bytes) return TRIAX_ENOMEM;
  to->text = (triax_text){bytes, length};
  return tx_charge(e, 1);
}

triax_status tx_apply_convert(tx_evaluation *e, const tx_expr_node *node, const tx_value *operand, tx_value *value) {
  bool fits = true;
  switch (node->type.kind) {
  case TX_INT:
    fits = to_int(operand, value);
    break;
  case TX_UINT:
    fits = to_uint(operand, value);
    break;
  case TX_DOUBLE:
    fits = to_double(operand, value);
    break;
  case TX_BOOL:
    fits = to_bool(operand, value);
    break;
  case TX_TIMESTAMP:
    fits = to_timestamp(operand, value);
    break;
  case TX_DURATION:
    fits = to_duration(operand, value);
    break;
  case TX_DATE:
    fits = to_date(operand, value);
    break;
  default:
    return to_string(e, operand, value);
  }
  if (!fits) value->state = TX_FAULT;
  return TRIAX_OK;
}
