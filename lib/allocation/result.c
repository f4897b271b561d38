/* The solver's answer in the policy's terms: owners, how each customer stands, books, objective and bound. */
#include <math.h>
#include <string.h>

#include "allocation/private.h"
#include "base/sum.h"

static bool new_arrays(tx_allocation_job *job) {
  tx_allocation_result *result = job->result;
  tx_arena *arena = &job->keep->arena;
  result->csm = tx_arena_calloc(arena, result->customers + 1, sizeof *result->csm);
  result->stands = tx_arena_calloc(arena, result->customers + 1, sizeof *result->stands);
  result->way = tx_arena_calloc(arena, result->customers + 1, sizeof *result->way);
  result->earned = tx_arena_calloc(arena, result->customers + 1, sizeof *result->earned);
  result->books = tx_arena_calloc(arena, result->csms + 1, sizeof *result->books);
  job->keep->csm = tx_arena_calloc(arena, job->keep->units + 1, sizeof *job->keep->csm);
  double *used = tx_arena_calloc(arena, (result->csms + 1) * (result->caps + 1), sizeof *used);
  if (!result->csm || !result->stands || !result->way || !result->earned || !result->books || !job->keep->csm ||
      !used) {
    return false;
  }
  for (size_t i = 0; i < result->csms; i++) result->books[i].used = used + i * result->caps;
  return true;
}

static uint8_t stands(const tx_allocation_job *job, size_t customer, uint32_t unit, uint32_t csm) {
  uint32_t owner = tx_live_owner(job->input, customer);
  if (csm == TX_ALLOCATION_NONE) return TX_STANDS_UNCOVERED;
  if (owner == TX_ALLOCATION_NONE) return TX_STANDS_NEW;
  if (owner != csm) return TX_STANDS_MOVED;
  bool frozen = job->keep->fixed[unit] == csm && job->input->frozen && tx_bit(job->input->frozen, customer);
  return frozen ? TX_STANDS_FROZEN : TX_STANDS_KEPT;
}

static uint64_t earned(const tx_allocation_input *input, size_t customer, uint32_t csm) {
  uint64_t bits = 0;
  for (size_t p = 0; csm != TX_ALLOCATION_NONE && p < input->prefer_count; p++) {
    if (tx_pair_holds(&input->prefer[p].pairs, customer, csm)) bits |= UINT64_C(1) << p;
  }
  return bits;
}

static void set_customers(tx_allocation_job *job) {
  tx_allocation_result *result = job->result;
  const tx_allocation_input *input = job->input;
  for (size_t c = 0; c < result->customers; c++) {
    uint32_t unit = job->keep->unit_of[c];
    result->csm[c] = TX_ALLOCATION_NONE;
    result->stands[c] = TX_STANDS_UNWANTED;
    if (unit == TX_ALLOCATION_NONE) continue;
    uint32_t csm = result->csm[c] = job->keep->csm[unit];
    result->stands[c] = stands(job, c, unit, csm);
    result->earned[c] = earned(input, c, csm);
    if (csm == TX_ALLOCATION_NONE) continue;
    result->books[csm].accounts++;
    for (size_t cap = 0; cap < result->caps; cap++) {
      result->books[csm].used[cap] += tx_amount(input->caps[cap].need, c);
    }
  }
}

static void set_books(tx_allocation_job *job, const tx_books_result *solved) {
  tx_allocation_inside *keep = job->keep;
  for (size_t i = 0; i < job->result->csms; i++) {
    keep->csm_load[i] = solved->load[i];
    job->result->books[i].load = (double)solved->load[i] / (double)keep->load_unit;
    job->result->books[i].fte = tx_csm_fte(job->input, i);
  }
  for (size_t c = 0; c < job->result->caps && job->result->csms; c++) {
    memcpy(keep->used[c], solved->used + c * job->result->csms, job->result->csms * sizeof **keep->used);
  }
}

