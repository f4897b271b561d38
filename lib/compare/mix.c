#include "compare/mix.h"

#include <math.h>
#include <string.h>

#include "base/date.h"
#include "base/text.h"
#include "expr/node.h"
#include "expr/scalar.h"

enum { MORE_PREVIOUS, MORE_OVERRIDE, MORE };

static bool over_units(const tx_mix *mix) { return mix->stage == mix->rules->segmentation.stage; }

/* The other side's column for a variable: its result or its data of that name. */
static const tx_column *other_column(const tx_mix *mix, triax_text name) {
  const triax_plan *other = mix->other;
  const tx_module *module = other->compiled->module;
  const bool units = over_units(mix) && mix->rules->segmentation.folded;
  if (units != (over_units(mix) && other->segmentation.folded)) return NULL; /* families are judged on one side alone */
  for (uint32_t v = 0; v < tx_module_variables(module); v++) {
    if (!tx_text_equal(tx_module_variable_name(module, v), name)) continue;
    return units ? other->segmentation.unit_columns[v] : other->columns[v];
  }
  return NULL;
}

static bool same_type(const tx_column *a, const tx_column *b) {
  tx_type one = tx_type_of_column(a->type), two = tx_type_of_column(b->type);
  return one.kind == two.kind && one.lists == two.lists;
}

static void set_column(tx_mix *mix, size_t v, triax_text name, const tx_column *own) {
  mix->names[v] = name;
  mix->own[v] = own;
  const tx_column *moved = own && mix->other ? other_column(mix, name) : NULL;
  if (moved && same_type(own, moved)) mix->moved[v] = moved;
}

static void find_columns(tx_mix *mix) {
  const tx_module *module = mix->rules->compiled->module;
  const tx_policy_segmentation *policy = &mix->rules->compiled->policy->segmentation;
  for (size_t i = 0; i < mix->stage->exprs; i++) {
    for (size_t r = 0; r < mix->stage->read_count[i]; r++) mix->reads[mix->stage->reads[i][r]] = true;
  }
  for (uint32_t v = 0; v < mix->variables; v++) {
    mix->derived[v] = mix->rules->compiled->sources[v].derived >= 0;
    if (mix->reads[v]) set_column(mix, v, tx_module_variable_name(module, v), mix->stage->columns[v]);
  }
  if (!over_units(mix)) return;
  const triax_table *table = mix->rules->segmentation.folded ? mix->rules->segmentation.units
                                                             : mix->rules->compiled->customers->people.table;
  const triax_text more[MORE] = {policy->previous, policy->override_};
  for (size_t k = 0; k < MORE; k++) {
    if (!more[k].bytes) continue;
    mix->reads[mix->variables + k] = true;
    set_column(mix, mix->variables + k, more[k], tx_table_column(table, more[k]));
  }
}

triax_status tx_mix_open(triax_context *context, const triax_plan *rules, const triax_plan *other,
                         const tx_stage *stage, tx_mix **mix, triax_error *error) {
  if (!stage) return TRIAX_OK;
  tx_mix *made = tx_calloc(context, 1, sizeof *made);
  if (!made) return tx_no_memory(error);
  made->context = context;
  made->rules = rules;
  made->other = other;
  made->stage = stage;
  made->variables = tx_module_variables(rules->compiled->module);
  made->count = made->variables + MORE;
  made->own = tx_calloc(context, made->count, sizeof *made->own);
  made->moved = tx_calloc(context, made->count, sizeof *made->moved);
  made->names = tx_calloc(context, made->count, sizeof *made->names);
  made->reads = tx_calloc(context, made->count, sizeof *made->reads);
  made->derived = tx_calloc(context, made->count, sizeof *made->derived);
  made->own_values = tx_calloc(context, made->count, sizeof *made->own_values);
  made->moved_values = tx_calloc(context, made->count, sizeof *made->moved_values);
  made->values = tx_calloc(context, made->count, sizeof *made->values);
  made->inputs = tx_calloc(context, stage->exprs + MORE, sizeof *made->inputs);
  tx_arena_init(&made->lists, context);
  tx_arena_init(&made->scratch, context);
  if (!made->own || !made->moved || !made->names || !made->reads || !made->derived || !made->own_values ||
      !made->moved_values || !made->values || !made->inputs) {
    tx_mix_free(made);
    return tx_no_memory(error);
  }
  find_columns(made);
  *mix = made;
  return TRIAX_OK;
}

void tx_mix_free(tx_mix *mix) {
  if (!mix) return;
  triax_context *context = mix->context;
  tx_free_array(context, mix->own, mix->count, sizeof *mix->own);
  tx_free_array(context, mix->moved, mix->count, sizeof *mix->moved);
  tx_free_array(context, mix->names, mix->count, sizeof *mix->names);
  tx_free_array(context, mix->reads, mix->count, sizeof *mix->reads);
  tx_free_array(context, mix->derived, mix->count, sizeof *mix->derived);
  tx_free_array(context, mix->own_values, mix->count, sizeof *mix->own_values);
  tx_free_array(context, mix->moved_values, mix->count, sizeof *mix->moved_values);
  tx_free_array(context, mix->values, mix->count, sizeof *mix->values);
  tx_free_array(context, mix->inputs, mix->stage->exprs + MORE, sizeof *mix->inputs);
  tx_arena_free(&mix->lists);
  tx_arena_free(&mix->scratch);
  tx_free(context, mix, sizeof *mix);
}

