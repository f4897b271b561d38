/* Bytes choose an expression and columns full of missing values, infinities and ties; the engine over columns, the
 * evaluator of single rows and the reference interpreter must agree on every row. */
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expr/node.h"
#include "expr/program.h"
#include "reference.h"

#define COLUMNS 9
#define ROWS_MOST 70
#define AS_OF 20050

/* --- choices ---------------------------------------------------------------------------------------------------- */

typedef struct chooser {
  const uint8_t *data;
  size_t left;
  uint32_t state;  /* goes on where the bytes end */
  char text[1024]; /* the expression */
  size_t length;
  unsigned nested; /* macro variables in scope */
} chooser;

static unsigned choose(chooser *from, unsigned below) {
  if (!from->left) {
    from->state = from->state * 1664525 + 1013904223;
    return (from->state >> 16) % below;
  }
  from->left--;
  from->state = from->state * 31 + *from->data + 1;
  return *from->data++ % below;
}

static void say(chooser *to, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  if (to->length < sizeof to->text - 64) {
    to->length += (size_t)vsnprintf(to->text + to->length, sizeof to->text - to->length, format, arguments);
  }
  va_end(arguments);
}

#define PICK(array) array[choose(c, sizeof array / sizeof *array)]

static void truth(chooser *c, unsigned depth);
static void number(chooser *c, unsigned depth);
static void whole(chooser *c, unsigned depth);
static void words(chooser *c, unsigned depth);

static void leaf_number(chooser *c) {
  static const char *const leaves[] = {"x", "y", "0.0", "1.0", "2.5", "1e300", "0.1", "x", "y", "9007199254740993.0"};
  say(c, "%s", PICK(leaves));
}

static void number(chooser *c, unsigned depth) {
  static const char *const functions[] = {"abs", "ceil", "floor", "round", "trunc", "sqrt"};
  static const char operators[] = "+-*/";
  if (depth == 0 || c->length > 500) {
    leaf_number(c);
    return;
  }
  switch (choose(c, 14)) {
    case 0: leaf_number(c); return;
    case 1:
    case 2:
      say(c, "(");
      number(c, depth - 1);
      say(c, " %c ", operators[choose(c, 4)]);
      number(c, depth - 1);
      say(c, ")");
      return;
    case 3: /* an int literal promotes */
      say(c, "(%u %c ", choose(c, 3), operators[choose(c, 4)]);
      number(c, depth - 1);
      say(c, ")");
      return;
    case 4: say(c, "math.%s(", PICK(functions)); number(c, depth - 1); say(c, ")"); return;
    case 5:
      say(c, "math.%s(", choose(c, 2) ? "least" : "greatest");
      number(c, depth - 1);
      say(c, ", ");
      number(c, depth - 1);
      say(c, ")");
      return;
    case 6:
      say(c, "(");
      truth(c, depth - 1);
      say(c, " ? ");
      number(c, depth - 1);
      say(c, " : ");
      number(c, depth - 1);
      say(c, ")");
      return;
    case 7: /* x.orValue(x) is x itself, whose own infinities are kept: of a result they are not */
      say(c, "%s.orValue(-", choose(c, 2) ? "x" : "y");
      number(c, depth - 1);
      say(c, ")");
      return;
    case 8: say(c, "double("); whole(c, depth - 1); say(c, ")"); return;
    case 9: say(c, "percentile("); number(c, depth - 1); say(c, ")"); return;
    case 10: say(c, "days_%s(d)", choose(c, 2) ? "until" : "since"); return;
    case 11: say(c, "-"); number(c, depth - 1); return;
    default: leaf_number(c); return;
  }
}

static void leaf_whole(chooser *c) {
  static const char *const leaves[] = {"i", "0", "1", "7", "9223372036854775807", "i", "3"};
  say(c, "%s", PICK(leaves));
}

static void whole(chooser *c, unsigned depth) {
  static const char operators[] = "+-*/%";
  static const char *const parts[] = {"getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek"};
  if (depth == 0 || c->length > 500) {
    leaf_whole(c);
    return;
  }
  switch (choose(c, 8)) {
    case 0:
    case 1:
      say(c, "(");
      whole(c, depth - 1);
      say(c, " %c ", operators[choose(c, 5)]);
      whole(c, depth - 1);
      say(c, ")");
      return;
    case 2: say(c, "size("); words(c, depth - 1); say(c, ")"); return;
    case 3: say(c, "int("); number(c, depth - 1); say(c, ")"); return;
    case 4: say(c, "d.%s()", PICK(parts)); return;
    case 5: say(c, "size(l)"); return;
    case 6: say(c, "math.abs("); whole(c, depth - 1); say(c, ")"); return;
    default: leaf_whole(c); return;
  }
}

