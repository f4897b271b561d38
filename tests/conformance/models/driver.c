/* Runs one model on a case read from standard input and prints everything that it says, for models_oracle.py.
 *
 * Words are separated by blanks; '?' is a missing value, -1 no input. Numbers are printed so that they read back. */
#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attention/attention.h"
#include "health/health.h"
#include "segmentation/segmentation.h"

static void stop(const char *why) {
  fprintf(stderr, "driver: %s\n", why);
  exit(1);
}

/* Everything that was asked for, freed at the end. */
typedef union block {
  union block *next;
  max_align_t aligned;
} block;
static block *blocks;

static void *room(size_t count, size_t size) {
  block *made = calloc(1, sizeof *made + count * size);
  if (!made) stop("out of memory");
  made->next = blocks;
  blocks = made;
  return made + 1;
}

static void free_room(void) {
  while (blocks) {
    block *next = blocks->next;
    free(blocks);
    blocks = next;
  }
}

static char *word(void) {
  static char buffer[256];
  if (scanf("%255s", buffer) != 1) stop("the case ends early");
  return buffer;
}

static double number(void) {
  const char *text = word();
  return strcmp(text, "?") == 0 ? (double)NAN : strtod(text, NULL);
}

static int64_t integer(void) { return strtoll(word(), NULL, 10); }
static size_t size(void) { return (size_t)integer(); }
static uint32_t index32(void) { return (uint32_t)integer(); } /* -1: TX_NO_… */

static triax_text text(void) {
  const char *from = word();
  char *copy = room(strlen(from) + 1, 1);
  strcpy(copy, from);
  return (triax_text){copy, strlen(copy)};
}

static void print(double value) {
  if (isnan(value)) printf(" ?");
  else printf(" %.17g", value);
}

/* --- inputs ----------------------------------------------------------------------------------------------------- */

typedef struct sheet {
  triax_context *context;
  size_t count, rows;
  tx_input *inputs;
} sheet;

static tx_column *column_of(triax_context *context, int32_t type, size_t rows) {
  tx_column_builder *builder = tx_column_builder_new(context, type);
  bool ok = builder != NULL;
  for (size_t i = 0; i < rows && ok; i++) {
    const char *value = word();
    if (strcmp(value, "?") == 0) ok = tx_column_builder_missing(builder);
    else if (type == TRIAX_TYPE_NUMBER) ok = tx_column_builder_number(builder, strtod(value, NULL));
    else if (type == TRIAX_TYPE_STRING) ok = tx_column_builder_text(builder, triax_text_of(value));
    else ok = tx_column_builder_integer(builder, strtoll(value, NULL, 10));
  }
  tx_column *column = ok ? tx_column_builder_finish(builder) : NULL;
  if (!column) stop("out of memory");
  tx_column_builder_free(builder);
  return column;
}

static tx_input read_input(triax_context *context, size_t rows) {
  const char *kind = word();
  if (strcmp(kind, "number") == 0)
    return (tx_input){.type = {TX_DOUBLE, 0}, .column = column_of(context, TRIAX_TYPE_NUMBER, rows)};
  if (strcmp(kind, "string") == 0)
    return (tx_input){.type = {TX_STRING, 0}, .column = column_of(context, TRIAX_TYPE_STRING, rows)};
  if (strcmp(kind, "date") == 0)
    return (tx_input){.type = {TX_DATE, 0}, .column = column_of(context, TRIAX_TYPE_DATE, rows)};
  uint64_t *truth = room(tx_words(rows), sizeof *truth), *known = room(tx_words(rows), sizeof *known);
  for (size_t i = 0; i < rows; i++) {
    const char value = word()[0];
    if (value == '1') tx_bit_set(truth, i);
    if (value != '?') tx_bit_set(known, i);
  }
  return (tx_input){.type = {TX_BOOL, 0}, .truth = truth, .known = known};
}

