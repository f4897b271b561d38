/* Tables of CSMs, pools, overlays and this week's lists. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "plan/sums.h"
#include "results/tables.h"

static const tx_column *team_keys(const triax_plan *plan) {
  const tx_people *people = &plan->compiled->team->people;
  return people->table->fields[people->key].column;
}

/* --- CSMs --- */

static void add_books(const triax_plan *plan, tx_tabulate *tabulate) {
  const tx_allocation_result *result = plan->allocation.result;
  tx_column_builder *accounts = tx_tabulate_begin(tabulate, TRIAX_TYPE_INTEGER);
  tx_column_builder *load = tx_tabulate_begin(tabulate, TRIAX_TYPE_NUMBER);
  tx_column_builder *fte = tx_tabulate_begin(tabulate, TRIAX_TYPE_NUMBER);
  bool fine = accounts && load && fte;
  for (size_t csm = 0; fine && csm < plan->csms; csm++) {
    fine = tx_column_builder_integer(accounts, (int64_t)result->books[csm].accounts) &&
           tx_column_builder_number(load, result->books[csm].load) &&
           tx_column_builder_number(fte, result->books[csm].fte);
  }
  tx_tabulate_end(tabulate, "accounts", accounts, fine);
  tx_tabulate_end(tabulate, "load", load, fine);
  tx_tabulate_end(tabulate, "fte", fte, fine);
}

/* Accounts whose specialist a CSM is. */
static void add_overlays(const triax_plan *plan, tx_tabulate *tabulate) {
  size_t overlays = plan->compiled->policy->allocation.overlay_count;
  if (!overlays) return;
  double *count = tx_alloc_array(plan->context, plan->csms, sizeof *count);
  if (!count) {
    tabulate->failed = true;
    return;
  }
  for (size_t csm = 0; csm < plan->csms; csm++) count[csm] = 0;
  for (size_t o = 0; o < overlays; o++) {
    for (size_t row = 0; row < plan->rows; row++) {
      uint32_t who = plan->allocation.overlays[o].csm[row];
      if (who != TX_ALLOCATION_NONE) count[who]++;
    }
  }
  tx_column_builder *column = tx_tabulate_begin(tabulate, TRIAX_TYPE_INTEGER);
  bool fine = column != NULL;
  for (size_t csm = 0; fine && csm < plan->csms; csm++) fine = tx_column_builder_integer(column, (int64_t)count[csm]);
  tx_tabulate_end(tabulate, "overlay_accounts", column, fine);
  tx_free_array(plan->context, count, plan->csms, sizeof *count);
}

static void add_caps(const triax_plan *plan, tx_tabulate *tabulate) {
  for (size_t c = 0; c < plan->allocation.input.cap_count; c++) {
    char used_name[64], cap_name[64];
    snprintf(used_name, sizeof used_name, "%s_used", plan->allocation.input.caps[c].name);
    snprintf(cap_name, sizeof cap_name, "%s_cap", plan->allocation.input.caps[c].name);
    tx_column_builder *used = tx_tabulate_begin(tabulate, TRIAX_TYPE_NUMBER);
    bool fine = used != NULL;
    for (size_t csm = 0; fine && csm < plan->csms; csm++) {
      fine = tx_column_builder_number(used, plan->allocation.result->books[csm].used[c]);
    }
    tx_tabulate_end(tabulate, used_name, used, fine);
    tx_tabulate_numbers(tabulate, cap_name, plan->allocation.input.caps[c].have);
  }
}

