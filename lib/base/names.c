#include "base/names.h"

void tx_names_init(tx_names *names, triax_context *context) { *names = (tx_names){.context = context}; }

void tx_names_free(tx_names *names) {
  tx_free_array(names->context, names->slots, names->capacity, sizeof *names->slots);
  tx_names_init(names, names->context);
}

/* Where the name is, or belongs; there is always an empty slot. */
static tx_name_slot *slot_of(const tx_names *names, triax_text name) {
  size_t at = (size_t)tx_text_hash(name) & (names->capacity - 1);
  while (names->slots[at].name.bytes && !tx_text_equal(names->slots[at].name, name)) {
    at = (at + 1) & (names->capacity - 1);
  }
  return &names->slots[at];
}

/* Room for one more, at most half of the slots being taken. */
static bool grow(tx_names *names) {
  if (2 * (names->count + 1) <= names->capacity) return true;
  tx_names larger = {.context = names->context, .capacity = names->capacity ? 2 * names->capacity : 16};
  larger.slots = tx_calloc(names->context, larger.capacity, sizeof *larger.slots);
  if (!larger.slots) return false;
  for (size_t i = 0; i < names->capacity; i++) {
    if (names->slots[i].name.bytes) *slot_of(&larger, names->slots[i].name) = names->slots[i];
  }
  larger.count = names->count;
  tx_names_free(names);
  *names = larger;
  return true;
}

uint32_t tx_names_find(const tx_names *names, triax_text name) {
  if (!names->count || !name.bytes) return TX_NO_NAME;
  const tx_name_slot *slot = slot_of(names, name);
  return slot->name.bytes ? slot->number : TX_NO_NAME;
}

bool tx_names_add(tx_names *names, triax_text name, uint32_t *number) {
  if (!name.bytes) return true;
  if (!grow(names)) return false;
  tx_name_slot *slot = slot_of(names, name);
  if (slot->name.bytes) {
    *number = slot->number;
    return true;
  }
  *slot = (tx_name_slot){name, *number};
  names->count++;
  return true;
}
