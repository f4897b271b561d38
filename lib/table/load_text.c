/* Text columns as typed columns. Every distinct text is read once, however many rows hold it. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "table/column_private.h"
#include "table/load_private.h"

enum { UNUSED, USED, PRESENT, MISSING, BAD };

static const tx_column *raw_column(const tx_load *load, size_t field) {
  return load->raw->fields[load->fields[field].raw].column;
}

/* For each code of the dictionary whether a row holds it: texts without a row must not decide anything. NULL when memory
 * is short or the host asked to stop. */
static uint8_t *used_codes(tx_load *load, const tx_column *column) {
  uint8_t *states = tx_calloc(load->context, column->dictionary->size, 1);
  for (size_t row = 0; states && row < column->rows; row++) {
    if (!tx_load_goes_on(load, row)) {
      tx_free_array(load->context, states, column->dictionary->size, 1);
      return NULL;
    }
    if (tx_column_has(column, row)) states[tx_column_code(column, row)] = USED;
  }
  return states;
}

static bool is_missing(const tx_load *load, triax_text text) {
  return tx_load_empty(text) || tx_load_marker(load->schema, text);
}

/* What the load by looks found out about a column. */
typedef struct looks {
  unsigned types; /* every value could be of these */
  size_t numbers; /* distinct texts that are numbers */
  size_t others;  /* distinct texts that are not */
  uint32_t other; /* the first of these */
  bool markers, any;
} looks;

static bool look(tx_load *load, const tx_column *column, const uint8_t *states, looks *found) {
  const tx_dictionary *dictionary = column->dictionary;
  *found = (looks){.types = ~0u};
  for (uint32_t code = 0; code < dictionary->size; code++) {
    if (!tx_load_goes_on(load, code)) return false;
    if (states[code] == UNUSED) continue;
    triax_text text = tx_dictionary_text(dictionary, code);
    if (tx_load_empty(text)) continue;
    if (tx_load_marker(load->schema, text)) {
      found->markers = true;
      continue;
    }
    found->any = true;
    /* Once only string is left, the rest matters to the warning alone. */
    if (found->types == 0 && found->others > found->numbers + 16) return true;
    unsigned types = tx_load_looks(&load->options, text);
    found->types &= types;
    if (types & 1u << TRIAX_TYPE_NUMBER) {
      found->numbers++;
    } else if (found->others++ == 0) {
      found->other = code;
    }
  }
  return true;
}

/* A column of numbers that one odd text turns into strings deserves a word. */
static void warn_of_odd_text(tx_load *load, size_t field, const looks *found) {
  const tx_column *column = raw_column(load, field);
  if (!load->fields[field].wanted || found->numbers < 4 * found->others || found->others == 0) return;
  triax_text text = tx_dictionary_text(column->dictionary, found->other);
  triax_text name = load->raw->fields[load->fields[field].raw].name;
  size_t row = 0;
  while (!tx_column_has(column, row) || tx_column_code(column, row) != found->other) row++;
  tx_finding finding = {TRIAX_LEVEL_WARNING, TRIAX_OK, NULL, load->schema->what, 0, 0, 1, NULL};
  tx_report_add(
      load->report, &finding,
      "column '%.*s' looks like numbers but is taken as string because of row %zu, '%.*s'; mend the value, or "
      "declare the column's type",
      tx_name_width(name), name.bytes, row + 1, tx_name_width(text), text.bytes);
}

bool tx_load_guess(tx_load *load, size_t field, int32_t *type) {
  const tx_column *column = raw_column(load, field);
  uint8_t *states = used_codes(load, column);
  if (!states) return false;
  looks found;
  bool fine = look(load, column, states, &found);
  tx_free_array(load->context, states, column->dictionary->size, 1);
  if (!fine) return false;
  const int32_t order[] = {TRIAX_TYPE_NUMBER, TRIAX_TYPE_DATE, TRIAX_TYPE_TIMESTAMP, TRIAX_TYPE_BOOLEAN};
  *type = TRIAX_TYPE_STRING;
  /* Markers alone could be values (NA, North America); nothing at all fits everywhere as a number. */
  if (!found.any) {
    if (!found.markers) *type = TRIAX_TYPE_NUMBER;
    return true;
  }
  for (size_t i = sizeof order / sizeof order[0]; i > 0; i--) {
    if (found.types & 1u << order[i - 1]) *type = order[i - 1];
  }
  if (*type == TRIAX_TYPE_STRING) warn_of_odd_text(load, field, &found);
  return true;
}

/* A column's distinct texts, read. */
typedef struct parsed {
  const tx_column *column;
  uint8_t *states;
  tx_value *values;
  const char **reasons; /* made when the first is bad */
} parsed;

static void free_parsed(tx_load *load, parsed *all) {
  size_t size = all->column->dictionary->size;
  tx_free_array(load->context, all->states, size, 1);
  tx_free_array(load->context, all->values, size, sizeof *all->values);
  tx_free_array(load->context, all->reasons, size, sizeof *all->reasons);
}

