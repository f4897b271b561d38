#include "segmentation/judge.h"

#include <math.h>
#include <string.h>

/* Units that one piece of work takes, where their tests cost little. */
#define GRAIN ((size_t)32 * TX_BATCH)

/* --- override and dwell ----------------------------------------------------------------------------------------- */

/* The segment that a path column names at a row; *given: there is a text. */
static uint32_t named_at(const tx_judging *all, uint32_t input, const uint32_t *segment_of, size_t row, bool *given) {
  *given = false;
  if (input == TX_NO_INPUT) return TX_NO_SEGMENT;
  const tx_column *column = all->units->inputs[input].column;
  *given = tx_column_has(column, row);
  return *given ? segment_of[tx_column_code(column, row)] : TX_NO_SEGMENT;
}

static bool dwells(const tx_judging *all, double dwell, size_t row) {
  if (!(dwell > 0) || all->model->since == TX_NO_INPUT) return false;
  const tx_column *since = all->units->inputs[all->model->since].column;
  return tx_column_has(since, row) && (double)all->units->as_of - tx_days_at(since, row) < dwell;
}

static void put_place(const tx_places *places, size_t row, uint32_t segment) {
  if (places->small) places->small[row] = (uint8_t)segment;
  else places->large[row] = segment;
}

static void place_given(const tx_judging *all, const tx_judgement *to, size_t row, uint64_t unmatched[2]) {
  bool overridden = false, had = false;
  const uint32_t wanted = named_at(all, all->model->override_, all->override_of, row, &overridden);
  const uint32_t previous = named_at(all, all->model->previous, all->previous_of, row, &had);
  unmatched[0] += overridden && wanted == TX_NO_SEGMENT;
  unmatched[1] += had && previous == TX_NO_SEGMENT;
  if (!to->placed) return;
  if (wanted != TX_NO_SEGMENT) {
    put_place(&to->segment, row, wanted);
    to->placed[row] = TX_PLACED_BY_OVERRIDE;
  } else if (previous != TX_NO_SEGMENT && dwells(all, to->dwell, row)) {
    put_place(&to->segment, row, previous);
    to->placed[row] = TX_PLACED_BY_DWELL;
  }
}

bool tx_judge_given(const tx_segmentation_model *model) {
  const bool dwells = model->previous != TX_NO_INPUT && model->dwell > 0 && model->since != TX_NO_INPUT;
  return model->override_ != TX_NO_INPUT || dwells;
}

/* Before any test: in no segment, but for those whom something else places. */
static void place(const tx_judging *all, const tx_judgement *to, size_t first, size_t rows, uint64_t unmatched[2]) {
  if (to->segment.small) memset(to->segment.small + first, UINT8_MAX, rows);
  else memset(to->segment.large + first, UINT8_MAX, rows * sizeof *to->segment.large); /* TX_NO_SEGMENT */
  if (to->placed) memset(to->placed + first, TX_PLACED_NOWHERE, rows);
  const bool given = all->override_of || all->previous_of; /* also to count those that name no segment */
  for (size_t row = first; given && row < first + rows; row++) place_given(all, to, row, unmatched);
}

/* --- tests, 64 units at a time ---------------------------------------------------------------------------------- */

typedef struct word {
  const tx_judging *all;
  const tx_judgement *to;
  const tx_verdicts *verdicts;
  size_t at;          /* of the verdicts */
  size_t first, rows; /* up to 64 */
  uint64_t remaining; /* units that no sibling took yet */
  uint32_t *previous; /* 64 of them: previous sibling, where hold looks at it */
} word;

/* What a test says of 64 units. */
typedef struct verdict {
  uint64_t truth, known;
} verdict;

static verdict judge_when(const word *units, uint32_t input) {
  const tx_verdicts *said = &units->verdicts[input];
  return (verdict){said->truth[units->at], said->known ? said->known[units->at] : UINT64_MAX};
}

static const double *by_of(const word *units, uint32_t segment) {
  return units->all->units->inputs[tx_segment_by(units->all->model, segment)].column->numbers + units->first;
}

