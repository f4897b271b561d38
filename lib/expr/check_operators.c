/* Operators, lists, choices, macros: which types go together. */
#include <stdio.h>
#include <string.h>

#include "expr/check.h"

static const tx_type bool_type = {TX_BOOL, 0};

static const char *sign_of(int op) {
  switch (op) {
  case TX_OP_AND:
    return "&&";
  case TX_OP_OR:
    return "||";
  case TX_OP_EQUAL:
    return "==";
  case TX_OP_UNEQUAL:
    return "!=";
  case TX_OP_LESS:
    return "<";
  case TX_OP_AT_MOST:
    return "<=";
  case TX_OP_GREATER:
    return ">";
  case TX_OP_AT_LEAST:
    return ">=";
  case TX_OP_IN:
    return "in";
  case TX_OP_ADD:
    return "+";
  case TX_OP_SUBTRACT:
    return "-";
  case TX_OP_MULTIPLY:
    return "*";
  case TX_OP_DIVIDE:
    return "/";
  case TX_OP_REMAINDER:
    return "%";
  case TX_OP_NOT:
    return "!";
  default:
    return "-";
  }
}

/* Two sides of an operation with what messages need of them. */
typedef struct sides {
  const tx_syntax_node *node, *left_syntax, *right_syntax;
  tx_result left, right;
  tx_type left_type, right_type;
} sides;

static sides sides_of(const tx_checker *c, uint32_t i) {
  sides s = {.node = &c->syntax->nodes[i]};
  uint32_t left = s.node->first, right = c->syntax->nodes[left].next;
  s.left_syntax = &c->syntax->nodes[left];
  s.right_syntax = &c->syntax->nodes[right];
  s.left = c->results[left];
  s.right = c->results[right];
  if (!s.left.null) s.left_type = tx_result_type(c, s.left);
  if (!s.right.null) s.right_type = tx_result_type(c, s.right);
  return s;
}

static const char *excerpt_of(const tx_checker *c, const tx_syntax_node *node, char buffer[TX_EXCERPT]) {
  return tx_excerpt(c->syntax->source, tx_syntax_span(node), buffer);
}

/* "write double(seats)" where that would help. */
static const char *remedy(const tx_checker *c, const sides *s, char *buffer, size_t size) {
  char left[TX_EXCERPT], right[TX_EXCERPT];
  excerpt_of(c, s->left_syntax, left);
  excerpt_of(c, s->right_syntax, right);
  tx_type a = s->left_type, b = s->right_type;
  bool numbers = tx_is_number(a) && tx_is_number(b);
  if (numbers && (a.kind == TX_DOUBLE || b.kind == TX_DOUBLE) && s->node->op != TX_OP_REMAINDER) {
    snprintf(buffer, size, "write double(%s)", a.kind == TX_DOUBLE ? right : left);
  } else if (numbers && a.kind != b.kind) {
    snprintf(buffer, size, "write int(%s)", a.kind == TX_UINT ? left : right);
  } else if (s->node->op == TX_OP_REMAINDER && numbers) {
    snprintf(buffer, size, "%% is for whole numbers: use int(…), or x - y * math.floor(x / y)");
  } else if (tx_type_is(a, TX_STRING) && tx_is_number(b)) {
    snprintf(buffer, size, s->node->op == TX_OP_ADD ? "write string(%s)" : "write double(%s)",
             s->node->op == TX_OP_ADD ? right : left);
  } else if (tx_type_is(b, TX_STRING) && tx_is_number(a)) {
    snprintf(buffer, size, s->node->op == TX_OP_ADD ? "write string(%s)" : "write double(%s)",
             s->node->op == TX_OP_ADD ? left : right);
  } else if (tx_type_is(a, TX_DATE) && tx_type_is(b, TX_STRING)) {
    snprintf(buffer, size, "write date(%s)", right);
  } else if (tx_type_is(b, TX_DATE) && tx_type_is(a, TX_STRING)) {
    snprintf(buffer, size, "write date(%s)", left);
  } else if (tx_type_is(a, TX_TIMESTAMP) && tx_type_is(b, TX_STRING)) {
    snprintf(buffer, size, "write timestamp(%s)", right);
  } else if ((tx_type_is(a, TX_DATE) || tx_type_is(a, TX_TIMESTAMP)) && tx_is_number(b)) {
    snprintf(buffer, size, "days from the plan's date: days_until(%s), days_since(%s)", left, left);
  } else if (a.lists == 1 && b.lists == 0 && a.kind == b.kind) {
    snprintf(buffer, size, "write %s in %s", right, left);
  } else if (tx_type_is(a, TX_BOOL) && tx_is_number(b) && s->left_syntax->kind == TX_S_BINARY) {
    snprintf(buffer, size, "comparisons do not chain: write a < b && b < c");
  } else {
    return NULL;
  }
  return buffer;
}

