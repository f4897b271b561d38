#include "health/split.h"

#include <string.h>

#include "base/apportion.h"
#include "health/score_private.h"

#define NOT_THERE UINT32_MAX

struct tx_splitter {
  triax_context *context;
  const tx_health_model *sides[2];
  tx_health_model mixed; /* the state at hand */
  size_t count;          /* metrics of either */
  size_t input_count;
  uint32_t *number[2]; /* per metric: its number in the model before, after; NOT_THERE */
  tx_health_metric *metrics;
  tx_health_group *groups; /* of the model before, then of the one after */
  tx_value *inputs;        /* before, moved, later, after */
  tx_health_part *parts;
  double *scaled;
  int64_t *now, *last; /* contributions */
  tx_split_metric *out;
};

/* --- making --- */

static uint32_t find_metric(const tx_health_model *model, triax_text name) {
  for (size_t m = 0; m < model->metric_count; m++)
    if (tx_text_equal(model->metrics[m].name, name)) return (uint32_t)m;
  return NOT_THERE;
}

static void match_metrics(tx_splitter *splitter) {
  const tx_health_model *before = splitter->sides[0], *after = splitter->sides[1];
  for (size_t m = 0; m < after->metric_count; m++) {
    splitter->number[0][splitter->count] = find_metric(before, after->metrics[m].name);
    splitter->out[splitter->count].name = after->metrics[m].name;
    splitter->number[1][splitter->count++] = (uint32_t)m;
  }
  for (size_t m = 0; m < before->metric_count; m++) {
    if (find_metric(after, before->metrics[m].name) != NOT_THERE) continue;
    splitter->out[splitter->count].name = before->metrics[m].name;
    splitter->number[0][splitter->count] = (uint32_t)m;
    splitter->number[1][splitter->count++] = NOT_THERE;
  }
}

static size_t most_metrics(const tx_splitter *splitter) {
  return splitter->sides[0]->metric_count + splitter->sides[1]->metric_count;
}

static bool make_room(tx_splitter *made) {
  triax_context *context = made->context;
  const size_t most = most_metrics(made), groups = made->sides[0]->group_count + made->sides[1]->group_count;
  made->number[0] = tx_alloc_array(context, most, sizeof(uint32_t));
  made->number[1] = tx_alloc_array(context, most, sizeof(uint32_t));
  made->metrics = tx_calloc(context, most, sizeof *made->metrics);
  made->groups = tx_calloc(context, groups, sizeof *made->groups);
  made->inputs = tx_calloc(context, made->input_count, sizeof *made->inputs);
  made->parts = tx_calloc(context, most, sizeof *made->parts);
  made->scaled = tx_alloc_array(context, most, sizeof *made->scaled);
  made->now = tx_alloc_array(context, most, sizeof *made->now);
  made->last = tx_alloc_array(context, most, sizeof *made->last);
  made->out = tx_calloc(context, most, sizeof *made->out);
  return made->number[0] && made->number[1] && made->metrics && made->groups && made->inputs && made->parts &&
         made->scaled && made->now && made->last && made->out;
}

triax_status tx_splitter_new(triax_context *context, const tx_health_model *before, const tx_health_model *after,
                             tx_splitter **splitter, triax_error *error) {
  tx_splitter *made = tx_calloc(context, 1, sizeof *made);
  if (!made) return tx_no_memory(error);
  made->context = context;
  made->sides[0] = before;
  made->sides[1] = after;
  made->input_count = 3 * before->input_count + after->input_count;
  if (!make_room(made)) {
    tx_splitter_free(made);
    return tx_no_memory(error);
  }
  match_metrics(made);
  memcpy(made->groups, before->groups, before->group_count * sizeof *made->groups);
  memcpy(made->groups + before->group_count, after->groups, after->group_count * sizeof *made->groups);
  made->mixed = (tx_health_model){.metrics = made->metrics,
                                  .metric_count = made->count,
                                  .groups = made->groups,
                                  .group_count = before->group_count + after->group_count,
                                  .input_count = made->input_count};
  *splitter = made;
  return TRIAX_OK;
}

void tx_splitter_free(tx_splitter *splitter) {
  if (!splitter) return;
  triax_context *context = splitter->context;
  const size_t most = most_metrics(splitter);
  const size_t groups = splitter->sides[0]->group_count + splitter->sides[1]->group_count;
  tx_free_array(context, splitter->number[0], most, sizeof(uint32_t));
  tx_free_array(context, splitter->number[1], most, sizeof(uint32_t));
  tx_free_array(context, splitter->metrics, most, sizeof *splitter->metrics);
  tx_free_array(context, splitter->groups, groups, sizeof *splitter->groups);
  tx_free_array(context, splitter->inputs, splitter->input_count, sizeof *splitter->inputs);
  tx_free_array(context, splitter->parts, most, sizeof *splitter->parts);
  tx_free_array(context, splitter->scaled, most, sizeof *splitter->scaled);
  tx_free_array(context, splitter->now, most, sizeof *splitter->now);
  tx_free_array(context, splitter->last, most, sizeof *splitter->last);
  tx_free_array(context, splitter->out, most, sizeof *splitter->out);
  tx_free(context, splitter, sizeof *splitter);
}

