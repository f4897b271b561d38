/* Numbers, texts and truths. */
#include "base/number.h"
#include "expr/parse_private.h"

static uint32_t add_literal(tx_parser *p, tx_token token, uint32_t offset, tx_value value) {
  uint32_t index = tx_parser_node(p, TX_S_LITERAL, offset, (tx_span){offset, token.offset + token.length - offset});
  if (index != TX_NO_INDEX) tx_parser_at(p, index)->value = value;
  return index;
}

/* A number, with the sign before it folded in, so that the least int can be written. offset: of the sign. */
uint32_t tx_parse_number(tx_parser *p, bool negative, uint32_t offset) {
  tx_token token = p->lexer.token;
  tx_value value = {.state = TX_PRESENT};
  tx_parser_next(p);
  if (token.kind == TX_T_DOUBLE) {
    value.type.kind = TX_DOUBLE;
    if (!tx_parse_double(tx_token_text(&p->lexer, token), false, &value.number)) {
      TX_PARSER_FAIL(p, tx_token_span(token), NULL, "this number is too large for a double");
      return TX_NO_INDEX;
    }
    if (negative) value.number = -value.number;
  } else if (token.kind == TX_T_UINT) {
    value.type.kind = TX_UINT;
    value.natural = token.natural;
  } else {
    value.type.kind = TX_INT;
    if (token.natural > (uint64_t)INT64_MAX + (negative ? 1u : 0u)) {
      TX_PARSER_FAIL(p, tx_token_span(token), "add '.0' to make it a double, or 'u' to make it a uint",
                     "this whole number is too large for an int");
      return TX_NO_INDEX;
    }
    value.integer =
        negative ? -(int64_t)(token.natural - (token.natural > 0)) - (token.natural > 0) : (int64_t)token.natural;
  }
  return add_literal(p, token, offset, value);
}

uint32_t tx_parse_text(tx_parser *p) {
  tx_token token = p->lexer.token;
  char *bytes = tx_arena_alloc(p->arena, token.length);
  if (!bytes) {
    p->no_memory = true;
    tx_parser_next(p);
    return TX_NO_INDEX;
  }
  size_t length = tx_lex_decode(&p->lexer, token, bytes);
  tx_parser_next(p);
  tx_value value = {.state = TX_PRESENT, .type = {TX_STRING, 0}};
  value.text = (triax_text){bytes, length == SIZE_MAX ? 0 : length};
  return add_literal(p, token, token.offset, value);
}

uint32_t tx_parse_truth(tx_parser *p) {
  tx_token token = p->lexer.token;
  tx_parser_next(p);
  tx_value value = {.state = TX_PRESENT, .type = {TX_BOOL, 0}};
  value.boolean = token.kind == TX_T_TRUE;
  return add_literal(p, token, token.offset, value);
}
