/* Iteratively reweighted least squares on standardised columns. */
#include "fit/logistic.h"

#include <math.h>
#include <string.h>

#include "base/sum.h"
#include "fit/elementary.h"
#include "fit/spd.h"

typedef struct regression {
  triax_context *context;
  size_t rows, columns, count; /* count: parameters, the constant first */
  const double *x;
  const uint8_t *outcome, *use;
  double ridge;
  double *mean, *scale; /* of columns; scale 0: constant */
  double *beta, *gradient, *hessian;
  double *eta, *weight, *residual;
} regression;

static bool in_use(const regression *of, size_t row) { return !of->use || of->use[row]; }

static void standardise(regression *of) {
  double used = 0;
  for (size_t row = 0; row < of->rows; row++) used += in_use(of, row);
  for (size_t c = 0; c < of->columns; c++) {
    const double *x = of->x + c * of->rows;
    tx_sum sum = {0, 0}, squares = {0, 0};
    for (size_t row = 0; row < of->rows; row++) {
      if (in_use(of, row)) tx_sum_add(&sum, x[row]);
    }
    of->mean[c] = tx_sum_of(&sum) / used;
    for (size_t row = 0; row < of->rows; row++) {
      if (in_use(of, row)) tx_sum_add(&squares, (x[row] - of->mean[c]) * (x[row] - of->mean[c]));
    }
    const double deviation = sqrt(tx_sum_of(&squares) / used);
    of->scale[c] = deviation > 1e-12 * fabs(of->mean[c]) && deviation > 0 ? 1 / deviation : 0;
  }
}

static double standard(const regression *of, size_t c, size_t row) {
  return (of->x[c * of->rows + row] - of->mean[c]) * of->scale[c];
}

static void predict(regression *of) {
  for (size_t row = 0; row < of->rows; row++) {
    double eta = of->beta[0];
    for (size_t c = 0; c < of->columns; c++) eta += of->beta[c + 1] * standard(of, c, row);
    of->eta[row] = eta;
    const double chance = tx_logistic(eta);
    of->weight[row] = in_use(of, row) ? chance * (1 - chance) : 0;
    of->residual[row] = in_use(of, row) ? of->outcome[row] - chance : 0;
  }
}

/* One row of the second derivatives, and its part of the gradient. */
static triax_status add_rows(void *user, size_t worker, size_t begin, size_t end, triax_error *error) {
  regression *of = user;
  (void)worker;
  (void)error;
  for (size_t i = begin; i < end; i++) {
    double *into = of->hessian + i * of->count;
    tx_sum slope = {0, 0};
    memset(into, 0, of->count * sizeof(double));
    for (size_t row = 0; row < of->rows; row++) {
      const double one = i ? standard(of, i - 1, row) : 1, weighted = of->weight[row] * one;
      tx_sum_add(&slope, of->residual[row] * one);
      into[0] += weighted;
      for (size_t j = 1; j <= i; j++) into[j] += weighted * standard(of, j - 1, row);
    }
    of->gradient[i] = tx_sum_of(&slope);
    if (!i) continue;
    into[i] += of->ridge;
    of->gradient[i] -= of->ridge * of->beta[i];
  }
  return TRIAX_OK;
}

static double objective(const regression *of) {
  tx_sum sum = {0, 0};
  for (size_t row = 0; row < of->rows; row++) {
    if (in_use(of, row)) tx_sum_add(&sum, tx_log_one_plus_exp(of->outcome[row] ? -of->eta[row] : of->eta[row]));
  }
  for (size_t i = 1; i < of->count; i++) tx_sum_add(&sum, of->ridge * of->beta[i] * of->beta[i] / 2);
  return tx_sum_of(&sum);
}

/* A step, halved until it leads down; *moved: its largest part. */
static triax_status take_step(regression *of, double *moved, triax_error *error) {
  const double before = objective(of);
  triax_status status = tx_parallel_for(of->context, "fit", of->count, 1, add_rows, of, error);
  if (status == TRIAX_OK) status = tx_spd_factor(of->context, of->hessian, of->count, of->count, error);
  if (status != TRIAX_OK) return status;
  tx_spd_solve(of->hessian, of->count, of->count, of->gradient);
  *moved = 0;
  double share = 1, taken = 0;
  for (int halving = 0; halving < 12; halving++, share /= 2) {
    for (size_t i = 0; i < of->count; i++) of->beta[i] += (share - taken) * of->gradient[i];
    taken = share;
    predict(of);
    if (objective(of) <= before + 1e-12 * fabs(before)) break;
  }
  for (size_t i = 0; i < of->count; i++) {
    if (fabs(taken * of->gradient[i]) > *moved) *moved = fabs(taken * of->gradient[i]);
  }
  return TRIAX_OK;
}

static triax_status iterate(regression *of, triax_error *error) {
  double hits = 0, used = 0, moved = INFINITY;
  for (size_t row = 0; row < of->rows; row++) {
    if (!in_use(of, row)) continue;
    hits += of->outcome[row];
    used++;
  }
  if (!(hits > 0 && hits < used)) return tx_fail(error, TRIAX_EDATA, "there is only one outcome to learn from");
  of->beta[0] = tx_ln(hits / (used - hits));
  predict(of);
  triax_status status = TRIAX_OK;
  for (int step = 0; status == TRIAX_OK && moved > 1e-11 && step < 60; step++) status = take_step(of, &moved, error);
  if (status == TRIAX_OK && !(moved < 1e-6)) {
    return tx_fail(error, TRIAX_EDATA, "the regression does not settle: its columns may tell the outcomes apart "
                                       "perfectly; give it some ridge");
  }
  return status;
}

static void keep(const regression *of, double *coefficients) {
  tx_sum constant = {of->beta[0], 0};
  for (size_t c = 0; c < of->columns; c++) {
    coefficients[c + 1] = of->beta[c + 1] * of->scale[c];
    tx_sum_add(&constant, -coefficients[c + 1] * of->mean[c]);
  }
  coefficients[0] = tx_sum_of(&constant);
}

triax_status tx_logistic_learn(triax_context *context, size_t rows, size_t columns, const double *x,
                               const uint8_t *outcome, const uint8_t *use, double ridge, double *coefficients,
                               triax_error *error) {
  regression of = {.context = context, .rows = rows, .columns = columns, .count = columns + 1, .x = x,
                   .outcome = outcome, .use = use, .ridge = ridge};
  tx_arena arena;
  tx_arena_init(&arena, context);
  of.mean = tx_arena_calloc(&arena, columns + 1, sizeof(double));
  of.scale = tx_arena_calloc(&arena, columns + 1, sizeof(double));
  of.beta = tx_arena_calloc(&arena, of.count, sizeof(double));
  of.gradient = tx_arena_calloc(&arena, of.count, sizeof(double));
  of.hessian = tx_arena_calloc(&arena, of.count * of.count, sizeof(double));
  of.eta = tx_arena_calloc(&arena, rows, sizeof(double));
  of.weight = tx_arena_calloc(&arena, rows, sizeof(double));
  of.residual = tx_arena_calloc(&arena, rows, sizeof(double));
  triax_status status = TRIAX_OK;
  if (!of.mean || !of.scale || !of.beta || !of.gradient || !of.hessian || !of.eta || !of.weight || !of.residual) {
    status = tx_no_memory(error);
  }
  if (status == TRIAX_OK) {
    standardise(&of);
    status = iterate(&of, error);
  }
  if (status == TRIAX_OK) keep(&of, coefficients);
  tx_arena_free(&arena);
  return status;
}
