/* Whom to hire: for each pool and role with accounts left uncovered, CSMs like some of the team, put in place and the
 * pool's books solved again. What is told is what they then gain.
 *
 * A short list is made by what a CSM could take of the uncovered, most valuable for their load first. A hire is full
 * time and otherwise like the CSM it is named after, but for the key: no account was ever theirs. Where nobody of the
 * team may take an account, a CSM is supposed who may. Everybody outside the pool stays where they are. */
#include <math.h>
#include <string.h>

#include "base/sort.h"
#include "base/text.h"
#include "plan/again.h"
#include "plan/hires.h"

/* Of the plan's effort, for each time: what is covered is found early. */
#define EFFORT 0.1

typedef struct hiring {
  triax_plan *plan;
  tx_hire_team team;        /* the team with those who may be hired */
  tx_allocation_input *input; /* over that team */
  uint64_t *here;           /* of input: hired ones are here */
  uint64_t *wanted;
  uint32_t *placed;
  uint32_t *order, *spare; /* uncovered customers of the group */
  size_t count;
  tx_hire *found;
  size_t found_room;
  triax_error *error;
} hiring;

static double load_of(const hiring *h, size_t customer) {
  double accounts = h->plan->allocation.input.accounts[customer];
  return accounts > 0 ? 1 / accounts : 0;
}

static double value_of(const hiring *h, size_t customer) {
  const double *value = h->plan->allocation.input.value;
  double one = value ? value[customer] : 1;
  return isfinite(one) && one > 0 ? one : 0;
}

/* More value for its load first. */
static bool before(const void *user, uint32_t a, uint32_t b) {
  const hiring *h = user;
  double of_a = value_of(h, a) * load_of(h, b), of_b = value_of(h, b) * load_of(h, a);
  return of_a != of_b ? of_a > of_b : a < b;
}

static bool is_of_group(const tx_plan_allocation *part, const tx_allocation_group *group, size_t row) {
  uint32_t role = part->input.role_set ? part->input.role_set[row] : 0;
  return part->result->pool[row] == group->pool && role == group->role_set;
}

/* --- the short list --- */

/* Whether the CSM could own the customer, were it here and had it room. */
static bool could_own(const hiring *h, size_t customer, uint32_t csm) {
  const tx_plan_allocation *part = &h->plan->allocation;
  tx_allocation_why why;
  tx_allocation_why_not(&part->input, part->result, customer, csm, &why);
  return why.way == TX_WAY_AWAY || why.way == TX_WAY_FULL || why.way == TX_WAY_CAP || why.way == TX_WAY_POINTS ||
         why.way == TX_WAY_BALANCE;
}

/* What a full-time CSM like this one could take of the uncovered, and how many it could own at all. */
static double potential_of(const hiring *h, uint32_t csm, size_t *serves) {
  double load = 0, value = 0;
  *serves = 0;
  for (size_t i = 0; i < h->count; i++) {
    if (!could_own(h, h->order[i], csm)) continue;
    ++*serves;
    double more = load_of(h, h->order[i]);
    if (load + more > 1 + 1e-9) continue;
    load += more;
    value += value_of(h, h->order[i]);
  }
  return value;
}

typedef struct short_list {
  uint32_t csm[TX_HIRE_KINDS];
  double potential[TX_HIRE_KINDS];
  size_t serves[TX_HIRE_KINDS], count;
} short_list;

/* Equal in what they could take: the first of the team stands for the kind. */
static void consider(short_list *list, uint32_t csm, double potential, size_t serves) {
  if (serves == 0) return;
  for (size_t i = 0; i < list->count; i++) {
    if (list->potential[i] == potential && list->serves[i] == serves) return;
  }
  size_t at = list->count;
  while (at && (list->potential[at - 1] < potential ||
                (list->potential[at - 1] == potential && list->serves[at - 1] < serves))) {
    at--;
  }
  if (at >= TX_HIRE_KINDS) return;
  for (size_t i = list->count < TX_HIRE_KINDS ? list->count : TX_HIRE_KINDS - 1; i > at; i--) {
    list->csm[i] = list->csm[i - 1];
    list->potential[i] = list->potential[i - 1];
    list->serves[i] = list->serves[i - 1];
  }
  list->csm[at] = csm;
  list->potential[at] = potential;
  list->serves[at] = serves;
  list->count += list->count < TX_HIRE_KINDS;
}

static void list_uncovered(hiring *h, const tx_allocation_group *group) {
  const tx_plan_allocation *part = &h->plan->allocation;
  h->count = 0;
  for (size_t row = 0; row < h->plan->rows; row++) {
    bool one = part->result->stands[row] == TX_STANDS_UNCOVERED && is_of_group(part, group, row);
    if (one && tx_allocation_lead(part->result, row) == row) h->order[h->count++] = (uint32_t)row;
  }
  tx_sort(h->order, h->spare, h->count, before, h);
  if (h->count > TX_HIRE_LOOKED_AT) h->count = TX_HIRE_LOOKED_AT;
}

