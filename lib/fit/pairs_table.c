/* A pair's table: from the best cut into four to as many groups as explain enough, and then where exactly. */
#include <math.h>
#include <string.h>

#include "fit/elementary.h"
#include "fit/knots.h"
#include "fit/pairs_private.h"

/* Groups along one side of a table. */
#define GROUPS 6
/* A further cut must explain so much more (of a chi-squared of about as many degrees of freedom). */
#define CUT_LEAST 7.0

/* --- from four quarters to a table ---- */

typedef struct parting {
  bool chosen[TX_PAIR_BINS]; /* splits */
  size_t groups;
} parting;

static size_t group_of(const tx_pair_side *of, const parting *by, size_t bin) {
  size_t group = 0;
  for (size_t s = 0; s < tx_pair_splits(of); s++) {
    if (!by->chosen[s]) continue;
    if (of->levels && s == bin) return group;
    if (of->levels || bin > s) group++;
  }
  return group;
}

/* What a table explains beyond its margins. */
static double explained(const tx_pair_side *sides[2], const parting by[2], const tx_pair_grid *cells) {
  double left[GROUPS + 1][GROUPS + 1] = {{0}}, weight[GROUPS + 1][GROUPS + 1] = {{0}}, sum = 0;
  for (size_t a = 0; a < sides[0]->bins; a++) {
    for (size_t b = 0; b < sides[1]->bins; b++) {
      const size_t one = group_of(sides[0], &by[0], a), other = group_of(sides[1], &by[1], b);
      left[one][other] += cells->left[a][b];
      weight[one][other] += cells->weight[a][b];
      left[one][GROUPS] += cells->left[a][b];
      weight[one][GROUPS] += cells->weight[a][b];
      left[GROUPS][other] += cells->left[a][b];
      weight[GROUPS][other] += cells->weight[a][b];
      left[GROUPS][GROUPS] += cells->left[a][b];
      weight[GROUPS][GROUPS] += cells->weight[a][b];
    }
  }
  for (size_t one = 0; one <= GROUPS; one++) {
    for (size_t other = 0; other <= GROUPS; other++) {
      if (!(weight[one][other] > 0)) continue;
      const double part = left[one][other] * left[one][other] / (weight[one][other] + 1);
      sum += (one == GROUPS) == (other == GROUPS) ? part : -part;
    }
  }
  return sum;
}

/* Adds the split that explains most more, if it is worth it. */
static bool refine(const tx_pair_side *sides[2], parting by[2], const tx_pair_grid *cells) {
  const double now = explained(sides, by, cells);
  double best = 0;
  size_t best_side = 0, best_split = 0;
  for (size_t i = 0; i < 2; i++) {
    for (size_t s = 0; s < tx_pair_splits(sides[i]) && by[i].groups < GROUPS; s++) {
      if (by[i].chosen[s]) continue;
      by[i].chosen[s] = true;
      const double gain = explained(sides, by, cells) - now - CUT_LEAST * (double)(by[1 - i].groups - 1);
      by[i].chosen[s] = false;
      if (gain > best) {
        best = gain;
        best_side = i;
        best_split = s;
      }
    }
  }
  if (!(best > 0)) return false;
  by[best_side].chosen[best_split] = true;
  by[best_side].groups++;
  return true;
}

/* --- where exactly ---- */

/* Values at even ranks from one cut before a split to one after it, but for those up to the last cut of `into`. */
static bool add_cuts(tx_pair_search *search, size_t column, size_t split, size_t most, tx_pair_side *into) {
  const tx_pair_side *from = &search->sides[column];
  const double *numbers = search->data->columns[column].numbers, *knots;
  const double low = fmax(from->cuts[split], into->cuts[into->bins - 1]);
  const double high = split + 2 < from->bins ? from->cuts[split + 2] : INFINITY;
  uint8_t *near = tx_arena_calloc(&search->arena, search->data->rows, 1);
  tx_fit_data some = *search->data;
  size_t count;
  if (!near) return false;
  for (size_t row = 0; row < some.rows; row++) near[row] = numbers[row] > low && numbers[row] < high;
  some.use = near;
  if (!tx_knots_spread(&search->arena, &some, column, most, &knots, &count)) return false;
  for (size_t k = 0; k < count && into->bins < TX_PAIR_BINS; k++) into->cuts[into->bins++] = knots[k];
  return true;
}

/* The side of a number with many cuts around those that are chosen, and the choice that is nearest to it. */
static bool zoom(tx_pair_search *search, size_t column, const parting *by, tx_pair_side *into, parting *into_by) {
  const tx_pair_side *from = &search->sides[column];
  const size_t most = (TX_PAIR_BINS - 1) / (by->groups - 1);
  *into = (tx_pair_side){.bins = 1};
  *into_by = (parting){{false}, 1};
  into->cuts = tx_arena_calloc(&search->arena, TX_PAIR_BINS, sizeof *into->cuts);
  into->bin = tx_arena_calloc(&search->arena, search->data->rows + 1, 1);
  if (!into->cuts || !into->bin) return false;
  into->cuts[0] = from->cuts[0];
  for (size_t s = 0; s < tx_pair_splits(from); s++) {
    const size_t before = into->bins;
    if (!by->chosen[s]) continue;
    if (!add_cuts(search, column, s, most, into)) return false;
    for (size_t k = before; k < into->bins; k++) {
      if (k + 1 < into->bins && into->cuts[k] < from->cuts[s + 1]) continue;
      into_by->chosen[k - 1] = true;
      into_by->groups++;
      break;
    }
  }
  tx_pair_place_rows(search, column, into);
  return into_by->groups == by->groups;
}

