/* Why a customer is not with another CSM: the condition that fails, by name and by how much; where the books alone
 * decide, what it would cost, found by solving again with the customer there. */
#include "explain/why_not.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "document/write.h"
#include "explain/explain.h"
#include "expr/node.h"
#include "results/tables.h"

typedef struct why_not {
  const triax_plan *plan;
  triax_document *document;
  size_t row;
  uint32_t csm;
  tx_allocation_why why;
  triax_error *error;
} why_not;

void tx_put_csm_name(triax_document *d, const triax_plan *plan, const char *key, uint32_t csm) {
  const triax_table *team = plan->compiled->team->people.table;
  size_t name = triax_table_find(team, TX_TEXT("name"));
  tx_put_text(d, key, plan->allocation.input.csm_keys[csm]);
  if (name != SIZE_MAX && triax_table_text(team, name, csm).bytes) {
    char name_key[32];
    snprintf(name_key, sizeof name_key, "%s_name", key);
    tx_put_text(d, name_key, triax_table_text(team, name, csm));
  }
}

/* --- conditions --- */

/* The values that a test over pairs read, of both: "customer.language": fr. */
static triax_status put_pair_values(why_not *w, uint32_t expr) {
  const triax_plan *plan = w->plan;
  const tx_compiled *compiled = plan->compiled;
  const tx_pair_tally *tally = &plan->allocation.pair_tallies[expr];
  tx_arena arena;
  tx_arena_init(&arena, plan->context);
  triax_status status = TRIAX_OK;
  tx_put_map(w->document, "values");
  for (size_t i = 0; status == TRIAX_OK && i < tally->count; i++) {
    const tx_pair_source *source = &compiled->pair_sources[tally->variables[i]];
    if (!source->csm && source->variable == TX_NO_INDEX) continue; /* a definition has no column */
    const tx_column *column = source->csm ? plan->team_columns[source->variable] : plan->columns[source->variable];
    triax_text name = tx_module_variable_name(compiled->pair_module, tally->variables[i]);
    char key[128];
    tx_value value;
    snprintf(key, sizeof key, "%.*s", (int)(name.length < 120 ? name.length : 120), name.bytes);
    status = tx_value_of_column(column, source->csm ? w->csm : w->row, &arena, &value);
    if (status == TRIAX_OK) tx_explain_scalar(w->document, key, &value);
  }
  tx_put_end(w->document);
  tx_arena_free(&arena);
  return status == TRIAX_OK ? status : tx_no_memory(w->error);
}

static triax_status put_condition(why_not *w) {
  const triax_plan *plan = w->plan;
  const tx_policy_allocation *policy = &plan->compiled->policy->allocation;
  const tx_allocation_input *input = &plan->allocation.input;
  triax_document *d = w->document;
  tx_put_text(d, "not_because", w->why.way == TX_WAY_CAP ? triax_text_of(input->caps[w->why.cap].name)
                                                         : tx_word_why_not(w->why.way));
  if (w->why.way == TX_WAY_NOT_ELIGIBLE) {
    tx_put_text(d, "eligible", policy->inputs.items[policy->eligible].source);
    return put_pair_values(w, policy->eligible);
  }
  if (w->why.way == TX_WAY_FULL || w->why.way == TX_WAY_CAP) {
    tx_put_number(d, "adds", w->why.adds);
    tx_put_number(d, "over_by", w->why.over_by);
  }
  return TRIAX_OK;
}

/* --- what it would cost --- */

static void put_move(const why_not *w, size_t row, uint32_t to) {
  const triax_plan *plan = w->plan;
  uint32_t from = plan->allocation.result->csm[row];
  triax_document *d = w->document;
  tx_put_map(d, NULL);
  tx_put_text(d, "customer", plan->allocation.input.customer_keys[row]);
  tx_put_text(d, "from", from == TX_ALLOCATION_NONE ? TX_TEXT("nobody") : plan->allocation.input.csm_keys[from]);
  tx_put_text(d, "to", to == TX_ALLOCATION_NONE ? TX_TEXT("nobody") : plan->allocation.input.csm_keys[to]);
  tx_put_end(d);
}

#define MOVES_TOLD 8

/* The others who would have to move. */
static void put_moves(const why_not *w, const tx_allocation_result *other) {
  const tx_allocation_result *own = w->plan->allocation.result;
  uint64_t count = 0;
  for (size_t row = 0; row < w->plan->rows; row++) count += row != w->row && own->csm[row] != other->csm[row];
  if (!count) return;
  tx_put_count(w->document, "others_that_move", count);
  tx_put_list(w->document, "moves");
  for (size_t row = 0, told = 0; row < w->plan->rows && told < MOVES_TOLD; row++) {
    if (row == w->row || own->csm[row] == other->csm[row]) continue;
    put_move(w, row, other->csm[row]);
    told++;
  }
  tx_put_end(w->document);
}

