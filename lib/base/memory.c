#include "base/memory.h"

#include <stdalign.h>
#include <string.h>

#include "base/context_private.h"
#include "base/large.h"

/* Sizes beyond this cannot be addressed as differences of pointers. */
#define LARGEST_SIZE (SIZE_MAX / 2)

static bool product(size_t count, size_t size, size_t *bytes) {
  if (size != 0 && count > LARGEST_SIZE / size) {
    return false;
  }
  *bytes = count * size;
  return true;
}

/* An empty block still needs an address of its own, because NULL means "memory is short". */
static size_t at_least_one(size_t size) { return size == 0 ? 1 : size; }

void *tx_alloc(triax_context *context, size_t size) {
  if (size > LARGEST_SIZE) {
    return NULL;
  }
  return context->options.resize(context->options.resize_user, NULL, 0, at_least_one(size));
}

void *tx_alloc_array(triax_context *context, size_t count, size_t size) {
  size_t bytes;
  return product(count, size, &bytes) ? tx_alloc(context, bytes) : NULL;
}

void *tx_calloc(triax_context *context, size_t count, size_t size) {
  size_t bytes;
  if (!product(count, size, &bytes)) {
    return NULL;
  }
  if (context->options.resize == tx_default_resize && bytes <= LARGEST_SIZE && tx_default_is_zero(bytes)) {
    return tx_default_zeroed(context->options.resize_user, bytes);
  }
  void *block = tx_alloc(context, bytes);
  if (block != NULL) {
    memset(block, 0, at_least_one(bytes));
  }
  return block;
}

void *tx_resize(triax_context *context, void *block, size_t old_size, size_t new_size) {
  if (block == NULL) {
    return tx_alloc(context, new_size);
  }
  if (new_size > LARGEST_SIZE) {
    return NULL;
  }
  return context->options.resize(context->options.resize_user, block, at_least_one(old_size), at_least_one(new_size));
}

void tx_free(triax_context *context, void *block, size_t size) {
  if (block != NULL) {
    context->options.resize(context->options.resize_user, block, at_least_one(size), 0);
  }
}

void tx_free_array(triax_context *context, void *block, size_t count, size_t size) {
  tx_free(context, block, count * size);
}

bool tx_grow(triax_context *context, void **array, size_t *capacity, size_t needed, size_t size) {
  if (needed <= *capacity) {
    return true;
  }
  size_t wanted = *capacity > LARGEST_SIZE / 2 ? needed : *capacity * 2;
  if (wanted < 8) {
    wanted = 8;
  }
  if (wanted < needed) {
    wanted = needed;
  }
  size_t bytes;
  if (!product(wanted, size, &bytes)) {
    return false;
  }
  void *grown = tx_resize(context, *array, *capacity * size, bytes);
  if (grown == NULL) {
    return false;
  }
  *array = grown;
  *capacity = wanted;
  return true;
}

/* Arenas. Each block is one allocation: this header, then `capacity` bytes for pieces. */
struct tx_arena_block {
  tx_arena_block *next;
  size_t capacity;
};

#define FIRST_BLOCK ((size_t)1024)
#define LARGEST_BLOCK ((size_t)65536)
#define ALIGNMENT alignof(max_align_t)
#define HEADER_SIZE ((sizeof(tx_arena_block) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)

void tx_arena_init(tx_arena *arena, triax_context *context) { *arena = (tx_arena){.context = context}; }

void tx_arena_free(tx_arena *arena) {
  tx_arena_block *block = arena->blocks;
  while (block != NULL) {
    tx_arena_block *next = block->next;
    tx_free(arena->context, block, HEADER_SIZE + block->capacity);
    block = next;
  }
  arena->blocks = NULL;
  arena->used = 0;
}

static char *pieces_of(tx_arena_block *block) { return (char *)block + HEADER_SIZE; }

static tx_arena_block *new_block(tx_arena *arena, size_t capacity) {
  tx_arena_block *block = tx_alloc(arena->context, HEADER_SIZE + capacity);
  if (block != NULL) {
    block->next = NULL;
    block->capacity = capacity;
  }
  return block;
}

/* A large piece gets its own block behind the newest, whose room stays in use. */
static void *alloc_large(tx_arena *arena, size_t size) {
  tx_arena_block *block = new_block(arena, size);
  if (block == NULL) {
    return NULL;
  }
  if (arena->blocks == NULL) {
    arena->blocks = block;
    arena->used = size;
  } else {
    block->next = arena->blocks->next;
    arena->blocks->next = block;
  }
  return pieces_of(block);
}

static void *alloc_in_new_block(tx_arena *arena, size_t size) {
  size_t capacity = FIRST_BLOCK - HEADER_SIZE;
  if (arena->blocks != NULL) {
    size_t last = arena->blocks->capacity + HEADER_SIZE;
    capacity = (last > LARGEST_BLOCK / 2 ? LARGEST_BLOCK : last < FIRST_BLOCK ? FIRST_BLOCK : last * 2) - HEADER_SIZE;
  }
  if (size > capacity / 4) {
    return alloc_large(arena, size);
  }
  tx_arena_block *block = new_block(arena, capacity);
  if (block == NULL) {
    return NULL;
  }
  block->next = arena->blocks;
  arena->blocks = block;
  arena->used = size;
  return pieces_of(block);
}

void tx_arena_reset(tx_arena *arena) {
  size_t capacity = 0;
  for (const tx_arena_block *block = arena->blocks; block != NULL; block = block->next) {
    capacity += block->capacity;
  }
  if (arena->blocks != NULL && arena->blocks->next != NULL) {
    tx_arena_free(arena);
    arena->blocks = new_block(arena, capacity); /* without it the arena is merely empty */
  }
  arena->used = 0;
}

void *tx_arena_alloc(tx_arena *arena, size_t size) {
  if (size > LARGEST_SIZE - HEADER_SIZE - ALIGNMENT) {
    return NULL;
  }
  size_t rounded = (at_least_one(size) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  tx_arena_block *block = arena->blocks;
  if (block != NULL && rounded <= block->capacity - arena->used) {
    void *piece = pieces_of(block) + arena->used;
    arena->used += rounded;
    return piece;
  }
  return alloc_in_new_block(arena, rounded);
}

void *tx_arena_calloc(tx_arena *arena, size_t count, size_t size) {
  size_t bytes;
  if (!product(count, size, &bytes)) {
    return NULL;
  }
  void *piece = tx_arena_alloc(arena, bytes);
  if (piece != NULL) {
    memset(piece, 0, at_least_one(bytes));
  }
  return piece;
}

char *tx_arena_copy(tx_arena *arena, const char *bytes, size_t length) {
  if (length >= LARGEST_SIZE) {
    return NULL;
  }
  char *copy = tx_arena_alloc(arena, length + 1);
  if (copy != NULL) {
    if (length > 0) {
      memcpy(copy, bytes, length);
    }
    copy[length] = '\0';
  }
  return copy;
}
