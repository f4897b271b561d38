#include <string.h>

#include "health/scorer_private.h"

/* One call of tx_health_score. */
typedef struct batch {
  tx_health_scorer *scorer;
  const tx_health_model *model;
  const tx_vector *inputs;
  size_t rows;
  double as_of;
  const tx_health_output *output;
} batch;

/* The chunk of it that is being scored. */
typedef struct chunk {
  const batch *of;
  size_t first, rows, blocks; /* blocks of 64 rows, the last perhaps in part */
} chunk;

static bool bit_at(const uint64_t *plane, const chunk *part, size_t i) { return tx_bit(plane, part->first + i); }

/* --- values to points ------------------------------------------------------------------------------------------- */

/* Values as doubles, a whole number of blocks of them. Lent where the input's own memory serves. */
static const double *read_numbers(const chunk *part, const tx_vector *vector) {
  double *x = part->of->scorer->x;
  const size_t first = part->first;
  if (tx_type_is(vector->type, TX_DOUBLE)) {
    if (part->rows == part->blocks * 64) return vector->numbers + first;
    memcpy(x, vector->numbers + first, part->rows * sizeof *x);
  } else {
    for (size_t i = 0; i < part->rows; i++) {
      double value = NAN;
      if (bit_at(vector->present, part, i)) {
        if (tx_type_is(vector->type, TX_INT)) value = (double)vector->integers[first + i];
        if (tx_type_is(vector->type, TX_UINT)) value = (double)(uint64_t)vector->integers[first + i];
        if (tx_type_is(vector->type, TX_BOOL)) value = bit_at(vector->truth, part, i) ? 1 : 0;
      }
      x[i] = value;
    }
  }
  for (size_t i = part->rows; i < part->blocks * 64; i++) x[i] = NAN;
  return x;
}

static void string_points(const chunk *part, const tx_vector *vector, const tx_health_table *table) {
  double *points = part->of->scorer->points;
  const uint32_t *codes = vector->codes + part->first;
  for (size_t i = 0; i < part->rows; i++)
    points[i] = bit_at(vector->present, part, i) && codes[i] < table->size ? table->points[codes[i]] : (double)NAN;
}

static double whole_points(const tx_health_metric *metric, const tx_health_number *numbers, int64_t value) {
  for (size_t c = 0; c < metric->category_count; c++)
    if (numbers[c].is_integer && numbers[c].integer == value) return metric->categories[c].points;
  return NAN;
}

static double number_points(const tx_health_metric *metric, const tx_health_number *numbers, double value) {
  for (size_t c = 0; c < metric->category_count; c++)
    if (numbers[c].is_number && numbers[c].number == value) return metric->categories[c].points;
  return NAN;
}

static void other_points(const chunk *part, const tx_health_metric *metric, const tx_vector *vector,
                         const tx_health_table *table) {
  double *points = part->of->scorer->points;
  const double yes = tx_health_category_text(metric, TX_TEXT("true"));
  const double no = tx_health_category_text(metric, TX_TEXT("false"));
  for (size_t i = 0; i < part->rows; i++) {
    const size_t row = part->first + i;
    double value = NAN;
    if (tx_bit(vector->present, row)) {
      if (tx_type_is(vector->type, TX_BOOL)) value = tx_bit(vector->truth, row) ? yes : no;
      if (tx_type_is(vector->type, TX_DOUBLE)) value = number_points(metric, table->numbers, vector->numbers[row]);
      if (tx_type_is(vector->type, TX_INT) || (tx_type_is(vector->type, TX_UINT) && vector->integers[row] >= 0))
        value = whole_points(metric, table->numbers, vector->integers[row]);
    }
    points[i] = value;
  }
}

static void count_uncategorised(const chunk *part, const tx_health_metric *metric, const tx_vector *vector,
                                uint64_t *count) {
  const double *points = part->of->scorer->points;
  const uint64_t *applies = metric->applies == TX_NO_INPUT ? NULL : part->of->inputs[metric->applies].truth;
  uint64_t found = 0;
  for (size_t i = 0; i < part->rows; i++) {
    bool out = isnan(points[i]) && bit_at(vector->present, part, i) && (!applies || bit_at(applies, part, i));
    if (tx_type_is(vector->type, TX_DOUBLE) && isnan(vector->numbers[part->first + i])) out = false;
    found += out;
  }
  *count += found;
}