static void add_attention(const triax_plan *plan, tx_tabulate *tabulate) {
  static const triax_text states[] = {{"empty", 5}, {"fits", 4}, {"overbooked", 10}, {"slack", 5}};
  const tx_book *books = plan->attention.result.books;
  if (!plan->attention.given) return;
  tx_column_builder *available = tx_tabulate_begin(tabulate, TRIAX_TYPE_NUMBER);
  tx_column_builder *given = tx_tabulate_begin(tabulate, TRIAX_TYPE_NUMBER);
  tx_column_builder *state = tx_tabulate_begin(tabulate, TRIAX_TYPE_STRING);
  tx_column_builder *short_by = tx_tabulate_begin(tabulate, TRIAX_TYPE_NUMBER);
  tx_column_builder *slack = tx_tabulate_begin(tabulate, TRIAX_TYPE_NUMBER);
  bool fine = available && given && state && short_by && slack;
  for (size_t csm = 0; fine && csm < plan->csms; csm++) {
    fine = tx_column_builder_number(available, books[csm].available) &&
           tx_column_builder_number(given, books[csm].given) &&
           tx_column_builder_text(state, states[books[csm].state]) &&
           tx_column_builder_number(short_by, books[csm].short_by) &&
           tx_column_builder_number(slack, books[csm].slack);
  }
  tx_tabulate_end(tabulate, "hours_available", available, fine);
  tx_tabulate_end(tabulate, "hours", given, fine);
  tx_tabulate_end(tabulate, "book", state, fine);
  tx_tabulate_end(tabulate, "hours_short", short_by, fine);
  tx_tabulate_end(tabulate, "hours_slack", slack, fine);
}

static void add_here(const triax_plan *plan, tx_tabulate *tabulate) {
  tx_column_builder *here = tx_tabulate_begin(tabulate, TRIAX_TYPE_BOOLEAN);
  bool fine = here != NULL;
  for (size_t csm = 0; fine && csm < plan->csms; csm++) {
    fine = tx_column_builder_boolean(here, tx_bit(plan->allocation.input.here, csm));
  }
  tx_tabulate_end(tabulate, "here", here, fine);
}

triax_status tx_tabulate_csms(triax_plan *plan, triax_error *error) {
  if (!plan->allocation.given) return TRIAX_OK;
  tx_tabulate tabulate;
  double *money, *mean_health;
  triax_status status = tx_sums_by_csm(plan, &money, &mean_health, error);
  if (status != TRIAX_OK) return status;
  tx_tabulate_open(&tabulate, plan->context, plan->csms);
  tx_tabulate_share(&tabulate, "key", team_keys(plan));
  add_here(plan, &tabulate);
  add_books(plan, &tabulate);
  if (tx_plan_money(plan)) tx_tabulate_numbers(&tabulate, "arr", money);
  if (plan->health.model) tx_tabulate_numbers(&tabulate, "mean_health", mean_health);
  tx_free_array(plan->context, money, plan->csms, sizeof *money);
  tx_free_array(plan->context, mean_health, plan->csms, sizeof *mean_health);
  add_caps(plan, &tabulate);
  add_overlays(plan, &tabulate);
  add_attention(plan, &tabulate);
  return tx_tabulate_close(&tabulate, &plan->tables[TRIAX_PLAN_CSMS], error);
}

/* --- pools --- */

typedef struct pool_rows {
  tx_column_builder *pool, *roles, *customers, *csms, *load, *capacity, *uncovered, *value, *limit, *short_by, *hire;
} pool_rows;

static bool add_pool(const triax_plan *plan, const tx_allocation_group *group, pool_rows *rows) {
  const tx_policy_segment *segment = tx_roles_of_set(plan, group->role_set);
  triax_text limit = group->way == TX_WAY_CAP ? triax_text_of(plan->allocation.input.caps[group->cap].name)
                                              : tx_word_way(group->way);
  bool roles = segment && segment->role_count
                   ? tx_column_builder_list(rows->roles, segment->roles, segment->role_count)
                   : tx_column_builder_missing(rows->roles);
  return roles && tx_column_builder_text(rows->pool, tx_pool_name(plan, group->pool)) &&
         tx_column_builder_integer(rows->customers, (int64_t)group->customers) &&
         tx_column_builder_integer(rows->csms, (int64_t)group->csms) &&
         tx_column_builder_number(rows->load, group->load) &&
         tx_column_builder_number(rows->capacity, group->capacity) &&
         tx_column_builder_integer(rows->uncovered, (int64_t)group->uncovered) &&
         tx_column_builder_number(rows->value, group->uncovered_value) &&
         (group->uncovered ? tx_column_builder_text(rows->limit, limit) : tx_column_builder_missing(rows->limit)) &&
         tx_column_builder_number(rows->short_by, group->short_by) &&
         tx_column_builder_integer(rows->hire, (int64_t)group->hires);
}

