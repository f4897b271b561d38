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

/* Whether the top level says of every unit where it is, so that nothing need be there before. */
static bool tops_all(const tx_judging *all, const tx_judgement *to) {
  return to->segment.small && !to->placed && all->model->top_count > 0;
}

/* Before any test: in no segment, but for those whom something else places. */
static void place(const tx_judging *all, const tx_judgement *to, size_t first, size_t rows, uint64_t unmatched[2]) {
  if (to->segment.large) memset(to->segment.large + first, UINT8_MAX, rows * sizeof *to->segment.large); /* none */
  else if (!tops_all(all, to)) memset(to->segment.small + first, UINT8_MAX, rows);
  if (to->placed) memset(to->placed + first, TX_PLACED_NOWHERE, rows);
  const bool given = all->override_of || all->previous_of; /* also to count those that name no segment */
  for (size_t row = first; given && row < first + rows; row++) place_given(all, to, row, unmatched);
}

/* --- tests, a batch of units at a time -------------------------------------------------------------------------- */

typedef struct stretch {
  const tx_judging *all;
  const tx_judgement *to;
  const tx_verdicts *verdicts;
  size_t first, rows;
  tx_claims claims;               /* units that siblings took, numbered from the first, 0 for none */
  uint64_t truth[TX_BATCH_WORDS]; /* room for verdicts that are made here */
  uint32_t previous[TX_BATCH];    /* previous sibling, where hold looks at it */
} stretch;

static const tx_column *by_of(const stretch *units, uint32_t segment) {
  return units->all->units->inputs[tx_segment_by(units->all->model, segment)].column;
}

static const uint64_t *known_of(const stretch *units, const tx_column *column) {
  return column->present ? column->present + units->first / 64 : NULL;
}

static tx_verdicts judge_at_least(stretch *units, uint32_t segment) {
  const tx_column *column = by_of(units, segment);
  const double at_least = units->all->model->segments[segment].at_least;
  tx_claims_at_least(&units->claims, column->numbers + units->first, at_least, units->truth);
  return (tx_verdicts){units->truth, known_of(units, column)};
}

static tx_verdicts judge_held(stretch *units, uint32_t segment) {
  const tx_column *column = by_of(units, segment);
  const double *by = column->numbers + units->first;
  const double at_least = units->all->model->segments[segment].at_least;
  memset(units->truth, 0, sizeof units->truth);
  for (size_t i = 0; i < units->rows; i++) {
    const double threshold = tx_held_threshold(at_least, units->to->margin, segment, units->previous[i]);
    units->truth[i / 64] |= (uint64_t)(by[i] >= threshold) << (i % 64);
  }
  return (tx_verdicts){units->truth, known_of(units, column)};
}

static triax_text key_at(const tx_column *keys, size_t row) {
  if (!keys || !tx_column_has(keys, row)) return TX_TEXT("");
  return tx_dictionary_text(keys->dictionary, tx_column_code(keys, row));
}

static tx_verdicts judge_top(stretch *units, uint32_t segment) {
  const tx_column *keys = units->all->units->keys, *column = by_of(units, segment);
  const double *by = column->numbers + units->first;
  const tx_top_cutoff *cutoff = &units->to->cutoffs[segment];
  memset(units->truth, 0, sizeof units->truth);
  for (size_t i = 0; i < units->rows && cutoff->any; i++) {
    if (!(by[i] >= cutoff->value)) continue;
    const triax_text key = by[i] > cutoff->value ? cutoff->key : key_at(keys, units->first + i);
    units->truth[i / 64] |= (uint64_t)tx_top_holds(cutoff, by[i], key) << (i % 64);
  }
  return (tx_verdicts){units->truth, known_of(units, column)};
}

static bool holds_back(const stretch *units) { return units->to->margin > 0 && units->all->previous_of != NULL; }

static tx_verdicts judge(stretch *units, uint32_t segment) {
  const tx_segment *test = &units->all->model->segments[segment];
  switch (test->test) {
  case TX_TEST_WHEN:
    return units->verdicts[test->when];
  case TX_TEST_AT_LEAST:
    return holds_back(units) ? judge_held(units, segment) : judge_at_least(units, segment);
  case TX_TEST_TOP:
    return judge_top(units, segment);
  default:
    return (tx_verdicts){units->claims.remaining, NULL};
  }
}

