/* RE2's syntax, but for Unicode's scripts (\p{Greek}), which would need tables. Groups capture nothing: only whether a
 * pattern occurs is ever asked. */
#include <stdio.h>
#include <string.h>

#include "expr/regex_private.h"

#define DEEPEST 64
#define MOST_REPEATED 1000
#define END UINT32_MAX

enum { FOLD = 1, DOT_ALL = 2, MULTI_LINE = 4 };

typedef struct reader {
  tx_pattern *pattern;
  triax_text text;
  size_t at;
  unsigned flags;
  unsigned depth;
  size_t names; /* of groups */
  triax_text name[TX_REGEX_PATTERN / 6]; /* (?<a>) is the shortest */
  bool failed, limit;
  size_t fault;
  const char *why;
} reader;

static uint32_t read_choice(reader *r);

static void fail(reader *r, size_t at, const char *why) {
  if (r->failed) return;
  r->failed = true;
  r->fault = at;
  r->why = why;
}

static char peek(const reader *r, size_t ahead) {
  return r->at + ahead < r->text.length ? r->text.bytes[r->at + ahead] : '\0';
}

static bool accept(reader *r, const char *word) {
  size_t length = strlen(word);
  if (r->text.length - r->at < length || memcmp(r->text.bytes + r->at, word, length) != 0) return false;
  r->at += length;
  return true;
}

static uint32_t add_node(reader *r, tx_pattern_kind kind, uint32_t x) {
  tx_pattern *pattern = r->pattern;
  if (pattern->count == pattern->capacity) {
    fail(r, r->at, "the pattern is too large");
    return 0;
  }
  pattern->nodes[pattern->count] = (tx_pattern_node){.kind = (uint8_t)kind, .x = x, .next = TX_PATTERN_NONE};
  return pattern->count++;
}

/* --- classes --------------------------------------------------------------------------------------------------- */

static uint32_t open_class(reader *r) {
  tx_pattern *pattern = r->pattern;
  if (pattern->class_count == pattern->class_capacity) {
    fail(r, r->at, "the pattern is too large");
    return 0;
  }
  pattern->classes[pattern->class_count] = (tx_class){.first = pattern->range_count, .folds = (r->flags & FOLD) != 0};
  return pattern->class_count++;
}

static void add_range(reader *r, uint32_t low, uint32_t high) {
  tx_pattern *pattern = r->pattern;
  if (pattern->range_count == pattern->range_capacity) {
    fail(r, r->at, "the pattern is too large");
    return;
  }
  pattern->ranges[pattern->range_count++] = (tx_range){low, high};
  pattern->classes[pattern->class_count - 1].count++;
}

/* Named sets as pairs of ends, ascending. */
static const char *named_set(const char *name) {
  static const char *const sets[][2] = {{"alnum", "09AZaz"},   {"alpha", "AZaz"},
                                        {"blank", "\t\t  "},   {"digit", "09"},
                                        {"lower", "az"},       {"print", " ~"},
                                        {"graph", "!~"},       {"punct", "!/:@[`{~"},
                                        {"space", "\t\r  "},   {"upper", "AZ"},
                                        {"word", "09AZ__az"},  {"xdigit", "09AFaf"},
                                        {"ascii", "\001\177"}, {"cntrl", "\001\037\177\177"}};
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
    if (strcmp(sets[i][0], name) == 0) return sets[i][1];
  }
  return NULL;
}

/* All but the set. Under (?i) what differs from its characters in case alone is out too: of ASCII that is the other
 * case, and for k and s the signs of Kelvin and of the long s. */