static tx_result refuse_sides(tx_checker *c, const sides *s) {
  char left[TX_EXCERPT], right[TX_EXCERPT], left_type[64], right_type[64], hint[192];
  tx_fault_error(c->faults, s->node->at, remedy(c, s, hint, sizeof hint),
                 "'%s' has no meaning between '%s' (%s) and '%s' (%s)", sign_of(s->node->op),
                 excerpt_of(c, s->left_syntax, left), tx_type_name(s->left_type, left_type),
                 excerpt_of(c, s->right_syntax, right), tx_type_name(s->right_type, right_type));
  return tx_result_bad;
}

/* Brings an int literal beside a double to double. */
static void promote_sides(tx_checker *c, sides *s) {
  if (s->left_type.kind == TX_DOUBLE && s->right_type.kind == TX_INT) {
    tx_check_promote(c, tx_syntax_span(s->right_syntax), &s->right);
  } else if (s->right_type.kind == TX_DOUBLE && s->left_type.kind == TX_INT) {
    tx_check_promote(c, tx_syntax_span(s->left_syntax), &s->left);
  }
  if (s->left.bad || s->right.bad) return;
  s->left_type = tx_result_type(c, s->left);
  s->right_type = tx_result_type(c, s->right);
}

/* A date beside a timestamp becomes its midnight. */
static void align_dates(tx_checker *c, sides *s) {
  tx_type a = s->left_type, b = s->right_type;
  if (tx_type_is(a, TX_DATE) && tx_type_is(b, TX_TIMESTAMP)) {
    s->left = tx_check_convert(c, tx_syntax_span(s->left_syntax), s->left, TX_TIMESTAMP);
  } else if (tx_type_is(b, TX_DATE) && tx_type_is(a, TX_TIMESTAMP)) {
    s->right = tx_check_convert(c, tx_syntax_span(s->right_syntax), s->right, TX_TIMESTAMP);
  }
  if (s->left.bad || s->right.bad) return;
  s->left_type = tx_result_type(c, s->left);
  s->right_type = tx_result_type(c, s->right);
}

static tx_result make_two(tx_checker *c, const sides *s, tx_type type) {
  tx_result children[2] = {s->left, s->right};
  if (s->left.bad || s->right.bad) return tx_result_bad;
  return tx_check_node(c, tx_syntax_span(s->node), s->node->op, type, 0, children, 2);
}

/* --- arithmetic ------------------------------------------------------------------------------------------------ */

static tx_result check_time(tx_checker *c, sides *s) {
  bool subtracts = s->node->op == TX_OP_SUBTRACT;
  align_dates(c, s);
  if (s->left.bad || s->right.bad) return tx_result_bad;
  if (tx_type_is(s->left_type, TX_DATE) && tx_type_is(s->right_type, TX_DURATION)) {
    s->left = tx_check_convert(c, tx_syntax_span(s->left_syntax), s->left, TX_TIMESTAMP);
    s->left_type.kind = TX_TIMESTAMP;
  } else if (tx_type_is(s->right_type, TX_DATE) && tx_type_is(s->left_type, TX_DURATION) && !subtracts) {
    s->right = tx_check_convert(c, tx_syntax_span(s->right_syntax), s->right, TX_TIMESTAMP);
    s->right_type.kind = TX_TIMESTAMP;
  }
  uint8_t a = s->left_type.kind, b = s->right_type.kind;
  if (s->left_type.lists || s->right_type.lists) return refuse_sides(c, s);
  bool both_times = a == b && (a == TX_TIMESTAMP || a == TX_DATE);
  if (a == TX_DURATION && b == TX_DURATION) return make_two(c, s, (tx_type){TX_DURATION, 0});
  if (subtracts && both_times) return make_two(c, s, (tx_type){TX_DURATION, 0});
  if (a == TX_TIMESTAMP && b == TX_DURATION) return make_two(c, s, (tx_type){TX_TIMESTAMP, 0});
  if (!subtracts && a == TX_DURATION && b == TX_TIMESTAMP) return make_two(c, s, (tx_type){TX_TIMESTAMP, 0});
  return refuse_sides(c, s);
}

