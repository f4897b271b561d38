/* Recursive descent; recursion is bounded by TX_EXPR_DEPTH, because only nesting recurses: chains of operators, of
 * method calls and of ?: are loops. */
#include <string.h>

#include "expr/parse_private.h"

/* Children in the making. */
typedef struct children {
  uint32_t first, last, count;
  bool faulty;
} children;

static uint32_t parse_expression(tx_parser *p);

static bool enter(tx_parser *p) {
  if (++p->depth <= TX_EXPR_DEPTH) return true;
  if (!p->panic) {
    tx_fault_limit(p->faults, tx_token_span(p->lexer.token), "the expression is nested more than %d deep",
                   TX_EXPR_DEPTH);
  }
  p->panic = true;
  return false;
}

/* --- nodes ----------------------------------------------------------------------------------------------------- */

uint32_t tx_parser_node(tx_parser *p, tx_syntax_kind kind, uint32_t offset, tx_span at) {
  tx_syntax *syntax = p->syntax;
  if (syntax->count >= syntax->capacity) {
    if (!p->panic) tx_fault_limit(p->faults, at, "the expression has more than %d parts", TX_EXPR_NODES);
    p->panic = true;
    return TX_NO_INDEX;
  }
  tx_syntax_node *node = &syntax->nodes[syntax->count];
  *node = (tx_syntax_node){.kind = (uint8_t)kind,
                           .offset = offset,
                           .length = p->end - offset,
                           .at = at,
                           .first = TX_NO_INDEX,
                           .next = TX_NO_INDEX};
  return syntax->count++;
}

static void add_child(tx_parser *p, children *list, uint32_t child) {
  if (child == TX_NO_INDEX) {
    list->faulty = true;
    return;
  }
  if (list->count == 0) {
    list->first = child;
  } else {
    tx_parser_at(p, list->last)->next = child;
  }
  list->last = child;
  list->count++;
}

static uint32_t add_parent(tx_parser *p, tx_syntax_kind kind, uint8_t op, uint32_t offset, tx_span at,
                           const children *list) {
  if (list->faulty) return TX_NO_INDEX;
  uint32_t index = tx_parser_node(p, kind, offset, at);
  if (index == TX_NO_INDEX) return TX_NO_INDEX;
  tx_syntax_node *node = tx_parser_at(p, index);
  node->op = op;
  node->first = list->count ? list->first : TX_NO_INDEX;
  node->count = list->count;
  return index;
}

/* --- brackets -------------------------------------------------------------------------------------------------- */

/* Passes over what cannot be read, to the next comma or closing bracket of this level. */
static void synchronise(tx_parser *p) {
  uint32_t level = 0;
  for (;; tx_parser_next(p)) {
    uint8_t kind = tx_parser_kind(p);
    if (kind == TX_T_END) return;
    bool opens = kind == TX_T_OPEN || kind == TX_T_OPEN_LIST || kind == TX_T_OPEN_MAP;
    bool closes = kind == TX_T_CLOSE || kind == TX_T_CLOSE_LIST || kind == TX_T_CLOSE_MAP;
    if (level == 0 && (closes || kind == TX_T_COMMA)) return;
    if (opens) level++;
    if (closes) level--;
  }
}

/* What follows a whole expression but should not. */
static void refuse_rest(tx_parser *p) {
  tx_token token = p->lexer.token;
  triax_text text = tx_token_text(&p->lexer, token);
  const char *ours = token.kind == TX_T_NAME ? tx_lex_foreign_word(text) : NULL;
  int shown = (int)(text.length < 40 ? text.length : 40);
  if (ours) {
    TX_PARSER_FAIL(p, tx_token_span(token), NULL, "'%.*s' is written '%s'", shown, text.bytes, ours);
  } else if (token.kind == TX_T_END) {
    TX_PARSER_FAIL(p, tx_token_span(token), NULL, "the expression ends too early");
  } else if (token.kind == TX_T_COLON) {
    TX_PARSER_FAIL(p, tx_token_span(token), "a choice is written: test ? value : otherwise",
                   "this ':' has no '?' before it");
  } else if (token.kind == TX_T_COMMA) {
    TX_PARSER_FAIL(p, tx_token_span(token), "in decimals use a point: 0.5",
                   "this comma stands outside of a call or list");
  } else if (token.kind == TX_T_OPEN_MAP) {
    TX_PARSER_FAIL(p, tx_token_span(token), "a list is written in square brackets",
                   "maps and messages are not in the language");
  } else {
    TX_PARSER_FAIL(p, tx_token_span(token), NULL,
                   "'%.*s' was not expected here; an operator such as && is missing before it", shown, text.bytes);
  }
}

