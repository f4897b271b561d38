/* The search for interactions, after FAST (Y. Lou, R. Caruana, J. Gehrke and G. Hooker, KDD 2013), over residuals of a
 * logistic fit: a pair is judged by the best cut of its table into four. */
#include "fit/pairs.h"

#include <math.h>
#include <string.h>

#include "fit/elementary.h"
#include "fit/knots.h"

#define BINS 32
#define NO_BIN 255
/* Pairs that are judged at a time. */
#define PAIRS_A_PIECE 8
/* Groups along one side of a table. */
#define GROUPS 6
/* Rows (by weight) that each of four quarters must have. */
#define QUARTER_LEAST 1.0
/* A further cut must explain so much more (of a chi-squared of about as many degrees of freedom). */
#define CUT_LEAST 7.0

typedef struct side {
  bool levels;
  size_t bins;
  double *cuts;    /* numbers: the lower end of each bin but the first, in [1 …] */
  uint32_t *codes; /* levels: the code of each bin but the last, which is the rest */
  uint8_t *bin;    /* per row */
} side;

/* What is left over in the cells of two columns' bins. */
typedef struct grid {
  double left[BINS][BINS], weight[BINS][BINS];
} grid;

struct tx_pair_search {
  triax_context *context;
  tx_arena arena;
  const tx_fit_data *data;
  const tx_additive *fitted;
  side *sides;
  double *gains; /* columns × columns, one < other */
  bool *taken;
};

/* --- bins ---- */

/* Rows by bins of a side whose cuts are known. */
static void place_rows(const tx_pair_search *search, size_t column, side *into) {
  const double *numbers = search->data->columns[column].numbers;
  for (size_t row = 0; row < search->data->rows; row++) {
    double share = 0;
    const bool none = isnan(numbers[row]) || !into->bins;
    const size_t below = none || into->bins < 2 ? 0 : tx_knot_below(into->cuts, into->bins, numbers[row], &share);
    into->bin[row] = none ? NO_BIN : (uint8_t)(below + (share >= 1));
  }
}

static bool bin_numbers(tx_pair_search *search, size_t column, side *into) {
  const double *knots;
  size_t count;
  if (!tx_knots_spread(&search->arena, search->data, column, BINS, &knots, &count)) return false;
  into->cuts = tx_arena_calloc(&search->arena, BINS, sizeof *into->cuts);
  if (!into->cuts) return false;
  into->bins = count;
  for (size_t k = 0; k < count; k++) into->cuts[k] = knots[k];
  place_rows(search, column, into);
  return true;
}

static bool bin_levels(tx_pair_search *search, size_t column, side *into) {
  const tx_fit_column *from = &search->data->columns[column];
  size_t *counts = tx_arena_calloc(&search->arena, (size_t)from->levels + 1, sizeof *counts);
  into->codes = tx_arena_calloc(&search->arena, BINS, sizeof *into->codes);
  if (!counts || !into->codes) return false;
  for (size_t row = 0; row < search->data->rows; row++) {
    if (from->codes[row] != TX_FIT_ABSENT) counts[from->codes[row]]++;
  }
  size_t kinds = 0, named = 0;
  for (uint32_t code = 0; code < from->levels; code++) kinds += counts[code] > 0;
  for (; named < BINS - 1 && named + 1 < kinds; named++) {
    uint32_t best = 0;
    for (uint32_t code = 1; code < from->levels; code++) best = counts[code] > counts[best] ? code : best;
    into->codes[named] = best;
    counts[best] = 0;
  }
  into->levels = true;
  into->bins = kinds ? named + 1 : 0;
  for (size_t row = 0; row < search->data->rows; row++) {
    size_t bin = 0;
    while (bin < named && into->codes[bin] != from->codes[row]) bin++;
    into->bin[row] = from->codes[row] == TX_FIT_ABSENT ? NO_BIN : (uint8_t)bin;
  }
  return true;
}

static tx_pair_search *new_search(triax_context *context, const tx_fit_data *data) {
  tx_pair_search *made = tx_calloc(context, 1, sizeof *made);
  if (!made) return NULL;
  const size_t columns = data->column_count;
  made->context = context;
  made->data = data;
  tx_arena_init(&made->arena, context);
  made->sides = tx_arena_calloc(&made->arena, columns, sizeof *made->sides);
  made->gains = tx_arena_calloc(&made->arena, columns * columns, sizeof *made->gains);
  made->taken = tx_arena_calloc(&made->arena, columns * columns, sizeof *made->taken);
  if (made->sides && made->gains && made->taken) return made;
  tx_pair_search_free(made);
  return NULL;
}

triax_status tx_pair_search_new(triax_context *context, const tx_fit_data *data, tx_pair_search **search,
                                triax_error *error) {
  tx_pair_search *made = new_search(context, data);
  triax_status status = made ? TRIAX_OK : tx_no_memory(error);
  for (size_t c = 0; status == TRIAX_OK && c < data->column_count; c++) {
    side *into = &made->sides[c];
    status = tx_progress(context, "fit", 0, error);
    if (status != TRIAX_OK) break;
    into->bin = tx_arena_alloc(&made->arena, data->rows + 1);
    const bool fine = into->bin && (data->columns[c].numbers ? bin_numbers(made, c, into) : bin_levels(made, c, into));
    if (!fine) status = tx_no_memory(error);
  }
  if (status == TRIAX_OK) *search = made;
  else tx_pair_search_free(made);
  return status;
}

