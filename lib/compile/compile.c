/* Names of a policy against columns of data: modules, steps, and their order. */
#include "compile/compile.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "compile/order.h"
#include "expr/node.h"

/* --- derived columns --- */

static const char *const derived_names[] = {"health",  "band",  "coverage", "churn_probability",
                                            "health_level", "health_trend", "health_drop",
                                            "segment", "touch", "pool",     "csm",
                                            "hours"};

triax_text tx_derived_name(const triax_policy *policy, int derived) {
  if (derived < TX_DERIVED_SCORES) return triax_text_of(derived_names[derived]);
  size_t score = (size_t)(derived - TX_DERIVED_SCORES);
  if (score < policy->score_count) return policy->scores[score].model.name;
  return policy->scores[score - policy->score_count].probability;
}

int tx_derived_count(const triax_policy *policy) { return TX_DERIVED_SCORES + 2 * (int)policy->score_count; }

int tx_derived_probability(const triax_policy *policy, size_t score) {
  return TX_DERIVED_SCORES + (int)(policy->score_count + score);
}

tx_type tx_derived_type(const triax_policy *policy, int derived) {
  (void)policy;
  if (derived == TX_DERIVED_HEALTH_DROP) return (tx_type){TX_BOOL, 0};
  bool number = derived == TX_DERIVED_HEALTH || derived == TX_DERIVED_HEALTH_LEVEL ||
                derived == TX_DERIVED_HEALTH_TREND || derived == TX_DERIVED_COVERAGE ||
                derived == TX_DERIVED_CHURN_PROBABILITY || derived == TX_DERIVED_HOURS ||
                derived >= TX_DERIVED_SCORES;
  return (tx_type){number ? TX_DOUBLE : TX_STRING, 0};
}

bool tx_is_derived(const triax_policy *policy, bool team, int derived) {
  switch (derived) {
    case TX_DERIVED_HEALTH:
    case TX_DERIVED_BAND:
    case TX_DERIVED_HEALTH_LEVEL:
    case TX_DERIVED_HEALTH_TREND:
    case TX_DERIVED_HEALTH_DROP: return policy->has_health;
    case TX_DERIVED_COVERAGE: return false; /* a result, but no name in expressions: data may have its own */
    case TX_DERIVED_CHURN_PROBABILITY: return policy->has_health && policy->health.model.calibration_count;
    case TX_DERIVED_SEGMENT:
    case TX_DERIVED_TOUCH: return true;
    case TX_DERIVED_POOL:
    case TX_DERIVED_CSM: return team && policy->allocation.given;
    case TX_DERIVED_HOURS: return team && policy->attention.given && policy->allocation.given;
    default: break;
  }
  size_t score = (size_t)(derived - TX_DERIVED_SCORES);
  return score < policy->score_count || policy->scores[score - policy->score_count].model.calibration_count;
}

static int derived_of(const tx_compiled *compiled, triax_text name) {
  int count = tx_derived_count(compiled->policy);
  for (int derived = 0; derived < count; derived++) {
    if (tx_is_derived(compiled->policy, compiled->team != NULL, derived) &&
        tx_text_equal(name, tx_derived_name(compiled->policy, derived))) {
      return derived;
    }
  }
  return -1;
}

/* --- the customers' module --- */

static triax_status add_column_variables(tx_compiled *compiled, uint32_t *count) {
  const triax_table *table = compiled->customers->people.table;
  for (size_t c = 0; c < table->columns; c++) {
    const tx_table_field *field = &table->fields[c];
    if (derived_of(compiled, field->name) >= 0) continue; /* the policy's own comes instead */
    uint32_t variable;
    triax_status status = tx_module_variable(compiled->module, field->name, tx_type_of_column(field->column->type),
                                             field->column, &variable);
    if (status != TRIAX_OK) return status;
    compiled->sources[(*count)++] = (tx_source_column){c, -1};
  }
  return TRIAX_OK;
}

triax_status tx_module_without(tx_module *module, const triax_table *table) {
  triax_status status = TRIAX_OK;
  for (size_t i = 0; status == TRIAX_OK && i < table->left_out_count; i++) {
    status = tx_module_unavailable(module, table->left_out[i].name, table->left_out[i].why);
  }
  return status;
}

