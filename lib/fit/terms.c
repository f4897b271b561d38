/* The terms of an additive fit: which parameters each row touches, and which penalties hold them. */
#include <math.h>
#include <string.h>

#include "fit/additive.h"
#include "fit/elementary.h"
#include "fit/knots.h"

/* So many rows without a value for them to have an effect of their own. */
#define MISSING_LEAST 10
/* By so much must the log-likelihood of a straight line over ranks be better. */
#define RANKS_LEAST 3.0

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
  term->slot = tx_arena_calloc(&additive->arena, additive->data->rows + 1, 1);
  if (!term->slot) return NULL;
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

/* The slot of rows without a value: that of missing values, or behind it that of none. */
static uint8_t missing_slot(const tx_term *term) { return (uint8_t)term->count; }

bool tx_additive_constant(tx_additive *additive) { return next_term(additive, TX_TERM_CONSTANT, 0, 1) != NULL; }

/* --- lines ---- */

/* Every row's place among the knots; how many have no value. */
static size_t place_rows(const tx_additive *additive, tx_term *term) {
  const double *numbers = additive->data->columns[term->column].numbers;
  size_t missing = 0;
  for (size_t row = 0; row < additive->data->rows; row++) {
    double share = 0;
    size_t at = missing_slot(term);
    if (isnan(numbers[row])) missing++;
    else at = tx_knot_below(term->knots, term->count, numbers[row], &share);
    term->slot[row] = (uint8_t)at;
    term->share[row] = share;
  }
  return missing;
}

/* Rows at each knot, those between two shared out, and how many of them had the outcome; how many in all. */
static double weigh_knots(const tx_additive *additive, const tx_term *term, double *mass, double *hits) {
  double rows = 0;
  for (size_t row = 0; row < additive->data->rows; row++) {
    const size_t at = term->slot[row];
    if (at >= term->count) continue;
    const double up = term->share[row], hit = additive->data->outcome[row];
    mass[at] += 1 - up;
    hits[at] += (1 - up) * hit;
    if (up > 0) mass[at + 1] += up;
    if (up > 0) hits[at + 1] += up * hit;
    rows++;
  }
  return rows;
}