static triax_status value_at(tx_mix *mix, size_t v, const tx_column *column, size_t row, tx_value *value) {
  *value = (tx_value){.state = TX_MISSING, .type = {TX_STRING, 0}};
  if (v < mix->variables) value->type = mix->rules->compiled->module->variables[v].type;
  return column ? tx_value_of_column(column, row, &mix->lists, value) : TRIAX_OK;
}

triax_status tx_mix_load(tx_mix *mix, size_t own, size_t moved, triax_error *error) {
  tx_arena_reset(&mix->lists);
  tx_arena_reset(&mix->scratch);
  mix->as_of = mix->rules->as_of;
  for (size_t v = 0; v < mix->count; v++) {
    if (!mix->reads[v]) continue;
    triax_status status = value_at(mix, v, mix->own[v], own, &mix->own_values[v]);
    mix->values[v] = mix->moved_values[v] = mix->own_values[v];
    if (status == TRIAX_OK && moved != SIZE_MAX && mix->moved[v]) {
      status = value_at(mix, v, mix->moved[v], moved, &mix->moved_values[v]);
    }
    if (status != TRIAX_OK) return tx_no_memory(error);
  }
  return TRIAX_OK;
}

bool tx_mix_differs(const tx_mix *mix, size_t v) {
  const tx_value *a = &mix->own_values[v], *b = &mix->moved_values[v];
  if (!mix->reads[v]) return false;
  if (a->state != b->state) return true;
  return a->state == TX_PRESENT && !tx_value_equal(a, b);
}

triax_status tx_mix_evaluate(tx_mix *mix, triax_error *error) {
  tx_scalar scalar = {.module = mix->rules->compiled->module,
                      .variables = mix->values,
                      .aggregates = mix->stage->data ? tx_data_aggregates(mix->stage->data) : NULL,
                      .as_of = mix->as_of,
                      .has_as_of = mix->rules->has_as_of,
                      .scratch = &mix->scratch};
  for (size_t i = 0; i < mix->stage->exprs; i++) {
    mix->inputs[i] = (tx_value){.state = TX_MISSING};
    if (mix->stage->root[i] == TX_NO_INPUT) continue;
    triax_status status = tx_scalar_eval(&scalar, mix->stage->step->roots[i], &mix->inputs[i]);
    tx_value_settle(scalar.module, mix->stage->step->roots[i], &mix->inputs[i]);
    if (status != TRIAX_OK) return tx_fail(error, status, "an expression could not be evaluated");
  }
  for (size_t k = 0; k < MORE; k++) mix->inputs[mix->stage->exprs + k] = mix->values[mix->variables + k];
  return TRIAX_OK;
}

/* --- factors --- */

const int tx_mix_factors[TX_MIX_FACTORS] = {TX_CAUSE_DATA, TX_CAUSE_MISSING, TX_CAUSE_HEALTH, TX_CAUSE_SEGMENT,
                                            TX_CAUSE_TIME};

static int factor_of(const tx_mix *mix, size_t v) {
  if (v < mix->variables && mix->derived[v]) {
    int derived = mix->rules->compiled->sources[v].derived;
    return derived == TX_DERIVED_SEGMENT || derived == TX_DERIVED_TOUCH ? TX_CAUSE_SEGMENT : TX_CAUSE_HEALTH;
  }
  return mix->own_values[v].state == mix->moved_values[v].state ? TX_CAUSE_DATA : TX_CAUSE_MISSING;
}

bool tx_mix_belongs(const tx_mix *mix, size_t v, int factor) {
  return factor != TX_CAUSE_TIME && tx_mix_differs(mix, v) && factor_of(mix, v) == factor;
}

bool tx_mix_step(tx_mix *mix, int factor) {
  bool any = false;
  if (factor == TX_CAUSE_TIME) {
    any = mix->other && mix->as_of != mix->other->as_of;
    if (any) mix->as_of = mix->other->as_of;
    return any;
  }
  for (size_t v = 0; v < mix->count; v++) {
    if (!tx_mix_belongs(mix, v, factor)) continue;
    mix->values[v] = mix->moved_values[v];
    any = true;
  }
  return any;
}

double tx_mix_number(const tx_mix *mix, uint32_t input) {
  const tx_value *value = &mix->inputs[input];
  if (value->state != TX_PRESENT) return NAN;
  switch (value->type.kind) {
  case TX_DOUBLE: return value->number;
  case TX_INT: return (double)value->integer;
  case TX_BOOL: return value->boolean ? 1 : 0;
  default: return NAN;
  }
}

/* --- words --- */

static void write_value(const tx_value *value, tx_writer *writer) {
  char buffer[128];
  if (value->state != TX_PRESENT) {
    tx_write_c(writer, "missing");
  } else if (tx_type_is(value->type, TX_STRING)) {
    tx_write(writer, value->text);
  } else if (tx_type_is(value->type, TX_DATE)) {
    tx_write(writer, (triax_text){buffer, tx_format_date((int32_t)value->integer, buffer)});
  } else {
    tx_value_print(value, buffer, sizeof buffer);
    size_t length = strlen(buffer); /* 5.0 is 5 to a reader */
    if (tx_type_is(value->type, TX_DOUBLE) && length > 2 && strcmp(buffer + length - 2, ".0") == 0) length -= 2;
    tx_write(writer, (triax_text){buffer, length});
  }
}

void tx_mix_write(const tx_mix *mix, size_t v, tx_writer *writer) {
  tx_write(writer, mix->names[v]);
  tx_write_c(writer, " ");
  write_value(&mix->own_values[v], writer);
  tx_write_c(writer, " -> ");
  write_value(&mix->moved_values[v], writer);
}
