/* Columns from the inside: what the engine and the models read.
 *
 * A column is immutable and reference-counted; tables share columns. */
#ifndef TX_TABLE_COLUMN_H
#define TX_TABLE_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <triax/table.h>

#include "base/context.h"

#define TX_NO_CODE UINT32_MAX

/* Distinct strings in the order they were first seen. Immutable, reference-counted. */
typedef struct tx_dictionary {
  triax_context *context;
  tx_count count;
  uint32_t size;
  const uint64_t *offsets; /* size + 1 */
  const char *bytes;
  const uint32_t *slots; /* hash index: power-of-two many, TX_NO_CODE where empty */
  size_t slot_count;
} tx_dictionary;

/* Distinct lists of codes into a dictionary of strings; a strings column's codes count these. Columns share them. */
typedef struct tx_lists {
  tx_count count;
  uint32_t size;
  const uint64_t *offsets; /* size + 1, into items */
  const uint32_t *items;   /* codes of strings */
} tx_lists;

typedef struct tx_column {
  triax_context *context;
  tx_count count;
  int32_t type; /* TRIAX_TYPE_…; TEXT has the layout of STRING */
  size_t rows;
  size_t missing;          /* how many */
  const uint64_t *present; /* NULL when nothing is missing; else (rows + 63) / 64 words, bits past the end are 0 */
  union {
    const double *numbers;   /* number, money: NaN where missing */
    const int64_t *integers; /* integer, timestamp: 0 where missing */
    const int32_t *dates;    /* date: 0 where missing */
    const uint64_t *bits;    /* boolean: 0 where missing and past the end */
    const uint8_t *codes8;   /* string, strings: code of the value; 0 where missing (look at present) */
    const uint16_t *codes16;
    const uint32_t *codes32;
    const void *data;
  };
  uint8_t code_width;        /* 1, 2 or 4 bytes a code: the least that holds the dictionary's (or lists') size */
  tx_dictionary *dictionary; /* string, strings, text */
  tx_lists *lists;           /* strings */
  size_t data_size;          /* bytes of data, for freeing */
  struct tx_foreign *foreign; /* who owns data that was taken as it lies; NULL: the column */
} tx_column;

tx_column *tx_column_ref(const tx_column *column);
void tx_column_unref(tx_column *column);
tx_dictionary *tx_dictionary_ref(tx_dictionary *dictionary);
void tx_dictionary_unref(tx_dictionary *dictionary);
/* Lists know no context of their own: they live with a dictionary. */
tx_lists *tx_lists_ref(tx_lists *lists);
void tx_lists_unref(triax_context *context, tx_lists *lists);

static inline bool tx_bit(const uint64_t *words, size_t i) { return (words[i >> 6] >> (i & 63)) & 1; }
static inline void tx_bit_set(uint64_t *words, size_t i) { words[i >> 6] |= UINT64_C(1) << (i & 63); }
static inline void tx_bit_clear(uint64_t *words, size_t i) { words[i >> 6] &= ~(UINT64_C(1) << (i & 63)); }
static inline size_t tx_words(size_t bits) { return (bits + 63) / 64; }
/* How many bits of a word are set, and of the words of so many bits (those past the end are 0). */
static inline unsigned tx_bits_in(uint64_t word) {
  word -= (word >> 1) & UINT64_C(0x5555555555555555);
  word = (word & UINT64_C(0x3333333333333333)) + ((word >> 2) & UINT64_C(0x3333333333333333));
  word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
  return (unsigned)((word * UINT64_C(0x0101010101010101)) >> 56);
}
size_t tx_popcount(const uint64_t *words, size_t bits);

/* Which of some numbers are there, as the bits of whole words; the others become one and the same NaN. Returns how many
 * are missing. */
size_t tx_numbers_settle(double *numbers, size_t count, uint64_t *present);

static inline bool tx_column_has(const tx_column *column, size_t row) {
  return !column->present || tx_bit(column->present, row);
}
static inline uint32_t tx_column_code(const tx_column *column, size_t row) {
  if (column->code_width == 1) return column->codes8[row];
  if (column->code_width == 2) return column->codes16[row];
  return column->codes32[row];
}

triax_text tx_dictionary_text(const tx_dictionary *dictionary, uint32_t code);
/* The code of a text, or TX_NO_CODE. */
uint32_t tx_dictionary_find(const tx_dictionary *dictionary, triax_text text);
/* The same for some texts, at most TX_FIND_SOME; faster where they are many and lie anywhere. */
#define TX_FIND_SOME 32
void tx_dictionary_find_some(const tx_dictionary *dictionary, const triax_text *texts, size_t count, uint32_t *codes);

