/* Single customers judged as they change: segment and health against a plan's set, without allocating. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "expr/node.h"
#include "plan/plan.h"

/* A step that a judge repeats: health, a score or segmentation, in the plan's order. */
struct triax_judge {
  triax_context *context;
  triax_plan *plan;
  size_t variables;
  tx_value *values;  /* per variable of the module */
  tx_value *inputs;  /* of the step at hand */
  size_t most_inputs;
  uint32_t *variable_of; /* per column of the customers' table */
  tx_arena lists;    /* behind values: of the customer at hand */
  tx_arena scratch;  /* of the run at hand */
  triax_text key, previous, override_;
  size_t key_column, previous_column, override_column;
};

static size_t find_column(const triax_plan *plan, triax_text name) {
  return name.bytes ? triax_table_find(plan->compiled->customers->people.table, name) : SIZE_MAX;
}

static bool make_room(triax_judge *judge) {
  const tx_compiled *compiled = judge->plan->compiled;
  size_t columns = compiled->customers->people.table->columns;
  judge->variables = tx_module_variables(compiled->module);
  for (size_t s = 0; s < compiled->step_count; s++) {
    size_t count = compiled->steps[s].exprs->count + 2;
    if (count > judge->most_inputs) judge->most_inputs = count;
  }
  judge->values = tx_calloc(judge->context, judge->variables + 1, sizeof *judge->values);
  judge->inputs = tx_calloc(judge->context, judge->most_inputs + 1, sizeof *judge->inputs);
  judge->variable_of = tx_alloc_array(judge->context, columns, sizeof *judge->variable_of);
  if (!judge->values || !judge->inputs || !judge->variable_of) return false;
  for (size_t c = 0; c < columns; c++) judge->variable_of[c] = TX_NO_INDEX;
  for (uint32_t v = 0; v < judge->variables; v++) {
    if (compiled->sources[v].derived < 0) judge->variable_of[compiled->sources[v].column] = v;
  }
  return true;
}

triax_status triax_judge_new(triax_plan *plan, triax_judge **judge, triax_error *error) {
  if (!plan || !judge) return tx_fail(error, TRIAX_EINVAL, "a judge needs a plan and a place to go");
  if (plan->segmentation.folded) {
    return tx_fail(error, TRIAX_EUNSUPPORTED, "families are judged together: a single customer cannot be");
  }
  triax_judge *made = tx_calloc(plan->context, 1, sizeof *made);
  if (!made) return tx_no_memory(error);
  made->context = plan->context;
  made->plan = triax_plan_ref(plan);
  tx_arena_init(&made->lists, plan->context);
  tx_arena_init(&made->scratch, plan->context);
  if (!make_room(made)) {
    triax_judge_free(made);
    return tx_no_memory(error);
  }
  const triax_policy *policy = plan->compiled->policy;
  made->key_column = plan->compiled->customers->people.key;
  made->previous_column = find_column(plan, policy->segmentation.previous);
  made->override_column = find_column(plan, policy->segmentation.override_);
  triax_judge_clear(made);
  *judge = made;
  return TRIAX_OK;
}

void triax_judge_free(triax_judge *judge) {
  if (!judge) return;
  triax_plan *plan = judge->plan;
  triax_context *context = judge->context;
  size_t columns = plan->compiled->customers->people.table->columns;
  tx_arena_free(&judge->lists);
  tx_arena_free(&judge->scratch);
  tx_free_array(context, judge->values, judge->variables + 1, sizeof *judge->values);
  tx_free_array(context, judge->inputs, judge->most_inputs + 1, sizeof *judge->inputs);
  tx_free_array(context, judge->variable_of, columns, sizeof *judge->variable_of);
  tx_free(context, judge, sizeof *judge);
  triax_plan_unref(plan);
}

void triax_judge_clear(triax_judge *judge) {
  if (!judge) return;
  const tx_module *module = judge->plan->compiled->module;
  for (size_t v = 0; v < judge->variables; v++) {
    judge->values[v].state = TX_MISSING;
    judge->values[v].type = module->variables[v].type;
  }
  judge->key = judge->previous = judge->override_ = (triax_text){NULL, 0};
  tx_arena_reset(&judge->lists);
}

static triax_text text_at(const triax_judge *judge, size_t column, size_t row) {
  if (column == SIZE_MAX) return (triax_text){NULL, 0};
  return triax_table_text(judge->plan->compiled->customers->people.table, column, row);
}

