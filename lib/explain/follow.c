/* What follows for one customer: what plays do for it or hold back, and whether it moves. */
#include "base/text.h"
#include "document/write.h"
#include "explain/explain.h"

/* A row of a table as the keys of a map: what is there of it, but for the customer and the ARR, which are known. */
static triax_status put_columns(tx_explain_job *job, const triax_table *table, size_t row) {
  for (size_t c = 0; c < table->columns; c++) {
    const tx_table_field *field = &table->fields[c];
    tx_value value;
    if (tx_text_equal_c(field->name, "customer") || tx_text_equal_c(field->name, "arr")) continue;
    if (tx_value_of_column(field->column, row, &job->arena, &value) != TRIAX_OK) return TRIAX_ENOMEM;
    if (value.state == TX_PRESENT) tx_explain_scalar(job->document, field->name.bytes, &value);
  }
  return TRIAX_OK;
}

/* The first row of the customer from `row` on; table->rows: there is none. */
static size_t next_row(const tx_explain_job *job, const triax_table *table, size_t row) {
  triax_text key = tx_people_key(&job->plan->compiled->customers->people, job->row);
  size_t customer = triax_table_find(table, TX_TEXT("customer"));
  while (row < table->rows && !tx_text_equal(triax_table_text(table, customer, row), key)) row++;
  return row;
}

/* All rows of the customer as a list; one without any leaves no key. */
static triax_status put_rows(tx_explain_job *job, const char *key, const triax_table *table) {
  triax_status status = TRIAX_OK;
  size_t row = table ? next_row(job, table, 0) : 0;
  if (!table || row == table->rows) return TRIAX_OK;
  tx_put_list(job->document, key);
  for (; status == TRIAX_OK && row < table->rows; row = next_row(job, table, row + 1)) {
    tx_put_map(job->document, NULL);
    status = put_columns(job, table, row);
    tx_put_end(job->document);
  }
  tx_put_end(job->document);
  return status;
}

triax_status tx_explain_follow(tx_explain_job *job) {
  triax_table *const *tables = job->plan->tables;
  const triax_table *moves = tables[TRIAX_PLAN_MOVES];
  size_t row = moves ? next_row(job, moves, 0) : 0;
  triax_status status = TRIAX_OK;
  if (moves && row < moves->rows) {
    tx_put_map(job->document, "move");
    status = put_columns(job, moves, row);
    tx_put_end(job->document);
  }
  if (status == TRIAX_OK) status = put_rows(job, "actions", tables[TRIAX_PLAN_ACTIONS]);
  if (status == TRIAX_OK) status = put_rows(job, "withheld", tables[TRIAX_PLAN_WITHHELD]);
  return status;
}
