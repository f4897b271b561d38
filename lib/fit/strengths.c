/* How strong the penalties of an additive fit are: what the data say (REML), what they vouch for, what history allows. */
#include <math.h>
#include <string.h>

#include "fit/additive.h"
#include "fit/elementary.h"
#include "fit/spd.h"

/* Of bends, which are large where a line has a step; and of effects, which are log-odds: where an outcome is certain the
 * likelihood alone would let them go on and on. */
#define BENDS_LEAST 1e-4
#define EFFECTS_LEAST 0.05
#define STRENGTH_MOST 1e7
/* Changes of strengths on one parabola. */
#define SWEEPS 8
/* The number of free parameters is known when it changes by less. */
#define PARAMETERS_ENOUGH 0.05
/* Rounds of shrinking that touch the bends of lines and tables alone. */
#define STRAIGHTENING 12
/* So many slopes of the common size each slope leans on. */
#define LEAN 0.3

/* --- free parameters ---- */

/* coefficients · inverse of the second derivatives · coefficients. */
static double variance_of(const tx_additive *additive, const tx_penalty *penalty) {
  const size_t stride = additive->stride;
  double sum = 0;
  for (size_t k = penalty->first; k < additive->count; k++) {
    const double *row = additive->inverse + k * stride + penalty->first;
    double value = 0;
    for (uint32_t i = 0; i < penalty->count && penalty->first + i <= k; i++) {
      value += (penalty->coefficients ? penalty->coefficients[i] : 1) * row[i];
    }
    sum += value * value;
  }
  return sum;
}

static bool is_bends(const tx_additive *additive, size_t group) {
  for (size_t t = 0; t < additive->term_count; t++) {
    if (group && additive->terms[t].bends == group) return true;
  }
  return false;
}

static double within(const tx_additive *additive, size_t group, double strength) {
  return fmin(fmax(strength, is_bends(additive, group) ? BENDS_LEAST : EFFECTS_LEAST), STRENGTH_MOST);
}

/* One slope says little about how strong its penalty is to be: each leans on all of them together. */
static void lean_on_others(const tx_additive *additive, double *free_ones, double *squares) {
  double free_all = free_ones[TX_GROUP_SLOPES], squares_all = squares[TX_GROUP_SLOPES] + 1e-12;
  for (size_t t = 0; t < additive->term_count; t++) {
    const size_t slope = additive->terms[t].slope;
    free_all += slope ? free_ones[slope] : 0;
    squares_all += slope ? squares[slope] : 0;
  }
  for (size_t t = 0; t < additive->term_count; t++) {
    const size_t slope = additive->terms[t].slope;
    if (!slope) continue;
    free_ones[slope] += LEAN;
    squares[slope] += LEAN * squares_all / fmax(free_all, 1e-6);
  }
}

/* Free parameters of each term and in all, where the last solution leads to; and, if wanted, the next strengths: the
 * generalised Fellner-Schall update. */
static triax_status count_parameters(tx_additive *additive, double *next, triax_error *error) {
  double *free_ones = tx_arena_calloc(&additive->arena, additive->group_count, sizeof *free_ones);
  double *squares = tx_arena_calloc(&additive->arena, additive->group_count, sizeof *squares);
  if (!free_ones || !squares) return tx_no_memory(error);
  triax_status status = tx_spd_invert_factor(additive->context, additive->hessian, additive->count, additive->stride,
                                             additive->inverse, error);
  if (status != TRIAX_OK) return status;
  for (size_t t = 0; t < additive->term_count; t++) additive->terms[t].parameters = 0;
  additive->parameters = 0;
  for (size_t p = 0; p < additive->penalty_count; p++) {
    const tx_penalty *penalty = &additive->penalties[p];
    if (penalty->group == TX_GROUP_GAUGE) continue;
    const double value = tx_penalty_value(additive->ahead, penalty);
    double left = 1 - additive->strength[penalty->group] * variance_of(additive, penalty);
    if (left < 0) left = 0;
    free_ones[penalty->group] += left;
    squares[penalty->group] += value * value;
    additive->terms[penalty->term].parameters += left;
    additive->parameters += left;
  }
  if (next) lean_on_others(additive, free_ones, squares);
  for (size_t g = TX_GROUP_SLOPES; next && g < additive->group_count; g++) {
    const double strength = (free_ones[g] > 1e-6 ? free_ones[g] : 1e-6) / (squares[g] + 1e-12);
    next[g] = within(additive, g, strength);
  }
  return TRIAX_OK;
}

