/* One customer judged must come to what the plan says of it, and ask for no memory. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench/plan_load.h"
#include "fault.h"

typedef struct judged {
  fault_allocator allocator;
  triax_context *context;
  triax_policy *policy;
  triax_customers *customers;
  triax_plan *plan;
  triax_judge *judge;
} judged;

static void open_judge(judged *j, size_t customers) {
  company c = {customers, 0, 7};
  triax_error error;
  *j = (judged){.allocator = {.countdown = FAULT_NEVER}};
  j->context = fault_context(&j->allocator);
  j->policy = bench_policy(j->context, &c);
  triax_table *table =
      bench_table(j->context, &c, c.customers, company_columns, COMPANY_COLUMNS, company_customer_row);
  j->customers = bench_customers(j->context, j->policy, table);
  triax_table_unref(table);
  j->plan = bench_plan(j->context, j->policy, j->customers, NULL, 0);
  assert_int_equal(triax_judge_new(j->plan, &j->judge, &error), TRIAX_OK);
}

static void close_judge(judged *j) {
  triax_judge_free(j->judge);
  triax_plan_unref(j->plan);
  triax_customers_unref(j->customers);
  triax_policy_unref(j->policy);
  triax_context_unref(j->context);
  assert_int_equal(j->allocator.live_blocks, 0);
}

static void assert_text(triax_text text, const triax_table *table, const char *column, size_t row, const char *none) {
  triax_text wanted = triax_table_text(table, triax_table_find(table, triax_text_of(column)), row);
  if (!text.bytes && none) text = triax_text_of(none);
  assert_int_equal(text.bytes != NULL, wanted.bytes != NULL);
  assert_int_equal(text.length, wanted.length);
  if (text.length) assert_memory_equal(text.bytes, wanted.bytes, text.length);
}

static void assert_number(double number, const triax_table *table, const char *column, size_t row) {
  double wanted = triax_table_number(table, triax_table_find(table, triax_text_of(column)), row);
  assert_true(number == wanted || (isnan(number) && isnan(wanted)));
}

static void judge_agrees_with_plan(void **state) {
  (void)state;
  enum { ROWS = 3000 };
  judged j;
  triax_error error;
  open_judge(&j, ROWS);
  const triax_table *table = triax_plan_table(j.plan, TRIAX_PLAN_CUSTOMERS);
  for (size_t row = 0; row < ROWS; row++) {
    triax_judgement found = {.struct_size = sizeof found};
    assert_int_equal(triax_judge_row(j.judge, row, &error), TRIAX_OK);
    assert_int_equal(triax_judge_run(j.judge, &found, &error), TRIAX_OK);
    assert_text(found.segment, table, "segment", row, NULL);
    assert_text(found.band, table, "band", row, "unknown");
    assert_number(found.health, table, "health", row);
    assert_number(found.coverage, table, "coverage", row);
  }
  close_judge(&j);
}

/* Once it has seen the longest lists; also when it runs again and again without a new customer. */
static void judge_asks_for_no_memory(void **state) {
  (void)state;
  enum { ROWS = 500 };
  judged j;
  triax_error error;
  open_judge(&j, ROWS);
  size_t arr = triax_judge_column(j.judge, triax_text_of("arr")), before = 0;
  for (int round = 0; round < 3; round++) {
    for (size_t row = 0; row < ROWS; row++) {
      triax_judgement found = {.struct_size = sizeof found};
      assert_int_equal(triax_judge_row(j.judge, row, &error), TRIAX_OK);
      for (int run = 0; run < 20; run++) {
        assert_int_equal(triax_judge_number(j.judge, arr, 60000.0 * run, &error), TRIAX_OK);
        assert_int_equal(triax_judge_run(j.judge, &found, &error), TRIAX_OK);
      }
      assert_int_equal(found.segment.length, 6); /* global */
    }
    if (round == 0) before = j.allocator.total;
  }
  assert_int_equal(j.allocator.total, before);
  close_judge(&j);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(judge_agrees_with_plan),
      cmocka_unit_test(judge_asks_for_no_memory),
  };
  return cmocka_run_group_tests_name("plan judge", tests, NULL, NULL);
}
