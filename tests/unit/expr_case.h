/* Expressions as case files give them: source and bindings in, a printed value out. */
#ifndef TRIAX_TESTS_EXPR_CASE_H
#define TRIAX_TESTS_EXPR_CASE_H

#include "expr/node.h"

typedef struct expr_case {
  triax_context *context;
  tx_arena arena;
  tx_module *module;
  tx_value variables[16];
  size_t count;
  uint32_t root;
  triax_status status; /* of parsing and checking; then of evaluating */
  bool checked;        /* parsed and checked: value is what it came to */
  tx_value value;
  tx_expr_faults faults;
} expr_case;

/* bindings: "name:type=value;…"; value "missing" for a missing one. False when they cannot be read. */
bool expr_case_begin(expr_case *c, triax_context *context, const char *bindings);
/* Parses, checks, evaluates on 2026-11-21. */
void expr_case_run(expr_case *c, const char *source, tx_expect expect);
void expr_case_end(expr_case *c);
/* begin, run, and the value printed ("missing", "fault", or "error" when it does not check) into the buffer. */
const char *expr_case_print(triax_context *context, const char *source, const char *bindings, char *buffer,
                            size_t size);

/* Fixtures of cmocka groups: *state is a context of its own. */
int expr_case_set_up(void **state);
int expr_case_tear_down(void **state);

/* Splits a line at tabs and unescapes the fields in place; returns how many. */
size_t expr_case_fields(char *line, char **fields, size_t *lengths, size_t room);

#endif
