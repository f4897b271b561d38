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

/* --- who knows whom, as a preference --- */

/* The items of a list, or the one text. */
static size_t items_of(const tx_column *column, size_t row, const uint32_t **items, uint32_t *one) {
  if (!column || !column->dictionary || !tx_column_has(column, row)) return 0;
  *one = tx_column_code(column, row);
  *items = one;
  if (column->type != TRIAX_TYPE_STRINGS) return 1;
  *items = column->lists->items + column->lists->offsets[*one];
  return (size_t)(column->lists->offsets[*one + 1] - column->lists->offsets[*one]);
}

/* Adds to an ascending list, each once; lists of past owners are short. */
static size_t insert(uint32_t *list, size_t count, uint32_t csm) {
  size_t at = count;
  while (at && list[at - 1] > csm) at--;
  if (at && list[at - 1] == csm) return count;
  for (size_t i = count; i > at; i--) list[i] = list[i - 1];
  list[at] = csm;
  return count + 1;
}

typedef struct known_groups {
  const tx_column *columns[2]; /* past owners, the present one (may be NULL) */
  size_t groups, *first, *begin;
  uint32_t *group, *holds;
} known_groups;

/* Room for all that may be, and then the lists; `begin` counts what there is. */
static bool fill(const triax_plan *plan, tx_arena *arena, known_groups *known) {
  size_t room = 0;
  uint32_t one;
  const uint32_t *items;
  for (size_t g = 0; g < known->groups; g++) {
    for (int c = 0; c < 2; c++) room += items_of(known->columns[c], known->first[g], &items, &one);
  }
  known->begin = tx_arena_calloc(arena, known->groups + 1, sizeof *known->begin);
  known->holds = tx_arena_calloc(arena, room + 1, sizeof *known->holds);
  if (!known->begin || !known->holds) return false;
  for (size_t g = 0; g < known->groups; g++) {
    uint32_t *list = known->holds + known->begin[g];
    size_t count = 0;
    for (int c = 0; c < 2; c++) {
      size_t some = items_of(known->columns[c], known->first[g], &items, &one);
      for (size_t i = 0; i < some; i++) {
        triax_text key = tx_dictionary_text(known->columns[c]->dictionary, items[i]);
        size_t csm = tx_people_find(&plan->compiled->team->people, key);
        if (csm != SIZE_MAX) count = insert(list, count, (uint32_t)csm);
      }
    }
    known->begin[g + 1] = known->begin[g] + count;
  }
  return true;
}

/* By groups of equal past and present owners. The present owner counts as one who knows the account, so that nobody
 * moves for the sake of this alone. */
triax_status tx_transition_known(const triax_plan *plan, tx_arena *arena, tx_allocation_prefer *prefer,
                                 triax_error *error) {
  const triax_policy *policy = plan->compiled->policy;
  known_groups known = {
      .columns = {customer_column(plan, policy->transition.known), customer_column(plan, policy->allocation.owner)}};
  uint32_t *csms = tx_arena_calloc(arena, plan->csms + 1, sizeof *csms);
  if (!csms) return tx_no_memory(error);
  for (size_t csm = 0; csm < plan->csms; csm++) csms[csm] = (uint32_t)csm;
  triax_status status = tx_group_rows(arena, known.columns, known.columns[1] ? 2 : 1, plan->rows, &known.group,
                                      &known.groups, &known.first, error);
  if (status != TRIAX_OK) return status;
  if (!fill(plan, arena, &known)) return tx_no_memory(error);
  prefer->points = policy->transition.known_points;
  prefer->why = TX_TEXT("knows the account");
  prefer->pairs = (tx_pairs){.customer_group = known.group,
                             .csm_group = csms,
                             .customer_groups = known.groups,
                             .csm_groups = plan->csms,
                             .begin = known.begin,
                             .turned = known.holds};
  return TRIAX_OK;
}
