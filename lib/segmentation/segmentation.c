#include "segmentation/segmentation.h"

#include <math.h>
#include <string.h>

#include "segmentation/judge.h"

uint32_t tx_segment_find(const tx_segment *segments, size_t count, triax_text path_or_name, bool *ambiguous) {
  uint32_t found = TX_NO_SEGMENT;
  bool several = false;
  if (ambiguous) *ambiguous = false;
  for (size_t s = 0; s < count; s++)
    if (tx_text_equal(segments[s].path, path_or_name)) return (uint32_t)s;
  for (size_t s = 0; s < count; s++) {
    if (!tx_text_equal(segments[s].name, path_or_name)) continue;
    several = several || found != TX_NO_SEGMENT;
    found = (uint32_t)s;
  }
  if (ambiguous) *ambiguous = several;
  return several ? TX_NO_SEGMENT : found;
}

bool tx_segment_names_make(triax_context *context, const tx_segment *segments, size_t count, tx_segment_names *names) {
  tx_names_init(&names->paths, context);
  tx_names_init(&names->names, context);
  names->count = count;
  names->several = tx_calloc(context, count, sizeof *names->several);
  if (!names->several) return false;
  for (uint32_t s = 0; s < count; s++) {
    uint32_t path = s, name = s;
    if (!tx_names_add(&names->paths, segments[s].path, &path) || !tx_names_add(&names->names, segments[s].name, &name)) {
      return false;
    }
    if (segments[s].name.bytes) names->several[name] = name != s || names->several[name];
  }
  return true;
}

void tx_segment_names_free(tx_segment_names *names) {
  tx_free_array(names->paths.context, names->several, names->count, sizeof *names->several);
  tx_names_free(&names->paths);
  tx_names_free(&names->names);
}

uint32_t tx_segment_named(const tx_segment_names *names, triax_text path_or_name, bool *ambiguous) {
  if (ambiguous) *ambiguous = false;
  uint32_t found = tx_names_find(&names->paths, path_or_name);
  if (found != TX_NO_NAME) return found;
  found = tx_names_find(&names->names, path_or_name);
  if (found == TX_NO_NAME) return TX_NO_SEGMENT;
  if (ambiguous) *ambiguous = names->several[found];
  return names->several[found] ? TX_NO_SEGMENT : found;
}

double tx_segmentation_threshold(const tx_segmentation_model *model, uint32_t segment, uint32_t previous) {
  const tx_level level = {.parent = model->segments[segment].parent};
  return tx_held_threshold(model->segments[segment].at_least, model->margin, segment,
                           tx_level_sibling(model, &level, previous));
}

/* --- is it a model? --------------------------------------------------------------------------------------------- */

static bool input_ok(const tx_segmentation_model *model, uint32_t input, bool needed) {
  return input == TX_NO_INPUT ? !needed : input < model->input_count;
}

static bool test_ok(const tx_segmentation_model *model, const tx_segment *segment) {
  switch (segment->test) {
  case TX_TEST_REST:
    return true;
  case TX_TEST_WHEN:
    return input_ok(model, segment->when, true);
  case TX_TEST_AT_LEAST:
    return !isnan(segment->at_least) && input_ok(model, tx_segment_by(model, (size_t)(segment - model->segments)), true);
  case TX_TEST_TOP:
    return segment->share >= 0 && segment->share <= 1 && input_ok(model, segment->of, false) &&
           input_ok(model, tx_segment_by(model, (size_t)(segment - model->segments)), true);
  default:
    return false;
  }
}

/* Parents stand before their children, which is what lets one sweep judge every level. */
static bool place_ok(const tx_segmentation_model *model, uint32_t s) {
  const tx_segment *segment = &model->segments[s];
  if (segment->first > segment->last || segment->last > model->count) return false;
  if (segment->first < segment->last && (segment->first <= s || segment->first < model->top_count)) return false;
  if (s < model->top_count) return segment->parent == TX_NO_SEGMENT;
  if (segment->parent >= s) return false;
  const tx_segment *parent = &model->segments[segment->parent];
  return s >= parent->first && s < parent->last;
}

static triax_status check_model(const tx_segmentation_model *model, const tx_column *keys, triax_error *error) {
  bool has_top = false;
  if (model->top_count > model->count || model->count >= TX_NO_SEGMENT)
    return tx_fail(error, TRIAX_EINVAL, "a segmentation cannot have more segments at the top than in all.");
  for (uint32_t s = 0; s < model->count; s++) {
    const tx_segment *segment = &model->segments[s];
    const int length = (int)segment->path.length;
    if (!place_ok(model, s))
      return tx_fail(error, TRIAX_EINVAL, "segment '%.*s' does not stand with its siblings, after its parent.", length,
                     segment->path.bytes);
    if (!test_ok(model, segment))
      return tx_fail(error, TRIAX_EINVAL, "segment '%.*s': its test lacks an input, or its share is not within 0 to 1.",
                     length, segment->path.bytes);
    has_top = has_top || segment->test == TX_TEST_TOP;
  }
  if (has_top && !keys) return tx_fail(error, TRIAX_EINVAL, "a segmentation with 'top' needs the customers' keys.");
  if (!input_ok(model, model->previous, false) || !input_ok(model, model->override_, false) ||
      !input_ok(model, model->since, false))
    return tx_fail(error, TRIAX_EINVAL, "previous, override or since is an input that the segmentation does not have.");
  if (!(model->margin >= 0) || !(model->dwell >= 0))
    return tx_fail(error, TRIAX_EINVAL, "hold: margin and dwell must be 0 or more.");
  return TRIAX_OK;
}

