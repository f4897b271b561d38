/* How values are spread: distinct values while there are few enough, else neighbours taken together. */
#include <math.h>
#include <string.h>

#include "aggregates/aggregates.h"

/* --- order --- */

static bool before(const tx_cell *a, const tx_cell *b) { return a->low != b->low ? a->low < b->low : a->high < b->high; }

/* Merge sort from the bottom up; what is in order already stays. */
static void sort_cells(tx_cell *cells, tx_cell *spare, size_t count) {
  for (size_t width = 1; width < count; width *= 2) {
    for (size_t begin = 0; count - begin > width; begin += 2 * width) {
      size_t middle = begin + width, end = count - middle < width ? count : middle + width;
      if (before(&cells[middle], &cells[middle - 1])) {
        memcpy(spare, cells + begin, width * sizeof *spare);
        size_t i = 0, right = middle, to = begin;
        while (i < width && right < end) cells[to++] = before(&cells[right], &spare[i]) ? cells[right++] : spare[i++];
        memcpy(cells + to, spare + i, (width - i) * sizeof *spare);
      }
      if (count - begin <= 2 * width) break;
    }
  }
}

static void join(tx_cell *into, const tx_cell *other) {
  if (other->low < into->low) into->low = other->low;
  if (other->high > into->high) into->high = other->high;
  into->count += other->count;
  into->weight += other->weight;
}

static size_t join_equal(tx_cell *cells, size_t count) {
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    if (kept && cells[kept - 1].low == cells[i].low && cells[kept - 1].high == cells[i].high) {
      join(&cells[kept - 1], &cells[i]);
    } else {
      cells[kept++] = cells[i];
    }
  }
  return kept;
}

/* Groups close once they hold their share of all; a cell that holds it by itself is left alone, so that a value that
 * many have stays exact. No more than `most` are left. */
static size_t join_neighbours(tx_cell *cells, size_t count, uint64_t present, size_t most) {
  uint64_t share = present / (most / 2) + 1;
  size_t kept = 0;
  bool closed = true;
  for (size_t i = 0; i < count; i++) {
    tx_cell cell = cells[i];
    bool alone = cell.count >= share;
    if (closed || alone) cells[kept++] = cell;
    else join(&cells[kept - 1], &cell);
    closed = alone || cells[kept - 1].count >= share;
  }
  return kept;
}

/* --- ranks --- */

static int compare(double a, double b) { return a < b ? -1 : a > b; }

/* Ascending, by the same sort. */
static void sort_numbers(double *numbers, double *spare, size_t count) {
  for (size_t width = 1; width < count; width *= 2) {
    for (size_t begin = 0; count - begin > width; begin += 2 * width) {
      size_t middle = begin + width, end = count - middle < width ? count : middle + width;
      if (compare(numbers[middle], numbers[middle - 1]) < 0) {
        memcpy(spare, numbers + begin, width * sizeof *spare);
        size_t i = 0, right = middle, to = begin;
        while (i < width && right < end) numbers[to++] = numbers[right] < spare[i] ? numbers[right++] : spare[i++];
        memcpy(numbers + to, spare + i, (width - i) * sizeof *spare);
      }
      if (count - begin <= 2 * width) break;
    }
  }
}

/* Cells by their upper ends. */
static void sort_by_high(tx_cell *cells, tx_cell *spare, size_t count) {
  for (size_t i = 0; i < count; i++) {
    double low = cells[i].low;
    cells[i].low = cells[i].high;
    cells[i].high = low;
  }
  sort_cells(cells, spare, count);
}

/* All ends of cells, each once; how many there are. */
static size_t list_ends(const tx_whole *item, double *ends, double *spare) {
  size_t count = 0, kept = 0;
  for (size_t i = 0; i < item->cell_count; i++) {
    ends[count++] = item->cells[i].low;
    ends[count++] = item->cells[i].high;
  }
  sort_numbers(ends, spare, count);
  for (size_t i = 0; i < count; i++) {
    if (!kept || ends[kept - 1] != ends[i]) ends[kept++] = ends[i];
  }
  return kept;
}

/* A value inside a cell counts half of the cell as below it. Twice the number below, and twice the number equal: of
 * cells, a half can be left over. by_high: the cells by their upper ends, which stand in low. The most that any rank
 * between two ends may be off, doubled, is returned. */
static uint64_t fill_ranks(const tx_whole *item, const tx_cell *by_high, size_t ends, const double *sorted,
                           uint64_t *below, uint64_t *equal) {
  uint64_t begun = 0, ended = 0, worst = 0;
  size_t i = 0, k = 0;
  for (size_t e = 0; e < ends; e++) {
    while (i < item->cell_count && item->cells[i].low < sorted[e]) begun += item->cells[i++].count;
    while (k < item->cell_count && by_high[k].low < sorted[e]) ended += by_high[k++].count;
    uint64_t here = 0;
    for (size_t n = i; n < item->cell_count && item->cells[n].low == sorted[e]; n++) here += item->cells[n].count;
    if (below) below[e] = begun + ended;
    if (equal) equal[e] = 2 * here;
    if (begun - ended > worst) worst = begun - ended;
  }
  return worst;
}

static triax_status find_error(triax_context *context, tx_whole *item, triax_error *error) {
  size_t count = item->cell_count;
  bool exact = true;
  item->error = 0;
  for (size_t i = 0; exact && i < count; i++) exact = item->cells[i].low == item->cells[i].high;
  if (exact) return TRIAX_OK;
  tx_cell *by_high = tx_alloc_array(context, 2 * count, sizeof *by_high);
  double *ends = tx_alloc_array(context, 4 * count, sizeof *ends);
  if (by_high && ends) {
    memcpy(by_high, item->cells, count * sizeof *by_high);
    sort_by_high(by_high, by_high + count, count);
    size_t kept = list_ends(item, ends, ends + 2 * count);
    item->error = (double)fill_ranks(item, by_high, kept, ends, NULL, NULL) / 2 / (double)item->present;
  }
  bool made = by_high && ends;
  tx_free_array(context, by_high, 2 * count, sizeof *by_high);
  tx_free_array(context, ends, 4 * count, sizeof *ends);
  return made ? TRIAX_OK : tx_no_memory(error);
}

