/* Segmentation over customers, or over families folded to one row each. */
#include <math.h>
#include <string.h>

#include "aggregates/aggregates.h"
#include "base/text.h"
#include "expr/node.h"
#include "plan/plan.h"
#include "plan/sums.h"

/* --- inputs --- */

/* previous and override name columns: they are inputs after those of the expressions. */
typedef struct unit_inputs {
  tx_input *items;
  size_t count;
  tx_segmentation_model model;
} unit_inputs;

static const tx_column *named_column(const triax_table *table, triax_text name) {
  return name.bytes ? tx_table_column(table, name) : NULL;
}

static bool gather_inputs(triax_plan *plan, const triax_table *table, tx_arena *arena, unit_inputs *inputs) {
  const tx_policy_segmentation *policy = &plan->compiled->policy->segmentation;
  const tx_stage *stage = plan->segmentation.stage;
  const tx_column *previous = named_column(table, policy->previous);
  const tx_column *override_ = named_column(table, policy->override_);
  inputs->model = policy->model;
  for (int i = 0; plan->given && i < 2; i++) inputs->model.given[i] = plan->given->tops[i];
  inputs->count = stage->exprs + 2;
  inputs->items = tx_arena_calloc(arena, inputs->count, sizeof *inputs->items);
  if (!inputs->items) return false;
  memcpy(inputs->items, stage->inputs, stage->exprs * sizeof *inputs->items);
  if (previous && previous->dictionary) {
    inputs->model.previous = (uint32_t)stage->exprs;
    inputs->items[stage->exprs] = (tx_input){{TX_STRING, 0}, NULL, NULL, previous};
  }
  if (override_ && override_->dictionary) {
    inputs->model.override_ = (uint32_t)stage->exprs + 1;
    inputs->items[stage->exprs + 1] = (tx_input){{TX_STRING, 0}, NULL, NULL, override_};
  }
  inputs->model.input_count = inputs->count;
  return true;
}

/* --- families --- */

/* Customers' columns and derived ones as one table, to be folded. Derived numbers fold by their mean: a health summed
 * over a family would mean nothing. */
static triax_status all_columns(triax_plan *plan, triax_table **table, triax_error *error) {
  const tx_compiled *compiled = plan->compiled;
  const triax_table *data = compiled->customers->people.table;
  size_t most = data->columns + tx_module_variables(compiled->module), count = 0;
  triax_text *names = tx_calloc(plan->context, most, sizeof *names);
  tx_column **columns = tx_calloc(plan->context, most, sizeof *columns);
  triax_status status = names && columns ? TRIAX_OK : tx_no_memory(error);
  if (status == TRIAX_OK) {
    for (uint32_t v = 0; v < tx_module_variables(compiled->module); v++) {
      if (compiled->sources[v].derived < 0 || !plan->columns[v]) continue;
      names[count] = tx_module_variable_name(compiled->module, v);
      columns[count++] = (tx_column *)plan->columns[v];
    }
    for (size_t c = 0; c < data->columns; c++) { /* data under a derived name gives way to it */
      size_t same = 0;
      while (same < count && !tx_text_equal(names[same], data->fields[c].name)) same++;
      if (same < count) continue;
      names[count] = data->fields[c].name;
      columns[count++] = data->fields[c].column;
    }
    status = tx_table_new(plan->context, plan->rows, count, names, columns, table, error);
  }
  tx_free_array(plan->context, names, most, sizeof *names);
  tx_free_array(plan->context, columns, most, sizeof *columns);
  return status;
}

