/* A program as it was written for triax 0.1, built against the headers beside it and run on today's library: every
 * option struct by its initialiser, every kind of object, answers worked by hand. It is never changed. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <triax/triax.h>

#define T(literal) triax_text_of(literal)
#define ROWS 40

static triax_error error;

static void hold(int holds, const char *what, int line) {
  if (holds) return;
  fprintf(stderr, "line %d: %s: %s\n", line, what, error.message);
  exit(1);
}
#define HOLD(what) hold((what) != 0, #what, __LINE__)
#define DONE(call) hold((call) == TRIAX_OK, #call, __LINE__)

static int is(triax_text text, const char *wanted) {
  return text.length == strlen(wanted) && memcmp(text.bytes, wanted, text.length) == 0;
}

static void metrics(triax_document *d) {
  triax_document_map(d, T("metrics"));
  triax_document_map(d, T("use"));
  triax_document_text(d, T("value"), T("use"));
  triax_document_list(d, T("scale"));
  for (int k = 0; k < 2; k++) {
    triax_document_list(d, TRIAX_NO_KEY);
    triax_document_number(d, TRIAX_NO_KEY, k);
    triax_document_number(d, TRIAX_NO_KEY, 100 * k);
    triax_document_end(d);
  }
  triax_document_end(d);
  triax_document_end(d);
  triax_document_end(d);
}

static void segment(triax_document *d, const char *name, const char *at_least) {
  triax_document_map(d, TRIAX_NO_KEY);
  triax_document_text(d, T("name"), T(name));
  if (at_least != NULL) triax_document_text(d, T("at_least"), T(at_least));
  triax_document_end(d);
}

static triax_policy *make_policy(triax_context *context) {
  triax_document *d = NULL;
  triax_policy *policy = NULL;
  DONE(triax_document_new(context, &d, &error));
  triax_document_number(d, T("triax"), 1);
  triax_document_map(d, T("health"));
  metrics(d);
  triax_document_end(d);
  triax_document_map(d, T("segmentation"));
  triax_document_text(d, T("by"), T("arr"));
  triax_document_list(d, T("segments"));
  segment(d, "big", "2k");
  segment(d, "small", NULL);
  triax_document_end(d);
  triax_document_end(d);
  triax_document_map(d, T("allocation"));
  triax_document_map(d, T("capacity"));
  triax_document_number(d, T("accounts"), 30);
  triax_document_end(d);
  triax_document_end(d);
  DONE(triax_document_finish(d, &error));
  DONE(triax_policy_new(context, d, &policy, NULL, &error));
  triax_document_free(d);
  return policy;
}

/* Customers k00 … k39 of ARR 100 × their number, use in tenths, gone where use is low; or a team of a and b. */
static triax_table *make_table(triax_context *context, int team) {
  static const char *const names[] = {"id", "arr", "use", "gone"};
  triax_table_builder *builder = NULL;
  triax_table *table = NULL;
  DONE(triax_table_builder_new(context, &builder, &error));
  for (size_t c = 0; c < (team ? 1u : 4u); c++) {
    DONE(
        triax_table_builder_column(builder, T(names[c]), c == 0 ? TRIAX_TYPE_STRING : TRIAX_TYPE_NUMBER, NULL, &error));
  }
  for (int row = 0; row < (team ? 2 : ROWS); row++) {
    char key[8];
    snprintf(key, sizeof key, team ? "%c" : "k%02d", team ? 'a' + row : row);
    triax_text text = T(key);
    double values[] = {100.0 * row, row % 10 / 10.0, row % 10 < 3 ? 1 : 0};
    DONE(triax_table_builder_texts(builder, 0, &text, 1, &error));
    for (size_t c = 1; c < 4 && !team; c++)
      DONE(triax_table_builder_numbers(builder, c, &values[c - 1], NULL, 1, &error));
  }
  DONE(triax_table_builder_finish(builder, &table, &error));
  triax_table_builder_free(builder);
  return table;
}

static void read_plan(triax_plan *plan) {
  triax_table *customers = triax_plan_table(plan, TRIAX_PLAN_CUSTOMERS),
              *csms = triax_plan_table(plan, TRIAX_PLAN_CSMS);
  triax_document *why = NULL;
  triax_plan_proof proof = TRIAX_PLAN_PROOF_INIT;
  HOLD(triax_table_rows(customers) == ROWS && triax_table_rows(csms) == 2);
  size_t segments = triax_table_find(customers, T("segment")), health = triax_table_find(customers, T("health"));
  HOLD(is(triax_table_text(customers, segments, 19), "small") && is(triax_table_text(customers, segments, 20), "big"));
  HOLD(triax_table_number(customers, health, 27) == 70);
  HOLD(triax_table_has(customers, triax_table_find(customers, T("csm")), 0));
  DONE(triax_plan_verify(plan, &proof, &error));
  HOLD(proof.rules_hold == 1 && proof.bound_holds == 1);
  DONE(triax_plan_explain(plan, T("k27"), &why, &error));
  triax_document_free(why);
  HOLD(triax_plan_explain(plan, T("nobody"), &why, &error) == TRIAX_ENOTFOUND && error.status == TRIAX_ENOTFOUND);
}