/* Towards the next strengths; where two changes in a row shrank evenly, to where such changes end (Aitken). */
static void change_strengths(tx_additive *additive, const double *next) {
  for (size_t g = TX_GROUP_SLOPES; g < additive->group_count; g++) {
    if (additive->settled[g]) continue;
    const double change = tx_ln(next[g] / additive->strength[g]), ratio = change / additive->change[g];
    const bool even = additive->change[g] != 0 && ratio > 0 && ratio < 1;
    const double ahead = even ? change / fmax(1 - ratio, 0.2) : change;
    const double strength = additive->strength[g] * tx_exp(fmin(fmax(ahead, -5), 5));
    additive->change[g] = even ? 0 : change;
    additive->strength[g] = within(additive, g, strength);
  }
}

/* Learns strengths on the parabola as it is, and solves for parameters with them: no row is looked at. */
static triax_status learn_strengths(tx_additive *additive, triax_error *error) {
  double *next = tx_arena_calloc(&additive->arena, additive->group_count, sizeof *next), before = INFINITY;
  if (!next) return tx_no_memory(error);
  triax_status status = TRIAX_OK;
  for (size_t sweep = 0; status == TRIAX_OK; sweep++) {
    status = tx_additive_solve(additive, error);
    if (status == TRIAX_OK) status = count_parameters(additive, next, error);
    if (sweep == SWEEPS || fabs(additive->parameters - before) < PARAMETERS_ENOUGH) break;
    before = additive->parameters;
    if (status == TRIAX_OK) change_strengths(additive, next);
  }
  return status;
}

triax_status tx_additive_fit(tx_additive *additive, size_t steps, triax_error *error) {
  double before = additive->parameters, moved = INFINITY;
  const bool fresh = !(before > 0);
  additive->directed = false;
  triax_status status = tx_additive_rate(additive, error);
  for (size_t step = 0; status == TRIAX_OK && step < steps; step++) {
    /* The first step leads near enough for strengths to be told; it tells none, however short it is. */
    const bool first = fresh && step == 0;
    status = tx_additive_differentiate(additive, error);
    if (status == TRIAX_OK) status = first ? tx_additive_solve(additive, error) : learn_strengths(additive, error);
    if (status == TRIAX_OK) status = tx_additive_move(additive, &moved, error);
    if (!first && moved < 0.02 && fabs(additive->parameters - before) < 2 * PARAMETERS_ENOUGH) break;
    before = additive->parameters;
  }
  return status;
}

/* --- what the data vouch for ---- */

/* The penalties of a group; how many. */
static size_t list_group(const tx_additive *additive, size_t group, const tx_penalty **list) {
  size_t count = 0;
  for (size_t p = 0; p < additive->penalty_count; p++) {
    if (additive->penalties[p].group == group && count < TX_SLOTS) list[count++] = &additive->penalties[p];
  }
  return count;
}

/* The covariances of a group's penalised values: a square. */
static void covariances(const tx_additive *additive, const tx_penalty *const *list, size_t count, double *square) {
  double values[TX_SLOTS];
  memset(square, 0, count * count * sizeof *square);
  for (size_t k = list[0]->first; k < additive->count; k++) {
    for (size_t i = 0; i < count; i++) {
      const double *row = additive->inverse + k * additive->stride + list[i]->first;
      values[i] = 0;
      for (uint32_t j = 0; j < list[i]->count && list[i]->first + j <= k; j++) {
        values[i] += (list[i]->coefficients ? list[i]->coefficients[j] : 1) * row[j];
      }
      for (size_t j = 0; j <= i; j++) square[i * count + j] += values[i] * values[j];
    }
  }
}

