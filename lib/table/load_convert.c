/* Typed columns as columns of another type, where nothing is lost; and stand-ins. */
#include <math.h>
#include <string.h>

#include "base/date.h"
#include "base/number.h"
#include "base/text.h"
#include "table/column_private.h"
#include "table/load_private.h"

#define ALL_WHOLE 0x1p53 /* doubles up to here hold every whole number */

static const tx_column *raw_column(const tx_load *load, size_t field) {
  return load->raw->fields[load->fields[field].raw].column;
}

static bool is_real(int32_t type) { return type == TRIAX_TYPE_NUMBER || type == TRIAX_TYPE_MONEY; }

static bool is_coded(int32_t type) {
  return type == TRIAX_TYPE_STRING || type == TRIAX_TYPE_STRINGS || type == TRIAX_TYPE_TEXT;
}

static int64_t whole_at(const tx_column *column, size_t row) {
  if (column->type == TRIAX_TYPE_DATE) return column->dates[row];
  if (column->type == TRIAX_TYPE_BOOLEAN) return tx_bit(column->bits, row);
  return column->integers[row];
}

/* A value as people write it. */
static size_t write_value(const tx_column *column, size_t row, char buffer[64]) {
  if (is_real(column->type)) {
    double value = column->numbers[row];
    /* Whole numbers, such as numeric keys, without exponent. */
    if (fabs(value) <= ALL_WHOLE && value == floor(value)) return tx_format_int64((int64_t)value, buffer);
    return tx_format_double(value, buffer);
  }
  int64_t value = whole_at(column, row);
  int64_t microseconds = value % 1000000 < 0 ? value % 1000000 + 1000000 : value % 1000000;
  switch (column->type) {
  case TRIAX_TYPE_BOOLEAN:
    strcpy(buffer, value ? "true" : "false");
    return strlen(buffer);
  case TRIAX_TYPE_DATE:
    return tx_format_date((int32_t)value, buffer);
  case TRIAX_TYPE_TIMESTAMP:
    return tx_format_timestamp((value - microseconds) / 1000000, (int32_t)microseconds * 1000, buffer);
  default:
    return tx_format_int64(value, buffer);
  }
}

/* Whether there is a conversion at all. */
static bool convertible(int32_t from, int32_t to) {
  bool from_count = is_real(from) || from == TRIAX_TYPE_INTEGER || from == TRIAX_TYPE_BOOLEAN;
  bool to_count = is_real(to) || to == TRIAX_TYPE_INTEGER || to == TRIAX_TYPE_BOOLEAN;
  if (from_count && to_count) return true;
  bool from_time = from == TRIAX_TYPE_DATE || from == TRIAX_TYPE_TIMESTAMP;
  bool to_time = to == TRIAX_TYPE_DATE || to == TRIAX_TYPE_TIMESTAMP;
  if (from_time && to_time) return true;
  return to == TRIAX_TYPE_STRING && (from_count || from_time);
}

/* One number, integer or boolean as another; why not, or NULL. */
static const char *convert_count(const tx_column *column, size_t row, int32_t to, tx_value *value) {
  bool real = is_real(column->type);
  double number = real ? column->numbers[row] : 0;
  int64_t whole = real ? 0 : whole_at(column, row);
  if (is_real(to)) {
    value->number = real ? number : (double)whole;
    if (!real && (whole > (int64_t)ALL_WHOLE || whole < -(int64_t)ALL_WHOLE))
      return "is beyond 2^53 and would be rounded";
    return to == TRIAX_TYPE_MONEY && isinf(value->number) ? "is not an amount of money" : NULL;
  }
  if (real) {
    if (number != floor(number)) return "is not a whole number; round it, or declare the column as number";
    if (!(number >= -0x1p63 && number < 0x1p63)) return "is beyond 64 bits; declare the column as number";
    whole = (int64_t)number;
  }
  value->integer = whole;
  return to == TRIAX_TYPE_BOOLEAN && whole != 0 && whole != 1 ? "is neither 0 nor 1, so not true or false" : NULL;
}

static const char *convert_time(const tx_column *column, size_t row, int32_t to, tx_value *value) {
  int64_t given = whole_at(column, row);
  if (to == TRIAX_TYPE_TIMESTAMP) {
    int64_t furthest = INT64_MAX / TX_MICROSECONDS_PER_DAY;
    if (given > furthest || given < -furthest) return "is beyond what a timestamp holds";
    value->integer = given * TX_MICROSECONDS_PER_DAY;
    return NULL;
  }
  value->integer = given / TX_MICROSECONDS_PER_DAY;
  return given % TX_MICROSECONDS_PER_DAY ? "has a time of day; declare the column as timestamp" : NULL;
}

