/* Who of the team is here, and who has which role. */
#include <string.h>

#include "base/text.h"
#include "plan/plan.h"

const tx_column *tx_plan_team_column(const triax_plan *plan, const char *name) {
  size_t column = triax_table_find(plan->compiled->team->people.table, triax_text_of(name));
  return column == SIZE_MAX ? NULL : plan->team_columns[column];
}

/* A date column's value, or the fallback. */
static int32_t day_of(const tx_column *column, size_t row, int32_t fallback) {
  if (!column || !tx_column_has(column, row)) return fallback;
  if (column->type == TRIAX_TYPE_DATE) return column->dates[row];
  if (column->type != TRIAX_TYPE_TIMESTAMP) return fallback;
  int64_t day = column->integers[row] / INT64_C(86400000000);
  return (int32_t)(column->integers[row] % INT64_C(86400000000) < 0 ? day - 1 : day);
}

/* A row without a name is a hire to come: it counts from its start date on, and without one not at all. */
void tx_plan_here(const triax_plan *plan, uint64_t *here) {
  const tx_column *start = tx_plan_team_column(plan, "start"), *end = tx_plan_team_column(plan, "end");
  const tx_column *name = tx_plan_team_column(plan, "name");
  for (size_t csm = 0; csm < plan->csms; csm++) {
    bool named = !name || tx_column_has(name, csm), dated = start && tx_column_has(start, csm);
    bool begun = !plan->has_as_of || day_of(start, csm, INT32_MIN) <= plan->as_of;
    bool stays = !plan->has_as_of || day_of(end, csm, INT32_MAX) >= plan->as_of;
    if ((named || dated) && begun && stays) tx_bit_set(here, csm);
  }
}

bool tx_plan_has_role(const tx_policy_segment *segment, const tx_column *role, size_t csm) {
  if (segment->role_count == 0 || !role || !tx_column_has(role, csm)) return true;
  if (role->type != TRIAX_TYPE_STRING) return true;
  triax_text text = tx_dictionary_text(role->dictionary, tx_column_code(role, csm));
  for (size_t i = 0; i < segment->role_count; i++) {
    if (tx_text_equal(segment->roles[i], text)) return true;
  }
  return false;
}

bool tx_plan_may_own(const triax_plan *plan, size_t csm) {
  const tx_policy_segmentation *segmentation = &plan->compiled->policy->segmentation;
  const bool *unowned = plan->allocation.given ? plan->compiled->policy->allocation.unowned : NULL;
  const tx_column *role = tx_plan_team_column(plan, "role");
  bool any = false;
  for (size_t s = 0; s < segmentation->model.count; s++) {
    const tx_policy_segment *segment = &segmentation->segments[s];
    if (unowned && unowned[s]) continue;
    if (tx_plan_has_role(segment, role, csm)) return true;
    any = true;
  }
  return !any;
}

triax_text tx_pool_name(const triax_plan *plan, uint32_t pool) {
  if (pool < plan->allocation.input.pool_count) return plan->allocation.input.pools[pool].name;
  return plan->allocation.input.pool_count ? TX_TEXT("(no pool)") : TX_TEXT("all");
}

const tx_policy_segment *tx_roles_of_set(const triax_plan *plan, uint32_t role_set) {
  const tx_policy_segmentation *policy = &plan->compiled->policy->segmentation;
  return policy->model.count ? &policy->segments[plan->allocation.segment_of_roles[role_set]] : NULL;
}
