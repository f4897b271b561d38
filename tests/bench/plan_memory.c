/* Times plans of customers that are in memory: plan_memory CUSTOMERS [CSMS THREADS ROUNDS SEED]. Prints the best of the
 * rounds; times are for reading, never asserted. */
#include "plan_load.h"

static void show(const char *what, double busy, double waited) {
  printf("%s: %.3f s of processor, %.3f s\n", what, busy, waited);
}

/* The best of several plans. */
static void time_plans(triax_context *context, const triax_policy *policy, const triax_customers *customers,
                       const triax_team *team, int rounds, const char *what, int parts) {
  double busy = 1e9, waited = 1e9;
  for (int round = 0; round < rounds; round++) {
    double busy_before = bench_seconds(), before = bench_clock();
    triax_plan *plan = bench_plan(context, policy, customers, team, parts);
    double busy_now = bench_seconds() - busy_before, now = bench_clock() - before;
    busy = busy_now < busy ? busy_now : busy;
    waited = now < waited ? now : waited;
    triax_plan_unref(plan);
  }
  show(what, busy, waited);
}

int main(int count, char **words) {
  size_t number[5] = {1000000, 0, 1, 3, 1};
  for (int i = 1; i < count && i <= 5; i++) number[i - 1] = (size_t)strtoull(words[i], NULL, 10);
  company c = {number[0], number[1], number[4]};
  triax_context *context = bench_context(number[2], NULL, NULL);
  triax_policy *policy = bench_policy(context, &c);
  triax_table *table = bench_table(context, &c, c.customers, company_columns, COMPANY_COLUMNS, company_customer_row);
  triax_team *team = NULL;
  if (c.csms) {
    triax_table *csms = bench_table(context, &c, c.csms, company_csm_columns, COMPANY_CSM_COLUMNS, company_csm_row);
    team = bench_team(context, policy, csms);
    triax_table_unref(csms);
  }
  double busy = bench_seconds(), before = bench_clock();
  triax_customers *customers = bench_customers(context, policy, table);
  show("load", bench_seconds() - busy, bench_clock() - before);
  triax_table_unref(table);
  printf("peak while loading: %.0f MB\n", bench_peak_megabytes());
  time_plans(context, policy, customers, team, (int)number[3], "plan without reasons", -1);
  time_plans(context, policy, customers, team, (int)number[3], "plan", 0);
  printf("peak: %.0f MB\n", bench_peak_megabytes());
  triax_team_unref(team);
  triax_customers_unref(customers);
  triax_policy_unref(policy);
  triax_context_unref(context);
  return 0;
}
