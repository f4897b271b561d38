/* One expression, once or for every customer, as text in CEL's form. */
#include <string.h>

#include "base/text.h"
#include "expr/node.h"
#include "planning/planning.h"

typedef struct evaluation {
  triax_context *context;
  const triax_customers *customers; /* NULL: once, without variables */
  triax_plan_options options;
  tx_report report;
  tx_arena arena, scratch;
  tx_module *module;
  const tx_column **columns; /* per variable */
  uint32_t root;
  tx_expr_faults *faults;
} evaluation;

static void tell_faults(evaluation *e, triax_text source) {
  tx_policy_expr expr = {.source = source, .line = 1, .column = 1, .exact = true};
  for (size_t i = 0; i < e->faults->count && i < TX_EXPR_FAULTS; i++) {
    tx_policy_fault(&e->report, &expr, &e->faults->fault[i]);
  }
  memset(e->faults, 0, sizeof *e->faults);
}

static triax_status add_variables(evaluation *e) {
  if (!e->customers) return TRIAX_OK;
  const triax_table *table = e->customers->people.table;
  e->columns = tx_arena_calloc(&e->arena, table->columns + 1, sizeof *e->columns);
  if (!e->columns) return TRIAX_ENOMEM;
  for (size_t c = 0; c < table->columns; c++) {
    uint32_t variable;
    const tx_column *column = table->fields[c].column;
    triax_status status = tx_module_variable(e->module, table->fields[c].name, tx_type_of_column(column->type), column,
                                             &variable);
    if (status != TRIAX_OK) return status;
    e->columns[variable] = column;
  }
  return tx_module_without(e->module, table);
}

static triax_status compile(evaluation *e, triax_text source) {
  tx_syntax *syntax = NULL;
  triax_status status = tx_syntax_parse(&e->arena, source, &syntax, e->faults);
  tell_faults(e, source);
  if (status == TRIAX_OK) status = tx_module_new(e->context, &e->module, e->report.error);
  if (status == TRIAX_OK) status = add_variables(e);
  if (status == TRIAX_OK) status = tx_module_check(e->module, syntax, TX_EXPECT_ANY, &e->root, e->faults);
  if (status != TRIAX_ENOMEM) tell_faults(e, source);
  return status;
}

/* Whole-set functions need a run over all rows first. */
static triax_status aggregate(evaluation *e, tx_program **program, tx_data **data) {
  if (!e->customers || !e->module->aggregate_count) return TRIAX_OK;
  triax_status status = tx_program_new(e->context, e->module, &e->root, 1, program, e->report.error);
  if (status != TRIAX_OK) return status;
  return tx_data_new(*program, e->columns, e->customers->people.table->rows, e->options.as_of,
                     e->options.has_as_of != 0, NULL, data, e->report.error);
}

static triax_status print(evaluation *e, const tx_value *value, tx_column_builder *builder) {
  if (value->state != TX_PRESENT) {
    return tx_column_builder_missing(builder) ? TRIAX_OK : TRIAX_ENOMEM;
  }
  char small[256];
  size_t length = tx_value_print(value, small, sizeof small);
  char *text = small;
  if (length >= sizeof small) {
    text = tx_arena_alloc(&e->scratch, length + 1);
    if (!text) return TRIAX_ENOMEM;
    tx_value_print(value, text, length + 1);
  }
  return tx_column_builder_text(builder, (triax_text){text, length}) ? TRIAX_OK : TRIAX_ENOMEM;
}

static triax_status evaluate_row(evaluation *e, const tx_aggregates *aggregates, tx_value *variables, size_t row,
                                 tx_column_builder *builder) {
  size_t count = tx_module_variables(e->module);
  tx_value value;
  for (size_t v = 0; v < count; v++) {
    if (tx_value_of_column(e->columns[v], row, &e->scratch, &variables[v]) != TRIAX_OK) return TRIAX_ENOMEM;
  }
  tx_scalar scalar = {e->module, variables, aggregates, e->options.as_of, e->options.has_as_of != 0, &e->scratch};
  triax_status status = tx_scalar_eval(&scalar, e->root, &value);
  if (status == TRIAX_ELIMIT) {
    return tx_fail(e->report.error, status, "the expression takes too many steps for one value: simplify it");
  }
  if (status != TRIAX_OK) return status;
  if (!e->customers && value.state != TX_PRESENT) {
    return tx_fail(e->report.error, TRIAX_EPOLICY,
                   value.state == TX_FAULT ? "the value is a fault: division by zero, overflow or a failed conversion"
                                           : "the value is missing");
  }
  return print(e, &value, builder);
}

