/* Memory from a context: sized blocks, arrays checked for overflow, arenas.
 *
 * Every allocation of the library goes through here, so that the fault tests
 * can fail each one of them. */
#ifndef TX_BASE_MEMORY_H
#define TX_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <triax/base.h>

/* A block of `size` bytes, uninitialised; NULL when memory is short. size 0 gives a 1-byte block. */
void *tx_alloc(triax_context *context, size_t size);
/* As tx_alloc, count × size bytes, zeroed; NULL also when the product overflows. */
void *tx_calloc(triax_context *context, size_t count, size_t size);
/* As tx_alloc for count × size bytes, uninitialised, checked for overflow. */
void *tx_alloc_array(triax_context *context, size_t count, size_t size);
/* Resizes; NULL leaves the old block untouched. */
void *tx_resize(triax_context *context, void *block, size_t old_size, size_t new_size);
/* Frees a block of the size it was asked for; NULL is allowed. */
void tx_free(triax_context *context, void *block, size_t size);
/* Frees count × size bytes. */
void tx_free_array(triax_context *context, void *block, size_t count, size_t size);
/* Grows *array (elements of `size` bytes, *capacity of them) to hold at least `needed`; false when memory is short. */
bool tx_grow(triax_context *context, void **array, size_t *capacity, size_t needed, size_t size);

/* An arena: many small pieces, freed together. Zero-initialise, set context by tx_arena_init. */
typedef struct tx_arena_block tx_arena_block;
typedef struct tx_arena {
  triax_context *context;
  tx_arena_block *blocks; /* newest first */
  size_t used;            /* in the newest block */
} tx_arena;

void tx_arena_init(tx_arena *arena, triax_context *context);
void tx_arena_free(tx_arena *arena);
/* Frees all pieces but keeps the room they took, as one block: the same pieces again ask for nothing. */
void tx_arena_reset(tx_arena *arena);
/* `size` bytes, aligned for any object, uninitialised; NULL when memory is short. */
void *tx_arena_alloc(tx_arena *arena, size_t size);
/* count × size bytes, zeroed, checked for overflow. */
void *tx_arena_calloc(tx_arena *arena, size_t count, size_t size);
/* A NUL-terminated copy of `length` bytes. */
char *tx_arena_copy(tx_arena *arena, const char *bytes, size_t length);

#endif