static void add_all_but(reader *r, const char *set) {
  bool out[128] = {false}, folds = (r->flags & FOLD) != 0;
  for (; *set; set += 2) {
    for (unsigned c = (unsigned char)set[0]; c <= (unsigned char)set[1]; c++) out[c] = true;
  }
  for (unsigned c = 'A'; folds && c <= 'Z'; c++) out[c] = out[c + 32] = out[c] || out[c + 32];
  uint32_t low = 0;
  for (uint32_t c = 0; c < 128; c++) {
    if (!out[c]) continue;
    if (c > low) add_range(r, low, c - 1);
    low = c + 1;
  }
  const uint32_t beyond[] = {0x17F, 0x212A};
  for (size_t i = 0; folds && i < 2; i++) {
    if (!out[i ? 'k' : 's']) continue;
    add_range(r, low, beyond[i] - 1);
    low = beyond[i] + 1;
  }
  add_range(r, low, 0x10FFFF);
}

static void add_set(reader *r, const char *set, bool negated) {
  if (negated) {
    add_all_but(r, set);
    return;
  }
  for (; *set; set += 2) add_range(r, (unsigned char)set[0], (unsigned char)set[1]);
}

/* \d \D \s \S \w \W at the reader's place; false when it is something else. */
static bool read_perl_set(reader *r) {
  char c = peek(r, 1);
  if (peek(r, 0) != '\\' || !c || !strchr("dDsSwW", c)) return false;
  char letter = (char)(c | 0x20);
  r->at += 2;
  add_set(r, letter == 'd' ? "09" : letter == 's' ? "\t\n\f\r  " : "09AZ__az", c < 'a');
  return true;
}

/* The mask of a general category, or of all that begin with one letter; 0 for none. Those not assigned are in no C. */
static uint32_t category_mask(const char *name, size_t length) {
  static const char words[] = "LuLlLtLmLoMnMcMeNdNlNoPcPdPsPePiPfPoSmScSkSoZsZlZpCcCfCsCo"; /* as tx_category */
  uint32_t mask = 0;
  if (length == 3 && memcmp(name, "Any", 3) == 0) return UINT32_MAX;
  for (uint32_t i = 0; length && length < 3 && i < TX_CN; i++) {
    if (memcmp(words + (size_t)2 * i, name, length) == 0) mask |= UINT32_C(1) << i;
  }
  return mask;
}

/* \pL \p{Lu} \P{^Lu} at the reader's place, into the class that is open; false when it is something else. */
static bool read_category(reader *r) {
  if (peek(r, 0) != '\\' || (peek(r, 1) | 0x20) != 'p') return false;
  size_t start = r->at;
  bool negated = peek(r, 1) == 'P', braces = peek(r, 2) == '{';
  r->at += braces ? 3 : 2;
  if (braces && accept(r, "^")) negated = !negated;
  const char *name = r->text.bytes + r->at;
  size_t length = 0;
  if (braces) {
    while (peek(r, length) && peek(r, length) != '}') length++;
  } else {
    length = r->at < r->text.length ? 1 : 0;
  }
  uint32_t mask = category_mask(name, length);
  r->at += length;
  if (!mask || (braces && !accept(r, "}"))) {
    fail(r, start, "there is no such class of characters: general categories are, such as \\pL, \\p{Lu}, \\p{Nd}; "
                   "scripts are not");
    return true;
  }
  tx_class *class = &r->pattern->classes[r->pattern->class_count - 1];
  if (!negated) {
    class->categories |= mask;
  } else if (class->left_out && !(class->left_out & mask)) {
    add_range(r, 0, 0x10FFFF); /* all but these, and all but others */
  } else {
    class->left_out = class->left_out ? class->left_out & mask : mask;
  }
  return true;
}

/* --- escapes --------------------------------------------------------------------------------------------------- */

static int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Behind \x: two digits, or any number of them in braces. */
static uint32_t read_hex(reader *r, size_t start) {
  uint32_t value = 0;
  bool braces = accept(r, "{");
  size_t digits = 0;
  for (; hex_value(peek(r, 0)) >= 0 && (braces || digits < 2) && value <= 0x10FFFF; digits++, r->at++) {
    value = value * 16 + (uint32_t)hex_value(peek(r, 0));
  }
  bool whole = braces ? digits > 0 && accept(r, "}") : digits == 2;
  if (!whole || value > 0x10FFFF) fail(r, start, "this escape does not name a character");
  return value;
}

