/* The default allocator: the C library's for all but large blocks, which take pages of their own where the system has
 * huge ones. */
#ifndef TX_BASE_LARGE_H
#define TX_BASE_LARGE_H

#include <stdbool.h>
#include <stddef.h>

/* A triax_resize_fn. */
void *tx_default_resize(void *user, void *block, size_t old_size, size_t new_size);
/* Whether fresh bytes of that size are zero already, and best left untouched until they are needed. */
bool tx_default_is_zero(size_t size);

#endif