static void fill_points(const chunk *part, size_t index) {
  const batch *all = part->of;
  const tx_health_metric *metric = &all->model->metrics[index];
  const tx_vector *vector = &all->inputs[metric->value];
  tx_health_scorer *scorer = all->scorer;
  if (metric->category_count) {
    if (tx_type_is(vector->type, TX_STRING)) string_points(part, vector, &scorer->tables[index]);
    else other_points(part, metric, vector, &scorer->tables[index]);
    if (all->output->uncategorised) count_uncategorised(part, metric, vector, &all->output->uncategorised[index]);
    for (size_t i = part->rows; i < part->blocks * 64; i++) scorer->points[i] = NAN;
    return;
  }
  const double *x = read_numbers(part, vector);
  if (metric->knot_count >= 2 && metric->knot_count <= 6)
    scorer->kernels->scale[metric->knot_count - 2](metric, x, part->blocks, scorer->points);
  else scorer->kernels->scale[5](metric, x, part->blocks, scorer->points);
}

/* --- points to sums --------------------------------------------------------------------------------------------- */

static double age_at(const chunk *part, const tx_vector *since, size_t i) {
  const size_t row = part->first + i;
  if (!tx_bit(since->present, row)) return NAN;
  if (since->type.kind != TX_TIMESTAMP) return part->of->as_of - (double)since->integers[row];
  return part->of->as_of - (double)since->integers[row] / TX_MICROSECONDS_A_DAY;
}

/* Weights row by row; points become those that count. Keeps the parts when they are asked for. */
static void weigh(const chunk *part, size_t index) {
  const batch *all = part->of;
  const tx_health_metric *metric = &all->model->metrics[index];
  const tx_vector *since = metric->since == TX_NO_INPUT ? NULL : &all->inputs[metric->since];
  const uint64_t *applies = metric->applies == TX_NO_INPUT ? NULL : all->inputs[metric->applies].truth;
  double *points = all->scorer->points, *weight = all->scorer->weight;
  tx_health_part *parts = all->output->parts ? all->output->parts + index * all->rows + part->first : NULL;
  for (size_t i = 0; i < part->rows; i++) {
    const bool on = !applies || bit_at(applies, part, i);
    const tx_health_part one =
        tx_health_part_of(metric, points[i], since != NULL, since ? age_at(part, since, i) : 0, on);
    points[i] = one.points;
    weight[i] = one.weight;
    if (parts) parts[i] = one;
  }
  for (size_t i = part->rows; i < part->blocks * 64; i++) weight[i] = 0;
}

static void add_metric(const chunk *part, size_t index) {
  const tx_health_metric *metric = &part->of->model->metrics[index];
  tx_health_scorer *scorer = part->of->scorer;
  fill_points(part, index);
  if (metric->since == TX_NO_INPUT && metric->applies == TX_NO_INPUT && !part->of->output->parts) {
    if (!isnan(metric->missing))
      for (size_t i = 0; i < part->rows; i++)
        scorer->points[i] = isnan(scorer->points[i]) ? metric->missing : scorer->points[i];
    scorer->kernels->add_plain(scorer->points, metric->weight, part->blocks, scorer->group_present,
                               scorer->group_points);
    return;
  }
  weigh(part, index);
  scorer->kernels->add_weighted(scorer->points, scorer->weight, part->blocks, scorer->group_present,
                                scorer->group_points);
}

/* Σ w over the metrics that apply. */
static void add_all(const chunk *part, size_t group) {
  const batch *whole = part->of;
  double *all = whole->scorer->group_all;
  for (size_t i = 0; i < TX_HEALTH_CHUNK; i++) all[i] = 0;
  for (size_t m = 0; m < whole->model->metric_count; m++) {
    const tx_health_metric *metric = &whole->model->metrics[m];
    if (metric->group != group) continue;
    const uint64_t *applies = metric->applies == TX_NO_INPUT ? NULL : whole->inputs[metric->applies].truth;
    if (applies)
      for (size_t i = 0; i < part->rows; i++) all[i] += bit_at(applies, part, i) ? metric->weight : 0;
    else
      for (size_t i = 0; i < TX_HEALTH_CHUNK; i++) all[i] += metric->weight;
  }
}

