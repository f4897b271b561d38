/* From columns and outcomes to a model: many knots, then pairs, then few knots. */
#include <math.h>
#include <string.h>

#include "fit/additive.h"
#include "fit/knots.h"
#include "fit/pairs.h"

/* Parameters of the first fit, over all columns; few knots each where there are many columns. */
#define PARAMETERS 300
#define KNOTS_MOST 32
#define KNOTS_LEAST 4
#define LEVELS_MOST 50
/* What a line may differ from the first fit's, in log-odds (root of the mean square over rows), and its most knots. */
#define TOLERANCE 0.01
#define FEW_KNOTS 10
/* A metric whose effect deviates less over the rows says nothing. */
#define SPREAD_LEAST 0.01
/* Steps of Newton's. */
#define STEPS 10
#define STEPS_AGAIN 3
#define STEPS_A_PAIR 2
/* What the odds of bends must be, as twice their logarithm. */
#define VOUCHED 6.0

typedef struct learning {
  triax_context *context;
  const tx_fit_data *data;
  const tx_fit_options *options;
  tx_fit_model *model;
  tx_additive first, last;
  tx_pair_search *search;
  tx_fit_axis (*pairs)[2];
  size_t pair_count;
} learning;

static size_t share_of_parameters(const tx_fit_data *data, size_t least, size_t most) {
  const size_t share = PARAMETERS / (data->column_count ? data->column_count : 1);
  return share < least ? least : share > most ? most : share;
}

/* The codes that rows have, those of most rows first; at most so many. */
static bool list_levels(tx_arena *arena, const tx_fit_data *data, size_t column, size_t most, const uint32_t **levels,
                        size_t *count) {
  const tx_fit_column *from = &data->columns[column];
  size_t *counts = tx_alloc_array(arena->context, (size_t)from->levels + 1, sizeof *counts);
  uint32_t *made = tx_arena_calloc(arena, most, sizeof *made);
  *count = 0;
  if (counts && made) {
    memset(counts, 0, from->levels * sizeof *counts);
    for (size_t row = 0; row < data->rows; row++) {
      if (from->codes[row] != TX_FIT_ABSENT) counts[from->codes[row]]++;
    }
    while (*count < most && from->levels) {
      uint32_t best = 0;
      for (uint32_t code = 1; code < from->levels; code++) best = counts[code] > counts[best] ? code : best;
      if (!counts[best]) break;
      counts[best] = 0;
      made[(*count)++] = best;
    }
  }
  tx_free_array(arena->context, counts, (size_t)from->levels + 1, sizeof *counts);
  *levels = made;
  return counts && made;
}

/* Placing rows among knots takes its time: progress is polled between columns. */
static triax_status add_first_terms(learning *work, triax_error *error) {
  const tx_fit_data *data = work->data;
  const size_t most = share_of_parameters(data, KNOTS_LEAST, KNOTS_MOST);
  const size_t levels_most = share_of_parameters(data, KNOTS_LEAST, LEVELS_MOST);
  bool fine = tx_additive_constant(&work->first);
  for (size_t c = 0; fine && c < data->column_count; c++) {
    const triax_status status = tx_progress(work->context, "fit", 0, error);
    if (status != TRIAX_OK) return status;
    const double *knots;
    const uint32_t *levels;
    size_t count;
    if (data->columns[c].numbers) {
      fine = tx_knots_spread(&work->first.arena, data, c, most, &knots, &count) &&
             tx_additive_line(&work->first, c, knots, count);
    } else {
      fine = list_levels(&work->model->arena, data, c, levels_most, &levels, &count) &&
             (count == 0 || tx_additive_levels(&work->first, c, levels, count));
    }
  }
  return fine ? TRIAX_OK : tx_no_memory(error);
}

static triax_status fit_first(learning *work, triax_error *error) {
  bool any;
  triax_status status = add_first_terms(work, error);
  if (status == TRIAX_OK) status = tx_additive_open(&work->first, error);
  if (status == TRIAX_OK) status = tx_additive_fit(&work->first, STEPS, error);
  if (status == TRIAX_OK) status = tx_additive_straighten(&work->first, VOUCHED, &any, error);
  return status == TRIAX_OK && any ? tx_additive_fit(&work->first, STEPS_AGAIN, error) : status;
}

static triax_status add_pairs(learning *work, triax_error *error) {
  const size_t most = work->options->pairs;
  bool found = true;
  if (!most || work->last.parameters > work->options->parameters) return TRIAX_OK;
  work->pairs = tx_arena_calloc(&work->model->arena, most, sizeof *work->pairs);
  if (!work->pairs) return tx_no_memory(error);
  triax_status status = tx_pair_search_new(work->context, work->data, &work->search, error);
  while (status == TRIAX_OK && work->pair_count < most) {
    tx_fit_axis *axes = work->pairs[work->pair_count];
    status = tx_pair_search_next(work->search, &work->last, &work->model->arena, axes, &found, error);
    if (status != TRIAX_OK || !found) break;
    work->pair_count++;
    if (!tx_additive_cells(&work->last, axes)) return tx_no_memory(error);
    status = tx_additive_open(&work->last, error);
    if (status == TRIAX_OK) status = tx_additive_fit(&work->last, STEPS_A_PAIR, error);
  }
  return status;
}

