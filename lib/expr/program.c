/* What can be known of a program before it meets data. */
#include "expr/program_private.h"

/* Children come before parents: one pass downwards reaches all. */
static void mark_reachable(tx_program *program) {
  const tx_module *module = program->module;
  for (size_t i = 0; i < program->root_count; i++) {
    program->facts[program->roots[i]].uses++;
    program->facts[program->roots[i]].reachable = true;
  }
  for (size_t i = module->count; i-- > 0;) {
    if (!program->facts[i].reachable) continue;
    const tx_expr_node *node = &module->nodes[i];
    for (uint32_t k = 0; k < node->count; k++) program->facts[module->children[node->first + k]].reachable = true;
  }
}

static void count_uses(tx_program *program) {
  const tx_module *module = program->module;
  for (size_t i = 0; i < module->count; i++) {
    if (!program->facts[i].reachable) continue;
    const tx_expr_node *node = &module->nodes[i];
    for (uint32_t k = 0; k < node->count; k++) program->facts[module->children[node->first + k]].uses++;
  }
}

static void add_variable(tx_node_facts *facts, uint32_t variable) {
  if (facts->variables == 0) {
    facts->variables = 1;
    facts->variable = variable;
  } else if (facts->variables == 1 && facts->variable != variable) {
    facts->variables = 2;
  }
}

static bool is_macro(uint16_t op) { return op >= TX_OP_ALL && op <= TX_OP_MAP; }
static bool is_set_function(uint16_t op) { return op >= TX_OP_TOTAL && op <= TX_OP_PERCENTILE; }

static void learn_facts(tx_program *program, size_t number) {
  const tx_module *module = program->module;
  const tx_expr_node *node = &module->nodes[number];
  tx_node_facts *facts = &program->facts[number];
  if (node->op == TX_OP_VARIABLE || node->op == TX_OP_HAS) add_variable(facts, node->index);
  if (node->op == TX_OP_LOCAL) facts->locals |= UINT64_C(1) << (node->index & 63);
  if (node->op == TX_OP_PERCENTILE) facts->percentiles = true;
  if (is_set_function(node->op)) return;
  for (uint32_t k = 0; k < node->count; k++) {
    const tx_node_facts *child = &program->facts[module->children[node->first + k]];
    if (child->variables == 1) add_variable(facts, child->variable);
    if (child->variables == 2) facts->variables = 2;
    facts->percentiles |= child->percentiles;
    facts->locals |= child->locals;
  }
  if (is_macro(node->op)) facts->locals &= ~(UINT64_C(1) << (node->index & 63));
}

/* Items that a list of the data is taken to have. */
#define LIST_ITEMS 8

/* Elementary steps a row; row-by-row families cost as the scalar evaluator's dispatch does. */
static double cost_of(const tx_expr_node *node) {
  switch (node->op) {
  case TX_OP_LITERAL:
  case TX_OP_LIST:
  case TX_OP_VARIABLE:
  case TX_OP_AS_OF: return 0;
  case TX_OP_CONTAINS:
  case TX_OP_STARTS_WITH:
  case TX_OP_ENDS_WITH:
  case TX_OP_MATCHES:
  case TX_OP_STRING_FUNCTION:
  case TX_OP_ALL:
  case TX_OP_EXISTS:
  case TX_OP_EXISTS_ONE:
  case TX_OP_FILTER:
  case TX_OP_MAP: return 50;
  default: return 1;
  }
}

static double items_of(const tx_expr_node *list) {
  if (list->op == TX_OP_LIST) return (double)list->count;
  return list->fixed && list->value.state == TX_PRESENT ? (double)list->value.list.count : LIST_ITEMS;
}

/* A macro's body is done once an item; everything else that a node needs, once. */
static void add_steps(tx_program *program, size_t number) {
  const tx_module *module = program->module;
  const tx_expr_node *node = &module->nodes[number];
  const uint32_t *children = node->count ? &module->children[node->first] : NULL;
  double *steps = &program->facts[number].steps;
  *steps = cost_of(node);
  for (uint32_t k = 0; k < node->count; k++) {
    const bool again = is_macro(node->op) && k > 0;
    *steps += program->facts[children[k]].steps * (again ? items_of(&module->nodes[children[0]]) : 1);
  }
  if (is_macro(node->op)) program->cost += *steps - program->facts[children[0]].steps;
  else program->cost += cost_of(node);
}

static void learn(tx_program *program) {
  mark_reachable(program);
  count_uses(program);
  for (size_t i = 0; i < program->module->count; i++) {
    learn_facts(program, i);
    if (program->facts[i].reachable) add_steps(program, i);
  }
}

triax_status tx_program_new(triax_context *context, const tx_module *module, const uint32_t *roots, size_t count,
                            tx_program **program, triax_error *error) {
  for (size_t i = 0; i < count; i++) {
    if (roots[i] >= module->count) return tx_fail(error, TRIAX_EINVAL, "A program's root is not a node of its module.");
  }
  tx_program *made = tx_calloc(context, 1, sizeof *made);
  if (!made) return tx_no_memory(error);
  *made = (tx_program){.context = context, .module = module, .root_count = count, .kernels = tx_kernels_best()};
  made->roots = tx_alloc_array(context, count, sizeof *made->roots);
  made->facts = tx_calloc(context, module->count, sizeof *made->facts);
  if (!made->roots || !made->facts) {
    tx_program_free(made);
    return tx_no_memory(error);
  }
  for (size_t i = 0; i < count; i++) made->roots[i] = roots[i];
  learn(made);
  *program = made;
  return TRIAX_OK;
}

void tx_program_free(tx_program *program) {
  if (!program) return;
  triax_context *context = program->context;
  tx_free_array(context, program->roots, program->root_count, sizeof *program->roots);
  tx_free_array(context, program->facts, program->module->count, sizeof *program->facts);
  tx_free(context, program, sizeof *program);
}

double tx_program_cost(const tx_program *program) { return program->cost; }
