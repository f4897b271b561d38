/* Values one at a time.
 *
 * First children are walked by a loop and evaluated on the way back, the others by recursion: so chains of any length
 * cost no stack, and nesting is bounded by TX_HEIGHT, which the module enforces. */
#include "expr/scalar.h"

#include <math.h>
#include <string.h>

#include "base/date.h"
#include "expr/regex.h"

/* How many first children the loop holds before it recurs. */
#define PATH TX_HEIGHT_STEP
/* Operands of one operation that need no scratch memory. */
#define FEW 4
/* Steps after which a first attempt gives up to begin again with a memory of shared nodes. */
#define FIRST_STEPS 50000

static tx_value make(tx_type type, int state) { return (tx_value){.state = (uint8_t)state, .type = type}; }

static tx_value truth(bool holds) { return (tx_value){.state = TX_PRESENT, .type = {TX_BOOL, 0}, .boolean = holds}; }

/* --- leaves ---------------------------------------------------------------------------------------------------- */

static void eval_as_of(const tx_evaluation *e, tx_value *value) {
  value->state = e->scalar->has_as_of ? TX_PRESENT : TX_MISSING;
  value->time.seconds = (int64_t)e->scalar->as_of * 86400;
  value->time.nanos = 0;
}

static const tx_aggregate *aggregate_of(const tx_evaluation *e, const tx_expr_node *node) {
  const tx_aggregates *all = e->scalar->aggregates;
  if (!all || node->index >= all->count || !all->items[node->index].known) return NULL;
  return &all->items[node->index];
}

static void eval_aggregate(const tx_evaluation *e, const tx_expr_node *node, tx_value *value) {
  const tx_aggregate *aggregate = aggregate_of(e, node);
  value->state = aggregate ? TX_PRESENT : TX_MISSING;
  value->number = aggregate ? aggregate->value : 0.0;
}

/* Leaves and constants; false for a node that has operands to be evaluated. */
static bool eval_leaf(const tx_evaluation *e, const tx_expr_node *node, tx_value *value) {
  if (node->fixed) {
    *value = node->value;
    return true;
  }
  switch (node->op) {
  case TX_OP_VARIABLE:
    *value = e->scalar->variables[node->index];
    value->type = node->type;
    return true;
  case TX_OP_LOCAL:
    *value = e->locals[node->index];
    return true;
  case TX_OP_HAS:
    *value = truth(e->scalar->variables[node->index].state == TX_PRESENT);
    return true;
  case TX_OP_AS_OF:
    *value = make(node->type, TX_PRESENT);
    eval_as_of(e, value);
    return true;
  case TX_OP_TOTAL:
  case TX_OP_MEAN:
  case TX_OP_STDDEV:
    *value = make(node->type, TX_PRESENT);
    eval_aggregate(e, node, value);
    return true;
  case TX_OP_LIST:
    if (node->count > 0) return false;
    *value = make(node->type, TX_PRESENT);
    value->list.items = NULL;
    value->list.count = 0;
    return true;
  default:
    return false;
  }
}

/* --- operations on present operands ---------------------------------------------------------------------------- */

static void apply_compare(const tx_expr_node *node, const tx_value *operands, tx_value *value) {
  if (node->op == TX_OP_EQUAL || node->op == TX_OP_UNEQUAL) {
    value->boolean = tx_value_equal(&operands[0], &operands[1]) == (node->op == TX_OP_EQUAL);
    return;
  }
  int order = tx_value_compare(&operands[0], &operands[1]);
  switch (node->op) {
  case TX_OP_LESS:
    value->boolean = order == -1;
    break;
  case TX_OP_AT_MOST:
    value->boolean = order == -1 || order == 0;
    break;
  case TX_OP_GREATER:
    value->boolean = order == 1;
    break;
  default:
    value->boolean = order == 1 || order == 0;
    break;
  }
}