/* Expressions up to the closing bracket, which is consumed. The first children may be there already. */
static void parse_items(tx_parser *p, children *list, tx_token_kind closing, bool trailing_comma) {
  while (tx_parser_kind(p) != closing && tx_parser_kind(p) != TX_T_END) {
    add_child(p, list, parse_expression(p));
    if (!p->panic && tx_parser_kind(p) != TX_T_COMMA && tx_parser_kind(p) != closing) refuse_rest(p);
    if (p->panic) {
      list->faulty = true;
      synchronise(p);
      p->panic = p->no_memory;
    }
    if (!tx_parser_accept(p, TX_T_COMMA)) break;
    if (tx_parser_kind(p) == closing && !trailing_comma) {
      TX_PARSER_FAIL(p, tx_token_span(p->lexer.token), NULL, "a value is missing behind the comma");
      list->faulty = true;
      p->panic = false;
    }
  }
  if (!tx_parser_accept(p, closing)) {
    refuse_rest(p);
    list->faulty = true;
  }
}

static uint32_t parse_parentheses(tx_parser *p) {
  uint32_t offset = p->lexer.token.offset;
  tx_parser_next(p);
  if (!enter(p)) return TX_NO_INDEX;
  children inner = {0};
  if (tx_parser_kind(p) == TX_T_CLOSE) {
    TX_PARSER_FAIL(p, tx_token_span(p->lexer.token), NULL, "these parentheses are empty");
  } else {
    add_child(p, &inner, parse_expression(p));
  }
  if (!p->panic && tx_parser_kind(p) != TX_T_CLOSE) refuse_rest(p);
  if (p->panic) {
    inner.faulty = true;
    while (synchronise(p), tx_parser_accept(p, TX_T_COMMA)) {
    }
    p->panic = p->no_memory;
  }
  tx_parser_accept(p, TX_T_CLOSE);
  p->depth--;
  if (inner.faulty) return TX_NO_INDEX;
  tx_syntax_node *node = tx_parser_at(p, inner.first);
  node->offset = offset;
  node->length = p->end - offset;
  return inner.first;
}

static uint32_t parse_list(tx_parser *p) {
  tx_span at = tx_token_span(p->lexer.token);
  tx_parser_next(p);
  if (!enter(p)) return TX_NO_INDEX;
  children items = {0};
  parse_items(p, &items, TX_T_CLOSE_LIST, true);
  p->depth--;
  return add_parent(p, TX_S_LIST, TX_OP_LIST, at.offset, at, &items);
}

/* --- calls ----------------------------------------------------------------------------------------------------- */

static uint32_t parse_call(tx_parser *p, triax_text name, tx_span at, uint32_t receiver, uint32_t offset) {
  tx_parser_next(p); /* ( */
  if (!enter(p)) return TX_NO_INDEX;
  children arguments = {0};
  if (receiver != TX_NO_INDEX) add_child(p, &arguments, receiver);
  parse_items(p, &arguments, TX_T_CLOSE, false);
  p->depth--;
  uint32_t call = add_parent(p, TX_S_CALL, 0, offset, at, &arguments);
  if (call != TX_NO_INDEX) {
    tx_parser_at(p, call)->text = name;
    tx_parser_at(p, call)->receiver = receiver != TX_NO_INDEX;
  }
  return call;
}

static bool macro_op(triax_text name, uint8_t *op) {
  static const struct {
    const char *name;
    uint8_t op;
  } macros[] = {{"all", TX_OP_ALL},
                {"exists", TX_OP_EXISTS},
                {"exists_one", TX_OP_EXISTS_ONE},
                {"filter", TX_OP_FILTER},
                {"map", TX_OP_MAP}};
  for (size_t i = 0; i < sizeof macros / sizeof *macros; i++) {
    if (tx_text_equal_c(name, macros[i].name)) {
      *op = macros[i].op;
      return true;
    }
  }
  return false;
}

