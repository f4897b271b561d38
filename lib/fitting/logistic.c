/* A fit by plain logistic regression: numbers as they are, categories against their most frequent, missing values as
 * the mean with a coefficient of their own. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "fit/logistic.h"
#include "fitting/fitting.h"

/* One column of the regression. */
typedef struct design_column {
  size_t column;
  uint32_t level;  /* TX_FIT_ABSENT: the number itself, or, where `missing`, whether it is missing */
  bool missing;
} design_column;

typedef struct design {
  tx_fitting *fitting;
  const uint8_t *use;
  design_column *columns;
  size_t count;
  double *x; /* column by column */
} design;

static size_t design_room(const tx_fitting *fitting) {
  size_t room = 0;
  for (size_t c = 0; c < fitting->column_count; c++) room += 2 + (size_t)fitting->columns[c].levels;
  return room;
}

/* Levels but the most frequent, over all rows with an outcome, so that every fold has the same columns. */
static void add_levels(design *made, size_t column) {
  const tx_fit_column *from = &made->fitting->columns[column];
  const tx_outcomes *outcomes = &made->fitting->outcomes;
  size_t most = 0;
  uint32_t reference = 0;
  bool missing = false;
  const size_t first = made->count;
  for (uint32_t level = 0; level < from->levels; level++) {
    size_t rows = 0;
    for (size_t row = 0; row < outcomes->rows; row++) rows += outcomes->use[row] && from->codes[row] == level;
    if (!rows) continue;
    if (rows > most) {
      most = rows;
      reference = level;
    }
    made->columns[made->count++] = (design_column){column, level, false};
  }
  for (size_t i = first; i < made->count; i++) {
    if (made->columns[i].level != reference) continue;
    memmove(&made->columns[i], &made->columns[i + 1], (made->count - i - 1) * sizeof *made->columns);
    made->count--;
    break;
  }
  for (size_t row = 0; row < outcomes->rows; row++) {
    missing = missing || (outcomes->use[row] && from->codes[row] == TX_FIT_ABSENT);
  }
  if (missing) made->columns[made->count++] = (design_column){column, TX_FIT_ABSENT, true};
}

static void list_columns(design *made) {
  const tx_fitting *fitting = made->fitting;
  for (size_t c = 0; c < fitting->column_count; c++) {
    if (fitting->columns[c].codes) {
      add_levels(made, c);
      continue;
    }
    made->columns[made->count++] = (design_column){c, TX_FIT_ABSENT, false};
    if (fitting->of[c]->missing) made->columns[made->count++] = (design_column){c, TX_FIT_ABSENT, true};
  }
}

static double mean_of(const design *made, const double *numbers) {
  double sum = 0, count = 0;
  for (size_t row = 0; row < made->fitting->outcomes.rows; row++) {
    if (!made->use[row] || isnan(numbers[row])) continue;
    sum += numbers[row];
    count++;
  }
  return count > 0 ? sum / count : 0;
}

static void fill(design *made) {
  const size_t rows = made->fitting->outcomes.rows;
  for (size_t i = 0; i < made->count; i++) {
    const design_column *column = &made->columns[i];
    const tx_fit_column *from = &made->fitting->columns[column->column];
    double *x = made->x + i * rows;
    const double mean = from->numbers ? mean_of(made, from->numbers) : 0;
    for (size_t row = 0; row < rows; row++) {
      if (from->codes) x[row] = from->codes[row] == column->level;
      else if (column->missing) x[row] = isnan(from->numbers[row]);
      else x[row] = isnan(from->numbers[row]) ? mean : from->numbers[row];
    }
  }
}

static bool name_columns(const design *made) {
  tx_fitting *fitting = made->fitting;
  fitting->coefficient_count = made->count + 1;
  fitting->coefficients =
      tx_arena_calloc(&fitting->arena, (fitting->fold_count + 1) * (made->count + 1), sizeof(double));
  fitting->coefficient_names = tx_arena_calloc(&fitting->arena, made->count + 1, sizeof(triax_text));
  if (!fitting->coefficients || !fitting->coefficient_names) return false;
  fitting->coefficient_names[0] = TX_TEXT("constant");
  for (size_t i = 0; i < made->count; i++) {
    const design_column *column = &made->columns[i];
    const triax_text name = fitting->of[column->column]->name;
    const tx_column *source = fitting->sources[column->column];
    triax_text level = {NULL, 0};
    if (column->missing) level = TX_TEXT("missing");
    else if (column->level != TX_FIT_ABSENT && source->type == TRIAX_TYPE_BOOLEAN) {
      level = triax_text_of(column->level ? "true" : "false");
    } else if (column->level != TX_FIT_ABSENT) {
      level = tx_dictionary_text(source->dictionary, column->level);
    }
    const size_t size = name.length + level.length + 3;
    char *text = tx_arena_alloc(&fitting->arena, size);
    if (!text) return false;
    snprintf(text, size, "%.*s%s%.*s", (int)name.length, name.bytes, level.bytes ? "=" : "", (int)level.length,
             level.bytes ? level.bytes : "");
    fitting->coefficient_names[i + 1] = triax_text_of(text);
  }
  return true;
}