static void apply_in(const tx_value *operands, tx_value *value) {
  value->boolean = false;
  for (size_t i = 0; i < operands[1].list.count && !value->boolean; i++) {
    value->boolean = tx_value_equal(&operands[0], &operands[1].list.items[i]);
  }
}

static void apply_index(const tx_value *operands, tx_value *value) {
  const tx_value *at = &operands[1];
  uint64_t position = at->natural;
  if (at->type.kind == TX_DOUBLE) {
    bool whole = at->number >= 0 && at->number < 4294967296.0 && floor(at->number) == at->number;
    position = whole ? (uint64_t)at->number : UINT64_MAX;
  } /* a negative int is far out of range as a uint64 */
  if (position >= operands[0].list.count) {
    value->state = TX_FAULT;
    return;
  }
  tx_type type = value->type;
  *value = operands[0].list.items[position];
  value->type = type;
}

static triax_status apply_size(tx_evaluation *e, const tx_value *operand, tx_value *value) {
  if (operand->type.lists > 0) {
    value->integer = (int64_t)operand->list.count;
    return TRIAX_OK;
  }
  value->integer = (int64_t)tx_utf8_count(operand->text);
  return tx_charge(e, operand->text.length / 64);
}

static triax_status make_list(tx_evaluation *e, const tx_value *items, size_t count, tx_value *value) {
  if (count > TX_EVAL_ITEMS) return TRIAX_ELIMIT;
  tx_value *copy = tx_arena_alloc(e->scalar->scratch, count * sizeof *copy);
  if (!copy) return TRIAX_ENOMEM;
  if (count) memcpy(copy, items, count * sizeof *copy);
  value->list.items = copy;
  value->list.count = count;
  return tx_charge(e, count / 8);
}

static triax_status add_lists(tx_evaluation *e, const tx_value *operands, tx_value *value) {
  size_t first = operands[0].list.count, second = operands[1].list.count;
  if (first + second > TX_EVAL_ITEMS) return TRIAX_ELIMIT;
  tx_value *items = tx_arena_alloc(e->scalar->scratch, (first + second) * sizeof *items);
  if (!items) return TRIAX_ENOMEM;
  if (first) memcpy(items, operands[0].list.items, first * sizeof *items);
  if (second) memcpy(items + first, operands[1].list.items, second * sizeof *items);
  value->list.items = items;
  value->list.count = first + second;
  return tx_charge(e, (first + second) / 8);
}

static triax_status apply_add(tx_evaluation *e, const tx_expr_node *node, const tx_value *operands, tx_value *value) {
  if (node->type.lists > 0) return add_lists(e, operands, value);
  switch (node->type.kind) {
  case TX_STRING:
    return tx_apply_text(e, node, operands, value);
  case TX_TIMESTAMP:
  case TX_DURATION:
  case TX_DATE:
    tx_apply_time(node, operands, value);
    return TRIAX_OK;
  default:
    tx_apply_arithmetic(node, operands, value);
    return TRIAX_OK;
  }
}

static void apply_percentile(const tx_evaluation *e, const tx_expr_node *node, const tx_value *operand,
                             tx_value *value) {
  const tx_aggregate *aggregate = aggregate_of(e, node);
  value->state = aggregate ? TX_PRESENT : TX_MISSING;
  value->number = aggregate ? tx_aggregate_percentile(aggregate, operand->number) : 0.0;
}

