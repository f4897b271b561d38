/* What a model says of a row. */
#include <math.h>

#include "fit/fit.h"
#include "fit/knots.h"

double tx_fit_shape_at(const tx_fit_shape *shape, const tx_fit_column *columns, size_t row) {
  const tx_fit_column *column = &columns[shape->column];
  if (shape->knots) {
    const double x = column->numbers[row];
    double share;
    if (isnan(x)) return shape->missing;
    const size_t at = tx_knot_below(shape->knots, shape->count, x, &share);
    return share > 0 ? shape->effect[at] + share * (shape->effect[at + 1] - shape->effect[at]) : shape->effect[at];
  }
  for (size_t i = 0; i < shape->count; i++) {
    if (shape->levels[i] == column->codes[row]) return shape->effect[i];
  }
  return shape->missing;
}

size_t tx_fit_group(const tx_fit_axis *axis, const tx_fit_column *columns, size_t row) {
  const tx_fit_column *column = &columns[axis->column];
  size_t group = 0;
  if (axis->cuts) {
    const double x = column->numbers[row];
    if (isnan(x)) return SIZE_MAX;
    while (group + 1 < axis->groups && x >= axis->cuts[group]) group++;
    return group;
  }
  const uint32_t code = column->codes[row];
  if (code == TX_FIT_ABSENT) return SIZE_MAX;
  while (group + 1 < axis->groups && axis->levels[group] != code) group++;
  return group;
}

static double pair_at(const tx_fit_pair *pair, const tx_fit_column *columns, size_t row) {
  const size_t one = tx_fit_group(&pair->axes[0], columns, row), other = tx_fit_group(&pair->axes[1], columns, row);
  return one == SIZE_MAX || other == SIZE_MAX ? 0 : pair->effect[one * pair->axes[1].groups + other];
}

double tx_fit_log_odds(const tx_fit_model *model, const tx_fit_column *columns, size_t row) {
  double sum = model->intercept;
  for (size_t s = 0; s < model->shape_count; s++) sum += tx_fit_shape_at(&model->shapes[s], columns, row);
  for (size_t p = 0; p < model->pair_count; p++) sum += pair_at(&model->pairs[p], columns, row);
  return sum;
}

void tx_fit_model_free(tx_fit_model *model) {
  if (model->arena.context) tx_arena_free(&model->arena);
  model->arena.context = NULL;
}