static triax_status add_derived_variables(tx_compiled *compiled, uint32_t *count) {
  int last = tx_derived_count(compiled->policy);
  for (int derived = 0; derived < last; derived++) {
    uint32_t variable;
    triax_status status = TRIAX_OK;
    triax_text name = tx_derived_name(compiled->policy, derived);
    if (tx_is_derived(compiled->policy, compiled->team != NULL, derived)) {
      status = tx_module_variable(compiled->module, name, tx_derived_type(compiled->policy, derived), NULL, &variable);
      compiled->sources[(*count)++] = (tx_source_column){SIZE_MAX, derived};
    } else if (triax_table_find(compiled->customers->people.table, name) == SIZE_MAX) {
      status = tx_module_unavailable(compiled->module, name,
                                     derived <= TX_DERIVED_COVERAGE || (derived >= TX_DERIVED_HEALTH_LEVEL &&
                                                                         derived <= TX_DERIVED_HEALTH_DROP)
                                         ? "the policy has no 'health' section"
                                     : derived == TX_DERIVED_CHURN_PROBABILITY || derived >= TX_DERIVED_SCORES
                                         ? "it needs a 'calibration', as triax fit writes it"
                                     : derived == TX_DERIVED_HOURS  ? "hours need 'allocation', 'attention' and a team"
                                                                    : "it needs 'allocation' and a team");
    }
    if (status != TRIAX_OK) return status;
  }
  return TRIAX_OK;
}

static triax_status define_all(tx_compiled *compiled, tx_report *report) {
  const triax_policy *policy = compiled->policy;
  for (size_t i = 0; i < policy->define_count; i++) {
    const tx_policy_define *define = &policy->defines[i];
    if (derived_of(compiled, define->name) >= 0) {
      tx_expr_fault fault = {.level = TRIAX_LEVEL_ERROR, .status = TRIAX_EPOLICY};
      snprintf(fault.message, sizeof fault.message, "'%.*s' is the name of a column that the policy computes itself",
               (int)(define->name.length < 100 ? define->name.length : 100), define->name.bytes);
      tx_policy_fault(report, &define->expr, &fault);
      continue;
    }
    triax_status status = tx_module_define(compiled->module, define->name, define->expr.syntax);
    if (status != TRIAX_OK) return status;
  }
  return TRIAX_OK;
}

bool tx_compiled_free_name(const tx_compiled *compiled, triax_text name) {
  const triax_policy *policy = compiled->policy;
  if (tx_table_column(compiled->customers->people.table, name)) return false;
  for (size_t i = 0; i < policy->define_count; i++) {
    if (tx_text_equal(policy->defines[i].name, name)) return false;
  }
  for (size_t s = 0; s < policy->score_count; s++) {
    if (tx_text_equal(policy->scores[s].model.name, name)) return false;
  }
  return true;
}

/* `need` is 100 - health where the policy has health and nothing else bears the name. */
static triax_status define_need(tx_compiled *compiled, tx_expr_faults *faults) {
  triax_text name = TX_TEXT("need");
  tx_syntax *syntax = NULL;
  if (!compiled->policy->has_health || !tx_compiled_free_name(compiled, name)) return TRIAX_OK;
  memset(faults, 0, sizeof *faults);
  triax_status status = tx_syntax_parse(&compiled->arena, TX_TEXT("100 - health"), &syntax, faults);
  return status == TRIAX_OK ? tx_module_define(compiled->module, name, syntax) : status;
}

static triax_status make_module(tx_compiled *compiled, tx_expr_faults *faults, tx_report *report) {
  const triax_table *table = compiled->customers->people.table;
  size_t most = table->columns + (size_t)tx_derived_count(compiled->policy);
  compiled->sources = tx_arena_calloc(&compiled->arena, most, sizeof *compiled->sources);
  if (!compiled->sources) return TRIAX_ENOMEM;
  triax_status status = tx_module_new(compiled->context, &compiled->module, report->error);
  uint32_t count = 0;
  if (status == TRIAX_OK) status = add_column_variables(compiled, &count);
  if (status == TRIAX_OK) status = tx_module_without(compiled->module, table);
  if (status == TRIAX_OK) status = add_derived_variables(compiled, &count);
  if (status == TRIAX_OK) status = define_all(compiled, report);
  if (status == TRIAX_OK) status = define_need(compiled, faults);
  if (status == TRIAX_OK) status = tx_compile_forecast_names(compiled, report);
  return status;
}

