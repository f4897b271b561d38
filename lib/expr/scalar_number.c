/* Arithmetic and the math extension. */
#include <math.h>

#include "expr/scalar.h"

static bool add_ints(int64_t a, int64_t b, int64_t *sum) {
  if ((b > 0 && a > INT64_MAX - b) || (b < 0 && a < INT64_MIN - b)) return false;
  *sum = a + b;
  return true;
}

static bool subtract_ints(int64_t a, int64_t b, int64_t *difference) {
  if ((b < 0 && a > INT64_MAX + b) || (b > 0 && a < INT64_MIN + b)) return false;
  *difference = a - b;
  return true;
}

static bool multiply_ints(int64_t a, int64_t b, int64_t *product) {
  if (a == 0 || b == 0) {
    *product = 0;
    return true;
  }
  if ((a == -1 && b == INT64_MIN) || (b == -1 && a == INT64_MIN)) return false;
  bool fits =
      b > 0 ? (a > 0 ? a <= INT64_MAX / b : a >= INT64_MIN / b) : (a > 0 ? b >= INT64_MIN / a : a >= INT64_MAX / b);
  if (fits) *product = a * b;
  return fits;
}

static bool int_arithmetic(int op, int64_t a, int64_t b, int64_t *result) {
  switch (op) {
  case TX_OP_ADD:
    return add_ints(a, b, result);
  case TX_OP_SUBTRACT:
    return subtract_ints(a, b, result);
  case TX_OP_MULTIPLY:
    return multiply_ints(a, b, result);
  default:
    break;
  }
  if (b == 0 || (a == INT64_MIN && b == -1)) return false;
  *result = op == TX_OP_DIVIDE ? a / b : a % b;
  return true;
}

static bool uint_arithmetic(int op, uint64_t a, uint64_t b, uint64_t *result) {
  switch (op) {
  case TX_OP_ADD:
    *result = a + b;
    return a <= UINT64_MAX - b;
  case TX_OP_SUBTRACT:
    *result = a - b;
    return a >= b;
  case TX_OP_MULTIPLY:
    *result = a * b;
    return b == 0 || a <= UINT64_MAX / b;
  default:
    break;
  }
  if (b == 0) return false;
  *result = op == TX_OP_DIVIDE ? a / b : a % b;
  return true;
}

static double double_arithmetic(int op, double a, double b) {
  switch (op) {
  case TX_OP_ADD:
    return a + b;
  case TX_OP_SUBTRACT:
    return a - b;
  case TX_OP_MULTIPLY:
    return a * b;
  default:
    return a / b;
  }
}

void tx_apply_arithmetic(const tx_expr_node *node, const tx_value *operands, tx_value *value) {
  bool fits = true;
  if (node->op == TX_OP_NEGATE) {
    if (node->type.kind == TX_DOUBLE) {
      value->number = -operands[0].number;
    } else {
      fits = subtract_ints(0, operands[0].integer, &value->integer);
    }
  } else if (node->type.kind == TX_DOUBLE) {
    value->number = double_arithmetic(node->op, operands[0].number, operands[1].number);
  } else if (node->type.kind == TX_UINT) {
    fits = uint_arithmetic(node->op, operands[0].natural, operands[1].natural, &value->natural);
  } else {
    fits = int_arithmetic(node->op, operands[0].integer, operands[1].integer, &value->integer);
  }
  if (!fits) value->state = TX_FAULT;
}

/* --- math ------------------------------------------------------------------------------------------------------ */

static void extreme(const tx_expr_node *node, const tx_value *operands, tx_value *value) {
  int wanted = node->index == TX_MATH_GREATEST ? 1 : -1;
  tx_value best = operands[0];
  for (uint32_t i = 1; i < node->count; i++) {
    int order = tx_value_compare(&operands[i], &best);
    if (order == wanted || (order == 2 && isnan(operands[i].number))) best = operands[i];
    if (best.type.kind == TX_DOUBLE && isnan(best.number)) break;
  }
  *value = best;
  value->type = node->type;
}

static void absolute(const tx_value *operand, tx_value *value) {
  if (value->type.kind == TX_DOUBLE) {
    value->number = fabs(operand->number);
  } else if (value->type.kind == TX_UINT) {
    value->natural = operand->natural;
  } else if (operand->integer == INT64_MIN) {
    value->state = TX_FAULT;
  } else {
    value->integer = operand->integer < 0 ? -operand->integer : operand->integer;
  }
}

static void sign(const tx_value *operand, tx_value *value) {
  if (value->type.kind == TX_DOUBLE) {
    double x = operand->number;
    value->number = isnan(x) ? x : x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0;
  } else if (value->type.kind == TX_UINT) {
    value->natural = operand->natural > 0;
  } else {
    value->integer = (operand->integer > 0) - (operand->integer < 0);
  }
}

static double as_number(const tx_value *value) {
  if (value->type.kind == TX_INT) return (double)value->integer;
  return value->type.kind == TX_UINT ? (double)value->natural : value->number;
}

/* int and uint alike: both are handled as bits. */
static void bits(const tx_expr_node *node, const tx_value *operands, tx_value *value) {
  uint64_t a = operands[0].natural, b = node->count > 1 ? operands[1].natural : 0;
  switch (node->index) {
  case TX_MATH_BIT_AND:
    value->natural = a & b;
    return;
  case TX_MATH_BIT_OR:
    value->natural = a | b;
    return;
  case TX_MATH_BIT_XOR:
    value->natural = a ^ b;
    return;
  case TX_MATH_BIT_NOT:
    value->natural = ~a;
    return;
  default:
    break;
  }
  if (operands[1].integer < 0) {
    value->state = TX_FAULT;
  } else if (b > 63) {
    value->natural = 0;
  } else {
    value->natural = node->index == TX_MATH_SHIFT_LEFT ? a << b : a >> b;
  }
}

/* Half away from zero, by C's round(). */
static void real(const tx_expr_node *node, double x, tx_value *value) {
  switch (node->index) {
  case TX_MATH_CEIL:
    value->number = ceil(x);
    break;
  case TX_MATH_FLOOR:
    value->number = floor(x);
    break;
  case TX_MATH_ROUND:
    value->number = round(x);
    break;
  case TX_MATH_TRUNC:
    value->number = trunc(x);
    break;
  case TX_MATH_SQRT:
    value->number = sqrt(x);
    break;
  case TX_MATH_IS_NAN:
    value->boolean = isnan(x);
    break;
  case TX_MATH_IS_INF:
    value->boolean = isinf(x);
    break;
  default:
    value->boolean = isfinite(x);
    break;
  }
}

void tx_apply_math(const tx_expr_node *node, const tx_value *operands, tx_value *value) {
  switch (node->index) {
  case TX_MATH_GREATEST:
  case TX_MATH_LEAST:
    extreme(node, operands, value);
    return;
  case TX_MATH_ABS:
    absolute(operands, value);
    return;
  case TX_MATH_SIGN:
    sign(operands, value);
    return;
  case TX_MATH_BIT_AND:
  case TX_MATH_BIT_OR:
  case TX_MATH_BIT_XOR:
  case TX_MATH_BIT_NOT:
  case TX_MATH_SHIFT_LEFT:
  case TX_MATH_SHIFT_RIGHT:
    bits(node, operands, value);
    return;
  default:
    real(node, as_number(operands), value);
    return;
  }
}