void tx_pair_search_free(tx_pair_search *search) {
  if (!search) return;
  tx_arena_free(&search->arena);
  tx_free(search->context, search, sizeof *search);
}

/* --- the best cut into four ---- */

static void fill_grid(const tx_pair_search *search, const side *one, const side *other, grid *into) {
  memset(into, 0, sizeof *into);
  for (size_t row = 0; row < search->data->rows; row++) {
    const uint8_t a = one->bin[row], b = other->bin[row];
    if (a == NO_BIN || b == NO_BIN) continue;
    into->left[a][b] += search->fitted->residual[row];
    into->weight[a][b] += search->fitted->weight[row];
  }
}

/* Split s of a side: numbers above cut s + 1, or level s alone. */
static size_t splits(const side *of) {
  if (of->bins < 2) return 0;
  return of->levels && of->bins > 2 ? of->bins : of->bins - 1;
}

/* What is left over, and of what weight. */
typedef struct sums {
  double left, weight;
} sums;

/* The square of the contrast of four quarters over its variance: chi-squared of one degree by chance. Half a row less in
 * the smallest of them (Yates), where few rows make chance look larger than it is. */
static double contrast(sums quarter[2][2]) {
  double sum = 0, variance = 0, least = INFINITY;
  for (int i = 0; i < 2; i++) {
    for (int j = 0; j < 2; j++) {
      if (quarter[i][j].weight < QUARTER_LEAST) return 0;
      sum += (i == j ? 1 : -1) * quarter[i][j].left / quarter[i][j].weight;
      variance += 1 / quarter[i][j].weight;
      least = fmin(least, quarter[i][j].weight);
    }
  }
  sum = fabs(sum) - 0.5 / least;
  return sum > 0 ? sum * sum / variance : 0;
}

/* From one split to the next: what lies before it and beyond. */
static void halve(const side *of, sums bin, sums all, sums half[2]) {
  if (of->levels) {
    half[1] = bin;
  } else {
    half[0].left += bin.left;
    half[0].weight += bin.weight;
  }
  const sums known = half[of->levels];
  half[!of->levels] = (sums){all.left - known.left, all.weight - known.weight};
}

/* The contrast of the best cut into four. */
static double best_quarters(const side *one, const side *other, const grid *cells, size_t *cut, size_t *other_cut) {
  double best = 0;
  sums all[BINS] = {{0, 0}}, half[BINS][2] = {{{0, 0}}};
  for (size_t a = 0; a < one->bins; a++) {
    for (size_t b = 0; b < other->bins; b++) {
      all[b].left += cells->left[a][b];
      all[b].weight += cells->weight[a][b];
    }
  }
  for (size_t s = 0; s < splits(one); s++) {
    sums whole[2] = {{0, 0}}, quarter[2][2] = {{{0, 0}}};
    for (size_t b = 0; b < other->bins; b++) {
      halve(one, (sums){cells->left[s][b], cells->weight[s][b]}, all[b], half[b]);
      for (size_t i = 0; i < 2; i++) {
        whole[i].left += half[b][i].left;
        whole[i].weight += half[b][i].weight;
      }
    }
    for (size_t t = 0; t < splits(other); t++) {
      for (size_t i = 0; i < 2; i++) halve(other, half[t][i], whole[i], quarter[i]);
      const double found = contrast(quarter);
      if (found > best) {
        best = found;
        *cut = s;
        *other_cut = t;
      }
    }
  }
  return best;
}

static triax_status judge_columns(void *user, size_t worker, size_t begin, size_t end, triax_error *error) {
  tx_pair_search *search = user;
  const size_t columns = search->data->column_count;
  grid cells;
  (void)worker;
  (void)error;
  for (size_t at = begin; at < end; at++) {
    const size_t one = at / columns, other = at % columns;
    size_t cut, other_cut;
    search->gains[at] = 0;
    if (one >= other || search->taken[at]) continue;
    fill_grid(search, &search->sides[one], &search->sides[other], &cells);
    search->gains[at] = best_quarters(&search->sides[one], &search->sides[other], &cells, &cut, &other_cut);
  }
  return TRIAX_OK;
}

/* Tests that were made on the way: the best of so many must be beyond what chance gives the best of so many. */
static double tests_made(const tx_pair_search *search) {
  double made = 0;
  for (size_t one = 0; one < search->data->column_count; one++) {
    for (size_t other = one + 1; other < search->data->column_count; other++) {
      made += (double)(splits(&search->sides[one]) * splits(&search->sides[other]));
    }
  }
  return made;
}

/* --- from four quarters to a table ---- */

typedef struct parting {
  bool chosen[BINS]; /* splits */
  size_t groups;
} parting;

