#include "reference.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "numbers.h"

/* --- memory: all of it is dropped at once ----------------------------------------------------------------------- */

static void **blocks;
static size_t block_count;

static void *room(size_t size) {
  blocks = realloc(blocks, (block_count + 1) * sizeof *blocks);
  return blocks[block_count++] = malloc(size ? size : 1);
}

void reference_clear(void) {
  while (block_count) free(blocks[--block_count]);
  free(blocks);
  blocks = NULL;
}

/* --- values ----------------------------------------------------------------------------------------------------- */

typedef reference_value value;

static const value missing = {.kind = REFERENCE_MISSING}, unknown = {.kind = REFERENCE_UNKNOWN};

static value truth(bool is) { return (value){.kind = REFERENCE_BOOL, .integer = is}; }
static value integer(int64_t is) { return (value){.kind = REFERENCE_INT, .integer = is}; }
static value number(double is) { return (value){.kind = REFERENCE_DOUBLE, .number = is}; }

static value text(const char *bytes, size_t size) {
  char *copy = room(size);
  memcpy(copy, bytes, size);
  return (value){.kind = REFERENCE_STRING, .text = copy, .size = size};
}

static bool is_number(value v) { return v.kind == REFERENCE_INT || v.kind == REFERENCE_DOUBLE; }
static double as_double(value v) { return v.kind == REFERENCE_INT ? (double)v.integer : v.number; }

/* Whether an operation on both has to give up, and how. */
static bool gives_up(value a, value b, value *result) {
  *result = a.kind == REFERENCE_UNKNOWN || b.kind == REFERENCE_UNKNOWN ? unknown : missing;
  return a.kind == REFERENCE_UNKNOWN || b.kind == REFERENCE_UNKNOWN || a.kind == REFERENCE_MISSING ||
         b.kind == REFERENCE_MISSING;
}

/* -1, 0, 1; 2: neither (NaN). Whole numbers against doubles exactly. */
static int compare(value a, value b) {
  if (a.kind == REFERENCE_INT && b.kind == REFERENCE_DOUBLE) {
    if (isnan(b.number)) return 2;
    if (b.number >= 0x1p63) return -1;
    if (b.number < -0x1p63) return 1;
    int64_t whole = (int64_t)b.number;
    if (a.integer != whole) return a.integer < whole ? -1 : 1;
    double rest = b.number - (double)whole;
    return rest > 0 ? -1 : rest < 0;
  }
  if (a.kind == REFERENCE_DOUBLE && b.kind == REFERENCE_INT) {
    int order = compare(b, a);
    return order == 2 ? 2 : -order;
  }
  if (a.kind == REFERENCE_DOUBLE) {
    return isnan(a.number) || isnan(b.number) ? 2 : a.number < b.number ? -1 : a.number > b.number;
  }
  if (a.kind == REFERENCE_STRING) {
    size_t least = a.size < b.size ? a.size : b.size;
    int order = least ? memcmp(a.text, b.text, least) : 0;
    if (order) return order < 0 ? -1 : 1;
    return a.size < b.size ? -1 : a.size > b.size;
  }
  return a.integer < b.integer ? -1 : a.integer > b.integer;
}

/* --- reading ---------------------------------------------------------------------------------------------------- */

typedef struct reader {
  const reference_data *data;
  const char *at;
  size_t row;
  struct {
    const char *name;
    size_t size;
    value is;
  } locals[8];
  size_t local_count;
} reader;

static value expression(reader *r);

static void blanks(reader *r) {
  while (*r->at == ' ') r->at++;
}

static bool accept(reader *r, const char *token) {
  blanks(r);
  if (strncmp(r->at, token, strlen(token)) != 0) return false;
  r->at += strlen(token);
  return true;
}

