#include "base/date.h"

#include <stdio.h>
#include <string.h>

#define SECONDS_PER_DAY INT64_C(86400)
#define DAYS_PER_ERA 146097 /* 400 years */

/* Years are counted from March here, so that the leap day is a year's last and the months before it have the regular
 * pattern 31 30 31 30 31: (153 m + 2) / 5 days pass before month m. 719468 days lie between 0000-03-01 and 1970. */
static int64_t days_from(int64_t year, int32_t month, int32_t day) {
  year -= month <= 2;
  int64_t era = (year >= 0 ? year : year - 399) / 400;
  int64_t year_of_era = year - era * 400;
  int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * DAYS_PER_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

int32_t tx_days_from_civil(int32_t year, int32_t month, int32_t day) { return (int32_t)days_from(year, month, day); }

tx_civil tx_civil_from_days(int32_t days) {
  int64_t shifted = (int64_t)days + 719468;
  int64_t era = (shifted >= 0 ? shifted : shifted - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
  int64_t day_of_era = shifted - era * DAYS_PER_ERA;
  int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t month = (5 * day_of_year + 2) / 153;
  tx_civil civil;
  civil.day = (int32_t)(day_of_year - (153 * month + 2) / 5 + 1);
  civil.month = (int32_t)(month < 10 ? month + 3 : month - 9);
  civil.year = (int32_t)(era * 400 + year_of_era + (civil.month <= 2));
  int64_t since_sunday = ((int64_t)days + 4) % 7;
  civil.weekday = (int32_t)(since_sunday < 0 ? since_sunday + 7 : since_sunday);
  civil.day_of_year = (int32_t)((int64_t)days - days_from(civil.year, 1, 1));
  return civil;
}

static bool leap(int32_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

bool tx_civil_valid(int32_t year, int32_t month, int32_t day) {
  if (month < 1 || month > 12 || day < 1) {
    return false;
  }
  if (month == 2) {
    return day <= 28 + leap(year);
  }
  bool short_month = month == 4 || month == 6 || month == 9 || month == 11;
  return day <= 31 - short_month;
}

/* Takes `least` to `most` digits off the front of *text. */
static bool take_digits(triax_text *text, size_t least, size_t most, int32_t *value) {
  size_t count = 0;
  *value = 0;
  while (count < most && count < text->length && text->bytes[count] >= '0' && text->bytes[count] <= '9') {
    *value = *value * 10 + (text->bytes[count++] - '0');
  }
  text->bytes += count;
  text->length -= count;
  return count >= least;
}

static bool take(triax_text *text, char c) {
  if (text->length == 0 || text->bytes[0] != c) {
    return false;
  }
  text->bytes++;
  text->length--;
  return true;
}

static bool take_iso_date(triax_text *text, int32_t *days) {
  int32_t year, month, day;
  if (!take_digits(text, 4, 4, &year) || !take(text, '-') || !take_digits(text, 2, 2, &month) || !take(text, '-') ||
      !take_digits(text, 2, 2, &day) || year < 1 || !tx_civil_valid(year, month, day)) {
    return false;
  }
  *days = tx_days_from_civil(year, month, day);
  return true;
}

static bool take_separator(triax_text *text, char *separator) {
  if (text->length == 0 || (text->bytes[0] != '.' && text->bytes[0] != '/' && text->bytes[0] != '-')) {
    return false;
  }
  *separator = text->bytes[0];
  return take(text, *separator);
}

static bool parse_ordered_date(triax_text text, int order, int32_t *days) {
  /* Where each order has its year, month and day. */
  int year_at = order == TX_DATE_YMD ? 0 : 2;
  int month_at = order == TX_DATE_MDY ? 0 : 1;
  int day_at = order == TX_DATE_DMY ? 0 : order == TX_DATE_MDY ? 1 : 2;
  int32_t parts[3];
  char separator = 0;
  for (int i = 0; i < 3; i++) {
    if ((i == 1 && !take_separator(&text, &separator)) || (i == 2 && !take(&text, separator)) ||
        !take_digits(&text, i == year_at ? 4 : 1, i == year_at ? 4 : 2, &parts[i])) {
      return false;
    }
  }
  if (text.length != 0 || parts[year_at] < 1 || !tx_civil_valid(parts[year_at], parts[month_at], parts[day_at])) {
    return false;
  }
  *days = tx_days_from_civil(parts[year_at], parts[month_at], parts[day_at]);
  return true;
}

bool tx_parse_date(triax_text text, int order, int32_t *days) {
  if (order != TX_DATE_ISO) {
    return parse_ordered_date(text, order, days);
  }
  int32_t parsed;
  if (!take_iso_date(&text, &parsed) || text.length != 0) {
    return false;
  }
  *days = parsed;
  return true;
}

/* hh:mm:ss with a fraction of up to 9 digits. A leap second (:60) has no place in UTC days of 86,400 s. */
static bool take_time(triax_text *text, int32_t *seconds, int32_t *nanos) {
  int32_t hour, minute, second;
  if (!take_digits(text, 2, 2, &hour) || !take(text, ':') || !take_digits(text, 2, 2, &minute) || !take(text, ':') ||
      !take_digits(text, 2, 2, &second) || hour > 23 || minute > 59 || second > 59) {
    return false;
  }
  *seconds = hour * 3600 + minute * 60 + second;
  *nanos = 0;
  if (take(text, '.')) {
    size_t before = text->length;
    if (!take_digits(text, 1, 9, nanos)) {
      return false;
    }
    for (size_t digits = before - text->length; digits < 9; digits++) {
      *nanos *= 10;
    }
  }
  return true;
}

static bool take_zone(triax_text *text, bool lenient, int32_t *seconds) {
  *seconds = 0;
  if (take(text, 'Z') || (lenient && (text->length == 0 || take(text, 'z')))) {
    return true;
  }
  bool east = take(text, '+');
  int32_t hour, minute;
  if ((!east && !take(text, '-')) || !take_digits(text, 2, 2, &hour) || !take(text, ':') ||
      !take_digits(text, 2, 2, &minute) || hour > 23 || minute > 59) {
    return false;
  }
  *seconds = (east ? 1 : -1) * (hour * 3600 + minute * 60);
  return true;
}

bool tx_parse_timestamp(triax_text text, bool lenient, int64_t *microseconds, int32_t *nanos) {
  int32_t days, seconds, fraction, zone;
  if (!take_iso_date(&text, &days) || !(take(&text, 'T') || (lenient && (take(&text, ' ') || take(&text, 't')))) ||
      !take_time(&text, &seconds, &fraction) || !take_zone(&text, lenient, &zone) || text.length != 0) {
    return false;
  }
  int64_t instant = days * SECONDS_PER_DAY + seconds - zone;
  /* The zone may carry a moment out of the years 0001 to 9999. */
  if (instant < days_from(1, 1, 1) * SECONDS_PER_DAY || instant >= days_from(10000, 1, 1) * SECONDS_PER_DAY) {
    return false;
  }
  *microseconds = instant * 1000000 + fraction / 1000;
  if (nanos != NULL) {
    *nanos = fraction;
  }
  return true;
}

size_t tx_format_date(int32_t days, char buffer[16]) {
  tx_civil civil = tx_civil_from_days(days);
  int length = snprintf(buffer, 16, civil.year < 0 ? "%05d-%02d-%02d" : "%04d-%02d-%02d", (int)civil.year,
                        (int)civil.month, (int)civil.day);
  return (size_t)length;
}

/* Digits of a fraction of a second: as few groups of three as hold it. */
static int group_digits(int32_t nanos) { return nanos % 1000000 == 0 ? 3 : nanos % 1000 == 0 ? 6 : 9; }

static char *put_digits(char *to, int64_t value, int digits) {
  for (int i = digits - 1; i >= 0; i--) {
    to[i] = (char)('0' + value % 10);
    value /= 10;
  }
  return to + digits;
}

size_t tx_format_timestamp(int64_t seconds, int32_t nanos, char buffer[40]) {
  int64_t days = seconds / SECONDS_PER_DAY, second = seconds % SECONDS_PER_DAY;
  if (second < 0) {
    second += SECONDS_PER_DAY;
    days--;
  }
  days = days < INT32_MIN ? INT32_MIN : days > INT32_MAX ? INT32_MAX : days;
  char *to = buffer + tx_format_date((int32_t)days, buffer);
  *to++ = 'T';
  to = put_digits(to, second / 3600, 2);
  *to++ = ':';
  to = put_digits(to, second / 60 % 60, 2);
  *to++ = ':';
  to = put_digits(to, second % 60, 2);
  if (nanos != 0) {
    int digits = group_digits(nanos);
    *to++ = '.';
    to = put_digits(to, digits == 9 ? nanos : digits == 6 ? nanos / 1000 : nanos / 1000000, digits);
  }
  *to++ = 'Z';
  *to = '\0';
  return (size_t)(to - buffer);
}