static void judge(triax_plan *plan) {
  triax_judge *one = NULL;
  triax_judgement found = {.struct_size = sizeof found};
  DONE(triax_judge_new(plan, &one, &error));
  DONE(triax_judge_number(one, triax_judge_column(one, T("arr")), 2000, &error));
  DONE(triax_judge_number(one, triax_judge_column(one, T("use")), 0.25, &error));
  DONE(triax_judge_run(one, &found, &error));
  HOLD(is(found.segment, "big") && found.health == 25 && found.coverage == 1 && found.placed == 0);
  triax_judge_free(one);
}

/* Two agents of capacity 1 and two items: the cheapest is 1 + 2. */
static void solve(triax_context *context) {
  const int64_t cost[] = {1, 9, 9, 2}, load[] = {1, 1, 1, 1}, capacity[] = {1, 1};
  triax_assignment_problem problem = TRIAX_ASSIGNMENT_PROBLEM_INIT;
  triax_assignment_options options = TRIAX_ASSIGNMENT_OPTIONS_INIT;
  triax_assignment *found = NULL;
  problem.agents = problem.items = 2;
  problem.cost = cost;
  problem.load = load;
  problem.capacity = capacity;
  DONE(triax_assignment_solve(context, &problem, &options, &found, &error));
  triax_assignment_unref(found);
}

static void learn(triax_context *context, triax_policy *policy, triax_customers *customers) {
  triax_backtest_options test = TRIAX_BACKTEST_OPTIONS_INIT;
  triax_fit_options fit = TRIAX_FIT_OPTIONS_INIT;
  triax_document *report = NULL;
  triax_fit *learnt = NULL;
  test.outcome = fit.outcome = T("gone");
  fit.force = 1;
  DONE(triax_health_backtest(context, policy, customers, &test, &report, NULL, &error));
  triax_document_free(report);
  DONE(triax_health_fit(context, policy, customers, &fit, &learnt, NULL, &error));
  triax_fit_unref(learnt);
}

static void score(triax_context *context, triax_customers *customers) {
  triax_health_options options = TRIAX_HEALTH_OPTIONS_INIT;
  triax_document *d = NULL;
  triax_health *model = NULL;
  triax_table *scores = NULL;
  DONE(triax_document_new(context, &d, &error));
  metrics(d);
  DONE(triax_document_finish(d, &error));
  DONE(triax_health_new(context, d, &model, NULL, &error));
  DONE(triax_health_score(model, customers, &options, &scores, NULL, &error));
  HOLD(triax_table_number(scores, triax_table_find(scores, T("health")), 31) == 10);
  triax_table_unref(scores);
  triax_health_unref(model);
  triax_document_free(d);
}

int main(void) {
  triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
  triax_load_options load = TRIAX_LOAD_OPTIONS_INIT;
  triax_plan_options how = TRIAX_PLAN_OPTIONS_INIT;
  triax_comparison_options compare = TRIAX_COMPARISON_OPTIONS_INIT;
  triax_context *context = NULL;
  triax_customers *customers = NULL;
  triax_team *team = NULL;
  triax_plan *plan = NULL;
  triax_comparison *comparison = NULL;
  options.threads = 2;
  DONE(triax_context_new(&options, &context, &error));
  triax_policy *policy = make_policy(context);
  triax_table *rows = make_table(context, 0), *people = make_table(context, 1);
  DONE(triax_customers_new(context, policy, rows, &load, &customers, NULL, NULL, &error));
  DONE(triax_team_new(context, policy, people, &load, &team, NULL, NULL, &error));
  DONE(triax_plan_new(context, policy, customers, team, &how, &plan, NULL, &error));
  read_plan(plan);
  judge(plan);
  DONE(triax_comparison_new(context, plan, plan, &compare, &comparison, &error));
  solve(context);
  learn(context, policy, customers);
  score(context, customers);
  triax_comparison_unref(comparison);
  triax_plan_unref(plan);
  triax_team_unref(team);
  triax_customers_unref(customers);
  triax_table_unref(people);
  triax_table_unref(rows);
  triax_policy_unref(policy);
  triax_context_unref(context);
  puts("all as in 0.1");
  return 0;
}
