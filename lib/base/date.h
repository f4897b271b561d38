/* Days and microseconds since 1970-01-01T00:00:00Z in the proleptic Gregorian calendar. */
#ifndef TX_BASE_DATE_H
#define TX_BASE_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <triax/base.h>

#define TX_MICROSECONDS_PER_DAY INT64_C(86400000000)

/* A date's parts. weekday: 0 = Sunday. day_of_year: 0-based. */
typedef struct tx_civil {
  int32_t year, month, day, weekday, day_of_year;
} tx_civil;

int32_t tx_days_from_civil(int32_t year, int32_t month, int32_t day);
tx_civil tx_civil_from_days(int32_t days);
/* Whether the day exists: 2026-02-30 does not. */
bool tx_civil_valid(int32_t year, int32_t month, int32_t day);

/* Orders in which a host says its dates are written. */
enum { TX_DATE_ISO, TX_DATE_DMY, TX_DATE_MDY, TX_DATE_YMD };
/* ISO: YYYY-MM-DD alone (years 0001 to 9999). Others: day, month, year in that order, separated by one of . / -
 * with four-digit years, one or two digits for day and month. */
bool tx_parse_date(triax_text text, int order, int32_t *days);
/* RFC 3339 date-time with Z or ±hh:mm, fraction up to 9 digits (microseconds kept, nanoseconds in *nanos if not
 * NULL: the full nanoseconds of the second, 0..999999999); also "YYYY-MM-DD hh:mm:ss" and without zone (UTC) when
 * `lenient`. Years 0001 to 9999. */
bool tx_parse_timestamp(triax_text text, bool lenient, int64_t *microseconds, int32_t *nanos);
/* "2026-11-21", returns the length (10). */
size_t tx_format_date(int32_t days, char buffer[16]);
/* "2026-11-21T10:00:00Z", with 3, 6 or 9 digits of fraction when not whole. seconds and nanos as in CEL. */
size_t tx_format_timestamp(int64_t seconds, int32_t nanos, char buffer[40]);
/* CEL/Go durations: "1h30m", "1.5s", "-90s", units h m s ms us ns; value in nanoseconds, overflow is an error. */
bool tx_parse_duration(triax_text text, int64_t *nanoseconds);
/* CEL's string(duration): seconds with fraction, "5400s", "0.5s". */
size_t tx_format_duration(int64_t nanoseconds, char buffer[40]);

#endif
