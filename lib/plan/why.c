/* Reasons in words. A line is made of facts that many customers share, so that a million lines are few texts. */
#include "plan/why.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "plan/tabulate.h"

static void write_number(tx_writer *writer, double value) {
  char text[TX_NUMBER_SIZE];
  triax_text number = {text, tx_format_double(value, text)};
  tx_write(writer, number);
}

static void write_percent(tx_writer *writer, double share) {
  write_number(writer, round(share * 10000) / 100);
  tx_write_c(writer, " %");
}

void tx_why_test(const triax_plan *plan, uint32_t number, tx_writer *writer) {
  const tx_policy_segmentation *policy = &plan->compiled->policy->segmentation;
  const tx_segment *segment = &policy->model.segments[number];
  uint32_t by_input = tx_segment_by(&policy->model, number);
  triax_text by = by_input == TX_NO_INPUT ? TX_TEXT("") : policy->inputs.items[by_input].source;
  switch (segment->test) {
    case TX_TEST_WHEN: tx_write(writer, policy->inputs.items[segment->when].source); return;
    case TX_TEST_AT_LEAST:
      tx_write(writer, by);
      tx_write_c(writer, " >= ");
      write_number(writer, segment->at_least);
      return;
    case TX_TEST_TOP:
      tx_write_c(writer, "top ");
      write_percent(writer, segment->share);
      tx_write_c(writer, segment->of == TX_NO_INPUT ? " by " : " of ");
      tx_write(writer, segment->of == TX_NO_INPUT ? by : policy->inputs.items[segment->of].source);
      return;
    default: tx_write_c(writer, "none above it"); return;
  }
}

void tx_why_segment(const triax_plan *plan, size_t row, tx_writer *writer) {
  const tx_segmentation_model *model = &plan->compiled->policy->segmentation.model;
  const tx_segmentation_result *result = &plan->segmentation.result;
  size_t unit = tx_plan_unit(plan, row);
  uint32_t segment = tx_place_at(&result->segment, unit);
  const int placed = tx_placed_at(result, unit);
  if (segment == TX_NO_SEGMENT) {
    tx_write_c(writer, "no segment's test holds");
  } else {
    tx_write(writer, model->segments[segment].path);
    tx_write_c(writer, ": ");
    if (placed == TX_PLACED_BY_OVERRIDE) tx_write_c(writer, "set by override");
    else if (placed == TX_PLACED_BY_DWELL) tx_write_c(writer, "moved too recently to move again");
    else tx_why_test(plan, segment, writer);
  }
  if (tx_bit(result->held, unit) && placed == TX_PLACED_BY_TEST) tx_write_c(writer, " (held by margin)");
  if (tx_bit(result->uncertain, unit)) tx_write_c(writer, " (a test above could not be judged)");
}

size_t tx_why_worst_metric(const tx_plan_score *score, size_t row) {
  return score->worst && score->worst[row] != TX_NO_METRIC ? score->worst[row] : SIZE_MAX;
}

void tx_why_health(const triax_plan *plan, size_t row, tx_writer *writer) {
  const tx_plan_score *score = &plan->health;
  if (!score->model) return;
  if (isnan(score->health[row])) {
    tx_write_c(writer, "health unknown: too few of its metrics are known");
    return;
  }
  size_t worst = tx_why_worst_metric(score, row);
  tx_write_c(writer, "health");
  if (score->model->band_count) {
    uint8_t band = tx_plan_band(score, row);
    tx_write_c(writer, " ");
    tx_write(writer, band == TX_BAND_UNKNOWN ? TX_TEXT("below its bands") : score->model->bands[band].name);
  }
  if (tx_plan_limit(score, row)) {
    tx_write_c(writer, ": ");
    tx_write(writer, score->model->limits[tx_plan_limit(score, row) - 1].why);
  } else if (worst != SIZE_MAX) {
    tx_write_c(writer, ": most lost on ");
    tx_write(writer, score->model->metrics[worst].name);
  } else if (!score->model->band_count) {
    tx_write_c(writer, " at its best");
  }
}

static void write_earned(const triax_plan *plan, size_t row, tx_writer *writer) {
  const tx_allocation_result *result = plan->allocation.result;
  bool first = true;
  for (size_t p = 0; p < plan->allocation.input.prefer_count; p++) {
    if (!(result->earned[row] >> p & 1)) continue;
    tx_write_c(writer, first ? " (" : ", ");
    tx_write(writer, plan->allocation.input.prefer[p].why);
    first = false;
  }
  if (!first) tx_write_c(writer, ")");
}

void tx_why_csm(const triax_plan *plan, size_t row, tx_writer *writer) {
  const tx_allocation_result *result = plan->allocation.result;
  switch (result->stands[row]) {
    case TX_STANDS_UNWANTED: return;
    case TX_STANDS_UNCOVERED:
      tx_write_c(writer, "uncovered: ");
      tx_write(writer, tx_word_uncovered(result->way[row]));
      return;
    case TX_STANDS_KEPT: tx_write_c(writer, "stays with its CSM"); break;
    case TX_STANDS_FROZEN: tx_write_c(writer, "frozen with its CSM"); break;
    case TX_STANDS_MOVED: tx_write_c(writer, "moves to another CSM"); break;
    default:
      tx_write_c(writer, tx_bit(plan->allocation.orphan, row) ? "its CSM has left: new CSM" : "new CSM");
      break;
  }
  write_earned(plan, row, writer);
}

