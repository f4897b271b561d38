/* Reasons in words. A line is made of facts that many customers share, so that a million lines are few texts. */
#include "results/why.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "results/tables.h"

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

/* The facts that a line is made of, packed: rows with equal facts share their line. Of some rows at once, one kind of
 * fact after the other. */
#define STRIP 1024
typedef struct line_facts {
  uint64_t a[STRIP], b[STRIP];
} line_facts;

/* The bits of units as a bit of each row's facts. */
static void note_bits(const triax_plan *plan, size_t first, size_t rows, const uint64_t *bits, int shift,
                      uint64_t *facts) {
  for (size_t i = 0; i < rows; i++) facts[i] |= (uint64_t)tx_bit(bits, tx_plan_unit(plan, first + i)) << shift;
}

static void note_segments(const triax_plan *plan, size_t first, size_t rows, line_facts *facts) {
  const tx_segmentation_result *result = &plan->segmentation.result;
  const uint8_t *small = result->segment.small, *placed = result->placed;
  if (plan->segmentation.folded || !small) {
    for (size_t i = 0; i < rows; i++) facts->a[i] = tx_plan_segment(plan, first + i);
  } else {
    for (size_t i = 0; i < rows; i++) facts->a[i] = small[first + i] == UINT8_MAX ? TX_NO_SEGMENT : small[first + i];
  }
  for (size_t i = 0; i < rows; i++) {
    const uint64_t nowhere = facts->a[i] == TX_NO_SEGMENT ? TX_PLACED_NOWHERE : TX_PLACED_BY_TEST;
    facts->a[i] |= (placed ? placed[tx_plan_unit(plan, first + i)] : nowhere) << 32;
  }
  note_bits(plan, first, rows, result->held, 36, facts->a);
  note_bits(plan, first, rows, result->uncertain, 37, facts->a);
}

static void note_health(const tx_plan_score *score, size_t first, size_t rows, line_facts *facts) {
  const uint8_t *band = score->band + first;
  const double *health = score->health + first;
  for (size_t i = 0; i < rows; i++) {
    facts->a[i] |= (uint64_t)band[i] << 40 | (uint64_t)(health[i] != health[i]) << 56;
  }
  for (size_t i = 0; i < rows; i++) {
    const uint16_t worst = score->worst ? score->worst[first + i] : TX_NO_METRIC;
    facts->b[i] = worst == TX_NO_METRIC ? 0x3ff : worst & 0x3ff;
  }
  for (size_t i = 0; score->limit && i < rows; i++) {
    facts->a[i] |= (uint64_t)(score->limit[first + i] & 0xff) << 48;
    facts->b[i] |= (uint64_t)(score->limit[first + i] >> 8) << 48;
  }
}

static void note_owners(const triax_plan *plan, size_t first, size_t rows, line_facts *facts) {
  const tx_allocation_result *result = plan->allocation.result;
  for (size_t i = 0; i < rows; i++) {
    const size_t row = first + i;
    const uint64_t way = result->stands[row] == TX_STANDS_UNCOVERED ? result->way[row] : 0;
    facts->a[i] |= (uint64_t)result->stands[row] << 57 | (uint64_t)tx_bit(plan->allocation.orphan, row) << 60;
    facts->b[i] |= way << 10 | (result->earned[row] & 0xffffffff) << 14;
  }
}

static void find_facts(const triax_plan *plan, size_t first, size_t rows, line_facts *facts) {
  memset(facts->b, 0, rows * sizeof *facts->b);
  note_segments(plan, first, rows, facts);
  if (plan->health.model) note_health(&plan->health, first, rows, facts);
  if (plan->allocation.given) note_owners(plan, first, rows, facts);
  if (!plan->attention.given) return;
  for (size_t i = 0; i < rows; i++) facts->b[i] ^= (uint64_t)plan->attention.result.reason[first + i] << 61;
}

/* --- few facts: without allocation most plans' fit into so many bits, and are places in a table of lines --- */

#define FEW_BITS 16

typedef struct few_facts {
  const tx_kernels *kernels;
  const uint8_t *segment, *placed, *band; /* NULL: none */
  const uint16_t *worst;
  const uint64_t *bits[3]; /* held, uncertain, whether there is a health */
  size_t bit_count;
  unsigned placed_at, band_at, worst_at, segment_at; /* the bits before each */
  uint16_t key[STRIP];
} few_facts;

static unsigned width_of(size_t most) {
  unsigned width = 0;
  while (most >> width) width++;
  return width;
}

/* Whether a plan's facts are few, and where each has its bits. */
static bool are_few(const triax_plan *plan, few_facts *few) {
  const tx_segmentation_result *result = &plan->segmentation.result;
  const tx_plan_score *score = &plan->health;
  const uint64_t *present = score->model ? score->health_column->present : NULL;
  few->kernels = tx_kernels_best();
  few->segment = result->segment.small;
  few->placed = result->placed;
  few->band = score->model ? score->band : NULL;
  few->worst = score->model ? score->worst : NULL;
  few->bits[0] = result->held;
  few->bits[1] = result->uncertain;
  few->bits[2] = present;
  few->bit_count = present ? 3 : 2;
  few->placed_at = (unsigned)few->bit_count;
  few->band_at = few->placed_at + (few->placed ? width_of(TX_PLACED_NOWHERE) : 0);
  few->worst_at = few->band_at + (few->band ? width_of(score->model->band_count) : 0);
  few->segment_at = few->worst_at + (few->worst ? width_of(score->model->metric_count) : 0);
  const size_t segments = plan->compiled->policy->segmentation.model.count;
  return few->segment && !plan->segmentation.folded && !plan->allocation.given && !plan->attention.given &&
         !score->limit && few->segment_at + width_of(segments) <= FEW_BITS;
}

