/* The customers' table: one row each, in the order of the data. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "plan/sums.h"
#include "results/tables.h"
#include "results/why.h"

static const tx_column *key_column(const triax_plan *plan) {
  const tx_people *people = &plan->compiled->customers->people;
  return people->table->fields[people->key].column;
}

static void share_or_missing(tx_tabulate *tabulate, const char *name, const tx_column *column, int32_t type) {
  if (column) tx_tabulate_share(tabulate, name, column);
  else tx_tabulate_missing(tabulate, name, type);
}

static void add_touches(const triax_plan *plan, tx_tabulate *tabulate) {
  const tx_attention_result *result = &plan->attention.result;
  bool touches = plan->attention.given && plan->compiled->policy->attention.model.touch_hours > 0;
  if (!touches) {
    tx_tabulate_missing(tabulate, "touches", TRIAX_TYPE_NUMBER);
    tx_tabulate_missing(tabulate, "next_touch", TRIAX_TYPE_DATE);
    return;
  }
  tx_column_builder *count = tx_tabulate_begin(tabulate, TRIAX_TYPE_NUMBER);
  tx_column_builder *next = tx_tabulate_begin(tabulate, TRIAX_TYPE_DATE);
  bool fine = count && next;
  for (size_t row = 0; fine && row < plan->rows; row++) {
    bool owned = plan->allocation.result->csm[row] != TX_ALLOCATION_NONE;
    fine = owned ? tx_column_builder_number(count, result->touches[row]) : tx_column_builder_missing(count);
    bool dated = owned && plan->has_as_of && result->next_touch[row] != INT32_MIN;
    if (fine) fine = dated ? tx_column_builder_integer(next, result->next_touch[row]) : tx_column_builder_missing(next);
  }
  tx_tabulate_end(tabulate, "touches", count, fine);
  tx_tabulate_end(tabulate, "next_touch", next, fine);
}

static void add_owners(const triax_plan *plan, tx_tabulate *tabulate) {
  const tx_allocation_result *result = plan->allocation.result;
  static const triax_text words[] = {{"unowned", 7}, {"kept", 4}, {"frozen", 6},
                                     {"moved", 5},   {"new", 3},  {"uncovered", 9}};
  uint32_t *stands = tx_alloc_array(plan->context, plan->rows, sizeof *stands);
  tx_column_builder *stands_in_way = tx_tabulate_begin(tabulate, TRIAX_TYPE_STRING);
  bool fine = stands && stands_in_way;
  for (size_t row = 0; fine && row < plan->rows; row++) {
    stands[row] = result->stands[row];
    int way = result->stands[row] == TX_STANDS_UNCOVERED ? result->way[row] : TX_WAY_NONE;
    fine = way == TX_WAY_NONE ? tx_column_builder_missing(stands_in_way)
                              : tx_column_builder_text(stands_in_way, tx_word_way(way));
  }
  if (fine) tx_tabulate_names(tabulate, "allocation", stands, words, 6);
  else tabulate->failed = true;
  tx_tabulate_end(tabulate, "in_the_way", stands_in_way, fine);
  tx_free_array(plan->context, stands, plan->rows, sizeof *stands);
}

/* What is calibrated of health and scores. */
static void add_probabilities(const triax_plan *plan, tx_tabulate *tabulate) {
  const triax_policy *policy = plan->compiled->policy;
  tx_tabulate_share(tabulate, "churn_probability", tx_plan_derived(plan, TX_DERIVED_CHURN_PROBABILITY));
  for (size_t s = 0; s < policy->score_count; s++) {
    const tx_column *column = tx_plan_derived(plan, tx_derived_probability(policy, s));
    if (column) tx_tabulate_add_text(tabulate, policy->scores[s].probability, tx_column_ref(column));
  }
}

/* How health moved, where earlier values were given. */
static void add_trend(const triax_plan *plan, tx_tabulate *tabulate) {
  if (!plan->trend.given) return;
  tx_tabulate_share(tabulate, "health_trend", tx_plan_derived(plan, TX_DERIVED_HEALTH_TREND));
  tx_tabulate_share(tabulate, "health_drop", tx_plan_derived(plan, TX_DERIVED_HEALTH_DROP));
}