triax_status tx_tabulate_pools(triax_plan *plan, triax_error *error) {
  if (!plan->allocation.given) return TRIAX_OK;
  const tx_allocation_result *result = plan->allocation.result;
  tx_tabulate t;
  tx_tabulate_open(&t, plan->context, result->group_count);
  pool_rows rows = {tx_tabulate_begin(&t, TRIAX_TYPE_STRING),  tx_tabulate_begin(&t, TRIAX_TYPE_STRINGS),
                    tx_tabulate_begin(&t, TRIAX_TYPE_INTEGER), tx_tabulate_begin(&t, TRIAX_TYPE_INTEGER),
                    tx_tabulate_begin(&t, TRIAX_TYPE_NUMBER),  tx_tabulate_begin(&t, TRIAX_TYPE_NUMBER),
                    tx_tabulate_begin(&t, TRIAX_TYPE_INTEGER), tx_tabulate_begin(&t, TRIAX_TYPE_NUMBER),
                    tx_tabulate_begin(&t, TRIAX_TYPE_STRING),  tx_tabulate_begin(&t, TRIAX_TYPE_NUMBER),
                    tx_tabulate_begin(&t, TRIAX_TYPE_INTEGER)};
  bool fine = !t.failed;
  for (size_t g = 0; fine && g < result->group_count; g++) fine = add_pool(plan, &result->groups[g], &rows);
  tx_tabulate_end(&t, "pool", rows.pool, fine);
  tx_tabulate_end(&t, "roles", rows.roles, fine);
  tx_tabulate_end(&t, "customers", rows.customers, fine);
  tx_tabulate_end(&t, "csms", rows.csms, fine);
  tx_tabulate_end(&t, "load", rows.load, fine);
  tx_tabulate_end(&t, "capacity", rows.capacity, fine);
  tx_tabulate_end(&t, "uncovered", rows.uncovered, fine);
  tx_tabulate_end(&t, "uncovered_value", rows.value, fine);
  tx_tabulate_end(&t, "in_the_way", rows.limit, fine);
  tx_tabulate_end(&t, "short_by", rows.short_by, fine);
  tx_tabulate_end(&t, "hire", rows.hire, fine);
  return tx_tabulate_close(&t, &plan->tables[TRIAX_PLAN_POOLS], error);
}

/* --- hires --- */

typedef struct hire_rows {
  tx_column_builder *pool, *roles, *like, *needs, *hires, *value, *accounts, *points, *left_value, *left;
} hire_rows;

static bool add_hire(const triax_plan *plan, const tx_hire *hire, hire_rows *rows) {
  const tx_allocation_group *group = &plan->allocation.result->groups[hire->group];
  const tx_policy_segment *segment = tx_roles_of_set(plan, group->role_set);
  bool like = hire->like != TX_ALLOCATION_NONE;
  return tx_column_builder_text(rows->pool, tx_pool_name(plan, group->pool)) &&
         (segment && segment->role_count ? tx_column_builder_list(rows->roles, segment->roles, segment->role_count)
                                         : tx_column_builder_missing(rows->roles)) &&
         (like ? tx_column_builder_text(rows->like, plan->allocation.input.csm_keys[hire->like])
               : tx_column_builder_missing(rows->like)) &&
         (like ? tx_column_builder_missing(rows->needs)
               : tx_column_builder_text(rows->needs, triax_text_of(hire->needs))) &&
         tx_column_builder_number(rows->hires, hire->count) && tx_column_builder_number(rows->value, hire->value) &&
         tx_column_builder_integer(rows->accounts, (int64_t)hire->accounts) &&
         tx_column_builder_number(rows->points, hire->points) &&
         tx_column_builder_number(rows->left_value, hire->left_value) &&
         tx_column_builder_integer(rows->left, (int64_t)hire->left_accounts);
}