static verdict judge_at_least(const word *units, uint32_t segment) {
  const tx_judging *all = units->all;
  const double *by = by_of(units, segment);
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
  const double *by = by_of(units, segment);
  const double at_least = units->all->model->segments[segment].at_least;
  verdict out = {0, 0};
  for (size_t i = 0; i < units->rows; i++) {
    const double threshold = tx_held_threshold(at_least, units->to->margin, segment, units->previous[i]);
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
  const tx_column *keys = units->all->units->keys;
  const double *by = by_of(units, segment);
  const tx_top_cutoff *cutoff = &units->to->cutoffs[segment];
  verdict out = {0, 0};
  for (size_t i = 0; i < units->rows; i++) {
    const bool known = by[i] == by[i];
    const bool above =
        known && cutoff->any && by[i] >= cutoff->value &&
        tx_top_holds(cutoff, by[i], by[i] > cutoff->value ? cutoff->key : key_at(keys, units->first + i));
    out.truth |= (uint64_t)above << i;
    out.known |= (uint64_t)known << i;
  }
  return out;
}

static bool holds_back(const word *units) { return units->to->margin > 0 && units->all->previous_of != NULL; }

static verdict judge(const word *units, uint32_t segment) {
  const tx_segment *test = &units->all->model->segments[segment];
  switch (test->test) {
  case TX_TEST_WHEN:
    return judge_when(units, test->when);
  case TX_TEST_AT_LEAST:
    return holds_back(units) ? judge_held(units, segment) : judge_at_least(units, segment);
  case TX_TEST_TOP:
    return judge_top(units, segment);
  default:
    return (verdict){UINT64_MAX, UINT64_MAX};
  }
}

static void load_previous(word *units, const tx_level *level) {
  const tx_judging *all = units->all;
  const tx_column *column = all->units->inputs[all->model->previous].column;
  for (size_t i = 0; i < units->rows; i++) {
    const size_t row = units->first + i;
    const uint32_t had = tx_column_has(column, row) ? all->previous_of[tx_column_code(column, row)] : TX_NO_SEGMENT;
    units->previous[i] = tx_level_sibling(all->model, level, had);
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
  const tx_judgement *to = units->to;
  const uint64_t *planes[PLANES];
  const uint32_t before = takings->before;
  uint8_t number[64];
  for (size_t k = 0; k < PLANES; k++) planes[k] = &takings->planes[k];
  units->all->kernels->spread(planes, PLANES, 1, number);
  if (to->segment.small && units->rows == 64) { /* a length that compilers know */
    uint8_t *small = to->segment.small + units->first;
    for (size_t i = 0; i < 64; i++) small[i] = number[i] ? (uint8_t)(before + number[i]) : small[i];
  } else {
    for (size_t i = 0; i < units->rows; i++)
      if (number[i]) put_place(&to->segment, units->first + i, before + number[i]);
  }
  if (!to->placed) return;
  uint8_t *placed = to->placed + units->first;
  for (size_t i = 0; i < units->rows; i++)
    placed[i] = number[i] && placed[i] == TX_PLACED_NOWHERE ? TX_PLACED_BY_TEST : placed[i];
}

/* Units that are judged at a level. */
static uint64_t those_at(const word *units, const tx_level *level) {
  const tx_places *places = &units->to->segment;
  const uint64_t whole = units->rows < 64 ? (UINT64_C(1) << units->rows) - 1 : UINT64_MAX;
  if (level->parent == TX_NO_SEGMENT && !units->to->placed) return whole;
  uint64_t here = 0;
  for (size_t i = 0; i < units->rows; i++)
    here |= (uint64_t)(tx_place_at(places, units->first + i) == level->parent) << i;
  return here;
}

static void judge_level(word *units, const tx_level *level, uint64_t *counts) {
  const size_t segments = units->all->model->count;
  units->remaining = those_at(units, level);
  uint64_t left = tx_bits_in(units->remaining);
  taking takings = {{0}, 0, level->first - 1};
  if (units->remaining && holds_back(units)) load_previous(units, level);
  for (uint32_t s = level->first; s < level->last && units->remaining; s++) {
    const verdict said = judge(units, s);
    const uint64_t yes = units->remaining & said.known & said.truth, unknown = units->remaining & ~said.known;
    const uint64_t taken = tx_bits_in(yes), open = unknown ? tx_bits_in(unknown) : 0;
    counts[s] += taken;
    counts[segments + s] += left - taken - open;
    counts[2 * segments + s] += open;
    units->to->uncertain[units->first / 64] |= unknown;
    take(yes, s, &takings);
    units->remaining &= ~yes;
    left -= taken;
    if (s - takings.before == UINT8_MAX) { /* the planes hold no larger numbers */
      settle(units, &takings);
      memset(&takings, 0, sizeof takings);
      takings.before = s;
    }
  }
  if (takings.all) settle(units, &takings);
}

static void judge_word(const tx_judging *all, const tx_judgement *to, size_t worker, size_t first, size_t at,
                       size_t rows) {
  const size_t inputs = all->model->input_count;
  uint64_t *counts = to->counts + worker * TX_COUNTS_OF(all->model->count);
  uint32_t previous[64];
  word units = {all, to, all->verdicts + worker * inputs, at, first + 64 * at, rows - 64 * at, 0, previous};
  if (units.rows > 64) units.rows = 64;
  if (all->begin == 0) place(all, to, units.first, units.rows, counts + 3 * all->model->count);
  for (uint32_t n = all->begin; n < all->end; n++) {
    const tx_level level = tx_level_below(all->model, n ? n - 1 : TX_NO_SEGMENT);
    if (level.first < level.last) judge_level(&units, &level, counts);
  }
}

/* --- passes ----------------------------------------------------------------------------------------------------- */

static void find_held(const tx_judging *all, size_t first, size_t rows) {
  for (size_t row = first; row < first + rows; row++) {
    const bool differs =
        tx_place_at(&all->judgements[0].segment, row) != tx_place_at(&all->judgements[1].segment, row);
    if (differs) tx_bit_set(all->held, row);
    else tx_bit_clear(all->held, row);
  }
}

static triax_status judge_batch(const tx_judging *all, size_t worker, size_t first, size_t rows, triax_error *error) {
  const tx_units *units = all->units;
  tx_verdicts *verdicts = all->verdicts + worker * all->model->input_count;
  for (size_t i = 0; !units->judge && i < all->model->input_count; i++) {
    const tx_input *input = &units->inputs[i];
    if (input->truth) verdicts[i] = (tx_verdicts){input->truth + first / 64, input->known ? input->known + first / 64 : NULL};
  }
  if (units->judge) {
    const triax_status status = units->judge(units->user, worker, all->turn, first, rows, verdicts, error);
    if (status) return status;
  }
  for (size_t at = 0; at < tx_words(rows); at++)
    for (size_t k = 0; k < all->count; k++) judge_word(all, &all->judgements[k], worker, first, at, rows);
  if (all->count > 1) find_held(all, first, rows);
  return TRIAX_OK;
}

static triax_status judge_range(void *user, size_t worker, size_t begin, size_t end, triax_error *error) {
  triax_status status = TRIAX_OK;
  for (size_t first = begin; first < end && !status; first += TX_BATCH)
    status = judge_batch(user, worker, first, end - first < TX_BATCH ? end - first : TX_BATCH, error);
  return status;
}

/* The cut-offs of a level, for each judgement: at the top all rank, below those whom the passes before put there. */
static triax_status find_cutoffs(tx_judging *all, uint32_t parent, triax_error *error) {
  const tx_level level = tx_level_below(all->model, parent);
  const bool top = parent == TX_NO_SEGMENT;
  triax_status status = TRIAX_OK;
  if (!top) tx_mark_inside(all->model, parent, all->inside);
  for (size_t k = 0; k < all->count && !status; k++) {
    const tx_judgement *to = &all->judgements[k];
    status = tx_top_level(all->context, all->model, &level, all->units, &to->segment, top ? NULL : all->inside,
                          to->given, to->cutoffs, error);
  }
  return status;
}

static bool ranks(const tx_judging *all, uint32_t number) {
  const tx_level level = tx_level_below(all->model, number ? number - 1 : TX_NO_SEGMENT);
  return tx_level_has_top(all->model, &level);
}

/* A `top` inside a segment ranks those who are in it: they must be known, so that a new pass begins there. */
triax_status tx_judge(tx_judging *all, triax_error *error) {
  const uint32_t levels = (uint32_t)all->model->count + 1;
  const size_t grain = all->units->grain ? all->units->grain : GRAIN;
  triax_status status = TRIAX_OK;
  for (all->begin = 0, all->turn = 0; all->begin < levels && !status; all->begin = all->end, all->turn++) {
    for (all->end = all->begin + 1; all->end < levels && !ranks(all, all->end);) all->end++;
    if (ranks(all, all->begin)) status = find_cutoffs(all, all->begin ? all->begin - 1 : TX_NO_SEGMENT, error);
    if (!status)
      status = tx_parallel_for(all->context, "segmentation", all->units->rows, grain, judge_range, all, error);
  }
  return status;
}
