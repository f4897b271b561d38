/* From points to the chance of what they stand for. */
#include <math.h>

#include "health/health.h"

double tx_health_probability(const tx_health_model *model, double score) {
  const double *points = model->calibration, *chance = model->probability;
  size_t count = model->calibration_count, k = 0;
  if (!count || isnan(score)) return NAN;
  if (score <= points[0]) return chance[0];
  while (k < count && points[k] < score) k++;
  if (k == count) return chance[count - 1];
  const double share = (score - points[k - 1]) / (points[k] - points[k - 1]);
  return share < 1 ? chance[k - 1] + share * (chance[k] - chance[k - 1]) : chance[k];
}
