/* Penalised logistic regression on sparse terms, by Newton's method. */
#include "fit/additive.h"

#include <math.h>
#include <string.h>

#include "fit/elementary.h"
#include "fit/spd.h"

/* What holds the mean of a line at 0; the constant is free, so that any positive strength gives the same. */
#define GAUGE 1.0
/* What holds a line's direction. */
#define HOLD 1e7
/* Rows that are rated at a time; what is added up over them is added up in their order. */
#define ROWS_A_PIECE 2048

/* Parameters of a term, that of missing values too. */
static size_t width_of(const tx_term *term) { return term->count + term->has_missing; }

void tx_term_effects(const tx_additive *additive, const tx_term *term, double effects[TX_SLOTS]) {
  const size_t width = width_of(term);
  memset(effects, 0, TX_SLOTS * sizeof *effects);
  memcpy(effects, additive->beta + term->first, width * sizeof *effects);
}

double tx_penalty_value(const double *beta, const tx_penalty *penalty) {
  double value = 0;
  for (uint32_t i = 0; i < penalty->count; i++) {
    value += (penalty->coefficients ? penalty->coefficients[i] : 1) * beta[penalty->first + i];
  }
  return value;
}

/* --- rows at beta ---- */

/* Linear predictors of a few rows. */
static void predict(const tx_additive *additive, size_t begin, size_t end, double *eta) {
  double effects[TX_SLOTS];
  for (size_t row = begin; row < end; row++) eta[row - begin] = additive->beta[0];
  for (size_t t = 1; t < additive->term_count; t++) {
    const tx_term *term = &additive->terms[t];
    tx_term_effects(additive, term, effects);
    for (size_t row = begin; row < end && term->share; row++) {
      const double low = effects[term->slot[row]];
      eta[row - begin] += low + term->share[row] * (effects[term->slot[row] + 1] - low);
    }
    for (size_t row = begin; row < end && !term->share; row++) eta[row - begin] += effects[term->slot[row]];
  }
}

/* The logarithms of 1 + e to the power of -|eta| are taken many at a time, of their product. */
static triax_status rate_rows(void *user, size_t worker, size_t begin, size_t end, triax_error *error) {
  const tx_additive *additive = user;
  double eta[ROWS_A_PIECE], loss = 0, product = 1;
  (void)worker;
  (void)error;
  predict(additive, begin, end, eta);
  for (size_t row = begin; row < end; row++) {
    const double at = eta[row - begin], e = tx_exp(-fabs(at)), less = e / (1 + e);
    const double chance = at >= 0 ? 1 - less : less, hit = additive->data->outcome[row];
    additive->residual[row] = at >= 0 && hit > 0 ? less : hit - chance;
    additive->weight[row] = less * (1 - less);
    if (hit > 0 ? at < 0 : at > 0) loss += fabs(at);
    product *= 1 + e;
    if (product > 1e200) {
      loss += tx_ln(product);
      product = 1;
    }
  }
  additive->losses[begin / ROWS_A_PIECE] = loss + tx_ln(product);
  return TRIAX_OK;
}

triax_status tx_additive_rate(tx_additive *additive, triax_error *error) {
  const size_t rows = additive->data->rows;
  triax_status status = tx_parallel_for(additive->context, "fit", rows, ROWS_A_PIECE, rate_rows, additive, error);
  additive->loss = 0;
  for (size_t piece = 0; piece * ROWS_A_PIECE < rows; piece++) additive->loss += additive->losses[piece];
  return status;
}

/* Steps of a line against its direction. */
static double against(const tx_additive *additive, const tx_term *term, size_t k) {
  if (!additive->directed || !term->direction || term->kind != TX_TERM_LINE) return 0;
  const double step = additive->beta[term->first + k + 1] - additive->beta[term->first + k];
  return step * term->direction < 0 ? step : 0;
}