static triax_status make_team_module(tx_compiled *compiled, tx_report *report) {
  if (!compiled->team) return TRIAX_OK;
  const triax_table *table = compiled->team->people.table;
  triax_status status = tx_module_new(compiled->context, &compiled->team_module, report->error);
  for (size_t c = 0; status == TRIAX_OK && c < table->columns; c++) {
    uint32_t variable;
    status = tx_module_variable(compiled->team_module, table->fields[c].name,
                                tx_type_of_column(table->fields[c].column->type), table->fields[c].column, &variable);
  }
  return status == TRIAX_OK ? tx_module_without(compiled->team_module, table) : status;
}

/* --- the pair module: customer.x and csm.y --- */

static triax_text dotted(tx_compiled *compiled, const char *side, triax_text name) {
  size_t length = strlen(side) + name.length;
  char *bytes = tx_arena_alloc(&compiled->arena, length + 1);
  if (bytes) snprintf(bytes, length + 1, "%s%.*s", side, (int)name.length, name.bytes);
  return (triax_text){bytes, length};
}

static triax_status pair_variable(tx_compiled *compiled, const char *side, triax_text name, tx_type type,
                                  const tx_column *column, tx_pair_source source, uint32_t *count) {
  triax_text whole = dotted(compiled, side, name);
  if (!whole.bytes) return TRIAX_ENOMEM;
  uint32_t variable;
  compiled->pair_sources[(*count)++] = source;
  return tx_module_variable(compiled->pair_module, whole, type, column, &variable);
}

static triax_status pair_without(tx_compiled *compiled, const char *side, const triax_table *table) {
  for (size_t i = 0; i < table->left_out_count; i++) {
    triax_text whole = dotted(compiled, side, table->left_out[i].name);
    if (!whole.bytes || tx_module_unavailable(compiled->pair_module, whole, table->left_out[i].why)) return TRIAX_ENOMEM;
  }
  return TRIAX_OK;
}

/* customer.NAME of a definition: checked as an expression over customers, and given to pairs as a column. */
static triax_status pair_definition(tx_compiled *compiled, const tx_policy_define *define, tx_expr_faults *faults,
                                    uint32_t *count) {
  uint32_t root;
  memset(faults, 0, sizeof *faults);
  triax_status status = tx_module_check(compiled->module, define->expr.syntax, TX_EXPECT_ANY, &root, faults);
  if (status == TRIAX_ENOMEM) return status;
  if (status != TRIAX_OK) return TRIAX_OK; /* told where it is used over customers, or by the pair as unknown */
  tx_type type = tx_module_type(compiled->module, root);
  if (type.lists || type.kind == TX_NULL || type.kind == TX_UINT || type.kind == TX_DURATION) return TRIAX_OK;
  return pair_variable(compiled, "customer.", define->name, type, NULL, (tx_pair_source){false, TX_NO_INDEX, root},
                       count);
}

static triax_status pair_bare_names(tx_compiled *compiled) {
  for (uint32_t v = 0; v < tx_module_variables(compiled->module); v++) {
    triax_status status = tx_module_unavailable(compiled->pair_module, tx_module_variable_name(compiled->module, v),
                                                "over pairs, names begin with 'customer.' or 'csm.'");
    if (status != TRIAX_OK) return status;
  }
  return TRIAX_OK;
}

