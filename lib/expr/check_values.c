/* Texts that a column does not hold: the misspelt value is the commonest slip of all, and no type catches it. */
#include <stdio.h>

#include "expr/check.h"

/* Larger dictionaries are names and free text, in which a text not yet seen means nothing. */
#define MOST_VALUES 10000

static const tx_dictionary *dictionary_of(const tx_checker *c, tx_result side, triax_text *name) {
  const tx_expr_node *node = tx_result_node(c, side);
  if (node->op != TX_OP_VARIABLE || node->type.kind != TX_STRING) return NULL;
  const tx_expr_variable *variable = &c->module->variables[node->index];
  *name = variable->name;
  return variable->column ? variable->column->dictionary : NULL;
}

/* hint: "did you mean "finance"?", or NULL. */
static const char *nearest_value(tx_checker *c, const tx_dictionary *dictionary, triax_text text, char *hint,
                                 size_t size) {
  triax_text *values = tx_alloc_array(c->module->context, dictionary->size, sizeof *values);
  if (!values) {
    c->status = TRIAX_ENOMEM;
    return NULL;
  }
  for (uint32_t i = 0; i < dictionary->size; i++) values[i] = tx_dictionary_text(dictionary, i);
  size_t nearest = tx_text_nearest(text, values, dictionary->size);
  if (nearest != SIZE_MAX) {
    int shown = (int)(values[nearest].length < 120 ? values[nearest].length : 120);
    snprintf(hint, size, "did you mean \"%.*s\"?", shown, values[nearest].bytes);
  }
  tx_free_array(c->module->context, values, dictionary->size, sizeof *values);
  return nearest != SIZE_MAX ? hint : NULL;
}

static void check_text(tx_checker *c, tx_span at, const tx_dictionary *dictionary, triax_text name, triax_text text) {
  if (tx_dictionary_find(dictionary, text) != TX_NO_CODE) return;
  char hint[160];
  const char *nearest = nearest_value(c, dictionary, text, hint, sizeof hint);
  int shown = (int)(text.length < 100 ? text.length : 100), name_shown = (int)(name.length < 60 ? name.length : 60);
  if (dictionary->size == 1) {
    triax_text only = tx_dictionary_text(dictionary, 0);
    tx_fault_warning(c->faults, at, nearest, "\"%.*s\" is no value of '%.*s', which has only \"%.*s\"", shown,
                     text.bytes, name_shown, name.bytes, (int)(only.length < 60 ? only.length : 60), only.bytes);
  } else {
    tx_fault_warning(c->faults, at, nearest, "\"%.*s\" is not among the %lu values of '%.*s'", shown, text.bytes,
                     (unsigned long)dictionary->size, name_shown, name.bytes);
  }
}

/* Where in the source the item of a list literal stands; the list's own place when it is not spelt out here. */
static tx_span item_span(const tx_checker *c, tx_span list, uint32_t item) {
  for (uint32_t i = 0; i < c->syntax->count; i++) {
    const tx_syntax_node *node = &c->syntax->nodes[i];
    if (node->kind != TX_S_LIST || node->offset != list.offset || node->length != list.length) continue;
    uint32_t child = node->first;
    for (; item > 0 && child != TX_NO_INDEX; item--) child = c->syntax->nodes[child].next;
    return child == TX_NO_INDEX ? list : tx_syntax_span(&c->syntax->nodes[child]);
  }
  return list;
}

void tx_check_membership(tx_checker *c, tx_span at, tx_result side, tx_result other) {
  triax_text name;
  const tx_dictionary *dictionary = dictionary_of(c, side, &name);
  if (!dictionary || dictionary->size == 0 || dictionary->size > MOST_VALUES) return;
  tx_expr_node node = *tx_result_node(c, other);
  if (node.op == TX_OP_LITERAL && tx_type_is(node.type, TX_STRING)) {
    check_text(c, at, dictionary, name, node.value.text);
    return;
  }
  for (uint32_t i = 0; node.op == TX_OP_LIST && node.type.lists == 1 && node.type.kind == TX_STRING && i < node.count;
       i++) {
    const tx_expr_node *item = &c->module->nodes[c->module->children[node.first + i]];
    if (item->op == TX_OP_LITERAL) check_text(c, item_span(c, at, i), dictionary, name, item->value.text);
  }
}
