/* Books that somebody hears of while they are searched, and may find good enough. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <triax/triax.h>

#include "words.h"

#define CUSTOMERS 3000
#define CSMS 60

typedef struct listener {
  size_t count, enough_at;
  double value, bound;
} listener;

static int listen(void *user, const triax_books_state *state) {
  listener *l = user;
  assert_int_equal(state->struct_size, sizeof *state);
  assert_true(state->uncovered_bound >= 0 && state->uncovered_bound <= state->uncovered_value);
  assert_true(l->count == 0 || state->uncovered_value <= l->value);
  assert_true(l->count == 0 || state->uncovered_bound >= l->bound);
  l->value = state->uncovered_value;
  l->bound = state->uncovered_bound;
  return ++l->count == l->enough_at;
}

/* Two sizes of account, which fill CSMs unevenly, and more of them than there is room for. */
static triax_policy *policy_of(triax_context *context) {
  triax_document *d = NULL;
  triax_policy *policy = NULL;
  assert_int_equal(triax_document_new(context, &d, NULL), TRIAX_OK);
  put(d, "triax", "1");
  two_sizes(d, "at_least", "17", "43");
  assert_int_equal(triax_document_finish(d, NULL), TRIAX_OK);
  assert_int_equal(triax_policy_new(context, d, &policy, NULL, NULL), TRIAX_OK);
  triax_document_free(d);
  return policy;
}

static triax_table *table_of(triax_context *context, const char *prefix, size_t rows, int money) {
  triax_table_builder *builder = NULL;
  triax_table *table = NULL;
  unsigned random = 7;
  assert_int_equal(triax_table_builder_new(context, &builder, NULL), TRIAX_OK);
  assert_int_equal(triax_table_builder_column(builder, T("id"), TRIAX_TYPE_TEXT, NULL, NULL), TRIAX_OK);
  if (money) assert_int_equal(triax_table_builder_column(builder, T("arr"), TRIAX_TYPE_NUMBER, NULL, NULL), TRIAX_OK);
  for (size_t row = 0; row < rows; row++) {
    char key[24];
    snprintf(key, sizeof key, "%s%zu", prefix, row);
    triax_text text = T(key);
    random = random * 1664525u + 1013904223u;
    double arr = (double)(1000 + (random >> 8) % 9000);
    assert_int_equal(triax_table_builder_texts(builder, 0, &text, 1, NULL), TRIAX_OK);
    if (money) assert_int_equal(triax_table_builder_numbers(builder, 1, &arr, NULL, 1, NULL), TRIAX_OK);
  }
  assert_int_equal(triax_table_builder_finish(builder, &table, NULL), TRIAX_OK);
  triax_table_builder_free(builder);
  return table;
}

typedef struct inputs {
  triax_context *context;
  triax_policy *policy;
  triax_customers *customers;
  triax_team *team;
} inputs;

static void open_inputs(inputs *in) {
  assert_int_equal(triax_context_new(NULL, &in->context, NULL), TRIAX_OK);
  in->policy = policy_of(in->context);
  triax_table *rows = table_of(in->context, "c", CUSTOMERS, 1), *people = table_of(in->context, "m", CSMS, 0);
  assert_int_equal(triax_customers_new(in->context, in->policy, rows, NULL, &in->customers, NULL, NULL, NULL), TRIAX_OK);
  assert_int_equal(triax_team_new(in->context, in->policy, people, NULL, &in->team, NULL, NULL, NULL), TRIAX_OK);
  triax_table_unref(rows);
  triax_table_unref(people);
}

static void close_inputs(inputs *in) {
  triax_team_unref(in->team);
  triax_customers_unref(in->customers);
  triax_policy_unref(in->policy);
  triax_context_unref(in->context);
}

static triax_plan *plan_with(const inputs *in, listener *l) {
  triax_plan_options options = TRIAX_PLAN_OPTIONS_INIT;
  triax_plan *plan = NULL;
  options.books = l ? listen : NULL;
  options.books_user = l;
  options.hires = -1;
  assert_int_equal(triax_plan_new(in->context, in->policy, in->customers, in->team, &options, &plan, NULL, NULL), TRIAX_OK);
  return plan;
}

static double number_in(const triax_plan *plan, const char *map, const char *key) {
  const triax_document *d = triax_plan_summary(plan);
  triax_node node = triax_document_find(d, triax_document_find(d, 0, T("allocation")), T(map));
  return triax_document_as_number(d, triax_document_find(d, node, T(key)));
}

static int is_stopped(const triax_plan *plan) {
  const triax_document *d = triax_plan_summary(plan);
  triax_node node = triax_document_find(d, triax_document_find(d, 0, T("allocation")), T("stopped"));
  return node != TRIAX_NO_NODE && triax_document_as_boolean(d, node);
}

static void same_books(const triax_plan *a, const triax_plan *b) {
  const triax_table *x = triax_plan_table(a, TRIAX_PLAN_CUSTOMERS), *y = triax_plan_table(b, TRIAX_PLAN_CUSTOMERS);
  size_t csm = triax_table_find(x, T("csm"));
  for (size_t row = 0; row < CUSTOMERS; row++) {
    triax_text one = triax_table_text(x, csm, row), other = triax_table_text(y, csm, row);
    assert_int_equal(one.length, other.length);
    assert_true(one.length == 0 || memcmp(one.bytes, other.bytes, one.length) == 0);
  }
}

/* However early it is enough, every rule holds, and every part has a bound that the checker finds again. */
static void test_enough(void **state) {
  (void)state;
  inputs in;
  open_inputs(&in);
  listener all = {0, 0, 0, 0};
  triax_plan *whole = plan_with(&in, NULL), *heard = plan_with(&in, &all);
  same_books(whole, heard);
  assert_true(all.count >= 10 && !is_stopped(heard));
  double reached = number_in(whole, "objective", "uncovered_value"), bound = number_in(whole, "bound", "uncovered_value");
  for (size_t at = 1; at < all.count; at += 1 + all.count / 5) {
    listener l = {0, at, 0, 0};
    triax_plan *plan = plan_with(&in, &l);
    triax_plan_proof proof = TRIAX_PLAN_PROOF_INIT;
    assert_int_equal(l.count, at);
    assert_true(is_stopped(plan));
    assert_int_equal(triax_plan_verify(plan, &proof, NULL), TRIAX_OK);
    assert_true(proof.rules_hold && proof.as_stated && proof.bound_holds && proof.proven == 4);
    double its = number_in(plan, "objective", "uncovered_value");
    assert_true(its >= reached && its >= bound);
    /* What was found by searching to the end is within the bounds of what was not. */
    assert_true(number_in(plan, "bound", "uncovered_value") <= reached);
    triax_plan_unref(plan);
  }
  triax_plan_unref(heard);
  triax_plan_unref(whole);
  close_inputs(&in);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_enough)};
  return cmocka_run_group_tests_name("books", tests, NULL, NULL);
}