static void read_sheet(triax_context *context, size_t rows, sheet *into) {
  into->context = context;
  into->rows = rows;
  into->count = size();
  into->inputs = room(into->count, sizeof *into->inputs);
  for (size_t i = 0; i < into->count; i++) into->inputs[i] = read_input(context, rows);
}

static void free_sheet(sheet *from) {
  for (size_t i = 0; i < from->count; i++) tx_column_unref((tx_column *)from->inputs[i].column);
}

static tx_value value_at(const tx_input *input, size_t row) {
  tx_value value = {.state = TX_PRESENT, .type = input->type};
  if (input->type.kind == TX_BOOL) {
    value.state = tx_input_known(input, row) ? TX_PRESENT : TX_MISSING;
    value.boolean = tx_input_true(input, row);
  } else if (!tx_column_has(input->column, row)) {
    value.state = TX_MISSING;
  } else if (input->type.kind == TX_DOUBLE) {
    value.number = input->column->numbers[row];
  } else if (input->type.kind == TX_STRING) {
    value.text = tx_dictionary_text(input->column->dictionary, tx_column_code(input->column, row));
  } else {
    value.integer = input->column->dates[row];
  }
  return value;
}

static void values_at(const sheet *from, size_t row, tx_value *values) {
  for (size_t i = 0; i < from->count; i++) values[i] = value_at(&from->inputs[i], row);
}

/* The whole column as one vector. */
static tx_vector vector_of(const sheet *from, size_t i) {
  const tx_input *input = &from->inputs[i];
  uint64_t *present = room(tx_words(from->rows), sizeof *present);
  int64_t *integers = room(from->rows, sizeof *integers);
  uint32_t *codes = room(from->rows, sizeof *codes);
  for (size_t row = 0; row < from->rows; row++) {
    const tx_value value = value_at(input, row);
    if (value.state) continue;
    tx_bit_set(present, row);
    if (input->type.kind == TX_DATE) integers[row] = value.integer;
    if (input->type.kind == TX_STRING) codes[row] = tx_column_code(input->column, row);
  }
  return (tx_vector){.type = input->type,
                     .numbers = input->type.kind == TX_DOUBLE ? input->column->numbers : NULL,
                     .integers = integers,
                     .codes = codes,
                     .dictionary = input->type.kind == TX_STRING ? input->column->dictionary : NULL,
                     .truth = input->truth,
                     .present = present};
}

/* --- health ----------------------------------------------------------------------------------------------------- */

static tx_health_metric read_metric(void) {
  tx_health_metric metric = {.name = TX_TEXT("metric")};
  metric.group = index32();
  metric.weight = number();
  metric.value = index32();
  metric.applies = index32();
  metric.since = index32();
  metric.after = number();
  metric.fade = number();
  metric.missing = number();
  metric.knot_count = size();
  double *knots = room(metric.knot_count, sizeof *knots), *points = room(metric.knot_count, sizeof *points);
  for (size_t k = 0; k < metric.knot_count; k++) {
    knots[k] = number();
    points[k] = number();
  }
  metric.knots = knots;
  metric.points = points;
  metric.category_count = size();
  tx_health_category *categories = room(metric.category_count, sizeof *categories);
  for (size_t c = 0; c < metric.category_count; c++) {
    categories[c].value = text();
    categories[c].points = number();
  }
  metric.categories = categories;
  return metric;
}

static void read_health(tx_health_model *model) {
  model->group_count = size();
  tx_health_group *groups = room(model->group_count, sizeof *groups);
  for (size_t g = 0; g < model->group_count; g++) groups[g].weight = number();
  model->groups = groups;
  model->metric_count = size();
  tx_health_metric *metrics = room(model->metric_count, sizeof *metrics);
  for (size_t m = 0; m < model->metric_count; m++) metrics[m] = read_metric();
  model->metrics = metrics;
  model->limit_count = size();
  tx_health_limit *limits = room(model->limit_count, sizeof *limits);
  for (size_t l = 0; l < model->limit_count; l++) {
    limits[l].when = index32();
    limits[l].at_most = number();
    limits[l].at_least = number();
  }
  model->limits = limits;
  model->band_count = size();
  tx_health_band *bands = room(model->band_count, sizeof *bands);
  for (size_t b = 0; b < model->band_count; b++) bands[b].threshold = number();
  model->bands = bands;
}