/* At "(": whether it goes on "( name ,", as only macros do. */
static bool binds_name(const tx_parser *p) {
  tx_lexer ahead = p->lexer;
  ahead.faults = NULL;
  tx_lex_next(&ahead);
  if (ahead.token.kind != TX_T_NAME) return false;
  tx_lex_next(&ahead);
  return ahead.token.kind == TX_T_COMMA;
}

static uint32_t parse_macro(tx_parser *p, uint8_t op, tx_span at, uint32_t receiver, uint32_t offset) {
  tx_parser_next(p); /* ( */
  if (!enter(p)) return TX_NO_INDEX;
  tx_token variable = p->lexer.token;
  tx_parser_next(p);
  tx_parser_next(p); /* , */
  uint32_t scope = tx_parser_node(p, TX_S_SCOPE, variable.offset, tx_token_span(variable));
  children parts = {0};
  if (receiver != TX_NO_INDEX && scope != TX_NO_INDEX) {
    tx_parser_at(p, scope)->text = tx_token_text(&p->lexer, variable);
    tx_parser_at(p, scope)->first = receiver;
    tx_parser_at(p, scope)->op = op;
  }
  add_child(p, &parts, receiver);
  parse_items(p, &parts, TX_T_CLOSE, false);
  p->depth--;
  if (!parts.faulty && parts.count != 2 && !(op == TX_OP_MAP && parts.count == 3)) {
    TX_PARSER_FAIL(p, at, NULL, "this macro takes a name and %s",
                   op == TX_OP_MAP ? "one or two expressions" : "one expression");
    return TX_NO_INDEX;
  }
  return add_parent(p, TX_S_MACRO, op, offset, at, &parts);
}

static uint32_t parse_member_call(tx_parser *p, tx_token name, uint32_t receiver, uint32_t offset) {
  triax_text text = tx_token_text(&p->lexer, name);
  uint8_t op;
  if (macro_op(text, &op) && binds_name(p)) return parse_macro(p, op, tx_token_span(name), receiver, offset);
  return parse_call(p, text, tx_token_span(name), receiver, offset);
}

/* --- names ----------------------------------------------------------------------------------------------------- */

static bool is_namespace(triax_text name) { return tx_text_equal_c(name, "math") || tx_text_equal_c(name, "strings"); }

/* A dotted name as one text: as it stands in the source, or joined when blanks stand between. */
static triax_text dotted_text(tx_parser *p, uint32_t offset, uint32_t end) {
  triax_text whole = {p->lexer.source.bytes + offset, end - offset};
  bool blank = false;
  for (size_t i = 0; i < whole.length; i++) {
    blank = blank || whole.bytes[i] == ' ' || whole.bytes[i] == '/' || (unsigned char)whole.bytes[i] < ' ';
  }
  if (!blank) return whole;
  char *joined = tx_arena_alloc(p->arena, whole.length);
  if (!joined) {
    p->no_memory = true;
    return whole;
  }
  tx_lexer lexer = {.source = {p->lexer.source.bytes, end}, .offset = offset, .token = {.offset = offset}};
  size_t length = 0;
  for (tx_lex_next(&lexer); lexer.token.kind != TX_T_END; tx_lex_next(&lexer)) {
    memcpy(joined + length, lexer.source.bytes + lexer.token.offset, lexer.token.length);
    length += lexer.token.length;
  }
  return (triax_text){joined, length};
}

/* At a dot: whether a name follows that is not called; moves past both. */
static bool accept_field(tx_parser *p) {
  tx_lexer ahead = p->lexer;
  tx_lex_next(&ahead);
  if (ahead.token.kind != TX_T_NAME) return false;
  tx_lex_next(&ahead);
  if (ahead.token.kind == TX_T_OPEN) return false;
  tx_parser_next(p);
  tx_parser_next(p);
  return true;
}