static bool note_fault(tx_load *load, size_t field, size_t row, const char *why) {
  if (!tx_load_keeps(load)) return tx_load_fault(load, field, row, (triax_text){NULL, 0}, "");
  char buffer[64];
  size_t length = write_value(raw_column(load, field), row, buffer);
  triax_error reason;
  tx_fail(&reason, TRIAX_EDATA, "%.*s %s", (int)length, buffer, why);
  const char *kept = tx_load_keep_reason(load, &reason);
  triax_text value = tx_load_keep(load, buffer, length);
  return kept && value.bytes && tx_load_fault(load, field, row, value, kept);
}

static bool put(tx_column_builder *builder, int32_t type, tx_value value) {
  if (is_real(type)) return tx_column_builder_number(builder, value.number);
  if (type == TRIAX_TYPE_BOOLEAN) return tx_column_builder_boolean(builder, value.integer != 0);
  return tx_column_builder_integer(builder, value.integer);
}

static bool convert_row(tx_load *load, size_t field, size_t row, int32_t to, tx_column_builder *builder) {
  const tx_column *column = raw_column(load, field);
  if (!tx_column_has(column, row)) return tx_column_builder_missing(builder);
  if (to == TRIAX_TYPE_STRING) {
    char buffer[64];
    size_t length = write_value(column, row, buffer);
    return tx_column_builder_text(builder, (triax_text){buffer, length});
  }
  tx_value value;
  bool time = column->type == TRIAX_TYPE_DATE || column->type == TRIAX_TYPE_TIMESTAMP;
  const char *why = time ? convert_time(column, row, to, &value) : convert_count(column, row, to, &value);
  if (why) return note_fault(load, field, row, why) && tx_column_builder_missing(builder);
  return put(builder, to, value);
}

/* Converts row by row. */
static bool convert_rows(tx_load *load, size_t field, int32_t to) {
  const tx_column *column = raw_column(load, field);
  bool nothing = column->missing == column->rows;
  tx_column_builder *builder = tx_column_builder_new(load->context, to);
  bool fine = builder && tx_column_builder_reserve(builder, column->rows);
  for (size_t row = 0; fine && row < column->rows; row++) {
    fine = tx_load_goes_on(load, row) &&
           (nothing ? tx_column_builder_missing(builder) : convert_row(load, field, row, to, builder));
  }
  if (fine) load->fields[field].column = tx_column_builder_finish(builder);
  tx_column_builder_free(builder);
  return load->fields[field].column != NULL;
}

static void report_types(tx_load *load, size_t field, int32_t to) {
  const tx_column *column = raw_column(load, field);
  const tx_declaration *declaration = load->fields[field].declaration;
  triax_text name = load->raw->fields[load->fields[field].raw].name;
  triax_error path;
  tx_fail(&path, TRIAX_EDATA, "%s.columns.%.*s", load->schema->what, tx_name_width(load->fields[field].name),
          load->fields[field].name.bytes);
  tx_finding finding = {TRIAX_LEVEL_ERROR, TRIAX_EDATA, NULL, path.message, 0, 0, 1, NULL};
  if (declaration) {
    finding.line = declaration->at.line;
    finding.column = declaration->at.column;
  }
  tx_report_add(load->report, &finding, "column '%.*s' of the data is of type %s, which cannot be taken as %s",
                tx_name_width(name), name.bytes, triax_type_name(column->type), triax_type_name(to));
}

static bool all_fit_number(const tx_column *column) {
  for (size_t row = 0; row < column->rows; row++) {
    int64_t value = column->integers[row];
    if (value > (int64_t)ALL_WHOLE || value < -(int64_t)ALL_WHOLE) return false;
  }
  return true;
}

bool tx_load_convert(tx_load *load, size_t field, int32_t type) {
  const tx_column *column = raw_column(load, field);
  tx_field *at = &load->fields[field];
  if (type == 0) {
    /* Whole numbers that a double would round are names rather than amounts: they stay as they are. */
    type = column->type == TRIAX_TYPE_INTEGER && all_fit_number(column) ? TRIAX_TYPE_NUMBER : column->type;
  }
  if (column->type == TRIAX_TYPE_STRING && type != TRIAX_TYPE_STRING) {
    return type == TRIAX_TYPE_STRINGS ? tx_load_strings(load, field) : tx_load_text(load, field, type);
  }
  if (column->type == TRIAX_TYPE_STRING && at->identity) return tx_load_string(load, field, true);
  if (column->type == type && type != TRIAX_TYPE_MONEY) {
    at->column = tx_column_ref(column);
    return true;
  }
  if (convertible(column->type, type) || column->missing == column->rows) return convert_rows(load, field, type);
  report_types(load, field, type);
  return true;
}

