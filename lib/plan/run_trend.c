/* Earlier values of health: read, checked, and turned into level, trend and drop of each customer. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/number.h"
#include "base/text.h"
#include "expr/node.h"
#include "plan/read_log.h"

typedef struct history_row {
  uint32_t customer;
  int32_t day;
  double health;
  size_t row; /* of the history */
} history_row;

typedef struct history_job {
  triax_plan *plan;
  tx_report *report;
  const tx_column *customer, *date, *health;
  history_row *rows;
  size_t count;
} history_job;

static tx_finding about_history(int32_t level) {
  return (tx_finding){.level = level, .status = level == TRIAX_LEVEL_ERROR ? TRIAX_EDATA : TRIAX_OK,
                      .path = "history", .width = 1};
}

/* --- typing --- */

/* The customers' keys stand under `customer`, under `key` as in the table of a plan, or under the customers' own name. */
static const tx_column *key_column(const triax_plan *plan, const triax_table *history) {
  const tx_people *people = &plan->compiled->customers->people;
  const triax_text names[] = {TX_TEXT("customer"), TX_TEXT("key"), people->table->fields[people->key].name};
  for (size_t i = 0; i < 3; i++) {
    const tx_column *column = tx_log_column(history, names[i]);
    if (column) return column;
  }
  return NULL;
}

/* The three columns that count, typed; others are left alone. */
static triax_status load_history(triax_plan *plan, const triax_table *history, const triax_load_options *load,
                                 triax_table **typed, tx_report *report) {
  const triax_text names[] = {TX_TEXT("customer"), TX_TEXT("date"), TX_TEXT("health")};
  const tx_column *columns[] = {key_column(plan, history), tx_log_column(history, names[1]),
                                tx_log_column(history, names[2])};
  triax_table *chosen = NULL;
  bool fine = true;
  for (int i = 0; i < 3; i++) {
    if (columns[i]) continue;
    tx_log_absent(history, "history", names[i], report);
    fine = false;
  }
  if (!fine) return TRIAX_EDATA;
  tx_declaration declarations[] = {{.name = names[0], .type = TRIAX_TYPE_STRING},
                                   {.name = names[1], .type = tx_log_time_type(history, names[1])},
                                   {.name = names[2], .type = TRIAX_TYPE_NUMBER}};
  tx_schema schema = {.what = "history", .declarations = declarations, .declaration_count = 3};
  triax_status status = tx_table_new(plan->context, history->rows, 3, names, (tx_column *const *)columns, &chosen,
                                     report->error);
  if (status == TRIAX_OK) status = tx_log_load(plan->context, chosen, &schema, load, typed, report);
  triax_table_unref(chosen);
  return status;
}

/* --- rows --- */

/* Whether a row has a customer and a day, and a value of the score's kind. */
static bool is_good(const history_job *job, size_t row) {
  tx_finding finding = about_history(TRIAX_LEVEL_ERROR);
  if (!tx_column_has(job->customer, row) || !tx_column_has(job->date, row)) {
    tx_report_add(job->report, &finding, "row %zu, column '%s': every row needs one", row + 1,
                  tx_column_has(job->customer, row) ? "date" : "customer");
    return false;
  }
  const double health = job->health->numbers[row];
  if (isnan(health) || (health >= 0 && health <= 100)) return true;
  char number[TX_NUMBER_SIZE];
  tx_format_double(health, number);
  tx_report_add(job->report, &finding, "row %zu, column 'health': %s is not from 0 to 100", row + 1, number);
  return false;
}

/* Rows that count: of a customer of this plan, before the plan's day, with a value. */
static void gather(history_job *job, const uint32_t *customers) {
  tx_plan_trend *part = &job->plan->trend;
  for (size_t row = 0; row < job->customer->rows; row++) {
    if (!is_good(job, row)) continue;
    const uint32_t customer = customers[tx_column_code(job->customer, row)];
    const int32_t day = tx_log_day(job->date, row);
    part->rows++;
    part->unknown_customers += customer == UINT32_MAX;
    part->not_yet += day > job->plan->as_of;
    part->today += day == job->plan->as_of;
    if (customer == UINT32_MAX || day > job->plan->as_of) continue;
    job->rows[job->count++] = (history_row){customer, day, job->health->numbers[row], row};
  }
}

