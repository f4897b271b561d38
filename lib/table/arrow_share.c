/* Columns over a producer's own memory: values that lie as ours do are taken without a copy, array and all. */
#include <math.h>

#include "table/arrow_private.h"
#include "table/column_private.h"

static bool lies_as_ours(const tx_arrow_type *type) {
  switch (type->kind) {
  case TX_ARROW_FLOAT:
    return type->width == sizeof(double);
  case TX_ARROW_DATE:
    return type->width == sizeof(int32_t) && type->unit == 1;
  case TX_ARROW_TIMESTAMP:
    return type->unit == 1000000;
  default:
    return false;
  }
}

static bool any_nan(const double *values, size_t rows) {
  for (size_t i = 0; i < rows; i++) {
    if (isnan(values[i])) return true;
  }
  return false;
}

const void *tx_arrow_lies(const tx_arrow_view *view, int64_t first, size_t rows) {
  if (rows == 0 || view->validity || view->dictionary || !lies_as_ours(view->type)) return NULL;
  size_t width = view->type->width;
  const void *values = (const char *)view->array->buffers[1] + (size_t)(view->array->offset + first) * width;
  if ((uintptr_t)values % width != 0) return NULL;
  return view->type->kind == TX_ARROW_FLOAT && any_nan(values, rows) ? NULL : values;
}

tx_column *tx_column_over(triax_context *context, int32_t type, size_t rows, const void *data) {
  tx_foreign *foreign = tx_calloc(context, 1, sizeof *foreign);
  if (!foreign) return NULL;
  tx_parts parts = {.rows = rows, .data = (void *)(uintptr_t)data, .foreign = foreign};
  return tx_column_assemble(context, type, &parts);
}

void tx_column_own(tx_column *column, struct ArrowArray *array) {
  column->foreign->array = *array;
  array->release = NULL;
}

void tx_foreign_free(triax_context *context, tx_foreign *foreign) {
  if (foreign->array.release) foreign->array.release(&foreign->array);
  tx_free(context, foreign, sizeof *foreign);
}
