#include "expr/functions.h"

#include "expr/check.h"

#define CALL TX_FORM_CALL
#define METHOD TX_FORM_METHOD
#define TEXT(name, parameters, result, index)                                                                          \
  { name, parameters, result, METHOD, TX_OP_STRING_FUNCTION, TX_STRING_##index }
#define CONVERT(name, from, to)                                                                                        \
  { name, from, to, CALL, TX_OP_CONVERT, 0 }
#define MATH(name, parameters, result, index)                                                                          \
  { name, parameters, result, CALL, TX_OP_MATH, TX_MATH_##index }
#define PART(name, index)                                                                                              \
  {name, "e", 'i', METHOD, TX_OP_TIME_PART, TX_PART_##index},                                                          \
      {name, "t", 'i', METHOD, TX_OP_TIME_PART, TX_PART_##index}, {                                                    \
    name, "ts", 'i', METHOD, TX_OP_TIME_PART, TX_PART_##index                                                          \
  }
#define CLOCK(name, index)                                                                                             \
  {name, "t", 'i', METHOD, TX_OP_TIME_PART, TX_PART_##index},                                                          \
      {name, "ts", 'i', METHOD, TX_OP_TIME_PART, TX_PART_##index}, {                                                   \
    name, "r", 'i', METHOD, TX_OP_TIME_PART, TX_PART_##index                                                           \
  }

const tx_function tx_functions[] = {
    {"size", "s", 'i', CALL | METHOD, TX_OP_SIZE, 0},
    {"size", "L", 'i', CALL | METHOD, TX_OP_SIZE, 0},
    {"contains", "ss", 'b', METHOD, TX_OP_CONTAINS, 0},
    {"startsWith", "ss", 'b', METHOD, TX_OP_STARTS_WITH, 0},
    {"endsWith", "ss", 'b', METHOD, TX_OP_ENDS_WITH, 0},
    {"matches", "ss", 'b', CALL | METHOD, TX_OP_MATCHES, 0},
    {"lowerAscii", "s", 's', METHOD, TX_OP_LOWER_ASCII, 0},
    {"upperAscii", "s", 's', METHOD, TX_OP_UPPER_ASCII, 0},
    {"trim", "s", 's', METHOD, TX_OP_TRIM, 0},
    TEXT("charAt", "si", 's', CHAR_AT),
    TEXT("indexOf", "ss", 'i', INDEX_OF),
    TEXT("indexOf", "ssi", 'i', INDEX_OF),
    TEXT("lastIndexOf", "ss", 'i', LAST_INDEX_OF),
    TEXT("lastIndexOf", "ssi", 'i', LAST_INDEX_OF),
    TEXT("join", "S", 's', JOIN),
    TEXT("join", "Ss", 's', JOIN),
    {"strings.quote", "s", 's', CALL, TX_OP_STRING_FUNCTION, TX_STRING_QUOTE},
    TEXT("replace", "sss", 's', REPLACE),
    TEXT("replace", "sssi", 's', REPLACE),
    TEXT("reverse", "s", 's', REVERSE),
    TEXT("split", "ss", 'S', SPLIT),
    TEXT("split", "ssi", 'S', SPLIT),
    TEXT("substring", "si", 's', SUBSTRING),
    TEXT("substring", "sii", 's', SUBSTRING),

    CONVERT("bool", "b", 'b'),
    CONVERT("bool", "s", 'b'),
    CONVERT("int", "i", 'i'),
    CONVERT("int", "u", 'i'),
    CONVERT("int", "d", 'i'),
    CONVERT("int", "s", 'i'),
    CONVERT("int", "t", 'i'),
    CONVERT("int", "b", 'i'),
    CONVERT("uint", "u", 'u'),
    CONVERT("uint", "i", 'u'),
    CONVERT("uint", "d", 'u'),
    CONVERT("uint", "s", 'u'),
    CONVERT("double", "d", 'd'),
    CONVERT("double", "i", 'd'),
    CONVERT("double", "u", 'd'),
    CONVERT("double", "s", 'd'),
    CONVERT("double", "b", 'd'),
    CONVERT("string", "s", 's'),
    CONVERT("string", "b", 's'),
    CONVERT("string", "i", 's'),
    CONVERT("string", "u", 's'),
    CONVERT("string", "d", 's'),
    CONVERT("string", "t", 's'),
    CONVERT("string", "r", 's'),
    CONVERT("string", "e", 's'),
    CONVERT("timestamp", "t", 't'),
    CONVERT("timestamp", "s", 't'),
    CONVERT("timestamp", "i", 't'),
    CONVERT("timestamp", "e", 't'),
    CONVERT("duration", "r", 'r'),
    CONVERT("duration", "s", 'r'),
    CONVERT("date", "e", 'e'),
    CONVERT("date", "s", 'e'),
    CONVERT("date", "t", 'e'),

    PART("getFullYear", YEAR),
    PART("getMonth", MONTH),
    PART("getDayOfYear", DAY_OF_YEAR),
    PART("getDayOfMonth", DAY_OF_MONTH),
    PART("getDate", DATE),
    PART("getDayOfWeek", DAY_OF_WEEK),
    CLOCK("getHours", HOURS),
    CLOCK("getMinutes", MINUTES),
    CLOCK("getSeconds", SECONDS),
    CLOCK("getMilliseconds", MILLISECONDS),
    {"days_until", "e", 'd', CALL, TX_OP_DAYS_UNTIL, 0},
    {"days_until", "t", 'd', CALL, TX_OP_DAYS_UNTIL, 0},
    {"days_since", "e", 'd', CALL, TX_OP_DAYS_SINCE, 0},
    {"days_since", "t", 'd', CALL, TX_OP_DAYS_SINCE, 0},

    MATH("math.greatest", "i*", 'i', GREATEST),
    MATH("math.greatest", "u*", 'u', GREATEST),
    MATH("math.greatest", "d*", 'd', GREATEST),
    MATH("math.least", "i*", 'i', LEAST),
    MATH("math.least", "u*", 'u', LEAST),
    MATH("math.least", "d*", 'd', LEAST),
    MATH("math.abs", "i", 'i', ABS),
    MATH("math.abs", "u", 'u', ABS),
    MATH("math.abs", "d", 'd', ABS),
    MATH("math.sign", "i", 'i', SIGN),
    MATH("math.sign", "u", 'u', SIGN),
    MATH("math.sign", "d", 'd', SIGN),
    MATH("math.ceil", "d", 'd', CEIL),
    MATH("math.floor", "d", 'd', FLOOR),
    MATH("math.round", "d", 'd', ROUND),
    MATH("math.trunc", "d", 'd', TRUNC),
    MATH("math.sqrt", "d", 'd', SQRT),
    MATH("math.sqrt", "i", 'd', SQRT),
    MATH("math.sqrt", "u", 'd', SQRT),
    MATH("math.isNaN", "d", 'b', IS_NAN),
    MATH("math.isInf", "d", 'b', IS_INF),
    MATH("math.isFinite", "d", 'b', IS_FINITE),
    MATH("math.bitAnd", "ii", 'i', BIT_AND),
    MATH("math.bitAnd", "uu", 'u', BIT_AND),
    MATH("math.bitOr", "ii", 'i', BIT_OR),
    MATH("math.bitOr", "uu", 'u', BIT_OR),
    MATH("math.bitXor", "ii", 'i', BIT_XOR),
    MATH("math.bitXor", "uu", 'u', BIT_XOR),
    MATH("math.bitNot", "i", 'i', BIT_NOT),
    MATH("math.bitNot", "u", 'u', BIT_NOT),
    MATH("math.bitShiftLeft", "ii", 'i', SHIFT_LEFT),
    MATH("math.bitShiftLeft", "ui", 'u', SHIFT_LEFT),
    MATH("math.bitShiftRight", "ii", 'i', SHIFT_RIGHT),
    MATH("math.bitShiftRight", "ui", 'u', SHIFT_RIGHT),
};
const size_t tx_function_count = sizeof tx_functions / sizeof *tx_functions;

const char *const tx_special_functions[] = {"has",        "orValue", "dyn",    "total",      "mean",   "stddev",
                                            "percentile", "all",     "exists", "exists_one", "filter", "map"};
const size_t tx_special_function_count = sizeof tx_special_functions / sizeof *tx_special_functions;

size_t tx_function_names(triax_text *names, size_t room) {
  size_t count = 0;
  for (size_t i = 0; i < tx_function_count; i++) {
    if (i > 0 && tx_text_equal_c(triax_text_of(tx_functions[i].name), tx_functions[i - 1].name)) continue;
    if (count < room) names[count] = triax_text_of(tx_functions[i].name);
    count++;
  }
  for (size_t i = 0; i < tx_special_function_count; i++, count++) {
    if (count < room) names[count] = triax_text_of(tx_special_functions[i]);
  }
  return count;
}

bool tx_is_function(triax_text name) {
  for (size_t i = 0; i < tx_function_count; i++) {
    if (tx_text_equal_c(name, tx_functions[i].name)) return true;
  }
  for (size_t i = 0; i < tx_special_function_count; i++) {
    if (tx_text_equal_c(name, tx_special_functions[i])) return true;
  }
  return false;
}