static int by_customer_and_day(const void *left, const void *right) {
  const history_row *a = left, *b = right;
  if (a->customer != b->customer) return a->customer < b->customer ? -1 : 1;
  if (a->day != b->day) return a->day < b->day ? -1 : 1;
  return a->row < b->row ? -1 : a->row > b->row;
}

/* Two values of one customer and day: which is right nobody can tell. */
static void tell_twice(const history_job *job) {
  for (size_t i = 1; i < job->count; i++) {
    const history_row *a = &job->rows[i - 1], *b = &job->rows[i];
    if (a->customer != b->customer || a->day != b->day) continue;
    char date[16];
    const triax_text key = tx_people_key(&job->plan->compiled->customers->people, b->customer);
    tx_finding finding = about_history(TRIAX_LEVEL_ERROR);
    tx_format_date(b->day, date);
    tx_report_add(job->report, &finding, "row %zu: '%.*s' has a value for %s already in row %zu", b->row + 1,
                  tx_name_width(key), key.bytes, date, a->row + 1);
  }
}

static void tell_count(const history_job *job, uint64_t rows, const char *one, const char *many) {
  char number[TX_NUMBER_SIZE];
  if (!rows) return;
  tx_finding finding = about_history(TRIAX_LEVEL_WARNING);
  tx_format_int64((int64_t)rows, number);
  tx_report_add(job->report, &finding, "%s %s", number, rows == 1 ? one : many);
}

/* Sorted values as arrays, where each customer's begin, without those that are missing and those of today. */
static bool keep(history_job *job) {
  triax_plan *plan = job->plan;
  tx_plan_trend *part = &plan->trend;
  part->room = job->count;
  part->first = tx_calloc(plan->context, plan->rows + 1, sizeof *part->first);
  part->days = tx_alloc_array(plan->context, job->count, sizeof *part->days);
  part->values = tx_alloc_array(plan->context, job->count, sizeof *part->values);
  if (!part->first || !part->days || !part->values) return false;
  size_t count = 0, at = 0;
  for (size_t customer = 0; customer < plan->rows; customer++) {
    part->first[customer] = count;
    for (; at < job->count && job->rows[at].customer == customer; at++) {
      if (isnan(job->rows[at].health) || job->rows[at].day == plan->as_of) continue;
      part->days[count] = job->rows[at].day;
      part->values[count++] = job->rows[at].health;
    }
  }
  part->first[plan->rows] = count;
  return true;
}

static triax_status read_rows(history_job *job, const triax_table *typed) {
  triax_plan *plan = job->plan;
  job->customer = tx_table_column(typed, TX_TEXT("customer"));
  job->date = tx_table_column(typed, TX_TEXT("date"));
  job->health = tx_table_column(typed, TX_TEXT("health"));
  uint32_t *customers = tx_log_customers(plan, job->customer);
  job->rows = tx_alloc_array(plan->context, typed->rows, sizeof *job->rows);
  bool fine = customers && job->rows;
  const size_t errors = job->report->errors;
  if (fine) {
    gather(job, customers);
    if (job->count) qsort(job->rows, job->count, sizeof *job->rows, by_customer_and_day);
    tell_twice(job);
    if (job->report->errors == errors) {
      tell_count(job, plan->trend.unknown_customers, "row is of no customer of this plan",
                 "rows are of no customer of this plan");
      tell_count(job, plan->trend.not_yet, "row is dated after the plan's date: it does not count",
                 "rows are dated after the plan's date: they do not count");
      fine = keep(job);
    }
  }
  tx_free_array(plan->context, customers, job->customer->dictionary->size, sizeof *customers);
  tx_free_array(plan->context, job->rows, typed->rows, sizeof *job->rows);
  if (!fine) return tx_no_memory(job->report->error);
  return job->report->errors == errors ? TRIAX_OK : TRIAX_EDATA;
}

triax_status tx_plan_read_history(triax_plan *plan, const triax_table *history, const triax_load_options *load,
                                  tx_report *report) {
  triax_table *typed = NULL;
  history_job job = {.plan = plan, .report = report};
  const tx_source *policy = report->source;
  report->source = NULL; /* what is told from here on is not of the policy's file */
  triax_status status = load_history(plan, history, load, &typed, report);
  if (status == TRIAX_OK) status = read_rows(&job, typed);
  report->source = policy;
  triax_table_unref(typed);
  plan->trend.given = status == TRIAX_OK;
  return status;
}

