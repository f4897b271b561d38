/* Knots: where there are values, few, and at round numbers. */
#include "fit/knots.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t tx_knot_below(const double *knots, size_t count, double x, double *share) {
  size_t low = 0, high = count - 1; /* knots[low] <= x < knots[high], but for the ends */
  *share = 0;
  if (x <= knots[0]) return 0;
  if (x >= knots[count - 1]) {
    *share = 1;
    return count - 2;
  }
  while (high - low > 1) {
    const size_t middle = low + (high - low) / 2;
    if (knots[middle] <= x) low = middle;
    else high = middle;
  }
  *share = (x - knots[low]) / (knots[high] - knots[low]);
  return low;
}

static int by_number(const void *a, const void *b) {
  const double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

bool tx_knots_spread(tx_arena *arena, const tx_fit_data *data, size_t column, size_t most, const double **knots,
                     size_t *count) {
  const double *numbers = data->columns[column].numbers;
  double *sorted = tx_alloc_array(arena->context, data->rows, sizeof *sorted);
  double *made = tx_arena_calloc(arena, most + 1, sizeof *made);
  if (!sorted || !made) {
    tx_free_array(arena->context, sorted, data->rows, sizeof *sorted);
    return false;
  }
  size_t present = 0, distinct = 0;
  for (size_t row = 0; row < data->rows; row++) {
    if ((!data->use || data->use[row]) && isfinite(numbers[row])) sorted[present++] = numbers[row] + 0.0;
  }
  qsort(sorted, present, sizeof *sorted, by_number);
  for (size_t i = 0; i < present; i++) distinct += i == 0 || sorted[i] > sorted[i - 1];
  *count = 0;
  if (distinct <= most) {
    for (size_t i = 0; i < present; i++) {
      if (i == 0 || sorted[i] > sorted[i - 1]) made[(*count)++] = sorted[i];
    }
  } else {
    for (size_t k = 0; k < most; k++) {
      const double value = sorted[k * (present - 1) / (most - 1)];
      if (*count == 0 || value > made[*count - 1]) made[(*count)++] = value;
    }
  }
  *knots = made;
  tx_free_array(arena->context, sorted, data->rows, sizeof *sorted);
  return true;
}

/* The squared distance, weighted by mass, between the line through all knots and that through those kept. */
static double distance(const double *knots, const double *effect, const double *mass, size_t count, const bool *keep) {
  double sum = 0;
  size_t left = 0;
  for (size_t k = 1; k < count; k++) {
    if (!keep[k]) continue;
    for (size_t i = left + 1; i < k; i++) {
      const double share = (knots[i] - knots[left]) / (knots[k] - knots[left]);
      const double miss = effect[i] - (effect[left] + share * (effect[k] - effect[left]));
      sum += mass[i] * miss * miss;
    }
    left = k;
  }
  return sum;
}

void tx_knots_thin(const double *knots, const double *effect, const double *mass, size_t count, double tolerance,
                   size_t most, bool *keep) {
  size_t kept = count;
  for (size_t k = 0; k < count; k++) keep[k] = true;
  while (kept > 2) {
    size_t best = 0;
    double least = INFINITY;
    for (size_t k = 1; k + 1 < count; k++) {
      if (!keep[k]) continue;
      keep[k] = false;
      const double cost = distance(knots, effect, mass, count, keep);
      keep[k] = true;
      if (cost < least) {
        least = cost;
        best = k;
      }
    }
    if (kept <= most && least > tolerance * tolerance) return;
    keep[best] = false;
    kept--;
  }
}

double tx_round_within(double low, double high) {
  if (low <= 0 && high >= 0) return 0;
  const double middle = low + (high - low) / 2;
  if (!isfinite(middle) || !(high > low)) return middle;
  double unit = 1;
  while (unit < fabs(middle) && unit < 1e300) unit *= 10;
  while (unit > fabs(middle) && unit > 1e-300) unit /= 10;
  for (int digits = 0; digits < 16; digits++) {
    static const double steps[] = {5, 2, 1}; /* 50 before 40, and 40 before 43 */
    for (int s = 0; s < 3; s++) {
      /* Divided by whole numbers where units are below 1, so that 0.3 is the double that "0.3" reads as. */
      const double step = steps[s] * unit;
      const double nearest = step >= 1 ? floor(middle / step + 0.5) * step
                                       : floor(middle / step + 0.5) / floor(1 / step + 0.5);
      if (nearest >= low && nearest <= high && nearest != 0) return nearest;
    }
    unit /= 10;
  }
  return middle;
}
