/* Finished dictionaries and lists. */
#include <string.h>

#include "base/text.h"
#include "table/intern.h"

tx_dictionary *tx_dictionary_ref(tx_dictionary *dictionary) {
  if (dictionary) tx_count_ref(&dictionary->count);
  return dictionary;
}

void tx_dictionary_unref(tx_dictionary *dictionary) {
  if (!dictionary || !tx_count_unref(&dictionary->count)) return;
  triax_context *context = dictionary->context;
  uint64_t bytes = dictionary->offsets[dictionary->size];
  tx_free(context, (void *)(uintptr_t)dictionary->bytes, bytes ? (size_t)bytes : 1);
  tx_free_array(context, (void *)(uintptr_t)dictionary->offsets, (size_t)dictionary->size + 1, sizeof(uint64_t));
  tx_free_array(context, (void *)(uintptr_t)dictionary->slots, dictionary->slot_count, sizeof(uint32_t));
  tx_free(context, dictionary, sizeof *dictionary);
  triax_context_unref(context);
}

tx_lists *tx_lists_ref(tx_lists *lists) {
  if (lists) tx_count_ref(&lists->count);
  return lists;
}

void tx_lists_unref(triax_context *context, tx_lists *lists) {
  if (!lists || !tx_count_unref(&lists->count)) return;
  uint64_t items = lists->offsets[lists->size];
  tx_free_array(context, (void *)(uintptr_t)lists->items, items ? (size_t)items : 1, sizeof(uint32_t));
  tx_free_array(context, (void *)(uintptr_t)lists->offsets, (size_t)lists->size + 1, sizeof(uint64_t));
  tx_free(context, lists, sizeof *lists);
}

triax_text tx_dictionary_text(const tx_dictionary *dictionary, uint32_t code) {
  uint64_t begin = dictionary->offsets[code];
  return (triax_text){dictionary->bytes + begin, (size_t)(dictionary->offsets[code + 1] - begin)};
}

static size_t first_slot(const tx_dictionary *dictionary, triax_text text) {
  return (uint32_t)tx_text_hash(text) & (dictionary->slot_count - 1);
}

/* From the slot on where the text would be at the first try. */
static uint32_t find_from(const tx_dictionary *dictionary, size_t at, triax_text text) {
  const size_t mask = dictionary->slot_count - 1;
  for (; dictionary->slots[at] != TX_NO_CODE; at = (at + 1) & mask) {
    if (tx_text_equal(tx_dictionary_text(dictionary, dictionary->slots[at]), text)) return dictionary->slots[at];
  }
  return TX_NO_CODE;
}

uint32_t tx_dictionary_find(const tx_dictionary *dictionary, triax_text text) {
  return text.bytes ? find_from(dictionary, first_slot(dictionary, text), text) : TX_NO_CODE;
}

/* Slots, where texts begin and the texts are each asked for all together, so that one wait does for all. */
void tx_dictionary_find_some(const tx_dictionary *dictionary, const triax_text *texts, size_t count, uint32_t *codes) {
  size_t at[TX_FIND_SOME];
  for (size_t i = 0; i < count; i++) {
    at[i] = texts[i].bytes ? first_slot(dictionary, texts[i]) : 0;
    TX_PREFETCH(&dictionary->slots[at[i]]);
  }
  for (size_t i = 0; i < count; i++) {
    codes[i] = dictionary->slots[at[i]];
    if (codes[i] != TX_NO_CODE) TX_PREFETCH(&dictionary->offsets[codes[i]]);
  }
  for (size_t i = 0; i < count; i++) {
    if (codes[i] != TX_NO_CODE) TX_PREFETCH(dictionary->bytes + dictionary->offsets[codes[i]]);
  }
  for (size_t i = 0; i < count; i++) {
    codes[i] = texts[i].bytes ? find_from(dictionary, at[i], texts[i]) : TX_NO_CODE;
  }
}

tx_dictionary *tx_dictionary_new(triax_context *context, const triax_text *texts, size_t count) {
  tx_interner interner;
  tx_interner_init(&interner, context);
  for (size_t i = 0; i < count; i++) {
    uint32_t code;
    if (!tx_interner_add(&interner, texts[i], &code)) {
      tx_interner_free(&interner);
      return NULL;
    }
  }
  return tx_interner_finish(&interner);
}

tx_column *tx_column_names(triax_context *context, const uint32_t *numbers, size_t rows, const triax_text *names,
                           size_t count) {
  tx_dictionary *dictionary = tx_dictionary_new(context, names, count);
  uint32_t *codes = tx_alloc_array(context, rows, sizeof *codes);
  tx_column *column = NULL;
  if (dictionary && codes) {
    for (size_t row = 0; row < rows; row++) codes[row] = numbers[row] < count ? numbers[row] : TX_NO_CODE;
    column = tx_column_take_codes(context, rows, codes, dictionary);
  } else {
    tx_free_array(context, codes, rows, sizeof *codes);
  }
  tx_dictionary_unref(dictionary);
  return column;
}

tx_column *tx_column_names8(triax_context *context, uint8_t *numbers, size_t rows, const triax_text *names,
                            size_t count) {
  if (!numbers) return NULL;
  tx_dictionary *dictionary = tx_dictionary_new(context, names, count);
  tx_column *column = NULL;
  if (dictionary) column = tx_column_take_codes8(context, rows, numbers, dictionary);
  else tx_free_array(context, numbers, rows, 1);
  tx_dictionary_unref(dictionary);
  return column;
}
