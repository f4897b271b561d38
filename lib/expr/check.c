/* The checker's loop: syntax nodes in order, each from its children's results. No recursion but into definitions. */
#include "expr/check.h"

#include <string.h>

/* Steps for folding the constants of one expression. */
#define FOLD_STEPS 2000000

const tx_result tx_result_bad = {.node = TX_NO_INDEX, .bad = true};

bool tx_unify(tx_type a, tx_type b, tx_type *both) {
  if (tx_same_type(a, b) || (b.kind == TX_FREE && b.lists <= a.lists)) {
    *both = a;
    return true;
  }
  if (a.kind == TX_FREE && a.lists <= b.lists) {
    *both = b;
    return true;
  }
  return false;
}

/* --- making nodes ---------------------------------------------------------------------------------------------- */

static tx_result refuse_node(tx_checker *c, tx_span at) {
  if (tx_check_state_of(c->module)->status == TRIAX_ENOMEM) {
    c->status = TRIAX_ENOMEM;
  } else {
    tx_fault_limit(c->faults, at, "this goes too deep through definitions that use definitions");
  }
  return tx_result_bad;
}

tx_result tx_check_node(tx_checker *c, tx_span at, int op, tx_type type, uint32_t index, const tx_result *children,
                        uint32_t count) {
  uint32_t few[8] = {0}, *numbers = few;
  triax_context *context = c->module->context;
  if (count > 8) {
    numbers = tx_alloc_array(context, count, sizeof *numbers);
    if (!numbers) {
      c->status = TRIAX_ENOMEM;
      return tx_result_bad;
    }
  }
  for (uint32_t i = 0; i < count; i++) numbers[i] = children[i].node;
  tx_expr_node prototype = {.op = (uint16_t)op, .type = type, .index = index};
  uint32_t node = tx_module_node(c->module, &prototype, numbers, count);
  if (numbers != few) tx_free_array(context, numbers, count, sizeof *numbers);
  return node == TX_NO_INDEX ? refuse_node(c, at) : (tx_result){.node = node};
}

/* Texts of literals move from the syntax, which may go, to the module. */
static bool keep_value(tx_checker *c, tx_value *value) {
  if (value->type.kind != TX_STRING) return true;
  const char *bytes = tx_arena_copy(&c->module->arena, value->text.bytes, value->text.length);
  if (!bytes) return false;
  value->text.bytes = bytes;
  return true;
}

tx_result tx_check_value(tx_checker *c, tx_span at, tx_value value) {
  if (!keep_value(c, &value)) {
    c->status = TRIAX_ENOMEM;
    return tx_result_bad;
  }
  tx_expr_node prototype = {.op = TX_OP_LITERAL, .type = value.type, .value = value};
  uint32_t node = tx_module_node(c->module, &prototype, NULL, 0);
  return node == TX_NO_INDEX ? refuse_node(c, at) : (tx_result){.node = node};
}

tx_result tx_check_convert(tx_checker *c, tx_span at, tx_result child, int kind) {
  return tx_check_node(c, at, TX_OP_CONVERT, (tx_type){(uint8_t)kind, 0}, 0, &child, 1);
}

static bool is_exact(int64_t number) {
  return number >= -INT64_C(9007199254740992) && number <= INT64_C(9007199254740992);
}

static bool promote_number(tx_checker *c, tx_span at, tx_result *result) {
  const tx_expr_node *node = tx_result_node(c, *result);
  if (node->fixed && (node->value.state != TX_PRESENT || !is_exact(node->value.integer))) return false;
  if (!node->fixed) {
    *result = tx_check_convert(c, at, *result, TX_DOUBLE);
    return true;
  }
  tx_value value = {.state = TX_PRESENT, .type = {TX_DOUBLE, 0}, .number = (double)node->value.integer};
  *result = tx_check_value(c, at, value);
  return true;
}

static bool promote_list(tx_checker *c, tx_span at, tx_result *result) {
  tx_expr_node node = *tx_result_node(c, *result);
  triax_context *context = c->module->context;
  tx_result *items = tx_alloc_array(context, node.count, sizeof *items);
  if (!items) {
    c->status = TRIAX_ENOMEM;
    *result = tx_result_bad;
    return true;
  }
  bool exact = true;
  for (uint32_t i = 0; i < node.count && exact; i++) {
    items[i] = (tx_result){.node = c->module->children[node.first + i], .flexible = true};
    exact = promote_number(c, at, &items[i]);
    if (items[i].bad) exact = false;
  }
  if (exact) *result = tx_check_node(c, at, TX_OP_LIST, (tx_type){TX_DOUBLE, 1}, 0, items, node.count);
  tx_free_array(context, items, node.count, sizeof *items);
  return exact;
}

bool tx_check_promote(tx_checker *c, tx_span at, tx_result *result) {
  if (!result->flexible) return false;
  tx_type type = tx_result_type(c, *result);
  if (type.kind != TX_INT || type.lists > 1) return false;
  if (type.lists == 0) return promote_number(c, at, result);
  return tx_result_node(c, *result)->op == TX_OP_LIST && promote_list(c, at, result);
}