static bool is_time(tx_type type) {
  return type.lists == 0 && (type.kind == TX_TIMESTAMP || type.kind == TX_DURATION || type.kind == TX_DATE);
}

static void warn_whole_division(tx_checker *c, const sides *s) {
  if (s->node->op != TX_OP_DIVIDE || s->left_syntax->kind != TX_S_LITERAL || s->right_syntax->kind != TX_S_LITERAL)
    return;
  int64_t a = s->left_syntax->value.integer, b = s->right_syntax->value.integer;
  if (s->left_type.kind != TX_INT || b == 0 || b == -1 || a % b == 0) return;
  char left[TX_EXCERPT];
  char hint[96];
  snprintf(hint, sizeof hint, "write %s.0 for a fraction", excerpt_of(c, s->left_syntax, left));
  tx_fault_warning(c->faults, tx_syntax_span(s->node), hint, "whole numbers divide to a whole number, here %lld",
                   (long long)(a / b));
}

/* Doubles divide by zero to infinity, as CEL has it: allowed, but hardly meant. */
static void warn_zero_division(tx_checker *c, const sides *s) {
  const tx_expr_node *right = tx_result_node(c, s->right);
  if (s->node->op != TX_OP_DIVIDE || s->left_type.kind != TX_DOUBLE || right->op != TX_OP_LITERAL) return;
  if (tx_result_node(c, s->left)->fixed || right->value.number != 0.0) return;
  tx_fault_warning(c->faults, tx_syntax_span(s->node), NULL, "this divides by zero, which gives an infinite number");
}

static tx_result check_arithmetic(tx_checker *c, sides *s) {
  int op = s->node->op;
  tx_type both;
  bool sums = op == TX_OP_ADD || op == TX_OP_SUBTRACT;
  if (sums && (is_time(s->left_type) || is_time(s->right_type))) return check_time(c, s);
  bool flexible = s->left.flexible && s->right.flexible && op != TX_OP_DIVIDE && op != TX_OP_REMAINDER;
  promote_sides(c, s);
  if (s->left.bad || s->right.bad) return tx_result_bad;
  if (!tx_unify(s->left_type, s->right_type, &both)) return refuse_sides(c, s);
  bool number = tx_is_number(both) || tx_is_free(both);
  bool joins = op == TX_OP_ADD && (tx_type_is(both, TX_STRING) || both.lists > 0);
  if (!joins && (!number || (op == TX_OP_REMAINDER && both.kind == TX_DOUBLE))) return refuse_sides(c, s);
  warn_whole_division(c, s);
  warn_zero_division(c, s);
  tx_result result = make_two(c, s, both);
  result.flexible = flexible && both.lists == 0;
  return result;
}

/* --- comparisons ----------------------------------------------------------------------------------------------- */

static bool is_order(int op) { return op != TX_OP_EQUAL && op != TX_OP_UNEQUAL; }

static bool can_compare(tx_type a, tx_type b, int op) {
  tx_type both;
  if (tx_is_number(a) && tx_is_number(b)) return true;
  if (!tx_unify(a, b, &both)) return false;
  return both.lists == 0 || !is_order(op);
}

/* == null, != null: whether there is a value. */
static tx_result check_null(tx_checker *c, const sides *s) {
  bool present = s->node->op == TX_OP_UNEQUAL;
  tx_span span = tx_syntax_span(s->node);
  if (s->left.null && s->right.null) {
    return tx_check_value(c, span, (tx_value){.type = bool_type, .boolean = !present});
  }
  tx_result value = s->left.null ? s->right : s->left;
  const tx_expr_node *node = tx_result_node(c, value);
  tx_result has = node->op == TX_OP_VARIABLE ? tx_check_node(c, span, TX_OP_HAS, bool_type, node->index, NULL, 0)
                                             : tx_check_node(c, span, TX_OP_PRESENT, bool_type, 0, &value, 1);
  if (present || has.bad) return has;
  return tx_check_node(c, span, TX_OP_NOT, bool_type, 0, &has, 1);
}

