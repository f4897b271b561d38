/* What a host's log hears: in the order of the work, on the thread that made the call, and the same every time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <triax/triax.h>

#include "words.h"

#define MOST_LINES 40

typedef struct heard {
  size_t count;
  int32_t level[MOST_LINES];
  char line[MOST_LINES][TRIAX_ERROR_SIZE];
} heard;

/* Set on the thread of the tests alone. */
static _Thread_local int is_callers = 0;

static void hear(void *user, int32_t level, const char *line) {
  heard *h = user;
  assert_true(is_callers);
  assert_true(h->count < MOST_LINES);
  assert_true(strlen(line) < TRIAX_ERROR_SIZE && strpbrk(line, "\r\n\t") == NULL);
  h->level[h->count] = level;
  snprintf(h->line[h->count++], TRIAX_ERROR_SIZE, "%s", line);
}

static triax_context *context_of(heard *h, uint64_t threads) {
  triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
  triax_context *context = NULL;
  options.log = h ? hear : NULL;
  options.log_user = h;
  options.threads = threads;
  assert_int_equal(triax_context_new(&options, &context, NULL), TRIAX_OK);
  return context;
}

static triax_status read_policy(triax_context *context, const char *test, triax_policy **policy) {
  triax_document *d = NULL;
  assert_int_equal(triax_document_new(context, &d, NULL), TRIAX_OK);
  put(d, "triax", "1");
  put(d, "name", "two\nlines");
  triax_document_map(d, T("health"));
  triax_document_map(d, T("metrics"));
  metric(d, "use", "active", 0, 10);
  triax_document_end(d);
  triax_document_end(d);
  two_sizes(d, test, "2", "1");
  assert_int_equal(triax_document_finish(d, NULL), TRIAX_OK);
  triax_status status = triax_policy_new(context, d, policy, NULL, NULL);
  triax_document_free(d);
  return status;
}

/* Every fifth customer is as the five of the first test; `active` is missing for the second of them. */
static triax_customers *customers_of(triax_context *context, const triax_policy *policy, size_t rows) {
  static const double arr[5] = {9000, 8000, 6000, 400, 300}, active = 5;
  triax_table_builder *builder = NULL;
  triax_table *table = NULL;
  triax_customers *customers = NULL;
  assert_int_equal(triax_table_builder_new(context, &builder, NULL), TRIAX_OK);
  assert_int_equal(triax_table_builder_column(builder, T("id"), TRIAX_TYPE_TEXT, NULL, NULL), TRIAX_OK);
  assert_int_equal(triax_table_builder_column(builder, T("arr"), TRIAX_TYPE_NUMBER, NULL, NULL), TRIAX_OK);
  assert_int_equal(triax_table_builder_column(builder, T("active"), TRIAX_TYPE_NUMBER, NULL, NULL), TRIAX_OK);
  for (size_t row = 0; row < rows; row++) {
    char key[24];
    snprintf(key, sizeof key, "c%zu", row);
    triax_text text = T(key);
    const uint8_t present = row % 5 != 1;
    assert_int_equal(triax_table_builder_texts(builder, 0, &text, 1, NULL), TRIAX_OK);
    assert_int_equal(triax_table_builder_numbers(builder, 1, &arr[row % 5], NULL, 1, NULL), TRIAX_OK);
    assert_int_equal(triax_table_builder_numbers(builder, 2, &active, &present, 1, NULL), TRIAX_OK);
  }
  assert_int_equal(triax_table_builder_finish(builder, &table, NULL), TRIAX_OK);
  triax_table_builder_free(builder);
  assert_int_equal(triax_customers_new(context, policy, table, NULL, &customers, NULL, NULL, NULL), TRIAX_OK);
  triax_table_unref(table);
  return customers;
}

static triax_team *team_of(triax_context *context, const triax_policy *policy) {
  triax_table_builder *builder = NULL;
  triax_table *table = NULL;
  triax_team *team = NULL;
  const triax_text key = T("s");
  assert_int_equal(triax_table_builder_new(context, &builder, NULL), TRIAX_OK);
  assert_int_equal(triax_table_builder_column(builder, T("id"), TRIAX_TYPE_TEXT, NULL, NULL), TRIAX_OK);
  assert_int_equal(triax_table_builder_texts(builder, 0, &key, 1, NULL), TRIAX_OK);
  assert_int_equal(triax_table_builder_finish(builder, &table, NULL), TRIAX_OK);
  triax_table_builder_free(builder);
  assert_int_equal(triax_team_new(context, policy, table, NULL, &team, NULL, NULL, NULL), TRIAX_OK);
  triax_table_unref(table);
  return team;
}

