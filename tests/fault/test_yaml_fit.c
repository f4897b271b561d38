/* Fit and back-test under failing allocations and canceling callbacks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <triax/triax.h>
#include <triax/yaml.h>

#include "fault.h"

#define T(literal) triax_text_of(literal)
#define ROWS 60

static triax_status make_policy(triax_context *context, const char *health, triax_policy **policy, triax_error *error) {
  triax_document *d = NULL;
  triax_status status = triax_document_new(context, &d, error);
  if (status != TRIAX_OK) return status;
  triax_document_text(d, T("triax"), T("1"));
  triax_document_map(d, T("customers"));
  triax_document_text(d, T("key"), T("id"));
  triax_document_end(d);
  if (health) {
    triax_document_map(d, T("health"));
    triax_document_map(d, T("metrics"));
    triax_document_map(d, T("use"));
    triax_document_text(d, T("value"), T(health));
    triax_document_list(d, T("scale"));
    for (int k = 0; k < 2; k++) {
      triax_document_list(d, TRIAX_NO_KEY);
      triax_document_number(d, TRIAX_NO_KEY, ROWS * k);
      triax_document_number(d, TRIAX_NO_KEY, 100 * k);
      triax_document_end(d);
    }
    triax_document_end(d);
    triax_document_end(d);
    triax_document_end(d);
    triax_document_map(d, T("bands"));
    triax_document_number(d, T("red"), 0);
    triax_document_number(d, T("green"), 50);
    triax_document_end(d);
    triax_document_end(d);
  }
  triax_document_map(d, T("segmentation"));
  triax_document_list(d, T("segments"));
  triax_document_map(d, TRIAX_NO_KEY);
  triax_document_text(d, T("name"), T("all"));
  triax_document_end(d);
  triax_document_end(d);
  triax_document_end(d);
  status = triax_document_finish(d, error);
  if (status == TRIAX_OK) status = triax_policy_new(context, d, policy, NULL, error);
  triax_document_free(d);
  return status;
}

/* Sixty customers: those of little use churn, but for a few. */
static triax_status make_customers(triax_context *context, const triax_policy *policy, triax_customers **customers,
                                   triax_error *error) {
  static const char *const names[] = {"id", "use", "plan", "flag", "churned", "fold"};
  triax_table_builder *builder = NULL;
  triax_table *table = NULL;
  triax_status status = triax_table_builder_new(context, &builder, error);
  for (size_t c = 0; status == TRIAX_OK && c < 6; c++) {
    status = triax_table_builder_column(builder, T(names[c]), TRIAX_TYPE_TEXT, NULL, error);
  }
  for (int row = 0; status == TRIAX_OK && row < ROWS; row++) {
    char id[16], use[16], fold[16];
    snprintf(id, sizeof id, "C%d", row);
    snprintf(use, sizeof use, "%d", row);
    snprintf(fold, sizeof fold, "%d", row % 2);
    const char *cells[] = {id,
                           row % 9 ? use : "",
                           row % 3 ? "plus" : "basic",
                           row % 5 ? "true" : "false",
                           (row < 30) != (row % 7 == 0) ? "yes" : "no",
                           fold};
    for (size_t c = 0; status == TRIAX_OK && c < 6; c++) {
      triax_text cell = cells[c][0] ? T(cells[c]) : TRIAX_NO_KEY;
      status = triax_table_builder_texts(builder, c, &cell, 1, error);
    }
  }
  if (status == TRIAX_OK) status = triax_table_builder_finish(builder, &table, error);
  if (status == TRIAX_OK) status = triax_customers_new(context, policy, table, NULL, customers, NULL, NULL, error);
  triax_table_unref(table);
  triax_table_builder_free(builder);
  return status;
}

static triax_status replace_section(triax_context *context, const triax_document *section) {
  char text[4096];
  size_t length = 0;
  const triax_status status = triax_yaml_replace(
      context, T("triax: 1\nhealth: {metrics: {}}\n# kept\nsegmentation: {segments: [{name: all}]}\n"), TRIAX_NO_KEY,
      T("health"), section, text, sizeof text, &length, NULL);
  if (status == TRIAX_OK) {
    assert_true(length < sizeof text);
    assert_non_null(strstr(text, "    use:"));
    assert_non_null(strstr(text, "\n# kept\nsegmentation: {"));
  } else {
    assert_int_equal(length, 0);
  }
  return status;
}