static triax_status make_pair_module(tx_compiled *compiled, tx_expr_faults *faults, tx_report *report) {
  if (!compiled->team) return TRIAX_OK;
  size_t customers = tx_module_variables(compiled->module), team = tx_module_variables(compiled->team_module);
  size_t most = customers + team + compiled->policy->define_count;
  compiled->pair_sources = tx_arena_calloc(&compiled->arena, most, sizeof *compiled->pair_sources);
  if (!compiled->pair_sources) return TRIAX_ENOMEM;
  triax_status status = tx_module_new(compiled->context, &compiled->pair_module, report->error);
  uint32_t count = 0;
  for (uint32_t v = 0; status == TRIAX_OK && v < customers; v++) {
    const tx_expr_variable *variable = &compiled->module->variables[v];
    status = pair_variable(compiled, "customer.", variable->name, variable->type, variable->column,
                           (tx_pair_source){false, v, TX_NO_INDEX}, &count);
  }
  for (uint32_t v = 0; status == TRIAX_OK && v < team; v++) {
    const tx_expr_variable *variable = &compiled->team_module->variables[v];
    status = pair_variable(compiled, "csm.", variable->name, variable->type, variable->column,
                           (tx_pair_source){true, v, TX_NO_INDEX}, &count);
  }
  for (size_t i = 0; status == TRIAX_OK && i < compiled->policy->define_count; i++) {
    status = pair_definition(compiled, &compiled->policy->defines[i], faults, &count);
  }
  if (status == TRIAX_OK) status = pair_without(compiled, "customer.", compiled->customers->people.table);
  if (status == TRIAX_OK) status = pair_without(compiled, "csm.", compiled->team->people.table);
  return status == TRIAX_OK ? pair_bare_names(compiled) : status;
}

/* --- steps --- */

static void plan_step(tx_compiled *compiled, int kind, size_t score, const char *name, const tx_policy_exprs *exprs) {
  compiled->steps[compiled->step_count++] = (tx_step){kind, score, name, exprs, NULL, 0};
}

static triax_status list_steps(tx_compiled *compiled, tx_report *report) {
  const triax_policy *policy = compiled->policy;
  compiled->steps = tx_arena_calloc(&compiled->arena, policy->score_count + 16, sizeof *compiled->steps);
  if (!compiled->steps) return TRIAX_ENOMEM;
  if (policy->has_health) plan_step(compiled, TX_STEP_HEALTH, 0, "health", &policy->health.inputs);
  for (size_t i = 0; i < policy->score_count; i++) {
    char *name = tx_arena_alloc(&compiled->arena, policy->scores[i].model.name.length + 8);
    if (!name) return TRIAX_ENOMEM;
    sprintf(name, "scores.%.*s", (int)policy->scores[i].model.name.length, policy->scores[i].model.name.bytes);
    plan_step(compiled, TX_STEP_SCORE, i, name, &policy->scores[i].inputs);
  }
  plan_step(compiled, TX_STEP_SEGMENTATION, 0, "segmentation", &policy->segmentation.inputs);
  if (compiled->team && policy->allocation.given) {
    plan_step(compiled, TX_STEP_ALLOCATION, 0, "allocation", &policy->allocation.inputs);
    if (policy->attention.given) plan_step(compiled, TX_STEP_ATTENTION, 0, "attention", &policy->attention.inputs);
  }
  plan_step(compiled, TX_STEP_SUCCESS, 0, "success", &policy->segmentation.success);
  if (policy->plays.given) plan_step(compiled, TX_STEP_PLAYS, 0, "plays", &policy->plays.inputs);
  if (policy->transition.given) plan_step(compiled, TX_STEP_TRANSITION, 0, "transition", &policy->transition.inputs);
  if (policy->forecast.given && tx_compile_forecast_ready(compiled, report)) {
    plan_step(compiled, TX_STEP_FORECAST, 0, "forecast", &policy->forecast.inputs);
  }
  return TRIAX_OK;
}

tx_module *tx_compiled_module(const tx_compiled *compiled, int over) {
  switch (over) {
    case TX_OVER_TEAM: return compiled->team_module;
    case TX_OVER_PAIR: return compiled->pair_module;
    default: return compiled->module;
  }
}

