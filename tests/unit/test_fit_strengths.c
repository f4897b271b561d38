/* How strong the penalties of an additive fit become: held against a small fit of our own by plain elimination, and
 * against what can be worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <string.h>

#include <cmocka.h>

#include "fit/additive.h"

#define near(a, b, within) assert_true(fabs((a) - (b)) <= (within))

enum { ROWS = 4800, STEPS = 40, MOST = 12 };

typedef struct history {
  size_t rows;
  uint8_t outcome[ROWS];
  double number[2][ROWS];
  uint32_t code[ROWS];
  tx_fit_column columns[3]; /* two numbers, a category */
  tx_fit_data data;
} history;

static history past;
static triax_context *context;
static tx_additive fit;

/* So many rows of a level, a first and a second number, of which so many had the outcome. */
static void add_rows(uint32_t code, double first, double second, size_t rows, size_t hits) {
  for (size_t i = 0; i < rows; i++) {
    past.code[past.rows] = code;
    past.number[0][past.rows] = first;
    past.number[1][past.rows] = second;
    past.outcome[past.rows++] = i < hits;
  }
}

static void begin(void) {
  past.columns[0] = (tx_fit_column){.numbers = past.number[0]};
  past.columns[1] = (tx_fit_column){.numbers = past.number[1]};
  past.columns[2] = (tx_fit_column){.codes = past.code, .levels = MOST};
  past.data = (tx_fit_data){past.rows, past.outcome, NULL, past.columns, 3};
  tx_additive_init(&fit, context, &past.data);
  assert_true(tx_additive_constant(&fit));
}

static void open(void) { assert_int_equal(tx_additive_open(&fit, NULL), TRIAX_OK); }

static int set_up(void **state) {
  (void)state;
  past.rows = 0;
  return triax_context_new(NULL, &context, NULL) == TRIAX_OK ? 0 : -1;
}

static int tear_down(void **state) {
  (void)state;
  tx_additive_free(&fit);
  triax_context_unref(context);
  return 0;
}

static const uint32_t every_level[MOST] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
static const double two_knots[2] = {0, 1}, three_knots[3] = {0, 1, 2}, five_knots[5] = {0, 1, 2, 3, 4};

/* --- the same by other means ---- */

/* A constant and effects of cells, each with rows and hits, under a quadratic penalty given as a matrix. */
typedef struct plain {
  size_t cells;
  double rows[MOST], hits[MOST];
  double penalty[MOST + 1][MOST + 1], inverse[MOST + 1][MOST + 1], beta[MOST + 1];
} plain;

/* Gauss and Jordan; the second derivatives are of full rank. */
static void invert(double from[MOST + 1][MOST + 1], double into[MOST + 1][MOST + 1], size_t n) {
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < n; j++) into[i][j] = i == j;
  }
  for (size_t i = 0; i < n; i++) {
    const double pivot = from[i][i];
    assert_true(fabs(pivot) > 1e-12);
    for (size_t j = 0; j < n; j++) from[i][j] /= pivot, into[i][j] /= pivot;
    for (size_t k = 0; k < n; k++) {
      const double factor = from[k][i];
      for (size_t j = 0; k != i && j < n; j++) from[k][j] -= factor * from[i][j], into[k][j] -= factor * into[i][j];
    }
  }
}

static void solve_plain(plain *p) {
  const size_t n = p->cells + 1;
  memset(p->beta, 0, sizeof p->beta);
  for (int step = 0; step < 60; step++) {
    double gradient[MOST + 1] = {0}, second[MOST + 1][MOST + 1];
    memcpy(second, p->penalty, sizeof second);
    for (size_t i = 0; i < n; i++) {
      for (size_t j = 0; j < n; j++) gradient[i] -= p->penalty[i][j] * p->beta[j];
    }
    for (size_t c = 1; c < n; c++) {
      const double chance = 1 / (1 + exp(-p->beta[0] - p->beta[c])), left = p->hits[c - 1] - p->rows[c - 1] * chance;
      const double weight = p->rows[c - 1] * chance * (1 - chance);
      gradient[0] += left, gradient[c] += left;
      second[0][0] += weight, second[c][c] += weight, second[0][c] += weight, second[c][0] += weight;
    }
    invert(second, p->inverse, n);
    for (size_t i = 0; i < n; i++) {
      for (size_t j = 0; j < n; j++) p->beta[i] += p->inverse[i][j] * gradient[j] / (step < 10 ? 2 : 1);
    }
  }
}

