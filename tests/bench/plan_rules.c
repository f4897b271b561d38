/* Workloads A and B as one policy, the whole plan of it, against the speed of reading the same columns.
 *
 * usage: plan_rules [million rows [rounds [threads [lean]]]]; lean: without the plan that has reasons. White box: makes
 * its columns inside the library. */
#include "expr_columns.h"

#include "plan_load.h"
#include "table/table.h"

#define METRICS 8

static const char policy_text[] =
    "triax: 1\n"
    "customers: {key: id}\n"
    "health:\n"
    "  metrics:\n"
    "    m0: {value: m0, scale: [[0, 0], [0.3, 40], [0.6, 80], [1, 100]], weight: 1}\n"
    "    m1: {value: m1, scale: [[0, 0], [0.3, 40], [0.6, 80], [1, 100]], weight: 2}\n"
    "    m2: {value: m2, scale: [[0, 0], [0.3, 40], [0.6, 80], [1, 100]], weight: 3}\n"
    "    m3: {value: m3, scale: [[0, 0], [0.3, 40], [0.6, 80], [1, 100]], weight: 1}\n"
    "    m4: {value: m4, scale: [[0, 0], [0.3, 40], [0.6, 80], [1, 100]], weight: 2}\n"
    "    m5: {value: m5, scale: [[0, 0], [0.3, 40], [0.6, 80], [1, 100]], weight: 3}\n"
    "    m6: {value: m6, scale: [[0, 0], [0.3, 40], [0.6, 80], [1, 100]], weight: 1}\n"
    "    m7: {value: m7, scale: [[0, 0], [0.3, 40], [0.6, 80], [1, 100]], weight: 2}\n"
    "  bands: {red: 0, yellow: 50, green: 75}\n"
    "segmentation:\n"
    "  by: arr\n"
    "  segments:\n"
    "    - {name: money, when: 'vertical == \"finance\" && arr >= 500000 && country in [\"US\", \"GB\"]'}\n"
    "    - {name: insight, when: '\"Analytics\" in products && usage < 50'}\n"
    "    - {name: rescue, when: 'renewal < date(\"2026-12-31\") && usage < 40 && arr > 100000'}\n"
    "    - {name: regulated, when: 'employees > 10000 || vertical in [\"bank\", \"insurance\"]'}\n"
    "    - {name: german, when: 'country == \"DE\" && seats >= 200 && usage >= 70'}\n"
    "    - {name: fresh, when: 'since >= date(\"2026-06-01\") && !(\"Core\" in products)'}\n"
    "    - {name: small, when: 'arr < 20000 && employees < 50'}\n"
    "    - {name: loyal, when: 'has(usage) && usage >= 90'}\n"
    "    - {name: global, at_least: 750k}\n"
    "    - {name: enterprise, at_least: 150k}\n"
    "    - {name: middle, at_least: 30k}\n"
    "    - {name: scale}\n";

static tx_column *key_column(triax_context *context, size_t rows) {
  tx_column_builder *builder = tx_column_builder_new(context, TRIAX_TYPE_STRING);
  for (size_t i = 0; i < rows; i++) {
    char key[16];
    const int length = snprintf(key, sizeof key, "c%zu", i);
    need(tx_column_builder_text(builder, (triax_text){key, (size_t)length}), "out of memory");
  }
  tx_column *column = tx_column_builder_finish(builder);
  tx_column_builder_free(builder);
  need(column != NULL, "out of memory");
  return column;
}

/* All columns of both workloads; A's column of health is a usage here, since health is what B makes. */
static triax_table *make_table(triax_context *context, size_t rows, tx_column **columns) {
  triax_text texts[COLUMNS + METRICS + 1];
  static char metric_names[METRICS][4];
  uint64_t state = 7;
  for (int i = 0; i < COLUMNS; i++) {
    columns[i] = i <= HEALTH ? number_column(context, rows, i, &state) : other_column(context, rows, i, &state);
    texts[i] = text_of(i == HEALTH ? "usage" : names[i]);
  }
  state = 11;
  for (int m = 0; m < METRICS; m++) {
    columns[COLUMNS + m] = metric_column(context, rows, &state);
    snprintf(metric_names[m], sizeof metric_names[m], "m%d", m);
    texts[COLUMNS + m] = text_of(metric_names[m]);
  }
  columns[COLUMNS + METRICS] = key_column(context, rows);
  texts[COLUMNS + METRICS] = text_of("id");
  triax_table *table = NULL;
  need(tx_table_new(context, rows, COLUMNS + METRICS + 1, texts, columns, &table, NULL) == TRIAX_OK, "no table");
  return table;
}

static triax_policy *make_policy(triax_context *context) {
  triax_policy *policy = NULL;
  triax_error error;
  bench_must(triax_yaml_policy(context, text_of(policy_text), text_of("policy.yaml"), &policy, NULL, &error), &error);
  return policy;
}

typedef struct timing {
  double busy, waited;
} timing;

static void time_plan(timing *best, triax_context *context, const triax_policy *policy,
                      const triax_customers *customers, int parts) {
  const double busy = bench_seconds(), waited = bench_clock();
  triax_plan *plan = bench_plan(context, policy, customers, NULL, parts);
  const timing took = {bench_seconds() - busy, bench_clock() - waited};
  if (took.busy < best->busy) best->busy = took.busy;
  if (took.waited < best->waited) best->waited = took.waited;
  triax_plan_unref(plan);
}

static void show_plan(const char *what, size_t rows, const timing *took, const timing *read) {
  printf("%s: %.1f Mrows/s of processor, ratio %.3f; by the clock %.1f Mrows/s\n", what,
         (double)rows / took->busy * 1e-6, read->busy / took->busy, (double)rows / took->waited * 1e-6);
}

int main(int count, char **arguments) {
  const size_t rows = (size_t)((count > 1 ? atof(arguments[1]) : 2) * 1e6);
  const int rounds = count > 2 ? atoi(arguments[2]) : 7;
  triax_context *context = bench_context(count > 3 ? strtoull(arguments[3], NULL, 10) : 1, NULL, NULL);
  tx_column *columns[COLUMNS + METRICS + 1];
  triax_table *table = make_table(context, rows, columns);
  triax_policy *policy = make_policy(context);
  triax_customers *customers = bench_customers(context, policy, table);
  const bool only_lean = count > 4 && strcmp(arguments[4], "lean") == 0;
  timing read = {1e9, 1e9}, lean = {1e9, 1e9}, full = {1e9, 1e9};
  uint64_t sink = 0;
  for (int round = 0; round < rounds; round++) {
    const double busy = bench_seconds(), waited = bench_clock();
    sink ^= read_columns(columns, COLUMNS + METRICS, rows);
    const timing took = {bench_seconds() - busy, bench_clock() - waited};
    if (took.busy < read.busy) read.busy = took.busy;
    if (took.waited < read.waited) read.waited = took.waited;
    time_plan(&lean, context, policy, customers, -1);
    if (!only_lean) time_plan(&full, context, policy, customers, 0);
  }
  printf("reading alone: %.1f Mrows/s\n", (double)rows / read.busy * 1e-6);
  show_plan("W whole plan", rows, &lean, &read);
  if (!only_lean) show_plan("W whole plan with reasons", rows, &full, &read);
  fprintf(stderr, "(%llx)\n", (unsigned long long)sink);
  for (int i = 0; i <= COLUMNS + METRICS; i++) tx_column_unref(columns[i]);
  triax_customers_unref(customers);
  triax_policy_unref(policy);
  triax_table_unref(table);
  triax_context_unref(context);
  return 0;
}
