#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/date.h"
#include "base/text.h"

static bool leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

/* Walks the calendar day by day, which needs no formula. */
static void every_day_follows_the_one_before(void **state) {
  (void)state;
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int32_t days = -719162; /* 0001-01-01, a Monday: CPython's date.toordinal() is days + 719163 */
  int weekday = 1;
  for (int year = 1; year <= 9999; year++) {
    int32_t day_of_year = 0;
    for (int month = 1; month <= 12; month++) {
      int length = lengths[month - 1] + (month == 2 && leap(year));
      for (int day = 1; day <= length; day++) {
        assert_int_equal(tx_days_from_civil(year, month, day), days);
        tx_civil civil = tx_civil_from_days(days);
        if (civil.year != year || civil.month != month || civil.day != day || civil.weekday != weekday ||
            civil.day_of_year != day_of_year) {
          fail_msg("day %d is not %d-%d-%d", (int)days, year, month, day);
        }
        days++;
        day_of_year++;
        weekday = (weekday + 1) % 7;
      }
      assert_true(tx_civil_valid(year, month, length));
      assert_false(tx_civil_valid(year, month, length + 1));
    }
  }
  assert_int_equal(days, 2932897); /* 10000-01-01 */
}

static void the_ends_of_the_range_hold(void **state) {
  (void)state;
  static const int32_t ends[] = {INT32_MIN, INT32_MIN + 1, -719528, -719529, -1, 0, 1, INT32_MAX - 1, INT32_MAX};
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    tx_civil civil = tx_civil_from_days(ends[i]);
    assert_int_equal(tx_days_from_civil(civil.year, civil.month, civil.day), ends[i]);
    assert_in_range(civil.weekday, 0, 6);
    assert_in_range(civil.day_of_year, 0, 365);
    assert_true(tx_civil_valid(civil.year, civil.month, civil.day));
  }
  assert_int_equal(tx_civil_from_days(0).weekday, 4); /* 1970-01-01 was a Thursday */
  assert_int_equal(tx_civil_from_days(INT32_MAX).year, 5881580);
  assert_int_equal(tx_civil_from_days(INT32_MIN).year, -5877641);
  assert_false(tx_civil_valid(2026, 2, 30));
  assert_false(tx_civil_valid(1900, 2, 29));
  assert_true(tx_civil_valid(2000, 2, 29));
  assert_false(tx_civil_valid(2026, 0, 1));
  assert_false(tx_civil_valid(2026, 13, 1));
  assert_false(tx_civil_valid(2026, 1, 0));
}

static void assert_date(const char *text, int order, const char *expected) {
  int32_t days = 77;
  bool read = tx_parse_date(triax_text_of(text), order, &days);
  if (expected == NULL) {
    if (read) {
      fail_msg("'%s' was taken for a date", text);
    }
    assert_int_equal(days, 77);
    return;
  }
  assert_true(read);
  char written[16];
  assert_int_equal(tx_format_date(days, written), 10);
  assert_string_equal(written, expected);
}

static void dates_are_read_strictly(void **state) {
  (void)state;
  assert_date("2026-11-21", TX_DATE_ISO, "2026-11-21");
  assert_date("0001-01-01", TX_DATE_ISO, "0001-01-01");
  assert_date("9999-12-31", TX_DATE_ISO, "9999-12-31");
  assert_date("2024-02-29", TX_DATE_ISO, "2024-02-29");
  static const char *const refused[] = {"", "2026", "2026-11", "2026-11-", "2026-11-21 ", " 2026-11-21", "2026-1-21",
                                        "2026-11-1", "26-11-21", "0000-01-01", "2026/11/21", "2026-02-30", "2026-13-01",
                                        "2025-02-29", "2026-11-21T", "-026-11-21", "2026-11-211", "12026-11-21",
                                        "2026-11-2\xD9\xA1", "2026-+1-01"};
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
    assert_date(refused[i], TX_DATE_ISO, NULL);
  }
}

