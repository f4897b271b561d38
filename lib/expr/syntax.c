/* From source to syntax: a scan that allocates nothing and enforces the limits, then the parser. */
#include "expr/syntax.h"

#include "expr/lex.h"

/* What the scan found. */
typedef struct scan {
  tx_lexer lexer;
  uint32_t nodes;
  uint32_t depth;
  bool open_ended; /* brackets went wrong: go no further */
  struct {
    tx_token token;
    uint32_t commas;
  } open[TX_EXPR_DEPTH];
} scan;

static void scan_open(scan *s) {
  tx_token token = s->lexer.token;
  if (s->depth == TX_EXPR_DEPTH) {
    tx_fault_limit(s->lexer.faults, tx_token_span(token), "the expression is nested more than %d deep", TX_EXPR_DEPTH);
    s->open_ended = true;
    return;
  }
  s->open[s->depth].token = token;
  s->open[s->depth++].commas = 0;
}

static void scan_close(scan *s) {
  tx_token token = s->lexer.token;
  char closing = s->lexer.source.bytes[token.offset];
  if (s->depth == 0) {
    tx_fault_error(s->lexer.faults, tx_token_span(token), NULL, "this '%c' closes nothing", closing);
    s->open_ended = true;
    return;
  }
  tx_token opening = s->open[--s->depth].token;
  if (opening.kind + 1 != token.kind) {
    tx_fault_error(s->lexer.faults, tx_token_span(token), NULL, "this '%c' meets a '%c' that is still open", closing,
                   s->lexer.source.bytes[opening.offset]);
    s->open_ended = true;
  }
}

static void scan_comma(scan *s) {
  if (s->depth == 0) return;
  s->open[s->depth - 1].commas++;
  tx_token opening = s->open[s->depth - 1].token;
  if (opening.kind == TX_T_OPEN_LIST && s->open[s->depth - 1].commas == TX_EXPR_LIST) {
    tx_fault_limit(s->lexer.faults, tx_token_span(opening), "this list has more than %d items", TX_EXPR_LIST);
  }
}

/* Counts nodes as the parser will make them, or a few more. */
static void scan_token(scan *s) {
  switch (s->lexer.token.kind) {
  case TX_T_OPEN:
  case TX_T_OPEN_MAP:
    scan_open(s);
    return;
  case TX_T_OPEN_LIST:
    s->nodes++;
    scan_open(s);
    return;
  case TX_T_CLOSE:
  case TX_T_CLOSE_LIST:
  case TX_T_CLOSE_MAP:
    scan_close(s);
    return;
  case TX_T_COMMA:
    scan_comma(s);
    return;
  case TX_T_DOT:
  case TX_T_COLON:
  case TX_T_BAD:
    return;
  default:
    s->nodes++;
    return;
  }
}

static triax_status scan_source(triax_text source, uint32_t *nodes, tx_expr_faults *faults) {
  scan s = {.lexer = {.source = source, .faults = faults}};
  size_t before = faults->count;
  for (tx_lex_next(&s.lexer); s.lexer.token.kind != TX_T_END && !s.open_ended; tx_lex_next(&s.lexer)) scan_token(&s);
  if (!s.open_ended && s.depth > 0) {
    tx_token open = s.open[s.depth - 1].token;
    tx_fault_error(faults, tx_token_span(open), NULL, "this '%c' is not closed", source.bytes[open.offset]);
  }
  if (s.nodes > TX_EXPR_NODES) {
    tx_fault_limit(faults, (tx_span){0, (uint32_t)source.length}, "the expression has more than %d parts",
                   TX_EXPR_NODES);
  }
  *nodes = s.nodes;
  return faults->count > before ? tx_fault_status(faults) : TRIAX_OK;
}

static triax_status check_text(triax_text source, tx_expr_faults *faults) {
  if (source.length > TX_EXPR_SOURCE) {
    tx_fault_limit(faults, (tx_span){0, 1}, "the expression is longer than %d bytes", TX_EXPR_SOURCE);
    return TRIAX_ELIMIT;
  }
  size_t bad = tx_utf8_check(source);
  if (bad == SIZE_MAX) return TRIAX_OK;
  tx_fault_error(faults, (tx_span){(uint32_t)bad, 1}, NULL,
                 source.bytes[bad] == '\0' ? "the expression has a NUL byte in it"
                                           : "the expression is not valid UTF-8");
  return TRIAX_EPOLICY;
}

/* --- free names ------------------------------------------------------------------------------------------------ */

static bool is_bound(const tx_syntax *syntax, const uint32_t *scopes, uint32_t count, triax_text name) {
  size_t head = 0;
  while (head < name.length && name.bytes[head] != '.') head++;
  for (uint32_t i = 0; i < count; i++) {
    if (tx_text_equal(syntax->nodes[scopes[i]].text, (triax_text){name.bytes, head})) return true;
  }
  return false;
}

static bool collect_names(tx_arena *arena, tx_syntax *syntax) {
  size_t names = 0;
  for (uint32_t i = 0; i < syntax->count; i++) names += syntax->nodes[i].kind == TX_S_NAME;
  syntax->names = tx_arena_calloc(arena, names, sizeof *syntax->names);
  if (!syntax->names) return false;
  uint32_t scopes[TX_EXPR_DEPTH], count = 0;
  for (uint32_t i = 0; i < syntax->count; i++) {
    const tx_syntax_node *node = &syntax->nodes[i];
    if (node->kind == TX_S_SCOPE && count < TX_EXPR_DEPTH) scopes[count++] = i;
    if (node->kind == TX_S_MACRO && count > 0) count--;
    if (node->kind != TX_S_NAME || is_bound(syntax, scopes, count, node->text) ||
        tx_text_equal_c(node->text, "as_of")) {
      continue;
    }
    syntax->names[syntax->name_count++] = (tx_free_name){node->text, node->at.offset, node->at.length};
  }
  return true;
}

/* --- entry ----------------------------------------------------------------------------------------------------- */

static triax_status parse_copy(tx_arena *arena, triax_text source, uint32_t nodes, tx_syntax **syntax,
                               tx_expr_faults *faults) {
  tx_syntax *made = tx_arena_calloc(arena, 1, sizeof *made);
  char *copy = tx_arena_copy(arena, source.bytes, source.length);
  if (!made || !copy) return TRIAX_ENOMEM;
  made->source = (triax_text){copy, source.length};
  made->capacity = nodes;
  made->nodes = tx_arena_calloc(arena, nodes, sizeof *made->nodes);
  if (!made->nodes) return TRIAX_ENOMEM;
  triax_status status = tx_parse(arena, made, faults);
  if (status != TRIAX_OK) return status;
  if (!collect_names(arena, made)) return TRIAX_ENOMEM;
  *syntax = made;
  return TRIAX_OK;
}

triax_status tx_syntax_parse(tx_arena *arena, triax_text source, tx_syntax **syntax, tx_expr_faults *faults) {
  tx_expr_faults unread = {0};
  if (!faults) faults = &unread;
  uint32_t nodes = 0;
  triax_status status = check_text(source, faults);
  if (status == TRIAX_OK) status = scan_source(source, &nodes, faults);
  if (status != TRIAX_OK) return status;
  return parse_copy(arena, source, nodes, syntax, faults);
}

size_t tx_syntax_free_names(const tx_syntax *syntax, const tx_free_name **names) {
  *names = syntax->names;
  return syntax->name_count;
}