triax_status tx_tabulate_hires(triax_plan *plan, triax_error *error) {
  if (!plan->allocation.hire_count) return TRIAX_OK;
  tx_tabulate t;
  tx_tabulate_open(&t, plan->context, plan->allocation.hire_count);
  hire_rows rows = {tx_tabulate_begin(&t, TRIAX_TYPE_STRING),  tx_tabulate_begin(&t, TRIAX_TYPE_STRINGS),
                    tx_tabulate_begin(&t, TRIAX_TYPE_STRING),  tx_tabulate_begin(&t, TRIAX_TYPE_STRING),
                    tx_tabulate_begin(&t, TRIAX_TYPE_NUMBER),  tx_tabulate_begin(&t, TRIAX_TYPE_NUMBER),
                    tx_tabulate_begin(&t, TRIAX_TYPE_INTEGER), tx_tabulate_begin(&t, TRIAX_TYPE_NUMBER),
                    tx_tabulate_begin(&t, TRIAX_TYPE_NUMBER),  tx_tabulate_begin(&t, TRIAX_TYPE_INTEGER)};
  bool fine = !t.failed;
  for (size_t n = 0; fine && n < plan->allocation.hire_count; n++) {
    fine = add_hire(plan, &plan->allocation.hires[n], &rows);
  }
  tx_tabulate_end(&t, "pool", rows.pool, fine);
  tx_tabulate_end(&t, "roles", rows.roles, fine);
  tx_tabulate_end(&t, "like", rows.like, fine);
  tx_tabulate_end(&t, "needs", rows.needs, fine);
  tx_tabulate_end(&t, "hires", rows.hires, fine);
  tx_tabulate_end(&t, "covered_value", rows.value, fine);
  tx_tabulate_end(&t, "covered", rows.accounts, fine);
  tx_tabulate_end(&t, "points", rows.points, fine);
  tx_tabulate_end(&t, "left_value", rows.left_value, fine);
  tx_tabulate_end(&t, "left", rows.left, fine);
  return tx_tabulate_close(&t, &plan->tables[TRIAX_PLAN_HIRES], error);
}

/* --- overlays --- */

triax_status tx_tabulate_overlays(triax_plan *plan, triax_error *error) {
  const tx_policy_allocation *policy = &plan->compiled->policy->allocation;
  if (!plan->allocation.given || !policy->overlay_count) return TRIAX_OK;
  tx_tabulate t;
  tx_tabulate_open(&t, plan->context, 0);
  tx_column_builder *overlay = tx_tabulate_begin(&t, TRIAX_TYPE_STRING);
  tx_column_builder *customer = tx_tabulate_begin(&t, TRIAX_TYPE_STRING);
  tx_column_builder *csm = tx_tabulate_begin(&t, TRIAX_TYPE_STRING);
  bool fine = overlay && customer && csm;
  for (size_t o = 0; fine && o < policy->overlay_count; o++) {
    for (size_t row = 0; fine && row < plan->rows; row++) {
      if (!tx_bit(plan->allocation.overlays[o].wanted, row)) continue;
      uint32_t who = plan->allocation.overlays[o].csm[row];
      fine = tx_column_builder_text(overlay, policy->overlays[o].name) &&
             tx_column_builder_text(customer, plan->allocation.input.customer_keys[row]) &&
             tx_column_builder_text(csm, who == TX_ALLOCATION_NONE ? (triax_text){NULL, 0}
                                                                  : plan->allocation.input.csm_keys[who]);
      t.rows++;
    }
  }
  tx_tabulate_end(&t, "overlay", overlay, fine);
  tx_tabulate_end(&t, "customer", customer, fine);
  tx_tabulate_end(&t, "csm", csm, fine);
  return tx_tabulate_close(&t, &plan->tables[TRIAX_PLAN_OVERLAYS], error);
}

