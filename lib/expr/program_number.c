/* Arithmetic, math functions, conversions, days from the plan's date. */
#include "expr/run_step.h"

static bool safe(const tx_operand *operand) { return !operand->known || operand->nan_missing; }

static bool is_numbers(const tx_operand *operand) {
  return operand->form == TX_FORM_NUMBERS || operand->form == TX_FORM_CONSTANT;
}

static tx_operand dual_numbers(tx_emitter *emitter, uint32_t choice, tx_operand a, tx_operand b) {
  if (!is_numbers(&a) || !is_numbers(&b)) return (tx_operand){0};
  if (a.form == TX_FORM_CONSTANT && b.form == TX_FORM_CONSTANT) a = tx_in_slot(emitter, a, (tx_type){TX_DOUBLE, 0});
  bool left = a.form == TX_FORM_CONSTANT, right = b.form == TX_FORM_CONSTANT;
  tx_operand made = {.form = TX_FORM_NUMBERS, .nan_missing = safe(&a) && safe(&b)};
  made.known = tx_both_known(emitter, a.known, b.known);
  made.fault = tx_either_fault(emitter, a.fault, b.fault);
  made.values = tx_new_register(emitter, 64);
  tx_step *step = tx_new_step(emitter, left ? tx_step_dual_left : right ? tx_step_dual_right : tx_step_dual);
  step->choice = choice;
  step->out[0] = made.values;
  if (left || right) {
    step->number = (left ? a : b).constant->number;
    step->in[0] = left ? b.values : a.values;
  } else {
    step->in[0] = a.values;
    step->in[1] = b.values;
  }
  return made;
}

/* A step with three results: values, known, and where what was known has no result. */
static tx_operand fallible(tx_emitter *emitter, tx_step_fn run, tx_operand a, const tx_operand *b, uint32_t choice) {
  const uint32_t known = b ? tx_both_known(emitter, a.known, b->known) : a.known;
  const uint32_t fault = b ? tx_either_fault(emitter, a.fault, b->fault) : a.fault;
  tx_operand made = {.form = TX_FORM_INTEGERS, .values = tx_new_register(emitter, 64)};
  made.known = tx_new_register(emitter, 1);
  made.fault = tx_new_register(emitter, 1);
  tx_step *step = tx_new_step(emitter, run);
  step->choice = choice;
  step->in[0] = a.values;
  step->in[1] = b ? b->values : 0;
  step->in[2] = known;
  step->out[0] = made.values;
  step->out[1] = made.known;
  step->out[2] = made.fault;
  made.fault = tx_either_fault(emitter, fault, made.fault);
  return made;
}

static tx_operand dual_integers(tx_emitter *emitter, uint16_t op, tx_operand a, tx_operand b) {
  const tx_type type = {TX_INT, 0};
  a = tx_in_slot(emitter, a, type);
  b = tx_in_slot(emitter, b, type);
  if (a.form != TX_FORM_INTEGERS || b.form != TX_FORM_INTEGERS) return (tx_operand){0};
  return fallible(emitter, tx_step_integer_dual, a, &b, op);
}

/* Sums and differences of times, in microseconds; date - date stays with the scalar evaluator. */
static tx_operand dual_times(tx_emitter *emitter, const tx_expr_node *node) {
  const uint32_t *children = &emitter->module->children[node->first];
  const tx_type types[2] = {emitter->module->nodes[children[0]].type, emitter->module->nodes[children[1]].type};
  tx_operand operands[2];
  for (size_t i = 0; i < 2; i++) {
    if (types[i].lists || (types[i].kind != TX_TIMESTAMP && types[i].kind != TX_DURATION)) return (tx_operand){0};
    operands[i] = tx_in_slot(emitter, tx_emit(emitter, children[i]), types[i]);
    if (operands[i].form != TX_FORM_INTEGERS) return (tx_operand){0};
  }
  const uint32_t kind = node->type.kind == TX_DURATION ? TX_GIVES_DURATION : 0;
  return fallible(emitter, tx_step_time_dual, operands[0], &operands[1], node->op | kind);
}