/* Policy, customers, team, plan; with a previous plan, and a comparison, where asked for. */
static void work(triax_context *context, size_t rows, int again) {
  triax_policy *policy = NULL;
  triax_plan *plan = NULL, *next = NULL;
  triax_comparison *comparison = NULL;
  assert_int_equal(read_policy(context, "at_least", &policy), TRIAX_OK);
  triax_customers *customers = customers_of(context, policy, rows);
  triax_team *team = team_of(context, policy);
  triax_plan_options options = TRIAX_PLAN_OPTIONS_INIT;
  options.as_of = 20000; /* 2024-10-04 */
  options.has_as_of = 1;
  options.hires = -1;
  assert_int_equal(triax_plan_new(context, policy, customers, team, &options, &plan, NULL, NULL), TRIAX_OK);
  if (again) {
    options.previous = plan;
    assert_int_equal(triax_plan_new(context, policy, customers, team, &options, &next, NULL, NULL), TRIAX_OK);
    assert_int_equal(triax_comparison_new(context, plan, next, NULL, &comparison, NULL), TRIAX_OK);
  }
  triax_comparison_unref(comparison);
  triax_plan_unref(next);
  triax_plan_unref(plan);
  triax_team_unref(team);
  triax_customers_unref(customers);
  triax_policy_unref(policy);
}

static void expect(const heard *h, size_t at, int32_t level, const char *line) {
  assert_true(at < h->count);
  assert_string_equal(h->line[at], line);
  assert_int_equal(h->level[at], level);
}

/* By hand: 9000, 8000 and 6000 are large; `active` is there for four of five; a CSM carries two large ones, and nothing
 * else beside them, so that the two of the most value are owned. The name's line end is a blank. */
static void each_call_says_what_came_of_it(void **state) {
  (void)state;
  static heard h;
  memset(&h, 0, sizeof h);
  triax_context *context = context_of(&h, 1);
  work(context, 5, 0);
  expect(&h, 0, TRIAX_LEVEL_NOTE, "policy two lines: segments 2, metrics of health 1, scores 0, plays 0");
  expect(&h, 1, TRIAX_LEVEL_NOTE, "customers: rows 5, columns 3");
  expect(&h, 2, TRIAX_LEVEL_NOTE, "team: rows 1, columns 1");
  assert_int_equal(h.level[3], TRIAX_LEVEL_DETAIL);
  const char *begins = "plan: steps 4, customers 5, CSMs 1, as of 2024-10-04; threads at most 1, instructions ";
  assert_memory_equal(h.line[3], begins, strlen(begins));
  expect(&h, 4, TRIAX_LEVEL_DETAIL, "health: metrics 1, limits 0, customers with a value 4 of 5");
  expect(&h, 5, TRIAX_LEVEL_DETAIL, "segmentation: segments 2, customers in none 0 of 5");
  expect(&h, 6, TRIAX_LEVEL_DETAIL, "allocation: customers with a CSM 2 of 5; proven best");
  expect(&h, 7, TRIAX_LEVEL_DETAIL, "success: criteria 0");
  expect(&h, 8, TRIAX_LEVEL_NOTE, "plan: made, customers 5, CSMs 1");
  assert_int_equal(h.count, 9);
  triax_context_unref(context);
}

static void a_plan_from_a_previous_one_says_so(void **state) {
  (void)state;
  static heard h;
  memset(&h, 0, sizeof h);
  triax_context *context = context_of(&h, 1);
  work(context, 5, 1);
  expect(&h, 12, TRIAX_LEVEL_DETAIL,
         "allocation: customers with a CSM 2 of 5, from the books of the previous plan; proven best");
  expect(&h, 15, TRIAX_LEVEL_NOTE, "comparison: made, accounts on both sides 5, new 0, gone 0; that differ 0");
  assert_int_equal(h.count, 16);
  triax_context_unref(context);
}

/* Of 200,000 rows several threads have a part: all lines come on this one, and are those of one thread. */
static void threads_change_nothing_but_their_number(void **state) {
  (void)state;
  static heard one, four;
  memset(&one, 0, sizeof one);
  memset(&four, 0, sizeof four);
  triax_context *alone = context_of(&one, 1), *together = context_of(&four, 4);
  work(alone, 200000, 0);
  work(together, 200000, 0);
  assert_int_equal(one.count, 9);
  assert_int_equal(four.count, 9);
  for (size_t i = 0; i < one.count; i++) {
    assert_int_equal(four.level[i], one.level[i]);
    if (i == 3) continue;
    assert_string_equal(four.line[i], one.line[i]);
  }
  assert_non_null(strstr(one.line[3], "threads at most 1,"));
  assert_non_null(strstr(four.line[3], "threads at most 4,"));
  triax_context_unref(alone);
  triax_context_unref(together);
}

/* A failure is the call's: status, error and messages tell it. */
static void what_fails_says_nothing(void **state) {
  (void)state;
  static heard h;
  memset(&h, 0, sizeof h);
  triax_context *context = context_of(&h, 1);
  triax_policy *policy = NULL;
  assert_int_equal(read_policy(context, "at_most", &policy), TRIAX_EPOLICY);
  assert_int_equal(h.count, 0);
  triax_context_unref(context);
  context = context_of(NULL, 1);
  work(context, 5, 1);
  triax_context_unref(context);
}

int main(void) {
  is_callers = 1;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_call_says_what_came_of_it),
      cmocka_unit_test(a_plan_from_a_previous_one_says_so),
      cmocka_unit_test(threads_change_nothing_but_their_number),
      cmocka_unit_test(what_fails_says_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
