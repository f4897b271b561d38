/* Names: macro variables, columns, definitions, as_of; and what to say of those that are none of these. */
#include <stdio.h>
#include <string.h>

#include "expr/check.h"
#include "expr/lex.h"

/* Definitions that use definitions that … */
#define MOST_CHAINED 128

static triax_text head_of(triax_text name) {
  size_t head = 0;
  while (head < name.length && name.bytes[head] != '.') head++;
  return (triax_text){name.bytes, head};
}

static uint32_t find_variable(const tx_module *module, triax_text name) {
  return tx_names_find(&tx_check_state_of(module)->variable_names, name); /* TX_NO_INDEX is TX_NO_NAME */
}

static tx_definition *find_definition(const tx_module *module, triax_text name) {
  tx_check_state *state = tx_check_state_of(module);
  uint32_t number = tx_names_find(&state->definition_names, name);
  return number == TX_NO_NAME ? NULL : &state->definitions[number];
}

/* --- definitions ----------------------------------------------------------------------------------------------- */

static triax_status check_definition(tx_checker *c, tx_definition *definition) {
  size_t number = (size_t)(definition - tx_check_state_of(c->module)->definitions);
  tx_expr_faults *faults = tx_calloc(c->module->context, 1, sizeof *faults);
  if (!faults) return TRIAX_ENOMEM;
  tx_result root = tx_result_bad;
  definition->state = TX_BEING_CHECKED;
  triax_status status = tx_check_run(c->module, definition->syntax, faults, c->chain + 1, &root, TX_EXPECT_ANY);
  definition = &tx_check_state_of(c->module)->definitions[number];
  definition->state = status == TRIAX_OK ? TX_CHECKED : status == TRIAX_ENOMEM ? TX_DEFINED : TX_FAULTY;
  definition->root = root.node;
  definition->flexible = root.flexible;
  if (definition->state == TX_FAULTY) {
    size_t first = 0;
    while (first + 1 < faults->count && first + 1 < TX_EXPR_FAULTS && faults->fault[first].level != TRIAX_LEVEL_ERROR) {
      first++;
    }
    const char *message = faults->fault[first].message;
    definition->why = tx_arena_copy(&c->module->arena, message, strlen(message));
  }
  tx_free(c->module->context, faults, sizeof *faults);
  return status == TRIAX_ENOMEM ? status : TRIAX_OK;
}

/* The definitions that are being checked, from the one that closes the ring on. */
static void report_cycle(tx_checker *c, tx_span at, const tx_definition *definition) {
  char links[256];
  tx_writer out = {links, sizeof links, 0};
  tx_check_state *state = tx_check_state_of(c->module);
  links[0] = '\0';
  size_t others = 0;
  for (size_t i = 0; i < state->definition_count; i++) {
    if (state->definitions[i].state != TX_BEING_CHECKED || &state->definitions[i] == definition) continue;
    tx_write_c(&out, others++ ? ", " : "");
    tx_write(&out, state->definitions[i].name);
  }
  triax_text name = definition->name;
  tx_fault_error(c->faults, at, NULL,
                 others ? "'%.*s' is defined by itself, by way of %s" : "'%.*s' is defined by itself%s",
                 (int)name.length, name.bytes, links);
}

/* Of definitions that are at fault by one another, the innermost is named, with its reason. */
static void refuse_definition(tx_checker *c, tx_span at, const tx_definition *definition) {
  static const char beginning[] = "the definition of '";
  const char *why = definition->why ? definition->why : "see there";
  if (strncmp(why, beginning, sizeof beginning - 1) == 0) {
    tx_fault_error(c->faults, at, NULL, "%s", why);
  } else {
    tx_fault_error(c->faults, at, NULL, "%s%.*s' is at fault: %s", beginning, (int)definition->name.length,
                   definition->name.bytes, why);
  }
}

