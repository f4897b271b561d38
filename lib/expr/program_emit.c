/* From nodes to steps: which family takes a node, constants, and results. */
#include <math.h>
#include <string.h>

#include "expr/run_step.h"

/* --- operands --- */

static uint64_t bits_of_number(double number) {
  uint64_t bits;
  memcpy(&bits, &number, sizeof bits);
  return bits;
}

static bool is_integer_kind(tx_type type) {
  return type.lists == 0 && (type.kind == TX_INT || type.kind == TX_UINT || type.kind == TX_DATE ||
                             type.kind == TX_TIMESTAMP || type.kind == TX_DURATION);
}

bool tx_value_integer(const tx_value *value, int64_t *integer) {
  if (value->type.kind == TX_TIMESTAMP || value->type.kind == TX_DURATION) {
    const int64_t limit = INT64_MAX / 1000000 - 1;
    *integer = 0;
    if (value->time.seconds > limit || value->time.seconds < -limit) return false;
    *integer = value->time.seconds * 1000000 + value->time.nanos / 1000;
    return value->time.nanos % 1000 == 0;
  } else if (value->type.kind == TX_UINT) {
    memcpy(integer, &value->natural, sizeof *integer);
  } else {
    *integer = value->integer;
  }
  return true;
}

/* Missing or faulty for each row. */
static tx_operand missing_operand(tx_emitter *emitter, tx_type type, uint8_t state) {
  tx_operand operand = {.known = tx_zeros(emitter), .fault = state == TX_FAULT ? tx_ones(emitter) : 0};
  if (tx_type_is(type, TX_BOOL)) {
    operand.form = TX_FORM_TRUTH;
    operand.values = tx_zeros(emitter);
  } else if (tx_type_is(type, TX_DOUBLE)) {
    operand.form = TX_FORM_NUMBERS;
    operand.nan_missing = true;
    operand.values = tx_new_constant(emitter, 64, bits_of_number((double)NAN));
  } else if (is_integer_kind(type)) {
    operand.form = TX_FORM_INTEGERS;
    operand.values = tx_new_constant(emitter, 64, 0);
  }
  return operand;
}

tx_operand tx_in_slot(tx_emitter *emitter, tx_operand operand, tx_type type) {
  if (operand.form != TX_FORM_CONSTANT) return operand;
  tx_operand made = {0};
  int64_t integer;
  if (tx_type_is(type, TX_BOOL)) {
    made.form = TX_FORM_TRUTH;
    made.values = operand.constant->boolean ? tx_ones(emitter) : tx_zeros(emitter);
  } else if (tx_type_is(type, TX_DOUBLE)) {
    made.form = TX_FORM_NUMBERS;
    made.nan_missing = true;
    made.values = tx_new_constant(emitter, 64, bits_of_number(operand.constant->number));
  } else if (is_integer_kind(type) && tx_value_integer(operand.constant, &integer)) {
    made.form = TX_FORM_INTEGERS;
    uint64_t bits;
    memcpy(&bits, &integer, sizeof bits);
    made.values = tx_new_constant(emitter, 64, bits);
  }
  return made;
}

tx_operand tx_widen_dates(tx_emitter *emitter, tx_operand operand) {
  if (operand.form != TX_FORM_DATES) return operand;
  uint32_t out = tx_new_register(emitter, 64);
  tx_step *step = tx_new_step(emitter, tx_step_widen_dates);
  step->in[0] = operand.values;
  step->out[0] = out;
  operand.form = TX_FORM_INTEGERS;
  operand.values = out;
  return operand;
}

static tx_operand emit_constant(tx_emitter *emitter, uint32_t node) {
  tx_value *value = tx_emit_memory(emitter, 1, sizeof *value);
  if (!value) return (tx_operand){0};
  triax_status status = tx_data_scalar(emitter->data, node, NULL, &emitter->code->arena, value);
  if (status != TRIAX_OK) {
    emitter->status = status;
    return (tx_operand){0};
  }
  if (value->state != TX_PRESENT) return missing_operand(emitter, emitter->module->nodes[node].type, value->state);
  return (tx_operand){.form = TX_FORM_CONSTANT, .constant = value};
}

