#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/context.h"
#include "base/error_private.h"
#include "base/text.h"
#include "fault.h"

static void statuses_have_names(void **state) {
  (void)state;
  assert_string_equal(triax_status_name(TRIAX_OK), "TRIAX_OK");
  assert_string_equal(triax_status_name(TRIAX_EINVAL), "TRIAX_EINVAL");
  assert_string_equal(triax_status_name(TRIAX_ENOMEM), "TRIAX_ENOMEM");
  assert_string_equal(triax_status_name(TRIAX_ECANCELED), "TRIAX_ECANCELED");
  assert_string_equal(triax_status_name(TRIAX_EPOLICY), "TRIAX_EPOLICY");
  assert_string_equal(triax_status_name(TRIAX_EDATA), "TRIAX_EDATA");
  assert_string_equal(triax_status_name(TRIAX_ELIMIT), "TRIAX_ELIMIT");
  assert_string_equal(triax_status_name(TRIAX_ENOTFOUND), "TRIAX_ENOTFOUND");
  assert_string_equal(triax_status_name(TRIAX_EUNSUPPORTED), "TRIAX_EUNSUPPORTED");
  assert_string_equal(triax_status_name(9), "unknown status");
  assert_string_equal(triax_status_name(-1), "unknown status");
}

static void fail_fills_every_field(void **state) {
  (void)state;
  triax_error error;
  memset(&error, 0xA5, sizeof error);
  assert_int_equal(tx_fail(&error, TRIAX_EDATA, "row %zu: '%.*s' is %s, not %d of %lld", (size_t)12, 3, "12xy", "text",
                           -7, 1234567890123LL),
                   TRIAX_EDATA);
  assert_string_equal(error.message, "row 12: '12x' is text, not -7 of 1234567890123");
  assert_int_equal(error.status, TRIAX_EDATA);
  assert_int_equal(error.line, 0);
  assert_int_equal(error.column, 0);
  assert_int_equal(error.count, 1);
  assert_string_equal(error.path, "");
  tx_fail_at(&error, TRIAX_EPOLICY, "health.bands", 4, 9, "no bands");
  assert_string_equal(error.path, "health.bands");
  assert_int_equal(error.line, 4);
  assert_int_equal(error.column, 9);
  assert_int_equal(tx_fail(NULL, TRIAX_ELIMIT, "unseen"), TRIAX_ELIMIT);
  assert_int_equal(tx_fail_at(NULL, TRIAX_ELIMIT, NULL, 0, 0, "unseen"), TRIAX_ELIMIT);
  assert_int_equal(tx_no_memory(&error), TRIAX_ENOMEM);
}

/* Every offset of a four-byte character against the end of the room. */
static void long_messages_end_at_a_character(void **state) {
  (void)state;
  char text[TRIAX_ERROR_SIZE + 100];
  for (size_t shift = 0; shift < 8; shift++) {
    memset(text, 'x', sizeof text);
    for (size_t i = shift; i + 4 < sizeof text; i += 4) {
      memcpy(text + i, "\xF0\x9F\x98\x80", 4);
    }
    text[sizeof text - 1] = '\0';
    triax_error error;
    tx_fail_at(&error, TRIAX_EDATA, text, 0, 0, "%s", text);
    assert_int_equal(tx_utf8_check(triax_text_of(error.message)), SIZE_MAX);
    assert_int_equal(tx_utf8_check(triax_text_of(error.path)), SIZE_MAX);
    assert_in_range(strlen(error.message), TRIAX_ERROR_SIZE - 4, TRIAX_ERROR_SIZE - 1);
    assert_in_range(strlen(error.path), TRIAX_PATH_SIZE - 4, TRIAX_PATH_SIZE - 1);
    assert_null(strchr(error.message, '?'));
  }
  triax_error error;
  tx_fail(&error, TRIAX_EDATA, "byte '%s' in '%s'", "\xFF", "caf\xC3");
  assert_string_equal(error.message, "byte '?' in 'caf?'");
}

static void errors_read_like_a_compilers(void **state) {
  (void)state;
  triax_error error;
  char text[64];
  tx_fail_at(&error, TRIAX_EPOLICY, "health.bands", 4, 9, "no bands");
  assert_int_equal(triax_error_format(&error, "p.yaml", text, sizeof text), 41);
  assert_string_equal(text, "p.yaml:4:9: error: health.bands: no bands");
}

