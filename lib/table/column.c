/* Finished columns: counting references, taking over arrays, gathering rows. */
#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "base/memory.h"
#include "table/column_private.h"

size_t tx_value_size(int32_t type) {
  switch (type) {
  case TRIAX_TYPE_BOOLEAN:
    return 0;
  case TRIAX_TYPE_DATE:
  case TRIAX_TYPE_STRING:
  case TRIAX_TYPE_STRINGS:
  case TRIAX_TYPE_TEXT:
    return 4;
  default:
    return 8;
  }
}

uint8_t tx_code_width(uint32_t size) {
  if (size <= UINT8_MAX) return 1;
  return size <= UINT16_MAX ? 2 : 4;
}

size_t tx_popcount(const uint64_t *words, size_t bits) {
  const size_t count = tx_words(bits);
  size_t total = 0;
  for (size_t first = 0; first < count; first += 31) { /* as many as a byte can count eight at a time */
    const size_t end = count - first < 31 ? count : first + 31;
    uint64_t bytes = 0;
    for (size_t i = first; i < end; i++) {
      uint64_t word = words[i];
      word -= (word >> 1) & UINT64_C(0x5555555555555555);
      word = (word & UINT64_C(0x3333333333333333)) + ((word >> 2) & UINT64_C(0x3333333333333333));
      bytes += (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    }
    bytes = (bytes & UINT64_C(0x00ff00ff00ff00ff)) + ((bytes >> 8) & UINT64_C(0x00ff00ff00ff00ff));
    total += (size_t)((bytes * UINT64_C(0x0001000100010001)) >> 48);
  }
  return total;
}

tx_column *tx_column_ref(const tx_column *column) {
  /* Only the count changes; the column is const to its readers. */
  tx_column *counted = (tx_column *)(uintptr_t)column;
  if (counted) tx_count_ref(&counted->count);
  return counted;
}

static void free_parts(triax_context *context, const tx_parts *parts) {
  if (parts->foreign) tx_foreign_free(context, parts->foreign);
  else tx_free(context, parts->data, parts->data_size);
  tx_free_array(context, parts->present, tx_words(parts->rows), sizeof(uint64_t));
  tx_lists_unref(context, parts->lists);
  tx_dictionary_unref(parts->dictionary);
}

void tx_column_unref(tx_column *column) {
  if (!column || !tx_count_unref(&column->count)) return;
  triax_context *context = column->context;
  tx_parts parts = {column->rows,
                    0,
                    (void *)(uintptr_t)column->data,
                    column->data_size,
                    (uint64_t *)(uintptr_t)column->present,
                    0,
                    column->dictionary,
                    column->lists,
                    column->foreign};
  free_parts(context, &parts);
  tx_free(context, column, sizeof *column);
  triax_context_unref(context);
}

tx_column *tx_column_assemble(triax_context *context, int32_t type, const tx_parts *parts) {
  tx_column *made = tx_calloc(context, 1, sizeof *made);
  if (!made) {
    free_parts(context, parts);
    return NULL;
  }
  made->context = triax_context_ref(context);
  tx_count_init(&made->count);
  made->type = type;
  made->rows = parts->rows;
  made->missing = parts->missing;
  made->present = parts->present;
  made->data = parts->data;
  made->code_width = parts->code_width;
  made->dictionary = parts->dictionary;
  made->lists = parts->lists;
  made->data_size = parts->data_size;
  made->foreign = parts->foreign;
  return made;
}

bool tx_narrow_codes(triax_context *context, void **codes, size_t rows, size_t capacity, uint8_t width) {
  unsigned char *bytes = *codes;
  for (size_t i = 0; i < rows && width < 4; i++) {
    uint32_t code;
    memcpy(&code, bytes + i * 4, 4);
    uint16_t half = (uint16_t)code;
    if (width == 1) {
      bytes[i] = (unsigned char)code;
    } else {
      memcpy(bytes + i * 2, &half, 2);
    }
  }
  size_t used = rows ? rows * width : 1;
  void *smaller = capacity ? tx_resize(context, *codes, capacity * 4, used) : tx_alloc(context, used);
  if (!smaller) return false;
  *codes = smaller;
  return true;
}

static void clear_bits_past(uint64_t *words, size_t bits) {
  if (bits & 63) words[bits >> 6] &= (UINT64_C(1) << (bits & 63)) - 1;
}

static bool all_there(const double *values, size_t count) {
  bool missing = false;
  for (size_t i = 0; i < count; i++) missing |= values[i] != values[i];
  return !missing;
}

size_t tx_numbers_settle(double *numbers, size_t count, uint64_t *present) {
  size_t missing = 0;
  for (size_t first = 0; first < count; first += 64) {
    const size_t some = count - first < 64 ? count - first : 64;
    uint64_t word = some < 64 ? (UINT64_C(1) << some) - 1 : UINT64_MAX;
    if (!all_there(numbers + first, some)) {
      for (size_t i = 0; i < some; i++) {
        if (numbers[first + i] == numbers[first + i]) continue;
        numbers[first + i] = (double)NAN;
        word &= ~(UINT64_C(1) << i);
        missing++;
      }
    }
    present[first / 64] = word;
  }
  return missing;
}

/* Makes NaN the same as missing; false when memory is short. */
static bool settle_numbers(triax_context *context, double *values, size_t rows, uint64_t **present) {
  if (!*present) {
    if (all_there(values, rows)) return true;
    *present = tx_alloc_array(context, tx_words(rows), sizeof(uint64_t));
    if (!*present) return false;
  } else {
    for (size_t i = 0; i < rows; i++) {
      if (i % 64 == 0 && (*present)[i / 64] == UINT64_MAX) i += 63; /* the whole word is there */
      else if (!tx_bit(*present, i)) values[i] = (double)NAN;
    }
  }
  tx_numbers_settle(values, rows, *present);
  return true;
}

static void zero_missing(int32_t type, void *data, size_t rows, const uint64_t *present) {
  if (type == TRIAX_TYPE_BOOLEAN) {
    uint64_t *bits = data;
    for (size_t i = 0; i < tx_words(rows); i++) bits[i] &= present[i];
    return;
  }
  size_t size = tx_value_size(type);
  for (size_t i = 0; i < rows; i++) {
    if (i % 64 == 0 && present[i / 64] == UINT64_MAX) i += 63; /* the whole word is there */
    else if (!tx_bit(present, i)) memset((char *)data + i * size, 0, size);
  }
}

tx_column *tx_column_take(triax_context *context, int32_t type, size_t rows, void *data, size_t data_size,
                          uint64_t *present) {
  tx_parts parts = {.rows = rows, .data = data, .data_size = data_size, .present = present};
  if (present && rows) clear_bits_past(present, rows);
  if (type == TRIAX_TYPE_BOOLEAN && rows) clear_bits_past(data, rows);
  if (type == TRIAX_TYPE_NUMBER || type == TRIAX_TYPE_MONEY) {
    if (!settle_numbers(context, data, rows, &parts.present)) {
      free_parts(context, &parts);
      return NULL;
    }
  } else if (present) {
    zero_missing(type, data, rows, present);
  }
  if (parts.present) parts.missing = rows - tx_popcount(parts.present, rows);
  if (parts.present && parts.missing == 0) {
    tx_free_array(context, parts.present, tx_words(rows), sizeof(uint64_t));
    parts.present = NULL;
  }
  return tx_column_assemble(context, type, &parts);
}

tx_column *tx_column_take_settled(triax_context *context, size_t rows, double *numbers, uint64_t *present,
                                  size_t missing) {
  tx_parts parts = {.rows = rows, .missing = missing, .data = numbers, .data_size = rows * sizeof *numbers};
  if (missing) parts.present = present;
  else tx_free_array(context, present, tx_words(rows), sizeof *present);
  return tx_column_assemble(context, TRIAX_TYPE_NUMBER, &parts);
}

/* Presence of codes that may be TX_NO_CODE, which become 0; NULL when none is or (with *missing) memory is short. */
static uint64_t *present_of_codes(triax_context *context, uint32_t *codes, size_t rows, size_t *missing) {
  *missing = 0;
  for (size_t i = 0; i < rows; i++) *missing += codes[i] == TX_NO_CODE;
  if (*missing == 0) return NULL;
  uint64_t *present = tx_calloc(context, tx_words(rows), sizeof *present);
  for (size_t i = 0; present && i < rows; i++) {
    if (codes[i] == TX_NO_CODE) {
      codes[i] = 0;
    } else {
      tx_bit_set(present, i);
    }
  }
  return present;
}

tx_column *tx_column_take_codes(triax_context *context, size_t rows, uint32_t *codes, tx_dictionary *dictionary) {
  tx_parts parts = {.rows = rows,
                    .data = codes,
                    .data_size = rows * sizeof *codes,
                    .code_width = tx_code_width(dictionary->size),
                    .dictionary = tx_dictionary_ref(dictionary)};
  parts.present = present_of_codes(context, codes, rows, &parts.missing);
  void *narrow = codes;
  if ((parts.missing && !parts.present) || !tx_narrow_codes(context, &narrow, rows, rows, parts.code_width)) {
    free_parts(context, &parts);
    return NULL;
  }
  if (rows == 0) tx_free(context, codes, 0);
  parts.data = narrow;
  parts.data_size = rows ? rows * parts.code_width : 1;
  return tx_column_assemble(context, TRIAX_TYPE_STRING, &parts);
}

/* Presence of codes that may be UINT8_MAX, which become 0. */
static size_t present_of_bytes(uint8_t *codes, size_t rows, uint64_t *present) {
  for (size_t first = 0; first < rows; first += 64) {
    const size_t count = rows - first < 64 ? rows - first : 64;
    uint64_t word = 0;
    for (size_t i = 0; i < count; i++) word |= (uint64_t)(codes[first + i] != UINT8_MAX) << i;
    for (size_t i = 0; i < count; i++) codes[first + i] = codes[first + i] == UINT8_MAX ? 0 : codes[first + i];
    present[first / 64] = word;
  }
  return rows - tx_popcount(present, rows);
}

tx_column *tx_column_take_codes8(triax_context *context, size_t rows, uint8_t *codes, tx_dictionary *dictionary) {
  tx_parts parts = {.rows = rows,
                    .data = codes,
                    .data_size = rows,
                    .code_width = tx_code_width(dictionary->size),
                    .dictionary = tx_dictionary_ref(dictionary)};
  if (rows && memchr(codes, UINT8_MAX, rows)) {
    parts.present = tx_alloc_array(context, tx_words(rows), sizeof(uint64_t));
    if (!parts.present) {
      free_parts(context, &parts);
      return NULL;
    }
    parts.missing = present_of_bytes(codes, rows, parts.present);
  }
  return tx_column_assemble(context, TRIAX_TYPE_STRING, &parts);
}

tx_column *tx_column_without_codes(triax_context *context, size_t rows, tx_dictionary *dictionary) {
  tx_parts parts = {.rows = rows, .missing = rows, .code_width = 1, .data_size = rows ? rows : 1};
  parts.data = tx_calloc(context, parts.data_size, 1);
  parts.present = rows ? tx_calloc(context, tx_words(rows), sizeof(uint64_t)) : NULL;
  parts.dictionary = tx_dictionary_ref(dictionary);
  if (parts.data && (parts.present || !rows)) return tx_column_assemble(context, TRIAX_TYPE_STRING, &parts);
  free_parts(context, &parts);
  return NULL;
}

tx_column *tx_column_missing(triax_context *context, int32_t type, size_t rows) {
  const bool coded = type == TRIAX_TYPE_STRING || type == TRIAX_TYPE_TEXT;
  tx_parts parts = {.rows = rows, .missing = rows, .code_width = coded};
  parts.data_size =
      type == TRIAX_TYPE_BOOLEAN ? tx_words(rows) * sizeof(uint64_t) : rows * (coded ? 1 : tx_value_size(type));
  if (parts.data_size == 0) parts.data_size = 1;
  const bool later = rows && (type == TRIAX_TYPE_NUMBER || type == TRIAX_TYPE_MONEY);
  if (!later) parts.data = tx_calloc(context, parts.data_size, 1);
  parts.present = rows ? tx_calloc(context, tx_words(rows), sizeof(uint64_t)) : NULL;
  if (coded) parts.dictionary = tx_dictionary_new(context, NULL, 0);
  if ((!parts.data && !later) || (rows && !parts.present) || (coded && !parts.dictionary)) {
    free_parts(context, &parts);
    return NULL;
  }
  return tx_column_assemble(context, type, &parts);
}

bool tx_column_make(const tx_column *column) {
  /* Readers see no change: nobody reads the numbers of such a column before they are made. */
  _Atomic(const void *) *place = (_Atomic(const void *) *)(uintptr_t)&column->data;
  const void *none = NULL;
  if (!column->rows || atomic_load_explicit(place, memory_order_acquire)) return true;
  double *numbers = tx_alloc(column->context, column->data_size);
  if (!numbers) return false;
  for (size_t i = 0; i < column->rows; i++) numbers[i] = (double)NAN;
  if (!atomic_compare_exchange_strong(place, &none, (const void *)numbers)) { /* another thread was faster */
    tx_free(column->context, numbers, column->data_size);
  }
  return true;
}

static bool row_there(const tx_column *column, size_t row) { return row != TX_NO_ROW && tx_column_has(column, row); }

static void gather_values(const tx_column *column, const size_t *rows, size_t count, size_t width, void *data) {
  const char *from = column->data;
  char *to = data;
  bool real = column->type == TRIAX_TYPE_NUMBER || column->type == TRIAX_TYPE_MONEY;
  double nan = (double)NAN;
  for (size_t i = 0; i < count; i++) {
    if (row_there(column, rows[i])) {
      memcpy(to + i * width, from + rows[i] * width, width);
    } else if (real) {
      memcpy(to + i * width, &nan, sizeof nan);
    } else {
      memset(to + i * width, 0, width);
    }
  }
}

tx_column *tx_column_gather(const tx_column *column, const size_t *rows, size_t count) {
  bool boolean = column->type == TRIAX_TYPE_BOOLEAN;
  size_t width = column->code_width ? column->code_width : tx_value_size(column->type);
  tx_parts parts = {.rows = count, .code_width = column->code_width};
  for (size_t i = 0; i < count; i++) parts.missing += !row_there(column, rows[i]);
  parts.data_size = boolean ? tx_words(count) * sizeof(uint64_t) : count * width;
  if (parts.data_size == 0) parts.data_size = 1;
  parts.data = tx_calloc(column->context, parts.data_size, 1);
  if (parts.missing) parts.present = tx_calloc(column->context, tx_words(count), sizeof(uint64_t));
  parts.dictionary = tx_dictionary_ref(column->dictionary);
  parts.lists = tx_lists_ref(column->lists);
  if (!parts.data || (parts.missing && !parts.present)) {
    free_parts(column->context, &parts);
    return NULL;
  }
  for (size_t i = 0; parts.present && i < count; i++) {
    if (row_there(column, rows[i])) tx_bit_set(parts.present, i);
  }
  for (size_t i = 0; boolean && i < count; i++) {
    if (row_there(column, rows[i]) && tx_bit(column->bits, rows[i])) tx_bit_set(parts.data, i);
  }
  if (!boolean) gather_values(column, rows, count, width, parts.data);
  return tx_column_assemble(column->context, column->type, &parts);
}