static bool fold_schema(triax_plan *plan, tx_arena *arena, tx_schema *schema) {
  const triax_policy *policy = plan->compiled->policy;
  size_t derived = (size_t)tx_derived_count(policy);
  tx_rollup *rollups = tx_arena_calloc(arena, policy->customers.rollup_count + derived, sizeof *rollups);
  if (!rollups) return false;
  *schema = policy->customers;
  size_t count = policy->customers.rollup_count;
  if (count) memcpy(rollups, policy->customers.rollups, count * sizeof *rollups);
  for (size_t d = 0; d < derived; d++) {
    if (!tx_type_is(tx_derived_type(policy, (int)d), TX_DOUBLE)) continue;
    triax_text name = tx_derived_name(policy, (int)d);
    size_t said = 0;
    while (said < count && !tx_text_equal(rollups[said].column, name)) said++;
    if (said == count) rollups[count++] = (tx_rollup){name, TX_FOLD_MEAN, {0, 0}};
  }
  schema->rollups = rollups;
  schema->rollup_count = count;
  return true;
}

/* Each customer's `by`, which says who is the largest of a family; NULL without one. */
static triax_status sizes(triax_plan *plan, const tx_step *step, tx_column **size, triax_error *error) {
  uint32_t by = plan->compiled->policy->segmentation.model.by;
  *size = NULL;
  if (by == TX_NO_INPUT) return TRIAX_OK;
  tx_stage **stage = &plan->segmentation.size_stage;
  triax_status status = tx_stage_open(plan->compiled, step, TX_OVER_CUSTOMERS, plan->columns, plan->rows, plan->as_of,
                                      plan->has_as_of, stage, error);
  if (status == TRIAX_OK) status = tx_data_column((*stage)->data, (*stage)->root[by], size, NULL, error);
  return status;
}

static triax_status fold(triax_plan *plan, const tx_step *step, triax_error *error) {
  tx_plan_segmentation *segmentation = &plan->segmentation;
  triax_table *all = NULL;
  tx_arena arena;
  tx_schema schema;
  tx_arena_init(&arena, plan->context);
  triax_status status = sizes(plan, step, &segmentation->size, error);
  if (status == TRIAX_OK) status = all_columns(plan, &all, error);
  if (status == TRIAX_OK && !fold_schema(plan, &arena, &schema)) status = tx_no_memory(error);
  if (status == TRIAX_OK) {
    status = tx_table_fold(plan->context, all, &schema, segmentation->size ? segmentation->size->numbers : NULL,
                           &segmentation->units, &segmentation->families, error);
  }
  if (status == TRIAX_OK) segmentation->folded = true;
  triax_table_unref(all);
  tx_arena_free(&arena);
  return status;
}

/* The folded table's columns in the order of the module's variables. */
static triax_status unit_columns(triax_plan *plan, triax_error *error) {
  const tx_module *module = plan->compiled->module;
  size_t count = tx_module_variables(module);
  plan->segmentation.unit_columns = tx_calloc(plan->context, count, sizeof(tx_column *));
  if (!plan->segmentation.unit_columns) return tx_no_memory(error);
  for (uint32_t v = 0; v < count; v++) {
    if (plan->columns[v]) {
      plan->segmentation.unit_columns[v] =
          tx_table_column(plan->segmentation.units, tx_module_variable_name(module, v));
    }
  }
  return TRIAX_OK;
}

/* --- judging: tests are evaluated and used batch by batch, while they are in cache --- */

typedef struct test_worker {
  tx_run *run; /* made when first needed */
  tx_tally *tallies;
} test_worker;

typedef struct test_job {
  tx_stage *stage;
  test_worker *workers;
} test_job;

static triax_status open_worker(const test_job *job, test_worker *worker, triax_error *error) {
  worker->tallies = tx_stage_tallies(job->stage);
  return worker->tallies ? tx_run_new(job->stage->data, &worker->run, error) : tx_no_memory(error);
}

static triax_status judge_tests(void *user, size_t number, size_t turn, size_t first, size_t rows,
                                tx_verdicts *verdicts, triax_error *error) {
  const test_job *job = user;
  const tx_stage *stage = job->stage;
  test_worker *worker = &job->workers[number];
  triax_status status = worker->run ? TRIAX_OK : open_worker(job, worker, error);
  if (status == TRIAX_OK) status = tx_run_batch(worker->run, first, rows, error);
  for (size_t i = 0; status == TRIAX_OK && i < stage->exprs; i++) {
    if (!tx_stage_tests(stage, i)) continue;
    tx_vector vector;
    tx_run_root(worker->run, stage->root[i], &vector);
    verdicts[i] = (tx_verdicts){vector.truth, vector.all_present ? NULL : vector.present};
    if (turn) continue; /* counted before */
    tx_stage_tally(stage, i, &worker->tallies[i], first / 64, rows, vector.truth, verdicts[i].known, vector.fault);
  }
  return status;
}