/* How well an outcome follows a straight line over places of the knots: the log-likelihood of a plain regression. */
static double straightness(const double *place, const double *mass, const double *hits, size_t count) {
  double a = 0, b = 0, sum = 0;
  for (int step = 0; step < 7; step++) {
    double g0 = 0, g1 = 0, h00 = 1e-6, h01 = 0, h11 = 1e-6;
    sum = 0;
    for (size_t k = 0; k < count; k++) {
      const double z = place[k], eta = a + b * z, chance = tx_logistic(eta);
      const double weight = mass[k] * chance * (1 - chance), left = hits[k] - mass[k] * chance;
      sum += hits[k] * eta - mass[k] * tx_log_one_plus_exp(eta);
      g0 += left;
      g1 += left * z;
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
static void standardise(double *place, const double *mass, size_t count) {
  double rows = 0, sum = 0, squares = 0;
  for (size_t k = 0; k < count; k++) {
    rows += mass[k];
    sum += mass[k] * place[k];
  }
  for (size_t k = 0; k < count; k++) squares += mass[k] * (place[k] - sum / rows) * (place[k] - sum / rows);
  const double deviation = squares > 0 ? sqrt(squares / rows) : 1;
  for (size_t k = 0; k < count; k++) place[k] = (place[k] - sum / rows) / deviation;
}

/* Bends are measured on the numbers as they are, or on their ranks where the outcome clearly follows a straight line
 * better over those. */
static const double *choose_places(tx_additive *additive, const tx_term *term, const double *mass, const double *hits) {
  double *plain = tx_arena_calloc(&additive->arena, term->count, sizeof(double));
  double *rank = tx_arena_calloc(&additive->arena, term->count, sizeof(double)), below = 0;
  if (!plain || !rank) return NULL;
  for (size_t k = 0; k < term->count; k++) {
    plain[k] = term->knots[k];
    rank[k] = below + mass[k] / 2;
    below += mass[k];
  }
  standardise(plain, mass, term->count);
  standardise(rank, mass, term->count);
  if (term->count < 3) return plain;
  const double by_number = straightness(plain, mass, hits, term->count);
  return straightness(rank, mass, hits, term->count) > by_number + RANKS_LEAST ? rank : plain;
}

/* The change of slope at each inner knot. */
static bool penalise_bends(tx_additive *additive, tx_term *term, const double *place) {
  const size_t group = term->bends = additive->group_count++;
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
static bool penalise_slope(tx_additive *additive, tx_term *term, const double *place) {
  double *slope = tx_arena_calloc(&additive->arena, term->count, sizeof *slope);
  if (!slope) return false;
  for (size_t k = 0; k < term->count; k++) slope[k] = term->mass[k] * place[k];
  term->slope = additive->group_count++;
  return add_penalty(additive, term, term->first, term->count, term->slope, slope);
}

static bool penalise_line(tx_additive *additive, tx_term *term, double *mass, const double *hits, double rows) {
  const double *place = choose_places(additive, term, mass, hits);
  for (size_t k = 0; k < term->count; k++) mass[k] /= rows;
  term->mass = mass;
  return place && penalise_slope(additive, term, place) &&
         add_penalty(additive, term, term->first, term->count, TX_GROUP_GAUGE, mass) &&
         (term->count < 3 || penalise_bends(additive, term, place));
}

bool tx_additive_line(tx_additive *additive, size_t column, const double *knots, size_t count) {
  if (count < 2) return true;
  tx_term *term = next_term(additive, TX_TERM_LINE, column, count);
  if (!term) return false;
  double *mass = tx_arena_calloc(&additive->arena, count, sizeof *mass);
  double *hits = tx_arena_calloc(&additive->arena, count, sizeof *hits);
  term->share = tx_arena_alloc(&additive->arena, (additive->data->rows + 1) * sizeof *term->share);
  term->knots = knots;
  term->direction = additive->data->columns[column].direction;
  if (!mass || !hits || !term->share) return false;
  const size_t missing = place_rows(additive, term);
  const double rows = weigh_knots(additive, term, mass, hits);
  return penalise_line(additive, term, mass, hits, rows) && add_missing(additive, term, missing);
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
  uint8_t *number = tx_arena_alloc(&additive->arena, (size_t)from->levels + 1);
  tx_term *term = number ? next_term(additive, TX_TERM_LEVELS, column, count) : NULL;
  if (!term) return false;
  memset(number, missing_slot(term), (size_t)from->levels + 1);
  for (size_t i = 0; i < count; i++) number[levels[i]] = (uint8_t)i;
  term->levels = levels;
  size_t missing = 0;
  for (size_t row = 0; row < additive->data->rows; row++) {
    const uint32_t code = from->codes[row];
    term->slot[row] = code == TX_FIT_ABSENT ? missing_slot(term) : number[code];
    missing += term->slot[row] == missing_slot(term);
  }
  return penalise_each(additive, term) && add_missing(additive, term, missing);
}

bool tx_additive_cells(tx_additive *additive, const tx_fit_axis axes[2]) {
  tx_term *term = next_term(additive, TX_TERM_CELLS, axes[0].column, axes[0].groups * axes[1].groups);
  if (!term) return false;
  term->axes = axes;
  for (size_t row = 0; row < additive->data->rows; row++) {
    const size_t one = tx_fit_group(&axes[0], additive->data->columns, row);
    const size_t other = tx_fit_group(&axes[1], additive->data->columns, row);
    const bool none = one == SIZE_MAX || other == SIZE_MAX;
    term->slot[row] = none ? missing_slot(term) : (uint8_t)(one * axes[1].groups + other);
  }
  return penalise_each(additive, term);
}
