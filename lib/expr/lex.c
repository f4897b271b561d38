#include "expr/lex.h"

#include <string.h>

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* The character at a distance from the next token's start; 0 past the end (NUL is refused before lexing). */
static char peek(const tx_lexer *lexer, size_t ahead) {
  size_t at = lexer->offset + ahead;
  return at < lexer->source.length ? lexer->source.bytes[at] : '\0';
}

static bool starts_with(const tx_lexer *lexer, const char *prefix) {
  size_t length = strlen(prefix);
  return lexer->source.length - lexer->offset >= length &&
         memcmp(lexer->source.bytes + lexer->offset, prefix, length) == 0;
}

static void skip_blank(tx_lexer *lexer) {
  for (;;) {
    char c = peek(lexer, 0);
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
      lexer->offset++;
    } else if (c == '/' && peek(lexer, 1) == '/') {
      while (lexer->offset < lexer->source.length && peek(lexer, 0) != '\n' && peek(lexer, 0) != '\r') lexer->offset++;
    } else {
      return;
    }
  }
}

/* --- numbers --------------------------------------------------------------------------------------------------- */

static size_t digits_from(const tx_lexer *lexer, size_t ahead) {
  while (is_digit(peek(lexer, ahead))) ahead++;
  return ahead;
}

static bool read_natural(const char *bytes, size_t length, unsigned base, uint64_t *value) {
  *value = 0;
  for (size_t i = 0; i < length; i++) {
    unsigned digit = (unsigned)hex_digit(bytes[i]);
    if (*value > (UINT64_MAX - digit) / base) return false;
    *value = *value * base + digit;
  }
  return true;
}

/* Length of a decimal number; says whether it has a fraction or an exponent. */
static size_t decimal_length(const tx_lexer *lexer, bool *fractional) {
  size_t length = digits_from(lexer, 0);
  *fractional = false;
  if (peek(lexer, length) == '.' && is_digit(peek(lexer, length + 1))) {
    length = digits_from(lexer, length + 1);
    *fractional = true;
  }
  if (peek(lexer, length) == 'e' || peek(lexer, length) == 'E') {
    size_t sign = peek(lexer, length + 1) == '+' || peek(lexer, length + 1) == '-' ? 1 : 0;
    if (is_digit(peek(lexer, length + 1 + sign))) {
      length = digits_from(lexer, length + 1 + sign);
      *fractional = true;
    }
  }
  return length;
}

static const char *suffix_hint(triax_text suffix) {
  static const char *const sizes[] = {"k", "K", "m", "M", "bn", "BN", "Bn"};
  static const char *const times[] = {"d", "w", "h", "min", "s"};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    if (tx_text_equal_c(suffix, sizes[i])) return "in an expression numbers are written out: 750000, or 1.5e6";
  }
  for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
    if (tx_text_equal_c(suffix, times[i])) {
      return "compare days with days_until() or days_since(), or write duration(\"336h\")";
    }
  }
  return "put an operator or a space between a number and a name";
}

/* Letters right behind a number: 750k, 14d, 3x. */
static bool refuse_suffix(tx_lexer *lexer, tx_token *token, size_t length) {
  if (!is_letter(peek(lexer, length))) return false;
  size_t end = length;
  while (is_letter(peek(lexer, end)) || is_digit(peek(lexer, end))) end++;
  triax_text whole = {lexer->source.bytes + lexer->offset, end};
  triax_text suffix = {whole.bytes + length, end - length};
  token->kind = TX_T_BAD;
  token->length = (uint32_t)end;
  tx_fault_error(lexer->faults, tx_token_span(*token), suffix_hint(suffix), "'%.*s' is not a number",
                 (int)(end < 40 ? end : 40), whole.bytes);
  return true;
}

