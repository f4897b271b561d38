/* The search for interactions, after FAST (Y. Lou, R. Caruana, J. Gehrke and G. Hooker, KDD 2013), over residuals of a
 * logistic fit: a pair is judged by the best cut of its table into four. */
#include <math.h>
#include <string.h>

#include "fit/elementary.h"
#include "fit/knots.h"
#include "fit/pairs_private.h"

/* Pairs that are judged at a time. */
#define PAIRS_A_PIECE 8

/* --- bins ---- */

/* Rows by bins of a side whose cuts are known. */
void tx_pair_place_rows(const tx_pair_search *search, size_t column, tx_pair_side *into) {
  const double *numbers = search->data->columns[column].numbers;
  for (size_t row = 0; row < search->data->rows; row++) {
    double share = 0;
    const bool none = isnan(numbers[row]) || !into->bins;
    const size_t below = none || into->bins < 2 ? 0 : tx_knot_below(into->cuts, into->bins, numbers[row], &share);
    into->bin[row] = none ? TX_PAIR_NO_BIN : (uint8_t)(below + (share >= 1));
  }
}

static bool bin_numbers(tx_pair_search *search, size_t column, tx_pair_side *into) {
  const double *knots;
  size_t count;
  if (!tx_knots_spread(&search->arena, search->data, column, TX_PAIR_BINS, &knots, &count)) return false;
  into->cuts = tx_arena_calloc(&search->arena, TX_PAIR_BINS, sizeof *into->cuts);
  if (!into->cuts) return false;
  into->bins = count;
  for (size_t k = 0; k < count; k++) into->cuts[k] = knots[k];
  tx_pair_place_rows(search, column, into);
  return true;
}

static bool bin_levels(tx_pair_search *search, size_t column, tx_pair_side *into) {
  const tx_fit_column *from = &search->data->columns[column];
  size_t *counts = tx_arena_calloc(&search->arena, (size_t)from->levels + 1, sizeof *counts);
  into->codes = tx_arena_calloc(&search->arena, TX_PAIR_BINS, sizeof *into->codes);
  if (!counts || !into->codes) return false;
  for (size_t row = 0; row < search->data->rows; row++) {
    if (from->codes[row] != TX_FIT_ABSENT) counts[from->codes[row]]++;
  }
  size_t kinds = 0, named = 0;
  for (uint32_t code = 0; code < from->levels; code++) kinds += counts[code] > 0;
  for (; named < TX_PAIR_BINS - 1 && named + 1 < kinds; named++) {
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
    into->bin[row] = from->codes[row] == TX_FIT_ABSENT ? TX_PAIR_NO_BIN : (uint8_t)bin;
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
    tx_pair_side *into = &made->sides[c];
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

void tx_pair_fill_grid(const tx_pair_search *search, const tx_pair_side *one, const tx_pair_side *other,
                       tx_pair_grid *into) {
  memset(into, 0, sizeof *into);
  for (size_t row = 0; row < search->data->rows; row++) {
    const uint8_t a = one->bin[row], b = other->bin[row];
    if (a == TX_PAIR_NO_BIN || b == TX_PAIR_NO_BIN) continue;
    into->left[a][b] += search->fitted->residual[row];
    into->weight[a][b] += search->fitted->weight[row];
  }
}

/* Split s of a side: numbers above cut s + 1, or level s alone. */
size_t tx_pair_splits(const tx_pair_side *of) {
  if (of->bins < 2) return 0;
  return of->levels && of->bins > 2 ? of->bins : of->bins - 1;
}

/* What is left over, and of what weight. */
typedef struct sums {
  double left, weight;
} sums;

/* The square of the contrast of four quarters over its variance: chi-squared of one degree by chance. Half a row less
 * in the smallest of them (Yates), where few rows make chance look larger than it is. */
static double contrast(sums quarter[2][2]) {
  double sum = 0, variance = 0, least = INFINITY;
  for (int i = 0; i < 2; i++) {
    for (int j = 0; j < 2; j++) {
      if (quarter[i][j].weight < TX_QUARTER_LEAST) return 0;
      sum += (i == j ? 1 : -1) * quarter[i][j].left / quarter[i][j].weight;
      variance += 1 / quarter[i][j].weight;
      least = fmin(least, quarter[i][j].weight);
    }
  }
  sum = fabs(sum) - 0.5 / least;
  return sum > 0 ? sum * sum / variance : 0;
}

/* From one split to the next: what lies before it and beyond. */
static void halve(const tx_pair_side *of, sums bin, sums all, sums half[2]) {
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
double tx_pair_best_quarters(const tx_pair_side *one, const tx_pair_side *other, const tx_pair_grid *cells, size_t *cut,
                             size_t *other_cut) {
  double best = 0;
  sums all[TX_PAIR_BINS] = {{0, 0}}, half[TX_PAIR_BINS][2] = {{{0, 0}}};
  for (size_t a = 0; a < one->bins; a++) {
    for (size_t b = 0; b < other->bins; b++) {
      all[b].left += cells->left[a][b];
      all[b].weight += cells->weight[a][b];
    }
  }
  for (size_t s = 0; s < tx_pair_splits(one); s++) {
    sums whole[2] = {{0, 0}}, quarter[2][2] = {{{0, 0}}};
    for (size_t b = 0; b < other->bins; b++) {
      halve(one, (sums){cells->left[s][b], cells->weight[s][b]}, all[b], half[b]);
      for (size_t i = 0; i < 2; i++) {
        whole[i].left += half[b][i].left;
        whole[i].weight += half[b][i].weight;
      }
    }
    for (size_t t = 0; t < tx_pair_splits(other); t++) {
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
  tx_pair_grid cells;
  (void)worker;
  (void)error;
  for (size_t at = begin; at < end; at++) {
    const size_t one = at / columns, other = at % columns;
    size_t cut, other_cut;
    search->gains[at] = 0;
    if (one >= other || search->taken[at]) continue;
    tx_pair_fill_grid(search, &search->sides[one], &search->sides[other], &cells);
    search->gains[at] = tx_pair_best_quarters(&search->sides[one], &search->sides[other], &cells, &cut, &other_cut);
  }
  return TRIAX_OK;
}

/* Tests that were made on the way: the best of so many must be beyond what chance gives the best of so many. */
static double tests_made(const tx_pair_search *search) {
  double made = 0;
  for (size_t one = 0; one < search->data->column_count; one++) {
    for (size_t other = one + 1; other < search->data->column_count; other++) {
      made += (double)(tx_pair_splits(&search->sides[one]) * tx_pair_splits(&search->sides[other]));
    }
  }
  return made;
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
  return tx_pair_table(search, pair, arena, axes, error);
}
