/* The default allocator: the C library's for all but large blocks, which take pages of their own where the system has
 * huge ones. */
#ifndef TX_BASE_LARGE_H
#define TX_BASE_LARGE_H

#include <stdbool.h>
#include <stddef.h>

/* Pages of freed large blocks, kept for the next ones: those of a plan serve the plan after it, and need not be cleared
 * once more by the system. Never more than were in use before, and the system may take them while it is short. Safe to
 * use from several threads. */
typedef struct tx_spare tx_spare;
/* NULL where there are no such pages, or no memory: then nothing is kept. */
tx_spare *tx_spare_new(void);
void tx_spare_free(tx_spare *spare);

/* A triax_resize_fn; user is a tx_spare or NULL. */
void *tx_default_resize(void *user, void *block, size_t old_size, size_t new_size);
/* Whether fresh bytes of that size can be had zero already, and are best left untouched until they are needed; and the
 * having of them. */
bool tx_default_is_zero(size_t size);
void *tx_default_zeroed(void *user, size_t size);

#endif
