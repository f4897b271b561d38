/* Arrow's format strings. */
#include <string.h>

#include "base/text.h"
#include "table/arrow_private.h"

/* Formats of one letter. */
typedef struct plain_format {
  const char *format;
  tx_arrow_kind kind;
  unsigned width;
  bool is_signed;
} plain_format;

static const plain_format plain_formats[] = {
    {"n", TX_ARROW_NULL, 0, false},        {"b", TX_ARROW_BOOLEAN, 0, false},     {"c", TX_ARROW_INTEGER, 1, true},
    {"C", TX_ARROW_INTEGER, 1, false},     {"s", TX_ARROW_INTEGER, 2, true},      {"S", TX_ARROW_INTEGER, 2, false},
    {"i", TX_ARROW_INTEGER, 4, true},      {"I", TX_ARROW_INTEGER, 4, false},     {"l", TX_ARROW_INTEGER, 8, true},
    {"L", TX_ARROW_INTEGER, 8, false},     {"e", TX_ARROW_FLOAT, 2, true},        {"f", TX_ARROW_FLOAT, 4, true},
    {"g", TX_ARROW_FLOAT, 8, true},        {"u", TX_ARROW_UTF8, 4, false},        {"U", TX_ARROW_UTF8, 8, false},
    {"vu", TX_ARROW_VIEW, 16, false},      {"+l", TX_ARROW_LIST, 4, false},       {"+L", TX_ARROW_LIST, 8, false},
    {"+vl", TX_ARROW_LIST_VIEW, 4, false}, {"+vL", TX_ARROW_LIST_VIEW, 8, false},
};

static bool parse_plain(const char *format, tx_arrow_type *type) {
  for (size_t i = 0; i < sizeof plain_formats / sizeof plain_formats[0]; i++) {
    if (strcmp(format, plain_formats[i].format) != 0) continue;
    type->kind = plain_formats[i].kind;
    type->width = plain_formats[i].width;
    type->is_signed = plain_formats[i].is_signed;
    return true;
  }
  return false;
}

/* Digits, with a sign, of at most nine places; moves past them. */
static bool read_int(const char **at, int32_t *value) {
  bool negative = **at == '-';
  if (negative) (*at)++;
  int32_t total = 0, digits = 0;
  for (; **at >= '0' && **at <= '9'; (*at)++) {
    if (++digits > 9) return false;
    total = total * 10 + (**at - '0');
  }
  *value = negative ? -total : total;
  return digits > 0;
}

/* "d:precision,scale" with ",bits" unless 128. */
static bool parse_decimal(const char *at, tx_arrow_type *type) {
  int32_t precision, bits = 128;
  if (!read_int(&at, &precision) || *at++ != ',' || !read_int(&at, &type->scale)) return false;
  if (*at == ',') {
    at++;
    if (!read_int(&at, &bits)) return false;
  }
  type->kind = TX_ARROW_DECIMAL;
  type->width = (unsigned)bits / 8;
  type->is_signed = true;
  return *at == '\0' && (bits == 32 || bits == 64 || bits == 128 || bits == 256) && type->scale > -1000 &&
         type->scale < 1000;
}

static bool parse_time(const char *format, tx_arrow_type *type) {
  type->is_signed = true;
  if (strcmp(format, "tdD") == 0 || strcmp(format, "tdm") == 0) {
    type->kind = TX_ARROW_DATE;
    type->width = format[2] == 'D' ? 4 : 8;
    type->unit = format[2] == 'D' ? 1 : 86400000;
    return true;
  }
  if (strncmp(format, "ts", 2) != 0 || format[2] == '\0' || format[3] != ':') return false;
  const char *units = "smun";
  const char *unit = strchr(units, format[2]);
  if (!unit) return false;
  type->kind = TX_ARROW_TIMESTAMP;
  type->width = 8;
  type->unit = 1;
  for (const char *at = units; at < unit; at++) type->unit *= 1000;
  return true;
}

static bool parse_format(const char *format, tx_arrow_type *type) {
  if (parse_plain(format, type) || parse_time(format, type)) return true;
  if (strncmp(format, "d:", 2) == 0) return parse_decimal(format + 2, type);
  if (strncmp(format, "+w:", 3) != 0) return false;
  const char *at = format + 3;
  int32_t items;
  if (!read_int(&at, &items) || *at != '\0' || items < 0) return false;
  type->kind = TX_ARROW_FIXED_LIST;
  type->per_row = items;
  return true;
}

