/* Tables by column and by row, and reading them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <triax/table.h>

#include "fault.h"

#define T(string) triax_text_of(string)

typedef struct fixture {
  triax_context *context;
  triax_table_builder *builder;
  triax_error error;
} fixture;

static void begin(fixture *f) {
  memset(f, 0, sizeof *f);
  assert_int_equal(triax_context_new(NULL, &f->context, &f->error), TRIAX_OK);
  assert_int_equal(triax_table_builder_new(f->context, &f->builder, &f->error), TRIAX_OK);
}

static void end(fixture *f) {
  triax_table_builder_free(f->builder);
  triax_context_unref(f->context);
}

static size_t add(fixture *f, const char *name, int32_t type) {
  size_t column = SIZE_MAX;
  assert_int_equal(triax_table_builder_column(f->builder, T(name), type, &column, &f->error), TRIAX_OK);
  return column;
}

static triax_table *finish(fixture *f) {
  triax_table *table = NULL;
  assert_int_equal(triax_table_builder_finish(f->builder, &table, &f->error), TRIAX_OK);
  return table;
}

static void assert_text(triax_text text, const char *expected) {
  assert_non_null(text.bytes);
  assert_int_equal(text.length, strlen(expected));
  assert_memory_equal(text.bytes, expected, text.length);
}

static void bad_columns_are_refused(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  size_t column = 77;
  assert_int_equal(triax_table_builder_column(f.builder, T("a"), 0, &column, &f.error), TRIAX_EINVAL);
  assert_int_equal(triax_table_builder_column(f.builder, T("a"), 10, &column, &f.error), TRIAX_EINVAL);
  assert_int_equal(triax_table_builder_column(f.builder, T(""), 1, &column, &f.error), TRIAX_EDATA);
  assert_int_equal(triax_table_builder_column(f.builder, T(NULL), 1, &column, &f.error), TRIAX_EDATA);
  assert_int_equal(triax_table_builder_column(f.builder, T("\xff"), 1, &column, &f.error), TRIAX_EDATA);
  assert_int_equal(column, 77);
  add(&f, "a", TRIAX_TYPE_NUMBER);
  assert_int_equal(triax_table_builder_column(f.builder, T("a"), 1, NULL, &f.error), TRIAX_EDATA);
  assert_string_equal(f.error.message, "columns 1 and 2 are both named 'a'; rename one of them");
  assert_int_equal(add(&f, "A", TRIAX_TYPE_NUMBER), 1);
  end(&f);
}

static void wrong_values_are_refused(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  size_t number = add(&f, "n", TRIAX_TYPE_NUMBER), date = add(&f, "d", TRIAX_TYPE_DATE);
  size_t text = add(&f, "t", TRIAX_TYPE_TEXT), list = add(&f, "l", TRIAX_TYPE_STRINGS);
  double one = 1;
  int64_t far[] = {1, INT64_C(2147483648)};
  uint8_t yes = 1, not_second[] = {1, 0};
  triax_text bad[] = {T("fine"), {"a\0", 2}}, none = {NULL, 0};
  assert_int_equal(triax_table_builder_numbers(f.builder, 9, &one, NULL, 1, &f.error), TRIAX_EINVAL);
  assert_int_equal(triax_table_builder_numbers(f.builder, date, &one, NULL, 1, &f.error), TRIAX_EINVAL);
  assert_non_null(strstr(f.error.message, "'d' is of type date"));
  assert_int_equal(triax_table_builder_numbers(f.builder, number, NULL, NULL, 1, &f.error), TRIAX_EINVAL);
  assert_int_equal(triax_table_builder_booleans(f.builder, number, &yes, NULL, 1, &f.error), TRIAX_EINVAL);
  assert_int_equal(triax_table_builder_integers(f.builder, date, far, NULL, 2, &f.error), TRIAX_EINVAL);
  assert_int_equal(triax_table_builder_integers(f.builder, date, far, not_second, 2, &f.error), TRIAX_OK);
  assert_int_equal(triax_table_builder_texts(f.builder, text, bad, 2, &f.error), TRIAX_EDATA);
  assert_non_null(strstr(f.error.message, "row 2, column 't'"));
  assert_int_equal(triax_table_builder_strings(f.builder, list, bad, 2, &f.error), TRIAX_EDATA);
  assert_int_equal(triax_table_builder_strings(f.builder, list, &none, 1, &f.error), TRIAX_EINVAL);
  assert_int_equal(triax_table_builder_strings(f.builder, text, bad, 1, &f.error), TRIAX_EINVAL);
  end(&f);
}

static void uneven_columns_do_not_finish(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  size_t a = add(&f, "a", TRIAX_TYPE_NUMBER);
  add(&f, "b", TRIAX_TYPE_NUMBER);
  double values[] = {1, 2};
  triax_table *table = NULL;
  assert_int_equal(triax_table_builder_numbers(f.builder, a, values, NULL, 2, &f.error), TRIAX_OK);
  assert_int_equal(triax_table_builder_finish(f.builder, &table, &f.error), TRIAX_EINVAL);
  assert_null(table);
  assert_int_equal(triax_table_builder_end_row(f.builder, &f.error), TRIAX_EINVAL);
  assert_int_equal(triax_table_builder_numbers(f.builder, 1, values, NULL, 2, &f.error), TRIAX_OK);
  triax_table_unref(finish(&f));
  end(&f);
}

static void rows_end_with_missing_values(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  size_t n = add(&f, "n", TRIAX_TYPE_NUMBER), t = add(&f, "t", TRIAX_TYPE_STRING);
  double bulk[] = {1, 2, 3};
  triax_text texts[] = {T("a"), T("b"), T(NULL)};
  triax_table_builder_numbers(f.builder, n, bulk, NULL, 3, &f.error);
  triax_table_builder_texts(f.builder, t, texts, 3, &f.error);
  assert_int_equal(triax_table_builder_end_row(f.builder, &f.error), TRIAX_OK); /* of the third row */
  triax_table_builder_numbers(f.builder, n, bulk, NULL, 1, &f.error);
  assert_int_equal(triax_table_builder_end_row(f.builder, &f.error), TRIAX_OK);
  assert_int_equal(triax_table_builder_end_row(f.builder, &f.error), TRIAX_OK); /* nothing in it */
  triax_table_builder_texts(f.builder, t, texts, 2, &f.error);
  assert_int_equal(triax_table_builder_end_row(f.builder, &f.error), TRIAX_EINVAL);
  triax_table_builder_numbers(f.builder, n, bulk, NULL, 2, &f.error);
  triax_table *table = finish(&f);
  assert_int_equal(triax_table_rows(table), 7);
  assert_int_equal(triax_table_missing(table, t), 3);
  assert_int_equal(triax_table_missing(table, n), 1);
  assert_int_equal(triax_table_has(table, n, 4), 0);
  assert_text(triax_table_text(table, t, 6), "b");
  triax_table_unref(table);
  end(&f);
}

