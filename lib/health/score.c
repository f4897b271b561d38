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
  double *health, *coverage;  /* sums, then results: where they are wanted, if whole blocks fit there */
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
  const size_t kind = scorer->lines[index].summed ? metric->knot_count - 2 : 7;
  scorer->kernels->scale[kind](&scorer->lines[index], read_numbers(part, vector), part->blocks, scorer->points);
}

/* --- points to sums --------------------------------------------------------------------------------------------- */

static double age_at(const chunk *part, const tx_vector *since, size_t i) {
  const size_t row = part->first + i;
  if (!tx_bit(since->present, row)) return NAN;
  if (since->type.kind != TX_TIMESTAMP) return part->of->as_of - (double)since->integers[row];
  return part->of->as_of - (double)since->integers[row] / TX_MICROSECONDS_A_DAY;
}

/* Weights row by row; points become those that count; keeps the parts. */
static void weigh_parts(const chunk *part, size_t index) {
  const batch *all = part->of;
  const tx_health_metric *metric = &all->model->metrics[index];
  const tx_vector *since = metric->since == TX_NO_INPUT ? NULL : &all->inputs[metric->since];
  const uint64_t *applies = metric->applies == TX_NO_INPUT ? NULL : all->inputs[metric->applies].truth;
  double *points = all->scorer->points, *weight = all->scorer->weight;
  tx_health_part *parts = all->output->parts + index * all->rows + part->first;
  for (size_t i = 0; i < part->rows; i++) {
    const bool on = !applies || bit_at(applies, part, i);
    parts[i] = tx_health_part_of(metric, points[i], since != NULL, since ? age_at(part, since, i) : 0, on);
    points[i] = parts[i].points;
    weight[i] = parts[i].weight;
  }
  for (size_t i = part->rows; i < part->blocks * 64; i++) weight[i] = 0;
}

static const uint64_t *applies_of(const chunk *part, const tx_health_metric *metric) {
  return metric->applies == TX_NO_INPUT ? NULL : part->of->inputs[metric->applies].truth + part->first / 64;
}

/* The same without parts, all rows at once. */
static void weigh(const chunk *part, size_t index) {
  const batch *all = part->of;
  const tx_health_metric *metric = &all->model->metrics[index];
  tx_health_scorer *scorer = all->scorer;
  if (metric->since == TX_NO_INPUT && metric->applies == TX_NO_INPUT) {
    scorer->kernels->weigh_plain(&scorer->lines[index], part->blocks, scorer->points, scorer->weight);
    return;
  }
  const size_t filled = metric->since == TX_NO_INPUT ? 0 : part->rows;
  for (size_t i = 0; i < filled; i++) scorer->fresh[i] = age_at(part, &all->inputs[metric->since], i);
  for (size_t i = filled; i < part->blocks * 64; i++) scorer->fresh[i] = 1;
  if (filled) scorer->kernels->fade(metric->after, metric->fade, part->blocks, scorer->fresh);
  scorer->kernels->weigh(&scorer->lines[index], applies_of(part, metric), scorer->fresh, part->blocks, scorer->points,
                         scorer->weight);
}

/* A scale that applies to all, at full weight: from values to sums in one pass. */
static bool adds_at_once(const batch *all, size_t index) {
  const tx_health_metric *metric = &all->model->metrics[index];
  return !all->output->parts && metric->since == TX_NO_INPUT && metric->applies == TX_NO_INPUT &&
         all->scorer->lines[index].summed && (!all->output->worst || isnan(metric->missing));
}

/* Whether the values lie in the input's own memory, in whole blocks. */
static bool lies_plain(const chunk *part, size_t index) {
  const tx_vector *vector = &part->of->inputs[part->of->model->metrics[index].value];
  return tx_type_is(vector->type, TX_DOUBLE) && part->rows == part->blocks * 64;
}