static triax_status apply(tx_evaluation *e, const tx_expr_node *node, const tx_value *operands, tx_value *value) {
  switch (node->op) {
  case TX_OP_NOT:
    value->boolean = !operands[0].boolean;
    return TRIAX_OK;
  case TX_OP_EQUAL:
  case TX_OP_UNEQUAL:
  case TX_OP_LESS:
  case TX_OP_AT_MOST:
  case TX_OP_GREATER:
  case TX_OP_AT_LEAST:
    apply_compare(node, operands, value);
    return TRIAX_OK;
  case TX_OP_ADD:
  case TX_OP_SUBTRACT:
    return apply_add(e, node, operands, value);
  case TX_OP_MULTIPLY:
  case TX_OP_DIVIDE:
  case TX_OP_REMAINDER:
  case TX_OP_NEGATE:
    tx_apply_arithmetic(node, operands, value);
    return TRIAX_OK;
  case TX_OP_LIST:
    return make_list(e, operands, node->count, value);
  case TX_OP_IN:
    apply_in(operands, value);
    return tx_charge(e, operands[1].list.count / 4);
  case TX_OP_INDEX:
    apply_index(operands, value);
    return TRIAX_OK;
  case TX_OP_SIZE:
    return apply_size(e, operands, value);
  case TX_OP_CONTAINS:
  case TX_OP_STARTS_WITH:
  case TX_OP_ENDS_WITH:
  case TX_OP_MATCHES:
  case TX_OP_LOWER_ASCII:
  case TX_OP_UPPER_ASCII:
  case TX_OP_TRIM:
  case TX_OP_STRING_FUNCTION:
    return tx_apply_text(e, node, operands, value);
  case TX_OP_CONVERT:
    return tx_apply_convert(e, node, operands, value);
  case TX_OP_TIME_PART:
    tx_apply_time_part(node, operands, value);
    return TRIAX_OK;
  case TX_OP_DAYS_UNTIL:
  case TX_OP_DAYS_SINCE:
    tx_apply_days(e, node, operands, value);
    return TRIAX_OK;
  case TX_OP_MATH:
    tx_apply_math(node, operands, value);
    return TRIAX_OK;
  case TX_OP_PERCENTILE: { /* what is ranked is the result of an expression of its own */
    tx_value ranked = operands[0];
    tx_value_settle(e->scalar->module, e->scalar->module->children[node->first], &ranked);
    apply_percentile(e, node, operands, value);
    if (ranked.state != TX_PRESENT) value->number = (double)NAN; /* it has no place in the set */
    return TRIAX_OK;
  }
  default:
    value->state = TX_FAULT;
    return TRIAX_OK;
  }
}

/* --- operands -------------------------------------------------------------------------------------------------- */

/* A fault anywhere wins over missing anywhere. */
static int worst_state(const tx_value *operands, size_t count) {
  int worst = TX_PRESENT;
  for (size_t i = 0; i < count; i++) {
    if (operands[i].state == TX_FAULT) return TX_FAULT;
    if (operands[i].state == TX_MISSING) worst = TX_MISSING;
  }
  return worst;
}

/* An operation of which every operand must be present. The first is in *value. */
static triax_status eval_strict(tx_evaluation *e, const tx_expr_node *node, tx_value *value) {
  tx_value few[FEW], *operands = few;
  if (node->count > FEW) {
    operands = tx_arena_alloc(e->scalar->scratch, node->count * sizeof *operands);
    if (!operands) return TRIAX_ENOMEM;
  }
  operands[0] = *value;
  for (uint32_t i = 1; i < node->count; i++) {
    triax_status status = tx_eval(e, e->module->children[node->first + i], &operands[i]);
    if (status != TRIAX_OK) return status;
  }
  *value = make(node->type, worst_state(operands, node->count));
  return value->state == TX_PRESENT ? apply(e, node, operands, value) : TRIAX_OK;
}

/* && and ||: the deciding truth of one side absorbs whatever the other is. */
static triax_status eval_logic(tx_evaluation *e, const tx_expr_node *node, tx_value *value) {
  bool decides = node->op == TX_OP_OR;
  if (value->state == TX_PRESENT && value->boolean == decides) return TRIAX_OK;
  tx_value left = *value;
  triax_status status = tx_eval(e, e->module->children[node->first + 1], value);
  if (status != TRIAX_OK || (value->state == TX_PRESENT && value->boolean == decides)) return status;
  if (left.state == TX_FAULT || (left.state == TX_MISSING && value->state == TX_PRESENT)) value->state = left.state;
  return TRIAX_OK;
}

static triax_status eval_or_value(tx_evaluation *e, const tx_expr_node *node, tx_value *value) {
  if (value->state == TX_PRESENT) return TRIAX_OK;
  return tx_eval(e, e->module->children[node->first + 1], value);
}

