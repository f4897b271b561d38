/* What has no vector form: the scalar evaluator, row by row. Slow, complete, and the same by construction. */
#include <math.h>
#include <string.h>

#include "expr/run_step.h"

/* The variables that a node reads, in the code's arena. */
static uint32_t *variables_of(tx_emitter *emitter, uint32_t node, size_t *count) {
  size_t most = emitter->module->variable_count;
  uint32_t *variables = tx_emit_memory(emitter, most, sizeof *variables);
  if (variables) *count = tx_module_reads(emitter->module, node, variables, most);
  return variables;
}

tx_operand tx_emit_rows(tx_emitter *emitter, uint32_t node, bool result) {
  tx_type type = emitter->module->nodes[node].type;
  tx_operand made = {0};
  if (!result && (type.kind == TX_TIMESTAMP || type.kind == TX_DURATION)) return made;
  if (type.lists || type.kind == TX_STRING || type.kind == TX_NULL || type.kind == TX_FREE) return made;
  size_t count = 0;
  uint32_t *variables = variables_of(emitter, node, &count);
  if (!variables) return made;
  made.form = type.kind == TX_BOOL ? TX_FORM_TRUTH : type.kind == TX_DOUBLE ? TX_FORM_NUMBERS : TX_FORM_INTEGERS;
  made.nan_missing = true;
  made.values = tx_new_register(emitter, type.kind == TX_BOOL ? 1 : 64);
  made.known = tx_new_register(emitter, 1);
  made.fault = tx_new_register(emitter, 1);
  tx_step *step = tx_new_step(emitter, tx_step_rows);
  step->choice = node;
  step->table = variables;
  step->table_size = count;
  step->out[0] = made.values;
  step->out[1] = made.known;
  step->out[2] = made.fault;
  emitter->code->slow = true;
  return made;
}

static triax_status eval_row(tx_run *run, const tx_step *step, size_t row, tx_value *value) {
  const tx_data *data = run->data;
  const uint32_t *variables = step->table;
  for (size_t i = 0; i < step->table_size; i++) {
    triax_status status =
        tx_value_of_column(data->columns[variables[i]], row, &run->arena, &run->variables[variables[i]]);
    if (status != TRIAX_OK) return status;
  }
  return tx_data_scalar(data, step->choice, run->variables, &run->arena, value);
}

static void store(const tx_value *value, tx_type type, size_t i, const tx_step *step, tx_frame *frame) {
  if (value->state == TX_PRESENT) tx_bit_set(frame->at[step->out[1]], i);
  if (value->state == TX_FAULT) tx_bit_set(frame->at[step->out[2]], i);
  if (type.kind == TX_BOOL) {
    if (value->state == TX_PRESENT && value->boolean) tx_bit_set(frame->at[step->out[0]], i);
  } else if (type.kind == TX_DOUBLE) {
    ((double *)frame->at[step->out[0]])[i] = value->state == TX_PRESENT ? value->number : (double)NAN;
  } else {
    int64_t integer = 0;
    if (value->state == TX_PRESENT) (void)tx_value_integer(value, &integer);
    ((int64_t *)frame->at[step->out[0]])[i] = integer;
  }
}

void tx_step_rows(const tx_step *step, tx_frame *frame) {
  tx_run *run = frame->run;
  tx_type type = run->data->program->module->nodes[step->choice].type;
  for (size_t k = type.kind == TX_BOOL ? 0 : 1; k < 3; k++) {
    memset(frame->at[step->out[k]], 0, frame->words * sizeof(uint64_t));
  }
  for (size_t i = 0; i < frame->words * 64; i++) {
    tx_value value = {.state = TX_MISSING};
    if (i < frame->rows && run->status == TRIAX_OK) run->status = eval_row(run, step, frame->first + i, &value);
    if (run->status != TRIAX_OK) value.state = TX_MISSING;
    store(&value, type, i, step, frame);
  }
  tx_arena_free(&run->arena);
}

/* --- strings and lists as columns --- */

static bool append_value(tx_column_builder *builder, const tx_value *value, tx_arena *scratch) {
  if (value->state != TX_PRESENT) return tx_column_builder_missing(builder);
  if (!value->type.lists) return tx_column_builder_text(builder, value->text);
  triax_text *items = tx_arena_calloc(scratch, value->list.count, sizeof *items);
  if (!items) return false;
  for (size_t i = 0; i < value->list.count; i++) items[i] = value->list.items[i].text;
  return tx_column_builder_list(builder, items, value->list.count);
}

static triax_status append_rows(tx_run *run, const tx_step *step, tx_column_builder *builder, uint64_t *fault_plane,
                                uint64_t *faults) {
  for (size_t row = 0; row < run->data->rows; row++) {
    tx_value value;
    triax_status status = eval_row(run, step, row, &value);
    if (status != TRIAX_OK) return status;
    *faults += value.state == TX_FAULT;
    if (value.state == TX_FAULT && fault_plane) tx_bit_set(fault_plane, row);
    if (!append_value(builder, &value, &run->arena)) return TRIAX_ENOMEM;
    if (row % 64 == 63) tx_arena_free(&run->arena);
  }
  return TRIAX_OK;
}

triax_status tx_data_make_column(const tx_data *data, uint32_t node, tx_column **column, uint64_t *fault_plane,
                                 uint64_t *faults, triax_error *error) {
  const tx_module *module = data->program->module;
  uint64_t faulty = 0;
  size_t most = module->variable_count;
  uint32_t *variables = tx_alloc_array(data->context, most, sizeof *variables);
  tx_value *values = tx_alloc_array(data->context, most, sizeof *values);
  tx_column_builder *builder = tx_column_builder_new(
      data->context, module->nodes[node].type.lists ? TRIAX_TYPE_STRINGS : TRIAX_TYPE_STRING);
  triax_status status = TRIAX_ENOMEM;
  tx_column *made = NULL;
  if (variables && values && builder) {
    memcpy(values, data->blank, most * sizeof *values);
    tx_run run = {.context = data->context, .data = data, .variables = values};
    tx_arena_init(&run.arena, data->context);
    tx_step step = {.choice = node, .table = variables};
    step.table_size = tx_module_reads(module, node, variables, most);
    status = append_rows(&run, &step, builder, fault_plane, &faulty);
    tx_arena_free(&run.arena);
    if (status == TRIAX_OK) made = tx_column_builder_finish(builder);
  }
  tx_column_builder_free(builder);
  tx_free_array(data->context, variables, most, sizeof *variables);
  tx_free_array(data->context, values, most, sizeof *values);
  if (status == TRIAX_OK && !made) status = TRIAX_ENOMEM;
  if (status == TRIAX_ENOMEM) return tx_no_memory(error);
  if (status != TRIAX_OK) return tx_fail(error, status, "An expression takes too many steps for one row: simplify it.");
  *column = made;
  if (faults) *faults = faulty;
  return TRIAX_OK;
}
