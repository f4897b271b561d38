/* Tables that a host gives beside customers and team: a log of what was sent, earlier values. */
#ifndef TX_PLAN_READ_LOG_H
#define TX_PLAN_READ_LOG_H

#include "plan/plan.h"

/* A column by the loader's rule: case does not matter. NULL: none. */
const tx_column *tx_log_column(const triax_table *table, triax_text name);
/* Says that the table (`sent`, `history`) has no such column, and which name is near. */
void tx_log_absent(const triax_table *table, const char *path, triax_text name, tx_report *report);
/* Logs hold days or times of day; the first value tells. Faults are then told in the log's own terms. */
int32_t tx_log_time_type(const triax_table *table, triax_text name);
/* Types the columns that the schema declares. A column `id` of the log's own is no key of ours. */
triax_status tx_log_load(triax_context *context, const triax_table *raw, const tx_schema *schema,
                         const triax_load_options *load, triax_table **log, tx_report *report);
/* The day of a date or a timestamp. */
int32_t tx_log_day(const tx_column *column, size_t row);
/* Rows of the customers by code of a column of their keys, UINT32_MAX: no customer of this plan. tx_free_array by the
 * dictionary's size; NULL when memory is short. */
uint32_t *tx_log_customers(const triax_plan *plan, const tx_column *customer);

#endif
