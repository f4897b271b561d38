/* Groups of rows with equal values in some columns. */
#include <string.h>

#include "plan/pairs_private.h"

/* A value's 64 bits: codes, number patterns; missing is told apart by the caller. */
static uint64_t value_bits(const tx_column *column, size_t row) {
  uint64_t bits = 0;
  switch (column->type) {
    case TRIAX_TYPE_NUMBER:
    case TRIAX_TYPE_MONEY: memcpy(&bits, &column->numbers[row], sizeof bits); return bits;
    case TRIAX_TYPE_INTEGER:
    case TRIAX_TYPE_TIMESTAMP: return (uint64_t)column->integers[row];
    case TRIAX_TYPE_DATE: return (uint64_t)(int64_t)column->dates[row];
    case TRIAX_TYPE_BOOLEAN: return tx_bit(column->bits, row);
    default: return tx_column_code(column, row);
  }
}

typedef struct group_slot {
  uint64_t bits;
  uint32_t before, after; /* group before and after this column; after == UINT32_MAX: empty */
  bool missing;
} group_slot;

typedef struct group_splitter {
  triax_context *context;
  group_slot *slots;
  size_t size; /* power of two */
  uint32_t groups;
} group_splitter;

static size_t hash_of(uint64_t bits, uint32_t before, bool missing, size_t size) {
  uint64_t h = (bits ^ (uint64_t)before * UINT64_C(0x9e3779b97f4a7c15)) + missing;
  h = (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
  h = (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
  return (size_t)(h ^ h >> 32) & (size - 1);
}

static group_slot *find_slot(const group_splitter *splitter, uint64_t bits, uint32_t before, bool missing) {
  size_t i = hash_of(bits, before, missing, splitter->size);
  for (;; i = (i + 1) & (splitter->size - 1)) {
    group_slot *at = &splitter->slots[i];
    if (at->after == UINT32_MAX || (at->bits == bits && at->before == before && at->missing == missing)) return at;
  }
}

static group_slot *new_slots(triax_context *context, size_t size) {
  group_slot *slots = tx_alloc_array(context, size, sizeof *slots);
  for (size_t i = 0; slots && i < size; i++) slots[i].after = UINT32_MAX;
  return slots;
}

static bool grow(group_splitter *splitter) {
  size_t old_size = splitter->size;
  group_slot *old = splitter->slots, *fresh = new_slots(splitter->context, 2 * old_size);
  if (!fresh) return false;
  splitter->slots = fresh;
  splitter->size = 2 * old_size;
  for (size_t i = 0; i < old_size; i++) {
    if (old[i].after != UINT32_MAX) *find_slot(splitter, old[i].bits, old[i].before, old[i].missing) = old[i];
  }
  tx_free_array(splitter->context, old, old_size, sizeof *old);
  return true;
}

/* Splits the groups of all rows by one more column. */
static bool split(triax_context *context, const tx_column *column, size_t rows, uint32_t *group, size_t *groups) {
  group_splitter splitter = {context, new_slots(context, 64), 64, 0};
  bool fine = splitter.slots != NULL;
  for (size_t row = 0; fine && row < rows; row++) {
    bool missing = !tx_column_has(column, row);
    uint64_t bits = missing ? 0 : value_bits(column, row);
    group_slot *at = find_slot(&splitter, bits, group[row], missing);
    if (at->after == UINT32_MAX) {
      *at = (group_slot){bits, group[row], splitter.groups++, missing};
      group[row] = at->after;
      if (2 * (size_t)splitter.groups > splitter.size) fine = grow(&splitter);
    } else {
      group[row] = at->after;
    }
  }
  tx_free_array(context, splitter.slots, splitter.size, sizeof *splitter.slots);
  *groups = splitter.groups;
  return fine;
}

triax_status tx_group_rows(tx_arena *arena, const tx_column *const *columns, size_t count, size_t rows,
                           uint32_t **group, size_t *groups, size_t **first, triax_error *error) {
  *group = tx_arena_calloc(arena, rows + 1, sizeof **group);
  if (!*group) return tx_no_memory(error);
  *groups = rows ? 1 : 0;
  for (size_t c = 0; c < count; c++) {
    if (!split(arena->context, columns[c], rows, *group, groups)) return tx_no_memory(error);
  }
  *first = tx_arena_calloc(arena, *groups + 1, sizeof **first);
  if (!*first) return tx_no_memory(error);
  for (size_t row = rows; row-- > 0;) (*first)[(*group)[row]] = row;
  return TRIAX_OK;
}
