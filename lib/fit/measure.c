/* Measures of one score against what came. */
#include "fit/measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sum.h"
#include "fit/elementary.h"

typedef struct ranked {
  double score;
  uint32_t outcome;
  uint32_t row;
} ranked;

/* By row too, so that equal scores stand in one order everywhere. */
static int by_score(const void *a, const void *b) {
  const ranked *left = a, *right = b;
  if (left->score < right->score) return -1;
  if (left->score > right->score) return 1;
  return (left->row > right->row) - (left->row < right->row);
}

tx_interval tx_wilson(double hits, double count, double deviations) {
  if (!(count > 0)) return (tx_interval){NAN, NAN, NAN};
  const double share = hits / count, z = deviations * deviations;
  const double centre = (share + z / (2 * count)) / (1 + z / count);
  const double half = deviations / (1 + z / count) * sqrt(share * (1 - share) / count + z / (4 * count * count));
  const double low = centre - half, high = centre + half;
  return (tx_interval){share, hits > 0 && low > 0 ? low : 0, hits < count && high < 1 ? high : 1};
}

/* One stretch of equal scores: so many with and without the outcome. */
typedef struct tie {
  size_t end;
  double with, without;
} tie;

static tie next_tie(const ranked *order, size_t count, size_t begin) {
  tie found = {begin, 0, 0};
  while (found.end < count && order[found.end].score <= order[begin].score) {
    if (order[found.end].outcome) found.with++;
    else found.without++;
    found.end++;
  }
  return found;
}

/* DeLong's placements: of each with the outcome, the share of those without that it is above; and the reverse. */
static void measure_order(const ranked *order, tx_measures *into) {
  const double hits = (double)into->hits, rest = (double)(into->rows - into->hits);
  tx_sum sum = {0, 0}, squares[2] = {{0, 0}, {0, 0}};
  double with = 0, without = 0, ks = 0;
  for (size_t begin = 0; begin < into->rows;) {
    const tie now = next_tie(order, into->rows, begin);
    const double above = (without + now.without / 2) / rest, below = (hits - with - now.with / 2) / hits;
    tx_sum_add(&sum, now.with * above);
    tx_sum_add(&squares[0], now.with * above * above);
    tx_sum_add(&squares[1], now.without * below * below);
    with += now.with;
    without += now.without;
    if (fabs(with / hits - without / rest) > ks) ks = fabs(with / hits - without / rest);
    begin = now.end;
  }
  const double auc = tx_sum_of(&sum) / hits;
  const double one = hits > 1 ? (tx_sum_of(&squares[0]) - hits * auc * auc) / (hits - 1) / hits : NAN;
  const double other = rest > 1 ? (tx_sum_of(&squares[1]) - rest * auc * auc) / (rest - 1) / rest : NAN;
  into->auc = auc;
  into->auc_deviation = one + other > 0 ? sqrt(one + other) : one + other <= 0 ? 0 : NAN;
  into->ks = ks;
}

static double lift(const ranked *order, size_t count, size_t hits) {
  const size_t top = count / 10;
  double left = (double)top, found = 0;
  if (!top || !hits) return NAN;
  for (size_t end = count; left > 0 && end > 0;) {
    size_t begin = end;
    double with = 0;
    while (begin > 0 && order[begin - 1].score >= order[end - 1].score) with += order[--begin].outcome;
    const double size = (double)(end - begin), taken = size < left ? size : left;
    found += with * taken / size;
    left -= taken;
    end = begin;
  }
  return found / (double)top / ((double)hits / (double)count);
}

static void measure_chances(const ranked *order, const double *chance, tx_measures *into) {
  tx_sum brier = {0, 0}, loss = {0, 0};
  for (size_t i = 0; i < into->rows; i++) {
    double p = chance[order[i].row];
    const double miss = p - order[i].outcome;
    tx_sum_add(&brier, miss * miss);
    p = p < 1e-15 ? 1e-15 : p > 1 - 1e-15 ? 1 - 1e-15 : p;
    tx_sum_add(&loss, -tx_ln(order[i].outcome ? p : 1 - p));
  }
  into->brier = tx_sum_of(&brier) / (double)into->rows;
  into->log_loss = tx_sum_of(&loss) / (double)into->rows;
}

triax_status tx_measure(triax_context *context, size_t rows, const double *score, const double *chance,
                        const uint8_t *outcome, const uint8_t *use, tx_measures *measures, triax_error *error) {
  *measures = (tx_measures){0, 0, NAN, NAN, NAN, NAN, NAN, NAN};
  ranked *order = tx_alloc_array(context, rows, sizeof *order);
  if (!order) return tx_no_memory(error);
  for (size_t row = 0; row < rows; row++) {
    if (isnan(score[row]) || (use && !use[row])) continue;
    order[measures->rows++] = (ranked){score[row], outcome[row] != 0, (uint32_t)row};
    measures->hits += outcome[row] != 0;
  }
  qsort(order, measures->rows, sizeof *order, by_score);
  if (measures->hits && measures->hits < measures->rows) measure_order(order, measures);
  measures->lift = lift(order, measures->rows, measures->hits);
  if (chance && measures->rows) measure_chances(order, chance, measures);
  tx_free_array(context, order, rows, sizeof *order);
  return TRIAX_OK;
}
