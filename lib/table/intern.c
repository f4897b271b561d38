#include "table/intern.h"

#include <string.h>

#include "base/text.h"

/* Codes must leave room for TX_NO_CODE and for tables twice as long as there are codes. */
#define MOST_CODES (UINT32_MAX / 4)

static bool grow_words(triax_context *context, uint64_t **array, size_t *capacity, size_t needed) {
  void *block = *array;
  bool grown = tx_grow(context, &block, capacity, needed, sizeof **array);
  *array = block;
  return grown;
}

static void place(tx_slot *slots, size_t slot_count, tx_slot entry) {
  size_t mask = slot_count - 1;
  size_t at = entry.hash & mask;
  while (slots[at].code != TX_NO_CODE) at = (at + 1) & mask;
  slots[at] = entry;
}

/* Keeps the table at most half full; true when there is room for one more. */
static bool room_in_slots(triax_context *context, tx_slot **slots, size_t *slot_count, size_t size) {
  if (size >= MOST_CODES) return false;
  if (*slots && size < *slot_count / 2) return true;
  size_t larger = *slot_count ? *slot_count * 2 : 16;
  while (size >= larger / 2) larger *= 2;
  tx_slot *fresh = tx_alloc_array(context, larger, sizeof *fresh);
  if (!fresh) return false;
  memset(fresh, 0xff, larger * sizeof *fresh);
  for (size_t i = 0; i < *slot_count; i++) {
    if ((*slots)[i].code != TX_NO_CODE) place(fresh, larger, (*slots)[i]);
  }
  tx_free_array(context, *slots, *slot_count, sizeof *fresh);
  *slots = fresh;
  *slot_count = larger;
  return true;
}

/* The slots of a finished dictionary: codes alone. */
static uint32_t *bare_slots(triax_context *context, const tx_slot *slots, size_t slot_count) {
  uint32_t *bare = tx_alloc_array(context, slot_count, sizeof *bare);
  if (!bare) return NULL;
  for (size_t i = 0; i < slot_count; i++) bare[i] = slots[i].code;
  return bare;
}

/* Shrinks a block to what is used, never to nothing; false leaves it as it was. */
static bool shrink(triax_context *context, void **block, size_t old_size, size_t used) {
  if (used == 0) used = 1;
  void *smaller = old_size ? tx_resize(context, *block, old_size, used) : tx_alloc(context, used);
  if (!smaller) return false;
  *block = smaller;
  return true;
}

void tx_interner_init(tx_interner *interner, triax_context *context) {
  memset(interner, 0, sizeof *interner);
  interner->context = context;
}

void tx_interner_free(tx_interner *interner) {
  triax_context *context = interner->context;
  tx_free_array(context, interner->offsets, interner->offset_capacity, sizeof *interner->offsets);
  tx_free(context, interner->bytes, interner->byte_capacity);
  tx_free_array(context, interner->slots, interner->slot_count, sizeof *interner->slots);
  tx_interner_init(interner, context);
}

static bool same_text(const tx_interner *interner, uint32_t code, triax_text text) {
  uint64_t begin = interner->offsets[code], end = interner->offsets[code + 1];
  return end - begin == text.length &&
         (text.length == 0 || memcmp(interner->bytes + begin, text.bytes, text.length) == 0);
}

/* Appends a text that is not there yet. */
static bool append_text(tx_interner *interner, triax_text text) {
  uint64_t used = interner->size ? interner->offsets[interner->size] : 0;
  if (text.length > SIZE_MAX - used) return false;
  void *bytes = interner->bytes;
  bool grown = tx_grow(interner->context, &bytes, &interner->byte_capacity, (size_t)used + text.length + 1, 1);
  interner->bytes = bytes;
  if (!grown) return false;
  if (!grow_words(interner->context, &interner->offsets, &interner->offset_capacity, (size_t)interner->size + 2)) {
    return false;
  }
  if (text.length) memcpy(interner->bytes + used, text.bytes, text.length);
  interner->offsets[interner->size] = used;
  interner->offsets[interner->size + 1] = used + text.length;
  interner->size++;
  return true;
}