/* Facts of a byte, from `base` on, into their bits. */
static void put_bytes(const uint8_t *restrict from, uint8_t base, unsigned at, size_t rows, uint16_t *restrict key) {
  for (size_t i = 0; i < rows; i++) key[i] |= (uint16_t)((uint32_t)(uint8_t)(from[i] + base) << at);
}

/* No metric is 0, and the others follow; no segment likewise. */
static void put_worst(const uint16_t *restrict from, unsigned at, size_t rows, uint16_t *restrict key) {
  for (size_t i = 0; i < rows; i++) key[i] |= (uint16_t)((uint32_t)(uint16_t)(from[i] + 1) << at);
}

static void find_few(few_facts *few, size_t first, size_t rows) {
  const uint64_t *planes[3];
  uint8_t flags[STRIP];
  for (size_t k = 0; k < few->bit_count; k++) planes[k] = few->bits[k] + first / 64;
  few->kernels->spread(planes, few->bit_count, 0, tx_words(rows), flags);
  memset(few->key, 0, rows * sizeof *few->key);
  put_bytes(flags, 0, 0, rows, few->key);
  put_bytes(few->segment + first, 1, few->segment_at, rows, few->key);
  if (few->placed) put_bytes(few->placed + first, 0, few->placed_at, rows, few->key);
  if (few->band) put_bytes(few->band + first, 0, few->band_at, rows, few->key);
  if (few->worst) put_worst(few->worst + first, few->worst_at, rows, few->key);
}

/* --- lines --- */

/* A small cache from facts to the line's number: a row with facts seen before copies no bytes. */
#define CACHE 4096
typedef struct known_line {
  uint64_t a, b;
  uint32_t line; /* from 1; 0: none */
} known_line;

typedef struct line_maker {
  const triax_plan *plan;
  tx_column_builder *lines;
  known_line *cache; /* or the next */
  uint32_t *table;   /* by few facts: the line, from 1; 0: none */
  uint32_t *codes;   /* by row: its line, from 0 */
  uint32_t count;    /* of lines */
  line_facts facts;
  few_facts few;
} line_maker;

static size_t cache_place(uint64_t a, uint64_t b) {
  uint64_t h = (a ^ b * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xd6e8feb86659fd93);
  return (size_t)(h >> 32 ^ h >> 52) & (CACHE - 1);
}

/* The number of a row's new line, from 1; 0 when memory is short. */
static uint32_t make_line(line_maker *maker, size_t row) {
  char buffer[1024];
  tx_writer writer = {buffer, sizeof buffer, 0};
  write_line(maker->plan, row, &writer);
  return tx_column_builder_text(maker->lines, triax_text_of(buffer)) ? ++maker->count : 0;
}

static bool find_few_lines(line_maker *maker, size_t first, size_t rows) {
  find_few(&maker->few, first, rows);
  for (size_t i = 0; i < rows; i++) {
    uint32_t *line = &maker->table[maker->few.key[i]];
    if (!*line && !(*line = make_line(maker, first + i))) return false;
    maker->codes[first + i] = *line - 1;
  }
  return true;
}

static bool find_lines(line_maker *maker, size_t first, size_t rows) {
  if (maker->table) return find_few_lines(maker, first, rows);
  find_facts(maker->plan, first, rows, &maker->facts);
  for (size_t i = 0; i < rows; i++) {
    const uint64_t a = maker->facts.a[i], b = maker->facts.b[i];
    known_line *known = &maker->cache[cache_place(a, b)];
    if (known->a != a || known->b != b || !known->line) {
      *known = (known_line){a, b, make_line(maker, first + i)};
      if (!known->line) return false;
    }
    maker->codes[first + i] = known->line - 1;
  }
  return true;
}

/* Lines made twice, after a clash in the cache, have one code in the dictionary. */
static void join_lines(const line_maker *maker, const tx_column *made) {
  if (made->dictionary->size == maker->count) return;
  for (size_t row = 0; row < maker->plan->rows; row++) maker->codes[row] = tx_column_code(made, maker->codes[row]);
}

tx_column *tx_why_column(const triax_plan *plan) {
  triax_context *context = plan->context;
  line_maker *maker = tx_calloc(context, 1, sizeof *maker);
  tx_column *made = NULL, *column = NULL;
  if (!maker) return NULL;
  maker->plan = plan;
  maker->lines = tx_column_builder_new(context, TRIAX_TYPE_STRING);
  if (are_few(plan, &maker->few)) maker->table = tx_calloc(context, 1 << FEW_BITS, sizeof *maker->table);
  else maker->cache = tx_calloc(context, CACHE, sizeof *maker->cache);
  maker->codes = tx_alloc_array(context, plan->rows, sizeof *maker->codes);
  bool fine = maker->lines && (maker->cache || maker->table) && maker->codes;
  for (size_t first = 0; fine && first < plan->rows; first += STRIP) {
    fine = find_lines(maker, first, plan->rows - first < STRIP ? plan->rows - first : STRIP);
  }
  if (fine) made = tx_column_builder_finish(maker->lines);
  if (made) {
    join_lines(maker, made);
    column = tx_column_take_codes(context, plan->rows, maker->codes, made->dictionary);
    maker->codes = NULL;
  }
  tx_free_array(context, maker->codes, plan->rows, sizeof *maker->codes);
  tx_free_array(context, maker->cache, CACHE, sizeof *maker->cache);
  tx_free_array(context, maker->table, 1 << FEW_BITS, sizeof *maker->table);
  tx_column_builder_free(maker->lines);
  tx_free(context, maker, sizeof *maker);
  tx_column_unref(made);
  return column;
}
