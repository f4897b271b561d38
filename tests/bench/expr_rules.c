/* Segmentation rules (A) and a health score (B) against the speed of reading the same columns.
 *
 * usage: expr_rules [million rows] [rounds [folder]]. With a folder, the columns are left there as plain arrays, for
 * peers (expr_peers.py). White box: needs lib/ in sight and the internal library. */
#include "expr_columns.h"

#include "expr/expr.h"
#include "expr/kernel.h"
#include "expr/program_private.h"
#include "health/health.h"

/* --- for the peers --- */

static FILE *file_in(const char *folder, const char *name) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "wb");
  need(file != NULL, "the folder for the columns cannot be written to");
  return file;
}

/* Numbers and dates as they are; strings as one byte each, with a file of the texts; lists as a byte of bits. */
static void keep_column(const char *folder, const char *name, const tx_column *column) {
  FILE *file = file_in(folder, name);
  if (column->type == TRIAX_TYPE_NUMBER) {
    need(fwrite(column->numbers, 8, column->rows, file) == column->rows, "no room for the columns");
  } else if (column->type == TRIAX_TYPE_DATE) {
    need(fwrite(column->dates, 4, column->rows, file) == column->rows, "no room for the columns");
  } else {
    for (size_t i = 0; i < column->rows; i++) {
      uint32_t bits = tx_column_code(column, i);
      if (column->lists) {
        const uint64_t *at = &column->lists->offsets[bits];
        bits = 0;
        for (uint64_t k = at[0]; k < at[1]; k++) bits |= 1u << column->lists->items[k];
      }
      need(putc((int)bits, file) != EOF, "no room for the columns");
    }
  }
  need(fclose(file) == 0, "no room for the columns");
  if (!column->dictionary) return;
  char texts[64];
  snprintf(texts, sizeof texts, "%s.txt", name);
  file = file_in(folder, texts);
  for (uint32_t i = 0; i < column->dictionary->size; i++) {
    const triax_text text = tx_dictionary_text(column->dictionary, i);
    fprintf(file, "%.*s\n", (int)text.length, text.bytes);
  }
  need(fclose(file) == 0, "no room for the columns");
}

/* --- A: rules --- */

#define TESTS 11
static const char *const tests[TESTS] = {
    "arr >= 750000",
    "arr >= 150000",
    "arr >= 30000",
    "vertical == \"finance\" && arr >= 500000 && country in [\"US\", \"GB\"]",
    "\"Analytics\" in products && health < 50",
    "renewal < date(\"2026-12-31\") && health < 40 && arr > 100000",
    "employees > 10000 || vertical in [\"bank\", \"insurance\"]",
    "country == \"DE\" && seats >= 200 && health >= 70",
    "since >= date(\"2026-06-01\") && !(\"Core\" in products)",
    "arr < 20000 && employees < 50",
    "has(health) && health >= 90",
};

static void check_tests(tx_module *module, tx_arena *arena, uint32_t roots[TESTS]) {
  for (size_t i = 0; i < TESTS; i++) {
    tx_syntax *syntax;
    static tx_expr_faults faults;
    memset(&faults, 0, sizeof faults);
    triax_status status = tx_syntax_parse(arena, text_of(tests[i]), &syntax, &faults);
    if (status == TRIAX_OK) status = tx_module_check(module, syntax, TX_EXPECT_TRUTH, &roots[i], &faults);
    need(status == TRIAX_OK, faults.fault[0].message);
  }
}


/* First rule that holds, times four, plus the band, as a byte a row. */
static void write_codes(const tx_run *run, size_t words, uint8_t *codes) {
  tx_vector vectors[TESTS];
  uint64_t planes[6][TX_BATCH / 64];
  const uint64_t *const all[6] = {planes[0], planes[1], planes[2], planes[3], planes[4], planes[5]};
  for (size_t i = 0; i < TESTS; i++) tx_run_root(run, i, &vectors[i]);
  for (size_t w = 0; w < words; w++) {
    uint64_t rule[4] = {0, 0, 0, 0}, rest = UINT64_MAX;
    uint64_t high = vectors[0].truth[w], middle = vectors[1].truth[w] & ~high;
    uint64_t low = vectors[2].truth[w] & ~high & ~middle;
    planes[0][w] = high | low;
    planes[1][w] = high | middle;
    for (size_t i = 0; i < 8; i++) {
      uint64_t first = vectors[3 + i].truth[w] & rest;
      rest &= ~first;
      for (size_t k = 0; k < 4; k++) rule[k] |= ((i + 1) >> k) & 1 ? first : 0;
    }
    for (size_t k = 0; k < 4; k++) planes[2 + k][w] = rule[k];
  }
  tx_kernels_best()->spread(all, 6, 0, words, codes);
}

static void report(const char *what, size_t rows, double seconds, double read) {
  printf("%s: %.0f Mrows/s, reading alone %.0f, ratio %.2f\n", what, (double)rows / seconds * 1e-6,
         (double)rows / read * 1e-6, read / seconds);
}