static bool parse_all(tx_load *load, int32_t type, parsed *all) {
  const tx_dictionary *dictionary = all->column->dictionary;
  all->states = used_codes(load, all->column);
  all->values = tx_calloc(load->context, dictionary->size, sizeof *all->values);
  if (!all->states || !all->values) return false;
  for (uint32_t code = 0; code < dictionary->size; code++) {
    if (!tx_load_goes_on(load, code)) return false;
    if (all->states[code] == UNUSED) continue;
    triax_text text = tx_dictionary_text(dictionary, code);
    if (is_missing(load, text)) {
      all->states[code] = MISSING;
    } else {
      all->states[code] = tx_load_value(&load->options, type, text, &all->values[code]) ? PRESENT : BAD;
    }
  }
  return true;
}

/* Notes the fault of a row whose text is bad. */
static bool note_bad(tx_load *load, size_t field, int32_t type, parsed *all, size_t row, uint32_t code) {
  size_t size = all->column->dictionary->size;
  triax_text text = tx_dictionary_text(all->column->dictionary, code);
  if (!tx_load_keeps(load)) return tx_load_fault(load, field, row, text, "");
  if (!all->reasons) all->reasons = tx_calloc(load->context, size, sizeof *all->reasons);
  if (!all->reasons) return false;
  if (!all->reasons[code]) {
    triax_error reason;
    tx_load_reason(&load->options, type, text, &reason);
    all->reasons[code] = tx_load_keep_reason(load, &reason);
  }
  return all->reasons[code] && tx_load_fault(load, field, row, text, all->reasons[code]);
}

static void put(int32_t type, void *data, size_t row, tx_value value) {
  switch (type) {
  case TRIAX_TYPE_NUMBER:
  case TRIAX_TYPE_MONEY:
    ((double *)data)[row] = value.number;
    break;
  case TRIAX_TYPE_DATE:
    ((int32_t *)data)[row] = (int32_t)value.integer;
    break;
  case TRIAX_TYPE_BOOLEAN:
    if (value.integer) tx_bit_set(data, row);
    break;
  default:
    ((int64_t *)data)[row] = value.integer;
    break;
  }
}

static bool fill(tx_load *load, size_t field, int32_t type, parsed *all, void *data, uint64_t *present) {
  const tx_column *column = all->column;
  for (size_t row = 0; row < column->rows; row++) {
    if (!tx_load_goes_on(load, row)) return false;
    if (!tx_column_has(column, row)) continue;
    uint32_t code = tx_column_code(column, row);
    if (all->states[code] == PRESENT) {
      put(type, data, row, all->values[code]);
      tx_bit_set(present, row);
    } else if (all->states[code] == BAD && !note_bad(load, field, type, all, row, code)) {
      return false;
    }
  }
  return true;
}

bool tx_load_text(tx_load *load, size_t field, int32_t type) {
  parsed all = {raw_column(load, field), NULL, NULL, NULL};
  size_t rows = all.column->rows, width = tx_value_size(type);
  size_t data_size = (width ? rows * width : tx_words(rows) * sizeof(uint64_t));
  void *data = tx_calloc(load->context, data_size, 1);
  uint64_t *present = tx_calloc(load->context, tx_words(rows), sizeof *present);
  bool fine = data && present && parse_all(load, type, &all) && fill(load, field, type, &all, data, present);
  free_parsed(load, &all);
  if (!fine) {
    tx_free(load->context, data, data_size);
    tx_free_array(load->context, present, tx_words(rows), sizeof *present);
    return false;
  }
  load->fields[field].column = tx_column_take(load->context, type, rows, data, data_size, present);
  return load->fields[field].column != NULL;
}

/* Appends every row's text by the code that `codes` gives for it; TX_NO_CODE is missing. */
static bool append_codes(tx_load *load, const tx_column *column, const uint32_t *codes, tx_column_builder *builder) {
  for (size_t row = 0; row < column->rows; row++) {
    if (!tx_load_goes_on(load, row)) return false;
    uint32_t code = tx_column_has(column, row) ? codes[tx_column_code(column, row)] : TX_NO_CODE;
    if (!(code == TX_NO_CODE ? tx_column_builder_missing(builder) : tx_column_builder_code(builder, code)))
      return false;
  }
  return true;
}

static bool intern_strings(tx_load *load, const tx_column *column, const uint8_t *states, bool trim, uint32_t *codes,
                           tx_column_builder *builder) {
  for (uint32_t code = 0; code < column->dictionary->size; code++) {
    if (!tx_load_goes_on(load, code)) return false;
    triax_text text = tx_dictionary_text(column->dictionary, code);
    codes[code] = TX_NO_CODE;
    if (states[code] == UNUSED || tx_load_empty(text)) continue;
    if (!tx_column_builder_intern(builder, trim ? tx_text_trim(text) : text, &codes[code])) return false;
  }
  return true;
}

