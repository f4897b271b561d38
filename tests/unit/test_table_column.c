/* Columns, dictionaries and lists from the inside. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "fault.h"
#include "table/column.h"
#include "table/table.h"

#define T(string) triax_text_of(string)

static triax_context *context_new(void) {
  triax_context *context = NULL;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  return context;
}

static tx_column *finish(tx_column_builder *builder) {
  tx_column *column = tx_column_builder_finish(builder);
  assert_non_null(column);
  tx_column_builder_free(builder);
  return column;
}

static void assert_value(const tx_column *column, size_t row, const char *expected) {
  triax_text text = tx_dictionary_text(column->dictionary, tx_column_code(column, row));
  assert_int_equal(text.length, strlen(expected));
  assert_memory_equal(text.bytes, expected, text.length);
}

static void columns_without_rows(void **state) {
  (void)state;
  triax_context *context = context_new();
  for (int32_t type = TRIAX_TYPE_NUMBER; type <= TRIAX_TYPE_TEXT; type++) {
    tx_column *column = finish(tx_column_builder_new(context, type));
    assert_int_equal(column->rows, 0);
    assert_int_equal(column->missing, 0);
    assert_null(column->present);
    assert_non_null(column->data);
    tx_column *gathered = tx_column_gather(column, NULL, 0);
    assert_int_equal(gathered->rows, 0);
    size_t nowhere = TX_NO_ROW;
    tx_column *one = tx_column_gather(column, &nowhere, 1);
    assert_int_equal(one->missing, 1);
    assert_false(tx_column_has(one, 0));
    if (column->dictionary) assert_int_equal(tx_dictionary_find(column->dictionary, T("x")), TX_NO_CODE);
    tx_column_unref(one);
    tx_column_unref(gathered);
    tx_column_unref(column);
  }
  triax_context_unref(context);
}

static void all_missing(void **state) {
  (void)state;
  triax_context *context = context_new();
  for (int32_t type = TRIAX_TYPE_NUMBER; type <= TRIAX_TYPE_TEXT; type++) {
    for (size_t rows = 1; rows < 130; rows += 63) {
      tx_column_builder *builder = tx_column_builder_new(context, type);
      for (size_t i = 0; i < rows; i++) assert_true(tx_column_builder_missing(builder));
      tx_column *column = finish(builder);
      assert_int_equal(column->missing, rows);
      for (size_t i = 0; i < rows; i++) assert_false(tx_column_has(column, i));
      tx_column_unref(column);
    }
  }
  triax_context_unref(context);
}

static void missing_numbers_are_nan(void **state) {
  (void)state;
  triax_context *context = context_new();
  tx_column_builder *builder = tx_column_builder_new(context, TRIAX_TYPE_MONEY);
  for (int i = 0; i < 200; i++) {
    assert_true(tx_column_builder_number(builder, i == 67 ? (double)NAN : i == 68 ? (double)-INFINITY : i));
  }
  tx_column *column = finish(builder);
  assert_int_equal(column->missing, 1);
  assert_false(tx_column_has(column, 67));
  assert_true(isnan(column->numbers[67]));
  assert_true(isinf(column->numbers[68]));
  assert_true(tx_column_has(column, 66) && tx_column_has(column, 199));
  assert_int_equal(column->present[3] >> 8, 0);
  tx_column_unref(column);
  triax_context_unref(context);
}

static void rewinding_forgets_rows(void **state) {
  (void)state;
  triax_context *context = context_new();
  tx_column_builder *builder = tx_column_builder_new(context, TRIAX_TYPE_BOOLEAN);
  for (int i = 0; i < 100; i++) assert_true(tx_column_builder_boolean(builder, true));
  for (int i = 0; i < 30; i++) assert_true(tx_column_builder_missing(builder));
  tx_column_builder_rewind(builder, 70, 0);
  assert_true(tx_column_builder_boolean(builder, false));
  assert_true(tx_column_builder_missing(builder));
  tx_column *column = finish(builder);
  assert_int_equal(column->rows, 72);
  assert_int_equal(column->missing, 1);
  assert_true(tx_column_has(column, 70));
  assert_int_equal(column->bits[1], 0x3f);
  assert_int_equal(column->present[1], 0x7f);
  tx_column_unref(column);
  triax_context_unref(context);
}

static void codes_are_as_narrow_as_may_be(void **state) {
  (void)state;
  triax_context *context = context_new();
  const size_t sizes[] = {1, 255, 256, 65535, 65536, 70000};
  const uint8_t widths[] = {1, 1, 2, 2, 4, 4};
  for (size_t k = 0; k < 6; k++) {
    tx_column_builder *builder = tx_column_builder_new(context, TRIAX_TYPE_STRING);
    char text[32];
    for (size_t round = 0; round < 2; round++) {
      for (size_t i = 0; i < sizes[k]; i++) {
        int length = snprintf(text, sizeof text, "C%zu", i);
        assert_true(tx_column_builder_text(builder, (triax_text){text, (size_t)length}));
      }
    }
    tx_column *column = finish(builder);
    assert_int_equal(column->code_width, widths[k]);
    assert_int_equal(column->dictionary->size, sizes[k]);
    assert_int_equal(column->data_size, 2 * sizes[k] * widths[k]);
    for (size_t i = 0; i < sizes[k]; i++) {
      assert_int_equal(tx_column_code(column, i), i);
      assert_int_equal(tx_column_code(column, sizes[k] + i), i);
      snprintf(text, sizeof text, "C%zu", i);
      assert_int_equal(tx_dictionary_find(column->dictionary, T(text)), i);
    }
    assert_int_equal(tx_dictionary_find(column->dictionary, T("C")), TX_NO_CODE);
    assert_int_equal(tx_dictionary_find(column->dictionary, T(NULL)), TX_NO_CODE);
    tx_column_unref(column);
  }
  triax_context_unref(context);
}

static void empty_texts_are_texts(void **state) {
  (void)state;
  triax_context *context = context_new();
  tx_column_builder *builder = tx_column_builder_new(context, TRIAX_TYPE_STRING);
  assert_true(tx_column_builder_text(builder, T("")));
  assert_true(tx_column_builder_missing(builder));
  tx_column *column = finish(builder);
  assert_int_equal(column->missing, 1);
  assert_value(column, 0, "");
  assert_int_equal(tx_dictionary_find(column->dictionary, T("")), 0);
  tx_column_unref(column);
  triax_context_unref(context);
}

static void lists_are_kept_once(void **state) {
  (void)state;
  triax_context *context = context_new();
  tx_column_builder *builder = tx_column_builder_new(context, TRIAX_TYPE_STRINGS);
  const triax_text ab[] = {T("a"), T("b"), T("a"), T("b")}, ba[] = {T("b"), T("a")};
  assert_true(tx_column_builder_list(builder, NULL, 0));
  assert_true(tx_column_builder_list(builder, ab, 4));
  assert_true(tx_column_builder_list(builder, ba, 2));
  assert_true(tx_column_builder_missing(builder));
  assert_true(tx_column_builder_list(builder, ab, 2));
  tx_column *column = finish(builder);
  assert_int_equal(column->lists->size, 3);
  assert_int_equal(column->lists->offsets[1], 0);
  assert_int_equal(column->lists->offsets[2], 2);
  assert_int_equal(column->lists->offsets[3], 4);
  assert_int_equal(tx_column_code(column, 1), tx_column_code(column, 4));
  assert_int_equal(column->lists->items[2], 1);
  const size_t rows[] = {4, 3, TX_NO_ROW, 0};
  tx_column *gathered = tx_column_gather(column, rows, 4);
  tx_column_unref(column);
  assert_int_equal(gathered->missing, 2);
  assert_int_equal(tx_column_code(gathered, 0), 1);
  assert_true(tx_column_has(gathered, 3));
  tx_column_unref(gathered);
  triax_context_unref(context);
}

static void taken_arrays_are_settled(void **state) {
  (void)state;
  triax_context *context = context_new();
  double *numbers = tx_alloc_array(context, 3, sizeof *numbers);
  numbers[0] = 1, numbers[1] = (double)NAN, numbers[2] = 3;
  uint64_t *present = tx_alloc_array(context, 1, sizeof *present);
  present[0] = ~UINT64_C(0) - 1;
  tx_column *column = tx_column_take(context, TRIAX_TYPE_NUMBER, 3, numbers, 3 * sizeof *numbers, present);
  assert_int_equal(column->missing, 2);
  assert_int_equal(column->present[0], 4);
  assert_true(isnan(column->numbers[0]));
  tx_column_unref(column);

  int32_t *dates = tx_alloc_array(context, 2, sizeof *dates);
  dates[0] = 5, dates[1] = 6;
  present = tx_alloc_array(context, 1, sizeof *present);
  present[0] = 3;
  column = tx_column_take(context, TRIAX_TYPE_DATE, 2, dates, 2 * sizeof *dates, present);
  assert_null(column->present);
  assert_int_equal(column->dates[1], 6);
  tx_column_unref(column);

  uint64_t *bits = tx_alloc_array(context, 1, sizeof *bits);
  bits[0] = ~UINT64_C(0);
  present = tx_alloc_array(context, 1, sizeof *present);
  present[0] = 5;
  column = tx_column_take(context, TRIAX_TYPE_BOOLEAN, 3, bits, sizeof *bits, present);
  assert_int_equal(column->bits[0], 5);
  tx_column_unref(column);
  triax_context_unref(context);
}

static void taken_codes_share_dictionaries(void **state) {
  (void)state;
  triax_context *context = context_new();
  const triax_text texts[] = {T("x"), T("y")};
  tx_dictionary *dictionary = tx_dictionary_new(context, texts, 2);
  uint32_t *codes = tx_alloc_array(context, 3, sizeof *codes);
  codes[0] = 1, codes[1] = TX_NO_CODE, codes[2] = 0;
  tx_column *column = tx_column_take_codes(context, 3, codes, dictionary);
  tx_column *none = tx_column_take_codes(context, 0, tx_alloc_array(context, 0, 4), dictionary);
  tx_dictionary_unref(dictionary);
  assert_int_equal(column->code_width, 1);
  assert_value(column, 0, "y");
  assert_false(tx_column_has(column, 1));
  assert_value(column, 2, "x");
  assert_int_equal(none->rows, 0);
  tx_column_unref(none);
  tx_column_unref(column);
  triax_context_unref(context);
}

static void gathering_reorders_every_type(void **state) {
  (void)state;
  triax_context *context = context_new();
  const size_t rows[] = {2, 0, 1, 2, TX_NO_ROW};
  for (int32_t type = TRIAX_TYPE_INTEGER; type <= TRIAX_TYPE_TIMESTAMP; type++) {
    if (type == TRIAX_TYPE_STRING || type == TRIAX_TYPE_STRINGS) continue;
    tx_column_builder *builder = tx_column_builder_new(context, type);
    for (int i = 0; i < 3; i++) {
      if (type == TRIAX_TYPE_MONEY) tx_column_builder_number(builder, i);
      else if (type == TRIAX_TYPE_BOOLEAN) tx_column_builder_boolean(builder, i == 2);
      else tx_column_builder_integer(builder, i);
    }
    tx_column *column = finish(builder), *gathered = tx_column_gather(column, rows, 5);
    assert_int_equal(gathered->missing, 1);
    assert_int_equal(gathered->present[0], 15);
    if (type == TRIAX_TYPE_BOOLEAN) assert_int_equal(gathered->bits[0], 9);
    if (type == TRIAX_TYPE_INTEGER) assert_int_equal(gathered->integers[3], 2);
    if (type == TRIAX_TYPE_DATE) assert_int_equal(gathered->dates[2], 1);
    if (type == TRIAX_TYPE_MONEY) assert_true(gathered->numbers[0] == 2 && isnan(gathered->numbers[4]));
    tx_column_unref(column);
    tx_column_unref(gathered);
  }
  triax_context_unref(context);
}

static bool append(tx_column_builder *builder, int32_t type, int i) {
  char text[16];
  snprintf(text, sizeof text, "t%d", i % 20);
  const triax_text items[] = {T(text), T("b")};
  if (i % 5 == 4) return tx_column_builder_missing(builder);
  switch (type) {
  case TRIAX_TYPE_NUMBER:
    return tx_column_builder_number(builder, i);
  case TRIAX_TYPE_BOOLEAN:
    return tx_column_builder_boolean(builder, i & 1);
  case TRIAX_TYPE_STRING:
    return tx_column_builder_text(builder, items[0]);
  case TRIAX_TYPE_STRINGS:
    return tx_column_builder_list(builder, items, 2);
  default:
    return tx_column_builder_integer(builder, i);
  }
}

static triax_status build_and_gather(triax_context *context, void *user) {
  int32_t type = *(const int32_t *)user;
  triax_status status = TRIAX_ENOMEM;
  tx_column *column = NULL, *gathered = NULL;
  tx_column_builder *builder = tx_column_builder_new(context, type);
  bool fine = builder != NULL;
  for (int i = 0; fine && i < 90; i++) fine = append(builder, type, i);
  if (fine) column = tx_column_builder_finish(builder);
  const size_t rows[] = {3, TX_NO_ROW, 4, 89};
  if (column) gathered = tx_column_gather(column, rows, 4);
  if (gathered) status = TRIAX_OK;
  tx_column_unref(gathered);
  tx_column_unref(column);
  tx_column_builder_free(builder);
  return status;
}

static triax_status take(triax_context *context, void *user) {
  (void)user;
  const triax_text texts[] = {T("x"), T("y")};
  triax_status status = TRIAX_ENOMEM;
  double *numbers = tx_calloc(context, 2, sizeof *numbers);
  if (!numbers) return status;
  numbers[1] = (double)NAN;
  tx_column *column = tx_column_take(context, TRIAX_TYPE_NUMBER, 2, numbers, 2 * sizeof *numbers, NULL);
  tx_dictionary *dictionary = tx_dictionary_new(context, texts, 2);
  uint32_t *codes = dictionary ? tx_alloc_array(context, 2, sizeof *codes) : NULL;
  tx_column *coded = NULL;
  if (codes) {
    codes[0] = 1, codes[1] = TX_NO_CODE;
    coded = tx_column_take_codes(context, 2, codes, dictionary);
  }
  if (column && coded) status = TRIAX_OK;
  tx_column_unref(coded);
  tx_dictionary_unref(dictionary);
  tx_column_unref(column);
  return status;
}

static void memory_may_fail_anywhere(void **state) {
  (void)state;
  for (int32_t type = TRIAX_TYPE_NUMBER; type <= TRIAX_TYPE_TIMESTAMP; type++) {
    if (type != TRIAX_TYPE_MONEY) assert_true(fault_run(build_and_gather, &type) > 5);
  }
  assert_true(fault_run(take, NULL) > 5);
}

static triax_table *table_of_nothing(triax_context *context, size_t rows) {
  triax_text name = T("hours");
  triax_table *table = NULL;
  tx_column *column = tx_column_missing(context, TRIAX_TYPE_NUMBER, rows);
  if (column) tx_table_new(context, rows, 1, &name, &column, &table, NULL);
  tx_column_unref(column);
  return table;
}

static triax_status ask_for_nothing(triax_context *context, void *user) {
  (void)user;
  triax_table *table = table_of_nothing(context, 70);
  if (!table) return TRIAX_ENOMEM;
  const double *numbers = triax_table_numbers(table, 0);
  for (size_t i = 0; numbers && i < 70; i++) assert_true(isnan(numbers[i]));
  if (numbers) assert_ptr_equal(triax_table_numbers(table, 0), numbers); /* made once */
  triax_table_unref(table);
  return numbers ? TRIAX_OK : TRIAX_ENOMEM;
}

