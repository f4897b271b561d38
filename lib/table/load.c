/* Loading: every column gets its type, money its base currency, gaps their stand-ins, and keys are checked. */
#include "table/load_private.h"

#include <string.h>

#include "base/date.h"

/* Notes keys that are missing or were there before. */
static bool check_key(tx_load *load) {
  if (load->key == SIZE_MAX || !load->fields[load->key].column) return true;
  const tx_column *column = load->fields[load->key].column;
  size_t *first = tx_alloc_array(load->context, column->dictionary->size, sizeof *first);
  bool fine = first != NULL;
  load->kept_of_field = 0;
  for (uint32_t i = 0; fine && i < column->dictionary->size; i++) {
    fine = tx_load_goes_on(load, i);
    first[i] = SIZE_MAX;
  }
  for (size_t row = 0; fine && row < column->rows; row++) {
    fine = tx_load_goes_on(load, row);
    if (fine && !tx_column_has(column, row)) {
      fine = tx_load_fault(load, load->key, row, (triax_text){NULL, 0}, "the key is missing; every row needs one");
      continue;
    }
    if (!fine) break;
    uint32_t code = tx_column_code(column, row);
    if (first[code] == SIZE_MAX) {
      first[code] = row;
      continue;
    }
    triax_text key = tx_dictionary_text(column->dictionary, code);
    if (!tx_load_keeps(load)) {
      fine = tx_load_fault(load, load->key, row, key, "");
      continue;
    }
    triax_error reason;
    tx_fail(&reason, TRIAX_EDATA, "the key '%.*s' is in row %zu already; keys must be unique", tx_name_width(key),
            key.bytes, first[code] + 1);
    const char *kept = tx_load_keep_reason(load, &reason);
    fine = kept && tx_load_fault(load, load->key, row, key, kept);
  }
  tx_free_array(load->context, first, column->dictionary->size, sizeof *first);
  return fine;
}

static bool load_field(tx_load *load, size_t field) {
  tx_field *at = &load->fields[field];
  const tx_column *raw = load->raw->fields[at->raw].column;
  int32_t type = at->declaration ? at->declaration->type : 0;
  load->kept_of_field = 0;
  if (at->identity) type = TRIAX_TYPE_STRING;
  if (raw->type != TRIAX_TYPE_TEXT && type != TRIAX_TYPE_TEXT) return tx_load_convert(load, field, type);
  if (raw->type != TRIAX_TYPE_TEXT) return tx_load_convert(load, field, 0);
  if ((type == 0 || type == TRIAX_TYPE_TEXT) && !tx_load_guess(load, field, &type)) return false;
  if (type == TRIAX_TYPE_STRING) return tx_load_string(load, field, true);
  if (type == TRIAX_TYPE_STRINGS) return tx_load_strings(load, field);
  return tx_load_text(load, field, type);
}

/* Every field's column, in the order that lets money see its currencies. */
static bool load_all(tx_load *load) {
  for (size_t i = 0; i < load->field_count; i++) {
    load->done = (double)i / (double)load->field_count;
    if (!load_field(load, i)) return false;
    const tx_column *column = load->fields[i].column;
    if (column && column->type != TRIAX_TYPE_MONEY && !tx_load_stand_in(load, i)) return false;
  }
  for (size_t i = 0; i < load->field_count; i++) {
    const tx_column *column = load->fields[i].column;
    if (!column || column->type != TRIAX_TYPE_MONEY) continue;
    load->kept_of_field = 0;
    if (!tx_load_money(load, i) || !tx_load_stand_in(load, i)) return false;
  }
  return check_key(load);
}

/* Leaves the good rows in every column. */
static bool gather_fields(tx_load *load, const size_t *rows, size_t count) {
  for (size_t i = 0; i < load->field_count; i++) {
    tx_column *fewer = tx_column_gather(load->fields[i].column, rows, count);
    if (!fewer) return false;
    tx_column_unref(load->fields[i].column);
    load->fields[i].column = fewer;
  }
  return true;
}