/* What is minimised; rows must have been rated. */
static double objective(const tx_additive *additive) {
  double sum = additive->loss;
  for (size_t i = 0; i < additive->penalty_count; i++) {
    const double value = tx_penalty_value(additive->beta, &additive->penalties[i]);
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

/* --- derivatives ---- */

/* Weights by the slots of two terms. Each block is added up by itself, whatever else goes on beside it. */
static void fill_block(const tx_additive *additive, const tx_term *high, const tx_term *low, double *block,
                       size_t stride) {
  const size_t rows = additive->data->rows;
  for (size_t row = 0; row < rows; row++) {
    double *at = block + high->slot[row] * stride + low->slot[row];
    const double weight = additive->weight[row];
    if (low->share) {
      const double up = weight * low->share[row], down = weight - up;
      if (high->share) {
        const double share = high->share[row];
        at[0] += down - share * down;
        at[1] += up - share * up;
        at[stride] += share * down;
        at[stride + 1] += share * up;
      } else {
        at[0] += down;
        at[1] += up;
      }
    } else if (high->share) {
      const double up = weight * high->share[row];
      at[0] += weight - up;
      at[stride] += up;
    } else {
      at[0] += weight;
    }
  }
}

static void add_block(const tx_additive *additive, const tx_term *high, const tx_term *low) {
  double block[TX_SLOTS * TX_SLOTS];
  const size_t stride = width_of(low) + 2;
  memset(block, 0, (width_of(high) + 2) * stride * sizeof *block);
  fill_block(additive, high, low, block, stride);
  for (size_t i = 0; i < width_of(high); i++) {
    memcpy(additive->information + (high->first + i) * additive->stride + low->first, block + i * stride,
           width_of(low) * sizeof *block);
  }
}

static void add_gradient(const tx_additive *additive, const tx_term *term) {
  double sums[TX_SLOTS] = {0};
  for (size_t row = 0; row < additive->data->rows; row++) {
    const double up = term->share ? additive->residual[row] * term->share[row] : 0;
    sums[term->slot[row]] += additive->residual[row] - up;
    sums[term->slot[row] + 1] += up;
  }
  memcpy(additive->gradient + term->first, sums, width_of(term) * sizeof *sums);
}

/* Blocks below the diagonal and on it, row by row. */
static triax_status add_blocks(void *user, size_t worker, size_t begin, size_t end, triax_error *error) {
  const tx_additive *additive = user;
  (void)worker;
  (void)error;
  size_t high = 0;
  while ((high + 1) * (high + 2) / 2 <= begin) high++;
  for (size_t at = begin; at < end; at++) {
    if (at == (high + 1) * (high + 2) / 2) high++;
    const size_t low = at - high * (high + 1) / 2;
    add_block(additive, &additive->terms[high], &additive->terms[low]);
    if (high == low) add_gradient(additive, &additive->terms[high]);
  }
  return TRIAX_OK;
}

triax_status tx_additive_differentiate(tx_additive *additive, triax_error *error) {
  const size_t blocks = additive->term_count * (additive->term_count + 1) / 2;
  return tx_parallel_for(additive->context, "fit", blocks, 4, add_blocks, additive, error);
}

static void add_penalties(tx_additive *additive) {
  const size_t stride = additive->stride;
  for (size_t p = 0; p < additive->penalty_count; p++) {
    const tx_penalty *penalty = &additive->penalties[p];
    const double strength = additive->strength[penalty->group], value = tx_penalty_value(additive->beta, penalty);
    for (uint32_t i = 0; i < penalty->count; i++) {
      const double one = penalty->coefficients ? penalty->coefficients[i] : 1;
      double *row = additive->hessian + (penalty->first + i) * stride + penalty->first;
      additive->step[penalty->first + i] -= strength * value * one;
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
      const double after = additive->ahead[at + 1] - additive->ahead[at];
      const uint8_t held = after * term->direction < 0 || (only_more && additive->held[at]);
      same = same && held == additive->held[at];
      additive->held[at] = held;
    }
  }
  return same;
}

/* --- steps ---- */

triax_status tx_additive_solve(tx_additive *additive, triax_error *error) {
  const size_t count = additive->count, stride = additive->stride;
  const bool holds = has_directions(additive);
  triax_status status = TRIAX_OK;
  for (int round = 0; status == TRIAX_OK && round < (holds ? 60 : 1); round++) {
    for (size_t i = 0; i < count; i++) {
      memcpy(additive->hessian + i * stride, additive->information + i * stride, (i + 1) * sizeof(double));
    }
    memcpy(additive->step, additive->gradient, count * sizeof(double));
    add_penalties(additive);
    if (holds) add_holds(additive);
    status = tx_spd_factor(additive->context, additive->hessian, count, stride, error);
    if (status != TRIAX_OK) break;
    tx_spd_solve(additive->hessian, count, stride, additive->step);
    for (size_t i = 0; i < count; i++) additive->ahead[i] = additive->beta[i] + additive->step[i];
    if (holds && settle_holds(additive, round > 8)) break;
  }
  return status;
}

triax_status tx_additive_move(tx_additive *additive, double *moved, triax_error *error) {
  const double before = objective(additive);
  double share = 1, taken = 0;
  for (int halving = 0; halving < 12; halving++, share /= 2) {
    for (size_t i = 0; i < additive->count; i++) additive->beta[i] += (share - taken) * additive->step[i];
    taken = share;
    triax_status status = tx_additive_rate(additive, error);
    if (status != TRIAX_OK) return status;
    if (objective(additive) <= before + 1e-9 * fabs(before)) break;
  }
  *moved = 0;
  for (size_t i = 0; i < additive->count; i++) {
    if (fabs(taken * additive->step[i]) > *moved) *moved = fabs(taken * additive->step[i]);
  }
  return TRIAX_OK;
}

triax_status tx_additive_converge(tx_additive *additive, int most, double enough, triax_error *error) {
  double moved = INFINITY;
  triax_status status = tx_additive_rate(additive, error);
  for (int i = 0; status == TRIAX_OK && i < most && moved > enough; i++) {
    status = tx_additive_differentiate(additive, error);
    if (status == TRIAX_OK) status = tx_additive_solve(additive, error);
    if (status == TRIAX_OK) status = tx_additive_move(additive, &moved, error);
  }
  return status;
}

/* --- memory ---- */

void tx_additive_init(tx_additive *additive, triax_context *context, const tx_fit_data *data) {
  memset(additive, 0, sizeof *additive);
  additive->context = context;
  additive->data = data;
  additive->group_count = TX_GROUP_MORE;
  tx_arena_init(&additive->arena, context);
}

static double **squares_of(tx_additive *additive, size_t i) {
  double **const all[] = {&additive->information, &additive->hessian, &additive->inverse};
  return all[i];
}

/* Frees what depends on the number of parameters. */
static void close_squares(tx_additive *additive) {
  for (size_t i = 0; i < 3; i++) {
    tx_free_array(additive->context, *squares_of(additive, i), additive->stride * additive->stride, sizeof(double));
    *squares_of(additive, i) = NULL;
  }
}

void tx_additive_free(tx_additive *additive) {
  if (!additive->context) return;
  close_squares(additive);
  tx_free_array(additive->context, additive->terms, additive->term_room, sizeof *additive->terms);
  tx_free_array(additive->context, additive->penalties, additive->penalty_room, sizeof *additive->penalties);
  tx_arena_free(&additive->arena);
  additive->context = NULL;
}

/* Where nothing is known yet: the share of outcomes. */
static double start(const tx_additive *additive) {
  double hits = 0;
  for (size_t row = 0; row < additive->data->rows; row++) hits += additive->data->outcome[row];
  const double rest = (double)additive->data->rows - hits;
  return hits > 0 && rest > 0 ? tx_ln(hits / rest) : 0;
}

static bool open_rows(tx_additive *additive) {
  const size_t rows = additive->data->rows;
  if (additive->residual) return true;
  additive->residual = tx_arena_calloc(&additive->arena, rows, sizeof(double));
  additive->weight = tx_arena_calloc(&additive->arena, rows, sizeof(double));
  additive->losses = tx_arena_calloc(&additive->arena, rows / ROWS_A_PIECE + 1, sizeof(double));
  return additive->residual && additive->weight && additive->losses;
}

static bool open_squares(tx_additive *additive) {
  close_squares(additive);
  additive->stride = additive->count;
  for (size_t i = 0; i < 3; i++) {
    *squares_of(additive, i) = tx_calloc(additive->context, additive->stride * additive->stride, sizeof(double));
    if (!*squares_of(additive, i)) return false;
  }
  return true;
}

static bool open_groups(tx_additive *additive) {
  const double *strength = additive->strength;
  const bool *settled = additive->settled;
  additive->strength = tx_arena_calloc(&additive->arena, additive->group_count, sizeof(double));
  additive->change = tx_arena_calloc(&additive->arena, additive->group_count, sizeof(double));
  additive->settled = tx_arena_calloc(&additive->arena, additive->group_count, sizeof(bool));
  if (!additive->strength || !additive->change || !additive->settled) return false;
  for (size_t g = 0; g < additive->group_count; g++) {
    const bool known = g < additive->known_groups;
    additive->strength[g] = known ? strength[g] : g == TX_GROUP_GAUGE ? GAUGE : 1;
    additive->settled[g] = known ? settled[g] : g == TX_GROUP_GAUGE;
  }
  additive->known_groups = additive->group_count;
  return true;
}

triax_status tx_additive_open(tx_additive *additive, triax_error *error) {
  const double *beta = additive->beta;
  const bool fine = open_rows(additive) && open_squares(additive) && open_groups(additive);
  additive->beta = tx_arena_calloc(&additive->arena, additive->count, sizeof(double));
  additive->step = tx_arena_calloc(&additive->arena, additive->count, sizeof(double));
  additive->ahead = tx_arena_calloc(&additive->arena, additive->count, sizeof(double));
  additive->gradient = tx_arena_calloc(&additive->arena, additive->count, sizeof(double));
  additive->held = tx_arena_calloc(&additive->arena, additive->count, 1);
  if (!fine || !additive->beta || !additive->step || !additive->ahead || !additive->gradient || !additive->held) {
    return tx_no_memory(error);
  }
  if (additive->known) memcpy(additive->beta, beta, additive->known * sizeof(double));
  else additive->beta[0] = start(additive);
  additive->known = additive->count;
  return TRIAX_OK;
}
