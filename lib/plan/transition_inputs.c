/* What allocation takes from the transition, so that data flows one way: who stays, and who knows whom. */
#include "base/text.h"
#include "plan/pairs.h"

static const tx_column *customer_column(const triax_plan *plan, triax_text name) {
  return name.bytes ? tx_table_column(plan->compiled->customers->people.table, name) : NULL;
}

static double handovers_of(const tx_column *column, size_t row) {
  if (!tx_column_has(column, row)) return 0;
  return column->type == TRIAX_TYPE_INTEGER ? (double)column->integers[row] : column->numbers[row];
}

/* One more handover would be too many. Accounts without an owner who is here have to go to somebody. */
bool tx_transition_stuck(const triax_plan *plan, const uint32_t *owner, tx_arena *arena, uint64_t **stuck) {
  const tx_policy_transition *policy = &plan->compiled->policy->transition;
  const tx_column *column = policy->given ? customer_column(plan, policy->handovers) : NULL;
  *stuck = NULL;
  if (!column || !owner) return true;
  *stuck = tx_arena_calloc(arena, tx_words(plan->rows) + 1, sizeof **stuck);
  if (!*stuck) return false;
  for (size_t row = 0; row < plan->rows; row++) {
    bool too_many = handovers_of(column, row) + 1 > policy->most_handovers;
    if (owner[row] != TX_ALLOCATION_NONE && too_many) tx_bit_set(*stuck, row);
  }
  return true;
}

bool tx_transition_knows(const triax_plan *plan, size_t row, uint32_t csm) {
  const tx_column *column = customer_column(plan, plan->compiled->policy->transition.known);
  if (!column || column->type != TRIAX_TYPE_STRINGS || !tx_column_has(column, row) || csm == TX_ALLOCATION_NONE) {
    return false;
  }
  uint32_t list = tx_column_code(column, row);
  triax_text key = plan->allocation.input.csm_keys[csm];
  for (uint64_t i = column->lists->offsets[list]; i < column->lists->offsets[list + 1]; i++) {
    if (tx_text_equal(tx_text_trim(tx_dictionary_text(column->dictionary, column->lists->items[i])), key)) return true;
  }
  return false;
}

/* By groups of equal past and present owners. The present owner counts as one who knows the account, so that nobody
 * moves for the sake of this alone. */
triax_status tx_transition_known(const triax_plan *plan, tx_arena *arena, tx_allocation_prefer *prefer,
                                 triax_error *error) {
  const triax_policy *policy = plan->compiled->policy;
  const tx_column *columns[2] = {customer_column(plan, policy->transition.known),
                                 customer_column(plan, policy->allocation.owner)};
  const tx_people *team = &plan->compiled->team->people;
  size_t words = tx_words(plan->csms), groups, *first;
  uint32_t *group, *csms = tx_arena_calloc(arena, plan->csms + 1, sizeof *csms);
  if (!csms) return tx_no_memory(error);
  triax_status status = tx_group_rows(arena, columns, columns[1] ? 2 : 1, plan->rows, &group, &groups, &first, error);
  if (status != TRIAX_OK) return status;
  uint64_t *truth = tx_arena_calloc(arena, groups * words + 1, sizeof *truth);
  if (!truth) return tx_no_memory(error);
  for (size_t csm = 0; csm < plan->csms; csm++) csms[csm] = (uint32_t)csm;
  for (size_t g = 0; g < groups; g++) {
    size_t row = first[g];
    for (int c = 0; c < 2 && columns[c]; c++) {
      if (!columns[c]->dictionary || !tx_column_has(columns[c], row)) continue;
      uint32_t code = tx_column_code(columns[c], row), one = code;
      bool list = columns[c]->type == TRIAX_TYPE_STRINGS;
      const uint32_t *items = list ? columns[c]->lists->items + columns[c]->lists->offsets[code] : &one;
      size_t count = list ? (size_t)(columns[c]->lists->offsets[code + 1] - columns[c]->lists->offsets[code]) : 1;
      for (size_t i = 0; i < count; i++) {
        size_t csm = tx_people_find(team, tx_dictionary_text(columns[c]->dictionary, items[i]));
        if (csm != SIZE_MAX) tx_bit_set(truth + g * words, csm);
      }
    }
  }
  *prefer = (tx_allocation_prefer){
      policy->transition.known_points, {group, csms, groups, plan->csms, truth}, TX_TEXT("knows the account")};
  return TRIAX_OK;
}
