/* The team with those who may be hired. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "plan/again.h"
#include "plan/hires.h"

void tx_hire_team_init(tx_hire_team *team, triax_plan *plan) {
  *team = (tx_hire_team){.plan = plan, .shadow = *plan};
  tx_arena_init(&team->part.arena, plan->context);
}

void tx_hire_team_free(tx_hire_team *team) {
  size_t columns = team->plan->compiled->team->people.table->columns;
  if (team->shadow.team_columns != team->plan->team_columns) {
    for (size_t c = 0; team->shadow.team_columns && c < columns; c++) {
      tx_column_unref((tx_column *)team->shadow.team_columns[c]);
    }
    tx_free_array(team->plan->context, team->shadow.team_columns, columns + 1, sizeof *team->shadow.team_columns);
  }
  tx_plan_part_free(&team->part);
  tx_arena_free(&team->part.arena);
}

void tx_hire_team_add(tx_hire_team *team, size_t group, uint32_t like, double batch) {
  team->kinds[team->kind_count++] = (tx_hire_kind){.group = group, .like = like, .batch = batch};
}

/* --- somebody who is supposed --- */

/* The values that most of the value has, of what eligibility reads of customers: "language fr". */
static void write_values(const triax_plan *plan, uint32_t customer, tx_writer *writer) {
  const tx_policy_allocation *policy = &plan->compiled->policy->allocation;
  const tx_pair_tally *tally = &plan->allocation.pair_tallies[policy->eligible];
  bool first = true;
  for (size_t i = 0; i < tally->count; i++) {
    const tx_pair_source *source = &plan->compiled->pair_sources[tally->variables[i]];
    if (source->csm || source->variable == TX_NO_INDEX) continue;
    const tx_column *column = plan->columns[source->variable];
    if (!column->dictionary || column->lists) continue;
    triax_text name = tx_module_variable_name(plan->compiled->pair_module, tally->variables[i]);
    tx_write_c(writer, first ? " for " : ", ");
    tx_write(writer, name);
    tx_write_c(writer, " ");
    tx_write(writer, tx_column_has(column, customer)
                         ? tx_dictionary_text(column->dictionary, tx_column_code(column, customer))
                         : TX_TEXT("(missing)"));
    first = false;
  }
}

static void write_roles(const triax_plan *plan, size_t group, tx_writer *writer) {
  const tx_policy_segment *segment = tx_roles_of_set(plan, plan->allocation.result->groups[group].role_set);
  tx_write_c(writer, "role ");
  for (size_t r = 0; segment && r < segment->role_count; r++) {
    if (r) tx_write_c(writer, " or ");
    tx_write(writer, segment->roles[r]);
  }
}

/* What stands in the way of the first, who is the most valuable: the others like it are meant. */
static const char *write_needs(tx_hire_team *team, size_t group, uint32_t customer) {
  const triax_plan *plan = team->plan;
  const tx_policy_allocation *policy = &plan->compiled->policy->allocation;
  char text[300] = "";
  tx_writer writer = {text, sizeof text, 0};
  switch (plan->allocation.result->way[customer]) {
    case TX_WAY_ROLE: write_roles(plan, group, &writer); break;
    case TX_WAY_EMPTY_POOL: tx_write_c(&writer, "a CSM of this pool"); break;
    default:
      if (policy->eligible == TX_NO_INPUT) break;
      tx_write(&writer, policy->inputs.items[policy->eligible].source);
      write_values(plan, customer, &writer);
      break;
  }
  return tx_arena_copy(&team->plan->allocation.arena, text, strlen(text));
}

/* Whether two customers are alike to eligibility: to one hire they are one kind of account. */
static bool is_alike(const triax_plan *plan, uint32_t a, uint32_t b) {
  const tx_allocation_input *input = &plan->allocation.input;
  if (plan->allocation.result->way[a] != plan->allocation.result->way[b]) return false;
  const tx_pairs *eligible = input->eligible;
  if (!eligible) return true;
  uint32_t group_a = eligible->customer_group[a], group_b = eligible->customer_group[b];
  /* Whoever is hired is none of those whom a customer names. */
  return eligible->row ? eligible->row[group_a] == eligible->row[group_b] : group_a == group_b;
}