static void lex_number(tx_lexer *lexer, tx_token *token) {
  const char *start = lexer->source.bytes + lexer->offset;
  bool hexadecimal =
      start[0] == '0' && (peek(lexer, 1) == 'x' || peek(lexer, 1) == 'X') && hex_digit(peek(lexer, 2)) >= 0;
  bool fractional = false, fits = true;
  size_t length = 2;
  if (hexadecimal) {
    while (hex_digit(peek(lexer, length)) >= 0) length++;
    fits = read_natural(start + 2, length - 2, 16, &token->natural);
  } else {
    length = decimal_length(lexer, &fractional);
    if (!fractional) fits = read_natural(start, length, 10, &token->natural);
  }
  token->kind = fractional ? TX_T_DOUBLE : TX_T_INT;
  if (!fractional && (peek(lexer, length) == 'u' || peek(lexer, length) == 'U')) {
    token->kind = TX_T_UINT;
    length++;
  }
  token->length = (uint32_t)length;
  if (refuse_suffix(lexer, token, length)) return;
  if (!fits) {
    token->kind = TX_T_BAD;
    tx_fault_error(lexer->faults, tx_token_span(*token), "add '.0' to make it a double",
                   "the whole number '%.*s' is too large for 64 bits", (int)(length < 40 ? length : 40), start);
  }
}

/* --- texts ----------------------------------------------------------------------------------------------------- */

/* Where the text that begins at `at` (behind its opening quotes) ends; SIZE_MAX when it is not closed. */
static size_t text_end(const tx_lexer *lexer, size_t at, char quote, unsigned quotes, bool raw) {
  triax_text source = lexer->source;
  for (; at < source.length; at++) {
    char c = source.bytes[at];
    if (c == '\\' && !raw && at + 1 < source.length) {
      at++;
    } else if (quotes == 1 && (c == '\n' || c == '\r')) {
      return SIZE_MAX;
    } else if (c == quote) {
      if (quotes == 1) return at;
      if (source.length - at >= 3 && source.bytes[at + 1] == quote && source.bytes[at + 2] == quote) return at;
    }
  }
  return SIZE_MAX;
}

static void lex_text(tx_lexer *lexer, tx_token *token, size_t prefix) {
  char quote = peek(lexer, prefix);
  token->kind = TX_T_TEXT;
  token->raw = prefix == 1;
  token->quotes = peek(lexer, prefix + 1) == quote && peek(lexer, prefix + 2) == quote ? 3 : 1;
  size_t end = text_end(lexer, lexer->offset + prefix + token->quotes, quote, token->quotes, token->raw);
  if (end == SIZE_MAX) {
    token->kind = TX_T_BAD;
    token->length = 1;
    tx_fault_error(lexer->faults, tx_token_span(*token), "a quote inside a text is written with a backslash before it",
                   "the text that begins here is not closed: its closing %c is missing", quote);
    token->length = (uint32_t)(lexer->source.length - lexer->offset);
    return;
  }
  token->length = (uint32_t)(end + token->quotes - lexer->offset);
  if (lexer->faults && tx_lex_decode(lexer, *token, NULL) == SIZE_MAX) token->kind = TX_T_BAD;
}

static int escaped_letter(char c) {
  switch (c) {
  case 'a':
    return '\a';
  case 'b':
    return '\b';
  case 'f':
    return '\f';
  case 'n':
    return '\n';
  case 'r':
    return '\r';
  case 't':
    return '\t';
  case 'v':
    return '\v';
  case '\\':
  case '?':
  case '"':
  case '\'':
  case '`':
    return c;
  default:
    return -1;
  }
}

/* Number of digits behind \x, \u, \U; 0 for other letters. */
static size_t escape_digits(char c) { return c == 'x' || c == 'X' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0; }

/* Reads the escape at bytes[*at] (a backslash) and moves past it. False when there is no such escape. */
static bool read_escape(const char *bytes, size_t length, size_t *at, uint32_t *code_point) {
  size_t i = *at + 1;
  if (i >= length) return false;
  char c = bytes[i];
  int letter = escaped_letter(c);
  size_t digits = escape_digits(c);
  unsigned base = digits ? 16 : 8;
  if (letter >= 0) {
    *code_point = (uint32_t)letter;
    *at = i + 1;
    return true;
  }
  if (digits) {
    i++;
  } else if (c >= '0' && c <= '3') {
    digits = 3;
  } else {
    return false;
  }
  uint32_t value = 0;
  if (length - i < digits) return false;
  for (size_t k = 0; k < digits; k++, i++) {
    int digit = hex_digit(bytes[i]);
    if (digit < 0 || (unsigned)digit >= base || value > UINT32_MAX / 16) return false;
    value = value * base + (uint32_t)digit;
  }
  *code_point = value;
  *at = i;
  return true;
}

