/* The whole road under failing allocations and canceling callbacks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <triax/triax.h>

#include "company.h"
#include "fault.h"

static triax_status make_plan(triax_context *context, company_kind kind, const triax_plan_options *options,
                              triax_plan **plan, triax_error *error) {
  triax_policy *policy = NULL;
  triax_customers *customers = NULL;
  triax_team *team = NULL;
  triax_table *sent = NULL;
  triax_plan_options all = *options;
  triax_status status = company_policy(context, kind, &policy, error);
  if (status == TRIAX_OK) status = company_customers(context, policy, &customers, error);
  if (status == TRIAX_OK && kind >= COMPANY_WHOLE) status = company_team(context, policy, &team, error);
  if (status == TRIAX_OK && kind == COMPANY_ACTIONS) status = company_sent(context, &sent, error);
  all.sent = sent;
  if (status == TRIAX_OK) status = triax_plan_new(context, policy, customers, team, &all, plan, NULL, error);
  triax_table_unref(sent);
  triax_team_unref(team);
  triax_customers_unref(customers);
  triax_policy_unref(policy);
  return status;
}

static triax_plan_options dated(void) {
  triax_plan_options options = TRIAX_PLAN_OPTIONS_INIT;
  options.has_as_of = triax_date_of(triax_text_of("2026-11-21"), &options.as_of);
  options.parts = 1;
  options.hires = -1; /* test_again has them */
  return options;
}

static triax_status plan_scenario(triax_context *context, void *user) {
  triax_plan_options options = dated();
  triax_error error;
  triax_plan *plan = NULL;
  triax_status status = make_plan(context, *(company_kind *)user, &options, &plan, &error);
  if (status != TRIAX_OK) {
    assert_null(plan); /* outputs are untouched */
    assert_int_equal(error.status, status);
    return status;
  }
  triax_document *explanation = NULL;
  status = triax_plan_explain(plan, triax_text_of("c2"), &explanation, &error);
  triax_document_free(explanation);
  triax_plan_unref(plan);
  return status;
}

/* With earlier values of health. */
static triax_status trend_scenario(triax_context *context, void *user) {
  triax_plan_options options = dated();
  triax_error error;
  triax_plan *plan = NULL;
  triax_table *history = NULL;
  company_kind kind = COMPANY_HEALTH;
  (void)user;
  triax_status status = company_history(context, &history, &error);
  options.history = history;
  if (status == TRIAX_OK) status = make_plan(context, kind, &options, &plan, &error);
  if (status == TRIAX_OK) assert_int_equal(triax_table_rows(triax_plan_table(plan, TRIAX_PLAN_TREND)), 5);
  else assert_null(plan);
  triax_plan_unref(plan);
  triax_table_unref(history);
  return status;
}

/* Two days, two policies, or the present books. */
static triax_status compare_scenario(triax_context *context, void *user) {
  const company_kind *kinds = user;
  triax_plan_options options = dated();
  triax_error error;
  triax_plan *before = NULL, *after = NULL;
  triax_comparison *comparison = NULL;
  triax_status status = make_plan(context, kinds[1], &options, &after, &error);
  options.as_of -= 30;
  if (status == TRIAX_OK && kinds[0] != COMPANY_NONE) {
    status = make_plan(context, kinds[0], &options, &before, &error);
  }
  if (status == TRIAX_OK) {
    status = triax_comparison_new(context, before, after, NULL, &comparison, &error);
    if (status != TRIAX_OK) {
      assert_null(comparison);
      assert_int_equal(error.status, status);
    } else {
      assert_true(triax_table_rows(triax_comparison_table(comparison, TRIAX_COMPARISON_ACCOUNTS)) > 0);
    }
  }
  triax_comparison_unref(comparison);
  triax_plan_unref(before);
  triax_plan_unref(after);
  return status;
}

