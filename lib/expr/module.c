/* The pool of typed nodes, its variables and definitions. */
#include <string.h>

#include "base/context.h"
#include "expr/check.h"
#include "expr/scalar.h"

#define MOST_NODES ((size_t)1 << 24)

triax_status tx_module_new(triax_context *context, tx_module **module, triax_error *error) {
  tx_module *made = tx_calloc(context, 1, sizeof *made);
  tx_check_state *state = tx_calloc(context, 1, sizeof *state);
  if (!made || !state) {
    tx_free(context, made, sizeof *made);
    tx_free(context, state, sizeof *state);
    return tx_no_memory(error);
  }
  made->context = triax_context_ref(context);
  tx_arena_init(&made->arena, context);
  made->check = state;
  tx_names_init(&state->variable_names, context);
  tx_names_init(&state->definition_names, context);
  *module = made;
  return TRIAX_OK;
}

void tx_module_free(tx_module *module) {
  if (!module) return;
  triax_context *context = module->context;
  tx_check_state *state = tx_check_state_of(module);
  for (size_t i = 0; i < module->variable_count; i++) tx_column_unref((tx_column *)module->variables[i].column);
  tx_free_array(context, state->definitions, state->definition_capacity, sizeof *state->definitions);
  tx_free_array(context, state->unavailable, state->unavailable_capacity, sizeof *state->unavailable);
  tx_names_free(&state->variable_names);
  tx_names_free(&state->definition_names);
  tx_free_array(context, state->slots, state->slot_count, sizeof *state->slots);
  tx_free(context, state, sizeof *state);
  tx_free_array(context, module->nodes, module->capacity, sizeof *module->nodes);
  tx_free_array(context, module->children, module->child_capacity, sizeof *module->children);
  tx_free_array(context, module->variables, module->variable_capacity, sizeof *module->variables);
  tx_arena_free(&module->arena);
  tx_free(context, module, sizeof *module);
  triax_context_unref(context);
}

/* --- names ----------------------------------------------------------------------------------------------------- */

static bool keep_text(tx_module *module, triax_text text, triax_text *kept) {
  char *bytes = tx_arena_copy(&module->arena, text.bytes, text.length);
  if (!bytes) return false;
  *kept = (triax_text){bytes, text.length};
  return true;
}

triax_status tx_module_variable(tx_module *module, triax_text name, tx_type type, const tx_column *column,
                                uint32_t *variable) {
  tx_expr_variable made = {.type = type};
  uint32_t number = (uint32_t)module->variable_count;
  if (!tx_grow(module->context, (void **)&module->variables, &module->variable_capacity, module->variable_count + 1,
               sizeof *module->variables) ||
      !keep_text(module, name, &made.name) ||
      !tx_names_add(&tx_check_state_of(module)->variable_names, made.name, &number)) {
    return TRIAX_ENOMEM;
  }
  made.column = column ? tx_column_ref(column) : NULL;
  if (variable) *variable = (uint32_t)module->variable_count;
  module->variables[module->variable_count++] = made;
  return TRIAX_OK;
}

triax_status tx_module_unavailable(tx_module *module, triax_text name, const char *why) {
  tx_check_state *state = tx_check_state_of(module);
  tx_unavailable made = {0};
  if (!tx_grow(module->context, (void **)&state->unavailable, &state->unavailable_capacity,
               state->unavailable_count + 1, sizeof *state->unavailable) ||
      !keep_text(module, name, &made.name)) {
    return TRIAX_ENOMEM;
  }
  made.why = tx_arena_copy(&module->arena, why, strlen(why));
  if (!made.why) return TRIAX_ENOMEM;
  state->unavailable[state->unavailable_count++] = made;
  return TRIAX_OK;
}

triax_status tx_module_define(tx_module *module, triax_text name, const tx_syntax *syntax) {
  tx_check_state *state = tx_check_state_of(module);
  tx_definition made = {.syntax = syntax};
  uint32_t number = (uint32_t)state->definition_count;
  if (!tx_grow(module->context, (void **)&state->definitions, &state->definition_capacity, state->definition_count + 1,
               sizeof *state->definitions) ||
      !keep_text(module, name, &made.name) || !tx_names_add(&state->definition_names, made.name, &number)) {
    return TRIAX_ENOMEM;
  }
  state->definitions[state->definition_count++] = made;
  return TRIAX_OK;
}

tx_type tx_module_type(const tx_module *module, uint32_t node) { return module->nodes[node].type; }
size_t tx_module_variables(const tx_module *module) { return module->variable_count; }
triax_text tx_module_variable_name(const tx_module *module, uint32_t variable) {
  return module->variables[variable].name;
}

/* --- what a node reads ----------------------------------------------------------------------------------------- */