static void error_format_cuts(void **state) {
  (void)state;
  triax_error error;
  char text[16];
  tx_fail(&error, TRIAX_EDATA, "no customers");
  assert_int_equal(triax_error_format(&error, NULL, NULL, 0), 19);
  assert_int_equal(triax_error_format(&error, NULL, text, 10), 19);
  assert_string_equal(text, "error: no");
}

static const char policy[] =
    "triax: 1\r\nsegmentation:\n  segments:\r    - {name: caf\xC3\xA9, touchh: high}\n\ttop: 3\n";
static const tx_source source = {.name = "policy.yaml", .text = policy, .length = sizeof policy - 1};

static void assert_message(const tx_source *from, const tx_finding *finding, const char *message,
                           const char *expected) {
  fault_allocator allocator = {.countdown = FAULT_NEVER};
  triax_context *context = fault_context(&allocator);
  triax_messages *messages = NULL;
  assert_int_equal(triax_messages_new(context, &messages, NULL), TRIAX_OK);
  assert_true(tx_messages_add(messages, from, finding, message));
  assert_string_equal(triax_messages_text(messages, 0), expected);
  triax_messages_free(messages);
  triax_context_unref(context);
  assert_int_equal(allocator.live_blocks, 0);
}

static void messages_show_the_line(void **state) {
  (void)state;
  tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .status = TRIAX_EPOLICY, .path = "segmentation.segments[1]",
                        .line = 2, .column = 7, .width = 6, .hint = "did you mean 'touch'?"};
  const tx_source twelve = {.name = "policy.yaml", .text = "\n      touchh: high", .length = 19};
  assert_message(&twelve, &finding, "unknown key 'touchh'",
                 "policy.yaml:2:7: error: segmentation.segments[1]: unknown key 'touchh'\n"
                 "    2 |       touchh: high\n"
                 "      |       ^~~~~~  did you mean 'touch'?");
  finding.line = 4;
  finding.column = 20; /* code points: the accent counts as one */
  assert_message(&source, &finding, "unknown key 'touchh'",
                 "policy.yaml:4:20: error: segmentation.segments[1]: unknown key 'touchh'\n"
                 "    4 |     - {name: caf\xC3\xA9, touchh: high}\n"
                 "      |                    ^~~~~~  did you mean 'touch'?");
  tx_finding tab = {.level = TRIAX_LEVEL_WARNING, .code = "T101", .line = 5, .column = 2, .width = 100};
  assert_message(&source, &tab, "odd", "policy.yaml:5:2: warning[T101]: odd\n    5 |  top: 3\n      |  ^~~~~~");
  tab.line = 1;
  tab.column = 900;
  tab.level = TRIAX_LEVEL_NOTE;
  tab.code = NULL;
  assert_message(&source, &tab, "odd", "policy.yaml:1:900: note: odd\n    1 | triax: 1\n      |         ^");
}

static void hints_follow_where_there_is_no_line(void **state) {
  (void)state;
  tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .path = "define.x", .line = 99, .column = 3, .hint = "add it"};
  assert_message(&source, &finding, "missing", "policy.yaml:99:3: error: define.x: missing; add it");
  assert_message(NULL, &finding, "missing", "99:3: error: define.x: missing; add it");
  finding.line = 0;
  assert_message(&source, &finding, "missing", "policy.yaml: error: define.x: missing; add it");
  finding.path = "";
  assert_message(NULL, &finding, "missing", "error: missing; add it");
  finding.line = 2;
  finding.column = 0;
  const tx_source nameless = {.text = "a\nb", .length = 3};
  assert_message(&nameless, &finding, "missing", "2: error: missing; add it");
}

static void hostile_sources_are_shown_safely(void **state) {
  (void)state;
  tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .line = 1, .column = 4, .width = 1};
  const tx_source broken = {.name = "p", .text = "\xEF\xBB\xBF" "ab\xFF\x1B[2J\0z\xC2\x9B", .length = 13};
  assert_message(&broken, &finding, "bad",
                 "p:1:4: error: bad\n    1 | ab\xEF\xBF\xBD\xEF\xBF\xBD[2J\xEF\xBF\xBDz\xEF\xBF\xBD\n      |    ^");
  finding.column = 1;
  const tx_source ends_in_return = {.name = "p", .text = "a\r", .length = 2};
  finding.line = 2;
  assert_message(&ends_in_return, &finding, "end", "p:2:1: error: end\n    2 | \n      | ^");
  finding.line = 1;
  const tx_source empty = {.name = "p", .text = "", .length = 0};
  assert_message(&empty, &finding, "empty", "p:1:1: error: empty\n    1 | \n      | ^");
}

