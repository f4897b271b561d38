/* Tables of segments, of tests with their counts, and of metrics per customer. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "plan/sums.h"
#include "results/tables.h"

/* --- segments: one row each, and one for customers in none --- */

static bool add_list(tx_column_builder *builder, const triax_text *texts, size_t count) {
  return count ? tx_column_builder_list(builder, texts, count) : tx_column_builder_missing(builder);
}

static void add_traits(const triax_plan *plan, const tx_sums *sums, tx_tabulate *tabulate) {
  static const triax_text words[] = {{"high", 4}, {"low", 3}, {"tech", 4}};
  static const tx_policy_segment nothing = {0};
  const tx_policy_segmentation *policy = &plan->compiled->policy->segmentation;
  tx_column_builder *roles = tx_tabulate_begin(tabulate, TRIAX_TYPE_STRINGS);
  tx_column_builder *services = tx_tabulate_begin(tabulate, TRIAX_TYPE_STRINGS);
  tx_column_builder *touch = tx_tabulate_begin(tabulate, TRIAX_TYPE_STRING);
  bool fine = roles && services && touch;
  for (size_t s = 0; fine && s <= policy->model.count; s++) {
    const tx_policy_segment *segment = s < policy->model.count ? &policy->segments[sums->order[s]] : &nothing;
    fine =
        add_list(roles, segment->roles, segment->role_count) &&
        add_list(services, segment->services, segment->service_count) &&
        (segment->touch ? tx_column_builder_text(touch, words[segment->touch - 1]) : tx_column_builder_missing(touch));
  }
  tx_tabulate_end(tabulate, "touch", touch, fine);
  tx_tabulate_end(tabulate, "roles", roles, fine);
  tx_tabulate_end(tabulate, "services", services, fine);
}

static void add_paths(const triax_plan *plan, const tx_sums *sums, tx_tabulate *tabulate) {
  const tx_segmentation_model *model = &plan->compiled->policy->segmentation.model;
  tx_column_builder *paths = tx_tabulate_begin(tabulate, TRIAX_TYPE_STRING);
  bool fine = paths != NULL;
  for (size_t s = 0; fine && s < model->count; s++) {
    fine = tx_column_builder_text(paths, model->segments[sums->order[s]].path);
  }
  if (fine) fine = tx_column_builder_missing(paths);
  tx_tabulate_end(tabulate, "segment", paths, fine);
}

static void add_tests(const triax_plan *plan, const tx_sums *sums, tx_tabulate *tabulate) {
  const tx_segmentation_model *model = &plan->compiled->policy->segmentation.model;
  const tx_segmentation_result *result = &plan->segmentation.result;
  const uint64_t *counts[] = {result->yes, result->no, result->unknown};
  static const char *const names[] = {"test_true", "test_false", "test_unknown"};
  for (int k = 0; k < 3; k++) {
    tx_column_builder *builder = tx_tabulate_begin(tabulate, TRIAX_TYPE_INTEGER);
    bool fine = builder != NULL;
    for (size_t s = 0; fine && s < model->count; s++) {
      fine = tx_column_builder_integer(builder, (int64_t)counts[k][sums->order[s]]);
    }
    if (fine) fine = tx_column_builder_missing(builder);
    tx_tabulate_end(tabulate, names[k], builder, fine);
  }
}

triax_status tx_tabulate_segments(triax_plan *plan, triax_error *error) {
  tx_tabulate tabulate;
  const tx_sums *sums = plan->sums;
  tx_tabulate_open(&tabulate, plan->context, sums->count);
  add_paths(plan, sums, &tabulate);
  tx_tabulate_counts(&tabulate, "customers", sums->customers);
  tx_tabulate_numbers(&tabulate, "share", sums->share);
  if (sums->has_money) tx_tabulate_numbers(&tabulate, "arr", sums->money);
  if (sums->has_money) tx_tabulate_numbers(&tabulate, "arr_share", sums->money_share);
  if (plan->health.model) tx_tabulate_numbers(&tabulate, "mean_health", sums->mean_health);
  if (plan->attention.given) tx_tabulate_numbers(&tabulate, "hours", sums->hours);
  if (plan->allocation.given) tx_tabulate_counts(&tabulate, "owned", sums->owned);
  if (plan->allocation.given) tx_tabulate_counts(&tabulate, "uncovered", sums->uncovered);
  add_traits(plan, sums, &tabulate);
  add_tests(plan, sums, &tabulate);
  return tx_tabulate_close(&tabulate, &plan->tables[TRIAX_PLAN_SEGMENTS], error);
}