static bool refuse_word(tx_parser *p, tx_token token) {
  triax_text word = tx_token_text(&p->lexer, token);
  const char *ours = tx_lex_foreign_word(word);
  uint8_t following = tx_parser_kind(p);
  bool value_follows = following == TX_T_NAME || following == TX_T_TRUE || following == TX_T_FALSE ||
                       following == TX_T_TEXT || following == TX_T_INT;
  if (ours && value_follows) {
    TX_PARSER_FAIL(p, tx_token_span(token), NULL, "'%.*s' is written '%s'", (int)word.length, word.bytes, ours);
    return true;
  }
  if (token.reserved) {
    bool choice = tx_text_equal_c(word, "if") || tx_text_equal_c(word, "else");
    TX_PARSER_FAIL(p, tx_token_span(token), choice ? "a choice is written: test ? value : otherwise" : NULL,
                   "'%.*s' is a reserved word", (int)word.length, word.bytes);
    return true;
  }
  return false;
}

static uint32_t parse_name(tx_parser *p) {
  tx_token token = p->lexer.token;
  triax_text text = tx_token_text(&p->lexer, token);
  tx_parser_next(p);
  if (refuse_word(p, token)) return TX_NO_INDEX;
  if (tx_parser_kind(p) == TX_T_OPEN) return parse_call(p, text, tx_token_span(token), TX_NO_INDEX, token.offset);
  if (tx_parser_kind(p) == TX_T_OPEN_MAP) {
    refuse_rest(p);
    return TX_NO_INDEX;
  }
  while (tx_parser_kind(p) == TX_T_DOT && accept_field(p)) {
  }
  tx_span whole = {token.offset, p->end - token.offset};
  triax_text name = dotted_text(p, whole.offset, p->end);
  if (tx_parser_kind(p) == TX_T_DOT && is_namespace(name)) {
    tx_lexer before = p->lexer;
    tx_parser_next(p);
    if (tx_parser_kind(p) == TX_T_NAME && !tx_text_equal_c(tx_token_text(&p->lexer, p->lexer.token), "orValue")) {
      tx_parser_next(p);
      tx_span at = {token.offset, p->end - token.offset};
      return parse_call(p, dotted_text(p, at.offset, p->end), at, TX_NO_INDEX, token.offset);
    }
    p->lexer = before; /* a column of that name */
    p->end = token.offset + token.length;
  }
  uint32_t index = tx_parser_node(p, TX_S_NAME, whole.offset, whole);
  if (index != TX_NO_INDEX) tx_parser_at(p, index)->text = name;
  return index;
}

/* --- operators ------------------------------------------------------------------------------------------------- */

static uint32_t parse_primary(tx_parser *p) {
  tx_token token = p->lexer.token;
  switch (token.kind) {
  case TX_T_INT:
  case TX_T_UINT:
  case TX_T_DOUBLE:
    return tx_parse_number(p, false, token.offset);
  case TX_T_TEXT:
    return tx_parse_text(p);
  case TX_T_TRUE:
  case TX_T_FALSE:
    return tx_parse_truth(p);
  case TX_T_NAME:
    return parse_name(p);
  case TX_T_OPEN:
    return parse_parentheses(p);
  case TX_T_OPEN_LIST:
    return parse_list(p);
  case TX_T_NULL:
    tx_parser_next(p);
    return tx_parser_node(p, TX_S_NULL, token.offset, tx_token_span(token));
  default:
    break;
  }
  triax_text text = tx_token_text(&p->lexer, token);
  if (token.kind == TX_T_END) {
    TX_PARSER_FAIL(p, tx_token_span(token), NULL,
                   p->end == 0 ? "the expression is empty" : "a value is missing at the end");
  } else if (token.kind == TX_T_OPEN_MAP) {
    refuse_rest(p);
  } else {
    TX_PARSER_FAIL(p, tx_token_span(token), NULL, "a value was expected before '%.*s'",
                   (int)(text.length < 40 ? text.length : 40), text.bytes);
  }
  return TX_NO_INDEX;
}

static uint32_t parse_select(tx_parser *p, uint32_t receiver, uint32_t offset) {
  tx_parser_next(p); /* . */
  tx_token name = p->lexer.token;
  if (name.kind != TX_T_NAME) {
    TX_PARSER_FAIL(p, tx_token_span(name), NULL, "a name was expected behind the dot");
    return TX_NO_INDEX;
  }
  tx_parser_next(p);
  if (tx_parser_kind(p) == TX_T_OPEN) return parse_member_call(p, name, receiver, offset);
  children parts = {0};
  add_child(p, &parts, receiver);
  uint32_t select = add_parent(p, TX_S_SELECT, 0, offset, tx_token_span(name), &parts);
  if (select != TX_NO_INDEX) tx_parser_at(p, select)->text = tx_token_text(&p->lexer, name);
  return select;
}