static triax_status evaluate_all(evaluation *e, const tx_aggregates *aggregates, tx_column_builder *builder) {
  size_t rows = e->customers ? e->customers->people.table->rows : 1;
  tx_value *variables = tx_arena_calloc(&e->arena, tx_module_variables(e->module) + 1, sizeof *variables);
  triax_status status = variables ? TRIAX_OK : TRIAX_ENOMEM;
  for (size_t row = 0; status == TRIAX_OK && row < rows; row++) {
    status = evaluate_row(e, aggregates, variables, row, builder);
    if (row % 4096 == 4095) {
      tx_arena_free(&e->scratch);
      tx_arena_init(&e->scratch, e->context);
      if (status == TRIAX_OK) {
        status = tx_progress(e->context, "evaluation", (double)row / (double)rows, e->report.error);
      }
    }
  }
  return status;
}

static triax_status tabulate(evaluation *e, tx_column_builder *builder, triax_table **values) {
  tx_column *column = tx_column_builder_finish(builder);
  if (!column) return TRIAX_ENOMEM;
  triax_text name = TX_TEXT("value");
  triax_status status = tx_table_new(e->context, column->rows, 1, &name, &column, values, e->report.error);
  tx_column_unref(column);
  return status;
}

static triax_status run(evaluation *e, triax_text source, triax_table **values) {
  tx_program *program = NULL;
  tx_data *data = NULL;
  tx_column_builder *builder = NULL;
  triax_status status = compile(e, source);
  if (status == TRIAX_OK) status = aggregate(e, &program, &data);
  if (status == TRIAX_OK) {
    builder = tx_column_builder_new(e->context, TRIAX_TYPE_STRING);
    status = builder ? evaluate_all(e, data ? tx_data_aggregates(data) : NULL, builder) : TRIAX_ENOMEM;
  }
  if (status == TRIAX_OK) status = tabulate(e, builder, values);
  tx_column_builder_free(builder);
  tx_data_free(data);
  tx_program_free(program);
  return status;
}

triax_status triax_evaluate(triax_context *context, triax_text expression, const triax_customers *customers,
                            const triax_plan_options *options, triax_table **values, triax_messages *messages,
                            triax_error *error) {
  if (!context || !expression.bytes || !values) {
    return tx_fail(error, TRIAX_EINVAL, "an expression needs a context, a text and a place for its values");
  }
  if (tx_utf8_check(expression) != SIZE_MAX) return tx_fail(error, TRIAX_EPOLICY, "the expression is not UTF-8");
  evaluation e = {.context = context, .customers = customers};
  triax_error own;
  memset(&own, 0, sizeof own);
  triax_status status = tx_options_copy(options, TX_PLAN_OPTIONS_FIRST, sizeof e.options, &e.options,
                                        "triax_plan_options", error);
  if (status == TRIAX_OK && e.options.aggregates) {
    status = tx_fail(error, TRIAX_EUNSUPPORTED,
                     "aggregates are those of a policy's functions: an expression alone cannot tell which of them it is");
  }
  if (status != TRIAX_OK) return status;
  tx_source shown = {.text = expression.bytes, .length = expression.length};
  tx_report_init(&e.report, context, messages, error ? error : &own, &shown);
  e.faults = tx_calloc(context, 1, sizeof *e.faults);
  if (!e.faults) return tx_no_memory(error);
  tx_arena_init(&e.arena, context);
  tx_arena_init(&e.scratch, context);
  triax_table *made = NULL;
  status = run(&e, expression, &made);
  if (status == TRIAX_ENOMEM) tx_report_no_memory(&e.report);
  status = tx_plan_finish(&e.report, status);
  tx_module_free(e.module);
  tx_arena_free(&e.arena);
  tx_arena_free(&e.scratch);
  tx_free(context, e.faults, sizeof *e.faults);
  if (status == TRIAX_OK) *values = made;
  else triax_table_unref(made);
  return status;
}