static void print_health(const tx_health_model *model, const tx_health_output *out, size_t row, size_t rows) {
  print(out->health[row]);
  print(out->raw[row]);
  print(out->coverage[row]);
  printf(" %d %u", (int)out->band[row], (unsigned)out->limit[row]);
  for (size_t m = 0; m < model->metric_count; m++) {
    const tx_health_part *part = &out->parts[m * rows + row];
    print(part->points);
    print(part->freshness);
    print(part->weight);
    print(part->contribution);
    print(part->lost);
    printf(" %d", (int)part->applies);
  }
  printf("\n");
}

static void check_one(const sheet *from, const tx_health_model *model, const tx_health_output *out, int32_t as_of,
                      size_t row) {
  tx_value *values = room(from->count, sizeof *values);
  double health = 0, coverage = 0;
  uint8_t band = 0;
  values_at(from, row, values);
  tx_health_score_one(model, values, as_of, &health, &coverage, &band, NULL);
  const bool same_health = isnan(health) ? isnan(out->health[row]) : memcmp(&health, &out->health[row], 8) == 0;
  if (!same_health || memcmp(&coverage, &out->coverage[row], 8) != 0 || band != out->band[row])
    stop("one row alone says something else than the batch");
}

static void run_health(triax_context *context) {
  const size_t rows = size();
  const int32_t as_of = (int32_t)integer();
  tx_health_model model = {.min_coverage = number()};
  sheet from;
  read_sheet(context, rows, &from);
  read_health(&model);
  model.input_count = from.count;
  tx_vector *vectors = room(from.count, sizeof *vectors);
  for (size_t i = 0; i < from.count; i++) vectors[i] = vector_of(&from, i);
  tx_health_output out = {room(rows, sizeof(double)),
                          room(rows, sizeof(double)),
                          room(rows, sizeof(double)),
                          room(rows, 1),
                          room(rows, sizeof(uint32_t)),
                          room(rows * model.metric_count, sizeof(tx_health_part)),
                          room(model.metric_count, sizeof(uint64_t))};
  tx_health_scorer *scorer = NULL;
  triax_error error;
  if (tx_health_scorer_new(context, &model, &scorer, &error)) stop(error.message);
  if (tx_health_score(scorer, vectors, rows, as_of, &out, &error)) stop(error.message);
  for (size_t row = 0; row < rows; row++) {
    check_one(&from, &model, &out, as_of, row);
    print_health(&model, &out, row, rows);
  }
  for (size_t m = 0; m < model.metric_count; m++) printf(" %" PRIu64, out.uncategorised[m]);
  printf("\n");
  tx_health_scorer_free(scorer);
  free_sheet(&from);
}

/* --- segmentation ----------------------------------------------------------------------------------------------- */

static void read_segments(tx_segmentation_model *model) {
  model->by = index32();
  model->previous = index32();
  model->override_ = index32();
  model->since = index32();
  model->count = size();
  model->top_count = size();
  tx_segment *segments = room(model->count, sizeof *segments);
  for (size_t s = 0; s < model->count; s++) {
    segments[s].name = text();
    segments[s].path = text();
    segments[s].parent = index32();
    segments[s].first = index32();
    segments[s].last = index32();
    segments[s].test = (int)integer();
    segments[s].when = index32();
    segments[s].at_least = number();
    segments[s].share = number();
    segments[s].of = index32();
  }
  model->segments = segments;
}

