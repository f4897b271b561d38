#include <math.h>

#include "segmentation/private.h"

/* One unit on its way down. */
typedef struct unit {
  const tx_segmentation_model *model;
  const tx_value *inputs;
  triax_text key;
  const tx_top_cutoff *cutoffs;
  double by;
  uint32_t previous;
} unit;

static uint32_t named(const unit *one, uint32_t input) {
  if (input == TX_NO_INPUT || one->inputs[input].state != TX_PRESENT) return TX_NO_SEGMENT;
  return tx_segment_find(one->model->segments, one->model->count, one->inputs[input].text, NULL);
}

static double number_of(const tx_value *inputs, uint32_t input) {
  if (input == TX_NO_INPUT || inputs[input].state != TX_PRESENT) return NAN;
  return inputs[input].number;
}

static bool dwells(const unit *one, int32_t as_of) {
  const tx_segmentation_model *model = one->model;
  if (!(model->dwell > 0) || model->since == TX_NO_INPUT || one->previous == TX_NO_SEGMENT) return false;
  const tx_value *since = &one->inputs[model->since];
  if (since->state != TX_PRESENT) return false;
  double day = (double)since->integer;
  if (since->type.kind == TX_TIMESTAMP)
    day = (double)(since->time.seconds * 1000000 + since->time.nanos / 1000) / TX_MICROSECONDS_A_DAY;
  return (double)as_of - day < model->dwell;
}

/* 1: holds, 0: does not, -1: not known. */
static int judge(const unit *one, uint32_t segment, uint32_t previous) {
  const tx_segment *test = &one->model->segments[segment];
  double by = test->own_by ? number_of(one->inputs, test->own_by - 1) : one->by;
  switch (test->test) {
  case TX_TEST_WHEN: {
    const tx_value *value = &one->inputs[test->when];
    return value->state != TX_PRESENT ? -1 : value->boolean;
  }
  case TX_TEST_AT_LEAST:
    if (isnan(by)) return -1;
    return by >= (one->model->margin > 0 ? tx_held_threshold(test->at_least, one->model->margin, segment, previous)
                                              : test->at_least);
  case TX_TEST_TOP:
    if (isnan(by) || !one->cutoffs) return -1;
    return tx_top_holds(&one->cutoffs[segment], by, one->key);
  default:
    return 1;
  }
}

uint32_t tx_segmentation_one(const tx_segmentation_model *model, const tx_value *inputs, triax_text key,
                             const tx_top_cutoff *cutoffs, int32_t as_of, int *placed, bool *uncertain) {
  unit one = {model, inputs, key, cutoffs, number_of(inputs, model->by), TX_NO_SEGMENT};
  one.previous = named(&one, model->previous);
  uint32_t at = named(&one, model->override_);
  int how = at != TX_NO_SEGMENT ? TX_PLACED_BY_OVERRIDE : TX_PLACED_NOWHERE;
  bool doubt = false;
  if (at == TX_NO_SEGMENT && dwells(&one, as_of)) {
    at = one.previous;
    how = TX_PLACED_BY_DWELL;
  }
  for (tx_level level = tx_level_below(model, at); level.first < level.last; level = tx_level_below(model, at)) {
    const uint32_t previous = tx_level_sibling(model, &level, one.previous);
    const uint32_t from = at;
    for (uint32_t s = level.first; s < level.last && at == from; s++) {
      const int said = judge(&one, s, previous);
      doubt = doubt || said < 0;
      if (said > 0) at = s;
    }
    if (at == from) break;
    if (how == TX_PLACED_NOWHERE) how = TX_PLACED_BY_TEST;
  }
  if (placed) *placed = how;
  if (uncertain) *uncertain = doubt;
  return at;
}