/* --- tests: every expression that is true or false, and what could not be judged --- */

typedef struct test_rows {
  tx_column_builder *path, *test, *yes, *no, *unknown, *faults, *blame;
  size_t rows;
  bool fine;
} test_rows;

static bool add_count(tx_column_builder *builder, uint64_t count) {
  return tx_column_builder_integer(builder, (int64_t)count);
}

static void add_stage(test_rows *rows, const tx_stage *stage) {
  for (size_t i = 0; stage && rows->fine && i < stage->exprs; i++) {
    if (!tx_stage_tests(stage, i)) continue;
    const tx_policy_expr *expr = &stage->step->exprs->items[i];
    const tx_tally *tally = &stage->tallies[i];
    char buffer[512] = "";
    tx_writer writer = {buffer, sizeof buffer, 0};
    if (tally->unknown) tx_stage_write_blame(stage, i, &writer);
    rows->fine = tx_column_builder_text(rows->path, triax_text_of(expr->path)) &&
                 tx_column_builder_text(rows->test, expr->source) && add_count(rows->yes, tally->yes) &&
                 add_count(rows->no, stage->rows - tally->yes - tally->unknown) &&
                 add_count(rows->unknown, tally->unknown) && add_count(rows->faults, tally->faults) &&
                 tx_column_builder_text(rows->blame, triax_text_of(buffer));
    rows->rows++;
  }
}

/* Tests over pairs, by customer: true where it holds for a CSM. */
static void add_pair_tests(test_rows *rows, const triax_plan *plan) {
  const tx_policy_exprs *exprs = &plan->compiled->policy->allocation.inputs;
  const tx_pair_tally *tallies = plan->allocation.pair_tallies;
  for (size_t i = 0; tallies && rows->fine && i < exprs->count; i++) {
    if (exprs->items[i].over != TX_OVER_PAIR) continue;
    char buffer[512] = "";
    tx_writer writer = {buffer, sizeof buffer, 0};
    if (tallies[i].unknown) {
      tx_write_blame(plan->compiled->pair_module, tallies[i].variables, tallies[i].count, tallies[i].blame, &writer);
    }
    rows->fine = tx_column_builder_text(rows->path, triax_text_of(exprs->items[i].path)) &&
                 tx_column_builder_text(rows->test, exprs->items[i].source) &&
                 add_count(rows->yes, tallies[i].yes) &&
                 add_count(rows->no, plan->rows - tallies[i].yes - tallies[i].unknown) &&
                 add_count(rows->unknown, tallies[i].unknown) && add_count(rows->faults, 0) &&
                 tx_column_builder_text(rows->blame, triax_text_of(buffer));
    rows->rows++;
  }
}

