#include "segmentation/judge.h"

#include <math.h>
#include <string.h>

/* Words of 64 units that one piece of work takes. */
#define GRAIN 512

static uint64_t *counts_of(const tx_judging *all, size_t worker) {
  return all->counts + worker * TX_COUNTS_OF(all->model->count);
}

/* --- override and dwell ----------------------------------------------------------------------------------------- */

/* The segment that a path column names at a row; *given: there is a text. */
static uint32_t named_at(const tx_judging *all, uint32_t input, const uint32_t *segment_of, size_t row, bool *given) {
  *given = false;
  if (input == TX_NO_INPUT) return TX_NO_SEGMENT;
  const tx_column *column = all->inputs[input].column;
  *given = tx_column_has(column, row);
  return *given ? segment_of[tx_column_code(column, row)] : TX_NO_SEGMENT;
}

static bool dwells(const tx_judging *all, size_t row) {
  if (!(all->dwell > 0) || all->model->since == TX_NO_INPUT) return false;
  const tx_column *since = all->inputs[all->model->since].column;
  return tx_column_has(since, row) && all->as_of - tx_days_at(since, row) < all->dwell;
}

static void place_given(const tx_judging *all, size_t row, uint64_t unmatched[2]) {
  bool overridden = false, had = false;
  const uint32_t wanted = named_at(all, all->model->override_, all->override_of, row, &overridden);
  const uint32_t previous = named_at(all, all->model->previous, all->previous_of, row, &had);
  unmatched[0] += overridden && wanted == TX_NO_SEGMENT;
  unmatched[1] += had && previous == TX_NO_SEGMENT;
  all->segment[row] = TX_NO_SEGMENT;
  all->placed[row] = TX_PLACED_NOWHERE;
  if (wanted != TX_NO_SEGMENT) {
    all->segment[row] = wanted;
    all->placed[row] = TX_PLACED_BY_OVERRIDE;
  } else if (previous != TX_NO_SEGMENT && dwells(all, row)) {
    all->segment[row] = previous;
    all->placed[row] = TX_PLACED_BY_DWELL;
  }
}

/* Whether anything but tests decides. */
static bool any_given(const tx_judging *all) {
  return all->override_of || (all->previous_of && all->dwell > 0 && all->model->since != TX_NO_INPUT);
}

/* Without overrides and dwell, what is left to place_given is to count previous segments that name none. */
static void place_nowhere(const tx_judging *all, size_t begin, size_t end, uint64_t unmatched[2]) {
  memset(all->segment + begin, 0xff, (end - begin) * sizeof *all->segment); /* TX_NO_SEGMENT */
  memset(all->placed + begin, TX_PLACED_NOWHERE, end - begin);
  for (size_t row = begin; all->previous_of && row < end; row++) {
    bool had = false;
    unmatched[1] += named_at(all, all->model->previous, all->previous_of, row, &had) == TX_NO_SEGMENT && had;
  }
}

static triax_status place_range(void *user, size_t worker, size_t begin, size_t end, triax_error *error) {
  (void)error;
  const tx_judging *all = user;
  uint64_t *unmatched = counts_of(all, worker) + 3 * all->model->count;
  if (!any_given(all)) place_nowhere(all, begin, end, unmatched);
  for (size_t row = begin; any_given(all) && row < end; row++) place_given(all, row, unmatched);
  return TRIAX_OK;
}

/* --- tests, 64 units at a time ---------------------------------------------------------------------------------- */

typedef struct word {
  const tx_judging *all;
  size_t first, rows;    /* up to 64 */
  uint64_t remaining;    /* units that no sibling took yet */
  uint32_t previous[64]; /* previous sibling, where hold looks at it */
} word;

/* What a test says of 64 units. */
typedef struct verdict {
  uint64_t truth, known;
} verdict;

static verdict judge_when(const word *units, const tx_input *input) {
  const size_t at = units->first / 64;
  return (verdict){input->truth[at], input->known ? input->known[at] : UINT64_MAX};
}