/* With room in the slots and the text's hash at hand. */
static bool add_hashed(tx_interner *interner, triax_text text, uint32_t hash, uint32_t *code) {
  size_t mask = interner->slot_count - 1;
  size_t at = hash & mask;
  for (; interner->slots[at].code != TX_NO_CODE; at = (at + 1) & mask) {
    if (interner->slots[at].hash == hash && same_text(interner, interner->slots[at].code, text)) {
      *code = interner->slots[at].code;
      return true;
    }
  }
  if (!append_text(interner, text)) return false;
  *code = interner->size - 1;
  interner->slots[at] = (tx_slot){hash, *code};
  return true;
}

bool tx_interner_add(tx_interner *interner, triax_text text, uint32_t *code) {
  if (!room_in_slots(interner->context, &interner->slots, &interner->slot_count, interner->size)) return false;
  return add_hashed(interner, text, (uint32_t)tx_text_hash(text), code);
}

/* Slots of many texts lie anywhere: asking for all of them before the first is needed hides the wait. */
bool tx_interner_add_some(tx_interner *interner, const triax_text *texts, size_t count, uint32_t *codes) {
  uint32_t hashes[TX_INTERN_SOME];
  if (!room_in_slots(interner->context, &interner->slots, &interner->slot_count, interner->size + count)) return false;
  for (size_t i = 0; i < count; i++) {
    hashes[i] = (uint32_t)tx_text_hash(texts[i]);
    TX_PREFETCH(&interner->slots[hashes[i] & (interner->slot_count - 1)]);
  }
  for (size_t i = 0; i < count; i++) {
    if (!add_hashed(interner, texts[i], hashes[i], &codes[i])) return false;
  }
  return true;
}

/* Offsets that end where the last value does, exactly sized; false when memory is short. */
static bool settle_offsets(triax_context *context, uint64_t **offsets, size_t *capacity, uint32_t size) {
  if (size == 0) {
    if (!grow_words(context, offsets, capacity, 1)) return false;
    (*offsets)[0] = 0;
  }
  void *block = *offsets;
  size_t words = (size_t)size + 1;
  if (!shrink(context, &block, *capacity * sizeof(uint64_t), words * sizeof(uint64_t))) return false;
  *offsets = block;
  *capacity = words;
  return true;
}

/* Everything a dictionary needs, exactly sized; false when memory is short. */
static bool settle_texts(tx_interner *interner) {
  triax_context *context = interner->context;
  if (!room_in_slots(context, &interner->slots, &interner->slot_count, interner->size)) return false;
  if (!settle_offsets(context, &interner->offsets, &interner->offset_capacity, interner->size)) return false;
  void *block = interner->bytes;
  size_t used = (size_t)interner->offsets[interner->size];
  if (!shrink(context, &block, interner->byte_capacity, used)) return false;
  interner->bytes = block;
  interner->byte_capacity = used ? used : 1;
  return true;
}

tx_dictionary *tx_interner_finish(tx_interner *interner) {
  triax_context *context = interner->context;
  tx_dictionary *made = settle_texts(interner) ? tx_calloc(context, 1, sizeof *made) : NULL;
  uint32_t *slots = made ? bare_slots(context, interner->slots, interner->slot_count) : NULL;
  if (!slots) {
    tx_free(context, made, sizeof *made);
    tx_interner_free(interner);
    return NULL;
  }
  made->context = triax_context_ref(context);
  tx_count_init(&made->count);
  made->size = interner->size;
  made->offsets = interner->offsets;
  made->bytes = interner->bytes;
  made->slots = slots;
  made->slot_count = interner->slot_count;
  tx_free_array(context, interner->slots, interner->slot_count, sizeof *interner->slots);
  tx_interner_init(interner, context);
  return made;
}

void tx_list_interner_init(tx_list_interner *interner, triax_context *context) {
  memset(interner, 0, sizeof *interner);
  interner->context = context;
}

void tx_list_interner_free(tx_list_interner *interner) {
  triax_context *context = interner->context;
  tx_free_array(context, interner->offsets, interner->offset_capacity, sizeof *interner->offsets);
  tx_free_array(context, interner->items, interner->item_capacity, sizeof *interner->items);
  tx_free_array(context, interner->slots, interner->slot_count, sizeof *interner->slots);
  tx_free_array(context, interner->stamps, interner->stamp_capacity, sizeof *interner->stamps);
  tx_list_interner_init(interner, context);
}

