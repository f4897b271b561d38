/* 64 parts judged apart, with merged aggregates, are judged as the whole is: to the byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <triax/triax.h>

#include "fault.h"
#include "words.h"

#define ROWS 10000
#define PARTS 64
#define COLUMNS 7

/* --- policies --- */

typedef enum policy_kind { PLAIN, NESTED, FAMILIES, OTHER, KINDS } policy_kind;

static void top_of(triax_document *d, const char *name, const char *share, const char *of) {
  triax_document_map(d, TRIAX_NO_KEY);
  put(d, "name", name);
  triax_document_map(d, T("top"));
  put(d, "share", share);
  put(d, "of", of);
  triax_document_end(d);
  triax_document_end(d);
}

static void columns(triax_document *d, policy_kind kind) {
  static const char *const typed[][2] = {{"arr", "number"},    {"seats", "number"},  {"active", "number"},
                                         {"since", "date"},    {"before", "string"}, {"parent", "string"}};
  triax_document_map(d, T("customers"));
  put(d, "key", "id");
  if (kind == FAMILIES) put(d, "family", "parent");
  triax_document_map(d, T("columns"));
  for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
    triax_document_map(d, T(typed[i][0]));
    put(d, "type", typed[i][1]);
    triax_document_end(d);
  }
  triax_document_end(d);
  triax_document_end(d);
}

static void health(triax_document *d) {
  triax_document_map(d, T("health"));
  triax_document_map(d, T("metrics"));
  metric(d, "use", "active / seats", 0, 1);
  metric(d, "rank", "percentile(arr)", 0, 1);
  metric(d, "spread", "percentile(arr - mean(arr))", 0, 1);
  metric(d, "odd", "(seats - mean(seats)) / stddev(seats)", -2, 2);
  metric(d, "age", "days_since(since)", 0, 900);
  triax_document_end(d);
  put(d, "min_coverage", "50%");
  limit_and_bands(d, "arr > total(arr) / 4000 && seats > mean(seats) * 1.5", NULL);
  triax_document_end(d);
}

static void segments(triax_document *d, policy_kind kind) {
  triax_document_list(d, T("segments"));
  segment(d, "best", "top", kind == OTHER ? "4%" : "3%");
  top_of(d, "half", "31.5%", "seats * arr");
  segment(d, "well", "when", "percentile(health) > 0.93 || health > mean(health) + 2 * stddev(health)");
  begin_segment(d, "wide", "at_least", "2");
  if (kind != PLAIN) {
    triax_document_list(d, T("segments"));
    segment(d, "first", "top", "10%");
    begin_segment(d, "second", "when", "seats < 40");
    triax_document_list(d, T("segments"));
    top_of(d, "most", "50%", "arr");
    segment(d, "least", NULL, NULL);
    triax_document_end(d);
    triax_document_end(d);
    triax_document_end(d);
  }
  triax_document_end(d);
  segment(d, "none", "top", "0.001%");
  segment(d, "late", "top", "100%");
  triax_document_end(d);
}

static triax_status make_policy(triax_context *context, policy_kind kind, triax_policy **policy, triax_error *error) {
  triax_document *d;
  triax_status status = triax_document_new(context, &d, error);
  if (status != TRIAX_OK) return status;
  put(d, "triax", "1");
  columns(d, kind);
  health(d);
  triax_document_map(d, T("segmentation"));
  put(d, "by", "arr");
  if (kind == NESTED) {
    put(d, "previous", "before");
    put(d, "hold", "10%");
  }
  segments(d, kind);
  triax_document_end(d);
  status = triax_document_finish(d, error);
  if (status == TRIAX_OK) status = triax_policy_new(context, d, policy, NULL, error);
  triax_document_free(d);
  return status;
}

/* --- customers --- */

typedef struct company_rows {
  char (*cells)[COLUMNS][24];
  unsigned *part_of;
  size_t rows, parts;
} company_rows;

static uint32_t draw(uint64_t *state, uint32_t below) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)((*state >> 33) % below);
}