/* --- memory ----------------------------------------------------------------------------------------------------- */

static bool has_hold(const tx_segmentation_model *model) {
  return model->previous != TX_NO_INPUT && (model->margin > 0 || (model->dwell > 0 && model->since != TX_NO_INPUT));
}

static bool make_places(triax_context *context, const tx_segmentation_model *model, size_t rows, tx_places *places) {
  const bool few = model->count <= UINT8_MAX;
  if (few) places->small = tx_alloc_array(context, rows, sizeof *places->small);
  else places->large = tx_alloc_array(context, rows, sizeof *places->large);
  return few ? places->small != NULL : places->large != NULL;
}

static void free_places(triax_context *context, size_t rows, tx_places *places) {
  tx_free_array(context, places->small, rows, sizeof *places->small);
  tx_free_array(context, places->large, rows, sizeof *places->large);
}

static bool make_result(triax_context *context, const tx_segmentation_model *model, size_t rows,
                        tx_segmentation_result *made) {
  const size_t words = tx_words(rows);
  memset(made, 0, sizeof *made);
  made->rows = rows;
  made->has_unheld = has_hold(model);
  made->uncertain = tx_calloc(context, words, sizeof *made->uncertain);
  made->held = tx_calloc(context, words, sizeof *made->held);
  made->cutoffs = tx_calloc(context, model->count, sizeof *made->cutoffs);
  made->yes = tx_calloc(context, model->count, sizeof *made->yes);
  made->no = tx_calloc(context, model->count, sizeof *made->no);
  made->unknown = tx_calloc(context, model->count, sizeof *made->unknown);
  bool ok = make_places(context, model, rows, &made->segment) && made->uncertain && made->held && made->cutoffs;
  ok = ok && made->yes && made->no && made->unknown;
  if (tx_judge_given(model)) {
    made->placed = tx_alloc_array(context, rows, sizeof *made->placed);
    ok = ok && made->placed;
  }
  return ok && (!made->has_unheld || make_places(context, model, rows, &made->unheld));
}

void tx_segmentation_result_free(triax_context *context, const tx_segmentation_model *model,
                                 tx_segmentation_result *result) {
  const size_t rows = result->rows, words = tx_words(rows);
  free_places(context, rows, &result->segment);
  free_places(context, rows, &result->unheld);
  tx_free_array(context, result->placed, rows, sizeof *result->placed);
  tx_free_array(context, result->uncertain, words, sizeof *result->uncertain);
  tx_free_array(context, result->held, words, sizeof *result->held);
  tx_free_array(context, result->cutoffs, model->count, sizeof *result->cutoffs);
  tx_free_array(context, result->yes, model->count, sizeof *result->yes);
  tx_free_array(context, result->no, model->count, sizeof *result->no);
  tx_free_array(context, result->unknown, model->count, sizeof *result->unknown);
  memset(result, 0, sizeof *result);
}

/* What a run needs beside its result. */
typedef struct workshop {
  uint32_t override_size, previous_size; /* codes */
  uint32_t *override_of, *previous_of;
  bool *inside;
  size_t workers, counters;
  tx_verdicts *verdicts; /* per worker, one an input */
  uint64_t *counts;      /* of both judgements */
  /* Of the judgement without hold: */
  tx_top_cutoff *cutoffs;
  uint8_t *placed;
  uint64_t *uncertain;
} workshop;

static uint32_t codes_of(const tx_input *inputs, uint32_t input) {
  return input == TX_NO_INPUT ? 0 : inputs[input].column->dictionary->size;
}

static bool open_workshop(triax_context *context, const tx_segmentation_model *model, const tx_units *units,
                          workshop *shop) {
  memset(shop, 0, sizeof *shop);
  shop->override_size = codes_of(units->inputs, model->override_);
  shop->previous_size = codes_of(units->inputs, model->previous);
  shop->workers = tx_context_threads(context);
  shop->counters = shop->workers * TX_COUNTS_OF(model->count);
  shop->override_of = tx_alloc_array(context, shop->override_size, sizeof *shop->override_of);
  shop->previous_of = tx_alloc_array(context, shop->previous_size, sizeof *shop->previous_of);
  shop->inside = tx_alloc_array(context, model->count, sizeof *shop->inside);
  shop->verdicts = tx_calloc(context, shop->workers * model->input_count, sizeof *shop->verdicts);
  shop->counts = tx_calloc(context, 2 * shop->counters, sizeof *shop->counts);
  bool ok = shop->override_of && shop->previous_of && shop->inside && shop->verdicts && shop->counts;
  if (!has_hold(model)) return ok;
  shop->cutoffs = tx_calloc(context, model->count, sizeof *shop->cutoffs);
  shop->uncertain = tx_calloc(context, tx_words(units->rows), sizeof *shop->uncertain);
  if (tx_judge_given(model)) {
    shop->placed = tx_alloc_array(context, units->rows, sizeof *shop->placed);
    ok = ok && shop->placed;
  }
  return ok && shop->cutoffs && shop->uncertain;
}