static tx_result check_comparison(tx_checker *c, sides *s) {
  if (s->left.null || s->right.null) return check_null(c, s);
  promote_sides(c, s);
  if (s->left.bad || s->right.bad) return tx_result_bad;
  align_dates(c, s);
  if (s->left.bad || s->right.bad) return tx_result_bad;
  if (!can_compare(s->left_type, s->right_type, s->node->op)) return refuse_sides(c, s);
  if (!is_order(s->node->op)) {
    tx_check_membership(c, tx_syntax_span(s->right_syntax), s->left, s->right);
    tx_check_membership(c, tx_syntax_span(s->left_syntax), s->right, s->left);
  }
  return make_two(c, s, bool_type);
}

static tx_result check_in(tx_checker *c, sides *s) {
  promote_sides(c, s);
  if (s->left.bad || s->right.bad) return tx_result_bad;
  if (s->right_type.lists == 0 && !tx_is_free(s->right_type)) {
    char right[TX_EXCERPT], type[64], hint[192];
    bool texts = tx_type_is(s->right_type, TX_STRING) && tx_type_is(s->left_type, TX_STRING);
    excerpt_of(c, s->right_syntax, right);
    snprintf(hint, sizeof hint, texts ? "to look inside a text write %s.contains(…)" : "write [%s]", right);
    tx_fault_error(c->faults, s->node->at, hint, "'in' needs a list on its right; '%s' is a %s", right,
                   tx_type_name(s->right_type, type));
    return tx_result_bad;
  }
  tx_type item = s->right_type;
  if (item.lists > 0) item.lists--;
  if (tx_type_is(s->left_type, TX_DATE) && tx_type_is(item, TX_TIMESTAMP)) {
    s->left = tx_check_convert(c, tx_syntax_span(s->left_syntax), s->left, TX_TIMESTAMP);
    if (s->left.bad) return s->left;
    s->left_type.kind = TX_TIMESTAMP;
  }
  if (!can_compare(s->left_type, item, TX_OP_EQUAL)) return refuse_sides(c, s);
  tx_check_membership(c, tx_syntax_span(s->right_syntax), s->left, s->right);
  tx_check_membership(c, tx_syntax_span(s->left_syntax), s->right, s->left);
  return make_two(c, s, bool_type);
}

static tx_result refuse_truth(tx_checker *c, const tx_syntax_node *node, const tx_syntax_node *child, tx_type type) {
  char excerpt[TX_EXCERPT], name[64];
  const char *hint = tx_is_number(type) || tx_type_is(type, TX_STRING) ? "compare it with something" : NULL;
  tx_fault_error(c->faults, tx_syntax_span(child), hint, "'%s' needs true or false; '%s' is a %s",
                 node->kind == TX_S_CONDITIONAL ? "?" : sign_of(node->op), excerpt_of(c, child, excerpt),
                 tx_type_name(type, name));
  return tx_result_bad;
}

static bool is_truth(tx_type type) { return tx_type_is(type, TX_BOOL) || tx_is_free(type); }

static tx_result check_logic(tx_checker *c, sides *s) {
  if (!is_truth(s->left_type)) return refuse_truth(c, s->node, s->left_syntax, s->left_type);
  if (!is_truth(s->right_type)) return refuse_truth(c, s->node, s->right_syntax, s->right_type);
  return make_two(c, s, bool_type);
}

tx_result tx_check_binary(tx_checker *c, uint32_t i) {
  sides s = sides_of(c, i);
  switch (s.node->op) {
  case TX_OP_AND:
  case TX_OP_OR:
    return check_logic(c, &s);
  case TX_OP_IN:
    return check_in(c, &s);
  case TX_OP_ADD:
  case TX_OP_SUBTRACT:
  case TX_OP_MULTIPLY:
  case TX_OP_DIVIDE:
  case TX_OP_REMAINDER:
    return check_arithmetic(c, &s);
  default:
    return check_comparison(c, &s);
  }
}

