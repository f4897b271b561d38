/* Tables of the forecast, of headcount, and of the scenarios' differences to the base. */
#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "plan/sums.h"
#include "results/tables.h"

/* The groups in the order in which they are read: all, the segments, those in none (where there are such). */
typedef struct group_list {
  const triax_plan *plan;
  const tx_segmentation_model *model;
  const tx_sums *sums;
  size_t *groups, count;
} group_list;

static size_t all_of(const group_list *list) { return list->model->count + 1; }

static triax_status open_groups(triax_plan *plan, group_list *list, triax_error *error) {
  *list = (group_list){.plan = plan, .model = &plan->compiled->policy->segmentation.model, .sums = plan->sums};
  list->groups = tx_arena_calloc(&plan->forecast.arena, list->model->count + 2, sizeof *list->groups);
  if (!list->groups) return tx_no_memory(error);
  list->groups[list->count++] = all_of(list);
  for (size_t s = 0; s < list->model->count; s++) {
    size_t segment = list->sums->order[s];
    if (!tx_text_equal_c(list->model->segments[segment].path, "all")) list->groups[list->count++] = segment;
  }
  if (list->sums->customers[list->model->count]) list->groups[list->count++] = list->model->count;
  return TRIAX_OK;
}

static bool add_group(const group_list *list, size_t group, tx_column_builder *builder) {
  if (group < list->model->count) return tx_column_builder_text(builder, list->model->segments[group].path);
  return group == all_of(list) ? tx_column_builder_text(builder, TX_TEXT("all")) : tx_column_builder_missing(builder);
}

/* --- columns: each a function of outlook, group and year --- */

typedef struct place {
  const group_list *list;
  const tx_plan_outlook *outlook, *base;
  size_t group, year;
} place;

typedef double (*value_of)(const place *at);
typedef struct number_column {
  const char *name;
  value_of value;
} number_column;

/* Which rows a table has. */
typedef struct row_plan {
  size_t first_outlook, first_year, years; /* years: how many rows a group has */
} row_plan;

static size_t count_rows(const group_list *list, const row_plan *rows) {
  return (list->plan->forecast.outlook_count - rows->first_outlook) * list->count * rows->years;
}

/* Calls for every row in order; false as soon as a call does. */
static bool for_rows(const group_list *list, const row_plan *rows, bool (*call)(const place *at, void *user),
                     void *user) {
  const tx_plan_forecast *forecast = &list->plan->forecast;
  for (size_t o = rows->first_outlook; o < forecast->outlook_count; o++) {
    for (size_t g = 0; g < list->count; g++) {
      for (size_t y = 0; y < rows->years; y++) {
        place at = {list, &forecast->outlooks[o], &forecast->outlooks[0], list->groups[g], rows->first_year + y};
        if (!call(&at, user)) return false;
      }
    }
  }
  return true;
}

typedef struct key_columns {
  tx_column_builder *scenario, *segment, *year;
} key_columns;

static bool add_keys(const place *at, void *user) {
  key_columns *keys = user;
  return tx_column_builder_text(keys->scenario, at->outlook->name) && add_group(at->list, at->group, keys->segment) &&
         (!keys->year || tx_column_builder_integer(keys->year, (int64_t)at->year));
}

static void open_table(tx_tabulate *t, const group_list *list, const row_plan *rows, bool with_year) {
  tx_tabulate_open(t, list->plan->context, count_rows(list, rows));
  key_columns keys = {tx_tabulate_begin(t, TRIAX_TYPE_STRING), tx_tabulate_begin(t, TRIAX_TYPE_STRING),
                      with_year ? tx_tabulate_begin(t, TRIAX_TYPE_INTEGER) : NULL};
  bool fine = !t->failed && for_rows(list, rows, add_keys, &keys);
  tx_tabulate_end(t, "scenario", keys.scenario, fine);
  tx_tabulate_end(t, "segment", keys.segment, fine);
  tx_tabulate_end(t, "year", keys.year, fine);
}

typedef struct number_job {
  tx_column_builder *builder;
  value_of value;
} number_job;

static bool add_number(const place *at, void *user) {
  number_job *job = user;
  double value = job->value(at);
  return isfinite(value) ? tx_column_builder_number(job->builder, value) : tx_column_builder_missing(job->builder);
}

static void add_columns(tx_tabulate *t, const group_list *list, const row_plan *rows, const number_column *columns,
                        size_t count) {
  for (size_t c = 0; c < count; c++) {
    number_job job = {tx_tabulate_begin(t, TRIAX_TYPE_NUMBER), columns[c].value};
    bool fine = job.builder && for_rows(list, rows, add_number, &job);
    tx_tabulate_end(t, columns[c].name, job.builder, fine);
  }
}