/* In the policy's units; whether they differ is told by the exact numbers. */
static double gap_of(const tx_allocation_result *result, const tx_books_goal *goal, const tx_books_goal *bound) {
  const bool differs[] = {goal->value != bound->value, goal->over != bound->over, goal->points != bound->points,
                          goal->imbalance != bound->imbalance};
  const double reached[] = {result->uncovered_value, result->over, result->points, result->imbalance};
  const double proven[] = {result->bound_uncovered_value, result->bound_over, result->bound_points,
                           result->bound_imbalance};
  for (int p = 0; p < result->bounded; p++) {
    if (differs[p]) return fabs(reached[p] - proven[p]) / fmax(1, fabs(proven[p]));
  }
  return result->optimal ? 0 : NAN;
}

static int64_t floor_divided(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

/* From the solver's points, with ties or traded for balance, to the policy's alone. */
static void count_policys_points(tx_allocation_job *job, tx_books_result *solved) {
  if (job->points_times > 1) {
    int64_t points = floor_divided(solved->goal.points, job->points_times);
    job->result->tied = (uint64_t)(solved->goal.points - points * job->points_times);
    solved->goal.points = points;
    solved->bound.points = floor_divided(solved->bound.points, job->points_times);
  }
  if (!job->points_traded) return;
  solved->goal.points = job->traded_goal.points / job->points_traded;
  solved->goal.imbalance = job->traded_goal.imbalance;
  solved->bound.points = solved->goal.points;
  solved->bound.imbalance = solved->goal.imbalance;
  solved->optimal = false;
}

/* Units with their owner: what they earn by input.keep_points is not the policy's. */
static size_t count_kept(const tx_allocation_job *job) {
  size_t count = 0;
  for (size_t u = 0; u < job->keep->units; u++) {
    count += job->unit_owner[u] != TX_ALLOCATION_NONE && job->keep->csm[u] == job->unit_owner[u];
  }
  return count;
}

/* Value is summed from the policy's numbers; the bound stands as far below it as the solver says. */
static void set_objective(tx_allocation_job *job, const tx_books_result *answer) {
  tx_allocation_result *result = job->result;
  tx_books_result policys = *answer, *solved = &policys;
  count_policys_points(job, solved);
  tx_sum value = {0, 0};
  for (size_t c = 0; c < result->customers; c++) {
    if (result->stands[c] == TX_STANDS_UNCOVERED) tx_sum_add(&value, tx_customer_value(job->input, c));
  }
  double load_unit = (double)job->keep->load_unit, points = (double)job->points_scale / 1000;
  double less = (double)(solved->goal.value - solved->bound.value) / job->value_scale;
  result->uncovered_value = tx_sum_of(&value);
  result->bound_uncovered_value = less < result->uncovered_value ? result->uncovered_value - less : 0;
  result->over = (double)solved->goal.over / load_unit;
  result->bound_over = (double)solved->bound.over / load_unit;
  double kept = job->input->keep_points != 0 ? job->input->keep_points * (double)count_kept(job) : 0;
  result->points = (double)solved->goal.points * points - kept;
  result->bound_points = (double)solved->bound.points * points - kept;
  result->imbalance = (double)solved->goal.imbalance / job->imbalance_scale;
  result->bound_imbalance = (double)solved->bound.imbalance / job->imbalance_scale;
  result->bounded = job->points_traded ? 2 : 4;
  result->optimal = solved->optimal;
  result->stopped = solved->stopped;
  result->gap = gap_of(result, &solved->goal, &solved->bound);
}

bool tx_allocation_answer(tx_allocation_job *job, const tx_books_result *solved) {
  if (!new_arrays(job)) return false;
  for (size_t u = 0; u < job->keep->units; u++) job->keep->csm[u] = solved->csm[u];
  set_customers(job);
  set_books(job, solved);
  set_objective(job, solved);
  return true;
}