triax_status tx_tabulate_tests(triax_plan *plan, triax_error *error) {
  tx_tabulate tabulate;
  tx_tabulate_open(&tabulate, plan->context, 0);
  test_rows rows = {tx_tabulate_begin(&tabulate, TRIAX_TYPE_STRING),
                    tx_tabulate_begin(&tabulate, TRIAX_TYPE_STRING),
                    tx_tabulate_begin(&tabulate, TRIAX_TYPE_INTEGER),
                    tx_tabulate_begin(&tabulate, TRIAX_TYPE_INTEGER),
                    tx_tabulate_begin(&tabulate, TRIAX_TYPE_INTEGER),
                    tx_tabulate_begin(&tabulate, TRIAX_TYPE_INTEGER),
                    tx_tabulate_begin(&tabulate, TRIAX_TYPE_STRING),
                    0,
                    !tabulate.failed};
  rows.fine = !tabulate.failed;
  add_stage(&rows, plan->health.stage);
  for (size_t s = 0; plan->scores && s < plan->compiled->policy->score_count; s++) {
    add_stage(&rows, plan->scores[s].stage);
  }
  add_stage(&rows, plan->segmentation.stage);
  add_stage(&rows, plan->success);
  add_stage(&rows, plan->allocation.stage);
  add_stage(&rows, plan->allocation.team_stage);
  add_stage(&rows, plan->plays.stage);
  add_stage(&rows, plan->transition.stage);
  add_pair_tests(&rows, plan);
  tabulate.rows = rows.rows;
  tx_tabulate_end(&tabulate, "path", rows.path, rows.fine);
  tx_tabulate_end(&tabulate, "test", rows.test, rows.fine);
  tx_tabulate_end(&tabulate, "true", rows.yes, rows.fine);
  tx_tabulate_end(&tabulate, "false", rows.no, rows.fine);
  tx_tabulate_end(&tabulate, "unknown", rows.unknown, rows.fine);
  tx_tabulate_end(&tabulate, "faults", rows.faults, rows.fine);
  tx_tabulate_end(&tabulate, "missing", rows.blame, rows.fine);
  return tx_tabulate_close(&tabulate, &plan->tables[TRIAX_PLAN_TESTS], error);
}

/* --- metrics: each metric's parts for every customer --- */

static void add_part(const triax_plan *plan, const tx_plan_score *score, size_t metric, tx_tabulate *tabulate,
                     const char *part, size_t offset) {
  char name[300];
  const tx_health_part *parts = score->parts + metric * plan->rows;
  double *values = tx_alloc_array(plan->context, plan->rows, sizeof *values);
  if (!values) {
    tabulate->failed = true;
    return;
  }
  for (size_t row = 0; row < plan->rows; row++) {
    memcpy(&values[row], (const char *)&parts[row] + offset, sizeof(double));
  }
  triax_text metric_name = score->model->metrics[metric].name;
  snprintf(name, sizeof name, "%.*s.%s", (int)(metric_name.length < 200 ? metric_name.length : 200), metric_name.bytes,
           part);
  tx_tabulate_add(
      tabulate, name,
      tx_column_take(plan->context, TRIAX_TYPE_NUMBER, plan->rows, values, plan->rows * sizeof *values, NULL));
}

void tx_tabulate_parts(const triax_plan *plan, const tx_plan_score *score, tx_tabulate *tabulate) {
  for (size_t m = 0; m < score->model->metric_count; m++) {
    add_part(plan, score, m, tabulate, "points", offsetof(tx_health_part, points));
    add_part(plan, score, m, tabulate, "freshness", offsetof(tx_health_part, freshness));
    add_part(plan, score, m, tabulate, "weight", offsetof(tx_health_part, weight));
    add_part(plan, score, m, tabulate, "contribution", offsetof(tx_health_part, contribution));
    add_part(plan, score, m, tabulate, "lost", offsetof(tx_health_part, lost));
  }
}

triax_status tx_tabulate_metrics(triax_plan *plan, triax_error *error) {
  if (!plan->parts || !plan->health.model) return TRIAX_OK;
  const tx_people *people = &plan->compiled->customers->people;
  tx_tabulate tabulate;
  tx_tabulate_open(&tabulate, plan->context, plan->rows);
  tx_tabulate_share(&tabulate, "key", people->table->fields[people->key].column);
  tx_tabulate_numbers(&tabulate, "before_limits", plan->health.raw);
  tx_tabulate_parts(plan, &plan->health, &tabulate);
  return tx_tabulate_close(&tabulate, &plan->tables[TRIAX_PLAN_METRICS], error);
}