/* Moves each cut, between its neighbours, to where the table explains most. */
static void move_cuts(const tx_pair_side *sides[2], parting by[2], size_t i, const tx_pair_grid *cells) {
  double most = explained(sides, by, cells);
  for (size_t s = 0; s < tx_pair_splits(sides[i]); s++) {
    if (!by[i].chosen[s]) continue;
    size_t first = s, last = s, best = s;
    while (first > 0 && !by[i].chosen[first - 1]) first--;
    while (last + 1 < tx_pair_splits(sides[i]) && !by[i].chosen[last + 1]) last++;
    by[i].chosen[s] = false;
    for (size_t other = first; other <= last; other++) {
      by[i].chosen[other] = true;
      const double now = explained(sides, by, cells);
      by[i].chosen[other] = false;
      if (now > most) {
        most = now;
        best = other;
      }
    }
    by[i].chosen[best] = true;
    if (best > s) s = best;
  }
}

/* Looks closer at the cuts of one side. A side that cannot be looked at closer stays as it is. */
static bool sharpen(tx_pair_search *search, const size_t pair[2], const tx_pair_side *sides[2], parting by[2], size_t i,
                    tx_pair_side *closer) {
  parting closer_by;
  tx_pair_grid cells;
  if (sides[i]->levels) return true;
  if (!zoom(search, pair[i], &by[i], closer, &closer_by)) return closer->cuts && closer->bin;
  sides[i] = closer;
  by[i] = closer_by;
  tx_pair_fill_grid(search, sides[0], sides[1], &cells);
  move_cuts(sides, by, i, &cells);
  return true;
}

/* The roundest number that parts the values as the cut does. */
static double round_cut(const tx_fit_data *data, size_t column, double cut) {
  const double *numbers = data->columns[column].numbers;
  double below = -INFINITY;
  for (size_t row = 0; row < data->rows; row++) {
    if (numbers[row] < cut && numbers[row] > below) below = numbers[row];
  }
  if (!isfinite(below)) return cut;
  const double rounded = tx_round_within(below + (cut - below) / 1024, cut);
  return rounded > below && rounded <= cut ? rounded : cut;
}

static bool make_axis(const tx_pair_search *search, size_t column, const tx_pair_side *from, const parting *by,
                      tx_arena *arena, tx_fit_axis *axis) {
  double *cuts = from->levels ? NULL : tx_arena_calloc(arena, by->groups, sizeof *cuts);
  uint32_t *levels = from->levels ? tx_arena_calloc(arena, by->groups, sizeof *levels) : NULL;
  size_t count = 0;
  if (!cuts && !levels) return false;
  for (size_t s = 0; s < tx_pair_splits(from); s++) {
    if (!by->chosen[s]) continue;
    if (cuts) {
      cuts[count++] = round_cut(search->data, column, from->cuts[s + 1]);
    } else if (s + 1 < from->bins) {
      levels[count++] = from->codes[s];
    }
  }
  *axis = (tx_fit_axis){column, count + 1, cuts, levels};
  return true;
}

/* The level that stands for all that are not named has no code of its own: its split is told by the others'. */
static void avoid_rest(const tx_pair_side *of, parting *by) {
  if (!of->levels || !by->chosen[of->bins - 1]) return;
  by->chosen[of->bins - 1] = false;
  by->groups = 1;
  for (size_t s = 0; s + 1 < of->bins && by->groups < GROUPS; s++) {
    by->groups += !by->chosen[s];
    by->chosen[s] = true;
  }
}

/* The table of two columns that explains most of what is left over. */
triax_status tx_pair_table(tx_pair_search *search, const size_t pair[2], tx_arena *arena, tx_fit_axis axes[2],
                           triax_error *error) {
  const tx_pair_side *sides[2] = {&search->sides[pair[0]], &search->sides[pair[1]]};
  parting by[2] = {{{false}, 2}, {{false}, 2}};
  tx_pair_side closer[2] = {{.bins = 0}, {.bins = 0}};
  tx_pair_grid cells;
  size_t cut = 0, other_cut = 0;
  tx_pair_fill_grid(search, sides[0], sides[1], &cells);
  tx_pair_best_quarters(sides[0], sides[1], &cells, &cut, &other_cut);
  by[0].chosen[cut] = true;
  by[1].chosen[other_cut] = true;
  while (refine(sides, by, &cells)) continue;
  for (size_t i = 0; i < 2; i++) {
    avoid_rest(sides[i], &by[i]);
    if (!sharpen(search, pair, sides, by, i, &closer[i])) return tx_no_memory(error);
    const triax_status status = tx_progress(search->context, "fit", 0, error);
    if (status != TRIAX_OK) return status;
  }
  for (size_t i = 0; i < 2; i++) {
    if (!make_axis(search, pair[i], sides[i], &by[i], arena, &axes[i])) return tx_no_memory(error);
  }
  return TRIAX_OK;
}
