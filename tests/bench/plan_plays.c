/* What plays cost beside the rest of a plan: plan_plays CUSTOMERS PLAYS [SENT ROWS]. The seconds are those of a plan
 * with them less those of the same plan without, the least of three each; segments and health alone otherwise. */
#include "plan_load.h"

enum { RUNS = 3, POLICY_SIZE = 1 << 16 };

/* Triggers on use and on its absence, on health and on dates; the numbers differ from play to play. */
static void add_play(char *text, size_t i) {
  static const char *const triggers[] = {
      "touch == \"tech\" && logins < %u",
      "band == \"red\" && open_tickets > %u",
      "days_until(renewal) >= 0 && days_until(renewal) <= %u",
      "days_since(customer_since) < %u && active_seats / seats < 0.3",
      "nps <= %u && touch != \"high\"",
  };
  static const unsigned numbers[] = {8, 6, 20, 90, 2};
  char *at = text + strlen(text);
  at += sprintf(at, "  - name: play %zu\n    when: ", i);
  at += sprintf(at, triggers[i % 5], numbers[i % 5] + (unsigned)(i / 5));
  sprintf(at,
          "\n    do: %s\n    to: customer\n"
          "    subject: \"{id}: {active_seats} of {seats} seats, {days_until(renewal)} days to go\"\n"
          "    cooldown: 30d\n    once_while_open: true\n    priority: %zu\n    limit: {per_customer: 2, every: 90d}\n",
          i % 2 ? "email" : "in_app", i % 4 + 1);
}

static triax_policy *policy_of(triax_context *context, size_t plays) {
  static char text[POLICY_SIZE];
  triax_policy *policy = NULL;
  triax_error error;
  snprintf(text, sizeof text, "%s%s", company_policy, plays ? "plays:\n" : "");
  for (size_t i = 0; i < plays; i++) add_play(text, i);
  bench_must(triax_yaml_policy(context, triax_text_of(text), triax_text_of("policy.yaml"), &policy, NULL, &error),
             &error);
  return policy;
}

static triax_table *log_of(triax_context *context, const company *c, size_t plays, size_t rows) {
  triax_table_builder *builder = NULL;
  triax_table *table = NULL;
  triax_error error;
  uint64_t state = 7;
  if (!rows) return NULL;
  bench_must(triax_table_builder_new(context, &builder, &error), &error);
  static const char *const names[] = {"customer", "play", "date", "state"};
  for (size_t k = 0; k < 4; k++) {
    bench_must(triax_table_builder_column(builder, triax_text_of(names[k]), TRIAX_TYPE_TEXT, NULL, &error), &error);
  }
  for (size_t i = 0; i < rows; i++) {
    char fields[4][40];
    snprintf(fields[0], sizeof fields[0], "customer-%07u", company_below(&state, (unsigned)c->customers));
    snprintf(fields[1], sizeof fields[1], "play %u", company_below(&state, (unsigned)plays));
    snprintf(fields[2], sizeof fields[2], "2026-%02zu-%02zu", 9 + i * 2 / rows, 1 + i * 54 / rows % 27);
    snprintf(fields[3], sizeof fields[3], "%s", company_chance(&state, 20) ? "open" : "sent");
    for (size_t k = 0; k < 4; k++) {
      triax_text value = triax_text_of(fields[k]);
      bench_must(triax_table_builder_texts(builder, k, &value, 1, &error), &error);
    }
  }
  bench_must(triax_table_builder_finish(builder, &table, &error), &error);
  triax_table_builder_free(builder);
  return table;
}

static double seconds_of(triax_context *context, const triax_policy *policy, const triax_customers *customers,
                         const triax_table *sent, int without_reasons, triax_plan **plan) {
  double least = 1e9;
  for (int run = 0; run < RUNS; run++) {
    triax_plan_options options = TRIAX_PLAN_OPTIONS_INIT;
    triax_error error;
    options.has_as_of = triax_date_of(triax_text_of(COMPANY_AS_OF), &options.as_of);
    options.sent = sent;
    options.without_reasons = without_reasons;
    triax_plan_unref(*plan);
    double begin = bench_seconds();
    bench_must(triax_plan_new(context, policy, customers, NULL, &options, plan, NULL, &error), &error);
    double seconds = bench_seconds() - begin;
    if (seconds < least) least = seconds;
  }
  return least;
}

int main(int count, char **words) {
  company c = {count > 1 ? (size_t)strtoull(words[1], NULL, 10) : 1000000, 0, 1};
  size_t plays = count > 2 ? (size_t)strtoull(words[2], NULL, 10) : 20;
  size_t rows = count > 3 ? (size_t)strtoull(words[3], NULL, 10) : 0;
  triax_context *context = bench_context(1, NULL, NULL);
  triax_policy *with = policy_of(context, plays), *without = policy_of(context, 0);
  triax_table *table = bench_table(context, &c, c.customers, company_columns, COMPANY_COLUMNS, company_customer_row);
  triax_customers *customers = bench_customers(context, with, table);
  triax_table_unref(table);
  triax_table *sent = log_of(context, &c, plays, rows);
  for (int quiet = 0; quiet < 2; quiet++) {
    triax_plan *plan = NULL, *bare = NULL;
    double all = seconds_of(context, with, customers, sent, quiet, &plan);
    double rest = seconds_of(context, without, customers, NULL, quiet, &bare);
    printf("plan_plays: %zu customers, %zu plays, %zu rows sent, %s: %.3f s (%.3f of a plan's %.3f), %zu actions, "
           "%zu withheld\n",
           c.customers, plays, rows, quiet ? "without reasons" : "with reasons", all - rest, rest, all,
           triax_table_rows(triax_plan_table(plan, TRIAX_PLAN_ACTIONS)),
           triax_table_rows(triax_plan_table(plan, TRIAX_PLAN_WITHHELD)));
    triax_plan_unref(plan);
    triax_plan_unref(bare);
  }
  triax_table_unref(sent);
  triax_customers_unref(customers);
  triax_policy_unref(with);
  triax_policy_unref(without);
  triax_context_unref(context);
  return 0;
}