/* What a format that is not taken stands for, as words. */
static const char *words_for(const char *format) {
  static const char *const words[][2] = {
      {"z", "binary"},
      {"Z", "binary"},
      {"vz", "binary"},
      {"w:", "binary"},
      {"tt", "times of day"},
      {"tD", "durations"},
      {"ti", "intervals"},
      {"+s", "structs"},
      {"+m", "maps"},
      {"+u", "unions"},
      {"+r", "run-end encoded values"},
      {"+", "nested lists"},
  };
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (strncmp(format, words[i][0], strlen(words[i][0])) == 0) return words[i][1];
  }
  return "values of a kind unknown here";
}

static triax_status unsupported(const char *format, const char *in, triax_error *error) {
  return tx_fail(error, TRIAX_EUNSUPPORTED, "it holds %s%s (Arrow format '%s'), which are not taken; convert the column",
                 in, words_for(format), format);
}

static bool is_list(const tx_arrow_type *type) {
  return type->kind == TX_ARROW_LIST || type->kind == TX_ARROW_LIST_VIEW || type->kind == TX_ARROW_FIXED_LIST;
}

static bool is_text(const tx_arrow_type *type) {
  const tx_arrow_type *values = type->dictionary ? type->dictionary : type;
  return values->kind == TX_ARROW_UTF8 || values->kind == TX_ARROW_VIEW || values->kind == TX_ARROW_NULL;
}

/* A type without what hangs on it. */
static triax_status bare_type(tx_arena *arena, const struct ArrowSchema *schema, triax_text column, const char *in,
                              tx_arrow_type **type, triax_error *error) {
  if (!schema || !schema->release || !schema->format) {
    return tx_fail(error, TRIAX_EINVAL, "the Arrow schema of column '%.*s' is released or has no format",
                   tx_name_width(column), column.bytes);
  }
  *type = tx_arena_calloc(arena, 1, sizeof **type);
  if (!*type) return tx_no_memory(error);
  if (!parse_format(schema->format, *type)) return unsupported(schema->format, in, error);
  return TRIAX_OK;
}

/* A type with its dictionary, but without items. */
static triax_status flat_type(tx_arena *arena, const struct ArrowSchema *schema, triax_text column, const char *in,
                              tx_arrow_type **type, triax_error *error) {
  triax_status status = bare_type(arena, schema, column, in, type, error);
  if (status || !schema->dictionary) return status;
  tx_arrow_type *values;
  status = bare_type(arena, schema->dictionary, column, "dictionaries of ", &values, error);
  if (status) return status;
  if ((*type)->kind != TX_ARROW_INTEGER) {
    return tx_fail(error, TRIAX_EINVAL, "column '%.*s' has a dictionary with indices of Arrow format '%s'",
                   tx_name_width(column), column.bytes, schema->format);
  }
  if (is_list(values) || schema->dictionary->dictionary) {
    return unsupported(schema->dictionary->format, "dictionaries of ", error);
  }
  (*type)->dictionary = values;
  return TRIAX_OK;
}

triax_status tx_arrow_type_of(tx_arena *arena, const struct ArrowSchema *schema, triax_text column,
                              const tx_arrow_type **type, triax_error *error) {
  tx_arrow_type *made, *item;
  triax_status status = flat_type(arena, schema, column, "", &made, error);
  if (!status && is_list(made)) {
    if (schema->n_children != 1 || !schema->children || !schema->children[0]) {
      return tx_fail(error, TRIAX_EINVAL, "column '%.*s' is a list, but its Arrow schema has not one child",
                     tx_name_width(column), column.bytes);
    }
    status = flat_type(arena, schema->children[0], column, "lists of ", &item, error);
    if (!status && !is_text(item)) {
      return tx_fail(error, TRIAX_EUNSUPPORTED,
                     "it holds lists of Arrow format '%s', and only lists of strings are taken; convert the column",
                     schema->children[0]->format);
    }
    made->item = item;
  }
  if (!status) *type = made;
  return status;
}

int32_t tx_arrow_column_type(const tx_arrow_type *type) {
  if (type->dictionary) type = type->dictionary;
  switch (type->kind) {
  case TX_ARROW_BOOLEAN:
    return TRIAX_TYPE_BOOLEAN;
  case TX_ARROW_DATE:
    return TRIAX_TYPE_DATE;
  case TX_ARROW_TIMESTAMP:
    return TRIAX_TYPE_TIMESTAMP;
  case TX_ARROW_UTF8:
  case TX_ARROW_VIEW:
    return TRIAX_TYPE_STRING;
  case TX_ARROW_LIST:
  case TX_ARROW_LIST_VIEW:
  case TX_ARROW_FIXED_LIST:
    return TRIAX_TYPE_STRINGS;
  case TX_ARROW_INTEGER:
    return type->width == 8 ? TRIAX_TYPE_INTEGER : TRIAX_TYPE_NUMBER;
  default:
    return TRIAX_TYPE_NUMBER;
  }
}