tx_result tx_check_unary(tx_checker *c, uint32_t i) {
  const tx_syntax_node *node = &c->syntax->nodes[i], *child = &c->syntax->nodes[node->first];
  tx_result operand = c->results[node->first];
  tx_type type = tx_result_type(c, operand);
  if (node->op == TX_OP_NOT) {
    if (!is_truth(type)) return refuse_truth(c, node, child, type);
    return tx_check_node(c, tx_syntax_span(node), TX_OP_NOT, bool_type, 0, &operand, 1);
  }
  if (!tx_type_is(type, TX_INT) && !tx_type_is(type, TX_DOUBLE) && !tx_is_free(type)) {
    char excerpt[TX_EXCERPT], name[64];
    tx_fault_error(c->faults, node->at, type.kind == TX_UINT ? "write -int(…)" : NULL,
                   "'-' needs a number with a sign; '%s' is a %s", excerpt_of(c, child, excerpt),
                   tx_type_name(type, name));
    return tx_result_bad;
  }
  tx_result result = tx_check_node(c, tx_syntax_span(node), TX_OP_NEGATE, type, 0, &operand, 1);
  result.flexible = operand.flexible;
  return result;
}

/* --- choices, lists, positions --------------------------------------------------------------------------------- */

tx_result tx_check_conditional(tx_checker *c, uint32_t i) {
  const tx_syntax_node *node = &c->syntax->nodes[i];
  uint32_t test = node->first, then = c->syntax->nodes[test].next;
  tx_result condition = c->results[test];
  tx_type type = tx_result_type(c, condition), both;
  if (!is_truth(type)) return refuse_truth(c, node, &c->syntax->nodes[test], type);
  sides s = {.node = node, .left_syntax = &c->syntax->nodes[then], .left = c->results[then]};
  uint32_t otherwise = s.left_syntax->next;
  s.right_syntax = &c->syntax->nodes[otherwise];
  s.right = c->results[otherwise];
  s.left_type = tx_result_type(c, s.left);
  s.right_type = tx_result_type(c, s.right);
  bool flexible = s.left.flexible && s.right.flexible;
  promote_sides(c, &s);
  if (s.left.bad || s.right.bad) return tx_result_bad;
  align_dates(c, &s);
  if (s.left.bad || s.right.bad) return tx_result_bad;
  if (!tx_unify(s.left_type, s.right_type, &both)) {
    char left[TX_EXCERPT], right[TX_EXCERPT], left_type[64], right_type[64], hint[192];
    tx_fault_error(c->faults, node->at, remedy(c, &s, hint, sizeof hint),
                   "both values of a choice must be of one type; '%s' is a %s, '%s' a %s",
                   excerpt_of(c, s.left_syntax, left), tx_type_name(s.left_type, left_type),
                   excerpt_of(c, s.right_syntax, right), tx_type_name(s.right_type, right_type));
    return tx_result_bad;
  }
  tx_result children[3] = {condition, s.left, s.right};
  tx_result result = tx_check_node(c, tx_syntax_span(node), TX_OP_IF, both, 0, children, 3);
  result.flexible = flexible && both.lists == 0;
  return result;
}

/* The items' common type; doubles draw int literals up. Reports and returns false when there is none. */
static bool unify_items(tx_checker *c, const tx_syntax_node *node, tx_result *items, tx_type *type, bool *flexible) {
  bool doubles = false;
  *type = (tx_type){TX_FREE, 0};
  *flexible = true;
  for (uint32_t k = 0; k < node->count; k++) {
    tx_type item = tx_result_type(c, items[k]);
    doubles = doubles || tx_type_is(item, TX_DOUBLE);
    *flexible = *flexible && items[k].flexible && item.lists == 0;
  }
  uint32_t at = node->first;
  for (uint32_t k = 0; k < node->count; k++, at = c->syntax->nodes[at].next) {
    const tx_syntax_node *child = &c->syntax->nodes[at];
    if (doubles && items[k].flexible) tx_check_promote(c, tx_syntax_span(child), &items[k]);
    if (items[k].bad) return false;
    tx_type item = tx_result_type(c, items[k]), before = *type;
    if (tx_unify(before, item, type)) continue;
    char excerpt[TX_EXCERPT], first[64], second[64];
    tx_fault_error(c->faults, tx_syntax_span(child), NULL,
                   "the items of a list must be of one type; '%s' is a %s behind items that are %s",
                   excerpt_of(c, child, excerpt), tx_type_name(item, first), tx_type_name(before, second));
    return false;
  }
  return true;
}