static void add_group(const chunk *part, size_t group) {
  const batch *all = part->of;
  tx_health_scorer *scorer = all->scorer;
  memset(scorer->group_present, 0, sizeof scorer->group_present);
  memset(scorer->group_points, 0, sizeof scorer->group_points);
  for (size_t m = 0; m < all->model->metric_count; m++)
    if (all->model->metrics[m].group == group) add_metric(part, m);
  add_all(part, group);
  const tx_health_sums sums = {scorer->total, scorer->total_weight, scorer->covered, scorer->coverable};
  scorer->kernels->end_group(all->model->groups[group].weight, scorer->group_points, scorer->group_present,
                             scorer->group_all, part->blocks, &sums);
}

/* --- sums to outputs -------------------------------------------------------------------------------------------- */

static void apply_limits(const chunk *part, double *health, uint32_t *bit) {
  const batch *all = part->of;
  for (size_t l = 0; l < all->model->limit_count; l++) {
    const tx_health_limit *limit = &all->model->limits[l];
    const uint64_t *when = all->inputs[limit->when].truth + part->first / 64;
    for (size_t i = 0; i < part->rows; i++) {
      if (i % 64 == 0 && !when[i / 64]) {
        i += 63; /* most words of most limits are empty */
        continue;
      }
      if (!tx_bit(when, i)) continue;
      const double limited = tx_health_limited(limit, health[i]);
      if (bit && limited != health[i] && !isnan(limited)) bit[i] = (uint32_t)(l + 1);
      health[i] = limited;
    }
  }
}

/* As many thresholds as are reached, less one: none is TX_BAND_UNKNOWN, 255. */
static void find_bands(const chunk *part, const double *health, uint8_t *band) {
  const tx_health_band *bands = part->of->model->bands;
  const size_t count = part->of->model->band_count;
  for (size_t i = 0; i < part->rows; i++) {
    unsigned reached = 0;
    for (size_t b = 0; b < count; b++) reached += health[i] >= bands[b].threshold;
    band[i] = (uint8_t)(reached - 1);
  }
}

static void write_outputs(const chunk *part) {
  tx_health_scorer *scorer = part->of->scorer;
  const tx_health_output *output = part->of->output;
  double *health = scorer->total;
  const size_t first = part->first, size = part->rows * sizeof *health;
  if (output->raw) memcpy(output->raw + first, health, size);
  if (output->coverage) memcpy(output->coverage + first, scorer->covered, size);
  if (output->limit) memset(output->limit + first, 0, part->rows * sizeof *output->limit);
  apply_limits(part, health, output->limit ? output->limit + first : NULL);
  if (output->health) memcpy(output->health + first, health, size);
  if (output->band) find_bands(part, health, output->band + first);
  if (output->parts)
    for (size_t i = 0; i < part->rows; i++)
      tx_health_finish_parts(part->of->model, output->parts + first + i, part->of->rows);
}

static void score_chunk(const chunk *part) {
  tx_health_scorer *scorer = part->of->scorer;
  memset(scorer->total, 0, sizeof scorer->total);
  memset(scorer->total_weight, 0, sizeof scorer->total_weight);
  memset(scorer->covered, 0, sizeof scorer->covered);
  memset(scorer->coverable, 0, sizeof scorer->coverable);
  for (size_t g = 0; g < part->of->model->group_count; g++) add_group(part, g);
  const tx_health_sums sums = {scorer->total, scorer->total_weight, scorer->covered, scorer->coverable};
  scorer->kernels->end_rows(part->of->model->min_coverage, part->blocks, &sums);
  write_outputs(part);
}

triax_status tx_health_score(tx_health_scorer *scorer, const tx_vector *inputs, size_t rows, int32_t as_of,
                             const tx_health_output *output, triax_error *error) {
  const tx_health_model *model = scorer->model;
  for (size_t m = 0; m < model->metric_count; m++) {
    const tx_vector *value = &inputs[model->metrics[m].value];
    if (!model->metrics[m].category_count || !tx_type_is(value->type, TX_STRING)) continue;
    if (!tx_health_table_update(scorer, m, value->dictionary)) return tx_no_memory(error);
  }
  const batch all = {scorer, model, inputs, rows, (double)as_of, output};
  for (size_t first = 0; first < rows; first += TX_HEALTH_CHUNK) {
    const size_t left = rows - first, count = left < TX_HEALTH_CHUNK ? left : TX_HEALTH_CHUNK;
    const chunk part = {&all, first, count, (count + 63) / 64};
    score_chunk(&part);
  }
  return TRIAX_OK;
}