/* Many ties in arr; a fifth of it missing; part 3 has none at all, parts 5 and 6 are empty. */
static void make_company(company_rows *company, size_t rows, size_t parts, uint64_t seed) {
  static const char *const before[] = {"", "best", "wide/first", "late", "wide/second/most"};
  company->rows = rows;
  company->parts = parts;
  company->cells = calloc(rows, sizeof *company->cells);
  company->part_of = calloc(rows, sizeof *company->part_of);
  for (size_t row = 0; row < rows; row++) {
    char (*cell)[24] = company->cells[row];
    unsigned family = (unsigned)(row % (rows / 2)) + draw(&seed, 2) * 7; /* some have one member, some several */
    company->part_of[row] = family % 13 * 5 % (unsigned)parts;
    if (parts > 16 && draw(&seed, 1) == 0) company->part_of[row] = family % (unsigned)parts;
    if (company->part_of[row] == 5 || company->part_of[row] == 6) company->part_of[row] = 1;
    bool none = company->part_of[row] == 3 || draw(&seed, 5) == 0;
    snprintf(cell[0], 24, "k%05zu", row * 7919 % rows);
    snprintf(cell[1], 24, "f%u", family);
    if (!none) snprintf(cell[2], 24, "%u.%u", draw(&seed, 12), draw(&seed, 3) * 3);
    if (draw(&seed, 9)) snprintf(cell[3], 24, "%u", draw(&seed, 100));
    if (draw(&seed, 9)) snprintf(cell[4], 24, "%u", draw(&seed, 100));
    if (draw(&seed, 9)) snprintf(cell[5], 24, "20%02u-03-0%u", 20 + draw(&seed, 6), 1 + draw(&seed, 9));
    snprintf(cell[6], 24, "%s", before[draw(&seed, 5)]);
  }
}

static void free_company(company_rows *company) {
  free(company->cells);
  free(company->part_of);
}

#define ALL UINT32_MAX

static triax_status load(triax_context *context, const company_rows *company, unsigned part, const triax_policy *policy,
                         triax_customers **customers, triax_error *error) {
  static const char *const names[COLUMNS] = {"id", "parent", "arr", "seats", "active", "since", "before"};
  triax_table_builder *builder;
  triax_table *table = NULL;
  triax_status status = triax_table_builder_new(context, &builder, error);
  if (status != TRIAX_OK) return status;
  for (size_t c = 0; status == TRIAX_OK && c < COLUMNS; c++) {
    status = triax_table_builder_column(builder, T(names[c]), TRIAX_TYPE_TEXT, NULL, error);
    for (size_t row = 0; status == TRIAX_OK && row < company->rows; row++) {
      if (part != ALL && company->part_of[row] != part) continue;
      triax_text text = T(company->cells[row][c]);
      status = triax_table_builder_texts(builder, c, &text, 1, error);
    }
  }
  if (status == TRIAX_OK) status = triax_table_builder_finish(builder, &table, error);
  triax_table_builder_free(builder);
  if (status == TRIAX_OK) status = triax_customers_new(context, policy, table, NULL, customers, NULL, NULL, error);
  triax_table_unref(table);
  return status;
}

static triax_status judge(triax_context *context, const triax_policy *policy, const company_rows *company, unsigned part,
                          const triax_aggregates *aggregates, triax_plan **plan, triax_error *error) {
  triax_plan_options options = TRIAX_PLAN_OPTIONS_INIT;
  triax_customers *customers = NULL;
  options.has_as_of = triax_date_of(T("2026-11-21"), &options.as_of);
  options.aggregates = aggregates;
  triax_status status = load(context, company, part, policy, &customers, error);
  if (status == TRIAX_OK) status = triax_plan_new(context, policy, customers, NULL, &options, plan, NULL, error);
  triax_customers_unref(customers);
  return status;
}

/* --- rounds --- */

/* There and back as bytes. */
static triax_status send(triax_context *context, triax_aggregates **aggregates, triax_error *error) {
  size_t length = 0, again = 0;
  triax_aggregates *arrived = NULL;
  triax_status status = triax_aggregates_write(*aggregates, NULL, 0, &length, error);
  unsigned char *bytes = malloc(length);
  if (status == TRIAX_OK) status = triax_aggregates_write(*aggregates, bytes, length, &again, error);
  assert_true(status != TRIAX_OK || again == length);
  if (status == TRIAX_OK) status = triax_aggregates_read(context, bytes, length, &arrived, error);
  free(bytes);
  if (status != TRIAX_OK) return status;
  triax_aggregates_unref(*aggregates);
  *aggregates = arrived;
  return TRIAX_OK;
}