static size_t columns_of(const char *text, size_t length) { return tx_utf8_count((triax_text){text, length}); }

static void long_lines_are_cut_around_the_caret(void **state) {
  (void)state;
  static char line[5000];
  for (size_t i = 0; i < sizeof line; i++) {
    line[i] = (char)('a' + i % 26);
  }
  const tx_source wide = {.name = "p", .text = line, .length = sizeof line};
  fault_allocator allocator = {.countdown = FAULT_NEVER};
  triax_context *context = fault_context(&allocator);
  triax_messages *messages = NULL;
  assert_int_equal(triax_messages_new(context, &messages, NULL), TRIAX_OK);
  static const int32_t columns[] = {1, 2, 60, 61, 62, 152, 153, 2500, 4900, 4999, 5000, 5001, 9999};
  for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
    tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .line = 1, .column = columns[i], .width = 400};
    assert_true(tx_messages_add(messages, &wide, &finding, "long"));
    const char *shown = strchr(triax_messages_text(messages, i), '\n') + 1;
    const char *below = strchr(shown, '\n') + 1;
    assert_int_equal(columns_of(shown, (size_t)(below - 1 - shown)), 160);
    assert_in_range(columns_of(below, strlen(below)), 9, 161);
    size_t caret = strcspn(below, "^");
    if (columns[i] <= 5000) {
      assert_int_equal(shown[caret], line[columns[i] - 1]);
    }
  }
  triax_messages_free(messages);
  triax_context_unref(context);
}

static void lists_are_read_back(void **state) {
  (void)state;
  fault_allocator allocator = {.countdown = FAULT_NEVER};
  triax_context *context = fault_context(&allocator);
  triax_messages *messages = NULL;
  assert_int_equal(triax_messages_new(context, &messages, NULL), TRIAX_OK);
  triax_context_unref(context);
  tx_finding finding = {TRIAX_LEVEL_WARNING, TRIAX_EDATA, "T7", "rows[3]", 3, 4, 1, "look"};
  assert_true(tx_messages_add(messages, NULL, &finding, "odd"));
  assert_int_equal(triax_messages_count(messages), 1);
  assert_int_equal(triax_messages_level(messages, 0), TRIAX_LEVEL_WARNING);
  assert_string_equal(triax_messages_code(messages, 0), "T7");
  triax_error fields;
  assert_int_equal(triax_messages_get(messages, 0, &fields), 1);
  assert_int_equal(fields.status, TRIAX_EDATA);
  assert_int_equal(fields.line, 3);
  assert_int_equal(fields.column, 4);
  assert_int_equal(fields.count, 1);
  assert_string_equal(fields.path, "rows[3]");
  assert_string_equal(fields.message, "odd; look");
  assert_int_equal(triax_messages_get(messages, 1, &fields), 0);
  assert_int_equal(triax_messages_get(messages, 0, NULL), 0);
  assert_int_equal(triax_messages_level(messages, 1), 0);
  assert_string_equal(triax_messages_code(messages, 1), "");
  assert_string_equal(triax_messages_text(messages, 1), "");
  triax_messages_free(messages);
  assert_int_equal(allocator.live_blocks, 0);
  assert_int_equal(triax_messages_count(NULL), 0);
  assert_string_equal(triax_messages_text(NULL, 0), "");
  triax_messages_free(NULL);
  assert_true(tx_messages_add(NULL, NULL, &finding, "odd"));
  assert_int_equal(triax_messages_new(NULL, &messages, NULL), TRIAX_EINVAL);
  context = fault_context(&allocator);
  assert_int_equal(triax_messages_new(context, NULL, NULL), TRIAX_EINVAL);
  triax_context_unref(context);
}