/* Numbers of which none is there take no memory until somebody looks, and are what they would have been. */
static void columns_of_nothing_are_made_on_demand(void **state) {
  (void)state;
  fault_allocator allocator = {.countdown = FAULT_NEVER};
  triax_context *context = fault_context(&allocator);
  triax_table *table = table_of_nothing(context, 100000);
  assert_non_null(table);
  assert_true(allocator.live_bytes < 100000);
  assert_int_equal(triax_table_missing(table, 0), 100000);
  assert_true(isnan(triax_table_number(table, 0, 99999)));
  assert_false(triax_table_has(table, 0, 5));
  assert_true(allocator.live_bytes < 100000);
  struct ArrowArray array;
  struct ArrowSchema schema;
  assert_int_equal(triax_table_to_arrow(table, &schema, &array, NULL), TRIAX_OK);
  assert_true(isnan(((const double *)array.children[0]->buffers[1])[12345]));
  assert_int_equal(array.children[0]->null_count, 100000);
  assert_true(allocator.live_bytes > 800000);
  array.release(&array);
  schema.release(&schema);
  triax_table_unref(table);
  triax_context_unref(context);
  assert_int_equal(allocator.live_blocks, 0);
  assert_true(fault_run(ask_for_nothing, NULL) > 5);
}