static bool intern_lists(tx_load *load, const tx_column *column, const uint8_t *states, triax_text separator,
                         uint32_t *codes, tx_column_builder *builder) {
  triax_text *items = NULL;
  size_t room = 0;
  bool fine = true;
  for (uint32_t code = 0; fine && code < column->dictionary->size; code++) {
    triax_text text = tx_dictionary_text(column->dictionary, code);
    codes[code] = TX_NO_CODE;
    fine = tx_load_goes_on(load, code);
    if (!fine || states[code] == UNUSED || tx_load_empty(text)) continue;
    size_t count = tx_load_split(text, separator, items, room);
    void *block = items;
    fine = tx_grow(load->context, &block, &room, count, sizeof *items);
    items = block;
    if (!fine) break;
    tx_load_split(text, separator, items, room);
    fine = tx_column_builder_intern_list(builder, items, count, &codes[code]);
  }
  tx_free_array(load->context, items, room, sizeof *items);
  return fine;
}

/* Whether every text of the dictionary is held by a row, as it is to be: then the column's codes are what they would
 * become. Most keys are like that, and there are as many of them as rows. */
static bool stays(tx_load *load, const tx_column *column, const uint8_t *states, bool trim) {
  for (uint32_t code = 0; code < column->dictionary->size; code++) {
    triax_text text = tx_dictionary_text(column->dictionary, code);
    if (!tx_load_goes_on(load, code) || states[code] == UNUSED || tx_load_empty(text)) return false;
    if (trim && tx_text_trim(text).length != text.length) return false;
  }
  return true;
}

/* Fresh memory is what takes long here: it is first written piece by piece. */
static bool copy(tx_load *load, void *to, const void *from, size_t size) {
  for (size_t at = 0; at < size; at += (size_t)1 << 20) {
    const size_t piece = size - at < (size_t)1 << 20 ? size - at : (size_t)1 << 20;
    if (!tx_load_goes_on(load, 0)) return false;
    memcpy((char *)to + at, (const char *)from + at, piece);
  }
  return true;
}

/* A column of texts as one of strings: itself if it is. */
static tx_column *as_string(tx_load *load, const tx_column *column) {
  if (column->type == TRIAX_TYPE_STRING) return tx_column_ref(column);
  const size_t words = column->present ? tx_words(column->rows) : 0;
  tx_parts parts = {.rows = column->rows,
                    .missing = column->missing,
                    .data_size = column->data_size,
                    .code_width = column->code_width,
                    .data = tx_alloc(load->context, column->data_size)};
  if (words) parts.present = tx_alloc_array(load->context, words, sizeof(uint64_t));
  bool fine = parts.data && (parts.present || !words) && copy(load, parts.data, column->data, parts.data_size);
  if (fine) {
    if (words) memcpy(parts.present, column->present, words * sizeof(uint64_t));
    parts.dictionary = tx_dictionary_ref(column->dictionary);
    return tx_column_assemble(load->context, TRIAX_TYPE_STRING, &parts);
  }
  tx_free(load->context, parts.data, parts.data_size);
  tx_free_array(load->context, parts.present, words, sizeof(uint64_t));
  return NULL;
}

static bool load_coded(tx_load *load, size_t field, int32_t type, bool trim) {
  const tx_column *column = raw_column(load, field);
  const tx_declaration *declaration = load->fields[field].declaration;
  triax_text separator = declaration && declaration->separator.length ? declaration->separator : TX_TEXT(";");
  uint8_t *states = used_codes(load, column);
  uint32_t *codes = tx_alloc_array(load->context, column->dictionary->size, sizeof *codes);
  tx_column_builder *builder = tx_column_builder_new(load->context, type);
  bool same = states && type == TRIAX_TYPE_STRING && stays(load, column, states, trim);
  if (same) load->fields[field].column = as_string(load, column);
  bool fine = !same && states && codes && builder && tx_column_builder_reserve(builder, column->rows);
  if (fine && type == TRIAX_TYPE_STRING) fine = intern_strings(load, column, states, trim, codes, builder);
  if (fine && type == TRIAX_TYPE_STRINGS) fine = intern_lists(load, column, states, separator, codes, builder);
  if (fine) fine = append_codes(load, column, codes, builder);
  if (fine) load->fields[field].column = tx_column_builder_finish(builder);
  tx_column_builder_free(builder);
  tx_free_array(load->context, codes, column->dictionary->size, sizeof *codes);
  tx_free_array(load->context, states, column->dictionary->size, 1);
  return load->fields[field].column != NULL;
}

bool tx_load_string(tx_load *load, size_t field, bool trim) { return load_coded(load, field, TRIAX_TYPE_STRING, trim); }

bool tx_load_strings(tx_load *load, size_t field) { return load_coded(load, field, TRIAX_TYPE_STRINGS, true); }
