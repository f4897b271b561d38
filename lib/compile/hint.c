/* A column of the data is text where a number or a date is needed: whose value made it so. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/number.h"
#include "base/text.h"
#include "compile/compile.h"

/* What stands between the brackets of the checker's "write double(NAME)"; where it says …, what the fault points at. */
static triax_text name_of(const tx_policy_expr *expr, const tx_expr_fault *fault, const char *call) {
  const char *open = fault->hint + strlen(call);
  const char *close = strchr(open, ')');
  if (close && memcmp(open, "…", 3) != 0) return (triax_text){open, (size_t)(close - open)};
  if (fault->offset > expr->source.length) return (triax_text){"", 0};
  size_t rest = expr->source.length - fault->offset;
  return tx_text_trim((triax_text){expr->source.bytes + fault->offset, fault->length < rest ? fault->length : rest});
}

static bool is_declared(const tx_schema *schema, triax_text name) {
  for (size_t i = 0; i < schema->declaration_count; i++) {
    if (tx_text_equal(schema->declarations[i].name, name)) return true;
  }
  return false;
}

static bool is_what(const tx_schema *schema, triax_text text, bool date) {
  double number;
  int32_t day;
  if (text.length == 0 || tx_load_marker(schema, text)) return true;
  return date ? tx_parse_date(text, TX_DATE_ISO, &day) : tx_parse_double(text, false, &number);
}

/* The first row whose value is no number or date; SIZE_MAX: all are. */
static size_t first_other(const tx_schema *schema, const tx_column *column, bool date) {
  for (size_t row = 0; row < column->rows; row++) {
    if (!tx_column_has(column, row)) continue;
    triax_text text = tx_dictionary_text(column->dictionary, tx_column_code(column, row));
    if (!is_what(schema, tx_text_trim(text), date)) return row;
  }
  return SIZE_MAX;
}

/* Whether the column is there, undeclared, and without any value. */
static bool is_empty(const tx_schema *schema, const triax_table *table, triax_text name) {
  const tx_column *column = tx_table_column(table, name);
  size_t row = 0;
  if (!column || name.length > 60 || is_declared(schema, name)) return false;
  while (row < column->rows && !tx_column_has(column, row)) row++;
  return row == column->rows;
}

/* A column without any value counts as one of numbers, which a date or a text is not: the first that the expression
 * names and nobody declared. */
static bool hint_of_empty(const tx_compiled *compiled, const tx_policy_expr *expr, tx_expr_fault *fault) {
  static const triax_text sides[] = {{"customer.", 9}, {"csm.", 4}};
  const tx_free_name *names;
  bool types = strstr(fault->message, "is needed here") || strstr(fault->message, "cannot take") ||
               strstr(fault->message, "has no meaning between");
  size_t count = types ? tx_syntax_free_names(expr->syntax, &names) : 0;
  for (size_t i = 0; i < count; i++) {
    triax_text name = names[i].name;
    bool team = expr->over == TX_OVER_TEAM;
    if (expr->over == TX_OVER_PAIR) {
      team = name.length > 4 && memcmp(name.bytes, "csm.", 4) == 0;
      if (name.length <= sides[team].length || memcmp(name.bytes, sides[team].bytes, sides[team].length) != 0) continue;
      name = (triax_text){name.bytes + sides[team].length, name.length - sides[team].length};
    }
    if (team && !compiled->team) continue;
    const tx_schema *schema = team ? &compiled->policy->team : &compiled->policy->customers;
    if (!is_empty(schema, (team ? &compiled->team->people : &compiled->customers->people)->table, name)) continue;
    snprintf(fault->hint, sizeof fault->hint, "'%.*s' has no values to tell its type: declare it under %s.columns",
             (int)names[i].name.length, names[i].name.bytes, schema->what);
    return true;
  }
  return false;
}

void tx_compile_hint(const tx_compiled *compiled, const tx_policy_expr *expr, tx_expr_fault *fault) {
  static const char *const calls[] = {"write double(", "write date("};
  bool date = strncmp(fault->hint, calls[1], strlen(calls[1])) == 0;
  bool team = expr->over == TX_OVER_TEAM;
  if (!expr->syntax || hint_of_empty(compiled, expr, fault)) return;
  if (team ? !compiled->team : expr->over == TX_OVER_PAIR) return;
  const tx_schema *schema = team ? &compiled->policy->team : &compiled->policy->customers;
  const triax_table *table = team ? compiled->team->people.table : compiled->customers->people.table;
  if (!date && strncmp(fault->hint, calls[0], strlen(calls[0])) != 0) return;
  triax_text name = name_of(expr, fault, calls[date]);
  const tx_column *column = tx_table_column(table, name);
  if (!column || column->type != TRIAX_TYPE_STRING || name.length > 60 || is_declared(schema, name)) return;
  char declare[140];
  snprintf(declare, sizeof declare, "declare it under %s.columns: %.*s: {type: %s}", team ? "team" : "customers",
           (int)name.length, name.bytes, date ? "date" : "number");
  size_t row = first_other(schema, column, date);
  triax_text value = row == SIZE_MAX ? (triax_text){"", 0}
                                     : tx_dictionary_text(column->dictionary, tx_column_code(column, row));
  if (row == SIZE_MAX || value.length > 24) {
    snprintf(fault->hint, sizeof fault->hint, "%s", declare);
  } else {
    snprintf(fault->hint, sizeof fault->hint, "row %zu holds '%.*s'; %s", row + 1, (int)value.length, value.bytes,
             declare);
  }
}