/* Two such metrics of one group, side by side, in one pass over the sums. */
static bool add_two_at_once(const chunk *part, size_t index) {
  const batch *all = part->of;
  const tx_health_metric *metric = &all->model->metrics[index];
  tx_health_scorer *scorer = all->scorer;
  if (index + 1 >= all->model->metric_count || metric[1].group != metric->group ||
      metric[1].knot_count != metric->knot_count || !isnan(metric->missing) || !isnan(metric[1].missing))
    return false;
  if (!adds_at_once(all, index + 1) || !lies_plain(part, index) || !lies_plain(part, index + 1)) return false;
  scorer->kernels->add_two[metric->knot_count - 2](
      &scorer->lines[index], all->inputs[metric->value].numbers + part->first,
      all->inputs[metric[1].value].numbers + part->first, part->blocks, scorer->group_present, scorer->group_points);
  return true;
}

/* Adds a metric, perhaps together with the next; returns how many. */
static size_t add_at_once(const chunk *part, size_t index) {
  const batch *all = part->of;
  const tx_health_metric *metric = &all->model->metrics[index];
  tx_health_scorer *scorer = all->scorer;
  if (all->output->worst) {
    scorer->kernels->add_lose[metric->knot_count - 2](
        &scorer->lines[index], read_numbers(part, &all->inputs[metric->value]), (double)index, part->blocks,
        scorer->group_present, scorer->group_points, scorer->group_most, scorer->group_worst);
    return 1;
  }
  if (add_two_at_once(part, index)) return 2;
  const tx_health_add_fn *add = isnan(metric->missing) ? scorer->kernels->add : scorer->kernels->fill;
  add[metric->knot_count - 2](&scorer->lines[index], read_numbers(part, &all->inputs[metric->value]), part->blocks,
                              scorer->group_present, scorer->group_points);
  return 1;
}

static size_t add_metric(const chunk *part, size_t index) {
  tx_health_scorer *scorer = part->of->scorer;
  if (adds_at_once(part->of, index)) return add_at_once(part, index);
  fill_points(part, index);
  if (part->of->output->parts) weigh_parts(part, index);
  else weigh(part, index);
  scorer->kernels->add_weighted(scorer->points, scorer->weight, part->blocks, scorer->group_present,
                                scorer->group_points);
  if (part->of->output->worst)
    scorer->kernels->lose(scorer->points, scorer->weight, (double)index, part->blocks, scorer->group_most,
                          scorer->group_worst);
  return 1;
}

/* What the group covers, of Σ w over the metrics that apply. */
static void cover_group(const chunk *part, size_t group) {
  const batch *whole = part->of;
  tx_health_scorer *scorer = whole->scorer;
  const double weight = whole->model->groups[group].weight;
  if (!scorer->any_applies) {
    if (scorer->all[group] > 0)
      scorer->kernels->cover_plain(weight, scorer->group_present, scorer->all[group], part->blocks, part->coverage);
    return;
  }
  scorer->kernels->clear(part->blocks, scorer->group_all);
  for (size_t m = 0; m < whole->model->metric_count; m++) {
    const tx_health_metric *metric = &whole->model->metrics[m];
    if (metric->group == group)
      scorer->kernels->add_all(applies_of(part, metric), metric->weight, part->blocks, scorer->group_all);
  }
  scorer->kernels->cover(weight, scorer->group_present, scorer->group_all, part->blocks, part->coverage,
                         scorer->coverable);
}

static bool wants_coverage(const chunk *part) {
  return part->of->output->coverage || part->of->model->min_coverage > 0;
}

/* Σ w′ and Σ w′ × points of a group's metrics. */
static void sum_group(const chunk *part, size_t group) {
  const batch *all = part->of;
  tx_health_scorer *scorer = all->scorer;
  scorer->kernels->clear(part->blocks, scorer->group_present);
  scorer->kernels->clear(part->blocks, scorer->group_points);
  if (all->output->worst) scorer->kernels->clear(part->blocks, scorer->group_most);
  for (size_t m = 0; m < all->model->metric_count;)
    m += all->model->metrics[m].group == group ? add_metric(part, m) : 1;
}

static void lose_group(const chunk *part, size_t group) {
  tx_health_scorer *scorer = part->of->scorer;
  if (part->of->output->worst)
    scorer->kernels->end_lost(part->of->model->groups[group].weight, scorer->group_present, scorer->group_most,
                              scorer->group_worst, part->blocks, scorer->most, scorer->worst);
}