static triax_status check_expr(tx_compiled *compiled, const tx_policy_expr *expr, tx_expr_faults *faults,
                               tx_report *report, uint32_t *root) {
  tx_module *module = tx_compiled_module(compiled, expr->over);
  *root = TX_NO_INDEX;
  if (!module) return TRIAX_OK; /* without a team, what is over it is left alone */
  memset(faults, 0, sizeof *faults);
  triax_status status = tx_module_check(module, expr->syntax, expr->expect, root, faults);
  if (status == TRIAX_ENOMEM) return status;
  for (size_t i = 0; i < faults->count && i < TX_EXPR_FAULTS; i++) {
    tx_compile_hint(compiled, expr, &faults->fault[i]);
    tx_policy_fault(report, expr, &faults->fault[i]);
  }
  if (status != TRIAX_OK) *root = TX_NO_INDEX;
  return TRIAX_OK;
}

static triax_status check_steps(tx_compiled *compiled, tx_expr_faults *faults, tx_report *report) {
  for (size_t s = 0; s < compiled->step_count; s++) {
    tx_step *step = &compiled->steps[s];
    step->roots = tx_arena_calloc(&compiled->arena, step->exprs->count + 1, sizeof *step->roots);
    if (!step->roots) return TRIAX_ENOMEM;
    for (size_t i = 0; i < step->exprs->count; i++) {
      triax_status status = check_expr(compiled, &step->exprs->items[i], faults, report, &step->roots[i]);
      if (status != TRIAX_OK) return status;
    }
  }
  return TRIAX_OK;
}

/* Definitions that nothing uses are checked too: a fault in them is a fault. */
static triax_status check_defines(tx_compiled *compiled, tx_expr_faults *faults, tx_report *report) {
  for (size_t i = 0; i < compiled->policy->define_count; i++) {
    uint32_t root;
    triax_status status = check_expr(compiled, &compiled->policy->defines[i].expr, faults, report, &root);
    if (status != TRIAX_OK) return status;
  }
  return TRIAX_OK;
}

/* A column that a key names (owner, previous …) must be there. */
void tx_check_column(const tx_compiled *compiled, const char *path, triax_text name, tx_report *report) {
  if (!name.bytes) return;
  const triax_table *table = compiled->customers->people.table;
  if (triax_table_find(table, name) != SIZE_MAX) return;
  const char *why = tx_table_why_left_out(table, name);
  triax_text names[256];
  size_t count = table->columns < 256 ? table->columns : 256;
  for (size_t i = 0; i < count; i++) names[i] = table->fields[i].name;
  size_t nearest = tx_text_nearest(name, names, count);
  char hint[160] = "";
  if (nearest != SIZE_MAX && names[nearest].length < 100) {
    snprintf(hint, sizeof hint, "did you mean '%.*s'?", (int)names[nearest].length, names[nearest].bytes);
  }
  uint32_t node = tx_order_node(compiled->policy->document, path);
  const tx_node *where = node == TX_NO_NODE ? NULL : &compiled->policy->document->nodes[node];
  tx_finding finding = {.level = TRIAX_LEVEL_ERROR,
                        .status = TRIAX_EPOLICY,
                        .path = path,
                        .line = where ? where->line : 0,
                        .column = where ? where->column : 0,
                        .width = (int32_t)tx_utf8_count(name),
                        .hint = hint[0] && !why ? hint : NULL};
  tx_report_add(report, &finding, "the customers have no column '%.*s'%s%s", tx_name_width(name), name.bytes,
                why ? ": " : "", why ? why : "");
}

/* Books can be capped by their ARR only where the customers have some: `arr`, or else a column of money. */
static void check_arr_cap(const tx_compiled *compiled, tx_report *report) {
  const triax_policy *policy = compiled->policy;
  const triax_table *table = compiled->customers->people.table;
  if (!compiled->team || policy->allocation.arr == TX_NO_INPUT || !policy->allocation.given) return;
  const tx_column *arr = tx_table_column(table, TX_TEXT("arr"));
  if (arr && arr->type == TRIAX_TYPE_NUMBER) return;
  for (size_t c = 0; c < table->columns; c++) {
    if (table->fields[c].column->type == TRIAX_TYPE_MONEY) return;
  }
  uint32_t node = tx_order_node(policy->document, "allocation.capacity.arr");
  const tx_node *where = node == TX_NO_NODE ? NULL : &policy->document->nodes[node];
  tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .status = TRIAX_EPOLICY, .path = "allocation.capacity.arr",
                        .line = where ? where->line : 0, .column = where ? where->column : 0, .width = 1,
                        .hint = "declare which column it is: columns: {arr: {type: money, from: …}}"};
  tx_report_add(report, &finding, "the customers have no ARR to cap: no column 'arr', and none of type money");
}

