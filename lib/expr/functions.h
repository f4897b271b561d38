/* The functions of the language, as a table of overloads. */
#ifndef TX_EXPR_FUNCTIONS_H
#define TX_EXPR_FUNCTIONS_H

#include "expr/node.h"

/* How a function is written. */
enum { TX_FORM_CALL = 1 /* f(x) */, TX_FORM_METHOD = 2 /* x.f() */ };

/* Parameters and result as letters: b bool, i int, u uint, d double, s string, t timestamp, r duration, e date,
 * S list of string, L any list. A star repeats the letter before it. */
typedef struct tx_function {
  const char *name;
  const char *parameters;
  char result;
  uint8_t forms;
  uint8_t op;
  uint8_t index;
} tx_function;

extern const tx_function tx_functions[];
extern const size_t tx_function_count;

/* Functions that the table cannot say: has, orValue, dyn, total, mean, stddev, percentile. */
extern const char *const tx_special_functions[];
extern const size_t tx_special_function_count;

#endif