static tx_result use_definition(tx_checker *c, tx_span at, tx_definition *definition) {
  if (definition->state == TX_BEING_CHECKED) {
    report_cycle(c, at, definition);
    return tx_result_bad;
  }
  if (definition->state == TX_DEFINED && c->chain >= MOST_CHAINED) {
    tx_fault_limit(c->faults, at, "definitions use one another more than %d deep", MOST_CHAINED);
    return tx_result_bad;
  }
  if (definition->state == TX_DEFINED) {
    c->status = check_definition(c, definition);
    if (c->status != TRIAX_OK) return tx_result_bad;
  }
  if (definition->state == TX_FAULTY) {
    refuse_definition(c, at, definition);
    return tx_result_bad;
  }
  return (tx_result){.node = definition->root, .flexible = definition->flexible};
}

/* --- unknown names --------------------------------------------------------------------------------------------- */

static triax_text *candidates(const tx_checker *c, size_t *count, size_t *capacity) {
  tx_check_state *state = tx_check_state_of(c->module);
  size_t functions = tx_function_names(NULL, 0);
  *capacity = c->scope_count + c->module->variable_count + state->definition_count + functions + 1;
  triax_text *names = tx_alloc_array(c->module->context, *capacity, sizeof *names);
  *count = 0;
  if (!names) return NULL;
  for (uint32_t i = 0; i < c->scope_count; i++) names[(*count)++] = c->scopes[i].name;
  for (size_t i = 0; i < c->module->variable_count; i++) names[(*count)++] = c->module->variables[i].name;
  for (size_t i = 0; i < state->definition_count; i++) names[(*count)++] = state->definitions[i].name;
  names[(*count)++] = TX_TEXT("as_of");
  *count += tx_function_names(names + *count, functions);
  return names;
}

/* "did you mean 'arr'?" into the buffer, or NULL. */
static const char *suggest(tx_checker *c, triax_text word, char *buffer, size_t size) {
  size_t count, capacity;
  triax_text *names = candidates(c, &count, &capacity);
  if (!names) {
    c->status = TRIAX_ENOMEM;
    return NULL;
  }
  size_t nearest = tx_text_nearest(word, names, count);
  bool found = nearest != SIZE_MAX;
  if (found) {
    triax_text name = names[nearest];
    int shown = (int)(name.length < 100 ? name.length : 100);
    const char *call = tx_is_function(name) && find_variable(c->module, name) == TX_NO_INDEX ? "()" : "";
    snprintf(buffer, size, "did you mean '%.*s%s'?", shown, name.bytes, call);
  }
  tx_free_array(c->module->context, names, capacity, sizeof *names);
  return found ? buffer : NULL;
}

static bool report_unavailable(tx_checker *c, const tx_syntax_node *node) {
  tx_check_state *state = tx_check_state_of(c->module);
  for (size_t i = 0; i < state->unavailable_count; i++) {
    if (!tx_text_equal(state->unavailable[i].name, node->text)) continue;
    tx_fault_error(c->faults, node->at, NULL, "'%.*s' cannot be used here: %s", (int)node->text.length,
                   node->text.bytes, state->unavailable[i].why);
    return true;
  }
  return false;
}

static void report_unknown_name(tx_checker *c, const tx_syntax_node *node) {
  char buffer[160];
  triax_text name = node->text;
  int shown = (int)(name.length < 100 ? name.length : 100);
  const char *ours = tx_lex_foreign_word(name);
  if (report_unavailable(c, node)) return;
  if (tx_is_function(name)) {
    tx_fault_error(c->faults, node->at, NULL, "'%.*s' is a function and needs parentheses: %.*s(…)", shown, name.bytes,
                   shown, name.bytes);
  } else if (ours) {
    tx_fault_error(c->faults, node->at, NULL, "'%.*s' is written '%s'", shown, name.bytes, ours);
  } else if (tx_text_equal_c(name, "True") || tx_text_equal_c(name, "TRUE") || tx_text_equal_c(name, "yes")) {
    tx_fault_error(c->faults, node->at, NULL, "'%.*s' is written 'true'", shown, name.bytes);
  } else if (tx_text_equal_c(name, "False") || tx_text_equal_c(name, "FALSE") || tx_text_equal_c(name, "no")) {
    tx_fault_error(c->faults, node->at, NULL, "'%.*s' is written 'false'", shown, name.bytes);
  } else {
    const char *hint = suggest(c, name, buffer, sizeof buffer);
    tx_fault_error(c->faults, node->at, hint, "there is no column or definition '%.*s'", shown, name.bytes);
  }
}

