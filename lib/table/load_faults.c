/* Values at fault: kept while loading, reported or set aside afterwards, in the order of rows. */
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "table/load_private.h"

triax_text tx_load_keep(tx_load *load, const char *bytes, size_t length) {
  return (triax_text){tx_arena_copy(&load->arena, bytes, length), length};
}

const char *tx_load_keep_reason(tx_load *load, const triax_error *reason) {
  return tx_load_keep(load, reason->message, strlen(reason->message)).bytes;
}

bool tx_load_goes_on(tx_load *load, size_t step) {
  if ((step & 8191) != 0) return true;
  if (tx_progress(load->context, "load", load->done, load->report->error) == TRIAX_OK) return true;
  load->canceled = true;
  return false;
}

bool tx_load_keeps(const tx_load *load) { return load->options.set_aside || load->kept_of_field < TX_REPORT_LIMIT; }

bool tx_load_fault(tx_load *load, size_t field, size_t row, triax_text value, const char *reason) {
  if (!tx_load_keeps(load)) {
    load->unkept++;
    return true;
  }
  void *faults = load->faults;
  bool grown = tx_grow(load->context, &faults, &load->fault_capacity, load->fault_count + 1, sizeof(tx_fault));
  load->faults = faults;
  if (!grown) return false;
  load->faults[load->fault_count++] = (tx_fault){row, field, value, reason};
  load->kept_of_field++;
  return true;
}

/* The faults of each row as chains: first[row], then next[fault]; SIZE_MAX ends. False when memory is short. */
static bool chain_faults(const tx_load *load, size_t **first, size_t **next) {
  *first = tx_alloc_array(load->context, load->raw->rows, sizeof **first);
  *next = tx_alloc_array(load->context, load->fault_count, sizeof **next);
  if (!*first || !*next) return false;
  for (size_t i = 0; i < load->raw->rows; i++) (*first)[i] = SIZE_MAX;
  for (size_t i = load->fault_count; i > 0; i--) {
    size_t row = load->faults[i - 1].row;
    (*next)[i - 1] = (*first)[row];
    (*first)[row] = i - 1;
  }
  return true;
}

static void free_chains(const tx_load *load, size_t *first, size_t *next) {
  tx_free_array(load->context, first, load->raw->rows, sizeof *first);
  tx_free_array(load->context, next, load->fault_count, sizeof *next);
}

bool tx_load_report_faults(tx_load *load) {
  if (load->fault_count == 0) return true;
  size_t *first = NULL, *next = NULL;
  bool fine = chain_faults(load, &first, &next);
  tx_finding finding = {TRIAX_LEVEL_ERROR, TRIAX_EDATA, NULL, load->schema->what, 0, 0, 1, NULL};
  const tx_source *policy = load->report->source;
  load->report->source = NULL; /* these faults are not the policy's: its file's name before them would mislead */
  for (size_t row = 0; fine && row < load->raw->rows; row++) {
    for (size_t at = first[row]; at != SIZE_MAX; at = next[at]) {
      triax_text name = load->raw->fields[load->fields[load->faults[at].field].raw].name;
      tx_report_add(load->report, &finding, "row %zu, column '%.*s': %s", row + 1, tx_name_width(name), name.bytes,
                    load->faults[at].reason);
    }
  }
  load->report->source = policy;
  load->report->errors += load->unkept;
  free_chains(load, first, next);
  return fine;
}

/* One line of the set-aside table. */
static bool add_aside(const tx_load *load, const tx_fault *fault, tx_column_builder *const columns[5]) {
  const tx_column *keys = load->key == SIZE_MAX ? NULL : load->fields[load->key].column;
  bool keyed = keys && tx_column_has(keys, fault->row);
  return tx_column_builder_number(columns[0], (double)(fault->row + 1)) &&
         (keyed ? tx_column_builder_text(columns[1],
                                         tx_dictionary_text(keys->dictionary, tx_column_code(keys, fault->row)))
                : tx_column_builder_missing(columns[1])) &&
         tx_column_builder_text(columns[2], load->raw->fields[load->fields[fault->field].raw].name) &&
         (fault->value.bytes ? tx_column_builder_text(columns[3], fault->value)
                             : tx_column_builder_missing(columns[3])) &&
         tx_column_builder_text(columns[4], triax_text_of(fault->reason));
}

static triax_status finish_aside(tx_load *load, tx_column_builder *const builders[5], triax_table **aside,
                                 triax_error *error) {
  const triax_text names[5] = {TX_TEXT("row"), TX_TEXT("key"), TX_TEXT("column"), TX_TEXT("value"), TX_TEXT("reason")};
  tx_column *columns[5] = {NULL, NULL, NULL, NULL, NULL};
  bool fine = true;
  for (size_t i = 0; i < 5; i++) {
    columns[i] = tx_column_builder_finish(builders[i]);
    fine = fine && columns[i];
  }
  triax_status status = TRIAX_ENOMEM;
  if (fine) status = tx_table_new(load->context, load->fault_count, 5, names, columns, aside, error);
  for (size_t i = 0; i < 5; i++) tx_column_unref(columns[i]);
  return status ? tx_no_memory(error) : TRIAX_OK;
}

static bool fill_aside(tx_load *load, tx_column_builder *const builders[5], size_t *good, size_t *good_count) {
  size_t *first = NULL, *next = NULL;
  bool fine = chain_faults(load, &first, &next);
  *good_count = 0;
  for (size_t row = 0; fine && row < load->raw->rows; row++) {
    if (first[row] == SIZE_MAX) good[(*good_count)++] = row;
    for (size_t at = first[row]; fine && at != SIZE_MAX; at = next[at]) {
      fine = add_aside(load, &load->faults[at], builders);
    }
  }
  free_chains(load, first, next);
  return fine;
}

triax_status tx_load_aside(tx_load *load, triax_table **aside, size_t **good_rows, size_t *good_count,
                           triax_error *error) {
  const int32_t types[5] = {TRIAX_TYPE_NUMBER, TRIAX_TYPE_STRING, TRIAX_TYPE_STRING, TRIAX_TYPE_STRING,
                            TRIAX_TYPE_STRING};
  tx_column_builder *builders[5] = {NULL, NULL, NULL, NULL, NULL};
  size_t *good = tx_alloc_array(load->context, load->raw->rows, sizeof *good);
  bool fine = good != NULL;
  for (size_t i = 0; i < 5; i++) {
    builders[i] = tx_column_builder_new(load->context, types[i]);
    fine = fine && builders[i];
  }
  fine = fine && fill_aside(load, builders, good, good_count);
  triax_status status = fine ? finish_aside(load, builders, aside, error) : tx_no_memory(error);
  for (size_t i = 0; i < 5; i++) tx_column_builder_free(builders[i]);
  if (status || load->fault_count == 0) {
    tx_free_array(load->context, good, load->raw->rows, sizeof *good);
    good = NULL;
  }
  *good_rows = good;
  return status;
}