bool tx_hire_team_suppose(tx_hire_team *team, size_t group, uint32_t *customers, size_t *count) {
  tx_hire_kind kind = {.group = group, .like = TX_ALLOCATION_NONE};
  const double *accounts = team->plan->allocation.input.accounts;
  uint32_t first = customers[0];
  size_t left = 0;
  double load = 0;
  kind.serves = tx_arena_calloc(&team->part.arena, tx_words(team->plan->rows) + 1, sizeof *kind.serves);
  kind.needs = write_needs(team, group, first);
  if (!kind.serves || !kind.needs) return false;
  for (size_t i = 0; i < *count; i++) {
    uint32_t customer = customers[i];
    if (!is_alike(team->plan, first, customer)) {
      customers[left++] = customer;
      continue;
    }
    tx_bit_set(kind.serves, customer);
    load += accounts[customer] > 0 ? 1 / accounts[customer] : 0;
  }
  *count = left;
  kind.batch = fmax(1, ceil(ceil(load - 1e-9) / TX_HIRE_STEPS));
  team->kinds[team->kind_count++] = kind;
  return true;
}

/* --- rows --- */

/* Keys that nobody of the team has, and no account's column is likely to. */
static tx_column *new_keys(const triax_plan *plan, const tx_column *old, size_t hires) {
  tx_column_builder *keys = tx_column_builder_new(plan->context, TRIAX_TYPE_STRING);
  bool fine = keys != NULL;
  for (size_t row = 0; fine && row < plan->csms; row++) {
    fine = tx_column_builder_text(keys, tx_dictionary_text(old->dictionary, tx_column_code(old, row)));
  }
  for (size_t i = 0; fine && i < hires; i++) {
    char key[48];
    snprintf(key, sizeof key, "(hire %u)", (unsigned)(i + 1));
    fine = tx_column_builder_text(keys, triax_text_of(key));
  }
  tx_column *column = fine ? tx_column_builder_finish(keys) : NULL;
  tx_column_builder_free(keys);
  return column;
}

/* The team's columns with the further rows: those of whom they are like. */
static bool make_columns(tx_hire_team *team, size_t rows) {
  const triax_plan *plan = team->plan;
  const tx_people *people = &plan->compiled->team->people;
  size_t *from = tx_arena_calloc(&team->part.arena, rows + 1, sizeof *from), at = plan->csms;
  team->shadow.team_columns = tx_calloc(plan->context, people->table->columns + 1, sizeof(tx_column *));
  if (!from || !team->shadow.team_columns) return false;
  for (size_t row = 0; row < plan->csms; row++) from[row] = row;
  for (size_t k = 0; k < team->kind_count; k++) {
    team->kinds[k].row = at;
    for (int step = 0; step < TX_HIRE_STEPS; step++) {
      from[at++] = team->kinds[k].like == TX_ALLOCATION_NONE ? TX_NO_ROW : team->kinds[k].like;
    }
  }
  for (size_t c = 0; c < people->table->columns; c++) {
    const tx_column *old = plan->team_columns[c];
    tx_column *column = c == people->key ? new_keys(plan, old, rows - plan->csms) : tx_column_gather(old, from, rows);
    if (!column) return false;
    team->shadow.team_columns[c] = column;
  }
  team->shadow.csms = rows;
  return true;
}

/* --- what the model reads of them --- */

