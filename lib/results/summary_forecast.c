/* The forecast in the summary: whole rows of its tables, for all. */
#include <string.h>

#include "base/date.h"
#include "base/text.h"
#include "document/write.h"
#include "results/summary.h"

static void put_cell(const triax_table *table, size_t column, size_t row, triax_document *d) {
  char name[64], date[16];
  triax_text text = triax_table_name(table, column);
  size_t length = text.length < sizeof name - 1 ? text.length : sizeof name - 1;
  memcpy(name, text.bytes, length);
  name[length] = 0;
  if (!triax_table_has(table, column, row)) return;
  switch (triax_table_type(table, column)) {
    case TRIAX_TYPE_NUMBER: tx_put_number(d, name, triax_table_number(table, column, row)); return;
    case TRIAX_TYPE_INTEGER: tx_put_number(d, name, (double)triax_table_integer(table, column, row)); return;
    case TRIAX_TYPE_DATE: {
      size_t written = tx_format_date((int32_t)triax_table_integer(table, column, row), date);
      tx_put_text(d, name, (triax_text){date, written});
      return;
    }
    default: tx_put_text(d, name, triax_table_text(table, column, row)); return;
  }
}

/* Rows of a table: the base's for every segment, or every scenario's for all segments together. */
static void put_rows(const triax_table *table, const char *key, bool segments, triax_document *d) {
  size_t scenario = triax_table_find(table, TX_TEXT("scenario")), segment = triax_table_find(table, TX_TEXT("segment"));
  tx_put_list(d, key);
  for (size_t row = 0; row < triax_table_rows(table); row++) {
    bool base = tx_text_equal_c(triax_table_text(table, scenario, row), "base");
    bool all = tx_text_equal_c(triax_table_text(table, segment, row), "all");
    if (segments ? !base : !all) continue;
    tx_put_map(d, NULL);
    for (size_t column = 0; column < triax_table_columns(table); column++) put_cell(table, column, row, d);
    tx_put_end(d);
  }
  tx_put_end(d);
}

void tx_summarise_forecast(const triax_plan *plan, triax_document *d) {
  if (!plan->forecast.given) return;
  tx_put_map(d, "forecast");
  tx_put_count(d, "years", plan->compiled->policy->forecast.years);
  put_rows(plan->tables[TRIAX_PLAN_FORECAST], "by_year", false, d);
  put_rows(plan->tables[TRIAX_PLAN_HEADCOUNT], "headcount", true, d);
  if (plan->tables[TRIAX_PLAN_SCENARIOS]) put_rows(plan->tables[TRIAX_PLAN_SCENARIOS], "scenarios", false, d);
  tx_put_end(d);
}
