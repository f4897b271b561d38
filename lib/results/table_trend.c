/* Trends, where earlier values of health were given: the table, a row per customer, and the summary's part. */
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "document/write.h"
#include "results/summary.h"
#include "results/tables.h"

static void add_numbers(const triax_plan *plan, tx_tabulate *t, const char *name, size_t offset) {
  tx_column_builder *builder = tx_tabulate_begin(t, TRIAX_TYPE_NUMBER);
  bool fine = builder != NULL;
  for (size_t row = 0; fine && row < plan->rows; row++) {
    double value;
    memcpy(&value, (const char *)&plan->trend.trends[row] + offset, sizeof value);
    fine = tx_column_builder_number(builder, value);
  }
  tx_tabulate_end(t, name, builder, fine);
}

static void add_counts(const triax_plan *plan, tx_tabulate *t) {
  tx_column_builder *builder = tx_tabulate_begin(t, TRIAX_TYPE_INTEGER);
  bool fine = builder != NULL;
  for (size_t row = 0; fine && row < plan->rows; row++) {
    fine = tx_column_builder_integer(builder, plan->trend.trends[row].values);
  }
  tx_tabulate_end(t, "values", builder, fine);
}

triax_status tx_tabulate_trend(triax_plan *plan, triax_error *error) {
  const tx_people *people = &plan->compiled->customers->people;
  tx_tabulate t;
  if (!plan->trend.trends) return TRIAX_OK;
  tx_tabulate_open(&t, plan->context, plan->rows);
  tx_tabulate_share(&t, "key", people->table->fields[people->key].column);
  tx_tabulate_numbers(&t, "health", plan->health.health);
  add_counts(plan, &t);
  tx_tabulate_share(&t, "health_level", tx_plan_derived(plan, TX_DERIVED_HEALTH_LEVEL));
  tx_tabulate_share(&t, "health_trend", tx_plan_derived(plan, TX_DERIVED_HEALTH_TREND));
  add_numbers(plan, &t, "expected", offsetof(tx_trend, expected));
  add_numbers(plan, &t, "noise", offsetof(tx_trend, noise));
  add_numbers(plan, &t, "below_expected", offsetof(tx_trend, drop));
  tx_tabulate_share(&t, "health_drop", tx_plan_derived(plan, TX_DERIVED_HEALTH_DROP));
  return tx_tabulate_close(&t, &plan->tables[TRIAX_PLAN_TREND], error);
}

void tx_summarise_trend(const triax_plan *plan, triax_document *d) {
  const tx_plan_trend *part = &plan->trend;
  uint64_t judged = 0, dropped = 0, falling = 0;
  if (!part->trends) return;
  for (size_t row = 0; row < plan->rows; row++) {
    judged += part->trends[row].dropped != TX_DROP_UNKNOWN;
    dropped += part->trends[row].dropped == TX_DROP_YES;
    falling += part->trends[row].slope < 0;
  }
  tx_put_map(d, "trend");
  tx_put_count(d, "rows", part->rows);
  tx_put_count(d, "of_no_customer", part->unknown_customers);
  tx_put_count(d, "after_the_date", part->not_yet);
  tx_put_count(d, "falling", falling);
  tx_put_count(d, "drop_judged", judged);
  tx_put_count(d, "dropped", dropped);
  tx_put_end(d);
}
