/* Families folded into one row each. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "fault.h"
#include "table/table.h"

#define T(string) triax_text_of(string)
#define ROWS 6

/* Rows:  key  family  arr   seats  live     renewal  tags    tier
 *        c    F       1     10     false    5        [x]     lo
 *        b    -       2     20     true     6        [y]     hi
 *        a    F       3     max    missing  4        [z]     mid
 *        d    G       NaN   -      missing  -        -       -
 *        e    F       NaN   1      true     9        []      top
 *        f    G       NaN   -      missing  -        -       g2    */
static triax_status family_table(triax_context *context, triax_table **table) {
  const triax_text keys[] = {T("c"), T("b"), T("a"), T("d"), T("e"), T("f")};
  const triax_text families[] = {T("F"), T(NULL), T("F"), T("G"), T("F"), T("G")};
  const double arr[] = {1, 2, 3, (double)NAN, (double)NAN, (double)NAN};
  const int64_t seats[] = {10, 20, INT64_MAX - 12, 0, 1, 0}, renewal[] = {5, 6, 4, 0, 9, 0};
  const uint8_t there[] = {1, 1, 1, 0, 1, 0}, live[] = {0, 1, 0, 0, 1, 0}, live_there[] = {1, 1, 0, 0, 1, 0};
  const triax_text tags[] = {T("x"), T("y"), T("z")};
  const triax_text tiers[] = {T("lo"), T("hi"), T("mid"), T(NULL), T("top"), T("g2")};
  const char *const names[] = {"id", "family", "arr", "seats", "live", "renewal", "tags", "tier"};
  const int32_t types[] = {TRIAX_TYPE_STRING,  TRIAX_TYPE_STRING, TRIAX_TYPE_MONEY,   TRIAX_TYPE_INTEGER,
                           TRIAX_TYPE_BOOLEAN, TRIAX_TYPE_DATE,   TRIAX_TYPE_STRINGS, TRIAX_TYPE_STRING};
  triax_table_builder *builder = NULL;
  triax_status status = triax_table_builder_new(context, &builder, NULL);
  for (size_t i = 0; !status && i < 8; i++)
    status = triax_table_builder_column(builder, T(names[i]), types[i], NULL, NULL);
  if (!status) status = triax_table_builder_texts(builder, 0, keys, ROWS, NULL);
  if (!status) status = triax_table_builder_texts(builder, 1, families, ROWS, NULL);
  if (!status) status = triax_table_builder_numbers(builder, 2, arr, NULL, ROWS, NULL);
  if (!status) status = triax_table_builder_integers(builder, 3, seats, there, ROWS, NULL);
  if (!status) status = triax_table_builder_booleans(builder, 4, live, live_there, ROWS, NULL);
  if (!status) status = triax_table_builder_integers(builder, 5, renewal, there, ROWS, NULL);
  for (size_t i = 0; !status && i < ROWS; i++) {
    bool missing = i == 3 || i == 5;
    status = triax_table_builder_strings(builder, 6, missing ? NULL : tags + (i < 3 ? i : 0),
                                         missing ? SIZE_MAX
                                         : i < 3 ? 1
                                                 : 0,
                                         NULL);
  }
  if (!status) status = triax_table_builder_texts(builder, 7, tiers, ROWS, NULL);
  if (!status) status = triax_table_builder_finish(builder, table, NULL);
  triax_table_builder_free(builder);
  return status;
}

typedef struct fixture {
  triax_context *context;
  triax_table *table, *folded;
  tx_families families;
  tx_schema schema;
  triax_error error;
} fixture;

static void begin(fixture *f) {
  memset(f, 0, sizeof *f);
  assert_int_equal(triax_context_new(NULL, &f->context, NULL), TRIAX_OK);
  assert_int_equal(family_table(f->context, &f->table), TRIAX_OK);
  f->schema.what = "customers";
  f->schema.family = T("family");
}