tx_result tx_check_list(tx_checker *c, uint32_t i) {
  const tx_syntax_node *node = &c->syntax->nodes[i];
  triax_context *context = c->module->context;
  tx_result *items = tx_alloc_array(context, node->count, sizeof *items), result = tx_result_bad;
  if (!items) {
    c->status = TRIAX_ENOMEM;
    return result;
  }
  uint32_t count = 0;
  tx_type type;
  bool flexible;
  for (uint32_t k = node->first; k != TX_NO_INDEX; k = c->syntax->nodes[k].next) items[count++] = c->results[k];
  if (unify_items(c, node, items, &type, &flexible)) {
    type.lists++;
    result = tx_check_node(c, tx_syntax_span(node), TX_OP_LIST, type, 0, items, count);
    result.flexible = flexible && count > 0;
  }
  tx_free_array(context, items, node->count, sizeof *items);
  return result;
}

tx_result tx_check_index(tx_checker *c, uint32_t i) {
  sides s = sides_of(c, i);
  char excerpt[TX_EXCERPT], name[64];
  if (s.left_type.lists == 0) {
    tx_fault_error(c->faults, s.node->at, tx_type_is(s.left_type, TX_STRING) ? "write charAt(…)" : NULL,
                   "'[…]' needs a list before it; '%s' is a %s", excerpt_of(c, s.left_syntax, excerpt),
                   tx_type_name(s.left_type, name));
    return tx_result_bad;
  }
  bool any = s.right.dynamic && tx_is_number(s.right_type);
  if (!any && !tx_type_is(s.right_type, TX_INT) && !tx_is_free(s.right_type)) {
    tx_fault_error(c->faults, tx_syntax_span(s.right_syntax), NULL, "a position in a list is an int; '%s' is a %s",
                   excerpt_of(c, s.right_syntax, excerpt), tx_type_name(s.right_type, name));
    return tx_result_bad;
  }
  s.left_type.lists--;
  return make_two(c, &s, s.left_type);
}

/* --- macros ---------------------------------------------------------------------------------------------------- */

void tx_check_scope(tx_checker *c, uint32_t i) {
  const tx_syntax_node *node = &c->syntax->nodes[i];
  tx_result list = node->first == TX_NO_INDEX ? tx_result_bad : c->results[node->first];
  tx_type type = {TX_FREE, 0};
  if (!list.bad && !list.null) {
    type = tx_result_type(c, list);
    if (type.lists == 0 && type.kind != TX_FREE) {
      char excerpt[TX_EXCERPT], name[64];
      tx_fault_error(c->faults, tx_syntax_span(&c->syntax->nodes[node->first]), NULL,
                     "all, exists, filter and map need a list; '%s' is a %s",
                     excerpt_of(c, &c->syntax->nodes[node->first], excerpt), tx_type_name(type, name));
      c->results[node->first] = tx_result_bad;
      type.kind = TX_FREE;
    }
    if (type.lists > 0) type.lists--;
  }
  if (c->scope_count == TX_EXPR_LOCALS) {
    tx_fault_limit(c->faults, node->at, "macros are nested more than %d deep", TX_EXPR_LOCALS);
  }
  if (c->scope_count >= TX_EXPR_LOCALS && node->first != TX_NO_INDEX) c->results[node->first] = tx_result_bad;
  if (c->scope_count < TX_EXPR_LOCALS && c->scope_count + 1 > c->module->local_depth) {
    c->module->local_depth = c->scope_count + 1;
  }
  c->scopes[c->scope_count].name = node->text;
  c->scopes[c->scope_count++].type = type;
}

static tx_result macro_needs_truth(tx_checker *c, const tx_syntax_node *part, tx_type type) {
  char excerpt[TX_EXCERPT], name[64];
  tx_fault_error(c->faults, tx_syntax_span(part), NULL, "this test must be true or false; '%s' is a %s",
                 excerpt_of(c, part, excerpt), tx_type_name(type, name));
  return tx_result_bad;
}