/* A bit for each unit becomes one for each of its customers. */
static tx_column *flag_column(const triax_plan *plan, const uint64_t *unit_bits) {
  const tx_plan_segmentation *segmentation = &plan->segmentation;
  const size_t words = tx_words(plan->rows);
  uint64_t *bits = tx_calloc(plan->context, words ? words : 1, sizeof *bits);
  if (!bits) return NULL;
  if (!segmentation->folded && words) memcpy(bits, unit_bits, words * sizeof *bits);
  for (size_t row = 0; segmentation->folded && row < plan->rows; row++) {
    if (tx_bit(unit_bits, segmentation->families.member_of[row])) tx_bit_set(bits, row);
  }
  return tx_column_take(plan->context, TRIAX_TYPE_BOOLEAN, plan->rows, bits, (words ? words : 1) * sizeof *bits, NULL);
}

static tx_column *placed_column(const triax_plan *plan) {
  const tx_plan_segmentation *segmentation = &plan->segmentation;
  static const triax_text words[] = {{"test", 4}, {"override", 8}, {"dwell", 5}, {"nowhere", 7}};
  const bool all_by_test = !segmentation->result.placed && plan->sums->customers[plan->sums->count - 1] == 0;
  uint8_t *placed = tx_calloc(plan->context, plan->rows, 1); /* TX_PLACED_BY_TEST */
  for (size_t row = 0; placed && !all_by_test && row < plan->rows; row++) {
    placed[row] = (uint8_t)tx_placed_at(&segmentation->result, tx_plan_unit(plan, row));
  }
  return tx_column_names8(plan->context, placed, plan->rows, words, 4);
}

static void add_flags(const triax_plan *plan, tx_tabulate *tabulate) {
  tx_tabulate_add(tabulate, "placed_by", placed_column(plan));
  tx_tabulate_add(tabulate, "uncertain", flag_column(plan, plan->segmentation.result.uncertain));
  tx_tabulate_add(tabulate, "held", flag_column(plan, plan->segmentation.result.held));
}

triax_status tx_tabulate_customers(triax_plan *plan, triax_error *error) {
  tx_tabulate tabulate;
  const tx_plan_score *health = &plan->health;
  tx_tabulate_open(&tabulate, plan->context, plan->rows);
  tx_tabulate_share(&tabulate, "key", key_column(plan));
  tx_tabulate_share(&tabulate, "segment", tx_plan_derived(plan, TX_DERIVED_SEGMENT));
  tx_tabulate_share(&tabulate, "touch", tx_plan_derived(plan, TX_DERIVED_TOUCH));
  share_or_missing(&tabulate, "pool", tx_plan_derived(plan, TX_DERIVED_POOL), TRIAX_TYPE_STRING);
  share_or_missing(&tabulate, "csm", tx_plan_derived(plan, TX_DERIVED_CSM), TRIAX_TYPE_STRING);
  share_or_missing(&tabulate, "health", tx_plan_derived(plan, TX_DERIVED_HEALTH), TRIAX_TYPE_NUMBER);
  share_or_missing(&tabulate, "band", tx_plan_derived(plan, TX_DERIVED_BAND), TRIAX_TYPE_STRING);
  if (health->model) tx_tabulate_share(&tabulate, "coverage", health->coverage_column);
  else tx_tabulate_missing(&tabulate, "coverage", TRIAX_TYPE_NUMBER);
  share_or_missing(&tabulate, "hours", tx_plan_derived(plan, TX_DERIVED_HOURS), TRIAX_TYPE_NUMBER);
  add_touches(plan, &tabulate);
  if (plan->reasons) tx_tabulate_add(&tabulate, "why", tx_why_column(plan));
  else tx_tabulate_missing(&tabulate, "why", TRIAX_TYPE_STRING);
  for (size_t s = 0; s < plan->compiled->policy->score_count; s++) {
    const tx_column *column = tx_plan_derived(plan, TX_DERIVED_SCORES + (int)s);
    if (column) {
      tx_tabulate_add_text(&tabulate, plan->compiled->policy->scores[s].model.name, tx_column_ref(column));
    }
  }
  add_probabilities(plan, &tabulate);
  add_trend(plan, &tabulate);
  if (plan->allocation.given) add_owners(plan, &tabulate);
  add_flags(plan, &tabulate);
  return tx_tabulate_close(&tabulate, &plan->tables[TRIAX_PLAN_CUSTOMERS], error);
}