/* --- states --- */

/* The number of an input among the four kinds. */
static uint32_t shifted(uint32_t input, size_t by) { return input == TX_NO_INPUT ? input : input + (uint32_t)by; }

static bool is_there(const tx_splitter *splitter, uint32_t input, size_t shift) {
  return input == TX_NO_INPUT || splitter->inputs[shifted(input, shift)].state == TX_PRESENT;
}

/* The group of a metric that the model before does not know: its own of that name, else the model after's. */
static uint32_t group_before(const tx_splitter *splitter, const tx_health_metric *metric) {
  const tx_health_model *before = splitter->sides[0], *after = splitter->sides[1];
  for (uint32_t g = 0; g < before->group_count; g++)
    if (tx_text_equal(before->groups[g].name, after->groups[metric->group].name)) return g;
  return metric->group + (uint32_t)before->group_count;
}

/* The state before: metrics of the model before, on the data before; new ones weigh nothing. */
static void begin(tx_splitter *splitter) {
  const tx_health_model *before = splitter->sides[0], *after = splitter->sides[1];
  for (size_t m = 0; m < splitter->count; m++) {
    tx_health_metric *metric = &splitter->metrics[m];
    if (splitter->number[0][m] != NOT_THERE) {
      *metric = before->metrics[splitter->number[0][m]];
      continue;
    }
    *metric = after->metrics[splitter->number[1][m]];
    metric->value = shifted(metric->value, 3 * before->input_count);
    metric->applies = shifted(metric->applies, 3 * before->input_count);
    metric->since = shifted(metric->since, 3 * before->input_count);
    metric->group = group_before(splitter, metric);
    metric->weight = 0;
  }
}

/* Time passes: values of the day after; dates by the model after where it has the metric. */
static void pass_time(const tx_splitter *splitter, const tx_health_metric *own, const tx_health_metric *next,
                       tx_health_metric *metric) {
  const size_t shift = splitter->sides[0]->input_count;
  metric->value = shifted(own->value, 2 * shift);
  metric->applies = shifted(own->applies, 2 * shift);
  metric->since = next ? shifted(next->since, 3 * shift) : shifted(own->since, 2 * shift);
  if (next) metric->after = next->after;
  if (next) metric->fade = next->fade;
}

/* Moves a metric that was there before by one factor. */
static void step(const tx_splitter *splitter, size_t m, int factor) {
  const size_t shift = splitter->sides[0]->input_count;
  tx_health_metric *metric = &splitter->metrics[m];
  const uint32_t after = splitter->number[1][m];
  const tx_health_metric *own = &splitter->sides[0]->metrics[splitter->number[0][m]];
  const tx_health_metric *next = after == NOT_THERE ? NULL : &splitter->sides[1]->metrics[after];
  const bool same = is_there(splitter, own->value, 0) == is_there(splitter, own->value, shift);
  const bool same_date = is_there(splitter, own->since, 0) == is_there(splitter, own->since, shift);
  switch (factor) {
  case TX_SPLIT_DATA:
    metric->applies = shifted(own->applies, shift);
    if (same) metric->value = shifted(own->value, shift);
    break;
  case TX_SPLIT_MISSING:
    metric->value = shifted(own->value, shift);
    if (!same_date) metric->since = shifted(own->since, shift);
    break;
  case TX_SPLIT_FRESHNESS:
    pass_time(splitter, own, next, metric);
    break;
  case TX_SPLIT_RULE:
    /* values and scales of one kind: with a new kind of scale the value waits for it */
    if (next && !next->category_count == !own->category_count) metric->value = shifted(next->value, 3 * shift);
    if (next) metric->applies = shifted(next->applies, 3 * shift);
    if (!next) metric->weight = 0;
    break;
  case TX_SPLIT_SCALE:
    if (!next) break;
    metric->value = shifted(next->value, 3 * shift);
    metric->knot_count = next->knot_count;
    metric->knots = next->knots;
    metric->points = next->points;
    metric->category_count = next->category_count;
    metric->categories = next->categories;
    metric->missing = next->missing;
    break;
  default:
    break; /* weights: the model after itself */
  }
}

/* --- scores in units --- */

/* What a state of the mixed model, or one of the two models, comes to. */
typedef struct outcome {
  bool known, any; /* a score; any metric at all */
  int64_t raw;
} outcome;

