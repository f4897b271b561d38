/* && || ! ?: orValue: planes of truths and of what is known. */
#include "expr/run_step.h"

static bool is_truth(tx_operand operand) { return operand.form == TX_FORM_TRUTH; }

static uint32_t or_ones(tx_emitter *emitter, uint32_t plane) { return plane ? plane : tx_ones(emitter); }
static uint32_t or_zeros(tx_emitter *emitter, uint32_t plane) { return plane ? plane : tx_zeros(emitter); }

/* --- && || ! --- */

static tx_operand emit_not(tx_emitter *emitter, const tx_expr_node *node) {
  tx_type type = tx_node_child(emitter->module, node, 0)->type;
  tx_operand operand = tx_in_slot(emitter, tx_emit(emitter, emitter->module->children[node->first]), type);
  if (!is_truth(operand)) return (tx_operand){0};
  operand.values = tx_plane_step(emitter, tx_step_not, operand.values, operand.known);
  return operand;
}

/* a && b && c is one step, as long as nobody else asks for a && b. */
bool tx_absorbed(const tx_emitter *emitter, uint32_t number, uint32_t child) {
  const tx_expr_node *node = &emitter->module->nodes[number];
  if (node->op != TX_OP_AND && node->op != TX_OP_OR) return false;
  return emitter->module->nodes[child].op == node->op && emitter->program->facts[child].uses == 1 &&
         child == emitter->module->children[node->first] && !tx_stands_alone(emitter, child);
}

/* The terms from the last to the first; NULL for `terms` only counts. */
static size_t gather_terms(const tx_emitter *emitter, uint32_t number, uint32_t *terms) {
  size_t count = 0;
  for (;;) {
    const tx_expr_node *node = &emitter->module->nodes[number];
    const uint32_t *children = &emitter->module->children[node->first];
    for (uint32_t i = node->count; i-- > 1; count++) {
      if (terms) terms[count] = children[i];
    }
    if (!tx_absorbed(emitter, number, children[0])) {
      if (terms) terms[count] = children[0];
      return count + 1;
    }
    number = children[0];
  }
}

/* A missing result is a fault where one of its terms was. */
static uint32_t fault_of_terms(tx_emitter *emitter, const tx_operand *terms, size_t count, uint32_t known) {
  uint32_t fault = 0;
  for (size_t i = 0; i < count; i++) fault = tx_either_fault(emitter, fault, terms[i].fault);
  return fault ? tx_plane_step(emitter, tx_step_and_not, fault, known) : 0;
}

static tx_operand join_terms(tx_emitter *emitter, bool both, const tx_operand *terms, size_t count) {
  bool missing = false;
  for (size_t i = 0; i < count; i++) {
    if (!is_truth(terms[i])) return (tx_operand){0};
    missing |= terms[i].known != 0;
  }
  size_t width = missing ? 2 : 1;
  uint32_t *list = tx_emit_memory(emitter, count * width, sizeof *list);
  if (!list) return (tx_operand){0};
  for (size_t i = 0; i < count; i++) {
    list[width * i] = terms[i].values;
    if (missing) list[width * i + 1] = terms[i].known;
  }
  tx_operand made = {.form = TX_FORM_TRUTH, .values = tx_new_register(emitter, 1)};
  if (missing) made.known = tx_new_register(emitter, 1);
  tx_step_fn run = missing ? (both ? tx_step_and_known : tx_step_or_known) : (both ? tx_step_and : tx_step_or);
  tx_step *step = tx_new_step(emitter, run);
  step->list = list;
  step->list_count = (uint32_t)(count * width);
  step->out[0] = made.values;
  step->out[1] = made.known;
  if (missing) made.fault = fault_of_terms(emitter, terms, count, made.known);
  return made;
}

static tx_operand emit_terms(tx_emitter *emitter, uint32_t number) {
  uint16_t op = emitter->module->nodes[number].op;
  size_t count = gather_terms(emitter, number, NULL);
  uint32_t *nodes = tx_emit_memory(emitter, count, sizeof *nodes);
  tx_operand *terms = tx_emit_memory(emitter, count, sizeof *terms);
  if (!nodes || !terms) return (tx_operand){0};
  gather_terms(emitter, number, nodes);
  for (size_t i = 0; i < count; i++) {
    terms[i] = tx_in_slot(emitter, tx_emit(emitter, nodes[count - 1 - i]), (tx_type){TX_BOOL, 0});
  }
  return join_terms(emitter, op == TX_OP_AND, terms, count);
}