/* Writes the codes behind the last list, each once; *end is where they stop. False when memory is short. */
static bool append_distinct(tx_list_interner *interner, const uint32_t *codes, size_t count, uint64_t *end) {
  uint64_t begin = interner->size ? interner->offsets[interner->size] : 0;
  void *items = interner->items;
  if (count > SIZE_MAX - 1 - begin) return false;
  bool grown =
      tx_grow(interner->context, &items, &interner->item_capacity, (size_t)begin + count + 1, sizeof(uint32_t));
  interner->items = items;
  if (!grown) return false;
  uint64_t stamp = ++interner->stamp;
  *end = begin;
  for (size_t i = 0; i < count; i++) {
    size_t old = interner->stamp_capacity;
    if (codes[i] >= old) {
      if (!grow_words(interner->context, &interner->stamps, &interner->stamp_capacity, (size_t)codes[i] + 1))
        return false;
      memset(interner->stamps + old, 0, (interner->stamp_capacity - old) * sizeof(uint64_t));
    }
    if (interner->stamps[codes[i]] == stamp) continue;
    interner->stamps[codes[i]] = stamp;
    interner->items[(*end)++] = codes[i];
  }
  return true;
}

static bool same_list(const tx_list_interner *interner, uint32_t list, uint64_t begin, uint64_t end) {
  uint64_t from = interner->offsets[list], to = interner->offsets[list + 1];
  if (to - from != end - begin) return false;
  return end == begin ||
         memcmp(interner->items + from, interner->items + begin, (size_t)(end - begin) * sizeof(uint32_t)) == 0;
}

bool tx_list_interner_add(tx_list_interner *interner, const uint32_t *codes, size_t count, uint32_t *list) {
  uint64_t end;
  if (!room_in_slots(interner->context, &interner->slots, &interner->slot_count, interner->size) ||
      !append_distinct(interner, codes, count, &end) ||
      !grow_words(interner->context, &interner->offsets, &interner->offset_capacity, (size_t)interner->size + 2)) {
    return false;
  }
  if (interner->size == 0) interner->offsets[0] = 0;
  uint64_t begin = interner->offsets[interner->size];
  const char *bytes = (const char *)(interner->items + begin);
  uint32_t hash = (uint32_t)tx_text_hash((triax_text){bytes, (size_t)(end - begin) * sizeof(uint32_t)});
  size_t mask = interner->slot_count - 1;
  size_t at = hash & mask;
  for (; interner->slots[at].code != TX_NO_CODE; at = (at + 1) & mask) {
    if (interner->slots[at].hash == hash && same_list(interner, interner->slots[at].code, begin, end)) {
      *list = interner->slots[at].code;
      return true;
    }
  }
  interner->offsets[interner->size + 1] = end;
  *list = interner->size++;
  interner->slots[at] = (tx_slot){hash, *list};
  return true;
}

static bool settle_lists(tx_list_interner *interner) {
  triax_context *context = interner->context;
  if (!settle_offsets(context, &interner->offsets, &interner->offset_capacity, interner->size)) return false;
  void *block = interner->items;
  size_t used = (size_t)interner->offsets[interner->size];
  if (used == 0) used = 1;
  if (!shrink(context, &block, interner->item_capacity * sizeof(uint32_t), used * sizeof(uint32_t))) return false;
  interner->items = block;
  interner->item_capacity = used;
  return true;
}

tx_lists *tx_list_interner_finish(tx_list_interner *interner) {
  triax_context *context = interner->context;
  tx_lists *made = settle_lists(interner) ? tx_calloc(context, 1, sizeof *made) : NULL;
  if (made) {
    tx_count_init(&made->count);
    made->size = interner->size;
    made->offsets = interner->offsets;
    made->items = interner->items;
    interner->offsets = NULL;
    interner->items = NULL;
    interner->offset_capacity = interner->item_capacity = 0;
  }
  tx_list_interner_free(interner);
  return made;
}