void tx_why_hours(const triax_plan *plan, size_t row, tx_writer *writer) {
  switch (plan->attention.result.reason[row]) {
    case TX_HOURS_AT_LOW: tx_write_c(writer, "hours at their least"); return;
    case TX_HOURS_AT_HIGH: tx_write_c(writer, "hours at their most"); return;
    case TX_HOURS_CUT: tx_write_c(writer, "hours cut: the book is overbooked"); return;
    case TX_HOURS_MISSING_WEIGHT: tx_write_c(writer, "hours at their least: what they go by is missing"); return;
    default: return;
  }
}

static void write_clause(tx_writer *writer, size_t *before) {
  if (writer->length > *before) tx_write_c(writer, "; ");
  *before = writer->length;
}

static void write_line(const triax_plan *plan, size_t row, tx_writer *writer) {
  size_t before = 0;
  tx_why_segment(plan, row, writer);
  if (plan->health.model) {
    write_clause(writer, &before);
    tx_why_health(plan, row, writer);
  }
  if (plan->allocation.given && plan->allocation.result->stands[row] != TX_STANDS_UNWANTED) {
    write_clause(writer, &before);
    tx_why_csm(plan, row, writer);
  }
  if (plan->attention.given && plan->allocation.result->csm[row] != TX_ALLOCATION_NONE &&
      plan->attention.result.reason[row] > TX_HOURS_SHARE) {
    write_clause(writer, &before);
    tx_why_hours(plan, row, writer);
  }
}

/* The facts that a line is made of, packed: rows with equal facts share their line. */
typedef struct line_facts {
  uint64_t a, b;
} line_facts;

static line_facts facts_of(const triax_plan *plan, size_t row) {
  const tx_segmentation_result *result = &plan->segmentation.result;
  size_t unit = tx_plan_unit(plan, row);
  line_facts facts = {tx_place_at(&result->segment, unit), 0};
  facts.a |= (uint64_t)tx_placed_at(result, unit) << 32 | (uint64_t)tx_bit(result->held, unit) << 36 |
             (uint64_t)tx_bit(result->uncertain, unit) << 37;
  if (plan->health.model) {
    size_t worst = tx_why_worst_metric(&plan->health, row);
    facts.a |= (uint64_t)tx_plan_band(&plan->health, row) << 40 | (uint64_t)(tx_plan_limit(&plan->health, row) & 0xff) << 48 |
               (uint64_t)isnan(plan->health.health[row]) << 56;
    facts.b |= (uint64_t)(worst == SIZE_MAX ? 0x3ff : worst & 0x3ff) | (uint64_t)(tx_plan_limit(&plan->health, row) >> 8) << 48;
  }
  if (plan->allocation.given) {
    const tx_allocation_result *allocation = plan->allocation.result;
    facts.a |= (uint64_t)allocation->stands[row] << 57 | (uint64_t)tx_bit(plan->allocation.orphan, row) << 60;
    facts.b |= (uint64_t)(allocation->stands[row] == TX_STANDS_UNCOVERED ? allocation->way[row] : 0) << 10 |
               (allocation->earned[row] & 0xffffffff) << 14;
  }
  if (plan->attention.given) facts.b ^= (uint64_t)plan->attention.result.reason[row] << 61;
  return facts;
}

/* A small cache from facts to the line's text: a row with facts seen before copies no bytes. */
#define CACHE 4096
typedef struct line_cache {
  line_facts facts[CACHE];
  uint32_t line[CACHE]; /* 1 + row of the text's first use */
} line_cache;

static size_t cache_place(line_facts facts) {
  uint64_t h = (facts.a ^ facts.b * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xd6e8feb86659fd93);
  return (size_t)(h >> 32 ^ h >> 52) & (CACHE - 1);
}

tx_column *tx_why_column(const triax_plan *plan) {
  tx_column_builder *lines = tx_column_builder_new(plan->context, TRIAX_TYPE_STRING);
  line_cache *cache = tx_calloc(plan->context, 1, sizeof *cache);
  uint32_t *codes = tx_alloc_array(plan->context, plan->rows, sizeof *codes);
  char buffer[1024];
  uint32_t count = 0;
  bool fine = lines && cache && codes;
  for (size_t row = 0; fine && row < plan->rows; row++) {
    line_facts facts = facts_of(plan, row);
    size_t place = cache_place(facts);
    if (!cache->line[place] || cache->facts[place].a != facts.a || cache->facts[place].b != facts.b) {
      tx_writer writer = {buffer, sizeof buffer, 0};
      write_line(plan, row, &writer);
      size_t length = strlen(buffer);
      fine = tx_column_builder_text(lines, (triax_text){buffer, length});
      cache->facts[place] = facts;
      cache->line[place] = ++count;
    }
    codes[row] = cache->line[place] - 1;
  }
  tx_column *made = fine ? tx_column_builder_finish(lines) : NULL, *column = NULL;
  if (made) { /* lines made twice, after a clash in the cache, have one code in the dictionary */
    for (size_t row = 0; row < plan->rows; row++) codes[row] = tx_column_code(made, codes[row]);
    column = tx_column_take_codes(plan->context, plan->rows, codes, made->dictionary);
    codes = NULL;
  }
  tx_free_array(plan->context, codes, plan->rows, sizeof *codes);
  tx_free(plan->context, cache, sizeof *cache);
  tx_column_unref(made);
  tx_column_builder_free(lines);
  return column;
}
