/* A billing loop: at every invoice the account is judged anew, by what it pays and uses now. The plan was made once;
 * the judge costs no memory and well under a microsecond, and cut-offs stay as the plan found them.
 *
 * usage: billing POLICY      bills 200 accounts for 500 months; prints who moved up in the last
 *
 *   cc -std=c11 billing.c -o billing $(pkg-config --cflags --libs triax-yaml) */
#include "host.h"

#include <string.h>

#define ACCOUNTS 200

static size_t calls;

static void *resize(void *user, void *block, size_t old_size, size_t new_size) {
  (void)user, (void)old_size;
  calls++;
  if (new_size != 0) return realloc(block, new_size);
  free(block);
  return NULL;
}

static double arr_of(unsigned account, unsigned month) { return account * 510.0 + month * 40.0; }

static triax_plan *first_plan(triax_context *context, const char *path) {
  static const char *const names[] = {"id", "arr", "seats", "active"};
  triax_error error;
  triax_customers *customers = NULL;
  triax_plan *plan = NULL;
  triax_policy *policy = read_policy(context, path);
  triax_table_builder *builder = begin_table(context, names, 4);
  for (unsigned i = 0; i < ACCOUNTS; i++) {
    char key[8];
    snprintf(key, sizeof key, "a%03u", i);
    triax_text text = triax_text_of(key);
    double values[] = {arr_of(i, 0), 100, i % 100};
    must(triax_table_builder_texts(builder, 0, &text, 1, &error), &error);
    for (size_t c = 0; c < 3; c++)
      must(triax_table_builder_numbers(builder, c + 1, &values[c], NULL, 1, &error), &error);
  }
  triax_table *table = end_table(builder);
  must(triax_customers_new(context, policy, table, NULL, &customers, NULL, NULL, &error), &error);
  must(triax_plan_new(context, policy, customers, NULL, NULL, &plan, NULL, &error), &error);
  triax_table_unref(table);
  triax_customers_unref(customers);
  triax_policy_unref(policy);
  return plan; /* keeps what it stands on */
}

int main(int count, char **arguments) {
  triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
  triax_error error;
  triax_context *context = NULL;
  triax_judge *judge = NULL;
  triax_text before[ACCOUNTS];
  if (count != 2) return 2;
  options.resize = resize;
  must(triax_context_new(&options, &context, &error), &error);
  triax_plan *plan = first_plan(context, arguments[1]);
  must(triax_judge_new(plan, &judge, &error), &error); /* one for each thread */
  size_t arr = triax_judge_column(judge, triax_text_of("arr"));
  size_t seats = triax_judge_column(judge, triax_text_of("seats"));
  size_t active = triax_judge_column(judge, triax_text_of("active"));
  size_t calls_before = calls;
  for (unsigned month = 0; month < 500; month++) {
    for (unsigned i = 0; i < ACCOUNTS; i++) {
      triax_judgement found = {.struct_size = sizeof found};
      triax_judge_clear(judge); /* whatever is not set is missing */
      must(triax_judge_number(judge, arr, arr_of(i, month), &error), &error);
      must(triax_judge_number(judge, seats, 100, &error), &error);
      must(triax_judge_number(judge, active, i % 100, &error), &error);
      must(triax_judge_run(judge, &found, &error), &error);
      if (month == 499 && (found.segment.length != before[i].length || /* segments' names belong to the plan */
                           memcmp(found.segment.bytes, before[i].bytes, before[i].length) != 0)) {
        printf("a%03u: %.*s, health %.0f\n", i, (int)found.segment.length, found.segment.bytes, found.health);
      }
      before[i] = found.segment;
    }
  }
  printf("calls for memory: %zu\n", calls - calls_before);
  triax_judge_free(judge);
  triax_plan_unref(plan);
  triax_context_unref(context);
  return 0;
}
