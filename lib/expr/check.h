/* The checker's inside: syntax -> typed nodes. */
#ifndef TX_EXPR_CHECK_H
#define TX_EXPR_CHECK_H

#include "base/names.h"
#include "expr/fault.h"
#include "expr/node.h"
#include "expr/syntax.h"

/* A definition and what became of it. */
typedef struct tx_definition {
  triax_text name;
  const tx_syntax *syntax;
  enum { TX_DEFINED, TX_BEING_CHECKED, TX_CHECKED, TX_FAULTY } state;
  bool flexible;
  uint32_t root;
  const char *why; /* FAULTY: its first fault; may be NULL */
} tx_definition;

typedef struct tx_unavailable {
  triax_text name;
  const char *why;
} tx_unavailable;

/* What the module keeps for checking: module->check. */
typedef struct tx_check_state {
  tx_definition *definitions;
  size_t definition_count, definition_capacity;
  tx_unavailable *unavailable;
  size_t unavailable_count, unavailable_capacity;
  tx_names variable_names, definition_names;
  uint32_t *slots; /* hash index of nodes */
  size_t slot_count;
  uint64_t fold_steps; /* left for folding constants in this check */
  triax_status status; /* why the last node could not be made: TRIAX_ENOMEM or TRIAX_ELIMIT */
} tx_check_state;

static inline tx_check_state *tx_check_state_of(const tx_module *module) { return module->check; }

/* Finds or adds the node; folds it if it is constant. TX_NO_INDEX: see state->status. */
uint32_t tx_module_node(tx_module *module, const tx_expr_node *prototype, const uint32_t *children, uint32_t count);

/* What a stretch of syntax came to. */
typedef struct tx_result {
  uint32_t node;
  bool bad;      /* at fault, reported already */
  bool null;     /* the word null */
  bool flexible; /* an int made of int literals alone (or a list of such): may become double */
  bool dynamic;  /* went through dyn() */
} tx_result;

typedef struct tx_checker {
  tx_module *module;
  const tx_syntax *syntax;
  tx_expr_faults *faults;
  tx_result *results; /* one per syntax node */
  struct {
    triax_text name;
    tx_type type;
  } scopes[TX_EXPR_DEPTH]; /* of which those beyond TX_EXPR_LOCALS only exist to be refused */
  uint32_t scope_count;
  uint32_t chain;      /* definitions being checked around this one */
  triax_status status; /* TRIAX_ENOMEM stops everything */
} tx_checker;

static inline tx_type tx_result_type(const tx_checker *c, tx_result result) {
  return c->module->nodes[result.node].type;
}
static inline const tx_expr_node *tx_result_node(const tx_checker *c, tx_result result) {
  return &c->module->nodes[result.node];
}
extern const tx_result tx_result_bad;

/* Makes a node; on failure reports it and gives a bad result. at: for the report. */
tx_result tx_check_node(tx_checker *c, tx_span at, int op, tx_type type, uint32_t index, const tx_result *children,
                        uint32_t count);
tx_result tx_check_value(tx_checker *c, tx_span at, tx_value value);
/* The result as a double (list of double), when it is flexible and exact; false when it cannot be. */
bool tx_check_promote(tx_checker *c, tx_span at, tx_result *result);
/* CONVERT to a type. */
tx_result tx_check_convert(tx_checker *c, tx_span at, tx_result child, int kind);

static inline bool tx_is_number(tx_type type) {
  return type.lists == 0 && (type.kind == TX_INT || type.kind == TX_UINT || type.kind == TX_DOUBLE);
}
static inline bool tx_is_free(tx_type type) { return type.lists == 0 && type.kind == TX_FREE; }
static inline bool tx_same_type(tx_type a, tx_type b) { return a.kind == b.kind && a.lists == b.lists; }
/* The type of which both are, where an empty list is of any; false when there is none. */
bool tx_unify(tx_type a, tx_type b, tx_type *both);

/* One kind of syntax each; i is the node's number in the syntax. (check_names.c, check_operators.c, check_calls.c) */
tx_result tx_check_name(tx_checker *c, uint32_t i);
tx_result tx_check_select(tx_checker *c, uint32_t i);
tx_result tx_check_unary(tx_checker *c, uint32_t i);
tx_result tx_check_binary(tx_checker *c, uint32_t i);
tx_result tx_check_conditional(tx_checker *c, uint32_t i);
tx_result tx_check_list(tx_checker *c, uint32_t i);
tx_result tx_check_index(tx_checker *c, uint32_t i);
tx_result tx_check_call(tx_checker *c, uint32_t i);
void tx_check_scope(tx_checker *c, uint32_t i);
tx_result tx_check_macro(tx_checker *c, uint32_t i);
/* Warns where a column of texts meets a text that it does not hold. */
void tx_check_membership(tx_checker *c, tx_span at, tx_result side, tx_result other);
/* Converts the root to what the place expects, or reports. */
tx_result tx_check_expect(tx_checker *c, tx_result root, tx_expect expect);

/* Reports an unknown function, with the nearest known. */
void tx_check_unknown_function(tx_checker *c, const tx_syntax_node *node);
/* Function names, for suggestions: fills `names` (room for `room`), returns how many there are. */
size_t tx_function_names(triax_text *names, size_t room);
bool tx_is_function(triax_text name);

/* Checks a syntax as part of another check: the definition's own faults go to `faults`. */
triax_status tx_check_run(tx_module *module, const tx_syntax *syntax, tx_expr_faults *faults, uint32_t chain,
                          tx_result *root, tx_expect expect);

#endif