static void run_segmentation(triax_context *context) {
  const size_t rows = size();
  const int32_t as_of = (int32_t)integer();
  tx_segmentation_model model = {.margin = number()};
  model.dwell = number();
  sheet from;
  read_sheet(context, rows, &from);
  tx_column *keys = column_of(context, TRIAX_TYPE_STRING, rows);
  read_segments(&model);
  model.input_count = from.count;
  tx_segmentation_result result;
  triax_error error;
  const tx_units units = {.rows = rows, .inputs = from.inputs, .keys = keys, .as_of = as_of};
  if (tx_segmentation_run(context, &model, &units, &result, &error)) stop(error.message);
  tx_value *values = room(from.count, sizeof *values);
  for (size_t row = 0; row < rows; row++) {
    int placed = 0;
    bool uncertain = false;
    values_at(&from, row, values);
    const triax_text key = tx_dictionary_text(keys->dictionary, tx_column_code(keys, row));
    const uint32_t one = tx_segmentation_one(&model, values, key, result.cutoffs, as_of, &placed, &uncertain);
    if (one != tx_place_at(&result.segment, row) || placed != tx_placed_at(&result, row) || uncertain != tx_bit(result.uncertain, row))
      stop("one row alone comes to another segment than in the run");
    printf("%d %d %d %d %d\n", (int)(int32_t)one, placed, (int)uncertain, (int)tx_bit(result.held, row),
           result.has_unheld ? (int)(int32_t)tx_place_at(&result.unheld, row) : -2);
  }
  for (size_t s = 0; s < model.count; s++)
    printf("%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", result.yes[s], result.no[s], result.unknown[s]);
  printf("%" PRIu64 " %" PRIu64 "\n", result.unmatched_override, result.unmatched_previous);
  tx_segmentation_result_free(context, &model, &result);
  tx_column_unref(keys);
  free_sheet(&from);
}

/* --- attention -------------------------------------------------------------------------------------------------- */

static void read_accounts(size_t accounts, uint32_t *csm, double *numbers, triax_text *keys) {
  for (size_t i = 0; i < accounts; i++) {
    csm[i] = index32();
    numbers[i] = number();
    numbers[accounts + i] = number();
    numbers[2 * accounts + i] = number();
    keys[i] = text();
  }
}

static void run_attention(triax_context *context) {
  const size_t accounts = size(), csms = size();
  tx_attention_model model = {.method = (int)integer()};
  model.weeks = number();
  model.half_effect = number();
  model.reserve = number();
  model.touch_hours = number();
  const int32_t as_of = (int32_t)integer();
  uint32_t *csm = room(accounts, sizeof *csm);
  double *numbers = room(3 * accounts, sizeof *numbers), *hours = room(csms, sizeof *hours);
  triax_text *keys = room(accounts, sizeof *keys);
  read_accounts(accounts, csm, numbers, keys);
  for (size_t i = 0; i < csms; i++) hours[i] = number();
  const tx_attention_input input = {accounts, csms,  csm,  numbers, numbers + accounts, numbers + 2 * accounts,
                                    keys,     hours, as_of};
  tx_attention_result result;
  triax_error error;
  if (tx_attention_run(context, &model, &input, &result, &error)) stop(error.message);
  for (size_t i = 0; i < accounts; i++) {
    print(result.hours[i]);
    print(result.touches[i]);
    printf(" %d %d %u\n", (int)result.reason[i], (int)result.next_touch[i], (unsigned)result.rank[i]);
  }
  for (size_t i = 0; i < csms; i++) {
    const tx_book *book = &result.books[i];
    print(book->available);
    print(book->given);
    print(book->short_by);
    print(book->slack);
    print(book->lambda);
    printf(" %d %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", book->state, book->accounts, book->missing, book->touches);
  }
  tx_attention_result_free(context, &input, &result);
}

int main(void) {
  triax_context *context = NULL;
  if (triax_context_new(NULL, &context, NULL)) stop("no context");
  const char *model = word();
  if (strcmp(model, "health") == 0) run_health(context);
  else if (strcmp(model, "segmentation") == 0) run_segmentation(context);
  else if (strcmp(model, "attention") == 0) run_attention(context);
  else stop("no such model");
  triax_context_unref(context);
  free_room();
  return 0;
}
