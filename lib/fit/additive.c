/* Penalised logistic regression on sparse terms, by Newton's method, with the strength of penalties by REML. */
#include "fit/additive.h"

#include <math.h>
#include <string.h>

#include "fit/elementary.h"
#include "fit/spd.h"

/* What holds the mean of a line at 0; the constant is free, so that any positive strength gives the same. */
#define GAUGE 1.0
/* What holds a line's direction. */
#define HOLD 1e7
#define STRENGTH_LEAST 1e-4
#define STRENGTH_MOST 1e7
/* Rounds of shrinking that touch the bends of lines and tables alone. */
#define STRAIGHTENING 12

static bool in_use(const tx_additive *additive, size_t row) { return !additive->data->use || additive->data->use[row]; }

/* --- one step ---- */

/* Linear predictors of all rows, those that are not learnt from too. */
static void predict(tx_additive *additive) {
  const size_t rows = additive->data->rows;
  const double *beta = additive->beta;
  for (size_t row = 0; row < rows; row++) additive->eta[row] = beta[0];
  for (size_t t = 1; t < additive->term_count; t++) {
    const tx_term *term = &additive->terms[t];
    const uint32_t *index = term->index;
    if (term->share) {
      for (size_t row = 0; row < rows; row++) {
        const double low = beta[index[row]];
        additive->eta[row] += low + term->share[row] * (beta[index[row] + 1] - low);
      }
    } else {
      for (size_t row = 0; row < rows; row++) additive->eta[row] += beta[index[row]];
    }
  }
}

static double penalty_value(const tx_additive *additive, const tx_penalty *penalty) {
  const double *beta = additive->beta + penalty->first;
  double value = 0;
  for (uint32_t i = 0; i < penalty->count; i++) {
    value += (penalty->coefficients ? penalty->coefficients[i] : 1) * beta[i];
  }
  return value;
}

/* Steps of a line against its direction. */
static double against(const tx_additive *additive, const tx_term *term, size_t k) {
  if (!additive->directed || !term->direction || term->kind != TX_TERM_LINE) return 0;
  const double step = additive->beta[term->first + k + 1] - additive->beta[term->first + k];
  return step * term->direction < 0 ? step : 0;
}

/* What is minimised. */
static double objective(const tx_additive *additive) {
  double sum = 0;
  for (size_t row = 0; row < additive->data->rows; row++) {
    if (!in_use(additive, row)) continue;
    const double eta = additive->eta[row];
    sum += tx_log_one_plus_exp(additive->data->outcome[row] ? -eta : eta);
  }
  for (size_t i = 0; i < additive->penalty_count; i++) {
    const double value = penalty_value(additive, &additive->penalties[i]);
    sum += additive->strength[additive->penalties[i].group] * value * value / 2;
  }
  for (size_t t = 1; t < additive->term_count; t++) {
    for (size_t k = 0; k + 1 < additive->terms[t].count; k++) {
      const double step = against(additive, &additive->terms[t], k);
      sum += HOLD * step * step / 2;
    }
  }
  return sum;
}

static void weigh_rows(tx_additive *additive) {
  for (size_t row = 0; row < additive->data->rows; row++) {
    if (!in_use(additive, row)) {
      additive->residual[row] = additive->weight[row] = 0;
      continue;
    }
    const double chance = tx_logistic(additive->eta[row]);
    additive->residual[row] = additive->data->outcome[row] - chance;
    additive->weight[row] = chance * (1 - chance);
  }
}

/* The parameters of `low` against those of `high`, which come after or are the same. */
static void add_block(const tx_additive *additive, const tx_term *high, const tx_term *low) {
  const size_t rows = additive->data->rows, stride = additive->stride;
  const double *weight = additive->weight;
  double *hessian = additive->hessian;
  for (size_t row = 0; row < rows; row++) {
    double *at = hessian + high->index[row] * stride + low->index[row];
    const double up = high->share ? high->share[row] : 0;
    const double one = weight[row] * up, zero = weight[row] - one;
    if (low->share) {
      const double share = low->share[row];
      at[0] += zero * (1 - share);
      at[1] += zero * share;
      if (high->share) at[stride] += one * (1 - share);
      if (high->share) at[stride + 1] += one * share;
    } else {
      at[0] += zero;
      if (high->share) at[stride] += one;
    }
  }
}

static triax_status add_blocks(void *user, size_t worker, size_t begin, size_t end, triax_error *error) {
  const tx_additive *additive = user;
  (void)worker;
  (void)error;
  for (size_t t = begin; t < end; t++) {
    for (size_t other = 0; other <= t; other++) add_block(additive, &additive->terms[t], &additive->terms[other]);
  }
  return TRIAX_OK;
}