static void add_group(const chunk *part, size_t group) {
  tx_health_scorer *scorer = part->of->scorer;
  sum_group(part, group);
  scorer->kernels->end_group(part->of->model->groups[group].weight, scorer->group_points, scorer->group_present,
                             part->blocks, part->health, scorer->total_weight);
  lose_group(part, group);
  if (wants_coverage(part)) cover_group(part, group);
}

static void end_coverage(const chunk *part) {
  tx_health_scorer *scorer = part->of->scorer;
  if (scorer->any_applies) scorer->kernels->end_cover(scorer->coverable, part->blocks, part->coverage);
  else if (scorer->covers > 0) scorer->kernels->end_cover_plain(scorer->covers, part->blocks, part->coverage);
}

/* One group that weighs something, with the same Σ w in every row: its sums are nearly the result. */
static bool ends_at_once(const chunk *part) {
  const batch *all = part->of;
  return all->model->group_count == 1 && all->model->groups[0].weight > 0 && !all->scorer->any_applies &&
         all->scorer->all[0] > 0 && wants_coverage(part);
}

static void score_only_group(const chunk *part) {
  tx_health_scorer *scorer = part->of->scorer;
  sum_group(part, 0);
  scorer->kernels->end_only(part->of->model->groups[0].weight, scorer->all[0], scorer->group_points,
                            scorer->group_present, part->blocks, part->health, part->coverage);
  lose_group(part, 0);
}

static void score_groups(const chunk *part) {
  tx_health_scorer *scorer = part->of->scorer;
  scorer->kernels->clear(part->blocks, part->health);
  scorer->kernels->clear(part->blocks, scorer->total_weight);
  if (wants_coverage(part)) scorer->kernels->clear(part->blocks, part->coverage);
  if (scorer->any_applies) scorer->kernels->clear(part->blocks, scorer->coverable);
  for (size_t g = 0; g < part->of->model->group_count; g++) add_group(part, g);
  scorer->kernels->end_rows(scorer->total_weight, part->blocks, part->health);
  if (wants_coverage(part)) end_coverage(part);
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

static void find_bands(const chunk *part, const double *health, uint8_t *band) {
  tx_health_scorer *scorer = part->of->scorer;
  const tx_health_model *model = part->of->model;
  const bool whole = part->rows == part->blocks * 64;
  scorer->kernels->reach(health, model->bands, model->band_count, part->blocks, whole ? band : scorer->band);
  if (!whole) memcpy(band, scorer->band, part->rows);
}

static void find_worst(const chunk *part, uint16_t *worst) {
  const tx_health_scorer *scorer = part->of->scorer;
  for (size_t i = 0; i < part->rows; i++) worst[i] = scorer->most[i] > 0 ? (uint16_t)scorer->worst[i] : TX_NO_METRIC;
}

static void write_outputs(const chunk *part) {
  const tx_health_output *output = part->of->output;
  double *health = part->health;
  const size_t first = part->first, size = part->rows * sizeof *health;
  if (output->raw) memcpy(output->raw + first, health, size);
  if (output->coverage && part->coverage != output->coverage + first)
    memcpy(output->coverage + first, part->coverage, size);
  if (output->limit) memset(output->limit + first, 0, part->rows * sizeof *output->limit);
  apply_limits(part, health, output->limit ? output->limit + first : NULL);
  if (output->health && health != output->health + first) memcpy(output->health + first, health, size);
  if (output->band) find_bands(part, health, output->band + first);
  if (output->worst) find_worst(part, output->worst + first);
  if (output->parts)
    for (size_t i = 0; i < part->rows; i++)
      tx_health_finish_parts(part->of->model, output->parts + first + i, part->of->rows);
}

static void score_chunk(const chunk *part) {
  const tx_health_kernels *kernels = part->of->scorer->kernels;
  const double least = part->of->model->min_coverage;
  if (part->of->output->worst) kernels->clear(part->blocks, part->of->scorer->most);
  if (ends_at_once(part)) score_only_group(part);
  else score_groups(part);
  if (least > 0) kernels->drop_uncovered(least, part->coverage, part->blocks, part->health);
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
    chunk part = {&all, first, count, (count + 63) / 64, scorer->total, scorer->covered};
    if (count % 64 == 0 && output->health) part.health = output->health + first;
    if (count % 64 == 0 && output->coverage) part.coverage = output->coverage + first;
    score_chunk(&part);
  }
  return TRIAX_OK;
}
