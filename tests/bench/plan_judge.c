/* Times single customers judged, and counts what that allocates: plan_judge [CUSTOMERS CALLS SEED]. */
#include "plan_load.h"

/* An allocator that counts what is asked of it. */
static void *counting_resize(void *user, void *block, size_t old_size, size_t new_size) {
  size_t *calls = user;
  (void)old_size;
  ++*calls;
  if (new_size) return realloc(block, new_size);
  free(block);
  return NULL;
}

typedef struct columns {
  size_t arr, active, nps;
} columns;

/* A customer as it stands, with three values changed, judged: what a host does when an event comes in. */
static void judge_one(triax_judge *judge, const columns *k, size_t row, double value, size_t *seen) {
  triax_error error;
  triax_judgement judgement = {.struct_size = sizeof judgement};
  bench_must(triax_judge_row(judge, row, &error), &error);
  bench_must(triax_judge_number(judge, k->arr, 10000 * value, &error), &error);
  bench_must(triax_judge_number(judge, k->active, value, &error), &error);
  bench_must(triax_judge_number(judge, k->nps, (double)(row % 11), &error), &error);
  bench_must(triax_judge_run(judge, &judgement, &error), &error);
  *seen += judgement.segment.length + (judgement.health > 50);
}

int main(int count, char **words) {
  size_t number[3] = {10000, 1000000, 1}, asked = 0, seen = 0;
  for (int i = 1; i < count && i <= 3; i++) number[i - 1] = (size_t)strtoull(words[i], NULL, 10);
  company c = {number[0], 0, number[2]};
  triax_context *context = bench_context(1, counting_resize, &asked);
  triax_policy *policy = bench_policy(context, &c);
  triax_table *table = bench_table(context, &c, c.customers, company_columns, COMPANY_COLUMNS, company_customer_row);
  triax_customers *customers = bench_customers(context, policy, table);
  triax_plan *plan = bench_plan(context, policy, customers, NULL, 0);
  triax_judge *judge = NULL;
  triax_error error;
  bench_must(triax_judge_new(plan, &judge, &error), &error);
  columns k = {triax_judge_column(judge, triax_text_of("arr")), triax_judge_column(judge, triax_text_of("active_seats")),
               triax_judge_column(judge, triax_text_of("nps"))};
  for (size_t i = 0; i < 1000; i++) judge_one(judge, &k, i % c.customers, 3, &seen);
  double best = 1e9;
  size_t before = asked;
  for (int round = 0; round < 5; round++) {
    double busy = bench_seconds();
    for (size_t i = 0; i < number[1] / 5; i++) judge_one(judge, &k, i % c.customers, (double)(i % 97), &seen);
    busy = (bench_seconds() - busy) / (double)(number[1] / 5);
    best = busy < best ? busy : best;
  }
  printf("judge: %.2f microseconds of processor a customer, %zu allocations in %zu calls (check %zu)\n", 1e6 * best,
         asked - before, number[1], seen);
  triax_judge_free(judge);
  triax_plan_unref(plan);
  triax_customers_unref(customers);
  triax_table_unref(table);
  triax_policy_unref(policy);
  triax_context_unref(context);
  return 0;
}