triax_status triax_judge_row(triax_judge *judge, size_t row, triax_error *error) {
  if (!judge || row >= judge->plan->rows) return tx_fail(error, TRIAX_EINVAL, "there is no such row");
  triax_judge_clear(judge);
  for (size_t v = 0; v < judge->variables; v++) {
    int derived = judge->plan->compiled->sources[v].derived; /* of results, the trend is a row's own */
    bool trend = derived >= TX_DERIVED_HEALTH_LEVEL && derived <= TX_DERIVED_HEALTH_DROP && judge->plan->columns[v];
    if (derived >= 0 && !trend) continue;
    triax_status status = tx_value_of_column(judge->plan->columns[v], row, &judge->lists, &judge->values[v]);
    if (status != TRIAX_OK) return tx_no_memory(error);
  }
  judge->key = text_at(judge, judge->key_column, row);
  judge->previous = text_at(judge, judge->previous_column, row);
  judge->override_ = text_at(judge, judge->override_column, row);
  return TRIAX_OK;
}

size_t triax_judge_column(const triax_judge *judge, triax_text name) {
  return judge ? find_column(judge->plan, name) : SIZE_MAX;
}

static tx_value *value_of(triax_judge *judge, size_t column) {
  const triax_table *table = judge->plan->compiled->customers->people.table;
  if (column >= table->columns || judge->variable_of[column] == TX_NO_INDEX) return NULL;
  return &judge->values[judge->variable_of[column]];
}

static triax_status not_taken(const triax_judge *judge, size_t column, const char *what, triax_error *error) {
  const triax_table *table = judge->plan->compiled->customers->people.table;
  triax_text name = table->fields[column].name;
  return tx_fail(error, TRIAX_EINVAL, "'%.*s' is a column of type %s, which takes no %s", tx_name_width(name), name.bytes,
                 triax_type_name(table->fields[column].column->type), what);
}

triax_status triax_judge_number(triax_judge *judge, size_t column, double value, triax_error *error) {
  tx_value *at = judge ? value_of(judge, column) : NULL;
  if (!at) return tx_fail(error, TRIAX_EINVAL, "there is no such column");
  at->state = (uint8_t)(isnan(value) ? TX_MISSING : TX_PRESENT);
  if (at->state == TX_MISSING) return TRIAX_OK;
  switch (at->type.lists ? 0 : at->type.kind) {
    case TX_DOUBLE: at->number = value; return TRIAX_OK;
    case TX_BOOL: at->boolean = value != 0; return TRIAX_OK;
    case TX_INT:
    case TX_DATE:
      if (fabs(value) >= 9223372036854775808.0) break;
      at->integer = (int64_t)value;
      return TRIAX_OK;
    case TX_TIMESTAMP:
      if (fabs(value) >= 9223372036854775808.0) break;
      at->time.seconds = (int64_t)floor(value / 1e6);
      at->time.nanos = (int32_t)(value - (double)at->time.seconds * 1e6) * 1000;
      return TRIAX_OK;
    default: break;
  }
  at->state = TX_MISSING;
  return not_taken(judge, column, "such number", error);
}

triax_status triax_judge_text(triax_judge *judge, size_t column, triax_text value, triax_error *error) {
  tx_value *at = judge ? value_of(judge, column) : NULL;
  bool known = judge && column != SIZE_MAX &&
               (at || column == judge->previous_column || column == judge->override_column);
  if (!known) return tx_fail(error, TRIAX_EINVAL, "there is no such column");
  if (at && !tx_type_is(at->type, TX_STRING)) return not_taken(judge, column, "text", error);
  if (at) at->state = (uint8_t)(value.bytes ? TX_PRESENT : TX_MISSING);
  if (at) at->text = value;
  if (column == judge->key_column) judge->key = value;
  if (column == judge->previous_column) judge->previous = value;
  if (column == judge->override_column) judge->override_ = value;
  return TRIAX_OK;
}

/* --- judging --- */

static void derive_number(triax_judge *judge, int derived, double value) {
  for (size_t v = 0; v < judge->variables; v++) {
    if (judge->plan->compiled->sources[v].derived != derived) continue;
    judge->values[v].state = (uint8_t)(isnan(value) ? TX_MISSING : TX_PRESENT);
    judge->values[v].number = value;
  }
}

static void derive_text(triax_judge *judge, int derived, triax_text value) {
  for (size_t v = 0; v < judge->variables; v++) {
    if (judge->plan->compiled->sources[v].derived != derived) continue;
    judge->values[v].state = (uint8_t)(value.bytes ? TX_PRESENT : TX_MISSING);
    judge->values[v].text = value;
  }
}

static triax_status evaluate(triax_judge *judge, const tx_stage *stage, triax_error *error) {
  tx_scalar scalar = {.module = judge->plan->compiled->module,
                      .variables = judge->values,
                      .aggregates = stage->data ? tx_data_aggregates(stage->data) : NULL,
                      .as_of = judge->plan->as_of,
                      .has_as_of = judge->plan->has_as_of,
                      .scratch = &judge->scratch};
  for (size_t i = 0; i < stage->exprs; i++) {
    if (stage->root[i] == TX_NO_INPUT) continue;
    triax_status status = tx_scalar_eval(&scalar, stage->step->roots[i], &judge->inputs[i]);
    tx_value_settle(scalar.module, stage->step->roots[i], &judge->inputs[i]);
    if (status != TRIAX_OK) return tx_fail(error, status, "an expression could not be evaluated");
  }
  return TRIAX_OK;
}