static uint32_t parse_index(tx_parser *p, uint32_t receiver, uint32_t offset) {
  tx_span at = tx_token_span(p->lexer.token);
  tx_parser_next(p); /* [ */
  if (!enter(p)) return TX_NO_INDEX;
  children parts = {0};
  add_child(p, &parts, receiver);
  parse_items(p, &parts, TX_T_CLOSE_LIST, false);
  p->depth--;
  if (!parts.faulty && parts.count != 2) {
    TX_PARSER_FAIL(p, at, NULL, "one position is expected in the brackets");
    return TX_NO_INDEX;
  }
  return add_parent(p, TX_S_INDEX, TX_OP_INDEX, offset, at, &parts);
}

static uint32_t parse_suffixes(tx_parser *p, uint32_t receiver, uint32_t offset) {
  while (!p->panic && (tx_parser_kind(p) == TX_T_DOT || tx_parser_kind(p) == TX_T_OPEN_LIST)) {
    receiver = tx_parser_kind(p) == TX_T_DOT ? parse_select(p, receiver, offset) : parse_index(p, receiver, offset);
  }
  return receiver;
}

static uint32_t parse_unary(tx_parser *p) {
  tx_token token = p->lexer.token;
  if (token.kind != TX_T_NOT && token.kind != TX_T_MINUS) {
    return parse_suffixes(p, parse_primary(p), token.offset);
  }
  tx_parser_next(p);
  if (token.kind == TX_T_MINUS && (tx_parser_kind(p) == TX_T_INT || tx_parser_kind(p) == TX_T_DOUBLE)) {
    return parse_suffixes(p, tx_parse_number(p, true, token.offset), token.offset);
  }
  if (!enter(p)) return TX_NO_INDEX;
  children operand = {0};
  add_child(p, &operand, parse_unary(p));
  p->depth--;
  return add_parent(p, TX_S_UNARY, token.kind == TX_T_NOT ? TX_OP_NOT : TX_OP_NEGATE, token.offset,
                    tx_token_span(token), &operand);
}

/* The operator that a token stands for and how tightly it binds, from 1; 0 when it is none. */
static int binary_operator(uint8_t kind, uint8_t *op) {
  static const struct {
    uint8_t kind, op, binds;
  } operators[] = {{TX_T_OR, TX_OP_OR, 1},           {TX_T_AND, TX_OP_AND, 2},
                   {TX_T_EQUAL, TX_OP_EQUAL, 3},     {TX_T_UNEQUAL, TX_OP_UNEQUAL, 3},
                   {TX_T_LESS, TX_OP_LESS, 3},       {TX_T_AT_MOST, TX_OP_AT_MOST, 3},
                   {TX_T_GREATER, TX_OP_GREATER, 3}, {TX_T_AT_LEAST, TX_OP_AT_LEAST, 3},
                   {TX_T_IN, TX_OP_IN, 3},           {TX_T_PLUS, TX_OP_ADD, 4},
                   {TX_T_MINUS, TX_OP_SUBTRACT, 4},  {TX_T_TIMES, TX_OP_MULTIPLY, 5},
                   {TX_T_DIVIDE, TX_OP_DIVIDE, 5},   {TX_T_REMAINDER, TX_OP_REMAINDER, 5}};
  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
    if (operators[i].kind != kind) continue;
    *op = operators[i].op;
    return operators[i].binds;
  }
  return 0;
}

static bool begins_value(uint8_t kind) {
  switch (kind) {
  case TX_T_INT:
  case TX_T_UINT:
  case TX_T_DOUBLE:
  case TX_T_TEXT:
  case TX_T_NAME:
  case TX_T_TRUE:
  case TX_T_FALSE:
  case TX_T_NULL:
  case TX_T_OPEN:
  case TX_T_OPEN_LIST:
  case TX_T_NOT:
  case TX_T_MINUS:
    return true;
  default:
    return false;
  }
}