size_t tx_lex_decode(const tx_lexer *lexer, tx_token token, char *out) {
  size_t from = token.offset + (token.raw ? 1u : 0u) + token.quotes;
  const char *bytes = lexer->source.bytes + from;
  size_t length = token.offset + token.length - token.quotes - from, written = 0;
  for (size_t i = 0; i < length;) {
    if (bytes[i] != '\\' || token.raw) {
      if (out) out[written] = bytes[i];
      written++, i++;
      continue;
    }
    size_t start = i, put = 0;
    uint32_t code_point = 0;
    char encoded[4];
    if (read_escape(bytes, length, &i, &code_point)) put = tx_utf8_put(code_point, encoded);
    if (put == 0) {
      tx_fault_error(lexer->faults, (tx_span){(uint32_t)(from + start), length - start > 1 ? 2 : 1},
                     "write \\\\ for a backslash, or put r before the text: r\"\\d+\"",
                     "this escape does not exist or does not name a character");
      return SIZE_MAX;
    }
    if (out) memcpy(out + written, encoded, put);
    written += put;
  }
  return written;
}

/* --- names and signs ------------------------------------------------------------------------------------------- */

const char *tx_lex_foreign_word(triax_text word) {
  static const char *const words[][2] = {{"and", "&&"}, {"AND", "&&"}, {"or", "||"}, {"OR", "||"},
                                         {"not", "!"},  {"NOT", "!"},  {"IN", "in"}, {"is", "=="},
                                         {"IS", "=="},  {"eq", "=="},  {"mod", "%"}, {"then", "?"}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (tx_text_equal_c(word, words[i][0])) return words[i][1];
  }
  return NULL;
}

static bool is_reserved(triax_text word) {
  static const char *const words[] = {"as",       "break",  "const",  "continue", "else", "for",
                                      "function", "if",     "import", "let",      "loop", "namespace",
                                      "package",  "return", "var",    "void",     "while"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (tx_text_equal_c(word, words[i])) return true;
  }
  return false;
}

static void lex_name(tx_lexer *lexer, tx_token *token) {
  size_t length = 0;
  while (is_letter(peek(lexer, length)) || is_digit(peek(lexer, length))) length++;
  token->length = (uint32_t)length;
  triax_text word = tx_token_text(lexer, *token);
  token->kind = TX_T_NAME;
  if (tx_text_equal_c(word, "true")) token->kind = TX_T_TRUE;
  if (tx_text_equal_c(word, "false")) token->kind = TX_T_FALSE;
  if (tx_text_equal_c(word, "null")) token->kind = TX_T_NULL;
  if (tx_text_equal_c(word, "in")) token->kind = TX_T_IN;
  token->reserved = is_reserved(word);
}

/* Signs of other languages: reported, and taken for what was meant. */
static bool lex_foreign_sign(tx_lexer *lexer, tx_token *token) {
  static const struct {
    const char *sign, *ours;
    uint8_t kind;
  } signs[] = {{"===", "==", TX_T_EQUAL},  {"!==", "!=", TX_T_UNEQUAL}, {"<>", "!=", TX_T_UNEQUAL},
               {"=<", "<=", TX_T_AT_MOST}, {"=>", ">=", TX_T_AT_LEAST}, {"≤", "<=", TX_T_AT_MOST},
               {"≥", ">=", TX_T_AT_LEAST}, {"≠", "!=", TX_T_UNEQUAL},   {"×", "*", TX_T_TIMES},
               {"−", "-", TX_T_MINUS},     {"–", "-", TX_T_MINUS},      {"**", "*", TX_T_TIMES}};
  if (starts_with(lexer, "==") && peek(lexer, 2) != '=') return false;
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
    if (!starts_with(lexer, signs[i].sign)) continue;
    token->kind = signs[i].kind;
    token->length = (uint32_t)strlen(signs[i].sign);
    tx_fault_error(lexer->faults, tx_token_span(*token), NULL, "'%s' is not an operator here; write '%s'",
                   signs[i].sign, signs[i].ours);
    return true;
  }
  return false;
}