static uint32_t read_octal(reader *r) {
  uint32_t value = 0;
  for (int i = 0; i < 3 && peek(r, 0) >= '0' && peek(r, 0) <= '7'; i++, r->at++) {
    value = value * 8 + (uint32_t)(peek(r, 0) - '0');
  }
  return value;
}

/* An escape that stands for one character. */
static uint32_t read_escape(reader *r) {
  static const char letters[] = "afnrtv", meant[] = "\a\f\n\r\t\v";
  size_t start = r->at++;
  char c = peek(r, 0);
  const char *letter = c ? strchr(letters, c) : NULL;
  if (letter) return r->at++, (uint32_t)meant[letter - letters];
  if (c == 'x') return r->at++, read_hex(r, start);
  if (c == '0' || (c >= '1' && c <= '7' && peek(r, 1) >= '0' && peek(r, 1) <= '7')) return read_octal(r);
  if (c >= '1' && c <= '9') {
    fail(r, start, "back-references are not in the language, because they cannot be matched in linear time");
  } else if (c == '\0') {
    fail(r, start, "a backslash at the end escapes nothing");
  } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
    fail(r, start, "this escape does not exist");
  }
  return r->failed ? 0 : tx_utf8_next(r->text, &r->at);
}

/* --- bracket expressions --------------------------------------------------------------------------------------- */

static bool read_posix_set(reader *r) {
  if (peek(r, 0) != '[' || peek(r, 1) != ':') return false;
  size_t start = r->at, length = 0;
  char name[12];
  r->at += 2;
  bool negated = accept(r, "^");
  while (peek(r, 0) >= 'a' && peek(r, 0) <= 'z' && length + 1 < sizeof name) name[length++] = r->text.bytes[r->at++];
  name[length] = '\0';
  const char *set = length > 1 ? named_set(name) : NULL;
  if (!set || !accept(r, ":]")) {
    fail(r, start, "there is no such class; the classes are [:alpha:], [:digit:], [:alnum:], [:space:] …");
    return true;
  }
  add_set(r, set, negated);
  return true;
}

static uint32_t read_class_character(reader *r) {
  return peek(r, 0) == '\\' ? read_escape(r) : tx_utf8_next(r->text, &r->at);
}

static void read_class_item(reader *r) {
  if (read_posix_set(r) || read_perl_set(r) || read_category(r)) return;
  size_t start = r->at;
  uint32_t low = read_class_character(r), high = low;
  if (r->failed) return;
  if (peek(r, 0) == '-' && r->at + 1 < r->text.length && peek(r, 1) != ']') {
    r->at++;
    high = read_class_character(r);
    if (high < low) fail(r, start, "this range runs backwards");
  }
  add_range(r, low, high);
}

static uint32_t read_class(reader *r) {
  size_t start = r->at++;
  uint32_t number = open_class(r);
  bool negated = accept(r, "^");
  for (bool first = true; !r->failed && (first || peek(r, 0) != ']'); first = false) {
    if (r->at >= r->text.length) {
      fail(r, start, "this '[' is not closed");
      break;
    }
    read_class_item(r);
  }
  if (r->failed) return 0;
  r->at++;
  r->pattern->classes[number].negated = negated;
  return add_node(r, TX_P_CLASS, number);
}

/* --- atoms ----------------------------------------------------------------------------------------------------- */

static uint32_t add_character(reader *r, uint32_t c) {
  bool folds = (r->flags & FOLD) != 0;
  uint32_t node = add_node(r, TX_P_CHARACTER, folds ? tx_fold_case(c) : c);
  if (!r->failed) r->pattern->nodes[node].flag = folds;
  return node;
}

static uint32_t read_backslash(reader *r) {
  if (accept(r, "\\A")) return add_node(r, TX_P_BEGIN_TEXT, 0);
  if (accept(r, "\\z")) return add_node(r, TX_P_END_TEXT, 0);
  if (accept(r, "\\b")) return add_node(r, TX_P_WORD_EDGE, 0);
  if (accept(r, "\\B")) return add_node(r, TX_P_NO_WORD_EDGE, 0);
  char c = peek(r, 1);
  if (c && strchr("dDsSwWpP", c)) {
    uint32_t number = open_class(r);
    if (!r->failed && !read_perl_set(r)) read_category(r);
    return add_node(r, TX_P_CLASS, number);
  }
  return add_character(r, read_escape(r));
}