static verdict judge_at_least(const word *units, uint32_t segment) {
  const tx_judging *all = units->all;
  const double *by = all->inputs[tx_segment_by(all->model, segment)].column->numbers + units->first;
  const double at_least = all->model->segments[segment].at_least;
  verdict out = {0, 0};
  if (units->rows == 64) {
    all->kernels->test_number[TX_IS_AT_LEAST](by, at_least, NULL, 1, &out.truth);
    all->kernels->not_nan(by, NULL, 1, &out.known);
    return out;
  }
  for (size_t i = 0; i < units->rows; i++) {
    out.truth |= (uint64_t)(by[i] >= at_least) << i;
    out.known |= (uint64_t)(by[i] == by[i]) << i;
  }
  return out;
}

static verdict judge_held(const word *units, uint32_t segment) {
  const tx_judging *all = units->all;
  const double *by = all->inputs[tx_segment_by(all->model, segment)].column->numbers + units->first;
  const double at_least = all->model->segments[segment].at_least;
  verdict out = {0, 0};
  for (size_t i = 0; i < units->rows; i++) {
    const double threshold = tx_held_threshold(at_least, all->margin, segment, units->previous[i]);
    out.truth |= (uint64_t)(by[i] >= threshold) << i;
    out.known |= (uint64_t)(by[i] == by[i]) << i;
  }
  return out;
}

static triax_text key_at(const tx_column *keys, size_t row) {
  if (!keys || !tx_column_has(keys, row)) return TX_TEXT("");
  return tx_dictionary_text(keys->dictionary, tx_column_code(keys, row));
}

static verdict judge_top(const word *units, uint32_t segment) {
  const tx_judging *all = units->all;
  const double *by = all->inputs[tx_segment_by(all->model, segment)].column->numbers + units->first;
  const tx_top_cutoff *cutoff = &all->cutoffs[segment];
  verdict out = {0, 0};
  for (size_t i = 0; i < units->rows; i++) {
    const bool known = by[i] == by[i];
    const bool above =
        known && cutoff->any && by[i] >= cutoff->value &&
        tx_top_holds(cutoff, by[i], by[i] > cutoff->value ? cutoff->key : key_at(all->keys, units->first + i));
    out.truth |= (uint64_t)above << i;
    out.known |= (uint64_t)known << i;
  }
  return out;
}

static bool holds_back(const tx_judging *all) { return all->margin > 0 && all->previous_of != NULL; }

static verdict judge(const word *units, uint32_t segment) {
  const tx_judging *all = units->all;
  const tx_segment *test = &all->model->segments[segment];
  switch (test->test) {
  case TX_TEST_WHEN:
    return judge_when(units, &all->inputs[test->when]);
  case TX_TEST_AT_LEAST:
    return holds_back(all) ? judge_held(units, segment) : judge_at_least(units, segment);
  case TX_TEST_TOP:
    return judge_top(units, segment);
  default:
    return (verdict){UINT64_MAX, UINT64_MAX};
  }
}

static void load_previous(word *units) {
  const tx_judging *all = units->all;
  const tx_column *column = all->inputs[all->model->previous].column;
  for (size_t i = 0; i < units->rows; i++) {
    const size_t row = units->first + i;
    units->previous[i] = tx_column_has(column, row) ? all->sibling[tx_column_code(column, row)] : TX_NO_SEGMENT;
  }
}

/* Units that segments took, as planes of the segment's number after `before`. */
#define PLANES 8

typedef struct taking {
  uint64_t planes[PLANES];
  uint64_t all;
  uint32_t before; /* the number of the segment before the first, perhaps that of none */
} taking;

static void take(uint64_t taken, uint32_t segment, taking *takings) {
  const uint32_t number = segment - takings->before;
  for (size_t k = 0; k < PLANES; k++) takings->planes[k] |= (number >> k) & 1 ? taken : 0;
  takings->all |= taken;
}