static void other_orders_are_read_as_told(void **state) {
  (void)state;
  assert_date("1/2/2026", TX_DATE_DMY, "2026-02-01");
  assert_date("1/2/2026", TX_DATE_MDY, "2026-01-02");
  assert_date("21.11.2026", TX_DATE_DMY, "2026-11-21");
  assert_date("11-21-2026", TX_DATE_MDY, "2026-11-21");
  assert_date("2026/1/2", TX_DATE_YMD, "2026-01-02");
  assert_date("2026-11-21", TX_DATE_YMD, "2026-11-21");
  assert_date("21/11/2026", TX_DATE_MDY, NULL);
  assert_date("21/11.2026", TX_DATE_DMY, NULL);
  assert_date("21 11 2026", TX_DATE_DMY, NULL);
  assert_date("21/11/26", TX_DATE_DMY, NULL);
  assert_date("021/11/2026", TX_DATE_DMY, NULL);
  assert_date("2026-11-21", TX_DATE_DMY, NULL);
  assert_date("29/2/2025", TX_DATE_DMY, NULL);
  assert_date("//2026", TX_DATE_DMY, NULL);
  assert_date("1/1/0000", TX_DATE_DMY, NULL);
  assert_date("1/1/20260", TX_DATE_DMY, NULL);
}

static void assert_timestamp(const char *text, bool lenient, int64_t microseconds, int32_t nanos) {
  int64_t read = 0;
  int32_t fraction = 0;
  assert_true(tx_parse_timestamp(triax_text_of(text), lenient, &read, &fraction));
  assert_true(read == microseconds);
  assert_int_equal(fraction, nanos);
  assert_true(tx_parse_timestamp(triax_text_of(text), lenient, &read, NULL));
}

/* Expected values are CPython's: datetime.fromisoformat(…) - datetime(1970, 1, 1). */
static void timestamps_are_read(void **state) {
  (void)state;
  assert_timestamp("1970-01-01T00:00:00Z", false, 0, 0);
  assert_timestamp("2026-11-21T10:00:00Z", false, INT64_C(1795255200000000), 0);
  assert_timestamp("2026-11-21T10:00:00+05:30", false, INT64_C(1795235400000000), 0);
  assert_timestamp("2026-11-21T10:00:00-00:00", false, INT64_C(1795255200000000), 0);
  assert_timestamp("1969-12-31T23:59:59.5Z", false, -500000, 500000000);
  assert_timestamp("1969-12-31T23:59:59.123456789Z", false, -876544, 123456789);
  assert_timestamp("1970-01-01T00:00:00.000000001Z", false, 0, 1);
  assert_timestamp("0001-01-01T00:00:00Z", false, INT64_C(-62135596800000000), 0);
  assert_timestamp("9999-12-31T23:59:59.999999Z", false, INT64_C(253402300799999999), 999999000);
  assert_timestamp("2026-11-21 10:00:00", true, INT64_C(1795255200000000), 0);
  assert_timestamp("2026-11-21T10:00:00", true, INT64_C(1795255200000000), 0);
  assert_timestamp("2026-11-21t10:00:00z", true, INT64_C(1795255200000000), 0);
  assert_timestamp("2026-11-21 10:00:00.25-01:00", true, INT64_C(1795258800250000), 250000000);
}

static void what_is_no_timestamp_is_refused(void **state) {
  (void)state;
  static const char *const always[] = {"", "2026-11-21", "2026-11-21T", "2026-11-21T10:00", "2026-11-21T10:00Z",
                                       "2026-11-21T24:00:00Z", "2026-11-21T10:60:00Z", "2026-11-21T10:00:60Z",
                                       "2026-11-21T10:00:00.Z", "2026-11-21T10:00:00.1234567890Z",
                                       "2026-11-21T10:00:00,5Z", "2026-11-21T10:00:00+0530",
                                       "2026-11-21T10:00:00+24:00", "2026-11-21T10:00:00+05:60",
                                       "2026-11-21T10:00:00ZZ",
                                       "2026-11-21T10:00:00Z ",
                                       "2026-02-30T10:00:00Z", "0000-12-31T23:00:00Z", "0001-01-01T00:00:00+00:01",
                                       "9999-12-31T23:59:59-00:01", "2026-11-21T1:00:00Z", "2026-11-21T10:00:00+"};
  static const char *const strictly[] = {"2026-11-21 10:00:00Z", "2026-11-21T10:00:00", "2026-11-21T10:00:00z",
                                         "2026-11-21t10:00:00Z"};
  int64_t microseconds = 77;
  for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
    if (tx_parse_timestamp(triax_text_of(always[i]), false, &microseconds, NULL) ||
        tx_parse_timestamp(triax_text_of(always[i]), true, &microseconds, NULL)) {
      fail_msg("'%s' was taken for a timestamp", always[i]);
    }
  }
  for (size_t i = 0; i < sizeof strictly / sizeof strictly[0]; i++) {
    assert_false(tx_parse_timestamp(triax_text_of(strictly[i]), false, &microseconds, NULL));
  }
  assert_true(microseconds == 77);
}