/* A column in the making, of one type: append values one by one or many, then finish. */
typedef struct tx_column_builder tx_column_builder;
tx_column_builder *tx_column_builder_new(triax_context *context, int32_t type);
void tx_column_builder_free(tx_column_builder *builder);
int32_t tx_column_builder_type(const tx_column_builder *builder);
size_t tx_column_builder_rows(const tx_column_builder *builder);
bool tx_column_builder_reserve(tx_column_builder *builder, size_t rows);
/* Each appends; false when memory is short. */
bool tx_column_builder_missing(tx_column_builder *builder);
bool tx_column_builder_number(tx_column_builder *builder, double value);   /* NaN is missing */
bool tx_column_builder_integer(tx_column_builder *builder, int64_t value); /* integer, date, timestamp */
bool tx_column_builder_boolean(tx_column_builder *builder, bool value);
bool tx_column_builder_text(tx_column_builder *builder, triax_text value);
/* As many texts, faster than one by one where most are new. */
bool tx_column_builder_texts(tx_column_builder *builder, const triax_text *values, size_t count);
/* One list; duplicates are dropped, the first kept. */
bool tx_column_builder_list(tx_column_builder *builder, const triax_text *items, size_t count);
/* For string and strings columns filled from dictionaries: the code of a text, added when new; and one value by its
 * code. */
bool tx_column_builder_intern(tx_column_builder *builder, triax_text text, uint32_t *code);
bool tx_column_builder_code(tx_column_builder *builder, uint32_t code);
/* The code of a list, added when new; append it with tx_column_builder_code. */
bool tx_column_builder_intern_list(tx_column_builder *builder, const triax_text *items, size_t count, uint32_t *code);
/* The same, over codes that tx_column_builder_intern gave. */
bool tx_column_builder_intern_codes(tx_column_builder *builder, const uint32_t *codes, size_t count, uint32_t *code);
bool tx_column_builder_list_codes(tx_column_builder *builder, const uint32_t *codes, size_t count);
/* Makes sure that the next value, missing or not, needs no memory (texts and lists still may). */
bool tx_column_builder_prepare(tx_column_builder *builder);
/* How many values are missing so far, and going back to an earlier number of rows and of missing ones. */
size_t tx_column_builder_missing_count(const tx_column_builder *builder);
void tx_column_builder_rewind(tx_column_builder *builder, size_t rows, size_t missing);
/* The column, or NULL when memory is short; the builder is empty afterwards and must still be freed. */
tx_column *tx_column_builder_finish(tx_column_builder *builder);

/* A column over arrays that the caller filled (allocated by tx_alloc_array from the same context): takes them over,
 * also on failure, when they are freed and NULL is returned. present may be NULL. NaN in numbers counts as missing
 * and makes presence be made. data holds `rows` values (for boolean: words). */
tx_column *tx_column_take(triax_context *context, int32_t type, size_t rows, void *data, size_t data_size,
                          uint64_t *present);
/* The same over numbers that tx_numbers_settle went over, `missing` of which are not there. */
tx_column *tx_column_take_settled(triax_context *context, size_t rows, double *numbers, uint64_t *present,
                                  size_t missing);
/* A string column over uint32 codes (taken over, narrowed) and a dictionary (referenced). Code TX_NO_CODE is missing.
 */
tx_column *tx_column_take_codes(triax_context *context, size_t rows, uint32_t *codes, tx_dictionary *dictionary);
/* The same over codes of one byte, UINT8_MAX being missing; the dictionary has at most UINT8_MAX texts. */
tx_column *tx_column_take_codes8(triax_context *context, size_t rows, uint8_t *codes, tx_dictionary *dictionary);
/* A string column of small numbers: names[value], TX_NO_CODE missing. */
tx_column *tx_column_names(triax_context *context, const uint32_t *numbers, size_t rows, const triax_text *names,
                           size_t count);
/* The same over one byte each, UINT8_MAX missing. Takes the numbers over, NULL being out of memory. count at most
 * UINT8_MAX. */
tx_column *tx_column_names8(triax_context *context, uint8_t *numbers, size_t rows, const triax_text *names,
                            size_t count);
/* A string column of no value at all, over a dictionary of these texts. */
tx_column *tx_column_without_codes(triax_context *context, size_t rows, tx_dictionary *dictionary);
/* A column of any type but strings with every value missing. Its numbers are made when they are first asked for: most
 * such columns of a plan are never looked at. */
tx_column *tx_column_missing(triax_context *context, int32_t type, size_t rows);
/* Sees to it that the values are there, before they are read where they may be those of tx_column_missing: in tables
 * that come from outside, or go there. Any thread may; false when memory is short. */
bool tx_column_make(const tx_column *column);
/* A dictionary of the given texts, which must be distinct. */
tx_dictionary *tx_dictionary_new(triax_context *context, const triax_text *texts, size_t count);
/* The rows of a column in the order given (TX_NO_ROW: missing), sharing dictionaries. */
#define TX_NO_ROW SIZE_MAX
tx_column *tx_column_gather(const tx_column *column, const size_t *rows, size_t count);

#endif
