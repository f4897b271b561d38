#include "expr_random.h"

#include <math.h>
#include <string.h>

#include "expr/check.h"

uint64_t expr_random_next(expr_random *random) {
  uint64_t z = random->state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

uint32_t expr_random_below(expr_random *random, uint32_t below) {
  return (uint32_t)((expr_random_next(random) >> 33) % below);
}

#define BELOW(n) expr_random_below(random, n)
#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof *(array)))

static const double NUMBERS[] = {0.0, -0.0, 1.0, -1.0, 2.0, 0.5, -2.5, 1e300, -1e300, 1e-300, 3.0, 100.0, 2.5, 1.5,
                                 9007199254740993.0, -0.25};
static const int64_t INTEGERS[] = {0, 1, -1, 2, 3, -7, 10, INT64_MAX, INT64_MIN, INT64_MAX - 1, 9007199254740993,
                                   4000000000, -5};
static const char *const TEXTS[] = {"", "red", "green", "blue", "finance", "Finance", "a", "ab", "née", "12", "2.5"};

static double some_number(expr_random *random) {
  uint32_t pick = BELOW(30);
  if (pick == 0) return (double)INFINITY;
  if (pick == 1) return -(double)INFINITY;
  if (pick == 2) return (double)BELOW(1000000) / 7.0;
  return NUMBERS[BELOW(COUNT(NUMBERS))];
}

static triax_text text_of(const char *text) { return (triax_text){text, strlen(text)}; }

static bool append(tx_column_builder *builder, expr_random *random, size_t column) {
  triax_text items[3];
  uint32_t count;
  if (column != 2 && column != 4 && column != 6 && BELOW(8) == 0) return tx_column_builder_missing(builder);
  switch (column) {
  case 0:
  case 1:
  case 2: return tx_column_builder_number(builder, some_number(random));
  case 3:
  case 4: return tx_column_builder_integer(builder, INTEGERS[BELOW(COUNT(INTEGERS))]);
  case 5:
  case 6: return tx_column_builder_boolean(builder, BELOW(2));
  case 7: return tx_column_builder_text(builder, text_of(TEXTS[BELOW(COUNT(TEXTS))]));
  case 8: return tx_column_builder_text(builder, text_of(TEXTS[BELOW(5) + 3]));
  case 9:
    count = BELOW(4);
    for (uint32_t i = 0; i < count; i++) items[i] = text_of(TEXTS[BELOW(COUNT(TEXTS))]);
    return tx_column_builder_list(builder, items, count);
  case 10: return tx_column_builder_integer(builder, 20000 + (int64_t)BELOW(60));
  default: return tx_column_builder_integer(builder, (20000 + (int64_t)BELOW(60)) * 86400000000 + BELOW(4) * 500000 - 1);
  }
}

bool expr_table_make(expr_table *table, triax_context *context, expr_random *random, size_t rows) {
  static const int32_t types[EXPR_COLUMNS] = {
      TRIAX_TYPE_NUMBER,  TRIAX_TYPE_MONEY,  TRIAX_TYPE_NUMBER, TRIAX_TYPE_INTEGER, TRIAX_TYPE_INTEGER,
      TRIAX_TYPE_BOOLEAN, TRIAX_TYPE_BOOLEAN, TRIAX_TYPE_STRING, TRIAX_TYPE_STRING,  TRIAX_TYPE_STRINGS,
      TRIAX_TYPE_DATE,    TRIAX_TYPE_TIMESTAMP};
  *table = (expr_table){.context = context, .rows = rows};
  for (size_t i = 0; i < EXPR_COLUMNS; i++) {
    tx_column_builder *builder = tx_column_builder_new(context, types[i]);
    bool made = builder != NULL;
    for (size_t row = 0; made && row < rows; row++) made = append(builder, random, i);
    if (made) table->columns[i] = tx_column_builder_finish(builder);
    tx_column_builder_free(builder);
    if (!table->columns[i]) {
      expr_table_free(table);
      return false;
    }
  }
  return true;
}

void expr_table_free(expr_table *table) {
  for (size_t i = 0; i < EXPR_COLUMNS; i++) {
    tx_column_unref(table->columns[i]);
    table->columns[i] = NULL;
  }
}

tx_module *expr_module(const expr_table *table) {
  static const char *const names[EXPR_COLUMNS] = {"x", "y", "z", "i", "j", "p", "q", "s", "t", "l", "d", "m"};
  tx_module *module = NULL;
  if (tx_module_new(table->context, &module, NULL) != TRIAX_OK) return NULL;
  for (size_t i = 0; i < EXPR_COLUMNS; i++) {
    uint32_t variable;
    if (tx_module_variable(module, text_of(names[i]), tx_type_of_column(table->columns[i]->type), table->columns[i],
                           &variable) != TRIAX_OK) {
      tx_module_free(module);
      return NULL;
    }
  }
  ((tx_check_state *)module->check)->fold_steps = UINT64_MAX / 2;
  return module;
}

uint32_t expr_node(tx_module *module, int op, int kind, int lists, uint32_t index, uint32_t count,
                   const uint32_t *children) {
  tx_expr_node node = {.op = (uint16_t)op, .type = {(uint8_t)kind, (uint8_t)lists}, .index = index};
  if (op >= TX_OP_TOTAL && op <= TX_OP_PERCENTILE) {
    /* One number for each distinct call, as the checker gives them. */
    for (uint32_t i = 0; i < module->count; i++) {
      if (module->nodes[i].op == op && module->children[module->nodes[i].first] == children[0]) return i;
    }
    node.index = module->aggregate_count++;
  }
  return tx_module_node(module, &node, children, count);
}

static uint32_t literal(tx_module *module, const tx_value *value) {
  tx_expr_node node = {.op = TX_OP_LITERAL, .type = value->type, .value = *value};
  return tx_module_node(module, &node, NULL, 0);
}

uint32_t expr_number(tx_module *module, double number) {
  return literal(module, &(tx_value){.type = {TX_DOUBLE, 0}, .number = number});
}

uint32_t expr_text(tx_module *module, const char *text) {
  return literal(module, &(tx_value){.type = {TX_STRING, 0}, .text = text_of(text)});
}

static uint32_t some_literal(tx_module *module, expr_random *random, int kind) {
  tx_value value = {.type = {(uint8_t)kind, 0}};
  switch (kind) {
  case TX_BOOL: value.boolean = BELOW(2); break;
  case TX_DOUBLE: value.number = some_number(random); break;
  case TX_STRING: value.text = text_of(TEXTS[BELOW(COUNT(TEXTS))]); break;
  case TX_DATE: value.integer = 20000 + (int64_t)BELOW(60); break;
  case TX_INT: value.integer = INTEGERS[BELOW(COUNT(INTEGERS))]; break;
  case TX_DURATION: value.time.seconds = (int64_t)BELOW(5) * 86400; break;
  default:
    value.time.seconds = (20000 + (int64_t)BELOW(60)) * 86400;
    value.time.nanos = BELOW(4) == 0 ? 500 : BELOW(2) ? 999999000 : 0;
    break;
  }
  return literal(module, &value);
}

static uint32_t some_list(tx_module *module, expr_random *random, int kind) {
  uint32_t items[5], count = 1 + BELOW(5);
  for (uint32_t i = 0; i < count; i++) items[i] = some_literal(module, random, kind);
  return expr_node(module, TX_OP_LIST, kind, 1, 0, count, items);
}

static uint32_t leaf(tx_module *module, expr_random *random, int kind) {
  static const struct {
    int kind;
    uint32_t from, count;
  } variables[] = {{TX_DOUBLE, 0, 3}, {TX_INT, 3, 2}, {TX_BOOL, 5, 2}, {TX_STRING, 7, 2}, {TX_DATE, 10, 1},
                   {TX_TIMESTAMP, 11, 1}};
  if (kind == TX_DURATION || BELOW(4) == 0) return some_literal(module, random, kind);
  for (size_t i = 0; i < COUNT(variables); i++) {
    if (variables[i].kind != kind) continue;
    return expr_node(module, TX_OP_VARIABLE, kind, 0, variables[i].from + BELOW(variables[i].count), 0, NULL);
  }
  return some_literal(module, random, kind);
}

#define TREE(kind) expr_random_tree(module, random, kind, depth - 1)

static uint32_t pair(tx_module *module, int op, int kind, uint32_t a, uint32_t b) {
  return expr_node(module, op, kind, 0, 0, 2, (uint32_t[]){a, b});
}

static uint32_t sole(tx_module *module, int op, int kind, uint32_t index, uint32_t a) {
  return expr_node(module, op, kind, 0, index, 1, &a);
}

static const int COMPARED[] = {TX_DOUBLE, TX_DOUBLE, TX_INT, TX_STRING, TX_STRING, TX_DATE, TX_TIMESTAMP, TX_BOOL};

static uint32_t strings_tree(tx_module *module) { return expr_node(module, TX_OP_VARIABLE, TX_STRING, 1, 9, 0, NULL); }

static uint32_t truth_tree(tx_module *module, expr_random *random, int depth) {
  int kind = COMPARED[BELOW(COUNT(COMPARED))];
  uint32_t a;
  switch (BELOW(12)) {
  case 0: return sole(module, TX_OP_NOT, TX_BOOL, 0, TREE(TX_BOOL));
  case 1:
  case 2: a = TREE(TX_BOOL); return pair(module, TX_OP_AND, TX_BOOL, a, TREE(TX_BOOL));
  case 3:
  case 4: a = TREE(TX_BOOL); return pair(module, TX_OP_OR, TX_BOOL, a, TREE(TX_BOOL));
  case 5: a = TREE(kind); return pair(module, TX_OP_IN, TX_BOOL, a, some_list(module, random, kind));
  case 6: return expr_node(module, TX_OP_HAS, TX_BOOL, 0, BELOW(EXPR_COLUMNS), 0, NULL);
  case 7:
    if (BELOW(2)) return sole(module, TX_OP_PRESENT, TX_BOOL, 0, TREE(kind));
    return sole(module, TX_OP_MATH, TX_BOOL, TX_MATH_IS_NAN + BELOW(3), TREE(TX_DOUBLE));
  case 8:
    a = TREE(TX_STRING);
    if (BELOW(2)) return pair(module, TX_OP_IN, TX_BOOL, a, strings_tree(module));
    return pair(module, BELOW(2) ? TX_OP_CONTAINS : TX_OP_STARTS_WITH, TX_BOOL, a, TREE(TX_STRING));
  case 9:
    if (BELOW(2)) {
      a = TREE(TX_DOUBLE);
      return pair(module, TX_OP_EQUAL + (int)BELOW(6), TX_BOOL, a, TREE(TX_INT));
    }
    return sole(module, TX_OP_CONVERT, TX_BOOL, 0, TREE(TX_STRING));
  default: a = TREE(kind); return pair(module, TX_OP_EQUAL + (int)BELOW(6), TX_BOOL, a, TREE(kind));
  }
}

static uint32_t number_tree(tx_module *module, expr_random *random, int depth) {
  uint32_t a;
  switch (BELOW(11)) {
  case 0: return sole(module, TX_OP_NEGATE, TX_DOUBLE, 0, TREE(TX_DOUBLE));
  case 1: a = TREE(TX_DOUBLE);
    return expr_node(module, TX_OP_MATH, TX_DOUBLE, 0, BELOW(2) ? TX_MATH_GREATEST : TX_MATH_LEAST, 2,
                     (uint32_t[]){a, TREE(TX_DOUBLE)});
  case 2: return sole(module, TX_OP_MATH, TX_DOUBLE, TX_MATH_ABS + BELOW(7), TREE(TX_DOUBLE));
  case 3: return sole(module, TX_OP_CONVERT, TX_DOUBLE, 0, TREE(BELOW(2) ? TX_INT : BELOW(2) ? TX_BOOL : TX_STRING));
  case 4: return sole(module, BELOW(2) ? TX_OP_DAYS_UNTIL : TX_OP_DAYS_SINCE, TX_DOUBLE, 0,
                      TREE(BELOW(2) ? TX_DATE : TX_TIMESTAMP));
  case 5: return sole(module, TX_OP_TOTAL + (int)BELOW(4), TX_DOUBLE, 0, TREE(TX_DOUBLE));
  default: a = TREE(TX_DOUBLE); return pair(module, TX_OP_ADD + (int)BELOW(4), TX_DOUBLE, a, TREE(TX_DOUBLE));
  }
}

static uint32_t integer_tree(tx_module *module, expr_random *random, int depth) {
  uint32_t a;
  switch (BELOW(8)) {
  case 0: return sole(module, TX_OP_NEGATE, TX_INT, 0, TREE(TX_INT));
  case 1: return sole(module, TX_OP_SIZE, TX_INT, 0, TREE(TX_STRING));
  case 2: return sole(module, TX_OP_SIZE, TX_INT, 0, strings_tree(module));
  case 3: return sole(module, TX_OP_CONVERT, TX_INT, 0, TREE(BELOW(2) ? TX_DOUBLE : TX_STRING));
  case 4: return sole(module, TX_OP_TIME_PART, TX_INT, BELOW(10), TREE(BELOW(2) ? TX_TIMESTAMP : TX_DATE));
  default: a = TREE(TX_INT); return pair(module, TX_OP_ADD + (int)BELOW(5), TX_INT, a, TREE(TX_INT));
  }
}

static uint32_t string_tree(tx_module *module, expr_random *random, int depth) {
  uint32_t a;
  switch (BELOW(5)) {
  case 0: return sole(module, BELOW(2) ? TX_OP_UPPER_ASCII : TX_OP_TRIM, TX_STRING, 0, TREE(TX_STRING));
  case 1: return sole(module, TX_OP_CONVERT, TX_STRING, 0, TREE(BELOW(2) ? TX_INT : TX_DOUBLE));
  case 2: a = strings_tree(module); return pair(module, TX_OP_INDEX, TX_STRING, a, TREE(TX_INT));
  default: a = TREE(TX_STRING); return pair(module, TX_OP_ADD, TX_STRING, a, TREE(TX_STRING));
  }
}

static uint32_t time_tree(tx_module *module, expr_random *random, int kind, int depth) {
  uint32_t a;
  if (kind == TX_DATE) return sole(module, TX_OP_CONVERT, TX_DATE, 0, TREE(TX_TIMESTAMP));
  if (kind == TX_DURATION) {
    a = TREE(TX_TIMESTAMP);
    return pair(module, TX_OP_SUBTRACT, TX_DURATION, a, TREE(TX_TIMESTAMP));
  }
  if (BELOW(3) == 0) return sole(module, TX_OP_CONVERT, TX_TIMESTAMP, 0, TREE(BELOW(2) ? TX_DATE : TX_INT));
  if (BELOW(4) == 0) return expr_node(module, TX_OP_AS_OF, TX_TIMESTAMP, 0, 0, 0, NULL);
  a = TREE(TX_TIMESTAMP);
  return pair(module, BELOW(2) ? TX_OP_ADD : TX_OP_SUBTRACT, TX_TIMESTAMP, a, TREE(TX_DURATION));
}

uint32_t expr_random_tree(tx_module *module, expr_random *random, int kind, int depth) {
  uint32_t a, b;
  if (depth <= 0 || BELOW(8) == 0) return leaf(module, random, kind);
  switch (BELOW(10)) {
  case 0: a = TREE(kind); return pair(module, TX_OP_OR_VALUE, kind, a, TREE(kind));
  case 1:
    a = TREE(TX_BOOL);
    b = TREE(kind);
    return expr_node(module, TX_OP_IF, kind, 0, 0, 3, (uint32_t[]){a, b, TREE(kind)});
  default: break;
  }
  switch (kind) {
  case TX_BOOL: return truth_tree(module, random, depth);
  case TX_DOUBLE: return number_tree(module, random, depth);
  case TX_INT: return integer_tree(module, random, depth);
  case TX_STRING: return string_tree(module, random, depth);
  default: return time_tree(module, random, kind, depth);
  }
}