static triax_status check_scenario(triax_context *context, void *user) {
  const company_kind kind = *(company_kind *)user;
  triax_policy *policy = NULL;
  triax_customers *customers = NULL;
  triax_team *team = NULL;
  triax_messages *messages = NULL;
  triax_plan_options options = dated();
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

/* A plan from the one before (which was made in peace), checked from its input. */
static triax_status replan_scenario(triax_context *context, void *user) {
  triax_plan_options options = dated();
  triax_plan *plan = NULL;
  triax_plan_proof proof = TRIAX_PLAN_PROOF_INIT;
  options.previous = user;
  triax_status status = make_plan(context, COMPANY_WHOLE, &options, &plan, NULL);
  if (status == TRIAX_OK) status = triax_plan_verify(plan, &proof, NULL);
  if (status == TRIAX_OK) {
    assert_true(proof.rules_hold && proof.as_stated && proof.bound_holds);
  } else {
    assert_int_equal(proof.rules_hold, 0);
  }
  triax_plan_unref(plan);
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
  triax_plan_options options = dated();
  triax_plan *plan = NULL;
  triax_judge *judge = NULL;
  triax_status status = make_plan(context, COMPANY_HEALTH, &options, &plan, NULL);
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
  triax_plan_options options = dated();
  triax_plan *plan = NULL;
  struct ArrowSchema schema;
  struct ArrowArray array;
  triax_table *back = NULL;
  triax_status status = make_plan(context, COMPANY_HEALTH, &options, &plan, NULL);
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

/* The allocation solved again: for hires, for other weights, and with a customer elsewhere. */
static triax_status again_scenario(triax_context *context, void *user) {
  triax_plan_options options = dated();
  triax_error error;
  triax_plan *plan = NULL;
  options.tradeoff = options.hires = 1;
  triax_status status = make_plan(context, *(company_kind *)user, &options, &plan, &error);
  if (status != TRIAX_OK) {
    assert_null(plan);
    return status;
  }
  assert_non_null(triax_plan_table(plan, TRIAX_PLAN_TRADEOFF));
  assert_non_null(triax_plan_table(plan, TRIAX_PLAN_HIRES));
  const triax_table *csms = triax_plan_table(plan, TRIAX_PLAN_CSMS);
  for (size_t row = 0; status == TRIAX_OK && row < triax_table_rows(csms); row++) {
    triax_document *why = NULL;
    status = triax_plan_why_not(plan, triax_text_of("c2"), triax_table_text(csms, 0, row), &why, &error);
    assert_true((status == TRIAX_OK) == (why != NULL));
    triax_document_free(why);
  }
  triax_plan_unref(plan);
  return status;
}

static void test_again(void **state) {
  (void)state;
  company_kind which = COMPANY_WHOLE;
  assert_true(fault_run(again_scenario, &which) > 100);
  assert_true(fault_cancel_run(again_scenario, &which) >= 5);
}

static void test_plans(void **state) {
  (void)state;
  for (int kind = COMPANY_SEGMENTS; kind <= COMPANY_FAMILIES; kind++) {
    company_kind which = (company_kind)kind;
    size_t allocations = fault_run(plan_scenario, &which);
    print_message("# %zu allocations\n", allocations);
    assert_true(allocations > 100);
  }
}

static void test_actions(void **state) {
  (void)state;
  company_kind which = COMPANY_ACTIONS;
  assert_true(fault_run(plan_scenario, &which) > 200);
  assert_true(fault_cancel_run(plan_scenario, &which) >= 6);
}

static void test_cancel(void **state) {
  (void)state;
  company_kind which = COMPANY_WHOLE;
  assert_true(fault_cancel_run(plan_scenario, &which) >= 5);
}

static void test_compare(void **state) {
  (void)state;
  const company_kind pairs[][2] = {{COMPANY_WHOLE, COMPANY_WHOLE},
                                   {COMPANY_HEALTH, COMPANY_SEGMENTS},
                                   {COMPANY_NONE, COMPANY_WHOLE},
                                   {COMPANY_FAMILIES, COMPANY_FAMILIES}};
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    company_kind kinds[2] = {pairs[i][0], pairs[i][1]};
    assert_true(fault_run(compare_scenario, kinds) > 200);
  }
  company_kind kinds[2] = {COMPANY_WHOLE, COMPANY_WHOLE};
  assert_true(fault_cancel_run(compare_scenario, kinds) >= 5);
}

static void test_trend(void **state) {
  (void)state;
  assert_true(fault_run(trend_scenario, NULL) > 200);
}

static void test_check(void **state) {
  (void)state;
  for (int kind = COMPANY_HEALTH; kind <= COMPANY_WHOLE; kind++) {
    company_kind which = (company_kind)kind;
    assert_true(fault_run(check_scenario, &which) > 100);
  }
  assert_true(fault_run(form_scenario, NULL) > 20);
}

static void test_replan(void **state) {
  (void)state;
  triax_plan_options options = dated();
  triax_context *context = NULL;
  triax_plan *previous = NULL;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  assert_int_equal(make_plan(context, COMPANY_WHOLE, &options, &previous, NULL), TRIAX_OK);
  assert_true(fault_run(replan_scenario, previous) > 100);
  triax_plan_unref(previous);
  triax_context_unref(context);
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
      cmocka_unit_test(test_plans), cmocka_unit_test(test_cancel),   cmocka_unit_test(test_check),
      cmocka_unit_test(test_compare), cmocka_unit_test(test_again),
      cmocka_unit_test(test_trend),
      cmocka_unit_test(test_judge), cmocka_unit_test(test_evaluate), cmocka_unit_test(test_export),
      cmocka_unit_test(test_replan), cmocka_unit_test(test_actions),
  };
  return cmocka_run_group_tests_name("fault plan", tests, NULL, NULL);
}
