/* What whole-set functions came to. */
#include <math.h>

#include "expr/node.h"

void tx_aggregates_free(tx_aggregates *aggregates) {
  if (!aggregates) return;
  triax_context *context = aggregates->context;
  for (size_t i = 0; aggregates->items && i < aggregates->count; i++) {
    tx_aggregate *item = &aggregates->items[i];
    if (item->given) continue;
    tx_free_array(context, item->sorted, item->distinct, sizeof *item->sorted);
    tx_free_array(context, item->below, item->distinct, sizeof *item->below);
    tx_free_array(context, item->equal, item->distinct, sizeof *item->equal);
    tx_free(context, item->sum, sizeof *item->sum);
    tx_free(context, item->squares, sizeof *item->squares);
  }
  tx_free_array(context, aggregates->items, aggregates->count, sizeof *aggregates->items);
  tx_free(context, aggregates, sizeof *aggregates);
}

/* The first distinct value that is not less. */
static size_t lower_bound(const tx_aggregate *aggregate, double value) {
  size_t low = 0, high = aggregate->distinct;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (aggregate->sorted[middle] < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

double tx_aggregate_percentile(const tx_aggregate *aggregate, double value) {
  if (!aggregate->known || aggregate->present == 0 || isnan(value)) return NAN;
  size_t at = lower_bound(aggregate, value);
  if (at == aggregate->distinct) return 1.0;
  double equal = aggregate->sorted[at] == value ? (double)aggregate->equal[at] : 0.0;
  return ((double)aggregate->below[at] + equal / 2) / (double)aggregate->present;
}