/* Writes down what 64 units came to. */
static void settle(const word *units, const taking *takings) {
  const tx_judging *all = units->all;
  const uint64_t *planes[PLANES];
  uint32_t *segment = all->segment + units->first;
  uint8_t number[64], *placed = all->placed + units->first;
  for (size_t k = 0; k < PLANES; k++) planes[k] = &takings->planes[k];
  all->kernels->spread(planes, PLANES, 1, number);
  const uint32_t before = takings->before;
  if (units->rows == 64) { /* a length that compilers know */
    for (size_t i = 0; i < 64; i++) segment[i] = number[i] ? before + number[i] : segment[i];
    for (size_t i = 0; i < 64; i++)
      placed[i] = number[i] && placed[i] == TX_PLACED_NOWHERE ? TX_PLACED_BY_TEST : placed[i];
    return;
  }
  for (size_t i = 0; i < units->rows; i++) {
    if (!number[i]) continue;
    segment[i] = before + number[i];
    if (placed[i] == TX_PLACED_NOWHERE) placed[i] = TX_PLACED_BY_TEST;
  }
}

/* Units that are judged at this level. */
static uint64_t those_here(const tx_judging *all, size_t first, size_t rows) {
  if (all->level.parent == TX_NO_SEGMENT && !any_given(all)) return rows < 64 ? (UINT64_C(1) << rows) - 1 : UINT64_MAX;
  uint64_t here = 0;
  for (size_t i = 0; i < rows; i++) here |= (uint64_t)(all->segment[first + i] == all->level.parent) << i;
  return here;
}

static void judge_word(const tx_judging *all, size_t at, uint64_t *counts) {
  const size_t left = all->rows - at * 64, segments = all->model->count;
  word units = {.all = all, .first = at * 64, .rows = left < 64 ? left : 64, .remaining = 0};
  units.remaining = those_here(all, units.first, units.rows);
  taking takings = {{0}, 0, all->level.first - 1};
  if (units.remaining && holds_back(all)) load_previous(&units);
  for (uint32_t s = all->level.first; s < all->level.last && units.remaining; s++) {
    const verdict said = judge(&units, s);
    const uint64_t known = units.remaining & said.known, yes = known & said.truth, unknown = units.remaining & ~known;
    counts[s] += tx_bits_in(yes);
    counts[segments + s] += tx_bits_in(known & ~yes);
    counts[2 * segments + s] += tx_bits_in(unknown);
    all->uncertain[at] |= unknown;
    take(yes, s, &takings);
    units.remaining &= ~yes;
    if (s - takings.before == UINT8_MAX) { /* the planes hold no larger numbers */
      settle(&units, &takings);
      memset(&takings, 0, sizeof takings);
      takings.before = s;
    }
  }
  if (takings.all) settle(&units, &takings);
}

static triax_status judge_range(void *user, size_t worker, size_t begin, size_t end, triax_error *error) {
  (void)error;
  const tx_judging *all = user;
  uint64_t *counts = counts_of(all, worker);
  for (size_t at = begin; at < end; at++) judge_word(all, at, counts);
  return TRIAX_OK;
}

/* --- levels ----------------------------------------------------------------------------------------------------- */

static triax_status judge_level(tx_judging *all, uint32_t parent, triax_error *error) {
  const tx_segmentation_model *model = all->model;
  all->level = tx_level_below(model, parent);
  if (all->level.first >= all->level.last) return TRIAX_OK;
  if (holds_back(all)) {
    const uint32_t size = all->inputs[model->previous].column->dictionary->size;
    for (uint32_t code = 0; code < size; code++)
      all->sibling[code] = tx_level_sibling(model, &all->level, all->previous_of[code]);
  }
  if (tx_level_has_top(model, &all->level)) {
    if (parent != TX_NO_SEGMENT) tx_mark_inside(model, parent, all->inside);
    const triax_status status =
        tx_top_level(all->context, model, &all->level, all->inputs, all->rows, all->keys, all->segment,
                     parent == TX_NO_SEGMENT ? NULL : all->inside, all->given, all->cutoffs, error);
    if (status) return status;
  }
  return tx_parallel_for(all->context, "segmentation", tx_words(all->rows), GRAIN, judge_range, all, error);
}

triax_status tx_judge(tx_judging *all, triax_error *error) {
  triax_status status = tx_parallel_for(all->context, "segmentation", all->rows, GRAIN * 64, place_range, all, error);
  if (!status) status = judge_level(all, TX_NO_SEGMENT, error);
  for (uint32_t s = 0; s < all->model->count && !status; s++) status = judge_level(all, s, error);
  return status;
}