static void load_previous(stretch *units, const tx_level *level) {
  const tx_judging *all = units->all;
  const tx_column *column = all->units->inputs[all->model->previous].column;
  for (size_t i = 0; i < units->rows; i++) {
    const size_t row = units->first + i;
    const uint32_t had = tx_column_has(column, row) ? all->previous_of[tx_column_code(column, row)] : TX_NO_SEGMENT;
    units->previous[i] = tx_level_sibling(all->model, level, had);
  }
}

/* Writes down what siblings took, numbered after `before`. */
static void settle(const stretch *units, uint32_t before) {
  const tx_judgement *to = units->to;
  uint8_t number[TX_BATCH];
  tx_claims_write(&units->claims, 0, number);
  if (to->segment.small) {
    uint8_t *small = to->segment.small + units->first;
    for (size_t i = 0; i < units->rows; i++) small[i] = number[i] ? (uint8_t)(before + number[i]) : small[i];
  } else {
    for (size_t i = 0; i < units->rows; i++)
      if (number[i]) put_place(&to->segment, units->first + i, before + number[i]);
  }
  if (!to->placed) return;
  uint8_t *placed = to->placed + units->first;
  for (size_t i = 0; i < units->rows; i++)
    placed[i] = number[i] && placed[i] == TX_PLACED_NOWHERE ? TX_PLACED_BY_TEST : placed[i];
}

/* Finds the units that are judged at a level; returns how many. */
static uint64_t find_those_at(stretch *units, const tx_level *level) {
  const tx_places *places = &units->to->segment;
  tx_claims *claims = &units->claims;
  tx_claims_open(claims, units->all->kernels, units->rows);
  if (level->parent == TX_NO_SEGMENT && !units->to->placed) return units->rows;
  size_t i = 0;
  memset(claims->remaining, 0, sizeof claims->remaining);
  if (places->small) { /* where TX_NO_SEGMENT is UINT8_MAX */
    claims->kernels->bytes_equal(places->small + units->first, (uint8_t)level->parent, claims->whole, claims->remaining);
    i = 64 * claims->whole;
  }
  for (; i < units->rows; i++)
    claims->remaining[i / 64] |= (uint64_t)(tx_place_at(places, units->first + i) == level->parent) << (i % 64);
  return claims->kernels->count(claims->remaining, claims->words);
}

static void judge_level(stretch *units, const tx_level *level, uint64_t *counts) {
  const size_t segments = units->all->model->count;
  const bool tops = level->parent == TX_NO_SEGMENT && tops_all(units->all, units->to);
  uint64_t left = find_those_at(units, level), *open = units->to->uncertain + units->first / 64;
  uint32_t before = level->first - 1; /* that of none, where there is no segment before the first */
  if (!left) return;
  tx_claims_number(&units->claims, level->last - level->first);
  if (holds_back(units)) load_previous(units, level);
  for (uint32_t s = level->first; s < level->last && left; s++) {
    const tx_verdicts said = judge(units, s);
    size_t count[2];
    tx_claims_take(&units->claims, said.truth, said.known, s - before, open, count);
    counts[s] += count[0];
    counts[segments + s] += left - count[0] - count[1];
    counts[2 * segments + s] += count[1];
    left -= count[0];
    if (s - before == UINT8_MAX && !tops) { /* numbers are no larger */
      settle(units, before);
      tx_claims_number(&units->claims, level->last - s);
      before = s;
    }
  }
  if (tops) tx_claims_write(&units->claims, (uint8_t)before, units->to->segment.small + units->first);
  else settle(units, before);
}

static void judge_units(const tx_judging *all, const tx_judgement *to, size_t worker, size_t first, size_t rows) {
  uint64_t *counts = to->counts + worker * TX_COUNTS_OF(all->model->count);
  stretch units;
  units.all = all;
  units.to = to;
  units.verdicts = all->verdicts + worker * all->model->input_count;
  units.first = first;
  units.rows = rows;
  if (all->begin == 0) place(all, to, first, rows, counts + 3 * all->model->count);
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
  for (size_t k = 0; k < all->count; k++) judge_units(all, &all->judgements[k], worker, first, rows);
  if (all->count > 1) find_held(all, first, rows);
  if (units->placed && all->end > all->model->count) units->placed(units->placed_user, first, rows, &all->judgements[0].segment);
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