/* --- this week's lists --- */

/* Rows with a CSM in order of CSM and rank: counting sort by CSM, then place by rank. */
static size_t *ranked_rows(const triax_plan *plan, size_t *count) {
  const uint32_t *csm = plan->allocation.result->csm, *rank = plan->attention.result.rank;
  size_t *begin = tx_calloc(plan->context, plan->csms + 1, sizeof *begin);
  size_t *rows = tx_alloc_array(plan->context, plan->rows, sizeof *rows);
  *count = 0;
  if (begin && rows) {
    for (size_t row = 0; row < plan->rows; row++) {
      if (csm[row] != TX_ALLOCATION_NONE && rank[row]) begin[csm[row] + 1]++;
    }
    for (size_t c = 0; c < plan->csms; c++) begin[c + 1] += begin[c];
    *count = begin[plan->csms];
    for (size_t row = 0; row < plan->rows; row++) {
      if (csm[row] != TX_ALLOCATION_NONE && rank[row]) rows[begin[csm[row]] + rank[row] - 1] = row;
    }
  } else {
    tx_free_array(plan->context, rows, plan->rows, sizeof *rows);
    rows = NULL;
  }
  tx_free_array(plan->context, begin, plan->csms + 1, sizeof *begin);
  return rows;
}

/* An account is on this week's list when its next touch falls within seven days of the plan's date. */
static bool this_week(const triax_plan *plan, size_t row) {
  int32_t day = plan->attention.result.next_touch[row];
  return day != INT32_MIN && day - plan->as_of < 7;
}

triax_status tx_tabulate_week(triax_plan *plan, triax_error *error) {
  if (!plan->attention.given || !plan->has_as_of ||
      !(plan->compiled->policy->attention.model.touch_hours > 0)) {
    return TRIAX_OK;
  }
  size_t count, *rows = ranked_rows(plan, &count);
  if (!rows) return tx_no_memory(error);
  tx_tabulate t;
  tx_tabulate_open(&t, plan->context, 0);
  tx_column_builder *csm = tx_tabulate_begin(&t, TRIAX_TYPE_STRING), *place = tx_tabulate_begin(&t, TRIAX_TYPE_INTEGER);
  tx_column_builder *customer = tx_tabulate_begin(&t, TRIAX_TYPE_STRING), *day = tx_tabulate_begin(&t, TRIAX_TYPE_DATE);
  bool fine = csm && place && customer && day;
  int64_t number = 0;
  uint32_t last = TX_ALLOCATION_NONE;
  for (size_t i = 0; fine && i < count; i++) {
    size_t row = rows[i];
    if (!this_week(plan, row)) continue;
    uint32_t who = plan->allocation.result->csm[row];
    number = who == last ? number + 1 : 1;
    last = who;
    fine = tx_column_builder_text(csm, plan->allocation.input.csm_keys[who]) &&
           tx_column_builder_integer(place, number) &&
           tx_column_builder_text(customer, plan->allocation.input.customer_keys[row]) &&
           tx_column_builder_integer(day, plan->attention.result.next_touch[row]);
    t.rows++;
  }
  tx_free_array(plan->context, rows, plan->rows, sizeof *rows);
  tx_tabulate_end(&t, "csm", csm, fine);
  tx_tabulate_end(&t, "place", place, fine);
  tx_tabulate_end(&t, "customer", customer, fine);
  tx_tabulate_end(&t, "day", day, fine);
  return tx_tabulate_close(&t, &plan->tables[TRIAX_PLAN_WEEK], error);
}