tx_operand tx_emit_logic(tx_emitter *emitter, uint32_t number) {
  const tx_expr_node *node = &emitter->module->nodes[number];
  return node->op == TX_OP_NOT ? emit_not(emitter, node) : emit_terms(emitter, number);
}

/* --- ?: and orValue --- */

/* truth ? a : known ? b : 0, with planes a and b that exist. */
static uint32_t choose_plane(tx_emitter *emitter, uint32_t truth, uint32_t known, uint32_t a, uint32_t b) {
  uint32_t out = tx_new_register(emitter, 1);
  tx_step *step = tx_new_step(emitter, tx_step_plane_choose);
  step->in[0] = truth;
  step->in[1] = known;
  step->in[2] = a;
  step->in[3] = b;
  step->out[0] = out;
  return out;
}

static uint32_t choose_values(tx_emitter *emitter, uint8_t bits, uint32_t condition, uint32_t a, uint32_t b) {
  uint32_t out = tx_new_register(emitter, bits);
  tx_step *step = tx_new_step(emitter, bits == 64 ? tx_step_choose64 : tx_step_choose32);
  step->in[0] = condition;
  step->in[1] = a;
  step->in[2] = b;
  step->out[0] = out;
  return out;
}

/* Brings two operands of one type to one form; false when there is none. */
static bool to_one_form(tx_emitter *emitter, tx_type type, tx_operand *a, tx_operand *b) {
  if (tx_type_is(type, TX_STRING)) return tx_to_one_dictionary(emitter, a, b);
  *a = tx_widen_dates(emitter, tx_in_slot(emitter, *a, type));
  *b = tx_widen_dates(emitter, tx_in_slot(emitter, *b, type));
  return a->form == b->form && a->form != TX_FORM_NONE;
}

/* Condition as a plane of truths and one of what is known (0: all). */
static tx_operand choose(tx_emitter *emitter, uint32_t truth, uint32_t known, tx_operand a, tx_operand b) {
  tx_operand made = a;
  if (a.form == TX_FORM_TRUTH) {
    made.values = choose_plane(emitter, truth, known, a.values, b.values);
  } else {
    made.values = choose_values(emitter, a.form == TX_FORM_CODES ? 32 : 64, truth, a.values, b.values);
  }
  made.known = made.fault = 0;
  if (known || a.known || b.known) {
    made.known = choose_plane(emitter, truth, known, or_ones(emitter, a.known), or_ones(emitter, b.known));
  }
  if (a.fault || b.fault) {
    made.fault = choose_plane(emitter, truth, known, or_zeros(emitter, a.fault), or_zeros(emitter, b.fault));
  }
  made.nan_missing = !known && (!a.known || a.nan_missing) && (!b.known || b.nan_missing);
  return made;
}

tx_operand tx_emit_choice(tx_emitter *emitter, uint32_t number) {
  const tx_expr_node *node = &emitter->module->nodes[number];
  const uint32_t *children = &emitter->module->children[node->first];
  if (node->type.lists) return (tx_operand){0};
  if (node->op == TX_OP_IF) {
    tx_operand condition = tx_in_slot(emitter, tx_emit(emitter, children[0]), (tx_type){TX_BOOL, 0});
    tx_operand a = tx_emit(emitter, children[1]), b = tx_emit(emitter, children[2]);
    if (!is_truth(condition) || !to_one_form(emitter, node->type, &a, &b)) return (tx_operand){0};
    tx_operand made = choose(emitter, condition.values, condition.known, a, b);
    made.fault = tx_either_fault(emitter, made.fault, condition.fault);
    return made;
  }
  tx_operand value = tx_emit(emitter, children[0]);
  if (value.form == TX_FORM_NONE || !value.known) return value;
  tx_operand stand_in = tx_emit(emitter, children[1]);
  if (!to_one_form(emitter, node->type, &value, &stand_in)) return (tx_operand){0};
  uint32_t there = value.known;
  value.known = value.fault = 0; /* where it is chosen */
  tx_operand made = choose(emitter, there, 0, value, stand_in);
  if (!stand_in.known) made.known = 0;
  return made;
}
