/* A program meets its columns. */
#include <string.h>

#include "expr/program_private.h"

triax_status tx_data_scalar(const tx_data *data, uint32_t node, const tx_value *variables, tx_arena *scratch,
                            tx_value *value) {
  tx_scalar scalar = {.module = data->program->module,
                      .variables = variables ? variables : data->blank,
                      .aggregates = data->aggregates,
                      .as_of = data->as_of,
                      .has_as_of = data->has_as_of,
                      .scratch = scratch};
  return tx_scalar_eval(&scalar, node, value);
}

static bool same_type(tx_type a, tx_type b) { return a.kind == b.kind && a.lists == b.lists; }

static triax_status check_columns(const tx_data *data, triax_error *error) {
  const tx_module *module = data->program->module;
  for (size_t i = 0; i < module->count; i++) {
    const tx_expr_node *node = &module->nodes[i];
    if (!data->program->facts[i].reachable || (node->op != TX_OP_VARIABLE && node->op != TX_OP_HAS)) continue;
    const tx_expr_variable *variable = &module->variables[node->index];
    const tx_column *column = data->columns[node->index];
    if (!column) {
      return tx_fail(error, TRIAX_EINVAL, "No column was given for the variable '%.*s'.", (int)variable->name.length,
                     variable->name.bytes);
    }
    if (column->rows != data->rows || !same_type(tx_type_of_column(column->type), variable->type)) {
      return tx_fail(error, TRIAX_EINVAL, "The column for '%.*s' has another type or length than was declared.",
                     (int)variable->name.length, variable->name.bytes);
    }
  }
  return TRIAX_OK;
}

static bool copy_inputs(tx_data *data, const tx_column *const *columns) {
  const tx_module *module = data->program->module;
  data->columns = tx_calloc(data->context, module->variable_count, sizeof *data->columns);
  data->blank = tx_calloc(data->context, module->variable_count, sizeof *data->blank);
  data->percentiles = tx_calloc(data->context, module->aggregate_count, sizeof *data->percentiles);
  data->made = tx_calloc(data->context, data->program->root_count, sizeof *data->made);
  data->made_faults = tx_calloc(data->context, data->program->root_count, sizeof *data->made_faults);
  if (!data->columns || !data->blank || !data->percentiles || !data->made || !data->made_faults) return false;
  for (size_t i = 0; i < module->variable_count; i++) {
    data->columns[i] = columns ? columns[i] : NULL;
    data->blank[i] = (tx_value){.state = TX_MISSING, .type = module->variables[i].type};
  }
  return true;
}

/* --- whole-set functions, in the order of nodes: those inside others come first --- */

/* Results of an earlier run are taken where they are known to hold; the others are made here. */
static triax_status prepare_aggregates(tx_data *data, const tx_aggregates *given, triax_error *error) {
  size_t count = data->program->module->aggregate_count;
  if (given && given->count < count) {
    return tx_fail(error, TRIAX_EINVAL, "The results of an earlier run belong to other expressions.");
  }
  tx_aggregates *own = tx_calloc(data->context, 1, sizeof *own);
  if (!own) return tx_no_memory(error);
  own->context = data->context;
  own->count = count;
  data->own_aggregates = own;
  data->aggregates = own;
  own->items = tx_calloc(data->context, count, sizeof *own->items);
  if (!own->items) return tx_no_memory(error);
  for (size_t i = 0; given && i < count; i++) {
    if (!given->items[i].op) continue;
    own->items[i] = given->items[i];
    own->items[i].given = true;
  }
  return TRIAX_OK;
}

/* A node's values as a column of numbers. */
static triax_status inner_column(tx_data *data, uint32_t node, tx_column **column, triax_error *error) {
  tx_code code = {0};
  triax_status status = tx_code_make(&code, data, &node, 1);
  if (status == TRIAX_OK) status = tx_code_column(data, &code, 0, column, NULL, error);
  else if (status == TRIAX_ENOMEM) tx_no_memory(error);
  tx_code_free(&code, data->context);
  return status;
}

static triax_status make_aggregate(tx_data *data, const tx_expr_node *node, triax_error *error) {
  tx_column *values = NULL;
  uint32_t child = data->program->module->children[node->first];
  tx_aggregate *item = &data->own_aggregates->items[node->index];
  if (item->given && node->op != TX_OP_PERCENTILE) return TRIAX_OK;
  triax_status status = inner_column(data, child, &values, error);
  if (status != TRIAX_OK) return status;
  tx_column **percentiles = &data->percentiles[node->index];
  if (item->given) {
    status = tx_aggregate_apply(data->context, item, values, percentiles, error);
  } else {
    status = tx_aggregate_make(data->context, node->op, values, item, percentiles, error);
  }
  tx_column_unref(values);
  return status;
}

