/* A score model alone, aggregates and streams, under failing allocations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <triax/triax.h>

#include "company.h"
#include "fault.h"
#include "words.h"

/* A metric, a limit with its reason, bands. */
static triax_status health_of(triax_context *context, triax_health **health) {
  triax_document *d = NULL;
  triax_status status = triax_document_new(context, &d, NULL);
  if (status != TRIAX_OK) return status;
  triax_document_map(d, T("metrics"));
  metric(d, "use", "active / seats", 0, 1);
  triax_document_end(d);
  limit_and_bands(d, "seats > 0", "everybody");
  status = triax_document_finish(d, NULL);
  if (status == TRIAX_OK) status = triax_health_new(context, d, health, NULL, NULL);
  triax_document_free(d);
  return status;
}

static triax_status health_scenario(triax_context *context, void *user) {
  (void)user;
  triax_health *health = NULL;
  triax_customers *customers = NULL;
  triax_table *scores = NULL;
  triax_health_options options = TRIAX_HEALTH_OPTIONS_INIT;
  options.parts = 1;
  triax_status status = health_of(context, &health);
  if (status == TRIAX_OK) status = company_customers(context, NULL, &customers, NULL);
  if (status == TRIAX_OK) status = triax_health_score(health, customers, &options, &scores, NULL, NULL);
  assert_true((status == TRIAX_OK) == (scores != NULL));
  if (scores) assert_int_equal(triax_table_rows(scores), triax_table_rows(triax_customers_table(customers)));
  triax_table_unref(scores);
  triax_customers_unref(customers);
  triax_health_unref(health);
  return status;
}

static void test_health(void **state) {
  (void)state;
  assert_true(fault_run(health_scenario, NULL) > 100);
}

/* Taken out of a plan twice, merged, sent as bytes and read back. */
static triax_status aggregates_scenario(triax_context *context, void *user) {
  const triax_plan *plan = user;
  triax_aggregates *parts[2] = {NULL, NULL}, *whole = NULL, *back = NULL;
  unsigned char bytes[1 << 14];
  size_t length = 0;
  triax_status status = TRIAX_OK;
  for (size_t i = 0; status == TRIAX_OK && i < 2; i++) status = triax_plan_aggregates(plan, &parts[i], NULL);
  if (status == TRIAX_OK) {
    status = triax_aggregates_merge(context, (const triax_aggregates *const *)parts, 2, &whole, NULL);
  }
  if (status == TRIAX_OK) status = triax_aggregates_write(whole, bytes, sizeof bytes, &length, NULL);
  if (status == TRIAX_OK) status = triax_aggregates_read(context, bytes, length, &back, NULL);
  assert_true((status == TRIAX_OK) == (back != NULL));
  triax_aggregates_unref(back);
  triax_aggregates_unref(whole);
  for (size_t i = 0; i < 2; i++) triax_aggregates_unref(parts[i]);
  return status;
}

/* percentile() and `top` over the whole set. */
static void test_aggregates(void **state) {
  (void)state;
  triax_context *context = NULL;
  triax_plan *plan = NULL;
  triax_plan_options options = company_options();
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  assert_int_equal(company_plan(context, COMPANY_SEGMENTS, &options, &plan, NULL), TRIAX_OK);
  assert_true(fault_run(aggregates_scenario, plan) > 5);
  triax_plan_unref(plan);
  triax_context_unref(context);
}

static triax_status stream_scenario(triax_context *context, void *user) {
  (void)user;
  triax_customers *customers = NULL;
  triax_table *back = NULL;
  struct ArrowArrayStream stream = {.release = NULL};
  triax_status status = company_customers(context, NULL, &customers, NULL);
  if (status == TRIAX_OK) status = triax_table_to_arrow_stream(triax_customers_table(customers), &stream, NULL);
  if (status == TRIAX_OK) status = triax_table_from_arrow_stream(context, &stream, &back, NULL);
  assert_true((status == TRIAX_OK) == (back != NULL));
  if (stream.release) stream.release(&stream);
  triax_table_unref(back);
  triax_customers_unref(customers);
  /* A stream that cannot give its batch says so as such, whatever the reason. */
  return status == TRIAX_EDATA ? TRIAX_ENOMEM : status;
}

static void test_stream(void **state) {
  (void)state;
  assert_true(fault_run(stream_scenario, NULL) > 50);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_health),
      cmocka_unit_test(test_aggregates),
      cmocka_unit_test(test_stream),
  };
  return cmocka_run_group_tests_name("fault health", tests, NULL, NULL);
}
