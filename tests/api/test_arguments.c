/* Calls without what they need: refused with a reason, outputs untouched; and what is asked of nothing is nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <string.h>

#include <cmocka.h>

#include <triax/triax.h>

#include "words.h"

static triax_context *context;
static triax_table *table;
static triax_customers *customers;
static triax_policy *policy;
static triax_plan *plan;

/* What an output holds before; nothing may change it. */
static char sentinel;
#define UNTOUCHED ((void *)&sentinel)

static triax_error error;
static void fresh(void) { memset(&error, 0, sizeof error); }
#define REFUSED(call)                                                                                                  \
  do {                                                                                                                 \
    fresh();                                                                                                           \
    assert_int_equal(call, TRIAX_EINVAL);                                                                              \
    assert_int_equal(error.status, TRIAX_EINVAL);                                                                      \
    assert_true(error.message[0] != 0);                                                                                \
  } while (0)

static void same_text(triax_text got, const char *expected) {
  assert_int_equal(got.length, strlen(expected));
  assert_memory_equal(got.bytes, expected, got.length);
}

/* A uses 8 of 10 seats; B 9 of 10 and has a case open; of C it is not known. */
static triax_table *make_table(void) {
  const triax_text keys[] = {T("A"), T("B"), T("C")};
  const double seats[] = {10, 10, 20}, active[] = {8, 9, NAN}, cases[] = {0, 1, 0};
  const double *const numbers[] = {seats, active, cases, seats};
  const char *const names[] = {"seats", "active", "cases", "idle"};
  triax_table_builder *builder;
  triax_table *made;
  assert_int_equal(triax_table_builder_new(context, &builder, NULL), TRIAX_OK);
  assert_int_equal(triax_table_builder_column(builder, T("id"), TRIAX_TYPE_STRING, NULL, NULL), TRIAX_OK);
  assert_int_equal(triax_table_builder_texts(builder, 0, keys, 3, NULL), TRIAX_OK);
  for (size_t c = 0; c < 4; c++) {
    assert_int_equal(triax_table_builder_column(builder, T(names[c]), TRIAX_TYPE_NUMBER, NULL, NULL), TRIAX_OK);
    assert_int_equal(triax_table_builder_numbers(builder, c + 1, numbers[c], NULL, 3, NULL), TRIAX_OK);
  }
  assert_int_equal(triax_table_builder_finish(builder, &made, NULL), TRIAX_OK);
  triax_table_builder_free(builder);
  return made;
}

static void write_health(triax_document *d) {
  triax_document_map(d, T("metrics"));
  metric(d, "use", "active / seats", 0, 1);
  triax_document_end(d);
  limit_and_bands(d, "cases > 0", "open case");
}

static triax_document *begin_document(void) {
  triax_document *d;
  assert_int_equal(triax_document_new(context, &d, NULL), TRIAX_OK);
  return d;
}

static triax_policy *make_policy(void) {
  triax_document *d = begin_document();
  triax_policy *made;
  put(d, "triax", "1");
  triax_document_map(d, T("health"));
  write_health(d);
  triax_document_end(d);
  triax_document_map(d, T("segmentation"));
  triax_document_list(d, T("segments"));
  segment(d, "all", NULL, NULL);
  triax_document_end(d);
  triax_document_end(d);
  assert_int_equal(triax_document_finish(d, NULL), TRIAX_OK);
  assert_int_equal(triax_policy_new(context, d, &made, NULL, NULL), TRIAX_OK);
  triax_document_free(d);
  return made;
}

static int set_up(void **state) {
  (void)state;
  if (triax_context_new(NULL, &context, NULL) != TRIAX_OK) return -1;
  table = make_table();
  policy = make_policy();
  if (triax_customers_new(context, policy, table, NULL, &customers, NULL, NULL, NULL) != TRIAX_OK) return -1;
  return triax_plan_new(context, policy, customers, NULL, NULL, &plan, NULL, NULL) == TRIAX_OK ? 0 : -1;
}

static int tear_down(void **state) {
  (void)state;
  triax_plan_unref(plan);
  triax_customers_unref(customers);
  triax_policy_unref(policy);
  triax_table_unref(table);
  triax_context_unref(context);
  return 0;
}

/* --- a score model alone ---- */