/* 10% at the end, before another operator or a bracket. */
static bool refuse_percent(tx_parser *p, uint32_t left, tx_token token) {
  if (token.kind != TX_T_REMAINDER || begins_value(tx_parser_kind(p)) || left == TX_NO_INDEX) return false;
  if (tx_parser_at(p, left)->kind != TX_S_LITERAL) return false;
  tx_span span = {tx_parser_at(p, left)->offset, token.offset + token.length - tx_parser_at(p, left)->offset};
  TX_PARSER_FAIL(p, span, "write 0.1 for 10%", "a share is a plain number in an expression; '%%' is the remainder");
  return true;
}

static uint32_t parse_binary(tx_parser *p, int least) {
  uint32_t offset = p->lexer.token.offset;
  uint32_t left = parse_unary(p);
  uint8_t op;
  int binds;
  while (!p->panic && (binds = binary_operator(tx_parser_kind(p), &op)) >= least && binds > 0) {
    tx_token token = p->lexer.token;
    tx_parser_next(p);
    if (refuse_percent(p, left, token)) return TX_NO_INDEX;
    children sides = {0};
    uint32_t right = parse_binary(p, binds + 1);
    add_child(p, &sides, left);
    add_child(p, &sides, right);
    left = add_parent(p, TX_S_BINARY, op, offset, tx_token_span(token), &sides);
  }
  return left;
}

/* test ? value : test ? value : … : otherwise, whose tail is a loop. */
typedef struct choice {
  struct choice *outer;
  uint32_t offset, condition, then;
  tx_span at;
} choice;

static uint32_t close_choices(tx_parser *p, choice *open, uint32_t otherwise) {
  for (; open; open = open->outer) {
    children parts = {0};
    add_child(p, &parts, open->condition);
    add_child(p, &parts, open->then);
    add_child(p, &parts, otherwise);
    otherwise = add_parent(p, TX_S_CONDITIONAL, TX_OP_IF, open->offset, open->at, &parts);
  }
  return otherwise;
}

static choice *parse_choice(tx_parser *p, choice *outer, uint32_t offset, uint32_t condition) {
  choice *open = tx_arena_alloc(p->arena, sizeof *open);
  if (!open) {
    p->no_memory = p->panic = true;
    return outer;
  }
  *open = (choice){outer, offset, condition, TX_NO_INDEX, tx_token_span(p->lexer.token)};
  tx_parser_next(p); /* ? */
  if (!enter(p)) return open;
  open->then = parse_expression(p);
  p->depth--;
  if (!tx_parser_accept(p, TX_T_COLON) && !p->panic) {
    if (tx_parser_kind(p) == TX_T_END || tx_parser_kind(p) == TX_T_CLOSE || tx_parser_kind(p) == TX_T_COMMA) {
      TX_PARSER_FAIL(p, open->at, "a choice is written: test ? value : otherwise", "this '?' has no ':' behind it");
    } else {
      refuse_rest(p);
    }
  }
  return open;
}

static uint32_t parse_expression(tx_parser *p) {
  choice *open = NULL;
  for (;;) {
    uint32_t offset = p->lexer.token.offset;
    uint32_t value = parse_binary(p, 1);
    if (p->panic) return TX_NO_INDEX;
    if (tx_parser_kind(p) != TX_T_QUESTION) return close_choices(p, open, value);
    open = parse_choice(p, open, offset, value);
    if (p->panic) return TX_NO_INDEX;
  }
}

triax_status tx_parse(tx_arena *arena, tx_syntax *syntax, tx_expr_faults *faults) {
  tx_parser p = {.lexer = {.source = syntax->source}, .arena = arena, .syntax = syntax, .faults = faults};
  size_t before = faults->count;
  tx_lex_next(&p.lexer);
  syntax->root = parse_expression(&p);
  if (!p.panic && tx_parser_kind(&p) != TX_T_END) refuse_rest(&p);
  if (p.no_memory) return TRIAX_ENOMEM;
  if (faults->count > before) return tx_fault_status(faults);
  return syntax->root == TX_NO_INDEX ? TRIAX_EPOLICY : TRIAX_OK;
}
