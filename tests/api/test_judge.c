/* A judge says of every customer of a plan what the plan says: segment, health, band, coverage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <triax/triax.h>

#include "words.h"

#define ROWS 3000

static triax_policy *make_policy(triax_context *context) {
  triax_document *d;
  triax_policy *policy;
  assert_int_equal(triax_document_new(context, &d, NULL), TRIAX_OK);
  put(d, "triax", "1");
  triax_document_map(d, T("health"));
  triax_document_map(d, T("metrics"));
  metric(d, "use", "active / seats", 0, 1);
  metric(d, "rank", "percentile(arr)", 0, 1);
  metric(d, "age", "days_since(since)", 0, 900);
  triax_document_end(d);
  put(d, "min_coverage", "50%");
  limit_and_bands(d, "seats > mean(seats) * 1.9", NULL);
  triax_document_end(d);
  triax_document_map(d, T("segmentation"));
  put(d, "by", "arr");
  put(d, "previous", "before");
  put(d, "hold", "10%");
  triax_document_list(d, T("segments"));
  segment(d, "best", "top", "3%");
  segment(d, "tall", "when", "health > 60 && vertical in [\"a\", \"b\"]");
  segment(d, "rich", "at_least", "700");
  segment(d, "odd", "when", "band == \"red\" && vertical.startsWith(\"c\")");
  triax_document_end(d);
  triax_document_end(d);
  assert_int_equal(triax_document_finish(d, NULL), TRIAX_OK);
  triax_error error;
  if (triax_policy_new(context, d, &policy, NULL, &error) != TRIAX_OK) fail_msg("%s: %s", error.path, error.message);
  triax_document_free(d);
  return policy;
}

static uint64_t seed = 20261122;
static uint64_t next_random(void) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return seed;
}

static void add_numbers(triax_table_builder *builder, size_t column, unsigned range) {
  double values[ROWS];
  for (size_t row = 0; row < ROWS; row++) {
    values[row] = next_random() % 10 == 0 ? NAN : (double)(next_random() % range);
  }
  assert_int_equal(triax_table_builder_numbers(builder, column, values, NULL, ROWS, NULL), TRIAX_OK);
}

static void add_texts(triax_table_builder *builder, size_t column, const char *const *words, size_t count) {
  triax_text values[ROWS];
  for (size_t row = 0; row < ROWS; row++) values[row] = T(words[next_random() % count]); /* NULL: missing */
  assert_int_equal(triax_table_builder_texts(builder, column, values, ROWS, NULL), TRIAX_OK);
}

static triax_customers *make_customers(triax_context *context, const triax_policy *policy) {
  static const char *const verticals[] = {"a", "b", "c1", "c2", NULL}, *const before[] = {"best", "rich", "gone", NULL};
  static char names[ROWS][8];
  triax_text keys[ROWS];
  int64_t since[ROWS];
  triax_table_builder *builder;
  triax_table *table;
  triax_customers *customers;
  assert_int_equal(triax_table_builder_new(context, &builder, NULL), TRIAX_OK);
  static const struct {
    const char *name;
    int32_t type;
  } columns[] = {{"id", TRIAX_TYPE_STRING},    {"arr", TRIAX_TYPE_NUMBER},      {"seats", TRIAX_TYPE_NUMBER},
                 {"active", TRIAX_TYPE_NUMBER}, {"vertical", TRIAX_TYPE_STRING}, {"before", TRIAX_TYPE_STRING},
                 {"since", TRIAX_TYPE_DATE}};
  for (size_t c = 0; c < 7; c++) {
    assert_int_equal(triax_table_builder_column(builder, T(columns[c].name), columns[c].type, NULL, NULL), TRIAX_OK);
  }
  for (size_t row = 0; row < ROWS; row++) {
    snprintf(names[row], sizeof names[row], "k%u", (unsigned)row);
    keys[row] = T(names[row]);
    since[row] = 19000 + (int64_t)(next_random() % 1500);
  }
  assert_int_equal(triax_table_builder_texts(builder, 0, keys, ROWS, NULL), TRIAX_OK);
  add_numbers(builder, 1, 1000);
  add_numbers(builder, 2, 50);
  add_numbers(builder, 3, 50);
  add_texts(builder, 4, verticals, 5);
  add_texts(builder, 5, before, 4);
  assert_int_equal(triax_table_builder_integers(builder, 6, since, NULL, ROWS, NULL), TRIAX_OK);
  assert_int_equal(triax_table_builder_finish(builder, &table, NULL), TRIAX_OK);
  triax_table_builder_free(builder);
  assert_int_equal(triax_customers_new(context, policy, table, NULL, &customers, NULL, NULL, NULL), TRIAX_OK);
  triax_table_unref(table);
  return customers;
}

static void assert_same_text(triax_text a, triax_text b) {
  assert_int_equal(a.length, b.length);
  if (a.length) assert_memory_equal(a.bytes, b.bytes, a.length);
}

