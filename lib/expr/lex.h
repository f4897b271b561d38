/* Source text -> tokens, one at a time. */
#ifndef TX_EXPR_LEX_H
#define TX_EXPR_LEX_H

#include "expr/fault.h"

typedef enum tx_token_kind {
  TX_T_END,
  TX_T_BAD, /* already reported; to be passed over */
  TX_T_INT,
  TX_T_UINT,
  TX_T_DOUBLE,
  TX_T_TEXT,
  TX_T_NAME,
  TX_T_TRUE,
  TX_T_FALSE,
  TX_T_NULL,
  TX_T_IN,
  TX_T_OPEN,
  TX_T_CLOSE,
  TX_T_OPEN_LIST,
  TX_T_CLOSE_LIST,
  TX_T_OPEN_MAP,
  TX_T_CLOSE_MAP,
  TX_T_DOT,
  TX_T_COMMA,
  TX_T_QUESTION,
  TX_T_COLON,
  TX_T_PLUS,
  TX_T_MINUS,
  TX_T_TIMES,
  TX_T_DIVIDE,
  TX_T_REMAINDER,
  TX_T_NOT,
  TX_T_AND,
  TX_T_OR,
  TX_T_EQUAL,
  TX_T_UNEQUAL,
  TX_T_LESS,
  TX_T_AT_MOST,
  TX_T_GREATER,
  TX_T_AT_LEAST
} tx_token_kind;

typedef struct tx_token {
  uint8_t kind;
  bool raw;       /* TEXT: r"…" */
  uint8_t quotes; /* TEXT: 1 or 3 at either end */
  bool reserved;  /* NAME: one of CEL's reserved words */
  uint32_t offset, length;
  uint64_t natural; /* INT, UINT: the magnitude */
} tx_token;

typedef struct tx_lexer {
  triax_text source;
  size_t offset;          /* where the next token begins */
  tx_expr_faults *faults; /* NULL: faults were reported before */
  tx_token token;         /* the present one */
} tx_lexer;

/* Moves to the next token. */
void tx_lex_next(tx_lexer *lexer);
static inline tx_span tx_token_span(tx_token token) { return (tx_span){token.offset, token.length}; }
static inline triax_text tx_token_text(const tx_lexer *lexer, tx_token token) {
  return (triax_text){lexer->source.bytes + token.offset, token.length};
}
/* The bytes that a TEXT token stands for, into `out` (room for the token's length; NULL: only checked, and faults
 * reported). Returns their number, or SIZE_MAX at a faulty escape. */
size_t tx_lex_decode(const tx_lexer *lexer, tx_token token, char *out);
/* The word as the language writes it: "&&" for and, "!=" for <> …; NULL when it is no such word. */
const char *tx_lex_foreign_word(triax_text word);

#endif