static const tx_forecast_year *year_of(const place *at) {
  return tx_forecast_at(&at->outlook->result, at->group, at->year);
}
static const tx_headcount *head_of(const place *at) { return &at->outlook->heads[at->group]; }

/* A scenario may bring the ARR that the data has not. */
static bool has_arr(const place *at) {
  const tx_policy_scenario *scenario = at->outlook->scenario;
  return at->list->sums->has_money || (scenario && scenario->arr != TX_NO_INPUT);
}

#define RANGE(word, condition)                                                                                        \
  static double word(const place *at) { return condition ? year_of(at)->word.expected : NAN; }                        \
  static double word##_low(const place *at) { return condition ? year_of(at)->word.low : NAN; }                       \
  static double word##_high(const place *at) { return condition ? year_of(at)->word.high : NAN; }
RANGE(accounts, true)
RANGE(arr, has_arr(at))
RANGE(grr, has_arr(at))
RANGE(nrr, has_arr(at))

static double need(const place *at) { return head_of(at)->need[at->year]; }
static double fees(const place *at) { return year_of(at)->fees; }

triax_status tx_tabulate_forecast(triax_plan *plan, triax_error *error) {
  static const number_column columns[] = {
      {"accounts", accounts}, {"accounts_low", accounts_low}, {"accounts_high", accounts_high},
      {"arr", arr},           {"arr_low", arr_low},           {"arr_high", arr_high},
      {"grr", grr},           {"grr_low", grr_low},           {"grr_high", grr_high},
      {"nrr", nrr},           {"nrr_low", nrr_low},           {"nrr_high", nrr_high},
      {"csms_needed", need},  {"fees", fees}};
  group_list list;
  tx_tabulate t;
  if (!plan->forecast.given) return TRIAX_OK;
  triax_status status = open_groups(plan, &list, error);
  if (status != TRIAX_OK) return status;
  row_plan rows = {0, 0, plan->compiled->policy->forecast.years + 1};
  open_table(&t, &list, &rows, true);
  add_columns(&t, &list, &rows, columns, sizeof columns / sizeof *columns);
  return tx_tabulate_close(&t, &plan->tables[TRIAX_PLAN_FORECAST], error);
}

/* --- scenarios --- */

static place base_of(const place *at) {
  place base = *at;
  base.outlook = at->base;
  return base;
}

#define DIFFERENCE(word)                                                                                              \
  static double word##_difference(const place *at) {                                                                  \
    place base = base_of(at);                                                                                         \
    return word(at) - word(&base);                                                                                    \
  }
DIFFERENCE(accounts)
DIFFERENCE(arr)
DIFFERENCE(grr)
DIFFERENCE(nrr)
DIFFERENCE(need)

static double arr_change(const place *at) {
  place base = base_of(at);
  return arr(&base) > 0 ? arr(at) / arr(&base) - 1 : NAN;
}

/* The costs of those who are there; without a team, of those who are needed. */
static double cost_of(const tx_headcount *head) { return isnan(head->cost) ? head->needed_cost : head->cost; }

static double cost_difference(const place *at) { return cost_of(head_of(at)) - cost_of(&at->base->heads[at->group]); }

/* What a year costs less the fees that it brings. */
static double net_cost_difference(const place *at) {
  double cost = cost_difference(at);
  return (isnan(cost) ? 0 : cost) - fees(at);
}

triax_status tx_tabulate_scenarios(triax_plan *plan, triax_error *error) {
  static const number_column columns[] = {{"accounts", accounts_difference},
                                          {"arr", arr_difference},
                                          {"arr_change", arr_change},
                                          {"grr", grr_difference},
                                          {"nrr", nrr_difference},
                                          {"csms_needed", need_difference},
                                          {"cost", cost_difference},
                                          {"fees", fees},
                                          {"net_cost", net_cost_difference}};
  group_list list;
  tx_tabulate t;
  if (!plan->forecast.given || plan->forecast.outlook_count < 2) return TRIAX_OK;
  triax_status status = open_groups(plan, &list, error);
  if (status != TRIAX_OK) return status;
  row_plan rows = {1, 1, plan->compiled->policy->forecast.years};
  open_table(&t, &list, &rows, true);
  add_columns(&t, &list, &rows, columns, sizeof columns / sizeof *columns);
  return tx_tabulate_close(&t, &plan->tables[TRIAX_PLAN_SCENARIOS], error);
}

/* --- headcount --- */