/* Twice the logarithm of the odds of a group's effects being as they may be, against their being none: the density of
 * none before the data over that after (Savage and Dickey), as the parabola has it. */
static triax_status vouch(const tx_additive *additive, size_t group, double *odds, triax_error *error) {
  const tx_penalty *list[TX_SLOTS];
  double square[TX_SLOTS * TX_SLOTS], values[TX_SLOTS];
  const size_t count = list_group(additive, group, list);
  *odds = 0;
  if (!count) return TRIAX_OK;
  covariances(additive, list, count, square);
  for (size_t i = 0; i < count; i++) {
    values[i] = tx_penalty_value(additive->ahead, list[i]);
    for (size_t j = 0; j <= i; j++) square[i * count + j] *= additive->strength[group];
  }
  triax_status status = tx_spd_factor(additive->context, square, count, count, error);
  if (status != TRIAX_OK) return status;
  for (size_t i = 0; i < count; i++) {
    *odds += 2 * tx_ln(square[i * count + i]);
    for (size_t j = 0; j < i; j++) values[i] -= square[i * count + j] * values[j];
    values[i] /= square[i * count + i];
    *odds += additive->strength[group] * values[i] * values[i];
  }
  return TRIAX_OK;
}

triax_status tx_additive_straighten(tx_additive *additive, double least, bool *any, triax_error *error) {
  *any = false;
  triax_status status = tx_additive_differentiate(additive, error);
  if (status == TRIAX_OK) status = tx_additive_solve(additive, error);
  if (status == TRIAX_OK) status = count_parameters(additive, NULL, error);
  for (size_t g = TX_GROUP_MORE; status == TRIAX_OK && g < additive->group_count; g++) {
    double odds;
    if (additive->settled[g] || !is_bends(additive, g)) continue;
    status = vouch(additive, g, &odds, error);
    if (odds >= least) continue;
    additive->strength[g] = STRENGTH_MOST;
    additive->settled[g] = true;
    *any = true;
  }
  return status;
}

/* --- what history allows ---- */

/* Raises the strength of the bends of lines and of tables; or of all. */
static void raise_strengths(tx_additive *additive, bool *bent, bool all) {
  for (size_t g = 0; g < additive->group_count; g++) bent[g] = is_bends(additive, g);
  for (size_t p = 0; p < additive->penalty_count; p++) {
    if (additive->terms[additive->penalties[p].term].kind == TX_TERM_CELLS) bent[additive->penalties[p].group] = true;
  }
  for (size_t g = TX_GROUP_SLOPES; g < additive->group_count; g++) {
    if (all) additive->strength[g] *= 1.5;
    else if (bent[g]) additive->strength[g] *= 4;
  }
}

/* Where history is thin lines straighten first: a slope tells more for its one parameter than any bend. */
static triax_status shrink(tx_additive *additive, double most, bool *shrunk, triax_error *error) {
  bool *bent = tx_arena_calloc(&additive->arena, additive->group_count, sizeof *bent);
  if (!bent) return tx_no_memory(error);
  triax_status status = TRIAX_OK;
  *shrunk = false;
  for (int i = 0; status == TRIAX_OK && additive->parameters > most && i < 80; i++) {
    *shrunk = true;
    raise_strengths(additive, bent, i >= STRAIGHTENING);
    status = tx_additive_converge(additive, 1, 1e-4, error);
    if (status == TRIAX_OK) status = count_parameters(additive, NULL, error);
  }
  return status == TRIAX_OK && *shrunk ? tx_additive_converge(additive, 10, 1e-5, error) : status;
}

triax_status tx_additive_finish(tx_additive *additive, double most_parameters, bool *shrunk, triax_error *error) {
  /* Directions come last: what is held says nothing about how far the rest may bend. */
  additive->directed = true;
  triax_status status = tx_additive_converge(additive, 20, 1e-5, error);
  if (status == TRIAX_OK) status = count_parameters(additive, NULL, error);
  if (status == TRIAX_OK) status = shrink(additive, most_parameters, shrunk, error);
  return status;
}