/* --- running --- */

static triax_status find_range(void *user, size_t worker, size_t begin, size_t end, triax_error *error) {
  triax_plan *plan = user;
  tx_plan_trend *part = &plan->trend;
  (void)worker;
  (void)error;
  for (size_t row = begin; row < end; row++) {
    const size_t first = part->first[row];
    tx_trend_find(part->days + first, part->values + first, part->first[row + 1] - first, plan->as_of,
                  plan->health.health[row], &part->trends[row]);
  }
  return TRIAX_OK;
}

/* Whether an expression reads a derived column; the pair module reads by way of the customers'. */
static bool is_read(const triax_plan *plan, int derived) {
  const tx_compiled *compiled = plan->compiled;
  for (size_t n = 0; n < compiled->module->count; n++) {
    const tx_expr_node *node = &compiled->module->nodes[n];
    bool reads = node->op == TX_OP_VARIABLE || node->op == TX_OP_HAS;
    if (reads && compiled->sources[node->index].derived == derived) return true;
  }
  for (size_t n = 0; compiled->pair_module && n < compiled->pair_module->count; n++) {
    const tx_expr_node *node = &compiled->pair_module->nodes[n];
    if (node->op != TX_OP_VARIABLE && node->op != TX_OP_HAS) continue;
    const tx_pair_source *source = &compiled->pair_sources[node->index];
    if (!source->csm && source->variable != TX_NO_INDEX && compiled->sources[source->variable].derived == derived) {
      return true;
    }
  }
  return false;
}

/* A number, or whether it dropped, of every customer; all missing without a history. */
static tx_column *trend_column(const triax_plan *plan, int derived) {
  tx_column_builder *builder =
      tx_column_builder_new(plan->context, derived == TX_DERIVED_HEALTH_DROP ? TRIAX_TYPE_BOOLEAN : TRIAX_TYPE_NUMBER);
  bool fine = builder != NULL;
  for (size_t row = 0; fine && row < plan->rows; row++) {
    const tx_trend *trend = plan->trend.trends ? &plan->trend.trends[row] : NULL;
    if (!trend || (derived == TX_DERIVED_HEALTH_DROP && trend->dropped == TX_DROP_UNKNOWN)) {
      fine = tx_column_builder_missing(builder);
    } else if (derived == TX_DERIVED_HEALTH_DROP) {
      fine = tx_column_builder_boolean(builder, trend->dropped == TX_DROP_YES);
    } else {
      fine = tx_column_builder_number(builder, derived == TX_DERIVED_HEALTH_LEVEL ? trend->level : trend->slope);
    }
  }
  tx_column *column = fine ? tx_column_builder_finish(builder) : NULL;
  tx_column_builder_free(builder);
  return column;
}

triax_status tx_run_trend(triax_plan *plan, triax_error *error) {
  static const int derived[] = {TX_DERIVED_HEALTH_LEVEL, TX_DERIVED_HEALTH_TREND, TX_DERIVED_HEALTH_DROP};
  tx_plan_trend *part = &plan->trend;
  triax_status status = TRIAX_OK;
  if (part->given) {
    part->trends = tx_alloc_array(plan->context, plan->rows, sizeof *part->trends);
    if (!part->trends) return tx_no_memory(error);
    status = tx_parallel_for(plan->context, "trend", plan->rows, 1024, find_range, plan, error);
  }
  for (size_t d = 0; status == TRIAX_OK && d < sizeof derived / sizeof *derived; d++) {
    if (!part->given && !is_read(plan, derived[d])) continue;
    status = tx_plan_derive(plan, derived[d], trend_column(plan, derived[d]), error);
  }
  return status;
}

void tx_plan_trend_free(triax_plan *plan) {
  tx_plan_trend *part = &plan->trend;
  tx_free_array(plan->context, part->first, plan->rows + 1, sizeof *part->first);
  tx_free_array(plan->context, part->days, part->room, sizeof *part->days);
  tx_free_array(plan->context, part->values, part->room, sizeof *part->values);
  tx_free_array(plan->context, part->trends, plan->rows, sizeof *part->trends);
}
