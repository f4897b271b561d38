/* Between the files that load raw data under a schema. */
#ifndef TX_TABLE_LOAD_PRIVATE_H
#define TX_TABLE_LOAD_PRIVATE_H

#include "base/names.h"
#include "table/intern.h"
#include "table/table.h"

/* One column of the loaded table, and where it comes from. */
typedef struct tx_field {
  triax_text name;                   /* in the policy */
  size_t raw;                        /* column of the raw table */
  const tx_declaration *declaration; /* NULL: not declared */
  bool identity;                     /* key, family or currency code: a string whatever it looks like, trimmed */
  bool wanted;                       /* an expression names it */
  size_t currency;                   /* field with the currency codes, or SIZE_MAX */
  tx_column *column;                 /* once loaded */
} tx_field;

/* A value that is at fault. */
typedef struct tx_fault {
  size_t row, field;
  triax_text value; /* as in the data; not given: missing */
  const char *reason;
} tx_fault;

typedef struct tx_load {
  triax_context *context;
  const triax_table *raw;
  const tx_schema *schema;
  tx_load_options options;
  tx_report *report;
  tx_arena arena; /* reasons and values */
  tx_field *fields;
  size_t field_count, field_capacity;
  tx_names names, raw_names, declared; /* of fields, of the raw columns, of the schema's declarations */
  triax_text *absent; /* names reported as not in the data */
  size_t absent_count, absent_capacity;
  size_t key;       /* field, or SIZE_MAX */
  tx_fault *faults; /* column by column, rows rising within each */
  size_t fault_count, fault_capacity;
  size_t kept_of_field; /* faults of the field at hand that were kept */
  size_t unkept;        /* faults that were only counted */
  bool canceled;
  double done; /* share of the columns that are loaded */
} tx_load;

/* load_names.c: what the loaded table consists of. False when memory is short. */
bool tx_load_fields(tx_load *load);

/* load_faults.c */
/* Notes a fault. value and reason must live as long as the load: see tx_load_keep. False when memory is short. */
bool tx_load_fault(tx_load *load, size_t field, size_t row, triax_text value, const char *reason);
/* Whether a further fault of this field would be kept rather than counted. */
bool tx_load_keeps(const tx_load *load);
/* Reports all faults in the order of rows. False when memory is short. */
bool tx_load_report_faults(tx_load *load);
/* The set-aside table, and the rows without fault (NULL when all are). */
triax_status tx_load_aside(tx_load *load, triax_table **aside, size_t **good_rows, size_t *good_count,
                           triax_error *error);
/* A copy of a text in the load's arena; NULL bytes when memory is short. */
triax_text tx_load_keep(tx_load *load, const char *bytes, size_t length);
/* The reason in the arena, or NULL when memory is short. */
const char *tx_load_keep_reason(tx_load *load, const triax_error *reason);
/* To be asked about every 8192nd step: false once the host asked to stop. */
bool tx_load_goes_on(tx_load *load, size_t step);

/* load_values.c: one text as a value of a type. */
typedef union tx_value {
  double number;
  int64_t integer; /* integer, date, timestamp, boolean */
} tx_value;
bool tx_load_value(const tx_load_options *options, int32_t type, triax_text text, tx_value *value);
/* Splits a list; items are trimmed, empty ones left out. Returns how many; writes none past `room`. */
size_t tx_load_split(triax_text text, triax_text separator, triax_text *items, size_t room);
/* Why a text is no value of the type, with a remedy. */
void tx_load_reason(const tx_load_options *options, int32_t type, triax_text text, triax_error *reason);
/* An empty text, or spaces alone. */
bool tx_load_empty(triax_text text);
/* Which types a text could be of, as bits 1 << type; 0: only string. */
unsigned tx_load_looks(const tx_load_options *options, triax_text text);

/* load_text.c, load_convert.c, load_money.c: give load->fields[field].column. False when memory is short or the host
 * asked to stop, as with all functions below. */
bool tx_load_text(tx_load *load, size_t field, int32_t type);
/* The same where the type is string (trimmed or as it is) and strings. */
bool tx_load_string(tx_load *load, size_t field, bool trim);
bool tx_load_strings(tx_load *load, size_t field);
bool tx_load_convert(tx_load *load, size_t field, int32_t type);
bool tx_load_money(tx_load *load, size_t field);
/* The type that a text column has by its looks. */
bool tx_load_guess(tx_load *load, size_t field, int32_t *type);
/* Puts stand-ins where values are missing. */
bool tx_load_stand_in(tx_load *load, size_t field);

#endif
