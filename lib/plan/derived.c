/* Columns that steps make for those after them, and the one that stands for money. */
#include "base/text.h"
#include "plan/plan.h"

static uint32_t variable_of(const triax_plan *plan, int derived) {
  const tx_compiled *compiled = plan->compiled;
  for (uint32_t v = 0; v < tx_module_variables(compiled->module); v++) {
    if (compiled->sources[v].derived == derived) return v;
  }
  return TX_NO_INDEX;
}

triax_status tx_plan_derive(triax_plan *plan, int derived, tx_column *column, triax_error *error) {
  if (!column) return tx_no_memory(error);
  uint32_t variable = variable_of(plan, derived);
  if (variable == TX_NO_INDEX) {
    tx_column_unref(column);
    return TRIAX_OK;
  }
  plan->columns[variable] = column;
  return TRIAX_OK;
}

const tx_column *tx_plan_derived(const triax_plan *plan, int derived) {
  uint32_t variable = variable_of(plan, derived);
  return variable == TX_NO_INDEX ? NULL : plan->columns[variable];
}

const tx_column *tx_plan_money(const triax_plan *plan) {
  const triax_table *table = plan->compiled->customers->people.table;
  const tx_column *arr = tx_table_column(table, TX_TEXT("arr"));
  if (arr && (arr->type == TRIAX_TYPE_MONEY || arr->type == TRIAX_TYPE_NUMBER)) return arr;
  for (size_t c = 0; c < table->columns; c++) {
    if (table->fields[c].column->type == TRIAX_TYPE_MONEY) return table->fields[c].column;
  }
  return NULL;
}
