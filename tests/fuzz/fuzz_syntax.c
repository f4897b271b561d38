/* Any bytes as an expression: parsed and checked, or refused with a place inside the source; limits hold. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "expr/node.h"
#include "expr/program.h"

static void declare(tx_module *module) {
  static const struct {
    const char *name;
    tx_type type;
  } variables[] = {{"x", {TX_DOUBLE, 0}}, {"i", {TX_INT, 0}},       {"p", {TX_BOOL, 0}}, {"s", {TX_STRING, 0}},
                   {"l", {TX_STRING, 1}}, {"d", {TX_DATE, 0}},      {"m", {TX_TIMESTAMP, 0}}};
  for (size_t v = 0; v < sizeof variables / sizeof *variables; v++) {
    uint32_t number;
    if (tx_module_variable(module, triax_text_of(variables[v].name), variables[v].type, NULL, &number) != TRIAX_OK) abort();
  }
}

static void check_faults(const tx_expr_faults *faults, size_t length) {
  if (faults->count == 0) abort();
  for (size_t f = 0; f < faults->count && f < TX_EXPR_FAULTS; f++) {
    const tx_expr_fault *fault = &faults->fault[f];
    if (fault->offset > length || fault->message[0] == '\0') abort();
  }
}

/* Without variables set, everything can still be evaluated: they are missing. */
static void evaluate(triax_context *context, const tx_module *module, uint32_t root) {
  tx_value variables[7], value;
  tx_arena arena;
  tx_arena_init(&arena, context);
  for (size_t v = 0; v < 7; v++) variables[v] = (tx_value){.state = TX_MISSING, .type = module->variables[v].type};
  tx_scalar scalar = {.module = module, .variables = variables, .as_of = 20000, .has_as_of = true, .scratch = &arena};
  triax_status status = tx_scalar_eval(&scalar, root, &value);
  if (status != TRIAX_OK && status != TRIAX_ELIMIT) abort();
  if (status == TRIAX_OK) tx_value_print(&value, NULL, 0);
  tx_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  triax_context *context = NULL;
  tx_module *module = NULL;
  tx_syntax *syntax = NULL;
  tx_arena arena;
  static tx_expr_faults faults;
  if (triax_context_new(NULL, &context, NULL) != TRIAX_OK) abort();
  tx_arena_init(&arena, context);
  memset(&faults, 0, sizeof faults);
  if (tx_module_new(context, &module, NULL) != TRIAX_OK) abort();
  declare(module);
  triax_text source = {size ? (const char *)data : "", size};
  triax_status status = tx_syntax_parse(&arena, source, &syntax, &faults);
  if (status == TRIAX_OK && size > TX_EXPR_SOURCE) abort();
  uint32_t root = 0;
  if (status == TRIAX_OK) status = tx_module_check(module, syntax, (tx_expect)(size % 6), &root, &faults);
  if (status == TRIAX_OK) evaluate(context, module, root);
  else check_faults(&faults, size);
  tx_module_free(module);
  tx_arena_free(&arena);
  triax_context_unref(context);
  return 0;
}