triax_status tx_cells_finish(triax_context *context, tx_whole *item, size_t most, triax_error *error) {
  size_t count = item->cell_count;
  if (count == 0) return TRIAX_OK;
  tx_cell *spare = tx_alloc_array(context, count, sizeof *spare);
  if (!spare) return tx_no_memory(error);
  sort_cells(item->cells, spare, count);
  tx_free_array(context, spare, count, sizeof *spare);
  size_t kept = join_equal(item->cells, count);
  if (kept > most) kept = join_neighbours(item->cells, kept, item->present, most);
  if (kept < count) {
    tx_cell *fewer = tx_resize(context, item->cells, count * sizeof *fewer, kept * sizeof *fewer);
    if (!fewer) return tx_no_memory(error);
    item->cells = fewer;
    item->cell_count = kept;
  }
  return find_error(context, item, error);
}

/* Without ranges: each cell is a value. */
static void fill_exact(const tx_whole *item, tx_aggregate *aggregate) {
  uint64_t below = 0;
  for (size_t i = 0; i < item->cell_count; i++) {
    aggregate->sorted[i] = item->cells[i].low;
    aggregate->below[i] = below;
    aggregate->equal[i] = item->cells[i].count;
    below += item->cells[i].count;
  }
}

static bool rank_room(triax_context *context, size_t count, tx_aggregate *aggregate) {
  aggregate->distinct = count;
  aggregate->sorted = tx_alloc_array(context, count, sizeof *aggregate->sorted);
  aggregate->below = tx_alloc_array(context, count, sizeof *aggregate->below);
  aggregate->equal = tx_alloc_array(context, count, sizeof *aggregate->equal);
  return aggregate->sorted && aggregate->below && aggregate->equal;
}

triax_status tx_cells_apply(triax_context *context, const tx_whole *item, tx_aggregate *aggregate,
                            triax_error *error) {
  size_t count = item->cell_count;
  if (item->error == 0) {
    if (!rank_room(context, count, aggregate)) return tx_no_memory(error);
    fill_exact(item, aggregate);
    return TRIAX_OK;
  }
  tx_cell *by_high = tx_alloc_array(context, 2 * count, sizeof *by_high);
  double *ends = tx_alloc_array(context, 4 * count, sizeof *ends);
  bool made = by_high && ends;
  if (made) {
    memcpy(by_high, item->cells, count * sizeof *by_high);
    sort_by_high(by_high, by_high + count, count);
    size_t kept = list_ends(item, ends, ends + 2 * count);
    made = rank_room(context, kept, aggregate);
    if (made) {
      memcpy(aggregate->sorted, ends, kept * sizeof *ends);
      fill_ranks(item, by_high, kept, ends, aggregate->below, aggregate->equal);
      aggregate->present = 2 * item->present;
    }
  }
  tx_free_array(context, by_high, 2 * count, sizeof *by_high);
  tx_free_array(context, ends, 4 * count, sizeof *ends);
  return made ? TRIAX_OK : tx_no_memory(error);
}

/* --- where an edge lies --- */

/* What a cell counts towards the edge. */
static double counted(const tx_cell *cell, bool sums) { return sums ? cell->weight : (double)cell->count; }

/* The largest value at or above which cells that begin there sum to enough: the edge is not below. */
static double low_end(const tx_cell *cells, size_t count, bool sums, double wanted) {
  double above = 0;
  for (size_t i = count; i-- > 0;) {
    above += counted(&cells[i], sums);
    bool last = i == 0 || cells[i - 1].low != cells[i].low;
    if (last && above >= wanted) return cells[i].low;
  }
  return -(double)INFINITY;
}

/* The least value above which even the cells that reach there do not sum to enough: the edge is not above. by_high: by
 * their upper ends, which stand in low. */
static double high_end(const tx_cell *by_high, size_t count, bool sums, double wanted) {
  double above = 0;
  for (size_t i = count; i-- > 0;) {
    above += counted(&by_high[i], sums);
    bool last = i == 0 || by_high[i - 1].low != by_high[i].low;
    if (last && !(above < wanted)) return by_high[i].low;
  }
  return count ? by_high[0].low : (double)INFINITY;
}

triax_status tx_cells_bracket(triax_context *context, const tx_whole *item, double share, bool sums, double *low,
                              double *high, bool *any, triax_error *error) {
  /* Weights are sums of rounded numbers: the margin is far above what they lost, and only costs a few candidates. */
  const double margin = sums ? 1e-9 : 0;
  const double wanted =
      sums ? tx_top_wanted(share, tx_exact_total(&item->sum)) : (double)tx_top_count(share, item->present);
  const size_t count = item->cell_count;
  *any = wanted > 0 && count > 0;
  if (!*any) return TRIAX_OK;
  tx_cell *by_high = tx_alloc_array(context, 2 * count, sizeof *by_high);
  if (!by_high) return tx_no_memory(error);
  memcpy(by_high, item->cells, count * sizeof *by_high);
  sort_by_high(by_high, by_high + count, count);
  *low = low_end(item->cells, count, sums, wanted * (1 + margin));
  *high = high_end(by_high, count, sums, wanted * (1 - margin));
  tx_free_array(context, by_high, 2 * count, sizeof *by_high);
  return TRIAX_OK;
}