/* Its scope has been left already, so that scope_count is its slot. */
tx_result tx_check_macro(tx_checker *c, uint32_t i) {
  const tx_syntax_node *node = &c->syntax->nodes[i];
  uint32_t list = node->first, body = c->syntax->nodes[list].next, last = c->syntax->nodes[body].next;
  tx_result children[3] = {c->results[list], c->results[body]};
  tx_type type = tx_result_type(c, children[0]);
  uint32_t test = body;
  if (last != TX_NO_INDEX) { /* map(x, filter, value) */
    children[1] = c->results[last];
    children[2] = c->results[body];
  } else if (node->op == TX_OP_MAP) {
    test = TX_NO_INDEX;
  }
  if (test != TX_NO_INDEX && !is_truth(tx_result_type(c, c->results[test]))) {
    return macro_needs_truth(c, &c->syntax->nodes[test], tx_result_type(c, c->results[test]));
  }
  if (node->op == TX_OP_MAP) {
    type = tx_result_type(c, children[1]);
    if (type.lists == 255) return refuse_truth(c, node, &c->syntax->nodes[list], type);
    type.lists++;
  } else if (node->op != TX_OP_FILTER) {
    type = bool_type;
  }
  return tx_check_node(c, tx_syntax_span(node), node->op, type, c->scope_count, children, last != TX_NO_INDEX ? 3 : 2);
}

/* --- what the place expects ------------------------------------------------------------------------------------ */

static tx_result refuse_root(tx_checker *c, tx_result root, const char *wanted, const char *hint) {
  char excerpt[TX_EXCERPT], name[64];
  tx_span all = tx_syntax_span(&c->syntax->nodes[c->syntax->root]);
  tx_fault_error(c->faults, all, hint, "%s is needed here; '%s' is a %s", wanted,
                 tx_excerpt(c->syntax->source, all, excerpt), tx_type_name(tx_result_type(c, root), name));
  return tx_result_bad;
}

/* Whether values of the type can be columns, and so be written into texts. */
static bool is_written(tx_type type) {
  if (type.lists) return type.lists == 1 && type.kind == TX_STRING;
  return type.kind == TX_BOOL || type.kind == TX_INT || type.kind == TX_DOUBLE || type.kind == TX_STRING ||
         type.kind == TX_TIMESTAMP || type.kind == TX_DATE;
}

tx_result tx_check_expect(tx_checker *c, tx_result root, tx_expect expect) {
  tx_type type = tx_result_type(c, root);
  tx_span all = tx_syntax_span(&c->syntax->nodes[c->syntax->root]);
  bool number = tx_is_number(type),
       category = type.lists == 0 && (type.kind == TX_STRING || type.kind == TX_BOOL || type.kind == TX_INT);
  switch (expect) {
  case TX_EXPECT_TRUTH:
    if (tx_type_is(type, TX_BOOL)) return root;
    return refuse_root(c, root, "a test, true or false,", number ? "compare it, such as … > 0" : NULL);
  case TX_EXPECT_NUMBER:
    if (tx_type_is(type, TX_DOUBLE)) return root;
    if (root.flexible && tx_check_promote(c, all, &root)) return root;
    if (number || tx_type_is(type, TX_BOOL)) return tx_check_convert(c, all, root, TX_DOUBLE);
    return refuse_root(c, root, "a number", tx_type_is(type, TX_STRING) ? "write double(…)" : NULL);
  case TX_EXPECT_DATE:
    if (tx_type_is(type, TX_DATE) || tx_type_is(type, TX_TIMESTAMP)) return root;
    return refuse_root(c, root, "a date", tx_type_is(type, TX_STRING) ? "write date(…)" : NULL);
  case TX_EXPECT_CATEGORY:
    return category ? root : refuse_root(c, root, "a category (string, bool or int)", number ? "write int(…)" : NULL);
  case TX_EXPECT_NUMBER_OR_CATEGORY:
    return number || category ? root : refuse_root(c, root, "a number or a category", NULL);
  case TX_EXPECT_TEXT:
    if (is_written(type)) return root;
    return refuse_root(c, root, "a text, number, date or list of texts", "write string(…), or join what is in a list");
  default:
    return root;
  }
}