static void leaf_words(chooser *c) {
  static const char *const leaves[] = {"s", "t", "\"\"", "\"a\"", "\"Ab\"", "\"n\u00e9e\"", "s", "t"};
  if (c->nested && choose(c, 2)) say(c, "v%u", choose(c, c->nested));
  else say(c, "%s", PICK(leaves));
}

static void words(chooser *c, unsigned depth) {
  static const char *const methods[] = {"lowerAscii", "upperAscii", "trim"};
  if (depth == 0 || c->length > 500) {
    leaf_words(c);
    return;
  }
  switch (choose(c, 6)) {
    case 0:
      say(c, "(");
      words(c, depth - 1);
      say(c, " + ");
      words(c, depth - 1);
      say(c, ")");
      return;
    case 1: words(c, depth - 1); say(c, ".%s()", PICK(methods)); return;
    case 2:
      say(c, "(");
      truth(c, depth - 1);
      say(c, " ? ");
      words(c, depth - 1);
      say(c, " : ");
      words(c, depth - 1);
      say(c, ")");
      return;
    case 3: say(c, "s.orValue("); words(c, depth - 1); say(c, ")"); return;
    default: leaf_words(c); return;
  }
}

static void relation(chooser *c, unsigned depth) {
  static const char *const tokens[] = {"==", "!=", "<", "<=", ">", ">="};
  void (*side)(chooser *, unsigned) = choose(c, 3) == 0 ? words : choose(c, 2) ? number : whole;
  say(c, "(");
  side(c, depth);
  say(c, " %s ", PICK(tokens));
  side(c, depth);
  say(c, ")");
}

static void macro(chooser *c, unsigned depth) {
  static const char *const macros[] = {"all", "exists", "exists_one"};
  unsigned name = c->nested;
  if (name >= 3) {
    say(c, "p");
    return;
  }
  if (choose(c, 3) == 0) say(c, "size(l.filter(v%u, ", name);
  else say(c, "l.%s(v%u, ", PICK(macros), name);
  int sized = strstr(c->text + (c->length > 16 ? c->length - 16 : 0), "filter(v") != NULL;
  c->nested++;
  truth(c, depth);
  c->nested--;
  say(c, sized ? ")) > 1" : ")");
}

static void truth(chooser *c, unsigned depth) {
  static const char *const methods[] = {"contains", "startsWith", "endsWith"};
  static const char *const patterns[] = {"^a", "a$", "b*a", "r.*d", "^$", "a*", "e"};
  static const char *const columns[] = {"x", "i", "p", "s", "l", "d"};
  if (depth == 0 || c->length > 500) {
    say(c, "%s", choose(c, 3) ? "p" : choose(c, 2) ? "true" : "q");
    return;
  }
  switch (choose(c, 14)) {
    case 0:
    case 1:
    case 2:
      say(c, "(");
      truth(c, depth - 1);
      say(c, choose(c, 2) ? " && " : " || ");
      truth(c, depth - 1);
      say(c, ")");
      return;
    case 3: say(c, "!("); truth(c, depth - 1); say(c, ")"); return;
    case 4: words(c, depth - 1); say(c, ".%s(", PICK(methods)); words(c, depth - 1); say(c, ")"); return;
    case 5: words(c, depth - 1); say(c, ".matches(\"%s\")", PICK(patterns)); return;
    case 6: say(c, "has(%s)", PICK(columns)); return;
    case 7: words(c, depth - 1); say(c, " in [\"a\", s, \"red\"]"); return;
    case 8: words(c, depth - 1); say(c, " in l"); return;
    case 9: macro(c, depth - 1); return;
    case 10: say(c, "math.isNaN("); number(c, depth - 1); say(c, ")"); return;
    case 11:
      say(c, "(");
      truth(c, depth - 1);
      say(c, " ? ");
      truth(c, depth - 1);
      say(c, " : ");
      truth(c, depth - 1);
      say(c, ")");
      return;
    default: relation(c, depth - 1); return;
  }
}

/* --- columns ---------------------------------------------------------------------------------------------------- */

static const char *const names[COLUMNS] = {"x", "y", "i", "p", "q", "s", "t", "l", "d"};
static const int32_t types[COLUMNS] = {TRIAX_TYPE_NUMBER,  TRIAX_TYPE_NUMBER, TRIAX_TYPE_INTEGER,
                                       TRIAX_TYPE_BOOLEAN, TRIAX_TYPE_BOOLEAN, TRIAX_TYPE_STRING,
                                       TRIAX_TYPE_STRING,  TRIAX_TYPE_STRINGS, TRIAX_TYPE_DATE};