static uint64_t run_tests(tx_run *run, size_t rows, uint8_t *codes) {
  for (size_t first = 0; first < rows; first += TX_BATCH) {
    size_t count = rows - first < TX_BATCH ? rows - first : TX_BATCH;
    need(tx_run_batch(run, first, count, NULL) == TRIAX_OK, "a batch failed");
    write_codes(run, (count + 63) / 64, codes + first);
  }
  uint64_t sum = 0;
  for (size_t i = 0; i < rows; i += 997) sum = sum * 31 + codes[i];
  return sum;
}

/* What the peers must come to as well. */
static void tell_rules(const uint8_t *codes, size_t rows) {
  size_t bands[4] = {0}, rules[16] = {0};
  for (size_t i = 0; i < rows; i++) {
    bands[codes[i] & 3]++;
    rules[codes[i] >> 2 & 15]++;
  }
  printf("A results:");
  for (size_t i = 0; i < 4; i++) printf(" %zu", bands[i]);
  for (size_t i = 0; i <= 8; i++) printf(" %zu", rules[i]);
  printf("\n");
}

/* The share of the set below each value: sorting, in the main. */
static void bench_percentile(triax_context *context, const tx_column *column, int rounds) {
  double best = 1e9;
  for (int round = 0; round < rounds; round++) {
    tx_aggregate aggregate;
    tx_column *shares;
    const double start = now();
    need(tx_aggregate_make(context, TX_OP_PERCENTILE, column, &aggregate, &shares, NULL) == TRIAX_OK, "out of memory");
    const double took = now() - start;
    if (took < best) best = took;
    if (!round) printf("P results: %.17g %.17g\n", shares->numbers[0], shares->numbers[column->rows - 1]);
    tx_free_array(context, aggregate.sorted, aggregate.distinct, sizeof *aggregate.sorted);
    tx_free_array(context, aggregate.below, aggregate.distinct, sizeof *aggregate.below);
    tx_free_array(context, aggregate.equal, aggregate.distinct, sizeof *aggregate.equal);
    tx_column_unref(shares);
  }
  printf("P percentile: %.1f Mrows/s\n", (double)column->rows / best * 1e-6);
}

static void bench_rules(triax_context *context, size_t rows, int rounds, const char *folder) {
  uint64_t state = 7, sink = 0;
  tx_column *columns[COLUMNS];
  tx_module *module = NULL;
  tx_program *program = NULL;
  tx_data *data = NULL;
  tx_run *run = NULL;
  tx_arena arena;
  uint32_t roots[TESTS], variable;
  tx_arena_init(&arena, context);
  need(tx_module_new(context, &module, NULL) == TRIAX_OK, "out of memory");
  for (int i = 0; i < COLUMNS; i++) {
    columns[i] = i <= HEALTH ? number_column(context, rows, i, &state) : other_column(context, rows, i, &state);
    need(columns[i] != NULL, "out of memory");
    need(tx_module_variable(module, text_of(names[i]), tx_type_of_column(columns[i]->type), columns[i], &variable) ==
             TRIAX_OK, "out of memory");
  }
  check_tests(module, &arena, roots);
  need(tx_program_new(context, module, roots, TESTS, &program, NULL) == TRIAX_OK, "no program");
  need(tx_data_new(program, (const tx_column *const *)columns, rows, 20700, true, NULL, &data, NULL) == TRIAX_OK,
       "no data");
  need(tx_run_new(data, &run, NULL) == TRIAX_OK, "no run");
  uint8_t *codes = malloc(rows + TX_BATCH);
  need(codes != NULL, "out of memory");
  double best = 1e9, read = 1e9;
  for (int round = 0; round < rounds; round++) {
    double start = now();
    sink ^= read_columns(columns, COLUMNS, rows);
    double middle = now();
    sink ^= run_tests(run, rows, codes);
    double end = now();
    if (middle - start < read) read = middle - start;
    if (end - middle < best) best = end - middle;
  }
  report("A rules", rows, best, read);
  tell_rules(codes, rows);
  bench_percentile(context, columns[ARR], rounds < 3 ? rounds : 3);
  for (int i = 0; folder && i < COLUMNS; i++) keep_column(folder, names[i], columns[i]);
  fprintf(stderr, "(%llx)\n", (unsigned long long)sink);
  free(codes);
  tx_run_free(run);
  tx_data_free(data);
  tx_program_free(program);
  tx_module_free(module);
  tx_arena_free(&arena);
  for (int i = 0; i < COLUMNS; i++) tx_column_unref(columns[i]);
}

/* --- B: health --- */

#define METRICS 8

static const double health_knots[4] = {0, 0.3, 0.6, 1.0}, health_points[4] = {0, 40, 80, 100};
static const tx_health_band health_bands[3] = {{{"red", 3}, 0}, {{"yellow", 6}, 50}, {{"green", 5}, 75}};
static const tx_health_group health_group = {{"all", 3}, 1};