static triax_health *make_health(void) {
  triax_document *d = begin_document();
  triax_health *health;
  write_health(d);
  assert_int_equal(triax_document_finish(d, NULL), TRIAX_OK);
  assert_int_equal(triax_health_new(context, d, &health, NULL, NULL), TRIAX_OK);
  triax_document_free(d);
  return health;
}

/* 80 of 100 points; 90, at most 40 by the open case; missing. */
static void health_scores_alone(void **state) {
  (void)state;
  triax_health *health = make_health();
  triax_health_options options = TRIAX_HEALTH_OPTIONS_INIT;
  triax_table *scores;
  options.parts = 1;
  assert_int_equal(triax_health_score(health, customers, &options, &scores, NULL, NULL), TRIAX_OK);
  const size_t band = triax_table_find(scores, T("band")), limit = triax_table_find(scores, T("limit"));
  const double *points = triax_table_numbers(scores, triax_table_find(scores, T("health")));
  assert_true(points[0] == 80 && points[1] == 40 && isnan(points[2]));
  same_text(triax_table_text(scores, band, 0), "green");
  same_text(triax_table_text(scores, band, 1), "red");
  assert_int_equal(triax_table_has(scores, limit, 0), 0);
  same_text(triax_table_text(scores, limit, 1), "open case");
  const double *before = triax_table_numbers(scores, triax_table_find(scores, T("use.points")));
  assert_true(before[0] == 80 && before[1] == 90 && isnan(before[2]));
  triax_table_unref(scores);
  /* Without parts there is no column of them. */
  assert_int_equal(triax_health_score(health, customers, NULL, &scores, NULL, NULL), TRIAX_OK);
  assert_true(triax_table_find(scores, T("use.points")) == SIZE_MAX);
  triax_table_unref(scores);
  triax_health_unref(triax_health_ref(health));
  triax_health_unref(health);
}

static void health_at_fault(void **state) {
  (void)state;
  triax_health *health = make_health(), *other = UNTOUCHED;
  triax_table *scores = UNTOUCHED;
  triax_document *d = begin_document();
  REFUSED(triax_health_new(NULL, d, &other, NULL, &error));
  REFUSED(triax_health_new(context, NULL, &other, NULL, &error));
  REFUSED(triax_health_new(context, d, NULL, NULL, &error));
  REFUSED(triax_health_new(context, d, &other, NULL, &error)); /* not finished */
  put(d, "metrics", "none");
  assert_int_equal(triax_document_finish(d, NULL), TRIAX_OK);
  assert_int_equal(triax_health_new(context, d, &other, NULL, &error), TRIAX_EPOLICY);
  triax_document_free(d);
  REFUSED(triax_health_score(NULL, customers, NULL, &scores, NULL, &error));
  REFUSED(triax_health_score(health, NULL, NULL, &scores, NULL, &error));
  REFUSED(triax_health_score(health, customers, NULL, NULL, NULL, &error));
  triax_health_options options = TRIAX_HEALTH_OPTIONS_INIT;
  options.struct_size = 1;
  REFUSED(triax_health_score(health, customers, &options, &scores, NULL, &error));
  assert_ptr_equal(other, UNTOUCHED);
  assert_ptr_equal(scores, UNTOUCHED);
  triax_health_unref(health);
}

/* --- loading and planning ---- */

static void loading(void **state) {
  (void)state;
  triax_customers *made = UNTOUCHED;
  triax_team *team = UNTOUCHED;
  REFUSED(triax_customers_new(NULL, policy, table, NULL, &made, NULL, NULL, &error));
  REFUSED(triax_customers_new(context, policy, NULL, NULL, &made, NULL, NULL, &error));
  REFUSED(triax_customers_new(context, policy, table, NULL, NULL, NULL, NULL, &error));
  REFUSED(triax_team_new(context, policy, NULL, NULL, &team, NULL, NULL, &error));
  triax_load_options options = TRIAX_LOAD_OPTIONS_INIT;
  options.date_order = 9;
  REFUSED(triax_customers_new(context, policy, table, &options, &made, NULL, NULL, &error));
  triax_load_options_init(&options);
  options.set_aside = 1; /* and nowhere to put it */
  REFUSED(triax_customers_new(context, policy, table, &options, &made, NULL, NULL, &error));
  triax_load_options_init(&options);
  options.loose_numbers = 1;
  options.decimal_sign = ';';
  REFUSED(triax_customers_new(context, policy, table, &options, &made, NULL, NULL, &error));
  assert_ptr_equal(made, UNTOUCHED);
  assert_ptr_equal(team, UNTOUCHED);
}