/* --- names ----------------------------------------------------------------------------------------------------- */

static void refuse_field(tx_checker *c, tx_span at, triax_text owner, tx_type type, triax_text field) {
  char name[64];
  int shown = (int)(field.length < 60 ? field.length : 60);
  if (tx_is_function(field)) {
    tx_fault_error(c->faults, at, NULL, "'%.*s' is a function and needs parentheses: .%.*s(…)", shown, field.bytes,
                   shown, field.bytes);
    return;
  }
  tx_fault_error(c->faults, at, NULL, "'%.*s' is a %s and has no field '%.*s'",
                 (int)(owner.length < 60 ? owner.length : 60), owner.bytes, tx_type_name(type, name), shown,
                 field.bytes);
}

static bool check_local(tx_checker *c, const tx_syntax_node *node, tx_result *result) {
  triax_text head = head_of(node->text);
  for (uint32_t i = c->scope_count; i-- > 0;) {
    if (!tx_text_equal(c->scopes[i].name, head)) continue;
    if (head.length == node->text.length) {
      *result = tx_check_node(c, node->at, TX_OP_LOCAL, c->scopes[i].type, i, NULL, 0);
    } else {
      triax_text field = {head.bytes + head.length + 1, node->text.length - head.length - 1};
      refuse_field(c, node->at, head, c->scopes[i].type, field);
      *result = tx_result_bad;
    }
    return true;
  }
  return false;
}

static bool check_global(tx_checker *c, const tx_syntax_node *node, triax_text name, tx_result *result) {
  uint32_t variable = find_variable(c->module, name);
  if (variable != TX_NO_INDEX) {
    *result = tx_check_node(c, node->at, TX_OP_VARIABLE, c->module->variables[variable].type, variable, NULL, 0);
    return true;
  }
  tx_definition *definition = find_definition(c->module, name);
  if (definition) *result = use_definition(c, node->at, definition);
  return definition != NULL;
}

tx_result tx_check_name(tx_checker *c, uint32_t i) {
  const tx_syntax_node *node = &c->syntax->nodes[i];
  tx_result result;
  if (check_local(c, node, &result) || check_global(c, node, node->text, &result)) return result;
  if (tx_text_equal_c(node->text, "as_of")) {
    return tx_check_node(c, node->at, TX_OP_AS_OF, (tx_type){TX_TIMESTAMP, 0}, 0, NULL, 0);
  }
  for (size_t cut = node->text.length; cut-- > 1;) {
    if (node->text.bytes[cut] != '.') continue;
    triax_text owner = {node->text.bytes, cut}, field = {owner.bytes + cut + 1, node->text.length - cut - 1};
    if (!check_global(c, node, owner, &result)) continue;
    if (!result.bad) refuse_field(c, node->at, owner, tx_result_type(c, result), field);
    return tx_result_bad;
  }
  report_unknown_name(c, node);
  return tx_result_bad;
}

tx_result tx_check_select(tx_checker *c, uint32_t i) {
  const tx_syntax_node *node = &c->syntax->nodes[i], *child = &c->syntax->nodes[node->first];
  char excerpt[TX_EXCERPT];
  const char *owner = tx_excerpt(c->syntax->source, tx_syntax_span(child), excerpt);
  refuse_field(c, node->at, (triax_text){owner, strlen(owner)}, tx_result_type(c, c->results[node->first]), node->text);
  return tx_result_bad;
}

void tx_check_unknown_function(tx_checker *c, const tx_syntax_node *node) {
  char buffer[160];
  triax_text name = node->text;
  int shown = (int)(name.length < 100 ? name.length : 100);
  if (find_variable(c->module, name) != TX_NO_INDEX || find_definition(c->module, name)) {
    tx_fault_error(c->faults, node->at, NULL, "'%.*s' is not a function; write it without parentheses", shown,
                   name.bytes);
    return;
  }
  const char *hint = suggest(c, name, buffer, sizeof buffer);
  tx_fault_error(c->faults, node->at, hint, "there is no function '%.*s'", shown, name.bytes);
}