static void add_gradient(tx_additive *additive) {
  memset(additive->gradient, 0, additive->stride * sizeof(double));
  for (size_t t = 0; t < additive->term_count; t++) {
    const tx_term *term = &additive->terms[t];
    for (size_t row = 0; row < additive->data->rows; row++) {
      const double up = term->share ? additive->residual[row] * term->share[row] : 0;
      additive->gradient[term->index[row]] += additive->residual[row] - up;
      additive->gradient[term->index[row] + 1] += up;
    }
  }
}

static void add_penalties(tx_additive *additive) {
  const size_t stride = additive->stride;
  for (size_t p = 0; p < additive->penalty_count; p++) {
    const tx_penalty *penalty = &additive->penalties[p];
    const double strength = additive->strength[penalty->group], value = penalty_value(additive, penalty);
    for (uint32_t i = 0; i < penalty->count; i++) {
      const double one = penalty->coefficients ? penalty->coefficients[i] : 1;
      double *row = additive->hessian + (penalty->first + i) * stride + penalty->first;
      additive->gradient[penalty->first + i] -= strength * value * one;
      for (uint32_t j = 0; j <= i; j++) row[j] += strength * one * (penalty->coefficients ? penalty->coefficients[j] : 1);
    }
  }
}

/* --- directions ---- */

static bool has_directions(const tx_additive *additive) {
  for (size_t t = 1; t < additive->term_count; t++) {
    if (additive->directed && additive->terms[t].direction) return true;
  }
  return false;
}

/* Keeps neighbours equal where held. */
static void add_holds(tx_additive *additive) {
  const size_t stride = additive->stride;
  for (size_t at = 0; at + 1 < additive->count; at++) {
    if (!additive->held[at]) continue;
    const double step = additive->beta[at + 1] - additive->beta[at];
    additive->step[at] += HOLD * step;
    additive->step[at + 1] -= HOLD * step;
    additive->hessian[at * stride + at] += HOLD;
    additive->hessian[(at + 1) * stride + at + 1] += HOLD;
    additive->hessian[(at + 1) * stride + at] -= HOLD;
  }
}

/* Holds the steps that go against their direction after the step of Newton's, and lets go of others unless `only_more`;
 * true when those are the ones held. */
static bool settle_holds(tx_additive *additive, bool only_more) {
  bool same = true;
  for (size_t t = 1; t < additive->term_count; t++) {
    const tx_term *term = &additive->terms[t];
    for (size_t k = 0; term->direction && k + 1 < term->count; k++) {
      const size_t at = term->first + k;
      const double after = additive->beta[at + 1] + additive->step[at + 1] - additive->beta[at] - additive->step[at];
      const uint8_t held = after * term->direction < 0 || (only_more && additive->held[at]);
      same = same && held == additive->held[at];
      additive->held[at] = held;
    }
  }
  return same;
}

/* Factors the second derivatives and solves for the step, with the holds that it needs. */
static triax_status solve_step(tx_additive *additive, triax_error *error) {
  const size_t count = additive->count, all = additive->stride * additive->stride;
  const bool holds = has_directions(additive);
  if (holds) memcpy(additive->inverse, additive->hessian, all * sizeof(double));
  triax_status status = TRIAX_OK;
  for (int round = 0; status == TRIAX_OK && round < (holds ? 60 : 1); round++) {
    if (round) memcpy(additive->hessian, additive->inverse, all * sizeof(double));
    memcpy(additive->step, additive->gradient, count * sizeof(double));
    if (holds) add_holds(additive);
    status = tx_spd_factor(additive->context, additive->hessian, count, additive->stride, error);
    if (status != TRIAX_OK) break;
    tx_spd_solve(additive->hessian, count, additive->stride, additive->step);
    if (holds && settle_holds(additive, round > 8)) break;
  }
  return status;
}

/* The second derivatives at beta, and the gradient. In one piece: by pieces, sums depended on how many there were. */
static triax_status differentiate(tx_additive *additive, triax_error *error) {
  weigh_rows(additive);
  memset(additive->hessian, 0, additive->stride * additive->stride * sizeof(double));
  triax_status status =
      tx_parallel_for(additive->context, "fit", additive->term_count, additive->term_count + 1, add_blocks, additive, error);
  if (status != TRIAX_OK) return status;
  add_gradient(additive);
  add_penalties(additive);
  return TRIAX_OK;
}