static triax_status report_many(triax_context *context, void *user) {
  triax_messages *messages = NULL;
  triax_error error = {0};
  triax_status status = triax_messages_new(context, &messages, &error);
  if (status != TRIAX_OK) {
    return status;
  }
  tx_report report;
  tx_report_init(&report, context, messages, &error, &source);
  tx_finding warning = {.level = TRIAX_LEVEL_WARNING};
  tx_report_add(&report, &warning, "before");
  for (int i = 0; i < *(int *)user; i++) {
    assert_int_equal(tx_report_full(&report), i >= TX_REPORT_LIMIT || report.status == TRIAX_ENOMEM);
    tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .status = i == 0 ? TRIAX_EPOLICY : TRIAX_EDATA, .path = "x",
                          .line = 1, .column = 1 + i, .hint = "h"};
    tx_report_add(&report, &finding, "fault %d", i);
  }
  status = tx_report_finish(&report);
  if (status == TRIAX_ENOMEM) {
    assert_int_equal(error.status, TRIAX_ENOMEM);
    assert_int_equal(error.count, 1);
  } else if (*(int *)user > 0) {
    assert_int_equal(status, TRIAX_EPOLICY);
    assert_int_equal(error.status, TRIAX_EPOLICY);
    assert_int_equal(error.count, *(int *)user);
    assert_string_equal(error.message, "fault 0; h");
    assert_string_equal(error.path, "x");
    size_t kept = *(int *)user < TX_REPORT_LIMIT ? (size_t)*(int *)user : TX_REPORT_LIMIT;
    assert_int_equal(triax_messages_count(messages), kept + 1);
    status = TRIAX_OK;
  } else {
    assert_int_equal(status, TRIAX_OK);
    assert_int_equal(triax_messages_count(messages), 1);
  }
  triax_messages_free(messages);
  return status;
}

static void reports_keep_twenty_and_count_all(void **state) {
  (void)state;
  int counts[] = {0, 1, 2, 19, 20, 21, 1000};
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    size_t expected = 1 + 1 + (size_t)(counts[i] < TX_REPORT_LIMIT ? counts[i] : TX_REPORT_LIMIT);
    assert_in_range(fault_run(report_many, &counts[i]), expected, expected + 3); /* the list, its texts, its growth */
  }
  tx_report report;
  tx_report_init(&report, NULL, NULL, NULL, NULL);
  tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .status = TRIAX_EDATA};
  tx_report_add(&report, &finding, "unseen");
  assert_int_equal(tx_report_finish(&report), TRIAX_EDATA);
}

/* Marks change where the search for a line begins and nothing else: lines of all ends, the first behind a mark and the
 * last before one, and those that are not there. */
static void marks_find_the_same_lines(void **state) {
  (void)state;
  static const char *const ends[] = {"\n", "\r\n", "\r"};
  static char text[8192] = "\xEF\xBB\xBF";
  enum { LINES = 3 * TX_MARKED_LINES + 5 };
  for (int line = 1; line <= LINES; line++) {
    char piece[24];
    snprintf(piece, sizeof piece, "this is %d%s", line, line < LINES ? ends[line % 3] : "");
    strcat(text, piece);
  }
  size_t marks[8];
  tx_source marked = {.name = "p", .text = text, .length = strlen(text)};
  assert_int_equal(tx_source_marks(&marked, NULL, 0), 4);
  assert_int_equal(tx_source_marks(&marked, marks, 8), 4);
  assert_int_equal(marks[0], 3);
  marked.marks = marks;
  marked.mark_count = 4;
  for (int32_t line = 1; line <= LINES + 2; line++) {
    char buffer[200], wanted[200];
    tx_writer writer = {buffer, sizeof buffer, 0};
    const tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .line = line, .column = 1, .width = 1};
    assert_int_equal(tx_write_excerpt(&writer, &marked, &finding), line <= LINES);
    if (line > LINES) continue;
    snprintf(wanted, sizeof wanted, "%5d | this is %d\n", (int)line, (int)line);
    assert_memory_equal(buffer + 1, wanted, strlen(wanted));
  }
  assert_int_equal(tx_source_marks(&(tx_source){.text = NULL}, NULL, 0), 0);
  assert_int_equal(tx_source_marks(&(tx_source){.text = "", .length = 0}, NULL, 0), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(marks_find_the_same_lines),
      cmocka_unit_test(statuses_have_names),
      cmocka_unit_test(fail_fills_every_field),
      cmocka_unit_test(long_messages_end_at_a_character),
      cmocka_unit_test(errors_read_like_a_compilers),
      cmocka_unit_test(error_format_cuts),
      cmocka_unit_test(messages_show_the_line),
      cmocka_unit_test(hints_follow_where_there_is_no_line),
      cmocka_unit_test(hostile_sources_are_shown_safely),
      cmocka_unit_test(long_lines_are_cut_around_the_caret),
      cmocka_unit_test(lists_are_read_back),
      cmocka_unit_test(reports_keep_twenty_and_count_all),
  };
  return cmocka_run_group_tests_name("base_error", tests, NULL, NULL);
}
