/* The terms of an additive fit: which parameters each row touches, and which penalties hold them. */
#include <math.h>
#include <string.h>

#include "fit/additive.h"
#include "fit/elementary.h"
#include "fit/knots.h"

/* So many rows without a value for them to have an effect of their own. */
#define MISSING_LEAST 10

static bool in_use(const tx_additive *additive, size_t row) { return !additive->data->use || additive->data->use[row]; }

static tx_term *next_term(tx_additive *additive, int kind, size_t column, size_t count) {
  if (!tx_grow(additive->context, (void **)&additive->terms, &additive->term_room, additive->term_count + 1,
               sizeof *additive->terms)) {
    return NULL;
  }
  tx_term *term = &additive->terms[additive->term_count];
  memset(term, 0, sizeof *term);
  term->kind = kind;
  term->column = column;
  term->first = additive->count;
  term->count = count;
  term->index = tx_arena_alloc(&additive->arena, (additive->data->rows + 1) * sizeof *term->index);
  if (!term->index) return NULL;
  additive->term_count++;
  additive->count += count;
  return term;
}

static bool add_penalty(tx_additive *additive, const tx_term *term, size_t first, size_t count, size_t group,
                        const double *coefficients) {
  if (!tx_grow(additive->context, (void **)&additive->penalties, &additive->penalty_room, additive->penalty_count + 1,
               sizeof *additive->penalties)) {
    return false;
  }
  additive->penalties[additive->penalty_count++] =
      (tx_penalty){(uint32_t)first, (uint32_t)count, (uint32_t)group, (uint32_t)(term - additive->terms), coefficients};
  return true;
}

/* A parameter for missing values behind the term's others, where there are enough of them. */
static bool add_missing(tx_additive *additive, tx_term *term, size_t missing) {
  term->has_missing = missing >= MISSING_LEAST;
  if (!term->has_missing) return true;
  additive->count++;
  return add_penalty(additive, term, term->first + term->count, 1, TX_GROUP_SLOPES, NULL);
}

static uint32_t missing_index(const tx_term *term) {
  return term->has_missing ? (uint32_t)(term->first + term->count) : UINT32_MAX;
}

bool tx_additive_constant(tx_additive *additive) {
  tx_term *term = next_term(additive, TX_TERM_CONSTANT, 0, 1);
  if (term) memset(term->index, 0, additive->data->rows * sizeof *term->index);
  return term != NULL;
}

/* --- lines ---- */

/* Every row's place among the knots; how many of those learnt from have no value. */
static size_t place_rows(const tx_additive *additive, tx_term *term) {
  const double *numbers = additive->data->columns[term->column].numbers;
  size_t missing = 0;
  for (size_t row = 0; row < additive->data->rows; row++) {
    size_t at = 0;
    double share = 0;
    if (isnan(numbers[row])) {
      missing += in_use(additive, row);
      term->index[row] = UINT32_MAX;
    } else {
      at = tx_knot_below(term->knots, term->count, numbers[row], &share);
      term->index[row] = (uint32_t)(term->first + at);
    }
    term->share[row] = share;
  }
  return missing;
}

/* Share of the rows at each knot. */
static void weigh_knots(const tx_additive *additive, const tx_term *term, double *mass) {
  double rows = 0;
  for (size_t row = 0; row < additive->data->rows; row++) {
    if (!in_use(additive, row) || term->index[row] == UINT32_MAX) continue;
    const size_t at = term->index[row] - term->first;
    mass[at] += 1 - term->share[row];
    if (term->share[row] > 0) mass[at + 1] += term->share[row];
    rows++;
  }
  for (size_t k = 0; k < term->count; k++) mass[k] /= rows;
}

