/* A policy without data: what it declares and makes itself has types; any other name may be a column. */
#include "advice/check_form.h"

#include <string.h>

#include "base/text.h"
#include "compile/compile.h"

enum { UNSEEN, UNKNOWN, KNOWN };
#define MOST_CHAINED 128

typedef struct form {
  const triax_policy *policy;
  tx_module *customers, *team;
  tx_expr_faults *faults;
  uint8_t *defines; /* whether all that a definition reads is known */
  tx_report *report;
} form;

/* --- what is known --- */

static triax_status declare(tx_module *module, const tx_schema *schema, const triax_policy *derived) {
  triax_status status = TRIAX_OK;
  int count = derived ? tx_derived_count(derived) : 0;
  for (int d = 0; status == TRIAX_OK && d < count; d++) {
    if (!tx_is_derived(derived, true, d)) continue;
    status = tx_module_variable(module, tx_derived_name(derived, d), tx_derived_type(derived, d), NULL, NULL);
  }
  for (size_t i = 0; status == TRIAX_OK && i < schema->declaration_count; i++) { /* the first of a name is found */
    const tx_declaration *column = &schema->declarations[i];
    status = tx_module_variable(module, column->name, tx_type_of_column(column->type), NULL, NULL);
  }
  return status;
}

static bool is_variable(const tx_module *module, triax_text name) {
  for (uint32_t v = 0; v < tx_module_variables(module); v++) {
    if (tx_text_equal(tx_module_variable_name(module, v), name)) return true;
  }
  return false;
}

static bool knows_all(form *of, const tx_module *module, const tx_syntax *syntax, int depth);

static bool knows_define(form *of, triax_text name, int depth) {
  for (size_t i = 0; i < of->policy->define_count; i++) {
    if (!tx_text_equal(of->policy->defines[i].name, name)) continue;
    if (of->defines[i] == UNSEEN) {
      const tx_syntax *syntax = of->policy->defines[i].expr.syntax;
      of->defines[i] = depth > 0 && knows_all(of, of->customers, syntax, depth - 1) ? KNOWN : UNKNOWN;
    }
    return of->defines[i] == KNOWN;
  }
  return false;
}

/* Whether all names of an expression are declared, defined or made. */
static bool knows_all(form *of, const tx_module *module, const tx_syntax *syntax, int depth) {
  const tx_free_name *names;
  size_t count = tx_syntax_free_names(syntax, &names);
  for (size_t i = 0; i < count; i++) {
    if (is_variable(module, names[i].name)) continue;
    if (module != of->customers || !knows_define(of, names[i].name, depth)) return false;
  }
  return true;
}

/* --- expressions --- */

static triax_status check(form *of, const tx_policy_expr *expr) {
  tx_module *module = expr->over == TX_OVER_CUSTOMERS ? of->customers : expr->over == TX_OVER_TEAM ? of->team : NULL;
  uint32_t root;
  if (!expr->syntax) return TRIAX_OK;
  memset(of->faults, 0, sizeof *of->faults);
  triax_status status = module && knows_all(of, module, expr->syntax, MOST_CHAINED)
                            ? tx_module_check(module, expr->syntax, expr->expect, &root, of->faults)
                            : tx_module_check_calls(of->customers, expr->syntax, of->faults);
  for (size_t i = 0; i < of->faults->count && i < TX_EXPR_FAULTS; i++) {
    tx_policy_fault(of->report, expr, &of->faults->fault[i]);
  }
  return status == TRIAX_ENOMEM ? status : TRIAX_OK;
}

static triax_status check_all(form *of, const tx_policy_exprs *exprs) {
  triax_status status = TRIAX_OK;
  for (size_t i = 0; status == TRIAX_OK && i < exprs->count; i++) status = check(of, &exprs->items[i]);
  return status;
}

/* Definitions first, and nothing else where they are at fault: each use would tell the same again. */
static triax_status check_policy(form *of) {
  const triax_policy *policy = of->policy;
  const tx_policy_exprs *const sections[] = {
      &policy->health.inputs,    &policy->segmentation.inputs, &policy->segmentation.success, &policy->allocation.inputs,
      &policy->attention.inputs, &policy->plays.inputs,        &policy->forecast.inputs,      &policy->transition.inputs};
  triax_status status = TRIAX_OK;
  size_t before = of->report->errors;
  for (size_t i = 0; status == TRIAX_OK && i < policy->define_count; i++) status = check(of, &policy->defines[i].expr);
  if (of->report->errors > before) return status;
  for (size_t i = 0; status == TRIAX_OK && i < sizeof sections / sizeof *sections; i++) {
    status = check_all(of, sections[i]);
  }
  for (size_t i = 0; status == TRIAX_OK && i < policy->score_count; i++) {
    status = check_all(of, &policy->scores[i].inputs);
  }
  return status;
}

triax_status tx_check_form(triax_context *context, const triax_policy *policy, tx_report *report) {
  form of = {.policy = policy, .report = report};
  triax_status status = tx_module_new(context, &of.customers, report->error);
  if (status == TRIAX_OK) status = tx_module_new(context, &of.team, report->error);
  of.faults = tx_alloc(context, sizeof *of.faults);
  of.defines = tx_calloc(context, policy->define_count, sizeof *of.defines);
  if (!of.faults || !of.defines) status = TRIAX_ENOMEM;
  if (status == TRIAX_OK) status = declare(of.customers, &policy->customers, policy);
  if (status == TRIAX_OK) status = declare(of.team, &policy->team, NULL);
  for (size_t i = 0; status == TRIAX_OK && i < policy->define_count; i++) {
    status = tx_module_define(of.customers, policy->defines[i].name, policy->defines[i].expr.syntax);
  }
  if (status == TRIAX_OK) status = check_policy(&of);
  if (status == TRIAX_ENOMEM) tx_report_no_memory(report);
  tx_free(context, of.faults, sizeof *of.faults);
  tx_free_array(context, of.defines, policy->define_count, sizeof *of.defines);
  tx_module_free(of.customers);
  tx_module_free(of.team);
  return status;
}