/* Some at once are found as one by one: those that are there, others, and none. */
static void some_are_found_at_once(void **state) {
  static char texts[3 * TX_FIND_SOME][24];
  triax_text names[3 * TX_FIND_SOME], asked[TX_FIND_SOME];
  uint32_t codes[TX_FIND_SOME];
  (void)state;
  triax_context *context = context_new();
  for (size_t i = 0; i < 3 * TX_FIND_SOME; i++) {
    snprintf(texts[i], sizeof texts[i], "name %zu", i);
    names[i] = triax_text_of(texts[i]);
  }
  tx_dictionary *dictionary = tx_dictionary_new(context, names, 2 * TX_FIND_SOME);
  assert_non_null(dictionary);
  for (size_t i = 0; i < TX_FIND_SOME; i++) asked[i] = i % 7 == 3 ? triax_text_of(NULL) : names[3 * i];
  tx_dictionary_find_some(dictionary, asked, TX_FIND_SOME, codes);
  for (size_t i = 0; i < TX_FIND_SOME; i++) {
    bool there = i % 7 != 3 && 3 * i < 2 * TX_FIND_SOME;
    assert_int_equal(codes[i], there ? 3 * i : TX_NO_CODE);
  }
  tx_dictionary_find_some(dictionary, asked, 0, NULL);
  tx_dictionary_unref(dictionary);
  dictionary = tx_dictionary_new(context, NULL, 0);
  tx_dictionary_find_some(dictionary, asked, TX_FIND_SOME, codes);
  for (size_t i = 0; i < TX_FIND_SOME; i++) assert_int_equal(codes[i], TX_NO_CODE);
  tx_dictionary_unref(dictionary);
  triax_context_unref(context);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(some_are_found_at_once),
      cmocka_unit_test(columns_without_rows),
      cmocka_unit_test(all_missing),
      cmocka_unit_test(missing_numbers_are_nan),
      cmocka_unit_test(rewinding_forgets_rows),
      cmocka_unit_test(codes_are_as_narrow_as_may_be),
      cmocka_unit_test(empty_texts_are_texts),
      cmocka_unit_test(lists_are_kept_once),
      cmocka_unit_test(taken_arrays_are_settled),
      cmocka_unit_test(taken_codes_share_dictionaries),
      cmocka_unit_test(gathering_reorders_every_type),
      cmocka_unit_test(memory_may_fail_anywhere),
      cmocka_unit_test(columns_of_nothing_are_made_on_demand),
  };
  return cmocka_run_group_tests_name("table_column", tests, NULL, NULL);
}
