/* The whole road under failing allocations and canceling callbacks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <triax/triax.h>

#include "company.h"
#include "fault.h"

static triax_status plan_scenario(triax_context *context, void *user) {
  triax_plan_options options = company_options();
  triax_error error;
  triax_plan *plan = NULL;
  triax_status status = company_plan(context, *(company_kind *)user, &options, &plan, &error);
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
  triax_plan_options options = company_options();
  triax_error error;
  triax_plan *plan = NULL;
  triax_table *history = NULL;
  company_kind kind = COMPANY_HEALTH;
  (void)user;
  triax_status status = company_history(context, &history, &error);
  options.history = history;
  if (status == TRIAX_OK) status = company_plan(context, kind, &options, &plan, &error);
  if (status == TRIAX_OK) assert_int_equal(triax_table_rows(triax_plan_table(plan, TRIAX_PLAN_TREND)), 5);
  else assert_null(plan);
  triax_plan_unref(plan);
  triax_table_unref(history);
  return status;
}

/* A plan from the one before (which was made in peace), checked from its input. */
static triax_status replan_scenario(triax_context *context, void *user) {
  triax_plan_options options = company_options();
  triax_plan *plan = NULL;
  triax_plan_proof proof = TRIAX_PLAN_PROOF_INIT;
  options.previous = user;
  triax_status status = company_plan(context, COMPANY_WHOLE, &options, &plan, NULL);
  if (status == TRIAX_OK) status = triax_plan_verify(plan, &proof, NULL);
  if (status == TRIAX_OK) {
    assert_true(proof.rules_hold && proof.as_stated && proof.bound_holds);
  } else {
    assert_int_equal(proof.rules_hold, 0);
  }
  triax_plan_unref(plan);
  return status;
}

/* The allocation solved again: for hires, for other weights, and with a customer elsewhere. */
static triax_status again_scenario(triax_context *context, void *user) {
  triax_plan_options options = company_options();
  triax_error error;
  triax_plan *plan = NULL;
  options.tradeoff = options.hires = 1;
  triax_status status = company_plan(context, *(company_kind *)user, &options, &plan, &error);
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

static void test_trend(void **state) {
  (void)state;
  assert_true(fault_run(trend_scenario, NULL) > 200);
}

static void test_replan(void **state) {
  (void)state;
  triax_plan_options options = company_options();
  triax_context *context = NULL;
  triax_plan *previous = NULL;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  assert_int_equal(company_plan(context, COMPANY_WHOLE, &options, &previous, NULL), TRIAX_OK);
  assert_true(fault_run(replan_scenario, previous) > 100);
  triax_plan_unref(previous);
  triax_context_unref(context);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_plans), cmocka_unit_test(test_actions), cmocka_unit_test(test_trend),
      cmocka_unit_test(test_again), cmocka_unit_test(test_replan),  cmocka_unit_test(test_cancel),
  };
  return cmocka_run_group_tests_name("fault plan", tests, NULL, NULL);
}
