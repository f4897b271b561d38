/* Tables from the inside, and loading raw data under a schema. */
#ifndef TX_TABLE_TABLE_H
#define TX_TABLE_TABLE_H

#include <triax/arrow.h>
#include <triax/table.h>

#include "base/error.h"
#include "base/memory.h"
#include "table/column.h"

typedef struct tx_table_field {
  triax_text name; /* NUL-terminated copy, of the table's arena */
  tx_column *column;
} tx_table_field;

/* A column of the data that the table does not have, because its kind is not taken. */
typedef struct tx_left_out {
  triax_text name;
  const char *why; /* "it holds …" */
} tx_left_out;

struct triax_table {
  triax_context *context;
  tx_count count;
  size_t rows, columns;
  tx_table_field *fields;
  tx_left_out *left_out;
  size_t left_out_count;
  tx_arena arena;
};

/* A table of the given columns (references are taken) and names (copied). All must have `rows` rows. */
triax_status tx_table_new(triax_context *context, size_t rows, size_t columns, const triax_text *names,
                          tx_column *const *fields, triax_table **table, triax_error *error);
/* How much of a name or value goes into a message, for "%.*s": at most 120 bytes, whole characters. */
int tx_name_width(triax_text text);
const tx_column *tx_table_column(const triax_table *table, triax_text name);
/* Whether two names are the same but for (ASCII) case and blanks around. */
bool tx_names_alike(triax_text a, triax_text b);
/* Notes columns (copied) that a new table does not have; false when memory is short. */
bool tx_table_leave_out(triax_table *table, const tx_left_out *columns, size_t count);
/* Why the table has no column of that name though the data did; NULL: they had none. */
const char *tx_table_why_left_out(const triax_table *table, triax_text name);

/* Where something stands in the policy; 0 unknown. */
typedef struct tx_mark {
  int32_t line, column;
} tx_mark;

/* What a policy says about one column. */
typedef struct tx_declaration {
  triax_text name;
  triax_text from;      /* the name in the data; not given: name */
  int32_t type;         /* TRIAX_TYPE_… */
  triax_text stand_in;  /* `missing:` as text; not given: none */
  triax_text currency;  /* money: the column with currency codes; not given: base */
  triax_text separator; /* strings: between items in text; not given: ";" */
  tx_mark at, currency_at;
  const char *path;     /* the key that names the column, such as "allocation.owner"; NULL: it stands under `columns` */
} tx_declaration;

typedef struct tx_rate {
  triax_text currency;
  double rate; /* one unit in base */
} tx_rate;

/* Ways to fold a column over a family. */
enum {
  TX_FOLD_DEFAULT,
  TX_FOLD_SUM,
  TX_FOLD_MAX,
  TX_FOLD_MIN,
  TX_FOLD_MEAN,
  TX_FOLD_ANY,
  TX_FOLD_ALL,
  TX_FOLD_LARGEST
};
typedef struct tx_rollup {
  triax_text column;
  int fold;
  tx_mark at;
} tx_rollup;

/* How raw data becomes customers or a team. All borrowed. */
typedef struct tx_schema {
  const char *what; /* "customers" or "team", for messages */
  triax_text key;   /* not given: "id" if there, else none is required */
  triax_text family;
  tx_mark key_at, family_at;
  const tx_declaration *declarations;
  size_t declaration_count;
  const triax_text *missing_markers; /* NULL: the default list */
  size_t missing_marker_count;
  triax_text base_currency;
  const tx_rate *rates;
  size_t rate_count;
  const tx_rollup *rollups;
  size_t rollup_count;
  const triax_text *wanted; /* columns that expressions name: absent ones are errors with suggestions */
  size_t wanted_count;
  const triax_text *own; /* columns that are read where there are any, though nobody names them */
  size_t own_count;
} tx_schema;

typedef struct tx_load_options {
  int date_order;     /* TX_DATE_… */
  bool loose_numbers; /* $1,200.50, 1.2M, 47 % */
  char decimal_sign;  /* '.' or ',' under loose_numbers */
  bool set_aside;     /* bad rows go to the set-aside table instead of being errors */
} tx_load_options;

/* Types every text column, converts currencies, fills stand-ins, checks the key. `aside` (may be NULL unless
 * set_aside) receives a table row (number, 1-based data row), key, column, value, reason; NULL without set_aside.
 *
 * - Columns take the names that the schema uses; those it does not name keep theirs. Names match exactly, else but for
 *   (ASCII) case and blanks around, if one column alone does.
 * - key, family and currency codes are always strings, trimmed, whatever the data or a declaration says. Columns that
 *   refer to keys (owner, override, previous, known) must be declared as string by the caller, or "7" and 007 read as
 *   numbers when they are not declared.
 * - Undeclared text goes by looks: all numbers, else all dates, else dates and timestamps, else true and false, else
 *   string. Digits with a leading 0 and whole numbers from 2^53 are names, not numbers. All empty: number; nothing but
 *   markers such as NA: string.
 * - Text that becomes string is trimmed; strings that are typed already stay as they are. Declared booleans also take
 *   yes, no, 1 and 0; timestamps also dates, dates also midnights.
 * - Undeclared integer columns become number, unless a value is beyond 2^53.
 * - With set_aside, of rows with one key the first is kept. Faults of whole columns are errors all the same.
 * - Returns TRIAX_OK, or what tx_report_finish then gives; TRIAX_ECANCELED. */
triax_status tx_table_load(triax_context *context, const triax_table *raw, const tx_schema *schema,
                           const tx_load_options *options, triax_table **loaded, triax_table **aside,
                           tx_report *report);

/* A word such as NA that stands for a missing value in columns that hold no strings. */
bool tx_load_marker(const tx_schema *schema, triax_text text);

/* Families folded: one row per family (or per row without one), in order of first member. members gives each input
 * row's family row. `size` decides who is largest (the column folded by largest takes that member's value; ties: first
 * in key byte order); NaN sorts last. */
typedef struct tx_families {
  size_t count;
  uint32_t *member_of; /* rows of the input */
} tx_families;
triax_status tx_table_fold(triax_context *context, const triax_table *table, const tx_schema *schema,
                           const double *size, triax_table **folded, tx_families *families, triax_error *error);
void tx_families_free(triax_context *context, tx_families *families, size_t rows);

#endif