/* The first part of the objective that differs, in words. */
static void put_verdict(const why_not *w, const tx_allocation_result *own, const tx_allocation_result *other) {
  const double loss[] = {other->uncovered_value - own->uncovered_value, other->over - own->over,
                         own->points - other->points, other->imbalance - own->imbalance};
  static const char *const keys[] = {"uncovered_value", "over_fte", "points", "imbalance"};
  static const char *const worse[] = {"would leave more uncovered", "would load a CSM beyond its fte",
                                      "would earn fewer points", "would be worse balanced"};
  const double scale[] = {fmax(1, fabs(own->uncovered_value)), 1, fmax(1, fabs(own->points)),
                          fmax(1, fabs(own->imbalance))};
  triax_document *d = w->document;
  int part = 0;
  while (part < 4 && fabs(loss[part]) <= 1e-9 * scale[part]) part++;
  if (part == 4) {
    tx_put_text(d, "verdict", TX_TEXT("equally good"));
    return;
  }
  /* Better by an assignment that the plan's own search did not find: what it had not proven. */
  tx_put_text(d, "verdict", loss[part] < 0 ? TX_TEXT("no worse, within what the plan has proven")
                                           : triax_text_of(worse[part]));
  tx_put_map(d, "costs");
  for (int p = 0; p < 4; p++) {
    if (fabs(loss[p]) > 1e-9 * scale[p]) tx_put_number(d, keys[p], loss[p]);
  }
  tx_put_end(d);
}

/* Solved again with the customer there, everybody else staying where that makes no difference. */
static triax_status put_cost(why_not *w) {
  const triax_plan *plan = w->plan;
  tx_allocation_input input = plan->allocation.input;
  uint32_t *placed = tx_alloc_array(plan->context, plan->rows, sizeof *placed);
  tx_allocation_result *other = NULL;
  triax_status status = placed ? TRIAX_OK : tx_no_memory(w->error);
  if (status == TRIAX_OK) {
    for (size_t row = 0; row < plan->rows; row++) placed[row] = TX_ALLOCATION_NONE;
    placed[tx_allocation_lead(plan->allocation.result, w->row)] = w->csm;
    input.placed = placed;
    input.tie = plan->allocation.result->csm;
    input.former = plan->allocation.result;
    input.unproven = true;
    status = tx_allocation_run(plan->context, &input, &other, w->error);
  }
  if (status == TRIAX_OK && !tx_allocation_is_within(other, w->csm)) {
    tx_put_text(w->document, "verdict", TX_TEXT("frozen accounts leave no room"));
  } else if (status == TRIAX_OK) {
    put_verdict(w, plan->allocation.result, other);
    put_moves(w, other);
  }
  tx_allocation_result_free(other);
  tx_free_array(plan->context, placed, plan->rows, sizeof *placed);
  return status;
}

/* Whether only the books stand in the way: then it can be tried. */
static bool can_be_tried(const tx_allocation_why *why) {
  return (why->way == TX_WAY_FULL || why->way == TX_WAY_CAP || why->way == TX_WAY_POINTS ||
          why->way == TX_WAY_BALANCE) && !why->too_large;
}

/* One CSM's keys, into a map that is open. solve: where the books alone decide, what it would cost. */
static triax_status put_why_not(triax_document *d, const triax_plan *plan, size_t row, uint32_t csm, bool solve,
                            triax_error *error) {
  why_not w = {.plan = plan, .document = d, .row = row, .csm = csm, .error = error};
  tx_allocation_why_not(&plan->allocation.input, plan->allocation.result, row, csm, &w.why);
  tx_put_csm_name(d, plan, "csm", csm);
  triax_status status = put_condition(&w);
  tx_put_number(d, "points", w.why.points);
  tx_put_number(d, "load", w.why.load);
  tx_put_number(d, "fte", w.why.fte);
  if (status == TRIAX_OK && w.why.too_large) tx_put_text(d, "verdict", TX_TEXT("does not fit even alone"));
  return status == TRIAX_OK && solve && can_be_tried(&w.why) ? put_cost(&w) : status;
}

/* --- a handful --- */

