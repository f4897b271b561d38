/* Reading foreign Arrow arrays: what their formats mean, and their values one by one. */
#ifndef TX_TABLE_ARROW_PRIVATE_H
#define TX_TABLE_ARROW_PRIVATE_H

#include "table/intern.h"
#include "table/table.h"

typedef enum tx_arrow_kind {
  TX_ARROW_NULL,
  TX_ARROW_BOOLEAN,
  TX_ARROW_INTEGER,
  TX_ARROW_FLOAT,
  TX_ARROW_DECIMAL,
  TX_ARROW_DATE,
  TX_ARROW_TIMESTAMP,
  TX_ARROW_UTF8,
  TX_ARROW_VIEW,
  TX_ARROW_LIST,
  TX_ARROW_LIST_VIEW,
  TX_ARROW_FIXED_LIST
} tx_arrow_kind;

/* A format, understood. */
typedef struct tx_arrow_type {
  tx_arrow_kind kind;
  unsigned width; /* bytes of a value, or of an offset */
  bool is_signed;
  int32_t scale;                          /* decimals: digits behind the point */
  int64_t unit;                           /* dates: per day; timestamps: per second */
  int64_t per_row;                        /* fixed lists: items */
  const struct tx_arrow_type *dictionary; /* of the values; this then is the type of indices */
  const struct tx_arrow_type *item;       /* of lists */
} tx_arrow_type;

/* The meaning of a column's schema, in the arena. TRIAX_EUNSUPPORTED with "it holds …" when its kind is not taken. */
triax_status tx_arrow_type_of(tx_arena *arena, const struct ArrowSchema *schema, triax_text column,
                              const tx_arrow_type **type, triax_error *error);
/* TRIAX_TYPE_… that values of a type come to; integers of 64 bits come to integer until their values are known. */
int32_t tx_arrow_column_type(const tx_arrow_type *type);

/* An array and what hangs on it: views[0] the column, then its items and dictionary. */
#define TX_ARROW_VIEWS 4
typedef struct tx_arrow_view {
  const tx_arrow_type *type;
  const struct ArrowArray *array;
  const unsigned char *validity; /* NULL: all are there */
  const struct tx_arrow_view *dictionary, *item;
} tx_arrow_view;

/* Checks an array against its type and gives its views. */
triax_status tx_arrow_view_of(const tx_arrow_type *type, const struct ArrowArray *array, triax_text column,
                              tx_arrow_view views[TX_ARROW_VIEWS], triax_error *error);

/* Where the values of rows from `first` lie, if they lie as those of a column do: the same type, aligned, all there. Else
 * NULL. */
const void *tx_arrow_lies(const tx_arrow_view *view, int64_t first, size_t rows);

/* All indices count from the array's own offset; they must be below its length. */
bool tx_arrow_has(const tx_arrow_view *view, int64_t i);
bool tx_arrow_boolean(const tx_arrow_view *view, int64_t i);
/* Integers; false when beyond int64. */
bool tx_arrow_integer(const tx_arrow_view *view, int64_t i, int64_t *value);
/* Integers, floats and decimals. */
double tx_arrow_number(const tx_arrow_view *view, int64_t i);
/* Days or microseconds; false when beyond what they hold. */
bool tx_arrow_date(const tx_arrow_view *view, int64_t i, int64_t *days);
bool tx_arrow_timestamp(const tx_arrow_view *view, int64_t i, int64_t *microseconds);
/* Text, not yet checked to be UTF-8; false when offsets are out of order or out of bounds. */
bool tx_arrow_text(const tx_arrow_view *view, int64_t i, triax_text *text);
/* The range of a list's items in view->item; false when out of bounds. */
bool tx_arrow_list(const tx_arrow_view *view, int64_t i, int64_t *begin, int64_t *end);

#endif