/* One step of Newton's, halved until it leads down. *moved: the largest change of a parameter. */
static triax_status newton(tx_additive *additive, double *moved, triax_error *error) {
  triax_status status = differentiate(additive, error);
  if (status == TRIAX_OK) status = solve_step(additive, error);
  if (status != TRIAX_OK) return status;
  const size_t count = additive->count;
  const double before = objective(additive);
  *moved = 0;
  double share = 1, taken = 0;
  for (int halving = 0; halving < 12; halving++, share /= 2) {
    for (size_t i = 0; i < count; i++) additive->beta[i] += (share - taken) * additive->step[i];
    taken = share;
    status = tx_progress(additive->context, "fit", 0, error);
    if (status != TRIAX_OK) return status;
    predict(additive);
    if (objective(additive) <= before + 1e-9 * fabs(before)) break;
  }
  for (size_t i = 0; i < count; i++) {
    if (fabs(taken * additive->step[i]) > *moved) *moved = fabs(taken * additive->step[i]);
  }
  return TRIAX_OK;
}

static triax_status converge(tx_additive *additive, int most, double enough, triax_error *error) {
  double moved = INFINITY;
  triax_status status = TRIAX_OK;
  for (int i = 0; status == TRIAX_OK && i < most && moved > enough; i++) status = newton(additive, &moved, error);
  return status;
}

/* --- the strength of penalties ---- */

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

/* Free parameters of each term and in all, and, if wanted, the next strengths. *change: the largest change of a group's
 * number of free parameters is not known before the next call; that of all is told here. */
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
    double value = penalty_value(additive, penalty);
    double left = 1 - additive->strength[penalty->group] * variance_of(additive, penalty);
    if (left < 0) left = 0;
    free_ones[penalty->group] += left;
    squares[penalty->group] += value * value;
    additive->terms[penalty->term].parameters += left;
    additive->parameters += left;
  }
  for (size_t g = TX_GROUP_SLOPES; next && g < additive->group_count; g++) {
    double strength = (free_ones[g] > 1e-6 ? free_ones[g] : 1e-6) / (squares[g] + 1e-12);
    next[g] = strength < STRENGTH_LEAST ? STRENGTH_LEAST : strength > STRENGTH_MOST ? STRENGTH_MOST : strength;
  }
  return TRIAX_OK;
}

/* Raises the strength of the bends of lines and of tables; or of all. */
static void raise_strengths(tx_additive *additive, bool *bent, bool all) {
  for (size_t g = 0; g < additive->group_count; g++) bent[g] = false;
  for (size_t p = 0; p < additive->penalty_count; p++) {
    const int kind = additive->terms[additive->penalties[p].term].kind;
    const uint32_t group = additive->penalties[p].group;
    bent[group] = group > TX_GROUP_SLOPES && (kind == TX_TERM_LINE || kind == TX_TERM_CELLS);
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
    status = converge(additive, 3, 1e-4, error);
    if (status == TRIAX_OK) status = count_parameters(additive, NULL, error);
  }
  return status;
}

triax_status tx_additive_fit(tx_additive *additive, double most_parameters, size_t sweeps, bool *shrunk,
                             triax_error *error) {
  double *next = tx_arena_calloc(&additive->arena, additive->group_count, sizeof *next), before = INFINITY;
  if (!next) return tx_no_memory(error);
  additive->directed = false;
  predict(additive);
  triax_status status = converge(additive, 8, 1e-2, error);
  for (size_t sweep = 0; status == TRIAX_OK && sweep < sweeps; sweep++) {
    status = count_parameters(additive, next, error);
    if (status != TRIAX_OK || fabs(additive->parameters - before) < 0.02) break;
    before = additive->parameters;
    memcpy(additive->strength + TX_GROUP_SLOPES, next + TX_GROUP_SLOPES,
           (additive->group_count - TX_GROUP_SLOPES) * sizeof *next);
    status = converge(additive, 1, 1e-6, error);
  }
  /* Directions come last: what is held says nothing about how far the rest may bend. */
  additive->directed = true;
  if (status == TRIAX_OK) status = converge(additive, 20, 1e-7, error);
  if (status == TRIAX_OK) status = count_parameters(additive, NULL, error);
  if (status == TRIAX_OK) status = shrink(additive, most_parameters, shrunk, error);
  return status;
}

/* --- memory ---- */