static void assert_same_number(double a, double b) {
  if (isnan(a) || isnan(b)) assert_true(isnan(a) && isnan(b));
  else assert_memory_equal(&a, &b, sizeof a); /* to the bit */
}

static void compare_row(triax_judge *judge, const triax_table *table, size_t row) {
  static const char *const names[] = {"segment", "band", "health", "coverage"};
  size_t c[4];
  triax_judgement found = {.struct_size = sizeof found};
  for (int k = 0; k < 4; k++) c[k] = triax_table_find(table, T(names[k]));
  assert_int_equal(triax_judge_row(judge, row, NULL), TRIAX_OK);
  assert_int_equal(triax_judge_run(judge, &found, NULL), TRIAX_OK);
  assert_same_text(found.segment, triax_table_text(table, c[0], row));
  triax_text band = triax_table_text(table, c[1], row);
  assert_same_text(found.band, band.length == 7 && memcmp(band.bytes, "unknown", 7) == 0 ? T(NULL) : band);
  assert_same_number(found.health, triax_table_number(table, c[2], row));
  assert_same_number(found.coverage, triax_table_number(table, c[3], row));
}

static void test_every_row(void **state) {
  (void)state;
  triax_context *context;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  triax_policy *policy = make_policy(context);
  triax_customers *customers = make_customers(context, policy);
  triax_plan_options options = TRIAX_PLAN_OPTIONS_INIT;
  options.has_as_of = triax_date_of(T("2026-11-22"), &options.as_of);
  triax_plan *plan;
  triax_error error;
  if (triax_plan_new(context, policy, customers, NULL, &options, &plan, NULL, &error) != TRIAX_OK) {
    fail_msg("%s: %s", error.path, error.message);
  }
  triax_judge *judge;
  assert_int_equal(triax_judge_new(plan, &judge, NULL), TRIAX_OK);
  const triax_table *table = triax_plan_table(plan, TRIAX_PLAN_CUSTOMERS);
  for (size_t row = 0; row < ROWS; row++) compare_row(judge, table, row);
  triax_judge_free(judge);
  triax_plan_unref(plan);
  triax_customers_unref(customers);
  triax_policy_unref(policy);
  triax_context_unref(context);
}

/* A changed customer: set by hand, judged against the same set. */
static void test_changed(void **state) {
  (void)state;
  triax_context *context;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  triax_policy *policy = make_policy(context);
  triax_customers *customers = make_customers(context, policy);
  triax_plan_options options = TRIAX_PLAN_OPTIONS_INIT;
  options.has_as_of = triax_date_of(T("2026-11-22"), &options.as_of);
  triax_plan *plan;
  triax_judge *judge;
  triax_judgement found = {.struct_size = sizeof found};
  assert_int_equal(triax_plan_new(context, policy, customers, NULL, &options, &plan, NULL, NULL), TRIAX_OK);
  assert_int_equal(triax_judge_new(plan, &judge, NULL), TRIAX_OK);
  triax_judge_clear(judge);
  assert_int_equal(triax_judge_number(judge, triax_judge_column(judge, T("arr")), 750, NULL), TRIAX_OK);
  assert_int_equal(triax_judge_run(judge, &found, NULL), TRIAX_OK);
  assert_same_text(found.segment, T("rich")); /* 750 >= 700; no other test can be judged but `top`, which is far off */
  assert_int_equal(found.uncertain, 1);
  assert_true(isnan(found.health)); /* one metric of three: coverage 1/3 is below a half */
  assert_int_equal(triax_judge_text(judge, triax_judge_column(judge, T("before")), T("rich"), NULL), TRIAX_OK);
  assert_int_equal(triax_judge_number(judge, triax_judge_column(judge, T("arr")), 640, NULL), TRIAX_OK);
  assert_int_equal(triax_judge_run(judge, &found, NULL), TRIAX_OK);
  assert_same_text(found.segment, T("rich")); /* held: 640 >= 700 × 0.9 = 630 */
  assert_int_equal(triax_judge_number(judge, triax_judge_column(judge, T("arr")), 629, NULL), TRIAX_OK);
  assert_int_equal(triax_judge_run(judge, &found, NULL), TRIAX_OK);
  assert_null(found.segment.bytes);
  assert_int_equal(triax_judge_number(judge, SIZE_MAX, 1, NULL), TRIAX_EINVAL);
  triax_error error;
  assert_int_equal(triax_judge_text(judge, triax_judge_column(judge, T("arr")), T("640"), &error), TRIAX_EINVAL);
  assert_string_equal(error.message, "'arr' is a column of type number, which takes no text");
  found.struct_size = 8;
  assert_int_equal(triax_judge_run(judge, &found, NULL), TRIAX_EINVAL);
  triax_judge_free(judge);
  triax_plan_unref(plan);
  triax_customers_unref(customers);
  triax_policy_unref(policy);
  triax_context_unref(context);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_row), cmocka_unit_test(test_changed)};
  return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
