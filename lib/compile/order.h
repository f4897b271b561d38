/* The order of steps by what they read, and cycles named. */
#ifndef TX_COMPILE_ORDER_H
#define TX_COMPILE_ORDER_H

#include "compile/compile.h"

/* Sorts compiled->steps so that each comes after those whose columns it reads; a cycle is told to the report. */
triax_status tx_order_steps(tx_compiled *compiled, tx_report *report);
/* The node of a path such as "segmentation.previous" or "transition.brief[1]", or TX_NO_NODE. */
uint32_t tx_order_node(const triax_document *document, const char *path);

#endif