/* Others who were looked at: the present owner first, then those with most points or most room. */
#define OTHERS 5
/* And for so many of them, what it would cost. */
#define SOLVED 3

typedef struct others {
  uint32_t csm[OTHERS];
  tx_allocation_why why[OTHERS];
  size_t count;
  uint64_t ways[TX_WAY_FROZEN + 1];
} others;

/* Near misses first: the owner, then the books' ways before the rules', then more points. */
static bool is_nearer(uint32_t csm, const tx_allocation_why *a, uint32_t other, const tx_allocation_why *b,
                      uint32_t owner) {
  if (csm == owner || other == owner) return csm == owner;
  return a->way != b->way ? a->way > b->way : a->points > b->points;
}

static void find_others(const triax_plan *plan, size_t row, uint32_t own, others *o) {
  const tx_allocation_input *input = &plan->allocation.input;
  uint32_t owner = input->owner ? input->owner[row] : TX_ALLOCATION_NONE;
  tx_allocation_why why;
  for (uint32_t csm = 0; csm < plan->csms; csm++) {
    if (csm == own) continue;
    tx_allocation_why_not(input, plan->allocation.result, row, csm, &why);
    o->ways[why.way]++;
    size_t at = o->count;
    while (at && is_nearer(csm, &why, o->csm[at - 1], &o->why[at - 1], owner)) at--;
    if (at >= OTHERS) continue;
    for (size_t i = o->count < OTHERS ? o->count : OTHERS - 1; i > at; i--) {
      o->csm[i] = o->csm[i - 1];
      o->why[i] = o->why[i - 1];
    }
    o->csm[at] = csm;
    o->why[at] = why;
    o->count += o->count < OTHERS;
  }
}

triax_status tx_put_others(triax_document *d, const triax_plan *plan, size_t row, triax_error *error) {
  uint32_t own = plan->allocation.result->csm[row];
  others o = {.count = 0};
  find_others(plan, row, own, &o);
  triax_status status = TRIAX_OK;
  size_t solved = 0;
  tx_put_list(d, "why_not");
  for (size_t i = 0; status == TRIAX_OK && i < o.count; i++) {
    bool solve = can_be_tried(&o.why[i]) && solved < SOLVED;
    solved += solve;
    tx_put_map(d, NULL);
    status = put_why_not(d, plan, row, o.csm[i], solve, error);
    tx_put_end(d);
  }
  tx_put_end(d);
  tx_put_map(d, "others");
  for (int way = TX_WAY_FROZEN; way > TX_WAY_NONE; way--) {
    triax_text word = tx_word_why_not(way);
    if (o.ways[way]) tx_put_count(d, word.bytes, o.ways[way]);
  }
  tx_put_end(d);
  return status;
}

/* --- the public face --- */

static triax_status find_both(const triax_plan *plan, triax_text customer, triax_text csm, size_t *row, uint32_t *at,
                              triax_error *error) {
  if (!plan->allocation.given) {
    return tx_fail(error, TRIAX_EINVAL, "the plan has no allocation: it needs a team and a policy that allocates");
  }
  *row = tx_people_find(&plan->compiled->customers->people, customer);
  if (*row == SIZE_MAX) return tx_people_not_found(&plan->compiled->customers->people, "customer", customer, error);
  size_t found = tx_people_find(&plan->compiled->team->people, csm);
  if (found == SIZE_MAX) return tx_people_not_found(&plan->compiled->team->people, "CSM", csm, error);
  *at = (uint32_t)found;
  return TRIAX_OK;
}

triax_status triax_plan_why_not(const triax_plan *plan, triax_text customer, triax_text csm, triax_document **why,
                                triax_error *error) {
  triax_document *d = NULL;
  size_t row = 0;
  uint32_t at = 0;
  if (!plan || !why || !customer.bytes || !csm.bytes) {
    return tx_fail(error, TRIAX_EINVAL, "a plan, a customer's key, a CSM's and a place are wanted");
  }
  triax_status status = find_both(plan, customer, csm, &row, &at, error);
  if (status == TRIAX_OK) status = tx_document_result(plan->context, &d, error);
  if (status != TRIAX_OK) return status;
  tx_put_text(d, "customer", customer);
  uint32_t own = plan->allocation.result->csm[row];
  if (own != TX_ALLOCATION_NONE) tx_put_csm_name(d, plan, "has", own);
  status = put_why_not(d, plan, row, at, true, error);
  if (status == TRIAX_OK) status = triax_document_finish(d, error);
  if (status == TRIAX_OK) *why = d;
  else triax_document_free(d);
  return status;
}
