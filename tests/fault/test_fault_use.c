/* What is done with plans, under failing allocations and canceling callbacks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <triax/triax.h>

#include "company.h"
#include "fault.h"

/* Two plans, made in peace, or one beside the present books. */
typedef struct pair {
  triax_plan *before, *after;
} pair;

static triax_status compare_scenario(triax_context *context, void *user) {
  const pair *plans = user;
  triax_error error;
  triax_comparison *comparison = NULL;
  triax_status status = triax_comparison_new(context, plans->before, plans->after, NULL, &comparison, &error);
  if (status != TRIAX_OK) {
    assert_null(comparison);
    assert_int_equal(error.status, status);
  } else {
    assert_true(triax_table_rows(triax_comparison_table(comparison, TRIAX_COMPARISON_ACCOUNTS)) > 0);
  }
  triax_comparison_unref(comparison);
  return status;
}

static triax_status check_scenario(triax_context *context, void *user) {
  const company_kind kind = *(company_kind *)user;
  triax_policy *policy = NULL;
  triax_customers *customers = NULL;
  triax_team *team = NULL;
  triax_messages *messages = NULL;
  triax_plan_options options = company_options();
  options.outcome = triax_text_of("gone");
  triax_status status = company_policy(context, kind, &policy, NULL);
  if (status == TRIAX_OK) status = company_customers(context, policy, &customers, NULL);
  if (status == TRIAX_OK && kind >= COMPANY_WHOLE) status = company_team(context, policy, &team, NULL);
  if (status == TRIAX_OK) status = triax_messages_new(context, &messages, NULL);
  if (status == TRIAX_OK) status = triax_plan_check(context, policy, customers, team, &options, messages, NULL);
  triax_messages_free(messages);
  triax_team_unref(team);
  triax_customers_unref(customers);
  triax_policy_unref(policy);
  return status;
}

/* Without data. */
static triax_status form_scenario(triax_context *context, void *user) {
  (void)user;
  triax_policy *policy = NULL;
  triax_messages *messages = NULL;
  triax_status status = company_policy(context, COMPANY_WHOLE, &policy, NULL);
  if (status == TRIAX_OK) status = triax_messages_new(context, &messages, NULL);
  if (status == TRIAX_OK) status = triax_plan_check(context, policy, NULL, NULL, NULL, messages, NULL);
  triax_messages_free(messages);
  triax_policy_unref(policy);
  return status;
}

static triax_status judge_scenario(triax_context *context, void *user) {
  (void)user;
  triax_plan_options options = company_options();
  triax_plan *plan = NULL;
  triax_judge *judge = NULL;
  triax_status status = company_plan(context, COMPANY_HEALTH, &options, &plan, NULL);
  if (status == TRIAX_OK) status = triax_judge_new(plan, &judge, NULL);
  for (size_t row = 0; status == TRIAX_OK && row < 5; row++) {
    triax_judgement judgement = {.struct_size = sizeof judgement};
    status = triax_judge_row(judge, row, NULL);
    if (status == TRIAX_OK) status = triax_judge_run(judge, &judgement, NULL);
  }
  triax_judge_free(judge);
  triax_plan_unref(plan);
  return status;
}

static triax_status evaluate_scenario(triax_context *context, void *user) {
  (void)user;
  triax_customers *customers = NULL;
  triax_table *values = NULL;
  triax_status status = company_customers(context, NULL, &customers, NULL);
  if (status == TRIAX_OK) {
    status = triax_evaluate(context, triax_text_of("percentile(seats) > 0.5 ? name + '!' : string(seats)"), customers,
                            NULL, &values, NULL, NULL);
  }
  triax_table_unref(values);
  triax_customers_unref(customers);
  return status;
}

static triax_status export_scenario(triax_context *context, void *user) {
  (void)user;
  triax_plan_options options = company_options();
  triax_plan *plan = NULL;
  struct ArrowSchema schema;
  struct ArrowArray array;
  triax_table *back = NULL;
  triax_status status = company_plan(context, COMPANY_HEALTH, &options, &plan, NULL);
  if (status == TRIAX_OK) {
    status = triax_table_to_arrow(triax_plan_table(plan, TRIAX_PLAN_CUSTOMERS), &schema, &array, NULL);
    if (status == TRIAX_OK) {
      status = triax_table_from_arrow(context, &schema, &array, &back, NULL);
      if (schema.release) schema.release(&schema);
      if (array.release) array.release(&array);
    }
  }
  triax_table_unref(back);
  triax_plan_unref(plan);
  return status;
}

/* Two days, two policies, or the present books. */
static void test_compare(void **state) {
  (void)state;
  const company_kind kinds[][2] = {{COMPANY_WHOLE, COMPANY_WHOLE},
                                   {COMPANY_HEALTH, COMPANY_SEGMENTS},
                                   {COMPANY_NONE, COMPANY_WHOLE},
                                   {COMPANY_FAMILIES, COMPANY_FAMILIES}};
  triax_context *context = NULL;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    pair plans = {NULL, NULL};
    triax_plan_options options = company_options();
    assert_int_equal(company_plan(context, kinds[i][1], &options, &plans.after, NULL), TRIAX_OK);
    options.as_of -= 30;
    if (kinds[i][0] != COMPANY_NONE) {
      assert_int_equal(company_plan(context, kinds[i][0], &options, &plans.before, NULL), TRIAX_OK);
    }
    size_t allocations = fault_run(compare_scenario, &plans), calls = fault_cancel_run(compare_scenario, &plans);
    print_message("# %zu allocations, %zu calls\n", allocations, calls);
    assert_true(allocations > 100);
    triax_plan_unref(plans.before);
    triax_plan_unref(plans.after);
  }
  triax_context_unref(context);
}

static void test_check(void **state) {
  (void)state;
  for (int kind = COMPANY_HEALTH; kind <= COMPANY_WHOLE; kind++) {
    company_kind which = (company_kind)kind;
    assert_true(fault_run(check_scenario, &which) > 100);
  }
  assert_true(fault_run(form_scenario, NULL) > 20);
}

static void test_judge(void **state) {
  (void)state;
  assert_true(fault_run(judge_scenario, NULL) > 100);
}

static void test_evaluate(void **state) {
  (void)state;
  assert_true(fault_run(evaluate_scenario, NULL) > 20);
}

static void test_export(void **state) {
  (void)state;
  assert_true(fault_run(export_scenario, NULL) > 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_compare),  cmocka_unit_test(test_check),  cmocka_unit_test(test_judge),
      cmocka_unit_test(test_evaluate), cmocka_unit_test(test_export),
  };
  return cmocka_run_group_tests_name("fault use", tests, NULL, NULL);
}