static void assert_written(int64_t seconds, int32_t nanos, const char *expected) {
  char text[40];
  assert_int_equal(tx_format_timestamp(seconds, nanos, text), strlen(expected));
  assert_string_equal(text, expected);
}

static void timestamps_are_written(void **state) {
  (void)state;
  assert_written(0, 0, "1970-01-01T00:00:00Z");
  assert_written(1795255200, 0, "2026-11-21T10:00:00Z");
  assert_written(-1, 500000000, "1969-12-31T23:59:59.500Z");
  assert_written(-1, 876544000, "1969-12-31T23:59:59.876544Z");
  assert_written(0, 1, "1970-01-01T00:00:00.000000001Z");
  assert_written(INT64_C(-62135596800), 0, "0001-01-01T00:00:00Z");
  assert_written(INT64_C(253402300799), 999999999, "9999-12-31T23:59:59.999999999Z");
  char text[40];
  assert_in_range(tx_format_timestamp(INT64_MAX, 999999999, text), 20, 39);
  assert_in_range(tx_format_timestamp(INT64_MIN, 999999999, text), 20, 39);
}

static void assert_duration(const char *text, int64_t nanoseconds, const char *expected) {
  int64_t read = 0;
  assert_true(tx_parse_duration(triax_text_of(text), &read));
  assert_true(read == nanoseconds);
  char written[40];
  assert_int_equal(tx_format_duration(read, written), strlen(expected));
  assert_string_equal(written, expected);
}

static void durations_follow_go(void **state) {
  (void)state;
  assert_duration("0", 0, "0s");
  assert_duration("-0", 0, "0s");
  assert_duration("1h30m", INT64_C(5400000000000), "5400s");
  assert_duration("1.5s", 1500000000, "1.5s");
  assert_duration("-90s", INT64_C(-90000000000), "-90s");
  assert_duration("+5s", INT64_C(5000000000), "5s");
  assert_duration(".5s", 500000000, "0.5s");
  assert_duration("5.s", INT64_C(5000000000), "5s");
  assert_duration("1ms", 1000000, "0.001s");
  assert_duration("1us1ns", 1001, "0.000001001s");
  assert_duration("12\xC2\xB5s", 12000, "0.000012s");
  assert_duration("12\xCE\xBCs", 12000, "0.000012s");
  assert_duration("1.9ns", 1, "0.000000001s"); /* cut, not rounded */
  assert_duration("0.3333333333333333333h", INT64_C(1199999999999), "1199.999999999s");
  assert_duration("0.100000000000000000000h", INT64_C(360000000000), "360s");
  assert_duration("9223372036854775807ns", INT64_MAX, "9223372036.854775807s");
  assert_duration("-9223372036854775808ns", INT64_MIN, "-9223372036.854775808s");
  assert_duration("39h9m14.425s", INT64_C(140954425000000), "140954.425s");
}

static void what_is_no_duration_is_refused(void **state) {
  (void)state;
  static const char *const refused[] = {"", "3", "-", "s", ".", "-.", ".s", "+.s", "1.5", "1 s", "1d", "1h 30m", "1hh",
                                        "9223372036854775808ns", "-9223372036854775809ns", "9223372036854775.808us",
                                        "3000000h", "1e3s", "--1s", "00", "1s-1s", "99999999999999999999ns",
                                        "9223372036s900ms"};
  int64_t nanoseconds = 77;
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
    if (tx_parse_duration(triax_text_of(refused[i]), &nanoseconds)) {
      fail_msg("'%s' was taken for a duration", refused[i]);
    }
  }
  assert_true(nanoseconds == 77);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_day_follows_the_one_before), cmocka_unit_test(the_ends_of_the_range_hold),
      cmocka_unit_test(dates_are_read_strictly),          cmocka_unit_test(other_orders_are_read_as_told),
      cmocka_unit_test(timestamps_are_read),              cmocka_unit_test(what_is_no_timestamp_is_refused),
      cmocka_unit_test(timestamps_are_written),           cmocka_unit_test(durations_follow_go),
      cmocka_unit_test(what_is_no_duration_is_refused),
  };
  return cmocka_run_group_tests_name("base_date", tests, NULL, NULL);
}
