/* Outcomes: a column as what came, or did not, of each customer. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "document/write.h"
#include "fitting/fitting.h"

size_t tx_fit_column_of(const triax_table *table, triax_text name, const char *what, tx_report *report) {
  const size_t column = name.bytes ? triax_table_find(table, name) : SIZE_MAX;
  if (column != SIZE_MAX) return column;
  triax_text names[TX_FIT_COLUMNS];
  const size_t count = table->columns < TX_FIT_COLUMNS ? table->columns : TX_FIT_COLUMNS;
  for (size_t i = 0; i < count; i++) names[i] = table->fields[i].name;
  const size_t nearest = name.bytes ? tx_text_nearest(name, names, count) : SIZE_MAX;
  char hint[192] = "";
  if (nearest != SIZE_MAX) {
    snprintf(hint, sizeof hint, "did you mean '%.*s'?", tx_name_width(names[nearest]), names[nearest].bytes);
  }
  const tx_finding finding = {
      .level = TRIAX_LEVEL_ERROR, .status = TRIAX_ENOTFOUND, .width = 1, .hint = hint[0] ? hint : NULL};
  if (!name.bytes) tx_report_add(report, &finding, "%s: no column is named", what);
  else {
    const char *why = tx_table_why_left_out(table, name);
    tx_report_add(report, &finding, "%s: the customers have no column '%.*s'%s%s", what, tx_name_width(name), name.bytes,
                  why ? ": " : "", why ? why : "");
  }
  return SIZE_MAX;
}

/* 1, 0, or -1 for what is no outcome. */
static int outcome_of_text(triax_text text) {
  static const char *const words[2][8] = {{"0", "no", "n", "false", "kept", "stayed", "retained", NULL},
                                          {"1", "yes", "y", "true", "churned", "left", "lost", NULL}};
  text = tx_text_trim(text);
  for (int outcome = 0; outcome < 2; outcome++) {
    for (size_t i = 0; words[outcome][i]; i++) {
      const size_t length = strlen(words[outcome][i]);
      size_t same = 0;
      while (same < length && same < text.length && (text.bytes[same] | 0x20) == (words[outcome][i][same] | 0x20)) {
        same++;
      }
      if (same == length && text.length == length) return outcome;
    }
  }
  return -1;
}

static int outcome_at(const triax_table *table, size_t column, size_t row) {
  const int32_t type = triax_table_type(table, column);
  if (type == TRIAX_TYPE_STRING) return outcome_of_text(triax_table_text(table, column, row));
  if (type == TRIAX_TYPE_STRINGS || type == TRIAX_TYPE_DATE || type == TRIAX_TYPE_TIMESTAMP) return -1;
  const double value = triax_table_number(table, column, row);
  if (!(value < 0) && !(value > 0)) return 0;
  return !(value < 1) && !(value > 1) ? 1 : -1;
}

static void tell_bad(tx_report *report, const triax_table *table, size_t column, size_t row) {
  char number[TX_NUMBER_SIZE];
  triax_text text = triax_table_text(table, column, row);
  if (!text.bytes) {
    text = (triax_text){number, tx_format_double(triax_table_number(table, column, row), number)};
  }
  const triax_text name = triax_table_name(table, column);
  const tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .status = TRIAX_EDATA, .width = 1};
  tx_report_add(report, &finding,
                "the outcome '%.*s' is neither 0 nor 1, false nor true, no nor yes, kept nor churned: '%.*s' in row %zu",
                tx_name_width(name), name.bytes, tx_name_width(text), text.bytes, row + 1);
}

triax_status tx_outcomes_read(tx_arena *arena, const triax_customers *customers, triax_text name,
                              tx_outcomes *outcomes, tx_report *report) {
  const triax_table *table = customers->people.table;
  const size_t column = tx_fit_column_of(table, name, "outcome", report);
  if (column == SIZE_MAX) return TRIAX_ENOTFOUND;
  memset(outcomes, 0, sizeof *outcomes);
  outcomes->rows = table->rows;
  outcomes->outcome = tx_arena_calloc(arena, table->rows, 1);
  outcomes->use = tx_arena_calloc(arena, table->rows, 1);
  if (!outcomes->outcome || !outcomes->use) return tx_no_memory(report->error);
  for (size_t row = 0; row < table->rows && !tx_report_full(report); row++) {
    if (!triax_table_has(table, column, row)) continue;
    const int outcome = outcome_at(table, column, row);
    if (outcome < 0) {
      tell_bad(report, table, column, row);
      continue;
    }
    outcomes->outcome[row] = (uint8_t)outcome;
    outcomes->use[row] = 1;
    outcomes->known++;
    outcomes->hits += (size_t)outcome;
  }
  if (report->errors) return TRIAX_EDATA;
  if (outcomes->hits > 0 && outcomes->hits < outcomes->known) return TRIAX_OK;
  const tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .status = TRIAX_EDATA, .width = 1};
  tx_report_add(report, &finding, "the outcome '%.*s' is the same for all of %zu rows: both kinds are needed",
                tx_name_width(name), name.bytes, outcomes->known);
  return TRIAX_EDATA;
}

void tx_put_interval(triax_document *document, const char *key, tx_interval interval) {
  tx_put_map(document, key);
  tx_put_number(document, "value", interval.value);
  tx_put_number(document, "low", interval.low);
  tx_put_number(document, "high", interval.high);
  tx_put_end(document);
}

const char *tx_fit_decimals(double value, int decimals, char buffer[400]) {
  tx_format_fixed(value, decimals, buffer);
  return buffer;
}

const char *tx_fit_percent(double share, char buffer[400]) {
  const double percent = 100 * share;
  const size_t length = tx_format_fixed(percent, percent < 9.995 ? 1 : 0, buffer);
  snprintf(buffer + length, 400 - length, " %%");
  return buffer;
}