static tx_operand sole_number(tx_emitter *emitter, uint32_t choice, tx_operand a) {
  if (a.form != TX_FORM_NUMBERS) return (tx_operand){0};
  uint32_t out = tx_new_register(emitter, 64);
  tx_step *step = tx_new_step(emitter, tx_step_sole);
  step->choice = choice;
  step->in[0] = a.values;
  step->out[0] = out;
  a.values = out;
  return a;
}

tx_operand tx_emit_arithmetic(tx_emitter *emitter, uint32_t number) {
  const tx_expr_node *node = &emitter->module->nodes[number];
  const uint32_t *children = &emitter->module->children[node->first];
  const bool sum = node->op == TX_OP_ADD || node->op == TX_OP_SUBTRACT;
  if (sum && (tx_type_is(node->type, TX_TIMESTAMP) || tx_type_is(node->type, TX_DURATION))) {
    return dual_times(emitter, node);
  }
  if (!tx_type_is(node->type, TX_DOUBLE) && !tx_type_is(node->type, TX_INT)) return (tx_operand){0};
  for (uint32_t i = 0; i < node->count; i++) {
    tx_type type = emitter->module->nodes[children[i]].type;
    if (type.kind != node->type.kind || type.lists) return (tx_operand){0};
  }
  tx_operand a = tx_emit(emitter, children[0]);
  if (node->op == TX_OP_NEGATE) {
    if (node->type.kind == TX_DOUBLE) return sole_number(emitter, TX_SOLE_NEGATE, a);
    tx_operand zero = {.form = TX_FORM_INTEGERS, .values = tx_new_constant(emitter, 64, 0)};
    return dual_integers(emitter, TX_OP_SUBTRACT, zero, a);
  }
  tx_operand b = tx_emit(emitter, children[1]);
  if (node->type.kind == TX_INT) return dual_integers(emitter, node->op, a, b);
  if (node->op == TX_OP_REMAINDER) return (tx_operand){0};
  return dual_numbers(emitter, (uint32_t)(node->op - TX_OP_ADD), a, b);
}

static tx_operand emit_extreme(tx_emitter *emitter, const tx_expr_node *node, uint32_t choice) {
  const uint32_t *children = &emitter->module->children[node->first];
  tx_operand best = tx_emit(emitter, children[0]);
  for (uint32_t i = 1; i < node->count; i++) best = dual_numbers(emitter, choice, best, tx_emit(emitter, children[i]));
  return best;
}

tx_operand tx_emit_math(tx_emitter *emitter, uint32_t number) {
  const tx_expr_node *node = &emitter->module->nodes[number];
  const uint32_t *children = &emitter->module->children[node->first];
  if (!tx_type_is(node->type, TX_DOUBLE)) return (tx_operand){0};
  for (uint32_t i = 0; i < node->count; i++) {
    if (!tx_type_is(emitter->module->nodes[children[i]].type, TX_DOUBLE)) return (tx_operand){0};
  }
  switch (node->index) {
  case TX_MATH_GREATEST: return emit_extreme(emitter, node, TX_DUAL_GREATEST);
  case TX_MATH_LEAST: return emit_extreme(emitter, node, TX_DUAL_LEAST);
  case TX_MATH_ABS: return sole_number(emitter, TX_SOLE_ABS, tx_emit(emitter, children[0]));
  case TX_MATH_CEIL: return sole_number(emitter, TX_SOLE_CEIL, tx_emit(emitter, children[0]));
  case TX_MATH_FLOOR: return sole_number(emitter, TX_SOLE_FLOOR, tx_emit(emitter, children[0]));
  case TX_MATH_ROUND: return sole_number(emitter, TX_SOLE_ROUND, tx_emit(emitter, children[0]));
  case TX_MATH_TRUNC: return sole_number(emitter, TX_SOLE_TRUNC, tx_emit(emitter, children[0]));
  case TX_MATH_SIGN: return sole_number(emitter, TX_SOLE_SIGN, tx_emit(emitter, children[0]));
  case TX_MATH_SQRT: return sole_number(emitter, TX_SOLE_SQRT, tx_emit(emitter, children[0]));
  default: return (tx_operand){0};
  }
}