/* How well an outcome follows a straight line over places of the knots: the log-likelihood of a plain regression. */
static double straightness(const tx_additive *additive, const tx_term *term, const double *place) {
  double a = 0, b = 0, sum = 0;
  for (int step = 0; step < 7; step++) {
    double g0 = 0, g1 = 0, h00 = 1e-6, h01 = 0, h11 = 1e-6;
    sum = 0;
    for (size_t row = 0; row < additive->data->rows; row++) {
      if (!in_use(additive, row) || term->index[row] == UINT32_MAX) continue;
      const size_t at = term->index[row] - term->first;
      const double share = term->share[row], z = share > 0 ? place[at] + share * (place[at + 1] - place[at]) : place[at];
      const double eta = a + b * z, chance = tx_logistic(eta), y = additive->data->outcome[row];
      const double weight = chance * (1 - chance);
      sum -= tx_log_one_plus_exp(y > 0 ? -eta : eta);
      g0 += y - chance;
      g1 += (y - chance) * z;
      h00 += weight;
      h01 += weight * z;
      h11 += weight * z * z;
    }
    const double determinant = h00 * h11 - h01 * h01;
    if (step == 6 || !(determinant > 0)) break;
    a += (h11 * g0 - h01 * g1) / determinant;
    b += (h00 * g1 - h01 * g0) / determinant;
  }
  return sum;
}

/* Mean 0 and deviation 1 over the rows. */
static void standardise(const tx_additive *additive, const tx_term *term, double *place) {
  double rows = 0, sum = 0, squares = 0;
  for (int pass = 0; pass < 2; pass++) {
    const double mean = pass ? sum / rows : 0;
    for (size_t row = 0; row < additive->data->rows; row++) {
      if (!in_use(additive, row) || term->index[row] == UINT32_MAX) continue;
      const size_t at = term->index[row] - term->first;
      const double share = term->share[row], z = share > 0 ? place[at] + share * (place[at + 1] - place[at]) : place[at];
      if (pass) squares += (z - mean) * (z - mean);
      else sum += z, rows++;
    }
  }
  const double deviation = squares > 0 ? sqrt(squares / rows) : 1;
  for (size_t k = 0; k < term->count; k++) place[k] = (place[k] - sum / rows) / deviation;
}

/* Bends are measured where the outcome follows a straight line better: on the numbers as they are, or on their ranks. */
static const double *choose_places(tx_additive *additive, const tx_term *term, const double *mass) {
  double *plain = tx_arena_calloc(&additive->arena, term->count, sizeof(double));
  double *rank = tx_arena_calloc(&additive->arena, term->count, sizeof(double));
  if (!plain || !rank) return NULL;
  double below = 0;
  for (size_t k = 0; k < term->count; k++) {
    plain[k] = term->knots[k];
    rank[k] = below + mass[k] / 2;
    below += mass[k];
  }
  standardise(additive, term, plain);
  standardise(additive, term, rank);
  if (term->count < 3) return plain;
  return straightness(additive, term, rank) > straightness(additive, term, plain) ? rank : plain;
}

/* The change of slope at each inner knot. */
static bool penalise_bends(tx_additive *additive, const tx_term *term, const double *place) {
  const size_t group = additive->group_count++;
  for (size_t k = 1; k + 1 < term->count; k++) {
    double *bend = tx_arena_calloc(&additive->arena, 3, sizeof *bend);
    if (!bend) return false;
    const double before = fmax(place[k] - place[k - 1], 1e-3), after = fmax(place[k + 1] - place[k], 1e-3);
    const double scale = sqrt((before + after) / 2);
    bend[0] = 1 / before / scale;
    bend[1] = -(1 / before + 1 / after) / scale;
    bend[2] = 1 / after / scale;
    if (!add_penalty(additive, term, term->first + k - 1, 3, group, bend)) return false;
  }
  return true;
}