/* The deviation of a term's effect over the rows, and its mean. */
static double spread_of(const tx_additive *additive, const tx_term *term, double *mean) {
  double effects[TX_SLOTS], sum = 0, squares = 0;
  const double rows = (double)additive->data->rows;
  tx_term_effects(additive, term, effects);
  for (int pass = 0; pass < 2; pass++) {
    if (pass) *mean = sum / rows;
    for (size_t row = 0; row < additive->data->rows; row++) {
      const double low = effects[term->slot[row]];
      const double value = term->share ? low + term->share[row] * (effects[term->slot[row] + 1] - low) : low;
      if (pass) squares += (value - *mean) * (value - *mean);
      else sum += value;
    }
  }
  return sqrt(squares / rows);
}

/* A round number near a knot: within a tenth of the way to its neighbours. Whole numbers stay as they are. */
static double round_knot(const tx_term *term, size_t k) {
  const double x = term->knots[k];
  const double left = k ? x - term->knots[k - 1] : term->knots[k + 1] - x;
  const double right = k + 1 < term->count ? term->knots[k + 1] - x : left;
  const double near = (left < right ? left : right) / 8;
  return tx_round_within(x - near, x + near);
}

static bool add_few_knots(learning *work, const tx_term *term) {
  bool *keep = tx_arena_calloc(&work->model->arena, term->count, sizeof *keep);
  double *knots = tx_arena_calloc(&work->model->arena, term->count, sizeof *knots);
  size_t count = 0;
  if (!keep || !knots) return false;
  tx_knots_thin(term->knots, work->first.beta + term->first, term->mass, term->count, TOLERANCE, FEW_KNOTS, keep);
  for (size_t k = 0; k < term->count; k++) {
    if (keep[k]) knots[count++] = round_knot(term, k);
  }
  return tx_additive_line(&work->last, term->column, knots, count);
}

static triax_status add_last_terms(learning *work, triax_error *error) {
  bool fine = tx_additive_constant(&work->last);
  for (size_t t = 1; fine && t < work->first.term_count; t++) {
    const tx_term *term = &work->first.terms[t];
    const triax_status status = tx_progress(work->context, "fit", 0, error);
    double mean;
    if (status != TRIAX_OK) return status;
    if (spread_of(&work->first, term, &mean) < SPREAD_LEAST) continue;
    if (term->kind == TX_TERM_LINE) fine = add_few_knots(work, term);
    else if (term->kind == TX_TERM_LEVELS) fine = tx_additive_levels(&work->last, term->column, term->levels, term->count);
    else fine = tx_additive_cells(&work->last, term->axes);
  }
  return fine ? TRIAX_OK : tx_no_memory(error);
}

/* --- the model of what was fitted ---- */

/* Knots that a line does not need any more are left out. */
static bool thin_shape(tx_arena *arena, const tx_term *term, tx_fit_shape *shape) {
  bool *keep = tx_arena_calloc(arena, term->count, sizeof *keep);
  double *knots = tx_arena_calloc(arena, term->count, sizeof *knots);
  if (!keep || !knots) return false;
  tx_knots_thin(term->knots, shape->effect, term->mass, term->count, TOLERANCE / 10, term->count, keep);
  shape->count = 0;
  for (size_t k = 0; k < term->count; k++) {
    if (!keep[k]) continue;
    knots[shape->count] = term->knots[k];
    shape->effect[shape->count++] = shape->effect[k];
  }
  shape->knots = knots;
  return true;
}

static bool keep_shape(learning *work, const tx_term *term) {
  tx_fit_model *model = work->model;
  const double *beta = work->last.beta + term->first;
  tx_fit_shape *shape = &model->shapes[model->shape_count++];
  double mean, *effect = tx_arena_calloc(&model->arena, term->count, sizeof *effect);
  if (!effect) return false;
  const double spread = spread_of(&work->last, term, &mean);
  for (size_t i = 0; i < term->count; i++) {
    effect[i] = beta[i] - mean;
    /* What is held is equal but for rounding. */
    if (i && term->direction && (effect[i] - effect[i - 1]) * term->direction < 0) effect[i] = effect[i - 1];
  }
  *shape = (tx_fit_shape){term->column, term->count, term->knots, term->levels, effect, 0, spread, term->parameters};
  shape->missing = (term->has_missing ? beta[term->count] : 0) - mean;
  model->intercept += mean;
  return term->kind != TX_TERM_LINE || thin_shape(&model->arena, term, shape);
}

