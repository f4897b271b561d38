#include <string.h>

#include "base/apportion.h"
#include "health/score_private.h"
#include "health/split.h"

static double *field_of(tx_health_part *part, int field) {
  return field == 0 ? &part->contribution : field == 1 ? &part->lost : &part->weight;
}

void tx_health_settle_parts(const tx_health_model *model, double raw, tx_health_part *parts, size_t stride,
                            double *numbers, int64_t *whole) {
  const size_t count = model->metric_count;
  double sum = 0;
  bool any = false;
  for (size_t m = 0; m < count; m++) {
    any = any || parts[m * stride].weight > 0;
    sum += parts[m * stride].contribution;
  }
  if (!any) return;
  const int64_t health = (int64_t)llround((isnan(raw) ? tx_health_tidy(sum) : raw) * TX_SPLIT_UNIT);
  const int64_t totals[] = {health, (int64_t)(100 * TX_SPLIT_UNIT) - health, (int64_t)TX_SPLIT_UNIT};
  for (int field = 0; field < 3; field++) {
    for (size_t m = 0; m < count; m++) numbers[m] = *field_of(&parts[m * stride], field) * TX_SPLIT_UNIT;
    tx_apportion(numbers, count, totals[field], whole);
    for (size_t m = 0; m < count; m++) *field_of(&parts[m * stride], field) = (double)whole[m] / TX_SPLIT_UNIT;
  }
}