tx_operand tx_to_numbers(tx_emitter *emitter, tx_operand operand, tx_step_fn run) {
  uint32_t out = tx_new_register(emitter, 64);
  tx_step *step = tx_new_step(emitter, run);
  step->in[0] = operand.values;
  step->out[0] = out;
  operand.form = TX_FORM_NUMBERS;
  operand.values = out;
  operand.nan_missing = false;
  return operand;
}

static tx_operand to_integers(tx_emitter *emitter, tx_operand operand) {
  if (operand.form != TX_FORM_NUMBERS) return (tx_operand){0};
  return fallible(emitter, tx_step_number_to_integer, operand, NULL, 0);
}

tx_operand tx_emit_convert(tx_emitter *emitter, uint32_t number) {
  const tx_expr_node *node = &emitter->module->nodes[number];
  uint32_t child = emitter->module->children[node->first];
  tx_type from = emitter->module->nodes[child].type;
  if (node->type.lists || from.lists) return (tx_operand){0};
  if (node->type.kind == from.kind) return tx_emit(emitter, child);
  if (node->type.kind == TX_INT && from.kind == TX_DOUBLE) return to_integers(emitter, tx_emit(emitter, child));
  if (node->type.kind != TX_DOUBLE) return (tx_operand){0};
  if (from.kind != TX_INT && from.kind != TX_BOOL) return (tx_operand){0};
  tx_operand operand = tx_emit(emitter, child);
  if (operand.form == TX_FORM_INTEGERS) return tx_to_numbers(emitter, operand, tx_step_integer_to_number);
  if (operand.form == TX_FORM_TRUTH) return tx_to_numbers(emitter, operand, tx_step_truth_to_number);
  return (tx_operand){0};
}

static tx_operand with_step(tx_emitter *emitter, tx_operand operand, tx_step_fn run, const tx_expr_node *node) {
  uint32_t out = tx_new_register(emitter, 64);
  tx_step *step = tx_new_step(emitter, run);
  step->in[0] = operand.values;
  step->out[0] = out;
  step->table = node;
  operand.values = out;
  return operand;
}

static tx_operand emit_time_part(tx_emitter *emitter, const tx_expr_node *node) {
  uint32_t child = emitter->module->children[node->first];
  uint8_t kind = emitter->module->nodes[child].type.kind;
  if (node->count > 1 || (kind != TX_DATE && kind != TX_TIMESTAMP)) return (tx_operand){0};
  tx_operand operand = tx_widen_dates(emitter, tx_emit(emitter, child));
  if (operand.form != TX_FORM_INTEGERS) return (tx_operand){0};
  return with_step(emitter, operand, kind == TX_DATE ? tx_step_date_part : tx_step_time_part, node);
}

/* Whole days between dates; with a timestamp, fractions of a day. */
tx_operand tx_emit_time(tx_emitter *emitter, uint32_t number) {
  const tx_expr_node *node = &emitter->module->nodes[number];
  uint32_t child = emitter->module->children[node->first];
  if (node->op == TX_OP_TIME_PART) return emit_time_part(emitter, node);
  if (!emitter->data->has_as_of) return (tx_operand){0};
  tx_operand operand = tx_widen_dates(emitter, tx_emit(emitter, child));
  if (operand.form != TX_FORM_INTEGERS) return (tx_operand){0};
  bool dates = emitter->module->nodes[child].type.kind == TX_DATE;
  operand = with_step(emitter, operand, dates ? tx_step_days_of_dates : tx_step_days_of_times, node);
  operand.form = TX_FORM_NUMBERS;
  operand.nan_missing = false;
  return operand;
}
