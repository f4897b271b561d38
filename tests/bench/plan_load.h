/* The benchmark's company in memory: the same rows as plan_company writes, through the public interface alone. */
#ifndef TESTS_BENCH_PLAN_LOAD_H
#define TESTS_BENCH_PLAN_LOAD_H

#include <stdlib.h>
#include <time.h>
#ifdef __unix__
#include <sys/resource.h>
#endif

#include <triax/triax.h>
#include <triax/yaml.h>

#include "plan_company.h"

enum { LOAD_ROWS = 1024 }; /* handed over at once */

/* Seconds of this process on its processors, all threads together: steadier than the clock where others work too. */
static inline double bench_seconds(void) {
#ifdef __unix__
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
         1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
#else
  return (double)clock() / CLOCKS_PER_SEC;
#endif
}

static inline double bench_clock(void) {
#ifdef TIME_UTC
  struct timespec now;
  timespec_get(&now, TIME_UTC);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
#else /* older libraries of Windows, where clock() is the clock on the wall */
  return (double)clock() / CLOCKS_PER_SEC;
#endif
}

static inline double bench_peak_megabytes(void) {
#ifdef __linux__
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)usage.ru_maxrss / 1024.0;
#else
  return 0;
#endif
}

static void bench_must(triax_status status, const triax_error *error) {
  if (status == TRIAX_OK) return;
  fprintf(stderr, "%s: %s\n", error->path, error->message);
  exit(1);
}

static inline triax_context *bench_context(uint64_t threads, triax_resize_fn resize, void *user) {
  triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
  triax_context *context = NULL;
  triax_error error;
  options.threads = threads;
  options.resize = resize;
  options.resize_user = user;
  bench_must(triax_context_new(&options, &context, &error), &error);
  return context;
}

static inline triax_policy *bench_policy(triax_context *context, const company *c) {
  char text[sizeof company_policy + sizeof company_team_policy];
  triax_policy *policy = NULL;
  triax_error error;
  snprintf(text, sizeof text, "%s%s", company_policy, c->csms ? company_team_policy : "");
  bench_must(triax_yaml_policy(context, triax_text_of(text), triax_text_of("policy.yaml"), &policy, NULL, &error),
             &error);
  return policy;
}

/* A table of texts, as a CSV file would give. */
static inline triax_table *bench_table(triax_context *context, const company *c, size_t rows, const char *const *columns,
                                int count, void (*make)(const company *, size_t, company_row)) {
  static company_row row[LOAD_ROWS];
  static triax_text values[LOAD_ROWS];
  triax_table_builder *builder = NULL;
  triax_table *table = NULL;
  triax_error error;
  bench_must(triax_table_builder_new(context, &builder, &error), &error);
  for (int k = 0; k < count; k++) {
    bench_must(triax_table_builder_column(builder, triax_text_of(columns[k]), TRIAX_TYPE_TEXT, NULL, &error), &error);
  }
  for (size_t begin = 0; begin < rows; begin += LOAD_ROWS) {
    size_t some = rows - begin < LOAD_ROWS ? rows - begin : LOAD_ROWS;
    for (size_t i = 0; i < some; i++) make(c, begin + i, row[i]);
    for (int k = 0; k < count; k++) {
      for (size_t i = 0; i < some; i++) values[i] = triax_text_of(row[i][k][0] ? row[i][k] : NULL);
      bench_must(triax_table_builder_texts(builder, (size_t)k, values, some, &error), &error);
    }
  }
  bench_must(triax_table_builder_finish(builder, &table, &error), &error);
  triax_table_builder_free(builder);
  return table;
}

static inline triax_customers *bench_customers(triax_context *context, const triax_policy *policy, const triax_table *table) {
  triax_customers *customers = NULL;
  triax_error error;
  bench_must(triax_customers_new(context, policy, table, NULL, &customers, NULL, NULL, &error), &error);
  return customers;
}

static inline triax_team *bench_team(triax_context *context, const triax_policy *policy, const triax_table *table) {
  triax_team *team = NULL;
  triax_error error;
  bench_must(triax_team_new(context, policy, table, NULL, &team, NULL, NULL, &error), &error);
  return team;
}

/* parts: 1 keeps each metric's; -1 leaves even the reasons away. */
static inline triax_plan *bench_plan(triax_context *context, const triax_policy *policy, const triax_customers *customers,
                              const triax_team *team, int parts) {
  triax_plan_options options = TRIAX_PLAN_OPTIONS_INIT;
  triax_plan *plan = NULL;
  triax_error error;
  options.has_as_of = triax_date_of(triax_text_of(COMPANY_AS_OF), &options.as_of);
  options.parts = parts > 0;
  options.without_reasons = parts < 0;
  bench_must(triax_plan_new(context, policy, customers, team, &options, &plan, NULL, &error), &error);
  return plan;
}

#endif
