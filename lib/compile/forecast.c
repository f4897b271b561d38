/* The forecast's own names: what a scenario's expressions mean by `retention` and `expansion`. */
#include <stdio.h>

#include "base/text.h"
#include "compile/compile.h"

static bool uses(const tx_policy_expr *expr, triax_text name) {
  const tx_free_name *names;
  size_t count = expr->syntax ? tx_syntax_free_names(expr->syntax, &names) : 0;
  for (size_t i = 0; i < count; i++) {
    if (tx_text_equal(names[i].name, name)) return true;
  }
  return false;
}

/* The name of a base value, unless it is taken. Where something else bears it, the base must be that very thing, or a
 * scenario that uses it would mean the one and get the other. */
static triax_status define_base(tx_compiled *compiled, triax_text name, uint32_t input, tx_report *report) {
  const tx_policy_exprs *exprs = &compiled->policy->forecast.inputs;
  if (input >= exprs->count) return TRIAX_OK; /* none; nor is there any in a health model without a policy */
  const tx_policy_expr *base = &exprs->items[input];
  bool same = tx_text_equal(tx_text_trim(base->source), name);
  if (tx_compiled_free_name(compiled, name)) return tx_module_define(compiled->module, name, base->syntax);
  for (size_t i = 0; i < exprs->count && !same; i++) {
    const tx_policy_expr *expr = &exprs->items[i];
    if (i == input || expr->over != TX_OVER_CUSTOMERS || !uses(expr, name)) continue;
    tx_expr_fault fault = {.level = TRIAX_LEVEL_ERROR, .status = TRIAX_EPOLICY};
    snprintf(fault.message, sizeof fault.message,
             "'%.*s' could be the forecast's or what already bears that name, and these are not the same",
             (int)name.length, name.bytes);
    snprintf(fault.hint, sizeof fault.hint, "call the column or the definition something else");
    tx_policy_fault(report, expr, &fault);
  }
  return TRIAX_OK;
}

bool tx_compile_forecast_ready(const tx_compiled *compiled, tx_report *report) {
  const tx_policy_forecast *forecast = &compiled->policy->forecast;
  if (!forecast->implied || forecast->retention == TX_NO_INPUT) return true;
  triax_text name = TX_TEXT("churn_probability");
  for (uint32_t v = 0; v < tx_module_variables(compiled->module); v++) {
    if (tx_text_equal(tx_module_variable_name(compiled->module, v), name)) return true;
  }
  if (!tx_compiled_free_name(compiled, name)) return true;
  const tx_policy_expr *expr = &forecast->inputs.items[forecast->retention];
  tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .status = TRIAX_EPOLICY, .width = 8, .path = expr->path,
                        .line = expr->line, .column = expr->column,
                        .hint = "write one, for example retention: 0.9, or calibrate the health model with triax fit"};
  tx_report_add(report, &finding, "the forecast has no 'retention': the yearly chance that an account stays");
  return false;
}

triax_status tx_compile_forecast_names(tx_compiled *compiled, tx_report *report) {
  const tx_policy_forecast *forecast = &compiled->policy->forecast;
  triax_status status = define_base(compiled, TX_TEXT("retention"), forecast->retention, report);
  return status == TRIAX_OK ? define_base(compiled, TX_TEXT("expansion"), forecast->expansion, report) : status;
}