static void close_workshop(triax_context *context, const tx_segmentation_model *model, size_t rows, workshop *shop) {
  tx_free_array(context, shop->override_of, shop->override_size, sizeof *shop->override_of);
  tx_free_array(context, shop->previous_of, shop->previous_size, sizeof *shop->previous_of);
  tx_free_array(context, shop->inside, model->count, sizeof *shop->inside);
  tx_free_array(context, shop->verdicts, shop->workers * model->input_count, sizeof *shop->verdicts);
  tx_free_array(context, shop->counts, 2 * shop->counters, sizeof *shop->counts);
  tx_free_array(context, shop->cutoffs, model->count, sizeof *shop->cutoffs);
  tx_free_array(context, shop->placed, rows, sizeof *shop->placed);
  tx_free_array(context, shop->uncertain, tx_words(rows), sizeof *shop->uncertain);
}

/* --- running ---------------------------------------------------------------------------------------------------- */

static bool match_codes(triax_context *context, const tx_segmentation_model *model, const tx_input *inputs,
                        uint32_t input, uint32_t *segment_of) {
  tx_segment_names names;
  if (input == TX_NO_INPUT) return true;
  bool fine = tx_segment_names_make(context, model->segments, model->count, &names);
  const tx_dictionary *dictionary = inputs[input].column->dictionary;
  for (uint32_t code = 0; fine && code < dictionary->size; code++) {
    segment_of[code] = tx_segment_named(&names, tx_dictionary_text(dictionary, code), NULL);
  }
  tx_segment_names_free(&names);
  return fine;
}

/* Sums what the workers counted. Whole numbers: the order does not matter. */
static void gather_counts(const tx_segmentation_model *model, const workshop *shop, tx_segmentation_result *result) {
  const size_t count = model->count, each = TX_COUNTS_OF(count);
  for (const uint64_t *own = shop->counts; own < shop->counts + shop->counters; own += each) {
    for (size_t s = 0; s < count; s++) {
      result->yes[s] += own[s];
      result->no[s] += own[count + s];
      result->unknown[s] += own[2 * count + s];
    }
    result->unmatched_override += own[3 * count];
    result->unmatched_previous += own[3 * count + 1];
  }
}

static triax_status judge_all(triax_context *context, const tx_segmentation_model *model, const tx_units *units,
                              workshop *shop, tx_segmentation_result *result, triax_error *error) {
  if (!match_codes(context, model, units->inputs, model->override_, shop->override_of) ||
      !match_codes(context, model, units->inputs, model->previous, shop->previous_of)) {
    return tx_no_memory(error);
  }
  tx_judging judging = {.context = context,
                        .kernels = tx_kernels_best(),
                        .model = model,
                        .units = units,
                        .override_of = model->override_ == TX_NO_INPUT ? NULL : shop->override_of,
                        .previous_of = model->previous == TX_NO_INPUT ? NULL : shop->previous_of,
                        .inside = shop->inside,
                        .verdicts = shop->verdicts,
                        .count = has_hold(model) ? 2 : 1,
                        .held = result->held};
  judging.judgements[0] = (tx_judgement){model->margin,  model->dwell,      model->given[0],  result->segment,
                                         result->placed, result->uncertain, result->cutoffs, shop->counts};
  judging.judgements[1] = (tx_judgement){0,            0,               model->given[1], result->unheld,
                                         shop->placed, shop->uncertain, shop->cutoffs,   shop->counts + shop->counters};
  const triax_status status = tx_judge(&judging, error);
  if (status == TRIAX_OK) gather_counts(model, shop, result);
  return status;
}

triax_status tx_segmentation_run(triax_context *context, const tx_segmentation_model *model, const tx_units *units,
                                 tx_segmentation_result *result, triax_error *error) {
  triax_status status = check_model(model, units->keys, error);
  if (status) return status;
  tx_segmentation_result made;
  workshop shop;
  const bool has_result = make_result(context, model, units->rows, &made);
  const bool has_shop = open_workshop(context, model, units, &shop);
  if (has_result && has_shop) status = judge_all(context, model, units, &shop, &made, error);
  else status = tx_no_memory(error);
  close_workshop(context, model, units->rows, &shop);
  if (status) tx_segmentation_result_free(context, model, &made);
  else *result = made;
  return status;
}