/* Warns about a constant that has no value. */
static void check_constant(tx_checker *c, tx_span at, tx_result result) {
  if (result.bad || result.null) return;
  const tx_expr_node *node = tx_result_node(c, result);
  if (!node->fixed || node->op == TX_OP_LITERAL || node->value.state != TX_FAULT) return;
  for (uint32_t i = 0; i < node->count; i++) {
    const tx_expr_node *child = tx_node_child(c->module, node, i);
    if (child->fixed && child->value.state == TX_FAULT) return;
  }
  char excerpt[TX_EXCERPT];
  tx_fault_warning(c->faults, at, NULL, "'%s' never has a value: it divides by zero, overflows or cannot be converted",
                   tx_excerpt(c->syntax->source, at, excerpt));
}

/* --- the loop -------------------------------------------------------------------------------------------------- */

static bool has_bad_child(const tx_checker *c, const tx_syntax_node *node) {
  for (uint32_t i = node->first; i != TX_NO_INDEX && node->kind != TX_S_SCOPE; i = c->syntax->nodes[i].next) {
    if (c->results[i].bad) return true;
  }
  return false;
}

/* null stands beside == and != alone. */
static bool refuse_null(tx_checker *c, const tx_syntax_node *node) {
  if (node->kind == TX_S_BINARY && (node->op == TX_OP_EQUAL || node->op == TX_OP_UNEQUAL)) return false;
  for (uint32_t i = node->first; i != TX_NO_INDEX && node->kind != TX_S_SCOPE; i = c->syntax->nodes[i].next) {
    if (!c->results[i].null) continue;
    tx_fault_error(c->faults, tx_syntax_span(&c->syntax->nodes[i]),
                   "missing values are asked for with has(column), and replaced with column.orValue(x)",
                   "null has a place only beside == and !=");
    return true;
  }
  return false;
}

static tx_result check_one(tx_checker *c, uint32_t i) {
  const tx_syntax_node *node = &c->syntax->nodes[i];
  tx_result literal;
  if (node->kind == TX_S_MACRO && c->scope_count > 0) c->scope_count--;
  if (has_bad_child(c, node)) return tx_result_bad;
  if (refuse_null(c, node)) return tx_result_bad;
  switch (node->kind) {
  case TX_S_LITERAL:
    literal = tx_check_value(c, tx_syntax_span(node), node->value);
    literal.flexible = node->value.type.kind == TX_INT;
    return literal;
  case TX_S_NULL:
    return (tx_result){.node = TX_NO_INDEX, .null = true};
  case TX_S_NAME:
    return tx_check_name(c, i);
  case TX_S_SELECT:
    return tx_check_select(c, i);
  case TX_S_CALL:
    return tx_check_call(c, i);
  case TX_S_UNARY:
    return tx_check_unary(c, i);
  case TX_S_BINARY:
    return tx_check_binary(c, i);
  case TX_S_INDEX:
    return tx_check_index(c, i);
  case TX_S_LIST:
    return tx_check_list(c, i);
  case TX_S_CONDITIONAL:
    return tx_check_conditional(c, i);
  default:
    return tx_check_macro(c, i);
  }
}

static void check_all(tx_checker *c) {
  for (uint32_t i = 0; i < c->syntax->count && c->status == TRIAX_OK; i++) {
    if (c->syntax->nodes[i].kind == TX_S_SCOPE) {
      tx_check_scope(c, i);
      continue;
    }
    c->results[i] = check_one(c, i);
    check_constant(c, tx_syntax_span(&c->syntax->nodes[i]), c->results[i]);
  }
}

static tx_result finish(tx_checker *c, tx_expect expect) {
  tx_result root = c->results[c->syntax->root];
  if (root.null) {
    tx_fault_error(c->faults, (tx_span){0, (uint32_t)c->syntax->source.length}, NULL,
                   "null has a place only beside == and !=");
    return tx_result_bad;
  }
  return root.bad ? root : tx_check_expect(c, root, expect);
}

triax_status tx_check_run(tx_module *module, const tx_syntax *syntax, tx_expr_faults *faults, uint32_t chain,
                          tx_result *root, tx_expect expect) {
  triax_context *context = module->context;
  tx_checker *c = tx_calloc(context, 1, sizeof *c);
  tx_result *results = tx_calloc(context, syntax->count, sizeof *results);
  triax_status status = TRIAX_ENOMEM;
  if (c && results) {
    *c = (tx_checker){.module = module, .syntax = syntax, .faults = faults, .results = results, .chain = chain};
    check_all(c);
    if (c->status == TRIAX_OK) *root = finish(c, expect);
    status = c->status;
  }
  if (status == TRIAX_OK && root->bad) {
    status = tx_fault_status(faults);
    if (status == TRIAX_OK) status = TRIAX_EPOLICY;
  }
  tx_free_array(context, results, syntax->count, sizeof *results);
  tx_free(context, c, sizeof *c);
  return status;
}

triax_status tx_module_check(tx_module *module, const tx_syntax *syntax, tx_expect expect, uint32_t *root,
                             tx_expr_faults *faults) {
  tx_expr_faults unread = {0};
  tx_result result = tx_result_bad;
  tx_check_state_of(module)->fold_steps = FOLD_STEPS;
  triax_status status = tx_check_run(module, syntax, faults ? faults : &unread, 0, &result, expect);
  if (status == TRIAX_OK) *root = result.node;
  return status;
}
