/* What came of each customer: a column of the data as 0, 1 or nothing known. */
#include "plan/outcome.h"

#include <stdio.h>

#include "base/text.h"

static int of_text(triax_text text) {
  static const char *const yes[] = {"1", "true", "yes", "y"}, *const no[] = {"0", "false", "no", "n"};
  char lower[8];
  text = tx_text_trim(text);
  if (text.length >= sizeof lower) return -1;
  for (size_t i = 0; i < text.length; i++) {
    char c = text.bytes[i];
    lower[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
  }
  for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
    if (tx_text_equal_c((triax_text){lower, text.length}, yes[i])) return 1;
    if (tx_text_equal_c((triax_text){lower, text.length}, no[i])) return 0;
  }
  return -1;
}

/* 0 or 1; -1: neither. */
static int outcome_at(const tx_column *column, size_t row) {
  switch (column->type) {
    case TRIAX_TYPE_BOOLEAN: return tx_bit(column->bits, row);
    case TRIAX_TYPE_NUMBER:
    case TRIAX_TYPE_MONEY: return column->numbers[row] == 1 ? 1 : column->numbers[row] == 0 ? 0 : -1;
    case TRIAX_TYPE_INTEGER: return column->integers[row] == 1 ? 1 : column->integers[row] == 0 ? 0 : -1;
    case TRIAX_TYPE_STRING: return of_text(tx_dictionary_text(column->dictionary, tx_column_code(column, row)));
    default: return -1;
  }
}

static void tell_no_column(const triax_table *table, triax_text name, tx_report *report) {
  triax_text names[256];
  char hint[160] = "";
  size_t count = table->columns < 256 ? table->columns : 256;
  for (size_t i = 0; i < count; i++) names[i] = table->fields[i].name;
  size_t nearest = tx_text_nearest(name, names, count);
  if (nearest != SIZE_MAX && names[nearest].length < 100) {
    snprintf(hint, sizeof hint, "did you mean '%.*s'?", (int)names[nearest].length, names[nearest].bytes);
  }
  tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .status = TRIAX_EINVAL, .width = 1, .hint = hint[0] ? hint : NULL};
  tx_report_add(report, &finding, "outcome: the customers have no column '%.*s'", (int)name.length, name.bytes);
}

triax_status tx_plan_outcome(const triax_plan *plan, triax_text name, uint8_t *outcome, tx_report *report) {
  const tx_people *people = &plan->compiled->customers->people;
  const tx_column *column = tx_table_column(people->table, name);
  if (!column) {
    tell_no_column(people->table, name, report);
    return TRIAX_EINVAL;
  }
  for (size_t row = 0; row < plan->rows; row++) {
    int found = tx_column_has(column, row) ? outcome_at(column, row) : TX_OUTCOME_UNKNOWN;
    outcome[row] = (uint8_t)found;
    if (found >= 0) continue;
    triax_text key = tx_people_key(people, row);
    tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .status = TRIAX_EDATA, .width = 1,
                          .hint = "an outcome is 1 or 0, true or false, yes or no"};
    tx_report_add(report, &finding, "outcome: '%.*s' of customer '%.*s' is neither churned nor kept", (int)name.length,
                  name.bytes, (int)key.length, key.bytes);
    return TRIAX_EDATA;
  }
  return TRIAX_OK;
}