static void set_metrics(tx_health_metric metrics[METRICS]) {
  for (uint32_t m = 0; m < METRICS; m++) {
    metrics[m] = (tx_health_metric){.weight = (double)(m % 3 + 1),
                                    .value = m,
                                    .applies = TX_NO_INPUT,
                                    .since = TX_NO_INPUT,
                                    .knot_count = 4,
                                    .knots = health_knots,
                                    .points = health_points,
                                    .missing = (double)NAN};
  }
}

typedef struct health_results {
  double *health, *coverage;
  uint8_t *bands;
} health_results;

static void score_all(tx_health_scorer *scorer, tx_column *const *columns, size_t rows, const health_results *results) {
  for (size_t first = 0; first < rows; first += TX_BATCH) {
    size_t count = rows - first < TX_BATCH ? rows - first : TX_BATCH;
    tx_vector inputs[METRICS];
    for (size_t m = 0; m < METRICS; m++) {
      inputs[m] = (tx_vector){.type = {TX_DOUBLE, 0}, .numbers = columns[m]->numbers + first};
      inputs[m].present = columns[m]->present ? columns[m]->present + first / 64 : NULL;
    }
    double health[TX_BATCH];
    const tx_health_output output = {.health = results->health ? results->health + first : health,
                                     .coverage = results->coverage ? results->coverage + first : NULL,
                                     .band = results->bands + first};
    need(tx_health_score(scorer, inputs, count, 0, &output, NULL) == TRIAX_OK, "a batch failed");
  }
}

/* What the peers must come to as well. */
static void tell_health(const health_results *results, size_t rows) {
  size_t bands[4] = {0};
  double sum = 0, lost = 0;
  for (size_t i = 0; i < rows; i++) {
    bands[(uint8_t)(results->bands[i] + 1)]++;
    if (results->health[i] != results->health[i]) continue;
    const double part = results->health[i] - lost, next = sum + part;
    lost = (next - sum) - part;
    sum = next;
  }
  printf("B results: sum %.17g unknown %zu bands %zu %zu %zu\n", sum, bands[0], bands[1], bands[2], bands[3]);
}

static void bench_health(triax_context *context, size_t rows, int rounds, const char *folder) {
  uint64_t state = 11, sink = 0;
  tx_column *columns[METRICS];
  tx_health_metric metrics[METRICS];
  tx_health_scorer *scorer = NULL;
  for (size_t m = 0; m < METRICS; m++) columns[m] = metric_column(context, rows, &state);
  set_metrics(metrics);
  const tx_health_model model = {.metrics = metrics,
                                 .metric_count = METRICS,
                                 .groups = &health_group,
                                 .group_count = 1,
                                 .bands = health_bands,
                                 .band_count = 3,
                                 .input_count = METRICS};
  need(tx_health_scorer_new(context, &model, &scorer, NULL) == TRIAX_OK, "no scorer");
  double *numbers = calloc(2 * rows, sizeof *numbers);
  uint8_t *bands = calloc(rows, 1);
  need(numbers && bands, "out of memory");
  const health_results results = {NULL, NULL, bands}, covered = {numbers, numbers + rows, bands};
  double best = 1e9, read = 1e9, wide = 1e9;
  for (int round = 0; round < rounds; round++) {
    double start = now();
    sink ^= read_columns(columns, METRICS, rows);
    double middle = now();
    score_all(scorer, columns, rows, &results);
    double end = now();
    score_all(scorer, columns, rows, &covered);
    double after = now();
    if (middle - start < read) read = middle - start;
    if (end - middle < best) best = end - middle;
    if (after - end < wide) wide = after - end;
  }
  report("B health", rows, best, read);
  report("B health, scores and coverage written", rows, wide, read);
  tell_health(&covered, rows);
  for (size_t m = 0; folder && m < METRICS; m++) {
    char name[16];
    snprintf(name, sizeof name, "m%zu", m);
    keep_column(folder, name, columns[m]);
  }
  fprintf(stderr, "(%llx)\n", (unsigned long long)sink);
  free(numbers);
  free(bands);
  tx_health_scorer_free(scorer);
  for (size_t m = 0; m < METRICS; m++) tx_column_unref(columns[m]);
}

int main(int count, char **arguments) {
  double millions = count > 1 ? atof(arguments[1]) : 5;
  int rounds = count > 2 ? atoi(arguments[2]) : 7;
  const char *folder = count > 3 ? arguments[3] : NULL;
  const triax_context_options options = {.struct_size = sizeof options, .threads = 1};
  triax_context *context = NULL;
  need(triax_context_new(&options, &context, NULL) == TRIAX_OK, "out of memory");
  bench_rules(context, (size_t)(millions * 1e6), rounds, folder);
  bench_health(context, (size_t)(millions * 1e6), rounds, folder);
  triax_context_unref(context);
  return 0;
}
