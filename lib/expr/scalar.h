/* The scalar evaluator's inside. */
#ifndef TX_EXPR_SCALAR_H
#define TX_EXPR_SCALAR_H

#include "expr/node.h"

/* Steps that one evaluation may take; a step is a node, an item, or some bytes of text. */
#define TX_EVAL_STEPS UINT64_C(20000000)
/* No text or list made on the way is larger. */
#define TX_EVAL_TEXT ((size_t)1 << 20)
#define TX_EVAL_ITEMS ((size_t)1 << 16)

typedef struct tx_evaluation {
  const tx_scalar *scalar;
  const tx_module *module;
  uint64_t steps, limit;
  tx_value *memo; /* per node, or NULL: values of nodes that are shared; type.kind 0 where not known yet */
  uint32_t memo_size;
  tx_value locals[TX_EXPR_LOCALS];
} tx_evaluation;

triax_status tx_eval(tx_evaluation *e, uint32_t node, tx_value *value);

static inline triax_status tx_charge(tx_evaluation *e, uint64_t steps) {
  e->steps += steps;
  return e->steps > e->limit ? TRIAX_ELIMIT : TRIAX_OK;
}

/* Applies a node's operation to operands that are all present. The value's type is set already; its state is
 * TX_PRESENT and may be made TX_FAULT. (scalar_number.c, scalar_text.c, scalar_time.c, scalar_convert.c) */
void tx_apply_arithmetic(const tx_expr_node *node, const tx_value *operands, tx_value *value);
void tx_apply_math(const tx_expr_node *node, const tx_value *operands, tx_value *value);
triax_status tx_apply_text(tx_evaluation *e, const tx_expr_node *node, const tx_value *operands, tx_value *value);
triax_status tx_apply_convert(tx_evaluation *e, const tx_expr_node *node, const tx_value *operand, tx_value *value);
void tx_apply_time_part(const tx_expr_node *node, const tx_value *operands, tx_value *value);
void tx_apply_days(const tx_evaluation *e, const tx_expr_node *node, const tx_value *operand, tx_value *value);
/* ADD, SUBTRACT of timestamps, durations, dates. */
void tx_apply_time(const tx_expr_node *node, const tx_value *operands, tx_value *value);

/* Order of two present values of one type, or of mixed numbers as CEL compares them: -1, 0, 1; 2 when they have
 * none (NaN). */
int tx_value_compare(const tx_value *a, const tx_value *b);
bool tx_value_equal(const tx_value *a, const tx_value *b);

/* Minutes of "+02:00", "-09:30", "02:00", "UTC", "Z"; false for anything else. */
bool tx_fixed_offset(triax_text zone, int32_t *minutes);

/* Range of CEL's timestamps. */
#define TX_LEAST_SECOND INT64_C(-62135596800)
#define TX_LAST_SECOND INT64_C(253402300799)

#endif