void tx_module_mark(const tx_module *module, uint32_t root, uint64_t *marks) {
  tx_bit_set(marks, root);
  /* Children stand below: words are taken from the top, and most of a large module's are empty. */
  for (uint32_t word = root / 64 + 1; word-- > 0;) {
    for (uint32_t bit = 64; marks[word] && bit-- > 0;) {
      if (!(marks[word] >> bit & 1)) continue;
      const tx_expr_node *node = &module->nodes[64 * word + bit];
      for (uint32_t k = 0; k < node->count; k++) tx_bit_set(marks, module->children[node->first + k]);
    }
  }
}

static bool reads_variable(const tx_expr_node *node) { return node->op == TX_OP_VARIABLE || node->op == TX_OP_HAS; }

size_t tx_module_reads(const tx_module *module, uint32_t node, uint32_t *variables, size_t size) {
  size_t node_words = tx_words((size_t)node + 1), words = node_words + tx_words(module->variable_count);
  uint64_t few[256] = {0};
  uint64_t *marks = words <= 256 ? few : tx_calloc(module->context, words, sizeof *marks);
  if (!marks) return SIZE_MAX;
  uint64_t *read = marks + node_words;
  tx_module_mark(module, node, marks);
  for (uint32_t word = 0; word < node_words; word++) {
    for (uint32_t i = 64 * word; marks[word] && i < 64 * word + 64; i++) {
      if (tx_bit(marks, i) && reads_variable(&module->nodes[i])) tx_bit_set(read, module->nodes[i].index);
    }
  }
  size_t count = 0;
  for (uint32_t word = 0; word < words - node_words; word++) {
    for (uint32_t v = 64 * word; read[word] && v < 64 * word + 64; v++) {
      if (!tx_bit(read, v)) continue;
      if (count < size) variables[count] = v;
      count++;
    }
  }
  if (marks != few) tx_free_array(module->context, marks, words, sizeof *marks);
  return count;
}

/* --- nodes ----------------------------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
  return hash ^ (hash >> 29);
}

static uint64_t number_bits(double number) {
  uint64_t bits;
  memcpy(&bits, &number, sizeof bits);
  return bits;
}

/* Literals are scalars: lists are nodes of their own. */
static uint64_t hash_value(const tx_value *value) {
  uint64_t hash = mix(value->state, value->type.kind);
  switch (value->type.kind) {
  case TX_BOOL:
    return mix(hash, value->boolean);
  case TX_UINT:
    return mix(hash, value->natural);
  case TX_DOUBLE:
    return mix(hash, number_bits(value->number));
  case TX_STRING:
    return mix(hash, tx_text_hash(value->text));
  case TX_TIMESTAMP:
  case TX_DURATION:
    return mix(mix(hash, (uint64_t)value->time.seconds), (uint64_t)value->time.nanos);
  default:
    return mix(hash, (uint64_t)value->integer);
  }
}

static bool same_value(const tx_value *a, const tx_value *b) {
  if (a->state != b->state || !tx_same_type(a->type, b->type)) return false;
  if (a->state != TX_PRESENT) return true;
  switch (a->type.kind) {
  case TX_BOOL:
    return a->boolean == b->boolean;
  case TX_UINT:
    return a->natural == b->natural;
  case TX_DOUBLE:
    return number_bits(a->number) == number_bits(b->number);
  case TX_STRING:
    return tx_text_equal(a->text, b->text);
  case TX_TIMESTAMP:
  case TX_DURATION:
    return a->time.seconds == b->time.seconds && a->time.nanos == b->time.nanos;
  default:
    return a->integer == b->integer;
  }
}

static uint64_t hash_node(const tx_expr_node *node, const uint32_t *children) {
  uint64_t hash = mix(node->op, (uint64_t)node->type.kind << 8 | node->type.lists);
  hash = mix(mix(hash, node->index), node->count);
  for (uint32_t i = 0; i < node->count; i++) hash = mix(hash, children[i]);
  return node->op == TX_OP_LITERAL ? mix(hash, hash_value(&node->value)) : hash;
}

static bool same_node(const tx_module *module, const tx_expr_node *old, const tx_expr_node *node,
                      const uint32_t *children) {
  if (old->op != node->op || !tx_same_type(old->type, node->type) || old->index != node->index ||
      old->count != node->count) {
    return false;
  }
  if (node->count && memcmp(module->children + old->first, children, node->count * sizeof *children) != 0) return false;
  return node->op != TX_OP_LITERAL || same_value(&old->value, &node->value);
}

/* The slot where the node is, or where it belongs. */
static uint32_t *find_slot(const tx_module *module, const tx_expr_node *node, const uint32_t *children) {
  tx_check_state *state = tx_check_state_of(module);
  size_t mask = state->slot_count - 1;
  for (size_t at = (size_t)hash_node(node, children) & mask;; at = (at + 1) & mask) {
    uint32_t *slot = &state->slots[at];
    if (*slot == TX_NO_INDEX || same_node(module, &module->nodes[*slot], node, children)) return slot;
  }
}

