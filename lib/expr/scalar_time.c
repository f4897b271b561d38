/* Timestamps, durations, dates. Timestamps lie in the years 0001 to 9999, durations within int64 nanoseconds. */
#include "base/date.h"
#include "expr/scalar.h"

#define NANOS INT64_C(1000000000)

static bool set_timestamp(int64_t seconds, int64_t nanos, tx_value *value) {
  seconds += nanos / NANOS;
  nanos %= NANOS;
  if (nanos < 0) {
    nanos += NANOS;
    seconds--;
  }
  value->time.seconds = seconds;
  value->time.nanos = (int32_t)nanos;
  return seconds >= TX_LEAST_SECOND && seconds <= TX_LAST_SECOND;
}

/* From a sum of two such pairs; false when it does not fit into int64 nanoseconds. */
static bool set_duration(int64_t seconds, int64_t nanos, tx_value *value) {
  seconds += nanos / NANOS;
  nanos %= NANOS;
  if (seconds > 0 && nanos < 0) {
    seconds--;
    nanos += NANOS;
  } else if (seconds < 0 && nanos > 0) {
    seconds++;
    nanos -= NANOS;
  }
  value->time.seconds = seconds;
  value->time.nanos = (int32_t)nanos;
  int64_t most = INT64_MAX / NANOS;
  if (seconds > most || seconds < -most) return false;
  if (seconds == most) return nanos <= INT64_MAX % NANOS;
  return seconds != -most || nanos >= -(INT64_MAX % NANOS) - 1;
}

void tx_apply_time(const tx_expr_node *node, const tx_value *operands, tx_value *value) {
  const tx_value *a = &operands[0], *b = &operands[1];
  int64_t sign = node->op == TX_OP_ADD ? 1 : -1;
  bool fits;
  if (a->type.kind == TX_DATE) { /* date - date */
    fits = set_duration((a->integer - b->integer) * 86400, 0, value);
  } else if (node->type.kind == TX_TIMESTAMP) {
    fits = set_timestamp(a->time.seconds + sign * b->time.seconds, a->time.nanos + sign * b->time.nanos, value);
  } else {
    fits = set_duration(a->time.seconds + sign * b->time.seconds, a->time.nanos + sign * b->time.nanos, value);
  }
  if (!fits) value->state = TX_FAULT;
}

bool tx_fixed_offset(triax_text zone, int32_t *minutes) {
  *minutes = 0;
  if (tx_text_equal_c(zone, "UTC") || tx_text_equal_c(zone, "Z")) return true;
  int32_t sign = 1;
  if (zone.length == 6 && (zone.bytes[0] == '+' || zone.bytes[0] == '-')) {
    sign = zone.bytes[0] == '-' ? -1 : 1;
    zone = (triax_text){zone.bytes + 1, 5};
  }
  if (zone.length != 5 || zone.bytes[2] != ':') return false;
  for (size_t i = 0; i < 5; i++) {
    if (i != 2 && (zone.bytes[i] < '0' || zone.bytes[i] > '9')) return false;
  }
  int32_t hours = (zone.bytes[0] - '0') * 10 + zone.bytes[1] - '0';
  int32_t rest = (zone.bytes[3] - '0') * 10 + zone.bytes[4] - '0';
  *minutes = sign * (hours * 60 + rest);
  return hours <= 23 && rest <= 59;
}

static int64_t civil_part(uint32_t part, int64_t days) {
  tx_civil civil = tx_civil_from_days((int32_t)days);
  switch (part) {
  case TX_PART_YEAR:
    return civil.year;
  case TX_PART_MONTH:
    return civil.month - 1;
  case TX_PART_DAY_OF_YEAR:
    return civil.day_of_year;
  case TX_PART_DAY_OF_MONTH:
    return civil.day - 1;
  case TX_PART_DATE:
    return civil.day;
  default:
    return civil.weekday;
  }
}

static int64_t clock_part(uint32_t part, int64_t second, int32_t nanos) {
  switch (part) {
  case TX_PART_HOURS:
    return second / 3600;
  case TX_PART_MINUTES:
    return second / 60 % 60;
  case TX_PART_SECONDS:
    return second % 60;
  default:
    return nanos / 1000000;
  }
}

/* A duration's hours, minutes and seconds are totals; its milliseconds are the part below a second. */
static int64_t duration_part(uint32_t part, const tx_value *value) {
  switch (part) {
  case TX_PART_HOURS:
    return value->time.seconds / 3600;
  case TX_PART_MINUTES:
    return value->time.seconds / 60;
  case TX_PART_SECONDS:
    return value->time.seconds;
  default:
    return value->time.nanos / 1000000;
  }
}

void tx_apply_time_part(const tx_expr_node *node, const tx_value *operands, tx_value *value) {
  const tx_value *time = &operands[0];
  if (time->type.kind == TX_DURATION) {
    value->integer = duration_part(node->index, time);
    return;
  }
  int32_t minutes = 0, nanos = 0;
  int64_t seconds = time->integer * 86400;
  if (time->type.kind == TX_TIMESTAMP) {
    seconds = time->time.seconds;
    nanos = time->time.nanos;
  }
  if (node->count > 1 && !tx_fixed_offset(operands[1].text, &minutes)) {
    value->state = TX_FAULT;
    return;
  }
  seconds += (int64_t)minutes * 60;
  int64_t days = seconds / 86400, second = seconds % 86400;
  if (second < 0) {
    second += 86400;
    days--;
  }
  value->integer =
      node->index >= TX_PART_HOURS ? clock_part(node->index, second, nanos) : civil_part(node->index, days);
}

/* Whole numbers between dates; with a timestamp, fractions of a day. */
void tx_apply_days(const tx_evaluation *e, const tx_expr_node *node, const tx_value *operand, tx_value *value) {
  if (!e->scalar->has_as_of) {
    value->state = TX_MISSING;
    return;
  }
  int64_t today = e->scalar->as_of;
  double days;
  if (operand->type.kind == TX_DATE) {
    days = (double)(operand->integer - today);
  } else {
    days = ((double)(operand->time.seconds - today * 86400) + (double)operand->time.nanos / 1e9) / 86400.0;
  }
  value->number = node->op == TX_OP_DAYS_UNTIL || days == 0.0 ? days : -days;
}
