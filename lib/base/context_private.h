/* The context's fields, for memory.c, context.c and parallel.c alone. */
#ifndef TX_BASE_CONTEXT_PRIVATE_H
#define TX_BASE_CONTEXT_PRIVATE_H

#include "base/context.h"

/* More threads than this are not started whatever the host allows: the bound keeps per-worker tables small. */
#define TX_MAX_THREADS 256

struct triax_context {
  tx_count references;
  triax_context_options options; /* resize is never NULL here */
};

#endif