typedef struct company {
  triax_context *context;
  size_t rows;
  reference_value values[COLUMNS][ROWS_MOST];
  reference_value items[ROWS_MOST][3]; /* of l */
  reference_column named[COLUMNS];
  tx_column *columns[COLUMNS];
} company;

static reference_value text_value(const char *text) {
  return (reference_value){.kind = REFERENCE_STRING, .text = text, .size = strlen(text)};
}

static const char *const texts[] = {"", "a", "Ab", "red", "finance", "n\u00e9e", " a ", "baa"};

static void fill_list(company *of, size_t row, unsigned byte) {
  size_t count = byte % 4, kept = 0;
  for (size_t k = 0; k < count; k++) { /* lists hold each text once */
    reference_value item = text_value(texts[(byte / 4 + k * 3) % 8]);
    size_t same = 0;
    while (same < kept && of->items[row][same].text != item.text) same++;
    if (same == kept) of->items[row][kept++] = item;
  }
  of->values[7][row] = (reference_value){.kind = REFERENCE_LIST, .items = of->items[row], .count = kept};
}

static reference_value some_value(size_t column, unsigned byte) {
  static const double numbers[] = {0, -0.0, 1, -1, 2.5, 0.5, 1e300, -1e300, 100, 9007199254740993.0, 1e-300, 0.1, 3, 2,
                                   (double)INFINITY, -(double)INFINITY};
  static const int64_t integers[] = {0, 1, -1, 2, -7, 10, INT64_MAX, INT64_MIN, 4000000000, 9007199254740993};
  switch (column) {
    case 0:
    case 1: return (reference_value){.kind = REFERENCE_DOUBLE, .number = numbers[byte % 16]};
    case 2: return (reference_value){.kind = REFERENCE_INT, .integer = integers[byte % 10]};
    case 3:
    case 4: return (reference_value){.kind = REFERENCE_BOOL, .integer = byte % 2};
    case 8: return (reference_value){.kind = REFERENCE_DATE, .integer = 20050 + (int)(byte % 60) * 37 - 1000};
    default: return text_value(texts[byte % 8]);
  }
}

static void fill(company *of, chooser *from) {
  static const uint8_t sizes[] = {3, 1, 2, 64, 65, 7, 0, 70};
  uint32_t state = 1 + choose(from, 256) + 256 * choose(from, 256);
  of->rows = sizes[choose(from, 8)];
  for (size_t c = 0; c < COLUMNS; c++) {
    of->named[c] = (reference_column){names[c], of->values[c]};
    for (size_t row = 0; row < of->rows; row++) {
      state = state * 1664525 + 1013904223;
      unsigned byte = state >> 20;
      of->values[c][row] = (reference_value){.kind = REFERENCE_MISSING};
      if (byte % 5 == 0 && c != 4) continue;
      if (c == 7) fill_list(of, row, byte / 5);
      else of->values[c][row] = some_value(c, byte / 5);
    }
  }
}

static bool append(tx_column_builder *builder, const reference_value *v) {
  triax_text items[3];
  switch (v->kind) {
    case REFERENCE_DOUBLE: return tx_column_builder_number(builder, v->number);
    case REFERENCE_INT:
    case REFERENCE_DATE: return tx_column_builder_integer(builder, v->integer);
    case REFERENCE_BOOL: return tx_column_builder_boolean(builder, v->integer);
    case REFERENCE_STRING: return tx_column_builder_text(builder, (triax_text){v->text, v->size});
    case REFERENCE_LIST:
      for (size_t i = 0; i < v->count; i++) items[i] = (triax_text){v->items[i].text, v->items[i].size};
      return tx_column_builder_list(builder, items, v->count);
    default: return tx_column_builder_missing(builder);
  }
}

static tx_module *declare(company *of) {
  tx_module *module;
  if (tx_module_new(of->context, &module, NULL) != TRIAX_OK) abort();
  for (size_t c = 0; c < COLUMNS; c++) {
    tx_column_builder *builder = tx_column_builder_new(of->context, types[c]);
    uint32_t variable;
    for (size_t row = 0; row < of->rows; row++) {
      if (!append(builder, &of->values[c][row])) abort();
    }
    of->columns[c] = tx_column_builder_finish(builder);
    tx_column_builder_free(builder);
    if (tx_module_variable(module, triax_text_of(names[c]), tx_type_of_column(types[c]), NULL, &variable) != TRIAX_OK) {
      abort();
    }
  }
  return module;
}

/* --- comparing -------------------------------------------------------------------------------------------------- */

static void differ(const chooser *of, size_t row, const char *who) {
  fprintf(stderr, "%s\nrow %zu: %s differs from the reference\n", of->text, row, who);
  abort();
}