static void tables_without_rows_or_columns(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  triax_table *empty = finish(&f);
  assert_int_equal(triax_table_rows(empty), 0);
  assert_int_equal(triax_table_columns(empty), 0);
  assert_true(triax_table_find(empty, T("a")) == SIZE_MAX);
  triax_table_unref(empty);
  add(&f, "a", TRIAX_TYPE_STRINGS);
  triax_table *bare = finish(&f);
  assert_int_equal(triax_table_columns(bare), 1);
  assert_int_equal(triax_table_rows(bare), 0);
  assert_int_equal(triax_table_has(bare, 0, 0), 0);
  assert_int_equal(triax_table_items(bare, 0, 0), 0);
  triax_table_unref(bare);
  end(&f);
}

static triax_table *every_type(fixture *f) {
  double numbers[] = {1.5, (double)NAN};
  int64_t integers[] = {-7, 8};
  uint8_t booleans[] = {2, 0}, present[] = {1, 0};
  triax_text texts[] = {T("x"), T(NULL)}, items[] = {T("a"), T("b"), T("a")};
  add(f, "number", TRIAX_TYPE_NUMBER);
  add(f, "integer", TRIAX_TYPE_INTEGER);
  add(f, "money", TRIAX_TYPE_MONEY);
  add(f, "boolean", TRIAX_TYPE_BOOLEAN);
  add(f, "string", TRIAX_TYPE_STRING);
  add(f, "strings", TRIAX_TYPE_STRINGS);
  add(f, "date", TRIAX_TYPE_DATE);
  add(f, "timestamp", TRIAX_TYPE_TIMESTAMP);
  add(f, "text", TRIAX_TYPE_TEXT);
  triax_table_builder_numbers(f->builder, 0, numbers, NULL, 2, NULL);
  triax_table_builder_integers(f->builder, 1, integers, present, 2, NULL);
  triax_table_builder_numbers(f->builder, 2, numbers, present, 2, NULL);
  triax_table_builder_booleans(f->builder, 3, booleans, present, 2, NULL);
  triax_table_builder_texts(f->builder, 4, texts, 2, NULL);
  triax_table_builder_strings(f->builder, 5, items, 3, NULL);
  triax_table_builder_strings(f->builder, 5, NULL, SIZE_MAX, NULL);
  triax_table_builder_integers(f->builder, 6, integers, present, 2, NULL);
  triax_table_builder_integers(f->builder, 7, integers, present, 2, NULL);
  triax_table_builder_texts(f->builder, 8, texts, 2, NULL);
  return finish(f);
}