static triax_status judge_units(triax_plan *plan, const tx_segmentation_model *model, tx_units *units,
                                triax_error *error) {
  tx_plan_segmentation *segmentation = &plan->segmentation;
  const size_t threads = tx_context_threads(plan->context);
  test_job job = {segmentation->stage, tx_calloc(plan->context, threads, sizeof *job.workers)};
  if (!job.workers) return tx_no_memory(error);
  if (job.stage->data) {
    units->judge = judge_tests;
    units->user = &job;
    units->grain = tx_program_grain(job.stage->program);
  }
  triax_status status = tx_row_sums_open(plan, units, error);
  if (status == TRIAX_OK) {
    status = tx_segmentation_run(plan->context, model, units, &segmentation->result, error);
  }
  for (size_t w = 0; w < threads; w++) {
    if (job.workers[w].tallies && status == TRIAX_OK) tx_stage_add(job.stage, job.workers[w].tallies);
    tx_stage_tallies_free(job.stage, job.workers[w].tallies);
    tx_run_free(job.workers[w].run);
  }
  tx_free_array(plan->context, job.workers, threads, sizeof *job.workers);
  return status;
}

static triax_status run_model(triax_plan *plan, triax_error *error) {
  const tx_plan_segmentation *segmentation = &plan->segmentation;
  const tx_people *people = &plan->compiled->customers->people;
  const triax_table *table = segmentation->folded ? segmentation->units : people->table;
  unit_inputs inputs;
  tx_arena arena;
  tx_arena_init(&arena, plan->context);
  triax_status status = gather_inputs(plan, table, &arena, &inputs) ? TRIAX_OK : tx_no_memory(error);
  if (status == TRIAX_OK) {
    tx_units units = {.rows = table->rows,
                      .inputs = inputs.items,
                      .keys = tx_table_column(table, people->table->fields[people->key].name),
                      .as_of = plan->as_of};
    status = judge_units(plan, &inputs.model, &units, error);
  }
  tx_arena_free(&arena);
  return status;
}

/* --- results per customer --- */

/* Few segments are a byte each already, UINT8_MAX for none. Where nobody is in none, they are the column's codes. */
static tx_column *few_segments(triax_plan *plan, const triax_text *names, size_t count) {
  uint8_t *small = plan->segmentation.result.segment.small;
  if (!plan->segmentation.folded && plan->rows && !memchr(small, UINT8_MAX, plan->rows)) {
    tx_column *column = tx_column_names8(plan->context, small, plan->rows, names, count);
    if (!column) plan->segmentation.result.segment.small = NULL;
    plan->segmentation.shares = tx_column_ref(column);
    return column;
  }
  uint8_t *codes = tx_alloc_array(plan->context, plan->rows, 1);
  if (codes && !plan->segmentation.folded) memcpy(codes, small, plan->rows);
  for (size_t row = 0; codes && plan->segmentation.folded && row < plan->rows; row++) {
    codes[row] = small[tx_plan_unit(plan, row)];
  }
  return tx_column_names8(plan->context, codes, plan->rows, names, count);
}

static tx_column *many_segments(triax_plan *plan, const triax_text *names, size_t count) {
  uint32_t *numbers = tx_alloc_array(plan->context, plan->rows, sizeof *numbers);
  if (!numbers) return NULL;
  for (size_t row = 0; row < plan->rows; row++) numbers[row] = tx_plan_segment(plan, row);
  tx_column *column = tx_column_names(plan->context, numbers, plan->rows, names, count);
  tx_free_array(plan->context, numbers, plan->rows, sizeof *numbers);
  return column;
}