/* Behind "(?": letters of flags; true when ':' opens a group, false when ')' ends the flags. */
static bool read_flags(reader *r, size_t start) {
  bool off = false;
  for (;; r->at++) {
    char c = peek(r, 0);
    unsigned flag = c == 'i' ? FOLD : c == 's' ? DOT_ALL : c == 'm' ? MULTI_LINE : 0;
    if (c == ':') return r->at++, true;
    if (c == ')') return false;
    if (c == '-' && !off) {
      off = true;
    } else if (c == 'U') {
      continue; /* greed decides what is captured, not whether it matches */
    } else if (flag) {
      r->flags = off ? r->flags & ~flag : r->flags | flag;
    } else {
      bool around = c == '=' || c == '!' || c == '<';
      fail(r, start, around ? "looking ahead or behind is not in the language" : "there is no such group or flag");
      return false;
    }
  }
}

/* (?P<name>…) and (?<name>…), at the sign behind '?'. */
static bool read_group_name(reader *r, size_t start) {
  if (peek(r, 0) == '<' && (peek(r, 1) == '=' || peek(r, 1) == '!')) return false;
  if (!accept(r, "P<") && !accept(r, "<")) return false;
  size_t length = 0;
  for (;; length++, r->at++) {
    char c = peek(r, 0);
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!letter) break;
  }
  triax_text name = {r->text.bytes + r->at - length, length};
  if (length == 0 || !accept(r, ">")) {
    fail(r, start, "the name of this group is at fault");
    return true;
  }
  for (size_t i = 0; i < r->names; i++) {
    if (tx_text_equal(r->name[i], name)) fail(r, start, "two groups have this name");
  }
  if (!r->failed) r->name[r->names++] = name;
  return true;
}

static uint32_t read_group(reader *r) {
  size_t start = r->at++;
  unsigned flags = r->flags;
  if (r->depth == DEEPEST) {
    r->limit = true;
    fail(r, start, "groups are nested more than 64 deep");
    return 0;
  }
  if (accept(r, "?") && !read_group_name(r, start) && !read_flags(r, start)) {
    if (!r->failed) r->at++; /* (?i) changes the rest of the group around it */
    return r->failed ? 0 : add_node(r, TX_P_EMPTY, 0);
  }
  r->depth++;
  uint32_t inner = r->failed ? 0 : read_choice(r);
  r->depth--;
  if (!r->failed && !accept(r, ")")) fail(r, start, "this '(' is not closed");
  r->flags = flags;
  return inner;
}

static uint32_t read_atom(reader *r) {
  char c = peek(r, 0);
  size_t start = r->at;
  if (c == '(') return read_group(r);
  if (c == '[') return read_class(r);
  if (c == '\\') return read_backslash(r);
  if (c == '*' || c == '+' || c == '?') {
    fail(r, start, "there is nothing before this sign that it could repeat");
    return 0;
  }
  if (c != '.' && c != '^' && c != '$') return add_character(r, tx_utf8_next(r->text, &r->at));
  r->at++;
  bool lines = (r->flags & MULTI_LINE) != 0;
  if (c == '^') return add_node(r, lines ? TX_P_BEGIN_LINE : TX_P_BEGIN_TEXT, 0);
  if (c == '$') return add_node(r, lines ? TX_P_END_LINE : TX_P_END_TEXT, 0);
  uint32_t any = add_node(r, TX_P_ANY, 0);
  if (!r->failed) r->pattern->nodes[any].flag = (r->flags & DOT_ALL) != 0;
  return any;
}

/* --- repetition ------------------------------------------------------------------------------------------------ */