static void planning(void **state) {
  (void)state;
  triax_plan *made = UNTOUCHED;
  REFUSED(triax_plan_new(NULL, policy, customers, NULL, NULL, &made, NULL, &error));
  REFUSED(triax_plan_new(context, NULL, customers, NULL, NULL, &made, NULL, &error));
  REFUSED(triax_plan_new(context, policy, NULL, NULL, NULL, &made, NULL, &error));
  REFUSED(triax_plan_new(context, policy, customers, NULL, NULL, NULL, NULL, &error));
  REFUSED(triax_plan_check(NULL, policy, NULL, NULL, NULL, NULL, &error));
  REFUSED(triax_plan_check(context, NULL, NULL, NULL, NULL, NULL, &error));
  triax_plan_options options = TRIAX_PLAN_OPTIONS_INIT;
  options.struct_size = 1;
  REFUSED(triax_plan_new(context, policy, customers, NULL, &options, &made, NULL, &error));
  triax_table *values = UNTOUCHED;
  REFUSED(triax_evaluate(NULL, T("1"), NULL, NULL, &values, NULL, &error));
  REFUSED(triax_evaluate(context, T(NULL), NULL, NULL, &values, NULL, &error));
  REFUSED(triax_evaluate(context, T("1"), NULL, NULL, NULL, NULL, &error));
  assert_ptr_equal(made, UNTOUCHED);
  assert_ptr_equal(values, UNTOUCHED);
}

/* This plan has no team, so that there is nothing to prove, and nobody to be asked about. */
static void asking_a_plan(void **state) {
  (void)state;
  triax_document *said = UNTOUCHED;
  REFUSED(triax_plan_explain(NULL, T("A"), &said, &error));
  REFUSED(triax_plan_explain(plan, T(NULL), &said, &error));
  REFUSED(triax_plan_explain(plan, T("A"), NULL, &error));
  assert_int_equal(triax_plan_explain(plan, T("X"), &said, &error), TRIAX_ENOTFOUND);
  REFUSED(triax_plan_why_not(NULL, T("A"), T("s"), &said, &error));
  REFUSED(triax_plan_why_not(plan, T("A"), T("s"), NULL, &error));
  REFUSED(triax_plan_why_not(plan, T("A"), T("s"), &said, &error));
  assert_ptr_equal(said, UNTOUCHED);
  triax_plan_proof proof = TRIAX_PLAN_PROOF_INIT;
  REFUSED(triax_plan_verify(NULL, &proof, &error));
  REFUSED(triax_plan_verify(plan, NULL, &error));
  proof.struct_size--;
  REFUSED(triax_plan_verify(plan, &proof, &error));
  assert_int_equal(proof.rules_hold, 0);
  proof.struct_size++;
  assert_int_equal(triax_plan_verify(plan, &proof, NULL), TRIAX_OK);
  assert_true(proof.rules_hold && proof.as_stated && proof.bound_holds && proof.bound_by_prices && !proof.proven);
  assert_null(triax_plan_table(plan, 0));
  assert_null(triax_plan_table(plan, 999));
  assert_null(triax_plan_table(NULL, TRIAX_PLAN_CUSTOMERS));
  assert_null(triax_plan_table_name(999));
  assert_null(triax_plan_summary(NULL));
}