static void penalise_plain(plain *p, const double *direction, double strength) {
  for (size_t i = 0; i < p->cells; i++) {
    for (size_t j = 0; j < p->cells; j++) p->penalty[i + 1][j + 1] += strength * direction[i] * direction[j];
  }
}

/* Direction · inverse · direction: what is not known of it. */
static double variance_plain(const plain *p, const double *direction) {
  double sum = 0;
  for (size_t i = 0; i < p->cells; i++) {
    for (size_t j = 0; j < p->cells; j++) sum += direction[i] * p->inverse[i + 1][j + 1] * direction[j];
  }
  return sum;
}

static double value_plain(const plain *p, const double *direction) {
  double sum = 0;
  for (size_t i = 0; i < p->cells; i++) sum += direction[i] * p->beta[i + 1];
  return sum;
}

static void same_effects(const plain *p, double within) {
  for (size_t i = 0; i <= p->cells; i++) near(fit.beta[i], p->beta[i], within);
}

/* --- levels ---- */

static plain levels_plain(const double *rows, const double *hits, size_t count, double strength) {
  plain p = {.cells = count};
  memcpy(p.rows, rows, count * sizeof *rows);
  memcpy(p.hits, hits, count * sizeof *hits);
  for (size_t i = 1; i <= count; i++) p.penalty[i][i] = strength;
  solve_plain(&p);
  return p;
}

/* As many levels as there are counts; the group of their effects. */
static size_t fit_levels(const double *rows, const double *hits, size_t count) {
  for (size_t i = 0; i < count; i++) add_rows((uint32_t)i, 0, 0, (size_t)rows[i], (size_t)hits[i]);
  begin();
  assert_true(tx_additive_levels(&fit, 2, every_level, count));
  open();
  assert_int_equal(tx_additive_fit(&fit, STEPS, NULL), TRIAX_OK);
  return TX_GROUP_MORE;
}

/* Fellner and Schall: where it comes to rest, strength × sum of squares is the number of free parameters, and those are
 * for each effect 1 - strength × its variance. */
static void strength_of_levels_rests(void **state) {
  (void)state;
  const double rows[6] = {200, 200, 300, 200, 400, 100}, hits[6] = {20, 40, 90, 80, 200, 60};
  const size_t group = fit_levels(rows, hits, 6);
  bool shrunk = true;
  assert_int_equal(tx_additive_finish(&fit, 100, &shrunk, NULL), TRIAX_OK);
  assert_false(shrunk);
  const plain p = levels_plain(rows, hits, 6, fit.strength[group]);
  same_effects(&p, 1e-6);
  double free_ones = 0, squares = 0;
  for (size_t i = 1; i <= 6; i++) {
    free_ones += 1 - fit.strength[group] * p.inverse[i][i];
    squares += p.beta[i] * p.beta[i];
  }
  near(fit.parameters, free_ones, 1e-6);
  near(fit.terms[1].parameters, free_ones, 1e-6);
  /* Six effects around a free constant are five at the most. */
  assert_true(free_ones > 4 && free_ones < 5);
  near(fit.strength[group] * squares, free_ones, 0.05 * free_ones);
}

/* All levels alike: there is no effect, and none is left. */
static void nothing_to_tell_is_shrunk_away(void **state) {
  (void)state;
  const double rows[4] = {400, 200, 100, 40}, hits[4] = {100, 50, 25, 10};
  const size_t group = fit_levels(rows, hits, 4);
  assert_true(fit.strength[group] > 1e4);
  assert_true(fit.parameters < 0.05);
  near(fit.beta[0], log(1.0 / 3), 1e-6);
  for (size_t i = 1; i <= 4; i++) near(fit.beta[i], 0, 1e-6);
}

/* Outcomes that are certain would let effects go on and on: strengths of effects stay at 0.05. */
static void certain_outcomes_are_held(void **state) {
  (void)state;
  const double rows[2] = {300, 300}, hits[2] = {300, 0};
  const size_t group = fit_levels(rows, hits, 2);
  bool shrunk;
  assert_int_equal(tx_additive_finish(&fit, 100, &shrunk, NULL), TRIAX_OK);
  near(fit.strength[group], 0.05, 0);
  const plain p = levels_plain(rows, hits, 2, 0.05);
  same_effects(&p, 1e-4);
  near(fit.beta[1], -fit.beta[2], 1e-6);
}

/* --- lines ---- */