static void every_type_can_be_read(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  triax_table *table = every_type(&f);
  end(&f); /* the table keeps the context */
  for (size_t column = 0; column < 9; column++) {
    assert_int_equal(triax_table_type(table, column), column + 1);
    assert_string_equal(triax_table_name(table, column).bytes, triax_type_name((int32_t)column + 1));
    assert_int_equal(triax_table_missing(table, column), 1);
    assert_int_equal(triax_table_present(table, column)[0], 1);
    assert_int_equal(triax_table_has(table, column, 0), 1);
    assert_int_equal(triax_table_has(table, column, 1), 0);
    assert_true(isnan(triax_table_number(table, column, 1)));
    assert_int_equal(triax_table_integer(table, column, 1), 0);
    assert_null(triax_table_text(table, column, 1).bytes);
    assert_int_equal(triax_table_items(table, column, 1), 0);
  }
  assert_true(triax_table_numbers(table, 0)[0] == 1.5 && triax_table_numbers(table, 2)[0] == 1.5);
  assert_null(triax_table_numbers(table, 1));
  assert_int_equal(triax_table_integers(table, 1)[0], -7);
  assert_null(triax_table_integers(table, 6));
  assert_int_equal(triax_table_dates(table, 6)[0], -7);
  assert_int_equal(triax_table_dates(table, 6)[1], 0);
  assert_int_equal(triax_table_integer(table, 3, 0), 1);
  assert_true(triax_table_number(table, 3, 0) == 1);
  assert_true(triax_table_number(table, 7, 0) == -7);
  assert_true(isnan(triax_table_number(table, 4, 0)));
  assert_text(triax_table_text(table, 4, 0), "x");
  assert_null(triax_table_text(table, 5, 0).bytes);
  assert_int_equal(triax_table_items(table, 5, 0), 2);
  assert_text(triax_table_item(table, 5, 0, 1), "b");
  assert_null(triax_table_item(table, 5, 0, 2).bytes);
  triax_table_unref(table);
}

static void what_is_out_of_range_reads_as_nothing(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  triax_table *table = every_type(&f);
  assert_int_equal(triax_table_type(table, 9), 0);
  assert_null(triax_table_name(table, 9).bytes);
  assert_int_equal(triax_table_missing(table, 9), 0);
  assert_null(triax_table_present(table, 9));
  assert_int_equal(triax_table_has(table, 0, 2), 0);
  assert_true(isnan(triax_table_number(table, 0, 2)));
  assert_null(triax_table_text(table, 4, SIZE_MAX).bytes);
  assert_int_equal(triax_table_rows(NULL), 0);
  assert_true(triax_table_find(NULL, T("a")) == SIZE_MAX);
  assert_null(triax_table_ref(NULL));
  triax_table_unref(NULL);
  assert_string_equal(triax_type_name(0), "unknown");
  assert_string_equal(triax_type_name(-1), "unknown");
  assert_ptr_equal(triax_table_ref(table), table);
  triax_table_unref(table);
  triax_table_unref(table);
  end(&f);
}