static void make_short_list(hiring *h, short_list *list) {
  uint32_t looked = h->plan->csms < TX_HIRE_LOOKED_AT ? (uint32_t)h->plan->csms : TX_HIRE_LOOKED_AT;
  for (uint32_t csm = 0; csm < looked; csm++) {
    size_t serves;
    double potential = potential_of(h, csm, &serves);
    consider(list, csm, potential, serves);
  }
}

/* Groups with something uncovered that a hire could cover, the most value first. */
static size_t order_groups(const tx_allocation_result *result, size_t *groups) {
  size_t count = 0;
  for (size_t g = 0; g < result->group_count; g++) {
    const tx_allocation_group *group = &result->groups[g];
    if (!group->uncovered || group->pool == TX_ALLOCATION_NONE) continue;
    size_t at = count < TX_HIRE_GROUPS ? count : TX_HIRE_GROUPS;
    while (at && result->groups[groups[at - 1]].uncovered_value < group->uncovered_value) at--;
    if (at >= TX_HIRE_GROUPS) continue;
    for (size_t i = count < TX_HIRE_GROUPS ? count : TX_HIRE_GROUPS - 1; i > at; i--) groups[i] = groups[i - 1];
    groups[at] = g;
    count += count < TX_HIRE_GROUPS;
  }
  return count;
}

/* So many full-time CSMs at a time that the group is done in a few steps. */
static double batch_of(const hiring *h) {
  double load = 0;
  for (size_t i = 0; i < h->count; i++) load += load_of(h, h->order[i]);
  double batch = ceil(ceil(load - 1e-9) / TX_HIRE_STEPS);
  return batch > 1 ? batch : 1;
}

static bool list_kinds(hiring *h, const size_t *groups, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const tx_allocation_group *group = &h->plan->allocation.result->groups[groups[i]];
    short_list list = {.count = 0};
    list_uncovered(h, group);
    make_short_list(h, &list);
    double batch = batch_of(h);
    for (size_t k = 0; k < list.count; k++) tx_hire_team_add(&h->team, groups[i], list.csm[k], batch);
    size_t open = 0;
    for (size_t x = 0; x < h->count; x++) {
      bool served = false;
      for (size_t k = 0; k < list.count && !served; k++) served = could_own(h, h->order[x], list.csm[k]);
      if (!served) h->order[open++] = h->order[x];
    }
    h->count = open;
    for (int supposed = 0; h->count && supposed < TX_HIRE_SUPPOSED; supposed++) {
      if (!tx_hire_team_suppose(&h->team, groups[i], h->order, &h->count)) return false;
    }
  }
  return true;
}

/* --- the gains --- */

typedef struct books {
  double value, points;
  uint64_t accounts;
} books;

/* Only the pool's accounts are free; others keep whom they have, or are left out of it. */
static void set_free(hiring *h, uint32_t pool) {
  const tx_plan_allocation *part = &h->plan->allocation;
  for (size_t row = 0; row < h->plan->rows; row++) {
    bool inside = part->result->pool[row] == pool, covered = part->result->csm[row] != TX_ALLOCATION_NONE;
    h->placed[row] = inside || !covered ? TX_ALLOCATION_NONE : part->result->csm[row];
    if (tx_bit(part->input.wanted, row) && (inside || covered)) tx_bit_set(h->wanted, row);
    else tx_bit_clear(h->wanted, row);
  }
}

static triax_status solve(hiring *h, books *found) {
  tx_allocation_result *result = NULL;
  triax_status status = tx_allocation_run(h->plan->context, h->input, &result, h->error);
  if (status != TRIAX_OK) return status;
  *found = (books){result->uncovered_value, result->points, 0};
  for (size_t row = 0; row < h->plan->rows; row++) found->accounts += result->stands[row] == TX_STANDS_UNCOVERED;
  tx_allocation_result_free(result);
  return TRIAX_OK;
}

static bool add_step(hiring *h, const tx_hire_kind *kind, const books *before_it, const books *after) {
  tx_plan_allocation *part = &h->plan->allocation;
  void *grown = h->found;
  if (!tx_grow(h->plan->context, &grown, &h->found_room, part->hire_count + 1, sizeof *h->found)) return false;
  h->found = grown;
  h->found[part->hire_count++] = (tx_hire){.group = kind->group, .like = kind->like, .needs = kind->needs,
                                           .count = kind->batch, .value = before_it->value - after->value,
                                           .accounts = before_it->accounts > after->accounts
                                                           ? before_it->accounts - after->accounts
                                                           : 0,
                                           .points = after->points - before_it->points, .left_value = after->value,
                                           .left_accounts = after->accounts};
  return true;
}

