/* Working days, Monday to Friday. */
#ifndef TX_ATTENTION_CALENDAR_H
#define TX_ATTENTION_CALENDAR_H

#include <stdint.h>

/* 0: Monday … 6: Sunday. Day 0, 1970-01-01, was a Thursday. */
static inline int64_t tx_weekday(int64_t day) {
  const int64_t weekday = (day + 3) % 7;
  return weekday < 0 ? weekday + 7 : weekday;
}

/* The n-th working day (from 0) on or after a day. */
static inline int64_t tx_working_day(int64_t from, int64_t n) {
  int64_t weekday = tx_weekday(from);
  if (weekday > 4) {
    from += 7 - weekday;
    weekday = 0;
  }
  return from - weekday + (weekday + n) / 5 * 7 + (weekday + n) % 5;
}

/* How many there are among `days` days from a day. */
static inline int64_t tx_working_days(int64_t from, int64_t days) {
  int64_t count = days / 7 * 5;
  for (int64_t i = 0; i < days % 7; i++) count += tx_weekday(from + i) < 5;
  return count;
}

#endif