static triax_status build(triax_context *context, void *user) {
  (void)user;
  triax_table_builder *builder = NULL;
  triax_table *table = NULL;
  double numbers[70] = {0};
  triax_text texts[3] = {T("a"), T(NULL), T("b")};
  triax_status status = triax_table_builder_new(context, &builder, NULL);
  if (!status) status = triax_table_builder_column(builder, T("n"), TRIAX_TYPE_NUMBER, NULL, NULL);
  if (!status) status = triax_table_builder_column(builder, T("t"), TRIAX_TYPE_STRING, NULL, NULL);
  if (!status) status = triax_table_builder_column(builder, T("l"), TRIAX_TYPE_STRINGS, NULL, NULL);
  if (!status) status = triax_table_builder_numbers(builder, 0, numbers, NULL, 3, NULL);
  if (!status) status = triax_table_builder_texts(builder, 1, texts, 3, NULL);
  for (int i = 0; !status && i < 3; i++) status = triax_table_builder_strings(builder, 2, texts, 1, NULL);
  if (!status) status = triax_table_builder_end_row(builder, NULL);
  for (int i = 0; !status && i < 5; i++) status = triax_table_builder_end_row(builder, NULL);
  if (!status) status = triax_table_builder_finish(builder, &table, NULL);
  if (!status) assert_int_equal(triax_table_rows(table), 8);
  triax_table_unref(table);
  triax_table_builder_free(builder);
  return status;
}

static void memory_may_fail_anywhere(void **state) {
  (void)state;
  assert_true(fault_run(build, NULL) > 20);
}

/* A call that fails leaves the builder as it was: the same call can be made again. */
static void failed_calls_can_be_repeated(void **state) {
  (void)state;
  triax_text texts[100];
  double numbers[100];
  for (int i = 0; i < 100; i++) {
    texts[i] = i % 3 ? T("text") : T(NULL);
    numbers[i] = i % 4 ? 1 : (double)NAN;
  }
  for (size_t n = 0; n < 6; n++) {
    fault_allocator allocator = {.countdown = FAULT_NEVER};
    triax_context *context = fault_context(&allocator);
    triax_table_builder *builder = NULL;
    triax_table *table = NULL;
    triax_table_builder_new(context, &builder, NULL);
    triax_table_builder_column(builder, T("t"), TRIAX_TYPE_STRING, NULL, NULL);
    triax_table_builder_column(builder, T("n"), TRIAX_TYPE_NUMBER, NULL, NULL);
    allocator.countdown = n;
    if (triax_table_builder_texts(builder, 0, texts, 100, NULL))
      triax_table_builder_texts(builder, 0, texts, 100, NULL);
    allocator.countdown = n;
    if (triax_table_builder_numbers(builder, 1, numbers, NULL, 100, NULL)) {
      triax_table_builder_numbers(builder, 1, numbers, NULL, 100, NULL);
    }
    allocator.countdown = FAULT_NEVER;
    assert_int_equal(triax_table_builder_finish(builder, &table, NULL), TRIAX_OK);
    assert_int_equal(triax_table_rows(table), 100);
    assert_int_equal(triax_table_missing(table, 0), 34);
    assert_int_equal(triax_table_missing(table, 1), 25);
    triax_table_unref(table);
    triax_table_builder_free(builder);
    triax_context_unref(context);
    assert_int_equal(allocator.live_blocks, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bad_columns_are_refused),
      cmocka_unit_test(wrong_values_are_refused),
      cmocka_unit_test(uneven_columns_do_not_finish),
      cmocka_unit_test(rows_end_with_missing_values),
      cmocka_unit_test(tables_without_rows_or_columns),
      cmocka_unit_test(every_type_can_be_read),
      cmocka_unit_test(what_is_out_of_range_reads_as_nothing),
      cmocka_unit_test(memory_may_fail_anywhere),
      cmocka_unit_test(failed_calls_can_be_repeated),
  };
  return cmocka_run_group_tests_name("table_builder", tests, NULL, NULL);
}
