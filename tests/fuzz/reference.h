/* A slow, obvious interpreter of the policy language's expressions, for the tests: it reads the text anew for every row
 * and shares nothing with the engine. What it does not know it says so (UNKNOWN). */
#ifndef TRIAX_TESTS_REFERENCE_H
#define TRIAX_TESTS_REFERENCE_H

#include <stddef.h>
#include <stdint.h>

typedef enum reference_kind {
  REFERENCE_MISSING,
  REFERENCE_BOOL,
  REFERENCE_INT,
  REFERENCE_DOUBLE,
  REFERENCE_STRING,
  REFERENCE_LIST, /* of strings or numbers */
  REFERENCE_DATE, /* integer: days since 1970 */
  REFERENCE_UNKNOWN
} reference_kind;

typedef struct reference_value {
  reference_kind kind;
  int64_t integer; /* bool, int, date */
  double number;
  const char *text; /* `size` bytes */
  size_t size;
  const struct reference_value *items;
  size_t count;
} reference_value;

typedef struct reference_column {
  const char *name;
  const reference_value *values; /* per row */
} reference_column;

typedef struct reference_data {
  const reference_column *columns;
  size_t column_count, rows;
  int32_t as_of;
} reference_data;

/* The value of an expression for a row. Texts and lists live until reference_clear(). */
reference_value reference_evaluate(const reference_data *data, const char *source, size_t row);
void reference_clear(void);

#endif
