#include <float.h>
#include <math.h>
#include <string.h>

#include "base/exact_sum.h"
#include "segmentation/private.h"

/* A unit that takes part in a ranking. */
typedef struct ranked {
  double by;
  size_t row;
} ranked;

/* Looks now and then at whether to go on: one selection may be over millions. After a failure what is being done is cut
 * short, and its outcome means nothing. */
typedef struct watch {
  const triax_context *context;
  triax_error *error;
  triax_status status;
  size_t steps;
} watch;

typedef struct ranking {
  const tx_column *keys;
  ranked *units, *spare; /* both `count` long */
  size_t count;
  watch *look;
} ranking;

#define LOOK ((size_t)1 << 16)

/* Counts a step; false: stop. */
static bool go_on(watch *look) {
  if (++look->steps % LOOK == 0 && !look->status)
    look->status = tx_progress(look->context, "segmentation", 0, look->error);
  return !look->status;
}

static triax_text key_at(const tx_column *keys, size_t row) {
  if (!keys || !tx_column_has(keys, row)) return TX_TEXT("");
  return tx_dictionary_text(keys->dictionary, tx_column_code(keys, row));
}

/* A total order: by descending, keys ascending, rows at last. */
static bool before(const ranking *all, const ranked *a, const ranked *b) {
  if (a->by != b->by) return a->by > b->by;
  const int order = tx_text_compare(key_at(all->keys, a->row), key_at(all->keys, b->row));
  return order ? order < 0 : a->row < b->row;
}

static void swap(ranked *a, ranked *b) {
  const ranked held = *a;
  *a = *b;
  *b = held;
}

static void sort_few(const ranking *all, size_t begin, size_t end) {
  for (size_t i = begin + 1; i < end; i++) {
    const ranked unit = all->units[i];
    size_t to = i;
    for (; to > begin && before(all, &unit, &all->units[to - 1]); to--) all->units[to] = all->units[to - 1];
    all->units[to] = unit;
  }
}

static void merge(const ranking *all, size_t begin, size_t middle, size_t end) {
  ranked *units = all->units, *left = all->spare;
  const size_t count = middle - begin;
  if (count == 0 || middle == end || !before(all, &units[middle], &units[middle - 1])) return;
  memcpy(left, units + begin, count * sizeof *left);
  size_t i = 0, right = middle, to = begin;
  while (i < count && right < end && go_on(all->look))
    units[to++] = before(all, &units[right], &left[i]) ? units[right++] : left[i++];
  memcpy(units + to, left + i, (count - i) * sizeof *left);
}

/* Merge sort from the bottom up: n log n whatever the data. */
static void sort(const ranking *all, size_t begin, size_t end) {
  const size_t few = 16;
  for (size_t at = begin; at < end && go_on(all->look); at += few) sort_few(all, at, end - at < few ? end : at + few);
  for (size_t width = few; width < end - begin && !all->look->status; width *= 2)
    for (size_t at = begin; end - at > width && !all->look->status; at += 2 * width) {
      merge(all, at, at + width, end - at < 2 * width ? end : at + 2 * width);
      if (end - at <= 2 * width) break;
    }
}

/* Splits [begin, end) around a pivot and returns where it came to stand. */
static size_t split(const ranking *all, size_t begin, size_t end) {
  ranked *units = all->units;
  const size_t middle = begin + (end - begin) / 2, last = end - 1;
  if (before(all, &units[middle], &units[begin])) swap(&units[middle], &units[begin]);
  if (before(all, &units[last], &units[begin])) swap(&units[last], &units[begin]);
  if (before(all, &units[last], &units[middle])) swap(&units[last], &units[middle]);
  swap(&units[middle], &units[last]); /* the median of three goes last */
  size_t i = begin, j = last;
  const ranked pivot = units[last];
  for (;;) {
    while (i < last && before(all, &units[i], &pivot) && go_on(all->look)) i++;
    while (j > i && !before(all, &units[j - 1], &pivot) && go_on(all->look)) j--;
    if (i >= j || all->look->status) break;
    swap(&units[i], &units[j - 1]);
  }
  swap(&units[i], &units[last]);
  return i;
}

/* Brings the unit of rank `rank` (from 0) to its place: linear on average; sorts when the pivots are bad. */
static void select_rank(const ranking *all, size_t rank) {
  size_t begin = 0, end = all->count;
  for (int tries = 0; end - begin > 32 && tries < 100 && !all->look->status; tries++) {
    const size_t at = split(all, begin, end);
    if (at == rank) return;
    if (rank < at) end = at;
    else begin = at + 1;
  }
  sort(all, begin, end);
}

uint64_t tx_top_count(double share, uint64_t n) {
  const double exact = share * (double)n, counted = floor(exact * (1 + 4 * DBL_EPSILON));
  if (!(counted >= 1)) return 0;
  return counted >= (double)n ? n : (uint64_t)counted;
}

double tx_top_wanted(double share, double total) { return share * total * (1 - 1e-12); }

static double part_at(const tx_input *of, size_t row) { return tx_top_part(of->column->numbers[row]); }

/* Adds what the units [begin, end) count for. */
static void sum_parts(const ranking *all, const tx_input *of, size_t begin, size_t end, tx_exact_sum *to) {
  for (size_t i = begin; i < end && go_on(all->look); i++) tx_exact_add(to, part_at(of, all->units[i].row));
}

