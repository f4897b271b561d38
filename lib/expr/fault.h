/* Adding faults and warnings found in the source of an expression. */
#ifndef TX_EXPR_FAULT_H
#define TX_EXPR_FAULT_H

#include "expr/expr.h"

/* A stretch of the source. */
typedef struct tx_span {
  uint32_t offset, length;
} tx_span;

/* Adds an error (TRIAX_EPOLICY), an error of size (TRIAX_ELIMIT) or a warning. faults may be NULL. hint may be NULL. */
void tx_fault_error(tx_expr_faults *faults, tx_span span, const char *hint, const char *format, ...) TX_PRINTF(4, 5);
void tx_fault_limit(tx_expr_faults *faults, tx_span span, const char *format, ...) TX_PRINTF(3, 4);
void tx_fault_warning(tx_expr_faults *faults, tx_span span, const char *hint, const char *format, ...) TX_PRINTF(4, 5);
/* The status of the first error, or TRIAX_OK when there are only warnings. */
triax_status tx_fault_status(const tx_expr_faults *faults);

/* A stretch of the source for a message: on one line, cut to some forty characters. Returns the buffer. */
#define TX_EXCERPT 64
const char *tx_excerpt(triax_text source, tx_span span, char buffer[TX_EXCERPT]);

#endif