/* Two halves merged each by itself, then both: as clusters do. */
static triax_status merge(triax_context *context, triax_aggregates **found, size_t count, triax_aggregates **merged,
                          triax_error *error) {
  triax_aggregates *halves[2] = {NULL, NULL};
  size_t first = count / 3 + 1;
  const triax_aggregates *const *parts = (const triax_aggregates *const *)found;
  triax_status status = triax_aggregates_merge(context, parts, first, &halves[0], error);
  if (status == TRIAX_OK && first < count) {
    status = triax_aggregates_merge(context, parts + first, count - first, &halves[1], error);
  }
  if (status == TRIAX_OK) {
    status = triax_aggregates_merge(context, (const triax_aggregates *const *)halves, first < count ? 2 : 1, merged,
                                    error);
  }
  triax_aggregates_unref(halves[0]);
  triax_aggregates_unref(halves[1]);
  return status;
}

static triax_status one_round(triax_context *context, const triax_policy *policy, const company_rows *company,
                              triax_aggregates **known, triax_error *error) {
  triax_aggregates *found[PARTS] = {NULL}, *merged = NULL;
  triax_status status = TRIAX_OK;
  for (unsigned part = 0; status == TRIAX_OK && part < company->parts; part++) {
    triax_plan *plan = NULL;
    status = judge(context, policy, company, part, *known, &plan, error);
    if (status == TRIAX_OK) status = triax_plan_aggregates(plan, &found[part], error);
    triax_plan_unref(plan);
    if (status == TRIAX_OK) status = send(context, &found[part], error);
  }
  if (status == TRIAX_OK) status = merge(context, found, company->parts, &merged, error);
  for (unsigned part = 0; part < company->parts; part++) triax_aggregates_unref(found[part]);
  if (status != TRIAX_OK) return status;
  triax_aggregates_unref(*known);
  *known = merged;
  return TRIAX_OK;
}

static triax_status all_rounds(triax_context *context, const triax_policy *policy, const company_rows *company,
                               triax_aggregates **known, unsigned *rounds, triax_error *error) {
  triax_status status = TRIAX_OK;
  *rounds = 0;
  while (status == TRIAX_OK && !triax_aggregates_complete(*known) && *rounds < 20) {
    status = one_round(context, policy, company, known, error);
    ++*rounds;
  }
  return status;
}

/* --- comparing --- */

static bool same_value(const triax_table *a, const triax_table *b, size_t column, size_t row, size_t other) {
  triax_text x = triax_table_text(a, column, row), y = triax_table_text(b, column, other);
  double m = triax_table_number(a, column, row), n = triax_table_number(b, column, other);
  if ((x.bytes == NULL) != (y.bytes == NULL) || x.length != y.length) return false;
  if (x.bytes && memcmp(x.bytes, y.bytes, x.length) != 0) return false;
  return (isnan(m) && isnan(n)) || memcmp(&m, &n, sizeof m) == 0;
}

static size_t compare_part(const company_rows *company, unsigned part, const triax_table *whole, const triax_table *own) {
  size_t other = 0, different = 0;
  assert_int_equal(triax_table_columns(whole), triax_table_columns(own));
  for (size_t row = 0; row < company->rows; row++) {
    if (company->part_of[row] != part) continue;
    for (size_t c = 0; c < triax_table_columns(whole); c++) {
      if (same_value(whole, own, c, row, other)) continue;
      if (!different++ && getenv("SHOW_DIFFERENCES")) {
        triax_text name = triax_table_name(whole, c), x = triax_table_text(whole, c, row);
        triax_text y = triax_table_text(own, c, other);
        print_message("# part %u row %zu %.*s: %.*s / %.*s %g / %g\n", part, row, (int)name.length, name.bytes,
                      (int)x.length, x.bytes ? x.bytes : "", (int)y.length, y.bytes ? y.bytes : "",
                      triax_table_number(whole, c, row), triax_table_number(own, c, other));
      }
    }
    other++;
  }
  assert_int_equal(other, triax_table_rows(own));
  return different;
}

static triax_context *new_context(void) {
  triax_context *context;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  return context;
}

#define OK(call)                                                                                                       \
  do {                                                                                                                 \
    if ((call) != TRIAX_OK) fail_msg("%s", error.message);                                                             \
  } while (0)

/* An expression alone cannot say which of a policy's functions its own are. */
static void refuse_expression(triax_context *context, const triax_aggregates *known) {
  triax_plan_options options = TRIAX_PLAN_OPTIONS_INIT;
  triax_table *values = NULL;
  triax_error error;
  options.aggregates = known;
  assert_int_equal(triax_evaluate(context, triax_text_of("1 + 1"), NULL, &options, &values, NULL, &error),
                   TRIAX_EUNSUPPORTED);
  assert_null(values);
  assert_non_null(strstr(error.message, "aggregates"));
}

