/* Any bytes as a policy file over a tiny company: a plan, or a reason why not. */
#include <stdint.h>
#include <stdlib.h>

#include <triax/triax.h>
#include <triax/yaml.h>

#define T(literal) triax_text_of(literal)
#define COLUMNS 8
#define ROWS 5

static triax_table *make_table(triax_context *context) {
  static const char *const names[COLUMNS] = {"id", "arr", "seats", "active", "vertical", "renewal", "owner", "segment"};
  static const char *const cells[ROWS][COLUMNS] = {
      {"c1", "800000", "100", "70", "finance", "2026-12-01", "m1", "global"},
      {"c2", "740000", "0", "30", "telco", "2026-08-01", "m2", "scale"},
      {"c3", "", "30", "", "", "", "m9", ""},
      {"c4", "12000", "1e300", "5", "finance", "2027-01-01", "", "gone"},
      {"c5", "12000", "-5", "5", "retail;it", "2026-11-21", "m1", "scale"}};
  triax_table_builder *builder;
  triax_table *table = NULL;
  if (triax_table_builder_new(context, &builder, NULL) != TRIAX_OK) abort();
  for (size_t c = 0; c < COLUMNS; c++) {
    if (triax_table_builder_column(builder, T(names[c]), TRIAX_TYPE_TEXT, NULL, NULL) != TRIAX_OK) abort();
    for (size_t r = 0; r < ROWS; r++) {
      triax_text cell = T(cells[r][c]);
      if (triax_table_builder_texts(builder, c, &cell, 1, NULL) != TRIAX_OK) abort();
    }
  }
  if (triax_table_builder_finish(builder, &table, NULL) != TRIAX_OK) abort();
  triax_table_builder_free(builder);
  return table;
}

static triax_table *make_team(triax_context *context) {
  static const char *const names[] = {"id", "verticals"}, *const cells[2][2] = {{"m1", "finance"}, {"m2", "telco"}};
  triax_table_builder *builder;
  triax_table *table = NULL;
  if (triax_table_builder_new(context, &builder, NULL) != TRIAX_OK) abort();
  for (size_t c = 0; c < 2; c++) {
    if (triax_table_builder_column(builder, T(names[c]), TRIAX_TYPE_TEXT, NULL, NULL) != TRIAX_OK) abort();
    for (size_t r = 0; r < 2; r++) {
      triax_text cell = T(cells[r][c]);
      if (triax_table_builder_texts(builder, c, &cell, 1, NULL) != TRIAX_OK) abort();
    }
  }
  if (triax_table_builder_finish(builder, &table, NULL) != TRIAX_OK) abort();
  triax_table_builder_free(builder);
  return table;
}

/* A failure says why; nothing here is short of memory. */
static void expect_reason(triax_status status, const triax_error *error) {
  if (status == TRIAX_ENOMEM) abort();
  if (status != TRIAX_OK && (error->status != status || error->message[0] == '\0')) abort();
}

static void plan_company(triax_context *context, const triax_policy *policy) {
  triax_table *table = make_table(context), *people = make_team(context);
  triax_customers *customers = NULL;
  triax_team *team = NULL;
  triax_plan *plan = NULL;
  triax_aggregates *aggregates = NULL;
  triax_error error = {0};
  triax_plan_options options = TRIAX_PLAN_OPTIONS_INIT;
  options.has_as_of = triax_date_of(T("2026-11-21"), &options.as_of);
  triax_status status = triax_customers_new(context, policy, table, NULL, &customers, NULL, NULL, &error);
  if (status == TRIAX_OK) status = triax_team_new(context, policy, people, NULL, &team, NULL, NULL, &error);
  if (status == TRIAX_OK) status = triax_plan_new(context, policy, customers, team, &options, &plan, NULL, &error);
  if (status == TRIAX_OK) status = triax_plan_aggregates(plan, &aggregates, &error);
  expect_reason(status, &error);
  if (status == TRIAX_OK) {
    triax_document *explanation = NULL;
    expect_reason(triax_plan_explain(plan, T("c2"), &explanation, &error), &error);
    triax_document_free(explanation);
  }
  triax_aggregates_unref(aggregates);
  triax_plan_unref(plan);
  triax_team_unref(team);
  triax_customers_unref(customers);
  triax_table_unref(people);
  triax_table_unref(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  triax_context *context = NULL;
  triax_document *document = NULL;
  triax_policy *policy = NULL;
  triax_error error = {0};
  triax_text text = {size ? (const char *)data : "", size};
  if (triax_context_new(NULL, &context, NULL) != TRIAX_OK) abort();
  triax_status status = triax_yaml_read(context, text, T("fuzz.yaml"), &document, NULL, &error);
  if (status == TRIAX_OK) status = triax_policy_new(context, document, &policy, NULL, &error);
  expect_reason(status, &error);
  if (status == TRIAX_OK) plan_company(context, policy);
  triax_policy_unref(policy);
  triax_document_free(document);
  triax_context_unref(context);
  return 0;
}