/* A node's children; NULL for a leaf, before there is any array to point into. */
static const uint32_t *children_of(const tx_module *module, const tx_expr_node *node) {
  return node->count ? module->children + node->first : NULL;
}

static bool grow_index(tx_module *module) {
  tx_check_state *state = tx_check_state_of(module);
  if ((module->count + 1) * 2 <= state->slot_count) return true;
  size_t wanted = state->slot_count ? state->slot_count * 2 : 256, old = state->slot_count;
  uint32_t *slots = tx_alloc_array(module->context, wanted, sizeof *slots), *before = state->slots;
  if (!slots) return false;
  memset(slots, 0xFF, wanted * sizeof *slots);
  state->slots = slots;
  state->slot_count = wanted;
  for (uint32_t i = 0; i < module->count; i++) {
    *find_slot(module, &module->nodes[i], children_of(module, &module->nodes[i])) = i;
  }
  tx_free_array(module->context, before, old, sizeof *before);
  return true;
}

static void inherit(const tx_module *module, tx_expr_node *node, const uint32_t *children) {
  node->varies = node->op == TX_OP_VARIABLE || node->op == TX_OP_HAS || node->op == TX_OP_AS_OF ||
                 node->op == TX_OP_DAYS_SINCE || node->op == TX_OP_DAYS_UNTIL ||
                 (node->op >= TX_OP_TOTAL && node->op <= TX_OP_PERCENTILE);
  bool macro = node->op >= TX_OP_ALL && node->op <= TX_OP_MAP;
  uint8_t locals = 0;
  for (uint32_t i = 0; i < node->count; i++) {
    const tx_expr_node *child = &module->nodes[children[i]];
    uint32_t height = child->height + (i == 0 && !macro && node->op != TX_OP_IF ? 1 : TX_HEIGHT_STEP);
    if (node->op == TX_OP_IF && i > 0) height = child->height + 1;
    if (height > node->height) node->height = height;
    node->varies = node->varies || child->varies;
    unsigned bound = macro && i > 0 ? 1u << node->index : 0;
    locals = (uint8_t)(locals | (uint8_t)(child->locals & ~bound));
  }
  if (node->op == TX_OP_LOCAL) locals = (uint8_t)(1u << node->index);
  node->locals = locals;
}

/* A constant is computed now. What is too dear to compute stays to be computed at run time. */
static triax_status fold(tx_module *module, uint32_t index) {
  tx_check_state *state = tx_check_state_of(module);
  tx_scalar scalar = {.module = module, .scratch = &module->arena};
  tx_evaluation evaluation = {.scalar = &scalar, .module = module, .limit = state->fold_steps};
  tx_value value;
  triax_status status = tx_eval(&evaluation, index, &value);
  state->fold_steps -= evaluation.steps < state->fold_steps ? evaluation.steps : state->fold_steps;
  if (status == TRIAX_ELIMIT) return TRIAX_OK;
  if (status != TRIAX_OK) return status;
  module->nodes[index].value = value;
  module->nodes[index].fixed = true;
  return TRIAX_OK;
}

static triax_status append(tx_module *module, tx_expr_node *node, const uint32_t *children) {
  if (module->count >= MOST_NODES || node->height > TX_HEIGHT) return TRIAX_ELIMIT;
  if (!tx_grow(module->context, (void **)&module->nodes, &module->capacity, module->count + 1, sizeof *module->nodes) ||
      !tx_grow(module->context, (void **)&module->children, &module->child_capacity, module->child_count + node->count,
               sizeof *module->children) ||
      !grow_index(module)) {
    return TRIAX_ENOMEM;
  }
  node->first = (uint32_t)module->child_count;
  if (node->count) memcpy(module->children + node->first, children, node->count * sizeof *children);
  module->nodes[module->count] = *node;
  uint32_t index = (uint32_t)module->count;
  module->child_count += node->count;
  module->count++;
  if (node->op == TX_OP_LITERAL) {
    module->nodes[index].fixed = true;
  } else if (!node->varies && node->locals == 0) {
    triax_status status = fold(module, index);
    if (status != TRIAX_OK) {
      module->count--;
      module->child_count -= node->count;
      return status;
    }
  }
  *find_slot(module, &module->nodes[index], children_of(module, node)) = index;
  return TRIAX_OK;
}

uint32_t tx_module_node(tx_module *module, const tx_expr_node *prototype, const uint32_t *children, uint32_t count) {
  tx_check_state *state = tx_check_state_of(module);
  tx_expr_node node = *prototype;
  node.count = count;
  if (state->slot_count) {
    uint32_t found = *find_slot(module, &node, children);
    if (found != TX_NO_INDEX) return found;
  }
  inherit(module, &node, children);
  state->status = append(module, &node, children);
  return state->status == TRIAX_OK ? (uint32_t)module->count - 1 : TX_NO_INDEX;
}
