/* Tests over so many pairs that customers share rows of them, under failing allocations; who is struck off, or who alone
 * is let in, is so all the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <triax/triax.h>

#include "fault.h"
#include "words.h"

/* More pairs than are judged one and all, with everybody a group of its own. */
#define CUSTOMERS 70
#define CSMS 64

static triax_status make_policy(triax_context *context, bool denies, triax_policy **policy, triax_error *error) {
  triax_document *d;
  triax_status status = triax_document_new(context, &d, error);
  if (status != TRIAX_OK) return status;
  put(d, "triax", "1");
  triax_document_map(d, T("customers"));
  put(d, "key", "id");
  triax_document_map(d, T("columns"));
  triax_document_map(d, T("past"));
  put(d, "type", "strings");
  triax_document_end(d);
  triax_document_end(d);
  triax_document_end(d);
  triax_document_map(d, T("segmentation"));
  triax_document_list(d, T("segments"));
  segment(d, "all", NULL, NULL);
  triax_document_end(d);
  triax_document_end(d);
  triax_document_map(d, T("allocation"));
  put(d, "effort", "0.001"); /* the loop over failures runs hundreds of plans */
  triax_document_map(d, T("capacity"));
  put(d, "accounts", "2");
  triax_document_end(d);
  put(d, "eligible", denies ? "!(csm.id in customer.past.orValue([]))" : "csm.id in customer.past.orValue([])");
  triax_document_list(d, T("prefer"));
  triax_document_map(d, TRIAX_NO_KEY);
  put(d, "when", "csm.id != customer.referred && size(customer.past) > 1");
  triax_document_end(d);
  triax_document_end(d);
  triax_document_end(d);
  status = triax_document_finish(d, error);
  if (status == TRIAX_OK) status = triax_policy_new(context, d, policy, NULL, error);
  triax_document_free(d);
  return status;
}

static void name_csm(char *name, size_t csm) { snprintf(name, 8, "S%02u", (unsigned)(csm % CSMS)); }

/* Customer c had CSM c and, every third, c + 7; it was referred by c + 3. */
static triax_status make_table(triax_context *context, bool team, triax_table **table, triax_error *error) {
  static const char *const names[] = {"id", "past", "referred"};
  triax_table_builder *builder = NULL;
  triax_status status = triax_table_builder_new(context, &builder, error);
  for (size_t column = 0; status == TRIAX_OK && column < (team ? 1 : 3); column++) {
    status = triax_table_builder_column(builder, T(names[column]), TRIAX_TYPE_TEXT, NULL, error);
    for (size_t row = 0; status == TRIAX_OK && row < (team ? CSMS : CUSTOMERS); row++) {
      char text[24], more[8];
      name_csm(text, column == 2 ? row + 3 : row);
      if (column == 0 && !team) snprintf(text, sizeof text, "C%02u", (unsigned)row);
      name_csm(more, row + 7);
      if (column == 1 && row % 3 == 0) snprintf(text + strlen(text), sizeof text - strlen(text), ";%s", more);
      triax_text cell = T(text);
      status = triax_table_builder_texts(builder, column, &cell, 1, error);
    }
  }
  if (status == TRIAX_OK) status = triax_table_builder_finish(builder, table, error);
  triax_table_builder_free(builder);
  return status;
}

static void check_plan(const triax_plan *plan, bool denies) {
  const triax_table *customers = triax_plan_table(plan, TRIAX_PLAN_CUSTOMERS);
  size_t column = triax_table_find(customers, T("csm"));
  for (size_t row = 0; row < CUSTOMERS; row++) {
    char had[8], more[8];
    name_csm(had, row);
    name_csm(more, row + 7);
    triax_text csm = triax_table_text(customers, column, row);
    assert_int_equal(csm.length, 3); /* there is room for all */
    bool again = memcmp(csm.bytes, had, 3) == 0 || (row % 3 == 0 && memcmp(csm.bytes, more, 3) == 0);
    assert_true(again != denies);
  }
}

static triax_status scenario(triax_context *context, void *user) {
  triax_policy *policy = NULL;
  triax_table *tables[2] = {NULL, NULL};
  triax_customers *customers = NULL;
  triax_team *team = NULL;
  triax_plan *plan = NULL;
  triax_plan_options options = TRIAX_PLAN_OPTIONS_INIT;
  options.has_as_of = triax_date_of(T("2026-11-21"), &options.as_of);
  options.hires = -1;
  const bool *denies = user;
  triax_status status = make_policy(context, *denies, &policy, NULL);
  for (int t = 0; status == TRIAX_OK && t < 2; t++) status = make_table(context, t == 1, &tables[t], NULL);
  if (status == TRIAX_OK) status = triax_customers_new(context, policy, tables[0], NULL, &customers, NULL, NULL, NULL);
  if (status == TRIAX_OK) status = triax_team_new(context, policy, tables[1], NULL, &team, NULL, NULL, NULL);
  if (status == TRIAX_OK) status = triax_plan_new(context, policy, customers, team, &options, &plan, NULL, NULL);
  if (status == TRIAX_OK) check_plan(plan, *denies);
  else assert_null(plan);
  triax_plan_unref(plan);
  triax_team_unref(team);
  triax_customers_unref(customers);
  for (int t = 0; t < 2; t++) triax_table_unref(tables[t]);
  triax_policy_unref(policy);
  return status;
}

static void test_shared_rows(void **state) {
  (void)state;
  for (int which = 0; which < 2; which++) {
    bool denies = which == 0;
    assert_true(fault_run(scenario, &denies) > 200);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_shared_rows)};
  return cmocka_run_group_tests_name("fault pairs", tests, NULL, NULL);
}