static bool keep_pair(learning *work, const tx_term *term) {
  tx_fit_pair *pair = &work->model->pairs[work->model->pair_count++];
  double mean;
  pair->effect = tx_arena_calloc(&work->model->arena, term->count, sizeof(double));
  if (!pair->effect) return false;
  memcpy(pair->axes, term->axes, sizeof pair->axes);
  memcpy(pair->effect, work->last.beta + term->first, term->count * sizeof(double));
  pair->spread = spread_of(&work->last, term, &mean);
  pair->parameters = term->parameters;
  return true;
}

static bool keep_model(learning *work) {
  tx_fit_model *model = work->model;
  model->shapes = tx_arena_calloc(&model->arena, work->last.term_count, sizeof *model->shapes);
  model->pairs = tx_arena_calloc(&model->arena, work->last.term_count, sizeof *model->pairs);
  bool fine = model->shapes && model->pairs;
  model->intercept = work->last.beta[0];
  model->parameters = work->last.parameters;
  for (size_t t = 1; fine && t < work->last.term_count; t++) {
    const tx_term *term = &work->last.terms[t];
    fine = term->kind == TX_TERM_CELLS ? keep_pair(work, term) : keep_shape(work, term);
  }
  return fine;
}

static triax_status fit_last(learning *work, triax_error *error) {
  bool any;
  triax_status status = add_last_terms(work, error);
  if (status == TRIAX_OK) status = tx_additive_open(&work->last, error);
  if (status == TRIAX_OK) status = tx_additive_fit(&work->last, STEPS, error);
  if (status == TRIAX_OK) status = add_pairs(work, error);
  /* What tables say now, some lines need not bend for any more. */
  if (status == TRIAX_OK && work->pair_count) status = tx_additive_straighten(&work->last, VOUCHED, &any, error);
  if (status == TRIAX_OK && work->pair_count) status = tx_additive_fit(&work->last, STEPS_AGAIN, error);
  if (status == TRIAX_OK) {
    status = tx_additive_finish(&work->last, work->options->parameters, &work->model->shrunk, error);
  }
  if (status == TRIAX_OK && !keep_model(work)) status = tx_no_memory(error);
  return status;
}

/* The rows learnt from, one after another: in a fold four fifths of what came. */
static bool gather(tx_arena *arena, const tx_fit_data *from, tx_fit_data *into) {
  size_t rows = 0, *row_of = tx_arena_calloc(arena, from->rows, sizeof *row_of);
  tx_fit_column *columns = tx_arena_calloc(arena, from->column_count, sizeof *columns);
  uint8_t *outcome = tx_arena_calloc(arena, from->rows, 1);
  if (!row_of || !columns || !outcome) return false;
  for (size_t row = 0; row < from->rows; row++) {
    if (from->use && !from->use[row]) continue;
    outcome[rows] = from->outcome[row];
    row_of[rows++] = row;
  }
  *into = (tx_fit_data){rows, outcome, NULL, columns, from->column_count};
  for (size_t c = 0; c < from->column_count; c++) {
    const tx_fit_column *source = &from->columns[c];
    double *numbers = source->numbers ? tx_arena_alloc(arena, (rows + 1) * sizeof *numbers) : NULL;
    uint32_t *codes = source->numbers ? NULL : tx_arena_alloc(arena, (rows + 1) * sizeof *codes);
    if (!numbers && !codes) return false;
    for (size_t row = 0; row < rows; row++) {
      if (numbers) numbers[row] = source->numbers[row_of[row]];
      else codes[row] = source->codes[row_of[row]];
    }
    columns[c] = (tx_fit_column){numbers, codes, source->levels, source->direction};
  }
  return true;
}

triax_status tx_fit_learn(triax_context *context, const tx_fit_data *data, const tx_fit_options *options,
                          tx_fit_model *model, triax_error *error) {
  tx_fit_data used;
  tx_arena rows;
  learning work = {.context = context, .data = &used, .options = options, .model = model};
  memset(model, 0, sizeof *model);
  tx_arena_init(&model->arena, context);
  tx_arena_init(&rows, context);
  triax_status status = gather(&rows, data, &used) ? TRIAX_OK : tx_no_memory(error);
  tx_additive_init(&work.first, context, &used);
  tx_additive_init(&work.last, context, &used);
  if (status == TRIAX_OK) status = fit_first(&work, error);
  if (status == TRIAX_OK) status = fit_last(&work, error);
  tx_additive_free(&work.first);
  tx_additive_free(&work.last);
  tx_pair_search_free(work.search);
  tx_arena_free(&rows);
  return status;
}