/* One more batch of the kind that gains most; *gained false: none gains. */
static triax_status hire_once(hiring *h, size_t group, books *now, bool *gained) {
  const tx_hire_kind *best = NULL;
  books best_books = *now;
  triax_status status = TRIAX_OK;
  for (size_t k = 0; status == TRIAX_OK && k < h->team.kind_count; k++) {
    tx_hire_kind *kind = &h->team.kinds[k];
    books after;
    if (kind->group != group || kind->hired == TX_HIRE_STEPS) continue;
    tx_bit_set(h->here, kind->row + kind->hired);
    status = solve(h, &after);
    tx_bit_clear(h->here, kind->row + kind->hired);
    if (status != TRIAX_OK) return status;
    bool better = best_books.value - after.value > 1e-9 * fmax(1, best_books.value) ||
                  (after.value <= best_books.value && after.accounts < best_books.accounts);
    if (!better) continue;
    best = kind;
    best_books = after;
  }
  *gained = best != NULL;
  if (!best) return TRIAX_OK;
  tx_bit_set(h->here, best->row + best->hired);
  h->team.kinds[best - h->team.kinds].hired++;
  if (!add_step(h, best, now, &best_books)) return tx_no_memory(h->error);
  *now = best_books;
  return TRIAX_OK;
}

static triax_status hire_for(hiring *h, size_t group) {
  books now;
  bool gained = true;
  set_free(h, h->plan->allocation.result->groups[group].pool);
  triax_status status = solve(h, &now);
  for (int step = 0; status == TRIAX_OK && gained && now.accounts && step < 2 * TX_HIRE_STEPS; step++) {
    status = hire_once(h, group, &now, &gained);
  }
  return status;
}

/* What the table of pools says: hires that were found; none where those of another role cover the whole pool. */
static void set_counts(triax_plan *plan, const size_t *groups, size_t count) {
  tx_plan_allocation *part = &plan->allocation;
  for (size_t i = 0; i < count; i++) {
    tx_allocation_group *group = &part->result->groups[groups[i]];
    double hired = 0;
    bool covered = false;
    for (size_t n = 0; n < part->hire_count; n++) {
      const tx_hire *hire = &part->hires[n];
      hired += hire->group == groups[i] ? hire->count : 0;
      covered = covered || (part->result->groups[hire->group].pool == group->pool && hire->left_accounts == 0);
    }
    if (hired > 0 || covered) group->hires = (uint64_t)hired;
  }
}

static triax_status hire_all(hiring *h, size_t *groups, size_t count) {
  triax_status status = TRIAX_OK;
  tx_plan_allocation *part = &h->plan->allocation;
  for (size_t i = 0; status == TRIAX_OK && i < count; i++) status = hire_for(h, groups[i]);
  if (status == TRIAX_OK && part->hire_count) {
    part->hires = tx_arena_calloc(&part->arena, part->hire_count, sizeof *part->hires);
    if (!part->hires) return tx_no_memory(h->error);
    memcpy(part->hires, h->found, part->hire_count * sizeof *part->hires);
    set_counts(h->plan, groups, count);
  }
  return status;
}

static bool make_room(hiring *h, tx_arena *arena) {
  size_t rows = h->plan->rows + 1;
  h->order = tx_arena_calloc(arena, rows, sizeof *h->order);
  h->spare = tx_arena_calloc(arena, rows, sizeof *h->spare);
  h->placed = tx_arena_calloc(arena, rows, sizeof *h->placed);
  h->wanted = tx_arena_calloc(arena, tx_words(rows), sizeof *h->wanted);
  return h->order && h->spare && h->placed && h->wanted;
}

/* Many accounts take long to solve again: then only by wish. */
static bool is_asked_for(const triax_plan *plan) {
  uint64_t wanted = 0;
  for (size_t row = 0; row < plan->rows; row++) wanted += tx_bit(plan->allocation.input.wanted, row);
  return plan->hiring > 0 || wanted <= TX_HIRE_ACCOUNTS;
}

triax_status tx_run_hires(triax_plan *plan, triax_error *error) {
  size_t groups[TX_HIRE_GROUPS], count = order_groups(plan->allocation.result, groups);
  if (!count || !is_asked_for(plan)) return TRIAX_OK;
  hiring h = {.plan = plan, .error = error};
  tx_hire_team_init(&h.team, plan);
  triax_status status = make_room(&h, &h.team.part.arena) && list_kinds(&h, groups, count) ? TRIAX_OK : TRIAX_ENOMEM;
  if (status == TRIAX_ENOMEM) tx_no_memory(error);
  if (status == TRIAX_OK && h.team.kind_count) status = tx_hire_team_prepare(&h.team, error);
  if (status == TRIAX_OK && h.team.kind_count) {
    h.input = &h.team.part.input;
    h.here = h.team.here;
    h.input->unproven = true;
    h.input->former = NULL; /* what a hire gains does not hang on where the plan came from */
    h.input->wanted = h.wanted;
    h.input->placed = h.placed;
    h.input->effort *= EFFORT;
    status = hire_all(&h, groups, count);
  }
  tx_free_array(plan->context, h.found, h.found_room, sizeof *h.found);
  tx_hire_team_free(&h.team);
  return status;
}