static triax_status fold(fixture *f, const double *size) {
  triax_table_unref(f->folded);
  tx_families_free(f->context, &f->families, ROWS);
  f->folded = NULL;
  return tx_table_fold(f->context, f->table, &f->schema, size, &f->folded, &f->families, &f->error);
}

static void end(fixture *f) {
  triax_table_unref(f->folded);
  tx_families_free(f->context, &f->families, ROWS);
  triax_table_unref(f->table);
  triax_context_unref(f->context);
}

static const double arr_size[ROWS] = {1, 2, 3, (double)NAN, (double)NAN, (double)NAN};

static void assert_text(const fixture *f, size_t column, size_t row, const char *expected) {
  triax_text text = triax_table_text(f->folded, column, row);
  assert_true(expected ? tx_text_equal_c(text, expected) : text.bytes == NULL);
}

static void folds_by_default(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  assert_int_equal(fold(&f, arr_size), TRIAX_OK);
  assert_int_equal(f.families.count, 3);
  const uint32_t members[ROWS] = {0, 1, 0, 2, 0, 2};
  assert_memory_equal(f.families.member_of, members, sizeof members);
  assert_int_equal(triax_table_rows(f.folded), 3);
  assert_true(triax_table_number(f.folded, 2, 0) == 4 && triax_table_number(f.folded, 2, 1) == 2);
  assert_int_equal(triax_table_has(f.folded, 2, 2), 0);
  /* 10 + (2^63 - 1 - 12) + 1 = 2^63 - 2 fits */
  assert_true(triax_table_integer(f.folded, 3, 0) == INT64_MAX - 1);
  assert_int_equal(triax_table_has(f.folded, 3, 2), 0);
  assert_int_equal(triax_table_integer(f.folded, 4, 0), 1);
  assert_int_equal(triax_table_has(f.folded, 4, 2), 0);
  assert_int_equal(triax_table_integer(f.folded, 5, 0), 4);
  assert_true(tx_text_equal_c(triax_table_item(f.folded, 6, 0, 0), "z"));
  assert_text(&f, 7, 0, "mid");
  assert_text(&f, 0, 0, "a");
  assert_text(&f, 7, 2, NULL); /* d is before f in key order, and takes its own missing value along */
  end(&f);
}

static void ties_go_by_key_and_nan_comes_last(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  const double equal[ROWS] = {7, 1, 7, 5, 7, 5}, nan_first[ROWS] = {(double)NAN, 0, -1, 2, -2, 3};
  assert_int_equal(fold(&f, equal), TRIAX_OK);
  assert_text(&f, 0, 0, "a");
  assert_text(&f, 0, 2, "d");
  assert_int_equal(fold(&f, nan_first), TRIAX_OK);
  assert_text(&f, 0, 0, "a");
  assert_text(&f, 0, 2, "f");
  assert_int_equal(fold(&f, NULL), TRIAX_OK);
  assert_text(&f, 0, 0, "a");
  end(&f);
}

static void rollups_change_folds(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  const tx_rollup rollups[] = {
      {.column = T("arr"), .fold = TX_FOLD_MEAN},
      {.column = T("seats"), .fold = TX_FOLD_MEAN},
      {.column = T("live"), .fold = TX_FOLD_ALL},
      {.column = T("renewal"), .fold = TX_FOLD_MAX},
  };
  f.schema.rollups = rollups;
  f.schema.rollup_count = 4;
  assert_int_equal(fold(&f, arr_size), TRIAX_OK);
  assert_true(triax_table_number(f.folded, 2, 0) == 2);
  assert_int_equal(triax_table_type(f.folded, 3), TRIAX_TYPE_NUMBER);
  assert_true(triax_table_number(f.folded, 3, 1) == 20);
  assert_int_equal(triax_table_integer(f.folded, 4, 0), 0);
  assert_int_equal(triax_table_integer(f.folded, 5, 0), 9);
  const tx_rollup others[] = {
      {.column = T("arr"), .fold = TX_FOLD_MAX},
      {.column = T("seats"), .fold = TX_FOLD_MIN},
      {.column = T("live"), .fold = TX_FOLD_LARGEST},
  };
  f.schema.rollups = others;
  f.schema.rollup_count = 3;
  assert_int_equal(fold(&f, arr_size), TRIAX_OK);
  assert_true(triax_table_number(f.folded, 2, 0) == 3);
  assert_int_equal(triax_table_integer(f.folded, 3, 0), 1);
  assert_int_equal(triax_table_has(f.folded, 4, 0), 0);
  end(&f);
}

