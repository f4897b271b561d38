/* Needs by rule, added up from the segments that have no others inside. */
#include "forecast/headcount.h"

#include <math.h>

#include "base/error.h"

/* Rounding alone makes no hire: 50 accounts at 10 are 5 CSMs whatever the last bit says. */
#define SLIGHT 1e-9

static double whole(double need) { return ceil(need * (1 - SLIGHT)); }

/* NaN is nothing said: it does not spoil a sum. */
static double add(double one, double other) {
  if (isnan(one)) return other;
  return isnan(other) ? one : one + other;
}

/* What a number that goes with accounts comes to once there are `then` instead of `now`. */
static double scaled(double need, double now, double then) { return now > 0 ? need * (then / now) : need; }

static double need_in(const tx_headcount_input *input, size_t s, size_t year, double by[TX_RULE_SEVERAL]) {
  const size_t size = input->result->years + 1;
  const double *accounts = &input->result->own_accounts[s * size], *arr = &input->result->own_arr[s * size];
  double most = NAN;
  by[TX_RULE_NONE] = NAN;
  by[TX_RULE_ACCOUNTS] = scaled(input->by_accounts[s], accounts[0], accounts[year]);
  by[TX_RULE_HOURS] = scaled(input->by_hours[s], accounts[0], accounts[year]);
  by[TX_RULE_ARR] = input->arr_target[s] > 0 ? arr[year] / input->arr_target[s] : NAN;
  for (int rule = TX_RULE_ACCOUNTS; rule < TX_RULE_SEVERAL; rule++) {
    if (!isnan(by[rule]) && !(by[rule] <= most)) most = by[rule];
  }
  return most;
}

static void set_segment(const tx_headcount_input *input, size_t s, tx_headcount *head) {
  double by[TX_RULE_SEVERAL];
  head->need[0] = need_in(input, s, 0, head->by);
  for (size_t t = 1; t <= input->result->years; t++) head->need[t] = need_in(input, s, t, by);
  head->binds = TX_RULE_NONE;
  for (int rule = TX_RULE_ACCOUNTS; rule < TX_RULE_SEVERAL && head->binds == TX_RULE_NONE; rule++) {
    if (head->by[rule] >= head->need[0] && head->need[0] > 0) head->binds = rule;
  }
  head->there = input->there[s];
  head->cost = input->cost[s];
  head->needed_cost = head->need[0] * input->cost_each[s];
}

static void set_nothing(tx_headcount *head, size_t years) {
  for (int rule = 0; rule < TX_RULE_SEVERAL; rule++) head->by[rule] = NAN;
  for (size_t t = 0; t <= years; t++) head->need[t] = NAN;
  head->binds = TX_RULE_NONE;
  head->there = head->cost = head->needed_cost = NAN;
}

static void add_head(tx_headcount *to, const tx_headcount *from, size_t years) {
  for (int rule = 0; rule < TX_RULE_SEVERAL; rule++) to->by[rule] = add(to->by[rule], from->by[rule]);
  for (size_t t = 0; t <= years; t++) to->need[t] = add(to->need[t], from->need[t]);
  if (to->binds == TX_RULE_NONE) to->binds = from->binds;
  else if (from->binds != TX_RULE_NONE && from->binds != to->binds) to->binds = TX_RULE_SEVERAL;
  to->there = add(to->there, from->there);
  to->cost = add(to->cost, from->cost);
  to->needed_cost = add(to->needed_cost, from->needed_cost);
}

/* The point of time at which more is needed than there is, on straight lines between the years' ends. */
static double first_above(const double *need, size_t years, double there) {
  const double most = there * (1 + SLIGHT);
  if (need[0] > most) return 0;
  for (size_t t = 1; t <= years; t++) {
    if (need[t] > most) return (double)(t - 1) + (there - need[t - 1]) / (need[t] - need[t - 1]);
  }
  return NAN;
}

/* Of those needed, as a whole number; without a team, as many as are needed today are taken to be there. */
static void finish_head(tx_headcount *head, size_t years) {
  const bool known = !isnan(head->there);
  const double missing = head->need[0] - head->there;
  head->needed = whole(head->need[0]);
  head->hire = known ? (missing > SLIGHT * head->need[0] ? whole(missing) : 0) : NAN;
  if (isnan(head->need[0])) head->hire = NAN;
  head->next_hire = first_above(head->need, years, known ? head->there : head->needed);
}

triax_status tx_headcount_run(tx_arena *arena, const tx_headcount_input *input, tx_headcount *heads,
                              triax_error *error) {
  const size_t groups = input->segments + 2, all = groups - 1, years = input->result->years;
  for (size_t g = 0; g < groups; g++) {
    heads[g].need = tx_arena_calloc(arena, years + 1, sizeof(double));
    if (!heads[g].need) return tx_no_memory(error);
    if (g < input->segments) set_segment(input, g, &heads[g]);
    else set_nothing(&heads[g], years);
  }
  for (size_t g = input->segments; g-- > 0;) {
    add_head(&heads[input->parent[g] == TX_NO_GROUP ? all : input->parent[g]], &heads[g], years);
  }
  heads[all].there = input->all_there;
  heads[all].cost = input->all_cost;
  for (size_t g = 0; g < groups; g++) finish_head(&heads[g], years);
  return TRIAX_OK;
}