static void compare_all(policy_kind kind, unsigned rounds_wanted) {
  triax_context *context = new_context();
  triax_error error;
  triax_policy *policy;
  triax_plan *whole = NULL;
  triax_aggregates *known = NULL;
  company_rows company;
  unsigned rounds;
  size_t different = 0;
  make_company(&company, ROWS, PARTS, 42 + kind);
  OK(make_policy(context, kind, &policy, &error));
  OK(judge(context, policy, &company, ALL, NULL, &whole, &error));
  OK(all_rounds(context, policy, &company, &known, &rounds, &error));
  assert_true(triax_aggregates_complete(known));
  assert_int_equal(rounds, rounds_wanted);
  assert_true(triax_aggregates_error(known) == 0);
  refuse_expression(context, known);
  for (unsigned part = 0; part < PARTS; part++) {
    triax_plan *own = NULL;
    OK(judge(context, policy, &company, part, known, &own, &error));
    different += compare_part(&company, part, triax_plan_table(whole, TRIAX_PLAN_CUSTOMERS),
                              triax_plan_table(own, TRIAX_PLAN_CUSTOMERS));
    triax_plan_unref(own);
  }
  assert_int_equal(different, 0);
  triax_plan *alone = NULL; /* by themselves, parts are judged otherwise: there is something to compare */
  OK(judge(context, policy, &company, 0, NULL, &alone, &error));
  assert_true(compare_part(&company, 0, triax_plan_table(whole, TRIAX_PLAN_CUSTOMERS),
                           triax_plan_table(alone, TRIAX_PLAN_CUSTOMERS)) > 0);
  triax_plan_unref(alone);
  triax_aggregates_unref(known);
  triax_plan_unref(whole);
  triax_policy_unref(policy);
  free_company(&company);
  triax_context_unref(context);
}

/* Round 1: means and totals; 2: percentile(arr - mean(arr)); 3 and 4: what looks at health, of which the deviation and
 * the mean stand side by side; tops of the first level begin when these are settled, and take two rounds each level. */
static void test_plain(void **state) {
  (void)state;
  compare_all(PLAIN, 5);
}

static void test_nested(void **state) {
  (void)state;
  compare_all(NESTED, 9);
}

static void test_families(void **state) {
  (void)state;
  compare_all(FAMILIES, 9);
}

/* --- what is refused --- */

static void test_refused(void **state) {
  (void)state;
  triax_context *context = new_context();
  triax_error error;
  triax_policy *policy, *other;
  triax_plan *plan = NULL, *none = NULL;
  triax_aggregates *found[2] = {NULL, NULL}, *merged = NULL;
  company_rows company;
  make_company(&company, 60, 2, 1);
  OK(make_policy(context, PLAIN, &policy, &error));
  OK(make_policy(context, OTHER, &other, &error));
  OK(judge(context, policy, &company, ALL, NULL, &plan, &error));
  OK(triax_plan_aggregates(plan, &found[0], &error));
  triax_plan_unref(plan);
  assert_int_equal(judge(context, other, &company, ALL, found[0], &none, &error), TRIAX_EINVAL);
  assert_non_null(strstr(error.message, "another policy"));
  OK(judge(context, other, &company, ALL, NULL, &plan, &error));
  OK(triax_plan_aggregates(plan, &found[1], &error));
  triax_plan_unref(plan);
  assert_int_equal(triax_aggregates_merge(context, (const triax_aggregates *const *)found, 2, &merged, &error),
                   TRIAX_EINVAL);
  assert_non_null(strstr(error.message, "another policy"));
  triax_aggregates_unref(found[1]);
  OK(judge(context, policy, &company, ALL, found[0], &plan, &error)); /* a round later */
  OK(triax_plan_aggregates(plan, &found[1], &error));
  triax_plan_unref(plan);
  assert_int_equal(triax_aggregates_merge(context, (const triax_aggregates *const *)found, 2, &merged, &error),
                   TRIAX_EINVAL);
  assert_non_null(strstr(error.message, "round"));
  assert_int_equal(triax_aggregates_merge(context, NULL, 0, &merged, &error), TRIAX_EINVAL);
  assert_int_equal(triax_plan_aggregates(NULL, &merged, &error), TRIAX_EINVAL);
  assert_int_equal(triax_aggregates_complete(NULL), 0);
  assert_null(merged);
  assert_null(none);
  triax_aggregates_unref(found[0]);
  triax_aggregates_unref(found[1]);
  triax_policy_unref(policy);
  triax_policy_unref(other);
  free_company(&company);
  triax_context_unref(context);
}