static uint32_t presence_slot(tx_emitter *emitter, const tx_column *column) {
  return column->present ? tx_new_column(emitter, 1, column->present) : 0;
}

static tx_operand column_operand(tx_emitter *emitter, const tx_column *column) {
  tx_operand operand = {.known = presence_slot(emitter, column)};
  switch (column->type) {
  case TRIAX_TYPE_NUMBER:
  case TRIAX_TYPE_MONEY:
    operand.form = TX_FORM_NUMBERS;
    operand.nan_missing = true;
    operand.values = tx_new_column(emitter, 64, column->numbers);
    break;
  case TRIAX_TYPE_INTEGER:
  case TRIAX_TYPE_TIMESTAMP:
    operand.form = TX_FORM_INTEGERS;
    operand.values = tx_new_column(emitter, 64, column->integers);
    break;
  case TRIAX_TYPE_DATE:
    operand.form = TX_FORM_DATES;
    operand.values = tx_new_column(emitter, 32, column->dates);
    break;
  case TRIAX_TYPE_BOOLEAN:
    operand.form = TX_FORM_TRUTH;
    operand.values = tx_new_column(emitter, 1, column->bits);
    break;
  case TRIAX_TYPE_STRING:
  case TRIAX_TYPE_TEXT:
    operand.form = TX_FORM_CODES;
    operand.dictionary = column->dictionary;
    operand.values = tx_new_column(emitter, (uint8_t)(8 * column->code_width), column->data);
    break;
  default: break; /* lists have no vector form of their own */
  }
  return operand;
}

static tx_operand emit_has(tx_emitter *emitter, const tx_expr_node *node) {
  uint32_t known = presence_slot(emitter, emitter->data->columns[node->index]);
  return (tx_operand){.form = TX_FORM_TRUTH, .values = known ? known : tx_ones(emitter)};
}

/* The function's values are a column; they are known where the operand is, though a NaN has no place in the set. */
static tx_operand emit_percentile(tx_emitter *emitter, const tx_expr_node *node) {
  const tx_column *column = emitter->data->percentiles[node->index];
  tx_operand child = tx_emit(emitter, emitter->module->children[node->first]);
  if (!column || emitter->status != TRIAX_OK) return (tx_operand){0};
  if (!emitter->data->aggregates->items[node->index].known) child.known = tx_zeros(emitter);
  return (tx_operand){.form = TX_FORM_NUMBERS,
                      .values = tx_new_column(emitter, 64, column->numbers),
                      .known = child.known,
                      .fault = child.fault,
                      .nan_missing = true};
}

static tx_operand emit_present(tx_emitter *emitter, const tx_expr_node *node) {
  const tx_expr_node *child = tx_node_child(emitter->module, node, 0);
  if (child->op == TX_OP_VARIABLE) return emit_has(emitter, child);
  tx_operand operand = tx_emit(emitter, emitter->module->children[node->first]);
  if (operand.form == TX_FORM_NONE) return (tx_operand){0};
  return (tx_operand){.form = TX_FORM_TRUTH, .values = operand.known ? operand.known : tx_ones(emitter)};
}

static bool reads_dictionary(const tx_emitter *emitter, const tx_node_facts *facts) {
  return tx_facts_sole(facts) && emitter->data->columns[facts->variable]->dictionary != NULL;
}