/* Contributions go to `now`, by the splitter's metrics. places: their numbers in the model, or NULL: the same. */
static outcome score_of(tx_splitter *splitter, const tx_health_model *model, const tx_value *inputs, int32_t as_of,
                        double min_coverage, const uint32_t *places) {
  double raw, coverage;
  tx_health_model open = *model;
  open.min_coverage = 0;
  open.limit_count = open.band_count = 0;
  tx_health_score_one(&open, inputs, as_of, &raw, &coverage, NULL, splitter->parts);
  outcome found = {.any = !isnan(raw), .known = !isnan(raw) && coverage >= min_coverage};
  if (!found.any) return found;
  found.raw = (int64_t)llround(raw * TX_SPLIT_UNIT);
  for (size_t m = 0; m < splitter->count; m++) {
    const uint32_t place = places ? places[m] : (uint32_t)m;
    splitter->scaled[m] = place == NOT_THERE ? 0 : splitter->parts[place].contribution * TX_SPLIT_UNIT;
  }
  tx_apportion(splitter->scaled, splitter->count, found.raw, splitter->now);
  return found;
}

/* What limits make of a score, in units: the model's own, without coverage. */
static int64_t limited(const tx_health_model *model, const tx_value *inputs, int64_t raw) {
  const double health = tx_health_limited_by(model, inputs, (double)raw / TX_SPLIT_UNIT);
  return (int64_t)llround(health * TX_SPLIT_UNIT);
}

static void gather(tx_splitter *splitter, const tx_split_row *row) {
  const size_t before = splitter->sides[0]->input_count, after = splitter->sides[1]->input_count;
  memcpy(splitter->inputs, row->before, before * sizeof *row->before);
  memcpy(splitter->inputs + before, row->moved, before * sizeof *row->moved);
  memcpy(splitter->inputs + 2 * before, row->later, before * sizeof *row->later);
  memcpy(splitter->inputs + 3 * before, row->after, after * sizeof *row->after);
}

/* Books what the state at hand moved by, and remembers it. */
static void book(tx_splitter *splitter, int factor, const outcome *state, outcome *last, tx_split *split) {
  if (state->known != last->known && split->flip == TX_SPLIT_FACTORS) split->flip = factor;
  if (state->known == split->known[0]) split->flip = TX_SPLIT_FACTORS; /* back to what it was */
  last->known = state->known;
  if (!state->any) return; /* nothing is known: the next state takes the move */
  for (size_t m = 0; m < splitter->count; m++) {
    const int64_t moved = splitter->now[m] - (last->any ? splitter->last[m] : 0);
    splitter->out[m].amount[factor] += moved;
    split->amount[factor] += moved;
    splitter->last[m] = splitter->now[m];
  }
  last->any = true;
  last->raw = state->raw;
}

static void finish(tx_splitter *splitter, const tx_split_row *row, const outcome *first, const outcome *last,
                   tx_split *split) {
  split->raw[0] = first->any ? first->raw : 0;
  split->raw[1] = last->any ? last->raw : 0;
  split->health[0] = first->any ? limited(splitter->sides[0], row->before, first->raw) : 0;
  split->health[1] = last->any ? limited(splitter->sides[1], row->after, last->raw) : 0;
  split->amount[TX_SPLIT_LIMITS] = (split->health[1] - split->raw[1]) - (split->health[0] - split->raw[0]);
  for (size_t m = 0; m < splitter->count; m++) splitter->out[m].after = last->any ? splitter->last[m] : 0;
  split->metric_count = splitter->count;
  split->metrics = splitter->out;
}

void tx_splitter_run(tx_splitter *splitter, const tx_split_row *row, tx_split *split) {
  const tx_health_model *before = splitter->sides[0], *after = splitter->sides[1];
  memset(split, 0, sizeof *split);
  split->flip = TX_SPLIT_FACTORS;
  gather(splitter, row);
  outcome first = score_of(splitter, before, row->before, row->before_as_of, before->min_coverage, splitter->number[0]);
  outcome last = first;
  split->known[0] = first.known;
  for (size_t m = 0; m < splitter->count; m++) {
    memset(splitter->out[m].amount, 0, sizeof splitter->out[m].amount);
    splitter->out[m].before = first.any ? splitter->now[m] : 0;
    splitter->last[m] = splitter->out[m].before;
  }
  begin(splitter);
  for (int factor = TX_SPLIT_DATA; factor < TX_SPLIT_WEIGHTS; factor++) {
    for (size_t m = 0; m < splitter->count; m++) {
      if (splitter->number[0][m] != NOT_THERE) step(splitter, m, factor);
      else if (factor == TX_SPLIT_RULE) splitter->metrics[m].weight = after->metrics[splitter->number[1][m]].weight;
    }
    const int32_t as_of = factor < TX_SPLIT_FRESHNESS ? row->before_as_of : row->after_as_of;
    const outcome state = score_of(splitter, &splitter->mixed, splitter->inputs, as_of, before->min_coverage, NULL);
    book(splitter, factor, &state, &last, split);
  }
  const outcome end = score_of(splitter, after, row->after, row->after_as_of, after->min_coverage, splitter->number[1]);
  split->known[1] = end.known;
  book(splitter, TX_SPLIT_WEIGHTS, &end, &last, split);
  finish(splitter, row, &first, &end, split);
}