/* The stand-in as a value of the column's type; false, with a reason, when it is none. */
static bool stand_in_value(const tx_declaration *declaration, int32_t type, tx_value *value, triax_error *reason) {
  const tx_load_options strict = {TX_DATE_ISO, false, '.', false};
  if (is_real(type) && tx_parse_suffixed(tx_text_trim(declaration->stand_in), &value->number)) return true;
  if (is_coded(type) || tx_load_value(&strict, type, declaration->stand_in, value)) return true;
  tx_load_reason(&strict, type, declaration->stand_in, reason);
  return false;
}

/* The code of the stand-in in a builder that has the column's own texts or lists under their own codes. */
static bool copy_codes(tx_load *load, const tx_column *column, const tx_declaration *declaration,
                       tx_column_builder *builder, uint32_t *stand_in) {
  uint32_t code;
  for (uint32_t i = 0; i < column->dictionary->size; i++) {
    if (!tx_column_builder_intern(builder, tx_dictionary_text(column->dictionary, i), &code)) return false;
  }
  if (!column->lists) return tx_column_builder_intern(builder, declaration->stand_in, stand_in);
  for (uint32_t i = 0; i < column->lists->size; i++) {
    const uint32_t *codes = column->lists->items + column->lists->offsets[i];
    size_t count = (size_t)(column->lists->offsets[i + 1] - column->lists->offsets[i]);
    if (!tx_column_builder_intern_codes(builder, codes, count, &code)) return false;
  }
  triax_text separator = declaration->separator.length ? declaration->separator : TX_TEXT(";");
  size_t count = tx_load_split(declaration->stand_in, separator, NULL, 0);
  triax_text *items = tx_alloc_array(load->context, count, sizeof *items);
  if (!items) return false;
  tx_load_split(declaration->stand_in, separator, items, count);
  bool fine = tx_column_builder_intern_list(builder, items, count, stand_in);
  tx_free_array(load->context, items, count, sizeof *items);
  return fine;
}

static bool copy_row(const tx_column *column, size_t row, tx_value stand_in, uint32_t code,
                     tx_column_builder *builder) {
  bool there = tx_column_has(column, row);
  if (is_coded(column->type)) return tx_column_builder_code(builder, there ? tx_column_code(column, row) : code);
  if (!there) return put(builder, column->type, stand_in);
  tx_value value;
  if (is_real(column->type)) {
    value.number = column->numbers[row];
  } else {
    value.integer = whole_at(column, row);
  }
  return put(builder, column->type, value);
}

bool tx_load_stand_in(tx_load *load, size_t field) {
  tx_field *at = &load->fields[field];
  const tx_declaration *declaration = at->declaration;
  if (!at->column || !declaration || !declaration->stand_in.bytes || field == load->key) return true;
  tx_value value = {0};
  triax_error reason, path;
  if (!stand_in_value(declaration, at->column->type, &value, &reason)) {
    tx_fail(&path, TRIAX_EPOLICY, "%s.columns.%.*s.missing", load->schema->what, tx_name_width(at->name),
            at->name.bytes);
    tx_finding finding = {TRIAX_LEVEL_ERROR, TRIAX_EPOLICY,       NULL, path.message,
                          declaration->at.line, declaration->at.column, 1,    NULL};
    tx_report_add(load->report, &finding, "%s", reason.message);
    return true;
  }
  if (at->column->missing == 0) return true;
  uint32_t code = 0;
  tx_column_builder *builder = tx_column_builder_new(load->context, at->column->type);
  bool fine = builder && tx_column_builder_reserve(builder, at->column->rows);
  if (fine && is_coded(at->column->type)) fine = copy_codes(load, at->column, declaration, builder, &code);
  for (size_t row = 0; fine && row < at->column->rows; row++) {
    fine = tx_load_goes_on(load, row) && copy_row(at->column, row, value, code, builder);
  }
  tx_column *filled = fine ? tx_column_builder_finish(builder) : NULL;
  tx_column_builder_free(builder);
  if (!filled) return false;
  tx_column_unref(at->column);
  at->column = filled;
  return true;
}