/* --- as a model of lines and levels, so that it can be a score ---- */

static bool number_shape(tx_fit_model *model, const design *made, size_t i, double slope, double missing) {
  const double *numbers = made->fitting->columns[made->columns[i].column].numbers, mean = mean_of(made, numbers);
  double *knots = tx_arena_calloc(&model->arena, 2, sizeof *knots), *effect = tx_arena_calloc(&model->arena, 2, sizeof *effect);
  if (!knots || !effect) return false;
  knots[0] = INFINITY;
  knots[1] = -INFINITY;
  for (size_t row = 0; row < made->fitting->outcomes.rows; row++) {
    if (!isfinite(numbers[row])) continue; /* all rows: a regression goes on beyond what it has learnt from */
    if (numbers[row] < knots[0]) knots[0] = numbers[row];
    if (numbers[row] > knots[1]) knots[1] = numbers[row];
  }
  if (!(knots[0] < knots[1])) return true; /* in this fold nothing differs */
  for (size_t k = 0; k < 2; k++) effect[k] = slope * (knots[k] - mean);
  model->intercept += slope * mean;
  model->shapes[model->shape_count++] =
      (tx_fit_shape){made->columns[i].column, 2, knots, NULL, effect, missing, fabs(effect[1] - effect[0]), 1};
  return true;
}

static bool level_shape(tx_fit_model *model, const design *made, size_t first, size_t count, const double *coefficients) {
  const size_t column = made->columns[first].column;
  const tx_fit_column *from = &made->fitting->columns[column];
  uint32_t *levels = tx_arena_calloc(&model->arena, (size_t)from->levels + 1, sizeof *levels);
  double *effect = tx_arena_calloc(&model->arena, (size_t)from->levels + 1, sizeof *effect), missing = 0;
  if (!levels || !effect) return false;
  size_t listed = 0;
  for (uint32_t level = 0; level < from->levels; level++) {
    bool seen = false;
    for (size_t row = 0; !seen && row < made->fitting->outcomes.rows; row++) {
      seen = made->fitting->outcomes.use[row] && from->codes[row] == level;
    }
    if (!seen) continue;
    levels[listed] = level;
    for (size_t i = first; i < first + count; i++) {
      if (!made->columns[i].missing && made->columns[i].level == level) effect[listed] = coefficients[i + 1];
    }
    listed++;
  }
  for (size_t i = first; i < first + count; i++) missing = made->columns[i].missing ? coefficients[i + 1] : missing;
  model->shapes[model->shape_count++] =
      (tx_fit_shape){column, listed, NULL, levels, effect, missing, 1, (double)count};
  return true;
}

static bool as_model(tx_fit_model *model, const design *made, const double *coefficients) {
  model->shapes = tx_arena_calloc(&model->arena, made->count, sizeof *model->shapes);
  if (!model->shapes) return false;
  model->intercept = coefficients[0];
  model->parameters = (double)made->count;
  bool fine = true;
  for (size_t i = 0, next; fine && i < made->count; i = next) {
    const design_column *column = &made->columns[i];
    for (next = i + 1; next < made->count && made->columns[next].column == column->column;) next++;
    if (made->fitting->columns[column->column].codes) {
      fine = level_shape(model, made, i, next - i, coefficients);
    } else {
      fine = number_shape(model, made, i, coefficients[i + 1], next > i + 1 ? coefficients[i + 2] : 0);
    }
  }
  return fine;
}

triax_status tx_fitting_logistic(tx_fitting *fitting, const uint8_t *use, size_t fold, tx_fit_model *model) {
  design made = {.fitting = fitting, .use = use};
  const size_t rows = fitting->outcomes.rows, room = design_room(fitting);
  triax_error *error = fitting->report->error;
  memset(model, 0, sizeof *model);
  tx_arena_init(&model->arena, fitting->context);
  made.columns = tx_alloc_array(fitting->context, room, sizeof *made.columns);
  if (!made.columns) return tx_no_memory(error);
  list_columns(&made);
  made.x = made.count <= 1000 ? tx_alloc_array(fitting->context, made.count * rows, sizeof *made.x) : NULL;
  triax_status status = TRIAX_OK;
  if (made.count > 1000) {
    status = tx_fail(error, TRIAX_ELIMIT, "%zu coefficients are more than 1000; name the metrics that matter", made.count);
  } else if (!made.x || (!fitting->coefficients && !name_columns(&made))) {
    status = tx_no_memory(error);
  }
  if (status == TRIAX_OK) {
    double *coefficients = fitting->coefficients + fold * fitting->coefficient_count;
    fill(&made);
    status = tx_logistic_learn(fitting->context, rows, made.count, made.x, fitting->outcomes.outcome, use,
                               fitting->options.ridge, coefficients, error);
    if (status == TRIAX_OK && !as_model(model, &made, coefficients)) status = tx_no_memory(error);
  }
  if (made.x) tx_free_array(fitting->context, made.x, made.count * rows, sizeof *made.x);
  tx_free_array(fitting->context, made.columns, room, sizeof *made.columns);
  return status;
}
