/* Columns in the making. */
#include <math.h>
#include <string.h>

#include "table/column_private.h"
#include "table/intern.h"

struct tx_column_builder {
  triax_context *context;
  int32_t type;
  size_t unit; /* bytes of one element of data: a value, or a word of 64 booleans */
  size_t rows, missing;
  void *data;
  size_t capacity; /* elements of data */
  uint64_t *present;
  size_t present_capacity; /* words; 0: nothing was missing so far */
  tx_interner texts;
  tx_list_interner lists;
  uint32_t *scratch; /* codes of a list */
  size_t scratch_capacity;
};

tx_column_builder *tx_column_builder_new(triax_context *context, int32_t type) {
  tx_column_builder *made = tx_calloc(context, 1, sizeof *made);
  if (!made) return NULL;
  made->context = triax_context_ref(context);
  made->type = type;
  made->unit = type == TRIAX_TYPE_BOOLEAN ? sizeof(uint64_t) : tx_value_size(type);
  tx_interner_init(&made->texts, context);
  tx_list_interner_init(&made->lists, context);
  return made;
}

/* Frees what the builder holds and makes it empty. */
static void clear(tx_column_builder *builder) {
  triax_context *context = builder->context;
  tx_free_array(context, builder->data, builder->capacity, builder->unit);
  tx_free_array(context, builder->present, builder->present_capacity, sizeof *builder->present);
  tx_free_array(context, builder->scratch, builder->scratch_capacity, sizeof *builder->scratch);
  tx_interner_free(&builder->texts);
  tx_list_interner_free(&builder->lists);
  builder->data = NULL;
  builder->present = NULL;
  builder->scratch = NULL;
  builder->capacity = builder->present_capacity = builder->scratch_capacity = 0;
  builder->rows = builder->missing = 0;
}

void tx_column_builder_free(tx_column_builder *builder) {
  if (!builder) return;
  triax_context *context = builder->context;
  clear(builder);
  tx_free(context, builder, sizeof *builder);
  triax_context_unref(context);
}

int32_t tx_column_builder_type(const tx_column_builder *builder) { return builder->type; }

size_t tx_column_builder_rows(const tx_column_builder *builder) { return builder->rows; }

size_t tx_column_builder_missing_count(const tx_column_builder *builder) { return builder->missing; }

static bool grow_present(tx_column_builder *builder, size_t rows) {
  size_t old = builder->present_capacity;
  void *present = builder->present;
  bool grown = tx_grow(builder->context, &present, &builder->present_capacity, tx_words(rows), sizeof(uint64_t));
  builder->present = present;
  if (!grown) return false;
  size_t fresh = builder->present_capacity - old;
  if (fresh) memset(builder->present + old, 0, fresh * sizeof(uint64_t));
  if (old == 0) {
    for (size_t i = 0; i < builder->rows; i++) tx_bit_set(builder->present, i);
  }
  return true;
}

bool tx_column_builder_reserve(tx_column_builder *builder, size_t rows) {
  if (rows > SIZE_MAX - builder->rows - 64) return false;
  size_t all = builder->rows + rows;
  size_t old = builder->capacity;
  void *data = builder->data;
  bool boolean = builder->type == TRIAX_TYPE_BOOLEAN;
  bool grown = tx_grow(builder->context, &data, &builder->capacity, boolean ? tx_words(all) : all, builder->unit);
  builder->data = data;
  if (!grown) return false;
  if (boolean && builder->capacity > old) {
    memset((uint64_t *)data + old, 0, (builder->capacity - old) * sizeof(uint64_t));
  }
  return !builder->present_capacity || grow_present(builder, all);
}

static inline bool room_for_one(tx_column_builder *builder) {
  bool boolean = builder->type == TRIAX_TYPE_BOOLEAN;
  size_t needed = boolean ? builder->rows / 64 + 1 : builder->rows + 1;
  if (needed <= builder->capacity && (!builder->present_capacity || builder->rows / 64 < builder->present_capacity)) {
    return true;
  }
  return tx_column_builder_reserve(builder, 1);
}

bool tx_column_builder_prepare(tx_column_builder *builder) {
  return tx_column_builder_reserve(builder, 1) && grow_present(builder, builder->rows + 1);
}

/* Marks the row at hand as there and ends it. */
static inline bool row_done(tx_column_builder *builder) {
  if (builder->present_capacity) tx_bit_set(builder->present, builder->rows);
  builder->rows++;
  return true;
}

bool tx_column_builder_missing(tx_column_builder *builder) {
  if (!room_for_one(builder)) return false;
  if (!builder->present_capacity && !grow_present(builder, builder->rows + 1)) return false;
  size_t row = builder->rows;
  if (builder->type == TRIAX_TYPE_NUMBER || builder->type == TRIAX_TYPE_MONEY) {
    ((double *)builder->data)[row] = (double)NAN;
  } else if (builder->type != TRIAX_TYPE_BOOLEAN) {
    memset((char *)builder->data + row * builder->unit, 0, builder->unit);
  }
  builder->rows++;
  builder->missing++;
  return true;
}

bool tx_column_builder_number(tx_column_builder *builder, double value) {
  if (isnan(value)) return tx_column_builder_missing(builder);
  if (!room_for_one(builder)) return false;
  ((double *)builder->data)[builder->rows] = value;
  return row_done(builder);
}

bool tx_column_builder_integer(tx_column_builder *builder, int64_t value) {
  if (!room_for_one(builder)) return false;
  if (builder->type == TRIAX_TYPE_DATE) {
    ((int32_t *)builder->data)[builder->rows] = (int32_t)value;
  } else {
    ((int64_t *)builder->data)[builder->rows] = value;
  }
  return row_done(builder);
}