/* The slope over the rows, per deviation of the places. */
static bool penalise_slope(tx_additive *additive, const tx_term *term, const double *place) {
  double *slope = tx_arena_calloc(&additive->arena, term->count, sizeof *slope), rows = 0;
  if (!slope) return false;
  for (size_t row = 0; row < additive->data->rows; row++) {
    if (!in_use(additive, row) || term->index[row] == UINT32_MAX) continue;
    const size_t at = term->index[row] - term->first;
    const double share = term->share[row], z = share > 0 ? place[at] + share * (place[at + 1] - place[at]) : place[at];
    slope[at] += (1 - share) * z;
    if (share > 0) slope[at + 1] += share * z;
    rows++;
  }
  for (size_t k = 0; k < term->count; k++) slope[k] /= rows;
  return add_penalty(additive, term, term->first, term->count, TX_GROUP_SLOPES, slope);
}

bool tx_additive_line(tx_additive *additive, size_t column, const double *knots, size_t count) {
  if (count < 2) return true;
  tx_term *term = next_term(additive, TX_TERM_LINE, column, count);
  if (!term) return false;
  double *mass = tx_arena_calloc(&additive->arena, count, sizeof *mass);
  term->share = tx_arena_alloc(&additive->arena, (additive->data->rows + 1) * sizeof *term->share);
  term->knots = knots;
  term->mass = mass;
  term->direction = additive->data->columns[column].direction;
  if (!mass || !term->share) return false;
  const size_t missing = place_rows(additive, term);
  weigh_knots(additive, term, mass);
  const double *place = choose_places(additive, term, mass);
  if (!place || !penalise_slope(additive, term, place) ||
      !add_penalty(additive, term, term->first, count, TX_GROUP_GAUGE, mass) ||
      (count > 2 && !penalise_bends(additive, term, place)) || !add_missing(additive, term, missing)) {
    return false;
  }
  const uint32_t behind = missing_index(term);
  for (size_t row = 0; row < additive->data->rows; row++) {
    if (term->index[row] == UINT32_MAX) term->index[row] = behind;
  }
  return true;
}

/* --- levels and cells ---- */

static bool penalise_each(tx_additive *additive, const tx_term *term) {
  const size_t group = additive->group_count++;
  for (size_t i = 0; i < term->count; i++) {
    if (!add_penalty(additive, term, term->first + i, 1, group, NULL)) return false;
  }
  return true;
}

bool tx_additive_levels(tx_additive *additive, size_t column, const uint32_t *levels, size_t count) {
  const tx_fit_column *from = &additive->data->columns[column];
  uint32_t *number = tx_arena_alloc(&additive->arena, ((size_t)from->levels + 1) * sizeof *number);
  tx_term *term = number ? next_term(additive, TX_TERM_LEVELS, column, count) : NULL;
  if (!term) return false;
  for (uint32_t code = 0; code < from->levels; code++) number[code] = UINT32_MAX;
  for (size_t i = 0; i < count; i++) number[levels[i]] = (uint32_t)(term->first + i);
  term->levels = levels;
  size_t missing = 0;
  for (size_t row = 0; row < additive->data->rows; row++) {
    const uint32_t code = from->codes[row];
    term->index[row] = code == TX_FIT_ABSENT ? UINT32_MAX : number[code];
    if (term->index[row] == UINT32_MAX) missing += in_use(additive, row);
  }
  if (!penalise_each(additive, term) || !add_missing(additive, term, missing)) return false;
  const uint32_t behind = missing_index(term);
  for (size_t row = 0; row < additive->data->rows; row++) {
    if (term->index[row] == UINT32_MAX) term->index[row] = behind;
  }
  return true;
}

bool tx_additive_cells(tx_additive *additive, const tx_fit_axis axes[2]) {
  tx_term *term = next_term(additive, TX_TERM_CELLS, axes[0].column, axes[0].groups * axes[1].groups);
  if (!term) return false;
  term->axes = axes;
  for (size_t row = 0; row < additive->data->rows; row++) {
    const size_t one = tx_fit_group(&axes[0], additive->data->columns, row);
    const size_t other = tx_fit_group(&axes[1], additive->data->columns, row);
    term->index[row] = one == SIZE_MAX || other == SIZE_MAX
                           ? UINT32_MAX
                           : (uint32_t)(term->first + one * axes[1].groups + other);
  }
  return penalise_each(additive, term);
}