/* user: the method, or -1 for one that has pairs and directions. */
static triax_status fit_scenario(triax_context *context, void *user) {
  const int method = *(int *)user;
  const triax_text rising = T("use");
  triax_fit_options options = TRIAX_FIT_OPTIONS_INIT;
  triax_policy *policy = NULL;
  triax_customers *customers = NULL;
  triax_fit *fit = NULL;
  triax_error error = {.status = TRIAX_OK};
  options.outcome = T("churned");
  options.folds = T("fold");
  options.force = 1;
  options.method = method < 0 ? TRIAX_FIT_ADDITIVE : method;
  options.ridge = method == TRIAX_FIT_LOGISTIC;
  options.rising = &rising;
  options.rising_count = method < 0;
  triax_status status = make_policy(context, NULL, &policy, &error);
  if (status == TRIAX_OK) status = make_customers(context, policy, &customers, &error);
  if (status == TRIAX_OK) {
    status = triax_health_fit(context, policy, customers, &options, &fit, NULL, &error);
    if (status != TRIAX_OK) assert_null(fit);
  }
  if (status == TRIAX_OK) {
    assert_non_null(triax_fit_section(fit));
    assert_int_equal(triax_table_rows(triax_fit_table(fit, TRIAX_FIT_PREDICTIONS)), ROWS);
    status = replace_section(context, triax_fit_section(fit));
  } else {
    assert_int_equal(error.status, status);
  }
  triax_fit_unref(fit);
  triax_customers_unref(customers);
  triax_policy_unref(policy);
  return status;
}

static triax_status test_scenario(triax_context *context, void *user) {
  triax_backtest_options options = TRIAX_BACKTEST_OPTIONS_INIT;
  triax_policy *policy = NULL;
  triax_customers *customers = NULL;
  triax_document *report = NULL;
  triax_messages *messages = NULL;
  (void)user;
  options.outcome = T("churned");
  triax_status status = make_policy(context, "use", &policy, NULL);
  if (status == TRIAX_OK) status = make_customers(context, policy, &customers, NULL);
  if (status == TRIAX_OK) status = triax_messages_new(context, &messages, NULL);
  if (status == TRIAX_OK) status = triax_health_backtest(context, policy, customers, &options, &report, messages, NULL);
  if (status == TRIAX_OK) {
    assert_int_equal(triax_document_as_boolean(report, triax_document_find(report, 0, T("separates"))), 1);
  } else {
    assert_null(report);
  }
  triax_messages_free(messages);
  triax_document_free(report);
  triax_customers_unref(customers);
  triax_policy_unref(policy);
  return status;
}

static void test_fit(void **state) {
  (void)state;
  for (int method = -1; method <= TRIAX_FIT_LOGISTIC; method++) {
    size_t allocations = fault_run(fit_scenario, &method);
    print_message("# %zu allocations\n", allocations);
    assert_true(allocations > 200);
  }
}

static void test_cancel(void **state) {
  (void)state;
  int method = TRIAX_FIT_ADDITIVE;
  assert_true(fault_cancel_run(fit_scenario, &method) >= 20);
}

static void test_back_test(void **state) {
  (void)state;
  assert_true(fault_run(test_scenario, NULL) > 100);
}

/* What is no call: each is refused with its reason, and nothing is touched. */
static void test_arguments(void **state) {
  (void)state;
  triax_context *context = NULL;
  triax_policy *policy = NULL;
  triax_customers *customers = NULL;
  triax_fit *fit = NULL;
  triax_fit_options options = TRIAX_FIT_OPTIONS_INIT;
  triax_error error;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  assert_int_equal(make_policy(context, NULL, &policy, NULL), TRIAX_OK);
  assert_int_equal(make_customers(context, policy, &customers, NULL), TRIAX_OK);
  assert_int_equal(triax_health_fit(context, policy, customers, NULL, &fit, NULL, &error), TRIAX_EINVAL);
  assert_int_equal(triax_health_fit(context, policy, customers, &options, &fit, NULL, &error), TRIAX_ENOTFOUND);
  options.outcome = T("churned");
  options.method = 7;
  assert_int_equal(triax_health_fit(context, policy, customers, &options, &fit, NULL, &error), TRIAX_EINVAL);
  options.method = TRIAX_FIT_ADDITIVE;
  options.ridge = 1;
  assert_int_equal(triax_health_fit(context, policy, customers, &options, &fit, NULL, &error), TRIAX_EINVAL);
  options.ridge = 0;
  options.metric_count = 3;
  assert_int_equal(triax_health_fit(context, policy, customers, &options, &fit, NULL, &error), TRIAX_EINVAL);
  options.metric_count = 0;
  options.struct_size = 8;
  assert_int_equal(triax_health_fit(context, policy, customers, &options, &fit, NULL, &error), TRIAX_EINVAL);
  assert_null(fit);
  assert_null(triax_fit_section(NULL));
  assert_null(triax_fit_table(NULL, TRIAX_FIT_METRICS));
  assert_null(triax_fit_table_name(0));
  assert_string_equal(triax_fit_table_name(TRIAX_FIT_METRICS), "metrics");
  triax_customers_unref(customers);
  triax_policy_unref(policy);
  triax_context_unref(context);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_arguments), cmocka_unit_test(test_back_test),
                                     cmocka_unit_test(test_fit), cmocka_unit_test(test_cancel)};
  return cmocka_run_group_tests_name("fault fit", tests, NULL, NULL);
}