static void comparing(void **state) {
  (void)state;
  triax_comparison *made = UNTOUCHED;
  REFUSED(triax_comparison_new(NULL, plan, plan, NULL, &made, &error));
  REFUSED(triax_comparison_new(context, plan, NULL, NULL, &made, &error));
  REFUSED(triax_comparison_new(context, plan, plan, NULL, NULL, &error));
  REFUSED(triax_comparison_new(context, NULL, plan, NULL, &made, &error)); /* it says nothing of present books */
  triax_comparison_options options = {.struct_size = 1};
  REFUSED(triax_comparison_new(context, plan, plan, &options, &made, &error));
  assert_ptr_equal(made, UNTOUCHED);
  assert_int_equal(triax_comparison_new(context, plan, plan, NULL, &made, NULL), TRIAX_OK);
  assert_int_equal(triax_table_rows(triax_comparison_table(made, TRIAX_COMPARISON_ACCOUNTS)), 0);
  assert_null(triax_comparison_table(made, 0));
  assert_null(triax_comparison_table(made, 999));
  assert_null(triax_comparison_table(NULL, TRIAX_COMPARISON_ACCOUNTS));
  assert_null(triax_comparison_table_name(0));
  assert_null(triax_comparison_table_name(999));
  assert_null(triax_comparison_summary(NULL));
  triax_comparison_unref(triax_comparison_ref(made));
  triax_comparison_unref(made);
  triax_comparison_unref(triax_comparison_ref(NULL));
}

static void judging(void **state) {
  (void)state;
  triax_judge *judge = UNTOUCHED;
  triax_judgement judgement = {.struct_size = sizeof judgement, .placed = 77};
  REFUSED(triax_judge_new(NULL, &judge, &error));
  REFUSED(triax_judge_new(plan, NULL, &error));
  assert_ptr_equal(judge, UNTOUCHED);
  assert_int_equal(triax_judge_new(plan, &judge, NULL), TRIAX_OK);
  const size_t seats = triax_judge_column(judge, T("seats")), active = triax_judge_column(judge, T("active"));
  assert_true(triax_judge_column(judge, T("nobody")) == SIZE_MAX && triax_judge_column(NULL, T("seats")) == SIZE_MAX);
  /* No expression reads these two, but ties are broken by the key. */
  assert_int_equal(triax_judge_number(judge, triax_judge_column(judge, T("idle")), 1, NULL), TRIAX_OK);
  assert_int_equal(triax_judge_text(judge, triax_judge_column(judge, T("id")), T("A"), NULL), TRIAX_OK);
  REFUSED(triax_judge_row(judge, 3, &error));
  REFUSED(triax_judge_row(NULL, 0, &error));
  REFUSED(triax_judge_number(judge, SIZE_MAX, 1, &error));
  REFUSED(triax_judge_number(NULL, seats, 1, &error));
  REFUSED(triax_judge_text(judge, seats, T("many"), &error));
  REFUSED(triax_judge_text(judge, SIZE_MAX, T("many"), &error));
  REFUSED(triax_judge_text(NULL, seats, T("many"), &error));
  REFUSED(triax_judge_run(NULL, &judgement, &error));
  REFUSED(triax_judge_run(judge, NULL, &error));
  judgement.struct_size--;
  REFUSED(triax_judge_run(judge, &judgement, &error));
  judgement.struct_size++;
  assert_int_equal(judgement.placed, 77);
  /* What was refused left no value behind: 5 of 20 seats are 25 points, of an unknown number none. */
  assert_int_equal(triax_judge_number(judge, active, 5, NULL), TRIAX_OK);
  assert_int_equal(triax_judge_run(judge, &judgement, NULL), TRIAX_OK);
  assert_true(isnan(judgement.health));
  assert_int_equal(triax_judge_number(judge, seats, 20, NULL), TRIAX_OK);
  assert_int_equal(triax_judge_run(judge, &judgement, NULL), TRIAX_OK);
  assert_true(judgement.health == 25);
  same_text(judgement.band, "red");
  triax_judge_clear(judge);
  assert_int_equal(triax_judge_run(judge, &judgement, NULL), TRIAX_OK);
  assert_true(isnan(judgement.health) && !judgement.band.bytes);
  triax_judge_free(judge);
  triax_judge_free(NULL);
}

/* --- Arrow and aggregates ---- */