static tx_operand emit_by_family(tx_emitter *emitter, uint32_t node) {
  switch (emitter->module->nodes[node].op) {
  case TX_OP_NOT:
  case TX_OP_AND:
  case TX_OP_OR: return tx_emit_logic(emitter, node);
  case TX_OP_IF:
  case TX_OP_OR_VALUE: return tx_emit_choice(emitter, node);
  case TX_OP_EQUAL:
  case TX_OP_UNEQUAL:
  case TX_OP_LESS:
  case TX_OP_AT_MOST:
  case TX_OP_GREATER:
  case TX_OP_AT_LEAST: return tx_emit_comparison(emitter, node);
  case TX_OP_IN: return tx_emit_in(emitter, node);
  case TX_OP_ADD:
  case TX_OP_SUBTRACT:
  case TX_OP_MULTIPLY:
  case TX_OP_DIVIDE:
  case TX_OP_REMAINDER:
  case TX_OP_NEGATE: return tx_emit_arithmetic(emitter, node);
  case TX_OP_MATH: return tx_emit_math(emitter, node);
  case TX_OP_CONVERT: return tx_emit_convert(emitter, node);
  case TX_OP_TIME_PART:
  case TX_OP_DAYS_UNTIL:
  case TX_OP_DAYS_SINCE: return tx_emit_time(emitter, node);
  case TX_OP_PRESENT: return emit_present(emitter, &emitter->module->nodes[node]);
  default: return (tx_operand){0};
  }
}

static tx_operand emit_fresh(tx_emitter *emitter, uint32_t number) {
  const tx_expr_node *node = &emitter->module->nodes[number];
  const tx_node_facts *facts = &emitter->program->facts[number];
  if (tx_facts_constant(facts)) return emit_constant(emitter, number);
  if (node->op == TX_OP_VARIABLE) return column_operand(emitter, emitter->data->columns[node->index]);
  if (node->op == TX_OP_HAS) return emit_has(emitter, node);
  if (node->op == TX_OP_PERCENTILE) return emit_percentile(emitter, node);
  tx_operand operand = {0};
  if (reads_dictionary(emitter, facts)) operand = tx_emit_dictionary(emitter, number);
  if (operand.form == TX_FORM_NONE && emitter->status == TRIAX_OK) operand = emit_by_family(emitter, number);
  if (operand.form == TX_FORM_NONE && emitter->status == TRIAX_OK) operand = tx_emit_rows(emitter, number, false);
  return operand;
}

tx_operand tx_emit(tx_emitter *emitter, uint32_t node) {
  if (emitter->status != TRIAX_OK) return (tx_operand){0};
  if (!emitter->done[node]) {
    tx_operand operand = emit_fresh(emitter, node);
    emitter->operands[node] = operand;
    emitter->done[node] = true;
  }
  return emitter->operands[node];
}

/* --- results --- */

/* A register of the code's own becomes a result as it is, and so does a column's plane; constants are copied into one. */
static uint32_t result_plane(tx_emitter *emitter, uint32_t plane) {
  if (!plane) return 0;
  tx_slot *slot = &emitter->code->slots[plane];
  if (slot->kind == TX_SLOT_REGISTER) slot->kind = TX_SLOT_OUTPUT;
  if (slot->kind != TX_SLOT_CONSTANT) return plane;
  uint32_t out = tx_new_register(emitter, 1);
  tx_step *step = tx_new_step(emitter, tx_step_plane_copy);
  step->in[0] = plane;
  step->out[0] = out;
  emitter->code->slots[out].kind = TX_SLOT_OUTPUT;
  return out;
}

static uint32_t result_values(tx_emitter *emitter, uint32_t values) {
  tx_slot *slot = &emitter->code->slots[values];
  if (slot->kind == TX_SLOT_REGISTER) slot->kind = TX_SLOT_OUTPUT;
  if (slot->kind != TX_SLOT_CONSTANT) return values;
  uint32_t out = tx_new_register(emitter, 64);
  tx_step *step = tx_new_step(emitter, tx_step_copy64);
  step->in[0] = values;
  step->out[0] = out;
  emitter->code->slots[out].kind = TX_SLOT_OUTPUT;
  return out;
}