static triax_status judge_score(triax_judge *judge, const tx_plan_score *score, int derived,
                                triax_judgement *judgement, triax_error *error) {
  triax_status status = evaluate(judge, score->stage, error);
  if (status != TRIAX_OK) return status;
  double health, coverage;
  uint8_t band;
  tx_health_score_one(score->model, judge->inputs, judge->plan->as_of, &health, &coverage, &band, NULL);
  derive_number(judge, derived, health);
  bool is_health = derived == TX_DERIVED_HEALTH;
  int scores = (int)judge->plan->compiled->policy->score_count;
  derive_number(judge, is_health ? TX_DERIVED_CHURN_PROBABILITY : derived + scores,
                tx_health_probability(score->model, health));
  if (!is_health) return TRIAX_OK;
  judgement->health = health;
  judgement->coverage = coverage;
  judgement->band = band == TX_BAND_UNKNOWN ? (triax_text){NULL, 0} : score->model->bands[band].name;
  derive_text(judge, TX_DERIVED_BAND, judgement->band.bytes ? judgement->band : TX_TEXT("unknown"));
  return TRIAX_OK;
}

static tx_value text_value(triax_text text) {
  return (tx_value){.state = text.bytes ? TX_PRESENT : TX_MISSING, .type = {TX_STRING, 0}, .text = text};
}

static triax_status judge_segment(triax_judge *judge, triax_judgement *judgement, triax_error *error) {
  static const triax_text touches[] = {{NULL, 0}, {"high", 4}, {"low", 3}, {"tech", 4}};
  const tx_policy_segmentation *policy = &judge->plan->compiled->policy->segmentation;
  const tx_stage *stage = judge->plan->segmentation.stage;
  triax_status status = evaluate(judge, stage, error);
  if (status != TRIAX_OK) return status;
  tx_segmentation_model model = policy->model;
  if (judge->previous_column != SIZE_MAX) model.previous = (uint32_t)stage->exprs;
  if (judge->override_column != SIZE_MAX) model.override_ = (uint32_t)stage->exprs + 1;
  judge->inputs[stage->exprs] = text_value(judge->previous);
  judge->inputs[stage->exprs + 1] = text_value(judge->override_);
  model.input_count = stage->exprs + 2;
  int placed;
  bool uncertain;
  uint32_t segment = tx_segmentation_one(&model, judge->inputs, judge->key, judge->plan->segmentation.result.cutoffs,
                                         judge->plan->as_of, &placed, &uncertain);
  judgement->placed = placed;
  judgement->uncertain = uncertain;
  judgement->segment = segment == TX_NO_SEGMENT ? (triax_text){NULL, 0} : policy->model.segments[segment].path;
  derive_text(judge, TX_DERIVED_SEGMENT, judgement->segment);
  derive_text(judge, TX_DERIVED_TOUCH, segment == TX_NO_SEGMENT ? touches[0] : touches[policy->segments[segment].touch]);
  return TRIAX_OK;
}

triax_status triax_judge_run(triax_judge *judge, triax_judgement *judgement, triax_error *error) {
  if (!judge || !judgement || judgement->struct_size < sizeof *judgement) {
    return tx_fail(error, TRIAX_EINVAL, "a judge and a judgement with its struct_size are wanted");
  }
  tx_arena_reset(&judge->scratch);
  triax_judgement found = {.struct_size = judgement->struct_size, .health = NAN, .coverage = NAN};
  const tx_compiled *compiled = judge->plan->compiled;
  for (int derived = TX_DERIVED_POOL; derived <= TX_DERIVED_HOURS; derived++) { /* not judged for one customer */
    if (derived == TX_DERIVED_HOURS) derive_number(judge, derived, NAN);
    else derive_text(judge, derived, (triax_text){NULL, 0});
  }
  triax_status status = TRIAX_OK;
  for (size_t s = 0; status == TRIAX_OK && s < compiled->step_count; s++) {
    const tx_step *step = &compiled->steps[s];
    if (step->kind == TX_STEP_HEALTH) {
      status = judge_score(judge, &judge->plan->health, TX_DERIVED_HEALTH, &found, error);
    } else if (step->kind == TX_STEP_SCORE) {
      status = judge_score(judge, &judge->plan->scores[step->score], TX_DERIVED_SCORES + (int)step->score, &found,
                           error);
    } else if (step->kind == TX_STEP_SEGMENTATION) {
      status = judge_segment(judge, &found, error);
    }
  }
  if (status == TRIAX_OK) *judgement = found;
  return status;
}