/* Full time, with caps to match; a supposed one's caps are the team's mean for a full-time CSM. */
static bool set_sizes(tx_hire_team *team, size_t rows) {
  tx_allocation_input *input = &team->part.input;
  const tx_plan_allocation *part = &team->plan->allocation;
  double *fte = tx_arena_calloc(&team->part.arena, rows, sizeof *fte);
  tx_allocation_cap *caps = tx_arena_calloc(&team->part.arena, input->cap_count + 1, sizeof *caps);
  if (!fte || !caps) return false;
  for (size_t i = 0; i < rows; i++) fte[i] = input->fte ? input->fte[i] : 1;
  for (size_t c = 0; c < input->cap_count; c++) {
    double *have = tx_arena_calloc(&team->part.arena, rows, sizeof *have), sum = 0, of = 0;
    if (!have) return false;
    memcpy(have, input->caps[c].have, rows * sizeof *have);
    for (size_t i = 0; i < team->plan->csms; i++) {
      if (!tx_bit(part->input.here, i) || !isfinite(have[i]) || !(fte[i] > 0)) continue;
      sum += have[i];
      of += fte[i];
    }
    for (size_t k = 0; k < team->kind_count; k++) {
      const tx_hire_kind *kind = &team->kinds[k];
      double full = kind->like == TX_ALLOCATION_NONE || !(fte[kind->row] > 0)
                        ? (of > 0 ? sum / of : NAN)
                        : have[kind->row] / fte[kind->row];
      for (size_t i = kind->row; i < kind->row + TX_HIRE_STEPS; i++) have[i] = full * kind->batch;
    }
    caps[c] = (tx_allocation_cap){input->caps[c].name, input->caps[c].need, have};
  }
  for (size_t k = 0; k < team->kind_count; k++) {
    for (size_t i = 0; i < TX_HIRE_STEPS; i++) fte[team->kinds[k].row + i] = team->kinds[k].batch;
  }
  input->fte = fte;
  input->caps = caps;
  return true;
}

/* Those who are supposed serve their group's pool alone, with its role. */
static bool set_pools(tx_hire_team *team, size_t rows) {
  tx_allocation_input *input = &team->part.input;
  const tx_allocation_result *result = team->plan->allocation.result;
  size_t words = tx_words(rows);
  tx_allocation_pool *pools = tx_arena_calloc(&team->part.arena, input->pool_count + 1, sizeof *pools);
  uint64_t *roles = (uint64_t *)input->role_csms; /* of the part's own arena */
  if (!pools) return false;
  for (size_t p = 0; p < input->pool_count; p++) {
    pools[p] = input->pools[p];
    if (!pools[p].csms) continue;
    uint64_t *csms = tx_arena_calloc(&team->part.arena, words, sizeof *csms);
    if (!csms) return false;
    memcpy(csms, pools[p].csms, words * sizeof *csms);
    pools[p].csms = csms;
    for (size_t k = 0; k < team->kind_count; k++) {
      if (team->kinds[k].like != TX_ALLOCATION_NONE) continue;
      for (size_t i = team->kinds[k].row; i < team->kinds[k].row + TX_HIRE_STEPS; i++) {
        if (result->groups[team->kinds[k].group].pool == p) tx_bit_set(csms, i);
        else tx_bit_clear(csms, i);
      }
    }
  }
  for (size_t k = 0; k < team->kind_count && roles; k++) {
    if (team->kinds[k].like != TX_ALLOCATION_NONE) continue;
    uint32_t set = result->groups[team->kinds[k].group].role_set;
    for (size_t i = 0; i < TX_HIRE_STEPS; i++) tx_bit_set(roles + set * words, team->kinds[k].row + i);
  }
  input->pools = pools;
  return true;
}

/* --- eligibility --- */

static bool is_supposed(const tx_hire_team *team, size_t kind) { return team->kinds[kind].like == TX_ALLOCATION_NONE; }

/* Whom a kind serves, by group of customers of the test. */
static uint64_t *served_groups(tx_hire_team *team, const tx_pairs *old, size_t kind) {
  uint64_t *served = tx_arena_calloc(&team->part.arena, tx_words(old->customer_groups) + 1, sizeof *served);
  for (size_t c = 0; served && c < team->plan->rows; c++) {
    if (tx_bit(team->kinds[kind].serves, c)) tx_bit_set(served, old->customer_group[c]);
  }
  return served;
}

