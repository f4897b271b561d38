#include "health/scorer_private.h"

#include "base/number.h"

/* Within these bounds no quotient of weights overflows. */
static bool weight_ok(double weight) { return weight == 0 || (weight >= 1e-100 && weight <= 1e100); }

static triax_status check_scale(const tx_health_metric *metric, triax_error *error) {
  const int length = (int)metric->name.length;
  const char *name = metric->name.bytes;
  if (!metric->knot_count == !metric->category_count)
    return tx_fail(error, TRIAX_EINVAL, "metric '%.*s' needs a scale: either knots or categories.", length, name);
  for (size_t k = 0; k < metric->knot_count; k++)
    if (!isfinite(metric->knots[k]) || !isfinite(metric->points[k]))
      return tx_fail(error, TRIAX_EINVAL, "metric '%.*s': knot %zu of its scale is not a finite number.", length, name,
                     k + 1);
  for (size_t k = 1; k < metric->knot_count; k++)
    if (!(metric->knots[k - 1] < metric->knots[k]) || !isfinite(metric->knots[k] - metric->knots[k - 1]))
      return tx_fail(error, TRIAX_EINVAL, "metric '%.*s': its scale must rise from knot %zu to the next.", length, name,
                     k);
  for (size_t c = 0; c < metric->category_count; c++)
    if (!isfinite(metric->categories[c].points))
      return tx_fail(error, TRIAX_EINVAL, "metric '%.*s': the points of '%.*s' are not a finite number.", length, name,
                     (int)metric->categories[c].value.length, metric->categories[c].value.bytes);
  return TRIAX_OK;
}

static triax_status check_metric(const tx_health_model *model, const tx_health_metric *metric, triax_error *error) {
  const int length = (int)metric->name.length;
  const char *name = metric->name.bytes;
  if (metric->group >= model->group_count)
    return tx_fail(error, TRIAX_EINVAL, "metric '%.*s' is in no group of the model.", length, name);
  if (!weight_ok(metric->weight))
    return tx_fail(error, TRIAX_EINVAL, "metric '%.*s': its weight must be 0 or a number from 1e-100 to 1e100.", length,
                   name);
  if (metric->value >= model->input_count ||
      (metric->applies != TX_NO_INPUT && metric->applies >= model->input_count) ||
      (metric->since != TX_NO_INPUT && metric->since >= model->input_count))
    return tx_fail(error, TRIAX_EINVAL, "metric '%.*s' reads an input that the model does not have.", length, name);
  return check_scale(metric, error);
}

static triax_status check_model(const tx_health_model *model, triax_error *error) {
  if (model->band_count >= TX_BAND_UNKNOWN)
    return tx_fail(error, TRIAX_EINVAL, "a score may have at most %d bands.", TX_BAND_UNKNOWN - 1);
  for (size_t g = 0; g < model->group_count; g++)
    if (!weight_ok(model->groups[g].weight))
      return tx_fail(error, TRIAX_EINVAL, "group '%.*s': its weight must be 0 or a number from 1e-100 to 1e100.",
                     (int)model->groups[g].name.length, model->groups[g].name.bytes);
  for (size_t l = 0; l < model->limit_count; l++)
    if (model->limits[l].when >= model->input_count)
      return tx_fail(error, TRIAX_EINVAL, "limit %zu reads an input that the model does not have.", l + 1);
  for (size_t m = 0; m < model->metric_count; m++) {
    const triax_status status = check_metric(model, &model->metrics[m], error);
    if (status) return status;
  }
  return TRIAX_OK;
}

/* The categories of a metric as numbers, for inputs that are numbers. */
static bool read_numbers(tx_health_scorer *scorer, size_t index) {
  const tx_health_metric *metric = &scorer->model->metrics[index];
  if (!metric->category_count) return true;
  tx_health_number *numbers = tx_calloc(scorer->context, metric->category_count, sizeof *numbers);
  if (!numbers) return false;
  for (size_t c = 0; c < metric->category_count; c++) {
    const triax_text text = metric->categories[c].value;
    numbers[c].is_integer = tx_parse_int64(text, &numbers[c].integer);
    numbers[c].is_number = tx_parse_double(text, false, &numbers[c].number);
  }
  scorer->tables[index].numbers = numbers;
  return true;
}