static bool read_count(reader *r, uint32_t *count) {
  size_t digits = 0;
  for (*count = 0; peek(r, 0) >= '0' && peek(r, 0) <= '9'; digits++, r->at++) {
    if (*count <= MOST_REPEATED) *count = *count * 10 + (uint32_t)(peek(r, 0) - '0');
  }
  return digits > 0;
}

/* {2}, {2,}, {2,5}; anything else in braces is literal, as in RE2. */
static bool read_braces(reader *r, uint32_t *least, uint32_t *most) {
  size_t start = r->at;
  if (!accept(r, "{")) return false;
  bool counted = read_count(r, least);
  *most = *least;
  if (counted && accept(r, ",") && !read_count(r, most)) *most = END;
  if (!counted || !accept(r, "}")) {
    r->at = start;
    return false;
  }
  if (*least > MOST_REPEATED || (*most != END && *most > MOST_REPEATED)) {
    r->limit = true;
    fail(r, start, "a part can be repeated at most 1000 times");
  } else if (*most < *least) {
    fail(r, start, "this repetition runs backwards");
  }
  return true;
}

static bool read_repetition(reader *r, uint32_t *least, uint32_t *most) {
  *most = END;
  *least = 0;
  if (accept(r, "*")) return true;
  if (accept(r, "?")) return *most = 1, true;
  if (accept(r, "+")) return *least = 1, true;
  return read_braces(r, least, most);
}

static uint32_t read_repeated(reader *r) {
  uint32_t node = read_atom(r), least, most;
  if (r->failed || !read_repetition(r, &least, &most)) return node;
  accept(r, "?"); /* lazy: matches all the same */
  uint32_t repeat = add_node(r, TX_P_REPEAT, node);
  if (r->failed) return 0;
  r->pattern->nodes[repeat].least = least;
  r->pattern->nodes[repeat].most = most;
  if (peek(r, 0) == '*' || peek(r, 0) == '+' || peek(r, 0) == '?') {
    fail(r, r->at, "a repetition cannot be repeated without parentheses");
  }
  return repeat;
}

static void append(reader *r, uint32_t *first, uint32_t *last, uint32_t node) {
  if (r->failed) return;
  if (*first == TX_PATTERN_NONE) {
    *first = node;
  } else {
    r->pattern->nodes[*last].next = node;
  }
  *last = node;
}

/* \Q…\E; false when there is none here. */
static bool read_literal(reader *r, uint32_t *first, uint32_t *last) {
  if (!accept(r, "\\Q")) return accept(r, "\\E");
  while (!r->failed && r->at < r->text.length && !accept(r, "\\E")) {
    append(r, first, last, add_character(r, tx_utf8_next(r->text, &r->at)));
  }
  return true;
}

static uint32_t read_sequence(reader *r) {
  uint32_t first = TX_PATTERN_NONE, last = TX_PATTERN_NONE;
  while (!r->failed && r->at < r->text.length && peek(r, 0) != '|' && peek(r, 0) != ')') {
    if (!read_literal(r, &first, &last)) append(r, &first, &last, read_repeated(r));
  }
  if (first == TX_PATTERN_NONE) return add_node(r, TX_P_EMPTY, 0);
  return first == last ? first : add_node(r, TX_P_SEQUENCE, first);
}

static uint32_t read_choice(reader *r) {
  uint32_t first = TX_PATTERN_NONE, last = TX_PATTERN_NONE;
  do {
    append(r, &first, &last, read_sequence(r));
  } while (!r->failed && accept(r, "|"));
  return r->failed || first == last ? first : add_node(r, TX_P_CHOICE, first);
}

bool tx_pattern_parse(tx_pattern *pattern, triax_text text, char message[TX_REGEX_MESSAGE], size_t *offset,
                      bool *limit) {
  reader r = {.pattern = pattern, .text = text};
  pattern->root = read_choice(&r);
  if (!r.failed && r.at < text.length) fail(&r, r.at, "this ')' closes nothing");
  if (r.failed) {
    snprintf(message, TX_REGEX_MESSAGE, "%s", r.why);
    *offset = r.fault;
    *limit = r.limit;
  }
  return !r.failed;
}
