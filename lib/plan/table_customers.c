/* The customers' table: one row each, in the order of the data. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "plan/tabulate.h"
#include "plan/why.h"

static const tx_column *key_column(const triax_plan *plan) {
  const tx_people *people = &plan->compiled->customers->people;
  return people->table->fields[people->key].column;
}

/* A column of the given type with every value missing: what a part that did not run leaves behind. */
static void add_missing(tx_tabulate *tabulate, const char *name, int32_t type) {
  tx_column_builder *builder = tx_tabulate_begin(tabulate, type);
  bool fine = builder != NULL;
  for (size_t row = 0; fine && row < tabulate->rows; row++) fine = tx_column_builder_missing(builder);
  tx_tabulate_end(tabulate, name, builder, fine);
}

static void share_or_missing(tx_tabulate *tabulate, const char *name, const tx_column *column, int32_t type) {
  if (column) tx_tabulate_share(tabulate, name, column);
  else add_missing(tabulate, name, type);
}

static void add_touches(const triax_plan *plan, tx_tabulate *tabulate) {
  const tx_attention_result *result = &plan->attention.result;
  bool touches = plan->attention.given && plan->compiled->policy->attention.model.touch_hours > 0;
  if (!touches) {
    add_missing(tabulate, "touches", TRIAX_TYPE_NUMBER);
    add_missing(tabulate, "next_touch", TRIAX_TYPE_DATE);
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

static void add_flags(const triax_plan *plan, tx_tabulate *tabulate) {
  const tx_plan_segmentation *segmentation = &plan->segmentation;
  static const triax_text words[] = {{"test", 4}, {"override", 8}, {"dwell", 5}, {"nowhere", 7}};
  uint32_t *placed = tx_alloc_array(plan->context, plan->rows, sizeof *placed);
  tx_column_builder *uncertain = tx_tabulate_begin(tabulate, TRIAX_TYPE_BOOLEAN);
  tx_column_builder *held = tx_tabulate_begin(tabulate, TRIAX_TYPE_BOOLEAN);
  bool fine = placed && uncertain && held;
  for (size_t row = 0; fine && row < plan->rows; row++) {
    size_t unit = segmentation->folded ? segmentation->families.member_of[row] : row;
    placed[row] = segmentation->result.placed[unit];
    fine = tx_column_builder_boolean(uncertain, tx_bit(segmentation->result.uncertain, unit)) &&
           tx_column_builder_boolean(held, tx_bit(segmentation->result.held, unit));
  }
  if (fine) tx_tabulate_names(tabulate, "placed_by", placed, words, 4);
  else tabulate->failed = true;
  tx_tabulate_end(tabulate, "uncertain", uncertain, fine);
  tx_tabulate_end(tabulate, "held", held, fine);
  tx_free_array(plan->context, placed, plan->rows, sizeof *placed);
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
  if (health->model) tx_tabulate_numbers(&tabulate, "coverage", health->coverage);
  else add_missing(&tabulate, "coverage", TRIAX_TYPE_NUMBER);
  share_or_missing(&tabulate, "hours", tx_plan_derived(plan, TX_DERIVED_HOURS), TRIAX_TYPE_NUMBER);
  add_touches(plan, &tabulate);
  if (plan->reasons) tx_tabulate_add(&tabulate, "why", tx_why_column(plan));
  else add_missing(&tabulate, "why", TRIAX_TYPE_STRING);
  for (size_t s = 0; s < plan->compiled->policy->score_count; s++) {
    const tx_column *column = tx_plan_derived(plan, TX_DERIVED_SCORES + (int)s);
    if (column) {
      tx_tabulate_add_text(&tabulate, plan->compiled->policy->scores[s].model.name, tx_column_ref(column));
    }
  }
  add_probabilities(plan, &tabulate);
  if (plan->allocation.given) add_owners(plan, &tabulate);
  add_flags(plan, &tabulate);
  return tx_tabulate_close(&tabulate, &plan->tables[TRIAX_PLAN_CUSTOMERS], error);
}