/* The length of the shortest prefix that sums to the share; the last of it comes to its place. Linear on average, as
 * select_rank: the sum of what is left of the pivot says on which side the end is. Sums are exact: parts of a set that
 * are judged apart come to the same. */
static size_t select_sum(const ranking *all, double share, const tx_input *of) {
  tx_exact_sum have, left; /* of the units before `begin`: less than wanted; and of those up to the pivot */
  tx_exact_clear(&have);
  tx_exact_clear(&left);
  sum_parts(all, of, 0, all->count, &left);
  const double wanted = tx_top_wanted(share, tx_exact_total(&left));
  size_t begin = 0, end = all->count;
  if (!(wanted > 0)) return 0;
  for (int tries = 0; end - begin > 32 && tries < 100 && !all->look->status; tries++) {
    const size_t at = split(all, begin, end);
    left = have;
    sum_parts(all, of, begin, at, &left);
    if (tx_exact_total(&left) >= wanted) {
      end = at;
      continue;
    }
    sum_parts(all, of, at, at + 1, &left);
    if (tx_exact_total(&left) >= wanted) return at + 1;
    have = left;
    begin = at + 1;
  }
  sort(all, begin, end);
  while (begin < end && go_on(all->look) && !(tx_exact_total(&have) >= wanted)) {
    tx_exact_add(&have, part_at(of, all->units[begin].row));
    begin++;
  }
  return begin;
}

bool tx_top_holds(const tx_top_cutoff *cutoff, double by, triax_text key) {
  if (!cutoff->any) return false;
  if (by != cutoff->value) return by > cutoff->value;
  return tx_text_compare(key, cutoff->key) <= 0;
}

bool tx_level_has_top(const tx_segmentation_model *model, const tx_level *level) {
  for (uint32_t s = level->first; s < level->last; s++)
    if (model->segments[s].test == TX_TEST_TOP) return true;
  return false;
}

void tx_mark_inside(const tx_segmentation_model *model, uint32_t parent, bool *inside) {
  for (uint32_t s = 0; s < model->count; s++) {
    uint32_t at = s;
    while (at != TX_NO_SEGMENT && at != parent) at = model->segments[at].parent;
    inside[s] = at == parent;
  }
}

static size_t collect(const double *by, size_t rows, const tx_places *places, const bool *inside, ranked *units,
                      watch *look) {
  size_t count = 0;
  for (size_t row = 0; row < rows && go_on(look); row++) {
    const uint32_t segment = inside ? tx_place_at(places, row) : TX_NO_SEGMENT;
    if (isnan(by[row]) || (inside && (segment == TX_NO_SEGMENT || !inside[segment]))) continue;
    if (units) units[count] = (ranked){by[row], row};
    count++;
  }
  return count;
}

static void cut(const tx_segmentation_model *model, uint32_t segment, const ranking *all, const tx_input *inputs,
                tx_top_cutoff *cutoff) {
  const tx_segment *test = &model->segments[segment];
  size_t count = 0;
  *cutoff = (tx_top_cutoff){false, 0, TX_TEXT("")};
  if (test->of == TX_NO_INPUT) {
    count = (size_t)tx_top_count(test->share, all->count);
    if (count) select_rank(all, count - 1);
  } else {
    count = select_sum(all, test->share, &inputs[test->of]);
  }
  if (!count) return;
  const ranked *last = &all->units[count - 1];
  *cutoff = (tx_top_cutoff){true, last->by, key_at(all->keys, last->row)};
}

/* Takes over the cut-offs that are given; true: there are no others at this level. */
static bool take_given(const tx_segmentation_model *model, const tx_level *level, const tx_top_given *given,
                       tx_top_cutoff *cutoffs) {
  bool all = true;
  for (uint32_t s = level->first; s < level->last; s++) {
    if (model->segments[s].test != TX_TEST_TOP) continue;
    if (given && given[s].known) cutoffs[s] = given[s].cutoff;
    else all = false;
  }
  return all;
}

triax_status tx_top_level(triax_context *context, const tx_segmentation_model *model, const tx_level *level,
                          const tx_units *of, const tx_places *places, const bool *inside, const tx_top_given *given,
                          tx_top_cutoff *cutoffs, triax_error *error) {
  if (take_given(model, level, given, cutoffs)) return TRIAX_OK;
  const double *by = of->inputs[tx_segment_by(model, level->first)].column->numbers;
  watch look = {context, error, TRIAX_OK, 0};
  const size_t count = collect(by, of->rows, places, inside, NULL, &look);
  ranked *units = tx_alloc_array(context, count, sizeof *units), *spare = tx_alloc_array(context, count, sizeof *spare);
  const bool ok = units && spare;
  if (ok && !look.status) {
    const ranking all = {of->keys, units, spare, collect(by, of->rows, places, inside, units, &look), &look};
    for (uint32_t s = level->first; s < level->last && !look.status; s++)
      if (model->segments[s].test == TX_TEST_TOP && !(given && given[s].known))
        cut(model, s, &all, of->inputs, &cutoffs[s]);
  }
  tx_free_array(context, units, count, sizeof *units);
  tx_free_array(context, spare, count, sizeof *spare);
  if (look.status) return look.status;
  return ok ? TRIAX_OK : tx_no_memory(error);
}