static size_t group_of(const side *of, const parting *by, size_t bin) {
  size_t group = 0;
  for (size_t s = 0; s < splits(of); s++) {
    if (!by->chosen[s]) continue;
    if (of->levels && s == bin) return group;
    if (of->levels || bin > s) group++;
  }
  return group;
}

/* What a table explains beyond its margins. */
static double explained(const side *sides[2], const parting by[2], const grid *cells) {
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
static bool refine(const side *sides[2], parting by[2], const grid *cells) {
  const double now = explained(sides, by, cells);
  double best = 0;
  size_t best_side = 0, best_split = 0;
  for (size_t i = 0; i < 2; i++) {
    for (size_t s = 0; s < splits(sides[i]) && by[i].groups < GROUPS; s++) {
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
static bool add_cuts(tx_pair_search *search, size_t column, size_t split, size_t most, side *into) {
  const side *from = &search->sides[column];
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
  for (size_t k = 0; k < count && into->bins < BINS; k++) into->cuts[into->bins++] = knots[k];
  return true;
}

/* The side of a number with many cuts around those that are chosen, and the choice that is nearest to it. */
static bool zoom(tx_pair_search *search, size_t column, const parting *by, side *into, parting *into_by) {
  const side *from = &search->sides[column];
  const size_t most = (BINS - 1) / (by->groups - 1);
  *into = (side){.bins = 1};
  *into_by = (parting){{false}, 1};
  into->cuts = tx_arena_calloc(&search->arena, BINS, sizeof *into->cuts);
  into->bin = tx_arena_calloc(&search->arena, search->data->rows + 1, 1);
  if (!into->cuts || !into->bin) return false;
  into->cuts[0] = from->cuts[0];
  for (size_t s = 0; s < splits(from); s++) {
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
  place_rows(search, column, into);
  return into_by->groups == by->groups;
}

/* Moves each cut, between its neighbours, to where the table explains most. */
static void move_cuts(const side *sides[2], parting by[2], size_t i, const grid *cells) {
  double most = explained(sides, by, cells);
  for (size_t s = 0; s < splits(sides[i]); s++) {
    if (!by[i].chosen[s]) continue;
    size_t first = s, last = s, best = s;
    while (first > 0 && !by[i].chosen[first - 1]) first--;
    while (last + 1 < splits(sides[i]) && !by[i].chosen[last + 1]) last++;
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
static bool sharpen(tx_pair_search *search, const size_t pair[2], const side *sides[2], parting by[2], size_t i,
                    side *closer) {
  parting closer_by;
  grid cells;
  if (sides[i]->levels) return true;
  if (!zoom(search, pair[i], &by[i], closer, &closer_by)) return closer->cuts && closer->bin;
  sides[i] = closer;
  by[i] = closer_by;
  fill_grid(search, sides[0], sides[1], &cells);
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

static bool make_axis(const tx_pair_search *search, size_t column, const side *from, const parting *by,
                      tx_arena *arena, tx_fit_axis *axis) {
  double *cuts = from->levels ? NULL : tx_arena_calloc(arena, by->groups, sizeof *cuts);
  uint32_t *levels = from->levels ? tx_arena_calloc(arena, by->groups, sizeof *levels) : NULL;
  size_t count = 0;
  if (!cuts && !levels) return false;
  for (size_t s = 0; s < splits(from); s++) {
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
static void avoid_rest(const side *of, parting *by) {
  if (!of->levels || !by->chosen[of->bins - 1]) return;
  by->chosen[of->bins - 1] = false;
  by->groups = 1;
  for (size_t s = 0; s + 1 < of->bins && by->groups < GROUPS; s++) {
    by->groups += !by->chosen[s];
    by->chosen[s] = true;
  }
}

/* The table of two columns that explains most of what is left over. */
static triax_status make_table(tx_pair_search *search, const size_t pair[2], tx_arena *arena, tx_fit_axis axes[2],
                               triax_error *error) {
  const side *sides[2] = {&search->sides[pair[0]], &search->sides[pair[1]]};
  parting by[2] = {{{false}, 2}, {{false}, 2}};
  side closer[2] = {{.bins = 0}, {.bins = 0}};
  grid cells;
  size_t cut = 0, other_cut = 0;
  fill_grid(search, sides[0], sides[1], &cells);
  best_quarters(sides[0], sides[1], &cells, &cut, &other_cut);
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

triax_status tx_pair_search_next(tx_pair_search *search, const tx_additive *fitted, tx_arena *arena,
                                 tx_fit_axis axes[2], bool *found, triax_error *error) {
  const size_t columns = search->data->column_count, all = columns * columns;
  search->fitted = fitted;
  *found = false;
  triax_status status = tx_parallel_for(search->context, "fit", all, PAIRS_A_PIECE, judge_columns, search, error);
  if (status != TRIAX_OK || !all) return status;
  size_t best = 0;
  for (size_t at = 1; at < all; at++) best = search->gains[at] > search->gains[best] ? at : best;
  const double made = tests_made(search);
  if (!(made > 0) || search->gains[best] < 2 * tx_ln(made)) return TRIAX_OK;
  search->taken[best] = true;
  *found = true;
  const size_t pair[2] = {best / columns, best % columns};
  return make_table(search, pair, arena, axes, error);
}
