#include "compare/chain.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"

tx_link *tx_chain_add(tx_chain *chain, int cause, triax_text from, triax_text to) {
  tx_link *link = &chain->links[chain->count < TX_LINKS_MOST ? chain->count++ : TX_LINKS_MOST - 1];
  *link = (tx_link){.cause = cause, .from = from, .to = to, .amount = NAN};
  return link;
}

static triax_text number_text(double value, char buffer[32]) {
  if (isnan(value)) return (triax_text){NULL, 0};
  return (triax_text){buffer, tx_format_double(value, buffer)};
}

tx_link *tx_chain_add_numbers(tx_chain *chain, int cause, double from, double to) {
  tx_link *link = tx_chain_add(chain, cause, (triax_text){NULL, 0}, (triax_text){NULL, 0});
  link->from = number_text(from, link->from_number);
  link->to = number_text(to, link->to_number);
  link->amount = to - from;
  return link;
}

tx_writer tx_link_writer(tx_link *link) { return (tx_writer){link->by, sizeof link->by, 0}; }

/* --- what the rules make of it --- */

triax_text tx_outcome_segment(const tx_mix *mix, triax_text key) {
  const tx_policy_segmentation *policy = &mix->rules->compiled->policy->segmentation;
  const size_t exprs = mix->stage->exprs;
  tx_segmentation_model model = policy->model;
  if (mix->reads[mix->variables] && mix->own[mix->variables]) model.previous = (uint32_t)exprs;
  if (mix->reads[mix->variables + 1] && mix->own[mix->variables + 1]) model.override_ = (uint32_t)exprs + 1;
  model.input_count = exprs + 2;
  int placed;
  bool uncertain;
  uint32_t segment = tx_segmentation_one(&model, mix->inputs, key, mix->rules->segmentation.result.cutoffs, mix->as_of,
                                         &placed, &uncertain);
  return segment == TX_NO_SEGMENT ? (triax_text){NULL, 0} : policy->model.segments[segment].path;
}

triax_text tx_outcome_pool(const tx_mix *mix, triax_text key) {
  const tx_policy_allocation *policy = &mix->rules->compiled->policy->allocation;
  const tx_allocation_result *result = mix->rules->allocation.result;
  (void)key;
  for (size_t p = 0; p < policy->pool_count; p++) {
    if (result->dissolved[p] != TX_ALLOCATION_NONE) continue; /* its customers go on to the next that takes them */
    if (policy->pools[p].customers == TX_NO_INPUT) return policy->pools[p].name;
    const tx_value *test = &mix->inputs[policy->pools[p].customers];
    if (test->state == TX_PRESENT && test->boolean) return policy->pools[p].name;
  }
  return (triax_text){NULL, 0};
}

/* --- the chain --- */

static triax_status outcome_of(tx_mix *mix, tx_outcome_fn outcome, triax_text key, triax_text *found,
                               triax_error *error) {
  triax_status status = tx_mix_evaluate(mix, error);
  if (status == TRIAX_OK) *found = outcome(mix, key);
  return status;
}

typedef enum role { ROLE_NONE, ROLE_ALONE, ROLE_NEEDED } role;

/* Whether one variable alone makes the move from `from` to `to`, or is needed for it. All of the factor's variables
 * have moved when this is called, and have again when it returns. */
static triax_status role_of(tx_mix *mix, tx_outcome_fn outcome, triax_text key, int factor, size_t v, triax_text to,
                            role *found, triax_error *error) {
  triax_text alone, without;
  for (size_t u = 0; u < mix->count; u++) {
    if (u != v && tx_mix_belongs(mix, u, factor)) mix->values[u] = mix->own_values[u];
  }
  triax_status status = outcome_of(mix, outcome, key, &alone, error);
  for (size_t u = 0; u < mix->count; u++) {
    if (tx_mix_belongs(mix, u, factor)) mix->values[u] = mix->moved_values[u];
  }
  mix->values[v] = mix->own_values[v];
  if (status == TRIAX_OK) status = outcome_of(mix, outcome, key, &without, error);
  mix->values[v] = mix->moved_values[v];
  if (status != TRIAX_OK) return status;
  *found = tx_same_text(alone, to) ? ROLE_ALONE : tx_same_text(without, to) ? ROLE_NONE : ROLE_NEEDED;
  return TRIAX_OK;
}

#define CANDIDATES 64

/* The columns that made the move: those that do it alone, else those without which it would not be, else all. */
static triax_status write_columns(tx_mix *mix, tx_outcome_fn outcome, triax_text key, int factor, triax_text to,
                                  tx_link *link, triax_error *error) {
  size_t candidates[CANDIDATES], count = 0;
  role roles[CANDIDATES], most = ROLE_NONE;
  for (size_t v = 0; v < mix->count && count < CANDIDATES; v++) {
    if (!tx_mix_belongs(mix, v, factor)) continue;
    triax_status status = role_of(mix, outcome, key, factor, v, to, &roles[count], error);
    if (status != TRIAX_OK) return status;
    if (roles[count] == ROLE_ALONE) most = ROLE_ALONE;
    if (roles[count] == ROLE_NEEDED && most == ROLE_NONE) most = ROLE_NEEDED;
    candidates[count++] = v;
  }
  tx_writer writer = tx_link_writer(link);
  for (size_t i = 0; i < count; i++) {
    if (roles[i] != most) continue;
    if (writer.length) tx_write_c(&writer, ", ");
    tx_mix_write(mix, candidates[i], &writer);
  }
  return TRIAX_OK;
}

triax_status tx_chain_find(tx_mix *mix, tx_outcome_fn outcome, triax_text key, triax_text from, triax_text to,
                           int last, tx_chain *chain, triax_error *error) {
  triax_text now;
  chain->count = 0;
  triax_status status = outcome_of(mix, outcome, key, &now, error);
  if (status != TRIAX_OK) return status;
  /* Families are placed as one, and pools may be dissolved: what single values do not give is not taken apart. */
  bool replayed = tx_same_text(now, from);
  now = from;
  for (size_t f = 0; replayed && f < TX_MIX_FACTORS; f++) {
    const int factor = tx_mix_factors[f];
    if (!tx_mix_step(mix, factor)) continue;
    triax_text next;
    status = outcome_of(mix, outcome, key, &next, error);
    if (status != TRIAX_OK) return status;
    if (tx_same_text(now, next)) continue;
    tx_link *link = tx_chain_add(chain, factor, now, next);
    if (factor != TX_CAUSE_TIME) status = write_columns(mix, outcome, key, factor, next, link, error);
    if (status != TRIAX_OK) return status;
    now = next;
  }
  if (!tx_same_text(now, to)) tx_chain_add(chain, last, now, to);
  return TRIAX_OK;
}