bool tx_column_builder_boolean(tx_column_builder *builder, bool value) {
  if (!room_for_one(builder)) return false;
  if (value) tx_bit_set(builder->data, builder->rows);
  return row_done(builder);
}

bool tx_column_builder_intern(tx_column_builder *builder, triax_text text, uint32_t *code) {
  return tx_interner_add(&builder->texts, text, code);
}

bool tx_column_builder_code(tx_column_builder *builder, uint32_t code) {
  if (!room_for_one(builder)) return false;
  ((uint32_t *)builder->data)[builder->rows] = code;
  return row_done(builder);
}

bool tx_column_builder_text(tx_column_builder *builder, triax_text value) {
  uint32_t code;
  return tx_interner_add(&builder->texts, value, &code) && tx_column_builder_code(builder, code);
}

bool tx_column_builder_texts(tx_column_builder *builder, const triax_text *values, size_t count) {
  uint32_t codes[TX_INTERN_SOME];
  for (size_t begin = 0; begin < count; begin += TX_INTERN_SOME) {
    size_t some = count - begin < TX_INTERN_SOME ? count - begin : TX_INTERN_SOME;
    if (!tx_interner_add_some(&builder->texts, values + begin, some, codes)) return false;
    for (size_t i = 0; i < some; i++) {
      if (!tx_column_builder_code(builder, codes[i])) return false;
    }
  }
  return true;
}

bool tx_column_builder_intern_codes(tx_column_builder *builder, const uint32_t *codes, size_t count, uint32_t *code) {
  return tx_list_interner_add(&builder->lists, codes, count, code);
}

bool tx_column_builder_list_codes(tx_column_builder *builder, const uint32_t *codes, size_t count) {
  uint32_t list;
  return tx_list_interner_add(&builder->lists, codes, count, &list) && tx_column_builder_code(builder, list);
}

bool tx_column_builder_intern_list(tx_column_builder *builder, const triax_text *items, size_t count, uint32_t *code) {
  void *scratch = builder->scratch;
  bool grown = tx_grow(builder->context, &scratch, &builder->scratch_capacity, count + 1, sizeof(uint32_t));
  builder->scratch = scratch;
  if (!grown) return false;
  for (size_t i = 0; i < count; i++) {
    if (!tx_interner_add(&builder->texts, items[i], &builder->scratch[i])) return false;
  }
  return tx_list_interner_add(&builder->lists, builder->scratch, count, code);
}

bool tx_column_builder_list(tx_column_builder *builder, const triax_text *items, size_t count) {
  uint32_t list;
  return tx_column_builder_intern_list(builder, items, count, &list) && tx_column_builder_code(builder, list);
}

void tx_column_builder_rewind(tx_column_builder *builder, size_t rows, size_t missing) {
  for (size_t i = rows; i < builder->rows; i++) {
    if (builder->present_capacity) tx_bit_clear(builder->present, i);
    if (builder->type == TRIAX_TYPE_BOOLEAN) tx_bit_clear(builder->data, i);
  }
  builder->rows = rows;
  builder->missing = missing;
}

/* Gives back what is not needed of data and presence, so that their sizes follow from the rows. */
static bool settle(tx_column_builder *builder, tx_parts *parts) {
  triax_context *context = builder->context;
  bool coded =
      builder->type == TRIAX_TYPE_STRING || builder->type == TRIAX_TYPE_STRINGS || builder->type == TRIAX_TYPE_TEXT;
  uint32_t size = builder->type == TRIAX_TYPE_STRINGS ? builder->lists.size : builder->texts.size;
  size_t elements = builder->type == TRIAX_TYPE_BOOLEAN ? tx_words(builder->rows) : builder->rows;
  parts->rows = builder->rows;
  parts->missing = builder->missing;
  if (coded) {
    parts->code_width = tx_code_width(size);
    parts->data_size = elements ? elements * parts->code_width : 1;
    void *data = builder->data;
    if (!tx_narrow_codes(context, &data, builder->rows, builder->capacity, parts->code_width)) return false;
    parts->data = data;
  } else {
    parts->data_size = elements ? elements * builder->unit : 1;
    parts->data = builder->capacity
                      ? tx_resize(context, builder->data, builder->capacity * builder->unit, parts->data_size)
                      : tx_alloc(context, 1);
    if (!parts->data) return false;
  }
  builder->data = NULL;
  builder->capacity = 0;
  if (builder->missing == 0) return true;
  parts->present = tx_resize(context, builder->present, builder->present_capacity * sizeof(uint64_t),
                             tx_words(builder->rows) * sizeof(uint64_t));
  if (!parts->present) return false;
  builder->present = NULL;
  builder->present_capacity = 0;
  return true;
}

tx_column *tx_column_builder_finish(tx_column_builder *builder) {
  tx_parts parts = {0};
  bool fine = settle(builder, &parts);
  if (fine && builder->type == TRIAX_TYPE_STRINGS) {
    parts.lists = tx_list_interner_finish(&builder->lists);
    fine = parts.lists != NULL;
  }
  if (fine && parts.code_width) {
    parts.dictionary = tx_interner_finish(&builder->texts);
    fine = parts.dictionary != NULL;
  }
  if (!fine) {
    tx_free(builder->context, parts.data, parts.data_size);
    tx_free_array(builder->context, parts.present, tx_words(parts.rows), sizeof(uint64_t));
    tx_lists_unref(builder->context, parts.lists);
    clear(builder);
    return NULL;
  }
  tx_column *made = tx_column_assemble(builder->context, builder->type, &parts);
  clear(builder);
  return made;
}