static void arrow(void **state) {
  (void)state;
  struct ArrowSchema schema;
  struct ArrowArray array;
  struct ArrowArrayStream stream;
  triax_table *made = UNTOUCHED;
  REFUSED(triax_table_to_arrow(NULL, &schema, &array, &error));
  REFUSED(triax_table_to_arrow(table, NULL, &array, &error));
  REFUSED(triax_table_to_arrow(table, &schema, NULL, &error));
  REFUSED(triax_table_to_arrow_stream(NULL, &stream, &error));
  REFUSED(triax_table_to_arrow_stream(table, NULL, &error));
  memset(&schema, 0, sizeof schema);
  memset(&array, 0, sizeof array);
  memset(&stream, 0, sizeof stream);
  REFUSED(triax_table_from_arrow(context, &schema, &array, &made, &error)); /* released */
  REFUSED(triax_table_from_arrow(NULL, &schema, &array, &made, &error));
  REFUSED(triax_table_from_arrow(context, NULL, &array, &made, &error));
  REFUSED(triax_table_from_arrow_stream(context, &stream, &made, &error));
  REFUSED(triax_table_from_arrow_stream(NULL, &stream, &made, &error));
  REFUSED(triax_table_from_arrow_stream(context, NULL, &made, &error));
  assert_int_equal(triax_table_to_arrow_stream(table, &stream, NULL), TRIAX_OK);
  REFUSED(triax_table_from_arrow_stream(context, &stream, NULL, &error));
  assert_non_null(stream.release); /* still the caller's */
  assert_ptr_equal(made, UNTOUCHED);
  assert_int_equal(triax_table_from_arrow_stream(context, &stream, &made, NULL), TRIAX_OK);
  assert_null(stream.release);
  assert_int_equal(triax_table_rows(made), 3);
  assert_true(triax_table_numbers(made, 2)[1] == 9);
  triax_table_unref(made);
}

static void aggregates(void **state) {
  (void)state;
  triax_aggregates *made = UNTOUCHED, *whole = UNTOUCHED;
  REFUSED(triax_plan_aggregates(NULL, &made, &error));
  REFUSED(triax_plan_aggregates(plan, NULL, &error));
  assert_int_equal(triax_plan_aggregates(plan, &made, NULL), TRIAX_OK);
  const triax_aggregates *parts[] = {made, NULL};
  REFUSED(triax_aggregates_merge(NULL, parts, 1, &whole, &error));
  REFUSED(triax_aggregates_merge(context, NULL, 1, &whole, &error));
  REFUSED(triax_aggregates_merge(context, parts, 0, &whole, &error));
  REFUSED(triax_aggregates_merge(context, parts, 2, &whole, &error));
  REFUSED(triax_aggregates_merge(context, parts, 1, NULL, &error));
  unsigned char bytes[4096];
  size_t length = 7;
  REFUSED(triax_aggregates_write(NULL, bytes, sizeof bytes, &length, &error));
  assert_int_equal(length, 7);
  assert_int_equal(triax_aggregates_write(made, NULL, 0, &length, &error), TRIAX_OK);
  assert_in_range(length, 8, sizeof bytes);
  memset(bytes, 0xA5, sizeof bytes);
  assert_int_equal(triax_aggregates_write(made, bytes, length - 1, &length, &error), TRIAX_ELIMIT);
  for (size_t i = 0; i < sizeof bytes; i++) assert_int_equal(bytes[i], 0xA5);
  assert_int_equal(triax_aggregates_write(made, bytes, sizeof bytes, &length, NULL), TRIAX_OK);
  REFUSED(triax_aggregates_read(NULL, bytes, length, &whole, &error));
  REFUSED(triax_aggregates_read(context, NULL, length, &whole, &error));
  REFUSED(triax_aggregates_read(context, bytes, length, NULL, &error));
  for (size_t cut = 0; cut < length; cut++) {
    assert_int_equal(triax_aggregates_read(context, bytes, cut, &whole, &error), TRIAX_EDATA);
  }
  assert_ptr_equal(whole, UNTOUCHED);
  assert_int_equal(triax_aggregates_read(context, bytes, length, &whole, NULL), TRIAX_OK);
  assert_int_equal(triax_aggregates_complete(whole), triax_aggregates_complete(made));
  triax_aggregates_unref(triax_aggregates_ref(whole));
  triax_aggregates_unref(whole);
  triax_aggregates_unref(made);
  triax_aggregates_unref(triax_aggregates_ref(NULL));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(health_scores_alone),
      cmocka_unit_test(health_at_fault),
      cmocka_unit_test(loading),
      cmocka_unit_test(planning),
      cmocka_unit_test(asking_a_plan),
      cmocka_unit_test(comparing),
      cmocka_unit_test(judging),
      cmocka_unit_test(arrow),
      cmocka_unit_test(aggregates),
  };
  return cmocka_run_group_tests_name("arguments", tests, set_up, tear_down);
}