/* Two lines of two knots, each a slope alone. By itself one slope says little about how strong its penalty is to be:
 * strength × (square + 0.3 · common square) comes to rest at free ones + 0.3. */
static void slopes_lean_on_each_other(void **state) {
  (void)state;
  add_rows(0, 0, 0, 400, 80);
  add_rows(0, 1, 0, 400, 200);
  add_rows(0, 0, 1, 400, 84);
  add_rows(0, 1, 1, 400, 204);
  begin();
  assert_true(tx_additive_line(&fit, 0, two_knots, 2) && tx_additive_line(&fit, 1, two_knots, 2));
  open();
  assert_int_equal(tx_additive_fit(&fit, STEPS, NULL), TRIAX_OK);
  double square[2], free_ones = 0, squares = 0;
  for (size_t t = 0; t < 2; t++) {
    /* Half of the rows at each knot, places -1 and 1: the slope is half the step between the two. */
    const tx_term *term = &fit.terms[t + 1];
    const double slope = (fit.beta[term->first + 1] - fit.beta[term->first]) / 2;
    square[t] = slope * slope;
    squares += square[t], free_ones += term->parameters;
  }
  assert_true(square[0] > 100 * square[1]);
  for (size_t t = 0; t < 2; t++) {
    const tx_term *term = &fit.terms[t + 1];
    const double all = square[t] + 0.3 * squares / free_ones;
    near(fit.strength[term->slope] * all / (term->parameters + 0.3), 1, 0.1);
  }
  assert_true(fit.strength[fit.terms[2].slope] < 1e3); /* by itself it would go on to 1e7 */
}

/* One line over three knots of equally many rows: places ±√1.5 and 0, so that the bend is (1, -2, 1) / √1.5 / ⁴√1.5. */
static plain bent_plain(double slope_strength, double bend_strength, double *bend) {
  const double place = sqrt(1.5), scale = 1 / place / sqrt(place);
  const double slope[3] = {-place / 3, 0, place / 3}, mean[3] = {1.0 / 3, 1.0 / 3, 1.0 / 3};
  plain p = {.cells = 3, .rows = {300, 300, 300}, .hits = {60, 150, 105}};
  bend[0] = bend[2] = scale, bend[1] = -2 * scale;
  penalise_plain(&p, mean, 1);
  penalise_plain(&p, slope, slope_strength);
  penalise_plain(&p, bend, bend_strength);
  solve_plain(&p);
  return p;
}

static tx_term *open_bent(void) {
  add_rows(0, 0, 0, 300, 60);
  add_rows(0, 1, 0, 300, 150);
  add_rows(0, 2, 0, 300, 105);
  begin();
  assert_true(tx_additive_line(&fit, 0, three_knots, 3));
  open();
  fit.strength[fit.terms[1].slope] = 2;
  fit.strength[fit.terms[1].bends] = 0.5;
  assert_int_equal(tx_additive_converge(&fit, 50, 1e-9, NULL), TRIAX_OK);
  return &fit.terms[1];
}

/* Savage and Dickey: the density of no bend before the data, √(s / 2π), over that after, exp(-b² / 2v) / √(2πv); twice
 * the logarithm of it is ln(s v) + b² / v. */
static void bends_are_vouched_for(void **state) {
  (void)state;
  double bend[3];
  bool any = true;
  const tx_term *term = open_bent();
  const plain p = bent_plain(2, 0.5, bend);
  same_effects(&p, 1e-6);
  const double b = value_plain(&p, bend), v = variance_plain(&p, bend), odds = log(0.5 * v) + b * b / v;
  assert_true(odds > 1);
  assert_int_equal(tx_additive_straighten(&fit, odds - 0.001, &any, NULL), TRIAX_OK);
  assert_false(any);
  near(fit.strength[term->bends], 0.5, 0);
  assert_int_equal(tx_additive_straighten(&fit, odds + 0.001, &any, NULL), TRIAX_OK);
  assert_true(any);
  near(fit.strength[term->bends], 1e7, 0);
  /* For good: it is neither straightened again nor learnt anew. */
  assert_int_equal(tx_additive_straighten(&fit, odds + 0.001, &any, NULL), TRIAX_OK);
  assert_false(any);
  assert_int_equal(tx_additive_fit(&fit, STEPS, NULL), TRIAX_OK);
  near(fit.strength[term->bends], 1e7, 0);
  near(fit.beta[1] + fit.beta[3] - 2 * fit.beta[2], 0, 1e-4);
  assert_true(fit.strength[term->slope] != 2); /* that one is learnt */
}