static tx_column *segment_column(triax_plan *plan) {
  const tx_segmentation_model *model = &plan->compiled->policy->segmentation.model;
  triax_text *names = tx_calloc(plan->context, model->count, sizeof *names);
  if (!names) return NULL;
  for (size_t s = 0; s < model->count; s++) names[s] = model->segments[s].path;
  tx_column *column = plan->segmentation.result.segment.small ? few_segments(plan, names, model->count)
                                                              : many_segments(plan, names, model->count);
  tx_free_array(plan->context, names, model->count, sizeof *names);
  return column;
}

static uint8_t touch_of(const tx_policy_segmentation *policy, uint32_t segment) {
  const int kind = segment == TX_NO_SEGMENT ? TX_TOUCH_NONE : policy->segments[segment].touch;
  return (uint8_t)(kind == TX_TOUCH_NONE ? UINT8_MAX : kind - 1);
}

static tx_column *touch_column(triax_plan *plan) {
  static const triax_text names[] = {{"high", 4}, {"low", 3}, {"tech", 4}};
  const tx_policy_segmentation *policy = &plan->compiled->policy->segmentation;
  bool any = false;
  for (uint32_t s = 0; s < policy->model.count; s++) any = any || touch_of(policy, s) != UINT8_MAX;
  if (any) {
    uint8_t *touch = tx_alloc_array(plan->context, plan->rows, 1);
    for (size_t row = 0; touch && row < plan->rows; row++) touch[row] = touch_of(policy, tx_plan_segment(plan, row));
    return tx_column_names8(plan->context, touch, plan->rows, names, 3);
  }
  tx_dictionary *dictionary = tx_dictionary_new(plan->context, names, 3);
  tx_column *column = dictionary ? tx_column_without_codes(plan->context, plan->rows, dictionary) : NULL;
  tx_dictionary_unref(dictionary);
  return column;
}

triax_status tx_run_segmentation(triax_plan *plan, const tx_step *step, triax_error *error) {
  tx_plan_segmentation *segmentation = &plan->segmentation;
  triax_status status = TRIAX_OK;
  if (plan->compiled->policy->customers.family.bytes) {
    status = fold(plan, step, error);
    if (status == TRIAX_OK) status = unit_columns(plan, error);
  }
  if (status != TRIAX_OK) return status;
  if (segmentation->folded) {
    status = tx_stage_open_units(plan->compiled, step, segmentation->unit_columns, segmentation->units->rows,
                                 plan->as_of, plan->has_as_of, &segmentation->stage, error);
  } else {
    status = tx_stage_open(plan->compiled, step, TX_OVER_CUSTOMERS, plan->columns, plan->rows, plan->as_of,
                           plan->has_as_of, &segmentation->stage, error);
  }
  if (status == TRIAX_OK) status = tx_stage_evaluate_columns(segmentation->stage, error);
  if (status == TRIAX_OK) status = run_model(plan, error);
  if (status == TRIAX_OK) status = tx_plan_derive(plan, TX_DERIVED_SEGMENT, segment_column(plan), error);
  if (status == TRIAX_OK) status = tx_plan_derive(plan, TX_DERIVED_TOUCH, touch_column(plan), error);
  return status;
}

void tx_plan_segmentation_free(triax_plan *plan) {
  tx_plan_segmentation *segmentation = &plan->segmentation;
  const tx_segmentation_model *model = &plan->compiled->policy->segmentation.model;
  if (segmentation->shares) segmentation->result.segment.small = NULL;
  tx_column_unref(segmentation->shares);
  tx_segmentation_result_free(plan->context, model, &segmentation->result);
  tx_free_array(plan->context, segmentation->unit_columns, tx_module_variables(plan->compiled->module),
                sizeof(tx_column *));
  if (segmentation->folded) tx_families_free(plan->context, &segmentation->families, plan->rows);
  triax_table_unref(segmentation->units);
  tx_column_unref(segmentation->size);
  tx_stage_free(segmentation->stage);
  tx_stage_free(segmentation->size_stage);
}
