/* The comparison in figures, as a document. */
#include <math.h>
#include <string.h>

#include "base/date.h"
#include "base/text.h"
#include "compare/compare.h"
#include "document/write.h"
#include "table/tabulate.h"

static void put_side(const triax_comparison *comparison, int side, triax_document *d) {
  const triax_plan *plan = comparison->plans[side];
  char date[16];
  tx_put_map(d, side ? "after" : "before");
  if (!plan) {
    tx_put_text(d, "plan", TX_TEXT("the present books"));
  } else {
    triax_text name = plan->compiled->policy->name;
    if (name.bytes) tx_put_text(d, "policy", name);
    if (plan->has_as_of) tx_put_text(d, "as_of", (triax_text){date, tx_format_date(plan->as_of, date)});
  }
  tx_put_end(d);
}

/* {before, after, change} */
static void put_move(triax_document *d, const char *key, double before, double after) {
  if (isnan(before) && isnan(after)) return;
  tx_put_map(d, key);
  tx_put_number(d, "before", before);
  tx_put_number(d, "after", after);
  tx_put_number(d, "change", after - before);
  tx_put_end(d);
}

static double sum_of(const double *numbers, size_t rows) {
  double sum = 0;
  if (!numbers) return NAN;
  for (size_t row = 0; row < rows; row++) sum += isnan(numbers[row]) ? 0 : numbers[row];
  return sum;
}

static double mean_of(const double *numbers, size_t rows) {
  double sum = 0, count = 0;
  for (size_t row = 0; numbers && row < rows; row++) {
    if (isnan(numbers[row])) continue;
    sum += numbers[row];
    count++;
  }
  return count > 0 ? sum / count : NAN;
}

/* A number of a plan's own summary, such as allocation.moved; NaN where it has none. */
static double figure(const triax_plan *plan, const char *map, const char *key) {
  const triax_document *summary = triax_plan_summary(plan);
  if (!summary) return NAN;
  triax_node node = triax_document_find(summary, 0, triax_text_of(map));
  if (node == TRIAX_NO_NODE) return NAN;
  node = triax_document_find(summary, node, triax_text_of(key));
  bool number = node != TRIAX_NO_NODE && triax_document_kind(summary, node) == TRIAX_KIND_NUMBER;
  return number ? triax_document_as_number(summary, node) : NAN;
}

/* The sum of a column of a plan's table. */
static double table_sum(const triax_plan *plan, int32_t which, const char *name) {
  const triax_table *table = triax_plan_table(plan, which);
  size_t column = table ? triax_table_find(table, triax_text_of(name)) : SIZE_MAX;
  double sum = 0;
  if (column == SIZE_MAX) return NAN;
  for (size_t row = 0; row < table->rows; row++) {
    double value = triax_table_number(table, column, row);
    sum += isnan(value) ? 0 : value;
  }
  return sum;
}

static double covered(const tx_side *side) {
  double count = 0;
  if (!side->csm) return NAN;
  for (size_t row = 0; row < side->rows; row++) count += tx_column_has(side->csm, row);
  return count;
}

static void put_figures(const triax_comparison *comparison, triax_document *d) {
  static const char *const owners[] = {"kept", "frozen", "moved", "new", "unowned", "uncovered", "continuity"};
  const tx_side *a = &comparison->sides[0], *b = &comparison->sides[1];
  const triax_plan *one = comparison->plans[0], *two = comparison->plans[1];
  put_move(d, "customers", (double)a->rows, (double)b->rows);
  put_move(d, "arr", sum_of(a->money, a->rows), sum_of(b->money, b->rows));
  put_move(d, "mean_health", mean_of(a->health, a->rows), mean_of(b->health, b->rows));
  put_move(d, "owned", covered(a), covered(b));
  put_move(d, "hours", sum_of(a->hours, a->rows), sum_of(b->hours, b->rows));
  put_move(d, "csms_here", figure(one, "allocation", "csms_here"), figure(two, "allocation", "csms_here"));
  put_move(d, "hire", table_sum(one, TRIAX_PLAN_POOLS, "hire"), table_sum(two, TRIAX_PLAN_POOLS, "hire"));
  for (size_t i = 0; i < sizeof owners / sizeof *owners; i++) {
    put_move(d, owners[i], figure(one, "allocation", owners[i]), figure(two, "allocation", owners[i]));
  }
}

static void put_accounts(const triax_comparison *comparison, triax_document *d) {
  static const char *const results[] = {NULL, "segment", "touch", "pool", "csm", "health", "band", "hours", "scores"};
  tx_put_map(d, "accounts");
  tx_put_count(d, "on_both_sides", comparison->both);
  tx_put_count(d, "new", comparison->fresh);
  tx_put_count(d, "gone", comparison->gone);
  tx_put_count(d, "differ", comparison->accounts_differ);
  tx_put_end(d);
  tx_put_map(d, "differ");
  for (int result = TX_RESULT_SEGMENT; result <= TX_RESULT_SCORES; result++) {
    if (comparison->differ[result]) tx_put_count(d, results[result], comparison->differ[result]);
  }
  tx_put_end(d);
  if (!comparison->causes) return;
  tx_put_map(d, "causes");
  for (int cause = 0; cause < TX_CAUSES; cause++) {
    if (comparison->cause_count[cause]) tx_put_count(d, tx_cause_word(cause), comparison->cause_count[cause]);
  }
  tx_put_end(d);
}

triax_status tx_compare_summarise(triax_comparison *comparison, triax_error *error) {
  triax_document *d = NULL;
  triax_status status = tx_document_result(comparison->context, &d, error);
  if (status != TRIAX_OK) return status;
  triax_text currency = comparison->plans[1]->compiled->policy->customers.base_currency;
  put_side(comparison, 0, d);
  put_side(comparison, 1, d);
  tx_put_text(d, "triax", triax_text_of(TRIAX_VERSION));
  if (currency.bytes) tx_put_text(d, "currency", currency);
  tx_put_map(d, "figures");
  put_figures(comparison, d);
  tx_put_end(d);
  put_accounts(comparison, d);
  status = triax_document_finish(d, error);
  if (status == TRIAX_OK) comparison->summary = d;
  else triax_document_free(d);
  return status;
}