static bool name_byte(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

static size_t name_size(reader *r) {
  blanks(r);
  size_t size = 0;
  while (name_byte(r->at[size])) size++;
  return size;
}

static bool accept_word(reader *r, const char *word) {
  size_t size = name_size(r);
  if (size != strlen(word) || strncmp(r->at, word, size) != 0) return false;
  r->at += size;
  return true;
}

static value literal_number(reader *r) {
  char *end;
  size_t digits = strspn(r->at, "0123456789");
  if (r->at[digits] != '.' && r->at[digits] != 'e') {
    value v = integer((int64_t)strtoull(r->at, NULL, 10));
    r->at += digits;
    return v;
  }
  value v = number(number_of_test(r->at, &end));
  r->at = end;
  return v;
}

static value literal_text(reader *r) {
  const char *begin = ++r->at;
  while (*r->at != '"') r->at++;
  return text(begin, (size_t)(r->at++ - begin));
}

static value list_literal(reader *r) {
  value items[16], result = {.kind = REFERENCE_LIST};
  reference_kind bad = REFERENCE_LIST;
  while (!accept(r, "]")) {
    value v = expression(r);
    if (v.kind == REFERENCE_UNKNOWN || (v.kind == REFERENCE_MISSING && bad != REFERENCE_UNKNOWN)) bad = v.kind;
    if (result.count < 16) items[result.count++] = v;
    accept(r, ",");
  }
  if (bad != REFERENCE_LIST) return bad == REFERENCE_MISSING ? missing : unknown;
  value *kept = room(result.count * sizeof *kept);
  memcpy(kept, items, result.count * sizeof *kept);
  result.items = kept;
  return result;
}

/* --- macros ----------------------------------------------------------------------------------------------------- */

/* The body's value for one item; reading begins anew at `body`. */
static value body_of(reader *r, const char *body, const char *name, size_t size, value item) {
  size_t slot = r->local_count++;
  r->at = body;
  r->locals[slot].name = name;
  r->locals[slot].size = size;
  r->locals[slot].is = item;
  value v = expression(r);
  r->local_count--;
  return v;
}

/* all, exists: as && and || over the items; exists_one, filter, map: nothing may be missing. */
static value macro(reader *r, value list, const char *which) {
  size_t size = name_size(r);
  const char *name = r->at;
  r->at += size;
  accept(r, ",");
  const char *body = r->at;
  body_of(r, body, name, size, missing); /* to come behind it */
  const char *behind = r->at;
  if (list.kind == REFERENCE_LIST) {
    bool lost = false, none = false, yes = false, no = false;
    size_t held = 0;
    value *kept = room((list.count + 1) * sizeof *kept);
    for (size_t i = 0; i < list.count; i++) {
      value v = body_of(r, body, name, size, list.items[i]);
      none = none || v.kind == REFERENCE_UNKNOWN;
      lost = lost || v.kind == REFERENCE_MISSING;
      yes = yes || (v.kind == REFERENCE_BOOL && v.integer);
      no = no || (v.kind == REFERENCE_BOOL && !v.integer);
      if (!strcmp(which, "map")) kept[held++] = v;
      else if (v.kind == REFERENCE_BOOL && v.integer) kept[held++] = list.items[i];
    }
    if (none) list = unknown;
    else if (!strcmp(which, "exists")) list = yes ? truth(true) : lost ? missing : truth(false);
    else if (!strcmp(which, "all")) list = no ? truth(false) : lost ? missing : truth(true);
    else if (lost) list = missing;
    else if (!strcmp(which, "exists_one")) list = truth(held == 1);
    else list = (value){.kind = REFERENCE_LIST, .items = kept, .count = held};
  }
  r->at = behind;
  accept(r, ")");
  return list;
}

/* --- functions -------------------------------------------------------------------------------------------------- */

/* A pattern of plain characters, ^, $, and . or characters with * behind them. */
static bool match_here(const char *p, size_t pn, const char *s, size_t sn) {
  if (pn == 0) return true;
  if (pn == 1 && *p == '$') return sn == 0;
  if (pn > 1 && p[1] == '*') {
    for (;; s++, sn--) {
      if (match_here(p + 2, pn - 2, s, sn)) return true;
      if (sn == 0 || (*p != '.' && *p != *s)) return false;
    }
  }
  return sn > 0 && (*p == '.' || *p == *s) && match_here(p + 1, pn - 1, s + 1, sn - 1);
}

static bool matches(value s, value p) {
  if (p.size && *p.text == '^') return match_here(p.text + 1, p.size - 1, s.text, s.size);
  for (size_t i = 0; i <= s.size; i++) {
    if (match_here(p.text, p.size, s.text + i, s.size - i)) return true;
  }
  return false;
}

static bool contains(value s, value part) {
  for (size_t i = 0; i + part.size <= s.size; i++) {
    if (!memcmp(s.text + i, part.text, part.size)) return true;
  }
  return false;
}

static value change_case(value s, char first, char last, int by) {
  char *copy = room(s.size);
  for (size_t i = 0; i < s.size; i++) {
    copy[i] = s.text[i] >= first && s.text[i] <= last ? (char)(s.text[i] + by) : s.text[i];
  }
  s.text = copy;
  return s;
}

static value trim(value s) {
  while (s.size && *s.text == ' ') s.text++, s.size--;
  while (s.size && s.text[s.size - 1] == ' ') s.size--;
  return s;
}

static value size_of(value v) {
  if (v.kind == REFERENCE_LIST) return integer((int64_t)v.count);
  if (v.kind != REFERENCE_STRING) return v.kind == REFERENCE_MISSING ? missing : unknown;
  int64_t points = 0;
  for (size_t i = 0; i < v.size; i++) points += ((unsigned char)v.text[i] & 0xC0) != 0x80;
  return integer(points);
}

/* Year, month (from 0) and day (from 1) by counting days. */
static void civil(int64_t day, int64_t *year, int64_t *month, int64_t *date) {
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  *year = 1970;
  for (;;) {
    bool leap = (*year % 4 == 0 && *year % 100 != 0) || *year % 400 == 0;
    if (day < 0) {
      --*year;
      leap = (*year % 4 == 0 && *year % 100 != 0) || *year % 400 == 0;
      day += leap ? 366 : 365;
    } else if (day >= (leap ? 366 : 365)) {
      day -= leap ? 366 : 365;
      ++*year;
    } else {
      for (*month = 0;; ++*month) {
        int length = lengths[*month] + (*month == 1 && leap);
        if (day < length) break;
        day -= length;
      }
      *date = day + 1;
      return;
    }
  }
}

static value method(reader *r, value self, const char *name, size_t size) {
  static const char *const macros[] = {"all", "exists", "exists_one", "filter", "map"};
  for (size_t i = 0; i < 5; i++) {
    if (strlen(macros[i]) == size && !strncmp(macros[i], name, size)) return macro(r, self, macros[i]);
  }
#define IS(word) (size == sizeof word - 1 && !strncmp(name, word, size))
  value other = missing, result;
  bool with_other = !accept(r, ")");
  if (with_other) {
    other = expression(r);
    accept(r, ")");
  }
  if (IS("orValue")) return self.kind == REFERENCE_MISSING ? other : self;
  if (gives_up(self, with_other ? other : self, &result)) return result;
  if (IS("size")) return size_of(self);
  if (IS("contains")) return truth(contains(self, other));
  if (IS("startsWith")) return truth(self.size >= other.size && !memcmp(self.text, other.text, other.size));
  if (IS("endsWith")) {
    return truth(self.size >= other.size && !memcmp(self.text + self.size - other.size, other.text, other.size));
  }
  if (IS("matches")) return truth(matches(self, other));
  if (IS("lowerAscii")) return change_case(self, 'A', 'Z', 'a' - 'A');
  if (IS("upperAscii")) return change_case(self, 'a', 'z', 'A' - 'a');
  if (IS("trim")) return trim(self);
  int64_t year, month, day;
  if (self.kind != REFERENCE_DATE) return unknown;
  civil(self.integer, &year, &month, &day);
  if (IS("getFullYear")) return integer(year);
  if (IS("getMonth")) return integer(month);
  if (IS("getDate")) return integer(day);
  if (IS("getDayOfMonth")) return integer(day - 1);
  if (IS("getDayOfWeek")) return integer(((self.integer + 4) % 7 + 7) % 7); /* day 0 was a Thursday */
  return unknown;
}

static value to_int(value v) {
  if (v.kind == REFERENCE_DOUBLE) {
    return v.number > -0x1p63 && v.number < 0x1p63 ? integer((int64_t)v.number) : missing;
  }
  return v.kind == REFERENCE_INT ? v : unknown;
}

static value extreme(value a, value b, int wanted) {
  if (isnan(as_double(a)) || isnan(as_double(b))) return number((double)NAN);
  return compare(b, a) == wanted ? b : a;
}

static value math(const char *name, size_t size, value a, value b) {
  if (IS("greatest")) return extreme(a, b, 1);
  if (IS("least")) return extreme(a, b, -1);
  if (a.kind == REFERENCE_INT) {
    if (IS("abs")) return a.integer == INT64_MIN ? missing : integer(a.integer < 0 ? -a.integer : a.integer);
    if (!IS("sqrt")) return unknown;
  }
  double x = as_double(a);
  if (IS("abs")) return number(fabs(x));
  if (IS("ceil")) return number(ceil(x));
  if (IS("floor")) return number(floor(x));
  if (IS("trunc")) return number(x < 0 ? ceil(x) : floor(x));
  if (IS("round")) { /* half away from zero */
    double low = floor(fabs(x));
    return number(isfinite(x) ? copysign(fabs(x) - low >= 0.5 ? low + 1 : low, x) : x);
  }
  if (IS("sqrt")) return number(sqrt(x));
  if (IS("isNaN")) return truth(isnan(x));
  return unknown;
}

/* What ranks: a result is finite, but a column's own infinity is kept. */
static bool ranks(value v, bool column) {
  return is_number(v) && !isnan(as_double(v)) && (column || isfinite(as_double(v)));
}

static value percentile(reader *r) {
  const char *inner = r->at;
  size_t own = r->row, present = 0, below = 0, equal = 0;
  value mine = expression(r);
  const char *behind = r->at;
  r->at = inner;
  bool column = inner[name_size(r)] == ')';
  for (r->row = 0; r->row < r->data->rows; r->row++) {
    r->at = inner;
    value v = expression(r);
    if (v.kind == REFERENCE_UNKNOWN) mine = unknown;
    if (!ranks(v, column)) continue;
    present++;
    if (!ranks(mine, column)) continue;
    below += as_double(v) < as_double(mine);
    equal += as_double(v) == as_double(mine);
  }
  r->row = own;
  r->at = behind;
  accept(r, ")");
  if (mine.kind == REFERENCE_UNKNOWN || mine.kind == REFERENCE_MISSING) return mine;
  if (!ranks(mine, column)) return number((double)NAN);
  return number(((double)below + (double)equal / 2) / (double)present);
}

static value call(reader *r, const char *name, size_t size) {
  if (IS("percentile")) return percentile(r);
  value a = expression(r), b = a, result;
  if (accept(r, ",")) b = expression(r);
  accept(r, ")");
  if (IS("has")) return a.kind == REFERENCE_UNKNOWN ? unknown : truth(a.kind != REFERENCE_MISSING);
  if (gives_up(a, b, &result)) return result;
  if (IS("size")) return size_of(a);
  if (IS("int")) return to_int(a);
  if (IS("double")) return is_number(a) ? number(as_double(a)) : unknown;
  if (IS("days_until")) return number((double)(a.integer - r->data->as_of));
  if (IS("days_since")) return number((double)(r->data->as_of - a.integer));
  return unknown;
}

/* --- grammar ---------------------------------------------------------------------------------------------------- */

static value named(reader *r) {
  size_t size = name_size(r);
  const char *name = r->at;
  if (size == 0) return unknown;
  r->at += size;
  if (IS("math") && accept(r, ".")) {
    name = r->at;
    size = name_size(r);
    r->at += size;
    accept(r, "(");
    value a = expression(r), b = a, result;
    if (accept(r, ",")) b = expression(r);
    accept(r, ")");
    return gives_up(a, b, &result) ? result : math(name, size, a, b);
  }
  if (accept(r, "(")) return call(r, name, size);
  if (IS("true") || IS("false")) return truth(IS("true"));
  for (size_t i = r->local_count; i-- > 0;) {
    if (r->locals[i].size == size && !strncmp(r->locals[i].name, name, size)) return r->locals[i].is;
  }
  for (size_t c = 0; c < r->data->column_count; c++) {
    const reference_column *column = &r->data->columns[c];
    if (strlen(column->name) == size && !strncmp(column->name, name, size)) return column->values[r->row];
  }
  return unknown;
}

static value primary(reader *r) {
  blanks(r);
  value v;
  if (accept(r, "(")) {
    v = expression(r);
    accept(r, ")");
  } else if (accept(r, "[")) {
    v = list_literal(r);
  } else if (*r->at >= '0' && *r->at <= '9') {
    v = literal_number(r);
  } else if (*r->at == '"') {
    v = literal_text(r);
  } else {
    v = named(r);
  }
  while (accept(r, ".")) {
    size_t size = name_size(r);
    const char *name = r->at;
    r->at += size;
    accept(r, "(");
    v = method(r, v, name, size);
  }
  return v;
}

static value unary(reader *r) {
  if (accept(r, "!")) {
    value v = unary(r);
    return v.kind == REFERENCE_BOOL ? truth(!v.integer) : v;
  }
  if (!accept(r, "-")) return primary(r);
  value v = unary(r);
  if (v.kind == REFERENCE_DOUBLE) v.number = -v.number;
  if (v.kind == REFERENCE_INT) return v.integer == INT64_MIN ? missing : integer(-v.integer);
  return v;
}

/* Whole numbers by way of what is too wide for 64 bits, so that overflow shows. */
static value whole(char op, int64_t a, int64_t b) {
  if (op == '/' || op == '%') {
    if (b == 0 || (a == INT64_MIN && b == -1)) return missing;
    return integer(op == '/' ? a / b : a % b);
  }
  int64_t wrapped = op == '+'   ? (int64_t)((uint64_t)a + (uint64_t)b)
                    : op == '-' ? (int64_t)((uint64_t)a - (uint64_t)b)
                                : (int64_t)((uint64_t)a * (uint64_t)b);
  long double wide = op == '+' ? (long double)a + b : op == '-' ? (long double)a - b : (long double)a * b;
  long double off = wide - (long double)wrapped;
  return off > -0x1p40L && off < 0x1p40L ? integer(wrapped) : missing;
}

static value arithmetic(char op, value a, value b) {
  value result;
  if (gives_up(a, b, &result)) return result;
  if (a.kind == REFERENCE_STRING && op == '+') {
    char *joined = room(a.size + b.size);
    memcpy(joined, a.text, a.size);
    memcpy(joined + a.size, b.text, b.size);
    return (value){.kind = REFERENCE_STRING, .text = joined, .size = a.size + b.size};
  }
  if (!is_number(a) || !is_number(b)) return unknown;
  if (a.kind == REFERENCE_INT && b.kind == REFERENCE_INT) return whole(op, a.integer, b.integer);
  double x = as_double(a), y = as_double(b);
  return number(op == '+' ? x + y : op == '-' ? x - y : op == '*' ? x * y : x / y);
}

static value product(reader *r) {
  value v = unary(r);
  for (;;) {
    blanks(r);
    char op = *r->at;
    if (op != '*' && op != '/' && op != '%') return v;
    r->at++;
    v = arithmetic(op, v, unary(r));
  }
}

static value sum(reader *r) {
  value v = product(r);
  for (;;) {
    blanks(r);
    char op = *r->at;
    if (op != '+' && op != '-') return v;
    r->at++;
    v = arithmetic(op, v, product(r));
  }
}

static value in_list(value a, value list) {
  value result;
  if (gives_up(a, list, &result)) return result;
  for (size_t i = 0; i < list.count; i++) {
    if (compare(a, list.items[i]) == 0) return truth(true);
  }
  return truth(false);
}

static value relation(reader *r) {
  static const char *const tokens[] = {"==", "!=", "<=", ">=", "<", ">"};
  value a = sum(r), result;
  if (accept_word(r, "in")) return in_list(a, sum(r));
  for (int i = 0; i < 6; i++) {
    if (!accept(r, tokens[i])) continue;
    value b = sum(r);
    if (gives_up(a, b, &result)) return result;
    int order = compare(a, b);
    if (i == 0) return truth(order == 0);
    if (i == 1) return truth(order != 0);
    if (order == 2) return truth(false);
    return truth(i == 2 ? order <= 0 : i == 3 ? order >= 0 : i == 4 ? order < 0 : order > 0);
  }
  return a;
}

/* One side that decides is enough; otherwise both must be there. */
static value decide(value a, value b, bool decisive) {
  if ((a.kind == REFERENCE_BOOL && a.integer == decisive) || (b.kind == REFERENCE_BOOL && b.integer == decisive)) {
    return truth(decisive);
  }
  value result;
  return gives_up(a, b, &result) ? result : truth(!decisive);
}

static value conjunction(reader *r) {
  value v = relation(r);
  while (accept(r, "&&")) v = decide(v, relation(r), false);
  return v;
}

static value disjunction(reader *r) {
  value v = conjunction(r);
  while (accept(r, "||")) v = decide(v, conjunction(r), true);
  return v;
}

static value expression(reader *r) {
  value v = disjunction(r);
  if (!accept(r, "?")) return v;
  value yes = expression(r);
  accept(r, ":");
  value no = expression(r);
  return v.kind == REFERENCE_BOOL ? (v.integer ? yes : no) : v;
}

reference_value reference_evaluate(const reference_data *data, const char *source, size_t row) {
  reader r = {.data = data, .at = source, .row = row};
  value v = expression(&r);
  blanks(&r);
  return *r.at ? unknown : v;
}