static bool draw_lines(tx_health_scorer *scorer) {
  const tx_health_model *model = scorer->model;
  for (size_t m = 0; m < model->metric_count; m++) scorer->slope_count += model->metrics[m].knot_count;
  scorer->lines = tx_calloc(scorer->context, model->metric_count, sizeof *scorer->lines);
  scorer->slopes = tx_calloc(scorer->context, scorer->slope_count, sizeof *scorer->slopes);
  if (!scorer->lines || !scorer->slopes) return false;
  double *slopes = scorer->slopes;
  for (size_t m = 0; m < model->metric_count; m++) {
    const tx_health_metric *metric = &model->metrics[m];
    scorer->lines[m] = (tx_health_line){metric,         metric->knots,   metric->points,          slopes,
                                        metric->weight, metric->missing, tx_health_summed(metric)};
    for (size_t k = 0; k < metric->knot_count; k++) slopes[k] = tx_health_slope(metric, k);
    slopes += metric->knot_count;
  }
  return true;
}

/* What is the same for every row, as long as metrics apply to all. */
static bool add_weights(tx_health_scorer *scorer) {
  const tx_health_model *model = scorer->model;
  scorer->all = tx_calloc(scorer->context, model->group_count, sizeof *scorer->all);
  if (!scorer->all) return false;
  for (size_t m = 0; m < model->metric_count; m++) {
    const tx_health_metric *metric = &model->metrics[m];
    scorer->all[metric->group] += metric->weight;
    if (metric->applies != TX_NO_INPUT) scorer->any_applies = true;
  }
  for (size_t g = 0; g < model->group_count; g++) {
    if (scorer->all[g] > 0) scorer->covers += model->groups[g].weight;
  }
  return true;
}

triax_status tx_health_scorer_new(triax_context *context, const tx_health_model *model, tx_health_scorer **scorer,
                                  triax_error *error) {
  const triax_status status = check_model(model, error);
  if (status) return status;
  tx_health_scorer *made = tx_alloc(context, sizeof *made);
  if (!made) return tx_no_memory(error);
  made->context = triax_context_ref(context);
  made->model = model;
  made->kernels = tx_health_kernels_best();
  made->tables = tx_calloc(context, model->metric_count, sizeof *made->tables);
  made->lines = NULL;
  made->slopes = made->all = NULL;
  made->slope_count = 0;
  made->any_applies = false;
  made->covers = 0;
  bool ok = made->tables && draw_lines(made) && add_weights(made);
  for (size_t m = 0; ok && m < model->metric_count; m++) ok = read_numbers(made, m);
  if (!ok) {
    tx_health_scorer_free(made);
    return tx_no_memory(error);
  }
  *scorer = made;
  return TRIAX_OK;
}

void tx_health_scorer_free(tx_health_scorer *scorer) {
  if (!scorer) return;
  triax_context *context = scorer->context;
  const tx_health_model *model = scorer->model;
  for (size_t m = 0; scorer->tables && m < model->metric_count; m++) {
    tx_health_table *table = &scorer->tables[m];
    tx_free_array(context, table->numbers, model->metrics[m].category_count, sizeof *table->numbers);
    tx_free_array(context, table->points, table->size, sizeof *table->points);
    if (table->dictionary) tx_dictionary_unref(table->dictionary);
  }
  if (scorer->tables) tx_free_array(context, scorer->tables, model->metric_count, sizeof *scorer->tables);
  tx_free_array(context, scorer->lines, model->metric_count, sizeof *scorer->lines);
  tx_free_array(context, scorer->slopes, scorer->slope_count, sizeof *scorer->slopes);
  tx_free_array(context, scorer->all, model->group_count, sizeof *scorer->all);
  tx_free(context, scorer, sizeof *scorer);
  triax_context_unref(context);
}

bool tx_health_table_update(tx_health_scorer *scorer, size_t index, const tx_dictionary *dictionary) {
  tx_health_table *table = &scorer->tables[index];
  const tx_health_metric *metric = &scorer->model->metrics[index];
  if (!dictionary || table->dictionary == dictionary) return true; /* none: nothing is present */
  double *points = tx_alloc_array(scorer->context, dictionary->size, sizeof *points);
  if (!points) return false;
  for (uint32_t code = 0; code < dictionary->size; code++) points[code] = NAN;
  /* Backwards, so that of two equal categories the first counts, as it does for single rows. */
  for (size_t c = metric->category_count; c-- > 0;) {
    const uint32_t code = tx_dictionary_find(dictionary, metric->categories[c].value);
    if (code != TX_NO_CODE) points[code] = metric->categories[c].points;
  }
  tx_free_array(scorer->context, table->points, table->size, sizeof *points);
  if (table->dictionary) tx_dictionary_unref(table->dictionary);
  table->points = points;
  table->size = dictionary->size;
  /* Held, so that the address cannot come to mean another dictionary. Counting changes nothing in it. */
  table->dictionary = tx_dictionary_ref((tx_dictionary *)dictionary);
  return true;
}