static void check_columns(const tx_compiled *compiled, tx_report *report) {
  const triax_policy *policy = compiled->policy;
  check_arr_cap(compiled, report);
  tx_check_column(compiled, "segmentation.previous", policy->segmentation.previous, report);
  tx_check_column(compiled, "segmentation.override", policy->segmentation.override_, report);
  if (compiled->team) tx_check_column(compiled, "allocation.owner", policy->allocation.owner, report);
  tx_check_column(compiled, "customers.family", policy->customers.family, report);
  if (policy->transition.given) tx_check_transition(compiled, report);
  if (policy->segmentation.model.count && compiled->customers->people.key == SIZE_MAX) {
    tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .status = TRIAX_EDATA, .path = "customers.key", .width = 1,
                          .hint = "name it under customers.key"};
    tx_report_add(report, &finding, "the customers have no key column");
  }
  if (compiled->team && policy->allocation.given && compiled->team->people.key == SIZE_MAX) {
    tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .status = TRIAX_EDATA, .path = "team.key", .width = 1,
                          .hint = "name it under team.key"};
    tx_report_add(report, &finding, "the team has no key column");
  }
}

static triax_status compile_all(tx_compiled *compiled, tx_expr_faults *faults, tx_report *report) {
  triax_status status = make_module(compiled, faults, report);
  if (status == TRIAX_OK) status = make_team_module(compiled, report);
  if (status == TRIAX_OK) status = make_pair_module(compiled, faults, report);
  if (status == TRIAX_OK) status = list_steps(compiled, report);
  size_t before = report->errors;
  if (status == TRIAX_OK) status = check_defines(compiled, faults, report);
  if (status != TRIAX_OK || report->errors > before) return status; /* each use would tell the same fault again */
  status = check_steps(compiled, faults, report);
  if (status == TRIAX_OK) {
    check_columns(compiled, report);
    status = tx_order_steps(compiled, report);
  }
  return status;
}

triax_status tx_compile(triax_context *context, const triax_policy *policy, const triax_customers *customers,
                        const triax_team *team, tx_report *report, tx_compiled **compiled) {
  tx_compiled *made = tx_calloc(context, 1, sizeof *made);
  tx_expr_faults *faults = tx_alloc(context, sizeof *faults);
  triax_status status = TRIAX_ENOMEM;
  if (made) {
    made->context = triax_context_ref(context);
    tx_arena_init(&made->arena, context);
    made->policy = triax_policy_ref((triax_policy *)policy);
    made->customers = triax_customers_ref((triax_customers *)customers);
    made->team = triax_team_ref((triax_team *)team);
    if (faults) status = compile_all(made, faults, report);
  }
  tx_free(context, faults, sizeof *faults);
  if (status == TRIAX_ENOMEM) tx_report_no_memory(report);
  if (status == TRIAX_OK && report->errors == 0) {
    *compiled = made;
    return TRIAX_OK;
  }
  tx_compiled_free(made);
  return status == TRIAX_OK ? TRIAX_EPOLICY : status;
}

void tx_compiled_free(tx_compiled *compiled) {
  if (!compiled) return;
  triax_context *context = compiled->context;
  tx_module_free(compiled->module);
  tx_module_free(compiled->team_module);
  tx_module_free(compiled->pair_module);
  tx_arena_free(&compiled->arena);
  triax_policy_unref((triax_policy *)compiled->policy);
  triax_customers_unref((triax_customers *)compiled->customers);
  triax_team_unref((triax_team *)compiled->team);
  tx_free(context, compiled, sizeof *compiled);
  triax_context_unref(context);
}

const tx_step *tx_compiled_step(const tx_compiled *compiled, int kind, size_t score) {
  for (size_t s = 0; s < compiled->step_count; s++) {
    if (compiled->steps[s].kind == kind && compiled->steps[s].score == score) return &compiled->steps[s];
  }
  return NULL;
}