/* As the result of an expression: numbers are finite, but for a column's own. */
static reference_value settled(reference_value v, bool column) {
  bool none = v.kind == REFERENCE_DOUBLE && (column ? isnan(v.number) : !isfinite(v.number));
  return none ? (reference_value){.kind = REFERENCE_MISSING} : v;
}

static bool same_number(double a, double b) { return a == b && (a != 0 || signbit(a) == signbit(b)); }

static bool agrees(const tx_value *value, const reference_value *reference) {
  if (value->state != TX_PRESENT) return reference->kind == REFERENCE_MISSING;
  switch (reference->kind) {
    case REFERENCE_BOOL: return value->type.kind == TX_BOOL && value->boolean == (reference->integer != 0);
    case REFERENCE_INT: return value->type.kind == TX_INT && value->integer == reference->integer;
    case REFERENCE_DOUBLE: return value->type.kind == TX_DOUBLE && same_number(value->number, reference->number);
    case REFERENCE_STRING:
      return value->type.kind == TX_STRING && value->text.length == reference->size &&
             (!reference->size || !memcmp(value->text.bytes, reference->text, reference->size));
    default: return false;
  }
}

static void compare_row(const chooser *of, const company *data, const tx_module *module, const tx_data *bound,
                        uint32_t root, const tx_column *column, size_t row) {
  reference_data known = {data->named, COLUMNS, data->rows, AS_OF};
  reference_value reference = reference_evaluate(&known, of->text, row);
  if (reference.kind == REFERENCE_UNKNOWN) differ(of, row, "nothing, for the reference does not know this: it");
  reference = settled(reference, module->nodes[root].op == TX_OP_VARIABLE);
  tx_value variables[COLUMNS], value;
  tx_arena arena;
  tx_arena_init(&arena, data->context);
  for (size_t c = 0; c < COLUMNS; c++) {
    if (tx_value_of_column(data->columns[c], row, &arena, &variables[c]) != TRIAX_OK) abort();
  }
  tx_scalar scalar = {module, variables, tx_data_aggregates(bound), AS_OF, true, &arena};
  if (tx_scalar_eval(&scalar, root, &value) != TRIAX_OK) abort();
  tx_value_settle(module, root, &value);
  if (!agrees(&value, &reference)) differ(of, row, "the evaluator of single rows");
  if (tx_value_of_column(column, row, &arena, &value) != TRIAX_OK) abort();
  if (!agrees(&value, &reference)) differ(of, row, "the engine over columns");
  tx_arena_free(&arena);
  reference_clear();
}

static void compare(const chooser *of, const company *data, const tx_module *module, uint32_t root) {
  tx_program *program = NULL;
  tx_data *bound = NULL;
  tx_column *column = NULL;
  triax_error error;
  triax_status status = tx_program_new(data->context, module, &root, 1, &program, &error);
  if (status == TRIAX_OK) {
    status = tx_data_new(program, (const tx_column *const *)data->columns, data->rows, AS_OF, true, NULL, &bound, &error);
  }
  if (status == TRIAX_OK) status = tx_data_column(bound, 0, &column, NULL, &error);
  if (status != TRIAX_OK) {
    fprintf(stderr, "%s\n%s\n", of->text, error.message);
    abort();
  }
  for (size_t row = 0; row < data->rows; row++) compare_row(of, data, module, bound, root, column, row);
  tx_column_unref(column);
  tx_data_free(bound);
  tx_program_free(program);
}

static void try_expression(chooser *c, company *data, unsigned kind) {
  static void (*const makers[])(chooser *, unsigned) = {truth, number, whole, words};
  static tx_expr_faults faults;
  tx_arena arena;
  tx_syntax *syntax;
  uint32_t root;
  tx_arena_init(&arena, data->context);
  makers[kind](c, 4);
  tx_module *module = declare(data);
  memset(&faults, 0, sizeof faults);
  triax_text source = {c->text, c->length};
  triax_status status = tx_syntax_parse(&arena, source, &syntax, &faults);
  if (status == TRIAX_OK) status = tx_module_check(module, syntax, TX_EXPECT_ANY, &root, &faults);
  if (status == TRIAX_OK) {
    compare(c, data, module, root);
  } else if (c->length < 500) {
    fprintf(stderr, "%s\n%s\n", c->text, faults.fault[0].message);
    abort();
  }
  for (size_t i = 0; i < COLUMNS; i++) tx_column_unref(data->columns[i]);
  tx_module_free(module);
  tx_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static company made;
  static chooser from;
  from = (chooser){.data = data, .left = size};
  if (triax_context_new(NULL, &made.context, NULL) != TRIAX_OK) abort();
  fill(&made, &from);
  unsigned kind = choose(&from, 4);
  try_expression(&from, &made, kind);
  triax_context_unref(made.context);
  return 0;
}