static triax_status make_table(tx_load *load, size_t rows, triax_table **table, triax_error *error) {
  triax_text *names = tx_alloc_array(load->context, load->field_count, sizeof *names);
  tx_column **columns = tx_alloc_array(load->context, load->field_count, sizeof *columns);
  triax_status status = TRIAX_ENOMEM;
  if (names && columns) {
    for (size_t i = 0; i < load->field_count; i++) {
      names[i] = load->fields[i].name;
      columns[i] = load->fields[i].column;
    }
    status = tx_table_new(load->context, rows, load->field_count, names, columns, table, error);
    if (!status && !tx_table_leave_out(*table, load->raw->left_out, load->raw->left_out_count)) {
      triax_table_unref(*table);
      status = TRIAX_ENOMEM;
    }
  }
  tx_free_array(load->context, names, load->field_count, sizeof *names);
  tx_free_array(load->context, columns, load->field_count, sizeof *columns);
  return status;
}

/* The loaded table and the set-aside one, once all columns are there without errors to report. */
static triax_status conclude(tx_load *load, triax_table **loaded, triax_table **aside) {
  triax_table *made_aside = NULL, *made = NULL;
  size_t *good = NULL, rows = load->raw->rows;
  if (load->options.set_aside) {
    triax_status status = tx_load_aside(load, &made_aside, &good, &rows, NULL);
    if (status) return status;
  }
  bool fine = !good || gather_fields(load, good, rows);
  tx_free_array(load->context, good, load->raw->rows, sizeof *good);
  if (!fine || make_table(load, rows, &made, NULL)) {
    triax_table_unref(made_aside);
    return TRIAX_ENOMEM;
  }
  *loaded = made;
  if (aside) {
    *aside = made_aside;
  } else {
    triax_table_unref(made_aside);
  }
  return TRIAX_OK;
}

/* The raw table may be one of results, columns of which are made on demand. */
static bool make_raw(const tx_load *load) {
  bool fine = true;
  for (size_t c = 0; fine && c < load->raw->columns; c++) fine = tx_column_make(load->raw->fields[c].column);
  return fine;
}

static triax_status run(tx_load *load, triax_table **loaded, triax_table **aside) {
  size_t errors = load->report->errors;
  bool fine = make_raw(load) && tx_load_fields(load) && load_all(load);
  if (load->canceled) return TRIAX_ECANCELED;
  if (fine && !load->options.set_aside) fine = tx_load_report_faults(load);
  triax_status status = TRIAX_ENOMEM;
  if (fine && load->report->status == TRIAX_ENOMEM) fine = false;
  if (fine) status = load->report->errors > errors ? TRIAX_EDATA : conclude(load, loaded, aside);
  if (status == TRIAX_ENOMEM) tx_report_no_memory(load->report);
  /* Errors found, or memory short: the report knows which of them the caller is to see. */
  return status ? tx_report_finish(load->report) : TRIAX_OK;
}

triax_status tx_table_load(triax_context *context, const triax_table *raw, const tx_schema *schema,
                           const tx_load_options *options, triax_table **loaded, triax_table **aside,
                           tx_report *report) {
  const tx_load_options usual = {TX_DATE_ISO, false, '.', false};
  tx_load load;
  memset(&load, 0, sizeof load);
  load.context = context;
  load.raw = raw;
  load.schema = schema;
  load.options = options ? *options : usual;
  load.report = report;
  load.key = SIZE_MAX;
  tx_names_init(&load.names, context);
  tx_names_init(&load.raw_names, context);
  tx_names_init(&load.declared, context);
  tx_arena_init(&load.arena, context);
  triax_status status = run(&load, loaded, aside);
  for (size_t i = 0; i < load.field_count; i++) tx_column_unref(load.fields[i].column);
  tx_free_array(context, load.fields, load.field_capacity, sizeof *load.fields);
  tx_names_free(&load.names);
  tx_names_free(&load.raw_names);
  tx_names_free(&load.declared);
  tx_free_array(context, load.absent, load.absent_capacity, sizeof *load.absent);
  tx_free_array(context, load.faults, load.fault_capacity, sizeof *load.faults);
  tx_arena_free(&load.arena);
  return status;
}