void tx_additive_init(tx_additive *additive, triax_context *context, const tx_fit_data *data) {
  memset(additive, 0, sizeof *additive);
  additive->context = context;
  additive->data = data;
  additive->group_count = TX_GROUP_MORE;
  tx_arena_init(&additive->arena, context);
  for (size_t row = 0; row < data->rows; row++) additive->used += in_use(additive, row);
}

static double **rows_of(tx_additive *additive, size_t i) {
  double **const all[] = {&additive->eta, &additive->residual, &additive->weight};
  return all[i];
}

static double **squares_of(tx_additive *additive, size_t i) {
  double **const all[] = {&additive->hessian, &additive->inverse};
  return all[i];
}

void tx_additive_free(tx_additive *additive) {
  if (!additive->context) return;
  for (size_t i = 0; i < 3; i++) {
    tx_free_array(additive->context, *rows_of(additive, i), additive->data->rows, sizeof(double));
  }
  for (size_t i = 0; i < 2; i++) {
    tx_free_array(additive->context, *squares_of(additive, i), additive->stride * additive->stride, sizeof(double));
  }
  tx_free_array(additive->context, additive->terms, additive->term_room, sizeof *additive->terms);
  tx_free_array(additive->context, additive->penalties, additive->penalty_room, sizeof *additive->penalties);
  tx_arena_free(&additive->arena);
  additive->context = NULL;
}

/* Where nothing is known yet: the share of outcomes. */
static double start(const tx_additive *additive) {
  double hits = 0;
  for (size_t row = 0; row < additive->data->rows; row++) {
    if (in_use(additive, row)) hits += additive->data->outcome[row];
  }
  const double rest = (double)additive->used - hits;
  return hits > 0 && rest > 0 ? tx_ln(hits / rest) : 0;
}

/* Frees what depends on the number of parameters. */
static void close_squares(tx_additive *additive) {
  for (size_t i = 0; i < 2; i++) {
    tx_free_array(additive->context, *squares_of(additive, i), additive->stride * additive->stride, sizeof(double));
    *squares_of(additive, i) = NULL;
  }
}

static bool open_rows(tx_additive *additive) {
  for (size_t i = 0; i < 3; i++) {
    if (*rows_of(additive, i)) continue;
    *rows_of(additive, i) = tx_alloc_array(additive->context, additive->data->rows, sizeof(double));
    if (!*rows_of(additive, i)) return false;
  }
  return true;
}

/* Rows without a parameter point behind the end, which moves when terms come. */
static void move_end(tx_additive *additive) {
  const uint32_t end = additive->stride ? (uint32_t)(additive->stride - 2) : UINT32_MAX;
  for (size_t t = 0; t < additive->term_count; t++) {
    uint32_t *index = additive->terms[t].index;
    const bool fresh = additive->terms[t].first >= end;
    for (size_t row = 0; row < additive->data->rows; row++) {
      if (index[row] == UINT32_MAX || (!fresh && index[row] == end)) index[row] = (uint32_t)additive->count;
    }
  }
}

triax_status tx_additive_open(tx_additive *additive, triax_error *error) {
  const size_t known = additive->stride ? additive->stride - 2 : 0, groups = additive->known_groups;
  const double *beta = additive->beta, *strength = additive->strength;
  move_end(additive);
  close_squares(additive);
  additive->stride = additive->count + 2;
  bool fine = open_rows(additive);
  for (size_t i = 0; fine && i < 2; i++) {
    *squares_of(additive, i) = tx_calloc(additive->context, additive->stride * additive->stride, sizeof(double));
    fine = *squares_of(additive, i) != NULL;
  }
  additive->beta = tx_arena_calloc(&additive->arena, additive->stride, sizeof(double));
  additive->step = tx_arena_calloc(&additive->arena, additive->stride, sizeof(double));
  additive->gradient = tx_arena_calloc(&additive->arena, additive->stride, sizeof(double));
  additive->strength = tx_arena_calloc(&additive->arena, additive->group_count, sizeof(double));
  additive->held = tx_arena_calloc(&additive->arena, additive->stride, 1);
  if (!fine || !additive->beta || !additive->step || !additive->gradient || !additive->strength || !additive->held) {
    return tx_no_memory(error);
  }
  for (size_t g = 0; g < additive->group_count; g++) additive->strength[g] = g == TX_GROUP_GAUGE ? GAUGE : 1;
  additive->known_groups = additive->group_count;
  if (known) {
    memcpy(additive->beta, beta, known * sizeof(double));
    memcpy(additive->strength, strength, groups * sizeof(double));
  } else {
    additive->beta[0] = start(additive);
  }
  return TRIAX_OK;
}