/* Results of arithmetic get one and the same NaN wherever there is nothing; infinity and NaN that arose are faults. */
static void finish_numbers(tx_emitter *emitter, tx_root *root, const tx_operand *operand) {
  if (root->column) {
    root->values = operand->values;
    root->known = result_plane(emitter, operand->known);
    return;
  }
  uint32_t values = tx_new_register(emitter, 64), known = tx_new_register(emitter, 1);
  uint32_t fault = tx_new_register(emitter, 1);
  tx_step *step = tx_new_step(emitter, tx_step_finish_numbers);
  step->in[0] = operand->values;
  step->in[1] = operand->known;
  step->in[2] = operand->fault;
  step->out[0] = values;
  step->out[1] = known;
  step->out[2] = fault;
  emitter->code->slots[values].kind = emitter->code->slots[known].kind = TX_SLOT_OUTPUT;
  emitter->code->slots[fault].kind = TX_SLOT_OUTPUT;
  root->values = values;
  root->known = known;
  root->fault = fault;
}

static void finish_codes(tx_emitter *emitter, tx_root *root, const tx_operand *operand) {
  uint8_t bits = emitter->code->slots[operand->values].bits;
  root->values = operand->values;
  if (bits != 32) {
    root->values = tx_new_register(emitter, 32);
    tx_step *step = tx_new_step(emitter, tx_step_table32);
    step->choice = bits;
    step->in[0] = operand->values;
    step->out[0] = root->values;
  }
  if (emitter->code->slots[root->values].kind == TX_SLOT_REGISTER) {
    emitter->code->slots[root->values].kind = TX_SLOT_OUTPUT;
  }
  root->known = result_plane(emitter, operand->known);
  root->dictionary = (tx_dictionary *)(uintptr_t)operand->dictionary;
}

/* Made row by row for all rows beforehand, once it is known that there is no other way. */
static tx_operand root_operand(tx_emitter *emitter, size_t number, uint32_t node, tx_type type) {
  const tx_data *data = emitter->data;
  bool own = emitter->code == &data->code && data->made && data->made[number];
  if (!own) {
    tx_operand operand = tx_emit(emitter, node);
    int64_t integer;
    bool bare = operand.form == TX_FORM_NONE && emitter->status == TRIAX_OK;
    if (operand.form == TX_FORM_CONSTANT && is_integer_kind(type)) bare = !tx_value_integer(operand.constant, &integer);
    return bare && is_integer_kind(type) ? tx_emit_rows(emitter, node, true) : operand;
  }
  tx_operand operand = column_operand(emitter, data->made[number]);
  operand.fault = tx_new_column(emitter, 1, data->made_faults[number]);
  return operand;
}

static void finish_root(tx_emitter *emitter, size_t number, uint32_t node) {
  tx_root *root = &emitter->code->roots[number];
  root->type = emitter->module->nodes[node].type;
  if (emitter->module->nodes[node].op == TX_OP_VARIABLE) root->column = emitter->module->nodes[node].index + 1;
  if (root->type.lists) return;
  tx_operand operand = tx_widen_dates(emitter, tx_in_slot(emitter, root_operand(emitter, number, node, root->type), root->type));
  if (emitter->status != TRIAX_OK) return;
  if (operand.form == TX_FORM_TRUTH) {
    root->truth = result_plane(emitter, operand.values);
    root->known = result_plane(emitter, operand.known);
  } else if (operand.form == TX_FORM_NUMBERS) {
    finish_numbers(emitter, root, &operand);
  } else if (operand.form == TX_FORM_CODES) {
    finish_codes(emitter, root, &operand);
  } else if (operand.form == TX_FORM_INTEGERS) {
    root->values = result_values(emitter, operand.values);
    root->known = result_plane(emitter, operand.known);
  } else {
    root->unmade = true;
  }
  if (!root->fault) root->fault = result_plane(emitter, operand.fault);
}

/* --- order --- */

bool tx_stands_alone(const tx_emitter *emitter, uint32_t number) {
  const tx_expr_node *node = &emitter->module->nodes[number];
  const tx_node_facts *facts = &emitter->program->facts[number];
  return tx_facts_constant(facts) || node->op == TX_OP_VARIABLE || node->op == TX_OP_HAS ||
         reads_dictionary(emitter, facts);
}