static triax_status eval_upwards(tx_evaluation *e, const tx_expr_node *node, tx_value *value) {
  switch (node->op) {
  case TX_OP_AND:
  case TX_OP_OR:
    return eval_logic(e, node, value);
  case TX_OP_OR_VALUE:
    return eval_or_value(e, node, value);
  case TX_OP_PRESENT:
    *value = truth(value->state == TX_PRESENT);
    return TRIAX_OK;
  default:
    return eval_strict(e, node, value);
  }
}

/* --- macros ---------------------------------------------------------------------------------------------------- */

/* all, exists: && and || over the items. */
static triax_status fold_logic(tx_evaluation *e, const tx_expr_node *node, const tx_value *list, tx_value *value) {
  bool decides = node->op == TX_OP_EXISTS;
  int state = TX_PRESENT;
  for (size_t i = 0; i < list->list.count; i++) {
    tx_value item;
    e->locals[node->index] = list->list.items[i];
    triax_status status = tx_eval(e, e->module->children[node->first + 1], &item);
    if (status != TRIAX_OK) return status;
    if (item.state == TX_PRESENT && item.boolean == decides) {
      *value = truth(decides);
      return TRIAX_OK;
    }
    if (item.state == TX_FAULT || (item.state == TX_MISSING && state == TX_PRESENT)) state = item.state;
  }
  *value = truth(!decides);
  value->state = (uint8_t)state;
  return TRIAX_OK;
}

/* exists_one: unknown as soon as any item is. */
static triax_status count_one(tx_evaluation *e, const tx_expr_node *node, const tx_value *list, tx_value *value) {
  size_t holding = 0;
  int state = TX_PRESENT;
  for (size_t i = 0; i < list->list.count; i++) {
    tx_value item;
    e->locals[node->index] = list->list.items[i];
    triax_status status = tx_eval(e, e->module->children[node->first + 1], &item);
    if (status != TRIAX_OK) return status;
    if (item.state == TX_FAULT || (item.state == TX_MISSING && state == TX_PRESENT)) state = item.state;
    holding += item.state == TX_PRESENT && item.boolean;
  }
  *value = truth(holding == 1);
  value->state = (uint8_t)state;
  return TRIAX_OK;
}

/* Whether the present item stays: filter's body, map's filter. */
static triax_status keeps_item(tx_evaluation *e, const tx_expr_node *node, tx_value *test) {
  uint32_t part = node->op == TX_OP_FILTER ? 1 : 2;
  *test = truth(true);
  return part < node->count ? tx_eval(e, e->module->children[node->first + part], test) : TRIAX_OK;
}

static triax_status collect(tx_evaluation *e, const tx_expr_node *node, const tx_value *list, tx_value *value) {
  size_t kept = 0;
  int state = TX_PRESENT;
  tx_value *items = tx_arena_alloc(e->scalar->scratch, list->list.count * sizeof *items);
  if (!items) return TRIAX_ENOMEM;
  for (size_t i = 0; i < list->list.count; i++) {
    tx_value test, item = list->list.items[i];
    e->locals[node->index] = item;
    triax_status status = keeps_item(e, node, &test);
    bool stays = test.state == TX_PRESENT && test.boolean;
    if (status == TRIAX_OK && stays && node->op == TX_OP_MAP) {
      status = tx_eval(e, e->module->children[node->first + 1], &item);
    }
    if (status != TRIAX_OK) return status;
    tx_value seen[2] = {test, item};
    int worst = worst_state(seen, stays ? 2 : 1);
    if (worst == TX_FAULT || (worst == TX_MISSING && state == TX_PRESENT)) state = worst;
    if (stays && worst == TX_PRESENT) items[kept++] = item;
  }
  *value = make(node->type, state);
  value->list.items = items;
  value->list.count = kept;
  return TRIAX_OK;
}