static triax_aggregates *some_aggregates(triax_context *context, unsigned rounds) {
  triax_error error;
  triax_policy *policy;
  triax_aggregates *known = NULL;
  company_rows company;
  make_company(&company, 60, 2, 1);
  OK(make_policy(context, PLAIN, &policy, &error));
  for (unsigned i = 0; i < rounds; i++) OK(one_round(context, policy, &company, &known, &error));
  triax_policy_unref(policy);
  free_company(&company);
  return known;
}

/* Every shorter length and every single bit turned over is refused. */
static void test_damaged(void **state) {
  (void)state;
  triax_context *context = new_context();
  triax_error error;
  for (unsigned rounds = 1; rounds < 6; rounds++) {
    triax_aggregates *known = some_aggregates(context, rounds), *none = NULL;
    size_t length, again;
    OK(triax_aggregates_write(known, NULL, 0, &length, &error));
    unsigned char *bytes = malloc(length + 1);
    assert_int_equal(triax_aggregates_write(known, bytes, length - 1, &again, &error), TRIAX_ELIMIT);
    OK(triax_aggregates_write(known, bytes, length, &again, &error));
    for (size_t cut = 0; cut < length; cut++) {
      assert_int_equal(triax_aggregates_read(context, bytes, cut, &none, &error), TRIAX_EDATA);
    }
    for (size_t bit = 0; bit < 8 * length; bit += 3) {
      bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
      assert_int_equal(triax_aggregates_read(context, bytes, length, &none, &error), TRIAX_EDATA);
      bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    bytes[length] = 0;
    assert_int_equal(triax_aggregates_read(context, bytes, length + 1, &none, &error), TRIAX_EDATA);
    assert_null(none);
    OK(triax_aggregates_read(context, bytes, length, &none, &error));
    assert_int_equal(triax_aggregates_complete(none), triax_aggregates_complete(known));
    triax_aggregates_unref(none);
    triax_aggregates_unref(known);
    free(bytes);
  }
  triax_context_unref(context);
}

/* --- memory that fails --- */

/* A plan and its aggregates, fed with what an earlier round found: every allocation of these fails once. */
typedef struct late_round {
  company_rows company;
  unsigned char *bytes;
  size_t length;
} late_round;

static triax_status late_scenario(triax_context *context, void *user) {
  const late_round *late = user;
  triax_policy *policy = NULL;
  triax_aggregates *known = NULL;
  triax_error error;
  triax_status status = make_policy(context, NESTED, &policy, &error);
  if (status == TRIAX_OK) status = triax_aggregates_read(context, late->bytes, late->length, &known, &error);
  if (status == TRIAX_OK) status = one_round(context, policy, &late->company, &known, &error);
  triax_aggregates_unref(known);
  triax_policy_unref(policy);
  return status;
}

static void test_memory(void **state) {
  (void)state;
  for (unsigned rounds = 3; rounds < 6; rounds += 2) { /* a function over others; a top's second round */
    triax_context *context = new_context();
    triax_error error;
    triax_policy *policy;
    triax_aggregates *known = NULL;
    late_round late;
    make_company(&late.company, 12, 2, 9);
    OK(make_policy(context, NESTED, &policy, &error));
    for (unsigned i = 0; i < rounds; i++) OK(one_round(context, policy, &late.company, &known, &error));
    OK(triax_aggregates_write(known, NULL, 0, &late.length, &error));
    late.bytes = malloc(late.length);
    OK(triax_aggregates_write(known, late.bytes, late.length, &late.length, &error));
    assert_true(fault_run(late_scenario, &late) > 100);
    free(late.bytes);
    triax_aggregates_unref(known);
    triax_policy_unref(policy);
    free_company(&late.company);
    triax_context_unref(context);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_plain),   cmocka_unit_test(test_nested),  cmocka_unit_test(test_families),
      cmocka_unit_test(test_refused), cmocka_unit_test(test_damaged), cmocka_unit_test(test_memory),
  };
  return cmocka_run_group_tests_name("parts", tests, NULL, NULL);
}