/* --- what history allows ---- */

static tx_term *open_thin(bool with_levels) {
  const size_t hits[5] = {4, 18, 10, 25, 16};
  for (uint32_t k = 0; k < 5; k++) {
    add_rows(0, k, 0, 30, hits[k]);
    add_rows(1, k, 0, 30, hits[k] + 4);
  }
  begin();
  assert_true(tx_additive_line(&fit, 0, five_knots, 5));
  if (with_levels) assert_true(tx_additive_levels(&fit, 2, every_level, 2));
  open();
  return &fit.terms[1];
}

/* How many times the factor was taken, 99 if it was something else. */
static int times(double before, double after, double factor) {
  int n = 0;
  for (; n < 99 && before < after * (1 - 1e-12); n++) before *= factor;
  return fabs(before - after) <= 1e-12 * after ? n : 99;
}

/* Bends go first and by no more quadruplings than it takes; the slope and the effects of levels are left alone. */
static void lines_straighten_first(void **state) {
  (void)state;
  bool shrunk = false;
  const tx_term *term = open_thin(true);
  assert_int_equal(tx_additive_finish(&fit, 2.6, &shrunk, NULL), TRIAX_OK);
  assert_true(shrunk);
  assert_true(fit.parameters <= 2.6);
  const int rounds = times(1, fit.strength[term->bends], 4);
  assert_in_range(rounds, 1, 12);
  near(fit.strength[term->slope], 1, 0);
  near(fit.strength[TX_GROUP_SLOPES], 1, 0);
  for (size_t g = TX_GROUP_MORE; g < fit.group_count; g++) {
    if (g != term->bends) near(fit.strength[g], 1, 0);
  }
  tx_additive_free(&fit);
  past.rows = 0;
  term = open_thin(true);
  fit.strength[term->bends] = pow(4, rounds - 1);
  assert_int_equal(tx_additive_finish(&fit, 100, &shrunk, NULL), TRIAX_OK);
  assert_false(shrunk);
  assert_true(fit.parameters > 2.6);
}

/* Twelve quadruplings of bends, then all by half as much again. */
static void then_all_shrink(void **state) {
  (void)state;
  bool shrunk = false;
  const tx_term *term = open_thin(false);
  assert_int_equal(tx_additive_finish(&fit, 0.5, &shrunk, NULL), TRIAX_OK);
  assert_true(shrunk);
  assert_true(fit.parameters <= 0.5);
  const int more = times(1, fit.strength[term->slope], 1.5);
  assert_in_range(more, 1, 68);
  assert_int_equal(times(pow(4, 12), fit.strength[term->bends], 1.5), more);
}

/* Nothing at all is allowed: it comes to an end all the same, and next to nothing is left. */
static void no_parameters_at_all(void **state) {
  (void)state;
  bool shrunk = false;
  const tx_term *term = open_thin(false);
  assert_int_equal(tx_additive_finish(&fit, 0, &shrunk, NULL), TRIAX_OK);
  assert_true(shrunk);
  assert_int_equal(times(1, fit.strength[term->slope], 1.5), 80 - 12);
  assert_true(fit.parameters > 0 && fit.parameters < 1e-6);
}

/* Tables give way together with bends. */
static void tables_give_way_with_bends(void **state) {
  (void)state;
  bool shrunk = false;
  const double cut = 0.5;
  const uint32_t own = 0;
  const tx_fit_axis axes[2] = {{0, 2, &cut, NULL}, {2, 2, NULL, &own}};
  open_thin(false);
  tx_additive_free(&fit);
  begin();
  assert_true(tx_additive_line(&fit, 0, two_knots, 2) && tx_additive_cells(&fit, axes));
  open();
  assert_int_equal(tx_additive_finish(&fit, 1.5, &shrunk, NULL), TRIAX_OK);
  assert_true(shrunk);
  near(fit.strength[fit.terms[1].slope], 1, 0);
  assert_in_range(times(1, fit.strength[fit.terms[1].slope + 1], 4), 1, 12);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      CASE(strength_of_levels_rests),  CASE(nothing_to_tell_is_shrunk_away), CASE(certain_outcomes_are_held),
      CASE(slopes_lean_on_each_other), CASE(bends_are_vouched_for),          CASE(lines_straighten_first),
      CASE(then_all_shrink),           CASE(no_parameters_at_all),           CASE(tables_give_way_with_bends),
  };
  return cmocka_run_group_tests_name("fit strengths", tests, NULL, NULL);
}
