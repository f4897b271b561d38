/* Equal byte strings get equal numbers. */
#include <string.h>

#include "allocation/private.h"

void tx_intern_init(tx_intern *intern, triax_context *context, size_t width) {
  *intern = (tx_intern){.context = context, .width = width};
}

void tx_intern_free(tx_intern *intern) {
  tx_free_array(intern->context, intern->items, intern->room, intern->width);
  tx_free_array(intern->context, intern->slots, intern->slot_count, sizeof *intern->slots);
}

/* Only places in the table come of it, never an order: it may differ between machines. */
static size_t hash_of(const tx_intern *intern, const char *item) {
  uint64_t hash = UINT64_C(0x9e3779b97f4a7c15);
  for (size_t at = 0; at < intern->width; at += 8) {
    uint64_t word = 0;
    memcpy(&word, item + at, intern->width - at < 8 ? intern->width - at : 8);
    hash = (hash ^ word) * UINT64_C(0xd6e8feb86659fd93);
    hash ^= hash >> 32;
  }
  hash *= UINT64_C(0xd6e8feb86659fd93);
  return (size_t)(hash ^ hash >> 32);
}

static const char *item_at(const tx_intern *intern, size_t number) {
  return (const char *)intern->items + number * intern->width;
}

static uint32_t *slot_of(const tx_intern *intern, const char *item) {
  size_t mask = intern->slot_count - 1, at = hash_of(intern, item) & mask;
  while (intern->slots[at] != UINT32_MAX && memcmp(item_at(intern, intern->slots[at]), item, intern->width) != 0) {
    at = (at + 1) & mask;
  }
  return &intern->slots[at];
}

static bool more_slots(tx_intern *intern) {
  size_t count = intern->slot_count ? 2 * intern->slot_count : 64;
  uint32_t *slots = tx_alloc_array(intern->context, count, sizeof *slots);
  if (!slots) return false;
  memset(slots, 0xff, count * sizeof *slots);
  tx_free_array(intern->context, intern->slots, intern->slot_count, sizeof *intern->slots);
  intern->slots = slots;
  intern->slot_count = count;
  for (size_t i = 0; i < intern->count; i++) *slot_of(intern, item_at(intern, i)) = (uint32_t)i;
  return true;
}

bool tx_intern_add(tx_intern *intern, const void *item, uint32_t *number) {
  if (2 * intern->count >= intern->slot_count && !more_slots(intern)) return false;
  uint32_t *slot = slot_of(intern, item);
  if (*slot == UINT32_MAX) {
    if (!tx_grow(intern->context, &intern->items, &intern->room, intern->count + 1, intern->width)) return false;
    memcpy((char *)intern->items + intern->count * intern->width, item, intern->width);
    *slot = (uint32_t)intern->count++;
  }
  *number = *slot;
  return true;
}