static bool lex_sign(tx_lexer *lexer, tx_token *token) {
  static const struct {
    char sign[3];
    uint8_t kind;
  } signs[] = {{"&&", TX_T_AND},      {"||", TX_T_OR},        {"==", TX_T_EQUAL},   {"!=", TX_T_UNEQUAL},
               {"<=", TX_T_AT_MOST},  {">=", TX_T_AT_LEAST},  {"<", TX_T_LESS},     {">", TX_T_GREATER},
               {"!", TX_T_NOT},       {"+", TX_T_PLUS},       {"-", TX_T_MINUS},    {"*", TX_T_TIMES},
               {"/", TX_T_DIVIDE},    {"%", TX_T_REMAINDER},  {"?", TX_T_QUESTION}, {":", TX_T_COLON},
               {",", TX_T_COMMA},     {".", TX_T_DOT},        {"(", TX_T_OPEN},     {")", TX_T_CLOSE},
               {"[", TX_T_OPEN_LIST}, {"]", TX_T_CLOSE_LIST}, {"{", TX_T_OPEN_MAP}, {"}", TX_T_CLOSE_MAP}};
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
    if (!starts_with(lexer, signs[i].sign)) continue;
    token->kind = signs[i].kind;
    token->length = (uint32_t)strlen(signs[i].sign);
    return true;
  }
  return false;
}

/* What was meant by a sign that is no sign of the language; NULL: no idea. */
static const char *meant_by(triax_text sign) {
  static const char *const quotes = "texts stand in straight quotes: \"finance\"";
  static const char *const signs[][2] = {
      {"$", "a column is written by its bare name, an amount by its bare number"},
      {";", "an expression is one value; parts are separated by commas inside a call or list"},
      {"#", "a comment begins with //"},
      {"÷", "did you mean '/'?"},
      {"€", "an amount is written by its bare number"}};
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
    if (tx_text_equal_c(sign, signs[i][0])) return signs[i][1];
  }
  if (tx_text_equal_c(sign, "“") || tx_text_equal_c(sign, "”") || tx_text_equal_c(sign, "„") ||
      tx_text_equal_c(sign, "‘") || tx_text_equal_c(sign, "’")) {
    return quotes;
  }
  if (sign.length > 1) return "names are of a to z, digits and '_': declare the column under such a name, with 'from'";
  return NULL;
}

static void lex_unknown(tx_lexer *lexer, tx_token *token) {
  char c = peek(lexer, 0);
  token->length = 1;
  token->kind = TX_T_BAD;
  if (c == '=') {
    token->kind = TX_T_EQUAL;
    tx_fault_error(lexer->faults, tx_token_span(*token), "did you mean '=='?",
                   "'=' does not compare; equality is written '=='");
    return;
  }
  if (c == '&' || c == '|') {
    token->kind = c == '&' ? TX_T_AND : TX_T_OR;
    tx_fault_error(lexer->faults, tx_token_span(*token), NULL, "a single '%c' is not an operator; write '%c%c'", c, c,
                   c);
    return;
  }
  size_t end = lexer->offset;
  tx_utf8_next(lexer->source, &end);
  token->length = (uint32_t)(end - lexer->offset);
  triax_text sign = tx_token_text(lexer, *token);
  tx_fault_error(lexer->faults, tx_token_span(*token), meant_by(sign), "'%.*s' has no meaning here", (int)sign.length,
                 sign.bytes);
}

void tx_lex_next(tx_lexer *lexer) {
  lexer->offset = (size_t)lexer->token.offset + lexer->token.length;
  skip_blank(lexer);
  tx_token token = {.offset = (uint32_t)lexer->offset};
  char c = peek(lexer, 0), second = peek(lexer, 1);
  if (lexer->offset >= lexer->source.length) {
    token.kind = TX_T_END;
  } else if (is_digit(c) || (c == '.' && is_digit(second))) {
    lex_number(lexer, &token);
  } else if (c == '"' || c == '\'') {
    lex_text(lexer, &token, 0);
  } else if ((c == 'r' || c == 'R') && (second == '"' || second == '\'')) {
    lex_text(lexer, &token, 1);
  } else if (is_letter(c)) {
    lex_name(lexer, &token);
  } else if (!lex_foreign_sign(lexer, &token) && !lex_sign(lexer, &token)) {
    lex_unknown(lexer, &token);
  }
  lexer->token = token;
}
