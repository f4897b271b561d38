/* Between the parts of the parser. */
#ifndef TX_EXPR_PARSE_PRIVATE_H
#define TX_EXPR_PARSE_PRIVATE_H

#include "expr/lex.h"
#include "expr/syntax.h"

typedef struct tx_parser {
  tx_lexer lexer;
  tx_arena *arena;
  tx_syntax *syntax;
  tx_expr_faults *faults;
  uint32_t depth;
  uint32_t end; /* of the token before the present one */
  bool panic;   /* an error was reported; silent until the next comma or closing bracket */
  bool no_memory;
} tx_parser;

static inline uint8_t tx_parser_kind(const tx_parser *p) { return p->lexer.token.kind; }

static inline void tx_parser_next(tx_parser *p) {
  p->end = p->lexer.token.offset + p->lexer.token.length;
  tx_lex_next(&p->lexer);
}

static inline bool tx_parser_accept(tx_parser *p, tx_token_kind kind) {
  if (tx_parser_kind(p) != kind) return false;
  tx_parser_next(p);
  return true;
}

#define TX_PARSER_FAIL(p, span, hint, ...)                                                                             \
  do {                                                                                                                 \
    if (!(p)->panic) tx_fault_error((p)->faults, span, hint, __VA_ARGS__);                                             \
    (p)->panic = true;                                                                                                 \
  } while (0)

/* A node without children; TX_NO_INDEX when there are too many. */
uint32_t tx_parser_node(tx_parser *p, tx_syntax_kind kind, uint32_t offset, tx_span at);

static inline tx_syntax_node *tx_parser_at(tx_parser *p, uint32_t index) { return &p->syntax->nodes[index]; }

/* Literals, at their token. negative: of a number with the sign before it folded in, which begins at `offset`. */
uint32_t tx_parse_number(tx_parser *p, bool negative, uint32_t offset);
uint32_t tx_parse_text(tx_parser *p);
uint32_t tx_parse_truth(tx_parser *p);

#endif