static triax_status make_aggregates(tx_data *data, triax_error *error) {
  const tx_module *module = data->program->module;
  for (size_t i = 0; i < module->count; i++) {
    uint16_t op = module->nodes[i].op;
    if (!data->program->facts[i].reachable || op < TX_OP_TOTAL || op > TX_OP_PERCENTILE) continue;
    /* Over the items of a list there is no set: such a call stays unknown. */
    if (data->program->facts[module->children[module->nodes[i].first]].locals) continue;
    triax_status status = make_aggregate(data, &module->nodes[i], error);
    if (status != TRIAX_OK) return status;
  }
  return TRIAX_OK;
}

/* --- code --- */

static triax_status make_code(tx_data *data, triax_error *error) {
  const tx_program *program = data->program;
  triax_status status = tx_code_make(&data->code, data, program->roots, program->root_count);
  if (status == TRIAX_ENOMEM) return tx_no_memory(error);
  if (status != TRIAX_OK) return tx_fail(error, status, "An expression takes too many steps for one value: simplify it.");
  return TRIAX_OK;
}

/* Strings that have no vector form are made row by row now; then the code reads them as columns. */
static triax_status make_missing_strings(tx_data *data, triax_error *error) {
  bool any = false;
  for (size_t i = 0; i < data->code.root_count; i++) {
    const tx_root *root = &data->code.roots[i];
    if (!root->unmade || root->type.lists || root->type.kind != TX_STRING) continue;
    data->made_faults[i] = tx_calloc(data->context, tx_words(data->rows), sizeof(uint64_t));
    if (!data->made_faults[i]) return tx_no_memory(error);
    triax_status status =
        tx_data_make_column(data, data->program->roots[i], &data->made[i], data->made_faults[i], NULL, error);
    if (status != TRIAX_OK) return status;
    any = true;
  }
  if (!any) return TRIAX_OK;
  tx_code_free(&data->code, data->context);
  return make_code(data, error);
}

triax_status tx_data_new(const tx_program *program, const tx_column *const *columns, size_t rows, int32_t as_of,
                         bool has_as_of, const tx_aggregates *aggregates, tx_data **data, triax_error *error) {
  tx_data *made = tx_calloc(program->context, 1, sizeof *made);
  if (!made) return tx_no_memory(error);
  made->program = program;
  made->context = program->context;
  made->rows = rows;
  made->as_of = as_of;
  made->has_as_of = has_as_of;
  triax_status status = copy_inputs(made, columns) ? TRIAX_OK : tx_no_memory(error);
  if (status == TRIAX_OK) status = check_columns(made, error);
  if (status == TRIAX_OK) status = prepare_aggregates(made, aggregates, error);
  if (status == TRIAX_OK) status = make_aggregates(made, error);
  if (status == TRIAX_OK) status = make_code(made, error);
  if (status == TRIAX_OK) status = make_missing_strings(made, error);
  if (status != TRIAX_OK) {
    tx_data_free(made);
    return status;
  }
  *data = made;
  return TRIAX_OK;
}

static void free_columns(triax_context *context, tx_column **columns, size_t count) {
  for (size_t i = 0; columns && i < count; i++) tx_column_unref(columns[i]);
  tx_free_array(context, columns, count, sizeof *columns);
}

void tx_data_free(tx_data *data) {
  if (!data) return;
  triax_context *context = data->context;
  const tx_module *module = data->program->module;
  tx_code_free(&data->code, context);
  tx_aggregates_free(data->own_aggregates);
  free_columns(context, data->percentiles, module->aggregate_count);
  free_columns(context, data->made, data->program->root_count);
  for (size_t i = 0; data->made_faults && i < data->program->root_count; i++) {
    tx_free_array(context, data->made_faults[i], tx_words(data->rows), sizeof(uint64_t));
  }
  tx_free_array(context, data->made_faults, data->program->root_count, sizeof *data->made_faults);
  tx_free_array(context, data->columns, module->variable_count, sizeof *data->columns);
  tx_free_array(context, data->blank, module->variable_count, sizeof *data->blank);
  tx_free(context, data, sizeof *data);
}

const tx_aggregates *tx_data_aggregates(const tx_data *data) { return data->aggregates; }

const tx_column *tx_data_bare(const tx_data *data, size_t root) {
  const uint32_t column = data->code.roots[root].column;
  return column ? data->columns[column - 1] : NULL;
}
