/* The parsed source: nodes in the order of evaluation, children before their parents.
 *
 * A macro's SCOPE stands before the first node of its body, so that one pass in order knows which names are bound. */
#ifndef TX_EXPR_SYNTAX_H
#define TX_EXPR_SYNTAX_H

#include "expr/fault.h"
#include "expr/node.h"

typedef enum tx_syntax_kind {
  TX_S_LITERAL, /* value */
  TX_S_NULL,
  TX_S_NAME,   /* text: "arr", "customer.arr" */
  TX_S_SELECT, /* child, text: a field of something that is not a name */
  TX_S_CALL,   /* text; children: arguments; receiver: the first child is what stands before the dot */
  TX_S_UNARY,  /* op */
  TX_S_BINARY, /* op */
  TX_S_INDEX,  /* list, position */
  TX_S_LIST,
  TX_S_CONDITIONAL, /* condition, then, else */
  TX_S_SCOPE,       /* text: a macro's variable; first: the list. No child of anything */
  TX_S_MACRO        /* op; children: list, [filter of a map,] body. Closes the scope opened last */
} tx_syntax_kind;

typedef struct tx_syntax_node {
  uint8_t kind;
  uint8_t op; /* tx_op */
  bool receiver;
  uint32_t offset, length; /* all of it in the source */
  tx_span at;              /* the operator or name to point at */
  uint32_t first, next;    /* first child; next child of the same parent */
  uint32_t count;          /* children */
  triax_text text;
  tx_value value;
} tx_syntax_node;

struct tx_syntax {
  triax_text source;
  tx_syntax_node *nodes;
  uint32_t count, capacity;
  uint32_t root;
  tx_free_name *names;
  size_t name_count;
};

static inline tx_span tx_syntax_span(const tx_syntax_node *node) { return (tx_span){node->offset, node->length}; }

/* Parses source that was scanned (brackets in balance, texts closed) into a syntax with room for its nodes. */
triax_status tx_parse(tx_arena *arena, tx_syntax *syntax, tx_expr_faults *faults);

#endif