static void folds_that_make_no_sense_are_refused(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  const tx_rollup wrong[] = {{.column = T("tier"), .fold = TX_FOLD_SUM}};
  f.schema.rollups = wrong;
  f.schema.rollup_count = 1;
  assert_int_equal(fold(&f, arr_size), TRIAX_EPOLICY);
  assert_non_null(strstr(f.error.message, "'tier' is of type string"));
  assert_null(f.folded);
  f.schema.rollup_count = 0;
  f.schema.family = T("arr");
  assert_int_equal(fold(&f, arr_size), TRIAX_EINVAL);
  f.schema.family = T(NULL);
  assert_int_equal(fold(&f, arr_size), TRIAX_OK);
  assert_int_equal(f.families.count, ROWS);
  end(&f);
}

static void integers_that_overflow_are_missing(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  triax_table_builder *builder = NULL;
  triax_table *table = NULL;
  const triax_text family[] = {T("F"), T("F")};
  const int64_t values[] = {INT64_MIN, -1};
  triax_table_builder_new(f.context, &builder, NULL);
  triax_table_builder_column(builder, T("family"), TRIAX_TYPE_STRING, NULL, NULL);
  triax_table_builder_column(builder, T("n"), TRIAX_TYPE_INTEGER, NULL, NULL);
  triax_table_builder_texts(builder, 0, family, 2, NULL);
  triax_table_builder_integers(builder, 1, values, NULL, 2, NULL);
  assert_int_equal(triax_table_builder_finish(builder, &table, NULL), TRIAX_OK);
  triax_table_builder_free(builder);
  tx_families families;
  triax_table *folded = NULL;
  assert_int_equal(tx_table_fold(f.context, table, &f.schema, NULL, &folded, &families, NULL), TRIAX_OK);
  assert_int_equal(triax_table_missing(folded, 1), 1);
  tx_families_free(f.context, &families, 2);
  triax_table_unref(folded);
  triax_table_unref(table);
  end(&f);
}

static triax_status fold_all(triax_context *context, void *user) {
  (void)user;
  triax_table *table = NULL, *folded = NULL;
  tx_families families = {0, NULL};
  tx_schema schema = {.what = "customers", .family = T("family")};
  triax_status status = family_table(context, &table);
  if (!status) status = tx_table_fold(context, table, &schema, arr_size, &folded, &families, NULL);
  tx_families_free(context, &families, ROWS);
  triax_table_unref(folded);
  triax_table_unref(table);
  return status;
}

static void memory_may_fail_and_hosts_may_cancel_anywhere(void **state) {
  (void)state;
  assert_true(fault_run(fold_all, NULL) > 30);
  assert_true(fault_cancel_run(fold_all, NULL) > 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(folds_by_default),
      cmocka_unit_test(ties_go_by_key_and_nan_comes_last),
      cmocka_unit_test(rollups_change_folds),
      cmocka_unit_test(folds_that_make_no_sense_are_refused),
      cmocka_unit_test(integers_that_overflow_are_missing),
      cmocka_unit_test(memory_may_fail_and_hosts_may_cancel_anywhere),
  };
  return cmocka_run_group_tests_name("table_fold", tests, NULL, NULL);
}