static double by_accounts(const place *at) { return head_of(at)->by[TX_RULE_ACCOUNTS]; }
static double by_arr(const place *at) { return head_of(at)->by[TX_RULE_ARR]; }
static double by_hours(const place *at) { return head_of(at)->by[TX_RULE_HOURS]; }
static double needed(const place *at) { return head_of(at)->needed; }
static double there(const place *at) { return head_of(at)->there; }
static double hire(const place *at) { return head_of(at)->hire; }
static double cost(const place *at) { return head_of(at)->cost; }
static double needed_cost(const place *at) { return head_of(at)->needed_cost; }
static double next_hire_in(const place *at) { return head_of(at)->next_hire; }
static double cost_to_arr(const place *at) { return arr(at) > 0 ? cost(at) / arr(at) : NAN; }
static double arr_per_csm(const place *at) { return there(at) > 0 ? arr(at) / there(at) : NAN; }

/* Of the first year, paid by those who are there now. */
static double first_fees(const place *at) { return tx_forecast_at(&at->outlook->result, at->group, 1)->fees; }
static double net_cost(const place *at) { return cost_of(head_of(at)) - first_fees(at); }

static double share_of(const place *at) {
  const tx_sums *sums = at->list->sums;
  return at->group == all_of(at->list) ? 1 : sums->share[sums->place[at->group]];
}

static double arr_share_of(const place *at) {
  const tx_sums *sums = at->list->sums;
  if (!sums->has_money) return NAN;
  return at->group == all_of(at->list) ? 1 : sums->money_share[sums->place[at->group]];
}

static double health_of(const place *at) {
  const tx_sums *sums = at->list->sums;
  if (at->group != all_of(at->list)) return sums->mean_health[sums->place[at->group]];
  double sum = 0, scored = 0;
  for (size_t row = 0; at->list->plan->health.model && row < at->list->plan->rows; row++) {
    double health = at->list->plan->health.health[row];
    if (isnan(health)) continue;
    sum += health;
    scored++;
  }
  return scored > 0 ? sum / scored : NAN;
}

typedef struct word_job {
  tx_column_builder *builder;
} word_job;

static bool add_rule(const place *at, void *user) {
  static const char *const words[] = {"", "accounts", "arr", "hours", "several"};
  word_job *job = user;
  int rule = head_of(at)->binds;
  return rule == TX_RULE_NONE ? tx_column_builder_missing(job->builder)
                              : tx_column_builder_text(job->builder, triax_text_of(words[rule]));
}

/* The day on which the next hire falls due: years of 365.25 days. */
static bool add_day(const place *at, void *user) {
  word_job *job = user;
  double in = next_hire_in(at);
  if (isnan(in) || !at->list->plan->has_as_of) return tx_column_builder_missing(job->builder);
  return tx_column_builder_integer(job->builder, at->list->plan->as_of + (int64_t)floor(in * 365.25));
}

static void add_words(tx_tabulate *t, const group_list *list, const row_plan *rows, const char *name, int32_t type,
                      bool (*call)(const place *at, void *user)) {
  word_job job = {tx_tabulate_begin(t, type)};
  bool fine = job.builder && for_rows(list, rows, call, &job);
  tx_tabulate_end(t, name, job.builder, fine);
}

triax_status tx_tabulate_headcount(triax_plan *plan, triax_error *error) {
  static const number_column who[] = {{"customers", accounts}, {"share", share_of},    {"arr", arr},
                                      {"arr_share", arr_share_of}, {"mean_health", health_of},
                                      {"by_accounts", by_accounts}, {"by_arr", by_arr},  {"by_hours", by_hours}};
  static const number_column what[] = {
      {"need", need},       {"csms_needed", needed},      {"csms", there},           {"hire", hire},
      {"cost", cost},       {"cost_to_arr", cost_to_arr}, {"arr_per_csm", arr_per_csm},
      {"needed_cost", needed_cost}, {"fees", first_fees}, {"net_cost", net_cost},    {"next_hire_in", next_hire_in}};
  group_list list;
  tx_tabulate t;
  if (!plan->forecast.given) return TRIAX_OK;
  triax_status status = open_groups(plan, &list, error);
  if (status != TRIAX_OK) return status;
  row_plan rows = {0, 0, 1};
  open_table(&t, &list, &rows, false);
  add_columns(&t, &list, &rows, who, sizeof who / sizeof *who);
  add_words(&t, &list, &rows, "binds", TRIAX_TYPE_STRING, add_rule);
  add_columns(&t, &list, &rows, what, sizeof what / sizeof *what);
  add_words(&t, &list, &rows, "next_hire", TRIAX_TYPE_DATE, add_day);
  return tx_tabulate_close(&t, &plan->tables[TRIAX_PLAN_HEADCOUNT], error);
}