/* Whether some family makes steps of the children, rather than leaving all to the scalar evaluator. */
static bool uses_children(const tx_expr_node *node) {
  if (node->type.lists) return false;
  if (node->op >= TX_OP_NOT && node->op <= TX_OP_IN) return true;
  if (node->op >= TX_OP_ADD && node->op <= TX_OP_NEGATE) {
    return node->type.kind == TX_DOUBLE || node->type.kind == TX_INT || node->type.kind == TX_TIMESTAMP ||
           node->type.kind == TX_DURATION;
  }
  return node->op == TX_OP_MATH || node->op == TX_OP_CONVERT || node->op == TX_OP_TIME_PART ||
         node->op == TX_OP_DAYS_UNTIL || node->op == TX_OP_DAYS_SINCE || node->op == TX_OP_PERCENTILE ||
         node->op == TX_OP_PRESENT;
}

/* Marks from parents to children what will be asked for. Emitting those in the order of numbers, children first,
 * keeps tx_emit from recurring, however long a chain of operations is. */
static void mark_wanted(tx_emitter *emitter, const uint32_t *roots, size_t count) {
  const tx_module *module = emitter->module;
  for (size_t i = 0; i < count; i++) emitter->wanted[roots[i]] = TX_WANTED;
  for (size_t i = module->count; i-- > 0;) {
    const tx_expr_node *node = &module->nodes[i];
    if (!emitter->wanted[i] || tx_stands_alone(emitter, (uint32_t)i) || !uses_children(node)) continue;
    for (uint32_t k = 0; k < node->count; k++) {
      uint32_t child = module->children[node->first + k];
      if (emitter->wanted[child]) continue;
      emitter->wanted[child] = tx_absorbed(emitter, (uint32_t)i, child) ? TX_ABSORBED : TX_WANTED;
    }
  }
}

static void emit_wanted(tx_emitter *emitter, const uint32_t *nodes, size_t count) {
  mark_wanted(emitter, nodes, count);
  for (size_t i = 0; i < emitter->module->count && emitter->status == TRIAX_OK; i++) {
    if (emitter->wanted[i] == TX_WANTED) tx_emit(emitter, (uint32_t)i);
  }
}

static triax_status emit_roots(tx_emitter *emitter, const uint32_t *nodes, size_t count) {
  tx_code *code = emitter->code;
  code->roots = tx_emit_memory(emitter, count, sizeof *code->roots);
  tx_new_constant(emitter, 1, 0); /* slot 0 */
  if (emitter->status != TRIAX_OK) return emitter->status;
  code->slots[0].kind = TX_SLOT_NONE;
  code->root_count = count;
  emit_wanted(emitter, nodes, count);
  for (size_t i = 0; i < count && emitter->status == TRIAX_OK; i++) finish_root(emitter, i, nodes[i]);
  return emitter->status == TRIAX_OK ? tx_code_place(emitter) : emitter->status;
}

triax_status tx_code_make(tx_code *code, const tx_data *data, const uint32_t *nodes, size_t count) {
  const tx_module *module = data->program->module;
  tx_arena_init(&code->arena, data->context);
  tx_emitter emitter = {.program = data->program, .data = data, .module = module, .code = code,
                        .context = data->context};
  emitter.operands = tx_calloc(data->context, module->count, sizeof *emitter.operands);
  emitter.done = tx_calloc(data->context, module->count, sizeof *emitter.done);
  emitter.wanted = tx_calloc(data->context, module->count, sizeof *emitter.wanted);
  triax_status status = TRIAX_ENOMEM;
  if (emitter.operands && emitter.done && emitter.wanted) status = emit_roots(&emitter, nodes, count);
  tx_free_array(data->context, emitter.operands, module->count, sizeof *emitter.operands);
  tx_free_array(data->context, emitter.wanted, module->count, sizeof *emitter.wanted);
  tx_free_array(data->context, emitter.done, module->count, sizeof *emitter.done);
  return status;
}