/* Rows of truth told apart by whether the kind serves them, too. */
static bool split_rows(tx_hire_team *team, tx_pairs *pairs, uint32_t *row, const uint64_t *served) {
  uint32_t *number = tx_arena_calloc(&team->part.arena, 2 * pairs->rows + 1, sizeof *number);
  size_t rows = 0;
  for (size_t g = 0; number && g < pairs->customer_groups; g++) {
    uint32_t *its = &number[2 * (size_t)row[g] + tx_bit(served, g)];
    if (*its == 0) *its = (uint32_t)++rows;
    row[g] = *its - 1;
  }
  pairs->rows = rows;
  return number != NULL;
}

/* A group of CSMs more for each supposed kind: what the rows said, and whom it serves. */
static bool write_rows(tx_hire_team *team, const tx_pairs *old, tx_pairs *pairs, uint64_t *const *served) {
  size_t words = tx_words(pairs->csm_groups), before = tx_words(old->csm_groups);
  uint64_t *truth = tx_arena_calloc(&team->part.arena, pairs->rows * words + 1, sizeof *truth);
  for (size_t g = 0; truth && g < pairs->customer_groups; g++) {
    uint64_t *to = truth + pairs->row[g] * words;
    size_t from = old->row ? old->row[g] : g, next = old->csm_groups;
    if (old->truth) memcpy(to, old->truth + from * before, before * sizeof *truth);
    for (size_t k = 0; k < team->kind_count; k++) {
      if (is_supposed(team, k) && tx_bit(served[k], g)) tx_bit_set(to, next);
      next += is_supposed(team, k);
    }
  }
  pairs->truth = truth;
  return truth != NULL;
}

/* Eligibility with one group of CSMs more for each supposed kind, by the customers that it serves. */
static bool set_eligible(tx_hire_team *team, size_t rows) {
  const tx_pairs *old = team->part.input.eligible;
  tx_arena *arena = &team->part.arena;
  size_t supposed = 0;
  for (size_t k = 0; k < team->kind_count; k++) supposed += is_supposed(team, k);
  if (!old || !supposed) return true;
  tx_pairs *pairs = tx_arena_calloc(arena, 1, sizeof *pairs);
  uint32_t *csm_group = tx_arena_calloc(arena, rows, sizeof *csm_group);
  uint32_t *row = tx_arena_calloc(arena, old->customer_groups + 1, sizeof *row);
  uint64_t **served = tx_arena_calloc(arena, team->kind_count, sizeof *served);
  if (!pairs || !csm_group || !row || !served) return false;
  memcpy(csm_group, old->csm_group, rows * sizeof *csm_group);
  *pairs = *old;
  pairs->csm_group = csm_group;
  pairs->row = row;
  if (!old->row) pairs->rows = old->truth ? old->customer_groups : 1;
  for (size_t g = 0; g < old->customer_groups; g++) row[g] = old->row ? old->row[g] : old->truth ? (uint32_t)g : 0;
  for (size_t k = 0; k < team->kind_count; k++) {
    if (!is_supposed(team, k)) continue;
    for (size_t i = 0; i < TX_HIRE_STEPS; i++) csm_group[team->kinds[k].row + i] = (uint32_t)pairs->csm_groups;
    pairs->csm_groups++;
    served[k] = served_groups(team, old, k);
    if (!served[k] || !split_rows(team, pairs, row, served[k])) return false;
  }
  team->part.input.eligible = pairs;
  return write_rows(team, old, pairs, served);
}

triax_status tx_hire_team_prepare(tx_hire_team *team, triax_error *error) {
  size_t rows = team->plan->csms + team->kind_count * TX_HIRE_STEPS;
  if (!make_columns(team, rows)) return tx_no_memory(error);
  triax_status status = tx_prepare_allocation(&team->shadow, &team->part, error);
  if (status != TRIAX_OK) return status;
  team->here = (uint64_t *)team->part.input.here; /* of the part's own arena */
  for (size_t i = team->plan->csms; i < rows; i++) tx_bit_clear(team->here, i);
  return set_sizes(team, rows) && set_pools(team, rows) && set_eligible(team, rows) ? TRIAX_OK : tx_no_memory(error);
}
