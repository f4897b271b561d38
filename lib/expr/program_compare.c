/* Comparisons and `in`. */
#include <string.h>

#include "expr/run_step.h"

static uint32_t test_of(uint16_t op) { return (uint32_t)(op - TX_OP_EQUAL); }

/* The test that holds for (y, x) when the given one holds for (x, y). */
static uint32_t turned(uint32_t test) {
  static const uint8_t other[TX_TESTS] = {TX_IS_EQUAL, TX_IS_UNEQUAL, TX_IS_GREATER, TX_IS_AT_LEAST,
                                          TX_IS_LESS, TX_IS_AT_MOST};
  return other[test];
}

/* Whether a test of missing numbers comes out false by itself. */
static bool guards_itself(const tx_operand *operand) { return !operand->known || operand->nan_missing; }

static tx_operand result_of(tx_emitter *emitter, const tx_operand *a, const tx_operand *b) {
  return (tx_operand){.form = TX_FORM_TRUTH,
                      .values = tx_new_register(emitter, 1),
                      .known = tx_both_known(emitter, a->known, b->known),
                      .fault = tx_either_fault(emitter, a->fault, b->fault)};
}

static tx_operand compare_numbers(tx_emitter *emitter, uint32_t test, tx_operand a, tx_operand b) {
  if (a.form == TX_FORM_CONSTANT) {
    tx_operand swap = a;
    a = b;
    b = swap;
    test = turned(test);
  }
  bool constant = b.form == TX_FORM_CONSTANT;
  if (a.form != TX_FORM_NUMBERS || (!constant && b.form != TX_FORM_NUMBERS)) return (tx_operand){0};
  tx_operand made = result_of(emitter, &a, &b);
  tx_step *step = tx_new_step(emitter, constant ? tx_step_test_number : tx_step_test_numbers);
  step->choice = test;
  step->in[0] = a.values;
  if (constant) {
    step->number = b.constant->number;
  } else {
    step->in[1] = b.values;
  }
  bool bare = test != TX_IS_UNEQUAL && guards_itself(&a) && guards_itself(&b);
  step->in[2] = bare ? 0 : made.known;
  step->out[0] = made.values;
  return made;
}

static tx_operand compare_integers(tx_emitter *emitter, uint32_t test, tx_operand a, tx_operand b) {
  if (a.form == TX_FORM_CONSTANT) {
    tx_operand swap = a;
    a = b;
    b = swap;
    test = turned(test);
  }
  int64_t integer = 0;
  bool constant = b.form == TX_FORM_CONSTANT;
  if (constant && !tx_value_integer(b.constant, &integer)) return (tx_operand){0};
  bool dates = a.form == TX_FORM_DATES && constant && integer >= INT32_MIN && integer <= INT32_MAX;
  if (!dates) {
    a = tx_widen_dates(emitter, a);
    b = tx_widen_dates(emitter, b);
    if (a.form != TX_FORM_INTEGERS || (!constant && b.form != TX_FORM_INTEGERS)) return (tx_operand){0};
  }
  tx_operand made = result_of(emitter, &a, &b);
  tx_step *step = tx_new_step(emitter, dates      ? tx_step_test_date
                                       : constant ? tx_step_test_integer
                                                  : tx_step_test_integers);
  step->choice = test;
  step->in[0] = a.values;
  step->in[1] = constant ? 0 : b.values;
  step->in[2] = made.known;
  step->integer = integer;
  step->out[0] = made.values;
  return made;
}

static tx_operand unequal_from_equal(tx_emitter *emitter, uint32_t test, tx_operand equal) {
  if (test == TX_IS_EQUAL) return equal;
  uint32_t out = tx_new_register(emitter, 1);
  tx_step *step = tx_new_step(emitter, tx_step_not);
  step->in[0] = equal.values;
  step->in[1] = equal.known;
  step->out[0] = out;
  equal.values = out;
  return equal;
}

static tx_operand compare_by(tx_emitter *emitter, tx_step_fn run, uint32_t test, tx_operand a, tx_operand b) {
  tx_operand made = result_of(emitter, &a, &b);
  tx_step *step = tx_new_step(emitter, run);
  step->in[0] = a.values;
  step->in[1] = b.values;
  step->in[2] = made.known;
  step->out[0] = made.values;
  return unequal_from_equal(emitter, test, made);
}

static tx_operand compare_strings(tx_emitter *emitter, uint32_t test, tx_operand a, tx_operand b) {
  if (test > TX_IS_UNEQUAL) {
    return tx_to_ranks(emitter, &a, &b) ? compare_integers(emitter, test, a, b) : (tx_operand){0};
  }
  if (!tx_to_common_codes(emitter, &a, &b)) return (tx_operand){0};
  return compare_by(emitter, tx_step_codes_equal, test, a, b);
}

static tx_operand compare_truths(tx_emitter *emitter, uint32_t test, tx_operand a, tx_operand b) {
  const tx_type type = {TX_BOOL, 0};
  a = tx_in_slot(emitter, a, type);
  b = tx_in_slot(emitter, b, type);
  if (test > TX_IS_UNEQUAL || a.form != TX_FORM_TRUTH || b.form != TX_FORM_TRUTH) return (tx_operand){0};
  return compare_by(emitter, tx_step_plane_same, test, a, b);
}