static triax_status eval_macro(tx_evaluation *e, const tx_expr_node *node, tx_value *value) {
  tx_value list;
  triax_status status = tx_eval(e, e->module->children[node->first], &list);
  if (status != TRIAX_OK) return status;
  if (list.state != TX_PRESENT) {
    *value = make(node->type, list.state);
    return TRIAX_OK;
  }
  tx_value outer = e->locals[node->index];
  if (node->op == TX_OP_EXISTS_ONE) {
    status = count_one(e, node, &list, value);
  } else if (node->op == TX_OP_ALL || node->op == TX_OP_EXISTS) {
    status = fold_logic(e, node, &list, value);
  } else {
    status = collect(e, node, &list, value);
  }
  e->locals[node->index] = outer;
  return status;
}

/* --- the walk -------------------------------------------------------------------------------------------------- */

static bool recall(const tx_evaluation *e, uint32_t index, tx_value *value) {
  if (!e->memo || index >= e->memo_size || e->memo[index].type.kind == 0) return false;
  *value = e->memo[index];
  return true;
}

static void remember(tx_evaluation *e, uint32_t index, const tx_value *value) {
  if (e->memo && index < e->memo_size && e->module->nodes[index].locals == 0) e->memo[index] = *value;
}

/* Goes down to what can be evaluated at once; the nodes passed on the way are left in `path`. */
static triax_status descend(tx_evaluation *e, uint32_t index, uint32_t *path, size_t *length, tx_value *value) {
  for (;;) {
    const tx_expr_node *node = &e->module->nodes[index];
    if (++e->steps > e->limit) return TRIAX_ELIMIT;
    if (eval_leaf(e, node, value) || recall(e, index, value)) return TRIAX_OK;
    if (node->op >= TX_OP_ALL && node->op <= TX_OP_MAP) {
      triax_status status = eval_macro(e, node, value);
      if (status == TRIAX_OK) remember(e, index, value);
      return status;
    }
    const uint32_t *children = &e->module->children[node->first];
    if (node->op == TX_OP_IF) {
      triax_status status = tx_eval(e, children[0], value);
      if (status != TRIAX_OK) return status;
      if (value->state != TX_PRESENT) {
        *value = make(node->type, value->state);
        return TRIAX_OK;
      }
      index = value->boolean ? children[1] : children[2];
      continue;
    }
    if (*length == PATH) return tx_eval(e, index, value);
    path[(*length)++] = index;
    index = children[0];
  }
}

triax_status tx_eval(tx_evaluation *e, uint32_t index, tx_value *value) {
  uint32_t path[PATH];
  size_t length = 0;
  triax_status status = descend(e, index, path, &length, value);
  while (status == TRIAX_OK && length > 0) {
    uint32_t at = path[--length];
    status = eval_upwards(e, &e->module->nodes[at], value);
    if (status == TRIAX_OK) remember(e, at, value);
  }
  return status;
}

static triax_status eval_with_memory(tx_evaluation *e, uint32_t node, tx_value *value) {
  triax_context *context = e->module->context;
  e->memo_size = node + 1;
  e->memo = tx_calloc(context, e->memo_size, sizeof *e->memo);
  if (!e->memo) return TRIAX_ENOMEM;
  triax_status status = tx_eval(e, node, value);
  tx_free_array(context, e->memo, e->memo_size, sizeof *e->memo);
  return status;
}

triax_status tx_scalar_eval(const tx_scalar *scalar, uint32_t node, tx_value *value) {
  tx_evaluation e;
  tx_value result;
  e.scalar = scalar;
  e.module = scalar->module;
  e.steps = 0;
  e.limit = FIRST_STEPS;
  e.memo = NULL;
  e.memo_size = 0;
  triax_status status = tx_eval(&e, node, &result);
  if (status == TRIAX_ELIMIT && e.steps > e.limit) {
    e.steps = 0;
    e.limit = TX_EVAL_STEPS;
    status = eval_with_memory(&e, node, &result);
  }
  if (status == TRIAX_OK) *value = result;
  return status;
}
