/* Random columns full of what hurts, and random typed trees over them. */
#ifndef TRIAX_TESTS_EXPR_RANDOM_H
#define TRIAX_TESTS_EXPR_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "expr/node.h"

typedef struct expr_random {
  uint64_t state;
} expr_random;

uint64_t expr_random_next(expr_random *random);
/* 0 … below - 1 */
uint32_t expr_random_below(expr_random *random, uint32_t below);

#define EXPR_COLUMNS 12
/* x, y numbers with missing, infinities, -0.0 and ties; z a number without missing; i, j integers near overflow; p, q
 * booleans; s, t strings that share some texts; l strings; d date; m timestamp. */
typedef struct expr_table {
  triax_context *context;
  size_t rows;
  tx_column *columns[EXPR_COLUMNS];
} expr_table;

bool expr_table_make(expr_table *table, triax_context *context, expr_random *random, size_t rows);
void expr_table_free(expr_table *table);

/* A module with the table's columns as its variables. */
tx_module *expr_module(const expr_table *table);
/* A literal or operation. */
uint32_t expr_node(tx_module *module, int op, int kind, int lists, uint32_t index, uint32_t count,
                   const uint32_t *children);
uint32_t expr_number(tx_module *module, double number);
uint32_t expr_text(tx_module *module, const char *text);
/* A random tree of a scalar type. */
uint32_t expr_random_tree(tx_module *module, expr_random *random, int kind, int depth);

#endif