/* Against a double, an int is converted first, as CEL has it. */
static tx_operand as_numbers(tx_emitter *emitter, tx_operand operand, tx_type type) {
  if (type.kind != TX_INT) return operand;
  if (operand.form == TX_FORM_CONSTANT) {
    tx_value *value = tx_emit_memory(emitter, 1, sizeof *value);
    if (!value) return (tx_operand){0};
    *value = (tx_value){.type = {TX_DOUBLE, 0}, .number = (double)operand.constant->integer};
    return tx_constant_operand(value);
  }
  return operand.form == TX_FORM_INTEGERS ? tx_to_numbers(emitter, operand, tx_step_integer_to_number) : operand;
}

static bool int_beside_double(tx_type a, tx_type b) {
  return (a.kind == TX_INT && b.kind == TX_DOUBLE) || (a.kind == TX_DOUBLE && b.kind == TX_INT);
}

tx_operand tx_emit_comparison(tx_emitter *emitter, uint32_t number) {
  const tx_expr_node *node = &emitter->module->nodes[number];
  const uint32_t *children = &emitter->module->children[node->first];
  tx_type type = emitter->module->nodes[children[0]].type, other = emitter->module->nodes[children[1]].type;
  bool mixed = int_beside_double(type, other);
  if (type.lists || other.lists || (type.kind != other.kind && !mixed) || type.kind == TX_UINT) return (tx_operand){0};
  tx_operand a = tx_emit(emitter, children[0]), b = tx_emit(emitter, children[1]);
  if (a.form == TX_FORM_NONE || b.form == TX_FORM_NONE) return (tx_operand){0};
  uint32_t test = test_of(node->op);
  if (mixed) return compare_numbers(emitter, test, as_numbers(emitter, a, type), as_numbers(emitter, b, other));
  switch (type.kind) {
  case TX_DOUBLE: return compare_numbers(emitter, test, a, b);
  case TX_INT:
  case TX_DATE:
  case TX_TIMESTAMP:
  case TX_DURATION: return compare_integers(emitter, test, a, b);
  case TX_STRING: return compare_strings(emitter, test, a, b);
  case TX_BOOL: return compare_truths(emitter, test, a, b);
  default: return (tx_operand){0};
  }
}

/* --- in --- */

static int64_t order_key(const tx_value *value, bool numbers, bool *fits) {
  int64_t key = 0;
  if (numbers) {
    double number = value->number == 0 ? 0.0 : value->number; /* one zero */
    memcpy(&key, &number, sizeof key);
    if (number != number) *fits = false;
  } else if (!tx_value_integer(value, &key)) {
    *fits = false;
  }
  return key;
}

static bool below(int64_t a, int64_t b, bool numbers) {
  if (!numbers) return a < b;
  double x, y;
  memcpy(&x, &a, sizeof x);
  memcpy(&y, &b, sizeof y);
  return x < y;
}

/* The list's values ascending, by insertion: lists are short by the language's limit. */
static int64_t *sorted_values(tx_emitter *emitter, const tx_value *list, bool numbers, bool *fits) {
  int64_t *sorted = tx_emit_memory(emitter, list->list.count, sizeof *sorted);
  if (!sorted) return NULL;
  for (size_t i = 0; i < list->list.count; i++) {
    const tx_value *item = &list->list.items[i];
    if (item->state != TX_PRESENT || item->type.lists) *fits = false;
    if (!*fits) return sorted;
    int64_t key = order_key(item, numbers, fits);
    size_t at = i;
    for (; at > 0 && below(key, sorted[at - 1], numbers); at--) sorted[at] = sorted[at - 1];
    sorted[at] = key;
  }
  return sorted;
}

tx_operand tx_emit_in(tx_emitter *emitter, uint32_t number) {
  const tx_expr_node *node = &emitter->module->nodes[number];
  const uint32_t *children = &emitter->module->children[node->first];
  tx_type type = emitter->module->nodes[children[0]].type, of = emitter->module->nodes[children[1]].type;
  if (type.lists || of.lists != 1 || of.kind != type.kind) return (tx_operand){0};
  const tx_expr_node *list_node = &emitter->module->nodes[children[1]];
  if (type.kind == TX_STRING && list_node->op == TX_OP_VARIABLE) {
    tx_operand string = tx_emit(emitter, children[0]);
    if (string.form != TX_FORM_CODES) return (tx_operand){0};
    return tx_emit_member(emitter, &string, emitter->data->columns[list_node->index]);
  }
  tx_operand list = tx_emit(emitter, children[1]);
  tx_operand element = tx_widen_dates(emitter, tx_emit(emitter, children[0]));
  bool numbers = element.form == TX_FORM_NUMBERS;
  if (list.form != TX_FORM_CONSTANT || (!numbers && element.form != TX_FORM_INTEGERS)) return (tx_operand){0};
  if (list.constant->list.count == 0) return (tx_operand){0};
  bool fits = true;
  int64_t *sorted = sorted_values(emitter, list.constant, numbers, &fits);
  if (!sorted || !fits) return (tx_operand){0};
  tx_operand made = {.form = TX_FORM_TRUTH, .known = element.known, .fault = element.fault};
  made.values = tx_new_register(emitter, 1);
  tx_step *step = tx_new_step(emitter, numbers ? tx_step_in_numbers : tx_step_in_integers);
  step->in[0] = element.values;
  step->in[2] = element.known;
  step->table = sorted;
  step->table_size = list.constant->list.count;
  step->out[0] = made.values;
  return made;
}
